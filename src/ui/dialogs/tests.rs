//! What dialogs tell before anything is done, at the two sizes that most screens have.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

use super::*;
use crate::clock::Moment;
use crate::journal::event::{
    Applied, ApprovalGiven, Ending, Job, KnownBy, Outcome, PhaseStarted, RollbackStarted,
    RunFinished, StepFinished, StepReason, StepStarted, UndoItem,
};
use crate::journal::{Actor, Entry, Event, Via};
use crate::monitor::testing::{database, health, node, picture, session};
use crate::monitor::{LockTree, State};
use crate::run::Command;
use crate::ui::intent::Intent;
use crate::ui::keys::Key;
use crate::ui::offer::{Offer, offer};
use crate::ui::testing;
use crate::ui::view::View;
use crate::ui::widgets::testing::painted;
use crate::ui::world::{Link, World};

const PLAN: &str = r#"
title = "Shop"
[[phase]]
name = "Ready"
kind = "before"
  [[phase.step]]
  id = "close"
  title = "Close the shop"
  shell = "close"
[[phase]]
name = "Deploy"
kind = "deploy"
gate = { approvals = ["dba", "lead"] }
  [[phase.step]]
  id = "apply"
  title = "Apply"
  shell = "apply"
[[rollback]]
name = "Reopen"
until = "15m"
  [[rollback.step]]
  id = "open"
  title = "Open the shop"
  shell = "open"
"#;

fn at(secs: u64) -> Moment {
    Moment {
        wall: i64::try_from(secs).unwrap() * 1_000_000,
        mono: secs * 1_000_000,
        boot: 1,
    }
}

fn world(events: Vec<Event>) -> World {
    world_of(PLAN, events)
}

fn world_of(plan: &str, events: Vec<Event>) -> World {
    let mut world = testing::world("plan.toml", plan);
    world.link = Link::Up;
    for (n, event) in events.into_iter().enumerate() {
        let seq = n as u64 + 1;
        let actor = Actor::person("ann", Via::Ctl);
        let entry = Entry {
            seq,
            at: at(seq),
            actor,
            event,
        };
        world.entry(&entry).unwrap();
    }
    world
}

fn ran(step: &str) -> [Event; 2] {
    let job = Job {
        step: step.to_owned(),
        attempt: 1,
        undo: false,
    };
    let started = StepStarted {
        job: job.clone(),
        work: "shell".to_owned(),
        choice: 0,
        reason: None,
    };
    let finished = StepFinished {
        job,
        outcome: Outcome::Passed,
        applied: Applied::Yes,
        known_by: KnownBy::Report,
        exit_code: Some(0),
        signal: None,
        findings: Vec::new(),
        message: None,
        elsewhere: false,
        changed: Vec::new(),
        running: Vec::new(),
        session: None,
        left: None,
        ended: None,
    };
    [Event::StepStarted(started), Event::StepFinished(finished)]
}

fn drawn(world: &World, dialog: Dialog, now: Moment) -> String {
    let view = View {
        dialog: Some(dialog),
        ..View::default()
    };
    let scene = testing::scene(world, &view, now);
    let one = |room| painted(room, |area, buf| draw(&scene, area, buf));
    [(80, 24), (120, 36)].map(one).join("\n")
}

#[track_caller]
fn tells(drawn: &str, there: &[&str], not: &[&str]) {
    for words in there {
        assert_eq!(drawn.matches(words).count(), 2, "{words}\n{drawn}");
    }
    for words in not {
        assert!(!drawn.contains(words), "{words}\n{drawn}");
    }
}

fn back(world: &World, picked: Option<usize>, now: Moment) -> String {
    let dialog = RollBack {
        picked,
        ..RollBack::default()
    };
    drawn(world, Dialog::RollBack(Box::new(dialog)), now)
}

