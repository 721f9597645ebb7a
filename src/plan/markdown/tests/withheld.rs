//! What the words above it, or its own, keep from being done, and what they only tell of.

use super::{opened, plan, problems, titles};
use crate::plan::Mark;

/// What becomes of a block below `above` in a deployment: whether it runs, asks first, and is named at `line`.
fn fate(above: &str, line: usize) -> (bool, bool, bool) {
    let text = format!("## Deployment\n```bash\n./first.sh\n```\n{above}\n");
    let plan = plan(&text);
    let step = plan
        .steps
        .iter()
        .find(|step| step.spec.work.text().contains("./then.sh"));
    let named = problems(&text).iter().any(|(code, at)| {
        *at == line && ["section-not-run", "unread-block", "conditional-step"].contains(code)
    });
    (
        step.is_some(),
        step.is_some_and(|step| step.spec.danger),
        named,
    )
}

const BLOCK: &str = "```bash\n./then.sh\n```";

#[test]
fn what_is_folded_away_is_what_its_summary_says() {
    for summary in [
        "Sample output",
        "Expected output",
        "Output",
        "Example of a failed run (do not copy)",
        "Old procedure (before 2023)",
        "Reference",
        "Do not run",
        "FAQ",
        "<b>Previously we used</b>",
    ] {
        let text = format!("<details><summary>{summary}</summary>\n\n{BLOCK}\n\n</details>");
        assert_eq!(fate(&text, 7), (false, false, true), "{summary}");
        let item = format!(
            "- [ ] Migrate\n\n  <details>\n  <summary>{summary}</summary>\n\n  {}\n\n  </details>",
            BLOCK.replace('\n', "\n  ")
        );
        assert_eq!(fate(&item, 10), (false, false, true), "{summary}");
    }
    for summary in [
        "Alternative: by hand",
        "If it hangs",
        "Rollback",
        "Optional",
    ] {
        let text = format!("<details><summary>{summary}</summary>\n\n{BLOCK}\n\n</details>");
        assert_eq!(fate(&text, 8), (true, true, true), "{summary}");
    }
    for summary in ["Details", "Click to expand", "Show the commands", "Step 2"] {
        let text = format!("<details><summary>{summary}</summary>\n\n{BLOCK}\n\n</details>");
        assert_eq!(fate(&text, 7), (true, false, false), "{summary}");
    }
    let closed =
        format!("<details><summary>Old</summary>\n\n```bash\n./x.sh\n```\n\n</details>\n\n{BLOCK}");
    assert_eq!(fate(&closed, 13), (true, false, false));
    let tasks = "<details><summary>Old procedure</summary>\n\n- [ ] tick\n- [ ] run\n\n  ```bash\n  ./then.sh\n  ```\n\n</details>";
    assert_eq!(fate(tasks, 7), (false, false, true));
}

#[test]
fn items_that_are_not_to_be_done_are_shown_and_run_nothing() {
    let item = |title: &str| format!("- [ ] {title}\n  {}", BLOCK.replace('\n', "\n  "));
    for title in [
        "Do not run: warm the caches",
        "DO NOT warm the caches",
        "Never warm the caches",
        "Skip: warm the caches (done yesterday)",
        "N/A: warm the caches",
        "Warm the caches (not needed)",
        "Warm the caches (already done)",
        "Warm the caches (next release)",
        "Deprecated: warm the caches",
        "Example: warm the caches",
        "Expected output",
    ] {
        let text = item(title);
        assert_eq!(fate(&text, 6), (false, false, true), "{title}");
        let shown = opened(&format!("## Deployment\n{text}\n")).plan.unwrap();
        assert!(
            shown.steps[0]
                .spec
                .details
                .as_deref()
                .unwrap_or("")
                .contains("./then.sh"),
            "{title}"
        );
    }
    for title in [
        "Do not run this twice",
        "Do not run this if the replica lags",
        "Do not run this on the standby",
        "Warm the caches (optional)",
        "Later: warm the caches",
        "Stop the servers (old)",
        "~~Clear~~ Warm the caches",
        "Do not clear the caches, ask the team",
        "Do not run this; use the script",
    ] {
        assert_eq!(fate(&item(title), 5), (true, true, true), "{title}");
    }
    for title in [
        "Don't forget to warm the caches",
        "Stop the old servers",
        "Verify that the workers do not use the old pool",
        "Drop the skipped rows",
        "Warm the caches (~5 minutes)",
        "Mark the ticket as done",
        "Example tenants are loaded",
        "Do not clear the caches, rename them",
        "Never clear the caches; instead rename them",
        "Nunca borrar la caché, sino renombrar la vieja",
        "Should show: no errors",
    ] {
        assert_eq!(fate(&item(title), 5), (true, false, false), "{title}");
    }
}

