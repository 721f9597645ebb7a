//! What must never happen. The oracle sees every entry before it is taken in, together with what
//! really happened, and knows nothing of how decisions are made.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gonogo::journal::event::{
    Applied, Ending, GateDecided, Job, KnownBy, Outcome, RollbackStarted, RunFinished, Stage,
    StepFinished, StepReason, StepStarted, UndoItem,
};
use gonogo::journal::{Entry, Event, Unwritten, Via};
use gonogo::plan::{Home, Plan, StepIx, UndoOrder, Work};
use gonogo::run::{Effect, RunState, Status, Weighing};

use super::jobs::{Fake, Key, Truth, key};

/// What is remembered from entry to entry.
#[derive(Default)]
pub struct Oracle {
    /// The last try of each step and of each undo.
    tries: BTreeMap<(String, bool), Try>,
    /// The number of the entry with which each step was last started or settled as done.
    order: BTreeMap<String, u64>,
    /// The way back, in order.
    way: Vec<(UndoItem, Part)>,
    /// The steps that a way back has undone.
    undone: BTreeSet<String>,
    /// The steps of a way back's own that somebody has taken once more with another way.
    anew: BTreeSet<String>,
    /// What a person has given up that could not even be killed.
    given_up: BTreeSet<Key>,
    /// What was asked of sessions and is not answered, and whether an engine has come since.
    asked: Vec<(String, i32, bool)>,
    /// The steps that a person has begun to do, or says to have done.
    by_hand: BTreeSet<String>,
    /// An engine of which nothing is recorded yet, and whether its environment is another than that of
    /// the one before.
    arrived: Option<bool>,
    /// Whether the engine could not write to the journal, which is not recorded yet.
    stuck: bool,
    /// Whether the engine has another environment than the one before, and nobody said that this is meant.
    abroad: bool,
}

/// Where a part of the way back stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Open,
    Done,
    LeftOut,
}

struct Try {
    attempt: u32,
    ended: Option<Outcome>,
    /// Whether a person does it: then nothing was run.
    by_hand: bool,
    /// Whether a person had it stopped, or said that it failed.
    refused: bool,
}

/// An entry about to be taken in.
struct Case<'a> {
    plan: &'a Plan,
    /// Before the entry.
    state: &'a RunState,
    jobs: &'a BTreeMap<Key, Fake>,
    entry: &'a Entry,
}

impl Oracle {
    /// An engine is there, perhaps in another environment.
    pub fn arrives(&mut self, abroad: bool) {
        self.arrived = Some(abroad);
        self.stuck = false;
    }

    /// The engine can't write.
    pub fn sticks(&mut self) {
        self.stuck = true;
    }

    /// Nothing is recorded before an engine has said that it is there, nor after the journal could not be
    /// written before that was said.
    pub fn batch(&mut self, first: Option<&Unwritten>) {
        let Some(first) = first.map(|first| &first.event) else {
            return;
        };
        if let Some(abroad) = self.arrived.take() {
            self.abroad |= abroad;
            assert!(matches!(first, Event::EngineStarted(_)), "{first:?}");
        } else if std::mem::take(&mut self.stuck) {
            assert!(matches!(first, Event::JournalRestored(_)), "{first:?}");
        }
    }

