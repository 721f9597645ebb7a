//! What headings do to what stands below them: whether it runs, and in what order.

use super::{opened, plan, problems, titles};
use crate::plan::PhaseKind;

/// The names of the phases, with their kinds.
fn phases(text: &str) -> Vec<(PhaseKind, String)> {
    let plan = plan(text);
    let of = |phase: &crate::plan::Phase| (phase.spec.kind, phase.spec.name.clone());
    plan.phases.iter().map(of).collect()
}

#[test]
fn numbered_headings_run_all_or_none() {
    let text = [
        "## 1. Take a backup",
        "## 2. Enable maintenance mode",
        "## 3. Swap tables",
        "## 4. Run migrations",
        "## 5. Restart workers",
        "## 6. Check the site",
    ];
    let block = "\n```bash\n./x.sh\n```\n";
    let runbook = format!(
        "# Up\n{}",
        text.map(|line| format!("{line}{block}")).concat()
    );
    let plan = plan(&runbook);
    assert_eq!(titles(&plan), [("shell", "./x.sh"); 6]);
    assert_eq!(plan.phases.len(), 6);
    let told = |text: &str| {
        problems(text)
            .iter()
            .any(|(code, _)| *code == "section-not-run")
    };
    assert!(!told(&runbook));
    let reading = "## Deploy\n- [ ] a\n## 1. Colours\n```bash\nls\n```\n## 2. Shapes\n";
    assert_eq!(titles(&super::plan(reading)), [("check", "a")]);
    assert!(told(reading));
}

#[test]
fn whatever_could_be_run_and_is_not_is_told() {
    let text = "# Up\n```sh\na\n```\n## Deploy\n- [ ] go\n## Alert thresholds\n```sql\nselect 1;\n```\n- x\n\n  ```sh\n  b\n  ```\n## Examples\n```sh\nc\n```\n- [ ] tick\n## Example tenants rollout\n```sh\nd\n```\n";
    let told: Vec<usize> = problems(text)
        .into_iter()
        .filter_map(|(code, line)| (code == "section-not-run").then_some(line))
        .collect();
    assert_eq!(told, [2, 8, 17, 20, 22]);
    assert_eq!(titles(&plan(text)), [("check", "go")]);
    let success = "## Deploy\n- [ ] go\n## Success criteria\n1. up\n\n   ```sh\n   a\n   ```\n";
    assert!(problems(success).contains(&("section-not-run", 6)));
}

#[test]
fn one_word_of_a_heading_does_not_make_its_steps_reading_matter() {
    let block = "```bash\n./x.sh\n```\n";
    for text in [
        format!("## Migrate reference data\n{block}"),
        format!("## Timeline\n### T-0: Deploy\n{block}"),
        format!("## Summary\n### Deploy steps\n{block}"),
        format!("## Run the migration (no rollback possible)\n{block}"),
        format!("## Migration (no rollback after this)\n{block}"),
        format!("## Deploy\n### Fallback DNS entry\n{block}"),
        format!("## Deploy\n### Emergency maintenance window\n{block}"),
        format!("## Verify recovery point\n{block}"),
    ] {
        let plan = plan(&text);
        assert_eq!(titles(&plan), [("shell", "./x.sh")], "{text}");
        assert!(plan.tiers.is_empty(), "{text}");
    }
    let tasks = "## Deploy\n- [ ] go\n## Update email templates\n- [ ] welcome\n## Silence alerts\n- [ ] mute\n";
    let plan = plan(tasks);
    assert_eq!(
        titles(&plan),
        [("check", "go"), ("check", "welcome"), ("check", "mute")]
    );
    assert!(plan.alerts.is_empty());
}

