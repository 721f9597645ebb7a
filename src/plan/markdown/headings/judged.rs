//! Headings in which the deployment is only what is looked at, or a part of something else: "Check migration history",
//! "Pre-migration › Migrate the config".

use super::roles::Reading;
use crate::plan::letters::is_dense;
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::words::{Stage, Weight, Words};
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

impl Words {
    /// Whether it says, in front of what that is, that one looks at something: "Analysis of the migrations".
    pub(in crate::plan::markdown) fn looks_first(&self) -> bool {
        let text = self.uncounted();
        let begins = |word: &&str| {
            text.strip_prefix(*word).is_some_and(|rest| {
                rest.starts_with(' ') && !rest.starts_with(" out ") && !rest.starts_with(" in ")
            })
        };
        let dense = |word: &&str| word.starts_with(is_dense) && text.contains(*word);
        !self.has(Topic::And) && LOOKS.iter().any(|word| begins(word) || dense(word))
    }

    /// Whether it is the deployment that it speaks of: it names nothing else, or orders it.
    fn is_deployment(&self) -> bool {
        self.speaks_only_of(&[&DEPLOYMENT])
    }

    pub(in crate::plan::markdown) fn orders_deployment(&self) -> bool {
        let orders = ["apply ", "execute ", "run ", "release the ", "roll out "];
        self.begins(&[Topic::Acts]) || orders.iter().any(|word| self.uncounted().starts_with(word))
    }
}

/// The stage of the heading `above`, where `title` stands below it and only touches a word for the deployment: what is
/// done "before", "afterwards" or to verify stays that, whatever it is done to.
pub(super) fn of_parent(title: &Title, above: Option<&Reading>) -> Option<Stage> {
    let above = above?;
    let stage = above.stage?;
    let words = &title.words;
    let aside = match stage.kind {
        PhaseKind::Deploy => false,
        // A time says when, and a deployment may begin a day before the others.
        PhaseKind::Before => above.at.is_none(),
        PhaseKind::Verify => true,
        PhaseKind::After => stage.weight == Weight::Strong,
    };
    let clear = words.is_deployment()
        || title
            .without_clock()
            .is_some_and(|bare| Words::new(&bare).is_deployment())
        || (stage.weight < Weight::Strong && words.orders_deployment());
    (aside && stage.weight >= Weight::Weak && !clear).then_some(stage)
}

/// What a heading consists of that names the deployment and nothing else.
const DEPLOYMENT: [Topic; 5] = [
    Topic::Steps,
    Topic::Deploy,
    Topic::Staged,
    Topic::Small,
    Topic::Order,
];

/// With which one begins to look at something, in all languages.
#[rustfmt::skip]
const LOOKS: [&str; 36] = [
    "check", "checking", "analysis", "analyse", "analyze", "analysing", "analyzing", "inspect", "inspection", "assess", "assessment",
    "compare", "examine", "list", "show", "view", "look at", "identify", "determine", "anzeigen", "ansehen", "auflisten",
    "analyser", "examiner", "inspecter", "lister", "analisis", "analizar", "listar", "analise", "analisar", "анализ", "просмотр",
    "分析", "查看", "确认",
];
