//! The screen in a terminal: what it shows, what reaches the terminal, and in what state it leaves it.

use gonogo::run::RunDir;
use rustix::process::Signal;

use crate::support::process::{is_alive, signal};
use crate::support::run::Run;
use crate::support::{Bench, Pty, wait};

const PLAN: &str = r#"
title = "A plan to look at"
environment = "production"

[[phase]]
name = "Ready"
kind = "before"
budget = "10m"

  [[phase.step]]
  id = "print"
  title = "Print"
  shell = "printf '\\033[31mred\\033[0m plain\\n'; touch done"

  [[phase.step]]
  id = "look"
  title = "Look at it"
  check = "Is it well?"

[[phase]]
name = "Change"
kind = "deploy"

  [[phase.step]]
  id = "wait"
  title = "Wait for a file"
  shell = "until test -e go-on; do sleep 0.05; done; echo went on"

[[contact]]
role = "DBA"
"#;

fn open(bench: &Bench, columns: u16, rows: u16) -> Pty {
    bench.write("plan.toml", PLAN);
    let screen = Pty::start(bench, &["run", "plan.toml"], columns, rows);
    screen.see("enter starts 1.1");
    screen
}

/// Whether the terminal is as a shell wants it.
fn is_sane(screen: &Pty) -> bool {
    screen.look(|screen| {
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    })
}

#[test]
fn closing_the_terminal_does_not_stop_the_run_and_attach_comes_back() {
    let bench = Bench::new();
    let mut screen = open(&bench, 120, 36);
    screen.press("\r", "space ticks 1.2");
    screen.press(" ", "enter starts 2.1");
    screen.press("\r", "S stops 2.1 Wait for a file");
    screen.hang_up();
    screen.ended();
    bench.write("go-on", "");
    let mut screen = Pty::start(&bench, &["attach"], 80, 24);
    screen.see("went on");
    screen.see("driving: you");
    screen.see("F finishes");
    screen.press("F", "Finish the run?");
    screen.press("\r", "COMPLETED");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
    assert!(is_sane(&screen));
}

#[test]
fn a_second_screen_watches_and_can_not_command_until_it_takes_control() {
    let mut bench = Bench::new();
    let mut driver = open(&bench, 120, 36);
    bench.set("GONOGO_USER", "bob");
    let mut watcher = Pty::start(&bench, &["attach"], 120, 36);
    watcher.see("you are watching ann");
    driver.see("watching: 1");
    watcher.see("watching: 1");
    watcher.press("\r", "you are watching, ann drives");
    assert!(!bench.path("done").exists());
    driver.press("\r", "space ticks 1.2");
    watcher.see("1.2 Look at it");
    watcher.press("t", "Take control");
    watcher.press("ann fell asleep\r", "driving: you");
    driver.see("you are watching bob");
    for screen in [&driver, &watcher] {
        screen.see("bob took control from ann: ann fell asleep");
    }
    watcher.press(" ", "enter starts 2.1");
    // The one who drove can only look now.
    driver.press("\r", "you are watching, bob drives");
    let journal = bench.gonogo(&["ctl", "last", "events"]);
    let journal = String::from_utf8(journal.stdout).unwrap();
    assert!(journal.contains("ann fell asleep"));
}

#[test]
fn a_driver_who_vanished_is_shown_as_gone() {
    let mut bench = Bench::new();
    let driver = open(&bench, 120, 36);
    bench.set("GONOGO_USER", "bob");
    let watcher = Pty::start(&bench, &["attach", "--watch"], 120, 36);
    watcher.see("driving: ann");
    signal(driver.pid(), Signal::KILL);
    watcher.see("ann (gone");
    watcher.see("nobody drives; t takes control");
}

#[test]
fn the_terminal_is_given_back_after_signals_and_panics() {
    for end in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let bench = Bench::new();
        let mut screen = open(&bench, 80, 24);
        signal(screen.pid(), end);
        assert_eq!(screen.ended(), 3, "{end:?}");
        assert!(is_sane(&screen), "{end:?}");
        screen.see("gonogo attach");
    }
    let mut bench = Bench::new();
    bench.set("GONOGO_PANIC_AT_KEY", "!");
    let mut screen = open(&bench, 80, 24);
    screen.keys("!");
    assert_eq!(screen.ended(), 101);
    assert!(is_sane(&screen));
    screen.see("as told by GONOGO_PANIC_AT_KEY");
    // The run did not notice.
    let status = bench.gonogo(&["ctl", "last", "status"]);
    assert!(
        String::from_utf8(status.stdout)
            .unwrap()
            .contains("engine       process")
    );
}

