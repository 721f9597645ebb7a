use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::act::{Act, Answer, Tasked};
use super::screen::{Clicked, Look};
use super::sessions::{Order, Table, Wish};
use super::state::{Reel, State};
use super::tab::Tab;
use crate::monitor::testing::*;
use crate::monitor::{
    AlertStanding, Backend, DatabaseHealth, Effect, Evidence, Health, Inspection, Link, LockTree,
    Missing, Ours, Outcome, Picture, Planned, ReadingKind, Session, SessionLock, Shown,
    State as Doing, Subject,
};
use crate::ui::panels::watch::tests::alert;
use crate::ui::panels::watch::{Cursor, conditions};
use crate::ui::theme::Theme;
use crate::ui::widgets::testing::painted;

/// Five sessions that do five things.
fn watched() -> Arc<Health> {
    let mut picture = picture();
    let mut waiting = session(11, "web", Doing::Active, 12, "update orders set n = 1");
    waiting.wait = Some("Lock: transactionid".to_owned());
    picture.sessions = Arc::new(vec![
        session(14, "pool", Doing::Idle, 900, "select 1"),
        session(
            13,
            "web",
            Doing::Active,
            3,
            "select * from orders where customer = $1",
        ),
        session(
            12,
            "psql",
            Doing::IdleInTransaction,
            190,
            "select * from orders",
        ),
        waiting,
        ours(
            session(15, "", Doing::Active, 40, "alter table items add n int"),
            Evidence::Name,
        ),
    ]);
    Arc::new(health(vec![database(picture)]))
}

struct Screen {
    state: State,
    health: Arc<Health>,
}

impl Screen {
    fn new() -> Self {
        Screen {
            state: State::default(),
            health: watched(),
        }
    }

    fn press(&mut self, keys: &str) -> Vec<Act> {
        let mut acts = Vec::new();
        for letter in keys.chars() {
            let code = match letter {
                '\r' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '\t' => KeyCode::Tab,
                '↓' => KeyCode::Down,
                '↑' => KeyCode::Up,
                '→' => KeyCode::Right,
                '←' => KeyCode::Left,
                'H' => KeyCode::Home,
                'E' => KeyCode::End,
                letter => KeyCode::Char(letter),
            };
            let event = KeyEvent::new(code, KeyModifiers::NONE);
            acts.extend(self.state.key(&event, &self.health, now()));
        }
        acts
    }

    fn drawn(&mut self, width: u16, height: u16) -> String {
        self.state.size = Rect::new(0, 0, width, height);
        self.state.settle(&self.health);
        painted((width, height), |area, buf| self.look().draw(area, buf))
    }

    fn look(&self) -> Look<'_> {
        Look {
            state: &self.state,
            health: &self.health,
            now: now(),
            theme: Theme::new(false),
        }
    }
}

#[test]
fn the_screen_at_three_sizes() {
    let mut screen = Screen::new();
    screen.press("↓↓");
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        insta::assert_snapshot!(
            format!("sessions_{width}x{height}"),
            screen.drawn(width, height)
        );
    }
    for (width, height) in [(0, 0), (1, 1), (10, 3), (3, 10)] {
        screen.drawn(width, height);
    }
}

#[test]
fn the_screen_in_every_condition() {
    let mut screen = Screen::new();
    for (condition, health) in conditions::all() {
        screen.health = Arc::new(health);
        screen.state = State::default();
        insta::assert_snapshot!(format!("condition_{condition}"), screen.drawn(120, 30));
        if condition == "busy" {
            screen.state.reel = Some(Reel {
                at: 4,
                frames: 900,
                plays: true,
                speed: 4,
            });
            insta::assert_snapshot!("condition_played", screen.drawn(120, 30));
        }
    }
}

#[test]
fn every_tab_can_be_shown_and_clicked() {
    let mut screen = Screen::new();
    let mut seen = String::new();
    for tab in Tab::ALL {
        assert_eq!(screen.state.tab, tab);
        seen.push_str(&screen.drawn(80, 10));
        screen.press("\t");
    }
    assert_eq!(screen.state.tab, Tab::Sessions);
    insta::assert_snapshot!("tabs", seen);
    screen.press("2");
    assert_eq!(screen.state.tab, Tab::Locks);
    let area = Rect::new(0, 0, 100, 24);
    assert_eq!(
        screen.look().clicked(area, 2, 1),
        Clicked::Tab(Tab::Sessions)
    );
    screen.press("1");
    // The heading takes the first row of the table.
    assert_eq!(screen.look().clicked(area, 5, 4), Clicked::Session(11));
    assert_eq!(screen.look().clicked(area, 5, 3), Clicked::Nothing);
}

