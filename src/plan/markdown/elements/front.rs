//! Front matter: what a runbook says at its start, between two lines of `+++` (TOML) or `---` (YAML),
//! or in one object of JSON.

use crate::plan::draft::Draft;
use crate::plan::parts::Note;
use crate::plan::problem::{Problem, Severity};
use crate::plan::source::{Source, Span};
use crate::plan::{toml, tree};

/// Keys by which an opening `---` that nothing closes is known not to be a mere line.
const KEYS: [&str; 15] = [
    "include",
    "allow",
    "migrations",
    "review",
    "title",
    "environment",
    "vars",
    "databases",
    "shell",
    "probe",
    "alert",
    "contact",
    "signoff",
    "notes",
    "tags",
];

impl Found {
    /// The same, `base` bytes further behind.
    fn behind(self, base: usize) -> Self {
        Found {
            text: Span::new(self.text.start + base, self.text.end + base),
            end: self.end + base,
            ..self
        }
    }
}

/// What the file says before its text.
pub(in crate::plan::markdown) struct Front {
    /// Where the Markdown begins.
    pub(in crate::plan::markdown) end: usize,
    pub(in crate::plan::markdown) draft: Draft,
    pub(in crate::plan::markdown) problems: Vec<Problem>,
}

/// How front matter is written.
#[derive(Clone, Copy, PartialEq)]
enum Language {
    Toml,
    Yaml,
    Json,
}

impl Language {
    /// The line that ends it.
    fn end(self) -> &'static str {
        match self {
            Language::Toml => "+++",
            Language::Yaml => "---",
            Language::Json => "}",
        }
    }
}

/// Where front matter stands.
struct Found {
    language: Language,
    /// The text between the marks.
    text: Span,
    /// Where the Markdown begins.
    end: usize,
    closed: bool,
}

/// Reads the front matter of what stands in `source` from `base` on, if it has any.
pub(in crate::plan::markdown) fn read(source: &Source, base: usize) -> Front {
    let mut front = Front {
        end: base,
        draft: Draft::default(),
        problems: Vec::new(),
    };
    let text = source.text().get(base..).unwrap_or_default();
    let Some(found) = find(text).map(|found| found.behind(base)) else {
        return front;
    };
    front.end = found.end;
    if !found.closed {
        let mark = found.language.end();
        let message =
            format!("front matter begins here and nothing ends it: a line `{mark}` is missing");
        front.problems.push(Problem::error(
            "front-matter",
            Span::new(base, base + mark.len()),
            message,
        ));
        return front;
    }
    let text = source.slice(found.text);
    let parse = match found.language {
        Language::Toml => tree::toml::parse,
        Language::Yaml => tree::yaml::parse,
        Language::Json => tree::json::parse,
    };
    let root = parse(text, found.text.start, &mut front.problems);
    if found.language == Language::Yaml && !front.problems.is_empty() && !has_our_keys(text) {
        front.end = base;
        front.problems = vec![Problem::warning(
            "front-matter",
            Span::new(base, base + found.language.end().len()),
            "what stands between this line and the next `---` is no YAML, and is taken for text",
        )];
        return front;
    }
    if !root.is_table() {
        let message = "front matter must be a table of keys and values";
        front
            .problems
            .push(Problem::error("front-matter", root.span, message));
    }
    let (draft, problems) = toml::read_front(root);
    front.draft = draft;
    keep_unknown(&mut front, problems, text, found.text.start);
    front
}

/// Other tools keep their keys there, too: they are told about once, and stay in a note.
fn keep_unknown(front: &mut Front, problems: Vec<Problem>, text: &str, start: usize) {
    let is_top = |problem: &Problem| {
        problem.code == "unknown-key" && problem.message.contains("` in a plan")
    };
    let (unknown, others): (Vec<Problem>, Vec<Problem>) = problems.into_iter().partition(is_top);
    front.problems.extend(others);
    // Short words are all alike; a long one is hardly another tool's.
    let meant = |problem: &Problem| {
        let hint = problem.hint.as_deref().unwrap_or("");
        let warned = problem.severity == Severity::Warning;
        warned || (hint.starts_with("did you mean") && name(problem).len() > 5)
    };
    let (typos, foreign): (Vec<Problem>, Vec<Problem>) = unknown.into_iter().partition(meant);
    if let Some(first) = typos.iter().chain(&foreign).next() {
        front.draft.notes.push(Note {
            heading: "Front matter".to_owned(),
            text: text.trim().to_owned(),
            span: Span::new(start, first.span.end.max(start)),
        });
    }
    front.problems.extend(typos);
    if let [first, rest @ ..] = foreign.as_slice() {
        let mut names = name(first).to_owned();
        for problem in rest.iter().take(7) {
            names = format!("{names}, {}", name(problem));
        }
        let message = format!("front matter has keys that mean nothing here: {names}");
        front.problems.push(Problem {
            severity: Severity::Note,
            message,
            hint: None,
            ..first.clone()
        });
    }
}

/// The key that a problem is about: what it quotes.
fn name(problem: &Problem) -> &str {
    problem.message.split('`').nth(1).unwrap_or("")
}

