//! From what is known of sessions and sockets to whose a session is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::peers::{Peers, plain};
use super::registry::{AtWork, OursBook, Worker};
use super::{Evidence, Ours};
use crate::clock::Moment;
use crate::monitor::session::{Backend, Client, Session};

/// How long a session that nothing speaks for is left alone before it is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How far the server's clock and a step's start may be apart where a socket says whose it is.
const SLACK: Duration = Duration::from_secs(1);
/// How many sessions are guessed at where nothing is known of a step's sockets.
const GUESSES: usize = 4;

/// What has been found out about sessions, so that nothing is looked up twice.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Claims {
    book: OursBook,
    verdicts: HashMap<Backend, Verdict>,
    /// The steps of which a session was seen that is theirs for certain, and when they began. Their
    /// sessions can be told from others: nothing is guessed any more.
    certain: Vec<(String, Moment)>,
}

#[derive(Clone, Debug)]
struct Verdict {
    ours: Option<Ours>,
    at: Moment,
}

/// What the server says about us, by which a stranger is told from one of us.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct Stranger<'a> {
    /// The database's name in the plan.
    pub(in crate::monitor) database: &'a str,
    /// The address from which the server sees the monitor; none over a unix socket.
    pub(in crate::monitor) seen_as: Option<IpAddr>,
    /// The role that the monitor logged in as, and that steps are taken to use.
    pub(in crate::monitor) role: &'a str,
}

impl Claims {
    /// Claims that are made from what `book` says.
    pub(in crate::monitor) fn new(book: OursBook) -> Self {
        Claims {
            book,
            verdicts: HashMap::new(),
            certain: Vec::new(),
        }
    }

    /// The sessions that are known to be ours without a name that says so.
    pub(in crate::monitor) fn pids(&self) -> Vec<i32> {
        let ours = self
            .verdicts
            .iter()
            .filter(|(_, verdict)| verdict.ours.is_some());
        ours.map(|(backend, _)| backend.pid).collect()
    }

    /// Marks those of `sessions` that are ours.
    pub(in crate::monitor) async fn mark(
        &mut self,
        sessions: &mut [Session],
        stranger: &Stranger<'_>,
        now: Moment,
    ) {
        let at_work = self.book.read();
        mark_own_sessions(sessions, &at_work, stranger.database);
        let jobs: Vec<&AtWork> = at_work
            .iter()
            .filter(|job| job.leader().is_some())
            .collect();
        let candidates: Vec<&Session> = sessions
            .iter()
            .filter(|session| jobs.iter().any(|job| may_be_of(session, job, now)))
            .collect();
        self.verdicts
            .retain(|backend, _| candidates.iter().any(|s| s.backend() == Some(*backend)));
        if candidates.iter().any(|session| self.is_open(session, now)) {
            let fresh = look(&jobs, &candidates, stranger, now).await;
            self.verdicts.extend(fresh);
        }
        self.note_certain(sessions, &jobs);
        self.forget_guesses();
        for session in sessions.iter_mut().filter(|session| session.ours.is_none()) {
            let verdict = session.backend().and_then(|b| self.verdicts.get(&b));
            session.ours = verdict.and_then(|verdict| verdict.ours.clone());
        }
    }

    /// Takes note of the steps among `jobs` of which one of the `sessions` is known to be theirs.
    fn note_certain(&mut self, sessions: &[Session], jobs: &[&AtWork]) {
        let goes_on = |step: &str, since: Moment| {
            let mut jobs = jobs.iter();
            jobs.any(|job| job.step == step && job.since == since)
        };
        self.certain.retain(|(step, since)| goes_on(step, *since));
        for job in jobs {
            let found = self.verdicts.values().map(|verdict| &verdict.ours);
            let mut known = sessions.iter().map(|session| &session.ours).chain(found);
            let is_certain = known.any(|ours| {
                let ours = ours.as_ref().filter(|ours| !ours.is_guess());
                ours.is_some_and(|ours| ours.step.as_deref() == Some(&*job.step))
            });
            let noted = (job.step.clone(), job.since);
            if is_certain && !self.certain.contains(&noted) {
                self.certain.push(noted);
            }
        }
    }

    fn forget_guesses(&mut self) {
        for verdict in self.verdicts.values_mut() {
            let guess = verdict.ours.as_ref().filter(|ours| ours.is_guess());
            let step = guess.and_then(|ours| ours.step.as_deref());
            if step.is_some_and(|step| self.certain.iter().any(|(known, _)| known == step)) {
                verdict.ours = None;
            }
        }
    }

    /// Whether it has to be looked whose this is.
    fn is_open(&self, session: &Session, now: Moment) -> bool {
        let verdict = session.backend().and_then(|b| self.verdicts.get(&b));
        verdict.is_none_or(|verdict| {
            let settled = verdict.ours.as_ref().is_some_and(|ours| !ours.is_guess());
            !settled && now.since(verdict.at) >= LOOK_AGAIN
        })
    }
}

impl AtWork {
    fn leader(&self) -> Option<u32> {
        match self.worker {
            Worker::Process(leader) => Some(leader),
            Worker::Backend { .. } => None,
        }
    }
}

