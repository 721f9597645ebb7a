//! Amounts as people write them: "at least 58 tables", "0 rows", "less than 5", "1,204,331+".

use crate::plan::expect::{Comparison, Operator};
use crate::plan::letters;

/// An amount, understood.
#[derive(Debug, PartialEq)]
pub(in crate::plan::markdown) struct Amount {
    pub(in crate::plan::markdown) wanted: Comparison,
    pub(in crate::plan::markdown) of: Of,
}

/// What there is so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Of {
    /// It does not say.
    Plain,
    /// Rows of a result.
    Rows,
    /// Whatever there might be: "empty", "nothing". A query of one row may be that, too.
    Anything,
    /// Something else: tables, pods.
    Things,
}

/// What stands before a number, in all languages and without accents; of two that fit the longer one counts.
#[rustfmt::skip]
const BEFORE: &[(Operator, &[&str])] = &[
    (Operator::AtLeast, &[
        ">=", "≥", "at least", "no less than", "not less than", "no fewer than", "not fewer than", "minimum", "mindestens",
        "au moins", "al menos", "como minimo", "pelo menos", "no minimo", "не менее", "не меньше", "минимум", "少なくとも", "至少",
    ]),
    (Operator::AtMost, &[
        "<=", "≤", "at most", "no more than", "not more than", "maximum", "hochstens", "maximal", "nicht mehr als", "au plus",
        "pas plus de", "como maximo", "a lo sumo", "no mas de", "no maximo", "nao mais de", "не более", "не больше", "最多", "至多",
        "不超过",
    ]),
    (Operator::Above, &[
        ">", "＞", "more than", "greater than", "above", "over", "mehr als", "grosser als", "uber", "plus de", "superieur a", "mas de", "mayor que",
        "mais de", "maior que", "acima de", "более", "больше", "超过", "大于",
    ]),
    (Operator::Below, &[
        "<", "＜", "less than", "fewer than", "lower than", "below", "under", "weniger als", "kleiner als", "unter", "moins de", "inferieur a",
        "menos de", "abaixo de", "менее", "меньше", "少于", "小于", "低于",
    ]),
    (Operator::Unequal, &["<>", "!=", "≠"]),
    (Operator::Equal, &[
        "==", "=", "exactly", "genau", "exactement", "exactamente", "exatamente", "ровно", "ちょうど", "正好",
    ]),
];
/// What stands behind a number, or behind what it counts.
#[rustfmt::skip]
const BEHIND: &[(Operator, &[&str])] = &[
    (Operator::AtLeast, &["+", "or more", "or greater", "or higher", "oder mehr", "ou plus", "o mas", "ou mais", "или больше", "или более", "以上"]),
    (Operator::AtMost, &["or less", "or fewer", "or lower", "oder weniger", "ou moins", "o menos", "ou menos", "или меньше", "или менее", "以下"]),
];
/// "No rows", and what a query's rows are called.
#[rustfmt::skip]
const NO_ROWS: &[&str] = &[
    "no rows", "no row", "zero rows", "keine zeilen", "keine zeile", "aucune ligne", "ninguna fila", "nenhuma linha",
    "ни одной строки", "нет строк",
];
/// "Empty".
#[rustfmt::skip]
const NOTHING: &[&str] = &[
    "no results", "no result", "empty result", "an empty result", "empty", "nothing", "leer", "nichts", "vide", "rien", "vacio",
    "vacia", "nada", "vazio", "vazia", "пусто", "空", "空である", "空であること", "空结果", "无",
];
/// The same as sentences that need no word in front.
#[rustfmt::skip]
const SILENT: &[&str] = &[
    "should not return anything", "must not return anything", "should not print anything", "must not print anything",
    "should not output anything", "must not output anything", "should not show anything", "must not show anything",
    "no output means success", "no output = success", "no output is good", "no output expected", "no output", "prints nothing", "returns nothing",
    "sollte nichts ausgeben", "soll nichts ausgeben", "darf nichts ausgeben", "gibt nichts aus", "keine ausgabe",
    "ne doit rien afficher", "ne devrait rien afficher", "ne doit rien retourner", "ne devrait rien retourner", "ne doit rien renvoyer",
    "ne devrait rien renvoyer", "n'affiche rien", "aucune sortie",
    "no debe mostrar nada", "no deberia mostrar nada", "no debe devolver nada", "no deberia devolver nada", "no muestra nada",
    "何も表示されないこと", "何も出力されないこと", "何も表示されない", "何も出力されない", "不应有任何输出", "不应有输出", "应无输出", "没有输出",
];
#[rustfmt::skip]
const ROWS: &[&str] = &[
    "row", "rows", "result", "results", "record", "records", "zeile", "zeilen", "ligne", "lignes", "fila", "filas", "linha", "linhas",
    "строк", "строки", "строка", "件", "行", "条", "条记录", "件である", "件であること", "行であること",
];
/// Words with which the line goes on to say something else.
#[rustfmt::skip]
const GOES_ON: &[&str] = &[
    "a", "after", "and", "bis", "by", "e", "et", "every", "for", "if", "in", "nach", "not", "o", "oder", "of", "or", "ou", "per", "pro",
    "to", "und", "until", "when", "while", "with", "within", "y", "или", "и", "до",
];
/// Words that make another number of the one before them, or compare it.
#[rustfmt::skip]
const MEASURES: &[&str] = &[
    "b", "bytes", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "k", "m", "g", "mio", "mrd", "bn", "hundred", "thousand", "million",
    "millions", "billion", "tausend", "millionen", "milliarden", "mille", "millon", "millones", "mil", "milhao", "milhoes", "тысяч",
    "тысячи", "миллион", "миллиона", "миллионов", "万", "亿", "億", "ms", "s", "sec", "seconds", "min", "minutes", "h", "hours", "percent",
    "prozent", "x", "times", "at", "least", "most", "more", "less", "fewer", "than", "max", "min", "maximum", "minimum", "mehr", "weniger",
    "mindestens", "hochstens", "plus", "moins", "mas", "menos", "mais",
];
/// The most words that name what is counted.
const MAX_WORDS: usize = 3;

