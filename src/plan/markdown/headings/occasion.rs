//! What is done on another occasion than this deployment: "Emergency deployment" and "When upgrading the server itself"
//! beside it, and what comes back week by week.

use std::sync::LazyLock;

use super::outline::{Outline, SectionIx};
use super::roles::{Reading, Role};
use super::series;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::{heading, shelved};
use crate::plan::markdown::tongues::Beginnings;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

/// What a file says of itself that holds for all its headings.
pub(in crate::plan::markdown) struct Occasions<'o> {
    outline: &'o Outline,
    readings: &'o [Reading],
    /// The title of what is outdated, or of another time.
    outdated: Option<&'o str>,
    /// Whether it holds a deployment that is none of those.
    ordinary: bool,
}

impl<'o> Occasions<'o> {
    pub(in crate::plan::markdown) fn of(outline: &'o Outline, readings: &'o [Reading]) -> Self {
        let title = outline.title.filter(|&title| outline.is_title(title));
        let title = title.map(|title| outline.sections[title].title.text.as_str());
        let draft = |text: &str| {
            let text = text.to_lowercase();
            ["draft", "archiv"].iter().any(|word| text.contains(word))
        };
        let deploys = |ix: SectionIx| {
            let section = &outline.sections[ix];
            let reading = &readings[ix];
            reading.role == Role::Steps
                && reading.kind() == Some(PhaseKind::Deploy)
                && (section.holds.work || section.holds.tasks)
                && special(outline, ix).is_none()
        };
        Occasions {
            outline,
            readings,
            // "Release (draft)" is what is reviewed before it is driven.
            outdated: title.filter(|text| shelved::is(text) && !draft(text)),
            ordinary: (1..readings.len()).any(deploys),
        }
    }

    /// The heading of `ix`, the one above it, or the title of the file, that says that what stands there is for
    /// another occasion than the deployment in the same file, comes back again and again, or is outdated.
    pub(in crate::plan::markdown) fn other(&self, ix: SectionIx) -> Option<&'o str> {
        let found = || special(self.outline, ix).filter(|_| self.ordinary);
        let title = |ix: SectionIx| self.outline.sections[ix].title.text.as_str();
        self.outdated
            .or_else(|| found().map(title))
            .or_else(|| self.again(ix))
            .or_else(|| self.outline.told_of(ix).map(title))
    }
}

impl Outline {
    /// The heading above `ix` below which stands what is told on occasions, each at its own: "Communication plan". Of a part of
    /// what is done, "Pre-deployment › Communication", it is told there.
    pub(super) fn told_of(&self, ix: SectionIx) -> Option<SectionIx> {
        let top = self.top(ix);
        let title = &self.sections[top].title;
        let step = title.ordinal == Some(Ordinal::Phase) || series::is_called_step(title);
        (!step && title.words.names_messages()).then_some(top)
    }
}

impl<'o> Occasions<'o> {
    /// The heading of `ix`, or the nearest above it, that says that this is done again and again. What is watched after a
    /// deployment may be.
    fn again(&self, ix: SectionIx) -> Option<&'o str> {
        let watched = matches!(
            self.readings[ix].kind(),
            Some(PhaseKind::Verify | PhaseKind::After)
        );
        let outline = self.outline;
        let mut chain = std::iter::once(ix).chain(outline.above(ix));
        let again = chain.find(|&ix| comes_back(&outline.sections[ix].title.text));
        let again = again.filter(|_| !watched);
        again.map(|ix| outline.sections[ix].title.text.as_str())
    }
}

/// The heading of `ix`, or the nearest above it, that is of another occasion.
fn special(outline: &Outline, ix: SectionIx) -> Option<SectionIx> {
    let mut chain = std::iter::once(ix).chain(outline.above(ix));
    chain.find(|&ix| outline.sections[ix].title.words.is_special())
}

