//! Headings that are numbered among steps, that speak of a way back, or of a time of their own.

use super::{plan, problems, titles};

/// The names of the steps of all phases, and of all ways back.
fn split(text: &str) -> (Vec<String>, Vec<String>) {
    let plan = plan(text);
    let of = |step: &crate::plan::Step| step.spec.title.clone();
    let back: usize = plan.tiers.iter().map(|tier| tier.steps.len()).sum();
    let all: Vec<String> = plan.steps.iter().map(of).collect();
    let (forward, back) = all.split_at(all.len() - back);
    (forward.to_vec(), back.to_vec())
}

fn asks(text: &str) -> Vec<bool> {
    let plan = plan(text);
    plan.steps.iter().map(|step| step.spec.danger).collect()
}

fn told(text: &str, code: &str) -> bool {
    problems(text).iter().any(|(found, _)| *found == code)
}

const BLOCK: &str = "```bash\n./x.sh\n```\n";

#[test]
fn a_heading_numbered_among_steps_is_one_whatever_it_speaks_of_and_holds() {
    for heading in [
        "Step 2: Stop background jobs",
        "Step 2: Update contacts table",
        "Step 2: Scope the maintenance",
        "2. Stop background jobs",
        "2. Resume the webhook",
        "2. Update the configuration",
        "Schritt 2: Kontext umschalten",
    ] {
        for body in [
            "- Pause it\n- Look\n",
            "Pause it.\n",
            "```yaml\na: b\n```\n",
            "",
        ] {
            let text = format!(
                "## Cutover procedure\n### 1. Freeze the queue\n{BLOCK}### {heading}\n{body}### 3. Swap\n{BLOCK}"
            );
            let plan = plan(&text);
            assert_eq!(titles(&plan).get(1), Some(&("check", heading)), "{text}");
        }
    }
    let block = "## Cutover procedure\n### Step 1: Go\n- [ ] a\n### Step 2: Stop background jobs\n";
    assert_eq!(split(&format!("{block}1. Pause\n")).0, ["a", "Pause"]);
    assert_eq!(titles(&plan(&format!("{block}{BLOCK}")))[1].0, "shell");
    let back = format!(
        "## Deploy\n{BLOCK}## Rollback\n### R1. Freeze\n{BLOCK}### R2. Resume the old hook\n```\n1. Click it\n```\n### R3. Tell stakeholders\n```markdown\nGoing back\n```\n### R4. Verify\n{BLOCK}"
    );
    let (_, steps) = split(&back);
    assert_eq!(
        steps[1..3],
        ["R2. Resume the old hook", "R3. Tell stakeholders"]
    );
    let due =
        format!("# Up\n## 1. Deploy\n{BLOCK}## 2. Monitoring (T+1 hour)\n- Look at the log\n");
    assert_eq!(split(&due).0[1], "2. Monitoring (T+1 hour)");
    let action = format!("# Up\n## 1. Deploy\n{BLOCK}## 2. Canary 10%\nAction:\n\n- Send 10%\n");
    assert_eq!(split(&action).0[1], "Send 10%");
}

#[test]
fn the_chapters_of_a_file_and_what_is_only_read_are_no_steps() {
    let steps = |text: &str| {
        let (forward, back) = split(text);
        forward.len() + back.len()
    };
    for text in [
        format!(
            "# Up\n## 1. Overview\nWords.\n## 2. Contacts\n- Ada\n## 3. Deployment\n{BLOCK}## 4. Architecture\n- one\n"
        ),
        format!("## Deployment\n### 1. Background\nWords.\n### 2. Migrate\n{BLOCK}"),
        format!("## Deployment\n### 1. Migrate\n{BLOCK}### 2. Emergency contacts\n- Ada\n"),
        format!(
            "## Deployment\n### Step 1: Migrate\n{BLOCK}### Step 2: Reindex (not in this release)\nWords.\n"
        ),
        format!("## Deployment\n### Step 1: Migrate\n{BLOCK}### Step 2: Example\nWords.\n"),
        format!("## Deployment\n{BLOCK}### P0. Outage\n- all\n### P1. Slow\n- some\n"),
        format!("## Deployment\n{BLOCK}## Design\n### 1. Queue\n- one\n### 2. Store\n- two\n"),
    ] {
        assert_eq!(steps(&text), 1, "{text}");
    }
}

