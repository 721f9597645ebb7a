//! SQL that a database, as it was when it was asked, is sure to refuse or to skip. Only what runs forward, in its
//! order, is looked at: what takes something back runs in another state.

use super::passage::Home;
use super::text::Text;
use crate::plan::ddl::Live;
use crate::plan::draft::StepSpec;
use crate::plan::facts::Facts;
use crate::plan::problem::Problem;

/// Finds such statements in what `texts` run forward.
pub(super) fn check(texts: &[Text<'_>], facts: Option<&Facts>, out: &mut Vec<Problem>) {
    let Some(mut live) = facts.and_then(Live::of) else {
        return;
    };
    let forward = |text: &&Text<'_>| {
        let passage = text.passage;
        matches!(passage.home, Home::Phase(..)) && !passage.undo && text.runs()
    };
    for text in texts.iter().filter(forward) {
        let case = text
            .passage
            .spec
            .is_some_and(|spec: &StepSpec| spec.when.is_some());
        let pieces = text.sql();
        if case || !text.passage.label.is_empty() {
            // Nobody knows whether it is done.
            live.pass(!pieces.is_empty());
            continue;
        }
        for piece in &pieces {
            for sure in live.run(piece.text) {
                let (code, hint) = sure.outcome.words();
                let (severity, place) = (sure.outcome.severity(), piece.place(sure.range));
                out.push(text.finding(severity, code, place, sure.message, hint));
            }
            if piece.unseen {
                live.pass(true);
            }
        }
        let mut commands = text.script.commands.iter();
        if commands.any(|command| !KNOWN.contains(&command.program())) {
            live.pass(migrates(text));
        }
    }
}

/// Programs that make nothing in a database, or whose SQL is looked at.
const KNOWN: [&str; 12] = [
    "",
    "cat",
    "cd",
    "date",
    "echo",
    "export",
    "pg_dump",
    "pg_dumpall",
    "printf",
    "psql",
    "set",
    "sleep",
];

