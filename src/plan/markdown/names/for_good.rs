//! Names of what takes something away for good as soon as something else holds: "When everything works, remove the old
//! cluster". Whether it does hold, only a person knows.

use super::heading;
use super::only;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::work::Work;

/// Whether `name` begins with a condition, or ends with the one that all is well, and it, or the `work` below it, takes
/// something away. "After deployment" is a time of which nothing is said, and no condition for what is deleted then.
pub(in crate::plan::markdown) fn waits(name: &str, work: &Work) -> bool {
    let name = heading::behind_count(name).trim_start();
    if only::ends_with_all(name) {
        return takes_away(name) || takes_away(&work.text());
    }
    if !only::begins_condition(name) {
        return false;
    }
    // "After the review, run this SQL" tells the order.
    let said = name.trim_end_matches([':', '：', '.']);
    let done = !only::tells_order(name) && said.contains([',', ':', '，', '：']);
    takes_away(name) || (done && takes_away(&work.text()))
}

/// Whether one of the words of `text` takes something away; options aside, as in `docker run --rm`.
fn takes_away(text: &str) -> bool {
    let options = |word: &&str| !word.starts_with("--");
    let words = text.split_whitespace().filter(options).map(folded);
    words
        .into_iter()
        .any(|part| part.split(' ').any(|word| TAKES_AWAY.contains(&word)))
}

/// Words for that, of commands and of English.
#[rustfmt::skip]
const TAKES_AWAY: [&str; 16] = [
    "clean", "cleanup", "decommission", "delete", "destroy", "drop", "dropdb", "erase", "prune", "purge", "remove", "rm", "rmdir", "truncate", "uninstall", "wipe",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::markdown::tests::plan;

    #[test]
    fn what_takes_away_as_soon_as_something_holds_waits_for_a_person() {
        for (name, script) in [
            ("When everything works, remove the old cluster", "./finish"),
            ("7. Once you are happy, finish", "rm -rf /var/lib/old"),
            ("Step 8: As soon as all is stable drop the table", ""),
            ("Drop the table once everything works", ""),
            ("After verification, delete it", "./finish"),
            ("Once verified, finish:", "./delete_old_cluster.sh"),
            ("If all is well, finish", "psql -c 'DROP TABLE old'"),
            ("Wenn alles läuft, aufräumen", "dropdb shop_old"),
            ("Если всё работает, закончить", "rm -rf /var/lib/old"),
        ] {
            assert!(waits(name, &Work::Check(script.to_owned())), "{name}");
        }
        for (name, script) in [
            ("Remove the old cluster", "rm -rf /var/lib/old"),
            ("Drop all sessions when the queue is empty", ""),
            ("After deployment", "rm -rf /tmp/build"),
            ("After deployment:", "rm -rf /tmp/build"),
            ("After the review, run this SQL:", "delete from a where b"),
            ("After removal, restart", "./restart"),
            (
                "Once the pods are up, migrate",
                "docker run --rm shop ./migrate",
            ),
            ("As planned, drop the table", "dropdb shop_old"),
        ] {
            assert!(!waits(name, &Work::Check(script.to_owned())), "{name}");
        }
    }

    #[test]
    fn steps_headings_and_lines_ask_so() {
        let name = "7. When everything works, remove the old cluster";
        for text in [
            format!("## Deployment\n1. Stop\n\n   ```sh\n   ./stop\n   ```\n{name}\n\n   ```sh\n   ./finish\n   ```\n"),
            format!("## Deployment\n### 1. Stop\n```sh\n./stop\n```\n### {name}\n```sh\n./finish\n```\n"),
            "## Deployment\n```sh\n./stop\n```\nWhen everything works, remove the old cluster:\n```sh\n./finish\n```\n".to_owned(),
        ] {
            let plan = plan(&text);
            let asks = plan.steps.iter().map(|step| step.spec.confirm.is_some());
            assert_eq!(asks.collect::<Vec<_>>(), [false, true], "{text}");
        }
    }
}
