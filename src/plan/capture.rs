//! Variables that are taken from what a step printed or was answered.

use std::fmt;

use super::expect::Pattern;
use super::json_path::JsonPath;

/// A variable that is taken from a step's output.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// The variable.
    pub name: String,
    /// Where its value is found.
    pub from: Find,
}

/// Where a captured value is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Find {
    /// In the last line that matches: the group that is called as the variable, else the first one,
    /// else the whole match.
    Pattern(Pattern),
    /// In a script's JSON, in an answer's body, or in the value of a query.
    Json(JsonPath),
    /// The value: a query's first field, a command's last line.
    Value,
}

impl Capture {
    /// One capture for each named group of `pattern`; none where no group has a name.
    pub(super) fn of_groups(pattern: &Pattern) -> Vec<Capture> {
        let capture = |name: &str| Capture {
            name: name.to_owned(),
            from: Find::Pattern(pattern.clone()),
        };
        pattern.groups().map(capture).collect()
    }
}

impl fmt::Display for Capture {
    /// What has to be there so that it can be taken.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            Find::Pattern(pattern) => {
                write!(
                    f,
                    "a line matches /{}/, for {}",
                    pattern.as_str(),
                    self.name
                )
            }
            Find::Json(path) => write!(f, "JSON with {path}, for {}", self.name),
            Find::Value => write!(f, "a value, for {}", self.name),
        }
    }
}
