//! The sections of a file: each heading with what stands below it, up to the next.

use std::collections::HashSet;

use super::saves;
use super::timetable;
use super::trouble;
use crate::plan::markdown::elements::blocks::{Block, Holds};
use crate::plan::markdown::names::choice;
use crate::plan::markdown::names::heading::{self, Title};
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::names::later;
use crate::plan::markdown::names::orders;
use crate::plan::markdown::names::words::{Sense, Stage};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;
use crate::plan::source::Span;

/// The place of a section in the file's order.
pub(in crate::plan::markdown) type SectionIx = usize;

/// What stands below one heading. The first section has none: it is what the file begins with.
pub(in crate::plan::markdown) struct Section {
    pub(in crate::plan::markdown) title: Title,
    /// The heading's number in the account; none for the first section, and where no heading of Markdown's
    /// stands above it.
    pub(in crate::plan::markdown) account: Option<usize>,
    pub(in crate::plan::markdown) level: u8,
    pub(in crate::plan::markdown) span: Span,
    pub(in crate::plan::markdown) links: Vec<(String, String)>,
    pub(in crate::plan::markdown) parent: Option<SectionIx>,
    pub(in crate::plan::markdown) children: Vec<SectionIx>,
    /// How many blocks stand below its heading.
    pub(in crate::plan::markdown) length: usize,
    /// What is in them.
    pub(in crate::plan::markdown) holds: Holds,
    /// Whether something in them is run, ticked, or done by its number.
    pub(in crate::plan::markdown) acts: bool,
    /// Whether a table among them says what is done, and when or by whom.
    pub(in crate::plan::markdown) timetable: bool,
    /// Whether they say what to do, where the heading speaks of a way back or of when to.
    pub(in crate::plan::markdown) orders: bool,
    /// Whether their commands only save what there is, where the heading speaks of a way back. `None` where there are none.
    pub(super) saves: Option<bool>,
    /// The line at their end that says how long the headings below have to wait: "After two weeks without errors:".
    pub(in crate::plan::markdown) waits: Option<String>,
}

/// All sections, in the order of the file.
pub(in crate::plan::markdown) struct Outline {
    pub(in crate::plan::markdown) sections: Vec<Section>,
    /// Those right below which a heading is numbered, and something stands that is run or ticked.
    pub(in crate::plan::markdown) counting: HashSet<SectionIx>,
    /// Those that tell by what something is known that has gone wrong.
    pub(super) symptoms: HashSet<SectionIx>,
    /// Those whose last line says that one of the headings below is picked.
    pub(super) offering: HashSet<SectionIx>,
    /// The section whose heading is the title of the file.
    pub(in crate::plan::markdown) title: Option<SectionIx>,
    /// Whether that heading is also one of several of its level, and so says something of its own.
    pub(in crate::plan::markdown) several_tops: bool,
    /// Whether nothing in the file acts but ways back.
    pub(in crate::plan::markdown) idle: bool,
}

/// Finds the headings that stand at the top of a file, which part its blocks into sections. `titles` are
/// what they say, in their order.
pub(in crate::plan::markdown) fn outline(
    blocks: &[Block],
    titles: Vec<Title>,
    start: usize,
) -> Outline {
    let mut sections = Vec::with_capacity(1 + titles.len());
    let mut titles = titles.into_iter();
    sections.push(Section::new(Title::new(""), None, 0, Span::at(start)));
    let mut open: Vec<SectionIx> = Vec::new();
    let (mut symptoms, mut offering) = (HashSet::new(), HashSet::new());
    for block in blocks {
        let title = |heading| Some((heading, titles.next()?));
        let Some((heading, title)) = block.heading().and_then(title) else {
            if trouble::names_symptoms(block) {
                symptoms.insert(sections.len().saturating_sub(1));
            }
            let last = sections.len().saturating_sub(1);
            if is_offer(block) {
                offering.insert(last);
            } else {
                offering.remove(&last);
            }
            if let Some(section) = sections.last_mut() {
                section.holds.add(block.holds);
                section.length += 1;
                section.waits = waits(block);
                section.acts |= orders::acts(block);
                section.timetable |= timetable::is(block);
                let back = section.title.is_about_way_back();
                section.orders |= back && orders::are_in(block);
                let saved = Some(block).filter(|_| back).and_then(saves::saves);
                section.saves = saved
                    .map(|saves| saves && section.saves != Some(false))
                    .or(section.saves);
            }
            continue;
        };
        let ix = sections.len();
        let mut section = Section::new(title, heading.account, heading.level, block.span);
        section.links.clone_from(&heading.inline.links);
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
    }
    let counted = |section: &&Section| {
        let title = &section.title;
        let numbered = matches!(title.ordinal, Some(Ordinal::Number | Ordinal::Phase));
        let sense = title.meaning.sense;
        // "2. Revert the code" is a step of going back.
        let above = section
            .parent
            .and_then(|above| sections[above].title.meaning.sense);
        let counts = sense.is_none() || (sense == above && sense == Some(Sense::Rollback));
        numbered && counts && section.acts
    };
    let counting = sections.iter().filter(counted);
    let title = sections.iter().position(|section| section.level == 1);
    let tops = sections.iter().filter(|section| section.level == 1).count();
    let goes_back = |section: &Section| section.title.meaning.sense == Some(Sense::Rollback);
    let idle = |section: &Section| !section.acts || goes_back(section);
    Outline {
        counting: counting.filter_map(|section| section.parent).collect(),
        idle: sections.iter().all(idle),
        sections,
        symptoms,
        offering,
        title,
        several_tops: tops > 1,
    }
}

