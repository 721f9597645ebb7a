//! What a step sets for its own shell only and a later step would miss: variables that are not exported,
//! functions, aliases. Each step has a shell of its own.

use crate::plan::markdown::elements::line::{Line, Sort as Written};
use std::collections::{HashMap, HashSet};

use super::script::Piece;
use crate::plan::find;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::problem::Problem;
use crate::plan::shell;

/// The most names that are kept in mind: more than anybody sets, and few enough to look for in each line.
const MAX_NAMES: usize = 48;

/// What a name stands for that a shell forgot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Variable,
    Function,
    Alias,
}

/// A name that a shell forgot when it ended.
#[derive(Debug)]
pub(in crate::plan::markdown) struct Lost {
    name: String,
    sort: Sort,
    /// The block that it was set in, by its number in the account.
    account: usize,
}

/// Tells of what `piece` of `fence` uses and an earlier step has lost, and keeps in mind what it sets.
pub(in crate::plan::markdown) fn look(piece: &Piece<'_>, fence: &Fence, book: &mut Book<'_>) {
    let mut lost = std::mem::take(&mut book.lost);
    lost.retain(|lost| {
        let Some(line) = first_use(piece, lost) else {
            return !piece.code.iter().any(|line| exports(line.text, &lost.name));
        };
        tell(lost, line, fence, book);
        false
    });
    let exported = Exported::by(&piece.code);
    for line in &piece.code {
        if let Some((name, sort)) = set(line.text).filter(|(name, _)| !exported.has(name)) {
            lost.retain(|lost| lost.name != name);
            lost.push(Lost {
                name: name.to_owned(),
                sort,
                account: fence.account,
            });
            let many = lost.len().saturating_sub(MAX_NAMES);
            lost.drain(..many);
        }
    }
    book.lost = lost;
}

/// Those of `cuts`, which part the `lines` of a block, behind which nothing needs the shell of what stands before: a
/// variable that is set there, or how the last command there ended.
pub(super) fn harmless(mut cuts: Vec<usize>, lines: &[Line<'_>]) -> Vec<usize> {
    if cuts.is_empty() {
        return cuts;
    }
    let exported = Exported::by(lines);
    let mut set: HashMap<&str, usize> = HashMap::new();
    // How many lines above each line are needed there or below it.
    let mut needed = vec![0_isize; lines.len() + 1];
    let (mut part, mut begun) = (0, false);
    let mut next = cuts.iter().copied().peekable();
    for (ix, line) in lines.iter().enumerate() {
        if let Some(cut) = next.next_if_eq(&ix) {
            (part, begun) = (cut, false);
        }
        if line.sort != Written::Code {
            continue;
        }
        let asks = line.text.contains("$?") || line.text.contains("PIPESTATUS");
        let begins = !std::mem::replace(&mut begun, true);
        let last = part.checked_sub(1).filter(|_| asks && begins);
        let read = used(line.text).filter_map(|name| set.get(name).copied());
        for above in read.chain(last) {
            needed[above + 1] += 1;
            needed[ix + 1] -= 1;
        }
        if let Some(name) = assigned(line.text.trim_start()).filter(|name| !exported.has(name)) {
            set.insert(name, ix);
        }
    }
    let summed = needed.iter().scan(0, |sum, more| {
        *sum += more;
        Some(*sum == 0)
    });
    let free: Vec<bool> = summed.collect();
    // What is done by hand between commands is waited for, and has to stay a step of its own.
    let by_hand = |range: (usize, usize)| {
        let part = &lines[range.0..range.1];
        part.iter().all(|line| line.sort != Written::Code)
            && part
                .iter()
                .any(|line| matches!(line.sort, Written::Comment(_)))
    };
    let ends = cuts.iter().copied().skip(1).chain([lines.len()]);
    if !cuts.iter().copied().zip(ends).any(by_hand) {
        cuts.retain(|cut| free[*cut]);
    }
    cuts
}

/// Whether `line` sets anything for its own shell only.
pub(super) fn sets(line: &str) -> bool {
    set(line).is_some()
}

/// The name that a line gives a meaning for its own shell only.
fn set(line: &str) -> Option<(&str, Sort)> {
    let function = shell::function_name(line).map(|name| (name, Sort::Function));
    let alias = || alias(line).map(|name| (name, Sort::Alias));
    let variable = || assigned(line).map(|name| (name, Sort::Variable));
    function.or_else(alias).or_else(variable)
}

/// `alias NAME=…`
fn alias(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("alias ")?;
    let (name, _) = rest.trim_start().split_once('=')?;
    (!name.is_empty() && !name.contains([' ', '$'])).then_some(name)
}

fn tell(lost: &Lost, line: &Line<'_>, fence: &Fence, book: &mut Book<'_>) {
    let name = &lost.name;
    let at = fence.locate(line.at);
    let span = book.span(at, at + line.text.len());
    let place = if lost.account == fence.account {
        "another step of this block"
    } else {
        "an earlier step"
    };
    let (set, hint) = match lost.sort {
        Sort::Variable => ("set in", format!("write `export {name}=…`")),
        Sort::Function => (
            "a function of",
            format!("write {name} into a file of its own, or into this block"),
        ),
        Sort::Alias => (
            "an alias of",
            "write the command itself: a script has no aliases".to_owned(),
        ),
    };
    let message = format!("`{name}` is {set} {place}, whose shell has ended by then");
    book.problems
        .push(Problem::warning("lost-variable", span, message).hint(hint));
}

/// The first line that uses what was lost, unless the piece sets it itself before.
fn first_use<'p, 't>(piece: &'p Piece<'t>, lost: &Lost) -> Option<&'p Line<'t>> {
    let name = lost.name.as_str();
    let own = |line: &&Line<'_>| {
        let text = line.text;
        !(assigned(text) == Some(name)
            || exports(text, name)
            || shell::function_name(text) == Some(name)
            || alias(text) == Some(name)
            || text.contains(&format!("for {name} in "))
            || text.contains(&format!("read {name}"))
            || text.contains(&format!("read -r {name}")))
    };
    let mut lines = piece.code.iter().take_while(own);
    lines.find(|line| match lost.sort {
        Sort::Variable => uses(line.text, name),
        Sort::Function | Sort::Alias => is_called(line.text, name),
    })
}

