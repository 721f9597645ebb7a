//! `gonogo check` beyond the plan itself: migrations beside it, a database, other programs' formats.

use serde_json::Value;

use crate::support::{Bench, postgres, text_of};

const PLAN: &str = "# Deploy\n\n## Deployment\n\n- [ ] Migrate\n\n  ```bash\n  npx --no prisma migrate deploy\n  ```\n\n## Rollback\n\n- [ ] Stop the shop\n";
const FIRST: &str = "create table orders (id int primary key, customer varchar(20));\ncreate index orders_customer on orders (customer);\n";
const SECOND: &str = "alter table orders add column points int;\n\ncreate index orders_points\n  on orders (points);\n";

/// A project with a runbook in `docs` and two migrations of Prisma.
fn project() -> Bench {
    let bench = Bench::new();
    for dir in [
        "docs",
        ".git",
        "prisma/migrations/1_first",
        "prisma/migrations/2_second",
    ] {
        std::fs::create_dir_all(bench.path(dir)).unwrap();
    }
    bench.write("docs/runbook.md", PLAN);
    bench.write("prisma/migrations/1_first/migration.sql", FIRST);
    bench.write("prisma/migrations/2_second/migration.sql", SECOND);
    bench
}

/// Nobody reads more than the beginning, and that is no fault of the program.
#[test]
fn a_report_that_is_not_read_to_its_end_is_no_fault() {
    let bench = Bench::new();
    let items = (0..5_000).map(|n| format!("- [ ] Carry box {n}\n"));
    bench.write(
        "go.md",
        &format!("# Go\n\n## Deployment\n\n{}", items.collect::<String>()),
    );
    for format in ["human", "json", "sarif", "github"] {
        let mut program = bench.program(&["check", "go.md", "--format", format]);
        // Nobody reads any of it.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program.stdout(writer).output().unwrap();
        let (code, text) = (output.status.code(), text_of(&output));
        assert!(matches!(code, Some(0 | 1)), "{format}: {code:?} {text}");
    }
}

fn checked(bench: &Bench, args: &[&str]) -> (Value, i32) {
    let output = bench.gonogo(&[&["check", "--format", "json"], args].concat());
    let json = serde_json::from_slice(&output.stdout);
    (
        json.unwrap_or_else(|_| panic!("{}", text_of(&output))),
        output.status.code().unwrap(),
    )
}

/// The problems in other files: file, line, code, severity. What waits without a limit has tests of its own.
fn elsewhere(json: &Value) -> Vec<(String, u64, String, String)> {
    let problems = json["problems"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    problems
        .filter(|problem| problem["file"].is_string() && problem["code"] != "no-lock-timeout")
        .map(|p| {
            (
                text(&p["file"]),
                p["line"].as_u64().unwrap(),
                text(&p["code"]),
                text(&p["severity"]),
            )
        })
        .collect()
}

#[test]
fn migrations_are_found_where_projects_keep_them() {
    let bench = project();
    let (json, code) = checked(&bench, &["docs/runbook.md"]);
    assert_eq!(code, 0);
    let wanted = |path: &str| {
        (
            format!("{path}/2_second/migration.sql"),
            3,
            "blocking-index".to_owned(),
            "warning".to_owned(),
        )
    };
    let found = elsewhere(&json);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .0
            .ends_with("prisma/migrations/2_second/migration.sql"),
        "{found:?}"
    );
    let (json, code) = checked(&bench, &["prisma/migrations"]);
    assert_eq!(
        (elsewhere(&json), code),
        (vec![wanted("prisma/migrations")], 0)
    );
    let (json, _) = checked(&bench, &["--migrations", "prisma/migrations"]);
    assert_eq!(elsewhere(&json), [wanted("prisma/migrations")]);
    let (json, _) = checked(&bench, &["prisma/migrations/2_second/migration.sql"]);
    assert_eq!(elsewhere(&json).len(), 1);
    let people = text_of(&bench.gonogo(&["check", "docs/runbook.md"]));
    assert!(people.contains("2_second/migration.sql:3:1"), "{people}");
    assert!(people.contains("CREATE INDEX CONCURRENTLY"), "{people}");
}

