//! How a line says on which machine what stands below it is done.

use std::sync::LazyLock;

use super::{Beginnings, strip_word};

/// What such a line begins with, in front of the machine.
#[rustfmt::skip]
const LEADS: [&str; 26] = [
    "on", "in", "log in to", "log into", "login to", "ssh into", "ssh to", "connect to", "as root on", "as postgres on",
    "auf", "auf dem", "auf der", "im", "sur", "dans", "en", "no", "na", "em", "на", "在", "以 root 在", "ssh auf", "connexion a", "conectar a",
];

/// What a machine is called.
#[rustfmt::skip]
const MACHINES: [&str; 50] = [
    "server", "servers", "host", "hosts", "replica", "replicas", "primary", "standby", "slave", "node", "nodes", "bastion", "machine", "machines",
    "container", "containers", "vm", "vms", "box", "webserver", "replikat", "replikaten", "knoten", "rechner", "maschine",
    "serveur", "serveurs", "noeud", "conteneur", "machine virtuelle", "serveur de base", "serveur de base de donnees",
    "servidor", "servidores", "replica", "nodo", "contenedor", "maquina", "servidor de base de datos",
    "servidor de banco de dados", "no primario", "сервере", "серверах", "реплике", "узле", "хосте", "контейнере", "服务器上", "从库上", "主库上",
];

/// What may stand behind it.
const BEHIND: [&str; 21] = [
    "only",
    "nuevo",
    "antiguo",
    "novo",
    "antigo",
    "principal",
    "nouveau",
    "ancien",
    "primario",
    "run",
    "and",
    "then",
    "execute",
    "do",
    "ausfuhren",
    "executer",
    "lancer",
    "ejecutar",
    "executar",
    "выполнить",
    "执行",
];

static LEAD: LazyLock<Beginnings> = LazyLock::new(|| of(&LEADS));
static MACHINE: LazyLock<Beginnings> = LazyLock::new(|| of(&MACHINES));

fn of(words: &'static [&'static str]) -> Beginnings {
    Beginnings::new(words.iter().map(|word| (*word, ())))
}

/// Whether `text` says no more than on which machine something is done: "On the old primary, run", "SSH into
/// db1".
pub(in crate::plan::markdown) fn names_machine(text: &str) -> bool {
    let near = LEAD.near(text).iter();
    let mut rests = near.filter_map(|(word, ())| strip_word(text, word));
    rests.any(|rest| {
        let rest = rest.trim_start();
        // "the old app server": the machine is the last of a few words.
        let starts = std::iter::once(0).chain(rest.match_indices(' ').map(|(at, _)| at + 1));
        starts.take(4).any(|at| ends_with_machine(&rest[at..]))
    })
}

fn ends_with_machine(text: &str) -> bool {
    let text = text.trim_start_matches(['*', '`']);
    let mut near = MACHINE.near(text).iter();
    let called = near.any(|(word, ())| strip_word(text, word).is_some_and(ends));
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.')));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    called || (is_host(name) && ends(rest))
}

/// Whether `name` is one that only machines have: "db1", "web-01". "v2" and "pg14" are versions.
fn is_host(name: &str) -> bool {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.len() - letters.len();
    let version = [
        "v",
        "pg",
        "postgres",
        "postgresql",
        "step",
        "day",
        "t",
        "q",
        "h",
    ];
    (1..=3).contains(&number)
        && letters.len() > 1
        && letters.starts_with(|c: char| c.is_ascii_lowercase())
        && letters.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        && !version.contains(&letters)
}

fn ends(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['*', '`']).trim_start();
    let word = rest.trim_start_matches([',', ':', '，', '：']).trim_start();
    let signed = rest.is_empty() || rest.starts_with(['(', '（']);
    signed || word.is_empty() || BEHIND.iter().any(|next| strip_word(word, next).is_some())
}
