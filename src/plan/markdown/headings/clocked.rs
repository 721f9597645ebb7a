//! Times of the parts of one way back: "Step 2: Restore (T+5 to T+10)" is due then, "2. Restore (5 min)" takes so long. Of
//! ways that are for one time each, such as "Immediate (0–5 min)" and "Extended (5–30 min)", it says since when.

use std::time::Duration;

use super::outline::{Outline, SectionIx};
use super::roles::{Reading, Role};
use super::series;
use crate::plan::markdown::figures::times::{self, Said};
use crate::plan::markdown::names::heading::{self, Title};
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;

/// What the times of numbered headings below a way back say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Times {
    /// When and how long: they are its parts, and each of them is gone.
    OfParts,
    /// Since when and until when each is one.
    OfWays,
}

/// From here on a length says when, not how long.
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Gives a way back the time that is all its heading says: "Within 30 minutes" below "Rollback".
pub(super) fn by_its_whole(title: &Title, reading: &mut Reading) {
    let timed = title.tells_time() || reading.from.is_some() || reading.until.is_some();
    if reading.role != Role::Rollback || timed {
        return;
    }
    match times::said(heading::behind_count(&title.text).trim_start()) {
        Some(Said::AtMost(time) | Said::First(time)) => reading.until = Some(time),
        Some(Said::Beyond(time)) => reading.from = Some(time),
        _ => {}
    }
}

/// Takes the windows from ways that stand side by side and leave a time without any of them: "Switch it off (< 1 minute)",
/// "Redeploy (5-10 minutes)", "Restore (30-60 minutes)" say how long each takes. Windows end with an open one.
pub(super) fn let_go_of_lengths(outline: &Outline, readings: &mut [Reading]) {
    for parent in &outline.sections {
        let lengths = |ix: &&SectionIx| {
            let title = &outline.sections[**ix].title;
            let bare = |said: &Said| matches!(said, Said::Between(..) | Said::AtMost(_));
            readings[**ix].role == Role::Rollback && title.tells_only(bare)
        };
        let timed = |ix: &&SectionIx| {
            let reading = &readings[**ix];
            reading.role == Role::Rollback && (reading.from.is_some() || reading.until.is_some())
        };
        let ways: Vec<SectionIx> = parent.children.iter().filter(lengths).copied().collect();
        if ways.len() < 3 || parent.children.iter().filter(timed).count() > ways.len() {
            continue;
        }
        let windows = ways
            .iter()
            .map(|&ix| (readings[ix].from.unwrap_or_default(), readings[ix].until));
        let mut windows: Vec<_> = windows.collect();
        windows.sort();
        // "0-10 minutes" begins a series of windows, whatever it leaves out.
        let begun = |ix: &SectionIx| readings[*ix].from == Some(Duration::ZERO);
        if ways.iter().any(begun) {
            continue;
        }
        if windows
            .windows(2)
            .any(|pair| pair[0].1.is_some_and(|until| until < pair[1].0))
        {
            for ix in ways {
                (readings[ix].from, readings[ix].until) = (None, None);
                readings[ix]
                    .name
                    .clone_from(&outline.sections[ix].title.text);
            }
        }
    }
}

/// Takes the window from the only way back that has one, if a sign tells it and it is called quick: "Quick rollback
/// (< 2 minutes)" by itself says how long it takes. "Rollback (< 1 hour)" and "Quick rollback (within 30 minutes)" stay so.
pub(super) fn let_go_of_a_lone_length(outline: &Outline, readings: &mut [Reading]) {
    let window = |ix: SectionIx| {
        let reading = &readings[ix];
        let timed = reading.from.is_some() || reading.until.is_some();
        (reading.role == Role::Rollback && timed).then_some((reading.from, reading.until))
    };
    let own = |ix: &SectionIx| {
        let above = outline.parent(*ix).and_then(window);
        window(*ix).is_some_and(|own| above != Some(own))
    };
    let timed: Vec<SectionIx> = (0..readings.len()).filter(own).collect();
    let &[only] = timed.as_slice() else {
        return;
    };
    let title = &outline.sections[only].title;
    let sign = |words: &str| words.starts_with(['<', '≤']);
    let bare = title.tells_only(|said| matches!(said, Said::AtMost(_)));
    let quick = folded(&title.text).split(' ').any(tells_tier);
    if !bare || !quick || !title.time_words().is_some_and(sign) {
        return;
    }
    readings[only].name.clone_from(&title.text);
    for reading in readings
        .iter_mut()
        .filter(|reading| reading.role == Role::Rollback)
    {
        (reading.from, reading.until) = (None, None);
    }
}

