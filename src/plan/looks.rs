//! Whether work only looks: whether it is certain, by what is written, that it leaves nothing to take back.
//! What is not understood to its last word may change anything.

use super::check::goes_on;
use super::commands::{self, Command, Given, Input, PSQL, RedirectKind, Settings, Word};
use super::sql_text;
use super::work::Work;

/// Programs that leave all as it was, whatever they are told.
const LOOK: [&str; 33] = [
    "[",
    "[[",
    "basename",
    "cat",
    "cd",
    "cut",
    "df",
    "dig",
    "dirname",
    "du",
    "echo",
    "export",
    "false",
    "free",
    "grep",
    "head",
    "id",
    "jq",
    "ls",
    "pg_isready",
    "printf",
    "ps",
    "pwd",
    "set",
    "sha256sum",
    "sleep",
    "stat",
    "tail",
    "test",
    "tr",
    "true",
    "uptime",
    "wc",
];
/// Those that write down what they see, into a file that is theirs.
const WRITE_DOWN: [&str; 2] = ["pg_dump", "pg_dumpall"];
/// How tools are asked that otherwise change things.
const ASK: [&[&str]; 26] = [
    &["alembic", "current"],
    &["alembic", "heads"],
    &["alembic", "history"],
    &["dbmate", "status"],
    &["docker", "compose", "ps"],
    &["docker", "inspect"],
    &["docker", "logs"],
    &["docker", "ps"],
    &["docker-compose", "ps"],
    &["flyway", "info"],
    &["flyway", "validate"],
    &["git", "describe"],
    &["git", "rev-parse"],
    &["git", "status"],
    &["helm", "history"],
    &["helm", "list"],
    &["helm", "status"],
    &["kubectl", "describe"],
    &["kubectl", "get"],
    &["kubectl", "logs"],
    &["kubectl", "rollout", "status"],
    &["kubectl", "top"],
    &["prisma", "migrate", "status"],
    &["sqlx", "migrate", "info"],
    &["systemctl", "is-active"],
    &["systemctl", "status"],
];
/// Options with which `psql` writes files, or runs what is in one.
const NOT_ASKING: [&str; 6] = ["f", "file", "o", "output", "L", "log-file"];
/// Options of `curl` that say how something is fetched, and no more.
const FETCH: [&str; 10] = [
    "--fail",
    "--head",
    "--insecure",
    "--location",
    "--max-time",
    "--retry",
    "--show-error",
    "--silent",
    "--connect-timeout",
    "-m",
];
/// The letters of those that have one.
const FETCH_LETTERS: &str = "fsSLIk46";
/// How statements begin that only read.
const READ: [&str; 5] = ["select", "show", "explain", "table", "values"];
/// Words that stand in front of a parenthesis in such a statement: of the language, or functions of the
/// server's own that read.
const BEFORE_PARENTHESIS: [&str; 62] = [
    "abs",
    "age",
    "all",
    "and",
    "any",
    "array_agg",
    "as",
    "avg",
    "between",
    "bool_and",
    "bool_or",
    "by",
    "case",
    "cast",
    "char",
    "coalesce",
    "concat",
    "count",
    "current_setting",
    "date_trunc",
    "decimal",
    "distinct",
    "else",
    "except",
    "exists",
    "explain",
    "extract",
    "filter",
    "from",
    "greatest",
    "having",
    "in",
    "intersect",
    "join",
    "least",
    "length",
    "limit",
    "lower",
    "max",
    "min",
    "not",
    "now",
    "nullif",
    "numeric",
    "on",
    "or",
    "over",
    "pg_database_size",
    "pg_is_in_recovery",
    "pg_relation_size",
    "pg_size_pretty",
    "pg_total_relation_size",
    "round",
    "select",
    "string_agg",
    "sum",
    "then",
    "to_regclass",
    "union",
    "upper",
    "using",
    "where",
];

/// Whether `work` surely changes nothing.
pub(super) fn only_looks(work: &Work) -> bool {
    match work {
        Work::Sql(sql) => only_reads(&sql.text),
        Work::Shell(shell) => script_looks(&shell.script),
        Work::Http(_) | Work::Check(_) | Work::Wait(_) | Work::Snapshot(_) => !work.may_change(),
    }
}

/// Whether `command` surely changes nothing.
pub(super) fn shows(command: &Command<'_>) -> bool {
    let lists = || {
        command
            .arguments()
            .iter()
            .any(|word| matches!(word.text.as_ref(), "-l" | "--list"))
    };
    looks(command) || (command.program() == "pg_restore" && lists())
}

