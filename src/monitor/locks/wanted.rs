//! A row of `pg_locks` in words.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Wanted;
use crate::monitor::names::short;

/// The modes of a lock on a table, the weakest first.
const MODES: [&str; 8] = [
    "AccessShare",
    "RowShare",
    "RowExclusive",
    "ShareUpdateExclusive",
    "Share",
    "ShareRowExclusive",
    "Exclusive",
    "AccessExclusive",
];

/// From which mode on a request has to wait for a lock of each of these modes, by its place.
const KEPT_OUT_FROM: [usize; 8] = [7, 6, 4, 3, 2, 2, 1, 0];

/// Every two modes of which the second has to wait for the first, as the server calls them.
pub(in crate::monitor) fn conflicts() -> Vec<String> {
    let mut pairs = Vec::new();
    for (held, from) in MODES.iter().zip(KEPT_OUT_FROM) {
        // Only Share is kept out by stronger and by weaker modes, and not by itself.
        let kept_out = MODES
            .iter()
            .skip(from)
            .filter(|mode| (*held, **mode) != ("Share", "Share"));
        pairs.extend(kept_out.map(|mode| format!("{held}Lock {mode}Lock")));
    }
    pairs
}

/// A lock as the server describes it.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct Lock {
    pub(in crate::monitor) pid: i32,
    pub(in crate::monitor) granted: bool,
    pub(in crate::monitor) locktype: String,
    /// With `Lock` at its end.
    pub(in crate::monitor) mode: String,
    /// The name of the relation, with its schema.
    pub(in crate::monitor) relation: Option<String>,
    /// The table that the relation is a partition of.
    pub(in crate::monitor) root: Option<String>,
    pub(in crate::monitor) transaction: Option<String>,
    pub(in crate::monitor) class: Option<i64>,
    pub(in crate::monitor) object: Option<i64>,
    pub(in crate::monitor) sub_object: Option<i32>,
    pub(in crate::monitor) waited: Option<Duration>,
}

impl Lock {
    /// What each of the waiting pids waits for. Who waits for a transaction to end is in line for a
    /// row that it has changed, and holds the place in that line as a lock on the row.
    pub(in crate::monitor) fn wanted_of_all(locks: &[Lock]) -> HashMap<i32, Wanted> {
        let row_of = |pid: i32| {
            let place = |lock: &&Lock| lock.granted && lock.locktype == "tuple" && lock.pid == pid;
            locks.iter().find(place)?.relation.as_deref()
        };
        let waiting = locks.iter().filter(|lock| !lock.granted);
        waiting
            .map(|lock| (lock.pid, lock.wanted(row_of(lock.pid))))
            .collect()
    }

    /// The strongest lock that each pid holds on each thing that others wait for.
    pub(in crate::monitor) fn held_by_all(locks: &[Lock]) -> HashMap<i32, Vec<String>> {
        let mut strongest: BTreeMap<(i32, String), &Lock> = BTreeMap::new();
        let held = locks
            .iter()
            .filter(|lock| lock.granted && lock.locktype != "tuple");
        for lock in held {
            let object = lock.object_words(lock.short_relation().as_deref());
            let known = strongest.entry((lock.pid, object)).or_insert(lock);
            if lock.strength() > known.strength() {
                *known = lock;
            }
        }
        // The locks on many partitions of one table are one thing to say.
        let mut partitions: BTreeMap<(i32, &str, &str), Vec<String>> = BTreeMap::new();
        let mut all: HashMap<i32, Vec<String>> = HashMap::new();
        for ((pid, object), lock) in &strongest {
            match lock
                .root
                .as_deref()
                .filter(|root| lock.relation.as_deref() != Some(root))
            {
                Some(root) => partitions
                    .entry((*pid, lock.short_mode(), short(root)))
                    .or_default()
                    .push(object.clone()),
                None => all
                    .entry(*pid)
                    .or_default()
                    .push(format!("{} {object}", lock.short_mode())),
            }
        }
        for ((pid, mode, root), names) in partitions {
            let words = match &names[..] {
                [one] => format!("{mode} {one}"),
                many => format!("{mode} {} partitions of {root}", many.len()),
            };
            all.entry(pid).or_default().push(words);
        }
        all
    }

    /// What its session waits for; `row_of` is the table of the row it is in line for.
    fn wanted(&self, row_of: Option<&str>) -> Wanted {
        let relation = self
            .short_relation()
            .or(row_of.map(short).map(str::to_owned));
        Wanted {
            mode: self.short_mode().to_owned(),
            locktype: self.locktype.clone(),
            object: self.object_words(relation.as_deref()),
            relation,
            partition_of: self.partition_of(),
            waited: self.waited,
        }
    }

    fn partition_of(&self) -> Option<String> {
        let root = self.root.as_deref()?;
        let partition = self.relation.as_deref() != Some(root);
        partition.then(|| short(root).to_owned())
    }

    fn strength(&self) -> Option<usize> {
        MODES.iter().position(|mode| *mode == self.short_mode())
    }

    fn short_mode(&self) -> &str {
        self.mode.strip_suffix("Lock").unwrap_or(&self.mode)
    }

    fn short_relation(&self) -> Option<String> {
        self.relation.as_deref().map(short).map(str::to_owned)
    }

