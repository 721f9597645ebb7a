//! Commands that a script keeps in a variable of its own: `PSQL="psql -h db shop"`, and `$PSQL -f fix.sql` behind it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::context::Settings;
use super::{Command, SHELLS, Word, reader};

/// How long a value may be that is read, in bytes, and how many members an array may have.
const MAX_VALUE: usize = 500;
const MAX_MEMBERS: usize = 50;

/// What the variables of a script hold so far, where that is written in it.
#[derive(Default)]
pub(super) struct Variables<'t> {
    known: HashMap<String, Value<'t>>,
}

enum Value<'t> {
    /// The word that sets it, and where in it the value begins.
    Text(Word<'t>, usize),
    /// The members of an array.
    List(Vec<Word<'t>>),
}

impl<'t> Variables<'t> {
    /// Notes what `command` sets; unless it is `sure` to be run, that is not known from there on.
    pub(super) fn learn(&mut self, command: &Command<'t>, sure: bool) {
        let exports = ["export", "readonly", "local", "declare"];
        if exports.contains(&command.program()) {
            let told = command.arguments().iter();
            return told.for_each(|word| self.set(word, sure));
        }
        // What stands in front of a program is for that program only.
        if !command.words.is_empty() {
            return;
        }
        if let [first, members @ ..] = command.assigned.as_slice()
            && let Some(name) = first.text.strip_suffix('=').filter(|_| !members.is_empty())
        {
            self.known.remove(name);
            if sure && members.len() <= MAX_MEMBERS {
                let members = Value::List(members.to_vec());
                self.known.insert(name.to_owned(), members);
            }
            return;
        }
        let assigned = command.assigned.iter();
        assigned.for_each(|word| self.set(word, sure));
    }

    fn set(&mut self, word: &Word<'t>, sure: bool) {
        if let Some((name, value)) = word.text.split_once('=') {
            // What is added to, or printed by a command, is not known.
            let added = name.strip_suffix('+');
            let printed = value.contains('`') || value.contains("$(");
            if !sure || added.is_some() || printed || value.len() > MAX_VALUE {
                self.known.remove(added.unwrap_or(name));
            } else {
                let from = name.len() + 1;
                self.known
                    .insert(name.to_owned(), Value::Text(word.clone(), from));
            }
        }
    }

    /// Puts what variables hold in their place, where `command` would not be known without it: its program, members
    /// of an array, the script for a shell.
    pub(super) fn fill(&self, command: &mut Command<'t>) {
        if self.known.is_empty() || !command.words.iter().any(|word| word.expands) {
            return;
        }
        if let Some(first) = command.words.first()
            && let Some(words) = self.program(first)
        {
            command.words.splice(..1, words);
        }
        let listed = |word: &Word<'t>| match self.known.get(members(&word.text)?)? {
            Value::List(list) => Some(list.iter().map(|member| member.standing_at(word)).collect()),
            Value::Text(..) => None,
        };
        let mut words = Vec::with_capacity(command.words.len());
        for word in std::mem::take(&mut command.words) {
            match listed(&word) {
                Some(list) => words.extend::<Vec<Word<'t>>>(list),
                None => words.push(word),
            }
        }
        command.words = words;
        if SHELLS.contains(&command.program()) || command.program() == "eval" {
            for word in command.words.iter_mut().skip(1) {
                if let Some(Value::Text(value, from)) = self.value(word) {
                    *word = value.tail(*from).standing_at(word);
                }
            }
        }
    }

    fn value(&self, word: &Word<'_>) -> Option<&Value<'t>> {
        self.known.get(name(&word.text)?)
    }

    /// The words of the one command that the variable `word` holds.
    fn program(&self, word: &Word<'t>) -> Option<Vec<Word<'t>>> {
        let Value::Text(value, from) = self.value(word)? else {
            return None;
        };
        let value = value.tail(*from);
        // In quotes it is one word, which is no program's name.
        if word.quoted && value.text.contains(char::is_whitespace) {
            return None;
        }
        let read = reader::read(&value.text, Settings::default());
        let [command] = read.commands.as_slice() else {
            return None;
        };
        let plain = command.redirects.is_empty() && command.assigned.is_empty();
        let words = command.words.iter();
        (plain && !command.words.is_empty())
            .then(|| words.map(|inner| inner.standing_at(word)).collect())
    }
}

/// The variable that `text` is and nothing else: `$name`, `${name}`.
fn name(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    match name.strip_prefix('{') {
        Some(name) => name.strip_suffix('}'),
        None => Some(name),
    }
}

/// The array that `text` is all members of: `${name[@]}`.
fn members(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.strip_suffix("[@]}")
}

impl Word<'_> {
    /// The same text, every byte of which stands where `place` does: that is what its reader sees.
    fn standing_at<'t>(&self, place: &Word<'_>) -> Word<'t> {
        let start = place.span.start;
        Word {
            text: Cow::Owned(self.text.to_string()),
            span: place.span.clone(),
            quoted: self.quoted,
            expands: self.expands,
            stretches: (0..self.text.len().max(1)).map(|at| (at, start)).collect(),
        }
    }
}
