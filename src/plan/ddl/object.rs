//! Tables, indexes and types that are made or changed.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AlterDomainAction, AlterTypeAction, AstNode, ReindexTarget};

use super::form::Form;
use super::judge::{Desk, relation, relations, stays};
use super::lock::LockMode;
use super::name;
use super::partition;
use super::verdict::{Effect, Touch};
use super::words;
use crate::plan::sql_text::{self, Token};

pub(super) fn create_table(desk: &mut Desk<'_>, create: &ast::CreateTable) {
    let node = create.syntax();
    if let Some(parent) = create.partition_of() {
        return partition::create(desk, node, &relation(parent.syntax()));
    }
    let own = name::given(create.table_name());
    let targets = references(node).into_iter().filter(|target| *target != own);
    let touches = targets
        .map(|target| desk.touch(&target, LockMode::ShareRowExclusive, Effect::Metadata))
        .collect();
    desk.add_with(Form::CreateTable, node, touches);
}

/// The tables that the constraints below `node` point at.
pub(super) fn references(node: &SyntaxNode) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for node in node.descendants() {
        let table = ast::ReferencesConstraint::cast(node.clone()).and_then(|r| r.table());
        let table = table.or_else(|| {
            ast::ForeignKeyConstraint::cast(node.clone()).and_then(|key| key.table_name_ref())
        });
        let name = table.map(|table| name::of(table.syntax()));
        found.extend(name.filter(|name| !found.contains(name)));
    }
    found
}

pub(super) fn create_table_as(desk: &mut Desk<'_>, create: &ast::CreateTableAs) {
    let touches = read_by(desk, create.syntax(), Effect::Scan);
    desk.add_with(Form::CreateTableAs, create.syntax(), touches);
}

/// The tables that the query below `node` reads.
pub(super) fn read_by(desk: &Desk<'_>, node: &SyntaxNode, effect: Effect) -> Vec<Touch> {
    let names = names_read(node).into_iter();
    names
        .map(|name| desk.touch(&name, LockMode::AccessShare, effect))
        .collect()
}

/// The names of the tables that the query below `node` reads.
pub(super) fn names_read(node: &SyntaxNode) -> Vec<String> {
    let froms = node.descendants().filter_map(ast::FromClause::cast);
    let mut names: Vec<String> = froms.flat_map(|from| from_names(from.syntax())).collect();
    names.sort();
    names.dedup();
    // What a query calls so for itself is no table.
    let own = node.descendants().filter_map(ast::CteName::cast);
    let own: Vec<String> = own.map(|name| name::of(name.syntax())).collect();
    names.retain(|name| !own.contains(name));
    names
}

/// The names behind `FROM` and `JOIN`, told by the words: the tree has many shapes for them.
fn from_names(node: &SyntaxNode) -> Vec<String> {
    let text = node.text().to_string();
    let tokens: Vec<Token> = sql_text::tokens(&text).collect();
    let mut names = Vec::new();
    for (ix, token) in tokens.iter().enumerate() {
        let word = text[token.range.clone()].to_ascii_lowercase();
        let behind_comma = word == "," && ix > 0;
        if !matches!(word.as_str(), "from" | "join") && !behind_comma {
            continue;
        }
        let Some(first) = tokens
            .get(ix + 1)
            .filter(|next| next.sort != sql_text::TokenSort::Sign)
        else {
            continue;
        };
        let mut end = first.range.end;
        let mut next = ix + 2;
        while tokens
            .get(next)
            .is_some_and(|dot| &text[dot.range.clone()] == ".")
        {
            end = tokens.get(next + 1).map_or(end, |part| part.range.end);
            next += 2;
        }
        let calls = tokens
            .get(next)
            .is_some_and(|sign| &text[sign.range.clone()] == "(");
        if !calls {
            names.push(name::canonical(&text[first.range.start..end]));
        }
    }
    names.retain(|name| name != "only" && name != "lateral");
    names
}

pub(super) fn create_index(desk: &mut Desk<'_>, create: &ast::CreateIndex) {
    let Some(on) = create.table_relation_name() else {
        return;
    };
    let table = relation(on.syntax());
    let node = create.syntax();
    let name = name::beside(&table, name::given(create.index()));
    if create.if_not_exists().is_some() && desk.catalog.indexes.contains_key(&name) {
        desk.add_with(Form::Other, node, Vec::new());
        return;
    }
    if create.concurrently_token().is_some() {
        desk.add(Form::CreateIndexConcurrently, node, &table);
        return;
    }
    let partitions = desk
        .catalog
        .tables
        .get(&table)
        .map_or(Vec::new(), |table| table.partitions.clone());
    let divided = desk
        .catalog
        .tables
        .get(&table)
        .is_some_and(|table| !table.divided_by.is_empty());
    let plain = !desk.catalog.is_divided(&table) && desk.catalog.tables.contains_key(&table);
    // Of a table without partitions there is no more than that to go through.
    if on.only_token().is_some() && !plain {
        desk.add(Form::CreateIndexOnly, node, &table);
        return;
    }
    let effect = if divided {
        Effect::Metadata
    } else {
        Effect::Scan
    };
    let mut touches = vec![desk.touch(&table, LockMode::Share, effect)];
    touches.extend(
        partitions
            .iter()
            .map(|child| desk.touch(child, LockMode::Share, Effect::Scan)),
    );
    desk.add_with(Form::CreateIndex, node, touches);
}

