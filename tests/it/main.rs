//! Tests of the parts together, on real servers, in real terminals. One binary, since each links
//! everything.

#![cfg(test)]
#![expect(clippy::unwrap_used, reason = "in a test that is what a failure is")]

mod demo;
mod driving;
mod monitor;
mod recovery;
mod scenarios;
mod simulation;
mod support;
mod terminal;
