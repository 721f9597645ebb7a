//! What a step means, said plainly: what will run, where, what it locks, what it needs, what is
//! expected, and how it is taken back.

use crate::plan::ddl::{self, Catalog, Compatibility};
use crate::plan::{
    Home, Http, Plan, Problem, Severity, Shell, Snapshot, Sql, Step, StepIx, StepSpec, Work,
    duration,
};

/// One thing to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about, in a word or two; empty: the same as the one before.
    pub label: &'static str,
    /// What there is to know. It may have several lines.
    pub text: String,
    /// How it should be read.
    pub tone: Tone,
}

/// How something should be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is so.
    Plain,
    /// It is what will run.
    Code,
    /// It wants attention.
    Warn,
    /// It keeps the plan from running.
    Bad,
}

/// What is said in a plan's file about `ix`.
pub fn facts(plan: &Plan, ix: StepIx, problems: &[&Problem]) -> Vec<Fact> {
    let step = &plan.steps[ix];
    let spec = &step.spec;
    let mut sheet = Facts::default();
    sheet.place(plan, step);
    if spec.alternatives.is_empty() {
        sheet.work(plan, spec, &spec.work);
    }
    for (n, way) in spec.alternatives.iter().enumerate() {
        let label = if n == 0 { "one of" } else { "or" };
        sheet.plain(label, way.label.clone());
        sheet.work(plan, spec, &way.work);
    }
    sheet.needs(plan, spec);
    sheet.expects(spec);
    sheet.limits(spec);
    sheet.undo(plan, step);
    for problem in problems {
        sheet.problem(problem);
    }
    sheet.0
}

/// What there is to know of the plan before its steps.
pub fn plan_facts(plan: &Plan, problems: &[&Problem]) -> Vec<Fact> {
    let mut sheet = Facts::default();
    let environment = plan.environment.as_deref().unwrap_or("none is named");
    sheet.plain("environment", environment.to_owned());
    sheet.list(
        "databases",
        plan.databases
            .iter()
            .map(|database| format!("{}, from {}", database.name, database.url_env)),
    );
    sheet.list(
        "ways back",
        plan.tiers.iter().map(|tier| {
            let until = tier.spec.until.map_or(String::new(), |until| {
                format!(", until {} after T-0", duration::show(until))
            });
            format!("{}, {} steps{until}", tier.spec.name, tier.steps.len())
        }),
    );
    sheet.list("alerts", plan.alerts.iter().map(|alert| alert.name.clone()));
    sheet.list("probes", plan.probes.iter().map(|probe| probe.name.clone()));
    for problem in problems {
        sheet.problem(problem);
    }
    sheet.0
}

