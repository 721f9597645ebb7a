//! What a shell makes of a line that is not what its author means by it. A shell that stops at the first failure
//! (`-e`) looks only at what such a line ends with: where `cd app` fails in `cd app && npm ci`, nothing of it is done,
//! and the next line runs. And with `pipefail` it takes the signal for who prints more than `head` reads for a failure.

use std::borrow::Cow;

use super::commands::{self, Command, Joint, Pipefail, SHELLS, Script, Settings, Word};
use super::looks;
use super::work::Interpreter;

/// `script` for `interpreter`, in which such a line fails when any part of it does, as it would with a line for each.
/// Where the first parts only ask, they decide whether the last one is needed, and the line stays as it is. Who shows
/// something to `head` or `grep -q`, which read no further than they need, does not fail by that. A script for a shell that
/// goes on after failures stays as it is.
pub fn counted<'s>(script: &'s str, interpreter: &Interpreter) -> Cow<'s, str> {
    let name = interpreter.program.rsplit('/').next().unwrap_or_default();
    if !script.contains(['&', '|']) || !SHELLS.contains(&name) {
        return Cow::Borrowed(script);
    }
    let options = interpreter.options.iter().map(String::as_str);
    let read = commands::read(script, Settings::of(options));
    let mut added: Vec<(usize, &str)> = Vec::new();
    // Who looks at each part of a pipeline sees to the signal by himself.
    if !script.contains("PIPESTATUS") {
        added.extend(cut_short(script, &read).map(|end| (end, READ_ENOUGH)));
    }
    added.extend(ends(&read).into_iter().map(|end| (end, " || exit ")));
    added.sort_by_key(|(end, _)| *end);
    let mut text = Cow::Borrowed(script);
    for (end, more) in added.into_iter().rev() {
        text.to_mut().insert_str(end, more);
    }
    text
}

/// What takes the signal for success, and hands on whatever else went wrong.
const READ_ENOUGH: &str = " || (s=$?; [ $s -eq 141 ] || exit $s) ";

/// Where pipelines end whose last command may leave before it has read what others show. With `pipefail` the signal for
/// the command before it, 141, would be what they return.
fn cut_short<'s>(text: &'s str, script: &'s Script<'_>) -> impl Iterator<Item = usize> + 's {
    let readers = script.commands.iter().filter(|command| command.stage > 0);
    readers.filter_map(move |command| {
        let pipe = script.pipe(command);
        let last = command.stage + 1 == pipe.stages && command.wrappers.is_empty();
        let stops = pipe.settings.pipefail == Pipefail::Given && pipe.settings.stops;
        // What is joined to it goes by what it returns.
        let before = || script.joined_by(command.pipe);
        let alone = pipe.joint == Joint::Then && !matches!(before(), Joint::And | Joint::Or);
        let own = !pipe.elsewhere && !pipe.negated && alone;
        let of_pipe = || {
            script
                .commands
                .iter()
                .filter(|other| other.pipe == command.pipe)
        };
        // Behind a group stands what reads from it, or where it writes to.
        let grouped = text.get(command.span.end..pipe.end)?.contains(')');
        let shown = || of_pipe().all(|other| other.stage + 1 == pipe.stages || looks::shows(other));
        let cut = last && stops && own && !grouped && reads_some(command) && shown();
        cut.then_some(pipe.end)
    })
}

/// Whether `command` stops reading when it knows enough.
fn reads_some(command: &Command<'_>) -> bool {
    let quiet = |word: &Word<'_>| {
        let letters = word
            .text
            .strip_prefix('-')
            .filter(|rest| !rest.starts_with('-'));
        letters.is_some_and(|letters| letters.contains(['q', 'm']))
            || matches!(word.text.as_ref(), "--quiet" | "--silent")
            || word.text.starts_with("--max-count")
    };
    match command.program() {
        "head" => true,
        "grep" | "egrep" | "fgrep" | "rg" => command.arguments().iter().any(quiet),
        _ => false,
    }
}

/// Where the lines end whose failures `script` would pass over.
fn ends(script: &Script<'_>) -> Vec<usize> {
    let pipes = script.pipes.iter().enumerate();
    let own = pipes.filter(|(_, pipe)| {
        let inside = pipe.parent.is_some() || pipe.elsewhere;
        !inside && !pipe.substituted
    });
    let own: Vec<usize> = own.map(|(ix, _)| ix).collect();
    let joint = |ix: &usize| script.pipes[*ix].joint;
    let mut lines: Vec<&[usize]> = own
        .split_inclusive(|ix| matches!(joint(ix), Joint::Then | Joint::Background))
        .collect();
    // What the script ends with is its status.
    lines.pop();
    let passed_over = |line: &&[usize]| {
        line.split_last().is_some_and(|(last, before)| {
            let pipe = &script.pipes[*last];
            let stops = pipe.settings.stops && !pipe.negated && joint(last) == Joint::Then;
            let does = |ix: &usize| joint(ix) == Joint::And && does(script, *ix);
            stops && !before.is_empty() && before.iter().all(does)
        })
    };
    let lines = lines.into_iter().filter(passed_over);
    lines
        .filter_map(|line| line.last().map(|ix| script.pipes[*ix].end))
        .collect()
}

