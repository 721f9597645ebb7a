//! Rewrites of tables, which no view of the server counts: seen by what they add to the database.

use std::time::Duration;

use super::pace::{After, Stretch};
use crate::clock::Moment;

/// How much longer a byte of an index takes than one of its table, as it was measured: it is sorted first.
const INDEX: f64 = 3.0;
/// By how much more than before a table may be larger before nobody can say when it is over.
const MORE: f64 = 1.05;
/// Nothing that is still going on is done.
const MOST: f64 = 0.99;
/// What does not grow for so long is said to stand still. An index is written only once it is sorted.
const STILL: Duration = Duration::from_secs(2);

/// The sizes that the databases had when it was first seen that their tables are written anew.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Growths {
    all: Vec<Growth>,
}

#[derive(Debug)]
struct Growth {
    of: Statement,
    before: f64,
    /// The largest size that was seen, and when it was first seen.
    newest: (Moment, f64),
}

/// Which statement it is: the pid of its session, and when the session and the statement began. A pid is used again,
/// and a session goes on with its next statement between two looks.
pub(in crate::monitor) type Statement = (i32, Option<i64>, Option<i64>);

/// How large what is written anew was, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) struct Size {
    pub(in crate::monitor) table: f64,
    pub(in crate::monitor) indexes: f64,
}

/// How far a rewrite has come.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct Grown {
    /// How much of the whole is done; none where nothing tells.
    pub(in crate::monitor) done: Option<f64>,
    /// What there is to measure a pace by.
    pub(in crate::monitor) stretch: Option<Stretch<'static>>,
    /// What it is at, for people.
    pub(in crate::monitor) words: String,
}

impl Growths {
    /// Forgets what is not going on any more.
    pub(in crate::monitor) fn keep(&mut self, statements: &[Statement]) {
        self.all.retain(|growth| statements.contains(&growth.of));
    }

    /// How far `statement` has come with what was of the size `of`, now that the database has so many `bytes`. It counts from the first look: by what the database had grown since it was measured
    /// before, something else may have made it larger.
    pub(in crate::monitor) fn look(
        &mut self,
        statement: Statement,
        of: Size,
        bytes: f64,
        now: Moment,
    ) -> Grown {
        let at = self.all.iter().position(|growth| growth.of == statement);
        let at = at.unwrap_or_else(|| {
            self.all.push(Growth {
                of: statement,
                before: bytes,
                newest: (now, bytes),
            });
            self.all.len() - 1
        });
        let Some(growth) = self.all.get_mut(at) else {
            return of.grown(0.0, Duration::ZERO);
        };
        // It was never larger than now when it began: something else may have gone since.
        growth.before = growth.before.min(bytes);
        if growth.newest.1 < bytes {
            growth.newest = (now, bytes);
        }
        of.grown(bytes - growth.before, now.since(growth.newest.0))
    }
}