fn find(text: &str) -> Option<Found> {
    let first = text.lines().next()?.trim_end();
    let language = match first {
        "+++" => Language::Toml,
        "---" => Language::Yaml,
        _ => return object(text),
    };
    let toml = language == Language::Toml;
    let start = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let mark = line.trim_end();
        let closes = if toml {
            mark == "+++"
        } else {
            mark == "---" || mark == "..."
        };
        if closes {
            let inside = Span::new(start, at);
            let plain = toml || says_something(&text[start..at]);
            return plain.then_some(Found {
                language,
                text: inside,
                end: at + line.len(),
                closed: true,
            });
        }
        at += line.len();
    }
    let begun = toml || key(text[start..].lines().next()?).is_some_and(|key| KEYS.contains(&key));
    begun.then_some(Found {
        language,
        text: Span::at(start),
        end: start,
        closed: false,
    })
}

/// An object of JSON that is the first thing in the file. It ends where JSON says, or, if there is a mistake in it,
/// with the first line that is only its brace, else with its paragraph.
fn object(text: &str) -> Option<Found> {
    let start = text.len() - text.trim_start().len();
    let found = braces(&text[start..])?;
    Some(found.behind(start))
}

fn braces(text: &str) -> Option<Found> {
    let inside = text.strip_prefix('{')?;
    // `{% raw %}`, `{{ title }}`, `{: .toc }`
    if inside.starts_with(['{', '%', '#', ':', '.', '<']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let whole = matches!(values.next(), Some(Ok(_))).then(|| values.byte_offset());
    if let Some(end) = whole
        && let Some(found) = ended(text, end)
    {
        return inside.trim_start().starts_with('"').then_some(found);
    }
    let alone = inside
        .lines()
        .next()
        .is_none_or(|rest| rest.trim().is_empty());
    let line = text.find("\n}").filter(|_| alone).map(|at| at + 2);
    let end = line.unwrap_or_else(|| paragraph(text));
    let quoted = inside.trim_start().starts_with(['"', '\'', '/']);
    let meant = if alone || quoted {
        is_meant(&text[..end])
    } else {
        // `{title: Shop}` and `{panel}` are a wiki's.
        let line = text.lines().next().unwrap_or_default();
        is_meant(&line.replacen("title", "", 1))
    };
    if !meant {
        return None;
    }
    // Where nothing could be its end, that is all there is to say.
    if line.is_none() && alone {
        return Some(Found {
            language: Language::Json,
            text: Span::at(0),
            end: 0,
            closed: false,
        });
    }
    // What stands behind the brace is a part of the mistake.
    ended(
        text,
        end + text[end..].find('\n').unwrap_or(text.len() - end),
    )
}

/// The length of the lines that `text` begins with, up to the first blank one.
fn paragraph(text: &str) -> usize {
    let lines = text.split_inclusive('\n');
    let lines = lines.take_while(|line| !line.trim().is_empty());
    let length: usize = lines.map(str::len).sum();
    text[..length].trim_end().len()
}

/// Front matter that ends at `end`, where nothing else stands on that line.
fn ended(text: &str, end: usize) -> Option<Found> {
    let behind = &text[end..];
    let line = behind.find('\n').map_or(behind.len(), |at| at + 1);
    behind[..line].trim().is_empty().then(|| Found {
        language: Language::Json,
        text: Span::new(0, end),
        end: end + line,
        closed: true,
    })
}

/// Whether what begins with a brace, and is no JSON, names a key that we know: `"vars"`, `'vars'` or `vars` with a
/// colon behind it. Else it is somebody else's.
fn is_meant(text: &str) -> bool {
    let names = |before: &str| {
        let key = before.trim_end();
        let bare = key.trim_end_matches(['"', '\'']);
        KEYS.iter().any(|known| {
            let before = bare.strip_suffix(known);
            before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric()))
        })
    };
    text.match_indices(':').any(|(at, _)| names(&text[..at]))
}

/// Whether what stands between two lines `---` is YAML, and not a part of the text between rules.
fn says_something(inside: &str) -> bool {
    let mut lines = inside
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    match lines.next() {
        Some(line) => {
            let begins = key(line).is_some() || line.starts_with(['{', '"', '\'']);
            begins && !ends_in_heading(inside)
        }
        None => !inside.contains('#'),
    }
}

/// Whether a line of `inside` begins with a key by which front matter is known.
fn has_our_keys(inside: &str) -> bool {
    let mut keys = inside.lines().filter_map(key);
    keys.any(|key| KEYS.contains(&key))
}

/// Whether the last thing in `inside` is a heading: what would be a comment of YAML stands by
/// itself, with nothing behind it that it could be about.
fn ends_in_heading(inside: &str) -> bool {
    let mut lines = inside.trim_end().lines().rev();
    let last = lines.next().unwrap_or("");
    let alone = lines.next().is_some_and(|line| line.trim().is_empty());
    let marks = last.len() - last.trim_start_matches('#').len();
    alone && (1..=6).contains(&marks) && last[marks..].starts_with(' ')
}

/// The key that a line of YAML begins with.
fn key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let fits = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (fits && (rest.is_empty() || rest.starts_with(' '))).then_some(key)
}

#[cfg(test)]
#[path = "../tests/front.rs"]
mod tests;
