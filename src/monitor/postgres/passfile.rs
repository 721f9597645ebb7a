//! Files of passwords, as libpq reads them.

use std::env::home_dir;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

use super::service::set;

/// The password that the file at `path` has for `options`; none if it is not there, or is ignored.
pub(super) fn password(path: &Path, options: &PgConnectOptions) -> Option<String> {
    if is_open_to_others(path) {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let host = match options.get_host() {
        socket if socket.starts_with('/') => "localhost",
        host => host,
    };
    let port = options.get_port().to_string();
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let wanted = [host, &port, database, user];
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut lines = lines.map(fields);
    lines.find_map(|fields| {
        let (password, of) = fields.split_last()?;
        let fits = |(field, wanted): (&String, &&str)| field == "*" || field == wanted;
        (of.len() == 4 && of.iter().zip(&wanted).all(fits)).then(|| password.clone())
    })
}

/// Where passwords stand if nothing else is said.
pub(super) fn usual() -> Option<PathBuf> {
    let named = set("PGPASSFILE").map(PathBuf::from);
    named.or_else(|| Some(home_dir()?.join(".pgpass")))
}

/// What is said where the server wants a password and there is none.
pub(super) fn lacking(file: Option<&Path>) -> String {
    let words = "the server wants a password, and none was given";
    match file.filter(|file| is_open_to_others(file)) {
        Some(file) => {
            let file = file.display();
            format!("{words}: {file} is ignored, since others may read it (chmod 600 {file})")
        }
        None => words.to_owned(),
    }
}

/// Whether others may read the file, so that it is ignored.
fn is_open_to_others(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.permissions().mode() & 0o77 != 0)
}

/// The fields of a line; a backslash takes the letter after it as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            // In the last field it is a letter like others.
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or(letter),
            letter => letter,
        };
        if let Some(last) = fields.last_mut() {
            last.push(letter);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_parted_by_colons_that_nothing_takes_away() {
        assert_eq!(
            fields(r"\:\:1:*:shop:app:a\:b:c"),
            ["::1", "*", "shop", "app", "a:b:c"]
        );
        assert_eq!(fields("nothing"), ["nothing"]);
    }
}
