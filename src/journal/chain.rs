//! The hash chain: each entry's hash covers everything that is stored of it and the hash of the
//! entry before. It can be recomputed with `sha256sum` from the columns of the table, one a line.

use super::codec::Stored;
use crate::clock::Moment;
use crate::plan::sha256;

/// The hash before the first entry.
pub const GENESIS: &str = "gonogo journal";

/// The hash of an entry: of its parts, each followed by a line feed.
pub(super) fn hash(previous: &str, seq: u64, at: Moment, actor: &str, stored: &Stored) -> String {
    let Moment { wall, mono, boot } = at;
    let Stored {
        kind,
        version,
        body,
    } = stored;
    sha256(
        format!("{previous}\n{seq}\n{wall}\n{mono}\n{boot}\n{actor}\n{kind}\n{version}\n{body}\n")
            .as_bytes(),
    )
}
