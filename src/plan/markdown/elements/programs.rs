//! Programs that runbooks call: a text that begins with one is a command, whatever it calls itself.

/// Programs that words of a language are not likely to be taken for.
const PROGRAMS: [&str; 78] = [
    "alembic",
    "ansible",
    "ansible-playbook",
    "apk",
    "apt",
    "apt-get",
    "aws",
    "az",
    "bash",
    "bundle",
    "cap",
    "cargo",
    "chmod",
    "chown",
    "composer",
    "cp",
    "createdb",
    "curl",
    "dbmate",
    "dig",
    "dnf",
    "docker",
    "docker-compose",
    "dropdb",
    "echo",
    "eksctl",
    "export",
    "flyctl",
    "flyway",
    "gcloud",
    "gh",
    "git",
    "goose",
    "gunzip",
    "helm",
    "heroku",
    "istioctl",
    "journalctl",
    "knex",
    "kubectl",
    "kustomize",
    "liquibase",
    "ls",
    "mkdir",
    "mv",
    "mysql",
    "mysqldump",
    "nomad",
    "npm",
    "npx",
    "php",
    "pip",
    "pip3",
    "pg_dump",
    "pg_restore",
    "pgbackrest",
    "pnpm",
    "prisma",
    "psql",
    "python",
    "python3",
    "rails",
    "rake",
    "redis-cli",
    "rm",
    "rsync",
    "scp",
    "sqlx",
    "ssh",
    "sudo",
    "systemctl",
    "tar",
    "terraform",
    "vault",
    "wget",
    "yarn",
    "yum",
    "zfs",
];

/// Whether `word` is such a program.
pub(in crate::plan::markdown) fn is_program(word: &str) -> bool {
    PROGRAMS.contains(&word)
}

/// Whether the first line of `text` that says anything is a command: a prompt, a path to a program,
/// or a program that is known and what it is given.
pub(in crate::plan::markdown) fn begins_with_command(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(line) = first else { return false };
    let line = match line.strip_prefix("$ ") {
        Some(typed) => return !typed.trim().is_empty(),
        None => line,
    };
    let mut words = line.split_whitespace();
    let (program, argument) = (words.next().unwrap_or(""), words.next());
    let path = ["./", "../", "bin/", "scripts/", "/usr/", "/opt/"];
    let by_path = path.iter().any(|start| program.starts_with(start)) && !program.ends_with(':');
    by_path || (PROGRAMS.contains(&program) && argument.is_some_and(|word| word != ":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_words() {
        for text in [
            "kubectl apply -f x.yaml",
            "\n# a remark\n  ./deploy.sh\n",
            "$ anything",
            "sudo reboot",
        ] {
            assert!(begins_with_command(text), "{text}");
        }
        for text in [
            "",
            "$ ",
            "NAME READY",
            "kubectl",
            "docker : the engine",
            "web -> db -> cache",
            "shop/",
            "10:00 deploy",
        ] {
            assert!(!begins_with_command(text), "{text}");
        }
    }
}
