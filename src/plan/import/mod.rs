//! A runbook as a typed plan: the TOML that means the same, for those who want to go on in it.
//!
//! ```text
//!  Plan ─► top      title, variables, databases, probes, alerts, people, notes
//!       └► phase    phases and ways back
//!            └► step    what is to be done, with the line it came from
//!       own      what is not from another file that it includes: that is named, as it is
//!       accepted, remarks    what the author accepts, what the reading warned of: by step
//!                 └► write    keys, strings, tables: how TOML is laid out
//! ```
//!
//! Whoever opens the TOML gets the plan that the runbook is: the same phases, steps, ids, texts,
//! expectations and times. Of what the reading remarked, warnings go with it: in a typed plan nothing
//! is left to the reading, and what nobody has settled stays said. What the typed plan's own check finds
//! needs no remark.

mod accepted;
mod homes;
mod own;
mod phase;
mod probe;
mod remarks;
mod step;
mod top;
mod write;

use self::accepted::Accepted;
use self::homes::Homes;
use self::own::Own;
use self::remarks::Remarks;
use self::write::Writer;
pub(super) use self::write::one_line_string;
use super::include::nobody;
use super::{Load, Opened, Plan, open_from};

/// The plan that `opened` is, as TOML. None if there is none, for it has errors or nothing to do.
pub fn import(opened: &Opened) -> Option<String> {
    import_from(opened, &nobody)
}

/// The same of a plan that may include other files, which `load` brings.
pub fn import_from(opened: &Opened, load: Load<'_>) -> Option<String> {
    let plan = opened.plan.as_ref().filter(|plan| !plan.steps.is_empty())?;
    let homes = Homes::of(plan);
    let mut said = Said {
        own: Own::of(opened),
        accepted: Accepted::of(opened, &homes),
        remarks: Remarks::default(),
    };
    let typed = written(opened, plan, &said);
    let typed = open_from("plan.toml", typed.as_bytes(), None, load);
    said.remarks = Remarks::of(opened, &homes, &typed);
    Some(written(opened, plan, &said))
}

/// The TOML of `plan`, with what was `said` of it.
fn written(opened: &Opened, plan: &Plan, said: &Said<'_>) -> String {
    let name = std::path::Path::new(opened.source.name()).file_name();
    let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut out = Writer::new(&opened.source);
    out.comment(&format!(
        "Made from {}. The numbers behind steps are its lines.",
        write::one_line(&name)
    ));
    top::begin(plan, &said.own, &mut out);
    let phases = plan.phases.iter();
    for phase in phases.filter(|phase| said.own.has(phase.spec.span)) {
        phase::phase(plan, phase, said, &mut out);
    }
    for tier in &plan.tiers {
        phase::tier(plan, tier, said, &mut out);
    }
    top::end(plan, said, &mut out);
    out.finish()
}

/// What was said of the steps of a runbook and of the rest of it.
struct Said<'o> {
    own: Own<'o>,
    accepted: Accepted<'o>,
    remarks: Remarks<'o>,
}

#[cfg(test)]
mod tests;
