//! Statements as trees. What is too long or nested too deeply for the parser, which goes down by
//! recursion, is not given to it.

use std::borrow::Cow;
use std::ops::Range;

use squawk_syntax::ast::Stmt;
use squawk_syntax::{Parse, SourceFile};

use super::client::{is_filled_in, masked, without_client};
use super::slip::slip;
use crate::plan::sql_text::{self, Token, TokenSort};

/// The longest statement that is read as a tree.
const MAX_LENGTH: usize = 64 * 1024;
/// Words behind which the parser goes deeper.
const DEEPER: [&str; 12] = [
    "not",
    "case",
    "select",
    "exists",
    "any",
    "all",
    "some",
    "array",
    "row",
    "union",
    "except",
    "intersect",
];
/// How many such words and signs there may be.
const MAX_DEPTH: usize = 150;

/// A text of SQL whose statements were read: what can be done with many texts at once.
pub struct Script<'s> {
    /// The text without what is meant for the client.
    pub(super) sql: Cow<'s, str>,
    pub(super) statements: Vec<Parsed>,
}

/// A statement and its place in the text, as it was read.
pub(super) struct Parsed {
    pub(super) range: Range<usize>,
    parse: Option<Parse<SourceFile>>,
    /// Where the text can't be read, and why.
    pub(super) wrong: Option<(Range<usize>, String)>,
    /// The names that stand for what is put in later, and how they are written.
    pub(super) names: Vec<(String, String)>,
    /// Whether it is what is put in later that says what it does.
    pub(super) open: bool,
}

/// A statement that is judged.
pub(super) struct Read<'s> {
    pub(super) text: &'s str,
    pub(super) range: Range<usize>,
    /// The tree; none for statements that change no table, and for what can't be read.
    pub(super) tree: Option<Stmt>,
}

impl Parsed {
    /// Whether the parser did not get through it, or there is no first word that it knows.
    fn is_unread(&self, sql: &str) -> bool {
        match &self.parse {
            Some(parse) => !parse.errors().is_empty(),
            None => !sql[self.range.clone()].starts_with(|c: char| c.is_ascii_alphabetic()),
        }
    }

    /// The statement in `sql`, which it was read from.
    pub(super) fn read<'s>(&self, sql: &'s str) -> Read<'s> {
        Read {
            text: &sql[self.range.clone()],
            range: self.range.clone(),
            tree: self
                .parse
                .as_ref()
                .and_then(|parse| parse.tree().stmts().next()),
        }
    }
}

/// Words by which statements begin that are worth a tree.
const WORTH: [&str; 17] = [
    "ALTER", "ANALYSE", "ANALYZE", "CLUSTER", "COMMENT", "CREATE", "DELETE", "DROP", "GRANT",
    "LOCK", "MERGE", "REFRESH", "REINDEX", "REVOKE", "TRUNCATE", "UPDATE", "VACUUM",
];

/// The other words by which statements begin.
const OTHERS: [&str; 38] = [
    "ABORT",
    "BEGIN",
    "CALL",
    "CHECKPOINT",
    "CLOSE",
    "COMMIT",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DISCARD",
    "DO",
    "END",
    "EXECUTE",
    "EXPLAIN",
    "FETCH",
    "IMPORT",
    "INSERT",
    "LISTEN",
    "LOAD",
    "MOVE",
    "NOTIFY",
    "PREPARE",
    "REASSIGN",
    "RELEASE",
    "REPACK",
    "RESET",
    "ROLLBACK",
    "SAVEPOINT",
    "SECURITY",
    "SELECT",
    "SET",
    "SHOW",
    "START",
    "TABLE",
    "UNLISTEN",
    "VALUES",
    "WAIT",
    "WITH",
];

/// Reads the statements of `sql`.
pub fn read(sql: &str) -> Script<'_> {
    let mut sql = without_client(sql);
    let mut statements = Vec::new();
    for range in sql_text::statement_ranges(&sql) {
        let mut statement = one(&sql, range);
        if let Some(masked) = masked(&sql[statement.range.clone()])
            && statement.is_unread(&sql)
        {
            let range = statement.range.clone();
            sql.to_mut().replace_range(range.clone(), &masked.text);
            statement = one(&sql, range);
            statement.names = masked.names;
            statement.open = statement.is_unread(&sql);
        }
        statements.push(statement);
    }
    Script { sql, statements }
}

fn one(sql: &str, range: Range<usize>) -> Parsed {
    let range = without_comments(sql, range);
    let text = &sql[range.clone()];
    let worth = WORTH.iter().any(|known| begins(text, known));
    let parse = (worth && is_shallow(text)).then(|| SourceFile::parse(text));
    let wrong = match &parse {
        Some(parse) => mistake(text, parse),
        None => unknown(text).or_else(|| slip(text)),
    };
    let wrong = wrong.map(|(at, why)| (range.start + at.start..range.start + at.end, why));
    Parsed {
        range,
        parse,
        wrong,
        names: Vec::new(),
        open: false,
    }
}

