//! The disk under a run: full, read-only, failing. Nothing is done that can't be recorded, it is said
//! why, and afterwards the run goes on with nothing lost.

use crate::support::postgres::{self, OpenTransaction};
use crate::support::process::is_alive;
use crate::support::run::Run;
use crate::support::small_disk::{Fails, SmallDisk};
use crate::support::{Bench, Pty, text_of, wait};

const WAITS: &str = r#"
title = "Waits"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "waits"
  title = "Wait for a file"
  shell = "echo begun >>trace; until test -e go; do sleep 0.02; done; echo ended >>trace"
  [[phase.step]]
  id = "after"
  title = "Afterwards"
  shell = "echo after >>trace"
"#;

/// Whether the run's step shows this status.
fn step_is(run: &Run<'_>, number: &str, status: &str) {
    wait::until("a step's status", || run.step(number)["status"] == status);
}

/// Kills the engine, which is to be seen only from within.
fn kill_engine(bench: &Bench, disk: &SmallDisk, run: &mut Run<'_>) {
    let started = run.wait_ever("engine_started", |_| true);
    disk.shell(&format!("kill -9 {}", started["data"]["pid"]));
    wait::until("the engine is dead", || {
        text_of(&bench.gonogo(&["ctl", "last", "status"])).contains("gone")
    });
}

#[test]
fn without_room_for_the_journal_nothing_is_done_and_afterwards_it_goes_on() {
    let mut bench = Bench::new();
    let disk = SmallDisk::under(&mut bench, 8);
    let run = bench.start(WAITS);
    bench.write("go", "");
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("driving: you");
    disk.fill();
    // What is left of the last page may take a few entries more.
    wait::until("nothing can be recorded", || {
        let output = run.try_ctl(&["note", &"a long note ".repeat(400)]);
        text_of(&output).contains("recorded")
    });
    screen.see("JOURNAL STUCK");
    assert!(run.refused(&["run"]).contains("recorded"));
    assert_eq!(bench.read("trace"), "");
    disk.free();
    wait::until("something can be recorded", || {
        run.try_ctl(&["note", "there is room again"])
            .status
            .success()
    });
    screen.see("HOLD");
    assert_eq!(run.state(), "held");
    assert_eq!(bench.read("trace"), "");
    run.ctl(&["release"]);
    run.ctl(&["auto", "on"]);
    step_is(&run, "1.2", "passed");
    assert_eq!(bench.read("trace"), "begun\nended\nafter\n");
    let verified = bench.gonogo(&["verify", "last"]);
    assert!(verified.status.success(), "{}", text_of(&verified));
}

#[test]
fn who_came_while_nothing_could_be_recorded_drives_when_it_can_be_again() {
    let mut bench = Bench::new();
    let disk = SmallDisk::under(&mut bench, 8);
    let run = bench.start(WAITS);
    disk.fill();
    wait::until("nothing can be recorded", || {
        let output = run.try_ctl(&["note", &"a long note ".repeat(400)]);
        text_of(&output).contains("recorded")
    });
    let told = text_of(&bench.gonogo(&["ctl", "last", "status"]));
    assert!(told.contains("stuck: nothing can be recorded"), "{told}");
    assert!(run.status()["journal_stuck"].is_string());
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("JOURNAL STUCK");
    screen.see("driving: nobody");
    disk.free();
    screen.see("driving: you");
    assert!(run.status()["journal_stuck"].is_null());
}

