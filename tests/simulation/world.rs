//! Everything outside of an engine: the disk with the journal, the clock, processes, a database
//! server. It is one value behind a lock, and every engine gets its own handles to it, which go dead
//! with that engine.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gonogo::clock::{Clock, Moment};
use gonogo::journal::event::{Applied, Job, KnownBy, Outcome, SnapshotTaken, Stage};
use gonogo::journal::{Entry, Event, JournalError, Store, Unwritten};
use gonogo::plan::sql_text::refuses_transaction;
use gonogo::plan::{Plan, Work};
use gonogo::run::{Effect, Fate, Finish, Notice, Perform, RunState};

use super::jobs::{Fake, Key, Truth, finish, key};
use super::oracle::Oracle;
use super::rng::Rng;
use super::tally::Tally;

/// Reading the clock this often without anything happening means that an engine spins.
const SPINS: u32 = 20_000;

/// The world.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that goes wrong by itself"
)]
pub struct Inner {
    pub plan: Arc<Plan>,
    pub rng: Rng,
    pub now: Moment,
    /// The number of the engine that lives.
    pub engine: u32,
    /// Whether it is to die, or has died.
    pub dead: bool,
    /// Before how many more points at which it can die it does.
    pub points_left: Option<u32>,
    /// All the points that were passed.
    pub points: u32,
    /// Whether the disk is full.
    pub full: bool,
    /// After how many more writes it is full by itself, and for how many.
    pub fills: Option<(u32, u32)>,
    /// Whether the database server can be reached.
    pub server_up: bool,
    /// Whether whatever is tried succeeds.
    pub lucky: bool,
    pub entries: Vec<Entry>,
    /// The fold of all entries.
    pub state: RunState,
    /// What was recorded last, which is all that may be performed now.
    batch: Vec<Event>,
    pub jobs: BTreeMap<Key, Fake>,
    /// What the engine has not heard yet.
    pub outbox: VecDeque<Notice>,
    oracle: Oracle,
    pub tally: Tally,
    next_xid: u64,
    clock_reads: u32,
}

/// A handle to the world.
#[derive(Clone)]
pub struct World(Arc<Mutex<Inner>>);

