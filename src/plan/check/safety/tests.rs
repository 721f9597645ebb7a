//! Spellings of each trap, and of what only looks like one. Whole runbooks are in `tests/traps`.

mod given;
mod shell;

use crate::plan::{Opened, Severity, open};

/// Codes that say nothing about traps.
const OTHERS: [&str; 7] = [
    "no-gate",
    "no-way-back",
    "no-deploy-phase",
    "placeholder",
    "lost-variable",
    "psql-command",
    "encoding",
];

/// The traps of a runbook: code and the text under it, warnings and errors only.
fn traps(runbook: &str) -> Vec<(&'static str, String)> {
    let opened = open("runbook.md", runbook.as_bytes());
    found(&opened, Severity::Warning)
}

fn found(opened: &Opened, least: Severity) -> Vec<(&'static str, String)> {
    let problems = opened.problems.iter();
    let traps = problems.filter(|p| p.severity >= least && !OTHERS.contains(&p.code));
    traps
        .map(|p| (p.code, opened.source.slice(p.span).to_owned()))
        .collect()
}

/// A runbook whose one deploy step runs `script`.
fn deploying(language: &str, script: &str) -> String {
    format!("# Plan\n\n## Deployment\n\n- [ ] Do it\n\n```{language}\n{script}\n```\n")
}

/// The codes of the traps in `script`, each once.
fn codes(language: &str, script: &str) -> Vec<&'static str> {
    let mut codes: Vec<_> = traps(&deploying(language, script))
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    codes.dedup();
    codes
}

#[track_caller]
fn trap(code: &str, scripts: &[&str]) {
    for script in scripts {
        assert!(
            codes("bash", script).contains(&code),
            "{code} is not found in {script:?}"
        );
    }
}

#[track_caller]
fn fine(code: &str, scripts: &[&str]) {
    for script in scripts {
        assert!(
            !codes("bash", script).contains(&code),
            "{code} is found in {script:?}"
        );
    }
}

#[test]
fn psql_that_goes_on_after_errors() {
    trap(
        "psql-hides-errors",
        &[
            "psql shop < fix.sql",
            "cat > fix.sql <<'EOF'\nupdate a set b = 1;\n\\set ON_ERROR_STOP on\nEOF\npsql -f fix.sql",
            "cat > fix.sql <<'EOF'\n\\set ON_ERROR_STOP off\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "cat > fix.sql <<'EOF'\n\\set ON_ERROR_STOP on\nselect 1;\n\\set ON_ERROR_STOP off\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "cat > fix.sql <<'EOF'\n\\set ON_ERROR_STOP on\n\\unset ON_ERROR_STOP\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "cat > fix.sql <<'EOF'\n\\i other.sql\n\\set ON_ERROR_STOP on\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "cat > fix.sql <<'EOF'\n\\set ON_ERROR_STOP on\nEOF\ncat > fix.sql <<'EOF'\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "cat > fix.sql <<'EOF'\n\\set ON_ERROR_STOP on\nEOF\ncp other.sql fix.sql\npsql -f fix.sql",
            "cat >> fix.sql <<'EOF'\n\\set ON_ERROR_STOP on\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "psql <<'EOF'\n\\set ON_ERROR_STOP on\n\\unset ON_ERROR_STOP\nupdate a set b = 1;\nEOF",
            "psql -f fix.sql shop",
            "psql -Xqf fix.sql",
            "psql --file=fix.sql -d shop",
            "psql --file fix.sql",
            "psql -1 -f fix.sql",
            "/usr/lib/postgresql/16/bin/psql -f fix.sql",
            "PGPASSWORD=x psql -h db -f fix.sql",
            "sudo -u postgres psql -f fix.sql",
            "cat fix.sql | psql shop",
            "gunzip -c fix.sql.gz | psql shop",
            "psql shop <<'EOF'\nupdate a set b = 1;\ndelete from c;\nEOF",
            "psql shop <<< 'update a set b = 1; delete from c'",
            "psql -c 'update a' -c 'delete from b'",
            "psql -c '\\i fix.sql'",
            "psql -v ON_ERROR_STOP=0 -f fix.sql",
            "psql -v ON_ERROR_STOP -f fix.sql",
            "psql --set=ON_ERROR_STOP=off -f fix.sql",
            "psql -v on_error_stop=1 -f fix.sql",
            "docker exec -i db psql -U shop < fix.sql",
            "docker compose exec -T db psql -U shop -f /fix.sql",
            "kubectl exec -i deploy/db -- psql shop < fix.sql",
            "ssh db 'psql shop < fix.sql'",
            "ssh db psql shop < fix.sql",
            "su - postgres -c \"psql -f /tmp/fix.sql\"",
            "bash -c 'psql -f fix.sql'",
            "if true; then psql -f fix.sql; fi",
            "for f in *.sql; do psql -f \"$f\"; done",
            "psql \\\n  -h db \\\n  -f fix.sql",
            "psql shop < <(gunzip -c fix.sql.gz)",
            "find . -name '*.sql' | sort | xargs -n1 psql shop -f",
        ],
    );
}

#[test]
fn values_that_become_sql_or_code_of_another_language_are_noted() {
    let noted = |script: &str| {
        let opened = open("runbook.md", deploying("bash", script).as_bytes());
        let as_code = |(code, _): &(&str, String)| *code == "value-as-code";
        let is = |least| found(&opened, least).iter().any(as_code);
        is(Severity::Note) && !is(Severity::Warning)
    };
    for script in [
        "psql -c \"select '{{name}}'\"",
        "psql --command='select {{name}}'",
        "psql <<X\nselect '{{name}}'\nX",
        "ssh web1 psql <<X\nselect '{{name}}'\nX",
        "echo \"select '{{name}}'\" | psql",
        "psql <<< \"select '{{name}}'\"",
        "Q=\"select '{{name}}'\"; psql -c \"$Q\"",
        "python3 -c \"print('{{name}}')\"",
        "perl -e \"print '{{name}}'\"",
    ] {
        assert!(noted(script), "{script}");
    }
    for script in [
        "psql -v name={{name}} <<'X'\nselect :'name'\nX",
        "psql -d {{name}} -c 'select 1'",
        "psql -f {{name}}",
        "python3 -c 'import sys; print(sys.argv[1])' {{name}}",
        "python3 report.py -c {{name}}",
    ] {
        assert!(!noted(script), "{script}");
    }
}

#[test]
fn values_that_a_shell_reads_as_code() {
    trap(
        "value-as-code",
        &[
            "bash -c 'echo {{name}}'",
            "sudo sh -c \"rm -rf /srv/{{name}}\"",
            "bash -lc 'deploy {{name}}'",
            "su postgres -c 'createdb {{name}}'",
            "ssh db1 'systemctl restart {{name}}'",
            "eval \"run {{name}}\"",
            "ssh web1 systemctl restart {{name}}",
            "ssh web1 <<X\nsystemctl restart {{name}}\nX",
            "ssh web1 'bash -s' <<'X'\nsystemctl restart {{name}}\nX",
            "bash <<X\necho {{name}}\nX",
            "sudo bash -s <<'X'\necho {{name}}\nX",
            "echo \"rm {{name}}\" | bash",
            "printf 'rm %s' {{name}} | ssh web1",
            "cat <<X | sh\nrm {{name}}\nX",
            "trap \"rm {{name}}\" EXIT",
        ],
    );
    fine(
        "value-as-code",
        &[
            "echo {{name}}",
            "bash -c 'echo \"$1\"' _ {{name}}",
            "bash -x deploy.sh {{name}}",
            "ssh {{name}} 'systemctl restart shop'",
            "ssh db1 uptime",
            "cat {{name}} | bash",
            "echo {{name}} | tee log",
            "echo {{name}} | bash deploy.sh",
            "trap - EXIT; echo {{name}}",
        ],
    );
    let with_pattern = |pattern: &str| {
        let vars = format!("---\nvars: {{ name: {{ pattern: '{pattern}' }} }}\n---\n");
        let plan = vars + &deploying("bash", "bash -c 'echo {{name}}'");
        traps(&plan)
            .iter()
            .any(|(code, _)| *code == "value-as-code")
    };
    assert!(!with_pattern("^[\\w.-]+$"));
    assert!(!with_pattern("^v[0-9]+"));
    for open in [".", "^\\S+$", "^[a-z ;]+$", "^v.*$"] {
        assert!(with_pattern(open), "{open}");
    }
}

#[test]
fn psql_that_stops_or_has_no_script() {
    fine(
        "psql-hides-errors",
        &[
            "psql -v ON_ERROR_STOP=1 shop < fix.sql",
            "cat > fix.sql <<'EOF'\n-- a fix\n\\set ON_ERROR_STOP on\nupdate a set b = 1;\nEOF\npsql -f fix.sql",
            "cat > \"fix.sql\" <<'EOF'\n\\timing on\n\\set  ON_ERROR_STOP 1\nupdate a set b = 1;\nEOF\ncat fix.sql\npsql -f fix.sql a\npsql -f fix.sql b",
            "psql -vON_ERROR_STOP=1 -f fix.sql",
            "psql -Xv ON_ERROR_STOP=on -f fix.sql",
            "psql --set ON_ERROR_STOP=1 -f fix.sql",
            "psql --set=ON_ERROR_STOP=true --file=fix.sql",
            "psql --variable=ON_ERROR_STOP=yes -1 -f fix.sql",
            "psql -v ON_ERROR_STOP= -f fix.sql",
            "psql -c '\\set ON_ERROR_STOP' -f fix.sql",
            "psql shop <<'EOF'\n\\set ON_ERROR_STOP on\nupdate a set b = 1;\nEOF",
            "psql -c '\\set ON_ERROR_STOP on' -f fix.sql",
            "psql -c 'select 1'",
            "psql -tAc 'select count(*) from orders' shop",
            "psql -l",
            "psql --version",
            "psql $PSQL_OPTS -f fix.sql",
            "# psql -f fix.sql",
            "echo 'psql -f fix.sql'",
            "echo run psql -f fix.sql by hand",
            "mysql shop < fix.sql",
            "./psql.sh < fix.sql",
        ],
    );
}

#[test]
fn backups_restored_over_what_is_there() {
    trap(
        "restore-over-live",
        &[
            "psql -v ON_ERROR_STOP=1 shop < backup_2024.sql",
            "psql -v ON_ERROR_STOP=1 -f /var/backups/shop.sql shop",
            "gunzip -c shop.dump.gz | psql -v ON_ERROR_STOP=1 shop",
            "zcat nightly.sql.gz | psql -v ON_ERROR_STOP=1 -d shop",
            "aws s3 cp s3://acme-backups/shop.sql - | psql -v ON_ERROR_STOP=1 shop",
            "pg_restore -d shop shop.dump",
            "pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" shop.dump",
            "pg_restore -c -1 -d shop shop.dump",
            "docker exec -i db pg_restore -U shop -d shop < shop.dump",
            "pg_restore shop.dump | psql -v ON_ERROR_STOP=1 shop",
            "createdb other; psql -v ON_ERROR_STOP=1 shop < backup.sql",
            "psql -v ON_ERROR_STOP=1 postgres://db/shop < backup.sql",
        ],
    );
    fine(
        "restore-over-live",
        &[
            "createdb shop_2; psql -v ON_ERROR_STOP=1 shop_2 < backup.sql",
            "dropdb --force shop && createdb shop && pg_restore -d shop shop.dump",
            "psql -c 'create database fallback'; psql -v ON_ERROR_STOP=1 -d fallback -f backup.sql",
            "pg_restore -d shop_restored shop.dump",
            "pg_restore -C -d postgres shop.dump",
            "pg_restore -f /dev/null shop.dump",
            "pg_restore --list shop.dump",
            "pg_restore -h staging-db -d shop shop.dump",
            "psql -v ON_ERROR_STOP=1 shop < migrations/rollback_17.sql",
            "psql -v ON_ERROR_STOP=1 postgres://db/scratch < backup.sql",
            "docker run -d --name v postgres:16; docker exec -i v psql -v ON_ERROR_STOP=1 < backup.sql",
            "createdb \"$NEW\"; psql -v ON_ERROR_STOP=1 \"$NEW\" < backup.sql",
        ],
    );
    trap(
        "wrong-restore-tool",
        &[
            "pg_dump -Fc shop > shop.bin; psql -v ON_ERROR_STOP=1 x < shop.bin",
            "pg_restore -d scratch backup.sql",
        ],
    );
    fine(
        "wrong-restore-tool",
        &[
            "pg_dump shop > shop.sql; psql -v ON_ERROR_STOP=1 x < shop.sql",
            "pg_restore -d scratch backup.dump",
        ],
    );
}

#[test]
fn failures_hidden_by_pipes_and_joints() {
    for script in [
        "pg_dump shop | gzip > shop.sql.gz",
        "pg_dump shop|gzip>shop.sql.gz",
        "pg_dump -Fc shop | aws s3 cp - s3://bucket/shop",
        "pg_dumpall | zstd -o all.zst",
        "{ pg_dump a; pg_dump b; } | gzip > ab.gz",
        "npx --no prisma migrate deploy 2>&1 | tee deploy.log",
        "python manage.py migrate | tee log",
        "gunzip -c x.gz | psql -v ON_ERROR_STOP=1 scratch | tee log",
        "time pg_dump shop | pigz > x.gz",
        "(pg_dump shop | gzip) > x.gz",
    ] {
        assert!(
            codes("sh", script).contains(&"pipe-hides-failure"),
            "{script}"
        );
        // In a terminal it is as true, but not here: gonogo gives bash the option.
        assert!(
            !codes("bash", script).contains(&"pipe-hides-failure"),
            "{script}"
        );
        let set = format!("set -o pipefail\n{script}");
        let opened = open("r.md", deploying("bash", &set).as_bytes());
        let notes = found(&opened, Severity::Note);
        assert!(
            notes.iter().all(|(code, _)| *code != "pipe-hides-failure"),
            "{script}"
        );
    }
    let noted = open(
        "r.md",
        deploying("bash", "pg_dump shop | gzip > x.gz").as_bytes(),
    );
    assert!(
        found(&noted, Severity::Note)
            .iter()
            .any(|(code, _)| *code == "pipe-hides-failure")
    );
}

