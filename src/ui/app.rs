//! The loop of the screen: one thing is taken in at a time, from the keys, the run, the readers of
//! outputs, the clock and the system; then a frame is drawn from what is known. Nothing in it waits
//! for the disk, a server or the engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use crossterm::event::{Event as TerminalEvent, EventStream, KeyCode, KeyEvent};
use futures_util::StreamExt;
use tokio::time::MissedTickBehavior;

use super::dialogs::Dialog;
use super::mouse;
use super::outputs::Outputs;
use super::panels;
use super::scene::Scene;
use super::screen;
use super::signals::Signals;
use super::terminal::Screen;
use super::theme::Theme;
use super::update::{self, Act};
use super::view::View;
use super::world::{Link, World};
use crate::clock::{Clock, Moment, SystemClock};
use crate::journal::event::{BackendAnswered, DriverAttached};
use crate::journal::{Actor, Entry, Event};
use crate::plan::Plan;
use crate::run::{Command, RunDir, RunState, SessionName};
use crate::wire::{Feed, FromEngine, News};

/// How often clocks on the screen move.
const TICK: Duration = Duration::from_millis(250);
/// The least time between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(16);
/// How much news is taken in before a frame is drawn.
const BATCH: usize = 1_000;

/// What a screen is opened on.
pub struct Setup {
    /// The plan that is being run.
    pub plan: Arc<Plan>,
    /// The run's directory.
    pub dir: RunDir,
    /// Who sits at the screen.
    pub name: String,
    /// What is heard of the run.
    pub feed: Feed,
    /// What somebody is told who is about to leave while the run goes on.
    pub farewell: Vec<String>,
}

/// Shows the run until somebody leaves, and tells where it stands then.
pub async fn open(setup: Setup) -> anyhow::Result<RunState> {
    let mut app = App {
        world: World::new(setup.plan, setup.dir, setup.name, setup.farewell),
        view: View::default(),
        outputs: Outputs::default(),
        theme: Theme::from_environment(),
        clock: SystemClock::new(),
        feed: setup.feed,
        asked: HashMap::new(),
        next_id: 1,
        drawn: Moment::default(),
        left: false,
        panic_at: std::env::var("GONOGO_PANIC_AT_KEY")
            .ok()
            .and_then(|key| key.chars().next()),
    };
    let mut screen = Screen::open().context("failed to take the terminal over")?;
    let result = app.run(&mut screen).await;
    drop(screen);
    result?;
    Ok(app.world.state)
}

struct App {
    world: World,
    view: View,
    outputs: Outputs,
    theme: Theme,
    clock: SystemClock,
    feed: Feed,
    /// What was wished and not answered yet.
    asked: HashMap<u64, (Command, Moment)>,
    next_id: u64,
    /// When the last frame was drawn.
    drawn: Moment,
    /// Whether somebody has left the screen.
    left: bool,
    /// A fault to inject: the key at which the screen panics.
    panic_at: Option<char>,
}

/// Why a frame has to be drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    /// A key was pressed: at once.
    Now,
    /// Something is new: soon.
    Soon,
    /// Nothing is.
    No,
}

impl App {
    async fn run(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        let mut events = EventStream::new();
        let mut signals = Signals::new()?;
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = Due::Now;
        while !self.left {
            if due == Due::Now || (due == Due::Soon && self.may_draw()) {
                self.draw(screen)?;
                due = Due::No;
            }
            let soon = if due == Due::Soon {
                FRAME
            } else {
                Duration::MAX
            };
            tokio::select! {
                event = events.next() => {
                    // A terminal without events is gone.
                    let Some(Ok(event)) = event else { break };
                    due = self.terminal_event(event, screen)?;
                }
                news = self.feed.news.recv() => {
                    let Some(news) = news else { break };
                    self.take_in(news)?;
                    if due == Due::No {
                        due = Due::Soon;
                    }
                }
                () = self.outputs.changed() => {
                    // A search tells how far it is all the time; anything else answers a key, or comes
                    // now and then.
                    if !self.outputs.are_searching() {
                        due = Due::Now;
                    } else if due == Due::No {
                        due = Due::Soon;
                    }
                }
                _ = ticks.tick() => due = Due::Now,
                () = tokio::time::sleep(soon), if due == Due::Soon => {}
                caught = signals.next() => {
                    if !screen.obey(caught)? {
                        break;
                    }
                    due = Due::Now;
                }
            }
        }
        Ok(())
    }

