//! What runbooks say in places where nobody would look for it.

use super::{opened, plan, problems, titles};
use crate::plan::Plan;

const DEPLOY: &str = "# Shop\n## Deployment\n1. Migrate\n   ```bash\n   ./migrate.sh\n   ```\n";
const BACK: &str = "```bash\n./rollback.sh\n```\n";

fn alerts(plan: &Plan) -> Vec<(&str, Option<&str>)> {
    let alerts = plan.alerts.iter();
    alerts
        .map(|alert| (alert.name.as_str(), alert.metric.as_deref()))
        .collect()
}

#[test]
fn the_heading_of_a_way_back_may_hold_its_criterion() {
    for (heading, name) in [
        ("Rollback (if error rate > 5%)", "error rate > 5%"),
        (
            "Rollback when response time > 2x baseline",
            "response time > 2x baseline",
        ),
        ("Rollback wenn Fehlerrate > 5%", "Fehlerrate > 5%"),
    ] {
        let plan = plan(&format!("{DEPLOY}## {heading}\n{BACK}"));
        assert_eq!(alerts(&plan), [(name, None)], "{heading}");
        assert_eq!(plan.tiers.len(), 1, "{heading}");
    }
    let plain = plan(&format!("{DEPLOY}## Rollback (< 5 minutes)\n{BACK}"));
    assert_eq!(alerts(&plain), []);
}

#[test]
fn boxes_below_a_line_about_going_back_are_criteria() {
    let boxes = "- [ ] The application won't start\n- [ ] Error rate > 50%\n";
    let text = format!(
        "{DEPLOY}## Success criteria\n- [ ] It starts\n\n❌ **Deployment needs to ROLLBACK if:**\n{boxes}## Rollback\n{BACK}"
    );
    let plan = plan(&text);
    assert_eq!(alerts(&plan).len(), 2);
    let checks = titles(&plan);
    assert!(checks.contains(&("check", "It starts")));
    assert!(!checks.iter().any(|(_, title)| title.contains("won't")));
    let looked_at = format!("{DEPLOY}Verify that rollback works if:\n\n{boxes}");
    assert!(alerts(&super::plan(&looked_at)).is_empty());
}

#[test]
fn boxes_that_hold_what_is_bad_below_alerts_are_alerts() {
    let of = |heading: &str, boxes: &str| {
        let plan = plan(&format!(
            "{DEPLOY}## Post-deployment\n### {heading}\n{boxes}"
        ));
        plan.alerts.len()
    };
    let bad = "- [ ] Uptime < 99.9%\n- [ ] Error rate > 1%\n";
    assert_eq!(of("Monitoring Alerts", bad), 2);
    assert_eq!(of("Alert thresholds", bad), 2);
    assert_eq!(of("Monitoring", bad), 0);
    assert_eq!(of("Monitoring Alerts", "- [ ] Error rate < 1%\n"), 0);
    assert_eq!(of("Monitoring Alerts", "- [ ] The pager is on\n"), 0);
    for there in [
        "Alerts configured",
        "Monitoring alerts set up",
        "Alerts in place",
    ] {
        assert_eq!(of(there, bad), 0, "{there}");
        let text = format!("{DEPLOY}## Post-deployment\n### {there}\n{bad}");
        assert!(titles(&super::plan(&text)).contains(&("check", "Error rate > 1%")));
    }
}

#[test]
fn criteria_are_read_in_sentences_and_side_by_side() {
    let front = "---\nprobe:\n  - name: api\n    http: http://localhost/health\n---\n";
    let of = |text: &str| {
        let plan = plan(&format!("{front}{DEPLOY}## Rollback\n{text}\n\n{BACK}"));
        let found = alerts(&plan);
        let found = found
            .into_iter()
            .map(|(_, metric)| metric.map(str::to_owned));
        found.collect::<Vec<_>>()
    };
    let errors = Some("api.error_rate".to_owned());
    let latency = Some("api.latency_median".to_owned());
    let one = std::slice::from_ref(&errors);
    let sentence = "We roll back when the error rate goes above 5 %.";
    assert_eq!(of(sentence), one);
    assert_eq!(of("Roll back if error rate > 7%"), one);
    assert_eq!(
        of("**Rollback criteria:** error rate > 5%, latency > 2s"),
        [errors.clone(), latency.clone()]
    );
    assert_eq!(
        of("Roll back if:\n\n- Error rate > 5% OR latency > 2s"),
        [errors, latency]
    );
    for told in [
        "The copy is checked when it has 5 rows.",
        "Rolling back is easy when the error rate < 5 %.",
        "Rollback is quick if latency < 2s.",
        "Rollback takes an hour when the error rate > 1 %.",
        "The rollback is finished when latency < 500ms.",
        "The rollback script asks if there are > 100 rows.",
    ] {
        assert_eq!(of(told), [], "{told}");
    }
}