#[test]
fn pipes_of_other_shells() {
    trap(
        "pipe-hides-failure",
        &[
            "ssh db 'pg_dump shop | gzip' > shop.sql.gz",
            "bash -c 'pg_dump shop | gzip > x.gz'",
            "docker exec db sh -c \"pg_dump shop | gzip > /backups/x.gz\"",
            "set +o pipefail; pg_dump shop | gzip > x.gz",
            "kubectl exec db-0 -- bash -c 'pg_dump shop | gzip' > x.gz",
        ],
    );
    fine(
        "pipe-hides-failure",
        &[
            "ssh db 'set -o pipefail; pg_dump shop | gzip' > x.gz",
            "bash -eo pipefail -c 'pg_dump shop | gzip > x.gz'",
            "bash -c 'set -euo pipefail; pg_dump shop | gzip > x.gz'",
            "pg_dump -Z6 -f x.gz shop",
            "ssh db 'pg_dump shop' | gzip > x.gz",
            "bash -c 'pg_dump shop | gzip > x; [ ${PIPESTATUS[0]} = 0 ]'",
            "pg_dump --version | head -1",
        ],
    );
}

#[test]
fn failures_that_are_ignored() {
    trap(
        "failure-ignored",
        &[
            "pg_dump shop > x.sql || true",
            "pg_dump shop > x.sql || echo 'backup failed'",
            "npx --no prisma migrate deploy || :",
            "pg_dump shop > x.sql && echo OK || echo FAILED",
            "pg_dump shop > x.sql && gzip x.sql && echo OK || printf no",
            "pg_dump shop > x.sql &",
            "psql -c 'alter table a add b int' || echo failed",
            "psql -c 'alter table a add b int' || { echo failed; }",
            "pg_dump shop > x.sql || { echo failed; true; }",
            "if ! psql -c 'alter table a add b int'; then echo failed; fi",
            "for s in a b; do psql -c \"alter table $s.a add b int\" || echo \"$s failed\"; done",
        ],
    );
    fine(
        "failure-ignored",
        &[
            "pg_dump shop > x.sql || exit 1",
            "pg_dump shop > x.sql || { echo failed; exit 1; }",
            "pg_dump shop > x.sql & wait $!",
            "grep -c x log || true",
            "psql -c 'select 1' || echo down",
            "psql -c 'create role app' || true",
            "psql -c 'create database app' || echo there",
            "psql -c 'alter table a add b int' || { echo failed; exit 1; }",
            "psql -c 'alter table a add b int' || exit 1",
            "pg_dump shop > x.sql && echo done",
            "pg_dump shop > x.sql && echo OK || exit 1",
            "pg_dump shop > x.sql && { echo OK; } || { echo no; exit 1; }",
            "if pg_dump shop > x.sql || echo no; then a; fi",
        ],
    );
}

#[test]
fn dumps_that_are_no_backups() {
    trap(
        "dump-options",
        &[
            "pg_dump -j 4 shop > backup.sql",
            "pg_dump -Fc -j4 -f backup.dump shop",
            "pg_dump -Fd shop > backup",
            "pg_dump shop > backup.sql 2>&1",
            "pg_dump shop &> backup.sql",
            "pg_dump shop 2>&1 | gzip > backup.gz",
            "pg_dump --schema-only shop > backup.sql",
            "docker exec -t db pg_dump shop > backup.sql",
            "docker exec -it db pg_dump -Fc shop > backup.dump",
        ],
    );
    fine(
        "dump-options",
        &[
            "pg_dump -Fd -j 4 -f backup shop",
            "pg_dump --format=directory --jobs=4 --file=backup shop",
            "pg_dump -Fc shop > backup.dump 2> dump.log",
            "pg_dump shop 2>&1 > backup.sql",
            "pg_dump -Fc -v -f backup.dump shop 2>&1 | tee dump.log",
            "pg_dump -s shop > schema.sql",
            "pg_dump -s shop > backup_schema.sql; pg_dump shop > backup.sql",
            "docker exec db pg_dump shop > backup.sql",
            "docker exec -i db pg_dump -t orders shop > orders.sql",
        ],
    );
}

#[test]
fn curl_that_takes_an_error_for_an_answer() {
    trap(
        "curl-hides-errors",
        &[
            "curl https://shop.example/health",
            "curl -s https://shop.example/health",
            "curl -sSL \"$BASE/health\"",
            "curl -X POST -H 'A: f' -d '{}' https://shop.example/x",
            "curl -o page.html https://shop.example",
            "curl -s -o /dev/null -w '%{http_code}\\n' https://shop.example",
            "curl https://shop.example | jq .",
            "curl -s https://shop.example | python3 -m json.tool",
            "curl -s https://shop.example | python -mjson.tool | head",
            "curl -I https://shop.example | head -1",
            "until curl -s https://shop.example/health; do sleep 1; done",
            "if curl -s localhost:8080/health; then echo up; fi",
            "curl https://shop.example || exit 1",
            "sudo curl https://shop.example",
            "docker exec app curl -s localhost/health",
            "curl -d fail https://shop.example",
            "curl --data '-f' https://shop.example",
        ],
    );
    fine(
        "curl-hides-errors",
        &[
            "curl -f https://shop.example/health",
            "curl -sSf https://shop.example",
            "curl -fsSL https://shop.example -o x",
            "curl --fail https://shop.example",
            "curl --fail-with-body -s https://shop.example",
            "curl https://shop.example -f",
            "curl -s https://shop.example | grep -q ok",
            "curl -s https://shop.example | python3 check.py",
            "curl -s https://shop.example | jq -e '.status == \"ok\"'",
            "[ \"$(curl -s -o /dev/null -w '%{http_code}' https://shop.example)\" = 200 ]",
            "code=$(curl -s -o /dev/null -w '%{http_code}' https://shop.example)\n[ $code = 200 ]",
            "curl --version",
            "curl file:///etc/hosts",
            "wget -q https://shop.example",
            "echo curl https://shop.example",
            "curl $CURL_OPTS https://shop.example",
        ],
    );
}

#[test]
fn requests_whose_failure_is_only_told() {
    trap(
        "failure-ignored",
        &[
            "curl -f https://shop.example/health || echo failed",
            "curl -fsS https://shop.example && echo up || echo down",
            "./a; curl -f https://shop.example || true; ./b",
        ],
    );
    fine(
        "failure-ignored",
        &[
            "curl -f https://shop.example || exit 1",
            "curl -f https://shop.example || { echo failed; exit 1; }",
            "curl -f https://shop.example || curl -f https://shop2.example",
            "curl -f https://shop.example || echo failed && exit 1",
            "curl -f -X DELETE https://shop.example/silence || true",
            "if curl -f https://shop.example || true; then ./x; fi",
        ],
    );
}

#[test]
fn programs_in_containers_that_are_given_input_without_i() {
    trap(
        "input-not-passed",
        &[
            "kubectl exec deploy/db -- psql shop < fix.sql",
            "docker exec db psql -U shop shop < fix.sql",
            "gunzip -c a.gz | kubectl exec -n shop db-0 -- psql shop",
            "sudo docker exec db psql <<'EOF'\nselect 1;\nEOF",
        ],
    );
    fine(
        "input-not-passed",
        &[
            "kubectl exec -i deploy/db -- psql shop < fix.sql",
            "docker exec -it db psql < fix.sql",
            "kubectl exec --stdin db-0 -- psql < fix.sql",
            "docker exec --interactive db psql < fix.sql",
            "docker compose exec db psql < fix.sql",
            "docker-compose exec -T db psql < fix.sql",
            "kubectl exec db-0 -- pg_dump shop > a.sql",
            "kubectl exec db-0 -- pg_dump shop | gzip > a.gz",
            "kubectl exec db-0 -- sh -c 'psql shop < /tmp/fix.sql'",
            "docker exec db psql -f /tmp/fix.sql",
            "docker exec db psql -c 'select 1' < /dev/null",
        ],
    );
}

#[test]
fn ways_back_that_restore_what_no_step_writes() {
    let found = |dump: &str, restore: &str| {
        let text =
            format!("## Deployment\n```bash\n{dump}\n```\n## Rollback\n```bash\n{restore}\n```\n");
        let found = traps(&text);
        found.iter().any(|(code, _)| *code == "restore-unwritten")
    };
    for (dump, restore) in [
        ("pg_dump shop > backup_a.sql", "psql shop < backup_b.sql"),
        (
            "pg_dump -Fc -f shop_a.dump shop",
            "pg_restore -d shop shop_b.dump",
        ),
        (
            "pg_dump shop -f backup_$(date +%F).sql",
            "psql -f dump_before.sql shop",
        ),
    ] {
        assert!(found(dump, restore), "{dump} / {restore}");
    }
    for (dump, restore) in [
        ("pg_dump shop > backup.sql", "psql shop < backup.sql"),
        (
            "pg_dump shop > backup_$(date +%F).sql",
            "psql shop < backup_20260101.sql",
        ),
        ("pg_dump shop > backup_a.sql", "psql shop < \"$BACKUP\""),
        ("pg_dump shop > backup_a.sql", "psql shop < backup_*.sql"),
        (
            "pg_dump shop > backup_a.sql",
            "psql shop < backup_<date>.sql",
        ),
        (
            "pg_dump shop > backup_a.sql",
            "psql shop < backup_TIMESTAMP.sql",
        ),
        (
            "pg_dump shop > backup_a.sql\nmv backup_a.sql backup_b.sql",
            "psql shop < backup_b.sql",
        ),
        (
            "pg_dump shop > backup_a.sql",
            "gunzip backup_b.sql.gz\npsql shop < backup_b.sql",
        ),
        ("pg_dump shop > backup_a.sql", "psql -f rollback.sql shop"),
        ("pg_dump shop | gzip > a.sql.gz", "psql shop < backup_b.sql"),
        ("./deploy", "psql shop < backup_b.sql"),
    ] {
        assert!(!found(dump, restore), "{dump} / {restore}");
    }
}

#[test]
fn ways_back_that_make_the_name_of_the_dump_anew() {
    let found = |restore: &str| {
        let text = format!(
            "## Deployment\n```bash\npg_dump shop -Fc -f shop_$(date +%F).dump\n```\n## Rollback\n```bash\n{restore}\n```\n"
        );
        let found = traps(&text);
        found.iter().any(|(code, _)| *code == "restore-unwritten")
    };
    for restore in [
        "pg_restore -d shop \"shop_$(date +%F).dump\"",
        "pg_restore -d shop backups/`date +%F`/full_*.dump",
        "psql shop < shop_$(date +%F).sql",
        "gunzip -c shop_$(date +%F).sql.gz | psql shop",
        "FILE=shop_$(date +%F).dump\npg_restore -d shop \"$FILE\"",
    ] {
        assert!(found(restore), "{restore}");
    }
    for restore in [
        "pg_restore -d shop \"$FILE\"",
        "pg_dump shop -Fc -f broken_$(date +%F).dump\npg_restore -d shop \"$FILE\"",
        "psql shop -c \"insert into log values ('$(date)')\"",
        "pg_restore -d shop \"$(ls -t *.dump | head -1)\" > log_$(date +%F)",
        "N=after_$(date +%F).dump; pg_dump shop > $N && pg_restore -l $N",
        "N=after_$(date +%F).dump\npg_dump shop -Fc -f \"$N\"\npg_restore -d copy \"$N\"",
        "pg_restore --list shop_$(date +%F).dump",
    ] {
        assert!(!found(restore), "{restore}");
    }
}

#[test]
fn directories_that_the_steps_shell_is_in_already() {
    let found = |steps: &[&str], back: &str| {
        let mut text = "## Deployment\n".to_owned();
        for step in steps {
            text.push_str(&format!(
                "\n- [ ] Do it\n\n  ```bash\n  {}\n  ```\n",
                step.replace('\n', "\n  ")
            ));
        }
        text.push_str(&format!("\n## Rollback\n```bash\n{back}\n```\n"));
        let found = traps(&text)
            .into_iter()
            .filter(|(code, _)| *code == "cd-again");
        found.map(|(_, under)| under).collect::<Vec<_>>()
    };
    let build = "cd backend\nnpm ci";
    assert_eq!(
        found(&[build, "cd backend && npm test"], "true"),
        ["cd backend"]
    );
    assert_eq!(
        found(&[build], "cd ./backend/\nnpm run undo"),
        ["cd ./backend/"]
    );
    let deep = "cd apps/api\nmake";
    assert_eq!(found(&[deep, deep], "true"), ["cd apps/api"]);
    for (steps, back) in [
        (&[build, "npm test"][..], "true"),
        (&[build, "cd ..\ncd backend"], "true"),
        (&[build, "cd ../frontend", "cd ../backend"], "true"),
        (
            &["( cd backend && npm ci )", "( cd backend && npm test )"],
            "true",
        ),
        (
            &["cd /srv/shop\ncd backend", "cd /srv/shop\ncd backend"],
            "true",
        ),
        (
            &["cd \"$APP\"\ncd backend", "cd \"$APP\"\ncd backend"],
            "cd \"$APP\"",
        ),
        (&["cd backend\nnpm ci\ncd -", build], "true"),
        (&["cd backend\ncd backend"], "true"),
        (&[build, "cd backend 2>/dev/null || true\nnpm test"], "true"),
        (&[build, "[ -d backend ] && cd backend"], "true"),
        (
            &["bash -c 'cd backend && npm ci'", "ssh web cd backend"],
            build,
        ),
        (&["true"], build),
    ] {
        assert_eq!(found(steps, back), [""; 0], "{steps:?} {back}");
    }
}

