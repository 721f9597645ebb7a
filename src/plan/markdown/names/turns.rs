//! Lines that say of what stands below them that it is done several times, by somebody else or only later: "Repeat for
//! each node:", "The DBA will run:", "Wait 10 minutes, then:". Whoever goes on has run it once, here and now.

use super::beforehand;
use super::cases;
use super::conditional::{self, Reserve};
use super::heading;
use super::later;
use super::sentences;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::{TONGUES, Tongue};
use crate::plan::work::Work;

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

/// What one of `labels`, below which `work` stands, the last one right above it, says of where, when or as whom that is
/// done: here and now it is run by whoever goes on.
pub(in crate::plan::markdown) fn of_labels<'t>(
    labels: &[&'t str],
    work: &Work,
) -> Option<(&'t str, Reserve)> {
    let inner = || {
        labels
            .iter()
            .rev()
            .take_while(|label| !cases::names_production(label))
    };
    if let Some(place) = inner().find(|label| cases::names_elsewhere(label)) {
        return Some((place, Reserve::Elsewhere));
    }
    if let Some(time) = labels.iter().find(|label| awaits(label)) {
        return Some((time, Reserve::Later));
    }
    // The first one is the heading.
    let mut above = labels.iter().skip(1);
    let before = |label: &str| beforehand::is_told(label) && !beforehand::is_seen_to(label, work);
    if let Some(label) = above.find(|label| before(label)) {
        return Some((label, Reserve::Before));
    }
    let Work::Shell(shell) = work else {
        return None;
    };
    let other = |label: &str| user(label).is_some_and(|user| !goes_to_user(&shell.script, &user));
    let label = labels.iter().find(|label| other(label))?;
    Some((label, Reserve::User))
}

/// Whether `label` begins with something that has to become so by itself, or that somebody sees to: "Once replication has
/// caught up", "When the queue is empty". "Once the migration is done" and "After it has been deployed" tell the order.
pub(in crate::plan::markdown) fn awaits(label: &str) -> bool {
    let text = heading::behind_count(label).trim_start();
    let Some(rest) = sentences::behind_when(text) else {
        return false;
    };
    let clause = rest.split([',', ':', '，', '：']).next().unwrap_or(rest);
    let said = folded(clause);
    let words: Vec<&str> = said.split_whitespace().collect();
    // "Once you are in" is said to who goes on.
    if words
        .iter()
        .any(|word| matches!(*word, "you" | "we" | "sie" | "vous"))
    {
        return false;
    }
    let becomes = words.iter().position(|word| BECOMES.contains(word));
    let Some(at) = becomes.filter(|at| *at > 0) else {
        return false;
    };
    let mut behind = words[at + 1..]
        .iter()
        .filter(|word| !ADVERBS.contains(word));
    let mut told = *behind.next().unwrap_or(&words[at - 1]);
    let been = told == "been";
    if been {
        told = behind.next().copied().unwrap_or_default();
    }
    let well = |tongue: &Tongue| {
        let (all, rest) = (&words[..1], &words[1..]);
        tongue.all.contains(&all[0]) && rest.iter().all(|word| tongue.well.contains(word))
    };
    let well = TONGUES.iter().any(well);
    let passive = (been || !HAS.contains(&words[at])) && told.ends_with("ed");
    AGREED.iter().any(|stem| said.contains(stem)) || !(well || passive || DONE.contains(&told))
}

/// Whether `label` says no more than that it goes on with what stands above it: "Then", "And after that, run".
pub(in crate::plan::markdown) fn goes_on(label: &str) -> bool {
    if label.len() > MAX_LINE {
        return false;
    }
    let said = folded(label);
    let mut words = said.split_whitespace();
    words.clone().next().is_some() && words.all(|word| GOES_ON.contains(&word))
}

/// The user that `label` says something is done as: "As root", "Run the following as the deploy user".
fn user(label: &str) -> Option<String> {
    if label.len() > MAX_LINE {
        return None;
    }
    let said = folded(label);
    let mut words = said
        .split_whitespace()
        .skip_while(|word| !AS.contains(word));
    words.next()?;
    // "As root on the database server"
    let words = words.filter(|word| !ARTICLES.contains(word));
    let words: Vec<&str> = words.take_while(|word| !PLACES.contains(word)).collect();
    match words.as_slice() {
        [name] if ROOTS.contains(name) => Some((*name).to_owned()),
        [word, name] | [name, word] if USERS.contains(word) => Some((*name).to_owned()),
        _ => None,
    }
}

