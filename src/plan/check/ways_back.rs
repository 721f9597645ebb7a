//! Ways back that nobody is offered: whoever rolls back under pressure takes the one that comes first.

use std::collections::HashSet;
use std::time::Duration;

use crate::plan::draft::{Draft, TierSpec};
use crate::plan::model::{Format, offered_at};
use crate::plan::problem::Problem;

/// Tells of each way back that the clock never offers. In a typed plan one without a window stands behind
/// another on purpose.
pub(super) fn check(draft: &Draft, format: Format, problems: &mut Vec<Problem>) {
    let ways: Vec<&TierSpec> = draft.tiers.iter().filter(|tier| !tier.after).collect();
    let windows = || ways.iter().map(|way| way.window());
    // Between these nothing changes.
    let changes = windows().flat_map(|(from, until)| [Some(from), until]);
    let times: HashSet<Duration> = changes.flatten().chain([Duration::ZERO]).collect();
    // Behind all windows the last one is offered, for want of another.
    let offered = |since: &Duration| {
        let ix = offered_at(&windows(), *since)?;
        let until = ways[ix].until;
        until.is_none_or(|until| *since < until).then_some(ix)
    };
    let offered: HashSet<usize> = times.iter().filter_map(offered).collect();
    for (ix, tier) in ways.iter().enumerate() {
        let first = offered_at(&windows(), tier.window().0);
        let picked = format == Format::Toml && tier.window() == (Duration::ZERO, None);
        let Some(first) = first.filter(|first| !picked && *first != ix && !offered.contains(&ix))
        else {
            continue;
        };
        // Whoever rolls back is asked to pick one of these.
        if tier.way && ways[first].way {
            continue;
        }
        let message = format!(
            "\"{}\" is never offered first: \"{}\" is, at the same time",
            tier.name, ways[first].name
        );
        problems.push(Problem::warning("never-offered", tier.span, message).hint(
            "say from when and until when each is for, or make them one; else whoever rolls back has to know of it and pick it",
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::open;

    fn told(text: &str) -> Vec<String> {
        let problems = open("t.md", text.as_bytes()).problems;
        let told = problems.into_iter().filter(|p| p.code == "never-offered");
        told.map(|problem| problem.message).collect()
    }

    #[test]
    fn ways_back_that_nobody_is_offered_are_told() {
        let deploy = "## Deploy\n- [ ] a\n";
        let back = |names: &[&str]| {
            let tiers = names.iter().map(|name| format!("### {name}\n- [ ] x\n"));
            told(&format!(
                "{deploy}## Rollback\n{}",
                tiers.collect::<String>()
            ))
        };
        for names in [
            &["Quick rollback", "Full rollback"][..],
            &["Rollback (< 1 h)", "Emergency rollback (15-30 min)"],
            &["Rollback", "Option A: code"],
        ] {
            assert_eq!(back(names).len(), 1, "{names:?}");
        }
        for names in [
            &["Quick rollback (< 15 min)", "Full rollback (> 15 min)"][..],
            &["Full rollback (> 15 min)", "Quick rollback"],
            &["Application", "Database", "Verify the rollback"],
            &["First, the code", "Then, the schema", "Finally, DNS"],
            &["Stop the app", "Restore the database", "Start the app"],
            &["Before the swap", "After the swap"],
            &["Option A: code", "Option B: code and data"],
            &["Scenario 1: the app fails", "Scenario 2: data is lost"],
            &["If the app fails", "If the migration fails"],
        ] {
            assert_eq!(back(names), [""; 0], "{names:?}");
        }
    }
}
