//! Probes of scripts, logs and Prometheus, as a plan says them; and downtime.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use gonogo::monitor::{Health, ProbeHealth, ProbeState};
use gonogo::plan::{self, Probe};

use super::Watched;
use crate::support::process::is_alive;
use crate::support::{Web, wait};

/// The probe of which a plan says this.
fn said(probe: &str) -> Probe {
    let text = format!(
        "title = \"T\"\n[[phase]]\nname = \"P\"\nkind = \"before\"\n[[phase.step]]\ntitle = \"S\"\ncheck = \"c\"\n[[probe]]\nname = \"p\"\nevery = \"250ms\"\n{probe}\n"
    );
    let opened = plan::open("plan.toml", text.as_bytes());
    let plan = opened
        .plan
        .unwrap_or_else(|| panic!("{:?}", opened.problems));
    plan.probes[0].clone()
}

fn watch(folder: &Path, probes: &[&str]) -> Watched {
    let probes = probes.iter().map(|probe| said(probe)).collect();
    Watched::in_folder(&[], probes, Some(folder))
}

fn all_seen(health: &Health) -> bool {
    health.probes.iter().all(|probe| probe.at.is_some())
}

/// Whether lines were found to match as often as this; what was found once is in the history.
fn found(times: usize) -> impl Fn(&Health) -> bool + Send {
    move |health| {
        let readings = health.probes[0].history.readings().flatten();
        readings.filter(|rate| *rate > 0.0).count() >= times
    }
}

fn append(path: &Path, text: &str) {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

#[tokio::test]
async fn a_command_says_a_number_its_exit_code_or_why_it_failed() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("used"), "42\n").unwrap();
    let mut watched = watch(
        dir.path(),
        &[
            "command = \"echo used; cat used\"",
            "command = \"true\"",
            "command = \"echo no route >&2; exit 3\"",
            "command = \"cat used\"\nexpect = { value = \"< 40\" }",
            "command = \"echo $WHO; exit 7\"\nenv = { WHO = \"me\" }\nexpect = { exit = 7, output = \"me\" }",
            "command = \"sleep 600\"",
        ],
    );
    let health = watched.until(all_seen).await;
    let found: Vec<_> = health
        .probes
        .iter()
        .map(|p| (p.state, p.value, p.words.as_str()))
        .collect();
    let (ok, bad, failed) = (ProbeState::Ok, ProbeState::Bad, ProbeState::Error);
    assert_eq!(
        found,
        [
            (ok, Some(42.0), "42"),
            (ok, None, "exit code 0"),
            (bad, None, "exit code 3: no route"),
            (bad, Some(42.0), "expected value < 40, found 42"),
            (ok, None, "exit code 7"),
            (failed, None, "not done within 5s"),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_script_is_left_when_it_takes_too_long_or_nobody_watches_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let started = |name: &str| {
        let path = dir.path().join(name);
        wait::until("a script has started", || {
            std::fs::read_to_string(&path).is_ok_and(|text| text.ends_with('\n'))
        });
        let text = std::fs::read_to_string(&path).unwrap();
        text.trim().parse::<i32>().unwrap()
    };
    let mut watched = watch(
        dir.path(),
        &[
            "command = \"(trap '' TERM; echo $BASHPID > hangs; sleep 600; true) & wait\"",
            "follow = \"echo $BASHPID > follows; sleep 600; true\"\npattern = \"x\"",
        ],
    );
    let hangs = started("hangs");
    watched
        .until(|health| health.probes[0].words == "not done within 5s")
        .await;
    wait::until("what hung is gone", || !is_alive(hangs));
    let follows = started("follows");
    assert!(is_alive(follows));
    watched.monitor.stop().await;
    wait::until("what followed is gone", || !is_alive(follows));
}

#[tokio::test]
async fn matching_lines_of_a_file_are_counted_while_it_is_moved_away_and_cut() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("app.log");
    append(&log, "ERROR long ago\n");
    let mut watched = watch(dir.path(), &["log = \"app.log\"\npattern = '^ERROR'"]);
    let quiet = |health: &Health| health.probes[0].words == "none";
    watched.until(quiet).await;
    append(&log, "ERROR 1\nfine\n");
    watched.until(found(1)).await;
    watched.until(quiet).await;
    std::fs::rename(&log, dir.path().join("app.log.1")).unwrap();
    watched
        .until(|health| health.probes[0].words == "there is no such file")
        .await;
    append(&log, "ERROR 2, which is longer than what comes\n");
    watched.until(found(2)).await;
    File::create(&log).unwrap();
    watched.until(quiet).await;
    append(&log, "ERROR 3\n");
    watched.until(found(3)).await;
}

