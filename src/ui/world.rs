//! What the screen knows: the run as its journal tells it, what is seen of databases and probes, and
//! who is there. It is only ever replaced by what comes from the engine.

use std::sync::Arc;
use std::time::Duration;

use super::output::Mask;
use super::panels::watch::Panel;
use crate::clock::Moment;
use crate::journal::event::Job;
use crate::journal::{Actor, Entry, Via};
use crate::monitor::{DatabaseHealth, Health, LockNode, LockTree, Picture, Session};
use crate::plan::template::{Lookup, show};
use crate::plan::{Plan, StepIx, Work};
use crate::run::decide::{Decision, decide};
use crate::run::{
    ClientId, Command, Concerns, Hold, Input, Mismatch, Refusal, RunDir, RunState, Value, Waiting,
    Wish,
};
use crate::wire::FromEngine;

/// How long an engine may be silent before that is shown: it has a beat of 1 s.
const SILENCE: Duration = Duration::from_millis(2_500);

/// How long an answer may take before that is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// How the screen is connected to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is being connected.
    Connecting,
    /// It is connected.
    Up,
    /// The engine is gone, or can't be reached.
    Lost(String),
}

/// Everything the screen knows.
pub struct World {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The run's directory.
    pub dir: RunDir,
    /// Where the run stands.
    pub state: RunState,
    /// What is seen of databases and probes.
    pub health: Arc<Health>,
    /// How the screen is connected.
    pub link: Link,
    /// When the last word came from the engine.
    pub heard: Option<Moment>,
    /// When the first of the wishes was sent that have no answer yet.
    pub asked: Option<Moment>,
    /// The number of the screen's connection.
    pub me: Option<ClientId>,
    /// The connection that drives.
    pub driver: Option<ClientId>,
    /// Whether this screen did when that was last heard.
    pub drove: bool,
    /// How many other connections there are.
    pub watchers: usize,
    /// Why the journal can't be written, if it can't.
    pub trouble: Option<String>,
    /// What the engine finds around the run.
    pub concerns: Concerns,
    /// Who sits here.
    pub name: String,
    /// What somebody is told who is about to leave while the run goes on.
    pub farewell: Vec<String>,
    /// What must not be shown.
    pub mask: Arc<Mask>,
}

impl World {
    /// The world before anything came from the engine.
    pub fn new(plan: Arc<Plan>, dir: RunDir, name: String, farewell: Vec<String>) -> Self {
        World {
            state: RunState::new(&plan),
            plan,
            dir,
            health: Arc::default(),
            link: Link::Connecting,
            heard: None,
            asked: None,
            me: None,
            driver: None,
            drove: false,
            watchers: 0,
            trouble: None,
            concerns: Concerns::default(),
            name,
            farewell,
            mask: Arc::default(),
        }
    }

    /// Takes in what the engine said; the answer to a wish is handed back.
    pub fn take(&mut self, frame: FromEngine) -> Result<Option<(u64, Option<String>)>, Mismatch> {
        match frame {
            FromEngine::Welcome { client } => {
                self.me = Some(client);
            }
            FromEngine::Unwelcome { why } => self.link = Link::Lost(why),
            FromEngine::Entry(entry) => self.entry(&entry)?,
            FromEngine::Presence {
                driver,
                watchers,
                trouble,
                ..
            } => {
                // Before this it is not known who drives.
                self.link = Link::Up;
                self.driver = driver;
                self.drove = self.drives();
                self.watchers = watchers;
                self.trouble = trouble;
            }
            FromEngine::Secrets { values } => self.mask = Arc::new(Mask::new(values)),
            FromEngine::Health(health) => self.health = health,
            FromEngine::Concerns(concerns) => self.concerns = concerns,
            FromEngine::Beat => {}
            FromEngine::Reply { id, refusal } => return Ok(Some((id, refusal))),
        }
        Ok(None)
    }

