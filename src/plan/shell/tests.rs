use proptest::prelude::*;

use super::*;

/// The quoting at the first `@` of the script.
fn at_mark(script: &str) -> Quoting {
    scan(script).quoting(script.find('@').unwrap())
}

/// The lines, counted from 1, at which a statement may begin.
fn starts(script: &str) -> Vec<usize> {
    let scan = scan(script);
    assert_eq!(
        scan.boundaries.len(),
        script.split('\n').count(),
        "{script:?}"
    );
    (1..=scan.boundaries.len())
        .filter(|line| scan.boundaries[line - 1])
        .collect()
}

#[test]
fn quotes_are_known_wherever_a_value_may_stand() {
    for (script, quoting) in [
        ("echo @", Quoting::Bare),
        ("echo \"a @\"", Quoting::Double),
        ("echo 'a @'", Quoting::Single),
        ("echo \"$(cat @)\"", Quoting::Bare),
        ("echo \"$(cat '@')\"", Quoting::Single),
        ("echo \"${x:-@}\"", Quoting::Double),
        ("echo $'a\\'@'", Quoting::Literal),
        ("echo it\\'s @", Quoting::Bare),
        ("# it's @", Quoting::Comment),
        ("echo a#'@'", Quoting::Single),
        ("cat <<EOF\n'@'\nEOF", Quoting::Heredoc),
        ("cat <<'EOF'\n@\nEOF", Quoting::Literal),
        ("cat <<-EOF\n\tx\n\tEOF\necho @", Quoting::Bare),
        ("cat <<< '@'", Quoting::Single),
        ("echo `ls '@'`", Quoting::Single),
        ("echo $((1<<4)) @", Quoting::Bare),
        ("echo $(( (1) + @ ))", Quoting::Arithmetic),
        ("echo \"$((@))\"", Quoting::Arithmetic),
        ("echo $(( $(cat @) ))", Quoting::Bare),
        ("((@)) && echo", Quoting::Arithmetic),
    ] {
        assert_eq!(at_mark(script), quoting, "{script:?}");
    }
}

#[test]
fn statements_end_where_nothing_is_left_open() {
    assert_eq!(starts("a\n\nb"), [1, 2, 3]);
    assert_eq!(starts("for x in 1 2; do\n\necho $x\ndone\nb"), [1, 5]);
    assert_eq!(starts("if a; then\n# 2. not a step\nb\nfi\nc"), [1, 5]);
    assert_eq!(starts("curl -X POST \\\n  -d x\nb"), [1, 3]);
    assert_eq!(starts("a |\nb\nc"), [1, 3]);
    assert_eq!(starts("a &&\nb\nc"), [1, 3]);
    assert_eq!(starts("cat <<EOF\n# 1. no\nEOF\nb"), [1, 4]);
    assert_eq!(starts("f() {\n  a\n}\nb"), [1, 4]);
    assert_eq!(starts("case x in\na) b;;\nesac\nc"), [1, 4]);
    assert_eq!(starts("x='a\nb'\nc"), [1, 3]);
    assert_eq!(starts("(cd x\nmake)\nb"), [1, 3]);
    assert_eq!(starts("a |&\nb\nc"), [1, 3]);
    assert_eq!(starts("echo $((1<<4))\nb\nc"), [1, 2, 3]);
    assert_eq!(starts("for ((i=0; i<3; i++)); do\na\ndone\nb"), [1, 4]);
    assert_eq!(starts("if (a); then\nb\nfi\nc"), [1, 4]);
    assert_eq!(starts("function f {\n  a\n}\nb"), [1, 4]);
    let case = "case x in\na) if b; then\nc\nfi;;\n(d) for x; do\ne\ndone;;\nesac\nf";
    assert_eq!(starts(case), [1, 9]);
}

#[test]
fn whatever_stands_behind_an_operator_ends_its_line() {
    for behind in [
        "\"./b.sh\"",
        "'b'",
        "$'b'",
        "$(b)",
        "${b}",
        "`b`",
        "(b)",
        "$b",
        "$((b))",
    ] {
        for operator in ["&&", "||", "|"] {
            let script = format!("a {operator} {behind}\nc");
            assert_eq!(starts(&script), [1, 2], "{script}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_to_its_end(script in "[ -~\n\\\\'\"`${}()<|&;#é]{0,80}") {
        let scan = scan(&script);
        prop_assert_eq!(scan.boundaries.len(), script.split('\n').count());
    }
}
