//! What `ESC [ … m` says about colours and attributes.

use ratatui::style::{Color, Modifier, Style};
use vte::Params;

/// Changes `style` as the parameters of one sequence ask. What is unknown, or would hide text or
/// make it blink, changes nothing.
pub(super) fn apply(style: &mut Style, params: &Params) {
    let mut groups = params.iter();
    while let Some(group) = groups.next() {
        let Some((&code, rest)) = group.split_first() else {
            continue;
        };
        match code {
            38 | 48 | 58 => {
                // The modern form keeps its figures in one group, `38:2::r:g:b`; the old one uses
                // up the groups that follow, `38;2;r;g;b`.
                let color = if rest.is_empty() {
                    let mut next = || groups.next().and_then(|group| group.first().copied());
                    match next() {
                        Some(5) => next().and_then(indexed),
                        Some(2) => rgb(next(), next(), next()),
                        _ => None,
                    }
                } else {
                    in_one_group(rest)
                };
                if let Some(color) = color {
                    match code {
                        38 => style.fg = Some(color),
                        48 => style.bg = Some(color),
                        _ => style.underline_color = Some(color),
                    }
                }
            }
            4 if rest.first() == Some(&0) => style.add_modifier.remove(Modifier::UNDERLINED),
            _ => plain(style, code),
        }
    }
}

fn plain(style: &mut Style, code: u16) {
    let attributes = &mut style.add_modifier;
    match code {
        0 => *style = Style::new(),
        1 => attributes.insert(Modifier::BOLD),
        2 => attributes.insert(Modifier::DIM),
        3 => attributes.insert(Modifier::ITALIC),
        4 | 21 => attributes.insert(Modifier::UNDERLINED),
        7 => attributes.insert(Modifier::REVERSED),
        9 => attributes.insert(Modifier::CROSSED_OUT),
        22 => attributes.remove(Modifier::BOLD | Modifier::DIM),
        23 => attributes.remove(Modifier::ITALIC),
        24 => attributes.remove(Modifier::UNDERLINED),
        27 => attributes.remove(Modifier::REVERSED),
        29 => attributes.remove(Modifier::CROSSED_OUT),
        30..=37 => style.fg = Some(NORMAL[usize::from(code - 30)]),
        39 => style.fg = None,
        40..=47 => style.bg = Some(NORMAL[usize::from(code - 40)]),
        49 => style.bg = None,
        59 => style.underline_color = None,
        90..=97 => style.fg = Some(BRIGHT[usize::from(code - 90)]),
        100..=107 => style.bg = Some(BRIGHT[usize::from(code - 100)]),
        _ => {}
    }
}

/// The figures after `38:`. Before red there may stand the number of a colour space.
fn in_one_group(rest: &[u16]) -> Option<Color> {
    match rest {
        [5, index, ..] => indexed(*index),
        [2, r, g, b] | [2, _, r, g, b, ..] => rgb(Some(*r), Some(*g), Some(*b)),
        _ => None,
    }
}

fn indexed(index: u16) -> Option<Color> {
    u8::try_from(index).ok().map(Color::Indexed)
}

fn rgb(r: Option<u16>, g: Option<u16>, b: Option<u16>) -> Option<Color> {
    let part = |part: Option<u16>| u8::try_from(part?).ok();
    Some(Color::Rgb(part(r)?, part(g)?, part(b)?))
}

const NORMAL: [Color; 8] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
];

const BRIGHT: [Color; 8] = [
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The style after the sequences in `bytes`.
    fn after(bytes: &str) -> Style {
        struct Pen(Style);
        impl vte::Perform for Pen {
            fn csi_dispatch(&mut self, params: &Params, _: &[u8], _: bool, _: char) {
                apply(&mut self.0, params);
            }
        }
        let mut pen = Pen(Style::new());
        vte::Parser::new().advance(&mut pen, bytes.as_bytes());
        pen.0
    }

    #[test]
    fn the_sixteen_colours_are_kept() {
        assert_eq!(after("\x1b[31;44m"), Style::new().red().on_blue());
        assert_eq!(after("\x1b[97;100m"), Style::new().white().on_dark_gray());
        assert_eq!(after("\x1b[37m").fg, Some(Color::Gray));
        assert_eq!(after("\x1b[31;44m\x1b[39;49m"), Style::new());
    }

    #[test]
    fn both_ways_to_write_more_colours_are_understood() {
        let orange = Style::new().fg(Color::Rgb(255, 128, 0));
        assert_eq!(after("\x1b[38;2;255;128;0m"), orange);
        assert_eq!(after("\x1b[38:2:255:128:0m"), orange);
        assert_eq!(after("\x1b[38:2::255:128:0m"), orange);
        let pink = Style::new().bg(Color::Indexed(205));
        assert_eq!(after("\x1b[48;5;205m"), pink);
        assert_eq!(after("\x1b[48:5:205m"), pink);
        assert_eq!(
            after("\x1b[58:5:1;1m").underline_color,
            Some(Color::Indexed(1))
        );
        assert_eq!(after("\x1b[58:5:1;1m").add_modifier, Modifier::BOLD);
    }

    #[test]
    fn attributes_come_and_go() {
        let all = after("\x1b[1;2;3;4;7;9m").add_modifier;
        assert_eq!(
            all,
            Modifier::BOLD
                | Modifier::DIM
                | Modifier::ITALIC
                | Modifier::UNDERLINED
                | Modifier::REVERSED
                | Modifier::CROSSED_OUT
        );
        assert_eq!(after("\x1b[1;2;3;4;7;9m\x1b[22;23;24;27;29m"), Style::new());
        assert_eq!(after("\x1b[4:3m").add_modifier, Modifier::UNDERLINED);
        assert_eq!(after("\x1b[4m\x1b[4:0m"), Style::new());
        assert_eq!(after("\x1b[1;31m\x1b[m"), Style::new());
    }

    #[test]
    fn what_hides_or_blinks_or_makes_no_sense_changes_nothing() {
        assert_eq!(after("\x1b[5;6;8;999m"), Style::new());
        assert_eq!(
            after("\x1b[38;5m\x1b[38;2;1m\x1b[38;5;700m\x1b[38:9:1m"),
            Style::new()
        );
    }
}