/// The variable that a line sets for its own shell only.
fn assigned(line: &str) -> Option<&str> {
    let (name, value) = line.split_once('=')?;
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (fits && is_all(value)).then_some(name)
}

/// Whether `script` gives variables their values and does nothing else: no other shell ever sees them.
pub(in crate::plan::markdown) fn only_sets(script: &str) -> bool {
    let told = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let mut lines = script.lines().map(str::trim).filter(told).peekable();
    // What a command prints is a value that takes running it.
    let sets = |line: &str| {
        let runs = line.contains(['`', ';', '|']) || line.contains("$(") || line.contains("&&");
        assigned(line).is_some() && !runs
    };
    lines.peek().is_some() && lines.all(sets)
}

/// Whether `value` is all that a line says: `A=b command` sets it for that command.
fn is_all(value: &str) -> bool {
    let (mut quote, mut depth) = (None, 0_usize);
    let ends = |(_, c): &(usize, char)| {
        match (quote, c) {
            (Some(open), c) if open == *c => quote = None,
            (None, '"' | '\'') => quote = Some(*c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 && (c.is_whitespace() || matches!(c, ';' | '&' | '|')) => {
                return true;
            }
            _ => {}
        }
        false
    };
    let end = value
        .char_indices()
        .find(ends)
        .map_or(value.len(), |(at, _)| at);
    let rest = value[end..].trim_start();
    rest.is_empty() || rest.starts_with([';', '&', '|', '#'])
}

/// What lines export.
enum Exported<'t> {
    All,
    Names(HashSet<&'t str>),
}

impl<'t> Exported<'t> {
    fn by(lines: &[Line<'t>]) -> Self {
        let all = |line: &Line<'_>| matches!(line.text.trim(), "set -a" | "set -o allexport");
        if lines.iter().any(all) {
            return Exported::All;
        }
        Exported::Names(lines.iter().flat_map(|line| exported(line.text)).collect())
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Exported::All => true,
            Exported::Names(names) => names.contains(name),
        }
    }
}

/// Whether a line exports `name`.
fn exports(line: &str, name: &str) -> bool {
    exported(line).any(|word| word == name)
}

/// `export NAME`, `NAME=x; export NAME`, `declare -x NAME=y`
fn exported(line: &str) -> impl Iterator<Item = &str> {
    let at = find::find(line, "export ").or_else(|| find::find(line, "declare -x "));
    at.into_iter()
        .flat_map(|at| line[at..].split([' ', '=', ';']))
}

/// Whether a line expands the variable `name`, without a value for when it is not set.
fn uses(line: &str, name: &str) -> bool {
    used(line).any(|used| used == name)
}

/// The variables that a line expands, without a value for when they are not set.
fn used(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('$').filter_map(|(at, _)| {
        let braced = line[at + 1..].starts_with('{');
        let rest = line[at + 1..].trim_start_matches('{');
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let given = braced && behind.starts_with([':', '-', '=', '+', '?']);
        (!name.is_empty() && !given).then_some(name)
    })
}

/// What stands before a command that does not begin its line.
const BEFORE_COMMANDS: [&str; 14] = [
    "&& ", "|| ", "; ", "| ", "$(", "`", "(", "{ ", "! ", "if ", "while ", "until ", "then ", "do ",
];

/// Whether a line calls `name` as a command.
fn is_called(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    line.match_indices(name).any(|(at, _)| {
        let before = &line[..at];
        let rest = &line[at + name.len()..];
        let begins = before.is_empty() || BEFORE_COMMANDS.iter().any(|word| before.ends_with(word));
        let comment = before.starts_with('#') || before.contains(" #");
        begins && !comment && (rest.is_empty() || rest.starts_with([' ', ';', '&', '|', ')', '`']))
    })
}
