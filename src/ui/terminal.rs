//! The terminal: taken over for the screen, and given back whatever happens.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::mem::ManuallyDrop;

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::{Backend, ClearType, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::process::{Signal, getpid, kill_process};

use super::signals::Caught;

/// More bytes than a frame has: it is written at once, so that a terminal never shows half of one.
const FRAME_ROOM: usize = 256 << 10;
/// The columns and rows that are drawn at most: more than any screen shows. A terminal that nobody
/// measured may claim 65,535 of each, and a picture of that size needs all the memory there is.
const MOST: Size = Size::new(2_000, 500);

/// The terminal while the screen has it. Dropping it gives the terminal back.
pub struct Screen {
    /// Never dropped by itself: it would complain of a terminal that is gone on standard error, and panic
    /// where that was the terminal.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    /// What is drawn on.
    area: Rect,
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
        let area = drawable(crossterm::terminal::size()?.into());
        let viewport = Viewport::Fixed(area);
        let backend = CrosstermBackend::new(whole_frames);
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        Ok(Screen {
            terminal: ManuallyDrop::new(terminal),
            area,
        })
    }

    /// What is to be drawn on: the terminal as it is now.
    pub fn area(&mut self) -> io::Result<Rect> {
        let area = drawable(self.terminal.size()?);
        if area != self.area {
            self.fit(area)?;
        }
        Ok(area)
    }

    /// Draws a frame on what [`Screen::area`] said last.
    pub fn draw(&mut self, paint: impl FnOnce(Rect, &mut Buffer)) -> io::Result<()> {
        self.terminal
            .draw(|frame| paint(frame.area(), frame.buffer_mut()))?;
        Ok(())
    }

    /// Whatever another size has left behind is gone, also where nothing will be drawn.
    fn fit(&mut self, area: Rect) -> io::Result<()> {
        self.area = area;
        self.terminal.backend_mut().clear_region(ClearType::All)?;
        self.terminal.resize(area)
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
        let area = drawable(self.terminal.size()?);
        self.fit(area)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn drawable(size: Size) -> Rect {
    let (width, height) = (size.width.min(MOST.width), size.height.min(MOST.height));
    Rect::new(0, 0, width, height)
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
