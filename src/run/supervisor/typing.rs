//! Typing into a step's terminal: through the named pipe that its shim reads, whichever engine began it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::Sender;

use crate::journal::event::Job;
use crate::run::effect::Secret;
use crate::run::input::Notice;

/// Types `text` into the terminal of `job`, whose named pipe is at `path`, and says so if it can't.
pub(super) async fn type_into(path: PathBuf, job: Job, text: Secret, notices: Sender<Notice>) {
    let typed = tokio::task::spawn_blocking(move || type_line(&path, &text)).await;
    if let Err(error) = typed.unwrap_or_else(|error| Err(error.into())) {
        let why = error.to_string();
        let _ = notices.send(Notice::NotTyped { job, why }).await;
    }
}

/// What is typed ends as the key of a keyboard ends it.
fn type_line(path: &Path, text: &Secret) -> io::Result<()> {
    let mut keys = text.0.replace('\n', "\r").into_bytes();
    keys.push(b'\r');
    // Where nobody reads it is an error instead of a long wait.
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    let mut options = OpenOptions::new();
    let opened = options
        .write(true)
        .custom_flags(flags.cast_signed())
        .open(path);
    let mut pipe = opened.map_err(|error| {
        let gone = "its terminal is not there any more";
        io::Error::new(error.kind(), format!("{gone} ({error})"))
    })?;
    pipe.write_all(&keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_can_not_be_typed_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let (notices, mut heard) = tokio::sync::mpsc::channel(1);
        let job = Job {
            step: "ask".to_owned(),
            attempt: 1,
            undo: false,
        };
        let text = Secret("yes".to_owned());
        type_into(dir.path().join("gone"), job.clone(), text, notices).await;
        let Some(Notice::NotTyped { job: of, why }) = heard.recv().await else {
            panic!("nothing was said");
        };
        assert_eq!(of, job);
        assert!(
            why.starts_with("its terminal is not there any more"),
            "{why}"
        );
    }
}
