//! Reads the sections one after the other, each as what it is, and puts what they hold where it
//! belongs in the plan.

mod noted;

use std::collections::HashMap;
use std::time::Duration;

use super::book::Book;
use super::found::{CRITERIA, Found, Rules, TASKS};
use super::notes;
use crate::plan::draft::StepSpec;
use crate::plan::ledger::Place;
use crate::plan::markdown::elements::blocks::{Block, Kind};
use crate::plan::markdown::elements::boxes;
use crate::plan::markdown::figures::since;
use crate::plan::markdown::headings::outline::{Outline, Section, SectionIx};
use crate::plan::markdown::headings::roles::{Reading, Role};
use crate::plan::markdown::headings::series;
use crate::plan::markdown::lines::{criteria, spoken};
use crate::plan::markdown::names::appendix;
use crate::plan::markdown::names::choice;
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::looked_up;
use crate::plan::markdown::names::means;
use crate::plan::markdown::names::words::Sense;
use crate::plan::markdown::people::{contacts, signoffs};
use crate::plan::markdown::steps::{
    bulleted, by_hand, guards, offered, rivals, timetable, unrun, walk,
};
use crate::plan::model::PhaseKind;
use crate::plan::parts::{AlertRule, Contact, Note, Signoff};
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// What the sections of a file hold.
#[derive(Default)]
pub(super) struct Contents {
    /// Steps on the way forward, by the section whose phase they belong to, in the file's order.
    pub(super) forward: Vec<(SectionIx, Vec<Box<StepSpec>>)>,
    /// Steps on the way back, by the section they stand in.
    pub(super) back: Vec<(SectionIx, Vec<Box<StepSpec>>)>,
    /// Budgets that the text gives, by section.
    pub(super) budgets: HashMap<SectionIx, Duration>,
    /// What the parts of a section take together, as far as the text says.
    pub(super) parts: HashMap<SectionIx, Duration>,
    /// Until when after T-0 the first sentence of a way back says that it is for, by section.
    pub(super) until: HashMap<SectionIx, Duration>,
    pub(super) alerts: Vec<AlertRule>,
    pub(super) contacts: Vec<Contact>,
    pub(super) signoffs: Vec<Signoff>,
    pub(super) notes: Vec<Note>,
    /// What became of each heading, and whether its words stand anywhere in the plan.
    pub(super) places: Vec<Place>,
    pub(super) named: Vec<bool>,
    /// What is told of blocks in references where nothing else is done.
    pub(super) unsaid: Vec<Problem>,
    /// Where in `forward` a section's steps are.
    slots: Vec<Option<usize>>,
}

/// Reads all sections, whose headings are among `blocks`. `title` heads what the file says before its first heading.
pub(super) fn read(
    outline: &Outline,
    blocks: Vec<Block>,
    readings: &[Reading],
    title: &str,
    book: &mut Book<'_>,
) -> Contents {
    let mut reader = Reader {
        outline,
        readings,
        title,
        contents: Contents {
            places: vec![Place::Note; readings.len()],
            named: vec![false; readings.len()],
            slots: vec![None; readings.len()],
            ..Contents::default()
        },
        warned: None,
    };
    let mut blocks = blocks.into_iter();
    for (ix, section) in outline.sections.iter().enumerate() {
        let text: Vec<Block> = blocks.by_ref().take(section.length).collect();
        reader.section(ix, &text, book);
        let unsaid = unrun::tell(section, reader.is_surely_reference(ix), &text, book);
        reader.contents.unsaid.extend(unsaid);
        // The heading of the next section.
        drop(blocks.next());
    }
    reader.spread_places();
    reader.contents
}

/// The criterion that the heading of `section` tells.
fn in_heading(section: &Section) -> Option<AlertRule> {
    spoken::in_heading(&section.title.text, section.span)
}

struct Reader<'o> {
    outline: &'o Outline,
    readings: &'o [Reading],
    title: &'o str,
    contents: Contents,
    /// Alerts that stand before the first step below a heading.
    warned: Option<(SectionIx, Vec<String>)>,
}

