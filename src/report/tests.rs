use super::*;
use crate::clock::Moment;
use crate::journal::event::*;
use crate::journal::{Actor, Entry, Event, Via};
use crate::plan::{self, Plan};
use crate::run::RunState;

const PLAN: &str = r#"
title = "A bad night"
[[phase]]
name = "P"
kind = "deploy"
gate = true
  [[phase.step]]
  id = "look"
  title = "Look"
  check = "look"
  undo = { shell = "-look" }
  [[phase.step]]
  id = "apply"
  title = "Apply"
  shell = "apply"
  danger = true
  undo = { shell = "-apply" }
  [[phase.step]]
  id = "again"
  title = "Look again"
  check = "look"
[[rollback]]
name = "Early"
until = "15m"
  [[rollback.step]]
  id = "early"
  title = "Go early"
  check = "go"
"#;

/// The entries of a night: each at its second, by the program unless a person is named.
struct Night {
    plan: Plan,
    entries: Vec<Entry>,
}

impl Night {
    fn new() -> Self {
        Night {
            plan: plan::open("plan.toml", PLAN.as_bytes()).plan.unwrap(),
            entries: Vec::new(),
        }
    }

    fn add(&mut self, person: Option<&str>, event: Event) {
        let seq = self.entries.len() as u64 + 1;
        self.entries.push(Entry {
            seq,
            at: Moment {
                wall: i64::try_from(seq).unwrap() * 1_000_000,
                mono: seq * 1_000_000,
                boot: 1,
            },
            actor: person.map_or_else(Actor::engine, |name| Actor::person(name, Via::Ctl)),
            event,
        });
    }

    fn started(&mut self, by: Option<&str>, job: &Job, reason: Option<&str>) {
        let event = StepStarted {
            job: job.clone(),
            work: "shell".to_owned(),
            choice: 0,
            reason: reason.map(str::to_owned),
        };
        self.add(by, Event::StepStarted(event));
    }

    fn finished(&mut self, by: Option<&str>, job: &Job, how: (Outcome, KnownBy), message: &str) {
        let event = StepFinished {
            job: job.clone(),
            outcome: how.0,
            applied: Applied::Maybe,
            known_by: how.1,
            exit_code: None,
            signal: None,
            findings: Vec::new(),
            message: (!message.is_empty()).then(|| message.to_owned()),
            elsewhere: false,
            changed: Vec::new(),
            running: Vec::new(),
            session: None,
            left: None,
            ended: None,
        };
        self.add(by, Event::StepFinished(event));
    }

    fn sought(&mut self, job: &Job, why: &str) {
        let (job, why) = (job.clone(), why.to_owned());
        self.add(None, Event::StepSought(StepSought { job, why }));
    }

    fn record(&self) -> String {
        let state = RunState::folded(&self.plan, &self.entries).unwrap();
        markdown(&self.plan, &state, &self.entries)
    }

    /// The lines below a title.
    fn section(&self, title: &str) -> Vec<String> {
        let record = self.record();
        let lines = record
            .lines()
            .skip_while(|line| *line != format!("## {title}"));
        let lines = lines.skip(1).take_while(|line| !line.starts_with('#'));
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }
}

fn job(step: &str, attempt: u32, undo: bool) -> Job {
    Job {
        step: step.to_owned(),
        attempt,
        undo,
    }
}

fn said(step: &str, reason: &str) -> StepReason {
    StepReason {
        step: step.to_owned(),
        reason: reason.to_owned(),
    }
}

fn ticked(step: &str, note: Option<&str>) -> Event {
    Event::StepTicked(StepTicked {
        step: step.to_owned(),
        note: note.map(str::to_owned),
    })
}

