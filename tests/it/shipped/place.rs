//! A company to deploy in: a server with the database `app`, an application that answers, and programs
//! on the path that write down how they were called.

use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gonogo::demo::server::Server;
use serde_json::Value;

use crate::support::run::Run;
use crate::support::{Bench, Web, postgres, text_of, wait};

/// What stands in for `npx`. `prisma` knows three verbs, and applies the SQL files of the release that is
/// in use; `ts-node` runs the SQL that a test wrote under the script's name, or moves JSON lines.
const NPX: &str = r#"#!/bin/bash
set -eu -o pipefail
echo "npx $*" >> "$PLACE/calls"
[ "$1" = --no ] || { echo "it would fetch $1" >&2; exit 1; }
shift
sql() { psql --no-psqlrc --set=ON_ERROR_STOP=1 --quiet --tuples-only --no-align "$DATABASE_URL" "$@"; }
table() { sql -c "create table if not exists _prisma_migrations (id text primary key default gen_random_uuid()::text, migration_name text not null, finished_at timestamptz default now(), rolled_back_at timestamptz)" 2>/dev/null; }
release=$(cat "$PLACE/release-migrations" 2>/dev/null || cat "$PLACE/release")
pending() {
  for file in "$PLACE/migrations/$release"/*.sql; do
    name=$(basename "$file" .sql)
    [ -n "$(sql -c "select 1 from _prisma_migrations where migration_name = '$name'")" ] || echo "$name"
  done
}
case "$1 $2 ${3:-}" in
  "prisma migrate status")
    if [ -n "$(pending)" ]; then echo "Following migration have not yet been applied:"; pending; exit 1; fi
    echo "Database schema is up to date!" ;;
  "prisma migrate resolve")
    sql -c "insert into _prisma_migrations (migration_name) values ('$5')"
    echo "Migration $5 marked as applied." ;;
  "prisma migrate deploy")
    table
    todo=$(pending)
    [ -n "$todo" ] || { echo "No pending migrations to apply."; exit 0; }
    for name in $todo; do
      sql --single-transaction -f "$PLACE/migrations/$release/$name.sql"
      sql -c "insert into _prisma_migrations (migration_name) values ('$name')"
    done
    echo "All migrations have been successfully applied." ;;
  "ts-node scripts/import.ts --from")
    cat "$4"/products/*.json | sql -c "create temp table lines (line jsonb)" -c "copy lines from stdin" \
      -c "insert into products select line->>'sku', line->>'name', (line->>'cents')::int from lines" ;;
  "ts-node scripts/"*)
    sql -f "$PLACE/$2" ;;
  *) echo "what is $*?" >&2; exit 2 ;;
esac
"#;

/// A program that only writes down how it was called.
const LISTENS: &str = r#"#!/bin/bash
echo "$(basename "$0") $*" >> "$PLACE/calls"
"#;

/// Puts a release in its place.
const APP_RELEASE: &str = r#"#!/bin/bash
echo "app-release $*" >> "$PLACE/calls"
echo "$2" > "$PLACE/release"
"#;

/// The company.
pub struct Place {
    bench: Bench,
    server: Server,
    _app: Web,
    answers: RefCell<Vec<String>>,
}

impl Place {
    /// One whose database holds what `schema` makes.
    pub fn new(schema: &str) -> Self {
        let server = Server::start(&[]).unwrap_or_else(|error| panic!("{error}"));
        postgres::execute(&server.url("postgres"), "create database app");
        postgres::execute(&server.url("app"), schema);
        let app = Web::start("fine");
        let mut bench = Bench::new();
        for folder in ["bin", "backups", "scripts", "migrations", "data/products"] {
            std::fs::create_dir_all(bench.path(folder)).unwrap();
        }
        for (name, text) in [
            ("npx", NPX),
            ("app-release", APP_RELEASE),
            ("systemctl", LISTENS),
            ("kubectl", LISTENS),
        ] {
            let path = bench.write(&format!("bin/{name}"), text);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let programs = server.programs().psql.clone().unwrap();
        let programs = programs.parent().unwrap_or(Path::new("/usr/bin"));
        let path = [
            bench.path("bin").display().to_string(),
            programs.display().to_string(),
            std::env::var("PATH").unwrap(),
        ];
        bench.set("PATH", path.join(":"));
        bench.set("PLACE", bench.path("").display().to_string());
        bench.set("DATA_DIR", bench.path("data").display().to_string());
        bench.set("DATABASE_URL", server.url("app"));
        bench.set("ADMIN_URL", server.url("postgres"));
        bench.set("RESTORED_URL", server.url("app_restored"));
        bench.set("APP_URL", app.url(""));
        Place {
            bench,
            server,
            _app: app,
            answers: RefCell::default(),
        }
    }

    /// What is answered when a variable is asked for.
    pub fn answer(&self, name: &str, value: &str) {
        let pair = format!("{name}={value}");
        self.answers.borrow_mut().extend(["--set".to_owned(), pair]);
    }

    pub fn write(&self, name: &str, text: &str) {
        self.bench.write(name, text);
    }

    pub fn read(&self, name: &str) -> String {
        self.bench.read(name)
    }

    /// A migration that comes with a release.
    pub fn migration(&self, release: &str, name: &str, sql: &str) {
        let folder = format!("migrations/{release}");
        std::fs::create_dir_all(self.bench.path(&folder)).unwrap();
        self.write(&format!("{folder}/{name}.sql"), sql);
    }

    /// What a script of the application does to the database.
    pub fn script(&self, name: &str, sql: &str) {
        self.write(&format!("scripts/{name}"), sql);
    }

    /// The release that runs now.
    pub fn release(&self, name: &str) {
        self.write("release", &format!("{name}\n"));
    }

    pub fn execute(&self, sql: &str) {
        postgres::execute(&self.server.url("app"), sql);
    }

    pub fn value(&self, sql: &str) -> String {
        self.value_in("app", sql)
    }

    pub fn value_in(&self, database: &str, sql: &str) -> String {
        postgres::value(&self.server.url(database), sql)
    }

    /// Starts a run of a shipped plan.
    pub fn start(&self, name: &str) -> Drive<'_> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let mut args = self.answers.borrow().clone();
        if text.contains("backup_dir") {
            let dir = self.bench.path("backups").display().to_string();
            args.extend(["--set".to_owned(), format!("backup_dir={dir}")]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Drive {
            bench: &self.bench,
            run: self.bench.start_as(name, &text, &args),
            choice: None,
        }
    }
}

/// Somebody who does what the run waits for.
pub struct Drive<'p> {
    bench: &'p Bench,
    run: Run<'p>,
    choice: Option<String>,
}

impl Drive<'_> {
    /// The phase that is taken where one of several has to be.
    pub fn choose(&mut self, phase: &str) {
        self.choice = Some(phase.to_owned());
    }

    /// To the end.
    pub fn drive(&mut self) {
        let last = self.until(|_| false);
        assert_eq!(last["state"], "completed", "{}", self.story());
    }

    /// Until the step with this id has passed.
    pub fn drive_to(&mut self, id: &str) {
        let passed = |step: &Value| step["id"] == id && step["status"] == "passed";
        self.until(|status| status["steps"].as_array().unwrap().iter().any(passed));
    }

    /// The same by its title.
    pub fn drive_to_title(&mut self, title: &str) {
        let passed = |step: &Value| step["title"] == title && step["status"] == "passed";
        self.until(|status| status["steps"].as_array().unwrap().iter().any(passed));
    }

    /// Until a step fails; which.
    pub fn drive_to_failure(&mut self) -> Value {
        let failed = |step: &&Value| step["status"] == "failed";
        let last = self.until(|status| {
            status["steps"]
                .as_array()
                .unwrap()
                .iter()
                .any(|s| failed(&s))
        });
        last["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(failed)
            .unwrap()
            .clone()
    }

    /// Back, by the tier of this name or the one that is offered.
    pub fn back(&mut self, tier: Option<&str>) {
        let mut args = vec!["rollback", "--confirm", "production"];
        if let Some(tier) = tier {
            args.extend(["--tier", tier]);
        }
        self.run.ctl(&args);
        let last = self.until(|_| false);
        assert_eq!(last["state"], "rolled_back", "{}", self.story());
    }

    /// What the snapshot that the step with this id took shows.
    pub fn snapshot(&self, id: &str) -> Value {
        let status = self.run.status();
        let steps = status["steps"].as_array().unwrap();
        steps.iter().find(|step| step["id"] == id).unwrap()["snapshot"].clone()
    }

    /// Does what is waited for until `enough` holds or the run is over; where it stands then.
    fn until(&mut self, enough: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut status = Value::Null;
            wait::until("the run waits for somebody", || {
                status = self.run.status();
                !status["waiting_for"].is_null() || over(&status)
            });
            if over(&status) || enough(&status) {
                return status;
            }
            let wish = status["waiting_for"].as_str().unwrap().to_owned();
            wait::until("what the run waits for is granted", || {
                let granted = self.grant(&wish);
                if !granted {
                    self.accept_haste();
                }
                granted || wish == "release"
            });
        }
    }

    /// Nobody here takes the time in which what is usual could be measured, and the machine is busy with
    /// other tests: what is said of speed, and of a database that has answered too late, is taken as it
    /// is. Everything else still stops the run.
    fn accept_haste(&self) {
        let status = self.run.status();
        let alerts = status["alerts"].as_array().unwrap().iter();
        for alert in alerts.filter(|alert| alert["state"] != "accepted") {
            let name = alert["name"].as_str().unwrap();
            let of_speed = name.contains("twice") || name.ends_with(": lost");
            // What nobody has looked at yet will be.
            if alert["state"] == "blind" && !of_speed {
                continue;
            }
            assert!(of_speed, "{name} stops it: {}", self.story());
            let reason = "a rehearsal has no time for it";
            self.run.try_ctl(&["accept", name, "--reason", reason]);
        }
        self.run.try_ctl(&["release"]);
    }

    /// Does what is waited for; whether that was granted.
    fn grant(&self, wish: &str) -> bool {
        let (verb, rest) = wish.split_once(' ').unwrap_or((wish, ""));
        let step = rest.split(' ').next().unwrap_or_default();
        match verb {
            "run" if rest.starts_with("a step of one of") => {
                let phase = self.choice.clone().expect("a choice");
                self.granted(&["run", &format!("{phase}.1")])
            }
            "run" | "tick" => self.granted(&[verb, step]),
            "release" => false,
            // What the gate's alerts watch has to be measured first.
            "go" => self.granted(&["go"]),
            "approve" => {
                let (names, _) = rest.split_once(" for ").unwrap();
                for name in names.split(", ") {
                    let mut bob = self.bench.program(&["ctl", &self.run.id, "approve", name]);
                    let output = bob.env("GONOGO_USER", "bob").output().unwrap();
                    assert!(output.status.success(), "{}", text_of(&output));
                }
                true
            }
            "finish" => self.granted(&["finish"]),
            "accept" => {
                self.accept_haste();
                true
            }
            _ => panic!("it waits for: {wish}\n{}", self.story()),
        }
    }

    fn granted(&self, command: &[&str]) -> bool {
        self.run.try_ctl(command).status.success()
    }

    fn story(&self) -> String {
        let entries = self.run.entries();
        let lines = entries
            .iter()
            .map(|entry| format!("{} {}\n", entry["kind"], entry["data"]));
        lines.collect()
    }
}

fn over(status: &Value) -> bool {
    ["completed", "rolled_back", "aborted"]
        .iter()
        .any(|state| status["state"] == *state)
}
