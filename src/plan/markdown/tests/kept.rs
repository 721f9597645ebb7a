//! What lines above blocks and the words behind fences keep from being run, and what runs in spite of them.

use super::{opened, plan, problems, titles};

fn told(text: &str, code: &str) -> Vec<usize> {
    let all = problems(text).into_iter();
    all.filter_map(|(other, line)| (other == code).then_some(line))
        .collect()
}

#[test]
fn a_name_among_the_words_of_a_template_is_told() {
    let code = "unasked-name";
    let block = |lines: &str| format!("## Deploy\n```bash\n{lines}\n```\n");
    let ports = "docker ps --format '{{range .Ports}}{{.}}{{else}}x{{end}}'";
    let mixed = block(&format!("{ports}\ndocker pull app:{{{{version}}}}"));
    assert_eq!(told(&mixed, code), [4]);
    assert!(plan(&mixed).steps[0].spec.holes.is_empty());
    assert_eq!(
        told(&block("helm upgrade a b --set tag={{tag}}"), code),
        [3]
    );
    let known = format!("---\nvars: {{version: {{default: a}}}}\n---\n{mixed}");
    for fine in [
        block(ports),
        block("ansible all -m debug -a 'msg={{ inventory_hostname }}'"),
        block("sed -i \"s/{{name}}/$NAME/\" conf\ndocker ps --format '{{.ID}}'"),
        known,
    ] {
        assert_eq!(told(&fine, code), Vec::<usize>::new(), "{fine}");
    }
}

#[test]
fn what_a_line_forbids_or_shows_as_printed_is_not_run() {
    let text = "## Deploy\nRun the check:\n\n```bash\n./check.sh\n```\n\nExpected output:\n\n```bash\nNAME READY\n```\n\nDo NOT run this in production:\n\n```bash\n./reset.sh\n```\n";
    let first = plan(text);
    assert_eq!(titles(&first), [("shell", "Run the check")]);
    assert_eq!(
        first.steps[0].spec.expect().shown.as_deref(),
        Some("NAME READY")
    );
    assert_eq!(told(text, "unread-block"), [10]);
    assert_eq!(told(text, "section-not-run"), [16]);
    let item = "## Deploy\n- [ ] Look\n\n  You should see something like:\n\n  ```bash\n  NAME READY\n  ```\n- [ ] Go\n\n  Example (do not run):\n\n  ```bash\n  ./x.sh\n  ```\n";
    assert_eq!(titles(&plan(item)), [("check", "Look"), ("check", "Go")]);
    assert_eq!(told(item, "unread-block"), [6]);
    assert_eq!(told(item, "section-not-run"), [13]);
    let urged = "## Deploy\nDo not forget to restart the workers:\n\n```bash\n./x.sh\n```\n";
    assert_eq!(titles(&plan(urged)).len(), 1);
}

#[test]
fn headings_that_forbid_are_read_and_told() {
    let block = "\n```bash\n./x.sh\n```\n";
    for heading in [
        "Do NOT deploy like this",
        "Old deployment process (deprecated)",
        "Release notes",
        "Nicht ausführen: alte Migration",
        "Ne pas exécuter",
    ] {
        let text = format!("## Deploy\n- [ ] a\n## {heading}{block}");
        assert_eq!(titles(&plan(&text)), [("check", "a")], "{heading}");
    }
    let text = format!("## Deploy\n- [ ] a\n## Do NOT deploy like this{block}");
    assert_eq!(told(&text, "section-not-run"), [4]);
    let forward = plan(&format!(
        "## Deploy{block}## Migrate deprecated users{block}"
    ));
    assert_eq!(titles(&forward).len(), 2);
    let elsewhere = plan(&format!("## Deploy{block}## Staging deployment{block}"));
    let confirms: Vec<bool> = elsewhere
        .steps
        .iter()
        .map(|step| step.spec.confirm.is_some())
        .collect();
    assert_eq!(confirms, [false, true]);
}

