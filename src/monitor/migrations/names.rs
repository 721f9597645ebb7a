//! What the names of migration files say, each tool in its own way.

use std::collections::HashMap;

use super::tool::Tool;

/// What tells the migration in the file or folder called `file` from others in the tool's table;
/// none if it is no migration of `tool`.
pub(super) fn key(tool: Tool, file: &str) -> Option<String> {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let way = stem.rsplit_once('.').map(|(_, way)| way);
    match tool {
        // A folder; whether it holds a script is seen later.
        Tool::Prisma => Some(file.to_owned()),
        Tool::Sqlx if extension == "sql" && way != Some("down") => number(stem).map(plain),
        Tool::Goose if matches!(extension, "sql" | "go") => number(stem).map(plain),
        Tool::GolangMigrate if way == Some("up") => number(stem).map(plain),
        Tool::Rails if extension == "rb" => number(stem),
        Tool::Dbmate | Tool::Supabase if extension == "sql" => number(stem),
        Tool::Ecto if extension == "exs" => number(stem).map(plain),
        Tool::Knex | Tool::NodePgMigrate if is_script(extension) => {
            let digits = digits(stem).len();
            (digits >= 8 && stem[digits..].starts_with(['_', '-'])).then(|| stem.to_owned())
        }
        Tool::Django if extension == "py" => {
            let numbered = digits(stem).len() == 4 && stem[4..].starts_with('_');
            numbered.then(|| stem.to_owned())
        }
        Tool::Diesel => {
            let (number, _) = file.split_once('_')?;
            let dated = number.starts_with(|c: char| c.is_ascii_digit());
            dated.then(|| number.replace('-', ""))
        }
        Tool::Refinery if matches!(extension, "sql" | "rs") => {
            let (number, _) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
            (!number.is_empty() && digits(number) == number).then(|| plain(number.to_owned()))
        }
        Tool::Flyway if extension == "sql" => flyway(stem),
        Tool::Atlas if extension == "sql" && way != Some("down") => {
            stem.split('_').next().map(str::to_owned)
        }
        Tool::Pgroll if matches!(extension, "json" | "yaml" | "yml") => Some(stem.to_owned()),
        _ => None,
    }
}

/// The same of a row of the tool's table, which says `key`.
pub(in crate::monitor) fn row_key(tool: Tool, key: String) -> String {
    match tool {
        // A row has the whole name of its file; another build of the project has another extension.
        Tool::Knex => match key.rsplit_once('.') {
            Some((stem, extension)) if is_script(extension) => stem.to_owned(),
            _ => key,
        },
        Tool::Flyway if !key.starts_with("R ") => flyway_version(&key).unwrap_or(key),
        _ => key,
    }
}

/// What people call it.
pub(super) fn shown(tool: Tool, file: &str, key: &str) -> String {
    match tool {
        Tool::Prisma | Tool::Diesel => file.to_owned(),
        Tool::Django | Tool::Knex | Tool::NodePgMigrate | Tool::Pgroll => key.to_owned(),
        _ => {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            stem.trim_end_matches(".up").to_owned()
        }
    }
}

/// The key of an alembic revision and of those before it.
pub(super) fn revision(text: &str) -> Option<(String, Vec<String>)> {
    let value = |name: &str| {
        let mut begin = 0;
        text.split_inclusive('\n').find_map(|line| {
            let whole = &text[begin..];
            begin += line.len();
            let rest = line.strip_prefix(name)?;
            let rest = rest.trim_start();
            // It may have a type: `revision: str = "…"`.
            let named = rest.starts_with([':', '=']);
            let (_, value) = named.then(|| rest.split_once('='))??;
            // Several stand in brackets, which may go over several lines.
            let from = whole.find(value)?;
            let close = match value.trim_start().chars().next() {
                Some('(') => ')',
                Some('[') => ']',
                _ => '\n',
            };
            let value = &whole[from..];
            Some(&value[..value.find(close).unwrap_or(value.len())])
        })
    };
    let key = quoted(value("revision")?).into_iter().next()?;
    Some((key, quoted(value("down_revision")?)))
}

