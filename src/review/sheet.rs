//! Where each step stands in the file, and what the file says of it.

use std::collections::HashSet;
use std::ops::Range;

use crate::plan::{Element, Format, Home, Plan, Source, Step, StepIx, Work};

/// A step's part of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The step.
    pub step: StepIx,
    /// Its lines, counted from 1.
    pub lines: Range<usize>,
    /// What they say.
    pub text: String,
    /// What that means by what stands elsewhere in the file: its phase, its database, its values.
    pub means: String,
}

impl Sheet {
    /// What it says and what that means, to be compared.
    pub fn whole(&self) -> String {
        format!("{}\n\n{}", self.means, self.text)
    }
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
            means: means(plan, step),
        }
    };
    (0..plan.steps.len()).map(sheet).collect()
}

/// What the step at `ix` means by what stands elsewhere, a line for each thing. Its number is none of them:
/// what is put in front of it changes nothing in it.
fn means(plan: &Plan, ix: StepIx) -> String {
    let Step { spec, home, .. } = &plan.steps[ix];
    let mut lines = vec![format!("{} ({})", spec.title, spec.work.kind())];
    lines.push(match *home {
        Home::Phase(ix) => {
            let phase = &plan.phases[ix].spec;
            format!("phase: {} ({})", phase.name, phase.kind.word())
        }
        Home::Tier(ix) => format!("rollback: {}", plan.tiers[ix].spec.name),
    });
    let ways = spec.alternatives.iter().map(|way| &way.work);
    let undo = spec.undo.iter().map(|undo| &undo.work);
    for work in std::iter::once(&spec.work).chain(ways).chain(undo) {
        match work {
            Work::Sql(sql) => {
                let known = plan
                    .databases
                    .iter()
                    .find(|known| known.name == sql.database);
                let url = known.map_or("", |known| known.url_env.as_str());
                lines.push(format!("database: {}, from {url}", sql.database));
            }
            Work::Shell(shell) => lines.push(format!("shell: {}", shell.interpreter)),
            _ => {}
        }
        for var in plan
            .variables_in(spec, work)
            .into_iter()
            .filter_map(|name| plan.var(name))
        {
            let value = match (&var.default, &var.env) {
                (Some(value), _) if !var.secret => value,
                (_, Some(env)) => &format!("from {env}"),
                _ => "asked for",
            };
            lines.push(format!("{}: {value}", var.name));
        }
    }
    let mut seen = HashSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    lines.join("\n")
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
