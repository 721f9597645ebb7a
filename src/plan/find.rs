//! Looks for a short text in another short text. What the library does there first gets ready for a long one, which takes
//! many times as long as looking through a heading.

use memchr::memmem;

/// Where `sought` stands first in `text`, in bytes.
pub(super) fn find(text: &str, sought: &str) -> Option<usize> {
    memmem::find(text.as_bytes(), sought.as_bytes())
}

/// The same of where it stands last.
pub(super) fn rfind(text: &str, sought: &str) -> Option<usize> {
    memmem::rfind(text.as_bytes(), sought.as_bytes())
}

/// Whether there is a dash or a hyphen in `text`, or a sign that begins with the same byte as a dash.
pub(super) fn has_dash(text: &str) -> bool {
    memchr::memchr2(b'-', "–".as_bytes()[0], text.as_bytes()).is_some()
}

/// What stands before the first `mark` in `text`, and behind it.
pub(super) fn split_once<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

#[cfg(test)]
mod tests {
    use super::{find, rfind, split_once};

    #[test]
    fn what_is_sought_is_found_as_the_library_finds_it() {
        let long = "- x ".repeat(40) + "– end";
        for text in ["", "-", " - ", "a - b - c", "a – b — c", "回滚窗口", &long] {
            for mark in [" - ", " – ", "—", "滚窗", "x", "-", "end"] {
                assert_eq!(find(text, mark), text.find(mark), "{mark} in {text}");
                assert_eq!(rfind(text, mark), text.rfind(mark), "{mark} in {text}");
                assert_eq!(
                    split_once(text, mark),
                    text.split_once(mark),
                    "{mark} in {text}"
                );
            }
        }
    }
}
