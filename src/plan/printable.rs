//! Texts of plans, of journals and of what servers say on a terminal: what would move its cursor, colour
//! it, or turn the order of its letters around is shown as a sign instead.

use std::borrow::Cow;

/// `text` with a sign for each character that a terminal would obey. Lines and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    // Most texts are plain, and telling so without a branch for every byte is quick.
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().fold(true, |all, byte| all & plain(byte)) || !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(sign).collect())
}

/// Whether a terminal obeys this character instead of showing it. Ends of lines and tabs are no such.
pub fn is_obeyed(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || turns
}

/// The sign that Unicode has for a control character: `␛` for the one that begins a sequence.
fn sign(c: char) -> char {
    match c {
        c if !is_obeyed(c) => c,
        '\u{7f}' => '␡',
        c if c.is_ascii() => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing_by_what_it_shows() {
        let bad = "a\u{1b}[31mred\u{7}\r\u{7f}\u{9b}2J\u{202e}b";
        assert_eq!(printable(bad), "a␛[31mred␇␍␡\u{fffd}2J\u{fffd}b");
        let good = "Überprüfung\n\t确认 ✅ 👩‍🚀";
        assert!(matches!(printable(good), Cow::Borrowed(text) if text == good));
    }
}
