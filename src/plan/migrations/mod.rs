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

pub use review::{alone, review};
pub use tool::Tool;
pub use wanted::{Wanted, wanted};

use super::source::Source;

/// A folder of migrations.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Whose they are.
    pub tool: Tool,
    /// The files, in the order in which they are applied.
    pub files: Vec<File>,
}

/// One migration.
#[derive(Clone, Debug)]
pub struct File {
    /// The name by which its tool knows it: Prisma's folder, others' version.
    pub name: String,
    /// Its text; the name of the source is the file's path.
    pub source: Source,
}

impl Folder {
    /// A folder of the files of `tool`, those left out that take a migration back. `files` are paths
    /// below the folder and what they hold.
    pub fn new(tool: Tool, files: Vec<(String, Source)>) -> Self {
        let mut files: Vec<(Vec<tool::Piece>, File)> = files
            .into_iter()
            .filter(|(path, _)| tool.applies(path))
            .map(|(path, source)| {
                (
                    tool::order(&path),
                    File {
                        name: tool.name_of(&path),
                        source,
                    },
                )
            })
            .collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Folder {
            tool,
            files: files.into_iter().map(|(_, file)| file).collect(),
        }
    }
}
