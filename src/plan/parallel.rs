//! Work on many things at once, of which none needs what comes of another.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread::{self, ScopedJoinHandle};

/// The most threads: what can't be shared out takes longer than what a fifth would save.
const MAX_THREADS: usize = 4;
/// The stack of each, in bytes, as the program's first thread has it: parsers go down by recursion.
const STACK: usize = 8 << 20;

static THREADS: LazyLock<usize> = LazyLock::new(|| {
    let threads = thread::available_parallelism();
    threads.map_or(1, NonZero::get).min(MAX_THREADS)
});

/// What `make` makes of each of `items`, in their order. A thread gets `least` of them or more: fewer are
/// not worth one.
pub(super) fn map<'i, T: Sync, R: Send>(
    items: &'i [T],
    least: usize,
    make: impl Fn(&'i T) -> R + Sync,
) -> Vec<R> {
    let worth = items.len() / least.max(1);
    if worth < 2 || *THREADS < 2 {
        return items.iter().map(make).collect();
    }
    let (own, others) = items.split_at(items.len() / worth.min(*THREADS));
    let share = others.len().div_ceil(worth.min(*THREADS) - 1);
    let one = |part: &'i [T]| part.iter().map(&make).collect::<Vec<R>>();
    thread::scope(|scope| {
        let start = |part| {
            let thread = thread::Builder::new().stack_size(STACK);
            (part, thread.spawn_scoped(scope, move || one(part)).ok())
        };
        let started: Vec<_> = others.chunks(share).map(start).collect();
        let mut all = Vec::with_capacity(items.len());
        all.extend(own.iter().map(&make));
        for (part, thread) in started {
            match thread.map(ScopedJoinHandle::join) {
                Some(Ok(part)) => all.extend(part),
                Some(Err(panic)) => resume_unwind(panic),
                // The system gives no more threads.
                None => all.extend(one(part)),
            }
        }
        all
    })
}

/// What `one` and `other` make, where there is much to do both at the same time.
pub(super) fn both<A, B: Send>(
    much: bool,
    one: impl FnOnce() -> A,
    other: impl Fn() -> B + Sync,
) -> (A, B) {
    if !much || *THREADS < 2 {
        return (one(), other());
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, &other).ok();
        let one = one();
        match thread.map(ScopedJoinHandle::join) {
            Some(Ok(other)) => (one, other),
            Some(Err(panic)) => resume_unwind(panic),
            // The system gives no more threads.
            None => (one, other()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{both, map};

    #[test]
    fn what_is_made_stands_in_the_order_of_what_it_was_made_of() {
        for count in [0, 1, 2, 3, 7, 8, 9, 100, 1_001] {
            let items: Vec<usize> = (0..count).collect();
            let made = map(&items, 1, |n| n * 2);
            assert_eq!(made, (0..count).map(|n| n * 2).collect::<Vec<_>>());
            assert_eq!(map(&items, 4, |n| n * 2), made);
        }
    }

    #[test]
    fn both_are_made_with_a_thread_and_without() {
        for much in [false, true] {
            assert_eq!(both(much, || 1, || "two"), (1, "two"));
        }
    }

    #[test]
    #[should_panic(expected = "the last")]
    fn a_panic_is_not_lost() {
        let items: Vec<usize> = (0..100).collect();
        map(&items, 1, |n| assert!(*n < 99, "the last"));
    }
}
