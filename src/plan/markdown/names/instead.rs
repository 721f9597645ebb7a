//! What forbids one thing and tells another: "Never delete the table, rename it". What stands below it is how to do what
//! is told, if that stands last and for certain; else nobody knows.

use std::sync::LazyLock;

use super::conditional::{self, Reserve};
use super::shelved;
use super::words::Words;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Beginnings};

/// What stands behind what is forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Instead {
    /// What is to be done.
    Told,
    /// Perhaps that, and perhaps more of what is forbidden.
    Unclear,
}

/// Between what is forbidden and what is told. A comma stands in lists as well.
const ENDS: [&str; 8] = ["; ", "；", ". ", "。", " — ", " – ", " - ", ": "];
const COMMAS: [&str; 4] = [", ", "，", "、", "："];
/// "But", where nothing else stands between.
const BUTS: [&str; 6] = [" but ", " sondern ", " sino ", " mais ", " mas ", "而是"];

/// What `name`, whose words are `words`, tells to do instead of what it forbids; nothing if it only forbids.
pub(super) fn of(name: &str, words: &Words) -> Option<Instead> {
    let forbids = words.begins(&[Topic::Forbids, Topic::Never]) || words.has(Topic::Never);
    if !forbids || words.has(Topic::Urges) {
        return None;
    }
    let name = name.trim().trim_end_matches([':', '：', '.', '。']);
    let (forbidden, rest, comma) = split(name)?;
    let before = Words::whole(forbidden);
    if !(before.begins(&[Topic::Forbids, Topic::Never]) || before.has(Topic::Never)) {
        return None;
    }
    let last = last_clause(rest);
    let (told, but) = match behind_but(last) {
        Some(told) => (told, true),
        None => (last, false),
    };
    let then = Words::whole(told);
    let denies = then.begins(&[Topic::Forbids, Topic::Never]) || then.has(Topic::Never);
    let reserved = conditional::reserve(told);
    let goes_on = !but && (REASONS.begin_word(told) || (comma && lists_all(rest)));
    if denies || goes_on || reserved == Some(Reserve::Elsewhere) {
        return None;
    }
    let of_block = refers_to_block(&before) || shelved::is(forbidden);
    let colon = name[forbidden.len()..].starts_with([':', '：']);
    if of_block && colon {
        return None;
    }
    let dense = told.starts_with(is_dense) && but;
    let ordered = dense || tells(&then);
    // "Do it after a week", "Use them only in tests": that is not now.
    if is_for_later(&before, &then) || (!ordered && (of_block || is_brief(&before))) {
        return None;
    }
    let several = comma && !but && (is_brief(&before) || lists(&then));
    let sure = ordered && !of_block && !several && reserved.is_none();
    Some(if sure {
        Instead::Told
    } else {
        Instead::Unclear
    })
}

/// What is forbidden in `name`, what stands behind that, and whether only a comma is between.
fn split(name: &str) -> Option<(&str, &str, bool)> {
    let find = |ends: &[&str], behind: bool| {
        let found = ends.iter().filter_map(|end| {
            let at = name.find(end)?;
            Some((at, if behind { at + end.len() } else { at }))
        });
        found.min()
    };
    let end = find(&ENDS, true).map(|(at, from)| (at, from, false));
    let comma = find(&COMMAS, true).map(|(at, from)| (at, from, true));
    let but = find(&BUTS, false).map(|(at, from)| (at, from, true));
    let (at, from, comma) = [end, comma, but].into_iter().flatten().min()?;
    let rest = name[from..].trim();
    (!rest.is_empty()).then_some((name[..at].trim(), rest, comma))
}

/// The last sentence or half of one in `rest`.
fn last_clause(rest: &str) -> &str {
    let ends = ENDS
        .iter()
        .filter_map(|end| Some(rest.rfind(end)? + end.len()));
    rest[ends.max().unwrap_or(0)..].trim()
}

/// Whether `words`, which forbid, do so of what stands below them: "Do not run this".
fn refers_to_block(words: &Words) -> bool {
    let it = words.has(Topic::Never);
    let refers = |word: &str| THIS.contains(&word) || (it && ["it", "them"].contains(&word));
    let text = words.uncounted();
    text.split(' ').any(refers) || DENSE_THIS.iter().any(|word| text.contains(word))
}

/// Whether what is told is for another time or another place than here and now, or only to be read.
fn is_for_later(forbidden: &Words, told: &Words) -> bool {
    let has = |words: &Words, all: &[&str]| {
        let text = format!(" {}", words.uncounted());
        all.iter().any(|word| text.contains(word))
    };
    has(forbidden, &YET) || has(told, &LATER)
}

#[rustfmt::skip]
const YET: [&str; 8] = [" yet ", " noch nicht ", " encore ", " todavia ", " ainda ", " пока ", "尚", "まだ"];
#[rustfmt::skip]
const LATER: [&str; 28] = [
    " after ", " only ", " later ", " next ", " reference ", " once ", " nur ", " erst ", " nach ", " spater ", " seulement ", " apres ",
    " plus tard ", " solo ", " despues ", " mas tarde ", " apenas ", " depois ", " somente ", " только ", " после ", " позже ", " справки ",
    "只在", "之后", "のみ", "だけ", "参考",
];

/// Whether `words`, which forbid, do not say of what: "Do not stop".
fn is_brief(words: &Words) -> bool {
    let behind = words.behind(&[Topic::Forbids, Topic::Never]);
    let text = words.uncounted();
    let behind = behind
        .filter(|behind| behind.len() < text.len())
        .unwrap_or(text);
    !text.starts_with(is_dense) && behind.split_whitespace().nth(1).is_none()
}

