//! Ways back: never on the way forward by their heading, and behind a question where they stand there.

use super::{plan, problems, titles};
use crate::plan::{PhaseKind, Plan};

const BLOCK: &str = "\n```bash\n./x.sh\n```\n";

/// What runs forward without a question.
fn free(plan: &Plan) -> Vec<&str> {
    let forward = plan
        .phases
        .iter()
        .flat_map(|phase| &plan.steps[phase.steps.clone()]);
    forward
        .filter(|step| !step.spec.work.is_check() && step.spec.confirm.is_none())
        .map(|step| step.spec.title.as_str())
        .collect()
}

#[test]
fn headings_about_restoring_or_giving_up_are_tiers() {
    for heading in [
        "Restore from backup",
        "Restore",
        "Restoring the backup",
        "Restore the database from the backup if the migration fails",
        "Sicherung wiederherstellen",
        "Sicherung zurückspielen",
        "Backup einspielen",
        "Restaurer la sauvegarde",
        "Restaurar la copia de seguridad",
        "Восстановить базу данных",
        "3. Abort: back to blue",
        "Abort the deployment",
        "Cancel the migration",
        "Failed deployment",
        "Deployment failure",
        "Handling a failed migration",
        "Failure handling",
        "Migration down",
        "Downgrade to the previous release",
        "4. Switch back to the old version",
        "4. Plan B",
        "4. Disaster recovery",
        "Break glass",
        "Fail back",
        "Abbruch der Umstellung",
        "Annuler le déploiement",
        "Cancelar el despliegue",
        "Если обновление не удалось",
        "取消部署",
        "デプロイ失敗",
        "Deploy the previous version (rollback)",
        "Back to the old version",
        "Switch back to blue (only if needed)",
        "🔙 If we need to go back",
    ] {
        let text = format!("## 1. Backup{BLOCK}## 2. Deploy{BLOCK}## {heading}{BLOCK}");
        let plan = plan(&text);
        assert_eq!(free(&plan), ["./x.sh"; 2], "{heading}");
        assert_eq!(plan.tiers.len(), 1, "{heading}");
    }
}

#[test]
fn headings_that_only_sound_like_ways_back_are_none() {
    for heading in [
        "Restore traffic",
        "Restore write access",
        "Restore into the new cluster",
        "Verify that the rollback works",
        "Migrate rollback_events table",
        "Deploy recovery service",
        "Deploy rollback script to the servers",
        "Deploy revert-tax fix",
        "Abort long queries",
        "Cancel scheduled jobs",
        "Migrate failed_jobs",
        "Back up before the restore test",
        "Back to normal operation",
        "Switch back to read-write mode",
    ] {
        let text = format!("## Deploy{BLOCK}## {heading}{BLOCK}");
        assert!(plan(&text).tiers.is_empty(), "{heading}");
    }
    let both = plan(&format!("## Deploy{BLOCK}## Backup and restore{BLOCK}"));
    assert_eq!((free(&both).len(), both.tiers.len()), (1, 0));
}

#[test]
fn what_goes_back_among_the_steps_forward_asks_and_is_told() {
    for text in [
        "**Rollback**\n- [ ] Restore\n  ```bash\n  ./x.sh\n  ```\n**Verify**\n- [ ] Look\n",
        "Rollback steps:\n1. Undo it\n   ```bash\n   ./x.sh\n   ```\n",
        "- ⏪ Rollback\n    - [ ] Restore\n      ```bash\n      ./x.sh\n      ```\n- Verify\n    - [ ] Look\n",
        "Undo:\n\n```bash\n./x.sh\n```\n",
        "Recovery:\n\n```bash\n./x.sh\n```\n",
        "Backout:\n\n```bash\n./x.sh\n```\n",
        "Emergency:\n\n```bash\n./x.sh\n```\n",
        "Abort:\n\n```bash\n./x.sh\n```\n",
        "To restore:\n\n```bash\n./x.sh\n```\n",
        "Failure case:\n\n```bash\n./x.sh\n```\n",
        "*Rollback*\n\n```bash\n./x.sh\n```\n",
        "- [ ] Otherwise roll back\n  ```bash\n  ./x.sh\n  ```\n",
        "- [ ] (Only if needed) Roll back\n  ```bash\n  ./x.sh\n  ```\n",
        "- [ ] Emergency: restore\n  ```bash\n  ./x.sh\n  ```\n",
        "- [ ] Drain it (only if step 3 fails)\n  ```bash\n  ./x.sh\n  ```\n",
        "<details><summary>Rollback instructions</summary>\n\n```bash\n./x.sh\n```\n\n</details>\n",
        "<details>\n<summary>If it fails</summary>\n\n```bash\n./x.sh\n```\n\n</details>\n",
        "<h2>Rollback</h2>\n\n```bash\n./x.sh\n```\n",
        ":::danger Rollback\n\n```bash\n./x.sh\n```\n\n:::\n",
        "For staging:\n\n```bash\n./x.sh\n```\n",
    ] {
        let text = format!("## Deploy\n```bash\n./deploy.sh\n```\n\n{text}");
        let plan = plan(&text);
        assert_eq!(free(&plan), ["./deploy.sh"], "{text}");
        assert!(
            problems(&text)
                .iter()
                .any(|(code, _)| *code == "conditional-step"),
            "{text}"
        );
    }
}

#[test]
fn what_gets_ready_for_a_way_back_runs_without_a_question() {
    for text in [
        "- [ ] Tag the image for rollback\n  ```bash\n  ./x.sh\n  ```\n",
        "Back up the database in case of a rollback:\n\n```bash\n./x.sh\n```\n",
        "Restart the workers (if you use any):\n\n```bash\n./x.sh\n```\n",
        "<details><summary>Rollback</summary>\n\nText.\n\n</details>\n\n```bash\n./x.sh\n```\n",
        "<details><summary>Deploy the workers</summary>\n\n```bash\n./x.sh\n```\n\n</details>\n",
        ":::note Rollback\n\nText.\n\n:::\n\n```bash\n./x.sh\n```\n",
    ] {
        let text = format!("## Deploy\n\n{text}");
        assert_eq!(free(&plan(&text)).len(), 1, "{text}");
    }
}

#[test]
fn what_is_previous_stays_behind_the_deployment() {
    let text = "## Deployment\n- [ ] New version is up\n## Remove the previous version\n- [ ] Old volume deleted\n";
    assert_eq!(
        titles(&plan(text)),
        [
            ("check", "New version is up"),
            ("check", "Old volume deleted")
        ]
    );
    let kind = |text: &str| plan(text).phases[0].spec.kind;
    assert_eq!(
        kind("## Requisitos previos\n- [ ] a\n## Despliegue\n- [ ] b\n"),
        PhaseKind::Before
    );
    let cards = plan("## Deploy\n- [ ] a\n## Migrate Visa cards\n- [ ] b\n");
    assert_eq!(cards.phases[1].spec.kind, PhaseKind::Deploy);
}

#[test]
fn before_and_after_count_at_the_end_of_a_heading() {
    let text = "## Checks before\n- [ ] a\n## Deployment\n- [ ] b\n## Checks after\n- [ ] c\n";
    let kinds: Vec<_> = plan(text)
        .phases
        .iter()
        .map(|phase| phase.spec.kind)
        .collect();
    assert_eq!(
        kinds,
        [PhaseKind::Before, PhaseKind::Deploy, PhaseKind::Verify]
    );
}

#[test]
fn roman_numbers_and_letters_count_like_digits() {
    for marks in [
        ["I.", "II.", "III."],
        ["A.", "B.", "C."],
        ["a)", "b)", "c)"],
    ] {
        let [one, two, three] = marks;
        let text =
            format!("## {one} Backup{BLOCK}## {two} Stop the app{BLOCK}## {three} Migrate{BLOCK}");
        assert_eq!(titles(&plan(&text)).len(), 3, "{text}");
        let reading = format!("## Deploy\n- [ ] a\n## {one} Colours{BLOCK}## {two} Shapes{BLOCK}");
        assert_eq!(titles(&plan(&reading)), [("check", "a")]);
    }
    let back = format!("## I. Deploy{BLOCK}## II. Restore from backup{BLOCK}");
    assert_eq!(plan(&back).tiers.len(), 1);
}

