//! From what was observed to an outcome.

use std::path::PathBuf;

use super::output::{Answer, Question, search};
use crate::journal::event::{Applied, Finding, Job, KnownBy, Outcome};
use crate::plan::{Capture, Evidence, Expect, Observed};
use crate::run::input::Finish;

/// What a piece of work is judged by.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub expect: Expect,
    pub captures: Vec<Capture>,
    pub output: PathBuf,
    /// Whether a value is looked for in the output's last line, because the work itself has none.
    pub value_from_output: bool,
}

/// A verdict, and the variables that came with it.
pub struct Verdict {
    pub findings: Vec<Finding>,
    pub captured: Vec<(String, String)>,
}

impl Verdict {
    /// Whether everything is as expected.
    pub fn is_met(&self) -> bool {
        self.findings.iter().all(|finding| finding.met)
    }
}

impl Judgement {
    /// Holds `seen` and the output against the expectations. An output that can't be read fails
    /// whatever is expected of it, with the reason.
    pub async fn of(&self, mut seen: Observed) -> Verdict {
        let mut findings = Vec::new();
        let mut answer = Answer::default();
        let wants_value = self.value_from_output && self.expect.value.is_some();
        if self.expect.reads_output() || wants_value || !self.captures.is_empty() {
            match self.read().await {
                Ok(read) => answer = read,
                Err(why) => findings.push(Finding {
                    expected: "its output can be read".to_owned(),
                    got: why,
                    met: false,
                }),
            }
        }
        seen.output_found = answer.text_found;
        seen.regex_found = answer.regex_found;
        if wants_value {
            seen.value = answer.last_line.map(|line| line.trim().to_owned());
        }
        findings.extend(self.expect.judge(&seen).into_iter().map(finding));
        for capture in &self.captures {
            if !answer
                .captured
                .iter()
                .any(|(name, _)| *name == capture.name)
            {
                findings.push(Finding {
                    expected: format!(
                        "a line matches /{}/, for {}",
                        capture.pattern.as_str(),
                        capture.name
                    ),
                    got: "no match".to_owned(),
                    met: false,
                });
            }
        }
        Verdict {
            findings,
            captured: answer.captured,
        }
    }

    async fn read(&self) -> Result<Answer, String> {
        let path = self.output.clone();
        let question = Question {
            text: self.expect.output.clone(),
            regex: self.expect.regex.clone(),
            captures: self.captures.clone(),
        };
        let read = tokio::task::spawn_blocking(move || search(&path, &question)).await;
        match read {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn finding(evidence: Evidence) -> Finding {
    Finding {
        expected: evidence.expected,
        got: evidence.got,
        met: evidence.met,
    }
}

/// The end of a job that could not even begin.
pub fn not_begun(job: &Job, why: impl Into<String>) -> Finish {
    Finish {
        job: job.clone(),
        outcome: Outcome::Failed,
        applied: Applied::No,
        known_by: KnownBy::Report,
        exit_code: None,
        signal: None,
        findings: Vec::new(),
        message: Some(why.into()),
        left: None,
    }
}
