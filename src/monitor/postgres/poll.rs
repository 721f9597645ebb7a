//! One look at everything the database panels show.

use std::sync::Arc;
use std::time::Duration;

use super::facts::Facts;
use super::line::Line;
use super::locks::LockWatch;
use super::progress::ProgressWatch;
use super::rarely::{Rarely, Sort, WantedRarely};
use super::sessions::{Sessions, Wanted};
use super::trouble::Trouble;
use crate::clock::{Clock, Moment};
use crate::monitor::connections;
use crate::monitor::health::{Blind, Picture, Seen};
use crate::monitor::identity::Likeness;
use crate::monitor::known::Known;
use crate::monitor::migrations::Shelf;
use crate::monitor::ours::{Claims, OursBook, Stranger};
use crate::monitor::running::{idle_in_transaction, running};
use crate::monitor::series::Series;

/// After how many polls facts are read again, and after how many where a name is missing.
const FACTS_HOLD: u32 = 30;
const NAMES_HOLD: u32 = 3;

/// What is wanted of every database.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct Wishes {
    /// What the sessions of this run are called.
    pub(in crate::monitor) tag: String,
    /// What the run does at the moment.
    pub(in crate::monitor) ours: OursBook,
    /// How many idle sessions are listed.
    pub(in crate::monitor) idle: u32,
    /// The files of the project's migrations.
    pub(in crate::monitor) shelf: Shelf,
    /// What the rules are about of what is looked at rarely.
    pub(in crate::monitor) rarely: WantedRarely,
}

/// What has to be remembered from poll to poll.
pub(super) struct Poller {
    /// The database's name in the plan.
    name: String,
    tag: String,
    idle: u32,
    book: OursBook,
    claims: Claims,
    facts: Facts,
    facts_at: Option<Moment>,
    /// When they were last asked for.
    asked_at: Option<Moment>,
    /// Who answered first, and who answered last.
    answered: Option<(String, String)>,
    interval: Duration,
    /// Whether sessions were seen of a role or a database that is not among the facts.
    unnamed: bool,
    crowded: bool,
    /// How many sessions were listed the last time.
    listed: usize,
    locks: LockWatch,
    progress: ProgressWatch,
    rarely: Rarely,
    history: Series,
}

impl Poller {
    /// A poller of the database called `name`.
    pub(super) fn new(name: &str, wishes: &Wishes, interval: Duration) -> Self {
        Poller {
            book: wishes.ours.clone(),
            interval,
            unnamed: false,
            crowded: false,
            listed: 0,
            progress: ProgressWatch::default(),
            rarely: Rarely::new(interval, wishes.shelf.clone(), wishes.rarely.clone()),
            name: name.to_owned(),
            tag: wishes.tag.clone(),
            idle: wishes.idle,
            claims: Claims::new(wishes.ours.clone()),
            facts: Facts::default(),
            facts_at: None,
            asked_at: None,
            answered: None,
            locks: LockWatch::default(),
            history: Series::default(),
        }
    }

    /// Forgets what belongs to the connection that was lost.
    pub(super) fn start_over(&mut self) {
        (self.facts_at, self.asked_at) = (None, None);
        self.locks = LockWatch::default();
        self.rarely.start_over();
        self.history.push(None);
    }

    /// Looks once.
    pub(super) async fn poll(
        &mut self,
        line: &mut Line,
        clock: &dyn Clock,
    ) -> Result<Picture, Trouble> {
        let start = clock.now();
        let hold = if self.unnamed {
            self.interval * NAMES_HOLD
        } else {
            self.interval * FACTS_HOLD
        };
        if self.asked_at.is_none_or(|at| start.since(at) >= hold) {
            self.learn(line, start).await?;
        }
        line.begin().await?;
        let seen = self.look(line, start, clock).await;
        let ended = line.end().await;
        let mut picture = seen?;
        ended?;
        picture.took = clock.now().since(start);
        self.complete(&mut picture);
        Ok(picture)
    }

    /// Reads the facts. What was known before does where a lock on a catalog keeps them from us.
    async fn learn(&mut self, line: &mut Line, now: Moment) -> Result<(), Trouble> {
        match Facts::read(line).await {
            Ok(facts) => {
                self.facts = facts;
                self.recognise();
                self.facts_at = Some(now);
            }
            Err(trouble) if trouble.ended || self.facts_at.is_none() => return Err(trouble),
            Err(trouble) => tracing::debug!(trouble.words, "facts could not be read again"),
        }
        self.asked_at = Some(now);
        Ok(())
    }

