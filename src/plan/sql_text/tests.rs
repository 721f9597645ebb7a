use super::*;

#[test]
fn statements_are_told_apart_whatever_they_hold() {
    let sql =
        "select ';' ; -- a; b\nselect \";\"; do $x$ begin; end $x$;\n/* ; /* ; */ ; */ ;; select 1";
    let found = statements(sql);
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(
        found[3],
        "/* ; /* ; */ ; */ ;; select 1"
            .rsplit(';')
            .next()
            .unwrap()
            .trim()
    );
    assert!(statements(" -- nothing\n").is_empty());
    assert_eq!(statements("select 'left open"), ["select 'left open"]);
}

#[test]
fn the_body_of_a_function_is_no_statement_of_its_own() {
    let function = "create function f(i int) returns int begin atomic\n\
        select case when i > 1 then 1 else 2 end; select i + 1; end";
    let sql = format!("insert into t values (1); {function}; begin; select 2; commit");
    let wanted = [
        "insert into t values (1)",
        function,
        "begin",
        "select 2",
        "commit",
    ];
    assert_eq!(statements(&sql), wanted);
}

#[test]
fn what_can_not_stand_in_a_transaction_is_known() {
    for (sql, why) in [
        ("create index concurrently i on t (a)", Some("CONCURRENTLY")),
        (
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
            Some("CONCURRENTLY"),
        ),
        (
            "alter table p detach partition c concurrently",
            Some("CONCURRENTLY"),
        ),
        ("vacuum full t", Some("VACUUM")),
        ("drop database x", Some("DROP DATABASE")),
        ("-- first\nbegin; update t set a = 1; commit", Some("BEGIN")),
        ("insert into t values ('vacuum; begin')", None),
        (
            "alter table t add column a int; create index i on t (a)",
            None,
        ),
        ("refresh materialized view concurrently v", None),
        ("savepoint a; rollback to savepoint a", None),
        ("savepoint a; rollback transaction to a", None),
        ("update t set a = 1; rollback", Some("ROLLBACK")),
        ("prepare transaction 'x'", Some("PREPARE TRANSACTION")),
        ("prepare x as select 1", None),
        ("cluster", Some("CLUSTER")),
        ("cluster t using i", None),
        ("reindex schema public", Some("REINDEX SCHEMA")),
        ("reindex table t", None),
        ("reindex (verbose) schema public", Some("REINDEX SCHEMA")),
        ("reindex (verbose off, tablespace x) table t", None),
        (
            "alter database shop set tablespace fast",
            Some("ALTER DATABASE SET TABLESPACE"),
        ),
        ("alter database shop set a = 1", None),
        (
            "create subscription s connection 'x' publication p",
            Some("CREATE SUBSCRIPTION"),
        ),
        (
            "create subscription s connection 'x' publication p with (connect = false)",
            None,
        ),
        ("discard all", Some("DISCARD ALL")),
        ("discard temp", None),
        (
            "do $$ begin update t set a = 1; commit; end $$",
            Some("DO with COMMIT"),
        ),
        (
            "do $b$ begin loop delete from t; exit when not found; COMMIT; end loop; end $b$",
            Some("DO with COMMIT"),
        ),
        ("do $$ begin raise notice 'commit'; end $$", None),
        ("do $$ declare commit int; begin commit := 1; end $$", None),
        (
            "create function f() returns int begin atomic select 1; end",
            None,
        ),
    ] {
        assert_eq!(refuses_transaction(sql).as_deref(), why, "{sql}");
    }
}

#[test]
fn what_a_place_stands_in_is_known() {
    for (sql, within) in [
        ("select 'a", Within::Text),
        ("select 'it''s", Within::Text),
        ("select 'a' -- it's\n", Within::Nothing),
        ("select 'a' -- it's", Within::Comment),
        ("select /* '", Within::Comment),
        ("do $$ '", Within::Dollars),
        ("select $1, \"", Within::Name),
        ("select E'it\\'s", Within::Escapes),
        ("select e'it''s \\'", Within::Escapes),
        ("select e'a\\\\'", Within::Nothing),
        ("select note'a\\'", Within::Nothing),
    ] {
        assert_eq!(open_at_end(sql), within, "{sql}");
    }
}

#[test]
fn a_quote_behind_a_backslash_ends_only_plain_texts() {
    let sql = "select E'it\\'s; x', '\\'; select e'a''b\\'; c'";
    let wanted = ["select E'it\\'s; x', '\\'", "select e'a''b\\'; c'"];
    assert_eq!(statements(sql), wanted);
}

#[test]
fn what_may_leave_something_in_a_session_is_told_from_what_can_not() {
    let leave = [
        "set search_path = a",
        "select set_config('a.b', '1', false)",
        "create temp table t (a int)",
        "call p()",
        "alter table t add a int; select pg_advisory_lock(1)",
    ];
    for sql in leave {
        assert!(leaves_something_in_session(sql), "{sql}");
    }
    let nothing = [
        "alter table t add a int; create index on t (a)",
        "begin; update t set a = 1; commit",
        "set local lock_timeout = 1; create table temporaries (a int)",
    ];
    for sql in nothing {
        assert!(!leaves_something_in_session(sql), "{sql}");
    }
}
