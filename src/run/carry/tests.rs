use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::Terminal;
use super::left::{Difference, Given, difference};
use super::prologue::{BASH, Family};
use crate::plan::Interpreter;

fn told(directory: &str, variables: &[(&str, &str)]) -> Vec<u8> {
    let pairs = variables
        .iter()
        .map(|(name, value)| format!("\0{name}={value}"));
    format!("18\0{directory}{}", pairs.collect::<String>()).into_bytes()
}

fn given<'a>(directory: &'a str, variables: &[(&str, &str)]) -> Given<'a> {
    let pair = |(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
    Given {
        directory: Path::new(directory),
        umask: 0o22,
        environment: variables.iter().map(pair).collect(),
    }
}

#[test]
fn what_differs_is_told_by_name() {
    let before = given(
        "/nowhere/a",
        &[("PATH", "/bin"), ("OLD", "1"), ("PGAPPNAME", "gonogo:x:1")],
    );
    let now = told(
        "/nowhere/b",
        &[
            ("PATH", "/bin:/opt"),
            ("NEW", "a=b\nc"),
            ("PWD", "/nowhere/b"),
            ("OLDPWD", "/nowhere/a"),
            ("GONOGO_VAR_token", "s3cret"),
            ("_", "x"),
        ],
    );
    let left = difference(&now, &before);
    assert_eq!(left.added["NEW"], "a=b\nc");
    assert_eq!(
        left.names().to_string(),
        "directory /nowhere/b, added NEW, changed PATH, removed OLD"
    );
    let all = serde_json::to_string(&left).unwrap();
    assert!(!all.contains("s3cret"), "{all}");
    assert!(all.contains("OLDPWD"));
}

#[test]
fn the_umask_goes_on_until_another_is_set() {
    let given = given("/", &[]);
    let mut terminal = Terminal::default();
    for (told, left, now) in [
        (&b"23\0/"[..], "umask 027", Some(0o27)),
        (b"18\0/", "", Some(0o27)),
        (b"63\0/", "umask 077", Some(0o77)),
    ] {
        let difference = difference(told, &given);
        assert_eq!(difference.names().to_string(), left);
        terminal.take_in(difference);
        assert_eq!(terminal.umask, now);
    }
}

