//! SQL in steps, judged in the order in which the plan runs it.

use std::collections::HashMap;

use super::certain;
use super::passage::Home;
use super::patience::Patience;
use super::sql::{Remark, Session, Unit, Wrap};
use super::text::{Sql, Text};
use crate::plan::ddl::{self, Catalog, Form, Judged, LockMode, Part};
use crate::plan::facts::Facts;
use crate::plan::parallel;
use crate::plan::problem::{Problem, Severity};

/// How many texts of SQL are read together, before they are judged: their trees take memory.
const TOGETHER: usize = 256;
/// How many of them are worth a thread.
const MANY: usize = 32;

/// Finds statements in steps that keep others out, or break code that runs. What is only kept for
/// reading may well be an example of how not to do it.
pub(super) fn check(texts: &[Text<'_>], facts: Option<&Facts>, out: &mut Vec<Problem>) {
    let server = facts.and_then(|facts| facts.server);
    let mut catalog = Catalog::new(server);
    if let Some(facts) = facts {
        catalog.adopt(facts);
    }
    let run = || {
        texts
            .iter()
            .filter(|text| text.runs() && !text.is_reference())
    };
    let patient = run().any(Text::limits_locks);
    let mut waiting: Option<(Problem, usize)> = None;
    let pieces = run().flat_map(|text| text.sql().into_iter().map(move |piece| (text, piece)));
    let pieces: Vec<(&Text<'_>, Sql<'_>)> = pieces.collect();
    let mut sessions = Sessions::default();
    let mut waiters = Waiters::default();
    certain::check(texts, facts, out);
    for pieces in pieces.chunks(TOGETHER) {
        let texts: Vec<&str> = pieces.iter().map(|(_, piece)| piece.text).collect();
        let scripts = parallel::map(&texts, MANY, |sql| ddl::read(sql));
        for ((text, piece), script) in pieces.iter().zip(scripts) {
            // What the plan makes itself nobody else uses before it is through.
            let judged = ddl::judge_script(script, &mut catalog);
            sessions.say(text, piece, &judged, facts, out);
            let waiting_parts = waiters.of(text.database(), piece, &judged);
            for part in waiting_parts.into_iter().filter(|_| !patient) {
                match &mut waiting {
                    Some((_, others)) => *others += 1,
                    None => waiting = Some((impatient(text, piece, part), 0)),
                }
            }
        }
    }
    out.extend(waiting.map(|(mut problem, others)| {
        let more = match others {
            0 => String::new(),
            1 => "; so does a statement below".to_owned(),
            n => format!("; so do {n} statements below"),
        };
        problem.message.push_str(&more);
        problem
    }));
}

/// The sessions that run pieces of SQL, one after the other.
#[derive(Default)]
struct Sessions<'a, 't> {
    /// The one that is open.
    open: Session,
    /// What it has run.
    pieces: Vec<&'a Sql<'t>>,
}

impl<'a, 't> Sessions<'a, 't> {
    /// Says what there is to say about the statements of `piece`, which stands in `text`.
    fn say(
        &mut self,
        text: &Text<'_>,
        piece: &'a Sql<'t>,
        judged: &[Judged],
        facts: Option<&Facts>,
        out: &mut Vec<Problem>,
    ) {
        let unit = Unit {
            sql: piece.text,
            wrap: piece.wrap,
            backwards: matches!(text.passage.home, Home::Tier(_)) || text.passage.undo,
            facts,
        };
        let mut say = |remark: Remark, piece: &Sql<'_>| {
            let place = piece.place(remark.range);
            let (severity, code) = (remark.severity, remark.code);
            out.push(text.finding(severity, code, place, remark.message, remark.hint));
        };
        for remark in self.open.remarks(judged, unit) {
            say(remark, piece);
        }
        self.pieces.push(piece);
        if piece.goes_on {
            return;
        }
        let ended = std::mem::take(&mut self.open).end();
        if let Some((place, remark)) = ended.filter(|_| !piece.unseen) {
            say(remark, self.pieces[place]);
        }
        self.pieces.clear();
    }
}

