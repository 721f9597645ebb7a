//! What opens over the screen of a review: a remark, an approval, remarks to settle, what has changed,
//! the keys.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};
use ratatui_textarea::{CursorMove, TextArea};

use super::keymap::KEYMAP;
use super::screen::Look;
use super::state::{Reaction, State};
use crate::clock::Moment;
use crate::plan::{Step, count};
use crate::review::{Act, DiffLine, Sheet};
use crate::ui::boxes;
use crate::ui::keys::Key;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{chars, clip};

/// Why an approval was not written down.
const CHANGED_UNDER: &str =
    "not approved: the plan has changed meanwhile, look at it and approve again";

/// What a remark is about that is about no step.
const PLAN: &str = "the plan";

/// What is open.
#[derive(Debug)]
pub enum Dialog {
    /// A remark is being written.
    Comment {
        /// The step's id; none: the plan.
        step: Option<String>,
        /// What it is about, for the title.
        about: String,
        /// What was typed.
        input: Box<TextArea<'static>>,
    },
    /// Somebody is about to approve.
    Approve {
        /// What tells the text that they were asked about from every other.
        digest: String,
        /// What they want to say with it.
        input: Box<TextArea<'static>>,
    },
    /// Remarks, one of which is to be settled.
    Settle {
        /// Which.
        ids: Vec<u32>,
        /// The one under the cursor.
        cursor: usize,
    },
    /// What has changed.
    Difference {
        /// Since when.
        title: String,
        /// How.
        lines: Vec<DiffLine>,
        /// The first line that is shown.
        top: usize,
    },
    /// The keys, from this line on.
    Help(usize),
}

impl Dialog {
    /// A remark on a step, or on the plan.
    pub fn comment(on: Option<(&Step, &Sheet)>) -> Self {
        let about = on.map_or_else(
            || PLAN.to_owned(),
            |(step, _)| format!("{} {}", step.number, step.spec.title),
        );
        Dialog::Comment {
            step: on.map(|(step, _)| step.id.as_str().to_owned()),
            about,
            input: Box::default(),
        }
    }

    /// The remark that `act` was to write, as it was typed.
    pub fn again(act: Act) -> Option<Self> {
        let Act::Comment { step, on, text } = act else {
            return None;
        };
        let mut input = TextArea::from([text]);
        input.move_cursor(CursorMove::End);
        Some(Dialog::Comment {
            step,
            about: on.unwrap_or_else(|| PLAN.to_owned()),
            input: Box::new(input),
        })
    }

    /// An approval of the text that `digest` tells from others.
    pub fn approve(digest: &str) -> Self {
        Dialog::Approve {
            digest: digest.to_owned(),
            input: Box::default(),
        }
    }

    /// Puts pasted text where text is typed.
    pub fn paste(&mut self, text: &str) {
        if let Dialog::Comment { input, .. } | Dialog::Approve { input, .. } = self {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            input.insert_str(line);
        }
    }
}

/// What somebody did is not written: what they have typed for it is theirs again, unless they type by now.
pub fn give_back(state: &mut State, act: Act, why: impl Into<String>, now: Moment) {
    state.say(why, true, now);
    if state.dialog.is_none() {
        state.dialog = Dialog::again(act);
    }
}

fn typed(input: &TextArea<'_>) -> String {
    input.lines().join(" ").trim().to_owned()
}

/// What a key does while something is open.
pub fn key(state: &mut State, event: KeyEvent, now: Moment) -> Option<Reaction> {
    let key = Key::from_event(&event);
    let mut dialog = state.dialog.take()?;
    if matches!(key, Some(Key::Esc | Key::Ctrl('c'))) {
        return None;
    }
    let typing = matches!(dialog, Dialog::Comment { .. } | Dialog::Approve { .. });
    if key.is_none() && !typing {
        state.dialog = Some(dialog);
        return None;
    }
    let page = usize::from(state.size.height / 2).max(1);
    match &mut dialog {
        Dialog::Comment { step, about, input } => {
            if key == Some(Key::Enter) {
                let (step, text) = (step.take(), typed(input));
                let on = step.as_ref().map(|_| about.clone());
                let act = Act::Comment {
                    step,
                    on,
                    text: text.clone(),
                };
                return (!text.is_empty()).then(|| state.deed(act, now));
            }
            input.input(event);
        }
        Dialog::Approve { digest, input } => {
            let other = *digest != state.beside.digest || state.broken.is_some();
            if key == Some(Key::Enter) && other {
                state.say(CHANGED_UNDER, true, now);
                return None;
            }
            if key == Some(Key::Enter) {
                let remark = Some(typed(input)).filter(|text| !text.is_empty());
                return Some(state.deed(Act::Approve { remark }, now));
            }
            input.input(event);
        }
        Dialog::Settle { ids, cursor } => match key? {
            Key::Up => *cursor = cursor.saturating_sub(1),
            Key::Down => *cursor = (*cursor + 1).min(ids.len().saturating_sub(1)),
            Key::Enter | Key::Char('x') => {
                let id = *ids.get(*cursor)?;
                return Some(state.deed(Act::Settle { id }, now));
            }
            _ => {}
        },
        Dialog::Difference { lines, top, .. } => {
            let last = lines.len().saturating_sub(1);
            match key? {
                Key::Up => *top = top.saturating_sub(1),
                Key::Down => *top = (*top + 1).min(last),
                Key::PageUp => *top = top.saturating_sub(page),
                Key::PageDown => *top = (*top + page).min(last),
                Key::Home => *top = 0,
                Key::End => *top = last,
                Key::Char('d' | 'q') => return None,
                _ => {}
            }
        }
        Dialog::Help(top) => match key? {
            Key::Up => *top = top.saturating_sub(1),
            Key::Down => *top = (*top + 1).min(KEYMAP.len()),
            _ => return None,
        },
    }
    state.dialog = Some(dialog);
    None
}

