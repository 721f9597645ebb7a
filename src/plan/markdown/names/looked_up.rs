//! Sections that people only look things up in: commands, patterns, examples. What may be a part of the
//! deployment all the same is not run either, but told.

use super::heading::Title;
use super::orders;
use super::words::{Weight, Words};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;

/// Whether nobody could expect to run what stands below the first of `titles`, each of which is a reference and stands
/// below the next.
pub(in crate::plan::markdown) fn surely(titles: &[&Title]) -> bool {
    let Some(last) = titles.last() else {
        return false;
    };
    // "Appendix A: Rollback" is where somebody will look when it is urgent.
    let urgent = |title: &&Title| title.words.is_rollback() && !title.words.lists_commands();
    // "Commands › Option 1: by script" may be how it is done.
    let option = |title: &&Title| title.ordinal == Some(Ordinal::Option);
    last.words.is_surely_reference()
        && !titles.iter().any(urgent)
        && !(last.words.lists_commands() && titles.iter().any(option))
}

impl Words {
    /// Whether nobody could take what is called a reference for a part of the deployment: "Migration
    /// patterns" is one, "Example tenants rollout" and "Loading reference data" may be done.
    pub(in crate::plan::markdown) fn is_surely_reference(&self) -> bool {
        if self.is_shelved() && self.is_strong() {
            return false;
        }
        // What is mended quickly may be what was wanted.
        if self.uncounted().contains(" fixes ") {
            return false;
        }
        (self.lists_commands() && !self.names_commands_to_run())
            || self.ends(Topic::Reference)
            || (self.begins(&[Topic::Reference]) && !self.is_strong())
    }

    /// "Useful commands during a rollback"
    pub(in crate::plan::markdown) fn is_handy(&self) -> bool {
        let handy = ["useful ", "common ", "handy ", "helpful "];
        handy.iter().any(|word| self.uncounted().starts_with(word))
    }

    /// Whether its commands are of a part of the deployment, and not merely useful: "Validation commands",
    /// "Quick commands".
    fn names_commands_to_run(&self) -> bool {
        let loose = [
            "useful ", "common ", "handy ", "helpful ", "other ", "more ",
        ];
        let text = self.uncounted();
        QUICK.iter().any(|word| text.contains(word))
            || (self.meaning().stage.is_some() && !loose.iter().any(|word| text.starts_with(word)))
    }

    /// "Quick rollback commands", which tell again what stands elsewhere.
    pub(in crate::plan::markdown) fn lists_quick_commands(&self) -> bool {
        let text = self.uncounted();
        self.lists_commands() && QUICK.iter().any(|word| text.starts_with(word))
    }

    /// Whether it is a list of commands, which people look things up in.
    /// "Run the maintenance commands" is done.
    pub(in crate::plan::markdown) fn lists_commands(&self) -> bool {
        !orders::begin(self) && (self.begins(&[Topic::Commands]) || self.ends(Topic::Commands))
    }

    fn is_strong(&self) -> bool {
        let stage = self.meaning().stage;
        stage.is_some_and(|stage| stage.weight == Weight::Strong)
    }
}

/// What those commands are called that are all that there is to do.
const QUICK: [&str; 7] = [
    "quick ",
    "schnell",
    "rapide",
    "rapido",
    "быстр",
    "快速",
    "クイック",
];
