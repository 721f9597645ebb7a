//! Slips in statements that are not read as trees. Only what every server refuses is told: what is not closed, and what
//! can't stand beside each other.

use std::ops::Range;

use super::client::is_filled_in;
use crate::plan::sql_text::{self, Token, TokenSort, Within};

/// How a tool that merges marks what it could not.
const CONFLICT: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

/// The first slip in the statement `text`, and what it is. What a client or a shell puts something into may be anything.
pub(super) fn slip(text: &str) -> Option<(Range<usize>, String)> {
    let (at, why) = conflict(text).or_else(|| misplaced(text))?;
    (!is_filled_in(text)).then(|| (at, why.to_owned()))
}

fn conflict(text: &str) -> Option<(Range<usize>, &'static str)> {
    let mark = CONFLICT.iter().find(|mark| text.starts_with(**mark))?;
    Some((
        0..mark.len(),
        "here two versions of the text were not merged",
    ))
}

fn misplaced(text: &str) -> Option<(Range<usize>, &'static str)> {
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut before: Option<Token> = None;
    // The words of the condition that the statement ends with, if it does.
    let mut choosing = false;
    for token in sql_text::tokens(text) {
        let piece = &text[token.range.clone()];
        let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(piece));
        let last = before
            .as_ref()
            .map_or("", |token| &text[token.range.clone()]);
        match (token.sort, piece) {
            (TokenSort::Sign, "(" | "[") => open.push(token.range.clone()),
            (TokenSort::Sign, ")" | "]") if open.pop().is_none() => {
                return Some((token.range, "nothing was opened that this closes"));
            }
            // A shell puts something in.
            (TokenSort::Sign, "$" | "`" | "\\") => return None,
            (TokenSort::Word, _) if open.is_empty() && last != "." => {
                choosing = is(&["where"]) || choosing && !is(&ENDS_CHOICE);
            }
            _ => {}
        }
        let parted =
            matches!(piece, "," | ")" | "]") || token.sort == TokenSort::Word && is(&BEHIND);
        if last == "," && parted {
            return Some((token.range, "nothing stands between the comma and this"));
        }
        before = Some(token);
    }
    let last = before?;
    let piece = &text[last.range.clone()];
    if last.sort != TokenSort::Sign && sql_text::open_at_end(piece) != Within::Nothing {
        let end = last.range.start + piece.chars().next().map_or(0, char::len_utf8);
        return Some((last.range.start..end, "what begins here is not closed"));
    }
    if let Some(bracket) = open.pop() {
        return Some((bracket, "this bracket is not closed"));
    }
    let goes_on = ["and", "or", "where"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(piece));
    if piece == "," || choosing && goes_on && last.sort == TokenSort::Word {
        return Some((
            last.range,
            "the statement ends behind this, which something has to follow",
        ));
    }
    None
}

/// Words behind which a condition is over, or what follows may be called like anything.
const ENDS_CHOICE: [&str; 8] = [
    "as",
    "except",
    "intersect",
    "into",
    "returning",
    "select",
    "union",
    "values",
];
/// Words that begin another part of a query.
const BEHIND: [&str; 2] = ["from", "where"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_where_it_stands() {
        for (text, place) in [
            ("insert into t (key, value values ('a', 'b')", "("),
            ("insert into t values (1, 2", "("),
            ("select count(* from orders", "("),
            ("select a) from orders", ")"),
            ("select * from orders where id = 1 AND", "AND"),
            ("select * from orders where", "where"),
            ("select a,, b from orders", ","),
            ("select a, from orders", "from"),
            ("select f(a, )", ")"),
            ("do $$ begin update orders set a = 1; end;", "$"),
            ("select 'a", "'"),
            ("<<<<<<< HEAD\nselect 1", "<<<<<<<"),
            (">>>>>>> other\nselect 1", ">>>>>>>"),
        ] {
            let found = slip(text).map(|(at, _)| &text[at]);
            assert_eq!(found, Some(place), "{text}");
        }
    }

    #[test]
    fn what_a_server_takes_is_no_slip() {
        for text in [
            "select 1 as and",
            "select 1 and",
            "select a.from, b.where from t",
            "select 1 where true union select 2 and",
            "delete from t where true returning id or",
            "select array[1, 2][1], '(', \"(\", $$ ( $$, E'\\'('",
            "select $1, ($2)",
            "select 1 -- (\n/* ( */",
            "select (:x, :'y'",
            "select ({{x}}",
            "insert into t values ($ROWS",
            "select `date` from (",
            "do $a$ begin perform '$b$ ('; end $a$",
            "values (1, 2), (3, 4)",
            "select a from t where b = 'and'",
        ] {
            assert_eq!(slip(text), None, "{text}");
        }
    }
}
