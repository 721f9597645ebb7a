//! French.

use super::Tongue;
use crate::plan::markdown::heading::Ordinal;
use crate::plan::markdown::phrases::Topic;

/// The words of French.
#[rustfmt::skip]
pub(super) const FRENCH: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["signature*", "approbation*", "accord", "visa", "visas", "feu vert"]),
        (Topic::Contacts, &["interlocuteur*", "astreinte", "escalade"]),
        (Topic::Criteria, &["critere* de retour*", "criteres de retour*", "critere de retour*", "criteres de rollback", "criteres d abandon", "conditions de retour*", "quand revenir*", "declencheur*"]),
        (Topic::CriteriaBelowRollback, &["critere*", "decision*", "condition*", "quand"]),
        (Topic::Alerts, &["seuil*", "seuils d alerte", "alertes"]),
        (Topic::Success, &["criteres de succes", "criteres de reussite", "criteres d acceptation", "indicateurs de succes"]),
        (Topic::Reference, &["exemple*", "annexe*", "glossaire", "depannage", "bonnes pratiques", "modele*", "aide memoire", "developpement local", "voir aussi"]),
        (Topic::Commands, &["commandes"]),
        (Topic::Prose, &["apercu", "vue d ensemble", "contexte", "introduction", "resume", "objectif*", "perimetre", "portee", "risque*", "calendrier", "remarque*", "description", "hypotheses", "impact*", "responsabilites", "historique", "sommaire", "table des matieres", "plan de communication"]),
        (Topic::Rollback, &["retour arriere*", "retour en arriere*", "plan de repli", "repli", "annulation*", "marche arriere"]),
        (Topic::Restore, &["restauration*", "reprise apres*", "secours"]),
        (Topic::Urgent, &["urgence*"]),
        (Topic::Moves, &["migrer"]),
        (Topic::No, &["sans", "aucun"]),
        (Topic::Rehearsal, &["repetition*", "exercice*"]),
        (Topic::Failure, &["echou*", "echec*", "erreur*", "probleme*"]),
    (Topic::Order, &["migrer", "mettre a jour", "charger", "recharger", "importer", "copier", "creer", "supprimer", "desactiver", "activer", "couper", "redemarrer", "executer", "lancer", "appliquer", "installer", "remplacer", "renommer", "purger"]),
    (Topic::Fails, &["en cas d echec*", "en cas de probleme*", "en cas d erreur*", "si quelque chose*", "si la migration echoue*", "si le deploiement echoue*"]),
        (Topic::Staged, &["deploiement*", "mise en production*", "mise a jour*", "mep", "livraison*", "bascule*", "basculement*", "intervention*"]),
        (Topic::Pre, &["avant le", "avant la", "avant l", "avant"]),
        (Topic::Post, &["apres le", "apres la", "apres l", "apres"]),
        (Topic::BeforeStrong, &["prerequis", "pre requis", "prealable*", "au prealable"]),
        (Topic::AfterStrong, &["suivi post*", "bilan"]),
        (Topic::Before, &["preparation*", "preparatifs", "sauvegarde*", "planification*"]),
        (Topic::Verify, &["verification*", "validation*", "controle*", "tests fonctionnels", "recette"]),
        (Topic::After, &["surveillance*", "supervision*", "nettoyage*", "suivi", "observation*", "retour d experience"]),
        (Topic::Deploy, &["deploiement*", "mise en production*", "mise en service", "mise a jour*", "mep", "execution*", "bascule*", "basculement*", "livraison*", "realisation*"]),
        (Topic::Testing, &["essais"]),
        (Topic::Steps, &["etapes", "etape", "procedure*", "mode operatoire", "marche a suivre", "liste de controle", "taches", "deroulement", "deroule"]),
        (Topic::Checklist, &["liste de controle", "liste de verification"]),
        (Topic::And, &["et"]),
        (Topic::Small, &["le", "la", "les", "de", "du", "des", "en", "et", "plan", "si", "necessaire", "besoin"]),
    ],
    ordinals: &[("etape", Ordinal::Number), ("partie", Ordinal::Number), ("variante", Ordinal::Option), ("methode", Ordinal::Option)],
    either: &["ou", "ou bien", "ou alors", "alternativement", "sinon"],
    expected: &["attendu", "resultat attendu", "sortie attendue", "resultats attendus"],
    lasts: &["duree estimee", "duree", "temps estime", "temps prevu", "duree prevue"],
    times: &[("minute", "minute"), ("minutes", "minutes"), ("mn", "minutes"), ("heure", "hour"), ("heures", "hours"), ("seconde", "second"), ("secondes", "seconds"), ("jour", "day"), ("jours", "days"), ("semaine", "week"), ("semaines", "weeks"), ("avant", "before"), ("apres", "after"), ("environ", "about"), ("moins de", "less than"), ("jusqu a", "up to"), ("plus de", "more than"), ("au dela de", "beyond"), ("a", "to"), ("premiere", "first"), ("premieres", "first"), ("premier", "first"), ("premiers", "first"), ("dans les", "within")],
    back: &["retour arriere", "retour en arriere", "restauration"],
    back_if: &["retour arriere si", "retour en arriere si", "rollback si", "revenir en arriere si", "abandon si", "annuler si"],
    in_case: &["si", "s'il", "s’il", "au besoin", "seulement si", "uniquement si", "en cas", "pour annuler", "pour revenir en arriere"],
    in_case_of: &["quand", "lorsque", "pour", "apres"],
    choose: &["decider", "choisir", "soit"],
    name: &["nom", "personne", "qui"],
    role: &["fonction", "responsab", "equipe", "poste"],
    jobs: &["responsable", "chef", "administrateur", "architecte", "developpeur", "exploitation"],
};
