use super::*;
use crate::plan::markdown::figures::times::{self, Said};
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::words::{Sense, Words};
use crate::plan::{PhaseKind, letters};

#[test]
fn the_tables_are_written_as_they_are_matched() {
    for tongue in &TONGUES {
        let phrases = tongue.phrases.iter().flat_map(|(_, words)| words.iter());
        for word in phrases
            .chain(tongue.either)
            .chain(tongue.expected)
            .chain(tongue.lasts)
        {
            assert_eq!(letters::fold(word), **word);
            assert!(!word.trim_end_matches('*').ends_with(' '), "{word}");
        }
    }
}

#[test]
fn headings_say_what_they_are_for_in_every_language() {
    use PhaseKind::{After, Before, Deploy, Verify};
    for (text, wanted) in [
        ("Vorbereitung", Before),
        ("Vor der Migration", Before),
        ("Durchführung (30 Minuten)", Deploy),
        ("Produktivsetzung", Deploy),
        ("Überprüfung", Verify),
        ("Am nächsten Tag", After),
        ("Tomorrow", After),
        ("翌日", After),
        ("Nach dem Deployment: Kontrolle", Verify),
        ("Nacharbeiten", After),
        ("Préparation", Before),
        ("Avant la mise en production", Before),
        ("Déploiement", Deploy),
        ("Vérification après la mise en production", Verify),
        ("Surveillance", After),
        ("Antes del despliegue", Before),
        ("Requisitos previos", Before),
        ("Despliegue a producción", Deploy),
        ("Verificación", Verify),
        ("Después del despliegue", After),
        ("Pré-requisitos", Before),
        ("Implantação", Deploy),
        ("Execução da migração", Deploy),
        ("Validação", Verify),
        ("Após a implantação", After),
        ("Подготовка", Before),
        ("Перед развёртыванием", Before),
        ("Развертывание", Deploy),
        ("Проверка", Verify),
        ("После релиза", After),
        ("1. 事前準備", Before),
        ("デプロイ前チェックリスト", Before),
        ("デプロイ手順", Deploy),
        ("リリース後の動作確認", Verify),
        ("監視", After),
        ("部署前检查", Before),
        ("部署步骤", Deploy),
        ("数据库迁移执行", Deploy),
        ("部署后验证", Verify),
        ("上线后监控", After),
    ] {
        let stage = Words::new(text).meaning().stage;
        assert_eq!(stage.map(|stage| stage.kind), Some(wanted), "{text}");
    }
}

#[test]
fn what_is_no_phase_is_told_apart_in_every_language() {
    for (text, wanted) in [
        ("Rückfallplan", Sense::Rollback),
        ("Wiederherstellung im Notfall", Sense::Rollback),
        ("Ansprechpartner", Sense::Contacts),
        ("Abbruchkriterien", Sense::Criteria),
        ("Freigabe", Sense::Signoff),
        ("Überblick", Sense::Prose),
        ("Retour arrière", Sense::Rollback),
        ("En cas d'échec", Sense::Rollback),
        ("Critères de succès", Sense::Success),
        ("Seuils d'alerte", Sense::Alerts),
        ("Marcha atrás", Sense::Rollback),
        ("Contactos de emergencia", Sense::Contacts),
        ("Aprobaciones", Sense::Signoff),
        ("Plano de contingência", Sense::Rollback),
        ("Critérios de aceitação", Sense::Success),
        ("Visão geral", Sense::Prose),
        ("План отката", Sense::Rollback),
        ("Критерии отката", Sense::Criteria),
        ("Контакты", Sense::Contacts),
        ("ロールバック手順", Sense::Rollback),
        ("4.1 ロールバック判断基準", Sense::Criteria),
        ("緊急連絡先", Sense::Contacts),
        ("承認", Sense::Signoff),
        ("概要", Sense::Prose),
        ("回滚方案", Sense::Rollback),
        ("紧急联系人", Sense::Contacts),
        ("常见问题", Sense::Reference),
        ("验收标准", Sense::Success),
        ("回滚条件", Sense::Criteria),
    ] {
        assert_eq!(Words::new(text).meaning().sense, Some(wanted), "{text}");
    }
    // Getting ready for a way back is none.
    for text in ["Rückfall-Probe", "回滚演练", "ロールバックのリハーサル"] {
        assert_ne!(
            Words::new(text).meaning().sense,
            Some(Sense::Rollback),
            "{text}"
        );
    }
}

