//! Which of the indexes of a table is built anew, where others come before and after it.

use super::phases::Raw;
use super::words::{rebuilds_table, rebuilds_tables};

/// A place among the indexes of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) struct Place {
    /// Which one, of how many.
    pub(in crate::monitor) at: u32,
    pub(in crate::monitor) all: u32,
    /// Blocks of those before it, of itself, and of all, when the server last counted them.
    pub(in crate::monitor) before: f64,
    pub(in crate::monitor) own: f64,
    pub(in crate::monitor) whole: f64,
}

impl Raw {
    /// Whether it is one of several indexes of a table, which `statement` builds anew and nothing else.
    pub(in crate::monitor) fn is_one_of_table(&self, statement: &str) -> bool {
        let table = self.relation.as_deref().unwrap_or_default();
        self.is_rebuilt() && self.place().is_some() && rebuilds_table(statement, table)
    }

    fn place(&self) -> Option<Place> {
        self.place.filter(|place| place.at > 0 && place.all > 1)
    }

    /// The phase where all indexes of the table are counted.
    pub(in crate::monitor) fn phase_of_table(&self) -> String {
        let phase = self.phase_words();
        match self.place() {
            Some(Place { at, all, .. }) => format!("{phase}; index {at} of {all} on the table"),
            None => phase,
        }
    }

    /// The phase where it is that of one index, or table, of many. Concurrently, what stands beside the index tells only
    /// together with `statement` which of them are built.
    pub(in crate::monitor) fn phase_alone(&self, statement: &str) -> String {
        let phase = self.phase_words();
        if self.vacuumed().is_some() {
            return format!("{phase}; of this table alone, others may follow");
        }
        let tells = !self.is_concurrent() || rebuilds_tables(statement);
        match self.place().filter(|_| tells) {
            Some(Place { at, all, .. }) => {
                format!("{phase}; of this index alone, {at} of {all} on the table")
            }
            None => format!("{phase}; of this index alone, others may follow"),
        }
    }
}
