//! Remarks in brackets that tell what to do in a case: "Restart it (if it hangs, kill it)". The case is that of the
//! remark, and not of what stands outside of it.

use std::borrow::Cow;

use super::cases;
use super::words::Words;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::folded::folded;

/// `text` without such remarks.
pub(in crate::plan::markdown) fn without_advice(text: &str) -> Cow<'_, str> {
    let Some(open) = text
        .find(['(', '（'])
        .filter(|_| cases::in_brackets(text).any(advises))
    else {
        return Cow::Borrowed(text);
    };
    let mut own = text[..open].trim_end().to_owned();
    let mut rest = &text[open..];
    while let Some(inside) = cases::in_brackets(rest).next() {
        let Some(close) = rest.find([')', '）']) else {
            break;
        };
        let end = close + rest[close..].chars().next().map_or(1, char::len_utf8);
        if !advises(inside) {
            own.push_str(&rest[..end]);
        }
        let next = rest[end..]
            .find(['(', '（'])
            .map_or(rest.len(), |at| end + at);
        own.push_str(&rest[end..next]);
        rest = &rest[next..];
    }
    own.push_str(rest);
    Cow::Owned(own)
}

/// Whether `inside`, a remark, names a case and what is done then.
fn advises(inside: &str) -> bool {
    if !is_case(inside) {
        return false;
    }
    let told = inside
        .split_once([',', ':', ';', '，', '：', '、', '；'])
        .map(|(_, told)| told);
    let dense = inside.split_once("場合は").map(|(_, told)| told);
    told.or(dense).is_some_and(orders)
}

fn is_case(inside: &str) -> bool {
    !cases::begins_need(inside) && (cases::begins_case(inside) || inside.contains("場合は"))
}

/// Whether `told` is an order that is none about the step itself: "kill it", not "skip this" nor "with --force".
fn orders(told: &str) -> bool {
    let words = folded(told);
    let text = words.trim();
    if Words::whole(told).is_not_to_be_done()
        || DENSE_OF_STEP.iter().any(|word| text.contains(word))
    {
        return false;
    }
    if text.contains(is_dense) {
        return DENSE_ORDERS.iter().any(|word| text.contains(word));
    }
    let mut all = text.split(' ').skip_while(|word| THEN.contains(word));
    let first = all.next().unwrap_or_default();
    ORDERS.contains(&first)
        || text
            .rsplit(' ')
            .next()
            .is_some_and(|last| LAST.contains(&last))
}

/// What may stand in front of an order.
#[rustfmt::skip]
const THEN: [&str; 13] = ["then", "please", "just", "dann", "bitte", "alors", "entonces", "luego", "entao", "то", "тогда", "him", "it"];
/// How orders begin.
#[rustfmt::skip]
const ORDERS: [&str; 78] = [
    "call", "ask", "tell", "ping", "page", "contact", "notify", "inform", "alert", "escalate", "kill", "retry", "repeat", "rerun", "restart", "reboot", "roll", "rollback",
    "revert", "abort", "stop", "cancel", "check", "see", "investigate", "fix", "increase", "raise", "lower", "terminate", "report", "consult", "open", "delete", "remove",
    "prevenir", "prevenez", "appeler", "appelez", "contacter", "contactez", "relancer", "relancez", "annuler", "arreter", "verifier", "voir",
    "llamar", "avisar", "contactar", "reintentar", "cancelar", "abortar", "detener", "ver", "repetir", "chamar", "contatar", "tentar", "parar", "veja",
    "позвонить", "сообщить", "связаться", "повторить", "прервать", "остановить", "перезапустить", "проверить", "откатить", "см", "siehe", "rufe", "frag", "undo", "go",
    "reset", "drop",
];
/// How orders end.
#[rustfmt::skip]
const LAST: [&str; 16] = [
    "abbrechen", "anrufen", "informieren", "benachrichtigen", "wiederholen", "stoppen", "beenden", "prufen", "zuruckrollen", "neustarten", "kontaktieren", "fragen",
    "melden", "eskalieren", "loschen", "erhohen",
];
const DENSE_ORDERS: [&str; 22] = [
    "联系",
    "通知",
    "回滚",
    "重试",
    "停止",
    "终止",
    "检查",
    "查看",
    "参考",
    "上报",
    "重启",
    "連絡",
    "報告",
    "再実行",
    "中止",
    "切り戻",
    "ロールバック",
    "確認",
    "参照",
    "停止する",
    "再起動",
    "杀",
];
/// What is said of the step itself.
const DENSE_OF_STEP: [&str; 8] = [
    "跳过",
    "忽略",
    "不要",
    "不执行",
    "スキップ",
    "不要です",
    "無視",
    "实行しない",
];

#[cfg(test)]
mod tests {
    use super::super::conditional::reserve;

    #[test]
    fn advice_in_brackets_is_for_its_own_case() {
        for text in [
            "Restart the workers (if they hang, kill them)",
            "Run the migration (if it fails, call Ann)",
            "Run the migration (if it fails: roll back)",
            "Run it (if the lock times out, then retry) now",
            "Migration starten (falls sie hängt, abbrechen)",
            "Lancer la migration (si elle échoue, prévenir l'équipe)",
            "Запустить миграцию (если зависнет, прервать)",
            "执行迁移（如果失败，联系DBA）",
            "マイグレーション実行（失敗した場合は連絡する）",
        ] {
            assert_eq!(reserve(text), None, "{text}");
        }
        for text in [
            "Restart the workers (if they hang)",
            "Purge the cache (if the pages look stale)",
            "Run it (if used, 10 minutes)",
            "Run it (if not done yet, in the maintenance window)",
            "Run it (if the replica lags, wait)",
            "Run it (if step 3 was done, skip this)",
            "Run it (if needed, call Ann)",
            "Run it (only if it hangs, kill it)",
            "Purge it (if it hangs, kill it) (if used)",
            "执行迁移（如果需要）",
            "执行迁移（如果已执行，跳过）",
        ] {
            assert!(reserve(text).is_some(), "{text}");
        }
    }
}
