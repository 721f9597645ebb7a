//! What a statement leaves behind, for the judgement of those that follow.

use squawk_syntax::ast::{
    self, AlterColumnOption, AlterTableAction, AstNode, Constraint, Stmt, TableArg,
};

use super::catalog::{Catalog, Column, Domain, Index, Table};
use super::constraints::{add_column, add_constraint, column_constraint, columns};
use super::judge::{relation, relations};
use super::name::{self, Type};
use super::object::names_read;
use super::read::{Read, begins};
use crate::plan::sql_text::{self, TokenSort};

pub(super) fn learn(catalog: &mut Catalog, statement: &Read<'_>) {
    match &statement.tree {
        Some(Stmt::CreateTable(create)) => create_table(catalog, create),
        Some(Stmt::CreateTableAs(create)) => {
            let name = name::given(create.table_name());
            catalog.tables.entry(name).or_insert(Table {
                fresh: true,
                made: true,
                ..Table::default()
            });
        }
        Some(Stmt::CreateIndex(create)) => create_index(catalog, create),
        Some(Stmt::CreateDomain(create)) => {
            let name = name::given(create.domain());
            let text = create.syntax().text().to_string().to_lowercase();
            let tests = text.contains("check") || text.contains("not null");
            let base = create
                .ty()
                .map(|ty| Type::read(&ty.syntax().text().to_string()));
            let domain = Domain {
                tests,
                whole: true,
                base: base.unwrap_or_default(),
            };
            catalog.domains.insert(name, domain);
        }
        Some(Stmt::AlterDomain(alter)) => {
            let name = name::given(alter.domain_ref());
            if matches!(
                alter.action(),
                Some(ast::AlterDomainAction::AddConstraint(_))
            ) {
                catalog.domains.entry(name).or_default().tests = true;
            }
        }
        Some(Stmt::CreateView(create)) => {
            let name = name::given(create.view());
            catalog.views.insert(name, names_read(create.syntax()));
        }
        Some(Stmt::CreateMaterializedView(create)) => {
            let name = name::given(create.view());
            catalog.views.insert(name, names_read(create.syntax()));
        }
        Some(Stmt::CreatePolicy(create)) => {
            catalog.guarded.insert(relation(create.syntax()));
        }
        Some(Stmt::DropTable(found)) => {
            for name in found.table_name_refs() {
                catalog.forget_table(&name::of(name.syntax()));
            }
        }
        Some(Stmt::DropIndex(found)) => {
            for index in found.index_refs() {
                catalog.indexes.remove(&name::of(index.syntax()));
            }
        }
        Some(Stmt::AlterTable(alter)) => alter_table(catalog, alter),
        _ if begins(statement.text, "set") => zone(catalog, statement.text),
        _ => {}
    }
}

/// `SET timezone = 'UTC'` decides what becomes of times.
fn zone(catalog: &mut Catalog, text: &str) {
    let words: Vec<String> = sql_text::tokens(text)
        .filter(|token| token.sort != TokenSort::Sign)
        .take(6)
        .map(|token| text[token.range].trim_matches('\'').to_lowercase())
        .collect();
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|w| !matches!(*w, "local" | "session" | "to"))
        .collect();
    if let ["set", "timezone", zone, ..] | ["set", "time", "zone", zone, ..] = words.as_slice() {
        catalog.zone = Some((*zone).to_owned());
    }
}