/// Where what `begins` and `ends` so begins, as these `words` say: "until T+7d" where the heading above does, whose place
/// `reading` still has.
pub(super) fn begun(reading: &Reading, words: &str, begins: i64, ends: i64) -> i64 {
    let seconds = |time: Duration| i64::try_from(time.as_secs()).ok();
    let at = reading.at.as_ref().map(|at| at.seconds);
    let above = at.or_else(|| reading.from.and_then(seconds));
    let open = || {
        tongues::words(|tongue| tongue.until).any(|word| tongues::strip_word(words, word).is_some())
    };
    above
        .filter(|above| *above < ends && open())
        .unwrap_or(begins)
}

/// What the times of the headings that are numbered below `above`, a way back, say.
pub(super) fn times_below(outline: &Outline, above: SectionIx) -> Times {
    let beside = outline.sections[above].children.iter();
    let titles = beside.map(|&child| &outline.sections[child].title);
    let all: Vec<&Title> = titles.filter(|title| is_counted(title)).collect();
    let numbered = |title: &&Title| title.ordinal == Some(Ordinal::Number);
    let ways = || {
        outline.lists_ways(above)
            || all.iter().any(|title| is_way(title))
            || (all.iter().all(numbered) && is_ladder(&all))
    };
    let steps = all.iter().all(|title| series::is_called_step(title));
    if all.len() > 1 && (steps || !ways()) {
        Times::OfParts
    } else {
        Times::OfWays
    }
}

/// Whether `title` is numbered as a part of the way back `above`.
pub(super) fn is_part(title: &Title, above: Option<&Reading>) -> bool {
    let of_parts = |above: &Reading| above.role == Role::Rollback && above.below == Times::OfParts;
    is_counted(title) && above.is_some_and(of_parts)
}

/// Whether `title` is numbered as a part is.
fn is_counted(title: &Title) -> bool {
    matches!(title.ordinal, Some(Ordinal::Number | Ordinal::Phase))
}

/// Whether `title` says that it is a way back of its own, by what it is called or by since when it is one.
fn is_way(title: &Title) -> bool {
    let words = &title.words;
    let since = title.read(|said| matches!(said, Said::Beyond(_) | Said::First(_)).then_some(()));
    let name = heading::behind_count(&title.text);
    let name = name.split(['(', ':', '（', '：']).next().unwrap_or(name);
    let text = folded(name);
    let numbered = title.ordinal == Some(Ordinal::Number);
    let of_something = !words.begins(&[Topic::Rollback]) || words.is_rollback_of();
    let for_case = || text.split(' ').any(|word| CASES.contains(&word));
    // "Phase 1 rollback", "Rollback before the switch"
    let bare = !title.text.contains([':', '：']);
    let plain = || {
        let words = Words::new(name);
        bare && words.begins(&[Topic::Rollback]) && words.is_plain_rollback()
    };
    let whole =
        plain() || (words.is_called_rollback() && ((numbered && of_something) || for_case()));
    let mut ends = [text.split(' ').next(), text.trim_end().rsplit(' ').next()].into_iter();
    title.is_one_of_several()
        || whole
        || !since.0.is_empty()
        || times::said(name.trim()).is_some()
        || ends.any(|word| word.is_some_and(tells_tier))
}

fn tells_tier(word: &str) -> bool {
    TIERS.iter().any(|tier| match tier.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *tier,
    })
}

/// Whether each of `titles` has until when it is one, later than the one before: "1. Flag (< 5 min)", "2. Restore (< 1 h)".
fn is_ladder(titles: &[&Title]) -> bool {
    let until = |title: &&Title| {
        let (all, _) = title.read(|said| match said {
            Said::AtMost(time) => Some(time),
            _ => None,
        });
        all.first().copied()
    };
    let limits: Option<Vec<Duration>> = titles.iter().map(until).collect();
    limits.is_some_and(|limits| limits.is_sorted_by(|one, next| one < next))
}

