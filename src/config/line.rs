//! The command line, read: which command, which settings, and where each setting came from.
//!
//! Built once by `main` from the process's arguments; the settings go to `resolve`, the command to `command` or `client`.
//!
//! Invariant: reading changes nothing; the error for a wrong text shows a right one and names the variable, if the text came from one.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Subcommand as _};

use super::args::{
    ADDRESSES, CONNECTIONS, CheckArgs, INSTANCES, ImportArgs, InvokeArgs, LOGS, NewArgs, PROCESSES, RawArgs, RawCommand, Settings,
};
use super::client_args::RemoteCommand;
use super::metrics::METRICS;
use super::operator_args::{ParseArgs, SystemdArgs, TokenArgs};

/// The command and the settings that the user asked for.
#[derive(Debug)]
pub struct CommandLine {
    /// The command.
    pub command: Command,
    pub(super) settings: Settings,
    pub(super) origins: Origins,
}

/// The commands of the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `skep` and `skep serve`.
    Serve,
    /// `skep dev`.
    Dev,
    /// `skep new`.
    New(NewArgs),
    /// `skep import`.
    Import(ImportArgs),
    /// `skep check`.
    Check(CheckArgs),
    /// `skep invoke`.
    Invoke(InvokeArgs),
    /// `skep token`.
    Token(TokenArgs),
    /// `skep parse`.
    Parse(ParseArgs),
    /// `skep systemd`.
    Systemd(SystemdArgs),
    /// `skep deploy` and every other command that operates a running Skep.
    Remote(RemoteCommand),
}

/// The source of a setting's value, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment.
    Env,
    /// The configuration file.
    File,
    /// No source: the default.
    Default,
}

/// The origin of every setting, by clap's id, as far as clap knows: it never says `File`.
#[derive(Debug, Default)]
pub(super) struct Origins(HashMap<String, Origin>);

impl Origins {
    /// The source of the value that clap holds for a setting.
    pub(super) fn of(&self, id: &str) -> Origin {
        self.0.get(id).copied().unwrap_or(Origin::Default)
    }
}

impl CommandLine {
    /// Reads the arguments, the program's name first, and the environment. The error also stands for `--help` and `--version`: print it,
    /// and exit with `error.exit_code()`.
    pub fn read<A: Into<OsString> + Clone>(args: impl IntoIterator<Item = A>) -> Result<Self, clap::Error> {
        Self::read_with(clap_command(), args)
    }

    /// The same with a changed clap command, for tests.
    pub(super) fn read_with<A: Into<OsString> + Clone>(
        mut clap_command: clap::Command,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let matches = clap_command.try_get_matches_from_mut(&args).map_err(|error| blame_variable(error, &clap_command, &args))?;
        let raw = RawArgs::from_arg_matches(&matches)?;
        let origins = matches.ids().filter_map(|id| {
            let origin = match matches.value_source(id.as_str())? {
                ValueSource::CommandLine => Origin::Flag,
                ValueSource::EnvVariable => Origin::Env,
                _ => Origin::Default,
            };
            Some((id.to_string(), origin))
        });
        let command = match raw.command {
            None | Some(RawCommand::Serve) => Command::Serve,
            Some(RawCommand::Dev) => Command::Dev,
            Some(RawCommand::New(args)) => Command::New(args),
            Some(RawCommand::Import(args)) => Command::Import(args),
            Some(RawCommand::Check(args)) => Command::Check(args),
            Some(RawCommand::Invoke(args)) => Command::Invoke(args),
            Some(RawCommand::Token(args)) => Command::Token(args),
            Some(RawCommand::Parse(args)) => Command::Parse(args),
            Some(RawCommand::Systemd(args)) => Command::Systemd(args),
            Some(RawCommand::Remote(command)) => Command::Remote(command),
        };
        Ok(Self { command, settings: raw.settings, origins: Origins(origins.collect()) })
    }
}

/// clap's description of the whole command line.
pub(super) fn clap_command() -> clap::Command {
    // The present values of the variables would only make the help differ from one machine to the next.
    let mut command = RawArgs::command().mut_args(|arg| arg.hide_env_values(true));
    let settings: Vec<clap::Arg> = command.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    for (name, silent) in [
        ("new", &[ADDRESSES, CONNECTIONS, INSTANCES, PROCESSES, LOGS, METRICS][..]),
        ("check", &[ADDRESSES, CONNECTIONS, PROCESSES, METRICS]),
        ("invoke", &[ADDRESSES, CONNECTIONS, PROCESSES, METRICS]),
    ] {
        let is_silent = |arg: &&clap::Arg| arg.get_help_heading().is_some_and(|heading| silent.contains(&heading));
        command = hide(command, name, settings.iter().filter(is_silent));
    }
    for subcommand in RemoteCommand::augment_subcommands(clap::Command::new("skep")).get_subcommands() {
        let name = subcommand.get_name();
        // It compiles before it sends.
        let used: &[&str] = if name == "deploy" { &["admin", "config", "compile_memory_mb", "compile_ms"] } else { &["admin", "config"] };
        command = hide_all_but(command, name, &settings, used);
    }
    command = hide_all_but(command, "token", &settings, &["state", "config"]);
    command = hide_all_but(command, "systemd", &settings, &[]);
    command = hide_all_but(command, "parse", &settings, &[]);
    command = hide_all_but(command, "import", &settings, &["functions", "config"]);
    command
}

fn hide_all_but(command: clap::Command, name: &str, settings: &[clap::Arg], used: &[&str]) -> clap::Command {
    hide(command, name, settings.iter().filter(|arg| !used.contains(&arg.get_id().as_str())))
}

/// A global argument that a command defines itself is not handed down to it: so its help can leave it out.
fn hide<'a>(command: clap::Command, name: &str, settings: impl Iterator<Item = &'a clap::Arg>) -> clap::Command {
    let hidden: Vec<_> = settings.map(|arg| arg.clone().hide(true)).collect();
    command.mut_subcommand(name, |subcommand| subcommand.args(hidden))
}

/// clap names the flag even if the wrong value stood in the environment; this adds the variable's name.
fn blame_variable(mut error: clap::Error, command: &clap::Command, args: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else { return error };
    let Some(long) = flag.strip_prefix("--").and_then(|flag| flag.split([' ', '[', '=']).next()) else { return error };
    let on_line = args.iter().any(|arg| arg.to_string_lossy().strip_prefix("--").is_some_and(|arg| arg.split('=').next() == Some(long)));
    let variable = command.get_arguments().find(|arg| arg.get_long() == Some(long)).and_then(|arg| arg.get_env());
    if let (Some(variable), false) = (variable, on_line) {
        let tip = format!("the value comes from the environment variable {}", variable.to_string_lossy());
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    error
}
