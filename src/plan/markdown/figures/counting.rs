//! What a query or a script is certain to leave to be judged: one number, rows, or nobody knows.

use crate::plan::commands::{self, Command, Given, Input, PSQL, Script, Settings};
use crate::plan::sql_text;

/// What is certain of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Leaves {
    /// One number: `select count(*) …`, `… | wc -l`.
    Number,
    /// The same of a program that calls it a failure to count none: `grep -c`.
    Matches,
    /// One field in each row, of which there is one for `sure`.
    Field { sure: bool },
    /// The same, printed by a script.
    Line { sure: bool },
    /// Rows, of which somebody counts how many there are.
    Rows,
    /// The table that `psql` makes of them, with their number below it.
    Table,
    /// Nobody knows.
    Unknown,
}

/// What the statement `sql` leaves.
pub(in crate::plan::markdown) fn of_query(sql: &str) -> Leaves {
    let [only] = sql_text::statements(sql)[..] else {
        return Leaves::Unknown;
    };
    let words: Vec<String> = sql_text::tokens(only)
        .map(|token| only[token.range].to_ascii_lowercase())
        .collect();
    let selects = match words.first().map(String::as_str) {
        Some("show") => return Leaves::Field { sure: true },
        Some("table" | "values") => return Leaves::Rows,
        Some("select" | "with") => outermost(&words, "select"),
        _ => None,
    };
    let Some(rest) = selects.map(|at| &words[at + 1..]) else {
        return Leaves::Unknown;
    };
    if ["union", "intersect", "except", "into"]
        .into_iter()
        .any(|word| outermost(rest, word).is_some())
    {
        return Leaves::Unknown;
    }
    let from = outermost(rest, "from");
    let columns = &rest[..from.unwrap_or(rest.len())];
    let one = outermost(columns, ",").is_none() && outermost(columns, "*").is_none();
    let counts = counts(columns);
    let grouped = outermost(rest, "group").is_some();
    if !one {
        Leaves::Rows
    } else if counts && !grouped {
        Leaves::Number
    } else {
        let summed = columns.first().is_some_and(|name| SUMS.contains(&&**name)) && !grouped;
        let sure = from.is_none() || (summed && outermost(columns, "over").is_none());
        Leaves::Field { sure }
    }
}

/// Functions that make one row of all.
const SUMS: [&str; 9] = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "bool_and",
    "bool_or",
    "every",
    "string_agg",
];

/// Whether `column` is a count, whatever it is called: `count(*) || ' rows'` is more than that.
fn counts(column: &[String]) -> bool {
    let [name, open, ..] = column else {
        return false;
    };
    let close = outermost(&column[1..], ")").map(|at| at + 1);
    let behind = close.map_or(&[][..], |close| &column[close + 1..]);
    let named = |word: &String| {
        word.starts_with(|c: char| c.is_alphabetic() || c == '"') && !GO_ON.contains(&&**word)
    };
    name == "count" && open == "(" && behind.first().is_none_or(named)
}

/// What goes on with an expression, or counts anew in each row.
const GO_ON: [&str; 11] = [
    "over", "within", "and", "or", "is", "in", "between", "not", "like", "at", "collate",
];

/// Where `word` first stands outside of brackets.
fn outermost(words: &[String], wanted: &str) -> Option<usize> {
    let mut depth = 0_usize;
    words.iter().position(|word| {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word == wanted
    })
}

/// What `script` prints last.
pub(in crate::plan::markdown) fn of_script(script: &str) -> Leaves {
    let script = commands::read(script, Settings::default());
    match script.commands.last() {
        Some(last) if is_last(&script, last) => of_command(last),
        _ => Leaves::Unknown,
    }
}

/// Whether what `command` prints is what the whole script prints last.
fn is_last(script: &Script<'_>, command: &Command<'_>) -> bool {
    let pipe = script.pipe(command);
    pipe.parent.is_none()
        && !pipe.substituted
        && command.stage + 1 == pipe.stages
        && command.output().is_none()
}

fn of_command(command: &Command<'_>) -> Leaves {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    let options = || words().filter(|word| word.starts_with('-'));
    let clustered =
        |letter: char| move |word: &str| word.contains(letter) && !word.starts_with("--");
    let operands = words().filter(|word| !word.starts_with('-')).count();
    let reads = !matches!(command.input(), Input::None);
    match command.program() {
        // With a file's name behind it, it prints that as well.
        "wc" if operands == 0
            && reads
            && options().count() == 1
            && options().all(|word| word.len() == 2 || word == "--lines") =>
        {
            Leaves::Number
        }
        "grep" | "egrep" | "fgrep" | "zgrep" => {
            let many = |word: &str| word.contains(['r', 'R', 'H']) || word.starts_with("--");
            let counts = options().any(|word| word == "--count" || clustered('c')(word));
            let one = operands == 1 && reads || operands == 2;
            let others = options().filter(|word| *word != "--count");
            if counts && one && !others.clone().any(many) {
                Leaves::Matches
            } else {
                Leaves::Unknown
            }
        }
        "jq" if words().any(|word| word.trim_end().ends_with("length")) => Leaves::Number,
        "curl"
            if words().any(|word| word.trim_end_matches("\\n") == "%{http_code}")
                && options().any(|word| word.starts_with("--output") || clustered('o')(word)) =>
        {
            Leaves::Number
        }
        "psql" => of_psql(command),
        _ => Leaves::Unknown,
    }
}

