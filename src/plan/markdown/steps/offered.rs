//! Blocks with names of their own below a line, or a heading, that says that one of them is picked.

use super::walk::Walk;
use crate::plan::markdown::elements::blocks::{Block, Inline, Kind};
use crate::plan::markdown::names::choice::offers;
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::names::means;
use crate::plan::markdown::tongues;

impl Walk<'_, '_> {
    /// The lines among `blocks` that name one of several ways so.
    pub(super) fn offered(&self, blocks: &[Block]) -> Vec<usize> {
        if self.rules.fences {
            ways(blocks, self.rules.chooses)
        } else {
            Vec::new()
        }
    }
}

/// Whether each line that names one of `blocks` only says by what means that is done.
pub(in crate::plan::markdown) fn by_means(blocks: &[Block]) -> bool {
    let lines = blocks.iter().enumerate();
    let names = lines.filter_map(|(ix, block)| {
        let line = block.paragraph()?;
        names_block(line, blocks.get(ix + 1)).then_some(line.text.as_str())
    });
    means::are_means(names)
}

/// Those lines, also behind a heading that `chooses`. They are written alike: what is written in another manner, or says
/// that it comes behind them, goes on below all of them.
fn ways(blocks: &[Block], chooses: bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut run: Option<Vec<usize>> = chooses.then(Vec::new);
    let mut bold = None;
    let lines = blocks.iter().enumerate();
    for (ix, line) in lines.filter_map(|(ix, block)| Some((ix, block.paragraph()?))) {
        if offers(&line.text) || tongues::tells_options(&line.text) {
            close(&mut run, &mut found);
            (run, bold) = (Some(Vec::new()), None);
        } else if names_block(line, blocks.get(ix + 1)) {
            let alike = *bold.get_or_insert(line.is_bold()) == line.is_bold();
            // Where names count the ways, those that do not are none.
            run = run.filter(|_| !heading::counts_options(&label(&line.text)));
            match &mut run {
                Some(ways) if alike && !goes_on(line) => ways.push(ix),
                _ => close(&mut run, &mut found),
            }
        }
    }
    close(&mut run, &mut found);
    found
}

fn names_block(line: &Inline, below: Option<&Block>) -> bool {
    let runs = |block: &Block| matches!(&block.kind, Kind::Fence(fence) if fence.language.runs());
    is_label(line) && below.is_some_and(runs)
}

fn goes_on(line: &Inline) -> bool {
    let name = label(&line.text);
    let next = name.split(|c: char| !c.is_alphanumeric()).next();
    let then = next.is_some_and(|word| THEN.iter().any(|then| word.eq_ignore_ascii_case(then)));
    then || tongues::is_later(&name) || heading::counts_steps(&name)
}

/// What begins the name of what is done next.
const THEN: [&str; 3] = ["then", "next", "finally"];

/// A single way is none.
fn close(run: &mut Option<Vec<usize>>, found: &mut Vec<usize>) {
    found.extend(run.take().filter(|ways| ways.len() > 1).unwrap_or_default());
}
