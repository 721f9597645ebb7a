//! What is sure to fail, as far as a database that was asked shows: a table or a column that is not there, or is there
//! already; a view that reads what is taken away. And `IF NOT EXISTS` that finds another thing there, and says nothing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use squawk_syntax::ast::{AlterTableAction, AlterTypeAction, AstNode, Stmt};

use super::catalog::Catalog;
use super::judge::relation;
use super::learn;
use super::name;
use super::read::{self, Read};
use super::refused::Look;
use crate::plan::facts::{Facts, KeyFacts};
use crate::plan::problem::Severity;

/// Something that is sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sure {
    /// Where in the text it stands.
    pub range: Range<usize>,
    /// What.
    pub message: String,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server refuses it.
    Fails,
    /// It is skipped, and a column stays as it is, or away.
    KeepsColumn,
    /// It is skipped, and an invalid index stays.
    KeepsIndex,
    /// It is skipped, and an index on something else stays.
    KeepsOther,
    /// It is skipped, and what it makes is there, as far as anybody sees.
    Skipped,
}

impl Outcome {
    /// How bad that is.
    pub fn severity(self) -> Severity {
        match self {
            Outcome::Skipped => Severity::Note,
            _ => Severity::Warning,
        }
    }

    /// The code of the problem, and what to do about it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Outcome::Fails => (
                "sure-to-fail",
                "see what the database has now: the plan may have been run before, or is for another one",
            ),
            Outcome::KeepsColumn => (
                "column-skipped",
                "change the table with a statement of its own, or leave IF NOT EXISTS away to be told",
            ),
            Outcome::KeepsOther => (
                "column-skipped",
                "give it another name, or drop that one first",
            ),
            Outcome::Skipped => (
                "column-skipped",
                "leave it out, or leave IF NOT EXISTS away to be told when it runs",
            ),
            Outcome::KeepsIndex => (
                "invalid-index-skipped",
                "`DROP INDEX CONCURRENTLY` it first, or `REINDEX INDEX CONCURRENTLY` it instead",
            ),
        }
    }
}

/// A database that was asked, and what statements have made of it since.
pub struct Live {
    pub(super) catalog: Catalog,
    /// What has a name: tables, views, indexes, sequences.
    pub(super) relations: HashSet<String>,
    /// The views that read a column, by its table and its name.
    pub(super) readers: HashMap<(String, String), Vec<String>>,
    /// Materialized views, and whether one has an index by which it can be computed while it is read.
    pub(super) computed: HashMap<String, bool>,
    /// Tables that are found without their schema, and stand in another one than `public`.
    pub(super) elsewhere: HashSet<String>,
    /// The constraints of tables, where all of them are known.
    pub(super) constraints: HashMap<String, HashSet<String>>,
    /// The primary keys of tables.
    pub(super) primary: HashMap<String, String>,
    /// Foreign keys with the tables that have them, as they were.
    pub(super) keys: Vec<(String, KeyFacts)>,
    /// Indexes that nothing uses.
    pub(super) invalid: HashSet<String>,
    /// Enums and their values.
    pub(super) enums: HashMap<String, HashSet<String>>,
    /// Schemas and roles, where they are known.
    pub(super) schemas: Option<HashSet<String>>,
    pub(super) roles: Option<HashSet<String>>,
    /// Whether something has run of which nobody knows what it has made.
    pub(super) open: bool,
    /// Whether something has run that is no SQL, and may have made something.
    pub(super) passed: bool,
}

