//! From a step of the plan to something that can be run as it stands: its variables filled in, its
//! environment set.

use std::path::Path;
use std::time::Duration;

use crate::journal::event::Job;
use crate::plan::template::{FillError, Filled, Language, Lookup, fill};
use crate::plan::{Expect, Hole, Http, Plan, Shell, Snapshot, Sql, Step, StepSpec, Work};
use crate::run::files::RunDir;
use crate::run::shim::Spec;

/// Scripts longer than this are handed over in a file: one argument can't be longer than 128 KiB.
const SCRIPT_LIMIT: usize = 100_000;

/// Work that needs no more than to be done.
#[derive(Clone, Debug)]
pub enum Prepared {
    Shell {
        spec: Spec,
        script_file: Option<String>,
    },
    Sql(Sql),
    Http(Http),
    Snapshot(Box<Snapshot>),
}

/// What preparing needs to know.
pub struct Bench<'a> {
    pub plan: &'a Plan,
    pub dir: &'a RunDir,
    pub run: &'a str,
    pub cwd: &'a Path,
    /// The value of a variable, secrets included.
    pub value: &'a (dyn Fn(&str) -> Option<&'a str> + Send + Sync),
    /// Whether the servers know `client_connection_check_interval`.
    pub check_connections: bool,
}

/// The name under which a step's sessions show on the server: 63 bytes at most are kept there.
pub fn application(run: &str, number: &str) -> String {
    format!("gonogo:{run}:{number}")
}

/// What `job` does: the step's work or its undo, and what is expected of it.
pub fn work_of<'p>(step: &'p Step, job: &Job, choice: usize) -> Option<(&'p Work, &'p Expect)> {
    match (&step.spec.undo, job.undo) {
        (Some(undo), true) => Some((&undo.work, &undo.expect)),
        (None, true) => None,
        (_, false) => Some((step.spec.work_of(choice)?, step.spec.expect())),
    }
}

impl Bench<'_> {
    /// Prepares `work`, which `job` is about to do; nothing for what a person or the clock does.
    pub fn prepare(
        &self,
        step: &Step,
        job: &Job,
        work: &Work,
    ) -> Result<Option<Prepared>, FillError> {
        let spec = &step.spec;
        let prepared = match work {
            Work::Shell(shell) => self.shell(step, job, shell)?,
            Work::Sql(sql) => Prepared::Sql(Sql {
                text: self.fill(&sql.text, &spec.holes, Language::Sql)?.text,
                ..sql.clone()
            }),
            Work::Http(http) => Prepared::Http(self.http(spec, http)?),
            Work::Snapshot(snapshot) => Prepared::Snapshot(snapshot.clone()),
            Work::Check(_) | Work::Wait(_) => return Ok(None),
        };
        Ok(Some(prepared))
    }

    fn fill(&self, text: &str, holes: &[Hole], language: Language) -> Result<Filled, FillError> {
        fill(text, holes, language, |name| match (self.value)(name) {
            Some(value) => Lookup::Value(value),
            None if self.plan.has_variable(name) => Lookup::Missing,
            None => Lookup::NotOurs,
        })
    }

    fn plain(&self, text: &str, spec: &StepSpec) -> Result<String, FillError> {
        Ok(self.fill(text, &spec.holes, Language::Plain)?.text)
    }

    fn http(&self, spec: &StepSpec, http: &Http) -> Result<Http, FillError> {
        let mut headers = Vec::with_capacity(http.headers.len());
        for (name, value) in &http.headers {
            headers.push((name.clone(), self.plain(value, spec)?));
        }
        Ok(Http {
            url: self.plain(&http.url, spec)?,
            method: http.method.clone(),
            headers,
            body: http
                .body
                .as_ref()
                .map(|body| self.plain(body, spec))
                .transpose()?,
        })
    }

    fn shell(&self, step: &Step, job: &Job, shell: &Shell) -> Result<Prepared, FillError> {
        let spec = &step.spec;
        let filled = self.fill(&shell.script, &spec.holes, Language::Shell)?;
        let mut env = self.environment(&step.number, shell.lock_timeout);
        env.extend(filled.env);
        for (name, value) in &spec.env {
            env.push((name.clone(), self.plain(value, spec)?));
        }
        let cwd = match &spec.cwd {
            Some(cwd) => self.cwd.join(self.plain(cwd, spec)?),
            None => self.cwd.to_owned(),
        };
        let mut args = shell.interpreter.options.clone();
        let long = filled.text.len() > SCRIPT_LIMIT;
        if long {
            args.push(self.dir.script(job).to_string_lossy().into_owned());
        } else {
            args.extend(["-c".to_owned(), filled.text.clone()]);
        }
        Ok(Prepared::Shell {
            spec: Spec {
                program: shell.interpreter.program.clone(),
                args,
                env,
                cwd,
                output: self.dir.output(job),
                record: self.dir.exit_record(job),
                lock: self.dir.shim_lock(job),
            },
            script_file: long.then_some(filled.text),
        })
    }

    /// Sessions that the step opens are recognised by their application's name, and where the server
    /// can do it they end with their client instead of going on alone.
    fn environment(&self, number: &str, lock_timeout: Option<Duration>) -> Vec<(String, String)> {
        let mut options = std::env::var("PGOPTIONS").unwrap_or_default();
        if self.check_connections {
            options.push_str(" -c client_connection_check_interval=2s");
        }
        if let Some(limit) = lock_timeout {
            options.push_str(&format!(" -c lock_timeout={}ms", limit.as_millis()));
        }
        let mut env = vec![
            ("PGAPPNAME".to_owned(), application(self.run, number)),
            ("GONOGO_RUN".to_owned(), self.run.to_owned()),
            ("GONOGO_STEP".to_owned(), number.to_owned()),
        ];
        if !options.trim().is_empty() {
            env.push(("PGOPTIONS".to_owned(), options.trim().to_owned()));
        }
        env
    }
}
