//! Words that say that there is nothing of something: "No errors in the log", "# Should be empty", "Port 80 is free".

use super::text::Text;
use crate::plan::commands::Command;
use crate::plan::draft::StepSpec;

/// What says that there is none of what follows.
const NONE: [&str; 26] = [
    "nobody", "nothing", "0", "no", "not", "none", "zero", "without", "kein", "keine", "keinen",
    "ohne", "aucun", "aucune", "pas", "sans", "sin", "ningún", "ninguna", "sem", "nenhum",
    "nenhuma", "нет", "без", "never", "nicht",
];
/// How words begin for what should not be in a log.
const FAULTS: [&str; 19] = [
    "error",
    "errors",
    "fail",
    "fatal",
    "exception",
    "panic",
    "critical",
    "traceback",
    "warning",
    "deadlock",
    "timeout",
    "fehler",
    "erreur",
    "erro",
    "ошиб",
    "異常",
    "エラー",
    "错误",
    "錯誤",
];
/// The same in tongues that put no blank between words.
const UNPARTED: [&str; 9] = [
    "なし", "ない", "無い", "無し", "0件", "没有", "沒有", "无", "無",
];
/// What begins a condition: it claims nothing.
const CASES: [&str; 12] = [
    "if", "when", "unless", "until", "wenn", "falls", "si", "se", "если", "如果", "もし", "once",
];
/// How far around "no" the word may stand that it is about, in words.
const NEAR: usize = 3;
/// Whether the words of the step say that there is nothing that `pattern` finds.
pub(super) fn is_said_of(text: &Text<'_>, pattern: &str) -> bool {
    // `grep "0 errors"` looks for the good case.
    let mut words = pattern.split(|c: char| !c.is_alphanumeric());
    if words.any(|word| NONE.contains(&word)) {
        return false;
    }
    let faulty = FAULTS.iter().any(|fault| pattern.contains(fault));
    let expect = text.passage.spec.map(StepSpec::expect);
    let shown = expect
        .and_then(|expect| expect.shown.as_deref())
        .unwrap_or_default();
    let nothing = ["no output", "nothing", "empty", "no lines", "none"];
    let said = shown.trim().trim_end_matches('.').to_lowercase();
    let lower = shown.to_lowercase();
    nothing.contains(&said.as_str())
        || EMPTY.contains(&said.as_str())
        || text.body().lines().any(says_empty)
        || text.words().lines().chain(lower.lines()).any(|line| {
            let unparted = faulty
                && FAULTS
                    .iter()
                    .any(|fault| !fault.is_ascii() && line.contains(fault))
                && UNPARTED.iter().any(|none| line.contains(none));
            unparted || denies(line, pattern, faulty) || (faulty && looks_for_faults(line))
        })
}

/// "# Should be empty": a comment that says no more than that nothing is found.
fn says_empty(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix('#') else {
        return false;
    };
    let comment = comment.to_lowercase();
    let comment = comment.trim_matches([' ', '.', '!', '(', ')', '。']);
    let modal = ["should ", "must "]
        .iter()
        .find_map(|word| comment.strip_prefix(word));
    let english = modal.is_some_and(|rest| {
        let returns = [
            "be ", "return ", "print ", "show ", "output ", "find ", "give ",
        ];
        let rest = returns.iter().find_map(|word| rest.strip_prefix(word));
        rest.is_some_and(|rest| EMPTY.contains(&rest))
    });
    english || EMPTY_ELSEWHERE.contains(&comment)
}

/// What is said of nothing, behind "should return".
const EMPTY: [&str; 8] = [
    "empty",
    "nothing",
    "no results",
    "no result",
    "no output",
    "no rows",
    "no lines",
    "no matches",
];
/// The same in other tongues.
const EMPTY_ELSEWHERE: [&str; 10] = [
    "sollte leer sein",
    "muss leer sein",
    "doit être vide",
    "debe estar vacío",
    "deve estar vazio",
    "должно быть пусто",
    "应为空",
    "应该为空",
    "空であること",
    "何も表示されないこと",
];

