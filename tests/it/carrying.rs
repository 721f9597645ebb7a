//! What one shell step of a runbook leaves to the next, for real: the directory and the exported
//! variables, through failures, dead engines and the way back, and nowhere but where they belong.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::run::Run;
use crate::support::{Bench, text_of, wait};

/// Runs the next step to its end; tells the event's data.
fn next(run: &mut Run<'_>, step: &str) -> serde_json::Value {
    run.ctl(&["run", step]);
    run.wait_finished(step)
}

fn block(title: &str, name: &str, script: &str) -> String {
    format!(
        "- [ ] {title}\n\n  ```bash {{ name={name} }}\n{}\n  ```\n\n",
        indented(script)
    )
}

fn indented(script: &str) -> String {
    let lines: Vec<String> = script.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// Every file of the run that holds `text`, output files of steps aside.
fn files_with(dir: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path).is_ok_and(|bytes| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        }) {
            found.push(path);
        }
    }
    found
}

#[test]
fn directory_and_variables_go_on_from_step_to_step() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("srv")).unwrap();
    bench.write(
        "srv/env.sh",
        "export FROM_FILE='two words'\ncd sub 2>/dev/null || true\n",
    );
    let plan = format!(
        "# Carry\n\n## Deployment\n\n{}{}{}{}{}{}",
        block(
            "Enter",
            "enter",
            "cd srv\nexport RELEASE=v17 GONE=1\nexit 0"
        ),
        block("Source", "source", "source ./env.sh\nunset GONE\nPRIVATE=1"),
        block(
            "Look",
            "look",
            "basename \"$PWD\"; echo \"$RELEASE $FROM_FILE ${GONE-none} ${PRIVATE-none}\""
        ),
        block("Fail", "fail", "cd /\nexport RELEASE=v18\nfalse"),
        block(
            "Again",
            "again",
            "basename \"$PWD\" $RELEASE; echo \"$RELEASE\"; cd - >/dev/null"
        ),
        block("Last", "last", "pushd / >/dev/null"),
    );
    let mut run = bench.start_as("plan.md", &plan, &[]);
    let left = next(&mut run, "enter")["left"].clone();
    assert_eq!(left["added"], serde_json::json!(["GONE", "RELEASE"]));
    assert!(left["directory"].as_str().unwrap().ends_with("/srv"));
    let left = next(&mut run, "source")["left"].clone();
    assert_eq!(left["added"], serde_json::json!(["FROM_FILE"]));
    assert_eq!(left["removed"], serde_json::json!(["GONE"]));
    assert!(left["directory"].is_null());
    assert!(next(&mut run, "look")["left"].is_null());
    assert_eq!(run.output("look-1.log"), "srv\nv17 two words none none\n");
    // What a failed step did to its shell goes with it.
    assert!(next(&mut run, "fail")["left"].is_null());
    run.ctl(&["skip", "fail", "--reason", "it must fail"]);
    let again = next(&mut run, "again");
    assert_eq!(run.output("again-1.log"), "srv\nv17\n");
    assert!(again["left"]["directory"].is_string(), "{again}");
    assert_eq!(next(&mut run, "last")["left"]["directory"], "/");

    // Values are only in files that nobody else can read.
    let holding = files_with(&run.dir(), "two words");
    assert!(
        holding
            .iter()
            .all(|path| path.starts_with(run.dir().join("carried"))
                || path.extension().is_some_and(|ext| ext == "log")),
        "{holding:?}"
    );
    for path in std::fs::read_dir(run.dir().join("carried")).unwrap() {
        let path = path.unwrap().path();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        let private = mode.trailing_zeros() >= 6 || path.ends_with("env.bash");
        assert!(private, "{} {mode:o}", path.display());
    }
    run.ctl(&["finish"]);
    run.wait_over();
    wait::until("what was carried is gone", || {
        !run.dir().join("carried").exists()
    });
}

