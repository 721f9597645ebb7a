//! What things look like. Every meaning has a sign or a word of its own: colour only helps, and
//! without it (`NO_COLOR`) bold, reverse and dim remain.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// What can be overlooked.
    Dim,
    /// A panel's frame.
    Frame,
    /// The frame of the panel that has the keys.
    FrameFocused,
    /// A panel's title.
    Title,
    /// What is as it should be.
    Good,
    /// What is not.
    Bad,
    /// What wants attention.
    Warn,
    /// What is going on.
    Active,
    /// What is ours among the sessions of a database.
    Ours,
    /// The line that keys act on.
    Selected,
    /// A key.
    Key,
    /// The environment that hurts.
    Production,
    /// Any other environment.
    Environment,
    /// A line across the screen that must not be overlooked.
    Alarm,
}

/// With colours, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colours: bool,
}

impl Theme {
    /// The theme with colours, or without.
    pub fn new(colours: bool) -> Self {
        Theme { colours }
    }

    /// As the environment wants it: any `NO_COLOR` that is not empty turns colours off.
    pub fn from_environment() -> Self {
        Theme::new(std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    /// Whether there are colours.
    pub fn has_colours(self) -> bool {
        self.colours
    }

    /// The style of `role`.
    pub fn style(self, role: Role) -> Style {
        let style = modifiers(role);
        if self.colours && role != Role::Selected {
            colours(role).patch(style)
        } else {
            style
        }
    }
}

fn modifiers(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Frame | Role::Good | Role::Active => style,
        Role::Dim => style.add_modifier(Modifier::DIM),
        Role::FrameFocused | Role::Title | Role::Warn | Role::Ours | Role::Key => {
            style.add_modifier(Modifier::BOLD)
        }
        // Whatever a line is made of, under the cursor it is one piece.
        Role::Selected => Style::reset().add_modifier(Modifier::REVERSED),
        Role::Bad | Role::Environment => style.add_modifier(Modifier::BOLD),
        Role::Production | Role::Alarm => {
            style.add_modifier(Modifier::BOLD.union(Modifier::REVERSED))
        }
    }
}

/// The sixteen colours that every terminal lets its user choose.
fn colours(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Dim | Role::Title | Role::Selected => style,
        Role::Frame => style.add_modifier(Modifier::DIM),
        Role::FrameFocused | Role::Key | Role::Active => style.fg(Color::Cyan),
        Role::Good => style.fg(Color::Green),
        Role::Bad | Role::Production | Role::Alarm => style.fg(Color::Red),
        Role::Warn => style.fg(Color::Yellow),
        Role::Ours => style.fg(Color::Magenta),
        Role::Environment => style.fg(Color::Blue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_no_style_has_one() {
        let plain = Theme::new(false);
        for role in [
            Role::Good,
            Role::Bad,
            Role::Production,
            Role::Key,
            Role::Frame,
        ] {
            let style = plain.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        assert!(
            plain
                .style(Role::Alarm)
                .add_modifier
                .contains(Modifier::REVERSED)
        );
    }
}
