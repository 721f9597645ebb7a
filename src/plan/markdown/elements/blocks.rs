//! The shape of a Markdown file: blocks in blocks, each with its place in the file.

use super::fence::Language;
use super::foreign;
use super::programs;
use super::transcript;
use crate::plan::draft::Mark;
use crate::plan::source::Span;

/// A paragraph, a list, a fenced block and so on.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Block {
    pub(in crate::plan::markdown) kind: Kind,
    pub(in crate::plan::markdown) span: Span,
    /// What it holds, itself included.
    pub(in crate::plan::markdown) holds: Holds,
}

/// What is in a block, so that nobody has to go and look.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::plan::markdown) struct Holds {
    /// A task item.
    pub(in crate::plan::markdown) tasks: bool,
    /// A fenced block in a language that can be run.
    pub(in crate::plan::markdown) work: bool,
}

impl Holds {
    pub(in crate::plan::markdown) fn add(&mut self, other: Holds) {
        self.tasks |= other.tasks;
        self.work |= other.work;
    }
}

/// The sorts of blocks that are told apart.
#[derive(Debug)]
pub(in crate::plan::markdown) enum Kind {
    Heading(Heading),
    Paragraph(Inline),
    Fence(Box<Fence>),
    List(List),
    Quote(Quote),
    Table(Table),
    /// `---`
    Rule,
    /// Code that is indented instead of fenced: nothing says what it is.
    Indented,
    /// HTML: text to keep as it is.
    Other,
}

/// A heading, with its number in the account of the file; none for a line that is one by its words only.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Heading {
    pub(in crate::plan::markdown) level: u8,
    pub(in crate::plan::markdown) inline: Inline,
    pub(in crate::plan::markdown) account: Option<usize>,
}

/// A quotation, or a footnote.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Quote {
    /// What it warns of, where it is an alert: `[!WARNING]`.
    pub(in crate::plan::markdown) alert: Option<&'static str>,
    pub(in crate::plan::markdown) blocks: Vec<Block>,
}

/// A list.
#[derive(Debug)]
pub(in crate::plan::markdown) struct List {
    pub(in crate::plan::markdown) ordered: bool,
    pub(in crate::plan::markdown) items: Vec<Item>,
}

/// One item of a list.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Item {
    pub(in crate::plan::markdown) task: Option<Task>,
    pub(in crate::plan::markdown) blocks: Vec<Block>,
    /// The whole item.
    pub(in crate::plan::markdown) span: Span,
    pub(in crate::plan::markdown) holds: Holds,
}

/// The box of a task item, and its number in the account of the file.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan::markdown) struct Task {
    pub(in crate::plan::markdown) mark: Option<Mark>,
    pub(in crate::plan::markdown) account: usize,
}

/// A fenced block.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Fence {
    /// What stands behind the opening fence.
    pub(in crate::plan::markdown) info: String,
    pub(in crate::plan::markdown) language: Language,
    pub(in crate::plan::markdown) text: String,
    /// Where in the file pieces of the text come from: offsets in the text, offsets in the file.
    pub(in crate::plan::markdown) chunks: Vec<(usize, usize)>,
    pub(in crate::plan::markdown) account: usize,
}

impl Fence {
    /// Looks, now that all its text is known, whether it can be run as what it calls itself.
    pub(super) fn judge(&mut self) {
        let console = self.language == Language::Console;
        let shell = matches!(self.language, Language::Shell(_));
        let unclear = match self.language {
            _ if console || shell => transcript::is_unclear(&self.text, console),
            Language::Sql => transcript::is_of_client(&self.text),
            _ => false,
        };
        if unclear {
            self.language = Language::Unclear;
        } else if shell && foreign::is_of_cmd(&self.text) {
            self.language = Language::Script;
        }
    }

