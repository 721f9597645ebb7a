//! The way back, before it is gone.

use ratatui_textarea::TextArea;

use crate::clock::Moment;
use crate::plan::{Confirm, Plan};
use crate::run::decide::{Preview, preview};
use crate::run::{Command, Refusal, RunState};

/// Why the run is held while the dialog is open.
pub const CONSIDERED: &str = "a rollback is being considered";

/// The dialog. What it lists is made anew for every frame: the run goes on beneath it, and so does
/// the clock.
#[derive(Clone, Debug, Default)]
pub struct RollBack {
    /// Which of the ways was picked: none, the one that the clock offers; else that of [`Plan::ways`], and the
    /// undos alone after them.
    pub picked: Option<usize>,
    /// What was typed to confirm it.
    pub typed: TextArea<'static>,
    /// The first line that is shown.
    pub top: usize,
    /// Why nothing was sent when that was wanted.
    pub error: Option<String>,
    /// How many ways back had been begun when it was opened.
    pub begun: usize,
}

impl RollBack {
    /// The dialog as it is opened on `state`.
    pub fn new(state: &RunState) -> Self {
        RollBack {
            begun: state.ways_begun(),
            ..RollBack::default()
        }
    }

    /// The name by which the engine knows the way that was picked.
    fn tier(&self, plan: &Plan) -> Option<String> {
        let way = plan.ways().nth(self.picked?);
        Some(way.map_or_else(|| "undo".to_owned(), |ix| plan.tiers[ix].id.clone()))
    }

    /// What it would do.
    pub fn preview(&self, plan: &Plan, state: &RunState, now: Moment) -> Result<Preview, Refusal> {
        preview(plan, state, self.tier(plan).as_deref(), now)
    }

    /// Moves to another way, `by` places on.
    pub fn step(&mut self, plan: &Plan, state: &RunState, now: Moment, by: isize) {
        let ways: Vec<usize> = plan.ways().collect();
        let offered = preview(plan, state, None, now)
            .ok()
            .and_then(|preview| preview.tier);
        let at = self.picked.unwrap_or_else(|| place(plan, offered));
        // Which of several it is has to be said: the first that is shown is picked like any other.
        let shown = ways.get(at).is_some_and(|&ix| plan.tiers[ix].spec.way);
        let ways = ways.len() + 1;
        let by = if self.picked.is_none() && by > 0 && shown {
            0
        } else {
            by
        };
        let next = |at: usize, by: isize| (at + ways).saturating_add_signed(by) % ways;
        self.picked = Some(next(at, by));
        // The one that is gone already is no other, nor is one on which nothing is left to be done.
        for _ in 1..ways {
            if self.preview(plan, state, now).is_ok() {
                break;
            }
            let picked = self.picked.unwrap_or(at);
            self.picked = Some(next(picked, if by < 0 { -1 } else { 1 }));
        }
        self.top = 0;
    }

    /// The command that goes this way, if everything that has to be typed was.
    pub fn command(
        &self,
        plan: &Plan,
        state: &RunState,
        preview: &Preview,
    ) -> Result<Command, String> {
        // Where somebody has begun one meanwhile nothing is sent anyway.
        if preview.to_be_named && self.begun == state.ways_begun() {
            let why = match preview.outside {
                _ if state.rollback.is_some() => "one is being gone already".to_owned(),
                Some(outside) => outside.to_string(),
                None if preview.tier.is_some() => "each is for a case of its own".to_owned(),
                None if plan.phases.is_empty() => "the plan has ways back only".to_owned(),
                None if preview.without_undo.is_empty() => {
                    "nothing that was done has an undo".to_owned()
                }
                None => "the undos alone leave something as it is".to_owned(),
            };
            return Err(format!("pick a way with ← → first: {why}"));
        }
        let text = self.typed.lines().join("").trim().to_owned();
        if let (Confirm::Environment, Some(environment)) = (preview.confirm, &plan.environment)
            && text != *environment
        {
            return Err(format!("type {environment} first"));
        }
        Ok(Command::Rollback {
            tier: self.tier(plan),
            confirm: (!text.is_empty()).then_some(text),
        })
    }
}

/// Where the `tier` stands among the plan's ways back, and the undos alone behind them.
pub(super) fn place(plan: &Plan, tier: Option<usize>) -> usize {
    plan.ways().take_while(|&ix| Some(ix) != tier).count()
}
