use super::*;

/// Every change there is. The match makes sure that none is missing.
fn changes() -> Vec<Change> {
    let all = [
        Change::Started,
        Change::Passed,
        Change::Failed,
        Change::FailedOnTheWayBack,
        Change::Lost,
        Change::Sought,
        Change::Found,
        Change::Settled,
        Change::Skipped,
        Change::Condemned,
        Change::Reopened,
        Change::ReopenedFailed,
        Change::ReopenedUnknown,
        Change::UndoStarted,
        Change::UndoFound,
        Change::Undone,
        Change::UndoFailed,
        Change::UndoSettled,
    ];
    for change in all {
        match change {
            Change::Started
            | Change::Passed
            | Change::Failed
            | Change::FailedOnTheWayBack
            | Change::Lost
            | Change::Sought
            | Change::Found
            | Change::Settled
            | Change::Skipped
            | Change::Condemned
            | Change::Reopened
            | Change::ReopenedFailed
            | Change::ReopenedUnknown
            | Change::UndoStarted
            | Change::UndoFound
            | Change::Undone
            | Change::UndoFailed
            | Change::UndoSettled => {}
        }
    }
    all.to_vec()
}

/// Whatever is not in this table can't happen.
#[test]
fn the_table_of_all_legal_changes() {
    let mut table = String::new();
    for from in Status::ALL {
        for change in changes() {
            if let Ok(to) = from.after(change) {
                table.push_str(&format!("{from} {change:?} {to}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_illegal_change_says_what_it_was() {
    for from in Status::ALL {
        for change in changes() {
            if let Err(illegal) = from.after(change) {
                assert_eq!(illegal, Illegal { from, change });
            }
        }
    }
}

#[test]
fn an_unknown_outcome_is_left_only_by_what_becomes_known_or_by_a_person() {
    let out: Vec<Change> = changes()
        .into_iter()
        .filter(|&change| {
            Status::Unknown
                .after(change)
                .is_ok_and(|to| to != Status::Unknown)
        })
        .collect();
    let known = [
        Change::Passed,
        Change::Failed,
        Change::FailedOnTheWayBack,
        Change::Found,
    ];
    let person = [
        Change::Started,
        Change::Settled,
        Change::Skipped,
        Change::Condemned,
        Change::UndoStarted,
        Change::UndoSettled,
    ];
    assert!(
        out.iter().all(|c| known.contains(c) || person.contains(c)),
        "{out:?}"
    );
}

#[test]
fn nothing_becomes_unknown_that_was_not_begun() {
    for from in Status::ALL {
        let lost = from.after(Change::Lost).is_ok();
        assert_eq!(
            lost,
            matches!(from, Status::Running | Status::Unknown),
            "{from}"
        );
    }
}

#[test]
fn nothing_runs_twice_at_once_and_what_passed_is_not_run_again() {
    for active in [Status::Running, Status::Undoing] {
        assert!(active.after(Change::Started).is_err());
        assert!(active.after(Change::UndoStarted).is_err());
    }
    assert!(Status::Passed.after(Change::Started).is_err());
    assert!(Status::Undone.after(Change::UndoStarted).is_err());
}

#[test]
fn what_was_undone_stays_undone() {
    for change in changes() {
        assert!(Status::Undone.after(change).is_err(), "{change:?}");
    }
}

#[test]
fn a_failed_undo_is_stuck_until_a_person_decides_or_its_end_is_found() {
    assert_eq!(Status::Undoing.after(Change::UndoFailed), Ok(Status::Stuck));
    assert_eq!(
        Status::Stuck.after(Change::UndoStarted),
        Ok(Status::Undoing)
    );
    assert_eq!(Status::Stuck.after(Change::UndoSettled), Ok(Status::Undone));
    assert_eq!(Status::Stuck.after(Change::Undone), Ok(Status::Undone));
    assert!(Status::Stuck.after(Change::Skipped).is_err());
    assert!(Status::Stuck.after(Change::Reopened).is_err());
}

#[test]
fn every_status_can_be_reached_and_left_but_for_the_end() {
    for status in Status::ALL {
        let arrivals = Status::ALL
            .into_iter()
            .flat_map(|from| changes().into_iter().map(move |change| (from, change)));
        let reached = arrivals
            .filter(|&(from, change)| from != status && from.after(change) == Ok(status))
            .count();
        let left = changes()
            .into_iter()
            .filter(|&change| status.after(change).is_ok_and(|to| to != status))
            .count();
        assert!(reached > 0, "{status} can't be reached");
        assert_eq!(left == 0, status == Status::Undone, "{status}");
    }
}
