//! `gonogo check` of large runbooks, the whole process.

use std::process::Stdio;
use std::time::Duration;

use crate::figures::Figures;
use crate::runbook;
use crate::support::Bench;

pub fn measure() {
    let bench = Bench::new();
    for (megabytes, budget) in [(1, 50), (10, 500)] {
        let bytes = megabytes << 20;
        let ordinary = [
            ("runbooks", runbook::chapters(bytes)),
            ("task items", runbook::checklist(bytes)),
        ];
        for (name, text) in ordinary.into_iter().chain(runbook::hostile(bytes)) {
            bench.write("large.md", &text);
            for format in ["human", "json"] {
                let mut program = bench.program(&["check", "large.md", "--format", format]);
                program.stdout(Stdio::null());
                let figures = Figures::of(100 / megabytes, || {
                    program.status().unwrap();
                });
                let what = format!("check of {megabytes} MB of {name}, {format}");
                figures.tell(&what, Duration::from_millis(budget));
            }
        }
    }
}
