use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::ui::output::LongLines;
use crate::ui::output::stream::BLOCK;
use crate::ui::output::testing::{numbered, pieces, sketch};

/// A file that is gone when the test is over.
fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

struct Case {
    file: File,
    size: u64,
    view: View,
    mask: Mask,
}

impl Case {
    fn new(bytes: impl AsRef<[u8]>, width: u16, rows: u16) -> Self {
        Case {
            file: file(bytes.as_ref()),
            size: bytes.as_ref().len() as u64,
            view: View {
                width,
                rows,
                long_lines: LongLines::Wrap,
            },
            mask: Mask::default(),
        }
    }

    fn lens(&self) -> Lens<'_> {
        Lens {
            file: &self.file,
            size: self.size,
            view: self.view,
            mask: &self.mask,
            needle: None,
        }
    }

    fn look(&self, position: Position, moved: i64) -> Sight {
        self.lens().look(position, moved).unwrap()
    }

    fn rows(&self, position: Position, moved: i64) -> Vec<String> {
        self.look(position, moved).rows.iter().map(sketch).collect()
    }

    /// Every row of the file, and the byte where its piece begins.
    fn all_rows(&self, bytes: &[u8]) -> Vec<(u64, Line<'static>)> {
        let lens = self.lens();
        let rows = |piece| {
            let laid = lens.lay(piece);
            let line = |row: &Range<usize>| {
                (
                    laid.bytes.start,
                    rows::draw(&laid.text, row.clone(), self.view),
                )
            };
            laid.rows.iter().map(line).collect::<Vec<_>>()
        };
        pieces(bytes).into_iter().flat_map(rows).collect()
    }
}

const START: Position = Position::Byte(0);

#[test]
fn the_end_and_the_beginning() {
    let case = Case::new(numbered(0..100), 20, 3);
    assert_eq!(
        case.rows(Position::Tail, 0),
        ["line 97", "line 98", "line 99"]
    );
    assert_eq!(case.rows(START, 0), ["line 0", "line 1", "line 2"]);
    assert!(case.look(Position::Tail, 0).at_end);
    assert!(!case.look(START, 0).at_end);
    assert_eq!(case.look(START, 0).bytes, 0..21);
}

#[test]
fn moves_stop_at_both_ends() {
    let case = Case::new(numbered(0..100), 20, 2);
    assert_eq!(case.rows(START, 7), ["line 7", "line 8"]);
    assert_eq!(case.rows(START, 98), ["line 98", "line 99"]);
    assert_eq!(case.rows(START, 4000), ["line 98", "line 99"]);
    assert_eq!(case.rows(START, -1), ["line 0", "line 1"]);
    assert_eq!(case.rows(Position::Tail, -3), ["line 95", "line 96"]);
    assert_eq!(case.rows(Position::Tail, i64::MIN), ["line 0", "line 1"]);
    assert_eq!(case.rows(Position::Tail, 5), ["line 98", "line 99"]);
}

#[test]
fn a_short_file_stands_at_the_top() {
    let case = Case::new("a\nb", 20, 5);
    for (position, moved) in [
        (START, 0),
        (START, 3),
        (Position::Tail, 0),
        (Position::Tail, -3),
    ] {
        let sight = case.look(position, moved);
        assert_eq!(sight.rows.len(), 2);
        assert!(sight.at_end);
        assert_eq!(sight.bytes, 0..3);
    }
}

#[test]
fn nothing_to_see_is_no_trouble() {
    assert!(Case::new("", 20, 5).look(Position::Tail, 0).at_end);
    assert!(Case::new("", 20, 5).look(START, 1).rows.is_empty());
    let case = Case::new("a\n", 0, 0);
    assert!(case.look(Position::Tail, -1).rows.is_empty());
    assert!(case.look(START, 0).rows.is_empty());
}

#[test]
fn a_wrapped_line_scrolls_row_by_row() {
    let case = Case::new("first\nabcdefghijkl\nlast\n", 5, 2);
    assert_eq!(case.rows(START, 1), ["abcde", "fghij"]);
    let sight = case.look(START, 2);
    assert_eq!(sight.position, Position::Row { start: 6, part: 1 });
    assert_eq!(sight.bytes, 11..19);
    assert_eq!(case.rows(sight.position, 1), ["kl", "last"]);
    assert_eq!(case.rows(Position::Byte(17), 0), ["kl", "last"]);
}

#[test]
fn a_colour_set_before_the_window_colours_it() {
    let text = format!("\x1b[31m{}", "red line\n".repeat(1000));
    let case = Case::new(text, 20, 2);
    assert_eq!(case.rows(Position::Tail, 0), ["[red|red line]"; 2]);
    assert_eq!(case.rows(Position::Byte(5000), 0), ["[red|red line]"; 2]);
}

