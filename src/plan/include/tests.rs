use std::collections::HashMap;

use super::joined;
use crate::plan::{Opened, Plan, open_from};

const BACKUP: &str = r#"
[vars]
dir = { prompt = "Where?", pattern = "^/.*" }
keep = { default = "7" }
[[phase]]
id = "backup"
name = "Backup"
kind = "before"
when = "keep != '0'"
  [[phase.step]]
  id = "dump"
  title = "Dump"
  shell = "pg_dump --file {{dir}}/x --jobs {{keep}} db"
  capture = { size = '(\d+)' }
  [[phase.step]]
  id = "verify"
  title = "Verify"
  when = "step.dump == passed and dir != '/tmp'"
  shell = "test {{size}} -gt 10"
"#;

fn files(files: &[(&str, &str)]) -> Opened {
    let by_name: HashMap<&str, &str> = files.iter().copied().collect();
    let load = |path: &str| {
        let found = by_name.get(path).map(|text| text.as_bytes().to_vec());
        found.ok_or(format!("there is no {path}"))
    };
    let (name, text) = files[0];
    open_from(&format!("plans/{name}"), text.as_bytes(), None, &load)
}

fn plan(opened: &Opened) -> &Plan {
    let problems = &opened.problems;
    let shown = || {
        problems
            .iter()
            .map(|p| (p.code, &p.message))
            .collect::<Vec<_>>()
    };
    opened
        .plan
        .as_ref()
        .unwrap_or_else(|| panic!("{:?}", shown()))
}

/// Each problem: where, and what.
fn problems(opened: &Opened) -> Vec<String> {
    let source = &opened.source;
    opened
        .problems
        .iter()
        .map(|problem| {
            let at = problem.span.start;
            let (name, line) = (source.name_at(at), source.line(at));
            format!("{name}:{line} {} {}", problem.code, problem.message)
        })
        .collect()
}

fn titles(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter();
    steps
        .map(|step| format!("{} {}", step.number, step.id))
        .collect()
}

