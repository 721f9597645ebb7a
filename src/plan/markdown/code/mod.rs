//! Blocks of shell and SQL. [`script`] cuts them where their author begins a new step; the others tell what a
//! piece prints ([`expected`], [`required`], [`failing`]), on which machine it is done ([`hosts`]), and what it
//! leaves for a later one ([`carried`], [`lost`]).

mod carried;
pub(super) mod crontab;
pub(super) mod expected;
pub(super) mod failing;
pub(super) mod host_names;
pub(super) mod hosts;
pub(super) mod lost;
mod printed;
mod reach;
pub(super) mod required;
pub(super) mod script;
pub(super) mod snapshot;
