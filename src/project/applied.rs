//! Finding the migrations that a plan applies: in folders that are named, or where projects keep them,
//! beside the plan.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::{files_below, refuse_device};
use crate::plan::migrations::{
    Applied, File, Folder, Raw, SETTINGS, Tool, Want, Wanted, changes_database, wanted,
};
use crate::plan::{Facts, Opened, Plan, Source, sha256};

/// How many folders above the plan are looked into: runbooks often stand in a folder of their own.
const LEVELS: usize = 4;
/// How deep migrations may stand below their folder.
const DEPTH: usize = 3;
/// The largest file that is judged. Of a longer one nobody reads more: it may be all of a database.
const MAX_BYTES: u64 = 8 << 20;

/// Whether `path` is a file of SQL, or a folder with such files.
pub fn is_sql(path: &Path) -> bool {
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
pub fn alone(path: &Path, facts: Option<&Facts>) -> Result<Opened, String> {
    let folder = read(&Place::named(path))?;
    Ok(crate::plan::migrations::alone(
        &path.to_string_lossy(),
        folder,
        facts,
    ))
}

/// Where to look for what a plan applies.
#[derive(Clone, Debug)]
pub struct Around {
    wants: Vec<Want>,
    bases: Vec<PathBuf>,
    /// Folders that somebody names besides: who names folders names what would be missed.
    named: Vec<PathBuf>,
}

/// Where some of that stands.
struct Place {
    at: PathBuf,
    /// The same from where it was looked for.
    label: PathBuf,
    tool: Option<Tool>,
}

impl Place {
    fn named(path: &Path) -> Self {
        Place {
            at: path.to_owned(),
            label: path.to_owned(),
            tool: None,
        }
    }
}

impl Around {
    /// What `plan`, which stands at `path`, applies; besides that what is `named`.
    pub fn new(plan: Option<&Plan>, path: &Path, named: &[PathBuf]) -> Self {
        let mut bases = bases(path);
        let cwd = plan.and_then(|plan| plan.cwd.as_deref());
        if let (Some(cwd), Some(own)) = (cwd, bases.first()) {
            bases.insert(0, own.join(cwd));
        }
        Around {
            wants: plan.map_or(Vec::new(), wanted),
            bases,
            named: named.to_vec(),
        }
    }

    /// The same for a run that starts in the directory `start`: what stands there is what it will apply.
    #[must_use]
    pub fn from_within(mut self, start: PathBuf) -> Self {
        self.bases.insert(0, start);
        self
    }

    /// The files as they are now. Errors are lower-case sentences that name the file.
    pub fn read(&self) -> Result<Applied, String> {
        let mut applied = Applied::default();
        // Which place became which folder.
        let mut seen: Vec<PathBuf> = Vec::new();
        for path in &self.named {
            seen.push(path.clone());
            applied.folders.push(read(&Place::named(path))?);
        }
        for want in &self.wants {
            let Some(place) = find(want, &self.bases) else {
                // A script that is not there is somebody's program.
                let missed = !matches!(want.wanted, Wanted::Script { .. }) && !want.back;
                if self.named.is_empty() && missed {
                    applied.missing.push(want.clone());
                }
                continue;
            };
            if want.back || matches!(want.wanted, Wanted::Script { .. }) {
                self.add_other(&place, want, &mut applied);
                continue;
            }
            if let Some(known) = seen.iter().position(|at| *at == place.at) {
                let steps = &mut applied.folders[known].steps;
                let new = want.steps.iter().filter(|ix| !steps.contains(ix));
                let new: Vec<_> = new.copied().collect();
                steps.extend(new);
                continue;
            }
            let mut folder = read(&place)?;
            folder.whole = matches!(want.wanted, Wanted::File { whole: true, .. });
            folder.steps.clone_from(&want.steps);
            seen.push(place.at);
            applied.folders.push(folder);
        }
        Ok(applied)
    }

    /// Adds what nobody judges at `place`, a script only if it changes a database. What may only be run, and not
    /// read, stays unknown.
    fn add_other(&self, place: &Place, want: &Want, to: &mut Applied) {
        let script = matches!(want.wanted, Wanted::Script { .. });
        let raws = raw_files(place).unwrap_or_default().into_iter();
        for raw in raws.filter(|raw| !raw.path.ends_with(SETTINGS)) {
            if script && !changes_database(raw.source.text()) {
                continue;
            }
            if script && !want.back && self.named.is_empty() {
                to.missing.push(want.clone());
            }
            let file = File::new(raw.label.clone(), raw, String::new());
            to.others.push((file, want.steps.clone()));
        }
    }

    /// When each of these files was written, to tell whether one is another, new or gone.
    pub fn times(&self) -> Vec<(PathBuf, Option<SystemTime>)> {
        let places = self.wants.iter().filter_map(|want| find(want, &self.bases));
        let files = places.flat_map(|place| paths(&place.at));
        let written = |path: PathBuf| {
            let time = std::fs::metadata(&path).and_then(|data| data.modified());
            (path, time.ok())
        };
        files.map(written).collect()
    }
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
fn find(want: &Want, bases: &[PathBuf]) -> Option<Place> {
    let place = |(at, label): (PathBuf, PathBuf), tool| Place { at, label, tool };
    match &want.wanted {
        Wanted::Other(_) | Wanted::Unseen(_) => None,
        Wanted::File { path, cwd, .. } | Wanted::Script { path, cwd } => {
            let mut places = places_of(bases, cwd.as_deref(), path);
            let found = places.find(|(place, _)| place.is_file())?;
            Some(place(found, Some(Tool::Plain)))
        }
        Wanted::Tool { tool, folder, cwd } => {
            let named: Vec<&str> = folder.iter().map(String::as_str).collect();
            let below = if named.is_empty() {
                tool.places()
            } else {
                &named
            };
            // In each directory first where the tool looks first.
            let found = places_of(bases, cwd.as_deref(), "").find_map(|(base, label)| {
                let mut places = below
                    .iter()
                    .map(|below| (tidy(&base.join(below)), tidy(&label.join(below))));
                places.find(|(place, _)| place.is_dir() && !files(place).is_empty())
            })?;
            Some(place(found, (*tool != Tool::Plain).then_some(*tool)))
        }
    }
}

/// Where `path` may stand, where a command runs in `cwd` of one of `bases`; and the same from that base.
fn places_of<'b>(
    bases: &'b [PathBuf],
    cwd: Option<&'b str>,
    path: &'b str,
) -> impl Iterator<Item = (PathBuf, PathBuf)> + 'b {
    let inside = cwd.map_or_else(|| PathBuf::from(path), |cwd| Path::new(cwd).join(path));
    let inside = bases
        .iter()
        .map(move |base| (base.join(&inside), tidy(&inside)));
    let plain = bases
        .iter()
        .map(move |base| (base.join(path), tidy(Path::new(path))));
    inside
        .chain(plain)
        .map(|(place, label)| (tidy(&place), label))
}

