//! Windows' page for western Europe, in which older editors save: what its bytes stand for, and texts
//! in UTF-8 that somebody has read as if they were in it.

/// What the bytes 80 to 9F stand for; five stand for nothing.
const HIGH: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text that `bytes` are in this page.
pub(super) fn decode(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        byte => char::from(*byte),
    };
    bytes.iter().map(one).collect()
}

/// What `text` was before its UTF-8 was read as this page, if that is what happened: `Rückfall` for
/// `RÃ¼ckfall`.
pub(super) fn undo(text: &str) -> Option<String> {
    // Only what begins so can be the first byte of two.
    if !text.contains(['Ã', 'Â', 'â', 'Å', 'Ä', 'Ð', 'Ñ']) {
        return None;
    }
    // Where the page has nothing, from 0x80 to 0x9f, editors keep the byte.
    let byte = |c: char| {
        let own = u8::try_from(c).ok();
        own.or_else(|| {
            let at = HIGH
                .iter()
                .position(|&high| high == c && high != '\u{fffd}')?;
            u8::try_from(at + 0x80).ok()
        })
    };
    let bytes: Vec<u8> = text.chars().map(byte).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_the_page_has_them() {
        assert_eq!(decode(b"R\xfcckfall \x96 5 \x80"), "Rückfall – 5 €");
        assert_eq!(decode(b"\x81"), "\u{fffd}");
    }

    #[test]
    fn only_what_was_read_wrongly_is_put_back() {
        for text in ["Rückfallplan", "Après le déploiement", "Откат – план"] {
            assert_eq!(
                undo(&decode(text.as_bytes())).as_deref().unwrap_or(text),
                text
            );
        }
        assert_eq!(undo("RÃ¼ckfallplan").as_deref(), Some("Rückfallplan"));
        for text in ["Rückfallplan", "Âge", "Änderung", "plain", "â 数据"] {
            assert_eq!(undo(text), None, "{text}");
        }
    }
}
