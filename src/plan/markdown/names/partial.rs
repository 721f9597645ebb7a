//! Parts of a way back: what is rolled back, or what is done in its course. What says neither may be a way
//! of its own, and of those one is gone.

use super::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;

/// That something is done in an order, folded.
const ORDER: [&str; 34] = [
    "first ",
    "then ",
    "next ",
    "finally ",
    "lastly ",
    "afterwards ",
    "after that ",
    "zuerst ",
    "dann ",
    "danach ",
    "zuletzt ",
    "schliesslich ",
    "abschliessend ",
    "d abord ",
    "ensuite ",
    "puis ",
    "enfin ",
    "primero ",
    "luego ",
    "despues ",
    "finalmente ",
    "primeiro ",
    "depois ",
    "por fim ",
    "сначала ",
    "затем ",
    "потом ",
    "наконец ",
    "首先",
    "然后",
    "最后",
    "まず",
    "次に",
    "最後に",
];

/// What a deployment is made of, folded. Words in another script than ours are told by how they begin: they are
/// inflected.
const THINGS: [&str; 62] = [
    "app",
    "code",
    "database",
    "databases",
    "db",
    "schema",
    "data",
    "dns",
    "cache",
    "cdn",
    "frontend",
    "front",
    "backend",
    "end",
    "api",
    "ui",
    "web",
    "server",
    "servers",
    "worker",
    "workers",
    "job",
    "jobs",
    "service",
    "services",
    "infrastructure",
    "infra",
    "config",
    "configuration",
    "migration",
    "migrations",
    "traffic",
    "load",
    "balancer",
    "proxy",
    "queue",
    "queues",
    "index",
    "search",
    "side",
    "layer",
    "tier",
    "communication",
    "anwendung",
    "datenbank",
    "daten",
    "konfiguration",
    "dienste",
    "verkehr",
    "application",
    "applications",
    "base",
    "donnees",
    "trafic",
    "aplicacion",
    "aplicacao",
    "datos",
    "dados",
    "приложени",
    "баз",
    "данны",
    "схем",
];
/// The same where there are no spaces between words.
const DENSE_THINGS: [&str; 10] = [
    "应用",
    "应用程序",
    "数据库",
    "代码",
    "配置",
    "アプリ",
    "アプリケーション",
    "データベース",
    "コード",
    "設定",
];

/// What says nothing of which part it is.
const SMALL: [&str; 22] = [
    "the", "a", "of", "and", "our", "its", "rollback", "roll", "back", "revert", "undo", "die",
    "der", "das", "de", "la", "le", "el", "do", "da", "les", "bases",
];

/// Of a time that stands beside it.
const UNITS: [&str; 6] = ["min", "minutes", "h", "hour", "hours", "minuten"];

/// What a name ends with that is about doing something.
const DONE: [&str; 5] = ["actions", "steps", "tasks", "checks", "measures"];

impl Words {
    /// Whether what it names is a part of a way back: "Application", "Then, the schema", "Start the app",
    /// "Rollback verification". "Restore from backup" and "Feature flag off" are ways of their own.
    pub(in crate::plan::markdown) fn is_part(&self) -> bool {
        let text = self.uncounted().trim();
        let order = ORDER.iter().any(|word| text.starts_with(word));
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let thing = |word: &str| {
            THINGS.contains(&word)
                || (!word.is_ascii()
                    && THINGS
                        .iter()
                        .any(|thing| !thing.is_ascii() && word.starts_with(thing)))
        };
        let small = |word: &str| {
            SMALL.contains(&word)
                || UNITS.contains(&word)
                || word.starts_with(|c: char| c.is_ascii_digit())
        };
        let things = words.clone().any(thing) && words.all(|word| thing(word) || small(word));
        let does = self.begins(&[
            Topic::Acts,
            Topic::Moves,
            Topic::Starts,
            Topic::Order,
            Topic::Verify,
        ]) || (self.begins(&[Topic::Returns]) && !text.contains(" from "));
        let done = text
            .rsplit(' ')
            .next()
            .is_some_and(|last| DONE.contains(&last));
        order
            || things
            || does
            || done
            || DENSE_THINGS.contains(&text)
            || self.is_around()
            || self.is_plain_rollback()
    }
}
