//! Checks that pass when what they ask for is not so: a `grep` that has to find nothing, a comparison whose failure is
//! only printed, and a `!` whose answer nobody takes.

use super::absent;
use super::passage::Home;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Joint, Pipefail};
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;

/// Programs that return 0 if they find what they are told in a text, and 1 if they don't.
const SEARCHES: [&str; 7] = ["ack", "ag", "egrep", "fgrep", "grep", "rg", "zgrep"];
/// The same with what runs or listens.
const FINDERS: [&str; 4] = ["fuser", "lsof", "pgrep", "pidof"];
/// Programs that list what there is.
const LISTS: [&str; 13] = [
    "crontab", "docker", "jobs", "kubectl", "lsof", "mount", "netstat", "podman", "ps", "psql",
    "ss", "w", "who",
];
/// Programs that only say whether something is so.
const ASKERS: [&str; 6] = ["[", "[[", "test", "cmp", "diff", "grep"];
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

/// How many commands behind one are looked at.
const NEAR: usize = 200;

/// Finds such checks in `text`.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_reference() || text.script.commands.is_empty() {
        return;
    }
    for (ix, command) in text.script.commands.iter().enumerate() {
        if is_finder(command) || counts_some(text, command).is_some() {
            finds(text, ix, command, out);
        }
        if ASKERS.contains(&command.program()) {
            only_says(text, ix, command, out);
        }
        if text.script.pipe(command).negated && command.stage == 0 {
            turned_round(text, ix, out);
        }
    }
}

/// Whether `command` returns 0 only if it finds something: `grep`, `lsof -i :80`, `systemctl is-active app`,
/// `nc -z localhost 80`; or if it counts something.
fn is_finder(command: &Command<'_>) -> bool {
    let program = command.program();
    let mut words = command.arguments().iter().map(|word| word.text.as_ref());
    SEARCHES.contains(&program)
        || FINDERS.contains(&program)
        || (program == "systemctl" && words.next() == Some("is-active"))
        || (matches!(program, "nc" | "ncat")
            && words.any(|word| word.starts_with('-') && word.contains('z')))
}

/// `grep ERROR log` under "No errors in the log", `ss -tln | grep :80` under "Port 80 is free".
fn finds(text: &Text<'_>, ix: usize, command: &Command<'_>, out: &mut Vec<Problem>) {
    let pipe = text.script.pipe(command);
    let alone = pipe.joint == Joint::Then && !pipe.condition && !pipe.substituted && !pipe.looped;
    let last = command.stage + 1 == pipe.stages || pipe.settings.pipefail != Pipefail::Off;
    let decides = pipe.settings.stops || ix + 1 == text.script.commands.len() || pipe.stages > 1;
    // What another pipeline asks in front of it decides whether it is reached at all.
    let reached = || {
        let mut before = text.script.commands[..ix].iter();
        !before.any(|other| {
            ends_at(text, other, command) && text.script.pipe(other).joint != Joint::Then
        })
    };
    let program = command.program();
    let tests = counts_some(text, command);
    let searches = SEARCHES.contains(&program) || program == "pgrep" || tests.is_some();
    let options = || {
        let words = command.arguments().iter();
        words.filter(|word| searches && word.is_option())
    };
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
    if !alone || !last || !decides || exits || pipe.negated {
        return;
    }
    let pattern = match tests.map(str::to_lowercase).or_else(|| pattern(command)) {
        None if searches => return,
        pattern => pattern.unwrap_or_default(),
    };
    let before = before_in_pipeline(text, command);
    let own = text.body().get(from_program(command)).unwrap_or(program);
    if turned {
        if absent::says_all_are(text, &pattern) && reached() {
            let form = negated(before, own, command.stage + 1);
            let hint =
                format!("{form}; leave lines of titles away: `kubectl get pods --no-headers`");
            let message = format!(
                "`{program} -v` returns 0 if there is any line without it: this passes when not all are so"
            );
            out.push(text.warning(
                "status-proves-nothing",
                from_program(command),
                message,
                hint,
            ));
        }
        return;
    }
    let mut writers = text.script.writers(ix).into_iter();
    let lists = tests.is_some()
        || !SEARCHES.contains(&program)
        || writers.any(|writer| LISTS.contains(&writer.program()));
    let gone = || lists && absent::is_said_of_all(text, command, &pattern);
    if (!absent::is_said_of(text, &pattern) && !gone()) || !reached() {
        return;
    }
    let counts = options().any(|word| {
        word.text == "--count" || (!word.text.starts_with("--") && word.text.contains('c'))
    });
    let own = if counts {
        uncounted(own)
    } else {
        own.to_owned()
    };
    let found = if tests.is_some() {
        "there are some"
    } else {
        "it finds something"
    };
    let message = if counts {
        format!(
            "`{program}` returns 1 if it counts 0: this fails when there is none, and passes when there are some"
        )
    } else {
        format!(
            "`{program}` returns 0 only if {found}: this passes when there is what should not be there, and fails when all is well"
        )
    };
    let hint = negated(before, &own, pipe.stages);
    out.push(text.warning(
        "status-proves-nothing",
        from_program(command),
        message,
        hint,
    ));
}

