//! From a statement to its forms and the relations they lock.

use std::ops::Range;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AlterTableAction, AstNode, Stmt};

use super::around;
use super::catalog::Catalog;
use super::form::{Form, Reach};
use super::learn;
use super::lock::LockMode;
use super::name;
use super::read::{self, Read, Script};
use super::verdict::{Effect, Judged, Part, Sort, Touch};
use super::{column, constraint, drop, object, partition, view, words};

/// Judges the statements of `sql` in their order; `catalog` learns from each.
pub fn judge(sql: &str, catalog: &mut Catalog) -> Vec<Judged> {
    judge_script(read::read(sql), catalog)
}

/// The same of what was read already.
pub fn judge_script(script: Script<'_>, catalog: &mut Catalog) -> Vec<Judged> {
    let sql = script.sql.as_ref();
    catalog.unfilled.clear();
    let statements = script.statements.into_iter();
    statements
        .map(|parsed| {
            let mut parts = Vec::new();
            let statement = parsed.read(sql);
            let inside = read::inside(sql, &statement);
            let inside = inside.iter().map(|parsed| parsed.read(sql));
            for statement in std::iter::once(statement).chain(inside) {
                parts.append(&mut judge_one(&statement, sql, catalog));
                learn::learn(catalog, &statement);
            }
            let touches = parts
                .iter_mut()
                .flat_map(|part: &mut Part| &mut part.touches);
            for touch in touches.filter(|_| !parsed.names.is_empty()) {
                touch.relation = as_written(&touch.relation, &parsed.names);
            }
            Judged {
                range: parsed.range,
                parts,
                wrong: parsed.wrong,
                open: parsed.open,
            }
        })
        .collect()
}

/// `relation` with the variables in it that `names` stand for.
fn as_written(relation: &str, names: &[(String, String)]) -> String {
    let parts = relation.split('.').map(|part| {
        let known = names.iter().find(|(name, _)| name == part);
        known.map_or(part, |(_, written)| written.as_str())
    });
    parts.collect::<Vec<&str>>().join(".")
}

fn judge_one(statement: &Read<'_>, sql: &str, catalog: &Catalog) -> Vec<Part> {
    let mut desk = Desk {
        catalog,
        sql,
        base: statement.range.start,
        parts: Vec::new(),
    };
    match &statement.tree {
        Some(tree) => desk.statement(tree, statement),
        None => words::by_words(&mut desk, statement),
    }
    desk.parts
}

/// How many blank bytes `node` begins with.
fn blank_before(node: &SyntaxNode) -> usize {
    let mut blank = 0;
    // It ends at the first word.
    let _ = node.text().try_for_each_chunk(|chunk| {
        let rest = chunk.trim_start();
        blank += chunk.len() - rest.len();
        if rest.is_empty() { Ok(()) } else { Err(()) }
    });
    blank
}

/// Where a statement is judged.
pub(super) struct Desk<'c> {
    pub(super) catalog: &'c Catalog,
    /// The text that the statement stands in.
    pub(super) sql: &'c str,
    /// Where the statement stands in the text.
    base: usize,
    parts: Vec<Part>,
}

