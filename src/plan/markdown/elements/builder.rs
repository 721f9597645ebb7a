//! Builds the tree of blocks while the library tells what it reads, and counts on the way what is
//! accounted for: headings, task items, fenced blocks.

use std::ops::Range;

use super::blocks::{Block, Fence, Holds, Inline, Item, Kind, List, Quote, Row, Table, Task};
use super::bullets;
use super::fence;
use super::inline::Writer;
use super::parse::Parsed;
use super::swallowed;
use super::task;
use crate::plan::ledger::Element;
use crate::plan::source::Span;

/// How deep lists and quotations may nest before what is inside is read as if it stood one level
/// higher: whatever walks the tree by recursion then needs little stack.
const MAX_DEPTH: usize = 48;

/// What holds blocks.
pub(super) enum Container {
    Root,
    /// A quotation or a footnote; an alert says of what sort it is.
    Quote(Option<&'static str>),
    List {
        ordered: bool,
        items: Vec<Item>,
    },
    Item(Option<Task>),
}

struct Frame {
    container: Container,
    blocks: Vec<Block>,
    span: Span,
    holds: Holds,
}

impl Frame {
    fn new(container: Container, span: Span) -> Self {
        // Most items hold one block.
        let blocks = match container {
            Container::Item(_) => Vec::with_capacity(1),
            _ => Vec::new(),
        };
        Frame {
            container,
            blocks,
            span,
            holds: Holds::default(),
        }
    }
}

struct Code {
    /// None for indented code.
    fence: Option<Box<Fence>>,
    span: Span,
}

/// A tree of blocks, unfinished.
pub(super) struct Builder<'t> {
    text: &'t str,
    /// The root, and the containers that are open.
    frames: Vec<Frame>,
    /// How many containers are open that were too deep to get a frame.
    skipped: usize,
    /// The text that is being written, if a paragraph, heading or cell is open.
    writer: Option<Writer>,
    /// Where the last task box ends: its brackets are no text.
    box_end: usize,
    /// The task whose item was too deep to get a frame, until its text is known.
    orphan: Option<(Task, Span)>,
    code: Option<Code>,
    table: Table,
    elements: Vec<(Element, Span)>,
    /// Fenced blocks that nothing closes.
    unclosed: Vec<Span>,
    /// Lines of running text that look as if one began there.
    swallowed: Vec<Span>,
}

impl<'t> Builder<'t> {
    /// A tree for `text` from its byte `from` on.
    pub(super) fn new(text: &'t str, from: usize) -> Self {
        Builder {
            text,
            frames: vec![Frame::new(Container::Root, Span::new(from, text.len()))],
            skipped: 0,
            writer: None,
            box_end: from,
            orphan: None,
            code: None,
            table: Table::default(),
            elements: Vec::new(),
            unclosed: Vec::new(),
            swallowed: Vec::new(),
        }
    }

    /// Counts an element; its number is the answer.
    pub(super) fn account(&mut self, element: Element, span: Span) -> usize {
        self.elements.push((element, span));
        self.elements.len() - 1
    }

    /// The number of the last element.
    pub(super) fn last_account(&self) -> usize {
        self.elements.len().saturating_sub(1)
    }

    /// How many bytes of the text at `range` belong to a task box; none of it may be left.
    pub(super) fn boxed(&self, range: &Range<usize>) -> Option<usize> {
        let hidden = self.box_end.saturating_sub(range.start);
        (range.end > self.box_end).then_some(hidden)
    }

    pub(super) fn open(&mut self, container: Container, span: Span) {
        self.flush();
        if self.skipped > 0 || self.frames.len() > MAX_DEPTH {
            self.skipped += 1;
        } else {
            self.frames.push(Frame::new(container, span));
        }
    }

