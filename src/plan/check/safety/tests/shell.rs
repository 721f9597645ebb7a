//! Traps in what shells do with a script: pipelines over lines, variables, `!`, what stands behind `||` and `&`.

use super::{fine, trap, traps};

/// The codes of the traps in a rollback that runs `script`.
fn going_back(script: &str) -> Vec<&'static str> {
    let runbook = format!(
        "# Plan\n\n## Deployment\n\n- [ ] Do it\n\n```bash\n./deploy.sh\n```\n\n## Rollback\n\n### Go back\n\n```bash\n{script}\n```\n"
    );
    let found = traps(&runbook).into_iter();
    found.map(|(code, _)| code).collect()
}

#[test]
fn a_pipeline_goes_on_behind_a_bar_at_the_end_of_a_line() {
    fine(
        "curl-hides-errors",
        &[
            "curl -s https://a.example/health |\n  jq -e '.ok'",
            "curl -s https://a.example/health |\n\n  # the answer\n  grep -q ok",
        ],
    );
    fine("interactive-command", &["zcat x.sql.gz |\n  psql shop"]);
    trap(
        "psql-hides-errors",
        &[
            "zcat x.sql.gz |\n  psql shop",
            "zcat x.sql.gz |& # all\n  psql shop",
        ],
    );
    trap(
        "input-not-passed",
        &["cat x.sql |\n  docker exec pg psql -X -v ON_ERROR_STOP=1 shop"],
    );
    trap(
        "pipe-hides-failure",
        &["ssh db1 \"pg_dump shop |\n  gzip > x.gz\""],
    );
    trap(
        "status-proves-nothing",
        &["ps -ef |\n  grep -q nginx && echo yes"],
    );
}

#[test]
fn a_rollback_that_restores_says_that_writes_are_stopped_in_words_of_its_own() {
    for script in [
        "psql -X -v ON_ERROR_STOP=1 -d shop -f /backups/pre.sql.gz",
        "psql -X -v ON_ERROR_STOP=1 -d shop -f /backups/pre-deploy.sql",
        "# do not stop the shop\npg_restore -e -d shop x.dump",
        "# stops at the first error\npg_restore -e -d shop x.dump",
        "cd /opt/one-stop-shop\npg_restore -e -d shop x.dump",
        "zcat /backups/pre.sql.gz | psql -X -v ON_ERROR_STOP=1 -d shop",
        "cat /backups/dump.sql | psql -X -v ON_ERROR_STOP=1 -d shop",
        "pg_restore -e -c -d shop x.dump\nsystemctl stop shop",
        "heroku pg:backups:restore b101 DATABASE_URL --confirm shop",
    ] {
        let found = going_back(script);
        assert!(found.contains(&"rollback-with-writes"), "{script}");
    }
    for script in [
        "# The shop is stopped\npg_restore -e -d shop x.dump",
        "# Announce a read-only/maintenance window first\npg_restore -e -d shop x.dump",
        "# Stop the shop first\npg_restore -e -d shop x.dump",
        "systemctl stop shop\npg_restore -e -c -d shop x.dump",
        "heroku maintenance:on\nheroku pg:backups:restore b101 DATABASE_URL --confirm shop",
        "echo 'select 1' | psql -X -v ON_ERROR_STOP=1 -d shop",
    ] {
        let found = going_back(script);
        assert!(!found.contains(&"rollback-with-writes"), "{script}");
    }
}

#[test]
fn a_data_directory_is_known_by_its_variable_and_by_where_the_script_is() {
    trap(
        "deletes-data",
        &[
            "DATA=/var/lib/postgresql/16/main\nrm -rf \"${DATA:?}\"/*",
            "D=/var/lib/postgresql/16/main; rm -rf $D",
            "cd /var/lib/postgresql/16/main && rm -rf *",
            "D=/var/lib/postgresql/16/main\ncd \"$D\"\nrm -rf base global",
            "pg_dropcluster --stop 15 main",
        ],
    );
    fine(
        "deletes-data",
        &[
            "D=/srv/shop/releases/41\nrm -rf \"$D\"",
            "D=/var/lib/postgresql/16/main; D=/srv/old; rm -rf $D",
            "cd /var/lib/postgresql/16/main && cd /srv/shop && rm -rf *",
            "(cd /var/lib/postgresql/16/main && du -sh .)\nrm -rf tmp",
            "cd /var/lib/postgresql/16/main && rm -rf /srv/shop/tmp",
        ],
    );
}

