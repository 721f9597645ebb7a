//! What a command leaves open for its operator to fill in. [`placeholder`] looks in a line for each of its manners:
//! marks of templates, words in capitals, ellipses, addresses; [`secret`] tells which of them nobody may read.

mod addresses;
pub(super) mod marks;
mod meant;
mod open;
pub(super) mod placeholder;
pub(super) mod secret;