#[test]
fn orders_in_bullets_below_a_line_that_says_when_are_ticked() {
    let of = |below: &str| {
        let text =
            format!("# Shop\n## Deployment\n### Step 1: Migrate\n```bash\n./a.sh\n```\n\n{below}");
        let plan = plan(&text);
        plan.steps.len() - 1
    };
    assert_eq!(
        of("**Monitor the deployment:**\n- Check the logs\n- Verify that the app starts\n"),
        2
    );
    assert_eq!(of("**After the migration:**\n- Watch the error rate\n"), 1);
    for line in [
        "After the migration, check:",
        "After the migration is done:",
    ] {
        assert_eq!(of(&format!("{line}\n- Check the logs\n")), 1, "{line}");
    }
    for line in [
        "Run the migration. It will:",
        "**Deploy the app.** This takes about 5 minutes and will:",
        "Deploy the app, which will:",
        "Run `./deploy.sh`, which does the following:",
        "After deployment, the pipeline will automatically:",
        "Verify (automated, nothing to do):",
        "Verify the deployment (done by the script):",
        "Make sure you know how to:",
    ] {
        let list = "- Check the logs\n- Verify that the app starts\n";
        assert_eq!(of(&format!("{line}\n{list}")), 0, "{line}");
    }
    assert_eq!(of("**Notes:**\n- Check is slow\n- The table is large\n"), 0);
    assert_eq!(of("**Files:**\n- `src/a.rs`\n- db/b.sql\n"), 0);
    assert_eq!(of("**Changes:**\n- Add a column\n- Remove an index\n"), 0);
}

#[test]
fn paths_of_files_are_no_checks() {
    let text = "# Shop\n## Success criteria\n- It runs\n- `src/a.rs`\n- db/migrations/1.sql\n";
    assert_eq!(titles(&plan(text)), [("check", "It runs")]);
}

#[test]
fn what_a_query_should_return_is_expected_wherever_it_is_said() {
    let expected = |language: &str, block: &str, below: &str| {
        let text = format!("# Shop\n## Deployment\n```{language}\n{block}\n```\n{below}\n");
        let opened = opened(&text);
        let told = opened.problems.iter();
        let told = told.filter(|p| p.code == "untested-expectation").count();
        let plan = opened.plan.unwrap();
        let expect = plan.steps[0].spec.expect();
        (expect.rows.as_ref().map(ToString::to_string), told)
    };
    let rows = |rows: &str| (Some(rows.to_owned()), 0);
    let query = "select * from t;";
    for (text, wanted) in [
        ("-- Should return 3 rows", "= 3"),
        ("-- Should return no rows", "= 0"),
        ("-- Expect 0 rows", "= 0"),
    ] {
        assert_eq!(
            expected("sql", &format!("{query}\n{text}"), ""),
            rows(wanted)
        );
        assert_eq!(
            expected("sql", &format!("{text}\n{query}"), ""),
            rows(wanted)
        );
    }
    assert_eq!(expected("sql", query, "Should be empty"), rows("= 0"));
    let twice = format!("{query}\n-- Should return 3 rows\n{query}\n-- Should return 1 row");
    assert_eq!(expected("sql", &twice, ""), (None, 2));
    assert_eq!(expected("sql", &format!("{query}\n-- 期望: 0"), "").1, 1);
    assert_eq!(expected("bash", "./x # Expected: 3", "").1, 1);
    assert_eq!(expected("bash", "./x", "Should return 0").1, 1);
    assert_eq!(expected("bash", "./x", "It is slow").1, 0);
}

#[test]
fn what_should_be_printed_is_looked_for() {
    for below in [
        "You should see: `ready`",
        "Should print \"ready\"",
        "期望：`ready`",
    ] {
        let text = format!("# Shop\n## Deployment\n```bash\n./status\n```\n{below}\n");
        let plan = plan(&text);
        let says = plan.steps[0].spec.expect().says.as_deref();
        assert_eq!(says, Some("ready"), "{below}");
    }
}

/// Whether each step that runs asks first.
fn asks(text: &str) -> Vec<bool> {
    let plan = plan(text);
    let runs = plan.steps.iter().filter(|step| !step.spec.work.is_check());
    runs.map(|step| step.spec.danger).collect()
}