#[test]
fn what_says_what_to_do_is_a_way_back_though_it_is_called_after_when_to() {
    let deploy = format!("## Deploy\n{BLOCK}");
    for back in [
        format!("## Rollback\n### 1. Emergency rollback trigger\n{BLOCK}"),
        "## Rollback decision tree\n```\nbad -> back\n```\n### Rollback procedure\n1. Go back\n"
            .to_owned(),
        format!("## Rollback triggers and procedure\n{BLOCK}"),
        "## Rollback decision\n1. Call the lead\n".to_owned(),
        "## Rollback\n### Decision\n- [ ] Call the lead\n".to_owned(),
        format!("## Rollback if needed\n{BLOCK}"),
        format!("## Rollback, if necessary\n{BLOCK}"),
        format!("## Rollback falls nötig\n{BLOCK}"),
        format!("## Rollback si nécessaire\n{BLOCK}"),
        "## Rollback if needed\n1. Go back\n".to_owned(),
    ] {
        let text = format!("{deploy}{back}");
        assert_eq!(
            (split(&text).1.len(), plan(&text).alerts.len()),
            (1, 0),
            "{text}"
        );
    }
    for criteria in [
        "## Rollback criteria\n- [ ] Error rate > 5%\n",
        "## Rollback triggers\n1. Deploy fails\n",
        "## Rollback decision\n1. Errors on the checkout\n",
        "## Rollback if\n- The site is down\n",
    ] {
        let text = format!("{deploy}{criteria}");
        assert_eq!(
            (split(&text).1.len(), plan(&text).alerts.len()),
            (0, 1),
            "{text}"
        );
    }
}

#[test]
fn what_is_named_like_a_way_back_and_is_none_stays_forward_or_is_read() {
    let back = format!("## Rollback\n{BLOCK}");
    let snapshot = format!("## 1. Rollback snapshot\n{BLOCK}## 2. Deploy\n{BLOCK}{back}");
    assert_eq!(split(&snapshot).0.len(), 2);
    assert_eq!(asks(&snapshot), [true, false, false]);
    let only = format!("## Deploy\n{BLOCK}## Rollback snapshot\n{BLOCK}");
    assert_eq!(split(&only).1.len(), 1);
    let revert =
        format!("## Upgrade\n### 1. Upgrade\n{BLOCK}### 2. Revert to using the old port\n{BLOCK}");
    assert_eq!(
        (split(&revert).1.len(), asks(&revert)),
        (0, vec![false, true])
    );
    for read in [
        "Breaking changes",
        "In case of problems",
        "En cas de problème",
    ] {
        let text = format!("## Deploy\n{BLOCK}## {read}\n{BLOCK}{back}");
        let (forward, back) = split(&text);
        assert_eq!((forward.len(), back.len()), (1, 1), "{read}");
        assert!(told(&text, "section-not-run"), "{read}");
    }
    let trouble = format!("## Deploy\n{BLOCK}## In case of problems\n### Rollback\n{BLOCK}");
    assert_eq!(split(&trouble).1.len(), 1);
    for still in [
        "In case of problems",
        "If something breaks",
        "If issues occur",
        "Rollback of the point",
    ] {
        let text = format!("## Deploy\n{BLOCK}## {still}\n{BLOCK}");
        assert_eq!(split(&text).1.len(), 1, "{still}");
    }
    let prevention = format!("## Deploy\n{BLOCK}{back}## Rollback prevention\n- [ ] Look at it\n");
    assert_eq!(split(&prevention).1.len(), 1);
    let gate = format!(
        "## Decision\n### Option 1: GO\n- [ ] Go\n### Option 2: NO-GO (abort)\n- [ ] Tell them\n## Deploy\n{BLOCK}{back}"
    );
    assert_eq!(split(&gate).1.len(), 1);
}

