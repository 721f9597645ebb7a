use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn moment(secs: u64) -> Moment {
    Moment::default().plus(Duration::from_secs(secs))
}

fn key(id: i64) -> Key {
    Key {
        user: 10,
        id,
        toplevel: true,
    }
}

fn reset(stamp: i64, ago: u64) -> Reset {
    let ago = Duration::from_secs(ago);
    Reset { stamp, ago }
}

/// Counters as (id, calls, milliseconds).
fn counts(secs: u64, counters: &[(i64, i64, f64)]) -> Counts {
    let counter = |&(id, calls, time): &(i64, i64, f64)| {
        let counter = Counter {
            calls,
            time,
            rows: calls * 2,
            blocks: calls * 3,
        };
        (key(id), counter)
    };
    Counts {
        at: moment(secs),
        reset: Some(reset(1, secs)),
        all: counters.iter().map(counter).collect(),
    }
}

/// A minute in which statement 1 takes 2 ms and 2 takes 10 ms, a hundred calls each.
fn normal_minute() -> Tracker {
    let mut tracker = Tracker::default();
    tracker.take(counts(0, &[(1, 1_000, 9_000.0), (2, 50, 50.0)]), None);
    tracker.take(counts(60, &[(1, 1_100, 9_200.0), (2, 150, 1_050.0)]), None);
    tracker
}

fn seen(tracker: &Tracker) -> Statements {
    tracker.statements("1.10").unwrap().0
}

#[test]
fn one_look_says_nothing() {
    let mut tracker = Tracker::default();
    tracker.take(counts(0, &[(1, 1_000, 9_000.0)]), None);
    assert!(tracker.statements("1.10").is_none());
}

#[test]
fn what_is_slower_than_before_t_zero_comes_first() {
    let mut tracker = normal_minute();
    let t_zero = Some(moment(61));
    tracker.take(
        counts(70, &[(1, 1_110, 9_220.0), (2, 160, 1_150.0)]),
        t_zero,
    );
    tracker.take(
        counts(130, &[(1, 1_210, 10_220.0), (2, 260, 9_150.0)]),
        t_zero,
    );
    let now = seen(&tracker);
    assert!(now.frozen);
    assert_eq!(now.normal_over, Some(Duration::from_secs(60)));
    assert_eq!(now.now_over, Duration::from_secs(60));
    let [second, first] = &now.list[..] else {
        panic!("{now:?}")
    };
    assert_eq!((second.id, second.slower), (2, true));
    assert!((second.factor().unwrap() - 8.0).abs() < 1e-9);
    assert_eq!((first.id, first.slower), (1, true));
    assert!((first.normal.unwrap().mean_ms - 2.0).abs() < 1e-9);
    assert!((first.now.mean_ms - 10.0).abs() < 1e-9);
    assert!((first.now.rows - 2.0).abs() < 1e-9 && (first.now.blocks - 3.0).abs() < 1e-9);
    assert!(now.note.is_none());
}

#[test]
fn a_few_calls_or_a_fraction_of_a_millisecond_make_nothing_slower() {
    let mut tracker = Tracker::default();
    tracker.take(counts(0, &[]), None);
    tracker.take(counts(60, &[(1, 100, 10.0), (2, 100, 100.0)]), None);
    let t_zero = Some(moment(61));
    // Ten times as slow, but by less than a millisecond; and a hundred times, but only four calls.
    tracker.take(counts(120, &[(1, 200, 90.0), (2, 104, 500.0)]), t_zero);
    assert!(seen(&tracker).list.iter().all(|trend| !trend.slower));
}

#[test]
fn without_anything_before_t_zero_that_is_said() {
    let mut tracker = Tracker::default();
    let t_zero = Some(moment(0));
    tracker.take(counts(1, &[(1, 1, 1.0)]), t_zero);
    tracker.take(counts(61, &[(1, 100, 1_000.0)]), t_zero);
    let now = seen(&tracker);
    assert_eq!(now.normal_over, None);
    assert!(now.note.unwrap().contains("before T-0"));
    assert!(!now.list[0].slower);
}

