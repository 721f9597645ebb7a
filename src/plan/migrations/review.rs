//! The review of migrations: each file judged with what is known from those before it.

use super::{Applied, File, Folder, Unread, Want, Wanted};
use crate::plan::Opened;
use crate::plan::check::{self, NO_LOCK_TIMEOUT, Remark, Unit, Wrap, remarks, without_limit};
use crate::plan::ddl::{self, Catalog, Judged, Live};
use crate::plan::facts::Facts;
use crate::plan::parallel;
use crate::plan::problem::{Problem, Severity};
use crate::plan::source::{Source, Span};
use crate::plan::sql_text::mentions;

/// How many files are read together, before they are judged: their trees take memory.
const TOGETHER: usize = 256;
/// How many of them are worth a thread.
const MANY: usize = 16;

/// Adds to `opened` what there is to say about the migrations in `folders`. Those that are applied
/// already teach what tables are like, and nothing is said about them.
pub fn review(opened: &mut Opened, folders: Vec<Folder>, facts: Option<&Facts>) {
    all(opened, folders, facts, false);
}

fn all(opened: &mut Opened, folders: Vec<Folder>, facts: Option<&Facts>, alone: bool) {
    for folder in folders {
        one(opened, folder, facts, alone);
    }
    let allowed = opened.allows.take(&mut opened.problems);
    opened.allowed.extend(allowed);
    opened
        .problems
        .retain(|problem| problem.code != "unused-allow");
    opened.problems.extend(opened.allows.unused());
    check::sort(&mut opened.problems);
}

/// Adds to `opened` what nobody has looked at of what its steps apply: what is not there, is no SQL, or can't be
/// read.
pub fn tell_unread(opened: &mut Opened, applied: &Applied) {
    let problems = applied.missing.iter().map(missing);
    let unjudged = applied.unjudged.iter().map(|want| {
        let message = format!("{} is not SQL: not classified", want.wanted.words());
        Problem::note(UNREAD, want.span, message).hint(PRINTED)
    });
    let unread = applied.unread.iter().map(|unread| {
        let Unread { label, why, .. } = unread;
        let message = format!("`{label}` can't be read, {why}: nobody has looked at it");
        let hint = "put the file there that is to be applied, or take this away";
        Problem::warning(UNREAD, unread.span, message).hint(hint)
    });
    opened
        .problems
        .extend(problems.chain(unjudged).chain(unread));
    check::sort(&mut opened.problems);
}

/// The code of what nobody has looked at.
const UNREAD: &str = "unread-migrations";
/// How SQL is had from a tool that has none.
const PRINTED: &str =
    "have the tool print the SQL that it would run, and check that: `gonogo check FILE.sql`";

/// That what is wanted was found nowhere, or is nothing that is read here.
fn missing(Want { wanted, span, .. }: &Want) -> Problem {
    let is_sql = !matches!(wanted, Wanted::Tool { tool, .. } if !tool.is_sql());
    let (message, hint) = match wanted {
        Wanted::Tool { .. } if is_sql => (
            format!(
                "this runs {}, found nowhere beside the plan: nobody has looked at them",
                wanted.words()
            ),
            PLACE,
        ),
        Wanted::Tool { .. } | Wanted::Other(_) => (
            format!(
                "{} is no SQL that is read here: nobody has looked at it",
                wanted.words()
            ),
            PRINTED,
        ),
        Wanted::Unseen(_) | Wanted::Script { .. } => (
            format!(
                "{} does not stand in the plan: nobody has looked at it",
                wanted.words()
            ),
            match wanted {
                Wanted::Script { .. } => {
                    "put its commands into the plan, or its SQL into a file that `psql -f` runs"
                }
                _ => PLACE,
            },
        ),
        Wanted::File { .. } => (
            format!(
                "this runs {}, found nowhere beside the plan: nobody has looked at it",
                wanted.words()
            ),
            PLACE,
        ),
    };
    Problem::note(UNREAD, *span, message).hint(hint)
}

/// How what was not found is named.
const PLACE: &str = "say where it is: `gonogo check PLAN --migrations PATH`";

/// What there is to say about the migrations of one folder, called `name`, that no plan was given for.
pub fn alone(name: &str, folder: Folder, facts: Option<&Facts>) -> Opened {
    let mut opened = Opened::of_migrations(Source::new(name, ""));
    all(&mut opened, vec![folder], facts, true);
    opened
}

fn one(opened: &mut Opened, folder: Folder, facts: Option<&Facts>, alone: bool) {
    let stops = |file: &&File| check::stops_first(file.source.text());
    for file in folder.files.iter().filter(stops) {
        forget_hidden_errors(opened, file.source.name());
    }
    let mut found = found(&folder, facts);
    // Where the plan says how long its sessions wait it may say it for these as well.
    let said = mentions(opened.source.text(), "lock_timeout");
    keep_last(!said, &mut found);
    if alone {
        sure(&folder, facts, &mut found);
    }
    for (file, found) in folder.files.into_iter().zip(found) {
        if found.is_empty() {
            continue;
        }
        let place = opened.files.len();
        let problems = found.into_iter().map(|remark| problem(remark, place));
        opened.problems.extend(problems);
        opened.files.push(file.source);
    }
}

