use super::*;
use crate::plan;

fn a_plan(environment: &str, databases: &[&str]) -> Plan {
    let mut text = format!("title = \"T\"\nenvironment = \"{environment}\"\n");
    for name in databases {
        text += &format!(
            "[databases.{name}]\nurl_env = \"{}\"\n",
            name.to_uppercase()
        );
    }
    text += "[[phase]]\nname = \"P\"\nkind = \"deploy\"\n[[phase.step]]\ntitle = \"S\"\nshell = \"s\"\n";
    plan::open("plan.toml", text.as_bytes()).plan.unwrap()
}

fn environment(json: &str) -> Environment {
    serde_json::from_str(json).unwrap()
}

#[test]
fn what_two_runs_have_in_common_is_told_and_nothing_else() {
    let here = environment(r#"{"SHOP":"aaaa","LOGS":"cccc"}"#);
    let there = environment(r#"{"SHOP":"bbbb","LOGS":"cccc"}"#);
    let said = |ours: (&Plan, &str, &str), theirs: (&Plan, &str, &str, Option<&Environment>)| {
        let ours = Side {
            plan: ours.0,
            path: ours.1,
            folder: ours.2,
            environment: Some(&here),
        };
        let theirs = Side {
            plan: theirs.0,
            path: theirs.1,
            folder: theirs.2,
            environment: theirs.3,
        };
        shared(&ours, &theirs).join(", ")
    };
    let shop = a_plan("production", &["shop"]);
    let both = a_plan("production", &["shop", "logs"]);
    let bare = a_plan("production", &[]);
    let mut other = shop.clone();
    other.digest = "other".to_owned();
    let staging = a_plan("staging", &[]);
    // The same again, and another plan on the same database.
    assert_eq!(
        said((&shop, "/a", "/x"), (&shop, "/a", "/x", Some(&here))),
        "the same plan, the database `shop`, the folder /x"
    );
    assert_eq!(
        said((&shop, "/a", "/x"), (&both, "/b", "/y", Some(&here))),
        "the database `shop`"
    );
    assert_eq!(
        said((&both, "/a", "/x"), (&both, "/b", "/y", Some(&there))),
        "the same plan, the database `logs`"
    );
    // The same plan from the same folder: its scripts are the same, whatever its URLs name.
    assert_eq!(
        said((&shop, "/a", "/x"), (&shop, "/a", "/x", Some(&there))),
        "the same plan, the folder /x"
    );
    assert_eq!(
        said((&shop, "/a", "/x"), (&other, "/b", "/y", Some(&there))),
        ""
    );
    // Nobody knows yet with what the other was started.
    assert_eq!(
        said((&shop, "/a", "/x"), (&shop, "/a", "/y", None)),
        "the same plan, the database `shop`"
    );
    // Without databases it is the folder in which their scripts run.
    assert_eq!(
        said((&bare, "/a", "/x"), (&shop, "/b", "/x", Some(&here))),
        "the folder /x"
    );
    assert_eq!(
        said((&bare, "/a", "/x"), (&shop, "/b", "/y", Some(&here))),
        ""
    );
    assert_eq!(
        said((&bare, "/a", "/x"), (&staging, "/b", "/x", Some(&here))),
        ""
    );
}

#[test]
fn a_database_is_known_by_what_its_url_names() {
    let told = |here: (&str, &str), there: (&str, &str)| {
        let of = |name: &str, url: &str| {
            Environment::of_variables([(name.to_owned().into(), url.to_owned().into())])
        };
        let (ours, theirs) = (of(here.0, here.1), of(there.0, there.1));
        let names = [here.0, there.0].map(str::to_lowercase);
        let plans = names.map(|name| a_plan("production", &[&name]));
        let side = |n: usize, environment| Side {
            plan: &plans[n],
            path: ["/a", "/b"][n],
            folder: ["/x", "/y"][n],
            environment: Some(environment),
        };
        let (ours, theirs) = (side(0, &ours), side(1, &theirs));
        let shared = shared(&ours, &theirs);
        shared.iter().any(|words| words.starts_with("the database"))
    };
    let shop = ("U1", "postgres://app:pw@db.example/shop");
    for (name, url) in [
        ("U1", "postgres://app:other@db.example/shop"),
        ("U1", "postgresql://ro@DB.example:5432/shop?sslmode=disable"),
        ("U2", "postgres:///shop?host=db.example&user=app"),
        ("U2", "postgres://app:pw@db.example/shop"),
    ] {
        assert!(told(shop, (name, url)), "{url}");
    }
    for (name, url) in [
        ("U1", "postgres://app:pw@db.example/logs"),
        ("U1", "postgres://app:pw@db.example:6432/shop"),
        ("U2", "postgres://app:pw@db2.example/shop"),
        ("U2", "what is no URL"),
    ] {
        assert!(!told(shop, (name, url)), "{url}");
    }
    let local = ("U1", "postgres://app@localhost/shop");
    for url in [
        "postgres://app@127.0.0.1/shop",
        "postgres://app@[::1]/shop",
        "postgres://app@/shop?host=/run/postgresql",
    ] {
        assert!(told(local, ("U2", url)), "{url}");
    }
    let silent = ("U1", "unreadable");
    assert!(told(silent, silent));
}
