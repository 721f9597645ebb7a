//! From what was observed to an outcome.

use std::path::PathBuf;

use super::output::{self, Answer, Question, search};
use crate::journal::event::{Applied, Finding, Job, KnownBy, Outcome};
use crate::plan::{Capture, Evidence, Expect, Find, Observed, Var, json_path};
use crate::run::effect::Secret;
use crate::run::input::Finish;

/// The most of what was found that a finding tells, in bytes.
const FINDING_LIMIT: usize = 1024;
/// The most that a variable takes from what was printed, in bytes: 64 KiB.
const CAPTURE_LIMIT: usize = 64 * 1024;

/// What a piece of work is judged by.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub expect: Expect,
    pub captures: Vec<Capture>,
    /// What is asked of the values of the variables that are captured.
    pub vars: Vec<Var>,
    pub output: PathBuf,
    pub source: Source,
}

/// Where the output comes from, and so what a value is and where JSON stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A script: its last line, all of it.
    Script,
    /// A query: its first field, which the work itself knows.
    Query,
    /// An answer: its last line, its body.
    Answer,
}

/// A verdict, and the variables that came with it.
pub struct Verdict {
    pub findings: Vec<Finding>,
    pub captured: Vec<(String, Secret)>,
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
        let captures_value = self
            .captures
            .iter()
            .any(|capture| capture.from == Find::Value);
        let wants_value =
            self.source != Source::Query && (self.expect.value.is_some() || captures_value);
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
        if wants_value && answer.last_is_cut {
            findings.push(Finding {
                expected: "its last line is a value".to_owned(),
                got: "it is too long to be one".to_owned(),
                met: false,
            });
        } else if wants_value {
            let last = answer.last_line.as_deref();
            seen.value = last.map(|line| line.trim().to_owned());
        }
        findings.extend(self.expect.judge(&seen).into_iter().map(finding));
        let captured = self.capture(&answer, seen.value.as_deref()).await;
        let (captured, missing): (Vec<_>, Vec<_>) = captured.into_iter().partition(Result::is_ok);
        findings.extend(missing.into_iter().filter_map(Result::err));
        Verdict {
            findings,
            captured: captured.into_iter().filter_map(Result::ok).collect(),
        }
    }

    /// The captured variables, and of those that were not found or are not as they must be, words.
    async fn capture(
        &self,
        answer: &Answer,
        value: Option<&str>,
    ) -> Vec<Result<(String, Secret), Finding>> {
        let wants_json = self
            .captures
            .iter()
            .any(|c| matches!(c.from, Find::Json(_)));
        let json = if wants_json {
            self.json(value).await
        } else {
            Err(String::new())
        };
        let one = |capture: &Capture| {
            let found = match &capture.from {
                Find::Pattern(_) => {
                    let mut matches = answer.captured.iter();
                    let found = matches.find(|(name, _)| *name == capture.name);
                    found
                        .map(|(_, value)| value.clone())
                        .ok_or("no match".to_owned())
                }
                Find::Value => value.map(str::to_owned).ok_or("no value".to_owned()),
                Find::Json(path) => json.as_ref().map_err(Clone::clone).and_then(|root| {
                    let found = path.find(root).ok_or("nothing is there")?;
                    json_path::as_text(found).ok_or_else(|| "null".to_owned())
                }),
            };
            let var = self.vars.iter().find(|var| var.name == capture.name);
            let fits = found.and_then(|value| match var.and_then(|var| var.refuses(&value)) {
                Some(why) => Err(why),
                None if value.len() > CAPTURE_LIMIT => {
                    Err(format!("{} bytes are too many for a variable", value.len()))
                }
                None => Ok((capture.name.clone(), Secret(value))),
            });
            fits.map_err(|got| Finding {
                expected: capture.to_string(),
                got: cut(got),
                met: false,
            })
        };
        self.captures.iter().map(one).collect()
    }

    /// The JSON in what was answered or printed.
    async fn json(&self, value: Option<&str>) -> Result<serde_json::Value, String> {
        let none = "there is no JSON";
        if self.source == Source::Query {
            let value = value.ok_or("no value")?;
            return serde_json::from_str(value).map_err(|_| none.to_owned());
        }
        let (path, body) = (self.output.clone(), self.source == Source::Answer);
        let read = tokio::task::spawn_blocking(move || output::json(&path, body)).await;
        let read = read.map_err(|error| error.to_string())?;
        read.map_err(|error| error.to_string())?
            .ok_or_else(|| none.to_owned())
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
        got: cut(evidence.got),
        met: evidence.met,
    }
}

/// As much of what was found as is worth keeping for ever.
fn cut(mut got: String) -> String {
    if got.len() > FINDING_LIMIT {
        let length = got.len();
        got.truncate(got.floor_char_boundary(FINDING_LIMIT));
        got.push_str(&format!("… ({length} bytes)"));
    }
    got
}

/// The end of a job that could not even begin.
pub fn not_begun(job: &Job, why: impl Into<String>) -> Finish {
    Finish {
        job: job.clone(),
        outcome: Outcome::Failed,
        applied: Applied::No,
        known_by: KnownBy::Report,
        by_itself: false,
        exit_code: None,
        signal: None,
        findings: Vec::new(),
        message: Some(why.into()),
        elsewhere: false,
        left: None,
        ended: None,
        captured: Vec::new(),
    }
}