#[test]
fn before_t_zero_what_ran_is_named_and_a_way_is_picked() {
    let none = back(&world(Vec::new()), None, at(9));
    tells(
        &none,
        &["nothing was applied", "GO BACK"],
        &["stays:", "PICK"],
    );
    let world = world(ran("close").to_vec());
    tells(
        &back(&world, None, at(9)),
        &["stays: 1.1 Close the shop has no undo", "← → PICK A WAY"],
        &["nothing was applied", "GO BACK"],
    );
    tells(
        &back(&world, Some(0), at(9)),
        &[
            "Reopen   (way 1 of 2, before T-0)",
            "1. R1.1 Open the shop",
            "GO BACK",
        ],
        &["stays:", "WINDOW"],
    );
}

#[test]
fn a_way_whose_time_is_over_says_so_and_is_picked() {
    let deploy = Event::PhaseStarted(PhaseStarted {
        phase: "deploy".to_owned(),
    });
    let mut events = ran("close").to_vec();
    events.push(deploy);
    events.extend(ran("apply"));
    let world = world(events);
    let late = at(3 + 900);
    let ended = "ITS WINDOW ENDED AT T+00:15:00";
    tells(
        &back(&world, None, late),
        &[ended, "← → PICK A WAY"],
        &["GO BACK", "by the clock"],
    );
    tells(&back(&world, Some(0), late), &[ended, "GO BACK"], &["PICK"]);
    tells(
        &back(&world, None, at(3 + 899)),
        &["by the clock", "GO BACK"],
        &["WINDOW", "PICK"],
    );
}

#[test]
fn who_approves_sees_what() {
    let reason = StepReason {
        step: "close".to_owned(),
        reason: "closed already".to_owned(),
    };
    let given = ApprovalGiven {
        phase: "deploy".to_owned(),
        approval: "dba".to_owned(),
        reason: None,
    };
    let world = world(vec![
        Event::StepSkipped(reason),
        Event::ApprovalGiven(given),
    ]);
    let view = View::default();
    let Ok(Offer::Open(dialog)) = offer(&world, &view, Intent::Approve, at(9)) else {
        panic!("it can be approved");
    };
    let digest = format!("2 Deploy, plan sha256 {}…", &world.plan.digest[..12]);
    tells(
        &drawn(&world, dialog, at(9)),
        &[
            "Approve: lead",
            &digest,
            "dba approved by ann",
            "1.1 Close the shop: skipped by ann: closed already",
        ],
        &[],
    );
}

/// A plan with `more` ways back beside the one.
fn with_ways(more: &[(&str, &str)]) -> String {
    let tier = |(name, window): &(&str, &str)| {
        format!(
            "[[rollback]]\nname = '{name}'\n{window}\n[[rollback.step]]\ntitle = 'S'\nshell = 's'\n"
        )
    };
    format!("{PLAN}{}", more.iter().map(tier).collect::<String>())
}

#[test]
fn several_ways_back_are_listed_with_their_times() {
    let deploy = Event::PhaseStarted(PhaseStarted {
        phase: "deploy".to_owned(),
    });
    let plan = with_ways(&[
        ("Restore the database", "from = '15m'\nuntil = '1h'"),
        ("Disaster", "from = '1h'"),
        ("Post-rollback", "after = true"),
    ]);
    let world = world_of(&plan, vec![deploy]);
    let drawn = back(&world, None, at(1 + 1200));
    tells(
        &drawn,
        &[
            "   1. Reopen                 T+0s to T+15m, over",
            "▶  2. Restore the database   T+15m to T+1h, by the clock",
            "   3. Disaster               from T+1h on, not yet",
            "   4. undo what was applied  any time",
            "Restore the database   (way 2 of 4, T+00:20:00, by the clock)",
            "2. R4.1 S",
        ],
        &["5. Post-rollback"],
    );
    tells(
        &back(&world, Some(3), at(1 + 1200)),
        &["▶  4. undo what was applied"],
        &[],
    );
    let many: Vec<String> = (0..20).map(|n| format!("Way {n}")).collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|name| (name.as_str(), "way = true"))
        .collect();
    let world = world_of(&with_ways(&many), Vec::new());
    tells(
        &back(&world, Some(10), at(9)),
        &["   8. Way 6 ", "▶ 11. Way 9 ", "  14. Way 12 "],
        &["Way 5 ", "Way 13 "],
    );
    // One beside the undos is no list.
    let one = back(&world_of(PLAN, Vec::new()), None, at(9));
    assert!(!one.contains("▶"), "{one}");
}

