//! Statements that are told by their words: trees of them would say no more.

use squawk_syntax::SyntaxNode;

use super::around;
use super::form::{Form, Reach};
use super::judge::Desk;
use super::lock::LockMode;
use super::name;
use super::read::{Read, begins};
use super::verdict::{Effect, Touch};
use crate::plan::sql_text::{self, Token, TokenSort};

/// Whether the word `wanted` stands below `node`.
pub(super) fn has(node: &SyntaxNode, wanted: &str) -> bool {
    let text = node.text().to_string();
    sql_text::tokens(&text).any(|token| text[token.range].eq_ignore_ascii_case(wanted))
}

/// `COMMENT ON TABLE`, `COMMENT ON COLUMN`: other comments lock nothing that others use.
pub(super) fn comment(desk: &mut Desk<'_>, node: &SyntaxNode) {
    let text = node.text().to_string();
    let tokens: Vec<Token> = sql_text::tokens(&text).collect();
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
pub(super) fn grant(desk: &mut Desk<'_>, node: &SyntaxNode, form: Form) {
    let locked = desk.catalog.server.is_some_and(|server| server >= 18) && is_on_table(node);
    let touches = if locked {
        granted(desk, node)
    } else {
        Vec::new()
    };
    desk.add_with(form, node, touches);
}

/// What is taken from everybody right after it was made is how rights are usually given, and so is
/// what was never a table's.
pub(super) fn revoke(desk: &mut Desk<'_>, node: &SyntaxNode) {
    let text = node.text().to_string().to_lowercase();
    let touched = granted(desk, node);
    let fresh = touched.iter().any(|touch| touch.fresh);
    let all_tables = text.contains("on all tables");
    let everybody = text.trim_end().ends_with("from public");
    let table = all_tables || (is_on_table(node) && text.contains(" on "));
    let role = !text.contains(" on ");
    let form = if (table && !fresh) || (!table && !role && !everybody) {
        Form::Revoke
    } else {
        Form::Grant
    };
    grant(desk, node, form);
}

/// Whether a grant is about tables.
fn is_on_table(node: &SyntaxNode) -> bool {
    let text = node.text().to_string().to_lowercase();
    let others = [
        "on schema",
        "on all ",
        "on database",
        "on function",
        "on procedure",
        "on routine",
        "on language",
        "on tablespace",
        "on foreign",
        "on parameter",
        "on large",
        "on sequence",
        "on type",
        "on domain",
    ];
    !others.iter().any(|words| text.contains(words))
}

fn granted(desk: &Desk<'_>, node: &SyntaxNode) -> Vec<Touch> {
    let text = node.text().to_string();
    let tokens: Vec<Token> = sql_text::tokens(&text).collect();
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
    let tokens: Vec<Token> = sql_text::tokens(text).collect();
    for tokens in commands(&tokens, text) {
        one_by_words(desk, statement, tokens);
    }
}

/// What the query of `CREATE TABLE … AS` writes before it reads.
pub(super) fn written_for(desk: &mut Desk<'_>, statement: &Read<'_>) {
    let tokens: Vec<Token> = sql_text::tokens(statement.text).collect();
    let is =
        |token: &Token, word: &str| statement.text[token.range.clone()].eq_ignore_ascii_case(word);
    let query = tokens
        .windows(2)
        .position(|pair| is(&pair[0], "as") && is(&pair[1], "with"));
    for tokens in query.map_or(Vec::new(), |at| commands(&tokens[at + 1..], statement.text)) {
        one_by_words(desk, statement, tokens);
    }
}

/// The command that `tokens` of a statement are, and those in front of it in its `WITH`. Some statements hold another
/// one: `EXPLAIN ANALYZE`, which runs it, `COPY (…) TO`, `PREPARE … AS`.
fn commands<'t>(tokens: &'t [Token], text: &str) -> Vec<&'t [Token]> {
    let is = |ix: usize, wanted: &str| {
        let token = tokens.get(ix);
        token.is_some_and(|token| text[token.range.clone()].eq_ignore_ascii_case(wanted))
    };
    let first = |wanted: &str| (0..tokens.len()).find(|ix| is(*ix, wanted));
    if is(0, "explain") {
        let off = |at: usize| ["off", "false", "0"].iter().any(|word| is(at + 1, word));
        let runs = first("analyze").or_else(|| first("analyse"));
        let held = ["with", "select"]
            .iter()
            .chain(&VERBS)
            .filter_map(|verb| first(verb));
        return match (runs.filter(|at| !off(*at)), held.min()) {
            (Some(runs), Some(at)) if runs < at => commands(&tokens[at..], text),
            _ => Vec::new(),
        };
    }
    if is(0, "copy") && is(1, "(") {
        let end = tokens
            .iter()
            .rposition(|token| &text[token.range.clone()] == ")");
        return commands(tokens.get(2..end.unwrap_or(2)).unwrap_or_default(), text);
    }
    if is(0, "prepare") && !is(1, "transaction") {
        return first("as").map_or(Vec::new(), |at| commands(&tokens[at + 1..], text));
    }
    if !is(0, "with") {
        return vec![tokens];
    }
    let mut found = Vec::new();
    let (mut depth, mut from) = (0_usize, 1);
    for ix in 1..tokens.len() {
        if is(ix, "(") {
            depth += 1;
            from = if depth == 1 { ix + 1 } else { from };
        } else if is(ix, ")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                found.push(&tokens[from..ix]);
            }
        } else if depth == 0 && VERBS.iter().any(|verb| is(ix, verb)) {
            found.push(&tokens[ix..]);
            break;
        }
    }
    found
}