#[test]
fn what_is_turned_round_counts_only_at_the_end() {
    trap(
        "status-proves-nothing",
        &[
            "! grep ERROR /var/log/shop.log\necho clean",
            "! kubectl logs deploy/shop | grep -i error\nkubectl get pods",
            "! grep -q pending status.txt\nsystemctl start shop",
            "ssh app1 'set -e; ! pgrep shop; ./start.sh'",
        ],
    );
    fine(
        "status-proves-nothing",
        &[
            "echo look\n! grep ERROR /var/log/shop.log",
            "! grep -q pending status.txt && systemctl start shop",
            "if ! grep -q ok status.txt; then exit 1; fi\necho on",
            "if grep ERROR /var/log/shop.log; then exit 1; fi\necho clean",
            "! docker rm shop-old\ndocker run --name shop shop:4",
            "! grep ERROR log\n[ $? -eq 0 ] || exit 1",
        ],
    );
}

#[test]
fn what_stands_behind_a_failure_must_not_make_it_none() {
    trap(
        "failure-ignored",
        &[
            "alembic upgrade head || exit 0",
            "alembic upgrade head || { echo failed; exit 0; }",
            "alembic upgrade head || logger 'migration failed'",
            "alembic upgrade head || slack-notify failed",
            "tell() { echo failed; }\nalembic upgrade head || tell",
            "for db in a b c; do psql -X -v ON_ERROR_STOP=1 $db -f a.sql || continue; done",
            "pg_dump -Fc -f a.dump a &\npg_dump -Fc -f b.dump b &\nwait",
            "export OUT=$(alembic upgrade head)",
            "echo \"$(alembic upgrade head)\"",
            "docker compose run -d api alembic upgrade head",
        ],
    );
    fine(
        "failure-ignored",
        &[
            "alembic upgrade head || exit 1",
            "alembic upgrade head || { logger failed; exit 1; }",
            "alembic upgrade head || { failed=1; continue; }",
            "stop() { echo failed; exit 1; }\nalembic upgrade head || stop",
            "pg_dump -Fc -f a.dump a &\none=$!\npg_dump -Fc -f b.dump b &\nwait $one; wait $!",
            "OUT=$(alembic upgrade head)\necho \"$OUT\"",
            "docker compose run --rm api alembic upgrade head",
        ],
    );
}

#[test]
fn a_container_that_is_started_gets_its_input_only_if_told_so() {
    trap(
        "input-not-passed",
        &[
            "docker run --rm --network host postgres:16 psql -X -v ON_ERROR_STOP=1 shop < fix.sql",
            "gunzip -c x.sql.gz | docker run --rm postgres:16 psql -X -v ON_ERROR_STOP=1 shop",
            "kubectl run psql --rm --image=postgres:16 --restart=Never -- psql -X -v ON_ERROR_STOP=1 shop < fix.sql",
        ],
    );
    fine(
        "input-not-passed",
        &[
            "docker run -i --rm postgres:16 psql -X -v ON_ERROR_STOP=1 shop < fix.sql",
            "docker compose run --rm api psql -X -v ON_ERROR_STOP=1 shop < fix.sql",
            "docker run --rm postgres:16 psql -c 'select 1'",
            "while read -r t; do docker run --rm postgres:16 psql -c \"vacuum $t\"; done < tables",
            "kubectl run psql --rm -i --image=postgres:16 --restart=Never -- psql shop < fix.sql",
        ],
    );
}

