//! Where a text of a plan came from: a script or SQL, taken out of its fence or its string, knows
//! for each of its bytes where in the file that byte stands.

use std::borrow::Cow;
use std::ops::Range;

use super::source::{Source, Span};

/// The way from places in a text back to places in the file it was taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin(Way);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// Stretches of the text that stand in the file as they are: offsets in the text, in the file.
    Stretches(Vec<(u32, u32)>),
    /// A quoted string of TOML, its quotes included. It is read again only when somebody asks.
    Quoted(Span),
}

impl Default for Way {
    fn default() -> Self {
        Way::Stretches(Vec::new())
    }
}

impl Origin {
    /// The origin of a text made of lines; each stands at its place in the file as it is.
    pub(super) fn lines(lines: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut text = 0;
        Origin::stretches(lines.into_iter().map(|(at, length)| {
            let here = (narrow(text), narrow(at));
            text += length + 1;
            here
        }))
    }

    /// The origin of the value of a TOML string that stands at `span`.
    pub(super) fn quoted(span: Span) -> Self {
        Origin(Way::Quoted(span))
    }

    /// Where the bytes of `range` in `text`, which has this origin, stand in `source`.
    pub fn span(&self, text: &str, range: Range<usize>, source: &Source) -> Span {
        let start = self.locate(text, range.start, source);
        let last = range.end.saturating_sub(1).max(range.start);
        let end = if range.is_empty() {
            start
        } else {
            self.locate(text, last, source) + 1
        };
        let whole = source.text();
        let start = whole.floor_char_boundary(start);
        Span::new(start, whole.ceil_char_boundary(end).max(start))
    }

    /// The same origin, made to answer many questions about `text`: a string of TOML is read here,
    /// and not once for each of them.
    pub(super) fn read(&self, text: &str, source: &Source) -> Cow<'_, Origin> {
        match &self.0 {
            Way::Stretches(_) => Cow::Borrowed(self),
            Way::Quoted(span) => {
                let places = quoted_places(source.slice(*span), text);
                let places = places.map(|(start, at)| (narrow(start), narrow(span.start + at)));
                Cow::Owned(Origin::stretches(places))
            }
        }
    }

    fn stretches(places: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut stretches: Vec<(u32, u32)> = Vec::new();
        let gap = |(start, from): (u32, u32)| from.wrapping_sub(start);
        for here in places {
            if stretches.last().is_none_or(|last| gap(*last) != gap(here)) {
                stretches.push(here);
            }
        }
        Origin(Way::Stretches(stretches))
    }

    /// The string that this is the origin of. Of other texts it is not known where they end.
    pub(super) fn whole(&self) -> Option<Span> {
        match &self.0 {
            Way::Stretches(_) => None,
            Way::Quoted(span) => Some(*span),
        }
    }

    fn locate(&self, text: &str, offset: usize, source: &Source) -> usize {
        match &self.0 {
            Way::Stretches(stretches) => {
                let next = stretches.partition_point(|(start, _)| *start as usize <= offset);
                next.checked_sub(1).map_or(0, |ix| {
                    let (start, at) = stretches[ix];
                    at as usize + (offset - start as usize)
                })
            }
            Way::Quoted(span) => span.start + quoted_offset(source.slice(*span), text, offset),
        }
    }
}

/// Offsets in files over four gigabytes are of no use to anybody.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Where in `raw`, a TOML string with its quotes, the byte at `offset` of its value stands.
fn quoted_offset(raw: &str, value: &str, offset: usize) -> usize {
    let places = quoted_places(raw, value);
    let mut last = 0;
    for (start, at) in places {
        last = at;
        if start >= offset {
            break;
        }
    }
    last
}

/// For each character of `value`, and for its end, where it stands there: offsets in the value, in
/// `raw`.
fn quoted_places<'t>(raw: &'t str, value: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
    let long = raw.starts_with("\"\"\"") || raw.starts_with("'''");
    let escapes = raw.starts_with('"');
    let mut at = if long { 3 } else { 1 };
    if long {
        // A line break right behind the quotes is not part of the value.
        at += match raw.as_bytes().get(at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n', ..]) => 1,
            _ => 0,
        };
    }
    let mut done = 0;
    value.chars().map(Some).chain([None]).map(move |c| {
        let Some(c) = c else { return (done, at) };
        let rest = raw.get(at..).unwrap_or("");
        at += match rest.as_bytes() {
            [b'\\', ..] if escapes && long => folded(rest),
            [b'\r', b'\n', ..] if c == '\n' => 1,
            _ => 0,
        };
        let here = (done, at);
        let rest = raw.get(at..).unwrap_or("");
        at += match rest.as_bytes() {
            [b'\\', b'x', ..] if escapes => 4,
            [b'\\', b'u', ..] if escapes => 6,
            [b'\\', b'U', ..] if escapes => 10,
            [b'\\', ..] if escapes => 2,
            _ => c.len_utf8(),
        };
        done += c.len_utf8();
        here
    })
}

/// The length of what a `\` at the end of a line takes out of the value: up to the next word.
fn folded(rest: &str) -> usize {
    let mut at = 0;
    while let Some(tail) = rest[at..].strip_prefix('\\') {
        let blank = tail.len() - tail.trim_start().len();
        if !tail[..blank].contains('\n') {
            break;
        }
        at += 1 + blank;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_stand_apart_are_found_again() {
        let source = Source::new("p.md", "- x\n  ab\n  # no\n  cd\n");
        let text = "ab\ncd";
        let origin = Origin::lines([(6, 2), (18, 2)]);
        let of = |range| source.slice(origin.span(text, range, &source)).to_owned();
        assert_eq!(of(0..2), "ab");
        assert_eq!(of(3..5), "cd");
        assert_eq!(of(4..5), "d");
        assert_eq!(Origin::lines([(5, 3), (9, 2)]), Origin::lines([(5, 6)]));
    }

    #[test]
    fn strings_are_read_again_with_their_escapes() {
        for (raw, word) in [
            ("'a é curl b'", "curl"),
            ("\"say \\\"hi\\\" \\u00e9 curl\"", "curl"),
            ("\"\"\"\nfirst\ncurl x\"\"\"", "curl"),
            ("'''\r\nfirst\r\ncurl x'''", "curl"),
            ("\"\"\"one \\\n   \\\n   curl\"\"\"", "curl"),
        ] {
            let text = format!("shell = {raw}\n");
            let root: toml::Table = toml::from_str(&text).unwrap();
            let value = root["shell"].as_str().unwrap();
            let source = Source::new("p.toml", text.clone());
            let origin = Origin::quoted(Span::new(8, 8 + raw.len()));
            let at = value.find(word).unwrap();
            let span = origin.span(value, at..at + word.len(), &source);
            assert_eq!(source.slice(span), word, "{raw}");
        }
    }
}
