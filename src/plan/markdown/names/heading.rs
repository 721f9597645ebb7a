//! A heading taken apart: its name, the times in its parentheses, what it counts as.

use super::apart;
use super::cases;
use super::conditional::{self, Reserve};
use super::decoration;
use super::orders;
use super::returns::before_need;
use super::words::{Meaning, Sense, Stage, Weight, Words};
use crate::plan::find;
use crate::plan::markdown::figures::since::looks_like_place;
use crate::plan::markdown::figures::times::Said;
use crate::plan::markdown::figures::told_times::{
    Time, head_of, length_before, length_behind_sign, place_alone, time_at_the_end, times_of,
};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::{ORDINALS, strip_word};
use crate::plan::model::PhaseKind;

/// What a heading without words is called.
pub(super) const UNNAMED: &str = "Without a heading";

/// The longest Roman number that counts, in bytes.
const MAX_MARK: usize = 5;

/// What a heading says.
pub(in crate::plan::markdown) struct Title {
    /// As it is written, decoration aside.
    pub(in crate::plan::markdown) text: String,
    pub(in crate::plan::markdown) words: Words,
    pub(in crate::plan::markdown) meaning: Meaning,
    /// What it counts, if it begins by counting.
    pub(in crate::plan::markdown) ordinal: Option<Ordinal>,
    /// The id that the author gave it, `{#like-this}`.
    pub(in crate::plan::markdown) id: Option<String>,
    /// Whether it says that here is the point of no return.
    pub(in crate::plan::markdown) no_return: bool,
    /// Whether a sign in front of it crosses it out.
    pub(in crate::plan::markdown) crossed: bool,
    /// What it says against going on with what stands below it.
    pub(in crate::plan::markdown) reserve: Option<Reserve>,
    times: Vec<Time>,
}

impl Title {
    pub(in crate::plan::markdown) fn new(heading: &str) -> Self {
        let (heading, id) = take_id(heading);
        let text = decoration::strip_both(heading);
        let whole = Words::new(&text);
        let no_return = apart::is_no_return(&whole, &text);
        let (words, meaning) = words(&text, whole);
        let mut times = times_of(&text);
        if times.is_empty() {
            let back = meaning.sense == Some(Sense::Rollback);
            // "Cache TTL: 1 hour" is a value, and nothing that takes so long.
            let takes = |time: &Time| {
                let head = time.place.as_ref().map_or("", |place| &text[..place.start]);
                Words::new(head).meaning() != Meaning::default()
            };
            let told = time_at_the_end(&text, back).or_else(|| place_alone(&text));
            times.extend(told.or_else(|| length_behind_sign(&text).filter(takes)));
        } else if let Some(length) = length_before(&text, &times) {
            times.insert(0, length);
        }
        let mut title = Title {
            meaning,
            ordinal: ordinal(&text),
            times,
            words,
            id,
            no_return,
            crossed: cases::is_crossed_out(heading),
            reserve: conditional::reserve(&text),
            text,
        };
        title.forget_length();
        title
    }

    /// "Phase 1: Canary (24 hours)" takes so long, and "Review (24 hours)" is due then.
    fn forget_length(&mut self) {
        let counted = matches!(self.ordinal, Some(Ordinal::Phase | Ordinal::Number));
        let late = |stage: Stage| stage.kind == PhaseKind::After;
        if counted && self.meaning.stage.is_some_and(late) {
            let (lengths, bare) = self.read(|said| matches!(said, Said::Length(_)).then_some(()));
            if !lengths.is_empty() {
                (self.words, self.meaning) = words(&bare, Words::new(&bare));
            }
        }
    }