/// Whether `script` becomes `user` by itself: `sudo -u postgres`, `psql -U postgres`, `ssh deploy@db1`.
fn goes_to_user(script: &str, user: &str) -> bool {
    let switches = |word: &str| matches!(word, "sudo" | "su" | "runuser" | "doas" | "gosu");
    let mut words = script.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '('));
    let named = ["-U ", "-U", "--username=", "--user=", "user="];
    words.any(switches)
        || script.contains(&format!("{user}@"))
        || named
            .iter()
            .any(|option| script.contains(&format!("{option}{user}")))
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
    let what = words.get(1).copied().unwrap_or_default();
    let run = done && matches!(what, "this" | "it" | "them" | "the" | "these" | "in");
    let pair = |pair: &[&str]| {
        let (one, other) = (pair[0], pair[1]);
        let often = || NUMBERS.contains(&one) || one.parse::<u32>().is_ok_and(|n| n > 1);
        let each = |(word, stem): &(&str, &str)| one == *word && other.starts_with(stem);
        EACH.iter().any(each) || (done && other == "times" && often())
    };
    AGAIN.iter().any(|stem| said.starts_with(stem))
        || words.windows(2).any(pair)
        || (done && words.last() == Some(&"twice"))
        // "Run this until it returns 0 rows", "Run it in batches"
        || (run && (words.contains(&"until") || words.windows(2).any(|pair| pair == ["in", "batches"])))
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

/// What says that something is so, or has become so.
#[rustfmt::skip]
const BECOMES: [&str; 10] = ["is", "are", "has", "have", "ist", "sind", "hat", "haben", "est", "sont"];
const HAS: [&str; 4] = ["has", "have", "hat", "haben"];
const ADVERBS: [&str; 8] = [
    "all",
    "fully",
    "completely",
    "successfully",
    "now",
    "also",
    "again",
    "already",
];
/// What is so because a step was done.
#[rustfmt::skip]
const DONE: [&str; 22] = [
    "up", "running", "ready", "there", "available", "online", "reachable",
    "done", "complete", "completed", "finished", "over", "through", "run", "succeeded", "passed", "ended", "built", "fertig", "abgeschlossen", "durch", "beendet",
];
/// What somebody else says.
const AGREED: [&str; 4] = ["approve", "signed off", "confirmed", "agreed"];
/// Words for that, and what stands beside them.
#[rustfmt::skip]
const GOES_ON: [&str; 18] = [
    "and", "then", "next", "after", "that", "afterwards", "run", "execute", "und", "dann", "danach", "puis", "ensuite", "luego", "despues", "depois", "затем",
    "потом",
];
/// "As root".
const AS: [&str; 3] = ["as", "als", "como"];
const ARTICLES: [&str; 4] = ["the", "a", "der", "el"];
const PLACES: [&str; 4] = ["on", "in", "from", "auf"];
const ROOTS: [&str; 5] = ["root", "postgres", "superuser", "administrator", "dba"];
const USERS: [&str; 5] = ["user", "superuser", "benutzer", "nutzer", "usuario"];

/// How many words say who that is at most.
const MAX_WHO: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_become_so_by_itself_is_told_from_the_order() {
        for label in [
            "Once replication has caught up",
            "After the business has approved",
            "When the queue is empty",
            "As soon as the lag is 0, run",
            "2. Once the change is approved",
            "When the replica is in sync",
            "Once everything has been stable for 7 days",
            "Sobald die Replikation aufgeholt hat",
        ] {
            assert!(awaits(label), "{label}");
        }
        for label in [
            "Once the migration is done",
            "When the migration has finished",
            "After it has been deployed",
            "Once the packages are installed, run",
            "When all is well",
            "Once everything is green",
            "After the deployment",
            "Then, when prompted",
            "Once you are logged in",
            "Once you have pulled the image, run",
            "As soon as the container is up, run",
            "When everything is ready",
            "Once the backup is there",
            "Nachdem die Migration abgeschlossen ist",
            "Run it once",
            "",
        ] {
            assert!(!awaits(label), "{label}");
        }
    }

    #[test]
    fn lines_say_how_often_by_whom_and_when() {
        for (line, told) in [
            ("Repeat for each node", Reserve::Repeated),
            ("For each tenant, run", Reserve::Repeated),
            ("Run this three times", Reserve::Repeated),
            ("Run it 5 times", Reserve::Repeated),
            ("Do this twice", Reserve::Repeated),
            ("Run this until it returns 0 rows", Reserve::Repeated),
            ("Run in batches until done", Reserve::Repeated),
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
        for label in ["Then", "And then, run", "Next", "After that", "Danach"] {
            assert!(goes_on(label), "{label}");
        }
        for label in ["Then restart it", "Next release", ""] {
            assert!(!goes_on(label), "{label}");
        }
        for label in [
            "As root",
            "Run the following as the deploy user",
            "Als root",
            "As user deploy",
            "Run as root on the DB server",
        ] {
            assert!(user(label).is_some(), "{label}");
        }
        for label in [
            "As before",
            "As a first step",
            "As described above, run",
            "Deploy as usual",
            "As root of the tree",
            "",
        ] {
            assert_eq!(user(label), None, "{label}");
        }
        for script in [
            "sudo -u deploy ./a",
            "psql -U deploy",
            "ssh deploy@db1 ./a",
            "su - deploy -c ./a",
        ] {
            assert!(goes_to_user(script, "deploy"), "{script}");
        }
        assert!(!goes_to_user("./deploy.sh --sudoers", "deploy"));
        assert!(repeats("for n in a b; do ssh $n uptime; done"));
        assert!(!repeats("./migrate.sh --format=json"));
    }
}
