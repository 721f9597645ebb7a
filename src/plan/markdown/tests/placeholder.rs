//! What stands for something else in commands, and what only looks so.

use super::*;

fn texts(line: &str, context: Context) -> Vec<&str> {
    find(line, context)
        .into_iter()
        .map(|range| &line[range])
        .collect()
}

#[test]
fn placeholders_are_found_in_commands() {
    for (line, wanted) in [
        ("git checkout <previous-commit>", "<previous-commit>"),
        ("git checkout <previous commit> --", "<previous commit>"),
        ("curl -f https://your-domain.com/api", "your-domain.com"),
        ("curl https://api.yourcompany.com/x", "yourcompany.com"),
        ("export TOKEN=YOUR_TOKEN", "YOUR_TOKEN"),
        (
            "psql -d shop < backup_TIMESTAMP.sql",
            "backup_TIMESTAMP.sql",
        ),
        (
            "psql < dumps/backup_YYYYMMDD_HHMMSS.sql",
            "backup_YYYYMMDD_HHMMSS.sql",
        ),
        ("pg_dump -f shop_AAAAMMJJ.dump", "shop_AAAAMMJJ.dump"),
        (
            "psql < sauvegarde_JJ-MM-AAAA.sql",
            "sauvegarde_JJ-MM-AAAA.sql",
        ),
        ("pg_dump -f shop_JJJJMMTT.dump", "shop_JJJJMMTT.dump"),
        (
            "pg_dump -f respaldo_AAAAMMDD.dump",
            "respaldo_AAAAMMDD.dump",
        ),
        ("psql < backup_DATE.sql", "backup_DATE.sql"),
        ("git checkout <версия>", "<версия>"),
        ("docker pull app:<版本>", "<版本>"),
        ("./deploy.sh --tag <バージョン>", "<バージョン>"),
        ("git checkout <TAG or SHA>", "<TAG or SHA>"),
        ("git checkout <tag or sha>", "<tag or sha>"),
        ("git checkout <TAG or SHA> -- file", "<TAG or SHA>"),
        ("cd /path/to/backend && ls", "/path/to/backend"),
        ("psql -f rollback_XXX.sql", "rollback_XXX.sql"),
        ("git checkout vX.Y.Z", "vX.Y.Z"),
        ("notify [Name]", "[Name]"),
        ("scp [backup file] host:", "[backup file]"),
        ("mv dump_<date>_full.sql x", "<date>"),
        ("ssh deploy@xxx.xxx.xxx.xxx", "xxx.xxx.xxx.xxx"),
        ("ping x.x.x.x", "x.x.x.x"),
        ("export API_KEY=YOUR_API_KEY", "YOUR_API_KEY"),
        ("login --token changeme", "changeme"),
        ("PGPASSWORD=CHANGE_ME psql", "CHANGE_ME"),
        ("psql -U youruser shop", "youruser"),
        ("deploy <your-app>", "<your-app>"),
        ("psql -h [host] -c 'select 1'", "[host]"),
        ("snapshot --id {BLUE_id} --wait", "{BLUE_id}"),
        ("snapshot --id {blue_id} --tag 'x'", "{blue_id}"),
        ("ln -sfn releases/STABLE_RELEASE current", "STABLE_RELEASE"),
        ("DATABASE_URL=\"postgresql://...\" \\", "postgresql://..."),
    ] {
        assert_eq!(texts(line, Context::Shell), [wanted], "{line}");
    }
}

#[test]
fn names_in_braces_of_sql_and_in_paths_are_found_where_they_can_be_nothing_else() {
    for (line, wanted) in [
        ("GRANT CONNECT ON DATABASE {db_name} TO app;", "{db_name}"),
        (
            "SELECT pg_drop_replication_slot('{slot_name}');",
            "{slot_name}",
        ),
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host={blue_host}'",
            "{blue_host}",
        ),
    ] {
        assert_eq!(texts(line, Context::Sql), [wanted], "{line}");
    }
    for line in [
        "SELECT '{red_one}'::text[];",
        "UPDATE t SET tags = '{new_tag}';",
        "INSERT INTO mails VALUES ('Hello {user_name}');",
        "SELECT '{\"a\": 1}'::jsonb;",
        "SELECT {{ model_name }} FROM x;",
    ] {
        assert_eq!(texts(line, Context::Sql), Vec::<&str>::new(), "{line}");
    }
    let both = texts(
        "git clone https://github.com/OWNER/REPO.git",
        Context::Shell,
    );
    assert_eq!(both, ["OWNER", "REPO"]);
    for line in [
        "curl -d '{blue_id}' x",
        "import {use_it} from 'x'",
        "echo ${BLUE_id} 'a'",
        "cp a{one_a,two_b} 'x'",
        "print(f\"{blue_id} 'x'\")",
        "echo $USER/REPO",
        "grep USER log",
    ] {
        assert_eq!(texts(line, Context::Shell), Vec::<&str>::new(), "{line}");
    }
}

