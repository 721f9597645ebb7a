use proptest::prelude::*;

use super::*;

fn script(text: &str) -> Script<'_> {
    read(text, Settings::default())
}

/// The commands of a script: words joined by spaces, wrappers in front in brackets.
fn commands(text: &str) -> Vec<String> {
    let words = |words: &[Word<'_>]| {
        let words: Vec<&str> = words.iter().map(|word| word.text.as_ref()).collect();
        words.join(" ")
    };
    let shown = |command: &Command<'_>| {
        let mut shown = String::new();
        for wrapper in &command.wrappers {
            shown.push_str(&format!("[{}] ", words(wrapper)));
        }
        shown + &words(&command.words)
    };
    script(text).commands.iter().map(shown).collect()
}

#[test]
fn commands_are_told_apart_whatever_joins_them() {
    for (text, wanted) in [
        ("a b; c && d || e & f", vec!["a b", "c", "d", "e", "f"]),
        ("a | b |& c", vec!["a", "b", "c"]),
        ("a \\\n  b\nc", vec!["a b", "c"]),
        ("# no\na # b\n#c", vec!["a"]),
        ("a 'b c' \"d e\" f\\ g", vec!["a b c d e f g"]),
        ("a#b", vec!["a#b"]),
        (
            "if a; then b; elif c; then d; else e; fi; f",
            vec!["a", "b", "c", "d", "e", "f"],
        ),
        ("for x in 1 $(a); do b; done", vec!["a", "b"]),
        (
            "while read l; do b \"$l\"; done < f",
            vec!["read l", "b $l"],
        ),
        (
            "case $x in\n a|b) c;;\n *) d ;;\nesac\ne",
            vec!["c", "d", "e"],
        ),
        ("f() { a; }; f", vec!["a", "f"]),
        ("function g { a; }\ng", vec!["a", "g"]),
        ("(a; b) | c", vec!["a", "b", "c"]),
        ("{ a; b; } > f", vec!["a", "b"]),
        ("X=1 Y=$(a) b c", vec!["b c", "a"]),
        ("x=(a b); c", vec!["", "c"]),
        (
            "a \"$(b 'c d' | e)\" f",
            vec!["a $(b 'c d' | e) f", "b c d", "e"],
        ),
        ("a `b c`", vec!["a `b c`", "b c"]),
        ("diff <(a) <(b)", vec!["diff <(a) <(b)", "a", "b"]),
        (
            "[[ -f x && $a < b ]] && c",
            vec!["[[ -f x & & $a < b ]]", "c"],
        ),
        ("! time a", vec!["a"]),
        ("(( x = 1 )) && a $((1 + 2))", vec!["a $((1 + 2))"]),
        ("cat <<EOF | b\nc; d\nEOF\ne", vec!["cat", "b", "e"]),
        ("a > f 2>&1 < g", vec!["a"]),
        ("echo it\\'s; b", vec!["echo it's", "b"]),
    ] {
        assert_eq!(commands(text), wanted, "{text:?}");
    }
}

#[test]
fn wrappers_are_taken_off_and_inner_scripts_are_read() {
    for (text, wanted) in [
        ("sudo -u postgres psql x", "[sudo -u postgres] psql x"),
        ("env A=b psql", "[env A=b] psql"),
        ("sudo PGUSER=x pg_dump", "[sudo PGUSER=x] pg_dump"),
        ("timeout -k 5 60 tail -f x", "[timeout -k 5 60] tail -f x"),
        (
            "docker exec -i -e A=b db psql -U x",
            "[docker exec -i -e A=b db] psql -U x",
        ),
        (
            "docker compose -f a.yml exec -T db psql",
            "[docker compose -f a.yml exec -T db] psql",
        ),
        (
            "docker-compose exec db psql",
            "[docker-compose exec db] psql",
        ),
        (
            "docker run --rm -v a:b postgres:16 pg_dump x",
            "[docker run --rm -v a:b postgres:16] pg_dump x",
        ),
        (
            "kubectl -n shop exec deploy/db -c pg -- psql x",
            "[kubectl -n shop exec deploy/db -c pg --] psql x",
        ),
        ("ssh -p 22 db psql x", "[ssh -p 22 db] psql x"),
        (
            "npx --no prisma migrate deploy",
            "[npx --no] prisma migrate deploy",
        ),
        (
            "pnpm exec prisma migrate deploy",
            "[pnpm exec] prisma migrate deploy",
        ),
        ("yarn prisma db push", "[yarn] prisma db push"),
        ("npm exec -- prisma db push", "[npm exec --] prisma db push"),
        (
            "poetry run python manage.py migrate",
            "[poetry run] python manage.py migrate",
        ),
        (
            "op run --env-file=.env -- psql x",
            "[op run --env-file=.env --] psql x",
        ),
        (
            "find . | xargs -n 1 psql -f",
            "find .\n[xargs -n 1] psql -f",
        ),
        ("time nice -n 5 psql", "[nice -n 5] psql"),
    ] {
        assert_eq!(commands(text).join("\n"), wanted, "{text:?}");
    }
}

