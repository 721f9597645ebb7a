//! Passwords and tokens that stand in the plan itself: whoever reads it, a run's record or the list of
//! processes has them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Match, Regex};

use super::text::Text;
use crate::plan::id::slug;
use crate::plan::problem::Problem;

/// How a secret stands in a text.
struct Form {
    /// Words of which such a text has one, in lower case.
    words: &'static [&'static str],
    /// What it stands behind, and it: the groups `a`, `b` and `c`. In quotes it goes up to the quote.
    form: LazyLock<Option<Regex>>,
}

/// What names a secret.
const NAMES: &[&str] = &["passw", "secret", "token", "key"];

/// The forms in which secrets stand in plans.
static FORMS: [Form; 17] = [
    // postgresql://app:secret@host
    Form {
        words: &["://"],
        form: LazyLock::new(|| made(r"[a-z][a-z0-9+]*://[^\s:/@'`]*:(?P<c>[^\s/@]+)@")),
    },
    // PGPASSWORD=secret, --password=secret, password=secret of a connection
    Form {
        words: NAMES,
        form: LazyLock::new(|| {
            made(
                r#"(?i)(?:^|[^\w])[\w-]*(?:password|passwd|secret|token|api_?key|access_?key)=\s*(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)'|(?P<c>[^\s"'`;,)&|\\]+))"#,
            )
        }),
    },
    // "password": "secret"
    Form {
        words: NAMES,
        form: LazyLock::new(|| {
            made(r#"(?i)\b(?:password|secret|token|api_?key)["']\s*:\s*["'](?P<c>[^"'\n]+)["']"#)
        }),
    },
    // password 'secret' of SQL
    Form {
        words: &["password"],
        form: LazyLock::new(|| made(r"(?i)\bpassword\s+'(?P<c>[^'\n]+)'")),
    },
    // -H 'X-Api-Key: secret'
    Form {
        words: NAMES,
        form: LazyLock::new(|| {
            made(
                r#"(?i)(?:-[a-z]*H|--header)[ =]?\s*["'][\w-]*(?:api-?key|access-?key|auth-?key|token|secret):\s*(?P<c>[^"'\n]+)["']"#,
            )
        }),
    },
    // curl -u admin:secret
    Form {
        words: &["curl"],
        form: LazyLock::new(|| {
            made(
                r#"\bcurl\b[^\n|;&]*\s(?:-[a-zA-Z]*u|--user)[ =]?\s*["']?[^\s:"'=]+:(?P<c>[^\s"']+)"#,
            )
        }),
    },
    // mysql -psecret; with a space behind it, it is asked for
    Form {
        words: &["mysql", "mariadb"],
        form: LazyLock::new(|| {
            made(r#"\b(?:mysql|mariadb)[\w-]*\b[^\n|;&]*\s-p["']?(?P<c>[^\s"']+)"#)
        }),
    },
    // sqlcmd -P secret, mongosh -p secret
    Form {
        words: &["sqlcmd", "bcp"],
        form: LazyLock::new(|| {
            made(
                r#"\b(?:sqlcmd|bcp)\b[^\n|;&]*\s-P\s*(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)'|(?P<c>[^\s"']+))"#,
            )
        }),
    },
    Form {
        words: &["mongo"],
        form: LazyLock::new(|| {
            made(
                r#"\bmongo(?:sh|dump|restore|export|import)?\b[^\n|;&]*\s(?:-p|--password)[ =]\s*(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)'|(?P<c>[^-\s"'][^\s"']*))"#,
            )
        }),
    },
    Form {
        words: &["sshpass"],
        form: LazyLock::new(|| {
            made(
                r#"\bsshpass\s+(?:-v\s+)?-p\s*(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)'|(?P<c>[^\s"']+))"#,
            )
        }),
    },
    Form {
        words: &["redis-cli"],
        form: LazyLock::new(|| {
            made(r#"\bredis-cli\b[^\n|;&]*\s(?:-a|--pass)\s+["']?(?P<c>[^\s"']+)"#)
        }),
    },
    Form {
        words: &["configure"],
        form: LazyLock::new(|| {
            made(r#"(?i)\bconfigure\s+set\s+[\w.]*(?:secret|token)\w*\s+["']?(?P<c>[^\s"']+)"#)
        }),
    },
    // docker login -u ci -p secret
    Form {
        words: &["login"],
        form: LazyLock::new(|| {
            made(
                r#"\blogin\b[^\n|;&]*\s-p[ =]?\s*(?:"(?P<a>[^"\n]+)"|'(?P<b>[^'\n]+)'|(?P<c>[^-\s"'][^\s"']*))"#,
            )
        }),
    },
    // openssl enc -pass pass:secret
    Form {
        words: &["pass:"],
        form: LazyLock::new(|| made(r"\s-pass(?:in|out)?\s+pass:(?P<c>[^\s']+)")),
    },
    // Tokens that say themselves whose they are, wherever they stand.
    Form {
        words: &[
            "ghp_",
            "gho_",
            "ghs_",
            "github_pat_",
            "glpat-",
            "xox",
            "akia",
            "sk_live_",
            "rk_live_",
            "eyj",
            "hooks.slack.com",
        ],
        form: LazyLock::new(|| {
            made(
                r"\b(?P<c>gh[pos]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{20,}|AKIA[A-Z0-9]{16}|[rs]k_live_\w{16,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})|hooks\.slack\.com/services/(?P<a>[\w/]{20,})",
            )
        }),
    },
    // echo 'db:5432:app:app:secret' >> ~/.pgpass
    Form {
        words: &["pgpass"],
        form: LazyLock::new(|| {
            made(r#"[\w.*-]+:(?:\d+|\*):[\w*-]+:[\w*-]+:(?P<c>[^\s"':]+)["']?\s*>>?\s*\S*pgpass"#)
        }),
    },
    Form {
        words: &["authorization"],
        form: LazyLock::new(|| {
            made(r"(?i)\bauthorization:\s*(?:bearer|basic|token)\s+(?P<c>[\w.~+/=-]+)")
        }),
    },
];

/// `form`, which is made when a text has its words: that takes longer than most texts do.
fn made(form: &str) -> Option<Regex> {
    Regex::new(form).ok()
}

/// The forms in which a secret may stand in `text`.
fn forms(text: &str) -> impl Iterator<Item = &'static Regex> {
    let lower = text.to_ascii_lowercase();
    let forms = FORMS.iter();
    let near = forms.filter(move |form| form.words.iter().any(|word| lower.contains(word)));
    near.filter_map(|form| form.form.as_ref())
}

/// Makes the forms that `text` may have, so that they are there when its parts are looked at.
pub(in crate::plan) fn prepare_secrets(text: &str) {
    forms(text).for_each(drop);
}

/// Words that stand for a secret in instructions, and are none.
const STAND_INS: [&str; 12] = [
    "changeme",
    "dummy",
    "example",
    "null",
    "password",
    "placeholder",
    "postgres",
    "redacted",
    "replace",
    "secret",
    "token",
    "your",
];

/// The code of a secret that stands in a plan.
pub const SECRET: &str = "secret-in-plan";

/// `text` with every secret in it made as many `*`.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut hidden = Cow::Borrowed(text);
    for form in forms(text) {
        let mut found: Vec<Range<usize>> = Vec::new();
        for captures in form.captures_iter(&hidden) {
            let value = value(&captures).filter(|value| is_secret(value.as_str()));
            found.extend(value.map(|value| value.range()));
        }
        for range in found.into_iter().rev() {
            let length = hidden[range.clone()].chars().count();
            hidden.to_mut().replace_range(range, &"*".repeat(length));
        }
    }
    hidden
}

/// The secrets in `text` that can be told from other words wherever they stand, and what ids make of
/// them. A short word, a database's name say, would hide what is none.
pub fn secrets_in(text: &str) -> Vec<String> {
    let forms = forms(text).flat_map(|form| form.captures_iter(text));
    let values = forms.filter_map(|captures| value(&captures));
    let secrets = values
        .map(|value| value.as_str())
        .filter(|value| is_secret(value));
    let both = secrets.flat_map(|secret| [secret.to_owned(), slug(secret, "")]);
    both.filter(|secret| !is_plain_word(secret)).collect()
}

/// How far from a secret stands what tells of it, in bytes.
const NEAR: usize = 1_000;

/// Whether `range` of `text` stands where a secret does, such as behind `password=`.
pub(in crate::plan) fn holds_secret(text: &str, range: &Range<usize>) -> bool {
    let start = text.floor_char_boundary(range.start.saturating_sub(NEAR));
    let text = &text[start..text.floor_char_boundary(range.end + NEAR)];
    let range = range.start - start..range.end - start;
    let forms = forms(text).flat_map(|form| form.captures_iter(text));
    let values = forms.filter_map(|captures| value(&captures).map(|value| value.range()));
    let mut near = values.filter(|value| value.start < range.end && range.start < value.end);
    near.next().is_some()
}

fn is_plain_word(value: &str) -> bool {
    let joins = |c| matches!(c, '-' | '_' | '.');
    let plain = value.chars().all(|c| c.is_ascii_alphabetic() || joins(c));
    value.len() < 4 || plain && value.len() < LONG
}

/// `text` with each of the `secrets` in it made as many `*`. A short one has to stand for itself: it may be
/// a part of any word.
pub fn without_values(text: &str, secrets: &[String]) -> String {
    let mut hidden = text.to_owned();
    for secret in secrets {
        let found: Vec<usize> = hidden.match_indices(secret).map(|(at, _)| at).collect();
        for at in found.into_iter().rev() {
            let end = at + secret.len();
            let beside = [
                hidden[..at].chars().next_back(),
                hidden[end..].chars().next(),
            ];
            let alone = !beside.into_iter().flatten().any(char::is_alphanumeric);
            if alone || secret.len() >= LONG {
                hidden.replace_range(at..end, &"*".repeat(secret.chars().count()));
            }
        }
    }
    hidden
}

/// From how many letters on a secret is taken for no other word.
const LONG: usize = 8;

/// The value behind a form's name.
fn value<'t>(captures: &Captures<'t>) -> Option<Match<'t>> {
    ["a", "b", "c"].iter().find_map(|name| captures.name(name))
}

/// Finds secrets in what runs.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if !text.runs() {
        return;
    }
    let body = text.body();
    let mut said: Vec<Range<usize>> = Vec::new();
    for form in forms(body) {
        for found in form.captures_iter(body) {
            let Some(value) = value(&found).filter(|value| is_secret(value.as_str())) else {
                continue;
            };
            let range = value.range();
            if said
                .iter()
                .any(|known| known.start < range.end && range.start < known.end)
            {
                continue;
            }
            said.push(range.clone());
            out.push(text.warning(
                SECRET,
                range,
                "a secret stands here as it is: whoever reads the plan or the record of a run has it",
                "make it a variable of the plan, `vars = { token = { env = \"TOKEN\", secret = true } }`, and write `{{token}}`; for `psql` a `~/.pgpass` does as well",
            ));
        }
    }
}

/// Whether `value` is a secret itself, and not what stands for one: a variable, what a command prints, a
/// placeholder, a file.
fn is_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let stands_in = STAND_INS.iter().any(|word| lower.contains(word));
    let masked = value
        .chars()
        .all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '_' | '-' | '…'));
    let looked_up = value.contains(['$', '{', '<', '`', '(', '[', '@'])
        || names_by_percent(value)
        || value.starts_with(['/', '~', ':', '_'])
        || value.starts_with("./")
        || value.starts_with("../");
    // `-p3306:3306` is a port.
    let digits = value
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
    let short = value.len() < 4;
    let switch = matches!(
        lower.as_str(),
        "true" | "false" | "none" | "prompt" | "required"
    );
    !(stands_in || masked || looked_up || digits || short || switch)
}

/// Whether a percent sign in `value` is one of a variable, `%PASSWORD%`, and not of a letter that an address can't hold as
/// it is: `%40`.
fn names_by_percent(value: &str) -> bool {
    let digits = |two: &[u8]| two.iter().all(u8::is_ascii_hexdigit);
    let mut behind = value.split('%').skip(1);
    behind.any(|rest| !rest.as_bytes().get(..2).is_some_and(digits))
}
