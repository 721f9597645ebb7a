//! The loop of the monitor's screen: one thing is taken in at a time, then a frame is drawn.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{Event as TerminalEvent, EventStream, MouseButton, MouseEventKind};
use crossterm::execute;
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};

use super::act::{Act, Answer, Hands, Tasked};
use super::frames::Frames;
use super::keymap::Want;
use super::screen::{Clicked, Look};
use super::state::{Reel, State};
use crate::clock::{Clock, Moment, SystemClock};
use crate::monitor::{Frame, Health, Inspector, Monitor, Recorder, Signaller, Tape};
use crate::ui::panels::watch::Cursor;
use crate::ui::signals::Signals;
use crate::ui::terminal::Screen;
use crate::ui::theme::Theme;

/// The pause after a frame of a recording that can't be read on.
const PAUSE: Duration = Duration::from_secs(1);

/// Where what is shown comes from.
pub enum Source {
    /// From servers, now.
    Live(Live),
    /// From a recording.
    Tape(Tape),
}

/// Servers that are watched.
pub struct Live {
    /// Who watches.
    pub monitor: Monitor,
    /// The names of the databases.
    pub databases: Vec<String>,
    /// Where what is seen is written down, if it is.
    pub recorder: Option<Recorder>,
}

/// What the screen is opened on.
pub struct Setup {
    /// Where what is shown comes from.
    pub source: Source,
    /// The clock.
    pub clock: SystemClock,
}

/// Shows what is watched until somebody leaves.
pub async fn open(setup: Setup) -> anyhow::Result<()> {
    let mut app = App::new(setup)?;
    let mut screen = Screen::open().context("failed to take the terminal over")?;
    let result = app.run(&mut screen).await;
    drop(screen);
    result?;
    if let Some(monitor) = app.monitor {
        monitor.stop().await;
    }
    Ok(())
}

struct App {
    state: State,
    health: Arc<Health>,
    news: Option<watch::Receiver<Arc<Health>>>,
    /// Keeps what is watched being watched.
    monitor: Option<Monitor>,
    hands: Hands,
    recorder: Option<Recorder>,
    tape: Option<Tape>,
    /// When the frame of the recording was made that is shown, and which one it is.
    played: Option<(usize, Moment)>,
    answers: (mpsc::Sender<Answer>, mpsc::Receiver<Answer>),
    theme: Theme,
    clock: SystemClock,
    frames: Frames,
    left: bool,
}

impl App {
    fn new(setup: Setup) -> anyhow::Result<Self> {
        let mut app = App {
            state: State::default(),
            health: Arc::default(),
            news: None,
            monitor: None,
            hands: Hands::default(),
            recorder: None,
            tape: None,
            played: None,
            answers: mpsc::channel(16),
            theme: Theme::from_environment(),
            clock: setup.clock,
            frames: Frames::default(),
            left: false,
        };
        match setup.source {
            Source::Live(live) => app.watch(live),
            Source::Tape(tape) => {
                app.state.reel = Some(Reel {
                    at: 0,
                    frames: tape.frames(),
                    plays: true,
                    speed: 1,
                });
                app.state.missing = tape.missing().to_vec();
                app.tape = Some(tape);
                app.play()?;
            }
        }
        Ok(app)
    }

    fn watch(&mut self, live: Live) {
        let Live {
            mut monitor,
            databases,
            recorder,
        } = live;
        // Nobody drives a run by them here.
        drop(monitor.take_alerts());
        let inspector = |name: &String| Some((name.clone(), monitor.inspector(name)?));
        let signaller = |name: &String| Some((name.clone(), monitor.signaller(name)?));
        let inspectors = databases.iter().filter_map(inspector);
        let inspectors: std::collections::HashMap<String, Inspector> = inspectors.collect();
        let signallers = databases.iter().filter_map(signaller);
        let signallers: std::collections::HashMap<String, Signaller> = signallers.collect();
        self.hands = Hands {
            inspectors,
            signallers,
        };
        self.news = Some(monitor.health());
        self.recorder = recorder;
        self.monitor = Some(monitor);
    }

    async fn run(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        let mut events = EventStream::new();
        let mut signals = Signals::new()?;
        while !self.left {
            let next = self.frames.wait(self.clock.now());
            if next.is_zero() {
                self.draw(screen)?;
                continue;
            }
            let (plays, pause) = (self.plays(), self.pause());
            tokio::select! {
                event = events.next() => {
                    let Some(Ok(event)) = event else { break };
                    self.terminal_event(event, screen)?;
                    if self.state.typing && !self.frames.may_echo(self.clock.now()) {
                        self.frames.news(self.clock.now());
                    } else {
                        self.draw(screen)?;
                    }
                }
                newest = newest(&mut self.news) => {
                    let first = !shows_something(&self.health) && shows_something(&newest);
                    self.take_in(newest);
                    if first {
                        // Somebody waits for it since the start.
                        self.draw(screen)?;
                    } else {
                        self.frames.news(self.clock.now());
                    }
                }
                Some(answer) = self.answers.1.recv() => {
                    for act in self.state.take(answer) {
                        self.act(act, screen)?;
                    }
                    self.frames.news(self.clock.now());
                }
                () = tokio::time::sleep(pause), if plays => {
                    self.go_on()?;
                    self.frames.news(self.clock.now());
                }
                () = tokio::time::sleep(next) => {}
                caught = signals.next() => {
                    if !screen.obey(caught)? {
                        break;
                    }
                    self.draw(screen)?;
                }
            }
        }
        Ok(())
    }

