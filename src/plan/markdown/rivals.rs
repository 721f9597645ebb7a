//! Names that exclude each other: of "With downtime" and "Without downtime", which stand side by side, one is
//! gone. What is counted as an option is one as well.

use super::blocks::{Block, Inline, Item, List};
use super::book::Book;
use super::conditional;
use super::heading::{self, Title};
use super::label::{Group, is_label, label};
use super::outline::{Outline, SectionIx};
use super::phrases::Topic;
use super::roles::Reading;
use super::steps::Walk;
use super::tongues::{self, Rival};
use super::ways;
use crate::plan::draft::StepSpec;

/// What a name is one of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// "Option A"
    Option,
    Rival(Rival),
    /// "If the schema has changed"
    Case,
    /// "Otherwise", which is said of what stands before it.
    Otherwise,
}

impl Name {
    /// What `text` is, if that is all that it says.
    pub(super) fn of(text: &str) -> Option<Name> {
        if heading::counts_options(text) {
            return Some(Name::Option);
        }
        let text = heading::behind_count(text).trim_start();
        if tongues::says_otherwise(text) {
            return Some(Name::Otherwise);
        }
        let rival = tongues::rival(text).filter(|rival| !rival.may_be_in_turn());
        let case = || conditional::says_if(text).then_some(Name::Case);
        rival.map(Name::Rival).or_else(case)
    }

    /// Whether only one of this and `next`, which stands behind it, is gone.
    pub(super) fn excludes(self, next: Name) -> bool {
        match (self, next) {
            (Name::Option, Name::Option) | (Name::Case, Name::Otherwise) => true,
            (Name::Rival(one), Name::Rival(other)) => one.excludes(other),
            _ => false,
        }
    }
}

/// Which of `names`, which stand one behind the other, exclude one beside them: those that do so together have
/// the place of the first.
fn among(names: &[Option<Name>]) -> Vec<Option<usize>> {
    let mut found = vec![None; names.len()];
    for (ix, pair) in names.windows(2).enumerate() {
        if let [Some(one), Some(other)] = pair
            && one.excludes(*other)
        {
            let first = found[ix].unwrap_or(ix);
            (found[ix], found[ix + 1]) = (Some(first), Some(first));
        }
    }
    found
}

/// Which sections are ways of which one is gone, by their names: those that stand side by side, with
/// something to be done below each.
pub(super) fn of_sections(outline: &Outline) -> Vec<Option<usize>> {
    let mut found = vec![None; outline.sections.len()];
    let tops = (1..outline.sections.len()).filter(|&ix| outline.sections[ix].parent.is_none());
    let tops: Vec<SectionIx> = tops.collect();
    let below = outline.sections.iter().map(|section| &section.children);
    for children in below.chain([&tops]).filter(|children| children.len() > 1) {
        let name = |&ix: &SectionIx| {
            let section = &outline.sections[ix];
            let holds = section.holds.work || section.holds.tasks || !section.children.is_empty();
            let tests = section.title.words.has(Topic::Testing);
            let name = Name::of(&section.title.text).filter(|_| holds && !tests)?;
            matches!(name, Name::Rival(_)).then_some(name)
        };
        let names: Vec<Option<Name>> = children.iter().map(name).collect();
        for (&ix, rival) in children.iter().zip(among(&names)) {
            found[ix] = rival.map(|first| children[first]);
        }
    }
    found
}

/// Which items of `list`, with commands below them, exclude the one beside them.
pub(super) fn of_items(list: &List) -> Vec<Option<usize>> {
    let name = |item: &Item| {
        let head = item.head().0.filter(|_| item.holds.work)?;
        Name::of(&label(&head.text))
    };
    let names: Vec<Option<Name>> = list.items.iter().map(name).collect();
    among(&names)
}

/// The lines among `blocks` that name what follows them and exclude the next such line.
pub(super) fn of_labels(blocks: &[Block]) -> Vec<usize> {
    let labels = blocks.iter().enumerate().filter_map(|(ix, block)| {
        let line = block.paragraph().filter(|line| is_label(line))?;
        Some((ix, Name::of(&label(&line.text))))
    });
    let (places, names): (Vec<usize>, Vec<Option<Name>>) = labels.unzip();
    let among = among(&names);
    let found = places
        .into_iter()
        .zip(among)
        .filter(|(_, rival)| rival.is_some());
    found.map(|(ix, _)| ix).collect()
}

