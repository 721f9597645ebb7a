//! The run directory: what lies where. It is the record; it can be packed and read elsewhere.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::traces::Traces;
use crate::clock::Moment;
use crate::journal::event::Job;
use crate::plan::{Format, sha256, slug};

/// The directory of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    path: PathBuf,
}

/// How many characters a run's id has.
const ID_LENGTH: usize = 6;

impl RunDir {
    /// The run in `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        RunDir { path: path.into() }
    }

    /// Makes a directory below `runs` for a run of the plan `title`, readable only by its owner,
    /// with a copy of the plan in it.
    pub fn create(
        runs: &Path,
        title: &str,
        format: Format,
        plan: &[u8],
        now: Moment,
    ) -> io::Result<Self> {
        private_dir(runs, true)?;
        let (date, slug) = (now.local("%Y-%m-%d"), slug(title, "run"));
        for salt in 0_u32.. {
            let seed = format!("{} {} {} {salt}", now.wall, now.mono, std::process::id());
            let id = &sha256(seed.as_bytes())[..ID_LENGTH];
            let path = runs.join(format!("{date}-{slug}-{id}"));
            match private_dir(&path, false) {
                Ok(()) => {
                    let dir = RunDir { path };
                    private_dir(&dir.path.join("output"), false)?;
                    fs::write(dir.plan_as(format), plan)?;
                    return Ok(dir);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && salt < 100 => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Has the directory and the plan in it, with all that it includes, written to the disk: a journal that
    /// survives a machine's end is worth nothing without them.
    pub fn persist(&self) -> io::Result<()> {
        for path in self.made()? {
            File::open(path)?.sync_all()?;
        }
        Ok(())
    }

    /// The files that a run begins with, each before the folder that it is in.
    fn made(&self) -> io::Result<Vec<PathBuf>> {
        let mut made = vec![self.plan()];
        let included = self.path.join("included");
        if included.exists() {
            for file in fs::read_dir(&included)? {
                made.push(file?.path());
            }
            made.push(included);
        }
        let runs = self.path.parent().unwrap_or(&self.path);
        made.extend([self.path.clone(), runs.to_owned()]);
        Ok(made)
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run's id: the end of the directory's name.
    pub fn id(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        name.rsplit('-').next().unwrap_or_default().to_owned()
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.db")
    }

    fn plan_as(&self, format: Format) -> PathBuf {
        self.path.join(format!("plan.{}", format.extension()))
    }

    /// The copy of the plan that is being run.
    pub fn plan(&self) -> PathBuf {
        let toml = self.plan_as(Format::Toml);
        if toml.exists() {
            toml
        } else {
            self.plan_as(Format::Markdown)
        }
    }

    /// The copy of a file that the plan includes, by the path that the plan has for it.
    pub fn included(&self, path: &str) -> PathBuf {
        let name = &sha256(path.as_bytes())[..16];
        let format = Format::of(path).extension();
        self.path.join("included").join(format!("{name}.{format}"))
    }

    /// Keeps copies of the files that the plan includes.
    pub fn keep_included(&self, files: &[(String, Vec<u8>)]) -> io::Result<()> {
        if !files.is_empty() {
            private_dir(&self.path.join("included"), false)?;
        }
        for (path, bytes) in files {
            fs::write(self.included(path), bytes)?;
        }
        Ok(())
    }

    /// What the environment was that the run's engine had last.
    pub fn environment(&self) -> PathBuf {
        self.path.join("environment.json")
    }

    /// The engine that was ended last because it did not answer, and by whom: the next one records it.
    pub fn ended_engine(&self) -> PathBuf {
        self.path.join("ended-engine.json")
    }

    /// What the engine says about itself.
    pub fn engine_log(&self) -> PathBuf {
        self.path.join("engine.log")
    }

    /// What a job prints: `output/<step>-<attempt>.log`, an undo's `output/<step>-<attempt>.undo.log`.
    pub fn output(&self, job: &Job) -> PathBuf {
        self.job_file(job, "log")
    }

    /// What all jobs so far have printed.
    pub fn outputs(&self) -> io::Result<Vec<PathBuf>> {
        let files = fs::read_dir(self.path.join("output"))?;
        let paths = files.map(|file| file.map(|file| file.path()));
        let logs = paths.filter(|path| {
            path.as_ref()
                .is_ok_and(|path| path.extension().is_some_and(|end| end == "log"))
        });
        logs.collect()
    }

    /// What a job's shim leaves for whoever comes later. Its permit counts only until the machine is
    /// started again, which `boot` tells: what a machine's end leaves of it says nothing.
    pub(super) fn traces(&self, job: &Job, boot: u32) -> Traces {
        Traces {
            record: self.job_file(job, "exit"),
            lock: self.job_file(job, "shim"),
            permit: self.job_file(job, &format!("permit-{boot:08x}")),
        }
    }

    /// The picture of databases that a job has taken.
    pub fn snapshot(&self, job: &Job) -> PathBuf {
        self.job_file(job, "snapshot.json")
    }

    /// The named pipe through which people type into a job's terminal.
    pub fn typed(&self, job: &Job) -> PathBuf {
        self.job_file(job, "typed")
    }

    /// A script that is too long for a command line.
    pub fn script(&self, job: &Job) -> PathBuf {
        self.job_file(job, "sh")
    }

    /// Makes the place for what jobs print and leave, where somebody has removed it.
    pub(super) fn prepare_output(&self) -> io::Result<()> {
        let path = self.path.join("output");
        let made = private_dir(&path, false);
        made.or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Ok(()),
            kind => Err(io::Error::new(kind, format!("{}: {error}", path.display()))),
        })
    }

    /// Makes the place for what shell steps leave to one another, and the file that bash reads.
    pub fn prepare_carried(&self, bash: &str) -> io::Result<()> {
        match private_dir(&self.carried(), false) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let path = self.bash_env();
        if fs::read_to_string(&path).is_ok_and(|text| text == bash) {
            return Ok(());
        }
        fs::write(path, bash)
    }

    /// Removes what shell steps left to one another.
    pub fn drop_carried(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.carried()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// What a job's shell left to the next, by value: gone when the run ends.
    pub fn left(&self, job: &Job) -> PathBuf {
        self.carried().join(file_of(job, "json"))
    }

    /// The secrets that were taken from what a job has printed: gone when the run ends.
    pub fn captured(&self, job: &Job) -> PathBuf {
        self.carried().join(file_of(job, "captured.json"))
    }

    /// What bash reads before a step's script.
    pub fn bash_env(&self) -> PathBuf {
        self.carried().join("env.bash")
    }

    /// Everything that shell steps leave to one another.
    fn carried(&self) -> PathBuf {
        self.path.join("carried")
    }

    fn job_file(&self, job: &Job, extension: &str) -> PathBuf {
        self.path.join("output").join(file_of(job, extension))
    }

    /// The place of the engine's socket. Where the directory's name is too long for a socket's
    /// address, the socket is in a short place and this is a link to it.
    pub fn socket(&self) -> PathBuf {
        self.path.join("engine.sock")
    }
}

/// What a file of `job` is called.
fn file_of(job: &Job, extension: &str) -> String {
    let undo = if job.undo { ".undo" } else { "" };
    format!("{}-{}{undo}.{extension}", job.step, job.attempt)
}

/// Makes a directory that only its owner can enter; with `parents`, also those above it, and it may
/// be there already.
pub(super) fn private_dir(path: &Path, parents: bool) -> io::Result<()> {
    DirBuilder::new()
        .mode(0o700)
        .recursive(parents)
        .create(path)
}

/// Makes the folder that runs are in, unless it is there.
pub fn make_list(runs: &Path) -> io::Result<()> {
    private_dir(runs, true)
}

/// The runs below `runs`, the newest first.
pub fn list(runs: &Path) -> io::Result<Vec<RunDir>> {
    let entries = match fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let dir = RunDir::at(entry.ok()?.path());
            // A run whose plan was taken away is one all the same.
            let made = fs::metadata(dir.plan())
                .or_else(|_| fs::metadata(dir.journal()))
                .and_then(|file| file.modified())
                .ok()?;
            Some((made, dir))
        })
        .collect();
    found.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| y.path.cmp(&x.path)));
    Ok(found.into_iter().map(|(_, dir)| dir).collect())
}

