//! What a client does with a text before a server sees it: it obeys lines of its own, and puts in what
//! variables hold. Everything keeps its place.

use std::borrow::Cow;

use super::name;
use crate::plan::sql_text;

/// The commands of psql that send what stands before them.
const SENDING: [&str; 9] = [
    ";",
    "bind",
    "crosstabview",
    "g",
    "gdesc",
    "gexec",
    "gset",
    "gx",
    "watch",
];

/// The commands of psql behind which statements run that stand somewhere else, in another database, or perhaps not.
const LEADING_ON: [&str; 9] = [
    "c",
    "connect",
    "gexec",
    "i",
    "if",
    "include",
    "include_relative",
    "ir",
    "elif",
];

/// Whether a command of psql in `sql` runs what nobody sees here, or decides what is run of this.
pub(super) fn leads_on(sql: &str) -> bool {
    sql.match_indices('\\').any(|(at, _)| {
        let name = &sql[at + 1..];
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let begins = sql[..at].ends_with(|c: char| c.is_whitespace() || c == ';');
        (at == 0 || begins) && LEADING_ON.contains(&&name[..length.unwrap_or(name.len())])
    })
}

/// A file that a command of psql runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Include<'s> {
    /// Where the command stands.
    pub at: usize,
    /// The file, as it is written, without its quotes.
    pub file: &'s str,
    /// Whether it is looked for beside the file that names it, and not in the directory of psql.
    pub beside: bool,
}

impl Include<'_> {
    /// Whether only psql knows which file is meant: a variable names it, or what a command prints.
    pub fn is_filled_in(&self) -> bool {
        self.file.starts_with([':', '`', '|'])
    }
}

/// The files that `sql` has psql run.
pub fn includes(sql: &str) -> Vec<Include<'_>> {
    if !sql.contains("\\i") {
        return Vec::new();
    }
    let of_server = without_client(sql);
    let commands = sql.match_indices('\\').map(|(at, _)| at);
    let commands = commands.filter(|at| of_server.as_bytes().get(*at) != Some(&b'\\'));
    commands.filter_map(|at| include(sql, at)).collect()
}

/// What the command of psql at `at` runs, if that is a file.
fn include(sql: &str, at: usize) -> Option<Include<'_>> {
    let line = sql[at + 1..].lines().next()?;
    let (name, rest) = line.split_once([' ', '\t'])?;
    let beside = match name {
        "i" | "include" => false,
        "ir" | "include_relative" => true,
        _ => return None,
    };
    let rest = rest.trim_start();
    let file = match rest.strip_prefix('\'') {
        Some(quoted) => &quoted[..quoted.find('\'').unwrap_or(quoted.len())],
        None => rest.split([' ', '\t', '\\']).next()?.trim_end_matches(';'),
    };
    // `-` is what comes in.
    (!matches!(file, "" | "-")).then_some(Include { at, file, beside })
}

/// `sql` without what is meant for the client: commands such as `\\set x 1`, and the rows behind
/// `COPY … FROM stdin`. A command that sends a statement ends it.
pub(super) fn without_client(sql: &str) -> Cow<'_, str> {
    if !sql.contains('\\') {
        return Cow::Borrowed(sql);
    }
    let mut kept = String::with_capacity(sql.len());
    // Where the statement begins, and what has been kept up to.
    let (mut from, mut done, mut at) = (0, 0, 0);
    while at < sql.len() {
        let rest = &sql[at..];
        let line = at + rest.find('\n').unwrap_or(rest.len());
        let (end, sign) = match rest.as_bytes()[0] {
            b'\\' if takes_rows(&sql[at + 1..line]) => (rows_end(sql, line), None),
            b'\\' => (command_end(sql, at), sends(rest).then_some(';')),
            b';' => {
                let rows = takes_rows(&sql[from..at]) && sql[at + 1..line].trim().is_empty();
                from = at + 1;
                if !rows {
                    at += 1;
                    continue;
                }
                kept.push_str(&sql[done..=at]);
                done = at + 1;
                (rows_end(sql, line), None)
            }
            _ => {
                at = sql_text::lexeme_end(sql, at).unwrap_or(sql.len());
                continue;
            }
        };
        kept.push_str(&sql[done..at.max(done)]);
        let gone = &sql[at.max(done)..end];
        kept.extend(sign);
        let blank = gone.bytes().skip(sign.map_or(0, char::len_utf8));
        kept.extend(blank.map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        (from, at, done) = (end, end, end);
    }
    kept.push_str(&sql[done..]);
    Cow::Owned(kept)
}