#[test]
fn sessions_are_sorted_and_filtered() {
    let health = watched();
    let picture = health.databases[0].picture.as_ref().unwrap();
    let pids = |order, reverse, filter: &str| {
        let filter = filter.to_owned();
        let wish = Wish {
            order,
            reverse,
            filter,
        };
        let mut table = Table::default();
        table.fit(picture, wish);
        let list = table.sessions(picture);
        list.iter().map(|session| session.pid).collect::<Vec<i32>>()
    };
    assert_eq!(pids(Order::State, false, ""), [11, 12, 15, 13, 14]);
    assert_eq!(pids(Order::Pid, false, ""), [11, 12, 13, 14, 15]);
    assert_eq!(pids(Order::Pid, true, ""), [15, 14, 13, 12, 11]);
    assert_eq!(pids(Order::Statement, false, ""), [14, 12, 15, 11, 13]);
    assert_eq!(pids(Order::Application, false, ""), [15, 14, 12, 11, 13]);
    assert_eq!(pids(Order::Pid, false, "ORDERS"), [11, 12, 13]);
    assert_eq!(pids(Order::Pid, false, "lock"), [11]);
    assert_eq!(pids(Order::Pid, false, "ours"), [15]);
    assert_eq!(pids(Order::Pid, false, "14"), [14]);
    assert!(pids(Order::Pid, false, "nothing").is_empty());
}

#[test]
fn keys_sort_reverse_and_filter() {
    let mut screen = Screen::new();
    screen.press("sS");
    assert_eq!(
        (screen.state.order, screen.state.reverse),
        (Order::Transaction, true)
    );
    screen.press("/web q\x1b");
    assert!(screen.state.filter.is_empty() && !screen.state.typing);
    screen.press("/web\r");
    assert_eq!(screen.state.filter, "web");
    assert_eq!(screen.state.sessions(&screen.health).len(), 2);
    let text = screen.drawn(80, 24);
    assert!(text.contains("only what holds \"web\""), "{text}");
    screen.press("\x1b");
    assert_eq!(screen.state.sessions(&screen.health).len(), 5);
}

#[test]
fn a_state_is_found_as_it_is_shown_and_as_the_server_calls_it() {
    let mut screen = Screen::new();
    for (filter, pids) in [
        ("idle in tx", vec![12]),
        ("idle in transaction", vec![12]),
        ("lock wait", vec![11]),
        ("Lock: trans", vec![11]),
    ] {
        screen.press(&format!("/{filter}\r"));
        let found = screen.state.sessions(&screen.health);
        let found: Vec<i32> = found.iter().map(|session| session.pid).collect();
        assert_eq!(found, pids, "{filter}");
        screen.press("\x1b");
    }
}

#[test]
fn a_process_of_the_server_has_the_name_that_it_is_sorted_by() {
    let mut screen = Screen::new();
    let mut vacuum = session(
        16,
        "",
        Doing::Active,
        30,
        "autovacuum: VACUUM public.orders",
    );
    (vacuum.user, vacuum.client) = (None, None);
    vacuum.kind = Some("autovacuum worker".to_owned());
    let mut guessed = vacuum.clone();
    guessed.pid = 17;
    let guessed = ours(guessed, Evidence::Guess);
    change(&mut screen, |picture| {
        picture.sessions = Arc::new(vec![vacuum, guessed]);
    });
    let seen = screen.drawn(120, 24);
    for row in ["16       autovacuum  ", "17       ours? 2.3 autovac"] {
        assert!(seen.contains(row), "{row}: {seen}");
    }
}

#[test]
fn what_lists_nothing_is_not_filtered() {
    let mut screen = Screen::new();
    screen.press("3/");
    assert_eq!(
        (screen.state.tab, screen.state.typing),
        (Tab::Connections, false)
    );
    assert!(screen.drawn(80, 24).contains("can be filtered"));
}

#[test]
fn a_long_message_has_the_rows_that_it_takes() {
    let mut screen = Screen::new();
    let words = "permission denied to terminate process: only roles with the SUPERUSER attribute may \
                 terminate processes of roles with the SUPERUSER attribute";
    screen.state.message = Some((words.to_owned(), true));
    let seen = screen.drawn(80, 24);
    let told: Vec<&str> = seen.split_whitespace().collect();
    assert!(told.join(" ").contains(words), "{seen}");
    assert!(seen.contains("quit"), "{seen}");
}

#[test]
fn where_it_looks_is_on_the_screen_and_in_the_question() {
    let mut screen = Screen::new();
    let health = Arc::make_mut(&mut screen.health);
    "db1.internal:5432".clone_into(&mut health.databases[0].place);
    change(&mut screen, |picture| {
        picture.server.up = Some(Duration::from_secs(40));
    });
    let seen = screen.drawn(120, 24);
    assert!(seen.contains("shop at db1.internal:5432"), "{seen}");
    assert!(seen.contains("STARTED 40s ago"), "{seen}");
    screen.press("k");
    let asked = screen.drawn(80, 24);
    assert!(asked.contains("on shop at db1.internal:5432"), "{asked}");
    change(&mut screen, |picture| {
        picture.server.up = Some(Duration::from_secs(4_000));
    });
    assert!(!screen.drawn(120, 24).contains("STARTED"));
}

#[test]
fn what_stands_still_stays_though_more_is_known() {
    let mut screen = Screen::new();
    screen.press(" ");
    screen.health = Arc::default();
    assert_eq!(
        screen
            .state
            .sessions(screen.state.health(&screen.health))
            .len(),
        5
    );
    assert!(screen.drawn(80, 24).contains("FROZEN"));
    screen.press(" ");
    assert!(screen.state.health(&screen.health).databases.is_empty());
}

