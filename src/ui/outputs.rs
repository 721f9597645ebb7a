//! The outputs that are on the screen: one reader for each file that is shown, opened and closed as
//! the cursor moves.

use std::sync::Arc;

use futures_util::future::select_all;
use ratatui::layout::Rect;

use super::output::{LongLines, Mask, SearchState, View as OutputView, Viewer, Window};
use super::update::OutputMove;
use super::view::View;
use super::world::World;
use crate::journal::event::Job;
use crate::run::Status;

/// The readers of what is shown.
#[derive(Default)]
pub struct Outputs {
    open: Vec<(Job, Viewer)>,
    mask: Arc<Mask>,
}

impl Outputs {
    /// Opens what `view` wants shown, and closes what it does not.
    pub fn follow(&mut self, world: &World, view: &View) {
        let wanted = wanted(world, view);
        if !Arc::ptr_eq(&self.mask, &world.mask) {
            self.mask = Arc::clone(&world.mask);
            self.open.clear();
        }
        if self.open.iter().map(|(job, _)| job).eq(wanted.iter()) {
            return;
        }
        let mut before = std::mem::take(&mut self.open);
        for job in wanted {
            let known = before.iter().position(|(open, _)| *open == job);
            let viewer = match known {
                Some(at) => before.swap_remove(at).1,
                None => Viewer::open(world.dir.output(&job), Arc::clone(&self.mask)),
            };
            self.open.push((job, viewer));
        }
    }

    /// Tells each reader the room there is for it, a heading left out.
    pub fn fit(&self, areas: &[Rect], view: &View) {
        for ((_, viewer), area) in self.open.iter().zip(areas) {
            viewer.show(OutputView {
                width: area.width,
                rows: area.height.saturating_sub(1),
                long_lines: view.cut.map_or(LongLines::Wrap, LongLines::Cut),
            });
        }
    }

    /// What there is to draw.
    pub fn windows(&self) -> Vec<Arc<Window>> {
        self.open
            .iter()
            .map(|(_, viewer)| viewer.window())
            .collect()
    }

    /// Waits until there is something new to draw.
    pub async fn changed(&mut self) {
        let waiting: Vec<_> = self
            .open
            .iter_mut()
            .map(|(_, viewer)| Box::pin(viewer.changed()))
            .collect();
        if waiting.is_empty() {
            std::future::pending::<()>().await;
        }
        select_all(waiting).await;
    }

    /// Whether something is being looked for in one of them.
    pub fn are_searching(&self) -> bool {
        let searching = |window: &Window| matches!(window.search, SearchState::Looking(_));
        self.open
            .iter()
            .any(|(_, viewer)| searching(&viewer.window()))
    }

    /// Moves in all of them.
    pub fn go(&self, to: &OutputMove) {
        for (_, viewer) in &self.open {
            match to {
                OutputMove::Rows(rows) => viewer.scroll(*rows),
                OutputMove::Pages(pages) => viewer.page(*pages),
                OutputMove::Home => viewer.home(),
                OutputMove::End => viewer.end(),
                OutputMove::To(fraction) => viewer.go_to(*fraction),
                OutputMove::Find(text, direction) => viewer.find(text, *direction),
                OutputMove::Forget => viewer.forget_search(),
            }
        }
    }
}

/// The jobs whose output is wanted: the one that was picked, or the last; where an undo is stuck, the
/// step's own as well.
fn wanted(world: &World, view: &View) -> Vec<Job> {
    let ix = view.step(world);
    let jobs = world.jobs_of(ix);
    let Some((at, _)) = view.output_of(world, ix) else {
        return Vec::new();
    };
    let step = &world.state.steps[ix];
    if step.status == Status::Stuck
        && view.output.is_none()
        && step.attempt > 0
        && step.undo_attempt > 0
    {
        let own = jobs.iter().rfind(|job| !job.undo).cloned();
        let undo = jobs.iter().rfind(|job| job.undo).cloned();
        return own.into_iter().chain(undo).collect();
    }
    jobs.into_iter().skip(at).take(1).collect()
}
