//! How a review stands: for each step, and for the plan as a whole.

use super::changes::FileChange;
use super::record::{Approval, Mark, Record, Subject};
use super::sheet::Sheet;
use crate::plan::Plan;

/// How a step stands in the eyes of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has looked at it.
    New,
    /// Others have, and this person has not.
    Others,
    /// This person has.
    Mine,
    /// This person has, or else somebody has, and it has changed since.
    Changed {
        /// What it was then.
        was: String,
        /// What it is now.
        is: String,
        /// What became of the files that it applies.
        files: Vec<FileChange>,
    },
}

/// How the review of a plan stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary<'r> {
    /// How many steps there are.
    pub steps: usize,
    /// How many of them somebody has looked at as they are now.
    pub reviewed: usize,
    /// How many remarks nobody has settled.
    pub open_comments: usize,
    /// Who approves the plan as it is now.
    pub approvals: Vec<&'r Approval>,
    /// How many have to.
    pub required: u32,
    /// Whether somebody approved it before it changed.
    pub outdated: bool,
}

impl Mark {
    /// Whether what was looked at is what `sheet` says, and means the same.
    fn holds(&self, sheet: &Sheet) -> bool {
        let means = self.means.as_ref();
        let same = means.is_none_or(|means| *means == sheet.means);
        let files = self
            .files
            .iter()
            .eq(sheet.files.iter().map(|file| &file.seen));
        self.was.is_none() && same && files && self.text == sheet.text
    }
}

impl Record {
    /// How the step on `sheet`, called `id`, stands in the eyes of `name`.
    pub fn standing(&self, id: &str, sheet: &Sheet, name: &str) -> Standing {
        let marks = || self.marks.iter().filter(|mark| mark.step == id);
        let current = || marks().filter(|mark| mark.holds(sheet));
        if current().any(|mark| mark.by == name) {
            return Standing::Mine;
        }
        let own = marks().find(|mark| mark.by == name);
        match own.or_else(|| marks().next_back()) {
            None => Standing::New,
            Some(old) if own.is_some() || current().next().is_none() => {
                let (was, is) = match &old.means {
                    Some(means) => (
                        format!("{means}\n\n{}", old.text),
                        format!("{}\n\n{}", sheet.means, sheet.text),
                    ),
                    None => (old.text.clone(), sheet.text.clone()),
                };
                let files = self.changes(&old.files, &sheet.files);
                Standing::Changed { was, is, files }
            }
            Some(_) => Standing::Others,
        }
    }

    /// Who has looked at the step called `id` as `sheet` has it.
    pub fn reviewers<'r>(&'r self, id: &str, sheet: &Sheet) -> Vec<&'r str> {
        let marks = self.marks.iter();
        marks
            .filter(|mark| mark.step == id && mark.holds(sheet))
            .map(|mark| mark.by.as_str())
            .collect()
    }

    /// How the review of `plan` stands, which `digest` tells from every other.
    pub fn summary(&self, plan: &Plan, sheets: &[Sheet], digest: &str) -> Summary<'_> {
        let seen = |sheet: &&Sheet| {
            let id = plan.steps[sheet.step].id.as_str();
            !self.reviewers(id, sheet).is_empty()
        };
        let approvals = self.approvers(digest);
        Summary {
            steps: sheets.len(),
            reviewed: sheets.iter().filter(seen).count(),
            open_comments: self.open_comments().count(),
            outdated: approvals.is_empty() && self.standing_approvals().next().is_some(),
            approvals,
            required: plan.approvals,
        }
    }
}

