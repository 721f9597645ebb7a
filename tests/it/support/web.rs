//! An HTTP server that answers as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The server. It answers until it is dropped, and then takes no more connections.
pub struct Web {
    address: SocketAddr,
    status: Arc<AtomicU32>,
    hits: Arc<AtomicU32>,
    path: Arc<Mutex<String>>,
    delay: Arc<AtomicU32>,
}

impl Web {
    /// Said instead of a status: connections are taken and closed without an answer.
    pub const HANG_UP: u32 = 1;

    /// Answers every request with 200 and `body`.
    pub fn start(body: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let status = Arc::new(AtomicU32::new(200));
        let hits = Arc::new(AtomicU32::new(0));
        let path = Arc::new(Mutex::new(String::new()));
        let delay = Arc::new(AtomicU32::new(0));
        let waits = Arc::clone(&delay);
        let (says, counts, asked) = (Arc::clone(&status), Arc::clone(&hits), Arc::clone(&path));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let status = says.load(Ordering::SeqCst);
                if status == 0 {
                    break;
                }
                counts.fetch_add(1, Ordering::SeqCst);
                if status == Self::HANG_UP {
                    continue;
                }
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    if let Some(path) = line.strip_prefix("GET ") {
                        let path = path.split(' ').next().unwrap_or_default();
                        path.clone_into(&mut asked.lock().unwrap());
                    }
                    line.clear();
                }
                let mut stream = stream;
                let delay = waits.load(Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(delay.into()));
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Web {
            address,
            status,
            hits,
            path,
            delay,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it answers from now on.
    pub fn say(&self, status: u32) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// How many milliseconds every answer takes from now on.
    pub fn take(&self, millis: u32) {
        self.delay.store(millis, Ordering::SeqCst);
    }

    /// The path that was last asked for.
    pub fn last_path(&self) -> String {
        self.path.lock().unwrap().clone()
    }

    pub fn hits(&self) -> u32 {
        self.hits.load(Ordering::SeqCst)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.say(0);
        // One last connection, so that the thread sees it.
        let _ = std::net::TcpStream::connect(self.address);
    }
}