/// Whether the pipeline `ix` ends with a command that does something.
fn does(script: &Script<'_>, ix: usize) -> bool {
    let pipe = &script.pipes[ix];
    let mut commands = script.commands.iter();
    let last = commands.find(|command| command.pipe == ix && command.stage + 1 == pipe.stages);
    !pipe.negated && last.is_some_and(|last| !last.only_asks())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bash(script: &str) -> String {
        counted(script, &Interpreter::strict("bash")).into_owned()
    }

    #[test]
    fn a_line_fails_with_any_of_its_parts() {
        for (script, wanted) in [
            (
                "cd app && npm ci\npm2 restart",
                "cd app && npm ci || exit \npm2 restart",
            ),
            (
                "cd app && npm ci; pm2 restart",
                "cd app && npm ci || exit ; pm2 restart",
            ),
            ("cd a && b # both\nc", "cd a && b  || exit # both\nc"),
            (
                "cd a &&\n  b \\\n  --all\nc",
                "cd a &&\n  b \\\n  --all || exit \nc",
            ),
            (
                "a && b > x 2>&1 && c\nd",
                "a && b > x 2>&1 && c || exit \nd",
            ),
            (
                "cd a && cat > b <<EOF\nx && y\nEOF\nc",
                "cd a && cat > b <<EOF || exit \nx && y\nEOF\nc",
            ),
            ("sudo a | tee x && b\nc", "sudo a | tee x && b || exit \nc"),
            ("x=$(a && b) && c\nd", "x=$(a && b) && c || exit \nd"),
        ] {
            assert_eq!(bash(script), wanted);
        }
    }

    #[test]
    fn who_shows_more_than_is_read_does_not_fail() {
        for (script, wanted) in [
            ("cat a | head -5", "cat a | head -5 ||"),
            (
                "pg_restore --list a | head -5\nb",
                "pg_restore --list a | head -5 ||",
            ),
            ("x=$(ls | head -1)\nb", "x=$(ls | head -1 ||"),
            (
                "echo \"$(ls | head -n 1)\" > f",
                "echo \"$(ls | head -n 1 ||",
            ),
            (
                "for x in 1 2; do ls | head -1; done",
                "for x in 1 2; do ls | head -1 ||",
            ),
            ("if ls | grep -q b; then c; fi", "if ls | grep -q b ||"),
        ] {
            let behind = script
                .strip_prefix(wanted.trim_end_matches([' ', '|']))
                .unwrap();
            let made = format!(
                "{}{READ_ENOUGH}{behind}",
                wanted.trim_end_matches([' ', '|'])
            );
            assert_eq!(bash(script), made);
        }
        for script in [
            "ls | grep b",
            "ls | tail -5",
            "ls | head -5 | sort",
            "head -5 a",
            "./migrate | head -5",
            "! ls | grep -q b",
            "[ -f a ] && cat a | head -5\nb",
            "[ -f \"$(pwd)/a\" ] && cat a | head -5\nb",
            "[ -f a ] && (cat a; cat b) && ls | head -5\nb",
            "ls | grep -q b && c\nd",
            "ls | head -1 || rc=$?",
            "(echo a; ls | head -1) | cat > b",
            "(ls | head -1) >> b",
            "ssh db1 'ls | head -5'",
            "set -o pipefail\nls | head -5",
            "set +e\nls | head -1\nrc=$?",
            "ls | head -1\necho ${PIPESTATUS[0]}",
        ] {
            assert_eq!(bash(script), script);
        }
    }

    #[test]
    fn what_decides_or_counts_already_stays_as_it_is() {
        for script in [
            "cd app && npm ci",
            "pm2 stop\ncd app && npm ci\n",
            "[ -f x ] && rm x\nc",
            "[[ -f x && -s x ]] && rm x\nc",
            "test -f x && rm x\nc",
            "(( n > 1 )) && rm x\nc",
            "command -v npm && npm ci\nc",
            "sudo systemctl is-active app && systemctl stop app\nc",
            "git diff --quiet && git push\nc",
            "! a && b\nc",
            "a && ! b\nc",
            "docker ps | grep -q app && docker stop app\nc",
            "a || b\nc",
            "a && b || c\nd",
            "a && b &\nc",
            "if a && b; then c; fi\nd",
            "while a && b; do c; done\nd",
            "(cd a && b)\nc",
            "ssh db1 'cd a && b'\nc",
            "echo \"a && b\"\nc",
            "cat <<EOF\na && b\nEOF\nc",
            "set +e\na && b\nc",
        ] {
            assert_eq!(bash(script), script);
        }
        let goes_on = Interpreter {
            program: "bash".to_owned(),
            options: Vec::new(),
        };
        assert_eq!(counted("a && b\nc", &goes_on), "a && b\nc");
        assert_eq!(
            counted("a && b\nc", &Interpreter::strict("fish")),
            "a && b\nc"
        );
    }
}
