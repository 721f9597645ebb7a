//! Thresholds as people write them: "Response time > 2x baseline", "p95 above 500ms for 5 minutes",
//! "Error rate > 5%". Read only where all of the text is about one.

use std::sync::LazyLock;
use std::time::Duration;

use super::times;
use super::wished;
use crate::plan::letters;
use crate::plan::markdown::tongues::Beginnings;
use crate::plan::metric;
use crate::plan::parts::{Database, Limit, Threshold};
use crate::plan::probe::{Probe, ProbeTarget};

/// A threshold, understood.
#[derive(Debug, PartialEq)]
pub(in crate::plan::markdown) struct Measured {
    pub(in crate::plan::markdown) what: What,
    pub(in crate::plan::markdown) limit: Limit,
    pub(in crate::plan::markdown) lasting: Option<Duration>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum What {
    Latency,
    Slowest,
    Errors,
    Connections,
    ConnectionShare,
    Deadlocks,
    Active,
    Waiting,
    LockWait,
    OldestTransaction,
    Transactions,
    CacheHits,
    Size,
}

/// What is told of a threshold's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Percent,
    Time,
    Bytes,
    Plain,
    Baseline,
}

/// Words for one measure, and what it is by the unit of its line.
type Measure = (&'static [&'static str], &'static [(Unit, What)]);

/// Words for what is measured, in all languages, and what it is measured in.
#[rustfmt::skip]
const MEASURES: &[Measure] = &[
    (&["p95 response time", "p95 latency", "p95", "95th percentile latency", "95th percentile"],
        &[(Unit::Time, What::Slowest), (Unit::Baseline, What::Slowest)]),
    (&[
        "response time", "response times", "latency", "average response time", "median response time", "median latency",
        "api response time", "api latency", "antwortzeit", "antwortzeiten", "temps de reponse", "latence",
        "tiempo de respuesta", "latencia", "tempo de resposta", "время ответа", "время отклика", "задержка",
        "応答時間", "レスポンスタイム", "レイテンシ", "响应时间", "延迟",
    ], &[(Unit::Time, What::Latency), (Unit::Baseline, What::Latency)]),
    (&[
        "error rate", "error rates", "api error rate", "http error rate", "5xx error rate", "5xx rate", "5xx", "5xx errors", "5xx responses", "errors", "fehlerrate",
        "fehlerquote", "taux d'erreur", "taux d'erreurs", "tasa de error", "tasa de errores", "taxa de erro", "taxa de erros",
        "процент ошибок", "доля ошибок", "ошибок", "エラー率", "エラーレート", "错误率",
    ], &[(Unit::Percent, What::Errors), (Unit::Baseline, What::Errors)]),
    (&["database connections", "db connections", "connections", "connection count", "connection usage", "connection pool usage"],
        &[(Unit::Percent, What::ConnectionShare), (Unit::Plain, What::Connections), (Unit::Baseline, What::Connections)]),
    (&["deadlocks", "deadlock count"], &[(Unit::Plain, What::Deadlocks)]),
    (&["active connections", "active sessions"], &[(Unit::Plain, What::Active), (Unit::Baseline, What::Active)]),
    (&["waiting sessions", "waiting connections", "blocked sessions"], &[(Unit::Plain, What::Waiting)]),
    (&["lock duration", "database lock duration", "lock wait", "lock wait time"], &[(Unit::Time, What::LockWait)]),
    (&["longest transaction", "longest running transaction", "oldest transaction", "transaction age"],
        &[(Unit::Time, What::OldestTransaction)]),
    (&["tps", "transactions per second"], &[(Unit::Plain, What::Transactions), (Unit::Baseline, What::Transactions)]),
    (&["cache hit ratio", "cache hit rate", "cache hits"], &[(Unit::Percent, What::CacheHits)]),
    (&["database size", "db size", "size of the database"], &[(Unit::Bytes, What::Size), (Unit::Baseline, What::Size)]),
];

