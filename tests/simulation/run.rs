//! One run from one seed: a plan, people, time, faults, and one engine after the other.

use std::collections::BTreeSet;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gonogo::journal::event::{Ending, RunCreated};
use gonogo::journal::{Actor, Event, Unwritten, Via};
use gonogo::monitor::Readings;
use gonogo::plan::Plan;
use gonogo::run::decide::{deadline, decide};
use gonogo::run::{
    Command, Engine, EngineError, Input, Notice, Parts, Refusal, Request, RunState, Secrets,
    Session, Value,
};
use tokio::sync::{mpsc, oneshot};

use super::operator;
use super::plans;
use super::rng::Rng;
use super::tally::Tally;
use super::world::World;

/// How many plans there are; a seed picks one of them.
const PLANS: u64 = 512;

/// What a run that failed leaves behind: its seed, and the end of its journal.
pub(super) struct Witness {
    pub(super) seed: u64,
    pub(super) world: World,
}

impl Drop for Witness {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let world = self.world.lock();
            for entry in &world.entries[world.entries.len().saturating_sub(60)..] {
                eprintln!("{}", entry.to_json());
            }
            eprintln!(
                "the simulation of seed {0} failed: `cargo bench --bench simulation -- 1 {0}` runs it again",
                self.seed
            );
        }
    }
}

/// Runs the seeds one after the other and tells what was seen.
pub fn simulate(seeds: impl Iterator<Item = u64>) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let mut plans: Vec<Option<Arc<Plan>>> = vec![None; PLANS as usize];
    let mut tally = Tally::default();
    for seed in seeds {
        let number = seed % PLANS;
        let plan = plans[number as usize].get_or_insert_with(|| plans::plan(number));
        let simulation = Simulation::new(Arc::clone(plan), seed);
        let _witness = Witness {
            seed,
            world: simulation.world.clone(),
        };
        tally.add(&runtime.block_on(simulation.run()));
    }
    tally
}

/// An engine's work.
type Running = Pin<Box<dyn Future<Output = Result<(), EngineError>>>>;

/// The screen that drives if nobody does.
const DRIVES: u64 = 1;

/// An engine, and the ways to it.
struct Living {
    engine: Running,
    requests: mpsc::Sender<Request>,
    notices: mpsc::Sender<Notice>,
    /// The screens that are connected, and the one that drives.
    screens: BTreeSet<u64>,
    driver: Option<u64>,
}

/// A run with all that happens around it.
pub(super) struct Simulation {
    pub(super) plan: Arc<Plan>,
    pub(super) world: World,
    rng: Rng,
    living: Option<Living>,
    /// Whether anything may still go wrong by itself.
    pub(super) calm: bool,
    /// Whether the machine goes with an engine that dies; else the seed says.
    pub(super) machine: Option<bool>,
}

impl Simulation {
    pub(super) fn new(plan: Arc<Plan>, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let world = World::new(Arc::clone(&plan), Rng::new(rng.next()));
        Simulation {
            plan,
            world,
            rng,
            living: None,
            calm: false,
            machine: None,
        }
    }

    async fn run(mut self) -> Tally {
        let unattended = self.rng.chance(40);
        let tick_checks = self.rng.chance(30);
        self.create(unattended, tick_checks);
        let steps = 20 + self.rng.below(160);
        for _ in 0..steps {
            if self.living.is_none() {
                self.engine_starts();
            }
            self.something().await;
            if self.is_over() && self.rng.chance(30) {
                break;
            }
        }
        self.calm_down().await;
        self.journal_is_whole();
        let mut tally = self.world.lock().tally.clone();
        tally.runs = 1;
        tally
    }

    pub(super) fn create(&mut self, unattended: bool, tick_checks: bool) {
        let created = RunCreated {
            run: "4f2a91".to_owned(),
            title: self.plan.title.clone(),
            digest: self.plan.digest.clone(),
            path: "plan.toml".to_owned(),
            environment: self.plan.environment.clone(),
            unattended,
            tick_checks,
            cwd: "/".to_owned(),
            poll_ms: 1000,
            version: "0".to_owned(),
            reviewed: Vec::new(),
            included: Vec::new(),
            applies: None,
        };
        let mut world = self.world.lock();
        let at = world.now;
        world.write(vec![Unwritten {
            at,
            actor: Actor::person("ann", Via::Ctl),
            event: Event::RunCreated(created),
        }]);
    }

