use proptest::prelude::*;

use super::*;
use crate::journal::event::Fortune;
use crate::plan::{Aspect, Flaw, Kept};

fn table(rows: u64) -> Table {
    Table {
        sort: Sort::Table,
        partitions: 0,
        rows: Rows::Counted(rows),
        bytes: Some(8192),
        columns: [(
            "id".to_owned(),
            Column {
                of_type: "integer".to_owned(),
                not_null: true,
                default: None,
            },
        )]
        .into(),
        indexes: [(
            "t_id".to_owned(),
            Index {
                definition: "CREATE INDEX t_id ON public.t USING btree (id)".to_owned(),
                valid: true,
            },
        )]
        .into(),
        constraints: [(
            "t_fk".to_owned(),
            Constraint {
                foreign_key: true,
                definition: "FOREIGN KEY (id) REFERENCES public.u(id)".to_owned(),
                validated: true,
            },
        )]
        .into(),
        unread: false,
    }
}

fn sequence(last: i64) -> Sequence {
    Sequence {
        last: Some(last),
        descends: false,
        hidden: None,
    }
}

fn picture(name: &str, tables: Vec<(&str, Table)>) -> Picture {
    let tables = tables
        .into_iter()
        .map(|(name, table)| (name.to_owned(), table));
    Picture {
        version: VERSION,
        name: name.to_owned(),
        taken: "2026-11-21T02:34:05.120Z".to_owned(),
        databases: vec![DatabasePicture {
            name: "main".to_owned(),
            server: "17.2".to_owned(),
            tables: tables.collect(),
            sequences: [("public.t_seq".to_owned(), sequence(7))].into(),
        }],
    }
}

fn before() -> Picture {
    picture(
        "before",
        vec![
            ("public.t", table(1000)),
            ("public.u", table(20)),
            ("audit.log", table(5)),
        ],
    )
}

/// What `change` makes of it, as the step prints it, without colours.
fn printed(change: impl FnOnce(&mut DatabasePicture)) -> String {
    let (earlier, mut now) = (before(), before());
    now.name = "after".to_owned();
    change(&mut now.databases[0]);
    let changes = compare(Some(&earlier), &now);
    let text = print(&now, Some(&earlier), &changes);
    ["31", "32", "33", "0"].iter().fold(text, |text, code| {
        text.replace(&format!("\u{1b}[{code}m"), "")
    })
}

fn unmet(kept: &Kept, change: impl FnOnce(&mut DatabasePicture)) -> Vec<String> {
    let (earlier, mut now) = (before(), before());
    change(&mut now.databases[0]);
    let changes = compare(Some(&earlier), &now);
    let findings = verdict(&now, &changes, Some(kept));
    let unmet = findings.into_iter().filter(|finding| !finding.met);
    unmet
        .map(|f| format!("{}: {}", f.expected, f.got))
        .collect()
}

fn keeps(aspects: &[Aspect]) -> Kept {
    Kept {
        keeps: aspects.to_vec(),
        ..Kept::default()
    }
}

fn of<'d>(database: &'d mut DatabasePicture, name: &str) -> &'d mut Table {
    database.tables.get_mut(name).unwrap()
}