#[test]
fn pushes_that_write_history_over() {
    trap(
        "force-push",
        &[
            "git push --force",
            "git push -f origin main",
            "git push origin main --force",
            "git push origin +main",
            "git push -uf origin main",
            "git -C /srv/shop push --force",
            "git push --mirror",
            "cd x && git push origin HEAD:main -f",
        ],
    );
    fine(
        "force-push",
        &[
            "git push",
            "git push --force-with-lease origin main",
            "git push origin main # --force",
            "git commit -m 'push --force'",
            "git push --tags",
            "git fetch -f",
            "git push -f --dry-run",
        ],
    );
}

#[test]
fn commands_that_stand_still() {
    trap(
        "interactive-command",
        &[
            "watch -n 1 'psql -c \"select 1\"'",
            "tail -f /var/log/shop.log",
            "tail -F x",
            "tail -n 50 -f x",
            "tail -fn100 x",
            "tail --follow=name x",
            "docker-compose logs -f app | grep ERROR",
            "docker compose -f a.yml logs --follow app",
            "docker logs -f --tail 10 app",
            "kubectl logs -f deploy/shop",
            "kubectl -n shop logs deploy/shop -f",
            "kubectl get pods -w",
            "journalctl -u shop -f",
            "journalctl -fu shop",
            "sudo vim /etc/hosts",
            "nano x",
            "git log | less",
            "npx --no prisma studio",
            "docker exec -it db psql",
            "docker exec -ti db bash",
            "docker compose up",
            "psql",
            "psql -h db -U shop shop",
            "psql \"$DATABASE_URL\"",
            "mysql -u root shop",
            "ssh deploy@host",
            "sudo -i",
            "sudo su -",
            "kubectl exec -it pod -- sh",
            "kubectl port-forward svc/db 5432",
            "npm run dev",
            "python manage.py dbshell",
            "python manage.py shell",
            "python3 manage.py shell --plain",
            "rails console",
            "heroku run rails c -e production",
            "kamal console",
            "fly postgres connect -a db",
            "flyctl postgres connect -a db",
            "redis-cli monitor",
            "while true; do psql -c 'select 1'; sleep 1; done",
            "while :; do date; sleep 5; done",
            "sleep infinity",
            "ping db",
            "read -p 'Continue? ' answer",
            "crontab -e",
            "git rebase -i main",
            "patronictl switchover --leader a",
            "git commit",
            "apt-get install postgresql-client",
            "terraform apply",
            "top",
            "cd app && less README",
            "EDITOR=x /usr/bin/nano f",
            "docker system prune",
            "docker image prune -a",
            "python3",
            "python",
            "python3 -u",
            "php artisan tinker",
            "aws configure",
            "gh auth login",
            "heroku run console",
            "fly ssh console",
            "ansible-playbook --ask-vault-pass site.yml",
            "ansible-playbook -K site.yml",
            "nc -l 9000",
            "nc -lk 9000",
            "terraform apply -var-file prod.tfvars",
            "tmux new -s deploy",
            "tmux",
            "screen -S deploy",
        ],
    );
}

#[test]
fn why_a_command_stands_still_is_told_in_the_words_of_the_file() {
    for (script, told) in [
        (
            "docker exec -it backend alembic upgrade head",
            "the `-t` in front of `alembic upgrade head` wants a terminal, and a step has none",
        ),
        (
            "ssh user@server",
            "`ssh user@server` never ends or waits for a keyboard",
        ),
    ] {
        let opened = open("runbook.md", deploying("bash", script).as_bytes());
        let mut problems = opened.problems.iter();
        let found = problems.find(|p| p.code == "interactive-command");
        assert_eq!(found.unwrap().message, told);
    }
}

#[test]
fn commands_that_end_by_themselves() {
    fine(
        "interactive-command",
        &[
            "tail -n 50 log",
            "timeout 60 tail -f log",
            "tail -f log | grep -m1 started",
            "tail -f log | grep -q ready",
            "tail -f log | sed '/ready/q'",
            "docker compose -f a.yml up -d",
            "docker-compose -f a.yml up -d app",
            "docker compose logs app --tail 50",
            "docker-compose -f a.yml logs app",
            "kubectl apply -f shop.yml",
            "kubectl logs -f job/migrate",
            "kubectl rollout status deploy/shop",
            "docker exec db psql -c 'select 1'",
            "docker exec -i db psql -v ON_ERROR_STOP=1 < fix.sql",
            "echo watch",
            "./watch.sh",
            "psql -c 'select 1'",
            "psql -l",
            "psql -v ON_ERROR_STOP=1 <<EOF\nselect 1\nEOF",
            "ssh host uptime",
            "ssh host <<EOF\nuptime\nEOF",
            "while read -r line; do echo $line; done < file",
            "cat f | while read l; do echo $l; done",
            "while true; do curl -fs localhost && break; sleep 1; done",
            "until pg_isready; do sleep 1; done",
            "ping -c 3 db",
            "top -b -n 1",
            "git commit -m x",
            "apt-get install -y x",
            "terraform apply -auto-approve",
            "kubectl port-forward svc/db 5432 & sleep 1; kill %1",
            "bash deploy.sh",
            "echo y | terraform apply -auto-approve",
            "docker system prune -f",
            "patronictl switchover --leader a --candidate b --force",
            "docker image prune --all --force",
            "python3 deploy.py",
            "python3 -m http.client",
            "python3 -c 'print(1)'",
            "python3 --version",
            "python3 - < fix.py",
            "python3 <<EOF\nprint(1)\nEOF",
            "php artisan tinker --execute='x()'",
            "php artisan migrate --force",
            "aws configure set region eu-central-1",
            "aws configure list",
            "gh auth login --with-token < token",
            "fly ssh console -C 'uptime'",
            "ansible-playbook --vault-password-file p site.yml",
            "nc -z db 5432",
            "terraform apply plan.out",
            "terraform apply -lock-timeout 60s plan.out",
            "tmux new -d -s deploy ./x.sh",
            "tmux new-session -ds deploy",
            "tmux send-keys -t deploy C-c",
            "screen -dmS deploy ./x.sh",
            "screen -ls",
            "screen -S deploy -X quit",
            "npx --no prisma migrate status",
            "npm run build",
            "man=1",
            "python manage.py shell -c 'print(1)'",
            "python manage.py shell --command='print(1)'",
            "python manage.py shell < fix.py",
            "echo 'print(1)' | python manage.py shell",
            "bin/rails console < fix.rb",
            "echo 'select 1' | bin/rails dbconsole",
            "kamal app exec 'bin/rails runner x'",
            "kamal deploy",
            "fly postgres connect --help",
            "python manage.py dbshell -- -c 'select 1'",
            "python manage.py createsuperuser --noinput",
        ],
    );
}

#[test]
fn packages_fetched_from_somewhere() {
    trap(
        "npx-may-fetch",
        &[
            "npx prisma migrate deploy",
            "npx -y prisma migrate deploy",
            "cd app && npx prisma migrate deploy",
            "npx prisma@latest migrate deploy",
            "npx prisma@6 migrate deploy",
            "DATABASE_URL=x npx prisma migrate deploy",
            "pnpm dlx prisma migrate deploy",
            "yarn dlx prisma migrate deploy",
            "bunx prisma migrate deploy",
            "npm exec prisma migrate deploy",
            "time npx prisma migrate deploy",
            "docker compose run --rm app npx prisma migrate deploy",
            "npx ts-node seed.ts",
        ],
    );
    fine(
        "npx-may-fetch",
        &[
            "npm exec --offline -- prisma migrate deploy",
            "npx --no prisma migrate deploy",
            "npx --no-install prisma migrate deploy",
            "npx --yes=false prisma migrate deploy",
            "npx prisma@6.19.3 migrate deploy",
            "npx -p prisma@6.19.3 prisma migrate deploy",
            "npx --package=prisma@6.19.3 prisma migrate deploy",
            "npm ci && npx prisma migrate deploy",
            "pnpm install --frozen-lockfile\nnpx prisma migrate deploy",
            "pnpm exec prisma migrate deploy",
            "yarn prisma migrate deploy",
            "./node_modules/.bin/prisma migrate deploy",
            "npm run migrate",
        ],
    );
}

#[test]
fn databases_that_somebody_is_connected_to() {
    trap(
        "sessions-in-the-way",
        &[
            "dropdb shop",
            "dropdb -h db --if-exists shop",
            "sudo -u postgres dropdb shop; createdb shop",
            "psql -c 'DROP DATABASE shop'",
            "psql -c 'drop database if exists shop;'",
            "psql -c 'alter database shop rename to shop_1'",
            "createdb -T shop shop_pre",
            "psql -c 'create database shop_pre template shop'",
            "psql -v ON_ERROR_STOP=1 postgres <<EOF\ndrop database shop;\nEOF",
        ],
    );
    fine(
        "sessions-in-the-way",
        &[
            "dropdb --force shop",
            "dropdb -f shop",
            "psql -c 'drop database shop with (force)'",
            "psql -c \"select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'\"; dropdb shop",
            "createdb verify_1; pg_restore -d verify_1 x.dump; dropdb verify_1",
            "dropdb shop_test",
            "createdb -T template0 shop",
            "psql -c 'create database shop'",
            "psql -c 'alter database shop set work_mem = 1'",
        ],
    );
}

#[test]
fn queries_of_the_servers_own_views() {
    for (code, sql) in [
        (
            "renamed-column",
            "select query, total_time from pg_stat_statements order by total_time desc",
        ),
        (
            "renamed-column",
            "SELECT s.Mean_Time FROM public.pg_stat_statements s",
        ),
        (
            "renamed-column",
            "select tablename from pg_stat_user_tables",
        ),
        (
            "renamed-column",
            "select pid, waiting from pg_stat_activity",
        ),
        (
            "estimated-rows",
            "select relname, n_live_tup from pg_stat_user_tables",
        ),
        (
            "estimated-rows",
            "select reltuples::bigint from pg_class where relname = 'orders'",
        ),
        (
            "estimated-rows",
            "SELECT sum(N_LIVE_TUP) FROM pg_stat_all_tables",
        ),
    ] {
        let found = codes("sql", sql);
        assert_eq!(found, [code], "{sql}");
        let quoted = format!("psql -c \"{sql}\"");
        assert_eq!(codes("bash", &quoted), [code], "{quoted}");
    }
    for sql in [
        "select query, total_exec_time from pg_stat_statements",
        "select total_exec_time as total_time from pg_stat_statements order by total_time",
        "select total_time from my_timings",
        "select 'total_time' from pg_stat_statements -- total_time",
        "select n_live_tup, n_dead_tup from pg_stat_user_tables",
        "select relname, n_live_tup as estimate from pg_stat_user_tables",
        "select t.tablename from pg_tables t join pg_stat_user_tables s on s.relname = t.tablename",
        "select count(*) from orders",
    ] {
        assert_eq!(codes("sql", sql), Vec::<&str>::new(), "{sql}");
    }
}

#[test]
fn tools_that_are_asked_or_told_the_wrong_thing() {
    trap(
        "development-command",
        &[
            "npx --no prisma migrate reset --force",
            "pnpm exec prisma db push",
            "npx --no prisma migrate dev",
        ],
    );
    fine(
        "development-command",
        &[
            "npx --no prisma migrate deploy",
            "npx --no prisma db seed",
            "npx --no prisma db pull",
        ],
    );
    trap(
        "status-proves-nothing",
        &[
            "dbmate up\ndbmate status",
            "alembic upgrade head && alembic current",
            "sqlx migrate run; sqlx migrate info",
        ],
    );
    fine(
        "status-proves-nothing",
        &[
            "dbmate up\ndbmate status --exit-code",
            "alembic upgrade head && alembic current --check-heads",
            "sqlx migrate run; ! sqlx migrate info | grep -q pending",
            "dbmate status\ndbmate up",
        ],
    );
    trap(
        "export-changes-nothing",
        &[
            "export MAINTENANCE_MODE=true",
            "export APP_READ_ONLY=1",
            "DATABASE_URL=postgresql://db2/shop",
            "A=1\nB=2",
        ],
    );
    fine(
        "export-changes-nothing",
        &[
            "export MAINTENANCE_MODE=true; docker compose up -d",
            "export PGPASSWORD=x",
            "export MAINTENANCE_MODE=true; ./restart.sh",
            "MAINTENANCE_MODE=true ./restart.sh",
            "A=$(./migrate.sh)",
            "A=1\n./restart.sh $A",
            "unset MAINTENANCE_MODE",
            "export MAINTENANCE_MODE=false",
        ],
    );
}

#[test]
fn a_trap_in_a_typed_plan_is_found_at_its_place_whatever_the_string() {
    for value in [
        "'curl https://shop.example'",
        "\"echo \\\"a\\\"; curl https://shop.example\"",
        "'''\necho a\ncurl https://shop.example'''",
        "\"\"\"\necho a\n  curl https://shop.example\"\"\"",
    ] {
        let plan = format!(
            "title = 'x'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nshell = {value}\n"
        );
        let opened = open("plan.toml", plan.as_bytes());
        let found = found(&opened, Severity::Warning);
        assert_eq!(
            found,
            [("curl-hides-errors", "curl https://shop.example".to_owned())],
            "{value}"
        );
    }
}

#[test]
fn an_undo_and_an_alternative_are_looked_at_as_well() {
    let plan = "title = 'x'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nshell = 'true'\n\
                undo = { shell = 'psql shop < fix.sql' }\n";
    let opened = open("plan.toml", plan.as_bytes());
    assert_eq!(found(&opened, Severity::Warning)[0].0, "psql-hides-errors");
    let runbook = "# P\n\n## Deployment\n\n- [ ] Do\n\n```bash\ntrue\n```\n\nOR\n\n```bash\ngit push -f\n```\n";
    assert_eq!(traps(runbook), [("force-push", "git push -f".to_owned())]);
}

