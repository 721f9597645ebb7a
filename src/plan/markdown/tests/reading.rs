//! What becomes of the parts of a runbook, one rule at a time.

use super::{opened, plan, plan as plan_of, problems, titles};
use crate::plan::{Interpreter, Mark, PhaseKind, Work};

#[test]
fn marks_of_task_items_are_kept() {
    let plan = plan("## Deploy\n- [ ] a\n- [x] b\n- [X] c\n- [~] d\n1. [-] e\n");
    let marks: Vec<_> = plan.steps.iter().map(|step| step.spec.mark).collect();
    let (done, not) = (Some(Mark::Done), Some(Mark::NotApplicable));
    assert_eq!(marks, [None, done, done, not, not]);
}

#[test]
fn blocks_run_in_the_shell_they_name() {
    let text = ["bash", "sh", "zsh", "shell"].map(|name| format!("```{name}\nls\n```\n"));
    let console = "```console\n$ ls\n```\n";
    let plan = plan(&format!("## Deploy\n{}{console}", text.concat()));
    let shells: Vec<_> = plan
        .steps
        .iter()
        .map(|step| match &step.spec.work {
            Work::Shell(shell) => (*shell.interpreter).clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let wanted = ["bash", "sh", "zsh", "sh", "bash"].map(Interpreter::strict);
    assert_eq!(shells, wanted);
}

#[test]
fn criteria_in_a_table_without_bars_at_its_edges_are_read_in_every_script() {
    let text =
        "## Deploy\n- [ ] a\n## Alert thresholds\nМетрика | Порог\n---|---\nОшибки | много\n";
    let opened = opened(text);
    for problem in &opened.problems {
        let span = problem.span;
        assert!(text.get(span.start..span.end).is_some(), "{problem:?}");
    }
    assert_eq!(opened.plan.unwrap().alerts[0].name, "Ошибки много");
}

#[test]
fn data_is_kept_and_never_run() {
    let text = "## Deploy\n- [ ] Post\n  ```json\n  {\"a\": 1}\n  ```\n\n```yaml\nb: 2\n```\n\n```\nuptime\n```\n";
    let plan = plan(text);
    assert_eq!(titles(&plan), [("check", "Post")]);
    assert!(
        plan.steps[0]
            .spec
            .details
            .as_deref()
            .unwrap()
            .contains("{\"a\": 1}")
    );
    assert!(plan.notes[0].text.contains("b: 2"));
    assert!(problems(text).contains(&("unread-block", 11)));
}

#[test]
fn blocks_joined_by_or_are_alternatives_wherever_they_stand() {
    let item =
        "## Deploy\n- [ ] Migrate\n  ```sh\n  a\n  ```\n  Or by hand:\n  ```sh\n  b\n  ```\n";
    let free = "## Deploy\n```sh\na\n```\n\nAlternatively:\n\n```sh\nb\n```\n";
    for text in [item, free] {
        let plan = plan(text);
        assert_eq!(plan.steps.len(), 1, "{text}");
        let works: Vec<_> = plan.steps[0]
            .spec
            .alternatives
            .iter()
            .map(|a| a.work.text())
            .collect();
        assert_eq!(works, ["a", "b"]);
    }
    let labels = plan(item);
    assert_eq!(labels.steps[0].spec.alternatives[1].label, "by hand");
}

#[test]
fn each_alternative_has_what_is_said_of_it() {
    let text = "## Deploy\n- [ ] Build\n  ```sh {name=local cwd=/usr capture='(?<tag>v\\d+)'}\n  echo v1\n  ```\n  or\n  \
                ```sh {name=remote cwd=/var capture='(?<tag>w\\d+)' zone=b}\n  echo w2 done\n  ```\n  Expected: `done`\n";
    let read = plan(text);
    let spec = &read.steps[0].spec;
    let ways: Vec<_> = spec.alternatives.iter().map(|way| &way.work).collect();
    let cwds: Vec<_> = ways.iter().map(|work| spec.cwd_of(work)).collect();
    assert_eq!(cwds, [Some("/usr"), Some("/var")]);
    let patterns: Vec<String> = ways
        .iter()
        .flat_map(|work| spec.captures_of(work).map(ToString::to_string))
        .collect();
    assert!(patterns[0].contains(r"v\d+") && patterns[1].contains(r"w\d+"));
    assert_eq!(patterns.len(), 2);
    assert!(spec.expect_of(ways[0]).lines().is_empty());
    assert!(spec.expect_of(ways[1]).lines()[0].contains("done"));
    assert_eq!(read.steps[0].id.as_str(), "local");
    let details = spec.details.as_deref().unwrap();
    assert!(
        details.contains("name=remote") && details.contains("zone=b"),
        "{details}"
    );
    // What all of them say is the step's.
    let same = text.replace("/var", "/usr").replace(r"w\d+", r"v\d+");
    let spec = &plan(&same).steps[0].spec;
    assert_eq!((spec.cwd.as_deref(), spec.capture.len()), (Some("/usr"), 1));
    assert_eq!(spec.alternatives[1].cwd, None);
}

#[test]
fn a_condition_of_one_alternative_is_not_weighed_for_another() {
    let with = |first: &str, second: &str| {
        format!(
            "---\nvars: {{ tag: {{ prompt: Tag }} }}\n---\n## Deploy\n- [ ] Build\n  ```sh {first}\n  a\n  ```\n  or\n  ```sh {second}\n  b\n  ```\n"
        )
    };
    let one = with("", "{when=\"tag == 'a'\"}");
    let spec = &plan(&one).steps[0].spec;
    assert!(spec.when.is_none());
    assert!(
        spec.alternatives[1]
            .label
            .ends_with("(only when tag == 'a')")
    );
    assert!(
        problems(&one)
            .iter()
            .any(|(code, _)| *code == "fence-attributes")
    );
    let both = with("{when=\"tag == 'a'\"}", "{when=\"tag == 'a'\"}");
    assert!(plan(&both).steps[0].spec.when.is_some());
    assert_eq!(plan(&both).steps[0].spec.alternatives.len(), 2);
}

#[test]
fn further_blocks_of_an_item_are_steps_that_follow_it() {
    let plan =
        plan("## Deploy\n1. Go\n   ```sh\n   a\n   ```\n   Then look:\n   ```sh\n   b\n   ```\n");
    assert_eq!(titles(&plan), [("shell", "Go"), ("shell", "Then look")]);
    assert_eq!(plan.steps[1].spec.group.as_deref(), Some("Go"));
}

#[test]
fn tasks_below_numbers_and_bold_lines_are_grouped() {
    let plan = plan("## Deploy\n1. **Stop**\n   - [ ] a\n\n**Then**\n\n- [ ] b\n  - [ ] c\n");
    let groups: Vec<_> = plan
        .steps
        .iter()
        .map(|step| step.spec.group.as_deref())
        .collect();
    assert_eq!(groups, [Some("Stop"), Some("Then"), Some("b")]);
}

#[test]
fn an_explicit_phase_takes_its_sub_headings_as_groups() {
    let plan = plan(
        "# T\n## Stage 1 - Deploy (10 min)\n### Database\n- [ ] a\n### Verification\n- [ ] b\n",
    );
    assert_eq!(plan.phases.len(), 1);
    assert_eq!(plan.phases[0].spec.kind, PhaseKind::Deploy);
    let groups: Vec<_> = plan
        .steps
        .iter()
        .map(|step| step.spec.group.as_deref())
        .collect();
    assert_eq!(groups, [Some("Database"), Some("Verification")]);
}

#[test]
fn names_of_blocks_are_ids_while_they_are_free() {
    let plan = plan(
        "## Deploy\n```sh {\"name\":\"go\",\"background\":\"true\"}\na\n```\n```sh { name=go cwd=/srv }\nb\n```\n```sh {\"name\":\"two words\"}\nc\n```\n",
    );
    assert_eq!(plan.steps[0].id.as_str(), "go");
    let details = |ix: usize| plan.steps[ix].spec.details.as_deref();
    assert_eq!(details(0), Some("block: background=true"));
    assert_eq!(details(1), Some("block: name=go"));
    assert_eq!(plan.steps[1].spec.cwd.as_deref(), Some("/srv"));
    assert_eq!(details(2), Some("block: name=two words"));
}

#[test]
fn one_placeholder_is_one_variable() {
    let text = "## Deploy\n```sh\ngit checkout <last-tag> # <not this>\n```\n```sh\necho <last-tag>\n```\n## Rollback\n```sh\ngit checkout <last tag>\n```\n";
    let plan = plan(text);
    let vars: Vec<_> = plan.vars.iter().map(|var| var.name.as_str()).collect();
    assert_eq!(vars, ["last_tag"]);
    assert_eq!(plan.steps[0].spec.holes, plan.steps[1].spec.holes);
    assert!(
        plan.vars[0]
            .prompt
            .as_deref()
            .unwrap()
            .contains("<last-tag>")
    );
    let told: Vec<_> = problems(text)
        .into_iter()
        .filter(|(code, _)| *code == "placeholder")
        .collect();
    assert_eq!(told, [("placeholder", 3)]);
    let plan = opened("## Deploy\n```sh\nPGPASSWORD=<DB_PASSWORD> ./a\nPGPASSWORD=YOUR_DB_PASSWORD ./b <db2-password>\n```\n").plan.unwrap();
    let vars: Vec<_> = plan.vars.iter().map(|var| var.name.as_str()).collect();
    assert_eq!(vars, ["db_password", "your_db_password", "db2_password"]);
    assert_eq!(plan.steps[0].spec.holes.len(), 3);
}

#[test]
fn front_matter_can_explain_a_placeholder() {
    let plan =
        plan("---\nvars:\n  last_tag: {default: v1}\n---\n## Deploy\n```sh\ngo <last-tag>\n```\n");
    assert_eq!(plan.vars.len(), 1);
    assert_eq!(plan.steps[0].spec.holes[0].var, "last_tag");
    let plan = plan_of(
        "---\nvars:\n  last-tag: {default: v1}\n---\n## Deploy\n```sh\ngo <last-tag>\n```\n",
    );
    assert_eq!(plan.vars.len(), 1);
    assert_eq!(plan.steps[0].spec.holes[0].var, "last-tag");
}

#[test]
fn sql_goes_to_the_database_that_is_named() {
    let databases = "+++\n[databases.shop]\nurl_env = 'A'\n+++\n";
    let text = format!("{databases}## Deploy\n```sql\nselect 1;\n```\n");
    let database = |text: &str| match &plan(text).steps[0].spec.work {
        Work::Sql(sql) => sql.database.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(database(&text), "shop");
    assert_eq!(database("## Deploy\n```sql\nselect 1;\n```\n"), "main");
    let psql = "## Deploy\n- [ ] Tables\n  ```sql\n  \\dt\n  ```\n";
    assert_eq!(titles(&plan(psql)), [("check", "Tables")]);
    assert!(problems(psql).contains(&("psql-command", 4)));
}

#[test]
fn options_exclude_each_other() {
    let plan = plan(
        "# T\n## Deployment Methods\n### Option A: fast\n1. go\n### Option B: slow\n1. wait\n## Option C\n- [ ] alone\n",
    );
    let choices: Vec<_> = plan
        .phases
        .iter()
        .map(|p| p.spec.choice.as_deref())
        .collect();
    assert_eq!(
        choices,
        [Some("Deployment Methods"), Some("Deployment Methods"), None]
    );
}

#[test]
fn ways_to_one_end_are_of_one_kind() {
    let plan = plan(
        "# T\n## Migration Paths\n### Path 1: Add the monitoring\n1. go\n### Path 2: Close the port\n1. wait\n",
    );
    let kinds: Vec<_> = plan.phases.iter().map(|p| p.spec.kind).collect();
    assert_eq!(kinds, [PhaseKind::Deploy; 2]);
}

#[test]
fn a_way_back_among_steps_forward_needs_a_person() {
    let plan = plan(
        "## Deploy\n1. Go\n   ```sh\n   go\n   ```\n2. Rollback if needed\n   ```sh\n   back\n   ```\n",
    );
    let danger: Vec<_> = plan.steps.iter().map(|step| step.spec.danger).collect();
    assert_eq!(danger, [false, true]);
}

#[test]
fn commands_for_reference_and_from_development_are_never_run() {
    for heading in [
        "Useful Commands",
        "Development Workflow",
        "Examples",
        "Migration Testing",
        "Background",
    ] {
        let text = format!(
            "# T\n## Deploy\n- [ ] a\n## {heading}\n1. Reset\n   ```sh\n   migrate reset\n   ```\n\n```sh\nmigrate reset\n```\n"
        );
        assert_eq!(titles(&plan(&text)), [("check", "a")], "{heading}");
    }
}

#[test]
fn a_section_that_says_nothing_is_told_about() {
    let text = "# T\n## Database\n- [ ] a\n## Deployment\n- [ ] b\n## Queue\n- [ ] c\n";
    let kinds: Vec<_> = plan(text)
        .phases
        .iter()
        .map(|phase| phase.spec.kind)
        .collect();
    assert_eq!(
        kinds,
        [PhaseKind::Before, PhaseKind::Deploy, PhaseKind::Deploy]
    );
    let told: Vec<_> = problems(text)
        .into_iter()
        .filter(|(code, _)| *code == "unclear-kind")
        .collect();
    assert_eq!(told, [("unclear-kind", 2), ("unclear-kind", 6)]);
}

#[test]
fn a_runbook_of_one_heading_is_what_it_is_about() {
    let plan = plan("# Turn the cache off\n\n1. Stop it\n   ```sh\n   stop cache\n   ```\n");
    assert_eq!(titles(&plan), [("shell", "Stop it")]);
    assert_eq!(plan.phases[0].spec.kind, PhaseKind::Deploy);
    assert_eq!(plan.phases[0].spec.name, "Turn the cache off");
}

#[test]
fn rollbacks_have_tiers_only_where_they_are_ways_back() {
    let names = |text: &str| -> Vec<String> {
        plan(text)
            .tiers
            .iter()
            .map(|tier| tier.spec.name.clone())
            .collect()
    };
    assert_eq!(
        names("## Rollback\n### 1. Database\n- [ ] a\n### 2. Application\n- [ ] b\n"),
        ["Rollback"]
    );
    assert_eq!(
        names(
            "## Rollback\n### Database\n- [ ] a\n### Application\n- [ ] b\n### Verification\n- [ ] c\n"
        ),
        ["Rollback"]
    );
    assert_eq!(
        names("## Rollback\n### Quick rollback\n- [ ] a\n### Full rollback\n- [ ] b\n"),
        ["Quick rollback", "Full rollback"]
    );
    assert_eq!(
        names("## Back-out plan\n- [ ] a\n### Then\n- [ ] b\n"),
        ["Back-out plan"]
    );
    assert_eq!(
        names("## Phase 1: Move\n- [ ] a\n### Rollback\n- [ ] b\n"),
        ["Phase 1: Move › Rollback"]
    );
    assert_eq!(
        names("## Pre-deployment\n### Rollback plan\n- [ ] written down\n"),
        Vec::<String>::new()
    );
}

#[test]
fn criteria_are_alerts_and_no_steps() {
    let plan =
        plan("## Rollback\n\nRoll back if:\n\n- errors\n- [ ] slow\n\n### Steps\n- [ ] go back\n");
    let names: Vec<_> = plan
        .alerts
        .iter()
        .map(|alert| alert.name.as_str())
        .collect();
    assert_eq!(names, ["errors", "slow"]);
    assert_eq!(titles(&plan), [("check", "go back")]);
}

#[test]
fn tasks_of_success_criteria_are_verified() {
    let plan = plan("## Deployment\n- [ ] a\n## Success Criteria\n- all is well\n- [ ] b\n");
    assert_eq!(plan.phases[1].spec.kind, PhaseKind::Verify);
    assert_eq!(
        titles(&plan),
        [("check", "a"), ("check", "all is well"), ("check", "b")]
    );
    let early = plan_of("## Success Criteria\n1. b\n## Deployment\n- [ ] a\n");
    assert_eq!(titles(&early), [("check", "a"), ("check", "b")]);
}

#[test]
fn links_are_not_lost() {
    let plan = plan("## Deploy\n- [ ] Look at the [board](https://board.example/x)\n");
    assert_eq!(plan.steps[0].spec.title, "Look at the board");
    assert_eq!(
        plan.steps[0].spec.details.as_deref(),
        Some("board: https://board.example/x")
    );
}

#[test]
fn variables_that_a_later_step_would_miss_are_told() {
    let text =
        "## Deploy\n```sh\n# 1. Dump\nFILE=a.sql\npg_dump > $FILE\n```\n```sh\nls $FILE\n```\n";
    assert!(problems(text).contains(&("lost-variable", 8)));
    assert!(
        !problems(&text.replace("FILE=a", "export FILE=a"))
            .iter()
            .any(|(code, _)| *code == "lost-variable")
    );
}

#[test]
fn problems_stand_under_their_text() {
    let opened = opened("## Deploy\r\n- [ ] Go\r\n  ```sh\r\n  cd /path/to/app\r\n  ```\r\n");
    let problem = opened
        .problems
        .iter()
        .find(|p| p.code == "placeholder")
        .unwrap();
    assert_eq!(opened.source.slice(problem.span), "/path/to/app");
}

#[test]
fn what_was_printed_is_never_run() {
    let text = "## Deploy\n- [ ] Stop\n  ```console\n  ops@db:~$ cat <<EOF > x\n  > one\n  > EOF\n  ops@db:~$ rm x\n  removed 'x'\n  ```\n";
    let plan = plan(text);
    assert_eq!(
        plan.steps[0].spec.work.text(),
        "cat <<EOF > x\none\nEOF\nrm x"
    );
    assert_eq!(
        plan.steps[0].spec.expect().shown.as_deref(),
        Some("removed 'x'")
    );
    for (text, line) in [
        (
            "## Deploy\n```console\nshop=# drop table t;\nDROP TABLE\n```\n",
            2,
        ),
        (
            "## Deploy\n- [ ] Look\n  ```sh\n  $ echo 'it\n  $ ls\n  ```\n",
            3,
        ),
        (
            "## Deploy\n- [ ] Look\n\n```console\n# reboot\nsystemctl status x\n```\n",
            4,
        ),
    ] {
        assert!(
            super::plan(text)
                .steps
                .iter()
                .all(|step| step.spec.work.is_check())
        );
        assert!(
            problems(text).contains(&("unclear-transcript", line)),
            "{text}"
        );
    }
}

#[test]
fn alerts_stand_with_the_step_that_follows() {
    let text = "# T\n> [!NOTE]\n> Read on.\n\n## Deploy\n> [!WARNING]\n> Nobody writes.\n\n- [ ] a\n\n  > [!TIP]\n  > Slowly,\n  > please.\n\n> [!CAUTION]\n> - [ ] b\n\n> [!IMPORTANT]\n> Last.\n";
    let plan = plan(text);
    let details = |ix: usize| plan.steps[ix].spec.details.as_deref();
    assert_eq!(
        details(0),
        Some("NOTE: Read on.\nWARNING: Nobody writes.\nTIP: Slowly,\nplease.")
    );
    assert_eq!((plan.steps[1].spec.title.as_str(), details(1)), ("b", None));
    assert!(plan.notes.iter().any(|note| note.text.contains("Last.")));
}

#[test]
fn a_block_that_nothing_closes_is_told() {
    for (text, line) in [
        ("## Deploy\n```sh\nls\n\n- [ ] lost\n", 2),
        ("## Deploy\n- [ ] a\n  ````sh\n  ls\n  ```\n\n## Next\n", 3),
        ("## Deploy\n> ~~~sql\n> select 1\n\ntext\n", 2),
    ] {
        assert!(problems(text).contains(&("open-fence", line)), "{text}");
    }
    for text in [
        "## Deploy\n```sh\nls\n```\n",
        "## Deploy\r\n- [ ] a\r\n  ~~~~ sh\r\n  ls\r\n  ~~~~~\r\n",
        "> ```sh\n> ls\n> ```\n",
        "1. a\n   > ```\n   > ```\n",
    ] {
        assert!(
            !problems(text).iter().any(|(code, _)| *code == "open-fence"),
            "{text}"
        );
    }
}

#[test]
fn a_block_that_is_not_run_with_the_others_asks_first() {
    let plan =
        plan("## Deploy\n```sh {\"excludeFromRunAll\":\"true\",\"interpreter\":\"zsh\"}\na\n```\n");
    assert!(plan.steps[0].spec.danger && plan.steps[0].spec.confirm.is_some());
    match &plan.steps[0].spec.work {
        Work::Shell(shell) => assert_eq!(shell.interpreter.program, "zsh"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_runbook_in_another_language_is_read_like_an_english_one() {
    let german = "# Umstellung\n## Vorbereitung (1 Tag vorher)\n- [ ] a\n## Durchführung (30 Minuten)\n1. Los\n   ```sh\n   a\n   ```\n   Oder von Hand:\n   ```sh\n   b\n   ```\n## Rückfallplan (innerhalb von 15 Minuten)\nZurückrollen, wenn:\n\n- Fehler\n\n```sh\nc\n```\n";
    let chinese = "# 切换\n## 部署前检查（1天前）\n- [ ] a\n## 部署步骤（约30分钟）\n1. 开始\n   ```sh\n   a\n   ```\n   或者：\n   ```sh\n   b\n   ```\n## 回滚方案（15分钟以内）\n回滚条件：\n\n- 错误\n\n```sh\nc\n```\n";
    for text in [german, chinese] {
        let plan = plan(text);
        let kinds: Vec<_> = plan.phases.iter().map(|phase| phase.spec.kind).collect();
        assert_eq!(kinds, [PhaseKind::Before, PhaseKind::Deploy], "{text}");
        assert_eq!(
            plan.phases[0].spec.at.as_ref().map(|at| at.seconds),
            Some(-86_400)
        );
        let minutes = |n: u64| Some(std::time::Duration::from_secs(n * 60));
        assert_eq!(plan.phases[1].spec.budget, minutes(30));
        assert_eq!(plan.steps[1].spec.alternatives.len(), 2, "{text}");
        assert_eq!(plan.tiers[0].spec.until, minutes(15));
        assert_eq!(plan.alerts.len(), 1);
    }
}

#[test]
fn options_of_a_way_back_are_ways_of_their_own_in_every_script() {
    let plan =
        plan("## 回滚方案\n### 方案A: 使用备份恢复\n- [ ] a\n### 方案B: 数据库迁移回滚\n- [ ] b\n");
    assert_eq!(plan.tiers.len(), 2);
}

#[test]
fn only_a_line_that_counts_what_there_is_makes_its_items_one_choice() {
    let items = "\n\n- Shop\n\n  ```bash\n  ./a\n  ```\n\n- Depot\n\n  ```bash\n  ./b\n  ```\n";
    for (line, steps) in [
        ("Options:", 1),
        ("There are two options:", 1),
        ("Es gibt 2 Möglichkeiten:", 1),
        ("Set the storage options:", 2),
        ("Mount options:", 2),
        ("Configure alternatives:", 2),
    ] {
        let plan = plan(&format!("## Deploy\n\n{line}{items}"));
        assert_eq!(plan.steps.len(), steps, "{line}");
    }
}

#[test]
fn what_is_shown_only_is_told_where_it_stands() {
    // Wherever the search ends: between letters of one byte or inside one of three.
    for fill in ["", "a", "aa"] {
        let filler = format!("{fill}{}", "表".repeat(1500));
        let text = format!(
            "## Deploy\n### Step 10 of it\n- [ ] Look\n  ```bash\n  ./b.sh --n 10 --all\n  # Expected: 10\n  ```\n\n{filler}\n"
        );
        let told = problems(&text);
        assert!(told.contains(&("untested-expectation", 6)), "{told:?}");
    }
}

#[test]
fn thresholds_are_held_against_what_the_plan_measures() {
    let text = "## Deployment\n- [ ] a\n## Rollback criteria\n- Response time > 2x baseline for 5 minutes\n- Error rate > 5%\n- more than 3 failures\n\n| Signal | Threshold |\n|-|-|\n| Error rate | > 10% |\n";
    let words: Vec<_> = plan_of(text)
        .alerts
        .iter()
        .map(|a| a.metric.clone())
        .collect();
    assert_eq!(words, [None, None, None, None]);
    let told: Vec<_> = problems(text)
        .into_iter()
        .filter(|(code, _)| *code == "unmeasured-alert")
        .collect();
    assert_eq!(told, [("unmeasured-alert", 4), ("unmeasured-alert", 5)]);
    let probe = "---\nprobe: [{name: api, http: 'https://a.example'}]\n---\n";
    let plan = plan_of(&format!("{probe}{text}"));
    let metrics: Vec<_> = plan.alerts.iter().map(|a| a.metric.as_deref()).collect();
    let errors = Some("api.error_rate");
    assert_eq!(metrics, [Some("api.latency_median"), errors, None, errors]);
    assert_eq!(
        plan.alerts[0].lasting,
        Some(std::time::Duration::from_secs(300))
    );
    assert!(
        plan.alerts
            .iter()
            .all(|a| a.then == crate::plan::AlertAction::Note)
    );
    assert!(
        !problems(&format!("{probe}{text}"))
            .iter()
            .any(|(code, _)| *code == "unmeasured-alert")
    );
}

#[test]
fn criteria_with_numbers_that_nothing_measures_are_told() {
    let told = |criteria: &str| {
        let text = format!("## Deploy\n- [ ] a\n## Rollback criteria\n{criteria}");
        let mut found = problems(&text);
        found.retain(|(code, _)| *code == "unmeasured-alert");
        found
    };
    assert_eq!(told("- Data is lost\n- Users complain\n"), []);
    assert_eq!(
        told("- Data is lost\n- CPU > 80%\n- Queue above 500 jobs\n"),
        [("unmeasured-alert", 5)]
    );
}

#[test]
fn boxes_that_are_none_of_markdowns_are_told_where_something_is_to_be_done() {
    let told = |section: &str| {
        let mut found = problems(&format!("## Deploy\n- [ ] a\n{section}"));
        found.retain(|(code, _)| *code == "unread-box");
        found
    };
    let exported = "## Change steps\n* \\[ \\] Backup\n* \\[x\\] Told\n";
    assert_eq!(told(exported), [("unread-box", 4)]);
    let table = |column: &str| {
        format!("## Change steps\n| # | Step | {column} |\n|-|-|-|\n| 1 | Stop | [ ] |\n")
    };
    assert_eq!(told(&table("Rehearsed")), [("unread-box", 6)]);
    // Its rows are ticked.
    assert_eq!(told(&table("Done")), []);
    assert_eq!(
        told("## Sign-off\n| Role | Name |\n|-|-|\n| DBA | [ ] |\n"),
        []
    );
    assert_eq!(told("## Change steps\n- [a](b)\n- [x] c\n"), []);
}

#[test]
fn thresholds_below_a_line_are_alerts_as_below_a_heading() {
    let alerts = |text: &str| {
        let plan = plan(&format!("## Verification\n- [ ] all is green\n\n{text}"));
        plan.alerts.len()
    };
    let list = "- Error rate < 1%\n- CPU < 80%\n";
    assert_eq!(alerts(&format!("**Performance thresholds:**\n{list}")), 2);
    assert_eq!(alerts(&format!("### Performance thresholds\n{list}")), 2);
    assert_eq!(alerts(&format!("**Machines:**\n{list}")), 0);
    assert_eq!(alerts("**Alert thresholds:**\n- mute the pager\n"), 0);
}
