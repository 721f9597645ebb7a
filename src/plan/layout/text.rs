//! What stands between keys and values: spaces, empty lines, comments.

/// Whether an empty line stands before something.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Gap {
    /// Never.
    None,
    /// Where the author has one.
    Kept,
    /// Always.
    Always,
}

impl Gap {
    /// The gap before a key; nothing parts the first one from the head of its table.
    pub(super) fn among(first: bool) -> Self {
        if first { Gap::None } else { Gap::Kept }
    }
}

/// What stands before a key or a table's head: comments and empty lines, then the indentation.
pub(super) fn before(text: &str, indent: usize, gap: Gap) -> String {
    let head = text.rfind('\n').map_or("", |at| &text[..=at]);
    let pad = " ".repeat(indent);
    let mut out = String::new();
    let mut blank = false;
    if gap == Gap::Always {
        out.push('\n');
    }
    for line in head.lines() {
        let line = line.trim();
        if line.is_empty() {
            blank = true;
            continue;
        }
        let begins = out.trim().is_empty();
        if blank && (!begins || gap == Gap::Kept) {
            out.push('\n');
        }
        blank = false;
        out.push_str(&pad);
        out.push_str(line);
        out.push('\n');
    }
    let begins = out.trim().is_empty();
    if blank && (!begins || gap == Gap::Kept) {
        out.push('\n');
    }
    out.push_str(&pad);
    out
}

/// What stands behind a value or a head on its line: a comment, or nothing.
pub(super) fn behind(text: &str) -> String {
    let comment = text.trim();
    if comment.is_empty() {
        String::new()
    } else {
        format!("  {comment}")
    }
}

/// What stands behind everything: comments.
pub(super) fn end(text: &str, first: bool) -> String {
    let mut text = before(&format!("{}\n", text.trim_end()), 0, Gap::among(first));
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The comments of a file of TOML, in its order, without what stands around them.
pub(super) fn comments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', '"', '\'']) {
        let tail = &rest[at..];
        let length = if tail.starts_with('#') {
            let length = tail.find('\n').unwrap_or(tail.len());
            found.push(tail[..length].trim_end());
            length
        } else {
            string(tail)
        };
        rest = &tail[length..];
    }
    found
}

/// The length of the string that `text` begins with.
fn string(text: &str) -> usize {
    let long = ["\"\"\"", "'''"]
        .into_iter()
        .find(|mark| text.starts_with(mark));
    let mark = long.unwrap_or(&text[..1]);
    let escapes = text.starts_with('"');
    let mut at = mark.len();
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c == '\\' && escapes {
            at += 1;
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        } else if text[at..].starts_with(mark) {
            at += mark.len();
            // Up to two more quotes belong to the string.
            let more = if long.is_some() { 2 } else { 0 };
            let quotes = text[at..]
                .bytes()
                .take(more)
                .take_while(|byte| mark.as_bytes()[0] == *byte);
            return at + quotes.count();
        } else {
            at += c.len_utf8();
        }
    }
    text.len()
}