#[test]
fn a_check_is_ticked_with_a_remark() {
    let plan = "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\ntitle = 'Look'\ncheck = 'look'\n[[phase.step]]\ntitle = 'Run'\nshell = 'a'\n";
    let world = driving(plan, Vec::new());
    let offered = offer(&world, &View::default(), Intent::TickWithRemark, at(9));
    let Offer::Open(Dialog::Ask(mut ask)) = offered.unwrap() else {
        panic!("it asks for the remark");
    };
    ask.input.insert_str("all quiet");
    let tick = |note: Option<&str>| Command::Tick {
        step: "1.1".to_owned(),
        note: note.map(str::to_owned),
    };
    assert_eq!(ask.command(), Some(tick(Some("all quiet"))));
    assert!(ask.may_be_empty);
    let view = View {
        cursor: Some(1),
        ..View::default()
    };
    let refused = offer(&world, &view, Intent::TickWithRemark, at(9)).unwrap_err();
    assert!(refused.contains("is not a check"), "{refused}");
}

#[test]
fn enter_says_why_nobody_goes_back_before_a_way_is_picked() {
    let world = world(ran("close").to_vec());
    let mut view = View {
        dialog: Some(Dialog::RollBack(Box::default())),
        ..View::default()
    };
    let mut press = |code| key(&mut view, &world, KeyEvent::from(code), at(9));
    assert_eq!(press(KeyCode::Enter), []);
    let open = view.dialog.clone().unwrap();
    tells(
        &drawn(&world, open, at(9)),
        &["pick a way with ← → first: the undos alone leave something as it is"],
        &[],
    );
    let mut press = |code| key(&mut view, &world, KeyEvent::from(code), at(9));
    assert_eq!(press(KeyCode::Right), []);
    assert_eq!(press(KeyCode::Enter).len(), 1);
}

#[test]
fn what_a_step_left_running_is_named_before_anybody_goes_back() {
    let [started, mut finished] = ran("apply");
    if let Event::StepFinished(end) = &mut finished {
        end.running = vec!["process 4711 (sleep)".to_owned()];
    }
    let words = "left running: 2.1 Apply: process 4711 (sleep)";
    tells(
        &back(&world(vec![started, finished]), None, at(9)),
        &[words],
        &[],
    );
    let quiet = back(&world(ran("apply").to_vec()), None, at(9));
    assert!(!quiet.contains("left running"), "{quiet}");
}

fn ended(ending: Ending) -> Event {
    let reason = Some("so it is".to_owned());
    Event::RunFinished(RunFinished { ending, reason })
}

fn finish() -> Confirmation {
    let lines = vec!["Every step is settled.".to_owned()];
    let command = Command::Finish { reason: None };
    Confirmation::new("Finish?", lines, command, Key::Enter)
}

#[test]
fn a_question_that_was_answered_elsewhere_is_closed_with_a_word() {
    let settled = |event: Option<Event>, dialog: Dialog| {
        let mut view = View {
            dialog: Some(dialog),
            ..View::default()
        };
        view.settle(&world(event.into_iter().collect()), at(9));
        let said = view.message.map(|message| message.text);
        (view.dialog.is_some(), said)
    };
    let asked = || Dialog::Confirm(Box::new(finish()));
    let over = Some("the run is over: aborted".to_owned());
    assert_eq!(settled(None, asked()), (true, None));
    let end = || Some(ended(Ending::Aborted));
    assert_eq!(settled(end(), asked()), (false, over));
    assert!(settled(end(), Dialog::Help(0)).0);
}

