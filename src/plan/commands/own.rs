//! What a script runs of its own: functions that run the command they are given (`retry psql …`), and scripts that it
//! has written into files before.

use std::collections::HashMap;

use super::{Command, RedirectKind, SHELLS, Script, Word};

/// What is known of that so far.
#[derive(Default)]
pub(super) struct Own<'t> {
    /// The functions that run what they are given, and how many words they take for themselves.
    runners: HashMap<String, usize>,
    /// How many words each function has put away, by its place in the text.
    shifts: HashMap<usize, usize>,
    /// The texts that were written into files.
    files: HashMap<String, Word<'t>>,
}

impl<'t> Own<'t> {
    /// Notes what `command` of `script` is to those behind it.
    pub(super) fn learn(&mut self, script: &Script<'t>, command: &Command<'t>) {
        match command.program() {
            "shift" => {
                if let Some((at, _)) = around(script, command) {
                    let told = command.arguments().first();
                    let count = told.map_or(Ok(1), |word| word.text.parse());
                    *self.shifts.entry(at).or_default() += count.unwrap_or(1);
                }
            }
            "$@" => {
                if let Some((at, name)) = around(script, command) {
                    let taken = self.shifts.get(&at).copied().unwrap_or_default();
                    self.runners.insert(name.to_owned(), taken);
                }
            }
            "cat" | "tee" if !command.is_away() => self.write(command),
            _ => {}
        }
    }

    fn write(&mut self, command: &Command<'t>) {
        let document = |kind| kind == RedirectKind::Document;
        let mut texts = command.redirects.iter();
        let Some(text) = texts.rfind(|redirect| document(redirect.kind)) else {
            return;
        };
        let named = match command.program() {
            "tee" => command.arguments().iter().find(|word| !word.is_option()),
            _ => command.output(),
        };
        if let Some(file) = named {
            self.files
                .insert(path(file).to_owned(), text.target.clone());
        }
    }

    /// The index of the first word of the command that `command` gives to a function which runs it.
    pub(super) fn given(&self, command: &Command<'_>) -> Option<usize> {
        let taken = self.runners.get(command.words.first()?.text.as_ref())?;
        Some(taken + 1).filter(|at| *at < command.words.len())
    }

    /// The script that `command` runs, if it was written before. Only the first that runs it is told: what is in it is
    /// the same for all.
    pub(super) fn written(&mut self, command: &Command<'_>) -> Option<Word<'t>> {
        if self.files.is_empty() || command.is_away() {
            return None;
        }
        let program = command.program();
        let file = if SHELLS.contains(&program) || matches!(program, "." | "source") {
            command.arguments().iter().find(|word| !word.is_option())
        } else {
            command.words.first().filter(|word| word.text.contains('/'))
        };
        self.files.remove(path(file?))
    }
}

fn path<'w>(word: &'w Word<'_>) -> &'w str {
    word.text.strip_prefix("./").unwrap_or(&word.text)
}

/// The function in whose body `command` stands: its place in the text, and its name.
fn around<'s>(script: &'s Script<'_>, command: &Command<'_>) -> Option<(usize, &'s str)> {
    script.pipe(command).parent?;
    let start = command.span.start;
    let behind = script.functions.partition_point(|(_, at)| *at <= start);
    let (name, at) = script.functions.get(behind.checked_sub(1)?)?;
    Some((*at, name))
}
