//! Reading one word: quotes, escapes, and the commands in its substitutions.

use std::borrow::Cow;

use super::reader::Reader;
use super::word::Word;

/// A word that is being put together.
#[derive(Default)]
struct Building {
    text: String,
    stretches: Vec<(usize, usize)>,
    quoted: bool,
    expands: bool,
}

impl Building {
    /// Adds `piece`, which stands at `at` in the script as it is.
    fn push(&mut self, piece: &str, at: usize) {
        let here = self.text.len();
        let gap = |(here, there): (usize, usize)| there.wrapping_sub(here);
        if self
            .stretches
            .last()
            .is_none_or(|last| gap(*last) != gap((here, at)))
        {
            self.stretches.push((here, at));
        }
        self.text.push_str(piece);
    }
}

/// Whether `c` ends a word. Other white space than a shell's blanks does not.
fn ends(c: char) -> bool {
    let blank = matches!(c, ' ' | '\t' | '\n' | '\r');
    blank || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>')
}

/// Whether `c` means something inside of a word, or ends it.
fn special(c: char) -> bool {
    ends(c) || matches!(c, '\\' | '\'' | '"' | '$' | '`')
}

impl<'t> Reader<'t> {
    /// Reads the word that begins here; an empty one where none does.
    pub(super) fn word(&mut self) -> Word<'t> {
        let start = self.at;
        let rest = self.rest();
        let plain = rest.find(special).unwrap_or(rest.len());
        if rest[plain..].chars().next().is_none_or(ends) && plain > 0 {
            self.at += plain;
            return Word::plain(&rest[..plain], start);
        }
        let mut building = Building::default();
        if rest.starts_with("<(") || rest.starts_with(">(") {
            self.substituted(2, &mut building);
        }
        while self.piece(&mut building) {}
        Word {
            text: Cow::Owned(building.text),
            span: start..self.at,
            quoted: building.quoted,
            expands: building.expands,
            stretches: building.stretches,
        }
    }

    /// Reads a piece of a word. False: it has ended.
    fn piece(&mut self, word: &mut Building) -> bool {
        let rest = self.rest();
        let at = self.at;
        match rest.as_bytes() {
            [] => return false,
            [b'\\', b'\n', ..] => self.at += 2,
            [b'\\', b'\r', b'\n', ..] => self.at += 3,
            [b'\\', ..] => {
                let length = rest[1..].chars().next().map_or(0, char::len_utf8);
                word.quoted = true;
                word.push(&rest[1..=length], at + 1);
                self.at += 1 + length;
            }
            [b'\'', ..] => {
                let length = rest[1..].find('\'').unwrap_or(rest.len() - 1);
                word.quoted = true;
                word.push(&rest[1..=length], at + 1);
                self.at = (at + length + 2).min(self.end);
            }
            [b'"', ..] => self.double(1, word),
            [b'$', b'"', ..] => self.double(2, word),
            [b'$', b'\'', ..] => self.dollar_single(word),
            [b'$' | b'`', ..] => self.expansion(word),
            _ => {
                let plain = rest.find(special).unwrap_or(rest.len());
                if plain == 0 {
                    return false;
                }
                word.push(&rest[..plain], at);
                self.at += plain;
            }
        }
        true
    }

    /// `"…"`
    fn double(&mut self, open: usize, word: &mut Building) {
        word.quoted = true;
        self.at += open;
        loop {
            let rest = self.rest();
            let at = self.at;
            match rest.as_bytes() {
                [] => return,
                [b'"', ..] => {
                    self.at += 1;
                    return;
                }
                [b'\\', b'\n', ..] => self.at += 2,
                [b'\\', b'$' | b'`' | b'"' | b'\\', ..] => {
                    word.push(&rest[1..2], at + 1);
                    self.at += 2;
                }
                [b'$' | b'`', ..] => self.expansion(word),
                _ => {
                    let stops = |c: char| matches!(c, '"' | '\\' | '$' | '`');
                    let length = rest.find(stops).unwrap_or(rest.len()).max(1);
                    word.push(&rest[..length], at);
                    self.at += length;
                }
            }
        }
    }

    /// `$'…'`: what its escapes stand for matters to nobody here.
    fn dollar_single(&mut self, word: &mut Building) {
        word.quoted = true;
        let rest = self.rest();
        let mut escaped = false;
        let inside = rest[2..].find(|c| {
            let closes = c == '\'' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let length = inside.unwrap_or(rest.len() - 2);
        word.push(&rest[2..2 + length], self.at + 2);
        self.at = (self.at + length + 3).min(self.end);
    }

    /// `$name`, `${…}`, `$(…)`, `$((…))`, `` `…` ``: kept as it is written.
    fn expansion(&mut self, word: &mut Building) {
        word.expands = true;
        let rest = self.rest();
        let from = self.at;
        match rest.as_bytes() {
            [b'$', b'(', b'(', ..] => {
                let length = rest.find("))").map_or(rest.len(), |at| at + 2);
                self.at += length;
            }
            [b'$', b'(', ..] => return self.substituted(2, word),
            [b'$', b'{', ..] => {
                let length = rest.find(['}', '\n']).map_or(rest.len(), |at| at + 1);
                self.at += length;
            }
            [b'`', ..] => {
                let mut escaped = false;
                let inside = rest[1..].find(|c| {
                    let closes = c == '`' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                });
                let close = inside.map_or(self.end, |length| from + 1 + length);
                self.at += 1;
                self.substitution(None, close);
                self.at = (close + 1).min(self.end);
            }
            _ => self.at += 1,
        }
        word.push(&self.text[from..self.at], from);
    }

    /// The commands between parentheses, the first `open` bytes being what opens them.
    fn substituted(&mut self, open: usize, word: &mut Building) {
        word.expands = true;
        let from = self.at;
        self.at += open;
        self.substitution(Some(b')'), self.end);
        self.at = (self.at + 1).min(self.end);
        word.push(&self.text[from..self.at], from);
    }
}