    /// Takes in what is new. What can't be recorded any more is not passed over in silence, and goes on
    /// being shown.
    fn take_in(&mut self, newest: Arc<Health>) {
        if let Some(recorder) = &mut self.recorder {
            let frame = Frame {
                at: self.clock.now(),
                health: Arc::clone(&newest),
            };
            if let Err(error) = recorder.add(&frame) {
                let words = format!("the recording ends here: {error}");
                self.state.message = Some((words, true));
                self.recorder = None;
            }
        }
        self.health = newest;
        if let Some(task) = self.state.look_again(self.clock.now()) {
            self.begin(task);
        }
    }

    fn begin(&self, task: Tasked) {
        let health = self.state.health(&self.health);
        if let Some(database) = self.state.database_name(health) {
            self.hands.begin(task, &database, self.answers.0.clone());
        }
    }

    fn plays(&self) -> bool {
        self.state
            .reel
            .is_some_and(|reel| reel.plays && reel.at + 1 < reel.frames)
    }

    /// The time until the next frame of the recording.
    fn pause(&mut self) -> Duration {
        let plays = self.plays();
        let (Some(reel), Some(tape), Some((_, at)), true) =
            (self.state.reel, &mut self.tape, self.played, plays)
        else {
            return Duration::MAX;
        };
        let next = tape.frame(reel.at + 1).ok().map(|frame| frame.at.since(at));
        let pause = next.unwrap_or(PAUSE) / reel.speed.max(1);
        // A recording may have been interrupted for hours.
        pause.clamp(Duration::from_millis(20), Duration::from_secs(5))
    }

    fn go_on(&mut self) -> anyhow::Result<()> {
        if let Some(reel) = &mut self.state.reel {
            reel.at += 1;
        }
        self.play()
    }

    /// Shows the frame of the recording that is to be shown.
    fn play(&mut self) -> anyhow::Result<()> {
        let (Some(reel), Some(tape)) = (self.state.reel, &mut self.tape) else {
            return Ok(());
        };
        if self.played.is_some_and(|(at, _)| at == reel.at) {
            return Ok(());
        }
        match (tape.frame(reel.at), self.played) {
            (Ok(frame), _) => {
                self.health = frame.health;
                self.played = Some((reel.at, frame.at));
            }
            // What is seen stays what was last seen.
            (Err(error), Some((_, at))) => {
                let words = format!("frame {} can't be played: {error}", reel.at + 1);
                self.state.message = Some((words, true));
                self.played = Some((reel.at, at));
            }
            (Err(error), None) => return Err(error).context("failed to read the recording"),
        }
        Ok(())
    }

    fn now(&self) -> Moment {
        self.played.map_or_else(|| self.clock.now(), |(_, at)| at)
    }

    fn draw(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        self.state.settle(&self.health);
        let size = screen.area()?;
        let look = self.look();
        screen.draw(|area, buffer| look.draw(area, buffer))?;
        self.state.size = size;
        self.frames.drawn(self.clock.now());
        Ok(())
    }

    fn look(&self) -> Look<'_> {
        Look {
            state: &self.state,
            health: &self.health,
            now: self.now(),
            theme: self.theme,
        }
    }

    fn terminal_event(&mut self, event: TerminalEvent, screen: &mut Screen) -> anyhow::Result<()> {
        let now = self.now();
        let acts = match event {
            TerminalEvent::Key(key) => self.state.key(&key, &self.health, now),
            TerminalEvent::Mouse(mouse) => {
                self.mouse(mouse.kind, mouse.column, mouse.row);
                Vec::new()
            }
            TerminalEvent::Paste(text) if self.state.typing => {
                self.state.session = Cursor::default();
                self.state.filter.push_str(text.trim());
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.play()?;
        for act in acts {
            self.act(act, screen)?;
        }
        Ok(())
    }

    fn mouse(&mut self, kind: MouseEventKind, x: u16, y: u16) {
        match kind {
            MouseEventKind::ScrollDown => self.state.wheel(Want::Down, &self.health),
            MouseEventKind::ScrollUp => self.state.wheel(Want::Up, &self.health),
            MouseEventKind::Down(MouseButton::Left) => {
                match self.look().clicked(self.state.size, x, y) {
                    Clicked::Tab(tab) => self.state.show(tab),
                    Clicked::Session(pid) => self.state.session = Cursor::on(Some(pid)),
                    Clicked::Nothing => {}
                }
            }
            _ => {}
        }
    }

    fn act(&mut self, act: Act, screen: &mut Screen) -> anyhow::Result<()> {
        match act {
            Act::Task(task) => self.begin(task),
            Act::Copy(text) => {
                let mut terminal = std::io::stdout();
                execute!(terminal, CopyToClipboard::to_clipboard_from(text))?;
            }
            Act::Quit => self.left = true,
            Act::Suspend => screen.suspend()?,
        }
        Ok(())
    }
}

/// Whether anything has been seen of a database.
fn shows_something(health: &Health) -> bool {
    let mut databases = health.databases.iter();
    databases.any(|database| database.picture.is_some())
}

/// What is newest when it is new; never anything of a recording.
async fn newest(news: &mut Option<watch::Receiver<Arc<Health>>>) -> Arc<Health> {
    if let Some(news) = news
        && news.changed().await.is_ok()
    {
        return Arc::clone(&news.borrow_and_update());
    }
    std::future::pending().await
}
