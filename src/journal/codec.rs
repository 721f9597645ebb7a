//! Between events and what is stored of them: a kind, a version and JSON.

use serde_json::Value;

use super::event::Event;

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// The kind, in snake case.
    pub(super) kind: String,
    /// The version of that kind's shape.
    pub(super) version: u16,
    /// The shape, as JSON.
    pub(super) body: String,
}

/// The version that events are written in. A kind whose shape changes gets a higher one in
/// [`version_of`] and a way up in [`upgrade`].
const FIRST: u16 = 1;

fn version_of(_kind: &str) -> u16 {
    FIRST
}

/// Brings the body of an older version to the present shape.
fn upgrade(stored: &Stored) -> Result<&str, String> {
    let Stored {
        kind,
        version,
        body,
    } = stored;
    if *version == version_of(kind) {
        Ok(body)
    } else {
        Err(format!(
            "{kind} has version {version}, which this program does not know"
        ))
    }
}

pub(super) fn encode(event: &Event) -> Result<Stored, String> {
    let whole = serde_json::to_value(event).map_err(|error| error.to_string())?;
    let (Some(Value::String(kind)), Some(data)) = (whole.get("kind"), whole.get("data")) else {
        return Err("the event has no kind".to_owned());
    };
    Ok(Stored {
        kind: kind.clone(),
        version: version_of(kind),
        body: data.to_string(),
    })
}

/// Read in one go, with the kind first: a run of a long night has a hundred thousand of them.
pub(super) fn decode(stored: &Stored) -> Result<Event, String> {
    let kind = Value::from(stored.kind.as_str());
    let data = upgrade(stored)?;
    serde_json::from_str(&format!(r#"{{"kind":{kind},"data":{data}}}"#))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