    fn may_draw(&self) -> bool {
        self.clock.now().since(self.drawn) >= FRAME
    }

    fn draw(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        self.outputs.follow(&self.world, &self.view);
        let now = self.clock.now();
        // The numbers of wishes only grow.
        let first = self.asked.iter().min_by_key(|(id, _)| **id);
        self.world.asked = first.map(|(_, (_, at))| *at);
        self.view.settle(&self.world, now);
        let area = screen.area()?;
        self.view.size = Some(area);
        let outputs = self.outputs.windows();
        let scene = scene(&self.world, &self.view, &outputs, now, self.theme);
        let step = screen::areas(area, &self.world, &self.view).step;
        self.outputs
            .fit(&panels::output_areas(&scene, step), &self.view);
        screen.draw(|area, buffer| screen::draw(&scene, area, buffer))?;
        self.drawn = now;
        Ok(())
    }

    fn terminal_event(&mut self, event: TerminalEvent, screen: &mut Screen) -> anyhow::Result<Due> {
        let now = self.clock.now();
        let acts = match event {
            TerminalEvent::Key(key) => {
                self.panic_as_told(key);
                update::key(&mut self.view, &self.world, key, now)
            }
            TerminalEvent::Mouse(event) => {
                let outputs = self.outputs.windows();
                let scene = scene(&self.world, &self.view, &outputs, now, self.theme);
                let size = self.view.size.unwrap_or_default();
                let target = mouse::target(&scene, size, event.column, event.row);
                mouse::mouse(&mut self.view, &self.world, target, event.kind, now)
            }
            TerminalEvent::Paste(text) => {
                paste(&mut self.view, &text);
                Vec::new()
            }
            _ => Vec::new(),
        };
        for act in acts {
            self.act(act, screen)?;
        }
        Ok(Due::Now)
    }

    #[expect(clippy::panic, reason = "that is the fault which is injected")]
    fn panic_as_told(&self, key: KeyEvent) {
        if let (Some(at), KeyCode::Char(typed)) = (self.panic_at, key.code)
            && at == typed
        {
            panic!("as told by GONOGO_PANIC_AT_KEY");
        }
    }

    fn act(&mut self, act: Act, screen: &mut Screen) -> anyhow::Result<()> {
        match act {
            Act::Send(command) => self.send(command),
            Act::Output(to) => self.outputs.go(&to),
            Act::Quit => self.left = true,
            Act::Suspend => screen.suspend()?,
        }
        Ok(())
    }

    fn send(&mut self, command: Command) {
        let (id, now) = (self.next_id, self.clock.now());
        self.next_id += 1;
        if self.feed.wishes.try_send((id, command.clone())).is_ok() {
            self.asked.insert(id, (command, now));
        } else {
            self.view
                .say("the engine does not take commands now", true, now);
        }
    }

    /// Takes in what was heard, and whatever else has been heard meanwhile.
    fn take_in(&mut self, first: News) -> anyhow::Result<()> {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(news) = next {
            match news {
                News::Lost(why) => self.lose(why),
                News::Frame(frame) => self.frame(frame)?,
            }
            taken += 1;
            next = if taken < BATCH {
                self.feed.news.try_recv().ok()
            } else {
                None
            };
        }
        Ok(())
    }

    /// The engine is gone. What it was told last it may have heard or not: that shows when there is one again.
    fn lose(&mut self, why: String) {
        self.world.link = Link::Lost(why);
        self.world.driver = None;
        if !std::mem::take(&mut self.asked).is_empty() {
            let words =
                "the engine went away without an answer: look what was done before asking again";
            self.view.say(words, true, self.clock.now());
        }
    }

