//! The judge against what servers did, and statements in many spellings.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    setup: String,
    form: Vec<Fact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    name: String,
    before: Option<String>,
    sql: String,
    versions: Vec<u32>,
    locks: Option<BTreeMap<String, String>>,
    seen: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    rewrites: BTreeSet<String>,
    #[serde(default)]
    scans: BTreeSet<String>,
    fails: Option<String>,
}

fn facts() -> Facts {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ddl/locks.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What the judge says of the tables that were there before: the lock and the effect on each.
fn said(catalog: &Catalog, sql: &str) -> (Vec<Judged>, BTreeMap<String, Touch>) {
    let mut catalog = catalog.clone();
    let judged = judge(sql, &mut catalog);
    let mut touches: BTreeMap<String, Touch> = BTreeMap::new();
    for touch in judged.iter().flat_map(|judged| judged.verdict().touches) {
        if touch.fresh || touch.sort == Sort::Index {
            continue;
        }
        let known = touches
            .entry(touch.relation.clone())
            .or_insert_with(|| touch.clone());
        known.lock = known.lock.max(touch.lock);
        known.effect = known.effect.max(touch.effect);
    }
    (judged, touches)
}

fn disagreements(fact: &Fact, catalog: &Catalog) -> Vec<String> {
    let (judged, touches) = said(catalog, &fact.sql);
    let mut found = Vec::new();
    if fact.fails.is_some() {
        let forms: Vec<Form> = judged
            .iter()
            .flat_map(|j| &j.parts)
            .map(|part| part.form)
            .collect();
        if !forms.contains(&Form::AddColumnRequired) {
            found.push(format!("fails, and is taken for {forms:?}"));
        }
        return found;
    }
    let names = |effects: &[Effect]| -> BTreeSet<String> {
        touches
            .values()
            .filter(|t| effects.contains(&t.effect))
            .map(|t| t.relation.clone())
            .collect()
    };
    if let Some(locks) = &fact.locks {
        let ours: BTreeMap<String, String> = touches
            .values()
            .map(|touch| (touch.relation.clone(), touch.lock.name().to_owned()))
            .collect();
        if ours != *locks {
            found.push(format!("locks {locks:?}, not {ours:?}"));
        }
        let rewrites = names(&[Effect::Rewrite, Effect::Empty]);
        if rewrites != fact.rewrites {
            found.push(format!("rewrites {:?}, not {rewrites:?}", fact.rewrites));
        }
        let scans = names(&[Effect::Scan, Effect::Rewrite, Effect::Empty]);
        if scans != fact.scans {
            found.push(format!("scans {:?}, not {scans:?}", fact.scans));
        }
    }
    for (table, seen) in fact.seen.iter().flatten() {
        let ours = touches.get(table).map(|touch| touch.lock.name());
        if !ours.is_some_and(|ours| seen.iter().any(|seen| seen == ours)) {
            found.push(format!("{table} was seen in {seen:?}, not {ours:?}"));
        }
    }
    found
}

#[test]
fn the_table_of_locks_agrees_with_every_server() {
    let facts = facts();
    let mut tested = BTreeSet::new();
    let mut found = Vec::new();
    for fact in &facts.form {
        for version in &fact.versions {
            let mut catalog = Catalog::new(Some(*version));
            judge(&facts.setup, &mut catalog);
            judge(fact.before.as_deref().unwrap_or(""), &mut catalog);
            catalog.end_file();
            for what in disagreements(fact, &catalog) {
                found.push(format!("{version} {}: {what}", fact.name));
            }
            tested.insert((fact.name.clone(), *version));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(tested.len() > 770, "{}", tested.len());
}

/// What the judge says of one statement on a table `t`, in the words that people read.
fn verdict(setup: &str, sql: &str) -> String {
    let mut catalog = Catalog::new(None);
    judge(setup, &mut catalog);
    catalog.end_file();
    let judged = judge(sql, &mut catalog);
    let verdict = judged.last().unwrap().verdict();
    format!("{}; {verdict}", verdict.compatibility.word())
}

#[test]
fn statements_are_judged_in_every_spelling() {
    let setup =
        "CREATE TABLE \"Order\" (id int primary key, note varchar(20), \"at\" timestamp(3));";
    for (sql, wanted) in [
        (
            "alter table \"Order\" add n text[] default string_to_array(app.now(), ',')",
            "additive; AccessExclusiveLock on Order, rewrite",
        ),
        (
            "alter table \"Order\" add n time default pg_catalog.timezone('utc', localtime(0))",
            "additive; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "alter table \"Order\" add \"n\" int",
            "additive; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "ALTER TABLE IF EXISTS ONLY public.\"Order\" ADD COLUMN IF NOT EXISTS n uuid NOT NULL DEFAULT gen_random_uuid()",
            "additive; AccessExclusiveLock on Order, rewrite",
        ),
        (
            "ALTER TABLE \"Order\" ADD COLUMN n varchar(10) DEFAULT 'x'::varchar(10)",
            "additive; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "ALTER TABLE \"Order\" ADD COLUMN n timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP",
            "additive; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "ALTER TABLE \"Order\" ADD COLUMN n text[] DEFAULT ARRAY[]::text[]",
            "additive; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "ALTER TABLE \"Order\" ADD COLUMN n text NOT NULL",
            "breaking; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "-- first\n/* then */ ALTER TABLE \"Order\" ALTER COLUMN note SET DATA TYPE text, ALTER \"at\" TYPE timestamp",
            "transformative; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "ALTER TABLE \"Order\" ALTER COLUMN note TYPE text USING note::text",
            "transformative; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "ALTER TABLE \"Order\" ALTER COLUMN note TYPE text USING upper(note)",
            "transformative; AccessExclusiveLock on Order, rewrite",
        ),
        (
            "ALTER TABLE \"Order\" DROP COLUMN note, ADD x int",
            "breaking; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "create unique index if not exists i on \"Order\" using btree (note)",
            "additive; ShareLock on Order, scan",
        ),
        (
            "CREATE INDEX CONCURRENTLY i ON \"Order\" (note)",
            "additive; ShareUpdateExclusiveLock on Order, scan",
        ),
        (
            "drop table if exists \"Order\" cascade",
            "breaking; AccessExclusiveLock on Order, metadata only",
        ),
        (
            "TRUNCATE TABLE \"Order\", other",
            "breaking; AccessExclusiveLock on Order, emptied",
        ),
        (
            "lock table \"Order\" in share mode",
            "additive; ShareLock on Order, metadata only",
        ),
        (
            "update \"Order\" set note = 'where'",
            "transformative; no lock that anybody notices",
        ),
        (
            "delete from only_this where id = 1",
            "transformative; no lock that anybody notices",
        ),
        (
            "insert into \"Order\" values (1)",
            "additive; no lock that anybody notices",
        ),
        ("select 1", "additive; no lock that anybody notices"),
        (
            "drop view v",
            "breaking; AccessExclusiveLock on v, metadata only",
        ),
        ("drop type mood", "breaking; no lock that anybody notices"),
        (
            "alter table x.y alter column c type bigint",
            "transformative; AccessExclusiveLock on x.y, rewrite",
        ),
    ] {
        assert_eq!(verdict(setup, sql), wanted, "{sql}");
    }
}

#[test]
fn a_check_proves_only_the_columns_that_it_requires_by_themselves() {
    for (check, proven) in [
        ("id is not null", true),
        (
            "(id) is not null and ((ID IS NOT NULL) and b between 1 and 2)",
            true,
        ),
        ("b > 0 and \"id\" is not null", true),
        ("user_id is not null", false),
        ("id is not null or b is not null", false),
        ("not (id is not null)", false),
        ("coalesce(id, b) is not null", false),
        ("case when id is not null then b > 0 end", false),
    ] {
        // Nothing else is known of the table: it was there before.
        let before = format!(
            "alter table t add constraint k check ({check}) not valid;\nalter table t validate constraint k"
        );
        let after = verdict(&before, "alter table t alter column id set not null");
        let wanted = if proven { "metadata only" } else { "scan" };
        assert!(after.ends_with(wanted), "{check}: {after}");
    }
}

#[test]
fn rows_are_chosen_by_the_words_of_the_command_itself() {
    for (sql, forms) in [
        (
            "update o set t = (select sum(p) from l where l.o = o.id)",
            vec![Form::Update],
        ),
        (
            "update o set t = 1 where id in (select 1)",
            vec![Form::UpdateSome],
        ),
        (
            "with x as (select 1 from l where a = 1) update only o set a = 1",
            vec![Form::Update],
        ),
        (
            "with x as materialized (delete from o returning *) select * from x",
            vec![Form::Delete],
        ),
        (
            "with recursive x (n) as (select 1) delete from o using x where o.id = x.n",
            vec![Form::DeleteSome],
        ),
        (
            "with x as (select id from o for update) insert into h select * from x",
            vec![Form::LockRows, Form::Insert],
        ),
        ("with x as (select 1) select * from x", vec![]),
        ("copy (select * from o where id = 1) to stdout", vec![]),
    ] {
        let judged = judge(sql, &mut Catalog::new(None));
        let parts = &judged[0].parts;
        assert_eq!(
            parts.iter().map(|part| part.form).collect::<Vec<_>>(),
            forms,
            "{sql}"
        );
        for touch in parts.iter().flat_map(|part| &part.touches) {
            assert!(
                ["o", "h"].contains(&touch.relation.as_str()),
                "{sql}: {touch}"
            );
        }
    }
}

#[test]
fn the_name_of_a_comment_is_found_whatever_letters_are_in_it() {
    for (sql, relation) in [
        ("comment on table ẞA is 'x'", "ẞa"),
        ("COMMENT ON TABLE \"İ\" IS\n'x'", "İ"),
        ("comment on table \"a is b\" is 'x'", "a is b"),
        ("comment on column s . t.c is 'x'", "s.t"),
    ] {
        let judged = judge(sql, &mut Catalog::new(None));
        let touches = judged[0].verdict().touches;
        assert_eq!(touches[0].relation, relation, "{sql}");
    }
}

#[test]
fn what_the_same_file_has_made_nobody_else_uses() {
    let mut catalog = Catalog::new(None);
    let sql = "create table a (id int); create index on a (id); alter table a add constraint k foreign key (id) references b (id);";
    let judged = judge(sql, &mut catalog);
    assert!(judged[1].verdict().worst().is_none());
    let worst = judged[2].verdict();
    assert_eq!(worst.worst().unwrap().relation, "b");
}

#[test]
fn what_is_meant_for_the_client_is_passed_over() {
    let sql = "\\set ON_ERROR_STOP on\nalter table a add b int;\nCOPY c (d) FROM stdin;\nalter table x drop y;\né\n\\.\ndrop table e;";
    let judged = judge(sql, &mut Catalog::new(None));
    let texts: Vec<&str> = judged
        .iter()
        .map(|judged| &sql[judged.range.clone()])
        .collect();
    assert_eq!(
        texts,
        [
            "alter table a add b int",
            "COPY c (d) FROM stdin",
            "drop table e"
        ]
    );
}

#[test]
fn deep_and_broken_statements_do_no_harm() {
    let deep = |open: &str, close: &str| {
        format!(
            "create index i on t ({}1{})",
            open.repeat(20_000),
            close.repeat(20_000)
        )
    };
    for sql in [
        deep("(", ")"),
        deep("not ", ""),
        deep("- ", ""),
        deep("case when ", " end"),
        deep("a[", "]"),
        format!(
            "create view v as select 1 {}",
            "union select 1 ".repeat(20_000)
        ),
        format!(
            "create view v as select 1 {}",
            "from (select 1 ".repeat(20_000)
        ),
        format!("alter table t {}", "add column a int, ".repeat(500)),
        format!("create index i on t ({})", "a = b and ".repeat(6_000)),
        format!("create index i on t ({})", "a || ".repeat(2_000)),
        "create table (((".to_owned(),
        "alter table".to_owned(),
        "create index concurrently".to_owned(),
        "do $$ begin; alter table t".to_owned(),
    ] {
        judge(&sql, &mut Catalog::new(None));
    }
}

proptest! {
    #[test]
    fn any_text_is_judged(sql in "(alter|create|drop|comment|table|index|column|add|type|on|is|t|a|İ|ẞ|int|\\(|\\)|,|;|'|\"|\\$\\$| |é|not|null|default|check|references|[a-z0-9 ]){0,60}") {
        let mut catalog = Catalog::new(None);
        for judged in judge(&sql, &mut catalog) {
            prop_assert!(sql.get(judged.range.clone()).is_some());
            for part in judged.parts {
                prop_assert!(sql.get(part.range.clone()).is_some(), "{:?}", part.range);
            }
            if let Some((range, _)) = judged.wrong {
                prop_assert!(sql.get(range.clone()).is_some(), "{range:?}");
            }
        }
    }
}

#[test]
fn what_a_server_took_can_be_read() {
    let facts = facts();
    let mut texts = vec![facts.setup.as_str()];
    for fact in &facts.form {
        texts.extend(fact.before.as_deref());
        texts.push(&fact.sql);
    }
    for sql in texts {
        for judged in judge(sql, &mut Catalog::new(None)) {
            assert_eq!(judged.wrong, None, "{sql}");
        }
    }
}

#[test]
fn what_can_not_be_read_is_told() {
    let wrong = |sql: &str| {
        let judged = judge(sql, &mut Catalog::new(None));
        judged.into_iter().find_map(|judged| judged.wrong)
    };
    for sql in [
        "alter tabel t drop column a",
        "ALTER TABLE t MODIFY a INT",
        "drop tabel users",
        "selec 1",
        "use shop",
        "select 1; updat t set a = 1",
    ] {
        assert!(wrong(sql).is_some(), "{sql}");
    }
    for sql in [
        "alter table t drop column a",
        "-- a remark\nselect 1;",
        "(select 1) union (select 2)",
        "create table :name (i int)",
        "drop table ${schema}.t",
        "create function f() returns int language plpgsql as $$ begin return 1 end $$",
        "do $$ begin delete from t returning a into b; end $$",
        "copy t from stdin;\n1\tupdat\n\\.\n",
        "\\set x 1\nselect 1;",
    ] {
        assert_eq!(wrong(sql), None, "{sql}");
    }
}

/// The forms of the statements of `sql`.
fn forms(sql: &str) -> Vec<Form> {
    let judged = judge(sql, &mut Catalog::new(None));
    let parts = judged.into_iter().flat_map(|judged| judged.parts);
    parts.map(|part| part.form).collect()
}

#[test]
fn a_condition_that_all_rows_meet_is_none() {
    for all in [
        "delete from t",
        "delete from t where true",
        "delete from t where 1=1",
        "delete from t where (1 = 1)",
        "delete from t where 'a' = 'a' returning id",
    ] {
        assert_eq!(forms(all), [Form::Delete], "{all}");
    }
    assert_eq!(forms("update t set a = 1 where TRUE"), [Form::Update]);
    for some in [
        "delete from t where a",
        "delete from t where a = 1",
        "delete from t where 1 = 1 and a = 2",
        "delete from t where false",
        "delete from t where a = a",
    ] {
        assert_eq!(forms(some), [Form::DeleteSome], "{some}");
    }
}

#[test]
fn what_is_renamed_or_taken_away_under_running_code_is_breaking() {
    let breaks = |sql: &str| {
        let forms = forms(sql);
        let breaking = |form: &Form| form.row().compatibility == Compatibility::Breaking;
        forms.iter().any(breaking)
    };
    for sql in [
        "alter view v rename to w",
        "alter view v rename column a to b",
        "alter materialized view m rename to n",
        "alter materialized view m rename column a to b",
        "alter function f(int) rename to g",
        "alter schema s rename to r",
        "alter function f() set schema s",
        "revoke select on t from shop",
        "revoke all on all tables in schema public from public",
        "revoke usage on schema s from shop",
    ] {
        assert!(breaks(sql), "{sql}");
    }
    for sql in [
        "alter view v owner to shop",
        "alter view v alter column a set default 1",
        "alter function f(int) owner to shop",
        "alter schema s owner to shop",
        "revoke execute on function f() from public",
        "create table t (i int); revoke all on t from public",
        "grant select on t to shop",
        "revoke admin from shop",
    ] {
        assert!(!breaks(sql), "{sql}");
    }
}

/// A database with a table that is found without its schema, domains, checks and a default partition.
fn database() -> crate::plan::Facts {
    use crate::plan::facts::{CheckFacts, ColumnFacts, DomainFacts, IndexFacts, TableFacts};
    let column = |ty: &str, required| ColumnFacts {
        ty: ty.to_owned(),
        required,
        ..ColumnFacts::default()
    };
    let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let index = |name: &str, columns: &[&str], computed_of: &[&str]| IndexFacts {
        name: format!("app.{name}"),
        columns: texts(columns),
        computed_of: texts(computed_of),
    };
    let check = |definition: &str, valid| CheckFacts {
        name: definition.to_owned(),
        definition: definition.to_owned(),
        valid,
    };
    let domain = |tests| DomainFacts {
        tests,
        base: "integer".to_owned(),
    };
    let rest = TableFacts {
        checks: vec![check(
            "CHECK ((day < '2024-01-01'::date OR day >= '2025-01-01'::date))",
            true,
        )],
        constraints: Some(BTreeSet::new().into_iter().collect()),
        ..TableFacts::default()
    };
    let table = TableFacts {
        columns: [
            ("name".to_owned(), column("character varying(50)", false)),
            ("id".to_owned(), column("integer", true)),
            ("code".to_owned(), column("character varying(5)", false)),
            ("kind".to_owned(), column("character varying(5)", false)),
            ("note".to_owned(), column("character varying(5)", false)),
            ("lazy".to_owned(), column("text", false)),
            ("day".to_owned(), column("date", false)),
            ("dom".to_owned(), column("posint", false)),
        ]
        .into(),
        indexes: vec![
            index("t_name", &["name"], &[]),
            index("t_id", &["id"], &[]),
            index("t_upper", &["code"], &["code", "kind"]),
        ],
        checks: vec![
            check("CHECK ((day IS NOT NULL))", true),
            check("CHECK ((length(note) > 1))", true),
            check("CHECK ((lazy IS NOT NULL)) NOT VALID", false),
        ],
        constraints: Some(BTreeSet::new().into_iter().collect()),
        divided_by: vec!["day".to_owned()],
        default_partition: Some("t_rest".to_owned()),
        ..TableFacts::default()
    };
    crate::plan::Facts {
        tables: [("app.t".to_owned(), table), ("t_rest".to_owned(), rest)].into(),
        visible: ["t", "t_id"]
            .map(|name| (name.to_owned(), format!("app.{name}")))
            .into(),
        domains: [
            ("posint".to_owned(), domain(true)),
            ("app.posint".to_owned(), domain(true)),
            ("QPos".to_owned(), domain(true)),
            ("plain".to_owned(), domain(false)),
        ]
        .into(),
        ..crate::plan::Facts::default()
    }
}

#[test]
fn a_catalog_knows_what_the_database_is_like() {
    let mut known = Catalog::new(None);
    known.adopt(&database());
    let form = |sql: &str| judge(sql, &mut known.clone())[0].parts[0].form;
    for (sql, wanted) in [
        (
            "alter table t alter column name type text",
            Form::ChangeTypeKept,
        ),
        (
            "alter table app.t alter column name type varchar(200)",
            Form::ChangeTypeKept,
        ),
        (
            "alter table t alter column name type varchar(20)",
            Form::ShrinkText,
        ),
        (
            "alter table t alter column id type bigint",
            Form::ChangeType,
        ),
    ] {
        assert_eq!(form(sql), wanted, "{sql}");
    }
}

#[test]
fn a_catalog_knows_the_domains_checks_and_indexes_of_the_database() {
    let mut known = Catalog::new(None);
    known.adopt(&database());
    let form = |sql: &str| judge(sql, &mut known.clone())[0].parts[0].form;
    for (sql, wanted) in [
        ("alter table t add column z posint", Form::AddColumnOfDomain),
        (
            "alter table t add column z app.posint",
            Form::AddColumnOfDomain,
        ),
        (
            "alter table t add column z \"QPos\"",
            Form::AddColumnOfDomain,
        ),
        ("alter table t add column z posint[]", Form::AddColumn),
        ("alter table t alter dom type int", Form::ChangeTypeKept),
        ("alter table t alter id type plain", Form::ChangeTypeKept),
        ("alter table t alter id type posint", Form::ChangeType),
        ("alter table t alter note type text", Form::ChangeTypeTested),
        ("alter table t alter code type text", Form::ChangeTypeTested),
        (
            "alter table app.t alter kind type text",
            Form::ChangeTypeTested,
        ),
        (
            "alter table t alter name type text collate \"C\"",
            Form::ChangeTypeTested,
        ),
        (
            "alter table t alter name type citext",
            Form::ChangeTypeTested,
        ),
        (
            "alter table t alter day set not null",
            Form::SetNotNullProven,
        ),
        ("alter table t alter lazy set not null", Form::SetNotNull),
        ("create index if not exists t_id on t (id)", Form::Other),
        (
            "create index concurrently if not exists t_new on t (id)",
            Form::CreateIndexConcurrently,
        ),
        (
            "create table t_b partition of t for values from ('2024-01-01') to ('2025-01-01')",
            Form::CreatePartition,
        ),
        (
            "create table t_b partition of t for values from ('2026-01-01') to ('2027-01-01')",
            Form::CreatePartitionBesideDefault,
        ),
        ("alter table t add column z plain", Form::AddColumn),
        (
            "alter table t alter column id set not null",
            Form::SetNotNullProven,
        ),
        (
            "alter table t add primary key using index t_name",
            Form::UseIndexNullable,
        ),
        (
            "alter table t add primary key using index t_id",
            Form::UseIndex,
        ),
        (
            "create table t_a partition of t for values in (1)",
            Form::CreatePartitionBesideDefault,
        ),
        (
            "alter domain \"QPos\" add constraint c check (value > 1)",
            Form::Other,
        ),
        (
            "alter domain posint add constraint c check (value > 1)",
            Form::ChangeDomain,
        ),
        (
            "alter domain other add constraint c check (value > 1)",
            Form::ChangeDomain,
        ),
    ] {
        assert_eq!(form(sql), wanted, "{sql}");
    }
}

#[test]
fn what_is_only_a_word_away_is_another_form() {
    let setup = "create table t (id int);";
    let mut known = Catalog::default();
    judge(setup, &mut known);
    for (sql, wanted) in [
        ("alter domain other validate constraint c", Form::TestDomain),
        ("alter domain other set not null", Form::TestDomain),
        (
            "alter domain other add constraint c check (value > 1) not valid",
            Form::Other,
        ),
        (
            "alter table t alter constraint c enforced",
            Form::EnforceConstraint,
        ),
        (
            "alter table t alter constraint c not enforced",
            Form::AlterConstraint,
        ),
        (
            "alter table t alter constraint c deferrable",
            Form::AlterConstraint,
        ),
        (
            "alter table t set (user_catalog_table = true)",
            Form::ChangeTable,
        ),
        ("alter table t set (fillfactor = 70)", Form::ChangeSettings),
        (
            "alter table all in tablespace a set tablespace b",
            Form::MoveStorage,
        ),
        ("create index on only unseen (id)", Form::CreateIndexOnly),
        ("vacuum (full false) t", Form::Vacuum),
        ("vacuum (full, analyze) t", Form::VacuumFull),
        ("vacuum (full true) t", Form::VacuumFull),
        ("alter type pair drop attribute a cascade", Form::DropOther),
        ("alter type pair add attribute a int", Form::Other),
    ] {
        let judged = judge(sql, &mut known.clone());
        let part = judged.first().and_then(|judged| judged.parts.first());
        assert_eq!(part.map(|part| part.form), Some(wanted), "{sql}");
    }
}

#[test]
fn only_the_column_itself_is_no_other_value() {
    let setup = "create table t (a text, c varchar(50), b int, m mood);";
    let mut known = Catalog::new(None);
    judge(setup, &mut known);
    known.end_file();
    for (sql, wanted) in [
        ("c type text using c", Form::ChangeTypeKept),
        ("c type text using (c)", Form::ChangeTypeKept),
        ("c type text using t.c::text", Form::ChangeTypeKept),
        (
            "c type varchar(100) using cast(c as varchar(100))",
            Form::ChangeTypeKept,
        ),
        (
            "c type varchar(100) using c::varchar(100)",
            Form::ChangeTypeKept,
        ),
        ("c type varchar(100) using c::varchar", Form::ChangeType),
        ("b type int using (b)", Form::ChangeTypeKept),
        ("b type int using b::text::int", Form::ChangeType),
        ("m type mood using m::text::mood", Form::ChangeType),
        ("c type text using upper(c)", Form::ChangeType),
        ("c type text using null", Form::ReplaceValues),
        ("c type text using null::text", Form::ReplaceValues),
        ("c type text using 'x'::text", Form::ReplaceValues),
        ("c type text using a::text", Form::ReplaceValues),
    ] {
        let sql = format!("alter table t alter {sql}");
        let judged = judge(&sql, &mut known.clone());
        assert_eq!(judged[0].parts[0].form, wanted, "{sql}");
    }
}

/// The relations that `sql` locks at least as `least` says, behind `setup`.
fn locked(setup: &str, sql: &str, least: LockMode) -> Vec<String> {
    let mut catalog = Catalog::new(None);
    judge(setup, &mut catalog);
    catalog.end_file();
    let judged = judge(sql, &mut catalog);
    let touches = judged.iter().flat_map(|judged| judged.verdict().touches);
    let touches = touches.filter(|touch| touch.lock >= least);
    let names: BTreeSet<String> = touches.map(|touch| touch.relation).collect();
    names.into_iter().collect()
}

#[test]
fn what_is_below_a_table_and_at_the_other_end_of_its_keys_is_locked_with_it() {
    let setup = "create table p (id int primary key, code text);
        create table o (id int, p_id int references p (id), code text);
        create table par (v int); create table kid () inherits (par); create table kin () inherits (kid);
        create table pt (d date, p_id int references p (id)) partition by range (d);
        create table pt1 partition of pt for values from (1) to (2);
        create table ptd partition of pt default;
        create index ix on app.t (a);";
    for (sql, wanted) in [
        (
            "alter table par alter v type bigint",
            &["kid", "kin", "par"][..],
        ),
        ("alter table only par alter v set default 1", &["par"]),
        ("alter table par set (fillfactor = 70)", &[]),
        ("alter table par rename to parent", &["par"]),
        ("alter table pt add primary key (d)", &["pt", "pt1", "ptd"]),
        ("truncate pt", &["pt", "pt1", "ptd"]),
        ("drop table pt1", &["pt", "pt1", "ptd"]),
        ("alter table o drop column p_id", &["o", "p"]),
        ("alter table o drop column code", &["o"]),
        ("alter table p alter id type bigint", &["o", "p", "pt"]),
        ("truncate p cascade", &["o", "p", "pt"]),
        ("lock table par", &["kid", "kin", "par"]),
        ("vacuum full p, o", &["o", "p"]),
        ("drop index ix", &["app.t", "ix"]),
        ("drop index app.ix", &["app.ix", "app.t"]),
    ] {
        let found = locked(setup, sql, LockMode::AccessExclusive);
        assert_eq!(found, wanted, "{sql}");
    }
    let rows = LockMode::RowExclusive;
    assert_eq!(
        locked(setup, "update par set v = 1", rows),
        ["kid", "kin", "par"]
    );
    assert_eq!(locked(setup, "delete from only par", rows), ["par"]);
    let share = LockMode::ShareRowExclusive;
    assert_eq!(
        locked(setup, "alter table pt detach partition pt1", share),
        ["p", "pt", "pt1", "ptd"]
    );
}

#[test]
fn what_a_statement_hides_is_judged() {
    for (sql, forms) in [
        ("explain analyze update o set a = 1", vec![Form::Update]),
        (
            "explain (analyze, buffers) delete from o",
            vec![Form::Delete],
        ),
        ("explain (analyze off) delete from o", vec![]),
        ("explain delete from o", vec![]),
        (
            "copy (delete from o returning *) to stdout",
            vec![Form::Delete],
        ),
        (
            "create table n as with d as (delete from o returning *) select * from d",
            vec![Form::CreateTableAs, Form::Delete],
        ),
        ("prepare x (int) as delete from o", vec![Form::Delete]),
        ("do 'begin delete from o; end'", vec![Form::Delete]),
        (
            "do $$ begin with d as (delete from o returning *) insert into h select * from d; end $$",
            vec![Form::Delete, Form::Insert],
        ),
    ] {
        let judged = judge(sql, &mut Catalog::new(None));
        let found: Vec<Form> = judged[0].parts.iter().map(|part| part.form).collect();
        assert_eq!(found, forms, "{sql}");
    }
}

#[test]
fn a_column_that_was_just_added_is_null_in_every_row() {
    for (sql, wanted) in [
        (
            "alter table o add n text; update o set n = '' where n is null",
            Form::Update,
        ),
        (
            "alter table o add n text; update o x set n = '' where x.n is null;",
            Form::Update,
        ),
        (
            "alter table o add n text default 'x'; update o set n = '' where n is null",
            Form::UpdateSome,
        ),
        (
            "alter table o add n text; update o set n = '' where n is null and id < 9",
            Form::UpdateSome,
        ),
        ("update o set n = '' where n is null", Form::UpdateSome),
    ] {
        let judged = judge(sql, &mut Catalog::new(None));
        let form = judged.last().map(|judged| judged.parts[0].form);
        assert_eq!(form, Some(wanted), "{sql}");
    }
}

#[test]
fn names_of_constraints_are_not_read_as_clauses() {
    let mut known = Catalog::new(None);
    let mut form = |sql: &str| judge(sql, &mut known)[0].parts[0].form;
    for (sql, wanted) in [
        (
            "alter table t alter constraint enforced deferrable",
            Form::AlterConstraint,
        ),
        (
            "alter table t alter constraint c not deferrable enforced",
            Form::EnforceConstraint,
        ),
        (
            "alter table t alter constraint c not enforced",
            Form::AlterConstraint,
        ),
        (
            "alter domain d add constraint valid check (value > 0)",
            Form::ChangeDomain,
        ),
        (
            "alter domain d add constraint c check (value > 0) not valid",
            Form::Other,
        ),
    ] {
        assert_eq!(form(sql), wanted, "{sql}");
    }
}
