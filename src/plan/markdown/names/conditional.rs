//! Names of what is only for a case, a way back, or for another place: "If this fails, run:", "To undo the
//! change, run:". Nobody may run it by going on, see [`crate::plan::markdown::steps::guards`].

use super::either;
use super::either::EITHER;
use std::sync::LazyLock;

use super::announced;
use super::beforehand;
use super::cases;
use super::heading;
use super::instead::Instead;
use super::later;
use super::only;
use super::ordinary;
use super::remarked;
use super::shelved;
use super::turns;
use super::words::Words;
use super::written;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Beginnings};

/// The longest line above a block that can be its name, in bytes.
const MAX_NAME: usize = 60;

/// Why nobody may run what stands below a line by going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Reserve {
    /// It is for a case.
    Case,
    /// It is a way back.
    Back,
    /// It is for another place.
    Elsewhere,
    /// It is one of several ways.
    Way,
    /// It is written somewhere.
    Written,
    /// It may be what is forbidden, and what is told instead of that.
    Instead,
    /// Somebody reads it over.
    Read,
    /// A value in it is only an example.
    Example,
    /// It is done several times, by somebody else, or only later, see [`super::turns`].
    Repeated,
    Somebody,
    Later,
    /// Somebody does something before it, see [`super::beforehand`].
    Before,
    /// Another user runs it.
    User,
}

/// Whether `text` begins with the case that what it names is for. Without spaces between words, a case
/// stands at the end: "デプロイに失敗した場合".
fn is_conditional(text: &str) -> bool {
    let text = ordinarily(heading::behind_count(text));
    IN_CASE.begin_word(text)
        || MAY.begin_word(text)
        || only::is(text)
        || is_alone(text)
        || is_trouble(text)
        || (!text.is_ascii() && ANYWHERE.iter().any(|word| text.contains(word)))
        || cases::names_case(text)
        || (IN_CASE_OF.begin_word(text)
            && Words::new(text).is_failure()
            && !announced::announces(text))
}

/// Whether `text`, a line without the colon at its end, begins with the case that what stands below it is for.
pub(in crate::plan::markdown) fn is_for_a_case(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    is_conditional(text)
}

/// Whether `text` begins with "if".
pub(in crate::plan::markdown) fn says_if(text: &str) -> bool {
    IN_CASE.begin_word(ordinarily(text))
}

/// `text` without what it begins with, where that says that all goes as it should.
pub(in crate::plan::markdown) fn ordinarily(text: &str) -> &str {
    let well = Some(text).filter(|text| IN_CASE.begin_word(text));
    let rest = well.and_then(ordinary::behind_well);
    rest.or_else(|| ordinary::behind_point(text))
        .unwrap_or(text)
}

/// Whether `text` says no more than that somebody may do it: "optional", "last resort".
pub(super) fn is_left_open(text: &str) -> bool {
    let mut near = MAY.near(text).iter();
    near.any(|(word, ())| {
        tongues::strip_word(text, word).is_some_and(|rest| rest.trim().is_empty())
    })
}

/// Whether `text` says "to abort" and not what: "To abort, run". "To abort long queries" is a step.
fn is_alone(text: &str) -> bool {
    let near = ALONE.near(text).iter();
    let mut rests = near.filter_map(|(word, ())| tongues::strip_word(text, word));
    rests.any(|rest| {
        // "Tomorrow's jobs" are of a day, and done now.
        let owns =
            rest.starts_with(['\'', '’']) && rest.chars().nth(1).is_some_and(char::is_alphabetic);
        let rest = rest.trim_start();
        !owns && !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '`' | '"' | '*'))
    })
}

/// Whether `text` names what has gone wrong, behind the word for that: "Issue: the queue is full". "Issue: SHOP-12" is what
/// is worked on.
fn is_trouble(text: &str) -> bool {
    let mut rests = TROUBLE
        .near(text)
        .iter()
        .filter_map(|(word, ())| tongues::strip_word(text, word));
    rests.any(|rest| {
        let counted = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '#');
        let told = rest.trim_start_matches(counted).strip_prefix([':', '：']);
        let told = told.map_or("", str::trim);
        // "Issue #4711: add the column" is what is worked on as well.
        let number = rest.split([':', '：']).next().unwrap_or_default();
        let digits = number.chars().filter(char::is_ascii_digit).count();
        let ticket = digits > 2;
        let id = !told.contains(' ') && told.contains(|c: char| c.is_ascii_digit());
        !told.is_empty() && !id && !ticket
    })
}