#[test]
fn a_line_of_megabytes_can_be_walked_through() {
    let case = Case::new(b"0123456789".repeat(300_000), 100, 100);
    let sight = case.look(Position::Byte(1_500_000), 0);
    assert_eq!(sight.rows.len(), 100);
    assert!((1_490_000..1_510_000).contains(&sight.bytes.start));
    let up = case.look(sight.position, -200);
    assert!(up.bytes.start < sight.bytes.start - 15_000);
    assert_eq!(case.look(up.position, 200).rows, sight.rows);
    assert!(case.look(Position::Tail, 0).at_end);
    let text: String = sight.rows.iter().map(ToString::to_string).collect();
    assert!(text.contains(CUT));
}

#[test]
fn without_wrapping_a_line_of_megabytes_has_a_row_for_each_part() {
    let mut case = Case::new(b"x".repeat(3_000_000), 10, 4);
    case.view.long_lines = LongLines::Cut(0);
    let sight = case.look(Position::Byte(1_500_000), 0);
    assert_eq!(sight.rows.len(), 4);
    assert_eq!(sight.bytes.end - sight.bytes.start, 4 * BLOCK);
    assert_eq!(sketch(&sight.rows[0]), "xxxxxxxxx[dim|›]");
}

#[test]
fn a_window_is_as_a_terminal_would_show_it() {
    let log = "$ migrate deploy\r\n\
        applying 1 of 3\rapplying 2 of 3\rapplying 3 of 3\x1b[K\n\
        \x1b[32m✓\x1b[0m 20261121_split_address \x1b[2m(1.2s)\x1b[0m\n\
        \x1b[1;31merror:\x1b[0m relation \"address\" is being used by active \
        queries in this session\n\
        \tat step 3\n\
        token=hunter2 done";
    let mut case = Case::new(log, 32, 9);
    case.mask = Mask::new(["hunter2"]);
    insta::assert_snapshot!("wrapped", case.rows(Position::Tail, 0).join("\n"));
    case.view.long_lines = LongLines::Cut(0);
    insta::assert_snapshot!("cut", case.rows(Position::Tail, 0).join("\n"));
    case.view.long_lines = LongLines::Cut(10);
    insta::assert_snapshot!("cut_further_right", case.rows(Position::Tail, 0).join("\n"));
}

/// Lines of all lengths, some far longer than a block.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => "[a-z ]{0,40}",
        2 => "[a-z語\t]{50,300}",
        1 => "\x1b\\[3[1-6]m[a-z]{1,9}\x1b\\[m",
        1 => (1..40_000usize).prop_map(|length| "0123456789".repeat(length / 10)),
    ];
    let end = prop_oneof![9 => Just("\n"), 1 => Just("\r\n")];
    (prop::collection::vec((line, end), 0..60), "[a-z]{0,9}").prop_map(|(lines, rest)| {
        let lines: String = lines.into_iter().map(|(line, end)| line + end).collect();
        (lines + &rest).into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However it got there, a window is a slice of what the whole file shows.
    #[test]
    fn every_window_is_a_slice_of_the_whole(
        bytes in lines(),
        (width, height) in (1u16..120, 1u16..40),
        wrap: bool,
        begin in prop::option::of(0.0..1.0f64),
        moves in prop::collection::vec(-60i64..60, 1..8),
    ) {
        let mut case = Case::new(&bytes, width, height);
        if !wrap {
            case.view.long_lines = LongLines::Cut(3);
        }
        let all = case.all_rows(&bytes);
        let highest = signed(all.len().saturating_sub(usize::from(height)));
        let first = match begin {
            Some(part) => case.look(Position::Byte((part * bytes.len() as f64) as u64), 0),
            None => case.look(Position::Tail, 0),
        };
        let mut top = match first.position {
            Position::Row { start, part } => {
                let piece = all.iter().position(|(at, _)| *at == start).unwrap();
                signed(piece + part)
            }
            _ => 0,
        };
        prop_assert!(begin.is_some() || top == highest);
        let mut position = first.position;
        for moved in moves {
            let sight = case.look(position, moved);
            top = (top + moved).clamp(0, highest);
            let expected = all.iter().skip(top as usize).take(usize::from(height));
            let expected: Vec<_> = expected.map(|(_, line)| line.clone()).collect();
            prop_assert_eq!(&sight.rows, &expected);
            prop_assert_eq!(sight.at_end, top == highest);
            prop_assert_eq!(sight.bytes.start == 0, top == 0 || bytes.is_empty());
            position = sight.position;
        }
    }
}
