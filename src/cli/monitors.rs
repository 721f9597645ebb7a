//! Between a run and the monitor: what a plan wants watched, and how a run's wishes about database
//! sessions are carried out.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{FutureExt, join_all};
use tokio::sync::{mpsc, watch};

use super::probes;
use crate::clock::{Clock, SystemClock};
use crate::journal::event::{BackendAction, RunCreated};
use crate::monitor::{
    self, Backend, Config, Effect, Evidence, Health, Monitor, OursBook, Outcome, Picture, State,
    WatchedDatabase,
};
use crate::plan::Plan;
use crate::run::{Ask, Refusal, Session, SessionName};

/// The URLs of a plan's databases by name, from the environment, or why there is none.
pub(super) fn urls(plan: &Plan) -> HashMap<String, Result<String, String>> {
    let database_url = |database: &crate::plan::Database| {
        let name = &database.url_env;
        let url = std::env::var(name)
            .ok()
            .filter(|url| !url.trim().is_empty());
        url.ok_or_else(|| {
            format!(
                "{name} is not set: it should hold the URL of `{}`",
                database.name
            )
        })
    };
    plan.databases
        .iter()
        .map(|database| (database.name.clone(), database_url(database)))
        .collect()
}

/// Starts watching what `plan` names, for the run that was `created`.
pub(super) fn start(
    plan: &Plan,
    created: &RunCreated,
    urls: &HashMap<String, Result<String, String>>,
    ours: OursBook,
    clock: Arc<dyn Clock>,
) -> Monitor {
    let unset = || Err("there is no URL".to_owned());
    let databases = plan.databases.iter().map(|database| WatchedDatabase {
        name: database.name.clone(),
        url: urls.get(&database.name).cloned().unwrap_or_else(unset),
    });
    let config = Config {
        databases: databases.collect(),
        probes: probes::filled(plan),
        tag: format!("gonogo:{}", created.run),
        rules: plan.alerts.clone(),
        ours,
        idle_sessions: 0,
        hidden: probes::hidden(plan),
        folder: Some(PathBuf::from(&created.cwd)),
        folder_is_guess: false,
        may_begin: true,
        interval: Duration::from_millis(created.poll_ms),
    };
    monitor::start(&config, clock)
}

/// Carries out what the run asks about sessions, each thing in a task of its own.
pub(super) async fn answer(
    monitor: Arc<Monitor>,
    plan: Arc<Plan>,
    mut asks: mpsc::Receiver<Ask>,
    clock: SystemClock,
) {
    while let Some(ask) = asks.recv().await {
        let (monitor, plan) = (Arc::clone(&monitor), Arc::clone(&plan));
        tokio::spawn(async move {
            match ask {
                Ask::CancelApplication {
                    application,
                    mut answer,
                } => {
                    cancel_application(&monitor, &plan, &application, answer.closed()).await;
                    // Whoever asked may not want to know any more.
                    let _ = answer.send(());
                }
                Ask::Measure { metric, answer } => {
                    let health = Arc::clone(&monitor.health().borrow());
                    let _ = answer.send(monitor::value_of(&health, &metric, clock.now()));
                }
                Ask::Signal {
                    database,
                    pid,
                    started,
                    statement,
                    action,
                    answer,
                } => {
                    let backend = Backend { pid, started };
                    let outcome = signal(&monitor, &database, (backend, statement), action).await;
                    let done = matches!(outcome.effect, Effect::Ended | Effect::Gone);
                    let _ = answer.send((done, outcome.words));
                }
            }
        });
    }
}

/// Cancels what goes by the name of `application`. Once the step is `over`, whatever is found then may
/// be another attempt's; what was found before is still cancelled.
async fn cancel_application(
    monitor: &Monitor,
    plan: &Plan,
    application: &str,
    over: impl Future<Output = ()>,
) {
    let health = Arc::clone(&monitor.health().borrow());
    let over = over.shared();
    let cancelling = plan.databases.iter().filter_map(|database| {
        let signaller = monitor.signaller(&database.name)?;
        let nameless = nameless(&health, &database.name, application);
        let over = over.clone();
        Some(async move {
            let named = tokio::select! {
                biased;
                () = over => Ok(Vec::new()),
                named = signaller.sessions_of(application) => named,
            };
            let named = named.unwrap_or_else(|why| {
                tracing::warn!(%why, "sessions of a step could not be cancelled");
                Vec::new()
            });
            let all = named.into_iter().chain(nameless);
            let cancelled = all.map(|backend| signaller.cancel(backend));
            for outcome in join_all(cancelled).await {
                tracing::info!(%outcome.words, "cancelled for a step that is stopped");
            }
        })
    });
    join_all(cancelling).await;
}

/// The sessions of the step that `application` names whose driver did not take that name, but whose
/// socket one of the step's processes holds.
fn nameless(health: &Health, database: &str, application: &str) -> Vec<Backend> {
    let step = application.rsplit_once(':').map(|(_, step)| step);
    let found = health.databases.iter().find(|db| db.name == database);
    let picture = found.and_then(|db| db.picture.as_deref());
    let of_step = |session: &&monitor::Session| {
        let ours = session.ours.as_ref();
        ours.is_some_and(|ours| ours.by == Evidence::Socket && ours.step.as_deref() == step)
    };
    let sessions = picture.into_iter().flat_map(seen).filter(of_step);
    let backends: HashSet<Backend> = sessions.filter_map(monitor::Session::backend).collect();
    backends.into_iter().collect()
}

