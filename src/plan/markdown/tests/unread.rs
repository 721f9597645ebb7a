//! What looks as if it were to be done and is not run is named, and its innocent twin is not.

use super::{opened, plan, problems, titles};
use crate::plan::Work;

/// Whether a block in the language `info` is named as one that is not run.
fn is_named(info: &str, body: &str) -> bool {
    let text = format!("## Deployment\n- [ ] go\n\n```{info}\n{body}\n```\n");
    let steps = plan(&text).steps.len();
    assert_eq!(steps, 1, "{info} is not to be run");
    problems(&text).contains(&("unread-block", 4))
}

#[test]
fn blocks_in_other_and_unknown_languages_are_named_and_data_is_not() {
    for info in [
        "mysql",
        "pwsh",
        "rb",
        "irb",
        "python3",
        "pycon",
        "make",
        "mongo",
        "redis",
        "{code-block} bash",
        "klingon",
    ] {
        assert!(is_named(info, "restore()"), "{info}");
    }
    for info in ["json", "yaml title=\"a\"", "Dockerfile", "log", "diff"] {
        assert!(!is_named(info, "a: b"), "{info}");
    }
    assert!(is_named("text", "kubectl apply -f shop.yaml"));
    assert!(!is_named("text", "web -> db -> cache"));
}

#[test]
fn a_script_for_another_shell_is_named_whatever_its_block_calls_itself() {
    for body in [
        "docker run ^\n  -e A=b ^\n  image",
        "curl ^\r\n-f ^\r\nhttps://shop.example",
    ] {
        assert!(is_named("bash", body), "{body}");
        assert!(is_named("sh", body), "{body}");
    }
    for body in [
        "git show HEAD^\n./x",
        "grep -c ^ a.txt\n  ./x",
        "grep -c ^\n./x",
    ] {
        let text = format!("## Deployment\n```bash\n{body}\n```\n");
        assert!(!problems(&text).contains(&("unread-block", 2)), "{body}");
    }
}