/// How a command begins that can stand behind `WITH`.
const VERBS: [&str; 5] = ["select", "insert", "update", "delete", "merge"];

fn one_by_words(desk: &mut Desk<'_>, statement: &Read<'_>, tokens: &[Token]) {
    let text = statement.text;
    if let Some(role) = locked_out(tokens, text) {
        let form = if around::makes_role(desk.sql, &role) {
            Form::Other
        } else {
            Form::LockOut
        };
        desk.add_at(form, statement.range.clone(), Vec::new());
        return;
    }
    let Some((form, at)) = form_by_words(tokens, text) else {
        return;
    };
    let word = |ix: usize| {
        tokens
            .get(ix)
            .map_or("", |token| &text[token.range.clone()])
    };
    let alone = word(at).eq_ignore_ascii_case("only");
    let at = at + usize::from(alone);
    let Some(first) = tokens.get(at).filter(|first| first.sort != TokenSort::Sign) else {
        return;
    };
    let mut end = first.range.end;
    if word(at + 1) == "." {
        end = tokens.get(at + 2).map_or(end, |token| token.range.end);
    }
    let relation = name::canonical(&text[first.range.start..end]);
    let form = match form {
        Form::UpdateSome if chooses_all(desk, &relation, tokens, text) => Form::Update,
        form => form,
    };
    let row = form.row();
    let lock = row.lock.unwrap_or(LockMode::AccessShare);
    let mut touches = vec![desk.touch(&relation, lock, row.effect)];
    if !alone && form.reach() == Reach::All && desk.catalog.has_below(&relation) {
        let below = desk.catalog.below(&relation);
        touches.extend(below.iter().map(|name| desk.touch(name, lock, row.effect)));
    }
    let whole = tokens[0].range.start..tokens[tokens.len() - 1].range.end;
    let base = statement.range.start;
    desk.add_at(form, base + whole.start..base + whole.end, touches);
}

/// Whether rows are chosen by no more than that a column is null which has just been added without a value.
fn chooses_all(desk: &Desk<'_>, relation: &str, tokens: &[Token], text: &str) -> bool {
    let words: Vec<&str> = tokens
        .iter()
        .map(|token| &text[token.range.clone()])
        .collect();
    let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
    let chosen = words.iter().rposition(|word| is(word, "where"));
    let column = match chosen.map(|at| &words[at + 1..]) {
        Some([column, rest @ ..] | [_, ".", column, rest @ ..]) if matches!(rest, [a, b] if is(a, "is") && is(b, "null")) => {
            name::canonical(column)
        }
        _ => return false,
    };
    let key = (relation.to_owned(), column);
    desk.catalog.unfilled.contains(&key)
}

