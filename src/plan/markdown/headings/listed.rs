//! Ways that are only numbered, below a heading that calls them so: "Rollback options › 1. The flag, 2. The dump". Of
//! these one is gone, as of what is counted as an option.

use super::outline::{Outline, SectionIx};
use super::series;
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::words::{Sense, Stage, Weight};
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

impl Outline {
    /// Whether the heading `ix` counts ways of a rollback, or is numbered as one of them.
    pub(in crate::plan::markdown) fn counts_ways(&self, ix: SectionIx) -> bool {
        (self.sections[ix].title.counts_ways() && !self.is_lone_case(ix)) || self.is_listed(ix)
    }

    /// Whether the heading `ix` is numbered below one that calls what stands there ways. What calls itself a step is none, nor
    /// is what is done around a deployment, whichever way that is gone.
    pub(in crate::plan::markdown) fn is_listed(&self, ix: SectionIx) -> bool {
        let title = &self.sections[ix].title;
        let around = |stage: Stage| stage.kind != PhaseKind::Deploy;
        let forward =
            |above: SectionIx| self.sections[above].title.meaning.sense != Some(Sense::Rollback);
        title.ordinal == Some(Ordinal::Number)
            && !series::is_called_step(title)
            && self.parent(ix).is_some_and(|above| {
                let aside = forward(above) && title.meaning.stage.is_some_and(around);
                !aside && self.lists_ways(above)
            })
    }

    /// Whether the heading `ix` says that ways stand below it: "Rollback options", "Ways to deploy".
    pub(super) fn lists_ways(&self, ix: SectionIx) -> bool {
        let title = &self.sections[ix].title;
        let back = title.meaning.sense == Some(Sense::Rollback);
        let deploys =
            |stage: Stage| stage.kind == PhaseKind::Deploy && stage.weight == Weight::Strong;
        if !back && !title.meaning.stage.is_some_and(deploys) {
            return false;
        }
        let bare = heading::without_parentheses(&title.text);
        let head = bare.split([':', '—', '–', '：']).next().unwrap_or(&bare);
        let text = folded(heading::behind_count(head));
        let is_way = |word: &str| {
            let called = |name: &&str| word.ends_with(*name);
            WAYS.iter().any(called) || (back && WAYS_BACK.iter().any(called))
        };
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let called = is_way(first) || words.next_back().is_some_and(is_way);
        // Who stops something and starts it again does one thing after the other.
        let starts =
            |&&child: &&SectionIx| self.sections[child].title.words.begins(&[Topic::Starts]);
        called
            && self.sections[ix]
                .children
                .iter()
                .filter(starts)
                .nth(1)
                .is_none()
    }
}

/// What ways are called, in all languages.
#[rustfmt::skip]
const WAYS: [&str; 20] = [
    "options", "alternatives", "methods", "ways", "approaches", "optionen", "alternativen", "methoden", "moglichkeiten", "varianten", "methodes", "opciones", "alternativas", "metodos",
    "opcoes", "варианты", "способы", "методы", "選択肢", "选项",
];
/// What ways back are called beside.
const WAYS_BACK: [&str; 9] = [
    "types",
    "paths",
    "strategies",
    "scenarios",
    "wege",
    "strategien",
    "szenarien",
    "estrategias",
    "scenari",
];

#[cfg(test)]
mod tests {
    use crate::plan::markdown::tests::plan;

    /// How many ways back there are where `above` heads these numbered ones, and whether they are picked.
    fn ways(above: &str, titles: [&str; 3]) -> (usize, bool) {
        let [one, two, three] = titles;
        let text = format!(
            "## Deployment\n```sh\n./deploy\n```\n## {above}\n### {one}\n```sh\n./1\n```\n### {two}\n```sh\n./2\n```\n### {three}\n```sh\n./3\n```\n"
        );
        let plan = plan(&text);
        (
            plan.tiers.len(),
            plan.tiers.iter().all(|tier| tier.spec.way),
        )
    }

    #[test]
    fn what_is_numbered_below_options_is_one_of_several_ways() {
        let named = [
            "1. Turn off the flag",
            "2. Point DNS back",
            "3. Restore the dump",
        ];
        for above in [
            "Rollback options (fastest first)",
            "Rollback methods",
            "5. Rollback strategies: overview",
            "Ways to roll back",
            "Rollback scenarios",
        ] {
            assert_eq!(ways(above, named), (3, true), "{above}");
        }
        for above in [
            "Rollback",
            "Rollback procedure",
            "Rollback plan",
            "Rollback options review",
        ] {
            assert_eq!(ways(above, named).0, 1, "{above}");
        }
        let steps = ["Step 1: Stop", "Step 2: Restore", "Step 3: Start"];
        assert_eq!(ways("Rollback options", steps).0, 1);
        let turns = ["1. Stop the app", "2. Restore the dump", "3. Start the app"];
        assert_eq!(ways("Rollback methods", turns).0, 1);
    }

    #[test]
    fn what_is_done_around_a_deployment_is_no_way_of_it() {
        let plan = plan(
            "## Deployment options\n### 1. Docker\n```sh\n./1\n```\n### 2. Bare metal\n```sh\n./2\n```\n### 3. Verification\n```sh\n./3\n```\n",
        );
        let choices = plan.phases.iter().map(|phase| phase.spec.choice.is_some());
        assert_eq!(choices.collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn a_case_above_a_numbered_part_of_a_way_back_asks() {
        let text = |first: &str, second: &str| {
            format!(
                "## Deployment\n```sh\n./deploy\n```\n## Rollback\n### 1. The flag\n{first}\n```sh\n./flag\n```\n### 2. The dump\n{second}\n```sh\n./restore\n```\n"
            )
        };
        let asks = |first: &str, second: &str| -> Vec<bool> {
            let plan = plan(&text(first, second));
            let steps = plan.steps.iter().skip(1);
            steps.map(|step| step.spec.confirm.is_some()).collect()
        };
        assert_eq!(asks("Now:", "If the data is damaged:"), [false, true]);
        assert_eq!(
            asks("If only the page is slow:", "If the data is damaged:"),
            [true, true]
        );
        assert_eq!(asks("If the deployment failed:", "Then:"), [false, false]);
    }
}
