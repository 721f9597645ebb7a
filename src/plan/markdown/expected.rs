//! What authors say they expect, made into tests where only one reading is possible.

use std::sync::LazyLock;

use super::tongues::{self, Beginnings};
use crate::plan::draft::StepSpec;
use crate::plan::expect::{Comparison, Expect};
use crate::plan::pattern::Pattern;
use crate::plan::work::Work;

/// Words that may stand before a quoted text without changing what it means.
const SHOWS: [&str; 12] = [
    "",
    "output",
    "output contains",
    "contains",
    "message",
    "prints",
    "returns",
    "shows",
    "says",
    "status",
    "output:",
    "displays",
];

/// The expectation that `said` makes of `work`, if it says anything: always shown, tested only if it
/// is certain.
pub(super) fn expect(said: &[String], work: &Work) -> Option<Expect> {
    let mut expect = Expect {
        shown: (!said.is_empty()).then(|| said.join("\n")),
        ..Expect::default()
    };
    let [only] = said else {
        return expect.shown.is_some().then_some(expect);
    };
    match work {
        Work::Shell(_) => match quoted(only) {
            // "10" holds "0", so a number is what is printed last, and all of it.
            Some(text) if text.chars().all(|c| c.is_ascii_digit()) => {
                expect.value = Comparison::parse(&text).ok();
            }
            Some(text) if is_word(&text) => {
                expect.regex = by_itself(&text);
                expect.output = Some(text).filter(|text| !is_common(text));
            }
            text => expect.output = text,
        },
        Work::Sql(sql) if is_one_statement(&sql.text) => expect.value = number(only),
        _ => {}
    }
    Some(expect)
}

/// The text in quotes, if the words around it say nothing else.
fn quoted(said: &str) -> Option<String> {
    let said = said.trim().trim_end_matches('.');
    let at = said.find(['"', '“', '`'])?;
    let before = said[..at].trim().to_lowercase();
    let mut rest = said[at..].chars();
    let close = match rest.next()? {
        '“' => '”',
        sign => sign,
    };
    let text = rest.as_str().strip_suffix(close)?;
    let plain = !text.is_empty() && !text.contains(['"', '“', '”', '`', '\n']);
    (plain && SHOWS.contains(&before.as_str())).then(|| text.to_owned())
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The longest number that is found in about any output, in digits.
const MAX_COMMON: usize = 3;

/// What matches `word`, but not a longer one that it is a part of: "inactive" is not "active". `t`, `true` and
/// `10` must be all of a line or of a field in it: a letter and a small number are found in every output.
fn by_itself(word: &str) -> Option<Pattern> {
    let pattern = if is_common(word) {
        format!(r"(^|  |\t|[^\w\s-])\s*{word}\s*($|  |\t|[^\w\s-])")
    } else {
        format!(r"\b{word}\b")
    };
    Pattern::new(&pattern).ok()
}

fn is_common(word: &str) -> bool {
    let letters = word.chars().count();
    let number = letters <= MAX_COMMON && word.chars().all(|c| c.is_ascii_digit());
    letters == 1 || number || matches!(word, "true" | "false")
}

/// "Expected", before a colon.
static EXPECTED: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.expected));

/// What a comment says is expected.
pub(super) fn said(comment: &str) -> Option<&str> {
    let (head, rest) = comment.split_once([':', '：'])?;
    let announced = EXPECTED.near(head.trim()).iter().any(|(word, ())| {
        let behind = tongues::strip(head.trim(), word);
        behind.is_some_and(str::is_empty)
    });
    (announced && !rest.trim().is_empty()).then(|| rest.trim())
}

/// What a line of text below a block says is expected of it: "Expected output: `done`". Whatever stands in
/// bold aside, the line says nothing else.
pub(super) fn in_line(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches("> ");
    let short = line.len() <= MAX_EXPECTED && !line.contains('\n');
    short.then(|| said(&line.replace("**", "")).map(str::to_owned))?
}

/// The longest line that tells what a block prints, in bytes.
const MAX_EXPECTED: usize = 200;

/// What is expected of a statement, where that stands behind it: `-- expect 0`, `-- 1,204,331+`.
pub(super) fn of_statement(comment: &str) -> Option<&str> {
    let near = EXPECTED.near(comment).iter();
    let rest = near.filter_map(|(word, ())| tongues::strip_word(comment, word));
    let told = rest.min_by_key(|rest| rest.len()).map(str::trim);
    let number = |text: &str| {
        let text = text
            .trim_start_matches(['>', '<', '=', '≥', '≤', ' '])
            .trim_end_matches('+');
        !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == ',')
    };
    let bare = comment.ends_with('+').then_some(comment);
    told.or(bare).filter(|text| number(text))
}

/// Adds what a line below `step` says is expected.
pub(super) fn add(step: &mut StepSpec, said: String) {
    match &mut step.expected {
        Some(expect) => match &mut expect.shown {
            Some(shown) => *shown = format!("{shown}\n{said}"),
            shown => *shown = Some(said),
        },
        None => step.expected = expect(&[said], &step.work).map(Box::new),
    }
}

