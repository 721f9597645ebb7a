//! Names of ways that exclude each other, by what they are ways of: a release is deployed with downtime or
//! without. A name stands for all of its row that mean the same.

use std::sync::LazyLock;

use super::{Beginnings, strip, strip_word};
use crate::plan::letters::is_dense;

/// What a name is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) struct Rival {
    group: usize,
    which: usize,
}

impl Rival {
    /// Whether only one of this and `other` is gone.
    pub(in crate::plan::markdown) fn excludes(self, other: Rival) -> bool {
        self.group == other.group && self.which != other.which
    }

    /// Whether what it names may be done in turn with the others all the same: a release goes to staging, and to
    /// production behind that.
    pub(in crate::plan::markdown) fn may_be_in_turn(self) -> bool {
        self.group < 2
    }

    /// Whether it is an environment, and not production.
    pub(in crate::plan::markdown) fn is_elsewhere(self) -> bool {
        self.group == 0 && self.which != 1
    }

    /// Whether it is production.
    pub(in crate::plan::markdown) fn is_production(self) -> bool {
        self.group == 0 && self.which == 1
    }

    /// Whether it is a system of a person's own.
    pub(in crate::plan::markdown) fn is_own_system(self) -> bool {
        self.group == 1 && matches!(self.which, 1 | 2)
    }
}

/// What `text` names, if it says no more: "For staging", "Without downtime (slow)".
pub(in crate::plan::markdown) fn rival(text: &str) -> Option<Rival> {
    let text = text.trim();
    let led = || {
        let behind = behind_lead(text)?;
        named(behind).or_else(|| named(behind_lead(behind)?))
    };
    named(text).or_else(led)
}

/// The same of names of tools, of which a team has one, or several for different things.
pub(in crate::plan::markdown) fn tool(text: &str) -> Option<Rival> {
    let text = text.trim();
    named_in(&TOOLS, text).or_else(|| named_in(&TOOLS, behind_lead(text)?))
}

/// Whether `text` begins as the name of a system of a person's own does, whatever follows.
pub(in crate::plan::markdown) fn begins_as_own_system(text: &str) -> bool {
    let begins = |text: &str| {
        let mut near = RIVALS.near(text).iter();
        near.any(|(name, rival)| rival.is_own_system() && strip(text, name).is_some())
    };
    let text = text.trim();
    let once = behind_lead(text);
    let twice = once.and_then(behind_lead);
    begins(text) || once.is_some_and(begins) || twice.is_some_and(begins)
}

fn named(text: &str) -> Option<Rival> {
    named_in(&RIVALS, text)
}

fn named_in(names: &Beginnings<Rival>, text: &str) -> Option<Rival> {
    let mut near = names.near(text).iter();
    near.find_map(|(name, rival)| {
        // "Staging环境"
        let mixed = || strip(text, name).filter(|rest| rest.starts_with(is_dense));
        let rest = strip_word(text, name).or_else(mixed)?;
        says_no_more(rest).then_some(*rival)
    })
}

fn behind_lead(text: &str) -> Option<&str> {
    let mut near = LEADS.near(text).iter();
    near.find_map(|(word, ())| strip_word(text, word)?.strip_prefix(' '))
}

/// Whether `rest`, which stands behind a name, says nothing else, or explains it.
fn says_no_more(rest: &str) -> bool {
    let ends = |rest: &str| {
        let signs = ['(', ':', '-', '–', '—', ',', '/', '（', '：'];
        rest.is_empty() || rest.starts_with(signs)
    };
    let rest = rest.trim_start();
    let mut fillers = FILLERS.near(rest).iter();
    ends(rest)
        || fillers
            .any(|(word, ())| strip_word(rest, word).is_some_and(|rest| ends(rest.trim_start())))
}

/// What may stand in front of a name.
static LEADS: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "for",
        "on",
        "in",
        "using",
        "via",
        "with",
        "through",
        "the",
        "auf",
        "fur",
        "mit",
        "per",
        "pour",
        "avec",
        "en",
        "para",
        "con",
        "com",
        "на",
        "для",
        "через",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// What may stand behind one.