#[test]
fn what_is_as_before_is_not_told() {
    let variables = [("PATH", "/bin")];
    assert!(difference(&told("/", &variables), &given("/", &variables)).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Taking in what each step left gives what a single shell would have had after all of them.
    #[test]
    fn steps_one_after_another_are_one_terminal(
        steps in prop::collection::vec(
            prop::collection::vec(("[A-C]", prop::option::of("[x-z]{0,2}")), 0..4),
            0..6,
        ),
    ) {
        let start: BTreeMap<String, String> = [("A".to_owned(), "first".to_owned())].into();
        let (mut shell, mut terminal) = (start.clone(), Terminal::default());
        for step in steps {
            let before: BTreeMap<OsString, OsString> = start
                .iter()
                .filter(|(name, _)| !terminal.removed.contains(*name))
                .chain(&terminal.set)
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            for (name, value) in step {
                match value {
                    Some(value) => drop(shell.insert(name, value)),
                    None => drop(shell.remove(&name)),
                }
            }
            let pairs: Vec<(&str, &str)> =
                shell.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let given = Given { directory: Path::new("/"), umask: 0o22, environment: before };
            let left = difference(&told("/", &pairs), &given);
            let stored = serde_json::to_string(&left).unwrap();
            terminal.take_in(serde_json::from_str::<Difference>(&stored).unwrap());
        }
        let mut now = start;
        now.retain(|name, _| !terminal.removed.contains(name));
        now.extend(terminal.set);
        prop_assert_eq!(now, shell);
    }
}

#[test]
fn only_shells_that_are_known_are_asked() {
    let family = |program: &str, options: &[&str]| {
        Family::of(&Interpreter {
            program: program.to_owned(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
        })
    };
    assert_eq!(family("/usr/bin/bash", &["-eu"]), Some(Family::Bash));
    assert_eq!(family("bash", &["-o", "posix"]), None);
    assert_eq!(family("sh", &[]), Some(Family::Posix));
    assert_eq!(family("zsh", &[]), Some(Family::Zsh));
    assert_eq!(family("fish", &[]), None);
    assert_eq!(family("python3", &[]), None);
}

/// A shell that is asked to tell, with a keeper that writes down its directory and `X`.
struct Asked {
    dir: tempfile::TempDir,
}

/// How a script ended: its status, what it printed, and what it told.
type Ended = (Option<i32>, String, String);

impl Asked {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let keeper = dir.path().join("keeper");
        std::fs::write(dir.path().join("env.bash"), BASH).unwrap();
        std::fs::write(&keeper, "#!/bin/sh\necho \"$PWD ${X-}\" >\"$2\"\n").unwrap();
        std::fs::set_permissions(&keeper, std::fs::Permissions::from_mode(0o700)).unwrap();
        Asked { dir }
    }

    fn run(&self, shell: &str, script: &str) -> Ended {
        let interpreter = Interpreter::strict(shell);
        let family = Family::of(&interpreter).unwrap();
        let script = family.around(script);
        let mut command = Command::new(shell);
        command.args(&interpreter.options).args(["-c", &script]);
        if family == Family::Bash {
            command.env("BASH_ENV", self.dir.path().join("env.bash"));
        }
        command
            .env("GONOGO_KEEPER", self.dir.path().join("keeper"))
            .env("GONOGO_LEAVES", self.dir.path().join("told"));
        let (status, printed) = Asked::end(command);
        let told = std::fs::read_to_string(self.dir.path().join("told"));
        let _ = std::fs::remove_file(self.dir.path().join("told"));
        (status, printed, told.unwrap_or_default().trim().to_owned())
    }

    /// The same script when nobody asks.
    fn plain(shell: &str, script: &str) -> (Option<i32>, String) {
        let mut command = Command::new(shell);
        command
            .args(Interpreter::strict(shell).options)
            .args(["-c", script]);
        Asked::end(command)
    }

    fn end(mut command: Command) -> (Option<i32>, String) {
        let output = command.current_dir("/").env_remove("X").output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    }
}

#[test]
fn however_a_script_ends_it_tells_and_is_what_it_was() {
    let asked = Asked::new();
    for (script, told) in [
        ("cd /usr; export X=1", "/usr 1"),
        ("cd /usr; export X=1; exit 0", "/usr 1"),
        ("cd /usr\nexit 3", "/usr"),
        ("set -x; cd /usr; export X=2; exit 0", "/usr 2"),
        ("f() { cd /usr; exit 0; }; f", "/usr"),
        ("cd /usr; (cd /tmp; exit 0)", "/usr"),
        (
            "cd /usr; echo hi | while read -r a; do echo $a; exit 0; done",
            "/usr",
        ),
        ("trap 'echo mine $?' EXIT\ncd /usr\n(exit 0)", "/usr"),
        ("trap 'echo mine $?' EXIT\ncd /usr\nexit 0", "/usr"),
        ("trap 'echo mine $?' EXIT\nexport X=3\nexit 4", "/ 3"),
        (
            "trap 'echo mine; false; echo not reached' EXIT\ncd /usr",
            "/usr",
        ),
        ("trap 'echo a' EXIT\ntrap - EXIT\ncd /usr", "/usr"),
        ("cat <<X\nhi\nX", "/"),
        ("echo one\n\nnosuch --command", "/"),
        ("false", "/"),
        ("ls /nowhere | cat", "/"),
        ("export X=$(printf 'a'); pwd", "/ a"),
    ] {
        for shell in ["bash", "dash"] {
            let (status, printed, was_told) = asked.run(shell, script);
            assert_eq!(
                (status, &printed),
                (
                    Asked::plain(shell, script).0,
                    &Asked::plain(shell, script).1
                ),
                "{shell}: {script}"
            );
            // A failed step's shell need not tell.
            if status == Some(0) || !script.contains("trap") {
                assert_eq!(was_told, told.trim(), "{shell}: {script}");
            }
        }
    }
}

#[test]
fn bash_keeps_the_trap_of_a_script_however_it_is_written() {
    let asked = Asked::new();
    for script in [
        "trap -- 'echo mine' EXIT; cd /usr; exit 0",
        "trap 'echo mine' 0; cd /usr",
        "f() { trap 'echo mine' INT EXIT; }; f; cd /usr; exit 0",
        "trap 'echo mine' EXIT; (trap 'echo inner' EXIT); cd /usr; exit 0",
        "trap 'echo mine; exit 0' EXIT; cd /usr; false",
        "trap 'echo gone' RETURN; f() { cd /usr; }; f",
    ] {
        let (status, printed, told) = asked.run("bash", script);
        let plain = Asked::plain("bash", script);
        assert_eq!((status, printed), plain, "{script}");
        assert_eq!(told, "/usr", "{script}");
    }
}

#[test]
fn what_bash_would_have_read_before_is_still_read() {
    let asked = Asked::new();
    let before = asked.dir.path().join("before.bash");
    std::fs::write(&before, "cd /usr\n").unwrap();
    let output = Command::new("bash")
        .args(["-euc", "pwd; echo ${BASH_ENV##*/}; bash -c pwd"])
        .env("BASH_ENV", asked.dir.path().join("env.bash"))
        .env("GONOGO_BASH_ENV", &before)
        .env("GONOGO_KEEPER", asked.dir.path().join("keeper"))
        .env("GONOGO_LEAVES", asked.dir.path().join("told"))
        .current_dir("/")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, "/usr\nbefore.bash\n/usr\n");
}