/// What says that more is bad, and what says that less is; longer words first.
#[rustfmt::skip]
const ABOVE: &[&str] = &[
    ">=", "≥", ">", "＞", "is greater than", "greater than", "is higher than", "higher than", "is more than", "more than", "exceeds",
    "is above", "stays above", "rises above", "goes above", "climbs above", "above", "is over", "goes over", "over", "uber", "mehr als", "superieur a", "plus de",
    "mayor que", "mas de", "maior que", "acima de", "mais de", "больше", "более", "выше", "超过", "大于", "高于",
];
#[rustfmt::skip]
const BELOW: &[&str] = &[
    "<=", "≤", "<", "＜", "is less than", "less than", "is lower than", "lower than", "falls below", "drops below", "is below",
    "below", "under", "unter", "weniger als", "inferieur a", "moins de", "menos de", "abaixo de", "меньше", "менее", "ниже",
    "低于", "小于", "少于",
];
/// What a line may call itself in front of its threshold.
const TRIGGERS: [&str; 4] = ["trigger: ", "ausloser: ", "threshold: ", "alert: "];
/// All of them, and whether more is bad.
static SIDES: LazyLock<Beginnings<bool>> = LazyLock::new(|| {
    let above = ABOVE.iter().map(|word| (*word, true));
    Beginnings::new(above.chain(BELOW.iter().map(|word| (*word, false))))
});
/// What a multiple is a multiple of.
const NORMAL: [&str; 8] = [
    "",
    "baseline",
    "the baseline",
    "normal",
    "usual",
    "average",
    "of baseline",
    "than baseline",
];

/// The threshold that `text` tells, if that is all it tells.
pub(in crate::plan::markdown) fn read(text: &str) -> Option<Measured> {
    let text = letters::fold(text.trim());
    let text = text.trim_end_matches(['.', ';', ',', '。']);
    let (text, over) = match text.strip_suffix(wished::OVER) {
        Some(good) => (good, true),
        None => (text, false),
    };
    let (text, lasting) = lasting(text);
    let text = TRIGGERS
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let (head, rest, above) = compared(text)?;
    let head = head
        .trim()
        .trim_end_matches([':', ' '])
        .trim_end_matches(" of")
        .trim_start_matches("if ")
        .trim_start_matches("the ");
    let (threshold, unit) = number(rest.trim())?;
    let (head, p95) = match head.strip_suffix(" (p95)") {
        Some(head) => (head, true),
        None => (head, false),
    };
    let named = |known: &&str| *known == head || same_words(known, head);
    let (_, units) = MEASURES.iter().find(|(words, _)| words.iter().any(named))?;
    let (_, what) = units.iter().find(|(known, _)| *known == unit)?;
    let limit = if above == over {
        Limit::Below(threshold)
    } else {
        Limit::Above(threshold)
    };
    let what = match *what {
        What::Latency if p95 => What::Slowest,
        what if p95 && what != What::Slowest => return None,
        what => what,
    };
    // Waiting and age are measured in seconds.
    let seconds = |threshold| match threshold {
        Threshold::Absolute(ms) => Threshold::Absolute(ms / 1_000.0),
        relative @ Threshold::TimesBaseline(_) => relative,
    };
    let limit = match (what, limit) {
        (What::LockWait | What::OldestTransaction, Limit::Above(ms)) => Limit::Above(seconds(ms)),
        (What::LockWait | What::OldestTransaction, Limit::Below(ms)) => Limit::Below(seconds(ms)),
        (_, limit) => limit,
    };
    Some(Measured {
        what,
        limit,
        lasting,
    })
}

/// Whether `head` says `known` in another order: "latency p95", "response time (p95)".
fn same_words(known: &str, head: &str) -> bool {
    let sorted = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let mut words: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    known.contains(' ') && known.len() <= head.len() && sorted(known) == sorted(head)
}

/// Whether `text` holds something against a number, be it understood or not.
pub(in crate::plan::markdown) fn compares(text: &str) -> bool {
    let text = letters::fold(text);
    let number = |text: &str| text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    compared(&text).is_some_and(|(head, rest, _)| !head.trim().is_empty() && number(rest))
}

/// `… for 5 minutes`
fn lasting(text: &str) -> (&str, Option<Duration>) {
    let Some((head, tail)) = text.rsplit_once(" for ") else {
        return (text, None);
    };
    let tail = tail
        .trim_start_matches("more than ")
        .trim_start_matches("at least ");
    match times::length(tail) {
        Some(time) => (head, Some(time)),
        None => (text, None),
    }
}

/// The text before and behind what compares, and whether more is bad. `text` is folded.
pub(super) fn compared(text: &str) -> Option<(&str, &str, bool)> {
    // The first in the text, and of those the longest.
    text.char_indices().find_map(|(at, _)| {
        let (head, tail) = text.split_at(at);
        let found = SIDES.near(tail).iter().filter_map(|(word, above)| {
            let rest = tail.strip_prefix(word)?;
            let letters = word.is_ascii() && word.starts_with(|c: char| c.is_ascii_alphabetic());
            let whole = !letters || (head.ends_with(' ') && rest.starts_with(' '));
            whole.then_some((head, rest, *above))
        });
        found.min_by_key(|(_, rest, _)| rest.len())
    })
}