    pub(super) fn open_item(&mut self, span: Span) {
        self.flush();
        let item = &self.text[span.start..span.end];
        let indent = item.len() - item.trim_start().len();
        let span = Span::new(span.start + indent, span.end);
        let found = task::find(&self.text[span.start..span.end]);
        let task = found.map(|found| {
            self.box_end = span.start + found.end;
            let line_end = self.text[span.start..].find('\n');
            let end = line_end.map_or(self.text.len(), |at| span.start + at);
            let account = self.account(Element::TaskItem, Span::new(span.start, end));
            Task {
                mark: found.mark,
                account,
            }
        });
        self.open(Container::Item(task), span);
        if let Some(task) = task {
            match self.frames.last_mut() {
                Some(frame) if self.skipped == 0 => frame.holds.tasks = true,
                _ => self.orphan = Some((task, span)),
            }
        }
    }

    /// A task box that only the library saw, such as one on the line after its bullet.
    pub(super) fn task_box(&mut self, range: &Range<usize>) {
        let Some(mark) = task::mark(&self.text[range.clone()]) else {
            return;
        };
        if range.end <= self.box_end {
            return;
        }
        self.box_end = range.end;
        let account = self.account(Element::TaskItem, range.clone().into());
        let task = Task { mark, account };
        match self.frames.last_mut() {
            Some(frame) if self.skipped == 0 => {
                if let Container::Item(slot) = &mut frame.container {
                    *slot = Some(task);
                }
                frame.holds.tasks = true;
            }
            _ => self.orphan = Some((task, range.clone().into())),
        }
    }

    pub(super) fn close(&mut self) {
        self.flush();
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let kind = match frame.container {
            Container::Root => return,
            Container::Quote(alert) => Kind::Quote(Quote {
                alert,
                blocks: frame.blocks,
            }),
            Container::List { ordered, items } => Kind::List(List { ordered, items }),
            Container::Item(task) => {
                let item = Item {
                    task,
                    blocks: frame.blocks,
                    span: frame.span,
                    holds: frame.holds,
                };
                return self.push_item(item);
            }
        };
        self.push(kind, frame.span, frame.holds);
    }

    fn push_item(&mut self, item: Item) {
        if let Some(frame) = self.frames.last_mut() {
            frame.holds.add(item.holds);
            if let Container::List { items, .. } = &mut frame.container {
                items.push(item);
            }
        }
    }

    fn push(&mut self, kind: Kind, span: Span, holds: Holds) {
        if let Some(frame) = self.frames.last_mut() {
            frame.holds.add(holds);
            frame.blocks.push(Block { kind, span, holds });
        }
    }

    /// A block without blocks in it.
    pub(super) fn leaf(&mut self, kind: Kind, span: Span) {
        self.flush();
        self.push(kind, span, Holds::default());
    }

    pub(super) fn open_text(&mut self, range: &Range<usize>) {
        self.flush();
        self.writer = Some(Writer::new(range.start));
    }

    /// The text that is being written at `range`; nothing announces that of a tight item.
    pub(super) fn writer_at(&mut self, range: &Range<usize>) -> &mut Writer {
        let writer = self.writer.get_or_insert_with(|| Writer::new(range.start));
        writer.end = writer.end.max(range.end);
        writer
    }

    pub(super) fn take_text(&mut self) -> Inline {
        self.writer.take().map(Writer::finish).unwrap_or_default()
    }

    /// Ends the text that is being written: as a paragraph, which is what a tight item's text is.
    pub(super) fn flush(&mut self) {
        let paragraph = self.writer.take().map(|writer| Block {
            span: Span::new(writer.start, writer.end),
            kind: Kind::Paragraph(writer.finish()),
            holds: Holds::default(),
        });
        if let Some(block) = &paragraph {
            let found = swallowed::fence_in(self.text, block.span);
            self.swallowed.extend(found);
        }
        match (self.orphan.take(), paragraph) {
            (Some((task, span)), paragraph) => self.push_orphan(task, span, paragraph),
            (None, Some(block)) => {
                let block = bullets::list(block, self.text);
                self.push(block.kind, block.span, block.holds);
            }
            (None, None) => {}
        }
    }

