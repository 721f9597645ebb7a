//! What the file says of a step and what that runs: the words first, for somebody is to read them before it is
//! started.

use ratatui::text::Line;

use super::step_facts::{shows_undo, work};
use crate::plan::{StepIx, Work, is_alert, reflow};
use crate::run::Status;
use crate::ui::scene::Scene;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::world::World;

/// How many rows of the words are left once it has been started.
const AFTER: usize = 3;

/// The lines, about `most` of them for the words and for what is run.
pub fn lines<'s>(scene: &Scene<'s>, ix: StepIx, width: usize, most: usize) -> Vec<Line<'s>> {
    let Some(work) = work(scene, ix) else {
        return Vec::new();
    };
    let prompt = match work {
        Work::Shell(_) => "$ ".to_owned(),
        Work::Sql(sql) => format!("{}=> ", sql.database),
        Work::Http(_) | Work::Wait(_) | Work::Snapshot(_) => "> ".to_owned(),
        Work::Check(_) => String::new(),
    };
    let words = if shows_undo(scene, ix) {
        String::new()
    } else {
        words(scene.world, ix, work)
    };
    let words = rows(&words, width);
    let text = text(scene.world, ix, work);
    let text = clip::wrap(&text, width.saturating_sub(prompt.len()));
    // Where there is not room for both, each has half of it, and what the other doesn't need.
    let runs = most.saturating_sub(words.len()).max(most.div_ceil(2));
    let reads = most.saturating_sub(text.len().min(runs));
    // What it prints is read then, and the words were read before.
    let started = !scene.world.jobs_of(ix).is_empty();
    let reads = if started { reads.min(AFTER) } else { reads };
    let mut lines = Vec::new();
    for (row, role) in words.iter().take(reads) {
        lines.push(Line::from(scene.span(row, *role)));
    }
    let told = lines.len();
    lines.extend(more(scene, ix, words.len() - told));
    let role = if work.is_check() {
        Role::Text
    } else {
        Role::Active
    };
    for (n, row) in text.iter().take(runs).enumerate() {
        let lead = if n == 0 {
            prompt.clone()
        } else {
            " ".repeat(prompt.len())
        };
        lines.push(Line::from(vec![
            scene.span(lead, Role::Dim),
            scene.span(row, role),
        ]));
    }
    lines.extend(more(scene, ix, text.len().saturating_sub(runs)));
    lines.extend(beside(scene, ix, work));
    lines
}

/// How many rows the words and what is run take.
pub fn extent(world: &World, ix: StepIx, width: usize) -> usize {
    let Some(work) = world
        .plan
        .steps
        .get(ix)
        .and_then(|step| step.spec.work_of(world.state.steps[ix].choice))
    else {
        return 0;
    };
    let text = text(world, ix, work);
    rows(&words(world, ix, work), width).len() + clip::wrap(&text, width).len()
}

/// What is said of a step that runs something. Of a check that is what it is.
fn words(world: &World, ix: StepIx, work: &Work) -> String {
    let details = world.plan.steps[ix].spec.details.as_deref();
    details
        .filter(|_| !work.is_check())
        .map_or(String::new(), reflow)
}

fn text(world: &World, ix: StepIx, work: &Work) -> String {
    let text = world.text_of(ix, work);
    match &world.plan.steps[ix].spec.details {
        Some(details) if work.is_check() => reflow(&format!("{text}\n\n{details}")),
        None if work.is_check() => reflow(&text),
        _ => text,
    }
}

/// Its rows; alerts stand out.
fn rows(words: &str, width: usize) -> Vec<(&str, Role)> {
    let row = |line| {
        let role = if is_alert(line) {
            Role::Warn
        } else {
            Role::Text
        };
        clip::wrap(line, width)
            .into_iter()
            .map(move |row| (row, role))
    };
    words.lines().flat_map(row).collect()
}

/// That there is more to read, and how that is done.
fn more<'s>(scene: &Scene<'s>, ix: StepIx, count: usize) -> Option<Line<'s>> {
    let how = if scene.world.jobs_of(ix).is_empty() {
        ": Tab"
    } else {
        ""
    };
    (count > 0).then(|| Line::from(scene.span(format!("  … {count} more lines{how}"), Role::Dim)))
}

