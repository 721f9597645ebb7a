//! What names tell: files that are backups, databases that nobody would miss.

/// Words in the names of files that hold a backup.
const BACKUPS: [&str; 9] = [
    "backup",
    "bkp",
    "dump",
    "snapshot",
    "restore",
    ".bak",
    "pre-deploy",
    "pre_deploy",
    "pg_basebackup",
];
/// Words in the names of databases and hosts that are no live ones.
const SPARE: [&str; 29] = [
    "check",
    "ci",
    "clone",
    "copy",
    "dev",
    "development",
    "drill",
    "failed",
    "fresh",
    "local",
    "localhost",
    "new",
    "old",
    "pre",
    "qa",
    "rehearsal",
    "restore",
    "restored",
    "sandbox",
    "scratch",
    "shadow",
    "spare",
    "staging",
    "stage",
    "temp",
    "test",
    "testing",
    "tmp",
    "verify",
];

/// Whether `name` is that of a backup.
pub(super) fn is_backup(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let packed = [".sql.gz", ".sql.zst", ".sql.bz2", ".sql.xz", ".sql.lz4"];
    BACKUPS.iter().any(|word| lower.contains(word)) || packed.iter().any(|end| lower.ends_with(end))
}

/// What a file is called without its folder.
pub(super) fn base(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// What the names of the dumps of one database have in common: what stands before a date, and the
/// extension. `shop_$(date +%F).sql` and `shop_YYYYMMDD.sql` are of one kind.
pub(super) fn kind_of_file(name: &str) -> Option<(&str, &str)> {
    let name = base(name);
    let end = name
        .rfind('.')
        .filter(|at| !name[*at..].contains(['$', ')', '}', ' ']));
    let (stem, extension) = end.map_or((name, ""), |at| name.split_at(at));
    let marks = ["YYYY", "TIMESTAMP", "XXX"];
    let mark = marks.iter().filter_map(|mark| stem.find(mark)).min();
    let cut = stem.find(|c: char| c == '$' || c == '`' || c.is_ascii_digit());
    let length = mark.into_iter().chain(cut).min().unwrap_or(stem.len());
    let kept = stem[..length].trim_end_matches(['_', '-', '.', '{']);
    (kept.len() > 1).then_some((kept, extension))
}

/// Whether the dumps `a` and `b` may be one file, packed or not: a variable and a pattern stand for anything,
/// and where only one says its folder, it may be any.
pub(super) fn may_be_same(a: &str, b: &str) -> bool {
    let (a_folder, a) = a.rsplit_once('/').unwrap_or(("", a));
    let (b_folder, b) = b.rsplit_once('/').unwrap_or(("", b));
    let (a, b) = (unpacked(a), unpacked(b));
    let fits = |name: &str, (start, end): (&str, &str)| {
        name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
    };
    let alike = match (fixed(a), fixed(b)) {
        (None, None) => a == b,
        (Some(parts), None) => fits(b, parts),
        (None, Some(parts)) => fits(a, parts),
        (Some((a_start, a_end)), Some((b_start, b_end))) => {
            (a_start.starts_with(b_start) || b_start.starts_with(a_start))
                && (a_end.ends_with(b_end) || b_end.ends_with(a_end))
        }
    };
    alike && may_be_one_folder(a_folder, b_folder)
}

/// Whether the name of a dump is not certain: it holds a variable or a pattern.
pub(super) fn is_open(name: &str) -> bool {
    fixed(unpacked(name)).is_some()
}

/// The name of a dump without its folder and what says how it is written and packed.
pub(super) fn unpacked(name: &str) -> &str {
    let known = [
        "sql", "dump", "dmp", "pgdump", "backup", "bak", "tar", "gz", "zst", "bz2", "xz", "lz4",
        "gpg", "enc",
    ];
    let mut name = base(name);
    while let Some((rest, end)) = name.rsplit_once('.')
        && known.contains(&end.to_ascii_lowercase().as_str())
    {
        name = rest;
    }
    name
}

/// What stands before and behind the variables of `name`, if it has any.
fn fixed(name: &str) -> Option<(&str, &str)> {
    let marks = ["YYYY", "TIMESTAMP", "XXX"];
    let first = marks.iter().filter_map(|mark| name.find(mark));
    let first = first.chain(name.find(VARIABLE)).min()?;
    let last = marks.iter().filter_map(|mark| name.rfind(mark));
    let last = last.chain(name.rfind(VARIABLE)).max().unwrap_or(first);
    let rest = &name[last..];
    let behind = match rest.strip_prefix(['`', '*', '?', ']', '}', ')', '>']) {
        Some(behind) => behind,
        // Where its name ends is not certain.
        None => rest.trim_start_matches(|c: char| {
            c.is_ascii_alphanumeric() || c == '_' || c == '-' || VARIABLE.contains(&c)
        }),
    };
    Some((&name[..first], behind))
}

/// Signs of variables and patterns.
const VARIABLE: [char; 12] = ['$', '`', '*', '?', '[', ']', '{', '}', '(', ')', '<', '>'];

fn may_be_one_folder(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_matches(['.', '/']), b.trim_matches(['.', '/']));
    let open = |folder: &str| {
        folder.is_empty() || folder.contains(VARIABLE) || folder.contains(['~', ':'])
    };
    let ends = |long: &str, short: &str| {
        let rest = long.strip_suffix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    open(a) || open(b) || ends(a, b) || ends(b, a)
}

/// Whether `name` is that of a database, or a host, made to be thrown away.
pub(super) fn is_spare(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| SPARE.contains(&word))
}

/// The database that `target` names: a name, or the end of a URL.
pub(super) fn database_of(target: &str) -> &str {
    let name = match target.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, name)| name),
        None => target.strip_prefix("dbname=").unwrap_or(target),
    };
    name.split(['?', ' ']).next().unwrap_or(name)
}
