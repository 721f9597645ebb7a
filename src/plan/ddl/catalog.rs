//! What is known of a database's tables from the statements that made them: enough to tell which
//! changes need all rows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::constraints::known_check;
use super::name::{self, Type};
use crate::plan::facts::{ColumnFacts, Facts};

/// Everything that is known.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(super) tables: BTreeMap<String, Table>,
    /// Indexes by name: their table and columns.
    pub(super) indexes: HashMap<String, Index>,
    /// Domains by name.
    pub(super) domains: HashMap<String, Domain>,
    /// Views, materialized ones too, and what they read.
    pub(super) views: HashMap<String, Vec<String>>,
    /// Tables of other schemas that are found without naming one: the name, and the one in `tables`.
    pub(super) visible: HashMap<String, String>,
    /// Columns that the text which is being judged has added without a value: in all rows they are null.
    pub(super) unfilled: HashSet<(String, String)>,
    /// The tables that a policy was made for.
    pub(super) guarded: BTreeSet<String>,
    /// The session's time zone, where a statement has set it.
    pub(super) zone: Option<String>,
    /// The server's major version, where it is known.
    pub(super) server: Option<u32>,
}

/// What is known of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) columns: HashMap<String, Column>,
    /// Whether these are all of its columns.
    pub(super) whole: bool,
    pub(super) checks: Vec<Check>,
    pub(super) keys: Vec<ForeignKey>,
    /// The partitions of a partitioned table.
    pub(super) partitions: Vec<String>,
    /// The one of them for rows that fit no other.
    pub(super) default_partition: Option<String>,
    /// Other tables that inherit from it.
    pub(super) heirs: Vec<String>,
    /// The columns by which a partitioned table is divided.
    pub(super) divided_by: Vec<String>,
    /// Whether the file that is being read has made it.
    pub(super) fresh: bool,
    /// Whether any file that was read has made it.
    pub(super) made: bool,
}

/// What is known of a domain.
#[derive(Clone, Debug, Default)]
pub(super) struct Domain {
    /// Whether it has constraints.
    pub(super) tests: bool,
    /// Whether all tables that use it are known.
    pub(super) whole: bool,
    /// The type below it.
    pub(super) base: Type,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub(super) ty: Type,
    pub(super) required: bool,
    /// Whether its values are computed when they are read.
    pub(super) computed: bool,
}

/// A check constraint.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) name: String,
    /// The names that it mentions.
    pub(super) mentioned: Vec<String>,
    /// The columns of which it says that they are never null.
    pub(super) present: Vec<String>,
    /// The texts and numbers in it, as they are written.
    pub(super) values: Vec<String>,
    /// Whether all rows are known to pass.
    pub(super) valid: bool,
}

#[derive(Clone, Debug)]
pub(super) struct ForeignKey {
    pub(super) name: String,
    /// The table that it points at.
    pub(super) to: String,
    /// Its columns.
    pub(super) columns: Vec<String>,
    /// Those that they point at, where they are named.
    pub(super) to_columns: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    /// All columns that it is made of, where some of that is an expression, or it is an index of a part of the rows.
    pub(super) computed_of: Vec<String>,
}

impl Catalog {
    /// What is known of a server of the major version `server`, before any statement was read.
    pub fn new(server: Option<u32>) -> Self {
        Catalog {
            server,
            ..Catalog::default()
        }
    }

    /// Whether the server is of the major version `least` or later, as most are where nobody says.
    pub(super) fn at_least(&self, least: u32) -> bool {
        self.server.is_none_or(|server| server >= least)
    }

    /// Whether `table` is known to be partitioned.
    pub(super) fn is_divided(&self, table: &str) -> bool {
        let known = self.tables.get(table);
        known.is_some_and(|known| !known.partitions.is_empty() || !known.divided_by.is_empty())
    }

    /// Whether there is something below `table`.
    pub(super) fn has_below(&self, table: &str) -> bool {
        let known = self.tables.get(table);
        known.is_some_and(|known| !known.partitions.is_empty() || !known.heirs.is_empty())
    }

    /// Ends a file: what it made is used by others from now on.
    pub fn end_file(&mut self) {
        for table in self.tables.values_mut() {
            table.fresh = false;
        }
        self.zone = None;
    }

