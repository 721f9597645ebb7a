//! Guides that only their title calls a deployment: "VPS deployment guide" over "1. Connect", "2. Pull the latest
//! changes", "3. Restart the app". Who numbers such orders says in which order they are done.

use super::heading::{Ordinal, Title};
use super::orders;
use super::outline::{Outline, SectionIx};
use super::phrases::Topic;
use super::words::{Meaning, Stage, Weight, Words};
use crate::plan::model::PhaseKind;

/// Below which section the numbered headings are the steps of what the title of the file deploys, if it does: its first
/// heading, or the one that its front matter has `called` it by. The first section stands for the file.
pub(super) fn steps_below(outline: &Outline, called: Option<&str>) -> Option<SectionIx> {
    let above = outline.title.unwrap_or(0);
    let heading = &outline.sections[above].title;
    let deploys = |called: &str| names_deployment(&Title::new(called));
    if outline.several_tops || !(names_deployment(heading) || called.is_some_and(deploys)) {
        return None;
    }
    let mut held = 0_usize;
    let mut ordered = 0_usize;
    for (ix, section) in outline.sections.iter().enumerate().skip(1) {
        let title = &section.title;
        let below = section.parent.unwrap_or(0) == above && title.ordinal == Some(Ordinal::Number);
        // What says something else is read as that.
        let plain = below && title.meaning == Meaning::default();
        if plain && outline.within(ix).any(|within| within.holds.work) {
            held += 1;
            ordered += usize::from(orders_work(&title.words));
        }
    }
    (held > 1 && ordered * 2 >= held).then_some(above)
}

/// Whether `title` says that what stands below it deploys, and not what that is like, or what goes wrong.
fn names_deployment(title: &Title) -> bool {
    let words = &title.words;
    let aside = [
        Topic::Reference,
        Topic::Prose,
        Topic::Told,
        Topic::Failure,
        Topic::Case,
        Topic::Elsewhere,
        Topic::Testing,
        Topic::Recovery,
        Topic::Abandon,
    ];
    let text = words.uncounted();
    let theory = THEORY.iter().any(|word| text.contains(word));
    let deploys = |stage: Stage| stage.kind == PhaseKind::Deploy && stage.weight > Weight::Faint;
    let renews = || {
        let mut said = text.split(' ').filter(|word| !word.is_empty());
        said.any(|word| RENEWS.iter().any(|stem| word.starts_with(stem)))
    };
    title.meaning.sense.is_none()
        && !theory
        && !aside.into_iter().any(|topic| words.has(topic))
        && title.meaning.stage.map_or_else(renews, deploys)
}

/// Whether a heading is an order of the sort that such a guide consists of.
fn orders_work(words: &Words) -> bool {
    let first = words.uncounted().split(' ').next().unwrap_or_default();
    orders::begin(words) || GOES.contains(&first)
}

/// How a title speaks of a deployment that is looked at, not made.
const THEORY: [&str; 10] = [
    "architect",
    "strateg",
    "polic",
    "concept",
    "compar",
    "option",
    "methods",
    "ways",
    "understanding",
    "history",
];
/// How words begin for deploying again.
const RENEWS: [&str; 10] = [
    "redeploy",
    "update",
    "updating",
    "aktualisier",
    "actualis",
    "actualiz",
    "atualiz",
    "обновл",
    "更新",
    "アップデート",
];
/// With which orders begin that are no beginnings of other headings elsewhere.
const GOES: [&str; 26] = [
    "access", "build", "check", "checkout", "clone", "collect", "compile", "connect", "download",
    "enter", "export", "extract", "fetch", "generate", "get", "go", "login", "navigate", "package",
    "pull", "push", "ssh", "sync", "transfer", "unpack", "unzip",
];
