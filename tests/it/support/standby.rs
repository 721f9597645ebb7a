//! A standby beside a server.

use std::process::Command;

use gonogo::demo::server::{Server, Shutdown};

/// A primary, and a standby that waits for its readers for ever.
pub fn pair() -> (Server, Server) {
    pair_of(&[], |dir| {
        let primary = format!("host={dir} port=5432 user=postgres");
        ("primary_conninfo", primary)
    })
}

/// The same with `settings` of the primary, and one of the standby that says how it `follows` the primary in a
/// folder.
pub fn pair_of(
    settings: &[(&str, &str)],
    follows: impl Fn(&str) -> (&'static str, String),
) -> (Server, Server) {
    let mut primary = Server::start(settings).unwrap();
    let (name, value) = follows(&primary.dir().display().to_string());
    let settings = [
        (name, value.as_str()),
        ("wal_retrieve_retry_interval", "200ms"),
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
