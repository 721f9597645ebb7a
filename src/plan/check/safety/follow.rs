//! Commands that print what is written to a log from now on, and those that make them end.

use super::keyboard::words;
use crate::plan::commands::{Command, Given, Known, Script};

/// Whether it prints what is written to a log from now on.
pub(super) fn follows(program: &str, command: &Command<'_>) -> bool {
    let given = Given::read(command.arguments(), FOLLOWERS);
    let follow = given.has(&["f", "F", "follow"]);
    let verb = |name: &str| given.operands.iter().any(|word| word.text == name);
    match program {
        "tail" => {
            (follow || given.options.iter().any(|o| o.name.starts_with("follow")))
                && !given.has(&["pid"])
        }
        "journalctl" => follow,
        "docker" | "docker-compose" | "podman" | "nerdctl" => {
            if verb("up") {
                let ends = [
                    "d",
                    "detach",
                    "wait",
                    "abort-on-container-exit",
                    "exit-code-from",
                    "no-start",
                ];
                let compose = program == "docker-compose" || verb("compose");
                return compose
                    && !given.has(&ends)
                    && given.operands.last().is_some_and(|word| word.text == "up");
            }
            verb("logs") && compose_follows(command)
        }
        "kubectl" | "oc" => {
            let job = given
                .operands
                .iter()
                .any(|word| word.text.starts_with("job"));
            (verb("logs") && kubectl_follows(command) && !job)
                || (verb("get") && given.has(&["w", "watch"]))
        }
        "stern" => !given.has(&["no-follow"]),
        "heroku" => verb("logs") && given.has(&["t", "tail"]),
        "aws" => verb("tail") && follow,
        "fly" | "flyctl" => verb("logs") && !given.has(&["n", "no-tail"]),
        "pm2" => verb("logs") && !given.has(&["nostream"]),
        _ => false,
    }
}

const FOLLOWERS: Known = Known {
    short: "nu",
    long: &["lines", "unit", "since", "until", "namespace"],
    leading: false,
};

/// Behind `logs`, `-f` follows; before it, it names a file.
fn compose_follows(command: &Command<'_>) -> bool {
    let rest = words(command).skip_while(|word| *word != "logs");
    rest.into_iter().any(|word| {
        word == "--follow"
            || (word.starts_with('-') && !word.starts_with("--") && word.contains('f'))
    })
}

fn kubectl_follows(command: &Command<'_>) -> bool {
    words(command).any(|word| word == "-f" || word == "--follow" || word == "--follow=true")
}

/// `tail -f log | grep -m1 started`: what reads it ends, and with it the writer.
pub(super) fn ended_by_reader(script: &Script<'_>, ix: usize) -> bool {
    script.readers(ix).iter().any(|reader| {
        let options: Vec<&str> = words(reader).filter(|word| word.starts_with('-')).collect();
        match reader.program() {
            "head" => true,
            "grep" | "egrep" | "rg" => options.iter().any(|o| {
                o.starts_with("-m")
                    || o.starts_with("--max-count")
                    || (!o.starts_with("--") && o.contains(['q', 'm']))
            }),
            "sed" | "awk" => words(reader)
                .any(|word| word.contains("exit") || word.ends_with('q') || word.ends_with("q}")),
            _ => false,
        }
    })
}
