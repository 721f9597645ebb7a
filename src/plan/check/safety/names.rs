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

/// What the names of the dumps of one database have in common: what stands before a date, and the
/// extension. `shop_$(date +%F).sql` and `shop_YYYYMMDD.sql` are of one kind.
pub(super) fn kind_of_file(name: &str) -> Option<(&str, &str)> {
    let name = name.rsplit('/').next().unwrap_or(name);
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
