//! Comments of several lines that show what is printed: "# Expected output:", and below it what that is. They belong to
//! the commands beside them, and are nothing to do.

use super::script;
use crate::plan::letters;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::label::label;

/// Marks them among `lines`: the comments right below one that announces them.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    let mut at = 0;
    while at < lines.len() {
        let first = at;
        at += 1;
        if !matches!(lines[first].sort, Sort::Comment(text) if announces(text)) {
            continue;
        }
        while let Some(Line {
            sort: Sort::Comment(text),
            ..
        }) = lines.get(at).copied()
            && script::numbered(text).is_none()
        {
            lines[at].sort = Sort::Shown(text);
            at += 1;
        }
        if at > first + 1 {
            lines[first].sort = Sort::Shown("");
        }
    }
}

fn announces(comment: &str) -> bool {
    let announced = || unsaid::of(comment) == Some(Unsaid::Printed);
    let folded = || letters::fold(&label(comment));
    comment.ends_with([':', '：']) && (announced() || SHOULD.contains(&folded().as_str()))
}

/// With what such a comment may say no more, in all languages. Above a block, a line that says so may be about what
/// is run.
#[rustfmt::skip]
const SHOULD: [&str; 24] = [
    "should show", "should print", "should return", "should output", "should be", "must show", "must print", "must return",
    "expected response", "expected result", "expected results", "sollte zeigen", "sollte anzeigen", "sollte ausgeben",
    "devrait afficher", "doit afficher", "deberia mostrar", "debe mostrar", "deve mostrar", "deveria mostrar", "должно показать",
    "должно быть", "应该显示", "应显示",
];
