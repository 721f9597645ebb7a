//! What a statement makes of a database that was asked. What comes, goes or changes with it beside what it names, such
//! as an index with its column, is not followed: from then on nobody knows it.

use squawk_syntax::ast::{self, AlterTableAction, AlterTypeAction, AstNode, Stmt};

use super::certain::Live;
use super::judge::{relation, relations};
use super::learn;
use super::name;
use super::read::Read;
use crate::plan::sql_text;

impl Live {
    /// What is so when the statement `tree` has run.
    pub(super) fn learn(&mut self, tree: &Stmt, statement: &Read<'_>) {
        let kept = unless_there(tree).filter(|_| !is_temporary(statement.text));
        if kept.as_ref().is_some_and(|name| self.is_taken(name)) {
            return;
        }
        let unsure = kept.as_ref().is_some_and(|name| self.may_be_there(name));
        self.changed |= !matches!(tree, Stmt::Update(_) | Stmt::Delete(_));
        let below: Vec<String> = match tree {
            Stmt::AlterTable(_) | Stmt::DropTable(_) => {
                let named = relations(tree.syntax()).into_iter();
                named.flat_map(|name| self.catalog.below(&name)).collect()
            }
            _ => Vec::new(),
        };
        if let Stmt::DropTable(found) = tree {
            for name in found.table_name_refs() {
                self.goes(&name::of(name.syntax()));
            }
        }
        learn::learn(&mut self.catalog, statement);
        self.constraints_named(tree);
        match tree {
            Stmt::CreateTable(create) => self.makes(name::given(create.table_name()), statement),
            Stmt::CreateTableAs(create) => self.makes(name::given(create.table_name()), statement),
            Stmt::CreateIndex(create) => {
                let on = create.table_relation_name();
                let on = on.map(|on| relation(on.syntax())).unwrap_or_default();
                if let Some(known) = self.computed.get_mut(&on) {
                    *known |= create.unique_token().is_some() && create.where_clause().is_none();
                }
                self.names_below(&on);
                self.made(name::beside(&on, name::given(create.index())));
            }
            Stmt::CreateView(create) => {
                let view = name::given(create.view());
                self.forget_view(&view);
                self.makes(view, statement);
            }
            Stmt::CreateMaterializedView(create) => {
                let view = name::given(create.view());
                self.computed.insert(view.clone(), false);
                self.makes(view, statement);
            }
            Stmt::DropTable(_) => {
                for part in &below {
                    self.forget(part);
                }
            }
            Stmt::DropIndex(found) => {
                for name in found.index_refs() {
                    let name = name::of(name.syntax());
                    self.relations.remove(&name);
                    self.invalid.remove(name::bare(&name));
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
                    self.alter(&old, &action);
                }
                // What has its columns is changed with it.
                for table in &below {
                    self.blur(table);
                }
                if let Some(twin) = self.twin(&old) {
                    self.forget(&twin);
                }
            }
            Stmt::AlterType(alter) => self.alter_type(alter),
            // What it is called nobody asks for later.
            Stmt::CreateRole(_) | Stmt::CreateUser(_) | Stmt::CreateGroup(_) => self.roles = None,
            Stmt::CreateSchema(create) => {
                self.schemas = None;
                self.open |= create.schema_elements().next().is_some();
            }
            Stmt::Reindex(_) => self.invalid.clear(),
            _ if makes_no_relation(tree) => {}
            _ => self.passes(statement.text),
        }
        if let Some(name) = kept.filter(|_| unsure) {
            self.blur(&name);
        }
        if sql_text::cascades(statement.text) {
            self.readers.clear();
            self.open = true;
        }
    }

    /// The index of a constraint is called as that is.
    fn constraints_named(&mut self, tree: &Stmt) {
        if let Stmt::CreateTable(_) | Stmt::AlterTable(_) = tree {
            let below = tree.syntax().descendants();
            let names = below.filter_map(ast::ConstraintName::cast);
            self.loose.extend(names.map(|name| name::of(name.syntax())));
        }
    }