impl Desk<'_> {
    /// What stands in the text behind `node`.
    pub(super) fn behind(&self, node: &SyntaxNode) -> &str {
        let end = self.base + usize::from(node.text_range().end());
        self.sql.get(end..).unwrap_or_default()
    }

    /// Notes that `node` has the form `form` and is about `target`.
    pub(super) fn add(&mut self, form: Form, node: &SyntaxNode, target: &str) {
        let row = form.row();
        let touches = row.lock.map(|lock| self.touch(target, lock, row.effect));
        self.add_with(form, node, touches.into_iter().collect());
    }

    /// Notes that `node` has the form `form`, and what it touches.
    pub(super) fn add_with(&mut self, form: Form, node: &SyntaxNode, touches: Vec<Touch>) {
        let range = self.place(node);
        self.add_at(form, range, touches);
    }

    /// Where `node` stands in the text.
    pub(super) fn place(&self, node: &SyntaxNode) -> Range<usize> {
        let range = node.text_range();
        let start = self.base + usize::from(range.start()) + blank_before(node);
        start..(self.base + usize::from(range.end())).max(start)
    }

    pub(super) fn add_at(&mut self, form: Form, range: Range<usize>, touches: Vec<Touch>) {
        match self.parts.last_mut() {
            // It does the same to several relations.
            Some(last) if last.form == form && last.range == range => last.touches.extend(touches),
            _ => self.parts.push(Part {
                form,
                range,
                touches,
            }),
        }
    }

    /// Adds what is done to `table` to what is below it, as far as the parts behind the first `from` reach down.
    fn reach_down(&mut self, from: usize, table: &str) {
        let catalog = self.catalog;
        let divided = catalog.is_divided(table);
        let below = catalog.below(table);
        for at in from..self.parts.len() {
            let part = &self.parts[at];
            let reaches = match part.form.reach() {
                Reach::Itself => false,
                Reach::Partitions => divided,
                Reach::All => true,
            };
            let mut own = part.touches.iter().rev();
            let own = own.find(|touch| touch.relation == table && touch.sort == Sort::Table);
            let Some(own) = own.filter(|_| reaches).cloned() else {
                continue;
            };
            let named: Vec<String> = part.touches.iter().map(|t| t.relation.clone()).collect();
            let below = below.iter().filter(|name| !named.contains(name));
            let touches: Vec<Touch> = below
                .map(|name| self.touch(name, own.lock, own.effect))
                .collect();
            self.parts[at].touches.extend(touches);
        }
    }

    /// The same as [`Desk::add`], and what is below `target`.
    pub(super) fn add_all(&mut self, form: Form, node: &SyntaxNode, target: &str) {
        self.add(form, node, target);
        self.reach_down(self.parts.len() - 1, target);
    }

    /// What happens to a table.
    pub(super) fn touch(&self, relation: &str, lock: LockMode, effect: Effect) -> Touch {
        Touch {
            relation: relation.to_owned(),
            sort: Sort::Table,
            lock,
            effect,
            fresh: self.catalog.is_fresh(relation),
            made: self.catalog.is_made(relation),
            divided: self.catalog.is_divided(relation),
        }
    }

    /// What happens to an index.
    pub(super) fn touch_index(&self, index: &str, lock: LockMode, effect: Effect) -> Touch {
        let fresh = self
            .catalog
            .table_of(index)
            .is_some_and(|table| self.catalog.is_fresh(table));
        Touch {
            sort: Sort::Index,
            fresh,
            ..self.touch(index, lock, effect)
        }
    }

    fn statement(&mut self, tree: &Stmt, statement: &Read<'_>) {
        match tree {
            Stmt::AlterTable(alter) => self.alter_table(alter),
            Stmt::CreateTable(create) => object::create_table(self, create),
            Stmt::CreateTableAs(create) => {
                object::create_table_as(self, create);
                words::written_for(self, statement);
            }
            Stmt::CreateIndex(create) => object::create_index(self, create),
            Stmt::AlterIndex(alter) => object::alter_index(self, alter),
            Stmt::Reindex(reindex) => object::reindex(self, reindex),
            Stmt::CreateView(create) => view::create_view(self, create),
            Stmt::CreateMaterializedView(create) => view::create_materialized(self, create),
            Stmt::Refresh(refresh) => view::refresh(self, refresh),
            Stmt::AlterType(alter) => object::alter_type(self, alter),
            Stmt::AlterDomain(alter) => object::alter_domain(self, alter),
            Stmt::AlterMaterializedView(alter) => view::alter_materialized(self, alter),
            Stmt::AlterView(alter) => view::alter_view(self, alter),
            Stmt::AlterFunction(_) | Stmt::AlterProcedure(_) | Stmt::AlterSchema(_) => {
                view::rename_other(self, tree.syntax());
            }
            Stmt::CommentOn(_) => words::comment(self, tree.syntax()),
            Stmt::Vacuum(vacuum) => object::vacuum(self, vacuum),
            Stmt::Grant(_) => words::grant(self, tree.syntax(), Form::Grant),
            Stmt::Revoke(_) => words::revoke(self, tree.syntax()),
            Stmt::DropTable(found) => drop::table(self, found),
            Stmt::DropIndex(found) => drop::index(self, found),
            Stmt::Lock(found) => drop::lock(self, found),
            _ => self.other(tree, statement),
        }
    }

    /// Statements of which one name and the form are enough.
    fn other(&mut self, tree: &Stmt, statement: &Read<'_>) {
        let form = match tree {
            Stmt::CreateTrigger(_) => Form::CreateTrigger,
            Stmt::DropTrigger(_) => Form::DropTrigger,
            Stmt::CreateRule(_) if discards(tree.syntax()) => Form::DiscardWrites,
            Stmt::CreatePolicy(_)
            | Stmt::AlterPolicy(_)
            | Stmt::DropPolicy(_)
            | Stmt::CreateRule(_)
            | Stmt::AlterRule(_)
            | Stmt::DropRule(_) => Form::ChangeTable,
            Stmt::AlterTrigger(_) if words::has(tree.syntax(), "rename") => Form::ChangeTable,
            Stmt::CreateStatistics(_) | Stmt::Analyze(_) => Form::ChangeSettings,
            Stmt::Cluster(_) => Form::Cluster,
            Stmt::Truncate(_) => {
                drop::emptied_with(self, tree.syntax());
                Form::Truncate
            }
            _ => {
                if !drop::other(self, tree) {
                    words::by_words(self, statement);
                }
                return;
            }
        };
        let node = tree.syntax();
        let alone = words::has(node, "only");
        for table in relations(node) {
            if alone {
                self.add(form, node, &table);
            } else {
                self.add_all(form, node, &table);
            }
        }
    }

    fn alter_table(&mut self, alter: &ast::AlterTable) {
        if let Some(all) = alter.all_in_tablespace() {
            self.add_with(Form::MoveStorage, all.syntax(), Vec::new());
        }
        let Some(name) = alter.table_relation_name() else {
            return;
        };
        let table = relation(name.syntax());
        let alone = name.only_token().is_some() || !self.catalog.has_below(&table);
        for action in alter.actions() {
            let from = self.parts.len();
            self.action(&action, &table);
            if !alone && !words::has(action.syntax(), "inherit") {
                self.reach_down(from, &table);
            }
        }
    }

    pub(super) fn action(&mut self, action: &AlterTableAction, table: &str) {
        let node = action.syntax();
        let form = match action {
            AlterTableAction::AddColumn(add) => return column::add(self, add, table),
            AlterTableAction::AlterColumn(alter) => return column::alter(self, alter, table),
            AlterTableAction::AddConstraint(add) => return constraint::add(self, add, table),
            AlterTableAction::DropConstraint(found) => return constraint::drop(self, found, table),
            AlterTableAction::ValidateConstraint(found) => {
                return constraint::validate(self, found, table);
            }
            AlterTableAction::AttachPartition(attach) => {
                return partition::attach(self, attach, table);
            }
            AlterTableAction::DetachPartition(detach) => {
                return partition::detach(self, detach, table);
            }
            AlterTableAction::DropColumn(found) => return column::drop(self, found, table),
            AlterTableAction::RenameColumn(_) => Form::RenameColumn,
            AlterTableAction::TableRenameTo(_) => Form::RenameTable,
            AlterTableAction::SetSchema(_) => Form::MoveTable,
            AlterTableAction::RenameConstraint(_) => Form::RenameConstraint,
            AlterTableAction::AlterConstraint(alter) => {
                return constraint::change(self, alter, table);
            }
            AlterTableAction::EnableTrigger(_)
            | AlterTableAction::DisableTrigger(_)
            | AlterTableAction::EnableAlwaysTrigger(_)
            | AlterTableAction::EnableReplicaTrigger(_) => Form::SwitchTrigger,
            // Whoever decodes the log must see this one from one moment on.
            AlterTableAction::SetOptions(_) | AlterTableAction::ResetOptions(_)
                if words::has(node, "user_catalog_table") =>
            {
                Form::ChangeTable
            }
            AlterTableAction::SetOptions(_)
            | AlterTableAction::ResetOptions(_)
            | AlterTableAction::SetWithoutCluster(_)
            | AlterTableAction::ClusterOn(_) => Form::ChangeSettings,
            AlterTableAction::SetLogged(_) | AlterTableAction::SetUnlogged(_) => Form::Logged,
            AlterTableAction::SetTablespace(_) | AlterTableAction::SetAccessMethod(_) => {
                moved(node)
            }
            AlterTableAction::EnableRls(_)
                if !self.catalog.guarded.contains(table)
                    && !around::has_policy(self.sql, table) =>
            {
                Form::HideRows
            }
            _ => Form::ChangeTable,
        };
        self.add(form, node, table);
    }
}

