//! The supervisor performs effects: it turns jobs into tasks, keeps the way to each of them, and
//! holds what only a living engine can hold: secrets, sessions, handles.

mod adopt;
mod files;
mod mask;
mod picture;
mod server;
mod typing;

pub use files::FilesNow;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::task::TaskTracker;

use super::carry::{Terminal, prologue};
use super::decide::closed_jobs;
use super::effect::{Effect, Perform, Secret};
use super::files::RunDir;
use super::input::Notice;
use super::secrets::Secrets;
use super::state::{RunState, Transaction, Value};
use super::work::backends::Backends;
use super::work::facts::FactsWork;
use super::work::http::HttpWork;
use super::work::judge::{Judgement, Source, not_begun};
use super::work::prepare::{self, Bench, Prepared, application, work_of};
use super::work::shell::ShellWork;
use super::work::sql::{Sessions, SqlAsk, SqlTask, SqlWork};
use crate::clock::{Clock, SystemClock};
use crate::journal::event::{Job, Stage};
use crate::monitor::is_here;
use crate::plan::template::FillError;
use crate::plan::{Expect, Plan, Step, Taken, Work};

/// What a supervisor is made from.
pub struct Outfit {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The run's directory.
    pub dir: RunDir,
    /// Where shell steps run.
    pub cwd: PathBuf,
    /// The databases' URLs by name, or why there is none.
    pub urls: HashMap<String, Result<String, String>>,
    /// The way to database sessions.
    pub backends: Backends,
    /// The clock that requests are measured with.
    pub clock: SystemClock,
    /// Where reports go.
    pub notices: Sender<Notice>,
    /// The values of secret variables.
    pub secrets: Secrets,
    /// The files that steps apply, as they are now.
    pub applied: FilesNow,
    /// What overwrites them in outputs, which has to come to its end before the engine does.
    pub concealing: TaskTracker,
}

/// The way to one job.
struct Handle {
    stops: Sender<Stage>,
    proceed: Option<oneshot::Sender<()>>,
}

/// Performs effects.
pub struct Supervisor {
    outfit: Outfit,
    jobs: HashMap<Job, Handle>,
    sessions: Sessions,
    terminal: Terminal,
    /// For addresses elsewhere, and for those of this machine. Each is made for its first request: the
    /// machine's certificates are read for it.
    clients: [Option<reqwest::Client>; 2],
}

impl Supervisor {
    /// A supervisor with nothing to do yet.
    pub fn new(outfit: Outfit) -> Self {
        Supervisor {
            sessions: Sessions::new(outfit.urls.clone(), outfit.backends.clone()),
            clients: [None, None],
            terminal: Terminal::default(),
            jobs: HashMap::new(),
            outfit,
        }
    }
}

impl Perform for Supervisor {
    fn perform(&mut self, effect: Effect, state: &RunState) {
        match effect {
            Effect::Start { job, choice } => self.start(&job, choice, state),
            Effect::Adopt { job, choice } => self.adopt(&job, choice, state),
            Effect::Ask {
                job,
                transaction,
                pid,
            } => self.ask(job, transaction, pid, state),
            Effect::Proceed { job } => {
                let handle = self.jobs.get_mut(&job);
                if let Some(proceed) = handle.and_then(|handle| handle.proceed.take()) {
                    // Whoever gave up in the meantime does not want it any more.
                    let _ = proceed.send(());
                }
            }
            Effect::Type { job, text } => {
                // At once, and so one line after the other: a pipe that is full is an error.
                if let Err(error) = typing::type_line(&self.outfit.dir.typed(&job), &text) {
                    let why = error.to_string();
                    self.tell(Notice::NotTyped { job, why });
                }
            }
            Effect::Stop { job, stage } => {
                if let Some(handle) = self.jobs.get_mut(&job) {
                    handle.proceed = None;
                    let _ = handle.stops.try_send(stage);
                }
            }
            Effect::Signal {
                database,
                pid,
                started,
                statement,
                action,
            } => {
                let (backends, notices) =
                    (self.outfit.backends.clone(), self.outfit.notices.clone());
                tokio::spawn(async move {
                    let meant = (pid, started, statement);
                    let answer = backends.signal(database.clone(), meant, action);
                    let (done, result) = answer.await;
                    let notice = Notice::Backend {
                        database,
                        pid,
                        action,
                        done,
                        result,
                    };
                    let _ = notices.send(notice).await;
                });
            }
            Effect::Weigh { of, facts } => {
                let work = FactsWork {
                    of,
                    facts,
                    urls: self.outfit.urls.clone(),
                    application: application(&state.run, "when"),
                    backends: self.outfit.backends.clone(),
                    notices: self.outfit.notices.clone(),
                };
                tokio::spawn(work.run());
            }
            Effect::Recognise { database } => self.recognise(database, state),
            Effect::KeepSecret {
                name,
                value: Secret(value),
            } => {
                self.outfit.secrets.keep(name, value);
                // A step before may have printed it, when nobody knew that it is one.
                self.conceal(closed_jobs(&self.outfit.plan, state));
            }
        }
    }

