//! What each heading of a file is for: by its own words, by those above it, and by its neighbours.
//!
//! ```text
//!  blocks ─► outline   the sections, each with its parent and children
//!         └► roles     ◄─ purpose   by the words of the heading, and by those above it
//!                      ◄─ procedure, series, guide   steps because of those beside them
//!                      ◄─ judged, occasion, used     looked at only, or done on another occasion
//!                      ◄─ saves                      what a way back needs, and none
//!                      ◄─ trouble                    for who meets it
//!                      ◄─ rivals, listed, exclusive  one of several ways
//!                      ◄─ clocked, hours             placed by the clock
//! ```

mod clocked;
pub(super) mod contents;
pub(super) mod exclusive;
mod guide;
mod hours;
mod judged;
mod listed;
pub(super) mod occasion;
pub(super) mod outline;
mod procedure;
pub(super) mod purpose;
pub(super) mod rivals;
pub(super) mod roles;
mod saves;
pub(super) mod series;
pub(super) mod timetable;
mod trouble;
pub(super) mod used;
