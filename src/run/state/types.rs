//! The parts of a run's state.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::elapsed::Boot;
use super::files::Files;
use super::outage::Outage;
use super::step::{Omission, StepState, Weighing, count_settled, first_open};
use crate::clock::Moment;
use crate::journal::Actor;
use crate::journal::event::{
    BackendSignalled, Consequence, Ending, Job, SessionLeft, SnapshotTaken,
};
use crate::monitor::Baseline;
use crate::plan::{Plan, StepIx};

/// Everything that the journal says about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunState {
    /// The run's id.
    pub run: String,
    /// SHA-256 of the plan that the run was created with.
    pub digest: String,
    /// The number of the last entry.
    pub seq: u64,
    /// The starts of the machine that the journal has seen.
    pub boots: Vec<Boot>,
    /// When the run came to be.
    pub created: Option<Moment>,
    /// Who created it.
    pub creator: Option<String>,
    /// Whether it goes on without a screen and ends by itself.
    pub unattended: bool,
    /// Whether an unattended actor ticks the checks.
    pub tick_checks: bool,
    /// Whether the next step starts by itself.
    pub auto: bool,
    /// The terminal that drives, or the last one that did.
    pub driver: Option<Driver>,
    /// When the first deploy phase started.
    pub t_zero: Option<Moment>,
    /// One for each of [`Plan::steps`].
    pub steps: Vec<StepState>,
    /// One for each of [`Plan::phases`].
    pub phases: Vec<PhaseState>,
    /// The steps that are being done or undone, and those that a person has to decide about.
    pub in_hand: BTreeSet<StepIx>,
    /// The step whose status changed last.
    pub last_touched: Option<StepIx>,
    /// What keeps the run from starting anything.
    pub holds: Vec<Hold>,
    /// The databases whose connections broke under steps, each with when the run was held for it last.
    pub lost: BTreeMap<String, Moment>,
    /// How many engines have had the run.
    pub engines: u32,
    /// What the SQL steps have left in their sessions, by the names of the databases.
    pub sessions: BTreeMap<String, SessionLeft>,
    /// The servers that the run works on, by the names of their databases, as they identified themselves
    /// last.
    pub servers: BTreeMap<String, String>,
    /// The other servers that answered in their place, of which somebody has been told.
    pub others: BTreeMap<String, String>,
    /// The databases on which SQL of this run has begun.
    pub worked: BTreeSet<String>,
    /// What was asked of database sessions and is not answered yet.
    pub asked: Vec<BackendSignalled>,
    /// The alerts that fire, or can't see, by name.
    pub alerts: BTreeMap<String, AlertState>,
    /// When addresses that are watched did not answer well, in that order.
    pub outages: Vec<Outage>,
    /// What was normal before T-0.
    pub baseline: Option<Baseline>,
    /// The pictures of databases that were taken last, by name.
    pub snapshots: BTreeMap<String, SnapshotTaken>,
    /// The variables that have a value.
    pub values: BTreeMap<String, Value>,
    /// Where the values that are not defaults came from: [`ENVIRONMENT`], a person or a step.
    pub origins: BTreeMap<String, String>,
    /// The variables whose values are recorded nowhere, or were not once, each with the piece of work that
    /// took its value from what it printed, if one did.
    pub hidden: BTreeMap<String, Option<Job>>,
    /// The pieces of work that left something to the shell steps after them, in the order in which they
    /// ended.
    pub carried: Vec<Job>,
    /// The directory that the last of them left; none: where the run was started.
    pub directory: Option<String>,
    /// The files that the steps apply.
    pub files: Files,
    /// The way back, once it has begun.
    pub rollback: Option<RollbackState>,
    /// The ways back that were begun before that one and not gone to their ends, the first one first.
    pub left_ways: Vec<RollbackState>,
    /// What people wrote down.
    pub notes: Vec<NoteTaken>,
    /// How the run ended.
    pub end: Option<End>,
}

/// Where a phase stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhaseState {
    /// When its first step began.
    pub started: Option<Moment>,
    /// When its last step was settled.
    pub finished: Option<Moment>,
    /// How many of its steps are settled.
    pub settled: usize,
    /// The first of its steps that is not settled; behind the last one, if all are.
    pub first_open: StepIx,
    /// What was last said at its gate.
    pub gate: Option<GateDecision>,
    /// The approvals that were given for its gate.
    pub approvals: Vec<Approval>,
    /// Whether another phase of the same choice was chosen.
    pub dropped: bool,
    /// Its steps that were left out for that.
    pub left_out: Vec<StepIx>,
    /// Whether it is to be driven at all, where that depends.
    pub condition: Weighing,
}

