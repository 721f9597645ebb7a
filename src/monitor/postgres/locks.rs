//! Looking up who waits for whom, as rarely as will do.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::postgres::PgRow;

use super::facts::Facts;
use super::line::{Line, query};
use super::lock_details::{Details, read_details};
use super::rows::{field, flag, seconds, text};
use super::sessions::sessions_of;
use super::trouble::Trouble;
use crate::clock::Moment;
use crate::monitor::locks::{Crowd, Edge, Prepared, Turns, Waits};
use crate::monitor::session::Session;

/// How many waiting sessions are asked about in a look, and how often. With hundreds in one queue each would
/// name hundreds, and the server lets nobody have a lock while it answers.
const ASKED: usize = 50;
const ROUNDS: usize = 4;

/// The time between two looks at what is waited for where nobody is seen to wait.
const UNCALLED: Duration = Duration::from_secs(10);

/// Who stands before each of the given sessions, of which `$3` wait for a snapshot. Eight are enough to draw it;
/// whether ours are among them is asked of all.
const EDGES: &str = "
    SELECT w.pid, b.blockers[1:8] AS blockers, b.blockers && $2 AS behind_ours
      FROM unnest($1::int4[]) AS w (pid),
           LATERAL (SELECT CASE WHEN w.pid = ANY($3) THEN pg_safe_snapshot_blocking_pids(w.pid)
                                ELSE pg_blocking_pids(w.pid) END AS blockers OFFSET 0) AS b";

/// The same for the process that replays the log of another server. It has a queue of its own, of which the
/// server says nothing; what it wants, it wants alone. Who may not see which process it is knows it by that.
const EDGES_OF_RECOVERY: &str = "
    SELECT w.pid, array_agg(h.pid) AS blockers, false AS behind_ours
      FROM pg_locks AS w
      JOIN pg_locks AS h ON h.granted AND h.pid <> w.pid
                            AND h.database = w.database AND h.relation = w.relation
     WHERE NOT w.granted AND w.locktype = 'relation' AND w.pid = ANY($1)
       AND (SELECT coalesce(backend_type, 'startup') FROM pg_stat_get_activity(w.pid)) = 'startup'
       AND cardinality(pg_blocking_pids(w.pid)) = 0
     GROUP BY w.pid";

/// The prepared transactions, and whether one of the given sessions wants what they hold. Their locks
/// belong to no process; what they have in common is the lock on the transaction's own number.
const PREPARED: &str = "
    WITH l AS MATERIALIZED (
             SELECT * FROM pg_locks WHERE pid IS NULL OR NOT granted AND pid = ANY($1))
    SELECT gid, owner::text AS owner, age(transaction) AS transactions,
           extract(epoch FROM clock_timestamp() - prepared)::float8 AS age,
           EXISTS (SELECT FROM l AS own, l AS held, l AS w
                    WHERE own.pid IS NULL AND own.transactionid = p.transaction
                      AND held.pid IS NULL AND held.virtualtransaction = own.virtualtransaction
                      AND w.pid IS NOT NULL AND w.locktype = held.locktype
                      AND (w.transactionid = held.transactionid
                           OR w.database = held.database AND w.relation = held.relation
                           OR w.database = held.database AND w.classid = held.classid
                              AND w.objid = held.objid AND w.objsubid = held.objsubid)) AS blocks
      FROM pg_prepared_xacts AS p
     WHERE database = current_database()
     ORDER BY blocks DESC, prepared
     LIMIT 20";

/// What is remembered about waiting between two polls.
#[derive(Default)]
pub(super) struct LockWatch {
    details: Option<Details>,
    turns: Turns,
    /// Since when each waiter has been seen to wait.
    since: HashMap<i32, Moment>,
    /// When it was last looked up what is waited for.
    looked: Option<Moment>,
}

