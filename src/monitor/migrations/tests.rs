use std::path::Path;

use super::*;

/// Rows as `key state`, with a checksum after it if it has one.
fn records(lines: &[&str]) -> Vec<Record> {
    let record = |line: &&str| {
        let mut words = line.split_whitespace();
        let key = words.next().unwrap().to_owned();
        Record {
            key,
            title: String::new(),
            state: RowState::of(&words.next().unwrap().replace('-', " ")),
            checksum: words.next().map(str::to_owned),
            at: None,
            note: words.next().map(str::to_owned),
        }
    };
    lines.iter().map(record).collect()
}

/// Files as `key`, with a checksum and those before it.
fn scripts(lines: &[&str]) -> Vec<Script> {
    let script = |line: &&str| {
        let mut words = line.split_whitespace();
        let key = words.next().unwrap().to_owned();
        Script {
            name: key.clone(),
            key,
            checksum: words.next().filter(|sum| *sum != "-").map(str::to_owned),
            after: words.map(str::to_owned).collect(),
            ..Script::default()
        }
    };
    lines.iter().map(script).collect()
}

#[track_caller]
fn check(tool: Tool, rows: &[&str], files: Option<&[&str]>, running: bool, expected: &str) {
    let files = files.map(scripts);
    let list = judge(tool, &records(rows), files.as_deref(), running);
    let found: Vec<String> = list
        .iter()
        .map(|one| format!("{} {}", one.name, one.state.word()))
        .collect();
    assert_eq!(found.join(", "), expected);
}

#[test]
fn prismas_rows_tell_running_from_interrupted_by_the_lock() {
    let rows = ["1 applied a", "2 unfinished b"];
    let files = ["1 a", "2 b", "3 c"];
    check(
        Tool::Prisma,
        &rows,
        Some(&files),
        true,
        "1 applied, 2 running, 3 pending",
    );
    check(
        Tool::Prisma,
        &rows,
        Some(&files),
        false,
        "1 applied, 2 interrupted, 3 pending",
    );
}

#[test]
fn what_a_tool_calls_up_to_date_may_be_edited_or_from_another_checkout() {
    check(
        Tool::Prisma,
        &["0 applied x", "1 applied a", "2 failed b"],
        Some(&["1 changed", "2 b"]),
        false,
        "0 not in the folder, 1 edited since, 2 failed",
    );
}

#[test]
fn a_row_that_was_rolled_back_does_not_hide_the_one_that_was_not() {
    let files = ["1 a"];
    check(
        Tool::Prisma,
        &["1 rolled-back a"],
        Some(&files),
        false,
        "1 pending",
    );
    for rows in [
        ["1 rolled-back a", "1 applied a"],
        ["1 applied a", "1 rolled-back a"],
    ] {
        check(Tool::Prisma, &rows, Some(&files), false, "1 applied");
    }
    check(Tool::Prisma, &["1 rolled-back a"], None, false, "");
}

#[test]
fn a_tool_with_a_lock_and_no_row_is_at_the_first_that_is_left() {
    check(
        Tool::Rails,
        &["1 applied"],
        Some(&["1", "2", "3"]),
        true,
        "1 applied, 2 running, 3 pending",
    );
}

#[test]
fn one_row_stands_for_all_before_it() {
    let files = ["1", "2", "10", "11"];
    let tool = Tool::GolangMigrate;
    check(
        tool,
        &["10 applied"],
        Some(&files),
        false,
        "1 applied, 2 applied, 10 applied, 11 pending",
    );
    check(
        tool,
        &["10 unfinished"],
        Some(&files),
        false,
        "1 applied, 2 applied, 10 interrupted, 11 pending",
    );
    check(
        tool,
        &["10 unfinished"],
        Some(&files),
        true,
        "1 applied, 2 applied, 10 running, 11 pending",
    );
    check(
        tool,
        &["12 applied"],
        Some(&["1"]),
        false,
        "12 not in the folder, 1 applied",
    );
}

#[test]
fn a_head_stands_for_all_that_it_comes_after() {
    let files = ["a", "b - a", "c - a", "d - b c", "e - d"];
    let tool = Tool::Alembic;
    check(
        tool,
        &["b applied", "c applied"],
        Some(&files),
        false,
        "a applied, b applied, c applied, d pending, e pending",
    );
    check(
        tool,
        &["x applied"],
        Some(&files[..2]),
        false,
        "x not in the folder, a pending, b pending",
    );
}

