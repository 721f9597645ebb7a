//! Probes that ask a Prometheus server: the one number that a query answers now.

use std::time::Duration;

use serde::Deserialize;

use super::http::Asker;
use super::probe::{ProbeState, Reading};
use crate::clock::Clock;
use crate::plan::{Expect, Http, Observed};

/// A query of a Prometheus server.
pub(super) struct PrometheusProbe {
    asker: Asker,
    expect: Expect,
}

/// An answer of its API, as far as it is looked at.
#[derive(Deserialize)]
struct Answer {
    status: String,
    error: Option<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Point>),
    Scalar((f64, String)),
    Matrix(serde::de::IgnoredAny),
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Point {
    value: (f64, String),
}

impl PrometheusProbe {
    /// A probe that asks `server` every so often; the error says what is wrong with it.
    pub(super) fn new(
        server: &Http,
        query: &str,
        expect: &Expect,
        every: Duration,
    ) -> Result<Self, String> {
        let mut asker = Asker::new(server, every)?;
        asker.address(|url| {
            let path = format!("{}/api/v1/query", url.path().trim_end_matches('/'));
            url.set_path(&path);
            url.query_pairs_mut().append_pair("query", query);
        });
        Ok(PrometheusProbe {
            asker,
            expect: expect.clone(),
        })
    }

    /// Asks once.
    pub(super) async fn measure(&self, clock: &dyn Clock) -> Reading {
        let answer = match self.asker.ask(clock, true).await {
            Ok(answer) => answer,
            // It measures something else than the server that is asked.
            Err(silence) => return Reading::error(silence.words),
        };
        // What is wrong with a query comes with a status of 4xx and says so itself.
        let Ok(told) = serde_json::from_slice(&answer.body) else {
            let status = answer.status.as_u16();
            return Reading::error(format!("status {status}, and no answer of Prometheus"));
        };
        let mut reading = read(&told);
        reading.latency = Some(answer.took);
        if reading.value.is_none() {
            return reading;
        }
        let seen = Observed {
            took: Some(answer.took),
            value: Some(reading.words.clone()),
            ..Observed::default()
        };
        reading.judged(&self.expect, &seen)
    }
}

fn read(answer: &Answer) -> Reading {
    let text = match (&answer.status[..], &answer.data) {
        ("success", Some(Data::Scalar((_, text)))) => text,
        ("success", Some(Data::Vector(points))) => match &points[..] {
            [] => return nothing("the query found nothing"),
            [only] => &only.value.1,
            many => {
                let words = "series; make one number of them";
                return Reading::unread(format!("the query answers {} {words}", many.len()));
            }
        },
        ("success", _) => return Reading::unread("the query answers no number"),
        _ => {
            let why = answer.error.as_deref().unwrap_or("it says not why");
            return Reading::error(format!("the query failed: {why}"));
        }
    };
    match text.parse::<f64>() {
        // A rate of errors among no requests is none.
        Ok(value) if value.is_nan() => nothing("NaN"),
        Ok(value) if value.is_finite() => {
            let mut reading = Reading::good(text.clone());
            reading.value = Some(value);
            reading
        }
        _ => Reading::unread(format!("the query answers {text}")),
    }
}

fn nothing(words: &str) -> Reading {
    Reading {
        state: ProbeState::NoData,
        ..Reading::error(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_a_reading_and_everything_else_says_what_it_is() {
        let vector = |points: &str| {
            format!(
                r#"{{"status":"success","data":{{"resultType":"vector","result":[{points}]}}}}"#
            )
        };
        let point = |value: &str| format!(r#"{{"metric":{{"a":"b"}},"value":[1.5,"{value}"]}}"#);
        let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"7"]}}"#;
        let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
        let error = r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
        let (ok, none, unread) = (ProbeState::Ok, ProbeState::NoData, ProbeState::Unread);
        for (text, state, value, words) in [
            (vector(&point("0.25")), ok, Some(0.25), "0.25"),
            (scalar.to_owned(), ok, Some(7.0), "7"),
            (vector(""), none, None, "the query found nothing"),
            (vector(&point("NaN")), none, None, "NaN"),
            (
                vector(&point("+Inf")),
                unread,
                None,
                "the query answers +Inf",
            ),
            (
                vector(&format!("{},{}", point("1"), point("2"))),
                unread,
                None,
                "the query answers 2 series; make one number of them",
            ),
            (
                matrix.to_owned(),
                unread,
                None,
                "the query answers no number",
            ),
            (
                error.to_owned(),
                ProbeState::Error,
                None,
                "the query failed: parse error",
            ),
        ] {
            let reading = read(&serde_json::from_str(&text).unwrap());
            assert_eq!(
                (reading.state, reading.value, &reading.words[..]),
                (state, value, words),
                "{text}"
            );
        }
    }
}
