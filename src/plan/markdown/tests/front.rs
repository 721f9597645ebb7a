use super::*;
use crate::plan::{Severity, open};

fn front(text: &str) -> Front {
    read(&Source::new("r.md", text), 0)
}

fn codes(front: &Front) -> Vec<(&'static str, Severity)> {
    front
        .problems
        .iter()
        .map(|p| (p.code, p.severity))
        .collect()
}

#[test]
fn toml_and_yaml_say_the_same() {
    let toml = "+++\ntitle = \"Go\"\nenvironment = \"production\"\n[databases.main]\nurl_env = \"URL\"\n[vars]\ntag = { prompt = \"Tag\" }\n+++\n# x\n";
    let yaml = "---\ntitle: Go\nenvironment: production\ndatabases: {main: {url_env: URL}}\nvars:\n  tag: {prompt: Tag}\n---\n# x\n";
    let json = "{\n\t\"title\": \"Go\", \"environment\": \"production\",\n\t\"databases\": {\"main\": {\"url_env\": \"URL\"}},\n\t\"vars\": {\"tag\": {\"prompt\": \"Tag\"}}\n}\n# x\n";
    for text in [
        toml,
        yaml,
        json,
        &yaml.replace('\n', "\r\n"),
        &json.replace('\n', "\r\n"),
    ] {
        let front = front(text);
        assert!(front.problems.is_empty(), "{:?}", front.problems);
        assert_eq!(front.draft.environment.as_deref(), Some("production"));
        assert_eq!(front.draft.databases[0].url_env, "URL");
        assert_eq!(front.draft.vars[0].prompt.as_deref(), Some("Tag"));
        assert!(text[front.end..].starts_with("# x"));
        let title = front.draft.title.unwrap();
        assert!(text[title.span.start..title.span.end].contains("Go"));
    }
}

#[test]
fn a_mistake_has_its_place_and_the_rest_of_the_file_is_read() {
    for text in [
        "+++\ntitle = = 1\n+++\n# T\n\n- [ ] a\n",
        "---\ntitle: [1\n---\n# T\n\n- [ ] a\n",
        "{\n  \"title\": oh\n}\n# T\n\n- [ ] a\n",
    ] {
        let opened = open("r.md", text.as_bytes());
        assert!(opened.plan.is_none());
        let errors = |p: &&crate::plan::Problem| p.severity == Severity::Error;
        let problem = opened.problems.iter().find(errors).unwrap();
        assert!(opened.source.line(problem.span.start) > 1);
        assert_eq!(read(&opened.source, 0).end, text.find("# T").unwrap());
    }
}

#[test]
fn who_wants_approvals_and_writes_it_otherwise_is_told_so() {
    let errors = |review: &str| {
        let text = format!("---\nreview: {review}\n---\n# T\n\n- [ ] a\n");
        let opened = open("r.md", text.as_bytes());
        let errors = opened.problems.into_iter();
        let errors = errors.filter(|problem| problem.severity == Severity::Error);
        errors.map(|problem| problem.code).collect::<Vec<_>>()
    };
    for review in [
        "{ approval: 2 }",
        "{ approvals: two }",
        "{ approvals: \"2\" }",
        "{ aprovals: 1 }",
        "{ approvals: [] }",
    ] {
        assert_eq!(errors(review), ["no-approvals"], "{review}");
    }
    assert_eq!(errors("{ approvals: 0 }"), ["out-of-range"]);
    for review in [
        "{ approvals: 2 }",
        "{ status: done, by: ann }",
        "2026-11-01",
    ] {
        assert_eq!(errors(review), [""; 0], "{review}");
    }
}

#[test]
fn other_tools_keys_are_no_errors_and_are_kept() {
    let text = "---\nlayout: post\ntags: [a, b]\nshell: zsh\ncontact: ops@shop.example\nenviroment: x\n---\n- [ ] a\n";
    let front = front(text);
    assert_eq!(
        codes(&front),
        [
            ("wrong-type", Severity::Warning),
            ("unknown-key", Severity::Warning),
            ("unknown-key", Severity::Note)
        ]
    );
    assert!(
        front.problems[1]
            .hint
            .as_deref()
            .unwrap()
            .contains("environment")
    );
    assert_eq!(front.draft.shell.as_ref().unwrap().program, "zsh");
    assert!(front.draft.notes[0].text.contains("layout: post"));
    assert!(open("r.md", text.as_bytes()).plan.is_some());
}

#[test]
fn what_is_called_nearly_as_ours_and_could_be_ours_is_not_silently_missing() {
    for (lines, near) in [
        ("probes:\n  - {name: flag, command: cat x}", "probe"),
        (
            "alerts: [{name: a, metric: flag.value, above: 5, then: rollback}]",
            "alert",
        ),
        ("variables: {tag: v1}", "vars"),
        ("database: {main: {url_env: DATABASE_URL}}", "databases"),
        ("contacts: [{role: DBA, name: Ann}]", "contact"),
        ("migration: db/migrate", "migrations"),
        ("Alerts: [{name: a, metric: m, above: 5}]", "alert"),
    ] {
        let read = front(&format!("---\n{lines}\n---\n- [ ] a\n"));
        assert_eq!(
            codes(&read),
            [("unknown-key", Severity::Warning)],
            "{lines}"
        );
        let problem = &read.problems[0];
        assert!(
            problem
                .message
                .ends_with("nothing of it is used or watched")
        );
        let hint = format!("did you mean `{near}`?");
        assert_eq!(problem.hint.as_deref(), Some(hint.as_str()), "{lines}");
        assert!(read.draft.alerts.is_empty() && read.draft.vars.is_empty());
    }
    let typed = "title = 'T'\n[[alerts]]\nname = 'a'\n[[phase]]\nname = 'D'\n[[phase.step]]\ntitle = 'A'\nshell = 'a'\n";
    let opened = open("p.toml", typed.as_bytes());
    assert!(opened.plan.is_none(), "a typed plan is nobody else's");
    for lines in [
        "alerts: [slack, email]",
        "alerts: true",
        "database: {host: db1, port: 5432}",
        "database: postgres",
        "context: [{a: b}]",
        "contacts: ops@shop.example",
        "titles: {a: b}",
        "tags: {a: b}",
        "allowed_hosts: [{code: a, reason: b}]",
    ] {
        let read = front(&format!("---\n{lines}\n---\n- [ ] a\n"));
        assert_eq!(codes(&read), [("unknown-key", Severity::Note)], "{lines}");
    }
}

