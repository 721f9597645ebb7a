//! What a database refuses of one statement, or skips.

use std::collections::HashSet;
use std::ops::Range;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AlterColumnOption, AlterTableAction, AstNode, Stmt};

use super::certain::{Live, Outcome, Sure};
use super::judge::relation;
use super::name::{self, Type};

/// Columns that every table has.
const SYSTEM: [&str; 6] = ["cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"];

/// How much of a table's name the server leaves at least in a name that it chooses.
const SHORTENED: usize = 28;

/// What the actions of one statement do beside each other.
pub(super) struct Beside {
    /// The columns that they take away.
    pub(super) gone: HashSet<String>,
    /// Those that they add.
    pub(super) added: HashSet<String>,
    /// Those that were added so far.
    made: HashSet<String>,
    /// The constraints that they take away.
    pub(super) dropped: HashSet<String>,
    /// Whether they may add constraints.
    pub(super) constrains: bool,
}

impl Beside {
    fn read(alter: &ast::AlterTable) -> Self {
        let mut beside = Beside {
            gone: HashSet::new(),
            added: HashSet::new(),
            made: HashSet::new(),
            dropped: HashSet::new(),
            constrains: false,
        };
        for action in alter.actions() {
            match action {
                AlterTableAction::AddColumn(add) => {
                    beside.added.insert(name::given(add.column_name()));
                    beside.constrains = true;
                }
                AlterTableAction::DropColumn(found) => {
                    beside.gone.insert(name::given(found.column_name_ref()));
                }
                AlterTableAction::AddConstraint(_) => beside.constrains = true,
                AlterTableAction::DropConstraint(found) => {
                    let name = name::given(found.constraint_name_ref());
                    beside.dropped.insert(name);
                }
                _ => {}
            }
        }
        beside
    }
}

/// Whether what is called `name` is among what a database is asked for: the server's own schemas are not, and the name
/// of a database before them nobody reads.
fn is_asked_for(name: &str) -> bool {
    let mut parts = name.split('.').rev().skip(1);
    let schema = parts.next().unwrap_or("");
    !schema.starts_with("pg_") && schema != "information_schema" && parts.next().is_none()
}

/// Where `node` stands, without the blanks before it.
fn place(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    let text = node.text().to_string();
    let blank = text.len() - text.trim_start().len();
    let start = usize::from(range.start()) + blank;
    start..usize::from(range.end()).max(start)
}

/// One look at a statement.
pub(super) struct Look<'l> {
    pub(super) live: &'l Live,
    pub(super) base: usize,
    pub(super) found: &'l mut Vec<Sure>,
}

