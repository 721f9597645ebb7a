use proptest::prelude::*;

use super::*;

#[test]
fn what_fits_stays_as_it_is() {
    assert!(matches!(clip("orders", 6), Cow::Borrowed("orders")));
    assert_eq!(clip("", 0), "");
}

#[test]
fn what_does_not_fit_ends_in_an_ellipsis() {
    assert_eq!(clip("orders", 5), "orde…");
    assert_eq!(clip("orders", 1), "…");
    assert_eq!(clip("orders", 0), "");
}

#[test]
fn wide_characters_are_never_halved() {
    assert_eq!(clip("日本語", 6), "日本語");
    assert_eq!(clip("日本語", 5), "日本…");
    assert_eq!(clip("日本語", 4), "日…");
    assert_eq!(pad("日本語", 4), "日… ");
}

#[test]
fn marks_stay_with_their_letters() {
    let text = "e\u{301}e\u{301}e\u{301}";
    assert_eq!(width(text), 3);
    assert_eq!(clip(text, 2), "e\u{301}…");
}

#[test]
fn figures_are_padded_on_their_left() {
    assert_eq!(pad("12 ms", 8), "12 ms   ");
    assert_eq!(pad_left("12 ms", 8), "   12 ms");
    assert_eq!(pad_left("12 ms", 3), "12…");
}

#[test]
fn text_wraps_between_words() {
    assert_eq!(
        wrap("the queue behind our DDL", 9),
        ["the queue", "behind", "our DDL"]
    );
    assert_eq!(
        wrap("two  spaces   here ", 5),
        ["two", "space", "s", "here"]
    );
    assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
}

#[test]
fn long_words_wrap_where_the_row_ends() {
    assert_eq!(
        wrap("see pg_stat_statements", 8),
        ["see", "pg_stat_", "statemen", "ts"]
    );
    assert_eq!(wrap("日本語", 3), ["日", "本", "語"]);
    assert_eq!(wrap("日", 1), ["日"]);
    assert!(wrap("text", 0).is_empty());
}

proptest! {
    #[test]
    fn clipped_and_padded_text_has_the_width_asked_for(
        text in "[a-z 語é\u{301}🚀]{0,40}",
        columns in 0usize..30,
    ) {
        prop_assert!(width(&clip(&text, columns)) <= columns);
        prop_assert_eq!(width(&pad(&text, columns)), columns);
        prop_assert_eq!(width(&pad_left(&text, columns)), columns);
    }

    #[test]
    fn wrapping_loses_nothing_but_spaces(text in "[a-c 語\u{301}]{0,60}", columns in 2usize..12) {
        let rows = wrap(&text, columns);
        for row in &rows {
            prop_assert!(width(row) <= columns, "{:?}", row);
        }
        let squeeze = |text: &str| text.replace(' ', "");
        prop_assert_eq!(squeeze(&rows.concat()), squeeze(&text));
    }
}
