//! `cd backend` in a step behind one that has gone there: the shell of the plan is still in it, and looks for
//! `backend/backend`.

use super::passage::Home;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Joint};
use crate::plan::draft::StepSpec;
use crate::plan::problem::Problem;

/// Finds them in `texts`: in the steps forward, and in each way back behind all of these.
pub(super) fn check(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let mut forward = Shell::default();
    let mut back: Option<(usize, Shell)> = None;
    for text in texts
        .iter()
        .filter(|text| text.runs() && !text.passage.undo)
    {
        match text.passage.home {
            Home::Phase(..) => forward.run(text, out),
            Home::Tier(tier) => {
                let here = back.take().filter(|(of, _)| *of == tier);
                let (_, shell) = back.insert(here.unwrap_or_else(|| (tier, forward.clone())));
                shell.run(text, out);
            }
            Home::Probe | Home::Reference | Home::Told => {}
        }
    }
}

/// Where the shell is that the steps share.
#[derive(Clone, Default)]
struct Shell {
    /// The directories that it has gone into, one below the other; none: nobody knows.
    path: Option<Vec<String>>,
    /// How many of them steps before this one have gone into.
    before: usize,
}

impl Shell {
    fn run(&mut self, text: &Text<'_>, out: &mut Vec<Problem>) {
        let spec = text.passage.spec;
        if !text.passage.carries {
            return;
        }
        let given = |spec: &StepSpec| spec.cwd.is_some() || spec.when.is_some();
        if spec.is_none_or(given) || !text.passage.label.is_empty() {
            self.path = None;
        }
        self.before = self.path.as_ref().map_or(0, Vec::len);
        for command in &text.script.commands {
            if matches!(command.program(), "cd" | "pushd" | "popd") {
                self.go(text, command, out);
            }
        }
    }

    fn go(&mut self, text: &Text<'_>, command: &Command<'_>, out: &mut Vec<Problem>) {
        let pipe = text.script.pipe(command);
        if pipe.substituted || pipe.elsewhere || !command.wrappers.is_empty() {
            return;
        }
        let certain = pipe.parent.is_none()
            && pipe.stages == 1
            && pipe.joint != Joint::Background
            && text.script.joined_by(command.pipe) == Joint::Then
            && pipe.joint != Joint::Or;
        let [to] = command.arguments() else {
            self.path = Some(Vec::new());
            return;
        };
        let name = to.text.trim_start_matches("./").trim_end_matches('/');
        if !certain || command.program() == "popd" || name.is_empty() || name.starts_with('-') {
            self.path = None;
        } else if to.expands || name.starts_with(['/', '~']) {
            (self.path, self.before) = (Some(vec![name.to_owned()]), 0);
        } else {
            let path = self.path.get_or_insert_default();
            let parts: Vec<String> = name.split('/').map(str::to_owned).collect();
            let back = parts.iter().filter(|part| *part == "..").count();
            if back > 0 {
                let left = path.len().checked_sub(back);
                let known = left.filter(|_| parts[..back].iter().all(|part| part == ".."));
                path.truncate(known.unwrap_or_default());
                path.extend_from_slice(&parts[back.min(parts.len())..]);
                self.path = self.path.take().filter(|_| known.is_some());
            } else if path.len() <= self.before && path.ends_with(&parts) {
                out.push(text.warning(
                    "cd-again",
                    from_program(command),
                    format!("a step before has gone to `{name}`, where the steps' shell still is: this looks for `{name}` in it"),
                    "leave it there in parentheses, `( cd … && … )`, or give both steps the `cwd`",
                ));
            } else {
                path.extend(parts);
            }
        }
    }
}