#[test]
fn environments_and_systems_exclude_each_other_and_hosts_do_not() {
    let blocks = |one: &str, two: &str| {
        format!("## Deploy\n{one}\n\n```bash\n./one.sh\n```\n\n{two}\n\n```bash\n./two.sh\n```\n")
    };
    for (one, two) in [
        ("For staging:", "For production:"),
        ("On Linux:", "On macOS:"),
        ("Option A: use helm", "Option B: use kubectl"),
    ] {
        let plan = plan(&blocks(one, two));
        assert_eq!(plan.steps.len(), 1, "{one}");
        assert_eq!(plan.steps[0].spec.alternatives.len(), 2, "{one}");
    }
    for (one, two) in [("On db1:", "On db2:"), ("For orders:", "For customers:")] {
        let plan = plan(&blocks(one, two));
        assert_eq!(plan.steps.len(), 2, "{one}");
        assert!(
            plan.steps
                .iter()
                .all(|step| step.spec.alternatives.is_empty())
        );
    }
    let item = "## Deploy\n- [ ] Go\n\n  On Linux:\n\n  ```bash\n  ./one.sh\n  ```\n\n  On macOS:\n\n  ```bash\n  ./two.sh\n  ```\n";
    assert_eq!(plan(item).steps[0].spec.alternatives.len(), 2);
    let step = plan("## Deploy\nStep 1: add the column\n\n```sql\nselect 1;\n```\n");
    assert_eq!(titles(&step), [("sql", "Step 1: add the column")]);
}

#[test]
fn blocks_for_other_interpreters_are_not_given_to_a_shell() {
    let text = "## Deploy\n```sh {\"interpreter\":\"python3\"}\nimport os\n```\n```sh {\"ignore\":\"true\"}\n./x.sh\n```\n```sh {\"background\":\"true\"}\n./y.sh\n```\n";
    assert_eq!(titles(&plan(text)), [("shell", "./y.sh")]);
    assert_eq!(told(text, "unread-block"), [2, 5]);
    assert_eq!(told(text, "background-block"), [8]);
}

#[test]
fn no_step_runs_with_a_brace_that_nobody_fills_in() {
    let text = "---\nvars:\n  release: {default: 1}\n---\n## Deploy\n```bash\ndocker pull app:{{VERSION}} b:{{ relase }} c:{{release}}\n```\n```bash {\"capture\":\"(?<id>x+)\"}\nhelp {{id}} {{VERSION}}\n```\n";
    let asked = plan(text);
    let names: Vec<&str> = asked.vars.iter().map(|var| var.name.as_str()).collect();
    assert_eq!(names, ["release", "VERSION", "relase"]);
    assert!(asked.vars[1].prompt.is_some());
    assert_eq!(told(text, "placeholder"), [7, 7]);
    let opened = opened(text);
    let hints = opened
        .problems
        .iter()
        .filter_map(|problem| problem.hint.as_deref());
    assert!(
        hints
            .into_iter()
            .any(|hint| hint.contains("did you mean `release`"))
    );
    for script in [
        "docker inspect -f '{{.Name}} {{json}} {{end}}' x",
        "ansible all -m debug -a 'msg={{ hostname }}'",
        "sed 's/{{VERSION}}/1/' file",
    ] {
        let text = format!("## Deploy\n```bash\n{script}\n```\n");
        assert!(plan(&text).vars.is_empty(), "{script}");
    }
}

#[test]
fn prompts_in_a_script_keep_it_from_being_run() {
    for block in [
        "```bash\n> ./deploy.sh\n```\n",
        "```bash\nls\n% ./x.sh\n```\n",
        "```sql\nshop=> select 1;\n ?column?\n```\n",
    ] {
        let text = format!("## Deploy\n{block}");
        assert!(plan(&text).steps.is_empty(), "{text}");
        assert_eq!(told(&text, "unclear-transcript"), [2], "{text}");
    }
}

