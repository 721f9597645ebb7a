//! What the tests of a run's screen share.

use std::sync::Arc;

use super::scene::Scene;
use super::theme::Theme;
use super::view::View;
use super::world::World;
use crate::clock::Moment;
use crate::plan;
use crate::run::RunDir;

/// What ann sees of a run of the plan in a file called `name`, before anything came from its engine.
pub(super) fn world(name: &str, text: &str) -> World {
    let plan = plan::open(name, text.as_bytes()).plan.unwrap();
    let dir = RunDir::at("/nowhere");
    World::new(Arc::new(plan), dir, "ann".to_owned(), Vec::new())
}

/// It without colours, and without outputs.
pub(super) fn scene<'a>(world: &'a World, view: &'a View, now: Moment) -> Scene<'a> {
    Scene {
        world,
        view,
        outputs: &[],
        now,
        theme: Theme::new(false),
    }
}
