//! Lines above a block that say it is not to be run: it shows what is printed, it is an example, it is
//! what nobody is to do.

use super::label::label;
use super::tongues;
use super::words::Words;

/// What a line says of the block below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// It shows what is printed: "Expected output:", "You should see:".
    Printed,
    /// It is an example, or must not be done: "Do NOT run this in production:".
    NotToBeDone,
}

/// What `text`, the line above a block, says of it, if that keeps it from being run.
pub(super) fn of(text: &str) -> Option<Unsaid> {
    let text = text.trim();
    if text.len() > 160 || text.contains('\n') {
        return None;
    }
    let last = text.rsplit(". ").next().unwrap_or(text);
    let last = label(last);
    let words = Words::new(&last);
    let said = words.uncounted().trim();
    let prints = |phrase: &str| match phrase.strip_suffix('*') {
        Some(start) => said.starts_with(start),
        None => said == phrase,
    };
    let expected =
        tongues::words(|tongue| tongue.expected).chain(tongues::words(|tongue| tongue.prints));
    if expected.into_iter().any(prints) {
        return Some(Unsaid::Printed);
    }
    let example = tongues::words(|tongue| tongue.examples)
        .any(|word| tongues::strip_word(said, word).is_some());
    let whole = Words::new(text);
    (example || words.is_not_to_be_done() || whole.is_not_to_be_done())
        .then_some(Unsaid::NotToBeDone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_that_the_block_below_is_not_run() {
        for text in [
            "Expected output:",
            "Output:",
            "Example output:",
            "You should see something like:",
            "The output should look like this:",
            "Run the query above. You should see:",
            "Erwartete Ausgabe:",
            "Sortie attendue :",
            "预期输出：",
        ] {
            assert_eq!(of(text), Some(Unsaid::Printed), "{text}");
        }
        for text in [
            "Do NOT run this in production:",
            "Example (do not run):",
            "Example:",
            "For example:",
            "Never do this:",
            "Old way (deprecated):",
            "Zum Beispiel:",
            "请勿执行：",
        ] {
            assert_eq!(of(text), Some(Unsaid::NotToBeDone), "{text}");
        }
        for text in [
            "Run this:",
            "Do not forget to restart the workers:",
            "Do not proceed before this returns 0:",
            "Remove the deprecated tables:",
            "Output the list of tables:",
            "Load the example tenants:",
            "Restart the workers:",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
