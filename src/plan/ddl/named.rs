//! What a statement names that has to be there: relations, columns, schemas, roles.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{
    self, AlterTypeAction, AstNode, BinOp, Constraint, Expr, FuncArgExpr, Stmt, ValuePosition,
};

use super::name;
use super::object::references;
use super::refused::{Beside, Look};
use super::rows::VALUES;
use crate::plan::sql_text::{self, Token};

impl Look<'_> {
    /// What `tree` is about, if there surely is no such thing.
    pub(super) fn finds(&mut self, tree: &Stmt) {
        if let Some(node) = place_of_names(tree) {
            self.relations_below(&node);
        }
        match tree {
            Stmt::CommentOn(comment) => self.commented(comment),
            Stmt::Grant(_) | Stmt::Revoke(_) => self.schemas_below(tree.syntax()),
            Stmt::DropSchema(found) if found.if_exists().is_none() => {
                self.schemas_below(tree.syntax());
            }
            Stmt::AlterSchema(found) => {
                let schema = found.schema_ref();
                self.needs_schema(tree.syntax(), &name::given(schema));
            }
            Stmt::AlterRole(_) | Stmt::AlterUser(_) => self.roles(tree.syntax()),
            Stmt::CreateTrigger(create) => {
                let on = create.on_relation().and_then(|on| on.relation_name_ref());
                let events = create.trigger_event_list();
                let columns = events
                    .iter()
                    .flat_map(|events| columns_below(events.syntax()));
                self.all_columns(&name::given(on), columns, &|_| false);
            }
            Stmt::CreateIndex(create) => self.indexed(create),
            Stmt::AlterType(alter) => self.labels(alter),
            _ => {}
        }
    }

    /// `COPY nosuch FROM …`, of which there is no tree: only the name is looked at.
    pub(super) fn copied(&mut self, text: &str) {
        let tokens: Vec<Token> = sql_text::tokens(text).take(MAX_TOKENS).collect();
        let word = |ix: usize| {
            tokens
                .get(ix)
                .map_or("", |token: &Token| &text[token.range.clone()])
        };
        if !word(0).eq_ignore_ascii_case("copy")
            || ["(", "binary"]
                .iter()
                .any(|no| word(1).eq_ignore_ascii_case(no))
        {
            return;
        }
        let last = if word(2) == "." { 3 } else { 1 };
        let Some((first, last)) = tokens.get(1).zip(tokens.get(last)) else {
            return;
        };
        let range = first.range.start..last.range.end;
        let table = name::canonical(&text[range.clone()]);
        if self.misses(&table) && !self.is_named(&table) {
            self.fails_at(
                range,
                &format!("there is no table `{table}` in the database"),
            );
        }
    }

    /// The first relation that is named below `node` and is not there.
    pub(super) fn relations_below(&mut self, node: &SyntaxNode) {
        let missing = node.descendants().find_map(|node| {
            let sort = sort_of_name(&node)?;
            let name = name::of(&node);
            (self.misses(&name) && !self.is_named(&name)).then_some((node, sort, name))
        });
        if let Some((node, sort, name)) = missing {
            self.fails(
                &node,
                &format!("there is no {sort} `{name}` in the database"),
            );
        }
    }

    fn schemas_below(&mut self, node: &SyntaxNode) {
        for schema in node.descendants().filter_map(ast::SchemaRef::cast) {
            self.needs_schema(schema.syntax(), &name::of(schema.syntax()));
        }
    }

    fn commented(&mut self, comment: &ast::CommentOn) {
        let columns = comment.syntax().descendants();
        for column in columns.filter_map(ast::QualifiedColumnNameRef::cast) {
            let written = name::of(column.syntax());
            let Some((table, own)) = written.rsplit_once('.') else {
                continue;
            };
            if self.misses(table) {
                self.fails(
                    column.syntax(),
                    &format!("there is no table `{table}` in the database"),
                );
            } else {
                self.needs(column.syntax(), table, own);
            }
        }
    }

    /// The columns of an index.
    fn indexed(&mut self, create: &ast::CreateIndex) {
        let table = create.table_relation_name();
        let table = table.map(|table| super::judge::relation(table.syntax()));
        let items = create
            .syntax()
            .descendants()
            .filter_map(ast::PartitionItem::cast);
        let mut columns = Vec::new();
        for expression in items.filter_map(|item| item.expr()) {
            operands(expression, &mut columns);
        }
        let part = create.where_clause().and_then(|part| part.expr());
        if let Some(part) = part {
            operands(part, &mut columns);
        }
        self.all_columns(&table.unwrap_or_default(), columns.into_iter(), &|_| false);
    }

    /// The columns of a constraint that is added to `table`, and those that it points at. What the same statement adds
    /// is there.
    pub(super) fn constrained(&mut self, node: &SyntaxNode, table: &str, beside: &Beside) {
        let made = |column: &str| beside.added.contains(column);
        for constraint in node.descendants().filter_map(Constraint::cast) {
            let node = constraint.syntax();
            match &constraint {
                Constraint::ForeignKeyConstraint(key) => {
                    let own = key.from_columns();
                    let own = own.iter().flat_map(|list| columns_below(list.syntax()));
                    self.all_columns(table, own, &made);
                    let to = references(node).pop().unwrap_or_default();
                    let pointed = key.to_columns();
                    let pointed = pointed.iter().flat_map(|list| columns_below(list.syntax()));
                    self.all_columns(&to, pointed, &made);
                }
                Constraint::ReferencesConstraint(key) => {
                    let to = name::given(key.table());
                    let column = key.column().map(|column| column.syntax().clone());
                    self.all_columns(&to, column.into_iter(), &made);
                }
                Constraint::UniqueConstraint(_) | Constraint::PrimaryKeyConstraint(_) => {
                    self.all_columns(table, columns_below(node), &made);
                }
                Constraint::CheckConstraint(check) => {
                    let mut columns = Vec::new();
                    if let Some(expression) = check.expr() {
                        operands(expression, &mut columns);
                    }
                    self.all_columns(table, columns.into_iter(), &made);
                }
                _ => {}
            }
        }
    }

    /// That `table` has all of `columns` that are not among those `made` just now.
    fn all_columns(
        &mut self,
        table: &str,
        mut columns: impl Iterator<Item = SyntaxNode>,
        made: &dyn Fn(&str) -> bool,
    ) {
        let missing = columns.find(|column| {
            let own = name::of(column);
            !made(&own)
                && own != name::bare(table)
                && !VALUES.contains(&own.as_str())
                && self.is_missing(table, &own)
        });
        if let Some(column) = missing {
            self.needs(&column, table, &name::of(&column));
        }
    }

    /// A constraint of `table` that is there already.
    pub(super) fn needs_constraint(
        &mut self,
        node: &SyntaxNode,
        table: &str,
        name: &str,
        beside: &Beside,
    ) {
        let known = self.live.constraints.get(table);
        let missing = known.is_some_and(|known| !known.contains(name));
        let plain = !name.is_empty() && !name.contains(['$', ':', '{']);
        if missing && plain && !self.live.open && !beside.constrains {
            self.fails(node, &format!("`{table}` has no constraint `{name}`"));
        }
    }

    /// The value beside which another one is added, or that gets another name.
    fn labels(&mut self, alter: &ast::AlterType) {
        let ty = name::given(alter.type_name_ref());
        let label = match alter.action() {
            Some(AlterTypeAction::AddValue(add)) => match add.value_position() {
                Some(ValuePosition::AfterValue(beside)) => beside.literal(),
                Some(ValuePosition::BeforeValue(beside)) => beside.literal(),
                None => None,
            },
            Some(AlterTypeAction::RenameValue(rename)) => rename.from(),
            _ => None,
        };
        let Some(label) = label else {
            return;
        };
        let text = label.syntax().text().to_string();
        let value = text.trim().trim_matches('\'').replace("''", "'");
        let known = self.values(&ty);
        if known.is_some_and(|known| !known.contains(&value))
            && !self.live.open
            && !value.contains(['$', ':', '{', '\''])
        {
            self.fails(label.syntax(), &format!("`{ty}` has no value '{value}'"));
        }
    }
}

