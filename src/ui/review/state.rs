//! What the person in a review looks at, and what their keys do.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::app::Setup;
use super::desk::{Deed, News};
use super::dialogs::{self, Dialog};
use super::keymap::{Want, want_of};
use super::screen;
use crate::clock::Moment;
use crate::plan::{Plan, Problem, Severity, Source, Span, Step};
use crate::project::Reading;
use crate::review::{self, Act, Beside, Comment, Fact, Record, Sheet, Standing, Subject};
use crate::ui::keys::Key;

/// The pane that the arrows act on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list of the steps.
    #[default]
    Steps,
    /// What the file says.
    Source,
    /// What that means.
    Meaning,
}

/// A line that tells what came of a key.
pub struct Message {
    /// What.
    pub text: String,
    /// Whether it did not go well.
    pub bad: bool,
    /// Since when it is there.
    pub since: Moment,
}

/// What has to be done outside of the screen.
#[derive(Debug)]
pub enum Reaction {
    /// Write what somebody did.
    Write(Deed),
    /// Leave.
    Quit,
    /// Let the shell have the terminal for a while.
    Suspend,
}

/// Everything that is known and looked at.
pub struct State {
    /// The plan's text.
    pub source: Source,
    /// What it says.
    pub plan: Plan,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// What it applies that does not stand in it.
    pub beside: Beside,
    /// Where its steps stand.
    pub sheets: Vec<Sheet>,
    /// What was said about it.
    pub record: Record,
    /// The same of the steps that it has now.
    pub followed: Record,
    /// Who reviews.
    pub name: String,
    /// Where the cursor stands: 0 is the plan, then come its steps.
    pub cursor: usize,
    /// What there is to know about what is under the cursor.
    pub facts: Vec<Fact>,
    /// The pane that the arrows act on.
    pub pane: Pane,
    /// How far the source is scrolled away from the step, in lines.
    pub source_by: isize,
    /// The first row of the meaning that is shown.
    pub meaning_from: usize,
    /// What is open over the screen.
    pub dialog: Option<Dialog>,
    /// What came of the last key.
    pub message: Option<Message>,
    /// Why the plan's file can't be shown as it is now.
    pub broken: Option<String>,
    /// The whole screen.
    pub size: Rect,
}

impl State {
    /// The beginning of a review.
    pub fn new(setup: Setup) -> Self {
        let beside = Beside::new(&setup.plan, setup.applied, setup.sources);
        let record = setup.record.of_texts(&beside);
        let mut state = State {
            sheets: review::sheets(&setup.plan, &setup.source, &beside.files),
            beside,
            followed: record.clone().follow(&setup.plan),
            source: setup.source,
            plan: setup.plan,
            problems: setup.problems,
            record,
            name: setup.name,
            cursor: 0,
            facts: Vec::new(),
            pane: Pane::default(),
            source_by: 0,
            meaning_from: 0,
            dialog: None,
            message: None,
            broken: None,
            size: Rect::default(),
        };
        state.go(0);
        state
    }

    /// The step under the cursor; none: the plan.
    pub fn step(&self) -> Option<(&Step, &Sheet)> {
        let sheet = self.sheets.get(self.cursor.checked_sub(1)?)?;
        Some((&self.plan.steps[sheet.step], sheet))
    }

    /// Where the file of what is under the cursor stands in the plan's text.
    pub fn file(&self) -> Span {
        let step = self.step();
        step.map_or_else(|| self.source.file_at(0), |(_, sheet)| sheet.file)
    }

    /// The text of that file.
    pub fn text(&self) -> &str {
        self.source.slice(self.file())
    }