/// `58+`, `58+ tables`, `>= 58`, `0`, `1,204,331`: a number that a query's value can be held against.
fn number(said: &str) -> Option<Comparison> {
    let said = said.trim().trim_matches('`');
    let digit = |c: char| c.is_ascii_digit();
    let grouped = said.contains(',')
        && said.split(',').skip(1).all(|part| {
            let length = part.find(|c: char| !digit(c)).unwrap_or(part.len());
            length == 3
        });
    let plain = said.replace(',', "");
    let said = if grouped { plain.as_str() } else { said };
    let digits = said.len() - said.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        let rest = &said[digits..];
        if rest.starts_with('+') && !rest.contains(|c: char| c.is_ascii_digit()) {
            return Comparison::parse(&format!(">= {}", &said[..digits])).ok();
        }
        return rest
            .is_empty()
            .then(|| Comparison::parse(said).ok())
            .flatten();
    }
    let sign = said.starts_with(['>', '<', '=', '≥', '≤']);
    let text = said.replace('≥', ">=").replace('≤', "<=");
    let bare = text.trim_start_matches(['>', '<', '=', ' ']);
    let number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    (sign && number)
        .then(|| Comparison::parse(&text).ok())
        .flatten()
}

fn is_one_statement(sql: &str) -> bool {
    let code = |line: &str| {
        line.split("--")
            .next()
            .unwrap_or(line)
            .trim_end()
            .to_owned()
    };
    let lines: Vec<String> = sql.lines().map(code).collect();
    let sql = lines.join("\n");
    sql.trim_end().trim_end_matches(';').matches(';').count() == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::expect::holds;
    use crate::plan::origin::Origin;
    use crate::plan::work::{Interpreter, Shell, Sql};

    fn expected_of_shell(said: &str) -> Option<Expect> {
        let shell = Shell {
            script: "true".to_owned(),
            interpreter: Interpreter::default().into(),
            lock_timeout: None,
            carries: true,
            tty: false,
            origin: Origin::default(),
        };
        expect(&[said.to_owned()], &Work::Shell(shell))
    }

    fn of_shell(said: &str) -> Option<String> {
        expected_of_shell(said)?.output
    }

    fn of_sql(said: &str) -> Option<String> {
        let sql = Sql {
            text: "select count(*) from t;".to_owned(),
            database: "main".to_owned(),
            transaction: None,
            lock_timeout: None,
            origin: Origin::default(),
        };
        let value = expect(&[said.to_owned()], &Work::Sql(sql))?.value;
        value.map(|value| value.to_string())
    }

    #[test]
    fn a_quoted_text_is_looked_for_in_the_output() {
        assert_eq!(of_shell("\"up to date!\"").as_deref(), Some("up to date!"));
        assert_eq!(of_shell("shows “all ready”.").as_deref(), Some("all ready"));
        assert_eq!(of_shell("`is active`").as_deref(), Some("is active"));
        for said in [
            "up to date",
            "no \"ERROR\" lines",
            "\"a\" or \"b\"",
            "\"a",
            "`{\"status\":\"ok\"}`",
            "58+",
            "\"\"",
        ] {
            assert_eq!(of_shell(said), None, "{said}");
        }
    }

    #[test]
    fn a_number_is_held_against_the_value_of_a_query_only() {
        assert_eq!(of_sql("58+").as_deref(), Some(">= 58"));
        assert_eq!(of_sql("58+ tables").as_deref(), Some(">= 58"));
        assert_eq!(of_sql(">= 58").as_deref(), Some(">= 58"));
        assert_eq!(of_sql("0").as_deref(), Some("= 0"));
        for said in ["0 rows", "about 58", "58-60", "> many", "58+ or 60", ">="] {
            assert_eq!(of_sql(said), None, "{said}");
        }
    }

    #[test]
    fn a_number_in_quotes_is_all_that_a_command_prints_last() {
        let expect = |said: &str| expected_of_shell(said).unwrap();
        for said in ["`0`", "returns \"0\""] {
            let found = expect(said);
            assert_eq!(found.output, None);
            let value = found.value.unwrap();
            assert!(value.holds("0") && !value.holds("10"), "{said}");
        }
        assert_eq!(expect("`10%`").output.as_deref(), Some("10%"));
    }

    #[test]
    fn a_single_word_is_no_part_of_another_and_a_short_one_is_all_of_a_field() {
        let holds = |said: &str, line: &str| {
            let found = expected_of_shell(said).unwrap();
            let said = found.output.is_none_or(|text| holds(line, &text));
            said && found.regex.unwrap().is_match(line)
        };
        for (said, line) in [
            ("`t`", " t"),
            ("`t`", " 17 | t | x"),
            ("`t`", "17\tt"),
            ("`ok`", "Status: ok"),
            ("`ok`", "{\"db\":\"ok\"}"),
            ("`ok`", "[ ok ] db"),
            ("`ok`", "db ... ok"),
            ("shows “ready”.", "web-1   ready   0"),
            ("`ready`", "Server is ready"),
            ("`active`", "Active: active (running)"),
            ("`successfully`", "rolled out successfully."),
        ] {
            assert!(holds(said, line), "{said} in {line:?}");
        }
        for (said, line) in [
            ("`t`", " pg_promote "),
            ("`t`", "not"),
            ("`t`", " f"),
            ("\"ok\"", "not ok"),
            ("\"ok\"", "Status: not ok"),
            ("`ok`", "token"),
            ("`ready`", "server is not ready"),
            ("`OK`", "NOT OK"),
            ("`bereit`", "noch nicht bereit"),
            ("`passed`", "0 passed, 12 failed"),
            ("`active`", "inactive"),
            ("`healthy`", "Up 3 minutes (unhealthy)"),
        ] {
            assert!(!holds(said, line), "{said} in {line:?}");
        }
    }

    #[test]
    fn a_check_is_never_judged() {
        let said = ["\"ok\"".to_owned()];
        let found = expect(&said, &Work::Check("look".to_owned())).unwrap();
        assert_eq!(found.output, None);
        assert_eq!(found.shown.as_deref(), Some("\"ok\""));
    }
}
