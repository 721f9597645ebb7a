//! Lists that are written with signs of their own: "• Stop the workers". To Markdown they are running text.

use super::blocks::{Block, Holds, Inline, Item, Kind, List};
use crate::plan::source::Span;

/// Signs that stand in front of items.
const SIGNS: [char; 6] = ['•', '‣', '◦', '▪', '–', '—'];

/// `block` as a list, if it is a paragraph of `text` each line of which begins with such a sign. A
/// single line may be what a block below it is called, or stand in front of who said it.
pub(super) fn list(block: Block, text: &str) -> Block {
    let items = block
        .paragraph()
        .and_then(|inline| items(inline, block.span, text));
    match items {
        Some(items) => Block {
            kind: Kind::List(List {
                ordered: false,
                items,
            }),
            ..block
        },
        None => block,
    }
}

fn items(inline: &Inline, span: Span, text: &str) -> Option<Vec<Item>> {
    let bare = |line: &str| {
        let rest = line.trim_start().strip_prefix(SIGNS)?;
        rest.starts_with([' ', '\t'])
            .then(|| rest.trim().to_owned())
    };
    bare(&inline.text).filter(|_| inline.links.is_empty())?;
    let told: Option<Vec<String>> = inline.text.lines().map(bare).collect();
    let told = told.filter(|told| told.len() > 1)?;
    let mut at = span.start;
    let lines = text
        .get(span.start..span.end)?
        .split_inclusive('\n')
        .map(|line| {
            let start = at + line.len() - line.trim_start().len();
            at += line.len();
            Span::new(start, start + line.trim().len())
        });
    let lines: Vec<Span> = lines.collect();
    let item = |(span, text): (&Span, String)| {
        let inline = Inline {
            text,
            ..Inline::default()
        };
        let holds = Holds::default();
        let (kind, span) = (Kind::Paragraph(inline), *span);
        Item {
            task: None,
            blocks: vec![Block { kind, span, holds }],
            span,
            holds,
        }
    };
    (lines.len() == told.len()).then(|| lines.iter().zip(told).map(item).collect())
}

#[cfg(test)]
mod tests {
    use crate::plan::markdown::tests::{plan, titles};

    #[test]
    fn lines_behind_signs_are_items() {
        for sign in ["•", "–", "—", "◦"] {
            let text =
                format!("## Validation checklist\n{sign} Pods are **ready**\n{sign} No errors\n");
            let wanted = [("check", "Pods are ready"), ("check", "No errors")];
            assert_eq!(titles(&plan(&text)), wanted, "{sign}");
        }
        for text in [
            "— Pods are ready",
            "• Pods are ready",
            "• Pods are ready\nand nothing fails",
        ] {
            let text = format!("## Deployment\n- [ ] go\n## Validation checklist\n{text}\n");
            assert_eq!(titles(&plan(&text)), [("check", "go")], "{text}");
        }
    }
}