#[test]
fn tokens_are_known_by_how_they_begin() {
    // Put together here, that nobody takes them for one.
    let letters = "16C7e42F292c6912E7710c838347Ae178B4a";
    let tokens = [
        format!("docker login -u ci -p gh{}{letters} registry.example", "p_"),
        format!("./notify.sh gh{}{letters}", "p_"),
        format!("./notify.sh xo{}123456789012-abcdefGHIJKLmnop", "xb-"),
        format!(
            "aws configure set aws_access_key_id AKI{}",
            "AQ7JZ2TTV4KX0BN5L"
        ),
        format!(
            "curl -fsS https://hooks.{}/services/T02AB9X1Z/B03CD8Y2W/{letters}",
            "slack.com"
        ),
        "helm registry login -u ci -p Winter2026xx registry.example".to_owned(),
        "openssl enc -d -aes256 -in a -out b -pass pass:Winter2026xx".to_owned(),
    ];
    for token in tokens {
        trap("secret-in-plan", &[&token]);
        let hidden = super::super::without_secrets(&token);
        assert!(hidden.contains("********"), "{hidden}");
    }
    fine(
        "secret-in-plan",
        &[
            "docker login -u ci --password-stdin registry.example < token",
            "docker login -u ci -p \"$TOKEN\" registry.example",
            "ssh login.example -p 2222",
            "./notify.sh ghp_short AKIA",
            "openssl enc -d -in a -out b -pass pass:$PASS",
        ],
    );
}

#[test]
fn commands_are_seen_behind_more_wrappers_and_in_variables() {
    trap(
        "psql-hides-errors",
        &[
            "ssh deploy@db1 -- psql shop -f /srv/042.sql",
            "ssh app1 -- 'psql shop -f a.sql'",
            "ssh app1 -p 2222 psql shop -f a.sql",
            "runuser -u postgres -- psql shop -f 042.sql",
            "runuser -u postgres psql shop -f 042.sql",
            "PSQL=\"psql -h db -U shop shop\"\n$PSQL -f 042.sql",
            "export PSQL='psql -h db shop'\n${PSQL} < 042.sql",
            "target=(-h db -d shop)\npsql \"${target[@]}\" -f 042.sql",
            "script='psql shop -f 042.sql'\nbash -c \"$script\"",
        ],
    );
    fine(
        "psql-hides-errors",
        &[
            "PSQL=\"psql -X -v ON_ERROR_STOP=1 -h db shop\"\n$PSQL -f 042.sql",
            "how=(-X -v ON_ERROR_STOP=1)\npsql \"${how[@]}\" -f 042.sql",
            "PSQL=\"psql shop\"\nPSQL=./run-psql\n$PSQL -f 042.sql",
            "PSQL=$(which psql)\n$PSQL -f 042.sql",
            "PSQL='psql shop'\nif [ -x run ]; then PSQL=./run; fi\n$PSQL -f 042.sql",
            "runuser -l postgres",
        ],
    );
    trap(
        "curl-hides-errors",
        &["CURL=\"curl -s\"\n$CURL https://shop.example/health"],
    );
}

#[test]
fn a_shells_variable_brings_a_plans_value_to_another_shell() {
    let given = |script: &str| {
        let plan = format!(
            "---\nvars:\n  tag: {{ pattern: '.*' }}\n---\n\n{}",
            super::deploying("bash", script)
        );
        traps(&plan)
            .into_iter()
            .any(|(code, _)| code == "value-as-code")
    };
    assert!(given("TAG={{tag}}\nssh app1 \"docker pull shop:$TAG\""));
    assert!(given("TAG={{tag}}\neval \"docker pull shop:${TAG}\""));
    assert!(!given("TAG={{tag}}\ndocker pull \"shop:$TAG\""));
    assert!(!given("TAG={{tag}}\nssh app1 'docker pull shop:$TAG'"));
}

#[test]
fn tools_for_migrations_answer_in_words_or_too_early() {
    let codes_of = |heading: &str, script: &str| {
        let runbook = format!(
            "# Plan\n\n## Pre-deployment\n\n```bash\n{}\n```\n\n## Deployment\n\n```bash\ndbmate up\n```\n\n## Verification\n\n```bash\n{}\n```\n",
            if heading == "before" {
                script
            } else {
                "./look.sh"
            },
            if heading == "after" {
                script
            } else {
                "./look.sh"
            },
        );
        let opened = super::open("runbook.md", runbook.as_bytes());
        let found = super::found(&opened, super::Severity::Note).into_iter();
        found.map(|(code, _)| code).collect::<Vec<_>>()
    };
    for script in [
        "dbmate status --exit-code",
        "python manage.py migrate --check",
        "alembic current --check-heads",
    ] {
        assert!(
            codes_of("before", script).contains(&"status-fails-early"),
            "{script}"
        );
        assert!(
            !codes_of("after", script).contains(&"status-fails-early"),
            "{script}"
        );
    }
    assert!(!codes_of("before", "dbmate status").contains(&"status-fails-early"));
    for script in [
        "diesel migration pending",
        "npx --no drizzle-kit check",
        "bin/rails db:migrate:status",
        "flyway info",
        "goose status",
        "atlas migrate status",
    ] {
        assert!(
            codes_of("after", script).contains(&"status-proves-nothing"),
            "{script}"
        );
    }
    for script in [
        "flyway validate",
        "bin/rails db:abort_if_pending_migrations",
    ] {
        assert!(
            !codes_of("after", script).contains(&"status-proves-nothing"),
            "{script}"
        );
    }
}

