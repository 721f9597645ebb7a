//! `gonogo check`: what plans and migrations say, and what is wrong with them.

mod folder;
mod github;
mod hidden;
mod human;
mod sarif;

use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::slice;

use self::hidden::Secrets;
use super::args::{Check, CheckFormat};
use super::exit::Exit;
use super::place;
use super::say::complain;
use crate::plan::{self, Facts, Opened, Problem, Severity, Source, Span};
use crate::project::{self, Around};

/// How much is printed at once, in bytes: a report is written in thousands of small pieces.
const OUTPUT_CHUNK: usize = 64 << 10;

/// Runs `gonogo check`.
pub(super) fn run(args: &Check) -> anyhow::Result<Exit> {
    let facts = match &args.database {
        Some(url) => match super::block_on(async { Ok(crate::monitor::survey(url).await) })? {
            Ok(facts) => Some(facts),
            Err(why) => {
                complain!("failed to ask the database: {why}");
                return Ok(Exit::Usage);
            }
        },
        None => None,
    };
    let mut exit = Exit::Done;
    // The program ends soon: the system takes a plan's memory back faster than piece by piece.
    let mut all = ManuallyDrop::new(Vec::new());
    let mut unread = Vec::new();
    for (path, found) in found(args, facts.as_ref()) {
        match found {
            Ok(opened) => all.push(opened),
            Err(why) => {
                complain!("{why}");
                let failed = Unread {
                    name: path.to_string_lossy().into_owned(),
                    why,
                };
                // There each file has its place among the others.
                if matches!(args.format, CheckFormat::Json | CheckFormat::Github) {
                    all.push(failed.opened());
                }
                unread.push(failed);
                exit = Exit::Usage;
            }
        }
    }
    let wrong = |opened: &Opened| {
        opened
            .problems
            .iter()
            .any(|p| p.severity == Severity::Error)
    };
    if all.iter().any(wrong) {
        exit = Exit::Usage;
    }
    print(&all, &unread, args.format)?;
    Ok(exit)
}

/// A file that could not be read.
struct Unread {
    name: String,
    why: String,
}

impl Unread {
    /// The same as a file in which only that is wrong, for programs that look for problems.
    fn opened(&self) -> Opened {
        let mut opened = Opened::of_migrations(Source::new(&self.name, ""));
        let problem = Problem::error("unreadable", Span::at(0), &self.why);
        opened.problems.push(problem);
        opened
    }
}

/// Everything that is named, in that order: each file, and what there is to say about it.
fn found(args: &Check, facts: Option<&Facts>) -> Vec<folder::Found> {
    let mut found = Vec::new();
    // Folders of migrations that are named go with the first plan.
    let mut named = args.migrations.as_slice();
    for path in &args.plans {
        if path.is_dir() {
            let plans = folder::plans(path, |path| opened(path, std::mem::take(&mut named), facts));
            let none = plans.is_empty();
            found.extend(plans);
            if project::is_sql(path) {
                found.push((path.clone(), project::alone(path, facts)));
            } else if none {
                let why = format!(
                    "{} is a directory without a plan or a file of SQL in it",
                    path.display()
                );
                found.push((path.clone(), Err(why)));
            }
        } else {
            let opened = opened(path, std::mem::take(&mut named), facts);
            found.push((path.clone(), opened));
        }
    }
    if args.plans.is_empty() {
        let alone = |path: &std::path::PathBuf| (path.clone(), project::alone(path, facts));
        found.extend(args.migrations.iter().map(alone));
    }
    found
}

/// What there is to say about the plan or the file of SQL at `path`.
fn opened(
    path: &Path,
    named: &[std::path::PathBuf],
    facts: Option<&Facts>,
) -> Result<Opened, String> {
    if project::is_sql(path) {
        return project::alone(path, facts);
    }
    let bytes = project::bytes(path)?;
    let name = path.to_string_lossy();
    let load = project::beside(path);
    let opened = plan::open_from(&name, &bytes, facts, &load);
    let mut opened = place::in_place(opened, path).to_be_judged();
    let applied = Around::new(opened.plan.as_ref(), path, named).read()?;
    plan::migrations::tell_unread(&mut opened, &applied);
    if !applied.folders.is_empty() {
        plan::migrations::review(&mut opened, applied.folders, facts);
    }
    Ok(opened)
}

fn print(all: &[Opened], unread: &[Unread], format: CheckFormat) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(OUTPUT_CHUNK, io::stdout().lock());
    match format {
        CheckFormat::Json => {
            for opened in all {
                if let Some(secrets) = Secrets::of(slice::from_ref(opened))? {
                    let report = serde_json::to_string(&plan::json::report(opened))?;
                    out.write_all(secrets.hidden_in_json(&report).as_bytes())?;
                } else {
                    serde_json::to_writer(&mut out, &plan::json::report(opened))?;
                }
                writeln!(out)?;
            }
        }
        CheckFormat::Human => {
            for opened in all {
                if let Some(secrets) = Secrets::of(slice::from_ref(opened))? {
                    let mut text = Vec::new();
                    human::human(opened, &mut text)?;
                    let text = String::from_utf8_lossy(&text);
                    out.write_all(secrets.hidden(&text).as_bytes())?;
                } else {
                    human::human(opened, &mut out)?;
                }
            }
        }
        CheckFormat::Sarif => {
            let log = serde_json::to_string_pretty(&sarif::log(all, unread))?;
            match Secrets::of(all)? {
                Some(secrets) => writeln!(out, "{}", secrets.hidden_in_json(&log))?,
                None => writeln!(out, "{log}")?,
            }
        }
        CheckFormat::Github => {
            for opened in all {
                let commands = github::commands(opened);
                match Secrets::of(slice::from_ref(opened))? {
                    Some(secrets) => out.write_all(secrets.hidden(&commands).as_bytes())?,
                    None => out.write_all(plan::without_secrets(&commands).as_bytes())?,
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// The text that `problem` points into.
fn source_of<'o>(opened: &'o Opened, problem: &Problem) -> &'o Source {
    let other = problem.file.and_then(|file| opened.files.get(file));
    other.unwrap_or(&opened.source)
}
