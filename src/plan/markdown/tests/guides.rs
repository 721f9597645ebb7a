//! Guides, timetables and lists as small teams write them: what only the title, the head of a table or a number says is
//! done, and what comes back week by week.

use super::{plan, problems, titles};

const BLOCK: &str = "```bash\n./x.sh\n```\n";

fn steps(text: &str) -> Vec<String> {
    if !problems(text).iter().all(|(code, _)| *code != "no-steps") {
        return Vec::new();
    }
    let plan = plan(text);
    let titles = titles(&plan);
    titles
        .iter()
        .map(|(kind, title)| format!("{kind} {title}"))
        .collect()
}

fn asks(text: &str) -> Vec<bool> {
    plan(text)
        .steps
        .iter()
        .map(|step| step.spec.danger)
        .collect()
}

#[test]
fn numbered_orders_below_a_title_that_deploys_are_driven() {
    for title in [
        "# VPS deployment guide",
        "# How to deploy",
        "# Production update procedure",
        "# Redeploying the shop",
        "# Upgrade",
        "# Server update steps",
        "---\ntitle: Update the server\n---\n",
    ] {
        let text = format!(
            "{title}\n## 1. Connect to the server\n{BLOCK}## 2. Pull the new image\n{BLOCK}## 3. Start it\n{BLOCK}## Notes\n{BLOCK}"
        );
        assert_eq!(steps(&text).len(), 3, "{text}");
        let unclear = problems(&text);
        let unclear = unclear.iter().filter(|(code, _)| *code == "unclear-kind");
        assert_eq!(unclear.count(), 3, "{text}");
    }
}

#[test]
fn numbered_headings_that_are_looked_up_are_not() {
    for (title, headings) in [
        (
            "Upgrade troubleshooting",
            ["1. Restart the app", "2. Pull again"],
        ),
        ("Deployment FAQ", ["1. Restart the app", "2. Pull again"]),
        (
            "Deployment architecture",
            ["1. Build the image", "2. Push the image"],
        ),
        ("Update strategies", ["1. Replace all", "2. Replace some"]),
        ("Failed updates", ["1. Restart the app", "2. Pull again"]),
        ("Deployment guide", ["1. Logs", "2. Disk space"]),
        ("Shop", ["1. Pull the code", "2. Restart the app"]),
        (
            "Staging deployment",
            ["1. Pull the code", "2. Restart the app"],
        ),
    ] {
        let [first, second] = headings;
        let text = format!("# {title}\n## {first}\n{BLOCK}## {second}\n{BLOCK}");
        assert_eq!(steps(&text), [""; 0], "{text}");
    }
}

#[test]
fn rows_of_a_timetable_are_ticked_where_nothing_else_is_done() {
    let rows = "| Time | Task | Owner | Status |\n|-|-|-|-|\n| 6:15 | Lock the shop | DBA | |\n| 6:20 | Back it up | DBA | |\n";
    let text = format!("## Cutover\n### Phase 1: Migrate\n{rows}### Phase 2: Deploy\n{BLOCK}");
    assert_eq!(
        steps(&text),
        ["check Lock the shop", "check Back it up", "shell ./x.sh"]
    );
    let whole = format!("# Go live\n## Timeline\n### Phase 1: Migrate (6:00 - 7:00)\n{rows}");
    assert_eq!(steps(&whole).len(), 2);
    for text in [
        format!("## Deployment\n{BLOCK}## Timeline\n### Migrate (6:00 - 7:00)\n{rows}"),
        format!("## Deployment\n{BLOCK}\n{rows}"),
        format!("## Deployment\n{BLOCK}## Background\n{rows}"),
        format!("## Deployment\n{BLOCK}### Risks\n{rows}"),
        format!(
            "## Deployment\n{BLOCK}### Versions to deploy\n| Service | Owner |\n|-|-|\n| api | Ann |\n"
        ),
        format!(
            "## Deployment\n{BLOCK}### Steps that fail\n| Step | Cause | Owner |\n|-|-|-|\n| a | b | c |\n"
        ),
    ] {
        assert_eq!(steps(&text), ["shell ./x.sh"], "{text}");
    }
}

#[test]
fn numbers_below_an_item_are_steps_where_only_some_of_them_run() {
    let text = "## Upgrade\n1. Stop the shop\n2. Install\n    1. Get the sources\n    2. Migrate\n    3. Start it\n\n       ```bash\n       ./start.sh\n       ```\n3. Look\n";
    assert_eq!(
        steps(text),
        [
            "check Stop the shop",
            "check Install",
            "check Get the sources",
            "check Migrate",
            "shell Start it",
            "check Look"
        ]
    );
    let bullets = "## Upgrade\n1. Install\n    - as root\n    - on each node\n\n      ```bash\n      ./start.sh\n      ```\n";
    assert_eq!(steps(bullets), ["shell Install"]);
    let told = "## Upgrade\n1. Install\n    1. as root\n    2. on each node\n";
    assert_eq!(steps(told), ["check Install"]);
}

#[test]
fn fences_in_tabs_below_an_item_are_told() {
    let text = "## Upgrade\n1. Back it up:\n\n    === \"Docker\"\n\n        ```bash\n        ./dump.sh\n        ```\n";
    assert!(
        problems(text)
            .iter()
            .any(|(code, line)| (*code, *line) == ("unread-block", 6))
    );
    let plain = "## Upgrade\n1. It prints:\n\n        ready\n";
    assert!(
        problems(plain)
            .iter()
            .all(|(code, _)| *code != "unread-block")
    );
}