/// Makes a person say that `steps`, which stand below `title`, are the way to go, if that is one of several and may be
/// done in turn.
pub(super) fn guard(
    reading: &Reading,
    title: &Title,
    steps: &mut [Box<StepSpec>],
    book: &mut Book<'_>,
) {
    if reading.rival.is_some() && !reading.is_choice(title.ordinal) {
        for step in steps {
            conditional::guard_way(step, &title.text, book);
        }
    }
}

impl Walk<'_, '_> {
    /// The lines among `blocks` that name one of several ways.
    pub(super) fn rivals(&self, blocks: &[Block]) -> Vec<usize> {
        if self.rules.fences {
            of_labels(blocks)
        } else {
            Vec::new()
        }
    }

    /// Goes on below `line`, which names what follows it: one of several ways, or what stands below `above`.
    pub(super) fn enter(&mut self, line: &Inline, rival: bool, above: Option<&String>) {
        self.way = if rival {
            Some(label(&line.text))
        } else {
            above.cloned()
        };
    }

    /// The items of a list. Those that exclude each other are one step where each is no more than a block: else they
    /// are asked for.
    pub(super) fn items(&mut self, list: &List, group: Option<&Group>) {
        let rivals = if self.rules.fences {
            of_items(list)
        } else {
            vec![None; list.items.len()]
        };
        let above = self.way.clone();
        let mut from = 0;
        for run in rivals.chunk_by(|one, next| one.is_some() && one == next) {
            let items = &list.items[from..from + run.len()];
            from += run.len();
            let ways = (items.len() > 1 && !list.ordered).then(|| ways::of_items(items));
            if let Some(ways) = ways.flatten() {
                self.fences(&ways, group);
                continue;
            }
            for item in items {
                if let (Some(head), [Some(_), ..]) = (item.head().0, run) {
                    self.way = Some(label(&head.text));
                }
                self.item(item, list.ordered, group);
            }
            self.way.clone_from(&above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_exclude_each_other_are_told_from_parts() {
        let excludes = |one: &str, other: &str| {
            let one = Name::of(one);
            one.is_some_and(|one| Name::of(other).is_some_and(|other| one.excludes(other)))
        };
        for (one, other) in [
            ("With downtime", "Without downtime (slow)"),
            ("Zero-downtime path", "Maintenance-window path"),
            ("Using Helm", "Using kubectl"),
            ("Via the UI", "Via the CLI"),
            ("Fresh install", "Upgrade"),
            ("First deployment", "Later deployments"),
            ("Option A: slow", "Option B: quick"),
            ("If the schema was changed", "Otherwise"),
            ("Falls ja", "Sonst"),
            ("Mit Ausfall", "Ohne Ausfall"),
            ("Avec coupure", "Sans coupure"),
            ("Con corte", "Sin corte"),
            ("Com parada", "Sem parada"),
            ("С простоем", "Без простоя"),
            ("手動", "自動"),
            ("停机", "不停机"),
        ] {
            assert!(excludes(one, other), "{one} / {other}");
        }
        for (one, other) in [
            ("Application", "Database"),
            ("Primary", "Replica"),
            ("Frontend", "Backend"),
            ("API", "UI"),
            ("Deploy to staging", "Deploy to production"),
            ("Staging", "Staging"),
            ("Staging", "Production"),
            ("1. Test environment", "2. Prod environment"),
            ("PostgreSQL 13", "PostgreSQL 16"),
            ("Offline", "Online"),
            ("Upgrade the client", "Fresh install"),
            ("Production database", "Staging database"),
            (
                "Manual checks of the orders",
                "Automatic checks of the orders",
            ),
            ("PostgreSQL 13", "PostgreSQL 13"),
            ("First", "Then"),
            ("", ""),
        ] {
            assert!(!excludes(one, other), "{one} / {other}");
        }
    }
}
