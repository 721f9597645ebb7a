//! The rules of a plan: which metric, which side of which line, and what then.

use std::time::Duration;

use super::table::Table;
use crate::plan::draft::Placed;
use crate::plan::metric;
use crate::plan::parts::{AlertAction, AlertRule, Limit, Threshold};
use crate::plan::problem::{Problem, nearest};

/// A rule about a metric; or, with nothing but a name, a criterion that people judge.
pub(super) fn alert(table: Table<'_>) -> Option<AlertRule> {
    let name = table.required("name");
    let metric = if table.has("metric") {
        Some(table.required("metric")?.value)
    } else {
        None
    };
    let unit = metric.as_deref().and_then(metric::time_unit);
    let above = table
        .scalar("above")
        .and_then(|text| threshold(&table, &text, unit));
    let below = table
        .scalar("below")
        .and_then(|text| threshold(&table, &text, unit));
    let limit = match (above, below) {
        (Some(line), None) => Some(Limit::Above(line)),
        (None, Some(line)) => Some(Limit::Below(line)),
        (None, None) if table.has("above") || table.has("below") || metric.is_none() => None,
        _ => {
            table.problem(
                Problem::error(
                    "alert-limit",
                    table.span(),
                    "an alert needs one of `above` and `below`",
                )
                .hint("such as `above = \"2x baseline\"` or `above = 0.05`"),
            );
            None
        }
    };
    if metric.is_none() && limit.is_some() {
        let message = "nothing measures this alert: a person has to judge it";
        table.problem(
            Problem::warning("unmeasured-alert", table.span(), message)
                .hint("add the `metric` that it is about"),
        );
    }
    let then = table.text("then").and_then(|text| action(&table, &text));
    let lasting = table.duration("for");
    let span = name.as_ref().map_or(table.span(), |n| n.span);
    table.finish();
    Some(AlertRule {
        name: name?.value,
        metric,
        limit,
        lasting,
        then: then.unwrap_or_default(),
        span,
    })
}

/// Reads `0.05`, `5%`, `2x baseline`, or `500ms` for a metric that is a time, which has that `unit`.
fn threshold(
    table: &Table<'_>,
    text: &Placed<String>,
    unit: Option<Duration>,
) -> Option<Threshold> {
    let words = text.value.trim();
    let times = words
        .strip_suffix("baseline")
        .and_then(|head| head.trim().strip_suffix('x'));
    let found = if let Some(times) = times {
        times.trim().parse().ok().map(Threshold::TimesBaseline)
    } else if let Some(percent) = words.strip_suffix('%') {
        percent.trim().parse().ok().map(Threshold::Absolute)
    } else if let Ok(number) = words.parse() {
        Some(Threshold::Absolute(number))
    } else {
        let time = crate::plan::duration::parse(words).ok();
        if time.is_some() && unit.is_none() {
            let words = format!("`{words}` is a time, and the metric is none");
            table.problem(Problem::error("bad-threshold", text.span, words));
            return None;
        }
        time.zip(unit)
            .map(|(time, unit)| Threshold::Absolute(time.div_duration_f64(unit)))
    };
    if found.is_none() {
        table.problem(
            Problem::error(
                "bad-threshold",
                text.span,
                format!("`{words}` is not a threshold"),
            )
            .hint("write a number, a percentage, a time, or a multiple such as `2x baseline`"),
        );
    }
    found
}

fn action(table: &Table<'_>, text: &Placed<String>) -> Option<AlertAction> {
    let all = [AlertAction::Note, AlertAction::Hold, AlertAction::Rollback];
    let found = all.into_iter().find(|action| action.word() == text.value);
    if found.is_none() {
        let near = nearest(&text.value, all.map(AlertAction::word));
        table.problem(
            Problem::error(
                "bad-word",
                text.span,
                format!("`{}` is not something an alert can do", text.value),
            )
            .hint(near.map_or("note, hold or rollback".to_owned(), |w| {
                format!("did you mean `{w}`?")
            })),
        );
    }
    found
}
