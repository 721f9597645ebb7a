//! What a run does when one of its databases can be reached again: it asks who answers there. A server that is
//! not the one of the steps before, or has not all that they did, is named, and a person decides.

use super::{Case, Decision};
use crate::journal::event::{Held, ServerSeen};
use crate::journal::{Actor, Event};
use crate::monitor::{Likeness, server_of};
use crate::plan::StepIx;
use crate::run::effect::Effect;
use crate::run::input::{Answerer, Recognised};

impl Case<'_> {
    /// Where nothing of the run can be missing, what the monitor has learned of the server is enough.
    pub(super) fn database_up(&self, database: &str, server: Option<&str>) -> Decision {
        if self.state.end.is_some() {
            return Decision::default();
        }
        let known = self.state.servers.get(database);
        let is_known = known
            .zip(server)
            .is_some_and(|(then, now)| Likeness::of(then, now) == Likeness::Same);
        // Before any SQL of the run, a step that is at work may be what sets up another server there.
        let set_up =
            !self.state.worked.contains(database) && self.state.active_steps().next().is_some();
        let has_committed = self.state.committed(database).next().is_some();
        if known.is_none() || set_up || is_known && !has_committed {
            let server = server.filter(|_| known.is_none() || set_up && !is_known);
            return self.server_seen(database, server, None);
        }
        let mut decision = Decision::default();
        decision.then(Effect::Recognise {
            database: database.to_owned(),
        });
        decision
    }

    /// Recorded is what is new: a server that was not known, what has become of it, or that a database is back
    /// for which the run is held.
    fn server_seen(&self, database: &str, server: Option<&str>, words: Option<String>) -> Decision {
        if server.is_none() && words.is_none() && !self.is_held_for(database) {
            return Decision::default();
        }
        let seen = ServerSeen {
            database: database.to_owned(),
            server: server.map(str::to_owned),
            words,
        };
        Decision::event(&Actor::engine(), Event::ServerSeen(seen))
    }

    pub(super) fn recognised(&self, found: &Recognised) -> Decision {
        if self.state.end.is_some() {
            return Decision::default();
        }
        let name = &found.database;
        let now = found.server.as_deref();
        let lost = found.lost.iter().filter_map(|id| self.plan.find(id));
        let lost: Vec<StepIx> = lost.collect();
        let words = match &found.answerer {
            Answerer::Same if lost.is_empty() => return self.server_seen(name, None, None),
            Answerer::Promoted(timeline) if lost.is_empty() => {
                let words = format!("promoted (timeline {timeline}){}", all_there(found.there));
                return self.server_seen(name, now, Some(words));
            }
            Answerer::Same => format!("`{name}` is there again, and {}", self.may_be_lost(&lost)),
            Answerer::Promoted(timeline) => format!(
                "the server of `{name}` was promoted (timeline {timeline}): {}",
                self.may_be_lost(&lost)
            ),
            Answerer::Another { then } => {
                let [now, then] = [now.unwrap_or_default(), then].map(|one| server_of(one).0);
                format!(
                    "another server answers as `{name}`: {now} instead of {then}, what the steps before did may not be there"
                )
            }
            Answerer::Remade => {
                let lost = if lost.is_empty() {
                    "what the steps before did there may be lost".to_owned()
                } else {
                    self.may_be_lost(&lost)
                };
                format!(
                    "the database `{name}` is not the one of before, it was made anew or another was given its name: {lost}"
                )
            }
            Answerer::Standby => {
                format!("a standby answers as `{name}`: nothing can be written there")
            }
            // That it can't be reached is known where it holds the run.
            Answerer::Unasked(_) if self.is_held_for(name) => return Decision::default(),
            Answerer::Unasked(why) => {
                format!("which server answers as `{name}` now could not be asked: {why}")
            }
        };
        let is_another = matches!(found.answerer, Answerer::Another { .. });
        if is_another && self.was_told_of(name, now, &words) {
            let words = Some("another server answers still".to_owned());
            return self.server_seen(name, None, words.filter(|_| self.is_held_for(name)));
        }
        if self.is_held_by(&words) {
            return Decision::default();
        }
        // What a person is told once is what the steps after it go by, but for another server.
        let mut decision = self.server_seen(name, now.filter(|_| !is_another), None);
        decision.join(self.trouble_with(Held {
            reason: words,
            database: Some(name.clone()),
            answers: true,
            server: found.server.clone().filter(|_| is_another),
            ..Held::default()
        }));
        decision
    }

    /// Whether somebody has let the run go on although the server that is called `now` answers, or it was noted
    /// on the way back in these `words`.
    fn was_told_of(&self, database: &str, now: Option<&str>, words: &str) -> bool {
        let told = self.state.others.get(database).zip(now);
        told.is_some_and(|(then, now)| Likeness::of(then, now) == Likeness::Same)
            || self.state.notes.iter().any(|note| note.text == words)
    }

    fn may_be_lost(&self, lost: &[StepIx]) -> String {
        let called: Vec<String> = lost.iter().map(|&ix| self.called(ix)).collect();
        format!("what {} did may be lost", called.join(", "))
    }
}

/// That all recorded transactions are there, if there are any.
fn all_there(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ": the recorded transaction is there".to_owned(),
        _ => format!(": all {count} recorded transactions are there"),
    }
}
