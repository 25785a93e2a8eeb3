//! `skep systemd`: the units under which systemd runs Skep, printed for the operator to save.
//!
//! Invariant: one unit is printed alone and byte for byte, so that it can be piped into its file.

use crate::config::ExitCode;
use crate::config::operator_args::{SystemdArgs, UnitChoice};

const SERVICE: &str = include_str!("skep.service");
const SOCKET: &str = include_str!("skep.socket");

/// Prints the unit that was named, or both, each below a comment with the name of its file.
pub fn run(args: &SystemdArgs) -> ExitCode {
    match args.unit {
        Some(UnitChoice::Service) => print!("{SERVICE}"),
        Some(UnitChoice::Socket) => print!("{SOCKET}"),
        None => print!("# /etc/systemd/system/skep.service\n{SERVICE}\n# /etc/systemd/system/skep.socket\n{SOCKET}"),
    }
    ExitCode::Ok
}
