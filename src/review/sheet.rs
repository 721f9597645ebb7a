//! Where each step stands in the file, and what the file says of it.

use std::ops::Range;

use crate::plan::{Element, Format, Plan, Source, StepIx};

/// A step's part of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The step.
    pub step: StepIx,
    /// Its lines, counted from 1.
    pub lines: Range<usize>,
    /// What they say.
    pub text: String,
}

/// The sheets of all steps of `plan`, which was read from `source`, in the order of the plan. A step's
/// part reaches to the next thing that the plan consists of.
pub fn sheets(plan: &Plan, source: &Source) -> Vec<Sheet> {
    let rows: Vec<&str> = source.text().lines().collect();
    let begin = |at: usize| match plan.format {
        Format::Toml => header(&rows, source.line(at)),
        Format::Markdown => source.line(at),
    };
    let mut starts: Vec<usize> = starts(plan).map(begin).collect();
    starts.sort_unstable();
    let sheet = |step: StepIx| {
        let first = begin(plan.steps[step].spec.span.start);
        let next = starts.partition_point(|&start| start <= first);
        let end = starts.get(next).copied().unwrap_or(rows.len() + 1);
        let own = rows
            .get(first - 1..(end - 1).min(rows.len()))
            .unwrap_or(&[]);
        let blank = own.iter().rev().take_while(|row| row.trim().is_empty());
        let own = &own[..own.len() - blank.count()];
        Sheet {
            step,
            lines: first..first + own.len(),
            text: own.join("\n"),
        }
    };
    (0..plan.steps.len()).map(sheet).collect()
}

/// The line of the header above or at `line` of a TOML file: a table's place is told by what it holds.
fn header(rows: &[&str], line: usize) -> usize {
    let above = rows.get(..line).unwrap_or(rows);
    let header = above
        .iter()
        .rposition(|row| row.trim_start().starts_with('['));
    header.map_or(line, |ix| ix + 1)
}

/// Where the things begin that a plan consists of.
fn starts(plan: &Plan) -> impl Iterator<Item = usize> {
    let steps = plan.steps.iter().map(|step| step.spec.span);
    let phases = plan.phases.iter().map(|phase| phase.spec.span);
    let tiers = plan.tiers.iter().map(|tier| tier.spec.span);
    let vars = plan.vars.iter().map(|var| var.span);
    let databases = plan.databases.iter().map(|database| database.span);
    let probes = plan.probes.iter().map(|probe| probe.span);
    let alerts = plan.alerts.iter().map(|alert| alert.span);
    let contacts = plan.contacts.iter().map(|contact| contact.span);
    let signoffs = plan.signoffs.iter().map(|signoff| signoff.span);
    let notes = plan.notes.iter().map(|note| note.span);
    let accounts = plan.ledger.accounts.iter();
    let headings = accounts
        .filter(|account| account.element == Element::Heading)
        .map(|account| account.span);
    steps
        .chain(phases)
        .chain(tiers)
        .chain(vars)
        .chain(databases)
        .chain(probes)
        .chain(alerts)
        .chain(contacts)
        .chain(signoffs)
        .chain(notes)
        .chain(headings)
        .map(|span| span.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    fn texts(name: &str, text: &str) -> Vec<(Range<usize>, String)> {
        let opened = plan::open(name, text.as_bytes());
        let plan = opened.plan.unwrap();
        let sheets = sheets(&plan, &opened.source);
        sheets.into_iter().map(|s| (s.lines, s.text)).collect()
    }

    #[test]
    fn a_typed_step_has_its_table_and_those_below_it() {
        let text = r#"title = "T"

[[phase]]
name = "Deploy"
kind = "deploy"

  [[phase.step]]
  title = "One"
  shell = "true"

  [phase.step.undo]
  shell = "false"

  [[phase.step]]
  title = "Two"
  check = "Look"

[[probe]]
name = "api"
http = "http://localhost/"
"#;
        let texts = texts("p.toml", text);
        assert_eq!(texts[0].0, 7..13);
        assert!(texts[0].1.trim_start().starts_with("[[phase.step]]"));
        assert!(texts[0].1.ends_with("shell = \"false\""));
        assert_eq!(texts[1].0, 14..17);
        assert!(texts[1].1.ends_with("check = \"Look\""));
    }

    #[test]
    fn a_step_of_a_runbook_has_its_item_and_what_stands_below_it() {
        let text = "# T\n\n## Deployment\n\n- [ ] One\n\n  ```sh\n  true\n  ```\n\n- [ ] Two\n\n## Contacts\n\n- Bob\n";
        let texts = texts("p.md", text);
        assert_eq!(
            texts[0],
            (5..10, "- [ ] One\n\n  ```sh\n  true\n  ```".to_owned())
        );
        assert_eq!(texts[1], (11..12, "- [ ] Two".to_owned()));
    }
}
