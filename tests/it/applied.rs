//! The files that a plan applies: which of them count, what can't be read, and what changes once the run has begun.

use serde_json::Value;

use crate::support::{Bench, Pty, text_of};

const HEAD: &str = "title = 'Apply files'\n[[phase]]\nname = 'Deploy'\nkind = 'deploy'\n";
const ADDS: &str = "alter table orders add column note text;\n";
const DROPS: &str = "drop table orders;\n";
/// A `psql` that only tells what it was given.
const PSQL: &str = "psql() { cat \"$2\" > applied; }";

fn step(id: &str, shell: &str) -> String {
    format!("[[phase.step]]\nid = '{id}'\ntitle = '{id}'\nshell = '''\n{shell}\n'''\n")
}

fn folder(bench: &Bench, files: &[(&str, &str)]) {
    for (name, text) in files {
        std::fs::create_dir_all(bench.path(name).parent().unwrap()).unwrap();
        bench.write(name, text);
    }
}

fn json(bench: &Bench, args: &[&str]) -> Value {
    let output = bench.gonogo(&[args, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)))
}

fn review(bench: &Bench) -> Value {
    json(bench, &["review", "plan.toml"])
}

/// Has bob approve `plan`, with the files that it finds.
fn approve(bench: &mut Bench, plan: &str) {
    bench.write("plan.toml", plan);
    bench.set("GONOGO_USER", "bob");
    let mut bob = Pty::start(bench, &["review", "plan.toml"], 120, 36);
    bob.see("you: bob");
    bob.keys("a\r");
    bob.see("approved by bob");
    bench.set("GONOGO_USER", "ann");
}

/// What the first step applies: the paths.
fn applies(bench: &Bench) -> Vec<String> {
    let steps = review(bench)["steps"].clone();
    let files = steps[0]["applies"].as_array().unwrap().clone();
    let path = |file: &Value| file["path"].as_str().unwrap().to_owned();
    files.iter().map(path).collect()
}

/// What `check` says of codes and messages.
fn problems(bench: &Bench) -> Vec<String> {
    let found = json(bench, &["check", "plan.toml"])["problems"].clone();
    let words = |problem: &Value| {
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}: {}", text("file"), text("code"), text("message"))
    };
    found.as_array().unwrap().iter().map(words).collect()
}

#[test]
fn a_file_that_changes_once_the_run_has_begun_is_asked_about() {
    let mut bench = Bench::new();
    bench.write("m.sql", ADDS);
    let first = step("first", "true");
    let second = step("apply", &format!("{PSQL}\npsql -f m.sql"));
    let plan = format!("{HEAD}{first}{second}");
    approve(&mut bench, &plan);
    let mut run = bench.start(&plan);
    run.ctl(&["run", "first"]);
    run.wait_finished("first");
    bench.write("m.sql", DROPS);
    run.ctl(&["run", "apply"]);
    let end = run.wait_finished("apply");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"failed".into(), &"no".into())
    );
    assert_eq!(end["changed"][0]["path"], "m.sql");
    assert_eq!(end["changed"][0]["is"], "changed");
    let message = end["message"].as_str().unwrap();
    assert!(
        message.starts_with("m.sql has changed since the run began"),
        "{message}"
    );
    assert!(!bench.path("applied").exists());
    let refused = run.refused(&["retry", "apply"]);
    assert!(
        refused.contains("m.sql has changed: give a reason"),
        "{refused}"
    );

    // A reason is for the file as it was then.
    std::fs::remove_file(bench.path("m.sql")).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(bench.path("m.sql"))
            .status()
            .unwrap()
            .success()
    );
    run.ctl(&["retry", "apply", "--reason", "it was agreed on"]);
    let end = run.wait_finished("apply");
    assert_eq!(end["changed"][0]["is"], "unreadable", "{end}");
    std::fs::remove_file(bench.path("m.sql")).unwrap();
    run.ctl(&["retry", "apply", "--reason", "try"]);
    assert_eq!(run.wait_finished("apply")["changed"][0]["is"], "gone");
    bench.write("m.sql", DROPS);
    run.ctl(&["retry", "apply", "--reason", "it is there again"]);
    assert_eq!(run.wait_finished("apply")["outcome"], "passed");
    assert_eq!(bench.read("applied"), DROPS);
    let report = text_of(&bench.gonogo(&["report", "last"]));
    assert!(report.contains("it is there again"), "{report}");
}