/// The codes of the warnings and errors of a runbook, and those of what it allows.
fn judged(name: &str, text: &str) -> (Vec<&'static str>, Vec<(&'static str, String)>) {
    let opened = open(name, text.as_bytes());
    let codes = opened
        .problems
        .iter()
        .map(|p| p.code)
        .filter(|code| !OTHERS.contains(code));
    let allowed = opened
        .allowed
        .iter()
        .map(|a| (a.problem.code, a.reason.clone()));
    (codes.collect(), allowed.collect())
}

#[test]
fn what_is_allowed_with_a_reason_is_kept_aside() {
    let reason = |code| vec![(code, "it only greets".to_owned())];
    let curl = "shell = 'curl https://shop.example'";
    let plan = |top: &str, step: &str| {
        format!(
            "title = 'x'\n{top}[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\n{curl}\n{step}[[phase.step]]\ntitle = 'c'\n{curl}\n"
        )
    };
    let one = "code = 'curl-hides-errors'\nreason = 'it only greets'\n";
    let (found, allowed) = judged("p.toml", &plan(&format!("[[allow]]\n{one}"), ""));
    assert_eq!((found.len(), allowed.len()), (0, 2));
    let own = "allow = [{ code = 'curl-hides-errors', reason = 'it only greets' }]\n";
    assert_eq!(
        judged("p.toml", &plan("", own)),
        (vec!["curl-hides-errors"], reason("curl-hides-errors"))
    );
    let idle = plan("[[allow]]\ncode = 'curl-hide-errors'\nreason = 'x'\n", own);
    assert_eq!(
        judged("p.toml", &idle).0,
        ["unused-allow", "curl-hides-errors"]
    );
    let silent = plan("[[allow]]\ncode = 'curl-hides-errors'\n", "");
    assert_eq!(judged("p.toml", &silent).0[0], "allow-without-reason");
    assert!(open("p.toml", silent.as_bytes()).plan.is_none());
    let blank = plan("[[allow]]\ncode = 'curl-hides-errors'\nreason = ' '\n", "");
    assert_eq!(judged("p.toml", &blank).0[0], "allow-without-reason");
}

#[test]
fn a_runbook_allows_in_its_front_matter_or_in_comments() {
    let curl = "```bash\ncurl https://shop.example\n```\n";
    let told = "<!-- gonogo: allow curl-hides-errors it only greets -->\n";
    let body = format!("## Deployment\n\n- [ ] One\n\n{curl}\n- [ ] Two\n\n{curl}");
    let count = |text: &str| {
        let (found, allowed) = judged("p.md", text);
        assert!(
            found.iter().all(|code| *code == "curl-hides-errors"),
            "{found:?}"
        );
        (found.len(), allowed.len())
    };
    for front in [
        "+++\n[[allow]]\ncode = 'curl-hides-errors'\nreason = 'it only greets'\n+++\n",
        "---\nallow:\n  - code: curl-hides-errors\n    reason: it only greets\n---\n",
    ] {
        assert_eq!(count(&format!("{front}# P\n\n{body}")), (0, 2), "{front}");
    }
    assert_eq!(count(&format!("{told}\n# P\n\n{body}")), (0, 2));
    assert_eq!(count(&format!("# P\n\n{told}\n{body}")), (0, 2));
    let before_item = body.replacen("- [ ] One", &format!("{told}\n- [ ] One"), 1);
    assert_eq!(count(&format!("# P\n\n{before_item}")), (1, 1));
    let in_item = body.replacen("- [ ] Two\n", &format!("- [ ] Two\n\n  {told}"), 1);
    assert_eq!(count(&format!("# P\n\n{in_item}")), (1, 1));
    let at_line = body.replacen("- [ ] Two", &format!("- [ ] Two {}", told.trim()), 1);
    assert_eq!(count(&format!("# P\n\n{at_line}")), (1, 1));
    // What holds for a section holds for its items: the first that says so is why.
    let twice = format!("# P\n\n{told}\n{before_item}");
    let opened = open("p.md", twice.as_bytes());
    let idle = opened.problems.iter().find(|p| p.code == "unused-allow");
    assert_eq!(opened.allowed.len(), 2);
    assert!(idle.is_some_and(|p| p.span.start > twice.find("## ").unwrap()));
    let shown = format!("# P\n\n```html\n{told}```\n\n{body}");
    assert_eq!(count(&shown), (2, 0));
    let silent = format!("# P\n\n<!-- gonogo: allow curl-hides-errors -->\n\n{body}");
    assert!(judged("p.md", &silent).0.contains(&"allow-without-reason"));
    for comment in ["<!-- gonogo: silence -->", "<!-- gonogo allow x: y -->"] {
        let text = format!("{comment}\n# P\n");
        assert!(
            judged("p.md", &text).0.contains(&"bad-comment"),
            "{comment}"
        );
    }
    for comment in ["<!-- gonogo is great -->", "<!-- gonogo allowing -->"] {
        let text = format!("{comment}\n# P\n");
        let bad = judged("p.md", &text).0.contains(&"bad-comment");
        assert_eq!(bad, comment.contains("allow"), "{comment}");
    }
}

/// The codes of a plan whose SQL steps are `steps`, each with a lock timeout.
fn judged_sql(steps: &[&str]) -> Vec<&'static str> {
    let mut plan =
        "title = 'x'\n[databases.main]\nurl_env = 'U'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n"
            .to_owned();
    for sql in steps {
        plan.push_str(&format!(
            "[[phase.step]]\ntitle = 'b'\nlock_timeout = '2s'\nsql = \"\"\"{sql}\"\"\"\n"
        ));
    }
    judged("p.toml", &plan).0
}

#[test]
fn sql_that_keeps_others_out_or_breaks_code() {
    for (sql, code) in [
        ("create index i on orders (a)", "blocking-index"),
        ("reindex table orders", "blocking-index"),
        (
            "alter table orders add constraint c check (a > 0)",
            "blocking-scan",
        ),
        ("alter table orders add unique (a)", "blocking-scan"),
        (
            "alter table orders add column a uuid default uuid_generate_v4()",
            "table-rewrite",
        ),
        ("vacuum full orders", "table-rewrite"),
        ("refresh materialized view totals", "table-rewrite"),
        (
            "alter table orders add column a int not null",
            "breaking-change",
        ),
        ("truncate orders", "breaking-change"),
        ("drop view totals", "breaking-change"),
        ("alter type mood rename value 'a' to 'b'", "breaking-change"),
        ("delete from orders", "whole-table-write"),
        (
            "do $$ begin delete from orders; end $$",
            "whole-table-write",
        ),
        (
            "do $x$ begin if exists (select 1) then alter table orders add unique (a); end if; end $x$",
            "blocking-scan",
        ),
        (
            "do $$ begin execute 'drop table ' || t; end $$",
            "unread-sql",
        ),
        ("reindex database shop", "blocking-index"),
        ("reindex schema public", "blocking-index"),
        ("vacuum full", "table-rewrite"),
        ("vacuum (full, analyze)", "table-rewrite"),
    ] {
        assert_eq!(judged_sql(&[sql]), [code], "{sql}");
    }
}

#[test]
fn sql_that_nobody_notices() {
    for steps in [
        &[
            "create table a (id int)",
            "create index i on a (id)",
            "insert into a select 1",
            "drop table a",
        ][..],
        &["create temp table a as select 1", "update a set id = 2"],
        &["alter table orders add column a int default 0"],
        &["create index concurrently i on orders (a)"],
        &["drop index concurrently i", "reindex index concurrently j"],
        &[
            "alter table orders add constraint c check (a > 0) not valid",
            "alter table orders validate constraint c",
        ],
        &[
            "update orders set a = 1 where id < 100",
            "delete from orders where id = 1",
        ],
        &[
            "vacuum (analyze) orders",
            "analyze orders",
            "comment on table orders is 'x'",
        ],
        &["select * from orders where id = 1 for update"],
        &["refresh materialized view concurrently totals"],
        &[
            "grant select on orders to reader",
            "alter type mood add value 'c'",
        ],
        &[
            "do $$ begin perform 'drop table orders'; end $$",
            "select 'truncate orders' -- drop table orders",
        ],
    ] {
        assert_eq!(judged_sql(steps), Vec::<&str>::new(), "{steps:?}");
    }
}

#[test]
fn sql_given_to_psql_is_judged_as_well() {
    trap(
        "blocking-index",
        &[
            "psql -c 'create index i on orders (a)'",
            "psql -v ON_ERROR_STOP=1 <<EOF\n\\set x 1\ncreate index i on orders (a);\nEOF",
        ],
    );
    trap(
        "not-in-transaction",
        &["psql -1 -v ON_ERROR_STOP=1 <<EOF\ncreate index concurrently i on orders (a);\nEOF"],
    );
    let divided = "create table log (at date) partition by range (at);\n\
                   create index log_at on log (at);\nreindex";
    let own = |rest: &str| format!("psql -1 -v ON_ERROR_STOP=1 <<EOF\n{divided} {rest};\nEOF");
    trap(
        "not-in-transaction",
        &[&own("table log"), &own("index log_at")],
    );
    fine("not-in-transaction", &[&own("table other")]);
    trap(
        "not-in-transaction",
        &[
            "psql shop -c 'set lock_timeout = 0; vacuum orders'",
            "psql -1 -c 'create database shop_new'",
            "psql -v ON_ERROR_STOP=1 <<'EOF'\nbegin;\nalter system set work_mem = '1MB';\ncommit;\nEOF",
            "psql <<'EOF'\nbegin;\nreindex (verbose) schema public;\ncommit;\nEOF",
            "psql -c 'do $$ begin create index concurrently i on orders (a); end $$'",
            &format!("psql -1 <<EOF\n{divided} table log;\ncluster log using log_at;\nEOF"),
        ],
    );
    fine(
        "not-in-transaction",
        &[
            "psql shop -c 'vacuum orders'",
            "psql -1 -c \"create subscription s connection 'x' publication p with (connect = false)\"",
            "psql -c 'do $$ begin create index i on orders (a); end $$'",
        ],
    );
    trap(
        "partitioned-index",
        &[
            "psql <<'EOF'\ncreate table ev (d date) partition by range (d);\ncreate index concurrently ev_d on ev (d);\nEOF",
        ],
    );
    fine(
        "not-in-transaction",
        &[
            "psql -c 'create index concurrently i on orders (a)'",
            "psql -v ON_ERROR_STOP=1 <<EOF\nselect 1;\ncreate index concurrently i on orders (a);\nEOF",
        ],
    );
    trap(
        "lock-held-long",
        &[
            "psql -c 'alter table orders add a int; update orders set a = 1'",
            "psql -c 'begin; alter table orders add a int; select pg_sleep(60); commit'",
            "psql -c 'begin; alter table orders add a int; create index on items (q); commit'",
        ],
    );
    fine(
        "lock-held-long",
        &[
            "psql -c 'begin; alter table orders add a int; select count(*) from orders; commit'",
            "psql -c 'begin; alter table orders add a int; select count(*) from versions; commit'",
            "psql -c 'begin; create table items (q int); create index on items (q); commit'",
        ],
    );
    trap(
        "whole-table-write",
        &[
            "psql -c 'explain analyze update orders set a = 1'",
            "psql -c \"alter table orders add a text; update orders set a = '' where a is null\"",
        ],
    );
    trap(
        "breaking-change",
        &["psql -c 'alter table orders alter a type int using null'"],
    );
    fine(
        "lock-held-long",
        &["psql -c 'alter table orders add a int' -c 'update orders set a = 1 where a is null'"],
    );
}

#[test]
fn a_transaction_that_is_ended_somewhere_else_is_rolled_back() {
    const CODE: &str = "transaction-left-open";
    let left = ["begin; select 1", "commit"];
    assert_eq!(judged_sql(&left), [CODE]);
    let savepoint = "begin; savepoint a; select 1; rollback to savepoint a";
    assert_eq!(judged_sql(&[savepoint]), [CODE]);
    for whole in [
        "begin; select 1; commit",
        "start transaction; select 1; rollback",
        "begin; select 1; prepare transaction 'x'",
        "savepoint a; select 1; rollback to savepoint a",
    ] {
        assert_eq!(judged_sql(&[whole]), Vec::<&str>::new(), "{whole}");
    }
    trap(CODE, &["psql -v ON_ERROR_STOP=1 -c 'begin; select 1'"]);
    fine(
        CODE,
        &["psql -v ON_ERROR_STOP=1 -c 'begin; select 1; commit'"],
    );
}

#[test]
fn commands_of_well_written_runbooks_are_left_alone() {
    for script in [
        "docker compose exec -T db psql -U shop -c 'select 1'",
        "docker build -t shop:1 . && docker push shop:1",
        "kubectl exec -it deploy/app -- ./manage.py migrate",
        "ssh host 'sudo systemctl restart app'",
        "while IFS= read -r line; do echo \"$line\"; done <<< \"$x\"",
        "IFS=, read -r a b <<< \"$x\"",
        "curl -fsSL https://x.example/install.sh | bash",
        "if true; then uptime; fi",
        "while ! pg_isready; do sleep 1; done",
        "alembic upgrade head || alembic downgrade -1",
        "journalctl -u app --since '10 min ago' --no-pager",
        "ssh -f -N -L 5433:db:5432 bastion",
        "git push origin v1.2.3 && git push origin --delete old",
        "docker compose -f a.yml -f b.yml up -d --no-deps --build app",
        "export PGPASSWORD=\"$(cat /run/secrets/db)\"",
        "psql \"$DATABASE_URL\" --csv -c 'select 1' > out.csv",
        "pg_dump --schema-only shop > schema.sql",
        "kubectl rollout restart deploy/shop",
        "aws rds create-db-snapshot --db-instance-identifier x --db-snapshot-identifier y",
        "helm upgrade shop ./chart --wait --timeout 5m",
        "pg_basebackup -D /backups/base -X stream && pg_verifybackup /backups/base",
        "sed -i 's/watch/tail -f/' x && grep -rn 'npx prisma' docs",
        "cat <<'EOF' > notes.txt\npsql < backup.sql\ngit push --force\nEOF",
    ] {
        assert_eq!(codes("bash", script), Vec::<&str>::new(), "{script}");
    }
}