async fn signal(
    monitor: &Monitor,
    database: &str,
    (backend, statement): (Backend, Option<i64>),
    action: BackendAction,
) -> Outcome {
    match (monitor.signaller(database), action) {
        (Some(signaller), BackendAction::Cancel) => {
            signaller.cancel_statement(backend, statement).await
        }
        (Some(signaller), BackendAction::Terminate) => signaller.terminate(backend).await,
        (None, _) => Outcome {
            pid: backend.pid,
            effect: Effect::Refused,
            words: format!("`{database}` is not watched"),
        },
    }
}

/// The session that is `named`, as it was last seen; none if it is not seen.
///
/// # Errors
/// If sessions of several databases go by that name, or another than the one that is meant, if this role may
/// not see whose it is, or if it is one of `ours` that nobody sees.
pub(super) fn find_session(
    health: &watch::Receiver<Arc<Health>>,
    ours: &OursBook,
    named: &SessionName,
) -> Result<Option<Session>, Refusal> {
    let health = Arc::clone(&health.borrow());
    let pid = named.pid;
    let wanted = |name: &String| named.database.as_ref().is_none_or(|wanted| wanted == name);
    let mut found: Vec<Session> = Vec::new();
    let (mut hidden, mut is_another) = (None, false);
    for database in health.databases.iter().filter(|db| wanted(&db.name)) {
        let Some(picture) = database.picture.as_deref() else {
            continue;
        };
        let listed = seen(picture).find(|session| session.pid == pid);
        let runs = listed.and_then(|session| session.statement_started);
        let session = match listed {
            Some(session) => session
                .started
                .map(|started| shown(&database.name, session, started)),
            None => one_of_several(&database.name, picture, ours, pid),
        };
        match session {
            // Two names of a plan may be one server's.
            Some(session) if found.iter().any(|other| other.started == session.started) => {}
            Some(session) => {
                is_another |= named
                    .statement
                    .is_some_and(|meant| runs.is_some_and(|it| it != meant));
                found.push(session);
            }
            None if picture.connections.by_state.hidden > 0 => {
                hidden = hidden.or_else(|| picture.server.hidden(pid));
            }
            None => {}
        }
    }
    if let Some(started) = named.started {
        let others = !found.is_empty();
        found.retain(|session| session.started == started);
        if found.is_empty() && others {
            let words = format!("session {pid} has ended: another one has its number now");
            return Err(Refusal::new(words));
        }
    }
    let unseen = || ours.no_signal(pid, State::Idle, wanted).or(hidden);
    match &found[..] {
        [_] if is_another => {
            let words = format!("{pid} runs another statement by now: nothing was cancelled");
            Err(Refusal::new(words))
        }
        [] => unseen().map_or(Ok(None), |why| Err(Refusal::new(why))),
        [_] => Ok(found.pop()),
        several => {
            let places: Vec<&str> = several.iter().map(|one| one.database.as_str()).collect();
            Err(Refusal::new(format!(
                "there is a session {pid} on {}: say which with --database",
                places.join(" and on ")
            )))
        }
    }
}

/// A session that runs the same as an older one, which is shown for all of them.
fn one_of_several(database: &str, picture: &Picture, ours: &OursBook, pid: i32) -> Option<Session> {
    let running = picture.running.iter();
    let (group, backend) = running
        .flat_map(|group| group.others.iter().map(move |other| (group, other)))
        .find(|(_, other)| other.pid == pid)?;
    let statement = group.oldest.statement.as_deref().unwrap_or("");
    Some(Session {
        database: database.to_owned(),
        pid,
        started: backend.started,
        words: format!("one of {} that run: {statement}", group.sessions),
        no_signal: ours.no_signal(pid, State::Active, |name| name == database),
    })
}

fn shown(database: &str, session: &monitor::Session, started: i64) -> Session {
    let statement = session.statement.as_deref().unwrap_or("");
    // Whoever names a session by its number alone has not seen whose it is.
    let ours = session
        .ours
        .as_ref()
        .map(|ours| format!(" ({})", ours.words()));
    Session {
        database: database.to_owned(),
        pid: session.pid,
        started,
        words: format!(
            "{} {}{}: {statement}",
            session.whose(),
            session.state.words(),
            ours.unwrap_or_default()
        ),
        no_signal: session.no_signal(),
    }
}

