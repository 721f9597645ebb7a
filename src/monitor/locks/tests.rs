use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;

use super::{Edge, LockTree, Prepared, Waits, Wanted};
use crate::monitor::ours::{Evidence, Ours};
use crate::monitor::session::{Session, State};

/// Waits as `waiter < blocker, blocker` lines; pids in `ours` belong to the run.
fn waits(lines: &[&str], ours: &[i32]) -> Waits {
    let mut waits = Waits::default();
    for line in lines {
        let (waiter, blockers) = line.split_once('<').unwrap();
        let waiter: i32 = waiter.trim().parse().unwrap();
        let blockers: Vec<i32> = blockers
            .split(',')
            .map(|b| b.trim().parse().unwrap())
            .collect();
        for &pid in blockers.iter().chain([&waiter]).filter(|&&pid| pid != 0) {
            let mut session = Session::unknown(pid, State::Active);
            session.ours = ours.contains(&pid).then_some(Ours {
                by: Evidence::Name,
                step: None,
            });
            waits.sessions.insert(pid, session);
        }
        waits.edges.push(Edge {
            waiter,
            blockers,
            behind_ours: false,
        });
    }
    waits.waiting = u32::try_from(waits.edges.len()).unwrap();
    waits
}

/// The tree as people would draw it: indentation, pid, `*` for ours, others it waits for.
fn drawn(tree: &LockTree) -> String {
    let mut text = String::new();
    for node in &tree.nodes {
        let mark = if node.session.is_ours() { "*" } else { "" };
        let indent = "  ".repeat(node.depth as usize);
        write!(text, "{indent}{}{mark}", node.session.pid).unwrap();
        for pid in &node.also_blocked_by {
            write!(text, " +{pid}").unwrap();
        }
        text.push('\n');
    }
    text
}

#[track_caller]
fn check(lines: &[&str], ours: &[i32], expected: &str, counts: (u32, u32, u32)) {
    let tree = waits(lines, ours).tree();
    let expected: Vec<&str> = expected
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let margin = expected[0].len() - expected[0].trim_start().len();
    let expected: Vec<&str> = expected.iter().map(|line| &line[margin..]).collect();
    assert_eq!(drawn(&tree).trim_end(), expected.join("\n"));
    assert_eq!(
        (tree.blockers, tree.waiters, tree.behind_ours.sessions),
        counts
    );
}

#[test]
fn a_chain_of_four_hangs_from_its_holder() {
    check(
        &["2 < 1", "3 < 2", "4 < 3"],
        &[],
        "
        1
          2
            3
              4
        ",
        (1, 3, 0),
    );
}

#[test]
fn the_queue_stands_behind_our_waiting_alter() {
    check(
        &["20 < 10", "31 < 20", "32 < 20", "33 < 20"],
        &[20],
        "
        10
          20*
            31
            32
            33
        ",
        (1, 4, 3),
    );
}

#[test]
fn who_waits_for_two_stands_under_the_one_nearest_to_a_root() {
    check(
        &["2 < 1", "3 < 2, 1", "4 < 3, 9"],
        &[],
        "
        1
          2
          3 +2
        9
          4 +3
        ",
        (2, 3, 0),
    );
}

#[test]
fn our_own_sessions_are_not_counted_behind_ours() {
    check(
        &["21 < 20", "30 < 21", "40 < 30"],
        &[20, 21],
        "
        20*
          21*
            30
              40
        ",
        (1, 3, 2),
    );
}

#[test]
fn a_circle_is_shown_once_from_its_first_waiter() {
    check(
        &["1 < 2", "2 < 1", "3 < 2"],
        &[],
        "
        1 +2
          2
            3
        ",
        (1, 3, 0),
    );
}

#[test]
fn the_root_of_a_circle_is_who_has_waited_longest() {
    let mut waits = waits(&["1 < 2", "2 < 3", "3 < 1"], &[]);
    let session = waits.sessions.get_mut(&3).unwrap();
    session.query_age = Some(Duration::from_secs(9));
    assert_eq!(drawn(&waits.tree()), "3 +1\n  2\n    1\n");
}

#[test]
fn a_prepared_transaction_blocks_as_pid_0() {
    check(
        &["5 < 0", "6 < 5"],
        &[],
        "
        0
          5
            6
        ",
        (1, 2, 0),
    );
    let tree = waits(&["5 < 0"], &[]).tree();
    assert_eq!(tree.nodes[0].session.state, State::Prepared);
}

