//! The words by which runbooks are understood, language by language: tables, no rules. A word that
//! means something else in another of these languages stands in none of them.
//!
//! All of them are matched in lower case and without accents, so they are written so here; scripts
//! without spaces between words are matched anywhere in a text.

mod chinese;
mod english;
pub(super) mod folded;
mod french;
mod german;
mod japanese;
pub(super) mod made_of;
pub(super) mod ordinal;
pub(super) mod phrases;
mod portuguese;
mod rivals;
mod russian;
mod spanish;

use std::sync::LazyLock;

pub(super) use rivals::{
    Rival, begins_as_own_system, denied, is_later, is_preferred, rival, tells_options, tool,
};

use self::ordinal::Ordinal;
use self::phrases::Topic;
use crate::plan::letters;
use crate::plan::letters::is_dense;

/// What one language has words for.
pub(super) struct Tongue {
    /// Of what headings speak.
    pub(super) phrases: &'static [(Topic, &'static [&'static str])],
    /// What headings are counted as.
    pub(super) ordinals: &'static [(&'static str, Ordinal)],
    /// "or", at the beginning of a line.
    pub(super) either: &'static [&'static str],
    /// "otherwise", behind what is for a case.
    pub(super) otherwise: &'static [&'static str],
    /// "expected", before a colon.
    pub(super) expected: &'static [&'static str],
    /// "must return", at the beginning of a line that says what a query returns.
    pub(super) must: &'static [&'static str],
    /// "output", before a block of what is printed; `*` at the end stands for any ending.
    pub(super) prints: &'static [&'static str],
    /// "for example", at the beginning of a line.
    pub(super) examples: &'static [&'static str],
    /// "for reference", where a line or its part before a colon says no more; `*` at the end stands for any
    /// ending.
    pub(super) informs: &'static [&'static str],
    /// What names that what a step does by itself is told below.
    pub(super) happens: &'static [&'static str],
    /// "estimated time", before a colon.
    pub(super) lasts: &'static [&'static str],
    /// Words for times, and the English ones.
    pub(super) times: &'static [(&'static str, &'static str)],
    /// "roll back", at the beginning of a step's title.
    pub(super) back: &'static [&'static str],
    /// "roll back if", at the beginning of a line.
    pub(super) back_if: &'static [&'static str],
    /// "if", at the beginning of what commands are for; "to undo".
    pub(super) in_case: &'static [&'static str],
    /// "optionally", "only when", at the beginning of what somebody may do.
    pub(super) may: &'static [&'static str],
    /// "to abort", "tomorrow", where it does not say what: "to abort old queries" is a step as any other.
    pub(super) alone: &'static [&'static str],
    /// "issue", in front of a colon and of what has gone wrong.
    pub(super) trouble: &'static [&'static str],
    /// "in another terminal", anywhere in what somebody may do.
    pub(super) beside: &'static [&'static str],
    /// "put this into", at the beginning of a line above what is written into a file.
    pub(super) writes: &'static [&'static str],
    /// "on the server", at the beginning of what names a machine; where what it is stands last, see
    /// [`crate::plan::markdown::code::host_names`]; `*` at the end stands for any ending.
    pub(super) on_host: &'static [&'static str],
    /// "only if", at the beginning of a remark in parentheses.
    pub(super) only_in_case: &'static [&'static str],
    /// "only", beside where or when.
    pub(super) only: &'static [&'static str],
    /// "in this case", of what all that stands there is for.
    pub(super) in_this: &'static [&'static str],
    /// Words for stopping something or taking it away, of which a crossing sign is a picture; `*` at the end stands for
    /// any ending.
    pub(super) stops: &'static [&'static str],
    /// "until" and "after", in front of a time of the day, and what may stand between.
    pub(super) until: &'static [&'static str],
    pub(super) since: &'static [&'static str],
    pub(super) around_times: &'static [&'static str],
    /// "all", behind "if" in what says that all is well, and the other words of that.
    pub(super) all: &'static [&'static str],
    pub(super) well: &'static [&'static str],
    /// "rollback point", which is made on the way forward, and how one says that.
    pub(super) points: &'static [&'static str],
    pub(super) makes: &'static [&'static str],
    /// "when", in front of what commands are for, if what follows speaks of a failure or of a way back.
    pub(super) in_case_of: &'static [&'static str],
    /// "choose", in the title of a step with several ways.
    pub(super) choose: &'static [&'static str],
    /// "name", at the head of a table's column.
    pub(super) name: &'static [&'static str],
    /// "role", there.
    pub(super) role: &'static [&'static str],
    /// What people are called who could sign; in English, a role is told by its form.
    pub(super) jobs: &'static [&'static str],
}

/// All of them.
pub(super) static TONGUES: [Tongue; 8] = [
    english::ENGLISH,
    german::GERMAN,
    french::FRENCH,
    spanish::SPANISH,
    portuguese::PORTUGUESE,
    russian::RUSSIAN,
    japanese::JAPANESE,
    chinese::CHINESE,
];

/// The words of all languages that `of` tells.
pub(super) fn words(
    of: fn(&Tongue) -> &'static [&'static str],
) -> impl Iterator<Item = &'static str> {
    TONGUES
        .iter()
        .flat_map(move |tongue| of(tongue).iter().copied())
}

