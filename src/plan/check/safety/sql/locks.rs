//! Whom statements keep out, and for how long: what they go through under their locks, and who is in
//! the way of these.

use std::ops::Range;

use super::{Held, PARTITIONED, Review, or};
use crate::plan::ddl::{Effect, Form, Judged, Part, Sort, Touch};
use crate::plan::facts::{Facts, TableFacts};
use crate::plan::problem::Severity;
use crate::plan::sql_text;

/// What is gone through, and what is known of that.
type Through<'p, 'f> = (&'p Touch, Option<&'f TableFacts>);

impl Review<'_> {
    /// A lock that keeps others out while all of a table is gone through.
    pub(super) fn harm(&mut self, part: &Part) {
        // Nobody writes into a materialized view.
        if part.form == Form::RefreshConcurrently {
            return;
        }
        if part.touches.is_empty() {
            self.everywhere(part);
            return;
        }
        let long = |touch: &&Touch| {
            !touch.fresh
                && touch.lock.blocks_writes()
                && matches!(touch.effect, Effect::Scan | Effect::Rewrite)
        };
        let felt = part.touches.iter().filter(long);
        let Some(touch) = felt.max_by_key(|touch| (touch.effect, touch.lock)) else {
            return;
        };
        let rewrites = touch.effect == Effect::Rewrite;
        let code = match part.form {
            Form::CreateIndex | Form::Reindex => "blocking-index",
            _ if rewrites => "table-rewrite",
            _ => "blocking-scan",
        };
        let through = self.gone_through(part, touch);
        // A table that is not there yet is one that a migration before this one makes.
        if through.is_empty() {
            return;
        }
        // How long it takes is told by all of them together.
        let known = through.iter().map(|(_, table)| *table);
        let bytes = known.map(|table| table?.bytes).sum();
        let together = TableFacts {
            bytes,
            ..TableFacts::default()
        };
        let severity = if together.is_small() {
            Severity::Note
        } else {
            Severity::Warning
        };
        let row = part.form.row();
        let acts = match (part.form, rewrites) {
            (Form::ChangeTypeUnknown, _) => "it may rewrite",
            (_, true) => "it rewrites",
            (_, false) => "it reads all of",
        };
        let size = together.size().zip(together.time(rewrites));
        let size = size.map_or(String::new(), |(size, time)| format!(", {size}: {time}"));
        let message = format!(
            "this {}: {acts} {}{size} under {}, which blocks {}",
            row.words,
            self.names(&through),
            touch.lock.words(),
            touch.lock.blocks()
        );
        let hint = match part.form {
            Form::CreateIndex if Self::is_partitioned(part) => PARTITIONED,
            _ => or(row.safer, "do it while nobody needs the table"),
        };
        self.say(severity, code, part.range.clone(), message, hint);
    }

    /// What `part` does to as much as to `worst`, as far as it is there, and what is known of it. A table stands for
    /// its partitions.
    fn gone_through<'p>(&self, part: &'p Part, worst: &Touch) -> Vec<Through<'p, '_>> {
        let same = |touch: &&Touch| {
            !touch.fresh && (touch.effect, touch.lock) == (worst.effect, worst.lock)
        };
        let through = part.touches.iter().filter(same);
        let Some(facts) = self.unit.facts else {
            return through.map(|touch| (touch, None)).collect();
        };
        // Its index is one of all of them, even where it has no rows of its own.
        let whole =
            |touch: &&Touch| part.form == Form::CreateIndex && touch.divided && !same(touch);
        let through = part.touches.iter().filter(whole).chain(through);
        let partitions: Vec<&String> = through
            .clone()
            .filter_map(|touch| facts.table(&touch.relation))
            .flat_map(|table| &table.partitions)
            .collect();
        through
            .filter(|touch| !partitions.contains(&&touch.relation))
            .map(|touch| (touch, Self::known(facts, part, touch)))
            .filter(|(touch, table)| table.is_some() || !touch.made)
            .collect()
    }

    /// The names of those.
    fn names(&self, through: &[Through<'_, '_>]) -> String {
        let name = |(touch, table): &Through<'_, '_>| {
            let missed = self.unit.facts.is_some()
                && table.is_none()
                && touch.sort == Sort::Table
                && !touch.relation.contains(['$', ':']);
            let unseen = if missed {
                " (not found in the database)"
            } else {
                ""
            };
            format!("`{}`{unseen}", touch.relation)
        };
        match through {
            [one, other] => format!("{} and {}", name(one), name(other)),
            [one, more @ ..] if !more.is_empty() => {
                format!("{} and of {} others", name(one), more.len())
            }
            all => all.iter().map(name).collect(),
        }
    }

    /// What is known of the table that `touch` is about; of an index it is the table that `part` names.
    fn known<'f>(facts: &'f Facts, part: &Part, touch: &Touch) -> Option<&'f TableFacts> {
        let table = match touch.sort {
            Sort::Table => Some(touch),
            Sort::Index => part.touches.iter().find(|other| other.sort == Sort::Table),
        };
        facts.table(&table?.relation)
    }

    /// What goes through one table after the other, as `REINDEX DATABASE` does.
    fn everywhere(&mut self, part: &Part) {
        let code = match part.form {
            Form::Reindex => "blocking-index",
            Form::VacuumFull | Form::MoveStorage => "table-rewrite",
            Form::ChangeDomain | Form::TestDomain => "blocking-scan",
            _ => return,
        };
        let row = part.form.row();
        let Some(lock) = row.lock else { return };
        let message = format!(
            "this {}, for one table after the other, each under {}, which blocks {}",
            row.words,
            lock.words(),
            lock.blocks()
        );
        self.say(
            Severity::Warning,
            code,
            part.range.clone(),
            message,
            row.safer,
        );
    }

    /// Somebody who is in the way now.
    pub(super) fn wait(&mut self, part: &Part) {
        let Some(facts) = self.unit.facts else { return };
        let felt = part.touches.iter();
        let felt = felt.filter(|touch| touch.lock.blocks_writes() && !touch.fresh);
        let mut used = felt.filter_map(|touch| {
            let busy = facts.table(&touch.relation)?.busy.as_ref();
            busy.map(|busy| (touch.relation.as_str(), busy))
        });
        let Some((first, busy)) = used.next() else {
            return;
        };
        let others: Vec<&str> = used.map(|(name, _)| name).collect();
        let others = match others.as_slice() {
            [] => String::new(),
            [other] => format!("; so is `{other}`"),
            [other, more @ ..] => format!("; so are `{other}` and {} others", more.len()),
        };
        let since = crate::plan::duration::show(busy.since);
        let message = format!(
            "`{first}` is in use now: {} (pid {}) holds a transaction open for {since}; this would wait for it, and everybody behind this{others}",
            busy.application, busy.pid
        );
        self.say(
            Severity::Warning,
            "blocked-now",
            part.range.clone(),
            message,
            "see that it ends first, and set `lock_timeout`",
        );
    }

    /// Work that takes long while the transaction holds a lock that keeps others out.
    pub(super) fn long_after_lock(&mut self, part: &Part) {
        let Some(held) = self.held.as_ref().filter(|_| self.open) else {
            return;
        };
        // What goes through the same table says so by itself.
        let other = |touch: &Touch| touch.relation != held.relation;
        let goes_through =
            |touch: &&Touch| matches!(touch.effect, Effect::Scan | Effect::Rewrite) && !touch.fresh;
        let alone = matches!(
            part.form,
            Form::CreateIndexConcurrently | Form::ReindexConcurrently
        );
        let mut through = part
            .touches
            .iter()
            .filter(|touch| !alone && goes_through(touch));
        let long = matches!(part.form, Form::Update | Form::Delete | Form::Validate);
        if (long || through.any(other)) && !self.is_small(part) {
            self.held_meanwhile(part.range.clone());
        }
    }

    /// A query that only waits while the transaction holds such a lock.
    pub(super) fn slow_read(&mut self, judged: &Judged, first: &str) {
        let held = self.held.is_some() && self.open && first == "select";
        let text = &self.unit.sql[judged.range.clone()];
        if held && sql_text::mentions(text, "pg_sleep") {
            self.held_meanwhile(judged.range.clone());
        }
    }

    /// That a lock is held while what stands at `range` runs.
    fn held_meanwhile(&mut self, range: Range<usize>) {
        let Some(held) = &self.held else { return };
        let line = self.unit.sql[..held.at].matches('\n').count() + 1;
        let of = self.unit.sql[..range.start].matches('\n').count() + 1;
        let message = format!(
            "{} on `{}`, taken {} lines above, is held while this runs",
            held.lock.words(),
            held.relation,
            of - line
        );
        let message = message
            .replace("taken 0 lines above", "taken just before")
            .replace("taken 1 lines", "taken a line");
        self.say(
            Severity::Warning,
            "lock-held-long",
            range,
            message,
            "put it into a transaction of its own: a later migration, or a step that works in batches",
        );
    }

    pub(super) fn hold(&mut self, touch: &Touch, at: usize) {
        let stronger = self.held.as_ref().is_none_or(|held| held.lock < touch.lock);
        if self.open && touch.lock.blocks_writes() && !touch.fresh && stronger {
            self.held = Some(Held {
                lock: touch.lock,
                relation: touch.relation.clone(),
                at,
            });
        }
    }
}
