//! The tables in which migration tools keep what they have done, against the files that they would do.
//!
//! ```text
//!  rows of the tool's table ─► Record ─┐
//!  files of its folder ──────► Script ─┼─► judge ─► Migration { name, state }
//!  its lock, if it takes one ─ running ┘
//! ```
//!
//! What a tool prints is not enough: some call a migration applied whose file was edited since, or say
//! nothing of rows that their folder does not know. The table and the folder tell.

mod crc;
mod files;
mod judge;
mod names;
mod squash;
mod tool;
mod unread;

use serde::{Deserialize, Serialize};

pub(super) use files::Shelf;
pub(super) use judge::{Record, RowState, Script, judge};
pub(super) use names::row_key;
pub(super) use tool::{Lock, LockTable, Tool};
pub(super) use unread::{names, unread};

/// What is known of one tool's migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrations {
    /// The tool, such as `Prisma`.
    pub tool: String,
    /// Its table, with its schema where that is not `public`.
    pub table: String,
    /// The folder of its files, as far as it was found.
    pub folder: Option<String>,
    /// Whether that folder is only one that was found where the program was started.
    #[serde(default)]
    pub guessed: bool,
    /// The session that holds the tool's lock, where it takes one.
    pub running: Option<i32>,
    /// What limits what can be said, if something does.
    pub note: Option<String>,
    /// Whether its table is there and was not read, so that nothing is known of what it holds.
    #[serde(default)]
    pub unread: bool,
    /// All of them, in the order in which they are applied.
    pub list: Vec<Migration>,
}

/// One migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Its name, or its number and title.
    pub name: String,
    /// How far it has come.
    pub state: MigrationState,
    /// When it was applied or begun, as the table says.
    pub at: Option<String>,
    /// What else there is to say, such as the error that the tool has kept.
    pub note: Option<String>,
}

/// How far a migration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationState {
    /// The table says that it was applied, and its file is as it was then.
    Applied,
    /// Its file is there, and the table does not know it.
    Pending,
    /// The tool is at it now.
    Running,
    /// It was begun, the tool is gone, and nobody knows how far it came.
    Interrupted,
    /// The tool has recorded that it failed.
    Failed,
    /// It was applied, and its file has been changed since.
    Edited,
    /// It was applied, and the folder does not have it: another checkout, or a file that was removed.
    Foreign,
}

impl MigrationState {
    /// All of them, the most urgent first.
    pub const ALL: [MigrationState; 7] = [
        MigrationState::Failed,
        MigrationState::Interrupted,
        MigrationState::Running,
        MigrationState::Edited,
        MigrationState::Foreign,
        MigrationState::Pending,
        MigrationState::Applied,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            MigrationState::Applied => "applied",
            MigrationState::Pending => "pending",
            MigrationState::Running => "running",
            MigrationState::Interrupted => "interrupted",
            MigrationState::Failed => "failed",
            MigrationState::Edited => "edited since",
            MigrationState::Foreign => "not in the folder",
        }
    }
}

impl Migrations {
    /// How many of them are in `state`.
    pub fn count(&self, state: MigrationState) -> usize {
        let found = self
            .list
            .iter()
            .filter(|migration| migration.state == state);
        found.count()
    }

    /// Whether it is known what is left to do: that takes the files.
    pub fn knows_pending(&self) -> bool {
        !self.unread && self.folder.is_some()
    }

    /// All of them in a few words: `1 failed, 2 pending, 14 applied`.
    pub fn summary(&self) -> String {
        if self.unread {
            return "not read".to_owned();
        }
        let counted = MigrationState::ALL
            .into_iter()
            .map(|state| (state, self.count(state)))
            .filter(|(_, count)| *count > 0);
        let words: Vec<String> = counted
            .map(|(state, count)| format!("{count} {}", state.word()))
            .collect();
        if words.is_empty() {
            return "none".to_owned();
        }
        words.join(", ")
    }
}

#[cfg(test)]
mod tests;
