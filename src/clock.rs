//! Time comes from here and nowhere else.
//!
//! A [`Moment`] carries two clocks. The monotonic one measures: timeouts, budgets
//! and rollback tiers must not move when somebody sets the wall clock. The wall
//! clock is for people and for the record. Only when the machine was rebooted in
//! between do we fall back to the wall clock for a difference, and
//! [`Elapsed::by_wall_clock`] says so.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time on both clocks, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Microseconds since the Unix epoch.
    pub wall: i64,
    /// Microseconds since the machine was started, sleep included.
    pub mono: u64,
    /// Which start of the machine `mono` counts from.
    pub boot: u32,
}

/// How long it was between two moments, and which clock told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    /// The time between, zero if the moments are in the other order.
    pub time: Duration,
    /// True if the machine was rebooted in between, so that only the wall clock could tell.
    pub by_wall_clock: bool,
}

impl Moment {
    /// The time since `earlier`, zero if it is later.
    pub fn since(self, earlier: Moment) -> Duration {
        self.elapsed_since(earlier).time
    }

    /// The time since `earlier`, and which clock told it.
    pub fn elapsed_since(self, earlier: Moment) -> Elapsed {
        let by_wall_clock = self.boot != earlier.boot;
        let micros = if by_wall_clock {
            u64::try_from(self.wall.saturating_sub(earlier.wall)).unwrap_or(0)
        } else {
            self.mono.saturating_sub(earlier.mono)
        };
        Elapsed {
            time: Duration::from_micros(micros),
            by_wall_clock,
        }
    }

    /// The moment `later` after this one.
    #[must_use]
    pub fn plus(self, later: Duration) -> Moment {
        let micros = u64::try_from(later.as_micros()).unwrap_or(u64::MAX);
        Moment {
            wall: self.wall.saturating_add_unsigned(micros),
            mono: self.mono.saturating_add(micros),
            boot: self.boot,
        }
    }

    /// The moment `earlier` before this one, not before the machine was started.
    #[must_use]
    pub fn minus(self, earlier: Duration) -> Moment {
        let micros = u64::try_from(earlier.as_micros()).unwrap_or(u64::MAX);
        Moment {
            wall: self.wall.saturating_sub_unsigned(micros),
            mono: self.mono.saturating_sub(micros),
            boot: self.boot,
        }
    }

    /// The wall clock as RFC 3339 in UTC with milliseconds, such as `2026-11-21T02:34:05.120Z`.
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.wall)
            .map(|t| format!("{t:.3}"))
            .unwrap_or_default()
    }

    /// The wall clock in the machine's zone, such as `02:34:05`.
    pub fn to_local_time(self) -> String {
        self.local("%H:%M:%S")
    }

    /// The wall clock in the machine's zone, formatted as `strftime` does.
    pub fn local(self, format: &str) -> String {
        jiff::Timestamp::from_microsecond(self.wall)
            .map(|t| {
                let zone = if cfg!(test) {
                    // What tests show has to be the same everywhere.
                    jiff::tz::TimeZone::UTC
                } else {
                    jiff::tz::TimeZone::system()
                };
                t.to_zoned(zone).strftime(format).to_string()
            })
            .unwrap_or_default()
    }
}

/// Where moments come from. The one for production is [`SystemClock`]; tests bring their own.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    boot: u32,
}

impl SystemClock {
    /// Reads which start of the machine this is.
    pub fn new() -> Self {
        SystemClock { boot: boot_id() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let mono = rustix::time::clock_gettime(SINCE_BOOT);
        Moment {
            wall: jiff::Timestamp::now().as_microsecond(),
            mono: u64::try_from(mono.tv_sec).unwrap_or(0) * 1_000_000
                + u64::try_from(mono.tv_nsec).unwrap_or(0) / 1_000,
            boot: self.boot,
        }
    }
}

#[cfg(target_os = "linux")]
const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;

/// A number that differs between two starts of the machine: the first 32 bits of the kernel's boot id.
#[cfg(target_os = "linux")]
fn boot_id() -> u32 {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .ok()
        .and_then(|id| u32::from_str_radix(id.get(..8)?, 16).ok())
        .unwrap_or(0)
}

/// A number that differs between two starts of the machine: made from the kernel's name of this one.
#[cfg(not(target_os = "linux"))]
fn boot_id() -> u32 {
    let mut ask = std::process::Command::new("sysctl");
    let answer = ask.args(["-n", "kern.bootsessionuuid"]).output().ok();
    let text = answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned());
    text.and_then(|id| u32::from_str_radix(id.get(..8)?, 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(wall: i64, mono: u64, boot: u32) -> Moment {
        Moment { wall, mono, boot }
    }

    #[test]
    fn a_jump_of_the_wall_clock_does_not_change_what_was_measured() {
        let start = moment(1_000_000, 500_000, 7);
        let later = moment(-3_600_000_000, 2_500_000, 7);
        let elapsed = later.elapsed_since(start);
        assert_eq!(elapsed.time, Duration::from_secs(2));
        assert!(!elapsed.by_wall_clock);
    }

    #[test]
    fn after_a_reboot_the_wall_clock_tells_and_says_so() {
        let elapsed = moment(9_000_000, 10, 8).elapsed_since(moment(1_000_000, 99_000_000, 7));
        assert_eq!(elapsed.time, Duration::from_secs(8));
        assert!(elapsed.by_wall_clock);
    }

    #[test]
    fn the_system_clock_goes_forward() {
        let clock = SystemClock::new();
        let first = clock.now();
        assert!(clock.now().mono >= first.mono);
    }

    #[test]
    fn moments_print_as_people_read_them() {
        assert_eq!(
            moment(1_700_000_000_123_456, 0, 0).to_rfc3339(),
            "2023-11-14T22:13:20.123Z"
        );
    }
}
