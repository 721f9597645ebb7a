//! On which terms a step runs: what has to be there before it, what must be true after it, and how long,
//! how often and on whose word.

use super::Facts;
use crate::plan::{Alternative, Plan, StepSpec, Work, duration};

impl Facts {
    /// Values that have to be there, and where they come from.
    pub(super) fn needs(&mut self, plan: &Plan, spec: &StepSpec) {
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
        let when = spec.when.iter().map(|when| when.text.clone());
        self.list("only when", when);
    }

    /// What holds for one of several ways alone.
    pub(super) fn own(&mut self, way: &Alternative) {
        let expected = way.expected.iter().flat_map(|expect| expect.lines());
        self.list("expects", expected);
        self.list("captures", way.capture.iter().map(ToString::to_string));
    }

    pub(super) fn expects(&mut self, spec: &StepSpec) {
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

    pub(super) fn limits(&mut self, spec: &StepSpec) {
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
}
