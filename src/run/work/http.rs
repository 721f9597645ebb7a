//! HTTP work: one request, whose answer is the step's output.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::StatusCode;
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
        let status = OnceLock::new();
        let finish = tokio::select! {
            finish = self.finish(&status) => finish,
            Some(_) = stops.recv() => self.unheard(match status.get() {
                None => "the request was given up before its answer came".to_owned(),
                Some(status) => format!("answered {status}, and given up before the rest came"),
            }),
        };
        let _ = notices.send(Notice::Finished(finish)).await;
    }

    fn failed(&self, why: impl Into<String>, applied: Applied) -> Finish {
        Finish {
            applied,
            ..not_begun(&self.job, why)
        }
    }

    /// The end of a request whose answer never came as a whole. One that only asks has failed; of one that
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

    /// Tells the `status` as soon as it is there: the rest may never come.
    async fn finish(&self, status: &OnceLock<StatusCode>) -> Finish {
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
        let status = *status.get_or_init(|| answer.status());
        let unwritten = |error| {
            let why = format!("answered {status}; failed to write its output: {error}");
            self.failed(why, Applied::Maybe)
        };
        // What a server has said counts, whatever becomes of the rest.
        if let Err(error) = self.write(head(&answer).as_bytes()).await {
            return unwritten(error);
        }
        let mut body = Vec::new();
        let broken = read_body(answer, &mut body).await.err();
        let took = self.clock.now().since(begun);
        if broken.is_some() {
            body.extend_from_slice(b"\n(here the answer broke off)");
        }
        body.push(b'\n');
        if let Err(error) = self.write(&body).await {
            return unwritten(error);
        }
        if let Some(error) = broken {
            return self.unheard(format!("answered {status}, and then {}", words(&error)));
        }
        let seen = Observed {
            status: Some(status.as_u16()),
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

    async fn write(&self, text: &[u8]) -> std::io::Result<()> {
        let mut file = tokio::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.judgement.output)
            .await?;
        file.write_all(text).await?;
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

/// Reads as much of an answer's body as is kept, or as comes before it breaks off.
async fn read_body(
    mut answer: reqwest::Response,
    body: &mut Vec<u8>,
) -> Result<(), reqwest::Error> {
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT {
            body.extend_from_slice(b"\n(the rest of the answer is not kept)");
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::*;
    use crate::clock::SystemClock;
    use crate::plan::{self, Work};
    use crate::run::secrets::Secrets;
    use crate::run::work::judge::Source;

    /// The end of a request that is answered `answer`, and then no more; and its output. `hangs`: the
    /// connection stays open, and the request is given up.
    async fn asked(answer: &'static str, hangs: bool) -> (Finish, String) {
        // Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stops) = mpsc::channel(1);
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("step-1.log");
        let written = output.clone();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            if hangs {
                let is_there =
                    || std::fs::read_to_string(&written).is_ok_and(|text| text.contains("x-job"));
                while !is_there() {
                    tokio::task::yield_now().await;
                }
                stop.send(Stage::Cancel).await.unwrap();
                let _ = stream.read(&mut [0; 1]).await;
            }
        });
        let text = format!(
            "title = 'x'\n[[phase]]\nname = 'P'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'Ask'\nhttp = {{ method = 'POST', url = 'http://{address}/' }}"
        );
        let plan = plan::open("plan.toml", text.as_bytes()).plan.unwrap();
        let spec = &plan.steps[0].spec;
        let Work::Http(request) = &spec.work else {
            panic!("it asks nobody");
        };
        let work = HttpWork {
            job: Job {
                step: "ask".to_owned(),
                attempt: 1,
                undo: false,
            },
            request: (**request).clone(),
            client: crate::monitor::client(true).build().unwrap(),
            judgement: Judgement {
                expect: spec.expect().clone(),
                captures: Vec::new(),
                vars: Vec::new(),
                output: output.clone(),
                source: Source::Answer,
                secrets: Secrets::default(),
                kept: std::path::PathBuf::new(),
            },
            is_limited: true,
            clock: SystemClock::new(),
        };
        let (notices, mut told) = mpsc::channel(1);
        work.run(notices, stops).await;
        server.await.unwrap();
        let Some(Notice::Finished(finish)) = told.recv().await else {
            panic!("it did not end");
        };
        (finish, std::fs::read_to_string(output).unwrap())
    }

    const CUT: &str = "HTTP/1.1 200 OK\r\nX-Job: 42\r\nContent-Length: 99\r\n\r\nbegun";

    #[tokio::test]
    async fn of_an_answer_that_breaks_off_everything_that_came_is_kept() {
        let (finish, output) = asked(CUT, false).await;
        assert_eq!(
            (finish.outcome, finish.applied),
            (Outcome::Unknown, Applied::Maybe)
        );
        let message = finish.message.unwrap();
        assert!(
            message.starts_with("answered 200 OK, and then "),
            "{message}"
        );
        assert!(output.contains("x-job: 42\n"), "{output}");
        assert!(output.contains("\nbegun\n(here"), "{output}");
    }

    #[tokio::test]
    async fn an_answer_that_sends_elsewhere_is_the_answer() {
        let sent = "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n";
        let (finish, output) = asked(sent, false).await;
        assert_eq!(finish.outcome, Outcome::Failed);
        assert!(output.contains("location: /login\n"), "{output}");
    }

    #[tokio::test]
    async fn of_an_answer_that_is_given_up_the_status_is_told() {
        let (finish, output) = asked(CUT, true).await;
        let message = finish.message.unwrap();
        assert!(
            message.starts_with("answered 200 OK, and given up"),
            "{message}"
        );
        assert!(output.contains("x-job: 42\n"), "{output}");
    }
}
