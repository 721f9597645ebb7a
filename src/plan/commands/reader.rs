//! From a script's text to its commands: lists, pipelines and compounds in one pass with a stack of
//! what is open. What is not closed, or closed without having been opened, does no harm.

use super::Script;
use super::context::{Joint, Pipe, Settings};
use super::word::Word;

/// How far is looked for the end of `(( … ))` or of a pattern.
const MAX_LOOK: usize = 500;

/// Reads `text`.
pub(super) fn read(text: &str, settings: Settings) -> Script<'_> {
    let mut reader = Reader {
        text,
        end: text.len(),
        at: 0,
        script: Script::default(),
        frames: Vec::new(),
        current: None,
        floor: 0,
        depth: 0,
        settings,
        documents: Vec::new(),
    };
    reader.list(None);
    reader.script
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(`, which has its own settings.
    Paren(Settings),
    /// `{`
    Brace,
    If,
    /// `while`, `until`, `for`, `select`
    Loop,
    /// `case`, and whether a pattern comes next.
    Case {
        pattern: bool,
    },
    /// `$(`, `<(`, `` ` ``: what is outside of it is not to be touched.
    Substitution,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// Whether what is read is asked by `if` or `while`.
    pub(super) condition: bool,
    /// The pipeline and stage that it is.
    pub(super) place: (usize, usize),
    /// The first of its commands.
    pub(super) first: usize,
}

/// A here-document whose text is still to come.
pub(super) struct Document<'t> {
    pub(super) command: usize,
    pub(super) redirect: usize,
    pub(super) end: String,
    pub(super) strip_tabs: bool,
    pub(super) delimiter: Word<'t>,
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    /// Where to stop: the end of the text, or of a substitution in backticks.
    pub(super) end: usize,
    pub(super) at: usize,
    pub(super) script: Script<'t>,
    pub(super) frames: Vec<Frame>,
    /// The pipeline that is being read, and its stage.
    pub(super) current: Option<(usize, usize)>,
    /// The frames below belong to what is outside of a substitution.
    pub(super) floor: usize,
    pub(super) depth: usize,
    pub(super) settings: Settings,
    pub(super) documents: Vec<Document<'t>>,
}

impl<'t> Reader<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.rest().bytes().next()
    }

    /// Passes over spaces, tabs, and line ends behind a backslash.
    pub(super) fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            self.at += match rest.as_bytes() {
                [b' ' | b'\t' | b'\r', ..] => 1,
                [b'\\', b'\n', ..] => 2,
                [b'\\', b'\r', b'\n', ..] => 3,
                _ => return,
            };
        }
    }

    /// Reads commands up to the end, or up to the `until` that nothing inside has opened.
    pub(super) fn list(&mut self, until: Option<u8>) {
        loop {
            self.blanks();
            let Some(byte) = self.byte() else { break };
            match byte {
                b'\n' => {
                    self.end_pipeline(Joint::Then);
                    self.at += 1;
                    self.document_texts();
                }
                b'#' => self.comment(),
                b';' => self.semicolon(),
                b'&' => self.ampersand(),
                b'|' => self.bar(),
                b'(' => self.paren(),
                b')' if until == Some(b')') && self.frames.len() == self.floor => break,
                b')' => {
                    self.at += 1;
                    self.close(|kind| matches!(kind, Kind::Paren(_)));
                }
                _ => self.command(),
            }
        }
        self.end_pipeline(Joint::Then);
    }

    /// What follows in this line, not more than is needed.
    pub(super) fn near(&self) -> &'t str {
        let rest = self.rest();
        let rest = &rest[..rest.floor_char_boundary(MAX_LOOK)];
        rest.split('\n').next().unwrap_or("")
    }

    pub(super) fn comment(&mut self) {
        self.mark_end();
        self.pass_comment();
    }

    fn pass_comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn semicolon(&mut self) {
        self.end_pipeline(Joint::Then);
        let arm = self.rest().starts_with(";;") || self.rest().starts_with(";&");
        self.at += if arm { 2 } else { 1 };
        if let Some(Frame {
            kind: Kind::Case { pattern },
            ..
        }) = self.open_frame()
        {
            *pattern |= arm;
        }
    }

    fn ampersand(&mut self) {
        let (joint, length) = match self.rest().as_bytes() {
            [b'&', b'&', ..] => (Joint::And, 2),
            [b'&', b'>', ..] => return self.command(),
            _ => (Joint::Background, 1),
        };
        self.end_pipeline(joint);
        self.at += length;
    }

    fn bar(&mut self) {
        if self.rest().starts_with("||") {
            self.end_pipeline(Joint::Or);
            self.at += 2;
            return;
        }
        self.at += if self.rest().starts_with("|&") { 2 } else { 1 };
        if let Some((pipe, stage)) = self.current {
            self.current = Some((pipe, stage + 1));
        }
        self.next_line();
    }

    /// Passes over the end of the line, and lines with nothing but a comment: what has been read goes on behind them.
    fn next_line(&mut self) {
        loop {
            self.blanks();
            match self.byte() {
                Some(b'\n') => {
                    self.at += 1;
                    self.document_texts();
                }
                Some(b'#') => self.pass_comment(),
                _ => return,
            }
        }
    }

    /// The pipeline and stage that is being read, a new one if none is.
    pub(super) fn place(&mut self) -> (usize, usize) {
        if let Some(current) = self.current {
            return current;
        }
        let mut pipe = Pipe {
            settings: self.settings,
            ..Pipe::default()
        };
        if let Some(frame) = self.frames.last() {
            let outer = self.script.pipes[frame.place.0];
            pipe.substituted = outer.substituted || frame.kind == Kind::Substitution;
            pipe.condition = frame.condition || (outer.condition && !pipe.substituted);
            pipe.looped = outer.looped || frame.kind == Kind::Loop;
            if frame.kind != Kind::Substitution {
                pipe.parent = Some(frame.place);
            }
        }
        self.script.pipes.push(pipe);
        self.current = Some((self.script.pipes.len() - 1, 0));
        (self.script.pipes.len() - 1, 0)
    }

    /// Notes that what is read of the pipeline ends here, if that is not known.
    fn mark_end(&mut self) {
        if let Some((pipe, _)) = self.current
            && self.script.pipes[pipe].end == 0
        {
            self.script.pipes[pipe].end = self.at;
        }
    }

    pub(super) fn end_pipeline(&mut self, joint: Joint) {
        self.mark_end();
        if let Some((pipe, stage)) = self.current.take() {
            let pipe = &mut self.script.pipes[pipe];
            pipe.stages = pipe.stages.max(stage + 1);
            pipe.joint = joint;
        }
    }
}
