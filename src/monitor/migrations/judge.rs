//! Rows and files brought together.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::squash::squashed;
use super::tool::Tool;
use super::{Migration, MigrationState};

/// A row of a tool's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::monitor) struct Record {
    pub(in crate::monitor) key: String,
    pub(in crate::monitor) title: String,
    pub(in crate::monitor) checksum: Option<String>,
    pub(in crate::monitor) at: Option<String>,
    pub(in crate::monitor) state: RowState,
    pub(in crate::monitor) note: Option<String>,
}

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::monitor) enum RowState {
    Applied,
    /// It was begun; the row does not say how it ended.
    Unfinished,
    Failed,
    RolledBack,
    /// It is at work, and somebody ends that by another command.
    Begun,
}

impl RowState {
    /// The state that the question's `word` stands for.
    pub(in crate::monitor) fn of(word: &str) -> RowState {
        match word {
            "applied" => RowState::Applied,
            "failed" => RowState::Failed,
            "rolled back" => RowState::RolledBack,
            "begun" => RowState::Begun,
            _ => RowState::Unfinished,
        }
    }
}

/// A file of a tool's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::monitor) struct Script {
    /// What tells it from others in the tool's table.
    pub(in crate::monitor) key: String,
    /// What people call it.
    pub(in crate::monitor) name: String,
    /// As the tool computes it, where it does.
    pub(in crate::monitor) checksum: Option<String>,
    /// The keys of those that come before it, where files say so.
    pub(in crate::monitor) after: Vec<String>,
    /// The keys of those that it stands for, where files say so.
    pub(in crate::monitor) replaces: Vec<String>,
    /// Whether it is only run where nothing was before, and stands for all that are older.
    pub(in crate::monitor) checkpoint: bool,
}

/// What became of each migration. `scripts` is `None` if the folder was not found; `running` tells
/// whether the tool's lock is held.
pub(in crate::monitor) fn judge(
    tool: Tool,
    records: &[Record],
    scripts: Option<&[Script]>,
    running: bool,
) -> Vec<Migration> {
    let replaced: HashSet<&String> = scripts
        .unwrap_or_default()
        .iter()
        .flat_map(|s| &s.replaces)
        .collect();
    let squashed = match tool {
        Tool::Django => scripts.map(|scripts| squashed(records, scripts)),
        _ => None,
    };
    let (records, scripts) = match &squashed {
        Some((records, scripts)) => (records.as_slice(), Some(scripts.as_slice())),
        None => (records, scripts),
    };
    let begun = scripts.map(|scripts| from_checkpoint(records, scripts));
    let scripts = begun.as_deref();
    let records = match tool {
        Tool::GolangMigrate => one_row(records, scripts.unwrap_or_default()),
        Tool::Alembic => heads(records, scripts.unwrap_or_default()),
        Tool::Flyway | Tool::Atlas | Tool::Pgroll => {
            baseline(tool, records, scripts.unwrap_or_default())
        }
        Tool::Sqitch => numbered(records),
        // Its first row stands for an empty database.
        Tool::Goose => records
            .iter()
            .filter(|record| record.key != "0")
            .cloned()
            .collect(),
        _ => records.to_vec(),
    };
    let mut list: Vec<Migration> = Vec::new();
    let mut known: HashMap<&str, &Record> = HashMap::new();
    for record in &records {
        // Of several rows with one key the last one counts. Prisma has none for that: there a row that
        // was rolled back never stands for one that was not.
        let kept = known.get(record.key.as_str());
        if tool != Tool::Prisma || record.state != RowState::RolledBack || kept.is_none() {
            known.insert(&record.key, record);
        }
    }
    let mut shown: HashSet<&str> = HashSet::new();
    let keys: HashSet<&str> = scripts
        .unwrap_or_default()
        .iter()
        .map(|s| s.key.as_str())
        .collect();
    for record in &records {
        let counts = known
            .get(record.key.as_str())
            .is_some_and(|known| std::ptr::eq(*known, record));
        let foreign = scripts.is_some() && !keys.contains(record.key.as_str());
        if counts && (foreign || scripts.is_none()) && shown.insert(&record.key) {
            let amiss = foreign
                && !replaced.contains(&record.key)
                && counts_as_foreign(tool, record, &keys);
            list.extend(without_script(record, amiss, running));
        }
    }
    let newest = newest(known.values().copied());
    for script in scripts.unwrap_or_default() {
        let record = known.get(script.key.as_str()).copied();
        let mut one = with_script(script, record, running);
        if tool == Tool::Flyway && is_repeatable(&script.key) && one.state == MigrationState::Edited
        {
            one.state = MigrationState::Pending;
            one.note = Some("its file has changed: it will be run again".to_owned());
        }
        let is_older = !is_repeatable(&script.key) && version(&script.key) < newest;
        let why = tool.passes_over().filter(|_| is_older);
        if let (MigrationState::Pending, Some(why)) = (one.state, why) {
            let undone = record.is_some_and(|record| !is_done(record));
            one.note = Some(match one.note {
                Some(_) if undone => format!("was rolled back; {why}"),
                note => note.unwrap_or_else(|| why.to_owned()),
            });
        }
        list.push(one);
    }
    if running && !list.iter().any(|one| one.state == MigrationState::Running) {
        // Tools that keep no row for what they are at are at the first that is left.
        let next = list
            .iter_mut()
            .find(|one| one.state == MigrationState::Pending);
        if let Some(next) = next {
            next.state = MigrationState::Running;
        }
    }
    list
}

