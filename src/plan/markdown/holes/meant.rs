//! Placeholders that only where they stand tells: `delete pod POD_NAME`, `--task TASK_ID`, `dump_[timestamp].sql`,
//! `psql -U user -d database`, `ssh user@server`.

use std::ops::Range;

use super::open::{self, Quotes};
use super::placeholder::Context;

/// How the name of a thing ends that is looked up before it is typed.
const WHICH: [&str; 2] = ["_ID", "_NAME"];
/// What stands for a login, and for the machine behind it.
const LOGINS: [&str; 2] = ["user", "username"];
const MACHINES: [&str; 3] = ["host", "hostname", "server"];
/// With which one logs in, or copies.
const REMOTE: [&str; 5] = ["ssh", "scp", "sftp", "rsync", "ssh-copy-id"];
/// What only shows its words.
const PRINTS: [&str; 2] = ["echo", "printf"];
/// Options that a login is given to, and those for which one may really be called "user".
const GIVEN: [&str; 3] = ["-U", "--username", "--user"];
const OWN: [&str; 1] = ["--user"];
/// What else is none beside a login that is none, by the option.
const BESIDE: [(&[&str], &[&str]); 2] = [
    (&["-h", "--host"], &MACHINES),
    (
        &["-d", "--dbname"],
        &["database", "database_name", "db", "db_name", "dbname"],
    ),
];
/// Words in a file's name that are no set of letters, though none stands twice in them.
const FILLED: [&str; 3] = ["date", "time", "name"];

/// Finds them in `line`, in no order.
pub(super) fn find(line: &str, context: Context, found: &mut Vec<Range<usize>>) {
    if context == Context::Sql {
        return in_values(line, found);
    }
    in_file_names(line, found);
    let mut words = open::words(line);
    let first = words.next().map_or("", |word| &line[word]);
    if PRINTS.contains(&first) {
        return;
    }
    let unnamed = open::words(line)
        .zip(open::words(line).skip(1))
        .any(|(option, value)| {
            is_login(&line[option], &line[value.clone()])
                || line[value]
                    .split_once('=')
                    .is_some_and(|(option, value)| is_login(option, value))
        });
    let mut remote = REMOTE.contains(&first);
    let mut searches = SEARCHES.contains(&first);
    let mut own = first.starts_with("./") || first.strip_suffix(".sh").is_some();
    let mut before = first;
    let mut quotes = Quotes::default();
    quotes.read(first);
    for range in words {
        let word = &line[range.clone()];
        let (option, value) = word.split_once('=').unwrap_or((before, word));
        let opened = value.trim_start_matches(['"', '\'']);
        let bare = opened.trim_end_matches(['"', '\'']);
        let whole = is_named_by(bare, option)
            || (own && bare == "TIMESTAMP")
            || is_login(option, bare)
            || (unnamed && is_beside_login(option, bare));
        let length = if whole {
            Some(bare.len())
        } else {
            login(bare).filter(|_| remote)
        };
        let part = length.map(|length| 0..length);
        let last = own && line[range.end..].trim_start().is_empty();
        let git = first == "git";
        let part = part.or_else(|| generic(bare, option, last, git).filter(|_| !searches));
        let part = part.filter(|_| !quotes.hold(word));
        // What stands behind `&&` or `>` is not given to the script.
        own &= !word.contains(['&', '|', ';', '<', '>']);
        quotes.read(word);
        let from = range.end - opened.len();
        found.extend(part.map(|part| from + part.start..from + part.end));
        remote |= REMOTE.contains(&word);
        searches |= SEARCHES.contains(&word);
        before = word;
    }
}

