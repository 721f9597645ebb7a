//! Lines that leave it to what follows whether one goes back: "We roll back when:", "Rollback criteria:".

use std::sync::LazyLock;

use super::words::Words;
use crate::plan::find;
use crate::plan::letters;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::Beginnings;
use crate::plan::markdown::tongues::phrases::Topic;

/// Whether a line without a word of its own for it says that a way back is decided about by what follows: "We roll
/// back when:", "Rollback criteria:"; `within` a way back "Trigger this if:" does.
pub(in crate::plan::markdown) fn asks(line: &str, within: bool) -> bool {
    let line = line.trim_end().trim_end_matches('*');
    if permits(line) || forbids(line) {
        return false;
    }
    let Some(line) = line
        .strip_suffix([':', '：'])
        .or_else(|| of_following(line))
    else {
        return false;
    };
    if line.len() > MAX_ASKED || line.contains('\n') {
        return false;
    }
    let folded = letters::fold(line);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let following = |word: &&&str| FOLLOWING.contains(*word);
    let behind = words.iter().rev().take_while(following).count();
    let ends = words[..words.len() - behind]
        .last()
        .is_some_and(|word| CASES.contains(word));
    let named = words
        .iter()
        .any(|word| NAMED.iter().any(|named| word.starts_with(named)));
    let when = folded.starts_with("when to ") || folded.contains(" when to ");
    let asked = named || ends || when;
    // "When to use it"; "Trigger", and nothing else.
    let alone =
        words.len() - behind == 1 && words.first().is_some_and(|w| w.starts_with("trigger"));
    let used = folded.starts_with("when to use");
    ((ends || alone || used) && within) || (asked && goes_back(line)) || stops(line)
}

/// Whether `line` says on what condition one may go back, and not when one does: "Rollback is allowed only if:".
pub(in crate::plan::markdown) fn permits(line: &str) -> bool {
    let Some(line) = line.trim_end_matches('*').strip_suffix([':', '：']) else {
        return false;
    };
    let folded = letters::fold(line);
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    let last = words.clone().rfind(|word| !word.is_empty());
    line.len() <= MAX_ASKED
        && last.is_some_and(|word| CASES.contains(&word))
        && words.any(|word| PERMITS.contains(&word))
        && goes_back(line)
}

/// Whether `line` says in which cases one does not go back: "DO NOT roll back if:".
pub(in crate::plan::markdown) fn forbids(line: &str) -> bool {
    let line = line.trim_end().trim_end_matches('*');
    let Some(line) = line.strip_suffix([':', '：']) else {
        return false;
    };
    if line.len() > MAX_ASKED || line.contains('\n') {
        return false;
    }
    let folded = letters::fold(line).replace(['\'', '’'], "");
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    // "Do not go on and roll back if" forbids something else.
    let clause = words.rsplit(|word| ANDS.contains(word)).next();
    let clause = clause.unwrap_or_default();
    let ends = clause.last().is_some_and(|word| CASES.contains(word));
    let parts = folded.contains([',', ';', '.']);
    let done: Vec<&str> = clause
        .iter()
        .copied()
        .filter(|word| !NOTS.contains(word))
        .collect();
    ends && !parts && done.len() < clause.len() && goes_back(&done.join(" ")) && !stops(line)
}

