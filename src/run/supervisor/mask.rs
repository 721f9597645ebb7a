//! Overwriting secrets in what jobs have printed, once nobody reads it as it was any more.

use std::path::PathBuf;

use super::Supervisor;
use crate::run::conceal::conceal;

impl Supervisor {
    /// No step waits for it: an output may be long.
    pub(super) fn conceal_in(&self, outputs: Vec<PathBuf>) {
        let secrets = self.outfit.secrets.clone();
        self.outfit.concealing.spawn_blocking(move || {
            for output in outputs {
                if let Err(error) = conceal(&output, &secrets) {
                    tracing::warn!(%error, ?output, "secrets may stand in the output of a step");
                }
            }
        });
    }
}
