//! Blocks of shell and SQL. [`script`] cuts them where their author begins a new step ([`cuts`]), and [`joined`] where
//! they tell another way; the others tell what a piece prints ([`expected`], [`required`], [`failing`]), on which machine
//! it is done ([`hosts`]), what stands behind its commands ([`beside`]), and what it leaves for a later one ([`carried`],
//! [`lost`]).

pub(super) mod beside;
mod carried;
pub(super) mod crontab;
mod cuts;
pub(super) mod expected;
pub(super) mod failing;
pub(super) mod host_names;
pub(super) mod hosts;
pub(super) mod joined;
pub(super) mod lost;
mod printed;
mod reach;
pub(super) mod required;
pub(super) mod script;
pub(super) mod snapshot;