/// How much of a statement without a tree is looked at.
const MAX_TOKENS: usize = 8;

/// Where in `tree` relations are named that have to be there. What a query reads may be called for that query only.
fn place_of_names(tree: &Stmt) -> Option<SyntaxNode> {
    fn node<N: AstNode>(found: Option<N>) -> Option<SyntaxNode> {
        found.map(|found| found.syntax().clone())
    }
    match tree {
        Stmt::Truncate(found) => node(found.table_list()),
        Stmt::Lock(found) => node(found.relation_list()),
        Stmt::Refresh(found) => node(found.view_ref()),
        Stmt::Reindex(found) => node(found.reindex_target()),
        Stmt::Cluster(found) => node(found.table_name_ref()),
        Stmt::Analyze(found) => node(found.table_and_columns_list()),
        Stmt::Vacuum(found) => node(found.table_and_columns_list()),
        Stmt::CommentOn(found) => node(found.comment_object()),
        Stmt::Merge(found) => node(found.table_relation_name()),
        Stmt::CreateTable(found) if found.if_not_exists().is_none() => node(found.partition_of()),
        Stmt::CreateTrigger(found) => node(found.on_relation()),
        Stmt::AlterTrigger(found) => node(found.on_relation()),
        Stmt::DropTrigger(found) if found.if_exists().is_none() => node(found.on_relation()),
        Stmt::CreatePolicy(found) => node(found.on_table()),
        Stmt::AlterPolicy(found) => node(found.on_table()),
        Stmt::DropPolicy(found) if found.if_exists().is_none() => node(found.on_table()),
        Stmt::CreateRule(found) => node(found.rule_on().and_then(|on| on.relation_name_ref())),
        Stmt::AlterRule(found) => node(found.on_relation()),
        Stmt::DropRule(found) if found.if_exists().is_none() => node(found.on_relation()),
        Stmt::CreateStatistics(found) => node(found.from_table()),
        Stmt::AlterIndex(found) if found.if_exists().is_none() => node(found.index_ref()),
        Stmt::AlterSequence(found) if found.if_exists().is_none() => node(found.sequence_ref()),
        Stmt::AlterView(found) if found.if_exists().is_none() => node(found.view_ref()),
        Stmt::AlterMaterializedView(found) if found.if_exists().is_none() => node(found.view_ref()),
        Stmt::DropSequence(found) if found.if_exists().is_none() => Some(found.syntax().clone()),
        Stmt::DropMaterializedView(found) if found.if_exists().is_none() => {
            Some(found.syntax().clone())
        }
        Stmt::Grant(found) => node(found.on_privilege_objects_clause()),
        Stmt::Revoke(found) => node(found.on_privilege_objects_clause()),
        _ => None,
    }
}

