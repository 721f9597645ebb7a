//! What goes to the terminal's clipboard of a statement, and what is said about it. The list has only the
//! beginning of a long one: half a condition would look like a whole one, so the server is asked first.

use super::act::{Act, Tasked};
use super::state::State;
use crate::monitor::{Inspection, Session, Shown};
use crate::plan::{count, is_obeyed, printable};

/// Why only the beginning of a statement is to be had.
const NOT_KEPT: &str = "the server keeps no more of it";

impl State {
    /// Copies the statement of `session`, or asks for it.
    pub(super) fn copy(&mut self, session: &Session) -> Vec<Act> {
        let listed = session.statement.clone().unwrap_or_default();
        let near = self.detail.as_ref().filter(|detail| detail.near.is_some());
        if let Some(detail) = near {
            let shown = detail.statement(session);
            return self.send(&shown, NOT_KEPT);
        }
        let cut = session.is_statement_cut();
        if cut && self.reel.is_none() {
            self.message = Some(("asked for the whole statement …".to_owned(), false));
            return vec![Act::Task(Tasked::Copy(session.subject(), listed))];
        }
        self.send(&Shown { text: listed, cut }, "no more is recorded")
    }

    /// Copies what was asked for of a statement that is `listed` like this.
    pub(super) fn copy_whole(
        &mut self,
        listed: String,
        near: Result<Inspection, String>,
    ) -> Vec<Act> {
        let beginning = |text| Shown { text, cut: true };
        match near {
            Ok(near) if near.statement.starts_with(&listed) => {
                let (text, cut) = (near.statement, near.cut);
                self.send(&Shown { text, cut }, NOT_KEPT)
            }
            Ok(_) => self.send(&beginning(listed), "another one runs by now"),
            Err(why) => self.send(&beginning(listed), &why),
        }
    }

    /// What a terminal would obey is a sign in it: somebody else has written it, and it will be pasted.
    fn send(&mut self, shown: &Shown, why_cut: &str) -> Vec<Act> {
        if shown.text.is_empty() {
            self.message = Some(("there is no statement to copy".to_owned(), true));
            return Vec::new();
        }
        let mut words = if shown.cut {
            let letters = shown.text.chars().count();
            format!(
                "only its first {letters} characters were sent to the terminal's clipboard: {why_cut}"
            )
        } else {
            "the statement was sent to the terminal's clipboard".to_owned()
        };
        let text = shown.text.replace("\r\n", "\n");
        let signs = text.chars().filter(|c| is_obeyed(*c)).count();
        if signs > 0 {
            let are = if signs == 1 { "is a sign" } else { "are signs" };
            let what = count(signs, "control character");
            words.push_str(&format!("; {what} in it {are} now"));
        }
        let unread = shown.has_unread_letters();
        if unread {
            words.push_str("; � stands in it for letters that can't be read");
        }
        self.message = Some((words, shown.cut || signs > 0 || unread));
        vec![Act::Copy(printable(&text).into_owned())]
    }
}
