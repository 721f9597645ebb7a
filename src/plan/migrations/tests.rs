use super::*;
use crate::plan::check::NO_LOCK_TIMEOUT;
use crate::plan::{Facts, Opened, Severity, TableFacts, open};

fn folder(tool: Tool, files: &[(&str, &str)]) -> Folder {
    let files = files.iter().map(|(path, text)| Raw {
        path: (*path).to_owned(),
        label: (*path).to_owned(),
        source: Source::new(*path, *text),
        digest: crate::plan::sha256(text.as_bytes()),
        exact: crate::plan::sha256(text.as_bytes()),
        whole: false,
    });
    Folder::new(tool, files.collect())
}

/// The problems in the files: file, line, code. What waits without a limit has tests of its own.
fn found(opened: &Opened) -> Vec<(&str, usize, &'static str)> {
    let mut found = all(opened);
    found.retain(|(.., code)| *code != NO_LOCK_TIMEOUT);
    found
}

fn all(opened: &Opened) -> Vec<(&str, usize, &'static str)> {
    let problems = opened.problems.iter().filter_map(|problem| {
        let source = &opened.files[problem.file?];
        Some((source.name(), source.line(problem.span.start), problem.code))
    });
    problems.collect()
}

#[test]
fn the_newest_migration_that_waits_without_a_limit_stands_for_all() {
    let told = |files: &[(&str, &str)]| {
        let opened = alone("m", folder(Tool::Sqlx, files), None);
        let problem = opened.problems.iter().find(|p| p.code == NO_LOCK_TIMEOUT);
        let place = all(&opened)
            .first()
            .map(|(file, line, _)| format!("{file}:{line}"));
        problem.map(|problem| (place.unwrap_or_default(), problem.message.clone()))
    };
    let old = (
        "1_a.sql",
        "alter table a add b int;\nalter table a add c int;",
    );
    let (place, words) = told(&[old, ("2_b.sql", "select 1;\nalter table a add d int;")]).unwrap();
    assert_eq!(place, "2_b.sql:2");
    assert!(
        words.ends_with("waits behind it; so do 2 other statements"),
        "{words}"
    );
    let limited = "set local lock_timeout = '2s';\nalter table a add d int;";
    let (place, words) = told(&[
        ("1_a.sql", "alter table a add b int;"),
        ("2_b.sql", limited),
    ])
    .unwrap();
    assert_eq!(place, "1_a.sql:1");
    assert!(words.ends_with("waits behind it"), "{words}");
    assert_eq!(told(&[("2_b.sql", limited)]), None);
    // A table that nobody uses yet.
    assert_eq!(
        told(&[(
            "1_a.sql",
            "create table a (b int); alter table a add c int;"
        )]),
        None
    );
}

#[test]
fn a_plan_that_limits_how_long_is_waited_may_do_it_for_its_migrations() {
    let told = |script: &str| {
        let text = format!("# R\n\n## Deploy\n\n```bash\n{script}\n```\n");
        let mut opened = open("p.md", text.as_bytes());
        let files = [("1_a.sql", "alter table a drop column b;")];
        review(&mut opened, vec![folder(Tool::Sqlx, &files)], None);
        opened.problems.iter().any(|p| p.code == NO_LOCK_TIMEOUT)
    };
    assert!(told("sqlx migrate run"));
    assert!(!told("PGOPTIONS='-c lock_timeout=2s' sqlx migrate run"));
}

#[test]
fn files_are_applied_in_the_order_of_their_tool() {
    let names = |tool, paths: &[&str]| -> Vec<String> {
        let files: Vec<_> = paths.iter().map(|path| (*path, "select 1")).collect();
        folder(tool, &files)
            .files
            .into_iter()
            .map(|file| file.name)
            .collect()
    };
    assert_eq!(
        names(
            Tool::Flyway,
            &["V10__c.sql", "V2__b.sql", "V1_1__a.sql", "U2__b.sql"]
        ),
        ["1.1", "2", "10"]
    );
    assert_eq!(
        names(
            Tool::Prisma,
            &[
                "20240102_b/migration.sql",
                "20240101_a/migration.sql",
                "20240101_a/notes.sql"
            ]
        ),
        ["20240101_a", "20240102_b"]
    );
    assert_eq!(
        names(
            Tool::Sqlx,
            &["20240102000000_b.up.sql", "20240102000000_b.down.sql"]
        ),
        ["20240102000000"]
    );
    assert_eq!(
        names(
            Tool::Diesel,
            &["2024-01-02-000000_b/up.sql", "2024-01-02-000000_b/down.sql"]
        ),
        ["20240102000000"]
    );
    assert_eq!(
        names(
            Tool::Migrate,
            &["000010_b.up.sql", "9_a.up.sql", "9_a.down.sql"]
        ),
        ["9", "10"]
    );
}

