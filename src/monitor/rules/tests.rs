use super::*;
use crate::clock::Moment;
use crate::monitor::testing::{database, health, now, picture, probe};
use crate::monitor::{InvalidIndex, Known, ProbeState, RowCount};
use crate::plan::{AlertAction, Span, Threshold};

/// A minute into the test.
fn at(secs: u64) -> Moment {
    now().plus(Duration::from_secs(secs))
}

fn rule(name: &str, metric: &str, limit: Limit, then: AlertAction) -> AlertRule {
    AlertRule {
        name: name.to_owned(),
        metric: Some(metric.to_owned()),
        limit: Some(limit),
        lasting: None,
        then,
        span: Span::from(0..0),
    }
}

fn rules(list: &[AlertRule], databases: &[&str]) -> Rules {
    let databases: Vec<String> = databases.iter().map(|&name| name.to_owned()).collect();
    let (tell, _) = mpsc::channel(1);
    Rules::new(list, &databases, &[], OursBook::default(), tell)
}

/// A probe whose last answer took so many milliseconds.
fn answered(secs: u64, latency: f64) -> Health {
    let mut api = probe("api", ProbeState::Ok, "status 200");
    (api.at, api.latency_ms) = (Some(at(secs)), Some(latency));
    Health {
        probes: vec![api],
        ..Health::default()
    }
}

fn twice() -> AlertRule {
    let limit = Limit::Above(Threshold::TimesBaseline(2.0));
    rule("slow", "api.latency", limit, AlertAction::Hold)
}

#[test]
fn a_relative_rule_fires_when_it_is_worse_than_before_t_zero() {
    let mut rules = rules(&[twice()], &[]);
    let mut alerts = Vec::new();
    for secs in 0..30 {
        alerts.extend(rules.look(&answered(secs, 100.0), at(secs)));
    }
    // Until there are enough readings to know what is normal, it is blind.
    let name = "slow".to_owned();
    assert!(matches!(&alerts[..], [Alert::Blind { .. }, Alert::Cleared { name: n }] if *n == name));
    let baseline = rules.readings().freeze(at(30)).unwrap();
    assert_eq!(baseline.normals["api.latency"].samples, 30);
    rules.book.set_t_zero(Some(at(30)), Some(baseline));
    let mut alerts = Vec::new();
    for secs in 31..40 {
        alerts.extend(rules.look(&answered(secs, 250.0), at(secs)));
    }
    let words = "api.latency is 250 ms, above 200 ms (2x the usual 100 ms)".to_owned();
    let fired = Alert::Fired {
        name: "slow".to_owned(),
        words,
        then: AlertAction::Hold,
    };
    assert_eq!(alerts, [fired]);
    let shown = &rules.watched[0].shown;
    assert_eq!(
        (shown.standing, shown.kind),
        (AlertStanding::Firing, ReadingKind::Breach)
    );
}

#[test]
fn before_t_zero_it_is_said_how_long_it_takes_until_a_rule_is_known_to_be_quiet() {
    let mut rules = rules(&[twice()], &[]);
    let mut told = Vec::new();
    for secs in 0..=19 {
        rules.look(&answered(2 * secs, 100.0), at(2 * secs));
        let shown = &rules.watched[0].shown;
        let lacks = shown
            .words
            .starts_with("what is usual is known after 20 readings");
        told.push((lacks, shown.awaited.unwrap().words()));
    }
    let told = |at: usize| (told[at].0, &told[at].1[..]);
    assert_eq!(
        told(0),
        (true, "1 of 20 readings of what is usual"),
        "one has no pace"
    );
    assert_eq!(
        told(1),
        (true, "2 of 20 readings of what is usual, about 45s more")
    );
    assert_eq!(
        told(10),
        (true, "11 of 20 readings of what is usual, about 30s more")
    );
    // What is normal is computed every few seconds, and what was read last is judged at once.
    rules.look(&answered(38, 100.0), at(44));
    let mut seen = Vec::new();
    for secs in [44, 46, 48, 50, 52] {
        rules.look(&answered(secs - 6, 100.0), at(secs));
        let shown = &rules.watched[0].shown;
        assert_eq!(shown.kind, ReadingKind::Good);
        seen.push((shown.standing, shown.awaited.map(|it| it.words())));
    }
    let (blind, words) = (AlertStanding::NotYet, |words: &str| Some(words.to_owned()));
    assert_eq!(seen[0], (blind, words("1 of 5 readings, about 10s more")));
    assert_eq!(seen[3], (blind, words("4 of 5 readings, about 5s more")));
    assert_eq!(seen[4], (AlertStanding::Quiet, None));
}

