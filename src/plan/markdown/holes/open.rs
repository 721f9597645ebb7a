//! What its author left open in a command: `deploy …`, `2026-XX-XX`, `10.0.0.X`, `PLACEHOLDER`.

use std::ops::Range;

use super::placeholder::Context;
use super::secret;

/// Words that only say that something is missing, where one of them in capitals is all that is given.
const MISSING: [&str; 5] = ["placeholder", "todo", "fixme", "replace_this", "fill_in"];

/// Finds them in `line`, in no order.
pub(super) fn find(line: &str, context: Context, found: &mut Vec<Range<usize>>) {
    let marks = ["...", "…", "x", "**", "【"];
    let brackets = !line.is_ascii() && line.contains(BRACKETS.map(|(open, _)| open));
    let capitals = line.bytes().any(|byte| byte.is_ascii_uppercase());
    if !capitals && !brackets && !marks.iter().any(|mark| line.contains(mark)) {
        return;
    }
    let mut words = words(line).peekable();
    let speaks = ["echo", "printf", "grep", "rg", "sed", "awk", "git"];
    // The first is what is run; a sentence is what something prints.
    let first = words.peek().map_or("", |word| &line[word.clone()]);
    // `DATABASE_URL="postgresql://..."` gives a value, also on a line that goes on with the one above.
    if !first.contains('=') || !(first.contains("://") || is_hidden(first)) {
        words.next();
    }
    let mut said =
        !speaks.contains(&first) && (first.contains('=') || !first.starts_with(char::is_uppercase));
    // What stands in such brackets is a heading only where something is printed.
    let prints = |word: &str| word != "git" && speaks.contains(&word);
    let mut printed = prints(first);
    let mut quotes = Quotes::default();
    let mut read = 0;
    for word in words {
        quotes.read(&line[read..word.start]);
        read = word.start;
        let text = line[word.clone()].trim_matches(['"', '\'', ',', ';', '(', ')']);
        let at = word.start + line[word.clone()].find(text).unwrap_or(0);
        said &= !speaks.contains(&text);
        printed |= prints(text);
        if context == Context::Shell && quotes.hold(&line[word.clone()]) {
            continue;
        }
        let open = match context {
            Context::Shell => (said && is_left_out(text)) || is_crossed(text),
            Context::Sql => text == "YYYY-MM-DD" && is_value(line, at) || is_date(text),
        };
        // `'«альфа»'` is quoted itself, and said.
        let data = |named: &Range<usize>| {
            text[named.start..].starts_with('«') && line[..at + named.start].ends_with(['"', '\''])
        };
        let named = bracketed(text).filter(|_| !printed && context == Context::Shell);
        if let Some(named) = named.filter(|named| !data(named)) {
            found.push(at + named.start..at + named.end);
            continue;
        }
        let missing = said && is_missing(value(text));
        if missing || open {
            let start = at + text.len() - value(text).len();
            found.push(start..at + text.len());
        }
    }
}

/// The words of `line`, as white space parts them.
pub(super) fn words(line: &str) -> impl Iterator<Item = Range<usize>> {
    let start = line.as_ptr() as usize;
    line.split_whitespace().map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

/// What names stand between that are not written in ASCII.
const BRACKETS: [(char, char); 4] = [('【', '】'), ('＜', '＞'), ('«', '»'), ('{', '}')];

/// `【バージョン】` in a word, `{版本号}`, `«версия»`.
fn bracketed(word: &str) -> Option<Range<usize>> {
    if word.is_ascii() {
        return None;
    }
    BRACKETS.iter().find_map(|(open, close)| {
        let start = word.find(*open)?;
        let inside = start + open.len_utf8();
        let length = word[inside..].find(*close)?;
        let name = &word[inside..inside + length];
        let plain = name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let meant = *open != '{' || (!name.is_ascii() && !word[..start].ends_with(['$', '{']));
        (!name.is_empty() && plain && meant).then_some(start..inside + length + close.len_utf8())
    })
}

/// Which of `"` and `'` were begun and not ended.
#[derive(Clone, Copy, Default)]
pub(super) struct Quotes([bool; 2]);

impl Quotes {
    pub(super) fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0[0] ^= byte == b'"';
            self.0[1] ^= byte == b'\'';
        }
    }

    /// Whether `word`, which comes next, is a part of a longer text in quotes.
    pub(super) fn hold(self, word: &str) -> bool {
        let mut own = Quotes::default();
        own.read(word);
        [self, own].iter().any(|quotes| quotes.0.contains(&true))
    }
}

fn is_missing(word: &str) -> bool {
    let capitals = word
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    capitals && MISSING.contains(&word.to_ascii_lowercase().as_str())
}

/// What is given behind `--option=`, or the whole word.
fn value(word: &str) -> &str {
    let value = word.split_once('=').map_or(word, |(_, value)| value);
    value.trim_start_matches(['"', '\''])
}

/// `…` or `...` and no more. `./...` and `a...b` mean something.
fn is_left_out(word: &str) -> bool {
    let left_out = |word: &str| {
        let address = word.strip_suffix("...").or_else(|| word.strip_suffix('…'));
        address.is_some_and(|rest| rest.is_empty() || rest.ends_with("://"))
    };
    left_out(word) || (word.contains('=') && (left_out(value(word)) || is_url_of_words(word)))
}