/// Whether the command of psql that `text` begins with sends what stands before it.
fn sends(text: &str) -> bool {
    let name = &text[1..];
    let length = name.find(|c: char| !c.is_ascii_alphanumeric());
    let length = length.unwrap_or(name.len()).max(1);
    name.get(..length)
        .is_some_and(|name| SENDING.contains(&name))
}

/// The end of the command of psql at `at`: that of the line, but `\\;` is no more than that, and behind
/// `\\\\` SQL goes on.
fn command_end(sql: &str, at: usize) -> usize {
    let rest = &sql[at..];
    if rest.starts_with("\\;") {
        return at + 2;
    }
    let line = rest.find('\n').unwrap_or(rest.len());
    let again = rest[..line].match_indices("\\\\").next();
    at + again.map_or(line, |(again, _)| again + 2)
}

fn takes_rows(statement: &str) -> bool {
    let statement = statement.trim().to_ascii_uppercase();
    statement.starts_with("COPY ") && statement.contains("FROM STDIN")
}

/// The end of the line `\\.` that ends rows, which begin behind `from`.
fn rows_end(sql: &str, from: usize) -> usize {
    let mut end = from;
    for line in sql[from..].split_inclusive('\n') {
        end += line.len();
        if line.trim() == "\\." {
            break;
        }
    }
    end
}

/// Whether a client or another tool puts something into `text` before a server sees it.
pub(super) fn is_filled_in(text: &str) -> bool {
    let marks = ["{{", "${", "#{", "$(", "<%", "@@", "%("];
    let of_psql = |(at, _): (usize, &str)| {
        let alone = !text[..at].ends_with(':');
        alone && text[at + 1..].starts_with(|c: char| c.is_alphabetic() || "'\"{_".contains(c))
    };
    marks.iter().any(|mark| text.contains(mark)) || text.match_indices(':').any(of_psql)
}

/// A statement in which names stand for what a shell or psql puts in.
pub(super) struct Masked {
    pub(super) text: String,
    /// The names, and how they were written.
    pub(super) names: Vec<(String, String)>,
}

/// `text` with plain names of the same length where `$table`, `${schema}_log`, `:table` or `:"table"`
/// stand; none, if nothing like that does.
pub(super) fn masked(text: &str) -> Option<Masked> {
    let mut bytes = text.as_bytes().to_vec();
    let mut names: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some(end) = variable_end(text, at) else {
            at = sql_text::lexeme_end(text, at).unwrap_or(text.len());
            continue;
        };
        let start = at - plain_before(&text[..at]);
        let mut stop = end;
        while let Some(next) = variable_end(text, stop).or_else(|| {
            let more = text[stop..].find(|c: char| !is_plain(c));
            let more = more.unwrap_or(text.len() - stop);
            (more > 0).then_some(stop + more)
        }) {
            stop = next;
        }
        for byte in &mut bytes[at..stop] {
            *byte = match *byte {
                b':' => b' ',
                quote @ (b'"' | b'\'') => quote,
                byte if is_plain(char::from(byte)) => byte,
                _ => b'_',
            };
        }
        let mask = String::from_utf8_lossy(&bytes[start..stop]).into_owned();
        let written = &text[start..stop];
        names.push((name::canonical(&mask), written.to_owned()));
        at = stop;
    }
    let text = String::from_utf8(bytes).ok()?;
    (!names.is_empty()).then_some(Masked { text, names })
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// How much of a name stands at the end of `text`.
fn plain_before(text: &str) -> usize {
    text.len() - text.trim_end_matches(is_plain).len()
}

