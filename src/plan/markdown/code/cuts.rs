//! Where in a block its author begins a new step.

use std::ops::Range;

use super::expected;
use super::joined;
use super::lost;
use super::script;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::markdown::names::comments;

/// The lines at which a new step begins.
pub(super) fn of(lines: &[Line<'_>]) -> Vec<usize> {
    let numbered: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| matches!(line.sort, Sort::Comment(text) if script::numbered(text).is_some()))
        .map(|(ix, _)| ix)
        .collect();
    if let Some(&first) = numbered.first() {
        let alone = !lines[..first].iter().any(|line| line.sort == Sort::Code);
        return numbered.into_iter().skip(usize::from(alone)).collect();
    }
    let paragraphs = paragraphs(lines);
    let says = |range: &Range<usize>| {
        let lines = &lines[range.clone()];
        let told = |line: &Line<'_>| matches!(line.sort, Sort::Comment(text) if is_told(text));
        let code = lines.iter().any(|line| line.sort == Sort::Code);
        !code && lines.iter().any(told)
    };
    let runs = |range: &Range<usize>| {
        lines[range.clone()]
            .iter()
            .any(|line| line.sort == Sort::Code)
    };
    if paragraphs.iter().any(says) && paragraphs.iter().any(runs) {
        // A paragraph without words or commands, such as `#!/bin/sh`, begins the next one.
        let worth = |range: &Range<usize>| says(range) || runs(range);
        let first = paragraphs.iter().position(worth).unwrap_or(0);
        // Commands without words of their own are called after those above them.
        let entitled =
            |pair: &&[Range<usize>]| says(&pair[0]) && lines[pair[1].start].sort == Sort::Code;
        return paragraphs[first..]
            .windows(2)
            .filter(|pair| !entitled(pair))
            .map(|pair| pair[1].clone())
            .filter(|range| !lines[range.clone()].iter().all(is_shown))
            .map(|range| range.start)
            .collect();
    }
    let joined = joined::cuts(lines, &paragraphs);
    if joined.is_empty() {
        reserved(lines, &paragraphs)
    } else {
        joined
    }
}

/// The paragraphs at the end of a block that are there for a case, as the comment above each says: only they ask. What
/// stands in one shell for the sake of its variables stays there.
fn reserved(lines: &[Line<'_>], paragraphs: &[Range<usize>]) -> Vec<usize> {
    let last = paragraphs.iter().rev();
    let reserved = last.take_while(|range| comments::heads_reserved(&lines[(*range).clone()]));
    let mut cuts: Vec<usize> = reserved.map(|range| range.start).collect();
    cuts.reverse();
    let first = cuts.first().copied().unwrap_or_default();
    let before = paragraphs.iter().take_while(|range| range.start < first);
    let told = |range: Range<usize>| comments::heads_reserved(&lines[range]);
    let held = |line: &Line<'_>| lost::sets(line.text) || needs_its_shell(line.text);
    if lines.iter().any(held) || before.cloned().any(told) {
        return Vec::new();
    }
    cuts.retain(|cut| *cut > 0);
    cuts
}

/// Whether a line of a script means something only to the shell that runs the others as well.
pub(super) fn needs_its_shell(line: &str) -> bool {
    const WORDS: [&str; 14] = [
        ".", "case", "do", "exec", "for", "function", "if", "read", "set", "shopt", "source",
        "trap", "until", "while",
    ];
    let first = line.split_whitespace().next().unwrap_or_default();
    let beside = line.trim_end().ends_with('&') && !line.trim_end().ends_with("&&");
    beside || WORDS.contains(&first)
}

fn is_shown(line: &Line<'_>) -> bool {
    matches!(line.sort, Sort::Shown(_))
}

pub(super) fn is_told(comment: &str) -> bool {
    comment.contains(char::is_alphanumeric) && expected::said(comment).is_none()
}

fn paragraphs(lines: &[Line<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (ix, line) in lines.iter().enumerate() {
        match (line.sort, start) {
            (Sort::Blank, Some(from)) => {
                found.push(from..ix);
                start = None;
            }
            (Sort::Blank, None) | (_, Some(_)) => {}
            (_, None) => start = Some(ix),
        }
    }
    found.extend(start.map(|from| from..lines.len()));
    found
}