#[test]
fn a_run_that_goes_on_by_itself_stops_at_what_has_changed_and_not_at_what_it_makes() {
    let mut bench = Bench::new();
    folder(
        &bench,
        &[("change.sh", "echo '-- more' >> m.sql"), ("m.sql", ADDS)],
    );
    let made = step(
        "make",
        &format!("{PSQL}\necho 'select 1' > made.sql; psql -f made.sql"),
    );
    let again = step("again", &format!("{PSQL}\npsql -f made.sql"));
    let change = step("change", "sh ./change.sh");
    let apply = step("apply", &format!("{PSQL}\npsql -f m.sql"));
    let plan = format!("{HEAD}{made}{again}{change}{apply}");
    approve(&mut bench, &plan);
    let mut run = bench.start(&plan);
    run.ctl(&["auto", "on"]);
    assert_eq!(run.wait_finished("again")["outcome"], "passed");
    let end = run.wait_finished("apply");
    assert_eq!(end["changed"][0]["path"], "m.sql", "{end}");
    // Another engine knows what the files were as well.
    run.kill_engine();
    let mut run = run.resumed();
    run.ctl(&["retry", "apply", "--reason", "the line is meant"]);
    let again = |data: &Value| data["step"] == "apply" && data["attempt"] == 2;
    let end = run.wait_for("step_finished", again);
    assert_eq!(end["data"]["outcome"], "passed", "{end}");
}

#[test]
fn where_nobody_has_approved_what_steps_find_is_what_was_wanted() {
    let bench = Bench::new();
    bench.write("m.sql", ADDS);
    let bring = step("bring", "sh -c 'echo \"-- more\" >> m.sql'");
    let apply = step("apply", &format!("{PSQL}\npsql -f m.sql"));
    let mut run = bench.start(&format!("{HEAD}{bring}{apply}"));
    for step in ["bring", "apply"] {
        run.ctl(&["run", step]);
        assert_eq!(run.wait_finished(step)["outcome"], "passed");
    }
    assert_eq!(bench.read("applied"), format!("{ADDS}-- more\n"));
}

#[test]
fn a_way_back_goes_on_with_the_files_that_there_are() {
    let mut bench = Bench::new();
    bench.write("m.sql", ADDS);
    let undo = format!("undo = {{ shell = \"{PSQL}; psql -f down.sql\" }}\n");
    let undo = undo.replace("\"$2\"", "$2");
    let apply = step("apply", "echo 'drop table orders' > down.sql");
    let plan = format!("{HEAD}{apply}{undo}");
    approve(&mut bench, &plan);
    let mut run = bench.start(&plan);
    run.ctl(&["run", "apply"]);
    assert_eq!(run.wait_finished("apply")["outcome"], "passed");
    bench.write("down.sql", DROPS);
    run.ctl(&["rollback", "--tier", "undo"]);
    assert_eq!(run.wait_over(), "rolled_back");
    assert_eq!(bench.read("applied"), DROPS);
}

#[test]
fn files_that_others_include_count_and_are_judged() {
    let bench = Bench::new();
    bench.write(
        "plan.toml",
        &format!(
            "{HEAD}{}",
            step("apply", "psql -v ON_ERROR_STOP=1 -f sql/all.sql")
        ),
    );
    folder(
        &bench,
        &[
            (
                "sql/all.sql",
                "begin;\n\\ir parts/a.sql\n\\i sql/b.sql\n\\i nowhere.sql\ncommit;\n",
            ),
            (
                "sql/parts/a.sql",
                "\\ir ../all.sql\ncreate index concurrently i on big (a);\n",
            ),
            ("sql/b.sql", DROPS),
        ],
    );
    let found = ["sql/all.sql", "sql/parts/a.sql", "sql/b.sql"];
    assert_eq!(applies(&bench), found);
    let said = problems(&bench).join("\n");
    assert!(said.contains("parts/a.sql not-in-transaction"), "{said}");
    assert!(said.contains("sql/b.sql breaking-change"), "{said}");
    assert!(
        said.contains("this runs `nowhere.sql`, found nowhere"),
        "{said}"
    );
    let before = review(&bench)["digest"].clone();
    bench.write("sql/b.sql", ADDS);
    assert_ne!(review(&bench)["digest"], before);
}

