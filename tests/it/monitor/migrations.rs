//! The tables of migration tools on real servers, against folders.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::{Config, Migration, MigrationState, Migrations, Picture};
use sha2::{Digest, Sha256};

use super::{Client, Watched, config};

fn tables(picture: &Picture) -> &[Migrations] {
    picture.migrations.get().map_or(&[], Vec::as_slice)
}

/// The migrations of the only tool, once they are `wanted`.
async fn until(watched: &mut Watched, wanted: &str) -> Arc<Picture> {
    let summary = |picture: &Picture| tables(picture).first().map(Migrations::summary);
    let picture = watched.picture(|p| summary(p).as_deref() == Some(wanted));
    picture.await
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The table in which Prisma keeps what it did.
const PRISMA: &str = "create table _prisma_migrations (id varchar(36) primary key,
    checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
    logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(),
    applied_steps_count int not null default 0)";

#[tokio::test]
async fn a_prisma_deployment_is_followed_from_its_table_its_lock_and_its_folder() {
    let server = Server::start(&[]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for name in ["1_init", "2_orders", "3_index"] {
        write(
            dir.path(),
            &format!("prisma/migrations/{name}/migration.sql"),
            name,
        );
    }
    let mut client = Client::of(&server, "prisma").await;
    client.run(PRISMA).await;
    let sum = |name: &str| {
        let digest = Sha256::digest(name.as_bytes()).to_vec();
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
        digits.collect::<String>()
    };
    let insert = |id: u32, name: &str, sum: &str, finished: &str| {
        format!(
            "insert into _prisma_migrations (id, checksum, migration_name, finished_at)
             values ('{id}', '{sum}', '{name}', {finished})"
        )
    };
    client
        .run(&insert(1, "1_init", &sum("1_init"), "now()"))
        .await;
    let urls = [server.url("postgres")];
    let mut watched = Watched::in_folder(&urls, Vec::new(), Some(dir.path()));
    let picture = until(&mut watched, "2 pending, 1 applied").await;
    let table = &tables(&picture)[0];
    assert_eq!(
        (table.tool.as_str(), table.table.as_str()),
        ("Prisma", "_prisma_migrations")
    );
    assert!(
        table
            .folder
            .as_deref()
            .unwrap()
            .ends_with("prisma/migrations")
    );
    assert!(table.note.is_none() && table.list[0].at.is_some());
    // It is at work: it holds its lock, and its row is not finished.
    client.run("select pg_advisory_lock(72707369)").await;
    client
        .run(&insert(2, "2_orders", &sum("2_orders"), "null"))
        .await;
    let picture = until(&mut watched, "1 running, 1 pending, 1 applied").await;
    assert_eq!(tables(&picture)[0].running, Some(client.pid()));
    // It is killed.
    client.run("select pg_advisory_unlock_all()").await;
    until(&mut watched, "1 interrupted, 1 pending, 1 applied").await;
    client
        .run("update _prisma_migrations set logs = 'column does not exist' where id = '2'")
        .await;
    let picture = until(&mut watched, "1 failed, 1 pending, 1 applied").await;
    let failed = &tables(&picture)[0].list[1];
    assert_eq!(failed.state, MigrationState::Failed);
    assert_eq!(failed.note.as_deref(), Some("column does not exist"));
    // What the tool itself calls up to date.
    write(
        dir.path(),
        "prisma/migrations/1_init/migration.sql",
        "edited",
    );
    client
        .run("update _prisma_migrations set finished_at = now() where id = '2'")
        .await;
    client.run(&insert(9, "0_other", "x", "now()")).await;
    until(
        &mut watched,
        "1 edited since, 1 not in the folder, 1 pending, 1 applied",
    )
    .await;
}

#[tokio::test]
async fn a_tool_that_begins_and_ends_all_the_time_has_never_left_anything_behind() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "prisma").await;
    client.run(PRISMA).await;
    let mut watched = Watched::every(&[server.url("postgres")], Duration::from_millis(20));
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let tool = tokio::spawn(async move {
        let mut at = 0;
        while stopped.try_recv().is_err() {
            at += 1;
            let begin = format!(
                "insert into _prisma_migrations (id, checksum, migration_name) values ('{at}', '', '{at}')"
            );
            client.run("select pg_advisory_lock(72707369)").await;
            client.run(&begin).await;
            client
                .run("update _prisma_migrations set finished_at = now()")
                .await;
            client.run("select pg_advisory_unlock(72707369)").await;
            client.run("delete from _prisma_migrations").await;
        }
        client
    });
    let mut seen = None;
    for _ in 0..40 {
        let picture = watched
            .picture(|p| !tables(p).is_empty() && p.seen.migrations.map(|at| at.mono) != seen)
            .await;
        seen = picture.seen.migrations.map(|at| at.mono);
        let list = &tables(&picture)[0].list;
        let left = |one: &Migration| one.state == MigrationState::Interrupted;
        assert!(!list.iter().any(left), "{list:?}");
    }
    stop.send(()).unwrap();
    let mut client = tool.await.unwrap();
    // And one that was killed has.
    client
        .run("insert into _prisma_migrations (id, checksum, migration_name) values ('0', '', 'killed')")
        .await;
    until(&mut watched, "1 interrupted").await;
}