#[test]
fn one_count_of_rows_is_enough_to_know_that_none_is_lost() {
    let limit = Limit::Below(Threshold::Absolute(1.0));
    let lost = rule("lost", "main.rows.orders", limit, AlertAction::Hold);
    let mut rules = rules(&[lost], &["main"]);
    let mut seen = picture();
    (seen.at, seen.rows) = (
        at(1),
        vec![RowCount {
            table: "orders".to_owned(),
            count: Some(9),
            why_not: None,
            at: at(1),
        }],
    );
    let alerts = rules.look(&health(vec![database(seen)]), at(1));
    assert!(matches!(&alerts[..], [Alert::Cleared { name }] if name == "lost"));
    assert_eq!(rules.watched[0].shown.awaited, None);
}

#[test]
fn the_same_reading_is_not_counted_twice() {
    let limit = Limit::Above(Threshold::Absolute(200.0));
    let mut rules = rules(
        &[rule("slow", "api.latency", limit, AlertAction::Note)],
        &[],
    );
    for _ in 0..10 {
        assert!(rules.look(&answered(0, 500.0), at(0)).is_empty());
    }
}

#[test]
fn a_link_that_is_down_is_read_as_often_as_a_picture_comes() {
    let limit = Limit::Below(Threshold::Absolute(1.0));
    let lost = rule("lost", "main.up", limit, AlertAction::Rollback);
    let mut rules = rules(&[lost], &[]);
    let mut main = database(picture());
    main.link = Link::Down {
        since: at(0),
        reason: "the server closed the connection".to_owned(),
        unasked: false,
    };
    let health = health(vec![main]);
    let mut fired = Vec::new();
    for millis in (0..5_000).step_by(10) {
        let now = now().plus(Duration::from_millis(millis));
        if !rules.look(&health, now).is_empty() {
            fired.push(millis);
        }
    }
    // The first second is one reading, however often it is looked at.
    assert_eq!(fired, [2_000]);
}

#[test]
fn without_enough_readings_before_t_zero_a_relative_rule_is_blind() {
    let mut rules = rules(&[twice()], &[]);
    rules.book.set_t_zero(Some(at(0)), None);
    let mut alerts = Vec::new();
    for secs in 1..10 {
        alerts.extend(rules.look(&answered(secs, 100.0), at(secs)));
    }
    let [Alert::Blind { words, .. }] = &alerts[..] else {
        panic!("{alerts:?}")
    };
    assert!(
        words.starts_with("nothing is known of api.latency: too few readings"),
        "{words}"
    );
}

#[test]
fn what_was_recorded_as_normal_counts_and_is_not_recorded_again() {
    let mut rules = rules(&[twice()], &[]);
    let normal = crate::monitor::Normal {
        samples: 60,
        median: 100.0,
        p95: 100.0,
        last: 100.0,
    };
    let baseline = Baseline {
        normals: [("api.latency".to_owned(), normal)].into(),
    };
    rules.book.set_t_zero(Some(at(0)), Some(baseline));
    let mut alerts = Vec::new();
    for secs in 1..=5 {
        alerts.extend(rules.look(&answered(secs, 100.0), at(secs)));
    }
    assert_eq!(
        alerts,
        [Alert::Cleared {
            name: "slow".to_owned()
        }]
    );
}

#[test]
fn a_probe_that_has_gone_silent_makes_its_rule_blind() {
    let limit = Limit::Above(Threshold::Absolute(200.0));
    let mut rules = rules(
        &[rule("slow", "api.latency", limit, AlertAction::Rollback)],
        &[],
    );
    let silent = answered(0, 100.0);
    let mut alerts = Vec::new();
    for secs in 0..60 {
        alerts.extend(rules.look(&silent, at(secs)));
    }
    let [Alert::Blind { words, then, .. }] = &alerts[..] else {
        panic!("{alerts:?}")
    };
    assert!(words.contains("last seen"), "{words}");
    assert_eq!(*then, AlertAction::Rollback);
}

/// A query that fails.
fn failed(secs: u64, why: &str) -> Health {
    let mut query = probe("q", ProbeState::Error, why);
    query.at = Some(at(secs));
    Health {
        probes: vec![query],
        ..Health::default()
    }
}

/// How often a rule says that it is blind where it reads `why` each second.
fn told_blind(secs: std::ops::Range<u64>, why: impl Fn(u64) -> Option<String>) -> usize {
    let limit = Limit::Above(Threshold::Absolute(200.0));
    let mut rules = rules(&[rule("slow", "q.value", limit, AlertAction::Hold)], &[]);
    let alerts = secs.flat_map(|secs| match why(secs) {
        Some(why) => rules.look(&failed(secs, &why), at(secs)),
        None => rules.look(&valued(secs), at(secs)),
    });
    let blind = alerts.filter(|alert| matches!(alert, Alert::Blind { .. }));
    blind.count()
}

/// A query that answers.
fn valued(secs: u64) -> Health {
    let mut health = failed(secs, "1");
    (health.probes[0].state, health.probes[0].value) = (ProbeState::Ok, Some(1.0));
    health
}

