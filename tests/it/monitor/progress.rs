//! What goes on for long, on real servers.

use std::time::Duration;

use gonogo::clock::Moment;
use gonogo::demo::server::Server;
use gonogo::monitor::{InvalidIndex, Picture, Progress};

use super::{Client, Watched};

fn of(picture: &Picture, pid: i32) -> Option<&Progress> {
    picture.progress.iter().find(|progress| progress.pid == pid)
}

#[tokio::test]
async fn a_table_that_is_sorted_by_an_index_moves_with_the_rows_that_were_read() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run(
            "create table orders (id int primary key, note text);
             insert into orders select n, repeat('x', 20) from generate_series(1, 300000) as n;
             analyze orders; set enable_sort = off; set enable_seqscan = off",
        )
        .await;
    let mut watched = Watched::every(&[server.url("postgres")], Duration::from_millis(50));
    let _at_work = client.wait_in(
        "do $$ begin for n in 1..200 loop
             execute 'cluster orders using orders_pkey';
         end loop; end $$",
    );
    let picture = watched
        .picture(|picture| {
            let moves = |work: &Progress| {
                work.phase == "index scanning heap"
                    && work.done.is_some_and(|done| done > 0.0 && done < 0.75)
            };
            picture.progress.iter().any(moves)
        })
        .await;
    assert_eq!(picture.progress.len(), 1);
}

#[tokio::test]
async fn a_concurrent_build_says_whom_it_waits_for_and_what_it_leaves_behind() {
    let server = Server::start(&[]).unwrap();
    let mut writer = Client::of(&server, "web").await;
    writer
        .run("create table orders (n int); insert into orders values (1)")
        .await;
    writer.run("begin; insert into orders values (2)").await;
    let ours = Client::of(&server, "gonogo:r1:2.3").await;
    let (pid, backend) = (ours.pid(), ours.backend);
    let build = ours.wait_in("create index concurrently orders_n on orders (n)");
    let mut watched = Watched::of(&server);
    let picture = watched
        .picture(|p| of(p, pid).is_some_and(|build| build.waits_for.is_some()))
        .await;
    let progress = of(&picture, pid).unwrap();
    assert_eq!(progress.what, "create index concurrently on orders");
    assert_eq!(progress.phase, "waiting for writers before build");
    assert!(progress.ours.is_some() && progress.left.is_none());
    let waits_for = progress.waits_for.as_ref().unwrap();
    assert_eq!((waits_for.pid, waits_for.total), (writer.pid(), 1));
    assert_eq!(waits_for.who, "web, idle in transaction");
    let picture = watched.picture(|p| !invalid(p).is_empty()).await;
    let index = &invalid(&picture)[0];
    assert_eq!(
        (index.name.as_str(), index.table.as_str()),
        ("orders_n", "orders")
    );
    assert!(index.being_built);
    watched.signaller().cancel(backend).await;
    assert!(build.await.unwrap().is_err());
    watched
        .picture(|p| p.indexes_left_behind().next().is_some())
        .await;
    writer.run("commit").await;
}

/// The indexes that are not valid, as far as it was looked.
fn invalid(picture: &Picture) -> &[InvalidIndex] {
    picture.invalid_indexes.get().map_or(&[], Vec::as_slice)
}