#[test]
fn headings_count_and_tell_times_in_every_language() {
    let minutes = |n: u64| std::time::Duration::from_secs(n * 60);
    for (text, wanted) in [
        ("15 Minuten", Said::Length(minutes(15))),
        ("ca. 2 Std.", Said::Length(minutes(120))),
        ("bis zu 5 Min.", Said::AtMost(minutes(5))),
        ("1 Tag vorher", Said::Place(-86_400)),
        ("die ersten 24 Stunden", Said::First(minutes(1440))),
        ("environ 2 heures", Said::Length(minutes(120))),
        ("1h30", Said::Length(minutes(90))),
        ("15 à 30 minutes", Said::Between(minutes(15), minutes(30))),
        ("1 jour avant", Said::Place(-86_400)),
        ("30 minutos", Said::Length(minutes(30))),
        ("menos de 5 minutos", Said::AtMost(minutes(5))),
        ("1 día antes", Said::Place(-86_400)),
        ("cerca de 2 horas", Said::Length(minutes(120))),
        ("até 10 minutos", Said::AtMost(minutes(10))),
        ("15 минут", Said::Length(minutes(15))),
        ("2 часа", Said::Length(minutes(120))),
        ("за 1 день", Said::Place(-86_400)),
        ("15分", Said::Length(minutes(15))),
        ("約2時間", Said::Length(minutes(120))),
        ("5分以内", Said::AtMost(minutes(5))),
        ("1日前", Said::Place(-86_400)),
        ("15分钟", Said::Length(minutes(15))),
        ("约2小时", Said::Length(minutes(120))),
        ("5-10分钟", Said::Between(minutes(5), minutes(10))),
        ("T-1 Stunde", Said::Place(-3600)),
    ] {
        assert_eq!(times::said(text), Some(wanted), "{text}");
    }
    for text in [
        "falls nötig",
        "si besoin",
        "opcional",
        "必要な場合",
        "可选",
        "если нужно",
    ] {
        assert_eq!(times::said(text), None, "{text}");
    }
    for (text, wanted) in [
        ("Schritt 2: Sichern", Ordinal::Number),
        ("Étape 1 : sauvegarde", Ordinal::Number),
        ("Fase 1", Ordinal::Phase),
        ("Этап 2. Миграция", Ordinal::Phase),
        ("ステップ1: 適用", Ordinal::Number),
        ("フェーズ 2", Ordinal::Phase),
        ("方案A: 使用备份恢复", Ordinal::Option),
        ("Opción B", Ordinal::Option),
    ] {
        assert_eq!(Title::new(text).ordinal, Some(wanted), "{text}");
    }
    assert_eq!(Title::new("执行（约15分钟）").read(Some).1, "执行");
    for (text, wanted) in [
        ("Dauer: 15 Minuten", 15),
        ("Durée estimée : 1h30", 90),
        ("Tempo estimado: 20 minutos", 20),
        ("所要時間：30分", 30),
        ("预计时间：约10分钟", 10),
        ("Длительность: 5 минут", 5),
    ] {
        assert_eq!(times::estimate(text), Some(minutes(wanted)), "{text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of words")]
fn no_open_phrase_of_another_language_is_the_beginning_of_an_english_word() {
    let words = [
        "accept",
        "access",
        "account",
        "activate",
        "add",
        "alert",
        "announce",
        "apply",
        "archive",
        "back",
        "base",
        "block",
        "build",
        "cache",
        "call",
        "card",
        "cards",
        "change",
        "check",
        "clean",
        "client",
        "close",
        "cluster",
        "column",
        "configure",
        "connection",
        "copy",
        "create",
        "customer",
        "data",
        "deliver",
        "disable",
        "disk",
        "drain",
        "drop",
        "enable",
        "error",
        "event",
        "export",
        "fall",
        "fallback",
        "falling",
        "feature",
        "file",
        "final",
        "firmware",
        "flag",
        "go",
        "group",
        "host",
        "image",
        "import",
        "index",
        "install",
        "job",
        "key",
        "launch",
        "list",
        "load",
        "lock",
        "log",
        "mail",
        "main",
        "mode",
        "model",
        "module",
        "move",
        "network",
        "new",
        "node",
        "notify",
        "old",
        "open",
        "order",
        "page",
        "partition",
        "patch",
        "phase",
        "pos",
        "post",
        "previous",
        "previously",
        "price",
        "prior",
        "process",
        "proof",
        "publish",
        "query",
        "queue",
        "read",
        "region",
        "remove",
        "rename",
        "replace",
        "replica",
        "report",
        "request",
        "reset",
        "resize",
        "restart",
        "result",
        "role",
        "room",
        "route",
        "row",
        "run",
        "scale",
        "script",
        "search",
        "seed",
        "send",
        "server",
        "service",
        "set",
        "shard",
        "shop",
        "site",
        "size",
        "space",
        "split",
        "start",
        "state",
        "stock",
        "stop",
        "storage",
        "store",
        "stream",
        "swap",
        "sync",
        "table",
        "tag",
        "team",
        "tenant",
        "time",
        "token",
        "traffic",
        "trigger",
        "tune",
        "type",
        "update",
        "user",
        "vacuum",
        "value",
        "version",
        "view",
        "visa",
        "visible",
        "volume",
        "wait",
        "warm",
        "web",
        "worker",
        "write",
        "zone",
    ];
    for tongue in &TONGUES[1..] {
        for (topic, phrases) in tongue.phrases {
            for open in phrases.iter().filter_map(|phrase| phrase.strip_suffix('*')) {
                let english = TONGUES[0]
                    .phrases
                    .iter()
                    .filter(|(other, _)| other == topic);
                let known = |word: &str| {
                    let same = |phrase: &&&str| word.starts_with(phrase.trim_end_matches('*'));
                    english
                        .clone()
                        .any(|(_, phrases)| phrases.iter().any(|phrase| same(&phrase)))
                };
                for word in words {
                    assert!(
                        !word.starts_with(open) || known(word),
                        "{open}* makes \"{word}\" {topic:?}"
                    );
                }
            }
        }
    }
}
