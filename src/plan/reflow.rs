//! Prose as it was meant: lines that an author broke to keep their file narrow are one paragraph.

/// `text` with the line ends inside of paragraphs taken out. Blank lines, list items, headings,
/// quotes and indented lines keep their places.
pub fn reflow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open = false;
    for line in text.trim_matches('\n').lines() {
        let joins = open && continues(line);
        if joins {
            out.push(' ');
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(if joins { line.trim() } else { line.trim_end() });
        open = !line.trim().is_empty();
    }
    out
}

/// Whether the paragraph `line` is an alert that has to be read before anything is done.
pub fn is_alert(line: &str) -> bool {
    let words = ["CAUTION: ", "WARNING: ", "IMPORTANT: "];
    words.iter().any(|word| line.starts_with(word))
}

fn continues(line: &str) -> bool {
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < line.len() && rest.starts_with(['.', ')'])
    };
    let begins = line.chars().next();
    let goes_on = begins.is_some_and(|c| !c.is_whitespace() && !"-*+>#|".contains(c));
    goes_on && !numbered() && !is_alert(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined_and_lists_are_not() {
        let text =
            "Look at the log;\nit must be young.\n\n- one\n- two\n  more\n1. three\n    code\n";
        assert_eq!(
            reflow(text),
            "Look at the log; it must be young.\n\n- one\n- two\n  more\n1. three\n    code"
        );
        assert_eq!(reflow(""), "");
        assert_eq!(
            reflow("One\nline.\nCAUTION: a\nb"),
            "One line.\nCAUTION: a b"
        );
    }
}
