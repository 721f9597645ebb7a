//! Probes that are commands: the exit code says whether all is well, and the value is the number that is
//! printed last. An exit code is never a value, and a text is none either.

use std::time::Duration;

use super::probe::{ProbeState, Reading};
use super::script::{Ran, Script, last_line};
use crate::clock::Clock;
use crate::plan::{Comparison, Expect, Observed};

/// The least and the most time that a command gets.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// How shells end that could not run a command: it is not to be run, or there is none.
const NOT_RUN: [i32; 2] = [126, 127];

/// A command that is run again and again.
pub(super) struct CommandProbe {
    script: Script,
    expect: Expect,
    /// Whether somebody wants the number that it prints.
    is_asked: bool,
    patience: Duration,
}

impl CommandProbe {
    /// A probe that runs `script` every so often; `is_asked` if a rule is about its value.
    pub(super) fn new(script: Script, expect: &Expect, is_asked: bool, every: Duration) -> Self {
        let wanted = expect.value.as_ref();
        CommandProbe {
            script,
            expect: expect.clone(),
            is_asked: is_asked || wanted.is_some_and(Comparison::is_of_numbers),
            patience: every.clamp(PATIENCE.0, PATIENCE.1),
        }
    }

    /// Runs it once.
    pub(super) async fn measure(&self, clock: &dyn Clock) -> Reading {
        let start = clock.now();
        match self.script.run(self.patience).await {
            Ok(ran) => read(&ran, &self.expect, self.is_asked, clock.now().since(start)),
            Err(why) => Reading::error(why),
        }
    }
}

/// What a command says. Its last line has to be a number where one `is_asked` for; an exit code that is not
/// as it should be comes first, since it says why there is none.
fn read(ran: &Ran, expect: &Expect, is_asked: bool, took: Duration) -> Reading {
    let Some(code) = ran.code else {
        return Reading::error("a signal ended it");
    };
    let last = last_line(&ran.output);
    let number = last.parse().ok().filter(|number: &f64| number.is_finite());
    let mut expect = expect.clone();
    let mut reading = match number {
        Some(_) => Reading::good(last),
        None if is_asked => {
            expect.value = None;
            no_number(ran)
        }
        None => Reading::good(format!("exit code {code}")),
    };
    let seen = Observed {
        exit: Some(code),
        took: Some(took),
        value: Some(last.to_owned()).filter(|last| !last.is_empty()),
        ..expect.searched(&ran.output)
    };
    reading.latency = Some(took);
    reading.value = number;
    let mut reading = reading.judged(&expect, &seen);
    if NOT_RUN.contains(&code) && reading.state == ProbeState::Bad {
        // Nothing was measured, so nothing is known to be wrong with it.
        (reading.state, reading.value) = (ProbeState::Error, None);
    }
    if code != 0 && !ran.complaint.is_empty() && reading.state != ProbeState::Unread {
        reading.words = format!("exit code {code}: {}", beginning(&ran.complaint));
    }
    reading
}

/// An answer that is no number; where nothing was printed, what was complained of may say why.
fn no_number(ran: &Ran) -> Reading {
    Reading::unread(match (last_line(&ran.output), &ran.complaint[..]) {
        ("", "") => "it prints nothing, and no number".to_owned(),
        ("", complaint) => format!("it prints no number: {}", beginning(complaint)),
        (last, _) => format!("the last line is no number: {}", beginning(last)),
    })
}

fn beginning(text: &str) -> String {
    text.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: ProbeState = ProbeState::Ok;
    const BAD: ProbeState = ProbeState::Bad;
    const UNREAD: ProbeState = ProbeState::Unread;

    /// What is made of an exit code, an output and a complaint.
    type Case<'c> = ((i32, &'c str, &'c str), ProbeState, Option<f64>, &'c str);

    #[track_caller]
    fn check(expect: &Expect, is_asked: bool, cases: &[Case<'_>]) {
        for ((code, output, complaint), state, value, words) in cases {
            let ran = Ran {
                code: Some(*code),
                output: (*output).to_owned(),
                complaint: (*complaint).to_owned(),
            };
            let reading = read(&ran, expect, is_asked, Duration::from_millis(5));
            let got = (reading.state, reading.value, &reading.words[..]);
            assert_eq!(got, (*state, *value, *words), "{code} {output:?}");
        }
    }

    fn value(comparison: &str) -> Expect {
        Expect {
            value: Some(Comparison::parse(comparison).unwrap()),
            ..Expect::default()
        }
    }

    #[test]
    fn an_exit_code_says_whether_all_is_well_and_is_no_value() {
        let cases = [
            ((0, "used\n 42 \n\n", ""), OK, Some(42.0), "42"),
            ((0, "all well", ""), OK, None, "exit code 0"),
            ((3, "", ""), BAD, None, "exit code 3"),
            ((1, "0\n", ""), BAD, Some(0.0), "exit code 1"),
            (
                (3, "7\n", "no such host"),
                BAD,
                Some(7.0),
                "exit code 3: no such host",
            ),
        ];
        check(&Expect::default(), false, &cases);
        let expected = Expect {
            exit: vec![0, 127],
            ..Expect::default()
        };
        check(
            &expected,
            false,
            &[((127, "", ""), OK, None, "exit code 127")],
        );
        let few = [(
            (0, "91\n", ""),
            BAD,
            Some(91.0),
            "expected value < 80, found 91",
        )];
        check(&value("< 80"), false, &few);
    }

    #[test]
    fn what_could_not_be_run_has_measured_nothing() {
        let error = ProbeState::Error;
        let missing = "exit code 127: sh: 1: chekc: not found";
        let denied = "exit code 126: sh: 1: ./check: Permission denied";
        let cases = [
            ((127, "", "sh: 1: chekc: not found"), error, None, missing),
            ((127, "7", "sh: 1: chekc: not found"), error, None, missing),
            (
                (126, "", "sh: 1: ./check: Permission denied"),
                error,
                None,
                denied,
            ),
            ((125, "", ""), BAD, None, "exit code 125"),
        ];
        check(&Expect::default(), false, &cases);
        check(&Expect::default(), true, &cases[..3]);
    }

    #[test]
    fn where_a_number_is_asked_for_no_text_passes_for_one() {
        let cases = [
            ((0, "1\n", ""), OK, Some(1.0), "1"),
            (
                (0, "N/A\n", ""),
                UNREAD,
                None,
                "the last line is no number: N/A",
            ),
            (
                (0, "12 ms", ""),
                UNREAD,
                None,
                "the last line is no number: 12 ms",
            ),
            (
                (0, "nan", ""),
                UNREAD,
                None,
                "the last line is no number: nan",
            ),
            (
                (0, "", ""),
                UNREAD,
                None,
                "it prints nothing, and no number",
            ),
            (
                (0, "", "no route"),
                UNREAD,
                None,
                "it prints no number: no route",
            ),
            ((2, "N/A", "no route"), BAD, None, "exit code 2: no route"),
        ];
        check(&Expect::default(), true, &cases);
        for comparison in ["< 80", "= 0", "!= 0"] {
            check(&value(comparison), true, &cases[1..]);
        }
    }

    #[test]
    fn a_text_is_what_a_text_is_compared_with() {
        let cases = [
            ((0, "up", ""), OK, None, "exit code 0"),
            (
                (0, "down", ""),
                BAD,
                None,
                "expected value = up, found down",
            ),
        ];
        check(&value("= up"), false, &cases);
        assert!(!value("= up").value.unwrap().is_of_numbers());
        assert!(value("!= 0").value.unwrap().is_of_numbers());
    }
}