#[test]
fn other_names_of_a_shell_and_of_sql_are_run() {
    let fences = ["shellscript", "ksh", "dash", "shell-script"].map(|name| {
        let body = format!("```{name}\n./{name}.sh\n```\n\n");
        body
    });
    let text = format!(
        "## Deployment\n{}```bash-session\n$ ./x.sh\nok\n```\n\n```psql\nselect 1;\n```\n\n```plpgsql\ndo $$ begin end $$;\n```\n",
        fences.concat()
    );
    let plan = plan(&text);
    let kinds: Vec<_> = plan.steps.iter().map(|s| s.spec.work.kind()).collect();
    assert_eq!(
        kinds,
        ["shell", "shell", "shell", "shell", "shell", "sql", "sql"]
    );
    let programs: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.spec.work {
            Work::Shell(shell) => Some(shell.interpreter.program.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(programs, ["sh", "ksh", "dash", "sh", "bash"]);
}

#[test]
fn a_session_of_psql_is_never_sent_to_the_server() {
    let session = "## Deployment\n- [ ] go\n\n```sql\nshop=> select 1;\n ?column?\n```\n";
    assert_eq!(titles(&plan(session)), [("check", "go")]);
    assert!(problems(session).contains(&("unclear-transcript", 4)));
    let script = "## Deployment\n```sql\nselect f(\n  a => 1,\n  b=> 2);\n```\n";
    assert_eq!(plan(script).steps[0].spec.work.kind(), "sql");
}

#[test]
fn indented_code_is_named_where_blocks_are_run() {
    let text = "## Deployment\n- [ ] go\n\n## Rollback\n\n    ./restore.sh\n    ./start.sh\n";
    assert!(problems(text).contains(&("unread-block", 6)));
    let reference = "## Deployment\n- [ ] go\n\n## Overview\n\n    web -> db\n";
    let codes: Vec<_> = problems(reference).into_iter().map(|p| p.0).collect();
    assert!(!codes.contains(&"unread-block"), "{codes:?}");
}

#[test]
fn words_behind_a_fence_keep_the_backslashes_of_their_json() {
    let text =
        "## Deployment\n```sh {\"name\":\"mig\",\"capture\":\"(?<id>v\\\\d+)\"}\n./x.sh\n```\n";
    let plan = plan(text);
    let spec = &plan.steps[0].spec;
    assert_eq!(plan.steps[0].id.as_str(), "mig");
    assert_eq!(spec.capture[0].name, "id");
    assert!(!spec.danger);
}

#[test]
fn words_behind_a_fence_say_what_json_is_expected() {
    for info in [
        "sh json=\".status == up\"",
        "sh { name=a json=.status=up }",
        "sh {\"json\":\".status = up\"}",
        "sh {\"json\":{\".status\":\"up\"}}",
    ] {
        let text = format!("## Deployment\n```{info}\n./status.sh\n```\n");
        let plan = plan(&text);
        let lines = plan.steps[0].spec.expect().lines();
        assert_eq!(lines, ["JSON .status = up"], "{info}");
    }
    for info in ["sh json=status", "sh {\"json\":[\".a\",\".b > soon\"]}"] {
        let text = format!("## Deployment\n```{info}\n./status.sh\n```\n");
        let found = problems(&text);
        let codes = ["bad-path", "bad-comparison"];
        assert!(
            found.iter().any(|p| codes.contains(&p.0) && p.1 == 2),
            "{found:?}"
        );
    }
}

#[test]
fn words_behind_a_fence_that_are_no_json_are_told_and_the_step_waits_for_a_person() {
    let text =
        "## Deployment\n```sh {\"name\":\"mig\",\"excludeFromRunAll\":\"true}\n./x.sh\n```\n";
    let spec = &plan(text).steps[0].spec;
    assert!(spec.danger && spec.confirm.is_some());
    assert!(problems(text).contains(&("fence-attributes", 2)));
    let plain = "## Deployment\n```sh { name=mig }\n./x.sh\n```\n";
    assert!(!problems(plain).iter().any(|p| p.0 == "fence-attributes"));
}

#[test]
fn commands_in_tables_and_sentences_are_named() {
    let text = "## Deployment\n- [ ] go\n\n| Step | Command |\n|---|---|\n| Migrate | `./migrate.sh` |\n\nRun `./start.sh` on db1.\n";
    let found = problems(text);
    assert!(found.contains(&("unread-block", 6)), "{found:?}");
    assert!(found.contains(&("unread-block", 8)), "{found:?}");
    let cell = "## Deployment\n- [ ] go\n\n| kubectl apply -f a.yaml |\n|---|\n";
    assert!(problems(cell).contains(&("unread-block", 4)));
    let twin = "## Deployment\n- [ ] go\n\n| Host | Port |\n|---|---|\n| `db1` | 5432 |\n\nThis is what `./start.sh` does.\n";
    assert!(!problems(twin).iter().any(|p| p.0 == "unread-block"));
}

#[test]
fn a_rollback_without_a_step_is_told() {
    for body in [
        "- Stop the app\n- Restore the last dump\n",
        "| Restore | `./restore.sh` |\n|---|---|\n",
        "Call the vendor.\n",
    ] {
        let text = format!("## Deployment\n- [ ] go\n\n## Rollback plan\n{body}");
        let opened = opened(&text);
        assert!(opened.plan.unwrap().tiers.is_empty());
        assert!(problems(&text).contains(&("empty-rollback", 4)), "{body}");
    }
    for back in [
        "## Rollback\n1. Stop the app\n",
        "## Rollback\nIn two ways.\n\n### Application\n- [ ] Stop it\n",
        "## Before T-0 there is nothing to roll back\nSo far nothing was changed.\n",
    ] {
        let text = format!("## Deployment\n- [ ] go\n\n{back}");
        let found = problems(&text);
        assert!(!found.iter().any(|p| p.0 == "empty-rollback"), "{found:?}");
    }
}

#[test]
fn a_rollback_in_an_appendix_is_not_taken_for_mere_reading() {
    let text = "## Deployment\n- [ ] go\n\n## Appendix A: Rollback\n```bash\n./rb.sh\n```\n";
    assert!(problems(text).contains(&("section-not-run", 5)));
    let twin = "## Deployment\n- [ ] go\n\n## Appendix A: Useful commands\n```bash\n./rb.sh\n```\n";
    assert!(!problems(twin).iter().any(|p| p.0 == "section-not-run"));
}

#[test]
fn a_box_without_a_list_is_told() {
    let text = "## Deployment\n- [ ] go\n\n[ ] Backup\n";
    assert!(problems(text).contains(&("unread-box", 4)));
}

#[test]
fn rows_of_checks_of_which_nobody_is_asked_are_told() {
    let told = |head: &str, beside: &str| {
        let text = format!(
            "## Deploy\n```bash\n./go.sh\n```\n\n## Verification\n\n{head}\n|---|---|\n| Orders page | loads |\n| Log | empty |\n\n{beside}\n"
        );
        problems(&text).contains(&("unread-box", 10))
    };
    let block = "```bash\n./look.sh\n```";
    for head in [
        "| Check | Expected |",
        "| Item | Expected result |",
        "| Item | Owner |",
        "| Item | Erwartete Ausgabe |",
    ] {
        assert!(told(head, block), "{head}");
        assert!(told(head, "Then it is done."), "{head}");
    }
    assert!(!told("| Dashboard | Link |", block));
}

#[test]
fn commands_that_no_block_holds_are_named() {
    let told = |below: &str| {
        let text = format!("## Deployment\n- [ ] go\n\n{below}\n");
        let all = problems(&text);
        all.into_iter()
            .find_map(|(code, line)| (code == "unread-block").then_some(line))
    };
    for (below, line) in [
        ("- [ ] Migrate\n\n  ```\n  ./migrate up\n  ```", 6),
        (
            "- [ ] Migrate\n\n  ```powershell\n  Restart-Service App\n  ```",
            6,
        ),
        ("- [ ] `systemctl stop shop`", 4),
        ("1. `systemctl stop shop`", 4),
        ("psql -f up.sql", 4),
        ("`psql -f up.sql`", 4),
        ("Shut it down. Command: `systemctl stop shop`", 4),
        (
            "<pre><code class=\"language-bash\">\n./x.sh\n</code></pre>",
            4,
        ),
        (
            "<details>\n<summary>More</summary>\n```bash\n./x.sh\n```\n</details>",
            6,
        ),
    ] {
        assert_eq!(told(below), Some(line), "{below}");
    }
    for below in [
        "- [ ] Stop the app with `systemctl stop shop`",
        "- [ ] `shop` is up",
        "- [ ] Migrate\n\n  Output:\n  ```\n  done\n  ```",
        "git is all you need.",
        "<!--\n```bash\n./x.sh\n```\n-->",
        "<details><summary>More</summary>",
    ] {
        assert_eq!(told(below), None, "{below}");
    }
}

#[test]
fn a_command_of_psql_keeps_all_of_its_block_from_being_run() {
    let text =
        "## Deployment\n- [ ] go\n\n```sql\n\\set ON_ERROR_STOP on\ndelete from a where b;\n```\n";
    let opened = opened(text);
    let told = opened
        .problems
        .iter()
        .find(|problem| problem.code == "psql-command")
        .unwrap();
    assert!(
        told.message.contains("nothing of this block is run"),
        "{}",
        told.message
    );
    assert!(
        opened
            .plan
            .unwrap()
            .steps
            .iter()
            .all(|step| step.spec.work.is_check())
    );
}

#[test]
fn boxes_in_a_block_of_text_are_told() {
    let told = |info: &str, body: &str| {
        let text = format!(
            "## Deployment\n- [ ] go\n## Tell the team\n- [ ] told\n\n```{info}\n{body}\n```\n"
        );
        problems(&text).contains(&("unread-box", 7))
    };
    for info in ["", "text", "markdown"] {
        assert!(
            told(info, "- [ ] the team knows\n- [ ] the shop knows"),
            "{info}"
        );
    }
    assert!(!told("", "Result: [ ]\nfine\n- [ ] a\nand more\nand more"));
    assert!(!told("yaml", "- [ ] a"));
}