fn mark_own_sessions(sessions: &mut [Session], at_work: &[AtWork], database: &str) {
    for job in at_work {
        let Worker::Backend { database: of, pid } = &job.worker else {
            continue;
        };
        let own = |session: &&mut Session| of == database && session.pid == *pid;
        if let Some(session) = sessions.iter_mut().find(own) {
            let step = session.ours.take().and_then(|ours| ours.step);
            session.ours = Some(Ours {
                by: Evidence::OwnSession,
                step: step.or_else(|| Some(job.step.clone())),
            });
        }
    }
}

/// Whether `job` can have opened the session: it is younger, a client's, and not known otherwise.
fn may_be_of(session: &Session, job: &AtWork, now: Moment) -> bool {
    let kind = session
        .kind
        .as_deref()
        .is_none_or(|kind| kind == "client backend");
    let young = |age: Duration| age <= now.since(job.since) + SLACK;
    kind && session.ours.is_none()
        && !session.is_monitor()
        && session.started.is_some()
        && session.session_age.is_some_and(young)
}

async fn look(
    jobs: &[&AtWork],
    candidates: &[&Session],
    stranger: &Stranger<'_>,
    now: Moment,
) -> HashMap<Backend, Verdict> {
    let nobody = Verdict {
        ours: None,
        at: now,
    };
    let mut fresh: HashMap<Backend, Verdict> = candidates
        .iter()
        .filter_map(|session| Some((session.backend()?, nobody.clone())))
        .collect();
    for job in jobs {
        let Some(leader) = job.leader() else {
            continue;
        };
        let peers = tokio::task::spawn_blocking(move || Peers::of(leader));
        let peers = peers.await.ok().flatten();
        let of_job: Vec<&Session> = candidates
            .iter()
            .filter(|session| may_be_of(session, job, now))
            .copied()
            .collect();
        for (backend, by) in judge(&of_job, peers.as_ref(), stranger, now.since(job.since)) {
            let step = Some(job.step.clone());
            let ours = Some(Ours { by, step });
            let better = |known: &Verdict| known.ours.as_ref().is_none_or(Ours::is_guess);
            if fresh.get(&backend).is_none_or(better) {
                fresh.insert(backend, Verdict { ours, at: now });
            }
        }
    }
    fresh
}

/// Which of the `candidates` belong to the step whose processes hold `peers` and that has `lasted` so long,
/// and how that is known.
fn judge(
    candidates: &[&Session],
    peers: Option<&Peers>,
    stranger: &Stranger<'_>,
    lasted: Duration,
) -> Vec<(Backend, Evidence)> {
    let nothing = Peers::default();
    let known = peers.unwrap_or(&nothing);
    let mut found: Vec<(Backend, Evidence)> = Vec::new();
    let mut left: Vec<&Session> = Vec::new();
    let mut taken = Vec::new();
    for session in candidates {
        let Some(backend) = session.backend() else {
            continue;
        };
        match socket_of(session, known, stranger.seen_as) {
            Some(port) => {
                taken.push(port);
                found.push((backend, Evidence::Socket));
            }
            None => left.push(session),
        }
    }
    let translated = stranger.seen_as.is_some_and(|ip| {
        let ip = plain(ip);
        !known.tcp.iter().any(|(here, _)| plain(here.ip()) == ip)
    });
    let mut unix = peers.map_or(GUESSES, |peers| peers.unix);
    let free = known
        .tcp
        .iter()
        .filter(|(here, _)| !taken.contains(&here.port()));
    let mut tcp = peers.map_or(GUESSES, |_| free.count());
    // What began before the step is nobody's guess.
    let began_since = |session: &Session| session.session_age.is_some_and(|age| age <= lasted);
    left.retain(|session| session.user.as_deref() == Some(stranger.role) && began_since(session));
    // A step opens its sessions when it begins.
    left.sort_by_key(|session| (std::cmp::Reverse(session.session_age), session.started));
    for session in left {
        let room = match &session.client {
            Some(Client::Local) => &mut unix,
            // Only where a pooler or a router stands between can an address be another than ours.
            Some(Client::At(at)) if translated && Some(at.ip()) == stranger.seen_as => &mut tcp,
            Some(Client::At(_)) | None => continue,
        };
        if let Some(backend) = session.backend().filter(|_| *room > 0) {
            *room -= 1;
            found.push((backend, Evidence::Guess));
        }
    }
    found
}

/// The port of the connection among `peers` whose other end is the session.
fn socket_of(session: &Session, peers: &Peers, seen_as: Option<IpAddr>) -> Option<u16> {
    let Some(Client::At(client)) = &session.client else {
        return None;
    };
    let ip = plain(client.ip());
    let same = |here: &std::net::SocketAddr| {
        let address = plain(here.ip()) == ip || seen_as.map(plain) == Some(ip);
        here.port() == client.port() && address
    };
    let (here, _) = peers.tcp.iter().find(|(here, _)| same(here))?;
    Some(here.port())
}

#[cfg(test)]
mod tests;