/// Whether `inside`, a remark, warns of doing it at all: "DANGEROUS - use with extreme caution".
fn warns(inside: &str) -> bool {
    const WARNS: [&str; 8] = [
        "dangerous",
        "extreme caution",
        "use with caution",
        "nuclear option",
        "gefahrlich",
        "peligroso",
        "perigoso",
        "опасно",
    ];
    let folded = folded(inside);
    WARNS
        .iter()
        .any(|word| folded.trim_start().starts_with(word))
}

/// Whether `text` names what is done beside the steps: "To watch progress in another terminal".
fn is_beside(text: &str) -> bool {
    let mut before = ' ';
    text.char_indices().any(|(at, c)| {
        let starts = before == ' ' || is_dense(before);
        before = c;
        starts && BESIDE.begin_word(&text[at..])
    })
}

/// Whether a remark in parentheses says so: "Drain it (only if step 3 fails)", "Purge the cache (if it is stale)".
pub(in crate::plan::markdown) fn remarks_case(text: &str) -> bool {
    cases::in_brackets(text).any(remark_is_case)
}

/// The same of a remark by itself: "only if it is stale", "optional".
pub(super) fn remark_is_case(inside: &str) -> bool {
    if is_alone(inside)
        || is_quarter(inside)
        || is_left_open(inside)
        || cases::leaves_open(inside)
        || either::is_alternative(inside)
        || warns(inside)
    {
        return true;
    }
    // "10 min, only if it is safe"
    let mut parts = inside.split([',', ';', '，', '；']).map(str::trim);
    let only = parts.any(|part| ONLY_IN_CASE.begin_word(part) || only::remarks(part));
    only || (is_conditional(inside) && Words::new(inside).is_failure())
}

impl Words {
    /// Whether it is called after what may happen: "Stuck migration", "Replication broken", "Retry after a
    /// failure". "Requeue failed jobs" and "Nothing is stuck" are not.
    pub(super) fn is_mishap(&self) -> bool {
        if self.has(Topic::Resumes) {
            return true;
        }
        let case = self.begins(&[Topic::Case]) || self.ends(Topic::Case);
        let orders = || {
            let orders = [Topic::Acts, Topic::Order, Topic::Starts, Topic::Moves];
            self.begins(&orders) || self.ends(Topic::OrderLast)
        };
        case && !orders() && !self.has(Topic::No) && !self.names_a_case()
    }
}

/// Whether `text` is a part of a year: "Q1 2027", "2026-H2".
fn is_quarter(text: &str) -> bool {
    let Some((one, other)) = text.trim().split_once([' ', '-', '/']) else {
        return false;
    };
    let part = |text: &str| matches!(text.as_bytes(), [b'Q' | b'H', b'1'..=b'4']);
    let year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    (part(one) && year(other)) || (year(one) && part(other))
}

/// Whether `text` begins with "roll back".
pub(in crate::plan::markdown) fn begins_back(text: &str) -> bool {
    BACK.begin(text)
}

/// Whether `text`, which says what is done, is to go back: "Roll back", "Abort the deployment".
pub(in crate::plan::markdown) fn goes_back(text: &str) -> bool {
    begins_back(text) || Words::new(text).is_way_back()
}

/// "Roll back", at the beginning of a step's title.
static BACK: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.back));

/// What `text`, which names a step or what steps stand under, says against going on with it.
pub(in crate::plan::markdown) fn reserve(text: &str) -> Option<Reserve> {
    let text = &*remarked::without_advice(text);
    let trailing = || cases::trails(text).then_some(Reserve::Case);
    let elsewhere = || cases::is_elsewhere(text).then_some(Reserve::Elsewhere);
    ahead(text).or_else(trailing).or_else(elsewhere)
}

/// The same, as far as that does not stand behind what is done.
pub(in crate::plan::markdown) fn reserve_ahead(text: &str) -> Option<Reserve> {
    ahead(&remarked::without_advice(text))
}

fn ahead(text: &str) -> Option<Reserve> {
    let bare = bare_of(text);
    let words = Words::new(bare);
    if words.is_mishap() {
        return Some(Reserve::Case);
    }
    told(text, bare, &words)
}

/// What is said, without "(Only if needed) " and "1. ".
fn bare_of(text: &str) -> &str {
    let bare = text.trim_start();
    let bare = bare
        .strip_prefix(['(', '（'])
        .and_then(|rest| rest.split_once([')', '）']))
        .map_or(bare, |(_, rest)| rest.trim_start());
    ordinarily(heading::behind_count(bare))
}