/// The amount that `said` tells, if that is all it tells.
pub(in crate::plan::markdown) fn read(said: &str) -> Option<Amount> {
    let text = letters::fold(said.trim());
    let text = text.trim_end_matches(['.', '。', ' ']);
    let text = text
        .strip_prefix('`')
        .map_or(text, |text| text.strip_suffix('`').unwrap_or(text));
    let none = NO_ROWS.contains(&text).then_some(Of::Rows);
    let nothing = NOTHING.contains(&text) || SILENT.contains(&text);
    if let Some(of) = none.or(nothing.then_some(Of::Anything)) {
        let wanted = Comparison::parse("0").ok()?;
        return Some(Amount { wanted, of });
    }
    let (before, rest) = before(text);
    let (number, rest) = number(rest)?;
    let (behind, unit) = behind(rest.trim());
    if before.is_some() && behind.is_some() {
        return None;
    }
    let operator = before.or(behind).unwrap_or(Operator::Equal);
    let wanted = Comparison {
        operator,
        wanted: number,
    };
    let of = of(unit)?;
    Some(Amount { wanted, of })
}

/// Whether `said` is a sentence by which nothing is printed: "Must not return anything."
pub(in crate::plan::markdown) fn is_silence(said: &str) -> bool {
    let text = letters::fold(said.trim());
    SILENT.contains(&text.trim_end_matches(['.', '。', ' ']))
}

fn before(text: &str) -> (Option<Operator>, &str) {
    let all = BEFORE
        .iter()
        .flat_map(|(operator, words)| words.iter().map(move |word| (*operator, *word)));
    let found = all.filter_map(|(operator, word)| Some((operator, text.strip_prefix(word)?)));
    let longest = found.min_by_key(|(_, rest)| rest.len());
    longest.map_or((None, text), |(operator, rest)| {
        (Some(operator), rest.trim_start())
    })
}

