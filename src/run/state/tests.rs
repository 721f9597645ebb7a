use proptest::prelude::*;

use super::*;
use crate::clock::Moment;
use crate::journal::event::*;
use crate::journal::{Actor, Entry, Event};
use crate::plan::{self, Plan};

const PLAN: &str = r#"
title = "All there is"
[databases.main]
url_env = "DATABASE_URL"
[vars]
token = { secret = true, prompt = "?" }
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "a"
  title = "A"
  shell = "a {{token}}"
  undo = { shell = "-a" }
  [[phase.step]]
  id = "b"
  title = "B"
  check = "b"
[[phase]]
name = "Q"
kind = "deploy"
choice = "way"
gate = { approvals = ["review"] }
  [[phase.step]]
  id = "c"
  title = "C"
  sql = "select 1"
  undo = { check = "-c" }
[[phase]]
name = "R"
kind = "deploy"
choice = "way"
  [[phase.step]]
  id = "d"
  title = "D"
  wait = "1m"
[[rollback]]
name = "Back"
  [[rollback.step]]
  id = "e"
  title = "E"
  shell = "e"
"#;

fn plan() -> Plan {
    plan::open("plan.toml", PLAN.as_bytes()).plan.unwrap()
}

fn step() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => proptest::sample::select(vec!["a", "b", "c", "d", "e"]).prop_map(str::to_owned),
        1 => Just("nowhere".to_owned()),
    ]
}

fn phase() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["p", "q", "r", "s"]).prop_map(str::to_owned)
}

fn job() -> impl Strategy<Value = Job> {
    let attempt = prop_oneof![9 => 1..4_u32, 1 => Just(u32::MAX)];
    (step(), attempt, any::<bool>()).prop_map(|(step, attempt, undo)| Job {
        step,
        attempt,
        undo,
    })
}

fn said() -> impl Strategy<Value = StepReason> {
    step().prop_map(|step| StepReason {
        step,
        reason: "because".to_owned(),
    })
}

fn of_jobs() -> impl Strategy<Value = Event> {
    let outcome =
        proptest::sample::select(vec![Outcome::Passed, Outcome::Failed, Outcome::Unknown]);
    let applied = proptest::sample::select(vec![Applied::Yes, Applied::No, Applied::Maybe]);
    prop_oneof![
        3 => (job(), 0..3_usize).prop_map(|(job, choice)| Event::StepStarted(StepStarted {
            job,
            work: "shell".to_owned(),
            choice,
            reason: None,
        })),
        3 => (job(), outcome, applied).prop_map(|(job, outcome, applied)| {
            Event::StepFinished(StepFinished {
                job,
                outcome,
                applied,
                known_by: KnownBy::Report,
                exit_code: None,
                signal: None,
                findings: Vec::new(),
                message: None,
                elsewhere: false,
                changed: Vec::new(),
                running: Vec::new(),
                session: None,
                left: None,
                ended: None,
            })
        }),
        1 => job().prop_map(|job| Event::StepLaunched(StepLaunched { job, pid: 7 })),
        1 => job().prop_map(|job| Event::StepTransaction(StepTransaction {
            job,
            database: "main".to_owned(),
            xid: Some(740),
            server: None,
            lsn: None,
        })),
        1 => job().prop_map(|job| Event::StepSought(StepSought { job, why: "?".to_owned() })),
        1 => job().prop_map(|job| Event::StepTyped(StepTyped { job })),
        1 => job().prop_map(|job| Event::StepAdopted(StepAdopted { job, pid: None })),
        1 => job().prop_map(|job| Event::StepStopping(StepStopping {
            job,
            stage: Stage::Cancel,
            reason: "?".to_owned(),
        })),
    ]
}

