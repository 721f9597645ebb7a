//! What a statement does to those who use the database while it runs, and to code that is running.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use super::form::Form;
use super::lock::LockMode;

/// Whether code that runs goes on working, and whether data stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compatibility {
    /// Only adds: nobody has to know.
    #[default]
    Additive,
    /// Changes what is there: code that runs may mind.
    Transformative,
    /// Takes away or renames what code uses, or loses data.
    Breaking,
}

impl Compatibility {
    /// The word that JSON uses.
    pub fn word(self) -> &'static str {
        match self {
            Compatibility::Additive => "additive",
            Compatibility::Transformative => "transformative",
            Compatibility::Breaking => "breaking",
        }
    }
}

/// How much of a relation a statement goes through while it holds its lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Only the catalogs change: the same time for any size.
    #[default]
    Metadata,
    /// The relation gets a new, empty file.
    Empty,
    /// All of it is read.
    Scan,
    /// All of it is written anew, with its indexes.
    Rewrite,
}

impl Effect {
    /// The word that people and JSON read.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Metadata => "metadata only",
            Effect::Empty => "emptied",
            Effect::Scan => "scan",
            Effect::Rewrite => "rewrite",
        }
    }
}

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A table, a view or a materialized view.
    Table,
    /// An index.
    Index,
}

/// What a statement does to one relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Its name, as the catalogs write it.
    pub relation: String,
    /// Whether it is a table or an index.
    pub sort: Sort,
    /// The lock, held until the transaction ends.
    pub lock: LockMode,
    /// How much of it is gone through.
    pub effect: Effect,
    /// Whether the same file or transaction made it: nobody else uses it yet.
    pub fresh: bool,
    /// Whether a file that was read before has made it: a database may not have it yet.
    pub made: bool,
    /// Whether it is a partitioned table.
    pub divided: bool,
}

/// One thing that a statement does: `ALTER TABLE` can do several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub form: Form,
    /// Where it stands in the text.
    pub range: Range<usize>,
    /// What it does to which relations.
    pub touches: Vec<Touch>,
}

/// What is known of a statement before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What it does to code and data.
    pub compatibility: Compatibility,
    /// What it does to relations, the strongest lock first; each relation once.
    pub touches: Vec<Touch>,
    /// What would do less harm.
    pub safer: Option<&'static str>,
}

/// A statement and what was found out about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Where the statement stands in the text.
    pub range: Range<usize>,
    /// What it does, one by one.
    pub parts: Vec<Part>,
    /// Where it can't be read, and why.
    pub wrong: Option<(Range<usize>, String)>,
    /// Whether what is put in later says what it does.
    pub open: bool,
}

impl Judged {
    /// What the statement does as a whole.
    pub fn verdict(&self) -> Verdict {
        let mut verdict = Verdict::default();
        for part in &self.parts {
            let row = part.form.row();
            verdict.compatibility = verdict.compatibility.max(row.compatibility);
            if verdict.safer.is_none() && !row.safer.is_empty() {
                verdict.safer = Some(row.safer);
            }
            for touch in &part.touches {
                merge(&mut verdict.touches, touch);
            }
        }
        verdict
            .touches
            .sort_by(|a, b| b.lock.cmp(&a.lock).then(b.effect.cmp(&a.effect)));
        verdict
    }
}

/// Adds `touch` to `touches`, in which each relation stands once.
fn merge(touches: &mut Vec<Touch>, touch: &Touch) {
    let known = touches
        .iter_mut()
        .find(|known| known.relation == touch.relation && known.sort == touch.sort);
    match known {
        Some(known) => {
            known.lock = known.lock.max(touch.lock);
            known.effect = known.effect.max(touch.effect);
        }
        None => touches.push(touch.clone()),
    }
}

impl Verdict {
    /// The touch that others notice most, if they notice any.
    pub fn worst(&self) -> Option<&Touch> {
        let felt = self
            .touches
            .iter()
            .filter(|touch| !touch.fresh && touch.lock >= LockMode::ShareUpdateExclusive);
        felt.rev()
            .max_by_key(|touch| (touch.lock.blocks_writes(), touch.effect, touch.lock))
    }
}

impl fmt::Display for Touch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {}, {}",
            self.lock,
            self.relation,
            self.effect.word()
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.worst() {
            Some(touch) => write!(f, "{touch}"),
            None => f.write_str("no lock that anybody notices"),
        }
    }
}
