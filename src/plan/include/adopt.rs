//! Making the phases of one file those of another.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::Include;
use crate::plan::draft::{Draft, PhaseSpec, Placed, StepSpec};
use crate::plan::parts::Var;
use crate::plan::problem::{Problem, nearest};
use crate::plan::source::Span;
use crate::plan::template;

/// Takes the phases of `part`, which stands at `stretch`, into `draft`.
pub(super) fn adopt(
    draft: &mut Draft,
    mut part: Draft,
    include: &Include,
    stretch: Span,
    problems: &mut Vec<Problem>,
) {
    say_what_is_left_out(&part, include, problems);
    let names = variables(draft, &part, include, problems);
    let ids = free_ids(draft, &mut part.phases);
    let names = (!names.is_empty()).then(|| Arc::new(names));
    for phase in &mut part.phases {
        if let Some(when) = &mut phase.when {
            when.rename(&|name| new_name(names.as_deref(), name), &|id| {
                ids.get(id).cloned()
            });
        }
        for step in &mut phase.steps {
            if let Some(when) = &mut step.when {
                when.rename(&|name| new_name(names.as_deref(), name), &|id| {
                    ids.get(id).cloned()
                });
            }
            rename(step, names.as_ref());
        }
    }
    for mut allow in part.allows {
        allow.scope.get_or_insert(stretch);
        draft.allows.push(allow);
    }
    for database in part.databases {
        if !draft
            .databases
            .iter()
            .any(|known| known.name == database.name)
        {
            draft.databases.push(database);
        }
    }
    for folder in part.migrations {
        if !draft.migrations.contains(&folder) {
            draft.migrations.push(folder);
        }
    }
    place(draft, part.phases, include.place);
}

fn new_name(names: Option<&BTreeMap<String, String>>, name: &str) -> Option<String> {
    names?.get(name).cloned()
}

/// What an inner file's variables are called is known by the outer one's names.
fn rename(step: &mut StepSpec, names: Option<&Arc<BTreeMap<String, String>>>) {
    let Some(names) = names else { return };
    for capture in step.captures_mut() {
        if let Some(name) = names.get(&capture.name) {
            capture.name.clone_from(name);
        }
    }
    step.names = Some(match step.names.take() {
        None => Arc::clone(names),
        Some(inner) => {
            let mut all = names.as_ref().clone();
            for (name, meant) in inner.iter() {
                let meant = names.get(meant).unwrap_or(meant);
                all.insert(name.clone(), meant.clone());
            }
            Arc::new(all)
        }
    });
}

/// What the variables of `part` that have another name here are called. Those that are not mapped are
/// the plan's, and new ones if it has none of that name.
fn variables(
    draft: &mut Draft,
    part: &Draft,
    include: &Include,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let captured = part.phases.iter().flat_map(|phase| &phase.steps);
    let captured: Vec<&str> = captured
        .flat_map(|step| step.captures().map(|capture| capture.name.as_str()))
        .collect();
    for (name, meant) in &include.vars {
        let var = part.vars.iter().find(|var| var.name == name.value);
        if var.is_none() && !captured.contains(&name.value.as_str()) {
            let known = part.vars.iter().map(|var| var.name.as_str());
            let message = format!("`{}` has no variable `{}`", include.file.value, name.value);
            let problem = Problem::error("unknown-variable", name.span, message);
            problems.push(match nearest(&name.value, known) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem,
            });
            continue;
        }
        match template::tokens(&meant.value).as_slice() {
            [only] if only.span == Span::new(0, meant.value.len()) => {
                names.insert(name.value.clone(), only.name.to_owned());
            }
            [] => {
                let new = with_text(draft, part, var, name, meant, problems);
                names.insert(name.value.clone(), new);
            }
            _ => problems.push(
                Problem::error(
                    "bad-mapping",
                    meant.span,
                    "a variable is given a text, or one variable",
                )
                .hint("`{{name}}` alone, or no braces at all"),
            ),
        }
    }
    for var in &part.vars {
        let known = draft.vars.iter().any(|known| known.name == var.name);
        if !known && !names.contains_key(&var.name) {
            draft.vars.push(var.clone());
        }
    }
    names
}

