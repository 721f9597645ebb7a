//! A line of text: a reason, a note, a value, something to search for.

use ratatui_textarea::TextArea;

use crate::run::Command;
use crate::ui::world::World;

/// What the text is for. Steps by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The reason for a no-go.
    NoGo,
    /// A remark on the tick of a step.
    Tick(String),
    /// The reason for leaving a step out.
    Skip(String),
    /// How a step was done by hand.
    Done(String),
    /// Why a step is not as it should be.
    Fail(String),
    /// Why a step is tried again.
    Retry(String),
    /// A line for the terminal of a step.
    Type(String),
    /// A note, about a step.
    Note(String),
    /// The value of a variable.
    Value(String),
    /// The reason for taking the wheel.
    Take,
    /// A remark on an approval.
    Approve(String),
    /// Why an alert is taken as it is.
    Accept(String),
    /// The reason for ending the run early.
    Finish,
    /// Something to find in the output.
    Search,
}

/// Why a secret is asked for again.
const GONE: [&str; 2] = [
    "It was given before, and went with the engine that knew it:",
    "the value of a secret is written down nowhere.",
];

/// The dialog.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Its heading.
    pub title: String,
    /// What whoever answers has to know.
    pub lines: Vec<String>,
    /// What is asked.
    pub question: String,
    /// What was typed so far.
    pub input: TextArea<'static>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether there may be no text.
    pub may_be_empty: bool,
    /// What is wrong with what was typed.
    pub error: Option<String>,
}

impl Ask {
    /// Asks `question` for `purpose`.
    pub fn new(title: impl Into<String>, question: impl Into<String>, purpose: Purpose) -> Self {
        Ask {
            title: title.into(),
            lines: Vec::new(),
            question: question.into(),
            input: TextArea::default(),
            purpose,
            may_be_empty: false,
            error: None,
        }
    }

    /// Asks for the value of the variable `name`; that of a secret is not shown.
    pub fn value(name: &str, world: &World) -> Self {
        let var = world.plan.var(name);
        let prompt = var.and_then(|var| var.prompt.clone());
        let mut ask = Ask::new(
            format!("Value of {name}"),
            prompt.unwrap_or_else(|| format!("{name} =")),
            Purpose::Value(name.to_owned()),
        );
        if world.state.is_secret(&world.plan, name) {
            ask.input.set_mask_char('•');
        }
        if world.state.is_gone(name) {
            ask.lines = GONE.map(str::to_owned).to_vec();
        }
        if let Some(var) = var.filter(|var| !var.choices.is_empty()) {
            ask.question
                .push_str(&format!(" ({})", var.choices.join(", ")));
        }
        ask
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.input.lines().join(" ").trim().to_owned()
    }

    /// The command that it leads to; none for what concerns only this screen.
    pub fn command(&self) -> Option<Command> {
        let text = self.text();
        let some = (!text.is_empty()).then(|| text.clone());
        Some(match self.purpose.clone() {
            Purpose::NoGo => Command::NoGo { reason: text },
            Purpose::Tick(step) => Command::Tick { step, note: some },
            Purpose::Skip(step) => Command::Skip { step, reason: text },
            Purpose::Done(step) => Command::Done { step, reason: text },
            Purpose::Fail(step) => Command::Fail { step, reason: text },
            Purpose::Retry(step) => Command::Retry {
                step,
                reason: some,
                choice: None,
            },
            Purpose::Type(step) => Command::Input {
                step,
                text: self.input.lines().join(" "),
            },
            Purpose::Note(step) => Command::Note {
                text,
                step: Some(step),
            },
            Purpose::Value(name) => Command::Set { name, value: text },
            Purpose::Take => Command::Take { reason: text },
            Purpose::Approve(gate) => Command::Approve { gate, reason: some },
            Purpose::Accept(alert) => Command::Accept {
                alert,
                reason: text,
            },
            Purpose::Finish => Command::Finish { reason: some },
            Purpose::Search => return None,
        })
    }
}
