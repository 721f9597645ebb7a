//! Thresholds as people write them: "Response time > 2x baseline", "p95 above 500ms for 5 minutes",
//! "Error rate > 5%". Read only where all of the text is about one.

use std::sync::LazyLock;
use std::time::Duration;

use super::times;
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
}

/// What is told of a threshold's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Percent,
    Time,
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
        "error rate", "error rates", "api error rate", "http error rate", "5xx error rate", "5xx rate", "errors", "fehlerrate",
        "fehlerquote", "taux d'erreur", "taux d'erreurs", "tasa de error", "tasa de errores", "taxa de erro", "taxa de erros",
        "процент ошибок", "доля ошибок", "ошибок", "エラー率", "エラーレート", "错误率",
    ], &[(Unit::Percent, What::Errors), (Unit::Baseline, What::Errors)]),
    (&["database connections", "db connections", "connections", "connection count", "connection usage", "connection pool usage"],
        &[(Unit::Percent, What::ConnectionShare), (Unit::Plain, What::Connections), (Unit::Baseline, What::Connections)]),
    (&["deadlocks", "deadlock count"], &[(Unit::Plain, What::Deadlocks)]),
];

/// What says that more is bad, and what says that less is; longer words first.
#[rustfmt::skip]
const ABOVE: &[&str] = &[
    ">=", "≥", ">", "＞", "is greater than", "greater than", "is higher than", "higher than", "is more than", "more than", "exceeds",
    "is above", "stays above", "rises above", "above", "is over", "goes over", "over", "uber", "mehr als", "superieur a", "plus de",
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
    let (text, over) = match text.strip_suffix(OVER) {
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
        .trim_start_matches("if ");
    let (threshold, unit) = number(rest.trim())?;
    let (head, p95) = match head.strip_suffix(" (p95)") {
        Some(head) => (head, true),
        None => (head, false),
    };
    let (_, units) = MEASURES.iter().find(|(words, _)| words.contains(&head))?;
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
    Some(Measured {
        what,
        limit,
        lasting,
    })
}

/// What is put behind a limit of what is good: the alarm is that it is not kept any more.
pub(in crate::plan::markdown) const OVER: &str = " no longer holds";

/// Whether `text` tells how much there is when all is well: "Error rate < 0.1%", "cache hits > 95%". As an alarm it
/// would be raised then, and never when it is due.
pub(in crate::plan::markdown) fn tells_good(text: &str) -> bool {
    let folded = letters::fold(text);
    let Some((head, rest, above)) = compared(&folded) else {
        return false;
    };
    let mut words = head.split(|c: char| !c.is_alphanumeric());
    let plain = words.clone().filter(|word| !word.is_empty()).count() <= MAX_WORDS
        && !words.any(|word| SENTENCE.contains(&word));
    // "< 80% utilization" says behind its number what there is.
    let told = rest
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    let tells = |all: &[&str]| has(head, all) || has(&told, all);
    // Idle transactions and rows left over are nothing to wish for.
    let room = || has(head, &OF_MACHINES) || tells(&BAD);
    let good = tells(&GOOD) || (tells(&ROOM) && room());
    let wanted = match (tells(&BAD), good) {
        (true, false) => !above,
        (false, true) => above,
        _ => false,
    };
    let mut behind = rest.split(|c: char| !c.is_alphanumeric());
    let missed = behind.any(|word| MISSED.contains(&word));
    wanted && plain && !missed && rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// Whether one of the words of `text` begins as one of `all`: "unavailability" begins as another one.
fn has(text: &str, all: &[&str]) -> bool {
    let begins = |at: usize| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() || letters::is_dense(c))
    };
    let mut found = all.iter().flat_map(|word| text.match_indices(word));
    found.any(|(at, _)| begins(at))
}