#[test]
fn what_is_struck_out_does_not_apply() {
    let text = "## Deployment\n- [ ] ~~Drop the index~~\n  ```bash\n  a\n  ```\n  Then:\n  ```bash\n  b\n  ```\n  - [ ] part\n- [x] ~~Told~~\n- [ ] Go\n1. ~~Wait~~\n### ~~Rebuild~~\n```bash\nc\n```\n";
    let plan = plan(text);
    let marks: Vec<_> = plan
        .steps
        .iter()
        .map(|step| (step.spec.title.as_str(), step.spec.mark))
        .collect();
    let away = Some(Mark::NotApplicable);
    assert_eq!(
        marks,
        [
            ("~~Drop the index~~", away),
            ("Then", away),
            ("part", away),
            ("~~Told~~", Some(Mark::Done)),
            ("Go", None),
            ("~~Wait~~", away),
        ]
    );
    assert!(problems(text).contains(&("section-not-run", 15)));
    let html = "## Deployment\n- [ ] <del>Drop it</del>\n";
    assert_eq!(super::plan(html).steps[0].spec.mark, away);
}

#[test]
fn a_list_below_words_that_forbid_it_is_only_read() {
    let list = |label: &str| format!("{label}\n\n- [ ] it\n  {}", BLOCK.replace('\n', "\n  "));
    for label in ["Do not run:", "Not in this release:", "**Old procedure**"] {
        assert_eq!(fate(&list(label), 7), (false, false, true), "{label}");
    }
    for label in [
        "Database:",
        "Expected results:",
        "Avoid downtime: do this first:",
    ] {
        assert_eq!(fate(&list(label), 7), (true, false, false), "{label}");
    }
}

#[test]
fn what_is_told_instead_is_done_below_a_line_or_a_heading() {
    for above in [
        "Never clear the caches; rename them:",
        "Do not clear the caches. Rename them:",
        "### Do not clear the caches, rename them",
        "Should print: 11",
        "Expected: `done`",
        "You should see: no errors",
        "Sollte zeigen: keine Fehler",
    ] {
        let found = fate(&format!("{above}\n\n{BLOCK}"), 0);
        assert_eq!(found, (true, false, false), "{above}");
    }
    for above in [
        "Never clear the caches, ask the team:",
        "### Never clear the caches, ask the team",
        "Ne pas vider le cache, mais le renommer :",
    ] {
        let (runs, asks, _) = fate(&format!("{above}\n\n{BLOCK}"), 0);
        assert!(runs && asks, "{above}");
    }
    for above in ["Never run this, it clears the caches:", "Expected output:"] {
        let (runs, ..) = fate(&format!("{above}\n\n{BLOCK}"), 0);
        assert!(!runs, "{above}");
    }
    let text = "## Deployment\n- [ ] a\n## Rollback\nNever drop it, ask the team:\n```bash\n./then.sh\n```\n";
    let back = plan(text);
    assert!(back.steps[1].spec.danger);
}

#[test]
fn comments_in_a_block_say_what_is_not_to_be_run() {
    let block = |lines: &str| format!("```bash\n{lines}\n```");
    let apart = block("# Check it\n./check.sh\n\n# DON'T run this in production\n./then.sh");
    assert_eq!(fate(&apart, 9), (true, true, true));
    let alone = block("# Check it\n\n./check.sh\n\n# Do not run:\n\n./then.sh");
    assert_eq!(fate(&alone, 10), (false, false, true));
    let only = block("# Check it\n\n./check.sh\n\n# Never\n./then.sh");
    assert_eq!(fate(&only, 10), (false, false, true));
    for comment in [
        "# Do not run: it drops all",
        "# NEVER",
        "# Rollback",
        "# If it fails:",
        "# old way",
        "# In case you need to remove it again, drop its slot on the primary",
        "# If you need to start over",
        "# If you need to start over, this cleans up",
        "# If the data is broken, restore the backup",
        "# Falls die Daten defekt sind, Sicherung wiederherstellen",
        "# Если данные повреждены",
        "# データが壊れている場合",
        "# After 24-48 hours of good operation",
        "# Remove the old cluster after 24 hours",
        "# If using Docker, prune the images",
        "# If using Docker: prune",
        "# When using PM2",
        "# Optionally prune",
        "# Optional: reset the samples",
        "# Prune (optional but recommended)",
        "# On staging",
        "# For staging",
        "# First time only",
        "# Revert if something goes wrong",
        "# DO NOT RUN in production",
        "# Restore the samples if they are gone",
    ] {
        let whole = block(&format!("./check.sh\n{comment}\n./then.sh"));
        assert_eq!(fate(&whole, 7), (true, true, true), "{comment}");
    }
    for comment in [
        "# do not stop on errors",
        "# never fails",
        "# if this fails, see the wiki",
        "# known issue: slow",
        "# if not exists: creates it",
        "# If it exists, this does nothing",
        "# If rows are shown, stop",
        "# If all is well, open the traffic",
        "# Expire sessions after 24 hours",
        "# After 5 minutes",
        "# drop the old rows",
        "# If rows are left, see the wiki",
        "# Goes on after an error",
        "# Install it (optional packages included)",
        "# Create the index if it is not there",
        "# Scenario: the disk is full",
    ] {
        let whole = block(&format!("./check.sh\n{comment}\n./then.sh"));
        assert_eq!(fate(&whole, 7), (true, false, false), "{comment}");
    }
    for inside in [
        "for x in 1 2; do\n  # Optional: slow\n  ./then.sh\ndone",
        "if ./check.sh; then\n  # If using Docker, prune\n  ./then.sh\nfi",
        "./then.sh <<EOF\n\n# On staging\nx\nEOF",
        "./check.sh\n# If using Docker, prune\n\n# The rest\n./then.sh",
    ] {
        let asks = plan(&format!("## Deployment\n{}\n", block(inside)));
        let last = asks.steps.last().unwrap();
        assert!(!last.spec.danger, "{inside}");
    }
    assert_eq!(
        titles(&plan(
            "## Deployment\n```bash\n# skip\n./a.sh\n```\n- [ ] go\n"
        )),
        [("check", "go")]
    );
}

