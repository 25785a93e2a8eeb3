//! Texts of functions and clients on their way to a terminal.
//!
//! Invariant: what [`clean`] returns moves no cursor, sets no color, begins no line and reorders none.

use std::borrow::Cow;

/// One line for a terminal: each control character, line ends too, becomes U+FFFD, and so does each character that reorders the text of its
/// line. Tabs stay.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.contains(is_control) {
        Cow::Owned(text.chars().map(|character| if is_control(character) { '\u{fffd}' } else { character }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// C0 but the tab, DEL, C1, and the embeddings, overrides and isolates of bidirectional text.
fn is_control(character: char) -> bool {
    (character.is_control() && character != '\t') || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_replaced_and_other_texts_stay_as_they_are() {
        for text in ["", "plain", "a\tb", "\u{a0}\u{e9}\u{5d0}\u{1f41d}"] {
            assert!(matches!(clean(text), Cow::Borrowed(kept) if kept == text), "{text}");
        }
        assert_eq!(clean("a\x1b[2Jb\x07\r\n\x7f\u{9b}1m"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}1m");
        assert_eq!(clean("user\u{202e}txt.exe\u{2066}\u{2069}"), "user\u{fffd}txt.exe\u{fffd}\u{fffd}");
    }
}
