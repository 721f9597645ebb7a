//! Which characters may reach a terminal, and how many columns they take.
//!
//! Text of plans, servers and commands can hold characters that move the cursor, turn the reading
//! order round, hide, or that terminals disagree about the width of. None of them is shown. What
//! is left takes as many columns in every terminal as [`width`] says.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// How many columns `c` takes: 0 for a mark that sits on the character before it, 2 for wide ones,
/// `None` if it must not be shown.
pub fn width(c: char) -> Option<usize> {
    match c {
        ' '..='~' => Some(1),
        _ if is_hidden(c) => None,
        _ => c.width(),
    }
}

/// Characters without a look of their own: they join, split, reorder, colour or stand for nothing.
/// Dropped joiners, selectors and skin tones leave an emoji as its plain parts, on whose width
/// terminals agree.
fn is_hidden(c: char) -> bool {
    matches!(c,
        // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer inherent vowels.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
        // Zero-width spaces and joiners, left-to-right and right-to-left marks.
        | '\u{200b}'..='\u{200f}'
        // Line and paragraph separators, embeddings and overrides; invisible operators, isolates.
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Variation selectors, byte order mark, annotations.
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        // Shorthand and musical formatting, skin tones, tags, further selectors.
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// `text` as one line that can be shown: controls, line ends and tabs become spaces, characters
/// that must not be shown go.
pub fn one_line(text: &str) -> Cow<'_, str> {
    // Nearly all text is plain, and that is seen at once.
    let plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(plain) || text.chars().all(|c| width(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().filter_map(|c| match width(c) {
        Some(_) => Some(c),
        None if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => Some(' '),
        None => None,
    });
    Cow::Owned(shown.collect())
}

/// `text` with a visible sign, `‹U+200B›`, for each character that hides in words or turns the reading
/// order around. Emoji stay whole.
pub fn revealed(text: &str) -> Cow<'_, str> {
    with_signs(text, hides)
}

/// The same of a command, in which a space that is none to a shell hides as well: what is shown is what
/// would run.
pub fn revealed_code(text: &str) -> Cow<'_, str> {
    with_signs(text, |c| {
        hides(c) || matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}')
    })
}

fn with_signs(text: &str, hides: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(&hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let joins =
            c == '\u{200d}' && shown.ends_with(|c: char| !c.is_alphanumeric() && !c.is_ascii());
        if hides(c) && !joins {
            shown.push_str(&format!("‹U+{:04X}›", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn hides(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_tricks_have_no_width() {
        for c in "\0\t\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{202e}\u{2066}\u{200d}\u{fe0f}\u{e0041}".chars()
        {
            assert_eq!(width(c), None, "{c:?}");
        }
    }

    #[test]
    fn letters_wide_ones_and_marks_are_told_apart() {
        assert_eq!(width('a'), Some(1));
        assert_eq!(width('ß'), Some(1));
        assert_eq!(width('語'), Some(2));
        assert_eq!(width('🚀'), Some(2));
        assert_eq!(width('\u{301}'), Some(0));
    }

    #[test]
    fn what_can_be_shown_is_left_alone() {
        assert!(matches!(one_line("Größe 語 e\u{301}"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_hides_in_a_text_is_shown() {
        let spaced = "kube\u{200b}ctl a\u{a0}b";
        assert_eq!(revealed_code(spaced), "kube‹U+200B›ctl a‹U+00A0›b");
        assert_eq!(revealed(spaced), "kube‹U+200B›ctl a\u{a0}b");
        assert_eq!(revealed("user\u{202e}gnp.exe"), "user‹U+202E›gnp.exe");
        assert_eq!(revealed("a\u{200d}b"), "a‹U+200D›b");
        let fine = "Größe 👩\u{200d}🚀 ok\u{fe0f}";
        assert_eq!(revealed(fine), fine);
        assert!(matches!(revealed("plain 語"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_text_becomes_one_harmless_line() {
        assert_eq!(one_line("a\r\n\tb\u{1b}[31m"), "a   b [31m");
        assert_eq!(one_line("user\u{202e}gnp.exe"), "usergnp.exe");
        assert_eq!(one_line("👩\u{200d}🚀 ok\u{fe0f}"), "👩🚀 ok");
    }
}