/// A path without `.` in it.
fn tidy(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}

/// Reads the migrations at `place`, a folder or a file.
fn read(place: &Place) -> Result<Folder, String> {
    let raws = raw_files(place)?;
    let tool = place.tool.unwrap_or_else(|| {
        raws.first()
            .map_or(Tool::Plain, |raw| Tool::of(&raw.path, raw.source.text()))
    });
    Ok(Folder::new(tool, raws))
}

/// The files at `place`. What is too long to be judged has no text.
fn raw_files(place: &Place) -> Result<Vec<Raw>, String> {
    let mut raws = Vec::new();
    for path in paths(&place.at) {
        let failed = |error: std::io::Error| format!("failed to read {}: {error}", path.display());
        refuse_device(&path)?;
        let name = path.to_string_lossy();
        let file = std::fs::File::open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut bytes = Vec::new();
        file.take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let (source, digest) = if length > MAX_BYTES {
            let begins = sha256(&bytes);
            let whole = sha256(format!("{begins} {length}").as_bytes());
            (Source::new(name, ""), whole)
        } else {
            (Source::decode(name, &bytes), sha256(&bytes))
        };
        let below = path.strip_prefix(&place.at).unwrap_or(&path);
        let label = place.label.join(below);
        let below = if below.as_os_str().is_empty() {
            path.as_path()
        } else {
            below
        };
        raws.push(Raw {
            path: below.to_string_lossy().into_owned(),
            label: tidy(&label).to_string_lossy().into_owned(),
            source,
            digest,
        });
    }
    Ok(raws)
}

/// The files at `place`, a folder or a file, and what tools are told beside them.
fn paths(place: &Path) -> Vec<PathBuf> {
    let mut paths = if place.is_dir() {
        files(place)
    } else {
        vec![place.to_owned()]
    };
    let settings = paths.iter().map(|path| path.with_file_name(SETTINGS));
    let mut beside: Vec<PathBuf> = settings.filter(|path| path.is_file()).collect();
    beside.dedup();
    paths.append(&mut beside);
    paths
}