#[test]
fn tools_are_told_by_their_files() {
    for (path, text, tool) in [
        ("20240101_a/migration.sql", "", Tool::Prisma),
        ("V1__a.sql", "", Tool::Flyway),
        ("20240101000000_a.sql", "", Tool::Sqlx),
        ("20240101000000_a.sql", "-- migrate:up\n", Tool::Dbmate),
        ("00001_a.sql", "-- +goose Up\n", Tool::Goose),
        ("1_a.up.sql", "", Tool::Migrate),
        ("2024-01-01_a/up.sql", "", Tool::Diesel),
        ("a.sql", "", Tool::Plain),
    ] {
        assert_eq!(Tool::of(path, text), tool, "{path}");
    }
}

#[test]
fn later_files_know_what_earlier_ones_made() {
    let files = [
        (
            "1/migration.sql",
            "create table a (id int primary key, n varchar(10));\ncreate index i on a (n);",
        ),
        (
            "2/migration.sql",
            "alter table a\n  alter column n type varchar(20);",
        ),
        (
            "3/migration.sql",
            "-- wider\nalter table a alter column id type bigint;\n\ncreate index j on a (n);",
        ),
    ];
    let opened = alone("prisma/migrations", folder(Tool::Prisma, &files), None);
    let wanted = [
        ("3/migration.sql", 2, "table-rewrite"),
        ("3/migration.sql", 4, "blocking-index"),
    ];
    assert_eq!(found(&opened), wanted);
}

#[test]
fn what_a_generator_writes_for_new_tables_is_left_alone() {
    let files = [
        (
            "1/migration.sql",
            "CREATE TABLE \"User\" (\"id\" TEXT NOT NULL, CONSTRAINT \"User_pkey\" PRIMARY KEY (\"id\"));",
        ),
        (
            "2/migration.sql",
            "CREATE TABLE \"Post\" (\"id\" TEXT NOT NULL, \"userId\" TEXT);\nCREATE UNIQUE INDEX \"Post_key\" ON \"Post\"(\"userId\");\nALTER TABLE \"Post\" ADD CONSTRAINT \"Post_userId_fkey\" FOREIGN KEY (\"userId\") REFERENCES \"User\"(\"id\");\nALTER TABLE \"User\" ADD COLUMN \"n\" INTEGER NOT NULL DEFAULT 0;",
        ),
    ];
    assert_eq!(found(&alone("m", folder(Tool::Prisma, &files), None)), []);
}

#[test]
fn what_takes_a_migration_back_is_left_alone() {
    let text = "-- migrate:up\nalter table a add column b int;\n-- migrate:down\nalter table a drop column b;\n";
    assert_eq!(
        found(&alone(
            "m",
            folder(Tool::Dbmate, &[("1_a.sql", text)]),
            None
        )),
        []
    );
    let text = "-- migrate:up\nalter table a drop column b;\n-- migrate:down\n";
    assert_eq!(
        found(&alone(
            "m",
            folder(Tool::Dbmate, &[("1_a.sql", text)]),
            None
        ))
        .len(),
        1
    );
}