#[test]
fn other_programs_are_told_in_their_own_formats() {
    let bench = project();
    let output = bench.gonogo(&["check", "--format", "github", "docs/runbook.md"]);
    let text = text_of(&output);
    let line = text
        .lines()
        .find(|line| line.contains("blocking-index"))
        .unwrap();
    assert!(line.starts_with("::warning file="), "{line}");
    assert!(
        line.contains("prisma/migrations/2_second/migration.sql,line=3,"),
        "{line}"
    );
    let output = bench.gonogo(&[
        "check",
        "--format",
        "sarif",
        "docs/runbook.md",
        "prisma/migrations",
    ]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(
        results
            .iter()
            .filter(|r| r["ruleId"] == "blocking-index")
            .count(),
        2
    );
}

#[test]
fn a_database_tells_what_is_applied_how_large_and_in_whose_hands() {
    let bench = project();
    let url = postgres::database();
    let setup = "create table orders as select id, 'c' || id as customer from generate_series(1, 300000) as id; \
                 create table _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz); \
                 insert into _prisma_migrations values ('1_first', now(), null);";
    postgres::execute(&url, setup);
    postgres::execute(&url, "vacuum analyze orders");
    let (json, code) = checked(&bench, &["--database", &url, "docs/runbook.md"]);
    assert_eq!(code, 0);
    let found = elsewhere(&json);
    assert_eq!(found.len(), 1, "{found:?}");
    let problems = json["problems"].as_array().unwrap();
    let index = problems
        .iter()
        .find(|p| p["code"] == "blocking-index")
        .unwrap();
    let message = index["message"].as_str().unwrap();
    assert!(message.contains("it reads all of `orders`, 1"), "{message}");
    assert!(
        message.contains(" MB: ") && message.contains("under SHARE, which blocks writes"),
        "{message}"
    );
    postgres::execute(
        &url,
        "insert into _prisma_migrations values ('2_second', now(), null)",
    );
    let (json, _) = checked(&bench, &["--database", &url, "docs/runbook.md"]);
    assert_eq!(elsewhere(&json), []);
    let output = bench.gonogo(&[
        "check",
        "--database",
        "postgres://nobody@127.0.0.1:1/x",
        "docs/runbook.md",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text_of(&output).contains("failed to ask the database"),
        "{}",
        text_of(&output)
    );
}

#[test]
fn a_terminal_is_told_nothing_by_a_plan() {
    let bench = Bench::new();
    bench.write(
        "go.md",
        "# Go \u{1b}[2J\n## Deploy \u{1b}[31mred\n- [ ] x \u{1b}]0;mine\u{7}\n```bash {\"name\":\"a\u{1b}[5m\n./x.sh \u{1b}[0m\n```\n",
    );
    for args in [
        &["check", "go.md"][..],
        &["check", "--format", "github", "go.md"],
        &["check", "no\u{1b}[31m.md"],
    ] {
        let text = text_of(&bench.gonogo(args));
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{args:?}: {text:?}");
    }
    assert!(text_of(&bench.gonogo(&["check", "go.md"])).contains("␛[31mred"));
}

#[test]
fn a_database_tells_what_its_tables_are_made_of() {
    let bench = Bench::new();
    let url = postgres::database();
    let setup = "create domain posint as int check (value > 0); \
                 create table orders (id int, customer varchar(50), unique (id)); \
                 insert into orders select id, 'c' || id from generate_series(1, 300000) as id; \
                 create schema shop; create table shop.carts (id int); \
                 create table parts (id int) partition by list (id); \
                 create table rest partition of parts default; \
                 insert into rest select 5 from generate_series(1, 300000); \
                 insert into shop.carts select 5 from generate_series(1, 300000); \
                 create table people (age int, name varchar(10) check (name <> ''), code varchar(5)); \
                 alter table people add constraint grown check (age is not null); \
                 insert into people select id, 'x', 'y' from generate_series(1, 300000) as id; \
                 create index on people (lower(code)); \
                 create table folk (v int); create table kin () inherits (folk); \
                 insert into kin select 5 from generate_series(1, 300000); \
                 create domain shop.apos as int check (value > 0); \
                 create table shop.small (id int); \
                 create unique index twin on shop.small (id); create unique index twin on orders (id); \
                 alter table rest add constraint no2 check (id <> 2);";
    postgres::execute(&url, setup);
    postgres::execute(&url, "vacuum analyze");
    let found = |sql: &str| -> Vec<String> {
        bench.write("a.sql", sql);
        let (json, _) = checked(&bench, &["--database", &url, "a.sql"]);
        let found = elsewhere(&json);
        found.into_iter().map(|(_, _, code, _)| code).collect()
    };
    for (sql, codes) in [
        (
            "alter table orders alter column customer type text;",
            &[][..],
        ),
        (
            "alter table orders alter column customer type varchar(20);",
            &["table-rewrite"],
        ),
        (
            "alter table orders add column points posint;",
            &["table-rewrite"],
        ),
        (
            "alter table orders add primary key using index orders_id_key;",
            &["blocking-scan"],
        ),
        (
            "create table one partition of parts for values in (1);",
            &["blocking-scan"],
        ),
        (
            "create table two partition of parts for values in (2);",
            &[],
        ),
        (
            "alter table people alter name type text;",
            &["blocking-scan"],
        ),
        (
            "alter table people alter code type text;",
            &["blocking-scan"],
        ),
        ("alter table people alter age set not null;", &[]),
        ("update folk set v = 1;", &["whole-table-write"]),
        ("update only folk set v = 1;", &[]),
        (
            "alter table orders add column z shop.apos;",
            &["table-rewrite"],
        ),
        (
            "alter table shop.small add primary key using index twin;",
            &["blocking-scan"],
        ),
        (
            "create unique index if not exists twin on orders (id);",
            &["column-skipped"],
        ),
        (
            "alter table shop.carts alter column id type bigint;",
            &["table-rewrite"],
        ),
        (
            "alter table nope alter column id type bigint;",
            &["sure-to-fail", "table-rewrite"],
        ),
    ] {
        assert_eq!(found(sql), codes, "{sql}");
    }
}

/// What is called sure to fail a server refuses, and what is called skipped it skips.
#[test]
fn what_is_sure_to_fail_fails() {
    let bench = Bench::new();
    let url = postgres::database();
    let setup = "create type state as enum ('open', 'paid'); \
                 create table users (id int primary key, name text); \
                 create table orders (id int primary key, user_id int references users, note text); \
                 create view seen as select note from orders; \
                 create table \"Ärger\" (id int, \"ÄÖ\" int); \
                 insert into users values (1, 'a'); insert into orders values (1, 1, 'x'), (2, 1, 'x');";
    postgres::execute(&url, setup);
    let long = "l".repeat(70);
    postgres::execute(&url, &format!("create table {long} (id int)"));
    // A unique index that fails is left behind invalid.
    let failing = "create unique index concurrently broken on orders (note)";
    assert!(postgres::attempt(&url, failing).is_err());
    let found = |name: &str, text: &str| -> Vec<String> {
        bench.write(name, text);
        let (json, _) = checked(&bench, &["--database", &url, name]);
        let problems = json["problems"].as_array().unwrap().iter();
        let problems = problems.filter(|problem| problem["severity"] == "warning");
        problems
            .map(|problem| problem["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let both = |sql: &str, code: &str| {
        let runbook = format!("## Deployment\n\n```sql\n{sql};\n```\n\n## Rollback\n\n- [ ] x\n");
        for (name, text) in [("a.md", runbook), ("a.sql", format!("{sql};\n"))] {
            let told = found(name, &text).iter().any(|found| found == code);
            assert!(told, "{name}: {sql}");
        }
    };
    for sql in [
        "alter table orders add column note int",
        "alter table orders drop column note",
        "alter table orders drop column nope",
        "alter table orders drop constraint nope",
        "alter table users drop constraint users_pkey",
        "alter table orders add primary key (note)",
        "alter table orders add foreign key (user_id) references nosuch",
        "alter table orders set schema nosuch",
        "alter table orders owner to nobody_here",
        "alter type state add value 'paid'",
        "create table orders (id int)",
        "create table nosuch.orders (id int)",
        "create schema public",
        "drop table users",
        "drop table orders",
        "drop table nosuch",
        "drop index nosuch",
        "truncate users",
        "insert into orders (id, nope) values (3, 4)",
        "update orders set nope = 3",
        "update orders set note = 'y' where nope = 3",
        "delete from orders where nope = 3",
        "grant select on orders to nobody_here",
    ] {
        both(sql, "sure-to-fail");
        assert!(postgres::attempt(&url, sql).is_err(), "{sql}");
    }
    for (sql, code) in [
        (
            "alter table orders add column if not exists note int",
            "column-skipped",
        ),
        (
            "create table if not exists users (id int, extra text)",
            "column-skipped",
        ),
        (
            "create index concurrently if not exists broken on orders (id)",
            "invalid-index-skipped",
        ),
    ] {
        both(sql, code);
        assert!(postgres::attempt(&url, sql).is_ok(), "{sql}");
    }
    for sql in [
        "truncate users, orders",
        "drop view seen; drop table orders, users",
        "alter table users drop constraint users_pkey cascade",
        "alter table orders drop constraint orders_user_id_fkey; drop table users",
        "alter type state add value 'sent'",
        "insert into orders (id, note) values (3, 'nope')",
        "update orders o set note = 'y' where o.id = 3 and current_date > '2000-01-01'",
        "create schema fresh; create table fresh.orders (id int references users)",
        "drop index broken; create index if not exists broken on orders (id)",
        "create table if not exists users (id int, name text)",
        &format!("alter table {long} add note text"),
        "alter table Ärger drop column ÄÖ",
    ] {
        let found = found("a.sql", &format!("{sql};\n"));
        assert!(
            !found.iter().any(|code| code == "sure-to-fail"),
            "{sql}: {found:?}"
        );
        let undone = format!("begin; {sql}; rollback");
        assert!(postgres::attempt(&url, &undone).is_ok(), "{sql}");
    }
    let cascades = "truncate users cascade;";
    bench.write("a.sql", cascades);
    let text = text_of(&bench.gonogo(&["check", "--database", &url, "a.sql"]));
    assert!(text.contains("CASCADE empties `orders` as well"), "{text}");
}

#[test]
fn what_a_server_takes_in_no_transaction_or_can_not_read_is_told() {
    let bench = Bench::new();
    let url = postgres::database();
    postgres::execute(&url, "create table orders (id int, note text)");
    let both = |sql: &str, code: &str| {
        let runbook = format!("## Deployment\n\n```sql\n{sql};\n```\n\n## Rollback\n\n- [ ] x\n");
        for (name, text) in [("a.md", runbook), ("a.sql", format!("{sql};\n"))] {
            bench.write(name, &text);
            let (json, _) = checked(&bench, &["--database", &url, name]);
            let mut problems = json["problems"].as_array().unwrap().iter();
            assert!(
                problems.any(|problem| problem["code"] == code),
                "{name}: {sql}"
            );
        }
    };
    for sql in [
        "vacuum orders",
        "create database another",
        "alter system reset work_mem",
        "reindex (verbose) schema public",
        "do $$ begin create index concurrently on orders (id); end $$",
    ] {
        let whole = format!("begin; {sql}; commit");
        both(&whole, "not-in-transaction");
        assert!(postgres::attempt(&url, &whole).is_err(), "{sql}");
    }
    for sql in [
        "select count(* from orders",
        "insert into orders (id, note values (3, 'x')",
        "select id, from orders",
        "select id from orders where id = 1 and",
    ] {
        both(sql, "sql-syntax");
        assert!(postgres::attempt(&url, sql).is_err(), "{sql}");
    }
}

#[test]
fn migrations_that_nobody_can_look_at_are_named() {
    let bench = Bench::new();
    let plan = |command: &str| {
        format!(
            "# Go\n\n## Deployment\n\n- [ ] Migrate\n\n  ```bash\n  {command}\n  ```\n\n## Rollback\n\n- [ ] Stop the shop\n"
        )
    };
    let unread = |command: &str| -> Option<String> {
        bench.write("go.md", &plan(command));
        let (json, _) = checked(&bench, &["go.md"]);
        let problems = json["problems"].as_array().unwrap();
        let found = problems.iter().find(|p| p["code"] == "unread-migrations");
        found.map(|problem| problem["message"].as_str().unwrap().to_owned())
    };
    assert!(
        unread("sqlx migrate run --source db/mig")
            .unwrap()
            .contains("`db/mig`")
    );
    assert!(
        unread("bin/rails db:migrate")
            .unwrap()
            .contains("`rails db:migrate`")
    );
    assert!(unread("python manage.py migrate").is_some());
    assert_eq!(unread("bin/rails db:version"), None);
    std::fs::create_dir_all(bench.path("db/mig")).unwrap();
    bench.write("db/mig/20240101000000_a.sql", "create table a (i int);\n");
    assert_eq!(unread("sqlx migrate run --source db/mig"), None);

    std::fs::create_dir_all(bench.path("scripts")).unwrap();
    bench.write(
        "scripts/grow.sh",
        "psql shop <<'EOF'\nalter table a add b int;\nEOF\n",
    );
    bench.write("scripts/look.sh", "psql shop -c 'select count(*) from a'\n");
    for command in [
        "./scripts/grow.sh",
        "bash scripts/grow.sh now",
        ". scripts/grow.sh",
    ] {
        let told = unread(command).unwrap();
        assert!(told.contains("scripts/grow.sh"), "{told}");
    }
    for command in [
        "./scripts/look.sh",
        "./scripts/none.sh",
        "ssh db scripts/grow.sh",
    ] {
        assert_eq!(unread(command), None, "{command}");
    }
}

#[test]
fn tens_of_thousands_of_problems_are_all_told() {
    const MANY: usize = 20_000;
    let bench = Bench::new();
    let told = |name: &str, code: &str| {
        let output = bench.gonogo(&["check", name]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.matches(&format!("[{code}]: ")).count()
    };
    let numbered = |piece: fn(usize) -> String| (0..MANY).map(piece).collect::<String>();
    let head = "# Up\n## Deployment\n";
    let blocks = numbered(|n| format!("```sql database=d{n}\nselect {n};\n```\n"));
    bench.write("blocks.md", &format!("{head}{blocks}"));
    assert_eq!(told("blocks.md", "unknown-database"), MANY);
    let holes = numbered(|n| format!("- [ ] Step {n}\n  ```sh\n  deploy <tag-{n}>\n  ```\n"));
    bench.write("holes.md", &format!("{head}{holes}"));
    assert_eq!(told("holes.md", "placeholder"), MANY);
    let head = "title = 'x'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n";
    let steps = numbered(|n| {
        format!(
            "[[phase.step]]\ntitle = 's'\nshell = 'true'\nid = 's{n}'\nwhen = 'v{n} == 1 and step.x{n} == passed'\n"
        )
    });
    bench.write("conditions.toml", &format!("{head}{steps}"));
    assert_eq!(told("conditions.toml", "unknown-variable"), MANY);
    assert_eq!(told("conditions.toml", "unknown-step"), MANY);
}

#[test]
fn a_folder_is_its_plans_and_its_files_of_sql() {
    let bench = Bench::new();
    let deploy = |script: &str| {
        format!(
            "# Go\n\n## Deployment\n\n- [ ] Go\n\n```bash\n{script}\n```\n\n## Rollback\n\n- [ ] Back\n"
        )
    };
    for dir in ["plans/deep", "plans/.hidden", "empty"] {
        std::fs::create_dir_all(bench.path(dir)).unwrap();
    }
    bench.write("plans/README.md", "# Our plans\n\nRead them.\n");
    bench.write("plans/go.md", &deploy("curl http://shop"));
    bench.write("plans/deep/more.md", &deploy("true"));
    bench.write("plans/.hidden/not.md", &deploy("true"));
    bench.write("plans/Cargo.toml", "[package]\nname = 'x'\n");
    bench.write(
        "plans/all.toml",
        "title = 'All'\ninclude = 'part.toml'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nshell = 'true'\n",
    );
    bench.write(
        "plans/part.toml",
        "title = 'Part'\n[[phase]]\nname = 'c'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'd'\nshell = 'true'\n",
    );
    bench.write("empty/README.md", "Nothing.\n");
    let files = |args: &[&str]| {
        let output = bench.gonogo(&[&["check", "--format", "json"], args].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let names = text.lines().map(|line| {
            let report: Value = serde_json::from_str(line).unwrap();
            report["file"].as_str().unwrap().to_owned()
        });
        (names.collect::<Vec<_>>(), output.status.code().unwrap())
    };
    let plans = ["plans/all.toml", "plans/deep/more.md", "plans/go.md"];
    assert_eq!(files(&["plans"]), (plans.map(str::to_owned).to_vec(), 0));
    bench.write("plans/a.sql", "select 1;\n");
    let with_sql = [&plans[..], &["plans"]].concat();
    assert_eq!(files(&["plans"]).0, with_sql);
    assert!(text_of(&bench.gonogo(&["check", "plans"])).contains("curl-hides-errors"));
    // A plan that can't be run is an error, wherever it was found.
    bench.write("plans/broken.toml", "[[phase]]\nname = = 1\n");
    assert_eq!(files(&["plans"]).1, 2);
    let nothing = bench.gonogo(&["check", "empty"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text_of(&nothing).contains("empty is a directory without a plan"));
}

#[test]
fn programs_are_told_of_what_can_not_be_read() {
    let bench = Bench::new();
    bench.write("go.md", PLAN);
    let told = |format: &str| {
        let output = bench.gonogo(&["check", "--format", format, "go.md", "missing.md"]);
        assert_eq!(output.status.code(), Some(2), "{format}");
        String::from_utf8(output.stdout).unwrap()
    };
    let json = told("json");
    let last: Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["file"], &last["ok"]),
        (&"missing.md".into(), &false.into())
    );
    assert_eq!(last["problems"][0]["code"], "unreadable");
    let github = told("github");
    let line = github.lines().last().unwrap();
    assert!(line.starts_with("::error file=missing.md,line=1"), "{line}");
    let sarif: Value = serde_json::from_str(&told("sarif")).unwrap();
    let call = &sarif["runs"][0]["invocations"][0];
    assert_eq!(call["executionSuccessful"], false);
    assert_eq!(
        call["toolExecutionNotifications"].as_array().unwrap().len(),
        1
    );
    assert!(!told("human").contains("missing.md"));
}

#[test]
fn a_database_may_be_named_by_a_service() {
    let bench = Bench::new();
    let url = postgres::database();
    let parameters = reqwest::Url::parse(&url).unwrap();
    let mut lines = format!(
        "[other]\nhost=nowhere.invalid\n[shop]\ndbname={}\n",
        &parameters.path()[1..]
    );
    for (name, value) in parameters.query_pairs() {
        lines.push_str(&format!("{name}={value}\n"));
    }
    let file = bench.write("services", &lines);
    bench.write("a.sql", "alter table nope add column a int;");
    let told = |url: &str, environment: &[(&str, &str)]| {
        let mut program = bench.program(&["check", "--format", "json", "--database", url, "a.sql"]);
        let environment = environment.iter().copied();
        let output = program
            .envs(environment)
            .env("PGSERVICEFILE", &file)
            .output();
        text_of(&output.unwrap())
    };
    for (url, environment) in [
        ("postgres:///?service=shop", &[][..]),
        ("postgres://", &[("PGSERVICE", "shop")]),
        (&url, &[("PGSERVICE", "other")]),
    ] {
        let text = told(url, environment);
        assert!(text.contains("sure-to-fail"), "{url}: {text}");
    }
    let text = told("postgres:///?service=none", &[]);
    assert!(text.contains("no service `none` is in"), "{text}");
}
