//! Lines above a block that say it is not to be run: it shows what is printed, it is an example, it is
//! what nobody is to do.

use std::sync::LazyLock;

use crate::plan::markdown::elements::blocks::Inline;
use crate::plan::markdown::names::announced::{self, Value};
use crate::plan::markdown::names::label::label;
use crate::plan::markdown::names::shelved;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::{conditional, heading};
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Beginnings};

/// What a line says of the block below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Unsaid {
    /// It shows what is printed: "Expected output:", "You should see:".
    Printed,
    /// It is an example, or must not be done: "Do NOT run this in production:".
    NotToBeDone,
}

/// The most words of a name that ends with the word for what is looked up.
const MAX_NAME: usize = 3;

/// The longest line that says so, in bytes.
const MAX_LINE: usize = 160;

/// What `text`, the line above a block, says of it, if that keeps it from being run.
pub(in crate::plan::markdown) fn of(text: &str) -> Option<Unsaid> {
    let text = text.trim();
    let last = text.rsplit(". ").next().unwrap_or(text);
    // Behind a long line, what names the block says so by itself.
    let named = text.len() > MAX_LINE && last.ends_with([':', '：']);
    let text = if named { last } else { text };
    if text.len() > MAX_LINE || text.contains('\n') {
        return None;
    }
    match announced::value(last) {
        Some(Value::Here) => return None,
        Some(Value::Below) => return Some(Unsaid::Printed),
        None => {}
    }
    let last = label(last);
    let words = Words::whole(&last);
    let said = words.uncounted().trim();
    if prints(said) || prints_in_part(&last) {
        return Some(Unsaid::Printed);
    }
    let forbidden = forbids(&words, &last) || forbids(&Words::whole(text), text);
    let example = EXAMPLES.begin_word(said);
    // "Troubleshooting:"; "Reference data:" names what is loaded.
    let looked_up = words.has(Topic::Reference) && words.speaks_only_of(&[&[Topic::Reference]]);
    // "Inject failure (example)" is done.
    let named = !last.contains(['(', '（']) && !orders(&words);
    let brief = || named && said.split(' ').count() <= MAX_NAME;
    // "Useful commands:", "Quick reference:"
    let handy =
        (words.is_handy() && words.lists_commands()) || (words.ends(Topic::Reference) && brief());
    let explained = !last.contains([';', '；']) && explains(said);
    (example
        || looked_up
        || handy
        || explained
        || forbidden
        || informs(&last)
        || shelved::is_of(&words, &last))
    .then_some(Unsaid::NotToBeDone)
}

/// The same of `title`, which says what is done: an item's, where it says that it is not.
pub(in crate::plan::markdown) fn of_title(title: &str) -> Option<Unsaid> {
    let words = Words::whole(title);
    let said = words.uncounted().trim();
    if prints(said) {
        return Some(Unsaid::Printed);
    }
    (forbids(&words, title) || shelved::is_of(&words, title)).then_some(Unsaid::NotToBeDone)
}

/// The same of an item with this `title` that begins with the text `head`: one that ends with a colon may say in its last sentence what is done,
/// "Do not run as root. Run as deploy:".
pub(in crate::plan::markdown) fn of_item(title: &str, head: Option<&Inline>) -> Option<Unsaid> {
    let line = head.and_then(|head| head.text.trim_end().strip_suffix([':', '：']));
    let last = line.and_then(|line| Some(line.rsplit_once(". ")?.1));
    let done = |last: &str| {
        orders(&Words::whole(last)) && of(last).is_none() && !conditional::is_reserved(last)
    };
    of_title(title).filter(|_| !last.is_some_and(done))
}

/// The same of `words` that are a heading for what is folded away.
pub(in crate::plan::markdown) fn of_summary(summary: &str) -> Option<Unsaid> {
    let words = Words::new(summary);
    let read = words.is_shelved() || (words.is_surely_reference() && !words.lists_commands());
    of(summary).or(read.then_some(Unsaid::NotToBeDone))
}

impl Words {
    /// Whether it says that what stands below is not to be done, or not any more.
    pub(in crate::plan::markdown) fn is_not_to_be_done(&self) -> bool {
        let told = self.instead().is_some();
        let forbids = self.begins(&[Topic::Forbids]) && !self.has(Topic::Urges) && !told;
        // "Remove what is obsolete" is to be done.
        let order = self.begins(&[Topic::Acts, Topic::Order]) || self.ends(Topic::OrderLast);
        // "Verify that the workers do not use the old pool"
        (self.has(Topic::Never) && !order && !self.has(Topic::Urges) && !told)
            || forbids
            || self.is_shelved()
            || self.recurs()
            || self.advises()
            || (self.ends(Topic::Outdated) && !order)
    }
}