    /// Holds `entry` against everything that is known.
    pub fn entry(
        &mut self,
        plan: &Plan,
        state: &RunState,
        jobs: &BTreeMap<Key, Fake>,
        entry: &Entry,
    ) {
        let case = Case {
            plan,
            state,
            jobs,
            entry,
        };
        let noted = matches!(
            entry.event,
            Event::NoteAdded(_)
                | Event::EngineStarted(_)
                | Event::DriverLeft(_)
                | Event::JournalRestored(_)
                | Event::VariableSet(_)
                | Event::VariableForgotten(_)
                | Event::BackendAnswered(_)
        );
        assert!(state.end.is_none() || noted, "after the end: {entry:?}");
        match &entry.event {
            Event::BackendSignalled(e) => self.asked.push((e.database.clone(), e.pid, false)),
            Event::BackendAnswered(e) => {
                let mut asked = self.asked.iter();
                let ix = asked.position(|asked| (&asked.0, asked.1) == (&e.database, e.pid));
                self.asked.remove(ix.expect("something that was asked"));
            }
            Event::EngineStarted(_) => self.asked.iter_mut().for_each(|asked| asked.2 = true),
            Event::StepStarted(e) => self.started(&case, e),
            Event::Released(e) => self.abroad &= e.alert.is_some(),
            Event::StepFinished(e) => self.finished(&case, e),
            Event::StepTicked(e) => self.ticked(&case, &e.step),
            Event::StepMarkedDone(e) => self.marked_done(&case, e),
            Event::StepMarkedFailed(e) => self.marked_failed(&case, e),
            Event::StepSkipped(e) => self.skipped(&case, e),
            Event::UndoLeft(e) => self.left_out(&case, e),
            Event::StepStopping(e) => {
                assert!(
                    case.status(&e.job.step).is_active(),
                    "nothing to stop: {entry:?}"
                );
                if case.by_person() {
                    self.refuse(&e.job.step, e.job.undo);
                }
            }
            Event::StepTyped(e) => case.goes_on(&e.job),
            Event::StepAdopted(e) => case.goes_on(&e.job),
            Event::SnapshotTaken(e) => {
                let truth = case.jobs.get(&key(&e.job)).map(|fake| &fake.truth);
                assert_eq!(truth, Some(&Truth::Looked), "{entry:?}");
            }
            Event::GateDecided(e) => case.gate(e),
            Event::RollbackStarted(e) => self.rollback(&case, e),
            Event::OutageBegan(e) => assert!(!state.is_down(&e.probe), "down twice: {entry:?}"),
            Event::OutageEnded(e) => assert!(state.is_down(&e.probe), "never down: {entry:?}"),
            Event::RunFinished(e) => self.over(&case, e),
            Event::StepUnticked(e) => drop(self.by_hand.remove(&e.step)),
            Event::RunCreated(_)
            | Event::JournalRestored(_)
            | Event::ServerSeen(_)
            | Event::DriverAttached(_)
            | Event::DriverLeft(_)
            | Event::PaceChanged(_)
            | Event::VariableSet(_)
            | Event::VariableForgotten(_)
            | Event::PhaseStarted(_)
            | Event::PhaseFinished(_)
            | Event::ApprovalGiven(_)
            | Event::ChoiceMade(_)
            | Event::ConditionAsked(_)
            | Event::ConditionWeighed(_)
            | Event::StepLaunched(_)
            | Event::StepTransaction(_)
            | Event::StepSought(_)
            | Event::Held(_)
            | Event::NoteAdded(_)
            | Event::BaselineFrozen(_)
            | Event::AlertFired(_)
            | Event::AlertBlind(_)
            | Event::AlertCleared(_)
            | Event::AlertAccepted(_) => {}
        }
    }

    fn refuse(&mut self, step: &str, undo: bool) {
        if let Some(last) = self.tries.get_mut(&(step.to_owned(), undo)) {
            last.refused = true;
        }
    }