static FILLERS: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "environment",
        "environments",
        "development",
        "method",
        "path",
        "way",
        "procedure",
        "approach",
        "mode",
        "route",
        "variant",
        "or",
        "and",
        "umgebung",
        "weg",
        "verfahren",
        "methode",
        "metodo",
        "procedimiento",
        "procedimento",
        "способ",
        "の場合",
        "环境",
        "環境",
        "モード",
        "方式",
        "手順",
        "模式",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// The names, by how they begin.
static RIVALS: LazyLock<Beginnings<Rival>> = LazyLock::new(|| of_groups(0, GROUPS));
/// Names that are said of a way as well as of a part of the system.
static TOOLS: LazyLock<Beginnings<Rival>> =
    LazyLock::new(|| of_groups(GROUPS.len(), KINDS_OF_TOOLS));

type Group = &'static [&'static [&'static str]];

/// The names in `groups`, which are counted from `first` on.
fn of_groups(first: usize, groups: &[Group]) -> Beginnings<Rival> {
    let mut all = Vec::new();
    for (group, rows) in (first..).zip(groups) {
        for (which, row) in rows.iter().enumerate() {
            all.extend(row.iter().map(|name| (*name, Rival { group, which })));
        }
    }
    Beginnings::new(all)
}

/// Whether `text` says no more than that it is the best of several ways: "Preferred (no data loss)".
pub(in crate::plan::markdown) fn is_preferred(text: &str) -> bool {
    is_one_of(text, &PREFERRED)
}

/// Whether `text` says no more than that it is for the time behind another: "Afterwards".
pub(in crate::plan::markdown) fn is_later(text: &str) -> bool {
    is_one_of(text, &LATER)
}

fn is_one_of(text: &str, words: &Beginnings) -> bool {
    let mut near = words.near(text).iter();
    near.any(|(word, ())| strip_word(text, word).is_some_and(says_no_more))
}

/// Whether `text` is "with" or "without", and what: "Without cache" is `(true, "cache")`.
pub(in crate::plan::markdown) fn denied(text: &str) -> Option<(bool, &str)> {
    let mut near = WITH.near(text).iter();
    near.find_map(|(word, without)| Some((*without, strip_word(text, word)?.strip_prefix(' ')?)))
}

/// Whether only one of the items below `line` is gone, as its last few words say: "Options", "There are two ways". Behind
/// a number more may stand: "There are two options for rolling back".
pub(in crate::plan::markdown) fn tells_options(line: &str) -> bool {
    let sentence = line.rsplit(". ").next().unwrap_or(line);
    let mut number = false;
    // "Set the storage options" is done with each of them.
    let mut words = sentence.split_whitespace().skip_while(|word| {
        let counts = word.parse::<u32>().is_ok() || is_word_of(word, &NUMBERS);
        number |= counts;
        counts || is_word_of(word, &POINTS)
    });
    let first = words.next().unwrap_or_default();
    let named = is_word_of(first.trim_end_matches([':', '：', '.']), &OPTIONS);
    named && (words.next().is_none() || number)
}

/// Whether `word` is one of `words`, and nothing else.
fn is_word_of(word: &str, words: &Beginnings) -> bool {
    let mut near = words.near(word).iter();
    near.any(|(known, ())| strip_word(word, known) == Some(""))
}

/// What counts the options below a line, or points at them.
#[rustfmt::skip]
static POINTS: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "there", "are", "the", "these", "following", "you", "we", "have", "your", "our", "possible", "available", "several", "two", "three", "four", "both",
        "es", "gibt", "folgende", "die", "wir", "haben", "mehrere", "mogliche", "zwei", "drei", "vier", "il", "y", "a", "les", "nous", "avons", "vous", "avez",
        "plusieurs", "deux", "trois", "quatre", "hay", "las", "estas", "tenemos", "varias", "posibles", "dos", "tres", "cuatro", "existem", "ha", "as", "temos",
        "possiveis", "duas", "quatro", "есть", "следующие", "возможные", "два", "две", "три", "четыре", "несколько",
        "main", "different", "basic", "viable", "other", "grundlegende", "principales", "principais", "основных", "основные",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// How many there are.
#[rustfmt::skip]
static NUMBERS: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "two", "three", "four", "several", "zwei", "drei", "vier", "mehrere", "deux", "trois", "quatre", "plusieurs", "dos", "tres", "cuatro", "varias",
        "duas", "quatro", "два", "две", "три", "четыре", "несколько",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// "Options".
#[rustfmt::skip]
static OPTIONS: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "options", "alternatives", "optionen", "alternativen", "moglichkeiten", "possibilites", "opciones", "alternativas", "opcoes", "варианты", "варианта",
        "選択肢", "选项",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// "Preferred".
#[rustfmt::skip]
static PREFERRED: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "preferred", "preferably", "bevorzugt", "prefere", "preferee", "de preference", "preferido", "preferida", "preferible", "preferivel", "preferencial",
        "предпочтительно", "предпочтительный", "推奨", "優先", "首选", "优先",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// "Afterwards".
#[rustfmt::skip]
static LATER: LazyLock<Beginnings> = LazyLock::new(|| {
    let words = [
        "afterwards", "after that", "later", "later on", "later than that", "thereafter", "danach", "spater", "nachher", "ensuite", "apres", "plus tard", "au dela", "passe ce delai",
        "despues", "luego", "mas tarde", "depois", "depois disso", "mais tarde", "потом", "позже", "позднее", "после этого", "その後", "それ以降", "以降", "之后",
        "此后", "超过后",
    ];
    Beginnings::new(words.map(|word| (word, ())))
});

/// "With", and "without", which is told.
static WITH: LazyLock<Beginnings<bool>> = LazyLock::new(|| {
    let with = ["with", "mit", "avec", "con", "com"].map(|word| (word, false));
    let without = ["without", "ohne", "sans", "sin", "sem"].map(|word| (word, true));
    Beginnings::new(with.into_iter().chain(without))
});

/// Environments of which a run is in one.
#[rustfmt::skip]
const PLACES: Group = &[
    &["staging", "stage", "preprod", "pre-production", "preproduction", "preproduccion", "homologacao", "стейджинг", "ステージング", "ステージング環境", "预发布环境"],
    &["production", "prod", "produktion", "produktivumgebung", "produccion", "producao", "продакшн", "прод", "本番", "本番環境", "生产环境"],
    &["test", "testing", "testumgebung", "тест", "検証環境", "テスト環境", "测试环境"],
    &["development", "dev", "entwicklung", "developpement", "desarrollo", "desenvolvimento", "開発環境", "开发环境"],
    &["qa"], &["uat"], &["sandbox"], &["non-production", "non-prod", "nonprod"], &["local", "lokal", "локально", "ローカル", "本地"],
];

/// Systems.
const SYSTEMS: Group = &[
    &["linux"],
    &["macos", "mac"],
    &["windows"],
    &["debian"],
    &["ubuntu"],
    &["rhel"],
    &["centos"],
    &["fedora"],
    &["alpine"],
    &["freebsd"],
];

#[rustfmt::skip]
const KINDS_OF_TOOLS: &[Group] = &[
    &[&["docker"], &["docker compose", "docker-compose"], &["kubernetes", "k8s"], &["systemd", "systemctl"], &["pm2"], &["heroku"], &["vercel"]],
    &[&["blue-green", "blue/green", "blue green", "bluegreen"], &["canary"], &["rolling", "rolling update"], &["recreate"], &["big bang", "big-bang"]],
    &[&["npm"], &["yarn"], &["pnpm"], &["bun"]],
    &[&["pip"], &["poetry"], &["uv"], &["pipenv"]],
    &[&["postgresql", "postgres"], &["mysql"], &["mariadb"], &["sqlite"], &["sql server", "mssql"], &["oracle"]],
    &[&["nginx"], &["apache"], &["caddy"]],
];

#[rustfmt::skip]
const GROUPS: &[Group] = &[
    PLACES,
    SYSTEMS,
    &[
        &["manual", "manually", "by hand", "manuell", "von hand", "manuelle", "manuel", "manuellement", "manualmente", "вручную", "手動", "手动"],
        &["automatic", "automated", "automatically", "scripted", "script", "by script", "with the script", "using the script", "with a script", "using a script", "automatisch", "automatique", "automatiquement", "automatico", "automatica", "автоматически", "自動", "自动"],
    ],
    &[
        &["with downtime", "with a downtime", "maintenance window", "maintenance-window", "mit ausfall", "mit downtime", "mit auszeit", "wartungsfenster", "avec interruption", "avec coupure", "con corte", "con parada", "con interrupcion", "com parada", "com interrupcao", "с простоем", "ダウンタイムあり", "停止あり", "停机"],
        &["without downtime", "zero downtime", "zero-downtime", "no downtime", "ohne ausfall", "ohne downtime", "ohne auszeit", "sans interruption", "sans coupure", "sin corte", "sin parada", "sin interrupcion", "sem parada", "sem interrupcao", "без простоя", "ダウンタイムなし", "停止なし", "無停止", "不停机"],
    ],
    &[
        &["fresh install", "fresh installation", "new install", "new installation", "neuinstallation", "nouvelle installation", "nueva instalacion", "instalacion nueva", "nova instalacao", "instalacao nova", "новая установка", "新規インストール", "新規構築", "全新安装"],
        &["upgrade", "existing install", "existing installation", "aktualisierung", "bestandsinstallation", "mise a niveau", "mise a jour", "actualizacion", "atualizacao", "обновление", "アップグレード", "升级"],
    ],
    &[
        &["first deployment", "first deploy", "first-time deployment", "first time deployment", "initial deployment", "first release", "erstes deployment", "premier deploiement", "primer despliegue", "primeira implantacao", "первый деплой", "первый релиз", "初回デプロイ", "初回", "首次部署"],
        &["later deployments", "later deploys", "subsequent deployments", "subsequent deploys", "later releases", "spatere deployments", "deploiements suivants", "despliegues posteriores", "implantacoes seguintes", "последующие деплои", "последующие релизы", "2回目以降", "后续部署"],
    ],
    &[&["helm", "avec helm", "mit helm", "con helm", "com helm"], &["kubectl", "avec kubectl", "mit kubectl", "con kubectl", "com kubectl"], &["kustomize"], &["argocd", "argo cd"]],
    &[&["kubernetes", "k8s"], &["docker compose", "docker-compose", "docker swarm"], &["bare metal"], &["nomad"]],
    &[&["aws"], &["gcp", "google cloud"], &["azure"], &["on premises", "on-premises", "on prem"]],
    &[
        &["via the ui", "via ui", "via the web ui", "using the ui", "in the ui", "uber die oberflache", "via l'interface", "por la interfaz", "pela interface", "через интерфейс", "через веб"],
        &["via the cli", "via cli", "using the cli", "on the command line", "uber die kommandozeile", "en ligne de commande", "por linea de comandos", "por linha de comando", "через консоль", "через cli"],
        &["via the api", "via api", "using the api", "uber die api", "via l'api", "через api"],
    ],
    &[&["blue active", "blue is active", "blau aktiv"], &["green active", "green is active", "grun aktiv"]],
    &[&["fast", "schnell"], &["safe", "sicher"]],
    &[
        &["application only", "app only", "code only", "only the application", "only the code", "nur die anwendung", "nur anwendung", "application seule", "solo la aplicacion", "so a aplicacao", "только приложение", "アプリのみ", "アプリケーションのみ", "仅应用", "仅代码"],
        &["application and database", "app and database", "code and database", "application + database", "anwendung und datenbank", "application et base de donnees", "aplicacion y base de datos", "aplicacao e banco de dados", "приложение и база", "アプリとデータベース", "应用和数据库", "代码和数据库"],
        &["database only", "db only", "only the database", "schema only", "nur die datenbank", "nur datenbank", "base de donnees seule", "solo la base de datos", "so o banco de dados", "только база", "データベースのみ", "仅数据库"],
        &["nuclear option", "full restore", "full rollback", "complete rollback", "everything", "alles", "全体", "全部"],
    ],
    &[
        &["with data loss", "mit datenverlust", "avec perte de donnees", "con perdida de datos", "com perda de dados", "с потерей данных", "データ損失あり", "データロスあり", "有数据丢失", "有数据损失"],
        &["without data loss", "no data loss", "ohne datenverlust", "sans perte de donnees", "sin perdida de datos", "sem perda de dados", "без потери данных", "データ損失なし", "データロスなし", "无数据丢失", "无数据损失"],
    ],
    &[&["plan a", "plano a", "план а", "план a", "プランa", "a案", "方案一", "方案a"], &["plan b", "plano b", "план б", "план b", "プランb", "b案", "方案二", "方案b"], &["plan c", "plano c", "план в", "план c", "プランc", "c案", "方案三", "方案c"]],
];
