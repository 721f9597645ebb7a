use proptest::prelude::*;

use super::*;

fn laid(text: &str) -> String {
    layout(text).unwrap()
}

#[test]
fn spaces_indentation_and_quotes_are_set() {
    let text = "# The plan\n\n\ntitle='Go'   # why\nenvironment   = \"a\\\"b\"\n[vars]\n\n\n  tag={prompt='x',choices=[ 'a','b', ] }\n[[phase]]\nname   = 'One'\n    # what it does\n[[phase.step]]\ntitle = \"t\"\n\n\n\ncheck = true  \n  [[phase.step.alternatives]]\nlabel='l'\n[[phase]] # two\nname = 'Two'\n# the end\n\n\n";
    insta::assert_snapshot!(laid(text));
}

#[test]
fn what_an_author_wrote_over_several_lines_stays() {
    let text = "title = \"x\"\n\n[[phase]]\nname = \"a\"\nlist = [\n    1, # one\n  2,\n]\nshell = '''\n  cd x  \n\n\n  ls'''\nexpect.shown = \"\"\"a\\\n   b\"\"\"\n";
    assert_eq!(laid(text), text);
    let escaped = "a = \"caf\\u00e9\"\nb = 'x\\d'\n";
    assert_eq!(laid(escaped), escaped);
}

#[test]
fn a_table_over_several_lines_stays_its_authors() {
    let text = "title = \"x\"\n\n[vars]\ntag = {\n    prompt = \"Which?\", # the release\n  choices = [\"a\", \"b\"],\n}\n";
    assert_eq!(laid(text), text);
    let loose = "[vars]\ntag={\n  prompt='Which?',\n  inner={a=1,b='c'}\n}   # why\n";
    let wanted = "[vars]\ntag = {\n  prompt=\"Which?\",\n  inner={ a = 1, b = \"c\" }\n}  # why\n";
    assert_eq!(laid(loose), wanted);
    let windows = text.replace('\n', "\r\n");
    assert_eq!(laid(&windows), windows);
}

#[test]
fn line_ends_are_kept_and_mistakes_refused() {
    assert_eq!(
        laid("a=1\r\n[b]\r\nc='''\r\nx\r\n'''\r\n"),
        "a = 1\r\n\r\n[b]\r\nc = '''\r\nx\r\n'''\r\n"
    );
    assert_eq!(laid("\u{FEFF}a=1"), "a = 1\n");
    assert_eq!(laid(""), "");
    assert_eq!(laid("\n\n# only\n\n"), "# only\n");
    assert_eq!(layout("a = = 1\n"), Err(LayoutError::Syntax));
}

#[test]
fn the_demonstration_is_laid_out() {
    let plan = include_str!("../../../plans/demo.toml");
    assert_eq!(laid(plan), plan);
}

/// A piece of a file, as nobody would set it.
fn piece() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "title",
        "name",
        "\"a b\"",
        "expect.x",
        "expect . y",
        "'q'",
        "shell",
        "e.f.g",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "'x'",
        "\"y\"",
        "\"a\\\"b\"",
        "'''\na\n  b'''",
        "\"\"\"\nx\\\n  y\"\"\"",
        "[1,2 , 3]",
        "[\n 1, # c\n 2\n]",
        "{a=1,b = 'c'}",
        "{ a.b = [ 1 ], c = {} }",
        "{\n  a=1, # c\n b = { c = [1,2] ,\n d='x' },\n}",
        "true",
        "1979-05-27",
        "[]",
        "{}",
        "\"\\u00e9\"",
        "'#'",
        "\"\"",
    ]);
    let space = prop::sample::select(vec!["", " ", "   ", "\t"]);
    let comment = prop::sample::select(vec!["", "# c", "  # d \"", "#", " # e's"]);
    let line = (
        space.clone(),
        key,
        space.clone(),
        value,
        space,
        comment.clone(),
    )
        .prop_map(|(a, key, b, value, c, comment)| format!("{a}{key}{b}={c}{value} {comment}\n"));
    let head = prop::sample::select(vec![
        "[[phase]]",
        "[[phase.step]]",
        "  [[ phase . step ]]",
        "[vars]",
        "[[phase.step.alternatives]]",
        "[databases.main]",
        "[x.y.z]",
        "[[rollback]]",
    ]);
    let head = (head, comment.clone()).prop_map(|(head, comment)| format!("{head} {comment}\n"));
    let other = prop_oneof![
        Just("\n".to_owned()),
        Just("   \n\n".to_owned()),
        comment.prop_map(|c| format!("{c}\n"))
    ];
    prop_oneof![3 => line, 2 => head, 2 => other]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_laid_out_file_says_the_same_and_stays(
        pieces in prop::collection::vec(piece(), 0..12),
        windows in any::<bool>(),
    ) {
        let text = pieces.concat();
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        if text.parse::<DocumentMut>().is_ok() {
            let once = match layout(&text) {
                // Dotted keys that stand apart.
                Err(LayoutError::Changed) if text.matches("expect").count() > 1 => return Ok(()),
                once => once,
            };
            prop_assert!(once.is_ok(), "{once:?}\n{text}");
            let once = once.unwrap();
            prop_assert_eq!(&layout(&once).unwrap(), &once, "{}", text);
        } else {
            prop_assert_eq!(layout(&text), Err(LayoutError::Syntax));
        }
    }
}
