//! `skep parse`: moves cloud functions of a Parse Server to Skep, and back.
//!
//! `adopt` registers webhooks with the Parse Server; it needs no running Skep.
//!
//! Invariant: no key is printed, and none is on the command line.

mod adopt;
mod hooks;

use crate::config::ExitCode;
use crate::config::operator_args::{ParseAct, ParseArgs};

/// Carries the command out and prints its result.
pub fn run(args: &ParseArgs) -> ExitCode {
    match &args.act {
        ParseAct::Adopt(args) => adopt::run(args),
    }
}
