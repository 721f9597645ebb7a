//! The options of a command: short ones in clusters, long ones, their values, and what is neither.

use super::word::Word;

/// The options of a program that take a value; of others it is enough to know that they are there.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Known {
    /// Letters, such as `dh` for `-d NAME -h HOST`.
    pub(in crate::plan) short: &'static str,
    /// Names, such as `dbname`.
    pub(in crate::plan) long: &'static [&'static str],
    /// Whether options end at the first word that is none, as they do for wrappers.
    pub(in crate::plan) leading: bool,
}

impl Known {
    /// Whether the option called `name` takes a value.
    pub(in crate::plan) fn takes(&self, name: &str) -> bool {
        self.long.contains(&name) || (name.len() == 1 && self.short.contains(name))
    }
}

/// The options of `psql` that take a value.
pub(in crate::plan) const PSQL: Known = Known {
    short: "cdfFhLoPpRTUv",
    long: &[
        "command",
        "dbname",
        "file",
        "field-separator",
        "host",
        "log-file",
        "output",
        "pset",
        "port",
        "record-separator",
        "table-attr",
        "username",
        "set",
        "variable",
    ],
    leading: false,
};

/// The options of `createdb` that take a value.
pub(in crate::plan) const CREATEDB: Known = Known {
    short: "DEeGhlOpTU",
    long: &[
        "tablespace",
        "encoding",
        "locale",
        "lc-collate",
        "lc-ctype",
        "owner",
        "strategy",
        "template",
        "host",
        "port",
        "username",
        "maintenance-db",
        "icu-locale",
        "locale-provider",
    ],
    leading: false,
};

/// The options of `dropdb` that take a value.
pub(in crate::plan) const DROPDB: Known = Known {
    short: "hpU",
    long: &["host", "port", "username", "maintenance-db"],
    leading: false,
};

/// What a program was given.
#[derive(Debug, Default)]
pub(in crate::plan) struct Given<'c, 't> {
    /// Options in order: the name without dashes, and the value.
    pub(in crate::plan) options: Vec<Found<'c, 't>>,
    /// Words that are no options.
    pub(in crate::plan) operands: Vec<&'c Word<'t>>,
}

/// An option as it is written.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Found<'c, 't> {
    /// `d` for `-d`, `dbname` for `--dbname`.
    pub(in crate::plan) name: &'c str,
    /// Its value, if it has one.
    pub(in crate::plan) value: Option<&'c str>,
    /// The word that holds the value, and where in its text the value begins.
    pub(in crate::plan) holder: Option<(&'c Word<'t>, usize)>,
}

impl<'c, 't> Given<'c, 't> {
    /// Reads `words`, which stand behind a program's name.
    pub(in crate::plan) fn read(words: &'c [Word<'t>], known: Known) -> Self {
        let mut given = Given::default();
        let mut ix = 0;
        while let Some(word) = words.get(ix) {
            ix += 1;
            let text = word.text.as_ref();
            if text == "--" {
                given.operands.extend(&words[ix..]);
                break;
            }
            let Some(rest) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
                given.operands.push(word);
                if known.leading {
                    given.operands.extend(&words[ix..]);
                    break;
                }
                continue;
            };
            let next = words.get(ix);
            ix += match rest.strip_prefix('-') {
                Some(name) => given.long(word, name, next, known),
                None => given.cluster(word, rest, next, known),
            };
        }
        given
    }

    /// `--name`, `--name=value`, `--name value`. How many words behind it belong to it.
    fn long(
        &mut self,
        word: &'c Word<'t>,
        text: &'c str,
        next: Option<&'c Word<'t>>,
        known: Known,
    ) -> usize {
        let (name, inside) = match text.split_once('=') {
            Some((name, value)) => (name, Some((value, word, word.text.len() - value.len()))),
            None => (text, None),
        };
        let wants = inside.is_none() && known.long.contains(&name);
        let behind = next
            .filter(|_| wants)
            .map(|next| (next.text.as_ref(), next, 0));
        self.add(name, inside.or(behind));
        usize::from(behind.is_some())
    }

    /// `-x`, `-xyz`, `-xVALUE`, `-x VALUE`. How many words behind it belong to it.
    fn cluster(
        &mut self,
        word: &'c Word<'t>,
        letters: &'c str,
        next: Option<&'c Word<'t>>,
        known: Known,
    ) -> usize {
        for (at, letter) in letters.char_indices() {
            let end = at + letter.len_utf8();
            let name = &letters[at..end];
            if !known.short.contains(letter) {
                self.add(name, None);
                continue;
            }
            let value = &letters[end..];
            if !value.is_empty() {
                let value = value.strip_prefix('=').unwrap_or(value);
                self.add(name, Some((value, word, word.text.len() - value.len())));
                return 0;
            }
            self.add(name, next.map(|next| (next.text.as_ref(), next, 0)));
            return usize::from(next.is_some());
        }
        0
    }

    fn add(&mut self, name: &'c str, value: Option<(&'c str, &'c Word<'t>, usize)>) {
        self.options.push(Found {
            name,
            value: value.map(|(value, _, _)| value),
            holder: value.map(|(_, holder, from)| (holder, from)),
        });
    }

    /// Whether one of the options called `names` is there.
    pub(in crate::plan) fn has(&self, names: &[&str]) -> bool {
        self.options
            .iter()
            .any(|option| names.contains(&option.name))
    }

    /// The value of the last of the options called `names`.
    pub(in crate::plan) fn value(&self, names: &[&str]) -> Option<&'c str> {
        self.options
            .iter()
            .rfind(|option| names.contains(&option.name))?
            .value
    }
}
