//! Where every task puts the newest it knows, and everybody looks.

use std::sync::Arc;

use tokio::sync::watch;

use super::alert_health::AlertHealth;
use super::health::{DatabaseHealth, Health};
use super::probe::ProbeHealth;

/// The one place where [`Health`] is kept. Pictures are shared, so a change copies little.
#[derive(Clone)]
pub(super) struct Board(watch::Sender<Arc<Health>>);

impl Board {
    pub(super) fn new(health: Health) -> Self {
        Board(watch::Sender::new(Arc::new(health)))
    }

    /// For those who look.
    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<Health>> {
        self.0.subscribe()
    }

    /// Changes what is known of the database at `place`.
    pub(super) fn database(&self, place: usize, change: impl FnOnce(&mut DatabaseHealth)) {
        self.0.send_modify(|health| {
            if let Some(database) = Arc::make_mut(health).databases.get_mut(place) {
                change(database);
            }
        });
    }

    /// Replaces what is known of the rules.
    pub(super) fn alerts(&self, newest: Vec<AlertHealth>) {
        self.0
            .send_modify(|health| Arc::make_mut(health).alerts = newest);
    }

    /// Replaces what is known of the probe at `place`.
    pub(super) fn probe(&self, place: usize, newest: ProbeHealth) {
        self.0.send_modify(|health| {
            if let Some(probe) = Arc::make_mut(health).probes.get_mut(place) {
                *probe = newest;
            }
        });
    }
}