#[tokio::test]
async fn a_followed_command_is_started_again_when_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    let script = "follow = \"echo start >> starts; while read -r line; do echo \\\"$line\\\"; done < pipe; exit 4\"";
    rustix::fs::mknodat(
        rustix::fs::CWD,
        dir.path().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let mut watched = watch(dir.path(), &[&format!("{script}\npattern = \"ERROR\"")]);
    let lines = || {
        let path = dir.path().join("pipe");
        tokio::task::spawn_blocking(move || {
            let mut pipe = OpenOptions::new().write(true).open(path).unwrap();
            pipe.write_all(b"fine\nERROR 1\nERROR 2\n").unwrap();
            pipe
        })
    };
    watched
        .until(|health| health.probes[0].words == "none")
        .await;
    let pipe = lines().await.unwrap();
    watched.until(found(1)).await;
    drop(pipe);
    watched
        .until(|health| health.probes[0].words == "it has ended with exit code 4")
        .await;
    let pipe = lines().await.unwrap();
    watched.until(found(2)).await;
    drop(pipe);
    let starts = std::fs::read_to_string(dir.path().join("starts")).unwrap();
    assert!(starts.lines().count() >= 2);
}

#[tokio::test]
async fn prometheus_answers_a_number_or_nothing() {
    let number = Web::start(
        r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.25"]}]}}"#,
    );
    let nothing = Web::start(r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#);
    let other = Web::start("it works!");
    let probe = |web: &Web, more: &str| {
        let address = web.url("/prom");
        format!("prometheus = \"{address}\"\nquery = 'sum(rate(errors[1m]))'\n{more}")
    };
    let probes = [
        probe(&number, ""),
        probe(&number, "expect = { value = \"< 0.1\" }"),
        probe(&nothing, ""),
        probe(&other, ""),
    ];
    let dir = tempfile::tempdir().unwrap();
    let probes: Vec<&str> = probes.iter().map(String::as_str).collect();
    let mut watched = watch(dir.path(), &probes);
    let health = watched.until(all_seen).await;
    let states: Vec<ProbeState> = health.probes.iter().map(|p| p.state).collect();
    let (ok, bad) = (ProbeState::Ok, ProbeState::Bad);
    assert_eq!(states, [ok, bad, ProbeState::NoData, ProbeState::Error]);
    assert_eq!(health.probes[0].value, Some(0.25));
    assert_eq!(
        number.last_path(),
        "/prom/api/v1/query?query=sum%28rate%28errors%5B1m%5D%29%29"
    );
}

#[tokio::test]
async fn a_body_that_is_not_as_expected_is_bad_and_downtime_is_measured() {
    let web = Web::start("{\"status\": \"up\"}");
    let dir = tempfile::tempdir().unwrap();
    let url = web.url("/health");
    let mut watched = watch(
        dir.path(),
        &[
            &format!("http = \"{url}\"\nexpect = {{ output = '\"up\"' }}"),
            &format!("http = \"{url}\"\nexpect = {{ regex = '^maintenance' }}"),
        ],
    );
    let health = watched.until(all_seen).await;
    assert_eq!(health.probes[0].state, ProbeState::Ok);
    assert_eq!(
        health.probes[1].words,
        "expected a line matches /^maintenance/, found no match"
    );
    let down = |probe: &ProbeHealth| probe.downtime.as_ref().unwrap().present().is_some();
    web.say(503);
    watched.until(|health| down(&health.probes[0])).await;
    web.say(200);
    let health = watched.until(|health| !down(&health.probes[0])).await;
    let downtime = health.probes[0].downtime.as_ref().unwrap();
    let outage = &downtime.outages[0];
    let time = outage.until.unwrap().since(outage.since);
    assert_eq!((downtime.times, &outage.why[..]), (1, "status 503"));
    assert!(!time.is_zero());
    let now = health.probes[0].at.unwrap();
    assert_eq!((downtime.total(now), downtime.longest(now)), (time, time));
}
