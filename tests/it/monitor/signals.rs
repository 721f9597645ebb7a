//! Cancelling and terminating, and what is said when it can't work.

use futures_util::future::join_all;
use gonogo::demo::server::Server;
use gonogo::monitor::{Backend, Effect, MONITOR_NAME, Picture};
use rustix::process::Signal;

use super::{Client, LIMIT, Watched};
use crate::support::process::signal;

async fn watched(server: &Server) -> Watched {
    let mut watched = Watched::of(server);
    watched.picture(|_| true).await;
    watched
}

#[tokio::test]
async fn a_running_statement_is_cancelled_and_its_session_goes_on() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let busy = Client::of(&server, "web").await;
    let backend = busy.backend;
    let task = busy.wait_in("select pg_sleep(600)");
    let signaller = watched.signaller();
    let heard = async {
        loop {
            let outcome = signaller.cancel(backend).await;
            // The statement may not have arrived yet.
            if outcome.effect != Effect::Idle {
                break outcome;
            }
        }
    };
    let outcome = tokio::time::timeout(LIMIT, heard).await.unwrap();
    assert_eq!(outcome.effect, Effect::Ended);
    assert_eq!(
        outcome.words,
        format!("the statement of {} was cancelled", backend.pid)
    );
    let error = task.await.unwrap().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("canceling statement due to user request"),
        "{error}"
    );
}

#[tokio::test]
async fn another_statement_than_the_one_that_is_meant_goes_on() {
    let server = Server::start(&[]).unwrap();
    let mut watched = watched(&server).await;
    let busy = Client::of(&server, "web").await;
    let (backend, pid) = (busy.backend, busy.pid());
    let task = busy.wait_in("select pg_sleep(600)");
    let runs = |picture: &Picture| {
        let mut all = picture.running.iter().map(|running| &running.oldest);
        all.find(|session| session.pid == pid)?.statement_started
    };
    let picture = watched.picture(|picture| runs(picture).is_some()).await;
    let began = runs(&picture).unwrap();
    let signaller = watched.signaller();
    let outcome = signaller.cancel_statement(backend, Some(began - 1)).await;
    assert_eq!(outcome.effect, Effect::Refused);
    assert_eq!(
        outcome.words,
        format!("{pid} runs another statement by now: nothing was cancelled")
    );
    let outcome = signaller.cancel_statement(backend, Some(began)).await;
    assert_eq!(outcome.effect, Effect::Ended, "{outcome:?}");
    task.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn what_waits_for_a_standby_is_committed_and_stays_so() {
    let settings = [
        ("synchronous_standby_names", "nobody"),
        ("synchronous_commit", "on"),
    ];
    let server = Server::start(&settings).unwrap();
    let mut watched = watched(&server).await;
    let mut other = Client::of(&server, "psql").await;
    other
        .run("set synchronous_commit = local; create table t (n int)")
        .await;
    for terminate in [false, true] {
        let writer = Client::of(&server, "web").await;
        let backend = writer.backend;
        let task = writer.wait_in("insert into t select 1");
        let waits = |picture: &Picture| picture.connections.waiting_for_standby == 1;
        let told = |picture: &Picture| {
            let mut told = picture.progress.iter();
            told.any(|progress| progress.pid == backend.pid)
        };
        let picture = watched
            .picture(|picture| waits(picture) && told(picture))
            .await;
        assert_eq!(picture.progress[0].what, "is committed: insert into t");
        let signaller = watched.signaller();
        let outcome = if terminate {
            signaller.terminate(backend).await
        } else {
            signaller.cancel(backend).await
        };
        assert_eq!(outcome.effect, Effect::Ended, "{outcome:?}");
        let words = "its transaction had been committed here before, and stays";
        assert!(outcome.words.ends_with(words), "{outcome:?}");
        assert_eq!(task.await.unwrap().is_err(), terminate);
    }
    assert_eq!(other.ask("select count(*) from t").await, 2);
}

#[tokio::test]
async fn an_idle_transaction_is_not_cancelled_but_can_be_terminated() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let mut idle = Client::of(&server, "psql").await;
    idle.run("begin; select 1").await;
    let outcome = watched.signaller().cancel(idle.backend).await;
    assert_eq!(outcome.effect, Effect::IdleInTransaction, "{outcome:?}");
    idle.run("select 1").await;
    let outcome = watched.signaller().terminate(idle.backend).await;
    assert_eq!(outcome.effect, Effect::Ended, "{outcome:?}");
    assert!(idle.attempt("select 1").await.is_err());
    let outcome = watched.signaller().terminate(idle.backend).await;
    assert_eq!(outcome.effect, Effect::Gone, "{outcome:?}");
}

