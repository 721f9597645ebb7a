//! What is done on another occasion than this deployment, and what is done by one who picked another way.

use super::{plan, problems};

const BLOCK: &str = "```bash\n./x.sh\n```\n";

/// Of each step of the way forward, whether it asks.
fn asks(text: &str) -> Vec<bool> {
    let plan = plan(text);
    let back: usize = plan.tiers.iter().map(|tier| tier.steps.len()).sum();
    let forward = &plan.steps[..plan.steps.len() - back];
    forward.iter().map(|step| step.spec.danger).collect()
}

#[test]
fn who_picks_a_way_picks_all_the_phases_below_it() {
    let phases = |names: [&str; 2]| {
        let way = |name: &str| {
            format!(
                "## {name}\n### Phase 1: Preparation (10 min)\n{BLOCK}### Phase 2: Migration (5 min)\n{BLOCK}"
            )
        };
        format!("# Up\n{}", names.map(way).concat())
    };
    for names in [
        [
            "Option 1: Blue/green deployment",
            "Option 2: Deployment in place",
        ],
        ["Variante A: Migration", "Variante B: Migration mit Pause"],
        ["方案 1：迁移", "方案 2：停机迁移"],
    ] {
        let plan = plan(&phases(names));
        let choices = plan
            .phases
            .iter()
            .filter_map(|phase| phase.spec.choice.as_deref());
        assert_eq!(choices.collect::<Vec<_>>(), ["Up", "Up"], "{names:?}");
        let budgets = plan
            .phases
            .iter()
            .map(|phase| phase.spec.budget.map(|budget| budget.as_secs()));
        assert_eq!(budgets.collect::<Vec<_>>(), [Some(900); 2], "{names:?}");
        assert_eq!((plan.phases.len(), plan.steps.len()), (2, 4), "{names:?}");
    }
    let one = plan(&phases(["Option 1: Deployment", "Deployment of the rest"]));
    assert_eq!(one.phases.len(), 4);
    let later = "# Up\n## Option 1: Deployment\n```bash\n./a.sh\n```\n### Clean up (T+72 hours)\n```bash\n./b.sh\n```\n## Option 2: Deployment in place\n```bash\n./c.sh\n```\n";
    let plan = plan(later);
    let of = |script: &str| {
        plan.steps
            .iter()
            .find(|step| step.spec.work.text() == script)
    };
    assert_eq!(of("./b.sh").map(|step| step.spec.danger), Some(true));
}

#[test]
fn another_occasion_beside_the_deployment_asks() {
    let deploy = format!("## Deployment\n{BLOCK}");
    for heading in [
        "## Emergency deployment checklist",
        "## Hotfix deployment",
        "## Fixes\n### When deploying a critical fix",
        "## When upgrading the server itself",
        "## Hotfix-Deployment",
        "## Despliegue de emergencia",
        "## 紧急发布",
    ] {
        let text = format!("# Up\n{deploy}{heading}\n{BLOCK}");
        let asked = asks(&text);
        assert!(asked.iter().filter(|asks| **asks).count() <= 1, "{heading}");
        assert_eq!(asked.iter().filter(|asks| !**asks).count(), 1, "{heading}");
    }
    for text in [
        format!("# Up\n## Emergency deployment\n{BLOCK}"),
        format!("# Hotfix deployment\n{deploy}"),
        format!("# Up\n{deploy}## Deploy the workers\n{BLOCK}"),
        format!("# Deploy v2 (draft)\n{deploy}"),
        format!("# Remove the deprecated API\n{deploy}"),
    ] {
        assert!(!asks(&text).contains(&true), "{text}");
    }
    for title in [
        "[DEPRECATED] Production deployment",
        "Deployment (superseded)",
        "Deployment - DO NOT USE",
    ] {
        assert_eq!(asks(&format!("# {title}\n{deploy}")), [true], "{title}");
    }
}

#[test]
fn what_comes_back_or_only_advises_is_not_of_this_run() {
    let deploy = format!("# Up\n## Deployment\n{BLOCK}");
    for heading in [
        "Weekly deployment review checklist",
        "Weekly report",
        "Monatlicher Bericht",
        "Monthly maintenance",
        "Monatliche Wartung",
        "Preventing problems",
        "Prevention",
        "Preventing failed deployments",
        "Avoiding downtime during deployment",
        "Advice for deployments",
        "Migration tips",
        "Tips",
        "Tipps zur Migration",
        "Conseils de déploiement",
        "Rollback failures",
        "Rollback failed",
        "Rollback failure scenarios",
        "When the rollback is stuck",
        "Échec du rollback",
        "Откат не удался",
        "回滚失败",
        "ロールバック失敗",
        "Edge cases",
        "Edge cases in the migration",
        "Sonderfälle bei der Migration",
        "Cas particuliers",
        "エッジケース対応",
        "Useful commands during a rollback",
    ] {
        let text = format!("{deploy}## {heading}\n{BLOCK}");
        assert_eq!(plan(&text).steps.len(), 1, "{heading}");
        assert!(
            problems(&text).contains(&("section-not-run", 7)),
            "{heading}"
        );
        let boxes = format!("{deploy}## {heading}\n- [ ] Look\n");
        assert_eq!(plan(&boxes).steps.len(), 1, "{heading}");
    }
    for heading in [
        "Migrate the weekly report",
        "Weekly report job migration",
        "Deploy fraud prevention",
        "Migrate tips",
        "Roll out the tips service",
        "Migrate the edge cases",
    ] {
        let text = format!("{deploy}## {heading}\n{BLOCK}");
        assert_eq!(plan(&text).steps.len(), 2, "{heading}");
    }
    // What is tested there is done.
    let tested = format!("{deploy}## Verification\n### Edge cases\n- [ ] An empty cart\n{BLOCK}");
    assert_eq!(plan(&tested).steps.len(), 2);
    // An order, a case that somebody has, and one of several ways.
    for (heading, tiers) in [
        ("Rollback failed migrations", 1),
        ("If the rollback fails", 1),
        (
            "Scenario 1: rollback failed\n```bash\n./y.sh\n```\n### Scenario 2: data loss",
            2,
        ),
    ] {
        let text = format!("{deploy}## Rollback\n### {heading}\n{BLOCK}");
        assert_eq!(plan(&text).tiers.len(), tiers, "{heading}");
    }
}