#[test]
fn what_stands_behind_the_deployment_stays_there_unless_it_is_surely_a_preparation() {
    let text = "## Deployment\n- [ ] go\n## Backup cleanup\n- [ ] Delete the old backups\n## Final checks\n- [ ] Users can log in\n";
    assert_eq!(
        phases(text),
        [
            (PhaseKind::Deploy, "Deployment".to_owned()),
            (PhaseKind::After, "Backup cleanup".to_owned()),
            (PhaseKind::Verify, "Final checks".to_owned()),
        ]
    );
    let opened = opened(text);
    assert!(
        opened
            .problems
            .iter()
            .all(|problem| problem.code != "moved-phase")
    );
    assert!(problems(text).contains(&("unclear-kind", 5)));
    let sure = "## Deployment\n- [ ] go\n## Pre-deployment\n- [ ] freeze\n";
    assert_eq!(phases(sure)[0].0, PhaseKind::Before);
}

#[test]
fn an_estimate_is_a_budget_or_text() {
    let budget = |text: &str| plan(text).phases[0].spec.budget.map(|time| time.as_secs());
    let notes = |text: &str| plan(text).notes.len();
    let own = "## Deploy\nEstimated time: 10 minutes\n\n- [ ] go\n";
    assert_eq!((budget(own), notes(own)), (Some(600), 0));
    let whole = "# Up\nEstimated duration: 2 hours\n\n## Deploy\n- [ ] go\n";
    assert_eq!((budget(whole), notes(whole)), (None, 1));
    let part = "## Phase 1: Deploy\n### 1.1 Go\nEstimated time: 10 minutes\n\n- [ ] go\n";
    assert_eq!((budget(part), notes(part)), (Some(600), 1));
    let parts = "## Phase 1: Deploy\n### 1.1 Go\nEstimated time: 10 minutes\n\n- [ ] go\n### 1.2 Look\nEstimated time: 5 minutes\n\n- [ ] look\n";
    assert_eq!((budget(parts), notes(parts)), (Some(900), 2));
    let timing =
        "## Phase 1: Deploy\n### Schedule\nEstimated duration: 2 hours\n### Go\n- [ ] go\n";
    assert_eq!((budget(timing), notes(timing)), (Some(7200), 1));
    let has = "## Phase 1: Deploy (20 minutes)\n### Schedule\nEstimated duration: 2 hours\n### Go\n- [ ] go\n";
    assert_eq!((budget(has), notes(has)), (Some(1200), 1));
    let above = "## Phase 1: Deploy\nDauer: 20 Minuten\n### 1.1 Go\n- [ ] go\n";
    assert_eq!((budget(above), notes(above)), (Some(1200), 1));
    let twice = "## Deploy\nDuration: 5 min\n\n- [ ] go\n\nDuration: 9 min\n";
    assert_eq!((budget(twice), notes(twice)), (Some(300), 1));
}

#[test]
fn a_stretch_of_the_clock_is_a_place_and_a_budget() {
    let times = |text: &str| {
        let spec = plan(text).phases.remove(0).spec;
        let at = spec.at.map(|at| (at.seconds, at.words));
        (spec.name, at, spec.budget.map(|time| time.as_secs()))
    };
    let at = |seconds, words: &str| Some((seconds, words.to_owned()));
    for (text, wanted) in [
        (
            "## Preparation (T-30 to T-0)\n- [ ] go\n",
            ("Preparation", at(-1800, "T-30 to T-0"), Some(1800)),
        ),
        (
            "## Freeze (T-60 min – T-30 min)\n- [ ] go\n",
            ("Freeze", at(-3600, "T-60 min – T-30 min"), Some(1800)),
        ),
        (
            "## T-30 min to T-0: Freeze\n- [ ] go\n",
            (
                "T-30 min to T-0: Freeze",
                at(-1800, "T-30 min to T-0"),
                Some(1800),
            ),
        ),
        (
            "## Follow-up (T+1 hour to T+2 hours)\n- [ ] look\n",
            ("Follow-up", at(3600, "T+1 hour to T+2 hours"), None),
        ),
    ] {
        let (name, at, budget) = wanted;
        assert_eq!(times(text), (name.to_owned(), at, budget), "{text}");
    }
    let back = "## Deploy\n- [ ] go\n## Rollback (T-0 to T+15 min)\n- [ ] stop\n";
    let tier = &plan(back).tiers[0].spec;
    let seconds = |time: Option<std::time::Duration>| time.map(|time| time.as_secs());
    assert_eq!(
        (seconds(tier.from), seconds(tier.until)),
        (Some(0), Some(900))
    );
}

