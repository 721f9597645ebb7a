//! Remedies: what stands below "Solution:", behind "Symptom:" or "Cause:", is done by who has that trouble.

use crate::plan::markdown::elements::blocks::{Block, Inline, Kind};
use crate::plan::markdown::tongues::folded::folded;

/// The line above the block at `at` among `blocks`, if it calls that a remedy of what stands before it.
pub(in crate::plan::markdown) fn above(blocks: &[Block], at: usize) -> Option<&str> {
    let (above, before) = blocks[..at].split_last()?;
    let line = above.paragraph()?;
    (is_one(line, &REMEDIES) && is_troubled(before)).then_some(line.text.as_str())
}

/// Whether `line` above the block at `at` among `blocks` calls that the response, and not what something answers: of a way
/// back or of troubles told above it, where nothing has been `asked` before.
pub(in crate::plan::markdown) fn responds(
    line: &Inline,
    blocks: &[Block],
    at: usize,
    back: bool,
    asked: bool,
) -> bool {
    RESPONSES.contains(&folded(&line.text).trim()) && !asked && (back || is_troubled(&blocks[..at]))
}

fn is_troubled(before: &[Block]) -> bool {
    // What it is the remedy of stands close before it.
    before
        .iter()
        .rev()
        .flat_map(lines)
        .any(|line| is_one(line, &TROUBLES))
}

/// The lines that may say what stands below them.
fn lines(block: &Block) -> Vec<&Inline> {
    match &block.kind {
        Kind::List(list) => list.items.iter().filter_map(|item| item.head().0).collect(),
        _ => block.paragraph().into_iter().collect(),
    }
}

/// Whether `line` begins as one of `names` with a colon behind it: "Solution 2: …".
fn is_one(line: &Inline, names: &[&str]) -> bool {
    let Some((name, _)) = line.text.split_once([':', '：']) else {
        return false;
    };
    let name = folded(name);
    let name = name.trim_matches(|c: char| c == ' ' || c.is_ascii_digit());
    names.contains(&name)
}

/// What is printed, and what is done in troubles.
#[rustfmt::skip]
const RESPONSES: [&str; 9] = ["response", "responses", "the response", "reponse", "respuesta", "resposta", "ответ", "响应", "対応"];
/// What troubles are told of by, in all languages.
const TROUBLES: [&str; 46] = [
    "symptom",
    "symptoms",
    "diagnosis",
    "diagnose",
    "diagnostic",
    "diagnostics",
    "cause",
    "causes",
    "root cause",
    "possible cause",
    "likely cause",
    "problem",
    "issue",
    "error",
    "ursache",
    "ursachen",
    "symptome",
    "fehler",
    "fehlerbild",
    "symptomes",
    "probleme",
    "erreur",
    "sintoma",
    "sintomas",
    "causa",
    "causas",
    "diagnostico",
    "problema",
    "erro",
    "симптом",
    "симптомы",
    "причина",
    "причины",
    "диагностика",
    "проблема",
    "ошибка",
    "症状",
    "原因",
    "診断",
    "诊断",
    "现象",
    "現象",
    "问题",
    "問題",
    "错误",
    "エラー",
];
/// What their remedies are called by.
const REMEDIES: [&str; 42] = [
    "response",
    "immediate response",
    "solution",
    "solutions",
    "fix",
    "fixes",
    "quick fix",
    "remedy",
    "remediation",
    "resolution",
    "workaround",
    "mitigation",
    "recovery",
    "losung",
    "losungen",
    "abhilfe",
    "behebung",
    "correction",
    "correctif",
    "remede",
    "solucion",
    "soluciones",
    "correccion",
    "solucao",
    "solucoes",
    "correcao",
    "решение",
    "исправление",
    "устранение",
    "解决",
    "解决方案",
    "解决方法",
    "解决办法",
    "处理",
    "处理方法",
    "修复",
    "対処",
    "対処法",
    "対応",
    "解決策",
    "解決方法",
    "解決",
];

#[cfg(test)]
mod tests {
    use crate::plan::markdown::tests::{plan, titles};

    #[test]
    fn a_response_is_done_in_a_way_back_and_printed_behind_a_request() {
        let steps = |text: &str| titles(&plan(text)).len();
        let deploy = "## Deployment\n```bash\n./deploy\n```\n";
        let emergency = "## Emergency procedures\n### Critical failure\n";
        for lead in [
            "**Symptoms:**\n- it is down\n\n**Response:**",
            "**Response:**",
            "Response:",
        ] {
            let text = format!("{deploy}{emergency}{lead}\n\n```bash\n./restore\n```\n");
            assert_eq!(steps(&text), 2, "{lead}");
        }
        for shown in [
            "```bash\ncurl -f https://shop.example/health\n```\n**Response:**\n\n```bash\n./ok\n```\n",
            "```bash\ncurl -f https://shop.example/health\n```\n**Response:**\n\n```json\n{}\n```\n",
        ] {
            assert_eq!(
                steps(&format!("{deploy}## Rollback\n{shown}")),
                2,
                "{shown}"
            );
            assert_eq!(steps(&format!("## Deployment\n{shown}")), 1, "{shown}");
        }
    }

    #[test]
    fn a_response_to_troubles_on_the_way_forward_asks() {
        let text = "## Deployment\n```bash\n./deploy\n```\n### Slow pages\n**Symptoms:**\n- it is slow\n\n**Response:**\n\n```bash\n./restart\n```\n";
        let plan = plan(text);
        let last = plan
            .steps
            .last()
            .map(|step| (step.spec.title.as_str(), step.spec.confirm.is_some()));
        assert_eq!(last, Some(("Response", true)));
    }
}
