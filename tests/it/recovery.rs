//! Recovery: the engine of a story dies at every point at which it can, before and after every write
//! to the journal and before every effect, and the story comes to its end all the same.

use std::collections::BTreeMap;

use gonogo::journal::event::Ending;

use super::simulation::machine::story::{Done, Told, tell};

/// What is done of each step when nothing goes wrong.
fn once() -> Done {
    Done {
        begun: 1,
        took_effect: 1,
    }
}

fn ending(back: bool) -> Ending {
    if back {
        Ending::RolledBack
    } else {
        Ending::Completed
    }
}

/// The steps of the story that are scripts, transactions, and what nobody can ask about.
const SCRIPTS: [&str; 4] = ["flag", "left", "right", "stop-app"];
const TRANSACTIONS: [&str; 1] = ["apply"];
const REQUESTS: [&str; 2] = ["switch", "index"];

fn check(told: &Told, back: bool, machine: bool, at: &[u32]) {
    assert_eq!(told.ending, ending(back), "{at:?}");
    for ((step, undo), done) in &told.done {
        let name = format!("{step}, undo {undo}, deaths at {at:?}: {done:?}");
        if SCRIPTS.contains(&step.as_str()) && !machine {
            // A script goes on without its engine: it is begun once, whatever happens to that.
            assert_eq!(*done, once(), "{name}");
        } else if TRANSACTIONS.contains(&step.as_str()) {
            assert_eq!(done.took_effect, 1, "{name}");
        } else {
            assert!(SCRIPTS.contains(&step.as_str()) || REQUESTS.contains(&step.as_str()));
            // Somebody was asked and gave a reason each time.
            assert!(done.begun as usize <= 1 + at.len(), "{name}");
        }
        assert!(done.took_effect >= 1, "{name}");
    }
}

#[test]
fn the_story_does_everything_once() {
    for back in [false, true] {
        let told = tell(back, &[], false);
        check(&told, back, false, &[]);
        let all: BTreeMap<_, _> = told.done.keys().map(|key| (key.clone(), once())).collect();
        assert_eq!(told.done, all);
        let undos = told.done.keys().filter(|(_, undo)| *undo).count();
        assert_eq!(undos, if back { 4 } else { 0 });
    }
}

#[test]
fn wherever_the_engine_dies_nothing_is_lost_and_nothing_done_twice() {
    for back in [false, true] {
        let points = tell(back, &[], false).points;
        assert!(points > 60, "{points}");
        for at in 1..=points {
            for machine in [false, true] {
                check(&tell(back, &[at], machine), back, machine, &[at]);
            }
        }
    }
}

#[test]
fn the_engine_after_it_may_die_too() {
    let points = tell(true, &[], false).points;
    for first in (1..=points).step_by(3) {
        for second in 1..=12 {
            let at = [first, second];
            check(&tell(true, &at, false), true, false, &at);
        }
    }
}