    pub(super) fn is_over(&self) -> bool {
        self.world.lock().state.end.is_some()
    }

    /// A new engine on what the journal holds. It knows no secrets, and says so.
    pub(super) fn engine_starts(&mut self) {
        let (disk, hands, watch) = self.world.handles();
        let mut world = self.world.lock();
        if !self.calm && self.rng.chance(70) {
            world.points_left = Some(1 + self.rng.below(60) as u32);
        }
        let lost: Vec<Notice> = world
            .state
            .values
            .iter()
            .filter(|(_, value)| **value == Value::Secret)
            .map(|(name, _)| Notice::VariableLost { name: name.clone() })
            .collect();
        let resumed = world.state.engines > 0;
        let abroad = !self.calm && resumed && self.rng.chance(15);
        world.engine_arrives(abroad);
        let changed = abroad.then(|| "TARGET is another".to_owned());
        let parts = Parts {
            plan: Arc::clone(&self.plan),
            store: disk,
            state: RunState::folded(&self.plan, &world.entries).expect("the journal fits the plan"),
            clock: watch,
            supervisor: hands,
            readings: Readings::default(),
            secrets: Secrets::default(),
            ended: None,
            changed: changed.into_iter().collect(),
            variables: lost,
            die_after: None,
        };
        drop(world);
        let (engine, _) = Engine::new(parts);
        let (requests, asked) = mpsc::channel(8);
        let (notices, heard) = mpsc::channel(1024);
        // No monitor watches here, so there are no alerts.
        let (_, alerts) = mpsc::channel(1);
        let engine = engine.run(asked, heard, alerts, pending());
        self.living = Some(Living {
            engine: Box::pin(tokio::task::unconstrained(engine)),
            requests,
            notices,
            screens: BTreeSet::new(),
            driver: None,
        });
        self.poll();
    }

    /// Lets the engine do what it can do now.
    fn poll(&mut self) {
        self.world.something_happens();
        let Some(living) = &mut self.living else {
            return;
        };
        let mut context = Context::from_waker(Waker::noop());
        let ended = match living.engine.as_mut().poll(&mut context) {
            Poll::Ready(result) => {
                result.unwrap_or_else(|error| panic!("the engine failed: {error}"));
                true
            }
            Poll::Pending => false,
        };
        if self.world.lock().dead {
            let machine = self.machine.unwrap_or_else(|| self.rng.chance(25));
            self.dies(machine);
        } else if ended {
            assert!(self.is_over(), "the engine ended and the run did not");
            self.living = None;
            self.world.engine_dies(false);
        }
    }

    pub(super) fn lives(&self) -> bool {
        self.living.is_some()
    }

    fn dies(&mut self, machine: bool) {
        self.living = None;
        self.world.engine_dies(machine);
    }

    async fn something(&mut self) {
        if self.rng.chance(20) {
            let mut world = self.world.lock();
            (world.full, world.server_up) = (false, true);
            world.fills = None;
        }
        match self.rng.below(100) {
            0..=29 => self.deliver(),
            30..=49 => self.job_goes_on(),
            50..=79 => self.command(),
            80..=88 => self.time_passes().await,
            89..=92 => self.screens(),
            93 if self.rng.chance(50) => {
                let (writes, fails) = (self.rng.below(6) as u32, 1 + self.rng.below(4) as u32);
                self.world.lock().fills = Some((writes, fails));
            }
            93 => self.world.lock().full = true,
            94 => self.world.lock().server_up = false,
            95 if self.rng.chance(50) => {
                let mut world = self.world.lock();
                let (probe, since) = ("api".to_owned(), world.now);
                let notice = if self.rng.chance(50) {
                    let why = "status 503".to_owned();
                    Notice::OutageBegan { probe, since, why }
                } else {
                    Notice::OutageEnded {
                        probe,
                        until: since,
                    }
                };
                world.outbox.push_back(notice);
            }
            95 => {
                let hour = 3_600_000_000;
                let mut world = self.world.lock();
                world.now.wall += (self.rng.below(48) as i64 - 24) * hour;
            }
            96 => {
                let notice = Notice::DatabaseLost {
                    database: "main".to_owned(),
                    why: "no server listens".to_owned(),
                };
                self.world.lock().outbox.push_back(notice);
            }
            97 => self.dies(false),
            98 if self.rng.chance(50) => self.dies(true),
            98 => self.world.lock().shim_dies(),
            _ => self.poll(),
        }
    }

