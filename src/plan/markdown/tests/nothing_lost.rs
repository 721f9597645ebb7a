//! The promise that nothing is lost, held against counts and words that the reader had no part in.

use std::fmt::Write;

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use super::opened;
use crate::plan::{Element, Opened};

/// Headings, task items and fenced blocks, as the library tells them. Its task lists know nothing
/// of `[~]` and `[-]`, so they are made into what it knows.
fn count(text: &str) -> [usize; 3] {
    let known = text.replace("[~]", "[ ]").replace("[-]", "[ ]");
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let mut counts = [0; 3];
    for event in Parser::new_ext(&known, options) {
        match event {
            Event::Start(Tag::Heading { .. }) => counts[0] += 1,
            Event::TaskListMarker(_) => counts[1] += 1,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => counts[2] += 1,
            _ => {}
        }
    }
    counts
}

fn counted(opened: &Opened) -> [usize; 3] {
    let ledger = &opened
        .plan
        .as_ref()
        .expect("prose is never an error")
        .ledger;
    [Element::Heading, Element::TaskItem, Element::Fence].map(|element| ledger.count(element))
}

/// Everything that a person can see of a plan, in one text.
fn shown(opened: &Opened) -> String {
    let plan = opened.plan.as_ref().expect("prose is never an error");
    let phases: Vec<_> = plan.phases.iter().map(|phase| &phase.spec.name).collect();
    let tiers: Vec<_> = plan.tiers.iter().map(|tier| &tier.spec.name).collect();
    let steps: Vec<_> = plan.steps.iter().map(|step| &step.spec).collect();
    let people = (&plan.contacts, &plan.signoffs);
    let others = (&plan.title, &plan.alerts, &plan.notes);
    format!("{phases:?} {tiers:?} {steps:?} {people:?} {others:?}")
}

/// Whoever shows a problem cuts the text at its span.
fn check_spans(opened: &Opened) {
    let text = opened.source.text();
    for problem in &opened.problems {
        let span = problem.span;
        assert!(text.get(span.start..span.end).is_some(), "{problem:?}");
    }
}

fn check_ledger(text: &str, opened: &Opened) {
    let accounts = &opened.plan.as_ref().unwrap().ledger.accounts;
    let lines = text.lines().count().max(1);
    for pair in accounts.windows(2) {
        assert!(pair[0].span.start <= pair[1].span.start);
    }
    for account in accounts {
        assert!(account.span.start < text.len() && opened.source.line(account.span.start) <= lines);
        assert!(!opened.source.slice(account.span).trim().is_empty());
    }
}

/// Headings of every sort that is told apart, and some that say nothing.
const HEADINGS: [&str; 34] = [
    "Pre-deployment",
    "Deployment",
    "Validation",
    "Post-deployment",
    "Rollback",
    "Contacts",
    "Sign-off",
    "Overview",
    "Commands reference",
    "Success criteria",
    "Decision criteria",
    "Alert thresholds",
    "Database",
    "Phase 1: Move (5 minutes)",
    "Option A: one",
    "Option B: two",
    "Immediate (< 5 minutes)",
    "If it fails",
    "Best practices",
    "Verification",
    "Monitoring",
    "Readiness checklist",
    "🚀 Go (T-1 hour)",
    "Change details",
    "Durchführung (30 Minuten)",
    "Freigabe",
    "Retour arrière",
    "Seuils d'alerte",
    "Критерии отката",
    "Контакты",
    "ロールバック手順",
    "緊急連絡先",
    "方案A: 恢复",
    "部署步骤（约30分钟）",
];
const LANGUAGES: [&str; 9] = [
    "bash",
    "sql",
    "",
    "json",
    "console",
    "sh {\"name\":\"same\"}",
    "python",
    "zsh",
    "text",
];

