//! Ways back of which one is gone: "Quick rollback" beside "Full rollback". What says nothing of that is a part
//! of the one that stands there.

use super::heading::{Ordinal, Title};
use super::phrases::Topic;
use super::words::Words;
use crate::plan::letters;

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
const COUNTED: [&str; 7] = [
    "plan ",
    "level ",
    "tier ",
    "scenario ",
    "case ",
    "szenario ",
    "escenario ",
];

impl Title {
    /// Whether a way back is only one of several, as far as its heading says.
    pub(super) fn is_one_of_several(&self) -> bool {
        self.ordinal == Some(Ordinal::Option) || self.words.is_one_case() || self.words.is_apart()
    }
}

/// How the point is called behind which nothing goes back, folded.
const NO_RETURN: [&str; 8] = [
    "point of no return",
    "punkt ohne wiederkehr",
    "point de non retour",
    "punto de no retorno",
    "punto sin retorno",
    "ponto sem retorno",
    "точка невозврата",
    "不可回退点",
];

impl Title {
    /// Whether it says that here is the point of no return: by itself, or beside what it names. "Before the
    /// point of no return" is not.
    pub(super) fn is_no_return(&self) -> bool {
        // Hardly any heading has a word of it.
        let folded = letters::fold(&self.text);
        let mut lasts = NO_RETURN.iter().filter_map(|name| name.rsplit(' ').next());
        if !lasts.any(|last| folded.contains(last)) {
            return false;
        }
        let parts = self.text.split(['(', ')', '（', '）', ':', '—', '–', '：']);
        let mut parts = parts.flat_map(|part| part.split(" - "));
        parts.any(|part| {
            let words = Words::whole(part);
            let text = words.uncounted().trim_end();
            let text = text.strip_prefix("the ").unwrap_or(text);
            NO_RETURN.contains(&text)
        })
    }
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
