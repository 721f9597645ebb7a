//! What single lines and tables say of the blocks around them: that a block is not to be run ([`unsaid`], [`review`]),
//! what a way back is decided by ([`criteria`], [`spoken`], [`tables`]), what has no way back ([`no_return`]), what ends a
//! section ([`footers`]).

pub(super) mod above;
pub(super) mod criteria;
pub(super) mod footers;
pub(super) mod no_return;
pub(super) mod remedies;
pub(super) mod review;
pub(super) mod spoken;
pub(super) mod tables;
pub(super) mod unsaid;
