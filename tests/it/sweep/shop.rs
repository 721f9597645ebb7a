//! The demonstration's plan, on the demonstration's server, with its shop and its customers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gonogo::demo::Demo;
use gonogo::demo::server::Server;
use rustix::process::Signal;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::person::{Person, Places};
use super::{Dice, seeds};
use crate::support::postgres::answer;
use crate::support::process::{locked_by, signal};
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, text_of, wait};

/// How many rounds there are in the suite.
const ROUNDS: u64 = 10;
/// How long a round may take before it counts as stuck: a hundred times what it takes.
const LIMIT: Duration = Duration::from_mins(20);

/// How many columns of orders there are that the plan adds.
const COLUMNS: &str = "(select count(*) from information_schema.columns
                        where table_name = 'orders' and column_name = 'points')";

/// Writes down, in the transaction that does it, what is really done to the shop.
const AUDIT: &str = "
create schema audit;
create table audit.done (what text not null, xid text not null default txid_current()::text);
create function audit.ddl() returns event_trigger language plpgsql as
    $$ begin insert into audit.done (what) values (tg_tag); end $$;
create function audit.filled() returns trigger language plpgsql as
    $$ begin insert into audit.done (what) values ('UPDATE'); return null; end $$;
create trigger audit after update on orders for each statement execute function audit.filled();
create event trigger audit on ddl_command_end when tag in ('ALTER TABLE') execute function audit.ddl();
";

#[test]
fn whatever_is_killed_under_the_demonstration_its_record_is_what_happened_to_the_shop() {
    for seed in seeds(ROUNDS) {
        Round::new(seed).drive();
    }
}

struct Round {
    seed: u64,
    dice: Dice,
    runtime: Runtime,
    demo: Demo,
    bench: Bench,
    places: Places,
}

impl Round {
    fn new(seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        // As the program does, for the customers; a second call would find it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut demo = runtime.block_on(Demo::start()).unwrap();
        let mut bench = Bench::new();
        for (name, value) in demo.environment() {
            bench.set(&name, value);
        }
        let places = Places {
            server: demo.server().url("postgres"),
            shop: demo.server().url("shop"),
        };
        postgres::execute(&places.shop, AUDIT);
        watch_programs(&mut bench, demo.server());
        Round {
            seed,
            dice: Dice(seed),
            runtime,
            demo,
            bench,
            places,
        }
    }

    fn drive(mut self) {
        let plan = std::fs::read_to_string(self.demo.plan()).unwrap();
        let run = self.bench.start(&plan);
        // Every other round goes back: from any point of the migration on.
        let goes_back = self.seed % 2 == 1;
        let after = usize::try_from(6 + self.dice.below(8)).unwrap();
        let mut person = Person::new(&self.bench, &run, &self.places, goes_back.then_some(after));
        let over = AtomicBool::new(false);
        let mut killer = Killer {
            dice: Dice(self.seed.wrapping_mul(7919).wrapping_add(17)),
            bench: &self.bench,
            dir: run.dir(),
            server: self.demo.server(),
            screen: None,
            kills: Vec::new(),
        };
        let (kills, came_to_its_end) = std::thread::scope(|scope| {
            let killing = scope.spawn(|| {
                killer.go_about(&over);
                killer.kills
            });
            let since = Instant::now();
            let mut came_to_its_end = false;
            while !came_to_its_end && since.elapsed() < LIMIT {
                came_to_its_end = person.turn();
            }
            over.store(true, Ordering::Relaxed);
            (killing.join().unwrap(), came_to_its_end)
        });
        let told = format!("seed {}, back {goes_back}, killed {kills:?}", self.seed);
        assert!(came_to_its_end, "{told}: {}\n{}", run.status(), story(&run));
        let notes = person.notes;
        println!("{told}");
        Record::of(&run, &told).judge(&self.bench, &self.places, goes_back, &notes);
        drop(run);
        self.runtime.block_on(self.demo.end());
    }
}

/// What happened, for whoever reads of a failure.
fn story(run: &Run<'_>) -> String {
    let entries = run.entries();
    let lines = entries.iter().map(|entry| format!("{entry}\n"));
    lines.collect()
}

/// The programs that the plan runs tell when they begin and when they end.
fn watch_programs(bench: &mut Bench, server: &Server) {
    use std::os::unix::fs::PermissionsExt;

    let programs = server.programs();
    std::fs::create_dir(bench.path("bin")).unwrap();
    for (name, program) in [
        ("pg_dump", &programs.pg_dump),
        ("pg_restore", &programs.pg_restore),
        ("psql", &programs.psql),
    ] {
        let (trace, program) = (bench.path("trace"), program.as_ref().unwrap());
        let script = format!(
            "#!/bin/sh\necho \"begin $PGAPPNAME {name}\" >>{trace}\n{program} \"$@\"\ncode=$?\necho \"end $PGAPPNAME {name} $code\" >>{trace}\nexit $code\n",
            trace = trace.display(),
            program = program.display(),
        );
        let path = bench.write(&format!("bin/{name}"), &script);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap_or_default();
    bench.set("PATH", format!("{}:{path}", bench.path("bin").display()));
}

/// Whoever kills.
struct Killer<'b> {
    dice: Dice,
    bench: &'b Bench,
    dir: PathBuf,
    server: &'b mut Server,
    screen: Option<Pty>,
    kills: Vec<&'static str>,
}

