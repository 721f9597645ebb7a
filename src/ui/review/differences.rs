//! What has changed since somebody approved the plan, or looked at the step under the cursor.

use super::dialogs::Dialog;
use super::meaning::when;
use super::state::State;
use crate::clock::Moment;
use crate::review::{self, Standing};

impl State {
    /// Shows it.
    pub(super) fn difference(&mut self, now: Moment) {
        let Some((approval, approved)) = self.record.last_approved(&self.name) else {
            if let Some(dialog) = self.changed_step() {
                self.dialog = Some(dialog);
                return;
            }
            self.say(
                "nobody has approved it yet, so there is nothing to compare with",
                true,
                now,
            );
            return;
        };
        let title = format!(
            "Changed since {} approved it, {}",
            approval.by,
            when(&approval.at)
        );
        let text = approved.text.as_str();
        let files = self.record.changes_since(approval, self.subject());
        let lines = review::differences(text, self.source.text(), &files);
        if lines.is_empty() {
            let what = if text == self.source.text() {
                "nothing has"
            } else {
                "only how its lines end has"
            };
            let words = format!("{what} changed since {} approved it", approval.by);
            self.say(words, false, now);
        } else {
            self.dialog = Some(Dialog::Difference {
                title,
                lines,
                top: 0,
            });
        }
    }

    /// How the step under the cursor has changed since it was looked at, if it has.
    fn changed_step(&self) -> Option<Dialog> {
        let (step, sheet) = self.step()?;
        let Standing::Changed { was, is, files } = self.standing(sheet) else {
            return None;
        };
        Some(Dialog::Difference {
            title: format!("{} has changed since it was looked at", step.number),
            lines: review::differences(&was, &is, &files),
            top: 0,
        })
    }
}