#[test]
fn a_journal_that_may_not_grow_is_like_a_full_disk_and_its_engine_lives() {
    let mut bench = Bench::new();
    let limit = ["sh", "-c", "ulimit -S -f 512; exec \"$@\"", "sh"];
    bench.wrap(limit.map(str::to_owned).to_vec());
    let plan = WAITS.replace(
        "echo begun >>trace;",
        "head -c 20000000 /dev/zero >large || echo code $? >>trace;",
    );
    let mut run = bench.start(&plan);
    bench.write("go", "");
    run.ctl(&["run"]);
    run.wait_finished("waits");
    // It has the signal as every program has it.
    assert_eq!(bench.read("trace"), "code 153\nended\n");
    let engine = run.engine();
    let note = "a long note ".repeat(400);
    wait::until("nothing can be recorded", || {
        text_of(&run.try_ctl(&["note", &note])).contains("recorded")
    });
    assert!(is_alive(engine));
    let free = rustix::process::Rlimit {
        current: None,
        maximum: rustix::process::getrlimit(rustix::process::Resource::Fsize).maximum,
    };
    let pid = rustix::process::Pid::from_raw(engine);
    rustix::process::prlimit(pid, rustix::process::Resource::Fsize, free).unwrap();
    wait::until("something can be recorded", || {
        run.try_ctl(&["note", "there is room again"])
            .status
            .success()
    });
    assert_eq!(run.state(), "held");
    let verified = bench.gonogo(&["verify", "last"]);
    assert!(verified.status.success(), "{}", text_of(&verified));
}

#[test]
fn a_place_for_outputs_that_was_removed_is_made_again_for_the_next_step_and_for_undos() {
    use std::os::unix::fs::PermissionsExt;

    let bench = Bench::new();
    let undo = "  undo = { shell = \"echo undone >>trace\" }\n";
    let mut run = bench.start(&format!("{WAITS}{undo}"));
    bench.write("go", "");
    let place = run.dir().join("output");
    run.ctl(&["run"]);
    run.wait_finished("waits");
    std::fs::remove_dir_all(&place).unwrap();
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("after")["outcome"], "passed");
    let mode = std::fs::metadata(&place).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    std::fs::remove_dir_all(&place).unwrap();
    run.ctl(&["rollback"]);
    assert_eq!(run.wait_over(), "rolled_back");
    assert_eq!(bench.read("trace"), "begun\nended\nafter\nundone\n");
}

#[test]
fn a_step_whose_output_has_no_room_sees_what_a_shell_would_show_it_and_its_end_is_known() {
    let mut bench = Bench::new();
    let disk = SmallDisk::under(&mut bench, 8);
    let plan = WAITS.replace(
        "echo begun >>trace;",
        "head -c 20000000 /dev/zero || echo code $? >>trace;",
    );
    let mut run = bench.start(&plan);
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("driving: you");
    run.ctl(&["run"]);
    // The journal is on the same disk: it may be full before the step's start is written down.
    screen.wait("the disk is said to be full", |text| {
        text.contains("! disk full") || text.contains("nothing can be recorded")
    });
    wait::until("it has failed to write", || {
        bench.read("trace").contains("code 1")
    });
    bench.write("go", "");
    wait::until("it has ended", || bench.read("trace").contains("ended"));
    // Its shim had no room for a record either, and tells the engine all the same.
    disk.shell("flock runs/*/output/waits-1.shim true");
    disk.shell("truncate --size 1000 runs/*/output/*.log");
    let end = run.wait_finished("waits");
    assert_eq!(
        (&end["outcome"], &end["exit_code"]),
        (&"passed".into(), &0.into()),
        "{end}"
    );
    drop(screen);
}

#[test]
fn on_a_disk_that_becomes_read_only_nothing_is_done_and_a_repaired_one_goes_on() {
    for fails in [Fails::Refusing, Fails::ReadOnly] {
        let mut bench = Bench::new();
        // The second way is more like the real thing, and not to be had everywhere.
        if let Some(disk) = SmallDisk::that_fails(&mut bench, fails) {
            is_survived(&bench, &disk);
        }
    }
}

