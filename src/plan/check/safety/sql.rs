//! What statements do to others while they run, and to code that runs: from what was found out about
//! each to what has to be said about it.

use std::ops::Range;

use crate::plan::ddl::{Compatibility, Effect, Form, Judged, LockMode, Part, Touch};
use crate::plan::facts::{Facts, TableFacts};
use crate::plan::problem::Severity;

/// Statements that run together.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Unit<'u> {
    /// Their text.
    pub(in crate::plan) sql: &'u str,
    /// How they are run, if nothing in them says otherwise.
    pub(in crate::plan) wrap: Wrap,
    /// Whether they take something back: that this breaks what came before is what they are for.
    pub(in crate::plan) backwards: bool,
    /// What is known of the database.
    pub(in crate::plan) facts: Option<&'u Facts>,
}

/// How statements are run that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Wrap {
    /// Each by itself.
    Single,
    /// In one string, which the server takes for a transaction if there are several.
    Together,
    /// In a transaction.
    Transaction,
}

/// Something to say about a place in the statements.
pub(in crate::plan) struct Remark {
    pub(in crate::plan) severity: Severity,
    pub(in crate::plan) code: &'static str,
    pub(in crate::plan) range: Range<usize>,
    pub(in crate::plan) message: String,
    pub(in crate::plan) hint: String,
}

/// What there is to say about the statements of `unit`, which were judged to be `judged`.
pub(in crate::plan) fn remarks(judged: &[Judged], unit: Unit<'_>) -> Vec<Remark> {
    let mut review = Review {
        unit,
        open: unit.wrap == Wrap::Transaction || (unit.wrap == Wrap::Together && judged.len() > 1),
        begun: None,
        held: None,
        found: Vec::new(),
    };
    for statement in judged {
        review.statement(statement);
    }
    if let Some(range) = review.begun.take() {
        review.say(
            Severity::Warning,
            "transaction-left-open",
            range,
            "this transaction is not ended here: what is done in it is rolled back when the session ends".to_owned(),
            "put its `COMMIT` into the same step",
        );
    }
    review.found
}

/// A lock that the transaction holds until it ends.
struct Held {
    lock: LockMode,
    relation: String,
    at: usize,
}

struct Review<'u> {
    unit: Unit<'u>,
    /// Whether a transaction is open.
    open: bool,
    /// The statement that began it, if one did.
    begun: Option<Range<usize>>,
    held: Option<Held>,
    found: Vec<Remark>,
}

