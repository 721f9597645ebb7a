//! Which placeholders stand for a secret: by what they are called, and by where they stand.

use std::ops::Range;

use crate::plan::check::holds_secret;
use crate::plan::letters;

/// How the last word of a secret's name ends.
const ENDS: [&str; 17] = [
    "apikey",
    "credential",
    "credentials",
    "kennwort",
    "passphrase",
    "passwd",
    "password",
    "passwort",
    "secret",
    "token",
    "contrasena",
    "senha",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];
/// What the last word may be as a whole.
const WHOLE: [&str; 4] = ["pass", "passe", "pw", "pwd"];
/// What a key that is a secret is for: `<api-key>`. `<public_key>` and `<primary_key>` are none.
const KEYS: [&str; 14] = [
    "access",
    "admin",
    "api",
    "auth",
    "decryption",
    "encryption",
    "hmac",
    "jwt",
    "license",
    "master",
    "private",
    "role",
    "secret",
    "signing",
];
/// What stands behind a name and says no more: `YOUR_TOKEN_HERE`.
const FILLERS: [&str; 3] = ["here", "string", "value"];
/// What is found with a secret, and is none: `<secret-name>`, `<token_path>`.
const BESIDE: [&str; 16] = [
    "arn", "column", "count", "dir", "expiry", "field", "file", "host", "id", "length", "name",
    "path", "table", "ttl", "user", "username",
];

/// Whether what the placeholder at `range` of `line` stands for is a secret.
pub(in crate::plan::markdown) fn is_meant(line: &str, range: &Range<usize>) -> bool {
    let words = words(&line[range.clone()]);
    names(&words) || (!is_beside(&words) && holds_secret(line, range))
}

/// Whether the last of `words` names a secret.
fn names(words: &[String]) -> bool {
    let [before @ .., last] = words else {
        return false;
    };
    let of = || before.last().is_some_and(|of| KEYS.contains(&of.as_str()));
    ENDS.iter().any(|end| last.ends_with(end))
        || WHOLE.contains(&last.as_str())
        || (last == "key" && of())
}

/// Whether the last of `words` names something that goes with a secret.
fn is_beside(words: &[String]) -> bool {
    let last = words.last().map(String::as_str);
    last.is_some_and(|last| BESIDE.contains(&last))
}

/// The words of a placeholder in lower case, without accents, and without a number or what only fills behind them.
fn words(literal: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut small = false;
    for c in literal.chars() {
        // `dbPassword`, `DB_PASSWORD`
        let begins = small && c.is_ascii_uppercase();
        small = c.is_ascii_lowercase();
        if begins || words.is_empty() || !c.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            c.to_lowercase().for_each(|c| letters::push(c, word));
        }
    }
    words.retain(|word| !word.is_empty());
    while words.len() > 1 && words.last().is_some_and(|w| FILLERS.contains(&w.as_str())) {
        words.pop();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_secret(line: &str, literal: &str) -> bool {
        let at = line.find(literal).unwrap();
        is_meant(line, &(at..at + literal.len()))
    }

    #[test]
    fn what_a_placeholder_is_called_tells_a_secret() {
        for literal in [
            "<NEW_PASSWORD>",
            "<password>",
            "<new db password>",
            "<dbPassword>",
            "<password2>",
            "YOUR_API_KEY",
            "YOUR_TOKEN_HERE",
            "<token>",
            "<access-token>",
            "[db password]",
            "{{db_password}}",
            "<client secret>",
            "<SERVICE_ROLE_KEY>",
            "<private-key>",
            "<mot_de_passe>",
            "<Datenbankpasswort>",
            "<db-pass>",
            "<contraseña>",
            "<nuevaContraseña>",
            "<пароль>",
            "<密码>",
            "<パスワード>",
        ] {
            assert!(is_secret(&format!("x {literal} y"), literal), "{literal}");
        }
        for literal in [
            "<token_table>",
            "<key_column>",
            "<public_key_path>",
            "<public_key>",
            "<key>",
            "<primary-key>",
            "<secret-name>",
            "<password file>",
            "<AWS_ACCESS_KEY_ID>",
            "<release>",
            "<passenger>",
            "<number of tokens>",
        ] {
            assert!(!is_secret(&format!("x {literal} y"), literal), "{literal}");
        }
    }

    #[test]
    fn where_a_placeholder_stands_tells_a_secret() {
        for (line, literal) in [
            ("PGPASSWORD=CHANGE_ME psql", "CHANGE_ME"),
            ("psql postgresql://app:<value>@db/shop", "<value>"),
            ("alter role app password '<the new one>'", "<the new one>"),
            ("login --token=<value>", "<value>"),
            (
                "curl -H 'Authorization: Bearer xxx.xxx.xxx.xxx'",
                "xxx.xxx.xxx.xxx",
            ),
        ] {
            assert!(is_secret(line, literal), "{line}");
        }
        for (line, literal) in [
            ("psql postgresql://<user>@<host>/shop", "<host>"),
            ("psql postgresql://app:$PW@<host>/shop", "<host>"),
            (
                "kubectl create --from-file=token=<token-path>",
                "<token-path>",
            ),
            ("deploy --release=<value>", "<value>"),
        ] {
            assert!(!is_secret(line, literal), "{line}");
        }
    }
}
