//! Following what files of SQL include: `\i` and `\ir`, as psql does.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::find::places_of;
use super::read::{Failure, Place};
use crate::plan::migrations::{Raw, Want, Wanted, includes, statements};

/// How deep files may include others, and how many of them are read.
const DEEPEST: usize = 16;
const MOST: usize = 1000;

/// Files of SQL in the order in which psql runs them.
pub(super) struct Chain<'a> {
    bases: &'a [PathBuf],
    want: &'a Want,
    /// What was read already: a circle ends there.
    seen: HashSet<PathBuf>,
    depth: usize,
    pub(super) raws: Vec<Raw>,
    /// What is there and can't be read.
    pub(super) failed: Vec<Failure>,
    /// What is not there, or nobody knows.
    pub(super) lost: Vec<Want>,
}

impl<'a> Chain<'a> {
    /// Follows what is wanted, as it is found in `bases`.
    pub(super) fn new(bases: &'a [PathBuf], want: &'a Want) -> Self {
        Chain {
            bases,
            want,
            seen: HashSet::new(),
            depth: 0,
            raws: Vec::new(),
            failed: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Adds `raw`, and what it includes: in front of it, where that is the first that it does.
    pub(super) fn follow(&mut self, mut raw: Raw) {
        let at = PathBuf::from(raw.source.name());
        let own = at.canonicalize().unwrap_or_else(|_| at.clone());
        if !self.seen.insert(own) {
            return;
        }
        raw.whole |= matches!(self.want.wanted, Wanted::File { whole: true, .. });
        let (whole, text) = (raw.whole, raw.source.text().to_owned());
        let here = Place {
            label: PathBuf::from(&raw.label),
            at,
        };
        let mut own = Some(raw);
        let mut passed = Passed::default();
        for include in includes(&text) {
            passed.go_to(&text, include.at);
            if passed.any {
                self.raws.extend(own.take());
            }
            let full = self.depth == DEEPEST || self.seen.len() == MOST;
            if include.is_filled_in() || full {
                let line = text[include.at..].lines().next().unwrap_or_default();
                let call = format!("{} in {}", line.trim_end(), here.name());
                self.lost(Wanted::Unseen(call));
                continue;
            }
            let Some(place) = self.find(&here, include.file, include.beside) else {
                let path = include.file.to_owned();
                self.lost(Wanted::File {
                    path,
                    cwd: None,
                    whole: false,
                });
                continue;
            };
            match place.raw(&place.at) {
                Ok(mut included) => {
                    included.whole = whole || passed.open;
                    self.depth += 1;
                    self.follow(included);
                    self.depth -= 1;
                }
                Err(failed) => self.failed.push(failed),
            }
        }
        self.raws.extend(own);
    }

    /// Where `file` stands, which the one at `here` includes.
    fn find(&self, here: &Place, file: &str, beside: bool) -> Option<Place> {
        let stands = |place: &Place| place.at.symlink_metadata().is_ok();
        if beside {
            let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
            let folder = Place {
                at: folder(&here.at),
                label: folder(&here.label),
            };
            return Some(folder.join(Path::new(file))).filter(stands);
        }
        let cwd = match &self.want.wanted {
            Wanted::File { cwd, .. } => cwd.as_deref(),
            _ => None,
        };
        places_of(self.bases, cwd, file).find(stands)
    }

    fn lost(&mut self, wanted: Wanted) {
        self.lost.push(Want {
            wanted,
            ..self.want.clone()
        });
    }
}

/// What the statements in front of an include have left behind.
#[derive(Default)]
struct Passed {
    at: usize,
    /// Whether there are any.
    any: bool,
    /// Whether a transaction is open behind them.
    open: bool,
}

impl Passed {
    /// Takes in the statements of `sql` up to the byte `end`.
    fn go_to(&mut self, sql: &str, end: usize) {
        for statement in statements(sql.get(self.at..end).unwrap_or_default()) {
            self.any = true;
            let word = statement.split_whitespace().next().unwrap_or_default();
            match word.to_ascii_lowercase().as_str() {
                "begin" | "start" => self.open = true,
                "abort" | "commit" | "end" | "rollback" => self.open = false,
                _ => {}
            }
        }
        // The command itself is no statement.
        self.at = end + sql[end..].find('\n').unwrap_or(sql.len() - end);
    }
}
