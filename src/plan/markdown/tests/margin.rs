//! Blocks that stand at the margin, held against the same with the blanks in front.

use crate::plan::markdown::tests::{opened, plan, titles};
use crate::plan::{Element, Place, Plan};

/// `text` with the blanks in front of all that stands behind an item, up to the next one.
fn with_blanks(text: &str) -> String {
    let mut blanks = 0;
    let indent = |line: &str| {
        let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && line[digits..].starts_with(". ") {
            blanks = digits + 2;
        } else if line.starts_with("- [") {
            blanks = 2;
        } else if !line.is_empty() {
            return format!("{}{line}\n", " ".repeat(blanks));
        }
        format!("{line}\n")
    };
    text.lines().map(indent).collect()
}

/// All that is read of the steps in `text` below a heading.
fn read(text: &str) -> Vec<String> {
    let plan = plan(&format!("## Deploy\n\n{text}"));
    let steps = plan.steps.iter().map(|step| {
        let spec = &step.spec;
        let undo = spec.undo.as_ref().map(|undo| undo.work.text());
        format!(
            "{} {} {:?} {:?} {:?} {undo:?} {} {:?} {:?}",
            step.number,
            spec.work.kind(),
            spec.title,
            spec.work.text(),
            spec.mark,
            spec.alternatives.len(),
            spec.confirm,
            spec.group,
        )
    });
    steps.collect()
}

#[test]
fn a_block_at_the_margin_belongs_to_the_item_above_it() {
    for text in [
        "1. Stop it:\n```bash\na\n```\n2. Move:\n\n```sql\nselect 1\n```\n",
        "1. Stop it\n\n```bash\na\n```\n\n2. Move\n\n```sql\nselect 1\n```\n\n3. Look\n",
        "1. Stop it\n\n```bash\na\n```\n\n2. Start it\n\n```bash\nb\n```\n",
        "1. Stop it\n```bash\na\n```\n1. Start it\n```bash\nb\n```\n",
        "9) Stop it：\n\n```bash\na\n```\n",
        "- [ ] Stop it:\n\n```bash\na\n```\n- [x] Start it\n```console\n$ b\nup\n```\n",
        "1. Stop it:\n```bash\na\n```\n```bash\nb\n```\n2. Look\n",
        "1. Stop it:\n```bash\na\n```\nor\n```bash\nb\n```\n2. Look\n",
        "1. Grow:\n```sql\nselect 1\n```\nUndo:\n```sql\nselect 2\n```\n2. Look\n",
        "1. Count:\n```bash\na\n```\nExpected: `5`\n\n2. Look\n",
        "1. Move:\n```bash\na\n```\nExpected output:\n```\n5\n```\n2. Look\n",
        "1. Write this down:\n```yaml\na: 1\n```\n2. Start it:\n```bash\nb\n```\n",
        "1. Go:\n```bash\na\n```\n2. Only if the lag grows, wait:\n```bash\nb\n```\n",
        "1. Go:\n```bash\na\n```\n2. Go on. If that fails:\n```bash\nb\n```\n",
        "1. Go:\n```bash\na\n```\n2. Rollback:\n```bash\nb\n```\n3. Look:\n```bash\nc\n```\n",
        "1. Go:\n```bash\na\n```\n2. Do not run as root. Run as app:\n```bash\nb\n```\n",
        "1. Go:\n```bash\na\n```\n2. Never restore over it; stop it first:\n```bash\nb\n```\n",
        "- [~] Stop:\n```bash\na\n```\n- [ ] Drop:\n```bash\nb\n```\n",
    ] {
        let (margin, blanks) = (read(text), read(&with_blanks(text)));
        assert_eq!(margin, blanks, "{text}");
    }
    // Words that forbid it leave it where it is, as a step, which asks.
    for line in ["Never run this:", "Roll back to the old version:"] {
        let text = format!("## Deploy\n\n1. Go:\n```bash\na\n```\n2. {line}\n\n```bash\nb\n```\n");
        let plan = plan(&text);
        assert_eq!(plan.steps.len(), 3, "{text}");
        assert!(plan.steps[2].spec.confirm.is_some(), "{text}");
    }
    let all = "1. Go:\n```bash\na\n```\n2. Go on:\n```bash\nb\n```\n";
    let steps = read(&format!("If the import fails:\n\n{all}"));
    let asks = |step: &String| step.contains("This is for a case");
    assert!(steps.len() == 2 && steps.iter().all(asks), "{steps:?}");
    assert!(
        opened(&format!(
            "## Deploy\n\n- [ ] Look\n\nNever do this:\n\n{all}"
        ))
        .plan
        .unwrap()
        .steps
        .len()
            == 1
    );
    let back = read("1. Go:\n```bash\na\n```\n2. Rollback:\n```bash\nb\n```\n");
    assert!(back.len() == 2 && back[1].contains("This is a way back"));
}

