//! Ways back that restore a file which no step writes: the dump that is taken has another name.

use super::dump::{is_dump, written};
use super::names::{kind_of_file, may_be_same};
use super::passage::Home;
use super::psql::{Psql, from_program};
use super::restore::PG_RESTORE;
use super::text::Text;
use crate::plan::commands::{Command, Given, Input};
use crate::plan::problem::Problem;

/// What stands in the names of dumps, and not in those of scripts.
const DUMPS: [&str; 6] = [
    "backup",
    "bkp",
    "dump",
    "snapshot",
    "pre-deploy",
    "pre_deploy",
];
/// What is in names that tell no file for certain: variables, patterns, placeholders.
const OPEN: [char; 12] = ['$', '`', '*', '?', '[', ']', '{', '}', '(', ')', '<', '>'];

/// Finds them.
pub(super) fn check(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let commands = || {
        let run = texts.iter().filter(|text| !text.is_reference());
        run.flat_map(|text| &text.script.commands)
    };
    let dumps: Option<Vec<String>> = commands()
        .filter(|command| is_dump(command))
        .map(written)
        .collect();
    // Where nothing is dumped it was there before, and what is written through a pipe may be any.
    let Some(dumps) = dumps.filter(|dumps| !dumps.is_empty()) else {
        return;
    };
    for text in texts {
        let back = matches!(text.passage.home, Home::Tier(_)) || text.passage.undo;
        let commands = text.script.commands.iter().filter(|_| back && text.runs());
        for command in commands {
            let holes = text.passage.spec.map_or(&[][..], |spec| &spec.holes);
            let open = |file: &String| holes.iter().any(|hole| file.contains(&hole.literal));
            let Some(file) = restored(command).filter(|file| !open(file)) else {
                continue;
            };
            let base = file.rsplit('/').next().unwrap_or(&file);
            let dumped = |dump: &String| may_be_same(dump, &file);
            let kind = kind_of_file(&file);
            let kin = || {
                dumps
                    .iter()
                    .any(|dump| kind.is_some() && kind_of_file(dump) == kind)
            };
            let named = DUMPS
                .iter()
                .any(|word| base.to_ascii_lowercase().contains(word))
                || kin();
            if named && !dumps.iter().any(dumped) && !is_told(texts, base) {
                out.push(text.warning(
                    "restore-unwritten",
                    from_program(command),
                    format!(
                        "this restores `{base}`, which no step writes: the dump is called `{}`",
                        dumps[0]
                    ),
                    "give both the same name, in a variable of the plan",
                ));
            }
        }
    }
}

/// Whether anything but the commands that restore it speaks of the file called `base`.
fn is_told(texts: &[Text<'_>], base: &str) -> bool {
    let lower = base.to_lowercase();
    texts.iter().any(|text| {
        let named =
            |command: &&Command<'_>| restored(command).is_some_and(|file| file.ends_with(base));
        let restored = text.script.commands.iter().filter(named).count();
        let said = text.body().to_lowercase().matches(&lower).count();
        said > restored || (restored == 0 && text.words().contains(&lower))
    })
}

/// The file that `command` restores, where its name tells which.
fn restored(command: &Command<'_>) -> Option<String> {
    let file = if command.program() == "pg_restore" {
        let given = Given::read(command.arguments(), PG_RESTORE);
        given.operands.first().map(|word| word.text.to_string())
    } else {
        let psql = Psql::of(command)?;
        let file = psql.files().next().map(str::to_owned);
        file.or_else(|| match command.input() {
            Input::File(word) => Some(word.text.to_string()),
            _ => None,
        })
    };
    let open = |file: &String| file.contains(OPEN) || file.contains("__");
    file.filter(|file| !open(file) && !file.ends_with('/'))
}