/// The most words that a measure is called by.
const MAX_WORDS: usize = 5;
/// With one of these it is more than a measure and its limit.
#[rustfmt::skip]
const SENTENCE: [&str; 31] = [
    "if", "unless", "when", "until", "not", "back", "wenn", "falls", "bis", "si", "se", "если", "пока", "no", "budget",
    "without", "non", "compliance", "slo", "met", "fail", "fails", "cannot", "unable", "ohne", "sans", "sin", "sem", "без", "share",
    "t",
];
/// Behind a limit, what says that it is not kept, or of what it is one.
const MISSED: [&str; 7] = ["not", "below", "under", "baseline", "nicht", "pas", "не"];
/// Words for what there should be little of, and for what there should be much of, in all languages.
#[rustfmt::skip]
const BAD: [&str; 56] = [
    "cpu", "usage", "utiliz", "utilis", "used", "queue depth", "queue length", "queue size", "backlog", "load average", "auslastung", "загрузк",
    "использован", "使用率", "利用率", "占用率",
    "error", "5xx", "4xx", "latency", "response time", "p95", "p99", "lag", "deadlock", "timeout", "failure", "failed", "dropped",
    "fehler", "antwortzeit", "latenz", "ausfall", "erreur", "latence", "temps de reponse", "latencia", "tiempo de respuesta",
    "tempo de resposta", "erro", "ошиб", "задержк", "время ответа", "время отклика", "エラー", "応答時間", "レスポンスタイム",
    "レイテンシ", "遅延", "错误率", "失败率", "响应时间", "延迟", "errore", "latenza", "tempo di risposta",
];
#[rustfmt::skip]
const GOOD: [&str; 28] = [
    "success", "availab", "uptime", "cache hit", "hit rate", "hit ratio", "apdex", "erfolgsquote", "erfolgsrate", "verfugbarkeit",
    "trefferquote", "succes", "disponibilite", "exito", "disponibilidad", "sucesso", "disponibilidade", "успешн", "доступност",
    "попадани", "成功率", "可用性", "可用率", "命中率", "稼働率", "ヒット率", "successo", "disponibilita",
];

/// What is good to have of a machine.
const ROOM: [&str; 5] = ["free", "left", "remaining", "idle", "frei"];
#[rustfmt::skip]
const OF_MACHINES: [&str; 13] = [
    "cpu", "disk", "memory", "ram", "space", "storage", "inode", "swap", "capacity", "headroom", "speicher", "platte", "plattenplatz",
];

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
fn compared(text: &str) -> Option<(&str, &str, bool)> {
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
    fn limits_of_what_is_good_are_told_from_alarms() {
        for text in [
            "Error rate < 0.1%",
            "P95 latency < 200ms",
            "Replication lag below 5 s",
            "Success rate > 99.9%",
            "cache hit ratio >= 95%",
            "Connection pool: <80% utilization",
            "CPU < 70%",
            "Free disk: >20% of the volume",
            "Disk remaining > 20 GB",
            "Antwortzeit unter 300 ms",
            "Taux d'erreur < 1 %",
            "错误率 < 0.1%",
            "成功率 > 99%",
        ] {
            assert!(tells_good(text), "{text}");
        }
        for text in [
            "Error rate > 5%",
            "Success rate < 95%",
            "Availability below 99%",
            "Connections < 5",
            "Orders per minute < 10",
            "Roll back unless the error rate < 1%",
            "Disk free < 10%",
            "Connection pool: > 80% utilization",
            "CPU idle < 10%",
            "Disk < 20% free",
            "Queue throughput below 100/s",
            "Memory < 2 GB",
            "Error rate < many",
            "Error rate fails to fall below 1%",
            "Error budget < 10%",
            "Error-free sessions < 99%",
            "Success rate > 5% below the baseline",
            "p95 latency < 300 ms is not reached",
            "Requests without errors < 95%",
            "Latency SLO met < 95%",
            "Недоступность сервиса > 5 минут",
        ] {
            assert!(!tells_good(text), "{text}");
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
