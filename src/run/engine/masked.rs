//! What is taken in to be shown holds the value of no secret: what is not known can't be recorded.

use std::collections::BTreeMap;
use std::mem::take;

use super::Engine;
use crate::clock::Clock;
use crate::journal::Store;
use crate::run::effect::Perform;
use crate::run::input::{Answerer, Fate, Finish, Notice, Recognised};
use crate::run::secrets::Secrets;

impl<S: Store, C: Clock, P: Perform> Engine<S, C, P> {
    /// `notice` without the values of secrets.
    pub(super) fn masked(&self, mut notice: Notice) -> Notice {
        let secrets = &self.secrets;
        let mask = |text: &mut String| *text = secrets.mask(text);
        match &mut notice {
            Notice::Finished(finish) => masked_finish(secrets, finish),
            Notice::Facts { answers, .. } => {
                for (_, answer) in answers {
                    match answer {
                        Ok(text) | Err(text) => mask(text),
                    }
                }
            }
            Notice::Backend { result, .. } => mask(result),
            Notice::Fate {
                fate: Fate::Lost(why),
                ..
            }
            | Notice::DatabaseLost { why, .. }
            | Notice::Recognised(Recognised {
                answerer: Answerer::Unasked(why),
                ..
            })
            | Notice::ConnectionLost { why, .. }
            | Notice::OutageBegan { why, .. } => mask(why),
            Notice::Launched { .. }
            | Notice::Transaction { .. }
            | Notice::Adopted { .. }
            | Notice::Fate { .. }
            // The steps after it need the value as it is; of one that is secret there is none in it.
            | Notice::Variable { .. }
            | Notice::Snapshot(_)
            | Notice::NotTyped { .. }
            | Notice::SessionsCancelled { .. }
            | Notice::VariableLost { .. }
            | Notice::DatabaseUp { .. }
            | Notice::Recognised(_)
            | Notice::OutageEnded { .. } => {}
        }
        notice
    }
}

fn masked_finish(secrets: &Secrets, finish: &mut Finish) {
    let mask = |text: &mut String| *text = secrets.mask(text);
    for finding in &mut finish.findings {
        mask(&mut finding.expected);
        mask(&mut finding.got);
    }
    finish.message.iter_mut().for_each(mask);
    finish.running.iter_mut().for_each(mask);
    if let Some(session) = &mut finish.session {
        session.own.iter_mut().for_each(mask);
        let (hidden, shown): (BTreeMap<_, _>, _) = take(&mut session.settings)
            .into_iter()
            .partition(|(_, value)| secrets.mask(value) != *value);
        session.settings = shown;
        session.hidden.extend(hidden.into_keys());
    }
    if let Some(left) = &mut finish.left {
        left.directory.iter_mut().for_each(mask);
    }
}
