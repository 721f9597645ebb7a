//! Names that exclude each other: of "With downtime" and "Without downtime", which stand side by side, one is
//! gone. What is counted as an option is one as well.

use crate::plan::markdown::names::rival::{Name, among};

use super::guards;
use super::in_turn;
use super::walk::Walk;
use super::ways;
use crate::plan::draft::StepSpec;
use crate::plan::ledger::Place;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Inline, List};
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::headings::roles::{Reading, Role};
use crate::plan::markdown::names::cases;
use crate::plan::markdown::names::choice;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::label::{Group, is_label, label};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Rival};
use crate::plan::model::PhaseKind;

/// Which items of `list`, with commands below them, exclude the one beside them.
fn of_items(list: &List, place: Place) -> Vec<Option<usize>> {
    let labels = list.items.iter().map(|item| {
        let head = item.head().0.filter(|_| item.holds.work);
        head.map(|head| label(&head.text))
    });
    let labels: Vec<Option<String>> = labels.collect();
    // What is numbered may be done in turn by several means.
    let in_turn = |name: &Name<'_>| list.ordered && name.is_by_means();
    let names = labels
        .iter()
        .map(|label| Name::of_place(label.as_deref()?, place));
    let names = names.map(|name| name.filter(|name| !in_turn(name)));
    among(&names.collect::<Vec<_>>())
}

/// The lines among `blocks` at which a way begins, with `true`, or ends: those that name what follows them, some `offered`.
/// What is not bold leads on within the bold one above it, and options go on up to the last of them: "Steps:",
/// "**Benefits**".
fn of_labels(blocks: &[Block], offered: &[usize], place: Place) -> Vec<(usize, bool)> {
    let labels = blocks.iter().enumerate().filter_map(|(ix, block)| {
        let line = block.paragraph().filter(|line| is_label(line))?;
        Some((ix, line.is_bold() || line.leads_bold(), label(&line.text)))
    });
    let labels: Vec<(usize, bool, String)> = labels.collect();
    let names = labels
        .iter()
        .map(|(.., label)| Name::of_place(label, place));
    let names: Vec<Option<Name<'_>>> = names.collect();
    let option = |at: &usize| names[*at] == Some(Name::Option);
    let all = 0..labels.len();
    let mut begins = vec![false; labels.len()];
    for level in [
        all.clone().collect(),
        all.clone().filter(|&at| labels[at].1).collect::<Vec<_>>(),
        all.clone().filter(option).collect(),
    ] {
        let beside: Vec<Option<Name<'_>>> = level.iter().map(|&at| names[at]).collect();
        for (at, rival) in level.iter().zip(among(&beside)) {
            begins[*at] |= rival.is_some();
        }
    }
    for (begins, (at, _, label)) in begins.iter_mut().zip(&labels) {
        *begins |= offered.contains(at) || cases::names_elsewhere(label);
    }
    let mut way: Option<usize> = None;
    let turns = all.filter(|&at| {
        let within = way.is_some_and(|way| {
            let led = labels[way].1 && !labels[at].1;
            let close = labels[at - 1].0 + 1 == labels[at].0;
            led || close || (option(&way) && (at..labels.len()).any(|next| option(&next)))
        });
        let turns = begins[at] || !within;
        if turns {
            way = begins[at].then_some(at);
        }
        turns
    });
    turns.map(|at| (labels[at].0, begins[at])).collect()
}

/// Makes a person say that `steps`, which stand below the heading `ix`, are the way to go, if that is one of several
/// and may be done in turn.
pub(in crate::plan::markdown) fn guard(
    outline: &Outline,
    readings: &[Reading],
    ix: SectionIx,
    steps: &mut [Box<StepSpec>],
    book: &mut Book<'_>,
) {
    let within = way_within(outline, readings, ix);
    if let Some(way) = within.or_else(|| way_above(outline, readings, ix)) {
        let name = &outline.sections[way].title.text;
        for step in steps {
            guards::guard_way(step, name, book);
        }
        return;
    }
    let (reading, title) = (&readings[ix], &outline.sections[ix].title);
    let back = reading.role == Role::Rollback;
    let part = back
        && outline
            .parent(ix)
            .is_some_and(|above| readings[above].role == Role::Rollback);
    let counted = title.ordinal == Some(Ordinal::Number);
    let way = (reading.rival.is_some() && !reading.is_choice(title.ordinal))
        || (part && counted && excludes_by_time(outline, ix));
    let reserve = if way {
        Reserve::Way
    } else if (!back && title.crossed) || (part && counted && in_turn::is_for_a_case(outline, ix)) {
        Reserve::Case
    } else if part && !counted && is_elsewhere(outline, ix) {
        Reserve::Elsewhere
    } else if part && counted && !outline.is_listed(ix) {
        return in_turn::guard_parts(outline, ix, steps, book);
    } else {
        return;
    };
    for step in steps {
        guards::guard_as(step, &title.text, reserve, book);
    }
}

