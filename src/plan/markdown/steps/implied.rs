//! Ways back that have no heading of Markdown's: a bold line "**Rollback**", an item "Rollback" with
//! its steps below it, as some editors export sections, or a block of that name. They are made headings, so that
//! their steps are none of the way forward. So are all bold lines that say what they are for, in a file that has no
//! other headings: "**Pre-deploy**", "**Deploy**", "**Appendix**".

use crate::plan::markdown::elements::blocks::{
    Block, Fence, Heading, Holds, Inline, Item, Kind, List,
};
use crate::plan::markdown::elements::fence;
use crate::plan::markdown::names::heading::{Title, counts, counts_options, without_parentheses};
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::names::returns::before_need;
use crate::plan::markdown::names::words::{Meaning, Sense, Stage, Weight, Words};
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;
use crate::plan::parallel;
use crate::plan::source::Span;

/// What is known of the headings above a block.
struct Above {
    /// Their levels, and whether what stands below is surely part of the way forward.
    open: Vec<(u8, bool)>,
    /// Whether the last of them heads a way back.
    back: bool,
}

/// How many headings are worth a thread.
const MANY: usize = 64;

/// A file's blocks, and what its headings say.
#[derive(Default)]
pub(in crate::plan::markdown) struct Headed {
    pub(in crate::plan::markdown) blocks: Vec<Block>,
    /// Of each heading among the blocks, in their order.
    pub(in crate::plan::markdown) titles: Vec<Title>,
}

/// `blocks`, in which what only says that here is a way back is a heading.
pub(in crate::plan::markdown) fn headings(blocks: Vec<Block>) -> Headed {
    let headings: Vec<&Heading> = blocks.iter().filter_map(Block::heading).collect();
    let titles = parallel::map(&headings, MANY, |heading| {
        Title::new(&heading.inline.one_line())
    });
    let sole = titles.len() < 2;
    let mut titles = titles.into_iter();
    let mut above = Above {
        open: Vec::new(),
        back: false,
    };
    let mut all = Headed {
        blocks: Vec::with_capacity(blocks.len()),
        titles: Vec::with_capacity(titles.len()),
    };
    let mut section: Vec<Block> = Vec::new();
    for block in blocks {
        if let Some(heading) = block.heading()
            && let Some(title) = titles.next()
        {
            above.part(std::mem::take(&mut section), &mut all);
            above.open(heading.level, title.meaning);
            all.titles.push(title);
            all.blocks.push(block);
        } else {
            section.push(block);
        }
    }
    if sole && has_bold_headings(&section) {
        above.part_by_bold(section, &mut all);
    } else {
        above.part(section, &mut all);
    }
    all
}

/// Whether bold lines part `blocks` into sections, as far as they say: two do, and one is about a phase.
fn has_bold_headings(blocks: &[Block]) -> bool {
    let titles: Vec<Title> = blocks.iter().filter_map(bold_heading).collect();
    let strong = |stage: Stage| stage.weight == Weight::Strong;
    titles.len() > 1
        && titles
            .iter()
            .any(|title| title.meaning.stage.is_some_and(strong))
}

/// The most words that a bold line has which only calls something by its name.
const BRIEF: usize = 2;

/// What a bold line says, if that is what the blocks below it are for.
fn bold_heading(block: &Block) -> Option<Title> {
    let inline = block.paragraph()?;
    if !inline.is_bold() || inline.text.contains('\n') {
        return None;
    }
    let title = Title::new(&label(&inline.text));
    let words = &title.words;
    // "Reference data load" is no "Reference data".
    let head = title.text.split(':').next().unwrap_or_default();
    let brief = head.split_whitespace().count() <= BRIEF;
    let heads = match title.meaning.sense {
        None => title
            .meaning
            .stage
            .is_some_and(|stage| stage.weight >= Weight::Weak),
        // "Commands" and "Note" stand above parts of a phase.
        Some(Sense::Reference) if !brief => false,
        Some(Sense::Reference) => {
            words.is_not_to_be_done() || (words.is_surely_reference() && !words.lists_commands())
        }
        Some(Sense::Prose) => false,
        // "Prepare rollback" and "Revert maintenance page" are done on the way forward.
        Some(Sense::Rollback) => words.is_plain_rollback(),
        Some(_) => brief,
    };
    heads.then_some(title)
}

