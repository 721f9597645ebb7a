//! `curl` that takes an error page for an answer.

use super::text::Text;
use crate::plan::commands::{Command, Given, Known};
use crate::plan::problem::Problem;

/// The options of `curl` that take a value.
const CURL: Known = Known {
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

/// Finds calls of `curl` that return 0 for an HTTP error.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        if command.program() != "curl" || text.is_judged() || text.script.pipe(command).substituted
        {
            continue;
        }
        let judged = text.script.readers(ix).iter().any(|reader| judges(reader));
        if !judged && hides(command) {
            let start = command.words[0].span.start;
            out.push(text.warning(
                "curl-hides-errors",
                start..command.span.end,
                "`curl` returns 0 for an HTTP error: without `-f` only a broken connection is a failure",
                "write `curl -fsS …`, or make it an `http` step, which expects a status",
            ));
        }
    }
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