/// A run whose first step waits for a file, and a screen on it.
fn waiting(bench: &Bench) -> (Run<'_>, Pty) {
    let mut run = bench.start(
        r#"
title = "Waits"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "wait"
  title = "Wait for a file"
  shell = "until test -e go-on; do sleep 0.02; done; echo went on"
"#,
    );
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    let screen = Pty::start(bench, &["attach"], 100, 30);
    screen.see("S stops 1.1 Wait for a file");
    (run, screen)
}

/// The step went on to its end, and the engine is the first one.
fn did_not_notice(bench: &Bench, run: &mut Run<'_>) {
    bench.write("go-on", "");
    let end = run.wait_finished("wait");
    assert_eq!(end["outcome"], "passed", "{end}");
    let kinds = run.kinds();
    let count = |kind: &str| kinds.iter().filter(|k| *k == kind).count();
    assert_eq!((count("engine_started"), count("step_started")), (1, 1));
    assert!(!kinds.contains(&"held".to_owned()), "{kinds:?}");
}

#[test]
fn however_a_screen_ends_the_deployment_does_not_notice() {
    let bench = Bench::new();
    let (mut run, mut screen) = waiting(&bench);
    for end in [
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::TERM,
        Signal::KILL,
    ] {
        signal(screen.pid(), end);
        screen.ended();
        assert!(end == Signal::KILL || is_sane(&screen), "{end:?}");
        screen = Pty::start(&bench, &["attach"], 100, 30);
        screen.see("S stops 1.1 Wait for a file");
    }
    did_not_notice(&bench, &mut run);
    screen.see("went on");
}

#[test]
fn a_storm_of_sizes_in_a_flood_of_output_leaves_a_whole_screen() {
    let bench = Bench::new();
    let mut run = bench.start(
        r#"
title = "A flood"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "flood"
  title = "Flood"
  shell = "until test -e go-on; do seq 2000; done; echo dried up"
"#,
    );
    let mut screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("enter starts 1.1");
    screen.press("\r", "following");
    for n in 0_u16..600 {
        // Sizes that jump about, from a few characters to a large screen. The terminal of this
        // test has no place for a wide letter in a single column nor for a line that goes on below
        // in a single row, and fails of it.
        screen.resize(2 + n * 37 % 230, 2 + n * 23 % 70);
    }
    screen.resize(120, 36);
    bench.write("go-on", "");
    screen.see("dried up");
    assert_eq!(run.wait_finished("flood")["outcome"], "passed");
    screen.see("F finishes");
    screen.press("F", "Finish the run?");
    screen.keys("\x1b");
    screen.gone("Finish the run?");
    // What is on the screen is what a new one of this size shows, line by line.
    let fresh = Pty::start(&bench, &["attach", "--watch"], 120, 36);
    fresh.see("dried up");
    let panels = |text: &str| text.lines().skip(2).take(30).collect::<Vec<_>>().join("\n");
    screen.wait("what a new one shows", |text| {
        panels(text) == panels(&fresh.text())
    });
}

#[test]
fn a_shell_gets_its_terminal_back_while_the_screen_is_stopped() {
    let bench = Bench::new();
    let (mut run, screen) = waiting(&bench);
    drop(screen);
    let mut shell = Pty::shell(&bench, 100, 30);
    shell.see("shell>");
    let attach = bench.line(&["attach"]).join(" ");
    shell.press(&format!("{attach}\r"), "S stops 1.1 Wait for a file");
    for (round, stop) in [None, Some(Signal::TSTP)].into_iter().enumerate() {
        match stop {
            None => shell.keys("\x1a"),
            Some(stop) => signal(foreground_of(&shell), stop),
        }
        shell.wait("that it is stopped", |text| {
            text.matches("Stopped").count() > round
        });
        // A shell that edits lines has a mode of its own for what is pasted.
        wait::until("the shell has its terminal", || {
            shell.look(|screen| {
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            })
        });
        shell.press(
            &format!("echo I am $((40 + {round}))\r"),
            &format!("I am 4{round}"),
        );
        shell.resize(90, 28);
        shell.press("fg\r", "S stops 1.1 Wait for a file");
        wait::until("the screen has its modes again", || {
            shell.look(|screen| screen.alternate_screen() && screen.bracketed_paste())
        });
        shell.gone("I am 4");
    }
    did_not_notice(&bench, &mut run);
    shell.see("went on");
}

