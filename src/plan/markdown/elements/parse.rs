//! From a file's text to its blocks. The library tells events; here each is passed on to what it
//! builds. A long text is read in two parts at the same time, if nothing reaches over a heading in its middle.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::blocks::{Block, Heading, Kind};
use super::builder::{Builder, Container};
use crate::plan::ledger::Element;
use crate::plan::parallel;
use crate::plan::source::Span;

/// How long a text is of which a part is worth a thread, in bytes.
const LONG: usize = 128 << 10;

/// What was read.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Parsed {
    pub(in crate::plan::markdown) blocks: Vec<Block>,
    /// What is accounted for, in the order of the file.
    pub(in crate::plan::markdown) elements: Vec<(Element, Span)>,
    /// Fenced blocks that nothing closes.
    pub(in crate::plan::markdown) unclosed: Vec<Span>,
    /// Lines of running text that look as if a fenced block began there.
    pub(in crate::plan::markdown) swallowed: Vec<Span>,
}

/// Reads `text` from its byte `from` on; all spans are places in the whole text.
///
/// Front matter is not left to the library, which takes any two lines `---` for it, wherever they
/// stand; nor are the ids of headings, which may be braces meant for another tool.
pub(in crate::plan::markdown) fn parse(text: &str, from: usize) -> Parsed {
    let long = text.len().saturating_sub(from) >= LONG;
    let middle = from + text.len().saturating_sub(from) / 2;
    let cut = long.then(|| heading_behind(text, from, middle)).flatten();
    cut.and_then(|cut| in_parts(text, from, cut))
        .unwrap_or_else(|| part(text, from..text.len()))
}

/// Where behind the byte `at` of `text` a heading stands that ends all blocks but those that only a line of
/// their own ends. There is none where a line of the text from `from` on may define what others refer to.
fn heading_behind(text: &str, from: usize, at: usize) -> Option<usize> {
    if text.get(from..)?.contains("]:") {
        return None;
    }
    let at = text.ceil_char_boundary(at);
    let marks = text.get(at..)?.match_indices("\n\n#");
    marks.map(|(found, _)| at + found + 2).find(|&heading| {
        let level = text[heading..].bytes().take_while(|byte| *byte == b'#');
        let level = level.count();
        level <= 6 && text[heading + level..].starts_with(' ')
    })
}

/// Reads `text` up to the heading at `cut` and from it on, if nothing that is open there goes on behind it.
fn in_parts(text: &str, from: usize, cut: usize) -> Option<Parsed> {
    let (first, rest) = parallel::both(
        true,
        || part(text, from..cut),
        || part(text, cut..text.len()),
    );
    let open = first.blocks.last().is_some_and(|block| match block.kind {
        Kind::Other => block.span.end >= cut,
        _ => first
            .unclosed
            .iter()
            .any(|span| span.start == block.span.start),
    });
    (!open).then(|| first.with(rest))
}

fn part(text: &str, range: Range<usize>) -> Parsed {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let from = range.start;
    let body = text.get(range).unwrap_or("");
    let mut builder = Builder::new(text, from);
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        builder.event(event, range.start + from..range.end + from);
    }
    builder.finish()
}

impl Parsed {
    /// This, and the `rest` of the text behind it.
    fn with(mut self, mut rest: Parsed) -> Self {
        count_from(self.elements.len(), &mut rest.blocks);
        self.blocks.append(&mut rest.blocks);
        self.elements.append(&mut rest.elements);
        self.unclosed.append(&mut rest.unclosed);
        self.swallowed.append(&mut rest.swallowed);
        self
    }
}

/// Adds `before` to the number of each element among `blocks`.
fn count_from(before: usize, blocks: &mut [Block]) {
    for block in blocks {
        match &mut block.kind {
            Kind::Heading(heading) => heading.account = heading.account.map(|own| own + before),
            Kind::Fence(fence) => fence.account += before,
            Kind::Quote(quote) => count_from(before, &mut quote.blocks),
            Kind::List(list) => {
                for item in &mut list.items {
                    if let Some(task) = &mut item.task {
                        task.account += before;
                    }
                    count_from(before, &mut item.blocks);
                }
            }
            _ => {}
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is said of `text`, read in two parts at each heading where that may be.
    fn reads_the_same_in_parts(text: &str) -> usize {
        let whole = format!("{:?}", part(text, 0..text.len()));
        let mut parted = 0;
        let mut at = 0;
        while let Some(cut) = heading_behind(text, 0, at) {
            if let Some(parts) = in_parts(text, 0, cut) {
                assert_eq!(format!("{parts:?}"), whole, "at {cut} of {text}");
                parted += 1;
            }
            at = cut;
        }
        parted
    }

    #[test]
    fn a_text_read_in_parts_is_the_same_as_read_at_once() {
        let text = "# Plan\n\n- [ ] one\n\n  ```sh\n  ls\n  ```\n\n## Steps\n\n1. a\n\n   b\n\n\n\n### More\n\n\
            > [!NOTE]\n> said\n> - [x] two\n\n## Table\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Last\n\n    indented\n\n\
            - [ ] three\n  - [-] four\n\n<!-- closed -->\n\n# End\n\ntext\n";
        assert_eq!(reads_the_same_in_parts(text), 5);
    }

    #[test]
    fn what_reaches_over_a_heading_is_read_at_once() {
        for text in [
            "```sh\nls\n\n# no heading\n\nrm x\n```\n",
            "~~~\n\n## none\n\n~~~\n",
            "<!--\n\n# none\n\n-->\n",
            "<pre>\n\n# none\n\n</pre>\n",
            "See [a].\n\n# One\n\n[a]: https://a.example\n",
            "Said[^1].\n\n# One\n\n[^1]: so\n",
        ] {
            assert_eq!(reads_the_same_in_parts(text), 0, "{text}");
        }
    }

    #[test]
    fn shapes_of_runbooks_read_the_same_in_parts() {
        let shapes = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shapes");
        let files = std::fs::read_dir(shapes).expect("the folder of shapes");
        let texts = files.map(|file| std::fs::read(file.expect("a file").path()));
        let parted = texts
            .filter_map(|text| String::from_utf8(text.ok()?).ok())
            .map(|text| reads_the_same_in_parts(&text));
        assert!(parted.sum::<usize>() > 100);
    }
}
