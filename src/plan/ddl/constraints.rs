//! Columns and constraints of a table, as the catalog keeps them.

use squawk_syntax::ast::{self, AstNode, BinOp, Column as ColumnNode, Constraint, Expr};

use super::catalog::{Catalog, Check, Column, ForeignKey, Index, Table};
use super::column::is_virtual;
use super::name::{self, Type};
use super::object::references;
use super::partition::is_value;
use super::read;
use crate::plan::facts::CheckFacts;
use crate::plan::sql_text;

pub(super) fn add_column(
    catalog: &mut Catalog,
    table: &mut Table,
    name: &str,
    column: &ColumnNode,
) {
    let Some(own) = column.name().map(|name| name::of(name.syntax())) else {
        return;
    };
    let ty = column
        .ty()
        .map(|ty| Type::read(&ty.syntax().text().to_string()))
        .unwrap_or_default();
    let required = ty.is_serial();
    let known = Column {
        ty,
        required,
        ..Column::default()
    };
    table.columns.insert(own.clone(), known);
    for node in column.syntax().descendants() {
        if let Some(constraint) = Constraint::cast(node) {
            column_constraint(catalog, table, name, &own, &constraint);
        }
    }
}

/// A constraint that stands behind a column. Its name is what the server would give it.
pub(super) fn column_constraint(
    catalog: &mut Catalog,
    table: &mut Table,
    name: &str,
    column: &str,
    constraint: &Constraint,
) {
    match constraint {
        Constraint::NotNullConstraint(_) => {
            if let Some(column) = table.columns.get_mut(column) {
                column.required = true;
            }
        }
        Constraint::PrimaryKeyConstraint(_) => {
            if let Some(column) = table.columns.get_mut(column) {
                column.required = true;
            }
            let index = Index {
                table: name.to_owned(),
                columns: vec![column.to_owned()],
                ..Index::default()
            };
            catalog.indexes.insert(format!("{name}_pkey"), index);
        }
        Constraint::ReferencesConstraint(found) => {
            let own = found
                .constraint_name_clause()
                .and_then(|clause| clause.constraint_name());
            let own = own.map_or_else(
                || format!("{name}_{column}_fkey"),
                |own| name::of(own.syntax()),
            );
            let text = found.syntax().text().to_string();
            table.keys.push(ForeignKey {
                name: own,
                to: name::given(found.table()),
                columns: vec![column.to_owned()],
                to_columns: columns(&text),
            });
        }
        Constraint::GeneratedConstraint(generated) => {
            if let Some(column) = table.columns.get_mut(column) {
                column.computed = is_virtual(generated);
            }
        }
        Constraint::CheckConstraint(check) => {
            let own = check
                .constraint_name_clause()
                .and_then(|clause| clause.constraint_name());
            let own = own.map_or_else(
                || format!("{name}_{column}_check"),
                |own| name::of(own.syntax()),
            );
            table.checks.push(read_check(own, check, true));
        }
        _ => {}
    }
}

/// A constraint of a table, stated by itself.
pub(super) fn add_constraint(
    catalog: &mut Catalog,
    table: &mut Table,
    name: &str,
    constraint: &Constraint,
) {
    let text = constraint.syntax().text().to_string();
    let lower = text.to_lowercase();
    let lazy = lower.contains("not valid") || lower.contains("not enforced");
    let own = constraint
        .syntax()
        .descendants()
        .find_map(ast::ConstraintName::cast);
    let own = own.map(|own| name::of(own.syntax()));
    match constraint {
        Constraint::CheckConstraint(check) => {
            let own = own.unwrap_or_else(|| format!("{name}_check"));
            table.checks.push(read_check(own, check, !lazy));
        }
        Constraint::NotNullConstraint(found) if !lazy => {
            let column = found
                .column_name_ref()
                .map(|column| name::of(column.syntax()));
            if let Some(column) = column.and_then(|column| table.columns.get_mut(&column)) {
                column.required = true;
            }
        }
        Constraint::ForeignKeyConstraint(key) => {
            let own_columns = columns(&text);
            let own = own.unwrap_or_else(|| format!("{name}_{}_fkey", own_columns.join("_")));
            let to = references(key.syntax())
                .into_iter()
                .next()
                .unwrap_or_default();
            let behind = text.to_ascii_lowercase().find("references");
            table.keys.push(ForeignKey {
                name: own,
                to,
                columns: own_columns,
                to_columns: behind.map_or(Vec::new(), |at| columns(&text[at..])),
            });
        }
        Constraint::PrimaryKeyConstraint(_) => add_key(catalog, table, name, (own, true), &text),
        Constraint::UniqueConstraint(_) => add_key(catalog, table, name, (own, false), &text),
        _ => {}
    }
}

