//! What SQL work leaves in the run's session on its database.

use super::Case;
use crate::journal::event::{Applied, SessionLeft};
use crate::plan::sql_text::leaves_something_in_session;
use crate::plan::{StepIx, Work};

impl Case<'_> {
    /// What is to be recorded of the session after work of the step at `ix`, or its undo: what it holds
    /// `now`, if that was asked and is not what was there before. Where nobody could ask, a text that may
    /// have left something may have left it: that keeps nothing from going on, and is said.
    pub(super) fn session_after(
        &self,
        ix: StepIx,
        undo: bool,
        applied: Applied,
        now: Option<&SessionLeft>,
    ) -> Option<SessionLeft> {
        let Some(Work::Sql(sql)) = self.work_of(ix, undo) else {
            return None;
        };
        let known = self.state.sessions.get(&sql.database).cloned();
        let before = known.unwrap_or_else(|| SessionLeft {
            database: sql.database.clone(),
            ..SessionLeft::default()
        });
        let after = match now {
            Some(now) => now.clone(),
            None if applied != Applied::No && leaves_something_in_session(&sql.text) => {
                let mut after = before.clone();
                after
                    .unsure
                    .push(format!("what {} may have set", self.called(ix)));
                after.unsure.dedup();
                after
            }
            None => return None,
        };
        (after != before).then_some(after)
    }
}
