//! What became of everything that a picture shows until the next one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::picture::{Column, Constraint, DatabasePicture, Index, Picture, Rows, Sequence, Table};
use super::print::{number, plural, size};
use crate::journal::event::{Difference, Fortune};
use crate::plan::Aspect;

/// From how many bytes on a table that grew or shrank is worth a line.
const LEAST_SIZE: u64 = 1024 * 1024;

/// One thing that is not as it was, or not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::run) struct Change {
    /// What it looks like to people.
    pub(in crate::run) line: Difference,
    /// The table that it belongs to, with its schema; of a sequence its own name.
    pub(super) table: String,
    /// The sorts of things that it is about: with a table goes all that it has.
    pub(super) about: Vec<Aspect>,
}

/// What became of what `before` shows, and what is wrong with `after` by itself; the worst first.
pub(in crate::run) fn compare(before: Option<&Picture>, after: &Picture) -> Vec<Change> {
    let mut book = Book {
        changes: Vec::new(),
        picture: after,
        database: "",
    };
    for database in &after.databases {
        book.database = &database.name;
        let earlier = before.and_then(|picture| {
            let mut all = picture.databases.iter();
            all.find(|earlier| earlier.name == database.name)
        });
        if let Some(earlier) = earlier {
            book.databases(earlier, database);
        }
        book.flaws(database);
    }
    let mut changes = book.changes;
    changes.sort_by_key(|change| {
        let first = change.about.first().copied();
        (change.line.fortune, first.is_none(), first)
    });
    changes
}

struct Book<'p> {
    changes: Vec<Change>,
    picture: &'p Picture,
    database: &'p str,
}

