//! What is said to be done on another machine, and would run on this one.

use super::{plan, problems};

/// Whether the step that runs `./then.sh` or the like asks first, and the lines of what is said to run here.
fn told(text: &str) -> (bool, Vec<usize>) {
    let asks = plan(text)
        .steps
        .iter()
        .any(|step| step.spec.confirm.is_some());
    let lines = problems(text).into_iter();
    let lines = lines.filter(|(code, _)| *code == "runs-here");
    (asks, lines.map(|(_, line)| line).collect())
}

fn console(lines: &[&str]) -> String {
    format!("## Deployment\n```console\n{}\n```\n", lines.join("\n"))
}

#[test]
fn prompts_of_other_machines_are_said_to_run_here() {
    let one = console(&["[ops@db1 ~]$ systemctl stop app", "[ops@db1 ~]$ ls"]);
    assert_eq!(told(&one), (false, vec![3]));
    let again = format!("{one}\n```console\nops@db1:~$ ls\n```\n");
    assert_eq!(told(&again), (false, vec![3]));
    let two = console(&["ops@db1:~$ systemctl stop app", "ops@db2:~$ ./promote.sh"]);
    assert_eq!(told(&two), (true, vec![3]));
    let apart = format!("{one}\n```console\nroot@web-01:/srv# ls\n```\n");
    assert_eq!(told(&apart), (true, vec![3, 8]));
    for lines in [
        &["ops@host:~$ ls"][..],
        &["$ ls"],
        &["ada@localhost:~$ ls"],
        &["ada@laptop shop % ls"],
        &["ops@bastion:~$ ssh db1 systemctl stop app"],
        &["ops@bastion:~$ psql -h db1 -c 'select 1'"],
        &["bash-5.1$ mail ada@db1"],
    ] {
        assert_eq!(told(&console(lines)), (false, vec![]), "{lines:?}");
    }
}

#[test]
fn what_words_place_on_another_machine_asks_before_it_runs_here() {
    let below = |line: &str, block: &str| format!("## Deployment\n{line}\n\n{block}\n");
    let then = "```bash\n./then.sh\n```";
    for line in [
        "On the **replica**:",
        "SSH into the new host, then:",
        "On db2, stop it.",
    ] {
        assert_eq!(told(&below(line, then)), (true, vec![5]), "{line}");
    }
    for line in ["### On db2", "- [ ] On web-01:\n  ```bash\n  ./it\n  ```"] {
        assert!(told(&below(line, then)).0, "{line}");
    }
    for lines in [
        "# on db1\n./a\n# on db2\n./b",
        "# on db1\n./a\n\n# on db2\n./b",
    ] {
        let text = below("All of it:", &format!("```bash\n{lines}\n```"));
        assert!(told(&text).0, "{lines}");
    }
    let list = "On db2:\n\n1. Stop\n   ```bash\n   ./stop\n   ```\n";
    assert_eq!(told(&below(list, "")), (true, vec![4]));
    assert_eq!(told(&format!("## Rollback\n{list}")), (true, vec![4]));
    let sql = "```sql\nselect 1;\n```";
    assert_eq!(told(&below("On the standby:", sql)), (true, vec![5]));
    let front = "---\ndatabases:\n  main: {url_env: DATABASE_URL}\n---\n";
    assert!(!told(&format!("{front}{}", below("On the standby:", sql))).0);
    for (line, block) in [
        ("On success:", then),
        ("On Monday:", then),
        ("On this server:", then),
        (
            "On the standby:",
            "```bash\nssh db2 systemctl stop app\n```",
        ),
        (
            "On the standby:",
            "```bash\npsql \"$STANDBY_URL\" -c 'select 1'\n```",
        ),
        (
            "In the container:",
            "```bash\nkubectl exec web-0 -- ./then.sh\n```",
        ),
        ("On the standby:", "- [ ] Look at it"),
    ] {
        assert_eq!(told(&below(line, block)).1, Vec::<usize>::new(), "{line}");
    }
}

#[test]
fn what_stands_below_a_login_of_its_own_is_asked_for() {
    let asked = |text: &str| {
        let plan = plan(text);
        let steps = plan.steps.iter().map(|step| step.spec.danger);
        steps.collect::<Vec<_>>()
    };
    let step = |script: &str| format!("```bash\n{script}\n```\n\n");
    let all = |scripts: &[&str]| {
        let steps: String = scripts.iter().map(|script| step(script)).collect();
        format!("## Deploy\n\n{steps}")
    };
    let login = all(&[
        "ssh deploy@prod1",
        "git pull",
        "docker compose up -d",
        "exit",
        "./notify.sh",
    ]);
    assert_eq!(asked(&login), [false, true, true, false, false]);
    let told = problems(&login);
    let told = told.iter().filter(|(code, _)| *code == "runs-here");
    assert_eq!(told.map(|(_, line)| *line).collect::<Vec<_>>(), [8, 12]);
    let headings = format!(
        "## Deploy\n### 1. Log in\n{}### 2. Pull\n{}",
        step("ssh prod1"),
        step("git pull")
    );
    assert_eq!(asked(&headings), [false, true]);
    let back = format!(
        "{}## Rollback\n{}{}",
        all(&["./x"]),
        step("sudo -i"),
        step("./back")
    );
    assert_eq!(asked(&back), [false, false, true]);
    let verified = format!(
        "{}## Verify\n{}",
        all(&["./x", "ssh prod1"]),
        step("curl -f localhost")
    );
    assert_eq!(asked(&verified), [false, false, true]);
    for twin in [
        all(&["ssh prod1 uptime", "git pull"]),
        all(&["ssh prod1 'bash -s' <<'EOF'\nls\nEOF", "git pull"]),
        all(&["psql", "./migrate.sh"]),
        all(&["bash -e ./migrate.sh", "./next.sh"]),
        format!(
            "## Deploy\n### 1. Log in\n{}## Verify\n{}",
            step("sudo -i"),
            step("curl -f localhost")
        ),
        all(&["ssh -fN -L 5433:db:5432 bastion", "./migrate.sh"]),
        format!(
            "{}## Verify\n{}",
            all(&["./x", "sudo -i"]),
            step("curl -f localhost")
        ),
    ] {
        assert!(!asked(&twin).contains(&true), "{twin}");
    }
}
