//! A run without a screen: what happens, one JSON object a line, until it is over.

use std::io::Write;

use super::exit::Exit;
use super::say::{complain, json};
use super::status;
use crate::journal::event::Ending;
use crate::journal::{Event, Reader};
use crate::run::RunDir;
use crate::wire::{self, FromEngine, Hello, Role};

/// Prints what happens after the entry `after`, until the run is over.
pub(super) async fn follow(dir: &RunDir, after: u64, out: &mut impl Write) -> anyhow::Result<Exit> {
    let hello = Hello {
        protocol: wire::PROTOCOL,
        role: Role::Watch,
        name: "events".to_owned(),
        terminal: "no terminal".to_owned(),
        after,
        screen: String::new(),
    };
    let mut last = after;
    if let Ok(mut client) = wire::connect(&dir.socket(), hello).await {
        while let Ok(Some(frame)) = client.receiver.next().await {
            let FromEngine::Entry(entry) = frame else {
                continue;
            };
            last = entry.seq;
            writeln!(out, "{}", json(entry.to_json()))?;
            out.flush()?;
            if let Event::RunFinished(end) = &entry.event {
                return Ok(match end.ending {
                    Ending::Completed => Exit::Done,
                    Ending::Aborted | Ending::RolledBack => Exit::NotDone,
                });
            }
        }
    }
    // The engine is gone: what it had time to write is in the journal.
    for entry in Reader::open_after(&dir.journal(), last)
        .await?
        .rest()
        .await?
    {
        writeln!(out, "{}", json(entry.to_json()))?;
    }
    let (_, state) = status::fold(dir).await?;
    if state.end.is_none() {
        complain!("the engine is gone; `gonogo resume {}` goes on", dir.id());
        return Ok(Exit::Open);
    }
    Ok(Exit::of(&state))
}