/// Whether `words` name several things of which none is done: "truncate or delete rows".
fn lists(words: &Words) -> bool {
    let or = [" or ", " oder ", " ou ", " o ", " или ", " nor "];
    or.iter().any(|or| words.uncounted().contains(or))
}

/// Whether `rest` ends a list of what is forbidden: "start, or restart the workers".
fn lists_all(rest: &str) -> bool {
    let or = [", or ", ", nor ", ", oder ", ", ou ", ", или "];
    or.iter().any(|or| rest.contains(or))
}

/// Whether `words` say what is done.
fn tells(words: &Words) -> bool {
    let topics = [
        Topic::Acts,
        Topic::Order,
        Topic::Starts,
        Topic::Moves,
        Topic::Before,
    ];
    let order = words.begins(&topics) || words.ends(Topic::OrderLast);
    order || TELLS.iter().any(|word| words.uncounted().starts_with(word))
}

/// "But", "instead", in front of what is told, the longer ones first.
#[rustfmt::skip]
const BUT: &[&str] = &[
    "but instead", "but rather", "but", "instead", "rather", "sondern", "stattdessen", "statt dessen", "mais plutot", "mais", "plutot", "a la place",
    "sino", "en su lugar", "en lugar de ello", "mas sim", "mas", "em vez disso", "а вместо этого", "а", "вместо этого", "代わりに", "かわりに", "而是", "先", "请先", "应先", "请改用",
    "改用", "改为", "请使用", "请",
];

/// What stands behind "but" or "instead", if `text` begins so.
fn behind_but(text: &str) -> Option<&str> {
    let mut rests = BUT
        .iter()
        .filter_map(|word| tongues::strip_word(text, word));
    rests
        .next()
        .map(|rest| rest.trim_start_matches([' ', ',', '，']))
}

/// How a clause begins that goes on with what is forbidden, or says why.
#[rustfmt::skip]
static REASONS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::new([
    "or", "nor", "otherwise", "else", "because", "since", "as", "it", "this", "that", "they", "these", "those", "which", "unless", "until", "if",
    "when", "while", "even", "not", "neither", "especially", "the", "a", "an", "we", "you will", "you may", "you lose", "only", "and", "with", "without",
    "on", "in", "at", "for", "by", "to", "from", "see", "oder", "sonst", "da", "weil", "denn", "das", "dies", "es", "die", "der", "auch", "und",
    "ou", "sinon", "car", "cela", "ca", "elle", "il", "parce", "le", "les", "et", "o", "ya que", "porque", "pues", "de lo contrario", "se", "y",
    "pois", "senao", "isso", "e", "или", "иначе", "потому", "это", "он", "она", "и", "否则", "因为", "会", "这", "以免",
].map(|word| (word, ()))));

/// What stands for the block below.
#[rustfmt::skip]
const THIS: [&str; 35] = [
    "this", "these", "that", "those", "following", "below", "block", "command", "commands", "diese", "dieses", "diesen", "dies", "folgende", "folgenden", "befehl", "ceci", "cela", "cette",
    "ces", "suivante", "suivantes", "esto", "este", "estos", "siguiente", "siguientes", "isto", "isso", "seguinte", "seguintes", "это", "эту", "эти", "следующее",
];
const DENSE_THIS: [&str; 8] = [
    "以下",
    "此",
    "该命令",
    "这个",
    "本命令",
    "この",
    "これ",
    "下記",
];

/// What else begins what is told.
#[rustfmt::skip]
const TELLS: [&str; 24] = [
    "run ", "rerun ", "re run ", "take ", "use ", "execute ", "first ", "reload ", "apply ", "set ", "mark ", "move ", "keep ", "go ", "do ", "roll ", "scale ",
    "utiliser ", "utilisez ", "usar ", "use ", "используйте ", "использовать ", "verwende ",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_stands_behind_what_is_forbidden() {
        let of = |name: &str| of(name, &Words::whole(name));
        for name in [
            "Do not restart the workers; drain them",
            "Don't edit the file by hand, use the script",
            "Never delete the table, rename it",
            "Never run the migration by hand; instead run",
            "Do not run as root. Run as deploy:",
            "Do not restart — reload",
            "Do not use db push; use migrate deploy",
            "Niemals löschen, sondern umbenennen",
            "Ne pas supprimer la table, mais renommer l'ancienne",
            "Nunca borrar la tabla, sino renombrar la vieja",
            "不要直接删除，先重命名：",
        ] {
            assert_eq!(of(name), Some(Instead::Told), "{name}");
        }
        for name in [
            "Do not run this; use the script",
            "Do not stop, restart the workers",
            "Do not drop, truncate or delete rows",
            "Do not drop the table, ask the DBA",
            "Никогда не удаляйте таблицу, а переименуйте",
            "请勿执行以下命令，先联系DBA",
        ] {
            assert_eq!(of(name), Some(Instead::Unclear), "{name}");
        }
        for name in [
            "Do not run this in production",
            "Do not run this, it drops the table",
            "Never run this by hand; never copy it",
            "Do not run this in production, only on staging",
            "Do not stop, start, or restart the workers",
            "Do not run: take a backup first",
            "Do not run this, or you lose data",
            "Do not touch the workers, the queue and the cache",
            "Drain the workers, do not restart them",
            "Niemals ausführen, sonst gehen Daten verloren",
            "切勿执行，否则数据丢失",
            "Restart the workers; drain them",
            "Do not run this now, but after the release",
            "Do not drop the column yet; do it after a week",
            "Do not run the seeds. Use them only in tests",
            "Do not run the cleanup. Keep the following for reference",
            "Never run this. Doing so deletes data",
            "Diesen Befehl nicht ausführen; er löscht Daten",
            "Nicht ausführen, nur zur Erinnerung",
            "Do not run the following; ask the DBA",
            "",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
