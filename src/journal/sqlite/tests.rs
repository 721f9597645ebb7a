use super::*;
use crate::clock::Moment;
use crate::journal::event::{Held, Released};
use crate::journal::{Actor, Event};

fn unwritten(reason: &str) -> Unwritten {
    Unwritten {
        at: Moment {
            wall: 1,
            mono: 2,
            boot: 3,
        },
        actor: Actor::engine(),
        event: Event::Held(Held {
            reason: reason.to_owned(),
            ..Held::default()
        }),
    }
}

async fn journal(dir: &tempfile::TempDir) -> (std::path::PathBuf, SqliteStore) {
    let path = dir.path().join("journal.db");
    let (mut store, entries) = SqliteStore::open(&path).await.unwrap();
    assert!(entries.is_empty());
    store
        .append(vec![unwritten("a"), unwritten("b")])
        .await
        .unwrap();
    store.append(vec![unwritten("c")]).await.unwrap();
    (path, store)
}

/// Runs SQL on the file behind the program's back.
async fn meddle(path: &Path, sql: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(&options(path)).await?;
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    connection.close().await
}

#[tokio::test]
async fn what_was_written_is_read_back_by_whoever_opens_it_next() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = journal(&dir).await;
    drop(store);
    let (mut store, entries) = SqliteStore::open(&path).await.unwrap();
    let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    let more = store
        .append(vec![Unwritten {
            event: Event::Released(Released::default()),
            ..unwritten("")
        }])
        .await
        .unwrap();
    assert_eq!(more[0].seq, 4);
}

#[tokio::test]
async fn a_reader_follows_while_the_writer_writes() {
    let dir = tempfile::tempdir().unwrap();
    let (path, mut store) = journal(&dir).await;
    let mut reader = Reader::open(&path).await.unwrap();
    assert_eq!(reader.next(2).await.unwrap().len(), 2);
    assert_eq!(reader.next(2).await.unwrap().len(), 1);
    assert!(reader.next(2).await.unwrap().is_empty());
    store.append(vec![unwritten("d")]).await.unwrap();
    assert_eq!(reader.next(2).await.unwrap()[0].seq, 4);
}

#[tokio::test]
async fn entries_can_not_be_changed_removed_or_put_out_of_order() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _store) = journal(&dir).await;
    for sql in [
        "update entry set body = '{}' where seq = 1",
        "delete from entry where seq = 3",
        "insert into entry select 9, wall, mono, boot, actor, kind, version, body, hash from entry where seq = 1",
    ] {
        assert!(meddle(&path, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn meddling_that_gets_around_that_is_found_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = journal(&dir).await;
    drop(store);
    meddle(&path, "drop trigger entry_is_not_changed; update entry set body = '{\"reason\":\"x\"}' where seq = 2")
        .await
        .unwrap();
    assert!(matches!(
        verify(&path).await,
        Err(JournalError::Broken { seq: 2 })
    ));
    meddle(
        &path,
        "drop trigger entry_is_not_removed; delete from entry where seq = 2",
    )
    .await
    .unwrap();
    assert!(matches!(
        SqliteStore::open(&path).await.unwrap_err(),
        JournalError::Gap {
            wanted: 2,
            found: 3
        }
    ));
}

#[tokio::test]
async fn what_is_taken_from_its_end_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = journal(&dir).await;
    store.close().await;
    let mut reader = Reader::open(&path).await.unwrap();
    meddle(
        &path,
        "drop trigger entry_is_not_removed; delete from entry where seq = 3",
    )
    .await
    .unwrap();
    let is_missed = |error: &JournalError| {
        matches!(
            error,
            JournalError::EndMissing {
                last: 2,
                written: 3
            }
        )
    };
    for error in [
        verify(&path).await.unwrap_err(),
        reader.rest().await.unwrap_err(),
        SqliteStore::open(&path).await.unwrap_err(),
    ] {
        assert!(is_missed(&error), "{error}");
    }
    // Something else in its place is no end of this journal.
    std::fs::write(path.with_extension("end"), "00000000000000000002 abc\n").unwrap();
    let error = verify(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::Broken { seq: 2 }), "{error}");
    // Older versions noted nothing, and a machine's end may leave nothing of it.
    std::fs::write(path.with_extension("end"), "").unwrap();
    assert_eq!(verify(&path).await.unwrap().0, 2);
    meddle(&path, "delete from entry").await.unwrap();
    let error = verify(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::NoBeginning), "{error}");
}

#[tokio::test]
async fn a_journal_that_is_not_there_is_not_made_by_looking() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.db");
    assert!(matches!(verify(&path).await, Err(JournalError::Missing(_))));
    assert!(!path.exists());
}

#[tokio::test]
async fn a_journal_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = journal(&dir).await;
    drop(store);
    meddle(&path, "pragma user_version = 99").await.unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn a_byte_that_the_disk_has_turned_is_named_and_does_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = journal(&dir).await;
    drop(store);
    let turn = "drop trigger entry_is_not_changed;
                update entry set body = cast(x'ff' || body as text) where seq = 3";
    meddle(&path, turn).await.unwrap();
    let error = verify(&path).await.unwrap_err();
    assert!(
        matches!(error, JournalError::Unreadable { seq: 3, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_journal_can_be_read_where_nothing_can_be_written_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let (path, store) = journal(&dir).await;
    store.close().await;
    // As on a disk that can only be read: SQLite gets none of its files.
    std::fs::create_dir(reader::beside(&path, "-shm")).unwrap();
    assert_eq!(verify(&path).await.unwrap().0, 3);
}

#[tokio::test]
async fn a_writer_that_was_overtaken_learns_it_from_its_first_write() {
    let dir = tempfile::tempdir().unwrap();
    let (path, mut store) = journal(&dir).await;
    let (mut other, _) = SqliteStore::open(&path).await.unwrap();
    other.append(vec![unwritten("d")]).await.unwrap();
    let error = store.append(vec![unwritten("e")]).await.unwrap_err();
    assert!(matches!(error, JournalError::LeaseLost), "{error}");
}

#[tokio::test]
async fn reading_on_after_an_entry_that_is_not_there_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _store) = journal(&dir).await;
    assert!(Reader::open_after(&path, 3).await.is_ok());
    assert!(matches!(
        Reader::open_after(&path, 4).await.err(),
        Some(JournalError::NoSuchEntry(4))
    ));
}