#[test]
fn what_a_package_brings_to_django_is_not_foreign() {
    check(
        Tool::Django,
        &[
            "auth.0001 applied",
            "shop.0001 applied",
            "shop.0009 applied",
        ],
        Some(&["shop.0001", "shop.0002"]),
        false,
        "auth.0001 applied, shop.0009 not in the folder, shop.0001 applied, shop.0002 pending",
    );
}

#[test]
fn what_is_older_than_a_baseline_was_there_before_the_tool() {
    check(
        Tool::Flyway,
        &["2.10 applied - baseline", "3 applied 7"],
        Some(&["1 5", "2.10 6", "3 7", "4 8"]),
        false,
        "1 applied, 2.10 edited since, 3 applied, 4 pending",
    );
}

#[test]
fn the_last_row_of_a_version_counts() {
    let rows = [
        "0 applied",
        "1 applied",
        "1 rolled-back",
        "2 rolled-back",
        "2 applied",
    ];
    check(
        Tool::Goose,
        &rows,
        Some(&["1", "2"]),
        false,
        "1 pending, 2 applied",
    );
    check(Tool::Goose, &rows, None, false, "2 applied");
}

#[test]
fn without_a_folder_the_table_alone_tells() {
    check(
        Tool::Sqlx,
        &["1 applied a", "2 failed b"],
        None,
        false,
        "1 applied, 2 failed",
    );
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[track_caller]
fn found(files: &[(&str, &str)], tool: Tool, expected: &[&str]) -> Vec<Script> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    let mut shelf = Shelf::new(Some(dir.path().to_owned()));
    let found = shelf
        .scripts(tool, &[])
        .map(|(_, scripts)| scripts)
        .unwrap_or_default();
    let keys: Vec<&str> = found.iter().map(|script| script.key.as_str()).collect();
    assert_eq!(keys, expected);
    found
}

#[test]
fn files_are_found_with_the_checksums_that_tools_keep() {
    let prisma = found(
        &[
            ("prisma/migrations/2024_b/migration.sql", "select 1"),
            ("prisma/migrations/2023_a/migration.sql", ""),
            ("prisma/migrations/migration_lock.toml", "provider"),
            ("prisma/migrations/empty/readme", ""),
            ("node_modules/x/migrations/2025/migration.sql", ""),
        ],
        Tool::Prisma,
        &["2023_a", "2024_b"],
    );
    // The checksum of an empty file is known to everybody.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(prisma[0].checksum.as_deref(), Some(empty));
    let sqlx = found(
        &[
            ("migrations/0002_b.up.sql", "x"),
            ("migrations/0002_b.down.sql", "x"),
            ("migrations/0001_a.sql", ""),
        ],
        Tool::Sqlx,
        &["1", "2"],
    );
    assert_eq!(
        (sqlx[0].name.as_str(), sqlx[1].name.as_str()),
        ("0001_a", "0002_b")
    );
    assert!(
        sqlx[0]
            .checksum
            .as_deref()
            .unwrap()
            .starts_with("38b060a751ac96384cd9327e")
    );
}

#[test]
fn a_row_and_its_file_have_one_key_however_each_is_written() {
    for (tool, row, file) in [
        (Tool::Knex, "20240101000000_a.js", "20240101000000_a.js"),
        (Tool::Knex, "20240101000000_a.ts", "20240101000000_a.js"),
        (Tool::Knex, "20240101000000_a.b.js", "20240101000000_a.b.js"),
        (Tool::Flyway, "001", "V001__a.sql"),
        (Tool::Flyway, "1.0", "V1.0__a.sql"),
        (Tool::Flyway, "1", "V1_0__a.sql"),
        (Tool::Flyway, "2024.01.02", "V2024_01_02__a.sql"),
        (Tool::Flyway, "0", "V0__a.sql"),
        (Tool::Flyway, "R all views", "R__all_views.sql"),
        (Tool::NodePgMigrate, "1700000000000_a", "1700000000000_a.js"),
    ] {
        let of_file = names::key(tool, file);
        assert_eq!(Some(row_key(tool, row.to_owned())), of_file, "{row} {file}");
    }
}

