//! What can go wrong with a throwaway server.

use std::path::PathBuf;

/// Why there is no throwaway server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The server's programs are not on this machine.
    #[error(
        "no PostgreSQL server programs (initdb, postgres) were found; install them with\n  \
         apt-get install postgresql         Debian, Ubuntu\n  \
         dnf install postgresql-server      Fedora\n  \
         brew install postgresql@17         macOS\n\
         or set PG_BIN to the folder that holds them"
    )]
    NoPrograms,
    /// `PG_BIN` points to a folder without them.
    #[error("PG_BIN is {}, which does not hold initdb and postgres", .0.display())]
    WrongFolder(PathBuf),
    /// Only root runs here, and there is no account that the server could run as.
    #[error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")]
    NoAccount,
    /// A file or a process could not be had.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A program of the server ended with an error.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which program.
        program: &'static str,
        /// The end of what it wrote.
        said: String,
    },
    /// The server runs, but is not ready in time.
    #[error("postgres was not ready within {0} seconds")]
    NotReady(u64),
}

impl ServerError {
    /// A failure of the system, for `map_err`.
    pub(super) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> ServerError {
        move |source| ServerError::Io { what, source }
    }
}
