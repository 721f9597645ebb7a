//! Columns that are added or changed.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AlterColumnOption, AstNode, Constraint, GeneratedAs};

use super::around;
use super::form::Form;
use super::judge::Desk;
use super::lock::LockMode;
use super::name::{self, Type};
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
    let part = desk.add(form, node, table);
    let range = part.range.clone();
    for child in desk
        .catalog
        .tables
        .get(table)
        .map_or(Vec::new(), |t| t.partitions.clone())
    {
        let row = form.row();
        let touch = row.lock.map(|lock| desk.touch(&child, lock, row.effect));
        desk.add_at(form, range.clone(), touch.into_iter().collect());
    }
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
    if desk.catalog.domains.get(&ty.base).is_some_and(|d| d.tests) {
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
        AlterColumnOption::SetType(set) => change_type(desk, set, table, &column),
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
}

fn change_type(desk: &Desk<'_>, set: &ast::SetType, table: &str, column: &str) -> Form {
    let new = set
        .ty()
        .map(|ty| Type::read(&ty.syntax().text().to_string()))
        .unwrap_or_default();
    let known = desk
        .catalog
        .tables
        .get(table)
        .and_then(|table| table.columns.get(column));
    let computed = set.using_expr().is_some_and(|using| {
        let text = using.syntax().text().to_string();
        let words = sql_text::tokens(&text).count();
        // `USING x` and `USING x::type` only say what is done anyway.
        words > 2 && !(text.contains("::") && words <= 9 && !text[5..].contains('('))
    });
    let Some(old) = known.map(|known| &known.ty) else {
        // With an expression the rows are written anew whatever they were.
        return if computed {
            Form::ChangeType
        } else {
            Form::ChangeTypeUnknown
        };
    };
    if old.differs_in_zone(&new) && !computed {
        let utc = desk
            .catalog
            .zone
            .as_deref()
            .is_some_and(|zone| zone.eq_ignore_ascii_case("utc"));
        return if utc {
            Form::ChangeTypeKept
        } else {
            Form::ChangeZone
        };
    }
    if old.keeps_rows_as(&new) && !computed {
        return Form::ChangeTypeKept;
    }
    let shrinks = |ty: &Type| matches!(ty.base.as_str(), "varchar" | "text");
    if shrinks(old) && new.base == "varchar" {
        Form::ShrinkText
    } else {
        Form::ChangeType
    }
}
