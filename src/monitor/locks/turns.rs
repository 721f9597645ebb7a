//! Whose turn it is to be asked whom it waits for, where too many wait to ask all of them at once.
//!
//! Those that want the same lock in the same mode are kept out by the same holders, so whoever has waited
//! longest among them speaks for all. Where more of these speak than can be asked, they take turns, and
//! what the others said the last time stands for so long.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::Edge;

/// Of how many queues it is known who holds them up, the longest first.
const QUEUES: usize = 200;

/// Who waits at one moment.
#[derive(Debug)]
pub(in crate::monitor) struct Crowd {
    /// Those that have to be asked come first.
    waiting: Vec<i32>,
    is_waiting: HashSet<i32>,
    /// Those that want the same, whoever speaks for them first; the longest queue first.
    queues: Vec<Vec<i32>>,
    /// Who has to be asked.
    speakers: HashSet<i32>,
}

impl Crowd {
    /// Those that are `waiting`, the first `ours` of them ours, then those that have waited longest, and
    /// which of them want the same. Who is not known to want the same as others stands alone.
    pub(in crate::monitor) fn new(waiting: Vec<i32>, ours: usize, alike: &[&Vec<i32>]) -> Self {
        let mut queues: Vec<Vec<i32>> = Vec::new();
        let known: HashMap<i32, usize> = (0..)
            .zip(alike)
            .flat_map(|(queue, pids)| pids.iter().map(move |pid| (*pid, queue)))
            .collect();
        let mut places: HashMap<usize, usize> = HashMap::new();
        for &pid in &waiting {
            let at = match known.get(&pid) {
                Some(queue) => *places.entry(*queue).or_insert(queues.len()),
                None => queues.len(),
            };
            if at == queues.len() {
                queues.push(Vec::new());
            }
            queues[at].push(pid);
        }
        queues.sort_by_key(|queue| Reverse(queue.len()));
        let first = queues.iter().filter_map(|queue| queue.first());
        let speakers = waiting.iter().take(ours).chain(first.take(QUEUES));
        let mut in_turn: Vec<i32> = speakers.copied().collect();
        let speakers = in_turn.iter().copied().collect();
        let mut is_waiting = HashSet::new();
        in_turn.extend(waiting);
        in_turn.retain(|pid| is_waiting.insert(*pid));
        Crowd {
            waiting: in_turn,
            is_waiting,
            queues,
            speakers,
        }
    }
}

/// What each of them answered when it was last asked.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Turns {
    /// With the number of the look in which that was.
    known: HashMap<i32, (u64, Edge)>,
    look: u64,
}

impl Turns {
    /// Begins another look, and forgets whoever waits no more, or need not be known.
    pub(in crate::monitor) fn begin(&mut self, crowd: &Crowd) {
        self.look += 1;
        let needed = self.needed(crowd);
        self.known.retain(|pid, (_, edge)| {
            crowd.is_waiting.contains(pid) && needed.contains(pid) && !edge.blockers.is_empty()
        });
    }

    /// Those without whose answers the tree would lack a blocker, or take one for its root that waits itself.
    fn needed(&self, crowd: &Crowd) -> HashSet<i32> {
        let edges = self.known.values();
        let before = edges.filter_map(|(_, edge)| edge.blockers.first());
        before.chain(&crowd.speakers).copied().collect()
    }

    /// Who is asked next, `most` of them: those that are needed and were never asked; then those whose answers
    /// are the oldest, and then any others.
    pub(in crate::monitor) fn next(&self, crowd: &Crowd, most: usize) -> Vec<i32> {
        const FIRST: u64 = 0;
        let needed = self.needed(crowd);
        let rank = |pid: &i32| match self.known.get(pid) {
            None if needed.contains(pid) => FIRST,
            None => u64::MAX,
            Some((look, _)) => *look,
        };
        let ranked = crowd.waiting.iter().map(|pid| (rank(pid), *pid));
        let mut left: Vec<(u64, i32)> = ranked.filter(|(rank, _)| *rank != self.look).collect();
        left.sort_by_key(|(rank, _)| *rank);
        // What these answer may tell of others that are needed as well.
        if left.len() > most && left.first().is_some_and(|(rank, _)| *rank == FIRST) {
            left.retain(|(rank, _)| *rank == FIRST);
        }
        left.truncate(most);
        left.into_iter().map(|(_, pid)| pid).collect()
    }