#[test]
fn what_is_not_run_is_named_where_somebody_would_look_for_it() {
    let deploy = format!("## Deploy\n{BLOCK}");
    for heading in [
        "## Quick commands\n### Option 1: by hand",
        "## Commands\n### Option 1: by hand",
        "## Commandes rapides",
        "## Validation commands",
        "## Monitoring commands",
        "## Upgrade path (example)\n### Step 1: Build",
    ] {
        let text = format!("{deploy}{heading}\n{BLOCK}");
        assert!(told(&text, "section-not-run"), "{heading}");
    }
    for heading in [
        "## Useful commands",
        "## Useful monitoring commands",
        "## Docker commands",
        "## Docker commands\n### Logs",
        "## Commandes utiles",
        "## Appendix\n### Monitoring commands",
        "## Examples",
    ] {
        let text = format!("{deploy}{heading}\n{BLOCK}");
        assert!(!told(&text, "section-not-run"), "{heading}");
    }
    let shown = |body: &str| format!("{deploy}```markdown\n{body}```\n");
    assert!(told(
        &shown("### Code\n- [ ] Tests\n- [ ] Backup\n"),
        "unread-box"
    ));
    let report = "# Report\nWhat:\nWhen:\n- [ ] Follow up\n";
    assert!(!told(&shown(report), "unread-box"));
}

#[test]
fn what_is_due_long_after_what_it_stands_below_is_a_phase_of_its_own() {
    let text = |time: &str| {
        format!(
            "## Deploy\n{BLOCK}## Phase 8: After the cutover (T+100 min)\n### 8.1 Docs\n- [ ] docs\n### 8.2 Clean up ({time})\n{BLOCK}"
        )
    };
    let phases = |time: &str| {
        let plan = plan(&text(time));
        let at = |phase: &crate::plan::Phase| phase.spec.at.as_ref().map(|at| at.seconds);
        plan.phases.iter().map(at).collect::<Vec<_>>()
    };
    assert_eq!(phases("T+72 hours"), [None, Some(6_000), Some(259_200)]);
    assert_eq!(phases("T+110 min"), [None, Some(6_000)]);
    for (label, waits) in [
        ("After 72 hours stable:", true),
        ("After 2 days:", true),
        ("Nach 24 Stunden:", true),
        ("After 24-48 hours of good operation:", true),
        ("After 24 to 48 hours:", true),
        ("After 24+ hours:", true),
        ("Nach 24-48 Stunden:", true),
        ("After 5-10 minutes:", false),
        ("After 5 minutes:", false),
        ("After the swap:", false),
    ] {
        let text = format!("## Deploy\n{label}\n\n{BLOCK}");
        assert_eq!(asks(&text), [waits], "{label}");
        let list = format!(
            "## Deploy\n{label}\n\n- [ ] Look\n- [ ] Clean up\n\n  {}",
            BLOCK.replace('\n', "\n  ")
        );
        assert_eq!(asks(&list), [false, waits], "{label}");
    }
}

#[test]
fn what_is_numbered_and_only_described_is_no_step() {
    let block = |name: &str| format!("```bash\n./{name}\n```\n\n");
    for (name, steps) in [("Duration", 2), ("Who decides", 2), ("Stop the writers", 3)] {
        let text = format!(
            "## Deploy\n- [ ] a\n\n## 2. Rollback\n### 2.1 Go\n{}### 2.2 {name}\nFive minutes.\n\n### 2.3 Back\n{}",
            block("a"),
            block("b")
        );
        assert_eq!(plan(&text).steps.len(), steps + 1, "{text}");
        assert_eq!(told(&text, "section-not-run"), steps == 2, "{text}");
    }
}