#[test]
fn what_people_decided_is_told_also_when_the_table_shows_something_else() {
    let mut night = Night::new();
    for (go, reason) in [(false, Some("too late | for today")), (true, None)] {
        let reason = reason.map(str::to_owned);
        let (phase, facts) = ("p".to_owned(), Vec::new());
        let event = GateDecided {
            phase,
            go,
            reason,
            facts,
        };
        night.add(Some("ann"), Event::GateDecided(event));
    }
    night.add(Some("ann"), ticked("look", None));
    let step = "look".to_owned();
    night.add(
        Some("bob"),
        Event::StepUnticked(StepUnticked { step: step.clone() }),
    );
    night.add(Some("ann"), ticked("look", Some("looked twice")));
    let first = job("apply", 1, false);
    night.started(None, &first, None);
    let unknown = (Outcome::Unknown, KnownBy::Nobody);
    night.finished(Some("bob"), &first, unknown, "it did not go");
    let second = job("apply", 2, false);
    night.started(Some("ann"), &second, Some("it is safe"));
    night.finished(None, &second, (Outcome::Failed, KnownBy::Report), "no");
    night.add(
        Some("ann"),
        Event::StepMarkedDone(said("apply", "was <ok>")),
    );
    let failed = said("look", "no good");
    night.add(Some("bob"), Event::StepMarkedFailed(failed));
    night.add(Some("bob"), Event::StepSkipped(said("look", "enough")));
    night.add(Some("ann"), ticked("again", Some("the table tells it")));
    assert_eq!(
        night.section("Decisions"),
        [
            r"- 00:00:01 ann said no-go for 1 P: too late \| for today",
            "- 00:00:03 ann ticked 1.1 Look",
            "- 00:00:04 bob took the mark of 1.1 Look back",
            "- 00:00:05 ann ticked 1.1 Look: looked twice",
            "- 00:00:07 bob gave 1.2 Apply up",
            "- 00:00:08 ann tried 1.2 Apply again, which was unknown: it is safe",
            "- 00:00:10 ann marked 1.2 Apply done: was &lt;ok>",
            "- 00:00:11 bob marked 1.1 Look failed: no good",
            "- 00:00:12 bob skipped 1.1 Look: enough",
        ]
    );
    assert_eq!(
        night.section("What was not as expected"),
        [
            "- 1.2 Apply: unknown: it did not go",
            "- 1.2 Apply, try 2: failed: no",
        ]
    );
    let record = night.record();
    let mut lines: Vec<&str> = record.lines().filter(|line| line.len() > 2).collect();
    lines.retain(|line| !line.starts_with("|---"));
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all, "no line twice:\n{record}");
}

#[test]
fn after_the_way_back_it_is_still_told_what_was_done_by_hand() {
    let mut night = Night::new();
    night.add(Some("ann"), ticked("look", None));
    night.add(Some("ann"), Event::StepMarkedDone(said("apply", "by hand")));
    let items = ["apply", "look"].map(|step| UndoItem {
        step: step.to_owned(),
        undo: true,
    });
    night.add(
        Some("ann"),
        Event::RollbackStarted(RollbackStarted {
            tier: None,
            items: items.to_vec(),
            since_t_zero: None,
            by_wall_clock: false,
        }),
    );
    let undo = job("apply", 1, true);
    night.started(None, &undo, None);
    night.finished(None, &undo, (Outcome::Failed, KnownBy::Report), "no");
    night.add(
        Some("bob"),
        Event::StepMarkedDone(said("apply", "undone by hand")),
    );
    night.add(Some("bob"), Event::UndoLeft(said("look", "nothing to do")));
    assert_eq!(
        night.section("Decisions"),
        [
            "- 00:00:02 ann marked 1.2 Apply done: by hand",
            "- 00:00:06 bob marked the undo of 1.2 Apply done: undone by hand",
            "- 00:00:07 bob left the undo of 1.1 Look out of the way back: nothing to do",
        ]
    );
}

#[test]
fn interruptions_tell_who_went_on_and_what_was_found() {
    let mut night = Night::new();
    let first = job("apply", 1, false);
    night.add(
        None,
        Event::EngineStarted(EngineStarted {
            pid: 11,
            resumed: false,
            ended: None,
        }),
    );
    night.started(None, &first, None);
    for pid in [12, 13] {
        let by = "anna".to_owned();
        let engine = EngineStarted {
            pid,
            resumed: true,
            ended: (pid == 13).then_some(EndedEngine { pid: 12, by }),
        };
        night.add(None, Event::EngineStarted(engine));
        night.sought(&first, "the engine that watched it is gone");
    }
    night.add(
        None,
        Event::StepAdopted(StepAdopted {
            job: first.clone(),
            pid: None,
        }),
    );
    night.sought(&first, "the connection was lost");
    night.finished(None, &first, (Outcome::Passed, KnownBy::Server), "so it is");
    let why = "the disk was full".to_owned();
    night.add(None, Event::JournalRestored(JournalRestored { why }));
    assert_eq!(
        night.section("Interruptions"),
        [
            "- 00:00:03 the engine was gone, and process 12 took the run up; the last entry before is of 00:00:02",
            "- 00:00:04 1.2 Apply was looked for, the engine that watched it is gone: it had to be looked for again",
            "- 00:00:05 the engine (process 12) was there, did not answer, and was ended by anna; process 13 took the run up; the last entry before is of 00:00:04",
            "- 00:00:06 1.2 Apply was looked for, the engine that watched it is gone: it was still going on, and was watched again",
            "- 00:00:08 1.2 Apply was looked for, the connection was lost: it had passed, as the server tells",
            "- 00:00:10 the journal could be written again: the disk was full",
        ]
    );
    assert!(night.section("What was not as expected").is_empty());
}