/// Looks four times at an index that is not valid, and says whether it was ever taken for abandoned.
async fn taken_for_abandoned(watched: &mut Watched) -> bool {
    let mut seen = None;
    for _ in 0..4 {
        let picture = watched
            .picture(|p| !invalid(p).is_empty() && p.seen.indexes.map(|at| at.mono) != seen)
            .await;
        seen = picture.seen.indexes.map(|at| at.mono);
        if picture.indexes_left_behind().next().is_some() {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn an_index_that_is_being_dropped_is_not_taken_for_abandoned() {
    let server = Server::start(&[]).unwrap();
    let mut reader = Client::of(&server, "web").await;
    reader
        .run("create table orders (n int); create index orders_n on orders (n)")
        .await;
    reader.run("begin; select * from orders").await;
    let dropping = Client::of(&server, "gonogo:r1:2.3").await;
    let dropping = dropping.wait_in("drop index concurrently orders_n");
    let mut watched = Watched::of(&server);
    assert!(!taken_for_abandoned(&mut watched).await);
    reader.run("commit").await;
    dropping.await.unwrap().unwrap();
    let gone = |p: &Picture| p.invalid_indexes.get().is_some_and(Vec::is_empty);
    watched.picture(gone).await;
}

#[tokio::test]
async fn an_index_is_left_behind_whoever_else_is_at_work_on_its_table() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run("create table orders (n int); insert into orders values (1), (1)")
        .await;
    let build = "create unique index concurrently orders_n on orders (n)";
    assert!(client.attempt(build).await.is_err());
    // The lock of a build on its table.
    client.run("begin; analyze orders").await;
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| !invalid(p).is_empty()).await;
    assert_eq!(picture.indexes_unknown(), None);
    watched
        .picture(|p| p.indexes_left_behind().next().is_some())
        .await;
}

#[tokio::test]
async fn a_role_without_grants_says_that_it_does_not_know_of_the_builds_of_others() {
    let server = Server::start(&[]).unwrap();
    let mut writer = Client::of(&server, "web").await;
    writer
        .run("create role app login; create table orders (n int, note text)")
        .await;
    writer.run("begin; insert into orders values (2)").await;
    let build = Client::of(&server, "psql").await;
    let build = build.wait_in("create index concurrently orders_n on orders (n)");
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    assert!(!taken_for_abandoned(&mut watched).await);
    let picture = watched.picture(|p| !invalid(p).is_empty()).await;
    let why = picture.indexes_unknown().unwrap();
    assert!(
        why.starts_with("whether orders_n on orders is being built"),
        "{why}"
    );
    assert!(why.ends_with("grant pg_monitor to app"), "{why}");
    writer.run("commit").await;
    build.await.unwrap().unwrap();
}

#[tokio::test]
async fn no_index_of_a_table_that_is_reindexed_is_taken_for_abandoned() {
    let server = Server::start(&[]).unwrap();
    let mut writer = Client::of(&server, "web").await;
    writer
        .run("create table orders (n int primary key, note text)")
        .await;
    writer.run("begin; insert into orders values (2)").await;
    let build = Client::of(&server, "gonogo:r1:2.3").await;
    let build = build.wait_in("reindex table concurrently orders");
    let mut watched = Watched::of(&server);
    assert!(!taken_for_abandoned(&mut watched).await);
    writer.run("commit").await;
    build.await.unwrap().unwrap();
}

/// A function that makes the build of an index on it take its time where `test.slow` says so, for each row.
const SLOW: &str = "create function slow(n int) returns int language plpgsql immutable as
     'begin perform pg_sleep(current_setting(''test.slow'')::float8); return n; end';
     set test.slow = 0";

#[tokio::test]
async fn of_a_table_that_is_reindexed_it_is_said_at_which_index_it_is() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client.run(SLOW).await;
    client
        .run(
            "create table orders (n int);
             create index a on orders (slow(n)); create index b on orders (slow(n + 1));
             create index c on orders (slow(n + 2));
             insert into orders select generate_series(1, 150); set test.slow = 0.01",
        )
        .await;
    let pid = client.pid();
    let mut watched = Watched::every(&[server.url("postgres")], Duration::from_millis(100));
    let build = client.wait_in("reindex table orders");
    at_each_index(&mut watched, pid, "reindex {} on orders").await;
    build.await.unwrap().unwrap();
    let mut client = Client::of(&server, "psql").await;
    // What an earlier try has left is none of them.
    client
        .run(
            "set test.slow = 0; create index b_ccnew1 on orders (n);
             update pg_index set indisvalid = false where indexrelid = 'b_ccnew1'::regclass;
             set test.slow = 0.01",
        )
        .await;
    let pid = client.pid();
    let build = client.wait_in("reindex table concurrently orders");
    at_each_index(&mut watched, pid, "reindex concurrently {}_ccnew on orders").await;
    build.await.unwrap().unwrap();
}

async fn at_each_index(watched: &mut Watched, pid: i32, what: &str) {
    let mut before = 0.0;
    for (index, place) in [("a", "1 of 3"), ("b", "2 of 3"), ("c", "3 of 3")] {
        let what = what.replace("{}", index);
        let words = format!("; index {place} on the table");
        let said = |build: &Progress| build.what == what && build.phase.ends_with(&words);
        let picture = watched.picture(|p| of(p, pid).is_some_and(said)).await;
        // One bar goes through all of them.
        let done = of(&picture, pid).and_then(|build| build.done).unwrap();
        assert!((before..before + 0.45).contains(&done), "{index}: {done}");
        before += 0.25;
    }
}

