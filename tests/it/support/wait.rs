//! Waiting for something to become true. Whoever waits is woken by what happens, never by a guess of
//! how long it takes; the limit is there only so that a failing test ends.

use std::time::Duration;

/// How long a test waits before it says what it waited for.
pub const LIMIT: Duration = Duration::from_secs(60);

/// How often something outside of this process is looked at that can't tell when it changes.
const LOOK: Duration = Duration::from_millis(10);

/// Waits until `done` holds.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let looks = LIMIT.as_millis() / LOOK.as_millis();
    for _ in 0..looks {
        if done() {
            return;
        }
        std::thread::sleep(LOOK);
    }
    panic!("waited {LIMIT:?} in vain until {what}");
}
