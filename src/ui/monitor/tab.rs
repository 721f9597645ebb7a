//! What can have the large place.

use crate::ui::panels::watch::Panel;

/// What has the large place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// All sessions of the database.
    #[default]
    Sessions,
    /// Who waits for whom.
    Locks,
    /// How many sessions there are.
    Connections,
    /// What has become slower.
    Slower,
    /// What goes on for long.
    Progress,
    /// How the database is altogether.
    Vitals,
    /// What migration tools have done.
    Migrations,
    /// What is measured besides.
    Probes,
    /// The rules about all that.
    Alerts,
}

impl Tab {
    /// All of them, in the order of their keys.
    pub const ALL: [Tab; 9] = [
        Tab::Sessions,
        Tab::Locks,
        Tab::Connections,
        Tab::Slower,
        Tab::Progress,
        Tab::Vitals,
        Tab::Migrations,
        Tab::Probes,
        Tab::Alerts,
    ];

    /// The panel that it is; none for the sessions, which only this screen has.
    pub fn panel(self) -> Option<Panel> {
        Some(match self {
            Tab::Sessions => return None,
            Tab::Locks => Panel::Locks,
            Tab::Connections => Panel::Connections,
            Tab::Slower => Panel::Slower,
            Tab::Progress => Panel::Progress,
            Tab::Vitals => Panel::Vitals,
            Tab::Migrations => Panel::Migrations,
            Tab::Probes => Panel::Probes,
            Tab::Alerts => Panel::Alerts,
        })
    }

    /// Whether it lists what a filter can choose among.
    pub fn is_list(self) -> bool {
        matches!(self, Tab::Sessions | Tab::Locks | Tab::Slower)
    }

    /// What it is called on a screen of this width.
    pub fn label(self, width: u16) -> &'static str {
        match self {
            Tab::Sessions if width < 100 => "Sess",
            Tab::Sessions => "Sessions",
            Tab::Locks => "Locks",
            Tab::Connections if width < 100 => "Conns",
            Tab::Connections => "Connections",
            Tab::Slower => "Slower",
            Tab::Progress if width < 100 => "Progr",
            Tab::Progress => "Progress",
            Tab::Vitals => "Vitals",
            Tab::Migrations if width < 100 => "Migr",
            Tab::Migrations => "Migrations",
            Tab::Probes => "Probes",
            Tab::Alerts => "Alerts",
        }
    }
}
