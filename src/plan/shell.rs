//! Enough of a shell's grammar to know two things about a script: what quotes a place in it stands
//! in (so that a variable's value can be put there without being read as code), and at which lines
//! a statement ends (so that a block can be cut into steps without cutting a loop in two).

/// What surrounds a place in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// No quotes: the text is split into words.
    Bare,
    /// `"…"`, where `$` still expands.
    Double,
    /// `'…'`, where nothing expands.
    Single,
    /// The body of `<<EOF`, where `$` expands but quotes mean nothing.
    Heredoc,
    /// The body of `<<'EOF'` or a `$'…'`: nothing can be expanded here.
    Literal,
    /// `$(( … ))`, where even the value of a variable is an expression.
    Arithmetic,
    /// `# …`
    Comment,
}

/// What was found out about a script.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    changes: Vec<(usize, Quoting)>,
    /// For each line, whether a new statement begins there: nothing before it is left open.
    pub(crate) boundaries: Vec<bool>,
}

impl Scan {
    /// What surrounds the byte at `offset`.
    pub(crate) fn quoting(&self, offset: usize) -> Quoting {
        let next = self.changes.partition_point(|(start, _)| *start <= offset);
        next.checked_sub(1)
            .map_or(Quoting::Bare, |ix| self.changes[ix].1)
    }
}

/// What is open at a place, innermost last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Double,
    Single,
    DollarSingle,
    /// `$( … )`: commands again, up to the parenthesis.
    Paren,
    /// `( … )`: the same, behind which a keyword can stand.
    Group,
    /// `` ` … ` ``
    Backtick,
    /// `${ … }`
    Brace,
    /// One parenthesis of `$(( … ))`, `(( … ))`, or inside of them.
    Arithmetic,
}

impl Frame {
    fn holds_commands(self) -> bool {
        matches!(self, Frame::Paren | Frame::Group | Frame::Backtick)
    }
}

struct Heredoc {
    end: String,
    strip_tabs: bool,
    quoting: Quoting,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame>,
    /// How many `if`, `do`, `case`, `{` are open.
    depth: usize,
    /// Whether the next word stands where a command's name does.
    command: bool,
    /// Whether the line so far ends in `|`, `&&`, `||` or `\`.
    continued: bool,
    pending: Vec<Heredoc>,
    changes: Vec<(usize, Quoting)>,
    boundaries: Vec<bool>,
}

