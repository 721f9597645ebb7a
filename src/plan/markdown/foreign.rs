//! Runbooks in another markup, told by their names: read as Markdown they would seem to be in order.

use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Endings of file names, and whose they are.
const MARKUPS: [(&str, &str); 12] = [
    ("adoc", "AsciiDoc"),
    ("asciidoc", "AsciiDoc"),
    ("creole", "Creole"),
    ("htm", "HTML"),
    ("html", "HTML"),
    ("ipynb", "a notebook"),
    ("json", "JSON"),
    ("mediawiki", "MediaWiki's"),
    ("org", "Org mode's"),
    ("rst", "reStructuredText"),
    ("textile", "Textile"),
    ("yaml", "YAML"),
];

/// That the file `name`, which would be read from the byte `at` on, is no Markdown, if it says so.
pub(super) fn tell(name: &str, at: usize) -> Option<Problem> {
    let ending = std::path::Path::new(name).extension()?.to_str()?;
    let known = MARKUPS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(ending));
    let (_, markup) = known?;
    let message = format!("by its name this file is {markup}, and only Markdown and TOML are read");
    Some(
        Problem::error("unread-format", Span::at(at), message)
            .hint("convert it, for example with `pandoc -t gfm`; if it is Markdown, call it `.md`"),
    )
}

#[cfg(test)]
mod tests {
    use crate::plan::open;

    #[test]
    fn other_markups_are_not_taken_for_markdown() {
        let text = b"## Deployment\n- [ ] go\n";
        for name in ["a.adoc", "a.org", "a.RST", "a.html"] {
            let opened = open(name, text);
            assert!(opened.plan.is_none(), "{name}");
            assert_eq!(opened.problems[0].code, "unread-format");
        }
        for name in ["a.md", "a.txt", "a", "a.markdown", "a.b"] {
            assert!(open(name, text).plan.is_some(), "{name}");
        }
    }
}
