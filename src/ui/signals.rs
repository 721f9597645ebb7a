//! What the system tells a screen.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What the system can tell a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caught {
    /// To go; or the terminal is gone.
    End,
    /// To leave the terminal to the shell for a while.
    Stop,
    /// To go on after having been stopped.
    Continue,
}

/// Where the system tells it.
pub struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    stop: Signal,
    resume: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn new() -> std::io::Result<Self> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    /// The next thing that it tells.
    pub async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.hangup.recv() => Caught::End,
            _ = self.terminate.recv() => Caught::End,
            _ = self.interrupt.recv() => Caught::End,
            _ = self.quit.recv() => Caught::End,
            _ = self.stop.recv() => Caught::Stop,
            _ = self.resume.recv() => Caught::Continue,
        }
    }
}