/// Whether `line` says no more than when nobody goes on: "Stop if any of these is true", "No-go criteria",
/// "Nicht fortfahren, wenn".
pub(in crate::plan::markdown) fn stops(line: &str) -> bool {
    if line.len() > MAX_ASKED || line.contains('\n') {
        return false;
    }
    if line.contains(is_dense) {
        let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
        return line.chars().count() <= MAX_DENSE && has(&DENSE_CASES) && has(&DENSE_STOPS);
    }
    // Hardly any line does.
    if !STOPPING.begin_within(line) {
        return false;
    }
    let folded = letters::fold(line).replace('\'', "");
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let begins = |word: &str, all: &[&str]| all.iter().any(|start| word.starts_with(start));
    let named = |word: &str| begins(word, &NAMED) || begins(word, &CONDITIONS);
    if !words.iter().any(|word| CASES.contains(word) || named(word)) {
        return false;
    }
    let text = format!(" {} ", words.join(" ")).replace(" don t ", " dont ");
    STOPS.iter().any(|phrase| {
        let phrase = format!(" {phrase} ");
        let Some((before, behind)) = find::split_once(&text, &phrase) else {
            return false;
        };
        // "If NO-GO" is the case itself.
        if before.split(' ').any(|word| IFS.contains(&word)) {
            return false;
        }
        let rest = before.split(' ').chain(behind.split(' '));
        let mut rest = rest.filter(|word| !word.is_empty());
        let mut cases = rest
            .clone()
            .filter(|word| CASES.contains(word) || named(word));
        let small = |word: &str| FOLLOWING.contains(&word) || BESIDE.contains(&word);
        cases.next().is_some()
            && rest.all(|word| CASES.contains(&word) || named(word) || small(word))
    })
}

/// Whether `text` says no more than that what stands below it is done where nobody goes on: "If NO-GO", "On no-go".
pub(in crate::plan::markdown) fn is_no_go(text: &str) -> bool {
    // Hardly any text is so short, and says so.
    if text.len() > MAX_NO_GO || !text.to_ascii_lowercase().contains("go") {
        return false;
    }
    let folded = letters::fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty() && !AROUND_NO_GO.contains(word));
    let case = words
        .next()
        .is_some_and(|first| IFS.contains(&first) || first == "on");
    let rest: Vec<&str> = words.collect();
    case && matches!(rest.as_slice(), ["no", "go"] | ["nogo"])
}

/// The longest such text, in bytes.
const MAX_NO_GO: usize = 60;
/// What may stand in it beside.
const AROUND_NO_GO: [&str; 9] = [
    "the", "a", "decision", "is", "we", "are", "result", "answer", "it",
];

/// The label of a line that says no more than that its conditions follow: "**Trigger**: any of the following".
pub(in crate::plan::markdown) fn of_following(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once([':', '：'])?;
    let folded = letters::fold(rest);
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    let all = words.all(|word| word.is_empty() || FOLLOWING.contains(&word));
    (all && rest.contains(char::is_alphabetic)).then_some(head)
}

/// Whether `line` says that one goes back if what follows is so: "Deployment needs to ROLLBACK if:".
pub(in crate::plan::markdown) fn asks_if(line: &str) -> bool {
    let line = line.trim_end().trim_end_matches('*');
    let bare = line.strip_suffix([':', '：']);
    let last = bare.and_then(|bare| bare.rsplit(|c: char| !c.is_alphanumeric()).next());
    let case = last.is_some_and(|last| CASES.contains(&letters::fold(last).as_ref()));
    // "Verify that rollback works if:" is looked at.
    case && asks(line, false) && !Words::new(line).begins(&[Topic::Verify, Topic::Testing])
}

pub(super) fn goes_back(text: &str) -> bool {
    let words = Words::new(text);
    [Topic::Rollback, Topic::Recovery, Topic::Abandon]
        .into_iter()
        .any(|topic| words.has(topic))
}

/// How [`STOPS`] begin.
static STOPPING: LazyLock<Beginnings> = LazyLock::new(|| {
    // "Don't" has a letter less there.
    Beginnings::first_of(STOPS.into_iter().chain(["don"]))
});