impl Above {
    fn open(&mut self, level: u8, meaning: Meaning) {
        while self.open.last().is_some_and(|(above, _)| *above >= level) {
            self.open.pop();
        }
        let before = meaning
            .stage
            .is_some_and(|stage| stage.kind == PhaseKind::Before);
        let forward = meaning.sense.is_none() && !before;
        self.back = meaning.sense == Some(Sense::Rollback);
        self.open.push((level, forward));
    }

    /// Puts the blocks of a section into `all`, whose bold lines are headings.
    fn part_by_bold(&self, section: Vec<Block>, all: &mut Headed) {
        let level = self.level_below();
        for block in section {
            match block.paragraph().filter(|_| bold_heading(&block).is_some()) {
                Some(inline) => push_heading(inline, block.span, level, all),
                None => all.blocks.push(block),
            }
        }
    }

    fn level_below(&self) -> u8 {
        self.open.last().map_or(1, |(level, _)| *level) + 1
    }

    /// Puts the blocks of a section of a way back into `all`, of which those `at` these places name ways.
    fn part_by_ways(&self, section: Vec<Block>, at: &[usize], all: &mut Headed) {
        let level = self.level_below();
        for (ix, block) in section.into_iter().enumerate() {
            match block.paragraph().filter(|_| at.contains(&ix)) {
                Some(inline) => push_heading(inline, block.span, level, all),
                None => all.blocks.push(block),
            }
        }
    }

    /// Puts the blocks of a section into `all`, the last part of it below a heading of its own if that is
    /// a way back.
    fn part(&self, mut section: Vec<Block>, all: &mut Headed) {
        if let Some(at) = self.back.then(|| ways(&section)).flatten() {
            return self.part_by_ways(section, &at, all);
        }
        let forward = self.open.iter().all(|(_, forward)| *forward);
        let opening = || section.iter().position(opens);
        let Some(at) = forward.then(opening).flatten() else {
            return all.blocks.append(&mut section);
        };
        let behind = &section[at + 1..];
        let whole = match &section[at].kind {
            // What comes next in the same manner would be taken for a part of it.
            Kind::Paragraph(_) => {
                let below = behind.iter().position(is_rule).unwrap_or(behind.len());
                let (below, beyond) = behind.split_at(below);
                below.iter().any(is_done)
                    && !below.iter().any(goes_on)
                    && !beyond.iter().any(is_done)
            }
            _ => !behind.iter().any(|block| goes_on(block) || is_done(block)),
        };
        if !whole {
            return all.blocks.append(&mut section);
        }
        let level = self.level_below();
        let behind = section.split_off(at + 1);
        all.blocks.append(&mut section);
        if let Some(block) = all.blocks.pop() {
            split(block, level, all);
        }
        all.blocks.extend(behind);
    }
}

/// Where in `section` lines name ways of which one is gone, "**Option A: restore**", if all that is done there is below
/// one of them.
fn ways(section: &[Block]) -> Option<Vec<usize>> {
    let named = |block: &Block| block.paragraph().is_some_and(is_label);
    let way = |block: &Block| {
        let line = block.paragraph().filter(|line| is_label(line));
        line.is_some_and(|line| counts_options(&label(&line.text)))
    };
    let places = section.iter().enumerate().filter(|(_, block)| way(block));
    let places: Vec<usize> = places.map(|(at, _)| at).collect();
    let (first, last) = (*places.first()?, *places.last()?);
    let ends = places.iter().skip(1).copied().chain([section.len()]);
    let mut parts = places
        .iter()
        .zip(ends)
        .map(|(from, to)| &section[from + 1..to]);
    let whole = first < last
        && !section[..first].iter().any(is_done)
        && parts.all(|part| part.iter().any(is_done))
        && !section[last + 1..]
            .iter()
            .any(|block| named(block) || is_rule(block));
    whole.then_some(places)
}

/// Whether a way back begins in `block`.
fn opens(block: &Block) -> bool {
    match &block.kind {
        Kind::Paragraph(inline) => inline.is_bold() && is_only_rollback(inline),
        Kind::List(list) => place(list).is_some(),
        Kind::Fence(fence) => way_back(fence).is_some(),
        _ => false,
    }
}

/// Which item of `list` is a way back, where nothing is to be done behind it.
fn place(list: &List) -> Option<usize> {
    let names = |item: &Item| {
        let (head, rest) = item.head();
        // "2. Rollback if needed" is one of the steps, for a case.
        let named =
            |head: &Inline| is_only_rollback(head) && before_need(&head.one_line()).is_none();
        item.task.is_none() && rest.iter().any(is_done) && head.is_some_and(named)
    };
    let at = list.items.iter().position(names)?;
    let behind = &list.items[at + 1..];
    let text = !list.ordered && behind.iter().all(|item| !is_held(item.holds));
    (behind.is_empty() || text).then_some(at)
}

