//! What the system tells a screen.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What the system can tell a screen.
pub enum Caught {
    /// To go; or the terminal is gone.
    End,
    /// To go on after having been stopped.
    Continue,
}

/// Where the system tells it.
pub struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    resume: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn new() -> std::io::Result<Self> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    /// The next thing that it tells.
    pub async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.hangup.recv() => Caught::End,
            _ = self.terminate.recv() => Caught::End,
            _ = self.interrupt.recv() => Caught::End,
            _ = self.resume.recv() => Caught::Continue,
        }
    }
}