#[test]
fn each_tool_has_its_own_transactions() {
    let index = "create index concurrently i on a (b);";
    let more = &format!("{index}\nselect 1;");
    let refused = |tool, path, text: &str| {
        !found(&alone("m", folder(tool, &[(path, text)]), None)).is_empty()
    };
    assert!(!refused(Tool::Prisma, "1/migration.sql", index));
    assert!(refused(Tool::Prisma, "1/migration.sql", more));
    assert!(refused(Tool::Sqlx, "20240101000000_a.sql", index));
    assert!(!refused(
        Tool::Sqlx,
        "20240101000000_a.sql",
        &format!("-- no-transaction\n{index}")
    ));
    assert!(refused(
        Tool::Dbmate,
        "1_a.sql",
        &format!("-- migrate:up\n{index}")
    ));
    assert!(!refused(
        Tool::Dbmate,
        "1_a.sql",
        &format!("-- migrate:up transaction:false\n{index}")
    ));
    assert!(!refused(Tool::Plain, "a.sql", more));
    // Both send what has no transaction in one message, which the server takes for one.
    assert!(refused(
        Tool::Sqlx,
        "20240101000000_a.sql",
        &format!("-- no-transaction\n{more}")
    ));
    assert!(refused(
        Tool::Dbmate,
        "1_a.sql",
        &format!("-- migrate:up transaction:false\n{more}")
    ));
}

#[test]
fn diesel_is_told_beside_a_migration_to_use_no_transaction() {
    let index = "create index concurrently i on a (b);";
    let refused = |settings: &str, sql: &str| {
        let files = [("1_a/up.sql", sql), ("1_a/metadata.toml", settings)];
        let more = [("2_b/up.sql", "select 1")];
        !found(&alone(
            "m",
            folder(Tool::Diesel, &[&files[..], &more].concat()),
            None,
        ))
        .is_empty()
    };
    assert!(refused("", index));
    assert!(refused("run_in_transaction = true", index));
    assert!(!refused("run_in_transaction = false\n", index));
    assert!(refused(
        "run_in_transaction = false",
        &format!("{index}\n{index}")
    ));
}

#[test]
fn a_word_in_a_name_does_not_make_a_way_back() {
    let dropping = "alter table a drop column b";
    for (tool, path, forward) in [
        (Tool::Flyway, "V2__add_rollback_reason.sql", true),
        (Tool::Flyway, "V3__note_rollback.sql", true),
        (Tool::Plain, "003_rollback_log.sql", true),
        (Tool::Plain, "003_scrollback.sql", true),
        (Tool::Plain, "003_a.rollback.sql", false),
        (Tool::Plain, "003_a_Rollback.SQL", false),
        (Tool::Plain, "rollback.sql", false),
    ] {
        let folder = folder(tool, &[(path, dropping)]);
        assert_eq!(
            !found(&alone("m", folder, None)).is_empty(),
            forward,
            "{path}"
        );
    }
}

#[test]
fn a_database_tells_what_is_applied_and_how_large_tables_are() {
    let files = [
        ("1/migration.sql", "create table a (id int);"),
        (
            "2/migration.sql",
            "alter table a alter column id type bigint;",
        ),
        (
            "3/migration.sql",
            "alter table orders alter column id type bigint;\nalter table small add constraint c check (x > 0);\nalter table gone alter column id type bigint;",
        ),
    ];
    let table = |bytes| TableFacts {
        bytes: Some(bytes),
        ..TableFacts::default()
    };
    let facts = Facts {
        server: Some(16),
        tables: [
            ("orders".to_owned(), table(41 << 30)),
            ("small".to_owned(), table(8192)),
        ]
        .into(),
        applied: Some(["1".to_owned(), "2".to_owned()].into()),
        ..Facts::default()
    };
    let opened = alone("m", folder(Tool::Prisma, &files), Some(&facts));
    let codes: Vec<_> = opened
        .problems
        .iter()
        .map(|p| (p.severity, p.code))
        .collect();
    assert_eq!(
        codes,
        [
            (Severity::Warning, "table-rewrite"),
            (Severity::Note, "blocking-scan"),
            (Severity::Warning, "table-rewrite"),
            // What is locked first is locked until the last one is through.
            (Severity::Warning, "lock-held-long"),
            (Severity::Note, NO_LOCK_TIMEOUT),
        ]
    );
    assert!(
        opened.problems[0]
            .message
            .contains("`orders`, 41 GB: minutes under ACCESS EXCLUSIVE"),
        "{}",
        opened.problems[0].message
    );
    let lost = &opened.problems[2].message;
    assert!(
        lost.contains("`gone` (not found in the database)"),
        "{lost}"
    );
}