#[test]
fn what_differs_with_every_reading_is_no_other_reason() {
    let hash = |secs: u64| secs.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let once: [&dyn Fn(u64) -> String; 3] = [
        &|secs| format!("request {:016x} failed", hash(secs)),
        &|secs| format!("2026-11-22T10:{:02}:00Z, took {secs}ms: refused", secs % 60),
        &|secs| format!("trace {:08x}-{:04x}: no such host", hash(secs) >> 32, secs),
    ];
    for why in once {
        assert_eq!(
            told_blind(0..3_600, |secs| Some(why(secs))),
            1,
            "{}",
            why(7)
        );
    }
    // Words that are made up can't be told from others. They are told ever more seldom.
    let letters = |secs: u64| -> String {
        let letter =
            |at: u64| char::from(b'g' + u8::try_from((hash(secs) >> (at * 8)) & 15).unwrap());
        (0..8).map(letter).collect()
    };
    let told = told_blind(0..3_600, |secs| Some(format!("session {}", letters(secs))));
    assert!((5..=12).contains(&told), "{told}");
    // Each time that nothing is known begins anew.
    let why = |secs: u64| match secs % 60 {
        0..20 => Some("the query is refused".to_owned()),
        20..40 => Some("no such host".to_owned()),
        _ => None,
    };
    assert_eq!(told_blind(0..600, why), 20);
}

#[test]
fn a_blind_rule_says_it_anew_when_it_is_blind_for_another_reason() {
    let limit = Limit::Above(Threshold::Absolute(200.0));
    let mut rules = rules(&[rule("slow", "q.value", limit, AlertAction::Hold)], &[]);
    let mut told = Vec::new();
    for secs in 0..40 {
        let why = match secs {
            0..15 => format!("the query answers {secs} series"),
            _ => "the query is refused".to_owned(),
        };
        for alert in rules.look(&failed(secs, &why), at(secs)) {
            let Alert::Blind { words, .. } = alert else {
                panic!("{alert:?}")
            };
            told.push(words);
        }
    }
    let [first, second] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(
        first.contains("series") && second.contains("refused"),
        "{told:?}"
    );
}

#[test]
fn a_queue_behind_a_guess_is_judged_only_where_it_makes_no_difference() {
    let judged = |sessions, guessed| {
        let limit = Limit::Above(Threshold::Absolute(3.0));
        let rule = rule("queue", "main.queue", limit, AlertAction::Hold);
        let mut rules = rules(&[rule], &["main"]);
        let mut picture = picture();
        picture.at = at(1);
        let queue = &mut picture.locks.behind_ours;
        (queue.sessions, queue.guessed) = (sessions, guessed);
        rules.look(&health(vec![database(picture)]), at(1));
        let shown = &rules.watched[0].shown;
        (shown.kind, shown.words.clone())
    };
    assert_eq!(judged(3, 3), (ReadingKind::Good, "0 to 3".to_owned()));
    assert_eq!(judged(8, 4), (ReadingKind::Breach, "4 to 8".to_owned()));
    let (kind, words) = judged(8, 8);
    assert_eq!(kind, ReadingKind::NoData);
    assert!(words.ends_with("perhaps 8 sessions"), "{words}");
}

#[test]
fn an_alarm_needs_no_rule_and_no_patience_and_holds_only_after_t_zero() {
    let mut sound = picture();
    sound.invalid_indexes = Known::seen(Vec::new());
    let mut broken = picture();
    broken.invalid_indexes = Known::seen(vec![InvalidIndex {
        name: "orders_n".to_owned(),
        table: "orders".to_owned(),
        being_built: false,
        hidden: false,
    }]);
    for (begun, then) in [(false, AlertAction::Note), (true, AlertAction::Hold)] {
        let mut rules = rules(&[], &["main"]);
        rules.book.set_t_zero(begun.then(|| at(0)), None);
        assert!(
            rules
                .look(&health(vec![database(sound.clone())]), at(1))
                .is_empty()
        );
        let alerts = rules.look(&health(vec![database(broken.clone())]), at(2));
        let fired = Alert::Fired {
            name: "main: invalid index".to_owned(),
            words: "orders_n on orders".to_owned(),
            then,
        };
        assert_eq!(alerts, [fired]);
        let mut alerts = Vec::new();
        for secs in 3..10 {
            alerts.extend(rules.look(&health(vec![database(sound.clone())]), at(secs)));
        }
        let name = "main: invalid index".to_owned();
        assert!(alerts.contains(&Alert::Cleared { name }), "{alerts:?}");
    }
}

#[test]
fn what_nothing_is_compared_with_only_a_deployment_keeps() {
    let kept = |mut rules: Rules| {
        for secs in 0..30 {
            let mut seen = picture();
            seen.at = at(secs);
            rules.look(&health(vec![database(seen)]), at(secs));
        }
        rules.readings().freeze(at(30))
    };
    let main = database(picture()).name;
    assert_eq!(kept(rules(&[], &[&main])), None);
    let deployment = rules(&[], &[&main]).recording(std::slice::from_ref(&main), &[]);
    let normals = kept(deployment).unwrap().normals;
    assert_eq!(normals[&format!("{main}.connections")].samples, 30);
}