    fn over(&mut self) {
        if let Err(error) = self.outfit.dir.drop_carried() {
            tracing::warn!(%error, "what the steps left to one another is still there");
        }
        match self.outfit.dir.outputs() {
            Ok(outputs) => self.conceal_in(outputs),
            Err(error) => tracing::warn!(%error, "secrets may stand in the outputs of steps"),
        }
    }

    fn forget(&mut self, job: &Job) {
        self.jobs.remove(job);
    }

    fn conceal(&mut self, jobs: Vec<Job>) {
        let dir = &self.outfit.dir;
        self.conceal_in(jobs.iter().map(|job| dir.output(job)).collect());
    }
}

impl Supervisor {
    fn start(&mut self, job: &Job, choice: usize, state: &RunState) {
        if let Err(why) = self.try_start(job, choice, state) {
            self.tell(Notice::Finished(not_begun(job, why)));
        }
    }

    /// Has a server asked what became of a job that no session of ours watches.
    fn ask(&mut self, job: Job, transaction: Transaction, pid: Option<u32>, state: &RunState) {
        let (stops, stopped) = mpsc::channel(8);
        let plan = &self.outfit.plan;
        let number = plan
            .find(&job.step)
            .map(|ix| plan.steps[ix].number.as_str());
        let ask = SqlAsk {
            job: job.clone(),
            url: self.url(&transaction.database),
            application: application(&state.run, number.unwrap_or_default()),
            transaction,
            pid,
            backends: self.outfit.backends.clone(),
            notices: self.outfit.notices.clone(),
        };
        tokio::spawn(ask.run(stopped));
        let proceed = None;
        self.jobs.insert(job, Handle { stops, proceed });
    }

    fn tell(&self, notice: Notice) {
        let notices = self.outfit.notices.clone();
        tokio::spawn(async move { notices.send(notice).await });
    }

    fn try_start(&mut self, job: &Job, choice: usize, state: &RunState) -> Result<(), String> {
        let plan = Arc::clone(&self.outfit.plan);
        let step = plan.find(&job.step).map(|ix| &plan.steps[ix]);
        let step = step.ok_or("the plan does not have this step")?;
        let (work, expect) = work_of(step, job, choice).ok_or("there is nothing to do")?;
        let place = self.outfit.dir.prepare_output();
        place.map_err(|error| format!("failed to make a place for its output: {error}"))?;
        let Some((prepared, expect)) = self.prepare(step, job, work, expect, state)? else {
            return Ok(());
        };
        let (stops, stopped) = mpsc::channel(8);
        let (proceed, permission) = oneshot::channel();
        let kept = expect.kept.clone();
        let judgement = self.judgement(step, job, work, expect);
        let taken = Taken::by(work, &step.spec.holes);
        self.sessions.make_way(work, &taken);
        match prepared {
            Prepared::Shell { spec, script_file } => {
                let script = script_file.map(|script| (self.outfit.dir.script(job), script));
                let leaves = spec.leaves.clone();
                let mut task = self.shell(step, job, leaves, judgement, state, stopped);
                task.look = self.look(job, state);
                tokio::spawn(task.run(spec, script));
            }
            Prepared::Sql(sql) => self.sessions.give(SqlWork {
                task: SqlTask {
                    job: job.clone(),
                    application: application(&state.run, &step.number),
                    before: server::before(state, job, &plan, &sql.database),
                    sql,
                    judgement,
                    notices: self.outfit.notices.clone(),
                },
                stops: stopped,
                proceed: permission,
            }),
            Prepared::Http(request) => {
                let task = HttpWork {
                    job: job.clone(),
                    client: self.client(is_here(&request.url))?,
                    request,
                    judgement,
                    is_limited: timeout_of(step, job).is_some(),
                    clock: self.outfit.clock,
                };
                tokio::spawn(task.run(self.outfit.notices.clone(), stopped));
            }
            Prepared::Snapshot(snapshot) => {
                let task = self.picture(step, job.clone(), *snapshot, kept, state)?;
                tokio::spawn(task.run(self.outfit.notices.clone(), stopped));
            }
        }
        let proceed = Some(proceed);
        self.jobs.insert(job.clone(), Handle { stops, proceed });
        Ok(())
    }