#[test]
fn what_is_repeated_done_by_others_or_later_asks() {
    for line in [
        "Repeat for each node:",
        "For each tenant, run:",
        "Run this three times:",
        "The DBA will run:",
        "Wait 10 minutes, then:",
        "Wait for 5 minutes.",
    ] {
        let free = format!("{DEPLOY}### Step 2\n{line}\n```bash\n./b.sh\n```\n");
        assert_eq!(asks(&free), [false, true], "{line}");
        let item = format!("{DEPLOY}2. Then\n\n   {line}\n   ```bash\n   ./b.sh\n   ```\n");
        assert_eq!(asks(&item), [false, true], "{line}");
    }
    let back = format!("{DEPLOY}## Rollback\nRepeat for each node:\n{BACK}");
    assert_eq!(asks(&back), [false, true]);
    let looped = "```bash\nfor n in a b; do ./b.sh $n; done\n```\n";
    let looped = format!("{DEPLOY}### Step 2\nFor each tenant, run:\n{looped}");
    assert_eq!(asks(&looped), [false, false]);
    let wait = format!("{DEPLOY}### Step 2\nWait for 5 minutes.\n```bash\n./b.sh\n```\n");
    let told = problems(&wait);
    assert!(!told.iter().any(|(code, _)| *code == "unread-block"));
}

#[test]
fn what_is_called_after_another_place_beside_production_asks() {
    let reset = "```bash\nnpx prisma migrate reset --force\n```\n";
    let deploy = "```bash\nnpx prisma migrate deploy\n```\n";
    let of = |one: &str, other: &str| {
        asks(&format!(
            "# Shop\n## Deployment\n### {one}\n{reset}### {other}\n{deploy}"
        ))
    };
    assert_eq!(of("Development", "Production"), [true, false]);
    assert_eq!(
        of("Development database", "Production database"),
        [true, false]
    );
    assert_eq!(
        of("Database (staging)", "Database (production)"),
        [true, false]
    );
}

#[test]
fn times_are_read_as_they_are_written_or_told() {
    let budget = |heading: &str, text: &str| {
        let plan = plan(&format!(
            "# Shop\n## {heading}\n{text}\n```bash\n./a.sh\n```\n"
        ));
        let phase = &plan.phases[0].spec;
        (
            phase.budget.map(|budget| budget.as_secs() / 60),
            phase.at.as_ref().map(|at| at.seconds / 60),
        )
    };
    assert_eq!(budget("Deploy (half an hour)", ""), (Some(30), None));
    assert_eq!(budget("Deploy (two hours)", ""), (Some(120), None));
    assert_eq!(budget("Deploy ⏱️ 2 min", ""), (Some(2), None));
    assert_eq!(budget("Deploy (ETA 15 min)", ""), (Some(15), None));
    assert_eq!(budget("Deploy (T0)", ""), (None, Some(0)));
    assert_eq!(budget("Deploy @ T+5", ""), (None, Some(5)));
    assert_eq!(budget("Deploy (after 2 hours)", ""), (None, Some(120)));
    let said = "**Time estimate**: 5-10 minutes\n";
    assert_eq!(budget("Deploy", said), (Some(10), None));
    assert_eq!(
        budget("Deploy", "**时间估计**: 5-10分钟\n"),
        (Some(10), None)
    );
    assert_eq!(budget("Deploy: 15 minutes", ""), (Some(15), None));
    assert_eq!(budget("Deploy: statement timeout: 30 s", ""), (None, None));
    assert_eq!(budget("Deploy lock_timeout: 5 seconds", ""), (None, None));
    assert_eq!(budget("Deploy timeout: 5 minutes", ""), (None, None));
    let starts = "Deploy — 45 min (starts T minus 2h)";
    assert_eq!(budget(starts, ""), (Some(45), Some(-120)));
    // A value, and no time that it takes.
    let cache = plan(&format!(
        "{DEPLOY}## Cache TTL: 1 hour\n```bash\nredis-cli flushall\n```\n"
    ));
    assert_eq!(cache.phases.len(), 1);
    for heading in ["Deploy (0:15)", "Deploy (22:00)"] {
        let told = problems(&format!("# Shop\n## {heading}\n```bash\n./a.sh\n```\n"));
        assert!(told.contains(&("unread-time", 2)), "{heading}");
    }
}

#[test]
fn a_table_with_boxes_in_its_status_is_a_plan() {
    let text = "# Shop\n## Deployment\n| Time | Task | Status |\n|--|--|--|\n| 22:00 | Stop jobs | [ ] |\n| 22:05 | Migrate | ☐ |\n";
    let opened = opened(text);
    assert!(!opened.problems.iter().any(|p| p.code == "unread-box"));
    let plan = opened.plan.unwrap();
    assert_eq!(
        titles(&plan),
        [("check", "Stop jobs"), ("check", "Migrate")]
    );
}

