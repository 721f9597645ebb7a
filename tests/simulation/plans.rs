//! Random plans: every kind of step, undo, gate and rollback, in small procedures.

use std::sync::Arc;

use gonogo::plan::{self, Plan};

use super::rng::Rng;

/// The plan of `seed`.
pub fn plan(seed: u64) -> Arc<Plan> {
    let text = text(&mut Rng::new(seed));
    let opened = plan::open("plan.toml", text.as_bytes());
    let problems = opened.problems;
    match opened.plan {
        Some(plan) => Arc::new(plan),
        None => panic!("the plan of {seed} has errors: {problems:#?}\n{text}"),
    }
}

/// The plan as it would be written.
pub fn text(rng: &mut Rng) -> String {
    let mut book = Book {
        rng,
        text: String::new(),
        steps: 0,
    };
    book.write();
    book.text
}

struct Book<'r> {
    rng: &'r mut Rng,
    text: String,
    steps: usize,
}

impl Book<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn maybe(&mut self, percent: usize, line: &str) {
        if self.rng.chance(percent) {
            self.line(line);
        }
    }

    fn write(&mut self) {
        self.line("title = \"Random\"\nenvironment = \"production\"\n[vars]");
        self.line("release = { prompt = \"Which?\", pattern = \"^v[0-9]+$\" }");
        self.line("token = { prompt = \"Token\", secret = true }\nsize = { default = \"7\" }");
        self.line("[databases.main]\nurl_env = \"DATABASE_URL\"");
        let kinds = ["before", "deploy", "deploy", "verify", "after"];
        let count = 1 + self.rng.below(4);
        let first = self.rng.below(2);
        let choice = self.rng.chance(15).then(|| self.rng.below(count));
        for ix in 0..count {
            let kind = kinds[(first + ix).min(kinds.len() - 1)];
            self.line(&format!("[[phase]]\nname = \"P{ix}\"\nkind = \"{kind}\""));
            if choice.is_some_and(|at| at == ix || at + 1 == ix) {
                self.line("choice = \"way\"");
            }
            if self.rng.chance(30) {
                let approvals = self
                    .rng
                    .pick(&["", "\"review\"", "\"review\", \"business\""]);
                self.line(&format!("gate = {{ approvals = [{approvals}] }}"));
            }
            self.maybe(10, "point_of_no_return = true");
            if choice.is_none() && self.rng.chance(10) {
                let when = self
                    .rng
                    .pick(&["size == 7", "main.size > 6", "main.replica"]);
                self.line(&format!("when = \"{when}\""));
            }
            for _ in 0..=self.rng.below(3) {
                self.step("phase.step");
            }
        }
        for (ix, window) in ["until = \"5m\"", "from = \"5m\""].into_iter().enumerate() {
            if self.rng.chance(60) {
                self.line(&format!("[[rollback]]\nname = \"T{ix}\"\n{window}"));
                let undo = self.rng.pick(&["first", "last", "last", "none"]);
                self.line(&format!("undo = \"{undo}\""));
                self.maybe(20, "confirm = \"environment\"");
                for _ in 0..self.rng.below(3) {
                    self.step("rollback.step");
                }
            }
        }
    }

    /// What is done, as a key and a value.
    fn work(&mut self) -> String {
        let (n, hole) = (self.steps, self.rng.chance(12));
        let value = if hole {
            self.rng.pick(&["{{release}}", "{{token}}", "{{size}}"])
        } else {
            "x"
        };
        match self.rng.below(13) {
            0..=3 => format!("shell = \"run {n} {value}\""),
            4..=5 => format!("sql = \"update t set n = {n}\""),
            6 => format!("sql = \"create index concurrently i{n} on t (a)\""),
            7..=8 => format!("check = \"Look {n}\""),
            12 => format!("snapshot = \"n{n}-{}\"", self.rng.next()),
            9 => format!("wait = \"{}s\"", 1 + self.rng.below(90)),
            _ => format!("http = \"https://shop.example/{n}\""),
        }
    }

    fn step(&mut self, table: &str) {
        self.steps += 1;
        let work = self.work();
        self.line(&format!(
            "  [[{table}]]\n  id = \"s{0}\"\n  title = \"S{0}\"",
            self.steps
        ));
        if self.rng.chance(8) {
            let other = self.work();
            self.line(&format!(
                "  alternatives = [{{ label = \"a\", {work} }}, {{ label = \"b\", {other} }}]"
            ));
        } else {
            self.line(&format!("  {work}"));
            if self.rng.chance(10) {
                let when =
                    self.rng
                        .pick(&["size == 7", "size > 7", "main.size > 6", "main.replica"]);
                self.line(&format!("  when = \"{when}\""));
            }
            if work.starts_with("shell") {
                self.maybe(25, "  tty = true");
            }
            if work.starts_with("check") {
                self.maybe(30, "  required = true");
            }
        }
        if self.rng.chance(55) {
            let undo = self.work();
            let timeout = self.rng.pick(&["", ", timeout = \"40s\""]);
            self.line(&format!("  undo = {{ {undo}{timeout} }}"));
        }
        self.maybe(25, "  timeout = \"30s\"");
        self.maybe(20, "  retry = { times = 2, delay = \"10s\" }");
        self.maybe(10, "  danger = true");
        self.maybe(10, "  idempotent = true");
        self.maybe(8, "  no_retry = true");
        self.maybe(25, "  parallel = true");
    }
}
