//! The folders of migration files, and what is in them.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256, Sha384};

use super::crc::crc32_of_lines;
use super::judge::{Script, version};
use super::names;
use super::tool::Tool;

/// How deep below the project's folder migrations are looked for, and in how many folders.
const DEEPEST: usize = 5;
const MOST: usize = 4_000;
/// What folders of migrations are called.
const NAMES: [&str; 8] = [
    "migrations",
    "migrate",
    "migration",
    "versions",
    "sql",
    "flyway",
    "db",
    "drizzle",
];
/// Folders of other people's files.
const FOREIGN: [&str; 8] = [
    "node_modules",
    "target",
    "vendor",
    "venv",
    "site-packages",
    "dist",
    "build",
    "__pycache__",
];
/// The files that tell a folder to be Atlas's, or sqitch's.
const ATLAS: &str = "atlas.sum";
const SQITCH: &str = "sqitch.plan";
/// The largest file that is read.
const LARGEST: u64 = 8 * 1024 * 1024;

/// The files of a project's migrations, with their checksums remembered.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct Shelf {
    root: Option<PathBuf>,
    /// Whether nobody says that `root` is the project's: it is where the program was started.
    guessed: bool,
    folders: Option<Vec<PathBuf>>,
    /// By tool and path: the length and the time of the last change, and what was computed then.
    sums: HashMap<(Tool, PathBuf), (u64, Option<SystemTime>, String)>,
}

impl Shelf {
    /// The shelf of the project in `root`; without one it stays empty.
    pub(in crate::monitor) fn new(root: Option<PathBuf>) -> Self {
        Shelf {
            root,
            ..Shelf::default()
        }
    }

    /// The same of a folder that may belong to another project: only what the database knows is taken.
    pub(in crate::monitor) fn guessed(root: Option<PathBuf>) -> Self {
        Shelf {
            guessed: true,
            ..Shelf::new(root)
        }
    }

    /// Whether its folder may belong to another project.
    pub(in crate::monitor) fn is_guess(&self) -> bool {
        self.guessed
    }

    /// Looks for folders again the next time.
    pub(in crate::monitor) fn forget_folders(&mut self) {
        self.folders = None;
    }

    /// The files of `tool` and their folder; of several folders the one that has most of the `known`
    /// keys. What may be another project's has to have one of them. Reads the disk, so it is no work for a
    /// task that others wait for.
    pub(in crate::monitor) fn scripts(
        &mut self,
        tool: Tool,
        known: &[String],
    ) -> Option<(PathBuf, Vec<Script>)> {
        let folders = self.folders();
        let mut all = Vec::new();
        for folder in folders {
            let scripts = self.read(tool, &folder);
            if !scripts.is_empty() {
                all.push((folder, scripts));
            }
        }
        let fits = |scripts: &[Script]| {
            let found = scripts.iter().filter(|script| known.contains(&script.key));
            found.count()
        };
        let stranger = self.guessed && !known.is_empty();
        if stranger && all.iter().all(|(_, scripts)| fits(scripts) == 0) {
            return None;
        }
        if tool == Tool::Django {
            // Every application has a folder of its own.
            let root = self.root.clone()?;
            let scripts: Vec<Script> = all.into_iter().flat_map(|(_, scripts)| scripts).collect();
            return (!scripts.is_empty()).then_some((root, scripts));
        }
        all.into_iter().max_by_key(|(folder, scripts)| {
            (
                fits(scripts),
                std::cmp::Reverse(folder.components().count()),
            )
        })
    }

    fn folders(&mut self) -> Vec<PathBuf> {
        let Some(root) = &self.root else {
            return Vec::new();
        };
        self.folders
            .get_or_insert_with(|| find_folders(root))
            .clone()
    }

