//! The guide: one line that says what the run needs, and the key for it.

use super::words;
use super::world::{Link, World};
use crate::clock::Moment;
use crate::monitor::{Link as DatabaseLink, Picture, State};
use crate::plan::{GoesOn, StepIx, duration};
use crate::run::{Hold, Standing, Status, Waiting};

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
    if world.trouble.is_some() {
        return "the run goes on by itself once its journal can be written again".to_owned();
    }
    if let Some(silent) = world.silent(now).or_else(|| world.unanswered(now)) {
        return format!(
            "the engine has not answered for {}: what is pressed waits for it",
            words::short(silent)
        );
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
    if let Some(words) = world.picture(database).and_then(blocked) {
        return words;
    }
    if step.sought.is_some() {
        return format!("S stops {called}: how it ended is being looked for");
    }
    let undo = step.status == Status::Undoing;
    let goes_on = world.plan.steps[ix].goes_on(step.choice);
    match goes_on.filter(|_| !undo) {
        Some(GoesOn::Seen) => {
            return format!(
                "S when you have seen it: {called} goes on until somebody ends it, {since}"
            );
        }
        Some(GoesOn::Unsure) => {
            return format!(
                "S ends {called}, then d says it was done: it goes on until then, {since}"
            );
        }
        None => {}
    }
    let what = if undo { "the undo of " } else { "" };
    format!("S stops {what}{called}, running {since}")
}

/// Our step waits for somebody's lock: who it is, and the key that helps, where one does.
fn blocked(picture: &Picture) -> Option<String> {
    let wait = picture.wait_of_ours()?;
    let waits = if wait.ours.session.is_ours() {
        "our step waits for"
    } else {
        "perhaps our step waits for"
    };
    let session = &wait.blockers.first()?.session;
    let others = wait.and_others(&picture.locks);
    if session.state == State::Prepared {
        let prepared = picture.locks.prepared_words();
        return Some(format!("{waits} {prepared}{others}"));
    }
    let idle = session.state.holds_transaction_idly();
    let state = idle.then(|| session.state.words().to_owned());
    let since = state
        .into_iter()
        .chain(session.transaction_age.map(words::short));
    let since = since.collect::<Vec<_>>().join(" ");
    let about = [session.name(), &since].map(str::to_owned).into_iter();
    let about = about.filter(|part| !part.is_empty() && part != "?");
    let about = match about.collect::<Vec<_>>().join(", ").as_str() {
        "" => session.pid.to_string(),
        about => format!("{} ({about})", session.pid),
    };
    Some(match picture.server.no_signal(session) {
        Some(why) => format!("{waits} {about}{others}; {why}"),
        None if idle => format!("k ends {about}: {waits} it{others}"),
        None => format!("c cancels, k ends {about}: {waits} it{others}"),
    })
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
        Waiting::Confirm(ix) => {
            // What is for a case has a question of its own.
            let asks = world.plan.steps[ix].spec.confirm.is_some();
            let why = if asks { "" } else { ", which is dangerous" };
            format!("enter asks before it starts {}{why}", called(world, ix))
        }
        Waiting::Alternative(ix) => format!("enter offers the ways to do {}", called(world, ix)),
        Waiting::Values(ix, names) => format!(
            "enter asks for {}, which {} needs",
            world.state.asked_for(&names),
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
                Some(_) if world.state.has_another_way(&world.plan) => ", R another way back",
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
        Waiting::Release => held(world),
        Waiting::Plan => format!(
            "nothing starts: the run's copy of the plan was changed; put it back, then `gonogo resume {}`",
            world.state.run
        ),
        Waiting::Finish if world.state.rollback.is_some() => {
            let left = world.state.left_out(&world.plan).words();
            format!(
                "at the end of the way back, {}: F finishes, R another way",
                left.unwrap_or_default()
            )
        }
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
                "enter starts {} now; its place on the clock is in {left}",
                called(world, ix)
            ),
            _ => String::new(),
        },
        Waiting::Over => String::new(),
    }
}

/// What lets the run go on that is held, and what it goes on with.
fn held(world: &World) -> String {
    let hold = world.hold();
    let why = hold
        .map(|hold| format!("{} by {}", world.hold_words(hold), hold.by))
        .unwrap_or_default();
    let back = hold.and_then(|hold| is_back(world, hold));
    let back = back.map(|database| format!("`{database}` is back, "));
    let own = hold.and_then(|hold| hold.alert.as_deref());
    let key = match world.holding_alert() {
        None => "h releases".to_owned(),
        Some(alert) if own == Some(alert) => "y accepts it".to_owned(),
        Some(alert) => format!("y accepts {alert}"),
    };
    let key = format!("{}{key}", back.unwrap_or_default());
    if world.state.rollback.is_some() {
        let next = world.state.next_item().map(|item| item.step);
        let stuck = next.filter(|ix| world.state.steps[*ix].status.needs_decision());
        let goes_on = match stuck {
            None => "the way back goes on".to_owned(),
            Some(ix) => format!(
                "{} is {} behind it",
                called(world, ix),
                world.state.steps[ix].status
            ),
        };
        return format!("{key}, and {goes_on}; held: {why}");
    }
    format!("{key}, R rolls back; held: {why}")
}

