//! Comments behind a command on its line.

use super::script::Piece;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::line::Sort;
use crate::plan::markdown::holes::placeholder::Context;
use crate::plan::markdown::names::comments;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::shell;

/// The first comment behind a command of `piece` that says against going on into that, where it stands, and why. Within a
/// statement of several lines it may be a part of a text.
pub(in crate::plan::markdown) fn reserve<'t>(
    piece: &Piece<'t>,
    fence: &Fence,
) -> Option<(usize, &'t str, Option<Reserve>)> {
    let (context, sign) = match fence.language {
        Language::Sql => (Context::Sql, "--"),
        _ => (Context::Shell, "#"),
    };
    if !piece.code.iter().any(|line| line.text.contains(sign)) {
        return None;
    }
    let text: Vec<&str> = piece.code.iter().map(|line| line.text).collect();
    let begins = shell::scan(&text.join("\n")).boundaries;
    let whole = |ix: usize| {
        fence.language == Language::Sql || (begins[ix] && begins.get(ix + 1) != Some(&false))
    };
    let lines = piece.code.iter().enumerate();
    let mut lines = lines.filter(|(ix, line)| line.sort == Sort::Code && whole(*ix));
    lines.find_map(|(_, line)| {
        let code = code_of(line.text, context);
        let told = line.text[code.len()..].strip_prefix(sign)?.trim();
        let at = line.at + line.text.trim_end().len() - told.len() - 1;
        let why = comments::beside(told).filter(|_| !code.trim().is_empty())?;
        Some((at, told, Some(why)))
    })
}

/// A line up to its comment. Quotes count, so a `#` in a text is none.
pub(in crate::plan::markdown) fn code_of(line: &str, context: Context) -> &str {
    let mark = match context {
        Context::Shell => "#",
        Context::Sql => "--",
    };
    if !line.contains(mark) {
        return line;
    }
    let mut quote = None;
    let mut spaced = true;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if spaced && line[at..].starts_with(mark) => return &line[..at],
            _ => {}
        }
        spaced = c.is_whitespace() || context == Context::Sql;
    }
    line
}
