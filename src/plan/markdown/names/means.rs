//! Names that only say by what means something is done: "Alembic", "K8s job", "Docker Compose". Below what is one act,
//! "Run the migrations", they are ways of it.

use super::words::Words;
use crate::plan::letters;
use crate::plan::markdown::elements::programs;
use crate::plan::markdown::tongues::phrases::Topic;

/// Whether a title of these `words` tells a single act, to which each of several means is enough: migrations are applied, or
/// something is started. What is deployed, installed or set up is done by several, and so are "services".
pub(in crate::plan::markdown) fn is_one_act(words: &Words) -> bool {
    let text = words.uncounted().trim();
    let migrates = text.contains("migration")
        || (text.starts_with("migrate ") && DATABASE.iter().any(|word| text.ends_with(word)));
    let several = || text.split(' ').any(|word| SEVERAL.contains(&word));
    (words.begins(&[Topic::Starts]) || migrates) && !several()
}

/// Whether each of `names` says no more than by what means, and no two of them the same.
pub(in crate::plan::markdown) fn are_means<'t>(names: impl Iterator<Item = &'t str>) -> bool {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        let name = letters::fold(name);
        if !is_means(&name) || seen.contains(&name) {
            return false;
        }
        seen.push(name);
    }
    seen.len() > 1
}

fn is_means(folded: &str) -> bool {
    let is = |word: &str| PLATFORMS.contains(&word) || programs::is_program(word);
    let words = || folded.split(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | ')'));
    let mut told = words().filter(|word| !word.is_empty());
    let client = CLIENTS.iter().any(|client| folded.contains(client));
    !client && words().any(is) && told.all(|word| is(word) || BESIDE.contains(&word))
}

const DATABASE: [&str; 3] = ["database", "schema", " db"];
#[rustfmt::skip]
const SEVERAL: [&str; 11] = [
    "all", "and", "components", "databases", "deployment", "everything", "rollout", "schemas", "servers", "services", "upgrade",
];
/// Of these each has a database of its own.
const CLIENTS: [&str; 6] = ["mongosh", "mysql", "psql", "redis", "sqlcmd", "sqlite"];
/// What is no program's name.
const PLATFORMS: [&str; 9] = [
    "compose",
    "ecs",
    "k8s",
    "kubernetes",
    "openshift",
    "pm2",
    "supervisor",
    "swarm",
    "systemd",
];
/// What else such a name may say.
const BESIDE: [&str; 9] = [
    "a",
    "by",
    "cli",
    "command",
    "container",
    "job",
    "the",
    "using",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_one_act_are_told_from_parts() {
        for names in [
            &["Alembic", "K8s job", "Docker Compose"][..],
            &["Docker:", "Kubernetes:", "systemd:"],
            &["Using kubectl", "Using Helm"],
        ] {
            assert!(are_means(names.iter().copied()), "{names:?}");
        }
        for names in [
            &["Docker"][..],
            &["Docker", "Docker"],
            &["Docker build", "Helm upgrade"],
            &["Docker", "Workers"],
            &["Job", "Container"],
            &[],
        ] {
            assert!(!are_means(names.iter().copied()), "{names:?}");
        }
        for title in [
            "Run the migrations",
            "3. Restart the service",
            "Migrate the database",
        ] {
            assert!(is_one_act(&Words::new(title)), "{title}");
        }
        for title in [
            "Deployment",
            "Deploy the app",
            "Restart all services",
            "Install",
            "Verify it",
            "",
        ] {
            assert!(!is_one_act(&Words::new(title)), "{title}");
        }
    }
}
