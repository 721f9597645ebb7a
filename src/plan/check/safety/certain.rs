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
                let (code, hint) = if sure.quiet {
                    (
                        "column-skipped",
                        "change the type with a statement of its own, or leave IF NOT EXISTS away to be told",
                    )
                } else {
                    (
                        "sure-to-fail",
                        "see what the database has now: the plan may have been run before, or is for another one",
                    )
                };
                out.push(text.warning(code, piece.place(sure.range), sure.message, hint));
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

    use crate::plan::facts::{ColumnFacts, Facts, TableFacts};
    use crate::plan::open_with;

    /// A database with the table `orders`, a view on one of its columns, and a materialized view.
    fn shop() -> Facts {
        let column = |ty: &str| ColumnFacts {
            ty: ty.to_owned(),
            required: false,
        };
        let orders = TableFacts {
            columns: [("id", "integer"), ("note", "text"), ("amount", "numeric")]
                .map(|(name, ty)| (name.to_owned(), column(ty)))
                .into(),
            ..TableFacts::default()
        };
        let names = ["orders", "orders_idx", "v", "mv"];
        Facts {
            tables: HashMap::from([("orders".to_owned(), orders)]),
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
        let ours = ["sure-to-fail", "column-skipped"];
        let problems = opened.problems.into_iter();
        let problems = problems.filter(|problem| ours.contains(&problem.code));
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
        ] {
            let found = found(&deploying(sql));
            let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
            assert_eq!(codes, ["sure-to-fail"], "{sql}: {found:?}");
        }
        let skipped = found(&deploying(
            "alter table orders add column if not exists amount int",
        ));
        assert_eq!(skipped[0].0, "column-skipped");
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
            "drop table orders; create table orders (id int)",
            "set search_path = other; alter table nosuch add column a int",
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
