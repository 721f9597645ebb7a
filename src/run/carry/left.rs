//! What a step's shell left: told by the shell as it ends, compared by the shim with what it was
//! given, kept in a file for the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use serde::{Deserialize, Serialize};

use super::prologue::{BASH_ENV_BEFORE, KEEPER, LEAVES};
use crate::journal::event::Left;

/// Variables that are the shell's own business, or ours: they are set for each step anew.
const NOT_LEFT: [&str; 7] = [
    "_",
    "SHLVL",
    "PWD",
    "BASH_ENV",
    "PGAPPNAME",
    "GONOGO_RUN",
    "GONOGO_STEP",
];

/// The directory before: carried, so that `cd -` works, and not worth a word.
const SILENT: &str = "OLDPWD";

/// A step's directory, umask and variables, as far as they differ from those that it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The directory, if it is another one.
    pub directory: Option<PathBuf>,
    /// What files that are made may not be used for, if that is something else: `0o027`.
    #[serde(default)]
    pub umask: Option<u32>,
    /// Variables that it had not.
    pub added: BTreeMap<String, String>,
    /// Variables that had another value.
    pub changed: BTreeMap<String, String>,
    /// Variables that are no longer there.
    pub removed: BTreeSet<String>,
}

impl Difference {
    /// Whether the next step would not notice.
    pub fn is_empty(&self) -> bool {
        *self == Difference::default()
    }

    /// What may be told of it: no values.
    pub fn names(&self) -> Left {
        let names = |map: &BTreeMap<String, String>| {
            let told = map.keys().filter(|name| *name != SILENT);
            told.cloned().collect()
        };
        Left {
            directory: self
                .directory
                .as_ref()
                .map(|path| path.to_string_lossy().into_owned()),
            umask: self.umask.map(|umask| format!("{umask:03o}")),
            added: names(&self.added),
            changed: names(&self.changed),
            removed: self
                .removed
                .iter()
                .filter(|name| *name != SILENT)
                .cloned()
                .collect(),
        }
    }

    /// What is in the file at `path`.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }
}

/// The file that a step's shell writes to, beside the one with the difference.
fn told(path: &Path) -> PathBuf {
    path.with_extension("told")
}

/// Makes the file that the shell will write to, so that nobody else can read it whatever the shell's
/// mask is. Returns its path.
pub fn expect(path: &Path) -> io::Result<PathBuf> {
    let told = told(path);
    private(&told)?;
    Ok(told)
}

/// Makes a file that nobody else can read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    options.open(path)
}

/// The work of `gonogo keep FILE`: writes this process's umask, directory and environment, which are those of
/// the shell that started it, into a file that is there already. Returns the exit code.
pub fn keep(file: Option<OsString>) -> u8 {
    let Some(file) = file else { return 2 };
    u8::from(write_told(Path::new(&file)).is_err())
}

fn write_told(path: &Path) -> io::Result<()> {
    let mut bytes = umask().to_string().into_bytes();
    bytes.push(0);
    bytes.extend(here()?.into_os_string().into_vec());
    for (name, value) in std::env::vars_os() {
        bytes.push(0);
        bytes.extend(name.into_vec());
        bytes.push(b'=');
        bytes.extend(value.into_vec());
    }
    let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
    file.write_all(&bytes)
}

/// The umask of this process, which can only be had by setting another.
pub fn umask() -> u32 {
    let umask = rustix::process::umask(Mode::empty());
    rustix::process::umask(umask);
    umask.bits()
}

/// The directory as the shell calls it, which may lead through a link.
fn here() -> io::Result<PathBuf> {
    let real = std::env::current_dir()?;
    let named = std::env::var_os("PWD").map(PathBuf::from);
    let same = |path: &PathBuf| path.is_absolute() && is_same(path, &real);
    Ok(named.filter(same).unwrap_or(real))
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => one == other,
    }
}

/// What a step was given.
pub struct Given<'a> {
    /// Its directory.
    pub directory: &'a Path,
    /// Its umask.
    pub umask: u32,
    /// Its environment.
    pub environment: BTreeMap<OsString, OsString>,
}

/// Compares what the shell told with what it was `given` and writes the difference to `path`. Nothing
/// is written where it told nothing. Returns the file, still to be brought to the disk.
pub fn conclude(path: &Path, given: &Given<'_>) -> io::Result<Option<File>> {
    let told = told(path);
    let bytes = fs::read(&told)?;
    fs::remove_file(&told)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let difference = difference(&bytes, given);
    let mut file = private(path)?;
    file.write_all(&serde_json::to_vec(&difference)?)?;
    Ok(Some(file))
}

/// Variables whose value is not text stay as they were.
pub(super) fn difference(told: &[u8], given: &Given<'_>) -> Difference {
    let mut parts = told.split(|&byte| byte == 0);
    let umask = std::str::from_utf8(parts.next().unwrap_or_default());
    let umask = umask.ok().and_then(|umask| umask.parse().ok());
    let directory = PathBuf::from(OsStr::from_bytes(parts.next().unwrap_or_default()));
    let mut difference = Difference {
        directory: (!is_same(&directory, given.directory)).then_some(directory),
        umask: umask.filter(|umask| *umask != given.umask),
        ..Difference::default()
    };
    let mut gone: BTreeSet<&OsString> = given.environment.keys().collect();
    for part in parts {
        let Some(at) = part.iter().position(|&byte| byte == b'=') else {
            continue;
        };
        let name = OsString::from_vec(part[..at].to_vec());
        gone.remove(&name);
        let before = given.environment.get(&name);
        let value = OsStr::from_bytes(&part[at + 1..]);
        if is_ours(&name) || before.is_some_and(|before| before == value) {
            continue;
        }
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            continue;
        };
        let into = match before {
            Some(_) => &mut difference.changed,
            None => &mut difference.added,
        };
        into.insert(name.to_owned(), value.to_owned());
    }
    let gone = gone.into_iter().filter(|name| !is_ours(name));
    let gone = gone.filter_map(|name| Some(name.to_str()?.to_owned()));
    difference.removed = gone.collect();
    difference
}

fn is_ours(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    NOT_LEFT.contains(&text.as_ref())
        || [KEEPER, LEAVES, BASH_ENV_BEFORE].contains(&text.as_ref())
        || text.starts_with("GONOGO_VAR_")
}
