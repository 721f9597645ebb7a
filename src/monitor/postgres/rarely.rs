//! What is not looked at in every poll, because it changes slowly or costs more. Each sort has a pace
//! of its own.

use std::collections::HashSet;
use std::time::Duration;

use super::facts::Facts;
use super::indexes::invalid_indexes;
use super::line::Line;
use super::migrations::MigrationWatch;
use super::row_counts::RowCounts;
use super::statements::StatementWatch;
use super::trouble::Trouble;
use super::vitals::VitalsWatch;
use crate::clock::{Clock, Moment};
use crate::monitor::health::{RowCount, Seen};
use crate::monitor::known::Known;
use crate::monitor::locks::Prepared;
use crate::monitor::migrations::{Migrations, Shelf};
use crate::monitor::pace::Pace;
use crate::monitor::progress::InvalidIndex;
use crate::monitor::statements::Statements;
use crate::monitor::vitals::Vitals;

/// How many polls lie between two looks at each sort.
const EVERY: Every = Every {
    vitals: 2,
    indexes: 2,
    migrations: 4,
    statements: 10,
    counts: 20,
    slow: 30,
    slow_at_first: 10,
};

struct Every {
    vitals: u32,
    indexes: u32,
    migrations: u32,
    statements: u32,
    counts: u32,
    slow: u32,
    /// While a rule waits in front of T-0 for what changes slowly.
    slow_at_first: u32,
}

/// What the rules are about of what is looked at rarely.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct WantedRarely {
    /// The tables whose rows are counted.
    pub(in crate::monitor) counted: Vec<String>,
    /// Whether what changes slowly is awaited in front of T-0.
    pub(in crate::monitor) slow: bool,
}

/// The sorts, in the order in which they are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort {
    Slow,
    Vitals,
    Indexes,
    Counts,
    Migrations,
    Statements,
}

impl Sort {
    pub(super) const ALL: [Sort; 6] = [
        Sort::Slow,
        Sort::Vitals,
        Sort::Indexes,
        Sort::Counts,
        Sort::Migrations,
        Sort::Statements,
    ];
}

/// When something is looked at again.
struct Turn {
    pace: Pace,
    last: Option<Moment>,
}

impl Turn {
    fn new(every: Duration) -> Self {
        Turn {
            pace: Pace::new(every),
            last: None,
        }
    }

    fn is_due(&self, now: Moment) -> bool {
        self.last
            .is_none_or(|last| now.since(last) >= self.pace.interval())
    }

    /// Takes note that a look began at `began` and took as long as it `took`.
    fn done(&mut self, began: Moment, took: Duration) {
        self.last = Some(began);
        self.pace.note(took);
    }
}

/// Everything that is looked at rarely, and what was last seen of it.
pub(super) struct Rarely {
    vitals_turn: Turn,
    indexes_turn: Turn,
    migrations_turn: Turn,
    statements_turn: Turn,
    slow_turn: Turn,
    /// At which pace it goes on once the deployment has begun, where that is another one.
    slow_later: Option<Duration>,
    counts_turn: Turn,
    counts: RowCounts,
    vitals_watch: VitalsWatch,
    statement_watch: StatementWatch,
    migration_watch: MigrationWatch,
    /// What was last seen.
    pub(super) vitals: Known<Vitals>,
    pub(super) statements: Known<Statements>,
    pub(super) migrations: Known<Vec<Migrations>>,
    pub(super) invalid_indexes: Known<Vec<InvalidIndex>>,
    pub(super) rows: Vec<RowCount>,
    /// When it was last seen.
    pub(super) seen: Seen,
    /// The indexes that are not valid and that nobody worked on when it was last looked.
    abandoned: HashSet<String>,
}

impl Rarely {
    /// For a database that is polled every `interval`, with the migrations of `shelf`, and with tables
    /// whose rows are counted.
    pub(super) fn new(interval: Duration, shelf: Shelf, wanted: WantedRarely) -> Self {
        let awaited = wanted.slow.then_some(interval * EVERY.slow);
        Rarely {
            counts_turn: Turn::new(interval * EVERY.counts),
            counts: RowCounts::new(wanted.counted),
            seen: Seen::default(),
            rows: Vec::new(),
            abandoned: HashSet::new(),
            migrations_turn: Turn::new(interval * EVERY.migrations),
            migration_watch: MigrationWatch::new(shelf),
            migrations: Known::NotYet,
            vitals_turn: Turn::new(interval * EVERY.vitals),
            indexes_turn: Turn::new(interval * EVERY.indexes),
            statements_turn: Turn::new(interval * EVERY.statements),
            slow_turn: Turn::new(match awaited {
                Some(_) => interval * EVERY.slow_at_first,
                None => interval * EVERY.slow,
            }),
            slow_later: awaited,
            vitals_watch: VitalsWatch::default(),
            statement_watch: StatementWatch::default(),
            vitals: Known::NotYet,
            statements: Known::NotYet,
            invalid_indexes: Known::NotYet,
        }
    }

    /// Forgets what can't be compared with what comes after a lost connection.
    pub(super) fn start_over(&mut self) {
        self.vitals_watch.start_over();
        self.slow_turn.last = None;
    }