    /// Of another server nothing is compared with what was seen of the one before.
    fn recognise(&mut self) {
        let server = &mut self.facts.server;
        let Some(now) = server.identity.clone() else {
            return;
        };
        let (first, last) = self
            .answered
            .take()
            .unwrap_or_else(|| (now.clone(), now.clone()));
        if matches!(
            Likeness::of(&last, &now),
            Likeness::Another | Likeness::Remade
        ) {
            self.rarely.forget();
            self.progress = ProgressWatch::default();
        }
        server.news = match Likeness::of(&first, &now) {
            Likeness::Same => None,
            Likeness::Promoted(timeline) => Some(format!(
                "the server was promoted since (timeline {timeline})"
            )),
            Likeness::Another => {
                Some("another server answers than at first: its figures begin anew".to_owned())
            }
            Likeness::Remade => Some(
                "the database is another than at first, such as one made anew: its figures begin anew"
                    .to_owned(),
            ),
        };
        self.answered = Some((first, now));
    }

    /// Looks at what is looked at rarely, if it is due, and tells whether it was. An error means that the
    /// line is of no more use.
    pub(super) async fn look_rarely(
        &mut self,
        sort: Sort,
        line: &mut Line,
        clock: &dyn Clock,
    ) -> Result<bool, Trouble> {
        let t_zero = self.book.t_zero();
        self.rarely
            .look(sort, line, &self.facts, t_zero, clock)
            .await
    }

    /// Adds what was last seen of all that is looked at rarely.
    pub(super) fn complete(&self, picture: &mut Picture) {
        picture.vitals = self.rarely.vitals.clone();
        picture.rows.clone_from(&self.rarely.rows);
        picture.migrations = self.rarely.migrations.clone();
        picture.statements = self.rarely.statements.clone();
        picture.seen = self.rarely.seen;
        picture.invalid_indexes = self.rarely.invalid_indexes.clone();
    }

    async fn look(
        &mut self,
        line: &mut Line,
        now: Moment,
        clock: &dyn Clock,
    ) -> Result<Picture, Trouble> {
        let sessions = self.sessions(line, clock).await?;
        let found = (&sessions.listed[..], sessions.waiting);
        let locks = self.locks.look(line, found, &self.facts, &self.tag, now);
        let waits = locks.await?;
        let progress = self.progress.look(line, &self.facts, &sessions.listed, now);
        let progress = progress.await?;
        let blind = Blind {
            locks: waits.blind.clone(),
            progress: progress.blind,
        };
        let mut server = self.facts.server.clone();
        let known = self.facts_at.map(|at| now.since(at));
        server.up = server.up.zip(known).map(|(up, since)| up + since);
        let prepared = self.rarely.prepared(now);
        let (alike, listed) = (&sessions.alike, &sessions.listed);
        let seen = (&listed[..], &prepared[..], &progress.vacuums[..]);
        let mut all = connections::count(alike, seen, &server.limits);
        self.history.push(Some(f64::from(all.used)));
        all.history = self.history.clone();
        all.waiting_elsewhere = sessions.waiting_elsewhere;
        let committed = listed.iter().filter(|session| session.waits_for_standby());
        all.waiting_for_standby = u32::try_from(committed.count()).unwrap_or(u32::MAX);
        Ok(Picture {
            at: now,
            took: Duration::ZERO,
            every: Duration::ZERO,
            slowed: false,
            server,
            connections: all,
            locks: waits.tree(),
            running: running(&sessions.listed),
            idle_in_transaction: idle_in_transaction(&sessions.listed),
            sessions: if self.idle > 0 {
                Arc::new(sessions.listed)
            } else {
                Arc::default()
            },
            progress: progress.all,
            invalid_indexes: Known::NotYet,
            vitals: Known::NotYet,
            statements: Known::NotYet,
            migrations: Known::NotYet,
            rows: Vec::new(),
            seen: Seen::default(),
            blind,
        })
    }

    async fn sessions(&mut self, line: &mut Line, clock: &dyn Clock) -> Result<Sessions, Trouble> {
        let wanted = Wanted {
            tag: &self.tag,
            ours: &self.claims.pids(),
            idle: self.idle,
            crowded: self.crowded,
            listed: self.listed,
        };
        let mut sessions = Sessions::read(line, &self.facts, &wanted).await?;
        self.crowded = sessions.crowded;
        self.listed = sessions.listed.len();
        self.unnamed = sessions.unnamed;
        self.facts.server.in_recovery = sessions.in_recovery;
        let stranger = Stranger {
            database: &self.name,
            seen_as: self.facts.seen_as,
            role: &self.facts.role,
        };
        // Their ages were taken before this moment, so that none that a step opened seems older than it.
        let now = clock.now();
        self.claims.mark(&mut sessions.listed, &stranger, now).await;
        Ok(sessions)
    }
}
