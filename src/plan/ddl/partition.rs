//! Partitions that are made, attached or detached.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, DetachPartitionOption};

use super::around;
use super::form::Form;
use super::judge::Desk;
use super::lock::LockMode;
use super::name;
use super::verdict::{Effect, Touch};
use crate::plan::sql_text::{self, Token, TokenSort};

/// `CREATE TABLE … PARTITION OF parent`.
pub(super) fn create(desk: &mut Desk<'_>, node: &SyntaxNode, parent: &str) {
    let lock = LockMode::AccessExclusive;
    let mut touches = vec![desk.touch(parent, lock, Effect::Metadata)];
    let default = rest_of(desk, parent, node);
    let tested = default.iter().any(|touch| touch.effect == Effect::Scan);
    touches.extend(default);
    let form = if tested {
        Form::CreatePartitionBesideDefault
    } else {
        Form::CreatePartition
    };
    touches.extend(pointed_by(desk, parent, Effect::Metadata));
    desk.add_with(form, node, touches);
}

/// The partition of `parent` for rows that fit no other. A new one may be where some of them belong.
fn default_of(desk: &Desk<'_>, parent: &str, effect: Effect) -> Option<Touch> {
    let parent = desk.catalog.tables.get(parent)?;
    let default = parent.default_partition.as_ref()?;
    Some(desk.touch(default, LockMode::AccessExclusive, effect))
}

/// The tables that the foreign keys of `parent` point at: a partition that comes or goes locks them.
fn pointed_by(desk: &Desk<'_>, parent: &str, effect: Effect) -> Vec<Touch> {
    let parent = desk.catalog.tables.get(parent);
    let keys = parent.into_iter().flat_map(|parent| &parent.keys);
    keys.map(|key| desk.touch(&key.to, LockMode::ShareRowExclusive, effect))
        .collect()
}

/// The same for a partition that `node` makes or attaches: the rows of the default one are all tested, unless a check
/// says that none of them belongs there.
fn rest_of(desk: &Desk<'_>, parent: &str, node: &SyntaxNode) -> Option<Touch> {
    let default = default_of(desk, parent, Effect::Scan)?;
    let columns = &desk.catalog.tables.get(parent)?.divided_by;
    let known = desk.catalog.tables.get(&default.relation);
    let proven = known.is_some_and(|known| known.rules_out(columns, &bounds(node)));
    let effect = if proven {
        Effect::Metadata
    } else {
        default.effect
    };
    Some(Touch { effect, ..default })
}

/// The texts and numbers behind `FOR VALUES` in `node`.
fn bounds(node: &SyntaxNode) -> Vec<String> {
    let text = node.text().to_string();
    let tokens = sql_text::tokens(&text);
    let mut behind =
        tokens.skip_while(|token| !text[token.range.clone()].eq_ignore_ascii_case("values"));
    behind.next();
    behind
        .filter(|token| is_value(token, &text))
        .map(|token| text[token.range].to_owned())
        .collect()
}

/// Whether `token` of `text` is a text in quotes or a number.
pub(super) fn is_value(token: &Token, text: &str) -> bool {
    let number = text[token.range.clone()].starts_with(|c: char| c.is_ascii_digit());
    token.sort == TokenSort::Text || number
}

pub(super) fn attach(desk: &mut Desk<'_>, attach: &ast::AttachPartition, table: &str) {
    let child = name::given(attach.table_name_ref());
    let columns = desk
        .catalog
        .tables
        .get(table)
        .map_or(Vec::new(), |table| table.divided_by.clone());
    let proven = desk
        .catalog
        .tables
        .get(&child)
        .is_some_and(|child| child.checks_any(&columns));
    let form = if proven {
        Form::AttachProven
    } else {
        Form::Attach
    };
    let mut touches = vec![
        desk.touch(table, LockMode::ShareUpdateExclusive, Effect::Metadata),
        desk.touch(&child, LockMode::AccessExclusive, form.row().effect),
    ];
    touches.extend(rest_of(desk, table, attach.syntax()));
    // Its rows are tested against them.
    touches.extend(pointed_by(desk, table, Effect::Scan));
    desk.add_with(form, attach.syntax(), touches);
}

pub(super) fn detach(desk: &mut Desk<'_>, detach: &ast::DetachPartition, table: &str) {
    let child = name::given(detach.table_name_ref());
    let concurrently = matches!(
        detach.detach_partition_option(),
        Some(DetachPartitionOption::DetachConcurrently(_))
    );
    let (form, parent, own) = if concurrently {
        (
            Form::DetachConcurrently,
            LockMode::ShareUpdateExclusive,
            LockMode::AccessExclusive,
        )
    } else if desk.catalog.at_least(14) {
        (
            Form::Detach,
            LockMode::AccessExclusive,
            LockMode::AccessExclusive,
        )
    } else {
        (
            Form::Detach,
            LockMode::AccessExclusive,
            LockMode::ShareUpdateExclusive,
        )
    };
    let mut touches = vec![desk.touch(table, parent, Effect::Metadata)];
    let default = default_of(desk, table, Effect::Metadata);
    touches.extend(default.filter(|_| !concurrently));
    if touches.iter().all(|touch| touch.relation != child) {
        touches.push(desk.touch(&child, own, Effect::Metadata));
    }
    touches.extend(pointed_by(desk, table, Effect::Metadata));
    let exchanged = around::attaches(desk.behind(detach.syntax()), table);
    let form = if exchanged {
        Form::ExchangePartition
    } else {
        form
    };
    desk.add_with(form, detach.syntax(), touches);
}
