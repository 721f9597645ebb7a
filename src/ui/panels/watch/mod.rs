//! The panels of what is watched: databases, probes, alerts. They are drawn from a [`Sight`], which is
//! a part of a run's scene, or all there is where nothing is run.
//!
//! Every panel says how old its picture is when that is not fresh, and why; what is not known is said
//! in words and never drawn as zero.

mod alerts;
mod concerns;
mod connections;
mod cursor;
mod line;
mod list;
mod locks;
mod migrations;
mod probes;
mod progress;
mod running;
mod sight;
mod slower;
mod strip;
mod vitals;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use concerns::{alert_counts, alerts_counted};
pub use cursor::{Cursor, Row};
pub use line::line;
pub use list::{draw_rows, holds, session_at, state_word};
pub use progress::height as progress_height;
pub use sight::{Panel, Sight, frame, keys, span};
pub use strip::strip;

/// Draws one of the panels.
pub fn draw(sight: &Sight<'_>, panel: Panel, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    match panel {
        Panel::Locks => locks::locks(sight, area, buf),
        Panel::Connections => connections::connections(sight, area, buf),
        Panel::Running => running::running(sight, area, buf),
        Panel::Slower => slower::slower(sight, area, buf),
        Panel::Progress => progress::progress(sight, area, buf),
        Panel::Vitals => vitals::vitals(sight, area, buf),
        Panel::Migrations => migrations::migrations(sight, area, buf),
        Panel::Probes => probes::probes(sight, area, buf),
        Panel::Alerts => alerts::alerts(sight, area, buf),
    }
}

#[cfg(test)]
pub(crate) mod conditions;
#[cfg(test)]
pub(crate) mod tests;
