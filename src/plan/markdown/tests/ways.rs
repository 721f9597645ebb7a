//! Ways back of which one is gone, however their names are written, and names of ways back.

use super::{plan, problems};

/// Of each tier below "Rollback", the text of which is `text`, which steps ask.
fn asks(text: &str) -> Vec<Vec<bool>> {
    let text = format!("## Deploy\n```bash\n./deploy.sh\n```\n## Rollback\n{text}");
    let plan = plan(&text);
    let steps = |steps: std::ops::Range<usize>| {
        let steps = plan.steps[steps].iter();
        steps.map(|step| step.spec.danger).collect()
    };
    plan.tiers
        .iter()
        .map(|tier| steps(tier.steps.clone()))
        .collect()
}

/// A name with a block, as a bold line, a label, an item and a numbered heading.
fn forms(names: &[&str]) -> Vec<String> {
    let form = |form: &str, indent: &str| {
        let block = format!("\n{indent}```bash\n{indent}./x.sh\n{indent}```\n\n");
        let all = names.iter().enumerate().map(|(ix, name)| {
            let head = form.replace('@', name).replace('#', &(ix + 1).to_string());
            format!("{}{block}", head.replace('H', "###"))
        });
        all.collect()
    };
    vec![
        form("**@**", ""),
        form("@:", ""),
        form("- @", "  "),
        form("#. @", "   "),
        form("- **@**", "  "),
        form("H 4.# @", ""),
    ]
}

/// Of each step below "Deployment", the text of which is `text`, its first line, and whether somebody is asked.
fn forward(text: &str) -> Vec<(String, bool)> {
    let plan = plan(&format!("## Deployment\n{text}"));
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let steps = plan.steps.iter().map(|step| {
        let asks = step.spec.danger || step.spec.alternatives.len() > 1;
        (first(&step.spec.work.text()), asks)
    });
    steps.collect()
}

#[test]
fn what_is_for_another_place_never_runs_unasked_and_production_is_offered_first() {
    let (reset, keep) = ("```bash\n./reset\n```\n", "```bash\n./keep\n```\n");
    for text in [
        format!("Development:\n\n{reset}\nProduction:\n\n{keep}"),
        format!("**Local**\n\n{reset}\n**Production**\n\n{keep}"),
        format!("In development, run:\n\n{reset}\nIn production, run:\n\n{keep}"),
        format!("Non-production:\n\n{reset}\nProduction (careful):\n\n{keep}"),
    ] {
        assert_eq!(forward(&text), [("./keep".to_owned(), true)], "{text}");
        let item = format!("- [ ] Migrate\n\n{text}").replace('\n', "\n  ");
        assert_eq!(forward(&item), [("./keep".to_owned(), true)], "{item}");
    }
    for text in [
        format!("Development:\n\n{reset}\n{reset}\nProduction:\n\n{keep}"),
        format!("Run in staging:\n\n{reset}\n{reset}\nRun in production:\n\n{keep}"),
        format!("Dev:\n\n{reset}\nThen look.\n\n{reset}\nProd:\n\n{keep}"),
    ] {
        let wanted = [("./reset", true), ("./reset", true), ("./keep", false)];
        let wanted = wanted.map(|(line, asks)| (line.to_owned(), asks));
        assert_eq!(forward(&text), wanted, "{text}");
        let item = format!("- [ ] Migrate\n\n{text}").replace('\n', "\n  ");
        assert_eq!(forward(&item), wanted, "{item}");
    }
    let after = format!("Development:\n\n{reset}\nProduction:\n\n{keep}\nThen:\n\n{keep}");
    let wanted = [("./keep", true), ("./keep", false)].map(|(line, asks)| (line.to_owned(), asks));
    assert_eq!(forward(&after), wanted);
    let local = format!("Production:\n\n{keep}\n**Local reset**\n\n{reset}");
    let wanted = [("./keep", false), ("./reset", true)].map(|(line, asks)| (line.to_owned(), asks));
    assert_eq!(forward(&local), wanted);
    for line in ["Testing", "Staging tables", "Local variables", "Dev tools"] {
        let text = format!("{line}:\n\n{keep}");
        assert_eq!(forward(&text), [("./keep".to_owned(), false)], "{line}");
    }
}

