//! How long it is since something, also when the machine was restarted in between.
//!
//! While it is up its monotonic clock tells. Over a restart only the wall clock can, and it may have
//! been set wrong since: then the time that the journal itself bears witness to is what is certain.

use std::time::Duration;

use super::types::RunState;
use crate::clock::{Elapsed, Moment};
use crate::plan::{Plan, StepIx};

/// How much too early nobody minds.
const ABOUT: Duration = Duration::from_secs(60);

/// What the journal saw of one start of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Its first entry.
    pub first: Moment,
    /// Its last entry so far.
    pub last: Moment,
}

impl RunState {
    /// An entry was made at `at`.
    pub(super) fn note_time(&mut self, at: Moment) {
        match self.boots.last_mut() {
            Some(boot) if boot.last.boot == at.boot => boot.last = at,
            _ => self.boots.push(Boot {
                first: at,
                last: at,
            }),
        }
    }

    /// The time from `earlier` to `now`, and which clock told it. Over a restart it is never less
    /// than what the journal has seen go by.
    pub fn elapsed(&self, earlier: Moment, now: Moment) -> Elapsed {
        let told = now.elapsed_since(earlier);
        if !told.by_wall_clock {
            return told;
        }
        let since = self
            .boots
            .iter()
            .skip_while(|b| b.first.boot != earlier.boot);
        let seen: Duration = since
            .map(|boot| {
                let is = |moment: Moment| moment.boot == boot.first.boot;
                let from = if is(earlier) { earlier } else { boot.first };
                let to = if is(now) { now } else { boot.last };
                to.since(from)
            })
            .sum();
        Elapsed {
            time: told.time.max(seen),
            by_wall_clock: true,
        }
    }

    /// The time since T-0 at `now`, and which clock told it; none before it.
    pub fn since_t_zero(&self, now: Moment) -> Option<Elapsed> {
        self.t_zero.map(|t_zero| self.elapsed(t_zero, now))
    }

    /// How long it is from `now` to the place on the clock that the phase of the step at `ix` has, if that is more
    /// than a minute and the phase has not begun.
    pub fn early(&self, plan: &Plan, ix: StepIx, now: Moment) -> Option<Duration> {
        let phase = plan.phase_of(ix)?;
        let place = plan.phases[phase].spec.at.as_ref()?;
        let due = Duration::from_secs(u64::try_from(place.seconds).ok()?);
        let left = due.saturating_sub(self.since_t_zero(now)?.time);
        (left > ABOUT && self.phases[phase].started.is_none()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    fn at(wall: i64, mono: u64, boot: u32) -> Moment {
        Moment {
            wall: wall * 1_000_000,
            mono: mono * 1_000_000,
            boot,
        }
    }

    fn elapsed(boots: &[Moment], earlier: Moment, now: Moment) -> (u64, bool) {
        let plan = b"title = 'x'\n[[phase]]\nname = 'p'\nkind = 'deploy'\n[[phase.step]]\ntitle = 't'\ncheck = 'c'";
        let mut state = RunState::new(&plan::open("plan.toml", plan).plan.unwrap());
        for moment in boots {
            state.note_time(*moment);
        }
        let elapsed = state.elapsed(earlier, now);
        (elapsed.time.as_secs(), elapsed.by_wall_clock)
    }

    #[test]
    fn while_the_machine_is_up_the_wall_clock_means_nothing() {
        let start = at(1000, 50, 1);
        assert_eq!(elapsed(&[start], start, at(0, 60, 1)), (10, false));
        assert_eq!(elapsed(&[start], start, at(9000, 60, 1)), (10, false));
    }

    #[test]
    fn over_a_restart_the_wall_clock_tells() {
        let start = at(1000, 50, 1);
        let seen = [start, at(1010, 60, 1), at(1100, 5, 2)];
        assert_eq!(elapsed(&seen, start, at(1200, 105, 2)), (200, true));
    }

    #[test]
    fn a_wall_clock_that_was_set_back_does_not_take_back_what_was_seen() {
        let start = at(1000, 50, 1);
        let seen = [
            start,
            at(1010, 60, 1),
            at(3, 5, 2),
            at(4, 25, 2),
            at(0, 7, 3),
        ];
        // Ten seconds, then twenty, then five.
        assert_eq!(elapsed(&seen, start, at(5, 12, 3)), (35, true));
        assert_eq!(elapsed(&seen, at(3, 15, 2), at(5, 12, 3)), (15, true));
    }
}
