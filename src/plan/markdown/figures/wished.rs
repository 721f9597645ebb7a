//! Limits of what is good: "Error rate < 0.1%". As an alarm they would be raised when all is well.

use super::threshold::compared;
use crate::plan::letters;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
