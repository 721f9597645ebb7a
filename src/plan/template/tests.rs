use super::*;

fn hole(literal: &str, var: &str) -> Hole {
    Hole {
        literal: literal.into(),
        var: var.into(),
    }
}

fn shell(text: &str, value: &str) -> String {
    fill(text, &[], Language::Shell, |_| Lookup::Value(value))
        .unwrap()
        .text
}

fn sql(text: &str, value: &str) -> Result<String, FillError> {
    fill(text, &[], Language::Sql, |_| Lookup::Value(value)).map(|filled| filled.text)
}

#[test]
fn values_reach_a_shell_as_variables_whatever_quotes_surround_them() {
    assert_eq!(shell("echo {{x}}", "a b"), "echo \"${GONOGO_VAR_x}\"");
    assert_eq!(
        shell("echo \"a {{ x }}\"", "$(rm)"),
        "echo \"a ${GONOGO_VAR_x}\""
    );
    assert_eq!(
        shell("echo '{{x}}'", "it's"),
        "echo ''\"${GONOGO_VAR_x}\"''"
    );
    assert_eq!(
        shell("cat <<E\n{{x}}\nE", "v"),
        "cat <<E\n${GONOGO_VAR_x}\nE"
    );
    assert_eq!(shell("echo a # {{x}}", "v"), "echo a # ");
}

#[test]
fn in_arithmetic_only_a_number_is_a_value() {
    let text = "echo $(( {{x}} + 1 ))";
    assert_eq!(shell(text, "-7"), "echo $(( ${GONOGO_VAR_x} + 1 ))");
    for value in ["a[$(rm)]", "x", "", "-"] {
        let filled = fill(text, &[], Language::Shell, |_| Lookup::Value(value));
        assert!(filled.is_err(), "{value}");
    }
}

#[test]
fn the_values_travel_in_the_environment() {
    let filled = fill("a {{t-1}} '{{t-1}}'", &[], Language::Shell, |_| {
        Lookup::Value("s3cret")
    })
    .unwrap();
    assert_eq!(
        filled.env,
        [("GONOGO_VAR_t_1".to_owned(), "s3cret".to_owned())]
    );
    assert!(!filled.text.contains("s3cret"));
}

