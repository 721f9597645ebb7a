//! SQL that a runbook means for several servers, and says of none which it is: all of it would run in one
//! session.

use super::references::{MAIN_DATABASE, all_steps};
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::letters;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// What servers are called beside others, and whether it is the one that SQL is meant for where nothing is said.
const SERVERS: [(&str, bool); 14] = [
    ("source", true),
    ("publisher", true),
    ("provider", true),
    ("primary", true),
    ("master", true),
    ("leader", true),
    ("old", true),
    ("target", false),
    ("subscriber", false),
    ("replica", false),
    ("standby", false),
    ("slave", false),
    ("follower", false),
    ("new", false),
];

/// What may stand behind that.
const THINGS: [&str; 10] = [
    "server", "servers", "cluster", "database", "db", "side", "node", "instance", "host", "primary",
];

/// Tells of each step that is for another server than the SQL beside it, as the words above it say.
pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    if draft.databases.len() > 1 {
        return;
    }
    let runs =
        |step: &&StepSpec| matches!(&step.work, Work::Sql(sql) if sql.database == MAIN_DATABASE);
    let named: Vec<(&StepSpec, Option<Named<'_>>)> = all_steps(draft)
        .filter(runs)
        .map(|step| (step, of_step(step)))
        .collect();
    for (step, place) in &named {
        let Some(place) = place else { continue };
        let other = |(_, other): &(&StepSpec, Option<Named<'_>>)| match other {
            Some(other) => other.server != place.server,
            None => !place.first,
        };
        if !named.iter().any(other) {
            continue;
        }
        let message = format!(
            "\"{}\": nothing says which database that is: this runs on `{MAIN_DATABASE}`, as all SQL here",
            place.text
        );
        problems.push(Problem::warning("unclear-database", step.span, message).hint(
            "declare each under `databases` in the front matter, and name it behind the fence: `sql {database=target}`",
        ));
    }
}

struct Named<'s> {
    text: &'s str,
    server: &'static str,
    first: bool,
}

/// The server that the words above `step` name.
fn of_step(step: &StepSpec) -> Option<Named<'_>> {
    let groups = step.group.iter().flat_map(|group| group.rsplit(" › "));
    let details = step
        .details
        .iter()
        .flat_map(|details| details.lines().take(1));
    let mut texts = std::iter::once(step.title.as_str())
        .chain(groups)
        .chain(details);
    texts.find_map(|text| {
        let (server, first) = server(text)?;
        Some(Named {
            text,
            server,
            first,
        })
    })
}

/// "On the source", "Run this on the replica", "Target"; not "On the primary key".
fn server(text: &str) -> Option<(&'static str, bool)> {
    let text = letters::fold(text);
    let text = text.trim().trim_end_matches([':', '.']);
    let begins = [
        "run this ",
        "run these ",
        "run ",
        "execute this ",
        "execute ",
        "then ",
    ];
    let text = begins
        .iter()
        .find_map(|begin| text.strip_prefix(begin))
        .unwrap_or(text);
    let at = ["on ", "in ", "at ", "auf ", "sur ", "en "];
    let text = at
        .iter()
        .find_map(|at| text.strip_prefix(at))
        .unwrap_or(text);
    let text = text.strip_prefix("the ").unwrap_or(text);
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let first = words.next()?;
    let known = SERVERS.into_iter().find(|(server, _)| *server == first)?;
    let thing = |word: &str| THINGS.contains(&word) || word.starts_with('(');
    words.next().is_none_or(thing).then_some(known)
}

#[cfg(test)]
mod tests {
    use crate::plan::open;

    fn told(text: &str) -> usize {
        let problems = open("t.md", text.as_bytes()).problems;
        problems
            .iter()
            .filter(|p| p.code == "unclear-database")
            .count()
    }

    #[test]
    fn sql_for_two_servers_is_told_where_nothing_says_which() {
        let sql = |label: &str| format!("{label}\n\n```sql\nselect 1;\n```\n\n");
        let text = |labels: &[&str]| {
            let all = labels.iter().map(|label| sql(label));
            format!("## Deployment\n\n{}", all.collect::<String>())
        };
        for labels in [
            &["On the **source**:", "On the **target**:"][..],
            &["**Publisher**", "**Subscriber**"],
            &[
                "Run this on the old cluster:",
                "Run this on the new cluster:",
            ],
        ] {
            assert_eq!(told(&text(labels)), 2, "{labels:?}");
        }
        assert_eq!(told(&text(&["Migrate:", "Run this on the replica:"])), 1);
        for labels in [
            &["On the primary:", "Then:"][..],
            &["On the primary:", "On the primary:"],
            &["New column:", "Old column:"],
            &["Source:"],
        ] {
            assert_eq!(told(&text(labels)), 0, "{labels:?}");
        }
        let declared = "---\ndatabases:\n  main: {url_env: A}\n  new: {url_env: B}\n---\n";
        let named = text(&["On the source:", "On the target:"]).replacen(
            "```sql",
            "```sql {database=new}",
            1,
        );
        assert_eq!(told(&format!("{declared}{named}")), 0);
    }
}