#[test]
fn scripts_for_other_shells_are_read() {
    for (text, wanted) in [
        (
            "sudo -u postgres bash -c 'psql x'",
            "[sudo -u postgres] bash -c psql x\n[sudo -u postgres] [bash -c psql x] psql x",
        ),
        (
            "ssh db 'pg_dump x | gzip' > f",
            "ssh db pg_dump x | gzip\n[ssh db pg_dump x | gzip] pg_dump x\n[ssh db pg_dump x | gzip] gzip",
        ),
        ("ssh db <<'EOF'\npsql x\nEOF", "ssh db\n[ssh db] psql x"),
        (
            "su - postgres -c \"psql x\"",
            "su - postgres -c psql x\n[su - postgres -c psql x] psql x",
        ),
        ("ssh db", "ssh db"),
        ("sudo", "sudo"),
        ("npm run build", "npm run build"),
        ("docker compose up -d", "docker compose up -d"),
    ] {
        assert_eq!(commands(text).join("\n"), wanted, "{text:?}");
    }
}

#[test]
fn every_word_knows_where_it_stands() {
    for (text, word) in [
        ("echo 'a b' \"c\\\"d\" here", "here"),
        ("sudo bash -c 'cd x && here y'", "here"),
        ("ssh a \"bash -c 'one \\\"two\\\" here'\"", "here"),
        ("x=$(a \"$(b here)\")", "here"),
        ("cat <<EOF\nfirst\nEOF\nhere", "here"),
    ] {
        let script = script(text);
        let mut words = script.commands.iter().flat_map(|command| &command.words);
        let found = words.find(|found| found.text == word).unwrap();
        assert_eq!(&text[found.place(0..word.len())], word, "{text}");
    }
}

#[test]
fn pipelines_are_followed_through_groups_and_shells() {
    let text = "{ pg_dump a; echo; } | gzip | tee f\nssh h 'pg_dump b | gzip' | cat";
    let script = script(text);
    let programs = |found: Vec<&Command<'_>>| -> Vec<String> {
        found
            .iter()
            .map(|command| command.program().to_owned())
            .collect()
    };
    let named = |name: &str| {
        script
            .commands
            .iter()
            .position(|c| c.program() == name)
            .unwrap()
    };
    assert_eq!(programs(script.readers(named("pg_dump"))), ["gzip", "tee"]);
    assert_eq!(
        programs(script.writers(named("tee"))),
        ["gzip", "echo", "pg_dump"]
    );
    assert_eq!(
        programs(script.writers(named("cat"))),
        ["gzip", "pg_dump", "ssh"]
    );
    assert!(script.readers(named("tee")).is_empty());
}

#[test]
fn what_the_shell_was_told_is_known_at_each_command() {
    let text = "a\nset -euo pipefail\nb\n(set +e; c)\nd\nset +o pipefail\nbash -eo pipefail -c 'e'\nsh -c f";
    let script = read(text, Settings::of(["-e", "-u", "-o", "pipefail"]));
    let told: Vec<_> = script
        .commands
        .iter()
        .filter(|command| command.program().len() == 1)
        .map(|command| {
            (
                command.program(),
                command.settings.stops,
                command.settings.pipefail,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a", true, Pipefail::Given),
            ("b", true, Pipefail::Written),
            ("c", false, Pipefail::Written),
            ("d", true, Pipefail::Written),
            ("e", true, Pipefail::Written),
            ("f", false, Pipefail::Off),
        ]
    );
}

#[test]
fn options_are_read_in_every_spelling() {
    let known = Known {
        short: "dv",
        long: &["dbname", "set"],
        leading: false,
    };
    let script = script("psql -Xqd shop -vA=1 --set B=2 --set=C=3 x --dbname=y -- -z");
    let given = Given::read(script.commands[0].arguments(), known);
    assert!(given.has(&["X"]) && given.has(&["q"]) && !given.has(&["z"]));
    assert_eq!(given.value(&["d", "dbname"]), Some("y"));
    let set = given.options.iter();
    let set = set.filter(|option| matches!(option.name, "v" | "set"));
    let set: Vec<_> = set.map(|option| option.value.unwrap()).collect();
    assert_eq!(set, ["A=1", "B=2", "C=3"]);
    let operands: Vec<_> = given
        .operands
        .iter()
        .map(|word| word.text.as_ref())
        .collect();
    assert_eq!(operands, ["x", "-z"]);
}

#[test]
fn white_space_that_is_no_blank_is_a_part_of_a_word() {
    assert_eq!(commands("x=(a\u{c}b) c\u{b}d"), ["c\u{b}d"]);
    assert_eq!(commands("for x in a\u{c} b; do c; done"), ["c"]);
}

#[test]
fn parentheses_behind_a_closed_group_take_no_command_from_outside_of_it() {
    assert_eq!(commands("a ; ( { } ( ) ) >| b"), ["a"]);
    assert_eq!(commands("a $( { } ( ) ) ; b"), ["a $( { } ( ) )", "b"]);
    assert_eq!(commands("a ( ) { b; }"), ["b"]);
}

proptest! {
    #[test]
    fn any_text_is_read_and_every_place_lies_in_it(text in "[ -~\t\r\u{b}\u{c}\u{a0}\n\\\\'\"`${}()<|&;#=é]{0,120}") {
        let script = script(&text);
        for command in &script.commands {
            prop_assert!(text.get(command.span.clone()).is_some(), "{:?}", command.span);
            for word in &command.words {
                prop_assert!(word.span.end <= text.len());
                let _ = word.place(0..word.text.len());
            }
        }
        for ix in 0..script.commands.len() {
            script.readers(ix);
            script.writers(ix);
        }
    }

    #[test]
    fn any_words_are_read(words in prop::collection::vec("(if|then|fi|for|in|do|done|case|esac|\\{|\\}|\\(|\\)|;|;;|\\||&&|<<E|E|\n|a|sudo|ssh|bash|-c|'a b'|\"\\$\\(a\\)\"|>|<)", 0..40)) {
        script(&words.join(" "));
    }
}
