//! What a statement asks of a database besides tables: constraints, foreign keys, schemas, roles, the values of
//! enums, and the columns of the rows that it writes.

use squawk_syntax::ast::{
    self, AlterTypeAction, AstNode, BinOp, Constraint, Expr, SetColumn, Stmt, TableArg,
};
use squawk_syntax::{SyntaxNode, ast::RoleNameRef};

use super::certain::Outcome;
use super::judge::{relation, relations};
use super::name::{self, Type};
use super::refused::Look;
use crate::plan::sql_text::{self, TokenSort};

/// Whether CASCADE stands at the end of `node`.
fn cascades(node: &SyntaxNode) -> bool {
    let text = node.text().to_string().to_ascii_lowercase();
    text.trim_end()
        .trim_end_matches(';')
        .trim_end()
        .ends_with("cascade")
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
            Stmt::Grant(_) | Stmt::Revoke(_) => self.roles(node),
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
            Stmt::Update(update) => self.update(update),
            Stmt::Delete(delete) => {
                let table = delete.relation_name();
                let table = table
                    .map(|table| relation(table.syntax()))
                    .unwrap_or_default();
                let plain = delete.using_clause().is_none() && delete.with_clause().is_none();
                let alias = name::given(delete.alias().and_then(|alias| alias.name()));
                self.rows(
                    node,
                    &table,
                    delete.where_clause_or_current_of(),
                    plain,
                    &alias,
                );
            }
            _ => {}
        }
    }

    /// `INSERT INTO orders (id, user_idd) VALUES …`, which has no tree.
    pub(super) fn insert(&mut self, text: &str) {
        let tokens: Vec<sql_text::Token> = sql_text::tokens(text).take(MAX_TOKENS).collect();
        let at = |ix: usize| {
            tokens
                .get(ix)
                .map_or("", |token| &text[token.range.clone()])
        };
        if !at(0).eq_ignore_ascii_case("insert") || !at(1).eq_ignore_ascii_case("into") {
            return;
        }
        let end = if at(3) == "." { 5 } else { 3 };
        let Some(name) = tokens.get(2).zip(tokens.get(end - 1)) else {
            return;
        };
        let range = name.0.range.start..name.1.range.end;
        let table = name::canonical(&text[range.clone()]);
        if self.misses(&table) {
            return self.fails_at(
                range,
                &format!("there is no table `{table}` in the database"),
            );
        }
        if at(end) != "(" || at(end + 1).eq_ignore_ascii_case("select") {
            return;
        }
        let mut first = true;
        for token in &tokens[end + 1..] {
            let word = &text[token.range.clone()];
            match token.sort {
                TokenSort::Word | TokenSort::Name if first => {
                    let column = name::canonical(word);
                    if self.is_missing(&table, &column) {
                        let why = format!("`{table}` has no column `{column}`");
                        self.fails_at(token.range.clone(), &why);
                    }
                    first = false;
                }
                _ if word == ")" => break,
                _ => first = word == ",",
            }
        }
    }

    fn update(&mut self, update: &ast::Update) {
        let node = update.syntax();
        let table = update.relation_name();
        let table = table
            .map(|table| relation(table.syntax()))
            .unwrap_or_default();
        let columns = update.set_clause().and_then(|set| set.set_column_list());
        for column in columns.iter().flat_map(ast::SetColumnList::set_columns) {
            let targets = match column {
                SetColumn::SetSingleColumn(one) => one.column_target().into_iter().collect(),
                SetColumn::SetMultipleColumns(all) => {
                    let list = all.column_target_list();
                    list.iter()
                        .flat_map(ast::ColumnTargetList::column_targets)
                        .collect::<Vec<_>>()
                }
            };
            for name in targets.iter().filter_map(ast::ColumnTarget::name) {
                self.needs(name.syntax(), &table, &name::of(name.syntax()));
            }
        }
        let plain = update.from_clause().is_none() && update.with_clause().is_none();
        let alias = name::given(update.alias().and_then(|alias| alias.name()));
        self.rows(
            node,
            &table,
            update.where_clause_or_current_of(),
            plain,
            &alias,
        );
    }

    /// The table whose rows are written, and the columns by which they are chosen.
    fn rows(
        &mut self,
        node: &SyntaxNode,
        table: &str,
        chosen: Option<ast::WhereClauseOrCurrentOf>,
        plain: bool,
        alias: &str,
    ) {
        if self.misses(table) {
            return self.fails(
                node,
                &format!("there is no table `{table}` in the database"),
            );
        }
        let Some(ast::WhereClauseOrCurrentOf::WhereClause(chosen)) = chosen.filter(|_| plain)
        else {
            return;
        };
        let mut open: Vec<Expr> = chosen.expr().into_iter().collect();
        while let Some(expr) = open.pop() {
            let Expr::BinExpr(both) = expr else { continue };
            match (both.op(), both.lhs()) {
                (Some(BinOp::And(_) | BinOp::Or(_)), _) => {
                    open.extend(both.lhs().into_iter().chain(both.rhs()));
                }
                (_, Some(Expr::NameRef(column))) => {
                    let own = name::of(column.syntax());
                    let other = own == table || own == alias || own.contains("current_");
                    if !other && !["user", "session_user"].contains(&own.as_str()) {
                        self.needs(column.syntax(), table, &own);
                    }
                }
                _ => {}
            }
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
            let other = known.filter(|known| {
                let same = wanted.base == known.base && wanted.array == known.array;
                !same && !wanted.is_serial() && !known.base.is_empty()
            });
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
        if self.is_there(&table) {
            self.skips(node, &table);
        }
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
    pub(super) fn adds_constraint(&mut self, add: &ast::AddConstraint, table: &str) {
        let node = add.syntax();
        self.points(node, table);
        if self.live.open {
            return;
        }
        let gone = dropped_beside(node);
        let primary = self.live.primary.get(table).cloned();
        let primary = primary.filter(|primary| !gone.contains(primary));
        let own = node.descendants().find_map(ast::ConstraintName::cast);
        let own = own
            .map(|own| name::of(own.syntax()))
            .filter(|own| !gone.contains(own));
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

    /// That foreign keys of tables that are not among `names` point at one of them.
    fn is_pointed_at(&mut self, node: &SyntaxNode, names: &[String]) {
        if self.live.open {
            return;
        }
        for name in names {
            let pointing = self.live.catalog.pointing_at(name).into_iter();
            let other =
                |from: &String| !names.contains(from) && !self.live.elsewhere.contains(from);
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
        let known = self.live.enums.get(ty);
        let there = known.is_some_and(|known| known.contains(&value));
        if there && !self.live.open && add.if_not_exists().is_none() {
            self.fails(
                add.syntax(),
                &format!("`{ty}` has the value '{value}' already"),
            );
        }
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
        for role in node.descendants().filter_map(RoleNameRef::cast) {
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

/// The constraints that are dropped by the statement of which `node` is an action.
fn dropped_beside(node: &SyntaxNode) -> Vec<String> {
    let actions = node.parent().into_iter().flat_map(|all| all.children());
    let drops = actions.filter_map(ast::DropConstraint::cast);
    drops
        .map(|drop| name::given(drop.constraint_name_ref()))
        .collect()
}

/// How much of an `INSERT` is looked at, in words and signs.
const MAX_TOKENS: usize = 300;