/// "No errors in the log", "There are no pending migrations" in front of `grep pending`.
fn denies(line: &str, pattern: &str, faulty: bool) -> bool {
    let parts = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
    let words: Vec<&str> = line.split(parts).filter(|word| !word.is_empty()).collect();
    if words.first().is_some_and(|word| CASES.contains(word)) {
        return false;
    }
    let fault = |word: &&str| faulty && FAULTS.iter().any(|fault| word.starts_with(fault));
    let same = |word: &&str| {
        let stem = word.trim_end_matches('s');
        stem.len() > 2 && pattern.contains(stem)
    };
    let none = words
        .iter()
        .enumerate()
        .filter(|(_, word)| NONE.contains(*word));
    none.into_iter().any(|(ix, word)| {
        let behind = &words[ix + 1..];
        // "ошибок нет", "errors: 0"
        let ends = behind.is_empty() && matches!(*word, "нет" | "none" | "0" | "zero");
        let before = ix.checked_sub(1).and_then(|ix| words.get(ix));
        behind.iter().take(NEAR).any(fault)
            || behind.first().is_some_and(same)
            || (ends && before.is_some_and(|word| fault(word) || same(word)))
    })
}

/// Whether the words at `command` say that there is nothing (any more), whatever they call it: "Port 80 is free", "No
/// sessions are left". `pattern` finds what there is, unless it is one of such words itself.
pub(super) fn is_said_of_all(text: &Text<'_>, command: &Command<'_>, pattern: &str) -> bool {
    let mut words = pattern.split(|c: char| !c.is_alphanumeric());
    if words.any(|word| NONE.contains(&word) || GONE.contains(&word) || word == "inactive") {
        return false;
    }
    let spec = text.passage.spec;
    // Where several comments stand in a block, what is joined from them says nothing of each command.
    let lines = text.body().lines().map(str::trim_start);
    let several = lines.filter(|line| line.starts_with('#')).count() > 1;
    let spec = spec.filter(|_| !several);
    let title = spec.map_or("", |spec| spec.title.as_str());
    let shown = spec.and_then(|spec| spec.expect().shown.as_deref());
    let above = text.body().get(..command.span.start).unwrap_or_default();
    let above = above.rsplit_once('\n').map_or("", |(above, _)| above);
    let comments = above.lines().rev().map(str::trim_start);
    let comments = comments.map_while(|line| line.strip_prefix('#'));
    [title, text.passage.label, shown.unwrap_or_default()]
        .into_iter()
        .chain(comments)
        .any(says_gone)
}

/// Whether a part of `line` says so: "Make sure that nothing listens on 80", "All ports are free".
fn says_gone(line: &str) -> bool {
    let line = line
        .to_lowercase()
        .replace("n't", " not")
        .replace("n’t", " not");
    let parts = line.split([',', ';', ':', '(', ')', '.', '—']);
    parts.flat_map(|part| part.split(" and ")).any(|part| {
        let words = part.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let Some((last, before)) = words.split_last() else {
            return false;
        };
        let claims = !words.first().is_some_and(|word| CASES.contains(word));
        let none = words.iter().position(|word| NONE.contains(word));
        claims
            && match none {
                Some(none) => says_none_left(&words[none + 1..]),
                None => GONE.contains(last) && before.iter().any(|word| BE.contains(word)),
            }
    })
}

/// Whether the words of the step say that something runs: "App runs", "The worker is active".
pub(super) fn says_it_runs(text: &Text<'_>) -> bool {
    let words = text.words();
    words.lines().any(|line| {
        let mut words = line.split(|c: char| !c.is_alphanumeric());
        let first = words.clone().next().unwrap_or_default();
        !CASES.contains(&first)
            && !ASKS_WHAT.contains(&first)
            && words.any(|word| RUNS.contains(&word))
    })
}