#[test]
fn when_to_do_something_is_told_and_not_done() {
    let text = format!(
        "# Plan\n# Production deployment\n## Phase 1: Migrate\n{BLOCK}## Sync (ongoing)\n### When to refresh staging\n{BLOCK}"
    );
    assert_eq!(asks(&text), [false]);
    assert!(problems(&text).contains(&("section-not-run", 9)));
    let text = format!("## Deployment\n{BLOCK}### When ready, switch\n{BLOCK}");
    assert_eq!(asks(&text).len(), 2);
}

#[test]
fn what_is_told_on_occasions_and_what_is_for_who_meets_it_asks() {
    let around = |heading: &str| format!("# Up\n## Deployment\n{BLOCK}{heading}\n{BLOCK}");
    for heading in [
        "## Communication plan\n### Deployment start",
        "## Announcements\n### Deployment start",
        "## Kommunikationsplan\n### Start der Migration",
        "### Issue: the queue is full",
        "### Slow import\n**Symptoms:**\n- it waits\n\n**Action:**\n",
        "### Langsamer Import\n**Symptome:**\n- er wartet\n\n**Lösung:**\n",
        "## Partial migration failure",
        "## Advanced recovery scenarios\n### Migration of one table",
    ] {
        let text = around(heading);
        assert_eq!(asks(&text), [false, true], "{text}");
        assert!(
            problems(&text)
                .iter()
                .any(|(code, _)| *code == "conditional-step"),
            "{text}"
        );
    }
    let told = around("## Communication plan\n### Rollback alert");
    assert!(plan(&told).tiers.is_empty());
    assert!(problems(&told).contains(&("section-not-run", 8)));
    for heading in [
        "### Communication",
        "### Notify the team",
        "### Deploy the notification service",
        "## Step 2: Notifications",
        "### Step 2: Monitor\n**Symptoms:**\n- it waits\n\n**Look:**\n",
        "## Deployment without errors",
        "## Fix deployment errors first",
    ] {
        let text = around(heading);
        assert_eq!(asks(&text), [false, false], "{text}");
    }
}

#[test]
fn what_somebody_does_before_a_block_asks_unless_that_sees_to_it() {
    let below = |line: &str, script: &str| {
        asks(&format!(
            "# D\n## Deployment\n{line}\n\n```bash\n{script}\n```\n"
        ))
    };
    for line in [
        "Wait for the DBA to sign off, then run:",
        "Wait until the queue is empty.",
        "The queue drains by itself. Wait until it is empty, then:",
        "Get the approval, then run:",
        "Confirm with support, then run:",
        "Confirm with support, then run:",
        "At 22:00 run:",
        "Run this until it returns 0 rows:",
        "Run this in a separate window:",
    ] {
        assert_eq!(below(line, "./x.sh"), [true], "{line}");
    }
    for (line, script) in [
        ("Wait for the pods:", "./x.sh"),
        ("Wait for the pods.", "kubectl rollout status deploy/shop"),
        (
            "Wait until the queue is empty.",
            "until ./empty; do sleep 1; done",
        ),
        (
            "Wait until it is up:",
            "curl -f https://shop.example/health",
        ),
        (
            "Stop the workers, then run:",
            "systemctl stop workers\n./x.sh",
        ),
        ("Wait a few seconds, then:", "./x.sh"),
        ("Wait for 30s, then:", "./x.sh"),
        ("Copy the dump, then run:", "scp a b:"),
        ("Now and then:", "./x.sh"),
        ("At 22:00 UTC (T-0):", "./x.sh"),
        ("Run up until step 5:", "./x.sh"),
        ("Then:", "./x.sh"),
    ] {
        assert_eq!(below(line, script), [false], "{line}");
    }
}

#[test]
fn what_goes_on_with_a_case_asks_with_it() {
    let text = format!(
        "# D\n## Deployment\nIf the queue is not empty:\n\n{BLOCK}\nThen:\n\n{BLOCK}\nRestart it:\n\n{BLOCK}\nThen:\n\n{BLOCK}"
    );
    assert_eq!(asks(&text), [true, true, false, false]);
}
