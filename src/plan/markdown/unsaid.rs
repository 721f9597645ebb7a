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
    (example || explains(said) || words.is_not_to_be_done() || whole.is_not_to_be_done())
        .then_some(Unsaid::NotToBeDone)
}

/// Whether `said`, in lower case, only tells what something else holds or does: "The migration will run the
/// following SQL", "What the script does", "This used to be".
fn explains(said: &str) -> bool {
    let ends = |words: &[&str]| words.iter().any(|word| said.ends_with(word));
    let begins = |words: &[&str]| words.iter().any(|word| said.starts_with(word));
    let asked = begins(&["what ", "how "]) && ends(&[" does", " do", " contains", " runs"]);
    let does = || {
        let acts = [
            " execute",
            " run",
            " appl",
            " perform",
            " issue",
            " generate",
        ];
        said.contains(" following") && acts.iter().any(|act| said.contains(act))
    };
    asked || (ends(&TELLING) && !begins(&ORDERING)) || (begins(&THINGS) && does())
}

/// How a line ends that tells what something holds, was or amounts to.
const TELLING: [&str; 6] = [
    " contains",
    " looks like",
    " look like",
    " used to be",
    " is equivalent to",
    " amounts to",
];
/// How one begins that asks for it: "Make sure that the file contains".
const ORDERING: [&str; 8] = [
    "make ", "check ", "ensure ", "verify ", "confirm ", "create ", "run ", "write ",
];
/// What does things by itself.
const THINGS: [&str; 12] = [
    "the migration",
    "this migration",
    "migration",
    "the script",
    "this script",
    "the job",
    "the pipeline",
    "the deploy",
    "the tool",
    "the command",
    "the release",
    "under the hood",
];

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
            "The migration will execute the following SQL:",
            "What the migration does:",
            "The script contains:",
            "This is what the config looks like:",
            "This used to be:",
            "For reference:",
            "Not needed for this release:",
            "Not in this release:",
            "Zur Information:",
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
            "This runs the migrations:",
            "Now run the following:",
            "You will run the following SQL:",
            "Make sure that the table contains:",
            "Do what the ticket says:",
            "Reference data:",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