#[test]
fn what_concerns_us_comes_first_and_then_the_largest() {
    check(
        &[
            "11 < 1", "21 < 2", "22 < 2", "23 < 2", "31 < 3", "32 < 3", "33 < 2",
        ],
        &[32],
        "
        3
          32*
          31
        2
          21
          22
          23
          33
        1
          11
        ",
        (3, 7, 0),
    );
}

#[test]
fn a_blocker_that_is_gone_is_said_to_be_gone() {
    let mut waits = waits(&["2 < 1"], &[]);
    waits.sessions.remove(&1);
    assert_eq!(waits.tree().nodes[0].session.state, State::Gone);
}

#[test]
fn three_hundred_waiters_of_one_queue_stay_in_one_tree() {
    let mut edges: Vec<String> = Vec::new();
    for pid in 2..302 {
        // The server's answer is cut off after eight.
        let before: Vec<String> = (1..pid).take(8).map(|pid| pid.to_string()).collect();
        edges.push(format!("{pid} < {}", before.join(",")));
    }
    let lines: Vec<&str> = edges.iter().map(String::as_str).collect();
    let mut waits = waits(&lines, &[]);
    waits.waiting = 400;
    let tree = waits.tree();
    assert_eq!((tree.blockers, tree.waiters, tree.unlisted), (1, 400, 100));
    assert_eq!(tree.nodes.len(), 301);
    assert_eq!(tree.nodes[0].beneath, 300);
}

#[test]
fn who_is_one_like_another_is_not_missing_in_the_tree() {
    let mut waits = waits(&["2 < 1", "3 < 1"], &[]);
    waits.waiting = 45;
    waits.spoken_for.insert(2, 39);
    let tree = waits.tree();
    assert_eq!((tree.waiters, tree.unlisted), (45, 4));
    assert_eq!((tree.nodes[0].beneath, tree.lists_all()), (41, false));
    waits.spoken_for.clear();
    waits.waiting = 2;
    assert!(waits.tree().lists_all());
}

#[test]
fn who_waits_for_a_snapshot_wants_that_and_those_in_its_way_are_serializable() {
    let mut waits = waits(&["2 < 1, 3", "4 < 3"], &[]);
    let session = waits.sessions.get_mut(&2).unwrap();
    session.wait = Some("IPC: SafeSnapshot".to_owned());
    session.query_age = Some(Duration::from_secs(7));
    waits.held.insert(3, vec!["RowExclusive orders".to_owned()]);
    waits.add_snapshots();
    let wanted = &waits.wanted[&2];
    assert_eq!((wanted.words(), wanted.on()), {
        let words = "a safe snapshot".to_owned();
        (words.clone(), words)
    });
    assert_eq!(wanted.waited, Some(Duration::from_secs(7)));
    assert_eq!(waits.held[&1], ["a serializable transaction"]);
    assert_eq!(waits.held[&3].len(), 2);
    assert!(!waits.wanted.contains_key(&4));
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let edges: Vec<String> = (2..2_000)
        .map(|pid| format!("{pid} < {}", pid - 1))
        .collect();
    let lines: Vec<&str> = edges.iter().map(String::as_str).collect();
    let tree = waits(&lines, &[1]).tree();
    assert_eq!(tree.nodes.last().unwrap().depth, 1_998);
    assert_eq!(tree.behind_ours.sessions, 1_998);
}

/// Who keeps ours from going on: the first of ours that waits, and those that have to end.
fn told(tree: &LockTree) -> Option<(i32, Vec<i32>)> {
    let wait = tree.wait_of_ours()?;
    let blockers = wait.blockers.iter().map(|node| node.session.pid);
    Some((wait.ours.session.pid, blockers.collect()))
}

#[test]
fn the_blockers_of_ours_are_the_roots_above_our_first_waiter() {
    let tree = waits(&["2 < 1", "3 < 2", "9 < 8"], &[3]).tree();
    assert_eq!(told(&tree), Some((3, vec![1])));
    let tree = waits(&["2 < 1", "3 < 2, 9, 1", "9 < 8", "7 < 8"], &[3]).tree();
    assert_eq!(told(&tree), Some((3, vec![1, 8])));
    assert_eq!(told(&waits(&["2 < 1"], &[1]).tree()), None);
    assert_eq!(told(&LockTree::default()), None);
}