    /// The engine hears the next thing that there is to hear.
    pub(super) fn deliver(&mut self) {
        let Some(living) = &self.living else { return };
        let Some(notice) = self.world.lock().outbox.pop_front() else {
            return;
        };
        living
            .notices
            .try_send(notice)
            .expect("an engine that listens");
        self.poll();
    }

    fn job_goes_on(&mut self) {
        let mut world = self.world.lock();
        let restless = world.restless();
        if !restless.is_empty() {
            let key = self.rng.pick(&restless);
            world.progress(&key);
        }
    }

    async fn time_passes(&mut self) {
        let due = {
            let world = self.world.lock();
            deadline(&self.plan, &world.state, world.now)
        };
        let time = match due {
            Some(due) if self.rng.chance(60) => due,
            _ => Duration::from_secs(1 + self.rng.below(400) as u64),
        };
        self.wait(time).await;
    }

    pub(super) async fn wait(&mut self, time: Duration) {
        self.world.lock().pass(time);
        // The timer counts in milliseconds and rounds up.
        tokio::time::advance(time + Duration::from_millis(1)).await;
        self.poll();
    }

    fn screens(&mut self) {
        let client = 1 + self.rng.below(2) as u64;
        let Some(living) = &mut self.living else {
            return;
        };
        let request = if living.screens.remove(&client) {
            if living.driver == Some(client) {
                living.driver = None;
            }
            Request::Leave { client }
        } else {
            living.screens.insert(client);
            Request::Arrive {
                client,
                actor: person(client, Via::Screen),
                terminal: format!("pts/{client}"),
                screen: String::new(),
                drive: client == DRIVES,
            }
        };
        self.send(request);
        self.seat();
    }

    /// The screen that would drive does from when that is recorded: at once, or when the journal can be
    /// written again.
    fn seat(&mut self) {
        let Some(living) = &mut self.living else {
            return;
        };
        let world = self.world.lock();
        let last = world
            .entries
            .iter()
            .rev()
            .find_map(|entry| match &entry.event {
                Event::DriverAttached(e) => Some(e.taken.is_none()),
                Event::DriverLeft(_) => Some(false),
                _ => None,
            });
        if last == Some(true) && living.driver.is_none() && living.screens.contains(&DRIVES) {
            living.driver = Some(DRIVES);
        }
    }

    fn entries(&self) -> usize {
        self.world.lock().entries.len()
    }

    fn send(&mut self, request: Request) {
        if let Some(living) = &self.living {
            living
                .requests
                .try_send(request)
                .expect("an engine that listens");
            self.poll();
        }
    }

    /// Somebody wants something, on a command line or at a screen.
    fn command(&mut self) {
        let command = {
            let world = self.world.lock();
            operator::wish(&mut self.rng, &self.plan, &world.state)
        };
        let screens: Vec<u64> = self
            .living
            .iter()
            .flat_map(|living| living.screens.iter().copied())
            .collect();
        let screen = (!screens.is_empty() && self.rng.chance(50)).then(|| self.rng.pick(&screens));
        let approves = matches!(command, Command::Approve { .. });
        let (client, actor) = match screen {
            Some(client) => (client, person(client, Via::Screen)),
            None => (9, person(if approves { 2 } else { 1 }, Via::Ctl)),
        };
        self.ask(client, &actor, &command);
    }

    pub(super) fn ask(&mut self, client: u64, actor: &Actor, command: &Command) {
        let session =
            matches!(command, Command::Cancel(_) | Command::Terminate(_)).then(|| Session {
                database: "main".to_owned(),
                pid: 4711,
                started: 1,
                words: "psql".to_owned(),
                no_signal: None,
            });
        let (answer, mut answered) = oneshot::channel();
        let before = self.entries();
        if self.living.is_none() {
            return;
        }
        let screen = actor.via == Via::Screen;
        let for_watchers = matches!(command, Command::Take { .. } | Command::Approve { .. });
        let takes = screen && matches!(command, Command::Take { .. });
        let session = session.filter(|_| self.rng.chance(70));
        self.send(Request::Command {
            client,
            actor: actor.clone(),
            terminal: "pts/7".to_owned(),
            command: command.clone(),
            session,
            answer,
        });
        self.seat();
        // An engine that has died of the answer has no driver any more.
        let living = self.living.as_ref();
        let may = living.is_none_or(|living| living.driver == Some(client));
        match answered.try_recv() {
            Ok(Ok(())) => {
                let watches = screen && !may && !for_watchers;
                assert!(!watches, "a watcher was heard: {command:?}");
                self.granted(before, actor, command);
                if let (true, Some(living)) = (takes, &mut self.living) {
                    living.driver = Some(client);
                }
            }
            Ok(Err(Refusal(why))) => {
                self.world.lock().tally.count("refused");
                assert!(
                    !why.trim().is_empty(),
                    "refused without a word: {command:?}"
                );
            }
            Err(_) => assert!(self.living.is_none(), "no answer to {command:?}"),
        }
    }

