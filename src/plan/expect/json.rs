//! What must stand in the JSON that a step is answered with or prints.

use std::fmt;

use serde_json::Value;

use super::{Comparison, Evidence, Operator};
use crate::plan::json_path::{BadPath, JsonPath, as_text};

/// What comparisons begin with.
const SIGNS: [char; 4] = ['=', '!', '<', '>'];

/// A place in JSON, and what must stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct InJson {
    /// The place.
    pub path: JsonPath,
    /// What its value must be; none: it is there and not null.
    pub wanted: Option<Comparison>,
}

/// Why a text says nothing that JSON can be held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadInJson {
    /// Its path is none.
    Path(BadPath),
    /// What stands behind its path is no comparison, and why.
    Wanted(String),
}

impl InJson {
    /// Reads each of `text`, which is one, or a list of them in JSON, or an object of paths in JSON with
    /// what stands there. The error has the one that says nothing.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, (String, BadInJson)> {
        let one = |text: String| Self::parse(&text).map_err(|bad| (text, bad));
        if let Ok(texts) = serde_json::from_str::<Vec<String>>(text) {
            return texts.into_iter().map(one).collect();
        }
        match serde_json::from_str::<serde_json::Map<String, Value>>(text) {
            Ok(places) => {
                let said = places.into_iter().map(|(path, wanted)| {
                    let wanted = as_text(&wanted).unwrap_or_else(|| "null".to_owned());
                    let sign = if wanted.starts_with(SIGNS) { "" } else { "= " };
                    one(format!("{path} {sign}{wanted}"))
                });
                said.collect()
            }
            Err(_) => Ok(vec![one(text.to_owned())?]),
        }
    }

    /// Reads `.status == up`, `.items[0].count >= 3`, or a path alone.
    pub fn parse(text: &str) -> Result<Self, BadInJson> {
        let (path, rest) = text.split_at(end_of_path(text));
        let path = JsonPath::parse(path.trim_end()).map_err(BadInJson::Path)?;
        let wanted = match rest.trim() {
            "" => None,
            rest if rest.starts_with(SIGNS) => {
                Some(Comparison::parse(rest).map_err(BadInJson::Wanted)?)
            }
            rest => {
                let why = format!("`{rest}` behind a path is no comparison");
                return Err(BadInJson::Wanted(why));
            }
        };
        Ok(InJson { path, wanted })
    }

    /// As [`InJson::parse`] reads it.
    pub fn written(&self) -> String {
        let wanted = self.wanted.as_ref();
        let wanted = wanted.map_or(String::new(), |wanted| format!(" {wanted}"));
        format!("{}{wanted}", self.path)
    }

    /// Holds `json`, or why there is none, against it.
    pub(super) fn judge(&self, json: Result<&Value, &str>) -> Evidence {
        let evidence = |got: String, met| Evidence {
            expected: self.to_string(),
            got,
            met,
        };
        let root = match json {
            Ok(root) => root,
            Err(why) => return evidence(why.to_owned(), false),
        };
        let Some(value) = self.path.find(root) else {
            return evidence(self.path.missing(root), false);
        };
        let got = as_text(value).unwrap_or_else(|| "null".to_owned());
        let met = match &self.wanted {
            Some(wanted) => holds(wanted, value, &got),
            None => !value.is_null(),
        };
        evidence(got, met)
    }
}

/// Whether `value`, which reads as `got`, is as `wanted`. Lists and objects are compared by what is in
/// them, however they are written.
fn holds(wanted: &Comparison, value: &Value, got: &str) -> bool {
    let parsed = || serde_json::from_str::<Value>(&wanted.wanted).ok();
    let equal = match value {
        Value::Array(_) | Value::Object(_) => parsed().map(|wanted| wanted == *value),
        _ => None,
    };
    match (equal, wanted.operator) {
        (Some(equal), Operator::Equal) => equal,
        (Some(equal), Operator::Unequal) => !equal,
        _ => wanted.holds(got),
    }
}

impl fmt::Display for InJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Some(wanted) => write!(f, "JSON {} {wanted}", self.path),
            None => write!(f, "JSON has {}", self.path),
        }
    }
}

/// Where the path that `text` begins with is over: at a space or a sign that stand in no bracket and
/// no quotes.
fn end_of_path(text: &str) -> usize {
    let (mut quote, mut inside) = (None, false);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '"' => quote = Some(c),
                '\'' if inside => quote = Some(c),
                '[' => inside = true,
                ']' => inside = false,
                ' ' | '=' | '!' | '<' | '>' if !inside => return at,
                _ => {}
            },
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> InJson {
        InJson::parse(text).unwrap()
    }

    #[test]
    fn a_place_is_compared_or_must_only_be_there() {
        let root = json!({
            "status": "up", "count": 3, "ok": true, "nothing": null, "none": [],
            "a = b": {"x y": [{"id": 7}]}, "found": {"b": 1, "a": [2]},
        });
        for (text, met) in [
            (".status == up", true),
            (".status=up", true),
            (".status != up", false),
            (".count >= 3", true),
            (".count < 3", false),
            (".ok = true", true),
            (".nothing = null", true),
            (".nothing", false),
            (".none = []", true),
            (".none != []", false),
            (".none", true),
            (".\"a = b\".\"x y\"[0].id = 7", true),
            ("['a = b'][\"x y\"][-1].id > 7", false),
            (".found = {\"a\": [2], \"b\": 1}", true),
            (".missing != up", false),
        ] {
            let evidence = read(text).judge(Ok(&root));
            assert_eq!(evidence.met, met, "{text}: {evidence:?}");
        }
    }

    #[test]
    fn what_is_missing_is_said_with_what_is_there() {
        let root = json!({"data": {"items": [1], "count": 1}});
        for (text, got) in [
            (".data.total", "nothing is there: .data has count, items"),
            (".data.items[4]", "nothing is there: .data.items has 1"),
            (".data.count.x", "nothing is there: .data.count is 1"),
            (".datum", "nothing is there: . has data"),
        ] {
            assert_eq!(read(text).judge(Ok(&root)).got, got);
        }
        let evidence = read(".a").judge(Err("there is no JSON"));
        assert_eq!(
            (evidence.met, evidence.got.as_str()),
            (false, "there is no JSON")
        );
        assert_eq!(evidence.expected, "JSON has .a");
    }

    #[test]
    fn several_are_read_from_json() {
        let all = |text: &str| {
            let all = InJson::parse_all(text).unwrap();
            all.iter().map(InJson::written).collect::<Vec<_>>()
        };
        assert_eq!(all(".a == b"), [".a = b"]);
        assert_eq!(all("[0].a >= 2"), ["[0].a >= 2"]);
        assert_eq!(all("[\".a = 1\", \".b\"]"), [".a = 1", ".b"]);
        let object = "{\".a\": \">= 2\", \".b\": true, \".c\": null}";
        assert_eq!(all(object), [".a >= 2", ".b = true", ".c = null"]);
        let (text, _) = InJson::parse_all("[\".a\", \"b\"]").unwrap_err();
        assert_eq!(text, "b");
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for text in [
            "status = up",
            ".a..b = 1",
            ".a[x]",
            ".a = ",
            ".a > soon",
            ".a up",
        ] {
            assert!(InJson::parse(text).is_err(), "{text}");
        }
        for text in [".a = up", ".a[0]", ".\"a = b\" >= 3", "['x=y'] != 1"] {
            assert_eq!(read(&read(text).written()), read(text));
        }
    }
}
