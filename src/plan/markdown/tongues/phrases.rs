//! The phrases by which the headings of runbooks are understood, by topic. Matched on whole
//! words, in lower case and without accents, with every sign as a space; `*` at the end stands for
//! any ending. The phrases themselves are in [`crate::plan::markdown::tongues`], language by language.

use std::sync::LazyLock;

use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::TONGUES;

/// What a phrase is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::plan::markdown) enum Topic {
    /// Who has to sign.
    Signoff,
    /// Whom to call.
    Contacts,
    /// When to roll back.
    Criteria,
    /// The same, but only where a rollback is spoken of above.
    CriteriaBelowRollback,
    /// What to raise an alarm for.
    Alerts,
    /// What success looks like.
    Success,
    /// How things are done in general.
    Reference,
    /// Commands without saying what for.
    Commands,
    /// What one reads.
    Prose,
    /// A way back.
    Rollback,
    /// A way back, if the heading speaks of nothing else: "recovery", "fallback".
    Recovery,
    /// The same in a language whose other words are not told apart, unless one only verifies it.
    Restore,
    /// As with recovery, and even less if it is one that goes forward: "emergency".
    Emergency,
    /// The same in a language whose other words are not told apart, unless it is a deployment in a
    /// hurry, or one only verifies it.
    Urgent,
    /// What a way back may be for, or lead to.
    Thing,
    /// That what stands behind it is not there: "no", "without".
    No,
    /// An order, where a heading begins with it: what stands below is done, not read.
    Order,
    /// The same in a language where it stands at the end.
    OrderLast,
    /// An order to move something: what is moved may be called after a way back, and is none.
    Moves,
    /// With one of these, a heading about rollbacks is about getting ready for one.
    Rehearsal,
    /// What "pre-" and "post-" are put before.
    Staged,
    /// Surely before the deployment.
    BeforeStrong,
    /// Surely after it.
    AfterStrong,
    /// After it, and what one does then is verify.
    PostVerify,
    /// Getting ready.
    Before,
    /// Making sure.
    Verify,
    /// Keeping an eye on it.
    After,
    /// The change itself.
    Deploy,
    /// The same at the beginning of a heading: "expand", "swap".
    Turns,
    /// Stopping and starting something, which is done around it: "stop", "restart".
    Starts,
    /// The day of it, not the change.
    Day,
    /// Testing, which is done before and after.
    Testing,
    /// "Here is what to do", and no more.
    Steps,
    /// A list to tick.
    Checklist,
    /// "and"
    And,
    /// What can go wrong.
    Failure,
    /// That something has gone wrong, or holds for some only, where a name begins or ends with it: "stuck",
    /// "hangs", "and older".
    Case,
    /// Going on behind that, wherever it stands: "after a failure".
    Resumes,
    /// The way back itself: "rollback fails".
    Backfires,
    /// What holds for few, where a name begins with it: "edge cases".
    Edges,
    /// What somebody recommends: "tips".
    Advice,
    /// How something is gone about, told rather than done: "strategy", "approach".
    Concept,
    /// Words that say nothing.
    Small,
    /// That what stands beside it is done before.
    Pre,
    /// That what stands beside it is done afterwards.
    Post,
    /// A way back by itself: "if it fails".
    Fails,
    /// Giving up what was begun: "abort", "cancel".
    Abandon,
    /// Bringing back what was kept, as a verb: "restore".
    Returns,
    /// What is brought back then: "backup", "database".
    Copied,
    /// What goes on again without one: "traffic", "access".
    Served,
    /// What one does on the way forward, as an order: "deploy", "verify".
    Acts,
    /// That nobody is to do it, wherever that stands: "do not run", "deprecated".
    Never,
    /// The same at the end: "deprecated".
    Outdated,
    /// The same where a heading or a part of it says nothing else: "legacy", "deployment history".
    Past,
    /// The same where a heading or a part of it begins so: "not in this release".
    Later,
    /// The same where a name or a part of it says nothing else: "skip", "not possible".
    Aside,
    /// The same, but behind a thing it tells more of that: "wrong", "legacy", "draft".
    Flaw,
    /// The same in brackets or at the end: "done". By itself it is a name as any other.
    Closed,
    /// With which a name begins that tells of something: "how it works", "known issues".
    Told,
    /// The same at the beginning: "do not", "never".
    Forbids,
    /// With which it is an order all the same: "do not forget".
    Urges,
    /// Another place than production.
    Elsewhere,
    /// The point behind which nothing goes back.
    NoReturn,
}