/// The role that a command keeps from logging in.
fn locked_out(tokens: &[Token], text: &str) -> Option<String> {
    let is = |token: &Token, word: &str| text[token.range.clone()].eq_ignore_ascii_case(word);
    let [alter, sort, role, rest @ ..] = tokens else {
        return None;
    };
    let alters = is(alter, "alter") && (is(sort, "role") || is(sort, "user"));
    let locked = alters && rest.iter().any(|token| is(token, "nologin"));
    locked.then(|| name::canonical(&text[role.range.clone()]))
}

/// The form that a command's words tell, and which of them is the relation's name, or `ONLY` before it.
fn form_by_words(tokens: &[Token], text: &str) -> Option<(Form, usize)> {
    let mut depth = 0_usize;
    let words: Vec<(String, usize)> = tokens
        .iter()
        .map(|token| {
            let word = text[token.range.clone()].to_ascii_lowercase();
            depth = depth.saturating_sub(usize::from(word == ")"));
            let at = depth;
            depth += usize::from(word == "(");
            (word, at)
        })
        .collect();
    let word = |ix: usize| words.get(ix).map_or("", |(word, _)| word);
    let has = |wanted: &str| words.iter().any(|(word, _)| word == wanted);
    // A query in parentheses has words of its own.
    let own = |wanted: &str| {
        words
            .iter()
            .position(|(word, depth)| *depth == 0 && word == wanted)
    };
    // `WHERE true` chooses nothing.
    let chooses_behind = |at: usize| {
        let said: Vec<&str> = words[at + 1..]
            .iter()
            .map(|(word, _)| word.as_str())
            .take_while(|word| !matches!(*word, "returning" | "when"))
            .filter(|word| !matches!(*word, "(" | ")"))
            .collect();
        !matches!(said.as_slice(), ["true"] | ["not", "false"])
            && !matches!(said.as_slice(), [one, "=", other] if one == other && is_plain(one))
    };
    let chooses = own("where").is_some_and(chooses_behind);
    // What is done with each row that fits, if all fit.
    let merged = |verb: &str| {
        let done = |at: &usize| words[*at..].iter().map(|(word, _)| word.as_str()).take(4);
        let all = ["when", "matched", "then", verb];
        own("on").is_some_and(|at| !chooses_behind(at))
            && (0..words.len()).any(|at| done(&at).eq(all))
    };
    let some = |some: Form, all: Form| if chooses { some } else { all };
    Some(match (word(0), word(1)) {
        ("insert", _) => (Form::Insert, 2),
        ("update", _) => (some(Form::UpdateSome, Form::Update), 1),
        ("delete", _) => (some(Form::DeleteSome, Form::Delete), 2),
        ("merge", _) if merged("delete") => (Form::Delete, 2),
        ("merge", _) if merged("update") => (Form::Update, 2),
        ("merge", _) => (Form::UpdateSome, 2),
        ("copy", _) if own("from").is_some() => (Form::Insert, 1),
        ("copy", _) => (Form::Read, 1),
        ("select", _) if has("for") && (has("update") || has("share")) => {
            (Form::LockRows, own("from")? + 1)
        }
        _ => return None,
    })
}

/// Whether `word` is a number or a text: the same as itself in every row.
fn is_plain(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit() || c == '\'')
}

/// The mode that `LOCK TABLE` names; without one it is the strongest.
pub(super) fn locked_mode(text: &str) -> LockMode {
    let text = text.to_uppercase();
    let named = |mode: &&LockMode| text.contains(&format!("IN {} MODE", mode.words()));
    LockMode::ALL
        .iter()
        .find(named)
        .copied()
        .unwrap_or(LockMode::AccessExclusive)
}
