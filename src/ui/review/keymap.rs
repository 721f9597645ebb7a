//! The keys of the review's screen: one table, from which its footer and its help are made.

use crate::ui::keys::Key;

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// The step before.
    Up,
    /// The next step.
    Down,
    /// The next step that has to be looked at.
    NextOpen,
    /// A page up in the list, or in the pane that has the keys.
    PageUp,
    /// A page down.
    PageDown,
    /// The beginning.
    Top,
    /// The end.
    Bottom,
    /// The arrows to the next pane.
    Focus,
    /// The step was looked at, or was not after all.
    Mark,
    /// Remark something.
    Comment,
    /// Settle a remark, or open it again.
    Settle,
    /// What has changed since the last approval.
    Difference,
    /// Agree to the plan, or not any more.
    Approve,
    /// The keys.
    Help,
    /// Out of whatever is open.
    Close,
    /// Leave.
    Quit,
    /// Let the shell have the terminal for a while.
    Suspend,
}

/// One line of the table.
pub struct Binding {
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// What they mean.
    pub want: Want,
    /// The word for the footer; empty: it is not shown there.
    pub hint: &'static str,
    /// What the help says.
    pub help: &'static str,
}

const fn bind(keys: &'static [Key], want: Want, hint: &'static str, help: &'static str) -> Binding {
    Binding {
        keys,
        want,
        hint,
        help,
    }
}

/// The whole table.
#[rustfmt::skip]
pub const KEYMAP: &[Binding] = &[
    bind(&[Key::Char(' '), Key::Enter], Want::Mark, "looked at", "you have looked at the step, or have not after all"),
    bind(&[Key::Char('n')], Want::NextOpen, "next open", "the next step that you have not looked at as it is now"),
    bind(&[Key::Char('c')], Want::Comment, "comment", "remark something about the step, or about the plan"),
    bind(&[Key::Char('a')], Want::Approve, "approve", "agree to the plan as it is now; again: take that back"),
    bind(&[Key::Char('d')], Want::Difference, "changes", "what has changed since the plan was approved last, by you if you did"),
    bind(&[Key::Char('x')], Want::Settle, "settle", "settle a remark, or open it again"),
    bind(&[Key::Up, Key::Char('k')], Want::Up, "", "up"),
    bind(&[Key::Down, Key::Char('j')], Want::Down, "", "down"),
    bind(&[Key::PageUp], Want::PageUp, "", "up a page"),
    bind(&[Key::PageDown], Want::PageDown, "", "down a page"),
    bind(&[Key::Home], Want::Top, "", "to the beginning"),
    bind(&[Key::End], Want::Bottom, "", "to the end"),
    bind(&[Key::Tab], Want::Focus, "", "the arrows to the next pane: steps, source, meaning"),
    bind(&[Key::Esc], Want::Close, "", "close what is open; else the arrows back to the steps"),
    bind(&[Key::Char('?')], Want::Help, "keys", "these keys"),
    bind(&[Key::Char('q'), Key::Ctrl('c')], Want::Quit, "quit", "leave"),
    bind(&[Key::Ctrl('z')], Want::Suspend, "", "back to the shell for a while"),
];

/// What `key` means.
pub fn want_of(key: Key) -> Option<Want> {
    let binding = KEYMAP.iter().find(|binding| binding.keys.contains(&key))?;
    Some(binding.want)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_and_no_want_has_two_lines() {
        let (mut keys, mut wants) = (HashSet::new(), HashSet::new());
        for binding in KEYMAP {
            assert!(wants.insert(binding.want), "{:?}", binding.want);
            for key in binding.keys {
                assert!(keys.insert(*key), "{key}");
            }
        }
    }
}
