//! Probes that are queries. They share the spare connection of their database: a slow query must not
//! keep the panels from being drawn, and it sees the names that the role usually sees.

use std::sync::Arc;

use sqlx::Row;

use super::keep::KeptLine;
use super::trouble::Tells;
use crate::clock::Clock;
use crate::monitor::probe::{ProbeState, Reading};
use crate::plan::{Expect, Observed};

/// A query whose first field is a number.
pub(in crate::monitor) struct SqlProbe {
    line: Arc<KeptLine>,
    text: String,
    expect: Expect,
}

impl SqlProbe {
    pub(in crate::monitor) fn new(line: Arc<KeptLine>, text: &str, expect: &Expect) -> Self {
        SqlProbe {
            line,
            text: text.to_owned(),
            expect: expect.clone(),
        }
    }

    /// Asks once.
    pub(in crate::monitor) async fn measure(&self, clock: &dyn Clock) -> Reading {
        let start = clock.now();
        let rows = match self.line.ask_text(&self.text).await {
            Ok(rows) => rows,
            Err(trouble) if trouble.tells == Tells::Down => return Reading::down(trouble.words),
            Err(trouble) => return Reading::error(trouble.words),
        };
        if rows.len() > 1 {
            let rows = rows.len();
            return Reading::unread(format!(
                "the query answers with {rows} rows: make one number of them"
            ));
        }
        let field = rows.first().and_then(|row| {
            let value = row.try_get_raw(0).ok()?;
            value.as_str().ok()
        });
        let mut reading = read(field);
        let took = clock.now().since(start);
        reading.latency = Some(took);
        if reading.value.is_none() {
            return reading;
        }
        let seen = Observed {
            took: Some(took),
            value: Some(reading.words.clone()),
            ..Observed::default()
        };
        reading.judged(&self.expect, &seen)
    }
}

/// What a first field says; none if there is no row or it is null.
fn read(field: Option<&str>) -> Reading {
    let Some(field) = field else {
        return Reading {
            state: ProbeState::NoData,
            ..Reading::error("the query found nothing")
        };
    };
    match field.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Reading {
            value: Some(value),
            ..Reading::good(field.trim())
        },
        _ => {
            let shown: String = field.chars().take(40).collect();
            Reading::unread(format!("the first field is no number: {shown}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_field_is_a_number_or_says_what_is_wrong() {
        for (field, state, value) in [
            (Some("42"), ProbeState::Ok, Some(42.0)),
            (Some("-0.5"), ProbeState::Ok, Some(-0.5)),
            (Some("1e3"), ProbeState::Ok, Some(1000.0)),
            (Some("NaN"), ProbeState::Unread, None),
            (Some("t"), ProbeState::Unread, None),
            (Some(""), ProbeState::Unread, None),
            (None, ProbeState::NoData, None),
        ] {
            let reading = read(field);
            assert_eq!((reading.state, reading.value), (state, value), "{field:?}");
        }
    }
}
