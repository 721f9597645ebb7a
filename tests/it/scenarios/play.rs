//! A run that is only decided about: nothing is performed, time is what the transcript says.

use std::collections::HashMap;
use std::time::Duration;

use gonogo::clock::Moment;
use gonogo::journal::event::{RunCreated, VariableSet};
use gonogo::journal::{Actor, Entry, Event, Via};
use gonogo::plan::{self, Plan};
use gonogo::report::waiting_for;
use gonogo::run::decide::{Decision, advance, deadline, decide};
use gonogo::run::{Command, Input, RunState, Session, Wish};

use super::input::Line;
use super::print;

/// The moment at which every scenario begins.
const BEGIN: Moment = Moment {
    wall: 1_764_553_200_000_000,
    mono: 1_000_000_000,
    boot: 1,
};

/// A run, and what was written down of it.
pub struct Play {
    plan: Plan,
    digest: String,
    state: RunState,
    entries: Vec<Entry>,
    now: Moment,
    engine: u32,
    /// Whoever sits at the screen that drives.
    driver: Option<String>,
    sessions: HashMap<i32, Session>,
    waiting: Option<String>,
    transcript: Vec<String>,
}

impl Play {
    pub fn of(plan: &str) -> Self {
        let opened = plan::open("plan.toml", plan.as_bytes());
        let problems = format!("{:#?}", opened.problems);
        let plan = opened.plan.unwrap_or_else(|| panic!("{problems}"));
        Play {
            digest: plan.digest.clone(),
            state: RunState::new(&plan),
            plan,
            entries: Vec::new(),
            now: BEGIN,
            engine: 100,
            driver: None,
            sessions: HashMap::new(),
            waiting: None,
            transcript: Vec::new(),
        }
    }

    /// Plays the inputs among `lines`. The answer: these inputs, each with what came of it.
    pub fn all(mut self, lines: &[String]) -> Vec<String> {
        for line in lines.iter().filter(|line| !line.starts_with("    ")) {
            self.transcript.push(line.clone());
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            self.line(Line::read(line));
            self.check();
        }
        self.transcript
    }

    fn line(&mut self, line: Line) {
        match line {
            Line::Create {
                who,
                unattended,
                tick_checks,
                set,
            } => self.create(&who, unattended, tick_checks, set),
            Line::Attach(who) => {
                let actor = Actor::person(&*who, Via::Screen);
                let terminal = format!("{who}'s terminal");
                if self.driver.is_none() {
                    self.take_in(&Input::Attach { actor, terminal });
                    self.driver = Some(who);
                }
            }
            Line::Leave(who) => {
                if self.driver.as_ref() == Some(&who) {
                    self.driver = None;
                    let actor = Actor::person(who, Via::Screen);
                    self.take_in(&Input::Leave { actor });
                }
            }
            Line::Command {
                who,
                screen,
                command,
            } => self.command(who, screen, command),
            Line::Notice(notice) => drop(self.take_in(&Input::Notice(*notice))),
            Line::Alert(alert) => drop(self.take_in(&Input::Alert(alert))),
            Line::Session(session) => drop(self.sessions.insert(session.pid, session)),
            Line::Wait(time) => self.wait(time),
            Line::EngineDies(changed) => self.engine(changed),
            Line::MachineRestarts => {
                self.now.boot += 1;
                self.now.mono = 60_000_000;
                self.engine(None);
            }
            Line::ClockJumps { ahead, by } => {
                let by = by.as_micros() as i64;
                self.now.wall += if ahead { by } else { -by };
                self.take_in(&Input::Tick);
            }
            Line::PlanChanges => self.plan.digest.push_str(", changed"),
            Line::PlanIsPutBack => self.plan.digest.clone_from(&self.digest),
            Line::JournalIsBack(why) => drop(self.take_in(&Input::JournalRestored { why })),
        }
    }