#[test]
fn the_times_of_a_day_are_a_budget_and_stay_in_the_name() {
    let text =
        "## Deploy (22:00 - 22:30)\n- [ ] go\n## Follow-up (24-48 hours after)\n- [ ] look\n";
    let plan = plan(text);
    let first = &plan.phases[0].spec;
    assert_eq!(first.name, "Deploy (22:00 - 22:30)");
    assert_eq!(first.budget.map(|time| time.as_secs()), Some(1800));
    let second = &plan.phases[1].spec;
    assert_eq!(second.at.as_ref().map(|at| at.seconds), Some(86_400));
    let back = "## Deploy\n- [ ] go\n## Rollback (22:30 - 23:00)\n- [ ] stop\n";
    assert_eq!(
        super::plan(back).tiers[0].spec.name,
        "Rollback (22:30 - 23:00)"
    );
}

#[test]
fn headings_in_an_old_or_a_broken_encoding_keep_their_meaning() {
    for name in ["R\u{fc}ckfallplan", "RÃ¼ckfallplan"] {
        let text = format!("## Deployment\n- [ ] go\n## {name}\n- [ ] Zur\u{fc}ck\n");
        assert_eq!(super::plan(&text).tiers.len(), 1, "{name}");
    }
    let latin = b"## Deployment\n- [ ] go\n## R\xfcckfallplan\n- [ ] Zur\xfcck\n";
    let opened = crate::plan::open("runbook.md", latin);
    assert_eq!(opened.plan.unwrap().tiers.len(), 1);
    assert!(opened.problems.iter().any(|p| p.code == "encoding"));
}

/// What is run forward of a section `heading` behind a deployment, and whether the heading is told of.
fn behind_deployment(heading: &str) -> (bool, bool) {
    let text = format!(
        "# R\n## Deployment\n```bash\n./d.sh\n```\n## {heading}\n```bash\n./x.sh\n```\n## Rollback\n- [ ] r\n"
    );
    let plan = plan(&text);
    let runs = titles(&plan).contains(&("shell", "./x.sh")) && plan.tiers.len() == 1;
    let told = |code| problems(&text).iter().any(|(told, _)| *told == code);
    assert_eq!(told("section-not-run"), !runs, "{heading}");
    (runs, told("unclear-kind"))
}

#[test]
fn what_may_be_a_way_back_or_for_later_is_not_run() {
    for heading in [
        "Contract (later)",
        "Contract, two weeks later",
        "Contract after two weeks",
        "Contract phase: next quarter",
        "Switch to the old version",
        "Swap to previous slot",
        "Drain queue manually",
        "Freeze window",
        "Freeze exceptions",
        "Switch roles",
        "Contract signing",
        "Contract",
        "Restart the old version",
        "Disable the old version",
        "Stop everything",
        "Start over",
        "Start from scratch",
        "Shut down the cluster",
        "Scale down",
        "Contract (next release)",
        "Next release: contract",
        "Not in this release: deploy the rest",
        "Postponed: deploy the rest",
        "Legacy: deploy by hand",
    ] {
        assert!(!behind_deployment(heading).0, "{heading}");
    }
}

#[test]
fn what_turns_to_the_new_is_run_and_told() {
    for heading in [
        "Expand",
        "Backfill the new column",
        "Swap the tables",
        "Switch traffic to green",
    ] {
        assert_eq!(behind_deployment(heading), (true, true), "{heading}");
    }
}