    /// Keeps a task that is too deep as a list of its own.
    fn push_orphan(&mut self, task: Task, span: Span, paragraph: Option<Block>) {
        let holds = Holds {
            tasks: true,
            work: false,
        };
        let items = vec![Item {
            task: Some(task),
            blocks: paragraph.into_iter().collect(),
            span,
            holds,
        }];
        let list = List {
            ordered: false,
            items,
        };
        self.push(Kind::List(list), span, holds);
    }

    pub(super) fn open_table(&mut self) {
        self.flush();
        self.table = Table::default();
    }

    pub(super) fn open_row(&mut self, span: Span) {
        self.table.rows.push(Row {
            cells: Vec::new(),
            span,
        });
    }

    pub(super) fn close_cell(&mut self) {
        let cell = self.take_text().one_line();
        if let Some(row) = self.table.rows.last_mut() {
            row.cells.push(cell);
        }
    }

    pub(super) fn close_table(&mut self, span: Span) {
        let table = std::mem::take(&mut self.table);
        self.leaf(Kind::Table(table), span);
    }

    /// A block of code begins; one that is fenced has words behind its fence.
    pub(super) fn open_code(&mut self, info: Option<String>, span: Span) {
        self.flush();
        let fence = info.map(|info| {
            let info = self.unescaped(span).unwrap_or(info);
            Box::new(Fence {
                language: fence::language(&info),
                info,
                text: String::new(),
                chunks: Vec::new(),
                account: self.account(Element::Fence, span),
            })
        });
        self.code = Some(Code { fence, span });
    }

    /// What stands behind the opening fence at `span`, if there is JSON in it: in JSON a backslash
    /// is JSON's own, and not Markdown's.
    fn unescaped(&self, span: Span) -> Option<String> {
        let text = self.text.get(span.start..span.end)?;
        let line = text.lines().next()?.trim_start_matches(['`', '~']).trim();
        line.contains("{\"").then(|| line.to_owned())
    }

    /// Whether a block of code is open.
    pub(super) fn in_code(&self) -> bool {
        self.code.is_some()
    }

    pub(super) fn code_text(&mut self, text: &str, range: &Range<usize>) {
        if let Some(Code {
            fence: Some(fence), ..
        }) = &mut self.code
        {
            fence.chunks.push((fence.text.len(), range.start));
            fence.text.push_str(text);
        }
    }

    pub(super) fn close_code(&mut self) {
        match self.code.take() {
            Some(Code {
                fence: Some(mut fence),
                span,
            }) => {
                fence.judge();
                if !self.is_closed(span) {
                    self.unclosed.push(span);
                }
                let holds = Holds {
                    tasks: false,
                    work: fence.language.runs(),
                };
                self.push(Kind::Fence(fence), span, holds);
            }
            Some(code) => self.push(Kind::Indented, code.span, Holds::default()),
            None => {}
        }
    }

    /// The tree, with whatever was left open closed.
    pub(super) fn finish(mut self) -> Parsed {
        self.flush();
        while self.frames.len() > 1 {
            self.skipped = 0;
            self.close();
        }
        Parsed {
            blocks: self
                .frames
                .pop()
                .map(|root| root.blocks)
                .unwrap_or_default(),
            elements: self.elements,
            unclosed: self.unclosed,
            swallowed: self.swallowed,
        }
    }

    /// Whether the last line of the fenced block at `span` closes it.
    fn is_closed(&self, span: Span) -> bool {
        let text = self.text.get(span.start..span.end).unwrap_or("");
        let text = text.trim();
        let quoted = |frame: &Frame| matches!(frame.container, Container::Quote(_));
        let inside = self.frames.iter().any(quoted) || self.skipped > 0;
        let mark = text.chars().next().unwrap_or('`');
        let length = text.len() - text.trim_start_matches(mark).len();
        let last = text.rsplit_once('\n').map_or("", |(_, last)| last);
        let last = last.trim_start_matches(|c: char| c.is_whitespace() || (inside && c == '>'));
        let last = last.trim_end();
        last.len() >= length && last.chars().all(|c| c == mark)
    }
}
