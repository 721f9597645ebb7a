//! Typing into a step's terminal: through the named pipe that its shim reads, whichever engine began it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::run::effect::Secret;

/// Types `text` into the terminal whose named pipe is at `path`. It ends as the key of a keyboard ends a
/// line. Where nobody reads it is an error instead of a long wait.
pub(super) fn type_line(path: &Path, text: &Secret) -> io::Result<()> {
    let mut keys = text.0.replace('\n', "\r").into_bytes();
    keys.push(b'\r');
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

    #[test]
    fn what_can_not_be_typed_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let text = Secret("yes".to_owned());
        let why = type_line(&dir.path().join("gone"), &text).unwrap_err();
        let why = why.to_string();
        assert!(
            why.starts_with("its terminal is not there any more"),
            "{why}"
        );
    }
}
