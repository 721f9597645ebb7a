//! What is said of a section beside its steps: alerts that its first step shows, notes with the heading by which
//! they are found, and what becomes of headings over others.

use super::Reader;
use crate::plan::ledger::Place;
use crate::plan::markdown::found::Found;
use crate::plan::markdown::headings::outline::SectionIx;
use crate::plan::markdown::steps::work;
use crate::plan::parts::Note;
use crate::plan::source::Span;

impl Reader<'_> {
    /// Shows the alerts of the headings above with the first step below them.
    pub(super) fn warn(&mut self, ix: SectionIx, found: &mut Found) {
        let above = |from: SectionIx| {
            let mut all = std::iter::successors(Some(ix), |&ix| self.outline.sections[ix].parent);
            all.any(|section| section == from) || from == 0
        };
        let warned = self.warned.take().filter(|(from, _)| above(*from));
        match found.steps.first_mut() {
            Some(first) => {
                for text in warned.iter().flat_map(|(_, texts)| texts).rev() {
                    work::put_before(&mut first.details, text);
                }
            }
            None => self.warned = warned,
        }
        let left = std::mem::take(&mut found.warnings);
        match &mut self.warned {
            _ if left.is_empty() => {}
            Some((_, texts)) => texts.extend(left),
            None => self.warned = Some((ix, left)),
        }
    }

    pub(super) fn note(&mut self, ix: SectionIx, text: String, span: Span) {
        let heading = self.note_heading(ix);
        let notes = &mut self.contents.notes;
        match notes.last_mut().filter(|last| last.heading == heading) {
            Some(last) => {
                last.text.push_str("\n\n");
                last.text.push_str(&text);
            }
            None => notes.push(Note {
                heading,
                text,
                span,
            }),
        }
    }

    /// A heading, with the one above it, by which a note is found.
    pub(super) fn note_heading(&mut self, ix: SectionIx) -> String {
        let own = self.outline.sections[ix].title.text.clone();
        self.contents.named[ix] = true;
        if own.is_empty() {
            return self.title.to_owned();
        }
        match self.outline.parent(ix) {
            Some(above) => {
                self.contents.named[above] = true;
                let above = self.outline.sections[above].title.text.as_str();
                [above, " › ", &own].concat()
            }
            None => own,
        }
    }

    /// A heading over phases is part of them, one over rollbacks part of those, and so on.
    pub(super) fn spread_places(&mut self) {
        for ix in (0..self.readings.len()).rev() {
            let place = self.contents.places[ix];
            let Some(above) = self.outline.parent(ix) else {
                continue;
            };
            let kin = self.readings[above].role == self.readings[ix].role;
            if kin && place != Place::Note && self.contents.places[above] == Place::Note {
                self.contents.places[above] = place;
            }
        }
    }
}
