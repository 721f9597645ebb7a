//! What keys do to the run as a whole.

use super::{Answer, Asking, Offer};
use crate::run::{Command, Standing};
use crate::ui::dialogs::{
    Ask, CONSIDERED, Confirmation, Dialog, Item, Pick, Picked, Purpose, RollBack,
};
use crate::ui::keys::Key;

impl Asking<'_> {
    pub(super) fn hold(&self) -> Answer {
        if !self.world.state.holds.is_empty() {
            return self.send(Command::Release);
        }
        self.send(Command::Hold {
            reason: Some("by key".to_owned()),
        })
    }

    /// The run is held at once, before anybody reads the list.
    pub(super) fn roll_back(&self) -> Answer {
        self.drives()?;
        if self.world.state.end.is_some() {
            return Err("the run is over".to_owned());
        }
        let (plan, state) = (&self.world.plan, &self.world.state);
        let going_back = state.rollback.is_some();
        if going_back && !state.has_another_way(plan) {
            return Err("the run is being rolled back already".to_owned());
        }
        let dialog = Dialog::RollBack(Box::new(RollBack::new(state)));
        if state.holds.is_empty() && !going_back {
            let reason = Some(CONSIDERED.to_owned());
            return Ok(Offer::Both(Command::Hold { reason }, dialog));
        }
        Ok(Offer::Open(dialog))
    }

    pub(super) fn values(&self) -> Answer {
        self.drives()?;
        if self.world.state.end.is_some() {
            return Err("the run is over".to_owned());
        }
        let vars = &self.world.plan.vars;
        if vars.is_empty() {
            return Err("the plan has no variables".to_owned());
        }
        let items = vars.iter().enumerate().map(|(n, var)| {
            let value = match self.world.state.values.get(&var.name) {
                None => "not set".to_owned(),
                Some(crate::run::Value::Secret) => "••••••".to_owned(),
                Some(crate::run::Value::Known(value)) => value.clone(),
            };
            Item {
                key: char::from_digit(n as u32 + 1, 36).unwrap_or('?'),
                label: format!("{} = {value}", var.name),
                refused: None,
                picked: Picked::Value(var.name.clone()),
            }
        });
        Ok(Offer::Open(Dialog::Pick(Pick {
            title: "Variables".to_owned(),
            lines: Vec::new(),
            items: items.collect(),
            at: 0,
        })))
    }

    /// The alert that holds the run, else the first that nobody has accepted.
    pub(super) fn accept(&self) -> Answer {
        let state = &self.world.state;
        let holding = self.world.holding_alert().map(str::to_owned);
        let mut open = state
            .alerts
            .iter()
            .filter(|(_, alert)| alert.accepted.is_none());
        let alert = holding.or_else(|| open.next().map(|(name, _)| name.clone()));
        let alert = alert.ok_or("no alert fires")?;
        let words = state.alerts.get(&alert).map_or("", |alert| &alert.words);
        self.ask(Ask::new(
            format!("Accept {alert}: {words}"),
            "Why is it taken as it is?",
            Purpose::Accept(alert),
        ))
    }

    pub(super) fn take(&self) -> Answer {
        if self.world.drives() {
            return Err("you drive already".to_owned());
        }
        self.ask(Ask::new("Take control", "Why?", Purpose::Take))
    }

    pub(super) fn finish(&self) -> Answer {
        let (plan, state) = (&self.world.plan, &self.world.state);
        let rests = state.rests_on_the_way_back(plan);
        if rests || state.standing() == Standing::Watching {
            let command = Command::Finish { reason: None };
            self.granted(command.clone())?;
            let line = if rests {
                let left = state.left_out(plan).words().unwrap_or_default();
                format!(
                    "The way back is at its end: {left}. Behind the end of the run there is no other."
                )
            } else {
                let how = state.completed_words(plan);
                format!("Every step is settled. The run ends as {how}.")
            };
            let lines = vec![line];
            return Ok(Offer::Open(Dialog::Confirm(Box::new(Confirmation::new(
                "Finish the run?",
                lines,
                command,
                Key::Enter,
            )))));
        }
        self.ask(Ask::new(
            "End the run here",
            "Not everything is done. Why does it end?",
            Purpose::Finish,
        ))
    }
}
