//! What HTML and the fences of site generators say of the blocks between them: `<summary>Rollback</summary>`,
//! `<h2>Rollback</h2>`, `:::danger Rollback`.

/// What a block that is no Markdown does to those that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Turn {
    /// They stand below these words, until the next turn.
    Opens(String),
    /// They stand below nothing of the kind any more.
    Closes,
}

/// What `text`, the source of a block of HTML, does to what follows it; none: nothing.
pub(in crate::plan::markdown) fn turn(text: &str) -> Option<Turn> {
    let lower = text.to_ascii_lowercase();
    let heads = ["summary", "h1", "h2", "h3", "h4", "h5", "h6"];
    let mut last: Option<(usize, Turn)> = None;
    let mut see = |at: usize, turn: Turn| {
        if last.as_ref().is_none_or(|(before, _)| *before < at) {
            last = Some((at, turn));
        }
    };
    for name in heads {
        let Some(open) = lower.rfind(&format!("<{name}")) else {
            continue;
        };
        let inside = &text[open..];
        let Some(start) = inside.find('>').map(|at| at + 1) else {
            continue;
        };
        let end = lower[open..]
            .find(&format!("</{name}"))
            .unwrap_or(inside.len());
        let words = without_tags(inside.get(start..end).unwrap_or_default());
        see(open, Turn::Opens(words));
    }
    if let Some(at) = lower.rfind("</details") {
        see(at, Turn::Closes);
    }
    last.map(|(_, turn)| turn)
}

/// The name of the tab that `text`, the source of a block of HTML, leaves open: `<TabItem value="aws">`.
pub(in crate::plan::markdown) fn tab(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let open = lower.rfind("<tabitem").or_else(|| lower.rfind("<tab "))?;
    if lower[open..].contains("</tab") {
        return None;
    }
    let tag = &text[open..];
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let named = ["label=", "title=", "name=", "value="];
    let value = named.iter().find_map(|name| tag.split_once(name))?.1;
    let value = value.trim_start_matches(['{', '"', '\'']);
    let end = value.find(['"', '\'', '}', '>']).unwrap_or(value.len());
    Some(value[..end].to_owned())
}

/// Whether `text` closes a tab and opens none.
pub(in crate::plan::markdown) fn closes_tabs(text: &str) -> bool {
    text.to_ascii_lowercase().contains("</tab") && tab(text).is_none()
}

/// The same of a paragraph that opens or closes `:::danger Rollback`.
pub(in crate::plan::markdown) fn turn_of_colons(text: &str) -> Option<Turn> {
    let line = text.lines().next()?.trim();
    let rest = line.strip_prefix(":::")?.trim_start_matches(':').trim();
    if rest.is_empty() {
        return Some(Turn::Closes);
    }
    let title = rest
        .split_once(char::is_whitespace)
        .map_or(rest, |(_, title)| title);
    Some(Turn::Opens(
        title.trim_matches(['[', ']', '"', ' ']).to_owned(),
    ))
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    let mut words = String::new();
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => words.push(c),
            _ => {}
        }
    }
    super::blocks::one_line(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_known_by_what_they_are_called() {
        let name = |text: &str| tab(text).unwrap_or_default();
        assert_eq!(name("<Tabs>\n<TabItem value=\"aws\">\n"), "aws");
        assert_eq!(
            name("</TabItem>\n<TabItem value=\"g\" label='On GCP'>"),
            "On GCP"
        );
        assert_eq!(name("<Tab title=\"Linux\">"), "Linux");
        for text in [
            "<Tabs>",
            "</TabItem></Tabs>",
            "<TabItem value=\"a\">x</TabItem>",
            "<table>",
            "",
        ] {
            assert_eq!(name(text), "", "{text}");
        }
        assert!(closes_tabs("</TabItem>\n</Tabs>") && !closes_tabs("<Tabs>"));
    }

    #[test]
    fn what_follows_stands_below_a_summary_a_heading_or_colons() {
        let opens = |words: &str| Some(Turn::Opens(words.to_owned()));
        for (text, wanted) in [
            ("<details><summary>Rollback</summary>\n", opens("Rollback")),
            (
                "<details>\n<Summary class=\"x\"><b>If it fails</b></summary>",
                opens("If it fails"),
            ),
            ("<h2>Rollback</h2>", opens("Rollback")),
            ("</details>", Some(Turn::Closes)),
            ("</details>\n<details><summary>More", opens("More")),
            ("<summary>A</summary>x</details>", Some(Turn::Closes)),
            ("<br>", None),
            ("<h2", None),
            ("", None),
        ] {
            assert_eq!(turn(text), wanted, "{text}");
        }
        assert_eq!(turn_of_colons(":::danger Rollback\n"), opens("Rollback"));
        assert_eq!(turn_of_colons("::: warning\nx"), opens("warning"));
        assert_eq!(turn_of_colons(":::"), Some(Turn::Closes));
        assert_eq!(turn_of_colons("a ::: b"), None);
    }
}
