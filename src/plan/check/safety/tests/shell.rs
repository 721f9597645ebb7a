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
            "runuser -l postgres",
        ],
    );
    trap(
        "curl-hides-errors",
        &["CURL=\"curl -s\"\n$CURL https://shop.example/health"],
    );
}
