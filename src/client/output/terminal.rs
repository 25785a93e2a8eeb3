//! The terminal: its colours, its size, and its keys while a command draws on it.
//!
//! `progress` and `top` draw.
//!
//! Invariant: [`take`] hands out the way back along with the terminal.

#![allow(clippy::disallowed_methods, reason = "TERM and NO_COLOR are conventions of terminals")]

use std::io::{Read as _, Write as _};
use std::sync::mpsc::{self, Receiver};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcgetwinsize, tcsetattr};

/// Keys that were pressed and not read yet.
const KEYS_MAX: usize = 16;

/// Whether to use colours where there may be some.
pub(crate) fn has_colors(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether lines can be redrawn.
pub(in crate::client) fn can_redraw(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The text in a colour, if wanted; `color` is the number of an ANSI sequence.
pub(crate) fn paint(colored: bool, color: &str, text: &str) -> String {
    if colored { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Columns and lines of the terminal.
pub(in crate::client) fn terminal_size() -> (usize, usize) {
    let size = tcgetwinsize(std::io::stderr()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    size.map_or((80, 24), |size| (usize::from(size.ws_col), usize::from(size.ws_row)))
}

/// Takes the terminal: another screen, keys one by one and unseen. Ctrl-C stays as it is. Returns the keys and the way back.
pub(in crate::client) fn take() -> Option<(Receiver<u8>, impl FnOnce() + Send + 'static)> {
    let stdin = std::io::stdin();
    let found = tcgetattr(&stdin).ok()?;
    let mut changed = found.clone();
    changed.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Now, &changed).ok()?;
    print!("\x1b[?1049h\x1b[?25l");
    let restore = move || {
        print!("\x1b[?25h\x1b[?1049l");
        let _ = std::io::stdout().flush();
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &found);
    };
    let (keys_tx, keys_rx) = mpsc::sync_channel(KEYS_MAX);
    let read = move || {
        for key in std::io::stdin().lock().bytes().map_while(Result::ok) {
            if keys_tx.send(key).is_err() {
                return;
            }
        }
    };
    // Without the thread no key is seen, and Ctrl-C still ends the command.
    let _ = std::thread::Builder::new().name("skep keys".to_owned()).spawn(read);
    Some((keys_rx, restore))
}

#[cfg(test)]
mod tests {
    use super::paint;

    #[test]
    fn a_colour_is_used_only_where_it_is_wanted() {
        assert_eq!(paint(false, "31", "x"), "x");
        assert_eq!(paint(true, "31", "x"), "\x1b[31mx\x1b[0m");
    }
}
