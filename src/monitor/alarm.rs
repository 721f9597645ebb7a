//! What is wrong whatever the plan says, and needs no patience: a migration that failed, an index that
//! is not valid, a database that is lost, a queue behind our own step.

use std::time::Duration;

use super::alert::ReadingKind;
use super::health::{DatabaseHealth, Link, Picture};
use super::migrations::MigrationState;
use crate::clock::Moment;
use crate::plan::AlertAction;

/// From how many sessions on a queue behind ours is an alarm, and how long the first of them must have
/// waited.
const QUEUE: (u32, Duration) = (5, Duration::from_secs(2));
/// How long a database must be gone before it is called lost.
const LOST: Duration = Duration::from_secs(2);

/// A sort of alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Alarm {
    Migration,
    Index,
    Lost,
    Queue,
}

/// The database of which the alert of this name says that it is lost, if it is such an alert.
pub fn lost_database(alert: &str) -> Option<&str> {
    let (database, _) = alert.split_once(':')?;
    (alert == Alarm::Lost.name(database)).then_some(database)
}

impl Alarm {
    /// All of them.
    pub(super) const ALL: [Alarm; 4] = [Alarm::Migration, Alarm::Index, Alarm::Lost, Alarm::Queue];

    /// Its name on the database called `database`.
    pub(super) fn name(self, database: &str) -> String {
        let what = match self {
            Alarm::Migration => "failed migration",
            Alarm::Index => "invalid index",
            Alarm::Lost => "lost",
            Alarm::Queue => "queue behind our step",
        };
        format!("{database}: {what}")
    }

    /// What it may do once the deployment has begun. What our own running step does to others can't be
    /// helped by starting nothing else, and for a lost database the run holds by itself, at once.
    pub(super) fn then(self, begun: bool) -> AlertAction {
        match self {
            Alarm::Migration | Alarm::Index if begun => AlertAction::Hold,
            _ => AlertAction::Note,
        }
    }

    /// What is seen of it: whether it is so, and in words what.
    pub(super) fn look(
        self,
        database: &DatabaseHealth,
        was_up: bool,
        now: Moment,
    ) -> (ReadingKind, String) {
        if self == Alarm::Lost {
            return lost(database, was_up, now);
        }
        let up = matches!(database.link, Link::Up { .. });
        let Some(picture) = database.picture.as_deref().filter(|_| up) else {
            return (
                ReadingKind::NoData,
                "nothing is seen of the database".to_owned(),
            );
        };
        let unknown = picture.indexes_unknown();
        let (wrong, lacking) = match self {
            Alarm::Migration => (failed_migrations(picture), picture.migrations.lacking()),
            Alarm::Index => {
                let lacking = picture.invalid_indexes.lacking();
                (invalid_indexes(picture), lacking.or(unknown.as_deref()))
            }
            Alarm::Queue => (queue(picture), picture.blind.locks.as_deref()),
            Alarm::Lost => (None, None),
        };
        match (wrong, lacking) {
            (Some(words), _) => (ReadingKind::Breach, words),
            (None, Some(why)) => (ReadingKind::NoData, why.to_owned()),
            (None, None) => (ReadingKind::Good, String::new()),
        }
    }
}

/// A database that never was there is not lost.
fn lost(database: &DatabaseHealth, was_up: bool, now: Moment) -> (ReadingKind, String) {
    match &database.link {
        Link::Down { since, reason, .. } if was_up && now.since(*since) >= LOST => {
            (ReadingKind::Breach, format!("no connection: {reason}"))
        }
        Link::Up { .. } => (ReadingKind::Good, String::new()),
        _ => (ReadingKind::NoData, "not connected".to_owned()),
    }
}

