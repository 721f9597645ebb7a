//! Lengths of time as people write them in plans, and as screens show them.

use std::time::Duration;

/// Reads a length such as `5m`, `1h 30m`, `250ms`, `2 minutes`, `1 day` or `2 weeks`. A bare number
/// has no unit and is refused.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a length of time is missing".to_owned());
    }
    if let Some(long) = parse_calendar(text) {
        return Ok(long);
    }
    let signed: jiff::SignedDuration = text
        .parse()
        .map_err(|_| format!("`{text}` is not a length of time"))?;
    Duration::try_from(signed).map_err(|_| format!("`{text}` is negative"))
}

/// Days and weeks, which plans mean as 24 hours and seven times that.
fn parse_calendar(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..digits].parse().ok()?;
    let days = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "d" | "day" | "days" => number,
        "w" | "week" | "weeks" => number * 7.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(days * 86_400.0).ok()
}

/// A length as plans write it: `250ms`, `45s`, `5m`, `1h 30m`, `2d`.
pub fn show(time: Duration) -> String {
    if time < Duration::from_secs(1) && !time.is_zero() {
        return format!("{}ms", time.as_millis());
    }
    let secs = time.as_secs();
    let parts = [
        (secs / 86_400, "d"),
        (secs / 3_600 % 24, "h"),
        (secs / 60 % 60, "m"),
        (secs % 60, "s"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| format!("{n}{unit}"))
        .collect();
    if words.is_empty() {
        "0s".to_owned()
    } else {
        words.join(" ")
    }
}

/// A running clock: `0:41`, `12:03`, `1:04:31`.
pub fn clock(time: Duration) -> String {
    let secs = time.as_secs();
    let (h, m, s) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if h > 0 {
        format!("{h}:{m:02}:{s:02}")
    } else {
        format!("{m}:{s:02}")
    }
}

/// A place on the T clock, in seconds from T-0: `T+1h`, `T-2d`.
pub fn place(seconds: i64) -> String {
    let side = if seconds < 0 { '-' } else { '+' };
    match Duration::from_secs(seconds.unsigned_abs()) {
        Duration::ZERO => "T-0".to_owned(),
        time => format!("T{side}{}", show(time)),
    }
}

/// The time on the T clock: `T+00:04:31`.
pub fn t_clock(since: Duration) -> String {
    let secs = since.as_secs();
    format!(
        "T+{:02}:{:02}:{:02}",
        secs / 3_600,
        secs / 60 % 60,
        secs % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, millis) in [
            ("5m", 300_000),
            ("1h 30m", 5_400_000),
            ("250ms", 250),
            ("2 minutes", 120_000),
            ("1 day", 86_400_000),
            ("2 weeks", 1_209_600_000),
            ("1.5s", 1_500),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "90", "soon", "-5m"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_are_shown_as_plans_write_them() {
        for text in ["250ms", "45s", "5m", "1h 30m", "2d", "0s"] {
            assert_eq!(show(parse(text).unwrap()), text);
        }
        assert_eq!(clock(Duration::from_secs(41)), "0:41");
        assert_eq!(clock(Duration::from_secs(3_871)), "1:04:31");
    }
}