/// The heading above the steps of `ix` that is one of several ways within a way back, where nobody picks one before
/// its steps are reached: it stands deeper, or behind what is done in each case.
fn way_within(outline: &Outline, readings: &[Reading], ix: SectionIx) -> Option<SectionIx> {
    let back = |ix: SectionIx| readings[ix].role == Role::Rollback;
    let counts = |ix: SectionIx| {
        let title = &outline.sections[ix].title;
        back(ix) && (outline.counts_ways(ix) || readings[ix].is_choice(title.ordinal))
    };
    let mut above = std::iter::once(ix).chain(outline.above(ix));
    let way = above.find(|&ix| counts(ix))?;
    let whole = outline.parent(way).filter(|&above| back(above))?;
    let mut ways = beside(outline, way).iter().filter(|&&ix| counts(ix));
    let several = ways.nth(1).is_some();
    let deeper = outline.parent(whole).is_some_and(back);
    (several && (deeper || outline.sections[whole].acts)).then_some(way)
}

/// The heading above the phase of `ix` that is one of several ways forward: who picked another one has not picked this.
fn way_above(outline: &Outline, readings: &[Reading], ix: SectionIx) -> Option<SectionIx> {
    let forward = readings[ix].role != Role::Rollback;
    let mut above = outline.above(readings[ix].home).filter(|_| forward);
    above.find(|&above| readings[above].choice.is_some())
}

/// The headings right beside `ix`, in the file's order.
fn beside(outline: &Outline, ix: SectionIx) -> &[SectionIx] {
    let above = outline.parent(ix);
    above.map_or(&[][..], |above| outline.sections[above].children.as_slice())
}

/// Whether the heading `ix` of a way back is for a time that the one beside it is not for: "4.1 Within 15 minutes",
/// "4.2 Afterwards".
fn excludes_by_time(outline: &Outline, ix: SectionIx) -> bool {
    let name = |ix: &SectionIx| Name::of_way_back(&outline.sections[*ix].title.text);
    let excludes = |pair: &[SectionIx]| match pair {
        [one, other] if *one == ix || *other == ix => {
            let (one, other) = (name(one).filter(|one| one.is_time()), name(other));
            one.is_some_and(|one| other.is_some_and(|other| one.excludes(other)))
        }
        _ => false,
    };
    beside(outline, ix).windows(2).any(excludes)
}

/// Whether the way back `ix` is called after another place, where one stands beside it for production.
fn is_elsewhere(outline: &Outline, ix: SectionIx) -> bool {
    let place = |ix: SectionIx| tongues::rival(&outline.sections[ix].title.text);
    let production = |ix: &SectionIx| place(*ix).is_some_and(Rival::is_production);
    place(ix).is_some_and(Rival::is_elsewhere) && beside(outline, ix).iter().any(production)
}

/// Whether the heading `ix` says of another place what one beside it says of production: "Development database",
/// "Production database".
fn is_for_production_beside(outline: &Outline, ix: SectionIx) -> bool {
    let words = |ix: SectionIx| {
        let text = outline.sections[ix].title.words.uncounted();
        text.split_whitespace().collect::<Vec<_>>()
    };
    let own = words(ix);
    // Hardly any heading says so.
    if !own.iter().any(|word| PLACES.contains(word)) {
        return false;
    }
    beside(outline, ix).iter().any(|&other| {
        let other = words(other);
        let differ = own.iter().zip(&other).filter(|(one, other)| one != other);
        let differ: Vec<_> = differ.take(2).collect();
        let place = |(one, other): &(&&str, &&str)| {
            PLACES.contains(*one) && matches!(**other, "production" | "prod" | "live")
        };
        own.len() == other.len() && matches!(&differ[..], [only] if place(only))
    })
}

/// Places that are not production, as they are called within a name.
const PLACES: [&str; 5] = ["development", "dev", "staging", "stage", "testing"];

/// Makes a person say that `steps`, which stand below the heading `ix` of a way forward, are needed, if that or the nearest
/// one above that names a place names another one than production: "Staging › Migrate".
pub(in crate::plan::markdown) fn guard_place(
    outline: &Outline,
    ix: SectionIx,
    steps: &mut [Box<StepSpec>],
    book: &mut Book<'_>,
) {
    let mut around = std::iter::once(ix).chain(outline.above(ix));
    let named = around.find_map(|ix| {
        let title = &outline.sections[ix].title;
        let name = heading::behind_count(&title.text).trim();
        let place = tongues::rival(name);
        let verifies = title
            .meaning
            .stage
            .is_some_and(|stage| stage.kind == PhaseKind::Verify);
        let bare =
            place.is_some_and(Rival::is_elsewhere) && !verifies && !title.words.has(Topic::Testing);
        let bare = bare || is_for_production_beside(outline, ix);
        if bare || title.reserve == Some(Reserve::Elsewhere) {
            Some(Some(&title.text))
        } else {
            let here =
                place.is_some_and(Rival::is_production) || title.words.uncounted().contains("prod");
            here.then_some(None)
        }
    });
    let Some(name) = named.flatten() else {
        return;
    };
    for step in steps {
        guards::guard_as(step, name, Reserve::Elsewhere, book);
    }
}

