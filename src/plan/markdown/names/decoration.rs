//! Emoji in front of headings, and what is left of them after an editor saved the file in the
//! wrong encoding: names read better, and can be typed, without them.

/// `text` without the decoration it begins with.
pub(in crate::plan::markdown) fn strip(text: &str) -> &str {
    let mut rest = text.trim_start();
    if rest.starts_with(|c: char| c.is_ascii()) {
        return rest.trim_end();
    }
    loop {
        let shorter = strip_symbol(strip_mojibake(rest)).trim_start();
        if shorter.is_empty() {
            return text.trim();
        }
        if shorter.len() == rest.len() {
            return rest.trim_end();
        }
        rest = shorter;
    }
}

/// `text` without the decoration it begins and ends with.
pub(super) fn strip_both(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_owned();
    }
    let mut words: Vec<&str> = strip(text).split(char::is_whitespace).collect();
    while let [_, .., last] = words.as_slice()
        && (last.is_empty() || strip_symbol(strip_mojibake(last)).is_empty())
    {
        words.pop();
    }
    words
        .join(" ")
        .chars()
        .filter(|&c| !is_combining(c))
        .collect()
}

/// Puts back the two signs that people write behind what is done and what is not, where an editor
/// broke them.
pub(in crate::plan::markdown) fn mend(text: String) -> String {
    let broken = [("âœ…", "✅"), ("‚úÖ", "✅"), ("âŒ", "❌"), ("‚ùå", "❌")];
    if text.is_ascii() {
        return text;
    }
    let mend = |text: String, (broken, whole): &(&str, &str)| text.replace(broken, whole);
    broken.iter().fold(text, mend)
}

/// Joiners and variation selectors, which mean nothing without an emoji before them.
fn is_combining(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}' | '\u{FEFF}'
    )
}

fn strip_symbol(text: &str) -> &str {
    let rest = text.trim_start_matches(|c: char| is_combining(c) || is_symbol(c));
    // A byte that could not be read may be a word's first letter.
    let letter = |c: char| c == char::REPLACEMENT_CHARACTER;
    if rest.starts_with(char::is_alphanumeric) {
        let before = &text[..text.len() - rest.len()];
        return &text[before.trim_end_matches(letter).len()..];
    }
    rest
}

/// A pictogram: no letter or digit, and none of the signs that texts really begin with.
fn is_symbol(c: char) -> bool {
    let sign = "“”‘’‚„«»‹›§±≥≤≠≈€£¥°№…–—¿¡·•";
    !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace() && !sign.contains(c)
}

/// What the bytes 80 to BF look like when Windows' Latin or Turkish page is taken for UTF-8.
fn is_windows_tail(c: char) -> bool {
    let high = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    matches!(c, '\u{80}'..='\u{BF}') || high.contains(c)
}

/// The same for the Macintosh's page.
fn is_macintosh_tail(c: char) -> bool {
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø".contains(c)
}

/// Takes off a first word that is an emoji's bytes read in a one-byte encoding.
fn strip_mojibake(text: &str) -> &str {
    let length = text.find([' ', '\t', '\n']).unwrap_or(text.len());
    let word = &text[..length];
    if word.is_ascii() || word.chars().any(|c| c.is_ascii_alphanumeric()) {
        return text;
    }
    let mut chars = word.chars();
    let (Some(lead), tail) = (chars.next(), chars.as_str()) else {
        return text;
    };
    let windows = !tail.is_empty() && tail.chars().all(|c| is_windows_tail(c) || is_lead(c));
    let macintosh = tail.chars().all(|c| is_macintosh_tail(c) || is_lead(c));
    let broken = match lead {
        'ğ' | 'ð' => tail.starts_with('Ÿ') && windows,
        'â' | 'ï' | 'Â' | 'Ã' => windows && tail.chars().count() <= 6,
        '\u{F8FF}' => macintosh,
        '‚' | 'Ô' | 'ü' => macintosh && tail.chars().count() == 2,
        _ => false,
    };
    if broken { &text[length..] } else { text }
}

/// How the first byte of a character beyond ASCII looks in those pages.
fn is_lead(c: char) -> bool {
    matches!(
        c,
        'ğ' | 'ð' | 'â' | 'ï' | '\u{F8FF}' | '‚' | 'Ô' | '∏' | 'è'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_and_their_remains_are_taken_off() {
        for (text, wanted) in [
            ("🚀 Go live", "Go live"),
            ("ğŸš€ Go live", "Go live"),
            ("ðŸš€ Go live", "Go live"),
            ("\u{F8FF}üöÄ Go live", "Go live"),
            ("üöÄ Go live", "Go live"),
            ("âœ… Go live", "Go live"),
            ("âš\u{a0}ï¸ Go live", "Go live"),
            ("⚠️ Go live ✅", "Go live"),
            ("Low risk âœ…", "Low risk"),
            ("Low risk ‚úÖ", "Low risk"),
            ("👩‍💻 Go", "Go"),
            ("1️⃣ Back up", "1 Back up"),
            ("\u{FFFD}\u{FFFD} Back up", "Back up"),
            ("→ ✅ Go", "Go"),
        ] {
            assert_eq!(strip_both(text), wanted, "{text}");
        }
    }

    #[test]
    fn words_of_any_language_stay() {
        for text in [
            "Été: migration",
            "à faire",
            "Über alles",
            "Миграция базы",
            "数据库迁移",
            "$PATH is set",
            "`x`",
            "≥ 58 tables",
            "“quoted”",
            "🚀",
            "",
            "50 % – done",
            "ü",
            "îles",
            "\u{FFFD}ber alles",
        ] {
            assert_eq!(strip_both(text), text, "{text}");
        }
    }
}