impl Look<'_> {
    pub(super) fn say(&mut self, node: &SyntaxNode, message: String, outcome: Outcome) {
        let range = place(node);
        self.say_at(range, message, outcome);
    }

    fn say_at(&mut self, range: Range<usize>, message: String, outcome: Outcome) {
        let range = self.base + range.start..self.base + range.end;
        self.found.push(Sure {
            range,
            message,
            outcome,
        });
    }

    pub(super) fn fails(&mut self, node: &SyntaxNode, why: &str) {
        self.fails_at(place(node), why);
    }

    pub(super) fn fails_at(&mut self, range: Range<usize>, why: &str) {
        let unless = if self.live.passed {
            ", unless what runs before it changes that"
        } else {
            ""
        };
        self.say_at(range, format!("{why}: this fails{unless}"), Outcome::Fails);
    }

    /// Whether there is surely nothing called `name`.
    pub(super) fn misses(&self, name: &str) -> bool {
        !self.live.open
            && !name.is_empty()
            && !name.contains(['$', ':', '{', '<'])
            && !self.live.relations.contains(name)
            && !self.live.may_be_there(name)
            && is_asked_for(name)
    }

    /// Whether `name` may be one that the server has chosen: it begins with the table's, or with what it left of that.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let bare = name::bare(name);
        let mut tables = self.live.named.iter().map(|table| name::bare(table));
        tables.any(|table| bare.starts_with(table.get(..SHORTENED).unwrap_or(table)))
    }

    pub(super) fn is_there(&self, name: &str) -> bool {
        self.live.relations.contains(name)
    }

    pub(super) fn statement(&mut self, tree: &Stmt) {
        let node = tree.syntax();
        match tree {
            Stmt::CreateTable(create)
                if create.if_not_exists().is_none() && create.persistence().is_none() =>
            {
                self.makes(node, &name::given(create.table_name()));
            }
            // One on a table of another schema stands there, too.
            Stmt::CreateIndex(create) if create.if_not_exists().is_none() => {
                let on = create.table_relation_name();
                let on = on.map(|on| relation(on.syntax())).unwrap_or_default();
                if self.misses(&on) {
                    self.fails(node, &format!("there is no table `{on}` in the database"));
                } else if !on.contains('.') && !self.live.is_mixed() && self.is_there(&on) {
                    self.makes(node, &name::given(create.index()));
                }
            }
            Stmt::DropTable(found) if found.if_exists().is_none() => {
                let names: Vec<String> = found
                    .table_name_refs()
                    .map(|name| name::of(name.syntax()))
                    .collect();
                self.drops(node, "table", &names);
            }
            Stmt::DropIndex(found) if found.if_exists().is_none() => {
                let names: Vec<String> = found
                    .index_refs()
                    .map(|name| name::of(name.syntax()))
                    .collect();
                self.drops(node, "index", &names);
            }
            Stmt::DropView(found) if found.if_exists().is_none() => {
                let names: Vec<String> = found
                    .view_refs()
                    .map(|name| name::of(name.syntax()))
                    .collect();
                self.drops(node, "view", &names);
            }
            Stmt::Refresh(refresh) if refresh.concurrently_token().is_some() => {
                let view = name::given(refresh.view_ref());
                if self.live.computed.get(&view) == Some(&false) && !self.live.open {
                    self.fails(
                        node,
                        &format!("`{view}` has no unique index, which CONCURRENTLY needs"),
                    );
                }
            }
            Stmt::AlterTable(alter) => self.alter_table(alter),
            _ => {}
        }
        self.asks(tree);
        self.finds(tree);
        self.stands(tree);
    }

    pub(super) fn makes(&mut self, node: &SyntaxNode, name: &str) {
        if !name.is_empty() && !self.live.open && self.live.is_taken(name) {
            self.fails(node, &format!("`{name}` is in the database already"));
        }
    }

    fn drops(&mut self, node: &SyntaxNode, what: &str, names: &[String]) {
        let missing = |name: &&String| self.misses(name) && !self.is_named(name);
        if let Some(name) = names.iter().find(missing) {
            self.fails(
                node,
                &format!("there is no {what} `{name}` in the database"),
            );
        }
    }

    fn alter_table(&mut self, alter: &ast::AlterTable) {
        let table = alter.table_relation_name();
        let Some(table) = table.map(|table| relation(table.syntax())) else {
            return;
        };
        if self.misses(&table) {
            if alter.if_exists().is_none() {
                self.fails(
                    alter.syntax(),
                    &format!("there is no table `{table}` in the database"),
                );
            }
            return;
        }
        // What one action makes, another one of the same statement may need, and what one takes away stands in no
        // other one's way.
        let mut beside = Beside::read(alter);
        for action in alter.actions() {
            self.stands_still(alter, &action, &table, &beside);
            self.action(&table, &action, &mut beside);
        }
    }

    fn action(&mut self, table: &str, action: &AlterTableAction, beside: &mut Beside) {
        let node = action.syntax();
        match action {
            AlterTableAction::AddColumn(add) => {
                let column = name::given(add.column_name());
                if !beside.gone.contains(&column) {
                    self.adds(table, &column, add);
                }
                self.points(node, table);
                self.constrained(node, table, beside);
                beside.made.insert(column);
            }
            AlterTableAction::DropColumn(found) => {
                let column = name::given(found.column_name_ref());
                if found.if_exists().is_none() && !beside.made.contains(&column) {
                    self.needs(node, table, &column);
                }
                if found.drop_behavior().is_none() {
                    self.is_read(node, table, &column);
                }
            }
            AlterTableAction::RenameColumn(found) => {
                let (old, new) = (
                    name::given(found.column_name_ref()),
                    name::given(found.column_name()),
                );
                self.needs(node, table, &old);
                if self.column(table, &new).is_some() {
                    self.fails(node, &format!("`{table}` has a column `{new}` already"));
                }
            }
            AlterTableAction::AlterColumn(alter) => {
                let column = name::given(alter.column_name_ref());
                if !beside.made.contains(&column) {
                    self.needs(node, table, &column);
                }
                if let Some(AlterColumnOption::SetType(_)) = alter.option() {
                    self.is_read(node, table, &column);
                }
            }
            AlterTableAction::AddConstraint(add) => self.adds_constraint(add, table, beside),
            AlterTableAction::DropConstraint(found) => self.drops_constraint(found, table),
            AlterTableAction::ValidateConstraint(found) => {
                self.needs_constraint(
                    node,
                    table,
                    &name::given(found.constraint_name_ref()),
                    beside,
                );
            }
            AlterTableAction::AlterConstraint(found) => {
                self.needs_constraint(
                    node,
                    table,
                    &name::given(found.constraint_name_ref()),
                    beside,
                );
            }
            AlterTableAction::RenameConstraint(found) => {
                self.needs_constraint(
                    node,
                    table,
                    &name::given(found.constraint_name_ref()),
                    beside,
                );
            }
            AlterTableAction::AttachPartition(_) | AlterTableAction::DetachPartition(_) => {
                self.relations_below(node);
            }
            AlterTableAction::SetSchema(found) => {
                self.needs_schema(node, &name::given(found.schema_ref()));
            }
            AlterTableAction::OwnerTo(_) => self.roles(node),
            AlterTableAction::TableRenameTo(found) if self.is_there(table) => {
                let own = self.live.own(table);
                if own.contains('.') || !self.live.is_mixed() {
                    self.makes(node, &name::beside(own, name::given(found.table_name())));
                }
            }
            _ => {}
        }
    }

    /// The type of a column that surely is there.
    pub(super) fn column(&self, table: &str, column: &str) -> Option<&Type> {
        let known = self.live.catalog.tables.get(table);
        let columns = &known.filter(|_| !self.live.open)?.columns;
        columns.get(column).map(|column| &column.ty)
    }

    fn adds(&mut self, table: &str, column: &str, add: &ast::AddColumn) {
        let Some(known) = self.column(table, column).cloned() else {
            return;
        };
        if add.if_not_exists().is_none() {
            return self.fails(
                add.syntax(),
                &format!("`{table}` has a column `{column}` already"),
            );
        }
        let ty = add.ty().map(|ty| ty.syntax().text().to_string());
        let wanted = ty.as_deref().map(Type::read).unwrap_or_default();
        if known.differs(&wanted) {
            let message = format!(
                "`{table}` has a column `{column}` already, of the type {}: IF NOT EXISTS skips this, returns success, and it stays so",
                known.base
            );
            self.say(add.syntax(), message, Outcome::KeepsColumn);
        } else {
            self.skips(add.syntax(), &format!("{table}.{column}"));
        }
    }

    /// That a column is not there, if that is sure.
    pub(super) fn needs(&mut self, node: &SyntaxNode, table: &str, column: &str) {
        if self.is_missing(table, column) {
            self.fails(node, &format!("`{table}` has no column `{column}`"));
        }
    }

    /// Whether `table` surely has no column `column`.
    pub(super) fn is_missing(&self, table: &str, column: &str) -> bool {
        let known = self.live.catalog.tables.get(table);
        let known = known.filter(|known| known.whole);
        let missing = known.is_some_and(|known| !known.columns.contains_key(column));
        missing
            && !self.live.open
            && !column.is_empty()
            && !column.contains(['$', ':', '{'])
            && !SYSTEM.contains(&column)
    }

    /// That views read a column which is taken away or changed.
    fn is_read(&mut self, node: &SyntaxNode, table: &str, column: &str) {
        let key = (table.to_owned(), column.to_owned());
        let reader = self
            .live
            .readers
            .get(&key)
            .and_then(|readers| readers.first());
        if let Some(view) = reader.filter(|_| !self.live.open).cloned() {
            self.fails(
                node,
                &format!("the view `{view}` reads `{column}` of `{table}`"),
            );
        }
    }
}
