//! `gonogo run`: a new run, its engine, and a front to it.

use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};

use super::args::{Common, Run};
use super::attach::{self, Leaving};
use super::exit::Exit;
use super::review::{self, Seen};
use super::say::{aside, complain};
use super::{applied, beside, headless, place, problems};
use crate::clock::{Clock, SystemClock};
use crate::journal::event::{IncludedFile, NoteAdded, RunCreated, VariableSet};
use crate::journal::{Actor, Event, Lease, LeaseError, SqliteStore, Store, Unwritten, Via};
use crate::plan::{self, Plan, Severity, Source, Var, nearest};
use crate::run::{Environment, RunDir, own_program};
use crate::wire::{self, Role, Start};

/// How long an engine may take to listen.
const ENGINE_PATIENCE: Duration = Duration::from_secs(20);
/// How often to look whether it does.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// Runs `gonogo run`.
pub(super) async fn run(common: &Common, args: Run) -> anyhow::Result<Exit> {
    let Some((plan, source, files)) = read(&args) else {
        return Ok(Exit::Usage);
    };
    let alone = args.detach || args.headless;
    if !alone && !attach::has_terminal() {
        complain!("a screen needs a terminal; `--headless` and `--detach` need none");
        return Ok(Exit::Usage);
    }
    let start = place::directory(&plan, &args.plan)
        .with_context(|| format!("failed to find where {} begins", args.plan.display()))?;
    let around = applied::around(&plan, &std::path::absolute(&args.plan)?, &start);
    let seen = match review::of(common, &args.plan, (&plan, &source), &around) {
        Ok(seen) => seen,
        Err(why) => {
            complain!("{why}");
            return Ok(Exit::Usage);
        }
    };
    let Some(agreed) = beside::agreed(common, &args, &plan).await? else {
        return Ok(Exit::NotDone);
    };
    let mut new = NewRun::make(common, &args, plan, &files, seen)?;
    new.note(agreed.notes);
    new.turn = Some(agreed.turn);
    // Whoever starts the next run has to know what this one's databases are.
    Environment::of_this_process().keep(&new.dir)?;
    let dir = new.dir.clone();
    if args.detach {
        new.begin(&[]).await?;
        writeln!(std::io::stdout(), "{}", dir.id())?;
        return Ok(Exit::Done);
    }
    if args.headless {
        new.begin(&[]).await?;
        complain!("run {} in {}", dir.id(), dir.path().display());
        return headless::follow(&dir, 0, &mut std::io::stdout()).await;
    }
    // The screen is there at once; the journal and the engine follow.
    let plan = Arc::clone(&new.plan);
    let start =
        Start::First(async move { new.begin(&[]).await.map_err(|error| format!("{error:#}")) });
    attach::screen(common, dir, plan, Role::Drive, Leaving::RunGoesOn, start).await
}

/// A run that has its directory, and neither a journal nor an engine yet.
pub(super) struct NewRun {
    pub(super) dir: RunDir,
    pub(super) plan: Arc<Plan>,
    /// The first entries of its journal.
    first: Vec<Unwritten>,
    /// What keeps others from starting one until this one has begun.
    turn: Option<beside::Turn>,
}

impl NewRun {
    /// Makes a directory for a run of `plan`, whose `files` these are, of which all this was `seen`.
    pub(super) fn make(
        common: &Common,
        args: &Run,
        plan: Plan,
        files: &Files,
        seen: Seen,
    ) -> anyhow::Result<Self> {
        let clock = SystemClock::new();
        let runs = place::runs(common)?;
        let dir = RunDir::create(&runs, &plan.title, plan.format, &files.own, clock.now())
            .with_context(|| format!("failed to make a run in {}", runs.display()))?;
        dir.keep_included(&files.included)?;
        Ok(NewRun {
            first: first_entries(common, args, &dir, (&plan, seen), clock)?,
            plan: Arc::new(plan),
            dir,
            turn: None,
        })
    }

    /// Has the record begin with what there is to say.
    fn note(&mut self, texts: Vec<String>) {
        let Some(created) = self.first.first().cloned() else {
            return;
        };
        self.first.extend(texts.into_iter().map(|text| Unwritten {
            event: Event::NoteAdded(NoteAdded { text, step: None }),
            ..created.clone()
        }));
    }

    /// Writes the beginning of the journal, and starts an engine with `environment` besides our own.
    pub(super) async fn begin(self, environment: &[(String, String)]) -> anyhow::Result<()> {
        self.dir
            .persist()
            .with_context(|| format!("failed to write {}", self.dir.path().display()))?;
        let (mut store, _) = SqliteStore::open(&self.dir.journal()).await?;
        store.append(self.first).await?;
        store.close().await;
        let begun = start_engine(&self.dir, environment).await;
        drop(self.turn);
        begun
    }
}

/// The files of a plan as they are: its own, and those that it includes by their paths.
pub(super) struct Files {
    own: Vec<u8>,
    included: Vec<(String, Vec<u8>)>,
}

