//! What statements do to others while they run, and to code that runs: from what was found out about
//! each to what has to be said about it.

mod alone;
mod beside;
mod locks;
mod taken;
mod values;

pub(super) use self::taken::{CONSTRAINTS, lost_without};

use std::ops::Range;

use super::versions;
use crate::plan::ddl::{Compatibility, Form, Judged, LockMode, Part};
use crate::plan::facts::{Facts, TableFacts};
use crate::plan::problem::Severity;
use values::Enums;

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

/// How many words at the beginning of a statement tell how it is run.
const MAX_WORDS: usize = 8;

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
    let mut session = Session::default();
    let mut found = session.remarks(judged, unit);
    found.extend(session.end().map(|(_, remark)| remark));
    found
}

/// A session that runs texts, one after the other.
#[derive(Default)]
pub(in crate::plan) struct Session {
    /// How many it has run.
    texts: usize,
    /// The text and the statement in it that began a transaction, if one is open.
    begun: Option<(usize, Range<usize>)>,
    /// What that has done to enums.
    enums: Enums,
}

impl Session {
    /// What there is to say about the statements of `unit`, behind those before.
    pub(in crate::plan) fn remarks(&mut self, judged: &[Judged], unit: Unit<'_>) -> Vec<Remark> {
        let own =
            unit.wrap == Wrap::Transaction || (unit.wrap == Wrap::Together && judged.len() > 1);
        let enums = std::mem::take(&mut self.enums);
        let enums = self.begun.as_ref().map(|_| enums).unwrap_or_default();
        let mut review = Review {
            unit,
            text: self.texts,
            open: own || self.begun.is_some(),
            begun: self.begun.take(),
            enums,
            held: None,
            found: Vec::new(),
        };
        for statement in judged {
            review.statement(statement);
        }
        self.begun = review.begun;
        self.enums = review.enums;
        self.texts += 1;
        review.found
    }

    /// That a transaction is not ended, and in which text it was begun, counted from 0.
    pub(in crate::plan) fn end(self) -> Option<(usize, Remark)> {
        let (text, range) = self.begun?;
        let remark = Remark {
            severity: Severity::Warning,
            code: "transaction-left-open",
            range,
            message: "this transaction is not ended here: what is done in it is rolled back when the session ends".to_owned(),
            hint: "put its `COMMIT` into the same step".to_owned(),
        };
        Some((text, remark))
    }
}

/// A lock that the transaction holds until it ends.
struct Held {
    lock: LockMode,
    relation: String,
    at: usize,
}

struct Review<'u> {
    unit: Unit<'u>,
    /// Which of the session's texts this is.
    text: usize,
    /// Whether a transaction is open.
    open: bool,
    /// The text and the statement that began it, if one did.
    begun: Option<(usize, Range<usize>)>,
    enums: Enums,
    held: Option<Held>,
    found: Vec<Remark>,
}

