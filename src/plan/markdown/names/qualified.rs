//! Names of the same thing done in another manner: of "Automated deployment" and "Manual deployment", of "Deploy via the
//! pipeline" and "Deploy via the console", one is gone.

use std::sync::LazyLock;

use super::heading;
use crate::plan::markdown::tongues::Beginnings;
use crate::plan::markdown::tongues::folded::folded;

/// What is done, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Qualified<'t> {
    /// "Quick deploy", "Zero-downtime migration".
    Manner(Thing, Manner),
    /// "Deploy with Docker", or without, which is told.
    Denied(Thing, bool, &'t str),
    /// "Deploy via the console".
    Via(Thing, &'t str),
}

/// What is done, by the place of its name in [`THINGS`]; none: what stands beside it.
type Thing = Option<usize>;

/// A row of [`MANNERS`], and which of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) struct Manner {
    group: usize,
    which: usize,
}

impl<'t> Qualified<'t> {
    /// What `text` is, if it says no more than that. What is numbered may be done in turn by several means.
    pub(in crate::plan::markdown) fn of(text: &'t str, numbered: bool) -> Option<Qualified<'t>> {
        let manner = || {
            let bare = || of_words(&folded(&heading::without_parentheses(text)));
            let in_parts = text.contains(['(', '（']);
            of_words(&folded(text)).or_else(|| in_parts.then(bare).flatten())
        };
        let by_means =
            || by_means(text).filter(|found| !numbered || !matches!(found, Self::Via(..)));
        by_means().or_else(manner)
    }

    /// Whether only one of this and `other` is gone.
    pub(in crate::plan::markdown) fn excludes(self, other: Qualified<'_>) -> bool {
        let same = |one: Thing, other: Thing| one.is_none() || other.is_none() || one == other;
        match (self, other) {
            (Self::Manner(what, one), Qualified::Manner(next, other)) => {
                same(what, next) && one.group == other.group && one.which != other.which
            }
            (Self::Denied(what, one, with), Qualified::Denied(next, other, without)) => {
                what == next && one != other && with.eq_ignore_ascii_case(without)
            }
            (Self::Via(what, one), Qualified::Via(next, other)) => {
                what == next && !one.eq_ignore_ascii_case(other)
            }
            (Self::Via(what, _), Qualified::Manner(next, manner))
            | (Self::Manner(what, manner), Qualified::Via(next, _)) => {
                what == next && manner.group == BY_WHOM
            }
            _ => false,
        }
    }
}

/// "Deploy via the console", "Deploy without Docker".
fn by_means(text: &str) -> Option<Qualified<'_>> {
    let mut words = text.trim().splitn(3, ' ');
    let (first, link, rest) = (words.next()?, words.next()?, words.next()?.trim());
    let thing = thing(folded(first).trim()).filter(|_| !rest.is_empty());
    let found = thing.map(|found| found.1)?;
    let link = folded(link);
    let link = link.trim();
    if VIA.contains(&link) {
        return Some(Qualified::Via(Some(found), rest));
    }
    let without = WITHOUT.contains(&link);
    (without || WITH.contains(&link)).then_some(Qualified::Denied(Some(found), without, rest))
}

/// The manner that the folded `text` names, if it is made of that and of what is done.
fn of_words(text: &str) -> Option<Qualified<'static>> {
    let (mut what, mut how, mut alone) = (None, None::<Manner>, false);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let length = if let Some((length, manner, whole)) = manner(rest) {
            if how.is_some_and(|how| how != manner) {
                return None;
            }
            (how, alone) = (Some(manner), alone || whole);
            length
        } else if let Some((length, thing)) = thing(rest) {
            // "Online migrations" are done, and then "Offline migrations".
            let several = SEVERAL.contains(&&rest[..length]);
            if several || what.is_some_and(|what| what != thing) {
                return None;
            }
            what = Some(thing);
            length
        } else {
            let next = rest.split(' ').next().unwrap_or(rest);
            FILLERS.contains(&next).then_some(next.len())?
        };
        rest = rest[length..].trim_start();
    }
    // "Quick rollback" and "Full rollback" are told apart by what they are, see [`super::apart`].
    let how = how.filter(|_| (what.is_some() || alone) && what != Some(ROLLBACK))?;
    Some(Qualified::Manner(what, how))
}