#[tokio::test]
async fn of_a_partitioned_table_the_partitions_are_counted() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client.run(SLOW).await;
    client
        .run(
            "create table orders (n int) partition by list ((n % 3));
             create table orders_0 partition of orders for values in (0);
             create table orders_1 partition of orders for values in (1);
             create table orders_2 partition of orders for values in (2);
             insert into orders select generate_series(1, 450); set test.slow = 0.01",
        )
        .await;
    let pid = client.pid();
    let mut watched = Watched::every(&[server.url("postgres")], Duration::from_millis(100));
    let build = client.wait_in("create index orders_slow on orders (slow(n))");
    for done in 0..3 {
        let words = format!("; {done} of 3 partitions");
        let picture = watched
            .picture(|p| of(p, pid).is_some_and(|build| build.phase.ends_with(&words)))
            .await;
        let part = of(&picture, pid).unwrap().done.unwrap_or_default();
        let least = f64::from(done) / 3.0;
        assert!((least..least + 0.34).contains(&part), "{done}: {part}");
    }
    build.await.unwrap().unwrap();
}

#[tokio::test]
async fn one_bar_goes_through_a_table_and_those_that_inherit_from_it() {
    let server = Server::start(&[("autovacuum", "off")]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run(
            "create table orders (n int, note text); create table later () inherits (orders);
             insert into orders select n, repeat('x', 1000) from generate_series(1, 200) as n;
             insert into later select n, repeat('x', 1000) from generate_series(1, 200) as n;
             analyze orders; set vacuum_cost_delay = 100; set vacuum_cost_limit = 1;
             set vacuum_cost_page_hit = 1",
        )
        .await;
    let pid = client.pid();
    let mut watched = Watched::every(&[server.url("postgres")], Duration::from_millis(50));
    let seen = watched.picture(|_| true).await;
    // Older servers do not count what is analyzed.
    if seen.server.version.starts_with("12.") {
        return;
    }
    let analyze = client.wait_in("analyze orders");
    for (phase, least, most) in [
        ("acquiring sample rows", 0.0, 0.35),
        ("acquiring inherited sample rows", 0.3, 1.0),
    ] {
        let picture = watched
            .picture(|p| {
                let work = of(p, pid).filter(|work| work.phase.starts_with(phase));
                work.and_then(|work| work.done)
                    .is_some_and(|done| done > 0.0)
            })
            .await;
        let done = of(&picture, pid).unwrap().done.unwrap();
        assert!((least..most).contains(&done), "{phase}: {done}");
    }
    analyze.abort();
}

#[tokio::test]
async fn a_rewrite_is_estimated_by_the_growth_of_the_database() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run(
            "create table orders (n int, note text);
             alter table orders alter note set storage external;
             insert into orders select g, repeat(md5(g::text), 250)
               from generate_series(1, 2000) as g;
             create function slowly(n int) returns bigint language plpgsql as
               $$ begin if n % 100 = 0 then perform pg_sleep(3); end if; return n; end $$",
        )
        .await;
    client.run("vacuum analyze orders").await;
    let mut watched = Watched::of(&server);
    watched
        .picture(|p| p.vitals.get().is_some_and(|vitals| vitals.size.is_some()))
        .await;
    let ours = Client::of(&server, "gonogo:r1:2.3").await;
    let pid = ours.pid();
    let rewrite = ours.wait_in("alter table orders alter n type bigint using slowly(n)");
    let picture = watched
        .picture(|p| of(p, pid).is_some_and(|rewrite| rewrite.left.is_some()))
        .await;
    let progress = of(&picture, pid).unwrap();
    let what = "alters the table: orders of ";
    assert!(
        progress.estimated && progress.what.starts_with(what),
        "{progress:?}"
    );
    let done = progress.done.unwrap();
    assert!((0.01..0.99).contains(&done), "{progress:?}");
    rewrite.abort();
}

#[tokio::test]
async fn a_change_that_no_view_counts_is_said_to_have_no_counter() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run("create table orders (n int); insert into orders values (1)")
        .await;
    let update = Client::of(&server, "web").await;
    let pid = update.pid();
    let update = update.wait_in("update orders set n = 2 where pg_sleep(600) is null");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| of(p, pid).is_some()).await;
    let progress = of(&picture, pid).unwrap();
    assert_eq!((progress.done, progress.left), (None, None));
    assert_eq!(progress.phase, "the server has no counter for this");
    assert_eq!(progress.what, "changes rows: orders");
    update.abort();
}

