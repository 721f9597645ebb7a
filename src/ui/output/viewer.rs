//! The handle that the screen holds, and the task that works for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::desk::{Desk, Jump, Wanted};
use super::mask::Mask;
use super::rows::View;
use super::search::Direction;
use super::window::Window;

/// How often the file's length is looked at.
const POLL: Duration = Duration::from_millis(100);

/// A view of one file that may still be growing. Asking it for something returns at once; the
/// newest [`Window`] is there to be drawn at any time. When it is dropped, reading ends.
pub struct Viewer {
    wanted: watch::Sender<Wanted>,
    window: watch::Receiver<Arc<Window>>,
}

impl Viewer {
    /// Begins to follow the end of a file, which need not exist yet. Must be called inside of a
    /// tokio runtime. The window has no rows until [`Viewer::show`] says how many fit.
    pub fn open(path: PathBuf, mask: Arc<Mask>) -> Self {
        let (wanted, requests) = watch::channel(Wanted::default());
        let (windows, window) = watch::channel(Arc::default());
        tokio::spawn(work(Desk::new(path, mask), requests, windows));
        Viewer { wanted, window }
    }

    /// The newest window.
    pub fn window(&self) -> Arc<Window> {
        Arc::clone(&self.window.borrow())
    }

    /// Waits until there is a newer window than this was last called for. May be dropped and called
    /// again.
    pub async fn changed(&mut self) {
        if self.window.changed().await.is_err() {
            // The task is gone, which happens only when the runtime ends.
            std::future::pending::<()>().await;
        }
    }

    /// Sets the room there is and what becomes of long lines.
    pub fn show(&self, view: View) {
        self.wanted.send_if_modified(|wanted| {
            let changed = wanted.view != view;
            wanted.view = view;
            changed
        });
    }

    /// Moves down so many rows, or up if negative. Moving down onto the end follows it.
    pub fn scroll(&self, rows: i64) {
        self.wanted
            .send_modify(|wanted| wanted.moved = wanted.moved.saturating_add(rows));
    }

    /// Moves down so many pages, or up if negative; a row stays in sight.
    pub fn page(&self, pages: i64) {
        let page = i64::from(self.wanted.borrow().view.rows).max(2) - 1;
        self.scroll(pages.saturating_mul(page));
    }

    /// Goes to the beginning.
    pub fn home(&self) {
        self.jump(Jump::Fraction(0.0));
    }

    /// Goes to the end and follows it.
    pub fn end(&self) {
        self.jump(Jump::End);
    }

    /// Goes to a part of the file, between 0 and 1, as somebody does who points at a scroll bar.
    pub fn go_to(&self, fraction: f64) {
        self.jump(Jump::Fraction(fraction));
    }

    fn jump(&self, jump: Jump) {
        self.wanted.send_modify(|wanted| {
            wanted.jump = jump;
            wanted.jumps += 1;
            wanted.moved = 0;
        });
    }

    /// Looks for the next line that holds `text`, from what is on the screen, and goes there. A new
    /// search ends one that is on its way.
    pub fn find(&self, text: &str, direction: Direction) {
        self.search(Some((text.to_owned(), direction)));
    }

    /// Ends the search and marks nothing any more.
    pub fn forget_search(&self) {
        self.search(None);
    }

    fn search(&self, find: Option<(String, Direction)>) {
        self.wanted.send_modify(|wanted| {
            wanted.find = find;
            wanted.finds += 1;
        });
    }
}

/// Takes turns at the desk, on threads that may wait for the disk, until nobody wants a window.
async fn work(
    mut desk: Desk,
    mut requests: watch::Receiver<Wanted>,
    windows: watch::Sender<Arc<Window>>,
) {
    loop {
        let wanted = requests.borrow_and_update().clone();
        let turn = spawn_blocking(move || {
            let window = desk.turn(&wanted);
            (desk, window)
        });
        let Ok((back, window)) = turn.await else {
            return;
        };
        desk = back;
        if let Some(window) = window {
            windows.send_replace(Arc::new(window));
        }
        let pause = if desk.is_busy() { Duration::ZERO } else { POLL };
        tokio::select! {
            changed = requests.changed() => if changed.is_err() { return },
            () = sleep(pause) => {}
        }
    }
}

#[cfg(test)]
mod tests;
