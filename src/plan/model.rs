//! The checked plan. Only `check` makes one, so whoever holds a [`Plan`] holds a procedure whose
//! ids are unique, whose references point somewhere, and whose every step can be carried out.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use super::draft::{PhaseSpec, StepSpec, TierSpec};
use super::duration;
use super::expect::Expect;
use super::id::StepId;
use super::include::Included;
use super::ledger::Ledger;
use super::looks::{self, GoesOn};
use super::parts::{AlertRule, Contact, Database, Note, Signoff, Var};
use super::probe::Probe;
use super::template;
use super::work::{Interpreter, Work};

/// The place of a step in [`Plan::steps`].
pub type StepIx = usize;

/// A checked procedure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it is about.
    pub title: String,
    /// The environment it is for; what is typed to confirm danger.
    pub environment: Option<String>,
    /// Whether it was written as TOML or as Markdown.
    pub format: Format,
    /// SHA-256 of the file, in hexadecimal; with other files in it, of all their digests.
    pub digest: String,
    /// The same of their texts, however their lines end: what is approved.
    pub text_digest: String,
    /// SHA-256 of the file alone.
    pub own_digest: String,
    /// The files that it includes, in the order in which they were read.
    pub included: Vec<Included>,
    /// The shell of steps that do not name one.
    pub shell: Interpreter,
    /// The directory in which shell steps begin, relative to the file's own; none: the one in which the run is
    /// started.
    pub cwd: Option<String>,
    /// Variables, in the order of the file.
    pub vars: Vec<Var>,
    /// Databases, in the order of the file. SQL in a Markdown plan that names none uses `main`.
    pub databases: Vec<Database>,
    /// Every step: those of the phases in order, then those of the rollbacks.
    pub steps: Vec<Step>,
    /// Phases in the order they are driven.
    pub phases: Vec<Phase>,
    /// Ways back, by the time since T-0.
    pub tiers: Vec<Tier>,
    /// What is measured again and again.
    pub probes: Vec<Probe>,
    /// Rules about what was measured, and criteria that only a person can judge.
    pub alerts: Vec<AlertRule>,
    /// Whom to call.
    pub contacts: Vec<Contact>,
    /// Who has to sign.
    pub signoffs: Vec<Signoff>,
    /// Everything else that the file says.
    pub notes: Vec<Note>,
    /// Where each element of a Markdown file went.
    pub ledger: Ledger,
    /// Folders of migrations that it names, as they are written.
    pub migrations: Vec<String>,
    /// How many people besides whoever starts it must have approved what the file says.
    pub approvals: u32,
    pub(super) by_id: HashMap<StepId, StepIx>,
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Typed, in TOML.
    Toml,
    /// A runbook in Markdown.
    Markdown,
}

/// What a phase is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// Getting ready; nothing has changed yet.
    Before,
    /// The change itself; the first one starts T-0.
    Deploy,
    /// Making sure that it worked.
    Verify,
    /// What remains to be done later.
    After,
}

impl PhaseKind {
    /// All kinds, in the order in which phases of them usually stand.
    pub const ALL: [PhaseKind; 4] = [
        PhaseKind::Before,
        PhaseKind::Deploy,
        PhaseKind::Verify,
        PhaseKind::After,
    ];

    /// The word that plans and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            PhaseKind::Before => "before",
            PhaseKind::Deploy => "deploy",
            PhaseKind::Verify => "verify",
            PhaseKind::After => "after",
        }
    }
}

/// A named group of steps.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Unique among phases.
    pub id: String,
    /// Counted from 1.
    pub number: usize,
    /// What the author wrote of it; its steps are in [`Plan::steps`].
    pub spec: PhaseSpec,
    /// Where its steps stand in [`Plan::steps`].
    pub steps: Range<StepIx>,
}

/// One way back.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Unique among rollbacks.
    pub id: String,
    /// Counted from 1.
    pub number: usize,
    /// What the author wrote of it; its steps are in [`Plan::steps`].
    pub spec: TierSpec,
    /// Where its steps stand in [`Plan::steps`].
    pub steps: Range<StepIx>,
}

