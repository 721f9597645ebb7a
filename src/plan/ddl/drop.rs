//! What is dropped, emptied or locked.

use std::collections::BTreeSet;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, Stmt};

use super::form::Form;
use super::judge::{Desk, relations};
use super::lock::LockMode;
use super::name;
use super::verdict::{Effect, Touch};
use super::words;
use crate::plan::sql_text;

pub(super) fn table(desk: &mut Desk<'_>, found: &ast::DropTable) {
    let cascades = found.drop_behavior().is_some_and(|b| {
        b.syntax()
            .text()
            .to_string()
            .eq_ignore_ascii_case("cascade")
    });
    let names: Vec<String> = found
        .table_name_refs()
        .map(|name| name::of(name.syntax()))
        .collect();
    let mut touches: Vec<Touch> = Vec::new();
    for name in &names {
        touches.push(desk.touch(name, LockMode::AccessExclusive, Effect::Metadata));
        let targets = desk.catalog.tables.get(name).map_or(Vec::new(), |table| {
            table.keys.iter().map(|key| key.to.clone()).collect()
        });
        let pointing = if cascades {
            desk.catalog.pointing_at(name)
        } else {
            Vec::new()
        };
        // A partition is taken away from its table, and the default one has to know.
        let parent = desk.catalog.parent_of(name).map(str::to_owned);
        let default = parent.as_ref().and_then(|parent| {
            let parent = desk.catalog.tables.get(parent)?;
            parent.default_partition.clone()
        });
        let others = targets.into_iter().chain(pointing);
        let others = others.chain(parent).chain(default);
        for other in others
            .chain(desk.catalog.below(name))
            .filter(|other| !names.contains(other))
        {
            touches.push(desk.touch(&other, LockMode::AccessExclusive, Effect::Metadata));
        }
    }
    desk.add_with(Form::DropTable, found.syntax(), touches);
}

/// What `TRUNCATE … CASCADE` empties as well.
pub(super) fn emptied_with(desk: &mut Desk<'_>, node: &SyntaxNode) {
    if !sql_text::cascades(&node.text().to_string()) {
        return;
    }
    let named = relations(node);
    let mut open = named.clone();
    let mut found = Vec::new();
    while let Some(table) = open.pop() {
        for other in desk.catalog.pointing_at(&table) {
            if !named.contains(&other) && !found.contains(&other) {
                open.push(other.clone());
                found.push(other);
            }
        }
    }
    let touch = |name: &String| desk.touch(name, LockMode::AccessExclusive, Effect::Empty);
    let touches = found.iter().map(touch).collect();
    desk.add_with(Form::Truncate, node, touches);
}

pub(super) fn index(desk: &mut Desk<'_>, found: &ast::DropIndex) {
    let form = if found.concurrently_token().is_some() {
        Form::DropIndexConcurrently
    } else {
        Form::DropIndex
    };
    let lock = form.row().lock.unwrap_or(LockMode::AccessExclusive);
    let names: Vec<String> = found
        .index_refs()
        .map(|index| name::of(index.syntax()))
        .collect();
    let mut touches: Vec<Touch> = Vec::new();
    for index in &names {
        let table = desk.catalog.table_of(index).map(str::to_owned);
        touches.extend(table.map(|table| desk.touch(&table, lock, Effect::Metadata)));
        touches.push(desk.touch_index(index, lock, Effect::Metadata));
    }
    desk.add_with(form, found.syntax(), touches);
}

/// Views, types, schemas and the rest. False: `tree` drops nothing that code would miss.
pub(super) fn other(desk: &mut Desk<'_>, tree: &Stmt) -> bool {
    let views = |refs: &mut dyn Iterator<Item = ast::ViewRef>| -> Vec<String> {
        refs.map(|view| name::of(view.syntax())).collect()
    };
    let names = match tree {
        Stmt::DropView(found) => views(&mut found.view_refs()),
        Stmt::DropMaterializedView(found) => views(&mut found.view_refs()),
        Stmt::DropSchema(_)
        | Stmt::DropType(_)
        | Stmt::DropDomain(_)
        | Stmt::DropSequence(_)
        | Stmt::DropFunction(_)
        | Stmt::DropProcedure(_)
        | Stmt::DropDatabase(_)
        | Stmt::DropExtension(_)
        | Stmt::DropRole(_)
        | Stmt::DropOwned(_) => {
            let touches = taken_from(desk, tree);
            desk.add_with(Form::DropOther, tree.syntax(), touches);
            return true;
        }
        _ => return false,
    };
    for view in names {
        desk.add(Form::DropView, tree.syntax(), &view);
    }
    true
}

/// The tables that lose something with a type or a schema that is dropped with CASCADE.
fn taken_from(desk: &Desk<'_>, tree: &Stmt) -> Vec<Touch> {
    if !sql_text::cascades(&tree.syntax().text().to_string()) {
        return Vec::new();
    }
    let tables = &desk.catalog.tables;
    let uses = |ty: String| {
        let used = tables.iter().filter(move |(_, table)| {
            let mut columns = table.columns.values();
            columns.any(|column| column.ty.base == ty)
        });
        used.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    let stands_in = |schema: String| {
        let inside = |name: &&String| name.rsplit_once('.').is_some_and(|(own, _)| own == schema);
        let inside: Vec<String> = tables.keys().filter(inside).cloned().collect();
        let pointing = inside
            .iter()
            .flat_map(|name| desk.catalog.pointing_at(name));
        pointing.chain(inside.clone()).collect::<Vec<String>>()
    };
    let names: BTreeSet<String> = match tree {
        Stmt::DropType(found) => found
            .type_name_refs()
            .flat_map(|name| uses(name::of(name.syntax())))
            .collect(),
        Stmt::DropDomain(found) => found
            .domain_refs()
            .flat_map(|name| uses(name::of(name.syntax())))
            .collect(),
        Stmt::DropSchema(found) => found
            .schema_refs()
            .flat_map(|name| stands_in(name::of(name.syntax())))
            .collect(),
        _ => BTreeSet::new(),
    };
    let touch = |name: &String| desk.touch(name, LockMode::AccessExclusive, Effect::Metadata);
    names.iter().map(touch).collect()
}

/// `LOCK`, of which a view locks what it reads.
pub(super) fn lock(desk: &mut Desk<'_>, lock: &ast::Lock) {
    let mode = words::locked_mode(&lock.syntax().text().to_string());
    let mut names: Vec<String> = Vec::new();
    let list = lock.relation_list();
    for relation in list.iter().flat_map(ast::RelationList::relation_names) {
        let mut open = vec![super::judge::relation(relation.syntax())];
        while let Some(name) = open.pop() {
            if names.contains(&name) {
                continue;
            }
            open.extend(desk.catalog.views.get(&name).into_iter().flatten().cloned());
            if relation.only_token().is_none() {
                open.extend(desk.catalog.below(&name));
            }
            names.push(name);
        }
    }
    let touch = |name: &String| desk.touch(name, mode, Effect::Metadata);
    let touches = names.iter().map(touch).collect();
    desk.add_with(Form::LockTable, lock.syntax(), touches);
}
