//! Filling in `{{variables}}` and the placeholders of runbooks, so that a value is always a value:
//! never read as shell code, never as SQL, never missing in silence.

use std::collections::{HashMap, HashSet};

use super::draft::Hole;
use super::shell::{self, Quoting};
use super::source::Span;
use super::sql_text::{Within, open_at_end};

/// What a text is, and so how a value must be written into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A shell script: values travel as environment variables.
    Shell,
    /// SQL: values are quoted, or must be plain words.
    Sql,
    /// A web address: behind the host, values are written so that they stay one part of it.
    Address,
    /// JSON: inside its quotes values are text, outside they must be values of JSON.
    Json,
    /// Anything else: values are put in as they are.
    Plain,
}

/// A text with every value in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// Environment variables that a shell script now refers to.
    pub env: Vec<(String, String)>,
}

/// Why a text could not be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// Variables without a value, by name.
    #[error("no value for {}", .0.join(", "))]
    Missing(Vec<String>),
    /// A value that can't stand where the text wants it.
    #[error("the value of {name} can't stand {place}")]
    Misfit {
        /// The variable.
        name: String,
        /// Where it should stand, in words.
        place: &'static str,
    },
}

/// A place in a text where a value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// The variable.
    pub name: &'t str,
    /// Where its mark stands.
    pub span: Span,
}

/// The `{{name}}` marks of a text, in order. What is no variable's name, such as `{{.Name}}`, is
/// left to whoever it was meant for.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    // Most texts have none, and telling so is quicker than to look for the first.
    if !text.contains("{{") {
        return found;
    }
    let mut from = 0;
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        let inside = text[at + 2..].trim_start();
        let length = inside.find(|c| !in_name(c)).unwrap_or(inside.len());
        let (name, rest) = inside.split_at(length);
        from = at + 2;
        if let Some(rest) = rest.trim_start().strip_prefix("}}")
            && is_name(name)
        {
            from = text.len() - rest.len();
            let span = Span::new(at, from);
            found.push(Token { name, span });
        }
    }
    found
}

/// Whether `name` can be a variable's name.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(in_name)
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The variables that `text` needs, each once, in order.
pub fn names<'t>(text: &'t str, holes: &'t [Hole]) -> Vec<&'t str> {
    let mut all: Vec<&str> = Vec::new();
    for token in all_tokens(text, holes) {
        if !all.contains(&token.name) {
            all.push(token.name);
        }
    }
    all
}

fn all_tokens<'t>(text: &'t str, holes: &'t [Hole]) -> Vec<Token<'t>> {
    let mut all = tokens(text);
    for hole in holes {
        all.extend(text.match_indices(&hole.literal).map(|(at, found)| Token {
            name: &hole.var,
            span: Span::new(at, at + found.len()),
        }));
    }
    all.sort_by_key(|token| (token.span.start, std::cmp::Reverse(token.span.end)));
    let mut end = 0;
    all.retain(|token| {
        let free = token.span.start >= end;
        if free {
            end = token.span.end;
        }
        free
    });
    all
}

/// What is known of a name that a text mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'v> {
    /// It is a variable with this value.
    Value(&'v str),
    /// It is a variable, and has no value yet.
    Missing,
    /// It is no variable: the braces are meant for somebody else.
    NotOurs,
}

/// Puts values into `text`.
pub fn fill<'v>(
    text: &str,
    holes: &[Hole],
    language: Language,
    lookup: impl Fn(&str) -> Lookup<'v>,
) -> Result<Filled, FillError> {
    let missing: Vec<String> = names(text, holes)
        .into_iter()
        .filter(|name| lookup(name) == Lookup::Missing)
        .map(str::to_owned)
        .collect();
    if !missing.is_empty() {
        return Err(FillError::Missing(missing));
    }
    let scan = (language == Language::Shell).then(|| (shell::scan(text), variables(text, holes)));
    let mut filled = Filled::default();
    let mut from = 0;
    for token in all_tokens(text, holes) {
        let Lookup::Value(value) = lookup(token.name) else {
            continue;
        };
        filled.text.push_str(&text[from..token.span.start]);
        from = token.span.end;
        match &scan {
            Some((scan, variables)) => {
                let variable = &variables[token.name];
                let quoting = scan.quoting(token.span.start);
                put_shell(&mut filled, &token, variable, value, quoting)?;
            }
            None => match language {
                Language::Sql => put_sql(&mut filled, &token, value)?,
                Language::Json => put_json(&mut filled, &token, value)?,
                Language::Address => put_address(&mut filled.text, value),
                Language::Shell | Language::Plain => filled.text.push_str(value),
            },
        }
    }
    filled.text.push_str(&text[from..]);
    Ok(filled)
}

/// `text` as a person should see it: with the values that are known, and marks where none is.
pub fn show<'v>(text: &str, holes: &[Hole], lookup: impl Fn(&str) -> Lookup<'v>) -> String {
    let mut shown = String::new();
    let mut from = 0;
    for token in all_tokens(text, holes) {
        if let Lookup::Value(value) = lookup(token.name) {
            shown.push_str(&text[from..token.span.start]);
            shown.push_str(value);
            from = token.span.end;
        }
    }
    shown.push_str(&text[from..]);
    shown
}