    fn frame(&mut self, frame: FromEngine) -> anyhow::Result<()> {
        let now = self.clock.now();
        self.world.heard = Some(now);
        if let FromEngine::Entry(entry) = &frame {
            self.heard(entry, now);
        }
        let reply = self
            .world
            .take(frame)
            .context("the run's journal does not fit its plan")?;
        let Some((id, refusal)) = reply else {
            return Ok(());
        };
        let asked = self.asked.remove(&id).map(|(command, _)| command);
        match refusal {
            Some(why) => self.view.say(why, true, now),
            None => self.granted(asked, now),
        }
        Ok(())
    }

    /// What happened shows by itself, except for these.
    fn heard(&mut self, entry: &Entry, now: Moment) {
        match &entry.event {
            Event::BackendAnswered(answer) => {
                self.view.say(answer.result.clone(), !answer.done, now);
                // The grant may come later, and has no more to say.
                self.asked
                    .retain(|_, (asked, _)| !is_answered(asked, answer));
            }
            // Of what was long before this screen came nobody has to be told; of what was while it did not
            // hear the engine, whoever drove until then.
            Event::DriverAttached(driver) if self.world.link == Link::Up || self.world.drove => {
                if let Some(words) = taken_words(&self.world, &entry.actor, driver) {
                    self.view.say(words, true, now);
                }
            }
            _ => {}
        }
    }

    /// What was granted shows by itself, except for these.
    fn granted(&mut self, asked: Option<Command>, now: Moment) {
        match asked {
            Some(Command::Input { .. }) => self.view.say("typed", false, now),
            Some(Command::Note { .. }) => self.view.say("noted", false, now),
            Some(Command::Set { name, .. }) => self.view.say(format!("{name} is set"), false, now),
            Some(Command::Cancel(SessionName { pid, .. })) => {
                self.view
                    .say(format!("asked {pid} to cancel …"), false, now);
            }
            Some(Command::Terminate(SessionName { pid, .. })) => {
                self.view.say(format!("asked {pid} to end …"), false, now);
            }
            Some(Command::Rollback { .. }) => self.view.cursor = None,
            _ => {}
        }
    }
}

/// Who has the wheel now, who had it until now, and why; nothing where whoever sits here has it again.
fn taken_words(world: &World, by: &Actor, now: &DriverAttached) -> Option<String> {
    let Some(reason) = &now.taken else {
        let is_news = world.drove && by.name != world.name;
        return is_news.then(|| format!("{by} drives now: `t` takes control"));
    };
    let before = world.state.driver.as_ref();
    let from = before.map_or_else(String::new, |driver| format!(" from {}", driver.name));
    Some(format!("{by} took control{from}: {reason}"))
}

/// Whether `asked` is the wish that has this answer.
fn is_answered(asked: &Command, answer: &BackendAnswered) -> bool {
    let (Command::Cancel(session) | Command::Terminate(session)) = asked else {
        return false;
    };
    let database = session.database.as_ref();
    session.pid == answer.pid && database.is_none_or(|name| *name == answer.database)
}

fn scene<'a>(
    world: &'a World,
    view: &'a View,
    outputs: &'a [Arc<super::output::Window>],
    now: Moment,
    theme: Theme,
) -> Scene<'a> {
    Scene {
        world,
        view,
        outputs,
        now,
        theme,
    }
}

/// Pasted text is text, never keys; where none is asked for, it is nothing.
fn paste(view: &mut View, text: &str) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match &mut view.dialog {
        Some(Dialog::Ask(ask)) => drop(ask.input.insert_str(line)),
        Some(Dialog::Confirm(confirmation)) => {
            if let Some((_, input)) = &mut confirmation.typed {
                input.insert_str(line);
            }
        }
        Some(Dialog::RollBack(rollback)) => drop(rollback.typed.insert_str(line)),
        _ => {}
    }
}