#[test]
fn whether_to_stop_a_step_is_not_asked_once_it_has_ended() {
    let settled = |events: &[Event]| {
        let command = Command::Stop {
            step: "1.1".to_owned(),
        };
        let asked = Confirmation::new("Stop 1.1?", Vec::new(), command, Key::Enter);
        let mut view = View {
            dialog: Some(Dialog::Confirm(Box::new(asked))),
            ..View::default()
        };
        view.settle(&world(events.to_vec()), at(9));
        let said = view.message.map(|message| message.text);
        (view.dialog.is_some(), said)
    };
    let events = ran("close");
    assert_eq!(settled(&events[..1]), (true, None));
    let passed = Some("1.1 is passed: nothing runs".to_owned());
    assert_eq!(settled(&events), (false, passed));
}

#[test]
fn a_question_in_which_somebody_types_stays_and_says_that_it_was_answered() {
    let begun = Event::RollbackStarted(RollbackStarted {
        tier: None,
        items: Vec::new(),
        since_t_zero: None,
        by_wall_clock: false,
    });
    let back = Dialog::RollBack(Box::default());
    let typed = Dialog::Confirm(Box::new(finish().typing("production")));
    for (event, dialog, why) in [
        (begun, back.clone(), "ann has begun to roll back"),
        (ended(Ending::Aborted), back, "the run is over: aborted"),
        (ended(Ending::Aborted), typed, "the run is over: aborted"),
    ] {
        let world = world(vec![event]);
        let mut view = View {
            dialog: Some(dialog),
            ..View::default()
        };
        view.settle(&world, at(9));
        // What is under way from the keyboard is still typed, and neither holds nor starts anything.
        let keys = "production".chars().map(KeyCode::Char);
        for code in keys.chain([KeyCode::Enter]) {
            assert_eq!(key(&mut view, &world, KeyEvent::from(code), at(9)), []);
            view.settle(&world, at(9));
        }
        let message = view.message.as_ref().unwrap();
        assert_eq!(message.text, format!("{why}: nothing was sent"));
        let seen = drawn(&world, view.dialog.clone().unwrap(), at(9));
        tells(
            &seen,
            &[why, "esc close"],
            &["GO BACK", "do it", "to go on"],
        );
        key(&mut view, &world, KeyEvent::from(KeyCode::Esc), at(9));
        assert!(view.dialog.is_none());
    }
}

#[test]
fn however_much_there_is_to_know_the_answer_and_the_keys_are_seen() {
    let world = world(Vec::new());
    let long: Vec<String> = (1..60).map(|n| format!("point {n}.")).collect();
    let mut ask = Ask::new(
        "Approve: lead",
        "A remark?",
        Purpose::Approve("lead".to_owned()),
    );
    ask.lines.clone_from(&long);
    ask.input.insert_str("it is fine");
    ask.error = Some("that is wrong".to_owned());
    let seen = drawn(&world, Dialog::Ask(Box::new(ask.clone())), at(9));
    let parts = [
        "point 1.",
        "A remark?",
        "it is fine",
        "that is wrong",
        "send",
    ];
    tells(&seen, &parts, &[]);
    assert!(seen.contains("… 43 more lines: "), "{seen}");
    // What is just enough for the screen is not cut.
    ask.lines.truncate(17);
    let seen = drawn(&world, Dialog::Ask(Box::new(ask)), at(9));
    tells(&seen, &["point 17.", "send"], &["more line"]);
    let confirmation = Confirmation {
        lines: long,
        ..finish().typing("production")
    };
    let seen = drawn(
        &world,
        Dialog::Confirm(Box::new(confirmation.clone())),
        at(9),
    );
    tells(&seen, &["point 1.", "type production", "do it"], &[]);
    assert!(seen.contains("… 42 more lines: ↓"), "{seen}");
    // What is agreed to can be read to its end.
    let end = Confirmation {
        top: 60,
        ..confirmation
    };
    let seen = drawn(&world, Dialog::Confirm(Box::new(end)), at(9));
    tells(&seen, &["point 59.", "do it"], &["more line", "point 1."]);
}

