//! The columns of the rows that a statement writes, and those by which it chooses them.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, BinOp, Expr, SetColumn};

use super::judge::relation;
use super::name;
use super::refused::Look;
use crate::plan::sql_text::{self, Token, TokenSort};

/// How much of an `INSERT` is looked at, in words and signs: a table has 1600 columns at most.
const MAX_TOKENS: usize = 4_000;
/// What looks like a column, and is a value that the server has.
pub(super) const VALUES: [&str; 12] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "system_user",
    "user",
];

impl Look<'_> {
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
        if at(end) != "(" {
            return;
        }
        let Some(columns) = listed(text, &tokens[end + 1..]) else {
            return;
        };
        for token in columns {
            let column = name::canonical(&text[token.range.clone()]);
            if self.is_missing(&table, &column) {
                let why = format!("`{table}` has no column `{column}`");
                self.fails_at(token.range.clone(), &why);
            }
        }
    }

    pub(super) fn update(&mut self, update: &ast::Update) {
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

    pub(super) fn delete(&mut self, delete: &ast::Delete) {
        let table = delete.relation_name();
        let table = table
            .map(|table| relation(table.syntax()))
            .unwrap_or_default();
        let plain = delete.using_clause().is_none() && delete.with_clause().is_none();
        let alias = name::given(delete.alias().and_then(|alias| alias.name()));
        let chosen = delete.where_clause_or_current_of();
        self.rows(delete.syntax(), &table, chosen, plain, &alias);
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
                    let other = own == table || own == alias || own == name::bare(table);
                    if !other && !VALUES.contains(&own.as_str()) {
                        self.needs(column.syntax(), table, &own);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The columns in the list that `tokens` of `text` begin with; none: it is no list, but a query in parentheses.
fn listed<'t>(text: &str, tokens: &'t [Token]) -> Option<Vec<&'t Token>> {
    let mut columns = Vec::new();
    let mut depth = 0;
    let mut first = true;
    for token in tokens {
        match (token.sort, &text[token.range.clone()]) {
            (TokenSort::Sign, ")") if depth == 0 => return Some(columns),
            (TokenSort::Sign, ",") if depth == 0 => first = true,
            // Of a part of a column, `a.b` or `a[1]`, only the column is looked at.
            (TokenSort::Sign, "[") => depth += 1,
            (TokenSort::Sign, "]") => depth -= 1,
            (TokenSort::Sign, ".") => {}
            (TokenSort::Word | TokenSort::Name, _) if first => {
                columns.push(token);
                first = false;
            }
            (TokenSort::Word | TokenSort::Name, _) if depth > 0 || is_part(text, token) => {}
            _ => return None,
        }
    }
    None
}

/// Whether a dot stands before `token`.
fn is_part(text: &str, token: &Token) -> bool {
    text[..token.range.start].trim_end().ends_with('.')
}
