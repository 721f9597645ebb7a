//! What the file says of a step and what that runs: the words first, for somebody is to read them before it is
//! started.

use ratatui::text::Line;

use super::step_facts::{shows_undo, work};
use crate::plan::{StepIx, Work, is_alert, reflow};
use crate::run::Status;
use crate::ui::scene::Scene;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::words;
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
    let (reads, runs) = (shown(words.len(), reads), shown(text.len(), runs));
    let mut lines = Vec::new();
    for (row, role) in words.iter().take(reads) {
        lines.push(Line::from(scene.span(row, *role)));
    }
    lines.extend(more(scene, ix, words.len() - reads));
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
    lines.extend(more(scene, ix, text.len() - runs));
    lines.extend(beside(scene, ix, work));
    lines
}

/// How many of `all` rows are shown where there is room for so many and for a line that tells of the rest: the
/// last one takes no more room than that line.
fn shown(all: usize, room: usize) -> usize {
    if all <= room.saturating_add(1) {
        all
    } else {
        room
    }
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
fn more<'s>(scene: &Scene<'s>, ix: StepIx, left: usize) -> Option<Line<'s>> {
    let how = if scene.world.jobs_of(ix).is_empty() {
        ": Tab"
    } else {
        ""
    };
    let words = format!("  … {}{how}", words::count(left, "more line"));
    (left > 0).then(|| Line::from(scene.span(words, Role::Dim)))
}

/// Where it is run, and the ways of doing it.
fn beside<'s>(scene: &Scene<'s>, ix: StepIx, work: &Work) -> Vec<Line<'s>> {
    let spec = &scene.world.plan.steps[ix].spec;
    let mut lines = Vec::new();
    let carries = matches!(work, Work::Shell(shell) if shell.carries);
    if let (true, Some(directory)) = (carries, directory(scene, ix, work)) {
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
fn directory<'s>(scene: &Scene<'s>, ix: StepIx, work: &Work) -> Option<&'s str> {
    let state = &scene.world.state;
    let own = scene.world.plan.steps[ix].spec.cwd_of(work).is_some();
    let waits = !own && state.steps[ix].status == Status::Pending;
    state.directory.as_deref().filter(|_| waits)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::shown;
    use crate::clock::Moment;
    use crate::ui::panels;
    use crate::ui::screen::areas;
    use crate::ui::testing::{scene, world};
    use crate::ui::update::{read_on, reads};
    use crate::ui::view::{Focus, View};
    use crate::ui::widgets::testing::painted;
    use crate::ui::world::World;

    /// Somebody who looks at the first step of a plan.
    struct Reader {
        world: World,
        view: View,
    }

    impl Reader {
        fn of(name: &str, plan: &str) -> Self {
            let view = View {
                size: Some(Rect::new(0, 0, 80, 18)),
                ..View::default()
            };
            let world = world(name, plan);
            Reader { world, view }
        }

        fn drawn(&self) -> String {
            let scene = scene(&self.world, &self.view, Moment::default());
            let screen = self.view.size.unwrap();
            let Rect { width, height, .. } = areas(screen, &self.world, &self.view).step;
            painted((width, height), |area, buf| panels::step(&scene, area, buf))
        }

        /// What is seen once the step was turned to and `by` rows were read on.
        fn reads(&mut self, by: i64) -> String {
            self.view.focus = Focus::Output;
            assert!(reads(&self.view, &self.world));
            read_on(&mut self.view, &self.world, by, Moment::default());
            self.drawn()
        }
    }

    #[test]
    fn what_is_said_of_a_step_is_seen_before_it_is_started() {
        let step = "- [ ] Drop it\n\n  ```bash\n  ./drop\n  ```\n";
        let alert = format!("## Deployment\n\n> [!CAUTION]\n> Nobody may be logged in.\n\n{step}");
        let first = Reader::of("p.md", &alert).drawn();
        let at = |words: &str| first.find(words);
        assert!(at("CAUTION: Nobody may be logged in.").is_some(), "{first}");
        assert!(at("CAUTION") < at("$ ./drop"), "{first}");
        // Of many words the command and where it stands keep their room; the rest is read on.
        let lines: Vec<String> = (1..30).map(|n| format!("> - point {n}")).collect();
        let long = format!(
            "## Deployment\n\n> [!WARNING]\n{}\n\n{step}",
            lines.join("\n")
        );
        let mut reader = Reader::of("p.md", &long);
        let first = reader.drawn();
        for words in ["WARNING: - point 1", "$ ./drop", "more lines: Tab"] {
            assert!(first.contains(words), "{words}: {first}");
        }
        assert!(!first.contains("point 29"), "{first}");
        let turned = reader.reads(20);
        assert!(turned.contains("point 29"), "{turned}");
        let end = reader.reads(i64::MAX);
        assert!(end.contains("$ ./drop"), "{end}");
    }

    #[test]
    fn a_long_step_is_read_to_its_end_and_back() {
        // A line is as wide as the panel, and behind the prompt it takes two rows.
        let lines: Vec<String> = (1..61)
            .map(|n| format!("insert into t values ({n:04}, 'what it is');"))
            .collect();
        let plan = format!(
            r#"
title = "T"
[databases.production]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "a"
  title = "A"
  sql = """
begin;
{}
commit; -- the end"""
"#,
            lines.join("\n")
        );
        let mut reader = Reader::of("plan.toml", &plan);
        let end = reader.reads(i64::MAX);
        assert!(end.contains("commit; -- the end"), "{end}");
        // The first key back moves what is seen.
        let back = reader.reads(-1);
        assert_ne!(end, back);
        assert_eq!(reader.reads(1), end);
        // Nor is any row passed over on the way.
        let mut seen = reader.reads(i64::MIN);
        for _ in 0..200 {
            seen.push_str(&reader.reads(1));
        }
        for n in 1..61 {
            assert!(seen.contains(&format!("({n:04}, ")), "{n}");
        }
        // Where there is more room by now, the keys still move at once.
        reader.view.size = Some(Rect::new(0, 0, 80, 50));
        let end = reader.drawn();
        assert_ne!(reader.reads(-1), end);
    }

    #[test]
    fn the_last_row_stands_where_the_line_about_it_would() {
        for (all, room, rows) in [
            (0, 0, 0),
            (1, 0, 1),
            (2, 0, 0),
            (5, 5, 5),
            (6, 5, 6),
            (7, 5, 5),
        ] {
            assert_eq!(shown(all, room), rows, "{all} in {room}");
        }
        let plan = |rows: usize| {
            let rows: Vec<String> = (1..=rows).map(|n| format!("  ./do {n}")).collect();
            let rows = rows.join("\n");
            format!("## Deployment\n\n- [ ] Do it\n\n  ```bash\n{rows}\n  ```\n")
        };
        let mut folded = 0;
        for rows in 2..20 {
            let seen = Reader::of("p.md", &plan(rows)).drawn();
            assert!(!seen.contains("… 1 more"), "{seen}");
            let folds = seen.contains("more lines: Tab");
            folded += usize::from(folds);
            let all = seen.contains(&format!("./do {rows} "));
            assert_eq!(all, !folds, "{rows}: {seen}");
        }
        assert!(folded > 3);
    }
}