/// Whether `heading` says behind its name how often that is done, "1. Full backup (daily)", or is of backups that are made so.
fn comes_back(heading: &str) -> bool {
    let often =
        |words: &str| RECURRING.begin(words) || DAILY.iter().any(|stem| words.starts_with(stem));
    let last = heading.trim_end().strip_suffix([')', '）', ']']);
    let inside = last.and_then(|text| text.rsplit_once(['(', '（', '[']));
    let inside = inside.map(|(_, inside)| folded(inside));
    if inside.is_some_and(|inside| often(&inside) && !inside.trim().contains(' ')) {
        return true;
    }
    let name = folded(heading::behind_count(heading));
    let (first, rest) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
    often(first) && (rest.is_empty() || rest.starts_with("backup"))
}

impl Words {
    /// "Emergency deployment", "Hotfix process", "When deploying a fix"; "Emergency stop" is a thing of this one.
    fn is_special(&self) -> bool {
        let text = self.uncounted();
        let when = text
            .strip_prefix("when ")
            .and_then(|rest| rest.split(' ').next());
        if when.is_some_and(|doing| doing.ends_with("ing")) {
            return true;
        }
        let urgent = self.has(Topic::Emergency) || self.has(Topic::Urgent);
        let named = || urgent || HOTFIX.iter().any(|word| text.contains(word));
        let whole = || HOTFIX.iter().any(|word| text.starts_with(word));
        whole() || ((self.has(Topic::Deploy) || self.has(Topic::Staged)) && named())
    }

    /// "Preventing problems", "Migration tips", "Rollback failures": what to do so that nothing happens, or where something did.
    pub(in crate::plan::markdown) fn advises(&self) -> bool {
        let acts = self.begins(&[Topic::Acts, Topic::Moves, Topic::Order]);
        if !acts && (self.begins(&[Topic::Advice]) || self.ends(Topic::Advice)) {
            return true;
        }
        let text = self.uncounted();
        let advice = PREVENTING.near(text).iter();
        let mut advice = advice.filter_map(|(word, ())| text.strip_prefix(word));
        advice.any(|rest| rest.trim().is_empty() || TROUBLES.iter().any(|word| rest.contains(word)))
            || (self.backfires() && !self.is_one_case())
    }

    /// "Rollback failures", "Rollback failed": what stands there is for who can't go back. "Rollback failed migrations" is
    /// an order.
    fn backfires(&self) -> bool {
        let cases = [Topic::Thing, Topic::Steps, Topic::Small];
        let about = |rest: &str| Words::whole(rest).speaks_only_of(&[&cases]);
        let alone = || self.behind(&[Topic::Backfires]).is_some_and(about);
        self.has(Topic::Backfires) && (self.ends(Topic::Backfires) || alone())
    }

    /// "Deployment strategy": how the deployment is gone about, which is told, where it is done elsewhere.
    pub(in crate::plan::markdown) fn tells_concept(&self) -> bool {
        let acts = self.begins(&[Topic::Acts, Topic::Order]);
        let named = self.begins(&[Topic::Concept]) || self.ends(Topic::Concept);
        self.has(Topic::Deploy) && named && !acts
    }

    /// "Deployment failures", "Rollback fails with a timeout": what stands there is for that case.
    pub(in crate::plan::markdown) fn names_failure(&self) -> bool {
        let acts = self.begins(&[Topic::Acts, Topic::Order, Topic::Verify]);
        let staged = self.has(Topic::Deploy) || self.has(Topic::Staged);
        let fails = staged && self.ends(Topic::Failure) && !acts && !self.has(Topic::No);
        self.has(Topic::Backfires) || fails
    }

    /// "Edge cases": what holds for few is looked up by who meets it, where it is not tested.
    pub(super) fn tells_edges(&self) -> bool {
        let tested = self.has(Topic::Testing) || self.has(Topic::Verify);
        self.begins(&[Topic::Edges]) && !tested
    }

