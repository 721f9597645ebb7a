//! Databases in other encodings than ours, which may hold bytes that mean nothing in any.

use gonogo::demo::server::Server;
use gonogo::monitor::{LockNode, Picture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::{Client, Watched, until};

/// A session that sends a statement as it is, byte by byte. What is sent is a message of the protocol.
async fn session_that_runs(server: &Server, database: &str, sql: &[u8]) -> UnixStream {
    let mut stream = UnixStream::connect(server.dir().join(".s.PGSQL.5432"))
        .await
        .unwrap();
    let mut startup = 196_608_u32.to_be_bytes().to_vec();
    for word in ["user", "postgres", "database", database, ""] {
        startup.extend([word.as_bytes(), b"\0"].concat());
    }
    stream.write_u32(startup.len() as u32 + 4).await.unwrap();
    stream.write_all(&startup).await.unwrap();
    // It is ready for a statement once it says so.
    loop {
        let kind = stream.read_u8().await.unwrap();
        let length = stream.read_u32().await.unwrap();
        let mut body = vec![0; length as usize - 4];
        stream.read_exact(&mut body).await.unwrap();
        assert_ne!(kind, b'E', "{}", String::from_utf8_lossy(&body));
        if kind == b'Z' {
            break;
        }
    }
    stream.write_u8(b'Q').await.unwrap();
    stream.write_u32(sql.len() as u32 + 5).await.unwrap();
    stream.write_all(&[sql, b"\0"].concat()).await.unwrap();
    stream
}

#[tokio::test]
async fn who_waits_for_a_table_whose_name_can_be_of_any_bytes_is_told() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run("create database ascii encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'")
        .await;
    let lock =
        b"begin; create table if not exists caf\xE9 (n int); commit; begin; lock table caf\xE9";
    let _holder = session_that_runs(&server, "ascii", lock).await;
    let held = "select count(*) from pg_locks where mode = 'AccessExclusiveLock'
                   and database = (select oid from pg_database where datname = 'ascii')";
    until(&mut client, held, 1).await;
    let _waiter = session_that_runs(&server, "ascii", b"select * from caf\xE9").await;
    let mut watched = Watched::start(&[server.url("ascii")], Vec::new());
    let wanted = |node: &LockNode| node.wanted.as_ref()?.relation.clone();
    let named = |p: &Picture| p.locks.nodes.iter().find_map(wanted);
    let picture = watched.picture(|p| named(p).is_some()).await;
    assert_eq!(named(&picture).as_deref(), Some("\"caf\u{fffd}\""));
    assert_eq!(picture.blind.locks, None);
}

#[tokio::test]
async fn a_statement_of_any_bytes_is_shown_as_far_as_it_can_be_read() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    for (name, encoding, byte) in [("ascii", "SQL_ASCII", 0xE9_u8), ("win", "WIN1252", 0x81)] {
        let sql = format!(
            "create database {name} encoding '{encoding}' template template0
             lc_collate 'C' lc_ctype 'C'"
        );
        client.run(&sql).await;
        let statement = [b"select pg_sleep(600) -- caf", &[byte][..]].concat();
        let session = session_that_runs(&server, name, &statement).await;
        let mut watched = Watched::start(&[server.url(name)], Vec::new());
        let picture = watched.picture(|p| !p.running.is_empty()).await;
        let oldest = &picture.running[0].oldest;
        let shown = "select pg_sleep(600) -- caf\u{fffd}";
        assert_eq!(oldest.statement.as_deref(), Some(shown), "{encoding}");
        let inspector = watched.monitor.inspector("db0").unwrap();
        let near = inspector.inspect(oldest.backend().unwrap()).await.unwrap();
        assert_eq!(near.statement, shown, "{encoding}");
        drop(session);
    }
}
