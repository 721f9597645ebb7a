//! Probes that are commands: an exit code, and the number that is printed last.

use std::time::Duration;

use super::probe::Reading;
use super::script::{Ran, Script, last_line};
use crate::clock::Clock;
use crate::plan::{Expect, Observed};

/// The least and the most time that a command gets.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// A command that is run again and again.
pub(super) struct CommandProbe {
    script: Script,
    expect: Expect,
    patience: Duration,
}

impl CommandProbe {
    pub(super) fn new(script: Script, expect: &Expect, every: Duration) -> Self {
        CommandProbe {
            script,
            expect: expect.clone(),
            patience: every.clamp(PATIENCE.0, PATIENCE.1),
        }
    }

    /// Runs it once.
    pub(super) async fn measure(&self, clock: &dyn Clock) -> Reading {
        let start = clock.now();
        match self.script.run(self.patience).await {
            Ok(ran) => read(&ran, &self.expect, clock.now().since(start)),
            Err(why) => Reading::error(why),
        }
    }
}

/// What a command says: the number in its last line, else its exit code.
fn read(ran: &Ran, expect: &Expect, took: Duration) -> Reading {
    let Some(code) = ran.code else {
        return Reading::error("a signal ended it");
    };
    let last = last_line(&ran.output);
    let number = last.parse().ok().filter(|number: &f64| number.is_finite());
    let seen = Observed {
        exit: Some(code),
        took: Some(took),
        value: Some(last.to_owned()).filter(|last| !last.is_empty()),
        ..expect.searched(&ran.output)
    };
    let words = match number {
        Some(_) => last.to_owned(),
        None => format!("exit code {code}"),
    };
    let mut reading = Reading::good(words);
    reading.latency = Some(took);
    reading.value = Some(number.unwrap_or(f64::from(code)));
    let mut reading = reading.judged(expect, &seen);
    if code != 0 && !ran.complaint.is_empty() {
        let complaint: String = ran.complaint.chars().take(120).collect();
        reading.words = format!("exit code {code}: {complaint}");
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::ProbeState;
    use crate::plan::Comparison;

    #[test]
    fn a_command_says_a_number_or_its_exit_code() {
        let ran = |code, output: &str, complaint: &str| Ran {
            code: Some(code),
            output: output.to_owned(),
            complaint: complaint.to_owned(),
        };
        let look = |ran, expect: &Expect| {
            let reading = read(&ran, expect, Duration::from_millis(5));
            (reading.state, reading.value, reading.words)
        };
        let plain = Expect::default();
        let few = Expect {
            value: Some(Comparison::parse("< 80").unwrap()),
            ..Expect::default()
        };
        let (ok, bad) = (ProbeState::Ok, ProbeState::Bad);
        for (got, state, value, words) in [
            (look(ran(0, "used\n 42 \n\n", ""), &plain), ok, 42.0, "42"),
            (look(ran(0, "all well", ""), &plain), ok, 0.0, "exit code 0"),
            (look(ran(3, "", ""), &plain), bad, 3.0, "exit code 3"),
            (
                look(ran(3, "7\n", "no such host"), &plain),
                bad,
                7.0,
                "exit code 3: no such host",
            ),
            (
                look(ran(0, "91\n", ""), &few),
                bad,
                91.0,
                "expected value < 80, found 91",
            ),
        ] {
            assert_eq!(got, (state, Some(value), words.to_owned()));
        }
    }
}
