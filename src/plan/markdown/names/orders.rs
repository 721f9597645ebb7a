//! What is to be done, where a heading speaks of when to: "Emergency rollback trigger" over a command, "Rollback
//! decision" over "1. Call the lead". What says a state or a threshold is a criterion.

use super::words::Words;
use crate::plan::markdown::elements::blocks::{Block, Inline, Item, Kind, List};
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
        Kind::List(list) if list.ordered || block.holds.tasks => are_most(list),
        _ => false,
    }
}

/// Whether more than half of what `list` holds is orders.
pub(in crate::plan::markdown) fn are_most(list: &List) -> bool {
    let orders = list.items.iter().filter(|item| is_order(item));
    orders.count() * 2 > list.items.len()
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

/// Whether `words` begin with a verb and what it is done to: "Promote the replica", "Promouvoir la base".
pub(in crate::plan::markdown) fn is_told(words: &Words) -> bool {
    let mut first = words.uncounted().split(' ');
    let verb = first
        .next()
        .is_some_and(|word| word.len() > 1 && !JOINS.contains(&word));
    verb && first.next().is_some_and(|word| ARTICLES.contains(&word))
}

/// Whether `words` begin a question, which is answered below: "When to run the verification".
pub(in crate::plan::markdown) fn asks(words: &Words) -> bool {
    let first = words.uncounted().split(' ').next();
    first.is_some_and(|first| ASKS.contains(&first))
}

/// With what questions begin, in all languages.
#[rustfmt::skip]
const ASKS: [&str; 25] = [
    "what", "when", "where", "which", "who", "why", "how", "was", "wann", "wo", "wer", "warum", "wie", "quand", "qui", "pourquoi", "comment",
    "cuando", "quien", "como", "quando", "quem", "когда", "кто", "как",
];
/// What stands in front of a thing, in all languages.
#[rustfmt::skip]
const ARTICLES: [&str; 22] = [
    "the", "a", "an", "all", "der", "die", "das", "den", "dem", "le", "la", "les", "l", "un", "une", "el", "los", "las", "una", "o", "os", "as",
];
/// What may stand in front of that and is no verb.
#[rustfmt::skip]
const JOINS: [&str; 68] = [
    "about", "above", "across", "after", "against", "all", "and", "around", "as", "at", "before", "behind", "below", "beside", "between", "beyond",
    "by", "during", "for", "from", "if", "in", "inside", "into", "like", "near", "not", "of", "off", "on", "or", "outside", "over", "per", "since",
    "through", "to", "toward", "towards", "under", "until", "what", "when", "where", "which", "who", "why", "how", "with", "within", "without",
    "uber", "nach", "vor", "fur", "mit", "auf", "bei", "dans", "pour", "avec", "sur", "apres", "avant", "para", "con", "em", "sobre",
];

fn is_order(item: &Item) -> bool {
    let text = item.head().0.map(Inline::one_line).unwrap_or_default();
    let words = Words::new(&text);
    let begins = begin(&words) || words.begins(&[Topic::Rollback]);
    // "Deploy takes longer than 30 minutes", "Roll back if it fails"
    begins && !words.has(Topic::Failure) && !words.names_a_case() && !threshold::compares(&text)
}