impl Walk<'_, '_> {
    /// The lines among `blocks` at which one of several ways begins, or ends; some are `offered` as such.
    pub(super) fn rivals(&self, blocks: &[Block], offered: &[usize]) -> Vec<(usize, bool)> {
        if self.rules.fences {
            of_labels(blocks, offered, self.rules.place)
        } else {
            Vec::new()
        }
    }

    /// Goes on below `line`, at which a way begins or ends, as `turn` tells: then what stands below `above` goes on.
    pub(super) fn enter(&mut self, line: &Inline, turn: Option<bool>, above: Option<&String>) {
        match turn {
            Some(true) => self.way = Some(label(&line.text)),
            Some(false) => self.way = above.cloned(),
            None => {}
        }
    }

    /// The items of a list, below a line that may call them `options`. Those that exclude each other are one step where
    /// each is no more than a block: else they are asked for.
    pub(super) fn items(&mut self, list: &List, options: Option<&str>, group: Option<&Group>) {
        let all = list.items.len() > 1 && list.items.iter().all(|item| item.holds.work);
        let picked = !list.ordered && (self.rules.chooses || options.is_some_and(choice::offers));
        let picked = picked || options.is_some_and(tongues::tells_options);
        let rivals = if self.rules.fences && all && picked {
            vec![Some(0); list.items.len()]
        } else if self.rules.fences {
            of_items(list, self.rules.place)
        } else {
            vec![None; list.items.len()]
        };
        let done = list.ordered || self.lists_commands(list);
        let above = self.way.clone();
        let mut from = 0;
        for run in rivals.chunk_by(|one, next| one.is_some() && one == next) {
            let items = &list.items[from..from + run.len()];
            from += run.len();
            let ways = (items.len() > 1 && !list.ordered).then(|| ways::of_items(items));
            if let Some(ways) = ways.flatten() {
                self.fences(&ways, group);
                continue;
            }
            for item in items {
                if let (Some(head), [Some(_), ..]) = (item.head().0, run) {
                    self.way = Some(label(&head.text));
                }
                self.item(item, done, group);
            }
            self.way.clone_from(&above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_exclude_each_other_are_told_from_parts() {
        let excludes = |one: &str, other: &str| {
            let one = Name::of(one);
            one.is_some_and(|one| Name::of(other).is_some_and(|other| one.excludes(other)))
        };
        for (one, other) in [
            ("With downtime", "Without downtime (slow)"),
            ("Zero-downtime path", "Maintenance-window path"),
            ("Using Helm", "Using kubectl"),
            ("Via the UI", "Via the CLI"),
            ("Fresh install", "Upgrade"),
            ("First deployment", "Later deployments"),
            ("First-time deployment", "Subsequent deployments"),
            ("Using the script", "Manually"),
            ("Automated deployment", "Manual deployment"),
            ("Option A: slow", "Option B: quick"),
            ("If the schema was changed", "Otherwise"),
            ("Falls ja", "Sonst"),
            ("Mit Ausfall", "Ohne Ausfall"),
            ("Avec coupure", "Sans coupure"),
            ("Con corte", "Sin corte"),
            ("Com parada", "Sem parada"),
            ("С простоем", "Без простоя"),
            ("手動", "自動"),
            ("停机", "不停机"),
        ] {
            assert!(excludes(one, other), "{one} / {other}");
        }
        for (one, other) in [
            ("Application", "Database"),
            ("Primary", "Replica"),
            ("Frontend", "Backend"),
            ("API", "UI"),
            ("Deploy to staging", "Deploy to production"),
            ("Staging", "Staging"),
            ("Staging", "Production"),
            ("1. Test environment", "2. Prod environment"),
            ("PostgreSQL 13", "PostgreSQL 16"),
            ("Offline", "Online"),
            ("Upgrade the client", "Fresh install"),
            ("Production database", "Staging database"),
            (
                "Manual checks of the orders",
                "Automatic checks of the orders",
            ),
            ("PostgreSQL 13", "PostgreSQL 13"),
            ("First", "Then"),
            ("", ""),
        ] {
            assert!(!excludes(one, other), "{one} / {other}");
        }
    }
}
