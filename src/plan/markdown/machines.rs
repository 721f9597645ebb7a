//! Commands that were meant for another machine: below "On db2:", or behind the prompt of one. They run here.

use super::blocks::Fence;
use super::book::Book;
use super::transcript;
use crate::plan::draft::StepSpec;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// Whether what `step` runs names another machine by itself, or is run by what knows where.
pub(super) fn reaches(step: &StepSpec) -> bool {
    let Work::Shell(shell) = &step.work else {
        return true;
    };
    let signs = [
        "ssh", "exec", "@", "://", " -h ", "--host", "ansible", "kubectl", "docker", "podman",
    ];
    signs.iter().any(|sign| shell.script.contains(sign))
}

/// Tells of the machines that the prompts of `fence` name between `start` and `end`, the place of `step`. Where they
/// are not the one that the file named first, it asks before it runs.
pub(super) fn heed(
    step: &mut StepSpec,
    fence: &Fence,
    start: usize,
    end: usize,
    book: &mut Book<'_>,
) {
    // A line that is run begins behind its prompt.
    let before = fence.text.get(..start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let text = fence.text.get(start..end).unwrap_or_default();
    // Hardly any block has one.
    if step.work.is_check() || !text.contains('@') {
        return;
    }
    let mut hosts: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        let at = line.as_ptr().addr() - text.as_ptr().addr() + start;
        let host = transcript::host(line.trim_start());
        if let Some(host) = host.filter(|host| hosts.iter().all(|(_, known)| known != host)) {
            hosts.push((at, host));
        }
    }
    let Some(&(at, first)) = hosts.first() else {
        return;
    };
    let told = book.host.is_some();
    let known = book.host.get_or_insert_with(|| first.to_owned());
    let other = hosts.iter().find(|(_, host)| *host != known.as_str());
    if other.is_none() && told {
        return;
    }
    let (at, host) = other.copied().unwrap_or((at, first));
    let at = fence.locate(at);
    let message = format!("this was typed on `{host}`: it runs on this machine");
    let problem = Problem::warning("runs-here", book.span(at, at + 1), message);
    book.problems.push(
        problem.hint("start the run there, or give the command to that machine: `ssh db1 '…'`"),
    );
    if other.is_some() && step.confirm.is_none() && step.when.is_none() {
        step.confirm = Some(format!(
            "This was typed on {host}, and runs on this machine. Is that what is needed?"
        ));
        step.danger = true;
    }
}
