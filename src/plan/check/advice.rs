//! What a careful reviewer would ask about a plan that is otherwise in order.

use super::safety::http::asks;
use crate::plan::commands::{self, Command, Given, PSQL, Settings};
use crate::plan::draft::{Draft, PhaseSpec, TierSpec, UndoOrder};
use crate::plan::model::{Format, PhaseKind};
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::sql_text;
use crate::plan::work::Work;

pub(super) fn check(draft: &Draft, format: Format, problems: &mut Vec<Problem>) {
    no_deploy_phase(draft, problems);
    no_way_back(draft, problems);
    // A runbook has its decisions in its own words, as task items.
    if format == Format::Toml {
        no_gate(draft, problems);
    }
    empty_phases(draft, problems);
}

fn first_deploy(draft: &Draft) -> Option<&PhaseSpec> {
    draft
        .phases
        .iter()
        .find(|phase| phase.kind == PhaseKind::Deploy)
}

fn no_deploy_phase(draft: &Draft, problems: &mut Vec<Problem>) {
    if !draft.phases.is_empty() && first_deploy(draft).is_none() {
        problems.push(
            Problem::warning(
                "no-deploy-phase",
                Span::at(0),
                "no phase is of the kind `deploy`: the clock T-0 will never start",
            )
            .hint("rollbacks are chosen by the time since the first deploy phase began"),
        );
    }
}

fn no_way_back(draft: &Draft, problems: &mut Vec<Problem>) {
    let deploys = draft
        .phases
        .iter()
        .filter(|phase| phase.kind == PhaseKind::Deploy);
    let mut changes = deploys
        .flat_map(|phase| &phase.steps)
        .filter(|step| !step.work.is_check() && !leaves_all(&step.work));
    if draft.tiers.iter().all(|tier| tier.after)
        && let Some(step) = changes.find(|step| step.undo.is_none())
    {
        problems.push(
            Problem::warning(
                "no-way-back",
                step.span,
                format!("nothing undoes \"{}\"", step.title),
            )
            .hint("give the step an `undo`, or the plan a rollback"),
        );
    }
}

/// Programs that leave all as it was, or only write down what they see.
const LOOKS: [&str; 29] = [
    "",
    "[",
    "[[",
    "cd",
    "date",
    "df",
    "diff",
    "dig",
    "du",
    "export",
    "false",
    "grep",
    "head",
    "jq",
    "ls",
    "pg_dump",
    "pg_dumpall",
    "pg_isready",
    "set",
    "sha256sum",
    "sleep",
    "stat",
    "sort",
    "tail",
    "test",
    "true",
    "uniq",
    "wc",
    "which",
];
/// Those of which that is so unless a file is written of it.
const PRINTS: [&str; 3] = ["cat", "echo", "printf"];
/// What tools are told first that only look.
const ASKS: [&str; 9] = [
    "current", "describe", "get", "history", "info", "list", "logs", "ps", "status",
];
/// Programs for which these are names of files.
const FILES: [&str; 14] = [
    "chmod", "chown", "cp", "install", "kill", "ln", "mkdir", "mv", "rm", "rmdir", "rsync", "scp",
    "tee", "touch",
];
/// Whether `work` surely leaves nothing to undo: a dump, a build, a look at what is there.
fn leaves_all(work: &Work) -> bool {
    match work {
        Work::Sql(sql) => sql_text::only_reads(&sql.text),
        Work::Shell(shell) => {
            let script = commands::read(&shell.script, Settings::default());
            !script.commands.is_empty()
                && script
                    .commands
                    .iter()
                    .all(|command| looks(command) || prepares(command))
        }
        _ => false,
    }
}

fn looks(command: &Command<'_>) -> bool {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    let program = command.program();
    match program {
        "psql" => {
            let given = Given::read(command.arguments(), PSQL);
            let options = given.options.iter();
            let told = options.filter(|option| matches!(option.name, "c" | "command"));
            let mut told = told.filter_map(|option| option.value).peekable();
            told.peek().is_some() && told.all(sql_text::only_reads) && !given.has(&["f", "file"])
        }
        "curl" => asks(command),
        _ if PRINTS.contains(&program) => command.output().is_none(),
        _ if FILES.contains(&program) => false,
        _ => LOOKS.contains(&program) || words().take(2).any(|word| ASKS.contains(&word)),
    }
}