/// What `text` says of the number before it, and the name of what is counted.
fn behind(text: &str) -> (Option<Operator>, &str) {
    let all = BEHIND
        .iter()
        .flat_map(|(operator, words)| words.iter().map(move |word| (*operator, *word)));
    let mut found = all.filter_map(|(operator, word)| {
        let rest = text.strip_prefix(word).or_else(|| text.strip_suffix(word));
        Some((Some(operator), rest?.trim()))
    });
    found.next().unwrap_or((None, text))
}

/// The number at the beginning of `text`, without the commas between its thousands.
fn number(text: &str) -> Option<(String, &str)> {
    let ends = |c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.'));
    let end = text.find(ends).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let mut groups = number.split(',');
    let first = groups.next().unwrap_or(number);
    let grouped = groups.all(|group| group.len() == 3 && !group.contains('.'));
    let digits = first.starts_with(|c: char| c.is_ascii_digit())
        && number.ends_with(|c: char| c.is_ascii_digit());
    // "1.000" is a thousand in half of Europe.
    let plain = match number.split_once('.') {
        Some((_, behind)) => !behind.contains('.') && behind.len() != 3,
        None => true,
    };
    // "10k", "1M"
    let alone = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    (digits && grouped && plain && alone).then(|| (number.replace(',', ""), rest))
}

fn of(unit: &str) -> Option<Of> {
    let is_name = |word: &str| {
        word.chars()
            .all(|c| c.is_alphabetic() || matches!(c, '-' | '_'))
            && !GOES_ON.contains(&word)
            && !MEASURES.contains(&word)
    };
    if unit.is_empty() {
        Some(Of::Plain)
    } else if ROWS.contains(&unit) {
        Some(Of::Rows)
    } else {
        let words = unit.split_whitespace();
        let names = words.clone().count() <= MAX_WORDS && words.clone().all(is_name);
        names.then_some(Of::Things)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_with_what_is_said_around_them() {
        for (said, wanted, of) in [
            ("0", "= 0", Of::Plain),
            ("`58`", "= 58", Of::Plain),
            ("58+", ">= 58", Of::Plain),
            ("76+ foreign key constraints", ">= 76", Of::Things),
            (">= 58", ">= 58", Of::Plain),
            ("≤ 0.5", "<= 0.5", Of::Plain),
            ("1,204,331+", ">= 1204331", Of::Plain),
            ("at least 58 tables.", ">= 58", Of::Things),
            ("58 or more", ">= 58", Of::Plain),
            ("less than 5", "< 5", Of::Plain),
            ("no more than 5 rows", "<= 5", Of::Rows),
            ("exactly 3 rows", "= 3", Of::Rows),
            ("No rows", "= 0", Of::Rows),
            ("nothing", "= 0", Of::Anything),
            ("<> 0", "!= 0", Of::Plain),
            ("0.5", "= 0.5", Of::Plain),
            ("0 Zeilen", "= 0", Of::Rows),
            ("mindestens 10", ">= 10", Of::Plain),
            ("höchstens 10", "<= 10", Of::Plain),
            ("au moins 2 lignes", ">= 2", Of::Rows),
            ("не менее 5 строк", ">= 5", Of::Rows),
            ("5件以上", ">= 5", Of::Rows),
            ("至少5行", ">= 5", Of::Rows),
        ] {
            let found = read(said).map(|amount| (amount.wanted.to_string(), amount.of));
            assert_eq!(found, Some((wanted.to_owned(), of)), "{said}");
        }
        for said in [
            "about 58",
            "58-60",
            "> many",
            "58+ or 60",
            ">=",
            "0 or 1",
            "5 to 10",
            "0 rows in the log",
            "3 of them",
            "1,20",
            "1.2.3",
            "some rows",
            "200 OK within 5s",
            "at least 5 or more",
            "at least 1 MB",
            "at least 1M",
            "10k",
            "less than 1 million",
            "mindestens 1.000",
            "100 at most",
            "2 more",
            "",
        ] {
            assert_eq!(read(said), None, "{said}");
        }
    }
}