#[test]
fn a_remark_on_a_part_of_the_deployment_does_not_shelve_it() {
    for heading in [
        "Deploy to production (not needed on replicas)",
        "Step 1: Deploy (deferred constraints)",
        "Deferred: validate constraints",
        "Deploy (future releases keep this)",
        "Deploy (postponed to 22:00)",
        "Deploy (on hold until 10:00)",
        "Migration (no longer needed columns)",
        "Deploy orders-api (legacy)",
        "Data migration (legacy)",
        "Migrate: legacy",
        "Cleanup (legacy)",
        "Next deployment ring",
        "Release 2.4 (next release: 2.5)",
    ] {
        assert_eq!(behind_deployment(heading), (true, true), "{heading}");
    }
    for heading in [
        "Deploy: next version (v2)",
        "Rollout: next version",
        "Next version rollout",
    ] {
        assert_eq!(behind_deployment(heading), (true, false), "{heading}");
    }
}

#[test]
fn an_application_is_no_appendix() {
    let block = "\n```bash\n./x.sh\n```\n";
    let runs = |text: &str| plan(text).steps.len();
    for heading in [
        "Развернуть приложение",
        "Перезапуск: приложение",
        "Приложение и база",
        "Приложение",
        "1. Приложение",
        "Déployer le modèle",
        "Desplegar plantillas",
        "Deploy the template service",
    ] {
        let text = format!("## Развертывание\n{block}### {heading}\n{block}");
        assert_eq!(runs(&text), 2, "{heading}");
        let back = format!("## Развертывание\n{block}## Откат\n### {heading}\n{block}");
        assert_eq!(runs(&back), 2, "{heading}");
    }
    assert_eq!(runs(&format!("## Развернуть приложение\n{block}")), 1);
    for heading in [
        "Приложение",
        "Приложение А",
        "Приложение 1: команды",
        "Annexe A",
        "Anhang",
        "Anexo",
        "付録",
        "附录",
    ] {
        let text = format!("## Развертывание\n{block}## {heading}\n{block}");
        assert_eq!(runs(&text), 1, "{heading}");
    }
    let service = format!("## Deployment\n{block}### Template service\n{block}");
    assert!(super::problems(&service).contains(&("section-not-run", 8)));
}

#[test]
fn the_clock_is_read_in_hours_and_minutes() {
    let text = "## Cutover\n### Freeze (T+0:00)\n- [ ] a\n### T+0:07 – Copy\n- [ ] b\n### T+1:15: Deploy\n- [ ] c\n";
    let at: Vec<_> = plan(text)
        .phases
        .iter()
        .map(|phase| {
            phase
                .spec
                .at
                .as_ref()
                .map(|at| (at.seconds, at.words.clone()))
        })
        .collect();
    let wanted = [(0, "T+0:00"), (420, "T+0:07"), (4500, "T+1:15")];
    let wanted = wanted.map(|(seconds, words)| Some((seconds, words.to_owned())));
    assert_eq!(at, wanted);
}

#[test]
fn a_length_above_parts_that_are_due_is_no_place() {
    let at = |text: &str| -> Vec<Option<i64>> {
        let text = format!("## Deploy\n- [ ] go\n{text}");
        let phases = plan(&text).phases;
        let at = |phase: &crate::plan::Phase| phase.spec.at.as_ref().map(|at| at.seconds);
        phases.iter().skip(1).map(at).collect()
    };
    let parts =
        "### Immediately after\n- [ ] a\n### 1 hour later\n- [ ] b\n### 24 hours later\n- [ ] c\n";
    let text = format!("## Post-migration monitoring (24 hours)\n{parts}");
    assert_eq!(at(&text), [None, Some(3600), Some(86_400)]);
    assert_eq!(
        at("## Long-term monitoring (1 week)\n- [ ] a\n"),
        [Some(604_800)]
    );
}

