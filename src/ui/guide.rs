//! The guide: one line that says what the run needs, and the key for it.

use super::words;
use super::world::{Link, World};
use crate::clock::Moment;
use crate::monitor::{Link as DatabaseLink, LockNode, LockTree};
use crate::plan::{StepIx, duration};
use crate::run::{Standing, Status, Waiting};

/// What to do next, or what is going on.
pub fn guide(world: &World, database: usize, now: Moment) -> String {
    match &world.link {
        Link::Connecting => return "the engine is being started".to_owned(),
        Link::Lost(why) if world.state.end.is_none() => {
            return format!("`gonogo resume {}` goes on: {why}", world.dir.id());
        }
        _ => {}
    }
    if let Some(words) = ended(world) {
        return words;
    }
    if !world.drives() {
        let driver = world
            .state
            .driver
            .as_ref()
            .filter(|driver| driver.gone.is_none());
        return match driver {
            Some(driver) => format!("you are watching {}; t takes control", driver.name),
            None => "nobody drives; t takes control".to_owned(),
        };
    }
    if let Some(ix) = world.state.active_steps().next_back() {
        return going_on(world, ix, database, now);
    }
    waiting(world, now)
}

fn ended(world: &World) -> Option<String> {
    let end = world.state.end.as_ref()?;
    let how = world.state.outcome(&world.plan);
    let reason = end
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!(": {reason}"));
    Some(format!(
        "{how} at {}{reason}; q leaves",
        end.at.to_local_time()
    ))
}

fn called(world: &World, ix: StepIx) -> String {
    let step = &world.plan.steps[ix];
    format!("{} {}", step.number, step.spec.title)
}

fn going_on(world: &World, ix: StepIx, database: usize, now: Moment) -> String {
    let step = &world.state.steps[ix];
    let called = called(world, ix);
    let since = step
        .started
        .map(|started| duration::clock(now.since(started)))
        .unwrap_or_default();
    if let Some(stopping) = &step.stopping {
        return format!(
            "S goes harder: {called} is being stopped ({:?}): {}",
            stopping.stage, stopping.reason
        )
        .to_lowercase();
    }
    let check = world.plan.steps[ix]
        .spec
        .undo
        .as_ref()
        .is_some_and(|undo| undo.work.is_check());
    if step.status == Status::Undoing && check {
        return format!("space when it is done: undo {called} by hand");
    }
    let locks = world.locks(database);
    if let Some((locks, wait)) = locks.and_then(|locks| Some((locks, locks.wait_of_ours()?))) {
        return blocked(locks, wait);
    }
    if step.sought.is_some() {
        return format!("S stops {called}: how it ended is being looked for");
    }
    let what = if step.status == Status::Undoing {
        "the undo of "
    } else {
        ""
    };
    format!("S stops {what}{called}, running {since}")
}

/// Our step waits for somebody's lock: who it is, and the key that helps.
fn blocked(locks: &LockTree, (ours, blocker): (&LockNode, &LockNode)) -> String {
    let waits = if ours.session.is_ours() {
        "our step waits for"
    } else {
        "perhaps our step waits for"
    };
    let session = &blocker.session;
    let who = session.name();
    let age = session
        .transaction_age
        .map(words::short)
        .unwrap_or_default();
    if session.state.holds_transaction_idly() {
        format!(
            "k ends {} ({who}, {} {age}): {waits} it",
            session.pid,
            session.state.words()
        )
    } else if session.pid == 0 {
        format!("{waits} {}", locks.prepared_words())
    } else {
        format!(
            "c cancels, k ends {} ({who}, {age}): {waits} it",
            session.pid
        )
    }
}

