//! The way back: what would be undone, and the start of doing it.
//!
//! The list is made from what is recorded, never from the plan alone: only what was applied, or may
//! have been, in the reverse of the order in which it was. Around it stands the procedure that the
//! plan has for this time of the clock.

use super::{Case, Decision, reason_given};
use crate::clock::{Elapsed, Moment};
use crate::journal::event::{Applied, Job, RollbackStarted, StepReason, StepStarted, UndoItem};
use crate::journal::{Actor, Event};
use crate::plan::{Confirm, Home, Outside, Phase, PhaseKind, Plan, StepIx, UndoOrder, Work};
use crate::run::command::Refusal;
use crate::run::effect::Effect;
use crate::run::state::{RollbackState, RunState};
use crate::run::status::{Change, Status};

/// The name that asks for the undos of the steps alone, without any of the plan's procedures.
const UNDOS_ONLY: &str = "undo";

/// What going back would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The tier, by its place in [`Plan::tiers`].
    pub tier: Option<usize>,
    /// The time since T-0, if it has begun, and which clock told.
    pub since_t_zero: Option<Elapsed>,
    /// What is done, in order.
    pub items: Vec<Applicable>,
    /// Whether anything was done, or may have been.
    pub something_ran: bool,
    /// Steps that did something, or may have, and have no undo; none where a procedure of the plan answers.
    pub without_undo: Vec<StepIx>,
    /// How the window of the tier misses this time.
    pub outside: Option<Outside>,
    /// Whether this is only what comes nearest, and nothing but the name of a way goes one: nobody is sent
    /// by the clock where the plan has no way for its time, or several, each for a case of its own.
    pub to_be_named: bool,
    /// Steps that run now and are stopped first.
    pub stops: Vec<StepIx>,
    /// The phase after which the plan says there is no way back, if it has begun.
    pub past_no_return: Option<usize>,
    /// What it takes to fire.
    pub confirm: Confirm,
}

/// One thing that going back would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicable {
    /// The step.
    pub step: StepIx,
    /// Whether its undo is run, or the step itself.
    pub undo: bool,
    /// How sure it is that there is something to undo; always yes for a rollback's own steps.
    pub applied: Applied,
}

/// What going back would do at `now`, by the tier called `tier` or else the one that the clock offers.
pub fn preview(
    plan: &Plan,
    state: &RunState,
    tier: Option<&str>,
    now: Moment,
) -> Result<Preview, Refusal> {
    let since_t_zero = state.since_t_zero(now);
    let named = tier.is_some();
    let gone = state.rollback.as_ref();
    let tier = match tier {
        Some(UNDOS_ONLY) if plan.find_tier(UNDOS_ONLY).is_none() => None,
        Some(name) => {
            let way = plan
                .find_tier(name)
                .filter(|ix| plan.ways().any(|way| way == *ix));
            Some(way.ok_or_else(|| no_tier(plan, name))?)
        }
        // Before T-0 nothing was deployed: a procedure that restores things would do harm.
        None => since_t_zero.and_then(|since| plan.tier_at(since.time)),
    };
    if let Some(gone) = gone.filter(|gone| named && gone.tier == tier) {
        return Err(is_gone(plan, gone));
    }
    let spec = tier.map(|ix| &plan.tiers[ix].spec);
    let own = tier.map_or(0..0, |ix| plan.tiers[ix].steps.clone());
    let own = own.map(step_of_its_own);
    let undos = applied_steps(plan, state);
    let mut items: Vec<Applicable> = match spec.map_or(UndoOrder::Last, |spec| spec.undo) {
        UndoOrder::First => undos.into_iter().chain(own).collect(),
        UndoOrder::Last => own.chain(undos).collect(),
        UndoOrder::None => own.collect(),
    };
    // Before T-0 there is nothing to look at behind it, unless somebody wants this way.
    if !items.is_empty() && (named || since_t_zero.is_some()) {
        items.extend(plan.after_way_back().map(step_of_its_own));
    }
    if gone.is_some() && named && items.is_empty() {
        return Err(Refusal::new("nothing is left to be done on that way back"));
    }
    let without_undo = match tier {
        Some(_) => Vec::new(),
        None => state.without_undo(plan),
    };
    let at = tier.zip(since_t_zero);
    let outside = at.and_then(|(ix, since)| plan.tiers[ix].outside(since.time));
    let stays = tier.is_none() && plan.ways().next().is_some() && !without_undo.is_empty();
    let mut forward = plan.forward_steps();
    // Where T-0 never comes and nothing has an undo, the undos do nothing: which way is meant, nobody but a person knows.
    let deploys = |phase: &Phase| phase.spec.kind == PhaseKind::Deploy;
    let idle = items.is_empty() && !plan.phases.iter().any(deploys);
    let ways_alone = tier.is_none() && plan.ways().next().is_some() && idle;
    let unclear = outside.is_some() || stays || ways_alone || gone.is_some();
    Ok(Preview {
        tier,
        since_t_zero,
        items,
        something_ran: forward.any(|ix| state.left_something(ix)),
        without_undo,
        outside,
        to_be_named: !named && (unclear || spec.is_some_and(|spec| spec.way)),
        stops: state.active_steps().collect(),
        past_no_return: past_no_return(plan, state),
        confirm: spec.map_or(Confirm::Key, |spec| spec.confirm),
    })
}

