//! Reviews in real terminals, and what runs ask of them.

use serde_json::Value;

use crate::support::{Bench, Pty, text_of, wait};

const PLAN: &str = r#"title = "Ask two people"
review = { approvals = 2 }

[[phase]]
name = "Deploy"
kind = "deploy"

  [[phase.step]]
  id = "touch"
  title = "Touch"
  shell = "touch done"

  [[phase.step]]
  id = "look"
  title = "Look at it"
  check = "Is it there?"
"#;

fn review(bench: &mut Bench, name: &str) -> Pty {
    bench.set("GONOGO_USER", name);
    let screen = Pty::start(bench, &["review", "plan.toml"], 120, 36);
    screen.see(&format!("you: {name}"));
    screen
}

fn state(bench: &Bench) -> Value {
    let output = bench.gonogo(&["review", "plan.toml", "--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn detached(bench: &mut Bench, name: &str) -> std::process::Output {
    bench.set("GONOGO_USER", name);
    bench.gonogo(&["run", "plan.toml", "--detach"])
}

#[test]
fn two_people_review_in_two_terminals_and_only_then_it_can_be_run() {
    let mut bench = Bench::new();
    bench.write("plan.toml", PLAN);
    let refused = detached(&mut bench, "ann");
    assert_eq!(refused.status.code(), Some(2));
    let why = text_of(&refused);
    assert!(
        why.contains("2 people besides ann") && why.contains("nobody has"),
        "{why}"
    );
    assert!(bench.run_dirs().is_empty());

    let mut bob = review(&mut bench, "bob");
    let mut cem = review(&mut bench, "cem");
    bob.keys("j ");
    bob.see("1 of 2 steps looked at");
    // The other one sees it without a key.
    cem.see("1 of 2 steps looked at");
    cem.keys("jc");
    cem.see("Remark on 1.1 Touch");
    cem.keys("touch what?\r");
    bob.see("1 open remark");
    bob.keys("kx\r");
    bob.see("no open remarks");
    bob.keys("a");
    bob.see("sha256");
    bob.keys("\r");
    bob.see("approved by bob (1 of 2)");
    cem.see("approved by bob (1 of 2)");
    let one = detached(&mut bench, "ann");
    assert!(text_of(&one).contains("only bob has"), "{}", text_of(&one));
    cem.keys("aas we said\r");
    cem.see("approved by bob, cem (2 of 2)");
    for mut screen in [bob, cem] {
        screen.keys("q");
        assert_eq!(screen.ended(), 0);
    }
    // Whoever approved does not count as somebody else.
    let own = detached(&mut bench, "cem");
    assert!(text_of(&own).contains("only bob has"), "{}", text_of(&own));
    let run = detached(&mut bench, "ann");
    assert!(run.status.success(), "{}", text_of(&run));
    let report = bench.gonogo(&["report", "last"]);
    let report = text_of(&report);
    assert!(
        report.contains("as we said") && report.contains("by bob at"),
        "{report}"
    );

    let state = state(&bench);
    assert_eq!(state["approved"], true);
    assert_eq!(state["steps"][0]["reviewed_by"][0], "bob");
    assert_eq!(state["comments"][0]["settled"]["by"], "bob");
}

#[test]
fn a_plan_that_has_changed_is_not_the_one_that_was_approved() {
    let mut bench = Bench::new();
    bench.write("plan.toml", &PLAN.replace("approvals = 2", "approvals = 1"));
    let mut bob = review(&mut bench, "bob");
    bob.keys("j a\r");
    bob.see("approved by bob (1 of 1)");
    assert_eq!(state(&bench)["approved"], true);
    let text = bench.read("plan.toml");
    bench.write("plan.toml", &text.replace("touch done", "touch undone"));
    bob.see("approved before it changed");
    bob.keys("d");
    bob.see("+   shell = \"touch undone\"");
    bob.keys("\u{1b}");
    bob.gone("+   shell");
    let output = bench.gonogo(&["review", "plan.toml", "--format", "human"]);
    assert_eq!(output.status.code(), Some(1));
    let why = text_of(&detached(&mut bench, "ann"));
    assert!(why.contains("it has changed since bob did"), "{why}");
    bob.keys("q");
    assert_eq!(bob.ended(), 0);
}

#[test]
fn a_damaged_review_is_told_and_left_alone() {
    let mut bench = Bench::new();
    bench.write("plan.toml", PLAN);
    let path = bench.write(
        "plan.toml.review.toml",
        "version = 1\n[[approval]]\nby = 1\n",
    );
    for args in [
        &["review", "plan.toml"] as &[&str],
        &["run", "plan.toml", "--detach"],
    ] {
        let output = bench.gonogo(args);
        assert_eq!(output.status.code(), Some(2));
        let why = text_of(&output);
        assert!(
            why.contains("plan.toml.review.toml") && why.contains("line 3"),
            "{why}"
        );
    }
    // A plan that asks for no review is not kept from running by it.
    bench.write("plan.toml", &PLAN.replace("review = { approvals = 2 }", ""));
    let run = detached(&mut bench, "ann");
    assert!(
        run.status.success() && text_of(&run).contains("line 3"),
        "{}",
        text_of(&run)
    );
    wait::until("the run is there", || bench.run_dirs().len() == 1);
    assert!(std::fs::read_to_string(path).unwrap().ends_with("by = 1\n"));
}

const APPLIES: &str = r#"title = "Apply files"
review = { approvals = 1 }

[[phase]]
name = "Deploy"
kind = "deploy"

  [[phase.step]]
  id = "apply"
  title = "Apply"
  shell = "psql -v ON_ERROR_STOP=1 -f m.sql && sqlx migrate run"
"#;

const ADDS: &str = "alter table orders add column note text;\n";
const DROPS: &str = "drop table orders;\n";

/// A bench with that plan and its files.
fn with_files() -> Bench {
    let bench = Bench::new();
    bench.write("plan.toml", APPLIES);
    bench.write("m.sql", ADDS);
    std::fs::create_dir(bench.path("migrations")).unwrap();
    bench.write("migrations/1_a.sql", ADDS);
    bench
}

fn human(bench: &Bench) -> (Option<i32>, String) {
    let output = bench.gonogo(&["review", "plan.toml", "--format", "human"]);
    (output.status.code(), text_of(&output))
}

#[test]
fn an_approval_is_of_the_files_that_the_plan_applies_as_well() {
    let mut bench = with_files();
    let mut bob = review(&mut bench, "bob");
    bob.keys("j");
    bob.see("ACCESS EXCLUSIVE on orders");
    bob.keys(" a\r");
    bob.see("approved by bob (1 of 1)");
    assert_eq!(human(&bench).0, Some(0));
    let now = state(&bench);
    assert_eq!(now["steps"][0]["applies"][0]["path"], "m.sql");
    assert_eq!(now["steps"][0]["applies"][1]["path"], "migrations/1_a.sql");

    bench.write("m.sql", DROPS);
    bob.see("approved before it changed");
    bob.see("0 of 1 step looked at");
    bob.press("d", "Changed since bob approved it");
    bob.see("m.sql has changed");
    bob.see("+ drop table orders;");
    bob.keys("\u{1b}");
    bob.gone("Changed since bob approved it");
    let (code, said) = human(&bench);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("m.sql has changed since bob approved it"),
        "{said}"
    );
    let now = state(&bench);
    assert_eq!(now["approved"], false);
    assert_eq!(now["outdated"][0]["files"][0]["path"], "m.sql");
    let refused = detached(&mut bench, "ann");
    let why = text_of(&refused);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        why.contains("m.sql has changed since bob did") && why.contains("gonogo review plan.toml"),
        "{why}"
    );

    // What was approved is there again, and then there is more than that.
    bench.write("m.sql", ADDS);
    bob.see("approved by bob (1 of 1)");
    bench.write("migrations/2_b.sql", DROPS);
    bob.see("approved before it changed");
    let why = text_of(&detached(&mut bench, "ann"));
    assert!(
        why.contains("migrations/2_b.sql is new since bob did"),
        "{why}"
    );
    assert!(bench.run_dirs().is_empty());
    bob.keys("ka");
    bob.see("sha256");
    bob.keys("\r");
    bob.see("approved by bob (1 of 1)");
    let run = detached(&mut bench, "ann");
    assert!(run.status.success(), "{}", text_of(&run));
    bob.keys("q");
    assert_eq!(bob.ended(), 0);
}

