//! Words that join several ways of doing one thing: "or", "alternatively", "(alternative)", "On macOS".

use std::sync::LazyLock;

use super::heading;
use super::label::label;
use crate::plan::letters;
use crate::plan::markdown::tongues::{self, Beginnings, Rival, rival};

/// "Or", "otherwise", at the beginning of a line.
pub(in crate::plan::markdown) static EITHER: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.either));

/// What a line says beside "or", if that is how it begins: "OR manually:", "Alternatively".
pub(in crate::plan::markdown) fn either(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains('\n') || text.len() > 80 {
        return None;
    }
    let joined = EITHER.near(text).iter().find_map(|(word, ())| {
        let rest = tongues::strip_word(text, word)?;
        // In scripts without spaces a word goes on where this one would have ended.
        let whole = !rest.starts_with(char::is_alphanumeric) || rest.starts_with('手');
        whole.then_some(rest)
    });
    let rest = joined.or_else(|| second(text))?;
    Some(label(rest.trim_start_matches(SIGNS)))
}

/// What `text` says of the second of several ways, where the first has no name: "Method 2:", "Option B (by hand):".
fn second(text: &str) -> Option<&str> {
    let mut words = text.split([' ', ':', '.', '(', ')']);
    let mark = words.nth(1)?;
    (matches!(mark, "2" | "B" | "b") && heading::counts_options(text)).then_some(text)
}

/// Whether `text` says that what follows is another way of doing what stands above it: "or", "or by hand",
/// "Alternatively, on a host without systemd". What may be a name, as in "Alternative port", or give a reason, as
/// "otherwise it hangs" does, says so only where nothing else is in its clause.
pub(in crate::plan::markdown) fn joins(text: &str) -> bool {
    let text = text.trim();
    EITHER.near(text).iter().any(|(word, ())| {
        let Some(rest) = tongues::strip_word(text, word) else {
            return false;
        };
        let bare = rest.is_empty() || rest.starts_with([':', ',', '：', '，']);
        let dense = rest.starts_with(char::is_alphanumeric) && !rest.starts_with('手');
        let vague = || {
            let otherwise = tongues::words(|tongue| tongue.otherwise);
            NAMES
                .iter()
                .any(|name| word.starts_with(name) && !word.ends_with("ly"))
                || otherwise.into_iter().any(|other| other == *word)
        };
        bare || (!dense && !vague())
    })
}

/// Words for "or" that are names of things as well.
const NAMES: [&str; 2] = ["alternative", "代替"];

/// Whether `inside`, a remark, says that what it stands behind is another way of doing what stands above it:
/// "(alternative)", "(alternative: by hand)".
pub(in crate::plan::markdown) fn is_alternative(inside: &str) -> bool {
    EITHER.near(inside).iter().any(|(word, ())| {
        let rest = tongues::strip_word(inside, word).map(str::trim_start);
        let bare = |rest: &str| rest.is_empty() || rest.starts_with(SIGNS);
        let named = ALTERNATIVE.iter().any(|stem| word.starts_with(stem));
        named && rest.is_some_and(|rest| bare(rest) || word.ends_with("ly"))
    })
}

/// How words begin that say so in a remark.
const ALTERNATIVE: [&str; 3] = ["alternativ", "альтернатив", "代替"];

/// What may stand between "or" and what it says.
const SIGNS: [char; 9] = [',', ':', ' ', '-', '–', '—', '：', '、', '，'];

/// Systems that servers run on.
const OF_SERVERS: [&str; 8] = [
    "linux", "debian", "ubuntu", "rhel", "centos", "fedora", "alpine", "freebsd",
];

/// Whether `label` says no more than on which system of a person's own it is done: "On macOS". "On macOS or
/// Linux" is done wherever it is.
pub(in crate::plan::markdown) fn is_system(label: &str) -> bool {
    // Hardly any label begins so.
    if !tongues::begins_as_own_system(label) {
        return false;
    }
    let folded = letters::fold(label);
    let mut joined = [" or ", " and ", " / "].into_iter();
    let first = joined.find_map(|word| folded.split_once(word));
    let first = first.map_or(folded.as_str(), |(first, _)| first);
    let of_servers = || OF_SERVERS.iter().any(|system| folded.contains(system));
    rival(first).is_some_and(Rival::is_own_system) && !of_servers()
}