#[test]
fn what_comes_back_again_and_again_asks() {
    let deploy = format!("## Deployment\n{BLOCK}");
    for other in [
        format!("## Backup strategy\n### 1. Full backup (daily)\n{BLOCK}"),
        format!("## Backup strategy\n### Daily\n{BLOCK}"),
        format!("## Maintenance\n### Nightly backups\n{BLOCK}"),
        "## Backup jobs\n```bash\ncrontab -e\n0 3 * * * /srv/backup.sh\n```\n".to_owned(),
        "## Backup jobs\n```bash\n# Cron job: 0 3 * * *\n./backup.sh\n```\n".to_owned(),
        "## Backup script\n**File: `scripts/backup.sh`**\n```bash\n#!/bin/bash\n./dump.sh\n```\n"
            .to_owned(),
    ] {
        let text = format!("{deploy}{other}");
        assert_eq!(asks(&text), [false, true], "{text}");
    }
    for other in [
        format!("## Backup before the release\n{BLOCK}"),
        format!("## Monitoring (daily)\n{BLOCK}"),
        format!("## Deploy the nightly job\n{BLOCK}"),
        "## Backup\n```bash\n(crontab -l; echo '0 3 * * * /srv/x.sh') | crontab -\n```\n"
            .to_owned(),
        "## Backup\n```bash\ncat > /etc/cron.d/x <<E\n0 3 * * * root /srv/x.sh\nE\n```\n"
            .to_owned(),
        "## Migration\n**File: `add.sql`**\n```sql\nALTER TABLE a ADD b int;\n```\n".to_owned(),
    ] {
        let text = format!("{deploy}{other}");
        assert_eq!(asks(&text), [false, false], "{text}");
    }
}

#[test]
fn a_table_of_roles_names_and_contacts_names_people_below_any_heading() {
    let text = format!(
        "## Deployment team\n| Role | Name | Contact |\n|-|-|-|\n| Lead | Ann | @ann |\n## Deployment\n{BLOCK}"
    );
    assert_eq!(plan(&text).contacts.len(), 1);
    let form = format!(
        "## Deployment\n{BLOCK}## Sign-off\n**Review checklist:**\n- [ ] It is migrated\n\nDBA: ____\n"
    );
    let signs = plan(&form).signoffs;
    let signs: Vec<&str> = signs.iter().map(|sign| sign.role.as_str()).collect();
    assert_eq!(signs, ["DBA"]);
}

#[test]
fn a_least_length_is_no_place_on_the_clock() {
    let text = format!("## Deployment\n{BLOCK}## Monitor the logs (15+ minutes)\n{BLOCK}");
    assert!(
        plan(&text)
            .phases
            .iter()
            .all(|phase| phase.spec.at.is_none())
    );
}

#[test]
fn what_a_guide_tells_behind_its_last_order_is_for_another_time() {
    let guide = "# VPS deployment guide\n## 1. Connect to the server\n```bash\n./x.sh\n```\n## 2. Stop the app\n```bash\n./x.sh\n```\n## 3. Start it\n```bash\n./x.sh\n```\n";
    assert_eq!(steps(guide).len(), 3);
    for heading in [
        "4. Removing everything",
        "4. Uninstall",
        "4. Reset the database",
        "4. Logs",
        "4. Stop the app",
        "4. Daily operations",
    ] {
        let text = format!("{guide}## {heading}\n```bash\n./wipe.sh\n```\n");
        assert_eq!(steps(&text).len(), 3, "{heading}");
        let told = problems(&text);
        assert!(
            told.iter().any(|(code, _)| *code == "section-not-run"),
            "{heading}"
        );
    }
}

#[test]
fn phases_of_one_deployment_are_done_one_after_the_other() {
    for (one, other) in [
        (
            "Phase 1: Automated deployment",
            "Phase 2: Manual deployment",
        ),
        ("Step 1: Quick deploy", "Step 2: Full deploy"),
    ] {
        let text = format!("# Up\n## Deployment\n### {one}\n{BLOCK}### {other}\n{BLOCK}");
        assert_eq!(asks(&text), [false, false], "{one}");
        assert!(
            plan(&text)
                .phases
                .iter()
                .all(|phase| phase.spec.choice.is_none())
        );
    }
}

#[test]
fn rows_that_tell_the_command_as_well_are_ticked() {
    let table = "## Deployment\n| Time | Step | Command |\n|---|---|---|\n| T+0 | Drain | `kubectl drain a` |\n| T+5m | Migrate | `./migrate` |\n";
    let wanted = [("check", "Drain"), ("check", "Migrate")];
    assert_eq!(titles(&plan(table)), wanted);
    let both = plan(&format!("{table}## Rollback\n```sh\n./back\n```\n"));
    assert_eq!(titles(&both)[..2], wanted);
    let details = both.steps[0].spec.details.as_deref();
    assert_eq!(details, Some("T+0 - kubectl drain a"));
}

#[test]
fn where_nothing_else_is_done_blocks_of_references_are_named() {
    let types = "## Migration types\n### Type A\n```sh\n./a\n```\n### Type B\n```sh\n./b\n```\n";
    let told = |text: &str| -> Vec<usize> {
        let all = problems(text).into_iter();
        let told = all.filter(|(code, _)| *code == "section-not-run");
        told.map(|(_, line)| line).collect()
    };
    assert_eq!(told(types), [3, 7]);
    let back = "## Rollback\n```sh\n./back\n```\n";
    assert_eq!(told(&format!("{types}{back}")), [3, 7]);
    let forward = "## Deployment\n```sh\n./go\n```\n";
    assert_eq!(told(&format!("{types}{forward}")), [0; 0]);
}
