//! What goes on for long, from the server's progress views, and from what else can be seen where
//! they know nothing.

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{count, field, flag, relation, text};
use super::trouble::Trouble;
use super::uncounted::unknown;
use crate::clock::Moment;
use crate::monitor::progress::{
    Courses, Extent, Growths, Paces, Place, Progress, Raw, Seen, Size, View, WaitsFor, counted_by,
    reads_everything, rewrites,
};
use crate::monitor::session::{Session, State};

/// A statement is long from here on.
const LONG: Duration = Duration::from_secs(2);
/// A statement that is as old as this may have got as far as to be counted.
const COUNTED: Duration = Duration::from_millis(500);
/// At how many looks nothing is asked where nothing is seen that could be counted: a base backup belongs to
/// no database.
const UNASKED: u32 = 4;
/// How many statements without a progress view are looked into.
const LISTED: usize = 5;

/// Of what each session has locked, what it has for itself alone, and of that the largest: the table, how
/// much space it and its indexes take up, in bytes, and whether the session has made tables that nobody
/// sees yet. No lock is needed to know that.
const LOCKED: &str = "
    WITH l AS MATERIALIZED (
             SELECT pid, relation, mode, granted FROM pg_locks
              WHERE pid = ANY($1) AND locktype = 'relation' AND database = $2)
    SELECT DISTINCT ON (l.pid)
           l.pid, c.oid::regclass::text AS relation,
           (8192 * (c.relpages::int8
                    + coalesce((SELECT t.relpages FROM pg_class AS t
                                 WHERE t.oid = c.reltoastrelid), 0)))::float8 AS bytes,
           (8192 * coalesce((SELECT sum(i.relpages) FROM pg_index AS x
                               JOIN pg_class AS i ON i.oid = x.indexrelid
                              WHERE x.indrelid = c.oid), 0))::float8 AS index_bytes,
           l.pid IN (SELECT n.pid FROM l AS n
                      WHERE n.mode = 'AccessExclusiveLock'
                        AND NOT EXISTS (SELECT FROM pg_class WHERE oid = n.relation)) AS new_tables
      FROM l JOIN pg_class AS c ON c.oid = l.relation
     WHERE l.granted AND c.relkind IN ('r', 'm', 'p') AND c.oid >= 16384
     ORDER BY l.pid, l.mode = 'AccessExclusiveLock' DESC, bytes DESC";

const SIZE: &str = "SELECT pg_database_size($1)::float8 AS bytes";

/// What a look has found.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) all: Vec<Progress>,
    /// The sessions that only tidy tables up: what others delete does not stay for theirs.
    pub(super) vacuums: Vec<i32>,
    /// Why not all of it is known, if something could not be seen.
    pub(super) blind: Option<String>,
}

/// What is remembered of progress from poll to poll.
#[derive(Default)]
pub(super) struct ProgressWatch {
    paces: Paces,
    courses: Courses,
    growths: Growths,
    /// How many looks more nothing has to be asked.
    unasked: u32,
}

impl ProgressWatch {
    /// Looks at what goes on. `sessions` are the busy ones.
    pub(super) async fn look(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        sessions: &[Session],
        now: Moment,
    ) -> Result<Looked, Trouble> {
        let (mut all, mut blind, mut vacuums) = (Vec::new(), None, Vec::new());
        if !facts.progress.is_empty() && self.has_to_ask(facts, sessions) {
            let statement = query(&facts.progress);
            let rows = line.rows(statement.bind(Oid(facts.database))).await;
            match line.part(rows).await? {
                Ok(rows) => {
                    for raw in rows.iter().filter_map(raw) {
                        if raw.view == View::Vacuum {
                            vacuums.push(raw.pid);
                        }
                        all.push(self.counted(raw, facts, sessions, now));
                    }
                    self.unasked = if all.is_empty() { UNASKED } else { 0 };
                }
                Err(why) => blind = Some(why),
            }
        }
        let mut uncounted = uncounted(sessions, &all, &facts.counted);
        let more = uncounted.len().saturating_sub(LISTED);
        uncounted.truncate(LISTED);
        let mut unlisted = None;
        if uncounted.is_empty() {
            self.growths.keep(&[]);
        } else {
            let found = self.uncounted(line, facts, &uncounted, now).await?;
            all.extend(found.all);
            unlisted = found.blind;
        }
        let pids: Vec<i32> = all.iter().map(|progress| progress.pid).collect();
        self.paces.keep(&pids);
        self.courses.keep(&pids);
        all.sort_by_key(|progress| std::cmp::Reverse((progress.ours.is_some(), progress.age)));
        Ok(Looked {
            all,
            vacuums,
            blind: unseen([blind, unlisted], more),
        })
    }

