//! Servers that speak TLS.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::ours::over_tcp;
use super::{Client, LIMIT, Watched};

/// Runs a command of openssl in `dir`.
fn openssl(dir: &Path, args: &str) {
    let done = Command::new("openssl")
        .args(args.split(' '))
        .current_dir(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(done.success(), "openssl {args}");
}

/// An authority, and a certificate of it for the machine `name`: `ca.pem`, `cert.pem`, `key.pem`.
fn certificates(dir: &Path, name: &str) {
    let new = "req -x509 -newkey rsa:2048 -nodes -days 2";
    openssl(
        dir,
        &format!("{new} -keyout ca.key -out ca.pem -subj /CN=authority"),
    );
    openssl(
        dir,
        &format!("req -newkey rsa:2048 -nodes -keyout key.pem -out cert.csr -subj /CN={name}"),
    );
    std::fs::write(dir.join("names"), format!("subjectAltName=DNS:{name}\n")).unwrap();
    openssl(
        dir,
        "x509 -req -days 2 -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out cert.pem",
    );
}

/// Lets the server have the certificate in `dir`. Its own account has to own the key.
async fn speak_tls(local: &str, dir: &Path) {
    let mut admin = Client::with(local.parse().unwrap()).await.unwrap();
    for (from, to) in [("cert.pem", "server.crt"), ("key.pem", "server.key")] {
        let text = std::fs::read_to_string(dir.join(from)).unwrap();
        let lines: Vec<String> = text.lines().map(|line| format!("('{line}')")).collect();
        let values = lines.join(", ");
        admin
            .run(&format!(
                "copy (values {values}) to program 'umask 077; cat > {to}'"
            ))
            .await;
    }
    admin.run("alter system set ssl = on").await;
    admin.run("select pg_reload_conf()").await;
    let on = "select (current_setting('ssl') = 'on')::int::int8";
    let reloaded = async {
        while admin.ask(on).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT, reloaded).await.unwrap();
}

#[tokio::test]
async fn a_certificate_is_checked_against_the_authority_and_the_name() {
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path(), "localhost");
    let other = tempfile::tempdir().unwrap();
    certificates(other.path(), "localhost");
    let (_server, local, tcp) = over_tcp();
    speak_tls(&local, dir.path()).await;
    let url = |host: &str, ca: &Path| {
        let url = tcp.replace("127.0.0.1", host);
        let ca = ca.join("ca.pem");
        format!("{url}?sslmode=verify-full&sslrootcert={}", ca.display())
    };
    let mut watched = Watched::start(&[url("localhost", dir.path())], Vec::new());
    watched.picture(|_| true).await;
    let mut admin = Client::with(local.parse().unwrap()).await.unwrap();
    let encrypted = "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)
                      where ssl and application_name = 'gonogo monitor'";
    assert!(admin.ask(encrypted).await >= 1);
    // Another name for the same machine, and another authority.
    for wrong in [url("127.0.0.1", dir.path()), url("localhost", other.path())] {
        let mut watched = Watched::start(&[wrong], Vec::new());
        let reason = watched.down().await;
        assert!(reason.to_lowercase().contains("certificate"), "{reason}");
    }
}