/// What `node` is the name of, if it is one of a relation.
fn sort_of_name(node: &SyntaxNode) -> Option<&'static str> {
    match node.kind() {
        kind if ast::TableNameRef::can_cast(kind) => Some("table"),
        kind if ast::RelationNameRef::can_cast(kind) => Some("table or view"),
        kind if ast::ViewRef::can_cast(kind) => Some("view"),
        kind if ast::IndexRef::can_cast(kind) => Some("index"),
        kind if ast::SequenceRef::can_cast(kind) => Some("sequence"),
        _ => None,
    }
}

/// The columns that the list `node` names.
fn columns_below(node: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> + use<> {
    let columns = node.descendants().filter_map(ast::ColumnNameRef::cast);
    columns.map(|column| column.syntax().clone())
}

/// Adds the columns to `found` that `expression` compares or gives to functions. What else looks like a name may be a
/// word of the language.
fn operands(expression: Expr, found: &mut Vec<SyntaxNode>) {
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        match expression {
            Expr::NameRef(name) => found.push(name.syntax().clone()),
            Expr::ParenExpr(inside) => open.extend(inside.expr()),
            Expr::BinExpr(both) => {
                let joined = matches!(both.op(), Some(BinOp::And(_) | BinOp::Or(_)));
                open.extend(both.lhs().into_iter().chain(both.rhs().filter(|_| joined)));
            }
            Expr::CallExpr(call) => {
                let arguments = call.arg_list();
                let arguments = arguments.iter().flat_map(ast::ArgList::args);
                let plain = arguments.filter_map(|argument| match argument.func_arg_expr()? {
                    FuncArgExpr::Expr(plain) => Some(plain),
                    FuncArgExpr::NamedArg(named) => named.expr(),
                });
                open.extend(plain);
            }
            _ => {}
        }
    }
}
