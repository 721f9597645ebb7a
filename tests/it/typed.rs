//! `gonogo import` and `gonogo fmt`: runbooks made into typed plans, and how those are laid out.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{Bench, text_of};

const RUNBOOK: &str = "# Go\n\n## Deployment\n\n- [ ] Migrate\n\n  ```bash\n  cd app\n  npx --no prisma migrate deploy\n  ```\n\n## Rollback\n\n- [ ] Stop the shop\n";

/// The exit code, and what was printed.
fn told(bench: &Bench, args: &[&str]) -> (Option<i32>, String) {
    let output = bench.gonogo(args);
    (output.status.code(), text_of(&output))
}

#[test]
fn the_shipped_plans_are_laid_out() {
    let bench = Bench::new();
    let plans = concat!(env!("CARGO_MANIFEST_DIR"), "/plans");
    let paths = fs::read_dir(plans)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let typed: Vec<String> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    assert!(typed.len() >= 3, "{typed:?}");
    for path in typed {
        let (code, text) = told(&bench, &["fmt", "--check", &path]);
        assert_eq!(code, Some(0), "{path}: {text}");
    }
}

#[test]
fn an_imported_runbook_is_in_order_and_laid_out() {
    let bench = Bench::new();
    bench.write("go.md", RUNBOOK);
    let output = bench.gonogo(&["import", "go.md"]);
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("shell = '''\ncd app\nnpx --no prisma migrate deploy'''"));
    assert_eq!(
        told(&bench, &["import", "go.md", "--output", "go.toml"]).0,
        Some(0)
    );
    assert_eq!(bench.read("go.toml"), printed);
    let (code, text) = told(&bench, &["check", "go.toml"]);
    assert!(code == Some(0) && text.contains("in order"), "{text}");
    let (code, text) = told(&bench, &["fmt", "--check", "go.toml"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn an_import_overwrites_nothing_and_says_why_it_can_not_be() {
    let bench = Bench::new();
    bench.write("go.md", RUNBOOK);
    bench.write("mine.toml", "title = 'mine'\n");
    bench.write("prose.md", "# Nothing to do\n");
    bench.write("broken.md", "+++\ntitle = = 1\n+++\n# T\n");
    for (args, words) in [
        (
            &["import", "go.md", "-o", "mine.toml"][..],
            "is there already",
        ),
        (&["import", "mine.toml"], "a typed plan already"),
        (&["import", "prose.md"], "nothing to do"),
        (&["import", "broken.md"], "broken.md:2:"),
        (&["import", "none.md"], "failed to read none.md"),
    ] {
        let (code, text) = told(&bench, args);
        assert!(code == Some(2) && text.contains(words), "{args:?}: {text}");
    }
    assert_eq!(bench.read("mine.toml"), "title = 'mine'\n");
}

#[test]
fn a_plan_is_laid_out_in_place_and_stays_who_it_was() {
    let bench = Bench::new();
    let plan = bench.write("real.toml", "title='Go'   # why\n[[phase]]\nname   = 'a'\n");
    fs::set_permissions(&plan, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.toml", bench.path("link.toml")).unwrap();
    let (code, text) = told(&bench, &["fmt", "--check", "link.toml"]);
    assert_eq!((code, text.trim()), (Some(1), "link.toml"));
    assert!(bench.read("real.toml").starts_with("title='Go'"));
    assert_eq!(
        told(&bench, &["fmt", "link.toml"]),
        (Some(0), String::new())
    );
    assert_eq!(
        bench.read("real.toml"),
        "title = \"Go\"  # why\n\n[[phase]]\nname = \"a\"\n"
    );
    assert!(
        fs::symlink_metadata(bench.path("link.toml"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(
        fs::metadata(&plan).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(told(&bench, &["fmt", "--check", "link.toml"]).0, Some(0));
}

#[test]
fn what_has_mistakes_or_is_markdown_is_left_as_it_is() {
    let bench = Bench::new();
    bench.write("bad.toml", "title='Go\nx = 1\n");
    bench.write("go.md", RUNBOOK);
    let (code, text) = told(&bench, &["fmt", "bad.toml"]);
    assert!(code == Some(2) && text.contains("bad.toml:1:"), "{text}");
    assert_eq!(bench.read("bad.toml"), "title='Go\nx = 1\n");
    let (code, text) = told(&bench, &["fmt", "go.md"]);
    assert!(code == Some(0) && text.contains("is Markdown"), "{text}");
    assert_eq!(bench.read("go.md"), RUNBOOK);
}

#[test]
fn what_is_write_protected_or_of_another_program_is_left_as_it_is() {
    let bench = Bench::new();
    let own = "title='Go'\n[[phase]]\nname   = 'a'\n";
    let plan = bench.write("mine.toml", own);
    fs::set_permissions(&plan, fs::Permissions::from_mode(0o444)).unwrap();
    let other = "[package]\nname='x'\n";
    bench.write("Cargo.toml", other);
    for (file, text, words) in [
        ("mine.toml", own, "it is write-protected"),
        ("Cargo.toml", other, "Cargo.toml is no plan"),
    ] {
        let (code, said) = told(&bench, &["fmt", file]);
        assert!(code == Some(2) && said.contains(words), "{said}");
        assert_eq!(bench.read(file), text);
    }
    // A part that plans include has no title, and may have no steps.
    bench.write("part.toml", "[vars]\na='1'\n");
    assert_eq!(told(&bench, &["fmt", "part.toml"]).0, Some(0));
}

#[test]
fn a_folder_is_not_taken_for_a_runbook_that_is_laid_out() {
    let bench = Bench::new();
    bench.write("go.md", RUNBOOK);
    let (code, text) = told(&bench, &["fmt", "--check", "."]);
    assert!(code == Some(2) && text.contains("is a directory"), "{text}");
    assert_eq!(told(&bench, &["fmt", "--check", "go.md"]).0, Some(0));
}