#[test]
fn ways_back_that_exclude_each_other_never_run_both_unasked() {
    for names in [
        ["Without data loss", "With data loss (restore)"],
        ["Without cache", "With cache"],
        ["Plan A: the flag", "Plan B: the backup"],
        ["Option A", "Option B"],
        ["Within 15 minutes", "After 15 minutes"],
        ["Within 15 minutes", "Afterwards"],
        ["Innerhalb von 15 Minuten", "Danach"],
        ["Preferred: go on", "Otherwise: restore"],
        ["Ohne Datenverlust", "Mit Datenverlust"],
        ["Sans perte de données", "Avec perte de données"],
        ["Без потери данных", "С потерей данных"],
        ["データ損失なし", "データ損失あり"],
        ["无数据丢失", "有数据丢失"],
    ] {
        for text in forms(&names) {
            let tiers = asks(&text);
            let unasked = tiers.iter().flatten().filter(|asks| !**asks).count();
            // One step of which a way is picked is one.
            // So are ways back one of which is picked before any of its steps is reached.
            let picked = plan(&format!(
                "## Deploy\n```bash\n./deploy.sh\n```\n## Rollback\n{text}"
            ))
            .tiers
            .iter()
            .all(|tier| tier.spec.way);
            assert!(
                unasked == 0 || picked || (tiers.len() == 1 && tiers[0].len() == 1),
                "{text}"
            );
        }
    }
    let options = "It can't be undone. Options:\n\n1. Go on\n   ```bash\n   ./x.sh\n   ```\n2. Restore\n   ```bash\n   ./y.sh\n   ```\n";
    assert_eq!(asks(options), [[true, true]]);
    let block = "\n```bash\n./x.sh\n```\n";
    for [one, other] in [
        ["Plan A", "Plan B"],
        ["Preferred: go on", "Otherwise: restore"],
    ] {
        let headings = format!("### {one}\n{block}### {other}\n{block}");
        assert_eq!(asks(&headings).len(), 2, "{one}");
    }
    let case = forms(&[
        "Stop the app",
        "If the data is corrupt, restore it",
        "Start the app",
    ]);
    for text in case {
        assert_eq!(asks(&text), [[false, true, false]], "{text}");
    }
}

#[test]
fn scenarios_within_a_way_back_ask_whatever_stands_above_them() {
    let block = "```bash\n./x.sh\n```\n";
    for above in [
        "After the cutover",
        "After the cutover (phases: Switching, HealthChecking, Completed)",
    ] {
        let text = format!(
            "### Before the cutover\n{block}### {above}\n#### Scenario A: no writes yet\n{block}#### Scenario B: with writes\n{block}"
        );
        let tiers = asks(&text);
        let unasked = tiers.iter().flatten().filter(|asks| !**asks).count();
        assert_eq!(tiers.iter().flatten().count(), 3, "{text}");
        assert_eq!((tiers.len(), unasked), (2, 1), "{tiers:?}: {text}");
    }
}

