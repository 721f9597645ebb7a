//! The loop of the review's screen: one thing is taken in at a time, then a frame is drawn.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use crossterm::event::{Event as TerminalEvent, EventStream, MouseButton, MouseEventKind};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::desk::{Deed, Desk, News};
use super::dialogs;
use super::keymap::Want;
use super::screen;
use super::state::{Reaction, State};
use crate::clock::{Clock, SystemClock};
use crate::plan::migrations::Applied;
use crate::plan::{Plan, Problem, Source};
use crate::review::Record;
use crate::ui::signals::Signals;
use crate::ui::terminal::Screen;
use crate::ui::theme::Theme;

/// How much may wait to be written or shown.
const ROOM: usize = 64;
/// How often messages grow old.
const TICK: Duration = Duration::from_secs(1);

/// What the screen is opened on.
pub struct Setup {
    /// The plan's file.
    pub path: PathBuf,
    /// Its text.
    pub source: Source,
    /// What it says.
    pub plan: Plan,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// The other files that something is wrong with.
    pub sources: Vec<Source>,
    /// What it applies that does not stand in it.
    pub applied: Applied,
    /// What was said about it so far.
    pub record: Record,
    /// Who reviews.
    pub name: String,
}

/// Shows the review until somebody leaves.
pub async fn open(setup: Setup) -> anyhow::Result<()> {
    let (deeds, wishes) = mpsc::channel(ROOM);
    let (tell, news) = mpsc::channel(ROOM);
    let desk = Desk::new(
        &setup.path,
        (&setup.plan, &setup.applied),
        setup.name.clone(),
    );
    let work = tokio::spawn(desk.work(wishes, tell));
    let mut app = App {
        state: State::new(setup),
        theme: Theme::from_environment(),
        clock: SystemClock::new(),
        deeds,
        news,
        left: false,
    };
    let mut screen = Screen::open().context("failed to take the terminal over")?;
    let result = app.run(&mut screen).await;
    drop(screen);
    // What was done last is written before we go.
    drop(app);
    work.await.context("the review's file was left alone")?;
    result
}

struct App {
    state: State,
    theme: Theme,
    clock: SystemClock,
    deeds: mpsc::Sender<Deed>,
    news: mpsc::Receiver<News>,
    left: bool,
}

impl App {
    async fn run(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        let mut events = EventStream::new();
        let mut signals = Signals::new()?;
        let mut ticks = tokio::time::interval(TICK);
        while !self.left {
            self.draw(screen)?;
            tokio::select! {
                event = events.next() => {
                    // A terminal without events is gone.
                    let Some(Ok(event)) = event else { break };
                    self.terminal_event(event, screen)?;
                }
                Some(news) = self.news.recv() => self.state.take(news, self.clock.now()),
                _ = ticks.tick() => {}
                caught = signals.next() => {
                    if !screen.obey(caught)? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn draw(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        self.state.size = screen.area()?;
        let (state, theme, now) = (&self.state, self.theme, self.clock.now());
        screen.draw(|area, buffer| screen::draw(state, theme, now, area, buffer))?;
        Ok(())
    }

    fn terminal_event(&mut self, event: TerminalEvent, screen: &mut Screen) -> anyhow::Result<()> {
        let now = self.clock.now();
        let reaction = match event {
            TerminalEvent::Key(key) => self.state.key(key, now),
            TerminalEvent::Paste(text) => {
                self.state.paste(&text);
                None
            }
            TerminalEvent::Mouse(mouse) => {
                match mouse.kind {
                    MouseEventKind::ScrollDown => {
                        self.state.wheel(Want::Down, mouse.column, mouse.row);
                    }
                    MouseEventKind::ScrollUp => self.state.wheel(Want::Up, mouse.column, mouse.row),
                    MouseEventKind::Down(MouseButton::Left) => {
                        self.state.click(mouse.column, mouse.row);
                    }
                    _ => {}
                }
                None
            }
            _ => None,
        };
        match reaction {
            Some(Reaction::Write(deed)) => self.write(deed),
            Some(Reaction::Quit) => self.left = true,
            Some(Reaction::Suspend) => screen.suspend()?,
            None => {}
        }
        Ok(())
    }

    fn write(&mut self, deed: Deed) {
        if let Err(error) = self.deeds.try_send(deed) {
            let now = self.clock.now();
            let words = "what you did before is not written yet";
            dialogs::give_back(&mut self.state, error.into_inner().act, words, now);
        }
    }
}