    /// What is granted is in the journal, by whoever wanted it.
    fn granted(&self, before: usize, actor: &Actor, command: &Command) {
        let mut world = self.world.lock();
        world.tally.count("granted");
        let recorded = world.entries[before..]
            .iter()
            .any(|entry| entry.actor == *actor);
        assert!(recorded, "granted and not recorded: {command:?}");
    }

    /// Nothing goes wrong any more; whatever can come to its end does, and nothing is left over.
    async fn calm_down(&mut self) {
        self.calm = true;
        {
            let mut world = self.world.lock();
            (world.full, world.server_up) = (false, true);
            world.fills = None;
            world.points_left = None;
        }
        if self.is_over() {
            return;
        }
        if self.living.is_none() || self.rng.chance(50) {
            self.dies(false);
            self.engine_starts();
        }
        let mut patience = 3;
        for _ in 0..2_000 {
            if self.living.is_none() {
                break;
            }
            let idle = self.world.lock().outbox.is_empty();
            let restless = self.world.lock().restless();
            if !idle {
                self.deliver();
            } else if let Some(key) = restless.first() {
                self.world.lock().progress(key);
            } else if patience > 0 {
                // A journal that was full is tried again in a second.
                patience -= 1;
                self.wait(Duration::from_secs(2)).await;
            } else if self.state(|plan, state, now| deadline(plan, state, now).is_some()) {
                self.wait(Duration::from_secs(60)).await;
            } else {
                break;
            }
        }
        self.nothing_is_left_over();
    }

    fn state<T>(&self, ask: impl FnOnce(&Plan, &RunState, gonogo::clock::Moment) -> T) -> T {
        let world = self.world.lock();
        ask(&self.plan, &world.state, world.now)
    }

    /// Whatever still counts as going on is something that a person does.
    fn nothing_is_left_over(&self) {
        let world = self.world.lock();
        let person = world.state.active_check(&self.plan);
        for ix in world.state.active_steps() {
            let step = &world.state.steps[ix];
            let endless = world.jobs.values().any(|fake| {
                let ours = self.plan.find(&fake.job.step) == Some(ix);
                ours && fake.endless && fake.lives()
            });
            // What is being stopped does not go on for ever.
            let goes_on = endless && step.stopping.is_none();
            assert!(
                person == Some(ix) || goes_on,
                "{} is stranded: {step:#?}",
                self.plan.steps[ix].number
            );
        }
        let sought = world.state.steps.iter().find(|step| step.sought.is_some());
        assert!(sought.is_none(), "looked for in vain: {sought:#?}");
        if let Some(end) = &world.state.end
            && end.ending == Ending::RolledBack
        {
            assert!(world.state.next_item().is_none());
        }
    }

    /// The journal tells what the engine knew, and every beginning of it can be taken up.
    pub(super) fn journal_is_whole(&mut self) {
        let often = self.rng.chance(5);
        let world = self.world.lock();
        let mut state = RunState::new(&self.plan);
        for entry in &world.entries {
            state
                .apply(&self.plan, entry)
                .expect("every beginning of a journal can be read");
            if often {
                let input = Input::Engine {
                    pid: 7,
                    ended: None,
                    changed: Vec::new(),
                    variables: Vec::new(),
                };
                let decision = decide(&self.plan, &state, &input, entry.at);
                let mut taken_up = state.clone();
                for (actor, event) in decision.expect("an engine may always start").events {
                    let entry = gonogo::journal::Entry {
                        seq: taken_up.seq + 1,
                        at: entry.at,
                        actor,
                        event,
                    };
                    taken_up
                        .apply(&self.plan, &entry)
                        .expect("every beginning of a journal can be taken up");
                }
            }
        }
        assert_eq!(state, world.state, "the journal tells something else");
    }
}

fn person(client: u64, via: Via) -> Actor {
    Actor::person(if client == 1 { "ann" } else { "bob" }, via)
}