#[test]
fn a_plan_tells_which_migrations_it_applies() {
    let plan = |script: &str| {
        let text = format!(
            "title = 'x'\nmigrations = ['db/own']\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\ncwd = 'shop'\nshell = '{script}'\n"
        );
        let found = wanted(&open("p.toml", text.as_bytes()).plan.unwrap());
        let found = found.into_iter().skip(1).map(|want| want.wanted);
        found.collect::<Vec<_>>()
    };
    let tool = |tool, call: &str, folder: Option<&str>, cwd: &str| {
        vec![Wanted::Tool {
            tool,
            call: call.to_owned(),
            folder: folder.map(str::to_owned),
            cwd: Some(cwd.to_owned()),
        }]
    };
    let file = |path: &str, cwd: &str| Wanted::File {
        path: path.to_owned(),
        cwd: Some(cwd.to_owned()),
        whole: false,
    };
    assert_eq!(
        plan("npx --no prisma migrate deploy"),
        tool(Tool::Prisma, "prisma migrate deploy", None, "shop")
    );
    assert_eq!(
        plan("cd api && pnpm exec prisma migrate deploy --schema=db/schema.prisma"),
        tool(
            Tool::Prisma,
            "prisma migrate deploy",
            Some("db/migrations"),
            "shop/api"
        )
    );
    assert_eq!(
        plan("sqlx migrate run --source sql"),
        tool(Tool::Sqlx, "sqlx migrate run", Some("sql"), "shop")
    );
    assert_eq!(
        plan("docker compose run --rm m migrate -path /m -database x up"),
        tool(Tool::Migrate, "migrate migrate", Some("/m"), "shop")
    );
    assert_eq!(
        plan("flyway -locations=filesystem:sql migrate"),
        tool(Tool::Flyway, "flyway migrate", Some("sql"), "shop")
    );
    assert_eq!(
        plan("psql -v ON_ERROR_STOP=1 -f fix.sql"),
        [file("fix.sql", "shop")]
    );
    assert_eq!(plan("npx --no prisma migrate status"), []);
    for (script, of, call, folder) in [
        (
            "bin/rails db:migrate",
            Tool::Rails,
            "rails db:migrate",
            None,
        ),
        (
            "python manage.py migrate",
            Tool::Django,
            "manage.py migrate",
            None,
        ),
        (
            "alembic -c db/a.ini upgrade head",
            Tool::Alembic,
            "alembic upgrade",
            Some("db/a.ini"),
        ),
        (
            "php artisan migrate --force",
            Tool::Laravel,
            "artisan migrate",
            None,
        ),
        (
            "knex migrate:latest --knexfile=db/knexfile.js",
            Tool::Knex,
            "knex migrate:latest",
            Some("db/migrations"),
        ),
        (
            "liquibase --changelog-file=db/log/all.xml update",
            Tool::Liquibase,
            "liquibase update",
            Some("db/log"),
        ),
    ] {
        assert_eq!(plan(script), tool(of, call, folder, "shop"), "{script}");
    }
    assert_eq!(
        plan("sqitch deploy"),
        [Wanted::Other("sqitch deploy".to_owned())]
    );
    assert_eq!(plan("rails db:migrate:status"), []);
}

/// What the step of a runbook applies that runs `script`; what other scripts do stands in these.
fn applied(script: &str) -> Vec<Wanted> {
    let mut found = all_applied(script);
    found.retain(|wanted| !matches!(wanted, Wanted::Script { .. }));
    found
}

fn all_applied(script: &str) -> Vec<Wanted> {
    let text = format!("# P\n## Deploy\n- [ ] x\n\n```bash\n{script}\n```\n");
    let found = wanted(&open("p.md", text.as_bytes()).plan.unwrap());
    found.into_iter().map(|want| want.wanted).collect()
}

