//! The shape of a statement: its words, and what stands in brackets as one thing. And patterns of such shapes.

use super::{Token, TokenSort, tokens};

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// A word in lower case; a name of several parts, or in quotes, is one as well.
    Word(String),
    /// What stands in brackets.
    Group(Vec<Piece>),
    Comma,
    /// A text, another sign.
    Other,
}

/// A statement as far as patterns ask.
pub struct Shape(Vec<Piece>);

/// How deep brackets are looked into; behind that nothing is found.
const MAX_DEPTH: usize = 60;
/// What may stand behind `CREATE` and says nothing of the form.
const ADJECTIVES: [&str; 7] = [
    "global",
    "local",
    "recursive",
    "temp",
    "temporary",
    "unique",
    "unlogged",
];

impl Shape {
    /// Reads `statement`. Words are left out that may stand there or not: `IF EXISTS`, `COLUMN`, `ONLY`.
    pub fn read(statement: &str) -> Self {
        let mut open: Vec<Vec<Piece>> = vec![Vec::new()];
        let mut joins = false;
        for Token { sort, range } in tokens(statement) {
            let text = &statement[range];
            let deep = open.len() > MAX_DEPTH;
            let Some(own) = open.last_mut().filter(|_| !deep) else {
                return Shape(Vec::new());
            };
            let joined = std::mem::take(&mut joins);
            match (sort, text) {
                (TokenSort::Sign, "(") => open.push(Vec::new()),
                (TokenSort::Sign, ")") => {
                    let group = Piece::Group(plain(std::mem::take(own)));
                    open.pop();
                    match open.last_mut() {
                        Some(outer) => outer.push(group),
                        None => return Shape(Vec::new()),
                    }
                }
                (TokenSort::Sign, ",") => own.push(Piece::Comma),
                (TokenSort::Sign, ".") => joins = true,
                (TokenSort::Sign, "*") => {}
                (TokenSort::Word | TokenSort::Name, _) => match own.last_mut() {
                    Some(Piece::Word(last)) if joined => last.extend([".", text]),
                    _ => own.push(Piece::Word(text.to_ascii_lowercase())),
                },
                _ => own.push(Piece::Other),
            }
        }
        Shape(open.into_iter().next().map(plain).unwrap_or_default())
    }

    /// Whether the statement has the form `pattern`: words with which it begins, `?` for any, and `(a b)` for brackets
    /// of which one item begins so, or `(…a b)`, ends; at the end `!a` for what is not that word. Behind `|` stands what comes anywhere after them, behind `/` what
    /// comes in the brackets after them.
    pub fn is(&self, pattern: &str) -> bool {
        let (head, body) = match pattern.split_once(['|', '/']) {
            Some((head, body)) => (head, Some(body)),
            None => (pattern, None),
        };
        let head = atoms(head);
        let Some(rest) = self.0.get(head.len()..).filter(|_| begins(&self.0, &head)) else {
            return false;
        };
        let Some(body) = body.map(atoms) else {
            return true;
        };
        let places = match rest {
            _ if pattern.contains('|') => rest,
            [Piece::Group(inside), ..] => inside,
            _ => return false,
        };
        (0..places.len()).any(|at| begins(&places[at..], &body))
    }

    /// Whether the function `name` is called anywhere in it.
    pub fn calls(&self, name: &str) -> bool {
        let mut open = vec![self.0.as_slice()];
        while let Some(pieces) = open.pop() {
            for (at, piece) in pieces.iter().enumerate() {
                match piece {
                    Piece::Group(inside) => open.push(inside),
                    Piece::Word(word) => {
                        let own = word == name || word.strip_prefix("pg_catalog.") == Some(name);
                        if own && matches!(pieces.get(at + 1), Some(Piece::Group(_))) {
                            return true;
                        }
                    }
                    Piece::Comma | Piece::Other => {}
                }
            }
        }
        false
    }
}

