//! What the engine hears of the monitor: a database that was there and is not any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::monitor::{Health, Link};
use crate::run::Notice;

/// Tells of each database that goes away, each time it does. One that never was there is no news.
pub(super) async fn watch_links(
    mut health: watch::Receiver<Arc<Health>>,
    notices: mpsc::Sender<Notice>,
) {
    let mut up = BTreeSet::new();
    loop {
        let news = lost(&mut up, &health.borrow_and_update().clone());
        for notice in news {
            if notices.send(notice).await.is_err() {
                return;
            }
        }
        if health.changed().await.is_err() {
            return;
        }
    }
}

/// The databases that went away since `up` were there, which is brought up to date.
fn lost(up: &mut BTreeSet<String>, health: &Health) -> Vec<Notice> {
    let mut news = Vec::new();
    for database in &health.databases {
        match &database.link {
            Link::Connecting => {}
            Link::Up { .. } => drop(up.insert(database.name.clone())),
            Link::Down { reason, .. } => {
                if up.remove(&database.name) {
                    news.push(Notice::DatabaseLost {
                        database: database.name.clone(),
                        why: reason.clone(),
                    });
                }
            }
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::monitor::DatabaseHealth;

    fn health(link: Link) -> Health {
        Health {
            databases: vec![DatabaseHealth {
                name: "main".to_owned(),
                link,
                picture: None,
                trouble: None,
                no_spare: None,
            }],
            ..Health::default()
        }
    }

    #[test]
    fn a_database_is_lost_only_if_it_was_there_and_once_each_time() {
        let (since, reason) = (Moment::default(), "no server listens".to_owned());
        let (up, down) = (Link::Up { since }, Link::Down { since, reason });
        let links = [
            Link::Connecting,
            down.clone(),
            up.clone(),
            down.clone(),
            down.clone(),
            up,
            down,
        ];
        let mut known = BTreeSet::new();
        let lost: Vec<usize> = links
            .into_iter()
            .map(|link| lost(&mut known, &health(link)).len())
            .collect();
        assert_eq!(lost, [0, 0, 0, 1, 0, 0, 1]);
    }
}