    fn read(&mut self, tool: Tool, folder: &Path) -> Vec<Script> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut scripts: Vec<Script> = match tool {
            Tool::Drizzle => self.journal(folder),
            Tool::Sqitch => self.plan(folder),
            Tool::Atlas if !folder.join(ATLAS).is_file() => Vec::new(),
            _ => entries
                .filter_map(|entry| self.script(tool, folder, &entry.path()))
                .collect(),
        };
        match tool {
            Tool::Flyway => scripts.sort_by(|a, b| {
                let last = |script: &Script| script.key.starts_with("R ");
                (last(a), version(&a.key), &a.key).cmp(&(last(b), version(&b.key), &b.key))
            }),
            Tool::Alembic => scripts = in_order(scripts),
            Tool::Sqitch => {}
            Tool::Prisma
            | Tool::Knex
            | Tool::NodePgMigrate
            | Tool::Django
            | Tool::Atlas
            | Tool::Pgroll => scripts.sort_by(|a, b| a.key.cmp(&b.key)),
            _ => scripts.sort_by_key(|script| (version(&script.key), script.key.clone())),
        }
        scripts.dedup_by(|a, b| a.key == b.key);
        scripts
    }

    fn script(&mut self, tool: Tool, folder: &Path, path: &Path) -> Option<Script> {
        let file = path.file_name()?.to_str()?;
        let (key, after) = match tool {
            Tool::Alembic if extension(path) == "py" => {
                let read = |bytes: &[u8]| {
                    let found = names::revision(&String::from_utf8_lossy(bytes));
                    let (key, after) = found.unwrap_or_default();
                    format!("{key} {}", after.join(" "))
                };
                let found = self.remembered(tool, path, read)?;
                let mut words = found.split_whitespace().map(str::to_owned);
                (words.next()?, words.collect())
            }
            Tool::Alembic => return None,
            Tool::Django => {
                let app = folder.parent()?.file_name()?.to_str()?;
                let stem = names::key(tool, file)?;
                (format!("{app}.{stem}"), Vec::new())
            }
            _ => (names::key(tool, file)?, Vec::new()),
        };
        let script = match tool {
            Tool::Prisma => path.join("migration.sql"),
            Tool::Diesel => path.join("up.sql"),
            _ => path.to_owned(),
        };
        if !script.is_file() || !self.is_of(tool, &script) {
            return None;
        }
        Some(Script {
            name: names::shown(tool, file, &key),
            key,
            checksum: self.checksum(tool, &script),
            after,
            replaces: match tool {
                Tool::Django => self.replaced(&script),
                _ => Vec::new(),
            },
            checkpoint: tool == Tool::Atlas && self.says(tool, &script, "-- atlas:checkpoint"),
        })
    }

    /// Whether a file that may be another tool's, by its name, is of this one.
    fn is_of(&mut self, tool: Tool, path: &Path) -> bool {
        match tool {
            Tool::Dbmate => self.says(tool, path, "-- migrate:up"),
            Tool::Pgroll => self.says(tool, path, "operations"),
            _ => true,
        }
    }

    fn says(&mut self, tool: Tool, path: &Path, words: &str) -> bool {
        let says = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(words).to_string();
        self.remembered(tool, path, says).as_deref() == Some("true")
    }

    /// What sqitch's plan names.
    fn plan(&mut self, folder: &Path) -> Vec<Script> {
        let read = |bytes: &[u8]| names::planned(&String::from_utf8_lossy(bytes)).join("\n");
        let keys = self.remembered(Tool::Sqitch, &folder.join(SQITCH), read);
        let keys = keys.unwrap_or_default();
        let script = |key: &str| Script {
            key: key.to_owned(),
            name: key.split_once(':').map_or(key, |(_, name)| name).to_owned(),
            ..Script::default()
        };
        keys.lines().map(script).collect()
    }

    fn replaced(&mut self, path: &Path) -> Vec<String> {
        let read = |bytes: &[u8]| names::replaces(&String::from_utf8_lossy(bytes)).join(" ");
        let keys = self
            .remembered(Tool::Django, path, read)
            .unwrap_or_default();
        keys.split_whitespace().map(str::to_owned).collect()
    }

    /// What drizzle's journal names and has a file for.
    fn journal(&mut self, folder: &Path) -> Vec<Script> {
        let read = |bytes: &[u8]| {
            let entries = names::journal(bytes).into_iter();
            let lines: Vec<String> = entries.map(|(key, tag)| format!("{key} {tag}")).collect();
            lines.join("\n")
        };
        let lines = self.remembered(Tool::Drizzle, &folder.join("meta/_journal.json"), read);
        let lines = lines.unwrap_or_default();
        let entries = lines.lines().filter_map(|line| line.split_once(' '));
        entries
            .filter_map(|(key, tag)| {
                let path = folder.join(format!("{tag}.sql"));
                path.is_file().then(|| Script {
                    key: key.to_owned(),
                    name: tag.to_owned(),
                    checksum: self.checksum(Tool::Drizzle, &path),
                    ..Script::default()
                })
            })
            .collect()
    }

    fn checksum(&mut self, tool: Tool, path: &Path) -> Option<String> {
        let compute: fn(&[u8]) -> String = match tool {
            Tool::Prisma | Tool::Drizzle => |bytes| hex(&Sha256::digest(bytes)),
            Tool::Sqlx => |bytes| hex(&Sha384::digest(bytes)),
            Tool::Flyway => |bytes| {
                let crc = crc32_of_lines(&String::from_utf8_lossy(bytes));
                crc.cast_signed().to_string()
            },
            _ => return None,
        };
        self.remembered(tool, path, compute)
    }

    /// What `compute` makes of a file, computed again only when the file has changed.
    fn remembered(
        &mut self,
        tool: Tool,
        path: &Path,
        compute: impl Fn(&[u8]) -> String,
    ) -> Option<String> {
        let meta = std::fs::metadata(path)
            .ok()
            .filter(|meta| meta.len() <= LARGEST)?;
        let stamp = (meta.len(), meta.modified().ok());
        let key = (tool, path.to_owned());
        if let Some((length, changed, sum)) = self.sums.get(&key)
            && (*length, *changed) == stamp
        {
            return Some(sum.clone());
        }
        let sum = compute(&std::fs::read(path).ok()?);
        self.sums.insert(key, (stamp.0, stamp.1, sum.clone()));
        Some(sum)
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(OsStr::to_str).unwrap_or_default()
}

