//! German.

use super::Tongue;
use crate::plan::markdown::heading::Ordinal;
use crate::plan::markdown::phrases::Topic;

/// The words of German.
#[rustfmt::skip]
pub(super) const GERMAN: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["freigabe", "freigaben", "abnahme", "abnahmen", "unterschrift*", "genehmigung*", "abzeichnung*"]),
        (Topic::Contacts, &["kontakt*", "ansprechpartner*", "ansprechperson*", "rufbereitschaft", "bereitschaft", "eskalation*", "notfallkontakt*"]),
        (Topic::Criteria, &["abbruchkriteri*", "rollback kriteri*", "rollbackkriteri*", "ruckfallkriteri*", "entscheidungskriteri*", "wann zuruckrollen", "wann zuruckgerollt"]),
        (Topic::CriteriaBelowRollback, &["kriteri*", "ausloser", "entscheidung*", "bedingung*", "wann"]),
        (Topic::Alerts, &["schwellwert*", "schwellenwert*", "alarmschwelle*", "alarme", "alarmierung*", "grenzwert*"]),
        (Topic::Success, &["erfolgskriteri*", "akzeptanzkriteri*", "abnahmekriteri*"]),
        (Topic::Reference, &["beispiel*", "anhang", "glossar", "haufige fragen", "fehlersuche", "fehlerbehebung", "bewahrte verfahren", "vorlage*", "grundsatze", "prinzipien", "lokale entwicklung", "nachschlagen", "weiterfuhrend*"]),
        (Topic::Commands, &["befehle"]),
        (Topic::Prose, &["uberblick", "ubersicht", "hintergrund", "einleitung", "einfuhrung", "zusammenfassung", "zweck", "umfang", "ziel", "ziele", "risiken", "risiko", "risikobewertung", "zeitplan", "fazit", "hinweise", "bemerkungen", "beschreibung", "annahmen", "auswirkung*", "verantwortlich*", "anderungshistorie", "versionshistorie", "inhaltsverzeichnis", "kommunikationsplan"]),
        (Topic::Rollback, &["zuruckrollen", "ruckrollen", "ruckfall*", "ruckabwicklung", "ruckbau", "ruckkehr*", "zurucksetzen", "ruckgangig*"]),
    (Topic::Restore, &["wiederherstellung*", "wiederanlauf*", "notfall", "notfalle", "notfallplan*", "notfallprozedur*", "notfallverfahren", "notfallmassnahme*", "notfallhandbuch", "notfallablauf"]),
        (Topic::No, &["ohne", "kein", "keine", "keinen"]),
        (Topic::Rehearsal, &["probe*", "ubung*", "bereit"]),
        (Topic::Failure, &["fehl*", "problem*", "schief*", "scheiter*"]),
    (Topic::OrderLast, &["migrieren", "aktualisieren", "anlegen", "erstellen", "loschen", "entfernen", "deaktivieren", "aktivieren", "stummschalten", "abschalten", "einschalten", "umschalten", "neu starten", "laden", "umbenennen", "ersetzen", "installieren", "einspielen", "kopieren", "informieren", "benachrichtigen"]),
    (Topic::Fails, &["falls etwas schief*", "falls die migration fehl*", "falls das deployment fehl*", "im fehlerfall", "bei fehler*", "bei problem*", "wenn etwas schief*"]),
        (Topic::Staged, &["auslieferung*", "bereitstellung*", "umstellung*", "produktivsetzung*", "inbetriebnahme*", "datenbankmigration*", "datenmigration*", "wartung*", "anderung*", "einspielen", "freischaltung", "aktualisierung*"]),
        (Topic::Pre, &["vor dem", "vor der", "vor des"]),
        (Topic::Post, &["nach dem", "nach der"]),
        (Topic::BeforeStrong, &["voraussetzung*", "vorbedingung*", "vorab", "vorarbeit*"]),
        (Topic::AfterStrong, &["nachbereitung*", "nacharbeit*", "nachsorge"]),
        (Topic::Before, &["vorbereitung*", "vorbereiten", "planung", "sicherung*", "datensicherung*", "abstimmung", "bereitschaftsprufung"]),
        (Topic::Verify, &["prufung*", "uberprufung*", "prufen", "verifikation*", "verifizier*", "validierung*", "kontrolle*", "funktionstest*", "sichtprufung", "rauchtest*"]),
        (Topic::After, &["uberwachung*", "beobachtung*", "aufraumen", "aufraumarbeiten", "nachbesprechung", "ruckblick", "auswertung", "stabilisierung*"]),
        (Topic::Deploy, &["durchfuhrung*", "durchfuehrung*", "ausfuhrung*", "ausfuehrung*", "auslieferung*", "bereitstellung*", "produktivsetzung*", "inbetriebnahme*", "umstellung*", "umschaltung*", "datenbankmigration*", "datenmigration*", "einspielen", "ausrollen", "installation*", "umsetzung*"]),
        (Topic::Testing, &["tests", "testen"]),
        (Topic::Steps, &["schritte", "schritt", "vorgehen*", "ablauf*", "anleitung*", "aufgaben", "checkliste*", "arbeitsschritte"]),
        (Topic::Checklist, &["checkliste*"]),
        (Topic::And, &["und"]),
        (Topic::Small, &["der", "die", "das", "den", "und", "falls", "notig", "bei", "bedarf"]),
    ],
    ordinals: &[("schritt", Ordinal::Number), ("teil", Ordinal::Number), ("stufe", Ordinal::Phase), ("etappe", Ordinal::Phase), ("variante", Ordinal::Option), ("weg", Ordinal::Option)],
    either: &["oder", "alternativ", "andernfalls", "ansonsten"],
    expected: &["erwartet", "erwartete ausgabe", "erwartetes ergebnis", "soll"],
    lasts: &["geschatzte dauer", "geschatzte zeit", "dauer", "zeitbedarf", "zeitrahmen"],
    times: &[("minute", "minute"), ("minuten", "minutes"), ("min", "min"), ("stunde", "hour"), ("stunden", "hours"), ("std", "hours"), ("sekunde", "second"), ("sekunden", "seconds"), ("sek", "seconds"), ("tag", "day"), ("tage", "days"), ("tagen", "days"), ("woche", "week"), ("wochen", "weeks"), ("vorher", "before"), ("zuvor", "before"), ("danach", "after"), ("nachher", "after"), ("spater", "later"), ("etwa", "about"), ("ungefahr", "about"), ("rund", "about"), ("bis zu", "up to"), ("hochstens", "up to"), ("maximal", "up to"), ("unter", "under"), ("innerhalb von", "within"), ("mehr als", "more than"), ("uber", "over"), ("nach", "after"), ("bis", "to"), ("erste", "first"), ("ersten", "first"), ("die", "")],
    back: &["zuruckrollen", "ruckfall", "wiederherstellung"],
    back_if: &["zuruckrollen wenn", "zuruckrollen falls", "rollback wenn", "rollback falls", "abbruch wenn", "abbruch falls", "abbruchkriteri", "ausloser"],
    in_case: &["falls", "wenn", "nur falls", "nur wenn", "im fall", "im fehlerfall", "im notfall", "bei bedarf", "nur bei", "notfalls", "bei fehler", "bei fehlern", "bei problemen", "zum ruckgangigmachen", "zum zuruckrollen"],
    in_case_of: &["sollte", "sollten", "um", "nach"],
    choose: &["entscheid", "wahle", "auswahl", "entweder"],
    name: &["ansprechpartner", "person", "wer"],
    role: &["rolle", "funktion", "zustandig", "verantwort", "bereich", "aufgabe"],
    jobs: &["leiter", "leitung", "verantwortlich", "architekt", "entwickler", "betrieb"],
};