    /// Whether something may be counted: most of what runs is over soon, or waits for a table and has not
    /// begun.
    fn has_to_ask(&mut self, facts: &Facts, sessions: &[Session]) -> bool {
        let may_be_counted = |session: &Session| {
            session.state == State::Active
                && session.query_age.is_none_or(|age| age >= COUNTED)
                && session.wait.as_deref() != Some("Lock: relation")
        };
        let asks = self.unasked == 0
            || !facts.server.rights.may_see_all
            || sessions.iter().any(may_be_counted);
        self.unasked = self.unasked.saturating_sub(1);
        asks
    }

    fn counted(
        &mut self,
        mut raw: Raw,
        facts: &Facts,
        sessions: &[Session],
        now: Moment,
    ) -> Progress {
        let session = sessions.iter().find(|session| session.pid == raw.pid);
        raw.extent.together &= session.is_some_and(|session| may_share(session, facts));
        let age = session.and_then(|session| session.query_age);
        let what = if raw.is_hidden() {
            format!("{} (hidden: {})", raw.view.words(), facts.server.grant())
        } else {
            raw.what()
        };
        let statement = session.and_then(|session| session.statement.as_deref());
        let statement = statement.unwrap_or_default();
        let of_table = raw.is_one_of_table(statement);
        let ahead = if of_table {
            raw.relation
                .as_deref()
                .and_then(|table| self.courses.look(&raw, table, now))
        } else if raw.view == View::CreateIndex {
            None
        } else {
            self.courses.look(&raw, &what, now)
        };
        let done = ahead.map_or_else(|| raw.part_done(), |ahead| Some(ahead.done));
        // Where what goes on now has a pace of its own, that tells, and before it does nothing else.
        let (left, left_at_most) = if let Some(stretch) = raw.stretch().filter(|_| !of_table) {
            let seen = Seen {
                pid: raw.pid,
                what: &what,
                stretch,
            };
            let left = self.paces.left(&seen, now);
            (left, self.paces.at_most(&seen, now))
        } else {
            let by_age = age.and_then(|age| raw.left_by_age(age));
            (by_age.or_else(|| ahead?.left), None)
        };
        let whole = of_table || raw.is_whole(statement);
        let waits_for = raw.locker.filter(|_| raw.lockers_total > raw.lockers_done);
        Progress {
            pid: raw.pid,
            ours: session.and_then(|session| session.ours.clone()),
            what,
            phase: if of_table {
                raw.phase_of_table()
            } else if whole {
                raw.phase_words()
            } else {
                raw.phase_alone(statement)
            },
            done,
            estimated: ahead.is_some(),
            left: left.filter(|_| waits_for.is_none() && whole),
            left_at_most: left_at_most.filter(|_| waits_for.is_none() && whole),
            age,
            waits_for: waits_for.map(|pid| WaitsFor {
                pid,
                done: u32::try_from(raw.lockers_done).unwrap_or_default(),
                total: u32::try_from(raw.lockers_total).unwrap_or_default(),
                who: who(sessions.iter().find(|session| session.pid == pid)),
            }),
        }
    }

