//! One throwaway server: its directory, its process, and its end.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::account::Account;
use super::error::ServerError;
use super::guard::Guard;
use super::programs::Programs;
use super::tree;

/// How long a start may take, in seconds. A loaded machine needs two or three.
const START_LIMIT: u64 = 60;
/// How long a server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// The longest path of a directory whose socket the system can still name: it allows 103 bytes.
const LONGEST_DIR: usize = 80;
/// The extension that counts statements. It is left out where it is not installed.
const STATEMENTS: &str = "shared_preload_libraries=pg_stat_statements";
/// What every throwaway server is started with. Losing its data costs nothing.
const SETTINGS: [&str; 6] = [
    "listen_addresses=",
    "port=5432",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
];

/// A running throwaway server. When it is dropped, or its owner dies in whatever way, its processes
/// and its directory go.
pub struct Server {
    programs: Programs,
    account: Account,
    dir: PathBuf,
    settings: Vec<String>,
    postgres: Option<Child>,
    guard: Guard,
}

/// How a server is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended and everything is written; the next start is clean.
    Fast,
    /// As after a crash: sessions are cut off, and the next start recovers.
    Immediate,
}

impl Server {
    /// Makes a cluster and starts it with `settings` on top of the usual ones, such as
    /// `("max_connections", "12")`. It is reached through a unix socket only, without a password, as
    /// the superuser `postgres`.
    pub fn start(settings: &[(&str, &str)]) -> Result<Server, ServerError> {
        let programs = Programs::find()?;
        let account = Account::choose()?;
        let dir = new_directory(account)?;
        let guard = match Guard::post(&dir) {
            Ok(guard) => guard,
            Err(error) => {
                let _ = std::fs::remove_dir_all(&dir);
                return Err(ServerError::io("failed to start a shell")(error));
            }
        };
        let mut server = Server {
            programs,
            account,
            dir,
            settings: vec![STATEMENTS.to_owned()],
            postgres: None,
            guard,
        };
        let wanted = settings
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        server.settings.extend(SETTINGS.map(str::to_owned));
        server.settings.extend(wanted);
        server.initialise()?;
        match server.launch() {
            Err(ServerError::Failed { said, .. }) if said.contains("pg_stat_statements") => {
                server.settings.retain(|setting| setting != STATEMENTS);
                server.launch()?;
            }
            other => other?,
        }
        Ok(server)
    }

    /// The URL of the database `name`; `postgres` is there from the beginning.
    pub fn url(&self, name: &str) -> String {
        let dir = self.dir.display();
        format!("postgres:///{name}?host={dir}&port=5432&user=postgres&sslmode=disable")
    }