#[test]
fn a_line_tells_the_point_of_no_return() {
    let passed = |line: &str| -> Vec<bool> {
        let text = format!(
            "## Deployment\n{line}\n\n### Step 1: Stop\n- [ ] a\n### Step 2: Migrate\n- [ ] b\n### Step 3: Drop\n- [ ] c\n"
        );
        plan(&text)
            .phases
            .iter()
            .map(|phase| phase.spec.point_of_no_return)
            .collect()
    };
    assert_eq!(
        passed("**Point of no return:** After Step 2"),
        [false, false, true]
    );
    assert_eq!(
        passed("Punkt ohne Wiederkehr: nach Schritt 1"),
        [false, true, false]
    );
    assert_eq!(
        passed("**Point of no return:** before step 2"),
        [false, true, false]
    );
    for line in [
        "Point of no return: we talk about it",
        "**Point of no return:** 2 hours after the start",
        "**Point of no return:** after PR #2 is merged",
        "**Point of no return:** T+2 h",
        "**Point of no return:** after migration 002",
    ] {
        assert_eq!(passed(line), [false; 3], "{line}");
    }
    let text = "## Deployment\n**Point of no return:** After step 7\n\n- [ ] a\n";
    assert!(problems(text).contains(&("no-return", 2)));
}

#[test]
fn what_a_heading_stands_below_says_what_it_is_for() {
    let deploy = "## Deployment\n- [ ] go\n";
    for (text, wanted) in [
        (
            "## Pre-migration\n### Migrate the config\n- [ ] a\n## Migration\n- [ ] go\n",
            "before",
        ),
        (
            "## Preparation\n### Schema of the release\n- [ ] a\n## Migration\n- [ ] go\n",
            "before",
        ),
        ("## Preparation\n### Deployment\n- [ ] a\n", "deploy"),
        (
            "## Phase 1: Analysis of the migrations to apply\n- [ ] a\n## Phase 2: Migration\n- [ ] go\n",
            "before",
        ),
        (
            "## プリデプロイチェック\n- [ ] a\n## デプロイ\n- [ ] go\n",
            "before",
        ),
    ] {
        assert_eq!(phases(text)[0].0.word(), wanted, "{text}");
    }
    for (text, wanted) in [
        (
            "## Verification\n### Step 2: Check migration history\n- [ ] a\n",
            "verify",
        ),
        (
            "## Verification\n### Schema of the migration\n- [ ] a\n",
            "verify",
        ),
        ("## Verification\n### Deploy the rest\n- [ ] a\n", "deploy"),
        (
            "## Post-deployment\n### Deploy the docs\n- [ ] a\n",
            "after",
        ),
        ("## Check out the release\n- [ ] a\n", "deploy"),
        ("## デプロイ直後\n- [ ] a\n", "after"),
    ] {
        let text = format!("{deploy}{text}");
        assert_eq!(phases(&text)[1].0.word(), wanted, "{text}");
    }
}

#[test]
fn numbered_phases_stay_in_their_order() {
    let text = "## Phase 1: Migrate the schema\n- [ ] a\n## Phase 2: Go/no-go decision\n- [ ] b\n## Phase 3: Cutover\n- [ ] c\n";
    let names: Vec<String> = phases(text).into_iter().map(|(_, name)| name).collect();
    assert!(
        names
            .iter()
            .zip(1..)
            .all(|(name, at)| name.starts_with(&format!("Phase {at}"))),
        "{names:?}"
    );
}

#[test]
fn how_it_is_gone_about_and_what_only_leads_to_the_steps_is_no_deployment() {
    let block = "```bash\n./x.sh\n```\n";
    let deploy = format!("## Prerequisites\n{block}## 1. Cutover\n{block}## Rollback\n{block}");
    for (above, told) in [
        (
            "## Deployment strategy\n1. Green first\n2. Blue is kept\n",
            true,
        ),
        (
            "## Migration strategy\n### Zero-downtime approach\nIt goes by:\n1. Testing\n",
            true,
        ),
        ("## Stratégie de déploiement\n1. D'abord le vert\n", true),
        (
            "## Deployment strategy\nIn short:\n1. [Cut over](#1-cutover)\n2. [Go back](#rollback)\n",
            false,
        ),
        (
            "## Deployment\n1. [Cut over](#1-cutover)\n2. [Back](#rollback)\n",
            false,
        ),
    ] {
        let text = format!("# Up\n{above}{deploy}");
        let kinds: Vec<PhaseKind> = phases(&text).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [PhaseKind::Before, PhaseKind::Deploy], "{above}");
        let found = problems(&text)
            .iter()
            .any(|(code, _)| *code == "section-not-run");
        assert_eq!(found, told, "{above}");
    }
    for above in [
        "## Deployment strategy\n- [ ] Green first\n",
        "## Deployment strategy\n```bash\n./x.sh\n```\n",
        "## Deployment\n1. [Ask](https://shop.example)\n",
        "## Deployment\n1. [Cut over](#1-cutover) and wait\n",
        "## Deployment\n1. [Swap](#swap)\n",
    ] {
        let steps = plan(&format!("# Up\n{above}{deploy}")).steps.len();
        assert_eq!(steps, 4, "{above}");
    }
    // What stands in an appendix is done from where the steps point to it.
    let appendix = format!("# Up\n## Deployment\n1. [Swap](#swap)\n## Appendix\n### Swap\n{block}");
    assert_eq!(titles(&plan(&appendix)), [("check", "Swap")]);
    // Where nothing else deploys, it is what is done.
    let only = plan("# Up\n## Deployment strategy\n1. Green first\n2. Blue behind it\n");
    assert_eq!(only.steps.len(), 2);
}