    fn started(&mut self, case: &Case<'_>, e: &StepStarted) {
        let (entry, ix) = (case.entry, case.step(&e.job.step));
        let mut asked = self.asked.iter();
        assert!(!asked.any(|asked| asked.2), "unanswered: {:?}", self.asked);
        assert!(case.state.holds.is_empty(), "started in a hold: {entry:?}");
        assert!(!self.abroad, "started in another environment: {entry:?}");
        let missing = case
            .state
            .missing_values(case.plan, ix, e.choice, e.job.undo);
        assert!(missing.is_empty(), "started without {missing:?}: {entry:?}");
        self.repeated(case, ix, e);
        self.anew.remove(&e.job.step);
        if case.state.rollback.is_some() {
            let next = self.next_part();
            let fits = next.is_some_and(|item| item.step == e.job.step && item.undo == e.job.undo);
            assert!(
                fits,
                "not the next on the way back, which is {next:?}: {entry:?}"
            );
            let busy = case.state.active_steps().next();
            assert_eq!(busy, None, "undone beside something else: {entry:?}");
            let mut jobs = case.jobs.iter();
            let beside = jobs.find(|(key, fake)| fake.lives() && !self.given_up.contains(*key));
            assert!(beside.is_none(), "undone beside {beside:?}: {entry:?}");
        } else {
            assert!(!e.job.undo, "undone without a rollback: {entry:?}");
            case.in_turn(ix);
            let by_plan = !case.by_person() && e.job.attempt == 1;
            assert!(
                !(by_plan && case.plan.steps[ix].spec.danger),
                "dangerous: {entry:?}"
            );
        }
        self.tries.insert(
            (e.job.step.clone(), e.job.undo),
            Try {
                attempt: e.job.attempt,
                ended: None,
                by_hand: case.work(&e.job, e.choice).is_check(),
                refused: false,
            },
        );
        if !e.job.undo {
            self.order.insert(e.job.step.clone(), entry.seq);
            if case.work(&e.job, e.choice).is_check() {
                self.by_hand.insert(e.job.step.clone());
            }
        }
    }

    /// Nothing is run a second time unless a person decided so, or the plan did and it is known that
    /// the first time failed.
    fn repeated(&self, case: &Case<'_>, ix: StepIx, e: &StepStarted) {
        let (entry, spec) = (case.entry, &case.plan.steps[ix].spec);
        let Some(last) = self.tries.get(&(e.job.step.clone(), e.job.undo)) else {
            assert_eq!(e.job.attempt, 1, "{entry:?}");
            return;
        };
        assert_eq!(e.job.attempt, last.attempt + 1, "{entry:?}");
        if !e.job.undo && self.anew.contains(&e.job.step) {
            return;
        }
        if case.work(&e.job, e.choice).is_check() || last.by_hand {
            return;
        }
        let ended = last
            .ended
            .unwrap_or_else(|| panic!("it still goes on: {entry:?}"));
        if !case.by_person() {
            assert!(!e.job.undo, "an undo was repeated by itself: {entry:?}");
            assert_eq!(ended, Outcome::Failed, "repeated by itself: {entry:?}");
            assert!(!last.refused, "repeated against a person's will: {entry:?}");
            // A picture that was cut short by the death of an engine is taken anew.
            let cut = matches!(case.work(&e.job, e.choice), Work::Snapshot(_))
                && case.state.steps[ix]
                    .end
                    .as_ref()
                    .is_some_and(|end| end.known_by == KnownBy::Journal);
            let allowed = last.attempt <= spec.retry.times || cut;
            assert!(allowed, "too often: {entry:?}");
        }
        assert!(e.job.undo || !spec.no_retry, "no_retry: {entry:?}");
        if ended == Outcome::Unknown && (e.job.undo || !spec.idempotent) {
            let said = e.reason.as_ref().is_some_and(|why| !why.trim().is_empty());
            // Somebody who says that it failed has decided too.
            assert!(said || last.refused, "repeated without a reason: {entry:?}");
        }
    }

    fn finished(&mut self, case: &Case<'_>, e: &StepFinished) {
        if case.gives_up(e) {
            self.given_up.insert(key(&e.job));
        } else {
            case.is_true(e);
        }
        if let Some(last) = self.tries.get_mut(&(e.job.step.clone(), e.job.undo))
            && last.attempt == e.job.attempt
        {
            last.ended = Some(e.outcome);
        }
        if e.outcome == Outcome::Passed {
            self.becomes(&e.job.step, Some(e.job.undo), Part::Done);
        }
    }

    fn next_part(&self) -> Option<&UndoItem> {
        let open = self.way.iter().find(|(_, part)| *part == Part::Open);
        open.map(|(item, _)| item)
    }

