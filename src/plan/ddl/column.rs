//! Columns that are added or changed.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AlterColumnOption, AstNode, Constraint, GeneratedAs};

use super::around;
use super::form::Form;
use super::judge::Desk;
use super::lock::LockMode;
use super::name::{self, Type};
use super::retype;
use super::stable::is_stable;
use super::verdict::Effect;
use crate::plan::sql_text::{self, Token, TokenSort};

pub(super) fn add(desk: &mut Desk<'_>, add: &ast::AddColumn, table: &str) {
    let node = add.syntax();
    let constraints: Vec<Constraint> = add.constraints().collect();
    let ty = add
        .ty()
        .map(|ty| Type::read(&ty.syntax().text().to_string()))
        .unwrap_or_default();
    let form = form_of_new(desk, &ty, &constraints);
    desk.add(form, node, table);
    let range = desk.place(node);
    // A default is a value for the rows that are there, even where it is NULL: each is looked up.
    let fresh = desk.catalog.is_fresh(table);
    let effect = if default_of(&constraints).is_some_and(|default| !is_null(&default)) && !fresh {
        Effect::Scan
    } else {
        Effect::Metadata
    };
    for constraint in &constraints {
        if let Constraint::ReferencesConstraint(references) = constraint {
            let target = name::given(references.table());
            let touch = desk.touch(&target, LockMode::ShareRowExclusive, effect);
            desk.add_at(Form::AddForeignKeyNotValid, range.clone(), vec![touch]);
        }
    }
}

fn default_of(constraints: &[Constraint]) -> Option<SyntaxNode> {
    constraints.iter().find_map(|constraint| match constraint {
        Constraint::DefaultConstraint(default) => Some(default.expr()?.syntax().clone()),
        _ => None,
    })
}

fn is_null(default: &SyntaxNode) -> bool {
    let text = default.text().to_string();
    text.trim().eq_ignore_ascii_case("null")
}

/// The form that needs most of what a new column is.
fn form_of_new(desk: &Desk<'_>, ty: &Type, constraints: &[Constraint]) -> Form {
    let default = default_of(constraints);
    let generated = constraints.iter().find_map(|constraint| match constraint {
        Constraint::GeneratedConstraint(generated) => Some(generated),
        _ => None,
    });
    if let Some(generated) = generated {
        return match generated.generated_as() {
            Some(GeneratedAs::GeneratedIdentity(_)) => Form::AddColumnNumbered,
            _ if is_virtual(generated) => Form::AddColumnVirtual,
            _ => Form::AddColumnStored,
        };
    }
    if ty.is_serial() {
        return Form::AddColumnNumbered;
    }
    if desk.catalog.stored(ty, true).is_none() {
        return Form::AddColumnOfDomain;
    }
    if default.as_ref().is_some_and(is_volatile) {
        return Form::AddColumnVolatile;
    }
    let has = |fits: fn(&Constraint) -> bool| constraints.iter().any(fits);
    if has(|c| {
        matches!(
            c,
            Constraint::UniqueConstraint(_) | Constraint::PrimaryKeyConstraint(_)
        )
    }) {
        return Form::AddColumnUnique;
    }
    if has(|c| matches!(c, Constraint::CheckConstraint(_))) {
        return Form::AddColumnChecked;
    }
    if has(|c| matches!(c, Constraint::ReferencesConstraint(_))) && default.is_some() {
        return Form::AddColumnReferencing;
    }
    let null = default.as_ref().is_none_or(is_null);
    if has(|c| matches!(c, Constraint::NotNullConstraint(_))) && null {
        return Form::AddColumnRequired;
    }
    Form::AddColumn
}

/// Whether the values of a column are computed when they are read, as they are where nothing says that they are
/// stored.
pub(super) fn is_virtual(generated: &ast::GeneratedConstraint) -> bool {
    let text = generated.syntax().text().to_string().to_lowercase();
    let numbers = matches!(
        generated.generated_as(),
        Some(GeneratedAs::GeneratedIdentity(_))
    );
    !numbers && !text.trim_end().ends_with("stored")
}