#[test]
fn of_what_goes_back_each_row_shows_a_command() {
    let plan = "title = 'x'\n[[phase]]\nname = 'p'\nkind = 'deploy'\n[[phase.step]]\ntitle = 't'\nshell = 'deploy'\n\
        [[rollback]]\nname = 'Back'\n[[rollback.step]]\ntitle = 'Take it back'\n\
        shell = \"# what it does\\n\\n./back one\\n./back two\"\n\
        [[rollback.step]]\ntitle = 'Look'\ncheck = 'Look'";
    let seen = back(&world_of(plan, Vec::new()), Some(0), at(9));
    let rows = ["R1.1 Take it back   ./back one  (+ 1 line)", "R1.2 Look"];
    tells(&seen, &rows, &["what it does", "Look   Look"]);
}

#[test]
fn of_many_things_the_one_under_the_cursor_and_the_keys_are_seen() {
    let world = world(Vec::new());
    let items = (1..60).map(|n| Item {
        key: '?',
        label: format!("thing {n} of many"),
        refused: None,
        picked: Picked::Value(n.to_string()),
    });
    let items: Vec<Item> = items.collect();
    for (place, seen, not) in [
        (0, "thing 1 of", "thing 40 of"),
        (39, "thing 40 of", "thing 2 of"),
        (58, "thing 59 of", "thing 2 of"),
    ] {
        let pick = Pick {
            title: "Pick".to_owned(),
            lines: Vec::new(),
            items: items.clone(),
            at: place,
        };
        let drawn = drawn(&world, Dialog::Pick(pick), at(9));
        tells(&drawn, &[seen, "take it"], &[not]);
    }
}

#[test]
fn of_a_run_that_is_over_nothing_is_left_to_be_decided() {
    let [started, mut finished] = ran("close");
    if let Event::StepFinished(end) = &mut finished {
        end.outcome = Outcome::Failed;
    }
    let mut events = vec![started, finished];
    let view = View {
        cursor: Some(0),
        ..View::default()
    };
    let world = |events: Vec<Event>| {
        let mut world = world(events);
        (world.me, world.driver) = (Some(1), Some(1));
        world
    };
    let open = offer(&world(events.clone()), &view, Intent::Act, at(9));
    assert!(matches!(open, Ok(Offer::Open(Dialog::Pick(_)))));
    events.push(Event::RunFinished(RunFinished {
        ending: Ending::Aborted,
        reason: None,
    }));
    let why = offer(&world(events), &view, Intent::Act, at(9)).unwrap_err();
    assert_eq!(why, "the run is over: aborted");
}

#[test]
fn what_surely_only_looks_needs_no_undo() {
    let said = |script: &str| {
        let plan = PLAN.replace("shell = \"close\"", &format!("shell = \"{script}\""));
        back(&world_of(&plan, ran("close").to_vec()), None, at(9))
    };
    let looks = said("df -h /srv");
    let none = "nothing that was done has to be undone";
    tells(&looks, &[none, "GO BACK"], &["stays:", "PICK"]);
    let unknown = said("df -h /srv; ./close.sh");
    tells(
        &unknown,
        &["stays: 1.1 Close the shop has no undo"],
        &[none],
    );
}

/// A screen that drives, before the events.
fn driving(plan: &str, events: Vec<Event>) -> World {
    let mut world = world_of(plan, events);
    (world.me, world.driver) = (Some(1), Some(1));
    world
}