/// The same of what is no name: "The lock never hangs" is none for what may happen.
pub(super) fn reserve_told(text: &str) -> Option<Reserve> {
    let text = &*remarked::without_advice(text);
    let bare = bare_of(text);
    told(text, bare, &Words::new(bare))
}

/// The same of `text` without advice, of which `bare` is what is said, with these `words`.
fn told(text: &str, bare: &str, words: &Words) -> Option<Reserve> {
    if is_conditional(text)
        || remarks_case(text)
        || cases::in_brackets(text).any(cases::is_emergency)
        || is_beside(text)
        || either::joins(bare)
        || tongues::says_otherwise(bare)
        || either::is_system(bare)
        || words.is_limited()
        || shelved::is_partly_struck(bare)
    {
        return Some(Reserve::Case);
    }
    // "Step 3: Restore traffic" goes on with its series.
    let set_going = || heading::counts(text) && words.sets_going();
    let prepares = || words.makes_for_rollback() || set_going();
    if (words.is_way_back() || begins_back(bare)) && !prepares() {
        return Some(Reserve::Back);
    }
    if words.instead() == Some(Instead::Unclear) {
        return Some(Reserve::Instead);
    }
    let mut otherwise = EITHER
        .near(bare)
        .iter()
        .filter_map(|(word, ())| tongues::strip_word(bare, word));
    let otherwise = otherwise.any(|rest| Words::new(rest).is_way_back());
    if otherwise {
        return Some(Reserve::Back);
    }
    if written::says(bare) {
        return Some(Reserve::Written);
    }
    words.is_elsewhere().then_some(Reserve::Elsewhere)
}

/// "If"; "when", if what follows speaks of a failure; what says "if" wherever it stands.
static IN_CASE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.in_case));
/// "Optionally", "only when".
static MAY: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.may));
/// "To abort", with nothing behind it.
static ALONE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.alone));
/// "Issue", in front of a colon.
static TROUBLE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.trouble));
/// "In another terminal".
static BESIDE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.beside));
/// "Only if", "if needed".
static ONLY_IN_CASE: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.only_in_case));
static IN_CASE_OF: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.in_case_of));
static ANYWHERE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let dense = |word: &&str| word.chars().all(is_dense) && word.chars().nth(2).is_some();
    tongues::words(|tongue| tongue.in_case)
        .filter(dense)
        .collect()
});

/// The case at the end of an item's text that names what stands below it: "Migrate. If that fails:".
pub(in crate::plan::markdown) fn at_the_end(text: &str) -> Option<&str> {
    last(text.trim_end().strip_suffix([':', '：'])?)
}

/// The case that a paragraph above a block speaks of, at its beginning or at its end.
pub(in crate::plan::markdown) fn above(text: &str) -> Option<&str> {
    let text = text.trim();
    let line = text.trim_end_matches([':', '：', '.', '。']);
    let first = line.split(['\n', '。']).next().unwrap_or(line);
    let first = first.split(". ").next().unwrap_or(first).trim();
    if cases::is_crossed_out(first) {
        return Some(first);
    }
    // A sentence may speak of a rollback, and of what can be done "if needed"; a line of a few words says that here is
    // one, and what ends with a colon names what follows.
    let whole = first.len() == line.len() && text.ends_with([':', '：']);
    let says = if whole { reserve } else { reserve_ahead };
    if Words::whole(line).instead() == Some(Instead::Unclear) {
        return Some(line.trim_end());
    }
    let told = || later::waits_in_line(first) || (whole && turns::of(first).is_some());
    // What ends with a colon is weighed as a name of what stands below it.
    let told = || told() || (!text.ends_with([':', '：']) && cases::names_elsewhere(first));
    let waits = |line: &str| !whole && beforehand::waits(line);
    let named = first.len() <= MAX_NAME && (says(first).is_some() || told());
    (named || waits(first) || is_conditional(&remarked::without_advice(first)))
        .then_some(first)
        .or_else(|| last(line))
}

/// Whether what stands below the line `text` is for a case, a way back, or for another place.
pub(in crate::plan::markdown) fn is_reserved(text: &str) -> bool {
    reserve(text).is_some()
}