    /// What became of a part of the way back; what was left out stays so.
    fn becomes(&mut self, step: &str, undo: Option<bool>, now: Part) {
        for (item, part) in &mut self.way {
            let meant = item.step == step && undo.is_none_or(|undo| item.undo == undo);
            if meant && *part != Part::LeftOut {
                *part = now;
                if item.undo && now == Part::Done {
                    self.undone.insert(item.step.clone());
                }
            }
        }
    }

    fn ticked(&mut self, case: &Case<'_>, step: &str) {
        let (entry, ix) = (case.entry, case.step(step));
        let by = entry.actor.via;
        assert!(by != Via::Engine, "the engine sees nothing: {entry:?}");
        assert!(by != Via::Unattended || case.state.tick_checks, "{entry:?}");
        let at = &case.state.steps[ix];
        let undoing = at.status == Status::Undoing;
        let job = Job {
            step: step.to_owned(),
            attempt: 0,
            undo: undoing,
        };
        assert!(
            case.work(&job, at.choice).is_check(),
            "not a check: {entry:?}"
        );
        self.settled(case, step, undoing);
    }

    fn marked_done(&mut self, case: &Case<'_>, e: &StepReason) {
        let ix = case.step(&e.step);
        case.said_by_person(&e.reason);
        case.nothing_runs(ix);
        let undo = case.state.is_to_be_undone(ix);
        self.settled(case, &e.step, undo);
    }

    fn settled(&mut self, case: &Case<'_>, step: &str, undo: bool) {
        if !undo {
            self.order.insert(step.to_owned(), case.entry.seq);
            self.by_hand.insert(step.to_owned());
        }
        self.becomes(step, Some(undo), Part::Done);
    }

    fn marked_failed(&mut self, case: &Case<'_>, e: &StepReason) {
        case.said_by_person(&e.reason);
        case.nothing_runs(case.step(&e.step));
        self.refuse(&e.step, case.status(&e.step) == Status::Undoing);
        self.becomes(&e.step, Some(false), Part::Open);
    }

    fn skipped(&mut self, case: &Case<'_>, e: &StepReason) {
        let ix = case.step(&e.step);
        if case.by_person() {
            case.said_by_person(&e.reason);
            let required = case.plan.steps[ix].spec.required;
            assert!(!required, "required: {:?}", case.entry);
        } else {
            let phase = case.plan.phase_of(ix);
            let phase = phase.map(|phase| &case.state.phases[phase].condition);
            let told = |weighing: &Weighing| matches!(weighing, Weighing::Told(Some(false), _));
            let fails = phase.is_some_and(told) || told(&case.state.steps[ix].condition);
            assert!(fails, "left out by itself: {:?}", case.entry);
            assert!(!e.reason.is_empty(), "left out in silence");
        }
        self.becomes(&e.step, Some(false), Part::Done);
    }

    fn left_out(&mut self, case: &Case<'_>, e: &StepReason) {
        let at = &case.state.steps[case.step(&e.step)];
        let mut forward = case.jobs.values().filter(|fake| fake.job.step == e.step);
        let did = forward.any(|fake| !fake.job.undo && fake.did_something());
        let nothing_there = !did && !self.by_hand.contains(&e.step);
        assert!(
            case.by_person() || nothing_there,
            "left out: {:?}",
            case.entry
        );
        assert!(
            !at.status.is_active(),
            "left out while it runs: {:?}",
            case.entry
        );
        self.becomes(&e.step, None, Part::LeftOut);
    }