fn is_gone(plan: &Plan, gone: &RollbackState) -> Refusal {
    let name = gone.name(plan);
    Refusal::new(format!("the run is being rolled back already: \"{name}\""))
}

fn step_of_its_own(step: StepIx) -> Applicable {
    Applicable {
        step,
        undo: false,
        applied: Applied::Yes,
    }
}

fn no_tier(plan: &Plan, name: &str) -> Refusal {
    let names = match tier_names(plan) {
        names if names.is_empty() => "it has none".to_owned(),
        names => names.join(", "),
    };
    Refusal::new(format!("the plan has no rollback `{name}`: {names}"))
}

fn tier_names(plan: &Plan) -> Vec<&str> {
    let ways = plan.ways();
    ways.map(|ix| plan.tiers[ix].spec.name.as_str()).collect()
}

/// The steps with an undo that did something, or may have: the last one first.
fn applied_steps(plan: &Plan, state: &RunState) -> Vec<Applicable> {
    let mut steps: Vec<Applicable> = plan
        .forward_steps()
        .filter(|&ix| state.may_be_undone(plan, ix))
        .map(|ix| Applicable {
            step: ix,
            undo: true,
            applied: state.steps[ix].applied.unwrap_or(Applied::Maybe),
        })
        .collect();
    steps.sort_by_key(|item| std::cmp::Reverse(state.steps[item.step].order));
    steps
}

fn past_no_return(plan: &Plan, state: &RunState) -> Option<usize> {
    (0..plan.phases.len())
        .rev()
        .find(|&ix| plan.phases[ix].spec.point_of_no_return && state.phases[ix].started.is_some())
}

