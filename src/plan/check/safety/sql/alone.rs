//! What can't stand in a transaction.

use std::ops::Range;

use super::Review;
use crate::plan::ddl::{Form, Judged, Part, Sort};
use crate::plan::problem::Severity;
use crate::plan::sql_text;

impl Review<'_> {
    /// What can't stand in a transaction, or has to be tried again with care.
    pub(super) fn alone(&mut self, judged: &Judged, words: &[(String, usize)]) {
        if self.open && words.first().is_some_and(|(word, _)| word == "call") {
            self.say(
                Severity::Note,
                "not-in-transaction",
                judged.range.clone(),
                "if this procedure commits, it fails inside of a transaction".to_owned(),
                "`transaction = false`, or `psql -c` in a shell step, if it does",
            );
        }
        if words.first().is_some_and(|(word, _)| word == "do") {
            return self.in_block(judged);
        }
        let Some((_, at)) = words.iter().find(|(word, _)| word == "concurrently") else {
            let text = &self.unit.sql[judged.range.clone()];
            let why = sql_text::stands_alone(text).filter(|_| self.open);
            if let Some(why) = why {
                self.refused(judged.range.clone(), &why);
            }
            return;
        };
        self.together(judged);
        let refreshes = words.first().is_some_and(|(word, _)| word == "refresh");
        let start = judged.range.start + at;
        let range = start..start + "concurrently".len();
        if self.open && !refreshes {
            self.refused(range, "CONCURRENTLY");
        } else if words.first().is_some_and(|(word, _)| word == "create")
            && !self.drops_before(judged)
            && super::super::catalogs::words(&self.unit.sql[judged.range.clone()])
                .any(|(word, _)| word == "exists")
        {
            self.say(
                Severity::Note,
                "invalid-index-skipped",
                range,
                "if this fails once, IF NOT EXISTS skips the invalid index that it leaves, and returns success".to_owned(),
                "`DROP INDEX CONCURRENTLY IF EXISTS …` first, and look for `NOT indisvalid` in `pg_index` afterwards",
            );
        }
    }

    /// Several indexes that are to be dropped while work goes on, or what depends on one.
    fn together(&mut self, judged: &Judged) {
        let mut parts = judged.parts.iter();
        let Some(part) = parts.find(|part| part.form == Form::DropIndexConcurrently) else {
            return;
        };
        let indexes = part
            .touches
            .iter()
            .filter(|touch| touch.sort == Sort::Index);
        let what = if indexes.count() > 1 {
            "drops one index at a time"
        } else if sql_text::cascades(&self.unit.sql[part.range.clone()]) {
            "does not take CASCADE"
        } else {
            return;
        };
        self.say(
            Severity::Warning,
            "sure-to-fail",
            part.range.clone(),
            format!("DROP INDEX CONCURRENTLY {what}: this fails"),
            "a statement for each of them, without CASCADE",
        );
    }

    /// That the server refuses the words `what`, at `range`, in a transaction.
    fn refused(&mut self, range: Range<usize>, what: &str) {
        self.say(
            Severity::Warning,
            "not-in-transaction",
            range,
            format!("{what} can't run inside of a transaction: this fails"),
            "put it into a file or step of its own that is no transaction",
        );
    }

    /// A block is a transaction, or a part of one.
    fn in_block(&mut self, judged: &Judged) {
        for part in &judged.parts {
            let text = &self.unit.sql[part.range.clone()];
            if let Some(why) = sql_text::stands_alone(text) {
                self.refused(part.range.clone(), &why);
            }
        }
    }

    /// What goes through partitions one by one, each in a transaction of its own.
    pub(super) fn piecemeal(&mut self, part: &Part) {
        let what = match part.form {
            Form::ReindexPartitions => "REINDEX",
            Form::Cluster if Self::is_partitioned(part) => "CLUSTER",
            _ => return,
        };
        if self.open {
            self.say(
                Severity::Warning,
                "not-in-transaction",
                part.range.clone(),
                format!(
                    "{what} of a partitioned table can't run inside of a transaction: this fails"
                ),
                "`transaction = false`, or a file of its own that is no transaction",
            );
        }
    }
}
