//! Orders in bullets below a line that says when they are carried out: "**Monitor the deployment:**" over "Check the
//! logs". Nobody runs them, so they are ticked.

use super::walk::Walk;
use crate::plan::markdown::elements::blocks::{Block, Inline, Item, List};
use crate::plan::markdown::lines::unsaid;
use crate::plan::markdown::names::label::label;
use crate::plan::markdown::names::orders;
use crate::plan::markdown::names::words::Words;
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
        let words = Words::new(&name);
        let meaning = words.meaning();
        let late = meaning
            .stage
            .is_some_and(|stage| matches!(stage.kind, PhaseKind::Verify | PhaseKind::After));
        let due = meaning.sense.is_none() && (late || is_order(&words));
        let told = || list.items.iter().filter(|item| tells(item)).count();
        due && told() * 2 > list.items.len()
            && unsaid::of(&name).is_none()
            && !unsaid::tells_what_happens(&name)
    }
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
