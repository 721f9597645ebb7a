//! Problems as people see them: the line, a caret under the text, and how to mend it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::plan::{Problem, Severity, Source, Span, printable};

/// The longest stretch of a line that is shown.
const LINE_LIMIT: usize = 240;

/// `problem` with an excerpt of `source`.
pub(super) fn render(source: &Source, problem: &Problem, colours: bool) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let excerpt = Excerpt::of(source, problem.span);
    let message = printable(&problem.message);
    let hint = problem.hint.as_deref().map(printable);
    let snippet = Snippet::source(excerpt.text)
        .path(printable(source.name_at(problem.span.start)))
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
        let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let (start, end) = (
            near(text, start, at, LINE_LIMIT / 2),
            near(text, end, at, LINE_LIMIT / 2),
        );
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

/// `wanted`, brought as near to `at` as `limit` says, at the border of a character.
fn near(text: &str, wanted: usize, at: usize, limit: usize) -> usize {
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
    fn a_span_that_cuts_a_character_in_two_is_shown_with_all_of_it() {
        let source = Source::new("p.md", "aéb\n");
        for (start, end) in [(2, 2), (1, 2), (2, 3), (0, 99)] {
            let problem = Problem::warning("w", Span::new(start, end), "here");
            assert!(render(&source, &problem, false).contains("aéb"));
        }
    }
}