/// Takes back that errors of the file at `path` are hidden, which says itself that `psql` stops at them.
fn forget_hidden_errors(opened: &mut Opened, path: &str) {
    let source = &opened.source;
    opened.problems.retain(|problem| {
        let command = source.slice(problem.span);
        let words = command.split([' ', '\t', '\n', '\'', '"', '=', '<']);
        let is_sql = |word: &&str| word.to_ascii_lowercase().ends_with(".sql");
        let mut files = words.filter(is_sql).peekable();
        let same = |file: &str| path.ends_with(file.trim_start_matches("./"));
        let stops = files.peek().is_some() && files.all(same);
        problem.code != check::HIDES_ERRORS || problem.file.is_some() || !stops
    });
}

/// What there is to say about each file of `folder`.
fn found(folder: &Folder, facts: Option<&Facts>) -> Vec<Vec<Remark>> {
    let applied = facts.and_then(|facts| facts.applied.as_ref());
    let judged = each(folder, facts);
    let files = folder.files.iter().zip(&judged);
    files
        .map(|(file, judged)| {
            if applied.is_some_and(|applied| applied.contains(&file.name)) {
                return Vec::new();
            }
            let text = folder.tool.forward(file.source.text());
            let unit = Unit {
                sql: text,
                wrap: if file.whole {
                    Wrap::Transaction
                } else {
                    folder.tool.wraps(text, &file.settings)
                },
                backwards: false,
                facts,
            };
            let mut found = remarks(judged, unit);
            found.extend(without_limit(judged, unit));
            found
        })
        .collect()
}

/// Keeps the last of what was `found` to wait without a limit, for all of that, or nothing unless `told`: the newest
/// migration is the one that is surely applied.
fn keep_last(told: bool, found: &mut [Vec<Remark>]) {
    let waits = |remark: &Remark| remark.code == NO_LOCK_TIMEOUT;
    let all = found.iter().flatten().filter(|remark| waits(remark));
    let mut left = all.count();
    let others = match left.saturating_sub(1) {
        0 => String::new(),
        1 => "; so does another statement".to_owned(),
        n => format!("; so do {n} other statements"),
    };
    for remarks in found {
        remarks.retain_mut(|remark| {
            if !waits(remark) {
                return true;
            }
            left -= 1;
            remark.message.push_str(&others);
            told && left == 0
        });
    }
}

/// What the statements of each file of `folder` do, one file after the other.
pub fn judged(folder: &Folder) -> Vec<Vec<Judged>> {
    each(folder, None)
}

fn each(folder: &Folder, facts: Option<&Facts>) -> Vec<Vec<Judged>> {
    let mut catalog = Catalog::new(facts.and_then(|facts| facts.server));
    let applied = facts.and_then(|facts| facts.applied.as_ref());
    let mut facts_to_adopt = facts;
    let mut found = Vec::with_capacity(folder.files.len());
    for files in folder.files.chunks(TOGETHER) {
        let scripts = parallel::map(files, MANY, |file| {
            ddl::read(folder.tool.forward(file.source.text()))
        });
        for (file, script) in files.iter().zip(scripts) {
            let old = applied.is_some_and(|applied| applied.contains(&file.name));
            if let Some(facts) = facts_to_adopt.take_if(|_| !old) {
                catalog.adopt(facts);
            }
            found.push(ddl::judge_script(script, &mut catalog));
            catalog.end_file();
        }
    }
    found
}

/// Adds to what was `found` what the database is sure to refuse or to skip of the files that are not applied yet.
/// Of several files somebody has to know which these are.
fn sure(folder: &Folder, facts: Option<&Facts>, found: &mut [Vec<Remark>]) {
    let applied = facts.and_then(|facts| facts.applied.as_ref());
    let old = |file: &File| applied.is_some_and(|applied| applied.contains(&file.name));
    let Some(mut live) = facts.and_then(Live::of) else {
        return;
    };
    if folder.files.len() > 1 && !folder.files.iter().any(old) {
        return;
    }
    for (file, found) in folder.files.iter().zip(found) {
        if old(file) {
            continue;
        }
        for sure in live.run(folder.tool.forward(file.source.text())) {
            let (code, hint) = sure.outcome.words();
            found.push(Remark {
                severity: sure.outcome.severity(),
                code,
                range: sure.range,
                message: sure.message,
                hint: hint.to_owned(),
            });
        }
    }
}

/// What `remark` says about the file at `place`.
fn problem(remark: Remark, place: usize) -> Problem {
    let span = Span::new(remark.range.start, remark.range.end);
    let problem = match remark.severity {
        Severity::Error => Problem::error(remark.code, span, remark.message),
        Severity::Warning => Problem::warning(remark.code, span, remark.message),
        Severity::Note => Problem::note(remark.code, span, remark.message),
    };
    Problem {
        file: Some(place),
        ..problem.hint(remark.hint)
    }
}