#[test]
fn a_block_at_the_margin_is_told_with_the_line_of_its_item_and_counted_once() {
    let text =
        "## Deploy\n\n1. Stop it:\n```bash\na\n```\n2. Look\n- [ ] Start it\n```bash\nb\n```\n";
    let opened = opened(text);
    let plan = opened.plan.as_ref().unwrap();
    let lines = plan
        .steps
        .iter()
        .map(|step| opened.source.line(step.spec.span.start));
    assert_eq!(lines.collect::<Vec<_>>(), [3, 7, 8]);
    let accounts = plan.ledger.accounts.iter();
    let accounts: Vec<(Element, Place)> = accounts.map(|a| (a.element, a.place)).collect();
    let wanted = [
        (Element::Heading, Place::Phase),
        (Element::Fence, Place::Step),
        (Element::TaskItem, Place::Step),
        (Element::Fence, Place::Step),
    ];
    assert_eq!(accounts, wanted);
}

#[test]
fn what_no_item_ends_with_stands_by_itself() {
    let apart = |plan: &Plan| titles(plan).last() == Some(&("shell", "b"));
    for text in [
        "1. Stop it:\n\nWait for the queue.\n\n```bash\nb\n```\n",
        "1. Stop it.\n\n```bash\nb\n```\n\nDone.\n",
        "1. Stop it.\n\n```bash\nb\n```\n\n3. Look\n",
        "1. Look\n2. Wait\n\n```bash\nb\n```\n",
        "- [ ] Look\n\n```bash\nb\n```\n",
        "- helm is there\n- kubectl is there:\n```bash\nb\n```\n",
        "1. Stop it:\n   - web\n   - workers\n\n```bash\nb\n```\n",
        "1. Stop it:\n\n---\n\n```bash\nb\n```\n",
    ] {
        let plan = plan(&format!("## Deploy\n\n{text}"));
        let steps = plan.steps.iter().filter(|step| step.spec.title == "b");
        assert!(apart(&plan) || steps.count() == 1, "{text}");
    }
    let undo = "1. Grow:\n```sql\nselect 1\n```\n\nUndo:\n\n```sql\nselect 2\n```\n\nDone.\n";
    assert!(read(undo).last().unwrap().contains("This is a way back"));
}

#[test]
fn bullets_close_below_a_number_belong_to_it() {
    let text = "## Deploy\n\n1. Stop it\n- web\n- mail\n\n2. Start it\n- [ ] Look\n";
    let read = plan(text);
    let details: Vec<_> = read
        .steps
        .iter()
        .map(|step| step.spec.details.as_deref())
        .collect();
    assert_eq!(details, [Some("- web\n- mail"), None, None]);
    let apart = plan("## Deploy\n\n1. Stop it\n2. Start it\n\n- web\n- mail\n");
    assert!(apart.steps.iter().all(|step| step.spec.details.is_none()));
}
