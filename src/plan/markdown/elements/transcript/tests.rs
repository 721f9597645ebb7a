use super::*;

fn typed(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let read = Read::of(&lines, true).unwrap();
    let pairs = lines.iter().zip(&read.sorts);
    pairs
        .filter_map(|(line, sort)| match sort {
            Sort::Typed(from) => Some(&line[*from..]),
            Sort::Printed => None,
        })
        .collect()
}

#[test]
fn commands_stand_behind_prompts_of_every_sort() {
    for (text, wanted) in [
        ("$ ls\nfile\n", vec!["ls"]),
        ("# a remark\n$ ls\n", vec!["# a remark", "ls"]),
        ("# a remark\n> ls\nfile\n", vec!["# a remark", "ls"]),
        ("> ls\nfile\n", vec!["ls"]),
        ("% ls\nfile\n% cd\n", vec!["ls", "cd"]),
        ("(venv) $ ls\n", vec!["ls"]),
        ("ops@db:~/app$ ls\nfile\n", vec!["ls"]),
        ("[root@db ~]# ls\nfile\n", vec!["ls"]),
        ("ada@mac shop % ls\n", vec!["ls"]),
        ("bash-5.1$ ls\nfile\nbash-5.1$ cd\n", vec!["ls", "cd"]),
        (
            "root@db:/# ls\n# a remark\nx # y\n",
            vec!["ls", "# a remark"],
        ),
        ("$ curl x\n  % Total\n", vec!["curl x"]),
    ] {
        assert_eq!(typed(text), wanted, "{text}");
    }
}

#[test]
fn a_command_goes_on_until_it_is_whole() {
    for (text, wanted) in [
        ("$ a \\\n>   b\nc\n", vec!["a \\", "  b"]),
        ("$ a \\\n  b\nc\n", vec!["a \\", "  b"]),
        (
            "$ cat <<EOF > x\n> one\n>\n> EOF\nprinted\n",
            vec!["cat <<EOF > x", "one", "", "EOF"],
        ),
        (
            "$ cat <<EOF\none\nEOF\ndone\n",
            vec!["cat <<EOF", "one", "EOF"],
        ),
        (
            "$ for f in a b; do\n> echo $f\n> done\na\nb\n",
            vec!["for f in a b; do", "echo $f", "done"],
        ),
        ("> a \\\n> b\nc\n", vec!["a \\", "b"]),
        (
            "$ cd /srv && \"./status.sh\"\nrm -rf nothing\nall fine\n",
            vec!["cd /srv && \"./status.sh\""],
        ),
        (
            "$ function f {\n> a\n> }\nprinted\n",
            vec!["function f {", "a", "}"],
        ),
    ] {
        assert_eq!(typed(text), wanted, "{text}");
    }
}

#[test]
fn prompts_of_psql_are_known() {
    for line in [
        "shop=> select 1;",
        "shop=# \\d",
        "postgres-# from t;",
        "shop=#",
    ] {
        assert!(is_of_client(line), "{line}");
    }
    for line in [
        "select 1;",
        "where a => 1",
        "a=>b",
        "update t set a=1",
        "x -> 'a'",
        "=# ",
        "",
        "select f(\n  a=> 1)",
    ] {
        assert!(!is_of_client(line), "{line}");
    }
}

#[test]
fn what_can_not_be_told_apart_is_unclear() {
    for text in [
        "$ echo 'it\n$ ls\n",
        "$ cat <<EOF\nx\n",
        "shop=# select 1;\n",
        "PS C:\\> dir\n",
        "mysql> drop table t;\n",
        "# reboot\nsystemctl status x\n",
        "# reboot\n",
        "Applying migration `20240101_init`\n",
        "Database is up\n",
        "ls\ncd x\n",
        "$ psql -h db shop\nshop=# alter table t add a int;\nALTER TABLE\nshop=# \\q\n",
        "$ ./db.sh\npsql (16.1)\nshop=# drop table t;\n",
        "$ psql shop\nType \"help\" for help.\n",
        "$ kubectl exec -it web-0 -- sh\n/ # rm -rf /cache/*\n",
        "$ ./shell.sh\n/app # ./manage.py migrate\n",
        "$ redis-cli\n127.0.0.1:6379> FLUSHALL\nOK\n",
        "$ mysql shop\nmysql> delete from t;\n",
        "$ mongosh\ntest> db.x.drop()\n",
        "$ bin/rails console\nirb(main):001:0> User.delete_all\n=> 4\n",
        "$ python3\n>>> import this\n",
        "$ sudo -i\n# systemctl stop shop\n# exit\n",
        "$ ssh db1\ndb1$ sudo systemctl stop shop\n",
        "$ node\n> require('./m').run()\nundefined\n",
    ] {
        assert!(is_unclear(text, true), "{text}");
    }
    for text in [
        "$ npm run build\n\n> shop@1.0.0 build\n> tsc\n",
        "$ psql shop -c 'select 1'\n ?column?\n----------\n        1\n",
        "$ kubectl exec web-0 -- ls\n/cache\n",
        "$ sudo systemctl stop shop\n# it takes a while\n$ uptime\n",
        "$ ssh db1 uptime\n 10:00 up 3 days\n",
        "$ git log\n* a1b2c3 -> origin/main\nAnn <ann@x.example> wrote\n",
        "$ diff a b\n> new line\n< old line\n",
    ] {
        assert!(!is_unclear(text, true), "{text}");
    }
    for text in ["$ ls\nx=# y\n", "", "$ a && b\nok\n"] {
        assert!(!is_unclear(text, true), "{text}");
    }
}

#[test]
fn what_is_no_command_keeps_a_script_from_being_run() {
    for line in [
        "> ./deploy.sh",
        "% ./zsh.sh",
        ">>> import x",
        "mysql> select 1;",
        "PS C:\\> dir",
        "db1$ ./host.sh",
        "db1# ./host.sh",
        "shop=# alter table t add a int;",
        "shop=> select 1;",
        "[...]",
        "./x.sh <- run this",
    ] {
        assert!(is_unclear(&format!("ls\n{line}\n"), false), "{line}");
    }
    for script in [
        "cat a \\\n> b\n",
        "cat <<EOF\n> quoted\nmysql> x\nEOF\n",
        "echo 'a\n> b'\n",
        ">/tmp/x\n",
        "a=b\n[ -f x ] && ls\n",
        "cat < in > out\n",
        "echo \"a <- b\"\n",
        "x=$((a - b)) ls\n",
        "./run.sh # see <- there\n",
        "",
    ] {
        assert!(!is_unclear(script, false), "{script}");
    }
    assert!(is_of_client("shop=> select 1;\n ?column?\n"));
    assert!(!is_of_client("update t set a =1 where b -> 'c' = '1';\n"));
}