    fn alter_type(&mut self, alter: &ast::AlterType) {
        if let Some(AlterTypeAction::AddValue(add)) = alter.action() {
            let value = add.literal().map(|value| value.syntax().text().to_string());
            let value = value.map(|value| value.trim().trim_matches('\'').to_owned());
            let name = name::given(alter.type_name_ref());
            // It may be the one of another schema that is meant.
            let other = |known: &str| self.is_mixed() && name::bare(known) == name::bare(&name);
            let others = self
                .enums
                .keys()
                .filter(|known| **known != name && other(known));
            for known in others.cloned().collect::<Vec<String>>() {
                self.enums.remove(&known);
            }
            if let Some(known) = self.enums.get_mut(&name) {
                known.extend(value);
            }
        } else {
            self.enums.clear();
            self.open |= !matches!(alter.action(), Some(AlterTypeAction::RenameValue(_)));
        }
    }

    /// What `action` makes of `table`.
    fn alter(&mut self, table: &str, action: &AlterTableAction) {
        match action {
            AlterTableAction::TableRenameTo(found) => {
                let new = name::beside(table, name::given(found.table_name()));
                self.goes(table);
                self.made(new);
            }
            // What reads it now is called otherwise there.
            AlterTableAction::RenameColumn(_) => {
                self.readers.retain(|(known, _), _| *known != table);
                self.constraints.remove(table);
            }
            AlterTableAction::DropColumn(_) => self.untie(table),
            AlterTableAction::DropConstraint(found) => {
                let name = name::given(found.constraint_name_ref());
                self.primary
                    .retain(|own, known| own != table || *known != name);
                let known = self.constraints.get_mut(table);
                if !known.is_some_and(|known| known.remove(&name)) {
                    // It may be any of those that the server has named.
                    self.untie(table);
                }
                self.lose_index(table, &name);
            }
            AlterTableAction::RenameConstraint(found) => {
                let name = name::given(found.constraint_name_ref());
                self.constraints.remove(table);
                self.primary.remove(table);
                self.keys.retain(|(from, _)| from != table);
                self.lose_index(table, &name);
            }
            // It takes an index, and may give it another name.
            AlterTableAction::AddConstraint(_) if uses_index(action) => {
                self.lose_indexes(table);
                self.constraints.remove(table);
            }
            AlterTableAction::AttachPartition(found) => {
                self.blur(&name::given(found.table_name_ref()));
            }
            AlterTableAction::SetSchema(_) => self.open = true,
            AlterTableAction::ValidateConstraint(_) | AlterTableAction::SetOptions(_) => {}
            // Constraints come with columns, and may be called anything.
            _ => {
                self.constraints.remove(table);
            }
        }
        self.names_below(table);
    }
}

/// What is known no more.
impl Live {
    /// `name` is there from now on. In which schema nobody says who names none.
    fn made(&mut self, name: String) {
        self.loose.insert(name::bare(&name).to_owned());
        self.relations.insert(name);
    }

    /// A statement makes `name`. What is temporary hides what is called so.
    fn makes(&mut self, name: String, statement: &Read<'_>) {
        if is_temporary(statement.text) || name.starts_with("pg_temp.") {
            self.forget(name::bare(&name));
        } else {
            // Nobody knows which of both is meant from now on.
            self.open |=
                self.first.is_some() && self.relations.contains(&name) && !self.is_taken(&name);
            self.names_below(&name);
            self.made(name);
        }
    }

    /// The server has chosen names for things of `table`, and of those below it.
    fn names_below(&mut self, table: &str) {
        self.named.extend(self.catalog.below(table));
        self.named.insert(table.to_owned());
    }

    /// Whether nobody knows if `name` is there.
    pub(super) fn may_be_there(&self, name: &str) -> bool {
        !self.relations.contains(name) && self.loose.contains(name::bare(name))
    }

    /// `name` is not there any more.
    fn goes(&mut self, name: &str) {
        let twin = self.twin(name);
        let sure = twin.is_none() && !self.loose.contains(name::bare(name));
        self.forget(name);
        if let Some(twin) = twin {
            self.forget(&twin);
        }
        if sure {
            self.loose.remove(name::bare(name));
        }
    }

