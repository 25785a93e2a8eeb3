//! The life of the process, unless it is a compiler's: arguments, then, unless it only supervises, V8, then one command, then an exit code.
//!
//! Invariant: V8 is set up before any thread exists, and nothing but this file ends the process.

use std::process::ExitCode as ProcessExitCode;

use skep::app::{self, StartError};
use skep::config::{Command, CommandLine, Config, ExitCode};
use skep::function::text::clean;
use skep::process::engine;
use skep::release::compiler;
use skep::runtime::containment::{self, ContainmentLevel};
use skep::sys::{exit, kernel};
use skep::{client, command};
use skep::{runtime, sys, telemetry};

fn main() -> ProcessExitCode {
    sys::file_size::survive_limit();
    if let Some(code) = compiler::run_if_child() {
        exit::now(code);
    }
    let line = match CommandLine::read(std::env::args_os()) {
        Ok(line) => line,
        Err(error) => {
            // Also `--help` and `--version`. A closed standard output is not an error.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2).into();
        }
    };
    let code = match run(&line) {
        Ok(code) => code,
        Err(error) => {
            telemetry::flush();
            let error_text = error.to_string();
            let lines: Vec<_> = error_text.lines().map(clean).collect();
            eprintln!("error: {}", lines.join("\n"));
            error.exit_code()
        }
    };
    telemetry::flush();
    // Instances' threads may be inside JavaScript: the process exits without waiting for them, and without running V8's destructors while
    // they use V8.
    exit::now(code.code().into())
}

fn run(line: &CommandLine) -> Result<ExitCode, StartError> {
    let config = Config::load(line)?;
    match &line.command {
        Command::New(args) => return Ok(command::new::print(&config, args)),
        Command::Import(args) => return Ok(command::import::run(&config, args)),
        Command::Token(args) => return Ok(command::token::run(&config, args)),
        Command::Systemd(args) => return Ok(command::systemd::run(args)),
        Command::Parse(args) => return Ok(command::parse::run(args)),
        Command::Remote(args) => return Ok(client::run(&config, args)?),
        Command::Serve if !config.single_process && !engine::is_engine() => {
            app::init_log(&config);
            return command::serve::supervise(&config);
        }
        Command::Serve | Command::Dev | Command::Check(_) | Command::Invoke(_) => {}
    }
    // Before any thread: see the functions.
    sys::malloc::bound();
    sys::global_alloc::on_refusal(|| containment::record(ContainmentLevel::Prevented));
    runtime::isolate::init_v8();
    // No other code has started a thread yet: these are V8's helpers.
    sys::scheduling::lower_helpers(&kernel::other_threads());
    app::init_log(&config);
    match &line.command {
        Command::Serve | Command::Dev => command::serve::run(&config),
        Command::Check(args) => command::check::run(&config, args),
        Command::Invoke(args) => command::invoke::run(&config, args),
        // Done above, without V8.
        Command::New(_) | Command::Import(_) | Command::Token(_) | Command::Systemd(_) | Command::Parse(_) | Command::Remote(_) => {
            Ok(ExitCode::Ok)
        }
    }
}
