use super::*;

fn value(text: &str) -> Comparison {
    Comparison::parse(text).unwrap()
}

#[test]
fn numbers_compare_as_numbers_and_text_as_text() {
    assert!(value(">= 58").holds("58"));
    assert!(value(">= 58").holds(" 100\n"));
    assert!(!value(">= 58").holds("9"));
    assert!(!value(">= 58").holds("many"));
    assert!(value("= 1.0").holds("1"));
    assert!(value("!= 0").holds("3"));
    assert!(value("up").holds("up"));
    assert!(!value("= up").holds("down"));
    assert!(!value("< 5").holds("NaN"));
}

#[test]
fn comparisons_print_as_they_are_written() {
    for text in [">= 58", "<= 1", "> 2", "< 3", "= 4", "!= 5"] {
        assert_eq!(value(text).to_string(), text);
    }
    assert!(Comparison::parse(">=").is_err());
    assert!(Comparison::parse("> soon").is_err());
}

#[test]
fn every_expectation_is_judged_and_success_is_the_default() {
    let plain = Expect::default();
    let seen = Observed {
        exit: Some(1),
        ..Observed::default()
    };
    assert!(!plain.judge(&seen)[0].met);

    let expect = Expect {
        exit: vec![0, 1],
        output: Some("up to date".into()),
        value: Some(value(">= 2")),
        ..Expect::default()
    };
    let seen = Observed {
        exit: Some(1),
        output_found: true,
        value: Some("1".into()),
        ..Observed::default()
    };
    let met: Vec<bool> = expect.judge(&seen).iter().map(|e| e.met).collect();
    assert_eq!(met, [true, true, false]);
}

#[test]
fn http_answers_are_judged_by_status_and_time() {
    let expect = Expect {
        within: Some(Duration::from_millis(500)),
        ..Expect::default()
    };
    let seen = Observed {
        status: Some(503),
        took: Some(Duration::from_millis(20)),
        ..Observed::default()
    };
    let evidence = expect.judge(&seen);
    assert_eq!(evidence[0].expected, "status 200 to 299");
    assert!(!evidence[0].met);
    assert!(evidence[1].met);
}

#[test]
fn a_value_that_never_came_is_not_met() {
    let expect = Expect {
        value: Some(value("= 1")),
        ..Expect::default()
    };
    let evidence = expect.judge(&Observed::default());
    assert_eq!(evidence[0].got, "no value");
    assert!(!evidence[0].met);
}

#[test]
fn variables_in_expectations_match_what_they_hold_and_nothing_else() {
    let pattern = |text: &str| Some(super::Pattern::with_variables(text).unwrap());
    let expect = Expect {
        output: Some("release {{v}}".into()),
        regex: pattern(r"^{{v}} is (up|down)$"),
        value: Some(Comparison::parse(">= {{v}}").unwrap()),
        ..Expect::default()
    };
    let texts: Vec<String> = expect.texts().iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["release {{v}}", "^{{v}} is (up|down)$", "{{v}}"]);
    assert!(
        expect
            .lines()
            .contains(&"a line matches /^{{v}} is (up|down)$/".to_owned())
    );
    let filled = expect.filled(|text| Ok::<_, ()>(text.replace("{{v}}", "1.5")));
    let filled = filled.unwrap();
    assert_eq!(filled.output.as_deref(), Some("release 1.5"));
    let regex = filled.regex.unwrap();
    assert!(regex.is_match("1.5 is up") && !regex.is_match("1x5 is up"));
    assert!(filled.value.unwrap().holds("1.6"));
    assert!(super::Pattern::with_variables("({{v}}").is_err());
}

#[test]
fn what_a_probe_is_answered_is_searched_for_json() {
    let expect = Expect {
        json: vec![InJson::parse(".lag < 5").unwrap()],
        ..Expect::default()
    };
    assert!(expect.reads_output() && !expect.is_plain());
    let judged = |output: &str| {
        let evidence = expect.judge(&expect.searched(output));
        (evidence[0].met, evidence[0].got.clone())
    };
    assert_eq!(judged("{\"lag\": 4}"), (true, "4".to_owned()));
    assert_eq!(judged("{\"lag\": 7}"), (false, "7".to_owned()));
    assert_eq!(judged("busy"), (false, "there is no JSON".to_owned()));
    let filled = Expect {
        json: vec![InJson::parse(".lag < {{most}}").unwrap()],
        ..Expect::default()
    };
    assert_eq!(filled.texts(), ["{{most}}"]);
    let filled = filled.filled(|text| Ok::<_, ()>(text.replace("{{most}}", "3")));
    assert_eq!(filled.unwrap().lines(), ["JSON .lag < 3"]);
}
