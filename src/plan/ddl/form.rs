//! The table of locks: each form of statement, what it locks and how much it goes through, as measured
//! on PostgreSQL 12 to 18 (`tests/ddl/locks.toml`).

use super::lock::LockMode;
use super::verdict::{Compatibility, Effect};

/// What is known of a form.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The form.
    pub form: Form,
    /// The lock on what it is about; none: nothing is locked that others use.
    pub lock: Option<LockMode>,
    /// How much of it is gone through.
    pub effect: Effect,
    /// What it does to code and data.
    pub compatibility: Compatibility,
    /// What it does, in words that fit behind "this".
    pub words: &'static str,
    /// What would do less harm; empty where nothing would.
    pub safer: &'static str,
}

macro_rules! forms {
    ($($form:ident: $lock:expr, $effect:ident, $compatibility:ident, $words:literal, $safer:literal;)*) => {
        /// A form of statement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Form {
            $(
                #[doc = concat!("This ", $words, ".")]
                $form,
            )*
        }

        /// The table of locks.
        pub const TABLE: &[Row] = &[
            $(Row {
                form: Form::$form,
                lock: $lock,
                effect: Effect::$effect,
                compatibility: Compatibility::$compatibility,
                words: $words,
                safer: $safer,
            },)*
        ];
    };
}

const AS: Option<LockMode> = Some(LockMode::AccessShare);
const RS: Option<LockMode> = Some(LockMode::RowShare);
const RE: Option<LockMode> = Some(LockMode::RowExclusive);
const SUE: Option<LockMode> = Some(LockMode::ShareUpdateExclusive);
const S: Option<LockMode> = Some(LockMode::Share);
const SRE: Option<LockMode> = Some(LockMode::ShareRowExclusive);
const E: Option<LockMode> = Some(LockMode::Exclusive);
const AE: Option<LockMode> = Some(LockMode::AccessExclusive);

