//! gonogo: a cockpit for production deployments that change a database.
//!
//! # Words
//!
//! A *plan* is a checked procedure: *phases* of *steps*, *rollbacks* (tiers by the time since *T-0*, the
//! moment the first deploy phase starts), *probes*, *alerts*. A *run* is one execution of a plan. It has a
//! directory and a *journal* of *entries*: an *event* (a recorded fact) with its number, time and actor.
//! A *command* is what an operator asks for, a *notice* what a job reports. The *driver* is the one
//! terminal that may command; *watchers* look on. A *scene* is the one value a frame is drawn from.
//!
//! # Flow
//!
//! ```text
//!  keys ─► Intent ─► View            (ui only)
//!             └────► Command ─┐
//!  shim ────► Notice ─────────┼─► engine: decide(&RunState, Input, now) ─► Decision
//!  clock ───► Tick ───────────┘                                      │
//!                                     events ─► journal.append (durable, awaited)
//!                                                 └► RunState::apply ─► sockets ─► every ui ─► Scene
//!                                     effects (only now) ─► supervisor ─► shim │ sql │ http ─► Notice …
//!  resume:  journal.load ─► the same apply ─► recover ─► Decision …
//!  report:  journal.load ─► the same apply
//! ```
//!
//! Three kinds of processes, each of which may die without the others: the *ui* in a terminal, the
//! *engine* of a run, detached from every terminal, and a *shim* for each running shell step, which
//! owns the step's process group and its exit record.
//!
//! # Who may import whom
//!
//! | folder | may import |
//! |---|---|
//! | [`clock`], [`plan`] | nothing of ours |
//! | [`project`] | plan |
//! | [`journal`], [`monitor`], [`review`], [`demo`] | clock, plan |
//! | [`run`] | clock, plan, journal, monitor |
//! | [`wire`] | plan, journal, run, monitor |
//! | [`report`] | clock, plan, journal, run |
//! | [`ui`] | clock, plan, project, journal, run, monitor, wire, review |
//! | [`cli`] | all |
//!
//! `tests/layers.rs` holds that, and which crates belong to which files.

pub mod cli;
pub mod clock;
pub mod demo;
pub mod journal;
pub mod monitor;
pub mod plan;
pub mod project;
pub mod report;
pub mod review;
pub mod run;
pub mod ui;
pub mod wire;
