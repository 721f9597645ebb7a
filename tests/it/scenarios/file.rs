//! The files: Markdown, a plan in a `toml` fence, and transcripts of it in `text` fences under
//! headings that say what they show.

use std::fs;
use std::path::Path;

/// One transcript.
pub struct Scenario {
    /// The heading above it.
    pub name: String,
    /// The plan above it.
    pub plan: String,
    /// Its lines: inputs from the first column, what came of them indented.
    pub lines: Vec<String>,
}

/// A file, taken apart so that it can be put together again.
pub struct File {
    pub scenarios: Vec<Scenario>,
    /// The text before each scenario, fences included, and after the last one.
    between: Vec<String>,
}

impl File {
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut file = File {
            scenarios: Vec::new(),
            between: vec![String::new()],
        };
        let (mut heading, mut plan) = (String::new(), String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line == "```text" {
                let body = lines.by_ref().take_while(|line| *line != "```");
                file.scenarios.push(Scenario {
                    name: heading.clone(),
                    plan: plan.clone(),
                    lines: body.map(str::to_owned).collect(),
                });
                file.between.push(String::new());
                continue;
            }
            file.keep(line);
            if line == "```toml" {
                plan.clear();
                for line in lines.by_ref() {
                    file.keep(line);
                    if line == "```" {
                        break;
                    }
                    plan.push_str(line);
                    plan.push('\n');
                }
            } else if let Some(words) = line.strip_prefix('#') {
                words
                    .trim_start_matches('#')
                    .trim()
                    .clone_into(&mut heading);
            }
        }
        file
    }

    fn keep(&mut self, line: &str) {
        let last = self.between.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
    }

    pub fn write(&self, path: &Path) {
        let mut text = String::new();
        for (ix, between) in self.between.iter().enumerate() {
            text.push_str(between);
            if let Some(scenario) = self.scenarios.get(ix) {
                text.push_str("```text\n");
                for line in &scenario.lines {
                    text.push_str(line);
                    text.push('\n');
                }
                text.push_str("```\n");
            }
        }
        if fs::read_to_string(path).unwrap() != text {
            fs::write(path, text).unwrap();
        }
    }
}
