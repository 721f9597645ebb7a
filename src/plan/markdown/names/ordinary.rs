//! What stands in front of something done in the ordinary course, and looks as if it were against going on: "If all is
//! well, open the traffic", which whoever goes on has seen, and "Rollback point: create it", which makes what one
//! could go back to.

use super::conditional;
use crate::plan::find;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::{TONGUES, Tongue, says_otherwise, strip_word};

/// Where a clause ends.
const CLAUSE_ENDS: [char; 7] = [',', ':', ';', '，', '：', '；', '、'];
/// Where the name of a thing ends.
const NAME_ENDS: [char; 4] = [':', '：', '–', '—'];

/// What stands behind "if all is well" in `text`, if it begins so and names no other case.
pub(super) fn behind_well(text: &str) -> Option<&str> {
    let end = text.find(CLAUSE_ENDS).unwrap_or(text.len());
    let (clause, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(CLAUSE_ENDS).trim_start();
    let other = says_otherwise(rest) || beginnings(rest).skip(1).any(begins_case);
    (TONGUES.iter().any(|tongue| is_well(clause, tongue)) && !other).then_some(rest)
}

/// `text` from each of its words on.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    let behind = text.match_indices(' ').map(|(at, _)| &text[at + 1..]);
    std::iter::once(text).chain(behind)
}

fn begins_case(text: &str) -> bool {
    let mut words = TONGUES
        .iter()
        .flat_map(|tongue| tongue.otherwise.iter().chain(tongue.in_case));
    words.any(|word| strip_word(text, word).is_some())
}

fn is_well(clause: &str, tongue: &Tongue) -> bool {
    let plain = tongue
        .in_case
        .iter()
        .filter(|word| !tongue.only_in_case.contains(word));
    let mut said = plain.filter_map(|word| strip_word(clause, word));
    said.any(|said| {
        let said = folded(said);
        let mut words = said.split_whitespace();
        let all = words.next().filter(|first| tongue.all.contains(first));
        let dense = all.is_some_and(|all| all.starts_with(is_dense));
        let mut words = words.peekable();
        all.is_some()
            && (dense || words.peek().is_some())
            && words.all(|word| tongue.well.contains(&word))
    })
}

/// What stands behind "Rollback point:" in `text`, if that is that it is made, and no more.
pub(super) fn behind_point(text: &str) -> Option<&str> {
    // Hardly any text is in two parts.
    if text.is_ascii() && memchr::memchr2(b':', b'-', text.as_bytes()).is_none() {
        return None;
    }
    let (name, rest) = text
        .split_once(NAME_ENDS)
        .or_else(|| find::split_once(text, " - "))?;
    let name = folded(name);
    let name = name.trim();
    let makes = |tongue: &Tongue| {
        let rest = folded(rest);
        let mut words = rest.split_whitespace();
        let ends = [words.next(), words.next_back()];
        let made = |word: &str| {
            let mut makes = tongue.makes.iter();
            makes.any(|make| word == *make || (make.starts_with(is_dense) && word.contains(make)))
        };
        ends.into_iter().flatten().any(made)
    };
    let mut tongues = TONGUES.iter();
    let bare = rest.trim_end_matches(CLAUSE_ENDS);
    let more = || bare.contains(CLAUSE_ENDS) || beginnings(bare).any(conditional::begins_back);
    let made = tongues.any(|tongue| tongue.points.contains(&name) && makes(tongue)) && !more();
    made.then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::super::conditional::reserve;
    use crate::plan::markdown::steps::in_turn::says_case;

    #[test]
    fn what_is_done_if_all_is_well_is_done() {
        for text in [
            "If all is well, open the traffic",
            "If everything is fine:",
            "2. If everything looks good, go on",
            "If all checks passed, open the traffic",
            "Wenn alles gut ist, Traffic öffnen",
            "Falls alles in Ordnung ist: Traffic öffnen",
            "Si tout va bien, ouvrir le trafic",
            "Si tout s'est bien passé, ouvrir le trafic",
            "Si todo va bien, abrir el tráfico",
            "Se tudo estiver bem, abrir o tráfego",
            "Если всё в порядке, открыть трафик",
            "如果一切正常，打开流量",
        ] {
            assert_eq!(reserve(text), None, "{text}");
            assert!(!says_case(text), "{text}");
        }
        for text in [
            "If all is not well, open the traffic",
            "If all is lost, restore",
            "If everything fails, restart it",
            "If all is well, open the traffic, otherwise close it",
            "If all is well open it; if not, close it",
            "If all is well, and if the lag is low, open it",
            "If all replicas are stuck, restart them",
            "If all is well, roll back the flag",
            "Only if all is well, open the traffic",
            "Wenn alles kaputt ist, neu starten",
            "Si tout est cassé, redémarrer",
            "Если все сломалось, перезапустить",
            "如果一切失败，恢复",
        ] {
            assert!(reserve(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_point_to_go_back_to_is_made_on_the_way_forward() {
        for text in [
            "Rollback point: create it",
            "3. Rollback point — take a snapshot",
            "Restore point - create",
            "Wiederherstellungspunkt: anlegen",
            "Point de restauration : le créer",
            "Punto de restauración: crearlo",
            "Ponto de restauração: criar",
            "Точка восстановления: создать",
            "回滚点：创建",
        ] {
            assert_eq!(reserve(text), None, "{text}");
        }
        for text in [
            "Rollback point",
            "Rollback point: v1.2",
            "Rollback point: go back to it",
            "Rollback: create the old table",
            "Rollback point: create it if needed",
            "Rollback point: create it, then roll back",
            "Point de restauration : revenir",
        ] {
            assert!(reserve(text).is_some(), "{text}");
        }
    }
}