/// The steps forward, and the tiers with theirs.
fn ways(text: &str) -> (Vec<String>, Vec<String>) {
    let plan = plan(text);
    let title = |step: &crate::plan::Step| step.spec.title.clone();
    let forward = plan.steps[plan.forward_steps()].iter().map(title).collect();
    let tiers = plan.tiers.iter().map(|tier| {
        let steps: Vec<String> = plan.steps[tier.steps.clone()].iter().map(title).collect();
        format!("{}: {}", tier.spec.name, steps.join(", "))
    });
    (forward, tiers.collect())
}

#[test]
fn a_bold_line_or_an_item_that_only_says_rollback_heads_a_way_back() {
    let run = "  ```sh\n  ./restore.sh\n  ```\n";
    for (head, below) in [
        ("**Rollback**", format!("- [ ] Restore\n{run}")),
        (
            "**Rollback:**",
            "1. Restore\n   ```sh\n   ./restore.sh\n   ```\n".to_owned(),
        ),
        (
            "**Rollback (if the smoke test fails)**",
            format!("- [ ] Restore\n{run}"),
        ),
        (
            "**Step 4 — Rollback (only if step 3 fails)**",
            format!("- [ ] Restore\n{run}"),
        ),
        (
            "**Rollback steps**",
            "```sh\n# 1. Restore\n./restore.sh\n```\n".to_owned(),
        ),
    ] {
        let text = format!("# R\n## Deployment\n- [ ] Go\n\n{head}\n\n{below}\nThat is all.\n");
        let (forward, tiers) = ways(&text);
        assert_eq!(forward, ["Go"], "{text}");
        assert_eq!(tiers.len(), 1, "{text}");
        assert!(
            tiers[0].contains("Rollback") && tiers[0].ends_with("Restore"),
            "{tiers:?}"
        );
        assert!(
            !problems(&text).iter().any(|p| p.0 == "conditional-step"),
            "{text}"
        );
    }
    // Where only the title heads it, the file runs as it would without its way back.
    let (forward, tiers) =
        ways("# Upgrade\n```sh\n./up.sh\n```\n\n**Rollback**\n```sh\n./back.sh\n```\n");
    assert_eq!((forward.len(), tiers.len()), (1, 1));
    let items = "# R\n## Deployment\n- Roll out\n    - [ ] Go\n- \u{23ea} Rollback (< 15 min)\n    - [ ] Restore\n";
    let plan = plan(items);
    assert_eq!(ways(items).0, ["Go"]);
    assert_eq!(
        plan.tiers[0].spec.until.map(|until| until.as_secs()),
        Some(900)
    );
}

#[test]
fn what_may_go_on_behind_a_way_back_stays_where_it_was_and_asks() {
    let restore = "- [ ] Restore\n  ```sh\n  ./restore.sh\n  ```\n";
    for behind in [
        "\n**Verify**\n- [ ] Look\n",
        "\n**Step 5** smoke test\n- [ ] Look\n",
        "\nVerification:\n- [ ] Look\n",
        "\n- Verification\n    - [ ] Look\n",
        "\n---\n- [ ] Look\n",
    ] {
        let text = format!("# R\n## Deployment\n- [ ] Go\n\n**Rollback**\n{restore}{behind}");
        let (forward, tiers) = ways(&text);
        assert_eq!(forward, ["Go", "Restore", "Look"], "{text}");
        assert!(tiers.is_empty(), "{text}");
        assert!(
            problems(&text).iter().any(|p| p.0 == "conditional-step"),
            "{text}"
        );
    }
    let ready =
        "# R\n## Pre-deployment\n**Rollback**\n- [ ] The dump is there\n## Deployment\n- [ ] Go\n";
    assert_eq!(ways(ready).0, ["The dump is there", "Go"]);
    let prose = "# R\n## Deployment\n- [ ] Go\n\n**Rollback**\n\nCall the vendor.\n";
    assert!(ways(prose).1.is_empty());
}

#[test]
fn a_case_in_parentheses_makes_no_criteria_of_a_way_back() {
    for heading in [
        "Rollback (if needed)",
        "Rollback (if the smoke test fails)",
        "Roll back (only if step 3 fails)",
        "Rollback (falls nötig)",
    ] {
        let text = format!("## Deployment\n- [ ] Go\n## {heading}\n- [ ] Restore\n{BLOCK}");
        let (forward, tiers) = ways(&text);
        assert_eq!(
            (forward.len(), tiers.len()),
            (1, 1),
            "{heading}: {forward:?} {tiers:?}"
        );
    }
    for heading in [
        "Rollback (if needed)",
        "Rollback plan (optional)",
        "Rollback (if the smoke test fails)",
        "Rollback if the smoke test fails",
        "Retour arrière (si besoin)",
        "Plan de retour arrière (facultatif)",
        "Rollback (bei Bedarf)",
        "Reversión (si es necesario)",
        "Reversão (se necessário)",
        "Откат (при необходимости)",
        "ロールバック（必要な場合）",
        "回滚（如需）",
    ] {
        let children = format!("### 1. App\n{BLOCK}### 2. Base\n{BLOCK}");
        let text = format!("## Deployment\n- [ ] Go\n## {heading}\n{children}");
        let (forward, tiers) = ways(&text);
        assert_eq!((forward.len(), tiers.len()), (1, 1), "{heading}");
        assert!(tiers[0].ends_with(": ./x.sh, ./x.sh"), "{tiers:?}");
    }
    for heading in ["Rollback (if needed)", "Retour arrière (si besoin)"] {
        let text = format!("## Deployment\n- [ ] Go\n## {heading}\n1. Stop it\n2. Call Ann\n");
        assert_eq!(ways(&text).1, [format!("{heading}: Stop it, Call Ann")]);
    }
    let listed = format!(
        "## Deployment\n- [ ] Go\n## Rollback if any of these is true\n### Orders are lost\n{BLOCK}"
    );
    assert!(ways(&listed).1.is_empty());
    let alerts = |heading: &str| {
        let text = format!("## Deployment\n- [ ] Go\n## {heading}\n- Error rate > 5%\n");
        plan(&text).alerts.len()
    };
    assert_eq!(alerts("Rollback (if any of these is true)"), 1);
    assert_eq!(alerts("Rollback if"), 1);
}

#[test]
fn labels_in_a_way_back_tell_the_order() {
    let asks = |label: &str| {
        let text = format!(
            "## Deploy\n- [ ] a\n## Rollback\n```bash\n./stop.sh\n```\n{label}\n```bash\n./x.sh\n```\n"
        );
        super::problems(&text)
            .iter()
            .any(|(code, _)| *code == "conditional-step")
    };
    for label in [
        "After that:",
        "After step 1:",
        "After stopping:",
        "After a minute:",
        "Before anything else:",
        "Nach dem Stoppen:",
    ] {
        assert!(!asks(label), "{label}");
    }
    assert!(asks("After step 3:"));
}

#[test]
fn headings_of_a_way_back_are_apart_only_where_they_deny_each_other() {
    let tiers = |headings: &[&str]| {
        let parts = headings
            .iter()
            .map(|heading| format!("### {heading}\n```bash\n./x.sh\n```\n"));
        let text = format!(
            "## Deploy\n- [ ] a\n## Rollback\n{}",
            parts.collect::<String>()
        );
        let told = super::problems(&text)
            .iter()
            .any(|(code, _)| *code == "unclear-tier");
        assert!(!told, "{headings:?}");
        super::plan(&text).tiers.len()
    };
    assert_eq!(tiers(&["Before the swap", "After the swap"]), 2);
    assert_eq!(
        tiers(&["1. Rollback of the app", "2. Rollback of the database"]),
        1
    );
    println!(
        "{}",
        tiers(&["Vor dem Einspielen", "Einspielen", "Nach dem Einspielen"])
    );
    println!("{}", tiers(&["When ready, stop", "When stopped, restore"]));
    println!(
        "{}",
        tiers(&[
            "If the migration failed",
            "If the app failed",
            "Then restart",
            "After both: verify"
        ])
    );
}

