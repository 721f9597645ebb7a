//! What a step means, said plainly: what will run, where, what it locks, what it needs, what is
//! expected, and how it is taken back.

mod applies;
mod terms;
mod work;

use super::applied::Beside;
use crate::plan::{
    Home, Plan, Problem, Severity, Step, StepIx, StepSpec, Work, count, duration, is_alert, reflow,
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

/// What is said in a plan's file about `ix`, and what that applies `beside` the plan.
pub fn facts(plan: &Plan, ix: StepIx, problems: &[&Problem], beside: &Beside) -> Vec<Fact> {
    let step = &plan.steps[ix];
    let spec = &step.spec;
    let mut sheet = Facts::default();
    sheet.place(plan, step);
    sheet.words(spec);
    if spec.alternatives.is_empty() {
        sheet.work(plan, spec, &spec.work);
    }
    for (n, way) in spec.alternatives.iter().enumerate() {
        let label = if n == 0 { "one of" } else { "or" };
        sheet.plain(label, way.label.clone());
        sheet.work(plan, spec, &way.work);
        sheet.own(way);
    }
    sheet.applies(&beside.applied, Some(ix));
    sheet.needs(plan, spec);
    sheet.expects(spec);
    sheet.limits(spec);
    sheet.undo(plan, step);
    for problem in problems {
        sheet.problem(problem, beside);
    }
    sheet.0
}

/// What there is to know of the plan before its steps.
pub fn plan_facts(plan: &Plan, problems: &[&Problem], beside: &Beside) -> Vec<Fact> {
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
            let after = if tier.spec.after {
                ", after whichever was gone"
            } else {
                ""
            };
            let steps = count(tier.steps.len(), "step");
            format!("{}, {steps}{until}{after}", tier.spec.name)
        }),
    );
    sheet.list(
        "only when",
        plan.phases.iter().filter_map(|phase| {
            let when = phase.spec.when.as_ref()?;
            Some(format!("{}: {}", when.text, phase.spec.name))
        }),
    );
    sheet.list("alerts", plan.alerts.iter().map(|alert| alert.name.clone()));
    sheet.list("probes", plan.probes.iter().map(|probe| probe.name.clone()));
    sheet.applies(&beside.applied, None);
    for problem in problems {
        sheet.problem(problem, beside);
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

    /// What is said of a step that runs something: whoever starts it has to know that.
    fn words(&mut self, spec: &StepSpec) {
        let Some(details) = spec.details.as_deref().filter(|_| !spec.work.is_check()) else {
            return;
        };
        for (n, line) in reflow(details).lines().enumerate() {
            let tone = if is_alert(line) {
                Tone::Warn
            } else {
                Tone::Plain
            };
            self.add(if n == 0 { "says" } else { "" }, line, tone);
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

    fn problem(&mut self, problem: &Problem, beside: &Beside) {
        let (label, tone) = match problem.severity {
            Severity::Error => ("error", Tone::Bad),
            Severity::Warning => ("warning", Tone::Warn),
            Severity::Note => ("note", Tone::Plain),
        };
        let hint = problem.hint.as_ref().map(|hint| format!("\n{hint}"));
        let place = beside.of(problem).next().map(|(file, _)| {
            let line = file.source.line(problem.span.start);
            format!("{}:{line}: ", file.label)
        });
        let place = place.unwrap_or_default();
        let text = format!("{place}{}{}", problem.message, hint.unwrap_or_default());
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
  tty = true
  undo = { shell = "back" }
"#;
        let opened = plan::open("p.toml", text.as_bytes());
        let plan = opened.plan.unwrap();
        let beside = &Beside::default();
        let shown = |ix| {
            let facts = facts(&plan, ix, &[], beside);
            let line = |fact: &Fact| format!("{:10}{}\n", fact.label, fact.text);
            facts.iter().map(line).collect::<String>()
        };
        insta::assert_snapshot!(format!("{}\n{}", shown(0), shown(1)));
    }

    #[test]
    fn what_is_said_of_a_step_stands_before_what_it_runs() {
        let text = "## Deployment\n\n> [!CAUTION]\n> Nobody may be logged in.\n\n- [ ] Drop it\n\n  It takes long.\n\n  ```bash\n  ./drop\n  ```\n";
        let plan = plan::open("p.md", text.as_bytes()).plan.unwrap();
        let beside = &Beside::default();
        let facts = facts(&plan, 0, &[], beside);
        let said: Vec<_> = facts
            .iter()
            .map(|f| (f.label, f.text.as_str(), f.tone))
            .collect();
        let runs = said
            .iter()
            .position(|(label, ..)| *label == "runs")
            .unwrap();
        let warned = ("says", "CAUTION: Nobody may be logged in.", Tone::Warn);
        assert!(
            said[..runs]
                .iter()
                .any(|fact| fact.1.starts_with(warned.1) && fact.2 == warned.2),
            "{said:?}"
        );
        assert!(
            said[..runs]
                .iter()
                .any(|(_, text, _)| text.contains("It takes long.")),
            "{said:?}"
        );
    }

    #[test]
    fn sql_that_a_script_gives_to_psql_shows_its_locks() {
        let text = "## Deployment\n\n- [ ] Change it\n\n  ```bash\n  psql -c 'alter table orders drop column a'\n  psql <<X\n  create index i on items (b);\n  X\n  ```\n";
        let plan = plan::open("p.md", text.as_bytes()).plan.unwrap();
        let facts = facts(&plan, 0, &[], &Beside::default());
        let locks = facts.iter().filter(|fact| fact.label == "locks");
        let locks: Vec<_> = locks.map(|fact| fact.text.as_str()).collect();
        assert!(
            locks[0].starts_with("ACCESS EXCLUSIVE on orders"),
            "{locks:?}"
        );
        assert!(locks[1].starts_with("SHARE on items"), "{locks:?}");
    }
}
