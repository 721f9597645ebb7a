//! Lines that name what follows them, and the groups that steps stand under by such names.

use std::sync::Arc;

use super::decided;
use super::decoration;
use super::heading;
use crate::plan::markdown::elements::blocks::{Inline, one_line};

/// The longest line that names what follows it.
const MAX_LABEL: usize = 120;

/// The name of what steps stand under, one for all of them.
pub(in crate::plan::markdown) type Group = Arc<str>;

/// Whether `inline` names what follows it: "Database:", "**Database**", "**Option A**: restore".
pub(in crate::plan::markdown) fn is_label(inline: &Inline) -> bool {
    let text = inline.text.as_str();
    text.len() <= MAX_LABEL
        && !text.contains('\n')
        && (text.ends_with([':', '：'])
            || inline.is_bold()
            || (inline.leads_bold() && heading::counts(text))
            || (is_counted(text) && !text.ends_with('.'))
            || decided::of_following(text).is_some())
}

/// "Option A: use helm", "Step 1: add the column".
fn is_counted(text: &str) -> bool {
    heading::counts_options(text)
        || (heading::counts_steps(text) && text.contains([':', '—', '–', '：']))
}

/// A label's words.
pub(in crate::plan::markdown) fn label(text: &str) -> String {
    let mut line = decoration::mend(one_line(text));
    let kept = decoration::strip(&line)
        .trim_end_matches([':', '：'])
        .trim_end();
    if line.starts_with(kept) {
        line.truncate(kept.len());
        return line;
    }
    kept.to_owned()
}

/// The name of a group in a group.
pub(in crate::plan::markdown) fn within(
    group: Option<&Group>,
    name: Option<String>,
) -> Option<Group> {
    match (group, name) {
        (Some(group), Some(name)) => Some(format!("{group} › {name}").into()),
        (group, name) => name.map(Group::from).or(group.cloned()),
    }
}