#[test]
fn the_record_tells_nothing_to_a_terminal_that_it_is_read_in() {
    let bad = "\u{1b}]0;owned\u{7}\u{1b}[2Jboo\u{9b}2J\r\u{7f}\u{202e}";
    let mut night = Night::new();
    night.add(Some(bad), ticked("look", Some(bad)));
    let first = job("apply", 1, false);
    night.started(None, &first, Some(bad));
    night.finished(None, &first, (Outcome::Failed, KnownBy::Report), bad);
    let held = Held {
        reason: bad.to_owned(),
        alert: None,
        database: None,
        step: None,
        answers: false,
        server: None,
        environment: false,
    };
    night.add(Some("ann"), Event::Held(held));
    let text = bad.to_owned();
    let note = NoteAdded {
        text,
        step: Some("look".to_owned()),
    };
    night.add(Some("ann"), Event::NoteAdded(note));
    let record = night.record();
    assert_eq!(record.matches("boo").count(), 6, "{record}");
    let obeyed = record.chars().filter(|&c| plan::is_obeyed(c));
    assert_eq!(obeyed.collect::<String>(), "");
}

#[test]
fn of_a_session_it_is_told_what_was_asked_and_what_came_of_it() {
    let mut night = Night::new();
    for (pid, action) in [(57, BackendAction::Cancel), (58, BackendAction::Terminate)] {
        let signalled = BackendSignalled {
            database: "main".to_owned(),
            pid,
            started: 1,
            action,
            target: "bob".to_owned(),
        };
        night.add(Some("ann"), Event::BackendSignalled(signalled));
    }
    let answered = BackendAnswered {
        database: "main".to_owned(),
        pid: 58,
        action: BackendAction::Terminate,
        done: false,
        result: "58 takes no signals".to_owned(),
    };
    night.add(None, Event::BackendAnswered(answered));
    assert_eq!(
        night.section("Database sessions"),
        [
            "- 00:00:01 ann asked 57 on main to cancel its statement: bob",
            "- 00:00:02 ann asked 58 on main to end: bob",
            "- 00:00:03 58 takes no signals",
        ]
    );
}

#[test]
fn what_was_deployed_and_who_let_it_go_is_told() {
    let mut night = Night::new();
    let set = |value: Option<&str>, origin: &str| {
        Event::VariableSet(VariableSet {
            name: "release".to_owned(),
            value: value.map(str::to_owned),
            origin: origin.to_owned(),
        })
    };
    night.add(Some("ann"), set(Some("v42"), "operator"));
    night.add(Some("bob"), set(None, "operator"));
    night.add(None, set(Some("v43"), "environment"));
    night.add(None, set(Some("v44"), "look"));
    let name = "release".to_owned();
    night.add(None, Event::VariableForgotten(VariableForgotten { name }));
    night.add(Some("ann"), Event::PaceChanged(PaceChanged { auto: true }));
    night.add(Some("bob"), Event::PaceChanged(PaceChanged { auto: false }));
    let first = job("apply", 1, false);
    night.started(Some("ann"), &first, None);
    night.finished(None, &first, (Outcome::Failed, KnownBy::Report), "no");
    night.started(None, &job("apply", 2, false), Some("retry 1 of 3"));
    assert_eq!(
        night.section("Values"),
        [
            "- 00:00:01 release = v42, by ann",
            "- 00:00:02 release, a secret, by bob",
            "- 00:00:03 release = v43, from the environment",
            "- 00:00:04 release = v44, from 1.1 Look",
            "- 00:00:05 release has no value any more",
        ]
    );
    assert_eq!(
        night.section("Decisions"),
        [
            "- 00:00:06 ann let the run go on by itself",
            "- 00:00:07 bob took the run in hand again",
            "- 00:00:08 ann started 1.2 Apply, which is dangerous",
        ]
    );
}

