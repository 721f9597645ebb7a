//! What is known of the database that a plan is for, where somebody has asked it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// A database as it was when it was asked.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The server's major version.
    pub server: Option<u32>,
    /// Its tables by name, without the schema `public`.
    pub tables: HashMap<String, TableFacts>,
    /// Tables of other schemas that are found without naming one: the name, and the one in `tables`.
    pub visible: HashMap<String, String>,
    /// The schema that new things go to, where none is named; none: nobody knows.
    pub schema: Option<String>,
    /// Its domains by name.
    pub domains: HashMap<String, DomainFacts>,
    /// What has a name in it, tables, views, indexes and sequences, named as tables are; none: nobody knows.
    pub relations: Option<HashSet<String>>,
    /// The views that read a column, by its table and its name.
    pub readers: HashMap<(String, String), Vec<String>>,
    /// Its materialized views, and whether each has a unique index over all of its rows.
    pub computed: HashMap<String, bool>,
    /// Its enums by name, and their values.
    pub enums: HashMap<String, HashSet<String>>,
    /// Its schemas; none: nobody knows.
    pub schemas: Option<HashSet<String>>,
    /// The roles of its server; none: nobody knows.
    pub roles: Option<HashSet<String>>,
    /// The migrations that are applied, by the names that their tool gives them; none: nobody knows.
    pub applied: Option<HashSet<String>>,
}

/// A table as it was.
#[derive(Clone, Debug, Default)]
pub struct TableFacts {
    /// Its size with everything that belongs to it; none: it can't be told.
    pub bytes: Option<u64>,
    /// Rows, as the statistics estimate them.
    pub rows: Option<u64>,
    /// Its columns by name.
    pub columns: HashMap<String, ColumnFacts>,
    /// Its indexes.
    pub indexes: Vec<IndexFacts>,
    /// Its indexes that a failed try has left, and nothing uses.
    pub invalid: HashSet<String>,
    /// Its foreign keys.
    pub keys: Vec<KeyFacts>,
    /// Its checks.
    pub checks: Vec<CheckFacts>,
    /// The names of its constraints, foreign keys as well; none: nobody knows.
    pub constraints: Option<HashSet<String>>,
    /// The name of its primary key.
    pub primary: Option<String>,
    /// Its partitions.
    pub partitions: Vec<String>,
    /// The one of them for rows that fit no other.
    pub default_partition: Option<String>,
    /// The columns by which it is divided, if it is.
    pub divided_by: Vec<String>,
    /// Other tables that inherit from it.
    pub heirs: Vec<String>,
    /// Who held a lock on it that any change has to wait for.
    pub busy: Option<Busy>,
}

/// A column as it was.
#[derive(Clone, Debug, Default)]
pub struct ColumnFacts {
    /// Its type as the server writes it, such as `character varying(50)`.
    pub ty: String,
    /// Whether it can't be null.
    pub required: bool,
    /// Whether its values are computed when they are read.
    pub computed: bool,
}

/// A domain as it was.
#[derive(Clone, Debug, Default)]
pub struct DomainFacts {
    /// Whether it tests what is written.
    pub tests: bool,
    /// The type below it as the server writes it.
    pub base: String,
}

/// An index as it was.
#[derive(Clone, Debug, Default)]
pub struct IndexFacts {
    /// Its name, with its schema as a table's.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// All columns that it is made of, where some of that is an expression, or it is an index of a part of the rows.
    pub computed_of: Vec<String>,
}

/// A check as it was.
#[derive(Clone, Debug, Default)]
pub struct CheckFacts {
    /// Its name.
    pub name: String,
    /// How it is written: `CHECK ((a > 0))`.
    pub definition: String,
    /// Whether all rows are known to pass.
    pub valid: bool,
}

/// A foreign key as it was.
#[derive(Clone, Debug, Default)]
pub struct KeyFacts {
    /// Its name.
    pub name: String,
    /// The table that it points at.
    pub to: String,
    /// The constraint or index there that it rests on.
    pub on: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Those that they point at.
    pub to_columns: Vec<String>,
}

/// A session that is in the way.
#[derive(Clone, Debug)]
pub struct Busy {
    /// Its process on the server.
    pub pid: i32,
    /// What it calls itself.
    pub application: String,
    /// How long its transaction is open.
    pub since: Duration,
}

/// Tables up to this size are gone through in a moment.
const SMALL: u64 = 8 << 20;

impl Facts {
    /// How large all partitions of the table `name` are together, as far as that is known.
    pub(crate) fn bytes_below(&self, name: &str) -> u64 {
        let parts = self.tables.get(name).map(|table| table.partitions.iter());
        let parts = parts.into_iter().flatten();
        let size = |part: &String| match self.tables.get(part) {
            Some(table) if table.partitions.is_empty() => table.bytes.unwrap_or(0),
            _ => self.bytes_below(part),
        };
        parts.map(size).sum()
    }

    /// The table that statements call `name`.
    pub(super) fn table(&self, name: &str) -> Option<&TableFacts> {
        let visible = self.visible.get(name).and_then(|own| self.tables.get(own));
        visible.or_else(|| self.tables.get(name))
    }
}

impl TableFacts {
    /// Whether going through all of it takes no time that anybody notices.
    pub(super) fn is_small(&self) -> bool {
        self.bytes.is_some_and(|bytes| bytes < SMALL)
    }

    /// Its size in words, such as `41 GB`.
    pub(super) fn size(&self) -> Option<String> {
        let bytes = self.bytes?;
        let units = [("GB", 1_u64 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
        let unit = units.iter().find(|(_, unit)| bytes >= *unit);
        Some(match unit {
            Some((name, unit)) if bytes < 10 * unit => {
                format!("{:.1} {name}", bytes as f64 / *unit as f64)
            }
            Some((name, unit)) => format!("{} {name}", bytes / unit),
            None => format!("{bytes} bytes"),
        })
    }

    /// How long it takes to read it, or to write it anew, in words: servers differ too much for
    /// numbers.
    pub(super) fn time(&self, rewrites: bool) -> Option<&'static str> {
        let pace: u64 = if rewrites { 50 << 20 } else { 300 << 20 };
        Some(match self.bytes? / pace {
            0 => "about a second",
            1..90 => "seconds",
            90..5_400 => "minutes",
            _ => "hours",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_told_in_words() {
        let of = |bytes| TableFacts {
            bytes: Some(bytes),
            ..TableFacts::default()
        };
        assert_eq!(of(41 << 30).size().unwrap(), "41 GB");
        assert_eq!(of(3 << 29).size().unwrap(), "1.5 GB");
        assert_eq!(of(900).size().unwrap(), "900 bytes");
        assert_eq!(of(41 << 30).time(true).unwrap(), "minutes");
        assert_eq!(of(41 << 30).time(false).unwrap(), "minutes");
        assert_eq!(of(2 << 40).time(true).unwrap(), "hours");
        assert_eq!(of(1 << 20).time(true).unwrap(), "about a second");
        assert!(of(1 << 20).is_small() && !of(1 << 30).is_small());
    }
}
