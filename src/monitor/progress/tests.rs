use std::time::Duration;

use proptest::prelude::*;

use super::phases::SCAN;
use super::*;
use crate::clock::Moment;

pub(super) fn raw(view: View, command: &str, phase: &str, counters: [f64; 4]) -> Raw {
    Raw {
        view,
        pid: 7,
        relation: Some("orders".to_owned()),
        index: None,
        place: None,
        command: command.to_owned(),
        phase: phase.to_owned(),
        done: counters[0],
        total: counters[1],
        more_done: counters[2],
        more_total: counters[3],
        rows: None,
        indexed: true,
        extent: Extent::default(),
        parts_done: 0.0,
        parts_total: 0.0,
        lockers_done: 0,
        lockers_total: 0,
        locker: None,
    }
}

fn percent(raw: &Raw) -> Option<u32> {
    raw.part_done().map(|part| (part * 100.0).round() as u32)
}

#[test]
fn one_bar_goes_through_all_phases_of_an_index_build() {
    let concurrently = |phase, counters| {
        let command = "CREATE INDEX CONCURRENTLY";
        percent(&raw(View::CreateIndex, command, phase, counters))
    };
    let found = [
        concurrently("waiting for writers before build", [0.0; 4]),
        concurrently("building index: scanning table", [50.0, 100.0, 0.0, 0.0]),
        concurrently("building index: scanning table", [100.0, 100.0, 0.0, 0.0]),
        concurrently("building index: sorting live tuples", [0.0; 4]),
        concurrently(
            "building index: loading tuples in tree",
            [0.0, 0.0, 5.0, 10.0],
        ),
        concurrently("index validation: scanning index", [0.0, 100.0, 0.0, 0.0]),
        concurrently("index validation: scanning table", [100.0, 100.0, 0.0, 0.0]),
        concurrently("waiting for old snapshots", [0.0; 4]),
    ];
    let expected = [0, 33, 66, 66, 80, 86, 99, 99].map(Some);
    assert_eq!(found, expected);
    let plain = raw(
        View::CreateIndex,
        "CREATE INDEX",
        "building index: scanning table",
        [10.0, 100.0, 0.0, 0.0],
    );
    assert_eq!(percent(&plain), Some(7));
    assert_eq!(plain.what(), "create index on orders");
}

#[test]
fn a_build_on_a_partitioned_table_goes_through_its_partitions() {
    let mut build = raw(
        View::CreateIndex,
        "CREATE INDEX",
        "building index: scanning table",
        [100.0, 100.0, 0.0, 0.0],
    );
    (build.parts_done, build.parts_total) = (3.0, 4.0);
    assert_eq!(percent(&build), Some(93));
    // In one part it is quick and slow by turns: only what all took tells when it is over.
    assert_eq!(build.stretch(), None);
    let left = build.left_by_age(Duration::from_secs(93)).unwrap();
    assert!((6.5..7.5).contains(&left.as_secs_f64()), "{left:?}");
    build.parts_done = 0.0;
    build.done = 1.0;
    assert_eq!(build.left_by_age(Duration::from_secs(1)), None);
}

