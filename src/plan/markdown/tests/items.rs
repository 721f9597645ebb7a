//! Items with something below them, and what is only for a case.

use super::{plan, problems, titles};

#[test]
fn what_stands_above_an_items_commands_is_done_before_them() {
    let before =
        "## Deploy\n- [ ] Switch traffic\n  - [ ] approved\n\n  ```bash\n  ./switch.sh\n  ```\n";
    assert_eq!(
        titles(&plan(before)),
        [("check", "approved"), ("shell", "Switch traffic")]
    );
    let between = "## Deploy\n- [ ] Go\n  ```sh\n  a\n  ```\n  - [ ] looked\n\n  Then:\n  ```sh\n  b\n  ```\n  - [ ] told\n";
    let wanted = [
        ("shell", "Go"),
        ("check", "looked"),
        ("shell", "Then"),
        ("check", "told"),
    ];
    assert_eq!(titles(&plan(between)), wanted);
    let only = "## Deploy\n- [ ] Go\n  - [ ] one\n  - [ ] two\n";
    let wanted = [("check", "Go"), ("check", "one"), ("check", "two")];
    assert_eq!(titles(&plan(only)), wanted);
}

#[test]
fn commands_in_a_quotation_below_an_item_are_not_run() {
    let text =
        "## Deploy\n- [ ] a\n  > [!NOTE]\n  > - [ ] b\n  >\n  > ```bash\n  > echo alert\n  > ```\n";
    assert!(problems(text).contains(&("unread-block", 6)));
    let plan = plan(text);
    assert_eq!(titles(&plan), [("check", "a"), ("check", "b")]);
    let details = plan.steps[0].spec.details.as_deref().unwrap();
    assert!(
        details.starts_with("NOTE:") && details.contains("echo alert"),
        "{details}"
    );
}

#[test]
fn what_looks_ticked_and_is_no_task_asks_before_it_runs() {
    let step = |item: &str| {
        let plan = plan(&format!("## Deploy\n{item}\n  ```sh\n  ./x.sh\n  ```\n"));
        let spec = &plan.steps[0].spec;
        (spec.mark.is_some(), spec.confirm.is_some())
    };
    assert_eq!(step("- [x]Stop it"), (false, true));
    assert_eq!(step("- [-]Stop it"), (false, true));
    assert_eq!(step("- [ ]Stop it"), (false, false));
    assert_eq!(step("- [x] Stop it"), (true, false));
}

#[test]
fn what_is_only_for_a_case_asks_before_it_runs() {
    for case in [
        "If this fails, run:\n\n```sh\n./x.sh\n```\n",
        "- [ ] Go\n  If it fails with P3009:\n  ```sh\n  ./x.sh\n  ```\n",
        "- [ ] Migrate. If that fails, run:\n\n  ```sh\n  ./x.sh\n  ```\n",
        "デプロイに失敗した場合：\n\n```sh\n./x.sh\n```\n",
        "1. In case of errors\n   ```sh\n   ./x.sh\n   ```\n",
        "### To undo the index\n```sh\n./x.sh\n```\n",
        "```sh\n# When the deployment fails, restore\n./x.sh\n```\n",
        "Run that.\n\nIf anything goes wrong in there, this helps.\n\n```sh\na\n```\n",
        "Migrate now. Should that fail, restore:\n\n```sh\na\n```\n",
        "Um die Änderung rückgängig zu machen:\n\n```sh\na\n```\n",
        "S'il y a une erreur :\n\n```sh\na\n```\n",
        "When the queue is empty:\n\n```sh\na\n```\n",
        "Falls das nicht geht:\n\n```sh\n# Eins\na\n\n# Zwei\nb\n```\n",
    ] {
        let text = format!("## Deploy\n{case}");
        let plan = plan(&text);
        let works = || plan.steps.iter().filter(|step| !step.spec.work.is_check());
        assert!(works().count() > 0, "{text}");
        assert!(
            works().all(|step| step.spec.danger && step.spec.confirm.is_some()),
            "{text}"
        );
        let told = problems(&text)
            .into_iter()
            .filter(|(code, _)| *code == "conditional-step");
        assert_eq!(told.count(), works().count(), "{text}");
    }
    for plain in [
        "```sh\nif true; then\n  a\nfi\n```\n",
        "When the queue is done:\n\n```sh\na\n```\n",
        "```sh { when=\"{{x}} == 1\" }\n# If it is needed\na\n```\n",
    ] {
        let text = format!("---\nvars:\n  x: {{default: 1}}\n---\n## Deploy\n{plain}");
        let plan = plan(&text);
        assert!(plan.steps.iter().all(|step| !step.spec.danger), "{text}");
    }
}

#[test]
fn bullets_of_a_checklist_are_looked_at() {
    let text = "## Deployment\n- [ ] Go\n## Validation checklist\n- Pods are ready\n- No errors\n";
    let looked = [
        ("check", "Go"),
        ("check", "Pods are ready"),
        ("check", "No errors"),
    ];
    assert_eq!(titles(&plan(text)), looked);
    // With boxes, the others are text.
    let boxed = text.replace("- Pods", "- [ ] Pods");
    assert_eq!(titles(&plan(&boxed)), looked[..2]);
}

#[test]
fn items_that_are_commands_are_done_by_hand() {
    for heading in ["Deployment", "Verification", "Rollback"] {
        let text = format!("## {heading}\n- `kubectl apply -f a.yaml`\n- Then run `./b.sh`.\n");
        let all = [
            ("check", "kubectl apply -f a.yaml"),
            ("check", "Then run ./b.sh."),
        ];
        assert_eq!(titles(&plan(&text)), all, "{heading}");
    }
    let text = "## Rollback\n- Run `./rollback.sh`\n- Notify the team\n";
    assert_eq!(plan(text).steps.len(), 2);
    for list in [
        "- `kubectl apply -f a.yaml`\n- It may take a while\n",
        "- Logs: `kubectl logs a`\n",
        "- `shop` is the name\n",
        "- All that `kubectl apply -f a.yaml` changes\n",
    ] {
        let text = format!("## Deployment\n{list}");
        assert_eq!(plan(&text).steps.len(), 0, "{list}");
    }
}
