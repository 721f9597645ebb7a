//! Names that exclude each other: of "With downtime" and "Without downtime", which stand side by side, one is
//! gone. What is counted as an option is one as well.

use std::time::Duration;

use super::conditional;
use super::heading;
use super::qualified::Qualified;
use crate::plan::ledger::Place;
use crate::plan::markdown::figures::times::{self, Said};
use crate::plan::markdown::tongues::{self, Rival};

/// What a name is one of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Name<'t> {
    /// "Option A"
    Option,
    Rival(Rival),
    /// "With cache", or "Without cache", which is told.
    Denied(bool, &'t str),
    Qualified(Qualified<'t>),
    /// "Preferred"
    Preferred,
    /// "If the schema has changed"
    Case,
    /// "Otherwise", which is said of what stands before it.
    Otherwise,
    /// Of a way back: "Within 15 minutes", "After 15 minutes", "Afterwards".
    Until(Duration),
    Since(Duration),
    Later,
}

impl<'t> Name<'t> {
    /// What `text` is, if that is all that it says.
    pub(in crate::plan::markdown) fn of(text: &'t str) -> Option<Name<'t>> {
        let behind = heading::behind_count(text).trim_start();
        let counted = behind.len() < text.len() && heading::counts_options(behind);
        if counted || heading::counts_options(text) {
            return Some(Name::Option);
        }
        let numbered = behind.len() < text.len();
        let in_order = heading::counts_in_order(text);
        let text = behind;
        if tongues::says_otherwise(text) {
            return Some(Name::Otherwise);
        }
        let rival = tongues::rival(text).filter(|rival| !rival.may_be_in_turn());
        if let Some(rival) = rival {
            return Some(Name::Rival(rival));
        }
        if conditional::says_if(text) {
            return Some(Name::Case);
        }
        let denied = || tongues::denied(text).map(|(without, what)| Name::Denied(without, what));
        let preferred = tongues::is_preferred(text).then_some(Name::Preferred);
        // "Phase 2: Manual deployment" is done behind the first, "2. Manual deployment" may be.
        let qualified = || Qualified::of(text, numbered).filter(|_| !in_order);
        let qualified = || qualified().map(Name::Qualified);
        preferred.or_else(denied).or_else(qualified)
    }

    /// The same of a comment in a block, where a tool's name is enough: there nobody is sent elsewhere by it.
    pub(in crate::plan::markdown) fn of_comment(text: &'t str) -> Option<Name<'t>> {
        let tool = tongues::tool(text).map(Name::Rival);
        tool.or_else(|| Name::of(text).filter(|name| name.is_sure()))
    }

    /// The same of what stands on a way back, where a time says which one is gone. On the way forward it says when.
    pub(in crate::plan::markdown) fn of_way_back(text: &'t str) -> Option<Name<'t>> {
        let counted = heading::behind_count(text).trim_start();
        let head = counted.split(['(', ':', '（', '：', '—', '–']).next();
        match times::said(head.unwrap_or(counted)) {
            Some(Said::AtMost(time) | Said::First(time)) => Some(Name::Until(time)),
            Some(Said::Beyond(time)) => Some(Name::Since(time)),
            _ if tongues::is_later(counted) => Some(Name::Later),
            _ => Name::of(text),
        }
    }

    /// What `text` is where it stands.
    pub(in crate::plan::markdown) fn of_place(text: &'t str, place: Place) -> Option<Name<'t>> {
        match place {
            Place::RollbackStep => Name::of_way_back(text),
            _ => Name::of(text),
        }
    }

    /// Whether only one of this and `next`, which stands behind it, is gone.
    pub(in crate::plan::markdown) fn excludes(self, next: Name<'_>) -> bool {
        match (self, next) {
            (Name::Option, Name::Option)
            | (Name::Case | Name::Preferred | Name::Until(_), Name::Otherwise)
            | (Name::Until(_), Name::Later) => true,
            (Name::Rival(one), Name::Rival(other)) => one.excludes(other),
            (Name::Qualified(one), Name::Qualified(other)) => one.excludes(other),
            (Name::Denied(one, what), Name::Denied(other, same)) => {
                one != other && what.eq_ignore_ascii_case(same)
            }
            (Name::Until(until), Name::Since(since)) => until <= since,
            _ => false,
        }
    }

    /// Whether it is one by its words alone, wherever it stands.
    pub(in crate::plan::markdown) fn is_sure(self) -> bool {
        !matches!(self, Name::Option | Name::Case)
    }

    pub(in crate::plan::markdown) fn is_by_means(self) -> bool {
        matches!(self, Name::Qualified(Qualified::Via(..)))
    }

    pub(in crate::plan::markdown) fn is_time(self) -> bool {
        matches!(self, Name::Until(_) | Name::Since(_) | Name::Later)
    }
}

/// Which of `names`, which stand one behind the other, exclude one beside them: those that do so together have
/// the place of the first.
pub(in crate::plan::markdown) fn among(names: &[Option<Name<'_>>]) -> Vec<Option<usize>> {
    let mut found = vec![None; names.len()];
    for (ix, pair) in names.windows(2).enumerate() {
        if let [Some(one), Some(other)] = pair
            && one.excludes(*other)
        {
            let first = found[ix].unwrap_or(ix);
            (found[ix], found[ix + 1]) = (Some(first), Some(first));
        }
    }
    found
}
