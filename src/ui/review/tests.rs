//! The screen of a review without a terminal: keys in, frames and deeds out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::Setup;
use super::desk::News;
use super::screen;
use super::state::{Pane, Reaction, State};
use crate::clock::Moment;
use crate::plan::migrations::{self, Applied, Folder, Raw, Tool};
use crate::plan::{self, Source, sha256};
use crate::project::Reading;
use crate::review::{Record, Subject, Voice};
use crate::ui::theme::Theme;
use crate::ui::widgets::testing::sketch;

const PLAN: &str = r#"title = "Widen the totals"
environment = "production"
review = { approvals = 2 }

[databases.main]
url_env = "DATABASE_URL"

[[phase]]
name = "Deploy"
kind = "deploy"
gate = { approvals = ["lead"] }

  [[phase.step]]
  id = "widen"
  title = "Widen"
  sql = "alter table orders alter column total type bigint"
  lock_timeout = "2s"
  undo = { sql = "alter table orders alter column total type integer" }

  [[phase.step]]
  id = "look"
  title = "Look at the shop"
  check = "Does it answer?"
"#;

struct Bench(State);

impl Bench {
    fn new(width: u16, height: u16) -> Self {
        let opened = plan::open("plan.toml", PLAN.as_bytes());
        let mut state = State::new(Setup {
            path: "plan.toml".into(),
            source: opened.source,
            plan: opened.plan.unwrap(),
            problems: opened.problems,
            sources: Vec::new(),
            applied: Applied::default(),
            record: Record::default(),
            name: "ann".to_owned(),
        });
        state.size = Rect::new(0, 0, width, height);
        Bench(state)
    }

    /// What a key does; what somebody does by it is written down at once.
    fn press(&mut self, code: KeyCode) -> Option<Reaction> {
        let event = KeyEvent::new(code, KeyModifiers::NONE);
        let reaction = self.0.key(event, Moment::default());
        if let Some(Reaction::Write(deed)) = &reaction {
            let voice = Voice {
                name: "ann",
                at: &deed.at,
            };
            let subject = Subject {
                digest: &deed.digest,
                text: &deed.text,
                files: &deed.files,
            };
            let mut record = self.0.record.clone();
            record.take(deed.act.clone(), voice, subject);
            self.0
                .take(News::Record(Box::new(record)), Moment::default());
        }
        reaction
    }

    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    fn becomes(&mut self, text: &str) {
        self.becomes_with(text, &[]);
    }

    /// The same with the files that `sqlx migrate run` applies: their names and what they hold.
    fn becomes_with(&mut self, text: &str, files: &[(&str, &str)]) {
        let mut opened = plan::open("plan.toml", text.as_bytes());
        let raws = files.iter().map(|(name, text)| Raw {
            path: (*name).to_owned(),
            label: format!("migrations/{name}"),
            source: Source::new(format!("./migrations/{name}"), *text),
            digest: sha256(text.as_bytes()),
            exact: sha256(text.as_bytes()),
            whole: false,
        });
        let mut applied = Applied::default();
        if !files.is_empty() {
            let mut folder = Folder::new(Tool::Sqlx, raws.collect());
            folder.steps = vec![0];
            migrations::review(&mut opened, vec![folder.clone()], None);
            applied.folders.push(folder);
        }
        let reading = Reading { opened, applied };
        self.0
            .take(News::Plan(Box::new(reading)), Moment::default());
    }

    fn frame(&self) -> String {
        let mut buf = Buffer::empty(self.0.size);
        screen::draw(
            &self.0,
            Theme::new(false),
            Moment::default(),
            self.0.size,
            &mut buf,
        );
        sketch(&buf)
    }
}

#[test]
fn what_the_file_says_stands_beside_what_it_means() {
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        let mut bench = Bench::new(width, height);
        bench.press(KeyCode::Down);
        insta::assert_snapshot!(format!("step_{width}x{height}"), bench.frame());
    }
}

