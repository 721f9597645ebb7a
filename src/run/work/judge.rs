//! From what was observed to an outcome.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::output::{self, Answer, Question, search};
use crate::journal::event::{Applied, Finding, Job, KnownBy, Outcome};
use crate::plan::{Capture, Evidence, Expect, Find, Observed, Var, json_path};
use crate::run::carry::captured;
use crate::run::effect::Secret;
use crate::run::input::{Captured, Finish};
use crate::run::secrets::Secrets;

/// The most of what was found that a finding tells, in bytes.
const FINDING_LIMIT: usize = 1024;
/// The most that a variable takes from what was printed, in bytes: 64 KiB.
const CAPTURE_LIMIT: usize = 64 * 1024;

/// What a piece of work is judged by.
#[derive(Clone)]
pub struct Judgement {
    pub expect: Expect,
    pub captures: Vec<Capture>,
    /// What is asked of the values of the variables that are captured.
    pub vars: Vec<Var>,
    pub output: PathBuf,
    pub source: Source,
    /// What has no place in a finding, not even in part.
    pub secrets: Secrets,
    /// Where captured secrets are kept for an engine after this one.
    pub kept: PathBuf,
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
    pub captured: Vec<Captured>,
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
        seen.says_found = answer.says_found;
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
        if self.wants_json() {
            seen.json = Some(self.json(seen.value.as_deref()).await);
        }
        let mut captured = self.capture(&answer, &seen);
        self.hide(captured.iter_mut().flatten());
        let judged = self.expect.judge(&seen).into_iter();
        findings.extend(judged.map(|evidence| self.finding(evidence)));
        let (captured, missing): (Vec<_>, Vec<_>) = captured.into_iter().partition(Result::is_ok);
        findings.extend(missing.into_iter().filter_map(Result::err));
        let captured: Vec<Captured> = captured.into_iter().filter_map(Result::ok).collect();
        self.keep(&captured).await;
        Verdict { findings, captured }
    }

    fn wants_json(&self) -> bool {
        let mut captures = self.captures.iter();
        !self.expect.json.is_empty() || captures.any(|c| matches!(c.from, Find::Json(_)))
    }

    /// The captured variables, and of those that were not found or are not as they must be, words.
    fn capture(&self, answer: &Answer, seen: &Observed) -> Vec<Result<Captured, Finding>> {
        let value = seen.value.as_deref();
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
                Find::Json(path) => match &seen.json {
                    Some(Ok(root)) => path
                        .find(root)
                        .ok_or_else(|| path.missing(root))
                        .and_then(|found| json_path::as_text(found).ok_or("null".to_owned())),
                    Some(Err(why)) => Err(why.clone()),
                    None => Err(json_path::NONE.to_owned()),
                },
            };
            let var = self.vars.iter().find(|var| var.name == capture.name);
            let fits = found.and_then(|value| match var.and_then(|var| var.refuses(&value)) {
                Some(why) => Err(why),
                None if value.len() > CAPTURE_LIMIT => {
                    Err(format!("{} bytes are too many for a variable", value.len()))
                }
                None => Ok(Captured {
                    name: capture.name.clone(),
                    value: Secret(value),
                    secret: var.is_some_and(|var| var.secret),
                }),
            });
            fits.map_err(|got| Finding {
                expected: capture.to_string(),
                got: self.cut(&got),
                met: false,
            })
        };
        self.captures.iter().map(one).collect()
    }

    /// A secret that was printed just now is one already, and what holds a secret is one as a whole: the
    /// rest of it often tells what the secret is for.
    fn hide<'c>(&self, captured: impl Iterator<Item = &'c mut Captured>) {
        let (declared, others): (Vec<_>, Vec<_>) = captured.partition(|captured| captured.secret);
        for captured in declared {
            self.secrets.hide(captured.value.0.clone());
        }
        for captured in others {
            if self.secrets.stands_in(&captured.value.0) {
                captured.secret = true;
                self.secrets.hide(captured.value.0.clone());
            }
        }
    }

    /// What is recorded nowhere has to outlive this engine before it is recorded that it is there.
    async fn keep(&self, captured: &[Captured]) {
        let secret = captured.iter().filter(|captured| captured.secret);
        let values: BTreeMap<String, String> = secret
            .map(|captured| (captured.name.clone(), captured.value.0.clone()))
            .collect();
        if values.is_empty() {
            return;
        }
        let path = self.kept.clone();
        let kept = tokio::task::spawn_blocking(move || captured::keep(&path, &values)).await;
        let why = match kept {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(%why, "captured secrets are known only as long as this engine lives");
    }

    fn finding(&self, evidence: Evidence) -> Finding {
        Finding {
            expected: evidence.expected,
            got: self.cut(&evidence.got),
            met: evidence.met,
        }
    }

    /// As much of what was found as is worth keeping for ever. A secret of which a part is cut off could
    /// not be told from anything else.
    fn cut(&self, got: &str) -> String {
        let mut got = self.secrets.mask(got);
        if got.len() > FINDING_LIMIT {
            let length = got.len();
            got.truncate(got.floor_char_boundary(FINDING_LIMIT));
            got.push_str(&format!("… ({length} bytes)"));
        }
        got
    }

    /// The JSON in what was answered or printed.
    async fn json(&self, value: Option<&str>) -> Result<serde_json::Value, String> {
        if self.source == Source::Query {
            let value = value.ok_or("no value")?;
            return serde_json::from_str(value).map_err(|_| json_path::NONE.to_owned());
        }
        let (path, body) = (self.output.clone(), self.source == Source::Answer);
        let read = tokio::task::spawn_blocking(move || output::json(&path, body)).await;
        let read = read.map_err(|error| error.to_string())?;
        read.map_err(|error| error.to_string())?
            .ok_or_else(|| json_path::NONE.to_owned())
    }

    async fn read(&self) -> Result<Answer, String> {
        let path = self.output.clone();
        let question = Question {
            text: self.expect.output.clone(),
            word: self.expect.says.clone(),
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
        changed: Vec::new(),
        running: Vec::new(),
        session: None,
        left: None,
        ended: None,
        captured: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_that_is_cut_off_leaves_nothing_of_itself_in_a_finding() {
        let (known, printed) = ("SUPERSECRETVALUE123", "ALSOSECRET4567890");
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("step-1.log");
        for secret in [known, printed] {
            let line = format!("{}{secret}", "x".repeat(FINDING_LIMIT - 14));
            std::fs::write(&output, format!("token={printed}\n{line}\n")).unwrap();
            let plan = crate::plan::open("plan.toml", PLAN.as_bytes())
                .plan
                .unwrap();
            let secrets = Secrets::default();
            secrets.keep("known".to_owned(), known.to_owned());
            let judgement = Judgement {
                expect: plan.steps[0].spec.expect().clone(),
                captures: plan.steps[0].spec.capture.clone(),
                vars: plan.vars.clone(),
                output: output.clone(),
                source: Source::Script,
                secrets,
                kept: dir.path().join("kept").join("step-1.json"),
            };
            let verdict = judgement.of(Observed::default()).await;
            let got = &verdict.findings[0].got;
            assert!(got.starts_with('x') && !got.contains(&secret[..4]), "{got}");
        }
    }

    const PLAN: &str = r#"
        title = "Secrets"
        [vars]
        known = { prompt = "Known", secret = true }
        printed = { prompt = "Printed", secret = true }
        [[phase]]
        name = "P"
        kind = "deploy"
        [[phase.step]]
        title = "Print"
        shell = "print {{known}}"
        expect = { value = "1" }
        capture = { printed = "token=(.*)" }
    "#;
}
