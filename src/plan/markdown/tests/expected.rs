//! What is expected, and what of it is tested.

use super::*;
use crate::plan::origin::Origin;
use crate::plan::work::{self, Sql};

fn shell(script: &str) -> Work {
    Work::Shell(work::tests::shell(script))
}

fn sql(text: &str) -> Work {
    Work::Sql(Sql {
        text: text.to_owned(),
        database: "main".to_owned(),
        transaction: None,
        lock_timeout: None,
        origin: Origin::default(),
    })
}

/// What is tested of what is `said` of `work`; nothing where that is told.
fn tested(said: &str, work: &Work) -> Option<String> {
    let Reading { expect, untested } = read(&[said.to_owned()], false, work);
    let mut lines = expect.lines();
    assert_eq!(lines.pop().as_deref(), Some(said));
    assert_eq!(untested.is_empty(), lines.len() == 1, "{said}: {lines:?}");
    lines.pop()
}

#[test]
fn a_quoted_text_is_looked_for_in_the_output() {
    for (said, wanted) in [
        ("\"up to date!\"", "output holds \"up to date!\""),
        ("shows “all ready”.", "output holds \"all ready\""),
        ("`is active`", "output holds \"is active\""),
        ("`10%`", "output holds \"10%\""),
        ("`created \"main\"`", "output holds \"created \"main\"\""),
        ("`ok`", "a line says \"ok\""),
        ("shows “ready”.", "a line says \"ready\""),
        ("`{\"status\": \"ok\"}`", "JSON .status = ok"),
        (
            "`\"status\":\"ok\"`",
            r#"a line matches /"status"\s*:\s*"ok"/"#,
        ),
        ("`\"lag\": 5`", r#"a line matches /"lag"\s*:\s*5\b/"#),
        ("`done...`", "a line says \"done\""),
        ("`Version <version>`", "a line says \"Version\""),
        (
            "\"applied … of 7 (all)\"",
            "a line matches /applied.*of 7 \\(all\\)/",
        ),
        (
            "`Upgraded <old> to <new>.`",
            "a line matches /Upgraded.*to.*\\./",
        ),
    ] {
        assert_eq!(
            tested(said, &shell("true")).as_deref(),
            Some(wanted),
            "{said}"
        );
    }
    for said in [
        "up to date",
        "no \"ERROR\" lines",
        "\"a\" or \"b\"",
        "\"a",
        "`\"status\":\"ok\",\"a\":1`",
        "`…`",
        "58+",
        "\"\"",
        "`0`",
        "returns \"11\"",
    ] {
        assert_eq!(tested(said, &shell("true")), None, "{said}");
    }
}

#[test]
fn a_number_is_held_against_what_counts() {
    let count = "select count(*) from t;";
    for (said, query, wanted) in [
        ("58+", count, "value >= 58"),
        ("58+ tables", count, "value >= 58"),
        (">= 58", count, "value >= 58"),
        ("at least 58", count, "value >= 58"),
        ("0", count, "value = 0"),
        ("0 rows", count, "value = 0"),
        ("0 rows", "select id, a from t", "rows = 0"),
        ("no rows", "select * from t", "rows = 0"),
        ("less than 5 rows", "select id from t", "rows < 5"),
        ("42", "select max(id) from t", "value = 42"),
    ] {
        assert_eq!(tested(said, &sql(query)).as_deref(), Some(wanted), "{said}");
    }
    for (said, query) in [
        ("about 58", count),
        ("`true`", "select pg_is_in_recovery()"),
        ("`PostgreSQL 16`", "select version()"),
        ("`16.<n>`", "show server_version"),
        ("empty", "select to_regclass('nope')"),
        ("at least 1M", count),
        ("58-60", count),
        ("> many", count),
        ("58+ or 60", count),
        (">=", count),
        ("5", "select * from t"),
        ("5 tables", "select id from t"),
        ("0 rows", "delete from t"),
        ("0 rows", "select 1; select 2"),
        ("`active`", "select id, state from t"),
    ] {
        assert_eq!(tested(said, &sql(query)), None, "{said}");
    }
    for (said, script, wanted) in [
        ("1", "grep -c ERROR app.log", "value = 1"),
        ("0", "grep ERROR app.log | wc -l", "value = 0"),
        ("0", "psql -tAc 'select max(id) from t'", "value = 0"),
        ("`0`", "ls | wc -l", "value = 0"),
        ("returns \"0\"", "ls | wc -l", "value = 0"),
        ("less than 5", "ls | wc -l", "value < 5"),
        ("`>= 5`", "ls | wc -l", "value >= 5"),
        ("42", "psql -tAc 'select max(id) from t'", "value = 42"),
        (
            "58+ tables",
            "psql -c 'select count(*) from t'",
            "value >= 58",
        ),
        (
            "0 rows",
            "psql -c 'select * from t'",
            "output holds \"(0 rows)\"",
        ),
    ] {
        assert_eq!(
            tested(said, &shell(script)).as_deref(),
            Some(wanted),
            "{said}"
        );
    }
    for (said, script) in [
        ("0", "./count.sh"),
        ("`>= 58`", "./count.sh"),
        ("0 rows", "psql -Atc 'select id from t'"),
        ("0 rows", "psql -Atc 'select * from t'"),
        ("2+ rows", "psql -c 'select * from t'"),
        ("200", "curl -I localhost"),
    ] {
        assert_eq!(tested(said, &shell(script)), None, "{said}");
    }
}

#[test]
fn several_expectations_are_tested_as_far_as_they_are_not_of_one_kind() {
    let said = [
        "`ok`".to_owned(),
        "`all ready`".to_owned(),
        "`done`".to_owned(),
        "0".to_owned(),
    ];
    let Reading { expect, untested } = read(&said, false, &shell("ls | wc -l"));
    assert_eq!(expect.says.as_deref(), Some("ok"));
    assert_eq!(expect.output.as_deref(), Some("all ready"));
    assert_eq!(untested, ["`done`", "0"]);
}

#[test]
fn a_check_is_never_judged() {
    let Reading { expect, untested } = read(
        &["\"ok\"".to_owned()],
        false,
        &Work::Check("look".to_owned()),
    );
    assert_eq!(expect.lines(), ["\"ok\""]);
    assert!(untested.is_empty());
}

#[test]
fn a_program_that_counts_none_may_call_that_a_failure() {
    let script = shell("grep -c ERROR app.log");
    let Reading { expect, untested } = read(&["0".to_owned()], false, &script);
    assert_eq!(expect.exit, [0, 1]);
    assert!(expect.value.is_some() && untested.is_empty());
}

#[test]
fn a_number_of_rows_that_there_may_be_is_told_where_it_may_be_how_many() {
    let lists = sql("select id from orders where customer_id is null");
    assert_eq!(tested("0", &lists), None);
    assert_eq!(tested("7", &lists).as_deref(), Some("value = 7"));
    assert_eq!(
        tested("\"0\"", &sql("select count(*) from t")).as_deref(),
        Some("value = 0")
    );
}

#[test]
fn what_a_line_says_that_should_be_printed_is_expected() {
    for (line, wanted) in [
        ("Should print: `11`", "`11`"),
        ("**✅ Expected:** 43", "43"),
        ("✅ Attendu : 43 indexes", "43 indexes"),
        ("Devrait afficher : **11**", "11"),
        ("Sollte zeigen: `online`", "`online`"),
        ("应该显示：`online`", "`online`"),
    ] {
        assert_eq!(in_line(line, false).as_deref(), Some(wanted), "{line}");
    }
    assert_eq!(in_line("It should be done by Friday: ask Ann", false), None);
    assert_eq!(in_line("Must be 3", true), None);
}

#[test]
fn nothing_may_be_expected_in_a_sentence_of_its_own() {
    for line in [
        "Should not return anything.",
        "**Must not return anything**",
        "No output means success.",
        "Prints nothing",
        "Sollte nichts ausgeben.",
        "Ne devrait rien afficher.",
        "No debe mostrar nada.",
        "何も表示されないこと。",
        "不应有任何输出。",
    ] {
        let said = in_line(line, false).unwrap_or_else(|| panic!("{line}"));
        let rows = tested(&said, &sql("select id, a from orders where a is null"));
        assert_eq!(rows.as_deref(), Some("rows = 0"), "{line}");
        assert_eq!(in_line(line, true), None, "{line}");
    }
    assert_eq!(
        in_line("Should be **> 3 MB**.", false).as_deref(),
        Some("> 3 MB")
    );
    assert_eq!(tested("> 3 MB", &shell("ls -lh dump.sql")), None);
    assert_eq!(in_line("Should be done soon", false), None);
}