#[test]
fn what_was_looked_at_remarked_and_approved_is_shown() {
    let mut bench = Bench::new(80, 24);
    bench.press(KeyCode::Down);
    bench.press(KeyCode::Char(' '));
    bench.press(KeyCode::Char('c'));
    bench.type_in("who looks?");
    bench.press(KeyCode::Enter);
    bench.press(KeyCode::Char('a'));
    insta::assert_snapshot!("approve", bench.frame());
    bench.type_in("as agreed");
    bench.press(KeyCode::Enter);
    bench.press(KeyCode::Home);
    insta::assert_snapshot!("approved", bench.frame());
    let record = &bench.0.record;
    assert_eq!(record.comments[0].step.as_deref(), Some("look"));
    assert_eq!(record.approvals[0].remark.as_deref(), Some("as agreed"));
    // Again takes it back.
    bench.press(KeyCode::Char('a'));
    assert!(bench.0.record.approvers(&bench.0.beside.digest).is_empty());
}

#[test]
fn a_remark_that_can_not_be_written_is_typed_no_second_time() {
    let mut bench = Bench::new(80, 24);
    bench.press(KeyCode::Down);
    bench.press(KeyCode::Char('c'));
    bench.type_in("who looks?");
    let Some(Reaction::Write(deed)) = bench.press(KeyCode::Enter) else {
        panic!("nothing is written");
    };
    let why = "failed to write it".to_owned();
    let news = News::Unwritten(deed.act, why);
    bench.0.take(news, Moment::default());
    let frame = bench.frame();
    assert!(
        frame.contains("who looks?") && frame.contains("failed to write it"),
        "{frame}"
    );
    bench.type_in(" and when?");
    let written = bench.press(KeyCode::Enter);
    let record = &bench.0.record;
    assert!(matches!(written, Some(Reaction::Write(_))));
    let last = record.comments.last().unwrap();
    assert_eq!(
        (last.step.as_deref(), last.text.as_str()),
        (Some("widen"), "who looks? and when?")
    );
}

#[test]
fn a_plan_that_changes_meanwhile_is_shown_with_what_has_changed() {
    let mut bench = Bench::new(80, 24);
    bench.press(KeyCode::Down);
    bench.press(KeyCode::Char(' '));
    bench.press(KeyCode::Char('a'));
    bench.press(KeyCode::Enter);
    bench.press(KeyCode::Up);
    bench.becomes(&PLAN.replace("lock_timeout = \"2s\"", "lock_timeout = \"9s\""));
    assert_eq!(bench.0.cursor, 1);
    insta::assert_snapshot!("changed", bench.frame());
    bench.press(KeyCode::Char('d'));
    insta::assert_snapshot!("difference", bench.frame());
    bench.press(KeyCode::Esc);
    // What is no plan any more is not shown, and can't be approved.
    bench.becomes("title = ");
    assert!(bench.frame().contains("can't be read, line 1"));
    assert!(bench.press(KeyCode::Char('a')).is_none() && bench.0.dialog.is_none());
    bench.becomes(PLAN);
    assert!(!bench.frame().contains("can't be read"));
}

#[test]
fn only_the_text_that_was_shown_is_approved() {
    let mut bench = Bench::new(80, 24);
    let shown = bench.0.beside.digest.clone();
    bench.press(KeyCode::Char('a'));
    bench.becomes(&PLAN.replace("lock_timeout = \"2s\"", "lock_timeout = \"9s\""));
    let frame = bench.frame();
    assert!(
        frame.contains(&shown) && !frame.contains(&bench.0.beside.digest),
        "{frame}"
    );
    assert!(frame.contains("can't be approved any more"), "{frame}");
    assert!(bench.press(KeyCode::Enter).is_none() && bench.0.dialog.is_none());
    assert!(bench.frame().contains("not approved"));
    assert!(bench.0.record.approvals.is_empty());
    // Whoever has seen the new one may approve that.
    bench.press(KeyCode::Char('a'));
    bench.press(KeyCode::Enter);
    assert!(!bench.0.record.approvers(&bench.0.beside.digest).is_empty());
    assert!(!bench.frame().contains("look at it and approve again"));
    // A text that came back is the one that was shown.
    bench.press(KeyCode::Char('a'));
    bench.press(KeyCode::Char('a'));
    bench.becomes("title = ");
    assert!(bench.frame().contains("can't be approved any more"));
    bench.becomes(&PLAN.replace("lock_timeout = \"2s\"", "lock_timeout = \"9s\""));
    assert!(bench.press(KeyCode::Enter).is_some());
}

