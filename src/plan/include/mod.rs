//! Reusable pieces: a plan takes in the phases of another.
//!
//! ```text
//!  include = "common/backup.toml"          phases of it, each behind the plan's own of its kind
//!  [[phase]] include = "…"  vars = { … }   the same, in this place
//! ```
//!
//! The text of every included file stands behind the plan's own in one `Source`, so that a place in
//! any of them is one number. `Taken` reads the files, one in another, and refuses circles; `adopt`
//! makes a file's phases the plan's: its variables are the plan's unless they are mapped, its ids get
//! a number where they are taken. What else a file says is left out, and that is said.

mod adopt;
mod taken;

pub(super) use taken::take_in;

use super::draft::Placed;

/// That a plan takes in another file.
#[derive(Clone, Debug)]
pub(crate) struct Include {
    /// The file, relative to the one that names it.
    pub file: Placed<String>,
    /// What its variables mean here: their names, and a text or one variable of ours.
    pub vars: Vec<(Placed<String>, Placed<String>)>,
    /// The phase before which its phases stand; none: each behind those of its kind.
    pub place: Option<usize>,
}

/// A file that a plan has taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// Where it is, relative to the plan's folder.
    pub path: String,
    /// SHA-256 of it, in hexadecimal.
    pub digest: String,
    /// The same of its text, however its lines end.
    pub text_digest: String,
}

impl Included {
    /// Its digest and its path.
    pub fn told(&self) -> (&str, &str) {
        (&self.digest, &self.path)
    }
}

/// Whoever can bring the bytes of a file, which is named relative to the plan's folder.
pub type Load<'l> = &'l dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Brings nothing.
pub(super) fn nobody(path: &str) -> Result<Vec<u8>, String> {
    Err(format!("nobody can bring {path} here"))
}

/// The path of `file`, named by the file at `from`, without `.` and as few `..` as can be.
fn joined(from: &str, file: &str) -> String {
    if file.starts_with('/') {
        return file.to_owned();
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(file.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
