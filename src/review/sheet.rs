//! Where each step stands in its file, and what that says of it.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::applied::AppliedFile;
use super::record::Seen;
use crate::plan::{Element, Format, Home, Plan, Source, Span, Step, StepIx, Work};

/// A step's part of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The step.
    pub step: StepIx,
    /// Where its file stands in the text of the plan: that may be one that the plan includes.
    pub file: Span,
    /// Its lines in that file, counted from 1.
    pub lines: Range<usize>,
    /// What they say.
    pub text: String,
    /// What that means by what stands elsewhere in the file: its phase, its database, its values.
    pub means: String,
    /// The files that it applies.
    pub files: Vec<AppliedFile>,
}

impl Sheet {
    /// What tells its files from others.
    pub fn seen(&self) -> Vec<Seen> {
        self.files.iter().map(|file| file.seen.clone()).collect()
    }
}

/// The sheets of all steps of `plan`, which was read from `source` and applies `applied`, in the order of the
/// plan. A step's part reaches to the next thing in its file that the plan consists of.
pub fn sheets(plan: &Plan, source: &Source, applied: &[AppliedFile]) -> Vec<Sheet> {
    let mut files: BTreeMap<usize, File<'_>> = BTreeMap::new();
    for at in starts(plan) {
        let span = source.file_at(at);
        let file = files
            .entry(span.start)
            .or_insert_with(|| File::new(span, source));
        let begin = file.begin(source.line(at));
        file.starts.push(begin);
    }
    for file in files.values_mut() {
        file.starts.sort_unstable();
    }
    let sheet = |step: StepIx| {
        let at = plan.steps[step].spec.span.start;
        let file = files.get(&source.file_at(at).start)?;
        let first = file.begin(source.line(at));
        let own = file.part(first);
        Some(Sheet {
            step,
            file: file.span,
            lines: first..first + own.len(),
            text: own.join("\n"),
            means: means(plan, step),
            files: applied
                .iter()
                .filter(|file| file.steps.contains(&step))
                .cloned()
                .collect(),
        })
    };
    (0..plan.steps.len()).filter_map(sheet).collect()
}

/// A file that steps of a plan stand in.
struct File<'s> {
    /// Where it stands in the text of the plan.
    span: Span,
    format: Format,
    rows: Vec<&'s str>,
    /// The lines at which what it consists of begins.
    starts: Vec<usize>,
}

impl<'s> File<'s> {
    fn new(span: Span, source: &'s Source) -> Self {
        File {
            span,
            format: Format::of(source.name_at(span.start)),
            rows: source.slice(span).lines().collect(),
            starts: Vec::new(),
        }
    }

    /// The line at which what stands at `line` begins.
    fn begin(&self, line: usize) -> usize {
        match self.format {
            Format::Toml => header(&self.rows, line),
            Format::Markdown => line,
        }
    }

    /// The lines from `first` on, up to where the next thing begins.
    fn part(&self, first: usize) -> &[&'s str] {
        let next = self.starts.partition_point(|&start| start <= first);
        let end = self.starts.get(next).copied();
        let end = end.map_or(self.rows.len(), |end| (end - 1).min(self.rows.len()));
        let own = self.rows.get(first - 1..end).unwrap_or(&[]);
        let blank = own.iter().rev().take_while(|row| row.trim().is_empty());
        &own[..own.len() - blank.count()]
    }
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
        let sheets = sheets(&plan, &opened.source, &[]);
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
    fn a_step_that_is_included_has_the_lines_of_its_own_file() {
        let main = "title = \"T\"\ninclude = \"common/save.toml\"\n\n[[phase]]\nname = \"Deploy\"\nkind = \"deploy\"\n\n  [[phase.step]]\n  title = \"Own\"\n  shell = \"true\"\n";
        let read = |saves: &str| {
            let save = format!(
                "title = \"Save\"\n[[phase]]\nname = \"Save\"\nkind = \"before\"\n  [[phase.step]]\n  title = \"One\"\n  shell = \"{saves}\"\n  [[phase.step]]\n  title = \"Two\"\n  check = \"Look\"\n"
            );
            let load = |path: &str| match path {
                "common/save.toml" => Ok(save.clone().into_bytes()),
                _ => Err("not there".to_owned()),
            };
            let opened = plan::open_from("p.toml", main.as_bytes(), None, &load);
            let sheets = sheets(&opened.plan.unwrap(), &opened.source, &[]);
            let name = |sheet: &Sheet| opened.source.name_at(sheet.file.start).to_owned();
            let names: Vec<_> = sheets.iter().map(name).collect();
            (sheets, names)
        };
        let (before, names) = read("save");
        assert_eq!(names, ["common/save.toml", "common/save.toml", "p.toml"]);
        assert_eq!(before[0].lines, 5..8);
        assert!(before[0].text.ends_with("shell = \"save\""));
        assert!(before[1].text.ends_with("check = \"Look\""));
        assert!(before[2].text.ends_with("shell = \"true\""));
        // A change of it is seen, and none beside it.
        let (after, _) = read("drop");
        let changed = before
            .iter()
            .zip(&after)
            .map(|(was, is)| was.text != is.text);
        assert_eq!(changed.collect::<Vec<_>>(), [true, false, false]);
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