#[test]
fn of_a_block_only_what_its_comments_reserve_asks() {
    let asks = |heading: &str, code: &str| -> Vec<bool> {
        let text = format!("## Deployment\n- [ ] a\n\n## {heading}\n```bash\n{code}\n```\n");
        let plan = plan(&text);
        plan.steps[1..]
            .iter()
            .map(|step| step.spec.danger)
            .collect()
    };
    let code =
        "./go.sh\n\n# Optional: reset the samples\n./reset.sh\n\n# For staging\n./go.sh staging";
    assert_eq!(asks("Switch over", code), [false, true, true]);
    // What follows may belong to it, and what needs a variable stays in one shell.
    for code in [
        "./go.sh\n\n# If using Docker\n./prune.sh\n\n# Then\n./start.sh",
        "URL=$(./url.sh)\n./go.sh\n\n# If using Docker\n./prune.sh $URL",
    ] {
        assert_eq!(asks("Switch over", code), [true], "{code}");
    }
    for (code, all) in [
        (
            "./back.sh\n\n# If the cache is stale\n./flush.sh",
            &[false, true][..],
        ),
        (
            "./stop.sh\n\n# Restore the dump if rows are gone\n./restore.sh",
            &[false, true],
        ),
        ("# Take the script\n# Example:\n./drop.sh", &[true]),
        ("./stop.sh\n# Wrong:\n./drop.sh", &[true]),
        (
            "# Previous version\n./back.sh\n\n# Revert the code\n./revert.sh",
            &[false],
        ),
    ] {
        assert_eq!(asks("Rollback", code), all, "{code}");
    }
    let sql = |code: &str| {
        let plan = plan(&format!("## Deployment\n```sql\n{code}\n```\n"));
        plan.steps[0].spec.danger
    };
    assert!(sql(
        "select 1;\n\n-- On staging only\ndelete from t where x;"
    ));
    assert!(!sql(
        "create table t (\n  a int,\n  -- optional: the note\n  b text\n);"
    ));
    assert!(!sql(
        "do $$ begin\n  perform 1;\n  -- If it is gone, skip\n  perform 2;\nend $$;"
    ));
}

/// How a line stands above a block that begins at the edge, though it is no paragraph by itself.
const APART: [&str; 11] = [
    "- Stop it.\n- @:",
    "1. Stop it\n2. @:",
    "- [ ] Stop it\n- [ ] @:",
    "- Stop it.\n  - @:",
    "> Stop it first.\n>\n> @:",
    "> [!CAUTION]\n> @:",
    "> [!danger]\n> @:",
    ":::danger\n@:\n:::",
    "Stop it first.\n@:",
    "@:\n\n---",
    "@:\n\n<!-- a remark -->",
];

#[test]
fn the_last_line_above_a_block_holds_it_wherever_it_stands() {
    for shape in APART {
        for words in [
            "Do not run",
            "Never run this in production",
            "If it fails, run",
            "Rollback",
            "Example",
            "Old procedure",
            "Nicht ausführen",
            "Si la migration échoue",
        ] {
            let above = shape.replace('@', words);
            let (runs, asks, _) = fate(&format!("{above}\n\n{BLOCK}"), 0);
            assert!(!runs || asks, "{above}");
            let named = (5..16).any(|line| fate(&format!("{above}\n\n{BLOCK}"), line).2);
            assert!(named, "{above}");
        }
        for words in ["Run this", "Then start the workers", "Database"] {
            let text = format!("{}\n\n{BLOCK}", shape.replace('@', words));
            assert_eq!(fate(&text, 0), (true, false, false), "{text}");
        }
    }
    let item = |above: &str| {
        let lines = format!("{above}\n\n{BLOCK}").replace('\n', "\n  ");
        format!("- [ ] Go\n\n  {lines}")
    };
    for shape in &APART[3..] {
        let (runs, asks, _) = fate(&item(&shape.replace('@', "Do not run")), 0);
        assert!(!runs || asks, "{shape}");
        let (runs, asks, _) = fate(&item(&shape.replace('@', "If it fails")), 0);
        assert!(!runs || asks, "{shape}");
        let runs = fate(&item(&shape.replace('@', "Run this")), 0);
        assert_eq!(runs, (true, false, false), "{shape}");
    }
}