/// Reads `script` once, from its start to its end.
pub(crate) fn scan(script: &str) -> Scan {
    let mut scanner = Scanner {
        text: script,
        at: 0,
        frames: Vec::new(),
        depth: 0,
        command: true,
        continued: false,
        pending: Vec::new(),
        changes: vec![(0, Quoting::Bare)],
        boundaries: vec![true],
    };
    while let Some(c) = scanner.peek() {
        match scanner.frames.last() {
            None | Some(Frame::Paren | Frame::Group | Frame::Backtick) => scanner.in_commands(c),
            Some(Frame::Double | Frame::Brace) => scanner.in_double(c),
            Some(Frame::Single) => scanner.in_single(c),
            Some(Frame::DollarSingle) => scanner.in_dollar_single(c),
            Some(Frame::Arithmetic) => scanner.in_arithmetic(c),
        }
    }
    Scan {
        changes: scanner.changes,
        boundaries: scanner.boundaries,
    }
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
        if c == '\n' {
            self.line_starts();
        }
    }

    fn line_starts(&mut self) {
        let open = !self.frames.is_empty() || self.depth > 0 || self.continued;
        self.boundaries.push(!open);
    }

    fn quoting_now(&self) -> Quoting {
        match self.frames.last() {
            None | Some(Frame::Paren | Frame::Group | Frame::Backtick) => Quoting::Bare,
            Some(Frame::Double | Frame::Brace) => Quoting::Double,
            Some(Frame::Single) => Quoting::Single,
            Some(Frame::DollarSingle) => Quoting::Literal,
            Some(Frame::Arithmetic) => Quoting::Arithmetic,
        }
    }

    fn change(&mut self, quoting: Quoting) {
        self.changes.push((self.at, quoting));
    }

    fn open(&mut self, frame: Frame, length: usize) {
        self.at += length;
        self.frames.push(frame);
        self.command = frame.holds_commands();
        self.continued = false;
        self.change(self.quoting_now());
    }

    fn close(&mut self, length: usize) {
        let closed = self.frames.pop();
        let quoting = self.quoting_now();
        self.change(quoting);
        self.at += length;
        self.command = closed == Some(Frame::Group);
    }

    fn escaped(&mut self) {
        self.at += 1;
        if let Some(c) = self.peek() {
            self.continued = c == '\n';
            self.skip(c);
            self.continued = false;
        }
    }

    fn in_commands(&mut self, c: char) {
        let rest = self.rest();
        match c {
            '\\' => self.escaped(),
            '\'' => self.open(Frame::Single, 1),
            '"' => self.open(Frame::Double, 1),
            '$' if rest.starts_with("$'") => self.open(Frame::DollarSingle, 2),
            '$' if rest.starts_with("$((") => self.open(Frame::Arithmetic, 2),
            '$' if rest.starts_with("$(") => self.open(Frame::Paren, 2),
            '$' if rest.starts_with("${") => self.open(Frame::Brace, 2),
            '`' if self.frames.last() == Some(&Frame::Backtick) => self.close(1),
            '`' => self.open(Frame::Backtick, 1),
            '(' if rest.starts_with("((") => self.open(Frame::Arithmetic, 1),
            '(' => self.open(Frame::Group, 1),
            ')' if matches!(self.frames.last(), Some(Frame::Paren | Frame::Group)) => self.close(1),
            '#' if self.starts_word() => self.comment(),
            '<' if rest.starts_with("<<") && !rest.starts_with("<<<") => self.heredoc(),
            '<' if rest.starts_with("<<<") => self.at += 3,
            '\n' => self.newline(),
            ';' | '&' | '|' => self.separator(c),
            c if c.is_whitespace() => self.skip(c),
            _ => self.word(),
        }
    }

    fn starts_word(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')'))
    }

    fn comment(&mut self) {
        self.change(Quoting::Comment);
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        self.change(Quoting::Bare);
    }

    fn separator(&mut self, c: char) {
        let next = &self.rest()[1..];
        let doubled = c != ';' && next.starts_with(c) || c == '|' && next.starts_with('&');
        self.at += if doubled { 2 } else { 1 };
        self.continued = c == '|' || doubled;
        self.command = true;
    }

    fn newline(&mut self) {
        self.at += 1;
        self.command = true;
        // Whether a line begins here that nothing was said about yet.
        let mut fresh = true;
        for heredoc in std::mem::take(&mut self.pending) {
            fresh = self.heredoc_body(&heredoc, fresh);
        }
        if fresh {
            self.line_starts();
        }
    }

    fn heredoc(&mut self) {
        self.at += 2;
        let strip_tabs = self.rest().starts_with('-');
        self.at += usize::from(strip_tabs);
        let head = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += head;
        let stops = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '<' | '>');
        let length = self.rest().find(stops).unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        let quoted = word.contains(['\'', '"', '\\']);
        let end: String = word
            .chars()
            .filter(|c| !matches!(c, '\'' | '"' | '\\'))
            .collect();
        self.at += length;
        if !end.is_empty() {
            let quoting = if quoted {
                Quoting::Literal
            } else {
                Quoting::Heredoc
            };
            self.pending.push(Heredoc {
                end,
                strip_tabs,
                quoting,
            });
        }
    }

    /// Passes over the body, which begins at a line's start, up to and with the line that ends it.
    /// Tells whether a new line begins behind it.
    fn heredoc_body(&mut self, heredoc: &Heredoc, mut fresh: bool) -> bool {
        self.change(heredoc.quoting);
        while self.at < self.text.len() {
            let line = self.rest().split_inclusive('\n').next().unwrap_or("");
            self.boundaries.push(false);
            self.at += line.len();
            fresh = line.ends_with('\n');
            let line = line.trim_end_matches(['\n', '\r']);
            let line = if heredoc.strip_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if line == heredoc.end {
                break;
            }
        }
        self.change(Quoting::Bare);
        fresh
    }

    fn word(&mut self) {
        let stops = |c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '\\' | '\'' | '"' | '$' | '`' | '(' | ')' | '<' | ';' | '&' | '|'
                )
        };
        // A stop character that no other rule takes, such as a lone `$`, is a word of its own.
        let first = self.peek().map_or(1, char::len_utf8);
        let length = self
            .rest()
            .find(stops)
            .unwrap_or(self.rest().len())
            .max(first);
        let word = &self.text[self.at..self.at + length];
        let was_command = self.command;
        self.command = false;
        self.continued = false;
        if word == ")" {
            // Nothing opened it: it ends a pattern of `case`.
            self.command = true;
        } else if was_command {
            match word {
                "if" | "case" | "for" | "while" | "until" | "select" | "{" => {
                    self.depth += 1;
                    self.command = matches!(word, "if" | "while" | "until" | "{");
                }
                "fi" | "esac" | "done" | "}" => self.depth = self.depth.saturating_sub(1),
                "then" | "else" | "elif" | "do" | "!" | "time" => self.command = true,
                _ => {}
            }
        } else if word == "{" && self.names_function() {
            self.depth += 1;
            self.command = true;
        }
        self.at += length;
    }

    /// Whether what stands here is the body of a function: behind `name()` or `function name`.
    fn names_function(&self) -> bool {
        let before = self.text[..self.at].trim_end();
        before.ends_with(')') || before.split_whitespace().rev().nth(1) == Some("function")
    }

    fn in_double(&mut self, c: char) {
        let brace = self.frames.last() == Some(&Frame::Brace);
        match c {
            '\\' => self.escaped(),
            '}' if brace => self.close(1),
            '"' if !brace => self.close(1),
            '$' if self.rest().starts_with("$((") => self.open(Frame::Arithmetic, 2),
            '$' if self.rest().starts_with("$(") => self.open(Frame::Paren, 2),
            '$' if self.rest().starts_with("${") => self.open(Frame::Brace, 2),
            '`' => self.open(Frame::Backtick, 1),
            c => self.skip(c),
        }
    }

    fn in_arithmetic(&mut self, c: char) {
        match c {
            '(' => self.open(Frame::Arithmetic, 1),
            ')' => self.close(1),
            '"' => self.open(Frame::Double, 1),
            c if matches!(c, '\\' | '$' | '`') => self.in_double(c),
            c => self.skip(c),
        }
    }

    fn in_single(&mut self, c: char) {
        if c == '\'' {
            self.close(1);
        } else {
            self.skip(c);
        }
    }

    fn in_dollar_single(&mut self, c: char) {
        match c {
            '\\' => self.escaped(),
            '\'' => self.close(1),
            c => self.skip(c),
        }
    }
}

/// The name of the function that `line` begins to define: `backup() {`, `function backup {`.
pub(crate) fn function_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let named = line.strip_prefix("function ").map(str::trim_start);
    let text = named.unwrap_or(line);
    let length = text.find(|c: char| !is_of_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    let rest = rest.trim_start();
    let defines = rest.starts_with("()") || (named.is_some() && rest.starts_with(['{', '(']));
    (defines && !name.is_empty()).then_some(name)
}

/// Whether `line` may call the function `name`: the name stands in it as a word.
pub(crate) fn calls(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        let apart =
            |c: Option<char>| c.is_none_or(|c| !is_of_name(c) && !matches!(c, '/' | '.' | '='));
        apart(before) && apart(after)
    })
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

#[cfg(test)]
mod tests;