#[test]
fn a_second_block_of_an_undo_does_not_run_forward() {
    let block = |name: &str| format!("   ```bash\n   ./{name}.sh\n   ```\n");
    let text = format!(
        "## Deploy\n\n1. Go\n{}   **Rollback**:\n{}{}   Then:\n{}2. End\n{}",
        block("go"),
        block("back"),
        block("more"),
        block("on"),
        block("end")
    );
    let plan = plan(&text);
    let steps = plan.steps.iter();
    let run: Vec<String> = steps
        .map(|step| step.spec.work.text().into_owned())
        .collect();
    assert_eq!(run, ["./go.sh", "./on.sh", "./end.sh"]);
    let first = &plan.steps[0].spec;
    assert_eq!(first.undo.as_ref().unwrap().work.text(), "./back.sh");
    assert!(first.details.as_ref().unwrap().contains("./more.sh"));
    assert!(problems(&text).contains(&("unclear-undo", 11)));
}

#[test]
fn bold_lines_that_only_speak_of_a_way_back_are_steps_as_before() {
    let names = [
        "Prepare rollback",
        "Deployment",
        "Reference data load",
        "Revert maintenance page",
    ];
    let lines = names.map(|name| format!("**{name}**\n{BLOCK}")).concat();
    let text = format!("# Go\n\n**Pre-deploy**\n{BLOCK}{lines}**Rollback**\n{BLOCK}");
    let (forward, back) = ways(&text);
    assert_eq!(back, ["Rollback: ./x.sh"]);
    assert_eq!(forward.len(), 5, "{forward:?}");
}

#[test]
fn parts_of_a_way_back_are_one() {
    for headings in [
        &["### Application", "### Database", "### Verify the rollback"][..],
        &["### First, code", "### Then, the schema"],
        &["### Anwendung", "### Datenbank"],
        &["### Application (< 15 min)", "### Database (< 15 min)"],
        &[
            "### Immediate actions",
            "### Restore the full backup",
            "### Start the app",
        ],
    ] {
        let parts = headings.iter().map(|heading| format!("{heading}{BLOCK}"));
        let text = format!("## Deploy{BLOCK}## Rollback\n{}", parts.collect::<String>());
        let tiers = ways(&text).1;
        assert_eq!(tiers.len(), 1, "{tiers:?}");
        assert!(tiers[0].starts_with("Rollback: "), "{tiers:?}");
        assert!(
            !problems(&text).iter().any(|p| p.0 == "unclear-tier"),
            "{text}"
        );
    }
    for headings in [
        &["Within 30 minutes", "After 30 minutes"][..],
        &["Minor issue", "Major issue"],
        &["Migration failed", "App failed"],
        &["Feature flag off", "Restore from backup"],
        &["Blue-green", "Kubernetes"],
        &["Helm", "kubectl"],
        &["Fast path", "Slow path"],
        &["Primary path", "Last resort"],
        &["Without data loss", "With data loss"],
        &["Application", "If the rollback fails"],
        &["Application", "Restore from backup (last resort)"],
    ] {
        let ways_back = headings
            .iter()
            .map(|heading| format!("### {heading}{BLOCK}"));
        let text = format!(
            "## Deploy{BLOCK}## Rollback\n{}",
            ways_back.collect::<String>()
        );
        assert_eq!(ways(&text).1.len(), 2, "{headings:?}");
    }
    for behind in [
        "Rollback verification",
        "Post-rollback",
        "After the rollback",
    ] {
        let text = format!("## Deploy{BLOCK}## Rollback procedure{BLOCK}## {behind}{BLOCK}");
        assert_eq!(ways(&text).1, ["Rollback procedure: ./x.sh, ./x.sh"]);
        assert_eq!(problems(&text), []);
    }
    let text = format!("## Deploy{BLOCK}## Schema rollback{BLOCK}## Code rollback{BLOCK}");
    assert_eq!(
        ways(&text).1,
        ["Schema rollback, Code rollback: ./x.sh, ./x.sh"]
    );
    assert!(problems(&text).contains(&("unclear-tier", 9)));
    for apart in [
        ["Rollback plan", "Disaster recovery"],
        ["Rollback", "Restore from backup"],
        ["Rollback", "Emergency rollback"],
        [
            "Rollback (before the switch)",
            "Rollback (after the switch)",
        ],
        ["Application-only rollback", "Rollback with the database"],
        ["Rollback before cutover", "Rollback after cutover"],
        ["Rollback: immediate", "Rollback: delayed"],
    ] {
        let [one, two] = apart;
        let text = format!("## Deploy{BLOCK}## {one}{BLOCK}## {two}{BLOCK}");
        assert_eq!(ways(&text).1.len(), 2, "{apart:?}");
        assert!(problems(&text).contains(&("never-offered", 9)), "{apart:?}");
    }
}

#[test]
fn what_ends_one_of_several_ways_ends_each_of_them() {
    let several =
        "### Quick rollback (< 15 min)\n1. Switch back\n### Full rollback (> 15 min)\n1. Restore\n";
    let after = |text: &str| {
        let tiers = plan(text).tiers;
        let after = tiers.iter().filter(|tier| tier.spec.after);
        after.map(|tier| tier.spec.name.clone()).collect::<Vec<_>>()
    };
    for heading in ["### After the rollback", "## Post-rollback checklist"] {
        let text =
            format!("## Deploy{BLOCK}## Rollback\n{several}{heading}\n- [ ] Tell the team\n");
        let name = heading.trim_start_matches(['#', ' ']);
        assert_eq!(after(&text), [name]);
        let quick: &[&str] = &["Switch back"];
        let full: &[&str] = &["Restore"];
        let tell: &[&str] = &["Tell the team"];
        assert_eq!(
            tiers(&text),
            told(&[
                ("Quick rollback", quick),
                ("Full rollback", full),
                (name, tell)
            ])
        );
        assert_eq!(problems(&text), []);
    }
    let text = format!("## Deploy{BLOCK}## Rollback\n{several}### After the rollback{BLOCK}");
    let behind = plan(&text).steps.pop().unwrap();
    assert!(
        behind.spec.danger && behind.spec.confirm.is_some(),
        "{text}"
    );
    // What stands in one of them is its own, and so is what stands between them or has a time.
    for text in [
        format!(
            "## Deploy{BLOCK}## Rollback\n{several}#### After the rollback\n- [ ] Tell the team\n"
        ),
        format!(
            "## Deploy{BLOCK}## Rollback\n### Quick rollback (< 15 min)\n1. Switch back\n### After the rollback\n- [ ] Tell the team\n### Full rollback (> 15 min)\n1. Restore\n"
        ),
        format!(
            "## Deploy{BLOCK}## Rollback\n1. Restore\n### After the rollback\n- [ ] Tell the team\n"
        ),
    ] {
        assert_eq!(after(&text), [""; 0], "{text}");
    }
}

