//! Transcripts of a terminal: the commands behind the prompts, and what they printed.

use super::script::Line;

/// Leaves only the commands of a transcript in `lines`, and returns what was printed. Lines that
/// are no transcript stay as they are.
pub(super) fn take_commands(lines: &mut Vec<Line<'_>>, console: bool) -> Option<String> {
    let prompt = prompt(lines, console)?;
    let mut commands = Vec::new();
    let mut printed: Vec<&str> = Vec::new();
    let mut open = false;
    for line in lines.iter() {
        let text = line.text.trim_start();
        if let Some(command) = text.strip_prefix(prompt) {
            commands.push(line.from(command.trim_start()));
            open = command.ends_with('\\');
        } else if let Some(rest) = text.strip_prefix("> ").filter(|_| open || console) {
            commands.push(line.from(rest));
            open = rest.ends_with('\\');
        } else if open {
            commands.push(*line);
            open = line.text.ends_with('\\');
        } else if prompt == "$ " && text.starts_with('#') || text.is_empty() {
            commands.push(*line);
        } else {
            printed.push(line.text);
        }
    }
    *lines = commands;
    (!printed.is_empty()).then(|| printed.join("\n"))
}

/// The prompt of a transcript. In a block that calls itself a script only `$` can be one, and
/// only if the first command has it.
fn prompt(lines: &[Line<'_>], console: bool) -> Option<&'static str> {
    let texts = || lines.iter().map(|line| line.text.trim_start());
    if console {
        let found = ["$ ", "# "].into_iter();
        return found
            .into_iter()
            .find(|prompt| texts().any(|text| text.starts_with(prompt)));
    }
    let first = texts().find(|text| !text.is_empty() && !text.starts_with('#'))?;
    first.starts_with("$ ").then_some("$ ")
}
