//! The supervisor's children: engine processes, each with its channel, its crash note and a task that forwards its events.
//!
//! `run` starts engines and decides their fate; their messages, and their exit, come back as [`EngineEvent`].
//!
//! Invariant: the exit of an engine is reported exactly once, after all its messages.

use std::ffi::OsString;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Instant;

use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc};

use crate::process::channel;
use crate::process::channel::{Channel, DESCRIPTORS_MAX};
use crate::process::crash_note::{CrashSlots, SlotState};
use crate::process::engine::VARIABLE;
use crate::process::message::{ToEngine, ToSupervisor};
use crate::process::quarantine::{Offence, Quarantined};
use crate::process::sockets::{Label, Listening, Sockets};
use crate::process::systemd;

/// How engines are started: like this process.
pub(super) struct Launch {
    /// The file on disk. An upgrade replaces the file and keeps its name.
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    /// Worker threads that an engine may have.
    pub(super) workers: usize,
}

/// The stage of an engine's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EngineStage {
    /// It does not serve yet.
    Booting,
    /// It serves.
    Serving,
    /// It finishes its open requests.
    Leaving,
}

/// An engine process.
pub(super) struct EngineProcess {
    pub(super) generation: u64,
    pub(super) pid: u32,
    pub(super) stage: EngineStage,
    pub(super) born: Instant,
    /// When it is killed, unless it has reached the next stage.
    pub(super) deadline: Option<Instant>,
    /// Whether it should be replaced.
    pub(super) tainted: bool,
    /// Whether it should be replaced at once.
    pub(super) urgent: bool,
    /// Why it cannot serve, in its own words.
    pub(super) why: Option<String>,
    /// Whether the supervisor killed it.
    pub(super) was_killed: bool,
    channel: Arc<Channel>,
    note: CrashSlots,
    kill: Arc<Notify>,
}

/// An event of an engine.
pub(super) enum EngineEvent {
    Message(ToSupervisor),
    Exited(ExitStatus),
}

/// The facts that a new engine receives.
pub(super) struct StartConfig<'a> {
    pub(super) generation: u64,
    pub(super) counters: &'a OwnedFd,
    /// The memory for its log lines, and that of the newest lines of all.
    pub(super) log: Option<[BorrowedFd<'a>; 2]>,
    pub(super) sockets: &'a Sockets,
    pub(super) quarantined: &'a [Quarantined],
    pub(super) offences: Vec<Offence>,
}

impl Launch {
    /// With the arguments of this process.
    ///
    /// # Errors
    /// If its program cannot be found.
    pub(super) fn like_this_process(workers: usize) -> io::Result<Self> {
        let mut args = std::env::args_os();
        let program = program(std::env::current_exe()?, args.next().unwrap_or_default().as_ref());
        Ok(Self { program, args: args.collect(), workers })
    }

    /// Starts an engine and sends it everything that it needs.
    ///
    /// # Errors
    /// If the system cannot spawn the process, or the channel breaks.
    pub(super) fn start(&self, config: &StartConfig<'_>, events_tx: mpsc::Sender<(u64, EngineEvent)>) -> io::Result<EngineProcess> {
        let (channel, theirs) = channel::pair()?;
        let note = CrashSlots::new(self.workers)?;
        let mut command = Command::new(&self.program);
        for variable in systemd::VARIABLES {
            command.env_remove(variable);
        }
        let child = command
            .args(&self.args)
            .env(VARIABLE, std::process::id().to_string())
            .stdin(Stdio::from(theirs))
            // Ctrl-C is for the supervisor, which passes it on in its own way.
            .process_group(0)
            .spawn()?;
        let (channel, kill) = (Arc::new(channel), Arc::new(Notify::new()));
        let engine = EngineProcess {
            generation: config.generation,
            pid: child.id().unwrap_or(0),
            stage: EngineStage::Booting,
            born: Instant::now(),
            deadline: None,
            tainted: false,
            urgent: false,
            why: None,
            was_killed: false,
            channel: channel.clone(),
            note,
            kill: kill.clone(),
        };
        tokio::spawn(forward_events(config.generation, child, channel, kill, events_tx));
        let sent = engine.send_config(config);
        if sent.is_err() {
            engine.kill.notify_one();
        }
        sent.map(|()| engine)
    }
}