/// What things are called of which one is meant: in capitals alone it stands for that one.
#[rustfmt::skip]
const GENERIC: [&str; 14] = [
    "NAMESPACE", "APP_NAME", "SERVICE_NAME", "DEPLOYMENT_NAME", "RELEASE_NAME", "CLUSTER_NAME", "BUCKET_NAME", "IMAGE_NAME", "IMAGE_TAG",
    "COMMIT_HASH", "COMMIT_SHA", "TAG", "VERSION", "HASH",
];
/// Those of them that files are called as well, and with what options end that are given one.
const FILES: [&str; 3] = ["TAG", "VERSION", "HASH"];
const OF_ONE: [&str; 8] = [
    "tag", "version", "revision", "release", "hash", "commit", "sha", "ref",
];
/// What looks for words, prints them, or names variables by them.
const SEARCHES: [&str; 15] = [
    "grep", "rg", "sed", "awk", "echo", "printf", "export", "declare", "env", "jq", "unset",
    "read", "test", "[", "[[",
];
/// Options that hand on a variable of that name, or end the options.
const VARIABLES: [&str; 6] = ["-e", "--env", "--build-arg", "-v", "--set", "--"];

/// The part of `word` that is such a name: `deploy/APP_NAME`, `registry/image:TAG`, `-n NAMESPACE`, `./deploy.sh VERSION`
/// of a script of one's own, whose `last` word it is. `cat VERSION` and `scp host:VERSION .` read a file.
fn generic(word: &str, option: &str, last: bool, git: bool) -> Option<Range<usize>> {
    if !word.bytes().any(|byte| byte.is_ascii_uppercase()) || word.contains('$') {
        return None;
    }
    if GENERIC.contains(&word) {
        let file = FILES.contains(&word);
        let of_one = || OF_ONE.iter().any(|end| option.ends_with(end));
        let given = match option.strip_prefix('-') {
            Some(long) if file => long.starts_with('-') && of_one(),
            Some(_) => !VARIABLES.contains(&option),
            None => last || ["revert", "checkout", "cherry-pick", "reset"].contains(&option),
        };
        return given.then_some(0..word.len());
    }
    let mut parts = word.match_indices(['/', ':', '@']).map(|(at, _)| at + 1);
    parts.find_map(|at| {
        let rest = &word[at..];
        let length = rest.find(['/', ':', '@']).unwrap_or(rest.len());
        let name = &rest[..length];
        let before = &word[..at];
        // `/app/VERSION`, `host:VERSION`, `origin/main:VERSION` and `@VERSION` are files.
        let file = (before.ends_with('/') && !name.contains("_NAME"))
            || before == "@"
            || (before.ends_with(':') && FILES.contains(&name) && (git || !before.contains('/')));
        (GENERIC.contains(&name) && !file).then_some(at..at + length)
    })
}

/// Whether `word`, given to `option`, stands for a login.
fn is_login(option: &str, word: &str) -> bool {
    let word = word.trim_matches(['"', '\'']);
    let open = word == "username" || (word == "user" && !OWN.contains(&option));
    open && GIVEN.contains(&option)
}

/// Whether `word`, given to `option` where nobody's login is, stands for a machine or a database: `prod-host`.
fn is_beside_login(option: &str, word: &str) -> bool {
    let last = || word.rsplit(['-', '_']).next().unwrap_or_default();
    BESIDE.iter().any(|(options, words)| {
        options.contains(&option)
            && (words.contains(&word) || (option.contains('h') && words.contains(&last())))
    })
}

/// Whether `word` is called after what stands in front of it: `pod POD_NAME`, `--pipeline-execution-id EXECUTION_ID`.
fn is_named_by(word: &str, before: &str) -> bool {
    let mut stems = WHICH.iter().filter_map(|end| word.strip_suffix(end));
    let Some(stem) = stems.next() else {
        return false;
    };
    let capital = |c: char| c.is_ascii_uppercase() || c == '_';
    // "--env ENV_NAME" hands a variable on.
    let shaped = stem.len() > 1
        && stem != "ENV"
        && stem.chars().all(capital)
        && stem.starts_with(|c| c != '_');
    let names = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    // In capitals it is a variable's.
    let plain = before
        .chars()
        .all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'));
    let stem = names(stem);
    let mut parts = before.trim_start_matches('-').split(['-', '_']);
    shaped
        && plain
        && (parts.any(|part| part == stem) || names(before).trim_matches('-').starts_with(&stem))
}

