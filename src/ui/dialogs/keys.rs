//! What keys do while something lies over the screen.

use crossterm::event::KeyEvent;
use ratatui_textarea::TextArea;

use super::{Ask, Confirmation, Dialog, Pick, Picked, Purpose, RollBack};
use crate::clock::Moment;
use crate::run::Refusal;
use crate::ui::intent::Intent;
use crate::ui::keys::Key;
use crate::ui::output::Direction;
use crate::ui::update::{Act, OutputMove, carry_out};
use crate::ui::view::View;
use crate::ui::world::World;

/// Gives a key to the dialog that is open. A dialog that is done is closed; one that can't be read on
/// this screen can only be left.
pub fn key(view: &mut View, world: &World, event: KeyEvent, now: Moment) -> Vec<Act> {
    let Some(mut dialog) = view.dialog.take() else {
        return Vec::new();
    };
    let key = Key::from_event(&event);
    if matches!(key, Some(Key::Esc | Key::Ctrl('c'))) {
        return Vec::new();
    }
    if view.size.is_some_and(|screen| !dialog.fits(screen)) {
        view.dialog = Some(dialog);
        return Vec::new();
    }
    let outcome = match &mut dialog {
        Dialog::Help(top) => help(top, key),
        Dialog::Ask(ask) => self::ask(ask, world, event, key),
        Dialog::Confirm(confirmation) => confirm(confirmation, event, key),
        Dialog::Pick(pick) => self::pick(pick, key),
        Dialog::RollBack(rollback) => roll_back(rollback, world, event, key, now),
        Dialog::Quit => quit(key),
    };
    if outcome.sends() {
        view.message = None;
        let moot = dialog.moot(&world.plan, &world.state);
        if let Some(why) = moot.or_else(|| world.unheard()) {
            view.say(format!("{why}: nothing was sent"), true, now);
            view.dialog = Some(dialog);
            return Vec::new();
        }
    }
    match outcome {
        Outcome::Stay => {
            view.dialog = Some(dialog);
            Vec::new()
        }
        Outcome::Close => Vec::new(),
        Outcome::Do(act) => vec![act],
        Outcome::Search(text) => {
            view.search.clone_from(&text);
            vec![Act::Output(OutputMove::Find(text, Direction::Backward))]
        }
        Outcome::Picked(Picked::Command(command)) => vec![Act::Send(command)],
        Outcome::Picked(Picked::Intent(intent)) => carry_out(view, world, intent, now),
        Outcome::Picked(Picked::Value(name)) => {
            view.dialog = Some(Dialog::Ask(Box::new(Ask::value(&name, world))));
            Vec::new()
        }
    }
}

/// What a key came to.
enum Outcome {
    Stay,
    Close,
    Do(Act),
    Search(String),
    Picked(Picked),
}

impl Outcome {
    /// Whether the engine is to hear of it.
    fn sends(&self) -> bool {
        matches!(
            self,
            Outcome::Do(Act::Send(_)) | Outcome::Picked(Picked::Command(_))
        )
    }
}

fn help(top: &mut usize, key: Option<Key>) -> Outcome {
    match key {
        Some(Key::Down) => *top += 1,
        Some(Key::Up) => *top = top.saturating_sub(1),
        Some(Key::PageDown) => *top += 10,
        Some(Key::PageUp) => *top = top.saturating_sub(10),
        Some(Key::Home) => *top = 0,
        _ => return Outcome::Close,
    }
    Outcome::Stay
}

fn ask(ask: &mut Ask, world: &World, event: KeyEvent, key: Option<Key>) -> Outcome {
    if key != Some(Key::Enter) {
        ask.error = None;
        ask.input.input(event);
        return Outcome::Stay;
    }
    let text = ask.text();
    if text.is_empty() && !ask.may_be_empty {
        ask.error = Some("it can't be empty".to_owned());
        return Outcome::Stay;
    }
    if let Purpose::Value(name) = &ask.purpose
        && let Some(why) = world.plan.var(name).and_then(|var| var.refuses(&text))
    {
        ask.error = Some(why);
        return Outcome::Stay;
    }
    match ask.command() {
        Some(command) => Outcome::Do(Act::Send(command)),
        None => Outcome::Search(text),
    }
}

fn confirm(confirmation: &mut Confirmation, event: KeyEvent, key: Option<Key>) -> Outcome {
    if key == Some(confirmation.key) && confirmation.is_typed() {
        return Outcome::Do(Act::Send(confirmation.command.clone()));
    }
    match key {
        Some(Key::Up) => confirmation.top = confirmation.top.saturating_sub(1),
        Some(Key::Down) => confirmation.top += 1,
        _ => {
            if let Some((_, input)) = &mut confirmation.typed {
                type_into(input, event, key);
            }
        }
    }
    Outcome::Stay
}

/// A line has no second line.
fn type_into(input: &mut TextArea<'static>, event: KeyEvent, key: Option<Key>) {
    if key != Some(Key::Enter) {
        input.input(event);
    }
}

fn pick(pick: &mut Pick, key: Option<Key>) -> Outcome {
    let last = pick.items.len().saturating_sub(1);
    let chosen = match key {
        Some(Key::Up) => {
            pick.at = pick.at.saturating_sub(1);
            return Outcome::Stay;
        }
        Some(Key::Down) => {
            pick.at = (pick.at + 1).min(last);
            return Outcome::Stay;
        }
        Some(Key::Enter) => pick.items.get(pick.at),
        Some(Key::Char(c)) => pick.items.iter().find(|item| item.key == c),
        _ => None,
    };
    match chosen {
        Some(item) if item.refused.is_none() => Outcome::Picked(item.picked.clone()),
        _ => Outcome::Stay,
    }
}

fn roll_back(
    dialog: &mut RollBack,
    world: &World,
    event: KeyEvent,
    key: Option<Key>,
    now: Moment,
) -> Outcome {
    let (plan, state) = (&world.plan, &world.state);
    dialog.error = None;
    match key {
        Some(Key::Left) => dialog.step(plan, state, now, -1),
        Some(Key::Right) => dialog.step(plan, state, now, 1),
        Some(Key::Down) => dialog.top += 1,
        Some(Key::Up) => dialog.top = dialog.top.saturating_sub(1),
        Some(Key::Enter) => {
            let preview = dialog.preview(plan, state, now).map_err(|Refusal(why)| why);
            match preview.and_then(|preview| dialog.command(plan, state, &preview)) {
                Ok(command) => return Outcome::Do(Act::Send(command)),
                Err(why) => dialog.error = Some(why),
            }
        }
        _ => {
            dialog.typed.input(event);
        }
    }
    Outcome::Stay
}

fn quit(key: Option<Key>) -> Outcome {
    match key {
        Some(Key::Enter | Key::Char('q')) => Outcome::Do(Act::Quit),
        Some(Key::Char('S')) => Outcome::Picked(Picked::Intent(Intent::Stop)),
        Some(Key::Char('R')) => Outcome::Picked(Picked::Intent(Intent::RollBack)),
        _ => Outcome::Stay,
    }
}
