//! Who keeps our step from going on, and whether the role that looks can end them.

use super::health::{Picture, ServerFacts};
use super::locks::{LockNode, OurWait};
use super::session::{Session, State};

impl ServerFacts {
    /// Why the role can't cancel or end the session for all that is known; none if it can.
    pub fn no_signal(&self, session: &Session) -> Option<String> {
        let pid = session.pid;
        let others = || match session.user.as_deref() {
            _ if self.rights.superuser => None,
            None => Some(format!("only a superuser ends {pid}")),
            Some(user) if self.superusers.iter().any(|one| one == user) => {
                Some(format!("only a superuser ends {pid}, which is {user}'s"))
            }
            Some(user) if self.rights.may_signal || self.is_own(user) => None,
            Some(_) => Some(self.signals_refused()),
        };
        let hidden = self.hidden(pid).filter(|_| session.started.is_none());
        hidden.or_else(|| session.no_signal()).or_else(others)
    }
}

impl Picture {
    /// The first of our sessions that waits, with those who have to end before it can go on: first those that
    /// a key can end.
    pub fn wait_of_ours(&self) -> Option<OurWait<'_>> {
        let mut wait = self.locks.wait_of_ours()?;
        wait.blockers.sort_by_key(|node| {
            let prepared = node.session.state == State::Prepared;
            (prepared, self.server.no_signal(&node.session).is_some())
        });
        Some(wait)
    }

    /// Who has to end before we can go on, and can be ended if any of them can; else who keeps anybody.
    pub fn blocker(&self) -> Option<&LockNode> {
        let ours = self.wait_of_ours();
        let ours = ours.and_then(|wait| wait.blockers.first().copied());
        ours.or_else(|| self.locks.nodes.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{node, ours, picture, session, wanted};
    use crate::monitor::{Evidence, Prepared, Rights};

    #[test]
    fn the_keys_go_to_those_that_can_be_ended() {
        let mut picture = picture();
        let mut facts = picture.server.clone();
        (facts.rights.superuser, facts.rights.may_signal) = (false, true);
        facts.superusers = vec!["postgres".to_owned()];
        picture.server = facts;
        let step = session(60, "psql", State::Active, 3, "alter table a");
        let mut waits = node(
            1,
            ours(step, Evidence::Name),
            wanted("AccessExclusive", "a", 3),
        );
        waits.also_blocked_by = vec![7, 8];
        let prepared = node(0, Session::unknown(0, State::Prepared), None);
        let by = |pid, user: &str| {
            let mut session = session(pid, "report", State::IdleInTransaction, 9, "select 1");
            session.user = Some(user.to_owned());
            node(0, session, None)
        };
        picture.locks.nodes = vec![prepared, waits, by(7, "postgres"), by(8, "app")];
        picture.locks.prepared = vec![Prepared {
            gid: "pay 1".to_owned(),
            owner: None,
            age: None,
            transactions: None,
        }];
        let wait = picture.wait_of_ours().unwrap();
        let pids = wait.blockers.iter().map(|node| node.session.pid);
        assert_eq!(pids.collect::<Vec<_>>(), [8, 7, 0]);
        assert_eq!(
            wait.and_others(&picture.locks),
            ", the prepared transaction pay 1 (ended by COMMIT or ROLLBACK PREPARED of whoever \
             coordinates it) and 1 more"
        );
        assert_eq!(picture.blocker().unwrap().session.pid, 8);
    }

    #[test]
    fn who_can_not_be_ended_is_known_before_it_is_tried() {
        let mut facts = picture().server.clone();
        "app".clone_into(&mut facts.role);
        facts.superusers = vec!["postgres".to_owned()];
        let why = |facts: &ServerFacts, user: Option<&str>| {
            let mut session = session(7, "report", State::Active, 9, "select 1");
            session.user = user.map(str::to_owned);
            facts.no_signal(&session)
        };
        facts.rights.may_signal = true;
        assert_eq!(why(&facts, Some("web")), None);
        let superuser = Some("only a superuser ends 7, which is postgres's".to_owned());
        assert_eq!(why(&facts, Some("postgres")), superuser);
        assert_eq!(
            why(&facts, None),
            Some("only a superuser ends 7".to_owned())
        );
        facts.rights.may_signal = false;
        assert_eq!(why(&facts, Some("app")), None);
        assert!(
            why(&facts, Some("web"))
                .unwrap()
                .contains("grant pg_signal_backend to app")
        );
        facts.rights.superuser = true;
        assert_eq!(
            (why(&facts, None), why(&facts, Some("postgres"))),
            (None, None)
        );
        facts.rights = Rights::default();
        let hidden = facts.no_signal(&Session::unknown(7, State::Hidden));
        assert_eq!(
            hidden.unwrap(),
            "session 7 is hidden: grant pg_monitor to app"
        );
    }
}