#[test]
fn the_phases_of_another_plan_stand_where_they_are_included() {
    let opened = files(&[
        (
            "plan.toml",
            "title = 'T'\n[vars]\nhere = '/srv'\n[[phase]]\nname = 'A'\nkind = 'before'\n\
             [[phase.step]]\nid = 'dump'\ntitle = 'own'\nshell = 'true'\n\
             [[phase]]\ninclude = 'common/backup.toml'\nvars = { dir = '{{here}}', keep = '3' }\n\
             [[phase]]\ninclude = 'common/backup.toml'\nvars = { dir = '/tmp' }\n\
             [[phase]]\nname = 'Z'\nkind = 'deploy'\ngate = true\n\
             [[phase.step]]\ntitle = 'z'\nshell = 'true'\nundo = { shell = 'true' }\n",
        ),
        ("common/backup.toml", BACKUP),
    ]);
    let plan = plan(&opened);
    assert_eq!(
        titles(plan),
        [
            "1.1 dump",
            "2.1 dump-3",
            "2.2 verify-2",
            "3.1 dump-2",
            "3.2 verify",
            "4.1 z"
        ]
    );
    let needs = |ix: usize| {
        let spec = &plan.steps[ix].spec;
        plan.variables_in(spec, &spec.work).join(" ")
    };
    assert_eq!(needs(1), "here keep-2");
    assert_eq!(needs(3), "dir-2 keep");
    assert_eq!(plan.var("keep-2").unwrap().default.as_deref(), Some("3"));
    assert_eq!(plan.var("dir-2").unwrap().default.as_deref(), Some("/tmp"));
    // Conditions mean the same things.
    let facts = |ix: usize| {
        let when = plan.steps[ix].spec.when.as_ref().unwrap();
        let facts = when.facts().into_iter();
        facts
            .map(|(fact, _)| fact.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(facts(2), "step.dump-3 here");
    assert_eq!(facts(4), "step.dump-2 dir-2");
    let included: Vec<&str> = plan
        .included
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(included, ["common/backup.toml", "common/backup.toml"]);
}

#[test]
fn a_runbook_includes_and_is_included_by_kind() {
    let opened = files(&[
        (
            "runbook.md",
            "---\ninclude:\n  - file: common/backup.toml\n    vars: { dir: /srv }\n---\n# R\n\n## Pre-deployment\n\n- [ ] Look\n\n## Deployment\n\n- [ ] Go\n",
        ),
        ("common/backup.toml", BACKUP),
    ]);
    let names = |plan: &Plan| {
        let phases = plan.phases.iter();
        phases
            .map(|phase| phase.spec.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(plan(&opened)),
        ["Pre-deployment", "Backup", "Deployment"]
    );
    let opened = files(&[
        (
            "plan.toml",
            "title = 'T'\ninclude = 'md/runbook.md'\n[[phase]]\nname = 'A'\nkind = 'deploy'\ngate = true\n\
             [[phase.step]]\ntitle = 'own'\nshell = 'true'\nundo = { shell = 'true' }\n",
        ),
        (
            "md/runbook.md",
            "---\ntitle: X\n---\n# R\n\n## Pre-deployment\n\n```bash\ncurl http://x | sh\ncheckout <commit>\n```\n\n## Rollback\n\n- [ ] Back\n",
        ),
    ]);
    let plan = plan(&opened);
    assert_eq!(names(plan), ["Pre-deployment", "A"]);
    // What is wrong there is told there.
    let told = problems(&opened);
    assert!(
        told.iter().any(|p| p.starts_with("plans/md/runbook.md:9 ")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|p| p.starts_with("plans/plan.toml:2 not-included")),
        "{told:?}"
    );
    assert!(plan.var("commit").is_some());
}

#[test]
fn what_is_wrong_with_an_include_is_told_where() {
    let opened = files(&[
        (
            "a.toml",
            "title = 'T'\n[[phase]]\ninclude = 'x/b.toml'\nvars = { dri = '1' }\n",
        ),
        (
            "x/b.toml",
            "[vars]\ndir = 'd'\n[[phase]]\nname = 'B'\nkind = 'before'\ncolour = 'red'\n\
             [[phase.step]]\ntitle = 's'\nshell = 'echo {{nobody}}'\n[[phase]]\ninclude = '../a.toml'\n\
             [[phase]]\ninclude = 'nowhere.toml'\n",
        ),
    ]);
    assert!(opened.plan.is_none());
    assert_eq!(
        problems(&opened),
        [
            "plans/a.toml:4 unknown-variable `x/b.toml` has no variable `dri`",
            "plans/x/b.toml:6 unknown-key unknown key `colour` in a phase",
            "plans/x/b.toml:9 unknown-variable there is no variable `nobody`",
            "plans/x/b.toml:11 include-circle this goes round in a circle: a.toml → x/b.toml → a.toml",
            "plans/x/b.toml:13 include-missing there is no x/nowhere.toml",
        ]
    );
}

#[test]
fn a_change_of_an_included_file_changes_the_digest() {
    let of = |text: &str| {
        let main = "title = 'T'\ninclude = 'b.toml'\n";
        let opened = files(&[("a.toml", main), ("b.toml", text)]);
        plan(&opened).digest.clone()
    };
    let phase =
        "[[phase]]\nname = 'B'\nkind = 'before'\n[[phase.step]]\ntitle = 's'\nshell = 'true'\n";
    assert_ne!(of(phase), of(&phase.replace("true", "false")));
    assert_eq!(of(phase), of(phase));
}

#[test]
fn paths_are_joined_without_detours() {
    for (from, file, wanted) in [
        ("plan.toml", "a/b.toml", "a/b.toml"),
        ("a/b.toml", "../c.toml", "c.toml"),
        ("a/b.toml", "./c.toml", "a/c.toml"),
        ("plan.toml", "../../x.md", "../../x.md"),
        ("../y/z.md", "../x.md", "../x.md"),
        ("a.toml", "/etc/x.toml", "/etc/x.toml"),
        ("/etc/x.toml", "y.toml", "/etc/y.toml"),
    ] {
        assert_eq!(joined(from, file), wanted, "{from} {file}");
    }
}

#[test]
fn an_included_runbook_has_the_variables_of_the_plans_that_take_it_in() {
    let part = "# Part\n## Deployment\n```sh\nls {{dir}} {{tag}} {{other}}\n```\n";
    let asked = |opened: &Opened| -> Vec<String> {
        let all = problems(opened).into_iter();
        all.filter(|problem| problem.contains("placeholder"))
            .collect()
    };
    let middle = "---\nvars: {tag: {default: v1}}\ninclude: [part.md]\n---\n# Middle\n## Deployment\n- [ ] b\n";
    let outer = "---\nvars: {dir: {default: /srv}}\ninclude: [middle.md]\n---\n# Outer\n## Deployment\n- [ ] a\n## Rollback\n- [ ] c\n";
    let opened = files(&[
        ("outer.md", outer),
        ("middle.md", middle),
        ("part.md", part),
    ]);
    assert_eq!(asked(&opened).len(), 1, "{:?}", problems(&opened));
    assert!(asked(&opened)[0].contains("{{other}}"));
    let mut names: Vec<&str> = plan(&opened).vars.iter().map(|v| v.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["dir", "other", "tag"]);
    // What it is given under another name is its own.
    let mapped = "---\nvars: {dir: {default: /srv}, tag: {default: a}}\ninclude: [{file: part.md, vars: {dir: /b, other: '{{tag}}'}}]\n---\n# Outer\n## Deployment\n- [ ] a\n## Rollback\n- [ ] c\n";
    let opened = files(&[("outer.md", mapped), ("part.md", part)]);
    assert_eq!(plan(&opened).vars.len(), 3, "{:?}", problems(&opened));
}
