//! The lines of a transcript that say what happens: people, jobs, the clock, the machine.

use std::time::Duration;

use clap::Parser;
use gonogo::cli::{Cli, Verb};
use gonogo::clock::Moment;
use gonogo::journal::event::{
    Applied, BackendAction, ChangedFile, ConditionOf, FileChange, Job, KnownBy, Left, Outcome,
    SnapshotTaken,
};
use gonogo::monitor::Alert;
use gonogo::plan::{AlertAction, duration};
use gonogo::run::{Captured, Command, Fate, Finish, Notice, Secret, Session};

/// Something that happens.
pub enum Line {
    /// `ann creates the run`, with `unattended`, `checks ticked` and `with NAME=VALUE` after it.
    Create {
        who: String,
        set: Option<(String, String)>,
        unattended: bool,
        tick_checks: bool,
    },
    /// `ann attaches`
    Attach(String),
    /// `ann leaves`
    Leave(String),
    /// `ann$ run 1.1` on a command line, or `ann: run 1.1` at a screen: as `gonogo ctl` has it.
    Command {
        who: String,
        screen: bool,
        command: Command,
    },
    /// `apply-1 passed` and so on; `apply-1.undo` is the undo.
    Notice(Box<Notice>),
    /// `alert slow fires: words, hold`, `alert slow is blind: words, hold`, `alert slow is over`
    Alert(Alert),
    /// `session 4711 on main: psql by bob`: one that the monitor sees.
    Session(Session),
    /// `wait 5m`
    Wait(Duration),
    /// `engine dies`, with `; TARGET is another` after it: another one takes the run up, with that
    /// difference between their environments.
    EngineDies(Option<String>),
    /// `machine restarts`: the same, and the clocks begin anew.
    MachineRestarts,
    /// `wall clock jumps back 2h`, or `ahead`.
    ClockJumps { ahead: bool, by: Duration },
    /// `plan changes`: its copy in the run's directory.
    PlanChanges,
    /// `plan is put back`: as it was when the run was created.
    PlanIsPutBack,
    /// `journal is back: no space left`
    JournalIsBack(String),
}

impl Line {
    /// Reads a line that is not an answer.
    pub fn read(line: &str) -> Self {
        let read = person(line).or_else(|| world(line)).or_else(|| {
            let notice = around(line).or_else(|| job(line))?;
            Some(Line::Notice(Box::new(notice)))
        });
        read.unwrap_or_else(|| panic!("can't read the line `{line}`"))
    }
}

fn person(line: &str) -> Option<Line> {
    if let Some((who, rest)) = line.split_once(" creates the run") {
        return Some(Line::Create {
            who: who.to_owned(),
            set: rest.split_once("with ").and_then(|(_, set)| {
                let (name, value) = set.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            }),
            unattended: rest.contains("unattended"),
            tick_checks: rest.contains("checks ticked"),
        });
    }
    if let Some(who) = line.strip_suffix(" attaches") {
        return Some(Line::Attach(who.to_owned()));
    }
    if let Some(who) = line.strip_suffix(" leaves") {
        return Some(Line::Leave(who.to_owned()));
    }
    let at = line.find(['$', ':'])?;
    let (who, said) = (&line[..at], &line[at + 1..]);
    let is_name = who.chars().all(char::is_alphabetic) && said.starts_with(' ');
    let people = ["ann", "bob", "cleo"];
    (is_name && people.contains(&who)).then(|| Line::Command {
        who: who.to_owned(),
        screen: line[at..].starts_with(':'),
        command: command(said),
    })
}

/// What `gonogo ctl` makes of `said`.
fn command(said: &str) -> Command {
    let mut words: Vec<String> = ["gonogo", "ctl", "last"].map(str::to_owned).into();
    words.extend(split(said));
    let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let Verb::Ctl(args) = cli.command else {
        panic!("`{said}` is no command of ctl");
    };
    let command = args.command.into_command().unwrap();
    command.unwrap_or_else(|| panic!("`{said}` only asks"))
}