#[test]
fn migrations_that_are_no_sql_count_as_text() {
    for (command, files, found) in [
        (
            "bin/rails db:migrate",
            &["db/migrate/1_a.rb", "db/structure.sql", "db/seeds.rb"][..],
            &["db/migrate/1_a.rb", "db/structure.sql"][..],
        ),
        (
            "alembic upgrade head",
            &["alembic.ini", "db/versions/1.py", "alembic/versions/2.py"],
            &["db/versions/1.py"],
        ),
        (
            "python manage.py migrate",
            &[
                "manage.py",
                "shop/migrations/0001_a.py",
                "shop/migrations/__init__.py",
                "a/models.py",
            ],
            &["shop/migrations/0001_a.py"],
        ),
        (
            "npx --no knex migrate:latest",
            &["migrations/1.js"],
            &["migrations/1.js"],
        ),
        (
            "npx --no typeorm migration:run",
            &["src/migrations/1.ts"],
            &["src/migrations/1.ts"],
        ),
        (
            "liquibase --changelog-file=db/log/all.xml update",
            &["db/log/all.xml", "db/log/1.yaml", "db/x.xml"],
            &["db/log/1.yaml", "db/log/all.xml"],
        ),
        (
            "flyway migrate",
            &["flyway.conf", "db/V1__a.sql", "sql/V2__b.sql"],
            &["db/V1__a.sql"],
        ),
        (
            "goose up",
            &["migrations/1_a.sql", "migrations/2_b.go"],
            &["migrations/1_a.sql", "migrations/2_b.go"],
        ),
    ] {
        let bench = Bench::new();
        bench.write("plan.toml", &format!("{HEAD}{}", step("apply", command)));
        let texts = files.iter().map(|name| match *name {
            "alembic.ini" => (*name, "[alembic]\nscript_location = %(here)s/db\n"),
            "flyway.conf" => (*name, "flyway.locations=filesystem:db\n"),
            name => (name, "select 1;\n"),
        });
        folder(&bench, &texts.collect::<Vec<_>>());
        assert_eq!(applies(&bench), found, "{command}");
        let said = problems(&bench).join("\n");
        let is_sql = command.starts_with("flyway") || command.starts_with("goose");
        assert_eq!(
            said.contains("is not SQL: not classified"),
            !is_sql,
            "{said}"
        );
    }
}

#[test]
fn what_can_not_be_read_is_named_and_the_rest_is_shown() {
    let mut bench = Bench::new();
    let plan = format!(
        "review = {{ approvals = 1 }}\n{HEAD}{}",
        step("apply", "sqlx migrate run")
    );
    bench.write("plan.toml", &plan);
    folder(&bench, &[("migrations/1_a.sql", ADDS)]);
    let at = |name: &str| bench.path(&format!("migrations/{name}"));
    assert!(
        std::process::Command::new("mkfifo")
            .arg(at("2_b.sql"))
            .status()
            .unwrap()
            .success()
    );
    std::os::unix::fs::symlink("nowhere", at("3_c.sql")).unwrap();
    std::fs::create_dir(at("4_d.sql")).unwrap();
    let now = review(&bench);
    let why: Vec<&str> = now["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["why"].as_str().unwrap())
        .collect();
    assert_eq!(
        why,
        [
            "it is a named pipe",
            "it is a link to what is not there",
            "it is a folder"
        ]
    );
    assert_eq!(now["steps"][0]["applies"][0]["path"], "migrations/1_a.sql");
    let human = text_of(&bench.gonogo(&["review", "plan.toml", "--format", "human"]));
    assert!(
        human.contains("migrations/2_b.sql can't be read: it is a named pipe"),
        "{human}"
    );
    let said = problems(&bench).join("\n");
    assert!(
        said.contains("`migrations/3_c.sql` can't be read, it is a link to what is not there"),
        "{said}"
    );
    bench.set("GONOGO_USER", "ann");
    let refused = text_of(&bench.gonogo(&["run", "plan.toml", "--detach"]));
    assert!(
        refused.contains("migrations/2_b.sql, which it applies, can't be read"),
        "{refused}"
    );
    assert!(bench.run_dirs().is_empty());
}

#[test]
fn how_lines_end_takes_no_approval_back() {
    let bench = Bench::new();
    let plan = format!(
        "migrations = ['own']\n{HEAD}{}",
        step("apply", "psql -f m.sql")
    );
    let write = |plan: &str, file: &str| {
        bench.write("plan.toml", plan);
        folder(&bench, &[("m.sql", file), ("own/1.sql", "select 1;\n")]);
    };
    let ends = |text: &str| text.replace('\n', "\r\n");
    write(&ends(&plan), &ends(ADDS));
    let now = review(&bench);
    assert_eq!(now["applies"][0]["path"], "own/1.sql");
    write(&plan, ADDS);
    let digest = review(&bench)["digest"].clone();
    assert_eq!(now["digest"], digest);
    write(&plan, DROPS);
    assert_ne!(review(&bench)["digest"], digest);
}