#[test]
fn a_session_is_looked_at_from_near() {
    let mut screen = Screen::new();
    own_role(&mut screen);
    let backend = Backend {
        pid: 11,
        started: 1,
    };
    assert_eq!(
        screen.press("\r"),
        [Act::Task(Tasked::Inspect(backend.into()))]
    );
    let waiting = screen.drawn(80, 24);
    assert!(waiting.contains("being looked up"), "{waiting}");
    let near = Inspection {
        statement: "update orders set n = 1\n where id = 7".to_owned(),
        cut: false,
        locks: vec![
            SessionLock {
                mode: "Share".to_owned(),
                object: "transaction 740".to_owned(),
                granted: false,
                waited: secs(12),
            },
            SessionLock {
                mode: "RowExclusive".to_owned(),
                object: "orders".to_owned(),
                granted: true,
                waited: None,
            },
        ],
        blocked_by: vec![12],
        blocks: vec![19, 20],
        ..Inspection::default()
    };
    screen.state.take(Answer::Inspected(11, Ok(near.clone())));
    // What was asked about another session comes too late.
    screen
        .state
        .take(Answer::Inspected(99, Err("gone".to_owned())));
    let acts = screen.press("e");
    assert_eq!(
        acts,
        [Act::Task(Tasked::Explain(
            Backend {
                pid: 11,
                started: 1
            },
            Shown {
                text: near.statement.clone(),
                cut: false
            },
            false
        ))]
    );
    let plan = Planned {
        notes: vec!["planned with this monitor's role".to_owned()],
        lines: vec![
            "Update on orders".to_owned(),
            "  ->  Seq Scan on orders".to_owned(),
        ],
    };
    screen.state.take(Answer::Explained(11, Ok(plan)));
    insta::assert_snapshot!("detail", screen.drawn(100, 30));
    assert_eq!(screen.press("y"), [Act::Copy(near.statement)]);
    screen.press("\x1b");
    assert!(screen.state.detail.is_none());
}