#[test]
fn lines_behind_a_session_run_on_this_machine() {
    trap(
        "runs-here",
        &[
            "ssh db1\nsudo systemctl stop app",
            "su - postgres\necho \"I am $(id -un)\"",
            "sudo -i\nls",
            "sudo -iu postgres; ls",
            "sudo su -\nls",
            "docker exec -it db bash\nls /",
            "kubectl exec deploy/web -- sh\nls /",
            "mysql shop\nshow tables",
            "gcloud compute ssh db1\nls",
            "bin/rails console\nUser.count",
            "kamal console\nUser.count",
            "python manage.py shell\nls",
            "php artisan tinker\nls",
            "fly postgres connect -a db\nls",
        ],
    );
    fine(
        "runs-here",
        &[
            "bin/rails console < fix.rb\nls",
            "bin/rails runner 'User.count'\nls",
            "python manage.py migrate\nls",
            "php artisan tinker --execute='x()'\nls",
            "kamal deploy\nls",
            "ssh db1",
            "ssh db1\nexit",
            "ssh db1 uptime\nls",
            "ssh db1 'bash -s' <<'EOF'\nls\nEOF\nls",
            "su postgres -c 'ls'\nls",
            "sudo -u postgres ls\nls",
            "sudo -i ls\nls",
            "docker exec db bash -c ls\nls",
            "psql -Xc 'select 1' shop\nls",
            "curl -fsS https://x.example | bash\nls",
            "bash deploy.sh\nls",
        ],
    );
    let held = |text: &str| {
        let opened = open("runbook.md", text.as_bytes());
        let plan = opened.plan.unwrap();
        plan.steps.iter().any(|step| step.spec.confirm.is_some())
    };
    assert!(held(&deploying("bash", "su - postgres\nls")));
    assert!(!held(&deploying("bash", "su postgres -c ls\nls")));
}

/// The lines of the steps of a runbook that are said to be meant for a session; all of them ask.
fn below_a_session(body: &str) -> Vec<usize> {
    let opened = open("runbook.md", format!("# Deploy\n\n{body}").as_bytes());
    let line = |span: crate::plan::Span| opened.source.line(span.start);
    let told = opened
        .problems
        .iter()
        .filter(|problem| problem.message.starts_with("this is meant for the session"));
    let told: Vec<usize> = told.map(|problem| line(problem.span)).collect();
    let plan = opened.plan.as_ref().unwrap();
    let asks = plan.steps.iter().filter(|step| step.spec.confirm.is_some());
    let asks: Vec<usize> = asks.map(|step| line(step.spec.span)).collect();
    assert!(told.iter().all(|line| asks.contains(line)), "{body}");
    told
}

#[test]
fn steps_below_a_session_on_another_machine_are_meant_for_it_until_it_is_left() {
    let block = |lines: &str| format!("```bash\n{lines}\n```\n");
    let three = |first: &str, heading: &str, then: &str| {
        let (first, then, last) = (block(first), block(then), block("./check"));
        format!("## Preparation\n{first}\n## {heading}\n{then}\n## Verification\n{last}")
    };
    for first in [
        "ssh db1",
        "ssh -t ada@db1",
        "gcloud compute ssh db1",
        "ssh -A -p 2222 db1",
    ] {
        assert_eq!(
            below_a_session(&three(first, "Deployment", "./go")),
            [10, 15],
            "{first}"
        );
    }
    for first in [
        "ssh db1 uptime",
        "ssh db1 <<'EOF'\nls\nEOF",
        "ssh -fN -L 5433:db:5432 bastion",
        "ssh -N -L 5433:db:5432 bastion",
        "ssh-copy-id ada@db1",
        "scp a ada@db1:",
        "su - postgres",
        "ssh db1\nexit",
    ] {
        assert_eq!(
            below_a_session(&three(first, "Deployment", "./go")),
            [0; 0],
            "{first}"
        );
    }
    // It is left, or another one is opened.
    assert_eq!(
        below_a_session(&three("ssh db1", "Deployment", "exit")),
        [0; 0]
    );
    assert_eq!(
        below_a_session(&three("ssh db1", "Deployment", "./go || exit 1")),
        [10, 15]
    );
    assert_eq!(
        below_a_session(&three(
            "ssh db1",
            "Deployment, back on your machine",
            "./go"
        )),
        [0; 0]
    );
    assert_eq!(
        below_a_session(&three("ssh db1", "Deployment", "ssh db2")),
        [15]
    );
    assert_eq!(
        below_a_session(&three("ssh db1", "Deployment", "scp a db1:/srv")),
        [0; 0]
    );
    assert_eq!(
        below_a_session(&three(
            "ssh db1",
            "Deployment from your workstation",
            "./go"
        )),
        [0; 0]
    );
    // What only tries it opens none, and a way back has its own.
    let tries = format!(
        "## Preparation\n- [ ] Verify access\n\n  {}\n## Deployment\n{}",
        block("ssh db1").replace('\n', "\n  "),
        block("./go")
    );
    assert_eq!(below_a_session(&tries), [0; 0]);
    let back = format!(
        "## Deployment\n{}\n## Rollback\n{}\n{}\n## Verification\n{}",
        block("./go"),
        block("ssh db1"),
        block("./undo"),
        block("./check")
    );
    assert_eq!(below_a_session(&back), [14]);
}

#[test]
fn a_limit_for_locks_holds_for_the_session_that_has_it() {
    let told = |script: &&str| {
        let opened = open("runbook.md", deploying("bash", script).as_bytes());
        let mut problems = opened.problems.iter();
        problems.any(|problem| problem.code == "no-lock-timeout")
    };
    let unlimited = [
        "psql -c \"SET LOCAL lock_timeout = '2s'\" -c 'ALTER TABLE a ADD b int'",
        "psql -c \"ALTER ROLE d SET lock_timeout = '2s'\" -c 'ALTER TABLE a ADD b int'",
        "psql <<'EOF'\nSET lock_timeout = '2s';\n\\connect shop\nALTER TABLE a ADD b int;\nEOF",
        "psql -c \"SET lock_timeout = '2s'\"\npsql -c 'ALTER TABLE a ADD b int'",
        "psql -c \"ALTER ROLE d SET lock_timeout = '2s'\"\npsql -c 'ALTER ROLE d RESET lock_timeout'\npsql -c 'ALTER TABLE a ADD b int'",
    ];
    let limited = [
        "psql -1 -c \"SET LOCAL lock_timeout = '2s'\" -c 'ALTER TABLE a ADD b int'",
        "cat > a.sql <<'EOF'\nSET LOCAL lock_timeout = '2s';\nEOF\ncat > b.sql <<'EOF'\nALTER TABLE a ADD b int;\nEOF\npsql -1 -f a.sql -f b.sql",
        "psql -c \"ALTER ROLE d SET lock_timeout = '2s'\"\npsql -U d -c 'ALTER TABLE a ADD b int'",
        "psql -c \"ALTER DATABASE shop SET lock_timeout = '2s'\"\npsql shop -c 'ALTER TABLE a ADD b int'",
        "psql <<'EOF'\n\\connect shop\nSET lock_timeout = '2s';\nALTER TABLE a ADD b int;\nEOF",
    ];
    for script in &unlimited {
        assert!(told(script), "{script}");
    }
    for script in &limited {
        assert!(!told(script), "{script}");
    }
}

#[test]
fn how_long_a_lock_is_waited_for_is_told_for_all_statements_at_once() {
    let of = |sql: &str| {
        let text = format!(
            "title = 'x'\n[databases.main]\nurl_env = 'U'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nsql = \"\"\"{sql}\"\"\"\n"
        );
        let problems = open("p.toml", text.as_bytes()).problems;
        let found = problems.into_iter().find(|p| p.code == "no-lock-timeout");
        found.map(|problem| problem.message)
    };
    let message = of("alter table a add b int; alter table c add d int; lock table e").unwrap();
    assert!(message.ends_with("; so do 2 statements below"), "{message}");
    assert!(of("lock table t").is_some());
    assert!(of("set lock_timeout = 0; alter table a add b int").is_some());
    assert!(of("set lock_timeout to '0s'; alter table a add b int").is_some());
    for sql in [
        "lock table t nowait",
        "lock table t in share mode",
        "set lock_timeout = '2s'; alter table a add b int",
        "set lock_timeout = 500; alter table a add b int",
        "set lock_timeout = '0.5s'; alter table a add b int",
    ] {
        assert_eq!(of(sql), None, "{sql}");
    }
}

#[test]
fn a_table_that_the_database_does_not_have_is_warned_of_unless_the_plan_makes_it() {
    let facts = crate::plan::Facts {
        server: Some(16),
        ..crate::plan::Facts::default()
    };
    let of = |sql: &str| {
        let text = format!(
            "title = 'x'\n[databases.main]\nurl_env = 'U'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nlock_timeout = '2s'\nsql = \"\"\"{sql}\"\"\"\n"
        );
        let opened = crate::plan::open_with("p.toml", text.as_bytes(), Some(&facts));
        let problems = opened.problems.into_iter();
        let found = problems
            .filter(|p| ["blocking-scan", "blocking-index", "table-rewrite"].contains(&p.code));
        found.map(|p| p.message).collect::<Vec<_>>()
    };
    for sql in [
        "alter table nope alter column b set not null",
        "create index on nope (x)",
        "alter table nope alter column b type bigint",
    ] {
        let found = of(sql);
        assert_eq!(found.len(), 1, "{sql}");
        assert!(
            found[0].contains("`nope` (not found in the database)"),
            "{found:?}"
        );
    }
    assert!(of("create table nope (b int); create index on nope (b)").is_empty());
}

#[test]
fn sql_that_a_variable_holds_is_judged() {
    trap(
        "breaking-change",
        &[
            "SQL='alter table big drop column b'\npsql -c \"$SQL\"",
            "export SQL='alter table big drop column b'\npsql -c \"${SQL}\"",
            "SQL='alter table big drop column b'\necho \"$SQL\" | psql -v ON_ERROR_STOP=1",
            "heroku pg:psql -a shop -c 'alter table big drop column b'",
        ],
    );
    fine(
        "breaking-change",
        &[
            "SQL='select 1'\npsql -c \"$SQL\"",
            "psql -c \"$SQL\"\nSQL='alter table big drop column b'",
        ],
    );
}

#[test]
fn sql_behind_variables_files_functions_and_commands_of_psql_is_judged() {
    trap(
        "breaking-change",
        &[
            "psql -v ON_ERROR_STOP=1 <<'EOF'\nselect max(id) as m from t \\gset\ndrop table orders;\nEOF",
            "psql -v ON_ERROR_STOP=1 <<'EOF'\nselect 1\n\\g out.txt\ndrop table orders;\nEOF",
            "psql -c \"alter table $T drop column a\"",
            "psql -c \"alter table ${SCHEMA}.orders drop column a\"",
            "psql -v ON_ERROR_STOP=1 <<'EOF'\nalter table :tbl drop column a;\nEOF",
            "psql -v ON_ERROR_STOP=1 <<'EOF'\nalter table :\"tbl\" drop column a;\nEOF",
            "cat > /tmp/x.sql <<'EOF'\nalter table orders drop column a;\nEOF\npsql -v ON_ERROR_STOP=1 -f /tmp/x.sql",
            "tee x.sql <<'EOF'\nalter table orders drop column a;\nEOF\npsql -v ON_ERROR_STOP=1 < x.sql",
            "echo 'alter table orders drop column a' > x.sql\npsql -v ON_ERROR_STOP=1 -f x.sql",
            "q() { psql -c \"$1\"; }\nq 'alter table orders drop column a'",
            "function q {\n  psql \"$@\"\n}\nq -c 'alter table orders drop column a'",
            "PSQL=\"psql -X shop\"\n$PSQL -c 'alter table orders drop column a'",
        ],
    );
    trap("blocking-index", &["psql -c \"create index on $T (a)\""]);
    for statement in ["update $T set a = 1", "delete from $T"] {
        trap("whole-table-write", &[&format!("psql -c \"{statement}\"")]);
    }
    fine(
        "breaking-change",
        &[
            "q() { echo \"$1\"; }\nq 'alter table orders drop column a'",
            "PSQL=\"mysql shop\"\n$PSQL -c 'alter table orders drop column a'",
            "psql -c \"alter table $T add column a int\"",
            "cat > notes.txt <<'EOF'\nalter table orders drop column a;\nEOF",
        ],
    );
    let opened = |script: &str| open("runbook.md", deploying("bash", script).as_bytes());
    for (script, told) in [
        (
            "psql -c \"alter table $T drop column a\"",
            "breaking-change",
        ),
        ("psql -c \"$SQL\"", "unread-sql"),
        ("psql -c \"alter table orders $WHAT\"", "unread-sql"),
        ("psql -Atc \"select 'drop table a'\" | psql", "unread-sql"),
        (
            "psql -v ON_ERROR_STOP=1 <<'EOF'\nselect format('drop table %I', t) from x \\gexec\nEOF",
            "unread-sql",
        ),
    ] {
        let problems = opened(script).problems;
        assert!(
            problems.iter().any(|p| p.code == told),
            "{script}: {problems:?}"
        );
    }
    for script in [
        "psql -c \"select * from t where id = $ID\"",
        "psql -c \"update t set a = '$A' where id = $ID\"",
        "psql -c \"delete from $T where id = :id\"",
        "pg_dump shop | psql -v ON_ERROR_STOP=1 scratch",
    ] {
        let problems = opened(script).problems;
        assert!(
            problems.iter().all(|p| p.code != "unread-sql"),
            "{script}: {problems:?}"
        );
    }
}