fn of_people() -> impl Strategy<Value = Event> {
    prop_oneof![
        step().prop_map(|step| Event::StepTicked(StepTicked { step, note: None })),
        step().prop_map(|step| Event::StepUnticked(StepUnticked { step })),
        said().prop_map(Event::StepSkipped),
        said().prop_map(Event::StepMarkedDone),
        said().prop_map(Event::StepMarkedFailed),
        said().prop_map(Event::UndoLeft),
        (phase(), any::<bool>()).prop_map(|(phase, go)| Event::GateDecided(GateDecided {
            phase,
            go,
            reason: None,
            facts: Vec::new(),
        })),
        phase().prop_map(|phase| Event::ApprovalGiven(ApprovalGiven {
            phase,
            approval: "review".to_owned(),
            reason: None,
        })),
        phase().prop_map(|phase| Event::ChoiceMade(ChoiceMade {
            choice: "way".to_owned(),
            phase,
        })),
        phase().prop_map(|phase| Event::PhaseStarted(PhaseStarted { phase })),
        phase().prop_map(|phase| Event::PhaseFinished(PhaseFinished { phase })),
        Just(Event::Held(Held {
            reason: "?".to_owned(),
            ..Held::default()
        })),
        Just(Event::Released(Released::default())),
        any::<bool>().prop_map(|blind| {
            let raised = AlertRaised {
                alert: "slow".to_owned(),
                words: "?".to_owned(),
                then: Consequence::Hold,
            };
            if blind {
                Event::AlertBlind(raised)
            } else {
                Event::AlertFired(raised)
            }
        }),
        Just(Event::AlertCleared(AlertCleared {
            alert: "slow".to_owned()
        })),
        Just(Event::AlertAccepted(AlertAccepted {
            alert: "slow".to_owned(),
            reason: "?".to_owned()
        })),
        any::<bool>().prop_map(|auto| Event::PaceChanged(PaceChanged { auto })),
        (step(), any::<bool>()).prop_map(|(step, undo)| Event::RollbackStarted(RollbackStarted {
            tier: undo.then(|| "back".to_owned()),
            items: vec![UndoItem { step, undo }],
            since_t_zero: None,
            by_wall_clock: false,
        })),
        Just(Event::RunFinished(RunFinished {
            ending: Ending::Aborted,
            reason: None,
        })),
    ]
}

fn entries(events: Vec<Event>) -> Vec<Entry> {
    (1..)
        .zip(events)
        .map(|(seq, event)| Entry {
            seq,
            at: Moment {
                wall: 5,
                mono: seq,
                boot: 1,
            },
            actor: Actor::engine(),
            event,
        })
        .collect()
}

proptest! {
    /// Whatever a journal says, in whatever order, it is understood or refused by name, always the
    /// same way, and what was understood can be asked everything.
    #[test]
    fn any_journal_is_understood_or_refused(
        events in proptest::collection::vec(prop_oneof![2 => of_jobs(), 1 => of_people()], 0..60),
    ) {
        let plan = plan();
        let mut state = RunState::new(&plan);
        for entry in entries(events) {
            let mut again = state.clone();
            let before = state.clone();
            let result = state.apply(&plan, &entry);
            prop_assert_eq!(&result, &again.apply(&plan, &entry));
            if let Err(why) = result {
                let named = format!("entry {}", entry.seq);
                prop_assert!(why.to_string().contains(&named), "{}", why);
                // A journal that is refused is not read on; here the bad line is left out.
                state = before;
                continue;
            }
            prop_assert_eq!(&state, &again);
            prop_assert_eq!(state.seq, entry.seq);
            for (ix, phase) in plan.phases.iter().enumerate() {
                let steps = phase.steps.clone();
                let settled = steps.filter(|&ix| state.steps[ix].status.is_settled()).count();
                prop_assert_eq!(state.phases[ix].settled, settled);
                let open = |&ix: &usize| !state.steps[ix].status.is_settled();
                let first_open = phase.steps.clone().find(open).unwrap_or(phase.steps.end);
                prop_assert_eq!(state.phases[ix].first_open, first_open);
                if state.phases[ix].finished.is_some() && settled < phase.steps.len() {
                    prop_assert!(!state.all_settled() || state.phases[ix].dropped);
                }
            }
            let in_hand = |ix: &usize| {
                let status = state.steps[*ix].status;
                status.is_active() || status.needs_decision()
            };
            prop_assert!((0..plan.steps.len()).filter(in_hand).eq(state.in_hand.iter().copied()));
            let _ = (state.standing(), state.waiting(&plan), state.next_item());
            let now = entry.at;
            let _ = crate::run::decide::advance(&plan, &state, now);
            let _ = crate::run::decide::deadline(&plan, &state, now);
            let _ = crate::run::decide::preview(&plan, &state, None, now);
        }
    }
}

#[test]
fn a_journal_that_names_what_the_plan_does_not_have_is_refused_by_name() {
    let plan = plan();
    let event = Event::StepTicked(StepTicked {
        step: "nowhere".to_owned(),
        note: None,
    });
    let entry = entries(vec![event]).remove(0);
    let why = RunState::new(&plan).apply(&plan, &entry).unwrap_err();
    assert_eq!(
        why.to_string(),
        "entry 1 names `nowhere`, which the plan does not have"
    );
}