#[test]
fn tries_in_a_row_that_came_out_alike_are_one_line() {
    let mut night = Night::new();
    for attempt in 1..=4 {
        let job = job("apply", attempt, false);
        let words = if attempt == 4 { "otherwise" } else { "busy" };
        night.started(None, &job, None);
        night.finished(None, &job, (Outcome::Failed, KnownBy::Record), words);
    }
    assert_eq!(
        night.section("What was not as expected"),
        [
            "- 1.2 Apply, tries 1 to 3: failed: busy; known by its record",
            "- 1.2 Apply, try 4: failed: otherwise; known by its record",
        ]
    );
}

#[test]
fn what_was_undone_is_still_told_as_it_was_done() {
    let mut night = Night::new();
    night.add(Some("ann"), ticked("look", Some("quiet")));
    let apply = job("apply", 1, false);
    night.started(Some("ann"), &apply, None);
    night.finished(None, &apply, (Outcome::Failed, KnownBy::Report), "no");
    night.add(
        Some("bob"),
        Event::StepSkipped(said("apply", "not tonight")),
    );
    let items = ["apply", "look"].map(|step| UndoItem {
        step: step.to_owned(),
        undo: true,
    });
    night.add(
        Some("bob"),
        Event::RollbackStarted(RollbackStarted {
            tier: None,
            items: items.to_vec(),
            since_t_zero: None,
            by_wall_clock: false,
        }),
    );
    let undo = job("apply", 1, true);
    night.started(None, &undo, None);
    night.finished(None, &undo, (Outcome::Failed, KnownBy::Report), "no");
    night.add(Some("cem"), Event::UndoLeft(said("apply", "tomorrow")));
    night.add(Some("cem"), Event::StepMarkedDone(said("look", "unlooked")));
    let ending = Ending::RolledBack;
    night.add(
        None,
        Event::RunFinished(RunFinished {
            ending,
            reason: None,
        }),
    );
    // What ran for a second took a second, however late somebody decided about it.
    assert_eq!(
        night.section("1 P")[2..],
        [
            "| 1.1 | Look | passed, then undone by hand |  | ann | 00:00:01 | quiet |",
            "| 1.2 | Apply | skipped, undo left out | 1s | bob | 00:00:04 | not tonight |",
            "| 1.3 | Look again | pending |  |  |  |  |",
        ]
    );
    assert_eq!(
        night.section("Rollback: what was applied")[3..],
        [
            "| undo 1.2 | Apply | stuck, left out | 1s | cem | 00:00:08 | tomorrow |",
            "| undo 1.1 | Look | undone by hand |  | cem | 00:00:09 | unlooked |",
        ]
    );
    let record = night.record();
    assert!(
        record.contains("- **Outcome**: rolled back in part, 1 left out"),
        "{record}"
    );
}

#[test]
fn which_hold_was_released_and_what_was_said_with_an_approval_is_told() {
    let mut night = Night::new();
    let hold = |reason: &str, alert: Option<&str>| {
        Event::Held(Held {
            reason: reason.to_owned(),
            alert: alert.map(str::to_owned),
            ..Held::default()
        })
    };
    night.add(Some("ann"), hold("lunch", None));
    night.add(None, hold("Load: 7", Some("Load")));
    let alert = Some("Load".to_owned());
    night.add(Some("bob"), Event::Released(Released { alert }));
    night.add(Some("ann"), Event::Released(Released::default()));
    let given = ApprovalGiven {
        phase: "p".to_owned(),
        approval: "lead".to_owned(),
        reason: Some("read it".to_owned()),
    };
    night.add(Some("bob"), Event::ApprovalGiven(given));
    assert_eq!(
        night.section("Notes, alerts and holds"),
        [
            "- 00:00:01 held by ann: lunch",
            "- 00:00:02 held by gonogo: Load: 7",
            "- 00:00:03 released by bob: Load: 7",
            "- 00:00:04 released by ann: lunch",
            "- 00:00:05 lead approved by bob: read it",
        ]
    );
}

#[test]
fn which_of_several_ways_was_gone_and_what_was_done_by_hand_stands_in_the_table() {
    let mut night = Night::new();
    let ways = "danger = true\n  alternatives = [{ label = \"quick\", shell = \"q\" }, { label = \"slow\", shell = \"s\" }]";
    let text = PLAN
        .replace("  shell = \"apply\"\n", "")
        .replace("danger = true", ways);
    night.plan = plan::open("plan.toml", text.as_bytes()).plan.unwrap();
    let apply = job("apply", 1, false);
    let event = StepStarted {
        job: apply.clone(),
        work: "shell".to_owned(),
        choice: 1,
        reason: None,
    };
    night.add(Some("ann"), ticked("look", None));
    night.add(Some("ann"), Event::StepStarted(event));
    night.finished(None, &apply, (Outcome::Passed, KnownBy::Report), "");
    night.add(
        Some("bob"),
        Event::StepMarkedDone(said("again", "by phone")),
    );
    assert_eq!(
        night.section("1 P")[3..],
        [
            "| 1.2 | Apply | passed | 1s | ann | 00:00:03 | way: slow |",
            "| 1.3 | Look again | done by hand |  | bob | 00:00:04 | by phone |",
        ]
    );
}

