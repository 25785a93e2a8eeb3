//! `skep import`: turns the functions of another platform into function folders.
//!
//! Files of the command line come in; `collect` reads them and `formats` makes functions of them, `write` puts those below the functions
//! directory, `print` says what became of every object. Nothing is fetched and nothing is run.
//!
//! Invariant: nothing that exists is overwritten without `--force`, no file is read or written outside of the project and the functions
//! directory, and no value of a secret is written.

mod print;
mod write;
mod collect;
mod formats;
mod bundle;
mod paths;
mod source;
mod batch;
mod draft;
mod package;
mod reach;
mod project;
mod glob;
mod names;
mod settings;
mod report;
mod units;
mod document;
#[cfg(test)]
mod tests;

use crate::config::{Config, ExitCode, ImportArgs};

/// Carries the command out and prints what it did.
pub fn run(config: &Config, args: &ImportArgs) -> ExitCode {
    let out = args.out.as_deref().unwrap_or(&config.functions);
    let mut batch = collect::collect(args, out);
    write::write(&mut batch, out, args);
    print::print(batch, out, args)
}
