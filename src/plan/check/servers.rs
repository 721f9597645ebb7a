//! SQL that a runbook means for several servers, and says of none which it is: all of it would run in one
//! session.

use super::references::MAIN_DATABASE;
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::letters;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// What servers are called beside others, and whether it is the one that SQL is meant for where nothing is said.
const SERVERS: [(&str, bool); 16] = [
    ("source", true),
    ("publisher", true),
    ("provider", true),
    ("primary", true),
    ("master", true),
    ("leader", true),
    ("old", true),
    ("blue", true),
    ("target", false),
    ("subscriber", false),
    ("replica", false),
    ("standby", false),
    ("slave", false),
    ("follower", false),
    ("new", false),
    ("green", false),
];

/// What may stand behind that.
const THINGS: [&str; 10] = [
    "server", "servers", "cluster", "database", "db", "side", "node", "instance", "host", "primary",
];

/// Tells of each step that is for another server than the SQL beside it, as its words say. On the way forward of a runbook
/// it asks, too: `held` says that this is one.
pub(super) fn check(draft: &mut Draft, held: bool, problems: &mut Vec<Problem>) {
    if draft.databases.len() > 1 {
        return;
    }
    let runs =
        |step: &&StepSpec| matches!(&step.work, Work::Sql(sql) if sql.database == MAIN_DATABASE);
    let phases = draft.phases.iter().map(|phase| (&phase.name, &phase.steps));
    let tiers = draft.tiers.iter().map(|tier| (&tier.name, &tier.steps));
    let named = phases.chain(tiers).flat_map(|(name, steps)| {
        let steps = steps.iter().map(Box::as_ref).filter(runs);
        steps.map(|step| of_step(step, name))
    });
    let named: Vec<Vec<Named>> = named.collect();
    let elsewhere = |at: usize, place: &Named| {
        named.iter().enumerate().any(|(other, places)| {
            let differs = |other: &Named| other.server != place.server;
            let unnamed = other != at && places.is_empty() && !place.first;
            unnamed || places.iter().any(differs)
        })
    };
    let phases = draft.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    let steps = phases.chain(draft.tiers.iter_mut().flat_map(|tier| &mut tier.steps));
    let steps = steps.filter(|step| runs(&step.as_ref()));
    for (at, step) in steps.enumerate() {
        let mut places = named[at].iter();
        let Some(place) = places.find(|place| elsewhere(at, place)) else {
            continue;
        };
        let message = format!(
            "\"{}\": nothing says which database that is: this runs on `{MAIN_DATABASE}`, as all SQL here",
            place.text
        );
        problems.push(Problem::warning("unclear-database", step.span, message).hint(
            "declare each under `databases` in the front matter, and name it behind the fence: `sql {database=target}`",
        ));
        if held {
            step.danger = true;
            step.confirm.get_or_insert_with(|| {
                format!(
                    "This is for \"{}\". Is `{MAIN_DATABASE}` that server?",
                    place.text
                )
            });
        }
    }
}

struct Named {
    text: String,
    server: &'static str,
    first: bool,
}

/// The servers that the title of `step` or the comments in it name, or else the words above it, in the phase `above`.
fn of_step(step: &StepSpec, above: &str) -> Vec<Named> {
    let text = step.work.text();
    let comments = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--"));
    let own = step.title.split("; ").chain(comments);
    let own: Vec<Named> = own.filter_map(of_text).collect();
    if !own.is_empty() {
        return own;
    }
    let groups = step.group.iter().flat_map(|group| group.rsplit(" › "));
    let details = step
        .details
        .iter()
        .flat_map(|details| details.lines().take(1));
    let mut texts = groups.chain(details).chain(above.rsplit(" › "));
    texts.find_map(of_text).into_iter().collect()
}

/// The server that `text` names: all of it, in brackets, or behind its last "on".
fn of_text(text: &str) -> Option<Named> {
    let inside = text.split(['(', '[', '（']).skip(1);
    let inside = inside.filter_map(|part| part.split([')', ']', '）']).next());
    let behind = |word: &str| Some(&text[text.rfind(word)? + 1..]);
    let last = [" on ", " auf ", " sur "]
        .into_iter()
        .filter_map(behind)
        .max_by_key(|rest| std::cmp::Reverse(rest.len()));
    let at_last = last.into_iter();
    let mut places = std::iter::once(text).chain(inside).chain(at_last);
    places.find_map(|part| {
        let (server, first) = server(part)?;
        let text = part.trim().trim_end_matches(':').to_owned();
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
        let opened = open("t.md", text.as_bytes());
        let asks =
            |steps: Vec<crate::plan::Step>| steps.iter().filter(|step| step.spec.danger).count();
        let found = opened
            .problems
            .iter()
            .filter(|p| p.code == "unclear-database")
            .count();
        // Where no database is declared, what names a machine asks by that.
        let asked = opened.plan.map(|plan| asks(plan.steps));
        assert!(asked.is_some_and(|asked| asked >= found), "{text}");
        found
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
        for labels in [
            &[
                "### 1. Publish (on the primary)",
                "### 2. Subscribe (on the replica)",
            ][..],
            &[
                "### 1. Publish on the BLUE",
                "### 2. Subscribe on the GREEN",
            ],
        ] {
            assert_eq!(told(&text(labels)), 2, "{labels:?}");
        }
        let comments =
            "## Deployment\n```sql\n-- On target\nselect 1;\n-- On source\nselect 2;\n```\n";
        assert_eq!(told(comments), 1);
        let one = "## Deployment\n```sql\n-- On the primary\nselect 1;\n-- the new column is on top\nselect 2;\n```\n";
        assert_eq!(told(one), 0);
        let declared = "---\ndatabases:\n  main: {url_env: A}\n  new: {url_env: B}\n---\n";
        let named = text(&["On the source:", "On the target:"]).replacen(
            "```sql",
            "```sql {database=new}",
            1,
        );
        assert_eq!(told(&format!("{declared}{named}")), 0);
    }
}
