//! Tests of the parts together, on real servers, in real terminals. One binary, since each links
//! everything.

#![cfg(test)]

mod alerts;
mod causes;
mod checking;
mod demo;
mod driving;
mod faults;
mod headless;
mod monitor;
mod plans;
mod readme;
mod recovery;
mod review;
mod scenarios;
mod simulation;
mod support;
mod survival;
mod sweep;
mod terminal;
mod traps;
mod watching;