forms! {
    CreateTable: None, Metadata, Additive, "makes a table", "";
    CreateTableAs: None, Metadata, Additive, "makes a table of a query", "";
    CreatePartition: AE, Metadata, Additive, "makes a partition", "create the table by itself, then `ATTACH PARTITION`, which blocks nobody";
    CreatePartitionBesideDefault: AE, Scan, Additive, "makes a partition beside a default one, whose rows are all tested", "before, give the default partition a `CHECK` that no row belongs here, `NOT VALID`, then `VALIDATE CONSTRAINT`";
    AddColumn: AE, Metadata, Additive, "adds a column", "";
    AddColumnVolatile: AE, Rewrite, Additive, "adds a column whose default is another for every row", "add it without a default, then `SET DEFAULT`, and fill the rows in batches";
    AddColumnNumbered: AE, Rewrite, Additive, "adds a column that numbers the rows", "add a plain column, a sequence as its default, and number the rows in batches";
    AddColumnStored: AE, Rewrite, Additive, "adds a stored generated column", "add a plain column, keep it with a trigger, and fill the rows in batches";
    AddColumnVirtual: AE, Metadata, Additive, "adds a virtual generated column", "";
    AddColumnOfDomain: AE, Rewrite, Additive, "adds a column of a domain with a constraint", "use the base type, and `CHECK … NOT VALID`, then `VALIDATE CONSTRAINT`";
    AddColumnRequired: AE, Metadata, Breaking, "adds a required column without a default, which fails where there are rows", "give it a default, or add it without NOT NULL, fill it, and require it later";
    AddColumnUnique: AE, Scan, Additive, "adds a unique column, and builds its index", "add the column, then `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … USING INDEX`";
    AddColumnChecked: AE, Scan, Additive, "adds a column with a check", "add the column, then `ADD CONSTRAINT … CHECK … NOT VALID`, then `VALIDATE CONSTRAINT`";
    AddColumnReferencing: AE, Scan, Additive, "adds a column with a default and a foreign key, and tests all rows", "add the column with its default, then the foreign key `NOT VALID`, then `VALIDATE CONSTRAINT`, which blocks nobody";
    DropColumn: AE, Metadata, Breaking, "drops a column, and what is in it", "release code that no longer uses it first; a dropped column does not come back";
    RenameColumn: AE, Metadata, Breaking, "renames a column under running code", "add the new one, write both, move readers over, and drop the old one later";
    RenameTable: AE, Metadata, Breaking, "renames a table under running code", "in the same transaction create a view with the old name, and drop it later";
    MoveTable: AE, Metadata, Breaking, "moves a table to another schema under running code", "leave a view at the old place, or set `search_path` first";
    RenameConstraint: AE, Metadata, Transformative, "renames a constraint", "";
    RenameIndex: SUE, Metadata, Additive, "renames an index", "";
    MoveIndex: AE, Rewrite, Additive, "copies an index to another place", "`REINDEX (TABLESPACE …, CONCURRENTLY)` (14 and later), outside of a transaction";
    SetNotNull: AE, Scan, Transformative, "reads all rows to require a column", "`ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID`, `VALIDATE CONSTRAINT`, then `SET NOT NULL`, which reads nothing";
    SetNotNullProven: AE, Metadata, Transformative, "requires a column that a check has proven", "";
    DropNotNull: AE, Metadata, Additive, "no longer requires a column", "";
    SetDefault: AE, Metadata, Additive, "changes a default", "";
    DropDefault: AE, Metadata, Breaking, "takes away where a column's values come from: code that leaves it out fails if it is required", "release code that names the column first";
    SetExpression: AE, Rewrite, Transformative, "computes a generated column anew", "add another column, and move over to it";
    SetExpressionVirtual: AE, Metadata, Transformative, "computes a virtual generated column otherwise", "";
    SetExpressionRequired: AE, Scan, Transformative, "computes a virtual generated column otherwise, and tests all rows for nulls", "";
    AddNotNullNotValid: AE, Metadata, Transformative, "requires a column of new rows", "";
    ChangeTypeKept: AE, Metadata, Transformative, "changes a type in a way that keeps the rows as they are", "";
    ChangeTypeTested: AE, Scan, Transformative, "changes a type in a way that keeps the rows, but tests all of them against checks, or builds indexes anew", "before, drop such a check or index; afterwards add the check `NOT VALID`, then `VALIDATE CONSTRAINT`, and `CREATE INDEX CONCURRENTLY`";
    ReplaceValues: AE, Rewrite, Breaking, "changes a type, and does not look at what is in the column, which is lost", "add a column of the new type, fill it in batches, and drop the old one later";
    ChangeType: AE, Rewrite, Transformative, "changes a type", "add a column of the new type, write both, fill it in batches, and swap";
    ChangeTypeUnknown: AE, Rewrite, Transformative, "changes a type, and what it was is not known here", "if the rows can't stay as they are: add a column of the new type, write both, fill it in batches, and swap";
    ChangeZone: AE, Rewrite, Transformative, "changes between times with and without a zone", "with `SET timezone = 'UTC'` the rows stay as they are; else add a column and swap";
    ShrinkText: AE, Rewrite, Transformative, "limits a text's length", "`ADD CONSTRAINT … CHECK (length(…) <= n) NOT VALID`, then `VALIDATE CONSTRAINT`";
    AddCheck: AE, Scan, Transformative, "adds a check, and tests all rows", "`NOT VALID` first, then `VALIDATE CONSTRAINT`, which blocks nobody";
    AddCheckNotValid: AE, Metadata, Transformative, "adds a check for new rows", "";
    AddForeignKey: SRE, Scan, Transformative, "adds a foreign key, and tests all rows", "`NOT VALID` first, then `VALIDATE CONSTRAINT`, which blocks nobody";
    AddForeignKeyNotValid: SRE, Metadata, Transformative, "adds a foreign key for new rows", "";
    Validate: SUE, Scan, Transformative, "tests all rows against a constraint", "";
    AddUnique: AE, Scan, Transformative, "adds a unique constraint, and builds its index", "`CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … UNIQUE USING INDEX`";
    AddPrimaryKey: AE, Scan, Transformative, "adds a primary key, and builds its index", "`CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … PRIMARY KEY USING INDEX`";
    UseIndex: AE, Metadata, Transformative, "makes a constraint of an index", "";
    UseIndexNullable: AE, Scan, Transformative, "makes a primary key of an index on a column that may be null", "require the column first: a `CHECK (… IS NOT NULL) NOT VALID`, `VALIDATE CONSTRAINT`, `SET NOT NULL`";
    AddExclude: AE, Scan, Transformative, "adds an exclusion constraint, and builds its index", "";
    DropConstraint: AE, Metadata, Transformative, "drops a constraint", "";
    DropForeignKey: AE, Metadata, Transformative, "drops a foreign key, and locks both tables", "`SET lock_timeout`, and try again: reads of both tables wait while it waits";
    AlterConstraint: AE, Metadata, Transformative, "changes a constraint", "";
    EnforceConstraint: AE, Scan, Transformative, "enforces a constraint, and tests all rows", "add another one that says the same, `NOT VALID`, then `VALIDATE CONSTRAINT`, which blocks nobody";
    CreateIndex: S, Scan, Additive, "builds an index while nobody can write", "`CREATE INDEX CONCURRENTLY`, outside of a transaction";
    CreateIndexConcurrently: SUE, Scan, Additive, "builds an index while work goes on", "";
    CreateIndexOnly: S, Metadata, Additive, "makes an index of a partitioned table alone", "";
    DropIndex: AE, Metadata, Transformative, "drops an index", "`DROP INDEX CONCURRENTLY`, outside of a transaction";
    DropIndexConcurrently: SUE, Metadata, Transformative, "drops an index while work goes on", "";
    Reindex: S, Scan, Additive, "builds an index anew while nobody can write", "`REINDEX … CONCURRENTLY`, outside of a transaction";
    ReindexPartitions: S, Scan, Additive, "builds the indexes of all partitions anew, each in a transaction of its own, while nobody can write", "`REINDEX … CONCURRENTLY`, outside of a transaction";
    ReindexConcurrently: SUE, Scan, Additive, "builds an index anew while work goes on", "";
    CreateTrigger: SRE, Metadata, Transformative, "makes a trigger", "";
    SwitchTrigger: SRE, Metadata, Transformative, "switches a trigger", "";
    DropTrigger: AE, Metadata, Transformative, "drops a trigger", "";
    ChangeTable: AE, Metadata, Transformative, "changes what the table is like", "";
    HideRows: AE, Metadata, Breaking, "hides all rows of a table from everybody but its owner, and lets nobody else write, as no policy is made for it here", "`CREATE POLICY` in the same transaction";
    DiscardWrites: AE, Metadata, Breaking, "makes a rule that discards what code writes, and tells it that all is well", "take the right to write instead: then code is told";
    ChangeSettings: SUE, Metadata, Additive, "changes settings of the table", "";
    Logged: AE, Rewrite, Transformative, "writes the table anew", "";
    MoveStorage: AE, Rewrite, Transformative, "copies the table to another place", "";
    Cluster: AE, Rewrite, Transformative, "writes the table anew in an order", "an index, or a tool that does it while work goes on";
    VacuumFull: AE, Rewrite, Transformative, "writes the table anew to make it smaller", "plain `VACUUM`, or a tool that does it while work goes on";
    Vacuum: SUE, Metadata, Additive, "cleans the table up", "";
    Grant: None, Metadata, Additive, "changes who may do what", "";
    LockOut: None, Metadata, Breaking, "keeps a role from logging in: what runs as it gets no new connections", "see who uses it first: `pg_stat_activity`";
    Revoke: None, Metadata, Breaking, "takes rights away that running code may need", "see who uses them first: `pg_stat_activity`, and the roles of the applications";
    Truncate: AE, Empty, Breaking, "empties a table", "";
    DropTable: AE, Metadata, Breaking, "drops a table, and what is in it", "release code that no longer uses it first; drop its foreign keys one by one before";
    CreateView: None, Metadata, Additive, "makes a view", "";
    ReplaceView: AE, Metadata, Transformative, "changes a view", "";
    RenameView: AE, Metadata, Breaking, "renames a view or a column of it under running code", "make a view with the new name beside it, and drop the old one later";
    DropView: AE, Metadata, Breaking, "drops a view", "release code that no longer uses it first";
    Refresh: AE, Rewrite, Additive, "computes a materialized view while nobody can read it", "`REFRESH MATERIALIZED VIEW CONCURRENTLY`, which needs a unique index on it";
    RefreshConcurrently: E, Scan, Additive, "computes a materialized view while it can be read", "";
    Attach: AE, Scan, Additive, "attaches a partition, and tests all of its rows", "before, give the table a `CHECK` that says the same, `NOT VALID`, then `VALIDATE CONSTRAINT`";
    AttachProven: AE, Metadata, Additive, "attaches a partition that a check has proven", "";
    Detach: AE, Metadata, Breaking, "detaches a partition, whose rows are no longer found in its parent, while nobody can read that", "`DETACH PARTITION … CONCURRENTLY` (14 and later), outside of a transaction";
    DetachConcurrently: AE, Metadata, Breaking, "detaches a partition, whose rows are no longer found in its parent", "";
    ExchangePartition: AE, Metadata, Transformative, "detaches a partition, and attaches another one", "";
    AddValue: None, Metadata, Additive, "adds a value to an enum", "";
    RenameValue: None, Metadata, Breaking, "renames a value of an enum under running code", "add the new value, and move rows and code over";
    ChangeDomain: S, Scan, Transformative, "adds a constraint to a domain, and tests all columns of it", "`NOT VALID` first, then `VALIDATE CONSTRAINT`";
    TestDomain: S, Scan, Transformative, "tests all columns of a domain", "";
    DropOther: None, Metadata, Breaking, "drops what code may use", "release code that no longer uses it first";
    RenameOther: None, Metadata, Breaking, "renames what code may use", "";
    Update: RE, Scan, Transformative, "writes every row of a table in one transaction", "go through it in batches: `WHERE id BETWEEN … AND …`, a commit after each";
    UpdateSome: RE, Metadata, Transformative, "changes rows", "";
    Delete: RE, Scan, Breaking, "deletes every row of a table", "in batches, or `TRUNCATE` where nobody else reads";
    DeleteSome: RE, Metadata, Transformative, "deletes rows", "";
    Insert: RE, Metadata, Additive, "adds rows", "";
    LockRows: RS, Metadata, Additive, "locks rows", "";
    Read: AS, Metadata, Additive, "reads", "";
    LockTable: AE, Metadata, Additive, "locks a table", "";
    Other: None, Metadata, Additive, "does nothing to tables", "";
}