/// Who waits without a limit.
#[derive(Default)]
struct Waiters<'d> {
    /// The sessions that the steps of SQL share, by the names of their databases.
    shared: HashMap<&'d str, Patience>,
    /// The session that a script has opened.
    own: Patience,
    /// Whether that one goes on with the next piece.
    goes_on: bool,
    /// Whether a session that begins now gives up its waits after a time.
    promised: bool,
}

impl<'d> Waiters<'d> {
    /// The parts of the statements `judged` that wait without one, one a statement. `piece` holds them, and runs on
    /// the session that the steps share for `database`, or on one of its own.
    fn of<'j>(
        &mut self,
        database: Option<&'d str>,
        piece: &Sql<'_>,
        judged: &'j [Judged],
    ) -> Vec<&'j Part> {
        let fresh = Patience::new(self.promised);
        if !self.goes_on {
            self.own = fresh.clone();
        }
        let session = match database {
            Some(database) => self.shared.entry(database).or_insert(fresh),
            None => &mut self.own,
        };
        let mut found = Vec::new();
        // `psql -1` puts one transaction around all that it runs.
        let whole = piece.wrap == Wrap::Transaction;
        if !(whole && self.goes_on) {
            session.begin(piece.wrap, judged.len() > 1);
        }
        let mut end = 0;
        for statement in judged {
            let told = piece.text.get(end..statement.range.end);
            if told.is_some_and(|told| told.lines().any(connects)) {
                *session = Patience::new(self.promised);
            }
            end = statement.range.end;
            session.learn(piece.text.get(statement.range.clone()).unwrap_or_default());
            self.promised = session.promised().unwrap_or(self.promised);
            let mut parts = statement.parts.iter();
            let part = parts.find(|part| waits(part, piece.text));
            found.extend(part.filter(|_| !session.is_limited()));
        }
        if !(whole && piece.goes_on) {
            session.end(piece.wrap);
        }
        self.goes_on = piece.goes_on;
        found
    }
}

/// Whether `line` tells `psql` to open another session.
fn connects(line: &str) -> bool {
    let word = line.split_whitespace().next();
    matches!(word, Some("\\c" | "\\connect"))
}

/// The code of what waits for its lock without a limit, and what that does.
pub(in crate::plan) const NO_LOCK_TIMEOUT: &str = "no-lock-timeout";
const WAITS: &str = "while this waits for its lock, everybody who comes later waits behind it";

/// That nothing limits how long statements of `unit` wait for their locks, which were judged to be `judged` and are
/// run by a tool, in a session of their own.
pub(in crate::plan) fn without_limit(judged: &[Judged], unit: Unit<'_>) -> Vec<Remark> {
    let piece = Sql {
        text: unit.sql,
        wrap: unit.wrap,
        goes_on: false,
        unseen: false,
        holder: None,
    };
    let parts = Waiters::default().of(None, &piece, judged);
    let remark = |part: &Part| Remark {
        severity: Severity::Note,
        code: NO_LOCK_TIMEOUT,
        range: part.range.clone(),
        message: WAITS.to_owned(),
        hint: "`SET lock_timeout = '2s'` first, and try again when it fails".to_owned(),
    };
    parts.into_iter().map(remark).collect()
}

/// That nothing limits how long `part` waits.
fn impatient(text: &Text<'_>, piece: &Sql<'_>, part: &Part) -> Problem {
    text.finding(
        Severity::Note,
        NO_LOCK_TIMEOUT,
        piece.place(part.range.clone()),
        WAITS,
        "`SET lock_timeout = '2s'` first (a step of a TOML plan may say `lock_timeout = \"2s\"`, a fence in a runbook `{lock_timeout=2s}`), and try again when it fails",
    )
}

/// Whether `part` of the statements `sql` waits for a lock that nobody can work beside.
fn waits(part: &Part, sql: &str) -> bool {
    let strong = |touch: &ddl::Touch| touch.lock == LockMode::AccessExclusive && !touch.fresh;
    let text = sql.get(part.range.clone()).unwrap_or_default();
    let impatient =
        part.form == Form::LockTable && text.trim_end().to_lowercase().ends_with("nowait");
    !impatient && part.touches.iter().any(strong)
}
