//! Enough of SQL's grammar to tell statements apart, and which of them can't stand in a transaction.

mod alone;
mod parameters;
mod reads;
mod session;
mod shape;

use std::ops::Range;

pub use alone::refuses_transaction;
pub(super) use alone::stands_alone;
pub use parameters::open_parameter;
pub use reads::{cascades, only_reads};
pub use session::leaves_something_in_session;
pub use shape::Shape;

/// The end of whatever begins at `at`: a quoted text, a comment, or a single character. `None`: it
/// is left open.
pub(super) fn lexeme_end(sql: &str, at: usize) -> Option<usize> {
    let rest = &sql[at..];
    let find = |from: usize, what: &str| sql[from..].find(what).map(|n| from + n + what.len());
    match rest.chars().next()? {
        '\'' if is_escaping(sql, at) => escaped_end(sql, at + 1),
        '\'' => find(at + 1, "'"),
        '"' => find(at + 1, "\""),
        '-' if rest.starts_with("--") => Some(find(at, "\n").unwrap_or(sql.len())),
        '/' if rest.starts_with("/*") => comment_end(sql, at),
        '$' => match dollar_tag(rest) {
            Some(tag) => find(at + tag.len(), tag),
            None => Some(at + 1),
        },
        other => Some(at + other.len_utf8()),
    }
}

/// Whether the quote at `at` opens `E'…'`, in which a backslash changes what follows.
fn is_escaping(sql: &str, at: usize) -> bool {
    let before = sql[..at].strip_suffix(['e', 'E']);
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    before.is_some_and(|before| !before.ends_with(in_word))
}

/// The end of `E'…'`, whose inside begins at `from`. A doubled quote goes on with it.
fn escaped_end(sql: &str, from: usize) -> Option<usize> {
    let mut inside = sql[from..].char_indices();
    while let Some((at, c)) = inside.next() {
        let next = from + at + c.len_utf8();
        match c {
            '\'' if !sql[next..].starts_with('\'') => return Some(next),
            '\'' | '\\' => drop(inside.next()),
            _ => {}
        }
    }
    None
}

/// Comments in SQL can stand in each other.
fn comment_end(sql: &str, at: usize) -> Option<usize> {
    let mut depth = 1;
    let mut from = at + 2;
    while depth > 0 {
        let rest = sql.get(from..)?;
        let (open, close) = (rest.find("/*"), rest.find("*/")?);
        match open {
            Some(open) if open < close => {
                depth += 1;
                from += open + 2;
            }
            _ => {
                depth -= 1;
                from += close + 2;
            }
        }
    }
    Some(from)
}

/// The `$tag$` that `text` begins with.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    let name = &text[1..end - 1];
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then(|| &text[..end])
}

/// What a place in SQL stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// Nothing: among keywords, names and numbers.
    Nothing,
    /// `'…'`
    Text,
    /// `"…"`
    Name,
    /// `E'…'`, where a backslash changes what follows.
    Escapes,
    /// `$$ … $$`, which may be code again.
    Dollars,
    /// `-- …`, `/* … */`
    Comment,
}

/// What is open at the end of `sql`.
pub(super) fn open_at_end(sql: &str) -> Within {
    let mut at = 0;
    while at < sql.len() {
        let rest = &sql[at..];
        if rest.starts_with("--") && !rest.contains('\n') {
            return Within::Comment;
        }
        match lexeme_end(sql, at) {
            Some(end) => at = end,
            None => {
                return match rest.as_bytes() {
                    [b'\'', ..] if is_escaping(sql, at) => Within::Escapes,
                    [b'\'', ..] => Within::Text,
                    [b'"', ..] => Within::Name,
                    [b'$', ..] => Within::Dollars,
                    _ => Within::Comment,
                };
            }
        }
    }
    Within::Nothing
}

/// The statements of `sql`, without their semicolons; empty ones and mere comments left out.
pub fn statements(sql: &str) -> Vec<&str> {
    let ranges = statement_ranges(sql);
    ranges.into_iter().map(|range| &sql[range]).collect()
}

/// Where the statements of `sql` stand, without their semicolons, and without the white space around
/// them; empty ones and mere comments left out.
pub(super) fn statement_ranges(sql: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let (mut from, mut at) = (0, 0);
    let mut body = Body::default();
    while at < sql.len() {
        let word = word_at(sql, at);
        if word.is_empty() {
            if sql[at..].starts_with(';') && !body.is_open() {
                found.push(from..at);
                from = at + 1;
            }
            at = lexeme_end(sql, at).unwrap_or(sql.len());
        } else {
            body.word(word);
            at += word.len();
        }
    }
    found.push(from..sql.len());
    found.retain(|range| words(&sql[range.clone()]).next().is_some());
    let trimmed = |range: Range<usize>| {
        let text = &sql[range.clone()];
        let start = range.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    };
    found.into_iter().map(trimmed).collect()
}

