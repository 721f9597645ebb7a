//! Tests of the parts together, on real servers, in real terminals. One binary, since each links
//! everything.

#![cfg(test)]

mod alerts;
mod applied;
mod beside;
mod carrying;
mod causes;
mod checking;
mod copies;
mod demo;
mod disk;
mod driving;
mod faults;
mod headless;
mod monitor;
mod network;
mod plans;
mod pooled;
mod readme;
mod recovery;
mod refusals;
mod review;
mod scenarios;
mod secrets;
mod sessions;
mod shipped;
mod simulation;
mod snapshots;
mod support;
mod survival;
mod sweep;
mod taking_up;
mod terminal;
mod traps;
mod typed;
mod typing;
mod variables;
mod watching;
