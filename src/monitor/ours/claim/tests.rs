use super::*;
use crate::monitor::session::State;

fn session(pid: i32, client: &str) -> Session {
    Session {
        started: Some(i64::from(pid)),
        user: Some("app".to_owned()),
        session_age: Some(Duration::from_secs(1)),
        client: Some(match client {
            "" => Client::Local,
            at => Client::At(at.parse().unwrap()),
        }),
        ..Session::unknown(pid, State::Active)
    }
}

fn peers(tcp: &[&str], unix: usize) -> Peers {
    let end = |text: &&str| (text.parse().unwrap(), "10.0.0.9:5432".parse().unwrap());
    Peers {
        tcp: tcp.iter().map(end).collect(),
        unix,
    }
}

#[track_caller]
fn check(
    clients: &[&str],
    peers: Option<&Peers>,
    seen_as: Option<&str>,
    expected: &[(i32, Evidence)],
) {
    let sessions: Vec<Session> = (1..)
        .zip(clients)
        .map(|(pid, at)| session(pid, at))
        .collect();
    let stranger = Stranger {
        database: "main",
        seen_as: seen_as.map(|ip| ip.parse().unwrap()),
        role: "app",
    };
    let sessions: Vec<&Session> = sessions.iter().collect();
    let found: Vec<(i32, Evidence)> = judge(&sessions, peers, &stranger, Duration::from_secs(1))
        .into_iter()
        .map(|(backend, by)| (backend.pid, by))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_session_whose_other_end_a_process_of_the_step_holds_is_ours() {
    let step = peers(&["10.0.0.1:40001"], 0);
    // The same port on another machine is somebody else's.
    let clients = ["10.0.0.2:40001", "10.0.0.1:40001", "10.0.0.1:40002"];
    let seen = Some("10.0.0.1");
    check(&clients, Some(&step), seen, &[(2, Evidence::Socket)]);
    check(
        &["[::ffff:10.0.0.1]:40001"],
        Some(&step),
        None,
        &[(1, Evidence::Socket)],
    );
}

#[test]
fn behind_a_router_the_address_is_the_one_that_the_monitor_is_seen_under() {
    let step = peers(&["192.168.1.5:40001", "192.168.1.5:40002"], 0);
    let clients = [
        "203.0.113.7:40001",
        "203.0.113.7:61000",
        "203.0.113.8:40002",
    ];
    check(
        &clients,
        Some(&step),
        Some("203.0.113.7"),
        &[(1, Evidence::Socket), (2, Evidence::Guess)],
    );
}

#[test]
fn over_a_unix_socket_it_is_a_guess_and_never_more_than_the_step_has() {
    check(
        &["", ""],
        Some(&peers(&[], 1)),
        None,
        &[(1, Evidence::Guess)],
    );
    check(&["", ""], Some(&peers(&[], 0)), None, &[]);
    check(&[""], None, None, &[(1, Evidence::Guess)]);
}

#[test]
fn another_role_is_never_guessed_to_be_ours() {
    let mut other = session(1, "");
    other.user = Some("report".to_owned());
    let stranger = Stranger {
        role: "app",
        ..Stranger::default()
    };
    let lasted = Duration::from_secs(1);
    assert!(judge(&[&other], Some(&peers(&[], 3)), &stranger, lasted).is_empty());
}

#[test]
fn the_session_that_was_opened_when_the_step_began_is_guessed_to_be_its_own() {
    let aged = |pid, millis| {
        let age = Some(Duration::from_millis(millis));
        Session {
            session_age: age,
            ..session(pid, "")
        }
    };
    let (older, own, younger) = (aged(1, 10_700), aged(2, 9_900), aged(3, 200));
    let stranger = Stranger {
        role: "app",
        ..Stranger::default()
    };
    let all = [&older, &own, &younger];
    let found = judge(
        &all,
        Some(&peers(&[], 1)),
        &stranger,
        Duration::from_secs(10),
    );
    let pids: Vec<i32> = found.iter().map(|(backend, _)| backend.pid).collect();
    assert_eq!(pids, [2]);
}

#[tokio::test]
async fn nothing_is_guessed_of_a_step_whose_sessions_carry_its_name() {
    let book = OursBook::default();
    let at = Moment::default().plus(Duration::from_secs(60));
    book.set(vec![AtWork {
        step: "2.3".to_owned(),
        since: Moment::default(),
        // This process, which has a connection over a unix socket.
        worker: Worker::Process(std::process::id()),
    }]);
    // The name of a socket has to be short.
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    let path = dir.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let _connection = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let mut claims = Claims::new(book.clone());
    let stranger = Stranger {
        role: "app",
        ..Stranger::default()
    };
    let mut sessions = [session(8, "")];
    claims.mark(&mut sessions, &stranger, at).await;
    assert_eq!(sessions[0].ours.as_ref().unwrap().words(), "ours? 2.3");
    let mut named = session(9, "");
    named.ours = Some(Ours {
        by: Evidence::Name,
        step: Some("2.3".to_owned()),
    });
    let mut sessions = [session(8, ""), named];
    claims.mark(&mut sessions, &stranger, at).await;
    assert!(sessions[0].ours.is_none() && sessions[1].ours.is_some());
    // It stays so when that session has ended, and is over with the step.
    let mut sessions = [session(8, "")];
    claims.mark(&mut sessions, &stranger, at).await;
    assert!(sessions[0].ours.is_none());
    book.set(Vec::new());
    claims.mark(&mut sessions, &stranger, at).await;
    assert!(claims.certain.is_empty());
}

#[tokio::test]
async fn nothing_is_guessed_of_a_step_one_of_whose_sockets_leads_to_a_session() {
    let book = OursBook::default();
    let at = Moment::default().plus(Duration::from_secs(60));
    book.set(vec![AtWork {
        step: "2.3".to_owned(),
        since: Moment::default(),
        worker: Worker::Process(std::process::id()),
    }]);
    // This process has a connection over TCP, and another one over a unix socket.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let over_tcp = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _pair = std::os::unix::net::UnixStream::pair().unwrap();
    let client = over_tcp.local_addr().unwrap().to_string();
    let stranger = Stranger {
        role: "app",
        ..Stranger::default()
    };
    let mut claims = Claims::new(book);
    for (sessions, words) in [
        (vec![session(8, "")], vec![Some("ours? 2.3")]),
        (
            vec![session(8, ""), session(9, &client)],
            vec![None, Some("ours 2.3")],
        ),
        (vec![session(8, "")], vec![None]),
    ] {
        let mut sessions = sessions;
        claims.mark(&mut sessions, &stranger, at).await;
        let found = sessions.iter().map(|session| session.ours.as_ref());
        let found: Vec<_> = found.map(|ours| ours.map(Ours::words)).collect();
        let words: Vec<_> = words.iter().map(|words| words.map(str::to_owned)).collect();
        assert_eq!(found, words);
    }
}

#[tokio::test]
async fn the_session_of_the_runs_own_sql_is_known_by_its_number() {
    let book = OursBook::default();
    let worker = Worker::Backend {
        database: "main".to_owned(),
        pid: 7,
    };
    book.set(vec![AtWork {
        step: "2.3".to_owned(),
        since: Moment::default(),
        worker,
    }]);
    let mut claims = Claims::new(book);
    let mut sessions = [session(7, ""), session(8, "")];
    for (database, own) in [("other", false), ("main", true)] {
        let stranger = Stranger {
            database,
            ..Stranger::default()
        };
        claims
            .mark(&mut sessions, &stranger, Moment::default())
            .await;
        assert_eq!(sessions[0].own_step().is_some(), own);
    }
    assert_eq!(sessions[0].ours.as_ref().unwrap().words(), "ours 2.3");
    assert!(sessions[1].ours.is_none());
}
