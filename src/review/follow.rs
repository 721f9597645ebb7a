//! Finds the steps again that were remarked or looked at and are called otherwise now: the id of a step without a
//! name of its own is made of its words, and a remark that is followed changes these.

use std::collections::HashMap;

use super::applied::Beside;
use super::record::{Comment, Record};
use crate::plan::Plan;

impl Record {
    /// What it says, with what an older version told by its bytes told by its text: that was the same then and is the
    /// same now, whatever becomes of the ends of its lines.
    #[must_use]
    pub fn of_texts(mut self, beside: &Beside) -> Self {
        let older = beside.older();
        let texts = self.texts.iter_mut();
        let approved = texts.flat_map(|text| {
            let seen = text.files.iter_mut().map(|seen| &mut seen.sha256);
            std::iter::once(&mut text.digest).chain(seen)
        });
        let marks = self.marks.iter_mut().flat_map(|mark| &mut mark.files);
        let marked = marks.map(|seen| &mut seen.sha256);
        let kept = self.files.iter_mut().map(|kept| &mut kept.sha256);
        let given = self.approvals.iter_mut().map(|given| &mut given.digest);
        for digest in approved.chain(marked).chain(kept).chain(given) {
            if let Some(now) = older.get(digest.as_str()) {
                digest.clear();
                digest.push_str(now);
            }
        }
        self
    }

    /// What it says, of the steps that `plan` has now: what is about a step that is gone is about the one that is
    /// most like it and was not there before.
    #[must_use]
    pub fn follow(mut self, plan: &Plan) -> Self {
        let steps = self
            .marks
            .iter()
            .map(|mark| (mark.step.as_str(), mark.at.as_str()));
        let remarked = self.comments.iter();
        let remarked =
            remarked.filter_map(|remark| Some((remark.step.as_deref()?, remark.at.as_str())));
        // Since when each was known.
        let mut since: HashMap<&str, &str> = HashMap::new();
        for (step, at) in steps.chain(remarked) {
            let first = since.entry(step).or_insert(at);
            *first = at.min(*first);
        }
        let gone = since.iter().filter(|(step, _)| plan.find(step).is_none());
        let mut now: HashMap<String, String> = HashMap::new();
        for (step, at) in gone {
            let ids = plan.steps.iter().map(|step| step.id.as_str());
            let new = ids.filter(|id| since.get(id).is_none_or(|first| first > at));
            let alike = new.map(|id| (likeness(step, id), id));
            let best = alike
                .filter(|(alike, _)| *alike >= ALIKE)
                .max_by_key(|(alike, _)| *alike);
            now.extend(best.map(|(_, id)| ((*step).to_owned(), id.to_owned())));
        }
        for mark in &mut self.marks {
            if let Some(id) = now.get(&mark.step) {
                mark.was = Some(std::mem::replace(&mut mark.step, id.clone()));
            }
        }
        for remark in &mut self.comments {
            if let Some(id) = remark.step.as_ref().and_then(|step| now.get(step)) {
                remark.was = remark.step.replace(id.clone());
            }
        }
        self
    }
}

impl Comment {
    /// What the step was called that it was about, if no step of `plan` is called so.
    pub fn was_on(&self, plan: &Plan) -> Option<&str> {
        let gone = self
            .step
            .as_deref()
            .filter(|step| plan.find(step).is_none());
        let id = self.was.as_deref().or(gone)?;
        Some(self.on.as_deref().unwrap_or(id))
    }
}

/// How much of two ids has to be the same, of a hundred.
const ALIKE: usize = 50;

/// How much of two ids is the same at their beginnings and their ends, of a hundred.
fn likeness(one: &str, other: &str) -> usize {
    let (one, other) = (words(one), words(other));
    let most = one.len().max(other.len()).max(1);
    let pairs = one.iter().zip(&other);
    let begins = pairs.take_while(|(a, b)| a == b).count();
    let behind = one[begins..].iter().rev().zip(other[begins..].iter().rev());
    let ends = behind.take_while(|(a, b)| a == b).count();
    (begins + ends) * 100 / most
}

fn words(id: &str) -> Vec<&str> {
    id.split('-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;
    use crate::review::{Act, Standing, Subject, Voice, sheets};

    fn runbook(sql: &str) -> String {
        format!("## Deployment\n\n```bash\n./stop\n```\n\n```sql\n{sql}\n```\n")
    }

    fn said(record: &mut Record, at: &str, act: Act) {
        let voice = Voice { name: "anna", at };
        record.take(
            act,
            voice,
            Subject {
                digest: "",
                text: "",
                files: &[],
            },
        );
    }

    #[test]
    fn a_remark_that_is_followed_stays_with_its_step() {
        let old = "alter table kunde add column anrede text;";
        let opened = plan::open("p.md", runbook(old).as_bytes());
        let before = opened.plan.unwrap();
        let sheet = sheets(&before, &opened.source, &[]).swap_remove(1);
        let id = before.steps[1].id.to_string();
        let mut record = Record::default();
        let remark = |step: &str| Act::Comment {
            step: Some(step.to_owned()),
            on: Some(format!("1.2 {old}")),
            text: "why not varchar?".to_owned(),
        };
        said(&mut record, "1", remark(&id));
        let (text, means) = (sheet.text, sheet.means);
        said(
            &mut record,
            "2",
            Act::Mark {
                step: id,
                text,
                means,
                files: Vec::new(),
            },
        );
        said(&mut record, "2", remark("nothing-like-it"));
        assert_eq!(record.clone().follow(&before), record);

        let new = runbook("alter table kunde add column anrede varchar(20);");
        let opened = plan::open("p.md", new.as_bytes());
        let after = opened.plan.unwrap();
        let sheet = sheets(&after, &opened.source, &[]).swap_remove(1);
        let followed = record.follow(&after);
        let id = after.steps[1].id.as_str();
        assert_eq!(followed.comments[0].step.as_deref(), Some(id));
        assert_eq!(
            followed.comments[0].was_on(&after),
            Some(&*format!("1.2 {old}"))
        );
        assert!(matches!(
            followed.standing(id, &sheet, "anna"),
            Standing::Changed { was, .. } if was.contains("anrede text")
        ));
        assert_eq!(
            followed.comments[1].step.as_deref(),
            Some("nothing-like-it")
        );
        assert!(followed.comments[1].was_on(&after).is_some());
    }

    #[test]
    fn a_step_that_was_there_already_is_no_other_one() {
        let text = runbook("alter table kunde add column ort text;");
        let plan = plan::open("p.md", text.as_bytes()).plan.unwrap();
        let here = plan.steps[1].id.to_string();
        let gone = here.replace("ort", "land");
        let mut record = Record::default();
        for (step, at) in [(&here, "1"), (&gone, "2")] {
            let act = Act::Mark {
                step: step.clone(),
                text: String::new(),
                means: String::new(),
                files: Vec::new(),
            };
            said(&mut record, at, act);
        }
        assert_eq!(record.clone().follow(&plan), record);
    }
}
