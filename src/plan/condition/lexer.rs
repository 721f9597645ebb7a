//! The words of a condition.

use std::ops::Range;

use super::{BadCondition, Relation};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// A name with its parts between dots.
    Name(Vec<String>),
    Text(String),
    /// In its basic unit, and as it is written.
    Number(f64, String),
    Relation(Relation),
    And,
    Or,
    Not,
    Open,
    Close,
}

const SIGNS: [(&str, Word); 14] = [
    ("==", Word::Relation(Relation::Equal)),
    ("!=", Word::Relation(Relation::Unequal)),
    ("<>", Word::Relation(Relation::Unequal)),
    ("<=", Word::Relation(Relation::AtMost)),
    (">=", Word::Relation(Relation::AtLeast)),
    ("&&", Word::And),
    ("||", Word::Or),
    ("=", Word::Relation(Relation::Equal)),
    ("<", Word::Relation(Relation::Less)),
    (">", Word::Relation(Relation::More)),
    ("!", Word::Not),
    ("(", Word::Open),
    (")", Word::Close),
    ("≥", Word::Relation(Relation::AtLeast)),
];

const UNITS: [(&str, f64); 6] = [
    ("kB", 1024.0),
    ("MB", 1_048_576.0),
    ("GB", 1_073_741_824.0),
    ("TB", 1_099_511_627_776.0),
    ("B", 1.0),
    ("%", 1.0),
];

pub(super) type Placed = (Word, Range<usize>);

/// The words of `text` and where they stand.
pub(super) fn words(text: &str) -> Result<Vec<Placed>, BadCondition> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (word, length) = word(rest).map_err(|(length, why)| {
            let length = rest.ceil_char_boundary(length);
            BadCondition::new(at..at + length, why)
        })?;
        all.push((word, at..at + length));
        at += length;
    }
    Ok(all)
}

/// The word at the beginning of `rest` and its length, or how much of it is no word, and why.
fn word(rest: &str) -> Result<(Word, usize), (usize, String)> {
    let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
    if let Some((sign, word)) = sign {
        return Ok((word.clone(), sign.len()));
    }
    if let Some(inside) = rest.strip_prefix("{{") {
        let end = inside
            .find("}}")
            .ok_or((2, "the braces are not closed".to_owned()))?;
        let name = inside[..end].trim().to_owned();
        return Ok((Word::Name(vec![name]), end + 4));
    }
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '\'' | '"' => {
            let end = rest[1..].find(first);
            let end = end.ok_or((rest.len(), "the quote is not closed".to_owned()))?;
            Ok((Word::Text(rest[1..=end].to_owned()), end + 2))
        }
        '0'..='9' => number(rest),
        '-' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => number(rest),
        c if c.is_alphabetic() || c == '_' => name(rest),
        c => Err((c.len_utf8(), format!("`{c}` means nothing here"))),
    }
}

fn number(rest: &str) -> Result<(Word, usize), (usize, String)> {
    let sign = usize::from(rest.starts_with('-'));
    let digits = rest[sign..].find(|c: char| !(c.is_ascii_digit() || c == '.'));
    let end = digits.map_or(rest.len(), |at| at + sign);
    let written = rest[..end].trim_end_matches('.');
    let after = &rest[written.len()..];
    let blank = after.len() - after.trim_start().len();
    let unit = UNITS.iter().find(|(unit, _)| {
        let behind = after[blank..].strip_prefix(unit);
        behind.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    let (times, length) = unit.map_or((1.0, written.len()), |(unit, times)| {
        (*times, written.len() + blank + unit.len())
    });
    if rest[length..].starts_with(|c: char| c.is_alphabetic()) {
        let why = "a number with a unit that is not known: kB, MB, GB, TB or %".to_owned();
        return Err((length + 1, why));
    }
    // Of a version with several dots, only the text counts.
    let value: f64 = written.parse().unwrap_or(f64::NAN);
    Ok((Word::Number(value * times, written.to_owned()), length))
}

/// A name, part by part; a part with other signs than letters, digits, `-` and `_` stands in quotes.
fn name(rest: &str) -> Result<(Word, usize), (usize, String)> {
    let mut parts = Vec::new();
    let mut at = 0;
    loop {
        let here = &rest[at..];
        let (part, length) = if let Some(inside) = here.strip_prefix('"') {
            let end = inside.find('"');
            let end = end.ok_or((rest.len(), "the quote is not closed".to_owned()))?;
            (&inside[..end], end + 2)
        } else {
            let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            let end = here.find(|c: char| !fits(c)).unwrap_or(here.len());
            (&here[..end], end)
        };
        if part.is_empty() {
            return Err((at + 1, "a name is missing behind the dot".to_owned()));
        }
        parts.push(part.to_owned());
        at += length;
        if !rest[at..].starts_with('.') {
            break;
        }
        at += 1;
    }
    let word = match parts.as_slice() {
        [only] if only == "and" => Word::And,
        [only] if only == "or" => Word::Or,
        [only] if only == "not" => Word::Not,
        _ => Word::Name(parts),
    };
    Ok((word, at))
}