#[test]
fn lines_that_do_not_name_the_block_hold_nothing() {
    for above in [
        "> Rollback: see section 4",
        "- If this fails, stop",
        "- Run it.\n- If it fails, call somebody.",
        "> [!NOTE]\n> Do not close the terminal.",
        "Run it and compare what it prints with this\nresult:",
        "The command is safe to run again if needed.",
        "Drop it only if it is empty. It is.",
        "If it fails:\n\n- tell somebody",
        "Do not run this:\n\n```text\n./old.sh\n```\n\nNow run:",
        "Rollback:\n\nSee the wiki.",
        "- Never run two migrations at once; take the lock:",
        "1. Do not run as root. Run as deploy:",
        "- Copy the rollback scripts:",
        "> Never start the old cluster again. Delete it with:",
    ] {
        let text = format!("{above}\n\n{BLOCK}");
        assert_eq!(fate(&text, 0), (true, false, false), "{above}");
    }
}

#[test]
fn titles_say_when_not_in_items_labels_and_headings_alike() {
    let item = BLOCK.replace('\n', "\n   ");
    let all = |name: &str| {
        [
            format!("- [ ] {name}\n\n   {item}"),
            format!("1. {name}\n\n   {item}"),
            format!("{name}:\n\n{BLOCK}"),
            format!("### {name}\n{BLOCK}"),
        ]
    };
    for name in [
        "Rebuild it if needed",
        "Rebuild it (when necessary)",
        "Rebuild it only if it is bloated",
        "Rebuild it (only after 7 days!)",
        "Rebuild it — not this time",
        "Rebuild it (staging only)",
        "Emergency only",
        "Last resort",
        "Not for production",
        "Please don't rebuild it",
        "🚫 Rebuild it",
        "Neu aufbauen bei Bedarf",
        "Reconstruire (dernier recours)",
    ] {
        for text in all(name) {
            let (runs, asks, _) = fate(&text, 0);
            assert!(!runs || asks, "{text}");
            assert!((5..12).any(|line| fate(&text, line).2), "{text}");
        }
    }
    for name in [
        "Check whether needed",
        "Restart after migration",
        "Only one worker left running",
        "Expire sessions after 2 days",
        "Deploy if-else fix",
        "DONE: rebuild it",
        "❌ Delete the old pods",
        "⛔ Stop the workers",
    ] {
        for text in all(name) {
            assert_eq!(fate(&text, 0), (true, false, false), "{text}");
        }
    }
    // A comment tells what its command sees to by itself.
    let comment = "```bash\n# Create the directory if needed\n./then.sh\n```";
    assert_eq!(fate(comment, 0), (true, false, false));
}

/// Whether the commands of `block` ask first, and the line of the problem that says why.
fn asks(language: &str, block: &str) -> (Vec<bool>, Vec<usize>) {
    let text = format!("## Deployment\n\n```{language}\n{block}\n```\n");
    let plan = plan(&text);
    let works = plan.steps.iter().filter(|step| !step.spec.work.is_check());
    let asks = works.map(|step| step.spec.confirm.is_some()).collect();
    let told = problems(&text).into_iter();
    let told = told.filter(|(code, _)| *code == "conditional-step");
    (asks, told.map(|(_, line)| line).collect())
}

#[test]
fn commands_joined_by_or_are_not_run_one_after_the_other() {
    for or in [
        "# OR",
        "# or",
        "# or manually:",
        "# or, on hosts without systemd:",
        "# Alternatively, use the other tool",
        "# Alternative:",
        "# oder von Hand:",
        "# ou à la main :",
        "# или вручную",
        "# または",
    ] {
        let block = format!("# Stop the shop\nsystemctl stop shop\n{or}\n./stop.sh");
        assert_eq!(
            ways("bash", &block),
            ["systemctl stop shop", "./stop.sh"],
            "{or}"
        );
        assert_eq!(asks("bash", &block), (vec![false], vec![]), "{or}");
        let apart = format!("# Stop the shop\nsystemctl stop shop\n\n{or}\n\n./stop.sh");
        let (asks, told) = asks("bash", &apart);
        assert_eq!((asks, told.len()), (vec![false, true], 1), "{or}");
    }
    let sql = "select 1;\n-- or\nselect 2;";
    assert_eq!(ways("sql", sql), ["select 1;", "select 2;"]);
    for block in [
        "docker compose up -d\n# or\n# docker-compose up -d",
        "make build\n# or: docker build .\nmake push",
        "# Stop it\n# or the lock is kept\nsystemctl stop shop\n./next.sh",
        "systemctl stop shop\n# otherwise the lock is kept\n./next.sh",
        "systemctl stop shop\n# Alternative port\n./next.sh",
        "systemctl stop shop\n# order matters\n./next.sh",
        "systemctl stop shop\n# or by hand",
        "if up; then\n  ./stop.sh\n  # or\n  ./kill.sh\nfi",
    ] {
        assert_eq!(asks("bash", block), (vec![false], vec![]), "{block}");
        assert_eq!(ways("bash", block), Vec::<String>::new(), "{block}");
    }
}

/// The ways of the first step that a block in `language` makes.
fn ways(language: &str, block: &str) -> Vec<String> {
    let text = format!("## Deployment\n- [ ] one\n\n```{language}\n{block}\n```\n");
    let plan = plan(&text);
    let ways = plan.steps[1].spec.alternatives.iter();
    ways.map(|way| way.work.text().into_owned()).collect()
}

