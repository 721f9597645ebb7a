//! Other runs that may change the same things. Whoever starts one beside them is told so before
//! anything is done, and says that it is meant.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::bail;

use super::args::{Common, Run};
use super::attach::answered_yes;
use super::say::complain;
use super::{place, status};
use crate::clock::{Clock, SystemClock};
use crate::journal::event::RunCreated;
use crate::journal::{Entry, Event, Lease, Reader};
use crate::plan::{Database, Plan};
use crate::run::{self, Environment, RunDir, RunState};

/// For how long a run counts that no engine drives: nobody goes on with an older one unawares.
const FORSAKEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long another start of a run may take until this one gives up: longer than its engine may.
const TURN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// That a run may be started now.
pub(super) struct Agreed {
    /// What its record is to say of the other runs.
    pub(super) notes: Vec<String>,
    /// To be kept until the others can see the new run.
    pub(super) turn: Turn,
}

/// The right to look for other runs and to start one. Of two that start in the same moment, the second
/// looks when the first can be seen. The lock goes with the process that has it.
pub(super) struct Turn {
    /// None: the folder can't be locked, as on some networks, and that keeps nobody from a start.
    _folder: Option<File>,
}

impl Turn {
    async fn take(runs: &Path) -> anyhow::Result<Self> {
        run::make_list(runs)?;
        let folder = File::open(runs)?;
        for _ in 0..TURN.as_millis() / LOOK_AGAIN.as_millis() {
            let folder = match folder.try_lock() {
                Ok(()) => Some(folder),
                Err(TryLockError::Error(_)) => None,
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                    continue;
                }
            };
            return Ok(Turn { _folder: folder });
        }
        bail!("another `gonogo run` is starting a run, and does not get on with it");
    }
}

/// Asks about the other runs, if there are any. None: the run is not to be started.
pub(super) async fn agreed(
    common: &Common,
    args: &Run,
    plan: &Plan,
) -> anyhow::Result<Option<Agreed>> {
    let runs = place::runs(common)?;
    let mut known: Vec<Other> = Vec::new();
    loop {
        let turn = Turn::take(&runs).await?;
        let mut others = others(&runs, args, plan).await?;
        others.retain(|other| known.iter().all(|known| known.id != other.id));
        if others.is_empty() {
            let notes = known.into_iter().map(|other| other.note).collect();
            return Ok(Some(Agreed { notes, turn }));
        }
        // Nobody else waits for an answer, and what they start meanwhile is seen the next time.
        drop(turn);
        for other in &others {
            complain!("{}", other.words);
        }
        if !args.beside && !answered_yes("Start one more beside it? [y/N] ", false) {
            complain!("nothing was started; `--beside` starts it all the same");
            return Ok(None);
        }
        known.append(&mut others);
    }
}

/// A run that may change what another one changes.
struct Other {
    id: String,
    /// What whoever starts the other is told.
    words: String,
    /// What the other's record says.
    note: String,
}

/// A run's plan, and where it acts.
struct Side<'a> {
    plan: &'a Plan,
    path: &'a str,
    folder: &'a str,
    environment: Option<&'a Environment>,
}

async fn others(runs: &Path, args: &Run, plan: &Plan) -> anyhow::Result<Vec<Other>> {
    let path = std::path::absolute(&args.plan)?;
    let folder = place::directory(plan, &args.plan)?;
    let environment = Environment::of_this_process();
    let ours = Side {
        plan,
        path: &path.to_string_lossy(),
        folder: &folder.to_string_lossy(),
        environment: Some(&environment),
    };
    let mut others = Vec::new();
    // What can't be listed can't be made either, and that will be said.
    for dir in run::list(runs).unwrap_or_default() {
        let engine = Lease::holder(dir.path());
        if engine.is_none() && (is_forsaken(&dir) || is_over(&dir).await) {
            continue;
        }
        let (plan, state, entries) = match (status::read(&dir).await, engine) {
            (Ok(read), _) => read,
            (Err(error), Some(pid)) => {
                others.push(unreadable(&dir, pid, &error));
                continue;
            }
            // One that is just being made, or of which nothing can go on.
            (Err(_), None) => continue,
        };
        let (Some(created), true) = (created(&entries), may_go_on(&state, engine.is_some())) else {
            continue;
        };
        let environment = Environment::known(&dir);
        let theirs = Side {
            plan: &plan,
            path: &created.path,
            folder: &created.cwd,
            environment: environment.as_ref(),
        };
        let shared = shared(&ours, &theirs);
        if !shared.is_empty() {
            let way = way(&dir, engine).await;
            others.push(told(&plan, &state, &shared.join(", "), &way));
        }
    }
    Ok(others)
}