/// Those first that come after nothing, then those that come after them.
fn in_order(mut scripts: Vec<Script>) -> Vec<Script> {
    scripts.sort_by(|a, b| a.key.cmp(&b.key));
    let keys: HashSet<String> = scripts.iter().map(|script| script.key.clone()).collect();
    let mut placed: HashSet<String> = HashSet::new();
    let mut sorted: Vec<Script> = Vec::with_capacity(scripts.len());
    while !scripts.is_empty() {
        let ready = |script: &Script| {
            let mut before = script.after.iter();
            before.all(|key| placed.contains(key) || !keys.contains(key))
        };
        let (mut next, left): (Vec<Script>, Vec<Script>) = scripts.into_iter().partition(ready);
        // A graph that goes in a circle is broken anyway; then any order will do.
        let is_circle = next.is_empty();
        scripts = if is_circle { Vec::new() } else { left.clone() };
        if is_circle {
            next = left;
        }
        placed.extend(next.iter().map(|script| script.key.clone()));
        sorted.extend(next);
    }
    sorted
}

/// The folders below `root` whose names, or files, say that there may be migrations in them.
fn find_folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = open.pop() {
        seen += 1;
        if seen > MOST {
            break;
        }
        let name = folder
            .file_name()
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        if NAMES.contains(&name) || depth == 0 {
            found.push(folder.clone());
        }
        if depth == DEEPEST {
            continue;
        }
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name == SQITCH && found.last() != Some(&folder) {
                found.push(folder.clone());
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !name.starts_with('.') && !FOREIGN.contains(&name.as_ref()) {
                open.push((entry.path(), depth + 1));
            }
        }
    }
    found.sort();
    found
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
