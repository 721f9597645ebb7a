//! Ways back that are told without naming one: by the case that they are for, or by what there was before.

use std::sync::LazyLock;

use super::cases;
use super::heading::JOINED;
use super::sentences;
use super::words::{Sense, Words};
use crate::plan::find;
use crate::plan::markdown::tongues::folded::{folded, has_stem};
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{self, Beginnings};

impl Words {
    /// "If the migration fails", "if something goes wrong", "if issues occur".
    pub(in crate::plan::markdown) fn fails(&self) -> bool {
        let case = || {
            let text = self.uncounted();
            tongues::words(|tongue| tongue.in_case)
                .any(|word| tongues::strip_word(text, word).is_some())
        };
        // "If we need to go back"
        let speaks = self.has(Topic::Failure) || self.uncounted().contains(" go back ");
        self.has(Topic::Fails) || (speaks && case())
    }

    /// Whether it says that a way back is rehearsed: "Rollback drill". "Verify the rollback rehearsal" is done now.
    pub(in crate::plan::markdown) fn is_drill(&self) -> bool {
        if !self.is_rollback() || self.begins(&[Topic::Verify, Topic::Order, Topic::Acts]) {
            return false;
        }
        let text = format!(" {}", self.uncounted());
        DRILLS.iter().any(|drill| text.contains(drill))
    }

    /// Whether it is about getting ready for a way back, and for nothing beside it: "Rollback rehearsal and failed-cutover
    /// rollback" is one as well.
    pub(super) fn only_rehearses(&self) -> bool {
        let back = |part: &str, rehearsed: bool| {
            let part = Words::whole(part);
            part.has(Topic::Rollback) && part.has(Topic::Rehearsal) == rehearsed
        };
        let mut joined = JOINED
            .iter()
            .filter_map(|and| self.uncounted().split_once(and));
        self.has(Topic::Rehearsal)
            && !joined.any(|(one, other)| back(one, true) && back(other, false))
    }

    /// "Dry run", "Staging rehearsal": what is done before the deployment to see how that goes. "Deploy after the rehearsal" is
    /// none.
    pub(super) fn is_dry_run(&self) -> bool {
        if self.has(Topic::And) || self.is_rollback() {
            return false;
        }
        // Hardly any heading speaks of one.
        if self.uncounted().is_ascii() && !NEAR_DRY_RUNS.begin_within(self.uncounted()) {
            return false;
        }
        let text = format!(" {}", self.uncounted());
        DRY_RUNS.iter().any(|drill| {
            let rest =
                find::split_once(&text, drill).filter(|(before, _)| !before.contains(" after"));
            rest.is_some_and(|(before, rest)| before.is_empty() || !rest.trim_end().contains(' '))
        })
    }

    /// "Back to the old version", "Switch back to blue", "Return to the previous release"; not "Back to normal".
    pub(super) fn returns_to_old(&self) -> bool {
        let old = [
            "old", "previous", "earlier", "prior", "last", "original", "blue",
        ];
        let text = self.uncounted();
        let begins = [
            "back to ",
            "switch back to ",
            "go back to ",
            "move back to ",
            "return to ",
            "returning to ",
        ];
        let rest = begins.iter().find_map(|begin| text.strip_prefix(begin));
        let mut words = rest.unwrap_or("").split(' ');
        words
            .find(|word| *word != "the")
            .is_some_and(|word| old.contains(&word))
    }

    /// Whether it tells how going back works, and not how to: "How automatic rollback works".
    pub(in crate::plan::markdown) fn tells_how_it_works(&self) -> bool {
        let text = self.uncounted();
        HOW.iter().any(|(how, works)| {
            let rest = text.strip_prefix(how);
            rest.is_some_and(|rest| rest.starts_with(works) || rest.contains(&format!(" {works}")))
        })
    }

    /// "NO-GO", of which the other is "GO".
    pub(in crate::plan::markdown) fn is_no_go(&self) -> bool {
        format!(" {}", self.uncounted()).contains(" no go ")
    }

    pub(in crate::plan::markdown) fn is_go(&self) -> bool {
        let text = format!(" {}", self.uncounted());
        text.contains(" go ") && !text.contains(" no go ")
    }

    /// "Revert to using the old port": what was only for the time of the work is taken back.
    pub(in crate::plan::markdown) fn reverts_to_use(&self) -> bool {
        let begins = [
            "revert to using ",
            "switch back to using ",
            "go back to using ",
            "恢复使用",
        ];
        let text = self.uncounted();
        begins.iter().any(|begin| text.starts_with(begin))
    }

