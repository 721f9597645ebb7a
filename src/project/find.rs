//! Where the files stand that a plan applies: in folders that are named, that a tool is told of, or where projects
//! keep them, beside the plan and above it.

use std::path::{Path, PathBuf};

use super::files::files_below;
use super::read::{Place, ends_as, tidy};
use crate::plan::migrations::{Tool, Want, Wanted};

/// How many folders above the plan are looked into: runbooks often stand in a folder of their own.
const LEVELS: usize = 4;
/// How deep below a project's folder the folders of its parts are looked for.
const PARTS: usize = 3;
/// The program that stands at the root of a project which keeps migrations with each of its parts.
const MANAGED: &str = "manage.py";
/// The longest file of settings that is read, in bytes.
const SETTINGS: u64 = 64 << 10;
/// Folders of other people's files.
const FOREIGN: [&str; 5] = ["node_modules", "site-packages", "target", "vendor", "venv"];

/// Where something that is wanted stands.
pub(super) struct Found {
    /// The folders, or the file.
    pub(super) places: Vec<Place>,
    /// Whose they are, if that is known.
    pub(super) tool: Option<Tool>,
}

/// The directories in which a plan's paths may begin: the plan's own and those above it, up to the
/// root of the project, and the one we are in.
pub(super) fn bases(plan: &Path) -> Vec<PathBuf> {
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

/// Where that stands which is wanted.
pub(super) fn find(want: &Want, bases: &[PathBuf]) -> Option<Found> {
    match &want.wanted {
        Wanted::Other(_) | Wanted::Unseen(_) => None,
        Wanted::File { path, cwd, .. } | Wanted::Script { path, cwd } => {
            let mut places = places_of(bases, cwd.as_deref(), path);
            Some(Found {
                places: vec![places.find(|place| stands(&place.at))?],
                tool: Some(Tool::Plain),
            })
        }
        Wanted::Tool {
            tool, folder, cwd, ..
        } => {
            // In each directory first where the tool looks first.
            let mut bases = places_of(bases, cwd.as_deref(), "");
            let places = bases.find_map(|base| {
                let places = folders(*tool, folder.as_deref(), &base);
                (!places.is_empty()).then_some(places)
            })?;
            Some(Found {
                places,
                tool: (*tool != Tool::Plain).then_some(*tool),
            })
        }
    }
}

/// Whether something is at `path` that may be meant as a file, readable or not.
fn stands(path: &Path) -> bool {
    path.is_symlink() || (path.exists() && !path.is_dir())
}

/// The folders of `tool` in `base`, of which a command names one perhaps.
fn folders(tool: Tool, named: Option<&str>, base: &Place) -> Vec<Place> {
    let holds = |place: &Place| !place.files(tool).0.is_empty();
    let told = |settings: &str| -> Vec<Place> {
        let here = Path::new(settings).parent().unwrap_or(Path::new(""));
        let text = text_of(&base.at.join(settings));
        let folders = tool.folders_in(&text, &here.to_string_lossy()).into_iter();
        let places = folders.map(|folder| base.join(Path::new(&folder)));
        places
            .filter(|place| holds(place) && place.at.exists())
            .collect()
    };
    let (settings, _) = tool.settings();
    if let Some(named) = named {
        let place = base.join(Path::new(named));
        let is_told = place.at.is_file() && !ends_as(&place.at, tool.endings());
        if is_told && !settings.is_empty() {
            return told(named);
        }
        return if place.at.exists() && holds(&place) {
            vec![place]
        } else {
            Vec::new()
        };
    }
    let by_settings = settings.iter().map(|settings| told(settings));
    let mut found = by_settings.chain(tool.places().iter().map(|below| {
        let places = match below.strip_prefix("*/") {
            Some(name) => parts(base, name),
            None => vec![base.join(Path::new(below))],
        };
        let places = places.into_iter();
        places
            .filter(|place| place.at.is_dir() && holds(place))
            .collect()
    }));
    let mut found = found.find(|places| !places.is_empty()).unwrap_or_default();
    if let (false, Some(beside)) = (found.is_empty(), tool.beside()) {
        let beside = base.join(Path::new(beside));
        found.extend(Some(beside).filter(|place| place.at.is_file()));
    }
    found
}

/// The folders called `name` in the parts of the project whose program stands in `base`.
fn parts(base: &Place, name: &str) -> Vec<Place> {
    if !base.at.join(MANAGED).is_file() {
        return Vec::new();
    }
    let called = |path: &Path| path.file_name().is_some_and(|own| own == name);
    let entered = |path: &Path| {
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        !own.starts_with('.') && !FOREIGN.contains(&&*own) && !path.is_symlink()
    };
    let here = base.at.as_os_str().is_empty();
    let root = if here { Path::new(".") } else { &base.at };
    let files = files_below(root, PARTS, &entered, &|file| {
        file.parent().is_some_and(called)
    });
    let mut folders: Vec<PathBuf> = files
        .iter()
        .filter_map(|file| file.parent().map(Path::to_owned))
        .collect();
    folders.dedup();
    let below = folders.iter().filter_map(|at| at.strip_prefix(root).ok());
    below.map(|below| base.join(below)).collect()
}

/// The text of the file of settings at `path`; nothing, if there is none.
fn text_of(path: &Path) -> String {
    let is_short =
        std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() <= SETTINGS);
    let text = is_short
        .then(|| std::fs::read_to_string(path).ok())
        .flatten();
    text.unwrap_or_default()
}

/// Where `path` may stand, where a command runs in `cwd` of one of `bases`; and the same from that base.
pub(super) fn places_of<'b>(
    bases: &'b [PathBuf],
    cwd: Option<&'b str>,
    path: &'b str,
) -> impl Iterator<Item = Place> + 'b {
    let inside = cwd.map_or_else(|| PathBuf::from(path), |cwd| Path::new(cwd).join(path));
    let inside = bases
        .iter()
        .map(move |base| (base.join(&inside), tidy(&inside)));
    let plain = bases
        .iter()
        .map(move |base| (base.join(path), tidy(Path::new(path))));
    inside.chain(plain).map(|(at, label)| Place {
        at: tidy(&at),
        label,
    })
}
