//! Views, materialized ones, and what else running code calls by its name.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AlterMaterializedViewAction, AlterViewAction, AstNode};

use super::form::Form;
use super::judge::Desk;
use super::lock::LockMode;
use super::name;
use super::object::read_by;
use super::verdict::{Effect, Touch};
use crate::plan::sql_text;

pub(super) fn create_view(desk: &mut Desk<'_>, create: &ast::CreateView) {
    let view = name::given(create.view());
    let mut touches = read_by(desk, create.syntax(), Effect::Metadata);
    let replaces = create.or_replace().is_some();
    if replaces {
        touches.push(desk.touch(&view, LockMode::AccessExclusive, Effect::Metadata));
    }
    let form = if replaces {
        Form::ReplaceView
    } else {
        Form::CreateView
    };
    desk.add_with(form, create.syntax(), touches);
}

pub(super) fn create_materialized(desk: &mut Desk<'_>, create: &ast::CreateMaterializedView) {
    let touches = read_by(desk, create.syntax(), Effect::Scan);
    desk.add_with(Form::CreateTableAs, create.syntax(), touches);
}

pub(super) fn refresh(desk: &mut Desk<'_>, refresh: &ast::Refresh) {
    let concurrently = refresh.concurrently_token().is_some();
    let form = if concurrently {
        Form::RefreshConcurrently
    } else {
        Form::Refresh
    };
    let view = name::given(refresh.view_ref());
    let bases = desk.catalog.views.get(&view).cloned().unwrap_or_default();
    let row = form.row();
    let mut touches: Vec<Touch> = row
        .lock
        .map(|lock| desk.touch(&view, lock, row.effect))
        .into_iter()
        .collect();
    touches.extend(
        bases
            .iter()
            .map(|base| desk.touch(base, LockMode::AccessShare, Effect::Scan)),
    );
    desk.add_with(form, refresh.syntax(), touches);
}

pub(super) fn alter_view(desk: &mut Desk<'_>, alter: &ast::AlterView) {
    let view = name::given(alter.view_ref());
    let form = match alter.action() {
        Some(
            AlterViewAction::ViewRenameTo(_)
            | AlterViewAction::RenameColumn(_)
            | AlterViewAction::SetSchema(_),
        ) => Form::RenameView,
        _ => Form::ReplaceView,
    };
    desk.add(form, alter.syntax(), &view);
}

pub(super) fn alter_materialized(desk: &mut Desk<'_>, alter: &ast::AlterMaterializedView) {
    let view = name::given(alter.view_ref());
    for action in alter.action() {
        match action {
            AlterMaterializedViewAction::AlterTableAction(action) => desk.action(&action, &view),
            AlterMaterializedViewAction::ViewRenameTo(_)
            | AlterMaterializedViewAction::RenameColumn(_)
            | AlterMaterializedViewAction::SetSchema(_) => {
                desk.add(Form::RenameView, alter.syntax(), &view);
            }
            AlterMaterializedViewAction::DependsOnExtension(_)
            | AlterMaterializedViewAction::NoDependsOnExtension(_) => {
                desk.add_with(Form::Other, alter.syntax(), Vec::new());
            }
        }
    }
}

/// Functions, procedures and schemas: what is called may be gone.
pub(super) fn rename_other(desk: &mut Desk<'_>, node: &SyntaxNode) {
    let text = node.text().to_string().to_lowercase();
    let words: Vec<&str> = sql_text::tokens(&text)
        .map(|token| &text[token.range])
        .collect();
    let moves = words
        .windows(2)
        .any(|pair| matches!(pair, ["rename", "to"] | ["set", "schema"]));
    let form = if moves {
        Form::RenameOther
    } else {
        Form::Other
    };
    desk.add_with(form, node, Vec::new());
}