#[tokio::test]
async fn of_all_that_a_change_holds_the_largest_that_it_has_for_itself_is_named() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    let rows = |count| format!("select n, repeat('x', 100) from generate_series(1, {count}) as n");
    client
        .run(&format!(
            "create table huge as {}; create table large as {}; create table small (n int);
             insert into small values (1); analyze huge, large, small",
            rows(9_000),
            rows(2_000),
        ))
        .await;
    client
        .run("begin; select from huge; lock table small; lock table large")
        .await;
    let pid = client.pid();
    let update = client.wait_in("update small set n = 2 where pg_sleep(600) is null");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| of(p, pid).is_some()).await;
    let progress = of(&picture, pid).unwrap();
    assert!(
        progress.what.starts_with("changes rows: large of "),
        "{progress:?}"
    );
    update.abort();
}

#[tokio::test]
async fn a_copy_counts_its_rows() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    let version = client
        .ask("select current_setting('server_version_num')::int8")
        .await;
    client.run("create table numbers (n int)").await;
    let copy = Client::of(&server, "web").await;
    let (pid, backend) = (copy.pid(), copy.backend);
    let copy = copy.wait_in(
        "copy numbers from program 'yes 1 | head -n 2000; while kill -0 $PPID; do sleep 0.2; done'",
    );
    let mut watched = Watched::of(&server);
    if version < 140_000 {
        // Before, the server counted none.
        let runs = |p: &Picture| p.running.iter().any(|running| running.oldest.pid == pid);
        let picture = watched.picture(runs).await;
        assert!(of(&picture, pid).is_none(), "{:?}", picture.progress);
    } else {
        let picture = watched.picture(|p| of(p, pid).is_some()).await;
        let progress = of(&picture, pid).unwrap();
        assert_eq!(
            (progress.what.as_str(), progress.done),
            ("copy from numbers", None)
        );
        assert!(progress.phase.ends_with(" rows"), "{progress:?}");
    }
    watched.signaller().terminate(backend).await;
    assert!(copy.await.unwrap().is_err());
}

#[tokio::test]
async fn a_vacuum_through_indexes_tells_its_time_left() {
    let server = Server::start(&[("autovacuum", "off")]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run(
            "create table orders (id int primary key, note text, hash int);
             insert into orders
               select n, repeat('x', 60), hashint4(n) from generate_series(1, 200000) as n;
             create index orders_hash on orders (hash);
             delete from orders where id % 5 = 0",
        )
        .await;
    // Blocks that wait to be written cost a vacuum nothing, and most of a large table does not.
    client.run("analyze orders").await;
    client.run("checkpoint").await;
    client.run("set vacuum_cost_delay = 20").await;
    let counts = client
        .ask("select current_setting('server_version_num')::int8")
        .await
        >= 170_000;
    let pid = client.pid();
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let vacuum = client.wait_in("vacuum orders");
    let (mut last, mut began, mut told) = (None, None, Vec::new());
    let ended = loop {
        let picture = watched.picture(|p| Some(p.at.mono) != last).await;
        last = Some(picture.at.mono);
        let Some(progress) = of(&picture, pid) else {
            if began.is_some() {
                break picture.at;
            }
            continue;
        };
        let began = *began.get_or_insert(picture.at);
        assert!(
            progress.left.is_none() || progress.estimated,
            "{progress:?}"
        );
        // Servers before 17 do not count the indexes that are done, and nothing else tells what they take.
        if progress.phase == "vacuuming indexes" {
            assert!(counts || progress.left.is_none(), "{progress:?}");
        } else {
            told.push((picture.at, progress.left));
        }
        assert!(picture.at.since(began) < Duration::from_secs(120));
    };
    let whole = ended.since(began.unwrap());
    let part = |part: f64| whole.mul_f64(part);
    let passed = |at: Moment| at.since(began.unwrap());
    let early = told.iter().filter(|(at, _)| passed(*at) < part(0.05));
    assert!(early.clone().count() > 0 && early.clone().all(|(_, left)| left.is_none()));
    let late = told.iter().filter(|(at, _)| passed(*at) >= part(0.25));
    let late: Vec<_> = late
        .filter_map(|(at, left)| Some((*at, (*left)?)))
        .collect();
    assert!(late.len() * 3 > told.len(), "{told:?}");
    for (at, left) in late {
        let really = ended.since(at);
        let wrong = left.abs_diff(really);
        let allowed = (really / 3).max(part(0.125));
        assert!(
            wrong <= allowed,
            "{left:?} instead of {really:?} of {whole:?}"
        );
    }
    vacuum.await.unwrap().unwrap();
}