/// What is missing before `starter` may run `plan`, which is `subject` now, if anything is: nobody's own approval
/// counts.
pub fn missing(
    plan: &Plan,
    subject: Subject<'_>,
    record: &Record,
    starter: &str,
) -> Option<String> {
    let approvals = record.approvers(subject.digest);
    let others: Vec<&str> = approvals
        .iter()
        .map(|approval| approval.by.as_str())
        .filter(|by| *by != starter)
        .collect();
    if others.len() >= plan.approvals as usize {
        return None;
    }
    let people = if plan.approvals == 1 {
        "one person".to_owned()
    } else {
        format!("{} people", plan.approvals)
    };
    let have = match others.as_slice() {
        [] => "nobody has".to_owned(),
        names => format!("only {} has", names.join(", ")),
    };
    let mut words = format!(
        "the plan asks that {people} besides {starter} approve it as it is now, and {have}"
    );
    for (why, people) in record.all_outdated(plan, subject) {
        words.push_str("; ");
        words.push_str(&why.says(&people.join(", "), "did"));
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;
    use crate::review::{Act, Subject, Voice, sheets};

    const PLAN: &str = "title = \"T\"\nreview = { approvals = 1 }\n[[phase]]\nname = \"D\"\nkind = \"deploy\"\n[[phase.step]]\nid = \"one\"\ntitle = \"One\"\nshell = \"true\"\n";

    fn said(record: &mut Record, name: &str, act: Act, digest: &str) {
        let voice = Voice { name, at: "now" };
        record.take(
            act,
            voice,
            Subject {
                digest,
                text: "",
                files: &[],
            },
        );
    }

    #[test]
    fn a_step_that_has_changed_has_to_be_looked_at_again() {
        let opened = plan::open("p.toml", PLAN.as_bytes());
        let plan = opened.plan.unwrap();
        let sheets = sheets(&plan, &opened.source, &[]);
        let mut record = Record::default();
        let standing = |record: &Record, name| record.standing("one", &sheets[0], name);
        assert_eq!(standing(&record, "bob"), Standing::New);
        let mark = |text: &str| Act::Mark {
            step: "one".to_owned(),
            text: text.to_owned(),
            means: sheets[0].means.clone(),
            files: Vec::new(),
        };
        let changed = Standing::Changed {
            was: format!("{}\n\nas it was", sheets[0].means),
            is: format!("{}\n\n{}", sheets[0].means, sheets[0].text),
            files: Vec::new(),
        };
        said(&mut record, "bob", mark("as it was"), "");
        assert_eq!(standing(&record, "bob"), changed.clone());
        assert_eq!(standing(&record, "cem"), changed.clone());
        assert_eq!(record.summary(&plan, &sheets, "").reviewed, 0);
        said(&mut record, "cem", mark(&sheets[0].text), "");
        assert_eq!(standing(&record, "cem"), Standing::Mine);
        assert_eq!(standing(&record, "ann"), Standing::Others);
        assert_eq!(standing(&record, "bob"), changed.clone());
        assert_eq!(record.summary(&plan, &sheets, "").reviewed, 1);
    }

    #[test]
    fn a_step_that_means_something_else_has_to_be_looked_at_again() {
        let text = "---\nvars:\n  target: {default: staging}\ndatabases:\n  main: {url_env: SHOP_URL}\n---\n## Deployment\n\n- [ ] Clean\n  ```sh\n  ./clean {{target}}\n  ```\n- [ ] Look\n  ```sql\n  select 1;\n  ```\n\n## Rollback\n\n- [ ] Back\n  ```sh\n  ./back\n  ```\n";
        let read = |text: &str| {
            let opened = plan::open("p.md", text.as_bytes());
            let plan = opened.plan.unwrap();
            let sheets = sheets(&plan, &opened.source, &[]);
            (plan, sheets)
        };
        let (plan, sheets) = read(text);
        let mut record = Record::default();
        for sheet in &sheets {
            let act = Act::Mark {
                step: plan.steps[sheet.step].id.to_string(),
                text: sheet.text.clone(),
                means: sheet.means.clone(),
                files: Vec::new(),
            };
            said(&mut record, "bob", act, "");
        }
        for (old, new, left) in [
            ("# nothing", "", 3),
            ("staging", "production", 2),
            ("SHOP_URL", "OTHER_URL", 2),
            ("## Rollback", "## Prepare", 2),
            ("## Deployment", "## Post-deployment", 1),
            ("## Deployment", "Some words.\n\n## Deployment", 3),
        ] {
            let (plan, sheets) = read(&text.replace(old, new));
            assert_eq!(record.summary(&plan, &sheets, "").reviewed, left, "{new}");
        }
    }

    #[test]
    fn nobody_approves_for_themselves_nor_for_another_text() {
        let plan = plan::open("p.toml", PLAN.as_bytes()).plan.unwrap();
        let mut record = Record::default();
        let now = Subject {
            digest: &plan.digest,
            text: "",
            files: &[],
        };
        let approve = || Act::Approve { remark: None };
        said(&mut record, "ann", approve(), &plan.digest);
        said(&mut record, "bob", approve(), "an older one");
        assert_eq!(
            missing(&plan, now, &record, "ann").unwrap(),
            "the plan asks that one person besides ann approve it as it is now, and nobody has; it has changed since bob did"
        );
        assert_eq!(missing(&plan, now, &record, "bob"), None);
        said(&mut record, "cem", approve(), &plan.digest);
        assert_eq!(missing(&plan, now, &record, "ann"), None);
    }
}
