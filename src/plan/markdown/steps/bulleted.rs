//! Orders behind bullets: "Freeze" over "- Disable uploads". Where nothing else in a phase is a step they are ticked, as
//! they would be behind numbers; where that is not certain, somebody is told that nobody is asked for them.

use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Kind, List};
use crate::plan::markdown::found::Found;
use crate::plan::markdown::headings::contents;
use crate::plan::markdown::headings::outline::Section;
use crate::plan::markdown::names::orders;
use crate::plan::problem::Problem;

/// Whether nothing in the `blocks` of `section` is a step by itself, and each list there is one of orders.
pub(in crate::plan::markdown) fn are_steps(section: &Section, blocks: &[Block]) -> bool {
    let mut lists = blocks.iter().filter_map(list).peekable();
    !section.acts && lists.peek().is_some() && lists.all(orders::are_most)
}

/// Tells of the first list among the `blocks` of `section` that is kept for reading, and most of which is orders, or all of
/// which is looked at where the section is `verified`.
pub(in crate::plan::markdown) fn tell_unread(
    section: &Section,
    verified: bool,
    blocks: &[Block],
    found: &Found,
    book: &mut Book<'_>,
) {
    let missed = |block: &&Block| {
        let list = list(block).filter(|_| found.notes.contains(&block.span));
        list.is_some_and(|list| {
            (verified || orders::are_most(list)) && !contents::is(list, &book.targets)
        })
    };
    let Some((block, list)) = blocks
        .iter()
        .find(missed)
        .and_then(|block| Some((block, list(block)?)))
    else {
        return;
    };
    let place = match section.title.text.as_str() {
        "" => "nothing above".to_owned(),
        name => format!("nothing in \"{name}\""),
    };
    let what = match list.items.len() {
        1 => "this item is a step: it is".to_owned(),
        n => format!("these {n} items are steps: they are"),
    };
    let message = format!("{place} says that {what} kept for reading");
    let problem = Problem::warning("section-not-run", book.first_line(block.span), message);
    book.problems
        .push(problem.hint("put boxes in front, `- [ ]`, if they are done or looked at"));
}

fn list(block: &Block) -> Option<&List> {
    match &block.kind {
        Kind::List(list) => Some(list),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::markdown::tests::{plan, problems, titles};

    #[test]
    fn orders_behind_bullets_are_ticked_where_nothing_else_is_a_step() {
        for heading in ["Deployment", "Post-migration", "Pre-deployment"] {
            let text =
                format!("# Up\n## {heading}\n- Disable the uploads\n- Archive the old tables\n");
            let all = [
                ("check", "Disable the uploads"),
                ("check", "Archive the old tables"),
            ];
            assert_eq!(titles(&plan(&text)), all, "{heading}");
        }
        for rest in [
            "## Deployment\n- Fast\n- [The guide](https://a.example)\n",
            "## Deployment\n- It takes an hour\n- Fails if the queue is full\n",
            "## Features\n- Deploy from anywhere\n- Restore with one click\n",
        ] {
            let text = format!("# Up\n## Migration\n```sh\n./migrate\n```\n{rest}");
            assert_eq!(plan(&text).steps.len(), 1, "{rest}");
        }
        // What tells ahead what the parts below do is no step of its own.
        let parts = "# Up\n## Deployment\n- Stop the app\n- Run it\n### 1. Stop\n```sh\n./stop\n```\n### 2. Run\n```sh\n./run\n```\n";
        assert_eq!(plan(parts).steps.len(), 2);
    }

    #[test]
    fn orders_that_nobody_is_asked_for_are_told() {
        let told = |text: &str| -> Vec<usize> {
            let all = problems(text).into_iter();
            all.filter_map(|(code, line)| (code == "section-not-run").then_some(line))
                .collect()
        };
        let block = "```sh\n./go\n```\n";
        let freeze = format!("# Cutover\n## Freeze\n- Disable the uploads\n## Migration\n{block}");
        assert_eq!(told(&freeze), [3]);
        let beside = format!("# Up\n## Migration\n{block}- Archive the old tables\n");
        assert_eq!(told(&beside), [6]);
        let ahead = format!(
            "# Up\n1. Ensure that there is a copy\n2. Test it\n### Run the migration\n{block}"
        );
        assert_eq!(told(&ahead), [2]);
        let looked = format!("# Up\n## Migration\n{block}## Validate\n- Row counts match\n");
        assert_eq!(told(&looked), [7]);
        let read = format!("# Up\n## Migration\n{block}- No downtime\n## Features\n- Fast\n");
        assert!(told(&read).is_empty());
    }
}