#[test]
fn names_that_come_to_the_same_variable_keep_their_own_values() {
    let filled = fill("a {{t-1}} {{t_1}} {{t-1}}", &[], Language::Shell, |name| {
        Lookup::Value(if name == "t-1" { "one" } else { "two" })
    })
    .unwrap();
    assert_eq!(
        filled.text,
        "a \"${GONOGO_VAR_t_1}\" \"${GONOGO_VAR_t_1_}\" \"${GONOGO_VAR_t_1}\""
    );
    let env = [("GONOGO_VAR_t_1", "one"), ("GONOGO_VAR_t_1_", "two")];
    assert_eq!(
        filled.env,
        env.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn values_in_sql_stay_values() {
    assert_eq!(
        sql("select '{{x}}'", "O'Hara"),
        Ok("select 'O''Hara'".into())
    );
    assert_eq!(
        sql("select \"{{x}}\"", "a\"b"),
        Ok("select \"a\"\"b\"".into())
    );
    assert_eq!(
        sql("select * from {{x}}", "public.orders"),
        Ok("select * from public.orders".into())
    );
    assert_eq!(sql("limit {{x}}", "-1.5"), Ok("limit -1.5".into()));
    assert!(sql("select {{x}}", "1; drop table t").is_err());
    assert_eq!(
        sql("-- it's\nselect {{x}}", "a"),
        Ok("-- it's\nselect a".into())
    );
}

#[test]
fn values_in_sql_end_nothing_that_they_stand_in() {
    for text in [
        "do $$ begin perform '{{x}}'; end $$",
        "select E'{{x}}'",
        "select e'a''{{x}}'",
    ] {
        let refused = [
            "*/ drop table t; --",
            "'); drop table t; --",
            "\\'; drop table t; --",
            "a\nb",
            "$$",
        ];
        for value in refused {
            assert!(sql(text, value).is_err(), "{text} with {value}");
        }
        assert_eq!(sql(text, "v1.2"), Ok(text.replace("{{x}}", "v1.2")));
    }
    for text in ["/* {{x}} */ select 1", "-- {{x}}\nselect 1"] {
        assert_eq!(sql(text, "*/ 1\n;"), Ok(text.replace("{{x}}", "")));
    }
    assert!(sql("select 10-{{x}}", "-5").is_err());
    assert_eq!(
        sql("select E'\\'', '{{x}}'", "it's"),
        Ok("select E'\\'', 'it''s'".into())
    );
}

#[test]
fn placeholders_are_filled_like_variables() {
    let holes = [hole("<previous-commit>", "previous-commit")];
    let filled = fill(
        "git checkout <previous-commit>",
        &holes,
        Language::Shell,
        |_| Lookup::Value("abc"),
    );
    assert_eq!(
        filled.unwrap().text,
        "git checkout \"${GONOGO_VAR_previous_commit}\""
    );
}

#[test]
fn what_has_no_value_is_named_and_nothing_is_filled_in() {
    let result = fill("{{a}} {{b}} {{a}}", &[], Language::Plain, |name| {
        if name == "b" {
            Lookup::Value("1")
        } else {
            Lookup::Missing
        }
    });
    assert_eq!(result, Err(FillError::Missing(vec!["a".into()])));
}

#[test]
fn what_is_no_variable_is_left_alone() {
    assert!(tokens("docker ps --format '{{.Names}}' {{ }} {{1}} {{").is_empty());
    assert_eq!(names("{{a}} {{{{b}} {{a}}", &[]), ["a", "b"]);
}

#[test]
fn braces_that_are_meant_for_another_tool_stay() {
    let text = "INSERT INTO t VALUES ('{{subject}} {{x}}')";
    let filled = fill(text, &[], Language::Sql, |name| match name {
        "x" => Lookup::Value("1"),
        _ => Lookup::NotOurs,
    });
    assert_eq!(
        filled.unwrap().text,
        "INSERT INTO t VALUES ('{{subject}} 1')"
    );
}

#[test]
fn values_in_json_stay_values() {
    let json = |text: &str, value: &str| {
        fill(text, &[], Language::Json, |_| Lookup::Value(value)).map(|filled| filled.text)
    };
    assert_eq!(
        json(r#"{"a": "x {{v}}"}"#, "say \"hi\"\n"),
        Ok(r#"{"a": "x say \"hi\"\n"}"#.into())
    );
    assert_eq!(json(r#"{"a": {{v}}}"#, "7"), Ok(r#"{"a": 7}"#.into()));
    assert!(json(r#"{"a": {{v}}}"#, "seven").is_err());
    assert_eq!(
        json(r#"{"\"": "{{v}}"}"#, "\\"),
        Ok(r#"{"\"": "\\"}"#.into())
    );
}

#[test]
fn values_in_addresses_stay_in_their_part() {
    let address = |text: &str, value: &str| {
        let filled = fill(text, &[], Language::Address, |_| Lookup::Value(value));
        filled.unwrap().text
    };
    assert_eq!(
        address("{{v}}/health", "https://a.b:8080"),
        "https://a.b:8080/health"
    );
    assert_eq!(
        address("https://{{v}}/health", "a.b:8080"),
        "https://a.b:8080/health"
    );
    assert_eq!(
        address("https://a.b/{{v}}", "x/y z?q"),
        "https://a.b/x/y%20z%3Fq"
    );
    assert_eq!(
        address("https://a.b/?q={{v}}", "x/y&z"),
        "https://a.b/?q=x%2Fy%26z"
    );
}

#[test]
fn only_names_in_braces_are_marks() {
    for (text, wanted) in [
        ("{{a}} {{ b_1 }} {{\n c-d\t}}", vec!["a", "b_1", "c-d"]),
        ("{{{{a}}}} {{a}", vec!["a"]),
        ("{{}} {{ }} {{1}} {{.Name}} {{a b}} {{a {{b}}", vec!["b"]),
    ] {
        let names: Vec<&str> = tokens(text).iter().map(|token| token.name).collect();
        assert_eq!(names, wanted, "{text}");
    }
    let token = &tokens("é {{ a }}}")[0];
    assert_eq!(token.span, Span::new(3, 10));
}
