//! Numbers of things, in words.

/// `1 step`, `2 steps`.
pub fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", ending(n == 1))
}

/// What a word for things ends with: nothing where it is `one`.
pub fn ending(one: bool) -> &'static str {
    if one { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_one() {
        let words = [0, 1, 2].map(|n| count(n, "row"));
        assert_eq!(words, ["0 rows", "1 row", "2 rows"]);
    }
}