/// `DATABASE_URL='production-url'`
fn is_url_of_words(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    let fits = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '_');
    let value = value(word);
    let rest = value.strip_suffix("url");
    let words = rest.is_some_and(|rest| rest.ends_with(['-', '_']));
    name.ends_with("URL") && words && value.chars().all(fits)
}

/// `2026-XX-XX`, `10.0.0.X`, `v1.x.y`
fn is_crossed(word: &str) -> bool {
    let value = value(word);
    let numbers = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = value.split('.').collect();
    let crossed = |part: &str| ["X", "x", "XX", "xx", "XXX", "xxx"].contains(&part);
    let address = parts.len() == 4
        && numbers(parts[0])
        && parts.iter().all(|part| numbers(part) || crossed(part))
        && crossed(parts[3]);
    let version = value.starts_with('v')
        && matches!(parts.as_slice(), [first, "x" | "X", "x" | "X" | "y" | "Y"] if numbers(&first[1..]));
    address || version || is_date(value) || is_hidden(word)
}

/// `TOKEN=xxxxxxxx`, `PGPASSWORD="********"`
fn is_hidden(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    let value = value(word).trim_end_matches(['"', '\'']);
    let signs = ['x', 'X', '*'];
    let hides = |sign: &char| value.chars().all(|c| c == *sign);
    // `MASK=xxxx`, `--hide=****`
    let least = if secret::is_meant(name, &(0..name.len())) {
        4
    } else {
        8
    };
    value.len() >= least && signs.iter().any(hides)
}

/// `2026-XX-XX`, `2026-10-XX`
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let number =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let crossed = |text: &str| matches!(text, "XX" | "xx");
    number(year, 4) && (crossed(month) || number(month, 2)) && crossed(day)
}

/// Whether the text in quotes at `at` is a value: formats are given to functions.
fn is_value(line: &str, at: usize) -> bool {
    let before = line[..at]
        .trim_end_matches('\'')
        .trim_end()
        .to_ascii_lowercase();
    let compares = [
        "=",
        "<",
        ">",
        "between",
        "and",
        "date",
        "values (",
        "timestamp",
    ];
    compares.iter().any(|word| before.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str, context: Context) -> Vec<&str> {
        super::super::found(find, line, context)
    }

    #[test]
    fn what_is_left_open_is_found() {
        for (line, wanted) in [
            ("./deploy.sh …", "…"),
            ("./deploy.sh --tag ...", "..."),
            ("./deploy.sh --tag=...", "..."),
            ("restore --at 2026-XX-XX", "2026-XX-XX"),
            ("restore --at=2026-10-XX", "2026-10-XX"),
            ("ssh-keyscan 10.0.0.X", "10.0.0.X"),
            ("helm upgrade shop --version v1.x.y", "v1.x.y"),
            ("./deploy.sh PLACEHOLDER", "PLACEHOLDER"),
            ("git checkout 【タグ】", "【タグ】"),
            ("./deploy.sh v1.x.x", "v1.x.x"),
            ("ssh 192.168.x.x uptime", "192.168.x.x"),
            ("TOKEN=xxxxxxxx ./a.sh", "xxxxxxxx"),
            ("PGPASSWORD=\"********\" psql shop", "********"),
            ("API_KEY=xxxx ./a.sh", "xxxx"),
            ("./deploy.sh {版本号}", "{版本号}"),
            ("./deploy.sh ＜版本＞", "＜版本＞"),
            ("./deploy.sh «версия»", "«версия»"),
            ("docker pull app:【版本】", "【版本】"),
            ("./deploy.sh --tag=\"TODO\"", "TODO"),
            ("export U=\"postgresql://...\"", "postgresql://..."),
            ("curl -f https://…", "https://…"),
            ("export DATABASE_URL='production-url'", "production-url"),
        ] {
            assert_eq!(texts(line, Context::Shell), [wanted], "{line}");
        }
        for (line, wanted) in [
            ("delete from a where day < 'YYYY-MM-DD';", "YYYY-MM-DD"),
            ("select * from a where day = '2026-XX-XX'", "2026-XX-XX"),
        ] {
            assert_eq!(texts(line, Context::Sql), [wanted], "{line}");
        }
    }

    #[test]
    fn what_means_something_is_none() {
        for line in [
            "go test ./...",
            "git log main...release",
            "git diff ... HEAD",
            "bazel build //...",
            "echo \"Waiting ...\"",
            "printf 'Done …'",
            "grep -r TODO src",
            "npm i react@18.x",
            "./deploy.sh --channel 1.x",
            "curl 10.0.0.10",
            "./TODO",
            "set -x",
            "tar xzf x.tgz",
            "for f in a b; do echo ...; done",
            "./notify.sh -m \"Deploying ... now\"",
            "./notify.sh -m \"Deploying ...\"",
            "./notify.sh 'TODO later'",
            "./notify.sh '【完了】 リリース'",
            "echo 【完了】",
            "Waiting for the replica ...",
            "git commit -m '«альфа»'",
            "psql -c \"insert into t values ('«Альфа»')\"",
            "./notify.sh note=\"«stable»\"",
            "ls --hide=****",
            "make MASK=xxxx",
        ] {
            assert_eq!(texts(line, Context::Shell), [""; 0], "{line}");
        }
        for line in [
            "select to_char(day, 'YYYY-MM-DD');",
            "insert into t values ('...');",
            "select to_date('2026-10-01', 'YYYY-MM-DD')",
        ] {
            assert_eq!(texts(line, Context::Sql), [""; 0], "{line}");
        }
    }
}
