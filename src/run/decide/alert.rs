//! What a run does about alerts. They come from the monitor; whether they hold the run or roll it back
//! is decided here, by the same rules as everything else.

use super::{Case, Decision, reason_given};
use crate::journal::event::{
    AlertAccepted, AlertCleared, AlertRaised, BaselineFrozen, Consequence, Held, Released, Usual,
};
use crate::journal::{Actor, Event};
use crate::monitor::{Alert, Baseline, lost_database, unread, unsettled};
use crate::plan::{AlertAction, PhaseKind, Plan};
use crate::run::command::Refusal;
use crate::run::state::{RunState, Waiting};

impl Case<'_> {
    /// Takes in what happened to an alert. What an engine before this one has recorded already is not
    /// recorded again: its monitor knew nothing of it.
    pub(super) fn alert(&self, alert: &Alert) -> Decision {
        if self.state.end.is_some() {
            return Decision::default();
        }
        match alert {
            Alert::Fired { name, words, then } => self.alert_fired(name, words, *then),
            Alert::Blind { name, words, then } => self.alert_blind(name, words, *then),
            Alert::Cleared { name } => self.alert_cleared(name),
        }
    }

    fn alert_fired(&self, name: &str, words: &str, then: AlertAction) -> Decision {
        if self
            .state
            .alerts
            .get(name)
            .is_some_and(|alert| !alert.blind)
        {
            return Decision::default();
        }
        let engine = Actor::engine();
        // For a database that is lost the run is held by itself, and does not go on by itself.
        let lost = lost_database(name).filter(|_| self.plan.alerts.iter().all(|r| r.name != name));
        let then = match lost {
            Some(database) if self.is_held_for(database) => AlertAction::Hold,
            Some(_) => AlertAction::Note,
            None => then,
        };
        let raised = raised(name, words, then);
        let mut decision = Decision::event(&engine, Event::AlertFired(raised));
        match then {
            AlertAction::Note => {}
            AlertAction::Hold if lost.is_some() => {}
            AlertAction::Hold => decision.join(self.held_by_alert(name, words)),
            AlertAction::Rollback => decision.join(self.rolled_back_by_alert(name, words)),
        }
        decision
    }

    /// An engine that has just begun has measured nothing: no gate that asks for no alerts is passed, and
    /// neither does the deployment begin nor anything of it go on that an alert would hold, before anybody has
    /// looked.
    pub(super) fn nothing_seen_yet(&self) -> Decision {
        let mut decision = Decision::default();
        if self.state.end.is_some() || self.state.rollback.is_some() {
            return decision;
        }
        let mut gates = self.plan.phases.iter().filter_map(|p| p.spec.gate.as_ref());
        let quiet = gates.any(|gate| gate.no_alerts);
        for rule in &self.plan.alerts {
            let (Some(metric), Some(limit)) = (&rule.metric, &rule.limit) else {
                continue;
            };
            if !quiet && rule.then == AlertAction::Note {
                continue;
            }
            let words = if limit.is_relative() && self.state.t_zero.is_none() {
                unsettled(metric)
            } else {
                unread(metric)
            };
            decision.join(self.alert_blind(&rule.name, &words, rule.then));
        }
        decision
    }

    /// While the run gets ready nobody has to see what an alert watches. In front of T-0 what nobody can see
    /// holds the run, until somebody can or takes it as it is.
    pub(super) fn blind_at_t_zero(&self) -> Decision {
        let state = self.state;
        let next = state.next_step(self.plan);
        let phase = next.and_then(|ix| self.plan.phase_of(ix));
        let deploys =
            phase.is_some_and(|phase| self.plan.phases[phase].spec.kind == PhaseKind::Deploy);
        // Whether the phase is done at all may not be known yet.
        let weighed = !matches!(state.waiting(self.plan), Waiting::Facts(_));
        if !deploys || !weighed || state.t_zero.is_some() {
            return Decision::default();
        }
        let mut blind = state.alerts.iter().filter(|(name, alert)| {
            let may_hold = alert.then != Consequence::Note && alert.accepted.is_none();
            alert.blind && may_hold && !self.holds_by(name)
        });
        let held = blind.next();
        held.map_or_else(Decision::default, |(name, alert)| {
            self.held_by_alert(name, &alert.words)
        })
    }

    /// What nobody can see keeps the run from going on, and never rolls it back.
    fn alert_blind(&self, name: &str, words: &str, then: AlertAction) -> Decision {
        let known = self.state.alerts.get(name);
        if known.is_some_and(|known| !known.blind || known.words == words) {
            return Decision::default();
        }
        let raised = raised(name, words, then);
        let mut decision = Decision::event(&Actor::engine(), Event::AlertBlind(raised));
        if known.is_none() && then != AlertAction::Note && self.state.t_zero.is_some() {
            decision.join(self.held_by_alert(name, words));
        }
        decision
    }

    /// What an alert held goes on by itself when it is over.
    fn alert_cleared(&self, name: &str) -> Decision {
        if !self.state.alerts.contains_key(name) {
            return Decision::default();
        }
        let engine = Actor::engine();
        let alert = name.to_owned();
        let cleared = AlertCleared {
            alert: alert.clone(),
        };
        let mut decision = Decision::event(&engine, Event::AlertCleared(cleared));
        if self.holds_by(name) {
            decision.record(&engine, Event::Released(Released { alert: Some(alert) }));
        }
        decision
    }

    fn holds_by(&self, alert: &str) -> bool {
        let mut holds = self.state.holds.iter();
        holds.any(|hold| hold.alert.as_deref() == Some(alert))
    }

    /// The way back is not held: it is what one does about alerts.
    fn held_by_alert(&self, name: &str, words: &str) -> Decision {
        if self.state.rollback.is_some() || self.holds_by(name) {
            return Decision::default();
        }
        let held = Held {
            reason: format!("{name}: {words}"),
            alert: Some(name.to_owned()),
            ..Held::default()
        };
        Decision::event(&Actor::engine(), Event::Held(held))
    }

    /// Before T-0 there is nothing to roll back, so the run is held. Where going back is refused, it
    /// is held too, and somebody looks.
    fn rolled_back_by_alert(&self, name: &str, words: &str) -> Decision {
        if self.state.rollback.is_some() {
            return Decision::default();
        }
        if self.state.t_zero.is_none() {
            return self.held_by_alert(name, words);
        }
        // The plan has armed it: that is the confirmation.
        let environment = self.plan.environment.as_deref();
        match self.rollback(&Actor::engine(), None, environment) {
            Ok(decision) => decision,
            Err(Refusal(why)) => self.held_by_alert(name, &format!("{words}; {why}")),
        }
    }

    /// Takes an alert as it is: it holds nothing and shuts no gate until it is over and comes again.
    pub(super) fn accept(
        &self,
        actor: &Actor,
        alert: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let reason = reason_given(reason)?;
        let Some(known) = self.state.alerts.get(alert) else {
            let names: Vec<&str> = self.state.alerts.keys().map(String::as_str).collect();
            let names = if names.is_empty() {
                "none does".to_owned()
            } else {
                names.join(", ")
            };
            return Err(Refusal::new(format!("`{alert}` does not fire: {names}")));
        };
        if let Some(accepted) = &known.accepted {
            return Err(Refusal::new(format!(
                "{} has accepted it: {}",
                accepted.by, accepted.reason
            )));
        }
        let name = alert.to_owned();
        let accepted = AlertAccepted {
            alert: name.clone(),
            reason,
        };
        let mut decision = Decision::event(actor, Event::AlertAccepted(accepted));
        if self.holds_by(alert) {
            decision.record(actor, Event::Released(Released { alert: Some(name) }));
        }
        Ok(decision)
    }

    /// What a gate, or a release, has to do with alerts: those that nobody has accepted.
    pub(super) fn open_alerts(&self) -> Vec<String> {
        let open = self.state.alerts.iter();
        open.filter(|(_, alert)| alert.accepted.is_none())
            .map(|(name, alert)| {
                let blind = if alert.blind { "blind: " } else { "" };
                format!("{name} ({blind}{})", alert.words)
            })
            .collect()
    }
}

