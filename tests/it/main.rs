//! Tests of the parts together, on real servers, in real terminals. One binary, since each links
//! everything.

#![cfg(test)]

mod alerts;
mod demo;
mod driving;
mod faults;
mod headless;
mod monitor;
mod plans;
mod readme;
mod scenarios;
mod support;
mod survival;
mod terminal;
mod traps;
