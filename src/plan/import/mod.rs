//! A runbook as a typed plan: the TOML that means the same, for those who want to go on in it.
//!
//! ```text
//!  Plan ─► top      title, variables, databases, probes, alerts, people, notes
//!       └► phase    phases and ways back
//!            └► step    what is to be done, with the line it came from
//!                 └► write    keys, strings, tables: how TOML is laid out
//! ```
//!
//! Whoever opens the TOML gets the plan that the runbook is: the same phases, steps, ids, texts,
//! expectations and times. What the reading of the runbook remarked is not in it: in a typed plan
//! nothing is left to the reading.

mod accepted;
mod phase;
mod probe;
mod step;
mod top;
mod write;

use self::accepted::Accepted;
use self::write::Writer;
pub(super) use self::write::one_line_string;
use super::Opened;

/// The plan that `opened` is, as TOML. None if there is none, for it has errors or nothing to do.
pub fn import(opened: &Opened) -> Option<String> {
    let plan = opened.plan.as_ref().filter(|plan| !plan.steps.is_empty())?;
    let accepted = Accepted::of(opened, plan);
    let name = std::path::Path::new(opened.source.name()).file_name();
    let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut out = Writer::new(&opened.source);
    out.comment(&format!(
        "Made from {}. The numbers behind steps are its lines.",
        write::one_line(&name)
    ));
    top::begin(plan, &mut out);
    for phase in &plan.phases {
        phase::phase(plan, phase, &accepted, &mut out);
    }
    for tier in &plan.tiers {
        phase::tier(plan, tier, &accepted, &mut out);
    }
    top::end(plan, &accepted, &mut out);
    Some(out.finish())
}

#[cfg(test)]
mod tests;
