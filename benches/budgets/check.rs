//! `gonogo check` of large runbooks and of many migrations, the whole process.

use std::process::Stdio;
use std::time::Duration;

use crate::figures::Figures;
use crate::runbook;
use crate::support::Bench;

/// How many migrations a folder has that has grown for years.
const MIGRATIONS: usize = 800;

pub fn measure() {
    runbooks();
    migrations();
}

fn runbooks() {
    let bench = Bench::new();
    for (megabytes, budget) in [(1, 50), (10, 500)] {
        let bytes = megabytes << 20;
        let ordinary = [
            ("runbooks", runbook::chapters(bytes)),
            ("task items", runbook::checklist(bytes)),
        ];
        for (name, text) in ordinary.into_iter().chain(runbook::hostile(bytes)) {
            bench.write("large.md", &text);
            for format in ["human", "json"] {
                let mut program = bench.program(&["check", "large.md", "--format", format]);
                program.stdout(Stdio::null());
                let figures = Figures::of(100 / megabytes, || {
                    program.status().unwrap();
                });
                let what = format!("check of {megabytes} MB of {name}, {format}");
                figures.tell(&what, Duration::from_millis(budget));
            }
        }
    }
}

/// A folder of migrations, each with what such files hold.
fn migrations() {
    let bench = Bench::new();
    for n in 0..MIGRATIONS {
        let dir = bench.path(&format!(
            "migrations/{:014}_step_{n}",
            20_200_101_000_000_u64 + n as u64
        ));
        std::fs::create_dir_all(&dir).unwrap();
        let sql = format!(
            "-- Step {n}\n\
             create table kind_{n} (id bigint primary key, name text not null, made timestamptz default now());\n\
             create index kind_{n}_name on kind_{n} (name);\n\
             alter table orders add column kind_{n}_id bigint references kind_{n} (id);\n\
             create index orders_kind_{n} on orders (kind_{n}_id);\n\
             insert into kind_{n} values (1, 'it''s; one'), (2, 'two');\n\
             update orders set kind_{n}_id = 1 where kind_{n}_id is null;\n"
        );
        std::fs::write(dir.join("migration.sql"), sql).unwrap();
    }
    for format in ["human", "json"] {
        let mut program = bench.program(&["check", "migrations", "--format", format]);
        program.stdout(Stdio::null());
        let figures = Figures::of(10, || {
            program.status().unwrap();
        });
        let what = format!("check of {MIGRATIONS} migrations, {format}");
        figures.tell(&what, Duration::from_secs(1));
    }
}
