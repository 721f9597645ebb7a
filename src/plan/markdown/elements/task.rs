//! The boxes of task items: `[ ]`, `[x]`, and the two that say "does not apply".

use crate::plan::draft::Mark;

/// A box at the start of a list item.
pub(super) struct Found {
    pub(super) mark: Option<Mark>,
    /// Where it ends in the item.
    pub(super) end: usize,
}

/// What the box `text` says, if it is one.
#[expect(
    clippy::option_option,
    reason = "no box, an empty box, a box with a mark"
)]
pub(super) fn mark(text: &str) -> Option<Option<Mark>> {
    Some(match text {
        "[ ]" => None,
        "[x]" | "[X]" => Some(Mark::Done),
        "[~]" | "[-]" => Some(Mark::NotApplicable),
        _ => return None,
    })
}

/// The box that the list item `item` begins with. One with its text close behind it is none of Markdown's, no more
/// than a link, `[x](…)`.
pub(super) fn find(item: &str) -> Option<Found> {
    let digits = item.len() - item.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marks: &[char] = if digits > 0 {
        &['.', ')']
    } else {
        &['-', '*', '+']
    };
    let rest = item[digits..].strip_prefix(marks)?;
    let text = rest.trim_start_matches([' ', '\t']);
    let mark = mark(text.get(..3)?)?;
    let open = text.len() < rest.len();
    let apart = text[3..].chars().next().is_none_or(char::is_whitespace);
    (open && apart).then(|| Found {
        mark,
        end: item.len() - text.len() + 3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_found_behind_every_sort_of_bullet() {
        for (item, wanted) in [
            ("- [ ] a", None),
            ("* [x] a", Some(Mark::Done)),
            ("+ [X]", Some(Mark::Done)),
            ("1. [~] a", Some(Mark::NotApplicable)),
            ("12) [-] a", Some(Mark::NotApplicable)),
            ("-   [ ] a", None),
        ] {
            assert_eq!(find(item).map(|found| found.mark), Some(wanted), "{item}");
        }
        for item in [
            "- a",
            "- [x](http://a)",
            "- [ ]a",
            "- [y] a",
            "-[ ] a",
            "- [ ",
            "1 [ ] a",
            "- [é]",
        ] {
            assert!(find(item).is_none(), "{item}");
        }
    }
}