    /// Whether the file that is being read has made `table`.
    pub(super) fn is_fresh(&self, table: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.fresh)
    }

    /// Whether a file that was read has made `table`: it need not be in the database yet.
    pub(super) fn is_made(&self, table: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.made)
    }

    /// Learns what tables are like in the database now, whatever files say that made them.
    pub fn adopt(&mut self, facts: &Facts) {
        for (name, found) in &facts.tables {
            let table = self.tables.entry(name.clone()).or_default();
            // Who could not ask knows what the files have told.
            if !found.columns.is_empty() {
                table.columns = found.columns.iter().map(column).collect();
                table.whole = true;
            }
            table.partitions.clone_from(&found.partitions);
            table.default_partition.clone_from(&found.default_partition);
            table.heirs.clone_from(&found.heirs);
            table.divided_by.clone_from(&found.divided_by);
            if found.constraints.is_some() {
                let keys = found.keys.iter().map(|key| ForeignKey {
                    name: key.name.clone(),
                    to: key.to.clone(),
                    columns: key.columns.clone(),
                    to_columns: key.to_columns.clone(),
                });
                table.keys = keys.collect();
                table.checks = found.checks.iter().filter_map(known_check).collect();
            }
            for index in &found.indexes {
                let known = Index {
                    table: name.clone(),
                    columns: index.columns.clone(),
                    computed_of: index.computed_of.clone(),
                };
                self.indexes.insert(index.name.clone(), known);
            }
        }
        for ((table, _), views) in &facts.readers {
            for view in views {
                let read = self.views.entry(view.clone()).or_default();
                if !read.contains(table) {
                    read.push(table.clone());
                }
            }
        }
        self.visible.clone_from(&facts.visible);
        for (alias, name) in &facts.visible {
            if let Some(table) = self.tables.get(name).cloned() {
                self.tables.insert(alias.clone(), table);
            } else if let Some(index) = self.indexes.get(name).cloned() {
                self.indexes.insert(alias.clone(), index);
            }
        }
        for (name, found) in &facts.domains {
            let domain = Domain {
                tests: found.tests,
                whole: true,
                base: Type::read(&found.base),
            };
            self.domains.insert(name.clone(), domain);
        }
    }

    /// The index that statements call `name`. In which schema it stands nobody may say.
    pub(super) fn index(&self, name: &str) -> Option<&Index> {
        let bare = |(known, _): &(&String, &Index)| name::bare(known) == name;
        self.indexes
            .get(name)
            .or_else(|| Some(self.indexes.iter().find(bare)?.1))
    }

    /// The table of `index`.
    pub(super) fn table_of(&self, index: &str) -> Option<&str> {
        self.index(index).map(|index| index.table.as_str())
    }

    /// What is stored of the type `ty`: of a domain what is below it; none: the domain tests what is written, unless
    /// that does not `mind`.
    pub(super) fn stored(&self, ty: &Type, mind: bool) -> Option<Type> {
        let mut ty = ty.clone();
        // Domains stand on domains, not in circles.
        for _ in 0..MAX_DOMAINS {
            match self.domains.get(&ty.base).filter(|_| !ty.array) {
                Some(domain) if mind && domain.tests => return None,
                Some(domain) => ty = domain.base.clone(),
                None => break,
            }
        }
        Some(ty)
    }

    /// Whether another type of `column` goes through `table` even where its rows stay as they are: a check tests them
    /// anew, or an index is built anew, as all are if the values are `sorted` otherwise.
    pub(super) fn minds_type(&self, table: &str, column: &str, sorted: bool) -> bool {
        let own = self.visible.get(table).map_or(table, String::as_str);
        let named = |names: &[String]| names.iter().any(|name| name == column);
        let built = |index: &Index| named(&index.computed_of) || sorted && named(&index.columns);
        let known = self.tables.get(table);
        let checked = known.is_some_and(|table| table.checks_any(&[column.to_owned()]));
        let mut indexes = self.indexes.values();
        checked || indexes.any(|index| index.table == own && built(index))
    }

    /// The tables with a foreign key to `table`.
    pub(super) fn pointing_at(&self, table: &str) -> Vec<String> {
        let points = |other: &&Table| other.keys.iter().any(|key| key.to == table);
        self.tables
            .iter()
            .filter(|(_, other)| points(other))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The tables at the other ends of the foreign keys that `column` of `table` is part of; `pointed`: of those that
    /// point at it as well.
    pub(super) fn tied_by(&self, table: &str, column: &str, pointed: bool) -> BTreeSet<String> {
        let named = |names: &[String]| names.iter().any(|name| name == column);
        let own = self.tables.get(table).into_iter();
        let own = own
            .flat_map(|known| &known.keys)
            .filter(|key| named(&key.columns));
        let mut found: BTreeSet<String> = own.map(|key| key.to.clone()).collect();
        let points = |other: &Table| {
            let mut keys = other.keys.iter();
            keys.any(|key| key.to == table && named(&key.to_columns))
        };
        let others = self.tables.iter().filter(|(_, other)| points(other));
        found.extend(others.map(|(name, _)| name.clone()).filter(|_| pointed));
        found.remove(table);
        found
    }

    /// The table of which `table` is a partition.
    pub(super) fn parent_of(&self, table: &str) -> Option<&str> {
        let parts = |known: &Table| known.partitions.iter().any(|name| name == table);
        let mut tables = self.tables.iter();
        Some(tables.find(|(_, known)| parts(known))?.0)
    }

    /// The tables from which `table` has the column `column`.
    pub(super) fn has_from(&self, table: &str, column: &str) -> Option<&str> {
        let above = |known: &Table| {
            let mut below = known.partitions.iter().chain(&known.heirs);
            known.columns.contains_key(column) && below.any(|name| name == table)
        };
        let mut tables = self.tables.iter();
        Some(tables.find(|(_, known)| above(known))?.0)
    }

    /// The tables that have what `table` has: its partitions, and those that inherit from it.
    pub(super) fn below(&self, table: &str) -> BTreeSet<String> {
        let mut open = vec![table.to_owned()];
        let mut found = BTreeSet::new();
        while let Some(name) = open.pop() {
            let known = self.tables.get(&name);
            let named = known
                .into_iter()
                .flat_map(|known| known.partitions.iter().chain(&known.heirs));
            for name in named {
                if found.insert(name.clone()) {
                    open.push(name.clone());
                }
            }
        }
        found
    }

    pub(super) fn forget_table(&mut self, table: &str) {
        self.tables.remove(table);
        self.indexes.retain(|_, index| index.table != table);
        for other in self.tables.values_mut() {
            other.keys.retain(|key| key.to != table);
            other.partitions.retain(|name| name != table);
            other.heirs.retain(|name| name != table);
            other.default_partition.take_if(|name| name == table);
        }
    }

    pub(super) fn rename_table(&mut self, old: &str, new: &str) {
        if let Some(table) = self.tables.remove(old) {
            self.tables.insert(new.to_owned(), table);
        }
        for index in self.indexes.values_mut().filter(|index| index.table == old) {
            new.clone_into(&mut index.table);
        }
        for key in self.tables.values_mut().flat_map(|table| &mut table.keys) {
            if key.to == old {
                new.clone_into(&mut key.to);
            }
        }
        for other in self.tables.values_mut() {
            let below = other.partitions.iter_mut().chain(&mut other.heirs);
            for name in below.chain(&mut other.default_partition) {
                if name == old {
                    new.clone_into(name);
                }
            }
        }
    }
}

