//! Lines that say by themselves what is expected: "Should print: 11". The block below them is none of that.

use std::sync::LazyLock;

use super::decoration;
use crate::plan::markdown::tongues::folded::{folded, has_stem};
use crate::plan::markdown::tongues::{self, Beginnings};

/// "Expected", before a colon.
pub(in crate::plan::markdown) static EXPECTED: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.expected));

/// "Output", which says that as well.
static PRINTS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.prints));

/// "Should return", before what a query returns.
pub(in crate::plan::markdown) static MUST: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.must));

/// Whether `text` begins by saying what is expected: "Should show no errors" is no case.
pub(in crate::plan::markdown) fn announces(text: &str) -> bool {
    EXPECTED.begin_word(text)
}

/// Where a line says that what is expected stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Value {
    /// In the line: "Should print: 11". Then it says nothing of what stands below it.
    Here,
    /// Below it: "Expected output: the following".
    Below,
}

/// Where `line` says that what is expected stands, if it says that and does not only name it.
pub(in crate::plan::markdown) fn value(line: &str) -> Option<Value> {
    let line = line.replace("**", "");
    let line = line.trim();
    let (head, rest) = line.split_once([':', '：'])?;
    let value = folded(rest);
    if value.trim().is_empty() || line.ends_with([':', '：']) {
        return None;
    }
    let head = decoration::strip(head).trim_end();
    let begins = |word: &str| match word.strip_suffix('*') {
        Some(stem) => tongues::strip(head, stem).is_some(),
        None => tongues::strip(head, word).is_some_and(str::is_empty),
    };
    let mut all = EXPECTED.near(head).iter().chain(PRINTS.near(head));
    let points = POINTING.iter().any(|word| has_stem(&value, word));
    let value = if points { Value::Below } else { Value::Here };
    all.any(|(word, ())| begins(word)).then_some(value)
}

/// Words that say that what is expected stands below.
#[rustfmt::skip]
const POINTING: [&str; 20] = [
    "following", "below", "like", "similar", "this", "folgend", "unten", "ahnlich", "suivant", "dessous", "siguiente", "abajo", "seguinte", "abaixo",
    "следующ", "ниже", "以下", "下記", "如下", "下面",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_what_is_expected_where_they_have_a_value() {
        for line in [
            "Should print: 11",
            "Expected: `done`",
            "**Expected output:** ready",
            "You should see: no errors",
            "Sollte zeigen: keine Fehler",
            "Résultat attendu : 11",
            "Ожидается: 11",
            "应该显示：11",
        ] {
            assert_eq!(value(line), Some(Value::Here), "{line}");
        }
        for line in [
            "Expected output: the following",
            "You should see: something like this",
            "Erwartete Ausgabe: siehe unten",
            "预期输出：如下",
        ] {
            assert_eq!(value(line), Some(Value::Below), "{line}");
        }
        for line in [
            "Expected output:",
            "Expected output (abridged):",
            "Run it: 11 times",
            "",
        ] {
            assert_eq!(value(line), None, "{line}");
        }
    }
}
