//! What a plan applies, read: the files of migrations and of SQL that its steps run, those that they include, and the
//! scripts that run others.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::find::{Found, bases, find};
use super::follow::Chain;
use super::read::{Failure, Place, ends_as};
use crate::plan::migrations::{
    Applied, File, Folder, Raw, SETTINGS, Tool, Unread, Want, Wanted, changes_database,
    tell_unread, wanted,
};
use crate::plan::{Facts, Opened, Plan, StepIx};

/// Whether `path` is a file of SQL, or a folder with such files.
pub fn is_sql(path: &Path) -> bool {
    if path.is_dir() {
        return !Place::named(path).files(Tool::Plain).0.is_empty();
    }
    ends_as(path, Tool::Plain.endings())
}

/// What there is to say about the migrations at `path`, without a plan. Errors are lower-case sentences that name the
/// file.
pub fn alone(path: &Path, facts: Option<&Facts>) -> Result<Opened, String> {
    let around = Around {
        wants: Vec::new(),
        bases: vec![PathBuf::from(".")],
        named: vec![path.to_owned()],
    };
    let mut applied = around.read()?;
    if applied.folders.is_empty()
        && let Some(unread) = applied.unread.pop()
    {
        return Err(format!("failed to read {}: {}", unread.label, unread.why));
    }
    let folder = applied.folders.pop();
    let folder = folder.unwrap_or_else(|| Folder::in_order(Tool::Plain, Vec::new()));
    let name = path.to_string_lossy();
    let mut opened = crate::plan::migrations::alone(&name, folder, facts);
    tell_unread(&mut opened, &applied);
    Ok(opened)
}

/// Where to look for what a plan applies.
#[derive(Clone, Debug)]
pub struct Around {
    wants: Vec<Want>,
    bases: Vec<PathBuf>,
    /// Folders that somebody names besides: who names folders names what would be missed.
    named: Vec<PathBuf>,
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

    /// Only what is applied on the way forward.
    #[must_use]
    pub fn ahead(&self) -> Self {
        self.only(|want| !want.back)
    }

    /// Only what the step at `ix` applies.
    #[must_use]
    pub fn of_step(&self, ix: StepIx) -> Self {
        self.only(|want| want.steps.contains(&ix))
    }

    fn only(&self, wanted: impl Fn(&Want) -> bool) -> Self {
        let wants = self.wants.iter().filter(|want| wanted(want));
        Around {
            wants: wants.cloned().collect(),
            bases: self.bases.clone(),
            named: self.named.clone(),
        }
    }

    /// The files as they are now. Errors are lower-case sentences that name the folder which somebody has named.
    pub fn read(&self) -> Result<Applied, String> {
        let mut applied = Applied::default();
        // Which place became which folder.
        let mut seen: Vec<(PathBuf, Option<usize>)> = Vec::new();
        for path in &self.named {
            if let Err(error) = std::fs::symlink_metadata(path) {
                return Err(format!("failed to read {}: {error}", path.display()));
            }
            let want = Want::named(path.to_string_lossy().into_owned());
            let found = Found {
                places: vec![Place::named(path)],
                tool: None,
            };
            seen.push((path.clone(), Some(applied.folders.len())));
            self.add(&found, &want, &mut applied);
        }
        for want in &self.wants {
            let Some(found) = find(want, &self.bases) else {
                // A script that is not there is somebody's program.
                let missed = !matches!(want.wanted, Wanted::Script { .. }) && !want.back;
                if self.named.is_empty() && missed {
                    applied.missing.push(want.clone());
                }
                continue;
            };
            if want.back || matches!(want.wanted, Wanted::Script { .. }) {
                self.add_other(&found, want, &mut applied);
                continue;
            }
            let at = &found.places[0].at;
            if let Some((_, known)) = seen.iter().find(|(known, _)| known == at) {
                add_steps(&mut applied, *known, &found, &want.steps);
                continue;
            }
            let before = applied.folders.len();
            self.add(&found, want, &mut applied);
            let folder = (applied.folders.len() > before).then_some(before);
            seen.push((at.clone(), folder));
        }
        Ok(applied)
    }