/// A variable of its own for a text that is given to one of the included file's.
fn with_text(
    draft: &mut Draft,
    part: &Draft,
    var: Option<&Var>,
    name: &Placed<String>,
    meant: &Placed<String>,
    problems: &mut Vec<Problem>,
) -> String {
    let taken = |candidate: &str| {
        let mut all = draft.vars.iter().chain(&part.vars);
        all.any(|var| var.name == candidate)
    };
    let mut new = (2..).map(|count: usize| format!("{}-{count}", name.value));
    let new = new.find(|name| !taken(name)).unwrap_or_default();
    let mut made = var.cloned().unwrap_or_else(|| Var::new("", name.span));
    if let Some(why) = made.refuses(&meant.value) {
        problems.push(Problem::error("bad-value", meant.span, why));
    }
    if made.secret {
        let message = format!(
            "`{}` is secret: its value does not stand in a plan",
            name.value
        );
        problems.push(
            Problem::error("secret-in-plan", meant.span, message)
                .hint("give it a variable of the plan that is secret, too"),
        );
    }
    made.name.clone_from(&new);
    made.default = Some(meant.value.clone());
    draft.vars.push(made);
    new
}

/// Gives a number to the ids that are taken; tells the new ones of steps by the old ones.
fn free_ids(draft: &Draft, phases: &mut [PhaseSpec]) -> BTreeMap<String, String> {
    let own = draft.phases.iter().flat_map(|phase| &phase.steps);
    let steps = own.chain(draft.tiers.iter().flat_map(|tier| &tier.steps));
    let mut taken: HashSet<String> = steps.filter_map(|step| id_of(step.id.as_ref())).collect();
    let mut phase_ids: HashSet<String> = draft
        .phases
        .iter()
        .filter_map(|phase| id_of(phase.id.as_ref()))
        .collect();
    let mut new_ids = BTreeMap::new();
    for phase in phases {
        if let Some(id) = &mut phase.id {
            id.value = free(&id.value, &mut phase_ids);
        }
        for step in &mut phase.steps {
            let Some(id) = &mut step.id else { continue };
            let new = free(&id.value, &mut taken);
            if new != id.value {
                new_ids.insert(std::mem::replace(&mut id.value, new.clone()), new);
            }
        }
    }
    new_ids
}

fn id_of(id: Option<&Placed<String>>) -> Option<String> {
    id.map(|id| id.value.clone())
}

fn free(id: &str, taken: &mut HashSet<String>) -> String {
    let mut count = 1;
    let mut new = id.to_owned();
    while !taken.insert(new.clone()) {
        count += 1;
        new = format!("{id}-{count}");
    }
    new
}

/// Puts the phases where they belong.
fn place(draft: &mut Draft, phases: Vec<PhaseSpec>, place: Option<usize>) {
    if let Some(place) = place {
        let place = place.min(draft.phases.len());
        draft.phases.splice(place..place, phases);
        return;
    }
    for phase in phases {
        let rank = phase.kind as usize;
        let behind = draft
            .phases
            .iter()
            .rposition(|own| own.kind as usize <= rank);
        draft.phases.insert(behind.map_or(0, |at| at + 1), phase);
    }
}

/// Only phases are taken in, and what they need.
fn say_what_is_left_out(part: &Draft, include: &Include, problems: &mut Vec<Problem>) {
    let parts = [
        ("rollbacks", part.tiers.len()),
        ("probes", part.probes.len()),
        ("alerts", part.alerts.len()),
    ];
    let left: Vec<&str> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, _)| *name)
        .collect();
    if !left.is_empty() {
        let message = format!(
            "only the phases of `{}` are included, not its {}",
            include.file.value,
            left.join(", ")
        );
        problems.push(Problem::note("not-included", include.file.span, message));
    }
    if let Some(cwd) = &part.cwd {
        let message = format!(
            "the steps of `{}` run where this plan's do, not in its `cwd`",
            include.file.value
        );
        problems.push(
            Problem::warning("not-included", cwd.span, message)
                .hint("say at each of its steps where it runs, if that matters"),
        );
    }
    if part.phases.is_empty() {
        let message = format!("`{}` has no phases", include.file.value);
        problems.push(Problem::warning(
            "empty-include",
            include.file.span,
            message,
        ));
    }
}