/// What else below a table a statement is about: partitions, and tables that inherit from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing else.
    Itself,
    /// Partitions.
    Partitions,
    /// All that is below it.
    All,
}

impl Form {
    /// What else below a table it is about, without `ONLY`.
    pub(super) fn reach(self) -> Reach {
        use Form::{
            AddCheck, AddCheckNotValid, AddColumn, AddColumnChecked, AddColumnNumbered,
            AddColumnOfDomain, AddColumnReferencing, AddColumnRequired, AddColumnStored,
            AddColumnUnique, AddColumnVirtual, AddColumnVolatile, AddExclude, AddForeignKey,
            AddForeignKeyNotValid, AddNotNullNotValid, AddPrimaryKey, AddUnique, ChangeType,
            ChangeTypeKept, ChangeTypeTested, ChangeTypeUnknown, ChangeZone, Cluster,
            CreateTrigger, Delete, DeleteSome, DropColumn, DropConstraint, DropDefault,
            DropForeignKey, DropNotNull, DropTrigger, LockTable, RenameColumn, ReplaceValues,
            SetDefault, SetExpression, SetExpressionRequired, SetExpressionVirtual, SetNotNull,
            SetNotNullProven, ShrinkText, Truncate, Update, UpdateSome, Vacuum, VacuumFull,
            Validate,
        };
        match self {
            AddColumn
            | AddColumnVolatile
            | AddColumnNumbered
            | AddColumnStored
            | AddColumnVirtual
            | AddColumnOfDomain
            | AddColumnRequired
            | AddColumnUnique
            | AddColumnChecked
            | AddColumnReferencing
            | DropColumn
            | RenameColumn
            | SetNotNull
            | SetNotNullProven
            | DropNotNull
            | SetDefault
            | DropDefault
            | SetExpression
            | SetExpressionVirtual
            | SetExpressionRequired
            | AddNotNullNotValid
            | ChangeTypeKept
            | ChangeTypeTested
            | ReplaceValues
            | ChangeType
            | ChangeTypeUnknown
            | ChangeZone
            | ShrinkText
            | AddCheck
            | AddCheckNotValid
            | Validate
            | DropConstraint
            | Truncate
            | Update
            | UpdateSome
            | Delete
            | DeleteSome
            | LockTable => Reach::All,
            AddForeignKey
            | AddForeignKeyNotValid
            | AddUnique
            | AddPrimaryKey
            | AddExclude
            | DropForeignKey
            | CreateTrigger
            | DropTrigger
            | Cluster
            | Vacuum
            | VacuumFull => Reach::Partitions,
            _ => Reach::Itself,
        }
    }

    /// What is known of it.
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_stands_in_its_own_row() {
        for (ix, row) in TABLE.iter().enumerate() {
            assert_eq!(row.form as usize, ix);
            assert_eq!(row.form.row().words, row.words);
        }
    }
}
