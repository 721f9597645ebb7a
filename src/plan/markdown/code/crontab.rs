//! Lines of a crontab: what is done at its times, and is no command. A shell would take the first of their numbers, or the
//! first file of the folder, for one.

use super::script::Piece;

/// How many fields say when.
const FIELDS: usize = 5;

/// The first line of `piece` that is one of a crontab. What stands in a here-document or in quotes is put somewhere by the
/// command around it.
pub(in crate::plan::markdown) fn line<'t>(piece: &Piece<'t>) -> Option<&'t str> {
    let mut before = piece.code.iter().map(|line| line.text.trim());
    let closed = |line: &&str| {
        let whole = |quote| line.matches(quote).count() % 2 == 0;
        !line.contains("<<") && whole('\'') && whole('"')
    };
    let first = before.by_ref().find(|line| !closed(line) || is_line(line));
    first.filter(|line| is_line(line))
}

/// Whether `line` says when and what: `0 3 * * * /srv/backup.sh`, `@daily /srv/backup.sh`.
fn is_line(line: &str) -> bool {
    let mut words = line.split_whitespace();
    if line.starts_with('@') {
        let often = words.next().is_some_and(|word| OFTEN.contains(&word));
        return often && words.next().is_some();
    }
    is_time(&mut words) && words.next().is_some()
}

/// Whether a comment says at which times what stands below it is done: "Cron job: 0 3 * * *".
pub(in crate::plan::markdown) fn schedules(comment: &str) -> bool {
    let words = comment.split_whitespace();
    let words = words.map(|word| word.trim_matches(['`', '"', '\'', '(', ')', ',', '.']));
    let words: Vec<&str> = words.collect();
    words
        .windows(FIELDS)
        .any(|words| is_time(&mut words.iter().copied()))
}

/// Whether the next words are fields that say when, and not all of them are numbers.
fn is_time<'t>(words: &mut impl Iterator<Item = &'t str>) -> bool {
    let field = |word: &&str| {
        let fits = |c: char| c.is_ascii_digit() || matches!(c, '*' | '/' | ',' | '-');
        word.starts_with(|c: char| c.is_ascii_digit() || c == '*') && word.chars().all(fits)
    };
    let fields: Vec<&str> = words.take(FIELDS).collect();
    fields.len() == FIELDS
        && fields.iter().all(field)
        && fields.iter().any(|word| word.starts_with('*'))
}

/// What may stand for the fields.
const OFTEN: [&str; 8] = [
    "@reboot",
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_crontab_are_no_commands() {
        for line in [
            "0 3 * * * /srv/backup.sh full >> /var/log/backup.log 2>&1",
            "*/5 * * * * root /srv/poll.sh",
            "0 2 * * 1-5 pg_dump shop",
            "@daily /srv/backup.sh",
        ] {
            assert!(is_line(line), "{line}");
        }
        for line in [
            "0 3 * * *",
            "./run.sh 0 3 * * *",
            "1 2 3 4 5 six",
            "* is a star",
            "@daily",
            "@echo off now",
            "echo 0 3 * * * x",
            "",
        ] {
            assert!(!is_line(line), "{line}");
        }
        assert!(schedules("Cron job: 0 3 * * *") && schedules("(`0 */4 * * *`)"));
        assert!(!schedules("2 of 3 done") && !schedules("SELECT * FROM x"));
    }
}