impl Killer<'_> {
    /// Kills something now and then, until there is enough or it is over.
    fn go_about(&mut self, over: &AtomicBool) {
        let kills = 3 + self.dice.below(4);
        for _ in 0..kills {
            if self.screen.is_none() {
                self.screen = Some(Pty::start(self.bench, &["attach", "--watch"], 100, 30));
            }
            // A moment by chance is the point: it is no wait for anything.
            let moment = self.dice.below(1500);
            std::thread::sleep(Duration::from_millis(moment));
            if over.load(Ordering::Relaxed) {
                return;
            }
            self.kill();
        }
    }

    fn kill(&mut self) {
        match self.dice.below(10) {
            0..4 => {
                if let Some(engine) = locked_by(&self.dir.join("engine.lock")) {
                    signal(engine, Signal::KILL);
                    self.kills.push("engine");
                }
            }
            4..6 => {
                let files = std::fs::read_dir(self.dir.join("output"));
                let mut files = files.into_iter().flatten().flatten();
                if let Some(shim) = files.find_map(|file| locked_by(&file.path())) {
                    signal(shim, Signal::KILL);
                    self.kills.push("shim");
                }
            }
            6 => {
                if let Some(screen) = self.screen.take() {
                    signal(screen.pid(), Signal::KILL);
                    self.kills.push("screen");
                }
            }
            7 => {
                let ours = "(select pid from pg_stat_activity
                             where application_name like 'gonogo:%' limit 1)";
                let pid = postgres::ask(&self.server.url("postgres"), ours);
                if let Some(pid) = pid.ok().and_then(|pid| pid.parse().ok()) {
                    signal(pid, Signal::KILL);
                    self.kills.push("session");
                }
            }
            _ => {
                self.server.kill9();
                self.kills.push("server");
                std::thread::sleep(Duration::from_millis(self.dice.below(800)));
                self.server.launch().unwrap();
            }
        }
    }
}

/// What the journal says of one attempt at one step.
#[derive(Debug, Default)]
struct Attempt {
    xid: Option<String>,
    /// Its last outcome and whether it was applied; none while nobody has said.
    outcome: Option<(String, String)>,
}

/// A run's record.
struct Record<'b> {
    run: &'b Run<'b>,
    told: &'b str,
    attempts: BTreeMap<(String, u64), Attempt>,
}

impl<'b> Record<'b> {
    fn of(run: &'b Run<'b>, told: &'b str) -> Self {
        let mut attempts: BTreeMap<(String, u64), Attempt> = BTreeMap::new();
        for entry in run.entries() {
            let data = &entry["data"];
            let key = || {
                let step = data["step"].as_str().unwrap().to_owned();
                (step, data["attempt"].as_u64().unwrap())
            };
            match entry["kind"].as_str().unwrap() {
                "step_started" => drop(attempts.entry(key()).or_default()),
                "step_transaction" => {
                    attempts.entry(key()).or_default().xid =
                        data["xid"].as_u64().map(|xid| xid.to_string());
                }
                "step_finished" => {
                    let word = |name: &str| data[name].as_str().unwrap().to_owned();
                    attempts.entry(key()).or_default().outcome =
                        Some((word("outcome"), word("applied")));
                }
                _ => {}
            }
        }
        Record {
            run,
            told,
            attempts,
        }
    }

    fn judge(&self, bench: &Bench, places: &Places, back: bool, notes: &[String]) {
        let (told, story) = (self.told, || story(self.run));
        let status = self.run.status();
        let state = if back { "rolled_back" } else { "completed" };
        assert_eq!(status["state"], state, "{told}\n{}", story());
        let verified = bench.gonogo(&["verify", &self.run.id]);
        assert!(verified.status.success(), "{told}: {}", text_of(&verified));
        let report = bench.gonogo(&["report", &self.run.id, "--format", "json"]);
        let report: Value = serde_json::from_slice(&report.stdout).unwrap();
        assert_eq!(report["status"]["steps"], status["steps"], "{told}");
        let steps = status["steps"].as_array().unwrap();
        let of_the_way = |step: &&Value| back == step["number"].as_str().unwrap().starts_with('R');
        let way: Vec<&Value> = steps.iter().filter(of_the_way).collect();
        // Who goes back before anything was applied has nothing to restore.
        let nothing = back && way.iter().all(|step| step["status"] == "pending");
        for step in way {
            let passed = nothing || step["status"] == "passed";
            assert!(passed, "{told}: {step}\n{}", story());
        }
        self.judge_notes(notes);
        if nothing {
            self.judge_done(&places.shop);
            assert_eq!(answer(&places.shop, COLUMNS), "0", "{told}\n{}", story());
        } else {
            self.judge_shop(places, back);
        }
        self.judge_programs(bench);
    }