#[test]
fn a_way_back_that_was_begun_after_its_time_says_so() {
    let begun = |since_t_zero: Option<u64>, tier: Option<&str>| {
        let mut night = Night::new();
        night.add(
            Some("ann"),
            Event::RollbackStarted(RollbackStarted {
                tier: tier.map(str::to_owned),
                items: Vec::new(),
                since_t_zero,
                by_wall_clock: false,
            }),
        );
        let record = night.record();
        let line = record.lines().find(|line| line.starts_with("begun by"));
        line.unwrap_or_default().replace(&when_of(1), "then")
    };
    assert_eq!(
        begun(Some(900_000_000), Some("early")),
        "begun by ann at then (T+00:15:00): its window ended at T+00:15:00"
    );
    assert_eq!(
        begun(Some(899_000_000), Some("early")),
        "begun by ann at then (T+00:14:59)"
    );
    assert_eq!(begun(None, Some("early")), "begun by ann at then");
    assert_eq!(begun(Some(0), None), "begun by ann at then (T+00:00:00)");
}

#[test]
fn a_way_back_that_was_given_up_is_told_before_the_one_that_was_taken() {
    let mut night = Night::new();
    for tier in [Some("early"), None] {
        let begun = RollbackStarted {
            tier: tier.map(str::to_owned),
            items: Vec::new(),
            since_t_zero: Some(0),
            by_wall_clock: false,
        };
        night.add(Some("ann"), Event::RollbackStarted(begun));
    }
    let record = night.record();
    let lines: Vec<&str> = record.lines().filter(|line| !line.is_empty()).collect();
    let first = lines.iter().position(|line| *line == "## Rollback: Early");
    let shown = lines[first.unwrap()..][..5].join("\n");
    let shown = shown.replace(&when_of(1), "then");
    assert_eq!(
        shown.replace(&when_of(2), "later"),
        "## Rollback: Early\nbegun by ann at then (T+00:00:00)\n\
         given up by ann at later for \"what was applied\"\n\
         ## Rollback: what was applied\nbegun by ann at later (T+00:00:00)"
    );
}

#[test]
fn what_a_later_way_does_is_not_told_of_the_one_that_was_given_up() {
    let plan = format!(
        "{PLAN}[[rollback]]\nname = \"Late\"\nfrom = \"15m\"\n[[rollback.step]]\ntitle = \"Go late\"\ncheck = \"go\"\n\
         [[rollback]]\nname = \"Behind\"\nafter = true\n[[rollback.step]]\nid = \"look-back\"\ntitle = \"Look back\"\ncheck = \"look\"\n"
    );
    let mut night = Night {
        plan: plan::open("plan.toml", plan.as_bytes()).plan.unwrap(),
        entries: Vec::new(),
    };
    let behind = UndoItem {
        step: "look-back".to_owned(),
        undo: false,
    };
    for tier in ["early", "late"] {
        let begun = RollbackStarted {
            tier: Some(tier.to_owned()),
            items: vec![behind.clone()],
            since_t_zero: Some(0),
            by_wall_clock: false,
        };
        night.add(Some("ann"), Event::RollbackStarted(begun));
    }
    let ticked = StepTicked {
        step: "look-back".to_owned(),
        note: None,
    };
    night.add(Some("ann"), Event::StepTicked(ticked));
    let of = |way: &str| {
        let lines = night.section(way);
        let row = lines.iter().find(|line| line.contains("Look back"));
        row.cloned().unwrap_or_default()
    };
    assert!(
        of("Rollback: Early").contains("| pending |"),
        "{}",
        of("Rollback: Early")
    );
    assert!(
        of("Rollback: Late").contains("| passed |"),
        "{}",
        of("Rollback: Late")
    );
}

fn when_of(second: i64) -> String {
    let at = Moment {
        wall: second * 1_000_000,
        ..Moment::default()
    };
    super::markdown::when(at)
}