/// The manner that `text` begins with, how long its name is, and whether that needs no other word.
fn manner(text: &str) -> Option<(usize, Manner, bool)> {
    MANNERS_BY_NAME
        .near(text)
        .iter()
        .find_map(|(name, manner)| {
            let whole = name.strip_suffix('!');
            let length = begins(text, whole.unwrap_or(name))?;
            Some((length, *manner, whole.is_some()))
        })
}

/// What is done, with which `text` begins, and how long its name is.
fn thing(text: &str) -> Option<(usize, usize)> {
    let mut near = THINGS_BY_NAME.near(text).iter();
    near.find_map(|(name, which)| Some((begins(text, name)?, *which)))
}

static MANNERS_BY_NAME: LazyLock<Beginnings<Manner>> = LazyLock::new(|| {
    let sides = MANNERS.iter().enumerate().flat_map(|(group, row)| {
        let sides = row.iter().enumerate();
        sides.map(move |(which, names)| (Manner { group, which }, *names))
    });
    Beginnings::new(sides.flat_map(|(manner, names)| names.iter().map(move |name| (*name, manner))))
});
static THINGS_BY_NAME: LazyLock<Beginnings<usize>> = LazyLock::new(|| {
    let rows = THINGS.iter().enumerate();
    Beginnings::new(rows.flat_map(|(which, names)| names.iter().map(move |name| (*name, which))))
});

/// How long that with which `text` begins as `name` does is, to the end of its word where `name` ends with a `*`.
fn begins(text: &str, name: &str) -> Option<usize> {
    let stem = name.strip_suffix('*');
    let rest = text.strip_prefix(stem.unwrap_or(name))?;
    let end = rest.find(' ').unwrap_or(rest.len());
    (end == 0 || stem.is_some()).then_some(text.len() - rest.len() + end)
}