    /// What was granted is in the record, once.
    fn judge_notes(&self, notes: &[String]) {
        let entries = self.run.entries();
        let times = |note: &String| {
            let is_it = |entry: &&Value| entry["data"]["text"] == note.as_str();
            entries.iter().filter(is_it).count()
        };
        for note in notes {
            assert_eq!(times(note), 1, "{}: {note}", self.told);
        }
    }

    /// The shop is as it should be at the end, and the journal says of it what the database says.
    fn judge_shop(&self, places: &Places, back: bool) {
        let told = self.told;
        if back {
            let orders = "(select count(*) >= 100000 from orders)";
            assert_eq!(answer(&places.shop, COLUMNS), "0", "{told}");
            assert_eq!(answer(&places.shop, orders), "true", "{told}");
            let open = "alter database shop_failed with allow_connections true";
            wait::until("it can be looked at", || {
                postgres::attempt(&places.server, open).is_ok()
            });
            self.judge_done(&places.shop.replace("/shop?", "/shop_failed?"));
            return;
        }
        let missing = "(select count(*) from orders where points is null and id <= 100000)";
        let broken = "(select count(*) from pg_index where not indisvalid)";
        assert_eq!(answer(&places.shop, missing), "0", "{told}");
        assert_eq!(answer(&places.shop, broken), "0", "{told}");
        let count = self.judge_done(&places.shop);
        assert_eq!(count, 2, "{told}\n{}", story(self.run));
    }

    /// Nothing was done twice, and the journal says of every transaction whether it was done. Tells
    /// how many were.
    fn judge_done(&self, shop: &str) -> usize {
        let mut count = 0;
        for (step, what) in [("add-the-column", "ALTER TABLE"), ("fill-it-in", "UPDATE")] {
            let sql =
                format!("(select string_agg(xid, ' ') from audit.done where what = '{what}')");
            let done = answer(shop, &sql);
            let done: Vec<&str> = done.split_whitespace().collect();
            count += done.len();
            let attempts = self.attempts.iter().filter(|((id, _), _)| id == step);
            let wrong = attempts.filter(|((_, number), at)| {
                // A number that a crash has made the server forget may be that of the next attempt.
                let mut later = self.attempts.range((step.to_owned(), number + 1)..);
                let is_again = later.any(|((id, _), other)| id == step && other.xid == at.xid);
                let really = at.xid.as_deref().is_some_and(|xid| done.contains(&xid));
                match at.outcome.as_ref().map(|(_, applied)| applied.as_str()) {
                    Some("yes") => !really,
                    Some("no") => really && !is_again,
                    _ => false,
                }
            });
            let wrong: Vec<_> = wrong.collect();
            assert!(
                done.len() <= 1 && wrong.is_empty(),
                "{}: {what} by {done:?}, but {wrong:?}\n{}",
                self.told,
                story(self.run)
            );
        }
        count
    }

    /// No program was begun more often than the journal says.
    fn judge_programs(&self, bench: &Bench) {
        let trace = bench.read("trace");
        for (id, number, program, each) in [
            ("dump-the-shop", "2.1", "pg_dump", 1),
            ("the-dump-can-be-read-to-its-end", "2.2", "pg_restore", 2),
            ("restore-into-a-new-database", "R1.2", "psql", 1),
            ("restore-into-a-new-database", "R1.2", "pg_restore", 1),
            ("put-it-in-the-place-of-the-old-one", "R1.3", "psql", 1),
        ] {
            let name = format!("gonogo:{}:{number} {program}", self.run.id);
            let lines = |line: &str| trace.lines().filter(|l| *l == line).count();
            let begun = lines(&format!("begin {name}"));
            let ended = lines(&format!("end {name} 0"));
            let of_step = || self.attempts.iter().filter(|((step, _), _)| step == id);
            let passed = of_step().filter(|(_, at)| {
                at.outcome
                    .as_ref()
                    .is_some_and(|(outcome, _)| outcome == "passed")
            });
            let (attempts, passed) = (of_step().count(), passed.count());
            assert!(
                begun <= attempts * each && ended >= passed * each,
                "{}: {name}: {attempts} attempts, {passed} passed\n{trace}\n{}",
                self.told,
                story(self.run)
            );
        }
    }
}
