//! A picture as it is stored. The words in here are those of the file: a field may be added with
//! `#[serde(default)]`; anything else needs a new [`VERSION`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::journal::event::SnapshotTotal;
use crate::plan::Aspect;

/// The version of the files that are written.
pub(in crate::run) const VERSION: u32 = 1;

/// What one or several databases held at one moment each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::run) struct Picture {
    pub(in crate::run) version: u32,
    pub(in crate::run) name: String,
    /// When it was begun, in RFC 3339.
    pub(in crate::run) taken: String,
    pub(in crate::run) databases: Vec<DatabasePicture>,
}

/// One database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::run) struct DatabasePicture {
    /// Its name in the plan.
    pub(in crate::run) name: String,
    /// The server's version, as it says it.
    pub(in crate::run) server: String,
    /// By schema and name, partitions folded into the table they are part of.
    pub(in crate::run) tables: BTreeMap<String, Table>,
    pub(in crate::run) sequences: BTreeMap<String, Sequence>,
}

/// A table, or something like one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::run) struct Table {
    pub(in crate::run) sort: Sort,
    /// How many partitions without partitions of their own it has.
    #[serde(default)]
    pub(in crate::run) partitions: u32,
    pub(in crate::run) rows: Rows,
    /// With its indexes; none where it could not be seen.
    pub(in crate::run) bytes: Option<u64>,
    pub(in crate::run) columns: BTreeMap<String, Column>,
    pub(in crate::run) indexes: BTreeMap<String, Index>,
    pub(in crate::run) constraints: BTreeMap<String, Constraint>,
    /// Whether defaults and definitions could not be read, because it was locked.
    #[serde(default)]
    pub(in crate::run) unread: bool,
}

/// The sorts of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::run) enum Sort {
    Table,
    Partitioned,
    MaterializedView,
    Foreign,
}

/// How many rows a table has. What is not known is never a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::run) enum Rows {
    /// This many, exactly.
    Counted(u64),
    /// They were not to be counted, for this reason.
    LeftOut(String),
    /// They could not be counted, for this reason.
    Unknown(String),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::run) struct Column {
    /// Its type, with length or precision.
    #[serde(rename = "type")]
    pub(in crate::run) of_type: String,
    pub(in crate::run) not_null: bool,
    /// The expression of its default, of its identity or of what it is generated from.
    pub(in crate::run) default: Option<String>,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::run) struct Index {
    pub(in crate::run) definition: String,
    /// Whether the server uses it.
    pub(in crate::run) valid: bool,
}

/// A foreign key or another constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::run) struct Constraint {
    pub(in crate::run) foreign_key: bool,
    pub(in crate::run) definition: String,
    /// Whether it is known to hold for old rows, too.
    pub(in crate::run) validated: bool,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::run) struct Sequence {
    /// The last value it gave out; none if it never gave one.
    pub(in crate::run) last: Option<i64>,
    /// Whether it counts downwards.
    #[serde(default)]
    pub(in crate::run) descends: bool,
    /// Why its last value could not be seen, if it could not.
    #[serde(default)]
    pub(in crate::run) hidden: Option<String>,
}

impl Table {
    /// How many things of the sort it has itself.
    pub(super) fn count(&self, aspect: Aspect) -> u64 {
        let count = match aspect {
            Aspect::Tables => 1,
            Aspect::Rows => return self.counted().unwrap_or(0),
            Aspect::Columns => self.columns.len(),
            Aspect::Indexes => self.indexes.len(),
            Aspect::ForeignKeys => self.constraints.values().filter(|c| c.foreign_key).count(),
            Aspect::Constraints => self.constraints.values().filter(|c| !c.foreign_key).count(),
            Aspect::Sequences => 0,
        };
        count as u64
    }

    /// How many rows, if they were counted.
    pub(super) fn counted(&self) -> Option<u64> {
        match self.rows {
            Rows::Counted(rows) => Some(rows),
            Rows::LeftOut(_) | Rows::Unknown(_) => None,
        }
    }
}

impl Picture {
    /// How much it holds, by database.
    pub(in crate::run) fn totals(&self) -> Vec<SnapshotTotal> {
        let total = |database: &DatabasePicture| SnapshotTotal {
            database: database.name.clone(),
            tables: database.tables.len() as u64,
            rows: database.tables.values().filter_map(Table::counted).sum(),
            uncounted: database
                .tables
                .values()
                .filter(|table| matches!(table.rows, Rows::Unknown(_)))
                .count() as u64,
            bytes: database.tables.values().filter_map(|t| t.bytes).sum(),
        };
        self.databases.iter().map(total).collect()
    }

    /// Its tables, each with the name that people read.
    pub(super) fn tables(&self) -> impl Iterator<Item = (String, &Table)> {
        self.databases.iter().flat_map(|database| {
            let tables = database.tables.iter();
            tables.map(|(name, table)| (self.called(&database.name, name), table))
        })
    }

    /// `name` as people read it: without the schema that everybody has, with its database where there
    /// are several.
    pub(super) fn called(&self, database: &str, name: &str) -> String {
        let name = name.strip_prefix("public.").unwrap_or(name);
        if self.databases.len() > 1 {
            format!("{database}: {name}")
        } else {
            name.to_owned()
        }
    }
}
