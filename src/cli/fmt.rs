//! `gonogo fmt`: typed plans laid out.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use super::args::Fmt;
use super::exit::Exit;
use super::problems;
use super::say::{aside, complain};
use crate::plan::{self, Format, LayoutError, Severity};

/// What became of one file.
enum Outcome {
    /// It is as it should be.
    Same,
    /// It is not, or was not until now.
    Changed,
    /// It can't be laid out.
    Refused,
}

/// Runs `gonogo fmt`.
pub(super) fn run(args: &Fmt) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for path in &args.plans {
        match one(path, args.check) {
            Ok(Outcome::Changed) if args.check => {
                writeln!(io::stdout(), "{}", path.display())?;
                if exit == Exit::Done {
                    exit = Exit::NotDone;
                }
            }
            Ok(Outcome::Same | Outcome::Changed) => {}
            Ok(Outcome::Refused) => exit = Exit::Usage,
            Err(why) => {
                complain!("{why}");
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}

fn one(path: &Path, only_look: bool) -> Result<Outcome, String> {
    let name = path.to_string_lossy();
    if Format::of(&name) == Format::Markdown && !path.is_dir() {
        complain!("{name} is Markdown: it is left as its author wrote it");
        return Ok(Outcome::Same);
    }
    let bytes = crate::project::bytes(path)?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(format!("{name} is not UTF-8: it is left as it is"));
    };
    match plan::layout(text) {
        Ok(_) if is_something_else(&name, &bytes) => Err(format!(
            "{name} is no plan, it has neither a title nor steps: it is left as it is"
        )),
        Ok(laid) if laid == text => Ok(Outcome::Same),
        Ok(_) if only_look => Ok(Outcome::Changed),
        Ok(laid) => {
            let failed = |error| format!("failed to write {name}: {error}");
            replace(path, laid.as_bytes()).map_err(failed)?;
            Ok(Outcome::Changed)
        }
        Err(LayoutError::Syntax) => {
            say_mistakes(&name, &bytes);
            Ok(Outcome::Refused)
        }
        Err(error) => Err(format!("{name} is left as it is: {error}")),
    }
}

/// Whether the file is TOML of another program: nothing of a plan is in it, and something that no plan has.
fn is_something_else(name: &str, bytes: &[u8]) -> bool {
    let opened = plan::open(name, bytes);
    let says = |code| opened.problems.iter().any(|problem| problem.code == code);
    ["missing-key", "no-steps", "unknown-key"]
        .into_iter()
        .all(says)
}

/// Shows the mistakes that keep a file from being laid out.
fn say_mistakes(name: &str, bytes: &[u8]) {
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let opened = plan::open(name, bytes);
    let syntax = opened
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error && problem.code == "toml-syntax");
    for problem in syntax {
        aside(format_args!(
            "{}\n",
            problems::render(&opened.source, problem, colours)
        ));
    }
    complain!("{name} has mistakes: it is left as it is");
}

/// Puts `bytes` into the file at `path`, all of them or none. A link stays one, and who may read
/// the file stays as it was.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target: PathBuf = path.canonicalize()?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let before = fs::metadata(&target)?;
    if before.permissions().readonly() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is write-protected",
        ));
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(before.permissions())?;
    let new = file.as_file().metadata()?;
    if (new.uid(), new.gid()) != (before.uid(), before.gid()) {
        chown(file.path(), Some(before.uid()), Some(before.gid()))?;
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}
