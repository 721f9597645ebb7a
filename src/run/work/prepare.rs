//! From a step of the plan to something that can be run as it stands: its variables filled in, its
//! environment set.

use std::path::Path;
use std::time::Duration;

use crate::journal::event::Job;
use crate::plan::template::{FillError, Filled, Language, Lookup, fill};
use crate::plan::{Expect, Http, Plan, Shell, Snapshot, Sql, Step, StepSpec, Work, counted};
use crate::run::carry::Terminal;
use crate::run::carry::prologue::{BASH_ENV_BEFORE, Family};
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
    /// What the shell steps before this one left.
    pub terminal: &'a Terminal,
    /// The value of a variable, secrets included.
    pub value: &'a (dyn Fn(&str) -> Option<&'a str> + Send + Sync),
    /// Which start of the machine this is.
    pub boot: u32,
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
        (_, false) => {
            let work = step.spec.work_of(choice)?;
            Some((work, step.spec.expect_of(work)))
        }
    }
}

/// The shell that tells what it leaves, where that is asked of `shell`.
pub fn family(shell: &Shell) -> Option<Family> {
    let family = || Family::of(&shell.interpreter);
    shell.carries.then(family).flatten()
}

/// What is expected of a step, with the values of variables in it.
pub fn expectation<'v>(
    plan: &Plan,
    spec: &StepSpec,
    expect: &Expect,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Result<Expect, FillError> {
    expect.filled(|text| Ok(filled(plan, spec, text, Language::Plain, value)?.text))
}

fn filled<'v>(
    plan: &Plan,
    spec: &StepSpec,
    text: &str,
    language: Language,
    value: &dyn Fn(&str) -> Option<&'v str>,
) -> Result<Filled, FillError> {
    fill(text, &spec.holes, language, |name| {
        let name = spec.variable(name);
        match value(name) {
            Some(value) => Lookup::Value(value),
            None if plan.has_variable(name) => Lookup::Missing,
            None => Lookup::NotOurs,
        }
    })
}