/// The files of SQL among that, with the directory before each, and a `!` where it is a transaction.
fn files_of(script: &str) -> Vec<String> {
    let found = applied(script).into_iter().map(|wanted| match wanted {
        Wanted::File { path, cwd, whole } => {
            let cwd = cwd.map(|cwd| format!("{cwd}:")).unwrap_or_default();
            format!("{cwd}{path}{}", if whole { "!" } else { "" })
        }
        Wanted::Unseen(call) => format!("?{call}"),
        other => panic!("{other:?}"),
    });
    found.collect()
}

#[test]
fn a_script_is_known_by_its_name_alone_and_in_any_language() {
    let script = |script: &str| {
        let found = all_applied(script)
            .into_iter()
            .find_map(|wanted| match wanted {
                Wanted::Script { path, .. } => Some(path),
                _ => None,
            });
        found.unwrap_or_default()
    };
    for (call, path) in [
        ("bash widen.sh", "widen.sh"),
        ("source lib.sh", "lib.sh"),
        ("python3 widen.py --all", "widen.py"),
        ("python3.12 -u ./widen.py", "./widen.py"),
        ("node --enable-source-maps widen.mjs", "widen.mjs"),
        ("python3 -c 'print(1)'", ""),
        ("python3 -m http.server", ""),
        ("ssh db1 python3 widen.py", ""),
    ] {
        assert_eq!(script(call), path, "{call}");
    }
    for (path, text, changes) in [
        ("a.py", "import psycopg\n", true),
        (
            "a.js",
            "await db.query(`ALTER TABLE a`) // PostgreSQL",
            true,
        ),
        ("a.py", "print('hello')\n", false),
        ("a.sh", "psql -c 'alter table a add b int'", true),
        ("a.sh", "echo a database", false),
    ] {
        assert_eq!(changes_database(path, text), changes, "{path}: {text}");
    }
}

#[test]
fn a_file_is_looked_for_where_its_script_has_gone() {
    for (script, files) in [
        ("cd sql && psql -f a.sql", &["sql:a.sql"][..]),
        ("(cd sql; ls)\npsql -f a.sql", &["a.sql"]),
        (
            "(cd sql; psql -f a.sql; cd b; psql -f b.sql)\npsql -f c.sql",
            &["sql:a.sql", "sql/b:b.sql", "c.sql"],
        ),
        ("echo $(cd sql; ls)\npsql -f a.sql", &["a.sql"]),
        ("cd sql | cat\npsql -f a.sql", &["a.sql"]),
        ("ssh db1 'cd sql; ls'\npsql -f a.sql", &["a.sql"]),
        ("cd x\ncd -\npsql -f a.sql", &["a.sql"]),
    ] {
        assert_eq!(files_of(script), files, "{script}");
    }
}