impl Book<'_> {
    fn add(
        &mut self,
        fortune: Fortune,
        (what, about): (&str, Vec<Aspect>),
        (table, name): (&str, &str),
        [before, after]: [String; 2],
    ) {
        self.changes.push(Change {
            line: Difference {
                fortune,
                what: what.to_owned(),
                name: self.picture.called(self.database, name),
                before,
                after,
            },
            table: table.to_owned(),
            about,
        });
    }

    fn databases(&mut self, before: &DatabasePicture, after: &DatabasePicture) {
        for (name, pair) in pairs(&before.tables, &after.tables) {
            match pair {
                (Some(gone), None) => self.whole(Fortune::Lost, name, gone),
                (None, Some(new)) => self.whole(Fortune::Gained, name, new),
                (Some(old), Some(new)) => self.table(name, old, new),
                (None, None) => {}
            }
        }
        for (name, pair) in pairs(&before.sequences, &after.sequences) {
            self.sequence(name, pair);
        }
    }

    /// A table that is gone, or new, with everything it has.
    fn whole(&mut self, fortune: Fortune, name: &str, table: &Table) {
        let rows_matter = table.counted() != Some(0);
        let about = Aspect::ALL.into_iter().filter(|&aspect| match aspect {
            Aspect::Rows => rows_matter,
            aspect => table.count(aspect) > 0,
        });
        let about = about.collect();
        let rows = match &table.rows {
            Rows::Counted(rows) => plural(*rows, "row"),
            Rows::LeftOut(_) | Rows::Unknown(_) => "rows not counted".to_owned(),
        };
        let sides = match fortune {
            Fortune::Lost => [rows, String::new()],
            _ => [String::new(), rows],
        };
        self.add(fortune, ("table", about), (name, name), sides);
    }

    fn table(&mut self, name: &str, before: &Table, after: &Table) {
        self.rows(name, &before.rows, &after.rows);
        self.partitions(name, before.partitions, after.partitions);
        if before.unread || after.unread {
            let about = vec![
                Aspect::Columns,
                Aspect::Indexes,
                Aspect::ForeignKeys,
                Aspect::Constraints,
            ];
            let seen = |table: &Table| if table.unread { "locked" } else { "read" }.to_owned();
            let sides = [seen(before), seen(after)];
            self.add(
                Fortune::Unknown,
                ("definitions", about),
                (name, name),
                sides,
            );
            return;
        }
        for (column, pair) in pairs(&before.columns, &after.columns) {
            let called = format!("{name}.{column}");
            match pair {
                (Some(old), Some(new)) => self.column((name, &called), old, new),
                pair => self.part(Aspect::Columns, (name, &called), pair, describe),
            }
        }
        for (index, pair) in pairs(&before.indexes, &after.indexes) {
            // An index that lost its use is told of among the flaws.
            self.part(
                Aspect::Indexes,
                (name, &beside(name, index)),
                pair,
                |index: &Index| short(&index.definition),
            );
        }
        for (constraint, (old, new)) in pairs(&before.constraints, &after.constraints) {
            let foreign = old.or(new).is_some_and(|constraint| constraint.foreign_key);
            let aspect = if foreign {
                Aspect::ForeignKeys
            } else {
                Aspect::Constraints
            };
            let called = format!("{name}.{constraint}");
            self.part(aspect, (name, &called), (old, new), |c: &Constraint| {
                bare(&c.definition)
            });
        }
        if let (Some(old), Some(new)) = (before.bytes, after.bytes)
            && old.abs_diff(new) >= LEAST_SIZE
            && old.abs_diff(new) > old / 5
        {
            let sides = [size(old), size(new)];
            self.add(Fortune::Changed, ("size", Vec::new()), (name, name), sides);
        }
    }

    fn rows(&mut self, name: &str, before: &Rows, after: &Rows) {
        let fortune = match (before, after) {
            (Rows::Counted(old), Rows::Counted(new)) if old == new => return,
            (Rows::Counted(old), Rows::Counted(new)) if new < old => Fortune::Lost,
            (Rows::Counted(_), Rows::Counted(_)) => Fortune::Gained,
            (Rows::LeftOut(_), Rows::LeftOut(_)) => return,
            _ => Fortune::Unknown,
        };
        let words = |rows: &Rows| match rows {
            Rows::Counted(rows) => number(*rows),
            Rows::LeftOut(why) | Rows::Unknown(why) => format!("not counted: {why}"),
        };
        let sides = [words(before), words(after)];
        self.add(fortune, ("rows", vec![Aspect::Rows]), (name, name), sides);
    }

    /// How many partitions a table has: without one of them, rows that belong there are refused.
    fn partitions(&mut self, name: &str, before: u32, after: u32) {
        let fortune = match before.cmp(&after) {
            Ordering::Equal => return,
            Ordering::Greater => Fortune::Lost,
            Ordering::Less => Fortune::Gained,
        };
        let sides = [before, after].map(|count| number(count.into()));
        let about = vec![Aspect::Tables];
        self.add(fortune, ("partitions", about), (name, name), sides);
    }

    /// Of a column only what is another than it was is told.
    fn column(&mut self, names: (&str, &str), old: &Column, new: &Column) {
        let null = |column: &Column| {
            if column.not_null {
                "not null"
            } else {
                "nullable"
            }
        };
        let default = |column: &Column| match &column.default {
            Some(default) => format!("default {default}"),
            None => "no default".to_owned(),
        };
        let parts = [
            (old.of_type.clone(), new.of_type.clone()),
            (null(old).to_owned(), null(new).to_owned()),
            (default(old), default(new)),
        ];
        let (old, new): (Vec<String>, Vec<String>) =
            parts.into_iter().filter(|(old, new)| old != new).unzip();
        if !old.is_empty() {
            let about = (Aspect::Columns.singular(), vec![Aspect::Columns]);
            self.add(
                Fortune::Changed,
                about,
                names,
                [old.join(" "), new.join(" ")],
            );
        }
    }

    /// A column, an index or a constraint, described by `words`.
    fn part<T: PartialEq>(
        &mut self,
        aspect: Aspect,
        (table, name): (&str, &str),
        pair: (Option<&T>, Option<&T>),
        words: impl Fn(&T) -> String,
    ) {
        let sides = [pair.0, pair.1].map(|side| side.map(&words).unwrap_or_default());
        let fortune = match pair {
            (Some(_), None) => Fortune::Lost,
            (None, Some(_)) => Fortune::Gained,
            (Some(old), Some(new)) if old != new && sides[0] != sides[1] => Fortune::Changed,
            _ => return,
        };
        self.add(
            fortune,
            (aspect.singular(), vec![aspect]),
            (table, name),
            sides,
        );
    }

    /// A sequence that went back would give out again what it gave out before.
    fn sequence(&mut self, name: &str, (old, new): (Option<&Sequence>, Option<&Sequence>)) {
        let words = |sequence: &Sequence| match (&sequence.hidden, sequence.last) {
            (Some(why), _) => format!("not seen: {why}"),
            (None, Some(last)) => last.to_string(),
            (None, None) => "unused".to_owned(),
        };
        let sides = [old, new].map(|side| side.map(words).unwrap_or_default());
        let fortune = match (old, new) {
            (Some(_), None) => Fortune::Lost,
            (None, Some(_)) => Fortune::Gained,
            (Some(old), Some(new)) if old.hidden.is_some() || new.hidden.is_some() => {
                Fortune::Unknown
            }
            (Some(old), Some(new)) if old.last != new.last => {
                let back = match (old.last, new.last) {
                    (Some(old), Some(now)) if new.descends => now > old,
                    (Some(old), Some(now)) => now < old,
                    (Some(_), None) => true,
                    (None, _) => false,
                };
                if back { Fortune::Lost } else { Fortune::Gained }
            }
            _ => return,
        };
        self.add(
            fortune,
            ("sequence", vec![Aspect::Sequences]),
            (name, name),
            sides,
        );
    }

    /// What is wrong with a database whatever it was before.
    fn flaws(&mut self, database: &DatabasePicture) {
        for (name, table) in &database.tables {
            for (index, _) in table.indexes.iter().filter(|(_, index)| !index.valid) {
                let sides = [String::new(), "not used by the server".to_owned()];
                self.add(
                    Fortune::Invalid,
                    ("index", vec![Aspect::Indexes]),
                    (name, &beside(name, index)),
                    sides,
                );
            }
            for (constraint, of) in table.constraints.iter().filter(|(_, c)| !c.validated) {
                let aspect = if of.foreign_key {
                    Aspect::ForeignKeys
                } else {
                    Aspect::Constraints
                };
                let sides = [String::new(), "holds for new rows only".to_owned()];
                self.add(
                    Fortune::Invalid,
                    (aspect.singular(), vec![aspect]),
                    (name, &format!("{name}.{constraint}")),
                    sides,
                );
            }
        }
    }
}

