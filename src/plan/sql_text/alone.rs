//! Which statements can't stand in a transaction.

use super::{Token, TokenSort, mentions, statements, tokens, words};

/// Why `sql` can't be wrapped in a transaction, if it can't: the words that say so.
pub fn refuses_transaction(sql: &str) -> Option<String> {
    statements(sql)
        .into_iter()
        .find_map(|statement| controls(statement).or_else(|| stands_alone(statement)))
}

/// How many words at the beginning of a statement tell how it is run.
const MAX_WORDS: usize = 8;

/// The words by which `statement` begins or ends a transaction, if it does.
fn controls(statement: &str) -> Option<String> {
    let words: Vec<String> = words(statement).take(MAX_WORDS).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // Back to a savepoint is not out of the transaction.
        ["ROLLBACK", "TO", ..] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO", ..] => None,
        ["BEGIN" | "COMMIT" | "ROLLBACK" | "END" | "ABORT", ..] => Some(words[0].to_owned()),
        [first @ ("START" | "PREPARE"), "TRANSACTION", ..] => Some(format!("{first} TRANSACTION")),
        ["DO", ..] if commits(statement) => Some("DO with COMMIT".to_owned()),
        _ => None,
    }
}

/// The words by which the server refuses `statement` in a transaction, if it does.
pub(in crate::plan) fn stands_alone(statement: &str) -> Option<String> {
    let words: Vec<String> = words(statement).take(MAX_WORDS).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["VACUUM", ..] => Some("VACUUM".to_owned()),
        ["CREATE", "SUBSCRIPTION", ..] if makes_no_slot(statement) => None,
        [
            first @ ("CREATE" | "DROP"),
            second @ ("DATABASE" | "TABLESPACE" | "SUBSCRIPTION"),
            ..,
        ]
        | [first @ "ALTER", second @ "SYSTEM", ..]
        | [first @ "DISCARD", second @ "ALL"] => Some(format!("{first} {second}")),
        ["ALTER", "DATABASE", "SET", "TABLESPACE", ..]
        | ["ALTER", "DATABASE", _, "SET", "TABLESPACE", ..] => {
            Some("ALTER DATABASE SET TABLESPACE".to_owned())
        }
        [first @ ("CREATE" | "DROP" | "REINDEX" | "ALTER"), rest @ ..]
            if rest.contains(&"CONCURRENTLY") =>
        {
            let off = first == &"REINDEX" && mentions(statement, "concurrently false");
            (!off).then(|| "CONCURRENTLY".to_owned())
        }
        // Options stand in parentheses before the word.
        ["REINDEX", rest @ ..] => {
            let options = ["VERBOSE", "TABLESPACE", "ON", "OFF", "TRUE", "FALSE"];
            let sort = rest.iter().find(|word| !options.contains(word));
            let all = ["DATABASE", "SYSTEM", "SCHEMA"];
            let sort = sort.filter(|word| all.contains(word))?;
            Some(format!("REINDEX {sort}"))
        }
        // All tables, each in a transaction of its own.
        ["CLUSTER"] | ["CLUSTER", "VERBOSE"] => Some("CLUSTER".to_owned()),
        _ => None,
    }
}

/// Whether `CREATE SUBSCRIPTION` leaves the other server alone.
fn makes_no_slot(statement: &str) -> bool {
    let words: Vec<String> = words(statement).collect();
    words.windows(2).any(|pair| {
        let off = ["FALSE", "OFF", "0"].contains(&pair[1].as_str());
        off && ["CONNECT", "CREATE_SLOT"].contains(&pair[0].as_str())
    })
}

/// Whether the block that the statement `DO $$ … $$` runs ends transactions.
fn commits(statement: &str) -> bool {
    let quoted = |token: &Token| token.sort == TokenSort::Text;
    let Some(body) = tokens(statement).find(quoted) else {
        return false;
    };
    let body = statement[body.range.clone()].trim_matches(['\'', '$']);
    let words: Vec<&str> = tokens_of(body);
    let begins = |word: &str| {
        let known = [";", "begin", "then", "loop", "else"];
        known.iter().any(|known| known.eq_ignore_ascii_case(word))
    };
    words.windows(3).any(|part| {
        let ends = ["commit", "rollback"];
        let named = ends.iter().any(|end| end.eq_ignore_ascii_case(part[1]));
        begins(part[0]) && named && (part[2] == ";" || part[2].eq_ignore_ascii_case("and"))
    })
}

/// The words and signs of `sql`.
fn tokens_of(sql: &str) -> Vec<&str> {
    tokens(sql).map(|token| &sql[token.range]).collect()
}
