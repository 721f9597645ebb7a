//! Waiting for something to become true. Whoever waits is woken by what happens, never by a guess of
//! how long it takes; the limit is there only so that a failing test ends.

use std::time::{Duration, Instant};

/// How long a test waits before it says what it waited for.
pub const LIMIT: Duration = Duration::from_secs(180);

/// How often something outside of this process is looked at that can't tell when it changes.
const LOOK: Duration = Duration::from_millis(10);

/// Waits until `done` holds.
#[track_caller]
pub fn until(what: &str, done: impl FnMut() -> bool) {
    assert!(comes(done), "waited {LIMIT:?} in vain until {what}");
}

/// The same where a test tidies up after itself, maybe one that has failed: whether it came to hold.
pub fn comes(mut done: impl FnMut() -> bool) -> bool {
    let since = Instant::now();
    while since.elapsed() < LIMIT {
        if done() {
            return true;
        }
        std::thread::sleep(LOOK);
    }
    done()
}