/// A run whose disk fails and is repaired.
fn is_survived(bench: &Bench, disk: &SmallDisk) {
    let mut run = bench.start(WAITS);
    let mut screen = Pty::start(bench, &["attach"], 120, 36);
    screen.see("driving: you");
    let started = run.wait_ever("engine_started", |_| true);
    disk.fail(&started["data"]["pid"]);
    assert!(run.refused(&["run"]).contains("recorded"));
    screen.see("JOURNAL STUCK");
    screen.press("\r", "recorded");
    assert_eq!(bench.read("trace"), "");
    kill_engine(bench, disk, &mut run);
    drop(screen);
    disk.found_failed();
    let refused = bench.gonogo(&["resume", "last", "--detach"]);
    assert!(!refused.status.success());
    let said = text_of(&refused).to_lowercase();
    assert!(said.contains("read-only"), "{said}");
    disk.repair();
    run = run.resumed();
    bench.write("go", "");
    run.ctl(&["auto", "on"]);
    step_is(&run, "1.2", "passed");
    assert_eq!(bench.read("trace"), "begun\nended\nafter\n");
    let verified = bench.gonogo(&["verify", "last"]);
    assert!(verified.status.success(), "{}", text_of(&verified));
}

#[test]
fn a_run_on_a_read_only_disk_can_be_looked_at_and_not_driven() {
    let mut bench = Bench::new();
    let disk = SmallDisk::under(&mut bench, 8);
    let mut run = bench.start(WAITS);
    run.ctl(&["note", "seen before the disk was taken away"]);
    run.wait_for("note_added", |_| true);
    kill_engine(&bench, &disk, &mut run);
    disk.protect(true);
    for args in [
        &["ctl", "last", "status"][..],
        &["ctl", "last", "events"],
        &["report", "last"],
        &["verify", "last"],
        &["runs"],
    ] {
        let output = bench.gonogo(args);
        assert!(output.status.success(), "{args:?}: {}", text_of(&output));
    }
    let refused = bench.gonogo(&["resume", "last", "--detach"]);
    assert!(!refused.status.success());
    let said = text_of(&refused).to_lowercase();
    assert!(said.contains("read-only"), "{said}");
    disk.protect(false);
    let resumed = bench.gonogo(&["resume", "last", "--detach"]);
    assert!(resumed.status.success(), "{}", text_of(&resumed));
    bench.write("go", "");
    run.ctl(&["auto", "on"]);
    step_is(&run, "1.2", "passed");
}

#[test]
fn a_recording_without_room_ends_and_what_is_seen_goes_on_being_shown() {
    let mut bench = Bench::new();
    let disk = SmallDisk::under(&mut bench, 8);
    let url = postgres::database();
    let args = ["monitor", &url, "--poll", "0.1", "--record", "state/seen"];
    let mut screen = Pty::start(&bench, &args, 120, 36);
    screen.see("nobody waits for a lock");
    disk.fill();
    screen.see("the recording ends here");
    postgres::execute(&url, "create table orders (n int)");
    let holder = OpenTransaction::begin(&url, "lock table orders");
    screen.see("idle in tx");
    holder.end();
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
    // What was written before can be played.
    let mut screen = Pty::start(&bench, &["monitor", "--play", "state/seen"], 120, 36);
    screen.see("recording");
    screen.see("nobody waits for a lock");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn a_step_whose_output_found_no_room_says_that_there_was_none() {
    let mut bench = Bench::new();
    let disk = SmallDisk::under(&mut bench, 8);
    let plan = WAITS.replace("echo ended >>trace", "echo ended >>trace; echo told");
    let mut run = bench.start(&plan);
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    disk.fill();
    bench.write("go", "");
    wait::until("its end is known, and recorded if it can be", || {
        let stuck = run.status()["journal_stuck"].is_string();
        stuck || run.step("1.1")["status"] != "running"
    });
    disk.free();
    let end = run.wait_finished("waits");
    // What it did is done; that it could not tell is what failed it.
    assert_eq!(bench.read("trace"), "begun\nended\n");
    assert_eq!(end["outcome"], "failed", "{end}");
    assert_eq!(end["applied"], "maybe", "{end}");
    let message = end["message"].as_str().unwrap();
    assert!(message.starts_with("no space left on "), "{message}");
}
