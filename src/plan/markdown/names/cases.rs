//! What stands behind the thing that is done, and says when not: "Reindex if needed", "Reindex only if it is bloated",
//! "Drop it (only after 7 days)", "Reindex — last resort", "Seed (staging only)"; and signs that cross it out.

use std::sync::LazyLock;
use std::time::Duration;

use super::conditional;
use super::heading;
use super::words::Words;
use crate::plan::find;
use crate::plan::letters::is_dense;
use crate::plan::markdown::figures::time_words::translated;
use crate::plan::markdown::figures::times::{self, Said};
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Beginnings, Rival, rival, strip_word};

/// Where brackets begin and end.
const BRACKETS: [char; 4] = ['(', '（', ')', '）'];
/// What a part of a name may end with beside its words.
const SIGNS: [char; 9] = [' ', '.', '!', ':', ',', ';', '：', '。', '！'];
/// Signs that cross out what stands behind them.
const CROSSES: [char; 3] = ['🚫', '❌', '⛔'];
/// From here on what is done later is not done in the same sitting.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many words a case has at most that is said of anything: "si c'est nécessaire".
const MAX_WORDS: usize = 4;

/// What stands in brackets in `text`.
pub(super) fn in_brackets(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(['(', '（']).skip(1);
    parts.map(|part| part.split([')', '）']).next().unwrap_or(part))
}

/// Whether `text` begins with "if", or with "only if".
pub(in crate::plan::markdown) fn begins_case(text: &str) -> bool {
    IN_CASE.begin_word(text) || begins_need(text)
}

/// Whether `text` begins with "only if", or with "if needed".
pub(super) fn begins_need(text: &str) -> bool {
    NEEDED.begin_word(text)
}

/// Whether `inside`, a remark, tells which case something is for, and not that it is a way back: "only in an emergency".
pub(super) fn only_tells_case(inside: &str) -> bool {
    let words = Words::new(inside);
    let back = [
        Topic::Rollback,
        Topic::Recovery,
        Topic::Returns,
        Topic::Abandon,
    ];
    (begins_case(inside) || is_emergency(inside)) && !back.into_iter().any(|topic| words.has(topic))
}

/// Whether `inside`, a remark, says no more than that it is for an emergency.
pub(super) fn is_emergency(inside: &str) -> bool {
    let urgent = [Topic::Emergency, Topic::Urgent];
    let words = Words::new(inside);
    words.begins(&urgent) && (inside.starts_with(is_dense) || words.speaks_only_of(&[&urgent]))
}

/// Whether `inside`, a remark, leaves it open whether something is done: "if you use Redis", "optional - for comparison".
/// "If there are any" and "if it is open" are said of what is done to as many as there are.
pub(super) fn leaves_open(inside: &str) -> bool {
    let bare = conditional::ordinarily(inside.trim_start());
    let folded = folded(bare);
    let last = folded.split_whitespace().last().unwrap_or_default();
    // "SI units"
    let short = bare.chars().take(2).all(char::is_uppercase);
    let open = !short && OPEN.iter().any(|word| strip_word(bare, word).is_some());
    let mut words = folded.split_whitespace();
    let open = open
        || (strip_word(bare, "optional").is_some() && !words.any(|word| PARTS.contains(&word)))
        || strip_word(bare, "se").is_some_and(is_if);
    (open && !AS_MANY.contains(&last)) || names_case(bare)
}

/// Whether `rest`, behind "se", makes that an "if": in Spanish it is none.
fn is_if(rest: &str) -> bool {
    let folded = folded(rest);
    let next = folded.split_whitespace().next().unwrap_or_default();
    [
        "ndo", "avel", "ivel", "ario", "ria", "for", "houver", "estiver", "usar",
    ]
    .iter()
    .any(|end| next.ends_with(end))
}

