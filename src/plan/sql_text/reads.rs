//! What a text of SQL surely does no more than read, and what a statement takes along.

use super::{TokenSort, statements, tokens};

/// How statements begin that only read.
const READS: [&str; 5] = ["select", "show", "explain", "table", "values"];
/// What stands before a parenthesis and calls nothing, and functions that only read.
#[rustfmt::skip]
const HARMLESS: [&str; 88] = [
    "all", "and", "any", "array", "as", "between", "by", "cast", "char", "decimal", "distinct", "else", "except",
    "exists", "explain", "filter", "from", "group", "having", "in", "intersect", "join", "lateral", "limit",
    "materialized", "not", "numeric", "offset", "on", "or", "over", "row", "select", "sets", "some", "then", "union",
    "using", "values", "varchar", "when", "where", "within",
    "abs", "age", "array_agg", "array_length", "avg", "bool_and", "bool_or", "ceil", "coalesce", "count",
    "current_database", "current_setting", "date_trunc", "extract", "floor", "format", "generate_series", "greatest",
    "least", "left", "length", "lower", "max", "md5", "min", "now", "nullif", "pg_database_size",
    "pg_get_constraintdef", "pg_get_indexdef", "pg_indexes_size", "pg_is_in_recovery", "pg_relation_size", "pg_sleep",
    "pg_size_pretty", "pg_table_size", "pg_total_relation_size", "round", "row_number", "string_agg", "substring",
    "sum", "to_char", "upper", "version",
];

/// Whether `sql` surely changes nothing: it reads, and calls nothing that might.
pub fn only_reads(sql: &str) -> bool {
    statements(sql).into_iter().all(|statement| {
        let words: Vec<String> = tokens(statement)
            .filter(|token| token.sort != TokenSort::Text)
            .map(|token| statement[token.range].to_ascii_lowercase())
            .collect();
        let named =
            |word: &str| word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"');
        let calls = |pair: &[String]| {
            pair[1] == "(" && named(&pair[0]) && !HARMLESS.contains(&pair[0].as_str())
        };
        let first = words.iter().find(|word| *word != "(");
        let first = first.map_or("", String::as_str);
        // `SELECT … INTO` makes a table, `EXPLAIN ANALYZE` runs what it explains.
        let does = words
            .iter()
            .any(|word| matches!(word.as_str(), "into" | "analyze" | "analyse"));
        first.is_empty() || (READS.contains(&first) && !does && !words.windows(2).any(calls))
    })
}

/// Whether a statement takes along what depends on what it is about. `ON DELETE CASCADE` says that of rows.
pub fn cascades(statement: &str) -> bool {
    let mut before = "";
    tokens(statement).any(|token| {
        let word = &statement[token.range];
        let of_rows = ["delete", "update"]
            .iter()
            .any(|row| row.eq_ignore_ascii_case(before));
        before = word;
        token.sort == TokenSort::Word && word.eq_ignore_ascii_case("cascade") && !of_rows
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_reads_calls_nothing_that_may_write() {
        for sql in [
            "select count(*) from orders where (note = 'into x') and id in (select 1)",
            "(select 1) union (select 2)",
            "show lock_timeout; select pg_sleep(1)",
            "explain (generic_plan) select 1",
            "select \"into\" from orders",
        ] {
            assert!(only_reads(sql), "{sql}");
        }
        for sql in [
            "select f()",
            "select \"F\" ()",
            "select shop._f(1)",
            "select * into backup from orders",
            "explain analyze delete from orders",
            "select set_config('search_path', 'shop', false)",
            "with gone as (delete from orders returning *) select * from gone",
        ] {
            assert!(!only_reads(sql), "{sql}");
        }
    }

    #[test]
    fn a_statement_cascades_where_its_own_word_says_so() {
        for sql in [
            "drop table a cascade",
            "alter table a drop column b cascade, add column c int;",
            "truncate a restart identity CASCADE -- all\n",
        ] {
            assert!(cascades(sql), "{sql}");
        }
        for sql in [
            "create table a (b int references c on delete cascade)",
            "alter table a add foreign key (b) references c on update\n cascade",
            "drop table \"cascade\" -- cascade",
            "drop table a restrict",
        ] {
            assert!(!cascades(sql), "{sql}");
        }
    }
}
