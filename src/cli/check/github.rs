//! Problems as commands of GitHub's workflows, which show them beside the lines they are about.

use std::fmt::Write;

use crate::plan::{Opened, Severity, printable};

/// One command a line for each problem.
pub(super) fn commands(opened: &Opened) -> String {
    let mut text = String::new();
    for problem in &opened.problems {
        let source = super::source_of(opened, problem);
        let start = source.position(problem.span.start);
        let end = source.position(problem.span.end.max(problem.span.start));
        let kind = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let message = match &problem.hint {
            Some(hint) => format!("{}\n{hint}", problem.message),
            None => problem.message.clone(),
        };
        let mut properties = format!(
            "file={},line={}",
            property(source.name_at(problem.span.start)),
            start.line
        );
        if end.line == start.line {
            let _ = write!(
                properties,
                ",endLine={},col={},endColumn={}",
                end.line, start.column, end.column
            );
        } else {
            let _ = write!(properties, ",endLine={}", end.line);
        }
        let title = property(problem.code);
        let _ = writeln!(
            text,
            "::{kind} {properties},title={title}::{}",
            data(&message)
        );
    }
    text
}

/// A message: what would end the command is written as a number.
fn data(text: &str) -> String {
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    printable(&text).into_owned()
}

/// A property: what would end it, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let opened = crate::plan::open(
            "a,b:c%.toml",
            b"title = 'x'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nshell = 'curl http://x'\n",
        );
        let text = commands(&opened);
        let line = text
            .lines()
            .find(|line| line.contains("curl-hides-errors"))
            .unwrap();
        let wanted = "::warning file=a%2Cb%3Ac%25.toml,line=7,endLine=7,col=10,endColumn=23,title=curl-hides-errors::`curl` returns 0";
        assert!(line.starts_with(wanted), "{line}");
        assert!(line.contains("%0A"), "{line}");
        assert_eq!(data("100%\r\n\u{1b}"), "100%25%0D%0A␛");
    }
}
