//! A simple command: its words, what it sets, its redirections and here-documents.

use super::context::Pipefail;
use super::reader::{Document, Reader};
use super::word::Word;
use super::{Command, Redirect, RedirectKind};

impl<'t> Reader<'t> {
    /// Reads what a simple command, or a word that opens or closes a compound, begins.
    pub(super) fn command(&mut self) {
        if self.case_pattern() {
            return;
        }
        let start = self.at;
        let place = self.place();
        let index = self.script.commands.len();
        self.script.commands.push(Command {
            words: Vec::new(),
            wrappers: Vec::new(),
            assigned: Vec::new(),
            redirects: Vec::new(),
            pipe: place.0,
            stage: place.1,
            settings: self.settings,
            span: start..start,
        });
        let mut end = start;
        loop {
            self.blanks();
            let test = self.script.commands[index].words.first();
            let test = test.is_some_and(|word| word.text == "[[");
            if !test && let Some(redirect) = self.redirect(index) {
                self.script.commands[index].redirects.push(redirect);
                end = self.at;
                continue;
            }
            let Some(byte) = self.byte() else { break };
            let sign = test && matches!(byte, b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>');
            if !sign && matches!(byte, b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'#') {
                break;
            }
            let word = if sign { self.sign() } else { self.word() };
            if word.span.is_empty() {
                break;
            }
            end = word.span.end;
            let done = test && word.text == "]]";
            if self.take(index, word) {
                return;
            }
            if done {
                break;
            }
        }
        if self.at == start {
            // Nothing here can begin a command: pass over one character.
            let length = self.rest().chars().next().map_or(1, char::len_utf8);
            self.at += length;
        }
        self.script.commands[index].span = start..end;
        self.finish(index);
    }

    /// An operator in `[[ … ]]`, as a word.
    pub(super) fn sign(&mut self) -> Word<'t> {
        let word = Word::plain(&self.rest()[..1], self.at);
        self.at += 1;
        word
    }

    /// Gives `word` to the command at `index`. True: it was no part of a command, but a word of the
    /// shell's own, and the command is gone.
    pub(super) fn take(&mut self, index: usize, word: Word<'t>) -> bool {
        let command = &self.script.commands[index];
        let bare = command.words.is_empty() && !word.quoted && !word.expands;
        if bare && self.reserved(index, &word) {
            return true;
        }
        let array = word.text.ends_with('=') && self.byte() == Some(b'(');
        let command = &mut self.script.commands[index];
        if command.words.is_empty() && assigns(&word) {
            command.assigned.push(word);
            if array {
                self.array(index);
            }
            return false;
        }
        command.words.push(word);
        false
    }

    /// `name=(one two)`: the words join the assignment.
    pub(super) fn array(&mut self, index: usize) {
        self.at += 1;
        while let Some(byte) = self.byte() {
            match byte {
                b')' => {
                    self.at += 1;
                    return;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b'<' | b'>' => {
                    self.at += 1;
                }
                _ => {
                    let word = self.word();
                    self.script.commands[index].assigned.push(word);
                }
            }
        }
    }

    /// What a command changes for those behind it.
    pub(super) fn finish(&mut self, index: usize) {
        let command = &self.script.commands[index];
        let empty = command.words.is_empty() && command.redirects.is_empty();
        if empty && command.assigned.is_empty() {
            self.script.commands.remove(index);
            return;
        }
        if command.program() == "set" {
            let options: Vec<String> = command
                .arguments()
                .iter()
                .map(|w| w.text.to_string())
                .collect();
            self.settings
                .set(options.iter().map(String::as_str), Pipefail::Written);
        }
    }

    /// Reads a redirection of the command at `index`, if one stands here.
    pub(super) fn redirect(&mut self, index: usize) -> Option<Redirect<'t>> {
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let sign = &rest[digits..];
        let signs: [(&str, RedirectKind); 12] = [
            ("<<<", RedirectKind::Text),
            ("<<-", RedirectKind::Document),
            ("<<", RedirectKind::Document),
            ("<&", RedirectKind::Double),
            ("<>", RedirectKind::In),
            ("<", RedirectKind::In),
            ("&>>", RedirectKind::Both),
            ("&>", RedirectKind::Both),
            (">>", RedirectKind::Out),
            (">|", RedirectKind::Out),
            (">&", RedirectKind::Double),
            (">", RedirectKind::Out),
        ];
        let (found, kind) = *signs.iter().find(|(found, _)| sign.starts_with(found))?;
        let process = matches!(found, "<" | ">") && sign[1..].starts_with('(');
        if process || (digits > 0 && found.starts_with('&')) || digits > 3 {
            return None;
        }
        let descriptor = rest[..digits].parse().ok();
        self.at += digits + found.len();
        self.blanks();
        let target = self.word();
        if kind == RedirectKind::Document {
            let command = self.script.commands.get(index);
            self.documents.push(Document {
                command: index,
                redirect: command.map_or(0, |command| command.redirects.len()),
                end: target.text.to_string(),
                strip_tabs: found == "<<-",
                delimiter: target.clone(),
            });
        }
        let numbered = target.text.parse::<u8>().is_ok() || target.text == "-";
        // `>&file` is an older way of writing `&>file`.
        let kind = if found == ">&" && !numbered {
            RedirectKind::Both
        } else {
            kind
        };
        Some(Redirect {
            kind,
            descriptor,
            target,
        })
    }

    /// The texts of the here-documents that the line before asked for.
    pub(super) fn document_texts(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let start = self.at;
            let mut end = self.end;
            while self.at < self.end {
                let line = self.rest().split_inclusive('\n').next().unwrap_or("");
                let from = self.at;
                self.at += line.len();
                let mut text = line.trim_end_matches(['\n', '\r']);
                if document.strip_tabs {
                    text = text.trim_start_matches('\t');
                }
                if text == document.end {
                    end = from;
                    break;
                }
            }
            let mut body = Word::plain(&self.text[start..end.max(start)], start);
            body.quoted = document.delimiter.quoted;
            body.expands = !body.quoted && body.text.contains(['$', '`']);
            let command = self.script.commands.get_mut(document.command);
            if let Some(redirect) = command.and_then(|c| c.redirects.get_mut(document.redirect)) {
                redirect.target = body;
            }
        }
    }
}

/// Whether `word` sets a variable.
fn assigns(word: &Word<'_>) -> bool {
    let Some((name, _)) = word.text.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
