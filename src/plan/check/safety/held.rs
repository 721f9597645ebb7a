//! What the variables in a word hold, where the script itself has set them before.

use std::borrow::Cow;
use std::ops::Range;

use super::psql::variable;
use crate::plan::commands::{Script, Word};

/// A variable in a text: where it stands, and its name.
pub(super) type Mark<'t> = (Range<usize>, &'t str);

/// The variables in `text`: `$name`, `${name}`, and `${name:?}` with whatever is told it.
pub(super) fn marks(text: &str) -> impl Iterator<Item = Mark<'_>> {
    text.match_indices('$').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let braced = rest.strip_prefix('{');
        let inside = braced.unwrap_or(rest);
        let length = inside
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(inside.len());
        let end = match braced {
            Some(inside) => at + 3 + inside.find('}')?,
            None => at + 1 + length,
        };
        (length > 0).then_some((at..end, &inside[..length]))
    })
}

/// The text of `word`, which the command at `ix` of `script` is given, with what its variables hold.
pub(super) fn expanded<'w>(script: &Script<'_>, ix: usize, word: &'w Word<'_>) -> Cow<'w, str> {
    if !word.expands {
        return Cow::Borrowed(&word.text);
    }
    let mut text = word.text.to_string();
    let marks: Vec<Mark<'_>> = marks(&word.text).collect();
    for (range, name) in marks.into_iter().rev() {
        if let Some((holder, from)) = variable(script, ix, &format!("${name}")) {
            text.replace_range(range, &holder.text[from..]);
        }
    }
    Cow::Owned(text)
}
