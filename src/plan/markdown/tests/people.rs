//! Contacts and sign-offs in the forms in which people write them.

use super::{plan, titles};

fn contacts(text: &str) -> Vec<String> {
    let plan = plan(&format!("## Deployment\n- [ ] a\n## Contacts\n{text}"));
    let show = |part: &Option<String>| part.clone().unwrap_or("?".to_owned());
    plan.contacts
        .iter()
        .map(|c| format!("{}/{}/{}", c.role, show(&c.name), show(&c.reach)))
        .collect()
}

fn signoffs(text: &str) -> Vec<(String, Option<String>)> {
    let plan = plan(&format!("## Deployment\n- [ ] a\n## Sign-off\n{text}"));
    plan.signoffs
        .into_iter()
        .map(|s| (s.role, s.name))
        .collect()
}

#[test]
fn contacts_are_read_from_lists_lines_and_tables() {
    for (text, wanted) in [
        (
            "- **Lead:** Ada Byron - +44 123 456\n",
            "Lead/Ada Byron/+44 123 456",
        ),
        (
            "- **DBA**: Edgar Codd (edgar@shop.example)\n",
            "DBA/Edgar Codd/edgar@shop.example",
        ),
        ("* 📞 **On call:** #ops-pager\n", "On call/?/#ops-pager"),
        ("- **DBA:** [Name] - [Contact]\n", "DBA/?/?"),
        ("- **DBA:** ______\n", "DBA/?/?"),
        (
            "- Grace Hopper - DevOps lead - grace@shop.example\n",
            "DevOps lead/Grace Hopper/grace@shop.example",
        ),
        ("- [ ] **DBA lead:** Ada\n", "DBA lead/Ada/?"),
        (
            "- Ada Byron (DBA) - ada@shop.example\n",
            "DBA/Ada Byron/ada@shop.example",
        ),
        (
            "**Lead:** Ada, ada@shop.example\n",
            "Lead/Ada/ada@shop.example",
        ),
        (
            "| Role | Name | Phone | Chat |\n|-|-|-|-|\n| DBA | Ada | 123 | @ada |\n",
            "DBA/Ada/123 - @ada",
        ),
        ("| Name | Role |\n|-|-|\n| TBD | DBA |\n", "DBA/?/?"),
        (
            "| Who | When | How |\n|-|-|-|\n| Alice | office hours | +49 123 |\n",
            "office hours/Alice/+49 123",
        ),
        (
            "| Who | When | How |\n|-|-|-|\n| DBA on call | nights | +49 123 |\n",
            "DBA on call/?/nights - +49 123",
        ),
        (
            "| Team | Responsibility |\n|-|-|\n| Data | the migration |\n",
            "Data (the migration)/?/?",
        ),
        (
            "| Team | Name | Responsibility |\n|-|-|-|\n| Data | Ada | the migration |\n",
            "Data (the migration)/Ada/?",
        ),
        (
            "| Team member | Role | Phone |\n|-|-|-|\n| Carol | DBA | 123 |\n",
            "DBA/Carol/123",
        ),
        (
            "| Name | Job title |\n|-|-|\n| Ada | Architect |\n",
            "Architect/Ada/?",
        ),
        (
            "| Team | Team name |\n|-|-|\n| Data | The movers |\n",
            "Data/The movers/?",
        ),
    ] {
        assert_eq!(contacts(text), [wanted], "{text}");
    }
}

#[test]
fn what_is_no_contact_is_kept() {
    let text = "## Deployment\n- [ ] a\n## Contacts\n- See the wiki\n- [ ] The list is up to date\n\nRing twice.\n";
    let plan = plan(text);
    assert!(plan.contacts.is_empty());
    assert_eq!(
        titles(&plan),
        [("check", "a"), ("check", "The list is up to date")]
    );
    assert!(
        plan.notes[0].text.contains("See the wiki") && plan.notes[0].text.contains("Ring twice")
    );
}

#[test]
fn signatures_are_read_from_lines_tables_and_tasks() {
    for (text, role, name) in [
        ("**Lead:** ________ **Date:** ____\n", "Lead", None),
        (
            "**Lead:** Ada Byron **Date:** ____\n",
            "Lead",
            Some("Ada Byron"),
        ),
        ("- QA lead: ____\n", "QA lead", None),
        ("- [ ] Technical lead\n", "Technical lead", None),
        (
            "- [ ] Security team approval: ____\n",
            "Security team approval",
            None,
        ),
        ("Name: ____ Date: ____\n", "Sign-off", None),
        (
            "| Role | Name | Date |\n|-|-|-|\n| Owner | ****\\_**** | **_/_** |\n",
            "Owner",
            None,
        ),
        (
            "| Approver | Name |\n|-|-|\n| Owner | Ada |\n",
            "Owner",
            Some("Ada"),
        ),
        (
            "| Approver | Role | Date |\n|-|-|-|\n| Ada Byron | CTO | |\n",
            "CTO",
            Some("Ada Byron"),
        ),
        ("| Approver | Date |\n|-|-|\n| DBA | |\n", "DBA", None),
    ] {
        assert_eq!(
            signoffs(text),
            [(role.to_owned(), name.map(str::to_owned))],
            "{text}"
        );
    }
}

