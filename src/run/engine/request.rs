//! What terminals and scripts ask of the engine, and what it shows them.

use tokio::sync::{oneshot, watch};

use super::{Engine, EngineError};
use crate::clock::Clock;
use crate::journal::{Actor, Store, Via};
use crate::run::command::{Command, Refusal};
use crate::run::decide::decide;
use crate::run::effect::Perform;
use crate::run::input::{Input, Session, Wish};

/// A connection to the engine.
pub type ClientId = u64;

/// What terminals and scripts ask.
#[derive(Debug)]
pub enum Request {
    /// A terminal is there, and stays.
    Arrive {
        /// Which connection.
        client: ClientId,
        /// Who.
        actor: Actor,
        /// The terminal.
        terminal: String,
        /// What the screen calls itself, the same whenever it comes; empty where it has no name.
        screen: String,
        /// Whether it would drive, if nobody does.
        drive: bool,
    },
    /// A terminal is gone.
    Leave {
        /// Which connection.
        client: ClientId,
    },
    /// Somebody wants something.
    Command {
        /// Which connection.
        client: ClientId,
        /// Who.
        actor: Actor,
        /// The terminal.
        terminal: String,
        /// What.
        command: Command,
        /// The database session it names.
        session: Option<Session>,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<(), Refusal>>,
    },
}

/// A terminal that is there.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    actor: Actor,
    screen: String,
}

/// Who is there, and what keeps the engine from working; nothing of it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The connection that drives.
    pub driver: Option<ClientId>,
    /// How many connections there are besides it.
    pub watchers: usize,
    /// Why the journal can't be written, if it can't.
    pub trouble: Option<String>,
}

/// What the engine shows to those who serve it.
#[derive(Clone)]
pub struct Published {
    /// The number of the last entry.
    pub seq: watch::Receiver<u64>,
    /// Who is there.
    pub presence: watch::Receiver<Presence>,
}

impl<S: Store, C: Clock, P: Perform> Engine<S, C, P> {
    pub(super) async fn request(&mut self, request: Request) -> Result<(), EngineError> {
        self.catch_up().await?;
        match request {
            Request::Arrive {
                client,
                actor,
                terminal,
                screen,
                drive,
            } => {
                if let Some(seated) = self.replaced(client, &screen, drive).await? {
                    self.clients.insert(client, Seat { actor, screen });
                    if seated {
                        self.driver = Some(client);
                    } else if drive && self.driver.is_none() && self.state.end.is_none() {
                        self.would_drive.insert(client, terminal);
                        if !self.is_stuck() {
                            self.seat_driver().await?;
                        }
                    }
                }
            }
            Request::Leave { client } => self.leave(client).await?,
            // Whoever wanted it has gone, and was told that nobody answers.
            Request::Command { answer, .. } if answer.is_closed() => {}
            Request::Command {
                client,
                actor,
                terminal,
                mut command,
                session,
                answer,
            } => {
                let takes = matches!(command, Command::Take { .. });
                // A script drives from no screen.
                let at_wheel = (actor.via == Via::Screen).then_some(client);
                let session = session.map(|mut session| {
                    session.words = self.secrets.mask(&session.words);
                    session
                });
                if let Some(said) = command.said_mut() {
                    *said = self.secrets.mask(said);
                }
                let holds_secret = match &command {
                    Command::Set { value, .. } => self.secrets.stands_in(value),
                    _ => false,
                };
                let wish = Wish {
                    drives: actor.via != Via::Screen || self.driver == Some(client),
                    actor,
                    terminal,
                    command,
                    session,
                    holds_secret,
                };
                let result = self.wish(wish).await?;
                if takes && result.is_ok() {
                    self.driver = at_wheel;
                }
                // Whoever asked may be gone.
                let _ = answer.send(result);
            }
        }
        self.publish_presence();
        Ok(())
    }

    /// A screen comes again before it is known that the connection is gone which it had: after one of both
    /// ends has hung for a while. Whether it drove, and goes on with that; none: a later connection of the
    /// same screen is there already, and this one is of the past.
    async fn replaced(
        &mut self,
        client: ClientId,
        screen: &str,
        drive: bool,
    ) -> Result<Option<bool>, EngineError> {
        let seats = self.clients.iter();
        let same = seats.filter(|(_, seat)| !screen.is_empty() && seat.screen == screen);
        let same: Vec<ClientId> = same.map(|(&id, _)| id).collect();
        if same.iter().any(|&id| id > client) {
            return Ok(None);
        }
        let mut seated = false;
        for before in same {
            if drive && self.driver == Some(before) {
                seated = true;
                self.driver = None;
            }
            self.leave(before).await?;
        }
        Ok(Some(seated))
    }

    async fn leave(&mut self, client: ClientId) -> Result<(), EngineError> {
        let seat = self.clients.remove(&client);
        self.would_drive.remove(&client);
        if self.driver == Some(client) {
            self.driver = None;
            if let (Some(Seat { actor, .. }), None) = (seat, &self.state.end) {
                self.take_in_or_keep(Input::Leave { actor }).await?;
            }
        }
        Ok(())
    }

    /// Lets the first terminal drive that would, if nobody does. It waits while that can't be recorded.
    pub(super) async fn seat_driver(&mut self) -> Result<(), EngineError> {
        while let (Some(entry), None, None) =
            (self.would_drive.first_entry(), self.driver, &self.state.end)
        {
            let (client, terminal) = (*entry.key(), entry.get().clone());
            let seat = self.clients.get(&client);
            if let Some(actor) = seat.map(|seat| seat.actor.clone()) {
                if !self.take_in(&Input::Attach { actor, terminal }).await? {
                    return Ok(());
                }
                self.driver = Some(client);
                self.publish_presence();
            }
            self.would_drive.remove(&client);
        }
        self.would_drive.clear();
        Ok(())
    }

    pub(super) async fn wish(&mut self, wish: Wish) -> Result<Result<(), Refusal>, EngineError> {
        if let Some(trouble) = &self.trouble {
            return Ok(Err(Refusal::unrecorded(trouble)));
        }
        let decision = match decide(
            &self.plan,
            &self.state,
            &Input::Command(wish),
            self.clock.now(),
        ) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !self.commit(decision).await? {
            let why = self.trouble.clone().unwrap_or_default();
            return Ok(Err(Refusal::new(format!(
                "it could not be recorded, so it was not done: {why}"
            ))));
        }
        self.settle().await?;
        Ok(Ok(()))
    }

    pub(super) fn publish_presence(&self) {
        let presence = Presence {
            driver: self.driver,
            watchers: self.clients.len() - usize::from(self.driver.is_some()),
            trouble: self.trouble.clone(),
        };
        self.presence.send_if_modified(|old| {
            let changed = *old != presence;
            *old = presence;
            changed
        });
    }
}