#[test]
fn it_survives_the_engine_and_goes_with_the_way_back() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("srv")).unwrap();
    let plan = format!(
        "# Carry\n\n## Deployment\n\n{}{}{}## Rollback\n\n{}{}",
        block("Enter", "enter", "cd srv\nexport RELEASE=v17"),
        block(
            "Slow",
            "slow",
            "until test -e go-on; do sleep 0.02; done\nexport SLOW=yes"
        ),
        block("Look", "look", "basename \"$PWD\"; echo \"$RELEASE $SLOW\""),
        block(
            "Back",
            "back",
            "basename \"$PWD\"; echo \"$RELEASE\"; cd ..; export BACK=1"
        ),
        block("Back again", "back-again", "test -d srv; echo \"$BACK\""),
    );
    let mut run = bench.start_as("plan.md", &plan, &[]);
    next(&mut run, "enter");
    run.ctl(&["run", "slow"]);
    run.wait_for("step_launched", |data| data["step"] == "slow");
    run.kill_engine();
    bench.write("srv/go-on", "");
    wait::until("the step has ended", || {
        run.dir().join("output/slow-1.exit").exists()
    });
    let mut run = run.resumed();
    let slow = run.wait_finished("slow");
    assert_eq!(slow["known_by"], "record");
    assert_eq!(slow["left"]["added"], serde_json::json!(["SLOW"]));
    next(&mut run, "look");
    assert_eq!(run.output("look-1.log"), "srv\nv17 yes\n");
    // The way back begins where the way forward stopped.
    run.ctl(&["rollback"]);
    assert_eq!(run.wait_over(), "rolled_back");
    assert_eq!(run.output("back-1.log"), "srv\nv17\n");
    assert_eq!(run.output("back-again-1.log"), "1\n");
    wait::until("what was carried is gone", || {
        !run.dir().join("carried").exists()
    });
}

#[test]
fn a_directory_that_is_gone_is_named_and_typed_plans_carry_nothing() {
    let bench = Bench::new();
    let plan = format!(
        "# Carry\n\n## Deployment\n\n{}{}",
        block("Enter", "enter", "mkdir gone; cd gone; rmdir ../gone"),
        block("Look", "look", "pwd"),
    );
    let mut run = bench.start_as("plan.md", &plan, &[]);
    let enter = next(&mut run, "enter");
    assert_eq!(enter["outcome"], "passed", "{enter}");
    // A shell in a directory that is not there can't tell where it is.
    let message = enter["message"].as_str().unwrap();
    assert!(enter["left"].is_null() && message.contains("not known"));
    let here = bench.path("").canonicalize().unwrap();
    next(&mut run, "look");
    assert_eq!(run.output("look-1.log"), format!("{}\n", here.display()));
    let mut run = bench.start_as("plan.md", &plan.replace("; rmdir ../gone", ""), &[]);
    next(&mut run, "enter");
    std::fs::remove_dir(bench.path("gone")).unwrap();
    let look = next(&mut run, "look");
    assert_eq!(look["outcome"], "failed", "{look}");
    assert!(
        look["message"].as_str().unwrap().contains("/gone"),
        "{look}"
    );

    let mut run = bench.start(
        "title = \"T\"\n[[phase]]\nname = \"P\"\nkind = \"deploy\"\n\
         [[phase.step]]\nid = \"a\"\ntitle = \"A\"\nshell = \"cd /; export X=1\"\n\
         [[phase.step]]\nid = \"b\"\ntitle = \"B\"\nshell = \"echo ${X-none}; pwd\"\n",
    );
    assert!(next(&mut run, "a")["left"].is_null());
    next(&mut run, "b");
    assert_eq!(run.output("b-1.log"), format!("none\n{}\n", here.display()));
}

#[test]
fn joined_commands_fail_with_the_first_of_them() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("srv")).unwrap();
    let plan = format!(
        "# Carry\n\n## Deployment\n\n{}{}",
        block(
            "Enter",
            "enter",
            "cd srv && export RELEASE=v17\n[ -e none ] && exit 3\necho $RELEASE"
        ),
        block(
            "Again",
            "again",
            "cd srv && echo there # carried on\necho restarted"
        ),
    );
    for shell in ["bash", "sh"] {
        let plan = plan.replace("```bash", &format!("```{shell}"));
        let mut run = bench.start_as("plan.md", &plan, &[]);
        assert_eq!(next(&mut run, "enter")["outcome"], "passed", "{shell}");
        assert_eq!(run.output("enter-1.log"), "v17\n");
        let again = next(&mut run, "again");
        assert_eq!(again["outcome"], "failed", "{shell}: {again}");
        assert!(!run.output("again-1.log").contains("restarted"), "{shell}");
    }
}