/// Whether a rule does nothing instead of what is asked for, whatever that is.
fn discards(rule: &SyntaxNode) -> bool {
    words::has(rule, "instead") && words::has(rule, "nothing") && !words::has(rule, "where")
}

/// To the place or the method that is the usual one nothing has to be moved.
fn moved(node: &SyntaxNode) -> Form {
    if stays(node) {
        Form::ChangeTable
    } else {
        Form::MoveStorage
    }
}

/// Whether the place or the method that `node` ends with is the usual one.
pub(super) fn stays(node: &SyntaxNode) -> bool {
    let text = node.text().to_string().to_lowercase();
    ["pg_default", "heap", "default"]
        .iter()
        .any(|word| text.trim_end().ends_with(word))
}

/// The name of the one relation below `node`.
pub(super) fn relation(node: &SyntaxNode) -> String {
    relations(node).into_iter().next().unwrap_or_default()
}

/// The names of the relations that `node` mentions, each once.
pub(super) fn relations(node: &SyntaxNode) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for node in node.descendants() {
        let named = ast::TableNameRef::cast(node.clone()).map(|n| n.syntax().clone());
        let named =
            named.or_else(|| ast::RelationNameRef::cast(node.clone()).map(|n| n.syntax().clone()));
        if let Some(named) = named {
            let name = name::of(&named);
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}