/// The name that the running program was started by, if that has a folder: after an upgrade a symbolic link leads elsewhere. Else the name
/// of its file. It is determined at the start: a file that is replaced later has no name any more.
fn program(itself: PathBuf, named: &Path) -> PathBuf {
    let same = |one: &Path, other: &Path| {
        let (one, other) = (rustix::fs::stat(one).ok()?, rustix::fs::stat(other).ok()?);
        Some((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
    };
    let named = std::path::absolute(named).ok().filter(|_| named.components().count() > 1);
    named.filter(|named| same(named, &itself) == Some(true)).unwrap_or(itself)
}

impl EngineProcess {
    fn send_config(&self, config: &StartConfig<'_>) -> io::Result<()> {
        self.channel.send(&ToEngine::Note, &[self.note.descriptor().as_fd()])?;
        self.channel.send(&ToEngine::Counters, &[config.counters.as_fd()])?;
        if let Some(memories) = &config.log {
            self.channel.send(&ToEngine::Log, memories)?;
        }
        for (label, listening) in config.sockets.iter() {
            self.hand(label, listening)?;
        }
        for quarantined in config.quarantined {
            self.send(&ToEngine::Quarantine(quarantined.clone()))?;
        }
        for offence in &config.offences {
            self.send(&ToEngine::Offended(offence.clone()))?;
        }
        self.send(&ToEngine::Start { generation: config.generation, gives_compilers: true, closes_ports: true })
    }

    /// Sends it a message.
    pub(super) fn send(&self, message: &ToEngine) -> io::Result<()> {
        self.channel.send(message, &[])
    }

    /// Hands it a compiler process: the socket and the process.
    pub(super) fn hand_compiler(&self, descriptors: &[OwnedFd; 2]) -> io::Result<()> {
        let [socket, pidfd] = descriptors;
        self.channel.send(&ToEngine::Compiler, &[socket.as_fd(), pidfd.as_fd()])
    }

    /// Hands it the sockets of a label.
    pub(super) fn hand(&self, label: Label, listening: &Listening) -> io::Result<()> {
        let mut left: &[TcpListener] = &listening.sockets;
        while !left.is_empty() {
            let (now, later) = left.split_at(left.len().min(DESCRIPTORS_MAX));
            let message = ToEngine::Sockets { label, address: listening.address, more: !later.is_empty() };
            let descriptors: Vec<_> = now.iter().map(|socket| socket.as_fd()).collect();
            self.channel.send(&message, &descriptors)?;
            left = later;
        }
        Ok(())
    }

    /// Kills it.
    pub(super) fn kill(&mut self) {
        self.was_killed = true;
        self.kill.notify_one();
    }

    /// The crash note of its workers. The engine must have exited.
    pub(super) fn note(&self) -> Vec<SlotState> {
        self.note.read()
    }
}

/// Forwards the messages of an engine until it has exited, and then its exit.
async fn forward_events(
    generation: u64,
    mut child: Child,
    channel: Arc<Channel>,
    kill: Arc<Notify>,
    events_tx: mpsc::Sender<(u64, EngineEvent)>,
) {
    let mut hears = true;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended,
            () = kill.notified() => drop(child.start_kill()),
            said = channel.receive(), if hears => match said {
                Ok(Some((message, _))) => drop(events_tx.send((generation, EngineEvent::Message(message))).await),
                // It is about to exit, or its message is not valid.
                Ok(None) | Err(_) => hears = false,
            },
        }
    };
    while let Some((message, _)) = channel.try_receive() {
        let _ = events_tx.send((generation, EngineEvent::Message(message))).await;
    }
    // A wait for a child of this process cannot fail; if it does, it counts as a death, so that it is not overlooked.
    let status = ended.unwrap_or_else(|_| std::os::unix::process::ExitStatusExt::from_raw(libc::SIGKILL));
    let _ = events_tx.send((generation, EngineEvent::Exited(status))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_the_program_was_started_by_is_followed_anew_each_time() {
        let itself = std::env::current_exe().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (link, other) = (folder.path().join("skep"), folder.path().join("other"));
        std::os::unix::fs::symlink(&itself, &link).unwrap();
        std::os::unix::fs::symlink(folder.path(), &other).unwrap();
        assert_eq!(program(itself.clone(), &link), link);
        assert_eq!(program(itself.clone(), &other), itself, "it leads to something else");
        assert_eq!(program(itself.clone(), Path::new("skep")), itself, "it was found somewhere in PATH");
        assert_eq!(program(itself.clone(), Path::new("")), itself);
    }
}