#[test]
fn functions_go_with_the_parts_of_their_block_and_are_missed_in_others() {
    let text = "## Deploy\n```bash\nbackup() {\n  pg_dump -Fc shop -f \"$1\"\n}\n# 1. Backup\nbackup /b/x\n# 2. Look\nls /b/x\n# 3. Again\nbackup /b/y\n```\n```bash\nbackup /b/z\necho $AT\n```\n";
    let cut = plan(text);
    let texts: Vec<String> = cut
        .steps
        .iter()
        .map(|step| step.spec.work.text().to_string())
        .collect();
    let function = "backup() {\n  pg_dump -Fc shop -f \"$1\"\n}\n";
    assert!(
        texts
            .iter()
            .any(|text| text.starts_with(&format!("{function}backup /b/y"))),
        "{texts:?}"
    );
    assert!(texts.iter().any(|text| text == "ls /b/x"), "{texts:?}");
    assert_eq!(told(text, "lost-variable"), [14]);
    let across = "## Deploy\n```bash\nVERSION=1.2\necho $VERSION\n```\n```bash\ndocker pull app:$VERSION\n```\n";
    assert_eq!(told(across, "lost-variable"), [7]);
    for set in [
        "VERSION=\"a b\"",
        "VERSION=$(a | b) # c",
        "VERSION=$X; ./a.sh",
    ] {
        let text = across.replace("VERSION=1.2", set);
        assert_eq!(told(&text, "lost-variable"), [7], "{set}");
    }
    let alias = across
        .replace("VERSION=1.2", "alias k=kubectl")
        .replace("docker pull", "k apply");
    let alias = alias.replace("$VERSION", "x");
    assert_eq!(told(&alias, "lost-variable"), [7]);
    let function = across.replace("VERSION=1.2", "ready() { curl -f a; }");
    for call in ["if ready; then", "x=$(ready)", "sleep 1 && ready", "ready"] {
        let text = function.replace("docker pull app:$VERSION", call);
        assert_eq!(told(&text, "lost-variable"), [7], "{call}");
    }
    for call in [
        "echo ready",
        "kubectl get ready",
        "# if ready",
        "ready=1",
        "./ready",
    ] {
        let text = function.replace("docker pull app:$VERSION", call);
        assert_eq!(told(&text, "lost-variable"), Vec::<usize>::new(), "{call}");
    }
    for kept in [
        across.replace("VERSION=1.2", "export VERSION=1.2"),
        across.replace("docker", "VERSION=2\ndocker"),
        across.replace("$VERSION\n```\n", "${VERSION:-1}\n```\n"),
        across.replace("VERSION=1.2\necho $VERSION", "VERSION=\"$X\" ./a.sh"),
        across.replace("VERSION=1.2\necho $VERSION", "VERSION=$(a b) ./a.sh"),
    ] {
        assert_eq!(told(&kept, "lost-variable"), Vec::<usize>::new(), "{kept}");
    }
}

