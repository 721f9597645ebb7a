//! Running text: emphasis and code marks are taken off, the words stay.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::blocks::Inline;

/// HTML that only dresses text. Whatever else stands in angle brackets is text, such as a
/// placeholder.
const DRESSING: [&str; 24] = [
    "a", "abbr", "b", "br", "code", "del", "details", "div", "em", "font", "hr", "i", "img", "ins",
    "kbd", "mark", "p", "s", "small", "span", "strong", "sub", "summary", "sup",
];

/// Writes one paragraph, heading or cell.
pub(super) struct Writer {
    /// Where in the file the text begins and, so far, ends.
    pub(super) start: usize,
    pub(super) end: usize,
    inline: Inline,
    strong: usize,
    /// Whether the text began in bold and still is.
    bold: bool,
    links: Vec<(usize, String)>,
}

impl Writer {
    pub(super) fn new(start: usize) -> Self {
        Writer {
            start,
            end: start,
            inline: Inline::default(),
            strong: 0,
            bold: false,
            links: Vec::new(),
        }
    }

    pub(super) fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Strong => {
                self.strong += 1;
                self.bold |= self.inline.text.trim().is_empty();
            }
            // What is struck out says so wherever it is shown.
            Tag::Strikethrough => self.push("~~"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links
                    .push((self.inline.text.len(), dest_url.to_string()));
            }
            _ => {}
        }
    }

    pub(super) fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => {
                self.strong = self.strong.saturating_sub(1);
                if self.bold && self.strong == 0 {
                    self.bold = false;
                    self.inline.bold = self.inline.text.trim_end().len();
                }
            }
            TagEnd::Strikethrough => self.push("~~"),
            TagEnd::Link | TagEnd::Image => {
                if let Some((at, url)) = self.links.pop() {
                    let text = self.inline.text.get(at..).unwrap_or("").to_owned();
                    let told = url.is_empty() || text.contains(&url);
                    if url.starts_with('#') {
                        self.inline.inner = Some((text, url));
                    } else if !told {
                        self.inline.links.push((text, url));
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => self.push(&text),
            Event::Code(code) => self.push(&code),
            Event::InlineHtml(html) => match dressing(&html) {
                Some("br") => self.push("\n"),
                Some("del" | "s") => self.push("~~"),
                Some(_) => {}
                None => self.push(&html),
            },
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::FootnoteReference(name) => self.push(&format!("[^{name}]")),
            _ => {}
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        // What separates a task's box from its text is neither's.
        if self.inline.text.is_empty() {
            self.inline.text.push_str(text.trim_start());
        } else {
            self.inline.text.push_str(text);
        }
    }

    pub(super) fn finish(mut self) -> Inline {
        self.inline.text.truncate(self.inline.text.trim_end().len());
        self.inline.bold = self.inline.bold.min(self.inline.text.len());
        self.inline
    }
}

/// The name of the tag `html`, if it only dresses text.
fn dressing(html: &str) -> Option<&'static str> {
    if html.starts_with("<!--") {
        return Some("");
    }
    let name = html.trim_start_matches(['<', '/']);
    let length = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    let name = &name[..length];
    let known = DRESSING.iter().find(|tag| tag.eq_ignore_ascii_case(name));
    known.copied()
}
