use proptest::prelude::*;

use super::*;
use crate::ui::output::testing::{pieces, sketch};

/// What each piece shows, without colours.
fn shown(bytes: impl AsRef<[u8]>) -> Vec<String> {
    let text = |piece: &Piece| piece.text.text().to_owned();
    pieces(bytes.as_ref()).iter().map(text).collect()
}

/// What each piece shows, colours in words.
fn coloured(bytes: &str) -> Vec<String> {
    let line = |piece: &Piece| sketch(&piece.text.line(0..piece.text.text().len()));
    pieces(bytes.as_bytes()).iter().map(line).collect()
}

#[test]
fn lines_end_with_either_line_end() {
    assert_eq!(shown("a\nb\r\n\nc"), ["a", "b", "", "c"]);
    assert_eq!(shown(""), [""; 0]);
    assert!(pieces(b"a\nb")[1].edges.unfinished);
    assert!(!pieces(b"a\nb\n")[1].edges.unfinished);
}

#[test]
fn a_progress_bar_shows_its_last_state() {
    assert_eq!(shown("  1%\r 50%\r100%\ndone"), ["100%", "done"]);
    assert_eq!(shown("downloading\r\x1b[Kdone"), ["done"]);
    assert_eq!(shown("\x1b[2K\x1b[1Gstep 1\x1b[2K\x1b[1Gstep"), ["step"]);
    assert_eq!(shown("12345\x08\x08xx"), ["123xx"]);
    assert_eq!(shown("12345\r\x1b[3C\x1b[1K!"), ["   !5"]);
    assert_eq!(shown("abc\x1b[2D-"), ["a-c"]);
}

#[test]
fn writing_over_half_a_wide_character_leaves_no_half() {
    assert_eq!(shown("日本\rx"), ["x 本"]);
    assert_eq!(shown("日本\x1b[2Gx"), [" x本"]);
    assert_eq!(shown("日本\x1b[2G語"), [" 語"]);
    assert_eq!(shown("日本\x1b[2G\x1b[K"), [""]);
    assert_eq!(shown("日本\r\x1b[1K"), ["  本"]);
}

#[test]
fn tabs_stop_at_every_eighth_column() {
    assert_eq!(shown("a\tb\t\tc"), ["a       b               c"]);
    assert_eq!(shown("1234567\tx"), ["1234567 x"]);
    assert_eq!(shown("12345678\tx"), ["12345678        x"]);
}

#[test]
fn marks_stay_with_their_letters_and_are_few() {
    assert_eq!(
        shown("e\u{301}\u{302}\u{303}\u{304}x"),
        ["e\u{301}\u{302}x"]
    );
    assert_eq!(shown("語\u{301}"), ["語\u{301}"]);
    assert_eq!(shown("\u{301}x"), ["x"]);
    assert_eq!(shown("e\u{301}\rx"), ["x"]);
}

#[test]
fn colours_are_kept_from_line_to_line() {
    insta::assert_snapshot!(
        coloured("plain \x1b[1;31merror\x1b[0m: no\n\x1b[32mgreen\nstill\x1b[m not").join("\n"),
        @r"
    plain [red bold|error]: no
    [green|green]
    [green|still] not
    "
    );
}

#[test]
fn nothing_but_colours_is_left_of_sequences() {
    let tricks = [
        "a\x1b]0;title\x07b",
        "a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\",
        "a\x1bP1$r0m\x1b\\b",
        "a\x1b_Gf=24;AAAA\x1b\\b",
        "a\x1b[2J\x1b[H\x1b[10;10H\x1b[?1049h\x1b[>4;2mb",
        "a\x07\0\x0b\x0c\x0e\x7f\u{85}\u{9b}b",
        "a\u{202e}\u{2066}\u{200b}\u{feff}b",
        "a\x1bcb\x1b(0",
        "a\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20\
            ;21;22;23;24;25;26;27;28;29;30;31;32;33mb",
    ];
    for trick in tricks {
        assert_eq!(coloured(trick), ["ab"], "{trick:?}");
    }
}

#[test]
fn what_is_no_text_is_marked() {
    assert_eq!(shown(b"a\xff\xc3b\xe2\x82"), ["a\u{fffd}\u{fffd}b\u{fffd}"]);
    assert_eq!(shown(b"a\x80\x9bb"), ["ab"]);
}

#[test]
fn an_unfinished_sequence_ends_with_its_line() {
    assert_eq!(shown("a\x1b]0;never ends\nb\x1b[3\nc"), ["a", "b", "c"]);
    assert_eq!(shown("a\x1bPnever\nb\x1bXnever\nc"), ["a", "b", "c"]);
}

#[test]
fn a_sequence_without_an_end_is_given_up() {
    let mut bytes = b"\x1b]0;".to_vec();
    bytes.resize(100 * 1024, b'x');
    let shown = shown(&bytes).concat();
    assert!((30_000..40_000).contains(&shown.len()), "{}", shown.len());
    let many = "\x1b]0;title\x07\x1bP1$r\x1b\\".repeat(9_000);
    assert_eq!(self::shown(many + "ok").concat(), "ok");
}

