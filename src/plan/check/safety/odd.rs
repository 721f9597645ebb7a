//! Characters that word processors, wikis and chats put into commands: they look like those that were
//! typed, and mean something else to a shell or a server.

use std::ops::Range;

use super::text::Text;
use crate::plan::commands::{RedirectKind, Script};
use crate::plan::problem::Problem;
use crate::plan::sql_text;

/// What HTML writes for signs that mean something in commands.
const ENTITIES: [(&str, &str); 6] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&nbsp;", "a space"),
];

/// Finds such characters outside of quotes and comments, each sort once a line; what turns the reading
/// order around is found everywhere.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    let body = text.body();
    let entity = || body.contains('&') && ENTITIES.iter().any(|(html, _)| body.contains(html));
    if !text.runs() || (body.is_ascii() && !body.contains('\0') && !entity()) {
        return;
    }
    let plain = if text.is_sql() {
        plain_sql(body)
    } else {
        plain_shell(body, &text.script)
    };
    let mut said: Vec<(usize, String)> = Vec::new();
    for (at, c) in body.char_indices() {
        let Some((range, message)) = odd(body, at, c, plain[at], !text.is_sql()) else {
            continue;
        };
        let line = body[..at].matches('\n').count();
        if said.contains(&(line, message.clone())) {
            continue;
        }
        said.push((line, message.clone()));
        let hint = "type it anew: word processors, wikis and chats put such signs there";
        out.push(text.warning("odd-character", range, message, hint));
    }
}

/// What is odd about the character `c` at `at`, and where that stands.
fn odd(body: &str, at: usize, c: char, plain: bool, shell: bool) -> Option<(Range<usize>, String)> {
    let one = at..at + c.len_utf8();
    let code = u32::from(c);
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if turns {
        let message = format!("U+{code:04X} turns around the order in which this line is shown");
        return Some((one, message));
    }
    if c == '\0' {
        let message = "no command can hold a NUL, which stands here: this would not be started";
        return Some((one, message.to_owned()));
    }
    if !plain {
        return None;
    }
    let message = match c {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {
            format!("an invisible character, U+{code:04X}, stands here, and is a part of the word")
        }
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => {
            format!("this space is none: U+{code:04X} parts no words")
        }
        '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»' => {
            format!("`{c}` (U+{code:04X}) is no quote: it is a part of the word")
        }
        '‐'..='―' | '−' if begins_option(body, at, shell) => {
            format!("`{c}` (U+{code:04X}) is no hyphen")
        }
        '&' => {
            let rest = &body[at..];
            let found = ENTITIES.iter().find(|(html, _)| rest.starts_with(html));
            let (html, sign) = found?;
            let message = format!("`{html}` is how HTML writes {sign}");
            return Some((at..at + html.len(), message));
        }
        c if c.is_alphabetic() && !c.is_ascii() => {
            let word = word_around(body, at);
            let first = body[word.clone()]
                .find(is_other_script)
                .map(|n| word.start + n);
            if first != Some(at) || !mixes_scripts(&body[word.clone()]) {
                return None;
            }
            let message = format!("`{}` mixes letters of two scripts", &body[word.clone()]);
            return Some((word, message));
        }
        _ => return None,
    };
    Some((one, message))
}

/// Whether a dash at `at` stands where an option begins; in SQL it never belongs.
fn begins_option(body: &str, at: usize, shell: bool) -> bool {
    let before = body[..at].chars().next_back();
    let starts = before.is_none_or(char::is_whitespace);
    let mut rest = body[at..].chars().skip(1);
    let named = rest
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '‐'..='―'));
    !shell || (starts && named)
}

/// The run of letters and digits around `at`.
fn word_around(body: &str, at: usize) -> Range<usize> {
    let outside = |c: char| !c.is_alphanumeric();
    let start = body[..at].rfind(outside).map_or(0, |n| {
        n + body[n..].chars().next().map_or(0, char::len_utf8)
    });
    let end = body[at..].find(outside).map_or(body.len(), |n| at + n);
    start..end
}

/// Whether `c` is of a script whose letters look like Latin ones.
fn is_other_script(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}')
}

fn mixes_scripts(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_alphabetic()) && word.contains(is_other_script)
}

/// For each byte of a script whether the shell reads it as it stands: it is in no quotes, in no
/// comment, and in no here-document.
fn plain_shell(body: &str, script: &Script<'_>) -> Vec<bool> {
    let mut plain = vec![true; body.len()];
    let redirects = script
        .commands
        .iter()
        .flat_map(|command| &command.redirects);
    for document in redirects.filter(|redirect| redirect.kind == RedirectKind::Document) {
        let span = document.target.span.clone();
        let end = span.end.min(body.len());
        plain[span.start.min(end)..end].fill(false);
    }
    let (mut quote, mut comment, mut before) = (None, false, '\n');
    let mut letters = body.char_indices();
    while let Some((at, c)) = letters.next() {
        if !plain[at] {
            before = '\n';
            continue;
        }
        comment &= c != '\n';
        comment |= quote.is_none() && c == '#' && (before.is_whitespace() || before == ';');
        plain[at] = quote.is_none() && !comment;
        match (quote, c) {
            _ if comment => {}
            (Some('"') | None, '\\') => drop(letters.next()),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        before = c;
    }
    plain
}

/// The same for SQL.
fn plain_sql(body: &str) -> Vec<bool> {
    let mut plain = vec![true; body.len()];
    let mut at = 0;
    while let Some(c) = body[at..].chars().next() {
        let end = sql_text::lexeme_end(body, at).unwrap_or(body.len());
        if end > at + c.len_utf8() {
            plain[at..end].fill(false);
        }
        at = end;
    }
    plain
}
