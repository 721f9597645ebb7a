//! Lists of links to the headings of the same file: its table of contents, or that of a part of it. What they lead to is
//! done where it stands, once.

use std::collections::HashSet;

use super::outline::Outline;
use super::roles::{Reading, Role};
use crate::plan::markdown::elements::blocks::{Item, Kind, List};
use crate::plan::markdown::names::label::label;
use crate::plan::markdown::names::words::Sense;

/// The headings that a list may lead to and say nothing new: not those below which something stands that could be done
/// and is only read, as in an appendix that the steps point to.
pub(in crate::plan::markdown) fn targets(
    outline: &Outline,
    readings: &[Reading],
) -> HashSet<String> {
    let read = Role::Other(Sense::Reference);
    let all = outline.sections.iter().zip(readings).enumerate();
    let driven = all.filter(|(ix, (_, reading))| {
        reading.role != read || !outline.within(*ix).any(|section| section.acts)
    });
    driven
        .flat_map(|(_, (section, _))| {
            let id = section.title.id.as_deref();
            [Some(section.title.text.as_str()), id]
        })
        .flatten()
        .map(key)
        .filter(|key| !key.is_empty())
        .collect()
}

/// Whether each item of `list` is a link to one of `targets`, and nothing else.
pub(in crate::plan::markdown) fn is(list: &List, targets: &HashSet<String>) -> bool {
    list.items.iter().all(|item| leads(item, targets))
}

fn leads(item: &Item, targets: &HashSet<String>) -> bool {
    let (Some(head), rest) = item.head() else {
        return false;
    };
    let link = head
        .inner
        .as_ref()
        .filter(|(text, _)| label(text) == label(&head.text));
    let leads = link.is_some_and(|(_, address)| targets.contains(&key(address)));
    leads
        && rest.iter().all(|block| match &block.kind {
            Kind::List(list) => is(list, targets),
            _ => false,
        })
}

/// The letters and digits of a heading, or of the address that is made of it.
fn key(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