/// What stands in front of `command` in its pipeline, which is turned round as a whole.
fn before_in_pipeline<'t>(text: &'t Text<'_>, command: &Command<'_>) -> &'t str {
    let mut all = text.script.commands.iter();
    let first = all.find(|other| other.pipe == command.pipe);
    let start = first.map_or(command.span.start, |first| first.span.start);
    let before = text.body().get(start..from_program(command).start);
    before.unwrap_or_default()
}

/// The form that fails when `own` finds something, `before` being what stands in front of it in its pipeline. A failure
/// of what is searched through must not pass for nothing being found.
fn negated(before: &str, own: &str, stages: usize) -> String {
    let writer = before.trim_end().strip_suffix('|').map(str::trim_end);
    let form = match writer {
        Some(writer) if stages == 2 => {
            format!("lines=$({writer}); if {own} <<<\"$lines\"; then exit 1; fi")
        }
        _ => format!("if {before}{own}; then exit 1; fi"),
    };
    format!("`{form}`, which fails when there is one")
}

/// What `command` searches for.
fn pattern(command: &Command<'_>) -> Option<String> {
    let words = command.arguments();
    let number = |ix: usize| {
        // `-A 3`
        let digits = words[ix].text.bytes().all(|byte| byte.is_ascii_digit());
        digits && ix > 0 && words[ix - 1].is_option()
    };
    let mut found = (0..words.len()).filter(|ix| !words[*ix].is_option() && !number(*ix));
    found.next().map(|ix| words[ix].text.to_lowercase())
}

/// What `command` counts, if it is a test that there are some: `test $(… count …) -gt 0`.
fn counts_some<'t>(text: &'t Text<'_>, command: &Command<'_>) -> Option<&'t str> {
    if !matches!(command.program(), "[" | "[[" | "test") {
        return None;
    }
    let words: Vec<&str> = command.arguments().iter().map(|word| &*word.text).collect();
    let ([_, sign, number] | [_, sign, number, "]" | "]]"]) = &words[..] else {
        return None;
    };
    let some = matches!(
        (*sign, *number),
        ("-gt" | "-ne" | "!=" | ">", "0") | ("-ge", "1")
    );
    let counted = command
        .arguments()
        .first()
        .filter(|word| some && word.expands)?;
    text.body().get(counted.span.clone())
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

/// `! grep ERROR log` with more behind it: `-e` never counts a command behind `!`, and what follows is run whatever it
/// says.
fn turned_round(text: &Text<'_>, ix: usize, out: &mut Vec<Problem>) {
    let script = &text.script;
    let command = &script.commands[ix];
    let pipe = script.pipe(command);
    let same = |other: &&Command<'_>| other.pipe == command.pipe;
    let near = script.commands[ix..].iter().take(NEAR);
    let Some(last) = near.clone().rfind(same) else {
        return;
    };
    let used = pipe.joint != Joint::Then || pipe.condition || pipe.substituted;
    let next = near.skip(1).find(|next| {
        let other = script.pipe(next);
        next.pipe > command.pipe && other.parent == pipe.parent && !other.substituted
    });
    let Some(next) = next.filter(|_| !used && (last.only_asks() || is_finder(last))) else {
        return;
    };
    let shown = |range| text.body().get(range).unwrap_or_default();
    if shown(next.span.clone()).contains("$?") {
        return;
    }
    let own = from_program(last);
    let before = shown(command.span.start..own.start.max(command.span.start));
    out.push(text.warning(
        "status-proves-nothing",
        command.span.start..own.end,
        "`!` counts only where it is the last command: what follows is run whatever this finds",
        negated(before, shown(own.clone()), pipe.stages),
    ));
}

/// Whether what `command` prints goes into a file.
fn is_kept(command: &Command<'_>) -> bool {
    command
        .output()
        .is_some_and(|file| !file.text.starts_with("/dev/") && file.text != "&2")
}
