//! What the words of headings say.

use super::*;
use crate::plan::markdown::names::heading::Title;

fn kind(text: &str) -> Option<(PhaseKind, Weight)> {
    let stage = Words::new(text).meaning().stage?;
    Some((stage.kind, stage.weight))
}

#[test]
fn headings_say_what_they_are_for() {
    use PhaseKind::{After, Before, Deploy, Verify};
    use Weight::{Faint, Strong, Weak};
    for (text, wanted) in [
        ("Pre-Deployment Checklist", (Before, Strong)),
        ("Preflight", (Before, Strong)),
        ("6. Pre-migration steps", (Before, Strong)),
        ("Before the release", (Before, Strong)),
        ("Planning", (Before, Weak)),
        ("Backup strategy", (Before, Weak)),
        ("Release readiness", (Before, Weak)),
        ("Migration execution", (Deploy, Strong)),
        (
            "Change Steps - steps to take to execute the change",
            (Deploy, Strong),
        ),
        ("During Deployment", (Deploy, Strong)),
        ("Deployment Day", (Deploy, Faint)),
        ("Phase 1: Final Verification", (Verify, Weak)),
        ("Deployment Validation", (Verify, Weak)),
        ("Smoke Tests", (Verify, Weak)),
        ("Testing", (Verify, Faint)),
        ("Post-migration", (Verify, Strong)),
        ("Post-Migration Verification", (Verify, Strong)),
        ("Post-Deployment Verification", (Verify, Strong)),
        ("Post-Deployment Review", (After, Strong)),
        ("Post-Deployment", (After, Strong)),
        ("After the deployment", (After, Strong)),
        ("Follow-up", (After, Strong)),
        ("Monitoring during migration", (After, Weak)),
    ] {
        assert_eq!(kind(text), Some(wanted), "{text}");
    }
    for text in [
        "Database",
        "Team",
        "",
        "Communication",
        "Presentation",
        "Tasks",
    ] {
        assert_eq!(kind(text), None, "{text}");
    }
}

#[test]
fn headings_of_what_is_no_phase_are_told_apart() {
    for (text, wanted) in [
        ("Rollback Procedure (If Needed)", Some(Sense::Rollback)),
        ("Back-out plan", Some(Sense::Rollback)),
        ("If the migration fails", Some(Sense::Rollback)),
        ("Emergency Contacts", Some(Sense::Contacts)),
        ("Triggers for Rollback", Some(Sense::Criteria)),
        ("Alert Thresholds", Some(Sense::Alerts)),
        ("Final Sign-off", Some(Sense::Signoff)),
        ("Success Criteria", Some(Sense::Success)),
        ("Quick Commands Reference", Some(Sense::Reference)),
        ("Monitoring Commands", Some(Sense::Reference)),
        ("Rollback Commands", Some(Sense::Rollback)),
        ("Don'ts", Some(Sense::Reference)),
        ("Risk Assessment", Some(Sense::Prose)),
        ("Communication Plan", Some(Sense::Prose)),
        ("Rollback rehearsal", None),
        (
            "Rollback rehearsal and failed-cutover rollback",
            Some(Sense::Rollback),
        ),
        ("Rollback test and rollback drill", None),
        ("Test the rollback and the restore", None),
        ("Cutover sign-off criteria", Some(Sense::Success)),
        ("Freigabekriterien", Some(Sense::Success)),
        ("Deployment and rollback", None),
        ("Post-Deployment Support", None),
        ("Migrate reference data", None),
        ("Update email templates", None),
        ("3. Update email templates", None),
        ("Email templates", Some(Sense::Reference)),
        ("Migration types", Some(Sense::Reference)),
        ("Types of migrations", Some(Sense::Reference)),
        ("Example: migrate a column", Some(Sense::Reference)),
        ("Silence alerts", None),
        ("Step 2: Disable alerts", None),
        ("Automated alerts", Some(Sense::Alerts)),
        ("Run the migration (no rollback possible)", None),
        ("Migration (no rollback after this)", None),
        ("Migration without automatic rollback", None),
        ("Deploy with automatic rollback", None),
        ("Migration ohne Rollback", None),
        ("Migration rollback", Some(Sense::Rollback)),
        ("Deployment rollback plan", Some(Sense::Rollback)),
        ("Restore the database (rollback)", Some(Sense::Rollback)),
        ("Verify recovery point", None),
        ("Emergency maintenance window", None),
        ("Emergency release", None),
        ("Migrate the rollback table", None),
        ("3. Migrate rollback tables", None),
        ("Migrate back: rollback", Some(Sense::Rollback)),
        ("Migrate the rollback database", Some(Sense::Rollback)),
        ("Apply the rollback script", Some(Sense::Rollback)),
        ("Execute rollback", Some(Sense::Rollback)),
        ("紧急发布", None),
        ("紧急发布步骤", Some(Sense::Rollback)),
        ("应急预案", Some(Sense::Rollback)),
        ("部署应急预案", Some(Sense::Rollback)),
        ("Despliegue de emergencia", None),
        (
            "Plan de emergencia para el despliegue",
            Some(Sense::Rollback),
        ),
        ("Procedimiento de emergencia", Some(Sense::Rollback)),
        ("Déploiement d'urgence", None),
        ("Plan d'urgence", Some(Sense::Rollback)),
        ("Implantação de emergência", None),
        ("Аварийное развёртывание", None),
        ("План аварийного восстановления", Some(Sense::Rollback)),
        ("Emergency procedures", Some(Sense::Rollback)),
        ("Emergency stop", Some(Sense::Rollback)),
        ("Fallback DNS entry", None),
        ("Fallback to the previous version", Some(Sense::Rollback)),
        ("Undo old feature flags", None),
        ("Undo the migration", Some(Sense::Rollback)),
        ("Disaster recovery plan", Some(Sense::Rollback)),
        ("Recovery from failed migration", Some(Sense::Rollback)),
        ("Point-in-time recovery", Some(Sense::Rollback)),
        ("Deployment commands", None),
        ("Load reference data", None),
        ("Wiederherstellungspunkt prüfen", None),
        ("Wiederherstellung der Datenbank", Some(Sense::Rollback)),
        ("Notfallfenster öffnen", None),
        ("Notfallplan", Some(Sense::Rollback)),
        ("E-Mail-Vorlagen aktualisieren", None),
        ("Vorlagen", Some(Sense::Reference)),
        ("Mettre à jour les modèles", None),
        ("Actualizar las plantillas", None),
    ] {
        assert_eq!(Title::new(text).meaning.sense, wanted, "{text}");
    }
    assert!(Words::new("Rollback Process").is_plain_rollback());
    assert!(!Words::new("Manual rollback process").is_plain_rollback());
}
