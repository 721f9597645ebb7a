//! What can lie over the screen: one thing at a time, and what its keys mean.
//!
//! A dialog is data in the view. `keys` says what a key makes of it, `draw` how it looks; what it
//! leads to goes the same way as every other key's.

mod ask;
mod confirm;
mod draw;
mod keys;
mod pick;
mod rollback;
mod room;
mod way_back;

use crate::plan::Plan;
use crate::run::{Command, RunState};

pub use ask::{Ask, Purpose};
pub use confirm::Confirmation;
pub use draw::draw;
pub use keys::key;
pub use pick::{Item, Pick, Picked};
pub use rollback::{CONSIDERED, RollBack};

/// Something that lies over the screen.
#[derive(Clone, Debug)]
pub enum Dialog {
    /// The keys, from this line on.
    Help(usize),
    /// A line of text is asked for.
    Ask(Box<Ask>),
    /// Something has to be confirmed.
    Confirm(Box<Confirmation>),
    /// One of several things is picked.
    Pick(Pick),
    /// The way back, before it is gone.
    RollBack(Box<RollBack>),
    /// The screen is about to be left.
    Quit,
}

impl Dialog {
    /// Why there is nothing left to be asked, if somebody has decided elsewhere meanwhile.
    pub fn moot(&self, plan: &Plan, state: &RunState) -> Option<String> {
        let over = || {
            state.end.as_ref()?;
            Some(format!("the run is over: {}", state.outcome(plan)))
        };
        let back = || state.rollback.as_ref();
        match self {
            Dialog::RollBack(dialog) => over().or_else(|| {
                let begun = back().filter(|_| dialog.begun < state.ways_begun());
                begun.map(|rollback| format!("{} has begun to roll back", rollback.by))
            }),
            Dialog::Confirm(confirmation) => over().or_else(|| {
                let Command::Stop { step } = &confirmation.command else {
                    return None;
                };
                let ix = plan.find(step)?;
                let status = state.steps[ix].status;
                (!status.is_active()).then(|| format!("{step} is {status}: nothing runs"))
            }),
            Dialog::Pick(_) => over(),
            Dialog::Ask(_) | Dialog::Help(_) | Dialog::Quit => None,
        }
    }

    /// Whether somebody may be typing into it. Such a one is only closed by who types: the keys that are
    /// under way would mean something else without it.
    pub fn is_typed_into(&self) -> bool {
        match self {
            Dialog::Ask(_) | Dialog::RollBack(_) => true,
            Dialog::Confirm(confirmation) => confirmation.typed.is_some(),
            Dialog::Pick(_) | Dialog::Help(_) | Dialog::Quit => false,
        }
    }
}

#[cfg(test)]
mod tests;