#[test]
fn lines_that_lead_on_within_a_way_do_not_end_it() {
    let block = "```bash\n./x.sh\n```\n";
    let item = "1. Do it:\n\n   ```bash\n   ./x.sh\n   ```\n";
    for [one, other] in [
        ["**Option A: slow**", "**Option B: quick**"],
        ["**With downtime**", "**Without downtime**"],
        [
            "**Scenario: the rows are gone**",
            "**Scenario: the rows are there**",
        ],
        ["Option A:", "Option B:"],
    ] {
        for (lead, then) in [
            ("Steps:", "Run these:"),
            ("Stop all, then:", "**Good for:**\n- large tables"),
        ] {
            let counts = !one.contains("downtime");
            if !counts && then.starts_with("**") {
                continue;
            }
            let text = format!("{one}\n\n{lead}\n\n{item}\n{then}\n\n{other}\n\n{lead}\n\n{block}");
            assert_eq!(asks(&text), [[true, true]], "{text}");
            let forward = plan(&format!(
                "## Deployment\n### 1. Migrate\n{text}\n### 2. Start\n{block}"
            ));
            let dangers = forward.steps.iter().map(|step| step.spec.danger);
            assert_eq!(dangers.collect::<Vec<_>>(), [true, true, false], "{text}");
        }
    }
    // A bold line behind the last of them is a part of its own, as is what stands behind those that are picked from.
    let behind = format!("**Option A**\n\n{item}\n**Option B**\n\n{item}\n**Then**\n\n{block}");
    assert_eq!(asks(&behind), [[true, true, false]]);
    let picked = format!("**Option A**\n{block}\n**Option B**\n{block}\nThen start it:\n{block}");
    assert_eq!(asks(&picked), [[false, false]]);
    let steps = format!("**Stop it**\n\nRun:\n{block}\n**Start it**\n\nRun:\n{block}");
    assert_eq!(asks(&steps), [[false, false]]);
}

#[test]
fn a_case_alone_is_no_way_of_its_own() {
    let block = "```bash\n./x.sh\n```\n";
    let text = format!(
        "### 1. Stop\n{block}### 2. Scenario: the happy path\n{block}### 3. Start\n{block}"
    );
    assert_eq!(asks(&text), [[false; 3]]);
    let text = format!("### Scenario: a bug\n{block}### Scenario: lost rows\n{block}");
    assert_eq!(asks(&text).len(), 2);
    let choices = |text: &str| -> Vec<bool> {
        let plan = plan(text);
        plan.phases
            .iter()
            .map(|phase| phase.spec.choice.is_some())
            .collect()
    };
    let forward =
        format!("# T\n## Deployment\n### Scenario: new\n{block}### Scenario: there\n{block}");
    assert_eq!(choices(&forward), [true, true]);
    let alone = format!("# T\n## Deployment\n{block}## Scenario: new\n{block}");
    assert_eq!(choices(&alone), [false]);
}

#[test]
fn ways_gone_by_hand_are_one_thing_to_see_to() {
    for line in [
        "There are two main options for rolling back. Option 2 is quick.",
        "There are 2 options:",
        "Es gibt zwei Möglichkeiten.",
        "Hay dos opciones principales:",
    ] {
        let text = format!(
            "{line}\n\n1. Restore the server\n- Run the workflow\n- Delete the new one\n\n2. Restore the dump\n- Run the other one\n"
        );
        assert_eq!(asks(&text), [[false]], "{line}");
    }
    for line in [
        "Options are set here.",
        "The two servers:",
        "Set the two options:",
    ] {
        let text = format!("{line}\n\n1. Restore the server\n2. Restore the dump\n");
        assert_eq!(asks(&text), [[false, false]], "{line}");
    }
}

#[test]
fn ways_back_that_are_done_in_turn_stay_so() {
    for names in [
        [
            "Before the switch: freeze writes",
            "After the switch: allow writes",
        ],
        ["Staging", "Production"],
        ["PostgreSQL 14", "PostgreSQL 16"],
        [
            "With maintenance mode on, restore",
            "Without cache: restart the app",
        ],
        ["Plan a postmortem", "Plan the next try"],
        ["Stop the app", "Afterwards"],
        ["Restore", "Then"],
        ["Wait for 15 minutes", "Then start it"],
    ] {
        for text in &forms(&names)[2..] {
            let counted = text.contains("1. ") || text.contains("4.1");
            if counted || names[0] != "Staging" {
                assert_eq!(asks(text), [[false, false]], "{text}");
            }
        }
    }
    let counted = "### 1. If the migration fails, stop\n\n```bash\n./x.sh\n```\n\n### 2. Start\n\n```bash\n./y.sh\n```\n";
    assert_eq!(asks(counted), [[false, false]]);
    let list = "Do all of it:\n\n1. Stop\n   ```bash\n   ./x.sh\n   ```\n2. Restore\n   ```bash\n   ./y.sh\n   ```\n";
    assert_eq!(asks(list), [[false, false]]);
}