#[tokio::test]
async fn a_later_session_with_the_same_pid_is_left_alone() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let mut client = Client::of(&server, "psql").await;
    client.run("begin").await;
    let earlier = Backend {
        started: client.backend.started - 1,
        ..client.backend
    };
    let outcome = watched.signaller().terminate(earlier).await;
    assert_eq!(outcome.effect, Effect::Gone, "{outcome:?}");
    client.run("commit").await;
}

#[tokio::test]
async fn neither_a_monitor_nor_a_prepared_transaction_is_signalled() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let other_monitor = Client::of(&server, MONITOR_NAME).await;
    let outcome = watched.signaller().terminate(other_monitor.backend).await;
    assert_eq!(outcome.effect, Effect::Refused, "{outcome:?}");
    let prepared = Backend { pid: 0, started: 0 };
    let outcome = watched.signaller().cancel(prepared).await;
    assert_eq!(outcome.effect, Effect::Refused);
    assert!(outcome.words.contains("ROLLBACK PREPARED"), "{outcome:?}");
}

#[tokio::test]
async fn a_process_that_takes_no_signals_is_said_to_refuse_them() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let mut client = Client::of(&server, "psql").await;
    let of_checkpointer = |what: &str| {
        format!("select ({what})::int8 from pg_stat_activity where backend_type = 'checkpointer'")
    };
    let pid = client.ask(&of_checkpointer("pid")).await;
    let pid = i32::try_from(pid).unwrap();
    let started = of_checkpointer("extract(epoch from backend_start) * 1000000");
    let started = client.ask(&started).await;
    let backend = Backend { pid, started };
    let outcome = watched.signaller().terminate(backend).await;
    assert_eq!(outcome.effect, Effect::Refused, "{outcome:?}");
    assert_eq!(
        outcome.words,
        format!("the server refused: {pid} takes no signals")
    );
}

#[tokio::test]
async fn a_role_without_grants_is_told_so() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run("create role app login; create role seer login; grant pg_monitor to seer")
        .await;
    for (role, words) in [("app", "grant pg_monitor"), ("seer", "superuser")] {
        let url = server
            .url("postgres")
            .replace("user=postgres", &format!("user={role}"));
        let mut watched = Watched::start(&[url], Vec::new());
        watched.picture(|_| true).await;
        let outcome = watched.signaller().terminate(client.backend).await;
        assert_eq!(outcome.effect, Effect::Refused, "{outcome:?}");
        assert!(outcome.words.to_lowercase().contains(words), "{outcome:?}");
    }
    client.run("select 1").await;
}

#[tokio::test]
async fn every_session_of_a_step_is_cancelled_by_its_name() {
    let server = Server::start(&[]).unwrap();
    let mut watched = watched(&server).await;
    let mut tasks = Vec::new();
    // The server cuts off names after 63 bytes.
    let name = format!("gonogo:r1:{}", "x".repeat(80));
    for _ in 0..3 {
        tasks.push(
            Client::of(&server, &name)
                .await
                .wait_in("select pg_sleep(600)"),
        );
    }
    let other = Client::of(&server, "gonogo:r1:other")
        .await
        .wait_in("select pg_sleep(600)");
    watched.picture(|picture| picture.running.len() == 4).await;
    let signaller = watched.signaller();
    let sessions = signaller.sessions_of(&name).await.unwrap();
    assert_eq!(sessions.len(), 3);
    let outcomes = join_all(sessions.into_iter().map(|one| signaller.cancel(one))).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.effect == Effect::Ended),
        "{outcomes:?}"
    );
    for task in tasks {
        assert!(task.await.unwrap().is_err());
    }
    assert!(!other.is_finished());
    assert!(signaller.sessions_of("nobody").await.unwrap().is_empty());
    other.abort();
}

#[tokio::test]
async fn a_session_that_does_not_hear_is_said_to_be_still_there() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let client = Client::of(&server, "psql").await;
    signal(client.pid(), Signal::STOP);
    let outcome = watched.signaller().terminate(client.backend).await;
    signal(client.pid(), Signal::CONT);
    assert_eq!(outcome.effect, Effect::StillThere, "{outcome:?}");
}

#[tokio::test]
async fn a_frozen_server_leaves_the_outcome_unknown() {
    let server = Server::start(&[]).unwrap();
    let watched = watched(&server).await;
    let client = Client::of(&server, "psql").await;
    server.freeze();
    let outcome = watched.signaller().terminate(client.backend).await;
    server.thaw();
    assert_eq!(outcome.effect, Effect::Unknown, "{outcome:?}");
}
