//! What is made for a way back before there is need of one: "Take a rollback snapshot", "Rollback preparation". It is
//! done on the way forward.

use std::sync::LazyLock;

use super::words::Words;
use crate::plan::find;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::{self, Beginnings};

impl Words {
    /// What is kept for a way back, as far as it says: "Rollback snapshot", "Save the rollback image".
    pub(in crate::plan::markdown) fn keeps_for_rollback(&self) -> bool {
        let text = self.uncounted().trim();
        let point = |(point, ()): &(&str, ())| *point == text;
        NAMES.contains(&text)
            || KNOWN_POINTS.near(text).iter().any(point)
            || self.makes_for_rollback()
    }

    /// The same where it says that this is made now, or prepared.
    pub(in crate::plan::markdown) fn makes_for_rollback(&self) -> bool {
        let text = self.uncounted().trim();
        if text.contains(is_dense) {
            return is_made_densely(text);
        }
        // Hardly any text speaks of a way back.
        if !SPEAKING.begin_within(text) {
            return false;
        }
        let purpose = PURPOSES.iter().any(|word| text.contains(word));
        let words: Vec<&str> = text
            .split(' ')
            .filter(|word| !FILLERS.contains(word))
            .collect();
        let text = words.join(" ");
        prepares(&words)
            || makes_first(&text)
            || makes_last(&text)
            || (purpose && kept(&text) == Some(""))
    }
}

impl Words {
    /// Whether it names the time in which one can go back: "Rollback window (7 days)".
    pub(in crate::plan::markdown) fn names_window(&self) -> bool {
        self.around_window().is_some()
    }

    /// Whether it says that this time is over: "After the rollback window".
    pub(in crate::plan::markdown) fn ends_window(&self) -> bool {
        let over = |text: &str| text.split(' ').any(|word| OVER.contains(&word));
        self.around_window()
            .is_some_and(|(before, behind)| over(before) || over(behind))
    }

    /// What stands before that time and behind it.
    fn around_window(&self) -> Option<(&str, &str)> {
        let text = self.uncounted();
        // Hardly any heading speaks of one.
        if text.is_ascii() && !NEAR_WINDOWS.begin_within(text) {
            return None;
        }
        let mut around = WINDOWS
            .iter()
            .filter_map(|window| find::split_once(text, window));
        // "Rollback before the rollback window closes" is one all the same.
        around.find(|(before, _)| !before.split(' ').any(|word| GOES_BACK.contains(&word)))
    }

    /// Whether what is kept is a copy of what there is, which no way back by itself brings back.
    pub(in crate::plan::markdown) fn copies_for_rollback(&self) -> bool {
        COPIES.iter().any(|copy| self.uncounted().contains(copy))
    }
}

/// What names a way back beside that time.
const GOES_BACK: [&str; 9] = [
    "rollback",
    "roll",
    "rolling",
    "restore",
    "restoring",
    "revert",
    "reverting",
    "undo",
    "recover",
];
/// How what is kept for a way back begins, without which nothing is.
static SPEAKING: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::first_of(BACKS.into_iter().chain(POINTS)));
static KNOWN_POINTS: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.points));

/// What the time is called in which one can go back.
const WINDOWS: [&str; 11] = [
    "rollback window",
    "roll back window",
    "rollback period",
    "rollback fenster",
    "rollback zeitraum",
    "fenetre de rollback",
    "ventana de rollback",
    "janela de rollback",
    "окно отката",
    "回滚窗口",
    "ロールバック期間",
];
static NEAR_WINDOWS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::first_of(WINDOWS));
/// That it is over.
#[rustfmt::skip]
const OVER: [&str; 25] = [
    "after", "once", "close", "closes", "closed", "closing", "end", "ends", "ended", "over", "expires", "expired", "expiry", "past", "nach",
    "ende", "apres", "fin", "despues", "depois", "fim", "после", "окончания", "конец", "закрыть",
];

