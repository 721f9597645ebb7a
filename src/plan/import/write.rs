//! How TOML is laid out: keys below their table's head, commands in strings that keep them as they
//! are, an empty line before each table.

use std::fmt::Write;
use std::time::Duration;

use crate::plan::duration;
use crate::plan::source::{Source, Span};

/// Writes a plan.
pub(super) struct Writer<'s> {
    source: &'s Source,
    text: String,
    /// What stands before the keys of the table that is being written.
    indent: &'static str,
}

impl<'s> Writer<'s> {
    /// A writer of what came from `source`.
    pub(super) fn new(source: &'s Source) -> Self {
        Writer {
            source,
            text: String::new(),
            indent: "",
        }
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A line that is only read.
    pub(super) fn comment(&mut self, text: &str) {
        self.line(&format!("# {text}"));
    }

    /// `[name]`, after an empty line.
    pub(super) fn table(&mut self, name: &str) {
        self.head("", &format!("[{name}]"), None);
    }

    /// `[[name]]`, with the line of `from`, if it stands in the runbook.
    pub(super) fn item(&mut self, name: &str, from: Option<Span>) {
        self.head("", &format!("[[{name}]]"), from);
    }

    /// The same, indented: a table in a table.
    pub(super) fn part(&mut self, indent: &'static str, name: &str, from: Option<Span>) {
        self.head(indent, &format!("[[{name}]]"), from);
    }

    /// `[name]`, indented: a table in a table.
    pub(super) fn table_in(&mut self, indent: &'static str, name: &str) {
        self.head(indent, &format!("[{name}]"), None);
    }

    fn head(&mut self, indent: &'static str, head: &str, from: Option<Span>) {
        self.indent = indent;
        self.text.push('\n');
        match from.map(|span| self.source.line(span.start)) {
            Some(line) => self.line(&format!("{head}  # {line}")),
            None => self.line(head),
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(self.indent);
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// `key = value`, the value as TOML.
    pub(super) fn raw(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {value}"));
    }

    /// A text.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    /// A text, if there is one.
    pub(super) fn maybe(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    /// `key = true`, if it is.
    pub(super) fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.raw(key, "true");
        }
    }

    /// A length of time, if there is one.
    pub(super) fn time(&mut self, key: &str, value: Option<Duration>) {
        if let Some(value) = value {
            self.raw(key, &quoted(&time(value)));
        }
    }

    /// A table of `pairs`: on one line where it is short, else key by key.
    pub(super) fn pairs(&mut self, key: &str, pairs: &[(String, String)]) {
        let short = inline(pairs);
        if short.contains('\n') {
            for (name, value) in pairs {
                self.raw(&format!("{key}.{name}"), value);
            }
        } else if !pairs.is_empty() {
            self.raw(key, &short);
        }
    }
}

/// `{ a = 1, b = 2 }`
pub(super) fn inline(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// `["a", "b"]`
pub(super) fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

/// A key, in quotes where it needs them.
pub(super) fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        one_line_string(name)
    }
}

/// A length of time as plans write it, none of it lost.
pub(super) fn time(value: Duration) -> String {
    let shown = duration::show(value);
    match duration::parse(&shown) {
        Ok(again) if again == value => shown,
        _ if value.subsec_nanos() == 0 => format!("{}s", value.as_secs()),
        _ => format!("{}ns", value.as_nanos()),
    }
}

/// `text` as a string of TOML: as it is, where that can be.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains('\n') {
        return one_line_string(text);
    }
    let literal = !text.contains("'''") && !text.ends_with('\'') && !text.chars().any(is_odd);
    if literal {
        return format!("'''\n{text}'''");
    }
    let mut string = String::from("\"\"\"\n");
    for c in text.chars() {
        match c {
            '\n' => string.push('\n'),
            c => escape(c, &mut string),
        }
    }
    string.push_str("\"\"\"");
    string
}

/// A string on one line.
pub(in crate::plan) fn one_line_string(text: &str) -> String {
    let odd = text.contains('\n') || text.chars().any(is_odd);
    if odd || (text.contains(['"', '\\']) && text.contains('\'')) {
        let mut string = String::from("\"");
        text.chars().for_each(|c| escape(c, &mut string));
        string.push('"');
        string
    } else if text.contains(['"', '\\']) {
        format!("'{text}'")
    } else {
        format!("\"{text}\"")
    }
}

/// Whether `c` can't stand in a string as it is.
fn is_odd(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n')
}

fn escape(c: char, string: &mut String) {
    match c {
        '"' => string.push_str("\\\""),
        '\\' => string.push_str("\\\\"),
        '\n' => string.push_str("\\n"),
        '\r' => string.push_str("\\r"),
        '\t' => string.push('\t'),
        c if is_odd(c) => {
            let _ = write!(string, "\\u{:04X}", u32::from(c));
        }
        c => string.push(c),
    }
}

/// `text` without what a comment can't hold.
pub(super) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_as_they_are_where_that_can_be() {
        for (text, wanted) in [
            ("go", "\"go\""),
            ("say \"hi\"", "'say \"hi\"'"),
            ("it's \"x\"", "\"it's \\\"x\\\"\""),
            ("a\nb", "'''\na\nb'''"),
            ("a\n'''b", "\"\"\"\na\n'''b\"\"\""),
            ("\u{7}\r", "\"\\u0007\\r\""),
        ] {
            assert_eq!(quoted(text), wanted);
        }
    }

    #[test]
    fn every_text_is_read_as_it_was_written() {
        proptest::proptest!(|(text in "(?s)[a'\"\\\\\n\r\t\u{0}-\u{20}\u{7f}-\u{a0}é#=]{0,30}")| {
            let toml = format!("a = {}\n{} = 1\n", quoted(&text), key(&format!("k{text}")));
            let table: toml::Table = toml::from_str(&toml).unwrap();
            proptest::prop_assert_eq!(table["a"].as_str(), Some(text.as_str()));
            let key = format!("k{text}");
            proptest::prop_assert!(table.contains_key(&key));
        });
    }
}