/// What programs are told of a step's terminal: its kind, where nothing says, and that nobody turns pages
/// on it, lest `psql` and `git` wait for that.
fn for_terminal(terminal: Option<&Terminal>) -> impl Iterator<Item = (String, String)> {
    let known = match terminal {
        Some(terminal) => terminal.variable("TERM"),
        None => std::env::var("TERM").ok(),
    };
    let unknown = known.is_none_or(|term| term.is_empty());
    let kind = unknown.then_some(("TERM", "xterm-256color"));
    let told = kind.into_iter().chain([("PAGER", "cat")]);
    told.map(|(name, value)| (name.to_owned(), value.to_owned()))
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
            Work::Shell(shell) => self.shell(step, job, shell, spec.cwd_of(work))?,
            Work::Sql(sql) => Prepared::Sql(Sql {
                text: self.fill(&sql.text, spec, Language::Sql)?.text,
                ..sql.clone()
            }),
            Work::Http(http) => Prepared::Http(self.http(spec, http)?),
            Work::Snapshot(snapshot) => Prepared::Snapshot(snapshot.clone()),
            Work::Check(_) | Work::Wait(_) => return Ok(None),
        };
        Ok(Some(prepared))
    }

    fn fill(&self, text: &str, spec: &StepSpec, language: Language) -> Result<Filled, FillError> {
        filled(self.plan, spec, text, language, self.value)
    }

    fn plain(&self, text: &str, spec: &StepSpec) -> Result<String, FillError> {
        Ok(self.fill(text, spec, Language::Plain)?.text)
    }

    fn http(&self, spec: &StepSpec, http: &Http) -> Result<Http, FillError> {
        let mut headers = Vec::with_capacity(http.headers.len());
        for (name, value) in &http.headers {
            headers.push((name.clone(), self.plain(value, spec)?));
        }
        Ok(Http {
            url: self.fill(&http.url, spec, Language::Address)?.text,
            method: http.method.clone(),
            headers,
            body: http
                .body
                .as_ref()
                .map(|body| {
                    let json = body.trim_start().starts_with(['{', '[']) && !body.starts_with("{{");
                    let language = if json {
                        Language::Json
                    } else {
                        Language::Plain
                    };
                    Ok(self.fill(body, spec, language)?.text)
                })
                .transpose()?,
        })
    }

    fn shell(
        &self,
        step: &Step,
        job: &Job,
        shell: &Shell,
        cwd: Option<&str>,
    ) -> Result<Prepared, FillError> {
        let spec = &step.spec;
        let filled = self.fill(&shell.script, spec, Language::Shell)?;
        let family = family(shell);
        let terminal = Some(self.terminal).filter(|_| shell.carries);
        let mut env = self.carried(terminal, family);
        env.extend(self.environment(&step.number, shell.lock_timeout, terminal));
        env.extend(filled.env);
        if shell.tty {
            env.extend(for_terminal(terminal));
        }
        for (name, value) in &spec.env {
            env.push((name.clone(), self.plain(value, spec)?));
        }
        let cwd = match (cwd, terminal) {
            (Some(cwd), _) => self.cwd.join(self.plain(cwd, spec)?),
            (None, Some(terminal)) => {
                let cwd = terminal.directory(self.cwd);
                env.push(("PWD".to_owned(), cwd.to_string_lossy().into_owned()));
                cwd.to_owned()
            }
            (None, None) => self.cwd.to_owned(),
        };
        let mut args = shell.interpreter.options.clone();
        let script = counted(&filled.text, &shell.interpreter);
        let script = match family {
            Some(family) => family.around(&script),
            None => script.into_owned(),
        };
        let long = script.len() > SCRIPT_LIMIT;
        if long {
            args.push(self.dir.script(job).to_string_lossy().into_owned());
        } else {
            args.extend(["-c".to_owned(), script.clone()]);
        }
        Ok(Prepared::Shell {
            spec: Spec {
                program: shell.interpreter.program.clone(),
                args,
                env,
                umask: terminal.and_then(|terminal| terminal.umask),
                unset: terminal
                    .map(|terminal| terminal.removed.iter().cloned().collect())
                    .unwrap_or_default(),
                cwd,
                leaves: family.map(|_| self.dir.left(job)),
                output: self.dir.output(job),
                typed: shell.tty.then(|| self.dir.typed(job)),
                traces: self.dir.traces(job, self.boot),
            },
            script_file: long.then_some(script),
        })
    }

    /// The variables that steps before this one left, and what brings its shell to tell what it leaves
    /// itself.
    fn carried(
        &self,
        terminal: Option<&Terminal>,
        family: Option<Family>,
    ) -> Vec<(String, String)> {
        let set = terminal.map(|terminal| terminal.set.clone());
        let mut env: Vec<_> = set.unwrap_or_default().into_iter().collect();
        if family == Some(Family::Bash) {
            if let Some(before) = self.terminal.variable("BASH_ENV") {
                env.push((BASH_ENV_BEFORE.to_owned(), before));
            }
            let ours = self.dir.bash_env().to_string_lossy().into_owned();
            env.push(("BASH_ENV".to_owned(), ours));
        }
        env
    }

    /// Sessions that the step opens are recognised by their application's name. Nothing else of how they
    /// connect is touched unless the plan says so: a pooler refuses options, an older server those that it
    /// does not know, and where a step connects nobody knows before.
    fn environment(
        &self,
        number: &str,
        lock_timeout: Option<Duration>,
        terminal: Option<&Terminal>,
    ) -> Vec<(String, String)> {
        let mut env = vec![
            ("PGAPPNAME".to_owned(), application(self.run, number)),
            ("GONOGO_RUN".to_owned(), self.run.to_owned()),
            ("GONOGO_STEP".to_owned(), number.to_owned()),
        ];
        if let Some(limit) = lock_timeout {
            let before = match terminal {
                Some(terminal) => terminal.variable("PGOPTIONS"),
                None => std::env::var("PGOPTIONS").ok(),
            };
            let before = before.unwrap_or_default();
            let options = format!("{before} -c lock_timeout={}ms", limit.as_millis());
            env.push(("PGOPTIONS".to_owned(), options.trim().to_owned()));
        }
        env
    }
}