/// Whether a part of `text` ends with the word for a case, where that stands behind what it is: "変更がある場合：".
pub(in crate::plan::markdown) fn names_case(text: &str) -> bool {
    let mut parts = text.split(['、', '，', ',', '：', ':', '。', '(', '（', ')', '）']);
    !text.is_ascii()
        && parts.any(|part| {
            let part = part.trim();
            let part = part.strip_suffix('は').unwrap_or(part);
            part.ends_with("場合") && !WELL.iter().any(|well| part.ends_with(well))
        })
}

/// With what a remark begins that leaves it open.
const OPEN: [&str; 27] = [
    "if",
    "unless",
    "optionally",
    "falls",
    "wenn",
    "sofern",
    "si",
    "s'il",
    "s’il",
    "facultatif",
    "optionnel",
    "opcional",
    "caso",
    "если",
    "опционально",
    "необязательно",
    "もし",
    "任意",
    "如果",
    "如有",
    "如需",
    "如已",
    "如未",
    "若",
    "假如",
    "可选",
    "可選",
];
/// What has optional parts, and is done all the same: "Install it (optional packages included)".
const PARTS: [&str; 24] = [
    "argument",
    "arguments",
    "args",
    "flag",
    "flags",
    "parameter",
    "parameters",
    "field",
    "fields",
    "column",
    "columns",
    "value",
    "values",
    "variable",
    "variables",
    "dependencies",
    "packages",
    "extensions",
    "features",
    "modules",
    "components",
    "services",
    "settings",
    "options",
];
/// With what one ends that does not.
const AS_MANY: [&str; 9] = [
    "any", "exists", "exist", "present", "left", "open", "running", "active", "enabled",
];
/// Cases in which all is well, and any case.
const WELL: [&str; 5] = [
    "問題がない場合",
    "問題ない場合",
    "正常な場合",
    "成功した場合",
    "いずれの場合",
];

/// Whether `text` says behind what it names that this is for a case, or for another day.
pub(in crate::plan::markdown) fn trails(text: &str) -> bool {
    let outside = || text.split(BRACKETS).step_by(2);
    outside().any(|part| is_needed(part) || says_only_if(part))
        || behind_dash(text).is_some_and(conditional::is_left_open)
        || in_brackets(text).any(is_another_day)
        || is_crossed_out(text)
}

/// Whether `text` says that it is for another place than production, and for no other: "Seed (staging only)".
pub(super) fn is_elsewhere(text: &str) -> bool {
    let head = heading::behind_count(text).split([':', '：']).next();
    let mut parts = in_brackets(text).chain(behind_dash(text)).chain(head);
    parts.any(is_only_elsewhere)
}

/// Whether `label` says no more than that what stands below it is for another place than production: "Development", "Run
/// in staging". "Local reset". "Testing" is done.
pub(in crate::plan::markdown) fn names_elsewhere(label: &str) -> bool {
    place_of(label).is_some_and(Rival::is_elsewhere) && !Words::new(label).has(Topic::Testing)
}

/// The same of production.
pub(super) fn names_production(label: &str) -> bool {
    place_of(label).is_some_and(Rival::is_production)
}

fn place_of(label: &str) -> Option<Rival> {
    let last = || rival(&label[label.rmatch_indices(' ').nth(1)?.0..]);
    // "Local reset", "Staging environment". "Staging tables" are no place.
    let first = || {
        let (first, rest) = label.split_once([' ', '-'])?;
        rival(first)
            .filter(|place| place.is_elsewhere() && OF_PLACES.contains(&folded(rest).trim()))
    };
    rival(label).or_else(last).or_else(first)
}

/// What stands behind the name of a place that it is still.
const OF_PLACES: [&str; 11] = [
    "cluster",
    "database",
    "db",
    "env",
    "environment",
    "machine",
    "only",
    "prod",
    "production",
    "reset",
    "server",
];