#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, label: &'static str, text: impl Into<String>, tone: Tone) {
        self.0.push(Fact {
            label,
            text: text.into(),
            tone,
        });
    }

    fn plain(&mut self, label: &'static str, text: impl Into<String>) {
        self.add(label, text, Tone::Plain);
    }

    fn list(&mut self, label: &'static str, texts: impl Iterator<Item = String>) {
        for (n, text) in texts.enumerate() {
            self.plain(if n == 0 { label } else { "" }, text);
        }
    }

    /// Where it stands in the procedure, and what has to be there before it.
    fn place(&mut self, plan: &Plan, step: &Step) {
        match step.home {
            Home::Phase(ix) => {
                let phase = &plan.phases[ix];
                let name = &phase.spec.name;
                self.plain("phase", format!("{name} ({})", phase.spec.kind.word()));
                let first = phase
                    .steps
                    .clone()
                    .next()
                    .is_some_and(|ix| plan.steps[ix].id == step.id);
                if let (Some(gate), true) = (&phase.spec.gate, first) {
                    let mut asks: Vec<String> = Vec::new();
                    asks.extend(gate.no_alerts.then(|| "no alert fires".to_owned()));
                    asks.extend(gate.approvals.iter().cloned());
                    let asks = if asks.is_empty() {
                        "somebody says go".to_owned()
                    } else {
                        format!("somebody says go; {}", asks.join(", "))
                    };
                    self.plain("gate", asks);
                }
                if phase.spec.point_of_no_return && first {
                    self.add("", "no way back from here on", Tone::Warn);
                }
            }
            Home::Tier(ix) => self.plain("rollback", plan.tiers[ix].spec.name.clone()),
        }
    }

    fn work(&mut self, plan: &Plan, spec: &StepSpec, work: &Work) {
        match work {
            Work::Check(text) => {
                self.plain("a person", text.clone());
                if let Some(details) = &spec.details {
                    self.plain("", details.clone());
                }
            }
            Work::Shell(shell) => self.shell(spec, shell),
            Work::Sql(sql) => self.sql(plan, sql),
            Work::Http(http) => self.http(http),
            Work::Wait(time) => self.plain("waits", duration::show(*time)),
            Work::Snapshot(snapshot) => self.snapshot(snapshot),
        }
    }

    fn shell(&mut self, spec: &StepSpec, shell: &Shell) {
        self.add("runs", shell.script.trim_end(), Tone::Code);
        self.plain("with", shell.interpreter.to_string());
        let here = "the directory in which the run is started";
        self.plain("in", spec.cwd.as_deref().unwrap_or(here).to_owned());
        for (name, value) in &spec.env {
            self.plain("", format!("{name}={value}"));
        }
        if let Some(limit) = shell.lock_timeout {
            let limit = duration::show(limit);
            self.plain(
                "locks",
                format!("its sessions wait at most {limit} for one"),
            );
        }
    }

    fn sql(&mut self, plan: &Plan, sql: &Sql) {
        self.add("runs", sql.text.trim_end(), Tone::Code);
        let known = plan.databases.iter().find(|db| db.name == sql.database);
        let url = known.map_or(String::new(), |db| format!(", from {}", db.url_env));
        self.plain("on", format!("{}{url}", sql.database));
        let how = match sql.transaction {
            Some(true) => "in one transaction",
            Some(false) => "without a transaction around it",
            None => "in one transaction, where the statements allow it",
        };
        self.plain("", how);
        for judged in ddl::judge(&sql.text, &mut Catalog::default()) {
            let verdict = judged.verdict();
            let Some(worst) = verdict.worst() else {
                continue;
            };
            let tone = if worst.lock.blocks_writes() {
                Tone::Warn
            } else {
                Tone::Plain
            };
            let blocks = worst.lock.blocks();
            let lock = worst.lock.words();
            let what = format!(
                "{lock} on {}, {}; blocks {blocks}",
                worst.relation,
                worst.effect.word()
            );
            self.add("locks", what, tone);
            if verdict.compatibility != Compatibility::Additive {
                let word = verdict.compatibility.word();
                self.add("", format!("{word} for code that runs"), Tone::Warn);
            }
            if let Some(safer) = verdict.safer {
                self.plain("safer", safer);
            }
        }
        if let Some(limit) = sql.lock_timeout {
            self.plain(
                "",
                format!("waits at most {} for a lock", duration::show(limit)),
            );
        }
    }

    fn http(&mut self, http: &Http) {
        self.add("asks", format!("{} {}", http.method, http.url), Tone::Code);
        for (name, value) in &http.headers {
            self.plain("", format!("{name}: {value}"));
        }
        if let Some(body) = &http.body {
            self.add("sends", body.clone(), Tone::Code);
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot) {
        self.add("takes", snapshot.text(), Tone::Code);
        let deadline = duration::show(snapshot.deadline.unwrap_or(Snapshot::DEADLINE));
        let wait = duration::show(snapshot.lock_timeout.unwrap_or(Snapshot::LOCK_TIMEOUT));
        self.plain("", format!("counts for {deadline} at most"));
        self.list(
            "leaves out",
            snapshot
                .uncounted
                .iter()
                .map(|name| format!("rows of {name}")),
        );
        self.plain(
            "locks",
            format!("ACCESS SHARE on one table after the other; waits at most {wait} for one"),
        );
    }

    /// Values that have to be there, and where they come from.
    fn needs(&mut self, plan: &Plan, spec: &StepSpec) {
        let ways = spec.alternatives.iter().map(|way| &way.work);
        let mut names: Vec<&str> = Vec::new();
        for work in std::iter::once(&spec.work).chain(ways) {
            for name in plan.variables_in(spec, work) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        self.list(
            "needs",
            names.into_iter().map(|name| match plan.var(name) {
                None => format!("{name}, which a step before it captures"),
                Some(var) => match (&var.default, &var.env) {
                    (Some(value), _) if !var.secret => format!("{name}, {value} unless set"),
                    (_, Some(env)) => format!("{name}, from {env}"),
                    _ => format!("{name}, which somebody is asked for"),
                },
            }),
        );
        self.list("captures", spec.capture.iter().map(ToString::to_string));
    }

    fn expects(&mut self, spec: &StepSpec) {
        let lines = spec.expect().lines();
        if lines.is_empty() && !spec.work.is_check() {
            let success = match spec.work {
                Work::Shell(_) => "exit code 0",
                Work::Sql(_) => "no error",
                Work::Http(_) => "status 200 to 299",
                Work::Snapshot(_) => "every table counted",
                Work::Check(_) | Work::Wait(_) => return,
            };
            self.plain("expects", success);
        }
        self.list("expects", lines.into_iter());
    }

    fn limits(&mut self, spec: &StepSpec) {
        let runs = !spec.work.is_check();
        match spec.timeout {
            Some(limit) => self.plain("time", format!("at most {}", duration::show(limit))),
            None if runs => self.plain("time", "no limit"),
            None => {}
        }
        if spec.retry.times > 0 {
            let delay = duration::show(spec.retry.delay);
            let times = spec.retry.times;
            self.plain("retries", format!("{times}, {delay} apart, without asking"));
        }
        let flags = [
            (
                spec.danger,
                "dangerous: it is started by name, never by itself",
            ),
            (spec.required, "can't be skipped"),
            (spec.no_retry, "must not run a second time"),
            (
                spec.idempotent,
                "may be run again without knowing how it ended",
            ),
            (spec.parallel, "may run beside its neighbours"),
        ];
        for (_, words) in flags.into_iter().filter(|(set, _)| *set) {
            self.plain("", words);
        }
        if let Some(question) = &spec.confirm {
            self.plain("confirm", question.clone());
        }
    }

    fn undo(&mut self, plan: &Plan, step: &Step) {
        match &step.spec.undo {
            Some(undo) => {
                self.add("undone by", undo.work.text().trim_end(), Tone::Code);
            }
            None if changes(plan, step) => {
                self.add("undone by", "nothing: only a tier's own steps", Tone::Warn);
            }
            None => {}
        }
    }

    fn problem(&mut self, problem: &Problem) {
        let (label, tone) = match problem.severity {
            Severity::Error => ("error", Tone::Bad),
            Severity::Warning => ("warning", Tone::Warn),
            Severity::Note => ("note", Tone::Plain),
        };
        let hint = problem.hint.as_ref().map(|hint| format!("\n{hint}"));
        let text = format!("{}{}", problem.message, hint.unwrap_or_default());
        self.add(label, text, tone);
    }
}

/// Whether a step is one of those that change something, as far as its phase tells.
fn changes(plan: &Plan, step: &Step) -> bool {
    let deploys = match step.home {
        Home::Phase(ix) => plan.phases[ix].spec.kind == crate::plan::PhaseKind::Deploy,
        Home::Tier(_) => false,
    };
    deploys && matches!(step.spec.work, Work::Shell(_) | Work::Sql(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    #[test]
    fn a_step_says_what_it_runs_where_what_it_locks_and_how_it_is_taken_back() {
        let text = r#"
title = "T"
[vars]
size = { default = "10" }
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "Deploy"
kind = "deploy"
gate = { alerts = "none", approvals = ["lead"] }
  [[phase.step]]
  title = "Widen"
  sql = "alter table orders alter column total type bigint; select {{size}}"
  lock_timeout = "2s"
  timeout = "5m"
  required = true
  [[phase.step]]
  title = "Deploy"
  shell = "deploy"
  undo = { shell = "back" }
"#;
        let opened = plan::open("p.toml", text.as_bytes());
        let plan = opened.plan.unwrap();
        let shown = |ix| {
            let facts = facts(&plan, ix, &[]);
            let line = |fact: &Fact| format!("{:10}{}\n", fact.label, fact.text);
            facts.iter().map(line).collect::<String>()
        };
        insta::assert_snapshot!(format!("{}\n{}", shown(0), shown(1)));
    }
}
