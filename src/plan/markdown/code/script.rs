//! Blocks of shell and SQL, cut where their author begins a new step, never inside a statement.

use super::carried;
use super::cuts::{self, is_told};
use super::expected;
use super::joined;
use super::lost;
use super::printed;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::markdown::elements::{programs, transcript};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::{self, ORDINALS};
use crate::plan::shell;

/// A part of a block that is a step of its own.
#[derive(Debug, Default)]
pub(in crate::plan::markdown) struct Piece<'t> {
    /// What its first comment says, or its first command.
    pub(in crate::plan::markdown) title: Option<String>,
    /// The lines that are run; none if there is no command among them.
    pub(in crate::plan::markdown) code: Vec<Line<'t>>,
    /// What the comments say, where there is no command.
    pub(in crate::plan::markdown) remarks: Vec<String>,
    /// What its author expects to see.
    pub(in crate::plan::markdown) expected: Vec<String>,
    /// Whether some of that stands between its commands.
    pub(in crate::plan::markdown) amid: bool,
    /// What a transcript shows that it printed.
    pub(in crate::plan::markdown) printed: Option<String>,
    /// Its other comments, and where each stands in the block.
    pub(in crate::plan::markdown) comments: Vec<(usize, &'t str)>,
    /// Where it begins and ends in the block.
    pub(in crate::plan::markdown) start: usize,
    pub(in crate::plan::markdown) end: usize,
}

impl Piece<'_> {
    /// The commands, one text.
    pub(in crate::plan::markdown) fn text(&self) -> String {
        let lines: Vec<&str> = self.code.iter().map(|line| line.text).collect();
        lines.join("\n")
    }
}

/// The steps of a block that stands by itself.
pub(in crate::plan::markdown) fn pieces(fence: &Fence, language: Language) -> Vec<Piece<'_>> {
    let (lines, printed) = lines(fence, language);
    if language == Language::Snapshot {
        return vec![piece(&lines, true)];
    }
    let cuts = match language {
        Language::Sql => Vec::new(),
        _ => lost::harmless(cuts::of(&lines), &lines),
    };
    let functions = if cuts.is_empty() {
        Vec::new()
    } else {
        carried::functions(&lines)
    };
    let mut pieces = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([lines.len()]) {
        if lines[from..cut].iter().any(|line| line.sort != Sort::Blank) {
            let mut piece = piece(&lines[from..cut], true);
            carried::carry(&functions, from, &lines, &mut piece);
            pieces.push(piece);
        }
        from = cut;
    }
    if let Some(last) = pieces.last_mut() {
        last.printed = printed;
    }
    pieces
}

/// A block as one step, to which its first comment gives the title, if nobody else does.
pub(in crate::plan::markdown) fn whole(fence: &Fence, entitle: bool) -> Piece<'_> {
    let (lines, printed) = lines(fence, fence.language);
    let mut piece = piece(&lines, entitle);
    piece.printed = printed;
    piece
}

/// The lines of a block, and what a transcript shows as printed.
fn lines(fence: &Fence, language: Language) -> (Vec<Line<'_>>, Option<String>) {
    let mut at = 0;
    let mut lines: Vec<Line<'_>> = Vec::new();
    for text in fence.text.split_inclusive('\n') {
        let start = at;
        at += text.len();
        lines.push(Line {
            at: start,
            text: text.trim_end_matches(['\n', '\r']),
            sort: Sort::Code,
        });
    }
    let printed = match language {
        Language::Sql | Language::Snapshot => None,
        _ => transcript::take_commands(&mut lines, language == Language::Console),
    };
    sort(&mut lines, language);
    (lines, printed)
}

impl<'t> Line<'t> {
    /// The same line from `text` on, which is a part of it.
    pub(in crate::plan::markdown) fn from(self, text: &'t str) -> Self {
        Line {
            at: self.at + (self.text.len() - text.len()),
            text,
            ..self
        }
    }
}

fn sort(lines: &mut [Line<'_>], language: Language) {
    let boundaries = if matches!(language, Language::Sql | Language::Snapshot) {
        vec![true; lines.len()]
    } else {
        let text: Vec<&str> = lines.iter().map(|line| line.text).collect();
        shell::scan(&text.join("\n")).boundaries
    };
    let mark = if language == Language::Sql { "--" } else { "#" };
    for (line, free) in lines.iter_mut().zip(boundaries) {
        let text = line.text.trim();
        line.sort = if !free {
            Sort::Code
        } else if text.is_empty() {
            Sort::Blank
        } else if text.starts_with("#!") || (mark == "#" && only_sets(text)) {
            Sort::Preamble
        } else if let Some(comment) = text.strip_prefix(mark) {
            Sort::Comment(words_of(comment))
        } else {
            Sort::Code
        };
    }
    printed::mark(lines);
    // A block of nothing else is there to be run.
    let empty = |line: &Line<'_>| match line.sort {
        Sort::Blank => true,
        Sort::Preamble => line.text.trim().starts_with("set"),
        _ => false,
    };
    if lines.iter().all(empty) {
        let options = lines.iter_mut().filter(|line| line.sort == Sort::Preamble);
        options.for_each(|line| line.sort = Sort::Code);
    }
}