fn is_held(holds: Holds) -> bool {
    holds.tasks || holds.work
}

/// Whether something in `block` is to be done, where it stands below a way back.
fn is_done(block: &Block) -> bool {
    is_held(block.holds) || matches!(&block.kind, Kind::List(list) if list.ordered)
}

fn is_rule(block: &Block) -> bool {
    matches!(block.kind, Kind::Rule)
}

/// Whether `block` may begin what is no part of the way back any more.
fn goes_on(block: &Block) -> bool {
    match &block.kind {
        Kind::Paragraph(inline) => {
            let text = &inline.text;
            inline.is_bold()
                || (inline.leads_bold() && counts(text))
                || (is_label(inline) && is_of_its_own(text))
        }
        Kind::List(list) => list.items.iter().any(|item| {
            let named = || item.head().0.is_some_and(|head| is_of_its_own(&head.text));
            item.task.is_none() && item.holds.tasks && named()
        }),
        _ => false,
    }
}

/// Whether a line speaks of something else than a way back.
fn is_of_its_own(text: &str) -> bool {
    let meaning = Words::new(text).meaning();
    let back = meaning.sense == Some(Sense::Rollback);
    meaning != Meaning::default() && !back
}

/// Whether a line says that here is how to roll back, and nothing else; when, or in which case, aside.
fn is_only_rollback(inline: &Inline) -> bool {
    if inline.text.contains('\n') {
        return false;
    }
    let title = Title::new(&label(&inline.text));
    let name = without_parentheses(&title.read(Some).1);
    title.meaning.sense == Some(Sense::Rollback) && Words::new(&name).is_plain_rollback()
}

/// Puts `block` into `all` as a heading of `level`, or below one that its own words are, with what stands before and behind it in its list.
fn split(block: Block, level: u8, all: &mut Headed) {
    let (list, at) = match block.kind {
        Kind::Fence(ref fence) => {
            let text = way_back(fence).unwrap_or_default();
            let name = Inline {
                text,
                ..Inline::default()
            };
            push_heading(&name, block.span, level, all);
            return all.blocks.push(block);
        }
        Kind::Paragraph(inline) => return push_heading(&inline, block.span, level, all),
        Kind::List(list) => {
            let at = place(&list).unwrap_or_default();
            (list, at)
        }
        kind => return all.blocks.push(Block { kind, ..block }),
    };
    let ordered = list.ordered;
    let mut items = list.items;
    let behind = items.split_off((at + 1).min(items.len()));
    let item = items.pop();
    push_list(items, ordered, &mut all.blocks);
    if let Some(item) = item {
        let mut blocks = item.blocks.into_iter();
        match blocks.next() {
            Some(Block {
                kind: Kind::Paragraph(inline),
                span,
                ..
            }) => push_heading(&inline, span, level, all),
            first => all.blocks.extend(first),
        }
        all.blocks.extend(blocks);
    }
    push_list(behind, ordered, &mut all.blocks);
}

fn push_heading(inline: &Inline, span: Span, level: u8, all: &mut Headed) {
    let inline = Inline {
        text: label(&inline.text),
        bold: 0,
        links: inline.links.clone(),
        inner: None,
    };
    all.titles.push(Title::new(&inline.one_line()));
    let heading = Heading {
        level,
        inline,
        account: None,
    };
    all.blocks.push(Block {
        kind: Kind::Heading(heading),
        span,
        holds: Holds::default(),
    });
}

fn push_list(items: Vec<Item>, ordered: bool, all: &mut Vec<Block>) {
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return;
    };
    let span = Span::new(first.span.start, last.span.end);
    let mut holds = Holds::default();
    for item in &items {
        holds.add(item.holds);
    }
    all.push(Block {
        kind: Kind::List(List { ordered, items }),
        span,
        holds,
    });
}

/// What the words behind `block` call it, if that is a way back: `{"name":"rollback"}`.
pub(in crate::plan::markdown) fn way_back(block: &Fence) -> Option<String> {
    // Hardly any block has a name.
    let named = block.language.runs() && block.info.contains("name");
    let name = named
        .then(|| fence::attributes(&block.info).name)
        .flatten()?;
    let words = Words::new(&name);
    // "rollback-check" looks whether there is one.
    let looks = words.is_around() || words.ends(Topic::Acts);
    (words.is_called_rollback() && words.is_way_back() && !looks).then_some(name)
}