    /// The way back holds exactly what was done, or may have been, and no way before has undone, the last first.
    fn rollback(&mut self, case: &Case<'_>, e: &RollbackStarted) {
        let (plan, entry) = (case.plan, case.entry);
        let tier = e
            .tier
            .as_ref()
            .map(|id| plan.find_tier(id).expect("a tier of the plan"));
        let undo = tier.map_or(UndoOrder::Last, |tier| plan.tiers[tier].spec.undo);
        let undos: Vec<&str> = e
            .items
            .iter()
            .filter(|item| item.undo)
            .map(|item| item.step.as_str())
            .collect();
        let order: Vec<u64> = undos
            .iter()
            .map(|step| *self.order.get(*step).expect("something that was begun"))
            .collect();
        assert!(
            order.is_sorted_by(|a, b| a > b),
            "not in reverse: {entry:?}"
        );
        for ix in plan.forward_steps() {
            let step = plan.steps[ix].id.as_str();
            let did = |fake: &Fake| fake.job.step == step && !fake.job.undo && fake.did_something();
            let wanted = plan.steps[ix].spec.undo.is_some() && undo != UndoOrder::None;
            if wanted && case.jobs.values().any(did) && !self.undone.contains(step) {
                assert!(
                    undos.contains(&step),
                    "{step} was done and stays: {entry:?}"
                );
            }
        }
        let own: Vec<&str> = e
            .items
            .iter()
            .filter(|item| !item.undo)
            .map(|item| item.step.as_str())
            .collect();
        let steps = tier.map_or(0..0, |tier| plan.tiers[tier].steps.clone());
        let steps: Vec<&str> = steps.map(|ix| plan.steps[ix].id.as_str()).collect();
        assert_eq!(own, steps, "not the procedure: {entry:?}");
        let known = |step: &&str| {
            let status = case.status(step);
            !status.is_active() && status != Status::Unknown
        };
        let again = own.into_iter().filter(known).map(str::to_owned);
        self.anew.extend(again);
        let open = e.items.iter().map(|item| (item.clone(), Part::Open));
        self.way = open.collect();
    }

    fn over(&mut self, case: &Case<'_>, e: &RunFinished) {
        let (state, entry) = (case.state, case.entry);
        assert_eq!(
            state.active_steps().next(),
            None,
            "over while something runs: {entry:?}"
        );
        match e.ending {
            Ending::RolledBack => assert_eq!(self.next_part(), None, "{entry:?}"),
            Ending::Completed => {
                for ix in 0..case.plan.phases.len() {
                    assert!(case.phase_is_settled(ix), "not completed: {entry:?}");
                }
            }
            Ending::Aborted => assert!(e.reason.is_some(), "without a reason: {entry:?}"),
        }
    }
}

