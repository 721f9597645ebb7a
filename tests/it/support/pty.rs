//! The program in a terminal: what is typed, and what can be read on the screen.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::OFlags;

use super::bench::foreign;
use super::{Bench, wait};

/// A terminal with the program in it. Dropping it closes the terminal.
pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    /// The end of the terminal that programs see.
    name: Option<PathBuf>,
    shared: Arc<(Mutex<Shared>, Condvar)>,
}

/// Written to a terminal by the test itself, once its program has ended. It shows nothing.
const END: &[u8] = b"\x1b]gonogo-test-end\x07";

struct Shared {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

impl Pty {
    /// Starts the program with `args` in a terminal of `columns` by `rows`.
    pub fn start(bench: &Bench, args: &[&str], columns: u16, rows: u16) -> Self {
        Pty::of(bench, &bench.line(args), columns, rows)
    }

    /// Starts a shell with job control in a terminal of `columns` by `rows`.
    pub fn shell(bench: &Bench, columns: u16, rows: u16) -> Self {
        let line = ["bash", "--norc", "--noprofile", "-i"].map(str::to_owned);
        Pty::of(bench, &line, columns, rows)
    }

    /// Starts another program, by its command line.
    pub fn of(bench: &Bench, line: &[String], columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(&line[0]);
        command.args(&line[1..]);
        command.cwd(bench.path(""));
        command.env("TERM", "xterm-256color");
        command.env("PS1", "shell> ");
        command.env("HISTFILE", "/dev/null");
        for name in foreign() {
            command.env_remove(name);
        }
        for (name, value) in bench.environment() {
            command.env(name, value);
        }
        Pty::spawn(command, columns, rows)
    }

    fn spawn(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let name = pair.master.tty_name();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let shared = Arc::new((
            Mutex::new(Shared {
                parser: vt100::Parser::new(rows, columns, 0),
                raw: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let seen = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut shared = seen.0.lock().unwrap();
                if read == 0 {
                    shared.closed = true;
                } else {
                    shared.parser.process(&buffer[..read]);
                    shared.raw.extend_from_slice(&buffer[..read]);
                }
                seen.1.notify_all();
                if read == 0 {
                    break;
                }
            }
        });
        Pty {
            master: Some(pair.master),
            writer: Some(writer),
            child,
            name,
            shared,
        }
    }

    /// Types `keys`; `\r` is Enter, `\x1b` Esc.
    pub fn keys(&mut self, keys: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// What can be read on the screen.
    pub fn text(&self) -> String {
        self.shared.0.lock().unwrap().parser.screen().contents()
    }

    /// Looks at the screen itself, with its colours and modes.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.shared.0.lock().unwrap().parser.screen())
    }

    /// Every byte that the program has sent.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().raw.clone()
    }

    /// Waits until `shown` holds of what can be read on the screen.
    pub fn wait(&self, what: &str, shown: impl Fn(&str) -> bool) {
        let since = Instant::now();
        let mut shared = self.shared.0.lock().unwrap();
        loop {
            let text = shared.parser.screen().contents();
            if shown(&text) {
                return;
            }
            assert!(
                !shared.closed,
                "the program ended before the screen showed {what}:\n{text}"
            );
            let left = wait::LIMIT.checked_sub(since.elapsed());
            let left = left.unwrap_or_else(|| panic!("the screen never showed {what}:\n{text}"));
            shared = self.shared.1.wait_timeout(shared, left).unwrap().0;
        }
    }

    /// Waits until `text` is on the screen.
    pub fn see(&self, text: &str) {
        self.wait(&format!("{text:?}"), |screen| screen.contains(text));
    }

    /// Waits until `text` is not on the screen any more.
    pub fn gone(&self, text: &str) {
        self.wait(&format!("no {text:?}"), |screen| !screen.contains(text));
    }

    /// Types `keys` and waits for `text`.
    pub fn press(&mut self, keys: &str, text: &str) {
        self.keys(keys);
        self.see(text);
    }

    /// Shows what somebody else writes to the terminal.
    pub fn show(&self, text: &str) {
        self.shared
            .0
            .lock()
            .unwrap()
            .parser
            .process(text.as_bytes());
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.shared
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(rows, columns);
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.process_id().unwrap()).unwrap()
    }

    /// Waits until the program has ended and all it wrote was read; tells its exit code.
    pub fn ended(&mut self) -> u32 {
        let mut code = None;
        let over = wait::comes(|| {
            code = self.child.try_wait().unwrap().map(|exit| exit.exit_code());
            code.is_some()
        });
        assert!(over, "the program never ended:\n{}", self.text());
        self.read_to_the_end();
        code.unwrap()
    }

    /// A program that another test has started meanwhile may have inherited the terminal, so that its
    /// own end does not come. What is written last is read last.
    fn read_to_the_end(&self) {
        let terminal = self.name.as_ref().map(|name| {
            OpenOptions::new()
                .write(true)
                .custom_flags(OFlags::NOCTTY.bits().cast_signed())
                .open(name)
        });
        if let Some(Ok(mut terminal)) = terminal {
            // It fails if the end has come already.
            let _ = terminal.write_all(END);
        }
        let shared = self.shared.0.lock().unwrap();
        let unread = |shared: &mut Shared| {
            let last = &shared.raw[shared.raw.len().saturating_sub(64 * 1024)..];
            !shared.closed && !last.windows(END.len()).any(|part| part == END)
        };
        let read = self
            .shared
            .1
            .wait_timeout_while(shared, wait::LIMIT, unread);
        assert!(!read.unwrap().1.timed_out(), "the terminal never ended");
    }

    /// Closes the terminal under the program.
    pub fn hang_up(&mut self) {
        self.writer = None;
        self.master = None;
        // The reader holds the terminal open: what a closed window means to the program is the signal.
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_raw(self.pid()).unwrap(),
            rustix::process::Signal::HUP,
        );
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