    /// What the times say to `understand`, and the name without those that it understood.
    pub(in crate::plan::markdown) fn read<T>(
        &self,
        mut understand: impl FnMut(Said) -> Option<T>,
    ) -> (Vec<T>, String) {
        let mut found = Vec::new();
        let mut name = String::new();
        let mut from = 0;
        for time in &self.times {
            let Some(meaning) = understand(time.said) else {
                continue;
            };
            found.push(meaning);
            if let Some(place) = &time.place {
                name.push_str(&self.text[from..place.start]);
                from = place.end;
            }
        }
        name.push_str(&self.text[from..]);
        if from > 0 {
            name = crate::plan::markdown::elements::blocks::one_line(&name);
        }
        name.truncate(name.trim_end_matches([':', ' ', '-', '–', '—', '：']).len());
        if name.contains(" :") {
            name = name.replace(" :", ":");
        }
        if name.is_empty() {
            name.clone_from(&self.text);
        }
        if name.is_empty() {
            UNNAMED.clone_into(&mut name);
        }
        (found, name)
    }

    /// The words of the first time that is told, as the author wrote them.
    pub(in crate::plan::markdown) fn time_words(&self) -> Option<&str> {
        let time = self.times.first()?;
        Some(match &time.place {
            Some(place) => self.text[place.clone()]
                .trim_matches(['(', ')', '[', ']', '（', '）', '【', '】', ' ']),
            None => head_of(&self.text).trim(),
        })
    }

    /// What in its parentheses looks like a place on the clock, if no time was understood.
    pub(in crate::plan::markdown) fn unread_time(&self) -> Option<&str> {
        let parts = self.text.split(['(', '[']).skip(1);
        let mut inside = parts.map(|part| part.split([')', ']']).next().unwrap_or(part));
        inside
            .find(|inside| looks_like_place(inside))
            .filter(|_| self.times.is_empty())
    }

    /// Whether it speaks of a way back, or of when to do something.
    pub(in crate::plan::markdown) fn is_about_way_back(&self) -> bool {
        self.words.says_when() || self.meaning.sense == Some(Sense::Rollback)
    }

    /// Whether it tells a place on the clock.
    pub(in crate::plan::markdown) fn tells_place(&self) -> bool {
        let place = |time: &Time| matches!(time.said, Said::Place(_) | Said::Stretch(..));
        self.times.iter().any(place)
    }

    /// Its text without what stands in parentheses, if that is a time of the day: "During cutover (8:00 AM - 2:00 PM)".
    pub(in crate::plan::markdown) fn without_clock(&self) -> Option<String> {
        let clock = |inside: &str| {
            let digits = inside.trim_start_matches(|c: char| c.is_ascii_digit());
            digits.len() < inside.len() && digits.starts_with([':', 'h', ' ', '.'])
        };
        let mut inside = cases::in_brackets(&self.text).peekable();
        (inside.peek().is_some() && inside.all(clock)).then(|| without_parentheses(&self.text))
    }

    /// Whether it tells any time.
    pub(in crate::plan::markdown) fn tells_time(&self) -> bool {
        !self.times.is_empty()
    }

    /// Whether it tells times, all of them of one kind.
    pub(in crate::plan::markdown) fn tells_only(&self, kind: impl Fn(&Said) -> bool) -> bool {
        self.tells_time() && self.times.iter().all(|time| kind(&time.said))
    }
}

/// The words that count, and what they say: those before an explanation, if they say anything ("Rollback steps -
/// to be taken if this change …"), and not those in parentheses that only speak of a rollback beside a
/// deployment ("Migration (rollback: see below)"). `whole` are all of them.
fn words(text: &str, whole: Words) -> (Words, Meaning) {
    let (words, meaning) = explained(text, whole);
    let sense = meaning.sense;
    if let (Some(Sense::Criteria), Some(head)) = (sense, before_need(text)) {
        // "Rollback if needed" is how to.
        let bare = explained(head, Words::new(head));
        if bare.1.sense == Some(Sense::Rollback) {
            return bare;
        }
    }
    let about_back = matches!(sense, Some(Sense::Rollback | Sense::Criteria));
    if words.is_shelved() || !about_back || !text.contains(['(', '（']) {
        return (words, meaning);
    }
    let mut inside = cases::in_brackets(text);
    let outside = without_parentheses(text);
    let (outside, bare) = explained(&outside, Words::new(&outside));
    let better = if sense == Some(Sense::Criteria) {
        // "Rollback (if needed)" is how to, "Rollback if" says when.
        bare.sense == Some(Sense::Rollback) && inside.any(cases::begins_case)
    } else {
        let strong = |stage: Stage| stage.weight == Weight::Strong;
        // "Deploy the previous version (rollback)"
        let named = inside.any(|inside| Words::new(inside).is_plain_rollback());
        // "Cache (only in an emergency)" is a step, for a case.
        let case = cases::in_brackets(text).all(cases::only_tells_case);
        bare.sense.is_none() && (case || (!named && bare.stage.is_some_and(strong)))
    };
    if better {
        (outside, bare)
    } else {
        (words, meaning)
    }
}

