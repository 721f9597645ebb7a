//! Ways back that restore a file whose name is made of the date anew: `pg_restore -d shop backup_$(date +%F).dump` looks
//! for another file on another day.

use super::dump::written;
use super::psql::{Psql, from_program};
use super::restore::PG_RESTORE;
use super::text::Text;
use super::unwritten::{is_back, read_by};
use crate::plan::commands::{Command, Given};
use crate::plan::problem::Problem;

/// Programs that hand a file on to what restores it.
const UNPACK: [&str; 9] = [
    "bzcat", "bzip2", "cat", "gunzip", "gzip", "xzcat", "zcat", "zstd", "zstdcat",
];

/// Finds them in `text`.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if !is_back(text) || !text.runs() {
        return;
    }
    // The variables that hold such a name.
    let mut held: Vec<String> = Vec::new();
    for (ix, command) in text.script.commands.iter().enumerate() {
        // What the script has dumped itself is there.
        let before = text.script.commands[..ix].iter().filter_map(written);
        let own = |file: &str| before.clone().any(|dump| dump == file);
        let anew = |file: &str| {
            (is_anew(file) || held.iter().any(|used| file.contains(used))) && !own(file)
        };
        let unpacks = |writer: &&Command<'_>| UNPACK.contains(&writer.program());
        let packed = || {
            let writers = text.script.writers(ix).into_iter().filter(unpacks);
            let mut words = writers.flat_map(Command::arguments);
            words.any(|word| anew(&word.text))
        };
        let lists = || Given::read(command.arguments(), PG_RESTORE).has(&["l", "list"]);
        let restores = match command.program() {
            "pg_restore" => !lists(),
            _ => Psql::of(command).is_some(),
        };
        if restores && (read_by(command).is_some_and(|file| anew(&file)) || packed()) {
            out.push(text.warning(
                "restore-unwritten",
                from_program(command),
                "the name of what this restores is made of the date anew: behind midnight no step has written such a file",
                "take the name once, into a variable of the plan, for the dump and for this",
            ));
        }
        for word in &command.assigned {
            let (name, value) = word.text.split_once('=').unwrap_or_default();
            if !name.is_empty() && is_anew(value) {
                held.extend([format!("${name}"), format!("${{{name}}}")]);
            }
        }
    }
}

/// Whether `name` holds what `date` prints.
fn is_anew(name: &str) -> bool {
    let behind = |mark: &str| name.split_once(mark).map(|(_, rest)| rest);
    let rest = behind("$(date").or_else(|| behind("`date"));
    rest.is_some_and(|rest| rest.starts_with([' ', ')', '`']))
}