/// Words by the two bytes that they begin with: most texts begin as none of them does.
pub(super) struct Beginnings<T = ()>(Vec<Vec<(&'static str, T)>>);

impl Beginnings {
    /// The words of all languages that `of` tells.
    pub(super) fn of(of: fn(&Tongue) -> &'static [&'static str]) -> Self {
        Beginnings::new(words(of).map(|word| (word, ())))
    }

    /// The first words of `phrases`: where none of them stands, no phrase does.
    pub(super) fn first_of(phrases: impl IntoIterator<Item = &'static str>) -> Self {
        let first = |phrase: &'static str| phrase.split(' ').next();
        let words = phrases.into_iter().filter_map(first);
        Beginnings::new(words.map(|word| (word, ())))
    }

    /// Whether `text` begins with one of the words, as [`strip`] sees it.
    pub(super) fn begin(&self, text: &str) -> bool {
        let begins = |(word, ()): &(&str, ())| strip(text, word).is_some();
        self.near(text).iter().any(begins)
    }

    /// The same at the beginning of any word in `text`.
    pub(super) fn begin_within(&self, text: &str) -> bool {
        let mut inside = false;
        text.char_indices().any(|(at, c)| {
            let begins = c.is_alphanumeric() && !inside;
            inside = c.is_alphanumeric();
            begins && self.begin(&text[at..])
        })
    }

    /// The same for whole words.
    pub(super) fn begin_word(&self, text: &str) -> bool {
        let begins = |(word, ()): &(&str, ())| strip_word(text, word).is_some();
        self.near(text).iter().any(begins)
    }
}

impl<T: Copy> Beginnings<T> {
    /// `words`, and what is known of each.
    pub(super) fn new(words: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut all: Vec<_> = (0..BUCKETS).map(|_| Vec::new()).collect();
        for (word, known) in words {
            let mut bytes = word.bytes();
            let first = bytes.next().unwrap_or(0);
            match bytes.next() {
                Some(second) => all[bucket([first, second])].push((word, known)),
                None => (0..LOW).for_each(|any| all[bucket([first, any])].push((word, known))),
            }
        }
        Beginnings(all)
    }

    /// The words that `text` could begin with, capitals and accents aside, in their order.
    pub(super) fn near(&self, text: &str) -> &[(&'static str, T)] {
        &self.0[bucket(beginning(text))]
    }
}

/// How many bytes are told apart, and how many pairs of them.
const LOW: u8 = 32;
const BUCKETS: usize = 32 * 32;

/// Where words stand that begin with these two.
fn bucket([first, second]: [u8; 2]) -> usize {
    usize::from(first % LOW) * usize::from(LOW) + usize::from(second % LOW)
}

/// The first two bytes of `text` in lower case and without accents, 0 for one that it has not.
fn beginning(text: &str) -> [u8; 2] {
    // Almost every text begins with plain letters.
    if let [first, second, ..] = text.as_bytes()
        && first.is_ascii()
        && second.is_ascii()
    {
        return [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
    }
    let mut found = [0; 2];
    let mut left = found.iter_mut();
    for c in text.chars().flat_map(char::to_lowercase) {
        let mut buffer = [0; 4];
        let letters = letters::plain(c).unwrap_or(c.encode_utf8(&mut buffer));
        for byte in letters.bytes() {
            match left.next() {
                Some(place) => *place = byte,
                None => return found,
            }
        }
    }
    found
}

/// Whether `text` says no more than "otherwise".
pub(super) fn says_otherwise(text: &str) -> bool {
    let mut near = OTHERWISE.near(text).iter();
    near.any(|(word, ())| {
        let rest = strip_word(text, word).map(str::trim_start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ':', '，', '：']))
    })
}

static OTHERWISE: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.otherwise));

/// What headings and steps are counted as, in all languages.
pub(super) static ORDINALS: LazyLock<Beginnings<Ordinal>> = LazyLock::new(|| {
    let all = TONGUES.iter().flat_map(|tongue| tongue.ordinals);
    Beginnings::new(all.copied())
});

/// What stands behind `word` in `text`, if it begins so, capitals and accents aside.
pub(super) fn strip<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    // Almost every text is plain, and of another beginning.
    let mut bytes = text.bytes();
    for wanted in word.bytes() {
        let byte = bytes.next()?;
        if !byte.is_ascii() {
            return strip_letters(text, word);
        }
        if byte.to_ascii_lowercase() != wanted {
            return None;
        }
    }
    text.get(word.len()..)
}

/// The same of a text with other letters.
fn strip_letters<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut wanted = word;
    let mut rest = text;
    while !wanted.is_empty() {
        let c = rest.chars().next()?;
        for lower in c.to_lowercase() {
            let mut buffer = [0; 4];
            let plain = letters::plain(lower);
            wanted = wanted.strip_prefix(plain.unwrap_or(lower.encode_utf8(&mut buffer)))?;
        }
        rest = &rest[c.len_utf8()..];
    }
    Some(rest)
}

/// The same for whole words, which end where no letter follows.
pub(super) fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = strip(text, word)?;
    let dense = word.chars().next_back().is_some_and(is_dense);
    (dense || !rest.starts_with(char::is_alphanumeric)).then_some(rest)
}

#[cfg(test)]
mod tests;
