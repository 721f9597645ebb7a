//! What a run waits for, in words.

use crate::journal::{Actor, Via};
use crate::plan::{Plan, StepIx};
use crate::run::decide::decide;
use crate::run::{Command, Input, RunState, Waiting, Wish};

/// What is waited for, in words that begin with the command that ends the waiting.
pub fn waiting_for(plan: &Plan, state: &RunState) -> Option<String> {
    let called = |ix: StepIx| {
        let step = &plan.steps[ix];
        format!("{} {}", step.number, step.spec.title)
    };
    let phase = |ix: usize| plan.phases[ix].spec.name.clone();
    Some(match state.waiting(plan) {
        Waiting::Nothing | Waiting::Facts(_) | Waiting::Over => return None,
        Waiting::Undecided(ix) => {
            format!("run or skip {} (its condition can't be told)", called(ix))
        }
        Waiting::Start(ix) => format!("run {}", called(ix)),
        Waiting::Tick(ix) => format!("tick {}", called(ix)),
        Waiting::Confirm(ix) => format!("run {} (dangerous: name it)", called(ix)),
        Waiting::Alternative(ix) => format!("run {} (pick an alternative)", called(ix)),
        Waiting::Values(ix, names) => format!("set {} for {}", state.asked_for(&names), called(ix)),
        Waiting::Decide(ix) => {
            let ways = ways_on(plan, state, ix);
            format!("decide about {}: {ways}", called(ix))
        }
        Waiting::Approval(ix, names) => format!("approve {} for {}", names.join(", "), phase(ix)),
        Waiting::Gate(ix) => format!("go or nogo for {}", phase(ix)),
        Waiting::Choice(among) => {
            let names: Vec<String> = among.into_iter().map(phase).collect();
            format!("run a step of one of: {}", names.join(", "))
        }
        Waiting::Release => match state.holds.iter().find_map(|hold| hold.alert.as_ref()) {
            Some(alert) => format!("accept \"{alert}\", or its end"),
            None => "release".to_owned(),
        },
        Waiting::Plan => {
            "put the plan back that the run was created with, then `gonogo resume`".to_owned()
        }
        Waiting::Finish => "finish".to_owned(),
    })
}

/// `retry, done, skip or rollback`: what is granted, and nothing else.
fn ways_on(plan: &Plan, state: &RunState, ix: StepIx) -> String {
    let step = plan.steps[ix].number.clone();
    let reason = "…".to_owned();
    // While one way is gone another takes its place.
    let gone = state.rollback.as_ref();
    let mut ways = plan.ways();
    let other = gone.and_then(|gone| ways.find(|way| Some(*way) != gone.tier));
    let tier = other.map_or_else(|| "undo".to_owned(), |ix| plan.tiers[ix].id.clone());
    let commands = [
        (
            "retry",
            Command::Retry {
                step: step.clone(),
                reason: Some(reason.clone()),
                choice: None,
            },
        ),
        (
            "done",
            Command::Done {
                step: step.clone(),
                reason: reason.clone(),
            },
        ),
        ("skip", Command::Skip { step, reason }),
        (
            "rollback",
            Command::Rollback {
                tier: Some(tier),
                confirm: plan.environment.clone(),
            },
        ),
    ];
    let granted = commands
        .into_iter()
        .filter(|(_, command)| is_granted(plan, state, command));
    let mut ways: Vec<&str> = granted.map(|(way, _)| way).collect();
    match (ways.pop(), ways.is_empty()) {
        (Some(last), false) => format!("{} or {last}", ways.join(", ")),
        (last, _) => last.unwrap_or_default().to_owned(),
    }
}

fn is_granted(plan: &Plan, state: &RunState, command: &Command) -> bool {
    let Some(now) = state.boots.last().map(|boot| boot.last) else {
        return false;
    };
    let wish = Wish {
        actor: Actor::person("", Via::Ctl),
        drives: true,
        terminal: String::new(),
        command: command.clone(),
        session: None,
        holds_secret: false,
    };
    decide(plan, state, &Input::Command(wish), now).is_ok()
}