#[test]
fn what_is_blind_for_another_reason_is_the_same_alert_and_holds_by_the_new_words() {
    let plan = plan();
    let blind = |words: &str| {
        Event::AlertBlind(AlertRaised {
            alert: "slow".to_owned(),
            words: words.to_owned(),
            then: Consequence::Hold,
        })
    };
    let held = Event::Held(Held {
        reason: "slow: two series".to_owned(),
        alert: Some("slow".to_owned()),
        ..Held::default()
    });
    let accepted = Event::AlertAccepted(AlertAccepted {
        alert: "slow".to_owned(),
        reason: "known".to_owned(),
    });
    let events = vec![blind("two series"), held, accepted, blind("refused")];
    let state = RunState::folded(&plan, &entries(events)).unwrap();
    let alert = &state.alerts["slow"];
    assert_eq!(alert.words, "refused");
    assert!(alert.accepted.is_some());
    assert_eq!(state.holds[0].reason, "slow: refused");
}

#[test]
fn a_step_ended_when_its_record_says_unless_that_can_not_be() {
    let plan = plan();
    let moment = |seconds: u64, boot| Moment {
        wall: i64::try_from(seconds).unwrap() * 1_000_000,
        mono: seconds * 1_000_000,
        boot,
    };
    let ended = |ended: Option<Moment>| {
        let job = Job {
            step: "a".to_owned(),
            attempt: 1,
            undo: false,
        };
        let started = Event::StepStarted(StepStarted {
            job: job.clone(),
            work: "shell".to_owned(),
            choice: 0,
            reason: None,
        });
        let finished = Event::StepFinished(StepFinished {
            job,
            outcome: Outcome::Passed,
            applied: Applied::Yes,
            known_by: KnownBy::Record,
            exit_code: Some(0),
            signal: None,
            findings: Vec::new(),
            message: None,
            elsewhere: false,
            changed: Vec::new(),
            running: Vec::new(),
            session: None,
            left: None,
            ended,
        });
        let entry = |seq, at, event| Entry {
            seq,
            at,
            actor: Actor::engine(),
            event,
        };
        let entries = [
            entry(1, moment(10, 1), started),
            entry(2, moment(20, 1), finished),
        ];
        let state = RunState::folded(&plan, &entries).unwrap();
        state.steps[0].ended.unwrap()
    };
    assert_eq!(ended(None), moment(20, 1));
    assert_eq!(ended(Some(moment(13, 1))), moment(13, 1));
    for wrong in [moment(9, 1), moment(21, 1)] {
        assert_eq!(ended(Some(wrong)), moment(20, 1));
    }
}

#[test]
fn only_a_person_with_a_reason_has_what_was_refused_done_in_another_session() {
    let plan = plan();
    let job = |attempt, undo| Job {
        step: "a".to_owned(),
        attempt,
        undo,
    };
    let started = |job: Job, reason: Option<&str>| {
        Event::StepStarted(StepStarted {
            job,
            work: "sql".to_owned(),
            choice: 0,
            reason: reason.map(str::to_owned),
        })
    };
    let refused = Event::StepFinished(StepFinished {
        job: job(1, false),
        outcome: Outcome::Failed,
        applied: Applied::Maybe,
        known_by: KnownBy::Report,
        exit_code: None,
        signal: None,
        findings: Vec::new(),
        message: None,
        elsewhere: true,
        changed: Vec::new(),
        running: Vec::new(),
        session: None,
        left: None,
        ended: None,
    });
    let ann = Actor::person("ann", crate::journal::Via::Ctl);
    let again = |by: &Actor, undo: bool, reason: Option<&str>| {
        let attempt = if undo { 1 } else { 2 };
        let mut events = entries(vec![
            started(job(1, false), None),
            refused.clone(),
            started(job(attempt, undo), reason),
        ]);
        events[2].actor = by.clone();
        RunState::folded(&plan, &events).unwrap().steps[0].anywhere
    };
    assert!(again(&ann, false, Some("it can do without")));
    assert!(!again(&ann, false, None));
    assert!(!again(&Actor::engine(), false, Some("retry 1 of 2")));
    assert!(!again(&Actor::engine(), true, None));
    assert!(!again(&ann, true, Some("go back")));
}
