//! Letters without their accents, so that words are found however they are written.

/// The plain letters for `c`, a lower-case letter with an accent or a ligature; none if it has
/// none. A mark that only belongs to the letter before it is nothing at all.
pub(super) fn plain(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ё' => "е",
        '\u{300}'..='\u{36F}' => "",
        _ => return None,
    })
}

/// `text` in lower case and without accents.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|c| push(c, &mut folded));
        }
    }
    folded
}

/// Whether words written with `c` have no spaces between them.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// Adds `c`, a lower-case letter, to `text` without its accent.
pub(super) fn push(c: char, text: &mut String) {
    match plain(c) {
        Some(letters) => text.push_str(letters),
        None => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_taken_off_and_other_scripts_stay() {
        assert_eq!(fold("Après l'ÉTÉ, Größe"), "apres l'ete, grosse");
        assert_eq!(fold("e\u{301}te\u{301}"), "ete");
        assert_eq!(fold("Развёртывание 部署"), "развертывание 部署");
    }
}
