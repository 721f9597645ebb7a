//! The plans of a folder: of the files that may be some, those that have steps.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::plan::{Format, Opened, Severity};
use crate::project::files_below;

/// How deep plans may stand below the folder: as deep as migrations.
const DEPTH: usize = 3;
/// Folders that hold what others have written.
const FOREIGN: [&str; 4] = ["dist", "node_modules", "target", "vendor"];
/// Files that tell of a project, and hold no plan whatever commands stand in them.
const ABOUT: [&str; 5] = [
    "CHANGELOG",
    "CODE_OF_CONDUCT",
    "CONTRIBUTING",
    "LICENSE",
    "SECURITY",
];
/// How a typed plan says that it has phases; many other files are TOML.
const PHASES: &str = "[[phase";

/// A file of a folder: its plan, or why it can't be read.
pub(super) type Found = (PathBuf, Result<Opened, String>);

/// The plans below `folder`, each opened by `open`: what has no steps, such as a README, is none, and
/// what another one takes in is part of that.
pub(super) fn plans(
    folder: &Path,
    mut open: impl FnMut(&Path) -> Result<Opened, String>,
) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut parts: HashSet<PathBuf> = HashSet::new();
    let candidate = |path: &Path| is_own(path) && may_be_plan(path);
    let mut seen: HashSet<PathBuf> = HashSet::new();
    for path in files_below(folder, DEPTH, &is_own, &candidate) {
        // A link shows the same file once more.
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            continue;
        }
        let opened = open(&path);
        if let Ok(opened) = &opened {
            let own = path.parent().unwrap_or(Path::new(""));
            let included = opened.plan.iter().flat_map(|plan| &plan.included);
            parts.extend(included.map(|part| own.join(&part.path)));
            if is_prose(&path, opened) {
                continue;
            }
        }
        found.push((path, opened));
    }
    found.retain(|(path, _)| !parts.contains(path));
    found
}

/// Whether nothing is wrong with the runbook at `path` but that it has nothing to do.
fn is_prose(path: &Path, opened: &Opened) -> bool {
    let errors = opened.problems.iter();
    let mut errors = errors.filter(|problem| problem.severity == Severity::Error);
    let markdown = Format::of(&path.to_string_lossy()) == Format::Markdown;
    let idle = opened
        .plan
        .as_ref()
        .is_none_or(|plan| plan.steps.is_empty());
    markdown && idle && errors.all(|problem| problem.code == "no-steps")
}

/// Whether people write plans there, and not what programs keep. A linked folder is looked into where it is.
fn is_own(path: &Path) -> bool {
    if path.is_symlink() && path.is_dir() {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && !FOREIGN.contains(&name.as_ref())
}

fn may_be_plan(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_ascii_uppercase();
    if stem.to_str().is_some_and(|stem| ABOUT.contains(&stem)) {
        return false;
    }
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    match ending.to_str() {
        Some("md" | "markdown") => true,
        // What can't be read is told by whoever opens it.
        Some("toml") => std::fs::read(path).is_ok_and(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            text.lines()
                .any(|line| line.trim_start().starts_with(PHASES))
        }),
        _ => false,
    }
}