#[test]
fn a_switch_that_goes_nowhere_is_found_in_other_shells_too() {
    trap(
        "export-changes-nothing",
        &[
            "ssh app1 'export MAINTENANCE_MODE=true'",
            "kubectl exec deploy/shop -- sh -c 'export MAINTENANCE_MODE=1'",
            "declare -x MAINTENANCE_MODE=true",
        ],
    );
    fine(
        "export-changes-nothing",
        &["ssh app1 'export MAINTENANCE_MODE=true; ./restart.sh'"],
    );
}

#[test]
fn more_programs_are_known_that_wait_or_take_what_is_there() {
    trap(
        "interactive-command",
        &[
            "pg_dump -W -Fc -f a.dump shop",
            "createuser -P shop",
            "cloud_sql_proxy -instances=a:b:c=tcp:5432",
            "fly proxy 5432",
            "pulumi up",
            "redis-cli MONITOR",
            "heroku run bash -a shop",
        ],
    );
    fine(
        "interactive-command",
        &[
            "pg_dump -w -Fc -f a.dump shop",
            "createuser shop",
            "cloud_sql_proxy -instances=a:b:c=tcp:5432 &",
            "pulumi up --yes",
            "heroku run -a shop bash -c ls",
        ],
    );
    trap(
        "runs-here",
        &["heroku run bash -a shop\nbin/rails db:migrate"],
    );
    trap(
        "development-command",
        &[
            "npx --no typeorm schema:sync",
            "atlas schema clean --auto-approve",
        ],
    );
    trap(
        "psql-hides-errors",
        &[
            "ansible db -m shell -a 'psql shop -f a.sql'",
            "parallel psql shop -f ::: a.sql b.sql",
        ],
    );
    trap(
        "wrong-restore-tool",
        &[
            "pg_dump -Fc -f /b/pre.bak shop\ncat /b/pre.bak | psql -X -1 -v ON_ERROR_STOP=1 shop_new",
        ],
    );
}

#[test]
fn what_is_meant_otherwise_is_let_be() {
    fine(
        "renamed-column",
        &[
            "psql -c 'select s.query, t.total_time from pg_stat_statements s join timings t on t.id = s.queryid'",
        ],
    );
    trap(
        "renamed-column",
        &[
            "psql -c 'select s.total_time from pg_stat_statements as s'",
            "psql -c 'select query,total_time from pg_stat_statements'",
        ],
    );
    fine(
        "restore-over-live",
        &[
            "psql -v ON_ERROR_STOP=1 shop -c 'drop schema public cascade' -c 'create schema public'\npg_restore -e -d shop x.dump",
        ],
    );
    trap("restore-over-live", &["pg_restore -e -d shop x.dump"]);
    fine(
        "weak-verification",
        &["pg_dump shop | gzip > x.sql.gz; [ \"${PIPESTATUS[0]}\" -eq 0 ]"],
    );
    fine(
        "dump-options",
        &["# Backup of the roles\npg_dumpall --globals-only -f /backups/globals.sql"],
    );
    trap("dump-options", &["pg_dumpall --globals-only -f backup.sql"]);
}

/// The message and hint of the first problem `code` in `script`.
fn said(code: &str, script: &str) -> String {
    let runbook = super::deploying("bash", script);
    let opened = super::open("runbook.md", runbook.as_bytes());
    let found = opened.problems.iter().find(|problem| problem.code == code);
    found.map_or_else(String::new, |problem| {
        let hint = problem.hint.as_deref().unwrap_or_default();
        format!("{} | {hint}", problem.message)
    })
}

