//! Something that needs a second, different key, or the environment's name.

use ratatui_textarea::TextArea;

use crate::run::Command;
use crate::ui::keys::Key;

/// The dialog.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Its heading.
    pub title: String,
    /// What will be done, and to what.
    pub lines: Vec<String>,
    /// What is done when it is confirmed.
    pub command: Command,
    /// The key that confirms; never the one that opened it.
    pub key: Key,
    /// The text that has to be typed before the key does anything, and what was typed so far.
    pub typed: Option<(String, TextArea<'static>)>,
    /// How many of its rows are scrolled past.
    pub top: usize,
}

impl Confirmation {
    /// Asks for `key` before `command`.
    pub fn new(title: impl Into<String>, lines: Vec<String>, command: Command, key: Key) -> Self {
        Confirmation {
            title: title.into(),
            lines,
            command,
            key,
            typed: None,
            top: 0,
        }
    }

    /// Also asks for `text` to be typed.
    #[must_use]
    pub fn typing(mut self, text: impl Into<String>) -> Self {
        self.typed = Some((text.into(), TextArea::default()));
        self
    }

    /// Whether what had to be typed was typed.
    pub fn is_typed(&self) -> bool {
        match &self.typed {
            Some((wanted, input)) => input.lines().join("").trim() == wanted,
            None => true,
        }
    }
}