/// What a check called `name` says; `valid`: of the rows that are there, too.
fn read_check(name: String, check: &ast::CheckConstraint, valid: bool) -> Check {
    let expression = check.expr();
    let names = expression
        .iter()
        .flat_map(|expression| expression.syntax().descendants())
        .filter_map(ast::NameRef::cast);
    let mut present = Vec::new();
    if let Some(expression) = &expression {
        find_present(expression, &mut present);
    }
    let text = expression
        .as_ref()
        .map_or(String::new(), |e| e.syntax().text().to_string());
    let values = sql_text::tokens(&text).filter(|token| is_value(token, &text));
    Check {
        name,
        values: values.map(|token| text[token.range].to_owned()).collect(),
        mentioned: names.map(|name| name::of(name.syntax())).collect(),
        present,
        valid,
    }
}

/// A check of the database; none: it can't be read.
pub(super) fn known_check(found: &CheckFacts) -> Option<Check> {
    let sql = format!("ALTER TABLE t ADD {}", found.definition);
    let script = read::read(&sql);
    let tree = script.statements.first()?.read(&sql).tree?;
    let check = tree
        .syntax()
        .descendants()
        .find_map(ast::CheckConstraint::cast)?;
    Some(read_check(found.name.clone(), &check, found.valid))
}

/// Adds the columns that are never null where `expression` is true: each stands as `x IS NOT NULL`, by
/// itself or joined to the rest with `AND`.
fn find_present(expression: &Expr, found: &mut Vec<String>) {
    match expression {
        Expr::ParenExpr(inside) => {
            if let Some(inside) = inside.expr() {
                find_present(&inside, found);
            }
        }
        Expr::BinExpr(both) => match (both.lhs(), both.op(), both.rhs()) {
            (Some(left), Some(BinOp::And(_)), Some(right)) => {
                find_present(&left, found);
                find_present(&right, found);
            }
            (Some(Expr::NameRef(column)), Some(BinOp::IsNot(_)), Some(Expr::Literal(null)))
                if null
                    .syntax()
                    .text()
                    .to_string()
                    .eq_ignore_ascii_case("null") =>
            {
                found.push(name::of(column.syntax()));
            }
            _ => {}
        },
        _ => {}
    }
}

/// A primary key, or a unique constraint: an index with its name.
fn add_key(
    catalog: &mut Catalog,
    table: &mut Table,
    name: &str,
    (own, primary): (Option<String>, bool),
    text: &str,
) {
    let columns = columns(text);
    for column in &columns {
        if let Some(column) = table.columns.get_mut(column).filter(|_| primary) {
            column.required = true;
        }
    }
    let own = match own {
        Some(own) => name::beside(name, own),
        None if primary => format!("{name}_pkey"),
        None => format!("{name}_{}_key", columns.join("_")),
    };
    catalog.indexes.insert(
        own,
        Index {
            table: name.to_owned(),
            columns,
            ..Index::default()
        },
    );
}

/// The names in the first parentheses of `text`.
pub(super) fn columns(text: &str) -> Vec<String> {
    let inside = text
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("", |(inside, _)| inside);
    let names = inside
        .split(',')
        .map(|part| part.split_whitespace().next().unwrap_or("").to_owned());
    names
        .map(|name| name::canonical(&name))
        .filter(|name| !name.is_empty())
        .collect()
}
