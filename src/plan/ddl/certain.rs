//! What is sure to fail, as far as a database that was asked shows: a table or a column that is not there, or is there
//! already; a view that reads what is taken away. And `IF NOT EXISTS` that finds another thing there, and says nothing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::catalog::Catalog;
use super::client;
use super::read;
use super::refused::Look;
use crate::plan::facts::{Facts, KeyFacts};
use crate::plan::problem::Severity;
use crate::plan::sql_text;

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
    /// What surely is there: tables, views, indexes, sequences.
    pub(super) relations: HashSet<String>,
    /// Names, without a schema, of what may be there or not.
    pub(super) loose: HashSet<String>,
    /// Tables for whose indexes the server has chosen names.
    pub(super) named: HashSet<String>,
    /// The views that read a column, by its table and its name.
    pub(super) readers: HashMap<(String, String), Vec<String>>,
    /// Materialized views, and whether one has an index by which it can be computed while it is read.
    pub(super) computed: HashMap<String, bool>,
    /// Tables that are found without their schema, and stand in another one than `public`: with it.
    pub(super) elsewhere: HashMap<String, String>,
    /// The schema that new things go to, where it is not `public`.
    pub(super) first: Option<String>,
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
    /// Whether something was changed since a transaction began.
    pub(super) changed: bool,
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
            loose: HashSet::new(),
            named: HashSet::new(),
            readers: facts.readers.clone(),
            computed: facts.computed.clone(),
            elsewhere: facts.visible.clone(),
            first: facts.schema.clone().filter(|schema| schema != "public"),
            constraints: HashMap::new(),
            primary: HashMap::new(),
            keys: Vec::new(),
            invalid: HashSet::new(),
            enums: facts.enums.clone(),
            schemas: facts.schemas.clone(),
            roles: facts.roles.clone(),
            open: false,
            changed: false,
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
        self.open |= client::leads_on(sql);
        let script = read::read(sql);
        let text = script.sql.as_ref();
        let mut found = Vec::new();
        for parsed in &script.statements {
            let statement = parsed.read(text);
            let plain = parsed.names.is_empty() && !parsed.open;
            self.open |= self.is_hidden(statement.text);
            match &statement.tree {
                Some(tree) if plain => {
                    let mut look = Look {
                        live: self,
                        base: statement.range.start,
                        found: &mut found,
                    };
                    let known = look.found.len();
                    look.statement(tree);
                    // What fails leaves all as it was. Of what is skipped the rest is done.
                    let fails = |sure: &Sure| sure.outcome == Outcome::Fails;
                    if !found[known..].iter().any(fails) {
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
                        look.copied(statement.text);
                    }
                    self.passes(statement.text);
                }
            }
        }
        found
    }

    /// A statement runs of which there is no tree.
    pub(super) fn passes(&mut self, text: &str) {
        let words = sql_text::tokens(text).take(MAX_WORDS);
        let words = words.map(|token| text[token.range].trim_matches('"').to_ascii_lowercase());
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.open |= match words.as_slice() {
            ["begin" | "start" | "commit" | "end", ..] => {
                self.changed = false;
                false
            }
            // What was done is undone.
            ["rollback" | "abort", ..] => self.changed,
            ["select" | "explain" | "table" | "values" | "show", ..] => !sql_text::only_reads(text),
            ["set", "local" | "session", rest @ ..] | ["set", rest @ ..] => {
                self.looks_elsewhere(rest)
            }
            [first, ..] => !HARMLESS.contains(first),
            [] => false,
        };
    }

    /// Whether `SET` with the words `rest` changes where names are looked for. A role looks into the schema that is
    /// called as it is.
    fn looks_elsewhere(&self, rest: &[&str]) -> bool {
        let own = |role: &&str| {
            let role = role.trim_matches('\'');
            let known = self.schemas.as_ref();
            known.is_none_or(|known| known.contains(role))
        };
        match rest {
            ["search_path" | "schema", ..] => true,
            ["role" | "authorization", to @ ..] => to.iter().any(own),
            _ => false,
        }
    }
}

/// How many words of a statement say what it is about.
const MAX_WORDS: usize = 8;
/// How statements begin that make nothing that has a name, and change no place where names are looked for.
const HARMLESS: [&str; 16] = [
    "analyze",
    "cluster",
    "comment",
    "copy",
    "grant",
    "insert",
    "lock",
    "merge",
    "refresh",
    "reindex",
    "release",
    "reset",
    "revoke",
    "savepoint",
    "truncate",
    "vacuum",
];
