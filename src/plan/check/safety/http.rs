//! `curl` that takes an error page for an answer.

use super::text::Text;
use crate::plan::commands::{Command, Given, Joint, Known, Word};
use crate::plan::problem::Problem;

/// The options of `curl` that take a value.
pub(super) const CURL: Known = Known {
    short: "AbcCdDeEFHKmoPQrtTuUwxXyYz",
    long: &[
        "abstract-unix-socket",
        "aws-sigv4",
        "cacert",
        "capath",
        "cert",
        "cert-type",
        "ciphers",
        "config",
        "connect-timeout",
        "connect-to",
        "cookie",
        "cookie-jar",
        "data",
        "data-ascii",
        "data-binary",
        "data-raw",
        "data-urlencode",
        "dump-header",
        "form",
        "form-string",
        "header",
        "interface",
        "json",
        "key",
        "limit-rate",
        "max-filesize",
        "max-redirs",
        "max-time",
        "netrc-file",
        "noproxy",
        "oauth2-bearer",
        "output",
        "output-dir",
        "pass",
        "proxy",
        "proxy-user",
        "range",
        "rate",
        "referer",
        "request",
        "resolve",
        "retry",
        "retry-delay",
        "retry-max-time",
        "speed-limit",
        "speed-time",
        "stderr",
        "tls-max",
        "trace",
        "unix-socket",
        "upload-file",
        "url",
        "url-query",
        "user",
        "user-agent",
        "variable",
        "write-out",
    ],
    leading: false,
};

/// Programs that look at what they read.
const JUDGES: [&str; 6] = ["grep", "egrep", "fgrep", "rg", "test", "awk"];

/// So far from a command its variable is looked for, in commands.
const NEAR: usize = 50;

/// Finds calls of `curl` that return 0 for an HTTP error.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        if command.program() != "curl" || text.is_judged() || measures_code(text, command) {
            continue;
        }
        if text.script.pipe(command).substituted {
            out.extend(only_printed(text, ix, command));
            continue;
        }
        let judged = text.script.readers(ix).iter().any(|reader| judges(reader));
        if judged && is_ignored(text, ix) {
            out.push(text.warning(
                "failure-ignored",
                command.span.clone(),
                "what is found in the answer is ignored: what follows `||` returns 0",
                "leave `||` away, or end it with `exit 1`",
            ));
        } else if !judged && hides(command) {
            let start = command.words[0].span.start;
            out.push(text.warning(
                "curl-hides-errors",
                start..command.span.end,
                "`curl` returns 0 for an HTTP error: without `-f` only a broken connection is a failure",
                "write `curl -fsS …`, or make it an `http` step, which expects a status",
            ));
        } else if !judged && asks(command) && only_told(text, command) {
            out.push(text.warning(
                "failure-ignored",
                command.span.clone(),
                "a failure of `curl` is only told: what follows `||` returns 0, and the step passes",
                "leave `||` away, or end it with `exit 1`",
            ));
        }
    }
}

/// Whether the number that a probe prints is what the server answers.
fn measures_code(text: &Text<'_>, command: &Command<'_>) -> bool {
    text.passage.probe.is_some() && asks_code(&Given::read(command.arguments(), CURL))
}

/// Whether `curl` is told to print the code that the server answers.
fn asks_code(given: &Given<'_, '_>) -> bool {
    let asked = given.value(&["w", "write-out"]);
    asked.is_some_and(|it| it.contains("http_code") || it.contains("response_code"))
}

/// The options of `curl` that send something.
const SENDS: [&str; 14] = [
    "F",
    "T",
    "X",
    "d",
    "data",
    "data-ascii",
    "data-binary",
    "data-raw",
    "data-urlencode",
    "form",
    "form-string",
    "json",
    "request",
    "upload-file",
];

/// Whether `command`, a `curl`, only asks for something.
pub(in crate::plan::check) fn asks(command: &Command<'_>) -> bool {
    !Given::read(command.arguments(), CURL).has(&SENDS)
}

/// Whether the pipeline of `command` goes on with `|| echo …`, behind `&&` or not, and nothing else.
fn only_told(text: &Text<'_>, command: &Command<'_>) -> bool {
    let script = &text.script;
    let own = script.pipe(command);
    let beside =
        |pipe: &usize| script.pipes[*pipe].parent == own.parent && !script.pipes[*pipe].substituted;
    let mut behind = (command.pipe..script.pipes.len()).filter(beside);
    let failed = behind
        .by_ref()
        .find(|pipe| script.pipes[*pipe].joint != Joint::And);
    let Some(next) = failed
        .filter(|pipe| script.pipes[*pipe].joint == Joint::Or)
        .and_then(|_| behind.next())
    else {
        return false;
    };
    let mut told = script.commands.iter().filter(|other| other.pipe == next);
    let tells = |other: &Command<'_>| matches!(other.program(), "echo" | "printf" | "true" | ":");
    let ends = script.pipes[next].joint == Joint::Then;
    ends && !own.condition && told.next().is_some_and(tells)
}