/// `text` without what stands in parentheses.
pub(in crate::plan::markdown) fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    let mut outside = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    outside
}

/// The words of `text` before an explanation, if they say anything, else all of them, which `whole` is.
fn explained(text: &str, whole: Words) -> (Words, Meaning) {
    let mut dashes = [" - ", " – "].into_iter();
    let head = dashes.find_map(|dash| find::split_once(text, dash));
    if let Some((head, _)) = head.filter(|_| !whole.is_shelved()) {
        let first = Words::new(head);
        let meaning = first.meaning();
        if meaning != Meaning::default() {
            return (first, meaning);
        }
    }
    let mut meaning = whole.meaning();
    if let Some(stage) = first_of_two(text, meaning) {
        meaning.stage = Some(stage);
    }
    (whole, meaning)
}

/// What "Execute the migration + parity checks" begins with, if that deploys, and it is otherwise only verified.
fn first_of_two(text: &str, meaning: Meaning) -> Option<Stage> {
    let verifies = |stage: Stage| stage.kind == PhaseKind::Verify;
    let weak = meaning.stage.filter(|stage| verifies(*stage));
    weak.filter(|stage| stage.weight < Weight::Strong && meaning.sense.is_none())?;
    let (first, _) = JOINED.iter().find_map(|and| find::split_once(text, and))?;
    let first = Words::new(first);
    let stage = first.meaning().stage?;
    let orders = orders::begin(&first) || first.orders_deployment();
    (stage.kind == PhaseKind::Deploy && stage.weight == Weight::Strong && orders).then_some(stage)
}

/// What joins two things that are done.
pub(super) const JOINED: [&str; 8] = [" + ", " & ", " and ", " und ", " et ", " y ", " e ", " и "];

fn take_id(heading: &str) -> (&str, Option<String>) {
    let marked = heading
        .trim_end()
        .strip_suffix('}')
        .and_then(|rest| rest.rsplit_once("{#"));
    match marked {
        Some((text, id)) if crate::plan::id::is_id(id) => (text.trim_end(), Some(id.to_owned())),
        _ => (heading, None),
    }
}

/// Whether `text` begins by counting options: "Option A: …".
pub(in crate::plan::markdown) fn counts_options(text: &str) -> bool {
    matches!(ordinal(text), Some(Ordinal::Option | Ordinal::Case))
}

/// Whether `text` begins by counting cases, also behind a number: "Scenario 1", "3.1 Case B".
pub(in crate::plan::markdown) fn is_case(text: &str) -> bool {
    let case = |text: &str| ordinal(text) == Some(Ordinal::Case);
    case(text) || case(behind_count(text).trim_start())
}

/// Whether `text` begins by telling a case that is not counted itself: "Scenario: the data is corrupt".
pub(in crate::plan::markdown) fn tells_case(text: &str) -> bool {
    let tells = |text| counted(text).is_some_and(is_told_case);
    tells(text) || tells(behind_count(text).trim_start())
}

/// Whether what stands behind the word for a case, if it is one, tells which.
fn is_told_case((rest, ordinal): (&str, Ordinal)) -> bool {
    ordinal == Ordinal::Case && rest.starts_with([':', '：'])
}

/// Whether `text` begins by counting: "Step 1", "Option A".
pub(in crate::plan::markdown) fn counts(text: &str) -> bool {
    ordinal(text).is_some()
}

/// Whether `text` begins with the number of a step or of a phase: "Step 1: …", "Phase 2: …".
pub(in crate::plan::markdown) fn counts_in_order(text: &str) -> bool {
    counts_steps(text) || ordinal(text) == Some(Ordinal::Phase)
}

