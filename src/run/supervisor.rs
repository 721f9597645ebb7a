//! The supervisor performs effects: it turns jobs into tasks, keeps the way to each of them, and
//! holds what only a living engine can hold: secrets, sessions, handles.

mod picture;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;
use tokio::sync::{mpsc, oneshot};

use super::carry::{Terminal, prologue};
use super::effect::{Effect, Perform, Secret};
use super::files::RunDir;
use super::input::{Finish, Notice};
use super::secrets::Secrets;
use super::shim;
use super::state::{RunState, Transaction, Value};
use super::work::backends::Backends;
use super::work::facts::FactsWork;
use super::work::http::HttpWork;
use super::work::judge::{Judgement, Source, not_begun};
use super::work::prepare::{Bench, Prepared, application, work_of};
use super::work::shell::ShellWork;
use super::work::sql::{Sessions, SqlAsk, SqlWork};
use crate::clock::{Clock, SystemClock};
use crate::journal::event::{Applied, Job, KnownBy, Outcome, Stage};
use crate::monitor::is_here;
use crate::plan::template::FillError;
use crate::plan::{Expect, Plan, Step, Work};

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
    /// Whether every server that steps may connect to knows `client_connection_check_interval`.
    pub check_connections: Arc<dyn Fn() -> bool + Send + Sync>,
    /// The way to database sessions.
    pub backends: Backends,
    /// The clock that requests are measured with.
    pub clock: SystemClock,
    /// Where reports go.
    pub notices: Sender<Notice>,
    /// The values of secret variables.
    pub secrets: Secrets,
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
    /// Made for the first request: the machine's certificates are read for it.
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
                action,
            } => {
                let (backends, notices) =
                    (self.outfit.backends.clone(), self.outfit.notices.clone());
                tokio::spawn(async move {
                    let answer = backends.signal(database.clone(), pid, started, action);
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
            Effect::KeepSecret {
                name,
                value: Secret(value),
            } => self.outfit.secrets.keep(name, value),
        }
    }

    fn over(&mut self) {
        if let Err(error) = self.outfit.dir.drop_carried() {
            tracing::warn!(%error, "what the steps left to one another is still there");
        }
    }

    fn forget(&mut self, job: &Job) {
        self.jobs.remove(job);
    }
}

impl Supervisor {
    fn start(&mut self, job: &Job, choice: usize, state: &RunState) {
        if let Err(why) = self.try_start(job, choice, state, false) {
            self.tell(Notice::Finished(not_begun(job, why)));
        }
    }

    /// Takes up a job that an engine before this one began: its shim lives, or has left a record, or had
    /// not begun yet and may not any more, or nobody knows.
    fn adopt(&mut self, job: &Job, choice: usize, state: &RunState) {
        if !self.is_found(job) {
            let permit = self.outfit.dir.permit(job, self.outfit.clock.now().boot);
            if shim::revoke(&permit) {
                let why = "its engine was gone before it had begun, and it may not begin any more";
                let known_by = KnownBy::Record;
                let finish = not_begun(job, why);
                return self.tell(Notice::Finished(Finish { known_by, ..finish }));
            }
        }
        // A shim may have begun between the two looks.
        let adopted = if self.is_found(job) {
            self.try_start(job, choice, state, true)
        } else {
            Err("nothing is left of the process that watched it".to_owned())
        };
        if let Err(why) = adopted {
            self.tell(Notice::Finished(Finish {
                outcome: Outcome::Unknown,
                applied: Applied::Maybe,
                ..not_begun(job, why)
            }));
        }
    }

    /// Whether a shim watches the job, or has left a record of its end.
    fn is_found(&self, job: &Job) -> bool {
        let dir = &self.outfit.dir;
        shim::alive(&dir.shim_lock(job)).is_some()
            || shim::read_record(&dir.exit_record(job)).is_some()
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

    fn try_start(
        &mut self,
        job: &Job,
        choice: usize,
        state: &RunState,
        adopt: bool,
    ) -> Result<(), String> {
        let plan = Arc::clone(&self.outfit.plan);
        let step = plan.find(&job.step).map(|ix| &plan.steps[ix]);
        let step = step.ok_or("the plan does not have this step")?;
        let (work, expect) = work_of(step, job, choice).ok_or("there is nothing to do")?;
        let Some((prepared, expect)) = self.prepare(step, job, work, expect, state)? else {
            return Ok(());
        };
        let (stops, stopped) = mpsc::channel(8);
        let (proceed, permission) = oneshot::channel();
        let kept = expect.kept.clone();
        let judgement = Judgement {
            expect,
            captures: if job.undo {
                Vec::new()
            } else {
                step.spec.capture.clone()
            },
            output: self.outfit.dir.output(job),
            vars: plan.vars.clone(),
            source: match work {
                Work::Sql(_) => Source::Query,
                Work::Http(_) => Source::Answer,
                _ => Source::Script,
            },
        };
        let application = application(&state.run, &step.number);
        let (job_for_task, notices) = (job.clone(), self.outfit.notices.clone());
        match prepared {
            Prepared::Shell { spec, script_file } => {
                let work = ShellWork {
                    job: job_for_task,
                    script: script_file.map(|script| (self.outfit.dir.script(job), script)),
                    spec,
                    judgement,
                    application,
                    backends: self.outfit.backends.clone(),
                    notices,
                    stops: stopped,
                };
                if adopt {
                    tokio::spawn(work.adopt());
                } else {
                    tokio::spawn(work.run());
                }
            }
            Prepared::Sql(sql) => self.sessions.give(SqlWork {
                job: job_for_task,
                sql,
                application,
                judgement,
                notices,
                stops: stopped,
                proceed: permission,
            }),
            Prepared::Http(request) => {
                let work = HttpWork {
                    job: job_for_task,
                    client: self.client(is_here(&request.url))?,
                    request,
                    judgement,
                    clock: self.outfit.clock,
                };
                tokio::spawn(work.run(notices, stopped));
            }
            Prepared::Snapshot(snapshot) => {
                let work = self.picture(step, job_for_task, *snapshot, kept, state)?;
                tokio::spawn(work.run(notices, stopped));
            }
        }
        let proceed = Some(proceed);
        self.jobs.insert(job.clone(), Handle { stops, proceed });
        Ok(())
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
        let mut client =
            reqwest::Client::builder().user_agent(concat!("gonogo/", env!("CARGO_PKG_VERSION")));
        if here {
            client = client.no_proxy();
        }
        let client = client
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
        let secrets: HashMap<&str, String> = names
            .into_iter()
            .filter(|name| state.values.get(*name) == Some(&Value::Secret))
            .filter_map(|name| Some((name, self.outfit.secrets.get(name)?)))
            .collect();
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
            check_connections: (self.outfit.check_connections)(),
            boot: self.outfit.clock.now().boot,
        };
        let words = |error: FillError| error.to_string();
        let expect = bench.expect(&step.spec, expect).map_err(words)?;
        let prepared = bench.prepare(step, job, work).map_err(words)?;
        Ok(prepared.map(|prepared| (prepared, expect)))
    }
}
