use super::*;
use crate::plan::markdown::elements::fence::language;

fn fence(info: &str, text: &str) -> Fence {
    Fence {
        info: info.to_owned(),
        language: language(info),
        text: text.to_owned(),
        chunks: vec![(0, 0)],
        account: 0,
    }
}

/// Titles and commands of the pieces; a piece without commands is in parentheses.
fn cut(info: &str, text: &str) -> Vec<String> {
    let fence = fence(info, text);
    let pieces = pieces(&fence, fence.language);
    let show = |piece: &Piece<'_>| {
        let title = piece.title.clone().unwrap_or_default();
        if piece.code.is_empty() {
            format!("({title}: {})", piece.remarks.join(", "))
        } else {
            format!("{title}: {}", piece.text().replace('\n', " | "))
        }
    };
    pieces.iter().map(show).collect()
}

#[test]
fn numbered_comments_begin_steps() {
    let text =
        "# 1. Look\nls\n\n# 2) Ask\n# (by phone)\n\n# Step 3: Go\ncd x\n# Expected: \"ok\"\n";
    assert_eq!(
        cut("bash", text),
        ["Look: ls", "(Ask: by phone)", "Go: cd x"]
    );
    let fence = fence("bash", text);
    let pieces = pieces(&fence, fence.language);
    assert_eq!(pieces[2].expected, ["\"ok\""]);
    assert_eq!(pieces[2].start, text.find("# Step").unwrap());
}

#[test]
fn a_statement_is_never_cut_in_two() {
    let text = "# 1. Loop\nfor f in a b; do\n# 2. not a step\n  echo $f\n\ndone\ncat <<EOF\n# 3. nor this\nEOF\n# 4. End\ntrue\n";
    let found = cut("sh", text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("# 2. not a step") && found[0].contains("# 3. nor this"));
}

#[test]
fn what_is_done_by_hand_is_cut_off_at_blank_lines() {
    assert_eq!(
        cut(
            "bash",
            "#!/bin/bash\nset -e\n\n# Roll out\n# (as always)\n\n# Migrate\nmigrate\n\ncheck\n"
        ),
        ["(Roll out: as always)", "Migrate: migrate", "check: check"]
    );
    assert_eq!(
        cut("bash", "# Migrate\nmigrate\n\n# Check\ncheck\n").len(),
        1
    );
    assert_eq!(cut("bash", "# one\n# two\n"), ["(one: two)"]);
    assert_eq!(cut("bash", "\n\n"), Vec::<String>::new());
}

#[test]
fn what_stands_before_the_first_number_is_kept() {
    assert_eq!(
        cut("sh", "cd app\n# 1. Go\ngo\n"),
        ["cd app: cd app", "Go: go"]
    );
    assert_eq!(
        cut("sh", "#!/bin/sh\nset -eu\n# 1. Go\ngo\n"),
        ["Go: #!/bin/sh | set -eu | go"]
    );
    assert_eq!(
        cut("sh", "# Our script\n# 1. Go\ngo\n# 2. On\non\n"),
        ["Our script: # 1. Go | go", "On: on"]
    );
}

#[test]
fn transcripts_are_commands_and_what_they_print() {
    let text = "$ migrate status \\\n>   --all\nup to date\n$ ls # here\n";
    let console = fence("console", text);
    let piece = whole(&console, false);
    assert_eq!(piece.text(), "migrate status \\\n  --all\nls # here");
    assert_eq!(piece.printed.as_deref(), Some("up to date"));
    assert_eq!(cut("bash", "$ one\n$ two\n"), ["one: one | two"]);
    assert_eq!(cut("bash", "echo $HOME\n"), ["echo $HOME: echo $HOME"]);
    assert_eq!(
        cut("console", "root@db:~# apt update\nHit:1\n"),
        ["apt update: apt update"]
    );
}

#[test]
fn options_of_the_shell_are_no_step_and_what_stands_behind_them_is() {
    let text = "set -a; source .env; set +a\n";
    assert_eq!(
        cut("bash", text),
        ["set -a; source .env; set +a: set -a; source .env; set +a"]
    );
    assert_eq!(
        cut("bash", "set -e && go\n"),
        ["set -e && go: set -e && go"]
    );
    let before = fence("bash", "set -euo pipefail\n# (Manual) look\n");
    assert!(pieces(&before, before.language)[0].code.is_empty());
    assert_eq!(cut("bash", "set -u\n"), ["set -u: set -u"]);
}

#[test]
fn sql_is_one_step_with_its_comments() {
    let text = "-- Rows without a code\nselect count(*)\n\nfrom t; -- all\n-- Expected: 58+\n";
    let fence = fence("sql", text);
    let pieces = pieces(&fence, fence.language);
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].title.as_deref(), Some("Rows without a code"));
    assert_eq!(pieces[0].expected, ["58+"]);
    assert_eq!(pieces[0].text(), "select count(*)\n\nfrom t; -- all");
}

#[test]
fn lines_that_only_draw_are_no_words() {
    assert_eq!(
        cut("sh", "# ------\n# === Back up ===\n# ------\ndump --all\n"),
        ["Back up: # ------ | # ------ | dump --all"]
    );
    assert_eq!(words_of(" --dry-run is safe"), "--dry-run is safe");
}

#[test]
fn comments_that_show_what_is_printed_are_no_step() {
    for text in [
        "list\n# Expected output:\n# | a |\n# | b |\n",
        "list\n\n# Expected output:\n# | a |\n# | b |\n",
        "# Expected output:\n# | a |\n# | b |\nlist\n",
    ] {
        let block = fence("bash", text);
        let pieces = pieces(&block, block.language);
        let [only] = pieces.as_slice() else {
            panic!("{text}");
        };
        assert_eq!(only.title.as_deref(), Some("list"), "{text}");
        assert_eq!(only.expected, ["| a |\n| b |"], "{text}");
    }
    assert_eq!(
        cut("bash", "# Should show:\n# 1. Go\ngo\n"),
        ["Should show:: # 1. Go | go"]
    );
}

#[test]
fn what_needs_its_shell_is_not_cut_off() {
    let text = "# 1. Load\nload a | tee log\n# 2. Look\nif [ ${PIPESTATUS[0]} -eq 0 ]; then ok; fi\n# 3. End\ndone_\n";
    let found = cut("bash", text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("PIPESTATUS") && found[1] == "End: done_");
    let text = "# 1. When\nAT=$(now)\n# 2. Stop\nstop\n# 3. Go back\nrestore --at \"$AT\"\n# 4. Start\nstart\n";
    let found = cut("bash", text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("stop | ") && found[1] == "Start: start");
    for own in [
        "# 1. When\nexport AT=1\n# 2. Go\ngo $AT\n",
        "# 1. When\nAT=1\n# 2. Go\nAT=2\ngo $AT\n",
        "# 1. When\nAT=1\n# 2. Go\ngo ${AT:-2}\n",
        "# 1. When\nwhen\n# 2. Go\ngo\nif [ $? -eq 0 ]; then ok; fi\n",
    ] {
        assert_eq!(cut("bash", own).len(), 2, "{own}");
    }
}
