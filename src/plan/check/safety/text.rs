//! A text of a plan, read: its commands, the SQL in it, the words around it, and problems at places
//! in it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::given;
use super::passage::{Home, Passage, Sort};
use super::patience::is_switched_off;
use super::sql::Wrap;
use crate::plan::commands::{self, Script, Word};
use crate::plan::draft::StepSpec;
use crate::plan::expect::Expect;
use crate::plan::origin::Origin;
use crate::plan::problem::{Problem, Severity};
use crate::plan::source::{Source, Span};
use crate::plan::sql_text::mentions;
use crate::plan::work::Work;

/// How far is looked back for the fence that opens a block.
const MAX_BLOCK: usize = 16 << 10;

/// A text that was read.
pub(super) struct Text<'p> {
    pub(super) passage: &'p Passage<'p>,
    /// The commands, if it is a script.
    pub(super) script: Script<'p>,
    source: &'p Source,
    /// Where the text came from, once somebody asks.
    origin: OnceCell<Cow<'p, Origin>>,
    words: OnceCell<String>,
}

/// SQL in a text.
pub(super) struct Sql<'t> {
    /// The statements.
    pub(super) text: &'t str,
    /// How they are run.
    pub(super) wrap: Wrap,
    /// Whether the session that runs them runs the next ones, too.
    pub(super) goes_on: bool,
    /// Whether it runs files as well, of which nothing is known.
    pub(super) unseen: bool,
    /// The word of a script that holds them, and where in it they begin.
    pub(super) holder: Option<(&'t Word<'t>, usize)>,
}

impl Sql<'_> {
    /// Where `range` of the statements stands in the text that holds them.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        match self.holder {
            Some((word, from)) => word.place(range.start + from..range.end + from),
            None => range,
        }
    }
}

impl<'p> Text<'p> {
    /// Reads `passage`.
    pub(super) fn read(passage: &'p Passage<'p>, source: &'p Source) -> Self {
        let script = match passage.sort {
            Sort::Shell => commands::read(&passage.body, passage.settings),
            Sort::Sql | Sort::Words => Script::default(),
        };
        Text {
            passage,
            script,
            source,
            origin: OnceCell::new(),
            words: OnceCell::new(),
        }
    }

    /// Where `range` of the text stands in the file.
    fn span(&self, range: Range<usize>) -> Span {
        let (body, source) = (self.body(), self.source);
        let read = || self.passage.origin.read(body, source);
        self.origin.get_or_init(read).span(body, range, source)
    }

    /// The text itself.
    pub(super) fn body(&self) -> &'p str {
        &self.passage.body
    }

    /// The first line of `range`, with the placeholders as they were written.
    pub(super) fn shown(&self, range: Range<usize>) -> &'p str {
        let text = self.passage.written.unwrap_or(self.body());
        let shown = text.get(range).unwrap_or_default();
        shown.lines().next().unwrap_or_default()
    }

    /// Whether a program reads it, and not a person.
    pub(super) fn runs(&self) -> bool {
        self.passage.sort != Sort::Words
    }

    /// Whether it is SQL for a database's own session.
    pub(super) fn is_sql(&self) -> bool {
        self.passage.sort == Sort::Sql
    }

    /// The database in whose own session it runs, if it is SQL of a step.
    pub(super) fn database(&self) -> Option<&'p str> {
        let spec = self.passage.spec.filter(|_| self.is_sql())?;
        Some(match &spec.work {
            Work::Sql(sql) => sql.database.as_str(),
            _ => "",
        })
    }

    /// Whether it never runs here.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self.passage.home, Home::Reference | Home::Told)
    }

    /// Whether it never runs here, and nobody is told to run it.
    pub(super) fn is_kept(&self) -> bool {
        self.passage.home == Home::Reference
    }

    /// Whether what its step prints is looked at.
    pub(super) fn is_judged(&self) -> bool {
        let passage = self.passage;
        let measured = passage.probe.map(|probe| &probe.expect);
        let expect = passage.spec.map(StepSpec::expect).or(measured);
        expect.is_some_and(Expect::judges_output)
    }

    /// What people read of its step, in lower case: title, group, details, and what is to be done.
    pub(super) fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let spec = self.passage.spec;
            let title = spec.map(|spec| spec.title.as_str());
            let group = spec.and_then(|spec| spec.group.as_deref());
            let details = spec.and_then(|spec| spec.details.as_deref());
            let check = (self.passage.sort == Sort::Words).then(|| self.body());
            let check = check.filter(|text| Some(*text) != title);
            let parts = [title, group, details, check, Some(self.passage.label)];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            parts.join("\n").to_lowercase()
        })
    }

    /// What the file says between the fence that opens the block and `at`, for what an earlier part
    /// of the block has set.
    pub(super) fn before(&self, at: usize) -> &'p str {
        let span = self.span(at..at);
        let text = &self.source.text()[..span.start];
        let near = &text[text.ceil_char_boundary(text.len().saturating_sub(MAX_BLOCK))..];
        let fence = near.rfind("```").or_else(|| near.rfind("~~~"));
        &near[fence.unwrap_or(near.len())..]
    }

    /// A finding at `range` of the text. What is only kept for reading can't do harm by itself.
    pub(super) fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let span = self.span(range);
        let problem = match severity {
            Severity::Error if !self.is_reference() => Problem::error(code, span, message),
            Severity::Warning if !self.is_reference() => Problem::warning(code, span, message),
            _ => Problem::note(code, span, message),
        };
        problem.hint(hint)
    }

    /// A warning at `range` of the text.
    pub(super) fn warning(
        &self,
        code: &'static str,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        self.finding(Severity::Warning, code, range, message, hint)
    }

    /// The SQL in it: all of it, or what a script gives to `psql`.
    pub(super) fn sql(&self) -> Vec<Sql<'_>> {
        match self.passage.sort {
            Sort::Sql => vec![Sql {
                text: self.body(),
                wrap: self.passage.wrap,
                goes_on: false,
                unseen: false,
                holder: None,
            }],
            Sort::Words => Vec::new(),
            Sort::Shell => {
                let commands = self.script.commands.iter().enumerate();
                commands
                    .flat_map(|(ix, command)| given::to_psql(&self.script, ix, command))
                    .collect()
            }
        }
    }

    /// Whether it says how long its statements may wait for a lock in another way than in its SQL: as a
    /// key of the step, or as an option or a variable of the shell.
    pub(super) fn limits_locks(&self) -> bool {
        if self.passage.patient || self.is_sql() || !mentions(self.body(), NAME) {
            return self.passage.patient;
        }
        let body = self.body().to_ascii_lowercase();
        let sets = |(at, name): (usize, &str)| !is_switched_off(&body[at + name.len()..]);
        let said = body
            .match_indices(NAME)
            .filter(|found| sets(*found))
            .count();
        let in_sql = |sql: &Sql<'_>| {
            let text = sql.text.to_ascii_lowercase();
            let set = text.match_indices(NAME);
            set.filter(|(at, name)| !is_switched_off(&text[at + name.len()..]))
                .count()
        };
        said > self.sql().iter().map(in_sql).sum()
    }
}

/// The setting that says how long a session waits for a lock.
const NAME: &str = "lock_timeout";