/// Words, where double quotes hold several together.
fn split(said: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (ix, part) in said.split('"').enumerate() {
        if ix % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn world(line: &str) -> Option<Line> {
    if let Some(time) = line.strip_prefix("wait ") {
        return Some(Line::Wait(duration::parse(time).unwrap()));
    }
    if let Some(jump) = line.strip_prefix("wall clock jumps ") {
        let (way, by) = jump.split_once(' ').unwrap();
        return Some(Line::ClockJumps {
            ahead: way == "ahead",
            by: duration::parse(by).unwrap(),
        });
    }
    if let Some(why) = line.strip_prefix("journal is back: ") {
        return Some(Line::JournalIsBack(why.to_owned()));
    }
    if let Some(said) = line.strip_prefix("alert ") {
        return alert(said).map(Line::Alert);
    }
    if let Some(session) = line.strip_prefix("session ") {
        let (pid, rest) = session.split_once(" on ")?;
        let (database, words) = rest.split_once(": ")?;
        return Some(Line::Session(Session {
            database: database.to_owned(),
            pid: pid.parse().unwrap(),
            started: 1_700_000_000_000_000,
            words: words.to_owned(),
            no_signal: words
                .contains("gonogo")
                .then(|| format!("{pid} is a {words}'s own session")),
        }));
    }
    if let Some(changed) = line.strip_prefix("engine dies; ") {
        return Some(Line::EngineDies(Some(changed.to_owned())));
    }
    Some(match line {
        "engine dies" => Line::EngineDies(None),
        "machine restarts" => Line::MachineRestarts,
        "plan changes" => Line::PlanChanges,
        "plan is put back" => Line::PlanIsPutBack,
        _ => return None,
    })
}

fn alert(said: &str) -> Option<Alert> {
    if let Some(name) = said.strip_suffix(" is over") {
        let name = name.to_owned();
        return Some(Alert::Cleared { name });
    }
    let fires = said.split_once(" fires: ");
    let (name, rest) = fires.or_else(|| said.split_once(" is blind: "))?;
    let (words, then) = rest.rsplit_once(", ")?;
    let then = match then {
        "note" => AlertAction::Note,
        "hold" => AlertAction::Hold,
        "rollback" => AlertAction::Rollback,
        _ => return None,
    };
    let (name, words) = (name.to_owned(), words.to_owned());
    Some(match fires {
        Some(_) => Alert::Fired { name, words, then },
        None => Alert::Blind { name, words, then },
    })
}

/// What is reported that is not about a job.
fn around(line: &str) -> Option<Notice> {
    if let Some(rest) = line.strip_prefix("database ") {
        let (database, why) = rest.split_once(" is lost: ")?;
        return Some(Notice::DatabaseLost {
            database: database.to_owned(),
            why: why.to_owned(),
        });
    }
    if let Some(rest) = line.strip_prefix("facts for ") {
        return facts(rest);
    }
    if let Some(rest) = line.strip_prefix("probe ") {
        if let Some(probe) = rest.strip_suffix(" is up") {
            return Some(Notice::OutageEnded {
                probe: probe.to_owned(),
                until: Moment::default(),
            });
        }
        let (probe, why) = rest.split_once(" is down: ")?;
        return Some(Notice::OutageBegan {
            probe: probe.to_owned(),
            since: Moment::default(),
            why: why.to_owned(),
        });
    }
    if let Some(rest) = line.strip_prefix("variable ") {
        if let Some(name) = rest.strip_suffix(" is lost") {
            let name = name.to_owned();
            return Some(Notice::VariableLost { name });
        }
        let (pair, origin) = rest.split_once(" from ")?;
        let (name, value) = match pair.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (pair, None),
        };
        return Some(Notice::Variable {
            name: name.to_owned(),
            value,
            origin: origin.to_owned(),
        });
    }
    let (first, result) = line.split_once(": ")?;
    let (pid, what) = first.split_once(' ')?;
    let action = match what {
        "was cancelled" | "was not cancelled" => BackendAction::Cancel,
        "was ended" | "was not ended" => BackendAction::Terminate,
        _ => return None,
    };
    Some(Notice::Backend {
        database: "main".to_owned(),
        pid: pid.parse().ok()?,
        action,
        done: !what.contains("not"),
        result: result.to_owned(),
    })
}

/// `phase deploy: main.replica=false`, `step split: main.size=unknown`
fn facts(said: &str) -> Option<Notice> {
    let (of, answers) = said.split_once(": ")?;
    let of = match of.split_once(' ')? {
        ("phase", id) => ConditionOf::Phase(id.to_owned()),
        ("step", id) => ConditionOf::Step(id.to_owned()),
        _ => return None,
    };
    let answers = answers.split(' ').filter_map(|pair| {
        let (fact, value) = pair.split_once('=')?;
        let known = match value {
            "unknown" => Err("no answer".to_owned()),
            value => Ok(value.to_owned()),
        };
        Some((fact.to_owned(), known))
    });
    let answers = answers.collect();
    Some(Notice::Facts { of, answers })
}

fn job(line: &str) -> Option<Notice> {
    let (name, rest) = line.split_once(' ')?;
    let job = job_of(name)?;
    let (what, words) = match rest.split_once(": ") {
        Some((what, words)) => (what, Some(words.to_owned())),
        None => (rest, None),
    };
    let what: Vec<&str> = what.split_whitespace().collect();
    let lost = || words.clone().unwrap_or_default();
    Some(match what.as_slice() {
        ["launched", pid] => Notice::Launched {
            job,
            pid: pid.parse().unwrap(),
        },
        ["has", "transaction", xid] => ready(job, Some(xid.parse().unwrap())),
        ["has", "a", "session"] => ready(job, None),
        ["has", "a", "snapshot", name] => snapshot(job, name),
        ["goes", "on"] => Notice::Adopted { job, pid: None },
        ["has", "committed"] => told(job, Fate::Committed),
        ["was", "rolled", "back"] => told(job, Fate::Aborted),
        ["is", "in", "progress"] => told(job, Fate::InProgress),
        ["is", "lost"] => told(job, Fate::Lost(lost())),
        ["loses", database] => Notice::ConnectionLost {
            job,
            database: (*database).to_owned(),
            why: lost(),
        },
        ["does", "not", "hear"] => Notice::NotTyped { job, why: lost() },
        ["sessions", "cancelled"] => Notice::SessionsCancelled { job },
        [outcome, more @ ..] => Notice::Finished(finish(job, outcome, more, words)?),
        [] => return None,
    })
}

fn ready(job: Job, xid: Option<u64>) -> Notice {
    Notice::Transaction {
        job,
        database: "main".to_owned(),
        xid,
        server: None,
        lsn: None,
    }
}

fn snapshot(job: Job, name: &str) -> Notice {
    Notice::Snapshot(Box::new(SnapshotTaken {
        job,
        name: name.to_owned(),
        sha256: "5f".repeat(32),
        totals: Vec::new(),
        compared: None,
    }))
}

fn told(job: Job, fate: Fate) -> Notice {
    Notice::Fate { job, fate }
}

/// `passed`, `failed`, `unknown`; then `exit 3`, `signal 15`, `left nothing`, `by record`,
/// `leaves /srv,+RELEASE`, `captures seen=v17`, `finds m.sql`.
fn finish(job: Job, outcome: &str, more: &[&str], message: Option<String>) -> Option<Finish> {
    let (outcome, applied) = match outcome {
        "passed" => (Outcome::Passed, Applied::Yes),
        "failed" => (Outcome::Failed, Applied::Maybe),
        "unknown" => (Outcome::Unknown, Applied::Maybe),
        _ => return None,
    };
    let mut finish = Finish {
        job,
        outcome,
        applied,
        known_by: KnownBy::Report,
        by_itself: false,
        exit_code: (outcome == Outcome::Passed).then_some(0),
        signal: None,
        findings: Vec::new(),
        message,
        elsewhere: false,
        changed: Vec::new(),
        running: Vec::new(),
        session: None,
        left: None,
        ended: None,
        captured: Vec::new(),
    };
    for pair in more.chunks(2) {
        match pair {
            ["exit", code] => finish.exit_code = Some(code.parse().unwrap()),
            ["signal", number] => finish.signal = Some(number.parse().unwrap()),
            ["finds", path] => finish.changed.push(ChangedFile {
                path: (*path).to_owned(),
                is: FileChange::Changed,
                sha256: Some("another".to_owned()),
            }),
            ["left", "nothing"] => finish.applied = Applied::No,
            ["by", "record"] => finish.known_by = KnownBy::Record,
            ["captures", what] => {
                let (name, value) = what.split_once('=')?;
                finish.captured.push(Captured {
                    name: name.to_owned(),
                    value: Secret(value.to_owned()),
                    secret: false,
                });
            }
            ["leaves", what] => finish.left = Some(Box::new(left(what))),
            _ => return None,
        }
    }
    Some(finish)
}

/// `/srv,+NEW,=CHANGED,-GONE`
fn left(what: &str) -> Left {
    let mut left = Left::default();
    for part in what.split(',') {
        match part.split_at(1) {
            ("+", name) => left.added.push(name.to_owned()),
            ("=", name) => left.changed.push(name.to_owned()),
            ("-", name) => left.removed.push(name.to_owned()),
            _ => left.directory = Some(part.to_owned()),
        }
    }
    left
}

/// `apply-1`, `apply-1.undo`.
fn job_of(name: &str) -> Option<Job> {
    let (name, undo) = match name.strip_suffix(".undo") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (step, attempt) = name.rsplit_once('-')?;
    Some(Job {
        step: step.to_owned(),
        attempt: attempt.parse().ok()?,
        undo,
    })
}
