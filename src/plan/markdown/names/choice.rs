//! Lines and headings that say that one of what they are above is picked: "Choose how to reload:", "Use one of the
//! following". What they name may be called anything: "Full", "Incremental".

use std::sync::LazyLock;

use super::heading;
use crate::plan::find;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::{Beginnings, strip_word};

/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 120;

/// Whether `text` says so. "Decide whether to go on" leaves something else open.
pub(in crate::plan::markdown) fn offers(text: &str) -> bool {
    if text.len() > MAX_TEXT || text.contains('\n') {
        return false;
    }
    let bare = heading::behind_count(text).trim_start();
    let mut near = CHOOSE.near(bare).iter();
    let chooses = near.any(|(word, ())| {
        let rest = strip_word(bare, word).map(folded);
        rest.is_some_and(|rest| {
            // "Either way" says that it is all the same.
            let words = rest.split(|c: char| !c.is_alphanumeric()).take(4);
            rest.trim() != "way" && words.into_iter().any(|word| WAYS.contains(&word))
        })
    });
    chooses || says_one(bare)
}

/// Whether `text` is no more than "one of the following" with a verb in front: behind "stop if" it is a condition.
fn says_one(text: &str) -> bool {
    let folded = folded(text);
    let mut around = ONE.iter().filter_map(|one| find::split_once(&folded, one));
    around.any(|(before, _)| before.split_whitespace().nth(1).is_none())
}

/// "Choose", "either".
static CHOOSE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.choose));
/// What stands close behind that where it is a way that is picked.
const WAYS: [&str; 14] = [
    "how", "which", "way", "method", "option", "options", "approach", "strategy", "these", "wie",
    "art", "weg", "comment", "como",
];
const ONE: [&str; 3] = ["one of the following", "one of these", "one of the options"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::markdown::tests::plan;

    #[test]
    fn lines_say_that_one_is_picked() {
        for text in [
            "Choose how to reload:",
            "Step 2: Pick a way to reload",
            "Use one of the following:",
            "One of these:",
            "Either of these works.",
            "Wähle die Art:",
        ] {
            assert!(offers(text), "{text}");
        }
        for text in [
            "Decide whether to go on:",
            "Choose a maintenance window with the customer:",
            "Pick the release",
            "Either way",
            "Stop if one of the following is true:",
            "Picking up the phone",
            "Reload:",
            "Options",
            "",
        ] {
            assert!(!offers(text), "{text}");
        }
    }

    /// How many ways the steps of `plan` have, and how many of them ask.
    fn ways(plan: &Plan) -> (Vec<usize>, usize) {
        let specs = || plan.steps.iter().map(|step| &step.spec);
        let ways = specs().map(|spec| spec.alternatives.len()).collect();
        (ways, specs().filter(|spec| spec.confirm.is_some()).count())
    }

    #[test]
    fn named_blocks_below_it_are_ways() {
        let full = "```sh\n./full\n```\n";
        let quick = "```sh\n./quick\n```\n";
        for text in [
            format!("### 1. Reload\nChoose how to reload:\n\nFull:\n{full}\nIncremental:\n{quick}"),
            format!("### 1. Choose how to reload\n\n**Full**\n{full}\n**Incremental**\n{quick}"),
            format!(
                "### 1. Reload\nPick one of the following:\n\n- Full:\n  {}\n- Quick:\n  {}\n",
                full.replace('\n', "\n  "),
                quick.replace('\n', "\n  ")
            ),
        ] {
            let text = format!("## Deployment\n{text}\n### 2. Start\n```sh\n./start\n```\n");
            assert_eq!(ways(&plan(&text)), (vec![2, 0], 0), "{text}");
        }
        // Where one of them takes more than a block, each asks.
        let text =
            format!("## Deployment\nChoose how to reload:\n\nFull:\n{full}{full}\nQuick:\n{quick}");
        assert_eq!(ways(&plan(&text)), (vec![0, 0, 0], 3));
        // Where they count, what does not is none of them.
        let text = format!(
            "## Deployment\nChoose one of the following:\n\n**Option A: Full**\n{full}\n**Option B: Quick**\n{quick}\n**Restart**\n{full}"
        );
        assert_eq!(ways(&plan(&text)), (vec![2, 0], 0));
        let text = format!("## Deployment\nReload:\n\nFull:\n{full}\nQuick:\n{quick}");
        assert_eq!(ways(&plan(&text)), (vec![0, 0], 0));
    }

    #[test]
    fn headings_below_it_are_ways() {
        for above in [
            "### Choose how to reload",
            "### Reload\nUse one of the following:",
        ] {
            let text = format!(
                "## Deployment\n{above}\n\n#### Full\n```sh\n./full\n```\n#### Incremental\n```sh\n./quick\n```\n"
            );
            let plan = plan(&text);
            let choices = plan.phases.iter().map(|phase| phase.spec.choice.is_some());
            assert_eq!(choices.collect::<Vec<_>>(), [true, true], "{text}");
        }
    }
}