/// Whether a pipeline goes on with `|| true`.
fn is_ignored(text: &Text<'_>, ix: usize) -> bool {
    let command = &text.script.commands[ix];
    let pipe = text.script.pipe(command);
    let mut rest = text.script.commands[ix + 1..].iter();
    let next = rest.find(|next| next.pipe > command.pipe);
    let nothing = next.is_some_and(|next| {
        matches!(next.program(), "true" | ":") && text.script.pipe(next).parent == pipe.parent
    });
    pipe.joint == Joint::Or && !pipe.condition && nothing
}

/// `CODE=$(curl -w '%{http_code}' …)` or `BODY=$(curl …)` where the script prints what it got, or not even that, and holds
/// it against nothing.
fn only_printed(text: &Text<'_>, ix: usize, command: &Command<'_>) -> Option<Problem> {
    if !hides(command) {
        return None;
    }
    let code = asks_code(&Given::read(command.arguments(), CURL));
    let holds = |word: &&Word<'_>| {
        word.span.start < command.span.start && command.span.end <= word.span.end
    };
    let commands = &text.script.commands;
    let near = &commands[ix.saturating_sub(NEAR)..commands.len().min(ix + NEAR)];
    let word = near.iter().flat_map(|c| &c.assigned).find(holds)?;
    let (name, value) = word.text.split_once('=')?;
    // With more around it, or behind a bar, it is something else.
    let whole = value.starts_with(['$', '`']) && value.ends_with([')', '`']);
    let pipe = text.script.pipe(command);
    let taken = whole && pipe.stages == 1 && pipe.joint == Joint::Then;
    if !code && !taken {
        return None;
    }
    let body = text.body();
    let printed = |at: usize| {
        let mut around = commands.iter().enumerate();
        around.any(|(ix, c)| {
            let prints = || matches!(c.program(), "echo" | "printf" | "logger");
            c.span.contains(&at) && prints() && text.script.readers(ix).is_empty()
        })
    };
    let used = [format!("${name}"), format!("${{{name}")];
    // In a loop, what stands in front of it comes behind it as well.
    let from = if pipe.looped { 0 } else { word.span.end };
    let rest = body.get(from..)?;
    // From there on it is another one's.
    let set = format!("{name}=");
    let end = rest.find(&set).filter(|_| !pipe.looped);
    let rest = &rest[..end.unwrap_or(rest.len())];
    let tested = used.iter().any(|used| {
        let mut places = rest.match_indices(used.as_str());
        places.any(|(at, _)| !printed(from + at))
    });
    // In arithmetic, a variable stands by its name; exported, it is for others.
    let known = |at: usize| {
        let before = rest[..at].trim_end();
        before.ends_with("((") || before.ends_with("export")
    };
    let counted = rest.match_indices(name).any(|(at, _)| known(at));
    (!tested && !counted).then(|| {
        text.warning(
            "curl-hides-errors",
            command.words[0].span.start..command.span.end,
            format!("`{name}` is held against nothing: whatever the server answers, this passes"),
            "write `curl -fsS …`, or make it an `http` step, which expects a status",
        )
    })
}

fn hides(command: &Command<'_>) -> bool {
    let given = Given::read(command.arguments(), CURL);
    let fails = given.has(&["f", "fail", "fail-with-body"]);
    let unknown = given.has(&["K", "config", "V", "version", "h", "help", "M", "manual"])
        || command.arguments().iter().any(super::psql::is_options);
    let address = given
        .value(&["url"])
        .or_else(|| given.operands.last().map(|word| word.text.as_ref()));
    let http = address.is_some_and(|address| match address.split_once("://") {
        Some((scheme, _)) => {
            scheme.eq_ignore_ascii_case("http")
                || scheme.eq_ignore_ascii_case("https")
                || scheme.contains('$')
        }
        None => true,
    });
    http && !fails && !unknown
}

/// Whether a command makes the pipeline fail where the answer is not what it should be. `jq` does so
/// only with `-e`.
fn judges(command: &Command<'_>) -> bool {
    let program = command.program();
    let jq = || {
        let letters = command
            .arguments()
            .iter()
            .filter_map(|word| word.text.strip_prefix('-'));
        letters.clone().any(|word| word == "-exit-status")
            || letters
                .filter(|word| !word.starts_with('-'))
                .any(|word| word.contains('e'))
    };
    // It prints an error page's JSON as it prints any.
    let prints = || {
        let mut words = command.arguments().iter();
        words.any(|word| matches!(word.text.as_ref(), "json.tool" | "-mjson.tool"))
    };
    match program {
        "jq" => jq(),
        "python" | "python3" => !prints(),
        _ => JUDGES.contains(&program),
    }
}