#[test]
fn all_that_is_numbered_in_one_procedure_is_done() {
    for heading in [
        "Verify replication",
        "Promote the replica",
        "Promouvoir la base",
        "Validation suite",
        "Switch the traffic",
        "Prerequisites",
        "Monitoring",
    ] {
        for body in ["- by hand\n", "Words.\n", "### There\n- press it\n"] {
            let text = format!(
                "# Cutover runbook\n## 1. Stop the writers\n{BLOCK}## 2. {heading}\n{body}## 3. Deploy\n{BLOCK}## 4. Start the writers\n1. Resume\n"
            );
            let found = plan(&text);
            let titles = titles(&found);
            assert_eq!(
                titles[1],
                ("check", format!("2. {heading}").as_str()),
                "{text}"
            );
            assert_eq!(titles.len(), 4, "{text}");
            let phases = text
                .replace("## 1.", "## Phase 1:")
                .replace("## 2.", "## Phase 2:");
            let phases = phases
                .replace("## 3.", "## Phase 3:")
                .replace("## 4.", "## Phase 4:");
            assert_eq!(plan(&phases).steps.len(), 4, "{phases}");
        }
    }
    // What does not say what is done is told of, and of chapters most are read.
    for heading in ["Warm-up", "When to verify", "Deployment strategy"] {
        let text = format!(
            "# Up\n## 1. Stop it\n{BLOCK}## 2. {heading}\nWords.\n## 3. Deploy\n{BLOCK}## 4. Start it\n{BLOCK}"
        );
        assert_eq!(plan(&text).steps.len(), 3, "{text}");
        // Words that tell when, or how it is gone about, are no step that anybody would miss.
        let misses = heading == "Warm-up";
        assert_eq!(told(&text, "section-not-run"), misses, "{text}");
    }
    let chapters = format!(
        "# Up\n## 1. Stack\nWords.\n## 2. Monitoring\n- one\n## 3. Data model\nWords.\n## 4. Deployment\n{BLOCK}"
    );
    assert_eq!(plan(&chapters).steps.len(), 1);
    assert!(!told(&chapters, "section-not-run"));
}

#[test]
fn the_length_of_a_numbered_phase_is_no_time_when_it_is_due() {
    for (time, secs) in [("24 hours", 86_400), ("48h", 172_800), ("2 hours", 7_200)] {
        let text = format!(
            "# Up\n## Cutover\n### Phase 1: Canary ({time})\n1. Route 10%\n### Phase 2: Full\n{BLOCK}"
        );
        let plan = plan(&text);
        let first = &plan.phases[0].spec;
        let budget = first.budget.map(|budget| budget.as_secs());
        assert_eq!((budget, first.at.is_none()), (Some(secs), true), "{text}");
        assert_eq!(plan.steps.len(), 2, "{text}");
    }
    let text = format!("# Up\n## Deploy\n{BLOCK}## Review (24 hours)\n{BLOCK}");
    assert!(plan(&text).phases[1].spec.at.is_some());
}

#[test]
fn what_is_numbered_among_steps_and_says_what_to_do_is_one() {
    for heading in [
        "2. Redirect application traffic",
        "2. Change the configuration",
        "2. Edit the settings",
        "2. Run maintenance commands",
    ] {
        for above in ["Deployment", "Rollback"] {
            let text = format!(
                "## Deploy\n{BLOCK}## {above}\n### 1. Go\n{BLOCK}### {heading}\nBy hand.\n### 3. Back\n{BLOCK}"
            );
            assert_eq!(plan(&text).steps.len(), 4, "{text}");
        }
    }
    let block = format!(
        "# Up\n## 1. Prepare\n{BLOCK}## 9. Tune the server\n### 9.2 Run maintenance commands\n{BLOCK}"
    );
    assert_eq!(plan(&block).steps.len(), 2);
    let read = format!("# Up\n## 1. Prepare\n{BLOCK}## 9. Maintenance commands\n{BLOCK}");
    assert_eq!(plan(&read).steps.len(), 1);
}