impl Case<'_> {
    pub(super) fn rollback(
        &self,
        actor: &Actor,
        tier: Option<&str>,
        confirm: Option<&str>,
    ) -> Result<Decision, Refusal> {
        if let Some(gone) = &self.state.rollback
            && !self.state.has_another_way(self.plan)
        {
            return Err(is_gone(self.plan, gone));
        }
        self.is_the_runs_plan()?;
        let preview = preview(self.plan, self.state, tier, self.now)?;
        if preview.to_be_named {
            return Err(self.nameless(&preview));
        }
        if let (Confirm::Environment, Some(environment)) = (preview.confirm, &self.plan.environment)
            && confirm.map(str::trim) != Some(environment.as_str())
        {
            return Err(Refusal::new(format!(
                "confirm it with the name of the environment: {environment}"
            )));
        }
        let mut decision = Decision::default();
        let why = match &self.state.rollback {
            None => format!("rolled back by {actor}"),
            Some(_) => format!("another way back is taken by {actor}"),
        };
        for &ix in &preview.stops {
            if self.state.steps[ix].stopping.is_none() {
                decision.join(self.begin_stop(actor, ix, &why));
            }
        }
        let since = preview.since_t_zero.map(|since| since.time.as_micros());
        let started = RollbackStarted {
            tier: preview.tier.map(|ix| self.plan.tiers[ix].id.clone()),
            items: preview
                .items
                .iter()
                .map(|item| UndoItem {
                    step: self.id(item.step),
                    undo: item.undo,
                })
                .collect(),
            since_t_zero: since.map(|micros| u64::try_from(micros).unwrap_or(u64::MAX)),
            by_wall_clock: preview
                .since_t_zero
                .is_some_and(|since| since.by_wall_clock),
        };
        decision.record(actor, Event::RollbackStarted(started));
        Ok(decision)
    }

    /// Why the way has to be named, and what there is.
    fn nameless(&self, offered: &Preview) -> Refusal {
        let mut ways = tier_names(self.plan);
        if self.plan.find_tier(UNDOS_ONLY).is_none() {
            ways.push(UNDOS_ONLY);
        }
        if let Some(gone) = &self.state.rollback {
            let name = gone.name(self.plan);
            let open = |way: &&str| preview(self.plan, self.state, Some(way), self.now).is_ok();
            ways.retain(|way| *way != name && open(way));
            let Refusal(why) = is_gone(self.plan, gone);
            let ways = ways.join(", ");
            return Refusal::new(format!(
                "{why}; name another way (--tier) to take that: {ways}"
            ));
        }
        let why = match (offered.tier, offered.outside) {
            (Some(ix), Some(outside)) => {
                format!("\"{}\": {outside}", self.plan.tiers[ix].spec.name)
            }
            (Some(_), None) => "each way back is for a case of its own".to_owned(),
            _ if self.plan.phases.is_empty() => "the plan has ways back only".to_owned(),
            _ if offered.without_undo.is_empty() => "nothing that was done has an undo".to_owned(),
            _ => self.have_no_undo(&offered.without_undo),
        };
        Refusal::new(format!(
            "{why}; name the way back (--tier): {}",
            ways.join(", ")
        ))
    }

    /// `1.1 "Stop the queue" and 2 more have no undo`
    fn have_no_undo(&self, steps: &[StepIx]) -> String {
        let named: Vec<String> = steps.iter().take(3).map(|&ix| self.called(ix)).collect();
        let more = match steps.len().saturating_sub(named.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let have = if steps.len() == 1 { "has" } else { "have" };
        format!("{}{more} {have} no undo", named.join(", "))
    }

    /// What a way back that has come to its end did not undo, in words.
    pub(super) fn left_behind(&self, rollback: &RollbackState) -> Option<String> {
        let left = self.state.left_out(self.plan);
        if rollback.items.is_empty() && left.stays.is_empty() {
            let mut forward = self.plan.forward_steps();
            let words = if forward.any(|ix| self.state.left_something(ix)) {
                "nothing that was done has to be undone"
            } else {
                "nothing had been applied"
            };
            return Some(words.to_owned());
        }
        let cut_off: Vec<StepIx> = self.state.cut_off_undos().collect();
        let cut_off = cut_off
            .iter()
            .map(|&ix| self.called(ix))
            .collect::<Vec<_>>();
        let cut_off = (!cut_off.is_empty())
            .then(|| format!("the undo of {} did not come to its end", cut_off.join(", ")));
        let items = rollback.items.len();
        let out = (left.items > 0).then(|| format!("{} of {items} left out", left.items));
        let stays = (!left.stays.is_empty()).then(|| self.have_no_undo(&left.stays));
        let said: Vec<String> = [out, stays, cut_off].into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// Starts a step's undo.
    pub(super) fn start_undo(&self, actor: &Actor, ix: StepIx, reason: Option<String>) -> Decision {
        let Some(undo) = &self.plan.steps[ix].spec.undo else {
            return Decision::default();
        };
        let job = Job {
            step: self.id(ix),
            attempt: self.state.steps[ix].undo_attempt.saturating_add(1),
            undo: true,
        };
        let mut decision = Decision::event(
            actor,
            Event::StepStarted(StepStarted {
                job: job.clone(),
                work: undo.work.kind().to_owned(),
                choice: 0,
                reason,
            }),
        );
        if !matches!(undo.work, Work::Wait(_) | Work::Check(_)) {
            decision.then(Effect::Start { job, choice: 0 });
        }
        decision
    }

    /// Leaves something of the way back out.
    pub(super) fn leave_undone(
        &self,
        actor: &Actor,
        ix: StepIx,
        event: StepReason,
    ) -> Result<Decision, Refusal> {
        reason_given(&event.reason)?;
        let step = &self.state.steps[ix];
        if step.status.is_active() {
            return Err(Refusal::new(format!(
                "{} is {}: stop it first",
                self.called(ix),
                step.status
            )));
        }
        let items = self
            .state
            .rollback
            .iter()
            .flat_map(|rollback| &rollback.items);
        let Some(item) = items
            .into_iter()
            .find(|item| item.step == ix && item.left.is_none())
        else {
            return Err(Refusal::new(format!(
                "{} is not part of this rollback",
                self.called(ix)
            )));
        };
        let own = matches!(self.plan.steps[ix].home, Home::Tier(_));
        if own && self.plan.steps[ix].spec.required {
            return Err(self.required(ix));
        }
        if own && step.status.after(Change::Skipped).is_ok() {
            return Ok(Decision::event(actor, Event::StepSkipped(event)));
        }
        if step.status == Status::Undone || (!item.undo && step.status.is_settled()) {
            return Err(Refusal::new(format!(
                "{} is {} already",
                self.called(ix),
                step.status
            )));
        }
        Ok(Decision::event(actor, Event::UndoLeft(event)))
    }
}
