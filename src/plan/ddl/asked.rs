//! What a statement asks of a database besides tables: constraints, foreign keys, schemas, roles, the values of enums.

use std::collections::{BTreeSet, HashSet};

use squawk_syntax::ast::{
    self, AlterTypeAction, AstNode, Constraint, ReindexTarget, Stmt, TableArg,
};
use squawk_syntax::{SyntaxNode, ast::RoleNameRef};

use super::certain::Outcome;
use super::judge::relations;
use super::name::{self, Type};
use super::object::behind_keywords;
use super::refused::{Beside, Look};
use crate::plan::sql_text;

/// Whether the statement or action `node` takes along what depends on it.
fn cascades(node: &SyntaxNode) -> bool {
    sql_text::cascades(&node.text().to_string())
}

impl Look<'_> {
    /// What `tree` asks for, whatever it is about.
    pub(super) fn asks(&mut self, tree: &Stmt) {
        let node = tree.syntax();
        match tree {
            Stmt::CreateTable(create) => self.new_table(create),
            Stmt::CreateIndex(create) if create.if_not_exists().is_some() => {
                self.same_index(create);
            }
            Stmt::DropTable(found) if !cascades(node) => {
                let names = found.table_name_refs().map(|name| name::of(name.syntax()));
                let names: Vec<String> = names.collect();
                self.is_pointed_at(node, &names);
                self.is_seen(node, &names);
            }
            Stmt::Truncate(_) if !cascades(node) => self.is_pointed_at(node, &relations(node)),
            Stmt::AlterType(alter) => {
                if let Some(AlterTypeAction::AddValue(add)) = alter.action() {
                    self.adds_value(&name::given(alter.type_name_ref()), &add);
                }
            }
            Stmt::Grant(grant) => {
                let rights = grant.on_privilege_objects_clause().and(grant.privileges());
                self.roles_but(node, rights);
            }
            Stmt::Revoke(revoke) => {
                let rights = revoke
                    .on_privilege_objects_clause()
                    .and(revoke.privileges());
                self.roles_but(node, rights);
            }
            Stmt::CreateSchema(create) if create.if_not_exists().is_none() => {
                let schema = match create.create_schema_target() {
                    Some(ast::CreateSchemaTarget::NamedSchema(named)) => {
                        name::given(named.schema())
                    }
                    _ => String::new(),
                };
                let known = self.live.schemas.as_ref();
                if known.is_some_and(|known| known.contains(&schema)) && !self.live.open {
                    self.fails(node, &format!("there is a schema `{schema}` already"));
                }
            }
            Stmt::Reindex(_) | Stmt::Cluster(_) => self.goes_through_parts(tree),
            Stmt::Update(update) => self.update(update),
            Stmt::Delete(delete) => self.delete(delete),
            _ => {}
        }
    }

    /// `REINDEX INDEX` and `CLUSTER` of partitioned tables, which not every server knows.
    fn goes_through_parts(&mut self, tree: &Stmt) {
        let node = tree.syntax();
        let catalog = &self.live.catalog;
        let (table, least) = match tree {
            Stmt::Reindex(reindex) => match reindex.reindex_target() {
                Some(target @ ReindexTarget::ReindexTargetIndex(_)) => {
                    let index = name::canonical(&behind_keywords(&target));
                    (catalog.table_of(&index).map(str::to_owned), 14)
                }
                _ => return,
            },
            _ => (relations(node).into_iter().next(), 15),
        };
        let divided = table.filter(|table| catalog.is_divided(table));
        if let Some(table) = divided.filter(|_| !catalog.at_least(least) && !self.live.open) {
            let why = format!("`{table}` is partitioned, and the server takes this since {least}");
            self.fails(node, &why);
        }
    }

    /// What else is wrong with a new table: its schema, the tables that its foreign keys point at, and what
    /// `IF NOT EXISTS` finds instead of it.
    fn new_table(&mut self, create: &ast::CreateTable) {
        let node = create.syntax();
        let table = name::given(create.table_name());
        if let Some((schema, _)) = table.split_once('.') {
            self.needs_schema(node, schema);
        }
        self.points(node, &table);
        if create.if_not_exists().is_none() || create.persistence().is_some() || self.live.open {
            return;
        }
        if !self.live.is_taken(&table) {
            return;
        }
        let list = create.table_arg_list();
        for argument in list.iter().flat_map(ast::TableArgList::args) {
            let TableArg::Column(column) = argument else {
                continue;
            };
            let own = name::given(column.name());
            let ty = column
                .ty()
                .map(|ty| Type::read(&ty.syntax().text().to_string()));
            let wanted = ty.unwrap_or_default();
            let known = self.column(&table, &own).cloned();
            let other = known.filter(|known| known.differs(&wanted));
            let difference = match other {
                Some(known) => format!("with `{own}` of the type {}", known.base),
                None if self.is_missing(&table, &own) => format!("without the column `{own}`"),
                None => continue,
            };
            let message = format!(
                "`{table}` is there already, {difference}: IF NOT EXISTS skips this, returns success, and it stays so"
            );
            return self.say(node, message, Outcome::KeepsColumn);
        }
        self.skips(node, &table);
    }

    /// The tables that the foreign keys below `node` point at; `own` is the one that has them.
    pub(super) fn points(&mut self, node: &SyntaxNode, own: &str) {
        for to in super::object::references(node) {
            if to != own && self.misses(&to) {
                self.fails(node, &format!("there is no table `{to}` in the database"));
            }
        }
    }

    /// The constraint `name` of `table` is dropped.
    pub(super) fn drops_constraint(&mut self, found: &ast::DropConstraint, table: &str) {
        let node = found.syntax();
        let constraint = name::given(found.constraint_name_ref());
        let known = self.live.constraints.get(table);
        let missing = known.is_some_and(|known| !known.contains(&constraint));
        if self.live.open || constraint.is_empty() || constraint.contains(['$', ':', '{']) {
            return;
        }
        if missing && found.if_exists().is_none() {
            return self.fails(node, &format!("`{table}` has no constraint `{constraint}`"));
        }
        let rests = self.live.keys.iter().find(|(from, key)| {
            let there = self.live.catalog.tables.get(from);
            let there = there.is_some_and(|table| table.keys.iter().any(|k| k.name == key.name));
            there && key.to == table && key.on == constraint
        });
        if let Some((from, key)) = rests.filter(|_| !cascades(node)) {
            let why = format!(
                "the foreign key `{}` of `{from}` rests on `{constraint}`",
                key.name
            );
            self.fails(node, &why);
        }
    }

    /// A constraint is added to `table`.
    pub(super) fn adds_constraint(
        &mut self,
        add: &ast::AddConstraint,
        table: &str,
        beside: &Beside,
    ) {
        let node = add.syntax();
        self.points(node, table);
        self.constrained(node, table, beside);
        if self.live.open {
            return;
        }
        let primary = self.primary(table, beside).cloned();
        let own = node.descendants().find_map(ast::ConstraintName::cast);
        let own = own
            .map(|own| name::of(own.syntax()))
            .filter(|own| !beside.dropped.contains(own));
        let known = self.live.constraints.get(table);
        if let (Some(Constraint::PrimaryKeyConstraint(_)), Some(primary)) =
            (add.constraint(), primary)
        {
            self.fails(
                node,
                &format!("`{table}` has a primary key already, `{primary}`"),
            );
        } else if let Some(own) = own.filter(|own| known.is_some_and(|known| known.contains(own))) {
            self.fails(node, &format!("`{table}` has a constraint `{own}` already"));
        }
    }

    /// The primary key of `table`, unless what is done `beside` may take it away.
    pub(super) fn primary(&self, table: &str, beside: &Beside) -> Option<&String> {
        let primary = self.live.primary.get(table);
        primary.filter(|key| beside.gone.is_empty() && !beside.dropped.contains(*key))
    }

    /// That foreign keys of tables that are not among `names` point at one of them.
    fn is_pointed_at(&mut self, node: &SyntaxNode, names: &[String]) {
        if self.live.open {
            return;
        }
        // What is below them goes with them.
        let below = names.iter().flat_map(|name| self.live.catalog.below(name));
        let all = below.chain(names.iter().cloned());
        let all: BTreeSet<String> = all.map(|name| self.live.own(&name).to_owned()).collect();
        for name in names {
            let pointing = self.live.catalog.pointing_at(name).into_iter();
            let other = |from: &String| {
                !all.contains(self.live.own(from)) && !self.live.elsewhere.contains_key(from)
            };
            if let Some(from) = { pointing }.find(other) {
                let why = format!(
                    "a foreign key of `{from}` points at `{name}`, and there is no CASCADE"
                );
                return self.fails(node, &why);
            }
        }
    }

    /// That a view reads one of the tables `names`, which are dropped.
    fn is_seen(&mut self, node: &SyntaxNode, names: &[String]) {
        let readers = self.live.readers.iter();
        let mut seen: Vec<(&String, &String)> = readers
            .filter(|((table, _), _)| names.contains(table))
            .flat_map(|((table, _), views)| views.iter().map(move |view| (table, view)))
            .collect();
        seen.sort();
        if let Some((table, view)) = seen.first().filter(|_| !self.live.open) {
            let why = format!("the view `{view}` reads `{table}`, and there is no CASCADE");
            self.fails(node, &why);
        }
    }

    fn adds_value(&mut self, ty: &str, add: &ast::AddValue) {
        let value = add.literal().map(|value| value.syntax().text().to_string());
        let value = value.unwrap_or_default();
        let value = value.trim().trim_matches('\'').replace("''", "'");
        let known = self.values(ty);
        let there = known.is_some_and(|known| known.contains(&value));
        if there && !self.live.open && add.if_not_exists().is_none() {
            self.fails(
                add.syntax(),
                &format!("`{ty}` has the value '{value}' already"),
            );
        }
    }

    /// The values of the enum `ty`, where it is known which one that is.
    pub(super) fn values(&self, ty: &str) -> Option<&HashSet<String>> {
        let known = self.live.enums.get(ty);
        known.filter(|_| ty.contains('.') || !self.live.is_mixed())
    }

    /// A schema that something is put into.
    pub(super) fn needs_schema(&mut self, node: &SyntaxNode, schema: &str) {
        let known = self.live.schemas.as_ref();
        let missing = known.is_some_and(|known| !known.contains(schema));
        let plain = !schema.is_empty() && !schema.contains(['$', ':', '{', '<', '.']);
        if missing && plain && !self.live.open && !schema.starts_with("pg_temp") {
            self.fails(
                node,
                &format!("there is no schema `{schema}` in the database"),
            );
        }
    }

    /// The roles that `node` names.
    pub(super) fn roles(&mut self, node: &SyntaxNode) {
        self.roles_but(node, None);
    }

    /// Those that do not stand among `rights`, of which some read like names.
    fn roles_but(&mut self, node: &SyntaxNode, rights: Option<ast::Privileges>) {
        let rights = rights.map(|rights| rights.syntax().text_range());
        let roles = node.descendants().filter_map(RoleNameRef::cast);
        let named = |role: &RoleNameRef| {
            let own = role.syntax().text_range();
            rights.is_none_or(|rights| !rights.contains_range(own))
        };
        for role in roles.filter(named) {
            let name = name::of(role.syntax());
            let known = self.live.roles.as_ref();
            let missing = known.is_some_and(|known| !known.contains(&name));
            let plain =
                !name.is_empty() && !name.contains(['$', ':', '{', '<']) && name != "public";
            if missing && plain && !self.live.open {
                self.fails(
                    role.syntax(),
                    &format!("there is no role `{name}` on the server"),
                );
            }
        }
    }
}
