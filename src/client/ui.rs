//! `skep ui`: prints the address of the dashboard, and opens it in the browser of this desktop.
//!
//! Invariant: no token is in the address: the page asks for one if the host wants it.

use std::io::IsTerminal as _;
use std::process::{Command, Stdio};

use serde_json::json;

use super::connection::session::Session;
use super::error::RemoteError;
use crate::config::ExitCode;
use crate::config::client_args::UiArgs;

/// Opens an address by the program that the desktop prefers for it.
const OPENER: &str = "xdg-open";

/// Prints the address. Without a desktop, and where another program reads what is printed, nothing is opened.
#[allow(clippy::zombie_processes, reason = "the opener outlives this command where it is the browser itself")]
pub(in crate::client) fn run(session: &Session, args: &UiArgs) -> Result<ExitCode, RemoteError> {
    let address = format!("{}/ui/", session.client.url());
    let is_wanted = !args.no_open && !session.output.is_json() && std::io::stdout().is_terminal();
    let printed = session.output.result(&json!({ "address": address }), || address.clone());
    if is_wanted {
        let opener = Command::new(OPENER).arg(&address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        if opener.is_err() {
            session.output.note("no browser was opened: `xdg-open` is not installed here");
        }
    }
    printed
}