    /// Adds what is wanted, as it was found: what is SQL to be judged, the rest to be seen.
    fn add(&self, found: &Found, want: &Want, to: &mut Applied) {
        let (tool, raws) = self.raws(found, want, to);
        if !tool.is_sql() {
            to.unjudged.push(want.clone());
        }
        let settings = |raw: &Raw| raw.path.ends_with(SETTINGS);
        let judged = |raw: &Raw| tool.is_sql() && (tool.applies(&raw.path) || settings(raw));
        let (sql, others): (Vec<Raw>, Vec<Raw>) = raws.into_iter().partition(judged);
        if !sql.is_empty() {
            let mut folder = if matches!(want.wanted, Wanted::File { .. }) {
                let files = sql.into_iter().map(|raw| {
                    let name = raw.label.rsplit('/').next().unwrap_or_default().to_owned();
                    File::new(name, raw, String::new())
                });
                Folder::in_order(tool, files.collect())
            } else {
                Folder::new(tool, sql)
            };
            folder.steps.clone_from(&want.steps);
            to.folders.push(folder);
        }
        // Of a folder what takes a migration back is not applied.
        let file = matches!(want.wanted, Wanted::File { .. });
        let own = |raw: &Raw| file || !tool.is_sql() || !ends_as(Path::new(&raw.path), &["sql"]);
        for raw in others.into_iter().filter(own) {
            let file = File::new(raw.label.clone(), raw, String::new());
            to.others.push((file, want.steps.clone()));
        }
    }

    /// Adds what nobody judges of what was found, a script only if it changes a database. What may only be run, and not
    /// read, stays unknown.
    fn add_other(&self, found: &Found, want: &Want, to: &mut Applied) {
        let script = matches!(want.wanted, Wanted::Script { .. });
        let mut unknown = Applied::default();
        let failed = if script { &mut unknown } else { &mut *to };
        let (_, raws) = self.raws(found, want, failed);
        for raw in raws {
            if raw.path.ends_with(SETTINGS)
                || script && !changes_database(&raw.path, raw.source.text())
            {
                continue;
            }
            if script && !want.back && self.named.is_empty() {
                to.missing.push(want.clone());
            }
            let file = File::new(raw.label.clone(), raw, String::new());
            to.others.push((file, want.steps.clone()));
        }
    }

    /// The files of what was found, and whose they are. What can't be read of that, or is not there, is added.
    fn raws(&self, found: &Found, want: &Want, to: &mut Applied) -> (Tool, Vec<Raw>) {
        let (mut raws, mut failed) = (Vec::new(), Vec::new());
        for place in &found.places {
            let (files, unread) = place.files(found.tool.unwrap_or(Tool::Plain));
            failed.extend(unread);
            for file in files {
                match file.raw(&place.at) {
                    Ok(raw) => raws.push(raw),
                    Err(why) => failed.push(why),
                }
            }
        }
        let tool = found.tool.unwrap_or_else(|| {
            raws.first()
                .map_or(Tool::Plain, |raw| Tool::of(&raw.path, raw.source.text()))
        });
        if tool == Tool::Plain {
            let mut chain = Chain::new(&self.bases, want);
            for raw in raws {
                chain.follow(raw);
            }
            failed.append(&mut chain.failed);
            if self.named.is_empty() && !want.back {
                to.missing.append(&mut chain.lost);
            }
            raws = chain.raws;
        }
        to.unread
            .extend(failed.into_iter().map(|failed| unread(failed, want)));
        (tool, raws)
    }

    /// When each of these files was written, to tell whether one is another, new or gone. Those that others include
    /// are not among them.
    pub fn times(&self) -> Vec<(PathBuf, Option<SystemTime>)> {
        let found = self.wants.iter().filter_map(|want| find(want, &self.bases));
        let files = found.flat_map(|found| {
            let tool = found.tool.unwrap_or(Tool::Plain);
            let places = found.places.into_iter();
            places.flat_map(move |place| place.files(tool).0)
        });
        let written = |place: Place| {
            let time = std::fs::metadata(&place.at).and_then(|data| data.modified());
            (place.at, time.ok())
        };
        files.map(written).collect()
    }
}

fn unread(Failure { label, why }: Failure, want: &Want) -> Unread {
    Unread {
        label,
        why,
        steps: want.steps.clone(),
        span: want.span,
    }
}

/// Adds `steps` to those that apply what was `found` already, which became a `folder` perhaps.
fn add_steps(applied: &mut Applied, folder: Option<usize>, found: &Found, steps: &[StepIx]) {
    let folder = folder.map(|ix| &mut applied.folders[ix].steps);
    let holds = |name: &str| {
        let mut places = found.places.iter();
        places.any(|place| Path::new(name).starts_with(&place.at))
    };
    let others = applied.others.iter_mut();
    let others = others.filter(|(file, _)| holds(file.source.name()));
    for known in folder.into_iter().chain(others.map(|(_, steps)| steps)) {
        let new = steps.iter().filter(|ix| !known.contains(ix));
        let new: Vec<StepIx> = new.copied().collect();
        known.extend(new);
    }
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
}