/// The end of the variable of a shell or of psql that begins at `at`, if one does.
fn variable_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let name = |from: usize| {
        let length = rest[from..].find(|c: char| !is_plain(c));
        let end = from + length.unwrap_or(rest.len() - from);
        let named = rest[from..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        (named && !rest[end..].starts_with('$')).then_some(end)
    };
    let end = if rest.starts_with("${") {
        rest.find('}')? + 1
    } else if rest.starts_with('$') {
        name(1)?
    } else if rest.starts_with(':') && !text[..at].ends_with(':') {
        match rest[1..].chars().next()? {
            quote @ ('"' | '\'') => rest[2..].find(quote)? + 3,
            _ => name(1)?,
        }
    } else {
        return None;
    };
    Some(at + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_the_client_is_blank_and_keeps_its_place() {
        for (sql, kept) in [
            ("\\set x 1\nselect 1;", "        \nselect 1;"),
            (
                "select 1 \\gset\ndrop table a;",
                "select 1 ;    \ndrop table a;",
            ),
            ("select 1\n\\gexec\ndrop", "select 1\n;     \ndrop"),
            ("select 1 \\g out.txt\nx", "select 1 ;         \nx"),
            ("select 1\\;drop", "select 1; drop"),
            ("\\set x 1 \\\\ drop", "            drop"),
            ("\\echo don't\ndrop", "           \ndrop"),
            (
                "select E'\\n', '\\g' \\gx\nx",
                "select E'\\n', '\\g' ;  \nx",
            ),
            (
                "copy a from stdin;\nb'c\n\\.\nx;",
                "copy a from stdin;\n   \n  \nx;",
            ),
            (
                "\\copy a from stdin\n1\n\\.\nx",
                "                  \n \n  \nx",
            ),
            ("\\copy a from 'x'\nx", "                \nx"),
            ("select 1; -- \\g\nx", "select 1; -- \\g\nx"),
        ] {
            assert_eq!(without_client(sql), kept, "{sql}");
        }
    }

    #[test]
    fn files_that_psql_is_told_to_run_are_found() {
        for (sql, files) in [
            ("\\i a.sql", &[("a.sql", false)][..]),
            ("select 1;\r\n  \\ir sub/b.sql;\r\n", &[("sub/b.sql", true)]),
            (
                "\\include 'my file.sql'\n\\include_relative c.sql -- why",
                &[("my file.sql", false), ("c.sql", true)],
            ),
            (
                "begin; \\i a.sql \\i b.sql",
                &[("a.sql", false), ("b.sql", false)],
            ),
            ("\\i :file", &[(":file", false)]),
            (
                "copy a from stdin;\nit's\n\\.\n\\i a.sql",
                &[("a.sql", false)],
            ),
            ("-- \\i a.sql\nselect '\n\\i b.sql'; \\if on\n\\i -", &[]),
        ] {
            let found = includes(sql).into_iter();
            let found: Vec<_> = found.map(|one| (one.file, one.beside)).collect();
            assert_eq!(found, files, "{sql}");
        }
    }

    #[test]
    fn variables_become_names_of_their_length() {
        let masked = |text: &str| masked(text).map(|masked| (masked.text, masked.names));
        let one = |text: &str, name: &str, written: &str| {
            let names = vec![(name.to_owned(), written.to_owned())];
            Some((text.to_owned(), names))
        };
        assert_eq!(masked("lock $T"), one("lock _T", "_t", "$T"));
        assert_eq!(
            masked("lock ${S}_x"),
            one("lock __S__x", "__s__x", "${S}_x")
        );
        assert_eq!(masked("lock a_$S"), one("lock a__S", "a__s", "a_$S"));
        assert_eq!(masked("lock :tbl"), one("lock  tbl", "tbl", ":tbl"));
        assert_eq!(
            masked("lock :\"Tbl\""),
            one("lock  \"Tbl\"", "Tbl", ":\"Tbl\"")
        );
        for text in ["a::text", "a = $1", "do $x$ :a $x$", "x := 1", "'$T' -- $T"] {
            assert_eq!(masked(text), None, "{text}");
        }
    }
}