/// How a script comes to an end that goes on until somebody ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesOn {
    /// There is nothing else in it but what only looks: whoever ends it has seen it.
    Seen,
    /// What stands before that may change something: whoever ends it says what came of it.
    Unsure,
}

impl Work {
    /// Whether it is a script whose last command goes on until somebody ends it, such as `tail -f`.
    pub fn goes_on(&self) -> Option<GoesOn> {
        let Work::Shell(shell) = self else {
            return None;
        };
        let script = commands::read(&shell.script, Settings::default());
        let pipe = goes_on(&script)?;
        let seen = |command: &Command<'_>| command.pipe == pipe || looks(command);
        let all = script.commands.iter().all(seen);
        if all && is_understood(&shell.script, &script.commands) {
            Some(GoesOn::Seen)
        } else {
            Some(GoesOn::Unsure)
        }
    }
}

/// Whether `sql` surely only reads. A value that is put into it may be anything, and a function that is
/// not known may do anything.
fn only_reads(sql: &str) -> bool {
    let statements = sql_text::statements(sql);
    let is_fixed = !sql.contains(['$', '\\']) && !sql.contains("{{");
    is_fixed && !statements.is_empty() && statements.into_iter().all(reads)
}

fn reads(statement: &str) -> bool {
    let tokens = sql_text::tokens(statement).map(|token| &statement[token.range]);
    let words: Vec<String> = tokens.map(str::to_ascii_lowercase).collect();
    let first = words.first().map_or("", String::as_str);
    // `SELECT … INTO` makes a table, `EXPLAIN ANALYZE` runs what it explains.
    let does = words.iter().any(|word| word == "into" || word == "analyze");
    let is_name = |word: &str| word.starts_with(|c: char| c.is_alphabetic() || "_\"".contains(c));
    let calls = words.iter().enumerate().skip(1).any(|(ix, word)| {
        let before = words[ix - 1].as_str();
        let owned = ix > 1 && words[ix - 2] == ".";
        word == "(" && is_name(before) && (owned || !BEFORE_PARENTHESIS.contains(&before))
    });
    READ.contains(&first) && !does && !calls
}

fn script_looks(text: &str) -> bool {
    let script = commands::read(text, Settings::default());
    !script.commands.is_empty()
        && is_understood(text, &script.commands)
        && script.commands.iter().all(looks)
}

/// Whether nothing stands in `text` but `commands`, one after the other, and remarks.
fn is_understood(text: &str, commands: &[Command<'_>]) -> bool {
    let mut rest = text.as_bytes().to_vec();
    let spans = commands.iter().flat_map(|command| {
        let targets = command.redirects.iter().map(|redirect| &redirect.target);
        let words = command.assigned.iter().chain(targets);
        let words = words.chain(command.wrappers.iter().flatten());
        let words = words.map(|word| word.span.clone());
        words.chain([command.span.clone()])
    });
    for span in spans {
        if let Some(known) = rest.get_mut(span) {
            known.fill(b' ');
        }
    }
    let joints = |byte: &u8| byte.is_ascii_whitespace() || b"|&;<>0123456789\\".contains(byte);
    rest.split(|&byte| byte == b'\n')
        .all(|line| line.trim_ascii_start().starts_with(b"#") || line.iter().all(joints))
}

fn looks(command: &Command<'_>) -> bool {
    let words = || command.words.iter().map(|word| word.text.as_ref());
    // A command inside of a word is another one's, and a wrapper may have been given a whole script.
    let all = command.words.iter().chain(&command.assigned);
    let all = all.chain(command.redirects.iter().map(|redirect| &redirect.target));
    let runs = |word: &Word<'_>| {
        ["$(", "`", "<(", ">("]
            .iter()
            .any(|sign| word.text.contains(sign))
    };
    let holds_script = |word: &Word<'_>| word.text.contains(char::is_whitespace);
    if all.clone().any(runs) || command.wrappers.iter().flatten().any(holds_script) {
        return false;
    }
    let Some(first) = command.words.first() else {
        return !command.assigned.is_empty();
    };
    let program = first.text.as_ref();
    let writes = command.redirects.iter().any(|redirect| {
        let out = matches!(redirect.kind, RedirectKind::Out | RedirectKind::Both);
        out && redirect.target.text != "/dev/null"
    });
    if first.expands || (writes && !WRITE_DOWN.contains(&program)) {
        return false;
    }
    match program {
        "psql" => asks_psql(command),
        "curl" => fetches(command),
        _ if WRITE_DOWN.contains(&program) || LOOK.contains(&program) => true,
        "date" => !words().any(|word| word.starts_with("-s") || word.starts_with("--s")),
        "sort" => !words().any(|word| word.starts_with("-o") || word.starts_with("--o")),
        _ => ASK
            .iter()
            .any(|asked| words().zip(*asked).filter(|(a, b)| a == *b).count() == asked.len()),
    }
}