#[test]
fn files_are_found_where_tools_keep_them() {
    found(
        &[
            ("src/main/resources/db/migration/V1_10__b.sql", ""),
            ("src/main/resources/db/migration/V1.2__a.sql", ""),
            ("src/main/resources/db/migration/R__all_views.sql", ""),
        ],
        Tool::Flyway,
        &["1.2", "1.10", "R all views"],
    );
    found(
        &[
            ("db/migrations/000010_b.up.sql", ""),
            ("db/migrations/000009_a.up.sql", ""),
        ],
        Tool::GolangMigrate,
        &["9", "10"],
    );
    found(
        &[("db/migrate/20240102030405_add.rb", "")],
        Tool::Rails,
        &["20240102030405"],
    );
    found(
        &[
            ("db/migrations/20240102_add.sql", "-- migrate:up\nselect 1"),
            ("db/migrations/20240103_other.sql", "select 1"),
        ],
        Tool::Dbmate,
        &["20240102"],
    );
    found(
        &[
            ("migrations/20240102030405_add.js", ""),
            ("migrations/helper.js", ""),
        ],
        Tool::Knex,
        &["20240102030405_add"],
    );
    found(
        &[
            ("shop/migrations/0001_initial.py", ""),
            ("shop/migrations/__init__.py", ""),
            ("blog/migrations/0001_initial.py", ""),
        ],
        Tool::Django,
        &["blog.0001_initial", "shop.0001_initial"],
    );
    let alembic = found(
        &[
            (
                "alembic/versions/a_first.py",
                "revision: str = 'aaa'\ndown_revision = None\n",
            ),
            (
                "alembic/versions/b_next.py",
                "revision = \"bbb\"\ndown_revision: Union[str, None] = \"aaa\"\n",
            ),
            (
                "alembic/versions/c_merge.py",
                "revision = '000'\ndown_revision: Sequence[str] = (\n    'aaa',\n    'bbb',\n)\n\ndef f():\n    'x'\n",
            ),
        ],
        Tool::Alembic,
        &["aaa", "bbb", "000"],
    );
    assert_eq!(
        (alembic[2].after.as_slice(), alembic[2].name.as_str()),
        (&["aaa".to_owned(), "bbb".to_owned()][..], "c_merge")
    );
    found(
        &[("migrations/2024-01-02-000000_add/up.sql", "")],
        Tool::Diesel,
        &["20240102000000"],
    );
    found(&[("migrations/V3__add.rs", "")], Tool::Refinery, &["3"]);
    found(&[("migrations/00001_add.sql", "")], Tool::Goose, &["1"]);
}

#[test]
fn of_several_folders_the_one_that_fits_the_table_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a/migrations/1_x.sql", "");
    write(dir.path(), "b/migrations/2_y.sql", "");
    let mut shelf = Shelf::new(Some(dir.path().to_owned()));
    let (folder, scripts) = shelf.scripts(Tool::Sqlx, &["2".to_owned()]).unwrap();
    assert_eq!(folder, dir.path().join("b/migrations"));
    assert_eq!(scripts[0].key, "2");
    write(dir.path(), "b/migrations/2_y.sql", "changed");
    let (_, again) = shelf.scripts(Tool::Sqlx, &["2".to_owned()]).unwrap();
    assert_ne!(
        again[0].checksum, scripts[0].checksum,
        "a file that has changed is read again"
    );
    assert!(Shelf::new(None).scripts(Tool::Sqlx, &[]).is_none());
    // A project may have made new files of all its old ones. Another project's are never its own.
    let root = || Some(dir.path().to_owned());
    for (mut shelf, known, found) in [
        (Shelf::new(root()), "7", true),
        (Shelf::guessed(root()), "7", false),
        (Shelf::guessed(root()), "1", true),
    ] {
        let scripts = shelf.scripts(Tool::Sqlx, &[known.to_owned()]);
        assert_eq!(scripts.is_some(), found, "{known}");
    }
    let mut empty = Shelf::guessed(root());
    assert!(
        empty.scripts(Tool::Sqlx, &[]).is_some(),
        "nothing was applied yet"
    );
}