#[tokio::test]
async fn the_tables_of_other_tools_are_read() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "tools").await;
    let statements = [
        "create schema \"My Tools\"",
        "create table \"My Tools\"._sqlx_migrations (version bigint primary key, description text,
         installed_on timestamptz default now(), success boolean, checksum bytea, execution_time bigint)",
        "insert into \"My Tools\"._sqlx_migrations values (1, 'init', now(), true, 'x', 5), (2, 'more', now(), false, 'y', 5)",
        "create table flyway_schema_history (installed_rank int primary key, version varchar(50),
         description varchar(200), type varchar(20), script varchar(1000), checksum int,
         installed_by varchar(100), installed_on timestamp default now(), execution_time int, success boolean)",
        "insert into flyway_schema_history values (1, '1', 'init', 'SQL', 'V1__init.sql', 1, 'x', now(), 1, true),
         (2, '2', 'bad', 'SQL', 'V2__bad.sql', 1, 'x', now(), 1, false)",
        "create schema go; create table go.schema_migrations (version bigint primary key, dirty boolean)",
        "insert into go.schema_migrations values (7, true)",
        "create table schema_migrations (version varchar primary key); create table ar_internal_metadata (key varchar)",
        "insert into schema_migrations values ('20240101000000')",
        "create table knex_migrations (id serial, name varchar(255), batch int, migration_time timestamptz)",
        "create table knex_migrations_lock (index serial, is_locked int); insert into knex_migrations_lock (is_locked) values (1)",
        "insert into knex_migrations (name, batch) values ('20240101000000_init.js', 1)",
        "create table alembic_version (version_num varchar(32)); insert into alembic_version values ('abc')",
        "create table django_migrations (id serial, app varchar(255), name varchar(255), applied timestamptz)",
        "insert into django_migrations (app, name) values ('auth', '0001_initial')",
        "create table pgmigrations (id serial, name varchar(255), run_on timestamp)",
        "create table __diesel_schema_migrations (version varchar(50), run_on timestamp)",
        "create table refinery_schema_history (version int, name varchar, applied_on varchar, checksum varchar)",
        "create table goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp)",
        "insert into goose_db_version (version_id, is_applied) values (0, true), (1, true), (1, false)",
    ];
    for statement in statements {
        client.run(statement).await;
    }
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| tables(p).len() == 11).await;
    let found: Vec<(String, String)> = tables(&picture)
        .iter()
        .map(|table| (format!("{} {}", table.tool, table.table), table.summary()))
        .collect();
    let expected = [
        ("sqlx My Tools._sqlx_migrations", "1 failed, 1 applied"),
        ("golang-migrate go.schema_migrations", "1 interrupted"),
        ("diesel __diesel_schema_migrations", "none"),
        ("alembic alembic_version", "1 applied"),
        ("Django django_migrations", "1 applied"),
        ("Flyway flyway_schema_history", "1 failed, 1 applied"),
        ("goose goose_db_version", "none"),
        ("knex knex_migrations", "1 applied"),
        ("node-pg-migrate pgmigrations", "none"),
        ("refinery refinery_schema_history", "none"),
        ("1 more table schema_migrations", "not read"),
    ];
    for (table, summary) in expected {
        assert!(
            found.contains(&(table.to_owned(), summary.to_owned())),
            "{table} {summary}: {found:?}"
        );
    }
    let knex = tables(&picture)
        .iter()
        .find(|table| table.tool == "knex")
        .unwrap();
    assert!(
        knex.note
            .as_deref()
            .unwrap()
            .starts_with("knex's lock is taken")
    );
    client
        .run("drop table goose_db_version; drop table refinery_schema_history")
        .await;
}

