//! HTTP work: one request, whose answer is the step's output.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::{Receiver, Sender};

use super::judge::{Judgement, not_begun};
use crate::clock::Clock;
use crate::journal::event::{Applied, Job, Outcome, Stage};
use crate::plan::{Http, Observed};
use crate::run::input::{Finish, Notice};

/// How long an answer may take where the step has no time-out of its own.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most of an answer's body that is kept.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// One piece of HTTP work.
pub struct HttpWork<C> {
    pub job: Job,
    pub request: Http,
    pub client: reqwest::Client,
    pub judgement: Judgement,
    /// Whether the step has a time-out of its own, by which it is stopped.
    pub is_limited: bool,
    pub clock: C,
}

impl<C: Clock> HttpWork<C> {
    /// Sends the request and reports what came back. Any stop ends the waiting for it.
    pub async fn run(self, notices: Sender<Notice>, mut stops: Receiver<Stage>) {
        let finish = tokio::select! {
            finish = self.finish() => finish,
            Some(_) = stops.recv() => self.unheard("the request was given up before its answer came"),
        };
        let _ = notices.send(Notice::Finished(finish)).await;
    }

    fn failed(&self, why: impl Into<String>, applied: Applied) -> Finish {
        Finish {
            applied,
            ..not_begun(&self.job, why)
        }
    }

    /// The end of a request whose answer never came. One that only asks has failed; of one that
    /// changes something nobody knows whether it did.
    fn unheard(&self, why: impl Into<String>) -> Finish {
        let only_asks = matches!(self.request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        Finish {
            outcome: if only_asks {
                Outcome::Failed
            } else {
                Outcome::Unknown
            },
            ..self.failed(why, Applied::Maybe)
        }
    }

    async fn finish(&self) -> Finish {
        let begun = self.clock.now();
        let answer = match self.send().await {
            Ok(answer) => answer,
            Err(error) => {
                // A request that never left can't have changed anything.
                return if error.is_connect() || error.is_builder() {
                    self.failed(words(&error), Applied::No)
                } else {
                    self.unheard(words(&error))
                };
            }
        };
        let status = answer.status().as_u16();
        let head = head(&answer);
        let body = match read_body(answer).await {
            Ok(body) => body,
            Err(error) => return self.unheard(words(&error)),
        };
        let took = self.clock.now().since(begun);
        if let Err(error) = self.write(&head, &body).await {
            return self.failed(
                format!("failed to write its output: {error}"),
                Applied::Maybe,
            );
        }
        let seen = Observed {
            status: Some(status),
            took: Some(took),
            ..Observed::default()
        };
        let verdict = self.judgement.of(seen).await;
        let passed = verdict.is_met();
        Finish {
            outcome: if passed {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            applied: if passed { Applied::Yes } else { Applied::Maybe },
            findings: verdict.findings,
            captured: verdict.captured,
            message: None,
            ..not_begun(&self.job, "")
        }
    }

    async fn send(&self) -> Result<reqwest::Response, reqwest::Error> {
        let method =
            reqwest::Method::from_bytes(self.request.method.as_bytes()).unwrap_or_default();
        let mut request = self.client.request(method, &self.request.url);
        if !self.is_limited {
            request = request.timeout(PATIENCE);
        }
        for (name, value) in &self.request.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &self.request.body {
            request = request.body(body.clone());
        }
        request.send().await
    }

    async fn write(&self, head: &str, body: &[u8]) -> std::io::Result<()> {
        let mut file = tokio::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.judgement.output)
            .await?;
        file.write_all(head.as_bytes()).await?;
        file.write_all(body).await?;
        file.write_all(b"\n").await?;
        file.flush().await
    }
}

/// The status line and the headers, as they came.
fn head(answer: &reqwest::Response) -> String {
    let mut head = format!("{:?} {}\n", answer.version(), answer.status());
    for (name, value) in answer.headers() {
        head.push_str(&format!(
            "{name}: {}\n",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    head.push('\n');
    head
}

async fn read_body(mut answer: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT {
            body.extend_from_slice(b"\n(the rest of the answer is not kept)");
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What went wrong, innermost reason last, without the address (it may hold a secret).
fn words(error: &reqwest::Error) -> String {
    let mut words = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "failed to connect".to_owned()
    } else if error.is_builder() {
        "the request can't be sent as it is written".to_owned()
    } else {
        "the request failed".to_owned()
    };
    let mut source = std::error::Error::source(error);
    let mut last = None;
    while let Some(inner) = source {
        last = Some(inner.to_string());
        source = inner.source();
    }
    if let Some(last) = last {
        words.push_str(": ");
        words.push_str(&last);
    }
    words
}