#[test]
fn ways_of_which_one_is_gone_are_picked_and_ask_no_more() {
    let heads = [
        [
            "### Scenario 1: the app fails",
            "### Scenario 2: data is lost",
        ],
        ["### Option A: the flag", "### Option B: the dump"],
        ["### If the app fails", "### If the data is lost"],
        ["**Option A: the flag**\n", "**Option B: the dump**\n"],
        [
            "**Scenario 1: the app fails**\n",
            "**Scenario 2: data is lost**\n",
        ],
    ];
    for [one, other] in heads {
        let text = format!("## Deploy{BLOCK}## Rollback\n{one}{BLOCK}{BLOCK}{other}{BLOCK}");
        let plan = plan(&text);
        assert_eq!(plan.tiers.len(), 2, "{text}");
        assert!(plan.tiers.iter().all(|tier| tier.spec.way), "{text}");
        assert!(
            plan.steps.iter().all(|step| step.spec.confirm.is_none()),
            "{text}"
        );
        assert_eq!(problems(&text), [], "{text}");
    }
    // Where the way back has steps before them, or they stand deeper, nobody has picked one: each asks.
    for text in [
        format!("## Rollback{BLOCK}### Option A: the flag{BLOCK}### Option B: the dump{BLOCK}"),
        format!(
            "## Rollback\n### 1. Stop{BLOCK}### 2. Restore\n#### Option A{BLOCK}#### Option B{BLOCK}"
        ),
    ] {
        let plan = plan(&format!("## Deploy{BLOCK}{text}"));
        let asks = plan.steps.iter().map(|step| step.spec.confirm.is_some());
        assert_eq!(
            asks.collect::<Vec<_>>(),
            [false, false, true, true],
            "{text}"
        );
        assert!(!plan.tiers[0].spec.way);
    }
    let alone = plan(&format!(
        "## Deploy{BLOCK}## Rollback\n### Option A: the flag{BLOCK}"
    ));
    assert!(!alone.tiers[0].spec.way);
}

#[test]
fn an_order_to_begin_a_way_back_is_its_first_step() {
    for heading in [
        "Trigger the rollback",
        "Trigger rollback",
        "Initiate rollback",
        "Rollback auslösen",
        "触发回滚",
    ] {
        let text = format!(
            "## Deploy{BLOCK}## Rollback\n### {heading}\n1. Tell Ann\n### Restore the database{BLOCK}"
        );
        assert_eq!(ways(&text).1, ["Rollback: Tell Ann, ./x.sh"], "{heading}");
        assert_eq!(problems(&text), [], "{heading}");
    }
    for heading in ["Trigger", "Triggers", "Rollback triggers"] {
        let text =
            format!("## Deploy{BLOCK}## Rollback\n### {heading}\n- Errors > 5%\n### Steps{BLOCK}");
        assert_eq!(plan(&text).alerts.len(), 1, "{heading}");
    }
}

#[test]
fn what_is_made_for_a_way_back_stays_where_it_stands() {
    for name in [
        "Take a rollback snapshot",
        "Create rollback point",
        "Save the rollback image",
        "Copy rollback scripts",
        "Rollback preparation",
        "Rollback Prevention",
        "Restore point",
        "Rollback-Snapshot anlegen",
        "Créer un point de restauration",
        "Создать точку отката",
        "ロールバックポイント作成",
        "创建回滚点",
    ] {
        for text in [
            format!(
                "## Deploy\n### Stop{BLOCK}### {name}{BLOCK}### Migrate{BLOCK}## Rollback{BLOCK}"
            ),
            format!("## {name}{BLOCK}## Deploy{BLOCK}## Verify{BLOCK}## Rollback{BLOCK}"),
            format!(
                "## Deploy\n- [ ] Stop\n  ```sh\n  a\n  ```\n- [ ] {name}\n  ```sh\n  b\n  ```\n- [ ] Go\n  ```sh\n  c\n  ```\n## Rollback{BLOCK}"
            ),
        ] {
            let plan = plan(&text);
            assert_eq!((free(&plan).len(), plan.tiers.len()), (3, 1), "{text}");
        }
        let amid = format!(
            "## Deploy\n### Stop{BLOCK}### {name}{BLOCK}### Migrate{BLOCK}## Rollback{BLOCK}"
        );
        let kinds = plan(&amid).phases.into_iter().map(|phase| phase.spec.kind);
        assert!(
            kinds.into_iter().all(|kind| kind == PhaseKind::Deploy),
            "{name}"
        );
    }
}

#[test]
fn what_a_series_sets_going_again_is_done_in_turn() {
    for heading in [
        "Step 3: Restore traffic",
        "Step 3: Switch traffic back on",
        "步骤 3：恢复流量",
        "Paso 3: Restauración del servicio",
        "Шаг 3: Восстановление трафика",
        "ステップ3：トラフィック復旧",
        "3. Revert the maintenance page",
    ] {
        let text = format!(
            "## Deploy\n### Step 1: Stop{BLOCK}### Step 2: Migrate{BLOCK}### {heading}{BLOCK}"
        );
        let plan = plan(&text);
        assert_eq!((free(&plan).len(), plan.tiers.len()), (3, 0), "{heading}");
    }
    // What is old may be gone back to.
    let old = format!(
        "## Deploy\n### 步骤 1：停止{BLOCK}### 步骤 2：升级{BLOCK}### 步骤 3：恢复使用旧端口{BLOCK}"
    );
    assert_eq!((free(&plan(&old)).len(), plan(&old).tiers.len()), (2, 0));
    for heading in [
        "Step 3: Restore from backup",
        "Step 3: Rollback",
        "步骤 3：恢复数据库",
        "步骤 3：恢复旧版本服务",
        "Paso 3: Restauración de la base",
    ] {
        let text = format!(
            "## Deploy\n### Step 1: Stop{BLOCK}### Step 2: Migrate{BLOCK}### {heading}{BLOCK}"
        );
        assert_eq!(free(&plan(&text)).len(), 2, "{heading}");
    }
}

/// The steps of a deployment in two parts, with what undoes them.
fn undos(text: &str) -> (Vec<String>, usize, bool) {
    let plan = plan(text);
    let steps = plan.steps[plan.forward_steps()].iter();
    let undo = |step: &crate::plan::Step| {
        let undo = step.spec.undo.as_ref();
        undo.map_or(String::new(), |undo| undo.work.text().into_owned())
    };
    let told = problems(text).iter().any(|p| p.0 == "unclear-undo");
    (steps.map(undo).collect(), plan.tiers.len(), told)
}

#[test]
fn a_way_back_below_one_step_of_several_undoes_that() {
    let block = |text: &str| format!("\n```bash\n{text}\n```\n");
    let (one, two) = (block("./1.sh"), block("./2.sh"));
    let (un1, un2) = (block("./un1.sh"), block("./un2.sh"));
    for (head, back) in [
        ("### Step", "#### Rollback"),
        ("### Part", "**Rollback:**"),
        ("### Step", "#### Rollback steps"),
    ] {
        let text = format!(
            "## Deployment\n{head} 1: schema\n{one}\n{back}\n{un1}\n{head} 2: code\n{two}\n{back}\n{un2}"
        );
        assert_eq!(
            undos(&text),
            (vec!["./un1.sh".into(), "./un2.sh".into()], 0, false),
            "{text}"
        );
    }
    // Only one step has a way back.
    let half = format!("## Deployment\n### Schema\n{one}\n#### Rollback\n{un1}\n### Code\n{two}");
    assert_eq!(
        undos(&half),
        (vec!["./un1.sh".into(), String::new()], 0, false)
    );
    // Nobody can tell which of two it undoes.
    let many =
        format!("## Deployment\n### Schema\n{one}{two}\n#### Rollback\n{un1}\n### Code\n{two}");
    assert_eq!(undos(&many), (vec![String::new(); 3], 1, true));
    // There is another for all of them.
    let both = format!("{half}\n## Rollback\n{un2}");
    assert_eq!(
        undos(&both),
        (vec!["./un1.sh".into(), String::new()], 1, true)
    );
    // It is the whole deployment's.
    for whole in [
        format!("## Deployment\n{one}\n### Rollback\n{un1}\n## Verification\n{two}"),
        format!("## Deployment\n### Migrate\n{one}\n### Verify\n{two}\n### Rollback\n{un1}"),
    ] {
        assert_eq!(undos(&whole), (vec![String::new(); 2], 1, false), "{whole}");
    }
}

