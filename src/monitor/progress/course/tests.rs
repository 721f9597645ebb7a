use super::super::place::Place;
use super::super::tests::raw;
use super::*;

const TABLE: f64 = 1e6;
/// The blocks of the indexes, in times of those of the table.
const INDEXES: f64 = 0.445;

/// A stage of something that was measured: its name, and how many seconds a million blocks took.
type Stage = (&'static str, f64);

/// What the server says in a stage of which the `part` is done.
fn seen(view: View, command: &str, phase: &str, part: f64, extent: &Extent) -> Raw {
    let second = phase == "vacuuming heap";
    let (scanned, cleaned) = match phase {
        "scanning heap" => (TABLE * part, 0.0),
        _ if second => (TABLE, TABLE * part),
        _ => (TABLE, 0.0),
    };
    let more = match phase {
        "rebuilding index" => [(part * 2.0).floor(), 2.0],
        "writing new heap" => [part, 1.0],
        "index scanning heap" => [8e7 * part, 8e7],
        _ => [0.0, 0.0],
    };
    Raw {
        extent: Extent {
            pages: TABLE,
            index_pages: TABLE * INDEXES,
            scanned,
            cleaned,
            rounds: if second { 1.0 } else { 0.0 },
            found: extent.found * scanned / TABLE,
            ..extent.clone()
        },
        rows: Some(8e7),
        ..raw(
            view,
            command,
            phase,
            [TABLE * part, TABLE, more[0], more[1]],
        )
    }
}

/// Looks at all `stages` one after the other, and holds what is said of the time left against what it took.
#[track_caller]
fn follow(view: View, command: &str, stages: &[Stage], extent: &Extent) {
    let mut courses = Courses::default();
    // The blocks of what follows an index are not counted.
    let along = stages
        .iter()
        .any(|(phase, _)| *phase == "index scanning heap");
    let whole: f64 = stages.iter().map(|(_, secs)| secs).sum();
    let (mut begun, mut bar, mut told, mut tells) = (0.0, 0.0, 0, 0);
    for (phase, secs) in stages {
        let mut within = 0.0;
        while within < *secs {
            let mut raw = seen(view, command, phase, within / secs, extent);
            if along {
                (raw.done, raw.total) = (0.0, 0.0);
            }
            let now = Moment::default().plus(Duration::from_secs_f64(begun + within));
            let ahead = courses.look(&raw, "it", now).unwrap();
            let (passed, really) = (begun + within, whole - begun - within);
            if passed > whole / 10.0 {
                assert!(ahead.done > bar - 0.01, "{phase} goes back to {ahead:?}");
            }
            bar = ahead.done;
            if passed < whole / 20.0 {
                assert_eq!(ahead.left, None, "too early to tell");
            }
            // Of what it goes through index by index nothing tells before one of them has ended.
            let indexes = ["rebuilding index", "vacuuming indexes"].contains(phase);
            if indexes && raw.more_done < 1.0 {
                assert_eq!(ahead.left, None, "{phase}");
            } else if passed >= whole / 4.0 {
                tells += 1;
            }
            if let Some(left) = ahead.left.filter(|_| passed >= whole / 4.0) {
                told += 1;
                let wrong = (left.as_secs_f64() - really).abs();
                let allowed = (really / 3.0).max(whole / 10.0);
                assert!(wrong <= allowed, "{phase}: {left:?} instead of {really} s");
            }
            within += whole / 50.0;
        }
        begun += secs;
    }
    assert!(told + 5 >= tells, "told {told} times of {tells}");
}

#[test]
fn a_vacuum_tells_its_time_left_whatever_delay_it_keeps() {
    // With a delay of 10 ms, of 2 ms, and without any; by one process and by several.
    let measured = [
        (true, [1114.0, 667.0, 115.0]),
        (false, [1080.0, 1190.0, 102.0]),
        (true, [257.0, 291.0, 35.0]),
        (false, [34.0, 107.0, 13.0]),
        (true, [28.0, 152.0, 10.0]),
    ];
    for (together, [scan, index, second]) in measured {
        let stages = [
            ("scanning heap", scan),
            ("vacuuming indexes", index * INDEXES),
            ("vacuuming heap", second),
        ];
        let found = Extent {
            found: TABLE * 16.0,
            together,
            ..Extent::default()
        };
        follow(View::Vacuum, "VACUUM", &stages, &found);
    }
}

#[test]
fn a_vacuum_that_finds_nothing_leaves_the_indexes_alone() {
    let stages = [("scanning heap", 100.0)];
    follow(View::Vacuum, "VACUUM", &stages, &Extent::default());
}

#[test]
fn a_table_that_is_written_anew_tells_its_time_left() {
    let dead = Extent {
        dead: 2e7,
        ..Extent::default()
    };
    let indexes = |secs: f64| ("rebuilding index", secs * INDEXES * 0.8);
    for (scan, index) in [(44.0, 238.0), (150.0, 450.0)] {
        let stages = [("seq scanning heap", scan), indexes(index)];
        follow(View::Cluster, "VACUUM FULL", &stages, &dead);
    }
    let stages = [
        ("seq scanning heap", 36.0),
        ("sorting tuples", 3.5),
        ("writing new heap", 34.5),
        indexes(238.0),
    ];
    follow(View::Cluster, "CLUSTER", &stages, &dead);
}

#[test]
fn a_table_that_is_sorted_along_an_index_tells_its_time_left() {
    let indexes = |secs: f64| ("rebuilding index", secs * INDEXES);
    // By an index that has nothing to do with where the rows lie, by one that they lie along, and without much
    // else going on.
    for (scan, index) in [(875.0, 268.0), (745.0, 388.0), (661.0, 200.0)] {
        let stages = [("index scanning heap", scan), indexes(index)];
        follow(View::Cluster, "CLUSTER", &stages, &Extent::default());
    }
    let none = Extent::default();
    let by_index = |done: f64, rows: f64| {
        let phase = "index scanning heap";
        let mut raw = seen(View::Cluster, "CLUSTER", phase, 0.5, &none);
        (raw.total, raw.more_done, raw.more_total) = (0.0, done, rows);
        Courses::default().look(&raw, "it", Moment::default())
    };
    assert!(by_index(1.0, 2.0).is_some());
    // Never counted, or more than were estimated.
    for (done, rows) in [(0.0, 0.0), (5.0, 0.0), (2.0, 2.0), (3.0, 2.0)] {
        assert_eq!(by_index(done, rows), None, "{done} of {rows}");
    }
}

#[test]
fn a_vacuum_whose_memory_is_full_goes_through_the_indexes_again() {
    let mut scan = seen(
        View::Vacuum,
        "VACUUM",
        "scanning heap",
        0.5,
        &Extent::default(),
    );
    let whole = |scan: &Raw| scan.course(1e-3).unwrap().whole / TABLE;
    assert!((whole(&scan) - 1.0).abs() < 1e-9, "nothing is dead");
    scan.extent.found = TABLE;
    let once = whole(&scan);
    (scan.extent.rounds, scan.extent.filled) = (2.0, 0.5);
    let often = whole(&scan);
    let round = INDEXES * times(CLEANED_ALONE, 1e-3);
    assert!((often - once - 4.0 * round).abs() < 1e-9, "{once} {often}");
}

#[test]
fn what_stands_still_or_takes_much_longer_than_expected_has_no_time_left() {
    let mut courses = Courses::default();
    let found = Extent {
        found: TABLE,
        ..Extent::default()
    };
    let mut look = |phase: &str, part: f64, secs: u64| {
        let raw = seen(View::Vacuum, "VACUUM", phase, part, &found);
        let now = Moment::default().plus(Duration::from_secs(secs));
        courses.look(&raw, "it", now).unwrap().left
    };
    look("scanning heap", 0.0, 0);
    assert!(look("scanning heap", 0.5, 50).is_some());
    assert!(look("scanning heap", 0.5, 60).is_some());
    assert_eq!(look("scanning heap", 0.5, 101), None);
    assert!(look("scanning heap", 1.0, 110).is_some());
    assert_eq!(look("vacuuming indexes", 0.0, 111), None);
    assert!(look("vacuuming heap", 0.5, 160).is_some());
}

#[test]
fn what_indexes_take_is_told_by_those_that_were_seen_from_beginning_to_end() {
    let rebuild = |courses: &mut Courses, done: f64, secs: u64| {
        let none = Extent::default();
        let mut raw = seen(View::Cluster, "VACUUM FULL", "rebuilding index", 0.0, &none);
        (raw.more_done, raw.more_total) = (done, 4.0);
        let now = Moment::default().plus(Duration::from_secs(secs));
        let left = courses.look(&raw, "it", now).unwrap().left;
        left.map(|left| left.as_secs())
    };
    let scan = |courses: &mut Courses, part: f64, secs: u64| {
        let none = Extent::default();
        let raw = seen(
            View::Cluster,
            "VACUUM FULL",
            "seq scanning heap",
            part,
            &none,
        );
        let now = Moment::default().plus(Duration::from_secs(secs));
        courses.look(&raw, "it", now);
    };
    let mut whole = Courses::default();
    scan(&mut whole, 0.0, 0);
    scan(&mut whole, 1.0, 4);
    // Each takes eight seconds, whatever the scan makes one expect.
    assert_eq!(rebuild(&mut whole, 0.0, 4), None);
    assert_eq!(rebuild(&mut whole, 0.0, 11), None);
    assert_eq!(rebuild(&mut whole, 1.0, 12), Some(24));
    assert_eq!(rebuild(&mut whole, 1.0, 15), Some(21));
    assert_eq!(
        rebuild(&mut whole, 1.0, 25),
        None,
        "it takes longer than the first"
    );
    assert_eq!(rebuild(&mut whole, 2.0, 28), Some(24));
    // Who comes later does not know when the first was begun.
    let mut later = Courses::default();
    assert_eq!(rebuild(&mut later, 0.0, 10), None);
    assert_eq!(rebuild(&mut later, 1.0, 12), None);
    assert_eq!(rebuild(&mut later, 2.0, 20), Some(16));
}

/// What is told of three indexes that are built anew one after the other, each in the same time.
fn rebuilt(command: &str, phases: &[&str]) -> Vec<Ahead> {
    let mut courses = Courses::default();
    let mut told = Vec::new();
    let (mut secs, build) = (0, "building index: scanning table");
    for phase in phases {
        for at in 1..=3 {
            for done in [0.0, 50.0, 100.0] {
                let counters = [done, 100.0, 0.0, 0.0];
                let one = Raw {
                    place: Some(Place {
                        at,
                        all: 3,
                        before: f64::from(at - 1) * 10.0,
                        own: 10.0,
                        whole: 30.0,
                    }),
                    extent: Extent {
                        pages: 100.0,
                        ..Extent::default()
                    },
                    ..raw(View::CreateIndex, command, phase, counters)
                };
                secs += if *phase == build { 10 } else { 1 };
                let now = Moment::default().plus(Duration::from_secs(secs));
                told.extend(courses.look(&one, "reindex table orders", now));
            }
        }
    }
    told
}

#[test]
fn the_indexes_of_a_table_make_one_way() {
    let scan = "building index: scanning table";
    for (command, phases) in [
        ("REINDEX", &[scan][..]),
        (
            "REINDEX CONCURRENTLY",
            &[scan, "index validation: scanning table"],
        ),
    ] {
        let told = rebuilt(command, phases);
        assert!(told.is_sorted_by_key(|ahead| ahead.done), "{told:?}");
        assert_eq!(told.len(), phases.len() * 9);
        // In the middle of the second of three.
        let Ahead { done, left } = told[4];
        assert!((0.35..0.5).contains(&done), "{done}");
        let left = left.unwrap().as_secs();
        assert!((40..80).contains(&left), "{command}: {left}");
    }
}
