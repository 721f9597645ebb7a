//! The plans that are shipped, driven for real: each against a server of its own, with stand-ins for what
//! a company has besides (a package runner, services, a cluster), once to its end and once back from the
//! middle. What the database is then is looked at from outside.

mod place;

use gonogo::plan;
use place::Place;

use crate::support::{Bench, text_of};

#[test]
fn every_shipped_plan_is_in_order_without_a_warning() {
    let bench = Bench::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 7, "{names:?}");
    let readme = std::fs::read_to_string(folder.join("../README.md")).unwrap();
    for name in &names {
        let path = folder.join(name);
        let output = bench.gonogo(&["check", path.to_str().unwrap()]);
        let said = text_of(&output);
        assert_eq!(output.status.code(), Some(0), "{name}: {said}");
        assert!(said.contains("in order"), "{name}: {said}");
        assert!(!said.contains("warning["), "{name}: {said}");
        assert!(
            readme.contains(&format!("plans/{name}")),
            "{name} is not in the README"
        );
        let opened = plan::open(name, &std::fs::read(&path).unwrap());
        let plan = opened.plan.unwrap();
        assert!(!plan.tiers.is_empty() || name == "minimal.toml", "{name}");
    }
}

#[test]
fn a_dozen_lines_add_a_column_and_take_it_away() {
    let place = Place::new("create table orders (id int); insert into orders values (1)");
    let column = "select count(*) from information_schema.columns where table_name = 'orders' and column_name = 'note'";
    let mut run = place.start("minimal.toml");
    run.drive_to("orders-can-carry-a-note");
    assert_eq!(place.value(column), "1");
    run.back(None);
    assert_eq!(place.value(column), "0");
    let mut run = place.start("minimal.toml");
    run.drive();
    assert_eq!(place.value(column), "1");
}

const LESSONS: &str = "
    create table categories (id int primary key, name text not null);
    create table lessons (id serial primary key, category_id int not null references categories);
    create index lessons_category on lessons (category_id);
    insert into categories values (1, 'a'), (2, 'b');
    insert into lessons (category_id) select 1 + i % 2 from generate_series(1, 500) i;
    create table _prisma_migrations (id text primary key default gen_random_uuid()::text, migration_name text not null, finished_at timestamptz default now(), rolled_back_at timestamptz);
    insert into _prisma_migrations (migration_name) values ('20240101_users'), ('20240102_lessons')";

const BASELINE: &str =
    "select count(*) from _prisma_migrations where migration_name = '20241031_baseline'";

/// The place in which fifteen (here: two) migrations are squashed.
fn squashed() -> Place {
    let place = Place::new(LESSONS);
    place.migration("v1", "20240101_users", "create table users (id int)");
    place.migration("v1", "20240102_lessons", "create table lessons (id int)");
    place.migration(
        "v2",
        "20241031_baseline",
        "create table categories (id int); create table lessons (id int)",
    );
    place.release("v1");
    place.answer("release", "v2");
    place.answer("previous", "v1");
    place.answer("baseline", "20241031_baseline");
    place
}

#[test]
fn squashed_migrations_are_marked_and_nothing_else_changes() {
    let place = squashed();
    let mut run = place.start("squash-migrations.toml");
    run.drive();
    assert_eq!(place.value(BASELINE), "1");
    assert_eq!(place.value("select count(*) from lessons"), "500");
    assert_eq!(place.read("release"), "v2\n");
    assert!(place.read("calls").contains("systemctl restart app"));
    assert_eq!(run.snapshot("after")["compared"]["lost"], 0);
}

#[test]
fn a_squash_is_taken_back_by_its_undos() {
    let place = squashed();
    let mut run = place.start("squash-migrations.toml");
    run.drive_to("resolve");
    assert_eq!(place.value(BASELINE), "1");
    run.back(None);
    assert_eq!(place.value(BASELINE), "0");
    assert_eq!(place.read("release"), "v1\n");
}

#[test]
fn a_squash_that_ate_rows_is_restored_from_the_dump() {
    let place = squashed();
    let mut run = place.start("squash-migrations.toml");
    run.drive_to("deploy");
    place.execute("delete from lessons where id > 7");
    run.back(Some("Restore the dump"));
    assert_eq!(place.value("select count(*) from lessons"), "500");
    assert_eq!(place.value(BASELINE), "0");
    // What went wrong is still there to be looked at.
    assert_eq!(
        place.value_in("app_failed", "select count(*) from lessons"),
        "7"
    );
    assert_eq!(place.read("release"), "v1\n");
    assert!(place.read("calls").ends_with("systemctl start app\n"));
    assert_eq!(run.snapshot("restored")["compared"]["lost"], 0);
}

