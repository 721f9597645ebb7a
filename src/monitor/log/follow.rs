//! A script that goes on and prints lines; it is started again when it ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio_util::task::AbortOnDropHandle;

use super::matcher::Matcher;
use crate::monitor::script::Script;
use crate::plan::Pattern;

/// The pause before it is started again, the first time and after many.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// A script whose lines are counted.
pub(super) struct Follower {
    seen: Arc<Mutex<Seen>>,
    _task: AbortOnDropHandle<()>,
}

struct Seen {
    matcher: Matcher,
    /// Why it does not run, if it does not.
    stopped: Option<String>,
}

impl Follower {
    /// Starts it; it ends when this is dropped.
    pub(super) fn start(script: Script, pattern: Pattern) -> Self {
        let seen = Arc::new(Mutex::new(Seen {
            matcher: Matcher::new(pattern),
            stopped: None,
        }));
        let task = tokio::spawn(follow(script, Arc::clone(&seen)));
        Follower {
            seen,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// How many lines have matched since the beginning; the error says why none come.
    pub(super) fn matches(&self) -> Result<u64, String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &seen.stopped {
            Some(why) => Err(why.clone()),
            None => Ok(seen.matcher.matches()),
        }
    }
}

async fn follow(script: Script, seen: Arc<Mutex<Seen>>) {
    let note = |change: &mut dyn FnMut(&mut Seen)| {
        change(&mut seen.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let mut pause = PAUSES.0;
    loop {
        note(&mut |seen| seen.stopped = None);
        let mut printed = false;
        let mut take = |bytes: &[u8]| {
            printed = true;
            note(&mut |seen| seen.matcher.take(bytes));
        };
        let why = run(&script, &mut take).await;
        note(&mut |seen| {
            seen.matcher.end_line();
            seen.stopped = Some(why.clone());
        });
        if printed {
            pause = PAUSES.0;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Runs it until it ends, and says how it did.
async fn run(script: &Script, take: &mut (dyn FnMut(&[u8]) + Send)) -> String {
    let mut child = match script.start() {
        Ok(child) => child,
        Err(error) => return error.to_string(),
    };
    let _input = child.stdin.take();
    let complaints = tokio::spawn(drain(child.stderr.take()));
    let mut part = vec![0; 64 * 1024];
    if let Some(mut output) = child.stdout.take() {
        while let Ok(read @ 1..) = output.read(&mut part).await {
            take(&part[..read]);
        }
    }
    complaints.abort();
    match child.wait().await {
        Ok(status) => match status.code() {
            Some(code) => format!("it has ended with exit code {code}"),
            None => "a signal ended it".to_owned(),
        },
        Err(error) => error.to_string(),
    }
}

/// What nobody reads must not fill its pipe.
async fn drain(from: Option<tokio::process::ChildStderr>) {
    let mut part = [0; 4096];
    if let Some(mut from) = from {
        while let Ok(1..) = from.read(&mut part).await {}
    }
}