/// What sizes are told in, each a thousand of the one before.
const BYTES: [[&str; 2]; 4] = [["kb", "kib"], ["mb", "mib"], ["gb", "gib"], ["tb", "tib"]];

/// `5%`, `500ms`, `2x baseline`, `100`: what it is a number of is for the measure to know.
fn number(text: &str) -> Option<(Threshold, Unit)> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.'));
    let digits = digits.unwrap_or(text.len());
    let twice = text.strip_prefix("twice").or(text.strip_prefix("double"));
    let (number, rest) = if let Some(rest) = twice {
        (2.0, rest)
    } else {
        (text[..digits].parse::<f64>().ok()?, &text[digits..])
    };
    let unit = rest.trim();
    if unit.is_empty() {
        return Some((Threshold::Absolute(number), Unit::Plain));
    }
    let percent = unit.strip_prefix('%').or(unit.strip_prefix("percent"));
    if let Some(of) = percent {
        let whole = [
            "",
            "of requests",
            "of all requests",
            "of max",
            "of maximum",
            "of the maximum",
        ];
        return whole
            .contains(&of.trim())
            .then_some((Threshold::Absolute(number), Unit::Percent));
    }
    let multiple = unit
        .strip_prefix(['x', '×'])
        .or(rest.strip_prefix(" the ").filter(|_| digits == 0));
    if let Some(of) = multiple.or((digits == 0).then_some(unit)) {
        return NORMAL
            .contains(&of.trim())
            .then_some((Threshold::TimesBaseline(number), Unit::Baseline));
    }
    let bytes = BYTES.iter().position(|names| names.contains(&unit));
    if let Some(power) = bytes.and_then(|power| i32::try_from(power).ok()) {
        let bytes = number * 1_024_f64.powi(power + 1);
        return Some((Threshold::Absolute(bytes), Unit::Bytes));
    }
    let time = times::length(&format!("{number}{unit}")).or_else(|| times::length(text));
    time.map(|time| {
        (
            Threshold::Absolute(time.as_secs_f64() * 1_000.0),
            Unit::Time,
        )
    })
}

