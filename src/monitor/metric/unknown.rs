//! Why there is no value of something that could be measured.

use super::of_migrations_unknown;
use crate::monitor::health::Picture;
use crate::monitor::vitals::{Replica, Vitals};

/// Why there is no value of `what`.
pub(super) fn why_unknown(picture: &Picture, what: &str) -> String {
    let lacking = match what {
        "active" | "idle_in_transaction" | "oldest_transaction" | "longest_statement" => {
            return format!("it is hidden: {}", picture.server.why_hidden());
        }
        "lock_wait" | "queue" => picture.blind.locks.as_deref(),
        "slower_statements" => {
            let hidden = || picture.statements.get()?.hidden.as_deref();
            picture.statements.lacking().or_else(hidden)
        }
        "invalid_indexes" => match picture.indexes_unknown() {
            Some(why) => return why,
            None => picture.invalid_indexes.lacking(),
        },
        "migrations_failed" | "migrations_pending" => {
            let unknown = |tables| of_migrations_unknown(tables, what);
            let seen = picture.migrations.get().map(Vec::as_slice);
            picture.migrations.lacking().or_else(|| unknown(seen?))
        }
        _ => picture.vitals.lacking(),
    };
    match (lacking, picture.vitals.get()) {
        (Some(why), _) => why.to_owned(),
        (None, Some(vitals)) if what == "replication_lag" => why_no_lag(picture, vitals),
        (None, Some(vitals)) if what == "disk_free" && vitals.size.is_some() => {
            why_no_disk(picture)
        }
        (None, Some(vitals)) if what == "slot_lag" => {
            slot_unknown(picture, vitals).unwrap_or_else(|| "not known yet".to_owned())
        }
        (None, _) => "not known yet".to_owned(),
    }
}

fn why_no_lag(picture: &Picture, vitals: &Vitals) -> String {
    if vitals.standby.is_some() {
        "this server reads from an archive, and nobody knows how far that goes".to_owned()
    } else if picture.server.in_recovery {
        "this server receives nothing from another".to_owned()
    } else if followers(vitals).next().is_none() {
        "no server is connected that follows this one".to_owned()
    } else if picture.server.rights.may_see_all {
        "a server that follows does not tell how far it is".to_owned()
    } else {
        format!("it is hidden: {}", picture.server.grant())
    }
}

/// The disk is that of the server's machine, which has to be this one, and the folder one of which the role may know.
fn why_no_disk(picture: &Picture) -> String {
    if picture.server.rights.may_see_all {
        "the server's disk is not known to be one of this machine".to_owned()
    } else {
        format!("where its data lies is hidden: {}", picture.server.grant())
    }
}

/// Why nobody can say how far whoever reads from a slot is behind, if nobody can: whoever has lost what it had not
/// read yet never comes up again.
pub(super) fn slot_unknown(picture: &Picture, vitals: &Vitals) -> Option<String> {
    if picture.server.in_recovery && !vitals.slots.is_empty() {
        return Some("a standby does not tell what its slots keep".to_owned());
    }
    let lost = vitals.slots.iter().find(|slot| slot.is_lost())?;
    let name = &lost.name;
    Some(format!(
        "the slot {name} is lost: the server has thrown away what it had to keep"
    ))
}

/// The servers that follow; who only takes a backup follows nobody.
pub(super) fn followers(vitals: &Vitals) -> impl Iterator<Item = &Replica> {
    let replicas = vitals.replicas.iter();
    replicas.filter(|replica| replica.state != "backup")
}
