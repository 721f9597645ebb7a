//! Whether commands go to another machine by themselves: through `ssh`, a cluster's own program, or a client
//! that is told where its server is.

use crate::plan::commands::{self, Command, Settings};
use crate::plan::work::Work;

/// Programs that act on what stands somewhere else, whatever they are told.
const AWAY: [&str; 36] = [
    "ansible",
    "ansible-playbook",
    "aws",
    "az",
    "cap",
    "ctl",
    "curl",
    "docker",
    "docker-compose",
    "fab",
    "fly",
    "flyctl",
    "gcloud",
    "gh",
    "helm",
    "heroku",
    "http",
    "https",
    "kubectl",
    "kustomize",
    "multipass",
    "nomad",
    "oc",
    "pdsh",
    "podman",
    "pssh",
    "rsync",
    "salt",
    "scp",
    "sftp",
    "ssh",
    "mosh",
    "terraform",
    "vagrant",
    "wget",
    "doctl",
];
/// Programs that a command may be run by, inside of which it runs somewhere else.
const WRAPPERS: [&str; 12] = [
    "ssh",
    "docker",
    "docker-compose",
    "podman",
    "kubectl",
    "oc",
    "heroku",
    "nomad",
    "vagrant",
    "fly",
    "flyctl",
    "gcloud",
];
/// Programs that change nothing outside of their shell.
const QUIET: [&str; 17] = [
    "", ":", "cd", "declare", "date", "echo", "exit", "export", "local", "printf", "pwd", "read",
    "set", "sleep", "source", "test", "true",
];

/// Whether all that `work` does is done by a server that it is told of.
pub(super) fn goes_there(work: &Work) -> bool {
    let Work::Shell(shell) = work else {
        return false;
    };
    let script = commands::read(&shell.script, Settings::default());
    let acts = |command: &&Command<'_>| !QUIET.contains(&command.program());
    let mut acting = script.commands.iter().filter(acts).peekable();
    acting.peek().is_some()
        && acting.all(|command| {
            let mut beside = script.commands.iter();
            is_away(command)
                || (script.pipe(command).stages > 1
                    && beside.any(|other| other.pipe == command.pipe && is_away(other)))
        })
}

fn is_away(command: &Command<'_>) -> bool {
    let wrapped = |name: &&str| command.wrapper(name).is_some();
    AWAY.contains(&command.program())
        || WRAPPERS.iter().any(wrapped)
        || command
            .assigned
            .iter()
            .any(|word| word.text.starts_with("PGHOST="))
        || command
            .arguments()
            .iter()
            .any(|word| tells_where(&word.text))
}

/// Whether a word of a command says where its server is: `-h db1`, `--host=db1`, `postgres://…`, `$DATABASE_URL`,
/// `service=shop`.
fn tells_where(word: &str) -> bool {
    let option =
        word.starts_with("--host") || word == "-h" || (word.starts_with("-h") && word.len() > 3);
    let variable = word.contains('$') && {
        let name = word.to_ascii_uppercase();
        ["URL", "URI", "HOST", "DSN"]
            .iter()
            .any(|part| name.contains(part))
    };
    option
        || variable
        || word.contains("://")
        || word.contains("host=")
        || word.contains("service=")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::open;

    #[test]
    fn commands_go_elsewhere_only_if_all_of_them_do() {
        let away = |script: &str| {
            let text = format!("## Deployment\n\n```bash\n{script}\n```\n");
            let plan = open("r.md", text.as_bytes()).plan.unwrap();
            goes_there(&plan.steps[0].spec.work)
        };
        for script in [
            "ssh db1 systemctl stop app",
            "psql -h db1 -c 'select 1'",
            "psql \"$DATABASE_URL\" -c 'select 1' | tee out",
            "cat x.sql | ssh db1 psql",
            "cd infra\nansible-playbook stop.yml",
            "kubectl exec db-0 -- psql -c 'select 1'",
            "PGHOST=db1 psql -c 'select 1'",
        ] {
            assert!(away(script), "{script}");
        }
        for script in [
            "systemctl stop app",
            "psql -c 'select 1'",
            "echo ready",
            "ssh db1 uptime\nsystemctl stop app",
            "sudo -u postgres psql shop -c 'select 1'",
        ] {
            assert!(!away(script), "{script}");
        }
    }
}