/// The keys of the migrations that one of Django stands for: `replaces = [("shop", "0001_initial"), …]`.
pub(super) fn replaces(text: &str) -> Vec<String> {
    let mut begin = 0;
    let list = text.split_inclusive('\n').find_map(|line| {
        let whole = &text[begin..];
        begin += line.len();
        let rest = line.trim_start().strip_prefix("replaces")?.trim_start();
        let (_, list) = whole
            .split_once('=')
            .filter(|_| rest.starts_with([':', '=']))?;
        let list = list.trim_start().strip_prefix('[')?;
        Some(&list[..list.find(']')?])
    });
    let words = quoted(list.unwrap_or_default());
    let pairs = words.chunks_exact(2);
    pairs.map(|pair| pair.join(".")).collect()
}

/// The migrations in drizzle's journal: a number, by which the table knows each, and the name of its file.
pub(super) fn journal(bytes: &[u8]) -> Vec<(String, String)> {
    let read: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let entries = read.as_ref().and_then(|read| read["entries"].as_array());
    let entry = |entry: &serde_json::Value| {
        let (when, tag) = (entry["when"].as_u64()?, entry["tag"].as_str()?);
        Some((when.to_string(), tag.to_owned()))
    };
    entries.into_iter().flatten().filter_map(entry).collect()
}

/// The keys of the changes in sqitch's plan, in its order.
pub(super) fn planned(text: &str) -> Vec<String> {
    let mut project = String::new();
    let mut keys = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(pragma) = line.strip_prefix('%') {
            let pair = pragma.split_once('=');
            let named = pair.filter(|(name, _)| name.trim() == "project");
            project = named.map_or(project, |(_, value)| value.trim().to_owned());
            continue;
        }
        let words = line.trim_start_matches(['+', ' ']).split_whitespace();
        let change = words.into_iter().next();
        let change = change.filter(|word| !word.starts_with(['#', '@', '-']));
        keys.extend(change.map(|change| format!("{project}:{change}")));
    }
    numbered(keys.into_iter())
}

/// Keys that are told from those that are equal: the second is `key #2`.
pub(super) fn numbered(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut times: HashMap<String, u32> = HashMap::new();
    keys.map(|key| {
        let time = times.entry(key.clone()).or_default();
        *time += 1;
        match *time {
            1 => key,
            time => format!("{key} #{time}"),
        }
    })
    .collect()
}

/// The texts in quotes, single or double.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(['\'', '"']) {
        let quote = &rest[begin..=begin];
        let inside = &rest[begin + 1..];
        let Some(end) = inside.find(quote) else {
            break;
        };
        found.push(inside[..end].to_owned());
        rest = &inside[end + 1..];
    }
    found
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

/// The number before the first underscore.
fn number(stem: &str) -> Option<String> {
    let number = digits(stem);
    let named = stem[number.len()..].starts_with('_');
    (named && !number.is_empty()).then(|| number.to_owned())
}

/// Without zeros in front, as a column of numbers shows it.
fn plain(number: String) -> String {
    match number.trim_start_matches('0') {
        "" => "0".to_owned(),
        plain if plain.len() == number.len() => number,
        plain => plain.to_owned(),
    }
}

fn is_script(extension: &str) -> bool {
    matches!(
        extension,
        "js" | "ts" | "cjs" | "mjs" | "cts" | "mts" | "sql"
    )
}

/// `V1_2__name` and `V1.2__name` are one version; `R__name` is run whenever it changes.
fn flyway(stem: &str) -> Option<String> {
    if let Some(name) = stem.strip_prefix("R__") {
        return Some(format!("R {}", name.replace('_', " ")));
    }
    let (version, _) = stem.strip_prefix('V')?.split_once("__")?;
    flyway_version(version)
}

/// A version as flyway compares it: `001`, `1.0` and `1` are one.
fn flyway_version(version: &str) -> Option<String> {
    let mut parts: Vec<&str> = version.split(['.', '_']).collect();
    let numbers = parts
        .iter()
        .all(|part| !part.is_empty() && digits(part) == *part);
    while parts.len() > 1
        && parts
            .last()
            .is_some_and(|part| part.trim_matches('0').is_empty())
    {
        parts.pop();
    }
    let plain = parts.into_iter().map(|part| plain(part.to_owned()));
    numbers.then(|| plain.collect::<Vec<_>>().join("."))
}
