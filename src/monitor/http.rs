//! HTTP probes: one request, its status, its body, and how long the answer took.

use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, Request, StatusCode, Url};

use super::probe::Reading;
use crate::clock::Clock;
use crate::plan::{Expect, Http, Observed};

/// The least and the most time that an answer gets. A slow answer is a reading, too, so a probe waits
/// for one even when the next is due.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));
/// How much of an answer is read. What is beyond it tells nothing about health.
const READ: usize = 256 * 1024;

/// Whether the address is one of this machine alone. No proxy is asked for those: it would look for
/// them on its own.
pub fn is_here(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

/// What asks for all addresses: those of this machine alone if it is for what `is_here`. An address that
/// sends people to another, to log in say, has not answered itself, so nobody goes there.
pub fn client(is_here: bool) -> ClientBuilder {
    let client = Client::builder()
        .user_agent(concat!("gonogo/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none());
    if is_here { client.no_proxy() } else { client }
}

/// An address that is asked again and again over one client, which keeps its connection.
pub(super) struct Asker {
    client: Client,
    request: Request,
    timeout: Duration,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The beginning of the body, where it was asked for.
    pub(super) body: Vec<u8>,
    pub(super) took: Duration,
}

impl Asker {
    /// For a request that is made every so often; the error says what is wrong with it.
    pub(super) fn new(http: &Http, every: Duration) -> Result<Asker, String> {
        // The client needs a provider of cryptography; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = every.clamp(PATIENCE.0, PATIENCE.1);
        let client = client(is_here(&http.url)).timeout(timeout);
        let client = client.build().map_err(|error| words(error, timeout))?;
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
        Ok(Asker {
            client,
            request,
            timeout,
        })
    }

    /// Changes the address.
    pub(super) fn address(&mut self, change: impl FnOnce(&mut Url)) {
        change(self.request.url_mut());
    }

    /// Asks once, and reads the answer; its beginning is kept if `keep`. The error says why there is
    /// none.
    pub(super) async fn ask(&self, clock: &dyn Clock, keep: bool) -> Result<Answer, String> {
        let Some(request) = self.request.try_clone() else {
            return Err("the request can't be sent twice".to_owned());
        };
        let start = clock.now();
        let answer = async {
            let mut response = self.client.execute(request).await?;
            let (mut body, mut read) = (Vec::new(), 0);
            while let Some(chunk) = response.chunk().await? {
                read += chunk.len();
                if keep {
                    body.extend_from_slice(&chunk);
                }
                if read > READ {
                    break;
                }
            }
            Ok((response.status(), body))
        };
        let (status, body) = answer.await.map_err(|error| words(error, self.timeout))?;
        Ok(Answer {
            status,
            body,
            took: clock.now().since(start),
        })
    }
}

/// A probe of an address: its status, its body, how long it takes.
pub(super) struct HttpProbe {
    asker: Asker,
    expect: Expect,
}

impl HttpProbe {
    /// A probe for a request that is made every so often; the error says what is wrong with it.
    pub(super) fn new(http: &Http, expect: &Expect, every: Duration) -> Result<HttpProbe, String> {
        Ok(HttpProbe {
            asker: Asker::new(http, every)?,
            expect: expect.clone(),
        })
    }

    /// Asks once.
    pub(super) async fn measure(&self, clock: &dyn Clock) -> Reading {
        let answer = match self.asker.ask(clock, self.expect.reads_output()).await {
            Ok(answer) => answer,
            Err(why) => return Reading::error(why),
        };
        let status = answer.status.as_u16();
        let seen = Observed {
            status: Some(status),
            took: Some(answer.took),
            ..self.expect.searched(&String::from_utf8_lossy(&answer.body))
        };
        let mut reading = Reading::good(format!("status {status}"));
        reading.latency = Some(answer.took);
        reading.status = Some(status);
        reading.judged(&self.expect, &seen)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_is_asked_for_what_is_here() {
        for url in [
            "http://localhost:8080/health",
            "http://shop.localhost",
            "https://127.0.0.1",
            "http://127.8.0.1:1",
            "http://[::1]:8080/",
        ] {
            assert!(is_here(url), "{url}");
        }
        for url in [
            "https://shop.example.org/?of=localhost",
            "http://10.0.0.1",
            "http://notlocalhost",
            "nonsense",
        ] {
            assert!(!is_here(url), "{url}");
        }
    }
}