#[test]
fn people_are_told_from_how_they_are_reached() {
    let text = format!(
        "{DEPLOY}## Contacts\n- **On-call** (PagerDuty) → +1-555-0100\n- +1 555 0199 (24/7)\n- DBA: Kim Park +1 555 0100\n- Escalation: On-call → Manager → CTO\n\n## Sign-off\n- [ ] QA — Jane Doe\n- Product: _Pending_\n\nApproved by: Tom Lee (CTO), 2026-11-01\n"
    );
    let plan = plan(&text);
    let people = plan.contacts.iter();
    let people = people.map(|c| (c.role.as_str(), c.name.as_deref(), c.reach.as_deref()));
    assert_eq!(
        people.collect::<Vec<_>>(),
        [
            ("On-call", Some("PagerDuty"), Some("+1-555-0100")),
            ("24/7", None, Some("+1 555 0199")),
            ("DBA", Some("Kim Park"), Some("+1 555 0100")),
            ("Escalation", Some("On-call → Manager → CTO"), None),
        ]
    );
    let signed = plan.signoffs.iter();
    let signed = signed.map(|s| (s.role.as_str(), s.name.as_deref()));
    assert_eq!(
        signed.collect::<Vec<_>>(),
        [
            ("QA", Some("Jane Doe")),
            ("Product", None),
            ("Sign-off", Some("Tom Lee (CTO)")),
        ]
    );
}

#[test]
fn names_that_are_no_variables_stay_as_they_are() {
    let text =
        "---\nnot_variables: [foo]\n---\n# Shop\n## Deployment\n```bash\n./a.sh {{foo}}\n```\n";
    let told = problems(text);
    assert!(
        !told.iter().any(|(code, _)| *code == "placeholder"),
        "{told:?}"
    );
    let text = "---\nnot_variables: [NAMESPACE, '<TAG>']\n---\n# Shop\n## Deployment\n```bash\nkubectl -n NAMESPACE get pods\n./a.sh <TAG> <NAMESPACE>\n```\n";
    let plan = plan(text);
    let holes = plan.steps.iter().flat_map(|step| &step.spec.holes);
    let asked: Vec<&str> = holes.map(|hole| hole.literal.as_str()).collect();
    assert_eq!(asked, ["<NAMESPACE>"]);
}

#[test]
fn quick_commands_of_a_way_back_are_looked_up() {
    let quick = "### Quick Rollback Commands\n```bash\n./r all\n```\n";
    let way = "### Rollback procedure\n```bash\n./r workers\n```\n";
    let both = plan(&format!("{DEPLOY}## Rollback\n{quick}{way}"));
    let steps = both.tiers.iter().flat_map(|way| way.steps.clone());
    let works: Vec<String> = steps
        .map(|ix| both.steps[ix].spec.work.text().into_owned())
        .collect();
    assert_eq!(works, ["./r workers"]);
    for beside in [
        "## Rollback\n".to_owned(),
        "## Staging\n### Rollback\n```bash\n./r staging\n```\n## Production\n".to_owned(),
        "## Rollback of the data (if it is corrupt)\n```bash\n./r data\n```\n## Rollback\n"
            .to_owned(),
    ] {
        let plan = plan(&format!("{DEPLOY}{beside}{quick}"));
        let steps = plan.tiers.iter().flat_map(|way| way.steps.clone());
        let mut works = steps.map(|ix| plan.steps[ix].spec.work.text());
        assert!(works.any(|work| work.contains("./r all")), "{beside}");
    }
}

#[test]
fn what_takes_the_same_thing_back_twice_asks() {
    let step = |command: &str| format!("1. Undo\n   ```bash\n   {command}\n   ```\n");
    let of = |commands: &[&str]| {
        let steps: String = commands.iter().map(|command| step(command)).collect();
        asks(&format!("{DEPLOY}## Rollback\n{steps}"))
    };
    let undo = "kubectl rollout undo deployment/api";
    assert_eq!(
        of(&["git revert HEAD", "git revert HEAD"]),
        [false, false, true]
    );
    assert_eq!(
        of(&[undo, "kubectl rollout undo deployment/web"]),
        [false; 3]
    );
    assert_eq!(of(&[undo, undo]), [false, false, true]);
    let there = |context: &str| format!("kubectl config use-context {context}");
    assert_eq!(of(&[&there("eu"), undo, &there("us"), undo]), [false; 5]);
    for script in [
        "cd api; git revert --no-edit HEAD; cd ../web; git revert --no-edit HEAD",
        "if ! ./rollback.sh; then sleep 5; ./rollback.sh; fi",
        "./rollback.sh || ./rollback.sh",
        "ssh a \"cd /srv && git revert HEAD\"; ssh b \"cd /srv && git revert HEAD\"",
    ] {
        assert_eq!(of(&[script]), [false; 2], "{script}");
    }
}
