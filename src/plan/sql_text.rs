//! Enough of SQL's grammar to tell statements apart, and which of them can't stand in a transaction.

use std::ops::Range;

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
    while at < sql.len() {
        if sql[at..].starts_with(';') {
            found.push(from..at);
            from = at + 1;
        }
        at = lexeme_end(sql, at).unwrap_or(sql.len());
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
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < sql.len() {
        let rest = &sql[at..];
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
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
        let blank = rest.starts_with(char::is_whitespace);
        if !comment && !blank {
            found.push(Token {
                sort,
                range: at..end,
            });
        }
        at = end.max(at + 1);
    }
    found
}

/// The words of a statement in capitals, quoted texts and comments left out.
fn words(sql: &str) -> impl Iterator<Item = String> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = sql.get(at..)?;
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            if length > 0 {
                at += length;
                return Some(rest[..length].to_uppercase());
            }
            at = lexeme_end(sql, at)?;
        }
    })
}

/// Why `sql` can't be wrapped in a transaction, if it can't: the words that say so.
pub fn refuses_transaction(sql: &str) -> Option<String> {
    statements(sql).into_iter().find_map(|statement| {
        let words: Vec<String> = words(statement).take(8).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["BEGIN" | "COMMIT" | "ROLLBACK" | "END" | "ABORT", ..] => Some(words[0].to_owned()),
            ["START", "TRANSACTION", ..] => Some("START TRANSACTION".to_owned()),
            ["VACUUM", ..] => Some("VACUUM".to_owned()),
            [
                first @ ("CREATE" | "DROP"),
                second @ ("DATABASE" | "TABLESPACE" | "SUBSCRIPTION"),
                ..,
            ]
            | [first @ "ALTER", second @ "SYSTEM", ..]
            | [first @ "REINDEX", second @ ("DATABASE" | "SYSTEM"), ..] => {
                Some(format!("{first} {second}"))
            }
            ["CREATE" | "DROP" | "REINDEX" | "ALTER", rest @ ..]
                if rest.contains(&"CONCURRENTLY") =>
            {
                Some("CONCURRENTLY".to_owned())
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_apart_whatever_they_hold() {
        let sql = "select ';' ; -- a; b\nselect \";\"; do $x$ begin; end $x$;\n/* ; /* ; */ ; */ ;; select 1";
        let found = statements(sql);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(
            found[3],
            "/* ; /* ; */ ; */ ;; select 1"
                .rsplit(';')
                .next()
                .unwrap()
                .trim()
        );
        assert!(statements(" -- nothing\n").is_empty());
        assert_eq!(statements("select 'left open"), ["select 'left open"]);
    }

    #[test]
    fn what_can_not_stand_in_a_transaction_is_known() {
        for (sql, why) in [
            ("create index concurrently i on t (a)", Some("CONCURRENTLY")),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
                Some("CONCURRENTLY"),
            ),
            (
                "alter table p detach partition c concurrently",
                Some("CONCURRENTLY"),
            ),
            ("vacuum full t", Some("VACUUM")),
            ("drop database x", Some("DROP DATABASE")),
            ("-- first\nbegin; update t set a = 1; commit", Some("BEGIN")),
            ("insert into t values ('vacuum; begin')", None),
            (
                "alter table t add column a int; create index i on t (a)",
                None,
            ),
            ("refresh materialized view concurrently v", None),
        ] {
            assert_eq!(refuses_transaction(sql).as_deref(), why, "{sql}");
        }
    }

    #[test]
    fn what_a_place_stands_in_is_known() {
        for (sql, within) in [
            ("select 'a", Within::Text),
            ("select 'it''s", Within::Text),
            ("select 'a' -- it's\n", Within::Nothing),
            ("select 'a' -- it's", Within::Comment),
            ("select /* '", Within::Comment),
            ("do $$ '", Within::Dollars),
            ("select $1, \"", Within::Name),
            ("select E'it\\'s", Within::Escapes),
            ("select e'it''s \\'", Within::Escapes),
            ("select e'a\\\\'", Within::Nothing),
            ("select note'a\\'", Within::Nothing),
        ] {
            assert_eq!(open_at_end(sql), within, "{sql}");
        }
    }

    #[test]
    fn a_quote_behind_a_backslash_ends_only_plain_texts() {
        let sql = "select E'it\\'s; x', '\\'; select e'a''b\\'; c'";
        let wanted = ["select E'it\\'s; x', '\\'", "select e'a''b\\'; c'"];
        assert_eq!(statements(sql), wanted);
    }
}