fn last(text: &str) -> Option<&str> {
    let clauses = text.split(['\n', ';', '。', '；']);
    let clauses = clauses.flat_map(|clause| clause.split(". "));
    let last = clauses.last().map(str::trim)?;
    is_conditional(last).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_for_a_case_only_if_they_leave_it_open() {
        for text in [
            "Run this only once",
            "Only once",
            "Only run this on the primary",
            "Only after the previous step is green, run",
            "To cancel running jobs",
            "To abort long-running queries",
            "Zum Abbrechen alter Sitzungen",
            "Pour interrompre le service",
            "1. To cancel the old subscriptions",
            "Enable review apps",
            "Tomorrow's jobs are queued",
            "On macOS or Linux",
            "On Linux and macOS",
            "Deploy to preview environment",
            "Requeue failed jobs",
            "Remove the stuck locks",
            "Make sure that nothing hangs",
            "Run the migrations, stop if one fails",
            "Wait until no job is stuck",
            "Set the lock timeout",
            "Update the error page",
            "Stage a copy of the table",
            "Re-run the smoke tests",
            "Add the following column",
            "Restart the workers (2027)",
            "Failover to the replica",
            "Crashlytics upload",
            "Verarbeitung der Fehlerliste",
            "Bloque 2",
            "Crash reporter upload",
            "Diagnostics endpoint",
            "On the day",
            "In the database",
            "On the primary key",
            "On v2",
            "Log in to the registry",
            "Connect to the VPN",
            "In the first hour",
            "On the server group, set the quota",
            "Drop the old index (if it exists)",
            "Stop the workers (if any)",
            "問題がない場合：",
            "Should show: no errors",
            "Sollte zeigen: keine Fehler",
            "Never drop the table; rename it",
        ] {
            assert_eq!(reserve(text), None, "{text}");
        }
        for text in [
            "To abort",
            "To abort, run",
            "To abort at any time",
            "To cancel the migration",
            "Zum Abbrechen",
            "Optionally",
            "Tomorrow",
            "On macOS",
            "On macOS or Windows",
            "When in doubt, run",
            "In a second terminal",
            "Skip this if the table is empty",
            "Only on the first deploy, run",
            "Do this only after everybody has signed off",
            "Deploying to a review app",
            "Stuck migration",
            "Phase C': the import hangs",
            "Step 4b — Replication broken",
            "Schritt 3: Import hängt",
            "When the pods crash",
            "Whenever replication lag grows",
            "Had the import failed",
            "Resume after a failure",
            "Re-run:",
            "Common errors",
            "Sometimes the lock is kept. Then run",
            "Only for tenant B",
            "For version 12 and older",
            "Phase 2 (Q3 2031)",
            "Drop it (2031-H1)",
            "Put this into /etc/cron.d/backup",
            "Обработка ошибок",
            "Tras un fallo",
            "La migration est bloquée",
            "エラー発生時",
            "Diagnostics:",
            "2. Otherwise",
            "Sonst",
            "服务崩溃",
            "Purge the cache (if the pages look stale)",
            "3. Kubernetes (if used)",
            "変更がある場合：",
            "手动迁移（紧急情况/测试）",
            "Cache (nur im Notfall)",
            "Should the migration show errors",
            "Never drop the table, call the DBA",
        ] {
            assert!(reserve(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_has_gone_wrong_is_named_behind_the_word_for_that() {
        for text in [
            "Issue: SHOP-12",
            "Issue #7: 4711",
            "Problem:",
            "Error page: switch it on",
        ] {
            assert_eq!(reserve(text), None, "{text}");
        }
        for text in [
            "Issue: the queue is full",
            "2. Problem: the lag grows",
            "Issue #7: the queue is full",
            "Fehler: Sperre läuft ab",
            "Problème : la file est pleine",
            "Ошибка: очередь полна",
            "问题：队列已满",
        ] {
            assert!(reserve(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_ways_and_conditions_in_remarks_leave_it_open() {
        for text in [
            "Step 2 (alternative): by CLI",
            "Step 2b: by CLI (alternative)",
            "Starten (alternativ: von Hand)",
            "You can also reset all data with",
            "Another way is",
            "The same can be done with",
            "Man kann auch",
            "Drop it (T+60 min, only if safe)",
            "Drop it (10 min, if needed)",
        ] {
            assert!(reserve(text).is_some(), "{text}");
        }
        for text in [
            "Open it (alternative port 8080)",
            "Add the alternative route",
            "Drop it (10 min, as planned)",
        ] {
            assert_eq!(reserve(text), None, "{text}");
        }
    }
}