#[test]
fn safer_forms_work_where_they_are_pasted() {
    for script in [
        "psql -c 'drop database if exists shop' -c 'create database shop'",
        "psql shop <<'SQL'\nCREATE INDEX CONCURRENTLY i ON orders (a);\nSELECT 1;\nSQL",
        "psql -f /backups/dumpall.sql",
    ] {
        let said = said("psql-hides-errors", script);
        assert!(
            said.contains("ON_ERROR_STOP") && !said.contains("-1"),
            "{said}"
        );
    }
    assert!(said("psql-hides-errors", "psql -f fix.sql").contains("-1"));
    for (code, script, wanted) in [
        (
            "renamed-column",
            "psql -c 'select 1 from pg_stat_activity where waiting'",
            "wait_event_type = 'Lock'",
        ),
        (
            "renamed-column",
            "psql -c 'select checkpoints_timed from pg_stat_bgwriter'",
            "pg_stat_checkpointer",
        ),
        (
            "development-command",
            "docker compose down -v",
            "without `-v`",
        ),
        (
            "runs-here",
            "psql -h db shop\nALTER TABLE a ADD b int;",
            "<<'SQL'",
        ),
        ("interactive-command", "docker exec -it pg bash", "sh -c"),
        ("interactive-command", "fly ssh console", "-C"),
        (
            "interactive-command",
            "while true; do ./look.sh; done",
            "this loop",
        ),
        (
            "unverified-backup",
            "mysqldump shop > shop.sql",
            "Dump completed",
        ),
        (
            "unverified-backup",
            "pg_dump -Fc -f shop.dump shop",
            "pg_restore",
        ),
        (
            "unverified-backup",
            "pg_dump -f shop.sql shop",
            "database dump complete",
        ),
        (
            "status-proves-nothing",
            "# No errors in the log\ngrep ERROR shop.log",
            "if grep ERROR shop.log; then exit 1; fi",
        ),
        ("failure-ignored", "pg_dump -f a.sql a &", "wait $!"),
    ] {
        let said = said(code, script);
        assert!(said.contains(wanted), "{script}: {said}");
    }
}

#[test]
fn a_comment_of_several_lines_allows_each_of_them() {
    let runbook = |code: &str| {
        format!(
            "# Plan\n\n## Deployment\n\n<!--\ngonogo: allow interactive-command watched by\na person\ngonogo: allow {code} so\n-->\n\n```bash\ntop\nalembic upgrade head || true\n```\n"
        )
    };
    let opened = super::open("runbook.md", runbook("failure-ignored").as_bytes());
    let reasons: Vec<&str> = opened
        .allowed
        .iter()
        .map(|allowed| allowed.reason.as_str())
        .collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons.contains(&"watched by a person") && reasons.contains(&"so"));
    let opened = super::open("runbook.md", runbook("failure-ignord").as_bytes());
    let unknown = opened
        .problems
        .iter()
        .find(|problem| problem.code == "unused-allow");
    let unknown = unknown.map(|problem| (problem.message.as_str(), problem.hint.as_deref()));
    let wanted = (
        "there is no problem that is called `failure-ignord`",
        Some("did you mean `failure-ignored`?"),
    );
    assert_eq!(unknown, Some(wanted));
}

#[test]
fn the_safer_forms_for_tables_and_indexes_are_left_alone() {
    let rename = |behind: &str| {
        format!("psql <<'SQL'\nBEGIN;\nALTER TABLE orders RENAME TO sales;\n{behind}\nCOMMIT;\nSQL")
    };
    fine(
        "breaking-change",
        &[&rename("CREATE VIEW orders AS SELECT * FROM sales;")],
    );
    trap(
        "breaking-change",
        &[
            &rename(""),
            &rename("CREATE VIEW other AS SELECT * FROM orders;"),
        ],
    );
    let create = "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (state);";
    let psql = |before: &str| format!("psql <<'SQL'\n{before}{create}\nSQL");
    assert!(
        said(
            "invalid-index-skipped",
            &psql("DROP INDEX CONCURRENTLY IF EXISTS i;\n")
        )
        .is_empty()
    );
    assert!(
        !said(
            "invalid-index-skipped",
            &psql("DROP INDEX CONCURRENTLY IF EXISTS j;\n")
        )
        .is_empty()
    );
}
