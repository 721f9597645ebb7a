//! Lines that tell where the point of no return is.

use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;

/// Where `line` says that the point of no return is.
pub(in crate::plan::markdown) fn place(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once([':', '：'])?;
    let named = Words::whole(head).behind(&[Topic::NoReturn]) == Some("");
    (named && !rest.trim().is_empty()).then(|| rest.trim())
}
