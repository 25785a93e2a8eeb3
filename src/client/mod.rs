//! The commands that operate a running Skep through its admin API.
//!
//! `main` hands a command over; `client` asks the server, `follow` waits for a release, `output` prints. A command runs on a thread of its own,
//! so that Ctrl-C is answered while it waits.
//!
//! Invariant: no engine is started, and nothing but `deploy` touches a disk.

pub(crate) mod connection;
pub(crate) mod functions;
pub(crate) mod host;
pub(crate) mod instances;
pub(crate) mod logs;
pub(crate) mod output;
pub(crate) mod package;
pub(crate) mod releases;
pub(crate) mod scale;
pub(crate) mod top;
pub(crate) mod variables;

use tokio::sync::oneshot;

use crate::app::StartError;
use crate::config::client::args::ServerArgs;
use crate::config::{Config, ExitCode, RemoteCommand};
use connection::error::RemoteError;
use connection::session::{Interruption, Session};

/// Carries the command out and prints what came of it.
///
/// # Errors
/// If the system gives no thread.
pub fn run(config: &Config, command: &RemoteCommand) -> Result<ExitCode, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let interruption = Interruption::default();
    let (ended_tx, ended_rx) = oneshot::channel();
    let work = {
        let (config, command, interruption) = (config.clone(), command.clone(), interruption.clone());
        move || {
            // Nobody listens any more if Ctrl-C came first.
            let _ = ended_tx.send(carry_out(&config, &command, interruption));
        }
    };
    std::thread::Builder::new().name("skep command".to_owned()).spawn(work)?;
    Ok(runtime.block_on(async {
        tokio::select! {
            code = ended_rx => code.unwrap_or(ExitCode::Internal),
            pressed = tokio::signal::ctrl_c() => match pressed {
                Ok(()) => interruption.strike(),
                Err(_) => ExitCode::Internal,
            },
        }
    }))
}

fn carry_out(config: &Config, command: &RemoteCommand, interruption: Interruption) -> ExitCode {
    let ended = match command {
        RemoteCommand::Deploy(args) => with(config, &args.wait.server, interruption, |session| releases::deploy::run(session, args)),
        RemoteCommand::Ls(args) => with(config, &args.server, interruption, functions::ls::run),
        RemoteCommand::Show(args) => with(config, &args.server, interruption, |session| functions::show::run(session, args)),
        RemoteCommand::Versions(args) => with(config, &args.server, interruption, |session| functions::versions::run(session, args)),
        RemoteCommand::Releases(args) => with(config, &args.server, interruption, |session| releases::list::run(session, args)),
        RemoteCommand::Rollback(args) => with(config, &args.wait.server, interruption, |session| releases::rollback::run(session, args)),
        RemoteCommand::Canary(args) => with(config, &args.wait.server, interruption, |session| releases::canary::run(session, args)),
        RemoteCommand::Scale(args) => with(config, &args.server, interruption, |session| scale::run(session, args)),
        RemoteCommand::Instances(args) => with(config, &args.server, interruption, |session| instances::run(session, args)),
        RemoteCommand::Env(args) => with(config, &args.wait.server, interruption, |session| variables::run_env(session, args)),
        RemoteCommand::Secret(args) => with(config, &args.wait.server, interruption, |session| variables::run_secret(session, args)),
        RemoteCommand::Logs(args) => with(config, &args.server, interruption, |session| logs::run(session, args)),
        RemoteCommand::Top(args) => with(config, &args.server, interruption, |session| top::run(session, args)),
        RemoteCommand::Rm(args) => with(config, &args.wait.server, interruption, |session| functions::rm::run(session, args)),
        RemoteCommand::Upgrade(args) => with(config, &args.server, interruption, host::upgrade),
        RemoteCommand::Verify(args) => with(config, &args.server, interruption, host::verify),
    };
    ended.unwrap_or_else(|code| code)
}

fn with(
    config: &Config,
    server: &ServerArgs,
    interruption: Interruption,
    work: impl FnOnce(&Session) -> Result<ExitCode, RemoteError>,
) -> Result<ExitCode, ExitCode> {
    let session = Session::open(config, server, interruption)?;
    work(&session).map_err(|error| session.output.fail(&error))
}
