//! Regular expressions of plans.

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

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}