    /// The server's directory: the socket, the log and, in `data`, the cluster.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The programs that it was started with.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// The server's process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.postgres.as_ref().map(Child::id)
    }

    /// Stops the server. Its data stay until it is launched again or dropped.
    pub fn stop(&mut self, how: Shutdown) {
        let signal = match how {
            Shutdown::Fast => Signal::INT,
            Shutdown::Immediate => Signal::QUIT,
        };
        self.end(signal);
    }

    /// Kills the server without a chance to tidy up, and waits until its sessions have noticed.
    pub fn kill9(&mut self) {
        let Some(mut postgres) = self.postgres.take() else {
            return;
        };
        let pid = postgres.id();
        // Stopped first, so that no session is added after they are listed.
        tree::signal(pid, Signal::STOP);
        until(STOP_LIMIT, || !tree::is_running(pid));
        let sessions = tree::children(pid);
        tree::signal(pid, Signal::KILL);
        let _ = postgres.wait();
        for session in &sessions {
            tree::signal(*session, Signal::CONT);
        }
        if !until(STOP_LIMIT, || tree::living(&sessions).is_empty()) {
            for pid in tree::living(&sessions) {
                tree::signal(pid, Signal::KILL);
            }
            until(STOP_LIMIT, || tree::living(&sessions).is_empty());
        }
        // The guard notices by itself if its pipe is broken.
        let _ = self.guard.rest();
    }

    /// Starts the server again after [`Server::stop`] or [`Server::kill9`].
    pub fn launch(&mut self) -> Result<(), ServerError> {
        if self.postgres.is_some() {
            return Ok(());
        }
        let log = File::create(self.log_file()).map_err(ServerError::io("failed to open a log"))?;
        let mut command = self.command(&self.programs.postgres);
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.dir);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let postgres = command
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(ServerError::io("failed to run postgres"))?;
        let watched = self.guard.watch(postgres.id());
        self.postgres = Some(postgres);
        watched.map_err(ServerError::io("failed to tell the guard"))?;
        self.wait_until_ready()
    }

    /// Stops the server and starts it again.
    pub fn restart(&mut self, how: Shutdown) -> Result<(), ServerError> {
        self.stop(how);
        self.launch()
    }

    /// Stops every process of the server in its tracks: it neither answers nor closes a connection.
    pub fn freeze(&self) {
        // The server itself first, so that no session is added meanwhile.
        self.signal_all(Signal::STOP);
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.signal_all(Signal::CONT);
    }

    fn signal_all(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            tree::signal(pid, signal);
            for child in tree::children(pid) {
                tree::signal(child, signal);
            }
        }
    }

    /// Makes the cluster, in a locale that sorts by code point and knows all of Unicode, or in the
    /// plain one where the system lacks that.
    fn initialise(&mut self) -> Result<(), ServerError> {
        self.initdb("C.UTF-8").or_else(|_| self.initdb("C"))
    }

    fn initdb(&mut self, locale: &str) -> Result<(), ServerError> {
        let initdb = self
            .command(&self.programs.initdb)
            .arg("-D")
            .arg(self.data())
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8"])
            .args(["--no-sync", "--wal-segsize=1", "--locale", locale])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(ServerError::io("failed to run initdb"))?;
        let watched = self.guard.watch(initdb.id());
        let ended = initdb.wait_with_output();
        self.guard
            .rest()
            .and(watched)
            .map_err(ServerError::io("failed to tell the guard"))?;
        let ended = ended.map_err(ServerError::io("failed to wait for initdb"))?;
        if ended.status.success() {
            return Ok(());
        }
        Err(ServerError::Failed {
            program: "initdb",
            said: last_lines(&String::from_utf8_lossy(&ended.stderr)),
        })
    }

    /// A command of the server's: as its account, in a process group of its own, and with nothing
    /// from the environment that would change what it does.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command
            .env("LC_ALL", "C")
            .current_dir(&self.dir)
            .process_group(0)
            .stdin(Stdio::null());
        self.account.run(&mut command);
        command
    }

    /// Waits for the server's own word in its lock file, which needs no connection. The file may be
    /// an old one, so it must name this very process.
    fn wait_until_ready(&mut self) -> Result<(), ServerError> {
        let lock = self.data().join("postmaster.pid");
        let pid = self.pid().unwrap_or_default().to_string();
        let mut exited = false;
        let done = until(Duration::from_secs(START_LIMIT), || {
            exited = match &mut self.postgres {
                Some(postgres) => !matches!(postgres.try_wait(), Ok(None)),
                None => true,
            };
            exited || says_ready(&lock, &pid)
        });
        if done && !exited {
            return Ok(());
        }
        self.end(Signal::QUIT);
        if exited {
            let log = std::fs::read(self.log_file()).unwrap_or_default();
            return Err(ServerError::Failed {
                program: "postgres",
                said: last_lines(&String::from_utf8_lossy(&log)),
            });
        }
        Err(ServerError::NotReady(START_LIMIT))
    }

    /// Signals the server, waits for its end, and kills it if that takes too long.
    fn end(&mut self, signal: Signal) {
        let Some(mut postgres) = self.postgres.take() else {
            return;
        };
        let pid = postgres.id();
        let children = tree::children(pid);
        // A frozen process would hear the signal only when it goes on.
        for process in std::iter::once(&pid).chain(&children) {
            tree::signal(*process, Signal::CONT);
        }
        tree::signal(pid, signal);
        if !until(STOP_LIMIT, || !matches!(postgres.try_wait(), Ok(None))) {
            for process in std::iter::once(&pid).chain(&children) {
                tree::signal(*process, Signal::KILL);
            }
            let _ = postgres.wait();
        }
        // The guard notices by itself if its pipe is broken.
        let _ = self.guard.rest();
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.dir.join("server.log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end(Signal::QUIT);
        let _ = std::fs::remove_dir_all(&self.dir);
        self.guard.dismiss();
    }
}

/// A directory of its own with a short name, owned by `account`.
fn new_directory(account: Account) -> Result<PathBuf, ServerError> {
    let usual = std::env::temp_dir();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let fits = usual
        .to_str()
        .is_some_and(|path| path.len() + 20 < LONGEST_DIR && path.chars().all(plain));
    // A folder of root's own would be closed to the account that the server runs as.
    let parent = if fits && !account.is_other() {
        usual
    } else {
        PathBuf::from("/tmp")
    };
    let dir = tempfile::Builder::new()
        .prefix("gonogo-")
        .tempdir_in(parent)
        .map_err(ServerError::io("failed to make a temporary directory"))?;
    account
        .own(dir.path())
        .map_err(ServerError::io("failed to hand over a directory"))?;
    Ok(dir.keep())
}

/// Whether the lock file of the server `pid` says that connections are welcome.
fn says_ready(lock: &Path, pid: &str) -> bool {
    std::fs::read_to_string(lock).is_ok_and(|text| {
        let mut lines = text.lines();
        lines.next() == Some(pid) && lines.nth(6).is_some_and(|word| word.trim() == "ready")
    })
}

/// Looks again and again until `done`, for as long as `limit`. False if it was never so.
fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    const PAUSE: Duration = Duration::from_millis(3);
    for _ in 0..=limit.as_millis() / PAUSE.as_millis() {
        if done() {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

/// The end of what a program wrote, for an error.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