#[test]
fn criteria_are_alerts_wherever_they_stand() {
    let names = |text: &str| -> Vec<String> {
        plan(text)
            .alerts
            .iter()
            .map(|alert| alert.name.clone())
            .collect()
    };
    for text in [
        "## Decision criteria\nRollback if:\n- Error rate > 5%\n",
        "## Monitoring\n**Roll back when:**\n- Error rate > 5%\n",
        "## Retour arrière si\n- Error rate > 5%\n",
        "## Deploy\n- [ ] go\n\nRoll back if any of these is true:\n\n- Error rate > 5%\n",
        "## Rollback\nBack-out if any of:\n\n- Error rate > 5%\n",
        "## Rollback\nRollback triggers:\n\n- Error rate > 5%\n",
        "## Rollback\nWe roll back when:\n\n- Error rate > 5%\n",
        "## Rollback\n**Trigger**: Any of the following conditions\n\n- Error rate > 5%\n",
        "## Rollback\n**When to use**:\n\n- Error rate > 5%\n",
        "## Rollback\nUse this if any one of these applies:\n\n- Error rate > 5%\n",
        "## Rollback\nWhen to roll back:\n\n- Error rate > 5%\n",
        "## Rollback\n**Do this if one of the following is true:**\n\n- Error rate > 5%\n",
        "## Rollback\nCritères de repli :\n\n- Error rate > 5%\n",
        "## Rollback\nÀ déclencher si :\n\n- Error rate > 5%\n",
        "## Rollback\n切り戻し判断基準：\n\n- Error rate > 5%\n",
        "## Deploy\n- [ ] go\n\nStop and roll back if:\n\n- Error rate > 5%\n",
        "## Deploy\n- [ ] go\n\nNo-go if:\n\n- Error rate > 5%\n",
        "## Rollback\n\n| Metric | Threshold |\n|---|---|\n| Error rate | > 5% |\n",
        "## Rollback\n\n| Trigger | Action |\n|---|---|\n| Error rate > 5% | Roll back |\n",
    ] {
        assert_eq!(names(text), ["Error rate > 5%"], "{text}");
    }
    assert_eq!(
        names("## Go/No-Go\n- Abort if error rate > 5%\n- Nobody objects\n"),
        ["Abort if error rate > 5%"]
    );
    assert_eq!(
        names("## Überwachung\nAuslöser: Fehlerrate > 5 %\n"),
        ["Auslöser: Fehlerrate > 5 %"]
    );
    for sentence in [
        "If the error rate exceeds 5%, roll back immediately.",
        "If p95 > 800 ms for 5 minutes we roll back.",
        "**Rollback trigger:** error rate > 5%",
        "Bei Fehlerquote über 5 % zurückrollen.",
    ] {
        for place in ["Rollback", "Monitoring"] {
            let text = format!("## {place}\n{sentence}\n");
            assert_eq!(names(&text).len(), 1, "{text}");
        }
    }
    for text in [
        "## Rollback\nIf the rollback takes more than 10 minutes, call the DBA.\n",
        "## Rollback\nWhen rolling back:\n\n1. Stop the writers\n",
        "## Rollback\nIf errors stay below 5%, go on, otherwise roll back.\n",
        "## Deploy\nIf the table has more than 5000 rows, run it in batches.\n",
        "## Deploy\nTrigger the jobs:\n\n- orders\n- stock\n",
        "## Deploy\nRollback if needed\n",
        "## Deploy\nRollback if errors occur:\n\n1. Stop\n   ```sh\n   ./x.sh\n   ```\n",
    ] {
        assert_eq!(names(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn two_times_beside_each_other_are_two() {
    let text = "## Preparation (T-2h, 30 min)\n- [ ] a\n## Deploy (T-0, 5 min)\nEstimated time: 30 minutes\nOwner: Jane\n\n- [ ] b\n## Rollback (T+0 to T+30m)\n- [ ] c\n## Rollback (more than 24 hours later)\n- [ ] d\n";
    let plan = plan(text);
    let first = &plan.phases[0].spec;
    let secs = |time: Option<std::time::Duration>| time.map(|time| time.as_secs());
    assert_eq!(first.at.as_ref().map(|at| at.seconds), Some(-7200));
    assert_eq!(
        (secs(first.budget), first.name.as_str()),
        (Some(1800), "Preparation")
    );
    assert_eq!(secs(plan.phases[1].spec.budget), Some(300));
    let windows: Vec<_> = plan
        .tiers
        .iter()
        .map(|tier| (secs(tier.spec.from), secs(tier.spec.until)))
        .collect();
    assert_eq!(windows, [(Some(0), Some(1800)), (Some(86_400), None)]);
    let told = super::plan("## Deploy\nEstimated time: 30 minutes\nOwner: Jane\n\n- [ ] b\n");
    assert_eq!(secs(told.phases[0].spec.budget), Some(1800));
    assert!(told.notes[0].text.contains("Owner: Jane"));
    let loss =
        super::plan("## Deploy\n- [ ] a\n## Rollback (up to 1h, data loss possible)\n- [ ] b\n");
    assert_eq!(secs(loss.tiers[0].spec.until), Some(3600));
    assert_eq!(
        loss.tiers[0].spec.name,
        "Rollback (up to 1h, data loss possible)"
    );
}