impl Case<'_> {
    fn step(&self, id: &str) -> StepIx {
        self.plan.find(id).expect("a step of the plan")
    }

    fn status(&self, id: &str) -> Status {
        self.state.steps[self.step(id)].status
    }

    fn by_person(&self) -> bool {
        matches!(self.entry.actor.via, Via::Ctl | Via::Screen)
    }

    fn said_by_person(&self, reason: &str) {
        assert!(self.by_person(), "{:?}", self.entry);
        assert!(
            !reason.trim().is_empty(),
            "without a reason: {:?}",
            self.entry
        );
    }

    fn work(&self, job: &Job, choice: usize) -> &Work {
        let spec = &self.plan.steps[self.step(&job.step)].spec;
        let undo = spec.undo.as_ref().map(|undo| &undo.work);
        let work = if job.undo { undo } else { spec.work_of(choice) };
        work.expect("something to do")
    }

    /// Nobody says of what runs that it is over.
    fn nothing_runs(&self, ix: StepIx) {
        let at = &self.state.steps[ix];
        let job = Job {
            step: self.plan.steps[ix].id.to_string(),
            attempt: 0,
            undo: at.status == Status::Undoing,
        };
        let runs = at.status.is_active() && !self.work(&job, at.choice).is_check();
        assert!(!runs, "it runs: {:?}", self.entry);
    }

    fn phase_is_settled(&self, phase: usize) -> bool {
        let mut steps = self.plan.phases[phase].steps.clone();
        let settled = |ix: StepIx| {
            let status = self.state.steps[ix].status;
            matches!(status, Status::Passed | Status::Skipped | Status::Undone)
        };
        self.state.phases[phase].dropped || steps.all(settled)
    }

    /// Whether it is the step's turn: everything before it is settled, or runs beside it, and its
    /// gate is open.
    fn in_turn(&self, ix: StepIx) {
        let entry = self.entry;
        let Home::Phase(phase) = self.plan.steps[ix].home else {
            panic!("a rollback's step, and no rollback: {entry:?}");
        };
        assert!(!self.state.phases[phase].dropped, "not chosen: {entry:?}");
        for before in 0..phase {
            assert!(self.phase_is_settled(before), "out of turn: {entry:?}");
        }
        for before in self.plan.phases[phase].steps.start..ix {
            let settled = self.state.steps[before].status.is_settled();
            let row = &self.plan.steps[before..=ix];
            let beside = row.iter().all(|step| step.spec.parallel);
            assert!(settled || beside, "out of turn: {entry:?}");
        }
        if self.plan.phases[phase].spec.gate.is_some() {
            let gate = self.state.phases[phase].gate.as_ref();
            assert!(
                gate.is_some_and(|gate| gate.go),
                "nobody said go: {entry:?}"
            );
        }
    }

    fn gate(&self, e: &GateDecided) {
        let (entry, state) = (self.entry, self.state);
        assert!(self.by_person() && state.holds.is_empty(), "{entry:?}");
        let phase = self.plan.find_phase(&e.phase).expect("a phase of the plan");
        for before in 0..phase {
            assert!(self.phase_is_settled(before), "too early: {entry:?}");
        }
        if !e.go {
            return;
        }
        let gate = self.plan.phases[phase].spec.gate.as_ref().expect("a gate");
        for name in &gate.approvals {
            let given = &state.phases[phase].approvals;
            let given = given.iter().find(|given| given.name == *name);
            let given = given.unwrap_or_else(|| panic!("{name} is missing: {entry:?}"));
            assert_ne!(given.by, entry.actor.name, "approved by oneself: {entry:?}");
        }
    }

    fn goes_on(&self, job: &Job) {
        let truth = &self.jobs[&key(job)].truth;
        let possible = matches!(
            truth,
            Truth::Running
                | Truth::Alone
                | Truth::Vanished
                | Truth::Exited { .. }
                | Truth::Adrift { .. }
                | Truth::Decided { .. }
        );
        assert!(possible, "{truth:?}: {:?}", self.entry);
    }

    /// Whether a person gives up what was killed and did not go.
    fn gives_up(&self, e: &StepFinished) -> bool {
        let stopping = &self.state.steps[self.step(&e.job.step)].stopping;
        let killed = stopping.as_ref().is_some_and(|stopping| {
            let since = self.entry.at.since(stopping.since);
            stopping.stage == Stage::Kill && since >= Duration::from_secs(5)
        });
        let unknown = (e.outcome, e.applied) == (Outcome::Unknown, Applied::Maybe);
        self.by_person() && killed && unknown && e.known_by == KnownBy::Nobody
    }

    /// What is recorded of an end is what really happened, or that nobody knows.
    fn is_true(&self, e: &StepFinished) {
        let entry = self.entry;
        let truth = self.jobs.get(&key(&e.job)).map(|fake| &fake.truth);
        let stopped = self.state.steps[self.step(&e.job.step)].stopping.is_some();
        let choice = self.state.steps[self.step(&e.job.step)].choice;
        let fits = match (self.work(&e.job, choice), truth) {
            // Nobody but who does it knows how much of it is done.
            (Work::Check(_), _) => (e.outcome, e.applied) == (Outcome::Failed, Applied::Maybe),
            (Work::Wait(time), _) => {
                let started = self.state.steps[self.step(&e.job.step)].started;
                let started = started.expect("a wait that was begun");
                // Over a restart only the wall clock can tell, and it may lie.
                let known = started.boot == entry.at.boot;
                let over = entry.at.since(started) >= *time;
                match e.outcome {
                    Outcome::Passed => over || !known,
                    Outcome::Failed => stopped || e.message.is_some(),
                    Outcome::Unknown => false,
                }
            }
            // The engine died between the record and the act.
            (_, None) => match e.known_by {
                KnownBy::Journal => e.outcome == Outcome::Failed && e.applied == Applied::No,
                KnownBy::Nobody => e.outcome == Outcome::Unknown,
                _ => false,
            },
            (_, Some(truth)) => agrees(truth, e, stopped),
        };
        assert!(fits, "{truth:?}: {entry:?}");
    }
}

