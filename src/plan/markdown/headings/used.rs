//! "When to use the manual failover": what stands below the heading of that name is for a case, which is told there.

use std::collections::HashMap;

use super::outline::{Outline, SectionIx};
use crate::plan::letters;
use crate::plan::letters::is_dense;

/// The headings of a file that say when something is used.
pub(in crate::plan::markdown) struct Used<'o> {
    outline: &'o Outline,
    /// What that is which each is about, by what they stand below and by how its name begins.
    told: HashMap<(SectionIx, String), Vec<(SectionIx, String)>>,
}

impl<'o> Used<'o> {
    pub(in crate::plan::markdown) fn of(outline: &'o Outline) -> Self {
        let mut told: HashMap<_, Vec<_>> = HashMap::new();
        for (ix, section) in outline.sections.iter().enumerate() {
            if let Some(parent) = outline.parent(ix)
                && let Some(thing) = thing(&section.title.text)
            {
                let first = first(&thing).to_owned();
                told.entry((parent, first)).or_default().push((ix, thing));
            }
        }
        Used { outline, told }
    }

    /// The heading beside `ix`, or beside one above it, that says when what it names is used.
    pub(in crate::plan::markdown) fn case_of(&self, ix: SectionIx) -> Option<&'o str> {
        let title = |ix: SectionIx| self.outline.sections[ix].title.text.as_str();
        let mut all = std::iter::once(ix).chain(self.outline.above(ix));
        all.find_map(|ix| {
            let parent = self.outline.parent(ix).filter(|_| !self.told.is_empty())?;
            let own = letters::fold(title(ix));
            let words = own.split(|c: char| !c.is_alphanumeric());
            let words = words.chain([""]).map(|word| (parent, word.to_owned()));
            let beside = words.filter_map(|key| self.told.get(&key)).flatten();
            let mut others = beside.filter(|(other, thing)| *other != ix && names(&own, thing));
            others.next().map(|(other, _)| title(*other))
        })
    }
}

/// The first word of `thing`, none in a script that has no spaces between them.
fn first(thing: &str) -> &str {
    let first = thing.split(|c: char| !c.is_alphanumeric()).next();
    first
        .filter(|word| !word.contains(is_dense))
        .unwrap_or_default()
}

/// What `heading` says when to use.
fn thing(heading: &str) -> Option<String> {
    let folded = letters::fold(heading);
    let behind = WHEN
        .iter()
        .find_map(|word| folded.strip_prefix(word))
        .map(str::to_owned);
    let before = || {
        Some(
            folded
                .strip_suffix("を使う場合")
                .or(folded.strip_suffix("を使用する場合"))?
                .to_owned(),
        )
    };
    let rest = behind.or_else(before)?;
    let mut rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
    for article in ARTICLES {
        rest = rest.strip_prefix(article).unwrap_or(rest);
    }
    let long = rest.chars().count() >= if rest.contains(is_dense) { 2 } else { 4 };
    (long && !GENERAL.contains(&rest)).then(|| rest.to_owned())
}

/// Whether `thing` stands in `heading` as a name of its own, and is not put beside another word that says it is not it.
fn names(heading: &str, thing: &str) -> bool {
    heading.match_indices(thing).any(|(at, _)| {
        let before = heading[..at].chars().next_back();
        let behind = heading[at + thing.len()..].chars().next();
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() || is_dense(c));
        apart(before) && apart(behind)
    })
}

/// How such a heading begins, in all languages.
const WHEN: [&str; 12] = [
    "when to use ",
    "when to choose ",
    "when to run ",
    "when to do ",
    "wann verwenden",
    "wann nutzen",
    "quand utiliser ",
    "cuando usar ",
    "quando usar ",
    "когда использовать ",
    "何时使用",
    "何时采用",
];
const ARTICLES: [&str; 16] = [
    "a ", "an ", "the ", "le ", "la ", "les ", "l'", "un ", "une ", "el ", "los ", "una ", "o ",
    "um ", "uma ", "die ",
];
/// What a heading may be about that is about the whole file.
const GENERAL: [&str; 6] = [
    "this",
    "this runbook",
    "this procedure",
    "this document",
    "it",
    "runbook",
];