/// The files of SQL below `folder`. Those with a dot in front of their names are an editor's, or the system's.
fn files(folder: &Path) -> Vec<PathBuf> {
    let hidden = |path: &Path| {
        let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
        name.is_some_and(|name| name.starts_with(b"."))
    };
    let entered = |path: &Path| !hidden(path) && !path.is_symlink();
    files_below(folder, DEPTH, &entered, &|path| {
        has_ending(path) && !hidden(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project;

    /// What a plan with `steps` applies in a folder with `files`: labels, and whether somebody judges it.
    fn found(steps: &str, files: &[(&str, &str)], start: Option<&str>) -> Vec<(String, bool)> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let path = dir.path().join("docs/p.toml");
        std::fs::create_dir_all(dir.path().join("docs")).unwrap();
        std::fs::create_dir_all(dir.path().join(".git")).unwrap();
        let text = format!("title = 't'\n[[phase]]\nname = 'p'\nkind = 'deploy'\n{steps}");
        std::fs::write(&path, text).unwrap();
        let plan = project::read(&path).unwrap().opened.plan.unwrap();
        let mut around = Around::new(Some(&plan), &path, &[]);
        if let Some(start) = start {
            around = around.from_within(dir.path().join(start));
        }
        let applied = around.read().unwrap();
        let judged = applied.folders.iter().flat_map(|folder| &folder.files);
        let judged = judged.map(|file| (file, true));
        let others = applied.others.iter().map(|(file, _)| (file, false));
        let all = judged.chain(others);
        all.map(|(file, judged)| (format!("{} {}", file.label, file.source.text()), judged))
            .collect()
    }

    #[test]
    fn files_are_called_as_the_plan_finds_them_wherever_they_stand() {
        let step = "[[phase.step]]\ntitle = 'a'\nshell = 'cd db && psql -f ./m.sql'\n";
        let files = [("db/m.sql", "select 1"), ("docs/x", "")];
        let expected = [("db/m.sql select 1".to_owned(), true)];
        assert_eq!(found(step, &files, None), expected);
        let here = [("docs/db/m.sql", "select 1")];
        assert_eq!(found(step, &here, None), expected);
        // A run applies what stands where it starts.
        let both = [
            ("docs/db/m.sql", "select 1"),
            ("app/db/m.sql", "drop table t"),
        ];
        assert_eq!(
            found(step, &both, Some("app"))[0].0,
            "db/m.sql drop table t"
        );
    }

    #[test]
    fn scripts_and_ways_back_are_known_and_not_judged() {
        let step = "[[phase.step]]\ntitle = 'a'\nshell = './up.sh && ./tell.sh'\nundo = { shell = 'psql -f back.sql' }\n[[rollback]]\nname = 'r'\n[[rollback.step]]\ntitle = 'b'\nshell = 'psql -f tier.sql'\n";
        let files = [
            ("up.sh", "psql -f m.sql"),
            ("tell.sh", "echo hi"),
            ("back.sql", "b"),
            ("tier.sql", "t"),
        ];
        let other = |text: &str| (text.to_owned(), false);
        assert_eq!(
            found(step, &files, None),
            [
                other("up.sh psql -f m.sql"),
                other("back.sql b"),
                other("tier.sql t")
            ]
        );
    }

    #[test]
    fn what_a_step_makes_and_what_an_editor_leaves_is_not_looked_at() {
        let step = "[[phase.step]]\ntitle = 'a'\nshell = 'date > ./made.sql; cp m.sql new.sql; mk --output=out.sql'\n[[phase.step]]\ntitle = 'b'\nshell = 'psql -f made.sql; psql -f new.sql -f out.sql; psql -f m.sql'\n";
        let files = ["made.sql", "new.sql", "out.sql", "m.sql"].map(|name| (name, "s"));
        let judged = [("m.sql s".to_owned(), true)];
        assert_eq!(found(step, &files, None), judged);
        // What is only written behind that was there before.
        let later = "[[phase.step]]\ntitle = 'a'\nshell = 'psql -f m.sql'\n[[phase.step]]\ntitle = 'b'\nshell = 'pg_dump -s shop > m.sql'\n";
        assert_eq!(found(later, &files, None), judged);
        let folder = "[[phase.step]]\ntitle = 'a'\nshell = 'dbmate up'\n";
        let files = [
            ("db/migrations/1.sql", "m"),
            ("db/migrations/.#1.sql", "e"),
            ("db/migrations/._1.sql", "e"),
        ];
        let judged = [("db/migrations/1.sql m".to_owned(), true)];
        assert_eq!(found(folder, &files, None), judged);
    }

    #[test]
    fn of_a_file_too_long_to_be_judged_its_beginning_and_its_length_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.sql");
        let digest = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let raws = raw_files(&Place::named(&path)).unwrap();
            assert!(raws[0].source.text().is_empty());
            raws[0].digest.clone()
        };
        let mut long = vec![b'a'; MAX_BYTES as usize + 1];
        let first = digest(&long);
        long.push(b'a');
        let longer = digest(&long);
        long[0] = b'b';
        assert!(first != longer && digest(&long) != longer);
    }
}
