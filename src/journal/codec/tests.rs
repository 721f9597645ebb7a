use proptest::prelude::*;

use super::*;
use crate::clock::Moment;
use crate::journal::event::*;

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text())
}

fn job() -> impl Strategy<Value = Job> {
    (text(), any::<u32>(), any::<bool>()).prop_map(|(step, attempt, undo)| Job {
        step,
        attempt,
        undo,
    })
}

fn finished() -> impl Strategy<Value = Event> {
    let outcomes = [Outcome::Passed, Outcome::Failed, Outcome::Unknown];
    let applied = [Applied::Yes, Applied::No, Applied::Maybe];
    let finding = (text(), text(), any::<bool>()).prop_map(|(expected, got, met)| Finding {
        expected,
        got,
        met,
    });
    (
        job(),
        proptest::sample::select(outcomes.to_vec()),
        proptest::sample::select(applied.to_vec()),
        any::<Option<i32>>(),
        proptest::collection::vec(finding, 0..3),
        maybe(),
    )
        .prop_map(|(job, outcome, applied, exit_code, findings, message)| {
            Event::StepFinished(StepFinished {
                job,
                outcome,
                applied,
                known_by: KnownBy::Record,
                exit_code,
                signal: None,
                findings,
                message,
                elsewhere: false,
                changed: Vec::new(),
                running: Vec::new(),
                session: None,
                left: None,
                ended: None,
            })
        })
}

fn outage() -> impl Strategy<Value = Event> {
    (text(), any::<i64>(), any::<u64>(), maybe()).prop_map(|(probe, wall, mono, why)| {
        let boot = 7;
        let at = Moment { wall, mono, boot };
        match why {
            Some(why) => Event::OutageBegan(OutageBegan {
                probe,
                since: at,
                why,
            }),
            None => Event::OutageEnded(OutageEnded { probe, until: at }),
        }
    })
}

fn server_seen() -> impl Strategy<Value = Event> {
    (text(), maybe(), maybe()).prop_map(|(database, server, words)| {
        Event::ServerSeen(ServerSeen {
            database,
            server,
            words,
        })
    })
}

