//! The course of a deployment: from sections with steps to phases, their kinds and their order, and to the tiers of
//! the ways back; and from where there is none.

pub(super) mod between;
pub(super) mod no_return;
mod order;
pub(super) mod phases;
pub(super) mod rollbacks;
mod stages;