    /// Takes in the answers of those that were `asked`: who has none waits for nobody by now.
    pub(in crate::monitor) fn answered(&mut self, asked: &[i32], edges: Vec<Edge>) {
        for &waiter in asked {
            let none = Edge {
                waiter,
                blockers: Vec::new(),
                behind_ours: false,
            };
            self.known.insert(waiter, (self.look, none));
        }
        for edge in edges {
            self.known.insert(edge.waiter, (self.look, edge));
        }
    }

    /// How many of those that were asked in this look wait for nobody by now.
    pub(in crate::monitor) fn done(&self) -> usize {
        let of_all = self.known.values();
        of_all.filter(|(_, edge)| edge.blockers.is_empty()).count()
    }

    /// All that is known of who waits for whom. Who waits and was not asked is left out where others stand
    /// in the way as well: it would look like a root.
    pub(in crate::monitor) fn edges(&self, crowd: &Crowd) -> Vec<Edge> {
        let is_placed = |pid: &i32| !crowd.is_waiting.contains(pid) || self.known.contains_key(pid);
        let waits = self
            .known
            .values()
            .filter(|(_, edge)| !edge.blockers.is_empty());
        let mut edges: Vec<Edge> = waits.map(|(_, edge)| edge.clone()).collect();
        for edge in &mut edges {
            if edge.blockers.iter().any(is_placed) {
                edge.blockers.retain(is_placed);
            }
        }
        edges.sort_by_key(|edge| edge.waiter);
        edges
    }

    /// For how many that are not known each of the others speaks.
    pub(in crate::monitor) fn spoken_for(&self, crowd: &Crowd) -> HashMap<i32, u32> {
        let is_known = |pid: &&i32| self.known.contains_key(pid);
        let of_queue = |queue: &Vec<i32>| {
            let speaker = queue.iter().find(is_known)?;
            let others = queue.len() - queue.iter().filter(is_known).count();
            Some((*speaker, u32::try_from(others).unwrap_or(u32::MAX)))
        };
        let all = crowd.queues.iter().filter_map(of_queue);
        all.filter(|(_, others)| *others > 0).collect()
    }