/// One event of each sort of shape; kinds that share a shape stand for each other.
fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        finished(),
        (text(), text(), maybe(), any::<bool>()).prop_map(
            |(run, title, environment, unattended)| {
                let reviewed = Reviewed {
                    by: run.clone(),
                    at: title.clone(),
                    remark: environment.clone(),
                };
                Event::RunCreated(RunCreated {
                    run,
                    title,
                    digest: String::new(),
                    path: String::new(),
                    cwd: String::new(),
                    environment,
                    unattended,
                    tick_checks: !unattended,
                    poll_ms: 1000,
                    version: "0".into(),
                    reviewed: vec![reviewed; usize::from(unattended)],
                    included: Vec::new(),
                    applies: None,
                })
            }
        ),
        (job(), text(), any::<u8>(), maybe()).prop_map(|(job, work, choice, reason)| {
            Event::StepStarted(StepStarted {
                job,
                work,
                choice: usize::from(choice),
                reason,
            })
        }),
        (job(), any::<u32>()).prop_map(|(job, pid)| Event::StepLaunched(StepLaunched { job, pid })),
        (job(), maybe(), any::<Option<u64>>()).prop_map(|(job, server, xid)| {
            Event::StepTransaction(StepTransaction {
                job,
                database: "main".into(),
                xid,
                server: server.clone(),
                lsn: server,
            })
        }),
        (job(), text()).prop_map(|(job, why)| Event::StepSought(StepSought { job, why })),
        job().prop_map(|job| Event::StepTyped(StepTyped { job })),
        (job(), any::<Option<u32>>())
            .prop_map(|(job, pid)| Event::StepAdopted(StepAdopted { job, pid })),
        (text(), maybe()).prop_map(|(name, value)| {
            Event::VariableSet(VariableSet {
                name,
                value,
                origin: "operator".into(),
            })
        }),
        (text(), text()).prop_map(|(step, reason)| Event::StepSkipped(StepReason { step, reason })),
        (
            maybe(),
            proptest::collection::vec((text(), any::<bool>()), 0..4)
        )
            .prop_map(|(tier, items)| {
                Event::RollbackStarted(RollbackStarted {
                    tier,
                    items: items
                        .into_iter()
                        .map(|(step, undo)| UndoItem { step, undo })
                        .collect(),
                    since_t_zero: Some(1),
                    by_wall_clock: true,
                })
            }),
        outage(),
        server_seen(),
        Just(Event::Released(Released::default())),
        Just(Event::DriverLeft(DriverLeft {})),
        (text(), text(), maybe()).prop_map(|(alert, words, held)| match held {
            None => Event::AlertFired(AlertRaised {
                alert,
                words,
                then: Consequence::Rollback,
            }),
            Some(reason) => Event::Held(Held {
                reason,
                alert: Some(alert),
                ..Held::default()
            }),
        }),
        (text(), any::<u32>(), any::<i32>()).prop_map(|(metric, samples, median)| {
            let median = f64::from(median) / 8.0;
            let usual = Usual {
                samples,
                median,
                p95: median,
                last: median,
            };
            Event::BaselineFrozen(BaselineFrozen {
                usual: [(metric, usual)].into(),
            })
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_stored_is_what_comes_back(event in event()) {
        let stored = encode(&event).unwrap();
        prop_assert_eq!(decode(&stored).unwrap(), event);
    }
}

#[test]
fn the_stored_shapes_do_not_change_by_accident() {
    let event = Event::StepFinished(StepFinished {
        job: Job {
            step: "apply".into(),
            attempt: 2,
            undo: false,
        },
        outcome: Outcome::Failed,
        applied: Applied::Maybe,
        known_by: KnownBy::Report,
        exit_code: Some(3),
        signal: None,
        findings: vec![],
        message: None,
        elsewhere: false,
        changed: Vec::new(),
        running: Vec::new(),
        session: None,
        left: None,
        ended: None,
    });
    let stored = encode(&event).unwrap();
    assert_eq!((stored.kind.as_str(), stored.version), ("step_finished", 1));
    assert_eq!(
        stored.body,
        r#"{"applied":"maybe","attempt":2,"exit_code":3,"findings":[],"known_by":"report","message":null,"outcome":"failed","signal":null,"step":"apply","undo":false}"#
    );
}

#[test]
fn what_this_program_does_not_know_is_refused_by_name() {
    let unknown = |kind: &str, version| Stored {
        kind: kind.into(),
        version,
        body: "{}".into(),
    };
    assert!(
        decode(&unknown("moon_landed", 1))
            .unwrap_err()
            .contains("moon_landed")
    );
    assert!(
        decode(&unknown("released", 7))
            .unwrap_err()
            .contains("version 7")
    );
}

#[test]
fn entries_from_before_a_field_came_to_be_are_read_as_they_were_meant() {
    let read = |kind: &str, body: &str| {
        decode(&Stored {
            kind: kind.into(),
            version: 1,
            body: body.into(),
        })
    };
    let finished = r#"{"step":"apply","attempt":1,"undo":false,"outcome":"passed","applied":"yes",
        "exit_code":0,"signal":null,"findings":[],"message":null}"#;
    let Ok(Event::StepFinished(finished)) = read("step_finished", finished) else {
        panic!("it can't be read");
    };
    assert_eq!(finished.known_by, KnownBy::Report);
    let transaction = r#"{"step":"apply","attempt":1,"undo":false,"database":"main","xid":740}"#;
    let Ok(Event::StepTransaction(transaction)) = read("step_transaction", transaction) else {
        panic!("it can't be read");
    };
    assert_eq!((transaction.xid, transaction.server), (Some(740), None));
    let rollback = r#"{"tier":null,"items":[],"since_t_zero":5}"#;
    let Ok(Event::RollbackStarted(rollback)) = read("rollback_started", rollback) else {
        panic!("it can't be read");
    };
    assert!(!rollback.by_wall_clock);
    let Ok(Event::EngineStarted(engine)) = read("engine_started", r#"{"pid":7,"resumed":true}"#)
    else {
        panic!("it can't be read");
    };
    assert_eq!(engine.ended, None);
}