/// Whether `text` begins with a step's number: "Step 1: …".
pub(in crate::plan::markdown) fn counts_steps(text: &str) -> bool {
    ordinal(text) == Some(Ordinal::Number) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// What stands behind `I.`, `B.`, `c)` or `R6.`, by which headings count as well.
pub(super) fn unmarked(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let mut near = text.bytes().take(MAX_MARK + 1);
    let end = near.position(|byte| matches!(byte, b'.' | b')'))?;
    let (mark, rest) = (&text[..end], &text[end + 1..]);
    let roman = mark.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    let letter = mark.len() == 1 && mark.starts_with(|c: char| c.is_ascii_alphabetic());
    // `P0.` is how bad something is, `Q1.` a question, `V2.` a version, `T1.` a time.
    let number = mark.strip_prefix(|c: char| c.is_ascii_uppercase() && !"PQTV".contains(c));
    let coded = number.is_some_and(|number| number.parse::<u8>().is_ok());
    let counts = (roman && !mark.is_empty()) || (letter && !mark.starts_with('v')) || coded;
    counts.then(|| rest.strip_prefix(' ')).flatten()
}

/// What stands behind the number that `text` begins with, its word included: "Phase C' — Abort", "2. Abort".
pub(in crate::plan::markdown) fn behind_count(text: &str) -> &str {
    if let Some(rest) = unmarked(text) {
        return rest;
    }
    let counted = counted(text).map_or(text, |(rest, _)| {
        rest.trim_start_matches(|c: char| !NUMBER_ENDS.contains(&c))
    });
    counted.trim_start_matches(|c: char| c.is_ascii_digit() || NUMBER_ENDS.contains(&c))
}

/// How many words of `text` only count it: "Phase C" and "Schritt 3" are two.
pub(super) fn words_of_count(text: &str) -> usize {
    // Hardly any heading has a number or a single capital there.
    let space = text.bytes().position(|byte| byte == b' ');
    let near = space.and_then(|space| text.as_bytes().get(space + 1));
    let number = near.is_some_and(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    match number.then(|| counted(text)).flatten() {
        Some((_, Ordinal::Phase | Ordinal::Number)) => 2,
        _ => 0,
    }
}

/// What stands behind the word that `text` is counted by, and what that counts.
fn counted(text: &str) -> Option<(&str, Ordinal)> {
    let counted = ORDINALS.near(text).iter();
    counted
        .filter_map(|(word, ordinal)| Some((strip_word(text, word)?.trim_start(), *ordinal)))
        .find(|counted| is_told_case(*counted) || starts_with_number(counted.0))
}

fn ordinal(text: &str) -> Option<Ordinal> {
    if unmarked(text).is_some() {
        return Some(Ordinal::Number);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        return rest.starts_with([')', ' ', ':']).then_some(Ordinal::Number);
    }
    counted(text).map(|(_, ordinal)| ordinal)
}

/// Where a number ends: `C'` is another one than `C`.
const NUMBER_ENDS: [char; 14] = [
    ' ', ':', '.', ')', '-', '–', '—', '：', '、', '．', '）', '\'', '’', '′',
];

/// Whether `text` begins with a number or with a single capital of any script: "А. Команды".
pub(super) fn starts_with_mark(text: &str) -> bool {
    let mut mark = text.split(NUMBER_ENDS).next().unwrap_or("").chars();
    let capital = mark.next().is_some_and(char::is_uppercase) && mark.next().is_none();
    capital || starts_with_number(text)
}

/// Whether `text` begins with a number, which may have a letter, a single capital or a Roman number.
fn starts_with_number(text: &str) -> bool {
    let number = text.split(NUMBER_ENDS).next().unwrap_or("");
    let letter = number.len() == 1 && number.starts_with(|c: char| c.is_ascii_uppercase());
    let plain = number.strip_suffix(|c: char| c.is_ascii_lowercase());
    let digits = plain.unwrap_or(number);
    let digits = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let roman = !number.is_empty() && number.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
    letter || digits || roman
}

#[cfg(test)]
#[path = "../tests/heading.rs"]
mod tests;