impl Review<'_> {
    fn statement(&mut self, judged: &Judged) {
        let words = super::catalogs::words(&self.unit.sql[judged.range.clone()]);
        let word = |ix: usize| words.get(ix).map_or("", |(word, _)| word.as_str());
        match word(0) {
            "begin" | "start" => {
                self.open = true;
                self.begun = Some(judged.range.clone());
            }
            "commit" | "rollback" | "end" | "abort" if word(1) != "to" && word(2) != "to" => {
                self.open = false;
                self.begun = None;
                self.held = None;
            }
            "prepare" if word(1) == "transaction" => self.begun = None,
            _ => {}
        }
        self.alone(judged, &words);
        self.unread(judged, word(0));
        let mut last: Option<(Form, Range<usize>)> = None;
        for part in &judged.parts {
            let same = last
                .as_ref()
                .is_some_and(|(form, range)| *form == part.form && *range == part.range);
            if !same {
                self.part(part);
            }
            last = Some((part.form, part.range.clone()));
        }
        for touch in judged.parts.iter().flat_map(|part| &part.touches) {
            self.hold(touch, judged.range.start);
        }
    }

    /// What can't stand in a transaction, or has to be tried again with care.
    fn alone(&mut self, judged: &Judged, words: &[(String, usize)]) {
        let Some((_, at)) = words
            .iter()
            .take(8)
            .find(|(word, _)| word == "concurrently")
        else {
            return;
        };
        let refreshes = words.first().is_some_and(|(word, _)| word == "refresh");
        let start = judged.range.start + at;
        let range = start..start + "concurrently".len();
        if self.open && !refreshes {
            self.say(
                Severity::Warning,
                "not-in-transaction",
                range,
                "CONCURRENTLY can't run inside of a transaction: this fails".to_owned(),
                "put it into a file or step of its own that is no transaction",
            );
        } else if words.iter().any(|(word, _)| word == "exists")
            && words.first().is_some_and(|(word, _)| word == "create")
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

    /// A text that a block puts together and runs.
    fn unread(&mut self, judged: &Judged, first: &str) {
        let text = &self.unit.sql[judged.range.clone()];
        let Some(at) = (first == "do").then(|| executes(text)).flatten() else {
            return;
        };
        let start = judged.range.start + at;
        self.say(
            Severity::Note,
            "unread-sql",
            start..start + "execute".len(),
            "what EXECUTE runs is put together then: nobody has looked at it".to_owned(),
            "try it where nothing can break, and set `lock_timeout`",
        );
    }

    fn part(&mut self, part: &Part) {
        self.harm(part);
        self.wait(part);
        let row = part.form.row();
        let made = !part.touches.is_empty() && part.touches.iter().all(|touch| touch.fresh);
        let writes = matches!(part.form, Form::Update | Form::Delete);
        if writes && !made && !self.is_small(part) {
            self.say(
                Severity::Warning,
                "whole-table-write",
                part.range.clone(),
                format!("this {}", row.words),
                row.safer,
            );
        } else if row.compatibility == Compatibility::Breaking
            && !made
            && !self.unit.backwards
            && !writes
        {
            self.say(
                Severity::Warning,
                "breaking-change",
                part.range.clone(),
                format!("this {}", row.words),
                or(row.safer, RELEASE),
            );
        }
        self.long_after_lock(part);
    }

    fn is_small(&self, part: &Part) -> bool {
        part.touches.iter().all(|touch| {
            let known = self
                .unit
                .facts
                .map(|facts| facts.tables.get(&touch.relation));
            known.is_some_and(|known| known.is_none_or(TableFacts::is_small))
        })
    }

    /// A lock that keeps others out while all of a table is gone through.
    fn harm(&mut self, part: &Part) {
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
        let Some(touch) = part
            .touches
            .iter()
            .filter(long)
            .max_by_key(|touch| (touch.effect, touch.lock))
        else {
            return;
        };
        let rewrites = touch.effect == Effect::Rewrite;
        let code = match part.form {
            Form::CreateIndex | Form::Reindex => "blocking-index",
            _ if rewrites => "table-rewrite",
            _ => "blocking-scan",
        };
        let known = self
            .unit
            .facts
            .map(|facts| facts.tables.get(&touch.relation));
        let (severity, size) = match known {
            // A table that is not there yet is one that a migration before this one makes.
            Some(None) => return,
            Some(Some(table)) if table.is_small() => (Severity::Note, Some(table)),
            Some(Some(table)) => (Severity::Warning, Some(table)),
            None => (Severity::Warning, None),
        };
        let row = part.form.row();
        let acts = match (part.form, rewrites) {
            (Form::ChangeTypeUnknown, _) => "it may rewrite",
            (_, true) => "it rewrites",
            (_, false) => "it reads all of",
        };
        let size =
            size.and_then(|table| Some(format!(", {}: {}", table.size()?, table.time(rewrites)?)));
        let size = size.unwrap_or_default();
        let message = format!(
            "this {}: {acts} `{}`{size} under {}, which blocks {}",
            row.words,
            touch.relation,
            touch.lock.words(),
            touch.lock.blocks()
        );
        let hint = or(row.safer, "do it while nobody needs the table");
        self.say(severity, code, part.range.clone(), message, hint);
    }

    /// What goes through one table after the other, as `REINDEX DATABASE` does.
    fn everywhere(&mut self, part: &Part) {
        let code = match part.form {
            Form::Reindex => "blocking-index",
            Form::VacuumFull => "table-rewrite",
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
    fn wait(&mut self, part: &Part) {
        let Some(facts) = self.unit.facts else { return };
        for touch in part
            .touches
            .iter()
            .filter(|touch| touch.lock.blocks_writes() && !touch.fresh)
        {
            let Some(busy) = facts
                .tables
                .get(&touch.relation)
                .and_then(|table| table.busy.as_ref())
            else {
                continue;
            };
            let since = crate::plan::duration::show(busy.since);
            let message = format!(
                "`{}` is in use now: {} (pid {}) holds a transaction open for {since}; this would wait for it, and everybody behind this",
                touch.relation, busy.application, busy.pid
            );
            self.say(
                Severity::Warning,
                "blocked-now",
                part.range.clone(),
                message,
                "see that it ends first, and set `lock_timeout`",
            );
        }
    }

    /// Work that takes long while the transaction holds a lock that keeps others out.
    fn long_after_lock(&mut self, part: &Part) {
        let long = matches!(part.form, Form::Update | Form::Delete | Form::Validate);
        let Some(held) = self
            .held
            .as_ref()
            .filter(|_| long && self.open && !self.is_small(part))
        else {
            return;
        };
        let line = self.unit.sql[..held.at].matches('\n').count() + 1;
        let of = self.unit.sql[..part.range.start].matches('\n').count() + 1;
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
            part.range.clone(),
            message,
            "put it into a transaction of its own: a later migration, or a step that works in batches",
        );
    }

    fn hold(&mut self, touch: &Touch, at: usize) {
        let stronger = self.held.as_ref().is_none_or(|held| held.lock < touch.lock);
        if self.open && touch.lock.blocks_writes() && !touch.fresh && stronger {
            self.held = Some(Held {
                lock: touch.lock,
                relation: touch.relation.clone(),
                at,
            });
        }
    }

    fn say(
        &mut self,
        severity: Severity,
        code: &'static str,
        range: Range<usize>,
        message: String,
        hint: &str,
    ) {
        self.found.push(Remark {
            severity,
            code,
            range,
            message,
            hint: hint.to_owned(),
        });
    }
}

/// Where in a block there is an `EXECUTE`.
fn executes(text: &str) -> Option<usize> {
    let body = text.find('$')? + 1;
    let words = super::catalogs::words(text.get(body..)?.trim_matches('$'));
    let skipped = text.len() - text[body..].trim_start_matches('$').len();
    let found = words.iter().find(|(word, _)| word == "execute")?;
    Some(skipped + found.1)
}

const RELEASE: &str = "release code that works with both before and after it first";

fn or<'h>(hint: &'h str, other: &'h str) -> &'h str {
    if hint.is_empty() { other } else { hint }
}
