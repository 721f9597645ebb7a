//! Constraints that are added, tested or dropped.

use squawk_syntax::ast::{self, AstNode, Constraint, ConstraintOption};

use super::catalog::Table;
use super::form::Form;
use super::judge::Desk;
use super::lock::LockMode;
use super::name;
use super::verdict::{Effect, Touch};

pub(super) fn add(desk: &mut Desk<'_>, add: &ast::AddConstraint, table: &str) {
    let Some(constraint) = add.constraint() else {
        return;
    };
    let node = add.syntax();
    let form = match &constraint {
        Constraint::CheckConstraint(check) if is_lazy(check.constraint_options()) => {
            Form::AddCheckNotValid
        }
        Constraint::CheckConstraint(_) => Form::AddCheck,
        Constraint::NotNullConstraint(found) if is_lazy(found.constraint_options()) => {
            Form::AddNotNullNotValid
        }
        Constraint::NotNullConstraint(_) => Form::SetNotNull,
        Constraint::ForeignKeyConstraint(key) => return foreign_key(desk, add, key, table),
        Constraint::UniqueConstraint(unique) => match unique.using_index() {
            Some(using) => return use_index(desk, add, &using, table, false),
            None => Form::AddUnique,
        },
        Constraint::PrimaryKeyConstraint(key) => match key.using_index() {
            Some(using) => return use_index(desk, add, &using, table, true),
            None => Form::AddPrimaryKey,
        },
        Constraint::ExcludeConstraint(_) => Form::AddExclude,
        _ => Form::ChangeTable,
    };
    desk.add(form, node, table);
}

/// Whether a constraint is not tested against the rows that are there.
fn is_lazy(options: impl Iterator<Item = ConstraintOption>) -> bool {
    options.into_iter().any(|option| {
        matches!(
            option,
            ConstraintOption::NotValid(_) | ConstraintOption::NotEnforced(_)
        )
    })
}

fn foreign_key(
    desk: &mut Desk<'_>,
    add: &ast::AddConstraint,
    key: &ast::ForeignKeyConstraint,
    table: &str,
) {
    let form = if is_lazy(key.constraint_options()) {
        Form::AddForeignKeyNotValid
    } else {
        Form::AddForeignKey
    };
    let target = name::given(key.table_name_ref());
    // A table that has just been made has no rows to test, and nothing is looked up for them.
    let effect = if desk.catalog.is_fresh(table) {
        Effect::Metadata
    } else {
        form.row().effect
    };
    let touches =
        [table, target.as_str()].map(|name| desk.touch(name, LockMode::ShareRowExclusive, effect));
    desk.add_with(form, add.syntax(), touches.into());
}

fn use_index(
    desk: &mut Desk<'_>,
    add: &ast::AddConstraint,
    using: &ast::UsingIndexName,
    table: &str,
    primary: bool,
) {
    let index = name::given(using.index_ref());
    let columns = desk
        .catalog
        .index(&name::beside(table, index.clone()))
        .map_or(&[][..], |index| &index.columns);
    let known = desk.catalog.tables.get(table);
    let may_be_null = |table: &Table, name: &String| {
        let column = table.columns.get(name);
        column.is_some_and(|column| !column.required) && !table.proves(name)
    };
    let nullable =
        primary && known.is_some_and(|table| columns.iter().any(|name| may_be_null(table, name)));
    let form = if nullable {
        Form::UseIndexNullable
    } else {
        Form::UseIndex
    };
    let mut touches = vec![desk.touch(table, LockMode::AccessExclusive, form.row().effect)];
    if !primary {
        touches.push(desk.touch_index(&index, LockMode::ShareUpdateExclusive, Effect::Metadata));
    }
    desk.add_with(form, add.syntax(), touches);
}

pub(super) fn drop(desk: &mut Desk<'_>, found: &ast::DropConstraint, table: &str) {
    let constraint = name::given(found.constraint_name_ref());
    let known = desk.catalog.tables.get(table);
    let key = known.and_then(|table| table.keys.iter().find(|key| key.name == constraint));
    let checks = known.is_some_and(|table| table.checks.iter().any(|c| c.name == constraint));
    let named = !checks
        && (constraint.ends_with("_fkey")
            || constraint.ends_with("_fk")
            || constraint.starts_with("fk_"));
    let mut touches: Vec<Touch> =
        vec![desk.touch(table, LockMode::AccessExclusive, Effect::Metadata)];
    let form = match key {
        Some(key) => {
            touches.push(desk.touch(&key.to, LockMode::AccessExclusive, Effect::Metadata));
            Form::DropForeignKey
        }
        None if named => Form::DropForeignKey,
        None => Form::DropConstraint,
    };
    desk.add_with(form, found.syntax(), touches);
}

/// `ALTER CONSTRAINT … ENFORCED` (18 and later) is what adding it anew would be.
pub(super) fn change(desk: &mut Desk<'_>, found: &ast::AlterConstraint, table: &str) {
    let node = found.syntax();
    let on = |option| matches!(option, ConstraintOption::Enforced(_));
    let off = |option| matches!(option, ConstraintOption::NotEnforced(_));
    let disabled = found.constraint_options().any(off);
    if !disabled && !found.constraint_options().any(on) {
        desk.add(Form::AlterConstraint, node, table);
        return;
    }
    let constraint = name::given(found.constraint_name_ref());
    let known = desk.catalog.tables.get(table);
    let key = known.and_then(|table| table.keys.iter().find(|key| key.name == constraint));
    let to = key.map(|key| key.to.clone());
    let (form, effect, other) = if disabled {
        (
            Form::AlterConstraint,
            Effect::Metadata,
            LockMode::AccessExclusive,
        )
    } else {
        (
            Form::EnforceConstraint,
            Effect::Scan,
            LockMode::ShareRowExclusive,
        )
    };
    let mut touches = vec![desk.touch(table, LockMode::AccessExclusive, effect)];
    touches.extend(to.map(|to| desk.touch(&to, other, effect)));
    desk.add_with(form, node, touches);
}

pub(super) fn validate(desk: &mut Desk<'_>, found: &ast::ValidateConstraint, table: &str) {
    let constraint = name::given(found.constraint_name_ref());
    let key = desk.catalog.tables.get(table).and_then(|table| {
        let key = table.keys.iter().find(|key| key.name == constraint)?;
        Some(key.to.clone())
    });
    let mut touches = vec![desk.touch(table, LockMode::ShareUpdateExclusive, Effect::Scan)];
    touches.extend(key.map(|to| desk.touch(&to, LockMode::RowShare, Effect::Scan)));
    desk.add_with(Form::Validate, found.syntax(), touches);
}
