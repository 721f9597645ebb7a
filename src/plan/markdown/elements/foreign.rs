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
pub(in crate::plan::markdown) fn tell(name: &str, at: usize) -> Option<Problem> {
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

/// How lines begin in other markups, in lower case, and whose they are.
const LINES: [(&str, &str); 11] = [
    ("[source", "AsciiDoc"),
    ("== ", "AsciiDoc"),
    (".. code-block::", "reStructuredText"),
    (".. code::", "reStructuredText"),
    ("#+begin_src", "Org mode's"),
    ("#+title:", "Org mode's"),
    ("{code", "a wiki's"),
    ("h1. ", "a wiki's"),
    ("h2. ", "a wiki's"),
    ("<syntaxhighlight", "MediaWiki's"),
    ("<ac:structured-macro", "a wiki's"),
];

/// The same of a `text` in which nothing to do was found, if its lines say so: it is read from the byte `at` on.
pub(in crate::plan::markdown) fn tell_text(text: &str, at: usize) -> Option<Problem> {
    let mut start = at;
    for line in text.get(at..)?.split_inclusive('\n') {
        let bare = line.trim().to_lowercase();
        let known = LINES.iter().find(|(begin, _)| bare.starts_with(begin));
        if let Some((_, markup)) = known {
            let message = format!(
                "this line looks like {markup} markup, and only Markdown and TOML are read"
            );
            let span = Span::new(start, start + line.trim_end().len());
            return Some(
                Problem::warning("unread-format", span, message)
                    .hint("convert it, for example with `pandoc -t gfm`"),
            );
        }
        start += line.len();
    }
    None
}

/// Whether the script `text` is one for `cmd.exe`: its lines go on behind ` ^` with what they are given.
pub(super) fn is_of_cmd(text: &str) -> bool {
    let goes_on = |line: &str| line.trim_end().ends_with(" ^");
    let given = |line: &str| line.starts_with([' ', '\t']) || line.starts_with(['-', '/']);
    text.contains(" ^") && {
        let next = text.lines().skip(1);
        text.lines()
            .zip(next)
            .any(|(line, next)| goes_on(line) && given(next))
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::open;

    #[test]
    fn other_markups_are_told_by_their_lines_where_nothing_is_found() {
        let told = |text: &str| {
            let opened = open("a.md", text.as_bytes());
            opened
                .problems
                .iter()
                .any(|problem| problem.code == "unread-format")
        };
        for text in [
            "= Up\n\n== Deployment\n\n[source,bash]\n----\n./x.sh\n----\n",
            "Up\n==\n\n.. code-block:: bash\n\n   ./x.sh\n",
            "* Deployment\n#+BEGIN_SRC bash\n./x.sh\n#+END_SRC\n",
            "h1. Deployment\n{code:bash}\n./x.sh\n{code}\n",
        ] {
            assert!(told(text), "{text}");
        }
        assert!(!told("## Deployment\n- [ ] go\n\n== done\n"));
        assert!(!told("Nothing\n==\n"));
    }

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
