//! Problems as people see them: the line, a caret under the text, and how to mend it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::plan::{self, Problem, Severity, Source, Span, printable};

/// The longest stretch of a line that is shown.
const LINE_LIMIT: usize = 240;
/// The longest line, and the widest indent, of which the library leaves nothing out.
const SIMPLE_LIMIT: usize = 100;
const SIMPLE_INDENT: usize = 20;

/// `problem` with an excerpt of `source`. The password of a URL that must not be there is not shown.
pub(super) fn render(source: &Source, problem: &Problem, colours: bool) -> String {
    let drawn = draw(source, problem, colours);
    match password(source, problem) {
        Some(password) => plan::without_values(&drawn, &[password.to_owned()]),
        None => drawn,
    }
}

/// The password in the URL that `problem` is about: `postgres://user:password@host`.
fn password<'s>(source: &'s Source, problem: &Problem) -> Option<&'s str> {
    if problem.code != plan::URL_IN_PLAN {
        return None;
    }
    let (_, rest) = source.slice(problem.span).split_once("://")?;
    let (user, _) = rest.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

fn draw(source: &Source, problem: &Problem, colours: bool) -> String {
    let (level, word) = match problem.severity {
        Severity::Error => (Level::ERROR, "error"),
        Severity::Warning => (Level::WARNING, "warning"),
        Severity::Note => (Level::NOTE, "note"),
    };
    let excerpt = Excerpt::of(source, problem.span);
    let message = printable(&problem.message);
    let hint = problem.hint.as_deref().map(printable);
    let path = printable(source.name_at(problem.span.start));
    let simple = is_simple(&path) && is_simple(&message) && hint.as_deref().is_none_or(is_simple);
    if simple && !colours && excerpt.is_simple() {
        let title = format!("{word}[{}]: {message}", problem.code);
        return excerpt.draw(&title, &path, hint.as_deref());
    }
    let snippet = Snippet::source(excerpt.text)
        .path(path)
        .line_start(excerpt.line)
        .annotation(AnnotationKind::Primary.span(excerpt.span));
    let mut groups =
        vec![Group::with_title(level.primary_title(message).id(problem.code)).element(snippet)];
    if let Some(hint) = hint {
        groups.push(Group::with_title(Level::HELP.secondary_title(hint)));
    }
    let renderer = if colours {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&groups)
}

/// The line that a span begins in; what is shown of a file does not depend on its size.
struct Excerpt<'s> {
    text: &'s str,
    line: usize,
    span: std::ops::Range<usize>,
}

impl<'s> Excerpt<'s> {
    fn of(source: &'s Source, span: Span) -> Self {
        let text = source.text();
        // A span that was reckoned may end inside a character: the excerpt must not fail for it.
        let at = text.floor_char_boundary(span.start);
        // A line may be as long as the file, and have as many problems.
        let (low, high) = (near(text, 0, at), near(text, text.len(), at));
        let start = text[low..at].rfind('\n').map_or(low, |n| low + n + 1);
        let end = text[at..high].find('\n').map_or(high, |n| at + n);
        let line = &text[start..end];
        let from = at - start;
        let to = text.ceil_char_boundary(span.end.min(end));
        let to = to.saturating_sub(start).max(from);
        Excerpt {
            text: line,
            line: source.line(at),
            span: from..to,
        }
    }
}

/// What is drawn here as the library would, in a tenth of its time: a plan may have tens of thousands of
/// problems, and almost all are simple.
impl Excerpt<'_> {
    /// Whether it is a short line of plain signs, of which each takes one column.
    fn is_simple(&self) -> bool {
        let plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        let indent = self.text.len() - self.text.trim_start().len();
        !self.text.is_empty()
            && self.text.len() <= SIMPLE_LIMIT
            && indent <= SIMPLE_INDENT
            && self.text.as_bytes().iter().all(plain)
    }

    /// The excerpt below `title`.
    fn draw(&self, title: &str, path: &str, hint: Option<&str>) -> String {
        let (line, column) = (self.line.to_string(), self.span.start + 1);
        let margin = " ".repeat(line.len());
        let before = " ".repeat(self.span.start);
        let carets = "^".repeat(self.span.len().max(1));
        let text = self.text;
        let help = hint.map_or(String::new(), |hint| format!("\n{margin} |\nhelp: {hint}"));
        format!(
            "{title}\n{margin}--> {path}:{line}:{column}\n{margin} |\n{line} | {text}\n{margin} | {before}{carets}{help}"
        )
    }
}

/// Whether `text` stands in one line as it is.
fn is_simple(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || c == '\u{200d}')
}

/// `wanted`, brought so near to `at` that it is shown, at the border of a character.
fn near(text: &str, wanted: usize, at: usize) -> usize {
    let limit = LINE_LIMIT / 2;
    let mut place = wanted.clamp(at.saturating_sub(limit), at + limit);
    while !text.is_char_boundary(place) {
        place += 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_with_its_line_a_caret_and_a_hint() {
        let source = Source::new("plan.toml", "title = 'x'\ntimout = '5m'\n");
        let problem = Problem::error("unknown-key", Span::new(12, 18), "unknown key `timout`")
            .hint("did you mean `timeout`?");
        insta::assert_snapshot!(render(&source, &problem, false));
    }

    #[test]
    fn long_lines_and_places_behind_the_end_are_shown_too() {
        let long = format!("{}é{}", "x".repeat(1_000), "y".repeat(1_000));
        let source = Source::new("p.md", long);
        let problem = Problem::warning("w", Span::new(1_000, 1_002), "here");
        assert!(render(&source, &problem, false).contains('é'));
        let behind = Problem::warning("w", Span::at(99_999), "there");
        assert!(render(&source, &behind, false).contains("there"));
    }

    #[test]
    fn what_is_simple_is_drawn_as_the_library_draws_it() {
        let lines = ["  - [ ] a \"b\"", "x", " ", "end ", "a\tb", "é", ""].join("\n");
        let source = Source::new("p.md", format!("{lines}\n{}", "y".repeat(99)));
        let by_library = |problem: &Problem| {
            let styled = render(&source, problem, true);
            let mut parts = styled.split('\u{1b}');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| {
                text + part.split_once('m').map_or("", |(_, rest)| rest)
            })
        };
        for start in 0..source.text().len() {
            for length in [0, 1, 7, 200] {
                let span = Span::new(start, start + length);
                let bare = Problem::note("n", span, "ä `b`");
                let hinted = Problem::error("some-code", span, "a\nb").hint("try: c");
                let plain = Problem::warning("w", span, "two words").hint("try: c");
                for problem in [bare, hinted, plain] {
                    let drawn = render(&source, &problem, false);
                    assert_eq!(drawn, by_library(&problem), "{span:?}");
                }
            }
        }
    }

    #[test]
    fn a_span_that_cuts_a_character_in_two_is_shown_with_all_of_it() {
        let source = Source::new("p.md", "aéb\n");
        for (start, end) in [(2, 2), (1, 2), (2, 3), (0, 99)] {
            let problem = Problem::warning("w", Span::new(start, end), "here");
            assert!(render(&source, &problem, false).contains("aéb"));
        }
    }
}