impl LockWatch {
    /// Looks who waits for whom, given the busy sessions and how many of all wait.
    pub(super) async fn look(
        &mut self,
        line: &mut Line,
        (listed, waiting): (&[Session], u32),
        facts: &Facts,
        tag: &str,
        now: Moment,
    ) -> Result<Waits, Trouble> {
        let (here, own) = waiters(listed);
        let hidden = !facts.server.rights.may_see_all || facts.server.in_recovery;
        // Those that were seen in a queue wait as well, but nobody beyond those that were counted: the queues
        // may be older than the sessions.
        let most = if hidden { usize::MAX } else { waiting as usize };
        let unlisted = self.unlisted(listed).into_iter();
        let left = most.saturating_sub(here.len());
        let mut all: Vec<i32> = here.iter().copied().chain(unlisted.take(left)).collect();
        let starting = self.starting(&all);
        all.extend(&starting);
        let mut waits = Waits::default();
        if all.is_empty() && !hidden {
            self.details = None;
            self.since.clear();
            // Who waits to be let in is not among the sessions: that takes a look now and then.
            if self.looked.is_some_and(|at| now.since(at) < UNCALLED) {
                return Ok(waits);
            }
        }
        let seen = if hidden { all.len() } else { 0 };
        let waiting = waiting as usize + starting.len();
        waits.waiting = u32::try_from(waiting.max(seen)).unwrap_or(u32::MAX);
        let ours = pids_of(listed, |session| session.ours.is_some());
        let queues = self.details.iter().flat_map(|details| &details.queues);
        let crowd = Crowd::new(all, own, &queues.collect::<Vec<_>>());
        let asked = self.ask(line, facts, &crowd, listed).await;
        if let Err(why) = line.part(asked).await? {
            waits.blind = Some(why);
            return Ok(waits);
        }
        waits.edges = self.turns.edges(&crowd);
        waits.seen_for = self.seen_for(&waits.edges, now);
        waits.spoken_for = self.turns.spoken_for(&crowd);
        waits.unasked = self.turns.unasked(&crowd);
        // Who has got its lock since the sessions were read waits no more.
        let done = u32::try_from(self.turns.done()).unwrap_or(u32::MAX);
        waits.waiting = waits.waiting.saturating_sub(done);
        let added = add_sessions(line, &mut waits, listed, facts, tag).await;
        waits.blind = line.part(added).await?.err().or(waits.blind);
        for pid in starting {
            let session = || Session::starting(pid);
            waits.sessions.entry(pid).or_insert_with(session);
        }
        let added = self.add_details(line, &mut waits, facts, (&ours, &here), now);
        let added = added.await;
        waits.blind = line.part(added).await?.err().or(waits.blind);
        waits.add_snapshots();
        let found = prepared_in_the_way(line, &waits.edges).await;
        match line.part(found).await? {
            Ok(prepared) => waits.prepared = prepared,
            Err(why) => waits.blind = Some(why),
        }
        Ok(waits)
    }

    /// Asks as many as may be asked in one look whom they wait for.
    async fn ask(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        crowd: &Crowd,
        listed: &[Session],
    ) -> Result<(), Trouble> {
        self.turns.begin(crowd);
        let mut left = ASKED;
        for _ in 0..ROUNDS {
            let next = self.turns.next(crowd, left);
            if next.is_empty() {
                break;
            }
            let found = edges(line, facts, &next, listed).await?;
            left -= next.len();
            self.turns.answered(&next, found);
        }
        Ok(())
    }

    /// How long each of those that wait has been seen to.
    fn seen_for(&mut self, edges: &[Edge], now: Moment) -> HashMap<i32, Duration> {
        let since = |edge: &Edge| {
            let known = self.since.get(&edge.waiter);
            (edge.waiter, known.copied().unwrap_or(now))
        };
        self.since = edges.iter().map(since).collect();
        let all = self.since.iter();
        all.map(|(pid, since)| (*pid, now.since(*since))).collect()
    }

    /// Those in the queues that are not among the listed sessions as waiting. One that is listed may be
    /// hidden all the same, and then it does not say that it waits.
    fn unlisted(&self, listed: &[Session]) -> Vec<i32> {
        let queues = self.details.iter().flat_map(|details| &details.queues);
        let waiting: HashSet<i32> = queues.clone().flatten().copied().collect();
        let listed = listed.iter().filter(|session| session.is_seen());
        let listed: HashSet<i32> = listed
            .map(|session| session.pid)
            .filter(|pid| waiting.contains(pid))
            .collect();
        let starting = self.details.iter().flat_map(|details| &details.starting);
        let known: HashSet<i32> = listed.into_iter().chain(starting.copied()).collect();
        let all = queues.flatten().copied();
        all.filter(|pid| !known.contains(pid)).collect()
    }

    /// Those that wait to be let in and are not among `others`.
    fn starting(&self, others: &[i32]) -> Vec<i32> {
        let all = self.details.iter().flat_map(|details| &details.starting);
        all.copied().filter(|pid| !others.contains(pid)).collect()
    }

