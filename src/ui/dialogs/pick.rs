//! One of several things.

use crate::run::Command;
use crate::ui::intent::Intent;

/// What picking leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The same as a key.
    Intent(Intent),
    /// A command.
    Command(Command),
    /// Asking for a variable's value.
    Value(String),
}

/// One of the things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key, or number.
    pub key: char,
    /// What it is.
    pub label: String,
    /// Why it can't be picked now, if it can't.
    pub refused: Option<String>,
    /// What it leads to.
    pub picked: Picked,
}

/// The dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Its heading.
    pub title: String,
    /// What whoever picks has to know.
    pub lines: Vec<String>,
    /// What there is to pick from.
    pub items: Vec<Item>,
    /// The one under the cursor.
    pub at: usize,
}
