//! What a step's work is: what runs, where, and which locks it takes.

use super::{Facts, Tone};
use crate::plan::ddl::{self, Catalog, Compatibility, Judged};
use crate::plan::{Http, Plan, Shell, Snapshot, Sql, StepSpec, Work, duration, given_to_psql};

impl Facts {
    pub(super) fn work(&mut self, plan: &Plan, spec: &StepSpec, work: &Work) {
        match work {
            Work::Check(text) => {
                self.plain("a person", text.clone());
                if let Some(details) = &spec.details {
                    self.plain("", details.clone());
                }
            }
            Work::Shell(shell) => self.shell(plan, (spec, work), shell),
            Work::Sql(sql) => self.sql(plan, sql),
            Work::Http(http) => self.http(http),
            Work::Wait(time) => self.plain("waits", duration::show(*time)),
            Work::Snapshot(snapshot) => self.snapshot(snapshot),
        }
    }

    fn shell(&mut self, plan: &Plan, (spec, work): (&StepSpec, &Work), shell: &Shell) {
        self.add("runs", shell.script.trim_end(), Tone::Code);
        self.plain("with", shell.interpreter.to_string());
        let here = if shell.carries {
            "the directory that the steps before leave"
        } else {
            "the directory in which the run is started"
        };
        let first = plan.cwd.as_deref();
        self.plain(
            "in",
            match (spec.cwd_of(work), first) {
                (Some(own), Some(first)) => format!("{own}, from {first} beside the plan"),
                (Some(own), None) => own.to_owned(),
                (None, Some(first)) if shell.carries => {
                    format!("{here}, at first {first} beside the plan")
                }
                (None, Some(first)) => format!("{first}, beside the plan"),
                (None, None) => here.to_owned(),
            },
        );
        if shell.tty {
            self.plain(
                "",
                "on a terminal, 120 by 36: what it asks is answered there",
            );
        }
        for (name, value) in &spec.env {
            self.plain("", format!("{name}={value}"));
        }
        let mut catalog = Catalog::default();
        for sql in given_to_psql(&shell.script, &spec.holes) {
            for judged in ddl::judge(&sql, &mut catalog) {
                self.locks("", &judged);
            }
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
            self.locks("", &judged);
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

    /// Which locks the statement `judged` takes that others feel; it stands at `place`.
    pub(super) fn locks(&mut self, place: &str, judged: &Judged) {
        let verdict = judged.verdict();
        let Some(worst) = verdict.worst() else {
            return;
        };
        let tone = if worst.lock.blocks_writes() {
            Tone::Warn
        } else {
            Tone::Plain
        };
        let blocks = worst.lock.blocks();
        let lock = worst.lock.words();
        let what = format!(
            "{place}{lock} on {}, {}; blocks {blocks}",
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
}