#[test]
fn in_a_circle_ours_waits_for_the_next_in_it() {
    let tree = waits(&["1 < 2", "2 < 1"], &[1]).tree();
    assert_eq!(told(&tree), Some((1, vec![2])));
    let tree = waits(&["1 < 2", "2 < 1"], &[2]).tree();
    assert_eq!(told(&tree), Some((2, vec![1])));
}

#[test]
fn who_waits_behind_a_circle_is_no_part_of_it_though_it_has_waited_longest() {
    let mut waits = waits(
        &[
            "5 < 6", "6 < 7", "7 < 5", "1 < 6", "2 < 1", "3 < 4, 6", "4 < 3",
        ],
        &[1],
    );
    let session = waits.sessions.get_mut(&1).unwrap();
    session.query_age = Some(Duration::from_secs(900));
    let tree = waits.tree();
    assert_eq!(
        drawn(&tree),
        "5 +6\n  7\n    6\n      1*\n        2\n      3 +4\n        4\n"
    );
    assert_eq!(told(&tree), Some((1, vec![5])));
}

#[test]
fn each_circle_that_waits_for_nobody_else_has_a_root_of_its_own() {
    check(
        &[
            "1 < 2", "2 < 1", "8 < 9", "9 < 8", "5 < 6", "6 < 5, 9", "4 < 1, 8",
        ],
        &[],
        "
        8 +9
          9
            6 +5
              5
        1 +2
          2
          4 +8
        ",
        (2, 7, 0),
    );
}

#[test]
fn where_none_is_ours_for_certain_the_first_that_may_be_is_told() {
    let mut waits = waits(&["2 < 1", "9 < 8", "7 < 6"], &[]);
    let guess = |waits: &mut Waits, pid: i32, by| {
        let session = waits.sessions.get_mut(&pid).unwrap();
        session.ours = Some(Ours { by, step: None });
    };
    assert_eq!(told(&waits.tree()), None);
    guess(&mut waits, 9, Evidence::Guess);
    assert_eq!(told(&waits.tree()), Some((9, vec![8])));
    guess(&mut waits, 2, Evidence::Guess);
    guess(&mut waits, 7, Evidence::Socket);
    assert_eq!(told(&waits.tree()), Some((7, vec![6])));
}

#[test]
fn what_waits_behind_a_guess_counts_and_is_said_to() {
    let lines = ["20 < 10", "31 < 20", "32 < 20", "41 < 40", "42 < 41"];
    let mut waits = waits(&lines, &[]);
    let guess = |waits: &mut Waits, pid: i32, by| {
        let session = waits.sessions.get_mut(&pid).unwrap();
        session.ours = Some(Ours { by, step: None });
    };
    guess(&mut waits, 20, Evidence::Guess);
    let queue = waits.tree().behind_ours;
    assert_eq!(queue.words(), "perhaps 2 sessions: unnamed 2");
    assert_eq!((queue.sessions, queue.certain()), (2, 0));
    guess(&mut waits, 40, Evidence::Name);
    // One that waits behind ours is no less behind it for being taken for ours by guess.
    guess(&mut waits, 41, Evidence::Guess);
    let queue = waits.tree().behind_ours;
    assert_eq!(queue.words(), "4 sessions, 2 of them perhaps: unnamed 4");
    waits.behind_perhaps = 90;
    let queue = waits.tree().behind_ours;
    assert_eq!((queue.sessions, queue.certain()), (90, 2));
}

#[test]
fn who_is_only_seen_to_wait_has_waited_at_least_so_long() {
    let mut waits = waits(&["20 < 10", "31 < 20", "32 < 20"], &[20]);
    waits.seen_for = [(31, Duration::from_secs(4)), (32, Duration::from_secs(7))].into();
    let queue = waits.tree().behind_ours;
    assert_eq!(
        queue.words(),
        "2 sessions, the oldest for at least 7s: unnamed 2"
    );
    // Where the server tells, that counts.
    let session = waits.sessions.get_mut(&32).unwrap();
    session.query_age = Some(Duration::from_secs(5));
    let queue = waits.tree().behind_ours;
    assert_eq!(
        (queue.oldest, queue.at_least),
        (Some(Duration::from_secs(5)), false)
    );
}

