//! Finding the migrations that a plan applies: in folders that are named, or where projects keep them,
//! beside the plan.

use std::path::{Path, PathBuf};

use super::folder::files_below;
use crate::plan::migrations::{Folder, SETTINGS, Tool, Wanted, changes_database, wanted};
use crate::plan::{Facts, Opened, Source, Span};

/// How many folders above the plan are looked into: runbooks often stand in a folder of their own.
const LEVELS: usize = 4;
/// How deep migrations may stand below their folder.
const DEPTH: usize = 3;
/// The largest file that is read.
const MAX_BYTES: u64 = 8 << 20;

/// Whether `path` is a file of SQL, or a folder with such files.
pub(super) fn is_sql(path: &Path) -> bool {
    if path.is_dir() {
        return !files(path).is_empty();
    }
    has_ending(path)
}

fn has_ending(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("sql"))
}

/// What there is to say about the migrations at `path`, without a plan.
pub(super) fn alone(path: &Path, facts: Option<&Facts>) -> Result<Opened, String> {
    let folder = read(path, None)?;
    Ok(crate::plan::migrations::alone(
        &path.to_string_lossy(),
        folder,
        facts,
    ))
}

/// The migrations of a plan.
pub(super) struct Found {
    /// Those that could be read.
    pub(super) folders: Vec<Folder>,
    /// The others, and the steps that apply them.
    pub(super) missing: Vec<(Wanted, Span)>,
}

/// The folders of migrations that the plan `opened`, which stands at `path`, applies, and those that
/// are `named`.
pub(super) fn of_plan(opened: &Opened, path: &Path, named: &[PathBuf]) -> Result<Found, String> {
    let mut folders = Vec::new();
    let mut missing = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in named {
        seen.push(path.clone());
        folders.push(read(path, None)?);
    }
    let wanted = opened.plan.as_ref().map_or(Vec::new(), wanted);
    let mut bases = bases(path);
    let cwd = opened.plan.as_ref().and_then(|plan| plan.cwd.as_deref());
    if let (Some(cwd), Some(own)) = (cwd, bases.first()) {
        bases.insert(0, own.join(cwd));
    }
    for (wanted, span) in wanted {
        let Some((place, tool)) = find(&wanted, &bases) else {
            // Who names folders names these.
            if named.is_empty() && is_missed(&wanted, &bases) {
                missing.push((wanted, span));
            }
            continue;
        };
        if !seen.contains(&place) {
            let mut folder = read(&place, tool)?;
            folder.whole = matches!(wanted, Wanted::File { whole: true, .. });
            folders.push(folder);
            seen.push(place);
        }
    }
    Ok(Found { folders, missing })
}

/// The directories in which a plan's paths may begin: the plan's own and those above it, up to the
/// root of the project, and the one we are in.
fn bases(plan: &Path) -> Vec<PathBuf> {
    let own = plan
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let own = own.unwrap_or(Path::new("."));
    let mut bases = vec![own.to_owned()];
    let whole = own.canonicalize().unwrap_or_else(|_| own.to_owned());
    let mut at = whole.as_path();
    let mut above = own.to_owned();
    for _ in 0..LEVELS {
        if at.join(".git").exists() {
            break;
        }
        let Some(parent) = at.parent() else { break };
        at = parent;
        above = match above.parent() {
            Some(shorter) if !shorter.as_os_str().is_empty() && above != Path::new(".") => {
                shorter.to_owned()
            }
            _ => at.to_owned(),
        };
        bases.push(above.clone());
    }
    bases.push(PathBuf::from("."));
    bases
}

/// Where the migrations stand that are wanted, and whose they are, if that is known.
fn find(wanted: &Wanted, bases: &[PathBuf]) -> Option<(PathBuf, Option<Tool>)> {
    match wanted {
        Wanted::Other(_) | Wanted::Unseen(_) | Wanted::Script { .. } => None,
        Wanted::File { path, cwd, .. } => {
            let place = places_of(bases, cwd.as_deref())
                .map(|base| tidy(&base.join(path)))
                .find(|place| place.is_file())?;
            Some((place, Some(Tool::Plain)))
        }
        Wanted::Tool { tool, folder, cwd } => {
            let named: Vec<&str> = folder.iter().map(String::as_str).collect();
            let places = if named.is_empty() {
                tool.places()
            } else {
                &named
            };
            let place = places_of(bases, cwd.as_deref())
                .flat_map(|base| places.iter().map(move |place| tidy(&base.join(place))))
                .find(|place| place.is_dir() && !files(place).is_empty())?;
            Some((place, (*tool != Tool::Plain).then_some(*tool)))
        }
    }
}

/// Whether anybody misses to have read `wanted`: a script only if it is there and changes a database.
fn is_missed(wanted: &Wanted, bases: &[PathBuf]) -> bool {
    let Wanted::Script { path, cwd } = wanted else {
        return true;
    };
    let small = |place: &PathBuf| {
        std::fs::metadata(place).is_ok_and(|data| data.is_file() && data.len() <= MAX_BYTES)
    };
    let mut places = places_of(bases, cwd.as_deref()).map(|base| base.join(path));
    let text = places.find(small).map(std::fs::read);
    text.is_some_and(|text| {
        text.is_ok_and(|text| changes_database(&String::from_utf8_lossy(&text)))
    })
}

/// The directories that a path may begin in, where a command runs in `cwd` of one of `bases`.
fn places_of<'b>(bases: &'b [PathBuf], cwd: Option<&'b str>) -> impl Iterator<Item = PathBuf> + 'b {
    let inside = move |base: &PathBuf| cwd.map_or_else(|| base.clone(), |cwd| base.join(cwd));
    bases.iter().map(inside).chain(bases.iter().cloned())
}

/// A path without `.` in it.
fn tidy(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}

/// Reads the migrations at `place`, a folder or a file.
fn read(place: &Path, tool: Option<Tool>) -> Result<Folder, String> {
    let failed = |error: std::io::Error| format!("failed to read {}: {error}", place.display());
    let mut paths = if place.is_dir() {
        files(place)
    } else {
        vec![place.to_owned()]
    };
    let mut beside: Vec<PathBuf> = paths
        .iter()
        .map(|path| path.with_file_name(SETTINGS))
        .filter(|path| path.is_file())
        .collect();
    beside.dedup();
    paths.append(&mut beside);
    let mut sources = Vec::new();
    for path in paths {
        super::refuse_device(&path)?;
        let size = std::fs::metadata(&path).map_err(failed)?.len();
        if size > MAX_BYTES {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(failed)?;
        let below = path.strip_prefix(place).unwrap_or(&path);
        let below = if below.as_os_str().is_empty() {
            path.as_path()
        } else {
            below
        };
        let below = below.to_string_lossy().into_owned();
        sources.push((below, Source::decode(path.to_string_lossy(), &bytes)));
    }
    let tool = tool.unwrap_or_else(|| {
        sources
            .first()
            .map_or(Tool::Plain, |(path, source)| Tool::of(path, source.text()))
    });
    Ok(Folder::new(tool, sources))
}

/// The files of SQL below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    files_below(folder, DEPTH, &|_| true, &has_ending)
}