#[test]
fn secrets_that_a_step_exports_are_nowhere_told() {
    let mut bench = Bench::new();
    bench.set("DEPLOY_TOKEN", "s3cr3t-value");
    let plan = format!(
        "---\nvars:\n  token:\n    env: DEPLOY_TOKEN\n    secret: true\n---\n# Carry\n\n## Deployment\n\n{}{}",
        block(
            "Export",
            "export",
            "export API_TOKEN={{token}}\nmkdir \"$API_TOKEN\" && cd \"$API_TOKEN\""
        ),
        block(
            "Use",
            "use",
            "test \"$API_TOKEN\" = \"$(basename \"$PWD\")\" && env | grep -c GONOGO_VAR || true"
        ),
    );
    let mut run = bench.start_as("plan.md", &plan, &[]);
    let left = next(&mut run, "export")["left"].clone();
    assert_eq!(left["added"], serde_json::json!(["API_TOKEN"]));
    assert!(!left.to_string().contains("s3cr3t"), "{left}");
    assert_eq!(next(&mut run, "use")["outcome"], "passed");
    assert_eq!(run.output("use-1.log"), "0\n");
    let holding = files_with(&run.dir(), "s3cr3t-value");
    let carried = run.dir().join("carried");
    assert!(
        holding.iter().all(|path| path.starts_with(&carried)),
        "{holding:?}"
    );
    run.ctl(&["finish"]);
    run.wait_over();
    wait::until("what was carried is gone", || !carried.exists());
    assert_eq!(
        files_with(&run.dir(), "s3cr3t-value"),
        Vec::<PathBuf>::new()
    );
}

#[test]
fn steps_begin_in_the_directory_that_the_front_matter_names() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("docs")).unwrap();
    let text = "---\ncwd: ../app\n---\n## Deployment\n\n".to_owned()
        + &block("First", "first", "touch first && cd db")
        + &block("Second", "second", "touch second")
        + &block("Third", "third cwd=db", "touch third");
    bench.write("docs/plan.md", &text);
    let run = || bench.gonogo(&["run", "--headless", "docs/plan.md"]);
    // It may be checked on another machine than the one that it is driven on.
    for (output, refused) in [
        (bench.gonogo(&["check", "docs/plan.md"]), false),
        (run(), true),
    ] {
        let told = text_of(&output);
        assert_eq!(output.status.code() != Some(0), refused, "{told}");
        assert!(
            told.contains("docs/plan.md:2") && told.contains("`../app`"),
            "{told}"
        );
    }
    std::fs::create_dir_all(bench.path("app/db")).unwrap();
    let done = run();
    assert_eq!(done.status.code(), Some(0), "{}", text_of(&done));
    for file in ["app/first", "app/db/second", "app/db/third"] {
        assert!(bench.path(file).exists(), "{file}");
    }
}

#[test]
fn the_umask_goes_on_from_step_to_step() {
    let bench = Bench::new();
    let plan = format!(
        "# Carry\n\n## Deployment\n\n{}{}{}{}",
        block("Look", "look", "umask"),
        block("Set", "set", "umask 0027"),
        block("See", "see", "umask"),
        block("Widen", "widen", "umask; umask 0002; false"),
    );
    let mut run = bench.start_as("plan.md", &plan, &[]);
    assert_eq!(next(&mut run, "look")["left"], serde_json::Value::Null);
    let own = run.output("look-1.log");
    assert_eq!(next(&mut run, "set")["left"]["umask"], "027");
    run.kill_engine();
    let mut run = run.resumed();
    next(&mut run, "see");
    assert_eq!(run.output("see-1.log"), "0027\n");
    assert_ne!(own, "0027\n");
    // What did not pass leaves nothing.
    next(&mut run, "widen");
    run.ctl(&["retry", "widen"]);
    run.wait_finished("widen");
    assert_eq!(run.output("widen-2.log"), "0027\n");
}
