//! What opens and closes: groups, `if`, loops, `case`, functions, substitutions.

use super::Command;
use super::context::Joint;
use super::reader::{Frame, Kind, Reader};
use super::word::Word;

/// How deep substitutions may stand in each other before they are passed over.
const MAX_DEPTH: usize = 12;
/// How many compounds may stand in each other before the innermost are read as if they were none.
const MAX_FRAMES: usize = 64;

impl<'t> Reader<'t> {
    /// Whether `word` is one of the shell's own; it is dealt with, then.
    pub(super) fn reserved(&mut self, index: usize, word: &Word<'t>) -> bool {
        let text = word.text.as_ref();
        let known = matches!(
            text,
            "if" | "then"
                | "else"
                | "elif"
                | "fi"
                | "while"
                | "until"
                | "for"
                | "select"
                | "do"
                | "done"
                | "case"
                | "esac"
                | "{"
                | "}"
                | "!"
                | "time"
                | "function"
                | "coproc"
        );
        if !known {
            return false;
        }
        self.script.commands.truncate(index);
        self.own_word(text);
        true
    }

    /// Deals with a word of the shell's own.
    fn own_word(&mut self, text: &str) {
        match text {
            "if" => self.open(Kind::If, true),
            "while" | "until" => self.open(Kind::Loop, true),
            "for" | "select" => {
                self.open(Kind::Loop, false);
                self.words_to_end();
            }
            "case" => {
                self.open(Kind::Case { pattern: true }, false);
                self.blanks();
                self.word();
                self.blanks();
                if self.rest().starts_with("in") {
                    self.at += 2;
                }
            }
            "{" => self.open(Kind::Brace, false),
            "then" | "else" | "do" | "elif" => {
                self.end_pipeline(Joint::Then);
                if let Some(frame) = self.open_frame() {
                    frame.condition = text == "elif";
                }
            }
            "!" => {
                let (pipe, _) = self.place();
                self.script.pipes[pipe].negated = true;
            }
            "fi" => self.close(|kind| kind == Kind::If),
            "done" => self.close(|kind| kind == Kind::Loop),
            "esac" => self.close(|kind| matches!(kind, Kind::Case { .. })),
            "}" => self.close(|kind| kind == Kind::Brace),
            "function" => {
                self.blanks();
                let name = self.word().text.into_owned();
                self.function(name);
            }
            _ => {}
        }
    }

    /// Passes over the words of `for x in …`; what they run is read.
    pub(super) fn words_to_end(&mut self) {
        loop {
            self.blanks();
            match self.byte() {
                None | Some(b'\n' | b';') => return,
                Some(b'(') => {
                    if !self.arithmetic() {
                        self.at += 1;
                    }
                }
                Some(b'&' | b'|' | b')' | b'<' | b'>') => self.at += 1,
                Some(_) => {
                    self.word();
                }
            }
        }
    }

    /// Passes over a pattern of `case` up to its parenthesis, if one comes next.
    pub(super) fn case_pattern(&mut self) -> bool {
        let Some(Frame {
            kind: Kind::Case {
                pattern: pattern @ true,
            },
            ..
        }) = self.open_frame()
        else {
            return false;
        };
        *pattern = false;
        if self.rest().starts_with("esac") {
            return false;
        }
        let line = self.near();
        let from = usize::from(line.starts_with('('));
        self.at += line[from..]
            .find(')')
            .map_or(line.len(), |at| from + at + 1);
        true
    }

    pub(super) fn open_frame(&mut self) -> Option<&mut Frame> {
        let floor = self.floor;
        self.frames.get_mut(floor..)?.last_mut()
    }

    pub(super) fn open(&mut self, kind: Kind, condition: bool) {
        if self.frames.len() - self.floor >= MAX_FRAMES && kind != Kind::Substitution {
            return;
        }
        let place = self.place();
        self.frames.push(Frame {
            kind,
            condition,
            place,
            first: self.script.commands.len(),
        });
        self.current = None;
    }

    /// Closes the innermost compound, if it is of that kind, with the redirections behind it.
    pub(super) fn close(&mut self, fits: impl Fn(Kind) -> bool) {
        let Some(frame) = self.open_frame().copied().filter(|frame| fits(frame.kind)) else {
            return;
        };
        self.end_pipeline(Joint::Then);
        self.frames.pop();
        if let Kind::Paren(settings) = frame.kind {
            self.settings = settings;
        }
        self.current = Some(frame.place);
        self.blanks();
        while let Some(redirect) = self.redirect(usize::MAX) {
            for command in self.script.commands.iter_mut().skip(frame.first) {
                if command.stage == 0 {
                    command.redirects.insert(0, redirect.clone());
                }
            }
            self.blanks();
        }
    }

    pub(super) fn paren(&mut self) {
        if self.rest().starts_with("((") && self.arithmetic() {
            return;
        }
        if self.case_pattern() {
            return;
        }
        self.at += 1;
        // `name()` begins a function: what follows is its body.
        self.blanks();
        if self.byte() == Some(b')') {
            self.at += 1;
            // A command of another pipeline may belong to what is still open.
            let current = self.current;
            let named = |command: &Command<'_>| {
                Some((command.pipe, command.stage)) == current
                    && command.words.len() == 1
                    && command.redirects.is_empty()
            };
            if self.script.commands.last().is_some_and(named)
                && let Some(name) = self.script.commands.pop()
            {
                self.function(name.program().to_owned());
            }
            return;
        }
        self.open(Kind::Paren(self.settings), false);
    }

    /// Notes that the body of the function `name` comes next.
    fn function(&mut self, name: String) {
        self.script.functions.push((name, self.at));
    }

    /// Passes over `(( … ))`, if that is what stands here.
    pub(super) fn arithmetic(&mut self) -> bool {
        let line = self.near();
        match line.find("))") {
            Some(length) if !line[..length].contains(['|', '&', ';']) => {
                self.at += length + 2;
                true
            }
            _ => false,
        }
    }

    /// Reads the commands of a substitution that begins here, up to `until` or to `end`.
    pub(super) fn substitution(&mut self, until: Option<u8>, end: usize) {
        if self.depth >= MAX_DEPTH {
            self.at = end;
            return;
        }
        let outer = (self.current, self.floor, self.end, self.settings);
        let documents = std::mem::take(&mut self.documents);
        self.open(Kind::Substitution, false);
        self.floor = self.frames.len();
        self.end = end;
        self.depth += 1;
        self.list(until);
        self.depth -= 1;
        self.frames.truncate(self.floor - 1);
        (self.current, self.floor, self.end, self.settings) = outer;
        self.documents = documents;
    }
}
