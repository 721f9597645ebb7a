//! Prepared transactions from near: how they are called, what they hold, and what alone ends them.

use super::page::Page;
use crate::monitor::{Inspection, Prepared, SessionLock};
use crate::ui::panels::watch::Sight;
use crate::ui::theme::Role;
use crate::ui::words::{amount, short};

/// What is written of those that are in the way, and of all where that can't be told; what is seen from `near` is
/// of that `age`.
pub(super) fn page(
    sight: &Sight<'_>,
    near: Option<&Result<Inspection, String>>,
    age: &str,
) -> Page {
    let mut page = Page::default();
    let listed = sight.picture().map(|picture| &picture.locks.prepared[..]);
    let listed = listed.unwrap_or_default();
    let looked = near.and_then(|near| near.as_ref().ok());
    let looked = looked.map(|near| &near.prepared[..]).unwrap_or_default();
    let in_the_way = |one: &&(Prepared, Vec<SessionLock>)| {
        listed.is_empty() || listed.iter().any(|other| other.gid == one.0.gid)
    };
    let mut shown: Vec<(&Prepared, &[SessionLock])> = looked
        .iter()
        .filter(in_the_way)
        .map(|(one, locks)| (one, &locks[..]))
        .collect();
    if shown.is_empty() {
        shown.extend(listed.iter().map(|one| (one, &[][..])));
    }
    for (at, (one, locks)) in shown.into_iter().enumerate() {
        if at > 0 {
            page.say(" ", Role::Text);
        }
        say(sight, one, &mut page);
        if !looked.is_empty() {
            if !age.is_empty() {
                page.say(&format!("locks{age}"), Role::Dim);
            }
            page.locks(locks);
        }
    }
    match near {
        None => page.say("its locks are being looked up …", Role::Dim),
        Some(Err(why)) => page.say(&format!("its locks: {why}"), Role::Warn),
        Some(Ok(near)) => page.pids("waited for by", &near.blocks),
    }
    page
}

fn say(sight: &Sight<'_>, one: &Prepared, page: &mut Page) {
    let unknown = || "unknown".to_owned();
    let database = sight.picture().map(|picture| &picture.server.database[..]);
    let database = database.filter(|name| !name.is_empty());
    let owner = one.owner.as_deref().unwrap_or("unknown");
    page.say(&one.gid, Role::Title);
    page.say(
        &format!(
            "owner {owner}  database {}  prepared {} ago  {} back",
            database.unwrap_or("unknown"),
            one.age.map_or_else(unknown, short),
            one.transactions
                .map_or_else(unknown, |back| { amount(f64::from(back), "transaction") }),
        ),
        Role::Text,
    );
    let words =
        format!("it belongs to no session; {owner} or a superuser ends it, in this database:");
    page.say(&words, Role::Text);
    for word in ["ROLLBACK", "COMMIT"] {
        page.say(&format!("  {}", one.ended_by(word)), Role::Warn);
    }
}