#[test]
fn commands_that_delete_where_data_is_kept() {
    trap(
        "deletes-data",
        &[
            "kubectl delete pvc data-db-0",
            "kubectl -n shop delete pvc/data-db-0",
            "kubectl delete namespace shop",
            "aws rds delete-db-instance --db-instance-identifier shop --skip-final-snapshot",
            "terraform destroy -auto-approve",
            "docker volume rm pgdata",
            "sudo rm -rf /var/lib/postgresql/16/main",
            "rm -r \"$PGDATA\"",
            "redis-cli -h cache FLUSHALL",
            "kubectl delete pvc data-db-0 --dry-run=none",
            "kubectl delete pvc data-db-0 --dry-run none",
            "kubectl delete pvc data-db-0 --dry-run=0",
            "kubectl delete pvc dry-run-data",
            "kubectl -n dryrun delete pvc data-db-0",
            "aws rds delete-db-instance --db-instance-identifier shop --no-dry-run",
            "aws s3 rm --recursive s3://shop-backups/",
            "terraform apply -destroy -auto-approve",
            "find /var/lib/postgresql/16/main -type f -delete",
            "mkfs.ext4 /dev/sdb",
            "zfs destroy -r tank/pgdata",
            "lvremove -f vg/pgdata",
            "helm uninstall shop-postgres",
            "docker system prune -af --volumes",
            "heroku pg:copy shop::DATABASE_URL DATABASE_URL --app shop-new",
            "fly postgres destroy shop-db",
            "pg_resetwal -f /data",
        ],
    );
    fine(
        "deletes-data",
        &[
            "kubectl delete pvc --help",
            "docker volume prune --help",
            "docker volume prune -h",
            "kubectl help delete pvc",
            "aws rds delete-db-instance help",
            "kubectl delete pod web-1",
            "kubectl get pvc",
            "kubectl delete job/migrate",
            "kubectl delete namespace preview-17 --dry-run=client",
            "kubectl delete namespace preview-17 --dry-run",
            "aws s3 rm --recursive s3://shop-backups/ --dryrun",
            "zfs destroy -rn tank/pgdata",
            "kubectl --context staging delete namespace shop",
            "terraform plan -destroy",
            "docker volume ls",
            "rm -rf /srv/shop/releases/41",
            "rm /var/lib/postgresql/16/main/standby.signal",
            "redis-cli PING",
            "aws s3 rm s3://shop-backups/one.dump",
            "aws s3 rm --recursive s3://shop-assets/old/",
            "terraform apply -auto-approve",
            "find /var/lib/postgresql -name '*.conf'",
            "find /var/lib/postgresql/backups -mtime +30 -delete",
            "zfs destroy tank/pgdata@before",
            "lvremove -f vg/pgdata_snap",
            "helm uninstall canary",
            "docker system prune -af",
            "docker run --volumes-from a prune-job",
            "heroku pg:info --app shop",
            "fly postgres list",
            "pg_resetwal -n /data",
        ],
    );
}

#[test]
fn upkeep_that_keeps_others_out() {
    trap(
        "table-rewrite",
        &["vacuumdb --full --all", "vacuumdb -afz", "clusterdb shop"],
    );
    fine(
        "table-rewrite",
        &[
            "vacuumdb --all --analyze-only",
            "vacuumdb -az",
            "vacuumdb --help",
        ],
    );
    trap("blocking-index", &["reindexdb --all", "reindexdb -d shop"]);
    fine(
        "blocking-index",
        &["reindexdb --all --concurrently", "reindexdb --version"],
    );
}

#[test]
fn what_is_left_alone_in_the_background() {
    trap(
        "failure-ignored",
        &[
            "./backfill.sh &",
            "./backfill.sh & wait",
            "nohup ./backfill.sh > log 2>&1 &",
            "psql -c 'call backfill()' &",
            "a | ./load.py &",
        ],
    );
    fine(
        "failure-ignored",
        &[
            "./backfill.sh & wait $!",
            "./backfill.sh &\necho $! > pid",
            "kubectl port-forward svc/db 5432:5432 &",
            "ssh -N -L 5432:db:5432 host &",
            "tail -f log &",
            "./backfill.sh",
        ],
    );
}

#[test]
fn a_standby_is_no_backup() {
    fine(
        "unverified-backup",
        &[
            "pg_basebackup -h db1 -D /data -R",
            "pg_basebackup -h db1 -XsRP -D /data",
        ],
    );
    trap(
        "unverified-backup",
        &["pg_basebackup -h db1 -D /backup -Ft -z"],
    );
}

#[test]
fn a_dump_is_verified_by_its_own_file() {
    trap(
        "unverified-backup",
        &[
            "pg_dump -Fc -f shop.dump shop\npg_restore -f /dev/null billing.dump",
            "pg_dump -Fc -f shop.dump a\npg_dump -Fc -f bill.dump b\npg_restore -f /dev/null shop.dump",
            "pg_dump shop > shop.sql\ntail -1 users.sql | grep 'dump complete' users.sql",
            "pg_dump -Fc -f shop.2026-11-22.dump shop\npg_restore -f /dev/null shop.2026-11-21.dump",
            "pg_dump -Fc -f /new/shop.dump shop\npg_restore -f /dev/null /old/shop.dump",
            "pg_dump -Fc -f shop-$ENV.dump shop\npg_restore -f /dev/null bill-prod.dump",
            "pg_dumpall -g > globals.sql\npg_dump -Fc -f shop.dump shop",
            "pg_dump -t users shop > users.sql",
        ],
    );
    fine(
        "unverified-backup",
        &[
            "pg_dump -Fc -f /b/shop.dump shop\npg_restore -f /dev/null shop.dump",
            "pg_dump -Fc -f shop.dump shop\ngzip shop.dump\ngzip -t shop.dump.gz",
            "pg_dump -Fc -f shop_$(date +%F).dump shop\npg_restore -f /dev/null shop_*.dump",
            "pg_dump -Fc -f shop.dump shop\nmv shop.dump last.dump\npg_restore -f /dev/null last.dump",
            "pg_dump -Fc -f \"$FILE\" shop\npg_restore -f /dev/null shop.dump",
            "pg_dump shop > shop.sql\ntail -5 shop.sql | grep 'dump complete'",
            "pg_dumpall --globals-only > globals.sql\npg_dump -Fc -f shop.dump shop\npg_restore -f /dev/null shop.dump",
            "pg_dump -t users shop > users.sql\npg_dump -Fc -f shop.dump shop\npg_restore -f /dev/null shop.dump",
            "pg_dump -Fc -f shop-$ENV.dump shop\npg_restore -f /dev/null shop-prod.dump",
            "pg_dump -Fc -f shop-$(date +%F)-full.dump shop\npg_restore -f /dev/null shop-2026-11-22-full.dump",
            "pg_dump -Fc -f shop.dump shop\ninstall -m 600 shop.dump /b/keep.dump\npg_restore -f /dev/null /b/keep.dump",
            "pg_dump -Fc -f /srv/b/shop.dump shop\ndocker exec db pg_restore -f /dev/null /b/shop.dump",
        ],
    );
}

#[test]
fn a_nul_is_told_wherever_it_stands() {
    trap("odd-character", &["echo a\0b", "echo 'a\0b' # c"]);
}

#[test]
fn what_a_shell_cannot_read() {
    trap(
        "shell-syntax",
        &[
            "make db-connect\nSELECT COUNT(*) FROM users;",
            "insert into a values (1);",
            "echo \"it is done",
            "if ./ready.sh; then\n./go.sh",
            "./list.sh |",
            "bootstrap:\n  dcs:\n    ttl: 30",
            "make shell\n\\dt",
            "(cd a && ./b.sh",
        ],
    );
    fine(
        "shell-syntax",
        &[
            "psql <<SQL\nSELECT count(*) FROM users;\nSQL",
            "psql -c \"\nSELECT count(*)\nFROM users;\"",
            "if ./ready.sh; then ./go.sh; fi",
            "for f in *.sql; do\n  psql -f \"$f\"\ndone",
            "case $a in\n  b) ./b.sh ;;\n  *) ./c.sh ;;\nesac",
            "a() {\n  ./b.sh\n}\na",
            "truncate -s 0 app.log",
            "update ./list",
            "./a.sh \\\n  --b",
            "./wait.sh; : ${A:=b}",
            "while ! ./ready.sh; do sleep 1; done",
            "psql\nSELECT 1;",
            "cat > a.yml <<E\nbootstrap:\n  ttl: 30\nE",
            "[[ $a =~ ^(b|c)$ ]] && ./d.sh",
            "echo $((1 + (2 * 3)))",
            "./a.sh # it's done",
            "grep -c '#' a.txt",
            "select n in a b; do ./d.sh $n; done",
            "diff <(./a.sh) <(./b.sh)",
        ],
    );
}

#[test]
fn secrets_in_plain_sight() {
    trap(
        "secret-in-plan",
        &[
            "PGPASSWORD=hunter2 psql -c 'select 1'",
            "export PGPASSWORD='hunt er2'",
            "psql postgresql://app:hunter2@db/shop -c 'select 1'",
            "psql postgresql://app:hunter%402@db/shop -c 'select 1'",
            "export DATABASE_URL=\"mysql://app:Gx%3D91@db.example/shop\"",
            "export DATABASE_URL=\"postgres://app:hunter2@db.example/shop\"",
            "psql 'host=db user=app password=hunter2' -c 'select 1'",
            "curl -fH 'Authorization: Bearer eyJhbGciOi.J9' https://a.example",
            "mysqldump --password=hunter2 shop",
            "psql -c \"create role app login password 'hunter2'\"",
            "API_KEY=0a1b2c3d ./call.sh",
            "curl -fu admin:hunter2 https://a.example",
            "curl -f --user admin:hunter2 https://a.example",
            "curl -fH 'X-Api-Key: 9f8a7b6c' https://a.example",
            "aws configure set aws_secret_access_key wJalrXUtnFEMI",
            "mysqldump -u root -phunter2 shop > x.sql",
            "redis-cli -a hunter2 ping",
            "docker exec db sqlcmd -S localhost -U sa -P 'Zx81-hj2k!' -Q 'select 1'",
            "mongosh -u root -p hunter2 shop",
            "mongodump --password hunter2 shop",
            "sshpass -p hunter2 ssh db1 uptime",
            "sshpass -p 'hunt er2' scp a db1:",
            "echo 'db:5432:app:app:hunter2' >> ~/.pgpass",
            "curl -f -d '{\"user\": \"a\", \"password\": \"hunter2\"}' https://a.example",
        ],
    );
    fine(
        "secret-in-plan",
        &[
            "PGPASSWORD=$PGPASSWORD psql -c 'select 1'",
            "sshpass -e ssh -p 2222 db1 uptime",
            "sshpass -p \"$SSH_PASSWORD\" ssh db1 uptime",
            "PGPASSWORD=\"$(pass show db)\" psql -c 'select 1'",
            "PGPASSWORD={{password}} psql -c 'select 1'",
            "PGPASSWORD=<password> psql -c 'select 1'",
            "PGPASSWORD=\"${PASSWORD:?}\" psql -c 'select 1'",
            "psql postgresql://app@db/shop -c 'select 1'",
            "curl -fu \"$WHO:$WORD\" https://a.example",
            "curl -fu admin https://a.example:8443",
            "curl -fH 'Idempotency-Key: 9f8a7b6c' https://a.example",
            "mysql -u root -p shop -e 'select 1'",
            "docker run -d --name mysql -p3306:3306 mysql:8",
            "redis-cli -a $REDIS ping",
            "sqlcmd -S localhost -U sa -P \"$SA_PASSWORD\" -Q 'select 1'",
            "mongosh -p --eval 1",
            "mongosh --port 27017 shop",
            "aws configure set region eu-central-1",
            "echo \"db:5432:app:app:$WORD\" >> ~/.pgpass",
            "psql postgresql://app:$PASSWORD@db/shop -c 'select 1'",
            "psql postgresql://app:{{password}}@db:5432/shop -c 'select 1'",
            "psql postgresql://app:%DB_PASS%@db/shop -c 'select 1'",
            "printf 'postgresql://%s:%s@db/shop' \"$U\" \"$P\"",
            "psql 'host=db sslpassword=$X sslkey=/etc/k.pem passfile=/etc/pass' -c 'select 1'",
            "curl -fH \"Authorization: Bearer $TOKEN\" https://a.example:8443/x@y",
            "psql -W --no-password -c 'select 1'",
            "psql -c \"alter role app password '***'\"",
            "kubectl create secret generic db --from-literal=password=\"$P\"",
            "kubectl create secret generic db --from-file=password=./db.txt",
            "psql -c \"select token from sessions where token = 'a'\"",
            "aws secretsmanager get-secret-value --secret-id shop",
            "git clone git@github.com:shop/shop.git",
            "TOKEN_FILE=/run/token ./call.sh",
            "./login --token=xxxx",
            "# the password: ask who is on call\ntrue",
        ],
    );
}

#[test]
fn the_texts_of_one_call_of_psql_share_a_session() {
    fine(
        "transaction-left-open",
        &[
            "psql -v ON_ERROR_STOP=1 -c 'begin' -c 'drop table x' -c 'commit'",
            "psql -v ON_ERROR_STOP=1 -c 'begin; drop table x; commit'",
            "psql -v ON_ERROR_STOP=1 -c 'begin' -f x.sql",
        ],
    );
    trap(
        "transaction-left-open",
        &[
            "psql -v ON_ERROR_STOP=1 -c 'begin' -c 'drop table x'",
            "psql -c 'select 1' -c 'begin; drop table x'\npsql -c 'commit'",
        ],
    );
    let left = traps(&deploying(
        "bash",
        "psql -c 'select 1' -c 'start transaction' -c 'select 2'",
    ));
    assert!(
        left.contains(&("transaction-left-open", "start transaction".to_owned())),
        "{left:?}"
    );
    trap(
        "not-in-transaction",
        &[
            "psql -1 -c 'create index concurrently i on big (a)'",
            "psql --single-transaction -c 'vacuum' -c 'create index concurrently i on big (a)'",
            "psql -c 'begin' -c 'create index concurrently i on big (a)' -c 'commit'",
        ],
    );
    fine(
        "not-in-transaction",
        &[
            "psql -c 'create index concurrently i on big (a)'",
            "psql -c 'begin' -c 'select 1' -c 'commit' -c 'create index concurrently i on big (a)'",
        ],
    );
}