    /// Statements that no view counts: rewrites are seen by what they add to the database.
    async fn uncounted(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        sessions: &[&Session],
        now: Moment,
    ) -> Result<Looked, Trouble> {
        let pids: Vec<i32> = sessions.iter().map(|session| session.pid).collect();
        let locked = query(LOCKED).bind(&pids).bind(Oid(facts.database));
        let locked = line.rows(locked).await;
        let (locked, mut blind) = match line.part(locked).await? {
            Ok(rows) => (rows, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let of = |pid: i32| locked.iter().find(|row| field(row, "pid") == Some(pid));
        let rewriting = |session: &Session| {
            let text = session.statement.as_deref().is_some_and(rewrites);
            text && !session.waits_for_standby()
                && of(session.pid).is_some_and(|row| flag(row, "new_tables"))
        };
        let mut size = None;
        if sessions.iter().any(|session| rewriting(session)) {
            let rows = line.rows(query(SIZE).bind(Oid(facts.database))).await;
            match line.part(rows).await? {
                Ok(rows) => size = rows.first().and_then(|row| field::<f64>(row, "bytes")),
                Err(why) => blind = Some(why),
            }
        }
        let statements: Vec<_> = sessions.iter().map(|s| s.statement_id()).collect();
        self.growths.keep(&statements);
        let mut all = Vec::new();
        for session in sessions {
            let relation = of(session.pid).and_then(|row| relation(row, "relation"));
            let bytes = |name| of(session.pid).and_then(|row| field::<f64>(row, name));
            let was = bytes("bytes").zip(bytes("index_bytes"));
            let was = was.map(|(table, indexes)| Size { table, indexes });
            let mut progress = unknown(session, relation.as_deref(), was);
            if let (true, Some(size), Some(was)) = (rewriting(session), size, was) {
                let grown = self.growths.look(session.statement_id(), was, size, now);
                progress.left = grown.stretch.and_then(|stretch| {
                    let seen = Seen {
                        pid: session.pid,
                        what: &progress.what,
                        stretch,
                    };
                    self.paces.left(&seen, now)
                });
                progress.estimated = true;
                (progress.done, progress.phase) = (grown.done, grown.words);
            }
            all.push(progress);
        }
        Ok(Looked {
            all,
            blind,
            ..Looked::default()
        })
    }
}

/// What could not be seen: what failed, and that `more` were not looked into.
fn unseen(failed: [Option<String>; 2], more: usize) -> Option<String> {
    let more = (more > 0).then(|| format!("of {more} more that change something no counter tells"));
    let words: Vec<String> = failed.into_iter().flatten().chain(more).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Long statements of which no view tells, given those that the server has, and that change something or go
/// through a whole table: ours first.
fn uncounted<'s>(
    sessions: &'s [Session],
    counted: &[Progress],
    views: &[View],
) -> Vec<&'s Session> {
    let is_long = |session: &&Session| {
        session.state == State::Active
            && session.query_age.is_some_and(|age| age >= LONG)
            && !session.waits_for_others()
            && !session.is_helper()
            && !counted.iter().any(|known| known.pid == session.pid)
    };
    let told = |session: &&Session| {
        let statement = session.statement.as_deref().unwrap_or_default();
        // Reading on is dear, and few statements come to the second question.
        reads_everything(statement).is_some()
            && !counted_by(statement).is_some_and(|view| views.contains(&view))
    };
    let mut found: Vec<&Session> = sessions.iter().filter(is_long).filter(told).collect();
    found.sort_by_key(|session| std::cmp::Reverse((session.ours.is_some(), session.query_age)));
    found
}

/// Whether a vacuum of this session takes processes to help it with the indexes. Servers do that which
/// count what is analyzed, and autovacuum does not.
fn may_share(session: &Session, facts: &Facts) -> bool {
    let statement = session.statement.as_deref().unwrap_or_default();
    let autovacuum = session.kind.as_deref() == Some("autovacuum worker");
    let alone = statement.to_lowercase().contains("parallel 0");
    facts.counted.contains(&View::Analyze) && !autovacuum && !alone
}

fn who(session: Option<&Session>) -> String {
    let Some(session) = session else {
        return "idle or in another database".to_owned();
    };
    format!("{}, {}", session.name(), session.state.words())
}

fn raw(row: &PgRow) -> Option<Raw> {
    let number = |name: &str| field::<f64>(row, name).unwrap_or_default();
    let view: i32 = field(row, "view")?;
    let place: Vec<i64> = field(row, "place").unwrap_or_default();
    Some(Raw {
        view: View::ALL.get(usize::try_from(view).ok()?)?.0,
        pid: field(row, "pid")?,
        relation: relation(row, "relation"),
        index: relation(row, "index"),
        place: match place[..] {
            [at, all, before, own, whole] => {
                let counts = u32::try_from(at).ok().zip(u32::try_from(all).ok());
                counts.map(|(at, all)| Place {
                    at,
                    all,
                    before: before as f64,
                    own: own as f64,
                    whole: whole as f64,
                })
            }
            _ => None,
        },
        command: text(row, "command").unwrap_or_default(),
        phase: text(row, "phase").unwrap_or_default(),
        done: number("done"),
        total: number("total"),
        rows: field(row, "rows"),
        indexed: flag(row, "indexed"),
        extent: Extent {
            pages: number("pages"),
            index_pages: number("index_pages"),
            together: flag(row, "several"),
            dead: number("dead"),
            scanned: number("scanned"),
            cleaned: number("cleaned"),
            rounds: number("rounds"),
            found: number("found"),
            filled: number("filled"),
        },
        more_done: number("more_done"),
        more_total: number("more_total"),
        parts_done: number("parts_done"),
        parts_total: number("parts_total"),
        lockers_done: i64::from(count(row, "lockers_done")),
        lockers_total: i64::from(count(row, "lockers_total")),
        locker: field::<i32>(row, "locker").filter(|pid| *pid > 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_not_all_are_looked_into_hides_no_failure() {
        let failed = || Some("permission denied".to_owned());
        for (failed, more, words) in [
            ([None, None], 0, None),
            ([None, failed()], 0, Some("permission denied")),
            (
                [None, None],
                2,
                Some("of 2 more that change something no counter tells"),
            ),
            (
                [None, failed()],
                2,
                Some("permission denied; of 2 more that change something no counter tells"),
            ),
        ] {
            assert_eq!(unseen(failed, more).as_deref(), words);
        }
    }
}