/// What copies are called, or begin with.
const COPIES: [&str; 18] = [
    "snapshot",
    "point",
    "punkt",
    "punto",
    "ponto",
    "точк",
    "снимок",
    "backup",
    "sicherung",
    "dump",
    "sauvegarde",
    "respaldo",
    "快照",
    "点",
    "备份",
    "スナップショット",
    "ポイント",
    "バックアップ",
];

/// "Save rollback image to the registry".
fn makes_first(text: &str) -> bool {
    let mut behind = MAKES.iter().filter_map(|make| strip(text, make));
    behind.any(|rest| kept(rest).is_some())
}

/// "Rollback Snapshot anlegen".
fn makes_last(text: &str) -> bool {
    let mut before = MAKES_LAST.iter().filter_map(|make| text.strip_suffix(make));
    before.any(|rest| kept(rest.trim_end()) == Some(""))
}

/// What stands behind what is kept, if `text` begins with that.
fn kept(text: &str) -> Option<&str> {
    let mut points = POINTS.iter().filter_map(|point| strip(text, point));
    points.next().or_else(|| {
        let back = BACKS
            .iter()
            .filter_map(|back| strip(strip(text, back)?, ""));
        let mut one =
            back.flat_map(|rest| THINGS.iter().filter_map(move |thing| strip(rest, thing)));
        let thing = THINGS.iter().filter_map(|thing| strip(text, thing));
        let mut other =
            thing.flat_map(|rest| BACKS.iter().filter_map(move |back| strip(rest, back)));
        one.next().or_else(|| other.next())
    })
}

/// What stands behind the words `front` in `text`.
fn strip<'t>(text: &'t str, front: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(front)?;
    (rest.is_empty() || front.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start())
}

/// Whether `words` say no more than that a way back is prepared, or prevented.
fn prepares(words: &[&str]) -> bool {
    let prepares = |word: &&str| PREPARES.contains(word);
    let rest: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !prepares(word))
        .collect();
    let rest = rest.join(" ");
    let back = BACKS
        .iter()
        .any(|back| strip(&rest, back).is_some_and(str::is_empty));
    words.iter().any(prepares) && (back || kept(&rest) == Some(""))
}