#[test]
fn the_footer_offers_nothing_that_can_not_be_done() {
    let mut locked = picture();
    let blocker = session(57, "report", State::Active, 12, "select 1");
    locked.locks = LockTree {
        nodes: vec![node(0, blocker, None)],
        ..LockTree::default()
    };
    let offers = |events: Vec<Event>, trouble: Option<&str>| {
        let mut world = driving(PLAN, events);
        world.health = Arc::new(health(vec![database(locked.clone())]));
        world.trouble = trouble.map(str::to_owned);
        let of = |intent| offer(&world, &View::default(), intent, at(9)).is_ok();
        let sessions = [Intent::CancelBackend, Intent::TerminateBackend].map(of);
        (sessions, of(Intent::Note))
    };
    assert_eq!(offers(Vec::new(), None), ([true; 2], true));
    let over = Event::RunFinished(RunFinished {
        ending: Ending::Aborted,
        reason: None,
    });
    assert_eq!(offers(vec![over], None), ([false; 2], true));
    assert_eq!(
        offers(Vec::new(), Some("no space left")),
        ([false; 2], false)
    );
}

#[test]
fn why_a_step_was_refused_is_read_whole_in_the_panel_and_in_the_dialogs() {
    let why = "the session on `main` is gone in which the steps before had left the temporary \
               table `moved`, advisory locks, the setting `app.tenant`: if that is meant, try \
               again with a reason";
    let [started, mut finished] = ran("close");
    if let Event::StepFinished(end) = &mut finished {
        end.outcome = Outcome::Failed;
        end.elsewhere = true;
        end.message = Some(why.to_owned());
    }
    let world = driving(PLAN, vec![started, finished]);
    let view = View {
        cursor: Some(0),
        ..View::default()
    };
    let whole = |drawn: &str| {
        let text = drawn.replace(['│', '┃'], " ");
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").contains(why)
    };
    for intent in [Intent::Act, Intent::Retry] {
        let Ok(Offer::Open(dialog)) = offer(&world, &view, intent, at(9)) else {
            panic!("something can be done about it");
        };
        for screen in drawn(&world, dialog, at(9)).split("\n\n") {
            assert!(whole(screen), "{screen}");
        }
    }
    // The panel beside the phases on the smallest screen, with room for its output.
    let scene = testing::scene(&world, &view, at(9));
    let panel = painted((50, 17), |area, buf| {
        crate::ui::panels::step(&scene, area, buf);
    });
    assert!(whole(&panel) && panel.contains("retry"), "{panel}");
}

#[test]
fn leaving_an_undo_out_says_what_that_means() {
    let plan = PLAN.replace(
        "shell = \"close\"",
        "shell = \"close\"\nundo = { shell = \"reopen\" }",
    );
    let mut events = ran("close").to_vec();
    let view = View {
        cursor: Some(0),
        ..View::default()
    };
    let asked = |events: &[Event], intent| {
        let world = driving(&plan, events.to_vec());
        match offer(&world, &view, intent, at(9)) {
            Ok(Offer::Open(dialog)) => drawn(&world, dialog, at(9)),
            other => panic!("{other:?}"),
        }
    };
    events.push(Event::RollbackStarted(RollbackStarted {
        tier: None,
        items: vec![UndoItem {
            step: "close".to_owned(),
            undo: true,
        }],
        since_t_zero: None,
        by_wall_clock: false,
    }));
    tells(
        &asked(&events, Intent::Skip),
        &[
            "Leave the undo of 1.1 Close the shop out",
            "It is not undone: what it did stays, and the record says so.",
            "Why does it stay?",
        ],
        &["Why is it left out?"],
    );
    tells(
        &asked(&events, Intent::Done),
        &[
            "1.1 Close the shop was undone by hand",
            "How was it undone?",
        ],
        &[],
    );
    tells(
        &asked(&[], Intent::Skip),
        &["Leave 1.1 Close the shop out", "Why is it left out?"],
        &["undo"],
    );
}