/// Whether `text`, as it is written, begins with a sign that crosses it out: "🚫 Reindex". Of what is stopped or taken
/// away it is a picture: "❌ Delete the old pods".
pub(in crate::plan::markdown) fn is_crossed_out(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let text = text.trim_start();
    let rest = if text.starts_with(|c: char| c.is_ascii_digit()) {
        heading::behind_count(text).trim_start()
    } else {
        text
    };
    let Some(rest) = rest.strip_prefix(CROSSES) else {
        return false;
    };
    let words = folded(rest);
    let pictures = |stops: &str| match stops.strip_suffix('*') {
        Some(stem) => words.split(' ').any(|word| word.starts_with(stem)),
        None if stops.starts_with(is_dense) => words.contains(stops),
        None => words.split(' ').any(|word| word == stops),
    };
    !words.trim().is_empty() && !tongues::words(|tongue| tongue.stops).any(pictures)
}

/// Whether `part` ends with a case that is said of anything: "if needed", "bei Bedarf".
fn is_needed(part: &str) -> bool {
    let part = part.trim_end_matches(SIGNS);
    let starts = part.rmatch_indices(' ').take(MAX_WORDS);
    let mut ends = starts.map(|(at, _)| &part[at + 1..]);
    let needed = |end: &str| {
        NEEDED
            .near(end)
            .iter()
            .any(|(word, ())| strip_word(end, word) == Some(""))
    };
    let dense =
        || tongues::words(|tongue| tongue.only_in_case).filter(|word| word.starts_with(is_dense));
    ends.any(needed) || (!part.is_ascii() && dense().any(|word| part.ends_with(word)))
}

/// "If".
static IN_CASE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.in_case));
/// "If needed", "only if".
static NEEDED: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.only_in_case));

/// Whether `part` says "only if" behind what is done.
fn says_only_if(part: &str) -> bool {
    let mut words = part.match_indices(' ').map(|(at, _)| &part[at + 1..]);
    words.any(|rest| ONLY_IF.begin_word(rest))
}

/// What leaves it open in brackets as in front: "only if", not "only for".
static ONLY_IF: LazyLock<Beginnings> = LazyLock::new(|| {
    let open = |word: &&str| tongues::words(|tongue| tongue.in_case).any(|case| case == *word);
    let all = tongues::words(|tongue| tongue.only_in_case).filter(open);
    Beginnings::new(all.map(|word| (word, ())))
});

/// What stands behind the last dash of `text`.
fn behind_dash(text: &str) -> Option<&str> {
    if !find::has_dash(text) {
        return None;
    }
    let dashes = [" – ", " — ", " - "].into_iter();
    let last = dashes
        .filter_map(|dash| Some(find::rfind(text, dash)? + dash.len()))
        .max()?;
    Some(text[last..].trim_end_matches(SIGNS))
}

/// Whether `inside`, a remark, is a time at least a day after the deployment: "only after 7 days!", "T+7d".
fn is_another_day(inside: &str) -> bool {
    if !inside.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let inside = inside.trim_end_matches(SIGNS);
    // "Erst nach 7 Tagen"
    let only = behind_only(inside)
        .next()
        .or_else(|| strip_word(inside, "erst"));
    let bare = only.unwrap_or(inside).trim_start();
    match times::said(bare) {
        // "> 7 days" is said of what is old.
        Some(Said::Beyond(time)) => time >= DAY && says_after(bare),
        Some(Said::Place(seconds)) => {
            u64::try_from(seconds).is_ok_and(|time| time >= DAY.as_secs())
        }
        _ => false,
    }
}

fn says_after(time: &str) -> bool {
    let after = |time: &str| strip_word(time, "after").is_some();
    after(time) || translated(time).is_some_and(|time| after(&time))
}

/// What stands behind "only" in `text`, if it begins so.
fn behind_only(text: &str) -> impl Iterator<Item = &str> {
    let near = ONLY.near(text).iter();
    near.filter_map(move |(word, ())| Some(strip_word(text, word)?.trim_start()))
}

