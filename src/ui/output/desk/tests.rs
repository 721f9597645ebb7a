use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::ui::output::testing::{numbered, sketch};

/// A desk and the file on it, in a directory of its own.
struct Fixture {
    dir: TempDir,
    desk: Desk,
    wanted: Wanted,
    /// What a screen would show.
    window: Window,
}

impl Fixture {
    fn new(rows: u16) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Fixture {
            desk: Desk::new(dir.path().join("1.1-1.log"), Arc::default()),
            dir,
            wanted: Wanted {
                view: View {
                    width: 40,
                    rows,
                    ..View::default()
                },
                ..Wanted::default()
            },
            window: Window::default(),
        }
    }

    fn with(rows: u16, text: &str) -> Self {
        let mut fixture = Fixture::new(rows);
        fixture.append(text);
        fixture.turn();
        fixture
    }

    fn path(&self) -> &Path {
        &self.desk.path
    }

    fn append(&self, text: &str) {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path())
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Takes turns until nothing is left to do; returns whether anything changed.
    fn turn(&mut self) -> bool {
        let mut changed = false;
        loop {
            if let Some(window) = self.desk.turn(&self.wanted) {
                self.window = window;
                changed = true;
            }
            if !self.desk.is_busy() {
                return changed;
            }
        }
    }

    fn scroll(&mut self, rows: i64) {
        self.wanted.moved += rows;
        self.turn();
    }

    fn jump(&mut self, jump: Jump) {
        self.wanted.jump = jump;
        self.wanted.jumps += 1;
        self.wanted.moved = 0;
        self.turn();
    }

    fn find(&mut self, text: &str, direction: Direction) {
        self.wanted.find = Some((text.to_owned(), direction));
        self.wanted.finds += 1;
        self.turn();
    }

    fn rows(&self) -> Vec<String> {
        self.window.rows.iter().map(sketch).collect()
    }
}

#[test]
fn a_file_that_is_not_there_yet_is_no_trouble() {
    let mut fixture = Fixture::new(3);
    fixture.turn();
    assert!(!fixture.window.exists && fixture.window.following);
    assert_eq!(fixture.window.trouble, None);
    fixture.append("first\n");
    assert!(fixture.turn());
    assert!(fixture.window.exists);
    assert_eq!(fixture.rows(), ["first"]);
}

#[test]
fn the_end_is_followed() {
    let mut fixture = Fixture::with(2, &numbered(0..10));
    assert_eq!(fixture.rows(), ["line 8", "line 9"]);
    fixture.append("half");
    fixture.turn();
    assert_eq!(fixture.rows(), ["line 9", "half"]);
    fixture.append(" a line\nmore\n");
    fixture.turn();
    assert_eq!(fixture.rows(), ["half a line", "more"]);
    assert!(fixture.window.following && fixture.window.at_end);
}

#[test]
fn without_news_there_is_no_new_window() {
    let mut fixture = Fixture::with(2, &numbered(0..10));
    assert!(!fixture.turn());
}

#[test]
fn a_window_stays_put_while_the_file_grows() {
    let mut fixture = Fixture::with(2, &numbered(0..10));
    fixture.scroll(-3);
    assert_eq!(fixture.rows(), ["line 5", "line 6"]);
    assert!(!fixture.window.following);
    fixture.append(&numbered(10..99_999));
    fixture.turn();
    assert_eq!(fixture.rows(), ["line 5", "line 6"]);
    assert_eq!(
        fixture.window.size,
        fs::metadata(fixture.path()).unwrap().len()
    );
    fixture.jump(Jump::End);
    assert_eq!(fixture.rows(), ["line 99997", "line 99998"]);
    assert!(fixture.window.following);
}

#[test]
fn room_below_fills_up_as_the_file_grows() {
    let mut fixture = Fixture::with(4, "a\nb\n");
    fixture.jump(Jump::Fraction(0.0));
    assert!(!fixture.window.following);
    fixture.append("c\nd\ne\nf\n");
    fixture.turn();
    assert_eq!(fixture.rows(), ["a", "b", "c", "d"]);
}

#[test]
fn moving_down_onto_the_end_follows_it() {
    let mut fixture = Fixture::with(2, &numbered(0..10));
    fixture.scroll(-3);
    fixture.scroll(2);
    assert!(!fixture.window.following);
    fixture.scroll(5);
    assert!(fixture.window.following);
    fixture.append("new\n");
    fixture.turn();
    assert_eq!(fixture.rows(), ["line 9", "new"]);
}

#[test]
fn moves_that_come_together_are_added_up() {
    let mut fixture = Fixture::with(2, &numbered(0..100));
    fixture.wanted.moved -= 10;
    fixture.wanted.moved += 3;
    fixture.turn();
    assert_eq!(fixture.rows(), ["line 91", "line 92"]);
    fixture.wanted.jump = Jump::Fraction(0.0);
    fixture.wanted.jumps += 2;
    fixture.wanted.moved = 4;
    fixture.turn();
    assert_eq!(fixture.rows(), ["line 4", "line 5"]);
}

