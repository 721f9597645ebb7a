//! Other runs that may change the same things. Whoever starts one beside them is told so before
//! anything is done, and says that it is meant.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::args::{Common, Run};
use super::attach::answered_yes;
use super::say::complain;
use super::{place, status};
use crate::clock::{Clock, SystemClock};
use crate::journal::event::RunCreated;
use crate::journal::{Entry, Event, Lease, Reader};
use crate::plan::Plan;
use crate::run::{self, Environment, RunDir, RunState};

/// For how long a run counts that no engine drives: nobody goes on with an older one unawares.
const FORSAKEN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Asks about the other runs, if there are any. What the record is to say of them; none: the run is not
/// to be started.
pub(super) async fn agreed(
    common: &Common,
    args: &Run,
    plan: &Plan,
) -> anyhow::Result<Option<Vec<String>>> {
    let others = others(common, args, plan).await?;
    if others.is_empty() {
        return Ok(Some(Vec::new()));
    }
    for other in &others {
        complain!("{}", other.words);
    }
    let agreed = args.beside || answered_yes("Start one more beside it? [y/N] ", false);
    if !agreed {
        complain!("nothing was started; `--beside` starts it all the same");
        return Ok(None);
    }
    let notes = others.into_iter().map(|other| other.note);
    Ok(Some(notes.collect()))
}

/// A run that may change what another one changes.
struct Other {
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

async fn others(common: &Common, args: &Run, plan: &Plan) -> anyhow::Result<Vec<Other>> {
    let path = std::path::absolute(&args.plan)?;
    let folder = std::env::current_dir()?;
    let environment = Environment::of_this_process();
    let ours = Side {
        plan,
        path: &path.to_string_lossy(),
        folder: &folder.to_string_lossy(),
        environment: Some(&environment),
    };
    let mut others = Vec::new();
    // What can't be listed can't be made either, and that will be said.
    for dir in run::list(&place::runs(common)?).unwrap_or_default() {
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
            others.push(told(&plan, &state, engine, &shared.join(", ")));
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

/// What both may change, a few words each. Where both name their databases, these tell whether they do:
/// a plan is driven against several in turn, and for all of them from the same folder.
fn shared(ours: &Side<'_>, theirs: &Side<'_>) -> Vec<String> {
    let mut shared = Vec::new();
    let named = [ours, theirs].map(|side| !side.plan.databases.is_empty());
    let same_folder = ours.folder == theirs.folder && !are_apart(ours.plan, theirs.plan);
    for database in &ours.plan.databases {
        let mut others = theirs.plan.databases.iter();
        let env = &database.url_env;
        let agree = match (ours.environment, theirs.environment) {
            (Some(ours), Some(theirs)) => ours.agrees(theirs, env),
            // Its engine has not come to that yet.
            _ => true,
        };
        if agree && others.any(|other| other.url_env == *env) {
            shared.push(format!("the database `{}`", database.name));
        }
    }
    if named == [true, true] && shared.is_empty() {
        return shared;
    }
    if ours.path == theirs.path || ours.plan.digest == theirs.plan.digest {
        shared.insert(0, "the same plan".to_owned());
    }
    if same_folder {
        shared.push(format!("the folder {}", ours.folder));
    }
    shared
}

/// Whether both say what they are for, and it is not the same.
fn are_apart(ours: &Plan, theirs: &Plan) -> bool {
    let names = ours.environment.as_ref().zip(theirs.environment.as_ref());
    names.is_some_and(|(ours, theirs)| ours != theirs)
}

fn told(plan: &Plan, state: &RunState, engine: Option<u32>, shared: &str) -> Other {
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
        running => format!("{}: {}", state.outcome(plan), running.join(", ")),
    };
    let way = match engine {
        Some(pid) => format!("`gonogo attach {id}` looks at it (process {pid})"),
        None => format!(
            "its engine is gone, and what it had begun may go on: `gonogo resume {id}` takes it up"
        ),
    };
    Other {
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
        words: format!("process {engine} drives run {id}, {words}"),
        note: format!("begun beside run {id}, {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    fn a_plan(environment: &str, databases: &[&str]) -> Plan {
        let mut text = format!("title = \"T\"\nenvironment = \"{environment}\"\n");
        for name in databases {
            text += &format!(
                "[databases.{name}]\nurl_env = \"{}\"\n",
                name.to_uppercase()
            );
        }
        text += "[[phase]]\nname = \"P\"\nkind = \"deploy\"\n[[phase.step]]\ntitle = \"S\"\nshell = \"s\"\n";
        plan::open("plan.toml", text.as_bytes()).plan.unwrap()
    }

    fn environment(json: &str) -> Environment {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_two_runs_have_in_common_is_told_and_nothing_else() {
        let here = environment(r#"{"SHOP":"aaaa","LOGS":"cccc"}"#);
        let there = environment(r#"{"SHOP":"bbbb","LOGS":"cccc"}"#);
        let said = |ours: (&Plan, &str, &str),
                    theirs: (&Plan, &str, &str, Option<&Environment>)| {
            let ours = Side {
                plan: ours.0,
                path: ours.1,
                folder: ours.2,
                environment: Some(&here),
            };
            let theirs = Side {
                plan: theirs.0,
                path: theirs.1,
                folder: theirs.2,
                environment: theirs.3,
            };
            shared(&ours, &theirs).join(", ")
        };
        let shop = a_plan("production", &["shop"]);
        let both = a_plan("production", &["shop", "logs"]);
        let bare = a_plan("production", &[]);
        let staging = a_plan("staging", &[]);
        // The same again, and another plan on the same database.
        assert_eq!(
            said((&shop, "/a", "/x"), (&shop, "/a", "/x", Some(&here))),
            "the same plan, the database `shop`, the folder /x"
        );
        assert_eq!(
            said((&shop, "/a", "/x"), (&both, "/b", "/y", Some(&here))),
            "the database `shop`"
        );
        assert_eq!(
            said((&both, "/a", "/x"), (&both, "/b", "/y", Some(&there))),
            "the same plan, the database `logs`"
        );
        // The same plan against another database, from the same folder.
        assert_eq!(
            said((&shop, "/a", "/x"), (&shop, "/a", "/x", Some(&there))),
            ""
        );
        // Nobody knows yet with what the other was started.
        assert_eq!(
            said((&shop, "/a", "/x"), (&shop, "/a", "/y", None)),
            "the same plan, the database `shop`"
        );
        // Without databases it is the folder in which their scripts run.
        assert_eq!(
            said((&bare, "/a", "/x"), (&shop, "/b", "/x", Some(&here))),
            "the folder /x"
        );
        assert_eq!(
            said((&bare, "/a", "/x"), (&shop, "/b", "/y", Some(&here))),
            ""
        );
        assert_eq!(
            said((&bare, "/a", "/x"), (&staging, "/b", "/x", Some(&here))),
            ""
        );
    }
}