#[test]
fn tables_that_share_a_name_are_told_apart_by_their_columns() {
    let of = |table: &str, columns: &[&str], rails: bool| {
        let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        let beside = if rails { &Tool::BESIDE[..1] } else { &[] };
        let beside: Vec<String> = beside.iter().map(|&name| name.to_owned()).collect();
        Tool::of(table, &columns, &beside).map(Tool::name)
    };
    for (columns, tool) in [
        (["version", "inserted_at"], Some("Ecto")),
        (["version", "statements"], Some("Supabase")),
    ] {
        assert_eq!(of("schema_migrations", &columns, false), tool);
    }
    let flyway = of("schema_version", &["installed_rank"], false);
    assert_eq!(flyway, Some("Flyway"));
    assert_eq!(of("schema_version", &["version"], false), None);
    assert_eq!(
        of("schema_migrations", &["version", "dirty"], false),
        Some("golang-migrate")
    );
    assert_eq!(of("schema_migrations", &["version"], true), Some("Rails"));
    assert_eq!(of("schema_migrations", &["version"], false), Some("dbmate"));
    assert_eq!(of("schema_migrations", &["something"], false), None);
}

#[test]
fn a_tool_that_is_not_read_is_named_and_an_applications_own_table_is_not() {
    let of = |table: &str, columns: &[&str]| {
        let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        assert!(names().iter().any(|name| name == table), "{table}");
        unread(table, &columns)
    };
    assert_eq!(of("atlas_schema_revisions", &["version"]), Some("Atlas"));
    assert_eq!(of("migrations", &["id", "batch"]), Some("Laravel"));
    assert_eq!(
        of("migrations", &["name", "resulting_schema"]),
        Some("pgroll")
    );
    assert_eq!(of("changes", &["change_id", "planned_at"]), Some("sqitch"));
    // Another version of a tool that is known.
    let unknown = Some("a migration tool");
    assert_eq!(of("databasechangelog", &["id"]), unknown);
    assert_eq!(of("schema_migrations", &["id", "applied"]), unknown);
    for table in ["migrations", "changes", "changelog", "schema_version"] {
        assert_eq!(of(table, &["id", "text"]), None, "{table}");
    }
    let mut table = Migrations {
        tool: "Atlas".to_owned(),
        table: "atlas_schema_revisions".to_owned(),
        folder: None,
        guessed: false,
        running: None,
        note: None,
        unread: true,
        list: Vec::new(),
    };
    assert_eq!(table.summary(), "not read");
    table.unread = false;
    assert_eq!(table.summary(), "none");
}