/// Words for going no further, in all languages.
#[rustfmt::skip]
const STOPS: [&str; 56] = [
    "stop", "halt", "abort", "cancel", "pause", "do not proceed", "dont proceed", "do not continue", "dont continue", "do not go on",
    "dont go on", "do not deploy", "do not start", "no go", "nogo", "stopp", "stoppen", "abbrechen", "abbruch", "anhalten",
    "nicht fortfahren", "nicht weitermachen", "nicht weiter", "nicht starten", "arreter", "arret", "stopper", "abandonner", "abandon",
    "interrompre", "ne pas continuer", "ne pas poursuivre", "detener", "detenerse", "detenga", "parar", "abortar", "no continuar",
    "no proceder", "cancelar", "interromper", "nao prosseguir", "nao continuar", "fermare", "fermarsi", "interrompere",
    "annullare", "non procedere", "non proseguire", "остановить", "остановиться", "прервать", "отменить", "не продолжать", "стоп",
    "не начинать",
];
/// What else conditions are called by.
const CONDITIONS: [&str; 6] = [
    "condi",
    "bedingung",
    "услови",
    "situation",
    "kondition",
    "критери",
];
/// What may stand beside that: what is stopped, and how.
#[rustfmt::skip]
const BESIDE: [&str; 52] = [
    "treat", "consider", "declare", "call", "mark", "as", "blocking", "blocker", "blockers",
    "deployment", "release", "migration", "rollout", "cutover", "deploy", "upgrade", "immediately", "and", "or", "roll", "back",
    "rollback", "escalate", "a", "un", "seul", "le", "la", "el", "los", "o", "os", "il", "die", "das", "den", "sofort", "und",
    "et", "y", "e", "и", "les", "de", "du", "d", "folgendes", "eines", "einer", "suivants", "uno", "um",
];
/// The same in scripts without spaces between words: that here are cases, and that nobody goes on.
const DENSE_CASES: [&str; 12] = [
    "以下の場合",
    "次の場合",
    "下記の場合",
    "以下のいずれか",
    "条件",
    "基準",
    "如果",
    "以下情况",
    "下列情况",
    "满足以下",
    "任一",
    "标准",
];
const DENSE_STOPS: [&str; 13] = [
    "中止",
    "停止",
    "中断",
    "続行しない",
    "進めない",
    "进行しない",
    "终止",
    "不要继续",
    "不得继续",
    "禁止继续",
    "暂停",
    "不继续",
    "no-go",
];
/// The longest such line, in letters.
const MAX_DENSE: usize = 24;

/// The longest line that announces criteria, in bytes.
const MAX_ASKED: usize = 120;
/// "If", at the end of what announces them.
const CASES: [&str; 14] = [
    "if",
    "when",
    "once",
    "wenn",
    "falls",
    "sobald",
    "si",
    "lorsque",
    "quand",
    "cuando",
    "se",
    "quando",
    "если",
    "когда",
];
/// Words for not doing something.
const NOTS: [&str; 11] = [
    "not",
    "never",
    "no",
    "dont",
    "nicht",
    "nie",
    "ne",
    "nao",
    "non",
    "не",
    "никогда",
];
/// Words between two things that are done.
const ANDS: [&str; 10] = [
    "and", "but", "und", "sondern", "et", "mais", "y", "pero", "e", "и",
];
/// Those of them that never ask when.
const IFS: [&str; 6] = ["if", "wenn", "falls", "si", "se", "если"];
/// Words for being allowed to.
#[rustfmt::skip]
const PERMITS: [&str; 20] = [
    "allowed", "permitted", "possible", "safe", "acceptable", "approved", "erlaubt", "moglich", "zulassig", "sicher", "autorise",
    "permis", "permitido", "permitida", "posible", "possivel", "segura", "разрешен", "возможен", "допустим",
];
/// What may stand behind that.
const FOLLOWING: [&str; 22] = [
    "item",
    "items",
    "below",
    "listed",
    "holds",
    "any",
    "one",
    "either",
    "some",
    "of",
    "the",
    "these",
    "following",
    "this",
    "conditions",
    "condition",
    "apply",
    "applies",
    "is",
    "are",
    "true",
    "met",
];
/// How words begin that criteria are called by.
const NAMED: [&str; 9] = [
    "criteri",
    "critere",
    "kriteri",
    "критери",
    "trigger",
    "threshold",
    "schwell",
    "seuil",
    "umbral",
];

impl Words {
    /// Whether it speaks of the criteria of a way back: "Criteria for rollback", "Critérios para reverter".
    pub(super) fn names_criteria(&self) -> bool {
        let back = [Topic::Rollback, Topic::Recovery, Topic::Abandon];
        let named = CRITERIA.iter().any(|word| self.uncounted().contains(word));
        named && back.into_iter().any(|topic| self.has(topic))
    }

