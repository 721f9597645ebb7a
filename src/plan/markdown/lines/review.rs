//! Scripts that somebody reads over: "Review this script:", "Contents of the script:". They are shown so that they
//! can be read, and run elsewhere, if at all.

use crate::plan::letters;
use crate::plan::letters::is_dense;
use crate::plan::markdown::names::heading;

/// Whether `name`, of a heading or a line, says that a script is read over. "Run the review script" does not.
pub(in crate::plan::markdown) fn is_of_script(name: &str) -> bool {
    let folded = letters::fold(heading::behind_count(name));
    let spaceless = folded.contains(is_dense);
    let dense = |words: &[&str]| {
        let mut dense = words.iter().filter(|word| word.starts_with(is_dense));
        spaceless && dense.any(|word| folded.contains(word))
    };
    if dense(&REVIEWS) && dense(&SCRIPTS) {
        return true;
    }
    let words = folded.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let known = |word: &&str, all: &[&str]| all.contains(word);
    let script = words.iter().rposition(|word| known(word, &SCRIPTS));
    let review = || words.iter().position(|word| known(word, &REVIEWS));
    let Some((script, review)) = script.and_then(|script| Some((script, review()?))) else {
        return false;
    };
    let does = words.iter().any(|word| known(word, &DOES)) || dense(&DOES);
    let shown = words
        .get(script + 1)
        .is_some_and(|word| known(word, &SHOWN));
    if does || shown {
        return false;
    }
    // "Review the SQL that is generated", "4.1 Script review", "Checklist of the script's contents"
    let told = words.len() - script <= 5;
    (review == 0 && told) || (script == 0 && review == 1)
}

/// Words for reading over, in all languages.
#[rustfmt::skip]
const REVIEWS: [&str; 28] = [
    "review", "reviewing", "inspect", "inspection", "checklist", "durchsicht", "prufe", "prufen", "prufung", "relire", "relisez",
    "relecture", "revue", "revisar", "revise", "revision", "revisao", "просмотреть", "просмотрите", "проверка", "ревью",
    "レビュー", "確認事項", "审查", "审核", "評審", "评审", "reviewen",
];
/// Words for what is done with it then, and for what else of it is looked at.
#[rustfmt::skip]
const DOES: [&str; 18] = [
    "run", "apply", "execute", "ausfuhren", "anwenden", "executer", "appliquer", "ejecutar", "aplicar", "executar", "запустить", "выполнить",
    "применить", "slow", "pending", "执行", "実行", "適用",
];
const SHOWN: [&str; 8] = [
    "output", "outputs", "log", "logs", "status", "version", "result", "results",
];
/// Words for what is read.
#[rustfmt::skip]
const SCRIPTS: [&str; 19] = [
    "script", "scripts", "sql", "ddl", "skript", "skripts", "skripte", "guion", "roteiro", "скрипт", "скрипта", "скрипты",
    "сценарий", "スクリプト", "脚本", "语句", "sqls", "scriptes", "ddls",
];

#[cfg(test)]
mod tests {
    use super::is_of_script;

    #[test]
    fn scripts_are_read_over() {
        for name in [
            "Review this script:",
            "4.1 Script review",
            "Step 3: Review the generated SQL",
            "Checklist of the script's contents",
            "Inspect the migration SQL",
            "Prüfung des Skripts",
            "Revue du script",
            "Revisar el script",
            "Revisar o script",
            "Проверка скрипта",
            "スクリプトのレビュー",
            "脚本审核",
        ] {
            assert!(is_of_script(name), "{name}");
        }
        for name in [
            "Run the review script",
            "Review replication lag",
            "Pre-deployment checklist",
            "SQL",
            "Run this script",
            "Deploy after the review of the SQL",
            "Review",
            "Review and run the script",
            "Review the SQL, then apply it",
            "Skript prüfen und ausführen",
            "Review the script output",
            "Review slow SQL in the last hour",
            "",
        ] {
            assert!(!is_of_script(name), "{name}");
        }
    }
}