/// Whether a line only sets options of the shell, and runs nothing behind that.
fn only_sets(line: &str) -> bool {
    let options = line.strip_prefix("set -");
    options.is_some_and(|rest| !rest.starts_with('-') && !line.contains([';', '&', '|']))
}

/// A comment's words, without the signs that only draw a line.
fn words_of(comment: &str) -> &str {
    let text = comment.trim().trim_start_matches('#');
    let drawn = |c: char| matches!(c, '=' | '*' | '#' | '~' | '-' | '_' | ' ');
    let ruled = ["==", "--", "**", "##", "~~", "__"];
    let ends = ruled.iter().any(|rule| text.ends_with(rule));
    let begins = ruled.iter().any(|rule| text.trim_start().starts_with(rule));
    match (begins, ends) {
        (true, true) => text.trim_matches(drawn),
        (false, true) => text.trim_end_matches(drawn).trim(),
        _ => text.trim(),
    }
}

/// What stands behind `1.`, `1)`, `Step 1:`, `Schritt 1:`, `步骤1：`.
pub(super) fn numbered(comment: &str) -> Option<&str> {
    let step = ORDINALS
        .near(comment)
        .iter()
        .filter(|(_, ordinal)| *ordinal == Ordinal::Number)
        .find_map(|(word, _)| tongues::strip_word(comment, word))
        .map(str::trim_start)
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let text = step.unwrap_or(comment);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 || digits > 2 {
        return None;
    }
    let rest = &text[digits..];
    let dash = step.and_then(|_| rest.strip_prefix(" - ").or(rest.strip_prefix(" – ")));
    let words = dash
        .or_else(|| rest.strip_prefix(['.', ')', ':'])?.strip_prefix(' '))
        .or_else(|| rest.strip_prefix(['：', '、', '．', '）']))?
        .trim();
    (!words.is_empty()).then_some(words)
}

/// Makes a piece of `lines`. With `entitle` its first comment is its title, and no part of it.
pub(super) fn piece<'t>(lines: &[Line<'t>], entitle: bool) -> Piece<'t> {
    let runs = lines.iter().any(|line| line.sort == Sort::Code);
    let mut piece = Piece {
        start: lines.first().map_or(0, |line| line.at),
        end: lines.last().map_or(0, |line| line.at + line.text.len()),
        ..Piece::default()
    };
    let (mut seen_code, mut behind) = (false, false);
    let mut more: Vec<&str> = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for line in lines {
        match line.sort {
            Sort::Comment(text) => {
                let words = numbered(text).unwrap_or(text);
                let remark = text.starts_with('(') && text.ends_with(')');
                let of_it = || expected::of_statement(text).filter(|_| seen_code);
                if let Some(wanted) = expected::said(text).or_else(of_it) {
                    piece.expected.push(wanted.to_owned());
                    behind |= seen_code;
                    continue;
                }
                piece.comments.push((line.at, text));
                let titles = entitle && !seen_code && !remark && is_told(text);
                if titles && piece.title.is_none() {
                    piece.title = Some(words.to_owned());
                    continue;
                }
                let own = programs::begins_with_command(text) || joined::joins_commands(text);
                if seen_code && is_told(text) && !remark && !own {
                    more.push(words.trim_end_matches([':', ' ']));
                }
                if !runs && is_told(text) {
                    let bare = if remark {
                        &text[1..text.len() - 1]
                    } else {
                        text
                    };
                    piece.remarks.push(bare.to_owned());
                }
            }
            Sort::Code => {
                piece.amid |= behind;
                seen_code = true;
                let wanted = expected::behind_statement(line.text);
                behind |= wanted.is_some();
                piece.expected.extend(wanted.map(str::to_owned));
            }
            Sort::Shown(text) => {
                behind |= seen_code;
                shown.push(text);
            }
            Sort::Blank | Sort::Preamble => {}
        }
        if runs {
            piece.code.push(*line);
        }
    }
    trim_blank(&mut piece.code);
    let shown = shown.join("\n").trim().to_owned();
    piece
        .expected
        .extend(Some(shown).filter(|shown| !shown.is_empty()));
    if let Some(title) = piece.title.as_mut().filter(|_| !more.is_empty()) {
        title.truncate(title.trim_end_matches([':', ' ']).len());
        name_all(title, &more);
    }
    if piece.title.is_none() {
        let first = lines.iter().find(|line| line.sort == Sort::Code);
        piece.title = first.map(|line| line.text.trim().trim_end_matches('\\').trim().to_owned());
    }
    piece
}

/// Makes `title`, what the first comment says, tell what those behind its commands say as well.
fn name_all(title: &mut String, more: &[&str]) {
    let length: usize = more.iter().map(|text| text.len() + 2).sum();
    if title.len() + length <= MAX_TITLE {
        for text in more {
            title.push_str("; ");
            title.push_str(text);
        }
    } else {
        *title = format!("{title} (and {} more)", more.len());
    }
}

/// The longest title made of several comments, in bytes.
const MAX_TITLE: usize = 90;

fn trim_blank(code: &mut Vec<Line<'_>>) {
    while code.last().is_some_and(|line| line.sort == Sort::Blank) {
        code.pop();
    }
    let blank = code
        .iter()
        .take_while(|line| line.sort == Sort::Blank)
        .count();
    code.drain(..blank);
}

#[cfg(test)]
#[path = "../tests/script.rs"]
mod tests;