/// A piece of a runbook. `#` stands for a word that is nowhere else.
fn piece() -> impl Strategy<Value = String> {
    let heading = (1..6_usize, 0..HEADINGS.len())
        .prop_map(|(level, ix)| format!("\n{} {} #\n\n", "#".repeat(level), HEADINGS[ix]));
    let fence = (0..LANGUAGES.len(), 0..6_usize, 0..5_usize).prop_map(|(ix, indent, body)| {
        let pad = " ".repeat(indent);
        let body = [
            "echo #",
            "# 1. First #\n# 2. Second",
            "# by hand #\n\necho two",
            "$ ls #\nfile",
            "if true; then\n\n# 1. no #\nfi",
        ][body];
        let text = format!("```{}\n{body}\n```\n", LANGUAGES[ix]);
        let lines: Vec<String> = text.lines().map(|line| format!("{pad}{line}")).collect();
        lines.join("\n") + "\n"
    });
    let item = (0..8_usize, 0..7_usize, 0..4_usize).prop_map(|(indent, mark, words)| {
        let mark = ["- [ ]", "* [x]", "1. [~]", "- [-]", "+ [X]", "-", "2."][mark];
        let words = ["do #", "**DBA:** # - [Contact]", "Back up #:", "QA lead #"][words];
        format!("{}{mark} {words}\n", " ".repeat(indent))
    });
    let other = prop_oneof![
        Just("or\n".to_owned()),
        Just("\n".to_owned()),
        Just("**Process:**\n\n".to_owned()),
        Just("Roll back if:\n\n".to_owned()),
        Just("> [!WARNING]\n> Mind #\n\n".to_owned()),
        Just("Oder:\n\n".to_owned()),
        Just("```console\nops@db:~$ cat <<EOF\n> #\n".to_owned()),
        Just("Some words.\n\n".to_owned()),
        Just("---\n".to_owned()),
        Just("> - [ ] quoted #\n>   ```sh\n>   echo #\n>   ```\n\n".to_owned()),
        Just("| Role | Name |\n| - | - |\n| DBA | [Name] |\n\n".to_owned()),
        Just("<details>\n\n".to_owned()),
    ];
    prop_oneof![2 => heading, 2 => fence, 4 => item, 2 => other]
}

pub(in crate::plan) fn runbook() -> impl Strategy<Value = String> {
    (prop::collection::vec(piece(), 0..30), any::<bool>()).prop_map(|(pieces, windows)| {
        let mut text = String::new();
        let mut number = 0;
        for part in pieces
            .concat()
            .split('#')
            .collect::<Vec<_>>()
            .iter()
            .enumerate()
        {
            // Only a `#` that stands alone is a word; those of headings and comments stay.
            let (ix, part) = part;
            if ix > 0 {
                let word = text.ends_with(' ') && !part.starts_with([' ', '#']);
                if word {
                    number += 1;
                    let _ = write!(text, "w{number}w");
                } else {
                    text.push('#');
                }
            }
            text.push_str(part);
        }
        if windows {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_element_of_a_runbook_is_counted_and_its_words_are_in_the_plan(text in runbook()) {
        let opened = opened(&text);
        prop_assert_eq!(counted(&opened), count(&text), "{}", text);
        check_ledger(&text, &opened);
        check_spans(&opened);
        let shown = shown(&opened);
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            let marked = word.starts_with('w') && word.ends_with('w') && word.len() > 2;
            if marked && word[1..word.len() - 1].bytes().all(|b| b.is_ascii_digit()) {
                prop_assert!(shown.contains(word), "{} is lost:\n{}", word, text);
            }
        }
    }

    #[test]
    fn any_text_opens(text in "(?s).{0,200}") {
        let opened = opened(&text);
        if let Some(plan) = &opened.plan {
            prop_assert!(plan.ledger.accounts.iter().all(|a| a.span.end <= opened.source.text().len()));
        }
    }

    #[test]
    fn any_heap_of_markdown_signs_opens(text in "[-+*#>`~\\[\\]xX 1.)|:!<a\\n\\t=_(%{}\"'$/&;é🚀]{0,120}") {
        let opened = opened(&text);
        check_spans(&opened);
        prop_assert_eq!(counted(&opened), count(&text), "{:?}", text);
    }
}

#[test]
fn deep_nesting_loses_no_task() {
    let quotes = format!("{} - [ ] deep\n", ">".repeat(3000));
    let items: Vec<String> = (0..300).map(|n| "  ".repeat(n) + "- [ ] task\n").collect();
    let lists = items.concat();
    for text in [quotes, lists, "- ".repeat(400) + "[ ] deep\n"] {
        assert_eq!(counted(&opened(&text)), count(&text));
    }
}

/// None of these may take a time that grows with the square of their length: minutes, here.
#[test]
fn what_is_repeated_without_end_is_read_in_one_go() {
    let blocks = [
        "[",
        "![",
        ".",
        "--",
        "{{ ",
        "| a ",
        "pg_dump x & ",
        "$(a | b) ",
        "tail -f x | ",
    ];
    let fenced = blocks.map(|piece| format!("```bash\n{}\n```\n", piece.repeat(40_000)));
    let comments = ["<!-- ", "<!-- gonogo: allow a b ", "<!-->"];
    let commented = comments.map(|piece| format!("{}-->\n", piece.repeat(40_000)));
    for text in fenced.into_iter().chain(commented) {
        let opened = opened(&format!("## Deployment\n\n{text}"));
        check_spans(&opened);
    }
}
