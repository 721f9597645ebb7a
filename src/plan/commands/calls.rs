//! What programs are told to do, and which of that takes back what a deployment has done.

use super::{Command, SHELLS, Word};

/// A tool and its first words behind options.
pub(in crate::plan) type Call = (&'static str, &'static [&'static str]);

/// Whether the tool `name` with `words` behind it is that call.
pub(in crate::plan) fn calls((name, words): (&str, &[Word<'_>]), call: Call) -> bool {
    if name != call.0 {
        return false;
    }
    // A value of an option may stand in front of the verbs.
    let verbs = words.iter().filter(|word| !word.is_option());
    let verbs: Vec<&str> = verbs.map(|word| word.text.as_ref()).take(8).collect();
    verbs
        .windows(call.1.len())
        .take(4)
        .any(|verbs| verbs == call.1)
}

/// Calls that take a release back.
const RELEASES: [Call; 10] = [
    ("argocd", &["app", "rollback"]),
    ("cap", &["production", "deploy:rollback"]),
    ("docker", &["service", "rollback"]),
    ("git", &["revert"]),
    ("helm", &["rollback"]),
    ("heroku", &["releases:rollback"]),
    ("heroku", &["rollback"]),
    ("kubectl", &["rollout", "undo"]),
    ("nomad", &["job", "revert"]),
    ("oc", &["rollout", "undo"]),
];
/// Calls that take migrations back, one or as many as they are told.
const MIGRATIONS: [Call; 18] = [
    ("alembic", &["downgrade"]),
    ("dbmate", &["down"]),
    ("dbmate", &["rollback"]),
    ("diesel", &["migration", "revert"]),
    ("flask", &["db", "downgrade"]),
    ("flyway", &["undo"]),
    ("goose", &["down"]),
    ("knex", &["migrate:rollback"]),
    ("liquibase", &["rollback"]),
    ("migrate", &["down"]),
    ("mix", &["ecto.rollback"]),
    ("php", &["artisan", "migrate:rollback"]),
    ("rails", &["db:rollback"]),
    ("rake", &["db:rollback"]),
    ("sequelize-cli", &["db:migrate:undo"]),
    ("sqitch", &["revert"]),
    ("sqlx", &["migrate", "revert"]),
    ("typeorm", &["migration:revert"]),
];
/// Programs that run what a project calls by a name.
const RUNNERS: [&str; 7] = ["bun", "just", "make", "npm", "pnpm", "task", "yarn"];

impl Command<'_> {
    /// Whether it takes back what a deployment has done, by the program's own words or by the name of a script:
    /// `kubectl rollout undo`, `alembic downgrade -1`, `./rollback.sh`, `npm run db:rollback`.
    pub(in crate::plan) fn takes_back(&self) -> bool {
        let words = self.arguments();
        let told = || {
            let name = |word: &Word<'_>| !word.is_option() && goes_back(word.base_name());
            let runs = RUNNERS.contains(&self.program()) || SHELLS.contains(&self.program());
            runs && words.iter().take(3).any(name)
        };
        let known = || self.is_one_of(&RELEASES) || self.takes_migrations_back();
        !self.only_tells() && (goes_back(self.program()) || told() || known())
    }

    /// Whether it takes migrations back, by the words of a tool for them.
    pub(in crate::plan) fn takes_migrations_back(&self) -> bool {
        !self.only_tells() && self.is_one_of(&MIGRATIONS)
    }

    fn is_one_of(&self, known: &[Call]) -> bool {
        let tool = (self.program(), self.arguments());
        known.iter().any(|call| calls(tool, *call))
    }

    /// Whether it is told to say what it would do, and to do nothing.
    fn only_tells(&self) -> bool {
        let options = ["--dry-run", "--help", "--sql", "--plan"];
        let tells = |word: &Word<'_>| options.iter().any(|option| word.text.starts_with(option));
        self.arguments().iter().any(tells)
    }
}

/// Whether the name of a script says that it goes back: `rollback.sh`, `db-rollback`, `db:rollback`.
fn goes_back(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let mut parts = stem.split([':', '-', '_', '/']);
    let back = |part: &str| matches!(part, "rollback" | "revert" | "undo" | "downgrade");
    let ready = |part: &str| matches!(part, "test" | "prepare" | "check" | "plan" | "create");
    let first = parts.next().unwrap_or_default();
    back(first) || (!ready(first) && parts.next_back().is_some_and(back))
}

#[cfg(test)]
mod tests {
    use crate::plan::commands::{Settings, read};

    fn takes_back(script: &str) -> bool {
        let read = read(script, Settings::default());
        read.commands.iter().any(super::Command::takes_back)
    }

    #[test]
    fn who_goes_back_is_known_by_what_is_called() {
        for script in [
            "kubectl -n prod rollout undo deployment/app",
            "docker compose exec web alembic downgrade -1",
            "./deployment/scripts/rollback.sh auto",
            "bash scripts/rollback.sh",
            "/opt/app/db-rollback --yes",
            "npm run db:rollback",
            "make rollback",
            "bundle exec rails db:rollback STEP=1",
            "helm rollback shop 3",
            "php artisan migrate:rollback",
        ] {
            assert!(takes_back(script), "{script}");
        }
        for script in [
            "kubectl rollout status deployment/app",
            "chmod +x rollback.sh",
            "cat scripts/rollback.sh",
            "git tag rollback-point",
            "mkdir rollback",
            "helm rollback shop 3 --dry-run",
            "npm run build",
            "echo rollback",
            "./prepare-rollback-plan.sh",
            "make prepare-rollback",
        ] {
            assert!(!takes_back(script), "{script}");
        }
    }
}