fn waiting(world: &World, now: Moment) -> String {
    let phase = |ix: usize| &world.plan.phases[ix].spec.name;
    let next = world.state.next_step(&world.plan);
    let early = next
        .and_then(|ix| world.state.early(&world.plan, ix, now))
        .map(words::short);
    match world.state.waiting(&world.plan) {
        Waiting::Start(ix) => match early {
            None => format!("enter starts {}", called(world, ix)),
            Some(left) => format!(
                "enter asks before it starts {}: {left} early",
                called(world, ix)
            ),
        },
        Waiting::Tick(ix) => format!("space ticks {}", called(world, ix)),
        Waiting::Confirm(ix) => format!(
            "enter asks before it starts {}, which is dangerous",
            called(world, ix)
        ),
        Waiting::Alternative(ix) => format!("enter offers the ways to do {}", called(world, ix)),
        Waiting::Values(ix, names) => format!(
            "enter asks for {}, which {} needs",
            names.join(", "),
            called(world, ix)
        ),
        Waiting::Facts(ix) => format!("looking whether {} is to be done", called(world, ix)),
        Waiting::Undecided(ix) => format!(
            "it can't be told whether {} is to be done: enter runs it, s leaves it out, l looks again",
            called(world, ix)
        ),
        Waiting::Decide(ix) => {
            let status = world.state.steps[ix].status;
            let back = match world.state.rollback {
                None => ", R rolls back",
                Some(_) => "",
            };
            format!(
                "enter shows what can be done{back}: {} is {status}",
                called(world, ix)
            )
        }
        Waiting::Approval(ix, names) => format!(
            "\"{}\" needs somebody else's approval: {}",
            phase(ix),
            names.join(", ")
        ),
        Waiting::Gate(ix) => format!("g or G: go or no-go for \"{}\"?", phase(ix)),
        Waiting::Choice(among) => {
            let names: Vec<String> = among
                .iter()
                .map(|ix| format!("\"{}\"", phase(*ix)))
                .collect();
            format!("choose one: {}; start its first step", names.join(" or "))
        }
        Waiting::Release => {
            let hold = world.state.holds.last();
            let why = hold
                .map(|hold| format!("{} by {}", hold.reason, hold.by))
                .unwrap_or_default();
            let back = hold.and_then(|hold| is_back(world, hold.database.as_deref()?));
            let key = match (back, hold.and_then(|hold| hold.alert.as_ref())) {
                (Some(database), _) => format!("`{database}` is back, h releases"),
                (None, Some(_)) => "y accepts it".to_owned(),
                (None, None) => "h releases".to_owned(),
            };
            if world.state.rollback.is_some() {
                return format!("{key}, and the way back goes on; held: {why}");
            }
            format!("{key}, R rolls back; held: {why}")
        }
        Waiting::Plan => format!(
            "nothing starts: the run's copy of the plan was changed; put it back, then `gonogo resume {}`",
            world.state.run
        ),
        Waiting::Finish => {
            "F finishes: every step is settled; watch as long as you like".to_owned()
        }
        Waiting::Nothing if world.plan.phases.is_empty() => {
            "R picks a way back: the plan has nothing else".to_owned()
        }
        Waiting::Nothing if world.state.standing() == Standing::Ready => {
            "nothing to do yet".to_owned()
        }
        Waiting::Nothing => match (next, early) {
            (Some(ix), Some(left)) => format!(
                "auto waits {left} for the place of {} on the clock; enter starts it now",
                called(world, ix)
            ),
            _ => String::new(),
        },
        Waiting::Over => String::new(),
    }
}

/// The name of the database for which the run is held, once it answers again.
fn is_back<'d>(world: &World, database: &'d str) -> Option<&'d str> {
    let mut databases = world.health.databases.iter();
    let found = databases.find(|known| known.name == database)?;
    matches!(found.link, DatabaseLink::Up { .. }).then_some(database)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::monitor::testing::{database, health, node, ours, picture, session};
    use crate::monitor::{Evidence, State};

    #[test]
    fn whoever_blocks_what_may_be_our_session_is_told_with_the_doubt() {
        let locks = LockTree::default();
        let idle = session(57, "report", State::IdleInTransaction, 12, "select 1");
        let report = node(0, idle, None);
        let told = |by| {
            let step = ours(session(60, "psql", State::Active, 3, "alter table a"), by);
            blocked(&locks, (&node(1, step, None), &report))
        };
        let helps = "k ends 57 (report, idle in transaction 12s): ";
        let certain = format!("{helps}our step waits for it");
        assert_eq!(told(Evidence::Socket), certain);
        let guess = format!("{helps}perhaps our step waits for it");
        assert_eq!(told(Evidence::Guess), guess);
    }

    #[test]
    fn a_database_that_the_run_is_held_for_is_back_once_it_answers() {
        let plan = "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'deploy'\n[[phase.step]]\n\
                    title = 'A'\nshell = 'a'\n";
        let mut world = crate::ui::testing::world("plan.toml", plan);
        assert_eq!(is_back(&world, "main"), None);
        let mut main = database(picture());
        world.health = Arc::new(health(vec![main.clone()]));
        assert_eq!(is_back(&world, "main"), Some("main"));
        main.link = DatabaseLink::Connecting;
        world.health = Arc::new(health(vec![main]));
        assert_eq!(is_back(&world, "main"), None);
    }
}