/// The program that a shell has in the foreground.
fn foreground_of(shell: &Pty) -> i32 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", shell.pid())).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    after_name
        .split_whitespace()
        .nth(5)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn stopped_and_continued_the_screen_comes_back_whole() {
    let bench = Bench::new();
    let screen = open(&bench, 100, 30);
    signal(screen.pid(), Signal::STOP);
    wait::until("it is stopped", || state_of(screen.pid()) == "T");
    // A shell that had the terminal meanwhile has left the alternate screen and its marks.
    screen.show("\x1b[?1049l\x1b[?2004l\x1b[2J\x1b[Hshell> ");
    assert!(!screen.text().contains("A plan to look at"));
    signal(screen.pid(), Signal::CONT);
    screen.resize(90, 28);
    screen.see("A plan to look at");
    wait::until("the screen has its modes again", || {
        screen.look(|screen| screen.alternate_screen() && screen.bracketed_paste())
    });
}

/// What a process does: `S` sleep, `T` nothing.
fn state_of(pid: i32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    after_name.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn every_size_can_be_drawn() {
    let bench = Bench::new();
    let screen = open(&bench, 120, 36);
    for (columns, rows) in [
        // The terminal of this test has no place for a wide letter in a single column.
        (2, 1),
        (2, 2),
        (10, 3),
        (20, 5),
        (40, 10),
        (300, 90),
        (80, 24),
    ] {
        // Whoever draws in a new size begins with an empty screen.
        let cleared = || {
            screen
                .raw()
                .windows(4)
                .filter(|part| part == b"\x1b[2J")
                .count()
        };
        let before = cleared();
        screen.resize(columns, rows);
        wait::until("a screen of this size is drawn", || cleared() > before);
        assert!(is_alive(screen.pid()), "{columns} by {rows}");
    }
    screen.see("enter starts 1.1");
}

#[test]
fn a_question_that_does_not_fit_on_the_screen_can_only_be_left() {
    let bench = Bench::new();
    let mut screen = open(&bench, 120, 36);
    screen.press("\r", "space ticks 1.2");
    screen.press("R", "GO BACK");
    for (columns, rows) in [(20, 5), (8, 3)] {
        screen.resize(columns, rows);
        screen.see("small");
        // Keys are taken in their order: what closes the question comes after what must not answer it.
        screen.keys("\r");
        screen.keys("\x1b");
        screen.gone("small");
        screen.press("R", "small");
    }
    screen.resize(120, 36);
    screen.see("GO BACK");
    let run = Run::new(&bench, "last".to_owned());
    assert!(!run.kinds().contains(&"rollback_started".to_owned()));
    screen.press("\r", "rolled back");
}

#[test]
fn the_footer_says_what_enter_does_on_a_failed_step_and_the_guide_how_to_go_on_without_an_engine() {
    let bench = Bench::new();
    bench.write("plan.toml", &PLAN.replace("touch done", "exit 3"));
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 90, 24);
    screen.see("enter starts 1.1");
    screen.see("enter run");
    screen.press("\r", "enter decide");
    let dir = bench.run_dirs().remove(0);
    let run = Run::new(&bench, RunDir::at(dir).id());
    signal(run.engine(), Signal::KILL);
    screen.see(&format!("`gonogo resume {}` goes on", run.id));
}

#[test]
fn what_is_wished_of_an_engine_that_is_gone_is_refused_and_never_kept_for_the_next_one() {
    let bench = Bench::new();
    bench.write("plan.toml", PLAN);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("enter starts 1.1");
    screen.press("\r", "✓ 1.1");
    screen.press("R", "GO BACK");
    let run = Run::new(&bench, RunDir::at(bench.run_dirs().remove(0)).id());
    run.kill_engine();
    screen.see("NO ENGINE");
    // The dialog stays, with what was typed in it.
    screen.press("\r", "nothing was sent");
    screen.see("GO BACK");
    screen.keys("\x1b");
    screen.gone("GO BACK");
    let run = run.resumed();
    screen.gone("NO ENGINE");
    // What is asked now is answered, so what was asked before would have been by then.
    run.ctl(&["note", "back again"]);
    screen.press("n", "Note");
    screen.press("here as well\r", "noted");
    assert!(!run.kinds().contains(&"rollback_started".to_owned()));
}

#[test]
fn without_colours_everything_can_still_be_read() {
    let mut bench = Bench::new();
    bench.set("NO_COLOR", "1");
    let mut screen = open(&bench, 120, 36);
    // The cursor stays on the step although the run goes on.
    screen.keys("\x1b[A");
    screen.press("\r", "red plain");
    screen.see("✓ 1.1");
    let coloured = screen.look(|screen| {
        let cells = (0..36).flat_map(|row| (0..120).map(move |column| (row, column)));
        cells
            .filter_map(|(row, column)| screen.cell(row, column))
            .filter(|cell| {
                cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default
            })
            .count()
    });
    assert_eq!(coloured, 0);
    let text = screen.text();
    for sign in ["✓ 1.1", "· 1.2", "PRODUCTION", "● GO"] {
        assert!(text.contains(sign), "{sign}:\n{text}");
    }
}