/// Whether `name`, whose words are `words`, says that nobody is to do it. "Do not run this twice" says how it is
/// done, and "Don't lose data: take a backup first" what is done.
fn forbids(words: &Words, name: &str) -> bool {
    if !words.is_not_to_be_done() || goes_on(name) {
        return false;
    }
    // A sentence behind what is done may say where it is not.
    let sentences: Vec<Words> = name.split(". ").map(Words::whole).collect();
    let forbids = |words: &Words| words.is_not_to_be_done() && !words.is_limited();
    !sentences.iter().any(Words::is_limited) || sentences.iter().any(forbids)
}

/// Whether an order stands behind what `name` says first: "Don't lose data: take a backup first".
fn goes_on(name: &str) -> bool {
    let Some((before, behind)) = name.split_once([':', '：']) else {
        return false;
    };
    orders(&Words::whole(behind)) && !shelved::is(before)
}

/// Whether `words` begin by telling what is done.
fn orders(words: &Words) -> bool {
    let order = words.begins(&[Topic::Acts, Topic::Order, Topic::Starts, Topic::Before]);
    let run = ["run ", "take ", "execute ", "use ", "first "];
    order || run.iter().any(|word| words.uncounted().starts_with(word))
}

/// Whether `said` is a name for what is printed.
fn prints(said: &str) -> bool {
    let mut near = PRINTED.near(said).iter();
    near.any(|(phrase, ())| is_phrase(said, phrase))
}

/// The same of `line` without what it says in brackets: "Expected output (abridged)".
fn prints_in_part(line: &str) -> bool {
    line.contains(['(', '（'])
        && prints(
            Words::whole(&heading::without_parentheses(line))
                .uncounted()
                .trim(),
        )
}

/// Names for what is printed.
static PRINTED: LazyLock<Beginnings> = LazyLock::new(|| {
    let expected = tongues::words(|tongue| tongue.expected);
    let all = expected.chain(tongues::words(|tongue| tongue.prints));
    Beginnings::new(all.map(|phrase| (phrase, ())))
});
/// "For example".
static EXAMPLES: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.examples));
/// "For reference".
static INFORMS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.informs));
/// "What happens".
static HAPPENS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.happens));

/// Whether `said` is `phrase`, or begins with it where that ends with a `*`.
fn is_phrase(said: &str, phrase: &str) -> bool {
    match phrase.strip_suffix('*') {
        Some(start) => said.starts_with(start),
        None => said == phrase,
    }
}

/// Whether `line` says no more than that what a step does by itself is told below: "What happens:".
pub(in crate::plan::markdown) fn tells_what_happens(line: &str) -> bool {
    let words = Words::whole(&label(line));
    let said = words.uncounted().trim();
    let mut near = HAPPENS.near(said).iter();
    near.any(|(phrase, ())| *phrase == said)
}

/// Whether `line`, up to a colon or a bracket, says no more than that the block is there to be read or is for
/// another time: "For reference", "Contract (deferred)". "For reference data,
/// load" and "Deferred constraints" go on to say what is done.
fn informs(line: &str) -> bool {
    let head = line.split([':', '：', '(', '（', '—', '–']).next();
    let words = Words::whole(head.unwrap_or(line));
    let said = words.uncounted().trim();
    let mut near = INFORMS.near(said).iter();
    near.any(|(phrase, ())| is_phrase(said, phrase))
}

/// Whether `said`, in lower case, only tells what something else holds or does: "The migration will run the
/// following SQL", "What the script does", "This used to be".
fn explains(said: &str) -> bool {
    let ends = |words: &[&str]| words.iter().any(|word| said.ends_with(word));
    let begins = |words: &[&str]| words.iter().any(|word| said.starts_with(word));
    if begins(&["how to "]) {
        return false;
    }
    if begins(&["under the hood "])
        && ["executes", "runs", "does"]
            .iter()
            .any(|word| said.ends_with(word))
    {
        return true;
    }
    let people = || said.split(' ').any(|word| PEOPLE.contains(&word));
    let verbs = [" does", " do", " contains", " runs"];
    let asked = begins(&["what ", "how "]) && ends(&verbs) && !people();
    let past = begins(&BEFORE) && ends(&[" we used", " we ran", " we did", " we used to run"]);
    let same = begins(&SAME) || (begins(&THINGS) && ends(&[" contents"]));
    asked
        || past
        || same
        || is_what_runs(said)
        || (ends(&TELLING) && tells(said))
        || (begins(&THINGS) && acts(said))
}