/// Whether a script, or what is read of it, speaks of migrations, or of files that a database reads.
fn migrates(text: &Text<'_>) -> bool {
    let words = [
        "migrat",
        "schema",
        ".sql",
        "flyway",
        "liquibase",
        "alembic",
        "restore",
        "seed",
    ];
    let body = text.body().to_ascii_lowercase();
    words
        .iter()
        .any(|word| body.contains(word) || text.words().contains(word))
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use crate::plan::facts::{ColumnFacts, Facts, IndexFacts, KeyFacts, TableFacts};
    use crate::plan::{Severity, open_with};

    /// A database with the table `orders`, a view on one of its columns, and a materialized view.
    fn shop() -> Facts {
        let column = |ty: &str| ColumnFacts {
            ty: ty.to_owned(),
            ..ColumnFacts::default()
        };
        let constraints =
            |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        let orders = TableFacts {
            constraints: constraints(&["orders_pkey", "orders_user_id_fkey"]),
            primary: Some("orders_pkey".to_owned()),
            keys: vec![KeyFacts {
                name: "orders_user_id_fkey".to_owned(),
                to: "users".to_owned(),
                on: "users_pkey".to_owned(),
                ..KeyFacts::default()
            }],
            invalid: ["broken_idx".to_owned()].into(),
            indexes: vec![IndexFacts {
                name: "orders_idx".to_owned(),
                columns: vec!["id".to_owned()],
                ..IndexFacts::default()
            }],
            columns: [("id", "integer"), ("note", "text"), ("amount", "numeric")]
                .map(|(name, ty)| (name.to_owned(), column(ty)))
                .into(),
            ..TableFacts::default()
        };
        let users = TableFacts {
            constraints: constraints(&["users_pkey"]),
            primary: Some("users_pkey".to_owned()),
            columns: [("id".to_owned(), column("integer"))].into(),
            ..TableFacts::default()
        };
        let names = ["orders", "users", "orders_idx", "broken_idx", "v", "mv"];
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Facts {
            tables: HashMap::from([("orders".to_owned(), orders), ("users".to_owned(), users)]),
            enums: HashMap::from([("state".to_owned(), set(&["open", "paid"]))]),
            schemas: Some(set(&["public", "shop"])),
            roles: Some(set(&["app"])),
            relations: Some(names.map(str::to_owned).into_iter().collect::<HashSet<_>>()),
            readers: HashMap::from([(
                ("orders".to_owned(), "note".to_owned()),
                vec!["v".to_owned()],
            )]),
            computed: HashMap::from([("mv".to_owned(), false)]),
            ..Facts::default()
        }
    }

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let opened = open_with("p.md", text.as_bytes(), Some(&shop()));
        let ours = ["sure-to-fail", "column-skipped", "invalid-index-skipped"];
        let problems = opened.problems.into_iter();
        let problems = problems.filter(|problem| ours.contains(&problem.code));
        let problems = problems.filter(|problem| problem.severity == Severity::Warning);
        problems
            .map(|problem| (problem.code, problem.message))
            .collect()
    }

    fn deploying(sql: &str) -> String {
        format!(
            "## Deployment\n\n```sql\n{sql};\n```\n\n## Rollback\n\n```sql\nalter table orders drop column later;\n```\n"
        )
    }

    #[test]
    fn what_the_database_refuses_is_told() {
        for sql in [
            "alter table nosuch add column a int",
            "alter table orders add column amount int",
            "alter table orders drop column nope",
            "alter table orders alter nope set not null",
            "alter table orders rename column nope to other",
            "alter table orders rename column amount to id",
            "alter table orders alter column note type varchar(100)",
            "alter table orders drop column note",
            "create table orders (id int)",
            "create index orders_idx on orders (id)",
            "create index on nosuch (id)",
            "drop index nosuch_idx",
            "drop table nosuch",
            "refresh materialized view concurrently mv",
            "drop table users",
            "drop table orders",
            "truncate users",
            "truncate table only users",
            "alter table orders drop constraint nope",
            "alter table users drop constraint users_pkey",
            "alter table orders add primary key (note)",
            "alter table orders add constraint orders_pkey unique (note)",
            "alter table orders add foreign key (id) references nosuch",
            "alter table orders add column a int references nosuch (id)",
            "create table lines (id int references nosuch)",
            "alter type state add value 'paid'",
            "insert into orders (id, nope) values (1, 2)",
            "insert into nosuch values (1)",
            "update orders set nope = 3",
            "update orders set (id, nope) = (1, 2)",
            "update orders set id = 3 where nope = 4",
            "delete from orders where id = 1 and nope = 3",
            "delete from nosuch",
            "alter table orders set schema nosuch",
            "create table nosuch.lines (id int)",
            "create schema shop",
            "grant select on orders to nobody_here",
            "alter table orders owner to nobody_here",
            "alter table orders rename to other; update orders set id = 3",
            "drop index orders_idx; drop index orders_idx",
            "insert into orders (note, nope) (select 1, 2)",
            "begin; update orders set id = 3; rollback; update orders set nope = 3",
        ] {
            let found = found(&deploying(sql));
            let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
            assert_eq!(codes, ["sure-to-fail"], "{sql}: {found:?}");
        }
        let skipped = found(&deploying(
            "alter table orders add column if not exists amount int",
        ));
        assert_eq!(skipped[0].0, "column-skipped");
        for (sql, code) in [
            (
                "create table if not exists orders (id int, extra text)",
                "column-skipped",
            ),
            (
                "create table if not exists orders (id int, note int)",
                "column-skipped",
            ),
            (
                "create index concurrently if not exists broken_idx on orders (id)",
                "invalid-index-skipped",
            ),
            (
                "create index if not exists orders_idx on orders (amount)",
                "column-skipped",
            ),
            (
                "create index if not exists orders_idx on users (id)",
                "column-skipped",
            ),
        ] {
            let found = found(&deploying(sql));
            assert_eq!(found.first().map(|found| found.0), Some(code), "{sql}");
        }
        for sql in [
            "create table if not exists orders (id int)",
            "alter table orders add column if not exists amount numeric",
            "create index if not exists orders_idx on orders (id)",
            "create index if not exists orders_idx on orders (lower(note))",
        ] {
            let opened = open_with("p.md", deploying(sql).as_bytes(), Some(&shop()));
            let mut told = opened
                .problems
                .iter()
                .filter(|p| p.code == "column-skipped");
            let told = told.next().map(|problem| problem.severity);
            assert_eq!(told, Some(Severity::Note), "{sql}");
        }
    }

    #[test]
    fn what_the_plan_makes_is_there_and_what_is_not_known_is_not_told() {
        for sql in [
            "create table fresh (id int); alter table fresh add column a int; create index on fresh (a)",
            "alter table orders add column a int, alter column a set not null",
            "alter table orders add column if not exists amount numeric",
            "alter table if exists nosuch add column a int",
            "drop index if exists nosuch_idx",
            "create table if not exists orders (id int)",
            "create temp table orders (id int)",
            "drop view v; alter table orders drop column note",
            "alter table orders drop column note cascade",
            "create unique index on mv (id); refresh materialized view concurrently mv",
            "alter table orders rename to old; create table orders (id int)",
            "drop view v; drop table orders; create table orders (id int)",
            "set search_path = other; alter table nosuch add column a int",
            "drop table orders, users cascade",
            "drop view v; drop table orders; drop table users; create table users (id int)",
            "truncate users, orders",
            "truncate users cascade",
            "truncate orders",
            "alter table orders drop constraint orders_user_id_fkey; truncate users; drop table users",
            "alter table orders drop constraint if exists nope",
            "alter table orders drop constraint orders_pkey, add primary key (id)",
            "alter table orders drop constraint orders_pkey; alter table orders add primary key (note)",
            "alter table orders add constraint mine check (id > 0); alter table orders drop constraint mine",
            "alter table orders add column parent int references orders",
            "alter table users drop constraint users_pkey cascade",
            "create table a (id int); create table b (id int references a)",
            "alter type state add value if not exists 'paid'",
            "alter type state add value 'sent'",
            "insert into orders (id, note) values (1, 'nope')",
            "insert into orders (select 1, 'x', 2)",
            "insert into orders (with x as (select 1) select * from x)",
            "insert into orders (values (1, 'x', 2))",
            "select * into backup from orders; update backup set note = 'x'",
            "create table copy (like orders); alter table copy add column a int; update copy set note = 'x'",
            "create table copy as table orders; alter table copy add column a int; update copy set note = 'x'",
            "create table child (a int) inherits (orders); update child set note = 'x'",
            "create temp table orders (a int); update orders set a = 1; drop table orders",
            "begin; alter table orders add column a int; rollback; alter table orders add column a int",
            "alter table orders drop column amount, add column amount int",
            "alter table orders drop column if exists user_id; truncate users",
            "alter table orders drop constraint orders_pkey; create index orders_idx2 on orders (id)",
            "alter table orders drop column amount; create index orders_idx on orders (id)",
            "alter table orders add column if not exists amount numeric, add column a int; update orders set a = 1",
            "create index on orders (note); drop index orders_note_idx",
            "update pg_catalog.pg_class set relname = relname where false",
            "update orders set id = 3 where localtimestamp > now()",
            "grant usage on schema public to app; revoke execute on all functions in schema public from app",
            "insert into orders values (1)",
            "update orders o set id = 3 where o.note = 'x' and current_date > '2026-01-01'",
            "update orders set id = 3 where ctid = '(0,1)'",
            "delete from orders where lower(note) = 'x' or id in (select id from users)",
            "delete from users using orders where users.id = orders.id and amount > 3",
            "create schema fresh; create table fresh.lines (id int)",
            "create role reporting; grant select on orders to reporting",
            "grant select on orders to app, public",
            "alter table orders owner to current_user",
            "create index if not exists orders_idx on orders (id)",
            "drop index broken_idx; create index if not exists broken_idx on orders (id)",
            "create table if not exists orders (id int, note text)",
            "do $$ begin execute 'create table nosuch ()'; end $$; alter table nosuch add column a int",
        ] {
            assert_eq!(found(&deploying(sql)), [], "{sql}");
        }
        let behind = |block: &str| {
            let sql = deploying("alter table nosuch add column a int");
            found(&sql.replace(
                "```sql\nalter table nosuch",
                &format!("```bash\n{block}\n```\n\n```sql\nalter table nosuch"),
            ))
        };
        assert_eq!(behind("npx prisma migrate deploy"), []);
        assert!(
            behind("./stop-app")[0]
                .1
                .ends_with("unless what runs before it changes that")
        );
        assert!(behind("echo ready")[0].1.ends_with("this fails"));
    }
}