/// Where it is run, and the ways of doing it.
fn beside<'s>(scene: &Scene<'s>, ix: StepIx, work: &Work) -> Vec<Line<'s>> {
    let spec = &scene.world.plan.steps[ix].spec;
    let mut lines = Vec::new();
    let carries = matches!(work, Work::Shell(shell) if shell.carries);
    if let (true, Some(directory)) = (carries, directory(scene, ix)) {
        lines.push(Line::from(scene.span(format!("in {directory}"), Role::Dim)));
    }
    if spec.alternatives.len() > 1 && scene.world.state.steps[ix].attempt == 0 {
        let labels: Vec<&str> = spec.alternatives.iter().map(|a| a.label.as_str()).collect();
        lines.push(Line::from(
            scene.span(format!("one of: {}", labels.join(", ")), Role::Warn),
        ));
    }
    lines
}

/// The directory that the steps before it left to it, while it has not begun.
fn directory<'s>(scene: &Scene<'s>, ix: StepIx) -> Option<&'s str> {
    let state = &scene.world.state;
    let own = scene.world.plan.steps[ix].spec.cwd.is_some();
    let waits = !own && state.steps[ix].status == Status::Pending;
    state.directory.as_deref().filter(|_| waits)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use crate::clock::Moment;
    use crate::plan;
    use crate::run::RunDir;
    use crate::ui::panels;
    use crate::ui::scene::Scene;
    use crate::ui::theme::Theme;
    use crate::ui::update::{read_on, reads};
    use crate::ui::view::{Focus, View};
    use crate::ui::widgets::testing::sketch;
    use crate::ui::world::World;

    /// The panel of the first step of `runbook`, and the same read down by `by` rows by somebody who has turned to it.
    fn drawn(runbook: &str, by: i64) -> [String; 2] {
        let plan = plan::open("p.md", runbook.as_bytes()).plan.unwrap();
        let dir = RunDir::at("/nowhere");
        let world = World::new(Arc::new(plan), dir, "ann".to_owned(), Vec::new());
        let mut view = View::default();
        let area = Rect::new(0, 0, 50, 14);
        let draw = |view: &View| {
            let mut buf = Buffer::empty(area);
            let now = Moment {
                wall: 0,
                mono: 0,
                boot: 1,
            };
            let scene = Scene {
                world: &world,
                view,
                outputs: &[],
                now,
                theme: Theme::new(false),
            };
            panels::step(&scene, area, &mut buf);
            sketch(&buf)
        };
        let first = draw(&view);
        view.focus = Focus::Output;
        view.size = Some(Rect::new(0, 0, 120, 36));
        assert!(reads(&view, &world));
        read_on(&mut view, &world, by);
        [first, draw(&view)]
    }

    #[test]
    fn what_is_said_of_a_step_is_seen_before_it_is_started() {
        let step = "- [ ] Drop it\n\n  ```bash\n  ./drop\n  ```\n";
        let alert = format!("## Deployment\n\n> [!CAUTION]\n> Nobody may be logged in.\n\n{step}");
        let [first, _] = drawn(&alert, 0);
        let at = |words: &str| first.find(words);
        assert!(at("CAUTION: Nobody may be logged in.").is_some(), "{first}");
        assert!(at("CAUTION") < at("$ ./drop"), "{first}");
        // Of many words the command and where it stands keep their room; the rest is read on.
        let lines: Vec<String> = (1..30).map(|n| format!("> - point {n}")).collect();
        let long = format!(
            "## Deployment\n\n> [!WARNING]\n{}\n\n{step}",
            lines.join("\n")
        );
        let [first, turned] = drawn(&long, 20);
        for words in ["WARNING: - point 1", "$ ./drop", "more lines: Tab"] {
            assert!(first.contains(words), "{words}: {first}");
        }
        assert!(!first.contains("point 29"), "{first}");
        assert!(turned.contains("point 29"), "{turned}");
        let [_, end] = drawn(&long, i64::MAX);
        assert!(end.contains("$ ./drop"), "{end}");
    }
}
