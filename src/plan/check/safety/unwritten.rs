//! Ways back that restore a file which no step writes: the dump that is taken has another name.

use std::collections::{BTreeSet, HashMap, HashSet};

use aho_corasick::AhoCorasick;

use super::dump::{is_dump, written};
use super::names::{base, is_open, kind_of_file, may_be_same, unpacked};
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
    let known = Dumps::of(&dumps);
    let mut unwritten = Vec::new();
    for text in texts {
        let commands = text.script.commands.iter();
        let commands = commands.filter(|_| is_back(text) && text.runs());
        for command in commands {
            let holes = text.passage.spec.map_or(&[][..], |spec| &spec.holes);
            let open = |file: &String| holes.iter().any(|hole| file.contains(&hole.literal));
            let Some(file) = restored(command).filter(|file| !open(file)) else {
                continue;
            };
            let lower = base(&file).to_ascii_lowercase();
            let named = DUMPS.iter().any(|word| lower.contains(word)) || known.has_kin(&file);
            if named && !known.has(&file) {
                unwritten.push((text, command, file));
            }
        }
    }
    let told = told(texts, unwritten.iter().map(|(.., file)| base(file)));
    for (text, command, file) in &unwritten {
        let base = base(file);
        if !told.contains(base) {
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

/// Whether `text` is of a way back.
pub(super) fn is_back(text: &Text<'_>) -> bool {
    matches!(text.passage.home, Home::Tier(_)) || text.passage.undo
}

/// The files that steps dump into.
struct Dumps<'d> {
    /// Those whose names are certain, by them.
    named: HashMap<&'d str, Vec<&'d str>>,
    open: Vec<&'d str>,
    kinds: HashSet<(&'d str, &'d str)>,
}

impl<'d> Dumps<'d> {
    fn of(dumps: &'d [String]) -> Self {
        let all: BTreeSet<&str> = dumps.iter().map(String::as_str).collect();
        let (open, certain) = all.iter().partition::<Vec<&str>, _>(|dump| is_open(dump));
        let mut named: HashMap<&str, Vec<&str>> = HashMap::new();
        for dump in certain {
            named.entry(unpacked(dump)).or_default().push(dump);
        }
        Dumps {
            named,
            open,
            kinds: all.into_iter().filter_map(kind_of_file).collect(),
        }
    }

    /// Whether `file` may be one of them.
    fn has(&self, file: &str) -> bool {
        let called = self.named.get(unpacked(file)).into_iter().flatten();
        let mut near = self.open.iter().chain(called);
        let one = near.any(|dump| may_be_same(dump, file));
        one || (is_open(file)
            && self
                .named
                .values()
                .flatten()
                .any(|dump| may_be_same(dump, file)))
    }

    /// Whether one of them is of the same kind.
    fn has_kin(&self, file: &str) -> bool {
        kind_of_file(file).is_some_and(|kind| self.kinds.contains(&kind))
    }
}

/// Of which of the files called `bases` anything speaks but the commands that restore them.
fn told<'b>(texts: &[Text<'_>], bases: impl Iterator<Item = &'b str>) -> HashSet<&'b str> {
    let bases: Vec<&str> = bases.collect::<BTreeSet<_>>().into_iter().collect();
    let mut told = HashSet::new();
    let search = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&bases);
    let Some(search) = search.ok().filter(|_| !bases.is_empty()) else {
        return told;
    };
    for text in texts {
        let mut more: HashMap<usize, isize> = HashMap::new();
        let restored = text.script.commands.iter().filter_map(restored);
        let restored: Vec<String> = restored.collect();
        let named = |base: &&str| restored.iter().any(|file| file.ends_with(base));
        for found in search.find_overlapping_iter(text.body()) {
            *more.entry(found.pattern().as_usize()).or_default() += 1;
        }
        for file in &restored {
            let ends = search.find_overlapping_iter(file);
            for found in ends.filter(|found| found.end() == file.len()) {
                *more.entry(found.pattern().as_usize()).or_default() -= 1;
            }
        }
        let more = more.into_iter().filter(|(_, more)| *more > 0);
        told.extend(more.map(|(at, _)| bases[at]));
        let words = search.find_overlapping_iter(text.words());
        let words = words.map(|found| bases[found.pattern().as_usize()]);
        told.extend(words.filter(|base| !named(base)));
    }
    told
}

/// The file that `command` restores, where its name tells which.
fn restored(command: &Command<'_>) -> Option<String> {
    let open = |file: &String| file.contains(OPEN) || file.contains("__");
    read_by(command).filter(|file| !open(file) && !file.ends_with('/'))
}

/// What `command` restores, as it is written.
pub(super) fn read_by(command: &Command<'_>) -> Option<String> {
    if command.program() == "pg_restore" {
        let given = Given::read(command.arguments(), PG_RESTORE);
        given.operands.first().map(|word| word.text.to_string())
    } else {
        let psql = Psql::of(command)?;
        let file = psql.files().next().map(str::to_owned);
        file.or_else(|| match command.input() {
            Input::File(word) => Some(word.text.to_string()),
            _ => None,
        })
    }
}