#[test]
fn a_long_statement_is_copied_whole_or_said_to_be_a_beginning() {
    let listed = format!("select 1 where id <> {}", "7".repeat(279));
    let ask = || {
        let mut screen = Screen::new();
        change(&mut screen, |picture| {
            let sessions = Arc::make_mut(&mut picture.sessions);
            let found = sessions.iter_mut().find(|one| one.pid == 11);
            found.unwrap().statement = Some(listed.clone());
        });
        screen.drawn(120, 36);
        let acts = screen.press("y");
        assert!(
            matches!(&acts[..], [Act::Task(Tasked::Copy(subject, text))]
                if subject.pid() == 11 && *text == listed),
            "{acts:?}"
        );
        screen
    };
    let told = |near| Answer::Copied(listed.clone(), near);
    let near = |statement: String, cut| {
        Ok(Inspection {
            statement,
            cut,
            ..Inspection::default()
        })
    };
    let whole = format!("{listed} and x\r\n = '\x1b[201~'");
    for (answer, copied, words) in [
        (
            told(near(format!("{listed}8"), false)),
            format!("{listed}8"),
            "the statement was sent",
        ),
        (
            told(near(whole, false)),
            format!("{listed} and x\n = '␛[201~'"),
            "; 1 control character in it is a sign now",
        ),
        (
            told(near(format!("{listed}8"), true)),
            format!("{listed}8"),
            "only its first 301 characters were sent to the terminal's clipboard: the server keeps",
        ),
        (
            told(near("commit".to_owned(), false)),
            listed.clone(),
            "only its first 300 characters were sent to the terminal's clipboard: another one runs",
        ),
        (
            told(Err("session 11 has ended".to_owned())),
            listed.clone(),
            "clipboard: session 11 has ended",
        ),
    ] {
        let mut screen = ask();
        assert_eq!(screen.state.take(answer), [Act::Copy(copied)]);
        let (said, _) = screen.state.message.clone().unwrap();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn what_is_looked_at_from_near_is_looked_up_again_while_it_is_shown() {
    let mut screen = Screen::new();
    let later = |secs| now().plus(Duration::from_secs(secs));
    assert_eq!(
        screen.state.look_again(later(60)),
        None,
        "nothing is looked at"
    );
    screen.press("\r");
    assert_eq!(
        screen.state.look_again(later(60)),
        None,
        "it was asked already"
    );
    let near = |pid| Inspection {
        blocked_by: vec![pid],
        ..Inspection::default()
    };
    screen.state.take(Answer::Inspected(11, Ok(near(12))));
    assert_eq!(screen.state.look_again(later(4)), None, "it is too early");
    let backend = Backend {
        pid: 11,
        started: 1,
    };
    let again = Some(Tasked::Inspect(backend.into()));
    assert_eq!(screen.state.look_again(later(5)), again);
    assert_eq!(
        screen.state.look_again(later(20)),
        None,
        "it was asked already"
    );
    // Until the answer comes, what is shown says how old it is.
    let shown = |screen: &mut Screen, secs| {
        screen.state.size = Rect::new(0, 0, 80, 24);
        let look = Look {
            now: later(secs),
            ..screen.look()
        };
        painted((80, 24), |area, buf| look.draw(area, buf))
    };
    let text = shown(&mut screen, 7);
    assert!(
        text.contains("Locks  7.0s old") && text.contains("waits for 12"),
        "{text}"
    );
    screen.state.take(Answer::Inspected(11, Ok(near(14))));
    let text = shown(&mut screen, 7);
    assert!(
        !text.contains("Locks  2") && text.contains("waits for 14"),
        "{text}"
    );
    // What stands still is not asked for.
    screen.press(" ");
    assert_eq!(screen.state.look_again(later(60)), None);
    screen.press(" \x1b");
    assert_eq!(screen.state.look_again(later(60)), None);
}

/// Changes what is seen of the database.
fn change(screen: &mut Screen, change: impl FnOnce(&mut Picture)) {
    let mut health = Health::clone(&screen.health);
    change(Arc::make_mut(health.databases[0].picture.as_mut().unwrap()));
    screen.health = Arc::new(health);
}

/// Watches as the role that the session 11 has.
fn own_role(screen: &mut Screen) {
    change(screen, |picture| picture.server.role = "app".to_owned());
}

/// Changes the session 11, wherever it is seen.
fn of_waiting(screen: &mut Screen, with: impl Fn(&mut Session)) {
    change(screen, |picture| {
        let nodes = picture.locks.nodes.iter_mut().map(|node| &mut node.session);
        let all = nodes.chain(Arc::make_mut(&mut picture.sessions));
        all.filter(|session| session.pid == 11).for_each(with);
    });
}

#[test]
fn from_near_a_session_is_what_it_is_now() {
    let mut screen = Screen::new();
    own_role(&mut screen);
    screen.press("\r");
    let near = Inspection {
        statement: "update orders set n = 1 where id = 7".to_owned(),
        cut: true,
        ..Inspection::default()
    };
    screen.state.take(Answer::Inspected(11, Ok(near)));
    assert!(screen.drawn(80, 24).contains("where id = 7"));
    change(&mut screen, |picture| {
        let found = Arc::make_mut(&mut picture.sessions)
            .iter_mut()
            .find(|one| one.pid == 11);
        let session = found.unwrap();
        session.state = Doing::IdleInTransaction;
        session.statement = Some("select now()".to_owned());
    });
    let text = screen.drawn(80, 24);
    assert!(
        text.contains("select now()") && !text.contains("where id = 7"),
        "{text}"
    );
    let shown = Shown {
        text: "select now()".to_owned(),
        cut: false,
    };
    assert_eq!(screen.press("y"), [Act::Copy(shown.text.clone())]);
    let acts = screen.press("e");
    assert!(
        matches!(&acts[..], [Act::Task(Tasked::Explain(_, what, _))] if *what == shown),
        "{acts:?}"
    );
    screen.press("c");
    let (words, _) = screen.state.message.clone().unwrap();
    assert!(words.contains("no statement to cancel"), "{words}");
}

#[test]
fn what_was_picked_is_left_with_its_panel_and_its_database() {
    let mut screen = Screen::new();
    let mut health = Health::clone(&screen.health);
    health.databases.push(health.databases[0].clone());
    screen.health = Arc::new(health);
    let picked = |screen: &Screen| {
        let state = &screen.state;
        (state.session.picked(), state.detail.is_some())
    };
    screen.press("↓↓\r");
    assert_eq!(picked(&screen), (Some(15), true));
    screen.press("D");
    assert_eq!(picked(&screen), (None, false));
    screen.press("↓\r2");
    assert_eq!(picked(&screen), (None, false));
    screen.press("1↓");
    screen.state.show(Tab::Sessions);
    assert_eq!(picked(&screen).0, Some(12), "it is the same panel");
}

#[test]
fn the_process_that_replays_a_log_takes_no_signals() {
    let mut screen = Screen::new();
    change(&mut screen, |picture| {
        let mut recovery = session(9, "recovery", Doing::Other, 9, "");
        recovery.kind = Some("startup".to_owned());
        picture.locks = LockTree {
            nodes: vec![node(0, recovery, None)],
            ..LockTree::default()
        };
    });
    for key in ["2c", "k"] {
        screen.press(key);
        let (words, bad) = screen.state.message.clone().unwrap();
        assert!(bad && words.contains("takes no signals"), "{words}");
        assert!(screen.state.question.is_none());
    }
}

#[test]
fn a_session_that_ends_late_is_not_said_to_be_there_any_more() {
    let mut screen = Screen::new();
    let told = |screen: &Screen| screen.state.message.clone().unwrap().0;
    screen.state.take(Answer::Signalled(Outcome {
        pid: 13,
        effect: Effect::StillThere,
        words: "13 was told to end, but it is still there".to_owned(),
    }));
    screen.drawn(80, 24);
    assert!(told(&screen).contains("still there"));
    change(&mut screen, |picture| picture.sessions = Arc::default());
    screen.drawn(80, 24);
    assert_eq!(told(&screen), "session 13 has ended after all");
}

#[test]
fn who_ends_a_session_of_a_run_is_told_so() {
    let mut screen = Screen::new();
    change(&mut screen, |picture| {
        let mut own = session(9, "gonogo:7096a2:1.2", Doing::Active, 70, "select 1");
        own.ours = Some(Ours {
            by: Evidence::Name,
            step: Some("7096a2:1.2".to_owned()),
        });
        picture.locks = LockTree {
            nodes: vec![node(0, own, None)],
            ..LockTree::default()
        };
    });
    screen.press("2k");
    let lines = screen.state.question.as_ref().unwrap().lines.join("\n");
    assert!(lines.contains("the run 7096a2:1.2 of gonogo"), "{lines}");
}

#[test]
fn an_autovacuum_is_called_so_and_it_is_said_what_cancelling_it_does() {
    let mut screen = Screen::new();
    let statement = "autovacuum: VACUUM public.orders (to prevent wraparound)";
    change(&mut screen, |picture| {
        let mut vacuum = session(9, "", Doing::Active, 70, statement);
        vacuum.kind = Some("autovacuum worker".to_owned());
        (vacuum.user, vacuum.client) = (None, None);
        picture.locks = LockTree {
            nodes: vec![node(0, vacuum, None)],
            ..LockTree::default()
        };
    });
    screen.press("2");
    let seen = screen.drawn(120, 24);
    let words = "9 autovacuum to prevent wraparound 70s";
    assert!(seen.contains(words), "{seen}");
    screen.press("c");
    let lines = screen.state.question.as_ref().unwrap().lines.join("\n");
    assert!(lines.contains("soon begins again"), "{lines}");
    screen.press("n\r");
    let seen = screen.drawn(120, 24);
    assert!(seen.contains("a process of the server itself"), "{seen}");
}

#[test]
fn from_the_end_of_what_is_seen_from_near_it_goes_up_at_once() {
    let mut screen = Screen::new();
    screen.press("\r");
    let scrolled = |screen: &mut Screen, by| {
        screen.state.detail.as_mut().unwrap().scroll(by);
        screen.drawn(60, 12)
    };
    let top = screen.drawn(60, 12);
    let end = scrolled(&mut screen, i64::MAX);
    let before = scrolled(&mut screen, -1);
    assert!(top != end && end != before);
}

#[test]
fn only_enter_cancels_and_only_what_can_be_cancelled() {
    let mut screen = Screen::new();
    let backend = Backend {
        pid: 11,
        started: 1,
    };
    assert!(screen.press("cy").is_empty());
    assert_eq!(
        screen.state.message,
        Some(("nothing was done".to_owned(), false))
    );
    // Only the statement that was shown, whatever the session has begun meanwhile.
    of_waiting(&mut screen, |session| session.statement_started = Some(5));
    screen.press("c");
    of_waiting(&mut screen, |session| session.statement_started = Some(6));
    assert_eq!(
        screen.press("\r"),
        [Act::Task(Tasked::Cancel(backend, Some(5)))]
    );
    let wait = |wait: &'static str| move |one: &mut Session| one.wait = Some(wait.to_owned());
    of_waiting(&mut screen, wait("IPC: SyncRep"));
    screen.state.session = Cursor::on(Some(11));
    screen.press("c");
    let asked = screen.drawn(200, 24);
    assert!(asked.contains("is committed here already"), "{asked}");
    screen.press("x");
    of_waiting(&mut screen, wait("Lock: transactionid"));
    screen.state.session = Cursor::default();
    screen.press("k");
    insta::assert_snapshot!("question", screen.drawn(80, 24));
    let acts = screen.press("\r");
    assert_eq!(acts, [Act::Task(Tasked::Terminate(backend))]);
    let outcome = Outcome {
        pid: 11,
        effect: Effect::StillThere,
        words: "11 was told to end, but it is still there".to_owned(),
    };
    screen.state.take(Answer::Signalled(outcome));
    assert!(screen.state.message.as_ref().unwrap().1);
    // The next one is idle in a transaction: there is nothing to cancel.
    screen.press("↓c");
    let (words, bad) = screen.state.message.clone().unwrap();
    assert!(bad && words.contains("no statement to cancel"), "{words}");
    assert!(screen.state.question.is_none());
}

#[test]
fn a_statement_of_another_role_is_planned_only_once_enter_has_agreed() {
    let mut screen = Screen::new();
    change(&mut screen, |picture| {
        picture.server.role = "\"Dba\"".to_owned();
    });
    of_waiting(&mut screen, |session| session.user = Some("Dba".to_owned()));
    let explains = |acts: &[Act], agreed: bool| {
        let explains =
            |act: &Act| matches!(act, Act::Task(Tasked::Explain(_, _, so)) if *so == agreed);
        acts.iter().any(explains)
    };
    let any = |acts: &[Act]| explains(acts, true) || explains(acts, false);
    let acts = screen.press("e");
    assert!(explains(&acts, false) && screen.state.question.is_none());
    screen.press("\x1b");
    of_waiting(&mut screen, |session| session.user = Some("app".to_owned()));
    assert!(!any(&screen.press("e")), "it is asked first");
    insta::assert_snapshot!("another_role", screen.drawn(80, 24));
    assert!(!any(&screen.press("e")), "nothing but Enter does it");
    assert!(!any(&screen.press("e")) && screen.state.question.is_some());
    assert!(explains(&screen.press("\r"), true));
    // Whose it is may not be seen: that is nobody to trust.
    of_waiting(&mut screen, |session| session.user = None);
    assert!(!any(&screen.press("e")) && screen.state.question.is_some());
}

#[test]
fn a_recording_is_wound_and_asks_no_server() {
    let mut screen = Screen::new();
    screen.state.reel = Some(Reel {
        at: 0,
        frames: 3,
        plays: true,
        speed: 1,
    });
    screen.press("→→→");
    let reel = |screen: &Screen| screen.state.reel.unwrap();
    assert_eq!((reel(&screen).at, reel(&screen).plays), (2, false));
    screen.press("←+++ ");
    assert_eq!(
        (reel(&screen).at, reel(&screen).plays, reel(&screen).speed),
        (1, true, 8)
    );
    assert!(screen.press("\r").is_empty());
    let text = screen.drawn(100, 24);
    assert!(
        text.contains("they are not recorded") && !text.contains("being looked up"),
        "{text}"
    );
    screen.press("\x1be");
    assert!(
        screen
            .state
            .message
            .as_ref()
            .unwrap()
            .0
            .contains("no server to ask")
    );
    screen.press("k");
    assert!(screen.state.question.is_none());
    assert!(screen.drawn(100, 24).contains("2 of 3"));
    let played = screen.drawn(100, 24);
    let footer = played.lines().last().unwrap_or_default();
    assert!(
        footer.contains("look") && footer.contains("copy"),
        "{footer}"
    );
    assert!(
        !footer.contains("explain") && !footer.contains("cancel"),
        "{footer}"
    );
    assert!(!screen.drawn(100, 24).contains("MISSING"));
    let missing = |line| Missing {
        line,
        byte: 9_123,
        lines: 52,
    };
    screen.state.missing = vec![missing(11), missing(131)];
    let text = screen.drawn(120, 24);
    let words = "MISSING lines 11 to 62 (from byte 9123) and 1 more  recording";
    assert!(text.contains(words), "{text}");
}

#[test]
fn of_a_hidden_session_is_told_what_the_locks_tell_and_the_rest_is_unknown() {
    let mut screen = Screen::new();
    let mut seen = picture();
    seen.server.rights = crate::monitor::Rights::default();
    let mut hidden = session(11, "web", Doing::Hidden, 0, "");
    (hidden.started, hidden.statement, hidden.wait) = (None, None, None);
    (hidden.transaction_age, hidden.query_age, hidden.state_age) = (None, None, None);
    seen.sessions = Arc::new(vec![hidden]);
    screen.health = Arc::new(health(vec![database(seen)]));
    let subject = Subject::Session {
        pid: 11,
        started: None,
    };
    assert_eq!(screen.press("\r"), [Act::Task(Tasked::Inspect(subject))]);
    let text = screen.drawn(100, 24);
    for words in [
        "hidden  waits: unknown",
        "transaction unknown",
        "(it may not be seen)",
        "session 11 is hidden: grant pg_monitor to monitor",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let waits = SessionLock {
        mode: "Exclusive".to_owned(),
        object: "advisory lock 42".to_owned(),
        granted: false,
        waited: secs(120),
    };
    let near = Inspection {
        locks: vec![waits],
        blocked_by: vec![12, 0],
        ..Inspection::default()
    };
    screen.state.take(Answer::Inspected(11, Ok(near)));
    let text = screen.drawn(100, 24);
    for words in [
        "hidden  waits: Exclusive on advisory lock 42 for 2m",
        "waits for 12, a prepared transaction",
        "waits for Exclusive on advisory lock 42 for 2m",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_prepared_transaction_is_looked_at_from_near() {
    let mut screen = Screen::new();
    let mut held = picture();
    let prepared = |gid: &str| crate::monitor::Prepared {
        gid: gid.to_owned(),
        owner: Some("dba".to_owned()),
        age: secs(157),
        transactions: Some(1_200),
    };
    let mut none = session(0, "", Doing::Prepared, 9, "");
    none.started = None;
    held.locks.nodes = vec![node(0, none, None)];
    held.locks.prepared = vec![prepared("o'clock")];
    screen.health = Arc::new(health(vec![database(held)]));
    assert_eq!(
        screen.press("2\r"),
        [Act::Task(Tasked::Inspect(Subject::Prepared))]
    );
    let lock = SessionLock {
        mode: "RowExclusive".to_owned(),
        object: "orders".to_owned(),
        granted: true,
        waited: None,
    };
    let near = Inspection {
        blocks: vec![31],
        prepared: vec![
            (prepared("o'clock"), vec![lock]),
            (prepared("idle"), Vec::new()),
        ],
        ..Inspection::default()
    };
    screen.state.take(Answer::Inspected(0, Ok(near)));
    insta::assert_snapshot!("prepared", screen.drawn(100, 24));
    assert!(screen.press("e").len() < 2);
    let text = screen.drawn(100, 30);
    assert!(text.contains("what is prepared has no statement"), "{text}");
}

#[test]
fn the_keys_are_shown() {
    let mut screen = Screen::new();
    screen.press("?");
    insta::assert_snapshot!("help", screen.drawn(100, 42));
    screen.press("\x1b");
    assert!(!screen.state.help);
}

#[test]
fn keys_mean_the_session_that_is_shown_and_never_another() {
    let mut screen = Screen::new();
    let pid_of = |screen: &Screen| screen.state.question.as_ref().map(|q| q.backend.pid);
    screen.press("\r");
    assert_eq!(screen.state.detail.as_ref().unwrap().session.pid, 11);
    // Another one has waited for longer by now, and stands first.
    let mut more = Health::clone(&screen.health);
    let picture = Arc::make_mut(more.databases[0].picture.as_mut().unwrap());
    let mut longer = session(10, "cron", Doing::Active, 99, "delete from orders");
    longer.wait = Some("Lock: tuple".to_owned());
    Arc::make_mut(&mut picture.sessions).push(longer);
    screen.health = Arc::new(more.clone());
    screen.press("k");
    assert_eq!(pid_of(&screen), Some(11));
    screen.press("n\x1bk");
    assert_eq!(pid_of(&screen), Some(11), "the cursor has stayed with it");
    screen.press("n");
    let picture = Arc::make_mut(more.databases[0].picture.as_mut().unwrap());
    Arc::make_mut(&mut picture.sessions).retain(|session| session.pid != 11);
    screen.health = Arc::new(more);
    screen.press("k");
    assert_eq!(pid_of(&screen), None);
    let (words, bad) = screen.state.message.clone().unwrap();
    assert!(
        bad && words == "session 11 is not listed any more: pick another",
        "{words}"
    );
}

/// Of the list that is seen, those with the pids in `gone` leave it.
fn leave(screen: &mut Screen, gone: &[i32]) {
    change(screen, |picture| {
        let sessions = Arc::make_mut(&mut picture.sessions);
        sessions.retain(|session| !gone.contains(&session.pid));
        let nodes = &mut picture.locks.nodes;
        nodes.retain(|node| !gone.contains(&node.session.pid));
    });
}

#[test]
fn where_a_session_was_that_has_ended_the_cursor_is_seen_and_moves_from_there() {
    let asked = |screen: &Screen| screen.state.question.as_ref().map(|q| q.backend.pid);
    for (keys, pid) in [("↑", 12), ("↓", 13), ("H", 11), ("E", 14)] {
        for tab in ["1", "2"] {
            let mut screen = Screen::new();
            change(&mut screen, |picture| {
                let one = |pid| node(0, session(pid, "web", Doing::Active, 9, "select 1"), None);
                picture.locks.nodes = [11, 12, 15, 13, 14].map(one).to_vec();
            });
            screen.press(tab);
            screen.press("↓↓");
            screen.drawn(100, 24);
            leave(&mut screen, &[15]);
            let seen = screen.drawn(100, 24);
            assert!(seen.contains("15 is not listed any more"), "{seen}");
            screen.press("k");
            assert_eq!(asked(&screen), None, "nobody is under it");
            screen.press(keys);
            let seen = screen.drawn(100, 24);
            assert!(!seen.contains("not listed"), "{seen}");
            screen.press("k");
            assert_eq!(asked(&screen), Some(pid), "{keys}");
        }
    }
}

#[test]
fn keys_are_about_the_session_that_was_drawn_under_the_cursor() {
    let mut screen = Screen::new();
    screen.drawn(100, 24);
    leave(&mut screen, &[11]);
    screen.press("k");
    assert!(screen.state.question.is_none(), "nobody has seen the next");
    screen.drawn(100, 24);
    screen.press("k");
    let question = screen.state.question.clone().unwrap();
    assert_eq!(question.backend.pid, 12);
}

#[test]
fn what_is_typed_for_a_filter_leaves_the_session_that_was_picked() {
    let mut screen = Screen::new();
    screen.press("↓↓/web\r");
    let seen = screen.drawn(100, 24);
    assert!(!seen.contains("not listed"), "{seen}");
    assert_eq!(screen.state.cursor(&screen.health).session(), Some(11));
}

#[test]
fn before_any_was_picked_the_first_is_under_the_cursor() {
    let mut screen = Screen::new();
    assert_eq!(
        screen.look().clicked(Rect::new(0, 0, 80, 24), 5, 4),
        Clicked::Session(11)
    );
    assert_eq!(screen.state.cursor(&screen.health).session(), Some(11));
    screen.press("↓");
    assert_eq!(screen.state.session.picked(), Some(12));
}

#[test]
fn what_a_role_may_not_see_is_said_and_so_is_the_grant() {
    let mut screen = Screen::new();
    let mut hidden = picture();
    hidden.server.rights.may_see_all = false;
    hidden.connections.by_state.hidden = 15;
    hidden.connections.oldest_transaction = None;
    let mut node = node(0, session(18, "web", Doing::Hidden, 1, ""), None);
    node.session.started = None;
    hidden.locks.nodes = vec![node];
    screen.health = Arc::new(health(vec![database(hidden)]));
    let grant = "what 15 sessions do is hidden: grant pg_monitor to monitor";
    let text = screen.drawn(80, 24);
    assert!(text.contains(grant), "{text}");
    assert!(text.contains("running 0, 15 hidden"), "{text}");
    screen.press("2");
    let text = screen.drawn(120, 36);
    assert!(
        text.contains("Running  0, 15 hidden") && !text.contains("nothing runs"),
        "{text}"
    );
    screen.press("3");
    let text = screen.drawn(80, 24);
    assert!(
        text.contains("which transactions are open is hidden"),
        "{text}"
    );
    screen.press("2k");
    let (words, _) = screen.state.message.clone().unwrap();
    assert_eq!(words, "session 18 is hidden: grant pg_monitor to monitor");
    screen.press("1k");
    assert_eq!(screen.state.message.clone().unwrap().0, grant);
}

#[test]
fn a_prepared_transaction_is_ended_by_its_name() {
    let mut screen = Screen::new();
    let mut held = picture();
    held.locks.nodes = vec![node(0, session(0, "", Doing::Prepared, 9, ""), None)];
    held.locks.prepared = vec![crate::monitor::Prepared {
        gid: "o'clock".to_owned(),
        owner: None,
        age: None,
        transactions: None,
    }];
    screen.health = Arc::new(health(vec![database(held)]));
    screen.press("2k");
    let (words, _) = screen.state.message.clone().unwrap();
    assert_eq!(
        words,
        "that is the prepared transaction o'clock (ended by COMMIT or ROLLBACK PREPARED of whoever \
         coordinates it)"
    );
}

/// Two databases; in the one that is not shown three sessions wait.
fn with_another() -> Screen {
    let mut screen = Screen::new();
    let mut other = picture();
    other.locks.waiters = 3;
    let mut other = database(other);
    "other".clone_into(&mut other.name);
    Arc::make_mut(&mut screen.health).databases.push(other);
    screen
}

#[test]
fn alerts_are_told_whatever_is_looked_at() {
    let mut screen = with_another();
    let rule = |name: &str, standing| alert(name, standing, ReadingKind::Breach, "212");
    Arc::make_mut(&mut screen.health).alerts = vec![
        rule("slow shop", AlertStanding::Quiet),
        rule("too many errors", AlertStanding::Firing),
        rule("pool", AlertStanding::Firing),
        rule("lag", AlertStanding::Blind),
    ];
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let seen = screen.drawn(width, height);
        for words in [
            "! 2 alerts",
            "? 1 blind",
            "9 Alerts 2!",
            "! too many errors   ! pool",
        ] {
            assert!(seen.contains(words), "{words}: {seen}");
        }
        if width == 80 {
            insta::assert_snapshot!("alerts_80x24", seen);
        }
    }
    assert!(screen.drawn(60, 24).contains("9 2! "));
    let area = Rect::new(0, 0, 80, 24);
    let alerts = Clicked::Tab(Tab::Alerts);
    assert_eq!(screen.look().clicked(area, 77, 1), alerts);
    // A recording says the time that is looked at, and the line below what fires.
    screen.state.reel = Some(Reel {
        at: 4,
        frames: 900,
        plays: true,
        speed: 4,
    });
    let seen = screen.drawn(80, 24);
    assert!(
        seen.contains("5 of 900") && seen.contains("9 Alerts 2!"),
        "{seen}"
    );
    Arc::make_mut(&mut screen.health).alerts.clear();
    let seen = screen.drawn(80, 24);
    assert!(
        seen.contains("9 Alerts ") && !seen.contains("alert "),
        "{seen}"
    );
}

#[test]
fn databases_that_are_not_shown_say_what_is_wrong_with_them() {
    let mut screen = with_another();
    let said = |screen: &mut Screen, words: &str| {
        for (width, height) in [(80, 24), (120, 36)] {
            let seen = screen.drawn(width, height);
            assert!(seen.contains(words), "{words}: {seen}");
            assert!(seen.contains(" D db "), "{seen}");
        }
    };
    said(&mut screen, "! other: 3 waiting for locks   ");
    let change = |screen: &mut Screen, change: &dyn Fn(&mut DatabaseHealth)| {
        change(&mut Arc::make_mut(&mut screen.health).databases[1]);
    };
    change(&mut screen, &|other| {
        let mut picture = picture();
        picture.at = ago(42);
        other.picture = Some(Arc::new(picture));
    });
    said(&mut screen, "! other: seen 42s ago   ");
    change(&mut screen, &|other| {
        other.link = Link::Down {
            since: ago(6),
            reason: "connection refused".to_owned(),
            unasked: false,
        };
    });
    said(&mut screen, "! other: no connection   ");
    // Its alert says the same; that of the one that is shown says more.
    let lost = |name: &str| alert(name, AlertStanding::Firing, ReadingKind::Breach, "");
    let health = Arc::make_mut(&mut screen.health);
    health.alerts = vec![lost("other: lost"), lost("main: lost")];
    said(&mut screen, "! other: no connection   ! main: lost   ");
    Arc::make_mut(&mut screen.health).alerts.clear();
    change(&mut screen, &|other| {
        (other.link, other.picture) = (Link::Connecting, None);
    });
    said(&mut screen, " other: connecting   ");
    change(&mut screen, &|other| *other = database(picture()));
    let seen = screen.drawn(80, 24);
    assert!(!seen.contains("other: "), "{seen}");
    // The one that is shown says it in its own words, and the first is hidden now.
    screen = with_another();
    screen.press("D");
    let seen = screen.drawn(80, 24);
    assert!(
        seen.contains("! 3 waiting for locks") && !seen.contains("other: "),
        "{seen}"
    );
    let seen = Screen::new().drawn(80, 24);
    assert!(!seen.contains(" D db "), "{seen}");
}