impl Live {
    /// The database that `facts` tell of; none, if its names could not be asked for.
    pub fn of(facts: &Facts) -> Option<Self> {
        let relations = facts.relations.clone()?;
        let mut catalog = Catalog::new(facts.server);
        catalog.adopt(facts);
        let mut live = Live {
            catalog,
            relations: relations
                .into_iter()
                .chain(facts.visible.keys().cloned())
                .collect(),
            readers: facts.readers.clone(),
            computed: facts.computed.clone(),
            elsewhere: facts.visible.keys().cloned().collect(),
            constraints: HashMap::new(),
            primary: HashMap::new(),
            keys: Vec::new(),
            invalid: HashSet::new(),
            enums: facts.enums.clone(),
            schemas: facts.schemas.clone(),
            roles: facts.roles.clone(),
            open: false,
            passed: false,
        };
        let named = facts.tables.iter();
        let visible = facts.visible.iter();
        let visible = visible.filter_map(|(alias, own)| Some((alias, facts.tables.get(own)?)));
        for (name, table) in named.chain(visible) {
            let known = table.constraints.clone();
            live.constraints
                .extend(known.map(|known| (name.clone(), known)));
            let primary = table.primary.clone();
            live.primary
                .extend(primary.map(|primary| (name.clone(), primary)));
            let keys = table.keys.iter().cloned();
            live.keys.extend(keys.map(|key| (name.clone(), key)));
            live.invalid.extend(table.invalid.iter().cloned());
        }
        Some(live)
    }

    /// Something runs that is no SQL; if it `migrates`, nobody knows what is there from now on.
    pub fn pass(&mut self, migrates: bool) {
        self.open |= migrates;
        self.passed = true;
    }

    /// What is sure of the statements of `sql`, which run now.
    pub fn run(&mut self, sql: &str) -> Vec<Sure> {
        let script = read::read(sql);
        let text = script.sql.as_ref();
        let mut found = Vec::new();
        for parsed in &script.statements {
            let statement = parsed.read(text);
            let plain = parsed.names.is_empty() && !parsed.open;
            match &statement.tree {
                Some(tree) if plain => {
                    let mut look = Look {
                        live: self,
                        base: statement.range.start,
                        found: &mut found,
                    };
                    let known = look.found.len();
                    look.statement(tree);
                    // What fails or is skipped leaves all as it was.
                    let leaves = |sure: &Sure| sure.outcome != Outcome::Skipped;
                    if !found[known..].iter().any(leaves) {
                        self.learn(tree, &statement);
                    }
                }
                Some(_) => self.open = true,
                None => {
                    if plain {
                        let mut look = Look {
                            live: self,
                            base: statement.range.start,
                            found: &mut found,
                        };
                        look.insert(statement.text);
                    }
                    self.open |= !is_harmless(statement.text);
                }
            }
        }
        found
    }