/// How long the login and the machine are that `word` begins with, if neither is one: `user@server:/srv`.
fn login(word: &str) -> Option<usize> {
    let (user, rest) = word.split_once('@')?;
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let length = rest.find(ends).unwrap_or(rest.len());
    let behind = &rest[length..];
    let machine = rest[..length].rsplit(['-', '_']).next().unwrap_or_default();
    let whole = behind.is_empty() || behind.starts_with(':');
    let open = LOGINS.contains(&user) && MACHINES.contains(&machine) && whole;
    open.then_some(user.len() + 1 + length)
}

/// `dump_[timestamp].sql`: a set of letters would not say one twice.
fn in_file_names(line: &str, found: &mut Vec<Range<usize>>) {
    for (open, _) in line.match_indices('[') {
        let inside = &line[open + 1..];
        let fits = |c: char| c.is_ascii_alphabetic() || c == '_';
        let length = inside.find(|c| !fits(c)).unwrap_or(inside.len());
        let name = inside[..length].to_ascii_lowercase();
        let closed = inside[length..].starts_with(']');
        let twice = || {
            name.bytes()
                .enumerate()
                .any(|(at, byte)| name.as_bytes()[..at].contains(&byte))
        };
        let said = name.len() > 3 && (FILLED.contains(&name.as_str()) || twice());
        let joined = line[..open].ends_with(['_', '-']);
        let behind = inside[length..].strip_prefix(']').unwrap_or_default();
        let ends = behind.is_empty() || behind.starts_with(['.', '_', '-', ' ', '"', '\'']);
        // `${list_[name]}` and `list_[name]=1` are the shell's.
        let shell = || {
            let word = line[..open].rsplit([' ', '=', '/']).next();
            word.is_some_and(|word| word.contains(['$', '{']))
        };
        if closed && said && joined && ends && !shell() {
            found.push(open..open + length + 2);
        }
    }
}