impl Tier {
    /// The start of its window, zero where the author gave none.
    pub fn from(&self) -> Duration {
        self.spec.from.unwrap_or_default()
    }

    /// When it is for, as people read it: `from T+15m on`.
    pub fn times(&self) -> String {
        let from = duration::show(self.from());
        match (self.spec.from, self.spec.until) {
            _ if self.spec.after => "after whichever was gone".to_owned(),
            (None, None) => "any time".to_owned(),
            (_, None) => format!("from T+{from} on"),
            (_, Some(until)) => format!("T+{from} to T+{}", duration::show(until)),
        }
    }

    /// Why its window does not hold `since_t_zero`: it has ended, or has not begun, then.
    pub fn outside(&self, since_t_zero: Duration) -> Option<Outside> {
        match self.spec.window() {
            (_, Some(until)) if until <= since_t_zero => Some(Outside::Ended(until)),
            (from, _) if since_t_zero < from => Some(Outside::Ahead(from)),
            _ => None,
        }
    }
}

/// How the window of a way back misses a moment, by the time since T-0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// It had ended then.
    Ended(Duration),
    /// It begins only then.
    Ahead(Duration),
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outside::Ended(at) => write!(f, "its window ended at {}", duration::t_clock(*at)),
            Outside::Ahead(at) => write!(f, "its window begins at {}", duration::t_clock(*at)),
        }
    }
}

/// What a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// A phase, by its place in [`Plan::phases`].
    Phase(usize),
    /// A rollback, by its place in [`Plan::tiers`].
    Tier(usize),
}

/// One thing to do, with its names.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// Its number on the screen and the command line: `2.3`, or `R1.2` in a rollback.
    pub number: String,
    /// What it belongs to.
    pub home: Home,
    /// What the author wrote of it.
    pub spec: Box<StepSpec>,
    /// Whether all ways of doing it surely change nothing, once somebody wanted to know.
    pub(super) looks: OnceLock<bool>,
}

impl Step {
    /// Whether it surely changes nothing, by what is written: there is nothing to take back then.
    pub fn only_looks(&self) -> bool {
        let spec = &self.spec;
        let others = spec.alternatives.iter().map(|other| &other.work);
        // What a person puts into it may be anything.
        let looks = || spec.holes.is_empty() && others.chain([&spec.work]).all(looks::only_looks);
        *self.looks.get_or_init(looks)
    }

    /// Whether its script, of the way `choice` of doing it, goes on until somebody ends it. Where something is expected of
    /// it, or taken from what it prints, it is more than seen.
    pub fn goes_on(&self, choice: usize) -> Option<GoesOn> {
        let work = self.spec.work_of(choice)?;
        let how = work.goes_on()?;
        let captures = self.spec.captures_of(work).next().is_some();
        let told = *self.spec.expect_of(work) != Expect::SUCCESS || captures;
        Some(if told { GoesOn::Unsure } else { how })
    }
}

impl Plan {
    /// The step with this id or number.
    ///
    /// Ids first: where an id looks like another step's number, the id is what its author meant.
    pub fn find(&self, name: &str) -> Option<StepIx> {
        let by_id = self.by_id.get(name).copied();
        by_id.or_else(|| self.find_number(name))
    }

    fn find_number(&self, number: &str) -> Option<StepIx> {
        let nth = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        let (home, place) = number.split_once('.')?;
        let steps = match home.strip_prefix('R') {
            Some(tier) => &self.tiers.get(nth(tier)?)?.steps,
            None => &self.phases.get(nth(home)?)?.steps,
        };
        let ix = steps.start + nth(place)?;
        (ix < steps.end && self.steps[ix].number == number).then_some(ix)
    }

    /// The phase that the step at `ix` belongs to, if it is not part of a rollback.
    pub fn phase_of(&self, ix: StepIx) -> Option<usize> {
        match self.steps[ix].home {
            Home::Phase(phase) => Some(phase),
            Home::Tier(_) => None,
        }
    }

    /// Where the steps of the phases stand in [`Plan::steps`]; those of the rollbacks follow.
    pub fn forward_steps(&self) -> Range<StepIx> {
        0..self.phases.last().map_or(0, |phase| phase.steps.end)
    }