/// The first place at which the parser did not know further, unless a client or another tool puts
/// something in. Bodies of functions are left to the server.
fn mistake(text: &str, parsed: &Parse<SourceFile>) -> Option<(Range<usize>, String)> {
    let errors = parsed.errors();
    let at = usize::from(errors.first()?.range().start());
    let body = |token: Token| {
        let text = &text[token.range];
        let named = ["function", "procedure", "routine"];
        text.starts_with('$') || named.iter().any(|name| text.eq_ignore_ascii_case(name))
    };
    if is_filled_in(text) || sql_text::tokens(text).any(body) {
        return None;
    }
    let start = text.floor_char_boundary(at);
    let word = text[start..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
    let why = "from here on this statement can't be read".to_owned();
    Some((start..word.map_or(text.len(), |length| start + length), why))
}

/// A first word with which no statement begins.
fn unknown(text: &str) -> Option<(Range<usize>, String)> {
    let length = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    let word = &text[..length.unwrap_or(text.len())];
    let known = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    let sure = !word.is_empty() && !is_filled_in(text) && !known(&WORTH) && !known(&OTHERS);
    sure.then(|| (0..word.len(), format!("no statement begins with `{word}`")))
}

/// The statements of the block `DO $$ … $$` that `statement` of `sql` is, as they stand there: what
/// may be done there, not when.
pub(super) fn inside(sql: &str, statement: &Read<'_>) -> Vec<Parsed> {
    let block = begins(statement.text, "do").then(|| body(statement));
    let Some(body) = block.flatten() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let (mut fresh, mut start) = (true, None);
    for token in sql_text::tokens(&sql[body.clone()]) {
        let at = body.start + token.range.start;
        let word = &sql[at..body.start + token.range.end];
        let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(word));
        match start {
            Some(from) if word == ";" => {
                found.push(one(sql, from..at));
                (fresh, start) = (true, None);
            }
            Some(_) => {}
            None if is(&["begin", "then", "loop", "else", ";"]) => fresh = true,
            None if fresh && token.sort == TokenSort::Word && (is(&WORTH) || is(&["with"])) => {
                start = Some(at);
            }
            None => fresh = false,
        }
    }
    found
}

/// Where the text between the dollar signs of `DO $$ … $$` stands, or between the quotes of `DO '…'`.
fn body(statement: &Read<'_>) -> Option<Range<usize>> {
    let open = statement.text.find(['$', '\''])?;
    if statement.text[open..].starts_with('\'') {
        let end = statement.text.rfind('\'').filter(|end| *end > open)?;
        let base = statement.range.start;
        return Some(base + open + 1..base + end);
    }
    let tag = open + 1 + statement.text[open + 1..].find('$')?;
    let quote = &statement.text[open..=tag];
    let end = statement.text.rfind(quote).filter(|end| *end > tag)?;
    let base = statement.range.start;
    Some(base + tag + 1..base + end)
}

/// Whether `text` begins with `word`, in any case.
pub(super) fn begins(text: &str, word: &str) -> bool {
    let length = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    text[..length].eq_ignore_ascii_case(word)
}

/// `range` without the comments and the white space that it begins with.
fn without_comments(sql: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start;
    loop {
        let rest = &sql[start..range.end];
        let skipped = if rest.starts_with("--") || rest.starts_with("/*") {
            sql_text::lexeme_end(sql, start)
                .unwrap_or(range.end)
                .min(range.end)
        } else {
            start + (rest.len() - rest.trim_start().len())
        };
        if skipped == start {
            return start..range.end;
        }
        start = skipped;
    }
}

/// Whether the parser can go down to the ground of `text`.
fn is_shallow(text: &str) -> bool {
    if text.len() > MAX_LENGTH {
        return false;
    }
    let deepens = |word: &str| DEEPER.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (mut depth, mut deepest, mut words) = (0_usize, 0, 0);
    for token in sql_text::tokens(text) {
        match (token.sort, &text[token.range.clone()]) {
            (TokenSort::Sign, "(" | "[") => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (TokenSort::Sign, ")" | "]") => depth = depth.saturating_sub(1),
            (TokenSort::Sign, "-" | "+" | "~" | "@" | "!" | "|" | "^" | "#") => words += 1,
            (TokenSort::Word, word) if deepens(word) => words += 1,
            _ => {}
        }
    }
    deepest + words < MAX_DEPTH
}