#[test]
fn who_only_has_to_end_a_transaction_is_said_to() {
    let mut waits = waits(&["2 < 1", "9 < 8"], &[]);
    let of = |locktype: &str| Wanted {
        mode: "Share".to_owned(),
        locktype: locktype.to_owned(),
        relation: None,
        partition_of: None,
        object: "the end of a transaction".to_owned(),
        waited: None,
    };
    waits.wanted = [(2, of("virtualxid")), (9, of("relation"))].into();
    let tree = waits.tree();
    let holds = |pid: i32| {
        let mut nodes = tree.nodes.iter();
        nodes
            .find(|node| node.session.pid == pid)
            .unwrap()
            .holds
            .clone()
    };
    assert_eq!(holds(1), ["its transaction has to end"]);
    assert!(holds(2).is_empty() && holds(8).is_empty());
}

#[test]
fn the_queue_behind_ours_is_counted_aged_and_named() {
    let mut waits = waits(&["20 < 10", "31 < 20", "32 < 20", "33 < 31"], &[20]);
    for (pid, application, secs) in [(31, "web", 5), (32, "cron", 12), (33, "web", 1)] {
        let session = waits.sessions.get_mut(&pid).unwrap();
        session.application = application.to_owned();
        session.query_age = Some(Duration::from_secs(secs));
    }
    let queue = waits.tree().behind_ours;
    assert_eq!(
        queue.words(),
        "3 sessions, the oldest for 12s: web 2, cron 1"
    );
    waits.behind_ours = 700;
    assert_eq!(waits.tree().behind_ours.sessions, 700);
}

#[test]
fn those_who_wait_for_partitions_of_one_table_are_one_line() {
    let mut waits = waits(&["2 < 1", "3 < 1", "4 < 1", "5 < 4", "6 < 1"], &[6]);
    for pid in 2..=6 {
        let wanted = Wanted {
            mode: "AccessShare".to_owned(),
            locktype: "relation".to_owned(),
            relation: Some(format!("orders_{pid}")),
            partition_of: Some("orders".to_owned()),
            object: format!("orders_{pid}"),
            waited: None,
        };
        waits.wanted.insert(pid, wanted);
    }
    let tree = waits.tree();
    assert_eq!(drawn(&tree), "1\n  6*\n  2\n  4\n    5\n");
    assert_eq!((tree.nodes[2].folded, tree.waiters), (1, 5));
}

#[test]
fn a_prepared_transaction_goes_by_its_name() {
    let mut waits = waits(&["5 < 0"], &[5]);
    let prepared = |gid: &str| Prepared {
        gid: gid.to_owned(),
        owner: None,
        age: None,
        transactions: None,
    };
    waits.prepared = vec![prepared("pay 1")];
    let tree = waits.tree();
    let root = &tree.wait_of_ours().unwrap().blockers[0].session;
    assert_eq!(
        tree.who(root),
        "the prepared transaction pay 1 (ended by COMMIT or ROLLBACK PREPARED of whoever coordinates it)"
    );
    let mut named = Session::unknown(5, State::Active);
    "web".clone_into(&mut named.application);
    assert_eq!(tree.who(&named), "5 web");
}

proptest! {
    #[test]
    fn every_session_is_shown_exactly_once_whatever_waits_for_whatever(
        edges in prop::collection::vec((1..12_i32, prop::collection::vec(0..12_i32, 0..4)), 0..20)
    ) {
        let mut waits = Waits::default();
        let mut expected: BTreeSet<i32> = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for (waiter, blockers) in edges {
            if !seen.insert(waiter) {
                continue;
            }
            let others = blockers.iter().filter(|&&pid| pid != waiter);
            for &pid in others {
                expected.extend([pid, waiter]);
            }
            waits.edges.push(Edge { waiter, blockers, behind_ours: false });
        }
        let tree = waits.tree();
        let mut shown: Vec<i32> = tree.nodes.iter().map(|node| node.session.pid).collect();
        shown.sort_unstable();
        prop_assert_eq!(shown, expected.into_iter().collect::<Vec<i32>>());
        let mut last = 0;
        for node in &tree.nodes {
            prop_assert!(node.depth <= last + 1);
            last = node.depth;
        }
    }
}