    /// Whether it sets going again what stood still for the time of the work: "Restore traffic", "恢复服务", "Revert the
    /// maintenance page". What speaks of a copy or of what there was before may go back.
    pub(in crate::plan::markdown) fn sets_going(&self) -> bool {
        let text = format!(" {}", self.uncounted());
        let paused = || PAUSED.iter().any(|word| has_stem(&text, word));
        let older = || OLDER.iter().any(|word| text.contains(word));
        let reverts = text.starts_with(" revert ") || text.starts_with(" undo ");
        let other = [
            Topic::Recovery,
            Topic::Abandon,
            Topic::Failure,
            Topic::Emergency,
            Topic::Urgent,
        ];
        let goes_back = || other.into_iter().any(|topic| self.has(topic));
        let again = self.only_restores() || (reverts && !goes_back() && !self.names_a_case());
        again && paused() && !older() && !self.has(Topic::Copied)
    }

    /// "In case of problems": what is done then is no way back as a whole.
    pub(in crate::plan::markdown) fn is_trouble(&self) -> bool {
        let cases = [
            "in case of problem",
            "in case of issue",
            "in case of trouble",
            "en cas de probleme",
            "en cas de souci",
            "bei problem",
            "en caso de problema",
            "em caso de problema",
            "в случае проблем",
            "при проблемах",
        ];
        let text = self.uncounted().trim();
        let mut rests = cases.iter().filter_map(|case| text.strip_prefix(case));
        rests.any(|rest| !rest.contains(' '))
    }

    /// "Contingency plans": what is done in each of several cases. Where there is a way back beside them, they are none.
    pub(in crate::plan::markdown) fn plans_for_several(&self) -> bool {
        let several = [
            "contingencies ",
            "contingency plans ",
            "contingency scenarios ",
        ];
        several
            .iter()
            .any(|word| self.uncounted().starts_with(word))
    }

    /// Whether it tells when to do what is no way back: "When to refresh staging".
    pub(in crate::plan::markdown) fn tells_when_to(&self) -> bool {
        let text = self.uncounted();
        let begins = ["when to ", "wann ", "quand "];
        begins.iter().any(|begin| text.starts_with(begin)) && !self.is_rollback()
    }

    /// "Rollback decision point": when it is decided, not by what.
    pub(in crate::plan::markdown) fn is_decision_point(&self) -> bool {
        let points = [
            "decision point ",
            "decision meeting ",
            "decision call ",
            "decision gate ",
        ];
        points.iter().any(|point| self.uncounted().contains(point))
    }

    /// Whether it speaks of emergencies and of no way back: "Emergency procedures".
    pub(in crate::plan::markdown) fn is_any_emergency(&self) -> bool {
        let back = [
            Topic::Rollback,
            Topic::Recovery,
            Topic::Restore,
            Topic::Returns,
            Topic::Abandon,
        ];
        (self.has(Topic::Emergency) || self.has(Topic::Urgent))
            && !back.into_iter().any(|topic| self.has(topic))
    }

    /// "Disk full": a server is short of something, whatever was deployed.
    pub(in crate::plan::markdown) fn names_shortage(&self) -> bool {
        let other = [
            Topic::Deploy,
            Topic::Staged,
            Topic::Rollback,
            Topic::Restore,
        ];
        SHORTAGES.iter().any(|word| self.uncounted().contains(word))
            && !other.into_iter().any(|topic| self.has(topic))
    }

    /// Whether it speaks of when to go back.
    pub(super) fn says_when(&self) -> bool {
        self.has(Topic::Criteria) || self.has(Topic::CriteriaBelowRollback) || self.names_steps()
    }

    /// Whether it speaks also of how: "Rollback triggers and procedure", "Rollback decision".
    pub(in crate::plan::markdown) fn says_how(&self) -> bool {
        let text = self.uncounted();
        self.names_steps() || text.contains(" how ") || text.contains(" decision ")
    }
}

/// What is done beforehand to see how it goes, in all languages.
#[rustfmt::skip]
const DRY_RUNS: [&str; 9] = [" dry run", " rehearsal", " probelauf", " generalprobe", " ensaio", " ensayo", " репетиц", "リハーサル", "演练"];
static NEAR_DRY_RUNS: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::first_of(DRY_RUNS.map(str::trim_start)));