#[test]
fn rules_at_the_start_are_no_front_matter() {
    for text in [
        "---\n\n# T\n\ntext\n\n---\n",
        "---\nSome: words, and more.\n",
        "--- \n",
        "---",
        "+ + +\n",
        "---\nOder:\n\n# T\n\n---\n",
        "{\n\"",
        "{\n\"x\n}\n",
        "{}\n# T\n",
        "{ }\n=\n",
        "{{ title }}\n",
        "{\"a\": 1} and more\n",
        "{\n  \"a\": oh\n} and more\n",
        "",
    ] {
        let front = front(text);
        assert_eq!(front.end, 0, "{text:?}");
        assert!(front.problems.is_empty());
    }
    assert_eq!(front("---\n---\ntext").end, 8);
}

#[test]
fn json_that_is_meant_and_has_a_mistake_is_an_error_wherever_that_stands() {
    for text in [
        "{\"review\": {\"approvals\": 2}\n\n# T\n",
        "{\"review\": {\"approvals\": 2}}}\n\n# T\n",
        "{'review': {'approvals': 2}}\n\n# T\n",
        "{review: {approvals: 2}}\n# T\n",
        "{\"review\": {\"approvals\": 2}, \"title\": \"x\",}\n\n# T\n",
        "{\n  review: {\"approvals\": 2}\n}\n# T\n",
        "{ // c\n  \"review\": {\"approvals\": 2}\n}\n\n# T\n",
        "{\"review\": {\"approvals\": 2}} # two\n\n# T\n",
        "\n {\"review\": {\"approvals\": 2}\n\n# T\n",
    ] {
        let found = front(text);
        let told = codes(&found);
        assert!(
            told.contains(&("json-syntax", Severity::Error)),
            "{text}: {told:?}"
        );
        assert!(open("r.md", text.as_bytes()).plan.is_none(), "{text}");
    }
    for text in [
        "\n{\"review\": {\"approvals\": 2}}\n\n# T\n",
        " {\"review\": {\"approvals\": 2}}\n# T\n",
    ] {
        let found = front(text);
        assert_eq!(codes(&found), [], "{text}");
        assert_eq!(found.draft.approvals, 2, "{text}");
    }
    for text in [
        "{% set review: 2 %}\n",
        "{{ review: 2 }}\n",
        "{: title=\"a\" .vars: }\n",
        "{.vars: a}\n",
        "{see: below}\n\n# T\n\n```json\n{\"vars\": 1}\n```\n",
    ] {
        let found = front(text);
        assert_eq!((found.end, codes(&found)), (0, Vec::new()), "{text}");
    }
}

#[test]
fn what_is_never_closed_is_told() {
    for text in [
        "+++\ntitle = 'x'\n# T\n",
        "---\ntitle: x\n# T\n",
        "{\n\"title\": 1,\n# T\n",
    ] {
        assert_eq!(codes(&front(text)), [("front-matter", Severity::Error)]);
    }
}

#[test]
fn the_directory_that_steps_begin_in_is_known_and_has_to_be_there() {
    let text = "---\ncwd: ../app\nrunme: {id: x}\n---\n- [ ] a\n";
    let front = front(text);
    assert_eq!(codes(&front), [("unknown-key", Severity::Note)]);
    let opened = || open("r.md", text.as_bytes());
    let there = opened().in_place(|cwd| cwd == "../app");
    assert_eq!(there.plan.unwrap().cwd.as_deref(), Some("../app"));
    let elsewhere = opened().in_place(|_| false);
    assert!(elsewhere.plan.is_some(), "it is driven on another machine");
    let missing = elsewhere.to_be_driven();
    let errors = missing.problems.iter();
    let mut errors = errors.filter(|problem| problem.severity == Severity::Error);
    let error = errors.next().unwrap();
    assert_eq!(
        (error.code, missing.source.line(error.span.start)),
        ("no-directory", 2)
    );
    assert!(missing.plan.is_none() && errors.next().is_none());
    assert!(
        open("r.md", b"# Deploy\n- [ ] a\n")
            .in_place(|_| false)
            .to_be_driven()
            .plan
            .is_some()
    );
}

#[test]
fn prose_between_rules_that_is_no_yaml_is_kept_as_text() {
    for text in [
        "---\nOr:\n\n```bash\ntrue\n```\n---\n",
        "---\nOwner: Ann: on call\n- [ ] go\n---\n",
    ] {
        let front = front(text);
        assert_eq!(front.end, 0, "{text}");
        assert_eq!(codes(&front), [("front-matter", Severity::Warning)]);
        let opened = open("r.md", text.as_bytes());
        assert!(opened.plan.is_some(), "{text}");
    }
    // What can only be meant for us is not taken for text.
    let ours = front("---\ntitle: a: b\n---\n# x\n");
    assert_eq!(codes(&ours), [("yaml-syntax", Severity::Error)]);
}
