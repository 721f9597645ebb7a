//! What is written down while a file is read: where each element went, what is to be said about
//! it, which names are taken, what stands for something unknown.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::plan::draft::{Hole, Placed};
use crate::plan::id::slug;
use crate::plan::ledger::{Element, Ledger, Place};
use crate::plan::letters;
use crate::plan::markdown::code::hosts::Prompts;
use crate::plan::markdown::code::lost::Lost;
use crate::plan::markdown::elements::blocks::{Block, Fence, Kind};
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::steps::work;
use crate::plan::parts::{Database, Var};
use crate::plan::problem::{Problem, nearest};
use crate::plan::source::{Source, Span};
use crate::plan::work::Interpreter;

/// The name of the database that SQL means when nothing else is said.
const MAIN: &str = "main";

/// The notebook of one reading.
pub(super) struct Book<'s> {
    source: &'s Source,
    elements: Vec<(Element, Span)>,
    places: Vec<Place>,
    pub(super) problems: Vec<Problem>,
    pub(super) vars: Vec<Var>,
    /// The variable that each placeholder stands for.
    literals: HashMap<String, String>,
    /// Names that the front matter gave to variables, names given here, and how often each was asked for.
    authors_vars: HashSet<String>,
    var_names: HashSet<String>,
    made_vars: HashMap<String, usize>,
    /// What the front matter says is for other tools.
    not_variables: HashSet<String>,
    ids: HashSet<String>,
    phase_ids: HashSet<String>,
    database: String,
    /// The shells that were asked for, the one of the front matter first.
    shells: Vec<Arc<Interpreter>>,
    /// What the names above steps say against going on with those.
    pub(super) reserves: HashMap<String, Option<Reserve>>,
    /// What the steps so far have set for their own shells only.
    pub(super) lost: Vec<Lost>,
    /// Where lines say that the point of no return is, and their places.
    pub(super) no_returns: Vec<(String, Span)>,
    /// The headings that a table of contents may lead to.
    pub(super) targets: HashSet<String>,
    /// Commands in sentences and tables, which a person is told to run.
    pub(super) told: Vec<Span>,
    /// The machines that prompts name.
    pub(super) prompts: Prompts,
    /// Whether the front matter declares a database.
    declares: bool,
}

impl<'s> Book<'s> {
    /// A book for `elements`, of which nobody knows yet where they go.
    pub(super) fn new(source: &'s Source, elements: Vec<(Element, Span)>) -> Self {
        Book {
            source,
            places: vec![Place::Note; elements.len()],
            elements,
            problems: Vec::new(),
            vars: Vec::new(),
            literals: HashMap::new(),
            authors_vars: HashSet::new(),
            var_names: HashSet::new(),
            made_vars: HashMap::new(),
            not_variables: HashSet::new(),
            ids: HashSet::new(),
            phase_ids: HashSet::new(),
            database: MAIN.to_owned(),
            shells: Vec::new(),
            reserves: HashMap::new(),
            lost: Vec::new(),
            no_returns: Vec::new(),
            targets: HashSet::new(),
            told: Vec::new(),
            prompts: Prompts::default(),
            declares: false,
        }
    }

