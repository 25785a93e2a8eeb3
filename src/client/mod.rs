//! The commands that operate a running Skep through its admin API.
//!
//! `main` hands a command over. `connection` sends its requests, `releases::follow` waits for a release, `output` prints. A command runs on a thread
//! of its own, so that Ctrl-C is answered while it waits.
//!
//! Invariant: no engine is started, and nothing but `deploy` touches a disk.

mod variables;
mod scale;
mod functions;
mod releases;
mod instances;
mod cron;
mod logs;
mod top;
mod host;
mod ui;
mod package;
pub(crate) mod connection;
pub(crate) mod output;
mod error;

use std::io;

use tokio::sync::oneshot;

use crate::config::client_args::ServerArgs;
use crate::config::{Config, ExitCode, RemoteCommand};
use crate::release::compiler::Compilers;
use connection::session::{CtrlC, Session};
use error::RemoteError;

/// Carries the command out and prints its result.
///
/// # Errors
/// If the command's thread or the runtime cannot be created.
pub fn run(config: &Config, command: &RemoteCommand) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ctrl_c = CtrlC::default();
    let (ended_tx, ended_rx) = oneshot::channel();
    let work = {
        let (config, command, ctrl_c) = (config.clone(), command.clone(), ctrl_c.clone());
        move || {
            // The receiver is gone if Ctrl-C came first.
            let _ = ended_tx.send(carry_out(&config, &command, ctrl_c));
        }
    };
    std::thread::Builder::new().name("skep command".to_owned()).spawn(work)?;
    Ok(runtime.block_on(async {
        tokio::select! {
            code = ended_rx => code.unwrap_or(ExitCode::Internal),
            pressed = tokio::signal::ctrl_c() => match pressed {
                Ok(()) => ctrl_c.pressed(),
                Err(_) => ExitCode::Internal,
            },
        }
    }))
}

fn carry_out(config: &Config, command: &RemoteCommand, ctrl_c: CtrlC) -> ExitCode {
    let ended = match command {
        RemoteCommand::Deploy(args) => {
            with(config, &args.wait.server, ctrl_c, |session| releases::deploy::run(session, args, &Compilers::local(config.compile)))
        }
        RemoteCommand::Ls(args) => with(config, &args.server, ctrl_c, functions::ls::run),
        RemoteCommand::Show(args) => with(config, &args.server, ctrl_c, |session| functions::show::run(session, args)),
        RemoteCommand::Versions(args) => with(config, &args.server, ctrl_c, |session| functions::versions::run(session, args)),
        RemoteCommand::Releases(args) => with(config, &args.server, ctrl_c, |session| releases::list::run(session, args)),
        RemoteCommand::Rollback(args) => with(config, &args.wait.server, ctrl_c, |session| releases::rollback::run(session, args)),
        RemoteCommand::Canary(args) => with(config, &args.wait.server, ctrl_c, |session| releases::canary::run(session, args)),
        RemoteCommand::Scale(args) => with(config, &args.server, ctrl_c, |session| scale::run(session, args)),
        RemoteCommand::Instances(args) => with(config, &args.server, ctrl_c, |session| instances::run(session, args)),
        RemoteCommand::Cron(command) => with(config, command.server(), ctrl_c, |session| cron::run(session, command)),
        RemoteCommand::Env(args) => with(config, &args.wait.server, ctrl_c, |session| variables::run_env(session, args)),
        RemoteCommand::Secret(args) => with(config, &args.wait.server, ctrl_c, |session| variables::run_secret(session, args)),
        RemoteCommand::Logs(args) => with(config, &args.server, ctrl_c, |session| logs::run(session, args)),
        RemoteCommand::Top(args) => with(config, &args.server, ctrl_c, |session| top::run(session, args)),
        RemoteCommand::Ui(args) => with(config, &args.server, ctrl_c, |session| ui::run(session, args)),
        RemoteCommand::Rm(args) => with(config, &args.wait.server, ctrl_c, |session| functions::rm::run(session, args)),
        RemoteCommand::Upgrade(args) => with(config, &args.server, ctrl_c, host::upgrade),
        RemoteCommand::Verify(args) => with(config, &args.server, ctrl_c, host::verify),
    };
    ended.unwrap_or_else(|code| code)
}

fn with(
    config: &Config,
    server: &ServerArgs,
    ctrl_c: CtrlC,
    work: impl FnOnce(&Session) -> Result<ExitCode, RemoteError>,
) -> Result<ExitCode, ExitCode> {
    let session = Session::open(config, server, ctrl_c)?;
    work(&session).map_err(|error| session.output.fail(&error))
}