#[test]
fn where_it_is_unclear_how_far_ways_within_a_block_go_a_person_is_asked() {
    for block in [
        "./stop\n./a\n# or\n./b\n./start",
        "./a\n# or the lock is kept\n./b",
        "HOST=a\n./stop\n\n./a $HOST\n\n# or\n./b $HOST",
    ] {
        assert_eq!(ways("bash", block), Vec::<String>::new(), "{block}");
        let (asks, told) = asks("bash", block);
        assert_eq!((asks, told.len()), (vec![true], 1), "{block}");
    }
    let all = "# If the schema has changed:\ncd shop\n\n# With the tool\n./a\n\n# or by hand\n./b";
    assert_eq!(asks("bash", all).0, [true]);
    assert_eq!(
        ways("sql", "\\c shop\n-- or\nselect 2;"),
        Vec::<String>::new()
    );
    let sql = "select 1,\n  2;\n-- or\nselect 2;";
    assert_eq!(asks("sql", sql), (vec![false], vec![]));
}

#[test]
fn what_stands_around_ways_within_a_block_is_done_whichever_is_gone() {
    let block =
        "# Stop it\n./stop\n\n# With systemd\n./a\n./b\n\n# or with supervisor\n./c\n\n# Look\n./d";
    let text = format!("## Deployment\n```bash\n{block}\n```\n");
    let plan = plan(&text);
    assert_eq!(
        titles(&plan),
        [
            ("shell", "Stop it"),
            ("shell", "With systemd"),
            ("shell", "Look")
        ]
    );
    let ways = &plan.steps[1].spec.alternatives;
    let labels: Vec<&str> = ways.iter().map(|way| way.label.as_str()).collect();
    assert_eq!(labels, ["With systemd", "with supervisor"]);
    assert_eq!(ways[0].work.text(), "./a\n./b");
    assert!(plan.steps.iter().all(|step| step.spec.confirm.is_none()));
}

#[test]
fn what_stands_below_or_is_another_way_and_asks() {
    let item = "1. Stop it\n\n   ```bash\n   ./stop.sh\n   ```\n";
    for or in [
        "or manually:",
        "Or by hand",
        "oder von Hand:",
        "ou manuellement :",
        "или вручную:",
        "または手動で:",
        "Alternatively, by hand:",
    ] {
        for below in [
            format!("{item}\n{or}\n\n   {}", BLOCK.replace('\n', "\n   ")),
            format!("{item}\n{or}\n\n{BLOCK}"),
            format!(
                "- [ ] Stop it\n\n  ```bash\n  ./stop.sh\n  ```\n\n- [ ] {or}\n\n  {}",
                BLOCK.replace('\n', "\n  ")
            ),
        ] {
            let text = format!("## Deployment\n\n{below}\n");
            let plan = plan(&text);
            let danger = |script: &str| {
                let mut steps = plan.steps.iter();
                let step = steps.find(|step| step.spec.work.text().contains(script));
                step.map(|step| step.spec.danger)
            };
            let found = (danger("./stop.sh"), danger("./then.sh"));
            assert_eq!(found, (Some(false), Some(true)), "{text}");
        }
    }
    let back = format!(
        "## Deployment\n\n```sh\n./go.sh\n```\n\n## Rollback\n\n{item}\nor manually:\n\n{BLOCK}\n"
    );
    let back = plan(&back);
    let danger: Vec<bool> = back.steps.iter().map(|step| step.spec.danger).collect();
    assert_eq!(danger, [false, false, true]);
    for title in ["Order the parts", "Oracle export", "Orders"] {
        assert_eq!(
            fate(&format!("{title}:\n\n{BLOCK}"), 8),
            (true, false, false),
            "{title}"
        );
    }
}

#[test]
fn what_is_a_files_content_asks_on_both_ways() {
    for above in [
        "Save this as `go.sh`:",
        "Create `go.sh` with:",
        "Contents of go.sh:",
        "`go.sh` を作成：",
    ] {
        let text = format!("{above}\n\n```bash\ncd /srv\n./then.sh\n```");
        assert_eq!(fate(&text, 8), (true, true, true), "{above}");
    }
    let block = |first: &str| format!("```bash\n{first}\n./then.sh\n```");
    for first in [
        "#!/bin/sh\n# scripts/go.sh",
        "#!/bin/sh\n# go.sh - goes there",
        "# scripts/go.sh",
        "# /etc/cron.d/shop",
        "# File: tools/go.py",
    ] {
        assert_eq!(fate(&block(first), 6), (true, true, true), "{first}");
    }
    for first in [
        "#!/bin/sh",
        "# scripts/then.sh",
        "# Stop the app",
        "# Node.js",
        "# shop.example.com",
        "cat a.sh",
    ] {
        assert!(!fate(&block(first), 6).1, "{first}");
    }
    let back = "## Deploy\n```bash\n./go.sh\n```\n## Rollback\nCreate `back.sh` with:\n```bash\ncd /srv\n./old.sh\n```\n\
                Then run:\n```bash\n./back.sh\n```\n";
    let steps = plan(back).steps;
    let asks: Vec<bool> = steps.iter().map(|step| step.spec.danger).collect();
    assert_eq!(asks, [false, true, false]);
    assert!(problems(back).contains(&("conditional-step", 8)));
}

