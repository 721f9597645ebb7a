//! Whether a server takes connections that lets nobody in.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// How long it may take: the server looks at nothing before it answers.
const PATIENCE: Duration = Duration::from_secs(1);

/// The question whether it speaks TLS, which each process of a server answers first of all: the length,
/// and a number that no version of the protocol has.
const SPEAKS_TLS: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Whether a process of the server answers at all.
pub(super) async fn greets(options: &PgConnectOptions) -> bool {
    let asked = tokio::time::timeout(PATIENCE, ask(options)).await;
    asked.is_ok_and(|answer| answer.is_ok())
}

async fn ask(options: &PgConnectOptions) -> io::Result<u8> {
    let (host, port) = (options.get_host(), options.get_port());
    let folder = options.get_socket().cloned();
    match folder.or_else(|| host.starts_with('/').then(|| host.into())) {
        Some(folder) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            put(UnixStream::connect(socket).await?).await
        }
        None => put(TcpStream::connect((host.trim_matches(['[', ']']), port)).await?).await,
    }
}

async fn put(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<u8> {
    stream.write_all(&SPEAKS_TLS).await?;
    stream.read_u8().await
}