const INVENTORY: &str = "
    create table products (id serial primary key, department text not null, price_cents int not null);
    create index products_department on products (department);
    insert into products (department, price_cents) select 'd' || i % 5, 100 + i from generate_series(1, 800) i";

const POPULATE: &str = "
    update products set unit_cost = price_cents / 200.0 where unit_cost is null;
    insert into budgets (department, cents) select department, sum(price_cents) from products group by 1 on conflict do nothing";

fn inventory() -> Place {
    let place = Place::new(INVENTORY);
    place.script("populate.ts", POPULATE);
    place.release("v1");
    place.answer("release", "v2");
    place
}

#[test]
fn a_schema_grows_and_is_filled_in() {
    let place = inventory();
    let mut run = place.start("migrate-and-populate.md");
    run.drive();
    assert_eq!(
        place.value("select count(*) from products where unit_cost is null"),
        "0"
    );
    assert_eq!(place.value("select count(*) from budgets"), "5");
    assert_eq!(place.read("release"), "v2\n");
}

#[test]
fn what_was_filled_in_wrongly_is_restored_from_the_dump() {
    let place = inventory();
    place.script(
        "populate.ts",
        "delete from products where department = 'd1'",
    );
    let mut run = place.start("migrate-and-populate.md");
    run.drive_to_title("Fill in costs and budgets, a thousand rows at a time");
    assert_eq!(place.value("select count(*) from products"), "640");
    run.back(Some("Full rollback"));
    assert_eq!(place.value("select count(*) from products"), "800");
    assert_eq!(place.value("select to_regclass('budgets') is null"), "true");
    assert_eq!(
        place.value_in("app_failed", "select count(*) from products"),
        "640"
    );
}

const GAME: &str = "
    create table settings (name text primary key, value text not null);
    insert into settings values ('gates', 'open');
    create table teams (id serial primary key, name text not null);
    create table players (id serial primary key, team_id int references teams);
    create table matches (id serial primary key, home int not null references teams, ended_at timestamptz);
    create index matches_home on matches (home);
    create index players_team on players (team_id);
    create table chat_lines (id serial primary key, line text);
    insert into teams (name) select 't' || i from generate_series(1, 10) i;
    insert into players (team_id) select 1 + i % 10 from generate_series(1, 110) i;
    insert into matches (home, ended_at) select 1 + i % 10, now() from generate_series(1, 300) i;
    create table _prisma_migrations (id text primary key default gen_random_uuid()::text, migration_name text not null, finished_at timestamptz default now(), rolled_back_at timestamptz);
    insert into _prisma_migrations (migration_name) values ('20250101_game')";

const SEASONS: &str = "
    create table seasons (id serial primary key, name text not null);
    insert into seasons (name) values ('2026');
    alter table matches add column season_id int;
    update matches set season_id = 1;
    alter table matches add constraint matches_season foreign key (season_id) references seasons not valid;
    alter table matches validate constraint matches_season";

const GATES: &str = "select value from settings where name = 'gates'";

fn game(seasons: &str) -> Place {
    let place = Place::new(GAME);
    place.migration("v7", "20250101_game", "select 1");
    place.migration("v7", "20250601_seasons", seasons);
    place.release("v7");
    place.answer("release", "v7");
    place.answer("previous", "v6");
    place
}

#[test]
fn a_game_gets_seasons_behind_closed_gates() {
    let place = game(SEASONS);
    let mut run = place.start("game-backend.md");
    run.drive_to_title("Apply the migrations");
    assert_eq!(place.value(GATES), "closed");
    run.drive();
    assert_eq!(place.value(GATES), "open");
    assert_eq!(
        place.value("select count(*) from matches where season_id = 1"),
        "300"
    );
    assert!(
        place
            .read("calls")
            .contains("kubectl set image deployment/game game=registry.internal/game:v7")
    );
}