#[test]
fn what_only_looks_like_one_is_left_alone() {
    for line in [
        "sort <in >out",
        "sort <in>out",
        "cat <<EOF >file",
        "cat <<EOF>file",
        "echo '<br>' \"<version>1</version>\"",
        "mail 'Ops <ops@shop.example>'",
        "curl <https://a.b>",
        "pg_dump > backup_$(date +%Y%m%d_%H%M%S).sql",
        "psql < backup_$TIMESTAMP.sql",
        "psql < backup_${TIMESTAMP}.sql",
        "TIMESTAMP=$(date)",
        "echo \"$YOUR_TOKEN\" is your token",
        "[ -f file ] && [[ $a == [A-Z]* ]]",
        "echo ${list[Name]}",
        "echo '[INFO] begun'",
        "mktemp /tmp/aXXXXXX",
        "echo ssh-rsa AAAAB3NzaC1yc2EMMAAAAADAQABAAABAQDJJJJsx >> keys",
        "sort <вход>выход",
        "psql -c 'select 1 from t where a <b or c> d'",
        "psql -c 'SELECT 1 FROM T WHERE A <B OR C> D'",
        "psql < backup_$DATE.sql",
        "test -n \"$app_DATE\"",
        "grep '[Tt]able' file",
        "diff <(a) <(b)",
        "psql -c \"select to_char(now(), 'YYYY-MM-DD')\"",
        "echo \"${VAR:-<none>}\"",
        "if [ $a -lt 3 ]",
        "curl https://shop.example/x.x",
        "echo changes",
        "vector<Item> items; Map<String, Item> map",
        "echo '['; test [",
        "echo [é",
        "test -f a[0] && echo '[runbook](docs/x.md)'",
        "",
    ] {
        assert_eq!(texts(line, Context::Shell), Vec::<&str>::new(), "{line}");
    }
    for line in [
        "select a from t where a <b and c> d",
        "alter table t add at TIMESTAMP, add b x_TIMESTAMP",
        "select ARRAY[Name] from [Table Name]",
        "where a < b and c > d and e <> f",
        "select to_char(at, 'YYYY_MM_DD')",
        "select a[0], b[1:2] from t",
    ] {
        assert_eq!(texts(line, Context::Sql), Vec::<&str>::new(), "{line}");
    }
    assert_eq!(
        texts("create table orders_YYYYMMDD as", Context::Sql),
        ["orders_YYYYMMDD"]
    );
    assert_eq!(
        texts("set phone = '<default>'", Context::Sql),
        ["<default>"]
    );
}

#[test]
fn placeholders_that_are_joined_are_each_found() {
    let line = "docker service update --force [STACK]_[SERVICE]";
    assert_eq!(texts(line, Context::Shell), ["[STACK]", "[SERVICE]"]);
    for line in [
        "echo ${list[0]}_[a-z]",
        "ls file[Tt]xt_[Bb]",
        "test -f [a]",
        "tool --verbose [options]",
    ] {
        assert_eq!(texts(line, Context::Shell), [""; 0], "{line}");
    }
}

#[test]
fn what_sed_looks_for_is_no_value_that_is_missing() {
    let holes = |script| texts(script, Context::Shell);
    for script in [
        "sed \"s/<COMMIT_SHA>/$SHA/g\" job.yaml",
        "sed -i -e 's|image: app:<TAG>|image: app:v2|' a.yaml",
    ] {
        assert_eq!(holes(script), Vec::<String>::new(), "{script}");
    }
    assert_eq!(
        holes("sed \"s/abc/<COMMIT_SHA>/g\" job.yaml"),
        ["<COMMIT_SHA>"]
    );
    assert_eq!(
        holes("sed -n 1p a; ./deploy <COMMIT_SHA>"),
        ["<COMMIT_SHA>"]
    );
}
