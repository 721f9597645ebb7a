//! Traps in what commands are given by the script itself, in what is measured, and in what people are told to run.

use super::{Severity, codes, fine, found, open, trap, traps};

#[test]
fn what_a_function_of_the_script_is_given_is_run() {
    trap(
        "psql-hides-errors",
        &[
            "retry() { \"$@\" || \"$@\"; }\nretry psql shop -f 042.sql",
            "retry() { until \"$@\"; do sleep 2; done; }\nretry psql shop -f 042.sql",
            "retry() { local n=$1; shift; timeout 60 \"$@\"; }\nretry 3 psql shop -f 042.sql",
        ],
    );
    fine(
        "psql-hides-errors",
        &[
            "say() { echo \"$1\"; }\nsay psql shop -f 042.sql",
            "retry() { shift; \"$@\"; }\nretry psql echo shop -f 042.sql",
            "retry() { \"$@\"; }\nretry psql -v ON_ERROR_STOP=1 shop -f 042.sql",
        ],
    );
}

#[test]
fn a_script_that_was_written_before_is_read_where_it_is_run() {
    trap(
        "psql-hides-errors",
        &[
            "cat > /tmp/apply.sh <<'S'\n#!/bin/bash\npsql shop -f /srv/042.sql\nS\nbash /tmp/apply.sh",
            "cat > apply.sh <<'S'\npsql shop -f /srv/042.sql\nS\nchmod +x apply.sh\nsudo ./apply.sh",
            "tee apply.sh > /dev/null <<'S'\npsql shop -f /srv/042.sql\nS\n. ./apply.sh",
        ],
    );
    fine(
        "psql-hides-errors",
        &[
            "cat > /tmp/apply.sh <<'S'\npsql shop -f /srv/042.sql\nS\nless /tmp/apply.sh",
            "cat > /tmp/apply.sh <<'S'\npsql shop -f /srv/042.sql\nS\nssh db1 bash /tmp/apply.sh",
            "cat > /tmp/apply.sh <<'S'\npsql -v ON_ERROR_STOP=1 shop -f a.sql\nS\nbash /tmp/apply.sh",
        ],
    );
    // One that runs itself ends all the same.
    let all = format!("cat > a.sh <<'S'\n{}S\nbash a.sh", "bash a.sh\n".repeat(50));
    fine("psql-hides-errors", &[&all]);
}

#[test]
fn a_file_that_stops_by_itself_stays_so_however_often_it_is_run() {
    let written = "cat > fix.sql <<'EOF'\n\\set ON_ERROR_STOP on\nupdate a set b = 1;\nEOF\n";
    let twice = format!("{written}psql -f fix.sql\npsql -f fix.sql");
    fine("psql-hides-errors", &[&twice]);
    let changed = format!("{written}psql -f fix.sql\nsed -i 's/on/off/' fix.sql\npsql -f fix.sql");
    trap("psql-hides-errors", &[&changed]);
}

#[test]
fn what_a_client_of_a_platform_reads_is_a_script_as_well() {
    trap(
        "psql-hides-errors",
        &[
            "heroku pg:psql -a shop < fix.sql",
            "heroku pg:psql -a shop -f fix.sql",
        ],
    );
    fine(
        "psql-hides-errors",
        &[
            "heroku pg:psql -a shop -c 'select 1'",
            "heroku pg:psql -a shop <<'SQL'\n\\set ON_ERROR_STOP on\nupdate a set b = 1;\nSQL",
            "heroku pg:info -a shop < fix.sql",
        ],
    );
    fine(
        "interactive-command",
        &["heroku pg:psql -a shop -f fix.sql"],
    );
    trap("interactive-command", &["heroku pg:psql -a shop"]);
}

#[test]
fn a_data_directory_is_known_by_the_name_of_its_variable_whatever_that_holds() {
    trap("deletes-data", &["PGDATA=/srv/pg; rm -rf $PGDATA"]);
    fine("deletes-data", &["PGDATA=/tmp/pg.41; rm -rf $PGDATA"]);
}

#[test]
fn make_that_goes_on_after_failures_ignores_that_of_a_migration() {
    trap("failure-ignored", &["make migrate -i", "make -ki migrate"]);
    fine(
        "failure-ignored",
        &[
            "make migrate",
            "make -k migrate",
            "make -C api.d migrate",
            "make -i lint",
        ],
    );
}

