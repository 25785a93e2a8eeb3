//! Code frames: a position in a source text, with the lines around it.
//!
//! Created by every stage of `compile` that has the text at hand; printed by `Display`, or rendered from the fields.
//!
//! Invariant: a frame is at most five lines of bounded width, whatever the source.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Lines shown before and after the marked line.
const CONTEXT_LINES: usize = 2;
/// Longer lines (minified code) are cut to the part around the mark.
const WIDTH_MAX: usize = 160;
/// How much of a cut line is shown before the mark.
const BEFORE_MARK: usize = 60;

/// A position in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path below the functions directory, with `/`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The line itself and its neighbours; empty if the text is not at hand.
    pub frame: Vec<FrameLine>,
}

/// One line of a code frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameLine {
    /// Line number, from 1.
    pub number: usize,
    /// The line, cut if it is long.
    pub text: String,
    /// The marked part of it.
    pub mark: Option<Mark>,
}

/// The marked part of a line, in characters of the shown text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The number of characters before it.
    pub start: usize,
    /// At least 1.
    pub length: usize,
}

impl Place {
    /// The position of some bytes of `text`, with its code frame.
    pub fn of(file: impl Into<String>, text: &str, bytes: Range<usize>) -> Self {
        let start = floor(text, bytes.start);
        let end = floor(text, bytes.end.max(start));
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let index = before.bytes().filter(|byte| *byte == b'\n').count();
        let column = count(text.get(line_start..start));
        let meant = text.get(start..end).unwrap_or_default();
        let length = count(meant.lines().next()).max(1);
        let first = index.saturating_sub(CONTEXT_LINES);
        let lines = text.split('\n').enumerate().skip(first).take(index - first + 1 + CONTEXT_LINES);
        let frame = lines.map(|(at, line)| frame_line(at + 1, line, (at == index).then_some((column, length)))).collect();
        Self { file: file.into(), line: index + 1, column: column + 1, frame }
    }
}

impl Place {
    /// The position of a line and column, both from 1, as parsers of JSON count them.
    pub fn at_line(file: impl Into<String>, text: &str, line: usize, column: usize) -> Self {
        let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let at = line_start + column.saturating_sub(1);
        Self::of(file, text, at..at)
    }
}

/// The nearest character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn count(text: Option<&str>) -> usize {
    text.unwrap_or_default().chars().count()
}

fn frame_line(number: usize, line: &str, mark: Option<(usize, usize)>) -> FrameLine {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (start, length) = mark.unwrap_or_default();
    // A terminal would obey escape sequences.
    let clean = |character: char| if character.is_control() && character != '\t' { '\u{fffd}' } else { character };
    // One character beyond the shown ones tells whether there are more, without reading all of a long line.
    let is_long = line.chars().nth(WIDTH_MAX).is_some();
    let skipped = if is_long { start.saturating_sub(BEFORE_MARK) } else { 0 };
    let mut text: String = if skipped > 0 { "…".into() } else { String::new() };
    text.extend(line.chars().skip(skipped).take(WIDTH_MAX).map(clean));
    if is_long && line.chars().nth(skipped + WIDTH_MAX).is_some() {
        text.push('…');
    }
    let mark = mark.map(|_| {
        let start = start - skipped + usize::from(skipped > 0);
        Mark { start, length: length.min(count(Some(&text)).saturating_sub(start)).max(1) }
    });
    FrameLine { number, text, mark }
}

/// `  --> file:line:column` and the frame, without a line break at the end.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.frame.last().map_or(1, |last| last.number.to_string().len());
        write!(f, "{:width$}--> {}:{}:{}", "", self.file, self.line, self.column)?;
        if self.frame.is_empty() {
            return Ok(());
        }
        write!(f, "\n{:width$} |", "")?;
        for line in &self.frame {
            write!(f, "\n{:width$} | {}", line.number, line.text)?;
            if let Some(mark) = line.mark {
                // Tabs before the mark stay tabs, so that the mark is below its text however wide they are.
                let blank = |character: char| if character == '\t' { '\t' } else { ' ' };
                let indent: String = line.text.chars().map(blank).chain(std::iter::repeat(' ')).take(mark.start).collect();
                write!(f, "\n{:width$} | {indent}{}", "", "^".repeat(mark.length))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_shows_two_lines_around_and_a_mark() {
        let text = "one\ntwo\nthree\n\tfour five\r\nsix\nseven\neight";
        let at = text.find("five").unwrap();
        let place = Place::of("hello/index.ts", text, at..at + 4);
        assert_eq!((place.line, place.column), (4, 7));
        assert_eq!(
            place.to_string(),
            " --> hello/index.ts:4:7\n  |\n2 | two\n3 | three\n4 | \tfour five\n  | \t     ^^^^\n5 | six\n6 | seven"
        );
    }

    #[test]
    fn the_ends_of_a_text_have_a_frame_too() {
        assert_eq!(Place::of("a", "", 0..0).to_string(), " --> a:1:1\n  |\n1 | \n  | ^");
        assert_eq!(Place::of("a", "x", 5..9).column, 2);
        assert_eq!(Place::of("a", "x\n", 2..2).line, 2);
        assert_eq!(Place::of("a", "é", 1..1).column, 1);
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}HERE{}", "a".repeat(10_000), "b".repeat(10_000));
        let place = Place::of("a", &text, 10_000..10_004);
        let line = &place.frame[0];
        let mark = line.mark.unwrap();
        let marked: String = line.text.chars().skip(mark.start).take(mark.length).collect();
        assert_eq!(marked, "HERE");
        assert!(line.text.chars().count() <= WIDTH_MAX + 2);
        assert_eq!(place.column, 10_001);
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert!(!Place::of("a", "x\u{1b}[31my", 0..1).to_string().contains('\u{1b}'));
    }
}
