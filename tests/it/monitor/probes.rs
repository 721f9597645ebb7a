//! Probes of addresses and of values; what scripts, logs and Prometheus say is in `sources`.

use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::ProbeState;
use gonogo::plan::{Expect, Http, Probe, ProbeTarget, Span};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Client, Watched};

fn probe(target: ProbeTarget) -> Probe {
    Probe {
        name: "api".to_owned(),
        target,
        expect: Expect::default(),
        every: Duration::from_millis(50),
        span: Span::from(0..0),
    }
}

fn sql(text: &str) -> Probe {
    probe(ProbeTarget::Sql {
        text: text.to_owned(),
        database: "db0".to_owned(),
    })
}

/// Answers every request on every connection with the next of `answers`, the last for ever.
async fn serve(answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut answers = answers.iter().peekable();
        let mut answer = "";
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                answer = answers.next().unwrap_or(&answer);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    format!("http://127.0.0.1:{port}/health?token=hunter2")
}

#[tokio::test]
async fn an_address_is_good_bad_or_not_to_be_had() {
    let url = serve(&[
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
    ])
    .await;
    let mut watched = Watched::start(&[], vec![probe(ProbeTarget::Http(Http::get(url)))]);
    let health = watched.until(|health| health.probes[0].at.is_some()).await;
    let probe = &health.probes[0];
    assert_eq!((probe.state, probe.status), (ProbeState::Ok, Some(200)));
    assert!(probe.latency_ms.is_some() && probe.p95_ms.is_some());
    let health = watched
        .until(|health| health.probes[0].status == Some(503))
        .await;
    let probe = &health.probes[0];
    assert_eq!(
        (probe.state, probe.words.as_str()),
        (ProbeState::Bad, "status 503")
    );
    assert!(probe.history.readings().count() >= 3);
}

#[tokio::test]
async fn an_address_that_sends_elsewhere_has_not_answered_itself() {
    let elsewhere = "HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n";
    let url = serve(Box::leak(Box::new([
        elsewhere,
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ])))
    .await;
    let mut watched = Watched::start(&[], vec![probe(ProbeTarget::Http(Http::get(url)))]);
    let health = watched.until(|health| health.probes[0].at.is_some()).await;
    let probe = &health.probes[0];
    assert_eq!((probe.state, probe.status), (ProbeState::Bad, Some(302)));
}

#[tokio::test]
async fn a_refused_address_is_down_in_plain_words() {
    // Nobody listens at the first of all ports, and nobody is given it.
    let http = Http::get("http://127.0.0.1:1/?token=hunter2".to_owned());
    let mut watched = Watched::start(&[], vec![probe(ProbeTarget::Http(http))]);
    let health = watched.until(|health| health.probes[0].at.is_some()).await;
    let probe = &health.probes[0];
    assert_eq!(
        (probe.state, probe.words.as_str()),
        (ProbeState::Down, "connection refused")
    );
    assert_eq!((probe.latency_ms, probe.status), (None, None));
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_an_error_without_its_secrets() {
    let targets = [
        "not an address hunter2",
        "http://",
        "ftp://x/?token=hunter2",
    ];
    let probes = targets.map(|url| probe(ProbeTarget::Http(Http::get(url))));
    let mut watched = Watched::start(&[], probes.to_vec());
    let health = watched
        .until(|h| h.probes.iter().all(|p| p.at.is_some()))
        .await;
    for probe in &health.probes {
        assert_eq!(probe.state, ProbeState::Error);
        assert!(!probe.words.contains("hunter2"), "{}", probe.words);
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_does_not_answer_is_an_error_after_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let http = Http::get(format!("http://127.0.0.1:{port}/"));
    let mut watched = Watched::start(&[], vec![probe(ProbeTarget::Http(http))]);
    let health = watched.until(|health| health.probes[0].at.is_some()).await;
    assert_eq!(health.probes[0].words, "no answer within 5s");
}

#[tokio::test]
async fn a_query_brings_a_number_nothing_or_an_error() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run("create table orders (total numeric); insert into orders values (1.5), (2.5)")
        .await;
    let probes = vec![
        sql("select avg(total) from orders;"),
        sql("select total from orders where total > 9"),
        sql("select 'many'"),
        sql("select total from orders"),
        sql("select nothing from orders"),
        sql("insert into orders values (3)"),
        sql("select pg_sleep(600)"),
    ];
    let mut watched = Watched::start(&[server.url("postgres")], probes);
    // Of the last one, the server may be so late that nobody waits for its words any more.
    let cancelled = "the server took too long, so it was cancelled";
    let health = watched
        .until(|h| h.probes.iter().all(|p| p.at.is_some()) && h.probes[6].words == cancelled)
        .await;
    let found: Vec<_> = health
        .probes
        .iter()
        .map(|p| (p.state, p.value, p.words.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (ProbeState::Ok, Some(2.0), "2.0000000000000000"),
            (ProbeState::NoData, None, "the query found nothing"),
            (
                ProbeState::Unread,
                None,
                "the first field is no number: many"
            ),
            (
                ProbeState::Unread,
                None,
                "the query answers with 2 rows: make one number of them"
            ),
            (ProbeState::Error, None, "column \"nothing\" does not exist"),
            (
                ProbeState::Error,
                None,
                "cannot execute INSERT in a read-only transaction"
            ),
            (ProbeState::Error, None, cancelled),
        ]
    );
    assert_eq!(client.ask("select count(*) from orders").await, 2);
    assert!(
        watched
            .until(|h| h.probes[0].history.readings().count() > 2)
            .await
            .probes[0]
            .at
            .is_some()
    );
}

#[tokio::test]
async fn a_query_behind_our_ddl_gives_up_instead_of_standing_in_the_queue() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "gonogo:r1:2.3").await;
    client.run("create table orders (n int)").await;
    client.run("begin; lock table orders").await;
    let probes = vec![sql("select count(*) from orders")];
    let mut watched = Watched::start(&[server.url("postgres")], probes);
    let health = watched.until(|h| h.probes[0].at.is_some()).await;
    assert_eq!(health.probes[0].words, "it waited too long for a lock");
    client.run("commit").await;
    watched.until(|h| h.probes[0].value == Some(0.0)).await;
}

#[tokio::test]
async fn a_probe_of_an_unknown_database_says_so() {
    let mut watched = Watched::start(&[], vec![sql("select 1")]);
    let health = watched.until(|health| health.probes[0].at.is_some()).await;
    assert_eq!(health.probes[0].words, "there is no database called db0");
}