#[test]
fn an_index_that_is_built_anew_is_not_taken_for_all_of_them() {
    let rebuilt = |index: &str| {
        let command = "REINDEX CONCURRENTLY";
        let counters = [1.0, 2.0, 0.0, 0.0];
        let mut raw = raw(View::CreateIndex, command, "building index", counters);
        raw.index = Some(index.to_owned());
        raw
    };
    let what = rebuilt("orders_pkey_ccnew").what();
    assert_eq!(what, "reindex concurrently orders_pkey_ccnew on orders");
    for (statement, whole) in [
        ("reindex index orders_pkey", true),
        (
            "REINDEX (VERBOSE) INDEX CONCURRENTLY shop.\"orders_pkey\" ;",
            true,
        ),
        ("/* night */ reindex index concurrently orders_pkey", true),
        ("reindex index parted_pkey", false),
        ("reindex index orders_pkey; reindex index items_pkey", false),
        ("reindex table orders", false),
        ("reindex table concurrently orders_pkey", false),
        ("reindex (concurrently) database shop", false),
        ("", false),
    ] {
        for index in ["orders_pkey", "orders_pkey_ccnew", "shop.orders_pkey"] {
            assert_eq!(rebuilt(index).is_whole(statement), whole, "{statement}");
        }
    }
    // Beside others of its table it is only known to be where the statement is about the table.
    let mut one = rebuilt("orders_pkey_ccnew");
    one.place = Some(Place {
        at: 2,
        all: 5,
        before: 3.0,
        own: 4.0,
        whole: 20.0,
    });
    for (statement, words) in [
        ("reindex (concurrently) table orders", "2 of 5 on the table"),
        ("REINDEX SCHEMA CONCURRENTLY shop", "2 of 5 on the table"),
        ("reindex index concurrently items_pkey", "others may follow"),
        ("", "others may follow"),
    ] {
        let phase = one.phase_alone(statement);
        assert!(phase.ends_with(words), "{statement}: {phase}");
    }
    for (statement, of_table) in [
        ("reindex (concurrently) table shop.orders", true),
        ("reindex table concurrently \"orders\"", true),
        ("reindex table parted", false),
        ("reindex table orders; reindex table items", false),
        ("reindex schema concurrently shop", false),
        ("reindex index concurrently orders", false),
    ] {
        assert_eq!(one.is_one_of_table(statement), of_table, "{statement}");
    }
    let phase = one.phase_of_table();
    assert!(phase.ends_with("; index 2 of 5 on the table"), "{phase}");
    let mut created = rebuilt("orders_pkey");
    created.command = "CREATE INDEX".to_owned();
    assert!(created.is_whole("create index on orders (id)"));
    assert_eq!(created.what(), "create index on orders");
}

#[test]
fn an_analyze_goes_through_all_partitions() {
    let phase = "acquiring inherited sample rows";
    let mut one = raw(View::Analyze, "ANALYZE", phase, [50.0, 100.0, 0.0, 0.0]);
    (one.parts_done, one.parts_total) = (2.0, 5.0);
    assert_eq!(percent(&one), Some(49));
    assert!((one.stretch().unwrap().done - 0.5).abs() < 1e-9);
    assert_eq!(one.phase_words(), format!("{phase}; 2 of 5 partitions"));
}

#[test]
fn one_bar_goes_through_a_table_by_itself_and_with_those_that_inherit_from_it() {
    let own = "acquiring sample rows";
    let mut one = raw(View::Analyze, "ANALYZE", own, [50.0, 100.0, 0.0, 100.0]);
    one.extent.pages = 100.0;
    assert_eq!(percent(&one), Some(16), "half of a third");
    let after = one.stretch().unwrap().after.times;
    assert!((after - 2.09).abs() < 0.01, "{after}");
    one.phase = "computing statistics".to_owned();
    assert_eq!(percent(&one), Some(32));
    one.phase = "acquiring inherited sample rows".to_owned();
    (one.parts_done, one.parts_total) = (1.0, 2.0);
    assert_eq!(percent(&one), Some(82));
    assert!(one.phase_words().ends_with("1 of 2 tables"));
    one.phase = "computing statistics".to_owned();
    assert_eq!(percent(&one), Some(98));
}