impl World {
    pub fn new(plan: Arc<Plan>, rng: Rng) -> Self {
        let state = RunState::new(&plan);
        World(Arc::new(Mutex::new(Inner {
            plan,
            rng,
            now: Moment {
                wall: 1_764_553_200_000_000,
                mono: 5_000_000_000,
                boot: 1,
            },
            engine: 0,
            dead: true,
            points_left: None,
            points: 0,
            full: false,
            fills: None,
            server_up: true,
            lucky: false,
            entries: Vec::new(),
            state,
            batch: Vec::new(),
            jobs: BTreeMap::new(),
            outbox: VecDeque::new(),
            oracle: Oracle::default(),
            tally: Tally::default(),
            next_xid: 740,
            clock_reads: 0,
        })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happens: from here on the engine may read the clock again.
    pub fn something_happens(&self) {
        self.lock().clock_reads = 0;
    }

    /// Handles for the next engine.
    pub fn handles(&self) -> (Disk, Hands, Watch) {
        let mut inner = self.lock();
        inner.engine += 1;
        inner.dead = false;
        let engine = inner.engine;
        drop(inner);
        let world = self.clone();
        let hands = Hands {
            world: world.clone(),
            engine,
        };
        let disk = Disk {
            world: world.clone(),
            engine,
        };
        (disk, hands, Watch(world))
    }

    /// The engine is gone, and with `machine` all processes.
    pub fn engine_dies(&self, machine: bool) {
        let mut inner = self.lock();
        inner.dead = true;
        inner.points_left = None;
        inner.outbox.clear();
        let inner = &mut *inner;
        for fake in inner.jobs.values_mut() {
            let commits = inner.rng.chance(30);
            fake.orphan(machine, commits);
        }
        inner.tally.count(if machine {
            "machine gone"
        } else {
            "engine gone"
        });
        if machine {
            inner.now.boot += 1;
            inner.now.mono = 1_000_000 * (1 + inner.rng.next() % 600);
            inner.now.wall += 1_000_000 * (inner.rng.next() % 600) as i64;
        }
    }
}

/// The clock of an engine.
pub struct Watch(World);

impl Clock for Watch {
    fn now(&self) -> Moment {
        let mut inner = self.0.lock();
        inner.clock_reads += 1;
        assert!(inner.clock_reads < SPINS, "the engine never comes to rest");
        inner.now
    }
}

/// The journal of an engine.
pub struct Disk {
    world: World,
    engine: u32,
}

impl Store for Disk {
    async fn append(&mut self, entries: Vec<Unwritten>) -> Result<Vec<Entry>, JournalError> {
        let written = self.world.lock().append(self.engine, entries);
        match written {
            Some(result) => result,
            // Whoever is dead hears of nothing any more.
            None => std::future::pending().await,
        }
    }

    async fn close(self) {}
}

/// The hands of an engine.
pub struct Hands {
    world: World,
    engine: u32,
}

impl Perform for Hands {
    fn perform(&mut self, effect: Effect, state: &RunState) {
        let mut inner = self.world.lock();
        if inner.lives(self.engine) && !inner.dies_here() {
            assert_eq!(
                *state, inner.state,
                "the engine's state is not the journal's"
            );
            inner.perform(effect);
        }
    }

    fn forget(&mut self, _: &Job) {}
}

impl Inner {
    fn bad_luck(&mut self, percent: usize) -> bool {
        !self.lucky && self.rng.chance(percent)
    }

    fn lives(&self, engine: u32) -> bool {
        !self.dead && self.engine == engine
    }

    /// A point at which the engine may die. Whether it has.
    fn dies_here(&mut self) -> bool {
        self.points += 1;
        if let Some(left) = &mut self.points_left {
            *left = left.saturating_sub(1);
            self.dead |= *left == 0;
        }
        self.dead
    }

    fn append(
        &mut self,
        engine: u32,
        entries: Vec<Unwritten>,
    ) -> Option<Result<Vec<Entry>, JournalError>> {
        if !self.lives(engine) || self.dies_here() {
            return None;
        }
        if self.is_full() {
            self.oracle.sticks();
            self.tally.count("journal full");
            return Some(Err(JournalError::Storage {
                doing: "failed to write to the journal",
                why: "no space left on device".to_owned(),
            }));
        }
        let new = self.write(entries);
        (!self.dies_here()).then_some(Ok(new))
    }

    fn is_full(&mut self) -> bool {
        match &mut self.fills {
            Some((0, writes)) => {
                *writes -= 1;
                if *writes == 0 {
                    self.fills = None;
                }
                true
            }
            Some((left, _)) => {
                *left -= 1;
                self.full
            }
            None => self.full,
        }
    }

    /// An engine is there, perhaps in another environment than the one before.
    pub fn engine_arrives(&mut self, abroad: bool) {
        self.oracle.arrives(abroad);
    }

    /// Writes entries down and holds them against what really happened.
    pub fn write(&mut self, entries: Vec<Unwritten>) -> Vec<Entry> {
        let first = self.entries.len() as u64 + 1;
        let mut new = Vec::with_capacity(entries.len());
        self.batch.clear();
        self.oracle.batch(entries.first());
        for (seq, Unwritten { at, actor, event }) in (first..).zip(entries) {
            let entry = Entry {
                seq,
                at,
                actor,
                event,
            };
            self.tally.count(kind(&entry.event));
            self.tally.entries += 1;
            let jobs = &self.jobs;
            self.oracle.entry(&self.plan, &self.state, jobs, &entry);
            let applied = self.state.apply(&self.plan, &entry);
            applied.unwrap_or_else(|why| panic!("{why}: {entry:?}"));
            self.batch.push(entry.event.clone());
            self.entries.push(entry.clone());
            new.push(entry);
        }
        new
    }

    fn perform(&mut self, effect: Effect) {
        self.tally.effects += 1;
        super::oracle::was_recorded(&effect, &self.batch);
        match effect {
            Effect::Start { job, choice } => self.start(&job, choice),
            Effect::Adopt { job, .. } => self.adopt(&job),
            Effect::Ask { job, .. } => {
                self.tally.count("server asked");
                if let Some(fake) = self.jobs.get_mut(&key(&job)) {
                    fake.watched_by = Some(self.engine);
                    fake.asked = true;
                }
            }
            Effect::Proceed { job } => {
                if let Some(fake) = self.jobs.get_mut(&key(&job))
                    && let Truth::Ready { xid } = fake.truth
                {
                    fake.truth = Truth::Working { xid };
                }
            }
            Effect::Stop { job, stage } => self.stop(&job, stage),
            Effect::Signal {
                database,
                pid,
                action,
                ..
            } => self.outbox.push_back(Notice::Backend {
                database,
                pid,
                action,
                done: true,
                result: "gone".to_owned(),
            }),
            Effect::Weigh { of, facts } => {
                let answers = facts
                    .iter()
                    .map(|fact| (fact.to_string(), Ok("7".to_owned())));
                let answers = answers.collect();
                self.outbox.push_back(Notice::Facts { of, answers });
            }
            Effect::KeepSecret { .. } | Effect::Type { .. } | Effect::Recognise { .. } => {}
        }
    }

    fn work(&self, job: &Job, choice: usize) -> Work {
        let ix = self.plan.find(&job.step).expect("a step of the plan");
        let spec = &self.plan.steps[ix].spec;
        let work = if job.undo {
            spec.undo.as_ref().map(|undo| &undo.work)
        } else {
            spec.work_of(choice)
        };
        work.expect("a step that does something").clone()
    }

    fn start(&mut self, job: &Job, choice: usize) {
        let truth = match self.work(job, choice) {
            Work::Shell(_) if self.bad_luck(3) => Truth::NotBegun,
            Work::Shell(_) => Truth::Running,
            Work::Sql(_) | Work::Snapshot(_) if !self.server_up => Truth::NotBegun,
            Work::Sql(sql) => {
                self.next_xid += 1;
                let wrapped = refuses_transaction(&sql.text).is_none();
                Truth::Ready {
                    xid: wrapped.then_some(self.next_xid),
                }
            }
            Work::Http(_) => Truth::Sent,
            Work::Snapshot(_) => Truth::Looking,
            Work::Check(_) | Work::Wait(_) => panic!("{job:?} needs nobody"),
        };
        match &truth {
            Truth::NotBegun => {
                let finish = finish(job, Outcome::Failed, Applied::No);
                self.outbox.push_back(Notice::Finished(finish));
            }
            Truth::Sent => {}
            Truth::Ready { xid } => {
                let (job, xid) = (job.clone(), *xid);
                self.launched(&job);
                self.outbox.push_back(Notice::Transaction {
                    job,
                    database: "main".to_owned(),
                    xid,
                    server: None,
                    lsn: None,
                });
            }
            _ => self.launched(job),
        }
        let fake = Fake {
            job: job.clone(),
            truth,
            watched_by: Some(self.engine),
            endless: self.bad_luck(15),
            stuck: self.bad_luck(10),
            asked: false,
        };
        let before = self.jobs.insert(key(job), fake);
        assert!(before.is_none(), "{job:?} was started twice");
    }

    fn launched(&mut self, job: &Job) {
        let (job, pid) = (job.clone(), self.jobs.len() as u32 + 4000);
        self.outbox.push_back(Notice::Launched { job, pid });
    }

    fn adopt(&mut self, job: &Job) {
        self.tally.count("looked for");
        let unknown = finish(job, Outcome::Unknown, Applied::Maybe);
        let Some(fake) = self.jobs.get_mut(&key(job)) else {
            self.tally.count("died between the record and the act");
            return self.outbox.push_back(Notice::Finished(unknown));
        };
        match fake.truth {
            Truth::Running | Truth::Alone => {
                fake.watched_by = Some(self.engine);
                self.tally.count("adopted");
                let (job, pid) = (job.clone(), None);
                self.outbox.push_back(Notice::Adopted { job, pid });
            }
            Truth::Exited { code, signal } => {
                self.tally.count("record found");
                self.report_exit(job, code, signal, KnownBy::Record);
            }
            Truth::NotBegun => {
                let finish = Finish {
                    known_by: KnownBy::Record,
                    ..finish(job, Outcome::Failed, Applied::No)
                };
                self.outbox.push_back(Notice::Finished(finish));
            }
            _ => {
                self.tally.count("nothing found");
                self.outbox.push_back(Notice::Finished(unknown));
            }
        }
    }

    fn report_exit(
        &mut self,
        job: &Job,
        code: Option<i32>,
        signal: Option<i32>,
        known_by: KnownBy,
    ) {
        let (outcome, applied) = if code == Some(0) {
            (Outcome::Passed, Applied::Yes)
        } else {
            (Outcome::Failed, Applied::Maybe)
        };
        self.outbox.push_back(Notice::Finished(Finish {
            exit_code: code,
            signal,
            known_by,
            ..finish(job, outcome, applied)
        }));
    }

    fn stop(&mut self, job: &Job, stage: Stage) {
        let Some(fake) = self.jobs.get(&key(job)) else {
            return;
        };
        if fake.watched_by != Some(self.engine) {
            return;
        }
        self.tally.count("stopped");
        let listens = self.rng.chance(50) || stage == Stage::Kill && !(fake.stuck && fake.lives());
        match (fake.truth.clone(), stage) {
            (Truth::Running | Truth::Alone, Stage::Cancel) if listens => {
                let job = job.clone();
                self.outbox.push_back(Notice::SessionsCancelled { job });
            }
            (Truth::Running, Stage::Interrupt | Stage::Terminate | Stage::Kill) if listens => {
                let polite = stage != Stage::Kill && self.rng.chance(30);
                let (code, signal) = if polite {
                    (Some(0), None)
                } else {
                    (None, Some(9))
                };
                self.exits(job, code, signal);
            }
            (Truth::Alone, _) if listens => self.vanishes(job),
            (Truth::Ready { xid } | Truth::Working { xid }, _) if listens && !fake.asked => {
                let (ready, lost) = (
                    matches!(fake.truth, Truth::Ready { .. }),
                    stage == Stage::Kill && xid.is_none(),
                );
                let applied = if ready || xid.is_some() {
                    Applied::No
                } else {
                    Applied::Maybe
                };
                let (truth, outcome) = if lost && !ready {
                    let commits = true;
                    (Truth::Adrift { xid, commits }, Outcome::Unknown)
                } else {
                    let committed = !ready && xid.is_none();
                    (Truth::Decided { xid, committed }, Outcome::Failed)
                };
                self.becomes(job, truth, true);
                let finish = finish(job, outcome, applied);
                self.outbox.push_back(Notice::Finished(finish));
            }
            (_, Stage::Kill) if fake.asked => {
                self.becomes(job, fake.truth.clone(), true);
                self.tell(job, Fate::Lost("given up".to_owned()));
            }
            (Truth::Looking, _) if listens => {
                self.becomes(job, Truth::Cut, true);
                let finish = finish(job, Outcome::Failed, Applied::No);
                self.outbox.push_back(Notice::Finished(finish));
            }
            (Truth::Sent, _) => {
                self.becomes(job, Truth::Unheard, true);
                let finish = finish(job, Outcome::Unknown, Applied::Maybe);
                self.outbox.push_back(Notice::Finished(finish));
            }
            _ => {}
        }
    }

    fn tell(&mut self, job: &Job, fate: Fate) {
        let job = job.clone();
        self.outbox.push_back(Notice::Fate { job, fate });
    }

    /// What is true of a job now. `left`: and nobody watches it any more.
    fn becomes(&mut self, job: &Job, truth: Truth, left: bool) {
        let fake = self.jobs.get_mut(&key(job)).expect("a job that was begun");
        fake.truth = truth;
        if left {
            fake.watched_by = None;
            fake.asked = false;
        }
    }

    fn exits(&mut self, job: &Job, code: Option<i32>, signal: Option<i32>) {
        let fake = &self.jobs[&key(job)];
        let heard = fake.watched_by == Some(self.engine);
        let ours = self
            .entries
            .iter()
            .rev()
            .any(|entry| matches!(&entry.event, Event::StepAdopted(e) if e.job == *job));
        self.becomes(job, Truth::Exited { code, signal }, true);
        if heard {
            let by = if ours {
                KnownBy::Record
            } else {
                KnownBy::Report
            };
            self.report_exit(job, code, signal, by);
        }
    }

    /// A process ends of which no shim tells.
    fn vanishes(&mut self, job: &Job) {
        let heard = self.jobs[&key(job)].watched_by == Some(self.engine);
        self.becomes(job, Truth::Vanished, true);
        if heard {
            let finish = finish(job, Outcome::Unknown, Applied::Maybe);
            self.outbox.push_back(Notice::Finished(finish));
        }
    }

    /// A shim is killed, and its step is not.
    pub fn shim_dies(&mut self) {
        let mut jobs = self.jobs.values_mut();
        if let Some(fake) = jobs.find(|fake| fake.truth == Truth::Running) {
            fake.truth = Truth::Alone;
            self.tally.count("shim gone");
        }
    }

    /// The jobs that can go on by themselves.
    pub fn restless(&self) -> Vec<Key> {
        let jobs = self.jobs.iter();
        jobs.filter(|(_, fake)| {
            let rests = fake.is_over() || matches!(fake.truth, Truth::Ready { .. });
            let endless = fake.endless && !fake.stuck && fake.lives();
            fake.asked || !(rests || endless)
        })
        .map(|(key, _)| key.clone())
        .collect()
    }

    /// Lets a job go on.
    pub fn progress(&mut self, key: &Key) {
        let fake = self.jobs[key].clone();
        let job = &fake.job;
        if fake.asked {
            return self.answer(job, &fake.truth);
        }
        match fake.truth {
            Truth::Running => {
                let code = i32::from(self.bad_luck(30));
                self.exits(job, Some(code), None);
            }
            Truth::Alone => self.vanishes(job),
            Truth::Working { xid } => self.sql_ends(job, xid),
            Truth::Adrift { xid, commits } => {
                let committed = commits;
                self.becomes(job, Truth::Decided { xid, committed }, false);
            }
            Truth::Looking => self.looked(job),
            Truth::Sent => {
                let luck = if self.lucky { 9 } else { self.rng.below(10) };
                let (truth, outcome, applied) = match luck {
                    0 => (Truth::Unheard, Outcome::Unknown, Applied::Maybe),
                    1..=3 => (Truth::Answered, Outcome::Failed, Applied::Maybe),
                    _ => (Truth::Answered, Outcome::Passed, Applied::Yes),
                };
                self.becomes(job, truth, true);
                let finish = finish(job, outcome, applied);
                self.outbox.push_back(Notice::Finished(finish));
            }
            _ => {}
        }
    }

    /// The picture is kept, and then it is held against what is expected of it.
    fn looked(&mut self, job: &Job) {
        let outcome = if self.bad_luck(20) {
            Outcome::Failed
        } else {
            Outcome::Passed
        };
        self.becomes(job, Truth::Looked, true);
        let taken = SnapshotTaken {
            job: job.clone(),
            name: job.step.clone(),
            sha256: format!("{}-{}", job.step, job.attempt),
            totals: Vec::new(),
            compared: None,
        };
        self.outbox.push_back(Notice::Snapshot(Box::new(taken)));
        let finish = finish(job, outcome, Applied::No);
        self.outbox.push_back(Notice::Finished(finish));
    }

    fn sql_ends(&mut self, job: &Job, xid: Option<u64>) {
        let luck = if self.lucky { 9 } else { self.rng.below(10) };
        let (truth, outcome, applied) = match luck {
            0..=1 => {
                let commits = self.rng.chance(50) || xid.is_none();
                self.tally.count("connection lost");
                (
                    Truth::Adrift { xid, commits },
                    Outcome::Unknown,
                    Applied::Maybe,
                )
            }
            2..=3 => {
                let (committed, applied) = match xid {
                    Some(_) => (false, Applied::No),
                    None => (true, Applied::Maybe),
                };
                (Truth::Decided { xid, committed }, Outcome::Failed, applied)
            }
            _ => {
                let committed = true;
                (
                    Truth::Decided { xid, committed },
                    Outcome::Passed,
                    Applied::Yes,
                )
            }
        };
        self.becomes(job, truth, true);
        let finish = finish(job, outcome, applied);
        self.outbox.push_back(Notice::Finished(finish));
    }

    /// What the server says when it is asked.
    fn answer(&mut self, job: &Job, truth: &Truth) {
        if !self.server_up {
            self.becomes(job, truth.clone(), true);
            return self.tell(job, Fate::Lost("the server does not answer".to_owned()));
        }
        match *truth {
            Truth::Adrift { .. } if self.rng.chance(50) => self.tell(job, Fate::InProgress),
            Truth::Adrift {
                xid,
                commits: committed,
            }
            | Truth::Decided { xid, committed } => {
                self.becomes(job, Truth::Decided { xid, committed }, true);
                let fate = match (xid, committed) {
                    (None, _) => Fate::Lost("its session is gone".to_owned()),
                    (Some(_), _) if self.bad_luck(5) => Fate::Lost("forgotten".to_owned()),
                    (Some(_), true) => Fate::Committed,
                    (Some(_), false) => Fate::Aborted,
                };
                self.tally.count(&format!("server said {fate:?}"));
                self.tell(job, fate);
            }
            _ => panic!("{job:?} was asked for on the server, and it is {truth:?}"),
        }
    }

    pub fn pass(&mut self, time: Duration) {
        self.now = self.now.plus(time);
    }
}

/// The kind of an event, without making JSON of it.
pub fn kind(event: &Event) -> &'static str {
    match event {
        Event::RunCreated(_) => "run_created",
        Event::EngineStarted(_) => "engine_started",
        Event::JournalRestored(_) => "journal_restored",
        Event::DriverAttached(_) => "driver_attached",
        Event::DriverLeft(_) => "driver_left",
        Event::PaceChanged(_) => "pace_changed",
        Event::VariableSet(_) => "variable_set",
        Event::VariableForgotten(_) => "variable_forgotten",
        Event::PhaseStarted(_) => "phase_started",
        Event::PhaseFinished(_) => "phase_finished",
        Event::GateDecided(_) => "gate_decided",
        Event::ApprovalGiven(_) => "approval_given",
        Event::ChoiceMade(_) => "choice_made",
        Event::ConditionAsked(_) => "condition_asked",
        Event::ConditionWeighed(_) => "condition_weighed",
        Event::StepStarted(_) => "step_started",
        Event::StepLaunched(_) => "step_launched",
        Event::StepTransaction(_) => "step_transaction",
        Event::StepSought(_) => "step_sought",
        Event::StepAdopted(_) => "step_adopted",
        Event::SnapshotTaken(_) => "snapshot_taken",
        Event::StepTyped(_) => "step_typed",
        Event::StepStopping(_) => "step_stopping",
        Event::StepFinished(_) => "step_finished",
        Event::StepTicked(_) => "step_ticked",
        Event::StepUnticked(_) => "step_unticked",
        Event::StepSkipped(_) => "step_skipped",
        Event::StepMarkedDone(_) => "step_marked_done",
        Event::StepMarkedFailed(_) => "step_marked_failed",
        Event::Held(_) => "held",
        Event::Released(_) => "released",
        Event::NoteAdded(_) => "note_added",
        Event::BaselineFrozen(_) => "baseline_frozen",
        Event::AlertFired(_) => "alert_fired",
        Event::AlertBlind(_) => "alert_blind",
        Event::AlertCleared(_) => "alert_cleared",
        Event::AlertAccepted(_) => "alert_accepted",
        Event::OutageBegan(_) => "outage_began",
        Event::OutageEnded(_) => "outage_ended",
        Event::ServerSeen(_) => "server_seen",
        Event::BackendSignalled(_) => "backend_signalled",
        Event::BackendAnswered(_) => "backend_answered",
        Event::RollbackStarted(_) => "rollback_started",
        Event::UndoLeft(_) => "undo_left",
        Event::RunFinished(_) => "run_finished",
    }
}