/// How many domains may stand on each other.
const MAX_DOMAINS: usize = 20;

/// A column of the database under its name.
fn column((name, facts): (&String, &ColumnFacts)) -> (String, Column) {
    let column = Column {
        ty: Type::read(&facts.ty),
        required: facts.required,
        computed: facts.computed,
    };
    (name.clone(), column)
}

impl Table {
    /// Whether a check that all rows pass says that `column` is never null.
    pub(super) fn proves(&self, column: &str) -> bool {
        self.proven()
            .any(|check| check.present.iter().any(|name| name == column))
    }

    /// Whether a check that all rows pass is about one of `columns`.
    pub(super) fn checks_any(&self, columns: &[String]) -> bool {
        self.proven()
            .any(|check| check.mentioned.iter().any(|name| columns.contains(name)))
    }

    /// Whether a check that all rows pass is about one of `columns` and names all of `values`, which says where no row
    /// is, as far as anybody can tell who does not compute.
    pub(super) fn rules_out(&self, columns: &[String], values: &[String]) -> bool {
        let about = |check: &&Check| check.mentioned.iter().any(|name| columns.contains(name));
        let named = |check: &Check| values.iter().all(|value| check.values.contains(value));
        !values.is_empty() && self.proven().filter(about).any(named)
    }

    fn proven(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.valid)
    }
}