impl Size {
    /// How far that has come by which the database has `grown`, and that for the time `still` has not.
    fn grown(self, grown: f64, still: Duration) -> Grown {
        let (all, weight) = (self.table + self.indexes, self.indexes * INDEX);
        let known = all > 0.0;
        let share = if known {
            self.table / (self.table + weight)
        } else {
            0.0
        };
        let (stage, done, stretch) = if known && grown > all * MORE {
            let more = (grown - all) / 1e6;
            let words = format!(
                "writes the table anew; {more:.0} MB more than it was, nobody knows how many to come"
            );
            (words, None, None)
        } else if grown < self.table || !known {
            let done = known.then(|| grown / self.table);
            let stretch = done.map(|done| Stretch {
                name: "table",
                done,
                after: After {
                    times: weight / self.table,
                    ..After::default()
                },
            });
            let words = "writes the table anew; estimated by the growth of the database".to_owned();
            (words, done.map(|done| share * done), stretch)
        } else {
            let part = ((grown - self.table) / self.indexes.max(1.0)).min(MOST);
            let stretch = Stretch {
                name: "indexes",
                done: part,
                after: After::default(),
            };
            let words =
                "writes the table anew; as large as it was, so its indexes may be next".to_owned();
            (words, Some(share + (1.0 - share) * part), Some(stretch))
        };
        let words = if still >= STILL {
            format!("{stage}; no growth for {} s", still.as_secs())
        } else {
            stage
        };
        Grown {
            done: done.map(|done| done.clamp(0.0, MOST)),
            stretch: stretch.filter(|_| still < STILL),
            words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::now;

    const MB: f64 = 1e6;
    const OF: Size = Size {
        table: 500.0 * MB,
        indexes: 100.0 * MB,
    };

    const ALTER: Statement = (7, Some(1), Some(2));

    /// What is said of a statement that was first seen when the database had 1,000 MB, at each second and size.
    fn seen(sizes: &[(u64, f64)]) -> Vec<(Option<u32>, String)> {
        let mut growths = Growths::default();
        growths.look(ALTER, OF, 1_000.0 * MB, now());
        let look = |(secs, megabytes): &(u64, f64)| {
            let at = now().plus(Duration::from_secs(*secs));
            let grown = growths.look(ALTER, OF, megabytes * MB, at);
            let percent = grown.done.map(|done| (done * 100.0).round() as u32);
            let words = grown
                .words
                .split_once("; ")
                .map(|(_, words)| words.to_owned());
            (percent, words.unwrap())
        };
        sizes.iter().map(look).collect()
    }

    #[test]
    fn a_table_counts_by_its_bytes_and_its_indexes_by_what_they_take() {
        let estimated = "estimated by the growth of the database";
        let next = "as large as it was, so its indexes may be next";
        let told = seen(&[
            (2, 1_250.0),
            (3, 1_400.0),
            (4, 1_500.0),
            (5, 1_550.0),
            (6, 1_600.0),
        ]);
        let wanted = [
            (31, estimated),
            (50, estimated),
            (63, next),
            (81, next),
            (99, next),
        ];
        let wanted = wanted.map(|(percent, words)| (Some(percent), words.to_owned()));
        assert_eq!(told, wanted);
    }

    #[test]
    fn what_stands_still_says_so_and_has_no_time_left() {
        let told = seen(&[(2, 1_500.0), (3, 1_500.0), (4, 1_500.0), (5, 1_510.0)]);
        let words: Vec<&str> = told.iter().map(|(_, words)| &words[..]).collect();
        assert!(!words[1].contains("no growth"), "{words:?}");
        assert!(words[2].ends_with("; no growth for 2 s"), "{words:?}");
        assert!(!words[3].contains("no growth"), "{words:?}");
        assert_eq!(OF.grown(250.0 * MB, STILL).stretch, None);
        assert!(OF.grown(250.0 * MB, Duration::ZERO).stretch.is_some());
    }

    #[test]
    fn what_is_larger_than_it_was_may_become_any_size() {
        let told = seen(&[(2, 1_620.0), (3, 1_700.0)]);
        assert_eq!(told[0].0, Some(99));
        let more = "100 MB more than it was, nobody knows how many to come";
        assert_eq!(told[1], (None, more.to_owned()));
        let empty = Size {
            table: 0.0,
            indexes: 0.0,
        };
        assert_eq!(empty.grown(5.0 * MB, Duration::ZERO).done, None);
    }

    #[test]
    fn what_the_database_grew_by_before_it_was_seen_is_not_counted() {
        let mut growths = Growths::default();
        let mut look =
            |statement, megabytes| growths.look(statement, OF, megabytes * MB, now()).done;
        assert_eq!(look(ALTER, 1_000.0), Some(0.0));
        let copied = "somebody has copied something";
        assert_eq!(look((8, Some(1), Some(2)), 1_400.0), Some(0.0), "{copied}");
        let (next, again) = ((7, Some(1), Some(3)), (7, Some(2), Some(2)));
        assert_eq!(
            look(next, 1_400.0),
            Some(0.0),
            "the session's next statement"
        );
        assert_eq!(look(again, 1_400.0), Some(0.0), "another session's pid");
        assert!(look(ALTER, 1_400.0) > Some(0.4));
    }

    #[test]
    fn what_went_since_it_was_seen_is_not_counted_against_it() {
        let told = seen(&[(2, 600.0), (3, 850.0)]);
        assert_eq!((told[0].0, told[1].0), (Some(0), Some(31)));
    }
}