#[test]
fn a_way_back_for_another_place_asks_where_one_is_for_production() {
    let block = "\n```bash\n./x.sh\n```\n";
    let text = format!("### Staging\n{block}\n### Production\n{block}");
    assert_eq!(asks(&text), [[true], [false]]);
    let only = format!("### Staging\n{block}");
    assert_eq!(asks(&only), [[false]]);
}

#[test]
fn other_names_of_ways_back_are_known() {
    for name in [
        "D-Day fallback",
        "Return to the old version",
        "Reversal",
        "Fallback-Szenario",
        "戻し手順",
        "コンチプラン",
    ] {
        let text = format!("## Deployment\n- [ ] go\n## {name}\n- [ ] back\n");
        assert_eq!(plan(&text).tiers.len(), 1, "{name}");
    }
    for name in ["Return to normal", "D-Day", "Payment reversal rollout"] {
        let text = format!("## Deployment\n- [ ] go\n## {name}\n- [ ] then\n");
        assert_eq!(plan(&text).tiers.len(), 0, "{name}");
    }
}

#[test]
fn a_block_that_is_called_a_way_back_is_none_of_the_way_forward() {
    let block = |name: &str| format!("```sh {{\"name\":\"{name}\"}}\n./{name}.sh\n```\n");
    let text = format!("## Deploy\n{}{}", block("ship"), block("rollback"));
    let read = plan(&text);
    assert_eq!((read.phases[0].steps.len(), read.tiers.len()), (1, 1));
    // What follows it may be a part of it.
    let text = format!(
        "## Deploy\n{}{}{}",
        block("ship"),
        block("rollback"),
        block("check")
    );
    let dangers: Vec<bool> = plan(&text)
        .steps
        .iter()
        .map(|step| step.spec.danger)
        .collect();
    assert_eq!(dangers, [false, true, false]);
    assert!(problems(&text).contains(&("conditional-step", 6)));
    for name in ["verify-rollback", "rollback-check", "prepare-rollback"] {
        let text = format!("## Deploy\n{}{}", block("ship"), block(name));
        assert_eq!(plan(&text).phases[0].steps.len(), 2, "{name}");
    }
}

#[test]
fn what_the_shell_decides_by_itself_is_not_asked() {
    let blocks = "```bash\nif ! systemctl is-active shop \\\n  ; then systemctl start shop; fi\n```\n\n```bash\n# restart the workers if needed\nsystemctl restart workers\n```\n\n```bash\n# If needed, start the mail again\nsystemctl start mail\n```\n";
    assert_eq!(asks(blocks), [[false, false, true]]);
}

#[test]
fn of_ways_back_until_and_after_a_time_of_the_day_one_is_gone() {
    let block = |name: &str| format!("```bash\n./{name}.sh\n```\n");
    let (first, second) = (block("first"), block("second"));
    let inside = |text: &str| text.replace('\n', "\n  ");
    for (until, after) in [
        ("Until 03:30", "After 03:30"),
        ("Bis 03:30 Uhr", "Nach 03:30 Uhr"),
        ("Jusqu'à 3h30", "Après 3h30"),
        ("Hasta las 03:30", "Después de las 03:30"),
        ("Até 03h30", "Depois das 03h30"),
        ("До 03:30", "После 03:30"),
    ] {
        let shapes = [
            format!("{until}: restore it\n\n{first}\n{after}: by hand\n\n{second}"),
            format!("{until}:\n\n{first}\n{after}:\n\n{second}"),
            format!("**{until}:**\n\n{first}\n**{after}:**\n\n{second}"),
            format!(
                "- [ ] {until}: restore it\n  {}\n- [ ] {after}:\n{second}",
                inside(&first)
            ),
            format!("1. {until}:\n{first}2. {after}:\n{second}"),
        ];
        for shape in shapes {
            let plan = plan(&format!("## Deploy\n- [ ] a\n\n## Rollback\n\n{shape}"));
            let asks = plan.steps[1..]
                .iter()
                .map(|step| step.spec.confirm.is_some());
            assert_eq!(asks.collect::<Vec<_>>(), [true, true], "{shape}");
        }
        let headings = format!("### {until}\n\n{first}\n### {after}\n\n{second}");
        let plan = plan(&format!("## Deploy\n- [ ] a\n\n## Rollback\n\n{headings}"));
        assert_eq!(plan.tiers.len(), 2, "{headings}");
    }
    // Of another time, or alone, it tells when; so it does on the way forward.
    for (heading, lines) in [
        ("Rollback", ["Until 03:30:", "After 04:30:"]),
        ("Rollback", ["Stop it:", "After 03:30:"]),
        ("Rollback", ["Before restoring:", "After restoring:"]),
        ("Switch over", ["Until 03:30:", "After 03:30:"]),
    ] {
        let [one, two] = lines;
        let text =
            format!("## Deploy\n- [ ] a\n\n## {heading}\n\n{one}\n\n{first}\n{two}\n\n{second}");
        let plan = plan(&text);
        assert!(
            plan.steps.iter().all(|step| step.spec.confirm.is_none()),
            "{text}"
        );
    }
}

