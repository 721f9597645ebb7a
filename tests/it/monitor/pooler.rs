//! A pooler in between: it refuses startup options, and lends each transaction another session.

use std::path::PathBuf;
use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::Effect;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{UnixListener, UnixStream};

use super::{Client, LIMIT, Watched};

/// The error that poolers send, as a message of the protocol.
fn refusal(name: &str) -> Vec<u8> {
    let fields = [
        "SFATAL".to_owned(),
        "VFATAL".to_owned(),
        "C08P01".to_owned(),
        format!("Munsupported startup parameter: {name}"),
    ];
    let mut body: Vec<u8> = fields
        .iter()
        .flat_map(|f| [f.as_bytes(), b"\0"].concat())
        .collect();
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [b"E", &length[..], &body].concat()
}

/// A message without a kind in front, as those at the start are.
async fn message(client: &mut UnixStream) -> std::io::Result<Vec<u8>> {
    let length = client.read_u32().await?;
    let mut body = vec![0; length as usize - 4];
    client.read_exact(&mut body).await?;
    Ok(body)
}

/// What a pooler does with startup options.
#[derive(Clone, Copy, PartialEq)]
enum Options {
    Refuses,
    Ignores,
}

/// A startup message without the two settings that poolers know nothing of.
fn without_options(startup: &[u8]) -> Vec<u8> {
    let (version, words) = startup.split_at(4);
    let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
    let mut rest = version.to_vec();
    for pair in words.chunks(2) {
        let [name, value] = pair else { continue };
        if !name.is_empty() && *name != b"options" && *name != b"extra_float_digits" {
            rest.extend([name, &b"\0"[..], value, b"\0"].concat());
        }
    }
    rest.push(0);
    rest
}

async fn serve(mut client: UnixStream, server: PathBuf, options: Options) -> std::io::Result<()> {
    let mut startup = message(&mut client).await?;
    if startup == 80_877_103_u32.to_be_bytes() {
        // It asks for TLS.
        client.write_all(b"N").await?;
        startup = message(&mut client).await?;
    }
    if options == Options::Ignores {
        startup = without_options(&startup);
    }
    for name in ["options", "extra_float_digits"] {
        let parameter = [name.as_bytes(), b"\0"].concat();
        if startup
            .windows(parameter.len())
            .any(|window| window == parameter)
        {
            return client.write_all(&refusal(name)).await;
        }
    }
    let mut server = UnixStream::connect(server).await?;
    server
        .write_u32(u32::try_from(startup.len() + 4).unwrap())
        .await?;
    server.write_all(&startup).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

#[tokio::test]
async fn behind_a_pooler_nothing_is_set_that_another_client_could_inherit() {
    check(Options::Refuses).await;
}

#[tokio::test]
async fn a_pooler_that_passes_no_options_on_is_known_for_one() {
    check(Options::Ignores).await;
}

async fn check(options: Options) {
    let server = Server::start(&[]).unwrap();
    let dir = tempfile::Builder::new()
        .prefix("gonogo-")
        .tempdir_in("/tmp")
        .unwrap();
    let listener = UnixListener::bind(dir.path().join(".s.PGSQL.5432")).unwrap();
    let socket = server.dir().join(".s.PGSQL.5432");
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let socket = socket.clone();
            tokio::spawn(async move { serve(client, socket, options).await });
        }
    });
    let url = server.url("postgres");
    let url = url.replace(server.dir().to_str().unwrap(), dir.path().to_str().unwrap());
    let mut watched = Watched::start(&[url], Vec::new());
    let picture = watched.picture(|_| true).await;
    assert!(picture.server.pooled);

    let mut holder = Client::of(&server, "psql").await;
    holder.run("create table t (n int)").await;
    holder.run("begin; lock table t").await;
    let waiter = Client::of(&server, "gonogo:r1:1.1").await;
    let backend = waiter.backend;
    let waiter = waiter.wait_in("select * from t");
    watched
        .picture(|p| {
            p.locks
                .nodes
                .iter()
                .any(|n| n.session.is_ours() && n.wanted.is_some())
        })
        .await;
    let outcome = watched.signaller().cancel(backend).await;
    assert_eq!(outcome.effect, Effect::Ended, "{outcome:?}");
    assert!(waiter.await.unwrap().is_err());

    // What a session of the monitor is left with is what its next user gets. Within a transaction
    // the activity would be read only once.
    holder.run("commit").await;
    let statements = "select count(*) from pg_stat_activity
                       where application_name = 'gonogo monitor' and query <> 'COMMIT'";
    let left = async {
        while holder.ask(statements).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT, left).await.unwrap();
}