fn with_script(script: &Script, record: Option<&Record>, running: bool) -> Migration {
    let edited = |record: &Record| {
        let pair = record.checksum.as_ref().zip(script.checksum.as_ref());
        pair.is_some_and(|(then, now)| then != now)
    };
    let state = match record.map(|record| (record.state, record)) {
        None | Some((RowState::RolledBack, _)) => MigrationState::Pending,
        Some((RowState::Applied, record)) if edited(record) => MigrationState::Edited,
        Some((state, _)) => of_row(state, running),
    };
    let rolled_back = record.is_some_and(|record| record.state == RowState::RolledBack);
    let note = record.and_then(|record| record.note.clone());
    Migration {
        name: script.name.clone(),
        state,
        at: record.and_then(|record| record.at.clone()),
        note: if rolled_back {
            Some("was rolled back; it will be run again".to_owned())
        } else {
            note
        },
    }
}

/// A row whose file is not there, or whose folder was not found.
fn without_script(record: &Record, foreign: bool, running: bool) -> Option<Migration> {
    let state = match record.state {
        RowState::RolledBack => return None,
        RowState::Applied if foreign => MigrationState::Foreign,
        state => of_row(state, running),
    };
    let name = match record.title.as_str() {
        "" => record.key.clone(),
        title if record.key.ends_with(title) => record.key.clone(),
        title => format!("{} {title}", record.key),
    };
    Some(Migration {
        name,
        state,
        at: record.at.clone(),
        note: record.note.clone(),
    })
}

fn of_row(state: RowState, running: bool) -> MigrationState {
    match state {
        RowState::Applied => MigrationState::Applied,
        RowState::Begun => MigrationState::Running,
        RowState::Failed => MigrationState::Failed,
        RowState::Unfinished if running => MigrationState::Running,
        RowState::Unfinished => MigrationState::Interrupted,
        RowState::RolledBack => MigrationState::Pending,
    }
}

/// Whether a row without a file means that something is wrong. Packages bring migrations of their own
/// to a Django project, and a baseline never had a file.
fn counts_as_foreign(tool: Tool, record: &Record, keys: &HashSet<&str>) -> bool {
    match tool {
        Tool::Django => {
            let app = record.key.split('.').next().unwrap_or_default();
            keys.iter().any(|key| key.split('.').next() == Some(app))
        }
        Tool::Flyway => record.note.is_none(),
        // A folder is of one schema, and what was made without pgroll has no file.
        Tool::Pgroll => record.note.is_none() && !record.key.contains('.'),
        // Several projects share a table.
        Tool::Sqitch => {
            let project = record.key.split(':').next();
            keys.iter().any(|key| key.split(':').next() == project)
        }
        _ => true,
    }
}