/// `decision`, and before it what was `normal`, if the deployment begins with it: nothing of it is done
/// before that is recorded, and nothing that comes later can change it.
pub fn with_baseline(
    plan: &Plan,
    state: &RunState,
    decision: Decision,
    normal: impl FnOnce() -> Option<Baseline>,
) -> Decision {
    let begins = |event: &Event| match event {
        Event::PhaseStarted(started) => {
            let mut phases = plan.phases.iter();
            let phase = phases.find(|phase| phase.id == started.phase);
            phase.is_some_and(|phase| phase.spec.kind == PhaseKind::Deploy)
        }
        _ => false,
    };
    let begins = decision.events.iter().any(|(_, event)| begins(event));
    if !begins || state.t_zero.is_some() {
        return decision;
    }
    let Some(baseline) = normal() else {
        return decision;
    };
    let mut whole = Decision::event(&Actor::engine(), frozen(&baseline));
    whole.join(decision);
    whole
}

fn frozen(baseline: &Baseline) -> Event {
    let normals = baseline.normals.iter().map(|(metric, normal)| {
        let usual = Usual {
            samples: normal.samples,
            median: normal.median,
            p95: normal.p95,
            last: normal.last,
        };
        (metric.clone(), usual)
    });
    Event::BaselineFrozen(BaselineFrozen {
        usual: normals.collect(),
    })
}

fn raised(name: &str, words: &str, then: AlertAction) -> AlertRaised {
    AlertRaised {
        alert: name.to_owned(),
        words: words.to_owned(),
        then: match then {
            AlertAction::Note => Consequence::Note,
            AlertAction::Hold => Consequence::Hold,
            AlertAction::Rollback => Consequence::Rollback,
        },
    }
}