/// Why no run is meant by a name.
#[derive(Debug, thiserror::Error)]
pub enum NoRun {
    /// There is none.
    #[error("no run is called `{0}`: `gonogo runs` lists them")]
    Unknown(String),
    /// There are several.
    #[error("`{0}` could be any of {1}")]
    Ambiguous(String, String),
    /// There are none at all.
    #[error("there are no runs yet: `gonogo run PLAN` starts one")]
    Empty,
    /// The directory can't be read.
    #[error("failed to read {dir}: {1}", dir = .0.display())]
    Io(PathBuf, io::Error),
}

/// The run called `name`: `last`, an id or the beginning of one, a directory's name or its path.
pub fn find(runs: &Path, name: &str) -> Result<RunDir, NoRun> {
    if name.contains('/') {
        // Steps run in another directory, and find their files by this path.
        let dir = std::path::absolute(name).map_err(|error| NoRun::Io(name.into(), error))?;
        let dir = RunDir::at(dir);
        let journal = dir.journal().try_exists();
        let journal = journal.map_err(|error| NoRun::Io(dir.path.clone(), error))?;
        return if journal || dir.plan().exists() {
            Ok(dir)
        } else {
            Err(NoRun::Unknown(name.to_owned()))
        };
    }
    let all = list(runs).map_err(|error| NoRun::Io(runs.to_owned(), error))?;
    if name == "last" {
        return all.into_iter().next().ok_or(NoRun::Empty);
    }
    let is_named = |dir: &RunDir| dir.path.file_name().is_some_and(|file| file == name);
    let mut matching: Vec<RunDir> = all
        .into_iter()
        .filter(|dir| dir.id().starts_with(name) || is_named(dir))
        .collect();
    if matching.len() > 1 {
        let ids: Vec<String> = matching.iter().map(RunDir::id).collect();
        return Err(NoRun::Ambiguous(name.to_owned(), ids.join(", ")));
    }
    matching
        .pop()
        .ok_or_else(|| NoRun::Unknown(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn create(runs: &Path, title: &str) -> RunDir {
        let now = Moment {
            wall: 1_700_000_000_000_000,
            mono: 5,
            boot: 1,
        };
        RunDir::create(runs, title, Format::Toml, b"title = 'x'", now).unwrap()
    }

    #[test]
    fn a_run_has_a_private_directory_of_its_own() {
        let temp = tempfile::tempdir().unwrap();
        let runs = temp.path().join("state/runs");
        let (first, second) = (create(&runs, "Add a column"), create(&runs, "Add a column"));
        assert_ne!(first.path(), second.path());
        let mode = fs::metadata(first.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(fs::read(first.plan()).unwrap(), b"title = 'x'");
        assert_eq!(first.id().len(), ID_LENGTH);
    }

    #[test]
    fn everything_that_a_plan_is_made_of_is_brought_to_the_disk() {
        let temp = tempfile::tempdir().unwrap();
        let run = create(temp.path(), "A");
        let plan = [run.plan(), run.path().to_owned(), temp.path().to_owned()];
        assert_eq!(run.made().unwrap(), plan);
        run.keep_included(&[("a/part.toml".to_owned(), b"x".to_vec())])
            .unwrap();
        let part = run.included("a/part.toml");
        let folder = part.parent().unwrap().to_owned();
        let [plan, own, runs] = plan;
        assert_eq!(run.made().unwrap(), [plan, part, folder, own, runs]);
        run.persist().unwrap();
    }

    #[test]
    fn runs_are_found_by_what_people_type() {
        let temp = tempfile::tempdir().unwrap();
        assert!(matches!(find(temp.path(), "last"), Err(NoRun::Empty)));
        let run = create(temp.path(), "A");
        let name = run
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let path = run.path().to_string_lossy().into_owned();
        for typed in ["last", &run.id(), &run.id()[..3], &name, &path] {
            assert_eq!(find(temp.path(), typed).unwrap(), run, "{typed}");
        }
        assert!(matches!(find(temp.path(), "zzz"), Err(NoRun::Unknown(_))));
        create(temp.path(), "A");
        assert!(matches!(find(temp.path(), ""), Err(NoRun::Ambiguous(..))));
    }

    #[test]
    fn the_files_of_a_step_and_of_its_undo_differ() {
        let dir = RunDir::at("/runs/x");
        let job = |undo| Job {
            step: "apply".into(),
            attempt: 2,
            undo,
        };
        assert_eq!(
            dir.output(&job(false)),
            Path::new("/runs/x/output/apply-2.log")
        );
        assert_eq!(
            dir.output(&job(true)),
            Path::new("/runs/x/output/apply-2.undo.log")
        );
    }
}