/// Whether `part` is no more than the name of another place and "only".
pub(super) fn is_only_elsewhere(part: &str) -> bool {
    let part = part.trim().trim_end_matches(SIGNS);
    let last = part.rsplit_once(' ').and_then(|(before, last)| {
        let only = |(word, ()): &(&str, ())| strip_word(last, word) == Some("");
        ONLY.near(last).iter().any(only).then_some(before)
    });
    let dense = || tongues::words(|tongue| tongue.only).filter(|word| word.starts_with(is_dense));
    let dense = (!part.is_ascii()).then(dense).into_iter().flatten();
    let dense = dense.filter_map(|word| part.strip_suffix(word));
    let mut places = behind_only(part).chain(last).chain(dense);
    places.any(|place| rival(place).is_some_and(Rival::is_elsewhere))
}

/// "Only".
static ONLY: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.only));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_other_days_stand_behind_what_is_done() {
        for text in [
            "Rebuild it if needed",
            "2. Rebuild it, if necessary:",
            "Rebuild it when necessary (10 min)",
            "Rebuild it only if it is bloated",
            "Rebuild it — last resort",
            "Rebuild it - optional",
            "Rebuild it (only after 7 days!)",
            "Rebuild it (after 2 weeks)",
            "Rebuild it (T+7d)",
            "Neu aufbauen, falls nötig",
            "Neu aufbauen bei Bedarf",
            "Neu aufbauen (erst nach 7 Tagen)",
            "Reconstruire si nécessaire",
            "Reconstruire (après 7 jours)",
            "Reconstruir si es necesario",
            "Reconstruir se necessário",
            "Перестроить при необходимости",
            "再構築（7日後）",
            "再構築、必要に応じて",
            "重建索引，如有必要",
            "🚫 Rebuild it",
            "3. ⛔ Rebuild it",
            "❌ Index neu aufbauen",
        ] {
            assert!(trails(text), "{text}");
        }
        for text in [
            "Check whether needed",
            "Rebuild what is needed",
            "Create the needed table",
            "Check if required packages are there",
            "Only one worker left running",
            "Restart after migration",
            "Expire sessions after 2 days",
            "Delete the logs (> 7 days)",
            "Wait (after 10 minutes)",
            "Deploy if-else fix",
            "DONE: rebuild it",
            "Migrate — part 2",
            "Deploy – only for 5 minutes",
            "❌ Delete the old pods",
            "❌ Clear the cache",
            "❌ Cache leeren",
            "❌ Очистить кэш",
            "⛔ Point of no return",
            "🚫 Trafik stoppen",
            "⛔ 停止服务",
            "🚀 Rebuild it",
            "",
        ] {
            assert!(!trails(text), "{text}");
        }
    }

    #[test]
    fn remarks_leave_it_open_with_an_if() {
        for text in [
            "if applicable",
            "if using Redis",
            "if not done yet",
            "optional - for comparison",
            "falls nicht vorhanden",
            "optional - für den Vergleich",
            "если используется",
            "si utilisé",
            "si aplica",
            "se usando",
            "該当する場合",
            "如未执行",
        ] {
            assert!(leaves_open(text), "{text}");
        }
        for text in [
            "if any",
            "if there are any",
            "if it exists",
            "if open",
            "if still running",
            "if all is well",
            "10 min",
            "optionals",
            "optional flags stay off",
            "se tarda 5 minutos",
            "SI units",
            "問題がない場合",
            "如下",
            "ifconfig",
        ] {
            assert!(!leaves_open(text), "{text}");
        }
    }

    #[test]
    fn other_places_are_named_with_only() {
        for text in [
            "Seed (staging only)",
            "Seed (only on staging)",
            "Staging only: seed",
            "Seed — dev only",
            "QA only",
            "Seed (nur Staging)",
            "Seed (staging uniquement)",
            "シード（ステージングのみ）",
        ] {
            assert!(is_elsewhere(text), "{text}");
        }
        for text in [
            "Seed (production only)",
            "Deploy to staging",
            "Only local files are copied",
            "Test only the new endpoint",
            "Deploy (staging)",
            "Read only",
            "",
        ] {
            assert!(!is_elsewhere(text), "{text}");
        }
    }
}
