//! YAML as a tree: the part of it that front matter needs. One document, no anchors, no tags.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::{Entries, MAX_DEPTH, Node, Value};
use crate::plan::draft::Placed;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Reads `text`, which begins at the byte `from` of its file. What stands before a mistake is read.
pub(in crate::plan) fn parse(text: &str, from: usize, problems: &mut Vec<Problem>) -> Node {
    let places = Places::new(text, from);
    let mut builder = Builder {
        open: Vec::new(),
        root: None,
        skipped: 0,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((Event::StreamEnd | Event::DocumentEnd, _)) => break,
            Ok((event, span)) => {
                let span = Span::new(
                    places.byte(span.start.index()),
                    places.byte(span.end.index()),
                );
                if let Some(problem) = builder.event(event, span) {
                    problems.push(problem);
                }
            }
            Err(error) => {
                problems.push(syntax(&error, &places));
                break;
            }
        }
    }
    builder.finish(from)
}

fn syntax(error: &ScanError, places: &Places) -> Problem {
    let at = places.byte(error.marker().index());
    Problem::error("yaml-syntax", Span::at(at), error.info().to_owned())
        .hint("a value with a colon or a `#` in it needs quotes")
}

/// From the parser's places, which count characters, to bytes of the file.
struct Places {
    /// The byte of each character; empty where characters are bytes.
    bytes: Vec<usize>,
    from: usize,
    length: usize,
}

impl Places {
    fn new(text: &str, from: usize) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).collect()
        };
        Places {
            bytes,
            from,
            length: text.len(),
        }
    }

    fn byte(&self, index: usize) -> usize {
        let at = if self.bytes.is_empty() {
            index.min(self.length)
        } else {
            self.bytes.get(index).copied().unwrap_or(self.length)
        };
        self.from + at
    }
}

/// A list or a table that is not yet closed.
enum Open {
    List(Vec<Node>, Span),
    /// The entries so far, and the key whose value comes next.
    Table(Entries, Option<Placed<String>>, Span),
}

struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    /// How many lists and tables are open that were too deep.
    skipped: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Option<Problem> {
        match event {
            Event::Scalar(text, style, ..) if self.skipped == 0 => {
                return self.put(Node::new(scalar(&text, style), span));
            }
            Event::SequenceStart(..) => self.start(Open::List(Vec::new(), span)),
            Event::MappingStart(..) => self.start(Open::Table(Entries::default(), None, span)),
            Event::SequenceEnd | Event::MappingEnd => return self.end(),
            Event::Alias(_) => {
                let problem = Problem::warning("yaml-alias", span, "anchors are not followed here")
                    .hint("write the value once more");
                return Some(self.put(Node::new(Value::Nothing, span)).unwrap_or(problem));
            }
            _ => {}
        }
        None
    }

    fn start(&mut self, open: Open) {
        if self.skipped > 0 || self.open.len() >= MAX_DEPTH {
            self.skipped += 1;
        } else {
            self.open.push(open);
        }
    }

    fn end(&mut self) -> Option<Problem> {
        if self.skipped > 0 {
            self.skipped -= 1;
            let nothing = Node::new(Value::Nothing, Span::at(0));
            return (self.skipped == 0).then(|| self.put(nothing)).flatten();
        }
        let node = match self.open.pop()? {
            Open::List(items, span) => Node::new(Value::List(items), span),
            Open::Table(entries, _, span) => Node::new(Value::Table(entries), span),
        };
        self.put(node)
    }

    /// Puts a finished value where it belongs. A key that is there twice is a mistake.
    fn put(&mut self, node: Node) -> Option<Problem> {
        match self.open.last_mut() {
            None => self.root = self.root.take().or(Some(node)),
            Some(Open::List(items, _)) => items.push(node),
            Some(Open::Table(entries, key, _)) => match key.take() {
                None => *key = Some(Placed::new(node.scalar().unwrap_or_default(), node.span)),
                Some(key) => {
                    // Only short tables are searched: nobody writes long ones by hand.
                    let twice = entries.0.len() < 200 && entries.get(&key.value).is_some();
                    let problem = twice.then(|| {
                        let message = format!("`{}` is there twice", key.value);
                        Problem::error("yaml-syntax", key.span, message)
                    });
                    entries.0.push((key, node));
                    return problem;
                }
            },
        }
        None
    }

    /// What was read; a mistake may have left lists and tables open.
    fn finish(mut self, from: usize) -> Node {
        self.skipped = 0;
        while !self.open.is_empty() {
            self.end();
        }
        let empty = || Node::new(Value::Table(Entries::default()), Span::at(from));
        self.root.unwrap_or_else(empty)
    }
}

/// A scalar by YAML's core schema: only what stands without quotes can be anything but text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Nothing,
        "true" | "True" | "TRUE" => Value::Boolean(true),
        "false" | "False" | "FALSE" => Value::Boolean(false),
        _ if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) => {
            Value::Integer(text.to_owned(), 10)
        }
        _ if numeric && text.parse::<f64>().is_ok() => Value::Float(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Node, Vec<Problem>) {
        let mut problems = Vec::new();
        let node = parse(text, 10, &mut problems);
        (node, problems)
    }

    #[test]
    fn values_know_what_they_are_and_where_they_stand() {
        let text = "é: 1\ntitle: \"Zürich: go\"\nlist: [a, 2.5, true, ~]\n";
        let (node, problems) = read(text);
        assert!(problems.is_empty(), "{problems:?}");
        let Value::Table(entries) = &node.value else {
            panic!()
        };
        let title = entries.get("title").unwrap();
        assert_eq!(title.scalar().as_deref(), Some("Zürich: go"));
        assert_eq!(
            &text[title.span.start - 10..title.span.end - 10],
            "\"Zürich: go\""
        );
        let Value::List(items) = &entries.get("list").unwrap().value else {
            panic!()
        };
        let sorts: Vec<_> = items.iter().map(Node::sort).collect();
        assert_eq!(sorts, ["a string", "a number", "true or false", "nothing"]);
    }

    #[test]
    fn a_mistake_has_its_place_and_what_stands_before_it_is_read() {
        let (node, problems) = read("title: Go\nvars: {a: 'b'\nx: : y\n");
        assert_eq!(problems.len(), 1);
        assert!(problems[0].span.start > 10, "{problems:?}");
        let Value::Table(entries) = &node.value else {
            panic!()
        };
        assert!(entries.get("title").is_some());
        let (_, problems) = read("a: 1\na: 2\n");
        assert_eq!(problems[0].span.start, 15);
    }

    #[test]
    fn deep_nesting_is_cut_off_without_harm() {
        for text in [
            "[".repeat(5000) + &"]".repeat(5000),
            "[".repeat(5000),
            "- ".repeat(5000),
        ] {
            let (node, problems) = read(&text);
            assert!(matches!(node.value, Value::List(_)) || !problems.is_empty());
        }
        let (_, problems) = read("a: &x 1\nb: *x\n");
        assert_eq!(problems[0].code, "yaml-alias");
    }
}