/// What is said of each migration that is said more of than its state.
#[track_caller]
fn check_notes(tool: Tool, rows: &[&str], files: &[&str], expected: &[&str]) {
    let list = judge(tool, &records(rows), Some(&scripts(files)), false);
    let said = list.iter().filter_map(|one| {
        let note = one.note.as_ref()?;
        Some(format!("{} {}: {note}", one.name, one.state.word()))
    });
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

#[test]
fn what_runs_whenever_it_changes_is_not_edited_but_left_to_do() {
    let mut rows = records(&["1 applied a", "2 applied b"]);
    for (row, key) in rows.iter_mut().zip(["R view", "R kept"]) {
        key.clone_into(&mut row.key);
    }
    let mut files = scripts(&["1 changed", "2 b"]);
    for (file, key) in files.iter_mut().zip(["R view", "R kept"]) {
        key.clone_into(&mut file.key);
        key.clone_into(&mut file.name);
    }
    let list = judge(Tool::Flyway, &rows, Some(&files), false);
    assert_eq!(list[0].state, MigrationState::Pending);
    let words = "its file has changed: it will be run again";
    assert_eq!(list[0].note.as_deref(), Some(words));
    assert_eq!(list[1].state, MigrationState::Applied);
    // A version is another thing.
    check(
        Tool::Flyway,
        &["1 applied a"],
        Some(&["1 b"]),
        false,
        "1 edited since",
    );
}

#[test]
fn what_is_older_than_the_newest_is_passed_over_by_some() {
    let words = "1.5 pending: below the newest applied: not run unless outOfOrder is set";
    let files = ["1 a", "1.5 b", "2 c", "3 d"];
    check_notes(
        Tool::Flyway,
        &["1 applied a", "2 applied c"],
        &files,
        &[words],
    );
    check_notes(Tool::Flyway, &["1 applied a"], &files, &[]);
    let words =
        "1.5 pending: was rolled back; below the newest applied: not run unless outOfOrder is set";
    check_notes(
        Tool::Flyway,
        &["1 applied a", "1.5 rolled-back b", "2 applied c"],
        &files,
        &[words],
    );
    // What was undone is no newer one.
    check_notes(
        Tool::Flyway,
        &["1 applied a", "2 rolled-back c"],
        &["1 a", "1.5 b"],
        &[],
    );
    let words = "15 pending: older than the newest applied: drizzle does not run it";
    check_notes(
        Tool::Drizzle,
        &["20 applied c"],
        &["15 b", "20 c", "30 d"],
        &[words],
    );
    check_notes(Tool::Sqlx, &["2 applied c"], &["1 b", "2 c"], &[]);
}

#[test]
fn one_of_django_that_stands_for_others_is_applied_when_they_are() {
    let both = ["shop.0001", "shop.0002", "shop.0001_squashed"];
    let judged = |rows: &[&str], files: &[&str]| {
        let mut scripts = scripts(files);
        for script in scripts
            .iter_mut()
            .filter(|one| one.key.ends_with("squashed"))
        {
            script.replaces = both[..2].iter().map(|&key| key.to_owned()).collect();
        }
        let list = judge(Tool::Django, &records(rows), Some(&scripts), false);
        let list = list
            .iter()
            .map(|one| format!("{} {}", one.name, one.state.word()));
        list.collect::<Vec<_>>().join(", ")
    };
    let applied = ["shop.0001 applied", "shop.0002 applied"];
    assert_eq!(
        judged(&applied, &both),
        "shop.0001 applied, shop.0002 applied, shop.0001_squashed applied"
    );
    // Once they are, their files are taken away.
    assert_eq!(
        judged(&applied, &both[2..]),
        "shop.0001 applied, shop.0002 applied, shop.0001_squashed applied"
    );
    assert_eq!(
        judged(&["auth.1 applied"], &both),
        "auth.1 applied, shop.0001_squashed pending"
    );
    assert_eq!(
        judged(&applied[..1], &both),
        "shop.0001 applied, shop.0002 pending"
    );
}

#[test]
fn what_a_migration_of_django_stands_for_is_read_from_its_file() {
    let text = "class Migration(migrations.Migration):\n    initial = True\n    replaces = [\n        \
                (\"shop\", \"0001_initial\"),\n        ('shop', '0002_b'),\n    ]\n    \
                dependencies = [(\"auth\", \"0001\")]\n";
    assert_eq!(names::replaces(text), ["shop.0001_initial", "shop.0002_b"]);
    let typed = "    replaces: list = [('shop', '0001')]";
    assert_eq!(names::replaces(typed), ["shop.0001"]);
    for text in [
        "    replaces = OLD\n    x = ['a', 'b']",
        "# replaces all",
        "",
    ] {
        assert!(names::replaces(text).is_empty(), "{text}");
    }
    let scripts = found(
        &[("shop/migrations/0001_squashed_0002_b.py", text)],
        Tool::Django,
        &["shop.0001_squashed_0002_b"],
    );
    assert_eq!(scripts[0].replaces, ["shop.0001_initial", "shop.0002_b"]);
}

#[test]
fn drizzles_journal_names_its_files() {
    let journal = r#"{"version": "7", "entries": [
        {"idx": 0, "when": 1700000000000, "tag": "0000_init"},
        {"idx": 1, "when": 1700000001000, "tag": "0001_orders"},
        {"idx": 2, "when": 1700000002000, "tag": "0002_not_there"}]}"#;
    let scripts = found(
        &[
            ("drizzle/meta/_journal.json", journal),
            ("drizzle/0000_init.sql", ""),
            ("drizzle/0001_orders.sql", "select 1"),
        ],
        Tool::Drizzle,
        &["1700000000000", "1700000001000"],
    );
    assert_eq!(scripts[0].name, "0000_init");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(scripts[0].checksum.as_deref(), Some(empty));
    assert!(names::journal(b"no journal").is_empty());
}