#[tokio::test]
async fn a_table_that_may_not_be_read_or_is_locked_takes_nothing_else_along() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run(
            "create role app login; create table schema_migrations (version varchar primary key);
             create schema other; create table other.alembic_version (version_num varchar);
             grant usage on schema other to app; grant select on other.alembic_version to app",
        )
        .await;
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    let picture = watched.picture(|p| tables(p).len() == 2).await;
    let dbmate = tables(&picture)
        .iter()
        .find(|table| table.tool == "dbmate")
        .unwrap();
    let note = dbmate.note.as_deref().unwrap();
    assert_eq!(
        note,
        "schema_migrations may not be read: grant select on public.schema_migrations to app"
    );
    client.run("begin; lock table other.alembic_version").await;
    let picture = watched.picture(|p| p.migrations.why_not().is_some()).await;
    assert_eq!(
        picture.migrations.why_not(),
        Some("it waited too long for a lock")
    );
    client.run("commit").await;
    watched.picture(|p| tables(p).len() == 2).await;
}

#[tokio::test]
async fn another_projects_folder_is_not_taken_where_no_plan_says_whose_it_is() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run(
            "create table schema_migrations (version varchar primary key);
             insert into schema_migrations values ('20250101000000')",
        )
        .await;
    let dir = tempfile::tempdir().unwrap();
    let blog = "projects/blog/db/migrations";
    write(
        dir.path(),
        &format!("{blog}/20240301120000_posts.sql"),
        "-- migrate:up\n",
    );
    let config = || Config {
        folder: Some(dir.path().to_owned()),
        folder_is_guess: true,
        may_begin: true,
        ..config(&[server.url("postgres")])
    };
    let mut watched = Watched::by(&config());
    let picture = until(&mut watched, "1 applied").await;
    let table = &tables(&picture)[0];
    let note = "what is pending is not known: no folder of these migrations is here";
    assert_eq!(
        (table.folder.as_deref(), table.note.as_deref()),
        (None, Some(note))
    );
    write(
        dir.path(),
        "shop/db/migrations/20250101000000_init.sql",
        "-- migrate:up\n",
    );
    write(
        dir.path(),
        "shop/db/migrations/20250102000000_more.sql",
        "-- migrate:up\n",
    );
    let mut watched = Watched::by(&config());
    let picture = until(&mut watched, "1 pending, 1 applied").await;
    let table = &tables(&picture)[0];
    let folder = table.folder.as_deref().unwrap();
    assert!(
        table.guessed && folder.ends_with("shop/db/migrations"),
        "{folder}"
    );
}

