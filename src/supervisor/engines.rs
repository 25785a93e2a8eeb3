//! The supervisor's children: engine processes, each with its line, its crash note and a task that hears it.
//!
//! `run` starts members and decides what becomes of them; what they say, and that they have ended, comes back as [`News`].
//!
//! Invariant: that a member has ended is told exactly once, after everything it said.

use std::ffi::OsString;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Instant;

use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc};

use crate::process::channel;
use crate::process::channel::{DESCRIPTORS_MAX, Line};
use crate::process::crash_note::{Entry, Sheet};
use crate::process::engine::VARIABLE;
use crate::process::message::{ToEngine, ToSupervisor};
use crate::process::quarantine::Quarantined;
use crate::process::sockets::{Label, Listening, Sockets};
use crate::process::systemd;

/// How engines are started: like this process.
pub(super) struct Launch {
    /// The file on disk. After an upgrade it is another one, and its name is still the same.
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    /// Worker threads an engine may have.
    pub(super) workers: usize,
}

/// Where a member is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It does not serve yet.
    Booting,
    /// It serves.
    Serving,
    /// It finishes what it has.
    Leaving,
}

/// An engine process.
pub(super) struct Member {
    pub(super) generation: u64,
    pub(super) pid: u32,
    pub(super) stage: Stage,
    pub(super) born: Instant,
    /// When it is ended by force, if it has not come to the next stage.
    pub(super) deadline: Option<Instant>,
    /// Whether it should be replaced.
    pub(super) tainted: bool,
    /// Why it does not come to serve, in its own words.
    pub(super) why: Option<String>,
    /// Whether its end was our doing, and nobody else's.
    pub(super) was_killed: bool,
    line: Arc<Line>,
    note: Sheet,
    kill: Arc<Notify>,
}

/// What comes from a member.
pub(super) enum News {
    Said(ToSupervisor),
    Ended(ExitStatus),
}

/// What a new member is told.
pub(super) struct Briefing<'a> {
    pub(super) generation: u64,
    pub(super) acts: &'a OwnedFd,
    pub(super) sockets: &'a Sockets,
    pub(super) quarantined: &'a [Quarantined],
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

    /// Starts an engine and tells it everything it has to know.
    ///
    /// # Errors
    /// If the system gives no process, or the line breaks.
    pub(super) fn start(&self, briefing: &Briefing<'_>, news: mpsc::UnboundedSender<(u64, News)>) -> io::Result<Member> {
        let (line, theirs) = channel::pair()?;
        let note = Sheet::new(self.workers)?;
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
        let (line, kill) = (Arc::new(line), Arc::new(Notify::new()));
        let member = Member {
            generation: briefing.generation,
            pid: child.id().unwrap_or(0),
            stage: Stage::Booting,
            born: Instant::now(),
            deadline: None,
            tainted: false,
            why: None,
            was_killed: false,
            line: line.clone(),
            note,
            kill: kill.clone(),
        };
        tokio::spawn(attend(briefing.generation, child, line, kill, news));
        let told = member.brief(briefing);
        if told.is_err() {
            member.kill.notify_one();
        }
        told.map(|()| member)
    }
}

/// The name that the running program was started by, if that has a folder: after an upgrade a symbolic link leads elsewhere. Else the name of its
/// file. Asked at the start: a file that is replaced later has no name any more.
fn program(itself: PathBuf, named: &Path) -> PathBuf {
    let same = |one: &Path, other: &Path| {
        let (one, other) = (rustix::fs::stat(one).ok()?, rustix::fs::stat(other).ok()?);
        Some((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
    };
    let named = std::path::absolute(named).ok().filter(|_| named.components().count() > 1);
    named.filter(|named| same(named, &itself) == Some(true)).unwrap_or(itself)
}

impl Member {
    fn brief(&self, briefing: &Briefing<'_>) -> io::Result<()> {
        self.line.send(&ToEngine::Note, &[self.note.descriptor().as_fd()])?;
        self.line.send(&ToEngine::Acts, &[briefing.acts.as_fd()])?;
        for (label, listening) in briefing.sockets.iter() {
            self.hand(label, listening)?;
        }
        for quarantined in briefing.quarantined {
            self.tell(&ToEngine::Quarantine(quarantined.clone()))?;
        }
        self.tell(&ToEngine::Start { generation: briefing.generation })
    }

    /// Tells it something.
    pub(super) fn tell(&self, message: &ToEngine) -> io::Result<()> {
        self.line.send(message, &[])
    }

    /// Hands it the sockets of a label.
    pub(super) fn hand(&self, label: Label, listening: &Listening) -> io::Result<()> {
        let mut left: &[TcpListener] = &listening.sockets;
        while !left.is_empty() {
            let (now, later) = left.split_at(left.len().min(DESCRIPTORS_MAX));
            let message = ToEngine::Sockets { label, address: listening.address, more: !later.is_empty() };
            let descriptors: Vec<_> = now.iter().map(|socket| socket.as_fd()).collect();
            self.line.send(&message, &descriptors)?;
            left = later;
        }
        Ok(())
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) {
        self.was_killed = true;
        self.kill.notify_one();
    }

    /// What its workers were doing. It must have ended.
    pub(super) fn note(&self) -> Vec<Entry> {
        self.note.read()
    }
}

/// Hears a member until it has ended.
async fn attend(generation: u64, mut child: Child, line: Arc<Line>, kill: Arc<Notify>, news: mpsc::UnboundedSender<(u64, News)>) {
    let mut hears = true;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended,
            () = kill.notified() => drop(child.start_kill()),
            said = line.receive(), if hears => match said {
                Ok(Some((message, _))) => drop(news.send((generation, News::Said(message)))),
                // Its end is near, or it talks nonsense.
                Ok(None) | Err(_) => hears = false,
            },
        }
    };
    while let Some((message, _)) = line.try_receive() {
        let _ = news.send((generation, News::Said(message)));
    }
    // That a child of ours cannot be waited for happens to nobody; as a failure it is at least not overlooked.
    let status = ended.unwrap_or_else(|_| std::os::unix::process::ExitStatusExt::from_raw(libc::SIGKILL));
    let _ = news.send((generation, News::Ended(status)));
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