pub(super) fn alter_index(desk: &mut Desk<'_>, alter: &ast::AlterIndex) {
    let index = name::given(alter.index_ref());
    let form = match alter.action() {
        Some(ast::AlterIndexAction::IndexRenameTo(_)) => Form::RenameIndex,
        Some(ast::AlterIndexAction::SetTablespace(to)) if !stays(to.syntax()) => Form::MoveIndex,
        _ => Form::ChangeSettings,
    };
    let row = form.row();
    let lock = row.lock.unwrap_or(LockMode::ShareUpdateExclusive);
    let touch = desk.touch_index(&index, lock, row.effect);
    desk.add_with(form, alter.syntax(), vec![touch]);
}

pub(super) fn reindex(desk: &mut Desk<'_>, reindex: &ast::Reindex) {
    let node = reindex.syntax();
    let concurrently = node
        .text()
        .to_string()
        .to_lowercase()
        .contains("concurrently");
    let form = if concurrently {
        Form::ReindexConcurrently
    } else {
        Form::Reindex
    };
    let (lock, own, effect) = if concurrently {
        (
            LockMode::ShareUpdateExclusive,
            LockMode::ShareUpdateExclusive,
            Effect::Scan,
        )
    } else {
        (LockMode::Share, LockMode::AccessExclusive, Effect::Rewrite)
    };
    let Some(target) = reindex.reindex_target() else {
        desk.add_with(form, node, Vec::new());
        return;
    };
    let name = name::canonical(&behind_keywords(&target));
    let of_index = matches!(target, ReindexTarget::ReindexTargetIndex(_));
    let table = desk.catalog.table_of(&name).filter(|_| of_index);
    let table = table.map(str::to_owned);
    let divided = desk.catalog.is_divided(table.as_deref().unwrap_or(&name));
    // Before 14 the server says that it can't, and does nothing.
    if divided && !of_index && !desk.catalog.at_least(14) {
        desk.add_with(Form::Other, node, Vec::new());
        return;
    }
    let form = match form {
        Form::Reindex if divided => Form::ReindexPartitions,
        form => form,
    };
    let touches = match target {
        ReindexTarget::ReindexTargetIndex(_) => {
            let table = table.map(|table| desk.touch(&table, lock, Effect::Scan));
            table
                .into_iter()
                .chain([desk.touch_index(&name, own, effect)])
                .collect()
        }
        ReindexTarget::ReindexTargetTable(_) => vec![desk.touch(&name, lock, Effect::Scan)],
        _ => Vec::new(),
    };
    desk.add_with(form, node, touches);
}

/// The name that a target of `REINDEX` ends with.
pub(super) fn behind_keywords(target: &ReindexTarget) -> String {
    let text = target.syntax().text().to_string();
    let text = text.trim();
    let words = [
        "index",
        "table",
        "schema",
        "database",
        "system",
        "concurrently",
    ];
    let mut rest = text;
    while let Some((word, tail)) = rest.split_once(char::is_whitespace)
        && words.contains(&word.to_lowercase().as_str())
    {
        rest = tail.trim_start();
    }
    rest.to_owned()
}

pub(super) fn alter_type(desk: &mut Desk<'_>, alter: &ast::AlterType) {
    let form = match alter.action() {
        Some(AlterTypeAction::AddValue(_)) => Form::AddValue,
        Some(AlterTypeAction::RenameValue(_) | AlterTypeAction::RenameAttribute(_)) => {
            Form::RenameValue
        }
        Some(AlterTypeAction::AlterTypeAttributeActionList(all))
            if words::has(all.syntax(), "drop") =>
        {
            Form::DropOther
        }
        Some(AlterTypeAction::TypeRenameTo(_) | AlterTypeAction::SetSchema(_)) => Form::RenameOther,
        _ => Form::Other,
    };
    desk.add_with(form, alter.syntax(), Vec::new());
}

/// Every column of the domain is tested.
pub(super) fn alter_domain(desk: &mut Desk<'_>, alter: &ast::AlterDomain) {
    let domain = name::given(alter.domain_ref());
    let form = match alter.action() {
        Some(AlterDomainAction::AddConstraint(add))
            if !add
                .syntax()
                .descendants()
                .any(|node| ast::NotValid::can_cast(node.kind())) =>
        {
            Form::ChangeDomain
        }
        Some(AlterDomainAction::SetNotNull(_) | AlterDomainAction::ValidateConstraint(_)) => {
            Form::TestDomain
        }
        _ => Form::Other,
    };
    if form == Form::Other {
        desk.add_with(Form::Other, alter.syntax(), Vec::new());
        return;
    }
    let uses = |table: &&String| {
        desk.catalog.tables[*table]
            .columns
            .values()
            .any(|column| column.ty.base == domain)
    };
    let tables: Vec<String> = desk.catalog.tables.keys().filter(uses).cloned().collect();
    let known = desk.catalog.domains.get(&domain);
    if tables.is_empty() && known.is_some_and(|domain| domain.whole) {
        desk.add_with(Form::Other, alter.syntax(), Vec::new());
        return;
    }
    let touches = tables
        .iter()
        .map(|table| desk.touch(table, LockMode::Share, Effect::Scan))
        .collect();
    desk.add_with(form, alter.syntax(), touches);
}

pub(super) fn vacuum(desk: &mut Desk<'_>, vacuum: &ast::Vacuum) {
    let text = vacuum.syntax().text().to_string().to_lowercase();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let off = |word: &str| matches!(word, "false" | "off" | "0");
    let full =
        words.any(|word| word == "full") && !words.find(|word| !word.is_empty()).is_some_and(off);
    let form = if full { Form::VacuumFull } else { Form::Vacuum };
    let tables = relations(vacuum.syntax());
    if tables.is_empty() && full {
        desk.add_with(form, vacuum.syntax(), Vec::new());
    }
    for table in tables {
        desk.add_all(form, vacuum.syntax(), &table);
    }
}