#[test]
fn a_table_that_is_vacuumed_is_not_taken_for_all_of_them() {
    let vacuum = raw(
        View::Vacuum,
        "VACUUM",
        "scanning heap",
        [1.0, 2.0, 0.0, 0.0],
    );
    let full = raw(
        View::Cluster,
        "VACUUM FULL",
        "seq scanning heap",
        [1.0, 2.0, 0.0, 0.0],
    );
    for (statement, whole) in [
        ("vacuum orders", true),
        ("VACUUM (FULL, VERBOSE) shop.\"orders\" ;", true),
        ("vacuum full freeze verbose analyze orders (id, n)", true),
        (
            "autovacuum: VACUUM ANALYZE shop.orders (to prevent wraparound)",
            true,
        ),
        ("/* night */ vacuum(full) orders;", true),
        // What it names is not the partition that is at work.
        ("vacuum full sales", false),
        ("vacuum orders, items", false),
        ("vacuum orders (id), items", false),
        ("vacuum items, orders", false),
        ("vacuum", false),
        ("vacuum (analyze)", false),
        ("", false),
    ] {
        assert_eq!(vacuum.is_whole(statement), whole, "{statement}");
        assert_eq!(full.is_whole(statement), whole, "{statement}");
    }
    assert_eq!(
        vacuum.phase_alone("vacuum sales"),
        "scanning heap; of this table alone, others may follow"
    );
    let sorted = raw(
        View::Cluster,
        "CLUSTER",
        "seq scanning heap",
        [1.0, 2.0, 0.0, 0.0],
    );
    assert!(sorted.is_whole("cluster orders"));
}

#[test]
fn what_has_no_total_has_no_part() {
    let copy = |total| raw(View::Copy, "COPY FROM", "", [10.0, total, 0.0, 0.0]);
    assert_eq!(percent(&copy(0.0)), None, "it reads from its client");
    assert_eq!(percent(&copy(40.0)), Some(25));
    assert_eq!(copy(0.0).what(), "copy from orders");
    let odd = raw(View::Vacuum, "VACUUM", "a phase of tomorrow", [0.0; 4]);
    assert_eq!(percent(&odd), None);
}

fn moment(secs: u64) -> Moment {
    Moment::default().plus(Duration::from_secs(secs))
}

