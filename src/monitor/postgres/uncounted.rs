//! How what goes on is told where the server has no counter for it.

use crate::monitor::progress::{Progress, Size, megabytes, reads_everything};
use crate::monitor::session::Session;

/// What `session` does to `relation`, which was as large as that when it was first seen, if that is known.
pub(super) fn unknown(session: &Session, relation: Option<&str>, was: Option<Size>) -> Progress {
    let statement = session.statement.as_deref().unwrap_or_default();
    let does = reads_everything(statement).unwrap_or_default();
    let size = was.map(|was| was.table + was.indexes);
    let size = size.filter(|bytes| *bytes > 0.0);
    let size = size.map(|bytes| format!(" of {}", megabytes(bytes)));
    let words: Vec<&str> = statement.split_whitespace().take(3).collect();
    let words = words.join(" ");
    let committed = session.waits_for_standby();
    Progress {
        pid: session.pid,
        ours: session.ours.clone(),
        what: match relation {
            _ if committed => format!("is committed: {words}"),
            Some(relation) => format!("{does}: {relation}{}", size.unwrap_or_default()),
            None => format!("{does}: {words}"),
        },
        phase: if committed {
            "waits until a synchronous standby has it".to_owned()
        } else {
            "the server has no counter for this".to_owned()
        },
        done: None,
        estimated: false,
        left: None,
        left_at_most: None,
        age: session.query_age,
        waits_for: None,
    }
}
