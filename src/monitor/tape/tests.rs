use std::time::Duration;

use super::*;
use crate::monitor::State;
use crate::monitor::testing::{ago, database, health, picture, session};

/// Frames of a database in which there is one session more every second.
fn frames(count: u64) -> Vec<Frame> {
    let frame = |secs: u64| {
        let mut picture = picture();
        picture.at = ago(count - secs);
        picture.connections.used = u32::try_from(secs).unwrap();
        let session = |pid| session(pid, "web", State::Idle, secs, "select 1");
        let sessions = (0..i32::try_from(secs).unwrap()).map(session);
        picture.sessions = Arc::new(sessions.collect());
        Frame {
            at: ago(count - secs),
            health: Arc::new(health(vec![database(picture)])),
        }
    };
    (0..count).map(frame).collect()
}

#[test]
fn what_was_recorded_is_played_back_in_any_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tape");
    let mut recorder = Recorder::create(&path).unwrap();
    let frames = frames(130);
    let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    for frame in &frames {
        recorder.add(frame).unwrap();
    }
    assert!(
        Recorder::create(&path).is_err(),
        "a recording is not written over"
    );
    let mut tape = Tape::open(&path).unwrap();
    assert_eq!(tape.frames(), 130);
    for place in [129, 0, 1, 2, 2, 60, 61, 62, 121, 5, 59] {
        assert_eq!(tape.frame(place).unwrap(), frames[place], "{place}");
    }
    assert!(tape.frame(130).is_err());
}

#[test]
fn a_recording_grows_by_what_changes_and_not_by_all_that_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tape");
    let mut recorder = Recorder::create(&path).unwrap();
    let length = || path.metadata().unwrap().len();
    let mut frame = frames(100).pop().unwrap();
    recorder.add(&frame).unwrap();
    let whole = length();
    let mut health = Health::clone(&frame.health);
    Arc::make_mut(health.databases[0].picture.as_mut().unwrap()).took = Duration::ZERO;
    frame.health = Arc::new(health);
    recorder.add(&frame).unwrap();
    recorder.add(&frame).unwrap();
    let changes = length() - whole;
    assert!(changes * 20 < whole, "{changes} bytes after {whole}");
}

#[test]
fn recordings_of_older_programs_are_played() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tape");
    let frames = frames(3);
    let lines: Vec<String> = frames
        .iter()
        .map(|frame| serde_json::to_string(frame).unwrap() + "\n")
        .collect();
    std::fs::write(
        &path,
        format!("{{\"gonogo_monitor\":1}}\n{}", lines.concat()),
    )
    .unwrap();
    let mut tape = Tape::open(&path).unwrap();
    for (place, frame) in frames.iter().enumerate() {
        assert_eq!(tape.frame(place).unwrap(), *frame);
    }
}

#[test]
fn what_is_no_tape_is_said_to_be_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tape");
    for (text, words) in [
        ("", "no recording"),
        ("{\"a\":1}\n", "no recording"),
        ("{\"gonogo_monitor\":9}\n", "newer version"),
        ("{\"gonogo_monitor\":1}\n", "nothing was recorded"),
        ("{\"gonogo_monitor\":1}\n{\"at\":", "played of line 2"),
    ] {
        std::fs::write(&path, text).unwrap();
        let words_of = Tape::open(&path).err().unwrap().to_string();
        assert!(words_of.contains(words), "{text}: {words_of}");
    }
    // What has changed tells nothing without what it has changed from.
    let moment = serde_json::to_string(&ago(1)).unwrap();
    let change = format!("{{\"gonogo_monitor\":2}}\n{{\"change\":null,\"at\":{moment}}}\n");
    std::fs::write(&path, change).unwrap();
    let words = Tape::open(&path).err().unwrap().to_string();
    assert!(words.contains("line 2 (from byte 21)"), "{words}");
}

/// A tape of so many frames, of which everything is told in the 1st and in the 62nd: its path and its
/// lines.
fn recorded(dir: &tempfile::TempDir, frames: &[Frame]) -> (std::path::PathBuf, Vec<Vec<u8>>) {
    let path = dir.path().join("tape");
    let mut recorder = Recorder::create(&path).unwrap();
    for frame in frames {
        recorder.add(frame).unwrap();
    }
    let bytes = std::fs::read(&path).unwrap();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    (path, lines.map(<[u8]>::to_vec).collect())
}

#[test]
fn what_is_whole_of_a_damaged_recording_is_played_and_the_rest_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let frames = frames(130);
    let (path, lines) = recorded(&dir, &frames);
    // Line 1 is the head, so frame 9 stands in line 11, and all is told again in line 63.
    let from: usize = lines[..10].iter().map(Vec::len).sum();
    let half = |line: &[u8]| line[..line.len() / 2].to_vec();
    let mut torn = lines.clone();
    torn[10] = [half(&lines[10]), b"\n".to_vec()].concat();
    let mut joined = lines.clone();
    joined[10] = half(&lines[10]);
    joined[11] = half(&lines[11]);
    joined[11].push(b'\n');
    let mut binary = lines.clone();
    binary[10] = b"{\"change\":{\"=\":\"\xff\"},\"nth\":9}\n".to_vec();
    let mut lost = lines.clone();
    lost[10].clear();
    for (name, damaged, missing) in [
        ("torn", torn, 52),
        ("joined", joined, 51),
        ("binary", binary, 52),
        ("lost", lost, 51),
    ] {
        std::fs::write(&path, damaged.concat()).unwrap();
        let mut tape = Tape::open(&path).unwrap();
        assert_eq!(tape.frames(), 130 - 52, "{name}");
        let told = [Missing {
            line: 11,
            byte: from as u64,
            lines: missing,
        }];
        assert_eq!(tape.missing(), told, "{name}");
        for place in [77, 0, 8, 9, 10, 40] {
            let frame = if place < 9 { place } else { place + 52 };
            assert_eq!(tape.frame(place).unwrap(), frames[frame], "{name} {place}");
        }
    }
}

#[test]
fn a_last_line_that_is_cut_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let frames = frames(130);
    let (path, mut lines) = recorded(&dir, &frames);
    // Only the end of the line is not there: the frame is.
    lines[130].pop();
    std::fs::write(&path, lines.concat()).unwrap();
    let mut tape = Tape::open(&path).unwrap();
    assert_eq!((tape.frames(), tape.missing().len()), (130, 0));
    assert_eq!(tape.frame(129).unwrap(), frames[129]);
    lines[130].pop();
    std::fs::write(&path, lines.concat()).unwrap();
    let tape = Tape::open(&path).unwrap();
    let told = Missing {
        line: 131,
        byte: lines[..130].iter().map(Vec::len).sum::<usize>() as u64,
        lines: 1,
    };
    assert_eq!((tape.frames(), tape.missing()), (129, &[told][..]));
}

#[test]
fn each_place_that_is_damaged_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let frames = frames(130);
    let (path, mut lines) = recorded(&dir, &frames);
    lines[1] = b"\n".to_vec();
    lines[130] = b"nonsense\n".to_vec();
    std::fs::write(&path, lines.concat()).unwrap();
    let mut tape = Tape::open(&path).unwrap();
    let words: Vec<String> = tape.missing().iter().map(Missing::to_string).collect();
    let last: usize = lines[..130].iter().map(Vec::len).sum();
    let told = [
        "lines 2 to 62 (from byte 21)".to_owned(),
        format!("line 131 (from byte {last})"),
    ];
    assert_eq!(words, told);
    assert_eq!(tape.frame(0).unwrap(), frames[61]);
}