#[test]
fn what_stands_behind_several_ways_back_belongs_to_none() {
    let text = |end: &str| {
        format!(
            "## Deployment\n```sh\n./deploy\n```\n## Rollback\n### Option A: the flag\n```sh\n./flag\n```\n### Option B: the dump\n```sh\n./dump\n```\n### {end}\n- [ ] all is green\n"
        )
    };
    for end in ["Post-rollback checklist", "Verification"] {
        let plan = plan(&text(end));
        let tiers = plan
            .tiers
            .iter()
            .map(|tier| (tier.spec.name.as_str(), tier.steps.len(), tier.spec.after));
        assert_eq!(
            tiers.collect::<Vec<_>>(),
            [
                ("Option A: the flag", 1, false),
                ("Option B: the dump", 1, false),
                (end, 1, true)
            ],
            "{end}"
        );
    }
}

#[test]
fn what_stands_behind_several_ways_back_is_done_in_its_order() {
    let way = |name: &str| format!("### {name}\n```sh\n./x\n```\n");
    let text = format!(
        "## Deployment\n```sh\n./deploy\n```\n## Rollback\n{}{}### Post-rollback verification and data restore\n```sh\n./restore-data\n```\n### Smoke test\n```sh\n./smoke\n```\n",
        way("Case 1: code"),
        way("Case 2: schema"),
    );
    let plan = plan(&text);
    let last = plan.tiers.last().unwrap();
    let steps = plan.steps[last.steps.clone()].iter();
    let titles: Vec<&str> = steps.map(|step| step.spec.title.as_str()).collect();
    assert!(last.spec.after);
    assert_eq!(titles, ["./restore-data", "./smoke"]);
}

/// The names of the ways back, and the seconds of their windows.
fn windows(text: &str) -> Vec<(String, Option<u64>, Option<u64>)> {
    let seconds = |time: Option<std::time::Duration>| time.map(|time| time.as_secs());
    let tiers = plan(text).tiers.into_iter();
    let tiers = tiers.map(|tier| tier.spec);
    tiers
        .map(|tier| (tier.name, seconds(tier.from), seconds(tier.until)))
        .collect()
}

#[test]
fn lengths_are_no_windows_where_they_leave_a_time_without_a_way() {
    let ways = |times: [&str; 3]| {
        let way = |name: &str, time: &str| format!("### {name} ({time})\n```sh\n./{name}\n```\n");
        let [first, second, third] = times;
        let (one, other) = (way("flag", first), way("redeploy", second));
        let text = format!(
            "## Deploy\n```sh\n./deploy\n```\n## Rollback\n{one}{other}{}",
            way("restore", third)
        );
        windows(&text)
    };
    let lengths = ways(["< 1 min", "5-10 minutes", "30-60 minutes"]);
    assert_eq!(
        lengths[2],
        ("restore (30-60 minutes)".to_owned(), None, None)
    );
    assert!(
        lengths
            .iter()
            .all(|(_, from, until)| from.is_none() && until.is_none())
    );
    let tiled = ways(["< 5 min", "5-15 minutes", "15-60 minutes"]);
    assert_eq!(tiled[2], ("restore".to_owned(), Some(900), Some(3600)));
    let open = ways(["< 5 min", "15-60 minutes", "> 60 minutes"]);
    assert_eq!(open[1], ("redeploy".to_owned(), Some(900), Some(3600)));
}