#[test]
fn an_answer_that_is_only_kept_in_a_variable_proves_nothing() {
    trap(
        "curl-hides-errors",
        &[
            "BODY=$(curl -s https://shop.example/health)\necho \"$BODY\"",
            "resp=$(curl -s -X POST https://shop.example/maintenance/on)",
        ],
    );
    fine(
        "curl-hides-errors",
        &[
            "BODY=$(curl -fsS https://shop.example/health)\necho \"$BODY\"",
            "BODY=$(curl -s https://shop.example/health)\n[ \"$BODY\" = ok ]",
            "BODY=$(curl -s https://shop.example/health)\necho \"$BODY\" | jq -e .ok",
            "TOKEN=$(curl -s https://shop.example/token)\n./deploy.sh --token \"$TOKEN\"",
            "TOKEN=$(curl -s https://shop.example/token)\nexport TOKEN",
            "s=; while [ \"$s\" != ok ]; do s=$(curl -s https://shop.example/health); done",
        ],
    );
}

#[test]
fn what_stands_for_a_value_is_code_where_another_shell_reads_it() {
    trap(
        "value-as-code",
        &[
            "ssh app1 \"docker pull shop:<release-tag>\"",
            "TAG=<release-tag>\nssh app1 \"docker pull shop:$TAG\"",
            "kubectl exec deploy/shop -- sh -c \"echo <release-tag> > /tmp/tag\"",
        ],
    );
    fine(
        "value-as-code",
        &[
            "docker pull shop:<release-tag>",
            "ssh <app-host> 'systemctl restart shop'",
        ],
    );
}

#[test]
fn protection_is_switched_off_by_options_and_files_as_well() {
    trap(
        "protection-off",
        &[
            "PGOPTIONS='-c session_replication_role=replica' psql -X -v ON_ERROR_STOP=1 -f fix.sql shop",
            "export PGOPTIONS='-c session_replication_role=replica'",
            "docker run -d postgres:16 -c fsync=off",
            "postgres -D /srv/pg --full_page_writes=off",
            "echo \"fsync = off\" >> /etc/postgresql/16/main/postgresql.conf",
        ],
    );
    fine(
        "protection-off",
        &[
            "PGOPTIONS='-c lock_timeout=2s' psql -X -v ON_ERROR_STOP=1 -f fix.sql shop",
            "docker run -d postgres:16 -c fsync=on",
            "docker run -d --name test postgres:16 -c fsync=off",
            "echo \"fsync = off\"",
            "./configure.sh -c fsync=off",
            "pg_restore --data-only --disable-triggers -e -d shop_new x.dump",
        ],
    );
}

#[test]
fn what_is_asked_again_and_again_never_ends_and_what_is_answered_does() {
    trap(
        "interactive-command",
        &[
            "psql shop -c '\\watch 5'",
            "psql -v ON_ERROR_STOP=1 shop <<'SQL'\nselect 1 \\watch 2\nSQL",
            "ssh-keygen -t ed25519",
        ],
    );
    fine(
        "interactive-command",
        &[
            "psql -v ON_ERROR_STOP=1 shop <<'SQL'\nselect 1 \\watch i=2 c=3\nSQL",
            "ssh-keygen -t ed25519 -N '' -f key",
            "ssh-keygen -lf key.pub",
            "yes | heroku pg:reset DATABASE -a shop",
        ],
    );
}

#[test]
fn all_databases_are_dumped_as_sql() {
    trap("dump-options", &["pg_dumpall -Fc -f /backups/all.dump"]);
    fine(
        "dump-options",
        &[
            "pg_dumpall -f /backups/all.sql",
            "pg_dumpall -Fp -f /backups/all.sql",
        ],
    );
}

#[test]
fn an_archive_is_known_by_the_variable_that_names_it() {
    let plan = |back: &str| {
        format!(
            "# Plan\n\n## Deployment\n\n```bash\nBK=/backups/pre.bin\npg_dump -Fc -d shop > \"$BK\"\n```\n\n## Rollback\n\n```bash\n{back}\n```\n"
        )
    };
    let tool = |back: &str| {
        let found = traps(&plan(back));
        found.iter().any(|(code, _)| *code == "wrong-restore-tool")
    };
    assert!(tool(
        "cat /backups/pre.bin | psql -X -1 -v ON_ERROR_STOP=1 shop_new"
    ));
    assert!(!tool("pg_restore -e -d shop_new /backups/pre.bin"));
    assert!(!tool(
        "cat /backups/pre.sql | psql -X -1 -v ON_ERROR_STOP=1 shop_new"
    ));
}

