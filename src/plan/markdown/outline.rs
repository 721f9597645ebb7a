//! The sections of a file: each heading with what stands below it, up to the next.

use super::blocks::{Block, Holds, Inline, Kind};
use super::heading::Title;
use crate::plan::source::Span;

/// The place of a section in the file's order.
pub(super) type SectionIx = usize;

/// What stands below one heading. The first section has none: it is what the file begins with.
pub(super) struct Section {
    pub(super) title: Title,
    /// The heading's number in the account; none for the first section.
    pub(super) account: Option<usize>,
    pub(super) level: u8,
    pub(super) span: Span,
    pub(super) links: Vec<(String, String)>,
    pub(super) parent: Option<SectionIx>,
    pub(super) children: Vec<SectionIx>,
    /// What is in its text.
    pub(super) holds: Holds,
}

/// All sections, in the order of the file.
pub(super) struct Outline {
    pub(super) sections: Vec<Section>,
    /// The section whose heading is the title of the file.
    pub(super) title: Option<SectionIx>,
    /// Whether that heading is also one of several of its level, and so says something of its own.
    pub(super) several_tops: bool,
}

/// Splits blocks at the headings that stand at the top: the sections, and the text of each.
pub(super) fn outline(blocks: Vec<Block>, start: usize) -> (Outline, Vec<Vec<Block>>) {
    let mut texts = vec![Vec::new()];
    let mut sections = vec![Section::new(&Inline::default(), None, 0, Span::at(start))];
    let mut open: Vec<SectionIx> = Vec::new();
    for block in blocks {
        let Kind::Heading(heading) = &block.kind else {
            if let (Some(section), Some(text)) = (sections.last_mut(), texts.last_mut()) {
                section.holds.add(block.holds);
                text.push(block);
            }
            continue;
        };
        let ix = sections.len();
        let mut section = Section::new(
            &heading.inline,
            Some(heading.account),
            heading.level,
            block.span,
        );
        while open
            .last()
            .is_some_and(|&above| sections[above].level >= section.level)
        {
            open.pop();
        }
        section.parent = open.last().copied();
        if let Some(parent) = section.parent {
            sections[parent].children.push(ix);
        }
        open.push(ix);
        sections.push(section);
        texts.push(Vec::new());
    }
    let title = sections.iter().position(|section| section.level == 1);
    let tops = sections.iter().filter(|section| section.level == 1).count();
    let outline = Outline {
        sections,
        title,
        several_tops: tops > 1,
    };
    (outline, texts)
}

impl Section {
    fn new(inline: &Inline, account: Option<usize>, level: u8, span: Span) -> Self {
        Section {
            title: Title::new(&inline.one_line()),
            account,
            level,
            span,
            links: inline.links.clone(),
            parent: None,
            children: Vec::new(),
            holds: Holds::default(),
        }
    }
}

impl Outline {
    /// The nearest heading above that is not merely the file's title.
    pub(super) fn parent(&self, ix: SectionIx) -> Option<SectionIx> {
        self.sections[ix]
            .parent
            .filter(|&parent| !self.is_title(parent))
    }

    /// The headings above, nearest first, the file's title aside.
    pub(super) fn above(&self, ix: SectionIx) -> impl Iterator<Item = SectionIx> {
        std::iter::successors(self.parent(ix), |&ix| self.parent(ix))
    }

    /// Whether this heading is the file's title and nothing more.
    pub(super) fn is_title(&self, ix: SectionIx) -> bool {
        self.title == Some(ix) && !self.several_tops
    }

    /// The highest heading above, itself included, that is not merely the title.
    pub(super) fn top(&self, ix: SectionIx) -> SectionIx {
        self.above(ix).last().unwrap_or(ix)
    }
}