impl Review<'_> {
    fn statement(&mut self, judged: &Judged) {
        let text = &self.unit.sql[judged.range.clone()];
        let words: Vec<(String, usize)> = super::catalogs::words(text).take(MAX_WORDS).collect();
        let word = |ix: usize| words.get(ix).map_or("", |(word, _)| word.as_str());
        match word(0) {
            "begin" | "start" => {
                self.open = true;
                self.begun = Some((self.text, judged.range.clone()));
            }
            "commit" | "rollback" | "end" | "abort" if word(1) != "to" && word(2) != "to" => {
                self.open = false;
                self.begun = None;
                self.held = None;
            }
            "prepare" if word(1) == "transaction" => self.begun = None,
            _ => {}
        }
        if let Some((range, why)) = &judged.wrong {
            self.say(
                Severity::Warning,
                "sql-syntax",
                range.clone(),
                format!("{why}: nobody has judged it"),
                "try it on a copy of the database: what is not known here may be known there",
            );
        }
        self.unknown(judged);
        self.alone(judged, &words);
        self.slow_read(judged, word(0));
        self.values(judged);
        self.unread(judged, word(0));
        self.taken(judged, word(0));
        for part in &judged.parts {
            self.part(part);
        }
        for touch in judged.parts.iter().flat_map(|part| &part.touches) {
            self.hold(touch, judged.range.start);
        }
    }

    /// What the server doesn't know by its version.
    fn unknown(&mut self, judged: &Judged) {
        let text = &self.unit.sql[judged.range.clone()];
        let server = self.unit.facts.and_then(|facts| facts.server);
        if let Some(why) = server.and_then(|server| versions::refused(text, server)) {
            let range = judged.range.clone();
            self.say(
                Severity::Warning,
                "sure-to-fail",
                range,
                why,
                versions::HINT,
            );
        }
    }

    /// A text that a statement puts together and runs, or that is put together of it.
    fn unread(&mut self, judged: &Judged, first: &str) {
        let text = &self.unit.sql[judged.range.clone()];
        let start = judged.range.start;
        let behind = self.unit.sql[judged.range.end..].trim_start();
        let (range, what) = if behind.starts_with("\\gexec") {
            let range = judged.range.clone();
            (range, "what this query puts together is run by `\\gexec`")
        } else if judged.open {
            let what = "this is put together of what variables hold, and may be anything";
            (judged.range.clone(), what)
        } else if let Some(at) = (first == "do").then(|| executes(text)).flatten() {
            let range = start + at..start + at + "execute".len();
            (range, "what EXECUTE runs is put together then")
        } else {
            return;
        };
        self.say(
            Severity::Note,
            "unread-sql",
            range,
            format!("{what}: nobody has looked at it"),
            "try it where nothing can break, and set `lock_timeout`",
        );
    }

    fn part(&mut self, part: &Part) {
        self.harm(part);
        self.wait(part);
        self.piecemeal(part);
        if part.form == Form::CreateIndexConcurrently && Self::is_partitioned(part) {
            self.say(
                Severity::Error,
                "partitioned-index",
                part.range.clone(),
                "an index of a partitioned table can't be built CONCURRENTLY: this fails"
                    .to_owned(),
                PARTITIONED,
            );
        }
        let row = part.form.row();
        let made = !part.touches.is_empty() && part.touches.iter().all(|touch| touch.fresh);
        let writes = matches!(part.form, Form::Update | Form::Delete);
        let cascades = self.cascades(part);
        if writes && !made && !self.is_small(part) {
            self.say(
                Severity::Warning,
                "whole-table-write",
                part.range.clone(),
                format!("this {}", row.words),
                row.safer,
            );
        } else if (row.compatibility == Compatibility::Breaking || cascades.is_some())
            && !made
            && !writes
            && !self.leaves_view(part)
            && (!self.unit.backwards || (cascades.is_some() && part.form == Form::Truncate))
        {
            let hint = match (part.form, &cascades) {
                (Form::Truncate, Some(_)) => {
                    "name each table that is to be empty, without CASCADE: it is refused where another one is in the way"
                }
                (_, Some(_)) => {
                    "without CASCADE it is refused while anything depends on it: drop that by its name first"
                }
                _ => or(row.safer, RELEASE),
            };
            self.say(
                Severity::Warning,
                "breaking-change",
                part.range.clone(),
                format!("this {}{}", row.words, cascades.unwrap_or_default()),
                hint,
            );
        }
        self.long_after_lock(part);
    }

    fn is_partitioned(part: &Part) -> bool {
        part.touches.iter().any(|touch| touch.divided)
    }

    fn is_small(&self, part: &Part) -> bool {
        part.touches.iter().all(|touch| {
            let known = self.unit.facts.map(|facts| facts.table(&touch.relation));
            known.is_some_and(|known| known.map_or(touch.made, TableFacts::is_small))
        })
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
    let quotes = ['$', '\''];
    let body = text.find(quotes)? + 1;
    let mut words = super::catalogs::words(text.get(body..)?.trim_matches(quotes));
    let skipped = text.len() - text[body..].trim_start_matches(quotes).len();
    let found = words.find(|(word, _)| word == "execute")?;
    Some(skipped + found.1)
}

/// How an index of a partitioned table is built while work goes on.
const PARTITIONED: &str = "`CREATE INDEX … ON ONLY` the table, then build it CONCURRENTLY on each partition, and attach that";

const RELEASE: &str = "release code that works with both before and after it first";

fn or<'h>(hint: &'h str, other: &'h str) -> &'h str {
    if hint.is_empty() { other } else { hint }
}
