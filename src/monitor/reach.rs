//! Which failures to reach something tell of it, and which tell only of who tries.

use std::io::ErrorKind;

/// Whether the other side, or the way to it, made an attempt fail. A name that is not found, a network that
/// is not there, no more files to open: these say nothing of whether the other side is up.
pub(super) fn tells_of_the_other_side(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
            | ErrorKind::TimedOut
            | ErrorKind::HostUnreachable
            // What it answered is not what it should: a certificate that nobody takes.
            | ErrorKind::InvalidData
    )
}
