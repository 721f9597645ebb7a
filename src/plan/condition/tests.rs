use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Condition, BadCondition> {
    let condition = Condition::new(text, Origin::default());
    match condition.problem() {
        Some(bad) => Err(bad.clone()),
        None => Ok(condition),
    }
}

/// Weighs `text` by pairs such as `main.size=12`.
fn weigh(text: &str, known: &[&str]) -> Option<bool> {
    let known: HashMap<&str, &str> = known
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let condition = parse(text).unwrap_or_else(|bad| panic!("{text}: {bad:?}"));
    let value = |fact: &Fact| {
        let found = known.get(fact.to_string().as_str());
        found
            .map(|value| (*value).to_owned())
            .ok_or("not said".to_owned())
    };
    condition.weigh(&value).holds
}

#[test]
fn everything_that_can_be_asked_is_answered() {
    let known = [
        "release=v17",
        "count=12",
        "maintenance=yes",
        "step.take-a-backup=passed",
        "main.version=15.10",
        "main.size=45097156608",
        "main.table.orders=true",
        "main.rows.audit.log=0",
        "main.replica=false",
        "api.latency_p95=250",
        "main.table.Odd Name=true",
    ];
    for (text, wanted) in [
        ("release == 'v17'", true),
        ("{{ release }} = \"v17\"", true),
        ("release != v18 or true == maintenance", true),
        ("count > 9", true),
        ("12 <= count", true),
        ("count < 9", false),
        ("maintenance", true),
        ("not maintenance", false),
        ("step.take-a-backup == passed", true),
        ("passed == step.take-a-backup", true),
        ("step.take-a-backup != 'failed'", true),
        ("main.version >= 15", true),
        ("main.version == 15", true),
        ("main.version > 15.9", true),
        ("main.version < '15.10.1'", false),
        ("main.size > 40 GB and main.size < 42.5GB", true),
        ("main.table.orders && !main.replica", true),
        ("main.rows.audit.log == 0", true),
        ("main.table.\"Odd Name\"", true),
        ("api.latency_p95 < 300", true),
        ("(maintenance or main.replica) and not (count == 1)", true),
    ] {
        // `v18` is a variable that nobody knows: the rest decides.
        assert_eq!(weigh(text, &known), Some(wanted), "{text}");
    }
}

#[test]
fn what_is_not_known_decides_nothing() {
    for (text, wanted) in [
        ("a == 'x'", None),
        ("not a", None),
        ("a and b", None),
        ("a or yes == b", Some(true)),
        ("a and no == b", Some(false)),
        ("main.size > 1 GB", None),
        ("b > 3", None),
        ("(a or b) and b", Some(true)),
    ] {
        assert_eq!(weigh(text, &["b=yes"]), wanted, "{text}");
    }
    assert_eq!(weigh("b", &["b=perhaps"]), None);
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    for (text, place, why) in [
        ("", "", "a name or a value is expected here"),
        ("a ==", "", "a name or a value is expected here"),
        ("a b", "b", "`and`, `or` or the end is expected here"),
        ("(a", "(", "the bracket is not closed"),
        ("a == 'x", "'x", "the quote is not closed"),
        ("a # b", "#", "`#` means nothing here"),
        (
            "main.size",
            "main.size",
            "`main.size` is a number: compare it with something",
        ),
        (
            "step.x",
            "step.x",
            "`step.x` is a step's status: compare it with something",
        ),
        (
            "step.x == done",
            "done",
            "`done` is not a status: pending, running, passed, failed, skipped, unknown, undone, stuck",
        ),
        (
            "main.size > 'big'",
            "'big'",
            "`main.size` is a number, and is compared with something else",
        ),
        (
            "main.size > 1.2.3",
            "1.2.3",
            "`main.size` is a number, and is compared with something else",
        ),
        (
            "main.replica == 1",
            "1",
            "`main.replica` is so or not so, and is compared with something else",
        ),
        (
            "a > 'b'",
            ">",
            "only numbers and versions are more or less: use `==` or `!=`",
        ),
        (
            "step.x > passed",
            ">",
            "only numbers and versions are more or less: use `==` or `!=`",
        ),
        (
            "1 == 1",
            "1",
            "two values are compared: the result is always the same",
        ),
        ("'a'", "'a'", "a value alone says nothing"),
        (
            "main.size > 3 parsecs",
            "parsecs",
            "`and`, `or` or the end is expected here",
        ),
        (
            "main.size > 3XB",
            "3X",
            "a number with a unit that is not known: kB, MB, GB, TB or %",
        ),
        (
            "main.table",
            "main.table",
            "this is not the name of anything: `main.table.NAME`, `main.rows.NAME`",
        ),
        ("a. == 1", "a. ", "a name is missing behind the dot"),
    ] {
        let bad = parse(text).unwrap_err();
        assert_eq!(
            (&text[bad.range.clone()], bad.why.as_str()),
            (place, why),
            "{text}"
        );
    }
    let deep = "(".repeat(100_000);
    assert_eq!(parse(&deep).unwrap_err().why, "it is nested too deep");
}

#[test]
fn what_was_seen_is_told_in_words() {
    let condition = parse("main.size > 40 GB and main.size < 1 TB and a == 'x' and b").unwrap();
    let weighed = condition.weigh(&|fact| match fact {
        Fact::Size(_) => Ok("13207024435".to_owned()),
        Fact::Variable(name) if name == "b" => Ok(String::new()),
        _ => Err("it has no value".to_owned()),
    });
    assert_eq!(
        weighed.words(),
        "main.size is 12.3 GB, a is not known: it has no value, b is empty"
    );
    assert_eq!(weighed.holds, Some(false));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_stops_the_reader(text in "[a-z. ()!=<>&|'\"0-9{}-]{0,40}|\\PC{0,20}") {
        if let Err(bad) = parse(&text) {
            prop_assert!(text.get(bad.range).is_some(), "{text:?}");
        }
    }

    /// Whoever knows less never comes to the opposite answer.
    #[test]
    fn what_is_learned_never_turns_an_answer_around(
        text in "(not )?[a-c]( (and|or) (not )?[a-c]){0,4}",
        values in prop::array::uniform3(prop::option::of(any::<bool>())),
        hidden in prop::array::uniform3(any::<bool>()),
    ) {
        let answer = |hide: bool| {
            let value = |fact: &Fact| {
                let ix = ["a", "b", "c"].iter().position(|name| *name == fact.to_string());
                let ix = ix.unwrap_or(0);
                let known = values[ix].filter(|_| !(hide && hidden[ix]));
                known.map(|known| known.to_string()).ok_or_else(String::new)
            };
            parse(&text).map(|condition| condition.weigh(&value).holds)
        };
        let (less, more) = (answer(true).unwrap(), answer(false).unwrap());
        prop_assert!(less.is_none() || less == more);
    }
}
