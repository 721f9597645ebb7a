//! Commands of one block that are ways of doing one thing: between them stands a comment that says "or".

use std::ops::Range;

use super::cuts;
use super::lost;
use super::script::{self, Piece};
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::markdown::elements::programs;
use crate::plan::markdown::names::comments;
use crate::plan::markdown::names::either::{either, joins};
use crate::plan::markdown::names::label::label;
use crate::plan::shell;
use crate::plan::sql_text;

/// What a piece does in several ways.
pub(in crate::plan::markdown) struct Joined<'t> {
    /// The ways, in the file's order: what each is called, if a comment says so, and its lines.
    pub(in crate::plan::markdown) ways: Vec<Piece<'t>>,
    /// The first comment that joins two of them, and where it stands in the block.
    pub(in crate::plan::markdown) by: (usize, &'t str),
    /// Whether nothing else stands in the piece that is done whichever way is gone.
    pub(in crate::plan::markdown) sure: bool,
}

/// Whether the comment `text` says that the commands below it are another way. It may hold the other way itself: "or: make
/// up".
pub(in crate::plan::markdown) fn joins_commands(text: &str) -> bool {
    joins(text) && !either(text).is_some_and(|rest| programs::begins_with_command(&rest))
}

/// The ways within `piece`, if there are several.
pub(in crate::plan::markdown) fn ways<'t>(
    piece: &Piece<'t>,
    language: Language,
) -> Option<Joined<'t>> {
    let code = &piece.code;
    let joints: Vec<(usize, &'t str)> = (0..code.len())
        .filter_map(|ix| Some((ix, joint(code, ix)?)))
        .collect();
    let &(first, text) = joints.first()?;
    let starts = std::iter::once(0).chain(joints.iter().map(|(ix, _)| ix + 1));
    let ends = joints.iter().map(|(ix, _)| *ix).chain([code.len()]);
    let ranges: Vec<Range<usize>> = starts.zip(ends).map(|(from, to)| from..to).collect();
    // An empty line tells where the ways begin and end; without one, the commands right beside "or" may be all of them.
    let apart = |(ix, _): &(usize, &str)| code[ix - 1].sort == Sort::Blank;
    let apart = joints.iter().all(apart);
    let sure = ranges.iter().all(|range| {
        let lines = trimmed(&code[range.clone()]);
        let one = !lines.iter().any(|line| line.sort == Sort::Blank);
        one && (apart || statements(lines, language) == 1)
    });
    // "or the lock is kept" may be why the next one is run. What ends with a colon is a name.
    let reason = |(_, text): &(usize, &str)| {
        let clause = either(text).is_some_and(|rest| comments::is_clause(&rest));
        clause && !text.ends_with([':', '：'])
    };
    let sure = sure && !joints.iter().any(reason);
    let mut ways = Vec::with_capacity(ranges.len());
    for (nth, range) in ranges.into_iter().enumerate() {
        let own = nth.checked_sub(1).and_then(|joint| either(joints[joint].1));
        let named = own.map(|text| label(&text)).filter(|text| !text.is_empty());
        let mut way = script::piece(trimmed(&code[range]), true);
        way.title = named.or(way.title);
        ways.push(way);
    }
    Some(Joined {
        ways,
        by: (code[first].at, text),
        sure,
    })
}

/// The lines at which a step begins around paragraphs that are joined by "or": what stands before and behind them is done
/// whichever way is gone.
pub(super) fn cuts(lines: &[Line<'_>], paragraphs: &[Range<usize>]) -> Vec<usize> {
    let runs = |range: &Range<usize>| {
        lines[range.clone()]
            .iter()
            .any(|line| line.sort == Sort::Code)
    };
    let other = |range: &Range<usize>| {
        let joined = matches!(lines[range.start].sort, Sort::Comment(text) if joins_commands(text));
        joined && runs(range)
    };
    let held = |line: &Line<'_>| lost::sets(line.text) || cuts::needs_its_shell(line.text);
    // What the first one says may be said of all: "If the schema has changed".
    let first = paragraphs.first();
    let reserved = first.is_some_and(|range| comments::heads_reserved(&lines[range.clone()]));
    if reserved || lines.iter().any(held) {
        return Vec::new();
    }
    let mut cuts = Vec::new();
    for (ix, pair) in paragraphs.windows(2).enumerate() {
        let begins = other(&pair[1]) && !other(&pair[0]) && runs(&pair[0]);
        let ends = other(&pair[0]) && !other(&pair[1]);
        if (begins && ix > 0) || ends {
            cuts.push(if ends { pair[1].start } else { pair[0].start });
        }
    }
    cuts.dedup();
    cuts
}

/// What the line `ix` of `lines` says, if it is a comment between two commands that joins them. What stands in comments
/// below it is not run anyway.
fn joint<'t>(lines: &[Line<'t>], ix: usize) -> Option<&'t str> {
    let Sort::Comment(text) = lines[ix].sort else {
        return None;
    };
    let mut above = lines[..ix].iter().rev();
    let above = above.find(|line| line.sort != Sort::Blank)?;
    if above.sort != Sort::Code || !joins_commands(text) {
        return None;
    }
    let mut below = lines[ix + 1..].iter();
    let below = below.find(|line| match line.sort {
        Sort::Comment(text) => programs::begins_with_command(text),
        sort => sort != Sort::Blank,
    })?;
    (below.sort == Sort::Code).then_some(text)
}

fn trimmed<'l, 't>(lines: &'l [Line<'t>]) -> &'l [Line<'t>] {
    let told = |line: &Line<'_>| line.sort != Sort::Blank;
    let first = lines.iter().position(told).unwrap_or(0);
    let end = lines.iter().rposition(told).map_or(first, |last| last + 1);
    &lines[first..end]
}

/// How many statements begin in `lines`.
fn statements(lines: &[Line<'_>], language: Language) -> usize {
    let text: Vec<&str> = lines.iter().map(|line| line.text).collect();
    if language == Language::Sql {
        return sql_text::statement_ranges(&text.join("\n")).len();
    }
    let begins = shell::scan(&text.join("\n")).boundaries;
    let all = lines.iter().zip(begins);
    all.filter(|(line, begins)| *begins && line.sort == Sort::Code)
        .count()
}
