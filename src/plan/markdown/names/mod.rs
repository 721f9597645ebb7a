//! What a name says by its words alone, wherever it stands: of a heading, a label, an item, a remark in brackets.
//!
//! ```text
//!  heading  ─► Title   its name, number and times ─► words: what it is for (Sense), and when (Stage)
//!  label    ─► what names the blocks that follow it
//!  words    ◄─ back, begun, kept, partial, returns   ways back, and what only sounds like one
//!           ◄─ shelved, looked_up, appendix          what is not done, or not now
//!  conditional ─► Reserve   what is only for a case, and so asks
//!           ◄─ beforehand, cases, later, only, for_good, ordinary, remarked, announced, written, exemplary
//!           ─► comments, in_passing   the same of those in blocks, wherever they stand
//!  choice, means, rival, either, qualified, apart   names of which one excludes another
//! ```

pub(super) mod announced;
mod apart;
pub(super) mod appendix;
mod back;
pub(super) mod beforehand;
mod begun;
pub(super) mod cases;
pub(super) mod choice;
pub(super) mod comments;
pub(super) mod conditional;
pub(super) mod decided;
pub(super) mod decoration;
pub(super) mod either;
pub(super) mod exemplary;
pub(super) mod for_good;
pub(super) mod heading;
mod in_passing;
pub(super) mod instead;
mod kept;
pub(super) mod label;
pub(super) mod later;
mod limited;
pub(super) mod looked_up;
pub(super) mod means;
pub(super) mod only;
pub(super) mod orders;
mod ordinary;
mod partial;
pub(super) mod qualified;
pub(super) mod remarked;
pub(super) mod returns;
pub(super) mod rival;
pub(super) mod sentences;
pub(super) mod shelved;
pub(super) mod success;
pub(super) mod turns;
pub(super) mod words;
pub(super) mod written;