/// Behind which stands what a way back is for.
#[rustfmt::skip]
const CASES: [&str; 18] = [
    "before", "after", "if", "when", "vor", "nach", "falls", "wenn", "avant", "apres", "si", "antes", "despues", "depois", "se", "до", "после", "если",
];
/// How soon or how much later a way back is for, in all languages; `*` at the end stands for any ending.
#[rustfmt::skip]
const TIERS: [&str; 34] = [
    "immediate", "instant", "extended", "late", "later", "delayed", "early", "tier", "level", "quick", "fast", "short", "long", "afterwards", "sofort*", "spat*", "schnell*", "tardi*",
    "rapid*", "inmediat*", "imediat*", "immediat*", "etendu*", "extendid*", "estendid*", "немедленн*", "поздн*", "быстр*", "立即*", "快速*", "延长*", "即時*", "迅速*", "早期*",
];

#[cfg(test)]
mod tests {
    use crate::plan::markdown::tests::plan;

    fn ways(titles: &[&str]) -> Vec<(Option<u64>, Option<u64>)> {
        let mut parts = String::new();
        for title in titles {
            parts += "### ";
            parts += title;
            parts += "\n```sh\n./back\n```\n";
        }
        let text = format!("## Deployment\n```sh\n./deploy\n```\n## Rollback\n{parts}");
        let seconds = |time: Option<std::time::Duration>| time.map(|time| time.as_secs());
        let tiers = plan(&text).tiers;
        let window = |tier: &crate::plan::Tier| (seconds(tier.spec.from), seconds(tier.spec.until));
        tiers.iter().map(window).collect()
    }

    #[test]
    fn numbered_parts_of_a_way_back_are_one_whatever_their_times() {
        for titles in [
            [
                "Phase 1: Stop (T+0 to T+5)",
                "Phase 2: Restore (T+5 to T+10)",
            ],
            ["Step 1: Stop (1-2 min)", "Step 2: Restore (5-10 min)"],
            [
                "1. Stop (2 min)",
                "2. Restore the latest dump (< 5 minutes)",
            ],
            [
                "Phase 1: Stop (0-5 minutes)",
                "Phase 2: Roll back the database (5-15 minutes)",
            ],
            [
                "Step 1: Immediate actions (0-5 min)",
                "Step 2: Restore (5-15 min)",
            ],
            [
                "Phase 4.1: Stop (T+0 to T+5)",
                "Phase 4.2: Restore (T+5 to T+10)",
            ],
        ] {
            assert_eq!(ways(&titles), [(None, None)], "{titles:?}");
        }
    }

    #[test]
    fn a_length_of_the_only_timed_way_back_is_no_window() {
        for (titles, wanted) in [
            (&["Quick rollback (< 2 minutes)"][..], &[(None, None)][..]),
            (
                &["Quick rollback (< 2 minutes)", "Full rollback"],
                &[(None, None), (None, None)],
            ),
            (&["Quick rollback (within 2 minutes)"], &[(None, Some(120))]),
            (&["Restore (< 2 minutes)"], &[(None, Some(120))]),
            (
                &[
                    "Quick rollback (< 2 minutes)",
                    "Full rollback (> 2 minutes)",
                ],
                &[(None, Some(120)), (Some(120), None)],
            ),
        ] {
            assert_eq!(ways(titles), wanted, "{titles:?}");
        }
    }

    #[test]
    fn ways_back_for_one_time_each_stay_so() {
        for (titles, wanted) in [
            (
                ["Immediate (T+0 to T+5)", "Extended (T+5 to T+30)"],
                [(Some(0), Some(300)), (Some(300), Some(1800))],
            ),
            (
                [
                    "1. Immediate rollback (0-5 min)",
                    "2. Extended rollback (5-30 min)",
                ],
                [(Some(0), Some(300)), (Some(300), Some(1800))],
            ),
            (
                [
                    "Phase 1: Rollback before cutover (T+0 to T+30)",
                    "Phase 2: Rollback after cutover (T+30 to T+120)",
                ],
                [(Some(0), Some(1800)), (Some(1800), Some(7200))],
            ),
            (
                [
                    "Phase 1 rollback (T+0 to T+30)",
                    "Phase 2 rollback (T+30 to T+60)",
                ],
                [(Some(0), Some(1800)), (Some(1800), Some(3600))],
            ),
            (
                ["1. Flag (< 5 min)", "2. Dump (< 30 min)"],
                [(None, Some(300)), (None, Some(1800))],
            ),
            (
                ["Phase 1: Flag (< 5 min)", "Phase 2: Dump (> 5 min)"],
                [(None, Some(300)), (Some(300), None)],
            ),
            (
                ["Stop (0-5 min)", "Restore (5-30 min)"],
                [(Some(0), Some(300)), (Some(300), Some(1800))],
            ),
        ] {
            assert_eq!(ways(&titles), wanted, "{titles:?}");
        }
    }
}