/// "This is what the script does internally", "SQL that will be executed by the migration"; not "This is what
/// you run".
fn is_what_runs(said: &str) -> bool {
    let verbs = [
        "does", "runs", "executes", "applies", "performs", "contains",
    ];
    let third = || said.split(' ').any(|word| verbs.contains(&word));
    let what = [
        "this is what ",
        "here is what ",
        "here s what ",
        "internally ",
    ];
    let by = [
        " executed by ",
        " run by ",
        " applied by ",
        " generated by ",
    ];
    let of_a_thing = by.iter().any(|by| {
        let behind = said.split_once(by).map(|(_, behind)| behind);
        behind.is_some_and(|behind| THINGS.iter().any(|thing| behind.starts_with(thing)))
    });
    let told = what.iter().any(|word| said.starts_with(word)) && third();
    told || (of_a_thing && said.contains(" that "))
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
const TELLING: [&str; 7] = [
    " looks like this",
    " contains",
    " looks like",
    " look like",
    " used to be",
    " is equivalent to",
    " amounts to",
];
/// How a line begins that tells how something was done.
const BEFORE: [&str; 6] = [
    "previously ",
    "before ",
    "until now ",
    "last time ",
    "earlier ",
    "in the past ",
];
/// How a line begins that says the same once more.
const SAME: [&str; 8] = [
    "equivalent",
    "the equivalent",
    "which is equivalent to",
    "this is equivalent to",
    "this is the same as",
    "contents of the ",
    "the generated sql",
    "generated sql",
];
/// What things do by themselves.
const ACTS: [&str; 6] = ["execute", "run", "apply", "perform", "issue", "generate"];
/// With one of these, somebody does it to them.
const PASSIVE: [&str; 14] = [
    "is", "are", "be", "being", "must", "should", "with", "by", "needs", "need", "requires",
    "require", "to", "has",
];
/// Who does something, and is asked to: "What to do", "What the DBA does".
#[rustfmt::skip]
const PEOPLE: [&str; 30] = [
    "to", "should", "shall", "must", "you", "we", "i", "everyone", "everybody", "team", "teams", "dba", "dbas", "ops", "support",
    "call", "operator", "operators", "engineer", "engineers", "developer", "developers", "lead", "admin", "person", "sre", "driver",
    "reviewer", "owner", "manager",
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
            "Expected output (abridged):",
            "Expected output: the following",
        ] {
            assert_eq!(of(text), Some(Unsaid::Printed), "{text}");
        }
        for text in [
            "Do NOT run this in production:",
            "Example (do not run):",
            "Example:",
            "For example:",
            "Never do this:",
            "Promote it. Never run this on the standby. Do not run this.",
            "Promote it. Do not run this on the replica or the primary.",
            "Promote it. Do not run this on a standby; do not run it at all.",
            "Old way (deprecated):",
            "Zum Beispiel:",
            "请勿执行：",
            "The migration will execute the following SQL:",
            "What the migration does:",
            "**Useful commands**",
            "Quick reference:",
            "The script contains:",
            "This is what the config looks like:",
            "This used to be:",
            "For reference:",
            "Not needed for this release:",
            "Not in this release:",
            "Before that change we ran:",
            "Previously we used:",
            "Which is equivalent to:",
            "This is what the job runs every night:",
            "Statements that are executed by the migration:",
            "Migration contents:",
            "Troubleshooting:",
            "Appendix:",
            "Debugging:",
            "Internally it executes:",
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
            "Avoid downtime: run this first:",
            "Don't lose data: take a backup first:",
            "Old pods are deleted:",
            "Previously created index:",
            "Before this change, run:",
            "This is what you run:",
            "Commands that are run by hand:",
            "Do not run this twice:",
            "Show the migration contents:",
            "Never run this before the backup is done:",
            "Should print: 11",
            "Expected: `done`",
            "You should see: no errors",
            "Never drop the column; rename it:",
            "Do not run as root. Run as deploy:",
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
            "Promote the new primary. Never run this on the replica.",
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
