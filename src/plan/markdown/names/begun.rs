//! Headings that tell to begin a way back: "Trigger the rollback". What stands below is a part of it, and no criterion.

use super::words::Words;
use crate::plan::letters::is_dense;

impl Words {
    /// Whether it tells to begin a way back, and no more. "Rollback trigger" and "Trigger the rollback if" do not.
    pub(in crate::plan::markdown) fn begins_way_back(&self) -> bool {
        let text = self.uncounted().trim_end();
        if IFS.iter().any(|word| text.ends_with(word)) {
            return false;
        }
        let first = FIRST.iter().filter_map(|word| text.strip_prefix(word));
        let last = LAST.iter().filter_map(|word| text.strip_suffix(word));
        let mut rests = first.chain(last);
        rests.any(|rest| {
            let apart = rest.starts_with([' ', 'の', 'を']) || rest.ends_with([' ', 'の', 'を']);
            let rest = rest.trim_matches([' ', 'の', 'を']);
            let dense = rest.contains(is_dense);
            let plain = |rest: &str| !rest.is_empty() && Words::whole(rest).is_only_rollback();
            (apart || dense) && (plain(rest) || plain(&without_manner(rest)))
        })
    }
}

/// `text` without how far or by whom it is gone: "a manual rollback".
fn without_manner(text: &str) -> String {
    let words = text.split(' ').filter(|word| !MANNERS.contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// How far, how fast or by whom something is rolled back.
#[rustfmt::skip]
const MANNERS: [&str; 17] = [
    "manual", "automatic", "automated", "full", "complete", "partial", "immediate", "quick", "manuel", "complet", "completo", "completa", "automatico", "automatica", "ручной",
    "полный", "быстрый",
];

/// "Trigger", where an order begins with it.
#[rustfmt::skip]
const FIRST: [&str; 34] = [
    "trigger", "initiate", "start", "begin", "execute", "perform", "carry out", "launch", "invoke", "run", "kick off", "activate",
    "declencher", "lancer", "executer", "demarrer", "initier", "iniciar", "ejecutar", "activar", "disparar", "lanzar", "empezar", "executar", "acionar",
    "запустить", "начать", "выполнить", "инициировать", "触发", "启动", "执行", "开始", "发起",
];
/// The same where it ends with it.
#[rustfmt::skip]
const LAST: [&str; 14] = [
    "auslosen", "einleiten", "starten", "durchfuhren", "ausfuhren", "beginnen", "anstossen",
    "開始", "実行", "発動", "開始する", "実行する", "発動する", "実施",
];
/// Behind which the case stands.
const IFS: [&str; 9] = [
    " if",
    " when",
    " wenn",
    " falls",
    " si",
    " se",
    " если",
    " quando",
    " cuando",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_to_begin_a_way_back_are_told_from_criteria() {
        for text in [
            "Trigger the rollback",
            "1. Trigger rollback",
            "Initiate rollback",
            "Execute the rollback plan",
            "Trigger a manual rollback",
            "Initiate full rollback",
            "Rollback auslösen",
            "Déclencher le retour arrière",
            "Iniciar la reversión",
            "Запустить откат",
            "触发回滚",
            "ロールバック開始",
            "ロールバックの実行",
        ] {
            assert!(Words::new(text).begins_way_back(), "{text}");
        }
        for text in [
            "Trigger",
            "Triggers",
            "Rollback triggers",
            "Rollback trigger",
            "Trigger the rollback if",
            "Trigger the deployment",
            "Start",
            "回滚触发条件",
            "触发条件",
            "Run the rollback drill",
            "Trigger a manual failover",
            "",
        ] {
            assert!(!Words::new(text).begins_way_back(), "{text}");
        }
    }
}
