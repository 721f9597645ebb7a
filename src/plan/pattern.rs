//! Regular expressions of plans.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::template;

/// A regular expression that is known to compile.
#[derive(Clone, Debug)]
pub struct Pattern(regex::Regex);

impl Pattern {
    /// Compiles `text`; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        regex::RegexBuilder::new(text)
            .size_limit(1 << 20)
            .build()
            .map(Pattern)
            .map_err(|error| error.to_string())
    }

    /// Compiles `text` in which variables may stand: until they are filled in they match themselves.
    pub(super) fn with_variables(text: &str) -> Result<Self, String> {
        let mut escaped = String::new();
        let mut from = 0;
        for token in template::tokens(text) {
            escaped.push_str(&text[from..token.span.start]);
            escaped.push_str(&format!(r"\{{\{{{}\}}\}}", token.name));
            from = token.span.end;
        }
        escaped.push_str(&text[from..]);
        Pattern::new(&escaped)
    }

    /// What matches `parts` one after the other, with anything between them.
    pub(super) fn of_parts(parts: &[&str]) -> Option<Self> {
        let escaped: Vec<String> = parts.iter().map(|part| regex::escape(part)).collect();
        Pattern::new(&escaped.join(".*")).ok()
    }

    /// What matches a field of JSON, with or without blanks around its colon.
    pub(super) fn of_field(key: &str, value: &str) -> Option<Self> {
        let whole = if value.ends_with(|c: char| c.is_alphanumeric()) {
            r"\b"
        } else {
            ""
        };
        let (key, value) = (regex::escape(key), regex::escape(value));
        Pattern::new(&format!(r"{key}\s*:\s*{value}{whole}")).ok()
    }

    /// The pattern with its variables in plain braces.
    pub(super) fn unescaped(&self) -> String {
        self.as_str().replace(r"\{\{", "{{").replace(r"\}\}", "}}")
    }

    /// The pattern with the values of its variables, each of which matches only itself.
    pub(super) fn filled<E>(&self, plain: impl Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        let text = self.unescaped();
        let mut filled = String::new();
        let mut from = 0;
        for token in template::tokens(&text) {
            let mark = &text[token.span.start..token.span.end];
            filled.push_str(&text[from..token.span.start]);
            filled.push_str(&regex::escape(&plain(mark)?));
            from = token.span.end;
        }
        if from == 0 {
            return Ok(self.clone());
        }
        filled.push_str(&text[from..]);
        // What was a pattern is one with other letters in it, unless it has become too large.
        Ok(Pattern::new(&filled).unwrap_or_else(|_| self.clone()))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `text` holds a match.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Whether `text` is a match from its first letter to its last.
    pub fn is_whole(&self, text: &str) -> bool {
        let whole = Pattern::new(&format!(r"\A(?:{})\z", self.as_str()));
        // With `(?x)` a comment at its end goes on to the end of the line.
        let whole = whole.or_else(|_| Pattern::new(&format!("\\A(?:{}\n)\\z", self.as_str())));
        whole.is_ok_and(|whole| whole.is_match(text))
    }

    /// Whether no text that is a match as a whole holds anything that a shell reads as its own: a blank, a quote, a `;`.
    pub fn is_plain(&self) -> bool {
        regex_syntax::parse(self.as_str()).is_ok_and(|hir| is_plain(&hir))
    }

    /// Of the first match in `text`: the group called `name`, else the first one, or the whole match
    /// where there is no group.
    pub fn capture<'t>(&self, text: &'t str, name: &str) -> Option<&'t str> {
        let found = self.0.captures(text)?;
        let named = self.groups().any(|group| group == name);
        let group = if named {
            found.name(name)
        } else {
            found.get(1).or_else(|| found.get(0))
        };
        group.map(|m| m.as_str())
    }

    /// The names of its groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.0.capture_names().flatten()
    }
}

/// What is not a plain word to a shell.
const SPECIAL: &str = " \t\n\r\u{b}\u{c};&|<>()$`\\\"'*?[]{}!#~";

/// Whether `text` is a plain word to a shell.
pub(super) fn is_plain_word(text: &str) -> bool {
    !text.contains(|c| SPECIAL.contains(c))
}

fn is_plain(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).is_ok_and(is_plain_word),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let holds = |c: char| ranges.iter().any(|r| r.start() <= c && c <= r.end());
            !SPECIAL.chars().any(holds)
        }
        HirKind::Class(Class::Bytes(_)) => false,
        HirKind::Repetition(repetition) => is_plain(&repetition.sub),
        HirKind::Capture(capture) => is_plain(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_plain),
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_lets_plain_words_through_is_known() {
        for plain in [
            r"^v[0-9]+",
            r"^[\w.-]+$",
            "^v1$|x",
            r"\d{4}-\d\d",
            "a/b@c:d",
            "(?i)é+",
        ] {
            assert!(Pattern::new(plain).unwrap().is_plain(), "{plain}");
        }
        for other in [
            ".",
            r"^\S+$",
            "^[a-z ;]+$",
            "[^;]+",
            "^v.*$",
            r"a\sb",
            "a b",
            r"\$x",
        ] {
            assert!(!Pattern::new(other).unwrap().is_plain(), "{other}");
        }
    }

    #[test]
    fn a_part_of_a_text_is_not_the_whole() {
        let tag = Pattern::new("^v[0-9]+").unwrap();
        assert!(tag.is_whole("v12"));
        for other in ["v1; echo X", "v1\n", "x v1", ""] {
            assert!(!tag.is_whole(other), "{other}");
        }
        assert!(Pattern::new("a|ab").unwrap().is_whole("ab"));
        let told = Pattern::new(r"(?x) v \d+ # the tag").unwrap();
        assert!(told.is_whole("v1") && !told.is_whole("v1 "));
    }
}