    fn object_words(&self, relation: Option<&str>) -> String {
        let table = relation.unwrap_or("a table of another database");
        match self.locktype.as_str() {
            "relation" => table.to_owned(),
            "extend" => format!("the growth of {table}"),
            "page" => format!("a page of {table}"),
            "tuple" => format!("a row of {table}"),
            "transactionid" => match (relation, &self.transaction) {
                (Some(table), _) => format!("a row of {table}"),
                (None, Some(id)) => format!("the end of transaction {id}"),
                (None, None) => "the end of a transaction".to_owned(),
            },
            "virtualxid" => "the end of a transaction".to_owned(),
            "advisory" => self.advisory_words(),
            other => other.to_owned(),
        }
    }

    /// Advisory locks have one key of 64 bits, stored in halves, or two keys of 32 bits.
    fn advisory_words(&self) -> String {
        let (Some(high), Some(low)) = (self.class, self.object) else {
            return "advisory lock".to_owned();
        };
        if self.sub_object == Some(1) {
            format!("advisory lock {}", (high << 32) | low)
        } else {
            // The server shows the signed keys without their sign.
            format!("advisory lock ({}, {})", high as i32, low as i32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(locktype: &str, relation: Option<&str>) -> Lock {
        Lock {
            locktype: locktype.to_owned(),
            mode: "AccessExclusiveLock".to_owned(),
            relation: relation.map(str::to_owned),
            ..Lock::default()
        }
    }

    #[test]
    fn locks_are_named_by_what_they_protect() {
        let orders = Some("public.orders");
        for (locktype, relation, row_of, words) in [
            ("relation", orders, None, "orders"),
            ("relation", Some("audit.log"), None, "audit.log"),
            ("relation", None, None, "a table of another database"),
            ("tuple", orders, None, "a row of orders"),
            ("transactionid", None, orders, "a row of orders"),
            ("transactionid", None, None, "the end of a transaction"),
            ("virtualxid", None, None, "the end of a transaction"),
            ("frozenid", None, None, "frozenid"),
        ] {
            assert_eq!(lock(locktype, relation).wanted(row_of).object, words);
        }
    }

    #[test]
    fn conflicts_go_both_ways() {
        let pairs = conflicts();
        for pair in &pairs {
            let (held, wanted) = pair.split_once(' ').unwrap();
            assert!(pairs.contains(&format!("{wanted} {held}")), "{pair}");
        }
        let of = |mode: &str| {
            let held = format!("{mode}Lock ");
            pairs.iter().filter(|pair| pair.starts_with(&held)).count()
        };
        assert_eq!(MODES.map(of), [1, 2, 4, 5, 5, 6, 7, 8]);
    }

    #[test]
    fn only_the_strongest_of_the_locks_on_a_table_is_shown() {
        let held = |pid: i32, mode: &str, relation: &str| Lock {
            pid,
            granted: true,
            mode: mode.to_owned(),
            ..lock("relation", Some(relation))
        };
        let all = Lock::held_by_all(&[
            held(1, "AccessShareLock", "public.orders"),
            held(1, "ShareUpdateExclusiveLock", "public.orders"),
            held(1, "RowExclusiveLock", "public.orders"),
            held(1, "AccessShareLock", "public.items"),
            held(2, "AccessExclusiveLock", "public.orders"),
        ]);
        assert_eq!(
            all[&1],
            ["AccessShare items", "ShareUpdateExclusive orders"]
        );
        assert_eq!(all[&2], ["AccessExclusive orders"]);
    }

    #[test]
    fn the_locks_on_many_partitions_are_one_thing_to_say() {
        let held = |relation: &str| Lock {
            pid: 1,
            granted: true,
            root: Some("public.orders".to_owned()),
            ..lock("relation", Some(relation))
        };
        let all = Lock::held_by_all(&[
            held("public.orders"),
            held("public.orders_1"),
            held("public.orders_2"),
        ]);
        assert_eq!(
            all[&1],
            [
                "AccessExclusive orders",
                "AccessExclusive 2 partitions of orders"
            ]
        );
        assert_eq!(held("public.orders").wanted(None).partition_of, None);
        let part = held("public.orders_1").wanted(None);
        assert_eq!(part.partition_of.as_deref(), Some("orders"));
    }

    #[test]
    fn who_waits_for_a_transaction_is_in_line_for_a_row() {
        let mut place = lock("tuple", Some("public.orders"));
        (place.pid, place.granted) = (7, true);
        let mut wait = lock("transactionid", None);
        wait.pid = 7;
        let wanted = Lock::wanted_of_all(&[place, wait]);
        assert_eq!(wanted[&7].object, "a row of orders");
        assert_eq!(wanted[&7].relation.as_deref(), Some("orders"));
    }

    #[test]
    fn advisory_locks_show_the_key_that_was_asked_for() {
        let mut lock = lock("advisory", None);
        (lock.class, lock.object, lock.sub_object) = (Some(0), Some(42), Some(1));
        assert_eq!(lock.wanted(None).object, "advisory lock 42");
        (lock.class, lock.object) = (Some(0xFFFF_FFFF), Some(0xFFFF_FFFE));
        assert_eq!(lock.wanted(None).object, "advisory lock -2");
        lock.sub_object = Some(2);
        assert_eq!(lock.wanted(None).object, "advisory lock (-1, -2)");
    }
}
