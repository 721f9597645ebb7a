//! `gonogo ctl`: everything a key does, for scripts; and where a run stands.

use std::io::Write;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};

use super::args::{Common, CtlArgs, Format};
use super::exit::Exit;
use super::place;
use super::say::{complain, json};
use super::status;
use crate::journal::{JournalError, Lease, Reader};
use crate::run::{Command, RunDir, SessionName};
use crate::wire::{self, ConnectError, FromEngine, Hello, Role};

/// What a script can ask.
#[derive(Clone, Debug, Subcommand)]
pub enum Ctl {
    /// Where the run stands
    Status {
        /// For people, or for programs
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// What has happened, one JSON object a line
    Events {
        /// Begin with this entry
        #[arg(long, default_value_t = 1, value_name = "SEQ")]
        from: u64,
        /// Go on until the run is over
        #[arg(long)]
        follow: bool,
    },
    /// Go, at the gate that waits
    Go {
        /// A remark
        #[arg(long)]
        reason: Option<String>,
    },
    /// No-go, at the gate that waits
    Nogo {
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Start the next step, or the one named
    Run {
        /// Its number or id
        step: Option<String>,
        /// Which of its alternatives, counted from 1
        #[arg(long)]
        choice: Option<usize>,
    },
    /// Let the run go on by itself, or not
    Auto {
        /// Which
        state: OnOff,
    },
    /// A check is as it should be
    Tick {
        /// Its number or id
        step: String,
        /// A remark
        #[arg(long)]
        note: Option<String>,
    },
    /// A tick or a skip was a mistake
    Untick {
        /// Its number or id
        step: String,
    },
    /// Leave a step out
    Skip {
        /// Its number or id
        step: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// A step was done by hand
    Done {
        /// Its number or id
        step: String,
        /// How
        #[arg(long)]
        reason: String,
    },
    /// A step is not as it should be
    Fail {
        /// Its number or id
        step: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Try a step again
    Retry {
        /// Its number or id
        step: String,
        /// Why
        #[arg(long)]
        reason: Option<String>,
        /// Which of its alternatives, counted from 1 [default: the one that was tried last]
        #[arg(long)]
        choice: Option<usize>,
    },
    /// Look again for how a step ended of which nobody knows
    Look {
        /// Its number or id
        step: String,
    },
    /// Stop a step that runs; again: harder
    Stop {
        /// Its number or id
        step: String,
    },
    /// Type a line into the terminal of a step that runs
    Input {
        /// Its number or id
        step: String,
        /// The line; without it, or with `-`, it is read from stdin: a password must not stand here
        text: Option<String>,
    },
    /// Start nothing until released
    Hold {
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// Go on after a hold
    Release,
    /// Take an alert as it is
    Accept {
        /// Its name
        alert: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Go the way back
    Rollback {
        /// Which of the plan's rollbacks [default: the one for this time of the clock]
        #[arg(long, value_name = "NAME")]
        tier: Option<String>,
        /// The environment's name, where the plan asks for it
        #[arg(long, value_name = "TEXT")]
        confirm: Option<String>,
    },
    /// Cancel the statement of a database session
    Cancel {
        /// Its process on the server
        pid: i32,
        /// The database's name in the plan, where several have a session of that number
        #[arg(long, value_name = "NAME")]
        database: Option<String>,
    },
    /// End a database session
    Terminate {
        /// Its process on the server
        pid: i32,
        /// The database's name in the plan, where several have a session of that number
        #[arg(long, value_name = "NAME")]
        database: Option<String>,
    },
    /// Write something down
    Note {
        /// What
        text: String,
        /// The step it is about
        #[arg(long)]
        step: Option<String>,
    },
    /// Give a variable its value; of a secret, `NAME=-` reads it from stdin
    Set {
        /// Which and what
        #[arg(value_name = "NAME=VALUE")]
        pair: String,
    },
    /// Drive from here
    Take {
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Approve what a gate asks for
    Approve {
        /// The gate's phase, or the approval's name
        gate: String,
        /// A remark
        #[arg(long)]
        reason: Option<String>,
    },
    /// The run is over
    Finish {
        /// Why, where something is left to do
        #[arg(long)]
        reason: Option<String>,
    },
}

/// A switch.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OnOff {
    /// On
    On,
    /// Off
    Off,
}

impl Ctl {
    /// The command that this stands for; none where it only asks.
    ///
    /// # Errors
    /// If a value that should be read from stdin can't be, or is written wrongly.
    pub fn into_command(self) -> anyhow::Result<Option<Command>> {
        Ok(Some(match self {
            Ctl::Status { .. } | Ctl::Events { .. } => return Ok(None),
            Ctl::Go { reason } => Command::Go { reason },
            Ctl::Nogo { reason } => Command::NoGo { reason },
            Ctl::Run { step, choice } => Command::Run { step, choice },
            Ctl::Auto { state } => Command::Auto {
                on: matches!(state, OnOff::On),
            },
            Ctl::Tick { step, note } => Command::Tick { step, note },
            Ctl::Untick { step } => Command::Untick { step },
            Ctl::Skip { step, reason } => Command::Skip { step, reason },
            Ctl::Done { step, reason } => Command::Done { step, reason },
            Ctl::Fail { step, reason } => Command::Fail { step, reason },
            Ctl::Retry {
                step,
                reason,
                choice,
            } => Command::Retry {
                step,
                reason,
                choice,
            },
            Ctl::Look { step } => Command::Look { step },
            Ctl::Stop { step } => Command::Stop { step },
            Ctl::Input { step, text } => Command::Input {
                step,
                text: or_stdin(text.as_deref().unwrap_or("-"))?,
            },
            Ctl::Hold { reason } => Command::Hold { reason },
            Ctl::Release => Command::Release,
            Ctl::Accept { alert, reason } => Command::Accept { alert, reason },
            Ctl::Rollback { tier, confirm } => Command::Rollback { tier, confirm },
            Ctl::Cancel { pid, database } => Command::Cancel(session(pid, database)),
            Ctl::Terminate { pid, database } => Command::Terminate(session(pid, database)),
            Ctl::Note { text, step } => Command::Note { text, step },
            Ctl::Set { pair } => set(&pair)?,
            Ctl::Take { reason } => Command::Take { reason },
            Ctl::Approve { gate, reason } => Command::Approve { gate, reason },
            Ctl::Finish { reason } => Command::Finish { reason },
        }))
    }
}

fn session(pid: i32, database: Option<String>) -> SessionName {
    SessionName {
        pid,
        database,
        started: None,
        statement: None,
    }
}

fn set(pair: &str) -> anyhow::Result<Command> {
    let (name, value) = pair.split_once('=').context("write NAME=VALUE")?;
    Ok(Command::Set {
        name: name.to_owned(),
        value: or_stdin(value)?,
    })
}

/// `value`, or for `-` what stdin has.
fn or_stdin(value: &str) -> std::io::Result<String> {
    if value != "-" {
        return Ok(value.to_owned());
    }
    let read = std::io::read_to_string(std::io::stdin())?;
    Ok(read.trim_end_matches('\n').to_owned())
}

/// Runs `gonogo ctl`.
pub(super) async fn run(common: &Common, args: CtlArgs) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    match args.command {
        Ctl::Status { format } => status::print(&dir, format).await,
        Ctl::Events { from, follow } => events(&dir, from, follow).await,
        Ctl::Set { pair } if shows_secret(&dir, &pair).await => {
            let name = pair.split('=').next().unwrap_or_default();
            complain!(
                "{name} is secret and would show in the list of processes: `set {name}=-` reads it from standard input"
            );
            Ok(Exit::NotDone)
        }
        command => match command.into_command()? {
            Some(wish) => ask(common, &dir, wish).await,
            None => Ok(Exit::Done),
        },
    }
}

/// Whether a secret's value stands on the command line.
async fn shows_secret(dir: &RunDir, pair: &str) -> bool {
    let Some((name, value)) = pair.split_once('=') else {
        return false;
    };
    let known = status::fold(dir).await;
    value != "-" && known.is_ok_and(|(plan, state)| state.is_secret(&plan, name))
}

async fn ask(common: &Common, dir: &RunDir, wish: Command) -> anyhow::Result<Exit> {
    let hello = place::hello(common, Role::Command, 0);
    let mut client = match wire::connect(&dir.socket(), hello).await {
        Ok(client) => client,
        Err(error) => {
            let why = no_engine(dir).await.unwrap_or_else(|| error.to_string());
            complain!("{why}");
            return Ok(Exit::NotDone);
        }
    };
    let (refused, exit) = match client.ask(wish).await {
        Ok(Ok(())) => return Ok(Exit::Done),
        Ok(Err(refusal)) => (refusal.to_string(), Exit::NotDone),
        Err(error) => {
            let why = format!("{error}: nobody knows whether it was done");
            (why, Exit::Open)
        }
    };
    // An engine whose run has just ended may be gone before it has answered.
    if let Some(why) = over(dir).await {
        complain!("{why}");
        return Ok(Exit::NotDone);
    }
    complain!("{refused}");
    Ok(exit)
}

/// How the run ended, if it is over.
async fn over(dir: &RunDir) -> Option<String> {
    let (plan, state) = status::fold(dir).await.ok()?;
    state.end.as_ref()?;
    let how = state.outcome(&plan);
    Some(format!("the run is over: {how}"))
}

/// Why nobody answers: the run is over, or its engine is gone.
async fn no_engine(dir: &RunDir) -> Option<String> {
    if let Some(over) = over(dir).await {
        return Some(over);
    }
    Lease::holder(dir.path()).is_none().then(|| {
        let id = dir.id();
        format!("no engine is driving this run: `gonogo resume {id}` starts one")
    })
}

async fn events(dir: &RunDir, from: u64, follow: bool) -> anyhow::Result<Exit> {
    let mut reader = match Reader::open_after(&dir.journal(), from.saturating_sub(1)).await {
        // It is not the one before that was asked for.
        Err(JournalError::NoSuchEntry(_)) => {
            let last = status::fold(dir).await?.1.seq;
            complain!("there is no entry {from} in the journal: its last one is {last}");
            return Ok(Exit::NotDone);
        }
        read => read?,
    };
    let mut out = std::io::stdout().lock();
    let mut last = from.saturating_sub(1);
    let mut over = false;
    for entry in reader.rest().await? {
        last = entry.seq;
        over |= matches!(entry.event, crate::journal::Event::RunFinished(_));
        writeln!(out, "{}", json(entry.to_json()))?;
    }
    out.flush()?;
    if follow && !over {
        drop(out);
        return super::headless::follow(dir, last, &mut std::io::stdout()).await;
    }
    Ok(Exit::Done)
}

/// Asks the engine who is there.
pub(super) async fn presence(dir: &RunDir) -> Result<FromEngine, ConnectError> {
    let hello = Hello {
        protocol: wire::PROTOCOL,
        role: Role::Command,
        name: String::new(),
        terminal: String::new(),
        after: 0,
        screen: String::new(),
    };
    let mut client = wire::connect(&dir.socket(), hello).await?;
    client.who().await
}
