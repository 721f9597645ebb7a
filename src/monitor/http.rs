//! HTTP probes: one request, its status and how long the answer took.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Client, Method, Request, Url};

use super::probe::{ProbeState, Reading};
use crate::clock::Clock;
use crate::plan::Http;

/// The least and the most time that an answer gets. A slow answer is a reading, too, so a probe waits
/// for one even when the next is due.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));
/// How much of an answer is read. What is beyond it tells nothing about health.
const READ: usize = 256 * 1024;

/// An address that is asked again and again over one client, which keeps its connection.
pub(super) struct HttpProbe {
    client: Client,
    request: Request,
    timeout: Duration,
}

impl HttpProbe {
    /// A probe for a request that is made every so often; the error says what is wrong with it.
    pub(super) fn new(http: &Http, every: Duration) -> Result<HttpProbe, String> {
        // The client needs a provider of cryptography; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = every.clamp(PATIENCE.0, PATIENCE.1);
        let client = Client::builder()
            .timeout(timeout)
            .user_agent(concat!("gonogo/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| words(error, timeout))?;
        let url = Url::parse(&http.url).map_err(|error| format!("not an address: {error}"))?;
        let method = Method::from_bytes(http.method.as_bytes())
            .map_err(|_| "not a method of HTTP".to_owned())?;
        let mut request = client.request(method, url);
        for (name, value) in &http.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &http.body {
            request = request.body(body.clone());
        }
        let request = request.build().map_err(|error| words(error, timeout))?;
        Ok(HttpProbe {
            client,
            request,
            timeout,
        })
    }

    /// Asks once, and reads the answer.
    pub(super) async fn measure(&self, clock: &dyn Clock) -> Reading {
        let Some(request) = self.request.try_clone() else {
            return Reading::error("the request can't be sent twice");
        };
        let start = clock.now();
        let answer = async {
            let mut response = self.client.execute(request).await?;
            let mut read = 0;
            while let Some(chunk) = response.chunk().await? {
                read += chunk.len();
                if read > READ {
                    break;
                }
            }
            Ok(response.status())
        };
        match answer.await {
            Err(error) => Reading::error(words(error, self.timeout)),
            Ok(status) => Reading {
                state: if status.is_success() {
                    ProbeState::Ok
                } else {
                    ProbeState::Bad
                },
                latency: Some(clock.now().since(start)),
                status: Some(status.as_u16()),
                value: None,
                words: format!("status {}", status.as_u16()),
            },
        }
    }
}

/// What went wrong, without the address: its query may hold a secret.
fn words(error: reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("no answer within {}", crate::plan::duration::show(timeout));
    }
    let error = error.without_url();
    let mut cause = error.source();
    let mut words = error.to_string();
    while let Some(deeper) = cause {
        if let Some(io) = deeper.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return "connection refused".to_owned();
        }
        words = deeper.to_string();
        cause = deeper.source();
    }
    words
}