    /// "Sign-off criteria"
    pub(super) fn ends_with_criteria(&self) -> bool {
        let last = self.uncounted().split_whitespace().next_back();
        last.is_some_and(|last| CRITERIA.iter().any(|stem| last.starts_with(stem)))
    }
}

/// How words begin for criteria.
const CRITERIA: [&str; 4] = ["criteri", "critere", "kriteri", "критери"];

#[cfg(test)]
mod tests {
    use super::{forbids, is_no_go, stops};
    use crate::plan::markdown::tests::{plan, titles};

    #[test]
    fn what_is_done_on_no_go_is_no_step_forward() {
        for line in [
            "If NO-GO",
            "If no-go:",
            "On a no-go",
            "If the decision is No-Go",
            "Falls No-Go",
        ] {
            assert!(is_no_go(line), "{line}");
        }
        for line in [
            "NO-GO",
            "No-go if",
            "If GO",
            "If there is no Google account",
            "Go/No-Go",
        ] {
            assert!(!is_no_go(line), "{line}");
        }
        let gate = "## Go/No-Go decision\n- [ ] ready\n\n";
        let rest = "- [ ] tell everybody\n## Deployment\n```sh\n./deploy\n```\n";
        for below in ["If NO-GO:\n", "**If NO-GO:**\n\n"] {
            let plan = plan(&format!("{gate}{below}{rest}"));
            assert_eq!(
                titles(&plan),
                [("check", "ready"), ("shell", "./deploy")],
                "{below}"
            );
            assert!(
                plan.notes
                    .iter()
                    .any(|note| note.text.contains("tell everybody"))
            );
        }
    }

    #[test]
    fn what_forbids_a_way_back_is_no_criterion_for_it() {
        for line in [
            "**DO NOT rollback if**:",
            "Don’t roll back when:",
            "Never roll back if:",
            "Rollback is not needed if:",
            "Nicht zurückrollen wenn:",
            "Não reverter se:",
        ] {
            assert!(forbids(line), "{line}");
        }
        for line in [
            "Roll back if:",
            "Do not proceed and roll back if:",
            "Do not wait, roll back if:",
            "No-Go if:",
            "Roll back if not:",
            "Do NOT proceed if:",
        ] {
            assert!(!forbids(line), "{line}");
        }
        let text = "# M\n## Deploy\n```sh\n./deploy\n```\n## When to Rollback\nRollback if:\n- Data are lost\n\n**DO NOT rollback if**:\n- Only the code has bugs\n";
        let plan = plan(text);
        let names: Vec<&str> = plan.alerts.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["Data are lost"]);
        assert!(plan.notes.iter().any(|note| note.text.contains("has bugs")));
    }

    #[test]
    fn lines_say_when_nobody_goes_on() {
        for line in [
            "Stop if",
            "STOP CONDITIONS",
            "Do NOT proceed if",
            "Don't continue if any of the following is true",
            "No-Go if",
            "Abort the deployment if",
            "Stop and roll back if",
            "Abbrechen, wenn",
            "Nicht fortfahren, wenn",
            "Arrêter si",
            "Ne pas continuer si",
            "Critères NO-GO",
            "Detener si",
            "Parar se",
            "Interrompere se",
            "Остановить, если",
            "Treat the release as `No-Go` if any item below is true",
            "No-Go / blocking conditions",
            "以下の場合は中止",
            "如果出现以下情况则停止",
        ] {
            assert!(stops(line), "{line}");
        }
        for line in [
            "Stop the old workers if they hang",
            "Stop the app",
            "Stop when the queue is empty",
            "Go / No-Go criteria",
            "If NO-GO",
            "Falls Abbruch",
            "No-Go if any item below is not checked",
            "Cancel old jobs",
            "Do not run this twice",
            "停止服务",
            "アプリの停止",
            "",
        ] {
            assert!(!stops(line), "{line}");
        }
    }
}