#[test]
fn tasks_that_nobody_signs_are_done_after_the_deployment() {
    let plan = plan(
        "## Deployment\n- [ ] a\n## Final sign-off\n- [ ] Send the report to everybody who asked for it\n- [ ] DBA\n",
    );
    assert_eq!(plan.phases[1].spec.kind, crate::plan::PhaseKind::After);
    assert_eq!(plan.signoffs[0].role, "DBA");
}

#[test]
fn a_box_that_is_ticked_is_a_signature_that_is_given() {
    let text = "## Deploy\n- [ ] go\n## Sign-off\n- [x] DBA (Kim)\n- [ ] Tech lead (Lee)\n- [x] QA: Robin\n- Product owner\n";
    let given = |signoff: &crate::plan::parts::Signoff| (signoff.role.clone(), signoff.given);
    let given: Vec<(String, bool)> = plan(text).signoffs.iter().map(given).collect();
    let given: Vec<(&str, bool)> = given
        .iter()
        .map(|(role, given)| (&**role, *given))
        .collect();
    assert_eq!(
        given,
        [
            ("DBA", true),
            ("Tech lead", false),
            ("QA", true),
            ("Product owner", false)
        ]
    );
}

#[test]
fn what_no_person_can_hold_is_kept() {
    let text = "## Deployment\n- [ ] a\n## Sign-off\n   2. Owner:\n    * [x] DBA w3w: # - [Contact]\n\n| Role | Name | Date |\n|-|-|-|\n| QA | Ada | after w4w |\n| Ops | ____ | [Date] |\n";
    let plan = plan(text);
    let notes: String = plan.notes.iter().map(|note| note.text.as_str()).collect();
    let people = format!("{:?}", plan.signoffs);
    assert!(people.contains("w3w") && notes.contains("w4w"), "{notes}");
    assert_eq!(plan.signoffs.len(), 3);
}

#[test]
fn who_signs_may_stand_in_a_list_without_boxes() {
    let text = "## Deploy\n- [ ] go\n## Approvals required\n- DBA\n- Security (Heidi)\n- Product owner — Bob\n- Ask the DBA for the password\n- Approved by: Judy\n- QA lead: Ivan 2026-01-01\n";
    let plan = plan(text);
    let signoffs: Vec<_> = plan
        .signoffs
        .iter()
        .map(|signoff| (signoff.role.as_str(), signoff.name.as_deref()))
        .collect();
    assert_eq!(
        signoffs,
        [
            ("DBA", None),
            ("Security", Some("Heidi")),
            ("Product owner", Some("Bob")),
            ("Approvals required", Some("Judy")),
            ("QA lead", Some("Ivan")),
        ]
    );
    let notes: Vec<_> = plan.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(notes.concat().contains("2026-01-01") && notes.concat().contains("password"));
}

#[test]
fn a_time_is_not_how_to_reach_somebody() {
    let plan = plan(
        "## Deploy\n- [ ] go\n## Escalation\n- L1: on-call engineer (5 min)\n- L2: Ann (555 1234)\n",
    );
    let reach: Vec<_> = plan.contacts.iter().map(|c| c.reach.as_deref()).collect();
    assert_eq!(reach, [None, Some("555 1234")]);
    assert!(plan.notes.iter().any(|note| note.text.contains("5 min")));
}

#[test]
fn a_word_that_may_be_a_place_to_sign_is_one_where_it_looks_like_one() {
    let signs = |heading: &str, text: &str| {
        let plan = plan(&format!("## Deployment\n- [ ] a\n## {heading}\n{text}"));
        plan.signoffs.len()
    };
    let table = "| Rôle | Nom | Date |\n|-|-|-|\n| DBA | | |\n";
    assert_eq!(signs("Visa", table), 1);
    assert_eq!(signs("Firma", "- DBA: ______\n- QA lead: ______\n"), 2);
    for (heading, text) in [
        ("Visa", "Charge a card.\n"),
        ("Visa", "- [ ] Migrate the cards\n"),
        ("Firma", "- Name: ACME GmbH\n- Ort: Bonn\n"),
        ("Firma", ""),
    ] {
        assert_eq!(signs(heading, text), 0, "{heading}: {text}");
    }
}

#[test]
fn what_is_told_of_a_document_is_no_contact() {
    let person = "- DBA: Ann - +1 555 0100\n";
    for footer in [
        "\n---\n**Document created on:** 2025-01-02\n**Owner:** Platform\n",
        "\n*Last updated: 2025-01-02*\n",
        "- Version: 1.2\n",
        "- Escalate to L2 if: the rollback hangs\n",
        "\nLetzte Aktualisierung: 2.1.2025\n",
        "\n**Dernière mise à jour :** 2025-01-02\n",
        "\n最終更新：2025-01-02\n",
    ] {
        let found = contacts(&format!("{person}{footer}"));
        assert_eq!(found, ["DBA/Ann/+1 555 0100"], "{footer}");
    }
    for (line, wanted) in [
        (
            "- Status page: https://status.shop.example\n",
            "Status page/?/https://status.shop.example",
        ),
        (
            "\n---\nOwner: Kim, kim@shop.example\n",
            "Owner/Kim/kim@shop.example",
        ),
    ] {
        let found = contacts(&format!("{person}{line}"));
        assert_eq!(found.last().map(String::as_str), Some(wanted), "{line}");
    }
    let counted = "| # | Name | Role | Phone |\n|-|-|-|-|\n| 1 | Ann | DBA | 123 |\n";
    assert_eq!(contacts(counted), ["DBA/Ann/123"]);
}