fn number(key: &str) -> Option<u64> {
    key.parse().ok()
}

/// One row stands for all up to its number; only that one can be in doubt.
fn one_row(records: &[Record], scripts: &[Script]) -> Vec<Record> {
    let Some(record) = records.first() else {
        return Vec::new();
    };
    let before = scripts
        .iter()
        .filter(|script| number(&script.key) < number(&record.key))
        .map(|script| Record {
            key: script.key.clone(),
            state: RowState::Applied,
            ..record.clone()
        });
    before.chain([record.clone()]).collect()
}

/// A row for each head of the graph stands for all that comes before it.
fn heads(records: &[Record], scripts: &[Script]) -> Vec<Record> {
    let mut all: Vec<Record> = records.to_vec();
    let mut seen: BTreeSet<String> = records.iter().map(|record| record.key.clone()).collect();
    let mut at = 0;
    while at < all.len() {
        let script = scripts.iter().find(|script| script.key == all[at].key);
        let before: Vec<String> = script
            .map(|script| script.after.clone())
            .unwrap_or_default();
        for key in before {
            if seen.insert(key.clone()) {
                let record = Record {
                    key,
                    ..all[at].clone()
                };
                all.push(record);
            }
        }
        at += 1;
    }
    all
}

/// What is not newer than a baseline was there before the tool. For Atlas the oldest row is one: where it began
/// with a checkpoint, nothing says so.
fn baseline(tool: Tool, records: &[Record], scripts: &[Script]) -> Vec<Record> {
    let is_base = |record: &&Record| record.note.as_deref() == Some("baseline");
    let base = match tool {
        Tool::Atlas => records.iter().find(|record| is_done(record)),
        _ => records.iter().rfind(is_base),
    };
    let Some(base) = base else {
        return records.to_vec();
    };
    let not_newer = |script: &Script| match tool {
        Tool::Flyway => version(&script.key) <= version(&base.key),
        _ => script.key <= base.key,
    };
    let older = |script: &&Script| {
        let known = records.iter().any(|record| record.key == script.key);
        !known && !is_repeatable(&script.key) && not_newer(script)
    };
    let before = scripts.iter().filter(older).map(|script| Record {
        key: script.key.clone(),
        checksum: None,
        ..base.clone()
    });
    before.chain(records.iter().cloned()).collect()
}

/// Whether the row stands for something that was done, or begun.
fn is_done(record: &Record) -> bool {
    record.state != RowState::RolledBack
}

/// The files without the checkpoints that are passed over: where nothing was run yet, it begins with the last
/// one, and elsewhere with none.
fn from_checkpoint(records: &[Record], scripts: &[Script]) -> Vec<Script> {
    let last = scripts.iter().rposition(|script| script.checkpoint);
    let known = |script: &&Script| records.iter().any(|record| record.key == script.key);
    if records.iter().any(is_done) {
        let kept = scripts.iter();
        let kept = kept.filter(|script| !script.checkpoint || known(script));
        return kept.cloned().collect();
    }
    scripts[last.unwrap_or(0)..].to_vec()
}

/// Rows of sqitch, of which several have one key: a change that was reworked is another one.
fn numbered(records: &[Record]) -> Vec<Record> {
    let keys = super::names::numbered(records.iter().map(|record| record.key.clone()));
    let rows = records.iter().cloned().zip(keys);
    rows.map(|(record, key)| Record { key, ..record }).collect()
}

/// Whether it has no version and is run whenever it changes; only Flyway has such.
fn is_repeatable(key: &str) -> bool {
    key.starts_with("R ")
}

/// The newest version that was applied.
fn newest<'r>(records: impl Iterator<Item = &'r Record>) -> Vec<u64> {
    let applied = records.filter(|record| record.state == RowState::Applied);
    let numbered = applied.filter(|record| !is_repeatable(&record.key));
    let versions = numbered.map(|record| version(&record.key));
    versions.max().unwrap_or_default()
}

/// The parts of a version such as `1.2.10`, to be compared as numbers.
pub(super) fn version(key: &str) -> Vec<u64> {
    key.split('.')
        .map(|part| part.parse().unwrap_or(u64::MAX))
        .collect()
}