#[test]
fn a_probe_takes_no_error_page_for_an_answer() {
    let probe = |command: &str| {
        let plan = format!(
            "title = \"x\"\nenvironment = \"production\"\n[[phase]]\nname = \"D\"\nkind = \"deploy\"\ngate = true\n[[phase.step]]\ntitle = \"a\"\nshell = \"./deploy.sh\"\nundo = {{ shell = \"./undo.sh\" }}\n[[probe]]\nname = \"shop\"\ncommand = '''{command}'''\n"
        );
        found(&open("plan.toml", plan.as_bytes()), Severity::Warning)
    };
    let said = probe("curl -s https://shop.example/health && echo 1");
    let place = "curl -s https://shop.example/health".to_owned();
    assert_eq!(said, [("curl-hides-errors", place)]);
    assert_eq!(probe("curl -fsS https://shop.example/health && echo 1"), []);
    let code = "curl -s -o /dev/null -w \"%{http_code}\" https://shop.example/health";
    assert_eq!(probe(code), []);
}

/// What is found in a runbook with this text below its deployment, notes included, without what it says of the reading.
fn told(text: &str) -> Vec<(&'static str, String)> {
    let plan = format!("# Plan\n\n## Deployment\n\n```bash\n./deploy.sh\n```\n\n{text}\n");
    let mut found = found(&open("runbook.md", plan.as_bytes()), Severity::Note);
    found.retain(|(code, _)| super::super::CODES.contains(code));
    found
}

#[test]
fn a_command_that_a_person_is_told_to_run_is_looked_at() {
    let fix = || ("psql-hides-errors", "psql shop < fix.sql".to_owned());
    for text in [
        "- [ ] Apply the fix: `psql shop < fix.sql`",
        "- [ ] Run `psql shop < fix.sql` on the primary",
        "- [ ] `psql shop < fix.sql`",
        "| Step | Command |\n|---|---|\n| Fix the rows | `psql shop < fix.sql` |",
        "Run `psql shop < fix.sql` before anybody logs in.",
    ] {
        assert_eq!(told(text), [fix()], "{text}");
    }
    let emptied = told("- [ ] Empty it: `rm -rf /var/lib/postgresql/16/main`");
    assert_eq!(emptied[0].0, "deletes-data");
    for text in [
        "- [ ] Nobody is in `psql`",
        "- [ ] Never run `psql shop < fix.sql` by hand",
        "- [ ] Make sure nobody runs `psql shop < fix.sql`",
        "- [ ] The output of `psql shop < fix.sql` was saved",
        "- [ ] Check that `psql shop < fix.sql` is in no script",
        "| Command | Meaning |\n|---|---|\n| `psql shop < fix.sql` | runs a file |",
        "- [ ] Run `psql -v ON_ERROR_STOP=1 -1 shop < fix.sql`",
        // What these print, a person sees.
        "- [ ] Run `curl -s https://shop.example/health`",
        "- [ ] Watch the log: `kubectl logs -f deploy/shop`",
        "We used to run `psql shop < fix.sql` here.",
    ] {
        assert_eq!(told(text), [], "{text}");
    }
}

#[test]
fn a_fence_says_how_long_its_statements_wait_for_locks() {
    let all = |info: &str| {
        let plan = format!(
            "# Plan\n\n## Deployment\n\n```{info}\nALTER TABLE orders ADD COLUMN note text;\n```\n"
        );
        let found = found(&open("runbook.md", plan.as_bytes()), Severity::Note);
        let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
        codes.join(" ")
    };
    assert!(all("sql").contains("no-lock-timeout"));
    assert!(!all("sql {lock_timeout=2s}").contains("no-lock-timeout"));
    assert!(!all("sql {\"lock_timeout\":\"500ms\"}").contains("no-lock-timeout"));
    assert!(all("sql {lock_timeout=soon}").contains("bad-duration"));
    assert!(all("sql {statement_timeout=30s}").contains("fence-attributes"));
    assert!(codes("bash {lock_timeout=2s}", "psql shop -f a.sql").contains(&"psql-hides-errors"));
}