#[test]
fn a_fraction_is_a_part_of_the_file() {
    let mut fixture = Fixture::with(2, &numbered(0..1000));
    fixture.jump(Jump::Fraction(0.5));
    assert_eq!(fixture.rows(), ["line 506", "line 507"]);
    fixture.jump(Jump::Fraction(1.0));
    assert!(fixture.window.following);
    fixture.jump(Jump::Fraction(f64::NAN));
    assert!(fixture.window.exists);
}

#[test]
fn a_file_that_was_cut_or_replaced_is_read_anew() {
    let mut fixture = Fixture::with(2, &numbered(0..100));
    fixture.scroll(-50);
    fs::write(fixture.path(), "short\n").unwrap();
    fixture.turn();
    assert_eq!(fixture.rows(), ["short"]);
    assert!(fixture.window.following);
    let other = fixture.dir.path().join("other");
    fs::write(&other, "another file\n").unwrap();
    fs::rename(&other, fixture.path()).unwrap();
    fixture.turn();
    assert_eq!(fixture.rows(), ["another file"]);
}

#[test]
fn a_file_that_is_gone_can_still_be_read() {
    let mut fixture = Fixture::with(2, &numbered(0..100));
    fs::remove_file(fixture.path()).unwrap();
    fixture.jump(Jump::Fraction(0.0));
    assert_eq!(fixture.rows(), ["line 0", "line 1"]);
}

#[test]
fn trouble_is_told_in_words_and_ends_when_it_ends() {
    let mut fixture = Fixture::new(2);
    fs::create_dir(fixture.path()).unwrap();
    fixture.turn();
    assert_eq!(
        fixture.window.trouble.as_deref(),
        Some("output can't be read: it is not a file")
    );
    fs::remove_dir(fixture.path()).unwrap();
    fixture.append("back\n");
    fixture.turn();
    assert_eq!(fixture.window.trouble, None);
    assert_eq!(fixture.rows(), ["back"]);
}

#[test]
fn a_search_goes_from_match_to_match_both_ways() {
    let mut text = numbered(0..3000);
    text.push_str("an Error\n");
    text.push_str(&numbered(3000..6000));
    text.push_str("another error error\n");
    text.push_str(&numbered(6000..9000));
    let mut fixture = Fixture::with(6, &text);
    fixture.find("error", Direction::Backward);
    assert_eq!(fixture.window.search, SearchState::Found);
    assert_eq!(
        fixture.rows()[1..4],
        [
            "line 5999",
            "another [bold reversed|error] [bold reversed|error]",
            "line 6000",
        ]
    );
    assert!(!fixture.window.following);
    fixture.find("error", Direction::Backward);
    assert_eq!(fixture.rows()[2], "an [bold reversed|Error]");
    fixture.find("error", Direction::Backward);
    assert_eq!(fixture.window.search, SearchState::NotFound);
    assert_eq!(fixture.rows()[2], "an [bold reversed|Error]");
    fixture.find("error", Direction::Forward);
    assert_eq!(
        fixture.rows()[2],
        "another [bold reversed|error] [bold reversed|error]"
    );
    fixture.find("Error", Direction::Forward);
    assert_eq!(fixture.window.search, SearchState::NotFound);
    assert_eq!(fixture.rows()[2], "another error error");
}

#[test]
fn a_search_finds_what_lies_across_its_steps() {
    let mut fixture = Fixture::with(3, &"x".repeat(4 * 1024 * 1024 - 3));
    fixture.append("needle\n");
    fixture.append(&numbered(0..600_000));
    fixture.jump(Jump::Fraction(0.0));
    fixture.find("needle", Direction::Forward);
    assert_eq!(fixture.window.search, SearchState::Found);
    fixture.jump(Jump::End);
    fixture.find("needle", Direction::Backward);
    assert_eq!(fixture.window.search, SearchState::Found);
    assert!(fixture.window.top <= 4 * 1024 * 1024);
}

#[test]
fn a_search_takes_turns_and_can_be_given_up() {
    let mut fixture = Fixture::with(3, &numbered(0..2_000_000));
    fixture.jump(Jump::Fraction(0.0));
    fixture.wanted.find = Some(("nowhere".to_owned(), Direction::Forward));
    fixture.wanted.finds += 1;
    let window = fixture.desk.turn(&fixture.wanted).unwrap();
    assert!(
        matches!(window.search, SearchState::Looking(1..100)),
        "{:?}",
        window.search
    );
    assert!(fixture.desk.is_busy());
    fixture.wanted.find = None;
    fixture.wanted.finds += 1;
    assert!(fixture.desk.turn(&fixture.wanted).is_some());
    assert!(!fixture.desk.is_busy());
}

#[test]
fn secrets_are_masked() {
    let mut fixture = Fixture::new(2);
    fixture.desk.mask = Arc::new(Mask::new(["hunter2"]));
    fixture.append("password hun\x1b[1mter2\n");
    fixture.turn();
    assert_eq!(fixture.rows(), ["password ••••••"]);
}