#[test]
fn what_a_step_applies_is_shown_looked_at_and_approved_with_it() {
    let text = PLAN.replace(
        "sql = \"alter table orders alter column total type bigint\"\n  lock_timeout = \"2s\"",
        "shell = \"sqlx migrate run\"",
    );
    let first = ("1_a.sql", "create table new (a int);\n");
    let mut bench = Bench::new(120, 36);
    bench.becomes_with(
        &text,
        &[first, ("2_b.sql", "alter table orders add column b int;\n")],
    );
    bench.press(KeyCode::Down);
    bench.press(KeyCode::Char(' '));
    bench.press(KeyCode::Char('a'));
    bench.press(KeyCode::Enter);
    assert!(bench.frame().contains("approved by ann"));
    let dropped = ("2_b.sql", "alter table orders drop column total;\n");
    bench.becomes_with(&text, &[first, dropped]);
    bench.press(KeyCode::Up);
    insta::assert_snapshot!("applied", bench.frame());
    bench.press(KeyCode::Char('d'));
    insta::assert_snapshot!("applied_difference", bench.frame());
    bench.press(KeyCode::Esc);
    bench.press(KeyCode::Home);
    let frame = bench.frame();
    assert!(
        frame.contains("migrations/2_b.sql has changed since ann approved it"),
        "{frame}"
    );
    assert!(frame.contains("0 of 2 steps looked at"), "{frame}");
}

#[test]
fn the_next_open_step_is_found_and_remarks_are_settled() {
    let mut bench = Bench::new(80, 24);
    bench.press(KeyCode::Char('n'));
    bench.press(KeyCode::Char(' '));
    bench.press(KeyCode::Home);
    bench.press(KeyCode::Char('n'));
    assert_eq!(bench.0.step_id(), Some("look"));
    bench.press(KeyCode::Char('c'));
    bench.type_in("hm");
    bench.press(KeyCode::Enter);
    bench.press(KeyCode::Char('x'));
    bench.press(KeyCode::Enter);
    assert!(bench.0.record.comments[0].settled.is_some());
    assert_eq!(bench.0.record.open_comments().count(), 0);
    bench.press(KeyCode::Char(' '));
    bench.press(KeyCode::Char('n'));
    assert!(bench.frame().contains("you have looked at every step"));
}

#[test]
fn every_pane_scrolls_and_the_mouse_picks() {
    let mut bench = Bench::new(80, 24);
    bench.0.click(5, 5);
    assert_eq!(bench.0.cursor, 1, "{}", bench.frame());
    bench.press(KeyCode::Tab);
    assert_eq!(bench.0.pane, Pane::Source);
    bench.press(KeyCode::End);
    assert!(bench.frame().contains("Does it answer?"));
    bench.press(KeyCode::Tab);
    bench.press(KeyCode::End);
    assert!(bench.0.meaning_from > 0 && !bench.frame().contains("↓"));
    bench.press(KeyCode::Esc);
    bench.0.wheel(super::keymap::Want::Down, 5, 5);
    assert_eq!(bench.0.cursor, 2);
}

#[test]
fn there_may_be_no_room_at_all() {
    for (width, height) in [(0, 0), (1, 1), (7, 3), (30, 6)] {
        let mut bench = Bench::new(width, height);
        for key in ['n', 'c', '?', 'x', 'd'] {
            bench.press(KeyCode::Char(key));
            bench.frame();
            bench.press(KeyCode::Esc);
        }
    }
}