#[test]
fn colours_of_output_are_kept_and_its_control_sequences_are_not() {
    let bench = Bench::new();
    let hostile = r#"
title = "Hostile \u001b]0;owned\u0007 title"
[[phase]]
name = "P\u001b[2J"
kind = "before"
  [[phase.step]]
  id = "hostile"
  title = "Hostile \u202e step"
  shell = '''
printf '\033[32mgreen\033[0m \033]0;owned\007 \033[2J\033[1;1H \033[?1049l \033P$q\033\\ \033]52;c;b3duZWQ=\007 \007 \010\010 \033[6n \0x9b2J\n'
printf '\xff\xfe bytes \xc2\x9b31m and \xe2\x80\xae bidi\n'
printf 'the %s\n' finish
'''
"#;
    bench.write("plan.toml", hostile);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("enter starts 1.1");
    screen.press("\r", "the finish");
    let green = screen.look(|screen| {
        let cells = (0..36).flat_map(|row| (0..120).map(move |column| (row, column)));
        cells
            .filter_map(|(row, column)| screen.cell(row, column))
            .filter(|cell| cell.contents() == "g" && cell.fgcolor() == vt100::Color::Idx(2))
            .count()
    });
    assert_eq!(green, 1, "{}", screen.text());
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    for sequence in ["\x1b]0;", "\x1b]52", "\x07", "\x1bP", "\u{9b}", "\u{202e}"] {
        assert!(!raw.contains(sequence), "{sequence:?} reached the terminal");
    }
    // What clears the screen is the program's own, once when it starts.
    assert!(raw.matches("\x1b[2J").count() <= 1);
    assert!(screen.look(vt100::Screen::alternate_screen));
}

#[test]
fn the_mouse_picks_and_scrolls() {
    let bench = Bench::new();
    let mut screen = open(&bench, 120, 36);
    let row_of = |screen: &Pty, text: &str| {
        let all = screen.text();
        let row = all.lines().position(|line| line.contains(text)).unwrap() + 1;
        u16::try_from(row).unwrap()
    };
    let row = row_of(&screen, "2.1 Wait");
    // A click, as a terminal reports it: button, column, row, press and release.
    screen.press(
        &format!("\x1b[<0;8;{row}M\x1b[<0;8;{row}m"),
        "$ until test -e go-on",
    );
    let row = row_of(&screen, "· 1.1 Print");
    screen.press(
        &format!("\x1b[<64;8;{row}M\x1b[<64;8;{row}M\x1b[<64;8;{row}M"),
        "$ printf",
    );
    // A key of the footer.
    let footer = row_of(&screen, "? keys");
    let column = screen
        .text()
        .lines()
        .last()
        .unwrap()
        .find("? keys")
        .unwrap()
        + 1;
    screen.press(
        &format!("\x1b[<0;{column};{footer}M"),
        "The step under the cursor",
    );
    screen.keys("\x1b");
    screen.gone("The step under the cursor");
}

#[test]
fn pasted_text_is_text_and_never_keys() {
    let bench = Bench::new();
    let mut screen = open(&bench, 120, 36);
    screen.keys("\x1b[200~R\rq\r\x1b[201~");
    screen.press("n", "What should the record say?");
    screen.keys("\x1b[200~two\nlines\x1b[201~");
    screen.press("\r", "noted");
    screen.see("note by ann: two lines");
    assert!(!screen.text().contains("HOLD"));
}

#[test]
fn keys_that_can_not_act_say_why() {
    let bench = Bench::new();
    let mut screen = open(&bench, 120, 36);
    screen.press(" ", "is not a check");
    screen.press("g", "no gate waits: 1.1");
    screen.press("S", "1.1 \"Print\" is pending: nothing runs");
    screen.press("c", "nothing blocks anything");
    screen.press("A", "no gate asks for an approval");
    screen.press("?", "The step under the cursor");
    screen.keys("\x1b");
    screen.gone("The step under the cursor");
    screen.press("q", "The run goes on without this screen");
    screen.keys("\x1b");
    screen.gone("The run goes on without this screen");
}

#[test]
fn a_run_that_is_over_can_be_looked_at_without_an_engine() {
    let bench = Bench::new();
    let mut run = bench.start(PLAN);
    run.ctl(&["run"]);
    run.wait_finished("print");
    run.ctl(&["finish", "--reason", "only a look"]);
    assert_eq!(run.wait_over(), "aborted");
    let engine_gone =
        || crate::support::process::locked_by(&run.dir().join("engine.lock")).is_none();
    wait::until("the engine has ended", engine_gone);
    let mut screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("ABORTED");
    screen.see("only a look");
    screen.see("red plain");
    screen.keys("q");
    assert_eq!(screen.ended(), 1);
}