impl Reader<'_> {
    fn section(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let section = &self.outline.sections[ix];
        for (label, url) in &section.links {
            self.note(ix, format!("{label}: {url}"), section.span);
        }
        match self.readings[ix].role {
            Role::Steps if signoffs::is_form(&section.title.text, blocks) => {
                self.signoffs(ix, blocks, book);
            }
            Role::Steps if criteria::lists_alarms(&section.title.words, blocks) => {
                self.alerts(ix, blocks, book);
            }
            Role::Steps => self.steps(ix, blocks, book),
            Role::Rollback => {
                let (steps, form) = blocks.split_at(signoffs::form_at_the_end(blocks));
                self.contents.alerts.extend(in_heading(section));
                self.steps(ix, steps, book);
                self.signoffs(ix, form, book);
            }
            Role::Other(Sense::Contacts | Sense::Signoff) => self.people(ix, blocks, book),
            Role::Other(Sense::Criteria) => self.criteria(ix, blocks, book),
            Role::Other(Sense::Alerts) => self.alerts(ix, blocks, book),
            Role::Other(Sense::Reference) => self.reference(ix, blocks, book),
            Role::Other(Sense::Prose | Sense::Rollback) => self.prose(ix, blocks, book),
            Role::Other(Sense::Success) => {
                let found = walk::read(blocks, CRITERIA, None, book);
                self.take(ix, found, book);
            }
        }
    }

    fn steps(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let reading = &self.readings[ix];
        let back = reading.role == Role::Rollback;
        let is = |kind: PhaseKind| reading.kind() == Some(kind);
        let later = is(PhaseKind::After);
        let verified = !back && is(PhaseKind::Verify);
        let section = &self.outline.sections[ix];
        let title = &section.title;
        let plain = verified && section.is_plain_checklist();
        let orders = bulleted::are_steps(section, blocks) && !self.acts_below(ix);
        // A step that is numbered above is ticked with all that it says.
        let mut above = self.outline.above(ix);
        let told = !above.any(|above| self.readings[above].counted);
        let rules = Rules {
            place: if back {
                Place::RollbackStep
            } else {
                Place::Step
            },
            numbered: reading.runs && (back || !later),
            bullets: reading.runs && (plain || (orders && told && !back)),
            fences: reading.runs,
            chooses: choice::offers(&title.text)
                || (means::is_one_act(&title.words) && offered::by_means(blocks)),
        };
        let group = (reading.home != ix).then(|| reading.name.as_str().into());
        if let Some(budget) = reading
            .budget
            .filter(|_| self.outline.parent(ix) == group.as_ref().map(|_| reading.home))
        {
            *self.contents.parts.entry(reading.home).or_default() += budget;
        }
        let first = blocks.first().and_then(Block::paragraph).filter(|_| back);
        if let Some(until) = first.and_then(|inline| since::until_in_sentence(&inline.text)) {
            self.contents.until.insert(ix, until);
        }
        let group = group.as_ref();
        let mut found = walk::read(blocks, rules, group, book);
        let section = &self.outline.sections[ix];
        let alone = !self.acts_below(ix);
        by_hand::of_section(section, reading, alone, rules, blocks, &mut found, book);
        let idle = self.outline.idle;
        timetable::of_section(section, idle, rules, group, blocks, &mut found, book);
        if told && !back {
            let looked = verified && reading.runs && !section.acts;
            bulleted::tell_unread(section, looked, blocks, &found, book);
        }
        boxes::say_unread(&found.notes, book);
        if verified {
            timetable::say_unread(blocks, &found.notes, book);
        }
        self.take(ix, found, book);
    }

    /// Whether something is done below one of the headings within the section `ix`.
    fn acts_below(&self, ix: SectionIx) -> bool {
        let parts = ix + 1..ix + self.outline.within(ix).count();
        let mut parts = parts.filter(|&part| self.readings[part].role == self.readings[ix].role);
        parts.any(|part| self.outline.sections[part].acts || self.readings[part].counted)
    }

    /// A section of which only the task items are to be done.
    fn prose(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let section = &self.outline.sections[ix];
        let found = walk::read(blocks, TASKS, None, book);
        boxes::say_unread(&found.notes, book);
        let reading = &self.readings[ix];
        if reading.role != Role::Rollback && reading.kind() == Some(PhaseKind::Verify) {
            timetable::say_unread(blocks, &found.notes, book);
        }
        unrun::tell_concept(self.outline, ix, blocks, book);
        let text = section.title.text.to_lowercase();
        if text.starts_with("change details") {
            self.contents.contacts.extend(contacts::of_change(blocks));
        }
        self.take(ix, found, book);
    }

    /// Whether a section is one for reading, and nobody could expect anything else.
    fn is_surely_reference(&self, ix: SectionIx) -> bool {
        if series::is_called_step(&self.outline.sections[ix].title) {
            return false;
        }
        let reference = Role::Other(Sense::Reference);
        let all = std::iter::once(ix).chain(self.outline.above(ix));
        let chain: Vec<&Title> = all
            .take_while(|&ix| self.readings[ix].role == reference)
            .map(|ix| &self.outline.sections[ix].title)
            .collect();
        // "Deployment › Template service" may be deployed.
        let driven = self
            .outline
            .parent(ix)
            .is_some_and(|above| self.readings[above].runs);
        let thing = |title: &&&Title| appendix::may_be_thing(&title.text);
        !(driven && chain.last().is_some_and(|last| thing(&last))) && looked_up::surely(&chain)
    }

    /// A section in which nothing is to be done, whatever it looks like.
    fn reference(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        self.contents.places[ix] = Place::Reference;
        let shown = blocks
            .iter()
            .filter(|block| !matches!(block.kind, Kind::Rule));
        let spans: Vec<Span> = shown.map(|block| block.span).collect();
        for span in &spans {
            book.settle_note(*span);
        }
        let notes = Found {
            notes: spans,
            ..Found::default()
        };
        self.take(ix, notes, book);
    }

    fn criteria(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let (mut found, _) = criteria::read(blocks, |_| false, book);
        found.alerts.extend(in_heading(&self.outline.sections[ix]));
        self.settle(ix, Place::Alert, !found.alerts.is_empty());
        self.take(ix, found, book);
    }

    /// A heading goes where what stands below it went.
    fn settle(&mut self, ix: SectionIx, place: Place, found: bool) {
        if found && self.contents.places[ix] == Place::Note {
            self.contents.places[ix] = place;
        }
    }

    fn alerts(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let set_up = criteria::is_set_up(&self.outline.sections[ix].title.words);
        let apart = |block: &Block| set_up || !criteria::are_alarms(block);
        let (found, apart) = criteria::read(blocks, apart, book);
        self.settle(ix, Place::Alert, !found.alerts.is_empty());
        self.take(ix, found, book);
        for block in apart {
            let found = walk::read(std::slice::from_ref(block), TASKS, None, book);
            self.take(ix, found, book);
        }
    }

    /// People, and when to go back, as far as a line among them says so.
    fn people(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        if let Some(at) = criteria::announced(blocks) {
            self.people(ix, &blocks[..at], book);
            self.criteria(ix, &blocks[at..at + 2], book);
            self.people(ix, &blocks[at + 2..], book);
        } else if self.readings[ix].role == Role::Other(Sense::Contacts) {
            self.contacts(ix, blocks, book);
        } else {
            self.signoffs(ix, blocks, book);
        }
    }

    fn contacts(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let section = &self.outline.sections[ix];
        let above = self.outline.parent(ix);
        let group = above.filter(|&above| self.readings[above].role == self.readings[ix].role);
        let group = group.map(|_| section.title.text.as_str());
        let people = contacts::contacts(blocks, group, book);
        self.contents.named[ix] |= group.is_some() && !people.found.is_empty();
        self.settle(ix, Place::Contact, !people.found.is_empty());
        self.contents.contacts.extend(people.found);
        let found = walk::read_others(&people.others, TASKS, &people.notes, book);
        self.take(ix, found, book);
    }

    fn signoffs(&mut self, ix: SectionIx, blocks: &[Block], book: &mut Book<'_>) {
        let section = &self.outline.sections[ix];
        let people = signoffs::signoffs(blocks, &section.title.text, book);
        self.settle(ix, Place::Signoff, !people.found.is_empty());
        self.contents.signoffs.extend(people.found);
        let found = walk::read_others(&people.others, TASKS, &people.notes, book);
        self.take(ix, found, book);
    }

    /// Puts what a section holds where it belongs.
    fn take(&mut self, ix: SectionIx, mut found: Found, book: &mut Book<'_>) {
        self.warn(ix, &mut found);
        self.budget(ix, &mut found, book);
        let criteria = self.readings[ix].role != Role::Other(Sense::Alerts);
        criteria::say_unmeasured(&found.alerts, criteria, book);
        let contents = &mut self.contents;
        contents.alerts.extend(found.alerts);
        contents.contacts.extend(found.contacts);
        contents.signoffs.extend(found.signoffs);
        if !found.steps.is_empty() {
            let reading = &self.readings[ix];
            rivals::guard(self.outline, self.readings, ix, &mut found.steps, book);
            if reading.role == Role::Rollback {
                contents.places[ix] = Place::Rollback;
                contents.back.push((ix, found.steps));
            } else {
                rivals::guard_place(self.outline, ix, &mut found.steps, book);
                guards::guard_what_follows(&mut found.steps, book);
                if contents.places[ix] == Place::Note {
                    contents.places[ix] = Place::Phase;
                }
                contents.named[ix] = true;
                let home = reading.home;
                if let Some(slot) = contents.slots[home] {
                    contents.forward[slot].1.extend(found.steps);
                } else {
                    contents.slots[home] = Some(contents.forward.len());
                    contents.forward.push((home, found.steps));
                }
            }
        }
        let text = notes::text(&found.notes, book);
        if let Some(first) = found.notes.first().filter(|_| !text.is_empty()) {
            self.note(ix, text, *first);
        }
    }

    /// A budget is the phase's. Where it may be about less than that, or about more, it is text as well,
    /// and what the parts of a phase take is its budget if it has no other.
    fn budget(&mut self, ix: SectionIx, found: &mut Found, book: &mut Book<'_>) {
        let Some((budget, span)) = found.budget else {
            return;
        };
        let home = self.readings[ix].home;
        let apart = self.readings[ix].role != Role::Steps;
        let whole = self
            .outline
            .parent(ix)
            .filter(|_| apart && found.steps.is_empty());
        let whole = whole.map_or(home, |above| self.readings[above].home);
        if whole == ix {
            self.contents.budgets.insert(ix, budget);
        } else {
            let parts = self.contents.parts.entry(whole).or_default();
            *parts = parts.saturating_add(budget);
        }
        if home != ix || found.steps.is_empty() {
            book.settle_note(span);
            if !found.notes.contains(&span) {
                let at = found.notes.partition_point(|note| note.start < span.start);
                found.notes.insert(at, span);
            }
        }
    }
}
