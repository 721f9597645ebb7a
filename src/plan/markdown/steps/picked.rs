//! Boxes of which one is ticked: "Select one:", "Change type (choose one)", and numbered ways, to be gone by hand, of
//! which one is: "There are two options:". Together they are one thing to see to.

use super::walk::Walk;
use super::work;
use crate::plan::draft::Mark;
use crate::plan::letters;
use crate::plan::markdown::elements::blocks::{Block, Inline, Item, List};
use crate::plan::markdown::names::label::{Group, label, within};
use crate::plan::markdown::notes;
use crate::plan::markdown::tongues;
use crate::plan::source::Span;

impl Walk<'_, '_> {
    /// A list behind the line `before`, right below the block `above`.
    pub(super) fn list(
        &mut self,
        list: &List,
        before: Option<&Block>,
        above: Option<&Block>,
        group: Option<&Group>,
    ) {
        let options = above.and_then(options);
        let named = before
            .and_then(Block::paragraph)
            .map(|inline| label(&inline.text));
        let above = group.and_then(|group| group.rsplit(" › ").next());
        let named_by = options.or(named.as_deref());
        if self.picks(list, named_by.or(above), group) {
            return;
        }
        let group = within(group, named.clone());
        let steps = self.found.steps.len();
        let notes = self.found.notes.len();
        self.found.steps.reserve(list.items.len());
        self.items(list, options.or(named.as_deref()), group.as_ref());
        if self.found.steps.len() == steps
            && let Some(block) = before
        {
            self.book.settle_note(block.span);
            self.found.notes.insert(notes, block.span);
        }
    }

    /// Makes the items of `list` one step, if the line `name` above it says that only one of them is ticked, or gone.
    pub(super) fn picks(&mut self, list: &List, name: Option<&str>, group: Option<&Group>) -> bool {
        let boxes = |item: &Item| item.task.is_some() && item.head().1.is_empty();
        let by_hand = |item: &Item| !item.holds.work && !item.holds.tasks;
        let ticked = |name: &str| list.items.iter().all(boxes) && says_one(name);
        let gone = |name: &str| {
            let several = list.ordered && list.items.len() > 1 && list.items.iter().all(by_hand);
            several && tongues::tells_options(name)
        };
        let Some(name) = name.filter(|name| ticked(name) || gone(name)) else {
            return false;
        };
        let Some(first) = list.items.first() else {
            return false;
        };
        let text = |item: &Item| item.head().0.map(Inline::one_line).unwrap_or_default();
        let all: Vec<String> = list.items.iter().map(text).collect();
        let ticked = |item: &&Item| item.task.is_some_and(|task| task.mark == Some(Mark::Done));
        let picked: Vec<String> = list.items.iter().filter(ticked).map(text).collect();
        let mut step = work::blank(String::new(), self.book.first_line(first.span));
        step.group = group.cloned();
        if let [only] = picked.as_slice() {
            step.title = format!("{name}: {only}");
            step.mark = Some(Mark::Done);
            work::add(&mut step.details, &all.join("\n"));
        } else {
            step.title = format!("{name}: {}", all.join(" / "));
        }
        if let (None, Some(last)) = (first.task, list.items.last()) {
            let all = Span::new(first.span.start, last.span.end);
            let text = notes::dedent(self.book.slice(all));
            work::add(&mut step.details, &text);
            self.book
                .settle_within(all, self.rules.place, self.rules.place);
        }
        for task in list.items.iter().filter_map(|item| item.task) {
            self.book.settle(task.account, self.rules.place);
        }
        work::finish(&mut step);
        self.push(step);
        true
    }
}

/// What the paragraph `above` says of the options below it.
pub(super) fn options(above: &Block) -> Option<&str> {
    let lines = above.paragraph()?.text.lines();
    let mut sentences = lines.flat_map(|line| line.split(". "));
    let said = sentences.find(|sentence| tongues::tells_options(sentence))?;
    Some(said.trim_end_matches(['.', ':', '：']))
}

/// Whether `name` says that one of what stands below is picked.
fn says_one(name: &str) -> bool {
    let folded = letters::fold(name);
    ONE.iter().any(|word| folded.contains(word))
}

/// How that is said, in all languages.
#[rustfmt::skip]
const ONE: [&str; 38] = [
    "select one", "choose one", "pick one", "select only one", "select exactly one", "choose only one", "choose exactly one",
    "check only one", "tick only one", "mark one", "eine auswahlen", "eines auswahlen", "einen auswahlen", "bitte auswahlen",
    "nur eine ankreuzen", "nur eines ankreuzen", "choisir un", "choisissez un", "cocher un", "cochez un", "selectionner un",
    "selectionnez un", "seleccione un", "seleccionar un", "elija un", "elegir un", "marque un", "marcar un", "selecione um",
    "selecionar um", "escolha um", "escolher um", "marque apenas um", "выберите од", "отметьте од", "1つ選択", "いずれかを選択",
    "选择一",
];

#[cfg(test)]
mod tests {
    use crate::plan::markdown::tests::{plan, titles};

    #[test]
    fn of_boxes_that_exclude_each_other_one_is_seen_to() {
        for line in [
            "Select one:",
            "**Typ** (bitte auswählen):",
            "Sélectionnez un type :",
        ] {
            let plan = plan(&format!(
                "## Deployment\n{line}\n- [ ] Small\n- [ ] Big\n\nThen:\n- [ ] go\n"
            ));
            assert_eq!(plan.steps.len(), 2, "{line}");
            assert!(plan.steps[0].spec.title.ends_with("Small / Big"), "{line}");
        }
        let plan =
            plan("## Deployment\n- Size (choose one)\n  - [ ] Small\n  - [x] Big\n- [ ] go\n");
        assert_eq!(titles(&plan)[0], ("check", "Size (choose one): Big"));
        assert_eq!(plan.steps[0].spec.details.as_deref(), Some("Small\nBig"));
    }

    #[test]
    fn boxes_that_are_all_ticked_stay_apart() {
        for line in ["Check:", "Select the servers:", "One by one:"] {
            let plan = plan(&format!("## Deployment\n{line}\n- [ ] Small\n- [ ] Big\n"));
            assert_eq!(plan.steps.len(), 2, "{line}");
        }
    }
}