/// Whether `text` is no more than "if needed".
fn is_need(text: &str) -> bool {
    let mut near = NEEDED.near(text).iter().map(|(word, ())| word);
    near.any(|word| tongues::strip_word(text, word).is_some_and(|rest| rest.trim().is_empty()))
}

/// Whether `text` says "if needed" at its end or in brackets, and so does not say in which case.
pub(in crate::plan::markdown) fn is_for_need(text: &str) -> bool {
    before_need(text).is_some() || cases::in_brackets(text).any(is_need)
}

/// What stands before "if needed" in `text`.
pub(in crate::plan::markdown) fn before_need(text: &str) -> Option<&str> {
    let mut spaces = text.match_indices(' ').map(|(at, _)| at);
    let at = spaces.find(|at| is_need(text[at + 1..].trim_start()))?;
    Some(text[..at].trim_end_matches([',', ' ', '-', '–', '—']))
}

/// Whether `text` calls itself a way back, and behind that tells the case that it is for: "Rollback if the smoke
/// test fails". "Roll back if:" and "Rollback criteria" do not.
pub(in crate::plan::markdown) fn tells_case_of_way_back(text: &str) -> bool {
    let mut spaces = text.match_indices(' ').map(|(at, _)| at);
    spaces.any(|at| {
        let case = text[at + 1..].trim_start();
        let mut said = case.split_whitespace().skip(1);
        let one = said
            .next()
            .is_some_and(|word| !OF_SEVERAL.contains(&folded(word).trim()));
        let told = one && (cases::begins_case(case) || sentences::is_case(case));
        told && Words::new(&text[..at]).meaning().sense == Some(Sense::Rollback)
    })
}

/// What servers are short of.
#[rustfmt::skip]
const SHORTAGES: [&str; 33] = [
    "disk full", "disk is full", "disk space", "out of disk", "out of space", "out of memory", "no space left", "storage full", "high cpu", "high load",
    "high memory", "cpu usage", "memory usage", "too many connections", "connections exhausted", "pool exhausted", "pool exhaustion",
    "connection exhaustion", "certificate expired", "expired certificate", "festplatte voll", "speicher voll", "zertifikat abgelaufen", "disque plein",
    "memoire insuffisante", "disco lleno", "disco cheio", "диск переполнен", "место на диске", "磁盘已满", "磁盘空间", "ディスク満杯", "ディスク容量",
];

/// How words begin for what stands still while something is done.
#[rustfmt::skip]
const PAUSED: [&str; 46] = [
    "traffic", "access", "service", "connection", "maintenance", "monitoring", "alert", "freeze", "cron", "jobs", "workers", "writes", "port", "dns", "replication",
    "trafico", "acceso", "servicio", "conexion", "monitoreo", "trafego", "acesso", "servico", "conexao", "trafic", "acces", "трафик", "доступ", "сервис", "соединени",
    "мониторинг", "verkehr", "zugriff", "dienst", "流量", "访问", "服务", "端口", "连接", "监控", "告警", "トラフィック", "アクセス", "サービス", "接続", "監視",
];
/// What was there before.
const OLDER: [&str; 8] = [
    "旧",
    "版本",
    "以前",
    "バージョン",
    " version",
    " versao",
    " верси",
    " anterior",
];

/// How what is said behind "if" begins where the cases are told one by one below it: "if any of these is true".
const OF_SEVERAL: [&str; 16] = [
    "any", "one", "either", "all", "these", "eine", "einer", "eines", "une", "un", "alguna",
    "alguno", "una", "algum", "alguma", "uma",
];

/// "If needed", behind what is done only then.
static NEEDED: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.only_in_case));

/// "How", and "works".
const HOW: [(&str, &str); 8] = [
    ("how ", "works "),
    ("how ", "work "),
    ("wie ", "funktioniert "),
    ("comment ", "fonctionne "),
    ("como ", "funciona "),
    ("как ", "работает "),
    ("como ", "funcionan "),
    ("how ", "is triggered "),
];

/// What rehearsals are called by.
const DRILLS: [&str; 18] = [
    " drill",
    " rehears",
    " dry run",
    " game day",
    " exercise",
    " ubung",
    " probelauf",
    " exercice",
    " repetition",
    " simulacro",
    " ensayo",
    " simulacao",
    " ensaio",
    " учени",
    " репетиц",
    "演练",
    "訓練",
    "リハーサル",
];