#[test]
fn a_script_that_is_read_over_asks() {
    let sql =
        |line: &str| format!("## Deployment\n{line}\n\n```sql\ndelete from a where b;\n```\n");
    for line in [
        "Review this script:",
        "Checklist of the script's contents:",
        "### Script review",
    ] {
        assert!(plan(&sql(line)).steps[0].spec.danger, "{line}");
    }
    assert!(
        !plan(&sql("After the review, run this SQL:")).steps[0]
            .spec
            .danger
    );
    let reads = "## Deployment\nReview the SQL:\n```bash\ncat migration.sql\n```\n";
    assert!(!plan(reads).steps[0].spec.danger);
}

#[test]
fn what_a_heading_beside_says_when_to_use_asks() {
    let asks = |when: &str| {
        let text = format!(
            "## Deployment\n### {when}\nText.\n### Manual failover\n```bash\n./a.sh\n```\n### Switchover\n```bash\n./b.sh\n```\n"
        );
        let steps = plan(&text).steps;
        steps
            .iter()
            .map(|step| step.spec.danger)
            .collect::<Vec<_>>()
    };
    assert_eq!(asks("When to use manual failover"), [true, false]);
    assert_eq!(asks("When to use a manual failover"), [true, false]);
    assert_eq!(asks("When to use this runbook"), [false, false]);
}

#[test]
fn what_fails_when_all_is_well_is_told() {
    let told = |language: &str, body: &str| {
        let text = format!("## Verification\n```{language}\n{body}\n```\n");
        problems(&text)
            .iter()
            .any(|(code, _)| *code == "expected-failure")
    };
    assert!(told(
        "sql",
        "-- of another tenant (must fail)\ninsert into a values (1);"
    ));
    assert!(told(
        "sql",
        "insert into a values (1);\n-- Expected: ERROR: new row violates"
    ));
    assert!(told(
        "bash",
        "# should fail with permission denied\npsql -c 'select 1'"
    ));
    assert!(!told("bash", "# should fail\n! psql -c 'select 1'"));
    assert!(!told("bash", "# must fail over to b\n./failover.sh"));
    assert!(!told("sql", "-- no rows\nselect 1;"));
}

#[test]
fn what_goes_back_by_its_command_asks_among_the_steps_forward() {
    let asks = |text: &str| {
        let asks = plan(text).steps.into_iter();
        asks.map(|step| step.spec.confirm.is_some())
            .collect::<Vec<_>>()
    };
    let text = "## Deploy\n```sh\nhelm upgrade shop .\n```\n## Verification\n\
                ```sh\n./scripts/rollback.sh auto\n```\n```sh\nkubectl rollout undo deploy/shop\n```\n\
                ```sh\nkubectl rollout status deploy/shop\n```\n\
                ```sh\n./smoke.sh $(host) || ./rollback.sh\nif ! ./look.sh; then ./rollback.sh; fi\n\
                ./watch.sh || {\necho bad\n./rollback.sh\n}\n```\n\
                ```sh\nfor host in a b; do ./rollback.sh $host; done\n```\n```sh\n(cd x; ./rollback.sh)\n```\n";
    assert_eq!(asks(text), [false, true, true, false, false, true, true]);
    let text = "## Deploy\n```sh\nalembic upgrade head\n```\n## Rollback\n\
                ```sh\n# One\nalembic downgrade -1\n# All\nalembic downgrade base\n```\n\
                ```sh\nalembic downgrade -1\n```\n\
                ```sh\nkubectl rollout undo deploy/api\nkubectl rollout undo deploy/web\n```\n";
    let plan = plan(text);
    let way = &plan.tiers[0].steps;
    let way = plan.steps[way.clone()].iter();
    let asked: Vec<bool> = way.map(|step| step.spec.confirm.is_some()).collect();
    assert_eq!(asked, [true, false, false]);
}

#[test]
fn who_recovers_a_backup_goes_back() {
    for (name, back) in [
        ("Recovering the latest backup", true),
        ("Recover Latest Backup", true),
        ("Recover disk space", false),
        ("Verify backup recovery", false),
    ] {
        let text = format!("## Deploy\n```sh\na\n```\n## {name}\n```sh\nb\n```\n");
        assert_eq!(!plan(&text).tiers.is_empty(), back, "{name}");
    }
}

#[test]
fn a_comment_that_asks_is_told_with_its_reason() {
    let block = |first: &str, second: &str| {
        format!("## Deployment\n```sh\n# {first}\n./one\n# {second}\n./two\n```\n")
    };
    for (first, second, why) in [
        ("Warm up", "Revert the TTL", Some("may name a way back")),
        ("Warm up", "If you need the index", Some("names a case")),
        ("Test environment variables", "Load the config", None),
        ("Warm up", "Not needed on staging", None),
    ] {
        let plan = plan(&block(first, second));
        let confirm = plan.steps[0].spec.confirm.as_deref();
        let told = why.map(|why| {
            format!("The comment \"{second}\" in it {why}. Is all of it to be run now?")
        });
        assert_eq!(confirm, told.as_deref(), "{first} / {second}");
    }
    // Of several comments, the one that says so is quoted.
    let plan = plan(&block("Only on staging", "Load the config"));
    let confirm = plan.steps[0].spec.confirm.as_deref().unwrap_or_default();
    assert!(confirm.contains("\"Only on staging\""), "{confirm}");
}

