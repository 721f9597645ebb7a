//! The keymap: one table of key, place, intent and hint. The footer, the help, the manual and the
//! README are made from it.

use super::intent::Intent;
use super::keys::Key;

/// Where keys stand in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What moves the run.
    Run,
    /// What concerns one step.
    Step,
    /// What concerns database sessions.
    Database,
    /// What only changes the view.
    View,
}

impl Section {
    /// All of them, in the order of the help.
    pub const ALL: [Section; 4] = [
        Section::Run,
        Section::Step,
        Section::Database,
        Section::View,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Section::Run => "The run",
            Section::Step => "The step under the cursor",
            Section::Database => "The database",
            Section::View => "The view",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// What they mean.
    pub intent: Intent,
    /// The word for the footer; empty: it is not shown there.
    pub hint: &'static str,
    /// What the help says.
    pub help: &'static str,
    /// Where the help says it.
    pub section: Section,
}

const fn bind(
    keys: &'static [Key],
    intent: Intent,
    hint: &'static str,
    help: &'static str,
    section: Section,
) -> Binding {
    Binding {
        keys,
        intent,
        hint,
        help,
        section,
    }
}

use Section::{Database, Run, Step, View};

/// The whole table. The footer shows what can be done now, in this order.
#[rustfmt::skip]
pub const KEYMAP: &[Binding] = &[
    bind(&[Key::Char('g')], Intent::Go, "go", "go, at the gate that waits", Run),
    bind(&[Key::Char('G')], Intent::NoGo, "no-go", "no-go, with a reason", Run),
    bind(&[Key::Enter], Intent::Act, "run", "start the step; on one that did not work: what can be done about it", Step),
    bind(&[Key::Char(' ')], Intent::Tick, "tick", "tick the check, or take the tick back", Step),
    bind(&[Key::Char('T')], Intent::TickWithRemark, "", "tick the check, with a remark; on one that is ticked: a note on it", Step),
    bind(&[Key::Char('r')], Intent::Retry, "retry", "try it again", Step),
    bind(&[Key::Char('d')], Intent::Done, "done", "it was done by hand, with a reason", Step),
    bind(&[Key::Char('s')], Intent::Skip, "skip", "leave it out, with a reason", Step),
    bind(&[Key::Char('x')], Intent::Fail, "", "it is not as it should be, with a reason", Step),
    bind(&[Key::Char('l')], Intent::Look, "", "nobody knows how it ended: look again", Step),
    bind(&[Key::Char('S')], Intent::Stop, "stop", "stop it; again: harder", Step),
    bind(&[Key::Char('i')], Intent::Type, "type", "type a line into its terminal", Step),
    bind(&[Key::Char('v')], Intent::SetValue, "value", "give a variable its value", Run),
    bind(&[Key::Char('A')], Intent::Approve, "approve", "approve what a gate asks for; whoever drives can't", Run),
    bind(&[Key::Char('y')], Intent::Accept, "accept alert", "take an alert as it is, with a reason; then it holds nothing until it is over and comes again", Run),
    bind(&[Key::Char('h')], Intent::Hold, "hold", "hold: nothing starts; again: release", Run),
    bind(&[Key::Char('a')], Intent::Auto, "auto", "let the run go on by itself until a person is needed, or not", Run),
    bind(&[Key::Char('F')], Intent::Finish, "finish", "end the run", Run),
    bind(&[Key::Char('c')], Intent::CancelBackend, "cancel blocker", "cancel the statement of the session under the cursor, or of whoever blocks us", Database),
    bind(&[Key::Char('k')], Intent::TerminateBackend, "terminate", "end that session", Database),
    bind(&[Key::Char('m')], Intent::NextPanel, "", "the lower panel: what runs, what is slower, progress, vitals, migrations, probes, alerts", Database),
    bind(&[Key::Char('M')], Intent::PreviousPanel, "", "the lower panel before", Database),
    bind(&[Key::Char('D')], Intent::NextDatabase, "db", "the next database", Database),
    bind(&[Key::Char('t')], Intent::Take, "take control", "take the wheel from another terminal, with a reason", Run),
    bind(&[Key::Char('R')], Intent::RollBack, "ROLL BACK", "hold at once and show the way back; enter there goes it", Run),
    bind(&[Key::Char('n')], Intent::Note, "note", "write something into the record", Run),
    bind(&[Key::Up], Intent::Up, "", "up", View),
    bind(&[Key::Down], Intent::Down, "", "down", View),
    bind(&[Key::PageUp], Intent::PageUp, "", "up a page", View),
    bind(&[Key::PageDown], Intent::PageDown, "", "down a page", View),
    bind(&[Key::Home], Intent::Top, "", "to the beginning", View),
    bind(&[Key::End], Intent::Bottom, "", "to the end; in the output: follow it", View),
    bind(&[Key::Left], Intent::Collapse, "", "close the phase", View),
    bind(&[Key::Right], Intent::Expand, "", "open the phase", View),
    bind(&[Key::Tab], Intent::FocusNext, "", "the keys to the next panel", View),
    bind(&[Key::BackTab], Intent::FocusPrevious, "", "the keys to the panel before", View),
    bind(&[Key::Char('z')], Intent::Zoom, "", "the panel that has the keys over the whole screen, or back", View),
    bind(&[Key::Char('o')], Intent::NextOutput, "", "the output of another try, or of the undo", View),
    bind(&[Key::Char('w')], Intent::Wrap, "", "wrap long lines of the output, or cut them", View),
    bind(&[Key::Char('/')], Intent::Search, "", "search the output", View),
    bind(&[Key::Char('.')], Intent::SearchNext, "", "the next match", View),
    bind(&[Key::Char(',')], Intent::SearchPrevious, "", "the match before", View),
    bind(&[Key::Esc], Intent::Back, "", "close what is open; else back to where the run is", View),
    bind(&[Key::Char('?')], Intent::Help, "keys", "these keys", View),
    bind(&[Key::Char('q'), Key::Ctrl('c')], Intent::Quit, "", "leave the screen; the run goes on", View),
    bind(&[Key::Ctrl('z')], Intent::Suspend, "", "back to the shell for a while", View),
];

/// What `key` means.
pub fn intent_of(key: Key) -> Option<Intent> {
    let binding = KEYMAP.iter().find(|binding| binding.keys.contains(&key))?;
    Some(binding.intent)
}

impl Binding {
    /// Its keys as people read them.
    pub fn keys_shown(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(ToString::to_string).collect();
        keys.join(", ")
    }
}

/// The table in Markdown, as the README shows it.
pub fn markdown() -> String {
    let mut text = String::new();
    for section in Section::ALL {
        text.push_str(&format!("| {} | |\n|---|---|\n", section.title()));
        for binding in KEYMAP.iter().filter(|binding| binding.section == section) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            text.push_str(&format!("| {} | {} |\n", keys.join(" "), binding.help));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_and_no_intent_has_two_lines() {
        let mut keys = HashSet::new();
        let mut intents = HashSet::new();
        for binding in KEYMAP {
            assert!(intents.insert(binding.intent), "{:?}", binding.intent);
            for key in binding.keys {
                assert!(keys.insert(*key), "{key}");
            }
        }
    }
}