    /// The place of the phase with this id, or else number.
    pub fn find_phase(&self, name: &str) -> Option<usize> {
        let by_number = || {
            let number: usize = name.parse().ok()?;
            (1..=self.phases.len())
                .contains(&number)
                .then(|| number - 1)
        };
        let by_id = self.phases.iter().position(|phase| phase.id == name);
        by_id.or_else(by_number)
    }

    /// The place of the tier with this id, name (capitals aside) or number.
    pub fn find_tier(&self, name: &str) -> Option<usize> {
        let matches: [&dyn Fn(&Tier) -> bool; 3] = [
            &|tier| tier.id == name,
            &|tier| tier.spec.name.eq_ignore_ascii_case(name),
            &|tier| tier.number.to_string() == name || format!("R{}", tier.number) == name,
        ];
        matches
            .iter()
            .find_map(|fits| self.tiers.iter().position(fits))
    }

    /// The tier that the clock offers: the one whose window holds `since_t_zero`, else the last
    /// whose window has begun, else the first.
    pub fn tier_at(&self, since_t_zero: Duration) -> Option<usize> {
        let ways: Vec<usize> = self.ways().collect();
        let windows = ways.iter().map(|&ix| self.tiers[ix].spec.window());
        offered_at(&windows, since_t_zero).map(|at| ways[at])
    }

    /// The tiers that somebody can go, by their places in [`Plan::tiers`].
    pub fn ways(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.tiers.len()).filter(|&ix| !self.tiers[ix].spec.after)
    }

    /// The steps that are done behind whichever way back was gone.
    pub fn after_way_back(&self) -> impl Iterator<Item = StepIx> + '_ {
        let after = self.tiers.iter().filter(|tier| tier.spec.after);
        after.flat_map(|tier| tier.steps.clone())
    }

    /// The variable called `name`.
    pub fn var(&self, name: &str) -> Option<&Var> {
        self.vars.iter().find(|var| var.name == name)
    }

    /// Whether `name` is a variable: one that the plan lists or that a step captures.
    pub fn has_variable(&self, name: &str) -> bool {
        let captures = |step: &Step| step.spec.captures().any(|c| c.name == name);
        self.var(name).is_some() || self.steps.iter().any(captures)
    }

    /// The variables that must have a value before `work`, part of `step`, can begin.
    pub fn variables_in<'p>(&'p self, step: &'p StepSpec, work: &Work) -> Vec<&'p str> {
        let mut names: Vec<&str> = Vec::new();
        for text in step.texts(work) {
            for name in template::names(&text, &step.holes) {
                let known = self.named(step.variable(name));
                names.extend(known.filter(|name| !names.contains(name)));
            }
        }
        names
    }

    /// The name of a variable that the plan lists or a step captures.
    fn named(&self, name: &str) -> Option<&str> {
        let listed = self.vars.iter().map(|var| var.name.as_str());
        let steps = self.steps.iter().flat_map(|step| step.spec.captures());
        let captured = steps.map(|capture| capture.name.as_str());
        listed.chain(captured).find(|known| *known == name)
    }
}

/// Which of `windows` is the one that the clock offers, see [`Plan::tier_at`].
pub(super) fn offered_at(
    windows: &(impl Iterator<Item = (Duration, Option<Duration>)> + Clone),
    since_t_zero: Duration,
) -> Option<usize> {
    let begun = |from: Duration| from <= since_t_zero;
    let holds = |(from, until): (Duration, Option<Duration>)| {
        begun(from) && until.is_none_or(|until| since_t_zero < until)
    };
    let mut all = windows.clone().enumerate();
    let holding = all.find(|(_, window)| holds(*window));
    let last = || {
        let all = windows.clone().enumerate();
        let all = all.filter(|(_, (from, _))| begun(*from));
        all.max_by_key(|(_, (from, _))| *from)
    };
    let first = || windows.clone().enumerate().next();
    let (ix, _) = holding.or_else(last).or_else(first)?;
    Some(ix)
}