#[test]
fn an_approval_from_before_files_counted_is_told_to_be_one() {
    let mut bench = with_files();
    let of_plan = bench.gonogo(&["check", "plan.toml", "--format", "json"]);
    let of_plan: Value = serde_json::from_slice(&of_plan.stdout).unwrap();
    let digest = of_plan["digest"].as_str().unwrap();
    let old = format!(
        "version = 1\n[[approval]]\nby = \"bob\"\nat = \"2026-11-21T09:00:00Z\"\ndigest = \"{digest}\"\n"
    );
    bench.write("plan.toml.review.toml", &old);
    let (code, said) = human(&bench);
    assert_eq!(code, Some(1));
    let words = "bob approved it, without a look at m.sql, migrations/1_a.sql";
    assert!(said.contains(words), "{said}");
    let why = text_of(&detached(&mut bench, "ann"));
    assert!(why.contains("bob did, without a look at m.sql"), "{why}");
    // Where nothing is applied, it counts.
    std::fs::remove_file(bench.path("m.sql")).unwrap();
    std::fs::remove_file(bench.path("migrations/1_a.sql")).unwrap();
    assert_eq!(human(&bench).0, Some(0));
    assert!(detached(&mut bench, "ann").status.success());
}

#[test]
fn a_run_applies_what_stands_where_it_starts() {
    let mut bench = with_files();
    let mut bob = review(&mut bench, "bob");
    bob.keys("a\r");
    bob.see("approved by bob (1 of 1)");
    bob.keys("q");
    assert_eq!(bob.ended(), 0);
    std::fs::create_dir(bench.path("elsewhere")).unwrap();
    bench.write("elsewhere/m.sql", DROPS);
    bench.set("GONOGO_USER", "ann");
    let mut run = bench.program(&["run", "../plan.toml", "--detach"]);
    let run = run.current_dir(bench.path("elsewhere"));
    let refused = run.output().unwrap();
    let why = text_of(&refused);
    assert!(why.contains("m.sql has changed since bob did"), "{why}");
    bench.write("elsewhere/m.sql", ADDS);
    let begun = run.output().unwrap();
    assert!(begun.status.success(), "{}", text_of(&begun));
}
