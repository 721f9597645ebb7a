//! The terminal: taken over for the screen, and given back whatever happens.

use std::io::{self, BufWriter, Stdout, Write, stdout};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use rustix::process::{Signal, getpid, kill_process};

use super::signals::Caught;

/// More bytes than a frame has: it is written at once, so that a terminal never shows half of one.
const FRAME_ROOM: usize = 256 << 10;

/// The terminal while the screen has it. Dropping it gives the terminal back.
pub struct Screen {
    pub terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
}

impl Screen {
    /// Takes the terminal over. A panic from here on gives it back before it says anything.
    pub fn open() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        take_over()?;
        let whole_frames = BufWriter::with_capacity(FRAME_ROOM, stdout());
        let terminal = Terminal::new(CrosstermBackend::new(whole_frames))?;
        Ok(Screen { terminal })
    }

    /// Does what the system tells it. False: the screen has to go.
    pub fn obey(&mut self, caught: Caught) -> io::Result<bool> {
        match caught {
            Caught::End => return Ok(false),
            Caught::Stop => self.suspend()?,
            Caught::Continue => self.come_back()?,
        }
        Ok(true)
    }

    /// Lets the shell have the terminal until it brings us back to the foreground.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        kill_process(getpid(), Signal::STOP)?;
        self.come_back()
    }

    /// Takes the terminal over again after a stop that we may not have seen coming. The library
    /// believes that nothing changed meanwhile, so it is told to let go first.
    pub fn come_back(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        take_over()?;
        let size = self.terminal.size()?;
        self.terminal
            .resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take_over() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste,
        crossterm::cursor::Hide
    )
}

/// Every mode that was turned on is turned off. A terminal that is gone can't be given back, and
/// nobody is there to be told.
fn give_back() {
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}
