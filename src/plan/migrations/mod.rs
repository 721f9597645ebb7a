//! Migrations that a plan applies: files of SQL, read by whoever may read files, and judged like the
//! SQL in steps. Problems in them point at their own files and lines.
//!
//! ```text
//!  Plan ─► wanted    which tools its steps run, in which directories
//!  files ─► Folder   sorted as their tool sorts them ─► review ─► problems of Opened
//! ```

mod review;
mod tool;
mod wanted;

#[cfg(test)]
mod tests;

pub use review::{alone, review, tell_unread};
pub use tool::Tool;
pub use wanted::{Wanted, changes_database, wanted};

use std::collections::HashMap;

use super::source::Source;

/// The file beside a migration in which Diesel is told how to run it.
pub const SETTINGS: &str = "metadata.toml";

/// A folder of migrations.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Whose they are.
    pub tool: Tool,
    /// The files, in the order in which they are applied.
    pub files: Vec<File>,
    /// Whether somebody puts each file into a transaction, whatever its tool does.
    pub whole: bool,
}

/// One migration.
#[derive(Clone, Debug)]
pub struct File {
    /// The name by which its tool knows it: Prisma's folder, others' version.
    pub name: String,
    /// Its text; the name of the source is the file's path.
    pub source: Source,
    /// What its tool is told of it in a file beside it; empty: there is none.
    pub settings: String,
}

impl Folder {
    /// A folder of the files of `tool`, those left out that take a migration back. `files` are paths
    /// below the folder and what they hold; among them may be the files of [`SETTINGS`].
    pub fn new(tool: Tool, files: Vec<(String, Source)>) -> Self {
        let settings: HashMap<String, String> = files
            .iter()
            .filter_map(|(path, source)| {
                let folder = path.strip_suffix(SETTINGS)?;
                Some((folder.to_owned(), source.text().to_owned()))
            })
            .collect();
        let settings = |path: &str| {
            let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
            settings.get(folder).cloned().unwrap_or_default()
        };
        let mut files: Vec<(Vec<tool::Piece>, File)> = files
            .into_iter()
            .filter(|(path, _)| tool.applies(path))
            .map(|(path, source)| {
                (
                    tool::order(&path),
                    File {
                        name: tool.name_of(&path),
                        settings: settings(&path),
                        source,
                    },
                )
            })
            .collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Folder {
            tool,
            files: files.into_iter().map(|(_, file)| file).collect(),
            whole: false,
        }
    }
}