#[test]
fn a_heading_that_is_only_a_time_is_the_window_of_its_way() {
    let text = "## Deploy\n```sh\n./deploy\n```\n## Rollback\n### Within 30 minutes\n```sh\n./flag\n```\n\
                ### After 30 minutes\n```sh\n./restore\n```\n";
    let found = windows(text);
    assert_eq!((found[0].1, found[0].2), (None, Some(1800)), "{found:?}");
    assert_eq!((found[1].1, found[1].2), (Some(1800), None), "{found:?}");
}

#[test]
fn who_only_looks_is_not_offered_before_who_goes_back() {
    let text = "## Deploy\n```sh\n./deploy\n```\n## If issues occur during deployment\n### Quick diagnostics\n```sh\ndocker logs shop\n```\n\
                ### Rollback steps (if critical issues are found)\n```sh\n./rollback\n```\n";
    let names: Vec<String> = windows(text).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names.last().unwrap(), "Quick diagnostics", "{names:?}");
}

#[test]
fn of_ways_that_take_back_more_or_less_one_is_gone() {
    let text = "## Deploy\n```sh\n./deploy\n```\n## Rollback\n**Application only:**\n```sh\n./redeploy\n```\n\
                **Application and database:**\n```sh\n./restore\n```\n**Nuclear option:**\n```sh\n./all\n```\n";
    let plan = plan(text);
    let asks =
        |step: &crate::plan::Step| step.spec.confirm.is_some() || step.spec.alternatives.len() > 1;
    let one_by_one = plan.tiers.len() == 1 && !plan.steps[1..].iter().all(asks);
    assert!(!one_by_one, "{:?}", plan.steps);
}

#[test]
fn what_only_saves_is_no_way_back() {
    let text = |name: &str, script: &str| {
        format!(
            "## 1. Checks\n- [ ] CI is green\n## 2. {name}\n- [ ] It is there\n  ```sh\n  {script}\n  ```\n## 3. Deploy\n```sh\n./deploy\n```\n"
        )
    };
    for name in [
        "Backup and Rollback",
        "Rollback Snapshot",
        "Prepare rollback",
        "Backup & Rollback Plan",
        "Snapshot de rollback",
    ] {
        let plan = plan(&text(name, "pg_dump shop > shop.sql"));
        assert_eq!((plan.phases.len(), plan.tiers.len()), (3, 0), "{name}");
    }
    for script in [
        "pg_restore -d shop shop.dump",
        "git checkout v1",
        "./back.sh",
    ] {
        let plan = plan(&text("Backup and Rollback", script));
        assert_eq!(plan.tiers.len(), 1, "{script}");
    }
}