    /// "Communication plan", "Notification templates": what is told to whom.
    fn names_messages(&self) -> bool {
        let begins = |word: &str, stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem));
        let mut words = self.uncounted().split_whitespace().peekable();
        let mut told = false;
        words.peek().is_some()
            && words.all(|word| {
                let message = begins(word, &MESSAGES);
                told |= message;
                message || begins(word, &AROUND_MESSAGES)
            })
            && told
    }

    /// "Weekly review", "Monatliche Wartung": what is done again and again, and not now. "Weekly report job" is a thing.
    pub(in crate::plan::markdown) fn recurs(&self) -> bool {
        let text = self.uncounted().trim();
        let Some((first, rest)) = text.split_once(' ').or(Some((text, ""))) else {
            return false;
        };
        let last = rest.rsplit(' ').next().unwrap_or_default();
        RECURRING.begin(first)
            && (rest.is_empty() || ROUTINES.iter().any(|word| last.starts_with(word)))
    }
}

/// What a release in a hurry is called, in all languages.
const HOTFIX: [&str; 5] = ["hotfix", "hot fix", "хотфикс", "ホットフィックス", "热修复"];

/// How words begin for what is told, in all languages.
#[rustfmt::skip]
const MESSAGES: [&str; 14] = [
    "communication", "kommunikation", "comunica", "коммуникаци", "notification", "benachrichtigung", "notifica",
    "уведомлен", "announcement", "ankundigung", "通知", "沟通", "連絡", "messag",
];
/// The same for what may stand beside that.
#[rustfmt::skip]
const AROUND_MESSAGES: [&str; 22] = [
    "plan", "template", "strateg", "protocol", "channel", "stakeholder", "customer", "user", "team", "internal",
    "external", "status", "and", "vorlage", "modele", "plantilla", "modelo", "шаблон", "план", "de", "kanal", "matri",
];

static PREVENTING: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = PREVENTION.into_iter();
    Beginnings::new(words.map(|word| (word, ())))
});
static RECURRING: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::new(AGAIN.into_iter().map(|stem| (stem, ()))));

/// How often something is done.
const AGAIN: [&str; 16] = [
    "weekly",
    "monthly",
    "quarterly",
    "wochentlich",
    "monatlich",
    "hebdomadaire",
    "mensuel",
    "semanal",
    "mensual",
    "mensal",
    "еженедельн",
    "ежемесячн",
    "每周",
    "每月",
    "週次",
    "月次",
];

/// The same of what is done too often for a deployment in between: a heading that begins so may still be of this one.
const DAILY: [&str; 12] = [
    "daily",
    "nightly",
    "hourly",
    "taglich",
    "stundlich",
    "quotidien",
    "diari",
    "ежедневн",
    "ежечасн",
    "每日",
    "每天",
    "毎日",
];

/// What is done so.
const ROUTINES: [&str; 27] = [
    "checklist",
    "check",
    "review",
    "task",
    "maintenance",
    "audit",
    "routine",
    "operations",
    "report",
    "summary",
    "bericht",
    "rapport",
    "informe",
    "relatorio",
    "отчет",
    "prufung",
    "wartung",
    "checkliste",
    "aufgabe",
    "revis",
    "tarea",
    "tarefa",
    "mantenimiento",
    "manutencao",
    "проверк",
    "задач",
    "обслуживани",
];

/// How advice begins against troubles, and what those are called.
const PREVENTION: [&str; 12] = [
    "prevention ",
    "preventing ",
    "preventive ",
    "how to prevent ",
    "avoiding ",
    "how to avoid ",
    "pravention ",
    "vorbeugung ",
    "prevencion ",
    "prevencao ",
    "prevenzione ",
    "профилактика ",
];
const TROUBLES: [&str; 16] = [
    "problem",
    "issue",
    "error",
    "failure",
    "failed ",
    "incident",
    "mistake",
    "rollback",
    "downtime",
    "data loss",
    "outage",
    "fehler",
    "erreur",
    "errores",
    "erros",
    "ошиб",
];
