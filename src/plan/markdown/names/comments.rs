//! What a comment in a block says against going on with the commands below it. The one function here decides about
//! every comment: the first of a block, one that heads a part of it, right above its commands, and any other, which may
//! as well be about the command that it stands behind.

use super::cases;
use super::conditional::{self, Reserve};
use super::either;
use super::heading;
use super::in_passing;
use super::later;
use super::only;
use super::orders;
use super::remarked;
use super::rival::Name;
use super::shelved;
use super::words::Words;
use super::written;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Rival};

/// Where a comment stands in its block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Stands {
    /// It is what all of it is called after.
    Titles,
    /// Right above a command.
    Heads,
    /// Below another comment, or with nothing right below it.
    Among,
}

/// Where the comment `lines[ix]`, which is no title, stands, and the commands right below it.
pub(in crate::plan::markdown) fn place(lines: &[Line<'_>], ix: usize) -> (Stands, String) {
    let told = |line: &Line<'_>| matches!(line.sort, Sort::Comment(text) if text.contains(char::is_alphanumeric));
    let stops = |line: &&Line<'_>| !matches!(line.sort, Sort::Code | Sort::Blank);
    let code = lines[ix + 1..].iter().skip_while(stops);
    let code = code.take_while(|line| line.sort == Sort::Code);
    let code: Vec<&str> = code.map(|line| line.text).collect();
    let goes_on = lines[..ix].last().is_some_and(told);
    let stands = if code.is_empty() || goes_on {
        Stands::Among
    } else {
        Stands::Heads
    };
    (stands, code.join("\n"))
}

/// What the comment `text`, which `stands` there, says against going forward into `script`, the commands below it.
pub(in crate::plan::markdown) fn reserve(
    text: &str,
    stands: Stands,
    script: &str,
) -> Option<Reserve> {
    let text = &*remarked::without_advice(text);
    let case = |said: bool| said.then_some(Reserve::Case);
    let label = text.strip_suffix([':', '：']);
    let ahead = match stands {
        Stands::Titles => conditional::reserve_ahead(text),
        Stands::Heads if explains(text) || either::joins(text) => None,
        Stands::Heads => conditional::reserve_told(text),
        Stands::Among => None,
    };
    let ahead = ahead.filter(|ahead| *ahead != Reserve::Written || !written::does(text, script));
    let heads = stands != Stands::Among;
    let any = || conditional::remarks_case(text) || only::is(text) || orders_in_case(text);
    let waits_itself = || script.contains("sleep ");
    // "Test" is done, "Test environment" is a place.
    let deed = DEEDS.contains(&folded(text).trim());
    let elsewhere = || !deed && tongues::rival(text).is_some_and(Rival::is_elsewhere);
    let elsewhere = || (heads && elsewhere()).then_some(Reserve::Elsewhere);
    label
        .and_then(conditional::reserve)
        .or(ahead)
        .or_else(elsewhere)
        .or_else(|| case(heads && (restores_if(text, script) || shelved::is_unclear(text))))
        .or_else(|| case((later::waits_in_comment(text) && !waits_itself()) || any()))
        .or_else(|| {
            Words::new(text)
                .is_plain_rollback()
                .then_some(Reserve::Back)
        })
        .or_else(|| in_passing::reserve(text, script).filter(|_| heads && !explains(text)))
}

/// Whether the comment `text` names one of several ways of doing something, of which another comment of the same `block`
/// names another: "For Blue-Green: …", "With npm".
pub(in crate::plan::markdown) fn is_way(text: &str, block: &str) -> bool {
    fn comment(line: &str) -> Option<&str> {
        let line = line.trim_start();
        // An option on a line of its own is no comment of SQL.
        line.strip_prefix("-- ")
            .or_else(|| line.strip_prefix('#'))
            .map(str::trim_start)
    }
    Name::of_comment(text).is_some_and(|name| {
        let mut others = block
            .lines()
            .filter_map(comment)
            .filter_map(Name::of_comment);
        others.any(|other| name.excludes(other))
    })
}

/// Whether the comment `text`, on a way back, names another one than a comment `above` it: back to another version, or from
/// a backup what a migration has been reverted for. Where they are counted, they are done in turn.
pub(in crate::plan::markdown) fn is_another_way_back(text: &str, above: &str) -> bool {
    fn target(text: &str) -> Option<String> {
        let said = folded(text);
        let (verb, _) = said.split_once(" to ")?;
        conditional::goes_back(verb).then(|| verb.to_owned())
    }
    let counted = |text: &str| heading::behind_count(text).len() < text.len();
    if counted(text) || counted(above) {
        return false;
    }
    let whole = |text: &str| {
        let words = Words::new(text);
        words.begins(&[Topic::Returns]) && words.has(Topic::Copied)
    };
    let migration = |text: &str| conditional::goes_back(text) && folded(text).contains("migration");
    let both = |one: &str, other: &str| migration(one) && whole(other) && !migration(other);
    let again = target(text).is_some_and(|verb| target(above) == Some(verb));
    again || both(above, text) || both(text, above)
}

/// What the comment `text`, right behind a command on its line, says against going forward into that: "# only if the table
/// is empty".
pub(in crate::plan::markdown) fn beside(text: &str) -> Option<Reserve> {
    let case = conditional::remark_is_case(text) && !explains(text);
    let elsewhere = || cases::is_only_elsewhere(text).then_some(Reserve::Elsewhere);
    case.then_some(Reserve::Case).or_else(elsewhere)
}

/// Whether the comment that the paragraph `lines` begins with says of that paragraph that it is for a case or another
/// place.
pub(in crate::plan::markdown) fn heads_reserved(lines: &[Line<'_>]) -> bool {
    let Some(Sort::Comment(text)) = lines.first().map(|line| line.sort) else {
        return false;
    };
    let (stands, script) = place(lines, 0);
    let reserved = || match reserve(text, stands, &script) {
        Some(Reserve::Case | Reserve::Elsewhere) => true,
        _ => restores_if(text, &script),
    };
    stands == Stands::Heads && !either::joins(text) && reserved()
}

/// Whether `text`, which names something brought back or thrown away, or what stands above a `script` that does so, ends
/// with "if needed" or says "if" anywhere else: no command sees to that by itself.
pub(in crate::plan::markdown) fn restores_if(text: &str, script: &str) -> bool {
    let title = format!(" {}", folded(text));
    let cased = cases::trails(text) || IFS.iter().any(|word| title.contains(word));
    let loses = |text: &str| LOSES.iter().any(|word| text.contains(word));
    cased && (loses(&title) || loses(&format!(" {}", folded(script))))
}

/// "If", behind what is done.
const IFS: [&str; 5] = [" if ", " falls ", " wenn ", " si ", " если "];
/// What commands and titles have that bring back or throw away.
const LOSES: [&str; 10] = [
    " restore",
    " pg restore",
    " drop ",
    " truncate ",
    " delete ",
    " flushall ",
    " flushdb ",
    " reset hard",
    " rm rf ",
    " destroy ",
];

/// Whether a comment behind a command tells what that does in a case, or what its reader does: "If it exists, this does
/// nothing", "If rows are shown, stop".
fn explains(comment: &str) -> bool {
    let case = conditional::ordinarily(comment);
    let rest = case.split_once(CLAUSE_ENDS).map(|(_, rest)| folded(rest));
    let tells = |rest: &str| {
        let first = rest.split_whitespace().next().unwrap_or_default();
        // "creates it"
        let third = first.ends_with('s') && !first.ends_with("ss");
        third || TELLS.contains(&first)
    };
    cases::begins_case(case) && rest.is_some_and(|rest| tells(&rest) || is_looked(rest.trim()))
}

/// Whether `rest`, behind "or", is a sentence with its own subject: "or the lock is kept".
pub(in crate::plan::markdown) fn is_clause(rest: &str) -> bool {
    let rest = folded(rest);
    let first = rest.split_whitespace().next().unwrap_or_default();
    TELLS.contains(&first)
}

/// Whether a comment is no more than a case, or a case and what is done then, which stands below it: "If you need to start
/// over", "In case it has to go, drop its slot". "If it exists, this does nothing" explains, and "If rows are shown, stop"
/// is said to who looks.
fn orders_in_case(comment: &str) -> bool {
    let case = conditional::ordinarily(comment);
    if cases::names_case(case) {
        return true;
    }
    if !cases::begins_case(case) {
        return false;
    }
    let Some((_, rest)) = case.split_once(CLAUSE_ENDS) else {
        return true;
    };
    let rest = rest.trim_start();
    let words = Words::new(rest);
    let bare = rest.is_empty()
        || NEEDS
            .iter()
            .any(|word| tongues::strip(case, word).is_some());
    let back = words.begins(&[Topic::Rollback])
        || words.ends(Topic::Returns)
        || words.ends(Topic::Restore);
    bare || (!is_looked(rest) && (back || orders::begin(&words)))
}

/// Whether `rest` is done by who reads, not by the commands below.
fn is_looked(rest: &str) -> bool {
    LOOKED
        .iter()
        .any(|word| tongues::strip_word(rest, word).is_some())
}

/// Names of places that say what is done as well.
const DEEDS: [&str; 5] = ["test", "testing", "stage", "тест", "qa"];

/// Where the case in a comment ends.
const CLAUSE_ENDS: [char; 5] = [',', ':', ';', '，', '：'];

/// With what a comment begins that is for who needs it.
const NEEDS: [&str; 6] = [
    "if you need",
    "if you have to",
    "if you want",
    "if we need",
    "in case you need",
    "in case we need",
];

/// What is done by who reads, not by the commands below.
const LOOKED: [&str; 11] = [
    "stop",
    "abort",
    "wait",
    "check",
    "verify",
    "make sure",
    "call",
    "page",
    "tell",
    "notify",
    "inform",
];

/// With what begins what something does by itself, or what is done by who reads.
#[rustfmt::skip]
const TELLS: [&str; 21] = [
    "this", "that", "it", "the", "there", "these", "they", "nothing", "no", "you", "we", "a", "an", "its", "your", "all", "then", "see", "look", "contact",
    "investigate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_ways_back_are_told_from_what_is_done_in_turn() {
        for (above, text) in [
            (
                "Rollback to previous version",
                "Rollback to specific version",
            ),
            ("Revert the last migration", "Restore the full backup"),
        ] {
            assert!(is_another_way_back(text, above), "{text}");
        }
        for (above, text) in [
            ("Stop the app", "Revert the migration"),
            ("Revert the migration", "Roll back the image"),
            ("Roll the API back to v1", "Roll the worker back to v1"),
            ("1. Revert the migration", "2. Restore the backup"),
            ("Revert the migration", "Restore the traffic"),
        ] {
            assert!(!is_another_way_back(text, above), "{text}");
        }
    }
}