/// Whether `command` says that it only makes or fetches what is used later: `make db-backup`, `git fetch`, `docker build`.
fn prepares(command: &Command<'_>) -> bool {
    let first = command.arguments().first();
    let program = command.program();
    let called = match (program, first) {
        ("git", Some(first)) => return matches!(first.text.as_ref(), "clone" | "fetch" | "tag"),
        ("docker" | "podman", Some(first)) => {
            return matches!(first.text.as_ref(), "build" | "login" | "pull" | "tag");
        }
        ("make" | "just" | "task" | "npm" | "yarn" | "pnpm", Some(first)) => first.text.as_ref(),
        _ => program,
    };
    let has = |wanted: &[&str]| {
        called
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| wanted.contains(&word))
    };
    let does_more = [
        "deploy", "load", "migrate", "push", "release", "restore", "run", "up",
    ];
    has(&["backup", "build", "dump"]) && !has(&does_more)
}

fn no_gate(draft: &Draft, problems: &mut Vec<Problem>) {
    if let Some(phase) = first_deploy(draft)
        && phase.gate.is_none()
        && !phase.ungated
    {
        problems.push(
            Problem::note(
                "no-gate",
                phase.span,
                format!("nobody is asked go or no-go before \"{}\"", phase.name),
            )
            .hint("`gate = true` asks the driver"),
        );
    }
}

fn empty_phases(draft: &Draft, problems: &mut Vec<Problem>) {
    for phase in draft.phases.iter().filter(|phase| phase.steps.is_empty()) {
        problems.push(Problem::warning(
            "empty-phase",
            phase.span,
            format!("\"{}\" has no steps", phase.name),
        ));
    }
    let undoes = draft
        .phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .any(|step| step.undo.is_some());
    let idle =
        |tier: &&TierSpec| tier.steps.is_empty() && (tier.undo == UndoOrder::None || !undoes);
    for tier in draft.tiers.iter().filter(idle) {
        problems.push(Problem::warning(
            "empty-rollback",
            tier.span,
            format!("\"{}\" has no steps", tier.name),
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::open;

    #[test]
    fn what_only_looks_needs_no_way_back() {
        let told = |script: &str| {
            let text = format!("## Deployment\n\n- [ ] Do it\n\n  ```bash\n  {script}\n  ```\n");
            let problems = open("t.md", text.as_bytes()).problems;
            problems.iter().any(|problem| problem.code == "no-way-back")
        };
        for script in [
            "pg_dump -Fc app > app.dump",
            "sqlx migrate info --source migrations",
            "kubectl get pods",
            "psql -c 'select count(*) from orders'",
            "curl -fsS https://shop.example/health | jq .status",
            "curl -fsSo page.html -H 'X-Ask: d' https://shop.example/health",
            "psql -XAtc 'select (count(*)) from orders where (id > 3)'",
            "psql --command='show lock_timeout' \"host=db dbname=shop\"",
            "make db-backup",
            "./scripts/backup.sh prod",
            "git fetch --tags && git tag v1",
            "docker build -t shop:2 .",
        ] {
            assert!(!told(script), "{script}");
        }
        for script in [
            "sqlx migrate run",
            "./deploy.sh",
            "./restore-backup.sh",
            "make restore-backup",
            "make build-and-deploy",
            "git push origin main",
            "docker run shop migrate",
            "docker build -t shop:2 . && docker run shop migrate",
            "psql -f fix.sql",
            "psql -c 'select refresh_all()'",
            "ln -sfn releases/2 current",
            "echo on > /etc/shop/maintenance",
            "psql -c 'update orders set a = 1'",
            "curl -X POST https://shop.example/close",
            "curl -sX POST https://shop.example/close",
            "curl -fsSd a=b https://shop.example/close",
            "curl --json '{}' https://shop.example/close",
            "curl --upload-file a.tar https://shop.example/up",
            "psql -qf fix.sql -c 'select 1'",
            "psql -Atc 'delete from orders'",
            "psql -Atc 'select id into old from orders'",
            "kubectl set image deploy/shop shop=shop:2",
            "pg_dump app > app.dump\n  ./deploy.sh",
        ] {
            assert!(told(script), "{script}");
        }
    }
}