    /// How many queues nobody has spoken for yet.
    pub(in crate::monitor) fn unasked(&self, crowd: &Crowd) -> u32 {
        let silent = |queue: &&Vec<i32>| !queue.iter().any(|pid| self.known.contains_key(pid));
        u32::try_from(crowd.queues.iter().filter(silent).count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many are asked in a look.
    const MOST: usize = 50;

    /// What the server would answer: those that each one waits for.
    type Server = HashMap<i32, Vec<i32>>;

    /// One look; how many were asked, and how often.
    fn look(turns: &mut Turns, crowd: &Crowd, server: &Server) -> (usize, usize) {
        turns.begin(crowd);
        let (mut asked, mut rounds) = (0, 0);
        while asked < MOST && rounds < 4 {
            let next = turns.next(crowd, MOST - asked);
            if next.is_empty() {
                break;
            }
            let edge = |&waiter: &i32| {
                let blockers = server.get(&waiter)?.clone();
                Some(Edge {
                    waiter,
                    blockers,
                    behind_ours: false,
                })
            };
            let edges = next.iter().filter_map(edge).collect();
            turns.answered(&next, edges);
            (asked, rounds) = (asked + next.len(), rounds + 1);
        }
        (asked, rounds)
    }

    fn roots(turns: &Turns, crowd: &Crowd) -> Vec<i32> {
        let edges = turns.edges(crowd);
        let is_waiter = |pid: &i32| edges.iter().any(|edge| edge.waiter == *pid);
        let blockers = edges.iter().flat_map(|edge| edge.blockers.clone());
        let mut roots: Vec<i32> = blockers.filter(|pid| !is_waiter(pid)).collect();
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    fn all(queues: &[Vec<i32>]) -> Vec<&Vec<i32>> {
        queues.iter().collect()
    }

    /// Pairs of which 1000 + n waits for n.
    fn pairs(pairs: i32) -> (Vec<i32>, Vec<Vec<i32>>, Server) {
        let waiting: Vec<i32> = (0..pairs).map(|n| 1_000 + n).collect();
        let alone = waiting.iter().map(|pid| vec![*pid]).collect();
        let server = waiting
            .iter()
            .map(|pid| (*pid, vec![pid - 1_000]))
            .collect();
        (waiting, alone, server)
    }

    #[test]
    fn the_longest_queue_is_asked_first_though_all_of_it_came_last() {
        let (mut waiting, mut queues, mut server) = pairs(55);
        let late: Vec<i32> = (5_000..5_040).collect();
        server.extend(late.iter().map(|pid| (*pid, vec![777])));
        waiting.extend(&late);
        queues.push(late);
        let crowd = Crowd::new(waiting, 0, &all(&queues));
        let mut turns = Turns::default();
        assert_eq!(look(&mut turns, &crowd, &server), (50, 1));
        assert!(roots(&turns, &crowd).contains(&777));
        assert_eq!(turns.spoken_for(&crowd)[&5_000], 39);
        assert_eq!(turns.unasked(&crowd), 6);
        look(&mut turns, &crowd, &server);
        assert_eq!(roots(&turns, &crowd).len(), 56);
        assert_eq!(turns.unasked(&crowd), 0);
    }

    #[test]
    fn who_can_not_be_asked_at_once_takes_turns_and_nobody_is_asked_more_rarely_than_others() {
        let (waiting, queues, server) = pairs(150);
        let crowd = Crowd::new(waiting.clone(), 0, &all(&queues));
        let mut turns = Turns::default();
        for _ in 0..3 {
            assert_eq!(look(&mut turns, &crowd, &server).0, 50);
        }
        assert_eq!(turns.edges(&crowd).len(), 150);
        // The first of them waits for another one meanwhile, which is seen within three looks.
        let mut server = server;
        server.insert(1_000, vec![9]);
        for _ in 0..3 {
            look(&mut turns, &crowd, &server);
        }
        let edges = turns.edges(&crowd);
        let first = edges.iter().find(|edge| edge.waiter == 1_000).unwrap();
        assert_eq!(first.blockers, [9]);
        // Whoever waits no more is gone at once.
        let crowd = Crowd::new(waiting[1..].to_vec(), 0, &all(&queues));
        look(&mut turns, &crowd, &server);
        assert_eq!(turns.edges(&crowd).len(), 149);
    }

    #[test]
    fn ours_are_always_asked() {
        let waiting: Vec<i32> = (1_000..1_200).collect();
        let server: Server = waiting.iter().map(|pid| (*pid, vec![1])).collect();
        let crowd = Crowd::new(waiting.clone(), 2, &[&waiting]);
        let mut turns = Turns::default();
        assert_eq!(look(&mut turns, &crowd, &server), (50, 2));
        let edges = turns.edges(&crowd);
        assert!(
            [1_000, 1_001]
                .iter()
                .all(|own| edges.iter().any(|e| e.waiter == *own))
        );
        assert_eq!(turns.spoken_for(&crowd), HashMap::from([(1_000, 150)]));
        // The others are any, and are not kept: the list would grow without end.
        look(&mut turns, &crowd, &server);
        assert_eq!(turns.edges(&crowd).len(), 50);
    }

    #[test]
    fn who_waits_itself_is_never_a_root() {
        // 300 want a table alone, each behind all before it; 100 readers wait behind eight of them.
        let alone: Vec<i32> = (1_000..1_300).collect();
        let readers: Vec<i32> = (2_000..2_100).collect();
        let mut server: Server = HashMap::new();
        for &pid in &alone {
            server.insert(pid, std::iter::once(1).chain(1_000..pid).take(8).collect());
        }
        // The server names some of those that wait before them, but not the first.
        server.extend(readers.iter().map(|pid| (*pid, (1_100..1_108).collect())));
        let waiting: Vec<i32> = readers.iter().chain(&alone).copied().collect();
        let crowd = Crowd::new(waiting, 0, &[&alone, &readers]);
        let mut turns = Turns::default();
        look(&mut turns, &crowd, &server);
        assert_eq!(roots(&turns, &crowd), [1]);
        look(&mut turns, &crowd, &server);
        assert_eq!(roots(&turns, &crowd), [1]);
        assert!(
            turns.edges(&crowd).len() < 80,
            "{}",
            turns.edges(&crowd).len()
        );
    }
}