/// Draws what is open.
pub fn draw(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    match &look.state.dialog {
        None => {}
        Some(Dialog::Comment { about, input, .. }) => {
            ask(look, &format!("Remark on {about}"), &[], input, area, buf);
        }
        Some(Dialog::Approve { digest, input }) => {
            let open = look.state.record.open_comments().count();
            let summary = look
                .state
                .record
                .summary(&look.state.plan, &look.state.sheets, digest);
            let same = *digest == look.state.beside.digest && look.state.broken.is_none();
            let title = match look.state.beside.files.len() {
                _ if !same => "The plan has changed: this can't be approved any more".to_owned(),
                0 => "Approve the plan as it is now".to_owned(),
                files => {
                    let files = count(files, "file");
                    format!("Approve the plan as it is now, and {files} that it applies")
                }
            };
            let lines = [
                format!(
                    "{} of {} were looked at",
                    summary.reviewed,
                    count(summary.steps, "step")
                ),
                format!("remarks that nobody has settled: {open}"),
                format!("sha256 {digest}"),
                "A remark, if you want to make one:".to_owned(),
            ];
            ask(look, &title, &lines, input, area, buf);
        }
        Some(Dialog::Settle { ids, cursor }) => settle(look, ids, *cursor, area, buf),
        Some(Dialog::Difference { title, lines, top }) => {
            Clear.render(area, buf);
            let inner = look.frame(&format!("{title}  (esc closes)"), true, area, buf);
            let most = lines.len().saturating_sub(usize::from(inner.height));
            for (row, line) in lines.iter().skip((*top).min(most)).enumerate() {
                if row >= usize::from(inner.height) {
                    break;
                }
                put(inner, row as u16, diff_line(look, line), buf);
            }
        }
        Some(Dialog::Help(top)) => help(look, *top, area, buf),
    }
}

/// A line of a difference.
pub fn diff_line<'l>(look: &Look<'_>, line: &DiffLine) -> Line<'l> {
    let (text, role) = match line {
        DiffLine::Place { old, new } => (format!("@@ line {old}, now {new} @@"), Role::Active),
        DiffLine::File(text) => (format!("@@ {text} @@"), Role::Active),
        DiffLine::Same(text) => (format!("  {text}"), Role::Text),
        DiffLine::Gone(text) => (format!("- {text}"), Role::Bad),
        DiffLine::New(text) => (format!("+ {text}"), Role::Good),
    };
    Line::from(look.span(chars::revealed(&text), role))
}

/// Clears a box in the middle for `rows` rows, and draws its frame.
fn open(look: &Look<'_>, title: &str, rows: usize, area: Rect, buf: &mut Buffer) -> Rect {
    boxes::open(look.theme, title, (boxes::width(area), rows), area, buf)
}

fn ask(
    look: &Look<'_>,
    title: &str,
    lines: &[String],
    input: &TextArea<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let rows = boxes::wrapped(lines, area);
    let inner = open(look, title, rows.len() + 3, area, buf);
    let row = boxes::write(look.theme, &rows, 3, inner, buf);
    let field = Rect {
        y: inner.y + row,
        height: 1.min(inner.height.saturating_sub(row)),
        ..inner
    };
    buf.set_style(field, look.theme.style(Role::Selected));
    input.render(field, buf);
    put(
        inner,
        row + 2,
        look.keys(&[("enter", "write it down"), ("esc", "never mind")]),
        buf,
    );
}

fn settle(look: &Look<'_>, ids: &[u32], cursor: usize, area: Rect, buf: &mut Buffer) {
    let inner = open(
        look,
        "Settle a remark, or open it again",
        ids.len() + 2,
        area,
        buf,
    );
    let comments = &look.state.record.comments;
    let room = inner.height.saturating_sub(2);
    let listed = ids.iter().enumerate().skip(boxes::passed(cursor, room));
    for (row, (at, id)) in (0..room).zip(listed) {
        let Some(comment) = comments.iter().find(|comment| comment.id == *id) else {
            continue;
        };
        let state = comment.settled.as_ref().map_or("open", |_| "settled");
        let text = format!("{:8}{}: {}", state, comment.by, comment.text);
        let role = if at == cursor {
            Role::Selected
        } else {
            Role::Text
        };
        put(inner, row, Line::from(look.span(text, role)), buf);
    }
    let keys = look.keys(&[("enter", "settle, or open again"), ("esc", "never mind")]);
    put(inner, inner.height.saturating_sub(1), keys, buf);
}

fn help(look: &Look<'_>, top: usize, area: Rect, buf: &mut Buffer) {
    let inner = open(
        look,
        "Keys  (any other key closes)",
        KEYMAP.len(),
        area,
        buf,
    );
    let top = top.min(KEYMAP.len().saturating_sub(usize::from(inner.height)));
    for (row, binding) in KEYMAP.iter().skip(top).enumerate() {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        let line = Line::from(vec![
            look.span(clip::pad(&keys.join(", "), 15), Role::Key),
            look.span(binding.help, Role::Text),
        ]);
        put(inner, row as u16, line, buf);
    }
}