/// Whether an expression may have another value for every row: it calls a function that is not known
/// to be the same for all of a statement.
fn is_volatile(expression: &SyntaxNode) -> bool {
    let text = expression.text().to_string();
    let tokens: Vec<Token> = sql_text::tokens(&text).collect();
    let sign = |ix: usize| {
        tokens
            .get(ix)
            .map_or("", |token| &text[token.range.clone()])
    };
    tokens.iter().enumerate().any(|(ix, token)| {
        let called = matches!(token.sort, TokenSort::Word | TokenSort::Name) && sign(ix + 1) == "(";
        let schema = (ix > 1 && sign(ix - 1) == ".").then(|| sign(ix - 2));
        let builtin = schema.is_none_or(|schema| schema.eq_ignore_ascii_case("pg_catalog"));
        let name = text[token.range.clone()].trim_matches('"').to_lowercase();
        called && !(builtin && is_stable(&name))
    })
}

pub(super) fn alter(desk: &mut Desk<'_>, alter: &ast::AlterColumn, table: &str) {
    let Some(option) = alter.option() else { return };
    let column = name::given(alter.column_name_ref());
    let form = match &option {
        AlterColumnOption::SetType(set) => retype::form(desk, set, table, &column),
        AlterColumnOption::SetNotNull(_) => {
            let known = desk.catalog.tables.get(table);
            let required = known
                .and_then(|table| table.columns.get(&column))
                .is_some_and(|c| c.required);
            if required || known.is_some_and(|table| table.proves(&column)) {
                Form::SetNotNullProven
            } else {
                Form::SetNotNull
            }
        }
        AlterColumnOption::DropNotNull(_) => Form::DropNotNull,
        AlterColumnOption::SetDefault(_) => Form::SetDefault,
        AlterColumnOption::DropDefault(_) | AlterColumnOption::DropIdentity(_) => {
            let known = desk.catalog.tables.get(table);
            let known = known.and_then(|table| table.columns.get(&column));
            let optional = known.is_some_and(|column| !column.required);
            if optional || around::fills(desk.behind(alter.syntax()), &column) {
                Form::SetDefault
            } else {
                Form::DropDefault
            }
        }
        AlterColumnOption::SetStatistics(_)
        | AlterColumnOption::SetOptions(_)
        | AlterColumnOption::ResetOptions(_) => Form::ChangeSettings,
        AlterColumnOption::SetExpression(_) => {
            let known = desk.catalog.tables.get(table);
            match known.and_then(|table| table.columns.get(&column)) {
                Some(known) if known.computed && known.required => Form::SetExpressionRequired,
                Some(known) if known.computed => Form::SetExpressionVirtual,
                _ => Form::SetExpression,
            }
        }
        _ => Form::ChangeTable,
    };
    desk.add(form, alter.syntax(), table);
    if let AlterColumnOption::SetType(_) = option {
        tied(desk, form, alter.syntax(), table, &column, true);
    }
}

/// What is called `CASCADE` takes the foreign keys along that point at the column.
pub(super) fn drop(desk: &mut Desk<'_>, found: &ast::DropColumn, table: &str) {
    let column = name::given(found.column_name_ref());
    let node = found.syntax();
    desk.add(Form::DropColumn, node, table);
    let cascades = sql_text::cascades(&node.text().to_string());
    tied(desk, Form::DropColumn, node, table, &column, cascades);
}

/// The tables at the other ends of the foreign keys of a column are locked with it.
fn tied(
    desk: &mut Desk<'_>,
    form: Form,
    node: &SyntaxNode,
    table: &str,
    column: &str,
    pointed: bool,
) {
    let others = desk.catalog.tied_by(table, column, pointed);
    // Where the rows are written anew, the foreign key is tested anew.
    let effect = match form.row().effect {
        Effect::Rewrite => Effect::Scan,
        _ => Effect::Metadata,
    };
    let touch = |other: &String| desk.touch(other, LockMode::AccessExclusive, effect);
    let touches: Vec<_> = others.iter().map(touch).collect();
    if !touches.is_empty() {
        desk.add_with(form, node, touches);
    }
}
