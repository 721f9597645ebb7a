//! Lines above a block that say it is not to be run: it shows what is printed, it is an example, it is
//! what nobody is to do.

use super::label::label;
use super::phrases::Topic;
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
    let words = Words::whole(&last);
    let said = words.uncounted().trim();
    let prints = |phrase: &str| is_phrase(said, phrase);
    let expected =
        tongues::words(|tongue| tongue.expected).chain(tongues::words(|tongue| tongue.prints));
    if expected.into_iter().any(prints) {
        return Some(Unsaid::Printed);
    }
    let example = tongues::words(|tongue| tongue.examples)
        .any(|word| tongues::strip_word(said, word).is_some());
    let explained = !last.contains([';', '；']) && explains(said);
    let whole = Words::whole(text);
    let forbidden = words.is_not_to_be_done() || whole.is_not_to_be_done();
    (example || explained || forbidden || informs(&last)).then_some(Unsaid::NotToBeDone)
}

/// Whether `said` is `phrase`, or begins with it where that ends with a `*`.
fn is_phrase(said: &str, phrase: &str) -> bool {
    match phrase.strip_suffix('*') {
        Some(start) => said.starts_with(start),
        None => said == phrase,
    }
}

/// Whether `line`, up to a colon or a bracket, says no more than that the block is there to be read or is for
/// another time: "For reference", "Contract (deferred)". "For reference data,
/// load" and "Deferred constraints" go on to say what is done.
fn informs(line: &str) -> bool {
    let head = line.split([':', '：', '(', '（', '—', '–']).next();
    let words = Words::whole(head.unwrap_or(line));
    let said = words.uncounted().trim();
    let named = |words: &Words| words.uncounted().contains("vers");
    let gone = words.has(Topic::Later) || words.has(Topic::Past);
    let away: [Topic; 4] = [Topic::Later, Topic::Past, Topic::Outdated, Topic::Small];
    let bracket = || {
        let inside = line.trim_end().strip_suffix([')', '）']);
        let inside = inside.and_then(|line| line.rsplit_once(['(', '（']));
        inside.is_some_and(|(_, inside)| {
            let words = Words::whole(inside);
            let later = [Topic::Later, Topic::Outdated, Topic::Small];
            words.has(Topic::Later) && !named(&words) && words.speaks_only_of(&[&later])
        })
    };
    tongues::words(|tongue| tongue.informs).any(|phrase| is_phrase(said, phrase))
        || (gone && !named(&words) && words.speaks_only_of(&[&away]))
        || bracket()
}

/// Whether `said`, in lower case, only tells what something else holds or does: "The migration will run the
/// following SQL", "What the script does", "This used to be".
fn explains(said: &str) -> bool {
    let ends = |words: &[&str]| words.iter().any(|word| said.ends_with(word));
    let begins = |words: &[&str]| words.iter().any(|word| said.starts_with(word));
    if begins(&["how to "]) {
        return false;
    }
    let asked = begins(&["what ", "how "]) && ends(&[" does", " do", " contains", " runs"]);
    asked || (ends(&TELLING) && tells(said)) || (begins(&THINGS) && acts(said))
}

/// Whether a line that ends so tells it, and does not ask for it: "Set it to what it used to be" and "This
/// shows what the table contains" are above what is run.
fn tells(said: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| said.starts_with(word));
    let asks = |word: &&str| said.split(' ').any(|other| other == *word);
    if ["must", "should", "set", "needs", "restore", "until"]
        .iter()
        .any(asks)
    {
        return false;
    }
    let question = [" what ", " how "].iter().find_map(|word| said.find(word));
    let answers = |at: usize| said[..at].ends_with(" is") || said[..at].ends_with(" was");
    let told = begins(&["the ", "this ", "that ", "it ", "these "]) || begins(&THINGS);
    begins(&["what ", "how "]) || (told && question.is_none_or(answers))
}

/// Whether it says that a thing does "the following" by itself. "The migration is run with the following
/// command" tells how to run it.
fn acts(said: &str) -> bool {
    let Some((before, _)) = said.split_once(" the following") else {
        return false;
    };
    let mut words = before.rsplit(' ');
    let verb = words.next().unwrap_or("");
    let ahead = words.next().unwrap_or("");
    let passive = |word: &str| PASSIVE.contains(&word);
    if before.split(' ').any(passive) {
        return false;
    }
    let will = ["will", "would"];
    let helped = will.contains(&ahead)
        || (["then", "just", "only"].contains(&ahead)
            && words.next().is_some_and(|word| will.contains(&word)));
    let many = ["migrations", "scripts", "jobs", "pipelines", "tools"].contains(&ahead);
    if helped || many {
        ACTS.contains(&verb)
    } else {
        let third = |act: &str| verb.strip_suffix('s') == Some(act);
        verb == "applies" || ACTS.into_iter().any(third)
    }
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
/// What things do by themselves.
const ACTS: [&str; 6] = ["execute", "run", "apply", "perform", "issue", "generate"];
/// With one of these, somebody does it to them.
const PASSIVE: [&str; 14] = [
    "is", "are", "be", "being", "must", "should", "with", "by", "needs", "need", "requires",
    "require", "to", "has",
];
/// What does things by itself.
const THINGS: [&str; 11] = [
    "the migration",
    "this migration",
    "migration",
    "the script",
    "this script",
    "the job",
    "the pipeline",
    "the deploy",
    "the tool",
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

    #[test]
    fn lines_that_ask_for_something_are_no_explanations() {
        for text in [
            "The migration is run with the following command:",
            "The deploy is performed with the following command:",
            "The deployment is executed by the following command:",
            "This migration must be run with the following command:",
            "The command to run is the following:",
            "The release requires the following migrations to be applied:",
            "The script deploys; run the following:",
            "Set the value to what it used to be:",
            "Restore the limit to what it used to be:",
            "Record what the schema looks like:",
            "Show what the table contains:",
            "This shows what the table contains:",
            "Find out how many rows the table contains:",
            "For reference data, load:",
            "Deferred constraints:",
            "No longer needed indexes are dropped:",
            "For information, restart is needed:",
            "Next deployment ring:",
            "Deploy the next version:",
            "Deploy (next version):",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        for text in [
            "The script then runs the following:",
            "The migration will then apply the following SQL:",
            "The migrations run the following:",
            "How the config looks like:",
            "For reference, the old settings:",
            "For reference (old schema):",
            "Not needed:",
            "Next release:",
            "Drop the column (deferred):",
            "参考までに：",
        ] {
            assert_eq!(of(text), Some(Unsaid::NotToBeDone), "{text}");
        }
    }
}