/// What two maps have, key by key.
fn pairs<'m, T>(
    before: &'m BTreeMap<String, T>,
    after: &'m BTreeMap<String, T>,
) -> impl Iterator<Item = (&'m str, (Option<&'m T>, Option<&'m T>))> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .map(|key| (key.as_str(), (before.get(key), after.get(key))))
}

/// The name of an index, which lives beside its table and not in it.
fn beside(table: &str, index: &str) -> String {
    match table.split_once('.') {
        Some((schema, _)) => format!("{schema}.{index}"),
        None => index.to_owned(),
    }
}

fn describe(column: &Column) -> String {
    let null = if column.not_null { " not null" } else { "" };
    let default = column
        .default
        .as_ref()
        .map_or(String::new(), |default| format!(" default {default}"));
    format!("{}{null}{default}", column.of_type)
}

/// An index's definition without what its name and table say already.
fn short(definition: &str) -> String {
    let unique = definition.starts_with("CREATE UNIQUE");
    let rest = definition
        .split_once(" USING ")
        .map_or(definition, |(_, rest)| rest);
    let unique = if unique { "unique " } else { "" };
    format!("{unique}{rest}")
}

/// A constraint's definition without what is told of it elsewhere: `(order_id) → orders(id)`.
fn bare(definition: &str) -> String {
    let definition = definition.trim_end_matches(" NOT VALID");
    match definition.strip_prefix("FOREIGN KEY ") {
        Some(key) => key
            .replace(" REFERENCES public.", " → ")
            .replace(" REFERENCES ", " → "),
        None => definition.to_owned(),
    }
}