#[test]
fn a_pooler_has_a_language_of_its_own() {
    fine(
        "sql-syntax",
        &[
            "psql -p 6432 pgbouncer -c 'PAUSE shop'",
            "psql postgres://a@b:6432/pgbouncer -c RELOAD",
        ],
    );
    trap("sql-syntax", &["psql shop -c 'PAUSE shop'"]);
    trap(
        "sql-syntax",
        &[
            "psql shop -c 'select count(* from orders'",
            "psql shop <<'EOF'\ninsert into t (a, b values (1, 2);\nEOF",
            "psql shop <<'EOF'\ndo $$ begin update t set a = 1; end;\nEOF",
        ],
    );
    fine(
        "sql-syntax",
        &[
            "psql shop <<'EOF'\n\\set ids '(1'\nselect 1;\ncopy t from stdin;\n(1,,\n\\.\nselect :ids);\nEOF",
            "psql shop -c \"insert into t values ($VALUES\"",
        ],
    );
}

#[test]
fn a_failure_that_only_chooses_what_is_printed_is_found() {
    trap(
        "failure-ignored",
        &[
            "set +e\nprisma migrate deploy\nsystemctl restart app",
            "set +o errexit\npg_dump shop > a.sql\nls -l a.sql",
            "if prisma migrate deploy; then echo ok; else echo failed; fi",
            "if pg_dump shop > a.sql; then systemctl restart app; fi",
            "nohup ./migrate.sh &",
            "./bin/migrate || true",
            "ssh db1 bash <<'EOF'\n./migrate.sh\n./restart.sh\nEOF",
            "ssh db1 'pg_dump shop > a.sql; gzip a.sql'",
            "curl -s http://shop/health | grep -q ok || true",
        ],
    );
    fine(
        "failure-ignored",
        &[
            "set +e\nprisma migrate deploy\nif [ $? -ne 0 ]; then exit 1; fi",
            "set +e\nls\nset -e\nprisma migrate deploy\nsystemctl restart app",
            "set +e\nprisma migrate deploy",
            "prisma migrate deploy\nsystemctl restart app",
            "if prisma migrate deploy; then echo ok; else echo failed; exit 1; fi",
            "if ! prisma migrate deploy; then ./rollback.sh; fi",
            "if prisma migrate deploy; then done=yes; fi",
            "until prisma migrate deploy; do sleep 5; done",
            "for n in 1 2 3; do if prisma migrate deploy; then break; fi; sleep 5; done",
            "if prisma migrate status; then echo ok; fi",
            "ssh db1 bash -e <<'EOF'\n./migrate.sh\n./restart.sh\nEOF",
            "ssh db1 bash <<'EOF'\nset -e\n./migrate.sh\n./restart.sh\nEOF",
            "ssh db1 'cd /srv/shop && ./migrate.sh'",
            "ssh db1 'cd /srv/shop; ./migrate.sh'",
            "ssh db1 'ls; df -h'",
            "curl -fs http://shop/health | grep -q ok",
        ],
    );
    let sh = "prisma migrate deploy 2>&1 | tee -a m.log | grep -v info";
    assert!(codes("sh", sh).contains(&"pipe-hides-failure"));
    let sh = "prisma migrate deploy 2>&1 | tee -a m.log | grep 'All migrations'";
    assert!(!codes("sh", sh).contains(&"pipe-hides-failure"));
    trap(
        "curl-hides-errors",
        &[
            "STATUS=$(curl -s -o /dev/null -w \"%{http_code}\" http://shop)\necho $STATUS",
            "STATUS=$(curl -s -o /dev/null -w \"%{http_code}\" http://shop)\necho \"got ${STATUS}\"",
            "BODY=$(curl -s http://shop)\necho \"$BODY\"",
        ],
    );
    fine(
        "curl-hides-errors",
        &[
            "STATUS=$(curl -s -o /dev/null -w \"%{http_code}\" http://shop)\n[ \"$STATUS\" = 200 ]",
            "STATUS=$(curl -s -o /dev/null -w \"%{http_code}\" http://shop)\necho $STATUS | grep -q 200",
            "STATUS=$(curl -s -o /dev/null -w \"%{http_code}\" http://shop)\ncase $STATUS in 200) ;; *) exit 1 ;; esac",
            "STATUS=$(curl -fsS -o /dev/null -w \"%{http_code}\" http://shop)\necho $STATUS",
        ],
    );
}

#[test]
fn what_empties_a_database_is_found_in_every_spelling() {
    trap(
        "development-command",
        &[
            "php artisan migrate:fresh --force",
            "bin/rails db:drop db:create db:migrate",
            "bundle exec rails db:migrate:reset",
            "bundle exec rake db:drop",
            "flyway -configFiles=a.conf clean",
            "mvn flyway:clean",
            "./gradlew flywayClean",
            "alembic downgrade base",
            "npx --no sequelize db:migrate:undo:all",
            "heroku pg:reset --confirm shop",
            "docker compose down -v",
            "docker-compose -f prod.yml down --volumes",
            "goose -dir migrations postgres \"$DATABASE_URL\" reset",
            "goose postgres \"$DATABASE_URL\" down-to 0",
            "liquibase --url=$URL drop-all",
            "npx --no knex migrate:rollback --all",
            "npx --no typeorm schema:drop -d source.js",
            "diesel database reset",
            "supabase db reset --linked",
            "supabase db reset --db-url=$URL",
            "bin/rails db:schema:load",
            "bundle exec rake db:setup",
        ],
    );
    fine(
        "development-command",
        &[
            "php artisan migrate --force",
            "RAILS_ENV=test bin/rails db:drop",
            "flyway migrate",
            "alembic downgrade -1",
            "docker compose down",
            "docker compose -f docker-compose.test.yml down -v",
            "docker run -v a:/b shop down",
            "goose postgres \"$DATABASE_URL\" down",
            "goose postgres \"$DATABASE_URL\" status",
            "liquibase --url=$URL update",
            "npx --no knex migrate:rollback",
            "npx --no typeorm migration:run",
            "diesel migration revert",
            "supabase db reset",
            "supabase db push --linked",
            "bin/rails db:schema:dump",
        ],
    );
    trap("interactive-command", &["php artisan migrate"]);
    fine(
        "interactive-command",
        &["php artisan migrate --force", "php artisan migrate:status"],
    );
}

#[test]
fn what_only_looks_like_one_of_these_is_none() {
    fine(
        "interactive-command",
        &["vim --version", "top --help", "less --version"],
    );
    trap("interactive-command", &["vim notes.txt", "top"]);
    fine(
        "psql-hides-errors",
        &["(echo '\\set ON_ERROR_STOP on'; cat x.sql) | psql -X app"],
    );
    trap(
        "psql-hides-errors",
        &[
            "(echo '\\set ON_ERROR_STOP off'; cat x.sql) | psql -X app",
            "cat x.sql | psql -X app",
        ],
    );
    fine(
        "restore-over-live",
        &[
            "pg_dump -s shop | psql -Xv ON_ERROR_STOP=1 -1 new",
            "pg_dumpall -g | psql -Xv ON_ERROR_STOP=1 postgres",
        ],
    );
    trap(
        "restore-over-live",
        &["set -o pipefail\npg_dump shop | psql -Xv ON_ERROR_STOP=1 -1 crm"],
    );
    let hint = |script: &str| {
        let text = deploying("bash", script);
        let problems = open("runbook.md", text.as_bytes()).problems;
        let found = problems.into_iter().find(|p| p.code == "psql-hides-errors");
        found.and_then(|problem| problem.hint).unwrap()
    };
    assert!(!hint("psql -p 6432 pgbouncer -c RELOAD -c RESUME").contains("-1"));
    assert!(hint("psql shop -f x.sql").contains("-1"));
}

/// Whether a check of that title with that script is said to prove nothing.
fn proves_nothing(title: &str, script: &str) -> bool {
    let text = format!(
        "## Deployment\n\n- [ ] go\n\n## Verification\n\n- [ ] {title}\n\n  ```bash\n  {script}\n  ```\n\n## Rollback\n\n- [ ] back\n"
    );
    let mut found = traps(&text).into_iter();
    found.any(|(code, _)| code == "status-proves-nothing")
}

#[test]
fn a_question_and_what_faults_are_only_a_part_of_claim_nothing() {
    for (title, script) in [
        ("Which process runs", "ps aux | grep shop"),
        ("Check for error budget", "grep errors budget.txt"),
    ] {
        assert!(!proves_nothing(title, script), "{title}");
    }
    for (title, script) in [
        ("The process runs", "ps aux | grep shop"),
        ("Check for error messages", "grep errors shop.log"),
        ("Check the log for errors", "grep errors shop.log"),
    ] {
        assert!(proves_nothing(title, script), "{title}");
    }
    let text = "## Verification\n\n- [ ] All pods are running\n\n  ```bash\n  kubectl get pods | grep -v Running | wc -l\n  ```\n";
    let problems = open("runbook.md", text.as_bytes()).problems;
    let hint = problems
        .into_iter()
        .find(|p| p.code == "status-proves-nothing");
    let hint = hint.and_then(|problem| problem.hint).unwrap_or_default();
    assert!(
        hint.starts_with("`lines=$(kubectl get pods); if grep -v Running <<<"),
        "{hint}"
    );
}

#[test]
fn what_finds_something_proves_the_opposite_of_there_is_none() {
    for (title, script) in [
        ("Verify ports are free", "ss -tlnp | grep -E ':(80|443) '"),
        ("Port 5432 is free", "sudo lsof -i :5432"),
        ("Ensure that nothing listens on 80", "nc -z localhost 80"),
        ("No sessions are left", "ps aux | grep -c '[s]idekiq'"),
        ("The old worker is stopped", "pgrep -f worker"),
        ("The app is gone", "systemctl is-active app"),
        ("The app isn't running", "docker ps | grep app"),
        (
            "Look",
            "# nothing should be running on db1\n  ps aux | grep '[s]idekiq'",
        ),
        ("Port is closed", "netstat -tln | grep 8080"),
        (
            "No bad rows",
            "test $(psql -Atc 'select count(*) from bad') -gt 0",
        ),
        (
            "No bad rows",
            "[ \"$(psql -Atc 'select count(*) from bad')\" -ne 0 ]",
        ),
        ("The queue is empty", "[[ $(redis-cli llen q) -ge 1 ]]"),
        ("All pods are running", "kubectl get pods | grep -v Running"),
        (
            "Every pod is Running or Completed",
            "kubectl get pods | grep -vE 'Running|Completed'",
        ),
        ("Check for errors", "grep ERROR log"),
        (
            "Check logs for exceptions",
            "kubectl logs x | grep -i exception",
        ),
        ("App runs", "ps aux | grep app"),
        ("Look", "if ps -ef | grep -q app; then echo up; fi"),
        ("The worker is alive", "sudo ps -eo pid,args | grep worker"),
    ] {
        assert!(proves_nothing(title, script), "{title}: {script}");
    }
    for (title, script) in [
        ("Verify ports are free", "! ss -tlnp | grep ':80 '"),
        ("Verify ports are open", "ss -tlnp | grep ':80 '"),
        ("Verify disk space is free", "df -h | grep /srv"),
        ("The app is stopped", "systemctl status app | grep inactive"),
        ("The app is stopped", "docker ps -a | grep -i stopped"),
        ("If no worker is left", "ps aux | grep worker"),
        ("The app is not running as root", "ps aux | grep '^app'"),
        ("No more than two are left", "ps aux | grep worker"),
        ("Stop the old worker", "ps aux | grep worker"),
        ("Port is open", "netstat -tln | grep 8080"),
        ("Port is closed", "! netstat -tln | grep 8080"),
        (
            "No bad rows",
            "test $(psql -Atc 'select count(*) from bad') -eq 0",
        ),
        (
            "Rows were loaded",
            "test $(psql -Atc 'select count(*) from orders') -gt 0",
        ),
        (
            "No downtime: somebody serves",
            "[ $(kubectl get pods -o name | wc -l) -gt 0 ]",
        ),
        (
            "All pods are running",
            "! kubectl get pods --no-headers | grep -v Running",
        ),
        ("All pods are running", "kubectl get pods | grep Running"),
        (
            "Look at the other pods",
            "kubectl get pods | grep -v Running",
        ),
        ("Check for errors", "! grep ERROR log"),
        ("Check for the error page", "curl -fs x | grep 'Not found'"),
        ("App runs", "ps aux | grep '[a]pp'"),
        ("App runs", "pgrep -f app"),
        ("App runs", "ps aux | grep app | grep -v grep"),
        ("App runs", "ps -e | grep app"),
        ("App runs", "kubectl exec web -- ps aux | grep app"),
        ("Which pid it has", "ps aux | grep app"),
    ] {
        assert!(!proves_nothing(title, script), "{title}: {script}");
    }
}