    /// The other name of `table`: with its schema, or without.
    fn twin(&self, table: &str) -> Option<String> {
        let mut aliases = self.elsewhere.iter();
        let with = self.elsewhere.get(table);
        with.or_else(|| {
            aliases
                .find(|(_, own)| *own == table)
                .map(|(alias, _)| alias)
        })
        .cloned()
    }

    /// Nobody knows whether `name` is there, or what it is.
    fn forget(&mut self, name: &str) {
        self.blur(name);
        self.lose(name);
        self.catalog.forget_table(name);
        self.keys.retain(|(_, key)| key.to != name);
        self.computed.remove(name);
    }

    /// Nobody knows what `table` is made of.
    fn blur(&mut self, table: &str) {
        self.untie(table);
        self.readers.retain(|(known, _), _| known != table);
        if let Some(known) = self.catalog.tables.get_mut(table) {
            known.columns.clear();
            known.whole = false;
        }
    }

    /// Nobody knows which constraints and indexes `table` has.
    fn untie(&mut self, table: &str) {
        self.lose_indexes(table);
        self.constraints.remove(table);
        self.primary.remove(table);
        self.keys.retain(|(from, _)| from != table);
        if let Some(known) = self.catalog.tables.get_mut(table) {
            known.keys.clear();
        }
    }

    fn lose_indexes(&mut self, table: &str) {
        let indexes = &self.catalog.indexes;
        let own = indexes.iter().filter(|(_, index)| index.table == table);
        let own: Vec<String> = own.map(|(name, _)| name.clone()).collect();
        for index in own {
            self.lose_index(table, &index);
        }
    }

    /// Nobody knows whether `table` has an index called `index`.
    fn lose_index(&mut self, table: &str, index: &str) {
        let bare = name::bare(index);
        let own = name::beside(table, bare.to_owned());
        self.invalid.remove(bare);
        for name in [bare, own.as_str()] {
            self.lose(name);
            self.catalog.indexes.remove(name);
        }
    }

    fn lose(&mut self, name: &str) {
        self.relations.remove(name);
        self.loose.insert(name::bare(name).to_owned());
    }

    fn forget_view(&mut self, view: &str) {
        self.relations.remove(view);
        self.computed.remove(view);
        let mixed = self.is_mixed();
        for readers in self.readers.values_mut() {
            let same = |reader: &str| mixed && name::bare(reader) == name::bare(view);
            readers.retain(|reader| reader != view && !same(reader));
        }
    }
}

/// Whether what `tree` makes has no name among relations.
fn makes_no_relation(tree: &Stmt) -> bool {
    matches!(
        tree,
        Stmt::CreateTrigger(_)
            | Stmt::DropTrigger(_)
            | Stmt::CreatePolicy(_)
            | Stmt::AlterPolicy(_)
            | Stmt::DropPolicy(_)
            | Stmt::CreateFunction(_)
            | Stmt::CreateStatistics(_)
            | Stmt::Update(_)
            | Stmt::Delete(_)
    )
}

/// What `tree` makes unless something is called so already.
fn unless_there(tree: &Stmt) -> Option<String> {
    match tree {
        Stmt::CreateTable(create) => {
            let made = create.if_not_exists().and(create.table_name());
            made.map(|name| name::of(name.syntax()))
        }
        Stmt::CreateTableAs(create) => {
            let made = create.if_not_exists().and(create.table_name());
            made.map(|name| name::of(name.syntax()))
        }
        Stmt::CreateMaterializedView(create) => {
            let made = create.if_not_exists().and(create.view());
            made.map(|name| name::of(name.syntax()))
        }
        _ => None,
    }
}

/// Whether what a statement makes is gone with its session.
fn is_temporary(statement: &str) -> bool {
    let words = sql_text::tokens(statement).map(|token| &statement[token.range]);
    let before = ["create", "or", "replace", "global", "local", "recursive"];
    let mut words =
        words.skip_while(|word| before.iter().any(|known| known.eq_ignore_ascii_case(word)));
    let first = words.next().unwrap_or("");
    ["temp", "temporary"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(first))
}

fn uses_index(action: &AlterTableAction) -> bool {
    super::words::has(action.syntax(), "using") && super::words::has(action.syntax(), "index")
}