    /// Why it is kept for reading, if it looks as if it should be run.
    pub(in crate::plan::markdown) fn why_unread(&self) -> Option<&'static str> {
        match self.language {
            Language::None if !self.text.trim().is_empty() => {
                Some("this block names no language: it is kept for reading")
            }
            Language::Text if programs::begins_with_command(&self.text) => Some(
                "this block calls itself text, and begins with a command: it is kept for reading",
            ),
            Language::Script => {
                Some("this block is in a language that is not run: it is kept for reading")
            }
            Language::Unclear => Some(
                "nothing tells for certain which lines of this transcript were typed: it is kept for reading",
            ),
            _ => None,
        }
    }

    /// Whether it is a transcript that can't be read for certain.
    pub(in crate::plan::markdown) fn is_unclear(&self) -> bool {
        self.language == Language::Unclear
    }

    /// Where in the file the byte at `offset` of the text stands.
    pub(in crate::plan::markdown) fn locate(&self, offset: usize) -> usize {
        let next = self.chunks.partition_point(|(start, _)| *start <= offset);
        next.checked_sub(1).map_or(0, |ix| {
            let (start, at) = self.chunks[ix];
            at + (offset - start)
        })
    }
}

/// A table; the first row is its head.
#[derive(Debug, Default)]
pub(in crate::plan::markdown) struct Table {
    pub(in crate::plan::markdown) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Default)]
pub(in crate::plan::markdown) struct Row {
    pub(in crate::plan::markdown) cells: Vec<String>,
    pub(in crate::plan::markdown) span: Span,
}

/// The text of a paragraph, a heading or a cell, its markup taken off.
#[derive(Clone, Debug, Default)]
pub(in crate::plan::markdown) struct Inline {
    /// The text; where the file breaks a line, so does the text.
    pub(in crate::plan::markdown) text: String,
    /// How many bytes from the start on are bold.
    pub(in crate::plan::markdown) bold: usize,
    /// Links whose text does not tell where they lead: text and address.
    pub(in crate::plan::markdown) links: Vec<(String, String)>,
    /// The text and the address of the last link that leads to a place in the same file.
    pub(in crate::plan::markdown) inner: Option<(String, String)>,
}

impl Inline {
    /// The text as one line.
    pub(in crate::plan::markdown) fn one_line(&self) -> String {
        one_line(&self.text)
    }

    /// Whether the text begins in bold.
    pub(in crate::plan::markdown) fn leads_bold(&self) -> bool {
        self.bold > 0
    }

    /// Whether all of it is bold, a colon at the end aside.
    pub(in crate::plan::markdown) fn is_bold(&self) -> bool {
        let rest = self.text.get(self.bold..).unwrap_or("");
        self.leads_bold() && rest.trim().trim_end_matches([':', '：']).is_empty()
    }
}

/// `text` with every run of white space as one space.
pub(in crate::plan::markdown) fn one_line(text: &str) -> String {
    // Most texts are plain, and telling so without a branch for every byte is quick.
    let odd = |byte: u8| byte.is_ascii_control() | !byte.is_ascii();
    let plain = !text.bytes().fold(false, |any, byte| any | odd(byte));
    if plain && !text.contains("  ") {
        return text.trim().to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

impl Block {
    /// The heading, if this is one.
    pub(in crate::plan::markdown) fn heading(&self) -> Option<&Heading> {
        match &self.kind {
            Kind::Heading(heading) => Some(heading),
            _ => None,
        }
    }

    /// The text, if this is a paragraph.
    pub(in crate::plan::markdown) fn paragraph(&self) -> Option<&Inline> {
        match &self.kind {
            Kind::Paragraph(inline) => Some(inline),
            _ => None,
        }
    }
}

impl Item {
    /// The text that the item begins with, and what follows it.
    pub(in crate::plan::markdown) fn head(&self) -> (Option<&Inline>, &[Block]) {
        match self.blocks.split_first() {
            Some((first, rest)) if first.paragraph().is_some() => (first.paragraph(), rest),
            _ => (None, &self.blocks),
        }
    }
}