/// The body of a function between `BEGIN ATOMIC` and its `END`, whose semicolons end no statement.
#[derive(Default)]
struct Body {
    /// How many of `BEGIN ATOMIC` and `CASE` have no `END` yet.
    depth: usize,
    /// Whether the word before was `BEGIN`.
    begun: bool,
}

impl Body {
    fn word(&mut self, word: &str) {
        let is = |what: &str| word.eq_ignore_ascii_case(what);
        if self.depth > 0 {
            self.depth = match () {
                () if is("case") => self.depth + 1,
                () if is("end") => self.depth - 1,
                () => self.depth,
            };
        } else if self.begun && is("atomic") {
            self.depth = 1;
        }
        self.begun = is("begin");
    }

    fn is_open(&self) -> bool {
        self.depth > 0
    }
}

/// The word or number that begins at `at`, if one does.
fn word_at(sql: &str, at: usize) -> &str {
    let rest = &sql[at..];
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = rest.as_bytes();
    let known = bytes
        .iter()
        .position(|byte| !plain(byte))
        .unwrap_or(bytes.len());
    // Almost every word is plain.
    if bytes.get(known).is_none_or(u8::is_ascii) {
        return &rest[..known];
    }
    let length = rest[known..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &rest[..length.map_or(rest.len(), |length| known + length)]
}

/// Whether `word` stands anywhere in `text`, in any case.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else {
        return true;
    };
    let (small, large) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let is_here = |at: usize| {
        let part = text.get(at..at + word.len());
        part.is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    memchr::memchr2_iter(small, large, text).any(is_here)
}

/// A piece of SQL that means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) sort: TokenSort,
    /// Where it stands, its quotes included.
    pub(super) range: Range<usize>,
}

/// The sorts of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenSort {
    /// A keyword, a name without quotes, a number.
    Word,
    /// A name in quotes.
    Name,
    /// A text in quotes.
    Text,
    /// Anything else: one character.
    Sign,
}

/// The pieces of `sql`; comments are left out.
pub(super) fn tokens(sql: &str) -> impl Iterator<Item = Token> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < sql.len() {
            let (token, end) = token_at(sql, at);
            at = end.max(at + 1);
            if token.is_some() {
                return token;
            }
        }
        None
    })
}

/// The piece that begins at `at`, unless that is a comment or a blank, and the end of it.
fn token_at(sql: &str, at: usize) -> (Option<Token>, usize) {
    let rest = &sql[at..];
    let length = word_at(sql, at).len();
    let escapes = length == 1 && rest.starts_with(['e', 'E']) && rest[1..].starts_with('\'');
    let (sort, end) = if escapes {
        let end = escaped_end(sql, at + 2);
        (TokenSort::Text, end.unwrap_or(sql.len()))
    } else if length > 0 {
        (TokenSort::Word, at + length)
    } else {
        let end = lexeme_end(sql, at).unwrap_or(sql.len());
        let sort = match rest.as_bytes() {
            [b'"', ..] => TokenSort::Name,
            [b'\'', ..] => TokenSort::Text,
            [b'$', ..] if end > at + 1 => TokenSort::Text,
            _ => TokenSort::Sign,
        };
        (sort, end)
    };
    let comment = rest.starts_with("--") || rest.starts_with("/*");
    let skipped = comment || rest.starts_with(char::is_whitespace);
    let range = at..end;
    ((!skipped).then_some(Token { sort, range }), end)
}

/// The words of a statement in capitals, quoted texts and comments left out.
fn words(sql: &str) -> impl Iterator<Item = String> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            sql.get(at..)?;
            let word = word_at(sql, at);
            if !word.is_empty() {
                at += word.len();
                return Some(word.to_uppercase());
            }
            at = lexeme_end(sql, at)?;
        }
    })
}

/// Whether a statement of `sql` begins a transaction.
pub fn begins_transaction(sql: &str) -> bool {
    statements(sql).into_iter().any(|statement| {
        let mut words = words(statement);
        match words.next().as_deref() {
            Some("BEGIN") => true,
            Some("START") => words.next().as_deref() == Some("TRANSACTION"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests;