fn agrees(truth: &Truth, e: &StepFinished, stopped: bool) -> bool {
    let said = (e.outcome, e.applied);
    let unknown = said == (Outcome::Unknown, Applied::Maybe) && e.known_by == KnownBy::Nobody;
    match *truth {
        Truth::NotBegun => said == (Outcome::Failed, Applied::No),
        Truth::Exited { code, signal } => {
            let as_it_was = e.exit_code == code && e.signal == signal;
            let passed = code == Some(0) && !stopped;
            let outcome = if passed {
                Outcome::Passed
            } else {
                Outcome::Failed
            };
            as_it_was && e.outcome == outcome && (passed || e.applied == Applied::Maybe)
        }
        Truth::Decided {
            xid: Some(_),
            committed,
        } => match e.outcome {
            Outcome::Passed => committed && e.applied == Applied::Yes,
            Outcome::Failed => !committed && e.applied == Applied::No,
            Outcome::Unknown => unknown && e.known_by == KnownBy::Nobody,
        },
        Truth::Decided {
            xid: None,
            committed,
        } => match e.outcome {
            Outcome::Passed => committed,
            Outcome::Failed => !committed || e.applied == Applied::Maybe,
            Outcome::Unknown => unknown,
        },
        // What it showed may have died with the engine.
        Truth::Looked | Truth::Cut => {
            let lost = e.known_by == KnownBy::Journal && e.outcome == Outcome::Failed;
            let heard = e.known_by == KnownBy::Report && *truth == Truth::Looked;
            let stopped = stopped && e.outcome == Outcome::Failed;
            e.applied == Applied::No && (lost || heard || stopped)
        }
        Truth::Vanished | Truth::Adrift { .. } | Truth::Unheard => unknown,
        // The answer may have died with the engine that had it.
        Truth::Answered => unknown || e.known_by == KnownBy::Report,
        // Given up before it was allowed to begin, which it never will be.
        Truth::Ready { .. } => {
            stopped && said == (Outcome::Failed, Applied::No) && e.known_by == KnownBy::Journal
        }
        Truth::Running | Truth::Alone | Truth::Working { .. } | Truth::Sent | Truth::Looking => {
            false
        }
    }
}

/// Nothing is performed that was not recorded just before.
pub fn was_recorded(effect: &Effect, batch: &[Event]) {
    let recorded = batch.iter().any(|event| match (effect, event) {
        (Effect::Start { job, choice }, Event::StepStarted(e)) => {
            e.job == *job && e.choice == *choice
        }
        (Effect::Adopt { job, .. } | Effect::Ask { job, .. }, Event::StepSought(e)) => {
            e.job == *job
        }
        (Effect::Type { job, .. }, Event::StepTyped(e)) => e.job == *job,
        (Effect::Proceed { job }, Event::StepTransaction(e)) => e.job == *job,
        (Effect::Stop { job, stage }, Event::StepStopping(e)) => e.job == *job && e.stage == *stage,
        (Effect::Signal { pid, action, .. }, Event::BackendSignalled(e)) => {
            e.pid == *pid && e.action == *action
        }
        (Effect::Weigh { of, .. }, Event::ConditionAsked(e)) => e.of == *of,
        (Effect::Recognise { database }, Event::Held(e)) => e.database.as_ref() == Some(database),
        (Effect::KeepSecret { name, .. }, Event::VariableSet(e)) => {
            e.name == *name && e.value.is_none()
        }
        _ => false,
    });
    assert!(recorded, "{effect:?} without an entry: {batch:?}");
}
