//! Whether what comes next is to be done at all: the conditions of phases and steps, weighed when their
//! turn comes. What the run itself knows is weighed at once; what servers and probes know is asked
//! first. A condition that does not hold leaves its step out, on the record; one that can't be told
//! leaves it to a person.

use super::{Case, Decision};
use crate::journal::event::{ConditionAsked, ConditionOf, ConditionWeighed, StepReason};
use crate::journal::{Actor, Event};
use crate::plan::StepIx;
use crate::plan::condition::{Condition, Fact};
use crate::run::command::Refusal;
use crate::run::effect::Effect;
use crate::run::state::{Conditioned, Waiting, Weighing};
use crate::run::status::Change;

/// What was asked about, and the answer as text, or why there is none.
pub(in crate::run) type Answers = [(String, Result<String, String>)];

impl Case<'_> {
    /// Weighs what has to be weighed before the run can go on.
    pub(super) fn weigh_next(&self) -> Decision {
        if !self.state.holds.is_empty() || self.state.rollback.is_some() {
            return Decision::default();
        }
        match self.state.waiting(self.plan) {
            Waiting::Facts(ix) => self.weigh_before(ix),
            _ => Decision::default(),
        }
    }

    /// Weighs what the step at `ix` depends on, if that is not being done already.
    pub(super) fn weigh_before(&self, ix: StepIx) -> Decision {
        match self.state.open_condition(self.plan, ix) {
            Some((of, Weighing::NotYet)) => self.weigh(&Actor::engine(), of),
            _ => Decision::default(),
        }
    }

    fn condition_of(&self, of: Conditioned) -> Option<&Condition> {
        match of {
            Conditioned::Phase(ix) => self.plan.phases[ix].spec.when.as_ref(),
            Conditioned::Step(ix) => self.plan.steps[ix].spec.when.as_deref(),
        }
    }

    fn name_of(&self, of: Conditioned) -> ConditionOf {
        match of {
            Conditioned::Phase(ix) => ConditionOf::Phase(self.plan.phases[ix].id.clone()),
            Conditioned::Step(ix) => ConditionOf::Step(self.id(ix)),
        }
    }

    /// Asks for what has to be asked, or weighs at once.
    fn weigh(&self, actor: &Actor, of: Conditioned) -> Decision {
        let Some(condition) = self.condition_of(of) else {
            return Decision::default();
        };
        let facts = condition.facts().into_iter();
        let mut facts: Vec<Fact> = facts
            .filter(|(fact, _)| fact.source().is_some())
            .map(|(fact, _)| fact.clone())
            .collect();
        if facts.is_empty() {
            return self.weighed_by(actor, of, condition, &[]);
        }
        facts.dedup();
        let of = self.name_of(of);
        let asked = ConditionAsked { of: of.clone() };
        let mut decision = Decision::event(actor, Event::ConditionAsked(asked));
        decision.then(Effect::Weigh { of, facts });
        decision
    }

    /// Asks again for what an engine before this one was asking for.
    pub(in crate::run) fn ask_again(&self) -> Decision {
        let phases = self.state.phases.iter().enumerate();
        let phases = phases.map(|(ix, phase)| (Conditioned::Phase(ix), &phase.condition));
        let steps = self.state.steps.iter().enumerate();
        let steps = steps.map(|(ix, step)| (Conditioned::Step(ix), &step.condition));
        let mut decision = Decision::default();
        let asked = phases.chain(steps).filter(|(_, c)| **c == Weighing::Asked);
        for (of, _) in asked.filter(|(of, _)| self.still_counts(*of)) {
            decision.join(self.weigh(&Actor::engine(), of));
        }
        decision
    }

    /// Whether it matters yet if it holds: not for what is no longer going to be done.
    fn still_counts(&self, of: Conditioned) -> bool {
        let ahead = match of {
            Conditioned::Phase(_) => true,
            Conditioned::Step(ix) => self.plan.phase_of(ix).is_some(),
        };
        self.state.end.is_none() && !(ahead && self.state.rollback.is_some())
    }

    /// What was asked for is there.
    pub(super) fn answered(&self, of: &ConditionOf, answers: &Answers) -> Decision {
        let found = match of {
            ConditionOf::Phase(id) => self.plan.find_phase(id).map(Conditioned::Phase),
            ConditionOf::Step(id) => self.plan.find(id).map(Conditioned::Step),
        };
        let asked = |of: &Conditioned| {
            *self.state.weighing(*of) == Weighing::Asked && self.still_counts(*of)
        };
        let Some(of) = found.filter(asked) else {
            return Decision::default();
        };
        match self.condition_of(of) {
            Some(condition) => self.weighed_by(&Actor::engine(), of, condition, answers),
            None => Decision::default(),
        }
    }

    fn weighed_by(
        &self,
        actor: &Actor,
        of: Conditioned,
        condition: &Condition,
        answers: &Answers,
    ) -> Decision {
        let weighed = condition.weigh(&|fact| self.known(fact, answers));
        let known = weighed.words();
        let event = Event::ConditionWeighed(ConditionWeighed {
            of: self.name_of(of),
            condition: condition.text.clone(),
            holds: weighed.holds,
            known: known.clone(),
        });
        let mut decision = Decision::event(actor, event);
        if weighed.holds != Some(false) {
            return decision;
        }
        let (steps, whose) = match of {
            Conditioned::Step(ix) => (ix..ix + 1, String::new()),
            Conditioned::Phase(ix) => {
                let phase = &self.plan.phases[ix];
                (
                    phase.steps.clone(),
                    format!("\"{}\" is done ", phase.spec.name),
                )
            }
        };
        let reason = format!("{whose}only when {}: {known}", condition.text);
        let skips = |&ix: &StepIx| self.state.steps[ix].status.after(Change::Skipped).is_ok();
        for ix in steps.filter(skips) {
            let event = StepReason {
                step: self.id(ix),
                reason: reason.clone(),
            };
            decision.record(&Actor::engine(), Event::StepSkipped(event));
        }
        decision
    }

    fn known(&self, fact: &Fact, answers: &Answers) -> Result<String, String> {
        match fact {
            Fact::Variable(name) => {
                let value = self.state.value(name).map(str::to_owned);
                value.ok_or_else(|| {
                    let secret = self.state.values.contains_key(name);
                    let why = if secret {
                        "it is a secret, and what is decided by it would tell of it"
                    } else {
                        "it has no value"
                    };
                    why.to_owned()
                })
            }
            Fact::Step(id) => {
                let ix = self.plan.find(id);
                let status = ix.map(|ix| self.state.steps[ix].status.word().to_owned());
                status.ok_or_else(|| "the plan does not have it".to_owned())
            }
            other => {
                let name = other.to_string();
                let found = answers.iter().find(|(asked, _)| *asked == name);
                let answer = found.map(|(_, answer)| answer.clone());
                answer.unwrap_or_else(|| Err("it was not asked".to_owned()))
            }
        }
    }

    /// What has to be done about a condition before the step at `ix` can be started; nothing where that
    /// is decided. Before anything has begun, the wish to start is what makes it weighed.
    pub(super) fn first_weighed(
        &self,
        actor: &Actor,
        ix: StepIx,
        named: bool,
    ) -> Result<Option<Decision>, Refusal> {
        let Some((of, weighing)) = self.state.open_condition(self.plan, ix) else {
            return Ok(None);
        };
        let called = self.called(ix);
        let missing = self.state.missing_for_condition(self.plan, of);
        Err(Refusal::new(match weighing {
            Weighing::NotYet if missing.is_empty() => return Ok(Some(self.weigh(actor, of))),
            Weighing::NotYet => format!("{called} needs values first: set {}", missing.join(", ")),
            Weighing::Asked => format!("it is being looked whether {called} is to be done"),
            Weighing::Told(_, known) if !named => format!(
                "it can't be told whether {called} is to be done ({known}): name it to run it, or skip it"
            ),
            Weighing::Told(..) | Weighing::Overruled => return Ok(None),
        }))
    }

    /// Weighs once more what could not be told, or was told a while ago.
    pub(super) fn weigh_again(&self, actor: &Actor, ix: StepIx) -> Result<Decision, Refusal> {
        let open = self.state.open_condition(self.plan, ix);
        let own = self.plan.steps[ix].spec.when.as_ref();
        let of = open.map(|(of, _)| of);
        let of = of.or(own.map(|_| Conditioned::Step(ix)));
        let of = of.filter(|of| matches!(self.state.weighing(*of), Weighing::Told(..)));
        let called = self.called(ix);
        let status = self.state.steps[ix].status;
        match of {
            Some(of) if status == crate::run::Status::Pending => Ok(self.weigh(actor, of)),
            _ => Err(Refusal::new(format!(
                "{called} is {status}: there is nothing to look for"
            ))),
        }
    }
}
