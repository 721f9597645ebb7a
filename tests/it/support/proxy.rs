//! A way between the program and a database server that can be blocked, cut, and led elsewhere.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use gonogo::demo::server::Server;
use tempfile::TempDir;

/// The name that clients look for in a directory of sockets.
const SOCKET: &str = ".s.PGSQL.5432";

/// The way. When it is dropped, whatever goes through it is cut off.
pub struct Proxy {
    dir: TempDir,
    shared: Arc<Shared>,
}

struct Shared {
    way: Mutex<Way>,
    changed: Condvar,
}

struct Way {
    /// The socket of the server at the other end.
    target: PathBuf,
    /// Whether nothing gets through, in either direction, while all stays open.
    blocked: bool,
    /// What comes through once each before something happens.
    traps: Vec<(&'static str, Trap)>,
    over: bool,
    open: Vec<Pair>,
    /// Ends of servers that nobody has closed.
    forgotten: Vec<UnixStream>,
}

/// What happens when a client says something.
#[derive(Clone, Copy)]
enum Trap {
    /// From there on nothing gets through.
    Block,
    /// The client is told that its server is gone, which does what it was told to.
    Lie,
}

/// What a pooler says whose server went away.
const CRASHED: &[u8] = b"SFATAL\0VFATAL\0C08P01\0Mserver conn crashed?\0\0";

/// Both ends of a connection that goes through.
struct Pair {
    client: UnixStream,
    server: UnixStream,
    /// Whether the server is not to hear when the client's end is closed.
    silent: Arc<AtomicBool>,
}

fn socket_of(server: &Server) -> PathBuf {
    server.dir().join(SOCKET)
}

impl Proxy {
    /// A way to `server`.
    pub fn to(server: &Server) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("gonogo-way-")
            // The name of a socket has to be short.
            .tempdir_in("/tmp")
            .unwrap();
        let listener = UnixListener::bind(dir.path().join(SOCKET)).unwrap();
        let shared = Arc::new(Shared {
            way: Mutex::new(Way {
                target: socket_of(server),
                blocked: false,
                traps: Vec::new(),
                over: false,
                open: Vec::new(),
                forgotten: Vec::new(),
            }),
            changed: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.lock().over {
                    break;
                }
                accepting.connect(client);
            }
        });
        Proxy { dir, shared }
    }

    /// The URL of the database `name` at the other end.
    pub fn url(&self, name: &str) -> String {
        let dir = self.dir.path().display();
        format!("postgres:///{name}?host={dir}&port=5432&user=postgres")
    }

    /// Lets nothing through any more, and closes nothing.
    pub fn block(&self) {
        self.shared.lock().blocked = true;
    }

    /// Lets nothing through any more once a client says `text`.
    pub fn block_at(&self, text: &'static str) {
        self.shared.lock().traps.push((text, Trap::Block));
    }

    /// Tells a client that says `text` what a pooler says whose server is gone, and the server `text`.
    pub fn lie_at(&self, text: &'static str) {
        self.shared.lock().traps.push((text, Trap::Lie));
    }

    /// Whether nothing gets through.
    pub fn is_blocked(&self) -> bool {
        self.shared.lock().blocked
    }

    /// Lets everything through that has waited.
    pub fn unblock(&self) {
        self.shared.lock().blocked = false;
        self.shared.changed.notify_all();
    }

    /// Closes what is open, at both ends.
    pub fn cut(&self) {
        for pair in self.shared.lock().open.drain(..) {
            let _ = pair.client.shutdown(Shutdown::Both);
            let _ = pair.server.shutdown(Shutdown::Both);
        }
    }

    /// Closes what is open at the program's end alone: the server does not hear of it.
    pub fn cut_silently(&self) {
        let mut way = self.shared.lock();
        let open = std::mem::take(&mut way.open);
        for pair in open {
            pair.silent.store(true, Ordering::SeqCst);
            let _ = pair.client.shutdown(Shutdown::Both);
            way.forgotten.push(pair.server);
        }
    }

    /// Leads whoever comes from now on to `server`.
    pub fn lead_others_to(&self, server: &Server) {
        self.shared.lock().target = socket_of(server);
    }

    /// Cuts what is open, and leads everything that comes to `server`.
    pub fn lead_to(&self, server: &Server) {
        self.lead_others_to(server);
        self.cut();
    }
}

impl Way {
    /// The trap that waits for what comes, if there is one.
    fn sprung(&mut self, bytes: &[u8]) -> Option<Trap> {
        let comes = |(text, _): &(&str, Trap)| {
            let mut parts = bytes.windows(text.len());
            parts.any(|part| part == text.as_bytes())
        };
        let at = self.traps.iter().position(comes)?;
        Some(self.traps.remove(at).1)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.unblock();
        self.cut();
        // One last connection, so that the thread sees it.
        let _ = UnixStream::connect(self.dir.path().join(SOCKET));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leads a client to where the way leads now; if nobody is there, it is sent away.
    fn connect(self: &Arc<Self>, client: UnixStream) {
        let mut way = self.lock();
        let Ok(server) = UnixStream::connect(&way.target) else {
            return;
        };
        let silent = Arc::new(AtomicBool::new(false));
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            let (shared, silent) = (Arc::clone(self), Arc::clone(&silent));
            std::thread::spawn(move || {
                shared.carry(&from, &to, &silent);
                if !silent.load(Ordering::SeqCst) {
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = to.shutdown(Shutdown::Both);
                }
            });
        }
        way.open.push(Pair {
            client,
            server,
            silent,
        });
    }

    /// Carries everything that comes from one end to the other, until one of them is closed.
    fn carry(&self, mut from: &UnixStream, mut to: &UnixStream, silent: &AtomicBool) {
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            let mut way = self.lock();
            match way.sprung(&buffer[..read]) {
                None => {}
                Some(Trap::Block) => way.blocked = true,
                Some(Trap::Lie) => {
                    silent.store(true, Ordering::SeqCst);
                    let length = u32::try_from(CRASHED.len() + 4).unwrap().to_be_bytes();
                    let lie = [b"E", &length[..], CRASHED].concat();
                    let _ = from.write_all(&lie);
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = to.write_all(&buffer[..read]);
                    way.forgotten.push(to.try_clone().unwrap());
                    return;
                }
            }
            while way.blocked {
                way = self
                    .changed
                    .wait(way)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            drop(way);
            if read == 0 || to.write_all(&buffer[..read]).is_err() {
                return;
            }
        }
    }
}