/// The name of the database for which the run is held, once it is known who answers there again.
fn is_back<'h>(world: &World, hold: &'h Hold) -> Option<&'h str> {
    let database = hold.database.as_deref().filter(|_| hold.is_back)?;
    let mut databases = world.health.databases.iter();
    let found = databases.find(|known| known.name == database)?;
    matches!(found.link, DatabaseLink::Up { .. }).then_some(database)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::monitor::testing::{database, health, node, ours, picture, session};
    use crate::monitor::{AlertStanding, Awaited, Evidence, ReadingKind, Session};
    use crate::ui::panels::watch::tests::alert;

    /// What is said while our step waits for `blocker`.
    fn waits_for(blocker: Session, by: Evidence) -> String {
        let step = session(60, "psql", State::Active, 3, "alter table a");
        let mut picture = picture();
        picture.locks.nodes = vec![node(0, blocker, None), node(1, ours(step, by), None)];
        blocked(&picture).unwrap()
    }

    #[test]
    fn no_key_is_told_that_would_be_refused_and_nothing_is_said_of_what_is_not_known() {
        let mut hidden = session(57, "hold", State::Hidden, 3, "");
        (hidden.started, hidden.transaction_age) = (None, None);
        let mut picture = picture();
        picture.server.rights.may_see_all = false;
        let step = ours(
            session(60, "psql", State::Active, 3, "alter"),
            Evidence::Name,
        );
        picture.locks.nodes = vec![node(0, hidden, None), node(1, step, None)];
        assert_eq!(
            blocked(&picture).unwrap(),
            "our step waits for 57 (hold); session 57 is hidden: grant pg_monitor to monitor"
        );
        let mut active = session(57, "", State::Active, 3, "select 1");
        (active.user, active.transaction_age) = (Some("app".to_owned()), None);
        let words = waits_for(active, Evidence::Name);
        assert_eq!(words, "c cancels, k ends 57 (app): our step waits for it");
        let prepared = session(0, "", State::Prepared, 3, "");
        assert_eq!(
            waits_for(prepared, Evidence::Name),
            "our step waits for a prepared transaction (ended by COMMIT or ROLLBACK PREPARED of \
             whoever coordinates it)"
        );
    }

    #[test]
    fn whoever_blocks_what_may_be_our_session_is_told_with_the_doubt() {
        let idle = session(57, "report", State::IdleInTransaction, 12, "select 1");
        let told = |by| waits_for(idle.clone(), by);
        let helps = "k ends 57 (report, idle in transaction 12s): ";
        let certain = format!("{helps}our step waits for it");
        assert_eq!(told(Evidence::Socket), certain);
        let guess = format!("{helps}perhaps our step waits for it");
        assert_eq!(told(Evidence::Guess), guess);
    }

    #[test]
    fn who_waits_for_an_answer_is_told_so_before_the_engine_is_silent_for_long() {
        let plan = "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'deploy'\n[[phase.step]]\n\
                    title = 'A'\nshell = 'a'\n";
        let mut world = crate::ui::testing::world("plan.toml", plan);
        let later = |millis: u64| Moment {
            wall: 0,
            mono: millis * 1_000,
            boot: 0,
        };
        (world.link, world.heard) = (Link::Up, Some(later(500)));
        let told = |world: &World, millis| guide(world, 0, later(millis));
        assert!(!told(&world, 1_900).contains("has not answered"));
        world.asked = Some(later(600));
        assert!(!told(&world, 1_500).contains("has not answered"));
        let words = told(&world, 1_900);
        assert!(
            words.starts_with("the engine has not answered for 1.3s"),
            "{words}"
        );
        world.asked = None;
        assert!(!told(&world, 1_900).contains("has not answered"));
    }

    #[test]
    fn a_database_that_the_run_is_held_for_is_back_once_it_answers() {
        let plan = "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'deploy'\n[[phase.step]]\n\
                    title = 'A'\nshell = 'a'\n";
        let mut world = crate::ui::testing::world("plan.toml", plan);
        let mut hold = Hold {
            reason: "it was lost".to_owned(),
            by: "gonogo".to_owned(),
            at: Moment::default(),
            alert: None,
            database: Some("main".to_owned()),
            is_back: true,
            answers: false,
            server: None,
            environment: false,
        };
        assert_eq!(is_back(&world, &hold), None);
        let mut main = database(picture());
        world.health = Arc::new(health(vec![main.clone()]));
        assert_eq!(is_back(&world, &hold), Some("main"));
        hold.is_back = false;
        assert_eq!(is_back(&world, &hold), None, "nobody knows yet who answers");
        hold.is_back = true;
        main.link = DatabaseLink::Connecting;
        world.health = Arc::new(health(vec![main]));
        assert_eq!(is_back(&world, &hold), None);
        // What lacks only readings says how many, and about how long that takes.
        hold.alert = Some("grows".to_owned());
        assert_eq!(world.hold_words(&hold), "it was lost");
        let (standing, kind) = (AlertStanding::NotYet, ReadingKind::Good);
        let mut grows = alert("grows", standing, kind, "5");
        grows.awaited = Some(Awaited {
            readings: 2,
            of: 5,
            left: Some(Duration::from_secs(45)),
            usual: false,
        });
        Arc::make_mut(&mut world.health).alerts = vec![grows];
        let words = "grows: 2 of 5 readings, about 45s more; it was lost";
        assert_eq!(world.hold_words(&hold), words);
        hold.reason = format!("grows: {}", hold.reason);
        assert_eq!(world.hold_words(&hold), words);
    }
}
