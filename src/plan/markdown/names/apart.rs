//! Ways back of which one is gone: "Quick rollback" beside "Full rollback". What says nothing of that is a part
//! of the one that stands there.

use super::heading::{self, Title};
use super::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;

/// How far, how fast or by whom something is rolled back: with the same of another it is another way.
const MANNERS: [&str; 54] = [
    "quick",
    "fast",
    "instant",
    "rapid",
    "slow",
    "late",
    "delayed",
    "early",
    "full",
    "total",
    "partial",
    "minimal",
    "selective",
    "soft",
    "hard",
    "simple",
    "automatic",
    "automated",
    "manual",
    "alternative",
    "preferred",
    "major",
    "minor",
    "schnell",
    "sofort",
    "spat",
    "voll",
    "komplett",
    "teil",
    "manuell",
    "automatisch",
    "immediat",
    "complet",
    "partiel",
    "automatique",
    "inmediat",
    "imediat",
    "parcial",
    "быстр",
    "немедленн",
    "полн",
    "частичн",
    "ручн",
    "автоматическ",
    "快速",
    "立即",
    "完全",
    "完整",
    "部分",
    "手动",
    "手動",
    "自动",
    "自動",
    "即時",
];

/// What counts ways, and not steps.
const COUNTED: [&str; 3] = ["plan ", "level ", "tier "];

impl Title {
    /// Whether a way back is only one of several, as far as its heading says.
    pub(in crate::plan::markdown) fn is_one_of_several(&self) -> bool {
        self.counts_ways() || self.words.is_one_case() || self.words.is_apart()
    }

    /// Whether it counts ways, also behind the number of a section: "3.1 Scenario 1".
    pub(in crate::plan::markdown) fn counts_ways(&self) -> bool {
        let behind = heading::behind_count(&self.text).trim_start();
        heading::counts_options(&self.text) || heading::counts_options(behind)
    }
}

/// Whether `text`, whose words are `whole`, says that here is the point of no return: by itself, or beside what it
/// names. "Before the point of no return" does not.
pub(super) fn is_no_return(whole: &Words, text: &str) -> bool {
    let parts = text.split(['(', ')', '（', '）', ':', '—', '–', '：']);
    let mut parts = parts.flat_map(|part| part.split(" - "));
    whole.has(Topic::NoReturn)
        && parts.any(|part| Words::whole(part).behind(&[Topic::NoReturn]) == Some(""))
}

impl Words {
    fn is_apart(&self) -> bool {
        let text = self.uncounted().trim_end();
        let counted = COUNTED.iter().any(|word| {
            let rest = text.strip_prefix(word);
            rest.is_some_and(|rest| rest.split(' ').next().is_some_and(|mark| mark.len() <= 2))
        });
        // "Immediate actions" are a part of it, "Restore the full backup" as well.
        let manner = |word: &str| MANNERS.iter().any(|manner| word.starts_with(manner));
        let mut ends = [text.split(' ').next(), text.rsplit(' ').next()]
            .into_iter()
            .flatten();
        let whole = !text.contains(' ') || self.goes_back();
        let urgent = self.has(Topic::Emergency) || self.has(Topic::Urgent);
        let forward = text.contains("forward") && !self.goes_back();
        let disaster = text.starts_with("disaster ");
        let only = text.split(' ').any(|word| word == "only");
        let urgent = urgent && self.goes_back();
        counted || forward || disaster || only || urgent || (whole && ends.any(manner))
    }
}
