//! Orders in bullets below a line that says when they are carried out: "**Monitor the deployment:**" over "Check the
//! logs". Nobody runs them, so they are ticked.

use super::unrun;
use super::walk::Walk;
use crate::plan::markdown::elements::blocks::{Block, Inline, Item, List};
use crate::plan::markdown::lines::unsaid;
use crate::plan::markdown::names::conditional;
use crate::plan::markdown::names::label::label;
use crate::plan::markdown::names::orders;
use crate::plan::markdown::names::words::{Sense, Words};
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

impl Walk<'_, '_> {
    /// Whether `list`, which is `block`, holds such orders below the line `before`.
    pub(super) fn is_told(&self, block: &Block, list: &List, before: Option<&Block>) -> bool {
        let here = self.is_forward() && self.rules.fences && !list.ordered;
        let line = before.filter(|_| here && !block.holds.work && !block.holds.tasks);
        let Some(line) = line.and_then(Block::paragraph) else {
            return false;
        };
        let name = label(&line.text);
        if says_what_happens(&name) {
            return false;
        }
        let words = Words::new(&name);
        let due = words.meaning().sense.is_none() && (is_late(&words) || is_order(&words));
        let told = || list.items.iter().filter(|item| tells(item)).count();
        due && told() * 2 > list.items.len()
            && unsaid::of(&name).is_none()
            && !unsaid::tells_what_happens(&name)
    }

    /// Whether `item`, which runs nothing, is called after a way back: "**Rollback:** …", "**If it fails:** …". That is
    /// told: on the way forward nobody may tick it as done.
    pub(super) fn tell_remedy(&mut self, item: &Item) -> bool {
        let head = item.head().0.filter(|_| !item.holds.work);
        let name = head.and_then(|head| head.text.get(..head.bold));
        let text = head.map_or("", |head| head.text.as_str());
        let named =
            name.filter(|name| name.ends_with(COLONS) || text[name.len()..].starts_with(COLONS));
        let found = self.is_forward() && named.is_some_and(is_remedy);
        if found {
            unrun::tell_remedy(self.book.first_line(item.span), self.book);
        }
        found
    }
}

/// Whether `name` says no more than that one goes back, or in which case. "Rollback plan: written" is ticked.
fn is_remedy(name: &str) -> bool {
    let name = label(name);
    let words = folded(&name).replace("roll back", "rollback");
    let only = !words.trim().contains(' ') || conditional::says_if(&name);
    only && Words::new(&name).meaning().sense == Some(Sense::Rollback)
}

const COLONS: [char; 2] = [':', '：'];

/// Whether `line` tells what something does or how, and asks for nothing: "Run the migration. It will:", "Deploy the app, which
/// does:", "Verify (automated):".
fn says_what_happens(line: &str) -> bool {
    let line = line.replace('*', "");
    let last = line.rsplit(". ").next().unwrap_or(&line);
    // "It takes 5 minutes"
    let goes_on = last.len() < line.len() && !begins_due(last);
    let clause = last.rsplit(',').next().unwrap_or(last);
    let said = folded(last);
    goes_on
        || (clause.len() < last.len() && !begins_due(clause))
        || DESCRIBES.iter().any(|word| said.contains(word))
}

/// What stands in a line that describes.
const DESCRIBES: [&str; 5] = [" will ", " does ", " how to ", " by the ", " automat"];

/// Whether `clause` is an order or a time of its own.
fn begins_due(clause: &str) -> bool {
    let words = Words::new(clause.trim());
    is_order(&words) || is_late(&words)
}

fn is_late(words: &Words) -> bool {
    let stage = words.meaning().stage;
    stage.is_some_and(|stage| matches!(stage.kind, PhaseKind::Verify | PhaseKind::After))
}

fn is_order(words: &Words) -> bool {
    orders::begin(words) || words.begins(&[Topic::Verify])
}

fn tells(item: &Item) -> bool {
    let text = item.head().0.map(Inline::one_line).unwrap_or_default();
    let words = Words::new(&text);
    is_order(&words) || orders::is_told(&words)
}

/// Whether `item` is the path of a file, and nothing else: it tells what something is about.
pub(super) fn is_path(item: &Item) -> bool {
    let [only] = item.blocks.as_slice() else {
        return false;
    };
    let text = only.paragraph().map_or("", |inline| inline.text.trim());
    let last = text.rsplit('/').next().unwrap_or(text);
    let fits =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '*' | '~' | '@');
    text.contains('/')
        && text.chars().all(fits)
        && (last.is_empty() || last.contains('.') || text.starts_with(['/', '.', '~']))
}
