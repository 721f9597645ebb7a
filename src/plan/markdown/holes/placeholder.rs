//! Placeholders in commands: text that stands for something only the operator knows.
//!
//! Found line by line, and only where one reading is likely: a redirection, a tag, a comparison
//! or a type's name is not one.

use std::ops::Range;

use super::addresses;
use super::marks;
use super::meant;
use super::open;

/// What a line is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Context {
    Shell,
    Sql,
}

/// Names of HTML elements that commands mention.
const TAGS: [&str; 26] = [
    "a", "b", "body", "br", "code", "div", "form", "h1", "h2", "h3", "head", "hr", "html", "i",
    "img", "input", "li", "link", "meta", "p", "pre", "script", "span", "style", "title", "ul",
];
const YOUR: &[u8] = b"your";
/// What may stand behind it in one word.
const YOURS: [&str; 27] = [
    "api",
    "app",
    "branch",
    "bucket",
    "cluster",
    "company",
    "database",
    "db",
    "domain",
    "email",
    "host",
    "key",
    "name",
    "namespace",
    "org",
    "password",
    "project",
    "region",
    "registry",
    "repo",
    "server",
    "service",
    "site",
    "team",
    "token",
    "user",
    "username",
];
/// Words that say of themselves that something else has to stand in their place.
const CHANGED: [&str; 6] = [
    "change-me",
    "change_me",
    "changeme",
    "replace-me",
    "replace_me",
    "replaceme",
];
/// What stands for the path to something.
const PATH: &str = "path/to/";
/// What logs and prompts put in brackets.
const LABELS: [&str; 14] = [
    "DEBUG", "DONE", "ERROR", "FAIL", "FAILED", "FATAL", "INFO", "NOTICE", "OK", "PASS", "SKIP",
    "STEP", "WARN", "WARNING",
];