    /// Takes one more entry in; one that is known already is passed over.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), Mismatch> {
        if entry.seq <= self.state.seq {
            return Ok(());
        }
        self.state.apply(&self.plan, entry)
    }

    /// What `work` of the step does, with the values that are known; secrets stay dots.
    pub fn text_of(&self, ix: StepIx, work: &Work) -> String {
        let spec = self.plan.steps.get(ix).map(|step| &step.spec);
        let holes = spec.map(|spec| spec.holes.as_slice());
        show(&work.text(), holes.unwrap_or_default(), |name| {
            let name = spec.map_or(name, |spec| spec.variable(name));
            match self.state.values.get(name) {
                Some(Value::Known(value)) => Lookup::Value(value),
                Some(Value::Secret) => Lookup::Value("••••••"),
                None => Lookup::Missing,
            }
        })
    }

    /// Whether this screen drives.
    pub fn drives(&self) -> bool {
        self.me.is_some() && self.me == self.driver
    }

    /// For how long nothing has come from an engine that should be there, if that is longer than it
    /// should be.
    pub fn silent(&self, now: Moment) -> Option<Duration> {
        let silent = now.since(self.heard?);
        (self.link == Link::Up && self.state.end.is_none() && silent >= SILENCE).then_some(silent)
    }

    /// For how long somebody waits for an answer of the engine, if that is longer than it should be.
    pub fn unanswered(&self, now: Moment) -> Option<Duration> {
        let waits = now.since(self.asked?);
        (waits >= PATIENCE).then_some(waits)
    }

    /// Why nobody would hear a command now, if nobody would. None is sent then: it would be carried out when
    /// somebody starts an engine, long after it was meant.
    pub fn unheard(&self) -> Option<String> {
        match &self.link {
            Link::Lost(why) => Some(format!("there is no engine to ask: {why}")),
            Link::Connecting | Link::Up => None,
        }
    }

    /// What would come of `command`, given here and now. The engine decides by the same rules.
    pub fn try_out(&self, command: Command, now: Moment) -> Result<Decision, Refusal> {
        if let Some(why) = self.unheard() {
            return Err(Refusal::new(why));
        }
        if let Some(trouble) = &self.trouble {
            return Err(Refusal::unrecorded(trouble));
        }
        let wish = Wish {
            actor: Actor::person(self.name.clone(), Via::Screen),
            drives: self.drives(),
            terminal: String::new(),
            command,
            session: None,
            holds_secret: false,
        };
        decide(&self.plan, &self.state, &Input::Command(wish), now)
    }

    /// Where the run is: the step that runs, or that somebody has to do something about, or the last
    /// one that was touched.
    pub fn focus(&self) -> StepIx {
        let state = &self.state;
        let active = state.active_steps().next_back();
        active
            .or(state.last_touched.filter(|_| state.end.is_some()))
            .or_else(|| self.waiting_step())
            .or_else(|| state.next_step(&self.plan))
            .or(state.last_touched)
            .unwrap_or(0)
    }

    fn waiting_step(&self) -> Option<StepIx> {
        match self.state.waiting(&self.plan) {
            Waiting::Start(ix)
            | Waiting::Tick(ix)
            | Waiting::Confirm(ix)
            | Waiting::Alternative(ix)
            | Waiting::Values(ix, _)
            | Waiting::Facts(ix)
            | Waiting::Undecided(ix)
            | Waiting::Decide(ix) => Some(ix),
            Waiting::Approval(phase, _) | Waiting::Gate(phase) => {
                Some(self.plan.phases[phase].steps.start)
            }
            Waiting::Choice(among) => among
                .first()
                .map(|&phase| self.plan.phases[phase].steps.start),
            Waiting::Nothing
            | Waiting::Release
            | Waiting::Plan
            | Waiting::Finish
            | Waiting::Over => None,
        }
    }

    /// The jobs of the step that have an output, the first one first.
    pub fn jobs_of(&self, ix: StepIx) -> Vec<Job> {
        let Some(step) = self.state.steps.get(ix) else {
            return Vec::new();
        };
        let id = self.plan.steps[ix].id.to_string();
        let job = |attempt, undo| Job {
            step: id.clone(),
            attempt,
            undo,
        };
        let tries = (1..=step.attempt).map(|attempt| job(attempt, false));
        let undos = (1..=step.undo_attempt).map(|attempt| job(attempt, true));
        tries.chain(undos).collect()
    }

    /// The database that is shown, by its place.
    pub fn database(&self, place: usize) -> Option<&DatabaseHealth> {
        let databases = &self.health.databases;
        databases.get(place % databases.len().max(1))
    }

    /// What was last seen of the database that is shown.
    pub fn picture(&self, database: usize) -> Option<&Picture> {
        self.database(database)?.picture.as_deref()
    }

    /// Who keeps our step from going on, else who keeps anybody.
    pub fn blocker(&self, database: usize) -> Option<&LockNode> {
        self.picture(database)?.blocker()
    }

    /// Of all that holds the run what is worst: that a database is lost, then what is so, then what nobody can
    /// see; of several the newest.
    pub fn hold(&self) -> Option<&Hold> {
        let alerts = &self.state.alerts;
        let worst = |hold: &&Hold| {
            let blind = hold.alert.as_ref().and_then(|name| alerts.get(name));
            let blind = blind.is_some_and(|alert| alert.blind);
            (hold.database.is_some(), !blind)
        };
        self.state.holds.iter().max_by_key(worst)
    }

    /// Why `hold` holds the run, behind what it takes until it does not, if readings are all that lacks: on a narrow
    /// screen that is what is seen.
    pub fn hold_words(&self, hold: &Hold) -> String {
        let mut alerts = self.health.alerts.iter();
        let alert = alerts.find(|alert| hold.alert.as_ref() == Some(&alert.name));
        let Some((alert, awaited)) = alert.and_then(|alert| Some((alert, alert.awaited?))) else {
            return hold.reason.clone();
        };
        let own = hold.reason.strip_prefix(&alert.name);
        let own = own.and_then(|rest| rest.strip_prefix(": "));
        let why = own.unwrap_or(&hold.reason);
        format!("{}: {}; {why}", alert.name, awaited.words())
    }

    /// The alert that holds the run: what is so before what nobody can see.
    pub fn holding_alert(&self) -> Option<&str> {
        let holds = self.state.holds.iter();
        let alerts = holds.filter_map(|hold| hold.alert.as_ref());
        let blind = |name: &&String| {
            let alert = self.state.alerts.get(*name);
            alert.is_some_and(|alert| alert.blind)
        };
        alerts.max_by_key(|name| !blind(name)).map(String::as_str)
    }

    /// Who waits for whom, as far as anything is known of the database.
    pub fn locks(&self, database: usize) -> Option<&LockTree> {
        Some(&self.picture(database)?.locks)
    }

    /// The sessions that `panel` lists, in its order.
    pub fn sessions(&self, panel: Panel, database: usize) -> impl Iterator<Item = &Session> {
        let picture = self.database(database).and_then(|db| db.picture.as_ref());
        picture
            .into_iter()
            .flat_map(move |picture| panel.sessions(picture, ""))
    }
}
