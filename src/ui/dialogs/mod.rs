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

#[cfg(test)]
mod tests;