#[test]
fn what_a_step_does_by_itself_is_a_detail_of_it() {
    let list = |label: &str| {
        let text = format!("## Deploy\n```bash\n./x.sh\n```\n{label}\n1. It stops\n2. It starts\n");
        let plan = plan(&text);
        let details = plan.steps[0].spec.details.clone().unwrap_or_default();
        (plan.steps.len(), details.contains("It starts"))
    };
    for label in [
        "**What happens:**",
        "What this does:",
        "Was passiert:",
        "Что происходит:",
    ] {
        assert_eq!(list(label), (1, true), "{label}");
    }
    for label in [
        "Then:",
        "What happens if it fails:",
        "Do what is needed:",
        "**What to do:**",
        "What the DBA does:",
        "What should I do:",
    ] {
        assert_eq!(list(label).0, 3, "{label}");
    }
    // What is ticked, or has commands of its own, is done.
    let plan = plan("## Deploy\n```bash\n./x.sh\n```\nWhat happens:\n- [ ] Stop\n- [ ] Run\n");
    assert_eq!(plan.steps.len(), 3);
}

#[test]
fn times_of_the_day_are_as_far_from_the_deployment_as_the_clock_says() {
    let places = |day: &str, parts: &[&str]| -> Vec<Option<i64>> {
        let part = |part: &&str| format!("### {part}\n- [ ] a\n");
        let text = format!(
            "# Up\n## {day}\n{}",
            parts.iter().map(part).collect::<String>()
        );
        let plan = plan(&text);
        let place = |phase: &crate::plan::Phase| phase.spec.at.as_ref().map(|at| at.seconds);
        plan.phases.iter().map(place).collect()
    };
    let night = [
        "Pre-migration (23:00 - 23:30)",
        "Run the migration (23:30 - 00:30)",
        "Post-migration (00:30 - 02:00)",
    ];
    let wanted = [Some(-1800), Some(0), Some(3600)];
    assert_eq!(places("Migration day (D-0)", &night), wanted);
    assert_eq!(places("Migration day", &night), [None; 3]);
    // Told in no order, or without a deployment's own.
    let back = [
        "Run the migration (05:00 - 06:00)",
        "Post-migration (04:00 - 05:00)",
    ];
    assert_eq!(places("Migration day (D-0)", &back), [None; 2]);
    let none = [
        "Pre-migration (04:00 - 05:00)",
        "Post-migration (05:00 - 06:00)",
    ];
    assert_eq!(places("Migration day (D-0)", &none), [None; 2]);
}

