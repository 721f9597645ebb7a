//! Checks that pass when what they ask for is not so: a `grep` that has to find nothing, and a comparison whose
//! failure is only printed.

use super::passage::Home;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Joint, Pipefail};
use crate::plan::draft::StepSpec;
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;

/// Programs that return 0 if they find something, and 1 if they don't.
const FINDERS: [&str; 8] = [
    "ack", "ag", "egrep", "fgrep", "grep", "pgrep", "rg", "zgrep",
];
/// Programs that only say whether something is so.
const ASKERS: [&str; 6] = ["[", "[[", "test", "cmp", "diff", "grep"];
/// What says that there is none of what follows.
const NONE: [&str; 24] = [
    "0", "no", "not", "none", "zero", "without", "kein", "keine", "keinen", "ohne", "aucun",
    "aucune", "pas", "sans", "sin", "ningún", "ninguna", "sem", "nenhum", "nenhuma", "нет", "без",
    "never", "nicht",
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
/// What says that something is wrong, where it is only printed.
const WRONG: [&str; 11] = [
    "mismatch",
    "fail",
    "error",
    "bad ",
    "wrong",
    "differ",
    "unexpected",
    "nok ",
    "abort",
    "❌",
    "✗",
];

/// Finds such checks in `text`.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_reference() || text.script.commands.is_empty() {
        return;
    }
    for (ix, command) in text.script.commands.iter().enumerate() {
        if FINDERS.contains(&command.program()) {
            finds(text, ix, command, out);
        }
        if ASKERS.contains(&command.program()) {
            only_says(text, ix, command, out);
        }
    }
}

/// `grep ERROR log` under "No errors in the log".
fn finds(text: &Text<'_>, ix: usize, command: &Command<'_>, out: &mut Vec<Problem>) {
    let pipe = text.script.pipe(command);
    let alone = pipe.joint == Joint::Then && !pipe.condition && !pipe.substituted && !pipe.looped;
    let last = command.stage + 1 == pipe.stages || pipe.settings.pipefail != Pipefail::Off;
    let decides = pipe.settings.stops || ix + 1 == text.script.commands.len() || pipe.stages > 1;
    // What another pipeline asks in front of it decides whether it is reached at all.
    let reached = !text.script.commands[..ix]
        .iter()
        .any(|other| ends_at(text, other, command) && text.script.pipe(other).joint != Joint::Then);
    let options = || command.arguments().iter().filter(|word| word.is_option());
    let turned = options().any(|word| {
        let letters = word.text.trim_start_matches('-');
        let long = word.text.starts_with("--");
        (long && (letters == "invert-match" || letters == "files-without-match"))
            || (!long && letters.contains(['v', 'L']))
    });
    let exits = text
        .passage
        .spec
        .is_some_and(|spec| !spec.expect().exit.is_empty());
    if !alone || !last || !decides || !reached || turned || exits || is_negated(text, command) {
        return;
    }
    let pattern = command
        .arguments()
        .iter()
        .filter(|word| !word.is_option())
        .map(|word| word.text.to_lowercase())
        // `-A 3`
        .find(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    if !pattern.is_some_and(|pattern| claims_none(text, &pattern)) {
        return;
    }
    let program = command.program();
    let counts = options().any(|word| {
        word.text == "--count" || (!word.text.starts_with("--") && word.text.contains('c'))
    });
    let shown = text.body().get(from_program(command)).unwrap_or(program);
    let (message, hint) = if counts {
        (
            format!(
                "`{program}` returns 1 if it counts 0: this fails when there is none, and passes when there are some"
            ),
            format!("`! {}`, which fails when there is one", uncounted(shown)),
        )
    } else {
        (
            format!(
                "`{program}` returns 0 only if it finds something: this passes when there is what should not be there, and fails when all is well"
            ),
            format!("`! {shown}`, which fails when there is one"),
        )
    };
    out.push(text.warning(
        "status-proves-nothing",
        from_program(command),
        message,
        hint,
    ));
}

/// Whether `before` stands in the line of commands that ends with `command`.
fn ends_at(text: &Text<'_>, before: &Command<'_>, command: &Command<'_>) -> bool {
    let (one, other) = (text.script.pipe(before), text.script.pipe(command));
    before.pipe + 1 == command.pipe && one.parent == other.parent
}

/// `grep -c ERROR log` without its count.
fn uncounted(command: &str) -> String {
    let words = command
        .split(' ')
        .filter(|word| !matches!(*word, "-c" | "--count"));
    words.collect::<Vec<&str>>().join(" ")
}

/// Whether `!` stands in front of the pipeline of `command`.
fn is_negated(text: &Text<'_>, command: &Command<'_>) -> bool {
    let commands = text.script.commands.iter();
    let mut pipe = commands.filter(|other| other.pipe == command.pipe);
    let start = pipe
        .next()
        .map_or(command.span.start, |first| first.span.start);
    let before = text.body().get(..start).unwrap_or_default();
    before.trim_end_matches([' ', '\t']).ends_with('!')
}

/// Whether the words of the step say that there is nothing that `pattern` finds.
fn claims_none(text: &Text<'_>, pattern: &str) -> bool {
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
        || text.body().lines().any(says_empty)
        || text.words().lines().chain(lower.lines()).any(|line| {
            let unparted = faulty
                && FAULTS
                    .iter()
                    .any(|fault| !fault.is_ascii() && line.contains(fault))
                && UNPARTED.iter().any(|none| line.contains(none));
            unparted || denies(line, pattern, faulty)
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

/// `[ a = b ] || echo MISMATCH`: what is printed is the only thing that is different.
fn only_says(text: &Text<'_>, ix: usize, command: &Command<'_>, out: &mut Vec<Problem>) {
    let pipe = text.script.pipe(command);
    let judged = text.is_judged() || pipe.condition || pipe.substituted || pipe.looped;
    if judged || !matches!(pipe.joint, Joint::Or | Joint::And) {
        return;
    }
    // The rest of the line of commands: `&& echo ok || echo bad`.
    let (mut joint, mut last) = (pipe.joint, command.pipe);
    let (mut or, mut said) = (false, false);
    for other in &text.script.commands[ix + 1..] {
        let next = text.script.pipe(other);
        if other.pipe == last {
            continue;
        }
        if matches!(joint, Joint::Then | Joint::Background) {
            break;
        }
        let prints = matches!(other.program(), "echo" | "printf") && !is_kept(other);
        if !prints || next.parent != pipe.parent || next.stages > 1 {
            return;
        }
        if joint == Joint::Or {
            let words: Vec<&str> = other.arguments().iter().map(|word| &*word.text).collect();
            let words = format!("{} ", words.join(" ").to_lowercase());
            or = true;
            said |= WRONG.iter().any(|wrong| words.contains(wrong));
        }
        (last, joint) = (other.pipe, next.joint);
    }
    let verifies = matches!(text.passage.home, Home::Phase(_, PhaseKind::Verify));
    if or && (said || verifies) {
        let message = "what this asks only chooses what is printed: it passes in both cases";
        let hint = "let it fail: `… || { echo … >&2; exit 1; }`, or leave the `||` away";
        out.push(text.warning(
            "status-proves-nothing",
            from_program(command),
            message,
            hint,
        ));
    }
}

/// Whether what `command` prints goes into a file.
fn is_kept(command: &Command<'_>) -> bool {
    command
        .output()
        .is_some_and(|file| !file.text.starts_with("/dev/") && file.text != "&2")
}
