//! From a file's text to its blocks. The library tells events; here each is passed on to what it
//! builds.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::blocks::{Block, Heading, Kind};
use super::builder::{Builder, Container};
use crate::plan::ledger::Element;
use crate::plan::source::Span;

/// What was read.
pub(super) struct Parsed {
    pub(super) blocks: Vec<Block>,
    /// What is accounted for, in the order of the file.
    pub(super) elements: Vec<(Element, Span)>,
    /// Fenced blocks that nothing closes.
    pub(super) unclosed: Vec<Span>,
    /// Lines of running text that look as if a fenced block began there.
    pub(super) swallowed: Vec<Span>,
}

/// Reads `text` from its byte `from` on; all spans are places in the whole text.
///
/// Front matter is not left to the library, which takes any two lines `---` for it, wherever they
/// stand; nor are the ids of headings, which may be braces meant for another tool.
pub(super) fn parse(text: &str, from: usize) -> Parsed {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let body = text.get(from..).unwrap_or("");
    let mut builder = Builder::new(text, from);
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        builder.event(event, range.start + from..range.end + from);
    }
    builder.finish()
}

/// The word that an alert begins with.
fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "NOTE",
        BlockQuoteKind::Tip => "TIP",
        BlockQuoteKind::Important => "IMPORTANT",
        BlockQuoteKind::Warning => "WARNING",
        BlockQuoteKind::Caution => "CAUTION",
    }
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) if self.in_code() => self.code_text(&text, &range),
            Event::TaskListMarker(_) => self.task_box(&range),
            Event::Html(_) => {}
            Event::Rule => self.leaf(Kind::Rule, range.into()),
            inline => self.inline(inline, &range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::TableCell => self.open_text(&range),
            Tag::Heading { .. } => {
                self.account(Element::Heading, range.clone().into());
                self.open_text(&range);
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => self.open_code(None, range.into()),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                self.open_code(Some(info.into_string()), range.into());
            }
            Tag::BlockQuote(kind) => {
                self.open(Container::Quote(kind.map(alert)), range.into());
            }
            Tag::FootnoteDefinition(_) => self.open(Container::Quote(None), range.into()),
            Tag::List(first) => {
                let ordered = first.is_some();
                let items = Vec::new();
                self.open(Container::List { ordered, items }, range.into());
            }
            Tag::Item => self.open_item(range.into()),
            Tag::Table(_) => self.open_table(),
            Tag::TableHead | Tag::TableRow => self.open_row(range.into()),
            Tag::HtmlBlock => self.flush(),
            inline => self.writer_at(&range).open(&inline),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::Heading(level) => {
                let heading = Heading {
                    level: level as u8,
                    inline: self.take_text(),
                    account: Some(self.last_account()),
                };
                self.leaf(Kind::Heading(heading), range.into());
            }
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::List(_) | TagEnd::Item => {
                self.close();
            }
            TagEnd::Table => self.close_table(range.into()),
            TagEnd::TableHead | TagEnd::TableRow => {}
            TagEnd::TableCell => self.close_cell(),
            TagEnd::HtmlBlock => self.leaf(Kind::Other, range.into()),
            inline => self.writer_at(&range).close(inline),
        }
    }

    fn inline(&mut self, event: Event<'_>, range: &Range<usize>) {
        let Some(hidden) = self.boxed(range) else {
            return;
        };
        let writer = self.writer_at(range);
        match event {
            Event::Text(text) if hidden > 0 => writer.push(text.get(hidden..).unwrap_or(&text)),
            event => writer.write(event),
        }
    }
}
