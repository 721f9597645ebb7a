//! What a step applies that does not stand in the plan: which files, what they hold, which locks they take.

use super::{Facts, Tone};
use crate::plan::migrations::{Applied, File, Folder, judged};
use crate::plan::{StepIx, count};

/// How many files of a folder are shown; those before them were applied long ago.
const SHOWN: usize = 10;
/// How many lines of a file are shown.
const LINES: usize = 40;

impl Facts {
    /// What the step at `ix` applies; without a step, what the plan names.
    pub(super) fn applies(&mut self, applied: &Applied, ix: Option<StepIx>) {
        let own = |steps: &[StepIx]| ix.map_or(steps.is_empty(), |ix| steps.contains(&ix));
        for folder in applied.folders.iter().filter(|folder| own(&folder.steps)) {
            self.folder(folder);
        }
        let others = applied.others.iter().filter(|(_, steps)| own(steps));
        let before = others.clone().count().saturating_sub(SHOWN);
        self.before(before);
        for (file, _) in others.skip(before) {
            self.file(file);
            if !file.label.to_ascii_lowercase().ends_with(".sql") {
                self.plain("", "not SQL: not classified");
            }
        }
        for unread in applied.unread.iter().filter(|unread| own(&unread.steps)) {
            let text = format!("{} can't be read: {}", unread.label, unread.why);
            self.add("applies", text, Tone::Bad);
        }
    }

    fn before(&mut self, files: usize) {
        if files > 0 {
            let text = format!("{} before those that follow", count(files, "file"));
            self.plain("applies", text);
        }
    }

    fn folder(&mut self, folder: &Folder) {
        let before = folder.files.len().saturating_sub(SHOWN);
        self.before(before);
        let files = folder.files.iter().zip(judged(folder));
        for (file, judged) in files.skip(before) {
            self.file(file);
            for judged in judged {
                let line = file.source.line(judged.range.start);
                self.locks(&format!("line {line}: "), &judged);
            }
        }
    }

    fn file(&mut self, file: &File) {
        self.plain("applies", file.label.clone());
        let mut lines = file.source.text().trim_end().lines();
        let shown: Vec<&str> = lines.by_ref().take(LINES).collect();
        if !shown.is_empty() {
            self.add("", shown.join("\n"), Tone::Code);
        }
        let more = lines.count();
        if more > 0 {
            self.plain("", format!("and {}", count(more, "more line")));
        }
    }
}