/// The same where words have no spaces between them: 创建回滚点, ロールバックポイントの作成.
fn is_made_densely(text: &str) -> bool {
    let found = |words: &[&'static str]| words.iter().copied().find(|word| text.contains(word));
    let point = tongues::words(|tongue| tongue.points).find(|point| text.contains(point));
    let Some(make) = found(&DENSE_MAKES) else {
        return false;
    };
    let named = match (point, found(&DENSE_BACKS)) {
        (Some(point), _) => text.replace(point, ""),
        (None, Some(back)) => text.replace(back, ""),
        (None, None) => return false,
    };
    let mut rest = named.replace(make, "");
    for word in DENSE_REST {
        rest = rest.replace(word, "");
    }
    rest.trim().is_empty()
}

/// What is called after a way back and is kept for one.
const NAMES: [&str; 8] = [
    "rollback snapshot",
    "rollback snapshots",
    "rollback backup",
    "rollback backups",
    "rollback point",
    "rollback image",
    "rollback plan ready",
    "rollback sicherung",
];
/// "Backup for rollback"
const PURPOSES: [&str; 5] = [" for ", " fur ", " pour ", " para ", " для "];
#[rustfmt::skip]
const FILLERS: [&str; 32] = [
    "the", "a", "an", "our", "for", "of", "new", "der", "die", "das", "den", "dem", "einen", "eine", "ein", "fur", "le", "la", "l", "un", "une", "de", "du", "des", "pour",
    "el", "los", "para", "o", "um", "do", "для",
];
/// "Take", where an order begins with it.
#[rustfmt::skip]
const MAKES: [&str; 36] = [
    "create", "take", "make", "save", "record", "tag", "store", "add", "keep", "copy", "upload", "back up", "stash", "export", "archive", "note", "note down", "write down",
    "build", "creer", "creez", "prendre", "poser", "enregistrer", "sauvegarder", "copier", "crear", "tomar", "guardar", "copiar", "criar", "salvar", "создать", "сохранить",
    "скопировать", "сделать",
];
/// The same where it ends with it.
const MAKES_LAST: [&str; 8] = [
    "anlegen",
    "erstellen",
    "erzeugen",
    "sichern",
    "setzen",
    "speichern",
    "kopieren",
    "hochladen",
];
#[rustfmt::skip]
const BACKS: [&str; 25] = [
    "rollback", "roll back", "rolling back", "backout", "back out", "restore", "recovery", "fallback", "retour arriere", "retour en arriere", "restauration", "reversion",
    "restauracion", "recuperacion", "vuelta atras", "reversao", "restauracao", "recuperacao", "отката", "откат", "отката релиза", "восстановления", "wiederherstellung",
    "wiederherstellungs", "ruckfall",
];
#[rustfmt::skip]
const THINGS: [&str; 44] = [
    "snapshot", "snapshots", "point", "points", "image", "images", "backup", "backups", "script", "scripts", "tag", "tags", "dump", "dumps", "copy", "copies", "artifact",
    "artifacts", "artefact", "artefacts", "bundle", "branch", "plan", "version", "punkt", "sicherung", "abbild", "skript", "skripte", "sauvegarde", "copie", "instantane",
    "punto", "imagen", "copia", "respaldo", "ponto", "imagem", "точку", "снимок", "образ", "копию", "скрипт", "скрипты",
];
/// Points in one word, or without what stands between their words.
const POINTS: [&str; 5] = [
    "savepoint",
    "save point",
    "wiederherstellungspunkt",
    "rucksetzpunkt",
    "sicherungspunkt",
];
#[rustfmt::skip]
const PREPARES: [&str; 18] = [
    "preparation", "preparations", "prepare", "preparing", "prevention", "preventing", "readiness", "vorbereiten", "vorbereitung", "vorbereitungen", "preparer",
    "preparar", "preparacion", "preparacao", "подготовка", "подготовить", "подготовки", "prevencion",
];
const DENSE_BACKS: [&str; 6] = ["回滚", "回退", "ロールバック", "切り戻し", "切戻し", "复原"];
const DENSE_MAKES: [&str; 14] = [
    "创建",
    "新建",
    "保存",
    "复制",
    "上传",
    "准备",
    "备份",
    "作成",
    "取得",
    "コピー",
    "準備",
    "生成",
    "設定",
    "设置",
];
const DENSE_REST: [&str; 18] = [
    "快照",
    "镜像",
    "脚本",
    "标签",
    "用",
    "スナップショット",
    "イメージ",
    "バックアップ",
    "スクリプト",
    "ポイント",
    "保存",
    "备份",
    "の",
    "を",
    "する",
    "点",
    "的",
    "文件",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_for_a_way_back_is_told_from_one() {
        for text in [
            "Take a rollback snapshot",
            "Create rollback point",
            "2. Create a restore point",
            "Save the rollback image to the registry",
            "Copy rollback scripts",
            "Tag the image for rollback",
            "Backup for rollback",
            "Rollback preparation",
            "Rollback Prevention",
            "Prepare the rollback",
            "Prepare the rollback scripts",
            "Rollback-Snapshot anlegen",
            "Wiederherstellungspunkt anlegen",
            "Rollback vorbereiten",
            "Créer un point de restauration",
            "Préparer le retour arrière",
            "Crear punto de restauración",
            "Criar ponto de restauração",
            "Создать точку отката",
            "Подготовка отката",
            "ロールバックポイント作成",
            "復元ポイントの作成",
            "ロールバック準備",
            "创建回滚点",
            "创建还原点",
            "回滚准备",
            "备份回滚脚本",
        ] {
            assert!(Words::new(text).makes_for_rollback(), "{text}");
        }
        for text in [
            "Rollback",
            "Rollback plan",
            "Rollback scripts",
            "Run the rollback scripts",
            "Restore the snapshot",
            "Restore from backup",
            "Use the rollback image",
            "Rollback test",
            "Rollback drill",
            "Take the app down and roll back",
            "Roll back the snapshot",
            "回滚数据库",
            "回滚脚本",
            "ロールバック",
            "恢复备份",
            "",
        ] {
            assert!(!Words::new(text).makes_for_rollback(), "{text}");
        }
    }
}