/// Whether nothing was written in the run's directory for a long time.
fn is_forsaken(dir: &RunDir) -> bool {
    let written = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    let journal = dir.journal();
    let last = written(&journal).max(written(&journal.with_extension("db-wal")));
    let last = last.and_then(|last| last.duration_since(UNIX_EPOCH).ok());
    let now = u64::try_from(SystemClock::new().now().wall).unwrap_or_default();
    last.is_some_and(|last| Duration::from_micros(now).saturating_sub(last) > FORSAKEN)
}

async fn is_over(dir: &RunDir) -> bool {
    match Reader::open(&dir.journal()).await {
        Ok(mut reader) => reader.is_over().await.unwrap_or(false),
        Err(_) => false,
    }
}

fn created(entries: &[Entry]) -> Option<&RunCreated> {
    match &entries.first()?.event {
        Event::RunCreated(created) => Some(created),
        _ => None,
    }
}

/// Whether anything may still be done in a run, or go on in it. Where nothing was begun, or all is
/// settled, an engine is what it takes.
fn may_go_on(state: &RunState, has_engine: bool) -> bool {
    let in_the_middle = state.rollback.is_some() || (state.has_begun() && !state.all_settled());
    state.end.is_none() && (has_engine || in_the_middle)
}

/// What both may change, a few words each.
fn shared(ours: &Side<'_>, theirs: &Side<'_>) -> Vec<String> {
    let mut shared = Vec::new();
    if ours.path == theirs.path || ours.plan.digest == theirs.plan.digest {
        shared.push("the same plan".to_owned());
    }
    for database in &ours.plan.databases {
        let mut others = theirs.plan.databases.iter();
        if others.any(|other| is_one((ours, database), (theirs, other))) {
            shared.push(format!("the database `{}`", database.name));
        }
    }
    if ours.folder == theirs.folder && !are_apart(ours.plan, theirs.plan) {
        shared.push(format!("the folder {}", ours.folder));
    }
    shared
}

/// Whether two databases are one: by what their URLs name, however they are written; and where that is
/// not known, by their variables.
fn is_one(ours: (&Side<'_>, &Database), theirs: (&Side<'_>, &Database)) -> bool {
    let (here, there) = (&ours.1.url_env, &theirs.1.url_env);
    let (Some(ours), Some(theirs)) = (ours.0.environment, theirs.0.environment) else {
        return here == there;
    };
    match (ours.database(here), theirs.database(there)) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => here == there && ours.agrees(theirs, here),
    }
}

/// Whether both say what they are for, and it is not the same.
fn are_apart(ours: &Plan, theirs: &Plan) -> bool {
    let names = ours.environment.as_ref().zip(theirs.environment.as_ref());
    names.is_some_and(|(ours, theirs)| ours != theirs)
}

/// What whoever is told of a run can do about it.
async fn way(dir: &RunDir, engine: Option<u32>) -> String {
    let id = dir.id();
    match engine {
        None => format!(
            "Its engine is gone, and what it had begun may go on: `gonogo resume {id}` takes it up"
        ),
        Some(pid) if status::is_silent(dir).await => format!(
            "Its engine (process {pid}) DOES NOT ANSWER, and what runs goes on: `gonogo resume {id}` replaces it"
        ),
        Some(pid) => format!("`gonogo attach {id}` looks at it (process {pid})"),
    }
}

fn told(plan: &Plan, state: &RunState, shared: &str, way: &str) -> Other {
    let (id, title) = (&state.run, &plan.title);
    let by = state.creator.as_deref().unwrap_or("somebody");
    let since = state.created.map(|at| at.local("%Y-%m-%d %H:%M:%S"));
    let since = since.unwrap_or_default();
    let driver = state.driver.as_ref().filter(|driver| driver.gone.is_none());
    let driver = driver.map_or(String::new(), |driver| {
        format!(", driven by {}", driver.name)
    });
    let running: Vec<String> = state
        .active_steps()
        .map(|ix| &plan.steps[ix])
        .map(|step| format!("{} {}", step.number, step.spec.title))
        .collect();
    let at = match running.as_slice() {
        [] => state.outcome(plan),
        // Nothing new starts in a run that is held, and what runs goes on.
        running => format!("{}, running: {}", state.outcome(plan), running.join(", ")),
    };
    Other {
        id: id.clone(),
        words: format!(
            "run {id} \"{title}\" is not over: begun by {by} at {since}{driver}, {at}. It has {shared} as well. {way}"
        ),
        note: format!(
            "begun beside run {id} \"{title}\" of {by}, {at}, which has {shared} as well"
        ),
    }
}

fn unreadable(dir: &RunDir, engine: u32, error: &anyhow::Error) -> Other {
    let (id, words) = (dir.id(), format!("whose record can't be read: {error:#}"));
    Other {
        id: id.clone(),
        words: format!("process {engine} drives run {id}, {words}"),
        note: format!("begun beside run {id}, {words}"),
    }
}

#[cfg(test)]
mod tests;