#[test]
fn nothing_changed_is_said_in_one_line() {
    let text = printed(|_| {});
    assert!(
        text.ends_with("compared with \"before\": everything as it was\n"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn everything_that_can_become_of_a_database_has_its_line_the_worst_last() {
    let text = printed(|database| {
        database.tables.remove("audit.log");
        database.tables.insert("public.new".to_owned(), table(3));
        of(database, "public.u").rows = Rows::Unknown("it is locked".to_owned());
        let t = of(database, "public.t");
        t.rows = Rows::Counted(999);
        t.bytes = Some(80_000_000);
        t.indexes.get_mut("t_id").unwrap().valid = false;
        t.constraints.clear();
        t.constraints.insert(
            "t_check".to_owned(),
            Constraint {
                foreign_key: false,
                definition: "CHECK ((id > 0)) NOT VALID".to_owned(),
                validated: false,
            },
        );
        t.columns.get_mut("id").unwrap().of_type = "bigint".to_owned();
        database
            .sequences
            .insert("public.t_seq".to_owned(), sequence(3));
    });
    insta::assert_snapshot!(text);
}

#[test]
fn a_picture_by_itself_shows_its_tables() {
    let mut picture = before();
    let log = of(&mut picture.databases[0], "audit.log");
    log.partitions = 12;
    log.rows = Rows::LeftOut("the plan leaves it out".to_owned());
    of(&mut picture.databases[0], "public.u").rows = Rows::Unknown("permission denied".to_owned());
    let evil = "public.a\u{1b}[2Jb\nc";
    picture.databases[0]
        .tables
        .insert(evil.to_owned(), table(1));
    insta::assert_snapshot!(print(&picture, None, &compare(None, &picture)));
}

#[test]
fn with_a_table_goes_all_that_it_has() {
    let gone = |database: &mut DatabasePicture| drop(database.tables.remove("public.t"));
    for aspect in Aspect::ALL {
        let expected = !matches!(aspect, Aspect::Constraints | Aspect::Sequences);
        assert_eq!(
            !unmet(&keeps(&[aspect]), gone).is_empty(),
            expected,
            "{aspect:?}"
        );
    }
}

#[test]
fn a_partition_is_lost_even_if_it_had_no_rows() {
    let mut earlier = before();
    of(&mut earlier.databases[0], "public.t").partitions = 3;
    let with = |partitions, kept: &[Aspect]| {
        let mut now = before();
        of(&mut now.databases[0], "public.t").partitions = partitions;
        let changes = compare(Some(&earlier), &now);
        let findings = verdict(&now, &changes, Some(&keeps(kept)));
        findings.iter().all(|finding| finding.met)
    };
    assert!(!with(2, &[Aspect::Tables]));
    assert!(with(2, &[Aspect::Rows]));
    for more in [3, 4] {
        assert!(with(more, &[Aspect::Tables]), "{more}");
    }
}

#[test]
fn a_table_that_never_had_a_row_loses_none() {
    let (mut earlier, mut now) = (before(), before());
    earlier.databases[0]
        .tables
        .insert("public.e".to_owned(), table(0));
    now.databases[0].tables.remove("public.e");
    let changes = compare(Some(&earlier), &now);
    let lost = |aspect| {
        let findings = verdict(&now, &changes, Some(&keeps(&[aspect])));
        findings.iter().any(|finding| !finding.met)
    };
    assert!(!lost(Aspect::Rows));
    assert!(lost(Aspect::Tables));
}

#[test]
fn more_is_not_lost_and_not_the_same() {
    let more = |database: &mut DatabasePicture| {
        of(database, "public.t").rows = Rows::Counted(1001);
        database
            .sequences
            .insert("public.t_seq".to_owned(), sequence(8));
    };
    assert_eq!(unmet(&keeps(&Aspect::ALL), more), [""; 0]);
    let same = Kept {
        same: Aspect::ALL.to_vec(),
        ..Kept::default()
    };
    assert_eq!(
        unmet(&same, more),
        ["nothing lost, gained or changed: rows t 1,000 → 1,001, sequence t_seq 7 → 8"]
    );
}

#[test]
fn what_could_not_be_counted_is_never_taken_for_kept() {
    let locked = |database: &mut DatabasePicture| {
        of(database, "public.t").rows = Rows::Unknown("it is locked".to_owned());
    };
    let said = unmet(&keeps(&[Aspect::Rows]), locked);
    assert_eq!(
        said,
        [
            "every table counted: 1 of 3 not: t (it is locked)",
            "no rows lost: rows t 1,000 → not counted: it is locked",
        ]
    );
    assert_eq!(unmet(&keeps(&[Aspect::Columns]), locked).len(), 1);
}

#[test]
fn what_could_not_be_read_is_not_taken_for_changed() {
    let locked = |database: &mut DatabasePicture| {
        let table = of(database, "public.t");
        table.unread = true;
        table.columns.get_mut("id").unwrap().default = None;
        table.indexes.get_mut("t_id").unwrap().definition.clear();
    };
    let text = printed(locked);
    assert!(
        text.starts_with("unknown  definitions  t  read → locked\n\n"),
        "{text}"
    );
    assert_eq!(unmet(&keeps(&[Aspect::Indexes]), locked).len(), 1);
    assert_eq!(unmet(&keeps(&[Aspect::Rows]), locked).len(), 0);
}

#[test]
fn tables_that_are_meant_to_change_are_left_aside() {
    let mut kept = keeps(&Aspect::ALL);
    let shorter = |database: &mut DatabasePicture| {
        of(database, "public.t").rows = Rows::Counted(1);
        database.tables.remove("audit.log");
    };
    kept.except = vec!["t".to_owned(), "audit.*".to_owned()];
    assert_eq!(unmet(&kept, shorter), [""; 0]);
    kept.except.pop();
    assert_eq!(
        unmet(&kept, shorter),
        ["nothing lost, t aside: table audit.log"]
    );
}

#[test]
fn flaws_are_told_apart() {
    let flawed = |database: &mut DatabasePicture| {
        let table = of(database, "public.t");
        table.indexes.get_mut("t_id").unwrap().valid = false;
        table.constraints.get_mut("t_fk").unwrap().validated = false;
    };
    for (flaw, got) in [
        (Flaw::InvalidIndexes, "no invalid indexes: index t_id"),
        (
            Flaw::UnvalidatedConstraints,
            "no unvalidated constraints: foreign key t.t_fk",
        ),
    ] {
        let kept = Kept {
            none: vec![flaw],
            ..Kept::default()
        };
        assert_eq!(unmet(&kept, flawed), [got]);
    }
}

fn any_table() -> impl Strategy<Value = Table> {
    (any::<u32>(), any::<bool>(), any::<bool>(), "[a-z ]{0,9}").prop_map(
        |(rows, known, valid, text)| {
            let mut table = table(rows.into());
            if !known {
                table.rows = Rows::Unknown(text.clone());
                table.bytes = None;
            }
            table.indexes.get_mut("t_id").unwrap().valid = valid;
            table.columns.get_mut("id").unwrap().default = known.then_some(text);
            table
        },
    )
}

fn any_picture() -> impl Strategy<Value = Picture> {
    let tables = proptest::collection::btree_map("(public|a)\\.[a-z\"]{1,3}", any_table(), 0..8);
    tables.prop_map(|tables| {
        let mut picture = before();
        picture.databases[0].tables = tables;
        picture
    })
}

proptest! {
    #[test]
    fn what_is_stored_is_what_was_seen(picture in any_picture()) {
        let json = serde_json::to_string(&picture).unwrap();
        prop_assert_eq!(serde_json::from_str::<Picture>(&json).unwrap(), picture);
    }

    #[test]
    fn lost_and_gained_mirror_each_other(one in any_picture(), other in any_picture()) {
        let count = |changes: Vec<super::compare::Change>, fortune| {
            let is = |change: &&super::compare::Change| change.line.fortune == fortune;
            changes.iter().filter(is).count()
        };
        let (there, back) = (compare(Some(&one), &other), compare(Some(&other), &one));
        prop_assert_eq!(count(there.clone(), Fortune::Lost), count(back.clone(), Fortune::Gained));
        prop_assert_eq!(count(there, Fortune::Changed), count(back, Fortune::Changed));
    }

    #[test]
    fn the_same_picture_keeps_everything_that_is_known(picture in any_picture()) {
        let known = picture.databases[0].tables.values().all(|t| matches!(t.rows, Rows::Counted(_)));
        let changes = compare(Some(&picture), &picture);
        let same = Kept { same: Aspect::ALL.to_vec(), ..Kept::default() };
        let met = verdict(&picture, &changes, Some(&same)).iter().all(|f| f.met);
        prop_assert_eq!(met, known);
    }
}
