//! `gonogo import`: a runbook as a typed plan.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;

use super::args::Import;
use super::exit::Exit;
use super::say::{aside, complain};
use super::{problems, say};
use crate::plan::{self, Format, Opened, Severity};

/// Runs `gonogo import`.
pub(super) fn run(args: &Import) -> anyhow::Result<Exit> {
    let name = args.runbook.to_string_lossy();
    if Format::of(&name) == Format::Toml {
        complain!("{name} is a typed plan already");
        return Ok(Exit::Usage);
    }
    let bytes = match crate::project::bytes(&args.runbook) {
        Ok(bytes) => bytes,
        Err(why) => {
            complain!("{why}");
            return Ok(Exit::Usage);
        }
    };
    let load = crate::project::beside(&args.runbook);
    let opened = plan::open_from(&name, &bytes, None, &load);
    let Some(toml) = plan::import_from(&opened, &load) else {
        say_why_not(&opened);
        return Ok(Exit::Usage);
    };
    let Some(path) = &args.output else {
        // Only in a file is the order of letters that a runbook turns around what its author wrote.
        if io::stdout().is_terminal() {
            say::out(toml)?;
        } else {
            io::stdout().write_all(toml.as_bytes())?;
        }
        return Ok(Exit::Done);
    };
    match write_new(path, &toml) {
        Ok(()) => Ok(Exit::Done),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            complain!("{} is there already: it is not overwritten", path.display());
            Ok(Exit::Usage)
        }
        Err(error) => {
            complain!("failed to write {}: {error}", path.display());
            Ok(Exit::Usage)
        }
    }
}

/// Tells why there is no plan to write.
fn say_why_not(opened: &Opened) {
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let errors = opened.problems.iter();
    for problem in errors.filter(|problem| problem.severity == Severity::Error) {
        aside(format_args!(
            "{}\n",
            problems::render(&opened.source, problem, colours)
        ));
    }
    let name = opened.source.name();
    if opened.plan.is_some() {
        complain!("nothing to do was found in {name}");
    } else {
        complain!("{name} has errors");
    }
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
