//! The shape of a Markdown file: blocks in blocks, each with its place in the file.

use super::fence::Language;
use super::programs;
use super::transcript;
use crate::plan::draft::Mark;
use crate::plan::source::Span;

/// A paragraph, a list, a fenced block and so on.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// What it holds, itself included.
    pub(super) holds: Holds,
}

/// What is in a block, so that nobody has to go and look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holds {
    /// A task item.
    pub(super) tasks: bool,
    /// A fenced block in a language that can be run.
    pub(super) work: bool,
}

impl Holds {
    pub(super) fn add(&mut self, other: Holds) {
        self.tasks |= other.tasks;
        self.work |= other.work;
    }
}

/// The sorts of blocks that are told apart.
#[derive(Debug)]
pub(super) enum Kind {
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
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) inline: Inline,
    pub(super) account: Option<usize>,
}

/// A quotation, or a footnote.
#[derive(Debug)]
pub(super) struct Quote {
    /// What it warns of, where it is an alert: `[!WARNING]`.
    pub(super) alert: Option<&'static str>,
    pub(super) blocks: Vec<Block>,
}

/// A list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) ordered: bool,
    pub(super) items: Vec<Item>,
}

/// One item of a list.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) task: Option<Task>,
    pub(super) blocks: Vec<Block>,
    /// The whole item.
    pub(super) span: Span,
    pub(super) holds: Holds,
}

/// The box of a task item, and its number in the account of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub(super) mark: Option<Mark>,
    pub(super) account: usize,
}

/// A fenced block.
#[derive(Debug)]
pub(super) struct Fence {
    /// What stands behind the opening fence.
    pub(super) info: String,
    pub(super) language: Language,
    pub(super) text: String,
    /// Where in the file pieces of the text come from: offsets in the text, offsets in the file.
    pub(super) chunks: Vec<(usize, usize)>,
    pub(super) account: usize,
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
        }
    }

    /// Why it is kept for reading, if it looks as if it should be run.
    pub(super) fn why_unread(&self) -> Option<&'static str> {
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
    pub(super) fn is_unclear(&self) -> bool {
        self.language == Language::Unclear
    }

    /// Where in the file the byte at `offset` of the text stands.
    pub(super) fn locate(&self, offset: usize) -> usize {
        let next = self.chunks.partition_point(|(start, _)| *start <= offset);
        next.checked_sub(1).map_or(0, |ix| {
            let (start, at) = self.chunks[ix];
            at + (offset - start)
        })
    }
}

/// A table; the first row is its head.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) span: Span,
}

/// The text of a paragraph, a heading or a cell, its markup taken off.
#[derive(Clone, Debug, Default)]
pub(super) struct Inline {
    /// The text; where the file breaks a line, so does the text.
    pub(super) text: String,
    /// How many bytes from the start on are bold.
    pub(super) bold: usize,
    /// Links whose text does not tell where they lead: text and address.
    pub(super) links: Vec<(String, String)>,
    /// The text and the address of the last link that leads to a place in the same file.
    pub(super) inner: Option<(String, String)>,
}

impl Inline {
    /// The text as one line.
    pub(super) fn one_line(&self) -> String {
        one_line(&self.text)
    }

    /// Whether the text begins in bold.
    pub(super) fn leads_bold(&self) -> bool {
        self.bold > 0
    }

    /// Whether all of it is bold, a colon at the end aside.
    pub(super) fn is_bold(&self) -> bool {
        let rest = self.text.get(self.bold..).unwrap_or("");
        self.leads_bold() && rest.trim().trim_end_matches([':', '：']).is_empty()
    }
}

/// `text` with every run of white space as one space.
pub(super) fn one_line(text: &str) -> String {
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
    pub(super) fn heading(&self) -> Option<&Heading> {
        match &self.kind {
            Kind::Heading(heading) => Some(heading),
            _ => None,
        }
    }

    /// The text, if this is a paragraph.
    pub(super) fn paragraph(&self) -> Option<&Inline> {
        match &self.kind {
            Kind::Paragraph(inline) => Some(inline),
            _ => None,
        }
    }
}

impl Item {
    /// The text that the item begins with, and what follows it.
    pub(super) fn head(&self) -> (Option<&Inline>, &[Block]) {
        match self.blocks.split_first() {
            Some((first, rest)) if first.paragraph().is_some() => (first.paragraph(), rest),
            _ => (None, &self.blocks),
        }
    }
}