/// `pieces` without the words that may stand there or not.
fn plain(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let word = |piece: &Piece, wanted: &str| matches!(piece, Piece::Word(word) if word == wanted);
    if pieces.first().is_some_and(|first| word(first, "create")) {
        let adjective = |piece: &&Piece| ADJECTIVES.iter().any(|known| word(piece, known));
        let count = pieces[1..].iter().take_while(adjective).count();
        pieces.drain(1..=count);
    }
    let mut at = 0;
    while at < pieces.len() {
        let rest = &pieces[at..];
        let begins = |words: &[&str]| {
            rest.len() >= words.len()
                && words
                    .iter()
                    .zip(rest)
                    .all(|(wanted, piece)| word(piece, wanted))
        };
        let skipped = match () {
            () if begins(&["if", "not", "exists"]) => 3,
            () if begins(&["if", "exists"]) => 2,
            () if begins(&["column"]) || (at == 2 && begins(&["only"])) => 1,
            () => 0,
        };
        pieces.drain(at..at + skipped);
        at += usize::from(skipped == 0);
    }
    pieces
}

/// The words and brackets of a pattern.
fn atoms(pattern: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = pattern.trim();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('(') {
            Some(_) => rest.find(')').map(|at| at + 1),
            None => rest.find(' '),
        };
        let (atom, behind) = rest.split_at(end.unwrap_or(rest.len()));
        found.push(atom);
        rest = behind.trim_start();
    }
    found
}

fn begins(pieces: &[Piece], atoms: &[&str]) -> bool {
    let (atoms, other) = match atoms {
        [atoms @ .., last] if last.starts_with('!') => (atoms, last.strip_prefix('!')),
        _ => (atoms, None),
    };
    let behind = pieces.get(atoms.len());
    if behind
        .is_some_and(|piece| matches!(piece, Piece::Word(word) if Some(word.as_str()) == other))
    {
        return false;
    }
    let same = |(atom, piece): (&&str, &Piece)| match piece {
        Piece::Word(word) => *atom == "?" || atom == word,
        Piece::Group(inside) => atom
            .strip_prefix('(')
            .is_some_and(|atom| holds(inside, atom.trim_end_matches(')'))),
        Piece::Comma | Piece::Other => false,
    };
    pieces.len() >= atoms.len() && atoms.iter().zip(pieces).all(same)
}

/// Whether an item in brackets begins with the words `wanted`, or ends with those behind `…`.
fn holds(inside: &[Piece], wanted: &str) -> bool {
    let mut items = inside.split(|piece| *piece == Piece::Comma);
    if let Some(end) = wanted.strip_prefix('…') {
        let end = atoms(end);
        return items.any(|item| {
            let from = item.len().checked_sub(end.len());
            from.is_some_and(|from| begins(&item[from..], &end))
        });
    }
    let first = atoms(wanted);
    items.any(|item| begins(item, &first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_have_a_form_in_its_place_only() {
        let is = |sql: &str, pattern: &str| Shape::read(sql).is(pattern);
        for (sql, pattern) in [
            (
                "ALTER TABLE ONLY shop.\"T\" ADD COLUMN IF NOT EXISTS a int",
                "alter table ? add ? int",
            ),
            (
                "create unlogged table t (a int, b int not enforced)",
                "create table ? / not enforced",
            ),
            (
                "explain (costs off, generic_plan) select 1",
                "explain (generic_plan)",
            ),
            (
                "alter table t drop a, alter b set compression pglz",
                "alter table ? | alter ? set compression",
            ),
            (
                "create table t (primary key (a, b without overlaps))",
                "create table ? / primary key (…without overlaps)",
            ),
            ("drop index concurrently x", "drop index"),
            (
                "create index on t (a) where (b)",
                "create index | () where ()",
            ),
        ] {
            assert!(is(sql, pattern), "{sql}: {pattern}");
        }
        for (sql, pattern) in [
            ("explain select 1 as generic_plan", "explain (generic_plan)"),
            (
                "explain (costs off) select 1 as generic_plan",
                "explain (generic_plan)",
            ),
            (
                "alter table t alter a drop default, add set compression",
                "alter table ? | alter ? set compression",
            ),
            (
                "create table t (a bool, check (not enforced))",
                "create table ? / not enforced",
            ),
            (
                "create table t as select not enforced",
                "create table ? / not enforced",
            ),
            ("select 'merge into'", "merge into"),
            ("\"merge\" into", "merge into"),
            ("drop (index)", "drop index"),
            ("drop table a", "drop table ? ?"),
        ] {
            assert!(!is(sql, pattern), "{sql}: {pattern}");
        }
        assert!(Shape::read("select (pg_catalog.now()).x").calls("now"));
        assert!(!Shape::read("select shop.now(), now from now").calls("now"));
        let deep = format!("{}f(){}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(!Shape::read(&deep).calls("f"));
        assert!(!Shape::read(")) f (").calls("f"));
    }
}
