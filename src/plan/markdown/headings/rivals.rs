//! Headings side by side that exclude each other by their names.

use super::outline::{Outline, SectionIx};
use crate::plan::markdown::names::choice;
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::means;
use crate::plan::markdown::names::rival::{Name, among};
use crate::plan::markdown::names::words::Stage;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

/// Which sections are ways of which one is gone, by their names: those that stand side by side, with
/// something to be done below each.
pub(in crate::plan::markdown) fn of_sections(outline: &Outline) -> Vec<Option<usize>> {
    let mut found = vec![None; outline.sections.len()];
    let tops = (1..outline.sections.len()).filter(|&ix| outline.sections[ix].parent.is_none());
    let tops: Vec<SectionIx> = tops.collect();
    let below = outline.sections.iter().map(|section| &section.children);
    for children in below.chain([&tops]).filter(|children| children.len() > 1) {
        let name = |&ix: &SectionIx| {
            let section = &outline.sections[ix];
            let holds = section.holds.work || section.holds.tasks || !section.children.is_empty();
            let title = &section.title;
            let name = holds.then(|| Name::of(&title.text)).flatten()?;
            let tests = title.words.has(Topic::Testing)
                || (heading::is_case(&title.text) && outline.is_tested_case(ix));
            // "Option A" by itself is counted as one, see [`Ordinal::Option`].
            let counted = section.title.ordinal == Some(Ordinal::Number);
            let sure = name.is_sure() || (counted && name == Name::Option);
            (sure && !tests).then_some(name)
        };
        let names: Vec<Option<Name<'_>>> = children.iter().map(name).collect();
        for (&ix, rival) in children.iter().zip(among(&names)) {
            found[ix] = rival.map(|first| children[first]);
        }
    }
    for ix in 1..outline.sections.len() {
        let ways = offered(outline, ix);
        for &way in ways.iter().filter(|_| ways.len() > 1) {
            found[way] = Some(ways[0]);
        }
    }
    found
}

/// The sections below the heading `ix` of which that, or the line right above them, says that one is picked. What is
/// numbered, and what is done around a deployment, is done whichever way that is gone.
fn offered(outline: &Outline, ix: SectionIx) -> Vec<SectionIx> {
    let above = &outline.sections[ix];
    let names = || {
        let children = above.children.iter();
        children.map(|&child| outline.sections[child].title.text.as_str())
    };
    let means = || means::is_one_act(&above.title.words) && means::are_means(names());
    let offers = || outline.offering.contains(&ix) || choice::offers(&above.title.text) || means();
    if outline.is_title(ix) || !offers() {
        return Vec::new();
    }
    let is_way = |child: &SectionIx| {
        let title = &outline.sections[*child].title;
        let around = |stage: Stage| stage.kind != PhaseKind::Deploy;
        let plain = title.ordinal.is_none() && title.meaning.sense.is_none();
        let acts = outline.within(*child).any(|section| section.acts);
        plain && acts && !title.meaning.stage.is_some_and(around)
    };
    above.children.iter().copied().filter(is_way).collect()
}

/// Whether the section `ix` is one of several ways by its number or its name, `rivals` telling which are that by their
/// names.
pub(in crate::plan::markdown) fn is_way(
    outline: &Outline,
    rivals: &[Option<usize>],
    ix: SectionIx,
) -> bool {
    let counted = outline.sections[ix].title.ordinal == Some(Ordinal::Number);
    let option = |other: SectionIx| outline.is_option(other);
    let above = outline.sections[ix].parent;
    let mut beside = above
        .iter()
        .flat_map(|&above| &outline.sections[above].children);
    (rivals[ix].is_some() && !counted)
        || (option(ix) && beside.any(|&other| other != ix && option(other)))
}