#[test]
fn checks_that_prove_the_opposite() {
    let verifying = proves_nothing;
    for (title, script) in [
        ("No errors in the log", "grep ERROR /var/log/app.log"),
        ("No errors in the log", "grep -q ERROR /var/log/app.log"),
        (
            "There are no FATAL lines",
            "kubectl logs deploy/api | grep -i fatal",
        ),
        ("The log does not contain errors", "grep -A 3 ERROR app.log"),
        ("0 errors", "grep -c ERROR /var/log/app.log"),
        ("No pending migrations", "./migrate status | grep pending"),
        ("No old workers are left", "kubectl get pods | grep old"),
        ("Keine Fehler im Log", "grep ERROR app.log"),
        (
            "The logs are clean",
            "grep -i error app.log\n  # Should be empty",
        ),
        (
            "Look at the log",
            "grep -i error app.log\n  # Should return no results.",
        ),
        ("Log", "grep -i error app.log\n  # Sollte leer sein"),
        ("Aucune erreur dans le journal", "grep ERROR app.log"),
        ("Sin errores", "grep -i error app.log"),
        ("Sem erros no log", "grep ERROR app.log"),
        ("Ошибок нет", "grep ERROR app.log"),
        ("エラーログが0件であること", "grep -c ERROR app.log"),
        ("日志中没有错误", "grep ERROR app.log"),
        (
            "The totals are the same",
            "[ \"$a\" = \"$b\" ] || echo MISMATCH",
        ),
        (
            "The totals are the same",
            "[ $a = $b ] && echo same || echo other",
        ),
        (
            "The files are the same",
            "diff a.txt b.txt || echo \"the files differ\"",
        ),
    ] {
        assert!(verifying(title, script), "{title}: {script}");
    }
    for (title, script) in [
        ("No errors in the log", "! grep ERROR /var/log/app.log"),
        ("No errors in the log", "! kubectl logs x | grep ERROR"),
        (
            "No errors in the log",
            "if grep ERROR app.log; then exit 1; fi",
        ),
        ("No errors in the log", "grep ERROR app.log && exit 1"),
        (
            "No errors in the log",
            "test \"$(grep -c ERROR app.log)\" = 0",
        ),
        ("No errors in the log", "grep 'Started without' app.log"),
        ("No errors in the log", "grep -L ERROR app.log"),
        ("No errors in the log", "grep -q '\"errors\":0' app.log"),
        ("No errors in the log", "grep '0 errors' app.log"),
        ("The log says that it runs", "grep READY app.log"),
        (
            "No downtime during the deployment",
            "grep deployment status.txt",
        ),
        ("The error page is there", "curl -f x | grep error"),
        ("Log", "! grep error app.log\n  # Should be empty"),
        ("Log", "grep READY app.log\n  # Should not be empty"),
        (
            "If there are no errors, look at the timings",
            "grep error-rate metrics",
        ),
        (
            "The totals are the same",
            "[ $a = $b ] || { echo MISMATCH; exit 1; }",
        ),
        ("The totals are the same", "[ $a = $b ] || exit 1"),
        ("The totals are the same", "[ $a = $b ] && echo same"),
        (
            "The host is known",
            "grep -q shop hosts || echo shop >> hosts",
        ),
    ] {
        assert!(!verifying(title, script), "{title}: {script}");
    }
    let judged = "## Verification\n\n- [ ] The totals are the same\n\n  ```bash\n  [ 1 = 2 ] && echo SAME || echo MISMATCH\n  ```\n\n  Expected: `SAME`\n";
    assert!(
        !traps(judged)
            .iter()
            .any(|(code, _)| *code == "status-proves-nothing")
    );
}

#[test]
fn sql_that_takes_or_switches_off_more_than_it_names() {
    for (sql, code) in [
        ("truncate users cascade", "breaking-change"),
        (
            "alter table users drop constraint users_pkey cascade",
            "breaking-change",
        ),
        ("drop publication pub", "breaking-change"),
        ("drop subscription sub", "breaking-change"),
        ("select pg_drop_replication_slot('s')", "breaking-change"),
        (
            "select pg_terminate_backend(pid) from pg_stat_activity",
            "breaking-change",
        ),
        (
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()",
            "breaking-change",
        ),
        ("select setval('orders_id_seq', 1)", "breaking-change"),
        ("alter sequence orders_id_seq restart", "breaking-change"),
        (
            "alter sequence orders_id_seq restart with 1",
            "breaking-change",
        ),
        ("alter table users disable trigger all", "protection-off"),
        ("set session_replication_role = replica", "protection-off"),
        (
            "set local session_replication_role to 'replica'",
            "protection-off",
        ),
        (
            "select set_config('session_replication_role', 'replica', true)",
            "protection-off",
        ),
        ("alter system set fsync = off", "protection-off"),
        (
            "alter system set full_page_writes to 'off'",
            "protection-off",
        ),
        (
            "update pg_index set indisvalid = false where indexrelid = 'i'::regclass",
            "protection-off",
        ),
        (
            "delete from pg_catalog.pg_constraint where conname = 'c'",
            "protection-off",
        ),
    ] {
        assert_eq!(judged_sql(&[sql]), [code], "{sql}");
        trap(
            code,
            &[
                &format!("psql -c \"{sql}\""),
                &format!("psql -v ON_ERROR_STOP=1 <<'EOF'\n{sql};\nEOF"),
            ],
        );
    }
    for sql in [
        "set session_replication_role = origin",
        "set session_replication_role = default",
        "update pg_settings set setting = 'on' where name = 'jit'",
        "insert into seen select oid from pg_class",
        "alter table users disable trigger user",
        "alter table users enable trigger all",
        "alter system set work_mem = '64MB'",
        "alter system set fsync = on",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'",
        "select pg_terminate_backend(42)",
        "select pg_terminate_backend(pid) from pg_stat_activity where pid = 42",
        "select pg_terminate_backend(pid) from pg_stat_activity where pid in (42, 43)",
        "select pg_terminate_backend(pid) from pg_stat_activity where pid = any(pg_blocking_pids(7))",
        "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend'",
        "select pg_terminate_backend(pid) from pg_stat_activity join pg_locks l using (pid) where l.relation = 16384",
        "select count(*) from pg_replication_slots where slot_name = 'pg_drop_replication_slot'",
        "select setval('orders_id_seq', (select max(id) from orders))",
        "select setval('orders_id_seq', 100000)",
        "alter sequence orders_id_seq restart with 100000",
        "create table t (id int); alter sequence t_id_seq restart",
        "alter table users drop constraint users_name_check",
        "alter subscription sub disable",
    ] {
        assert_eq!(judged_sql(&[sql]), [""; 0], "{sql}");
    }
}

#[test]
fn sql_that_hides_rows_shuts_code_out_or_does_nothing_instead() {
    for sql in [
        "alter table orders enable row level security",
        "alter table orders enable row level security; create policy p on items using (true)",
        "alter table sales detach partition sales_2020",
        "create rule r as on insert to orders do instead nothing",
        "alter table orders alter column id drop identity",
        "alter table orders alter state drop default",
        "alter role app nologin",
        "alter user app with nologin",
    ] {
        assert_eq!(judged_sql(&[sql]), ["breaking-change"], "{sql}");
    }
    trap(
        "breaking-change",
        &["psql -c 'alter table sales detach partition sales_2020 concurrently'"],
    );
    for steps in [
        &["alter table orders enable row level security; create policy p on orders using (true)"][..],
        &[
            "create policy \"P q\" on public.orders using (true); alter table shop.orders enable row level security",
        ],
        &[
            "create policy p on orders using (true)",
            "alter table orders enable row level security",
        ],
        &["create table fresh (id int); alter table fresh enable row level security"],
        &[
            "alter table sales detach partition sales_1; alter table sales attach partition sales_2 for values in (1)",
        ],
        &["create rule r as on insert to orders where new.id < 0 do instead nothing"],
        &["create rule r as on insert to totals do instead insert into orders values (new.id)"],
        &[
            "alter table orders alter state drop default, alter state type text, alter state set default 'a'",
        ],
        &[
            "alter table orders alter id drop identity; alter table orders alter id add generated always as identity",
        ],
        &["create table t (n int default 3); alter table t alter n drop default"],
        &["create role app login; alter role app nologin"],
        &["alter role app login"],
        &["alter role app set search_path = shop"],
    ] {
        let found = judged_sql(steps);
        assert!(!found.contains(&"breaking-change"), "{steps:?}: {found:?}");
    }
}

#[test]
fn a_merge_in_which_all_rows_fit_writes_the_whole_table() {
    let merge =
        |on: &str, then: &str| format!("merge into orders o using late l on {on} when {then}");
    for (on, then) in [
        ("true", "matched then delete"),
        (
            "(1 = 1)",
            "not matched then insert values (1) when matched then delete",
        ),
        ("true", "matched then update set n = 1"),
    ] {
        let found = judged_sql(&[&merge(on, then)]);
        assert_eq!(found, ["whole-table-write"], "{on} {then}");
    }
    for (on, then) in [
        ("o.id = l.id", "matched then delete"),
        ("true", "matched and l.id = 3 then delete"),
        ("true", "not matched then insert values (1)"),
        ("o.id = l.id", "not matched by source then delete"),
    ] {
        let found = judged_sql(&[&merge(on, then)]);
        assert_eq!(found, [""; 0], "{on} {then}");
    }
}

#[test]
fn what_no_server_does_is_told() {
    let add = "alter type state add value 'sent'";
    let uses = "update orders set state = 'sent' where id = 3";
    for (sql, code) in [
        (format!("{add}; {uses}"), "not-in-transaction"),
        (
            format!("{add}; insert into orders (state) values ('sent')"),
            "not-in-transaction",
        ),
        (
            format!("{add}; alter table orders alter state set default 'sent'"),
            "not-in-transaction",
        ),
        ("drop index concurrently i, j".to_owned(), "sure-to-fail"),
        (
            "drop index concurrently i cascade".to_owned(),
            "sure-to-fail",
        ),
    ] {
        let found = judged_sql(&[&sql]);
        assert!(found.contains(&code), "{sql}: {found:?}");
    }
    let psql = |lines: &str| format!("psql -v ON_ERROR_STOP=1 <<'EOF'\n{lines}\nEOF");
    trap(
        "not-in-transaction",
        &[
            &psql(&format!("begin;\n{add};\n{uses};\ncommit;")),
            &format!("psql -c \"{add}; {uses}\""),
        ],
    );
    fine(
        "not-in-transaction",
        &[
            &psql(&format!("{add};\n{uses};")),
            &psql(&format!(
                "begin;\n{add};\ncommit;\nbegin;\n{uses};\ncommit;"
            )),
            &format!("psql -c \"{add}\" -c \"{uses}\""),
        ],
    );
    // What the column's type is nobody knows: it may be text.
    let log = psql(&format!(
        "begin;\n{add};\ninsert into changes (what) values ('sent');\ncommit;"
    ));
    let opened = open(
        "runbook.md",
        format!("## Deployment\n```bash\n{log}\n```\n").as_bytes(),
    );
    let told = opened.problems.iter();
    let told: Vec<_> = told.filter(|p| p.code == "not-in-transaction").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Warning);
    assert!(told[0].message.ends_with("of that type"), "{:?}", told[0]);
    for steps in [
        &[add, uses][..],
        &["alter type state add value 'sent'; alter type state add value 'lost' after 'sent'"],
        &["alter type state add value 'sent'; update orders set state = 'paid' where id = 3"],
        &["alter type state add value 'sent'; comment on table orders is 'sent'"],
        &[
            "create type state as enum ('a'); alter type state add value 'sent'; create table t (s state); insert into t values ('sent')",
        ],
        &["drop index concurrently i"],
    ] {
        assert_eq!(judged_sql(steps), [""; 0], "{steps:?}");
    }
}

#[test]
fn how_long_a_lock_is_held_is_told_by_all_that_is_gone_through_under_it() {
    let table = |bytes: u64, partitions: &[&str]| crate::plan::facts::TableFacts {
        bytes: Some(bytes),
        partitions: partitions.iter().map(|&name| name.to_owned()).collect(),
        ..crate::plan::facts::TableFacts::default()
    };
    let tables = [
        ("lines", table(73 << 20, &[])),
        ("small", table(24 << 10, &[])),
        ("tiny", table(8 << 10, &[])),
        ("ev", table(38 << 20, &["ev_1", "ev_2", "ev_3"])),
        ("ev_1", table(38 << 20, &[])),
        ("ev_2", table(8 << 10, &[])),
        ("ev_3", table(0, &[])),
    ];
    let tables = tables.map(|(name, table)| (name.to_owned(), table));
    let facts = crate::plan::Facts {
        server: Some(16),
        tables: tables.into(),
        ..crate::plan::Facts::default()
    };
    let of = |sql: &str, facts: Option<&crate::plan::Facts>| {
        let text = format!(
            "title = 'x'\n[databases.main]\nurl_env = 'U'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nlock_timeout = '2s'\nsql = \"\"\"{sql}\"\"\"\n"
        );
        let opened = crate::plan::open_with("p.toml", text.as_bytes(), facts);
        let problems = opened.problems.into_iter();
        let mut found = problems.filter(|p| ["blocking-scan", "blocking-index"].contains(&p.code));
        found.next().map(|p| (p.severity, p.message))
    };
    let key = |from: &str, to: &str| {
        format!("alter table {from} add constraint k foreign key (o) references {to} (id)")
    };
    for (sql, severity, words) in [
        (
            key("lines", "small"),
            Severity::Warning,
            "reads all of `lines` and `small`, 73 MB: ",
        ),
        (
            key("small", "lines"),
            Severity::Warning,
            "reads all of `small` and `lines`, 73 MB: ",
        ),
        (
            key("small", "tiny"),
            Severity::Note,
            "reads all of `small` and `tiny`, 32 kB: ",
        ),
        (
            key("small", "nope"),
            Severity::Warning,
            "reads all of `small` and `nope` (not found in the database) under",
        ),
        (
            "create index on ev (v)".to_owned(),
            Severity::Warning,
            "reads all of `ev`, 38 MB: ",
        ),
        (
            "create index on ev_3 (v)".to_owned(),
            Severity::Note,
            "reads all of `ev_3`, 0 bytes: ",
        ),
    ] {
        let (told, message) = of(&sql, Some(&facts)).unwrap();
        assert_eq!(told, severity, "{message}");
        assert!(message.contains(words), "{message}");
    }
    let (told, message) = of(&key("lines", "small"), None).unwrap();
    assert_eq!(told, Severity::Warning);
    assert!(message.contains("`lines` and `small` under"), "{message}");
    let parts = "create table pe (id int) partition by range (id); create table pe_1 partition of pe for values from (0) to (9)";
    assert_eq!(
        of(&format!("{parts}; create index on pe (id)"), Some(&facts)),
        None
    );
}
