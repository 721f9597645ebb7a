//! How headings are compared: in lower case and without accents, every sign a space.

use crate::plan::letters::is_dense;
use crate::plan::{letters, windows};

/// The words of `heading`, a space behind each.
pub(in crate::plan::markdown) fn folded(heading: &str) -> String {
    if heading.is_ascii() {
        of_plain_letters(heading)
    } else {
        of_letters(windows::undo(heading).as_deref().unwrap_or(heading))
    }
}

/// Whether a word of the folded `text` begins with `stem`; one in a script without spaces may stand anywhere.
pub(in crate::plan::markdown) fn has_stem(text: &str, stem: &str) -> bool {
    if stem.starts_with(is_dense) {
        text.contains(stem)
    } else {
        text.split(' ').any(|word| word.starts_with(stem))
    }
}

fn of_letters(heading: &str) -> String {
    let mut text = String::with_capacity(heading.len() + 1);
    for c in heading.chars() {
        if c.is_ascii_alphanumeric() {
            text.push(c.to_ascii_lowercase());
        } else if c.is_alphanumeric() || letters::plain(c) == Some("") {
            let lower = full_width(c).unwrap_or(c).to_lowercase();
            lower.for_each(|c| letters::push(c, &mut text));
        } else if !matches!(c, '`' | '*') && !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
    }
    if !text.ends_with(' ') {
        text.push(' ');
    }
    text
}

/// The same of what has no others, as almost every heading.
fn of_plain_letters(heading: &str) -> String {
    let mut text = Vec::with_capacity(heading.len() + 1);
    let mut spaced = true;
    for byte in heading.bytes() {
        match PLAIN[usize::from(byte)] {
            0 => {}
            b' ' if spaced => {}
            letter => {
                text.push(letter);
                spaced = letter == b' ';
            }
        }
    }
    if !spaced || text.is_empty() {
        text.push(b' ');
    }
    String::from_utf8(text).unwrap_or_default()
}

/// What becomes of each byte: 0 is nothing at all.
const PLAIN: [u8; 256] = {
    let mut plain = [b' '; 256];
    let mut byte = 0;
    while byte < plain.len() {
        let letter = byte as u8;
        if letter.is_ascii_alphanumeric() {
            plain[byte] = letter.to_ascii_lowercase();
        } else if matches!(letter, b'`' | b'*') {
            plain[byte] = 0;
        }
        byte += 1;
    }
    plain
};

/// The letter or digit that `c` is a wide form of, as East Asian texts have them.
fn full_width(c: char) -> Option<char> {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}