#[test]
fn means_of_one_act_are_ways_of_it_and_those_of_a_deployment_are_not() {
    let block = |name: &str| format!("```sh\n./{name}\n```\n");
    let labels = |names: [&str; 2]| -> String {
        let all = names
            .iter()
            .map(|name| format!("**{name}**\n\n{}", block("x")));
        all.collect()
    };
    for names in [["Alembic", "K8s job"], ["Docker:", "systemd:"]] {
        let text = format!("## Deployment\n### Run the migrations\n{}", labels(names));
        let plan = plan(&text);
        assert_eq!(plan.steps.len(), 1, "{names:?}");
        assert_eq!(plan.steps[0].spec.alternatives.len(), 2, "{names:?}");
    }
    for (title, names) in [
        ("Deploy the app", ["Docker", "Kubernetes"]),
        ("Restart all services", ["Docker", "systemd"]),
        ("Restart the app", ["Docker", "Workers"]),
        ("Install", ["Docker", "Kubectl"]),
    ] {
        let text = format!("## Deployment\n### {title}\n{}", labels(names));
        assert_eq!(plan(&text).steps.len(), 2, "{title}: {names:?}");
    }
    let headings = |title: &str, names: [&str; 2]| {
        let [one, other] = names;
        let text = format!(
            "## Deployment\n{}### {title}\n#### {one}\n{}#### {other}\n{}",
            block("a"),
            block("b"),
            block("c")
        );
        let plan = plan(&text);
        let chosen = plan
            .phases
            .iter()
            .filter(|phase| phase.spec.choice.is_some());
        chosen.count()
    };
    assert_eq!(headings("Restart the service", ["Docker:", "systemd:"]), 2);
    assert_eq!(headings("Deploy the app", ["Docker", "systemd"]), 0);
}

#[test]
fn what_brings_back_from_a_backup_stays_a_way_back() {
    for (name, script) in [
        (
            "Rollback: restore the backup",
            "cp /srv/app/config.yml.bak /srv/app/config.yml",
        ),
        (
            "Rollback with backup",
            "tar xzf /var/backups/app.tar.gz -C /srv",
        ),
        ("Rollback (snapshot)", "cp -a /snapshots/app /srv/app"),
        (
            "Rollback to backup",
            "docker tag app:backup app:latest; docker compose up -d",
        ),
        ("Rollback plan (backup)", "sqlite3 app.db < backup.sql"),
        (
            "Database rollback from dump",
            "gunzip -c shop.sql.gz | sqlite3 shop.db",
        ),
    ] {
        let text =
            format!("## Deployment\n```sh\n./deploy\n```\n## {name}\n```sh\n{script}\n```\n");
        assert_eq!(plan(&text).tiers.len(), 1, "{name}");
    }
    let saved = "## 1. Snapshot for the rollback\n```sh\npg_dump shop > shop.sql\n```\n## 2. Backup and rollback\n\
                 ```sh\npg_dump shop > shop.sql\n```\n## 3. Deploy\n```sh\n./deploy\n```\n";
    let asked = plan(saved).steps.into_iter();
    let asked: Vec<bool> = asked.map(|step| step.spec.confirm.is_some()).collect();
    assert_eq!(asked, [false; 3]);
}

#[test]
fn parts_of_a_deployment_by_several_programs_are_no_ways() {
    for (title, names) in [
        ("Apply infrastructure changes", ["Terraform", "Helm"]),
        ("Run the deployment", ["Terraform", "Helm"]),
        ("Execute the upgrade", ["apt", "npm"]),
        ("Migrate the databases", ["psql", "mysql"]),
        ("Run the database migrations", ["psql", "mysql"]),
        ("Reload configuration", ["systemd", "Docker"]),
        ("Apply the manifests and migrations", ["Kubectl", "Alembic"]),
    ] {
        let [one, other] = names;
        let text = format!(
            "## Deployment\n### {title}\n#### {one}\n```sh\n./a\n```\n#### {other}\n```sh\n./b\n```\n"
        );
        let plan = plan(&text);
        let chosen = plan
            .phases
            .iter()
            .filter(|phase| phase.spec.choice.is_some());
        assert_eq!(chosen.count(), 0, "{title}");
    }
}

#[test]
fn where_ways_in_a_block_end_nowhere_all_of_it_stays_together() {
    let text = "## Deployment\n```sh\n# Maintenance on\ntouch on\n\n# Migrate\nalembic upgrade head\n# or, by hand\npsql -f up.sql\n\n\
                # Maintenance off\nrm on\n```\n";
    let plan = plan(text);
    let steps: Vec<(usize, bool)> = plan
        .steps
        .iter()
        .map(|step| (step.spec.alternatives.len(), step.spec.confirm.is_some()))
        .collect();
    assert_eq!(steps, [(0, true)]);
}