    /// Learns the variables that blocks take from what is printed.
    pub(super) fn learn_captures(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                Kind::Fence(fence) if fence.info.contains("capture") => {
                    self.authors_vars.extend(work::captured(fence));
                }
                Kind::Quote(quote) => self.learn_captures(&quote.blocks),
                Kind::List(list) => {
                    let items = list.items.iter();
                    items.for_each(|item| self.learn_captures(&item.blocks));
                }
                _ => {}
            }
        }
    }

    /// Learns what the front matter says about databases, variables and the shell.
    pub(super) fn learn(
        &mut self,
        databases: &[Database],
        vars: &[Var],
        shell: Option<&Interpreter>,
    ) {
        self.declares = !databases.is_empty();
        self.database = match databases {
            [] => MAIN.to_owned(),
            [only] => only.name.clone(),
            several if several.iter().any(|d| d.name == MAIN) => MAIN.to_owned(),
            _ => String::new(),
        };
        self.authors_vars
            .extend(vars.iter().map(|var| var.name.clone()));
        self.shells.extend(shell.cloned().map(Arc::new));
    }

    /// Learns the names that are for other tools.
    pub(super) fn learn_foreign(&mut self, names: &[String]) {
        self.not_variables.extend(names.iter().cloned());
        self.authors_vars.extend(names.iter().cloned());
    }

    /// Whether the placeholder `literal` is one of them.
    pub(super) fn is_foreign(&self, literal: &str) -> bool {
        let name = literal.trim_matches(['{', '}', '[', ']']);
        !self.not_variables.is_empty()
            && [literal, name]
                .iter()
                .any(|name| self.not_variables.contains(*name))
    }

    /// Learns the variables that an including plan has.
    pub(super) fn learn_variables(&mut self, names: Vec<String>) {
        self.authors_vars.extend(names);
    }

    pub(super) fn slice(&self, span: Span) -> &'s str {
        self.source.slice(span)
    }

    /// The text from the byte `start` up to `end`, or to the end of the file.
    pub(super) fn text_between(&self, start: usize, end: usize) -> &'s str {
        let text = self.source.text();
        self.slice(Span::new(start.min(text.len()), end.min(text.len())))
    }

    /// The span from `start` to `end`, not ending inside a character: what a library made of a text
    /// need not be as long as the text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let text = self.source.text();
        let start = text.floor_char_boundary(start);
        Span::new(start, text.floor_char_boundary(end).max(start))
    }

    /// The first line of `span`.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let text = self.slice(span);
        let length = text.find('\n').unwrap_or(text.len());
        Span::new(span.start, span.start + text[..length].trim_end().len())
    }

    /// The database that SQL means when nothing else is said.
    pub(super) fn database(&self) -> String {
        self.database.clone()
    }

    /// Whether the front matter says where a database is.
    pub(super) fn has_databases(&self) -> bool {
        self.declares
    }

    /// The shell called `name`, with the options that the front matter gives it.
    pub(super) fn interpreter(&mut self, name: &str) -> Arc<Interpreter> {
        if let Some(known) = self.shells.iter().find(|shell| shell.program == name) {
            return Arc::clone(known);
        }
        let shell = Arc::new(Interpreter::strict(name));
        self.shells.push(Arc::clone(&shell));
        shell
    }

    /// The element with this number went to `place`.
    pub(super) fn settle(&mut self, account: usize, place: Place) {
        if let Some(slot) = self.places.get_mut(account) {
            *slot = place;
        }
    }

    /// Where the element with this number went, as far as is known by now.
    pub(super) fn place(&self, account: usize) -> Place {
        self.places.get(account).copied().unwrap_or(Place::Note)
    }

    /// Everything in `span` went there: blocks to `blocks`, all else to `others`.
    pub(super) fn settle_within(&mut self, span: Span, blocks: Place, others: Place) {
        let start = self
            .elements
            .partition_point(|(_, at)| at.start < span.start);
        let inside = self.elements[start..].iter();
        for (offset, (element, _)) in inside.take_while(|(_, at)| at.start < span.end).enumerate() {
            self.places[start + offset] = match element {
                Element::Fence => blocks,
                Element::TaskItem | Element::Heading => others,
            };
        }
    }

    /// Text to read, with whatever stands in it.
    pub(super) fn settle_note(&mut self, span: Span) {
        self.settle_within(span, Place::Reference, Place::Note);
    }

    pub(super) fn span_of(&self, account: usize) -> Span {
        self.elements
            .get(account)
            .map_or(Span::at(0), |(_, span)| *span)
    }

    /// Says of `fence`, which stands at `span`, that nobody can tell what in it was typed.
    pub(super) fn tell_unclear(&mut self, fence: &Fence, span: Span) {
        let Some(message) = fence.why_unread().filter(|_| fence.is_unclear()) else {
            return;
        };
        let start = Span::new(span.start, span.start + 3);
        self.problems.push(
            Problem::warning("unclear-transcript", start, message)
                .hint("write only the commands, in a block of `bash`, if they are to be run"),
        );
    }

    /// The id that an author chose, if it is still free.
    pub(super) fn take_id(&mut self, id: Option<Placed<String>>) -> Option<Placed<String>> {
        id.filter(|id| self.ids.insert(id.value.clone()))
    }

    /// The same for the id of a phase.
    pub(super) fn take_phase_id(&mut self, id: Option<Placed<String>>) -> Option<Placed<String>> {
        id.filter(|id| self.phase_ids.insert(id.value.clone()))
    }

    /// The placeholder `literal`, which stands at `span`: whoever runs the step is asked for it. Nobody else
    /// learns the value if it is `secret` in one place.
    pub(super) fn hole(&mut self, literal: &str, secret: bool, span: Span) -> Hole {
        let meant = meant(literal);
        if let Some(var) = self.literals.get(&meant).cloned() {
            self.keep_secret(&var, secret);
            return Hole {
                literal: literal.to_owned(),
                var,
            };
        }
        let var = self.var_for(literal, span);
        self.keep_secret(&var, secret);
        self.literals.insert(meant, var.clone());
        self.problems.push(
            Problem::warning(
                "placeholder",
                span,
                format!("`{literal}` stands for something that has to be filled in"),
            )
            .hint("it is asked for before the step that holds it can run"),
        );
        Hole {
            literal: literal.to_owned(),
            var,
        }
    }

    /// Makes the value of `var` one that nothing tells, if it is `secret`. Of the author's own variables the
    /// front matter says that.
    fn keep_secret(&mut self, var: &str, secret: bool) {
        let made = self.vars.iter_mut().filter(|_| secret);
        for var in made.filter(|made| made.name == var) {
            var.secret = true;
        }
    }

    /// `{{name}}` in a command, where nothing is called so: whoever runs the step is asked for it.
    pub(super) fn brace(&mut self, name: &str, secret: bool, span: Span) {
        if self.authors_vars.contains(name) || !self.var_names.insert(name.to_owned()) {
            self.keep_secret(name, secret);
            return;
        }
        let message = format!(
            "`{{{{{name}}}}}` is no variable: it stands for something that has to be filled in"
        );
        let own = self.authors_vars.iter().map(String::as_str);
        let hint = match nearest(name, own) {
            Some(near) => format!("did you mean `{near}`? As it is, it is asked for before the step runs"),
            None => "it is asked for before the step that holds it can run; front matter can say more about it under `vars`".to_owned(),
        };
        self.problems
            .push(Problem::warning("placeholder", span, message).hint(hint));
        self.vars.push(Var {
            prompt: Some(format!("What is {name}?")),
            secret,
            ..Var::for_placeholder(name.to_owned(), span)
        });
    }

    /// Warns of a name in braces among a template's: nobody is asked for it, as it may be the template's.
    pub(super) fn brace_in_template(&mut self, name: &str, span: Span) {
        if self.authors_vars.contains(name) {
            return;
        }
        let message = format!(
            "`{{{{{name}}}}}` stands among the words of another program's template: it is not filled in"
        );
        self.problems.push(
            Problem::warning("unasked-name", span, message).hint(
                "write it into a block of its own, or list it under `vars` in the front matter",
            ),
        );
    }

    /// A variable for `literal`: the author's own, where one has that name.
    fn var_for(&mut self, literal: &str, span: Span) -> String {
        let base = slug(literal, "value").replace('-', "_");
        let base = if base.starts_with(|c: char| c.is_ascii_digit()) {
            format!("value_{base}")
        } else {
            base
        };
        let own = self
            .authors_vars
            .iter()
            .filter(|name| name.replace('-', "_") == base);
        if let Some(own) = own.max() {
            return own.clone();
        }
        let made = self.made_vars.entry(base.clone()).or_insert(0);
        let name = loop {
            *made += 1;
            let name = match *made {
                1 => base.clone(),
                number => format!("{base}_{number}"),
            };
            // A made name may be what another literal is called without a number.
            if !self.authors_vars.contains(&name) && self.var_names.insert(name.clone()) {
                break name;
            }
        };
        self.vars.push(Var {
            prompt: Some(format!("What is {literal}?")),
            ..Var::for_placeholder(name.clone(), span)
        });
        name
    }

    /// The account of the file, closed.
    pub(super) fn into_ledger(self) -> Ledger {
        let mut ledger = Ledger::default();
        for ((element, span), place) in self.elements.into_iter().zip(self.places) {
            ledger.add(element, place, span);
        }
        ledger
    }
}

/// What the placeholder `literal` stands for, however it is written: `<DB_PASSWORD>` and `{db-password}` are one. Where it
/// holds more than words and numbers, it stands for itself.
fn meant(literal: &str) -> String {
    let marks = |c: char| matches!(c, '<' | '>' | '{' | '}' | '[' | ']' | '_' | '@');
    let bare = letters::fold(literal.trim_matches(marks)).replace(['-', ' '], "_");
    let plain = bare.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain && !bare.is_empty() {
        bare
    } else {
        literal.to_owned()
    }
}