#[test]
fn sql_with_a_value_that_nobody_gives_is_not_run() {
    let text = "## Deployment\n```sql\nupdate a set b = 1\nwhere c = $1;\n```\n```sql\nprepare p as select $1;\n```\n";
    assert_eq!(
        titles(&plan(text)),
        [
            ("check", "update a set b = 1"),
            ("sql", "prepare p as select $1;")
        ]
    );
    assert!(problems(text).contains(&("placeholder", 4)));
}

#[test]
fn a_block_that_holds_several_ways_of_one_thing_asks() {
    let asks = |block: &str, heading: &str| {
        let plan = plan(&format!(
            "## Deploy\n```sh\n./deploy\n```\n## {heading}\n```sh\n{block}\n```\n"
        ));
        plan.steps.last().unwrap().spec.confirm.is_some()
    };
    for block in [
        "# For Blue-Green:\n./green\n# For Canary:\n./canary",
        "# For Blue-Green: retire the old one\n./green\n\n# For Canary: all of it\n./canary",
        "# Docker\ndocker restart shop\n# Kubernetes\nkubectl rollout restart deploy/shop",
        "# Or with npm\nnpm ci\n# With yarn\nyarn install",
        "# Retire the old version after 30 min\n./retire",
        "# For Canary: retire the old version after 30 min\n./retire",
        "# Roll it out (DANGEROUS - use with extreme caution)\n./migrate",
        "# Staging\n./migrate",
        "# staging:\n./migrate",
        "# Staging环境\n./migrate",
        "# Local development\n./migrate",
    ] {
        assert!(asks(block, "Release"), "{block}");
    }
    for block in [
        "# For the users table\n./users\n# For the orders table\n./orders",
        "# Docker\ndocker restart shop\n# Nginx\nnginx -s reload",
        "# Sessions expire after 30 minutes\n./deploy",
        "# After 10 minutes\nsleep 600\n./look",
        "# Staging area\n./migrate",
        "# Production\n./migrate",
        "# Build\nmake build\n# Test\nmake test\n# Deploy\nmake deploy",
    ] {
        assert!(!asks(block, "Release"), "{block}");
    }
    assert!(asks(
        "# Docker\ndocker restart shop\n# Kubernetes\nkubectl rollout undo deploy/shop",
        "Rollback"
    ));
}

#[test]
fn commands_below_a_line_of_words_and_nothing_are_called_after_it() {
    let text = "## Deploy\n```sh\n./deploy\n```\n## Rollback\n```sh\n# Stop it\n./stop\n\n\
                # Restore the database\n# (WARNING: this loses data, use only if necessary)\n\n./restore\n```\n";
    let plan = plan(text);
    let way = &plan.steps[plan.tiers[0].steps.clone()];
    let steps: Vec<(&str, bool)> = way
        .iter()
        .map(|step| (step.spec.title.as_str(), step.spec.confirm.is_some()))
        .collect();
    assert_eq!(steps, [("Stop it", false), ("Restore the database", true)]);
}

#[test]
fn what_stands_below_a_process_for_hotfixes_is_for_another_occasion() {
    let text = "## Release\n```sh\n./deploy\n```\n## Hotfix Process\n### Step 1: Make it\n```sh\n./make\n```\n\
                ### Step 2: Ship it\n```sh\n./ship\n```\n";
    let asked: Vec<bool> = plan(text)
        .steps
        .iter()
        .map(|step| step.spec.confirm.is_some())
        .collect();
    assert_eq!(asked, [false, true, true]);
}

#[test]
fn what_a_heading_says_of_a_case_or_of_days_holds_for_all_below_it() {
    let text = "## Deploy\n```sh\n./deploy\n```\n## Data migration (if needed)\n### Step 1: Fill\n```sh\n./fill\n```\n\
                ### Step 2: Change\n```sh\n./change\n```\n## Post-deployment\n### Immediately\n```sh\n./smoke\n```\n\
                ### After 24-48 hours\n```sh\n./clean\n```\n### After 7 days\n#### Old tables\n```sh\n./drop\n```\n";
    let plan = plan(text);
    let asked: Vec<bool> = plan
        .steps
        .iter()
        .map(|step| step.spec.confirm.is_some())
        .collect();
    assert_eq!(asked, [false, true, true, false, false, false]);
    let gated: Vec<bool> = plan
        .phases
        .iter()
        .map(|phase| phase.spec.gate.is_some())
        .collect();
    assert_eq!(gated[gated.len() - 3..], [false, true, true]);
}

