//! Pictures of databases: what a step looks at, which earlier picture it is held against, and what
//! must not have become of it.

use std::time::Duration;

use super::draft::Placed;
use super::source::Span;

/// A picture of one or several databases, taken under a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The name by which later ones are compared with it.
    pub name: Placed<String>,
    /// The name of the earlier one that it is compared with.
    pub compare: Option<Placed<String>>,
    /// The databases, by their names in the plan. The author may leave them out: then they are those
    /// of the one it is compared with, or all of the plan.
    pub databases: Vec<Placed<String>>,
    /// The schemas; none: all that are not the server's own.
    pub schemas: Vec<String>,
    /// Patterns of the tables whose rows are not counted.
    pub uncounted: Vec<String>,
    /// How long counting may take; what is left then is not counted, and said to be so.
    pub deadline: Option<Duration>,
    /// How long one table may keep it waiting for a lock.
    pub lock_timeout: Option<Duration>,
}

impl Snapshot {
    /// How long counting may take where the plan does not say.
    pub const DEADLINE: Duration = Duration::from_secs(300);
    /// How long one table may keep it waiting for a lock where the plan does not say.
    pub const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

    /// What it does, as a person reads it.
    pub fn text(&self) -> String {
        let names: Vec<&str> = self.databases.iter().map(|d| d.value.as_str()).collect();
        let of = match names.as_slice() {
            [] => String::new(),
            names => format!(" of {}", names.join(", ")),
        };
        let schemas = match self.schemas.as_slice() {
            [] => String::new(),
            [only] => format!(", schema {only}"),
            several => format!(", schemas {}", several.join(", ")),
        };
        let compare = self.compare.as_ref().map_or(String::new(), |with| {
            format!(", compared with \"{}\"", with.value)
        });
        format!("snapshot \"{}\"{of}{schemas}{compare}", self.name.value)
    }
}

/// The sorts of things that a picture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Tables, with their partitions.
    Tables,
    /// The rows of each table.
    Rows,
    /// Columns: type, nullability, default.
    Columns,
    /// Indexes.
    Indexes,
    /// Foreign keys.
    ForeignKeys,
    /// Primary keys, unique, check and exclusion constraints.
    Constraints,
    /// Sequences, and how far they have come.
    Sequences,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Aspect; 7] = [
        Aspect::Tables,
        Aspect::Rows,
        Aspect::Columns,
        Aspect::Indexes,
        Aspect::ForeignKeys,
        Aspect::Constraints,
        Aspect::Sequences,
    ];

    /// As plans write it.
    pub fn word(self) -> &'static str {
        match self {
            Aspect::Tables => "tables",
            Aspect::Rows => "rows",
            Aspect::Columns => "columns",
            Aspect::Indexes => "indexes",
            Aspect::ForeignKeys => "foreign keys",
            Aspect::Constraints => "constraints",
            Aspect::Sequences => "sequences",
        }
    }

    /// One of it.
    pub fn singular(self) -> &'static str {
        match self {
            Aspect::Tables => "table",
            Aspect::Rows => "rows",
            Aspect::Columns => "column",
            Aspect::Indexes => "index",
            Aspect::ForeignKeys => "foreign key",
            Aspect::Constraints => "constraint",
            Aspect::Sequences => "sequence",
        }
    }
}

/// What can be wrong with one picture by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// Indexes that the server does not use, as a failed `create index concurrently` leaves them.
    InvalidIndexes,
    /// Foreign keys and checks that hold for new rows only.
    UnvalidatedConstraints,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 2] = [Flaw::InvalidIndexes, Flaw::UnvalidatedConstraints];

    /// As plans write it.
    pub fn word(self) -> &'static str {
        match self {
            Flaw::InvalidIndexes => "invalid indexes",
            Flaw::UnvalidatedConstraints => "unvalidated constraints",
        }
    }
}

/// What is expected of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Nothing of these may be lost: no table gone or shorter, no column missing.
    pub keeps: Vec<Aspect>,
    /// Nothing of these may be lost, gained or changed.
    pub same: Vec<Aspect>,
    /// There must be none of these.
    pub none: Vec<Flaw>,
    /// Patterns of tables that are meant to change: `keeps` and `same` say nothing of them.
    pub except: Vec<String>,
    /// Where that is said.
    pub span: Span,
}

impl Kept {
    /// Whether anything is expected that only a comparison can tell.
    pub fn compares(&self) -> bool {
        !(self.keeps.is_empty() && self.same.is_empty())
    }

    /// The expectations in words, one a line.
    pub fn lines(&self) -> Vec<String> {
        let except = match self.except.as_slice() {
            [] => String::new(),
            names => format!(", {} aside", names.join(", ")),
        };
        let all = |aspects: &[Aspect]| {
            if aspects.len() == Aspect::ALL.len() {
                return "nothing".to_owned();
            }
            let words: Vec<&str> = aspects.iter().map(|aspect| aspect.word()).collect();
            format!("no {}", words.join(", "))
        };
        let mut lines = Vec::new();
        if !self.keeps.is_empty() {
            lines.push(format!("{} lost{except}", all(&self.keeps)));
        }
        if !self.same.is_empty() {
            lines.push(format!(
                "{} lost, gained or changed{except}",
                all(&self.same)
            ));
        }
        lines.extend(self.none.iter().map(|flaw| format!("no {}", flaw.word())));
        lines
    }
}

/// Whether `name`, a table with or without its schema, fits one of `patterns`, in which `*` stands for
/// any text. A pattern without a dot means tables of that name in every schema.
pub fn fits(patterns: &[String], name: &str) -> bool {
    let bare = name.rsplit_once('.').map_or(name, |(_, bare)| bare);
    patterns.iter().any(|pattern| {
        let name = if pattern.contains('.') { name } else { bare };
        is_like(pattern, name)
    })
}

fn is_like(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some((_, after)) = rest.split_once(part) else {
                return false;
            };
            rest = after;
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_with_stars_and_without_their_schema() {
        for (pattern, name, wanted) in [
            ("orders", "public.orders", true),
            ("orders", "audit.orders", true),
            ("public.orders", "public.orders", true),
            ("public.orders", "audit.orders", false),
            ("audit.*", "audit.log", true),
            ("tmp_*", "public.tmp_1", true),
            ("tmp_*", "public.my_tmp_1", false),
            ("*_old", "public.orders_old", true),
            ("a*b*c", "public.a1b2c", true),
            ("a*b*c", "public.acb", false),
            ("*", "public.anything", true),
            ("order", "public.orders", false),
            ("", "public.orders", false),
        ] {
            assert_eq!(
                fits(&[pattern.to_owned()], name),
                wanted,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn expectations_read_as_sentences() {
        let kept = Kept {
            keeps: vec![Aspect::Rows, Aspect::ForeignKeys],
            same: Aspect::ALL.to_vec(),
            none: vec![Flaw::InvalidIndexes],
            except: vec!["sessions".to_owned()],
            span: Span::default(),
        };
        assert_eq!(
            kept.lines(),
            [
                "no rows, foreign keys lost, sessions aside",
                "nothing lost, gained or changed, sessions aside",
                "no invalid indexes",
            ]
        );
    }
}