/// `VALUES ('[migration_name]')`: a value that is only a name in brackets. A pattern and JSON are something else.
fn in_values(line: &str, found: &mut Vec<Range<usize>>) {
    for (quote, _) in line.match_indices("'[") {
        let inside = &line[quote + 2..];
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
        let length = inside.find(|c| !fits(c)).unwrap_or(inside.len());
        let name = &inside[..length];
        let mut words = name.split(['_', '-', ' ']);
        let several = words.clone().count() > 1;
        let said = several
            && words.all(|word| word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit()));
        let value = line[..quote].trim_end().ends_with(['(', ',', '=']);
        if said && value && inside[length..].starts_with("]'") {
            found.push(quote + 1..quote + 1 + length + 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str, context: Context) -> Vec<&str> {
        super::super::found(find, line, context)
    }

    #[test]
    fn what_stands_in_front_tells_what_is_left_open() {
        for (line, wanted) in [
            ("kubectl delete pod POD_NAME", "POD_NAME"),
            ("aws ecs stop-task --task TASK_ID", "TASK_ID"),
            ("aws ecs stop-task --task=\"TASK_ID\"", "TASK_ID"),
            (
                "aws x --pipeline-execution-id EXECUTION_ID --y",
                "EXECUTION_ID",
            ),
            ("heroku restart --app APP_NAME", "APP_NAME"),
            ("./restore.sh TIMESTAMP --force", "TIMESTAMP"),
            ("kubectl -n NAMESPACE get pods", "NAMESPACE"),
            ("kubectl rollout restart deploy/APP_NAME", "APP_NAME"),
            ("aws s3 cp x s3://BUCKET_NAME/", "BUCKET_NAME"),
            ("docker pull registry/image:TAG", "TAG"),
            ("./deploy.sh VERSION", "VERSION"),
            ("./deploy.sh --tag=TAG", "TAG"),
            ("./deploy.sh production VERSION", "VERSION"),
            ("helm upgrade shop chart --version VERSION", "VERSION"),
            (
                "kubectl rollout undo deploy/x --to-revision VERSION",
                "VERSION",
            ),
            ("./deploy.sh --image-tag TAG", "TAG"),
            ("git revert HASH", "HASH"),
            ("gunzip -c /backup/full_[timestamp].sql.gz", "[timestamp]"),
            ("psql shop < shop_[DATE].sql", "[DATE]"),
            ("psql -U username -d shop", "username"),
            ("pg_dump --username=username shop", "username"),
            ("pg_dump -U user shop", "user"),
            ("scp user@server:/srv/x.db .", "user@server"),
            (
                "ssh user@production-server uptime",
                "user@production-server",
            ),
            ("rsync -a a/ username@host:/srv", "username@host"),
        ] {
            assert_eq!(texts(line, Context::Shell), [wanted], "{line}");
        }
        for (line, wanted) in [
            (
                "pg_dump -h prod-host -U user -d database > x",
                &["prod-host", "user", "database"][..],
            ),
            (
                "psql --host=server --username=user --dbname=db",
                &["server", "user", "db"],
            ),
            ("psql -h localhost -U user -d shop", &["user"]),
        ] {
            assert_eq!(texts(line, Context::Shell), wanted, "{line}");
        }
        assert_eq!(
            texts(
                "insert into log values ('[migration_name]', 1)",
                Context::Sql
            ),
            ["[migration_name]"]
        );
    }

    #[test]
    fn what_is_meant_as_it_stands_is_left_alone() {
        for line in [
            "cat VERSION",
            "cat /app/VERSION",
            "git checkout origin/main -- VERSION",
            "git show HEAD:VERSION",
            "git show origin/main:VERSION",
            "cp -p VERSION /backup/",
            "rm -f VERSION",
            "head -1 VERSION",
            "jq --arg VERSION \"$V\" .",
            "if [[ -f VERSION ]]; then",
            "declare -x VERSION",
            "env -u TAG ./run",
            "scp host:VERSION .",
            "docker cp app:VERSION .",
            "md5sum -c HASH",
            "curl -d @VERSION localhost",
            "./build.sh > VERSION",
            "./build.sh && cat VERSION",
            "make TAG=v1 VERSION=2",
            "grep -q VERSION file",
            "docker build --build-arg VERSION .",
            "docker run -e NAMESPACE app",
            "psql -v VERSION=3",
            "git revert HEAD",
            "unset APP_NAME",
            "./deploy.sh $VERSION",
            "gh secret set CLIENT_ID",
            "printenv POD_NAME",
            "docker run -e POD_NAME app",
            "aws ssm get-parameter --name DB_NAME",
            "export APP_NAME=shop",
            "grep TASK_ID .env",
            "echo $POD_NAME",
            "kubectl delete pod \"$POD_NAME\"",
            "grep TIMESTAMP log",
            "ls file_[abcd].csv img-[Tt].png",
            "echo ${map_[name]}",
            "psql -U shop -d username",
            "psql -h db-host -U shop -d database",
            "docker run --user user app",
            "ssh deploy@server uptime",
            "ssh user@shop.example uptime",
            "mail user@host",
            "kubectl set env deploy/x POD_NAME-",
            "./tool [name]",
            "echo the pod POD_NAME is gone",
            "./notify.sh \"restart pod POD_NAME now\"",
            "docker run --env ENV_NAME app",
        ] {
            assert_eq!(texts(line, Context::Shell), [""; 0], "{line}");
        }
        for line in [
            "select * from t where a ~ '[a_z]'",
            "select '[1, 2]'::jsonb",
            "update t set tags = '[]'",
            "update t set name = '[old]'",
        ] {
            assert_eq!(texts(line, Context::Sql), [""; 0], "{line}");
        }
    }
}