/// The environment variables by which a script gets the values of what it names. Shells allow fewer
/// letters than names have, so that two names may come to the same: the later one gets another.
fn variables<'t>(text: &'t str, holes: &'t [Hole]) -> HashMap<&'t str, String> {
    let mut taken = HashSet::new();
    let given = names(text, holes).into_iter().map(|name| {
        let mut variable = format!("GONOGO_VAR_{}", name.replace('-', "_"));
        while !taken.insert(variable.clone()) {
            variable.push('_');
        }
        (name, variable)
    });
    given.collect()
}

fn put_shell(
    filled: &mut Filled,
    token: &Token<'_>,
    variable: &str,
    value: &str,
    quoting: Quoting,
) -> Result<(), FillError> {
    let reference = match quoting {
        Quoting::Bare => format!("\"${{{variable}}}\""),
        Quoting::Double | Quoting::Heredoc => format!("${{{variable}}}"),
        Quoting::Single => format!("'\"${{{variable}}}\"'"),
        Quoting::Arithmetic if is_integer(value) => format!("${{{variable}}}"),
        Quoting::Arithmetic => {
            return Err(FillError::Misfit {
                name: token.name.to_owned(),
                place: "in arithmetic, where only a number is no code",
            });
        }
        Quoting::Comment => return Ok(()),
        Quoting::Literal => {
            if value.contains(['\\', '\'', '\n']) {
                return Err(FillError::Misfit {
                    name: token.name.to_owned(),
                    place: "in a quoted here-document, where nothing is expanded",
                });
            }
            filled.text.push_str(value);
            return Ok(());
        }
    };
    filled.text.push_str(&reference);
    if !filled.env.iter().any(|(name, _)| name == variable) {
        filled.env.push((variable.to_owned(), value.to_owned()));
    }
    Ok(())
}

/// In quotes a value is a text or a name. Anywhere else it could be code, or end what it stands in,
/// unless it is a plain word.
fn put_sql(filled: &mut Filled, token: &Token<'_>, value: &str) -> Result<(), FillError> {
    let place = match open_at_end(&filled.text) {
        Within::Text => {
            filled.text.push_str(&value.replace('\'', "''"));
            return Ok(());
        }
        Within::Name => {
            filled.text.push_str(&value.replace('"', "\"\""));
            return Ok(());
        }
        Within::Nothing => "unquoted in SQL: put quotes around the variable",
        Within::Escapes => "in a text with backslashes, `E'…'`: put it into plain quotes",
        Within::Dollars => "between dollar quotes, whose text may be code",
        // As in a shell's comment: it says nothing to the server, and must not end there.
        Within::Comment => return Ok(()),
    };
    // Two minus signs would begin a comment.
    let negated = filled.text.ends_with('-') && value.starts_with('-');
    if !is_plain_word(value) || negated {
        let name = token.name.to_owned();
        return Err(FillError::Misfit { name, place });
    }
    filled.text.push_str(value);
    Ok(())
}

/// Inside quotes a value is text; elsewhere it has to be JSON itself.
fn put_json(filled: &mut Filled, token: &Token<'_>, value: &str) -> Result<(), FillError> {
    let mut quoted = false;
    let mut escaped = false;
    for c in filled.text.chars() {
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
    }
    if quoted {
        let text = serde_json::Value::from(value).to_string();
        filled.text.push_str(&text[1..text.len() - 1]);
    } else if serde_json::from_str::<serde_json::Value>(value).is_ok() {
        filled.text.push_str(value);
    } else {
        return Err(FillError::Misfit {
            name: token.name.to_owned(),
            place: "unquoted in JSON: put quotes around the variable",
        });
    }
    Ok(())
}

/// Before the path a value can be the whole beginning of an address; behind that it is one part.
fn put_address(text: &mut String, value: &str) {
    let path = text.find("://").map(|at| &text[at + 3..]);
    let Some(path) = path.filter(|rest| rest.contains(['/', '?'])) else {
        return text.push_str(value);
    };
    let in_query = path.contains('?');
    put_escaped(text, value, in_query);
}

fn put_escaped(text: &mut String, value: &str, in_query: bool) {
    put_escaped_as(text, value, in_query, |byte| format!("%{byte:02X}"));
}

fn put_escaped_as(text: &mut String, value: &str, in_query: bool, escape: fn(u8) -> String) {
    for byte in value.bytes() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~')
            || (byte == b'/' && !in_query);
        if plain {
            text.push(char::from(byte));
        } else {
            text.push_str(&escape(byte));
        }
    }
}

/// The other forms in which `value` stands where it was put into an address, SQL or JSON, and in which a shell (`set -x`)
/// and other programs tell what they run.
pub fn forms(value: &str) -> Vec<String> {
    let upper = |byte| format!("%{byte:02X}");
    let lower = |byte| format!("%{byte:02x}");
    let escaped = |in_query, escape| {
        let mut escaped = String::new();
        put_escaped_as(&mut escaped, value, in_query, escape);
        escaped
    };
    let mut forms = Vec::new();
    for escape in [upper as fn(u8) -> String, lower] {
        forms.extend([escaped(true, escape), escaped(false, escape)]);
    }
    let json = serde_json::Value::from(value).to_string();
    forms.push(json[1..json.len() - 1].to_owned());
    for (quote, written) in [
        ("'", "'\\''"),
        ("'", "'\"'\"'"),
        ("'", "''"),
        ("\"", "\"\""),
    ] {
        forms.push(value.replace(quote, written));
    }
    forms.retain(|form| form != value);
    forms
}

fn is_integer(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

/// A number or a possibly qualified name: what can stand unquoted without meaning anything else.
fn is_plain_word(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let name = value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    number || name
}

#[cfg(test)]
mod tests;
