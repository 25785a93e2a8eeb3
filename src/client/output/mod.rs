//! What commands print: results to standard output, everything else to standard error; tables, times and sizes for people.
//!
//! Invariant: with `--json` standard output holds JSON alone, and no text of a server or a function reaches a terminal with control characters.

pub(super) mod progress;

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::json;

use crate::client::connection::error::RemoteError;
use crate::config::ExitCode;

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    colored: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, colored: has_colors(std::io::stdout().is_terminal()) }
    }

    /// Whether `--json` was given.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints the one result: as JSON, or the text, which is made only then.
    pub(crate) fn result<T: Serialize + ?Sized>(self, value: &T, text: impl FnOnce() -> String) -> Result<ExitCode, RemoteError> {
        if self.json {
            let pretty = serde_json::to_string_pretty(value).map_err(|error| RemoteError::Local(error.to_string()))?;
            self.line(&pretty)?;
        } else {
            let text = text();
            if !text.is_empty() {
                self.line(text.trim_end_matches('\n'))?;
            }
        }
        Ok(ExitCode::Ok)
    }

    /// A line of standard output.
    pub(crate) fn line(self, text: &str) -> Result<(), RemoteError> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|_| RemoteError::Closed)
    }

    /// A line of standard error.
    pub(crate) fn note(self, text: &str) {
        // A closed standard error is nobody's fault.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// The text in a colour of the terminal, if it has any.
    pub(crate) fn paint(self, color: &str, text: &str) -> String {
        paint(self.colored, color, text)
    }

    /// Prints why there is no result.
    pub(crate) fn fail(self, error: &RemoteError) -> ExitCode {
        if !matches!(error, RemoteError::Closed | RemoteError::Damaged) {
            if self.json {
                let _ = self.line(&format!("{:#}", error.json()));
            }
            self.note(&format!("error: {}", clean(&error.to_string())));
            if let Some(detail) = error.detail() {
                self.note(&clean_lines(&detail));
            }
        }
        error.exit_code()
    }

    /// The same for what is no error of a server.
    pub(crate) fn fail_with(self, kind: &str, message: &str, code: ExitCode) -> ExitCode {
        if self.json {
            let _ = self.line(&format!("{:#}", json!({ "error": { "kind": kind, "message": message } })));
        }
        self.note(&format!("error: {message}"));
        code
    }
}

/// Whether to use colours where there may be some.
pub(crate) fn has_colors(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The text in a colour, if wanted; `color` is the number of an ANSI sequence.
pub(crate) fn paint(colored: bool, color: &str, text: &str) -> String {
    if colored { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
}

/// A text of somebody else's on one line.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// The same with its line ends.
pub(crate) fn clean_lines(text: &str) -> String {
    text.lines().map(|line| clean(&line.replace('\t', "    "))).collect::<Vec<_>>().join("\n")
}

/// Columns, as wide as they have to be; what is empty in every row is left out.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(column, head)| {
            let widest = rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
            if widest == 0 { 0 } else { widest.max(head.chars().count()) }
        })
        .collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).filter(|(_, width)| **width > 0).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(heads.iter().map(ToString::to_string).collect());
    let body = rows.iter().map(|row| line((0..heads.len()).map(|column| cell(row, column)).collect()));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// How long ago, roughly.
pub(crate) fn ago(then_ms: u64, now_ms: u64) -> String {
    format!("{} ago", span(Duration::from_millis(now_ms.saturating_sub(then_ms))))
}

/// A time for people.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A size for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be_and_empty_ones_are_left_out() {
        let rows = [vec!["a".to_owned(), String::new(), "1".to_owned()], vec!["longer".to_owned(), String::new(), "22".to_owned()]];
        assert_eq!(table(&["NAME", "NOTE", "CALLS"], &rows), "NAME    CALLS\na       1\nlonger  22");
        assert_eq!(table(&["NAME"], &[]), "");
    }

    #[test]
    fn control_characters_of_others_stay_away_from_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(clean_lines("one\n\ttwo\x07"), "one\n    two\u{fffd}");
        assert!(!table(&["A"], &[vec!["\x1b]0;x".to_owned()]]).contains('\x1b'));
        assert_eq!(paint(false, "31", "x"), "x");
        assert_eq!(paint(true, "31", "x"), "\x1b[31mx\x1b[0m");
    }

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(span(Duration::from_millis(12)), "12 ms");
        assert_eq!(span(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(span(Duration::from_secs(59)), "59 s");
        assert_eq!(span(Duration::from_secs(3600)), "60 min");
        assert_eq!(ago(0, 86_400_000 * 3), "3 d ago");
        assert_eq!(ago(5, 1), "0 ms ago", "clocks differ");
        assert_eq!((size(12).as_str(), size(1234).as_str(), size(2_500_000).as_str()), ("12 B", "1.2 KB", "2.5 MB"));
    }
}