fn create_table(catalog: &mut Catalog, create: &ast::CreateTable) {
    let Some(name) = create.table_name().map(|name| name::of(name.syntax())) else {
        return;
    };
    if create.if_not_exists().is_some() && catalog.tables.contains_key(&name) {
        return;
    }
    let of_others = create.inherits().is_some()
        || create.of_type().is_some()
        || create.partition_of().is_some();
    let mut table = Table {
        whole: !of_others,
        fresh: true,
        made: true,
        ..Table::default()
    };
    for argument in create
        .table_arg_list()
        .into_iter()
        .flat_map(|list| list.args())
    {
        match argument {
            TableArg::Column(column) => add_column(catalog, &mut table, &name, &column),
            TableArg::TableConstraint(found) => {
                if let Some(constraint) = Constraint::cast(found.syntax().clone()) {
                    add_constraint(catalog, &mut table, &name, &constraint);
                }
            }
            TableArg::LikeClause(_) => table.whole = false,
        }
    }
    if let Some(by) = create.partition_by() {
        let text = by.syntax().text().to_string();
        let inside = text.split_once('(').map_or("", |(_, inside)| inside);
        table.divided_by = inside
            .split([',', ')'])
            .map(name::canonical)
            .filter(|name| !name.is_empty())
            .collect();
    }
    if let Some(parent) = create.partition_of() {
        let parent = relation(parent.syntax());
        if let Some(parent) = catalog.tables.get_mut(&parent) {
            parent.partitions.push(name.clone());
            let text = create.syntax().text().to_string().to_lowercase();
            if is_default(&text) {
                parent.default_partition = Some(name.clone());
            }
        }
    }
    let parents = create.inherits();
    for parent in parents
        .iter()
        .flat_map(|parents| relations(parents.syntax()))
    {
        if let Some(parent) = catalog.tables.get_mut(&parent) {
            parent.heirs.push(name.clone());
        }
    }
    catalog.tables.insert(name, table);
}

/// Whether the text of a statement, in lower case, makes or attaches a partition for what fits no other.
pub(super) fn is_default(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    !words.windows(2).any(|pair| pair == ["for", "values"])
        && words
            .iter()
            .any(|word| word.trim_end_matches(';') == "default")
}

fn create_index(catalog: &mut Catalog, create: &ast::CreateIndex) {
    let table = create
        .table_relation_name()
        .map(|table| relation(table.syntax()))
        .unwrap_or_default();
    let Some(name) = create.index().map(|index| name::of(index.syntax())) else {
        return;
    };
    let name = name::beside(&table, name);
    if create.if_not_exists().is_some() && catalog.indexes.contains_key(&name) {
        return;
    }
    let index = Index {
        table,
        columns: index_columns(create),
        computed_of: computed_of(create),
    };
    catalog.indexes.insert(name, index);
}

/// All columns that an index is to be made of, if some of that is an expression, or it is one of a part of the rows.
fn computed_of(create: &ast::CreateIndex) -> Vec<String> {
    let items = create.partition_item_list();
    let mut each = items
        .iter()
        .flat_map(|items| items.syntax().children())
        .filter_map(ast::PartitionItem::cast);
    let part = create.where_clause();
    let plain = each.all(|item| matches!(item.expr(), Some(ast::Expr::NameRef(_))));
    if plain && part.is_none() {
        return Vec::new();
    }
    let nodes = [
        items.map(|items| items.syntax().clone()),
        part.map(|part| part.syntax().clone()),
    ];
    let names = nodes
        .into_iter()
        .flatten()
        .flat_map(|node| node.descendants().filter_map(ast::NameRef::cast));
    names.map(|name| name::of(name.syntax())).collect()
}

/// The columns that an index is to have.
pub(super) fn index_columns(create: &ast::CreateIndex) -> Vec<String> {
    let list = create
        .partition_item_list()
        .map_or(String::new(), |list| list.syntax().text().to_string());
    columns(&list)
}

fn alter_table(catalog: &mut Catalog, alter: &ast::AlterTable) {
    let name = alter.table_relation_name();
    let Some(mut name) = name.map(|name| relation(name.syntax())) else {
        return;
    };
    for action in alter.actions() {
        // Of a table that was there before, at least this much is known from now on.
        let mut table = catalog.tables.remove(&name).unwrap_or_default();
        act(catalog, &mut table, &name, &action);
        catalog.tables.insert(name.clone(), table);
        if let AlterTableAction::TableRenameTo(found) = &action {
            let new = name::beside(&name, name::given(found.table_name()));
            catalog.rename_table(&name, &new);
            name = new;
        }
    }
}

