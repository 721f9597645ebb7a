//! Guides that only their title calls a deployment: "VPS deployment guide" over "1. Connect", "2. Pull the latest
//! changes", "3. Restart the app". Who numbers such orders says in which order they are done.

use super::outline::{Outline, SectionIx};
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::orders;
use crate::plan::markdown::names::words::{Meaning, Stage, Weight, Words};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

/// The numbered headings that are the steps of what the title of the file deploys, if it does: its first heading, or
/// the one that its front matter has `called` it by. What stands behind the last order is told for another time, and so is
/// what undoes all of it: "6. Logs", "7. Uninstall".
pub(super) fn steps(outline: &Outline, called: Option<&str>) -> Vec<SectionIx> {
    // The first section stands for the file.
    let above = outline.title.unwrap_or(0);
    let heading = &outline.sections[above].title;
    let deploys = |called: &str| names_deployment(&Title::new(called));
    if outline.several_tops || !(names_deployment(heading) || called.is_some_and(deploys)) {
        return Vec::new();
    }
    let words = |ix: &SectionIx| &outline.sections[*ix].title.words;
    let numbered = |ix: &SectionIx| {
        let section = &outline.sections[*ix];
        let number = section.title.ordinal == Some(Ordinal::Number);
        section.parent.unwrap_or(0) == above && number && !undoes(&section.title.words)
    };
    let mut steps: Vec<SectionIx> = (1..outline.sections.len()).filter(numbered).collect();
    let order = |ix: &SectionIx| orders_work(words(ix)) && !ends_work(words(ix));
    let last = steps.iter().rposition(order).map_or(0, |last| last + 1);
    steps.truncate(last);
    // What says something else is read as that.
    let held = steps.iter().filter(|&&ix| {
        let plain = outline.sections[ix].title.meaning == Meaning::default();
        plain && outline.within(ix).any(|within| within.holds.work)
    });
    let held: Vec<&SectionIx> = held.collect();
    let ordered = held.iter().filter(|ix| orders_work(words(ix))).count();
    if held.len() > 1 && ordered * 2 >= held.len() {
        steps
    } else {
        Vec::new()
    }
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

/// Whether a heading is of what takes everything away again, or begins anew.
fn undoes(words: &Words) -> bool {
    let text = words.uncounted();
    let begins = UNDOES.iter().any(|stem| text.starts_with(stem));
    begins || AGAIN.iter().any(|word| text.contains(word))
}

/// Whether a heading is an order with which such a guide goes on only where another stands behind it: "Stop the app".
fn ends_work(words: &Words) -> bool {
    ENDS.iter().any(|stem| words.uncounted().starts_with(stem))
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
/// How headings begin that are of the end of what was deployed, or of a new beginning.
const UNDOES: [&str; 21] = [
    "uninstall",
    "deinstall",
    "tear",
    "destroy",
    "wipe",
    "wiping",
    "nuke",
    "reset",
    "delet",
    "removing",
    "remove everything",
    "remove all",
    "removal",
    "decommission",
    "desinstall",
    "loschen",
    "entfern",
    "supprim",
    "elimin",
    "удал",
    "卸载",
];
/// The same wherever they stand.
const AGAIN: [&str; 6] = [
    "from scratch",
    "start over",
    "starting over",
    "start fresh",
    "removal",
    " reset ",
];
/// How orders begin that may be for another time.
const ENDS: [&str; 9] = [
    "stop", "disable", "clean", "prune", "purge", "remove", "drop", "view", "access",
];
