//! Paths into JSON: `.data.items[0].id`, `."odd key"`, `[-1]`; a `$` in front changes nothing.

use std::fmt;

use serde_json::Value;

/// A path that is known to be well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    /// From the end where it is negative.
    Index(i64),
}

/// What is not a path, and from which byte on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPath {
    /// Where it stops making sense.
    pub at: usize,
    /// Why.
    pub why: &'static str,
}

impl JsonPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let bad = |at, why| Err(BadPath { at, why });
        let mut parts = Vec::new();
        let mut at = usize::from(text.starts_with('$'));
        while at < text.len() {
            let rest = &text[at..];
            let (part, length) = if let Some(name) = rest.strip_prefix(".[") {
                // jq writes it so, too.
                match bracket(name) {
                    Some((part, length)) => (part, length + 2),
                    None => return bad(at, "a bracket holds a number or a quoted key"),
                }
            } else if let Some(name) = rest.strip_prefix(".\"") {
                match name.find('"') {
                    Some(end) => (Part::Key(name[..end].to_owned()), end + 3),
                    None => return bad(at, "the quote is not closed"),
                }
            } else if let Some(name) = rest.strip_prefix('.') {
                if name.is_empty() && parts.is_empty() {
                    break;
                }
                let end = name.find(['.', '[', ']', '"', ' ']).unwrap_or(name.len());
                if end == 0 {
                    return bad(at, "a key is missing behind the dot");
                }
                (Part::Key(name[..end].to_owned()), end + 1)
            } else if let Some(inside) = rest.strip_prefix('[') {
                match bracket(inside) {
                    Some((part, length)) => (part, length + 1),
                    None => return bad(at, "a bracket holds a number or a quoted key"),
                }
            } else {
                return bad(at, "a key begins with a dot");
            };
            parts.push(part);
            at += length;
        }
        Ok(JsonPath(parts))
    }

    /// What is there instead, in words, where [`JsonPath::find`] finds nothing: how far it leads.
    pub fn missing(&self, root: &Value) -> String {
        let prefixes = (0..self.0.len()).rev();
        let mut prefixes = prefixes.map(|length| JsonPath(self.0[..length].to_vec()));
        let last = prefixes.find_map(|path| Some((path.find(root)?.clone(), path)));
        let Some((value, path)) = last else {
            return "nothing is there".to_owned();
        };
        let has = match &value {
            Value::Object(fields) if fields.is_empty() => "is empty".to_owned(),
            Value::Object(fields) => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                let shown = names.iter().take(MOST_NAMES).copied();
                let rest = (names.len() > MOST_NAMES).then_some("…");
                let shown: Vec<&str> = shown.chain(rest).collect();
                format!("has {}", shown.join(", "))
            }
            Value::Array(items) => format!("has {}", items.len()),
            other => format!("is {}", as_text(other).as_deref().unwrap_or("null")),
        };
        format!("nothing is there: {path} {has}")
    }

    /// What is there in `root`.
    pub fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |value, part| match part {
            Part::Key(key) => value.get(key),
            Part::Index(index) => {
                let items = value.as_array()?;
                let from_end = usize::try_from(index.unsigned_abs()).ok()?;
                let ix = match index {
                    0.. => from_end,
                    _ => items.len().checked_sub(from_end)?,
                };
                items.get(ix)
            }
        })
    }
}