/// What there are several sorts of in one release.
const SEVERAL: [&str; 4] = ["migrations", "migrationen", "migraciones", "migracoes"];
/// What is done with a release as a whole, in all languages.
#[rustfmt::skip]
const THINGS: [&[&str]; 7] = [
    &["deploy*", "deploiement*", "bereitstellung", "despliegue*", "desplegar", "implantacao", "деплой", "развертывание"],
    &["release*", "rollout*", "veroffentlichung"],
    &["migrat*", "migracion*", "migracao", "migrieren", "миграция"],
    &["upgrade*", "upgrading"],
    &["update*", "updating", "aktualisierung", "actualizacion", "atualizacao", "обновление"],
    &["install*", "instalacion", "instalacao", "установка"],
    &["rollback*", "roll back", "rolling back", "откат"],
];
/// Which row is the rollback's.
const ROLLBACK: usize = 6;
/// What may stand beside it.
const FILLERS: [&str; 9] = [
    "a",
    "the",
    "process",
    "procedure",
    "path",
    "mode",
    "method",
    "approach",
    "way",
];
/// Which row tells who does it.
const BY_WHOM: usize = 0;
/// Manners that exclude each other: those with `!` need no other word.
#[rustfmt::skip]
const MANNERS: [&[&[&str]]; 8] = [
    &[&["manual", "manually", "by hand", "manuell*", "von hand", "manuel*", "manualmente", "ручной", "ручная", "ручное", "вручную"], &["automat*", "scripted", "автоматическ*"]],
    &[&["standard", "normal", "regular", "with downtime", "with a downtime", "mit downtime", "mit ausfall"], &["zero downtime", "without downtime", "no downtime", "ohne downtime", "ohne ausfall", "hotfix"]],
    &[&["quick", "fast"], &["full", "complete", "slow"]],
    &[&["first time", "first", "initial"], &["subsequent", "later", "repeat", "repeated", "recurring"]],
    &[&["blue green"], &["rolling"], &["recreate"]],
    &[&["offline"], &["online"]],
    &[&["big bang"], &["phased", "trickle", "gradual"]],
    &[&["one command!", "single command!", "in one command!", "all in one"], &["individual steps!", "individual commands!", "separate commands!", "separate steps!", "step by step!"]],
];
/// With what means are told.
const VIA: [&str; 9] = [
    "via",
    "using",
    "through",
    "uber",
    "mittels",
    "par",
    "por",
    "mediante",
    "через",
];
const WITH: [&str; 6] = ["with", "mit", "avec", "con", "com", "с"];
const WITHOUT: [&str; 6] = ["without", "ohne", "sans", "sin", "sem", "без"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::markdown::tests::plan;

    fn exclude(one: &str, other: &str, numbered: bool) -> bool {
        let of = |text| Qualified::of(text, numbered);
        of(one).is_some_and(|one| of(other).is_some_and(|other| one.excludes(other)))
    }

    #[test]
    fn manners_of_the_same_exclude_each_other() {
        for (one, other) in [
            ("Automated deployment", "Manual deployment"),
            ("Automatisches Deployment", "Manuelles Deployment"),
            ("Déploiement automatique", "Déploiement manuel"),
            ("Quick deploy", "Full deploy (slow)"),
            (
                "Standard migration (with downtime)",
                "Zero-downtime migration",
            ),
            ("Migration (standard)", "Migration (zero downtime)"),
            ("First-time deployment", "Subsequent deployments"),
            ("Blue/green deployment", "Rolling deployment"),
            ("Offline migration", "Online migration"),
            ("One-command migration", "Individual steps"),
            ("Standard release process", "Hotfix release process"),
            ("Deploy via GitHub Actions", "Deploy via CLI"),
            ("Deploy via the pipeline", "Deploy manually"),
            ("Deploy with Docker", "Deploy without Docker"),
        ] {
            assert!(exclude(one, other, false), "{one} / {other}");
        }
        for (one, other) in [
            ("Automated deployment", "Manual verification"),
            ("Online migrations", "Offline migrations"),
            ("Automated deployment", "Manual deployment checks"),
            ("Automated checks", "Manual checks"),
            ("Deployment", "Manual deployment"),
            ("Canary deployment", "Full deployment"),
            ("Partial rollout", "Full rollout"),
            ("Full backup", "Quick backup"),
            ("First deployment", "Second deployment"),
            ("Verify via the API", "Verify via the UI"),
            ("Deploy via Helm", "Migrate via Helm"),
            ("Deploy with Docker", "Deploy with Helm"),
            ("Deploy the API", "Deploy the UI"),
            ("Standard migration", "Standard migration"),
            ("Individual steps", "Verification"),
            ("Quick rollback", "Full rollback"),
            ("Initial setup", "Subsequent deployments"),
            ("", ""),
        ] {
            assert!(!exclude(one, other, false), "{one} / {other}");
        }
        assert!(!exclude("Deploy via Terraform", "Deploy via Helm", true));
        assert!(exclude("Quick deploy", "Full deploy", true));
    }

    #[test]
    fn numbered_items_may_be_done_in_turn_by_several_means() {
        let asks = |text: &str| -> Vec<bool> {
            let plan = plan(text);
            let steps = plan.steps.iter();
            steps.map(|step| step.spec.confirm.is_some()).collect()
        };
        let item =
            |mark: &str, name: &str| format!("{mark} {name}\n\n   ```sh\n   ./deploy\n   ```\n");
        let list = |first: &str, second: &str| {
            format!("## Deployment\n{}{}", item("1.", first), item("2.", second))
        };
        assert_eq!(
            asks(&list("Deploy via Terraform", "Deploy via Helm")),
            [false, false]
        );
        assert_eq!(asks(&list("Quick deploy", "Full deploy")), [true, true]);
    }
}