#[test]
fn what_a_step_done_by_hand_does_not_hand_on_is_said() {
    let plan = PLAN.replace("shell = \"close\"", "shell = \"cd /srv/shop\\nclose\"");
    let world = driving(&format!("carry = true\n{plan}"), Vec::new());
    let view = View {
        cursor: Some(0),
        ..View::default()
    };
    for intent in [Intent::Done, Intent::Skip] {
        let Ok(Offer::Open(dialog)) = offer(&world, &view, intent, at(9)) else {
            panic!("it can be settled");
        };
        let told = ["begin without what it sets for them:", "cd /srv/shop"];
        tells(&drawn(&world, dialog, at(9)), &told, &[]);
    }
}

#[test]
fn a_way_that_needs_a_value_asks_for_it_and_the_others_do_not() {
    let plan = PLAN.replace(
        "shell = \"close\"",
        "alternatives = [{ label = \"From the dump\", shell = \"load {{dump}}\" }, \
         { label = \"From the copy\", shell = \"copy\" }]",
    );
    let world = driving(&format!("vars = {{ dump = {{}} }}\n{plan}"), Vec::new());
    let view = View {
        cursor: Some(0),
        ..View::default()
    };
    let Ok(Offer::Open(Dialog::Pick(pick))) = offer(&world, &view, Intent::Act, at(9)) else {
        panic!("there are ways to pick from");
    };
    let picked: Vec<&Picked> = pick.items.iter().map(|item| &item.picked).collect();
    let [Picked::Value(name), Picked::Command(_)] = picked[..] else {
        panic!("{picked:?}");
    };
    assert_eq!(name, "dump");
    let told = ["load {{dump}}  (asks for dump)", "From the copy: copy"];
    tells(&drawn(&world, Dialog::Pick(pick), at(9)), &told, &[]);
}

#[test]
fn another_way_back_takes_the_place_of_the_one_that_is_gone() {
    let begun = Event::RollbackStarted(RollbackStarted {
        tier: Some("reopen".to_owned()),
        items: Vec::new(),
        since_t_zero: Some(0),
        by_wall_clock: false,
    });
    let [started, passed] = ran("apply");
    let mut world = world_of(
        &PLAN.replace(
            "shell = \"apply\"",
            "shell = \"apply\"\n  undo = { shell = \"unapply\" }",
        ),
        vec![started, passed, begun],
    );
    world.me = Some(1);
    world.driver = world.me;
    let Ok(Offer::Open(dialog)) = offer(&world, &View::default(), Intent::RollBack, at(9)) else {
        panic!("no other way is offered");
    };
    let mut view = View {
        dialog: Some(dialog),
        ..View::default()
    };
    let seen = drawn(&world, view.dialog.clone().unwrap(), at(9));
    tells(
        &seen,
        &["\"Reopen\" is being gone", "PICK A WAY"],
        &["GO BACK"],
    );
    assert_eq!(
        key(&mut view, &world, KeyEvent::from(KeyCode::Enter), at(9)),
        []
    );
    assert_eq!(
        key(&mut view, &world, KeyEvent::from(KeyCode::Right), at(9)),
        []
    );
    let seen = drawn(&world, view.dialog.clone().unwrap(), at(9));
    tells(&seen, &["undo 2.1 Apply", "GO BACK"], &[]);
    let sent = key(&mut view, &world, KeyEvent::from(KeyCode::Enter), at(9));
    assert!(
        format!("{sent:?}").contains("tier: Some(\"undo\")"),
        "{sent:?}"
    );
}

#[test]
fn whoever_leaves_a_screen_without_an_engine_is_not_told_that_the_run_goes_on() {
    let [started, _] = ran("close");
    let mut world = world(vec![started]);
    world.farewell = vec!["The run goes on without this screen.".to_owned()];
    let told = drawn(&world, Dialog::Quit, at(9));
    tells(&told, &["The run goes on", "roll back"], &[]);
    world.link = Link::Lost("it is gone".to_owned());
    let told = drawn(&world, Dialog::Quit, at(9));
    tells(
        &told,
        &["only what was started goes on", "gonogo resume"],
        &["The run goes on", "roll back"],
    );
}
