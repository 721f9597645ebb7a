//! Values that are given apart from a statement: `$1`.

use super::{lexeme_end, mentions, statements, words};

/// The first value that a statement of `sql` leaves open, if one does. What is prepared, or is the body of a function, gets
/// it later, and a plan for any value needs none.
pub fn open_parameter(sql: &str) -> Option<&str> {
    if !sql.contains('$') {
        return None;
    }
    statements(sql).into_iter().find_map(of_statement)
}

fn of_statement(sql: &str) -> Option<&str> {
    let first = words(sql).next().unwrap_or_default().to_ascii_lowercase();
    let later = ["prepare", "create"].contains(&first.as_str());
    if later || (first == "explain" && mentions(sql, "generic_plan")) {
        return None;
    }
    let mut at = 0;
    let mut inside = false;
    while at < sql.len() {
        let digits = sql[at..].strip_prefix('$').unwrap_or_default();
        let length = digits.find(|c: char| !c.is_ascii_digit());
        let length = length.unwrap_or(digits.len());
        if length > 0 && !inside {
            return Some(&sql[at..=at + length]);
        }
        let end = lexeme_end(sql, at).unwrap_or(sql.len());
        inside = sql[at..end].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'));
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_left_open_are_told_from_those_given_later() {
        for (sql, open) in [
            ("update users set active = false where id = $1;", "$1"),
            ("select 1; select * from a where b=$12", "$12"),
            ("select '$1', $2", "$2"),
        ] {
            assert_eq!(open_parameter(sql), Some(open), "{sql}");
        }
        for sql in [
            "prepare p as update users set active = false where id = $1; execute p(1)",
            "create function f(int) returns int as $$ select $1 $$ language sql",
            "create function f(int) returns int language sql return $1 + 1",
            "explain (generic_plan) select * from a where b = $1",
            "select 'costs $1' -- $1",
            "do $$ begin perform $1; end $$",
            "select a$1 from b",
            "select 1",
        ] {
            assert_eq!(open_parameter(sql), None, "{sql}");
        }
    }
}
