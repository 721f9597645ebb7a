//! The keys of the monitor's screen: one table, from which its footer and its help are made.

use super::tab::Tab;
use crate::ui::keys::Key;

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// Another panel in the large place.
    Show(Tab),
    /// The next panel.
    Next,
    /// The one before.
    Previous,
    /// Up one line.
    Up,
    /// Down one line.
    Down,
    /// Up one page.
    PageUp,
    /// Down one page.
    PageDown,
    /// To the beginning.
    Top,
    /// To the end.
    Bottom,
    /// Another order of the sessions.
    Sort,
    /// The other way around.
    Reverse,
    /// Only what holds a text.
    Filter,
    /// Let the picture stand still, or go on; a tape: stop, or play.
    Freeze,
    /// A look at the session under the cursor from near.
    Inspect,
    /// How the server would carry its statement out.
    Explain,
    /// Its statement to the clipboard.
    Copy,
    /// Cancel its statement.
    Cancel,
    /// End it.
    Terminate,
    /// The next database.
    Database,
    /// A tape: the frame before.
    Back,
    /// A tape: the next frame.
    Forward,
    /// A tape: slower.
    Slower,
    /// A tape: faster.
    Faster,
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
    bind(&[Key::Enter], Want::Inspect, "look", "the session under the cursor from near"),
    bind(&[Key::Char('e')], Want::Explain, "explain", "its plan; planning can run functions in it"),
    bind(&[Key::Char('c')], Want::Cancel, "cancel", "cancel the statement of the session under the cursor"),
    bind(&[Key::Char('k')], Want::Terminate, "end", "end that session"),
    bind(&[Key::Char('s')], Want::Sort, "sort", "another order of the sessions"),
    bind(&[Key::Char('S')], Want::Reverse, "", "the other way around"),
    bind(&[Key::Char('/')], Want::Filter, "filter", "only what holds a text"),
    bind(&[Key::Char(' ')], Want::Freeze, "freeze", "stop the picture or a recording, or let it go on"),
    bind(&[Key::Char('y')], Want::Copy, "copy", "the statement to the clipboard of the terminal"),
    bind(&[Key::Char('D')], Want::Database, "db", "the next database"),
    bind(&[Key::Char('1')], Want::Show(Tab::Sessions), "", "the panels"),
    bind(&[Key::Char('2')], Want::Show(Tab::Locks), "", "the panels"),
    bind(&[Key::Char('3')], Want::Show(Tab::Connections), "", "the panels"),
    bind(&[Key::Char('4')], Want::Show(Tab::Slower), "", "the panels"),
    bind(&[Key::Char('5')], Want::Show(Tab::Progress), "", "the panels"),
    bind(&[Key::Char('6')], Want::Show(Tab::Vitals), "", "the panels"),
    bind(&[Key::Char('7')], Want::Show(Tab::Migrations), "", "the panels"),
    bind(&[Key::Char('8')], Want::Show(Tab::Probes), "", "the panels"),
    bind(&[Key::Char('9')], Want::Show(Tab::Alerts), "", "the panels"),
    bind(&[Key::Tab], Want::Next, "", "the next panel, the one before"),
    bind(&[Key::BackTab], Want::Previous, "", "the next panel, the one before"),
    bind(&[Key::Up], Want::Up, "", "up and down"),
    bind(&[Key::Down], Want::Down, "", "up and down"),
    bind(&[Key::PageUp], Want::PageUp, "", "a page up and down"),
    bind(&[Key::PageDown], Want::PageDown, "", "a page up and down"),
    bind(&[Key::Home], Want::Top, "", "to the beginning and the end, also of a recording"),
    bind(&[Key::End], Want::Bottom, "", "to the beginning and the end, also of a recording"),
    bind(&[Key::Left, Key::Char('<')], Want::Back, "", "a recording: the frame before, the next one"),
    bind(&[Key::Right, Key::Char('>')], Want::Forward, "", "a recording: the frame before, the next one"),
    bind(&[Key::Char('-')], Want::Slower, "", "a recording: slower, faster"),
    bind(&[Key::Char('+')], Want::Faster, "", "a recording: slower, faster"),
    bind(&[Key::Esc], Want::Close, "", "close what is open; else forget the filter"),
    bind(&[Key::Char('?')], Want::Help, "keys", "these keys"),
    bind(&[Key::Char('q'), Key::Ctrl('c')], Want::Quit, "quit", "leave"),
    bind(&[Key::Ctrl('z')], Want::Suspend, "", "back to the shell for a while"),
];

/// The table as people read it: keys that are told together are in one line.
pub fn help() -> Vec<(String, &'static str)> {
    KEYMAP
        .chunk_by(|a, b| a.help == b.help)
        .map(|together| {
            let keys: Vec<String> = together
                .iter()
                .flat_map(|binding| binding.keys)
                .map(ToString::to_string)
                .collect();
            let keys = match &keys[..] {
                [first, _, _, _, .., last] => format!("{first} … {last}"),
                few => few.join(", "),
            };
            (keys, together[0].help)
        })
        .collect()
}

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
    fn no_key_means_two_things_and_every_panel_has_one() {
        let mut keys = HashSet::new();
        for binding in KEYMAP {
            for key in binding.keys {
                assert!(keys.insert(*key), "{key}");
            }
        }
        for tab in Tab::ALL {
            assert!(KEYMAP.iter().any(|binding| binding.want == Want::Show(tab)));
        }
    }

    #[test]
    fn the_help_fits_on_the_smallest_screen() {
        for (keys, help) in help() {
            let wide = keys.chars().count() < 20 && help.len() <= 52;
            assert!(wide, "{keys}: {help}");
        }
    }
}
