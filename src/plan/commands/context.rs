//! What surrounds a command: its pipeline, what that is joined to, what the shell was told.

/// A pipeline.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(in crate::plan) struct Pipe {
    /// How many commands or groups it has.
    pub(in crate::plan) stages: usize,
    /// The pipeline and the stage that a group, or a script for another shell, around it is.
    pub(in crate::plan) parent: Option<(usize, usize)>,
    /// What joins it to what follows.
    pub(in crate::plan) joint: Joint,
    /// Where it ends in its text: at that, at the line's end, or at a comment.
    pub(in crate::plan) end: usize,
    /// Whether `!` stands in front of it.
    pub(in crate::plan) negated: bool,
    /// What its shell was told before.
    pub(in crate::plan) settings: Settings,
    /// Whether it is what `if`, `while` or `until` asks.
    pub(in crate::plan) condition: bool,
    /// Whether it is repeated.
    pub(in crate::plan) looped: bool,
    /// Whether its output becomes part of a word.
    pub(in crate::plan) substituted: bool,
    /// Whether another shell runs it, one of a server or a container perhaps.
    pub(in crate::plan) elsewhere: bool,
}

/// What stands behind a pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::plan) enum Joint {
    /// `;`, a line's end, or nothing.
    #[default]
    Then,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `&`
    Background,
}

/// What a shell does about failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::plan) struct Settings {
    /// Whether a failed command ends the script.
    pub(in crate::plan) stops: bool,
    /// Whether a pipeline fails with any of its commands.
    pub(in crate::plan) pipefail: Pipefail,
}

/// Whether a pipeline fails with any of its commands, and who says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::plan) enum Pipefail {
    /// Only the last one counts.
    #[default]
    Off,
    /// The options that the shell is started with say so; a terminal would not.
    Given,
    /// The script itself says so.
    Written,
}

impl Settings {
    /// What a shell that is started with `options` does.
    pub(in crate::plan) fn of<'o>(options: impl IntoIterator<Item = &'o str>) -> Self {
        let mut settings = Settings::default();
        settings.set(options, Pipefail::Given);
        settings
    }

    /// What changes with `set OPTIONS`; `on` is what pipefail becomes.
    pub(super) fn set<'o>(&mut self, options: impl IntoIterator<Item = &'o str>, on: Pipefail) {
        let mut named = None;
        for word in options {
            if let Some(enabled) = named.take() {
                match word {
                    "pipefail" => self.pipefail = if enabled { on } else { Pipefail::Off },
                    "errexit" => self.stops = enabled,
                    _ => {}
                }
                continue;
            }
            let Some(letters) = word.strip_prefix(['-', '+']) else {
                continue;
            };
            let enabled = word.starts_with('-');
            if letters.starts_with('-') {
                continue;
            }
            if letters.contains('e') {
                self.stops = enabled;
            }
            named = letters.contains('o').then_some(enabled);
        }
    }
}
