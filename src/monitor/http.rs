//! HTTP probes: one request, its status, its body, and how long the answer took.

use std::error::Error as _;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, Request, StatusCode, Url};

use super::probe::Reading;
use super::reach::tells_of_the_other_side;
use crate::clock::Clock;
use crate::plan::{Expect, Http, Observed};

/// The least and the most time that an answer gets. A slow answer is a reading, too, so a probe waits
/// for one even when the next is due.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));
/// How long a name may be looked for: less than an answer gets, since a name server that is silent says
/// nothing of the address.
const NAMED: Duration = Duration::from_secs(3);
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

/// Why nothing came back.
pub(super) struct Silence {
    pub(super) words: String,
    /// Whether the address does not answer, rather than that it could not be asked.
    pub(super) down: bool,
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
        let client = client.dns_resolver(Names).build();
        let client = client.map_err(|error| silence(error, timeout).words)?;
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
        let request = request.build();
        let request = request.map_err(|error| silence(error, timeout).words)?;
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
    pub(super) async fn ask(&self, clock: &dyn Clock, keep: bool) -> Result<Answer, Silence> {
        let Some(request) = self.request.try_clone() else {
            return Err(Silence {
                words: "the request can't be sent twice".to_owned(),
                down: false,
            });
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
        let answer = answer.await.map_err(|error| silence(error, self.timeout));
        let (status, body) = answer?;
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
            Err(silence) if silence.down => return Reading::down(silence.words),
            Err(silence) => return Reading::error(silence.words),
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

/// Looks for names, and not for ever.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0));
            let found = tokio::time::timeout(NAMED, found).await;
            let found = found.map_err(|_| io::Error::other("no name server answers"))??;
            let found: Vec<_> = found.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// What went wrong, without the address: its query may hold a secret.
fn silence(error: reqwest::Error, timeout: Duration) -> Silence {
    if error.is_timeout() {
        let within = crate::plan::duration::show(timeout);
        return Silence {
            words: format!("no answer within {within}"),
            down: true,
        };
    }
    let error = error.without_url();
    // Once there was a connection it is the other side that broke it.
    let mut down = !error.is_connect() && !error.is_builder();
    let mut cause = error.source();
    let mut words = error.to_string();
    while let Some(reason) = cause {
        words = reason.to_string();
        let io = reason.downcast_ref::<io::Error>();
        if let Some(io) = io {
            down |= tells_of_the_other_side(io.kind());
            if io.kind() == io::ErrorKind::ConnectionRefused {
                "connection refused".clone_into(&mut words);
                break;
            }
        }
        // What an error of I/O wraps speaks as that error itself: its source is only what is below it.
        cause = match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => reason.source(),
        };
    }
    Silence { words, down }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;
    use crate::clock::SystemClock;
    use crate::monitor::ProbeState;

    async fn state(url: &str) -> (ProbeState, String) {
        let http = Http::get(url);
        let probe = HttpProbe::new(&http, &Expect::default(), Duration::from_secs(1)).unwrap();
        let reading = probe.measure(&SystemClock::new()).await;
        (reading.state, reading.words)
    }

    #[tokio::test]
    async fn who_does_not_answer_is_down_and_who_can_not_be_asked_is_not() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = closed.local_addr().unwrap().port();
        drop(closed);
        let refused = state(&format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(refused, (ProbeState::Down, "connection refused".to_owned()));
        let (unknown, words) = state("http://no-such-name.invalid/").await;
        assert_eq!(unknown, ProbeState::Error, "{words}");
        let rude = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = rude.local_addr().unwrap().port();
        let hangs_up = std::thread::spawn(move || drop(rude.accept()));
        let (broken, words) = state(&format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(broken, ProbeState::Down, "{words}");
        hangs_up.join().unwrap();
    }

    /// Answers what a client begins TLS with, and hangs up. What is not read makes the connection reset.
    fn answers_tls(answer: &'static [u8], reads: bool) -> (u16, std::thread::JoinHandle<()>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut hello = [0; 4096];
            if reads {
                assert!(stream.read(&mut hello).unwrap() > 0);
            } else {
                stream.peek(&mut hello).unwrap();
            }
            stream.write_all(answer).unwrap();
        };
        (port, std::thread::spawn(serve))
    }

    #[tokio::test]
    async fn who_can_not_be_spoken_with_safely_is_down() {
        for (name, answer, reads) in [
            ("no TLS", &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], true),
            ("another version", &[21, 3, 1, 0, 2, 2, 70], true),
            ("the end", b"", true),
            ("a reset", b"", false),
        ] {
            let (port, server) = answers_tls(answer, reads);
            let (state, words) = state(&format!("https://127.0.0.1:{port}/")).await;
            assert_eq!(state, ProbeState::Down, "{name}: {words}");
            server.join().unwrap();
        }
    }

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