    fn create(
        &mut self,
        who: &str,
        unattended: bool,
        tick_checks: bool,
        set: Option<(String, String)>,
    ) {
        let created = RunCreated {
            run: "4f2a91".to_owned(),
            title: self.plan.title.clone(),
            digest: self.digest.clone(),
            path: "plan.toml".to_owned(),
            environment: self.plan.environment.clone(),
            unattended,
            tick_checks,
            cwd: "/".to_owned(),
            poll_ms: 1000,
            version: "0".to_owned(),
            reviewed: Vec::new(),
            included: Vec::new(),
            applies: None,
        };
        let actor = Actor::person(who, Via::Ctl);
        self.commit(Decision::event(&actor, Event::RunCreated(created)));
        if let Some((name, value)) = set {
            let set = VariableSet {
                origin: who.to_owned(),
                value: Some(value),
                name,
            };
            self.commit(Decision::event(&actor, Event::VariableSet(set)));
        }
        self.engine(None);
    }

    /// An engine takes the run up; the screens were the one's before. Its environment may be another.
    fn engine(&mut self, changed: Option<String>) {
        self.engine += 1;
        self.driver = None;
        let pid = self.engine;
        self.take_in(&Input::Engine {
            pid,
            ended: None,
            changed: changed.into_iter().collect(),
            variables: Vec::new(),
        });
    }

    fn command(&mut self, who: String, screen: bool, command: Command) {
        let session = match &command {
            Command::Cancel(named) | Command::Terminate(named) => {
                self.sessions.get(&named.pid).cloned()
            }
            _ => None,
        };
        let takes = screen && matches!(command, Command::Take { .. });
        let wish = Wish {
            actor: Actor::person(&*who, if screen { Via::Screen } else { Via::Ctl }),
            drives: !screen || self.driver.as_ref() == Some(&who),
            terminal: format!("{who}'s terminal"),
            command,
            session,
            holds_secret: false,
        };
        if self.take_in(&Input::Command(wish)) && takes {
            self.driver = Some(who);
        }
    }

    /// Time passes; what is due on the way happens when it is due.
    fn wait(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(due) = deadline(&self.plan, &self.state, self.now) {
            let at = self.now.plus(due);
            if at.mono > end.mono {
                break;
            }
            self.now = at;
            self.note_time();
            self.take_in(&Input::Tick);
        }
        self.now = end;
        self.take_in(&Input::Tick);
    }

    /// What the clock says when something happens in the middle of a wait.
    fn note_time(&mut self) {
        if let Some(t_zero) = self.state.t_zero {
            let since = plan::duration::clock(self.now.since(t_zero));
            self.transcript.push(format!("    at T+{since}"));
        }
    }

    /// Whether it was granted.
    fn take_in(&mut self, input: &Input) -> bool {
        match decide(&self.plan, &self.state, input, self.now) {
            Ok(decision) => self.commit(decision),
            Err(refusal) => {
                self.transcript.push(format!("    refused: {refusal}"));
                return false;
            }
        }
        for _ in 0..1_000 {
            let decision = advance(&self.plan, &self.state, self.now);
            if decision.is_empty() {
                self.say_waiting();
                return true;
            }
            self.commit(decision);
        }
        panic!("it never comes to rest: {:#?}", self.transcript);
    }

    fn commit(&mut self, decision: Decision) {
        for (actor, event) in decision.events {
            let entry = Entry {
                seq: self.entries.len() as u64 + 1,
                at: self.now,
                actor,
                event,
            };
            self.state.apply(&self.plan, &entry).unwrap();
            self.transcript.push(print::event(&entry));
            self.entries.push(entry);
        }
        let effects = decision.effects.iter().map(print::effect);
        self.transcript.extend(effects);
    }

    fn say_waiting(&mut self) {
        let waiting = waiting_for(&self.plan, &self.state);
        if waiting != self.waiting {
            if let Some(words) = &waiting {
                self.transcript.push(format!("    … {words}"));
            }
            self.waiting = waiting;
        }
    }

    /// Whatever happened, the journal tells the same, and nothing is overdue.
    fn check(&self) {
        let mut replayed = RunState::new(&self.plan);
        for entry in &self.entries {
            replayed.apply(&self.plan, entry).unwrap();
        }
        assert_eq!(replayed, self.state);
        let due = deadline(&self.plan, &self.state, self.now);
        assert_ne!(
            due,
            Some(Duration::ZERO),
            "something is overdue: {:#?}",
            self.transcript
        );
    }
}
