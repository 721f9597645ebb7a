//! What was said about a plan: marks, comments, approvals, and the texts they are about.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::applied::AppliedFile;

/// The version of the file's form that is written.
const VERSION: u32 = 1;
/// The same of a file that tells of what plans apply, which the first one did not.
const WITH_FILES: u32 = 2;
/// How much of the files that a plan applies is kept to tell what has changed, in bytes: of many, the last ones.
const KEPT: usize = 256 << 10;

/// Everything that the file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of the file's form.
    pub version: u32,
    /// Steps that were looked at; one for each step and person.
    #[serde(default, rename = "reviewed", skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// What was remarked, oldest first.
    #[serde(default, rename = "comment", skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Who agreed to which text, oldest first.
    #[serde(default, rename = "approval", skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// The texts that were approved, to tell what has changed since.
    #[serde(default, rename = "text", skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<Approved>,
    /// What the files held that were looked at or approved.
    #[serde(default, rename = "file", skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Kept>,
}

/// A file that a plan applies, as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// How the plan finds it, the same on every machine.
    pub path: String,
    /// SHA-256 of it.
    pub sha256: String,
}

/// What such a file held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// SHA-256 of it.
    pub sha256: String,
    /// Its text.
    pub text: String,
}

/// Somebody, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Who.
    pub by: String,
    /// When, as RFC 3339 in UTC.
    pub at: String,
}

/// Somebody has looked at a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The step's id.
    pub step: String,
    /// Who.
    pub by: String,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// What the plan said of the step.
    pub text: String,
    /// What that meant, see [`super::Sheet::means`]; none: nobody wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<String>,
    /// The files that it applied.
    #[serde(default, rename = "file", skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Seen>,
    /// The id that the step had then, if it is another one now.
    #[serde(skip)]
    pub was: Option<String>,
}

/// A remark on a step, or on the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Counted from 1.
    pub id: u32,
    /// The step's id; none: the whole plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The step's number and title then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The id that the step had then, if it is another one now.
    #[serde(skip)]
    pub was: Option<String>,
    /// Who.
    pub by: String,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// What.
    pub text: String,
    /// Who settled it, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Stamp>,
}

/// Somebody agrees to a text of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// SHA-256 of what was approved, as the plan has it.
    pub digest: String,
    /// What they said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// When it was taken back, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// A text that somebody approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// Its digest.
    pub digest: String,
    /// The text.
    pub text: String,
    /// The files that the plan applied.
    #[serde(default, rename = "file", skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Seen>,
}

/// What a review is about: the plan as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// What tells it from every other, see [`super::Beside`].
    pub digest: &'s str,
    /// The text of its file.
    pub text: &'s str,
    /// The files that it applies.
    pub files: &'s [AppliedFile],
}

/// Who speaks, and when.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'v> {
    /// Their name.
    pub name: &'v str,
    /// Now, as RFC 3339 in UTC.
    pub at: &'v str,
}

/// One thing that somebody does in a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Has looked at a step.
    Mark {
        /// The step's id.
        step: String,
        /// What the plan says of it.
        text: String,
        /// What that means.
        means: String,
        /// The files that it applies.
        files: Vec<Seen>,
    },
    /// Has not, after all.
    Unmark {
        /// The step's id.
        step: String,
    },
    /// Remarks something.
    Comment {
        /// The step's id; none: the whole plan.
        step: Option<String>,
        /// Its number and title.
        on: Option<String>,
        /// What.
        text: String,
    },
    /// A remark is settled, or open again.
    Settle {
        /// Which.
        id: u32,
    },
    /// Agrees to the plan as it is.
    Approve {
        /// What they say with it.
        remark: Option<String>,
    },
    /// Does not agree any more.
    Withdraw,
}

impl Default for Record {
    fn default() -> Self {
        Record {
            version: VERSION,
            marks: Vec::new(),
            comments: Vec::new(),
            approvals: Vec::new(),
            texts: Vec::new(),
            files: Vec::new(),
        }
    }
}