    async fn add_details(
        &mut self,
        line: &mut Line,
        waits: &mut Waits,
        facts: &Facts,
        (ours, here): (&[i32], &[i32]),
        now: Moment,
    ) -> Result<(), Trouble> {
        let details = match self.details.take() {
            Some(details) if details.hold_at(now) => details,
            old => {
                let before = old.map_or_else(Vec::new, |details| details.queues);
                self.looked = Some(now);
                read_details(line, waits, facts, (ours, here), &before, now).await?
            }
        };
        let since = now.since(details.at);
        for (pid, wanted) in &details.wanted {
            let mut wanted = wanted.clone();
            wanted.waited = wanted.waited.map(|waited| waited + since);
            waits.wanted.insert(*pid, wanted);
        }
        waits.held.clone_from(&details.held);
        waits.behind_ours = details.behind_ours;
        waits.behind_perhaps = details.behind_perhaps;
        self.details = Some(details);
        Ok(())
    }
}

/// The sessions of all pids in the edges. A blocker may be idle, or in another database.
async fn add_sessions(
    line: &mut Line,
    waits: &mut Waits,
    listed: &[Session],
    facts: &Facts,
    tag: &str,
) -> Result<(), Trouble> {
    let mut unknown: HashSet<i32> = pids(&waits.edges).filter(|pid| *pid != 0).collect();
    for session in listed {
        if unknown.remove(&session.pid) {
            waits.sessions.insert(session.pid, session.clone());
        }
    }
    if !unknown.is_empty() {
        let unknown = unknown.into_iter().collect();
        for session in sessions_of(line, facts, unknown, tag).await? {
            waits.sessions.insert(session.pid, session);
        }
    }
    Ok(())
}

/// The pids that wait for others: ours first, then what may be ours, then those whose statement has lasted longest; and
/// how many are ours.
fn waiters(listed: &[Session]) -> (Vec<i32>, usize) {
    let mut waiting: Vec<&Session> = listed.iter().filter(|s| s.waits_for_others()).collect();
    waiting.sort_by_key(|session| {
        let ours = (session.is_ours(), session.is_perhaps_ours());
        std::cmp::Reverse((ours, session.query_age))
    });
    let ours = waiting.iter().filter(|session| session.is_ours()).count();
    (waiting.iter().map(|session| session.pid).collect(), ours)
}

/// The pids of those sessions of which it is so.
fn pids_of(sessions: &[Session], is: impl Fn(&Session) -> bool) -> Vec<i32> {
    let found = sessions.iter().filter(|session| is(session));
    found.map(|session| session.pid).collect()
}

/// Every pid of the edges.
fn pids(edges: &[Edge]) -> impl Iterator<Item = i32> + '_ {
    edges
        .iter()
        .flat_map(|edge| std::iter::once(edge.waiter).chain(edge.blockers.iter().copied()))
}

async fn edges(
    line: &mut Line,
    facts: &Facts,
    waiters: &[i32],
    listed: &[Session],
) -> Result<Vec<Edge>, Trouble> {
    let statement = query(EDGES)
        .bind(waiters)
        .bind(pids_of(listed, Session::is_ours))
        .bind(pids_of(listed, Session::waits_for_snapshot));
    let mut rows = line.rows(statement).await?;
    if facts.server.in_recovery {
        let of_recovery = query(EDGES_OF_RECOVERY).bind(waiters);
        rows.extend(line.rows(of_recovery).await?);
    }
    let edge = |row: &PgRow| {
        Some(Edge {
            waiter: field(row, "pid")?,
            blockers: field(row, "blockers")?,
            behind_ours: flag(row, "behind_ours"),
        })
    };
    let all = rows.iter().filter_map(edge);
    // Who has got its lock by now waits for nobody.
    Ok(all.filter(|edge| !edge.blockers.is_empty()).collect())
}

/// The prepared transactions that block somebody; all of them where it can't be told which do.
async fn prepared_in_the_way(line: &mut Line, edges: &[Edge]) -> Result<Vec<Prepared>, Trouble> {
    let waiters: Vec<i32> = edges
        .iter()
        .filter(|edge| edge.blockers.contains(&0))
        .map(|edge| edge.waiter)
        .collect();
    if waiters.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = line.rows(query(PREPARED).bind(waiters)).await?;
    if rows.iter().any(|row| flag(row, "blocks")) {
        rows.retain(|row| flag(row, "blocks"));
    }
    Ok(rows.iter().map(prepared).collect())
}

/// A prepared transaction of which a row tells.
pub(super) fn prepared(row: &PgRow) -> Prepared {
    let transactions: Option<i32> = field(row, "transactions");
    Prepared {
        gid: text(row, "gid").unwrap_or_default(),
        owner: text(row, "owner"),
        age: seconds(row, "age"),
        transactions: transactions.and_then(|age| u32::try_from(age).ok()),
    }
}