/// The line `block`, if it says that what follows has to wait.
fn waits(block: &Block) -> Option<String> {
    let line = block.paragraph().filter(|line| is_label(line))?;
    let line = label(&line.text);
    later::waits(&line).then_some(line)
}

/// Whether `block` is a line that says that one of what follows is picked: "Use one of the following:".
fn is_offer(block: &Block) -> bool {
    let line = block.paragraph().map(|line| line.text.trim_end());
    line.is_some_and(|line| line.ends_with([':', '：']) && choice::offers(line))
}

impl Section {
    /// Whether what stands in it is all to be looked at: a checklist without boxes, and without anything that runs.
    pub(in crate::plan::markdown) fn is_plain_checklist(&self) -> bool {
        self.title.words.is_checklist() && !self.holds.tasks && !self.holds.work
    }

    fn new(title: Title, account: Option<usize>, level: u8, span: Span) -> Self {
        Section {
            title,
            account,
            level,
            span,
            links: Vec::new(),
            parent: None,
            children: Vec::new(),
            length: 0,
            holds: Holds::default(),
            acts: false,
            timetable: false,
            orders: false,
            saves: None,
            waits: None,
        }
    }
}

/// How many cases beside one tell whether all of them are tested.
const FEW: usize = 3;

impl Outline {
    /// The nearest heading above that is not merely the file's title.
    pub(in crate::plan::markdown) fn parent(&self, ix: SectionIx) -> Option<SectionIx> {
        self.sections[ix]
            .parent
            .filter(|&parent| !self.is_title(parent))
    }

    /// The headings above, nearest first, the file's title aside.
    pub(in crate::plan::markdown) fn above(
        &self,
        ix: SectionIx,
    ) -> impl Iterator<Item = SectionIx> {
        std::iter::successors(self.parent(ix), |&ix| self.parent(ix))
    }

    /// The section `ix` and all that stand below its heading.
    pub(in crate::plan::markdown) fn within(
        &self,
        ix: SectionIx,
    ) -> impl Iterator<Item = &Section> {
        let level = self.sections[ix].level;
        let below = self.sections[ix + 1..].iter();
        std::iter::once(&self.sections[ix])
            .chain(below.take_while(move |below| below.level > level))
    }

    /// Whether the heading `ix` counts ways of which one is gone: options, or cases that are no tests.
    pub(in crate::plan::markdown) fn is_option(&self, ix: SectionIx) -> bool {
        match self.sections[ix].title.ordinal {
            Some(Ordinal::Option) => true,
            Some(Ordinal::Case) => !self.is_lone_case(ix) && !self.is_tested_case(ix),
            _ => self.is_listed(ix),
        }
    }

    /// Whether the case `ix` is one that is tested. "Scenario 2: the health check fails" may only tell which it is: what is
    /// tested is told above, or by all the cases beside it.
    pub(in crate::plan::markdown) fn is_tested_case(&self, ix: SectionIx) -> bool {
        let mut cases = self.cases_beside(ix).take(FEW);
        let told = self.sections[ix].title.words.has(Topic::Testing);
        self.parent(ix).is_some_and(|above| self.is_tested(above))
            || (self.is_tested(ix) && (told || cases.all(|case| self.is_tested(case))))
    }

    /// Whether the heading `ix` only tells which case it is for, and none beside it does: "Scenario: the happy path".
    pub(in crate::plan::markdown) fn is_lone_case(&self, ix: SectionIx) -> bool {
        heading::tells_case(&self.sections[ix].title.text) && self.cases_beside(ix).nth(1).is_none()
    }

    /// The headings of cases right below the one above `ix`.
    fn cases_beside(&self, ix: SectionIx) -> impl Iterator<Item = SectionIx> {
        let above = self.sections[ix].parent.into_iter();
        let beside = above.flat_map(|above| self.sections[above].children.iter().copied());
        beside.filter(|&ix| heading::is_case(&self.sections[ix].title.text))
    }

    /// Whether what stands below the heading `ix` is tested or verified, as it or one above it says.
    pub(super) fn is_tested(&self, ix: SectionIx) -> bool {
        std::iter::once(ix).chain(self.above(ix)).any(|ix| {
            let Title { words, meaning, .. } = &self.sections[ix].title;
            let verifies = |stage: Stage| stage.kind == PhaseKind::Verify;
            words.has(Topic::Testing) || meaning.stage.is_some_and(verifies)
        })
    }

    /// The heading of `ix`, or the one above it, that says that here a way back is rehearsed, at another time.
    pub(in crate::plan::markdown) fn drill(&self, ix: SectionIx) -> Option<&str> {
        let mut above = std::iter::once(ix).chain(self.above(ix));
        let drill = above.find(|&ix| self.sections[ix].title.words.is_drill())?;
        Some(&self.sections[drill].title.text)
    }

    /// Whether this heading is the file's title and nothing more.
    pub(in crate::plan::markdown) fn is_title(&self, ix: SectionIx) -> bool {
        self.title == Some(ix) && !self.several_tops
    }

    /// The highest heading above, itself included, that is not merely the title.
    pub(in crate::plan::markdown) fn top(&self, ix: SectionIx) -> SectionIx {
        self.above(ix).last().unwrap_or(ix)
    }
}