    fn learn(&mut self, tree: &Stmt, statement: &Read<'_>) {
        learn::learn(&mut self.catalog, statement);
        match tree {
            Stmt::CreateTable(create) => self.made(name::given(create.table_name())),
            Stmt::CreateTableAs(create) => self.made(name::given(create.table_name())),
            Stmt::CreateIndex(create) => {
                let on = create.table_relation_name();
                let on = on.map(|on| relation(on.syntax())).unwrap_or_default();
                if let Some(known) = self.computed.get_mut(&on) {
                    *known |= create.unique_token().is_some() && create.where_clause().is_none();
                }
                self.made(name::given(create.index()));
            }
            Stmt::CreateView(create) => {
                let view = name::given(create.view());
                self.forget_view(&view);
                self.made(view);
            }
            Stmt::CreateMaterializedView(create) => {
                let view = name::given(create.view());
                self.computed.insert(view.clone(), false);
                self.made(view);
            }
            Stmt::DropTable(found) => {
                for name in found.table_name_refs() {
                    let name = name::of(name.syntax());
                    self.relations.remove(&name);
                    self.readers.retain(|(table, _), _| *table != name);
                    self.forget_table(&name);
                }
            }
            Stmt::DropIndex(found) => {
                for name in found.index_refs() {
                    let name = name::of(name.syntax());
                    self.relations.remove(&name);
                    self.invalid.remove(&name);
                }
            }
            Stmt::DropView(found) => {
                for name in found.view_refs() {
                    self.forget_view(&name::of(name.syntax()));
                }
            }
            Stmt::DropMaterializedView(found) => {
                for name in found.view_refs() {
                    self.forget_view(&name::of(name.syntax()));
                }
            }
            Stmt::AlterTable(alter) => {
                let old = alter.table_relation_name();
                let old = old.map(|old| relation(old.syntax())).unwrap_or_default();
                for action in alter.actions() {
                    self.constrain(&old, &action);
                    match action {
                        AlterTableAction::TableRenameTo(found) => {
                            self.relations.remove(&old);
                            self.forget_table(&old);
                            self.made(name::given(found.table_name()));
                        }
                        // What reads it now is called otherwise there.
                        AlterTableAction::RenameColumn(_) => {
                            self.readers.retain(|(table, _), _| *table != old);
                        }
                        AlterTableAction::SetSchema(_) => self.open = true,
                        _ => {}
                    }
                }
            }
            Stmt::AlterType(alter) => {
                if let Some(AlterTypeAction::AddValue(add)) = alter.action() {
                    let value = add.literal().map(|value| value.syntax().text().to_string());
                    let value = value.map(|value| value.trim().trim_matches('\'').to_owned());
                    let name = name::given(alter.type_name_ref());
                    if let Some(known) = self.enums.get_mut(&name) {
                        known.extend(value);
                    }
                } else {
                    self.enums.clear();
                    self.open |= !matches!(alter.action(), Some(AlterTypeAction::RenameValue(_)));
                }
            }
            // What it is called nobody asks for later.
            Stmt::CreateRole(_) | Stmt::CreateUser(_) | Stmt::CreateGroup(_) => self.roles = None,
            Stmt::CreateSchema(create) => {
                self.schemas = None;
                self.open |= create.schema_elements().next().is_some();
            }
            Stmt::Reindex(_) => self.invalid.clear(),
            Stmt::Select(_) | Stmt::Insert(_) | Stmt::Update(_) | Stmt::Delete(_) => {}
            _ => self.open |= !is_harmless(statement.text),
        }
        let text = statement.text.to_ascii_lowercase();
        if text
            .trim_end()
            .trim_end_matches(';')
            .trim_end()
            .ends_with("cascade")
        {
            self.readers.clear();
            self.open = true;
        }
    }

    /// What `action` makes of the constraints of `table`.
    fn constrain(&mut self, table: &str, action: &AlterTableAction) {
        match action {
            AlterTableAction::DropConstraint(found) => {
                let name = name::given(found.constraint_name_ref());
                self.primary
                    .retain(|own, known| own != table || *known != name);
                if let Some(known) = self.constraints.get_mut(table) {
                    known.remove(&name);
                }
            }
            AlterTableAction::ValidateConstraint(_) | AlterTableAction::SetOptions(_) => {}
            // Constraints come and go with columns and names, and may be called anything.
            _ => {
                self.constraints.remove(table);
                let drops = matches!(action, AlterTableAction::DropColumn(_));
                let renames = matches!(action, AlterTableAction::RenameConstraint(_));
                if drops || renames {
                    self.primary.remove(table);
                }
            }
        }
    }

    fn made(&mut self, name: String) {
        self.relations.insert(name);
    }

    /// Its name may be another table's from now on.
    fn forget_table(&mut self, table: &str) {
        self.constraints.remove(table);
        self.primary.remove(table);
        self.keys
            .retain(|(from, key)| from != table && key.to != table);
    }

    fn forget_view(&mut self, view: &str) {
        self.relations.remove(view);
        for readers in self.readers.values_mut() {
            readers.retain(|reader| reader != view);
        }
    }
}

/// Whether a statement makes nothing that has a name, and changes no place where names are looked for.
fn is_harmless(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let begins = [
        "begin",
        "start",
        "commit",
        "rollback",
        "end",
        "savepoint",
        "release",
        "select",
        "analyze",
        "copy",
        "insert",
        "vacuum",
        "explain",
        "lock",
        "comment",
        "grant",
        "revoke",
        "reset",
        "show",
        "refresh",
        "reindex",
        "cluster",
        "truncate",
        "set",
        "\\",
    ];
    begins.iter().any(|word| text.starts_with(word)) && !text.contains("search_path")
}
