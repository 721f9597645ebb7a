//! The lines of the phases panel: phases, the steps of those that are open, and the way back. Which
//! line is which is found without walking over steps, however many there are.

use super::view::View;
use super::world::World;
use crate::plan::{Home, StepIx};

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A phase, by its place.
    Phase(usize),
    /// A step of an open phase.
    Step(StepIx),
    /// The heading of the way back.
    Rollback,
    /// One thing on the way back, by its place.
    Item(usize),
}

/// All the lines.
pub struct Rows {
    /// For each phase: its line, and whether it is open.
    phases: Vec<(usize, bool)>,
    /// The line at which the way back begins, and how many things it has.
    rollback: Option<(usize, usize)>,
    steps_of: Vec<std::ops::Range<StepIx>>,
    total: usize,
}

impl Rows {
    /// The lines of `world` as `view` has them, in a panel `height` high: where everything fits,
    /// everything is open.
    pub fn new(world: &World, view: &View, height: usize) -> Self {
        let plan = &world.plan;
        let all = plan.phases.len() + plan.forward_steps().len();
        let current = world.state.current_phase(plan);
        let under_cursor = plan
            .steps
            .get(view.step(world))
            .and_then(|step| match step.home {
                Home::Phase(phase) => Some(phase),
                Home::Tier(_) => None,
            });
        let mut total = 0;
        let mut phases = Vec::with_capacity(plan.phases.len());
        for (ix, phase) in plan.phases.iter().enumerate() {
            let by_itself = all <= height || Some(ix) == current || Some(ix) == under_cursor;
            let open = by_itself != view.toggled.contains(&ix);
            phases.push((total, open));
            total += 1 + if open { phase.steps.len() } else { 0 };
        }
        let rollback = world.state.rollback.as_ref().map(|rollback| {
            let begin = total;
            total += 1 + rollback.items.len();
            (begin, rollback.items.len())
        });
        Rows {
            phases,
            rollback,
            steps_of: plan
                .phases
                .iter()
                .map(|phase| phase.steps.clone())
                .collect(),
            total,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.total
    }

    /// Whether the phase is open.
    pub fn is_open(&self, phase: usize) -> bool {
        self.phases.get(phase).is_some_and(|(_, open)| *open)
    }

    /// What the line at `at` is.
    pub fn row(&self, at: usize) -> Option<Row> {
        if at >= self.total {
            return None;
        }
        if let Some((begin, _)) = self.rollback.filter(|(begin, _)| *begin <= at) {
            return Some(if at == begin {
                Row::Rollback
            } else {
                Row::Item(at - begin - 1)
            });
        }
        let phase = self
            .phases
            .partition_point(|(line, _)| *line <= at)
            .checked_sub(1)?;
        let (line, _) = self.phases[phase];
        Some(match at - line {
            0 => Row::Phase(phase),
            n => Row::Step(self.steps_of[phase].start + n - 1),
        })
    }

    /// The line of the step under the cursor; on the way back, of the thing that is done about it.
    pub fn line_of(&self, world: &World, ix: StepIx) -> usize {
        if let (Some((begin, _)), Some(rollback)) = (self.rollback, &world.state.rollback)
            && let Some(item) = rollback.items.iter().position(|item| item.step == ix)
        {
            return begin + 1 + item;
        }
        match world.plan.steps.get(ix).map(|step| step.home) {
            Some(Home::Phase(phase)) => match self.phases[phase] {
                (line, true) => line + 1 + ix - self.steps_of[phase].start,
                (line, false) => line,
            },
            _ => 0,
        }
    }

    /// The step that the line at `at` is about; of a phase, its first.
    pub fn step_at(&self, world: &World, at: usize) -> Option<StepIx> {
        match self.row(at)? {
            Row::Step(ix) => Some(ix),
            Row::Phase(phase) => Some(self.steps_of[phase].start),
            Row::Item(item) => world
                .state
                .rollback
                .as_ref()?
                .items
                .get(item)
                .map(|item| item.step),
            Row::Rollback => None,
        }
    }

    /// The first line to show in a panel `height` high, so that `cursor` is in it.
    pub fn top(&self, cursor: usize, height: usize) -> usize {
        let last_top = self.total.saturating_sub(height);
        cursor.saturating_sub(height / 2).min(last_top)
    }
}
