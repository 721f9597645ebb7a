//! Statements that are told by their words: trees of them would say no more.

use squawk_syntax::SyntaxNode;

use super::form::Form;
use super::judge::Desk;
use super::lock::LockMode;
use super::name;
use super::read::{Read, begins};
use super::verdict::{Effect, Sort, Touch};
use crate::plan::sql_text::{self, Token};

/// `COMMENT ON TABLE`, `COMMENT ON COLUMN`: other comments lock nothing that others use.
pub(super) fn comment(desk: &mut Desk<'_>, node: &SyntaxNode) {
    let text = node.text().to_string();
    let tokens = sql_text::tokens(&text);
    let is = |token: &Token, word: &str| text[token.range.clone()].eq_ignore_ascii_case(word);
    let written = |name: &Token| {
        let end = tokens.iter().position(|token| is(token, "is"));
        let end = end.map_or(text.len(), |end| tokens[end].range.start);
        name::canonical(text.get(name.range.start..end).unwrap_or(""))
    };
    let name = match tokens.as_slice() {
        [_, _, sort, name, ..] if is(sort, "table") => written(name),
        [_, _, sort, name, ..] if is(sort, "column") => written(name)
            .rsplit_once('.')
            .map_or(String::new(), |(table, _)| table.to_owned()),
        _ => String::new(),
    };
    if name.is_empty() {
        desk.add_with(Form::Other, node, Vec::new());
    } else {
        desk.add(Form::ChangeSettings, node, &name);
    }
}

/// Since 18 a grant on a table locks it as reading does.
pub(super) fn grant(desk: &mut Desk<'_>, node: &SyntaxNode) {
    let text = node.text().to_string().to_lowercase();
    let on_table = ![
        "on schema",
        "on all ",
        "on database",
        "on function",
        "on sequence",
        "on type",
        "on domain",
    ]
    .iter()
    .any(|words| text.contains(words));
    let locked = desk.catalog.server.is_some_and(|server| server >= 18) && on_table;
    let touches = if locked {
        granted(desk, node)
    } else {
        Vec::new()
    };
    desk.add_with(Form::Grant, node, touches);
}

fn granted(desk: &Desk<'_>, node: &SyntaxNode) -> Vec<Touch> {
    let text = node.text().to_string();
    let tokens = sql_text::tokens(&text);
    let on = tokens
        .iter()
        .position(|token| text[token.range.clone()].eq_ignore_ascii_case("on"));
    let name = on.and_then(|on| {
        let words = tokens.get(on + 1..)?;
        words
            .iter()
            .find(|token| !text[token.range.clone()].eq_ignore_ascii_case("table"))
    });
    let name = name.map(|token| name::canonical(&text[token.range.clone()]));
    name.iter()
        .map(|name| desk.touch(name, LockMode::AccessShare, Effect::Metadata))
        .collect()
}

/// Statements that need no tree: their first words tell.
pub(super) fn by_words(desk: &mut Desk<'_>, statement: &Read<'_>) {
    // Most of what is read only looks: there is no more to say about it.
    let text = statement.text;
    let locks = || text.contains("for") || text.contains("FOR") || text.contains("For");
    if begins(text, "select") && !locks() {
        return;
    }
    let tokens = sql_text::tokens(statement.text);
    let word = |ix: usize| {
        let token = tokens.get(ix);
        token.map_or(String::new(), |token| {
            statement.text[token.range.clone()].to_ascii_lowercase()
        })
    };
    let Some((form, name_at)) = form_by_words(&tokens, statement.text) else {
        return;
    };
    let at = match name_at {
        usize::MAX => (0..tokens.len())
            .find(|ix| word(*ix) == "from")
            .map_or(usize::MAX, |ix| ix + 1),
        at => at,
    };
    let Some(first) = tokens.get(at) else { return };
    let mut end = first.range.end;
    if word(at + 1) == "." {
        end = tokens.get(at + 2).map_or(end, |token| token.range.end);
    }
    let relation = name::canonical(&statement.text[first.range.start..end]);
    let row = form.row();
    let lock = match form {
        Form::LockTable => locked_mode(statement.text),
        _ => row.lock.unwrap_or(LockMode::AccessShare),
    };
    let touch = Touch {
        sort: Sort::Table,
        ..desk.touch(&relation, lock, row.effect)
    };
    desk.add_at(form, statement.range.clone(), vec![touch]);
}

/// The form that a statement's words tell, and which of them is the relation's name; `usize::MAX`: the
/// one behind `FROM`.
fn form_by_words(tokens: &[Token], text: &str) -> Option<(Form, usize)> {
    let word = |ix: usize| {
        let token = tokens.get(ix);
        token.map_or(String::new(), |token| {
            text[token.range.clone()].to_ascii_lowercase()
        })
    };
    let has = |wanted: &str| (0..tokens.len()).any(|ix| word(ix) == wanted);
    Some(match (word(0).as_str(), word(1).as_str()) {
        ("insert", _) => (Form::Insert, 2),
        ("update", "only") => (
            if has("where") {
                Form::UpdateSome
            } else {
                Form::Update
            },
            2,
        ),
        ("update", _) => (
            if has("where") {
                Form::UpdateSome
            } else {
                Form::Update
            },
            1,
        ),
        ("delete", _) => (
            if has("where") {
                Form::DeleteSome
            } else {
                Form::Delete
            },
            2,
        ),
        ("merge", _) => (Form::UpdateSome, 2),
        ("copy", _) => (
            if has("from") {
                Form::Insert
            } else {
                Form::Read
            },
            1,
        ),
        ("select", _) if has("for") && (has("update") || has("share")) => {
            (Form::LockRows, usize::MAX)
        }
        ("lock", "table") => (Form::LockTable, 2),
        ("lock", _) => (Form::LockTable, 1),
        _ => return None,
    })
}

/// The mode that `LOCK TABLE` names; without one it is the strongest.
fn locked_mode(text: &str) -> LockMode {
    let text = text.to_uppercase();
    let named = |mode: &&LockMode| text.contains(&format!("IN {} MODE", mode.words()));
    LockMode::ALL
        .iter()
        .find(named)
        .copied()
        .unwrap_or(LockMode::AccessExclusive)
}