#[test]
fn every_way_into_psql_is_a_file_that_is_read() {
    for (script, files) in [
        ("psql -X shop < fix.sql", &["fix.sql"][..]),
        ("cat a.sql b.sql | psql shop", &["a.sql", "b.sql"]),
        (
            "kubectl exec -i pg-0 -- psql -1 < sql/fix.sql",
            &["sql/fix.sql!"],
        ),
        ("ssh db psql < fix.sql", &["fix.sql"]),
        (
            "cat fix.sql | ssh -t db sudo -u postgres psql",
            &["fix.sql"],
        ),
        ("sh -c 'psql' < fix.sql", &["fix.sql"]),
        ("sudo -u postgres psql -f fix.sql", &["fix.sql"]),
        (
            "docker run --rm -v .:/w -w /w postgres psql -f fix.sql",
            &["fix.sql"],
        ),
        // What is read where it runs is no file of this machine.
        ("ssh db 'psql -f fix.sql'", &["?ssh … psql -f fix.sql"]),
        ("ssh db 'psql < fix.sql'", &["?ssh … psql -f fix.sql"]),
        (
            "ssh -t db \"sudo -u postgres psql -f fix.sql\"",
            &["?ssh … psql -f fix.sql"],
        ),
        ("sudo ssh db psql -f fix.sql", &["?sudo … psql -f fix.sql"]),
        (
            "ssh db <<'EOF'\npsql < fix.sql\nEOF",
            &["?ssh … psql -f fix.sql"],
        ),
        ("ssh db cat fix.sql | psql", &["?psql -f fix.sql"]),
        (
            "docker exec db psql -f fix.sql",
            &["?docker … psql -f fix.sql"],
        ),
        (
            "kubectl exec pg-0 -- sh -c 'psql < fix.sql'",
            &["?kubectl … psql -f fix.sql"],
        ),
        ("psql <<'EOF'\n\\ir 'a b.sql'\nEOF", &["a b.sql"]),
        ("psql -f - < fix.sql", &["fix.sql"]),
        ("envsubst < fix.sql | psql", &["fix.sql"]),
        ("psql <<'EOF'\nselect 1;\n\\i fix.sql\nEOF", &["fix.sql"]),
        ("cd sql && psql -f fix.sql", &["sql:fix.sql"]),
        ("cd db; cd sql; psql -f fix.sql", &["db/sql:fix.sql"]),
        ("FIX=sql/fix.sql\npsql -f \"$FIX\"", &["sql/fix.sql"]),
        (
            "for f in sql/*.sql; do psql -f \"$f\"; done",
            &["?psql -f $f"],
        ),
        (
            "find sql -name '*.sql' -exec psql -f {} \\;",
            &["?psql -f {}"],
        ),
    ] {
        assert_eq!(files_of(script), files, "{script}");
    }
    for script in [
        "psql shop < shop_backup.sql",
        "psql -f \"$DUMP_FILE\"",
        "psql shop < /dev/null",
        "psql -c 'select 1' < fix.sql",
        "pg_dump old > move.sql; psql new < move.sql",
        "cat notes.md | less",
    ] {
        assert_eq!(files_of(script), [""; 0], "{script}");
    }
}

#[test]
fn tools_are_known_by_every_spelling() {
    for (script, tool, folder) in [
        (
            "goose -dir db/m postgres \"$U\" up",
            Tool::Goose,
            Some("db/m"),
        ),
        (
            "cargo sqlx migrate run --source db/m",
            Tool::Sqlx,
            Some("db/m"),
        ),
        ("./mvnw -q flyway:migrate", Tool::Flyway, None),
        (
            "mvn -Dflyway.locations=filesystem:sql org.flywaydb:flyway-maven-plugin:migrate",
            Tool::Flyway,
            Some("sql"),
        ),
        ("./gradlew flywayMigrate", Tool::Flyway, None),
        (
            "docker run --rm flyway/flyway:11 migrate",
            Tool::Flyway,
            None,
        ),
        (
            "docker run --rm -v \"$PWD/sql:/flyway/sql\" flyway/flyway migrate",
            Tool::Flyway,
            Some("sql"),
        ),
        (
            "docker run --rm ghcr.io/amacneil/dbmate up",
            Tool::Dbmate,
            None,
        ),
        ("supabase db push", Tool::Supabase, None),
        ("hasura migrate apply --all-databases", Tool::Hasura, None),
        ("atlas migrate apply --dir file://m", Tool::Atlas, Some("m")),
        ("npx --no drizzle-kit migrate", Tool::Drizzle, None),
    ] {
        let found = applied(script);
        let [
            Wanted::Tool {
                tool: of,
                folder: named,
                cwd: None,
                ..
            },
        ] = found.as_slice()
        else {
            panic!("{script}: {found:?}");
        };
        assert_eq!((*of, named.as_deref()), (tool, folder), "{script}");
    }
    for script in [
        "npm run migrate",
        "pnpm migrate",
        "make db-migrate",
        "docker compose run --rm migrate",
        "./bin/run_migrations.sh",
    ] {
        assert_eq!(applied(script), [Wanted::Unseen(script.to_owned())]);
    }
    for script in [
        "goose -dir db/m postgres \"$U\" status",
        "mvn flyway:info",
        "./gradlew flywayValidate build",
        "docker run --rm flyway/flyway info",
        "npm run migrate:status",
        "make migrate-down",
        "docker compose run --rm web",
        "docker compose up -d migrate",
        "./bin/check-migrations",
        "ls prisma/migrations",
    ] {
        assert_eq!(applied(script), [], "{script}");
    }
}