#[test]
fn lines_that_tell_another_way_or_a_pause_are_heeded() {
    let steps = |line: &str, item: bool| {
        let text = if item {
            format!(
                "## Deploy\n- [ ] Do it\n\n  ```sh\n  ./first\n  ```\n\n  {line}\n\n  ```sh\n  ./second\n  ```\n"
            )
        } else {
            format!("## Deploy\n```sh\n./first\n```\n\n{line}\n\n```sh\n./second\n```\n")
        };
        let steps = plan(&text).steps.into_iter();
        steps
            .map(|step| (step.spec.alternatives.len(), step.spec.confirm.is_some()))
            .collect::<Vec<_>>()
    };
    for line in [
        "As an alternative:",
        "Instead, you can run:",
        "Instead of the above you may use:",
        "Method 2:",
        "Option 2 (manual):",
        "Variant B:",
    ] {
        for item in [false, true] {
            assert_eq!(steps(line, item).len(), 1, "{line}");
        }
    }
    for line in [
        "Wait 10 minutes, then:",
        "After 30 minutes:",
        "Wait for 1 hour, and then:",
    ] {
        for item in [false, true] {
            assert_eq!(steps(line, item)[1], (0, true), "{line}");
        }
    }
    for line in [
        "Wait 10 seconds, then:",
        "After that:",
        "Wait for the pods:",
    ] {
        for item in [false, true] {
            assert_eq!(steps(line, item)[1], (0, false), "{line}");
        }
    }
}

#[test]
fn a_remark_behind_a_command_that_leaves_it_open_asks() {
    for remark in [
        "only if the table is empty",
        "if needed",
        "optional",
        "staging only",
        "nur falls die Tabelle leer ist",
    ] {
        let block = format!("./a\n./seed  # {remark}\n./b");
        assert_eq!(asks("bash", &block), (vec![true], vec![5]), "{remark}");
    }
    assert_eq!(asks("sql", "select 1;\nselect 2; -- if needed").0, [true]);
    for block in [
        "./a  # Not needed on staging",
        "./a  # if it exists, this does nothing",
        "./a  # takes 5 minutes",
        "cat <<'EOF' > notes\n./seed  # if needed\nEOF",
        "./a '#' if needed",
        "./a --only-if # 10 min",
    ] {
        assert_eq!(asks("bash", block).0, [false], "{block}");
    }
}

/// Which commands of `text` ask because they are for another place.
fn asks_for_place(text: &str) -> Vec<String> {
    let plan = plan(text);
    let steps = plan.steps.iter().map(|step| &step.spec);
    let held = steps.filter(|step| {
        let confirm = step.confirm.as_deref();
        confirm.is_some_and(|text| text.starts_with("This is not for production"))
    });
    held.map(|step| step.work.text().into_owned()).collect()
}

#[test]
fn a_place_in_a_heading_holds_for_all_below_it() {
    let block = |name: &str| format!("```sh\n./{name}\n```\n");
    for place in [
        "Staging",
        "Staging environment",
        "On your laptop",
        "2. Sandbox:",
    ] {
        let text = format!(
            "## Deployment\n### {place}\n{}#### Migrate\n{}Then:\n{}### Production\n{}### Restart\n{}",
            block("a"),
            block("b"),
            block("c"),
            block("d"),
            block("e"),
        );
        assert_eq!(asks_for_place(&text), ["./a", "./b", "./c"], "{place}");
    }
    let text = format!("## Staging\n### Deploy to production\n{}", block("a"));
    assert_eq!(asks_for_place(&text), Vec::<String>::new());
    let text = format!("## Deployment\n### Testing\n#### Smoke\n{}", block("a"));
    assert_eq!(asks_for_place(&text), Vec::<String>::new());
}

#[test]
fn migrations_in_front_of_the_deployment_ask() {
    let asks = |heading: &str, command: &str| -> Vec<bool> {
        let text = format!(
            "## {heading}\n```sh\n{command}\n```\n## Deployment\n```sh\nalembic upgrade head\n```\n"
        );
        let plan = plan(&text);
        let steps = plan.steps.iter();
        steps.map(|step| step.spec.confirm.is_some()).collect()
    };
    for heading in ["Prerequisites", "Preparation", "Pre-deployment"] {
        assert_eq!(
            asks(heading, "npx prisma migrate deploy"),
            [true, false],
            "{heading}"
        );
        assert_eq!(
            asks(heading, "npx prisma migrate status"),
            [false, false],
            "{heading}"
        );
        assert_eq!(asks(heading, "./prepare.sh"), [false, false], "{heading}");
        assert_eq!(
            asks(heading, "alembic upgrade head --sql"),
            [false, false],
            "{heading}"
        );
    }
}

#[test]
fn what_stands_below_headings_waits_as_the_line_above_them_says() {
    for (line, asks) in [
        ("After 1-2 weeks without errors:", true),
        ("In this order:", false),
        ("After 1-2 weeks without errors:\n\nSee the wiki.", false),
    ] {
        let text = format!(
            "# Shop\n## Deployment\n```bash\n./deploy.sh\n```\n## Cleanup\n{line}\n\n### 1. Drop the old\n```bash\n./drop.sh\n```\n"
        );
        let plan = plan(&text);
        let last = plan.steps.last().map(|step| step.spec.confirm.is_some());
        assert_eq!(last, Some(asks), "{line}");
    }
}
