//! Lines that say of what stands below them that it is done several times, by somebody else or only later: "Repeat for
//! each node:", "The DBA will run:", "Wait 10 minutes, then:". Whoever goes on has run it once, here and now.

use super::conditional::{self, Reserve};
use super::later;
use super::sentences;
use crate::plan::markdown::tongues::folded::folded;

/// What `line`, the name of a block, says of that, if it is one of these.
pub(in crate::plan::markdown) fn of(line: &str) -> Option<Reserve> {
    if later::asks_to_wait(line) {
        return Some(Reserve::Later);
    }
    if line.len() > MAX_LINE || conditional::says_if(line) {
        return None;
    }
    let said = folded(line);
    let words: Vec<&str> = said.split_whitespace().collect();
    if is_repeated(&words, &said) {
        return Some(Reserve::Repeated);
    }
    // "Once the migration runs"
    let when = sentences::behind_if(line).is_some();
    (!when && is_of_somebody(line)).then_some(Reserve::Somebody)
}

/// Whether `script` does what it does several times by itself.
pub(in crate::plan::markdown) fn repeats(script: &str) -> bool {
    let mut words = script.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
    words.any(|word| matches!(word, "for" | "while" | "until" | "xargs" | "parallel"))
}

/// The longest line that says so, in bytes.
const MAX_LINE: usize = 80;
/// How lines begin that ask to do it again. A migration is "repeatable", too, and a "répétition" is a rehearsal.
#[rustfmt::skip]
const AGAIN: [&str; 15] = [
    "repeat ", "wiederhole ", "wiederholen ", "repeter ", "repetez ", "repetir ", "repita ", "repite ", "repitan ", "повторит", "повторяйте ",
    "重复执行", "重复上述", "重复以上", "繰り返",
];
/// For each, and how the word behind may begin.
const EACH: [(&str, &str); 7] = [
    ("for", "each"),
    ("for", "every"),
    ("fur", "jede"),
    ("pour", "chaque"),
    ("para", "cada"),
    ("для", "кажд"),
    ("once", "per"),
];
/// How often that is, in words.
const NUMBERS: [&str; 5] = ["two", "three", "four", "five", "several"];

fn is_repeated(words: &[&str], said: &str) -> bool {
    // "The build runs 3 times faster", "Check that 2 times 5 is 10"
    let first = words.first().copied().unwrap_or_default();
    let done = ["run", "rerun", "do", "execute", "call", "apply"].contains(&first);
    let pair = |pair: &[&str]| {
        let (one, other) = (pair[0], pair[1]);
        let often = || NUMBERS.contains(&one) || one.parse::<u32>().is_ok_and(|n| n > 1);
        let each = |(word, stem): &(&str, &str)| one == *word && other.starts_with(stem);
        EACH.iter().any(each) || (done && other == "times" && often())
    };
    AGAIN.iter().any(|stem| said.starts_with(stem))
        || words.windows(2).any(pair)
        || (done && words.last() == Some(&"twice"))
        || said.contains("每个")
        || said.contains("ごとに")
}

/// Whether `line` tells what somebody does, and that is to run what follows: "In parallel, Bob runs", "Have Ops execute".
fn is_of_somebody(line: &str) -> bool {
    let clause = line.rsplit(',').next().unwrap_or(line);
    let said = folded(clause);
    let words: Vec<&str> = said.split_whitespace().collect();
    let Some((verb, who)) = words.split_last() else {
        return false;
    };
    // In the middle of a line only a name begins so.
    let named = clause.len() < line.len() && clause.trim().starts_with(char::is_uppercase);
    let told = match who {
        // "Let's run"
        ["let", "s" | "us"] => false,
        ["have" | "ask" | "let", _, ..] => matches!(*verb, "run" | "execute"),
        [who @ .., "will" | "should" | "must"] if is_other(who) => {
            matches!(*verb, "run" | "execute")
        }
        [_] if named => matches!(*verb, "runs" | "executes"),
        who => is_other(who) && matches!(*verb, "runs" | "executes"),
    };
    told && who.len() <= MAX_WHO
}

/// Whether `who` is certainly not who goes on: an operator or a release manager may be.
fn is_other(who: &[&str]) -> bool {
    who.last().is_some_and(|who| OTHERS.contains(who))
}

/// Who that is.
const OTHERS: [&str; 7] = [
    "dba",
    "dbas",
    "sysadmin",
    "administrator",
    "customer",
    "provider",
    "vendor",
];

/// How many words say who that is at most.
const MAX_WHO: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_often_by_whom_and_when() {
        for (line, told) in [
            ("Repeat for each node", Reserve::Repeated),
            ("For each tenant, run", Reserve::Repeated),
            ("Run this three times", Reserve::Repeated),
            ("Run it 5 times", Reserve::Repeated),
            ("Do this twice", Reserve::Repeated),
            ("Répétez pour la base suivante", Reserve::Repeated),
            ("Für jeden Mandanten ausführen", Reserve::Repeated),
            ("Pour chaque serveur", Reserve::Repeated),
            ("Repeat until it prints 0", Reserve::Repeated),
            ("The DBA will run", Reserve::Somebody),
            ("The DBA runs", Reserve::Somebody),
            ("Ask Bob to run", Reserve::Somebody),
            ("In parallel, Bob runs", Reserve::Somebody),
            ("Have Ops execute", Reserve::Somebody),
            ("Wait 10 minutes, then", Reserve::Later),
            ("Wait for 5 minutes", Reserve::Later),
            ("10 Minuten warten, dann", Reserve::Later),
            ("Warte 10 Minuten, dann", Reserve::Later),
        ] {
            assert_eq!(of(line), Some(told), "{line}");
        }
        for line in [
            "Then run",
            "You will run",
            "Next we run",
            "Check that the application runs",
            "Make sure that everything runs",
            "To see what runs",
            "Once the migration runs",
            "Run the migration one time",
            "Wait 10 seconds, then",
            "Wait until it is up",
            "Run the following for the tenant",
            "This runs",
            "It runs",
            "The script runs",
            "This will run",
            "The following command runs",
            "Then the migration runs",
            "The job runs",
            "See what runs",
            "The operator runs",
            "The deployer will run",
            "Let's run",
            "Then, it runs",
            "Repeatable migrations",
            "Repeatable read check",
            "Répétition générale",
            "Wiederholbare Migrationen",
            "The build runs 3 times faster now",
            "This script retries 5 times",
            "Check that 2 times 5 is 10",
            "",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
        assert!(repeats("for n in a b; do ssh $n uptime; done"));
        assert!(!repeats("./migrate.sh --format=json"));
    }
}