impl What {
    /// What it is called, for people.
    pub(in crate::plan::markdown) fn words(self) -> &'static str {
        match self {
            What::Latency | What::Slowest => "response time",
            What::Errors => "error rate",
            What::Connections | What::ConnectionShare => "connections",
            What::Deadlocks => "deadlocks",
            What::Active => "active sessions",
            What::Waiting => "waiting sessions",
            What::LockWait => "wait for a lock",
            What::OldestTransaction => "oldest transaction",
            What::Transactions => "transactions a second",
            What::CacheHits => "cache hits",
            What::Size => "size of the database",
        }
    }

    /// The metric's name behind the dot, and whether it is one of databases.
    fn metric(self) -> (&'static str, bool) {
        match self {
            What::Latency => ("latency_median", false),
            What::Slowest => ("latency_p95", false),
            What::Errors => ("error_rate", false),
            What::Connections => ("connections", true),
            What::ConnectionShare => ("connections_percent", true),
            What::Deadlocks => ("deadlocks", true),
            What::Active => ("active", true),
            What::Waiting => ("waiting", true),
            What::LockWait => ("lock_wait", true),
            What::OldestTransaction => ("oldest_transaction", true),
            What::Transactions => ("tps", true),
            What::CacheHits => ("cache_hits", true),
            What::Size => ("size", true),
        }
    }

    /// The metric by which it is measured: of the one probe or database that the plan has.
    pub(in crate::plan::markdown) fn measured_by(
        self,
        probes: &[Probe],
        databases: &[Database],
    ) -> Option<String> {
        let (name, of_database) = self.metric();
        debug_assert!(
            metric::OF_PROBES
                .iter()
                .chain(metric::OF_DATABASES)
                .any(|(m, _)| *m == name)
        );
        let source = if of_database {
            match databases {
                [only] => &only.name,
                _ => return None,
            }
        } else {
            let http = |probe: &&Probe| matches!(probe.target, ProbeTarget::Http(_));
            let mut asked = probes.iter().filter(http);
            let only = asked.next().filter(|_| asked.next().is_none())?;
            &only.name
        };
        Some(format!("{source}.{name}"))
    }

    /// What to add to the front matter, so that it is measured.
    pub(in crate::plan::markdown) fn hint(self) -> String {
        let (name, of_database) = self.metric();
        if of_database {
            format!(
                "add `databases: {{main: {{url_env: DATABASE_URL}}}}` to the front matter, and `main.{name}` is held against it"
            )
        } else {
            format!(
                "add `probe: [{{name: api, http: \"https://…\"}}]` to the front matter, and `api.{name}` is held against it"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_as_people_write_them() {
        use Limit::{Above, Below};
        use Threshold::{Absolute, TimesBaseline};
        let minutes = |n: u64| Some(Duration::from_secs(n * 60));
        for (text, what, limit, lasting) in [
            (
                "Response time > 2x baseline",
                What::Latency,
                Above(TimesBaseline(2.0)),
                None,
            ),
            (
                "Response time exceeds 2x normal for 5 minutes",
                What::Latency,
                Above(TimesBaseline(2.0)),
                minutes(5),
            ),
            ("Error rate > 5%", What::Errors, Above(Absolute(5.0)), None),
            (
                "Error rate above 0.5 % of requests",
                What::Errors,
                Above(Absolute(0.5)),
                None,
            ),
            (
                "p95 above 500ms for 5 minutes",
                What::Slowest,
                Above(Absolute(500.0)),
                minutes(5),
            ),
            (
                "Latency is over 2 seconds.",
                What::Latency,
                Above(Absolute(2000.0)),
                None,
            ),
            (
                "Connections > 80%",
                What::ConnectionShare,
                Above(Absolute(80.0)),
                None,
            ),
            (
                "Database connections > 80",
                What::Connections,
                Above(Absolute(80.0)),
                None,
            ),
            (
                "Deadlocks > 0.",
                What::Deadlocks,
                Above(Absolute(0.0)),
                None,
            ),
            ("Fehlerrate > 5%", What::Errors, Above(Absolute(5.0)), None),
            (
                "Antwortzeit über 2x",
                What::Latency,
                Above(TimesBaseline(2.0)),
                None,
            ),
            (
                "Taux d'erreur > 5 %",
                What::Errors,
                Above(Absolute(5.0)),
                None,
            ),
            ("エラー率 > 5%", What::Errors, Above(Absolute(5.0)), None),
            ("错误率超过5%", What::Errors, Above(Absolute(5.0)), None),
            ("error rate < 1%", What::Errors, Below(Absolute(1.0)), None),
            (
                "Error rate < 1% no longer holds",
                What::Errors,
                Above(Absolute(1.0)),
                None,
            ),
            (
                "Error rate of more than 5% for 10 minutes",
                What::Errors,
                Above(Absolute(5.0)),
                minutes(10),
            ),
        ] {
            let wanted = Measured {
                what,
                limit,
                lasting,
            };
            assert_eq!(read(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn the_order_of_words_and_what_databases_are_measured_by_are_known() {
        use Limit::{Above, Below};
        use Threshold::Absolute;
        for (text, what, limit) in [
            ("Latency p95 > 500ms", What::Slowest, Above(Absolute(500.0))),
            ("5xx > 1%", What::Errors, Above(Absolute(1.0))),
            ("TPS < 100", What::Transactions, Below(Absolute(100.0))),
            (
                "Cache hit ratio < 95%",
                What::CacheHits,
                Below(Absolute(95.0)),
            ),
            ("Database size > 2 KB", What::Size, Above(Absolute(2_048.0))),
            (
                "Longest transaction > 5 min",
                What::OldestTransaction,
                Above(Absolute(300.0)),
            ),
            (
                "Database lock duration > 5 seconds",
                What::LockWait,
                Above(Absolute(5.0)),
            ),
            (
                "Active connections > 80",
                What::Active,
                Above(Absolute(80.0)),
            ),
        ] {
            let found = read(text).map(|found| (found.what, found.limit));
            assert_eq!(found, Some((what, limit)), "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_stays_words() {
        for text in [
            "more than 3 failures",
            "p99 above 500ms",
            "Error rate > 5% or latency > 1s",
            "Error rate > many",
            "Response time > 5%",
            "Response time > 500",
            "Longest transaction > 5",
            "Database size > 80%",
            "Rate of the error > 5%",
            "Error rate > 5",
            "Deadlocks > 5%",
            "Deadlocks >",
            "CPU > 80%",
            "errors",
            "",
            "Users complain about error rate > 5%",
            ">",
            "Error rate > 5% in the EU",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(compares("Error rate > 5% in the EU") && compares("CPU above 80"));
        assert!(!compares("The data is over there") && !compares("More than 3 failures"));
    }
}
