//! Words for what is only looked up that are words for what is deployed as well: "Приложение" is an appendix and the
//! application, a template may be a service's.

use super::heading;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues;
use crate::plan::markdown::tongues::folded::{folded, has_stem};

/// What an appendix is called that may be the application.
const DOUBLE: [&str; 1] = ["приложение"];

/// What stands behind such a word, if `heading` begins with it.
fn behind(heading: &str) -> Option<&str> {
    if heading.is_ascii() {
        return None;
    }
    let name = heading::behind_count(heading).trim_start();
    let mut rests = DOUBLE
        .iter()
        .filter_map(|word| tongues::strip_word(name, word));
    rests.next().map(str::trim)
}

/// Whether `heading` is that of an appendix: it says no more, or counts it, "Приложение А", "Приложение 1: команды".
pub(super) fn is(heading: &str) -> bool {
    behind(heading).is_some_and(|rest| rest.is_empty() || heading::starts_with_mark(rest))
}

/// Whether `heading`, among what is driven, names the application as well as an appendix.
pub(in crate::plan::markdown) fn may_be_application(heading: &str) -> bool {
    behind(heading).is_some_and(str::is_empty)
}

/// How words begin that name what is looked up and things that are deployed.
const THINGS: [&str; 13] = [
    "template",
    "reference",
    "vorlage",
    "annexe",
    "modele",
    "plantilla",
    "anexo",
    "modelo",
    "шаблон",
    "模板",
    "参考",
    "テンプレート",
    "付録",
];

/// Whether `heading` names one of these by more than that word: "Template service", "Déployer le modèle".
pub(in crate::plan::markdown) fn may_be_thing(heading: &str) -> bool {
    let words = folded(heading::behind_count(heading));
    let words = words.trim();
    THINGS.iter().any(|thing| {
        if thing.starts_with(is_dense) {
            return words.contains(thing) && words != *thing;
        }
        // "Annexe A" is one.
        let mut others = words.split(' ').filter(|word| !word.starts_with(thing));
        let more = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
        has_stem(words, thing) && others.any(more)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appendix_is_told_from_the_application() {
        for heading in [
            "Приложение",
            "6. Приложение",
            "Приложение А",
            "Приложение 1: команды",
            "ПРИЛОЖЕНИЕ Б. SQL",
        ] {
            assert!(is(heading), "{heading}");
        }
        for heading in [
            "Развернуть приложение",
            "Приложение и база",
            "Приложение в контейнере",
            "Приложения",
            "Перезапуск: приложение",
            "Приложение: перезапуск",
            "Application",
        ] {
            assert!(!is(heading), "{heading}");
        }
        assert!(may_be_thing("Template service") && may_be_thing("更新模板服务"));
        assert!(
            !may_be_thing("Annexe A")
                && !may_be_thing("Templates")
                && !may_be_thing("Troubleshooting the workers")
        );
        assert!(may_be_application("1. Приложение") && !may_be_application("Приложение А"));
    }
}
