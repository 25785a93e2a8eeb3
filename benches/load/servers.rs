//! Servers as child processes: started on port 0 with a CPU of their own, found by the line they print, and ended on
//! drop together with whatever they started. Two kinds: skep's release binary, and this bench itself as raw hyper.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::args::Args;
use crate::pin::{self, Pinning};
use crate::process::{self, Process};
use crate::workload;

const START_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(5);

/// The kind of server, and its name in tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    RawHyper,
    Skep,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RawHyper => "raw hyper",
            Self::Skep => "skep",
        })
    }
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    /// The admin address; raw hyper has none.
    pub admin: Option<SocketAddr>,
    /// From spawn to `listening on`.
    pub start_up: Duration,
    child: Child,
    /// State directory, and the functions if the bench wrote them; removed with the server.
    _folders: Vec<TempDir>,
}

impl Server {
    pub fn raw_hyper(args: &Args, pinning: Pinning) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("raw-hyper");
        Self::start(Kind::RawHyper, command, args, pinning, Vec::new())
    }

    /// Skep with the functions of the chosen case, or those the user named.
    pub fn skep_with_cases(args: &Args, pinning: Pinning) -> Result<Self> {
        match &args.functions {
            Some(folder) => Self::skep(args, pinning, folder, &[]),
            None => {
                let folder = TempDir::with_prefix("skep-load-")?;
                workload::write_cases(folder.path())?;
                let mut server = Self::skep(args, pinning, folder.path(), &[])?;
                server._folders.push(folder);
                Ok(server)
            }
        }
    }

    /// Skep on a functions directory of the caller, with a state directory of its own, so that nothing is cached from before.
    pub fn skep(args: &Args, pinning: Pinning, functions: &Path, more: &[&str]) -> Result<Self> {
        Self::skep_by("serve", args, pinning, functions, more)
    }

    /// `skep dev` on a functions directory of the caller.
    pub fn skep_dev(args: &Args, pinning: Pinning, functions: &Path) -> Result<Self> {
        Self::skep_by("dev", args, pinning, functions, &[])
    }

    fn skep_by(name: &str, args: &Args, pinning: Pinning, functions: &Path, more: &[&str]) -> Result<Self> {
        let state = TempDir::with_prefix("skep-load-state-")?;
        let mut command = Command::new(std::path::absolute(skep_binary(args))?);
        command.arg(name).arg("--functions").arg(std::path::absolute(functions)?).arg("--state").arg(state.path());
        command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
        // Nothing of the caller's own set-up may reach the figures: no SKEP_… variable, no skep.toml of the folder we stand in.
        command.current_dir(state.path());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"SKEP_")) {
            command.env_remove(name);
        }
        command.args(more).args(&args.skep_arg);
        Self::start(Kind::Skep, command, args, pinning, vec![state])
    }

    fn start(kind: Kind, mut command: Command, args: &Args, pinning: Pinning, folders: Vec<TempDir>) -> Result<Self> {
        let stderr = if args.verbose { Stdio::inherit() } else { Stdio::null() };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr);
        // The generator is pinned by now, and a child would inherit that.
        let cpus = pinning.server.map_or_else(|| (0..libc::CPU_SETSIZE as usize).collect(), |cpu| vec![cpu]);
        pin::bind_child(&mut command, cpus);
        let program = command.get_program().display().to_string();
        let begin = Instant::now();
        let mut child = command.spawn().with_context(|| format!("starting {program}"))?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        // Owned by `Server` before anything can fail, so that its `Drop` ends it.
        let mut server = Self { address, admin: None, start_up: Duration::ZERO, child, _folders: folders };
        let lines = lines_of(stdout);
        server.address = announced(&lines, "listening on http://").with_context(|| format!("{program} did not start (see --verbose)"))?;
        server.start_up = begin.elapsed();
        if kind == Kind::Skep {
            server.admin = Some(announced(&lines, "admin on http://")?);
        }
        Ok(server)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_gone(&mut self, tree: &[Process]) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < STOP_MAX {
            let child_gone = !matches!(self.child.try_wait(), Ok(None));
            if child_gone && !tree.iter().any(|process| process.alive()) {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut tree = process::tree(self.pid());
        pin::signal(self.pid(), libc::SIGTERM);
        if !self.wait_until_gone(&tree) {
            tree.extend(process::tree(self.pid()));
            for process in tree.iter().filter(|process| process.alive()) {
                pin::signal(process.pid, libc::SIGKILL);
            }
            self.wait_until_gone(&tree);
        }
    }
}

/// The binary under test: the one cargo built for this bench, unless another was named.
pub fn skep_binary(args: &Args) -> PathBuf {
    args.skep.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_skep")))
}

/// Reads stdout to its end on a thread of its own: a server must never block on a full pipe.
fn lines_of(stdout: ChildStdout) -> Receiver<String> {
    let (line_tx, line_rx) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = line_tx.send(line);
        }
    });
    line_rx
}

/// The address in the line that begins with `what`.
fn announced(lines: &Receiver<String>, what: &str) -> Result<SocketAddr> {
    let deadline = Instant::now() + START_MAX;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some((_, address)) = line.split_once(what) {
                    return address.trim().trim_end_matches('/').parse().with_context(|| line.clone());
                }
            }
            Err(RecvTimeoutError::Timeout) => bail!("no line `{what}` within {START_MAX:?}"),
            Err(RecvTimeoutError::Disconnected) => bail!("it ended without a line `{what}`"),
        }
    }
}