/// What was said at a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct GateDecision {
    /// Go, or no-go.
    pub go: bool,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: Option<String>,
}

/// An approval that was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Its name in the plan.
    pub name: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
    /// A remark.
    pub reason: Option<String>,
}

/// The terminal that drives.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    /// Who.
    pub name: String,
    /// The terminal.
    pub terminal: String,
    /// Since when.
    pub since: Moment,
    /// When it went away, if it did.
    pub gone: Option<Moment>,
}

/// A hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// Since when.
    pub at: Moment,
    /// The alert that holds, if one does.
    pub alert: Option<String>,
    /// The database whose loss holds, if that does.
    pub database: Option<String>,
    /// Whether that can be reached again, and it was asked who answers there.
    pub is_back: bool,
    /// Whether it is because of who answers there.
    pub answers: bool,
    /// The other server that answers there, if one does.
    pub server: Option<String>,
    /// Whether it is because of another environment: then the way back is held, too.
    pub environment: bool,
}

/// An alert that fires, or that can't see.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertState {
    /// What is so, or why nothing is known.
    pub words: String,
    /// Since when.
    pub since: Moment,
    /// Whether nothing is known, rather than that something is wrong.
    pub blind: bool,
    /// What it may do.
    pub then: Consequence,
    /// Whether somebody has taken it as it is.
    pub accepted: Option<Acceptance>,
}

/// That somebody has taken an alert as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// The origin of a value that an engine found in its environment.
pub const ENVIRONMENT: &str = "environment";

/// A variable's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// It is this.
    Known(String),
    /// The engine has it; it is nowhere written.
    Secret,
}

/// The way back.
#[derive(Clone, Debug, PartialEq)]
pub struct RollbackState {
    /// The tier that was chosen, by its place in [`Plan::tiers`].
    pub tier: Option<usize>,
    /// What is done, in order.
    pub items: Vec<ItemState>,
    /// When it began.
    pub started: Moment,
    /// How long after T-0 that was, if that had begun.
    pub since_t_zero: Option<Duration>,
    /// By whom.
    pub by: String,
}

/// One thing on the way back.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemState {
    /// The step.
    pub step: StepIx,
    /// Whether it is the step's undo, or the step itself.
    pub undo: bool,
    /// That it was left out, if it was.
    pub left: Option<Omission>,
    /// Where it stood when a later way back began.
    pub stood: Option<Box<StepState>>,
}

/// Something that somebody wrote down.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteTaken {
    /// What.
    pub text: String,
    /// The step it is about.
    pub step: Option<StepIx>,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Moment,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// How.
    pub ending: Ending,
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

impl RunState {
    /// The state of a run of which nothing is recorded yet.
    pub fn new(plan: &Plan) -> Self {
        let steps: Vec<StepState> = plan
            .steps
            .iter()
            .map(|step| StepState::marked(step.spec.mark))
            .collect();
        let phases = plan
            .phases
            .iter()
            .map(|phase| PhaseState {
                settled: count_settled(&steps[phase.steps.clone()]),
                first_open: first_open(&steps, phase.steps.clone()),
                ..PhaseState::default()
            })
            .collect();
        RunState {
            run: String::new(),
            digest: String::new(),
            seq: 0,
            boots: Vec::new(),
            created: None,
            creator: None,
            unattended: false,
            tick_checks: false,
            auto: false,
            driver: None,
            t_zero: None,
            steps,
            phases,
            in_hand: BTreeSet::new(),
            last_touched: None,
            holds: Vec::new(),
            lost: BTreeMap::new(),
            engines: 0,
            sessions: BTreeMap::new(),
            servers: BTreeMap::new(),
            others: BTreeMap::new(),
            worked: BTreeSet::new(),
            asked: Vec::new(),
            alerts: BTreeMap::new(),
            outages: Vec::new(),
            baseline: None,
            snapshots: BTreeMap::new(),
            values: default_values(plan),
            origins: BTreeMap::new(),
            hidden: BTreeMap::new(),
            carried: Vec::new(),
            directory: None,
            files: Files::default(),
            rollback: None,
            left_ways: Vec::new(),
            notes: Vec::new(),
            end: None,
        }
    }
}

fn default_values(plan: &Plan) -> BTreeMap<String, Value> {
    plan.vars
        .iter()
        .filter_map(|var| {
            let value = var.default.clone()?;
            Some((var.name.clone(), Value::Known(value)))
        })
        .collect()
}
