//! How much longer `gonogo check` takes for a runbook of four times as many parts: four times, and what a start takes
//! less, if its time grows as the file does.

use std::fmt::Write;
use std::process::Stdio;

use crate::figures::Figures;
use crate::support::Bench;

/// How many parts the smaller file has, and how many times as many the larger one.
const PARTS: usize = 1_000;
const TIMES: usize = 4;

/// Parts of which a file may hold any number: `{n}` is the number of each.
const SHAPES: [(&str, &str, &str); 14] = [
    ("sections", "", "## Move {n}\n\nAsk before.\n\n"),
    (
        "numbered headings",
        "",
        "### Step {n}: carry box {n}\n\n```bash\ncarry {n}\n```\n\n",
    ),
    (
        "ways",
        "## Deployment\n\n",
        "### Option {n}: van {n}\n\n```bash\ndrive {n}\n```\n\n",
    ),
    (
        "cases of a way back",
        "## Rollback\n\n",
        "### Scenario {n}: flood {n}\n\n```bash\nreturn {n}\n```\n\n",
    ),
    (
        "timed ways back",
        "## Rollback\n\n",
        "### Within {n} minutes\n\n```bash\nreturn {n}\n```\n\n",
    ),
    (
        "ways back of steps",
        "## Deployment\n\n",
        "### Step {n}: load\n\n```bash\nload {n}\n```\n\n#### Rollback\n\n```bash\nunload {n}\n```\n\n",
    ),
    (
        "headings that say when",
        "## Deployment\n\n",
        "### When to use door{n} entry\n\n- rain\n\n### Door{n} entry\n\n```bash\nopen {n}\n```\n\n",
    ),
    (
        "urgent deployments",
        "",
        "## Emergency deployment {n}\n\n```bash\nrun {n}\n```\n\n",
    ),
    (
        "labels",
        "## Deployment\n\n",
        "**Part {n}:**\n\n```bash\ncarry {n}\n```\n\n",
    ),
    (
        "expected output",
        "## Deployment\n\n",
        "```bash\ncount {n}\n```\n\nExpected output:\n\n```\n{n} boxes\n```\n\n",
    ),
    (
        "backups",
        "## Deployment\n\n",
        "```bash\npg_dump house{n} > house{n}.sql\npsql copy < house{n}.sql\n```\n\n",
    ),
    (
        "contacts",
        "## Contacts\n\n| Role | Name | Phone |\n|---|---|---|\n",
        "| Driver {n} | Ann {n} | 555-{n} |\n",
    ),
    (
        "tables of SQL",
        "## Deployment\n\n",
        "```sql\nCREATE TABLE box{n} (a int);\nINSERT INTO box{n} VALUES (1);\n```\n\n",
    ),
    (
        "one command",
        "## Deployment\n\n```bash\ncarry all",
        " && carry \"$BOX\" <box-{n}>",
    ),
];

pub fn measure() {
    let bench = Bench::new();
    let check = |head: &str, part: &str, parts: usize| {
        let mut text = format!("# Moving house\n\n{head}");
        for n in 1..=parts {
            let _ = write!(text, "{}", part.replace("{n}", &n.to_string()));
        }
        bench.write("growth.md", &text);
        let mut program = bench.program(&["check", "growth.md"]);
        program.stdout(Stdio::null()).stderr(Stdio::null());
        let figures = Figures::of(3, || {
            program.status().unwrap();
        });
        figures.quantile(0.0)
    };
    for (name, head, part) in SHAPES {
        let (small, large) = (check(head, part, PARTS), check(head, part, PARTS * TIMES));
        println!(
            "  {name:<24} {:>5.1} times as long for {TIMES} times as many parts, {large:.0?}",
            large.as_secs_f64() / small.as_secs_f64()
        );
    }
}