/// The placeholders of `line`, in order, none inside another.
pub(in crate::plan::markdown) fn find(line: &str, context: Context) -> Vec<Range<usize>> {
    if line.len() < 3 {
        return Vec::new();
    }
    let mut found = Vec::new();
    angles(line, &mut found);
    yours(line, &mut found);
    paths(line, &mut found);
    brackets(line, context, &mut found);
    stamps(line, context, &mut found);
    addresses::find(line, &mut found);
    marks::find(line, context, &mut found);
    open::find(line, context, &mut found);
    meant::find(line, context, &mut found);
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    found.retain(|range| {
        let free = range.start >= end && !is_sought(line, range.start);
        if free {
            end = range.end;
        }
        free
    });
    found
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn before(line: &str, at: usize) -> Option<char> {
    line[..at].chars().next_back()
}

fn after(line: &str, at: usize) -> Option<char> {
    line[at..].chars().next()
}

/// How far around a word is looked for what it belongs to, in bytes.
const NEAR: usize = 200;

/// What stands close before `at`.
fn ahead(line: &str, at: usize) -> &str {
    &line[line.floor_char_boundary(at.saturating_sub(NEAR))..at]
}

/// What stands close behind `at`.
fn behind(line: &str, at: usize) -> &str {
    &line[at..line.floor_char_boundary(at + NEAR)]
}

/// Whether what stands at `at` is what `sed` looks for, to put something else there: `sed "s/<TAG>/v2/"`.
fn is_sought(line: &str, at: usize) -> bool {
    let Some((_, told)) = ahead(line, at).rsplit_once("sed ") else {
        return false;
    };
    told.match_indices('s').any(|(s, _)| {
        let begins = before(told, s).is_some_and(|c| matches!(c, '\'' | '"' | ' ' | ';' | '{'));
        let mut rest = told[s + 1..].chars();
        let mark = rest.next().filter(|c| "/|#,:@!~%".contains(*c));
        begins && mark.is_some_and(|mark| !rest.any(|c| c == mark))
    })
}

/// `<previous-commit>`
fn angles(line: &str, found: &mut Vec<Range<usize>>) {
    for (open, _) in line.match_indices('<') {
        let inside = &line[open + 1..];
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.');
        let length = inside.find(|c: char| !fits(c)).unwrap_or(inside.len());
        let name = &inside[..length];
        let close = open + 1 + length;
        let shaped = inside[length..].starts_with('>')
            && name.starts_with(char::is_alphabetic)
            && name.ends_with(char::is_alphanumeric);
        if !shaped {
            continue;
        }
        // `<<EOF>out`, `sort <in>out`, `x->y`: what stands around it tells a redirection.
        let joined = after(line, close + 1).is_some_and(char::is_alphanumeric);
        let redirects = before(line, open) == Some('<')
            || (before(line, open).is_none_or(char::is_whitespace) && joined);
        let words = compares(name, &line[close + 1..]);
        let lower = name.to_ascii_lowercase();
        let tag =
            TAGS.contains(&lower.as_str()) || behind(line, close).contains(&format!("</{name}>"));
        // `${VAR:-<none>}`
        let nothing = ["none", "nil", "null", "unset", "undefined"].contains(&lower.as_str());
        // `Map<String>`: a type's name behind a type's name.
        let generic = before(line, open).is_some_and(|c| c.is_ascii_alphanumeric())
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.contains(|c: char| c.is_ascii_lowercase());
        if !redirects && !words && !tag && !generic && !nothing {
            found.push(open..close + 1);
        }
    }
}

/// `a <b and c> d` compares; `<TAG or SHA>` names two things, of which one is given.
fn compares(name: &str, behind: &str) -> bool {
    let joins = |word: &str| matches!(word, "and" | "or" | "AND" | "OR");
    let capital = |word: &str| word.bytes().all(|byte| !byte.is_ascii_lowercase());
    let mut words = name.split(' ');
    let named = name.split(' ').all(|word| capital(word) != joins(word));
    words.any(joins) && behind.starts_with(' ') && !named
}

/// `your-domain.com`, `YOUR_TOKEN`, `yourcompany.com`
fn yours(line: &str, found: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let said = |at: &usize| {
        let word = bytes.get(*at..at + YOUR.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(YOUR))
    };
    let begins = (0..)
        .zip(bytes)
        .filter(|(_, byte)| matches!(byte, b'y' | b'Y'));
    let mut end = 0;
    for at in begins.map(|(at, _)| at).filter(said) {
        if at < end {
            continue;
        }
        let rest = &line[at + YOUR.len()..];
        let joined = rest.starts_with(['-', '_', '.'])
            && rest[1..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let named = YOURS.iter().any(|word| {
            let head = rest.get(..word.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(word))
                && !rest[word.len()..].starts_with(|c: char| c.is_ascii_alphabetic())
        });
        let variable = matches!(before(line, at), Some('$' | '{'));
        let part = before(line, at).is_some_and(|c| is_word(c) || c == '-');
        if (joined || named) && !variable && !part {
            end = at + YOUR.len() + word_length(rest, &['-', '.']);
            found.push(at..end);
        }
    }
}

/// `/path/to/backend`
fn paths(line: &str, found: &mut Vec<Range<usize>>) {
    if !line.contains(PATH) {
        return;
    }
    let mut end = 0;
    for (at, _) in line.match_indices(PATH) {
        let start = match before(line, at) {
            _ if at < end => continue,
            Some('/') => at - 1,
            Some(c) if is_word(c) => continue,
            _ => at,
        };
        end = at + word_length(&line[at..], &['-', '.', '/']);
        found.push(start..end);
    }
}

/// `[Name]`, `[backup file]`
fn brackets(line: &str, context: Context, found: &mut Vec<Range<usize>>) {
    for (open, _) in line.match_indices('[') {
        let inside = &line[open + 1..];
        let length = inside
            .find(|c: char| !(is_word(c) || matches!(c, '-' | ' ')))
            .unwrap_or(inside.len());
        let name = &inside[..length];
        let shaped = inside[length..].starts_with(']')
            && name.len() > 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().filter(|c| *c == '-').count() < 3;
        if !shaped {
            continue;
        }
        let given = context == Context::Shell && is_given(&line[..open], &inside[length + 1..]);
        let words = name.starts_with(|c: char| c.is_ascii_uppercase()) || name.contains(['-', ' ']);
        let words = words || (given && !OPTIONAL.contains(&name));
        // `${list[Name]}`, `[A-Z]`, `[[:alpha:]]`, `[Tt]`
        let linked = found.last().is_some_and(|last| {
            last.start < open && matches!(line.get(last.end..open), Some("_" | "-"))
        });
        let part = |c: char| is_word(c) || c == '[';
        let subscript = before(line, open).is_some_and(part) && !linked;
        let range = name.len() == 3 && name[1..].starts_with('-');
        let joined = context == Context::Sql || after(line, open + length + 2) == Some('(');
        if words && !subscript && !range && !joined && !LABELS.contains(&name) {
            found.push(open..open + length + 2);
        }
    }
}

/// What stands in such brackets where a command's own help is shown.
const OPTIONAL: [&str; 6] = ["args", "arguments", "command", "flags", "options", "opts"];

/// Whether a word stands by itself between `before` and `behind`, given to an option: `-h [host]`.
fn is_given(before: &str, behind: &str) -> bool {
    let option = before.trim_end().rsplit(' ').next().unwrap_or_default();
    let ends = behind.is_empty() || behind.starts_with([' ', '\n']);
    before.ends_with(' ') && option.starts_with('-') && option.len() > 1 && ends
}

/// `backup_YYYYMMDD_HHMMSS.sql`, `backup_TIMESTAMP.sql`, `rollback_XXX.sql`, `vX.Y.Z`: the word
/// that holds such a mark. `xxx.xxx.xxx.xxx` and `CHANGE_ME`, too. In SQL, where `YYYY` is a format and
/// `TIMESTAMP` a type, only a name with a date in it.
fn stamps(line: &str, context: Context, found: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(fits).map(|n| at + n) {
        let length = bytes[start..].iter().position(|byte| !fits(byte));
        at = length.map_or(line.len(), |length| start + length);
        let word = line[start..at].trim_end_matches(['.', '-']);
        let variable = || matches!(before(line, start), Some('$' | '{' | '%' | '+'));
        let assigned = || line[start + word.len()..].starts_with('=');
        let holds = match context {
            Context::Shell => holds_stamp(word, ahead(line, start)) || stands_for_other(word),
            Context::Sql => is_dated_name(word) || stands_for_other(word),
        };
        if !word.is_empty() && holds && !variable() && !assigned() {
            found.push(start..start + word.len());
        }
    }
}

fn holds_stamp(word: &str, ahead: &str) -> bool {
    // All of them are written in capitals.
    if !word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return false;
    }
    let dated = is_dated(word);
    let formats = ["to_char", "to_date", "to_timestamp", "date ", "strftime"];
    if dated {
        return !formats.iter().any(|name| ahead.contains(name));
    }
    let by_word = || {
        let mut parts = word.split(['_', '-', '.']);
        parts.any(|part| matches!(part, "DATE" | "DATUM" | "FECHA"))
    };
    let named = word.bytes().any(|byte| byte.is_ascii_lowercase())
        && (word.contains("TIMESTAMP") || by_word());
    // `backup-2024-XX-XX.sql`
    let day = || word.len() > "2024-XX-XX".len() && word.contains("-XX-XX");
    let crossed = (word.contains("XXX") || day()) && !ahead.contains("mktemp");
    named || crossed || word.contains("X.Y.Z")
}

/// `orders_backup_YYYYMMDD`
fn is_dated_name(word: &str) -> bool {
    let lower = word.starts_with(|c: char| c.is_ascii_lowercase());
    lower && word.contains('_') && is_dated(word)
}

/// Years as German, French, Spanish and Portuguese write them.
const YEARS: [&str; 2] = ["AAAA", "JJJJ"];
/// The longest word with one of them, in bytes: keys are longer.
const MAX_DATED: usize = 60;

/// `YYYYMMDD`, `DD-MM-AAAA`, `JJJJMMTT`: a year beside its month.
fn is_dated(word: &str) -> bool {
    if !word.contains("MM") {
        return false;
    }
    let beside = |year: &&str| {
        let mut ends = word.match_indices(year).flat_map(|(at, year)| {
            let joint = |c: char| matches!(c, '-' | '_' | '.');
            let letter = &year[..1];
            if word[..at].ends_with(letter) || word[at + year.len()..].starts_with(letter) {
                return [false; 2];
            }
            let behind = word[at + year.len()..].trim_start_matches(joint);
            [
                behind.starts_with("MM"),
                word[..at].trim_end_matches(joint).ends_with("MM"),
            ]
        });
        ends.any(|beside| beside)
    };
    word.contains("YYYY") || (word.len() <= MAX_DATED && YEARS.iter().any(beside))
}

/// `xxx.xxx.xxx.xxx`, `x.x.x.x`, `CHANGE_ME`
fn stands_for_other(word: &str) -> bool {
    let cross = |c: char| c.eq_ignore_ascii_case(&'x');
    let crosses = |part: &str| (1..=3).contains(&part.len()) && part.chars().all(cross);
    let address = || word.split('.').count() == 4 && word.split('.').all(crosses);
    (word.starts_with(cross) && address())
        || CHANGED.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// How much of `text` is one word, in which `joiners` may stand.
fn word_length(text: &str, joiners: &[char]) -> usize {
    let end = text
        .find(|c: char| !(is_word(c) || joiners.contains(&c)))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(joiners).len()
}

#[cfg(test)]
#[path = "../tests/placeholder.rs"]
mod tests;
