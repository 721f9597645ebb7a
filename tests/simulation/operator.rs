//! People: now and then they do what the run waits for, now and then something else.

use gonogo::plan::Plan;
use gonogo::run::{Command, RunState, SessionName, Waiting};

use super::rng::Rng;

/// What somebody wants.
pub fn wish(rng: &mut Rng, plan: &Plan, state: &RunState) -> Command {
    if rng.chance(75) {
        sensible(rng, plan, state)
    } else {
        anything(rng, plan, state)
    }
}

fn number(plan: &Plan, ix: usize) -> String {
    plan.steps[ix].number.clone()
}

fn reason(rng: &mut Rng) -> String {
    rng.pick(&["because", "I looked", " "]).to_owned()
}

fn maybe_reason(rng: &mut Rng) -> Option<String> {
    rng.chance(70).then(|| reason(rng))
}

fn run(step: Option<String>, choice: Option<usize>) -> Command {
    Command::Run { step, choice }
}

fn sensible(rng: &mut Rng, plan: &Plan, state: &RunState) -> Command {
    match state.waiting(plan) {
        Waiting::Start(_) => run(None, None),
        Waiting::Confirm(ix) | Waiting::Undecided(ix) => run(Some(number(plan, ix)), None),
        Waiting::Alternative(ix) => run(Some(number(plan, ix)), Some(1 + rng.below(2))),
        Waiting::Tick(ix) => Command::Tick {
            step: number(plan, ix),
            note: None,
        },
        Waiting::Values(_, names) => value(rng, &names[0]),
        Waiting::Decide(ix) => decision(rng, number(plan, ix)),
        Waiting::Approval(_, names) => Command::Approve {
            gate: names[0].clone(),
            reason: None,
        },
        Waiting::Gate(_) if rng.chance(10) => Command::NoGo {
            reason: reason(rng),
        },
        Waiting::Gate(_) => Command::Go { reason: None },
        Waiting::Choice(among) => {
            let phase = rng.pick(&among);
            run(Some(number(plan, plan.phases[phase].steps.start)), None)
        }
        Waiting::Release => Command::Release,
        Waiting::Finish => Command::Finish { reason: None },
        Waiting::Nothing | Waiting::Plan | Waiting::Facts(_) | Waiting::Over => {
            if rng.chance(20) {
                return Command::Auto { on: !state.auto };
            }
            anything(rng, plan, state)
        }
    }
}

fn decision(rng: &mut Rng, step: String) -> Command {
    match rng.below(6) {
        0 | 1 => Command::Retry {
            step,
            reason: maybe_reason(rng),
            choice: None,
        },
        2 => Command::Done {
            step,
            reason: reason(rng),
        },
        3 => Command::Skip {
            step,
            reason: reason(rng),
        },
        4 => Command::Look { step },
        _ => Command::Fail {
            step,
            reason: reason(rng),
        },
    }
}

fn value(rng: &mut Rng, name: &str) -> Command {
    Command::Set {
        name: name.to_owned(),
        value: rng.pick(&["v1", "v22", "latest"]).to_owned(),
    }
}

fn anything(rng: &mut Rng, plan: &Plan, state: &RunState) -> Command {
    let step = number(plan, rng.below(plan.steps.len()));
    match rng.below(26) {
        24 | 25 => Command::Input {
            step,
            text: "yes".to_owned(),
        },
        0 | 1 => run(Some(step), rng.chance(20).then(|| rng.below(3))),
        2 => run(None, None),
        3 | 4 => Command::Tick {
            step,
            note: Some("seen".to_owned()),
        },
        5 => Command::Untick { step },
        6 => Command::Skip {
            step,
            reason: reason(rng),
        },
        7..=10 => decision(rng, step),
        11 | 12 => Command::Stop { step },
        13 => Command::Hold {
            reason: maybe_reason(rng),
        },
        14 => Command::Release,
        15 => Command::Auto { on: !state.auto },
        16 => Command::Rollback {
            tier: rng
                .chance(30)
                .then(|| rng.pick(&["undo", "T0", "T1"]).to_owned()),
            confirm: rng.chance(70).then(|| "production".to_owned()),
        },
        17 => Command::Note {
            text: "quiet".to_owned(),
            step: rng.chance(50).then_some(step),
        },
        18 => {
            let name = rng.pick(&["release", "token", "size"]);
            value(rng, name)
        }
        19 => Command::Take {
            reason: reason(rng),
        },
        20 => Command::Approve {
            gate: rng.pick(&["review", "business", "1", "2"]).to_owned(),
            reason: None,
        },
        21 => Command::Go { reason: None },
        22 if rng.chance(15) => Command::Finish {
            reason: maybe_reason(rng),
        },
        22 => Command::Cancel(session()),
        _ => Command::Terminate(session()),
    }
}

fn session() -> SessionName {
    SessionName {
        pid: 4711,
        database: None,
        started: None,
        statement: None,
    }
}