    /// What `work` is judged by, which `job` of `step` does.
    fn judgement(&self, step: &Step, job: &Job, work: &Work, expect: Expect) -> Judgement {
        let captures = step.spec.captures_of(work).filter(|_| !job.undo);
        Judgement {
            expect,
            captures: captures.cloned().collect(),
            output: self.outfit.dir.output(job),
            vars: self.outfit.plan.vars.clone(),
            secrets: self.outfit.secrets.clone(),
            kept: self.outfit.dir.captured(job),
            source: match work {
                Work::Sql(_) => Source::Query,
                Work::Http(_) => Source::Answer,
                _ => Source::Script,
            },
        }
    }

    fn shell(
        &self,
        step: &Step,
        job: &Job,
        leaves: Option<PathBuf>,
        judgement: Judgement,
        state: &RunState,
        stops: Receiver<Stage>,
    ) -> ShellWork {
        ShellWork {
            job: job.clone(),
            traces: self.traces(job),
            leaves,
            judgement,
            application: application(&state.run, &step.number),
            backends: self.outfit.backends.clone(),
            notices: self.outfit.notices.clone(),
            stops,
            look: None,
            cancels: JoinSet::new(),
        }
    }

    fn url(&self, database: &str) -> Result<String, String> {
        let url = self.outfit.urls.get(database).cloned();
        url.unwrap_or_else(|| Err("the plan does not name this database".to_owned()))
    }

    /// A client for addresses of this machine, or for those that may lie behind a proxy.
    fn client(&mut self, here: bool) -> Result<reqwest::Client, String> {
        if let Some(client) = &self.clients[usize::from(here)] {
            return Ok(client.clone());
        }
        let client = crate::monitor::client(here)
            .build()
            .map_err(|error| format!("failed to get ready for requests: {error}"))?;
        self.clients[usize::from(here)] = Some(client.clone());
        Ok(client)
    }

    fn prepare(
        &mut self,
        step: &Step,
        job: &Job,
        work: &Work,
        expect: &Expect,
        state: &RunState,
    ) -> Result<Option<(Prepared, Expect)>, String> {
        let names = self.outfit.plan.variables_in(&step.spec, work);
        let secret = |name: &&str| state.values.get(*name) == Some(&Value::Secret);
        let secrets = secrets_among(names.into_iter().filter(secret), &self.outfit.secrets);
        let value = |name: &str| match state.values.get(name)? {
            Value::Known(value) => Some(value.as_str()),
            Value::Secret => secrets.get(name).map(String::as_str),
        };
        let dir = self.outfit.dir.clone();
        if matches!(work, Work::Shell(shell) if shell.carries) {
            let ready = dir.prepare_carried(prologue::BASH);
            ready.map_err(|error| format!("failed to prepare its shell: {error}"))?;
            self.terminal
                .catch_up(&state.carried, |job| dir.left(job))?;
        }
        let bench = Bench {
            plan: &self.outfit.plan,
            dir: &self.outfit.dir,
            run: &state.run,
            cwd: &self.outfit.cwd,
            terminal: &self.terminal,
            value: &value,
            boot: self.outfit.clock.now().boot,
        };
        let words = |error: FillError| error.to_string();
        let expect = prepare::expectation(bench.plan, &step.spec, expect, &value).map_err(words)?;
        let prepared = bench.prepare(step, job, work).map_err(words)?;
        Ok(prepared.map(|prepared| (prepared, expect)))
    }
}

/// The values of those variables among `names` that are kept.
fn secrets_among<'n>(
    names: impl Iterator<Item = &'n str>,
    secrets: &Secrets,
) -> HashMap<&'n str, String> {
    names
        .filter_map(|name| Some((name, secrets.get(name)?)))
        .collect()
}

/// How long `job` of `step` may take, if that is limited.
fn timeout_of(step: &Step, job: &Job) -> Option<Duration> {
    match &step.spec.undo {
        Some(undo) if job.undo => undo.timeout,
        _ => step.spec.timeout,
    }
}
