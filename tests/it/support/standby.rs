//! A standby beside a server.

use std::process::Command;

use gonogo::demo::server::{Server, Shutdown};

/// A primary, and a standby that waits for its readers for ever.
pub fn pair() -> (Server, Server) {
    let mut primary = Server::start(&[]).unwrap();
    let dir = primary.dir().display().to_string();
    let primary_is = format!("host={dir} port=5432 user=postgres");
    let settings = [
        ("primary_conninfo", primary_is.as_str()),
        ("max_standby_streaming_delay", "-1"),
        ("wal_receiver_status_interval", "1"),
    ];
    let mut standby = Server::start(&settings).unwrap();
    primary.stop(Shutdown::Fast);
    standby.stop(Shutdown::Fast);
    let (from, to) = (primary.dir().join("data"), standby.dir().join("data"));
    std::fs::remove_dir_all(&to).unwrap();
    let copied = Command::new("cp").arg("-a").args([&from, &to]).status();
    assert!(copied.unwrap().success());
    std::fs::write(to.join("standby.signal"), "").unwrap();
    primary.launch().unwrap();
    standby.launch().unwrap();
    (primary, standby)
}