fn look(name: &'static str, done: f64, times: f64) -> Seen<'static> {
    let after = After {
        times,
        ..After::default()
    };
    Seen {
        pid: 7,
        what: "create index on orders",
        stretch: Stretch { name, done, after },
    }
}

#[test]
fn the_time_left_follows_the_pace_of_the_stretch() {
    let mut paces = Paces::default();
    let mut left = |name, done, times, at| {
        let left = paces.left(&look(name, done, times), moment(at));
        left.map(|left| left.as_secs())
    };
    assert_eq!(left("scanning", 0.0, 0.0, 0), None);
    assert_eq!(
        left("scanning", 0.10, 0.0, 10),
        None,
        "since when is not known"
    );
    assert_eq!(left("scanning", 0.101, 0.0, 11), None, "too little to tell");
    assert_eq!(left("scanning", 0.20, 0.0, 20), Some(80));
    assert_eq!(
        left("scanning", 0.20, 0.5, 25),
        Some(125),
        "it goes on unseen, and more comes"
    );
    assert_eq!(
        left("scanning", 0.40, 0.0, 30),
        Some(40),
        "it has become faster"
    );
    assert_eq!(left("scanning", 0.40, 0.0, 51), None, "it stands still");
    assert_eq!(left("loading", 0.01, 0.0, 60), None, "it has no pace yet");
    assert_eq!(left("loading", 0.02, 0.0, 61), None);
    assert_eq!(left("loading", 0.04, 0.0, 63), Some(96));
}

#[test]
fn a_scan_that_goes_by_leaps_is_timed_from_leap_to_leap() {
    let mut paces = Paces::default();
    // Every five seconds a twentieth.
    for secs in 0..95 {
        let done = f64::from(secs / 5) / 20.0;
        let left = paces.left(&look("scanning", done, 0.0), moment(secs as u64));
        if secs >= 10 {
            let really = f64::from(100 - secs);
            let wrong = (left.unwrap().as_secs_f64() - really).abs();
            assert!(wrong < 0.5, "{secs}: {left:?}");
        }
    }
}

#[test]
fn something_else_in_the_same_session_begins_anew() {
    let mut paces = Paces::default();
    paces.left(&look("scanning", 0.5, 0.0), moment(10));
    let mut other = look("scanning", 0.51, 0.0);
    other.what = "create index on items";
    assert_eq!(paces.left(&other, moment(20)), None);
    paces.keep(&[]);
    assert_eq!(paces.left(&other, moment(21)), None);
}

/// Builds of B-trees as they were measured: the command, millions of rows, and the seconds that scanning,
/// sorting, loading, and all of validation took.
const BUILDS: [(&str, f64, [f64; 4]); 7] = [
    ("CREATE INDEX", 10.0, [40.7, 0.3, 9.1, 0.0]),
    ("CREATE INDEX", 10.0, [18.5, 2.9, 5.1, 0.0]),
    ("CREATE INDEX", 10.0, [5.0, 0.2, 1.8, 0.0]),
    ("CREATE INDEX", 4.0, [6.0, 1.2, 1.6, 0.0]),
    ("CREATE INDEX", 4.0, [11.4, 1.6, 1.9, 0.0]),
    ("CREATE INDEX CONCURRENTLY", 10.0, [47.9, 0.2, 8.6, 9.3]),
    ("CREATE INDEX CONCURRENTLY", 4.0, [8.9, 2.7, 1.8, 1.6]),
];

#[test]
fn the_time_left_of_a_build_is_right_from_its_first_tenth_on() {
    for (command, rows, [scan, sort, load, validation]) in BUILDS {
        let mut paces = Paces::default();
        let whole = scan + sort + load + validation;
        for step in 0..=30 {
            let part = f64::from(step) / 31.0;
            let counters = [part * 1e5, 1e5, 0.0, 0.0];
            let mut raw = raw(View::CreateIndex, command, SCAN, counters);
            raw.rows = Some(rows * 1e6);
            let now = moment(0).plus(Duration::from_secs_f64(scan * part));
            let stretch = raw.stretch().unwrap();
            let seen = Seen {
                pid: 7,
                what: "x",
                stretch,
            };
            let left = paces.left(&seen, now);
            let passed = scan * part;
            if passed < whole / 10.0 || passed < 2.0 {
                continue;
            }
            let (left, really) = (left.unwrap().as_secs_f64(), whole - passed);
            assert!(
                (left / really - 1.0).abs() < 0.25,
                "{command} {rows} {scan}: {left} instead of {really}"
            );
        }
    }
}

#[test]
fn a_sort_that_is_written_to_disk_may_take_much_longer_than_the_scan_tells() {
    let mut paces = Paces::default();
    let mut told = |done: f64, at: u64| {
        let counters = [done * 1e5, 1e5, 0.0, 0.0];
        let mut raw = raw(View::CreateIndex, "CREATE INDEX", SCAN, counters);
        raw.rows = Some(3e6);
        let stretch = raw.stretch().unwrap();
        let seen = Seen {
            pid: 7,
            what: "x",
            stretch,
        };
        let now = moment(at);
        let left = paces.left(&seen, now);
        let secs = |left: Option<Duration>| left.map(|left| left.as_secs());
        (secs(left), secs(paces.at_most(&seen, now)))
    };
    assert_eq!(told(0.01, 0), (None, None));
    assert_eq!(told(0.05, 2).0, None, "less than a tenth tells nothing");
    assert_eq!(told(0.13, 6), (Some(46), None), "it goes on evenly");
    let (least, most) = told(0.14, 9);
    assert!(
        most > least.map(|least| least * 3 / 2),
        "{least:?} {most:?}"
    );
}

#[test]
fn a_vacuum_that_comes_back_to_the_table_is_timed_by_its_pace_there() {
    let mut paces = Paces::default();
    let look = |cleaned: f64, scanned: f64| {
        let mut raw = raw(
            View::Vacuum,
            "VACUUM",
            "vacuuming heap",
            [cleaned, 1e4, 0.0, 0.0],
        );
        raw.indexed = true;
        (raw.extent.cleaned, raw.extent.scanned) = (cleaned, scanned);
        raw
    };
    let mut left = |cleaned: f64, at: u64| {
        let raw = look(cleaned, 1e4);
        let seen = Seen {
            pid: 7,
            what: "vacuum orders",
            stretch: raw.stretch().unwrap(),
        };
        paces.left(&seen, moment(at)).map(|left| left.as_secs())
    };
    assert_eq!(left(0.0, 0), None);
    assert_eq!(left(1000.0, 4), None);
    assert_eq!(left(2000.0, 8), Some(32));
    assert_eq!(left(9000.0, 36), Some(4));
    // Before all was scanned once, more comes after it.
    assert_eq!(look(1000.0, 5e3).stretch(), None);
}

#[test]
fn what_mends_an_invalid_index_depends_on_what_left_it() {
    let of = |name: &str| {
        let index = InvalidIndex {
            name: name.to_owned(),
            table: "orders".to_owned(),
            being_built: false,
            hidden: false,
        };
        index.mended_by()
    };
    for (name, words) in [
        ("orders_n", "build it again"),
        ("ccnew_orders", "build it again"),
        ("orders_pkey_ccnew", "is whole"),
        ("orders_pkey_ccnew3", "is whole"),
        ("\"Orders_ccnew1\"", "is whole"),
        ("pg_toast.pg_toast_16390_index_ccold", "in use already"),
    ] {
        assert!(of(name).ends_with(words), "{name}: {}", of(name));
    }
}

#[test]
fn what_a_role_may_not_see_is_told_from_what_has_no_name() {
    let mut build = raw(View::CreateIndex, "", "", [0.0; 4]);
    assert!(!build.is_hidden());
    build.relation = None;
    assert!(build.is_hidden());
    let backup = raw(View::BaseBackup, "BASE BACKUP", "", [0.0; 4]);
    assert!(!backup.is_hidden());
}

#[test]
fn indexes_of_other_kinds_are_filled_while_the_table_is_read() {
    let build = |command| {
        raw(
            View::CreateIndex,
            command,
            "building index",
            [6.0, 18.0, 0.0, 0.0],
        )
    };
    assert_eq!(percent(&build("CREATE INDEX")), Some(33));
    assert_eq!(percent(&build("CREATE INDEX CONCURRENTLY")), Some(29));
}

#[test]
fn a_phase_without_counters_has_a_place_and_no_time_left() {
    let full = |phase, counters| raw(View::Cluster, "VACUUM FULL", phase, counters);
    let rebuilding = full("rebuilding index", [100.0, 100.0, 1.0, 2.0]);
    assert_eq!(
        (percent(&rebuilding), rebuilding.stretch()),
        (Some(88), None)
    );
    assert_eq!(rebuilding.phase_words(), "rebuilding index; 1 of 2 done");
    let sorting = full("sorting tuples", [100.0, 100.0, 50.0, 0.0]);
    assert_eq!((percent(&sorting), sorting.stretch()), (Some(55), None));
    assert!(sorting.phase_words().contains("does not count"));
    let scanning = full("seq scanning heap", [50.0, 100.0, 0.0, 0.0]);
    assert_eq!((percent(&scanning), scanning.stretch()), (Some(28), None));
    let by_index = full("index scanning heap", [50.0, 0.0, 20.0, 100.0]);
    assert_eq!(percent(&by_index), Some(15));
    let unknown = full("index scanning heap", [50.0, 0.0, 20.0, 0.0]);
    assert_eq!(percent(&unknown), None);
    let sorting = raw(
        View::CreateIndex,
        "CREATE INDEX",
        "building index: sorting live tuples",
        [0.0; 4],
    );
    assert_eq!((percent(&sorting), sorting.stretch()), (Some(72), None));
}

#[test]
fn why_there_is_no_progress_is_said_by_what_the_statement_does() {
    for (statement, words) in [
        (
            "ALTER TABLE a VALIDATE CONSTRAINT c",
            Some("checks every row"),
        ),
        (
            "/* step 3 */ alter table a add constraint f foreign key (b) references c",
            Some("checks every row of both tables"),
        ),
        (
            "alter table a alter b set\n not null",
            Some("checks every row for nulls"),
        ),
        (
            "-- it checks\nupdate a set b = 'alter table'",
            Some("changes rows"),
        ),
        (
            "create table b as select * from a",
            Some("fills a new table"),
        ),
        (
            "COPY a FROM STDIN",
            Some("copies to or from a client or a file"),
        ),
        ("analyze a", Some("analyzes rows")),
        ("VACUUM (analyze) a", Some("analyzes rows")),
        ("autovacuum: ANALYZE public.a", Some("analyzes rows")),
        ("autovacuum: VACUUM public.a", None),
        ("explain analyze select 1", None),
        ("select 'alter table'", None),
        ("", None),
    ] {
        assert_eq!(reads_everything(statement), words, "{statement}");
    }
    assert!(rewrites("alter table a alter b type bigint") && !rewrites("select 1"));
    for (statement, view) in [
        ("copy a to stdout", Some(View::Copy)),
        ("autovacuum: VACUUM ANALYZE public.a", Some(View::Analyze)),
        ("update a set b = 1", None),
    ] {
        assert_eq!(counted_by(statement), view, "newer servers count it");
    }
}

#[test]
fn a_vacuum_of_a_table_without_indexes_is_its_scan() {
    let scan = |indexed| Raw {
        indexed,
        ..raw(
            View::Vacuum,
            "VACUUM",
            "scanning heap",
            [50.0, 100.0, 0.0, 0.0],
        )
    };
    assert_eq!(
        [true, false].map(|it| percent(&scan(it))),
        [Some(33), Some(49)]
    );
    // How the indexes weigh is told elsewhere.
    assert_eq!(scan(true).stretch(), None);
    let times = scan(false).stretch().unwrap().after.times;
    assert!((0.0..0.03).contains(&times), "{times}");
}

proptest! {
    /// Whatever a server says, a part is a part, and time does not run backwards.
    #[test]
    fn parts_are_between_nothing_and_all(
        view in 0_usize..6,
        phase in "[a-z: ]{0,40}|building index: (scanning table|loading tuples)|scanning heap",
        counters in prop::array::uniform4(prop_oneof![Just(f64::NAN), -1e18_f64..1e18]),
        parts in prop::array::uniform2(-10.0_f64..1e6),
        text in ".{0,60}",
    ) {
        let mut raw = raw(View::ALL[view].0, "CREATE INDEX CONCURRENTLY", &phase, counters);
        (raw.parts_done, raw.parts_total) = (parts[0].max(0.0), parts[1]);
        if let Some(part) = raw.part_done() {
            prop_assert!((0.0..=1.0).contains(&part), "{part}");
        }
        reads_everything(&text);
    }
}

#[test]
fn a_phase_without_a_counter_says_so_and_one_in_which_nothing_is_done_does_not() {
    let words = |view, phase| raw(view, "", phase, [0.0; 4]).phase_words();
    let not_counted = " (the server does not count this)";
    for (view, phase, counted) in [
        (
            View::CreateIndex,
            "building index: sorting live tuples",
            false,
        ),
        (View::CreateIndex, "building index: scanning table", true),
        (View::CreateIndex, "waiting for old snapshots", true),
        (View::Vacuum, "truncating heap", false),
        (View::Vacuum, "initializing", true),
        (View::Cluster, "sorting tuples", false),
        (View::Cluster, "swapping relation files", true),
        (View::Analyze, "computing statistics", false),
        (View::Analyze, "something of a newer server", true),
    ] {
        let short = phase.trim_start_matches("building index: ");
        let expected = if counted { "" } else { not_counted };
        assert_eq!(words(view, phase), format!("{short}{expected}"));
    }
    let mut copy = raw(View::Copy, "COPY FROM", "", [1.0, 9.0, 4_000.0, 0.0]);
    assert_eq!(copy.phase_words(), "4000 rows");
    (copy.view, copy.parts_done, copy.parts_total) = (View::CreateIndex, 2.0, 8.0);
    "building index: scanning table".clone_into(&mut copy.phase);
    assert_eq!(copy.phase_words(), "scanning table; 2 of 8 partitions");
}