/// The plan, its text, and its files. `None`: it or a value is wrong, and that was said.
pub(super) fn read(args: &Run) -> Option<(Plan, Source, Files)> {
    let bytes = match crate::project::bytes(&args.plan) {
        Ok(bytes) => bytes,
        Err(why) => {
            complain!("{why}");
            return None;
        }
    };
    // What is kept is what was read, whatever becomes of the files meanwhile.
    let included: RefCell<Vec<(String, Vec<u8>)>> = RefCell::default();
    let beside = crate::project::beside(&args.plan);
    let load = |path: &str| {
        let bytes = beside(path)?;
        included.borrow_mut().push((path.to_owned(), bytes.clone()));
        Ok(bytes)
    };
    let opened = plan::open_from(&args.plan.to_string_lossy(), &bytes, None, &load);
    let opened = place::in_place(opened, &args.plan).to_be_driven();
    let Some(plan) = opened.plan else {
        for problem in opened
            .problems
            .iter()
            .filter(|p| p.severity == Severity::Error)
        {
            aside(format_args!(
                "{}\n",
                problems::render(&opened.source, problem, false)
            ));
        }
        complain!(
            "{} can't be run; `gonogo check` says more",
            args.plan.display()
        );
        return None;
    };
    let refused = args
        .set
        .iter()
        .find_map(|(name, value)| refusal(&plan, name, value))
        .or_else(|| plan.vars.iter().find_map(from_environment));
    if let Some(why) = refused {
        complain!("{why}");
        return None;
    }
    let included = included.into_inner();
    Some((
        plan,
        opened.source,
        Files {
            own: bytes,
            included,
        },
    ))
}

/// Why what the environment has for a variable can't be its value, if it can't.
fn from_environment(var: &Var) -> Option<String> {
    let env = var.env.as_ref()?;
    let why = var.refuses(&std::env::var(env).ok()?)?;
    Some(format!("what {env} holds can't be used: {why}"))
}

/// Why the variable `name` can't be given `value` on the command line, if it can't.
fn refusal(plan: &Plan, name: &str, value: &str) -> Option<String> {
    match plan.var(name) {
        None => {
            let near = nearest(name, plan.vars.iter().map(|var| var.name.as_str()));
            let meant = near.map(|near| format!(": did you mean `{near}`?"));
            let meant = meant.unwrap_or_default();
            Some(format!("the plan has no variable `{name}`{meant}"))
        }
        Some(var) if var.secret => Some(format!(
            "{name} is secret and would show in the list of processes: put it in the environment, or `gonogo ctl last set {name}=-`"
        )),
        Some(var) => var.refuses(value),
    }
}

fn included(plan: &Plan) -> Vec<IncludedFile> {
    let files = plan.included.iter().map(|file| IncludedFile {
        path: file.path.clone(),
        sha256: file.digest.clone(),
    });
    files.collect()
}

/// What a run's journal begins with.
fn first_entries(
    common: &Common,
    args: &Run,
    dir: &RunDir,
    (plan, seen): (&Plan, Seen),
    clock: SystemClock,
) -> anyhow::Result<Vec<Unwritten>> {
    let created = Event::RunCreated(RunCreated {
        run: dir.id(),
        title: plan.title.clone(),
        digest: plan.digest.clone(),
        path: std::path::absolute(&args.plan)?
            .to_string_lossy()
            .into_owned(),
        environment: plan.environment.clone(),
        unattended: args.headless,
        tick_checks: args.tick_checks,
        cwd: place::directory(plan, &args.plan)?
            .to_string_lossy()
            .into_owned(),
        poll_ms: milliseconds(args.poll),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        reviewed: seen.reviewed,
        included: included(plan),
        applies: seen.applies,
    });
    let set = args.set.iter().map(|(name, value)| {
        Event::VariableSet(VariableSet {
            name: name.clone(),
            value: Some(value.clone()),
            origin: "operator".to_owned(),
        })
    });
    let (at, actor) = (clock.now(), Actor::person(place::user(common), Via::Ctl));
    let entry = |event| Unwritten {
        at,
        actor: actor.clone(),
        event,
    };
    Ok(std::iter::once(created).chain(set).map(entry).collect())
}

fn milliseconds(seconds: f64) -> u64 {
    let poll = Duration::try_from_secs_f64(seconds);
    let millis = poll
        .ok()
        .and_then(|poll| u64::try_from(poll.as_millis()).ok());
    millis.unwrap_or(RunCreated::USUAL_POLL_MS)
}

/// Starts an engine for the run in `dir`, detached from this terminal, with `environment` besides our
/// own, and waits until it listens.
pub(super) async fn start_engine(
    dir: &RunDir,
    environment: &[(String, String)],
) -> anyhow::Result<()> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(dir.engine_log())?;
    let mut engine = Command::new(own_program()?)
        .arg("engine")
        .arg(dir.path())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("failed to start the engine")?;
    let listening = tokio::time::timeout(ENGINE_PATIENCE, listens(dir, &mut engine));
    match listening.await {
        Ok(result) => result?,
        Err(_) => bail!(
            "the engine does not listen; see {}",
            dir.engine_log().display()
        ),
    }
    reap(engine);
    Ok(())
}

/// Waits until the engine takes connections, or is gone.
async fn listens(dir: &RunDir, engine: &mut Child) -> anyhow::Result<()> {
    let connects = |address| std::os::unix::net::UnixStream::connect(address).is_ok();
    while !wire::address(&dir.socket()).is_some_and(connects) {
        if let Some(status) = engine.try_wait()? {
            // Somebody else was quicker.
            if let Some(other) = Lease::holder(dir.path()) {
                return Err(LeaseError::Taken(Some(other)).into());
            }
            bail!(
                "the engine ended at once ({status}): {}",
                last_words(&dir.engine_log())
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// An engine that ends before we do must not stay in the list of processes.
fn reap(mut engine: Child) {
    std::thread::spawn(move || engine.wait());
}

fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or("it left no word").to_owned()
}