#[test]
fn bold_lines_are_the_headings_of_a_file_that_has_no_others() {
    let part = |name: &str| format!("**{name}**\n\n1. Run\n   ```bash\n   ./x.sh\n   ```\n\n");
    let text = |names: &[&str]| {
        let parts = names.iter().map(|name| part(name));
        format!("# Release 7\n\nTalk.\n\n{}", parts.collect::<String>())
    };
    let read = |names: &[&str]| {
        let plan = plan(&text(names));
        let kinds: Vec<PhaseKind> = plan.phases.iter().map(|phase| phase.spec.kind).collect();
        (kinds, plan.tiers.len(), free(&plan).len())
    };
    let [before, deploy, verify, after] = PhaseKind::ALL;
    assert_eq!(
        read(&[
            "Pre-deploy",
            "Deploy:",
            "Post-deploy",
            "Rollback plan",
            "Appendix"
        ]),
        (vec![before, deploy, after], 1, 3)
    );
    assert_eq!(
        read(&["Deploy", "Rollback", "Verify"]),
        (vec![deploy, verify], 1, 2)
    );
    assert_eq!(
        read(&["Deployment", "Old commands (do not use)"]),
        (vec![deploy], 0, 1)
    );
    // What says nothing of its own is a name of what stands below it.
    assert_eq!(read(&["Deploy", "Database", "Commands", "Note"]).2, 4);
    assert_eq!(read(&["Database", "Application"]), (vec![deploy], 0, 2));
    // Below a heading a bold line is a part of what that is about.
    let below = text(&["Pre-deploy", "Deploy", "Verify"]).replace("Talk.", "## Deployment");
    assert_eq!(plan(&below).phases.len(), 1);
}

#[test]
fn what_is_restored_in_turn_is_asked_for_on_the_way_forward() {
    let read = |names: &[&str]| {
        let parts = names.iter().map(|name| format!("## {name}\n{BLOCK}"));
        let plan = plan(&format!("# Move\n\n{}", parts.collect::<String>()));
        let forward = plan.phases.iter().map(|phase| phase.steps.len());
        (forward.sum::<usize>(), free(&plan).len(), plan.tiers.len())
    };
    for names in [
        [
            "1. Stop writers",
            "2. Final dump",
            "3. Restore",
            "4. Migrate",
        ],
        ["1. Stop", "2. Dump", "3. Restore the dump", "4. Checks"],
        ["22:00 Stop", "22:05 Dump", "23:30 Restore", "00:15 Checks"],
    ] {
        assert_eq!(read(&names), (4, 3, 0), "{names:?}");
    }
    for names in [
        // It follows the deployment, or ends the list, or says more, or is not counted as the others.
        ["1. Stop", "2. Migrate", "3. Restore", "4. Start"],
        ["1. Stop", "2. Migrate", "3. Verify", "4. Restore"],
        ["1. Stop", "2. Dump", "3. Restore if it fails", "4. Migrate"],
        ["1. Stop", "2. Dump", "3. Rollback", "4. Migrate"],
        ["1. Stop", "2. Dump", "Restore", "4. Migrate"],
    ] {
        assert_eq!(read(&names), (3, 3, 1), "{names:?}");
    }
}

#[test]
fn what_prepares_a_way_back_that_stands_elsewhere_is_done_before() {
    let read = |heading: &str, last: &str| {
        let parts = ["## Preparation", heading, "## Deployment", last];
        let plan = plan(&parts.map(|part| format!("{part}\n{BLOCK}\n")).concat());
        let tiers = plan.tiers.iter().map(|tier| tier.spec.name.clone());
        (plan.phases.len(), tiers.collect::<Vec<_>>())
    };
    for heading in [
        "### Prepare the rollback",
        "### Tag the rollback image",
        "### Rollback vorbereiten",
        "### Rollback plan",
    ] {
        let (phases, tiers) = read(heading, "## Rollback");
        assert_eq!(
            (phases, tiers),
            (3, vec!["Rollback".to_owned()]),
            "{heading}"
        );
        // There is no other.
        assert_eq!(read(heading, "## Verification").1.len(), 1, "{heading}");
    }
}

#[test]
fn what_is_for_a_case_on_a_way_back_asks_unless_all_of_it_is() {
    let asks = |text: &str| -> Vec<bool> {
        let text = format!("## Deploy\n```bash\n./deploy.sh\n```\n## Rollback\n{text}");
        let plan = plan(&text);
        let back = plan.steps.iter().skip(1);
        back.map(|step| step.spec.danger).collect()
    };
    let item = |title: &str| format!("1. {title}\n   ```bash\n   ./x.sh\n   ```\n");
    let block = |label: &str| format!("{label}\n```bash\n./x.sh\n```\n");
    for case in [
        "If the data is corrupt, restore the database",
        "Only if the index is gone: build it",
        "Optional: purge the cache",
        "Falls Daten fehlen, einspielen",
        "Si les données sont corrompues, restaurer",
        "如果数据有问题，恢复数据库",
    ] {
        let items = [item("Stop the app"), item(case), item("Start the app")].concat();
        assert_eq!(asks(&items), [false, true, false], "{case}");
        let blocks = [block("Stop the app:"), block(&format!("{case}:"))].concat();
        assert_eq!(asks(&blocks), [false, true], "{case}");
    }
    let comment = |text: &str, command: &str| format!("# {text}\n{command}\n");
    for (case, command) in [
        ("Restore from backup (if data is corrupt)", "./x.sh"),
        ("If data is corrupt, restore", "./x.sh"),
        ("Restore the backup if data is corrupt", "./x.sh"),
        ("Restore if needed", "./x.sh"),
        ("Empty the cache if needed", "redis-cli FLUSHALL"),
        ("Sicherung einspielen (falls Daten fehlen)", "./x.sh"),
    ] {
        let counted = [
            comment("1. Stop the app", "./stop.sh"),
            comment(&format!("2. {case}"), command),
        ];
        let text = format!("```bash\n{}```\n", counted.concat());
        assert_eq!(asks(&text), [false, true], "{case}");
        let one = [comment("Stop the app", "./stop.sh"), comment(case, command)].concat();
        let inside = format!("Go back:\n\n```bash\n{one}```\n");
        assert_eq!(asks(&inside), [true], "{case}");
    }
    let labelled =
        "**Stop**\n```bash\n./x.sh\n```\n**Restore (if needed)**\n```bash\n# Redis\n./x.sh\n```\n";
    assert_eq!(asks(labelled), [false, true]);
    let harmless = "```bash\n# 1. Stop the app\n./stop.sh\n# 2. Restart the workers if needed\n./x.sh\n# 3. Stop what is left (if any)\n./y.sh\n```\n";
    assert_eq!(asks(harmless), [false; 3]);
    let general = [block("If the migration fails:"), block("Then:")].concat();
    assert_eq!(asks(&general), [false, false]);
    let told = [item("In this case, tell everybody"), item("Undo it")].concat();
    assert_eq!(asks(&told), [false, false]);
    assert_eq!(asks(&item("If the data is corrupt, restore it")), [false]);
    assert_eq!(asks(&block("To undo the change:")), [false]);
}

#[test]
fn cases_in_parentheses_ask_on_the_way_forward() {
    let form = |text: &str| {
        let text = format!("# Deploy\n## Deploy\n```bash\n./deploy.sh\n```\n{text}");
        let plan = plan(&text);
        let asks = plan.steps.iter().map(|step| step.spec.danger);
        (asks.collect::<Vec<_>>(), plan.tiers.len())
    };
    for (case, asks) in [
        ("Kubernetes (if used)", true),
        ("Cache (nur im Notfall)", true),
        ("Compare (optional - for the record)", true),
        ("Compare (optional but recommended)", true),
        ("Compare (optional step)", true),
        ("Compare (optional columns included)", false),
        ("Индекс (если требуется)", true),
        ("手动迁移（紧急情况）", true),
        ("Old index (if it exists)", false),
        ("Kubernetes (5 min)", false),
    ] {
        for text in [
            format!("### 3. {case}\n```bash\n./x.sh\n```\n"),
            format!("**{case}**\n```bash\n./x.sh\n```\n"),
            format!("1. {case}\n   ```bash\n   ./x.sh\n   ```\n"),
            format!("```bash\n# {case}\n./x.sh\n```\n"),
        ] {
            assert_eq!(form(&text), (vec![false, asks], 0), "{text}");
        }
        let inside = format!("```bash\n# 1. Stop\n./x.sh\n# 2. {case}\n./y.sh\n```\n");
        assert_eq!(form(&inside), (vec![false, false, asks], 0), "{inside}");
    }
}