fn of_psql(command: &Command<'_>) -> Leaves {
    let given = Given::read(command.arguments(), PSQL);
    let mut told = given
        .options
        .iter()
        .filter(|option| matches!(option.name, "c" | "command"));
    let piped;
    let sql = match (told.next(), command.input()) {
        (Some(only), _) => only.value,
        (None, Input::Text(text)) => {
            piped = text.text.as_ref();
            Some(piped)
        }
        _ => None,
    };
    let Some(sql) = sql.filter(|_| {
        told.next().is_none()
            && !given.has(&[
                "f", "file", "o", "output", "P", "pset", "csv", "x", "H", "html",
            ])
    }) else {
        return Leaves::Unknown;
    };
    let bare = given.has(&["t", "tuples-only"]);
    match of_query(sql) {
        Leaves::Field { sure } if bare => Leaves::Line { sure },
        Leaves::Field { .. } | Leaves::Rows if !bare => Leaves::Table,
        Leaves::Number => Leaves::Number,
        _ => Leaves::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Leaves = Leaves::Field { sure: true };

    #[test]
    fn queries_leave_a_number_a_field_or_rows() {
        for (sql, leaves) in [
            ("select count(*) from t;", Leaves::Number),
            (
                "SELECT count(distinct a) AS n FROM t WHERE b IN (1, 2)",
                Leaves::Number,
            ),
            ("select count(*) filter (where a) from t", Leaves::Number),
            ("select max(id) from t", FIELD),
            ("select count(*) || ' rows' from t", FIELD),
            ("select count(*)::text from t", FIELD),
            (
                "select count(*) over () from t",
                Leaves::Field { sure: false },
            ),
            ("select count(*) between 1 and 2 from t", FIELD),
            ("select pg_is_in_recovery()", FIELD),
            ("select a, count(*) from t group by a", Leaves::Rows),
            (
                "select count(*) from t group by a",
                Leaves::Field { sure: false },
            ),
            ("select * from t", Leaves::Rows),
            ("select count(*), 1 from t", Leaves::Rows),
            ("with a as (select 1) select * from a", Leaves::Rows),
            (
                "with a as (select 1, 2 group by b) select count(*) from a",
                Leaves::Number,
            ),
            (
                "select count(a.*) from (select 1 union select 2) a",
                Leaves::Number,
            ),
            ("show server_version", FIELD),
            (
                "select a from t where b is null",
                Leaves::Field { sure: false },
            ),
            ("select 1 union select 2", Leaves::Unknown),
            ("update t set a = 1", Leaves::Unknown),
            ("select 1; select 2", Leaves::Unknown),
        ] {
            assert_eq!(of_query(sql), leaves, "{sql}");
        }
    }

    #[test]
    fn scripts_leave_what_their_last_command_prints() {
        for (script, leaves) in [
            ("kubectl get pods | grep Running | wc -l", Leaves::Number),
            ("wc -l < orders.csv", Leaves::Number),
            ("wc -l orders.csv", Leaves::Unknown),
            ("grep -c ERROR app.log", Leaves::Matches),
            ("grep ERROR app.log | wc -lw", Leaves::Unknown),
            ("grep -rc ERROR logs", Leaves::Unknown),
            ("curl -s localhost/x | jq '.items | length'", Leaves::Number),
            (
                "curl -s -o /dev/null -w '%{http_code}' localhost",
                Leaves::Number,
            ),
            (
                "curl -s --output /dev/null -w '%{http_code}' localhost",
                Leaves::Number,
            ),
            (
                "curl -s --location -w '%{http_code}' localhost",
                Leaves::Unknown,
            ),
            ("curl -I localhost", Leaves::Unknown),
            (
                "psql \"$DATABASE_URL\" -c \"SELECT COUNT(*) FROM t;\"",
                Leaves::Number,
            ),
            (
                "psql -tAc 'select max(id) from t'",
                Leaves::Line { sure: true },
            ),
            (
                "docker exec db psql -U shop -c 'select * from t'",
                Leaves::Table,
            ),
            ("psql -tc 'select * from t'", Leaves::Unknown),
            ("psql -c 'select 1' -c 'select 2'", Leaves::Unknown),
            ("psql -c 'select count(*) from t' > n.txt", Leaves::Unknown),
            ("psql -c 'select count(*) from t' | cat", Leaves::Unknown),
            ("ls; wc -l < a && echo done", Leaves::Unknown),
            ("echo $(wc -l < a)", Leaves::Unknown),
        ] {
            assert_eq!(of_script(script), leaves, "{script}");
        }
    }
}