/// Every session that a picture shows.
fn seen(picture: &Picture) -> impl Iterator<Item = &monitor::Session> {
    let locks = picture.locks.nodes.iter().map(|node| &node.session);
    let running = picture.running.iter().map(|running| &running.oldest);
    locks.chain(running).chain(&picture.idle_in_transaction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::monitor::testing::{database, health, node, picture, session};
    use crate::monitor::{AtWork, Worker};

    /// Two servers, each with a session of the same number.
    fn two_servers() -> watch::Receiver<Arc<Health>> {
        let mut databases = Vec::new();
        for (name, started) in [("db1", 1), ("db2", 2)] {
            let mut session = session(57, name, State::Active, 3, "select 1");
            session.started = Some(started);
            let mut picture = picture();
            picture.locks.nodes = vec![node(0, session, None)];
            let mut database = database(picture);
            name.clone_into(&mut database.name);
            databases.push(database);
        }
        watch::channel(Arc::new(health(databases))).1
    }

    fn named(database: Option<&str>, started: Option<i64>) -> SessionName {
        SessionName {
            pid: 57,
            database: database.map(str::to_owned),
            started,
            statement: None,
        }
    }

    #[test]
    fn each_of_several_that_run_the_same_is_found_and_a_hidden_one_is_said_to_be() {
        let mut picture = picture();
        picture.running = vec![monitor::Running {
            oldest: session(56, "web", State::Active, 3, "select 1"),
            sessions: 2,
            others: vec![Backend {
                pid: 57,
                started: 9,
            }],
        }];
        let find = |picture: Picture| {
            let health = health(vec![database(picture)]);
            find_session(
                &watch::channel(Arc::new(health)).1,
                &OursBook::default(),
                &named(None, None),
            )
        };
        let found = find(picture.clone()).unwrap().unwrap();
        assert_eq!((found.pid, found.started), (57, 9));
        assert_eq!(found.words, "one of 2 that run: select 1");
        picture.running.clear();
        assert_eq!(find(picture.clone()), Ok(None));
        picture.connections.by_state.hidden = 3;
        picture.server.rights.may_see_all = false;
        let why = find(picture).unwrap_err().0;
        assert_eq!(why, "session 57 is hidden: grant pg_monitor to monitor");
    }

    #[test]
    fn what_is_confirmed_is_what_is_found() {
        let health = two_servers();
        let ours = OursBook::default();
        let found =
            |named| find_session(&health, &ours, &named).map(|one| one.map(|one| one.database));
        assert_eq!(
            found(named(Some("db2"), Some(2))),
            Ok(Some("db2".to_owned()))
        );
        assert_eq!(found(named(Some("db1"), None)), Ok(Some("db1".to_owned())));
        assert_eq!(found(named(None, Some(2))), Ok(Some("db2".to_owned())));
        assert_eq!(found(named(Some("db3"), None)), Ok(None));
        let words = |named| found(named).unwrap_err().0;
        assert_eq!(
            words(named(None, None)),
            "there is a session 57 on db1 and on db2: say which with --database"
        );
        assert_eq!(
            words(named(Some("db2"), Some(1))),
            "session 57 has ended: another one has its number now"
        );
    }

    #[test]
    fn another_statement_than_the_one_that_was_confirmed_is_not_cancelled() {
        let mut runs = session(57, "web", State::Active, 3, "select 1");
        runs.statement_started = Some(8);
        let mut picture = picture();
        picture.locks.nodes = vec![node(0, runs, None)];
        let health = watch::channel(Arc::new(health(vec![database(picture)]))).1;
        let find = |statement| {
            let named = named(None, Some(1));
            find_session(
                &health,
                &OursBook::default(),
                &SessionName { statement, ..named },
            )
        };
        assert!(find(Some(8)).unwrap().is_some());
        assert!(find(None).unwrap().is_some());
        let why = find(Some(7)).unwrap_err().0;
        assert_eq!(
            why,
            "57 runs another statement by now: nothing was cancelled"
        );
    }

    #[test]
    fn the_runs_own_session_is_known_though_no_picture_shows_it_while_it_is_idle() {
        let seen = |picture| watch::channel(Arc::new(health(vec![database(picture)]))).1;
        let quiet = seen(picture());
        let ours = OursBook::default();
        let name = database(picture()).name;
        let find = |pid, database: &str| {
            let named = SessionName {
                pid,
                ..named(Some(database), None)
            };
            find_session(&quiet, &ours, &named)
        };
        assert_eq!(find(57, &name), Ok(None));
        let worker = Worker::Backend {
            database: name.clone(),
            pid: 57,
        };
        ours.set(vec![AtWork {
            step: "1.2".to_owned(),
            since: Moment::default(),
            worker,
        }]);
        let why = find(57, &name).unwrap_err().0;
        assert!(
            why.starts_with("57 is the run's own session, idle since step 1.2: "),
            "{why}"
        );
        assert_eq!(find(58, &name), Ok(None));
        // One of several that run the same is not idle.
        let mut several = picture();
        several.running = vec![monitor::Running {
            oldest: session(56, "web", State::Active, 3, "select 1"),
            sessions: 2,
            others: vec![Backend {
                pid: 57,
                started: 9,
            }],
        }];
        let found = find_session(&seen(several), &ours, &named(None, None)).unwrap();
        let why = found.unwrap().no_signal.unwrap();
        assert!(why.contains("does step 1.2"), "{why}");
        assert_eq!(find(57, "another"), Ok(None));
    }
}