#[test]
fn counters_that_were_reset_are_not_compared_with_those_before() {
    let mut tracker = normal_minute();
    let t_zero = Some(moment(61));
    tracker.take(counts(70, &[(1, 1_110, 9_220.0)]), t_zero);
    let mut anew = counts(80, &[(1, 10, 1_000.0)]);
    anew.reset = Some(reset(2, 4));
    tracker.take(anew.clone(), t_zero);
    let now = seen(&tracker);
    assert_eq!(now.list[0].now.calls, 10, "all that came after the reset");
    assert_eq!(now.now_over, Duration::from_secs(4));
    (anew.at, anew.all) = (moment(90), counts(90, &[(1, 20, 2_000.0)]).all);
    tracker.take(anew, t_zero);
    let now = seen(&tracker);
    assert!((now.list[0].now.mean_ms - 100.0).abs() < 1e-9 && now.list[0].slower);
    assert_eq!(
        now.note.as_deref(),
        Some("the counters were reset 14 s ago")
    );
}

#[test]
fn an_extension_that_does_not_tell_of_resets_is_not_said_to_have_been_reset() {
    let mut tracker = normal_minute();
    let mut untold = counts(70, &[(1, 1_110, 9_220.0)]);
    untold.reset = None;
    tracker.take(untold.clone(), None);
    (untold.at, untold.all) = (moment(80), counts(80, &[(1, 1_120, 9_240.0)]).all);
    tracker.take(untold, None);
    let now = seen(&tracker);
    assert_eq!(now.list[0].now.calls, 10);
    let note = now.note.unwrap();
    assert!(note.starts_with("compared since 10 s ago"), "{note}");
    // Another version tells of a reset that was long before: nothing was reset meanwhile.
    tracker.take(counts(90, &[(1, 1_130, 9_260.0)]), None);
    let now = seen(&tracker);
    assert_eq!(now.list[0].now.calls, 20);
    assert!(!now.note.unwrap().contains("were reset 0"));
    // It is one when it came after the last look.
    let mut anew = counts(100, &[(1, 3, 6.0)]);
    anew.reset = Some(reset(2, 4));
    tracker.take(anew, None);
    let note = seen(&tracker).note.unwrap();
    assert_eq!(note, "the counters were reset 4 s ago");
}

#[test]
fn before_t_zero_the_last_minute_is_compared_with_what_was_before_it() {
    let mut tracker = Tracker::default();
    for step in 0..=18 {
        let secs = step * 10;
        let slow = secs > 120;
        let calls = secs as i64;
        let time = if slow {
            120.0 + (secs - 120) as f64 * 50.0
        } else {
            secs as f64
        };
        tracker.take(counts(secs, &[(1, calls, time)]), None);
    }
    let now = seen(&tracker);
    assert_eq!(now.now_over, Duration::from_secs(60));
    assert_eq!(now.normal_over, Some(Duration::from_secs(120)));
    assert!(now.list[0].slower && !now.frozen);
}

proptest! {
    /// However counters jump about, no rate is negative and nothing is remembered without end.
    #[test]
    fn rates_are_never_negative(
        looks in prop::collection::vec(
            (1_u64..40, prop::collection::vec((0_i64..5, 0_i64..1_000, 0.0_f64..1e6), 0..6)),
            1..40,
        ),
        begins in 0_usize..40,
    ) {
        let mut tracker = Tracker::default();
        let mut secs = 0;
        for (at, (pause, counters)) in looks.into_iter().enumerate() {
            secs += pause;
            let all: HashMap<Key, Counter> = counts(secs, &counters).all;
            let look = Counts { at: moment(secs), reset: Some(reset(1, secs)), all };
            tracker.take(look, (at >= begins).then(|| moment(0)));
            let Some((now, _)) = tracker.statements("1.10") else {
                prop_assert_eq!(at, 0);
                continue;
            };
            for trend in &now.list {
                prop_assert!(trend.now.mean_ms >= 0.0 && trend.now.calls_per_s >= 0.0);
            }
            prop_assert!(now.now_over < Duration::from_secs(60 + 40));
        }
    }
}
