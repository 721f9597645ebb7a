//! From the blocks of a section to its steps.
//!
//! ```text
//!  implied, margin   put blocks where they belong before sections are made
//!  walk ─► body      an item, and what stands below it
//!       ├► free      blocks that stand by themselves
//!       ├► asides    what stands between steps, and changes how they are read
//!       └► work      what a block runs ─► guards: who has to say so first
//!  ways, rivals, offered, picked, in_turn   several ways of doing one thing
//!  withheld, unrun, in_text        what is kept for reading, and named
//!  undo, by_hand, timetable, told, bulleted  ways back of one step, steps of a person, rows of a table, orders in lists
//!  twice             what a way back would take back twice
//! ```

mod asides;
mod body;
pub(super) mod bulleted;
pub(super) mod by_hand;
mod free;
pub(super) mod guards;
pub(super) mod implied;
pub(super) mod in_text;
pub(super) mod in_turn;
pub(super) mod margin;
pub(super) mod offered;
mod parameters;
mod patience;
mod picked;
mod reasons;
pub(super) mod rivals;
pub(super) mod timetable;
mod told;
pub(super) mod twice;
pub(super) mod undo;
pub(super) mod unrun;
pub(super) mod walk;
pub(super) mod ways;
mod withheld;
pub(super) mod work;