#[test]
fn a_file_that_psql_puts_into_a_transaction_is_judged_in_one() {
    let files = [("a.sql", "create index concurrently i on big (a);")];
    let apart = folder(Tool::Plain, &files);
    let mut whole = apart.clone();
    whole.files[0].whole = true;
    assert_eq!(found(&alone("m", apart, None)), []);
    assert_eq!(
        found(&alone("m", whole, None)),
        [("a.sql", 1, "not-in-transaction")]
    );
}

#[test]
fn a_plan_allows_what_its_migrations_do() {
    let plan = "title = 'x'\n[[allow]]\ncode = 'breaking-change'\nreason = 'nobody uses it'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nshell = 'sqlx migrate run'\n";
    let mut opened = open("p.toml", plan.as_bytes());
    assert!(opened.problems.iter().any(|p| p.code == "unused-allow"));
    let files = [("20240101000000_a.sql", "alter table a drop column b;")];
    review(&mut opened, vec![folder(Tool::Sqlx, &files)], None);
    assert_eq!(found(&opened), []);
    assert!(!opened.problems.iter().any(|p| p.code == "unused-allow"));
    assert_eq!(opened.allowed.len(), 1);
}

#[test]
fn an_index_of_a_partitioned_table_is_not_built_concurrently() {
    let parts = |partitions: &[&str]| TableFacts {
        bytes: Some(1 << 30),
        partitions: partitions.iter().map(|&name| name.to_owned()).collect(),
        ..TableFacts::default()
    };
    let facts = Facts {
        tables: [
            ("parts".to_owned(), parts(&["parts_1"])),
            ("plain".to_owned(), parts(&[])),
        ]
        .into(),
        ..Facts::default()
    };
    let files = [(
        "a.sql",
        "create index concurrently i on parts (a);\ncreate index concurrently j on plain (a);\n",
    )];
    let opened = alone("m", folder(Tool::Plain, &files), Some(&facts));
    assert_eq!(found(&opened), [("a.sql", 1, "partitioned-index")]);
    let unknown = alone("m", folder(Tool::Plain, &files), None);
    assert_eq!(found(&unknown), []);
}

#[test]
fn who_holds_a_lock_now_is_told() {
    let busy = crate::plan::Busy {
        pid: 4711,
        application: "psql".to_owned(),
        since: std::time::Duration::from_secs(180),
    };
    let table = TableFacts {
        bytes: Some(8192),
        rows: Some(1),
        busy: Some(busy),
        ..TableFacts::default()
    };
    let facts = Facts {
        tables: [("orders".to_owned(), table)].into(),
        ..Facts::default()
    };
    let files = [(
        "a.sql",
        "alter table orders add column a int;\nanalyze orders;",
    )];
    let opened = alone("m", folder(Tool::Plain, &files), Some(&facts));
    assert_eq!(found(&opened), [("a.sql", 1, "blocked-now")]);
    let message = &opened.problems[0].message;
    assert!(
        message.contains("psql (pid 4711) holds a transaction open for 3m"),
        "{message}"
    );
}

#[test]
fn a_file_says_itself_that_psql_stops_at_errors() {
    let plan = "## Deployment\n```sh\npsql -f sql/fix.sql shop\n```\n## Rollback\n- [ ] x\n";
    let hidden = |text: &str| {
        let mut opened = open("p.md", plan.as_bytes());
        let files = [("sql/fix.sql", text)];
        review(&mut opened, vec![folder(Tool::Plain, &files)], None);
        let mut problems = opened.problems.iter();
        problems.any(|problem| problem.code == "psql-hides-errors")
    };
    assert!(hidden("select 1;\n"));
    assert!(hidden("update a set b = 1;\n\\set ON_ERROR_STOP on\n"));
    assert!(hidden("\\set ON_ERROR_STOP off\nselect 1;\n"));
    assert!(!hidden("\\set ON_ERROR_STOP on\nselect 1;\n"));
    assert!(!hidden(
        "-- a fix\n\n\\echo 'go'\n\\set ON_ERROR_STOP 1\nselect 1;\n"
    ));
}
