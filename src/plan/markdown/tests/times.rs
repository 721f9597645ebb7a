use super::*;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn the_words_of_headings_are_understood() {
    for (text, wanted) in [
        ("15 minutes", Said::Length(secs(900))),
        ("~5 min", Said::Length(secs(300))),
        ("approx. 90 secs", Said::Length(secs(90))),
        ("1h 30m", Said::Length(secs(5400))),
        ("1.5 hours", Said::Length(secs(5400))),
        ("1 Week", Said::Length(secs(604_800))),
        ("5-10 min", Said::Between(secs(300), secs(600))),
        ("15–60 minutes", Said::Between(secs(900), secs(3600))),
        ("30 min - 1 hour", Said::Between(secs(1800), secs(3600))),
        ("15 to 60 minutes", Said::Between(secs(900), secs(3600))),
        ("< 5 minutes", Said::AtMost(secs(300))),
        ("Within 1 Week", Said::AtMost(secs(604_800))),
        ("within the first 15 minutes", Said::AtMost(secs(900))),
        ("within 24 hours of switchover", Said::AtMost(secs(86_400))),
        ("within 2 hours of the migration", Said::AtMost(secs(7200))),
        ("after 1 hour", Said::Beyond(secs(3600))),
        ("1 hour after the upgrade", Said::Place(3600)),
        ("> 60 minutes", Said::Beyond(secs(3600))),
        ("after 1 hour", Said::Beyond(secs(3600))),
        ("60+ minutes", Said::Beyond(secs(3600))),
        ("First Hour", Said::First(secs(3600))),
        ("First 24 Hours", Said::First(secs(86_400))),
        ("T-1 hour", Said::Place(-3600)),
        ("T-0", Said::Place(0)),
        ("T+0:07", Said::Place(7 * 60)),
        ("T-1:30", Said::Place(-90 * 60)),
        ("T+01:02:03", Said::Place(3723)),
        ("T+0:00 – T+0:10", Said::Stretch(0, 600)),
        ("T+15 min", Said::Place(900)),
        ("T minus 48 hours", Said::Place(-172_800)),
        ("D-1", Said::Place(-86_400)),
        ("1 Day Before", Said::Place(-86_400)),
        ("2 hours after", Said::Place(7200)),
        ("24-48 hours after", Said::Place(86_400)),
        ("1-2 days before", Said::Place(-172_800)),
        ("T-30 min to T-0", Said::Stretch(-1800, 0)),
        ("T-60 to T-30 min", Said::Stretch(-3600, -1800)),
        ("T+15 min - T+1 hour", Said::Stretch(900, 3600)),
        ("T-30 to T-0", Said::Stretch(-1800, 0)),
        ("T-30 to T-15", Said::Stretch(-1800, -900)),
        ("T-30", Said::Place(-1800)),
        ("T+25", Said::Place(1500)),
        ("T-0 – T+15", Said::Stretch(0, 900)),
        ("22:00 - 22:30", Said::Window(1320, secs(1800))),
        ("23:30–00:15 UTC", Said::Window(1410, secs(2700))),
        ("½ h", Said::Length(secs(1800))),
        ("1½ hours", Said::Length(secs(5400))),
        ("1:30 h", Said::Length(secs(5400))),
        ("90'", Said::Length(secs(5400))),
        ("timebox 20 min", Said::Length(secs(1200))),
        ("⏱ 20 min", Said::Length(secs(1200))),
        ("⏱\u{FE0F} 20 min", Said::Length(secs(1200))),
        ("Week -1", Said::Place(-604_800)),
        ("durée estimée 1 h 30", Said::Length(secs(5400))),
        ("所要 1時間30分", Said::Length(secs(5400))),
        ("作業30分前", Said::Place(-1800)),
    ] {
        assert_eq!(said(text), Some(wanted), "{text}");
    }
}

#[test]
fn other_words_are_left_alone() {
    for text in [
        "if needed",
        "within 24 hours of the incident",
        "within 2 hours of the data import",
        "recommended",
        "v1.2",
        "T-7",
        "T-7 to T-0",
        "T-0 to T-30",
        "22:00",
        "22:00 - 25:00",
        "1:75 h",
        "1:30 pm",
        "downtime: 5 min",
        "10:30-10:30",
        "2:1 - 3:1",
        "58 tables",
        "",
        "after",
        "first",
        "team",
        "Prisma",
        "d",
        "t",
        "-",
        "5-",
        "a",
    ] {
        assert_eq!(said(text), None, "{text}");
    }
}

#[test]
fn estimates_in_the_text_are_budgets() {
    assert_eq!(
        estimate("Estimated Time to Complete (mins) - 30"),
        Some(secs(1800))
    );
    assert_eq!(estimate("Duration: ~15 minutes"), Some(secs(900)));
    assert_eq!(estimate("Estimated time: 5-10 min"), Some(secs(600)));
    assert_eq!(estimate("Duration of the window"), None);
}
