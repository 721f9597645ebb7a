//! What the program prints. Plans, journals, servers and people are the authors of much of it: none of
//! it moves a terminal's cursor, colours it or sets its title.

use std::fmt;
use std::io::{self, Write};

use crate::plan::{is_obeyed, printable};

/// Says a line on standard error, in the program's name.
macro_rules! complain {
    ($($words:tt)*) => {
        $crate::cli::say::aside(format_args!(
            "gonogo: {}",
            $crate::plan::printable(&format!($($words)*))
        ))
    };
}
pub(super) use complain;

/// Says a line on standard error. Where that is gone, nobody is there to be told.
pub(super) fn aside(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes `text`, which brings its own ends of lines, to standard output.
pub(super) fn out(text: impl fmt::Display) -> io::Result<()> {
    io::stdout().write_all(printable(&text.to_string()).as_bytes())
}

/// `json` as it is to be printed: the same to whoever reads JSON, and nothing to a terminal.
pub(super) fn json(json: impl fmt::Display) -> String {
    let mut text = String::new();
    for c in json.to_string().chars() {
        if is_obeyed(c) {
            // Outside of the strings of JSON there is no such character, and all have four digits.
            text.push_str(&format!("\\u{:04x}", c as u32));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_tells_a_terminal_nothing_and_a_program_everything() {
        let value = serde_json::json!({ "a": "\u{1b}]0;x\u{7}\u{7f}\u{9b}2J\u{202e}b\\é\n" });
        let line = json(&value);
        assert!(!line.contains(is_obeyed) && line.contains('é'), "{line}");
        assert_eq!(line.parse::<serde_json::Value>().unwrap(), value);
    }
}