#[test]
fn remedies_and_rehearsals_do_not_run_by_going_on() {
    let free = |text: &str| {
        let text = format!("## Deploy\n```bash\n./deploy.sh\n```\n{text}");
        free(&plan(&text)).len() - 1
    };
    for (text, runs) in [
        (
            "## Common causes & solutions\n### Cause B: stuck upgrade\n**Solution**:\n```bash\n./x.sh\n```\n",
            0,
        ),
        (
            "## Ursachen und Lösungen\n### Deployment hängt\n```bash\n./x.sh\n```\n",
            0,
        ),
        (
            "## 常见原因与解决方案\n### 原因 A：发布损坏\n```bash\n./x.sh\n```\n",
            0,
        ),
        (
            "### Upgrade\n**Symptom:** it waits\n\n**Fix:**\n```bash\n./x.sh\n```\n",
            0,
        ),
        ("### Upgrade\n**Fix:**\n```bash\n./x.sh\n```\n", 1),
        (
            "## Rollback drill\n### Drill procedure\n1. Deploy it:\n   ```bash\n   ./x.sh\n   ```\n2. Stop it\n   ```bash\n   ./y.sh\n   ```\n",
            0,
        ),
        ("## Disaster recovery exercise\n```bash\n./x.sh\n```\n", 0),
        ("### Dry run\n```bash\n./x.sh\n```\n", 1),
    ] {
        assert_eq!(free(text), runs, "{text}");
    }
}

#[test]
fn scenarios_are_ways_of_which_one_is_gone_unless_they_are_tested() {
    let choices = |above: &str, name: &str| {
        let ways = ["A", "B"].map(|way| format!("### {name} {way}: it\n{BLOCK}\n"));
        let text = format!("## Deploy\n{BLOCK}\n## {above}\n{}", ways.concat());
        let plan = plan(&text);
        let chosen = plan
            .phases
            .iter()
            .filter(|phase| phase.spec.choice.is_some());
        (chosen.count(), plan.tiers.len())
    };
    for name in [
        "Scenario", "Case", "Strategy", "Variant", "Szenario", "场景 ",
    ] {
        assert_eq!(choices("Apply the migrations", name), (2, 0), "{name}");
        assert_eq!(choices("Rollback", name), (0, 2), "{name}");
        let chapter = format!("3.1 {name}");
        assert_eq!(choices("Rollback", &chapter), (0, 2), "{name}");
    }
    for name in ["Step", "Part", "Phase", "Stage", "Test case"] {
        assert_eq!(choices("Apply the migrations", name).0, 0, "{name}");
    }
    assert_eq!(choices("Verification", "Case").0, 0);
    assert_eq!(choices("Smoke tests", "Scenario").0, 0);
}

#[test]
fn times_of_the_parts_of_a_way_back_are_no_windows() {
    let block = "\n```bash\n./x.sh\n```\n";
    let tiers = |parts: &[&str]| {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| format!("### {part}\n{block}"))
            .collect();
        let parts = parts.concat();
        let plan = plan(&format!(
            "## Deploy\n{block}## Rollback (if needed)\n{parts}"
        ));
        plan.tiers.len()
    };
    assert_eq!(
        tiers(&[
            "Stop the app (T+0:00)",
            "Restore the database (T+0:05)",
            "Start the app (T+0:20)"
        ]),
        1
    );
    assert_eq!(
        tiers(&[
            "Trigger the rollback",
            "Restore the cluster",
            "Open the gate"
        ]),
        1
    );
    assert_eq!(
        tiers(&["Case 1: before the switch", "Case 2: after the switch"]),
        2
    );
}

#[test]
fn a_part_of_the_deployment_is_done_at_its_time() {
    let text = "## Cutover procedure\n### Step 1: Stop (T+0:00)\n1. Stop it.\n### Step 2: Swap (T+0:07)\n1. Swap it.\n2. Look at it.\n### Step 3: Open (T+1:30)\n1. Open it.\n## Rollback\n1. Back.\n";
    let plan = plan(text);
    let kinds = plan.phases.iter().map(|phase| phase.spec.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [PhaseKind::Deploy; 3]);
    assert_eq!(plan.steps.len(), 5);
}

#[test]
fn the_deployment_begins_with_what_is_no_preparation_of_it() {
    let block = "```bash\n./x.sh\n```\n";
    let kinds = |text: &str| {
        let plan = plan(text);
        let kinds = plan.phases.iter().map(|phase| phase.spec.kind);
        kinds.collect::<Vec<_>>()
    };
    let (before, deploy) = (PhaseKind::Before, PhaseKind::Deploy);
    for (first, second, wanted) in [
        (
            "Part 1: Preparation (T-2 days)\n### Deploy the schema",
            "Migration execution",
            [before, deploy],
        ),
        ("Deploy the schema (T-2 days)", "Cutover", [before, deploy]),
        ("Deploy the schema", "Cutover (T+10 min)", [deploy, deploy]),
        (
            "Deploy the schema (T-20 min)",
            "Cutover (T-10 min)",
            [deploy, deploy],
        ),
        ("Migration dry run", "Migration", [before, deploy]),
        ("Staging rehearsal", "Cutover", [before, deploy]),
        (
            "Execute the migration + parity checks",
            "Cutover",
            [deploy, deploy],
        ),
        ("Deploy and verify", "Cutover", [deploy, deploy]),
        ("Migration checks", "Cutover", [before, deploy]),
    ] {
        let text = format!("# Up\n## {first}\n{block}## {second}\n{block}## Rollback\n{block}");
        assert_eq!(kinds(&text), wanted, "{text}");
    }
    // A part of what is gone through once more is of the deployment, whatever its hours.
    for time in ["", " (8:00 AM - 2:00 PM)", " (08:00)"] {
        let text = format!(
            "# Up\n## Cutover steps\n{block}## Final checklist\n### During cutover{time}\n- [ ] a\n"
        );
        assert_eq!(kinds(&text), [deploy, deploy], "{text}");
    }
    let text = format!(
        "# Up\n## Cutover steps\n{block}## Final checklist\n### Before the cutover\n- [ ] a\n"
    );
    assert_eq!(kinds(&text), [before, deploy]);
}

#[test]
fn scenarios_of_a_way_back_are_weighed_together() {
    let scenarios = |title: &str, names: [&str; 3]| {
        let parts =
            names.map(|name| format!("## {name}\n### Step 1: Look{BLOCK}### Step 2: Act{BLOCK}"));
        plan(&format!("# {title}\n{}", parts.concat()))
    };
    let broken = [
        "Scenario 1: the automatic rollback did not fire",
        "Scenario 2: tasks hang (no healthy targets)",
        "Scenario 3: the pipeline is stuck",
    ];
    let back = scenarios("Rollback runbook", broken);
    assert!(back.phases.is_empty() && back.tiers.len() == 3);
    assert!(back.tiers.iter().all(|tier| tier.spec.way));
    let forward = scenarios(
        "Shop deployment",
        [
            "Scenario A: the health check is green",
            "Scenario B: the schema is new",
            "Scenario C: nothing changed",
        ],
    );
    assert!(forward.tiers.is_empty());
    assert!(
        forward
            .phases
            .iter()
            .all(|phase| phase.spec.choice.is_some())
    );
}

#[test]
fn how_a_way_back_works_is_read() {
    let text = |heading: &str, list: &str| {
        format!("## Deployment{BLOCK}## {heading}\n{list}\n## Rollback{BLOCK}")
    };
    for heading in [
        "How automatic rollback works (no human action needed)",
        "How the rollback works",
    ] {
        let plan = plan(&text(heading, "1. Stops the traffic\n2. Shifts it back"));
        assert_eq!(plan.tiers.len(), 1, "{heading}");
        assert_eq!(plan.tiers[0].spec.name, "Rollback", "{heading}");
    }
    let done = plan(&text("How the manual rollback works", "```sh\n./back\n```"));
    assert_eq!(done.tiers.len(), 2);
    let how_to = plan(&text(
        "How to roll back",
        "1. Stop the traffic\n2. Shift it back",
    ));
    assert_eq!(how_to.steps.len(), 4);
}

