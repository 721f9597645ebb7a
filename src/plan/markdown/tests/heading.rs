use super::*;

fn name(text: &str) -> (Vec<Said>, String) {
    Title::new(text).read(Some)
}

#[test]
fn times_in_parentheses_are_taken_out_of_the_name() {
    let (times, text) = name("🎯 Phase 1: Final Verification (15 minutes)");
    assert_eq!(text, "Phase 1: Final Verification");
    assert_eq!(times.len(), 1);
    let (times, text) = name("T-60 min — Freeze (team) [~5 min]");
    assert_eq!(text, "T-60 min — Freeze (team)");
    assert_eq!(times.len(), 2);
    assert_eq!(
        name("Restore (if needed)"),
        (vec![], "Restore (if needed)".to_owned())
    );
    assert_eq!(name("(15 minutes)").1, "(15 minutes)");
    assert_eq!(name("é (5 min)(").1, "é (");
    assert_eq!(name("T minus 1 day: freeze").0, [Said::Place(-86_400)]);
    assert_eq!(name("T minus one and a half").0, []);
    assert_eq!(name("Team minus 1 day").0, []);
}

#[test]
fn a_time_at_the_end_is_taken_out_of_the_name() {
    let minutes = |n: u64| std::time::Duration::from_secs(n * 60);
    for (text, said, left) in [
        ("Migrate – 10 minutes", Said::Length(minutes(10)), "Migrate"),
        (
            "Migrate - 5-10 min",
            Said::Between(minutes(5), minutes(10)),
            "Migrate",
        ),
        (
            "Rollback within 15 minutes",
            Said::AtMost(minutes(15)),
            "Rollback",
        ),
        (
            "Rollback in the first 15 minutes",
            Said::AtMost(minutes(15)),
            "Rollback",
        ),
        (
            "Rollback innerhalb von 15 Minuten",
            Said::AtMost(minutes(15)),
            "Rollback",
        ),
        (
            "Rollback more than 24 hours later",
            Said::Beyond(minutes(24 * 60)),
            "Rollback",
        ),
    ] {
        assert_eq!(name(text), (vec![said], left.to_owned()), "{text}");
    }
    for text in [
        "Purge rows after 30 days",
        "Verify orders within 15 minutes",
        "Restore the last 24 hours",
        "Rollback - see below",
        "- 10 minutes",
    ] {
        assert_eq!(name(text).0, [], "{text}");
    }
}

#[test]
fn headings_count_phases_options_and_steps() {
    for (text, wanted) in [
        ("Phase 2: Go", Some(Ordinal::Phase)),
        ("Stage II", Some(Ordinal::Phase)),
        ("Option A", Some(Ordinal::Option)),
        ("Method 3: Window", Some(Ordinal::Option)),
        ("Strategy 2", Some(Ordinal::Option)),
        ("Scenario A: the table is there", Some(Ordinal::Case)),
        ("Case 2", Some(Ordinal::Case)),
        ("Test case 1", None),
        ("Case studies", None),
        ("6. Migrate", Some(Ordinal::Number)),
        ("2.1 Migrate", Some(Ordinal::Number)),
        ("Step 4", Some(Ordinal::Number)),
        ("Option values", None),
        ("24 Hours", Some(Ordinal::Number)),
        ("3rd party", None),
        ("Phase out", None),
    ] {
        assert_eq!(ordinal(text), wanted, "{text}");
    }
}

#[test]
fn an_id_in_braces_is_no_part_of_the_name() {
    let title = Title::new("Go live {#go}");
    assert_eq!(
        (title.text.as_str(), title.id.as_deref()),
        ("Go live", Some("go"))
    );
    assert_eq!(
        Title::new("Release {{version}}").text,
        "Release {{version}}"
    );
}