fn failed_migrations(picture: &Picture) -> Option<String> {
    let tables = picture.migrations.get()?;
    let bad = [MigrationState::Failed, MigrationState::Interrupted];
    let failed = tables.iter().flat_map(|table| &table.list);
    let words: Vec<String> = failed
        .filter(|migration| bad.contains(&migration.state))
        .map(|migration| format!("{} {}", migration.name, migration.state.word()))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn invalid_indexes(picture: &Picture) -> Option<String> {
    let words: Vec<String> = picture
        .indexes_left_behind()
        .map(|index| format!("{} on {}", index.name, index.table))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn queue(picture: &Picture) -> Option<String> {
    let queue = &picture.locks.behind_ours;
    let waited = queue.oldest.is_some_and(|oldest| oldest >= QUEUE.1);
    (queue.sessions >= QUEUE.0 && waited).then(|| queue.words())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{ago, database, now, picture, secs};
    use crate::monitor::{InvalidIndex, Known, Migration, Migrations, Queue};

    fn look(alarm: Alarm, database: &DatabaseHealth) -> (ReadingKind, String) {
        alarm.look(database, true, now())
    }

    #[test]
    fn a_quiet_database_raises_none() {
        let mut picture = picture();
        picture.migrations = Known::seen(Vec::new());
        picture.invalid_indexes = Known::seen(Vec::new());
        let database = database(picture);
        for alarm in Alarm::ALL {
            assert_eq!(look(alarm, &database).0, ReadingKind::Good, "{alarm:?}");
        }
    }

    #[test]
    fn each_says_what_is_wrong() {
        let mut picture = picture();
        picture.locks.behind_ours = Queue {
            sessions: 7,
            oldest: secs(12),
            ..Queue::default()
        };
        let index = |being_built| InvalidIndex {
            name: "orders_n".to_owned(),
            table: "orders".to_owned(),
            being_built,
            hidden: false,
        };
        picture.invalid_indexes = Known::seen(vec![index(true), index(false)]);
        picture.migrations = Known::seen(vec![Migrations {
            tool: "Prisma".to_owned(),
            table: "_prisma_migrations".to_owned(),
            folder: None,
            guessed: false,
            unread: false,
            running: None,
            note: None,
            list: vec![Migration {
                name: "2025_index".to_owned(),
                state: MigrationState::Interrupted,
                at: None,
                note: None,
            }],
        }]);
        let mut database = database(picture);
        let words = |alarm, database: &DatabaseHealth| look(alarm, database).1;
        assert_eq!(words(Alarm::Migration, &database), "2025_index interrupted");
        assert_eq!(words(Alarm::Index, &database), "orders_n on orders");
        assert_eq!(
            words(Alarm::Queue, &database),
            "7 sessions, the oldest for 12s"
        );
        database.link = Link::Down {
            since: ago(3),
            reason: "connection refused".to_owned(),
            unasked: false,
        };
        assert_eq!(
            words(Alarm::Lost, &database),
            "no connection: connection refused"
        );
        assert_eq!(look(Alarm::Index, &database).0, ReadingKind::NoData);
    }

    #[test]
    fn what_could_not_be_seen_is_neither_good_nor_bad() {
        let mut picture = picture();
        picture.blind.locks = Some("canceling statement due to statement timeout".to_owned());
        picture.invalid_indexes = Known::missing("permission denied");
        let words = |picture: &Picture| {
            let database = database(picture.clone());
            Alarm::ALL.map(|alarm| look(alarm, &database))
        };
        let no_data = |why: &str| (ReadingKind::NoData, why.to_owned());
        let [migration, index, lost, queue] = words(&picture);
        assert_eq!(migration, no_data("not looked at yet"));
        assert_eq!(index, no_data("permission denied"));
        assert_eq!(lost.0, ReadingKind::Good);
        assert_eq!(
            queue,
            no_data("canceling statement due to statement timeout")
        );
        picture.locks.behind_ours = Queue {
            sessions: 7,
            oldest: secs(12),
            ..Queue::default()
        };
        let [.., queue] = words(&picture);
        assert_eq!(queue.0, ReadingKind::Breach, "what is seen of it is enough");
    }

    #[test]
    fn an_index_that_may_be_being_built_is_neither_good_nor_bad() {
        let mut picture = picture();
        picture.server.rights.may_see_all = false;
        picture.invalid_indexes = Known::seen(vec![InvalidIndex {
            name: "orders_n".to_owned(),
            table: "orders".to_owned(),
            being_built: false,
            hidden: true,
        }]);
        let (kind, words) = look(Alarm::Index, &database(picture));
        assert_eq!(kind, ReadingKind::NoData);
        assert!(words.ends_with("grant pg_monitor to monitor"), "{words}");
    }

    #[test]
    fn a_database_that_never_was_there_is_not_lost_and_a_blink_is_none() {
        let mut database = database(picture());
        database.link = Link::Down {
            since: ago(1),
            reason: "connection refused".to_owned(),
            unasked: false,
        };
        assert_eq!(look(Alarm::Lost, &database).0, ReadingKind::NoData);
        let never = Alarm::Lost.look(&database, false, now().plus(LOST * 10));
        assert_eq!(never.0, ReadingKind::NoData);
    }

    #[test]
    fn the_alert_of_a_lost_database_is_known_by_its_name() {
        assert_eq!(lost_database(&Alarm::Lost.name("main")), Some("main"));
        for other in [
            "main: invalid index",
            "lost",
            "orders are lost",
            "main: lost orders",
        ] {
            assert_eq!(lost_database(other), None, "{other}");
        }
    }

    #[test]
    fn nothing_is_held_before_the_deployment_begins() {
        assert_eq!(Alarm::Index.then(false), AlertAction::Note);
        assert_eq!(Alarm::Index.then(true), AlertAction::Hold);
        assert_eq!(Alarm::Queue.then(true), AlertAction::Note);
    }
}