#[test]
fn steps_that_look_in_the_middle_of_a_series_are_no_preparations() {
    use PhaseKind::{After, Before, Deploy, Verify};
    let kinds = |parts: &[&str]| -> Vec<PhaseKind> {
        let part = |part: &&str| format!("### {part}\n```bash\n./x.sh\n```\n");
        let text = format!(
            "# Up\n## Deployment\n{}",
            parts.iter().map(part).collect::<String>()
        );
        phases(&text).into_iter().map(|(kind, _)| kind).collect()
    };
    let upgrade = ["Step 1: Upgrade", "Step 2: Verify that it is ready"];
    assert_eq!(kinds(&upgrade), [Deploy, Verify]);
    let series = [
        "1. Prepare the hosts",
        "2. Migrate",
        "3. Back up the new schema",
        "4. Monitor the queue",
        "5. Release",
        "6. Verification",
        "7. Tests",
        "8. Monitoring",
    ];
    let wanted = [
        Before, Deploy, Deploy, Verify, Deploy, Verify, Verify, After,
    ];
    assert_eq!(kinds(&series), wanted);
}

#[test]
fn requirements_are_met_before_it_begins() {
    for heading in [
        "Deployment requirements",
        "Setup requirements",
        "Requirements",
    ] {
        let plan = plan(&format!(
            "## {heading}\n- [ ] access\n## Deployment\n```sh\n./deploy\n```\n"
        ));
        let kinds = plan.phases.iter().map(|phase| phase.spec.kind);
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [PhaseKind::Before, PhaseKind::Deploy],
            "{heading}"
        );
    }
}

#[test]
fn what_is_to_be_done_within_a_time_waits_for_no_place_on_the_clock() {
    let day = std::time::Duration::from_secs(86_400);
    for heading in [
        "Post-deployment (Within 24 hours)",
        "Post-deployment - at most 24 hours",
        "Follow-up (in the first 24 hours)",
        "Nach dem Deployment (innerhalb von 24 Stunden)",
        "Nacharbeiten (bis zu 24 Stunden)",
        "Après le déploiement (dans les 24 heures)",
    ] {
        let text = format!("## Deploy\n- [ ] a\n## {heading}\n- [ ] b\n");
        let plan = plan(&text);
        let spec = &plan.phases[1].spec;
        assert_eq!(spec.kind, PhaseKind::After, "{heading}");
        assert_eq!((spec.budget, &spec.at), (Some(day), &None), "{heading}");
    }
}

#[test]
fn an_approval_that_is_given_before_stays_before() {
    let text = "## Pre-Migration Checklist (T-7 days)\n### Stakeholder Approval\n- [ ] a\n## Migration\n- [ ] b\n";
    let plan = plan(text);
    let spec = &plan.phases[0].spec;
    let at = spec.at.as_ref().map(|at| at.seconds);
    assert_eq!((spec.kind, at), (PhaseKind::Before, Some(-7 * 86_400)));
    let behind = "## Migration\n- [ ] a\n## Sign-off\n- [ ] b\n";
    assert_eq!(phases(behind)[1].0, PhaseKind::After);
}

#[test]
fn what_deploys_ahead_of_a_pre_deployment_section_asks() {
    let block = |name: &str| format!("\n```sh\n./{name}\n```\n");
    let asks = |text: &str| -> Vec<bool> {
        let plan = plan(text);
        plan.steps
            .iter()
            .map(|step| step.spec.confirm.is_some())
            .collect()
    };
    let (quick, full) = (block("quick"), block("full"));
    let checks = "## Pre-deployment checklist\n- [ ] Backup created\n";
    let text = format!("## Quick deploy{quick}{checks}## Deployment{full}");
    assert_eq!(asks(&text), [true, false, false]);
    assert!(problems(&text).contains(&("conditional-step", 3)));
    // A checklist behind all that is deployed is gone through first.
    let behind = format!("## Deployment{full}{checks}");
    assert_eq!(asks(&behind), [false, false]);
    // Each service has its own.
    let parts = |name: &str| {
        format!("## Service {name}\n### Pre-deployment\n- [ ] a\n### Deployment{full}")
    };
    let services = format!("{}{}", parts("one"), parts("two"));
    assert_eq!(asks(&services), [false; 4]);
    let counted = format!(
        "## 1. Deploy the schema{quick}## 2. Pre-deployment checklist\n- [ ] a\n## 3. Deploy{full}"
    );
    assert_eq!(asks(&counted), [false; 3]);
}