#[tokio::test]
async fn tools_whose_files_are_no_scripts_and_tools_that_are_not_read_are_told() {
    let server = Server::start(&[]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let entry = |when: u64, tag: &str| format!(r#"{{"when": {when}, "tag": "{tag}"}}"#);
    let entries = [
        entry(10, "0000_a"),
        entry(20, "0001_b"),
        entry(30, "0002_c"),
    ]
    .join(",");
    let journal = format!(r#"{{"entries": [{entries}]}}"#);
    write(dir.path(), "drizzle/meta/_journal.json", &journal);
    for tag in ["0000_a", "0001_b", "0002_c"] {
        write(dir.path(), &format!("drizzle/{tag}.sql"), "");
    }
    let mut client = Client::of(&server, "tools").await;
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let statements = [
        "create table databasechangelog (id varchar(255), author varchar(255), filename varchar(255),
         dateexecuted timestamp, orderexecuted int, exectype varchar(10), md5sum varchar(35))",
        "insert into databasechangelog values ('1', 'ann', 'a.xml', now(), 1, 'EXECUTED', '9:x'),
         ('2', 'ann', 'a.xml', now(), 2, 'FAILED', '9:x'), ('3', 'ann', 'a.xml', now(), 3, 'MARK_RAN', '9:x')",
        "create table databasechangeloglock (id int, locked boolean, lockgranted timestamp, lockedby text)",
        "insert into databasechangeloglock values (1, true, '2026-01-02 03:04:05', 'build7 (10.0.0.7)')",
        "create schema drizzle; create table drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)",
        &format!("insert into drizzle.__drizzle_migrations (hash, created_at) values ('{empty}', 10), ('x', 20)"),
        "create schema sqitch; create table sqitch.changes (change_id text, change text, planned_at timestamptz)",
        "create table changes (id int, what text)",
    ];
    for statement in statements {
        client.run(statement).await;
    }
    let urls = [server.url("postgres")];
    let mut watched = Watched::in_folder(&urls, Vec::new(), Some(dir.path()));
    let picture = watched.picture(|p| tables(p).len() == 3).await;
    let found: Vec<String> = tables(&picture)
        .iter()
        .map(|table| format!("{} {}: {}", table.tool, table.table, table.summary()))
        .collect();
    let expected = [
        "drizzle drizzle.__drizzle_migrations: 1 edited since, 1 pending, 1 applied",
        "Liquibase databasechangelog: 1 failed, 2 applied",
        "sqitch sqitch.changes: not read",
    ];
    assert_eq!(found, expected);
    let notes: Vec<&str> = tables(&picture)
        .iter()
        .map(|table| table.note.as_deref().unwrap_or_default())
        .collect();
    let taken = "Liquibase's lock is taken by build7 (10.0.0.7) since 2026-01-02 03:04:05: it is at work, \
                 or one that was at work was killed; what is pending is not known: its files are not \
                 read here";
    assert_eq!(notes[1], taken);
    assert!(
        notes[2].starts_with("sqitch.changes is not read here"),
        "{}",
        notes[2]
    );
    client
        .run("update databasechangeloglock set locked = false")
        .await;
    watched
        .picture(|p| {
            let mut notes = tables(p).iter().filter_map(|table| table.note.as_deref());
            !notes.any(|note| note.contains("lock is taken"))
        })
        .await;
}

#[tokio::test]
async fn what_atlas_sqitch_and_pgroll_have_done_is_read_against_their_files() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "tools").await;
    let statements = [
        "create schema atlas_schema_revisions; create table atlas_schema_revisions.atlas_schema_revisions (
         version varchar primary key, description varchar not null, type bigint not null default 2,
         applied bigint not null default 0, total bigint not null default 0, executed_at timestamptz not null,
         execution_time bigint not null, error text, error_stmt text, hash varchar not null,
         partial_hashes jsonb, operator_version varchar not null)",
        "insert into atlas_schema_revisions.atlas_schema_revisions values
         ('.atlas_cloud_identifier', 'x', 2, 0, 0, now(), 0, null, null, '', null, ''),
         ('20260101', 'init', 2, 2, 2, now(), 0, null, null, '', null, ''),
         ('20260102', 'more', 2, 1, 3, now(), 0, 'column is not there', 'alter', '', null, '')",
        "create schema sqitch; create table sqitch.changes (change_id text primary key, script_hash text,
         change text not null, project text not null, note text not null default '', committed_at timestamptz,
         committer_name text, committer_email text, planned_at timestamptz, planner_name text,
         planner_email text)",
        "create table sqitch.events (event text not null, change_id text not null, change text not null,
         project text not null, note text, requires text[], conflicts text[], tags text[],
         committed_at timestamptz, committer_name text, committer_email text, planned_at timestamptz,
         planner_name text, planner_email text)",
        "insert into sqitch.changes (change_id, change, project, committed_at)
         values ('a', 'schema', 'flipr', now() - interval '1 day')",
        "insert into sqitch.events (event, change_id, change, project, committed_at) values
         ('fail', 'a', 'schema', 'flipr', now() - interval '2 days'),
         ('deploy', 'a', 'schema', 'flipr', now() - interval '1 day'), ('fail', 'b', 'users', 'flipr', now())",
        "create schema pgroll; create table pgroll.migrations (schema name not null, name text not null,
         migration jsonb not null, created_at timestamptz not null default now(),
         updated_at timestamptz not null default now(), parent text, done boolean not null default false,
         resulting_schema jsonb not null default '{}', migration_type varchar(32) default 'pgroll')",
        "insert into pgroll.migrations (schema, name, migration, done, migration_type) values
         ('public', '01_users', '{}', true, 'pgroll'), ('public', '02_email', '{}', false, 'pgroll')",
    ];
    for statement in statements {
        client.run(statement).await;
    }
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("atlas/migrations/atlas.sum", "h1:x="),
        ("atlas/migrations/20260101_init.sql", ""),
        ("atlas/migrations/20260102_more.sql", ""),
        ("atlas/migrations/20260103_last.sql", ""),
        (
            "sqitch/sqitch.plan",
            "%project=flipr\nschema 2026-01-01T00:00:00Z Ann <a@b.c>\nusers [schema] 2026-01-02T00:00:00Z \
             Ann <a@b.c>\nlists 2026-01-03T00:00:00Z Ann <a@b.c>\n",
        ),
        ("pgroll/migrations/01_users.yaml", "operations: []\n"),
        ("pgroll/migrations/02_email.yaml", "operations: []\n"),
        ("pgroll/migrations/03_next.yaml", "operations: []\n"),
    ] {
        write(dir.path(), path, text);
    }
    let mut watched = Watched::by(&Config {
        folder: Some(dir.path().to_owned()),
        ..config(&[server.url("postgres")])
    });
    let picture = watched.picture(|p| tables(p).len() == 3).await;
    let found: Vec<String> = tables(&picture)
        .iter()
        .map(|table| format!("{} {}: {}", table.tool, table.table, table.summary()))
        .collect();
    assert_eq!(
        found,
        [
            "Atlas atlas_schema_revisions.atlas_schema_revisions: 1 failed, 1 pending, 1 applied",
            "pgroll pgroll.migrations: 1 running, 1 pending, 1 applied",
            "sqitch sqitch.changes: 1 failed, 1 pending, 1 applied",
        ]
    );
    let notes = tables(&picture).iter().flat_map(|table| &table.list);
    let notes: Vec<&str> = notes.filter_map(|one| one.note.as_deref()).collect();
    assert_eq!(
        notes,
        [
            "1 of 3 statements: column is not there",
            "begun: both versions serve until `pgroll complete`"
        ]
    );
    client.run("begin; select pg_advisory_lock(75474063)").await;
    let at_work = |one: &Migrations| one.tool == "sqitch" && one.running.is_some();
    watched.picture(|p| tables(p).iter().any(at_work)).await;
}

#[tokio::test]
async fn how_many_tables_are_not_read_is_told() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "tools").await;
    for at in 10..24 {
        let sql = format!(
            "create schema t{at}; create table t{at}.django_migrations (id int, app text, name text, applied date)"
        );
        client.run(&sql).await;
    }
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| tables(p).len() == 11).await;
    let rest = &tables(&picture)[10];
    let said = format!("{} ({}): {}", rest.tool, rest.table, rest.summary());
    let names = "t20.django_migrations, t21.django_migrations, t22.django_migrations, …";
    assert_eq!(said, format!("4 more tables ({names}): not read"));
    let note = "only the first 10 tables of migration tools are read";
    assert_eq!(rest.note.as_deref(), Some(note));
}
