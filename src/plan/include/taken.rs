//! Reading the files that a plan takes in, and those that they take in.

use super::adopt::adopt;
use super::{Include, Included, Load, joined};
use crate::plan::digest::{sha256, sha256_of_text};
use crate::plan::draft::Draft;
use crate::plan::model::Format;
use crate::plan::problem::Problem;
use crate::plan::source::{Source, Span};
use crate::plan::{markdown, toml};

/// How deep files may take in files.
const MAX_DEPTH: usize = 16;
/// How many files a plan may take in.
const MAX_FILES: usize = 100;

/// Takes into `draft` what it includes. Texts are added to `source`.
pub(in crate::plan) fn take_in(
    draft: &mut Draft,
    source: &mut Source,
    load: Load<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Included> {
    let root = source.name().rsplit('/').next().unwrap_or_default();
    let mut chain = vec![root.to_owned()];
    let folder = source.name().strip_suffix(root).unwrap_or_default();
    let mut taken = Taken {
        folder: folder.to_owned(),
        source,
        load,
        problems,
        files: Vec::new(),
        known: Vec::new(),
    };
    taken.all_of(draft, &mut chain);
    taken.files
}

struct Taken<'t> {
    /// What stands before the name of every file for those who look at it.
    folder: String,
    source: &'t mut Source,
    load: Load<'t>,
    problems: &'t mut Vec<Problem>,
    files: Vec<Included>,
    /// The variables of the files that take in the next one.
    known: Vec<String>,
}

impl Taken<'_> {
    /// From the last place to the first, so that places stay what they are.
    fn all_of(&mut self, draft: &mut Draft, chain: &mut Vec<String>) {
        let known = self.known.len();
        self.known
            .extend(draft.vars.iter().map(|var| var.name.clone()));
        let steps = draft.phases.iter().flat_map(|phase| &phase.steps);
        let captured = steps.flat_map(|step| step.captures());
        self.known
            .extend(captured.map(|capture| capture.name.clone()));
        let mut includes = std::mem::take(&mut draft.includes);
        includes.sort_by_key(|include| include.place.is_none());
        let (placed, by_kind): (Vec<_>, Vec<_>) = includes
            .into_iter()
            .partition(|include| include.place.is_some());
        for include in placed.into_iter().rev().chain(by_kind) {
            self.one(draft, &include, chain);
        }
        self.known.truncate(known);
    }

    /// The variables that a file taken in by `include` has from those that take it in: all that it is not
    /// given under another name.
    fn given(&self, include: &Include) -> Vec<String> {
        let own = |name: &&String| !include.vars.iter().any(|(own, _)| own.value == **name);
        self.known.iter().filter(own).cloned().collect()
    }

    fn one(&mut self, draft: &mut Draft, include: &Include, chain: &mut Vec<String>) {
        let from = chain.last().map_or("", String::as_str);
        let path = joined(from, &include.file.value);
        let bytes = match self.bytes(&path, include.file.span, chain) {
            Ok(bytes) => bytes,
            Err(problem) => return self.problems.push(*problem),
        };
        self.files.push(Included {
            path: path.clone(),
            digest: sha256(&bytes),
            text_digest: sha256_of_text(&bytes),
        });
        let name = if path.starts_with('/') {
            path.clone()
        } else {
            format!("{}{path}", self.folder)
        };
        let base = self.source.append(name, &bytes);
        let (mut part, problems) = match Format::of(&path) {
            Format::Toml => toml::read_part(self.source, base),
            Format::Markdown => markdown::read_part(self.source, base, self.given(include)),
        };
        self.problems.extend(problems);
        let stretch = Span::new(base, self.source.text().len());
        chain.push(path);
        self.all_of(&mut part, chain);
        chain.pop();
        adopt(draft, part, include, stretch, self.problems);
    }

    fn bytes(&self, path: &str, span: Span, chain: &[String]) -> Result<Vec<u8>, Box<Problem>> {
        let error = |code, message: String| Box::new(Problem::error(code, span, message));
        if let Some(at) = chain.iter().position(|known| known == path) {
            let circle = chain[at..].iter().map(String::as_str).chain([path]);
            let circle: Vec<&str> = circle.collect();
            let message = format!("this goes round in a circle: {}", circle.join(" → "));
            return Err(error("include-circle", message));
        }
        if path.is_empty() {
            let message = "this names a folder, and no file in it".to_owned();
            return Err(error("include-missing", message));
        }
        if chain.len() > MAX_DEPTH || self.files.len() >= MAX_FILES {
            let message =
                format!("too many files: {MAX_FILES} at most, {MAX_DEPTH} in one another");
            return Err(error("include-limit", message));
        }
        (self.load)(path).map_err(|why| error("include-missing", why))
    }
}
