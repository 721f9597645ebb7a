//! A pooler between the program and a server: it refuses startup options, and lends its sessions one after the
//! other, each for a transaction.

use std::collections::VecDeque;
use std::io::{Read, Result, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};

use gonogo::demo::server::Server;
use tempfile::TempDir;

const SOCKET: &str = ".s.PGSQL.5432";
/// Protocol 3.0.
const PROTOCOL: [u8; 4] = [0, 3, 0, 0];
const WANTS_TLS: u32 = 80_877_103;

/// The pooler. Nobody reaches it any more when it is dropped.
pub struct Pooler {
    dir: TempDir,
}

/// A session on the server, and what the server has said when it was opened.
struct Lent {
    server: UnixStream,
    greeting: Vec<u8>,
}

type Pool = Arc<(Mutex<VecDeque<Lent>>, Condvar)>;

impl Pooler {
    /// A pooler with so many sessions on the server's database `postgres`.
    pub fn of(server: &Server, sessions: usize) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("gonogo-")
            .tempdir_in("/tmp")
            .unwrap();
        let socket = server.dir().join(SOCKET);
        let lent = (0..sessions).map(|_| open(&socket, server).unwrap());
        let pool: Pool = Arc::new((Mutex::new(lent.collect()), Condvar::new()));
        let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let pool = Arc::clone(&pool);
                std::thread::spawn(move || serve(client, &pool));
            }
        });
        Pooler { dir }
    }

    /// The URL that leads through it to what `url` names.
    pub fn url(&self, url: &str, server: &Server) -> String {
        let (there, here) = (server.dir(), self.dir.path());
        url.replace(there.to_str().unwrap(), here.to_str().unwrap())
    }
}

fn open(socket: &Path, server: &Server) -> Result<Lent> {
    let user = "postgres";
    let url = server.url("postgres");
    assert!(url.contains(user), "{url}");
    let words = format!("user\0{user}\0database\0postgres\0\0");
    let mut server = UnixStream::connect(socket)?;
    server.write_all(&message(None, &[&PROTOCOL[..], words.as_bytes()].concat()))?;
    let mut greeting = Vec::new();
    until_ready(&mut server, |said| greeting.extend(said))?;
    Ok(Lent { server, greeting })
}

fn serve(mut client: UnixStream, pool: &Pool) -> Result<()> {
    let mut startup = body(&mut client)?;
    if startup == WANTS_TLS.to_be_bytes() {
        client.write_all(b"N")?;
        startup = body(&mut client)?;
    }
    let words: Vec<&[u8]> = startup[4..].split(|byte| *byte == 0).collect();
    let given = |name: &[u8]| {
        let at = words.chunks(2).find(|pair| pair[0] == name);
        at.map(|pair| String::from_utf8_lossy(pair[1]).into_owned())
    };
    if given(b"options").is_some() {
        let refusal = "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0";
        return client.write_all(&message(Some(b'E'), refusal.as_bytes()));
    }
    let mut name = given(b"application_name").unwrap_or_default();
    let first = take(pool);
    client.write_all(&first.greeting)?;
    give(pool, first);
    // What belongs to one answer waits for its end: until then nobody else is lent the session.
    let mut kind = [0; 1];
    while client.read_exact(&mut kind).is_ok() && kind[0] != b'X' {
        let mut lent = take(pool);
        let set = format!("set application_name = '{name}'\0");
        lent.server
            .write_all(&message(Some(b'Q'), set.as_bytes()))?;
        until_ready(&mut lent.server, |_| ())?;
        loop {
            let asked = message(Some(kind[0]), &body(&mut client)?);
            lent.server.write_all(&asked)?;
            let ends = matches!(kind[0], b'Q' | b'S');
            let idle = ends && {
                let named = |said: &[u8]| {
                    let words = said.get(5..).unwrap_or_default();
                    if said[0] == b'S' && words.starts_with(b"application_name\0") {
                        let value = words.split(|byte| *byte == 0).nth(1).unwrap_or_default();
                        name = String::from_utf8_lossy(value).into_owned();
                    }
                    client.write_all(said).ok();
                };
                until_ready(&mut lent.server, named)? == b'I'
            };
            // A client that leaves in the middle takes the session along.
            if idle || client.read_exact(&mut kind).is_err() {
                break;
            }
        }
        give(pool, lent);
    }
    Ok(())
}

/// The session that was lent longest ago.
fn take((pool, free): &(Mutex<VecDeque<Lent>>, Condvar)) -> Lent {
    let pool = pool.lock().unwrap();
    let mut pool = free.wait_while(pool, |pool| pool.is_empty()).unwrap();
    pool.pop_front().unwrap()
}

fn give((pool, free): &(Mutex<VecDeque<Lent>>, Condvar), lent: Lent) {
    pool.lock().unwrap().push_back(lent);
    free.notify_one();
}

/// Hands on what the server says until it waits for more; returns whether a transaction is open, as it says it.
fn until_ready(server: &mut UnixStream, mut hear: impl FnMut(&[u8])) -> Result<u8> {
    loop {
        let mut kind = [0; 1];
        server.read_exact(&mut kind)?;
        let body = body(server)?;
        hear(&message(Some(kind[0]), &body));
        if kind[0] == b'Z' {
            return Ok(body[0]);
        }
    }
}

fn message(kind: Option<u8>, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    let kind: Vec<u8> = kind.into_iter().collect();
    [&kind[..], &length, body].concat()
}

fn body(from: &mut UnixStream) -> Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    from.read_exact(&mut body)?;
    Ok(body)
}