/// What stands in a bracket, and how long that is with the closing one.
fn bracket(inside: &str) -> Option<(Part, usize)> {
    let end = inside.find(']')?;
    let text = &inside[..end];
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let key = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!key.contains(quote)).then(|| Part::Key(key.to_owned()))
    });
    let part = match quoted {
        Some(key) => key,
        None => Part::Index(text.trim().parse().ok()?),
    };
    Some((part, end + 1))
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        self.0.iter().try_for_each(|part| match part {
            Part::Key(key) if key.contains('"') => write!(f, "['{key}']"),
            Part::Key(key) if key.contains(SIGNS) || key.is_empty() => {
                write!(f, ".\"{key}\"")
            }
            Part::Key(key) => write!(f, ".{key}"),
            Part::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// A value as a variable has it: text without its quotes. Nothing for null.
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What a key that is written without quotes does not hold: signs of paths, and of what may stand behind
/// one.
const SIGNS: [char; 8] = ['.', '[', ']', ' ', '=', '!', '<', '>'];

/// How many of an object's names are told where another one is missed.
const MOST_NAMES: usize = 8;

/// What is said where JSON was looked for in vain.
pub const NONE: &str = "there is no JSON";

/// The most places at which JSON is tried to be read in a text.
const MOST_TRIES: usize = 1_000;

/// The JSON in `text`: all of it, or else the last object or array in it that begins a line. What a
/// script says besides may stand around it.
pub fn in_text(text: &str) -> Option<Value> {
    if let Ok(whole) = serde_json::from_str(text.trim()) {
        return Some(whole);
    }
    let (mut found, mut from) = (None, 0);
    for _ in 0..MOST_TRIES {
        let Some(start) = next_start(text, from) else {
            break;
        };
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                found = Some(value);
                from = start + values.byte_offset();
            }
            _ => from = start + 1,
        }
    }
    found
}

/// The first line at or after `from` that begins with a bracket.
fn next_start(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let begins = at == 0 || text.as_bytes()[at - 1] == b'\n';
        if begins && text[at..].starts_with(['{', '[']) {
            return Some(at);
        }
        at += text[at..].find('\n')? + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(path: &str, root: &Value) -> Option<String> {
        as_text(JsonPath::parse(path).unwrap().find(root)?)
    }

    #[test]
    fn paths_lead_to_values() {
        let root = json!({"a": {"b": [1, {"c d": "x"}, null, 2.5]}, "": true, "s": [[7]]});
        for (path, wanted) in [
            (".a.b[0]", Some("1")),
            ("$.a.b[1].\"c d\"", Some("x")),
            (".a[\"b\"][-1]", Some("2.5")),
            (".a.b.[0]", Some("1")),
            (".s[0][0]", Some("7")),
            (".a.b[2]", None),
            (".a.b[9]", None),
            (".a.b[-9]", None),
            (".nothing.b", None),
            ("[\"\"]", Some("true")),
            (".s", Some("[[7]]")),
        ] {
            assert_eq!(at(path, &root).as_deref(), wanted, "{path}");
        }
        assert_eq!(at(".", &json!("all")).as_deref(), Some("all"));
    }

    #[test]
    fn what_is_no_path_is_told_where() {
        for (path, place) in [
            ("a", 0),
            (".a..b", 2),
            (".a[x]", 2),
            (".a[0", 2),
            (".\"a", 0),
            (".a b", 2),
            (".a.", 2),
        ] {
            assert_eq!(JsonPath::parse(path).unwrap_err().at, place, "{path}");
        }
    }

    #[test]
    fn json_is_found_among_what_a_script_says_besides() {
        assert_eq!(
            in_text("warning: x\n{\"a\": 1}\nbye\n"),
            Some(json!({"a": 1}))
        );
        assert_eq!(in_text("{\"a\": 1}\n{\"a\": 2}\n"), Some(json!({"a": 2})));
        assert_eq!(in_text("[x] no\n[\n 1,\n 2]"), Some(json!([1, 2])));
        assert_eq!(in_text(" 42 \n"), Some(json!(42)));
        assert_eq!(in_text("nothing { here"), None);
        assert_eq!(in_text(&"{\n".repeat(5_000)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_is_written_stops_us(text in "\\PC{0,30}", path in "[$.\\[\\]\"a0-]{0,12}") {
            let _ = in_text(&text);
            if let Ok(path) = JsonPath::parse(&path) {
                let again = JsonPath::parse(&path.to_string()).unwrap();
                prop_assert_eq!(&again, &path);
                let _ = path.find(&json!({"a": [1]}));
            }
        }
    }
}
