//! Whoever drives the demonstration while everything around them dies. They start engines, tick, give
//! the go, and where a step failed or nobody knows how it ended, they look at the server first and
//! then decide.

use serde_json::Value;

use crate::support::process::{group_lives, locked_by};
use crate::support::run::Run;
use crate::support::{Bench, postgres};

/// Where the person looks.
pub struct Places {
    /// The server's own database, which is never renamed.
    pub server: String,
    /// The shop's database.
    pub shop: String,
}

pub struct Person<'b> {
    pub bench: &'b Bench,
    pub run: &'b Run<'b>,
    pub places: &'b Places,
    /// After how many passed steps they go back, if they do.
    pub goes_back_after: Option<usize>,
    /// What they noted and was granted.
    pub notes: Vec<String>,
    turns: usize,
}

/// What a person does about a step that failed or whose end nobody knows.
enum Choice {
    Retry(&'static str),
    Done(&'static str),
    /// It is too early to say.
    Wait,
}

impl<'b> Person<'b> {
    pub fn new(
        bench: &'b Bench,
        run: &'b Run<'b>,
        places: &'b Places,
        goes_back_after: Option<usize>,
    ) -> Self {
        Person {
            bench,
            run,
            places,
            goes_back_after,
            notes: Vec::new(),
            turns: 0,
        }
    }

    /// Does what is to be done now. True once the run is over.
    pub fn turn(&mut self) -> bool {
        self.turns += 1;
        if locked_by(&self.run.dir().join("engine.lock")).is_none() {
            // The engine may be killed again while it starts.
            self.bench.gonogo(&["resume", &self.run.id, "--detach"]);
        }
        let status = self.run.status();
        match status["state"].as_str().unwrap() {
            "completed" | "rolled_back" | "aborted" => return true,
            "held" => drop(self.ctl(&["release"])),
            "watching" if self.goes_back_after.is_none() => drop(self.ctl(&["finish"])),
            _ => {}
        }
        if self.turns.is_multiple_of(5) {
            let note = format!("note number {}", self.turns);
            if self.ctl(&["note", &note]) {
                self.notes.push(note);
            }
        }
        let steps = status["steps"].as_array().unwrap();
        let back = status["state"] == "rolling_back";
        for step in steps {
            let number = step["number"].as_str().unwrap();
            if back == number.starts_with('R') {
                self.see_to(number, step);
            }
        }
        let passed = steps.iter().filter(|step| step["status"] == "passed");
        let passed = passed.count();
        let may_go_back = !back && !status["t_zero"].is_null();
        if may_go_back && self.goes_back_after.is_some_and(|after| passed >= after) {
            self.ctl(&["rollback", "--confirm", "demo"]);
        }
        if !back {
            self.ctl(&["go"]);
            self.ctl(&["auto", "on"]);
        }
        false
    }

    /// Whether it was granted.
    fn ctl(&self, args: &[&str]) -> bool {
        self.run.try_ctl(args).status.success()
    }

    fn see_to(&self, number: &str, step: &Value) {
        match step["status"].as_str().unwrap() {
            "pending" if step["kind"] == "check" => drop(self.ctl(&["tick", number])),
            // The dangerous one, which does not start by itself.
            "pending" if number == "3.2" => drop(self.ctl(&["run", number])),
            "running" if number == "3.1" => self.end_the_report(),
            "failed" | "unknown" | "stuck" => match self.decide(number, step) {
                Choice::Retry(why) => drop(self.ctl(&["retry", number, "--reason", why])),
                Choice::Done(how) => drop(self.ctl(&["done", number, "--reason", how])),
                Choice::Wait => {}
            },
            _ => {}
        }
    }

    /// The report that the migration waits for is ended, as the screen offers it.
    fn end_the_report(&self) {
        let reports = "select pid from pg_stat_activity where application_name = 'nightly report'";
        if let Ok(pid) = postgres::ask(&self.places.server, reports)
            && !pid.is_empty()
        {
            self.ctl(&["terminate", &pid]);
        }
    }

    fn decide(&self, number: &str, step: &Value) -> Choice {
        if self.is_still_there(step) {
            return Choice::Wait;
        }
        let looked = match number {
            "3.1" => self.column(),
            "3.2" => self.filled(),
            "3.3" => self.index(),
            "R1.2" => self.restored(),
            "R1.3" => self.renamed(),
            _ => Ok(Choice::Retry("it changes nothing")),
        };
        looked.unwrap_or(Choice::Wait)
    }

    /// Whether a process of the step's last attempt lives, although nobody watches it any more.
    fn is_still_there(&self, step: &Value) -> bool {
        let name = format!("{}-{}.shim", step["id"].as_str().unwrap(), step["attempt"]);
        let lock = std::fs::read_to_string(self.run.dir().join("output").join(name));
        let lock = lock.unwrap_or_default();
        let group = lock.lines().nth(1).and_then(|pid| pid.trim().parse().ok());
        group.is_some_and(group_lives)
    }

    fn column(&self) -> sqlx::Result<Choice> {
        let there = "exists (select from information_schema.columns
                             where table_name = 'orders' and column_name = 'points')";
        Ok(match postgres::ask(&self.places.shop, there)?.as_str() {
            "true" => Choice::Done("the column is there"),
            _ => Choice::Retry("the column is not there"),
        })
    }

    fn filled(&self) -> sqlx::Result<Choice> {
        let filled = "not exists (select from orders where points is null and id <= 100000)";
        Ok(match postgres::ask(&self.places.shop, filled)?.as_str() {
            "true" => Choice::Done("every old order has its points"),
            _ => Choice::Retry("old orders have no points"),
        })
    }

    fn index(&self) -> sqlx::Result<Choice> {
        let busy = "exists (select from pg_stat_activity
                            where state <> 'idle' and query like 'create index%')";
        if postgres::ask(&self.places.server, busy)? == "true" {
            return Ok(Choice::Wait);
        }
        let valid = "(select indisvalid from pg_index
                      where indexrelid = to_regclass('orders_points'))";
        let valid = postgres::ask(&self.places.shop, valid)?;
        if valid == "true" {
            return Ok(Choice::Done("the index is there and valid"));
        }
        if valid == "false" {
            postgres::attempt(&self.places.shop, "drop index orders_points")?;
        }
        Ok(Choice::Retry("what was left of the index is dropped"))
    }

    fn restored(&self) -> sqlx::Result<Choice> {
        let server = &self.places.server;
        postgres::attempt(server, "drop database if exists shop_restored")?;
        Ok(Choice::Retry("what was left of it is dropped"))
    }

    /// The databases may stand anywhere between the old names and the new ones.
    fn renamed(&self) -> sqlx::Result<Choice> {
        let server = &self.places.server;
        let names = "(select string_agg(datname, ' ' order by datname)
                      from pg_database where datname like 'shop%')";
        Ok(match postgres::ask(server, names)?.as_str() {
            "shop shop_failed" => Choice::Done("both have their new names"),
            "shop_failed shop_restored" => {
                postgres::attempt(server, "alter database shop_restored rename to shop")?;
                Choice::Done("the second one was renamed by hand")
            }
            _ => Choice::Retry("neither was renamed"),
        })
    }
}
