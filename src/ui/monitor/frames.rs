//! When the monitor draws a frame that no key asked for, and when one letter waits for the next. A look at a database brings several things to
//! know within a moment, and they are one frame.

use std::time::Duration;

use crate::clock::Moment;

/// The longest time between two frames: clocks on the screen move.
const TICK: Duration = Duration::from_secs(1);
/// The least time between two of them.
const FRAME: Duration = Duration::from_millis(100);
/// Letters that come faster than this were not typed by hand.
const TYPED: Duration = Duration::from_millis(16);
/// How long a frame waits for what else is new.
const TOGETHER: Duration = Duration::from_millis(40);

/// The frames of a screen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frames {
    drawn: Moment,
    /// Since when there has been something that no frame shows.
    news: Option<Moment>,
}

impl Frames {
    /// A frame was drawn, with all that is known.
    pub(super) fn drawn(&mut self, now: Moment) {
        self.drawn = now;
        self.news = None;
    }

    /// Something is new.
    pub(super) fn news(&mut self, now: Moment) {
        self.news.get_or_insert(now);
    }

    /// Whether a letter is worth a frame of its own.
    pub(super) fn may_echo(&self, now: Moment) -> bool {
        now.since(self.drawn) >= TYPED
    }

    /// The time until the next frame.
    pub(super) fn wait(&self, now: Moment) -> Duration {
        let after = now.since(self.drawn);
        match self.news {
            Some(news) => {
                let rest = TOGETHER.saturating_sub(now.since(news));
                rest.max(FRAME.saturating_sub(after))
            }
            None => TICK.saturating_sub(after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_is_new_within_a_moment_is_one_frame() {
        let start = Moment::default();
        let mut frames = Frames::default();
        frames.drawn(start);
        assert_eq!(frames.wait(start), TICK);
        let now = start.plus(500 * MS);
        frames.news(now);
        frames.news(now.plus(5 * MS));
        assert_eq!(frames.wait(now.plus(5 * MS)), 35 * MS);
        frames.drawn(now.plus(TOGETHER));
        assert_eq!(frames.wait(now.plus(TOGETHER)), TICK);
    }

    #[test]
    fn letters_that_are_pasted_share_a_frame() {
        let start = Moment::default();
        let mut frames = Frames::default();
        frames.drawn(start);
        assert!(!frames.may_echo(start.plus(MS)));
        assert!(frames.may_echo(start.plus(TYPED)));
    }

    #[test]
    fn frames_that_nobody_asked_for_are_not_drawn_all_the_time() {
        let start = Moment::default();
        let mut frames = Frames::default();
        frames.drawn(start);
        frames.news(start.plus(MS));
        assert_eq!(frames.wait(start.plus(MS)), 99 * MS);
        assert_eq!(frames.wait(start.plus(200 * MS)), Duration::ZERO);
    }
}
