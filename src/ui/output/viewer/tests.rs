use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use tokio::time::timeout;

use super::*;
use crate::ui::output::testing::numbered;
use crate::ui::output::{LongLines, SearchState};

const VIEW: View = View {
    width: 40,
    rows: 3,
    long_lines: LongLines::Wrap,
};

/// Waits for a window such as this, and gives up only when something must be wrong.
async fn until(viewer: &mut Viewer, fits: impl Fn(&Window) -> bool) -> Arc<Window> {
    while !fits(&viewer.window()) {
        if timeout(Duration::from_secs(30), viewer.changed())
            .await
            .is_err()
        {
            panic!("no such window, but {:?}", viewer.window());
        }
    }
    viewer.window()
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn shows(window: &Window, rows: &[&str]) -> bool {
    let shown: Vec<_> = window.rows.iter().map(ToString::to_string).collect();
    shown == rows
}

#[tokio::test]
async fn a_viewer_follows_a_file_that_comes_later() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("2.3-1.log");
    let mut viewer = Viewer::open(path.clone(), Arc::default());
    viewer.show(VIEW);
    until(&mut viewer, |window| window.following && !window.exists).await;
    append(&path, "one\ntwo\n");
    until(&mut viewer, |window| shows(window, &["one", "two"])).await;
    append(&path, "three\nfour\n");
    until(&mut viewer, |window| {
        shows(window, &["two", "three", "four"])
    })
    .await;
}

#[tokio::test]
async fn keys_move_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("2.3-1.log");
    fs::write(&path, numbered(0..100)).unwrap();
    let mut viewer = Viewer::open(path.clone(), Arc::default());
    viewer.show(VIEW);
    until(&mut viewer, |window| {
        shows(window, &["line 97", "line 98", "line 99"])
    })
    .await;
    viewer.page(-1);
    viewer.page(-1);
    viewer.scroll(1);
    until(&mut viewer, |window| {
        shows(window, &["line 94", "line 95", "line 96"])
    })
    .await;
    viewer.home();
    viewer.scroll(2);
    until(&mut viewer, |window| {
        shows(window, &["line 2", "line 3", "line 4"])
    })
    .await;
    viewer.find("line 7", Direction::Forward);
    let found = until(&mut viewer, |window| window.search == SearchState::Found).await;
    assert!(shows(&found, &["line 6", "line 7", "line 8"]));
    viewer.forget_search();
    until(&mut viewer, |window| window.search == SearchState::Idle).await;
    viewer.go_to(0.5);
    until(&mut viewer, |window| window.top == 390).await;
    viewer.end();
    until(&mut viewer, |window| window.following).await;
}

#[tokio::test]
async fn work_ends_when_the_viewer_is_dropped() {
    let (wanted, requests) = watch::channel(Wanted::default());
    let (windows, _window) = watch::channel(Arc::default());
    let desk = Desk::new("/nonexistent/output.log".into(), Arc::default());
    let work = tokio::spawn(work(desk, requests, windows));
    drop(wanted);
    work.await.unwrap();
}