#[test]
fn lines_that_are_too_long_are_cut_at_blocks() {
    let block = BLOCK as usize;
    let ends = |bytes: &[u8]| -> Vec<u64> { pieces(bytes).iter().map(|piece| piece.end).collect() };
    let mut bytes = vec![b'x'; 3 * block];
    bytes[99] = b'\n';
    assert_eq!(ends(&bytes), [100, 2 * BLOCK, 3 * BLOCK]);
    let pieces = pieces(&bytes);
    assert!(!pieces[1].edges.continues && pieces[1].edges.cut);
    assert!(pieces[2].edges.continues && !pieces[2].edges.cut);
    // A line of just a block is whole, with its end or without.
    assert_eq!(ends(&vec![b'x'; block]), [BLOCK]);
    bytes.truncate(block);
    bytes.fill(b'x');
    bytes.push(b'\n');
    assert_eq!(ends(&bytes), [BLOCK + 1]);
}

#[test]
fn a_cut_tears_neither_characters_nor_colours() {
    let block = BLOCK as usize;
    let mut bytes = vec![b'x'; block - 1];
    bytes.extend("é\x1b[31m".bytes());
    bytes.resize(2 * block - 2, b'y');
    bytes.extend("\x1b[32mz".bytes());
    let pieces = pieces(&bytes);
    assert_eq!(pieces.len(), 3);
    assert!(pieces[1].text.text().starts_with("éy"));
    assert_eq!(sketch(&pieces[2].text.line(0..1)), "[green|z]");
}

#[test]
fn memory_stays_small_whatever_comes() {
    for unit in ["\t", "\x1b[9999C ", "\x1b]", "e\u{301}", "\x1b[60000Gx\r"] {
        let bytes = unit.repeat(200_000 / unit.len());
        for piece in pieces(bytes.as_bytes()) {
            assert!(piece.text.text().len() <= 4 * BLOCK as usize, "{unit:?}");
        }
    }
}

/// Bytes such as programs, and enemies, write.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => "[a-z0-9 ]{0,12}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..6),
        2 => "[\r\n\t\x08]{1,3}".prop_map(String::into_bytes),
        2 => "\x1b\\[[0-9;:?]{0,9}[a-zA-Z]".prop_map(String::into_bytes),
        1 => "\x1b[\\]PX_^][a-z;0-9]{0,8}(\x07|\x1b\\\\|\n|)".prop_map(String::into_bytes),
        1 => "[語é\u{301}\u{202e}\u{200d}🚀\u{9b}\u{fe0f}]{1,4}".prop_map(String::into_bytes),
        1 => (1..20_000usize).prop_map(|length| vec![b'-'; length]),
    ];
    prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}

#[test]
fn a_control_character_that_comes_in_halves_is_no_letter() {
    let bytes = "a\u{80}b\u{9b}c".as_bytes();
    for at in 0..bytes.len() {
        let mut stream = LogStream::new(0, 0);
        let mut parts = Vec::new();
        for half in [&bytes[..at], &bytes[at..]] {
            stream.feed(half, &mut parts);
        }
        stream.finish(&mut parts);
        assert_eq!(parts, pieces(bytes), "{at}");
    }
}

proptest! {
    #[test]
    fn nothing_harmful_ever_comes_out(bytes in output()) {
        for text in shown(&bytes) {
            for c in text.chars() {
                prop_assert!(crate::ui::widgets::chars::width(c).is_some(), "{c:?}");
            }
        }
    }

    #[test]
    fn chunks_never_matter(bytes in output(), chunks in prop::collection::vec(1..700usize, 1..9)) {
        let mut stream = LogStream::new(0, 0);
        let mut parts = Vec::new();
        let mut rest = &bytes[..];
        for length in chunks.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at((*length).min(rest.len()));
            stream.feed(chunk, &mut parts);
            rest = after;
        }
        stream.finish(&mut parts);
        prop_assert_eq!(parts, pieces(&bytes));
    }

    #[test]
    fn pieces_are_the_same_wherever_reading_begins(bytes in output(), block in 0u64..8) {
        let offset = (block * BLOCK).min(bytes.len() as u64 / BLOCK * BLOCK);
        let mut later = Vec::new();
        let mut stream = LogStream::new(offset, 0);
        stream.feed(&bytes[offset as usize..], &mut later);
        stream.finish(&mut later);
        let ends = |pieces: &[Piece]| -> Vec<(u64, u64, bool)> {
            pieces.iter().map(|piece| (piece.start, piece.end, piece.edges.cut)).collect()
        };
        let whole = ends(&pieces(&bytes));
        let later = ends(&later);
        prop_assert!(whole.ends_with(&later));
        let known = whole.iter().filter(|(start, ..)| *start >= offset + BLOCK).count();
        prop_assert!(later.len() + 1 >= known);
    }
}