/// Whether all that `psql` is told stands here, and only reads.
fn asks_psql(command: &Command<'_>) -> bool {
    let given = Given::read(command.arguments(), PSQL);
    let told = given.options.iter();
    let mut told = told
        .filter(|option| matches!(option.name, "c" | "command"))
        .peekable();
    matches!(command.input(), Input::None)
        && !given.has(&NOT_ASKING)
        && told.peek().is_some()
        && told.all(|option| option.value.is_some_and(only_reads))
}

fn fetches(command: &Command<'_>) -> bool {
    let mut options = command.arguments().iter().filter(|word| word.is_option());
    options.all(|word| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        let short = !letters.is_empty() && letters.chars().all(|c| FETCH_LETTERS.contains(c));
        short || FETCH.contains(&word.text.as_ref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_only_looks_if_all_of_it_is_known_to() {
        for script in [
            "df -h /var",
            "# how much is left\ndf -h | tail -n 1",
            "cd /srv/app && git status",
            "psql -X \"$URL\" -c 'select count(*) from orders'",
            "PGDATABASE=shop psql -Atc \"select 1 where (2 > 1)\" 2>/dev/null",
            "curl -fsS --max-time 5 https://shop.example/health | jq .status",
            "sudo systemctl status shop",
            "npx --no prisma migrate status",
            "pg_dump -Fc app > app.dump",
            "kubectl get pods; kubectl rollout status deploy/shop",
            "ls -l {{dir}}",
        ] {
            assert!(script_looks(script), "{script}");
        }
        for script in [
            "",
            "./look.sh",
            "df -h > /etc/motd",
            "echo $(reboot)",
            "echo `reboot`",
            "ls; systemctl stop shop",
            "if true; then ls; fi",
            "ls() { rm -rf x; }\nls",
            "docker rm logs",
            "tool status",
            "$TOOL status",
            "psql -c 'select nextval(1)'",
            "psql -c 'select 1' -c vacuum",
            "psql -c 'select 1' -f fix.sql",
            "psql -c \"$SQL\"",
            "psql -c 'select 1 \\gexec'",
            "psql < fix.sql",
            "curl -sXPOST https://shop.example/close",
            "curl -fsS https://shop.example/close --json '{}'",
            "curl -fsSO https://shop.example/file",
            "sort -o names names",
            "date -s 12:00",
            "sudo sh -c 'ls; reboot'",
            "ssh db 'ls; reboot'",
            "git checkout main",
        ] {
            assert!(!script_looks(script), "{script}");
        }
    }

    #[test]
    fn sql_only_reads_if_nothing_is_called_that_is_not_known() {
        for sql in [
            "select count(*), max(id) from orders where (a > 1) and b in (1, 2)",
            "SHOW lock_timeout; TABLE orders",
            "explain select 1",
            "select pg_size_pretty(pg_database_size(current_setting('x')))",
        ] {
            assert!(only_reads(sql), "{sql}");
        }
        for sql in [
            "",
            "select * into t from orders",
            "explain analyze delete from orders",
            "select close_shop()",
            "select public.count(1)",
            "select \"refresh\"()",
            "select setval('s', 1)",
            "select * from {{table}}",
            "with gone as (delete from orders returning 1) select 1",
            "select 1; drop table orders",
            "set lock_timeout = 1",
        ] {
            assert!(!only_reads(sql), "{sql}");
        }
    }

    #[test]
    fn what_goes_on_until_somebody_ends_it_is_told_by_its_last_line() {
        let shell = |script: &str| {
            let text = format!("## Deploy\n```bash\n{script}\n```\n");
            let plan = crate::plan::open("t.md", text.as_bytes()).plan.unwrap();
            plan.steps[0].spec.work.goes_on()
        };
        for (script, goes_on) in [
            ("tail -f app.log", Some(GoesOn::Seen)),
            ("tail -f app.log | grep ERROR", Some(GoesOn::Seen)),
            ("cd /srv\njournalctl -u shop -f", Some(GoesOn::Seen)),
            ("kubectl logs -f deploy/shop", Some(GoesOn::Seen)),
            ("kubectl port-forward svc/db 5432", Some(GoesOn::Seen)),
            ("./deploy.sh\ntail -f app.log", Some(GoesOn::Unsure)),
            ("tail -f app.log | grep -m1 ready", None),
            ("timeout 30 tail -f app.log", None),
            ("tail -f app.log &", None),
            ("tail -n 100 app.log", None),
            ("./deploy.sh", None),
        ] {
            assert_eq!(shell(script), goes_on, "{script}");
        }
    }
}