impl Record {
    /// Reads a file's text. Errors say where it is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let record: Record = toml::from_str(text).map_err(|error| error.to_string())?;
        if record.version > WITH_FILES {
            return Err(format!(
                "it has the form {}, and this gonogo knows forms up to {WITH_FILES}",
                record.version
            ));
        }
        Ok(record)
    }

    /// Takes in what somebody does.
    pub fn take(&mut self, act: Act, voice: Voice<'_>, subject: Subject<'_>) {
        let (by, at) = (voice.name.to_owned(), voice.at.to_owned());
        match act {
            Act::Mark {
                step,
                text,
                means,
                files,
            } => {
                self.unmark(&step, voice.name);
                self.marks.push(Mark {
                    step,
                    by,
                    at,
                    text,
                    means: Some(means),
                    files,
                    was: None,
                });
            }
            Act::Unmark { step } => self.unmark(&step, voice.name),
            Act::Comment { step, on, text } => {
                let last = self.comments.iter().map(|comment| comment.id).max();
                self.comments.push(Comment {
                    id: last.unwrap_or(0) + 1,
                    step,
                    on,
                    was: None,
                    by,
                    at,
                    text,
                    settled: None,
                });
            }
            Act::Settle { id } => {
                if let Some(comment) = self.comments.iter_mut().find(|comment| comment.id == id) {
                    comment.settled = match comment.settled {
                        Some(_) => None,
                        None => Some(Stamp { by, at }),
                    };
                }
            }
            Act::Approve { remark } => {
                self.withdraw(voice);
                self.approvals.push(Approval {
                    by,
                    at,
                    digest: subject.digest.to_owned(),
                    remark,
                    withdrawn: None,
                });
                if !self.texts.iter().any(|text| text.digest == subject.digest) {
                    self.texts.push(Approved {
                        digest: subject.digest.to_owned(),
                        text: subject.text.to_owned(),
                        files: subject.files.iter().map(|file| file.seen.clone()).collect(),
                    });
                }
                self.forget_texts();
            }
            Act::Withdraw => self.withdraw(voice),
        }
        self.keep_files(subject.files);
    }

    /// What the files held that marks and approvals are about; `now` is what they hold today.
    fn keep_files(&mut self, now: &[AppliedFile]) {
        let marks = self.marks.iter().flat_map(|mark| &mark.files);
        let texts = self.texts.iter().flat_map(|text| &text.files);
        let named: HashSet<&str> = marks
            .chain(texts)
            .map(|seen| seen.sha256.as_str())
            .collect();
        self.files
            .retain(|kept| named.contains(kept.sha256.as_str()));
        let mut room = KEPT;
        for file in now.iter().rev() {
            let sha256 = file.seen.sha256.as_str();
            let known = self.files.iter().any(|kept| kept.sha256 == sha256);
            let Some(left) = room.checked_sub(file.text.len()) else {
                continue;
            };
            room = left;
            if named.contains(sha256) && !known && !file.text.is_empty() {
                self.files.push(Kept {
                    sha256: sha256.to_owned(),
                    text: file.text.to_string(),
                });
            }
        }
        if !named.is_empty() {
            self.version = WITH_FILES;
        }
    }

    /// What the file `seen` held, if that was kept.
    pub(super) fn text_of(&self, seen: &Seen) -> Option<&str> {
        let kept = self.files.iter().find(|kept| kept.sha256 == seen.sha256);
        kept.map(|kept| kept.text.as_str())
    }

    fn unmark(&mut self, step: &str, by: &str) {
        self.marks.retain(|mark| mark.step != step || mark.by != by);
    }

    /// Whoever speaks stands by their last approval only.
    fn withdraw(&mut self, voice: Voice<'_>) {
        let own = self.approvals.iter_mut();
        for approval in own.filter(|own| own.by == voice.name && own.withdrawn.is_none()) {
            approval.withdrawn = Some(voice.at.to_owned());
        }
    }

    /// Only what somebody approved last is kept: that is what a difference is shown to.
    fn forget_texts(&mut self) {
        let approvals = &self.approvals;
        let is_last = |digest: &str| {
            approvals.iter().enumerate().any(|(ix, approval)| {
                let mut later = approvals[ix + 1..].iter();
                approval.digest == digest && later.all(|later| later.by != approval.by)
            })
        };
        self.texts.retain(|text| is_last(&text.digest));
    }

    /// The approvals that nobody took back, oldest first.
    pub fn standing_approvals(&self) -> impl Iterator<Item = &Approval> {
        let approvals = self.approvals.iter();
        approvals.filter(|approval| approval.withdrawn.is_none())
    }

    /// Who approves the text with this digest, each once.
    pub fn approvers<'r>(&'r self, digest: &str) -> Vec<&'r Approval> {
        let standing = self.standing_approvals();
        standing
            .filter(|approval| approval.digest == digest)
            .collect()
    }

    /// The comments that nobody has settled.
    pub fn open_comments(&self) -> impl Iterator<Item = &Comment> {
        let comments = self.comments.iter();
        comments.filter(|comment| comment.settled.is_none())
    }

    /// The text that a difference is shown to: what `name` approved last, else what anybody did.
    pub fn last_approved(&self, name: &str) -> Option<(&Approval, &Approved)> {
        let newest = || self.approvals.iter().rev();
        let with_text = |approval| Some((approval, self.approved(approval)?));
        let own = newest().filter(|approval| approval.by == name);
        own.chain(newest()).find_map(with_text)
    }

    /// The text that was approved by `approval`.
    pub(super) fn approved(&self, approval: &Approval) -> Option<&Approved> {
        let mut texts = self.texts.iter();
        texts.find(|text| text.digest == approval.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Subject<'static> = Subject {
        digest: "d1",
        text: "one",
        files: &[],
    };
    const NEW: Subject<'static> = Subject {
        digest: "d2",
        text: "two",
        files: &[],
    };

    fn voice(name: &str) -> Voice<'_> {
        Voice {
            name,
            at: "2026-11-21T09:00:00.000Z",
        }
    }

    fn approve(record: &mut Record, name: &str, subject: Subject<'_>) {
        record.take(Act::Approve { remark: None }, voice(name), subject);
    }

    #[test]
    fn an_approval_counts_for_the_text_it_was_given_to() {
        let mut record = Record::default();
        approve(&mut record, "bob", OLD);
        approve(&mut record, "cem", OLD);
        assert_eq!(record.approvers("d1").len(), 2);
        assert!(record.approvers("d2").is_empty());
        approve(&mut record, "bob", NEW);
        let old: Vec<&str> = record
            .approvers("d1")
            .iter()
            .map(|a| a.by.as_str())
            .collect();
        assert_eq!(old, ["cem"]);
        record.take(Act::Withdraw, voice("bob"), NEW);
        assert!(record.approvers("d2").is_empty());
        assert_eq!(record.approvals.len(), 3, "nothing that was said is gone");
    }

    #[test]
    fn differences_are_to_what_one_approved_oneself() {
        let mut record = Record::default();
        assert!(record.last_approved("ann").is_none());
        approve(&mut record, "bob", OLD);
        approve(&mut record, "cem", NEW);
        assert_eq!(record.last_approved("bob").unwrap().1.text, "one");
        assert_eq!(record.last_approved("ann").unwrap().1.text, "two");
        approve(&mut record, "bob", NEW);
        assert_eq!(record.texts.len(), 1, "nobody needs the old text any more");
    }

    #[test]
    fn what_is_written_is_read_again_and_what_is_not_known_is_refused() {
        let mut record = Record::default();
        let step = "apply".to_owned();
        record.take(
            Act::Mark {
                step: step.clone(),
                text: "shell = '''\nx\n'''\n\"\\".to_owned(),
                means: "Apply, shell\nDeploy (deploy)".to_owned(),
                files: Vec::new(),
            },
            voice("bob"),
            OLD,
        );
        record.take(
            Act::Comment {
                step: Some(step),
                on: Some("1.1 Apply".to_owned()),
                text: "why?".to_owned(),
            },
            voice("bob"),
            OLD,
        );
        record.take(Act::Settle { id: 1 }, voice("ann"), OLD);
        approve(&mut record, "ann", OLD);
        let text = toml::to_string_pretty(&record).unwrap();
        assert_eq!(Record::read(&text).unwrap(), record);
        assert!(Record::read("version = 3").unwrap_err().contains("form 3"));
        assert!(Record::read("version = 1\nnot = 1").is_err());
    }
}