/// One phrase, ready to be compared.
struct Phrase {
    words: &'static str,
    /// What it begins with, and which bytes of a text that has to be.
    head: u32,
    mask: u32,
    open: bool,
    topic: Topic,
}

/// All phrases, those together that begin with the same three letters.
struct Index {
    phrases: Vec<Phrase>,
    /// Where in `phrases` those of each beginning end, see [`bucket`].
    ends: Vec<u16>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let all = TONGUES.iter().flat_map(|tongue| tongue.phrases);
    let all = all.flat_map(|(topic, phrases)| phrases.iter().map(|phrase| (*topic, *phrase)));
    let mut phrases: Vec<(usize, Phrase)> = Vec::new();
    for (topic, phrase) in all {
        let words = phrase.trim_end_matches('*');
        // There are no spaces between the words of these scripts.
        let open = words.len() < phrase.len() || words.chars().any(is_dense);
        let (head, mask) = (head(words), mask(words));
        phrases.extend(buckets(words, open).map(|bucket| {
            let phrase = Phrase {
                words,
                head,
                mask,
                open,
                topic,
            };
            (bucket, phrase)
        }));
    }
    phrases.sort_by_key(|(bucket, _)| *bucket);
    let mut ends = vec![0; BUCKETS];
    for (bucket, _) in &phrases {
        ends[*bucket] += 1;
    }
    let mut end = 0;
    for count in &mut ends {
        end += *count;
        *count = end;
    }
    Index {
        phrases: phrases.into_iter().map(|(_, phrase)| phrase).collect(),
        ends,
    }
});

impl Index {
    /// The phrases that `text` could begin with.
    fn near(&self, text: &str) -> &[Phrase] {
        let bucket = bucket(text);
        let start = bucket.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.phrases[usize::from(start)..usize::from(self.ends[bucket])]
    }
}

/// The first bytes of `text` as a number, which is compared at once.
fn head(text: &str) -> u32 {
    let mut head = [0; 4];
    let length = text.len().min(4);
    head[..length].copy_from_slice(&text.as_bytes()[..length]);
    u32::from_be_bytes(head)
}

/// Which of those bytes `text` has.
fn mask(text: &str) -> u32 {
    let missing = 4 - text.len().min(4) as u32;
    u32::MAX.unbounded_shl(8 * missing)
}

/// How many beginnings are told apart: five bits of each of three letters.
const BUCKETS: usize = 32 * 32 * 32;

/// The beginning of `text`, with spaces behind a short one.
fn bucket(text: &str) -> usize {
    let low = |byte: Option<u8>| usize::from(byte.unwrap_or(b' ') % 32);
    let mut bytes = text.bytes();
    (low(bytes.next()) * 32 + low(bytes.next())) * 32 + low(bytes.next())
}

/// The beginnings of all texts that begin with `words`, behind which anything may stand if they are `open`,
/// else a space.
fn buckets(words: &str, open: bool) -> impl Iterator<Item = usize> {
    let known = words.len() + usize::from(!open);
    let any = 32_usize.pow(3_usize.saturating_sub(known) as u32);
    let first = bucket(words);
    (0..any).map(move |last| first + last)
}

/// Calls `found` for every phrase that `text` begins with, with its topic and its length. `text` is
/// in lower case and has one space between its words and one at its end.
pub(in crate::plan::markdown) fn at(text: &str, mut found: impl FnMut(Topic, usize)) {
    let head = head(text);
    for phrase in INDEX.near(text) {
        if head & phrase.mask == phrase.head
            && let Some(rest) = text.strip_prefix(phrase.words)
            && (phrase.open || rest.starts_with(' '))
        {
            found(phrase.topic, phrase.words.len());
        }
    }
}