/// What begins a question to which "none" is an answer as well.
const ASKS_WHAT: [&str; 6] = ["which", "what", "who", "welche", "welcher", "was"];
/// What is said of what runs.
const RUNS: [&str; 5] = ["active", "alive", "läuft", "running", "runs"];

/// Whether the words of the step say of all that they are what one of the words in `pattern` is: "All pods are
/// running" of `Running|Completed`.
pub(super) fn says_all_are(text: &Text<'_>, pattern: &str) -> bool {
    let mut words = pattern.split(|c: char| !c.is_alphanumeric());
    words.any(|wanted| {
        let said = |line: &str| {
            let mut words = line.split(|c: char| !c.is_alphanumeric());
            words.any(|word| ALL.contains(&word)) && words.any(|word| word == wanted)
        };
        wanted.len() > 2 && text.words().lines().any(said)
    })
}

/// What begins what is said of all.
const ALL: [&str; 8] = [
    "all", "alle", "each", "every", "todos", "todas", "tous", "toutes",
];

/// Whether the words of the step ask to look for faults: "Check logs for exceptions".
fn looks_for_faults(line: &str) -> bool {
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
    let faulty = |ix: &usize| {
        let fault = FAULTS.iter().any(|fault| words[*ix].starts_with(fault));
        // An "error budget" is none.
        let one = FAULTS.contains(&words[*ix]) && !words[*ix].ends_with('s');
        let next = words.get(ix + 1).filter(|next| one && !next.is_empty());
        fault && next.is_none_or(|next| BEHIND.contains(next) || TOLD.contains(next))
    };
    words.iter().enumerate().any(|(ix, word)| {
        let near = ix + 1..words.len().min(ix + 1 + NEAR);
        matches!(*word, "for" | "auf" | "nach") && near.into_iter().any(|ix| faulty(&ix))
    })
}

/// What tells of one fault.
const TOLD: [&str; 10] = [
    "and", "entries", "level", "line", "lines", "log", "logs", "message", "messages", "or",
];

/// "(no) old sessions are left on db1"; "(no) more than two are left" and "(not) running as root" say something else.
fn says_none_left(behind: &[&str]) -> bool {
    let left = behind.iter().take(FAR).position(|word| LEFT.contains(word));
    let counts = behind
        .first()
        .is_some_and(|word| matches!(*word, "more" | "less" | "fewer"));
    let next = left.and_then(|at| behind.get(at + 1));
    left.is_some() && !counts && next.is_none_or(|next| BEHIND.contains(next))
}

/// How far behind "no" it may stand that there is nothing left, in words.
const FAR: usize = 6;
const BE: [&str; 14] = [
    "are", "be", "been", "está", "están", "est", "estão", "is", "ist", "sind", "son", "sont",
    "was", "were",
];
/// What is said of what is not there, at the end of a sentence.
const GONE: [&str; 24] = [
    "closed",
    "down",
    "drained",
    "empty",
    "free",
    "frei",
    "gone",
    "gestoppt",
    "leer",
    "libre",
    "libres",
    "livre",
    "livres",
    "released",
    "removed",
    "stopped",
    "terminated",
    "unused",
    "vacant",
    "vazio",
    "vide",
    "vides",
    "beendet",
    "killed",
];
/// What is said behind "no" and what there is none of.
const LEFT: [&str; 24] = [
    "active",
    "aktiv",
    "alive",
    "connected",
    "exist",
    "exists",
    "found",
    "laufen",
    "left",
    "listening",
    "listens",
    "läuft",
    "mehr",
    "open",
    "present",
    "remain",
    "remaining",
    "remains",
    "restent",
    "reste",
    "running",
    "runs",
    "use",
    "übrig",
];
/// What may stand behind that.
const BEHIND: [&str; 12] = [
    "after", "against", "any", "anymore", "anywhere", "at", "before", "from", "in", "now", "on",
    "to",
];