    /// What a person approves now.
    pub fn subject(&self) -> Subject<'_> {
        self.beside.subject(self.source.text())
    }

    /// The id of the step under the cursor.
    pub fn step_id(&self) -> Option<&str> {
        self.step().map(|(step, _)| step.id.as_str())
    }

    /// How the step on `sheet` stands in the eyes of whoever reviews.
    pub fn standing(&self, sheet: &Sheet) -> Standing {
        let id = self.plan.steps[sheet.step].id.as_str();
        self.followed.standing(id, sheet, &self.name)
    }

    /// The remarks on the step called `id`, or on the plan; and, on the plan, those on steps that are
    /// no longer there.
    pub fn comments<'s>(&'s self, id: Option<&'s str>) -> impl Iterator<Item = &'s Comment> {
        self.followed
            .comments
            .iter()
            .filter(move |comment| match (comment.step.as_deref(), id) {
                (Some(step), None) => self.plan.find(step).is_none(),
                (step, id) => step == id,
            })
    }

    /// Says what came of a key.
    pub fn say(&mut self, text: impl Into<String>, bad: bool, since: Moment) {
        self.message = Some(Message {
            text: text.into(),
            bad,
            since,
        });
    }

    /// Moves the cursor.
    pub fn go(&mut self, to: usize) {
        self.cursor = to.min(self.sheets.len());
        self.source_by = 0;
        self.meaning_from = 0;
        let own = self.step().map(|(_, sheet)| sheet);
        let here = |problem: &&Problem| {
            let at = problem.span.start;
            let (file, line) = (self.source.file_at(at), self.source.line(at));
            let in_step = |sheet: &Sheet| sheet.file == file && sheet.lines.contains(&line);
            let elsewhere = || !self.sheets.iter().any(in_step);
            match problem.file {
                None => own.map_or_else(elsewhere, in_step),
                Some(_) => self.beside.concerns(problem, own.map(|sheet| sheet.step)),
            }
        };
        let problems: Vec<&Problem> = self.problems.iter().filter(here).collect();
        self.facts = match self.cursor.checked_sub(1) {
            Some(ix) => review::facts(&self.plan, self.sheets[ix].step, &problems, &self.beside),
            None => review::plan_facts(&self.plan, &problems, &self.beside),
        };
    }

    /// Takes in what is new in the files.
    pub fn take(&mut self, news: News, now: Moment) {
        match news {
            News::Record(record) => {
                self.record = record.of_texts(&self.beside);
                self.followed = self.record.clone().follow(&self.plan);
            }
            News::Trouble(why) => self.say(why, true, now),
            News::Unwritten(act, why) => dialogs::give_back(self, act, why, now),
            News::Plan(reading) => self.reread(*reading, now),
        }
    }

    /// The plan has changed: the cursor stays on its step. A text that is no plan is not shown; what is
    /// shown stays what it was, and says so.
    fn reread(&mut self, Reading { opened, applied }: Reading, now: Moment) {
        let Some(plan) = opened.plan else {
            let errors = opened.problems.iter();
            let first = errors.into_iter().find(|p| p.severity == Severity::Error);
            let why = first.map_or_else(String::new, |problem| {
                let line = opened.source.line(problem.span.start);
                format!(", line {line}: {}", problem.message)
            });
            self.broken = Some(format!("the file has changed and can't be read{why}"));
            return;
        };
        let id = self.step_id().map(str::to_owned);
        self.broken = None;
        self.beside = Beside::new(&plan, applied, opened.files);
        self.sheets = review::sheets(&plan, &opened.source, &self.beside.files);
        self.source = opened.source;
        self.plan = plan;
        self.record = std::mem::take(&mut self.record).of_texts(&self.beside);
        self.followed = self.record.clone().follow(&self.plan);
        self.problems = opened.problems;
        let ix = id.and_then(|id| self.plan.find(&id));
        self.go(ix.map_or(0, |ix| ix + 1));
        self.say("the plan has changed", false, now);
    }

    /// What a key does. What came of the one before is over when something is done.
    pub fn key(&mut self, event: KeyEvent, now: Moment) -> Option<Reaction> {
        let reaction = match self.dialog {
            Some(_) => dialogs::key(self, event, now),
            None => self.command(event, now),
        };
        if matches!(reaction, Some(Reaction::Write(_))) {
            self.message = None;
        }
        reaction
    }

    fn command(&mut self, event: KeyEvent, now: Moment) -> Option<Reaction> {
        let want = want_of(Key::from_event(&event)?)?;
        let page = usize::from(self.size.height / 2).max(1);
        match want {
            Want::Up => self.scroll(-1),
            Want::Down => self.scroll(1),
            Want::PageUp => self.scroll(-(page as isize)),
            Want::PageDown => self.scroll(page as isize),
            Want::Top => self.scroll(isize::MIN / 2),
            Want::Bottom => self.scroll(isize::MAX / 2),
            Want::Focus => {
                self.pane = match self.pane {
                    Pane::Steps => Pane::Source,
                    Pane::Source => Pane::Meaning,
                    Pane::Meaning => Pane::Steps,
                };
            }
            Want::Close => self.pane = Pane::Steps,
            Want::NextOpen => self.next_open(now),
            Want::Mark => return self.mark(now),
            Want::Comment => self.dialog = Some(Dialog::comment(self.step())),
            Want::Settle => self.settle(now),
            Want::Difference => self.difference(now),
            Want::Approve => return self.approve(now),
            Want::Help => self.dialog = Some(Dialog::Help(0)),
            Want::Quit => return Some(Reaction::Quit),
            Want::Suspend => return Some(Reaction::Suspend),
        }
        None
    }

    /// Pasted text is text, never keys.
    pub fn paste(&mut self, text: &str) {
        if let Some(dialog) = &mut self.dialog {
            dialog.paste(text);
        }
    }

    /// Moves what the arrows act on.
    pub fn scroll(&mut self, by: isize) {
        match self.pane {
            Pane::Steps => self.go(self.cursor.saturating_add_signed(by)),
            Pane::Source => {
                let first = screen::source_top(self, 0) as isize;
                let most = self.text().lines().count() as isize;
                let to = first.saturating_add(self.source_by).saturating_add(by);
                self.source_by = to.clamp(0, most.max(1) - 1) - first;
            }
            Pane::Meaning => {
                let to = self.meaning_from.saturating_add_signed(by);
                self.meaning_from = to.min(screen::meaning_most(self));
            }
        }
    }

    /// The wheel moves what is under the pointer.
    pub fn wheel(&mut self, want: Want, x: u16, y: u16) {
        if self.dialog.is_some() {
            return;
        }
        let pane = screen::pane_at(self, x, y);
        let before = std::mem::replace(&mut self.pane, pane);
        self.scroll(if want == Want::Up { -3 } else { 3 });
        self.pane = before;
    }

    /// A click picks a step, or a pane.
    pub fn click(&mut self, x: u16, y: u16) {
        if self.dialog.is_some() {
            return;
        }
        if let Some(row) = screen::row_at(self, x, y) {
            self.go(row);
        }
        self.pane = screen::pane_at(self, x, y);
    }

    fn next_open(&mut self, now: Moment) {
        let count = self.sheets.len();
        let after = (0..count).map(|n| (self.cursor + n) % count.max(1));
        let open = after
            .into_iter()
            .find(|&ix| self.standing(&self.sheets[ix]) != Standing::Mine);
        match open {
            Some(ix) => self.go(ix + 1),
            None => self.say("you have looked at every step", false, now),
        }
    }

    /// What somebody did, as the desk takes it.
    pub fn deed(&self, act: Act, now: Moment) -> Reaction {
        Reaction::Write(Deed {
            act,
            at: now.to_rfc3339(),
            digest: self.beside.digest.clone(),
            text: self.source.text().to_owned(),
            files: self.beside.files.clone(),
        })
    }

    fn mark(&mut self, now: Moment) -> Option<Reaction> {
        let Some((step, sheet)) = self.step() else {
            self.go(1);
            return None;
        };
        let id = step.id.as_str().to_owned();
        if self.standing(sheet) == Standing::Mine {
            return Some(self.deed(Act::Unmark { step: id }, now));
        }
        let act = Act::Mark {
            step: id,
            text: sheet.text.clone(),
            means: sheet.means.clone(),
            files: sheet.seen(),
        };
        let deed = self.deed(act, now);
        self.go(self.cursor + 1);
        Some(deed)
    }

    fn settle(&mut self, now: Moment) {
        let ids: Vec<u32> = self
            .comments(self.step_id())
            .map(|comment| comment.id)
            .collect();
        if ids.is_empty() {
            self.say("nobody has remarked anything here", true, now);
        } else {
            self.dialog = Some(Dialog::Settle { ids, cursor: 0 });
        }
    }

    fn approve(&mut self, now: Moment) -> Option<Reaction> {
        if self.broken.is_some() {
            self.say(
                "the file is not what is shown: it can't be approved",
                true,
                now,
            );
            return None;
        }
        let unread = self.beside.unread().next();
        let unread = unread
            .map(|(path, why)| format!("{path} can't be read, {why}: nothing can be approved"));
        if let Some(words) = unread {
            self.say(words, true, now);
            return None;
        }
        let approvals = self.record.approvers(&self.beside.digest);
        if approvals.iter().any(|approval| approval.by == self.name) {
            return Some(self.deed(Act::Withdraw, now));
        }
        self.dialog = Some(Dialog::approve(&self.beside.digest));
        None
    }
}
