//! What is to be done, where a heading speaks of when to: "Emergency rollback trigger" over a command, "Rollback
//! decision" over "1. Call the lead". What says a state or a threshold is a criterion.

use super::words::Words;
use crate::plan::markdown::elements::blocks::{Block, Inline, Item, Kind};
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::figures::threshold;
use crate::plan::markdown::tongues::phrases::Topic;

/// Whether something in `block` is run, ticked, or done by its number.
pub(in crate::plan::markdown) fn acts(block: &Block) -> bool {
    let numbered = matches!(&block.kind, Kind::List(list) if list.ordered);
    numbered || block.holds.work || block.holds.tasks || matches!(block.kind, Kind::Indented)
}

/// Whether `block` is of shell, or a list of boxes or numbers most of which are orders.
pub(in crate::plan::markdown) fn are_in(block: &Block) -> bool {
    match &block.kind {
        Kind::Fence(fence) => matches!(fence.language, Language::Shell(_)),
        Kind::List(list) if list.ordered || block.holds.tasks => {
            let orders = list.items.iter().filter(|item| is_order(item));
            orders.count() * 2 > list.items.len()
        }
        _ => false,
    }
}

/// What begins an order and is no other word's beginning.
const ORDERS: [&str; 27] = [
    "click ",
    "press ",
    "navigate to ",
    "call ",
    "run ",
    "page ",
    "tell ",
    "ask ",
    "point ",
    "scale ",
    "redeploy ",
    "set ",
    "redirect ",
    "reroute ",
    "route ",
    "change ",
    "edit ",
    "modify ",
    "adjust ",
    "repoint ",
    "reconfigure ",
    "copy ",
    "move ",
    "open ",
    "close ",
    "cut ",
    "log ",
];

/// Whether `words` begin with an order.
pub(in crate::plan::markdown) fn begin(words: &Words) -> bool {
    let topics = [
        Topic::Acts,
        Topic::Order,
        Topic::Starts,
        Topic::Moves,
        Topic::Turns,
        Topic::Returns,
    ];
    words.begins(&topics)
        || words.ends(Topic::OrderLast)
        || ORDERS
            .iter()
            .any(|word| words.uncounted().starts_with(word))
}

fn is_order(item: &Item) -> bool {
    let text = item.head().0.map(Inline::one_line).unwrap_or_default();
    let words = Words::new(&text);
    let begins = begin(&words) || words.begins(&[Topic::Rollback]);
    // "Deploy takes longer than 30 minutes", "Roll back if it fails"
    begins && !words.has(Topic::Failure) && !words.names_a_case() && !threshold::compares(&text)
}
