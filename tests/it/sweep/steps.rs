//! A plan of scripts and statements that each leave a trace, killed between and in them.

use gonogo::demo::server::Server;
use rustix::process::Signal;
use serde_json::Value;

use super::{Dice, seeds};
use crate::support::process::{locked_by, signal};
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, text_of, wait};

/// How many rounds there are in the suite.
const ROUNDS: u64 = 10;
const STEPS: usize = 6;
const KILLS: usize = 3;

/// Odd steps are scripts that leave a trace when they begin and when they end, even ones SQL that
/// leaves a row.
fn plan() -> String {
    let mut text = String::from(
        "title = \"Sweep\"\n[databases.main]\nurl_env = \"DATABASE_URL\"\n[[phase]]\nname = \"P\"\nkind = \"deploy\"\n",
    );
    for n in 1..=STEPS {
        let work = if n % 2 == 0 {
            format!("sql = \"insert into rows values ({n}); select pg_sleep(0.03)\"")
        } else {
            format!("shell = \"echo begin {n} >>trace; sleep 0.05; echo end {n} >>trace\"")
        };
        text.push_str(&format!(
            "  [[phase.step]]\n  id = \"s{n}\"\n  title = \"Step {n}\"\n  {work}\n  undo = {{ shell = \"true\" }}\n"
        ));
    }
    text
}

#[test]
fn whatever_is_killed_the_run_comes_to_its_end_and_the_record_is_right() {
    for seed in seeds(ROUNDS) {
        Round::new(seed).drive();
    }
}

struct Round {
    seed: u64,
    dice: Dice,
    server: Server,
    bench: Bench,
    kills: Vec<&'static str>,
}

impl Round {
    fn new(seed: u64) -> Self {
        // What is committed must survive the server's death.
        let server = Server::start(&[("synchronous_commit", "on")]).unwrap();
        let mut bench = Bench::new();
        bench.set("DATABASE_URL", server.url("postgres"));
        postgres::execute(&server.url("postgres"), "create table rows (n int)");
        Round {
            seed,
            dice: Dice(seed),
            server,
            bench,
            kills: Vec::new(),
        }
    }

    fn drive(mut self) {
        let bench = std::mem::replace(&mut self.bench, Bench::new());
        let run = bench.start(&plan());
        let mut screen = Some(Pty::start(&bench, &["attach", "--watch"], 80, 24));
        run.ctl(&["auto", "on"]);
        let mut next = self.dice.below(8);
        wait::until(&format!("the end of round {}", self.seed), || {
            if locked_by(&run.dir().join("engine.lock")).is_none() {
                let resumed = bench.gonogo(&["resume", &run.id, "--detach"]);
                assert!(
                    resumed.status.success(),
                    "seed {}: {}",
                    self.seed,
                    text_of(&resumed)
                );
            }
            let status = run.status();
            let settled = settled(&status);
            if self.kills.len() < KILLS && settled >= next % STEPS as u64 {
                self.kill(&run, &mut screen);
                next = settled + self.dice.below(4);
                return false;
            }
            self.push(&run, &status);
            if status["state"] == "watching" {
                run.try_ctl(&["finish"]);
            }
            status["state"] == "completed"
        });
        self.judge(&bench, &run);
    }

    fn kill(&mut self, run: &Run<'_>, screen: &mut Option<Pty>) {
        match self.dice.below(4) {
            0 | 1 => {
                if let Some(engine) = locked_by(&run.dir().join("engine.lock")) {
                    signal(engine, Signal::KILL);
                    self.kills.push("engine");
                }
            }
            2 => {
                let files = std::fs::read_dir(run.dir().join("output"));
                let mut files = files.into_iter().flatten().flatten();
                if let Some(shim) = files.find_map(|file| locked_by(&file.path())) {
                    signal(shim, Signal::KILL);
                    self.kills.push("shim");
                }
            }
            _ => {
                if let Some(screen) = screen.take() {
                    signal(screen.pid(), Signal::KILL);
                    self.kills.push("screen");
                } else {
                    self.server.kill9();
                    self.server.launch().unwrap();
                    self.kills.push("server");
                }
            }
        }
    }

    /// What the journal says is what happened.
    fn judge(&self, bench: &Bench, run: &Run<'_>) {
        let told = format!("seed {}, killed {:?}", self.seed, self.kills);
        let status = run.status();
        assert_eq!(status["state"], "completed", "{told}");
        let trace = bench.read("trace");
        for n in 1..=STEPS {
            let step = run.step(&format!("1.{n}"));
            assert_eq!(step["status"], "passed", "{told}: {step}");
            if n % 2 == 0 {
                let rows = format!("select count(*) from rows where n = {n}");
                let rows = postgres::answer(&self.server.url("postgres"), &rows);
                assert_eq!(rows, "1", "{told}: {step}");
            } else {
                let begun = trace
                    .lines()
                    .filter(|line| *line == format!("begin {n}"))
                    .count();
                assert!(
                    begun as u64 <= step["attempt"].as_u64().unwrap(),
                    "{told}: {step}\n{trace}"
                );
                assert!(trace.contains(&format!("end {n}")), "{told}: {trace}");
            }
        }
        let verified = bench.gonogo(&["verify", &run.id]);
        assert!(verified.status.success(), "{told}: {}", text_of(&verified));
    }
}

fn settled(status: &Value) -> u64 {
    let steps = status["steps"].as_array().unwrap();
    steps
        .iter()
        .filter(|step| step["status"] == "passed")
        .count() as u64
}

impl Round {
    /// Does what a person would: releases holds, and sees to what failed or nobody knows of. What is
    /// asked too early is refused, and asked again.
    fn push(&self, run: &Run<'_>, status: &Value) {
        for step in status["steps"].as_array().unwrap() {
            let number = step["number"].as_str().unwrap();
            match step["status"].as_str().unwrap() {
                "failed" => self.retry(run, number),
                "unknown" => match self.has_row(number) {
                    Some(true) => {
                        run.try_ctl(&["done", number, "--reason", "its row is there"]);
                    }
                    Some(false) => self.retry(run, number),
                    None => {}
                },
                _ => {}
            }
        }
        if !status["holds"].as_array().unwrap().is_empty() {
            run.try_ctl(&["release"]);
        }
        run.try_ctl(&["auto", "on"]);
    }

    fn retry(&self, run: &Run<'_>, number: &str) {
        let why = format!("I looked in round {}, it may be run again", self.seed);
        run.try_ctl(&["retry", number, "--reason", &why]);
    }

    /// Whether the step of this number has left a row; `None` while the server does not say. A script
    /// leaves none.
    fn has_row(&self, number: &str) -> Option<bool> {
        let n = number.trim_start_matches("1.");
        let rows = format!("(select count(*) from rows where n = {n})");
        let rows = postgres::ask(&self.server.url("postgres"), &rows).ok()?;
        Some(rows == "1")
    }
}