#[test]
fn a_migration_that_loses_matches_stops_the_game_and_is_taken_back() {
    let place = game(&format!(
        "{SEASONS}; delete from matches where id > 200; create table extra (id int)"
    ));
    let mut run = place.start("game-backend.md");
    run.drive_to_title("Apply the migrations");
    // The comparison finds it, and the run stands still.
    let failed = run.drive_to_failure();
    assert_eq!(failed["id"], "after");
    let lost = &failed["snapshot"]["compared"]["differences"][0];
    assert_eq!(
        (&lost["name"], &lost["after"]),
        (&"matches".into(), &"200".into())
    );
    run.back(None);
    assert_eq!(place.value("select count(*) from matches"), "300");
    assert_eq!(place.value("select to_regclass('seasons') is null"), "true");
    assert_eq!(place.value(GATES), "open");
    assert!(
        place
            .read("calls")
            .contains("game=registry.internal/game:v6")
    );
}

const GUESTS: &str = "
    create table guests (id serial primary key, name text not null);
    create table bookings (id serial primary key, guest_id int not null references guests);
    create index bookings_guest on bookings (guest_id);
    insert into guests (name) select 'g' || i from generate_series(1, 250) i;
    insert into bookings (guest_id) select 1 + i % 250 from generate_series(1, 900) i";

fn guests() -> Place {
    let place = Place::new(GUESTS);
    let fill = "update guests set email = name || '@guests.example' where email is null";
    place.script("fill-emails.ts", fill);
    place.release("v3");
    place.answer("release", "v4");
    place.answer("previous", "v3");
    place
}

const EMAILS: &str = "select count(*) from information_schema.columns where table_name = 'guests' and column_name = 'email'";

#[test]
fn each_strategy_comes_to_its_end() {
    for (phase, called, not) in [
        ("3", "deployment/guests-green", "guests-canary"),
        ("4", "deployment/guests-canary", "guests-green"),
        ("5", "deployment/guests --replicas=0", "guests-canary"),
    ] {
        let place = guests();
        let mut run = place.start("release-strategies.toml");
        run.choose(phase);
        run.drive();
        assert_eq!(place.value(EMAILS), "1", "{phase}");
        assert_eq!(
            place.value("select count(*) from pg_index where not indisvalid"),
            "0"
        );
        let calls = place.read("calls");
        assert!(
            calls.contains(called) && !calls.contains(not),
            "{phase}: {calls}"
        );
    }
}

#[test]
fn a_release_is_undone_step_by_step_traffic_first_schema_last() {
    let place = guests();
    let mut run = place.start("release-strategies.toml");
    run.choose("3");
    run.drive_to("switch");
    assert_eq!(place.value(EMAILS), "1");
    run.back(Some("Step by step"));
    assert_eq!(place.value(EMAILS), "0");
    assert_eq!(
        place.value("select to_regclass('guests_by_email') is null"),
        "true"
    );
    let calls = place.read("calls");
    let (_, back) = calls.split_once("\"green\"").unwrap();
    let (traffic, machines) = (back.find("\"blue\""), back.find("--replicas=0"));
    assert!(traffic.is_some() && traffic < machines, "{calls}");
    assert_eq!(run.snapshot("undone")["compared"]["lost"], 0);
}

fn files() -> Place {
    let place = Place::new("");
    place.migration("v2", "20260101_products", "create table products (sku text primary key, name text not null, cents int not null check (cents >= 0)); create index products_name on products (name)");
    place.release("v1");
    place.write("release-migrations", "v2\n");
    for (file, skus) in [("tools", 1..=30), ("toys", 31..=45)] {
        let lines =
            skus.map(|n| format!("{{\"sku\": \"s{n}\", \"name\": \"n{n}\", \"cents\": {n}}}\n"));
        place.write(
            &format!("data/products/{file}.json"),
            &lines.collect::<String>(),
        );
    }
    place.answer("release", "v2");
    place.answer("previous", "v1");
    place
}

#[test]
fn files_move_into_the_database() {
    let place = files();
    let mut run = place.start("files-to-database.toml");
    run.drive();
    assert_eq!(place.value("select count(*) from products"), "45");
    assert_eq!(place.read("release"), "v2\n");
}

#[test]
fn before_the_switch_the_way_back_is_to_the_files() {
    let place = files();
    let before = place.read("data/products/toys.json");
    let mut run = place.start("files-to-database.toml");
    run.drive_to("imported");
    assert_eq!(place.value("select count(*) from products"), "45");
    run.back(Some("Back to the files"));
    assert_eq!(
        place.value("select to_regclass('products') is null"),
        "true"
    );
    assert_eq!(place.read("data/products/toys.json"), before);
    assert_eq!(place.read("release"), "v1\n");
    assert!(place.read("calls").contains("systemctl start catalogue"));
}
