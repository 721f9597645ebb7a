//! Real kills at seeded moments: of the engine, of shims, of the screen, of the server. Whatever is
//! killed, the run is driven to its end, and the record agrees with what really happened.
//!
//! * `steps`: a plan of scripts and statements that each leave a trace, killed between and in them;
//! * `shop`: the demonstration's own plan on its own server, killed at any moment, driven by a `person`
//!   who looks before they decide.
//!
//! `GONOGO_SWEEPS=200` makes a campaign of that many rounds of each, `GONOGO_SWEEPS=120..160` only the
//! rounds with these seeds.

mod person;
mod shop;
mod steps;

use std::ops::Range;

/// The seeds of the rounds: `usual` of them, or as the environment says.
fn seeds(usual: u64) -> Range<u64> {
    let Ok(text) = std::env::var("GONOGO_SWEEPS") else {
        return 0..usual;
    };
    let (from, to) = text.split_once("..").unwrap_or(("0", &text));
    from.parse().unwrap()..to.parse().unwrap()
}

/// A generator that is as good as needed here.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}