/// What one action of `ALTER TABLE` changes.
fn act(catalog: &mut Catalog, table: &mut Table, name: &str, action: &AlterTableAction) {
    match action {
        AlterTableAction::AddColumn(add) => new_column(catalog, table, name, add),
        AlterTableAction::AddConstraint(add) => {
            if let Some(constraint) = add.constraint() {
                add_constraint(catalog, table, name, &constraint);
            }
        }
        AlterTableAction::DropColumn(found) => {
            table.columns.remove(&name::given(found.column_name_ref()));
        }
        AlterTableAction::RenameColumn(found) => {
            let old = name::given(found.column_name_ref());
            let new = name::given(found.column_name());
            for name in table
                .checks
                .iter_mut()
                .flat_map(|check| &mut check.present)
                .filter(|name| **name == old)
            {
                name.clone_from(&new);
            }
            if let Some(column) = table.columns.remove(&old) {
                table.columns.insert(new, column);
            }
        }
        AlterTableAction::AlterColumn(alter) => alter_column(table, alter),
        AlterTableAction::ValidateConstraint(found) => {
            let constraint = found
                .constraint_name_ref()
                .map(|name| name::of(name.syntax()));
            for check in table
                .checks
                .iter_mut()
                .filter(|check| Some(&check.name) == constraint.as_ref())
            {
                check.valid = true;
            }
        }
        AlterTableAction::DropConstraint(found) => {
            let constraint = name::given(found.constraint_name_ref());
            table.checks.retain(|check| check.name != constraint);
            table.keys.retain(|key| key.name != constraint);
        }
        AlterTableAction::RenameConstraint(found) => {
            let old = name::given(found.constraint_name_ref());
            let checks = table.checks.iter_mut().map(|check| &mut check.name);
            let keys = table.keys.iter_mut().map(|key| &mut key.name);
            for name in checks.chain(keys).filter(|name| **name == old) {
                *name = name::given(found.constraint_name());
            }
        }
        AlterTableAction::InheritTable(found) => {
            let parent = name::given(found.table_name_ref());
            if let Some(parent) = catalog.tables.get_mut(&parent) {
                parent.heirs.push(name.to_owned());
            }
        }
        AlterTableAction::NoInheritTable(found) => {
            let parent = name::given(found.table_name_ref());
            if let Some(parent) = catalog.tables.get_mut(&parent) {
                parent.heirs.retain(|known| known != name);
            }
        }
        AlterTableAction::AttachPartition(found) => {
            let child = found.table_name_ref().map(|child| name::of(child.syntax()));
            if is_default(&found.syntax().text().to_string().to_lowercase()) {
                table.default_partition.clone_from(&child);
            }
            table.partitions.extend(child);
        }
        AlterTableAction::DetachPartition(found) => {
            let child = found.table_name_ref().map(|child| name::of(child.syntax()));
            table
                .partitions
                .retain(|known| Some(known) != child.as_ref());
            table
                .default_partition
                .take_if(|known| Some(&*known) == child.as_ref());
        }
        _ => {}
    }
}

fn new_column(catalog: &mut Catalog, table: &mut Table, name: &str, add: &ast::AddColumn) {
    let Some(own) = add.column_name().map(|column| name::of(column.syntax())) else {
        return;
    };
    if add.if_not_exists().is_some() && table.columns.contains_key(&own) {
        return;
    }
    let ty = add
        .ty()
        .map(|ty| Type::read(&ty.syntax().text().to_string()))
        .unwrap_or_default();
    table.columns.insert(
        own.clone(),
        Column {
            ty,
            ..Column::default()
        },
    );
    let filled = |constraint: Constraint| {
        use Constraint::{DefaultConstraint, GeneratedConstraint};
        matches!(constraint, DefaultConstraint(_) | GeneratedConstraint(_))
    };
    if !add.constraints().any(filled) {
        catalog.unfilled.insert((name.to_owned(), own.clone()));
    }
    for constraint in add.constraints() {
        column_constraint(catalog, table, name, &own, &constraint);
    }
}

fn alter_column(table: &mut Table, alter: &ast::AlterColumn) {
    let column = name::given(alter.column_name_ref());
    let Some(column) = table.columns.get_mut(&column) else {
        return;
    };
    match alter.option() {
        Some(AlterColumnOption::SetNotNull(_)) => column.required = true,
        Some(AlterColumnOption::DropNotNull(_)) => column.required = false,
        Some(AlterColumnOption::SetType(set)) => {
            column.ty = set
                .ty()
                .map(|ty| Type::read(&ty.syntax().text().to_string()))
                .unwrap_or_default();
        }
        _ => {}
    }
}
