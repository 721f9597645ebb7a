//! What stands in the way of a statement: what is called so already, and what else needs that which it changes.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{
    self, AlterColumnOption, AlterTableAction, AstNode, Constraint, ConstraintOption,
    CreateTypeKind, DetachPartitionOption, PartitionType, Stmt, Timing, TriggerLevel,
};

use super::judge::relation;
use super::name;
use super::refused::{Beside, Look};
use crate::plan::sql_text;

/// The first version that refuses to have partitioned tables logged or not.
const LOGS_PARTS: u32 = 18;

impl Look<'_> {
    /// What stands in the way of `tree`.
    pub(super) fn stands(&mut self, tree: &Stmt) {
        // Names with and without their schema are not compared.
        if self.live.open || self.live.is_mixed() {
            return;
        }
        let node = tree.syntax();
        match tree {
            Stmt::CreateTableAs(create)
                if create.if_not_exists().is_none() && create.persistence().is_none() =>
            {
                self.makes(node, &name::given(create.table_name()));
            }
            Stmt::CreateView(create)
                if create.or_replace().is_none() && create.persistence().is_none() =>
            {
                self.makes(node, &name::given(create.view()));
            }
            Stmt::CreateMaterializedView(create) if create.if_not_exists().is_none() => {
                self.makes(node, &name::given(create.view()));
            }
            Stmt::CreateSequence(create)
                if create.if_not_exists().is_none() && create.persistence().is_none() =>
            {
                self.makes(node, &name::given(create.sequence()));
            }
            Stmt::CreateType(create) => {
                let name = name::given(create.type_name());
                let plain = !matches!(create.kind(), Some(CreateTypeKind::BaseType(_)) | None);
                self.makes_type(node, &name, plain);
            }
            Stmt::CreateDomain(create) => {
                self.makes_type(node, &name::given(create.domain()), true);
            }
            Stmt::CreateRole(create) => self.makes_role(node, &name::given(create.role())),
            Stmt::CreateUser(create) => self.makes_role(node, &name::given(create.role())),
            Stmt::CreateTable(create) if create.if_not_exists().is_none() => {
                let parent = create.partition_of().and_then(|of| of.table_name_ref());
                let default = matches!(
                    create.partition_type(),
                    Some(PartitionType::PartitionDefault(_))
                );
                if default {
                    self.second_default(node, &name::given(parent));
                }
            }
            Stmt::DropTable(found) if !sql_text::cascades(&node.text().to_string()) => {
                let names: Vec<String> = found
                    .table_name_refs()
                    .map(|name| name::of(name.syntax()))
                    .collect();
                self.has_heirs(node, &names);
                self.is_computed(node, "table", &names);
            }
            Stmt::DropView(found) => {
                let names = found.view_refs().map(|name| name::of(name.syntax()));
                let names: Vec<String> = names.collect();
                self.seen_by_others(node, &names);
                self.is_computed(node, "view", &names);
            }
            Stmt::DropMaterializedView(found) => {
                let names = found.view_refs().map(|name| name::of(name.syntax()));
                self.seen_by_others(node, &names.collect::<Vec<String>>());
            }
            Stmt::DropIndex(found) => {
                for index in found.index_refs() {
                    self.rests_on_index(index.syntax());
                }
            }
            Stmt::CreateTrigger(create) => self.before_rows(create),
            Stmt::Truncate(truncate) => {
                let list = truncate.table_list();
                let tables = list.iter().flat_map(ast::TableList::table_relation_names);
                let alone = tables.filter(|table| table.only_token().is_some());
                let mut names = alone.map(|table| relation(table.syntax()));
                if let Some(name) = names.find(|name| self.live.catalog.is_divided(name)) {
                    let why = format!("`{name}` is partitioned, and ONLY leaves nothing of it");
                    self.fails(node, &why);
                }
            }
            _ => {}
        }
    }

    /// What stands in the way of `action`.
    pub(super) fn stands_still(
        &mut self,
        alter: &ast::AlterTable,
        action: &AlterTableAction,
        table: &str,
        beside: &Beside,
    ) {
        // Names with and without their schema are not compared.
        if self.live.open || self.live.is_mixed() {
            return;
        }
        let node = action.syntax();
        let catalog = &self.live.catalog;
        let alone = alter
            .table_relation_name()
            .is_some_and(|name| name.only_token().is_some());
        match action {
            AlterTableAction::AddColumn(add) if add.if_not_exists().is_none() => {
                let mut constraints = add.constraints();
                let keys =
                    constraints.any(|one| matches!(one, Constraint::PrimaryKeyConstraint(_)));
                if alone && catalog.has_below(table) {
                    let why = "a column has to be added to what is below the table, too, and ONLY leaves that out";
                    self.fails(node, why);
                } else if let Some(parent) = catalog.parent_of(table) {
                    let why =
                        format!("`{table}` is a partition, and has the columns of `{parent}`");
                    self.fails(node, &why);
                } else if let Some(primary) = self.primary(table, beside).filter(|_| keys) {
                    let why = format!("`{table}` has a primary key already, `{primary}`");
                    self.fails(node, &why);
                }
            }
            AlterTableAction::AddConstraint(add) if catalog.is_divided(table) => {
                let (what, least) = match add.constraint() {
                    Some(Constraint::ForeignKeyConstraint(key))
                        if key
                            .constraint_options()
                            .any(|option| matches!(option, ConstraintOption::NotValid(_))) =>
                    {
                        ("a foreign key that is NOT VALID", 18)
                    }
                    Some(Constraint::ExcludeConstraint(_)) => ("EXCLUDE", 17),
                    _ => return,
                };
                self.since(node, table, what, least);
            }
            AlterTableAction::SetLogged(_) | AlterTableAction::SetUnlogged(_)
                if catalog.is_divided(table)
                    && catalog.server.is_some_and(|server| server >= LOGS_PARTS) =>
            {
                let why = format!(
                    "`{table}` is partitioned, and since {LOGS_PARTS} its partitions are changed one by one"
                );
                self.fails(node, &why);
            }
            AlterTableAction::DropColumn(found) => {
                self.is_tied(node, table, &name::given(found.column_name_ref()));
            }
            AlterTableAction::RenameColumn(found) => {
                let column = name::given(found.column_name_ref());
                self.is_inherited(node, table, &column);
            }
            AlterTableAction::AlterColumn(found) => {
                let column = name::given(found.column_name_ref());
                match found.option() {
                    Some(AlterColumnOption::SetType(_)) => self.is_tied(node, table, &column),
                    Some(AlterColumnOption::DropNotNull(_)) => {
                        let primary = self.primary(table, beside);
                        let index = primary.map(|key| name::beside(table, key.clone()));
                        let index = index.and_then(|key| catalog.indexes.get(&key));
                        if index.is_some_and(|index| index.columns.contains(&column)) {
                            let why = format!("`{column}` is in the primary key of `{table}`");
                            self.fails(node, &why);
                        }
                    }
                    _ => {}
                }
            }
            AlterTableAction::AttachPartition(found) => {
                if let Some(PartitionType::PartitionDefault(_)) = found.partition_type() {
                    self.second_default(node, table);
                }
            }
            AlterTableAction::DetachPartition(found) => {
                let option = found.detach_partition_option();
                let known = catalog.tables.get(table);
                let default = known.and_then(|known| known.default_partition.clone());
                if let (Some(DetachPartitionOption::DetachConcurrently(_)), Some(default)) =
                    (option, default)
                {
                    let why = format!(
                        "`{table}` has a default partition, `{default}`, and CONCURRENTLY takes none"
                    );
                    self.fails(node, &why);
                }
            }
            _ => {}
        }
    }

    /// That the server takes `what` of the partitioned `table` only since the version `least`.
    fn since(&mut self, node: &SyntaxNode, table: &str, what: &str, least: u32) {
        if !self.live.catalog.at_least(least) {
            let why = format!(
                "`{table}` is partitioned, and the server takes {what} there since {least}"
            );
            self.fails(node, &why);
        }
    }

    /// A trigger before each row of a partitioned table.
    fn before_rows(&mut self, create: &ast::CreateTrigger) {
        let on = create.on_relation().and_then(|on| on.relation_name_ref());
        let table = name::given(on);
        let before = matches!(create.timing(), Some(Timing::TimingBefore(_)));
        let rows = matches!(create.trigger_level(), Some(TriggerLevel::ForEachRow(_)));
        if before && rows && self.live.catalog.is_divided(&table) {
            self.since(create.syntax(), &table, "a trigger BEFORE each row", 13);
        }
    }

    fn makes_type(&mut self, node: &SyntaxNode, name: &str, plain: bool) {
        let live = self.live;
        let known = live.enums.contains_key(name)
            || live
                .catalog
                .domains
                .get(name)
                .is_some_and(|known| known.whole);
        if known && plain {
            self.fails(node, &format!("there is a type `{name}` already"));
        }
    }

    fn makes_role(&mut self, node: &SyntaxNode, name: &str) {
        let known = self.live.roles.as_ref();
        if known.is_some_and(|known| known.contains(name)) {
            self.fails(node, &format!("there is a role `{name}` already"));
        }
    }

    fn second_default(&mut self, node: &SyntaxNode, parent: &str) {
        let known = self.live.catalog.tables.get(parent);
        let default = known.and_then(|known| known.default_partition.as_ref());
        if let Some(default) = default {
            let why = format!("`{parent}` has a default partition already, `{default}`");
            self.fails(node, &why);
        }
    }

    /// That tables inherit from one of `names`, and are not among them.
    fn has_heirs(&mut self, node: &SyntaxNode, names: &[String]) {
        for name in names {
            let known = self.live.catalog.tables.get(name).into_iter();
            let mut heirs = known.flat_map(|known| &known.heirs);
            if let Some(heir) = heirs.find(|heir| !names.contains(heir)) {
                let why = format!("`{heir}` inherits from `{name}`, and there is no CASCADE");
                return self.fails(node, &why);
            }
        }
    }

    /// That a view reads one of the views `names`, which are dropped without it.
    fn seen_by_others(&mut self, node: &SyntaxNode, names: &[String]) {
        if sql_text::cascades(&node.text().to_string()) {
            return;
        }
        let readers = self.live.readers.iter();
        let read = readers.filter(|((view, _), _)| names.contains(view));
        let other = read.flat_map(|((view, _), all)| all.iter().map(move |by| (by, view)));
        let other = other.filter(|(by, _)| !names.contains(by)).min();
        if let Some((by, view)) = other {
            let why = format!("the view `{by}` reads `{view}`, and there is no CASCADE");
            self.fails(node, &why);
        }
    }

    /// That one of `names`, which are dropped as what they are not, is a materialized view.
    fn is_computed(&mut self, node: &SyntaxNode, what: &str, names: &[String]) {
        let known = |name: &&String| self.live.computed.contains_key(*name);
        if let Some(name) = names.iter().find(known) {
            let why = format!("`{name}` is a materialized view and no {what}");
            self.fails(node, &why);
        }
    }

    /// That an index belongs to a constraint.
    fn rests_on_index(&mut self, node: &SyntaxNode) {
        let index = name::of(node);
        let table = self.live.catalog.table_of(&index);
        let bare = name::bare(&index);
        let primary = table.and_then(|table| self.live.primary.get(table));
        if let Some((table, _)) = table.zip(primary.filter(|key| *key == bare)) {
            let why = format!("`{index}` belongs to the primary key of `{table}`");
            self.fails(node, &why);
        }
    }

    /// That `column` is the parent's, or rows are divided by it.
    fn is_tied(&mut self, node: &SyntaxNode, table: &str, column: &str) {
        let known = self.live.catalog.tables.get(table);
        let divides = known.is_some_and(|known| known.divided_by.iter().any(|by| by == column));
        if divides {
            self.fails(node, &format!("`{table}` is divided by `{column}`"));
        } else {
            self.is_inherited(node, table, column);
        }
    }

    fn is_inherited(&mut self, node: &SyntaxNode, table: &str, column: &str) {
        if let Some(parent) = self.live.catalog.has_from(table, column) {
            let why =
                format!("`{table}` has `{column}` from `{parent}`, and only there it is changed");
            self.fails(node, &why);
        }
    }
}