    /// Forgets what was seen of a server in whose place another has come.
    pub(super) fn forget(&mut self) {
        self.vitals_watch = VitalsWatch::default();
        self.statement_watch = StatementWatch::default();
        (self.vitals, self.statements) = (Known::NotYet, Known::NotYet);
    }

    /// What is prepared in the database, as old as it is at the moment `now`.
    pub(super) fn prepared(&self, now: Moment) -> Vec<Prepared> {
        self.vitals_watch.prepared(now)
    }

    /// Looks at one sort of things, if that is due, and tells whether it was. An error means that the line
    /// is of no more use; anything else that goes wrong is told in the place of what could not be seen.
    pub(super) async fn look(
        &mut self,
        sort: Sort,
        line: &mut Line,
        facts: &Facts,
        t_zero: Option<Moment>,
        clock: &dyn Clock,
    ) -> Result<bool, Trouble> {
        let began = clock.now();
        if let Some(every) = self.slow_later.take_if(|_| t_zero.is_some()) {
            self.slow_turn.pace = Pace::new(every);
        }
        if !self.turn(sort).is_due(began) {
            return Ok(false);
        }
        match sort {
            // A table at a time, so the turn is not over with each.
            Sort::Counts => return self.count_one(line, facts, clock).await,
            Sort::Slow => self.look_slowly(line, facts, began).await?,
            Sort::Vitals => self.look_at_vitals(line, facts, began).await?,
            Sort::Indexes => self.look_at_indexes(line, facts, began).await?,
            Sort::Migrations => self.look_at_migrations(line, facts, began).await?,
            Sort::Statements => {
                line.begin().await?;
                let looked = self.statement_watch.look(line, facts, t_zero, began).await;
                let looked = end(line, looked).await?;
                self.statements = looked.unwrap_or_else(Known::missing);
            }
        }
        self.turn(sort).done(began, clock.now().since(began));
        Ok(true)
    }

    fn turn(&mut self, sort: Sort) -> &mut Turn {
        match sort {
            Sort::Slow => &mut self.slow_turn,
            Sort::Vitals => &mut self.vitals_turn,
            Sort::Indexes => &mut self.indexes_turn,
            Sort::Counts => &mut self.counts_turn,
            Sort::Migrations => &mut self.migrations_turn,
            Sort::Statements => &mut self.statements_turn,
        }
    }

    /// Counts the rows of the next table, and no more of them: a count may take two seconds.
    async fn count_one(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        clock: &dyn Clock,
    ) -> Result<bool, Trouble> {
        let began = clock.now();
        let Some(counted) = self.counts.next(line, facts, clock).await? else {
            return Ok(false);
        };
        match self.rows.iter_mut().find(|row| row.table == counted.table) {
            Some(row) => *row = counted,
            None => self.rows.push(counted),
        }
        if let Some(took) = self.counts.round() {
            self.counts_turn.done(began, took);
        }
        Ok(true)
    }

    async fn look_slowly(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<(), Trouble> {
        line.begin().await?;
        let looked = self.vitals_watch.look_slowly(line, facts, now).await;
        match end(line, looked).await? {
            Ok(()) => self.seen.slow = Some(now),
            Err(why) => tracing::debug!(why, "what changes slowly could not be seen"),
        }
        Ok(())
    }

    async fn look_at_vitals(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<(), Trouble> {
        line.begin().await?;
        let looked = self.vitals_watch.look(line, facts, now).await;
        self.vitals = match end(line, looked).await? {
            Ok(()) => Known::seen(self.vitals_watch.newest()),
            Err(why) => Known::missing(why),
        };
        Ok(())
    }

    async fn look_at_indexes(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<(), Trouble> {
        line.begin().await?;
        let found = invalid_indexes(line, facts).await;
        self.invalid_indexes = match end(line, found).await? {
            Ok(found) => Known::seen(self.sure_of(found)),
            Err(why) => Known::missing(why),
        };
        self.seen.indexes = Some(now);
        Ok(())
    }

    async fn look_at_migrations(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<(), Trouble> {
        line.begin().await?;
        let looked = self.migration_watch.look(line, facts, now).await;
        self.migrations = match end(line, looked).await? {
            Ok(found) => Known::seen(found),
            Err(why) => Known::missing(why),
        };
        self.seen.migrations = Some(now);
        Ok(())
    }

    /// What is certain of the indexes that were found.
    fn sure_of(&mut self, mut found: Vec<InvalidIndex>) -> Vec<InvalidIndex> {
        // The work on an index may end between the two halves of one look, so it takes two to be sure.
        let before = std::mem::take(&mut self.abandoned);
        let abandoned = found.iter().filter(|index| index.is_left_behind());
        self.abandoned = abandoned.map(|index| index.name.clone()).collect();
        for index in &mut found {
            index.being_built |= index.is_left_behind() && !before.contains(&index.name);
        }
        found
    }
}

/// Ends what was begun for a look, and passes on the words of a failure that the line survives.
pub(super) async fn end<T>(
    line: &mut Line,
    looked: Result<T, Trouble>,
) -> Result<Result<T, String>, Trouble> {
    match looked {
        Err(trouble) if trouble.ended => Err(trouble),
        looked => {
            line.end().await?;
            Ok(looked.map_err(|trouble| trouble.words))
        }
    }
}