#[test]
fn a_revision_of_atlas_may_be_a_baseline_a_checkpoint_or_set_by_hand() {
    let files = ["1", "2", "3", "4"];
    let tool = Tool::Atlas;
    check(
        tool,
        &[".id rolled-back", "2 applied - baseline", "3 failed"],
        Some(&files),
        false,
        "1 applied, 2 applied, 3 failed, 4 pending",
    );
    check(
        tool,
        &["2 applied", "4 unfinished", "9 applied"],
        Some(&files),
        true,
        "9 not in the folder, 1 applied, 2 applied, 3 pending, 4 running",
    );
    let words = "2 pending: older than the newest applied: Atlas stops unless --exec-order is set";
    check_notes(tool, &["1 applied", "3 applied"], &files, &[words]);
    let judged = |rows: &[&str]| {
        let mut files = scripts(&files);
        files[2].checkpoint = true;
        let list = judge(tool, &records(rows), Some(&files), false);
        let list = list
            .iter()
            .map(|one| format!("{} {}", one.name, one.state.word()));
        list.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(judged(&[]), "3 pending, 4 pending");
    assert_eq!(judged(&[".id rolled-back"]), "3 pending, 4 pending");
    assert_eq!(
        judged(&["1 applied", "2 applied"]),
        "1 applied, 2 applied, 4 pending"
    );
    assert_eq!(
        judged(&["3 applied"]),
        "1 applied, 2 applied, 3 applied, 4 pending"
    );
}

#[test]
fn the_files_of_atlas_are_those_beside_its_sums() {
    let files = [
        ("migrations/atlas.sum", "h1:x="),
        ("migrations/1_init.sql", "create table t ();"),
        (
            "migrations/2.sql",
            "-- atlas:checkpoint\n\ncreate table t ();",
        ),
        ("migrations/3_more.down.sql", "drop table t;"),
    ];
    let scripts = found(&files, Tool::Atlas, &["1", "2"]);
    let read: Vec<_> = scripts
        .iter()
        .map(|one| (one.key.as_str(), one.name.as_str(), one.checkpoint))
        .collect();
    assert_eq!(read, [("1", "1_init", false), ("2", "2", true)]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("1_init.sql"), "").unwrap();
    let mut shelf = Shelf::new(Some(dir.path().to_owned()));
    assert_eq!(shelf.scripts(Tool::Atlas, &[]), None);
}

#[test]
fn sqitchs_plan_tells_what_is_pending_and_what_was_reworked() {
    let plan = "%syntax-version=1.0.0\n%project=flipr\n%uri=https://example.org/flipr\n\n\
                appschema 2026-01-01T10:00:00Z Ann <ann@example.org> # The schema.\n\
                users [appschema] 2026-01-02T10:00:00Z Ann <ann@example.org> # Users.\n\
                @v1.0 2026-01-03T10:00:00Z Ann <ann@example.org> # Tag.\n\n\
                users [users@v1.0] 2026-01-04T10:00:00Z Ann <ann@example.org> # Reworked.\n\
                # a remark\nlists 2026-01-05T10:00:00Z Ann <ann@example.org>\n";
    let scripts = found(
        &[
            ("database/sqitch.plan", plan),
            ("database/deploy/users.sql", ""),
        ],
        Tool::Sqitch,
        &[
            "flipr:appschema",
            "flipr:users",
            "flipr:users #2",
            "flipr:lists",
        ],
    );
    let judged = |rows: &[&str]| {
        let list = judge(Tool::Sqitch, &records(rows), Some(&scripts), false);
        let list = list
            .iter()
            .map(|one| format!("{} {}", one.name, one.state.word()));
        list.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        judged(&[
            "flipr:appschema applied",
            "flipr:users applied",
            "other:users applied"
        ]),
        "other:users applied, appschema applied, users applied, users #2 pending, lists pending"
    );
    assert_eq!(
        judged(&[
            "flipr:appschema applied",
            "flipr:users applied",
            "flipr:users failed",
            "flipr:gone applied"
        ]),
        "flipr:gone not in the folder, appschema applied, users applied, users #2 failed, lists pending"
    );
}

#[test]
fn a_migration_of_pgroll_that_is_begun_is_under_way_until_it_is_completed() {
    let files = ["01_a", "02_b", "03_c", "04_d"];
    check(
        Tool::Pgroll,
        &[
            "02_b applied - baseline",
            "02_b_2026 applied - inferred",
            "03_c begun",
            "audit.01_x applied",
            "99_z applied",
        ],
        Some(&files),
        false,
        "02_b_2026 applied, audit.01_x applied, 99_z not in the folder, 01_a applied, 02_b applied, \
         03_c running, 04_d pending",
    );
    found(
        &[
            ("package.json", "{\"name\": \"shop\"}"),
            ("migrations/01_a.yaml", "operations:\n  - sql:\n"),
            ("migrations/02_b.json", "{\"operations\": []}"),
            ("migrations/notes.json", "{}"),
        ],
        Tool::Pgroll,
        &["01_a", "02_b"],
    );
}