#[test]
fn a_step_that_begins_a_way_back_is_none_of_its_criteria() {
    let text = "## Deployment\n```sh\n./deploy\n```\n## Rollback\n### Step 1: Trigger a manual rollback\n1. Open the console\n2. Click **Stop**\n### Step 2: Verify\n```sh\n./check\n```\n";
    let found = plan(text);
    assert!(found.alerts.is_empty());
    assert_eq!(found.tiers.len(), 1);
    assert_eq!(found.steps.len(), 4);
}

#[test]
fn what_is_for_a_case_and_joins_a_way_back_asks() {
    let asks = |heading: &str| -> Vec<bool> {
        let text = format!("## Deploy\n{BLOCK}\n## Rollback\n{BLOCK}\n### {heading}\n{BLOCK}");
        let plan = plan(&text);
        let back = plan.steps.iter().skip(1);
        back.map(|step| step.spec.danger).collect()
    };
    for heading in [
        "If data is corrupted",
        "If the rollback fails",
        "Restore the data (if needed)",
        "Deployment failures",
        "Falls Daten fehlen",
        "Si les données sont corrompues",
        "如果数据损坏",
    ] {
        assert_eq!(asks(heading), [false, true], "{heading}");
    }
    for heading in [
        "Restart the workers",
        "Steps",
        "Check for errors",
        "To undo the change",
    ] {
        assert_eq!(asks(heading), [false, false], "{heading}");
    }
}

