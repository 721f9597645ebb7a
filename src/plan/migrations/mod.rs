//! Migrations that a plan applies: files of SQL, read by whoever may read files, and judged like the
//! SQL in steps. Problems in them point at their own files and lines.
//!
//! ```text
//!  Plan ─► wanted            which tools its steps run, in which directories
//!  files ─► Folder, Applied  sorted as their tool sorts them ─► review ─► problems of Opened
//!                                                            └► judged ─► locks
//! ```

mod review;
mod tool;
mod wanted;

#[cfg(test)]
mod tests;

pub use super::ddl::{Include, includes};
pub use super::sql_text::statements;
pub use review::{alone, judged, review, tell_unread};
pub use tool::Tool;
pub use wanted::{Want, Wanted, changes_database, made_before, wanted};

use std::collections::HashMap;

use super::digest::{sha256, sha256_of_text};
use super::model::StepIx;
use super::source::{Source, Span};

/// The file beside a migration in which Diesel is told how to run it.
pub const SETTINGS: &str = "metadata.toml";

/// What a plan applies that does not stand in it, as it was read.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Files of SQL.
    pub folders: Vec<Folder>,
    /// Files that nobody judges, and the steps that run each: scripts that change a database, migrations that are
    /// no SQL, SQL of ways back.
    pub others: Vec<(File, Vec<StepIx>)>,
    /// What was found nowhere, or is nothing that is read here.
    pub missing: Vec<Want>,
    /// What was found and is no SQL.
    pub unjudged: Vec<Want>,
    /// What is there, and could not be read.
    pub unread: Vec<Unread>,
}

/// Something that stands where a file should, and can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// How the plan finds it, the same on every machine.
    pub label: String,
    /// Why, in words that follow a name.
    pub why: String,
    /// The steps that apply it; none: the plan names it.
    pub steps: Vec<StepIx>,
    /// Where the first of these stands in the plan.
    pub span: Span,
}

/// A folder of migrations.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Whose they are.
    pub tool: Tool,
    /// The files, in the order in which they are applied.
    pub files: Vec<File>,
    /// The steps that apply it; none: the plan names it, or somebody else does.
    pub steps: Vec<StepIx>,
}

/// A file as it was read.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Where it stands below its folder.
    pub path: String,
    /// The same from where the plan finds its folder, wherever that is on this machine.
    pub label: String,
    /// What it holds.
    pub source: Source,
    /// SHA-256 of its text, in hexadecimal, however its lines end.
    pub digest: String,
    /// SHA-256 of its bytes.
    pub exact: String,
    /// Whether somebody puts it into a transaction, whatever its tool does.
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
    /// How the plan finds it, the same on every machine.
    pub label: String,
    /// SHA-256 of its text, in hexadecimal, however its lines end; with settings beside it, of both.
    pub digest: String,
    /// The same of its bytes.
    pub exact: String,
    /// Whether somebody puts it into a transaction, whatever its tool does.
    pub whole: bool,
}

impl Applied {
    /// Every file, and the steps that apply it.
    pub fn files(&self) -> impl Iterator<Item = (&File, &[StepIx])> {
        let folders = self.folders.iter().flat_map(|folder| {
            let files = folder.files.iter();
            files.map(|file| (file, folder.steps.as_slice()))
        });
        let others = self.others.iter();
        folders.chain(others.map(|(file, steps)| (file, steps.as_slice())))
    }
}

impl File {
    /// The file `raw`, whatever it is, which is called `name` and has `settings` beside it.
    pub fn new(name: String, raw: Raw, settings: String) -> Self {
        let both = |own: String, of: fn(&[u8]) -> String| match settings.as_str() {
            "" => own,
            // Of a change of line ends alone nothing must be seen here either.
            settings => of(format!("{own}\n{settings}").as_bytes()),
        };
        let (digest, exact) = (both(raw.digest, sha256_of_text), both(raw.exact, sha256));
        File {
            name,
            source: raw.source,
            settings,
            label: raw.label,
            digest,
            exact,
            whole: raw.whole,
        }
    }
}

impl Folder {
    /// A folder of the files of `tool`, those left out that take a migration back. Among `files` may be
    /// those of [`SETTINGS`].
    pub fn new(tool: Tool, files: Vec<Raw>) -> Self {
        let settings: HashMap<String, String> = files
            .iter()
            .filter_map(|raw| {
                let folder = raw.path.strip_suffix(SETTINGS)?;
                Some((folder.to_owned(), raw.source.text().to_owned()))
            })
            .collect();
        let settings = |path: &str| {
            let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
            settings.get(folder).cloned().unwrap_or_default()
        };
        let mut files: Vec<(Vec<tool::Piece>, File)> = files
            .into_iter()
            .filter(|raw| tool.applies(&raw.path))
            .map(|raw| {
                let (name, settings) = (tool.name_of(&raw.path), settings(&raw.path));
                (tool::order(&raw.path), File::new(name, raw, settings))
            })
            .collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Folder::in_order(tool, files.into_iter().map(|(_, file)| file).collect())
    }

    /// The same of files that are applied as they come.
    pub fn in_order(tool: Tool, files: Vec<File>) -> Self {
        Folder {
            tool,
            files,
            steps: Vec::new(),
        }
    }
}
