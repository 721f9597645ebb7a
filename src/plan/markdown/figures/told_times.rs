//! The times that a heading tells: in its parentheses, at its beginning, at its end.

use std::ops::Range;

use super::times::{self, Said};
use crate::plan::markdown::tongues::folded::folded;

pub(in crate::plan::markdown) struct Time {
    /// Where it stands in the text, parentheses included, if it can be taken out.
    pub(in crate::plan::markdown) place: Option<Range<usize>>,
    pub(in crate::plan::markdown) said: Said,
}

/// What `text` says before its first colon or dash. Between digits, as in "T+0:07", a colon ends nothing.
pub(in crate::plan::markdown) fn head_of(text: &str) -> &str {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut ends = text.match_indices([':', '—', '–', '：']);
    let end = ends.find(|(at, sign)| {
        let behind = text[at + sign.len()..].chars().next();
        *sign != ":" || !digit(text[..*at].chars().next_back()) || !digit(behind)
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The place on the clock that all of `text` tells: "1 hour later".
pub(in crate::plan::markdown) fn place_alone(text: &str) -> Option<Time> {
    let said = times::said(text).filter(|said| matches!(said, Said::Place(_)))?;
    Some(Time { place: None, said })
}

pub(in crate::plan::markdown) fn times_of(text: &str) -> Vec<Time> {
    let mut found = Vec::new();
    let head = head_of(text);
    let signs = ["-", "+", "−", "minus ", "plus "];
    let counts = head.strip_prefix(['T', 't']).is_some_and(|rest| {
        let rest = rest.trim_start().to_ascii_lowercase();
        signs.iter().any(|sign| rest.starts_with(sign))
    });
    if counts {
        let first = || times::said(head.split(" - ").next()?);
        let said = times::said(head).or_else(first);
        let whole = said.map(|said| Time { place: None, said });
        found.extend(whole.or_else(|| place_at_the_start(text)));
    }
    let mut from = 0;
    let width = |at: usize| text[at..].chars().next().map_or(1, char::len_utf8);
    while let Some(open) = text[from..]
        .find(['(', '[', '（', '【'])
        .map(|at| from + at)
    {
        let closes = [')', ']', '）', '】'];
        let Some(close) = text[open..].find(closes).map(|at| open + at) else {
            break;
        };
        from = close + width(close);
        let Some((all, whole)) = times::inside(&text[open + width(open)..close]) else {
            continue;
        };
        for (ix, said) in all.into_iter().enumerate() {
            found.push(Time {
                place: (ix == 0 && whole).then_some(open..from),
                said,
            });
        }
    }
    found
}

/// The place on the clock that a heading begins with: "T-15m Preparation", "T + 2 min Migrate".
fn place_at_the_start(text: &str) -> Option<Time> {
    let ends = text.match_indices(' ').take(4).map(|(at, _)| at);
    let said = |at: usize| match times::said(&text[..at])? {
        said @ Said::Place(_) => Some(Time {
            place: Some(0..at),
            said,
        }),
        _ => None,
    };
    ends.filter_map(said).last()
}

/// How long `text` says that it takes in front of the parentheses in which it tells `times`, if those are places on the
/// clock: "Pre-flight — 45 min (T-2h)".
pub(in crate::plan::markdown) fn length_before(text: &str, times: &[Time]) -> Option<Time> {
    let [only] = times else { return None };
    let place = matches!(only.said, Said::Place(_) | Said::Stretch(..));
    let start = only.place.as_ref().filter(|_| place)?.start;
    let found = time_at_the_end(text[..start].trim_end(), false)?;
    matches!(found.said, Said::Length(_) | Said::Between(..)).then_some(found)
}

/// Words for what has a length and takes no time.
const VALUES: [&str; 8] = [
    "timeout",
    "timeouts",
    "retention",
    "ttl",
    "interval",
    "lag",
    "limit",
    "window",
];

/// How long `text` says behind its colon: "Migrate: 10 minutes". What is a value of something is another thing: "Lock
/// timeout: 5 seconds".
pub(in crate::plan::markdown) fn length_behind_sign(text: &str) -> Option<Time> {
    let (head, _) = text.split_once(':')?;
    let at = head.len();
    let value = |word: &str| word.contains('_') || VALUES.contains(&folded(word).trim());
    if head.split_whitespace().any(value) {
        return None;
    }
    let said = times::said(text[at + 1..].strip_prefix(' ')?)?;
    matches!(said, Said::Length(_) | Said::Between(..)).then_some(Time {
        place: Some(at..text.len()),
        said,
    })
}

/// The time that a heading ends with: "Migrate – 10 minutes"; of a way back, `back`, also "Rollback within
/// 15 minutes". "Verify orders after 1 hour" may be about the orders.
pub(in crate::plan::markdown) fn time_at_the_end(text: &str, back: bool) -> Option<Time> {
    let place = |at: usize, said| Time {
        place: Some(at..text.len()),
        said,
    };
    let at_place = text.rfind(" @ ").filter(|&at| at > 0);
    if let Some((at, said @ Said::Place(_))) =
        at_place.and_then(|at| Some((at, times::said(&text[at + 3..])?)))
    {
        return Some(place(at, said));
    }
    let dashes = [" – ", " — ", " - ", " \u{23F1}"].into_iter();
    // Hardly any heading has one.
    let signs = ['–', '—', '-', '\u{23F1}'];
    for dash in dashes.filter(|_| text.contains(signs)) {
        let at = text.rfind(dash).filter(|&at| at > 0);
        let said = at.and_then(|at| times::said(&text[at + dash.len()..]));
        if let (Some(at), Some(said @ (Said::Length(_) | Said::Between(..) | Said::AtMost(_)))) =
            (at, said)
        {
            return Some(place(at, said));
        }
    }
    let mut words = text.match_indices(' ').filter(|_| back);
    words.find_map(|(at, _)| match times::said(&text[at + 1..])? {
        said @ (Said::AtMost(_) | Said::Beyond(_) | Said::Between(..) | Said::First(_)) => {
            Some(place(at, said))
        }
        _ => None,
    })
}