#[test]
fn contingency_plans_are_ways_only_where_nothing_else_is_one() {
    let plans = "## Contingency plans\n### Scenario 1: it is slow\n1. Wait.\n### Scenario 2: it fails\n1. Restore it.\n";
    let tiers = |text: &str| {
        let text = format!("## Deploy\n{BLOCK}\n{plans}{text}");
        let plan = plan(&text);
        assert_eq!(free(&plan).len(), 1, "{text}");
        let names = plan.tiers.iter().map(|tier| tier.spec.name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        tiers(""),
        ["Scenario 1: it is slow", "Scenario 2: it fails"]
    );
    assert_eq!(tiers(&format!("## Rollback\n{BLOCK}")), ["Rollback"]);
}

/// The names of the ways back, each with its steps.
fn tiers(text: &str) -> Vec<(String, Vec<String>)> {
    let plan = plan(text);
    let titles = |steps: &std::ops::Range<usize>| {
        let steps = plan.steps[steps.clone()].iter();
        steps.map(|step| step.spec.title.clone()).collect()
    };
    let tiers = plan.tiers.iter();
    tiers
        .map(|tier| (tier.spec.name.clone(), titles(&tier.steps)))
        .collect()
}

/// `names` with their steps, as [`tiers`] tells them.
fn told(names: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect();
    names
        .iter()
        .map(|(name, steps)| ((*name).to_owned(), owned(steps)))
        .collect()
}

#[test]
fn the_time_in_which_one_can_go_back_is_no_way_back() {
    let back = "## Rollback\n1. Point the DNS back\n";
    let deploy = format!("# C\n## Deployment{BLOCK}");
    for heading in [
        "Rollback window",
        "Rollback window (7 days)",
        "T+48h to T+7d: Rollback window",
        "After the rollback window",
        "Close the rollback window",
    ] {
        let text = format!("{deploy}## {heading}\n- [ ] Keep the old server\n{back}");
        let way: &[&str] = &["Point the DNS back"];
        assert_eq!(tiers(&text), told(&[("Rollback", way)]), "{heading}");
        let last = plan(&text).phases.last().map(|phase| phase.spec.kind);
        assert_eq!(last, Some(PhaseKind::After), "{heading}");
    }
    // Where it is the only one, or is gone by commands, it is how to go back.
    for text in [
        format!("{deploy}## Rollback window (30 min)\n1. Point the DNS back\n"),
        format!("{deploy}## Rollback window (first 30 min){BLOCK}"),
        format!("{deploy}## Within the rollback window{BLOCK}"),
    ] {
        assert_eq!(tiers(&text).len(), 1, "{text}");
    }
}

#[test]
fn what_ends_later_below_a_heading_with_a_place_begins_there() {
    let text = format!(
        "## Deploy{BLOCK}## T+48h to T+7d: Rollback\n### Steps (until T+3d)\n1. Restore the copy\n"
    );
    let plan = plan(&text);
    let windows = plan.tiers.iter().map(|tier| {
        let seconds = |time: Option<std::time::Duration>| time.map(|time| time.as_secs() / 3600);
        (seconds(tier.spec.from), seconds(tier.spec.until))
    });
    assert_eq!(windows.collect::<Vec<_>>(), [(Some(48), Some(72))]);
}

#[test]
fn what_proves_that_the_way_back_is_gone_stands_at_its_end() {
    let deploy = format!("# R\n## 1) Deploy{BLOCK}");
    for heading in [
        "2) Rollback completeness checklist",
        "2) Rollback verification",
        "2) Post-rollback",
    ] {
        let text = format!(
            "{deploy}## {heading}\n- [ ] All is old\n## 3) Rollback procedure\n1. Restore the copy\n"
        );
        let steps: &[&str] = &["Restore the copy", "All is old"];
        assert_eq!(
            tiers(&text),
            told(&[("3) Rollback procedure", steps)]),
            "{heading}"
        );
    }
    let text = format!(
        "{deploy}## Pre-rollback checks\n- [ ] The copy is there\n## Rollback procedure\n1. Restore it\n"
    );
    let steps: &[&str] = &["The copy is there", "Restore it"];
    assert_eq!(tiers(&text), told(&[("Rollback procedure", steps)]));
}

#[test]
fn what_is_mended_quickly_is_no_way_back() {
    let back = format!("## Rollback\n### Full rollback{BLOCK}");
    let text = format!("## Deploy{BLOCK}## Quick fixes\n### Migration failed{BLOCK}{back}");
    assert_eq!(
        tiers(&text),
        told(&[("Full rollback", &["./x.sh"] as &[&str])])
    );
    let told = problems(&text);
    assert!(told.iter().any(|(code, _)| *code == "section-not-run"));
}

#[test]
fn what_a_server_is_short_of_is_no_emergency_of_the_deployment() {
    let deploy = format!("## Deployment{BLOCK}## Emergency procedures\n");
    for heading in [
        "Disk full",
        "Out of memory",
        "Too many connections",
        "磁盘已满",
    ] {
        let text = format!("{deploy}### {heading}\n**Response:**{BLOCK}");
        assert_eq!(tiers(&text), [], "{heading}");
        let codes: Vec<_> = problems(&text).into_iter().map(|(code, _)| code).collect();
        assert!(codes.contains(&"no-way-back"), "{heading}: {codes:?}");
        assert!(codes.contains(&"section-not-run"), "{heading}: {codes:?}");
    }
    for heading in [
        "Critical failure",
        "Migration failed: disk full",
        "Data is corrupt",
    ] {
        let text = format!("{deploy}### {heading}\n**Response:**{BLOCK}");
        assert_eq!(tiers(&text).len(), 1, "{heading}");
    }
}

#[test]
fn on_what_condition_one_may_go_back_is_looked_at_first() {
    let criteria = |lead: &str| {
        let text = format!("## Deploy{BLOCK}## Rollback\n{lead}\n- The lead agrees\n{BLOCK}");
        let plan = plan(&text);
        (plan.alerts.len(), plan.tiers[0].steps.len())
    };
    for lead in [
        "Rollback allowed only if:",
        "Rollback is possible if:",
        "**Rollback is safe when:**",
        "Rollback ist nur erlaubt, wenn:",
    ] {
        assert_eq!(criteria(lead), (0, 2), "{lead}");
    }
    for lead in [
        "Roll back only if:",
        "Roll back if:",
        "Rollback is needed when:",
    ] {
        assert_eq!(criteria(lead), (1, 1), "{lead}");
    }
}

#[test]
fn when_to_go_back_is_read_among_people() {
    for heading in ["Escalation", "Escalation criteria", "Sign-off"] {
        let text = format!(
            "## Deploy{BLOCK}## {heading}\n- **DBA:** Ada\n\n**Trigger rollback if:**\n- Error rate > 5%\n## Rollback\n1. Go\n"
        );
        let plan = plan(&text);
        assert_eq!(plan.alerts.len(), 1, "{heading}");
        assert_eq!(plan.contacts.len() + plan.signoffs.len(), 1, "{heading}");
    }
}

#[test]
fn what_is_ticked_at_a_decision_point_or_when_it_is_no_go_is_no_criterion() {
    let text = format!(
        "## Deploy{BLOCK}## Monitoring\n### Rollback decision point (T+24h)\n- [ ] Look at the metrics\n## Rollback\n1. Go\n"
    );
    assert_eq!(plan(&text).alerts.len(), 0);
    assert!(titles(&plan(&text)).contains(&("check", "Look at the metrics")));
    let text = format!("## Deploy{BLOCK}**If NO-GO:**\n- [ ] People are told\n");
    assert_eq!(plan(&text).alerts.len(), 0);
    let text = format!(
        "## Deploy{BLOCK}## 4) No-Go / blocking conditions\nTreat it as `No-Go` if any item below is true:\n- [ ] The copy is missing\n"
    );
    assert_eq!(plan(&text).alerts.len(), 1);
}

#[test]
fn a_form_behind_a_way_back_is_signed() {
    let back = "## Rollback\n1. Restore the copy\n\n---\n\n";
    let form = "**Sign-off:**\n- [ ] QA lead: ____ Date: ____\n- [ ] DBA: ____\n";
    let plan = plan(&format!("## Deploy{BLOCK}{back}{form}"));
    let roles: Vec<&str> = plan.signoffs.iter().map(|s| s.role.as_str()).collect();
    assert_eq!(roles, ["QA lead", "DBA"]);
    assert_eq!(plan.tiers[0].steps.len(), 1);
    let text = format!("## Deploy{BLOCK}{back}**Approval:**\n- [ ] Call the lead\n");
    assert_eq!(tiers(&text)[0].1.len(), 2);
}

#[test]
fn what_undoes_or_only_shows_asks_below_a_label() {
    for label in [
        "**Uninstall**",
        "**Removal:**",
        "**Usage:**",
        "**Clean-up (only after two weeks):**",
        "**Deinstallation**",
        "**Désinstallation :**",
    ] {
        let text = format!("## Deployment{BLOCK}{label}{BLOCK}");
        assert_eq!(free(&plan(&text)).len(), 1, "{label}");
    }
    for label in [
        "**Uninstall the old agent**",
        "**Removal of the old column:**",
        "**Clean-up:**",
        "**Disk usage:**",
    ] {
        let text = format!("## Deployment{BLOCK}{label}{BLOCK}");
        assert_eq!(free(&plan(&text)).len(), 2, "{label}");
    }
}

#[test]
fn what_only_sets_what_stands_elsewhere_is_done_by_hand() {
    let set = "\n```bash\n# 1. Restore the address\nDATABASE_URL=$OLD\nCACHE=off\n```\n";
    for lead in [
        "**File**: `/srv/shop/.env` (production)",
        "In `/srv/shop/.env`:",
        "In GitHub Secrets:",
        "Im Dashboard:",
    ] {
        for text in [
            format!("## Deployment\n{lead}\n{set}## Rollback{BLOCK}"),
            format!("## Deployment{BLOCK}## Rollback\n{lead}\n{set}"),
        ] {
            let kinds: Vec<_> = titles(&plan(&text))
                .into_iter()
                .map(|(kind, _)| kind)
                .collect();
            assert!(kinds.contains(&"check"), "{lead}: {kinds:?}");
        }
    }
    for lead in ["In the first terminal:", "Set the version:"] {
        let text =
            format!("## Deployment\n{lead}\n{set}```bash\n./x.sh $DATABASE_URL $CACHE\n```\n");
        assert_eq!(free(&plan(&text)).len(), 2, "{lead}");
    }
    let text = "## Deployment\nIn `/srv/shop/.env`:\n\n```bash\nsed -i s/a/b/ .env\nA=1\n```\n";
    assert_eq!(free(&plan(text)).len(), 1);
}

#[test]
fn until_when_a_way_back_is_for_is_told_below_its_heading() {
    for (heading, line, secs) in [
        (
            "Immediate rollback (< 5 minutes)",
            "If it is seen within first 15 minutes:",
            900,
        ),
        (
            "Immediate rollback (< 5 minutes)",
            "If it is seen within the first 15 minutes:",
            900,
        ),
        (
            "Quick rollback",
            "Only if we are within 30 minutes of the deploy.",
            1_800,
        ),
        (
            "Quick rollback (< 1 hour)",
            "If it is seen within the first 15 minutes:",
            3_600,
        ),
        (
            "Quick rollback (< 5 minutes)",
            "It takes effect within 15 minutes.",
            300,
        ),
    ] {
        let text = format!(
            "## Deploy\n{BLOCK}## Rollback\n### {heading}\n{line}\n{BLOCK}### Late rollback (> 2 hours)\n{BLOCK}"
        );
        let until = plan(&text).tiers[0].spec.until.map(|until| until.as_secs());
        assert_eq!(until, Some(secs), "{heading}: {line}");
    }
}

#[test]
fn in_a_file_called_a_way_back_what_is_numbered_is_done_in_turn() {
    let text = "# Rollback Runbook: shop\n## Step 1: Assess\n- [ ] Look\n## Step 2: Execute rollback\n```sh\nalembic downgrade -1\n```\n## Step 3: Verify\n```sh\n./look\n```\n";
    let plan = plan(text);
    assert_eq!(plan.phases.len(), 3);
    assert!(plan.tiers.is_empty());
    assert!(plan.steps[1].spec.confirm.is_some());
}

#[test]
fn what_is_numbered_among_the_steps_of_a_way_back_is_none_of_its_notes() {
    let text = "# Shop\n## Deploy\n```bash\n./deploy.sh\n```\n## Rollback plan\n### 1. Disable the feature\nIn the console.\n### 2. Revert the code\n```bash\ngit revert HEAD\n```\n### 3. Tell support\n- Call them\n";
    let wanted = [
        ("shell", "./deploy.sh"),
        ("check", "1. Disable the feature"),
        ("shell", "git revert HEAD"),
        ("check", "3. Tell support"),
    ];
    assert_eq!(titles(&plan(text)), wanted);
}

#[test]
fn an_item_that_is_a_way_back_is_no_tick_on_the_way_forward() {
    for name in ["**Rollback:**", "**Roll back**:", "**If it fails:**"] {
        let text = format!(
            "# Rollout\n## Deploy\n1. **Phase 1:** Enable the flag\n2. **Phase 2:** Enable it for all\n3. {name} Disable the flag\n"
        );
        let plan = plan(&text);
        assert_eq!(plan.steps.len(), 2, "{name}");
        assert!(
            plan.notes
                .iter()
                .any(|note| note.text.contains("Disable the flag")),
            "{name}"
        );
        assert!(problems(&text).contains(&("section-not-run", 5)), "{name}");
    }
    let order = "# Rollout\n## Deploy\n1. Enable the flag\n2. **Roll back the canary, and deploy to all.** Then look.\n";
    assert_eq!(plan(order).steps.len(), 2);
    let ready = "# Rollout\n## Pre-deployment checklist\n1. **Backup:** taken\n2. **Rollback plan:** written\n## Deploy\n```sh\n./a\n```\n";
    assert_eq!(plan(ready).steps.len(), 3);
}
