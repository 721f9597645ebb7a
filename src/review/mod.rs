//! Reviews: what people say about a plan before anything happens, kept in a file beside it.
//!
//! ```text
//!  plan's file ─► plan::open ─► Sheet: each step's text, and what it means ─┐
//!  project::read ─► Applied ─► Beside: files that it applies, one digest ───┤
//!  review's file ─► Record ─────────────────────────────────────────────────┴► Standing, differences
//!  Act (somebody marks, comments, approves) ─► keep::change, locked and whole ─► review's file
//! ```
//!
//! A mark holds the text of the step that was looked at, an approval the digest of the whole plan, both with the
//! files of migrations that are applied: when these change, what was said of other words does not count any more, and the difference can be
//! shown. The file is TOML, made to be committed with the plan.

mod applied;
mod changes;
mod differ;
mod follow;
mod keep;
mod meaning;
mod record;
mod sheet;
mod summary;

pub use applied::{AppliedFile, Beside};
pub use changes::{FileChange, How, differences};
pub use differ::DiffLine;
pub use keep::{change, load, path_of};
pub use meaning::{Fact, Tone, facts, plan_facts};
pub use record::{Act, Approval, Comment, Record, Seen, Stamp, Subject, Voice};
pub use sheet::{Sheet, sheets};
pub use summary::{Standing, Summary, missing};
