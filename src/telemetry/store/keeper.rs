//! The owner of the writer: starts its thread, makes the memory of each process whose lines it writes, and tells it of their ends.
//!
//! The supervisor has one for itself and its engines; a process without a supervisor has one for itself.
//!
//! Invariant: the memory of a process is kept until what lies in it is written, whatever became of the process.

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use super::files::LogFolder;
use super::retention::KeepRules;
use super::writer::{StoreWriter, WriterCommand};
use crate::telemetry::log::ring::LogRing;
use crate::telemetry::log::sink;
use crate::telemetry::log::window::LogWindow;

/// Commands that wait for the writer.
const COMMANDS_MAX: usize = 1024;

/// How long lines wait for another process that is about to end and still writes to the folder; and so long if the supervisor was killed, whose
/// engines write one after the other.
const LOCK_WAIT: Duration = Duration::from_secs(10);
const LOCK_WAIT_ALONE: Duration = Duration::from_secs(3600);

/// The number of the process that has the writer. Engines have those of their generations, from 1.
const OWN: u64 = 0;

/// Where lines are kept, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepConfig {
    /// The log folder; `None`: the newest lines are kept in memory alone.
    pub folder: Option<PathBuf>,
    /// How long and how many.
    pub rules: KeepRules,
}

/// The writer's owner.
pub struct LogKeeper {
    window: LogWindow,
    window_memory: OwnedFd,
    commands_tx: SyncSender<WriterCommand>,
}

impl LogKeeper {
    /// Starts the writer. The lines of this process are kept from now on.
    ///
    /// # Errors
    /// If the system gives no memory or no thread.
    pub fn start(config: &KeepConfig) -> io::Result<Self> {
        let log = config.folder.as_deref().map(LogFolder::at);
        // The clock is ahead of any number that was given out, unless it was set back.
        let newest = log.as_ref().map_or(0, LogFolder::numbers).max(super::now_us());
        let (window_memory, window) = LogWindow::create(newest)?;
        let commands_tx = start_writer(StoreWriter::new(log, config.rules, window.clone(), LOCK_WAIT))?;
        let keeper = Self { window, window_memory, commands_tx };
        let (_, ring) = LogRing::create()?;
        keeper.send(WriterCommand::Add(OWN, ring.clone()));
        sink::attach(ring, keeper.window.clone());
        sink::flush_with(keeper.flusher());
        Ok(keeper)
    }

    /// Memory for the lines of one more process.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn ring(&self, number: u64) -> io::Result<OwnedFd> {
        let (memory, ring) = LogRing::create()?;
        self.send(WriterCommand::Add(number, ring));
        Ok(memory)
    }

    /// The memory of the newest lines, which the process gets beside its own.
    pub fn window_memory(&self) -> &OwnedFd {
        &self.window_memory
    }

    /// The process of this number has ended: what it had logged is written, and its memory given up.
    pub fn ended(&self, number: u64, is_crash: bool) {
        self.send(WriterCommand::Ended(number, is_crash));
    }

    fn send(&self, command: WriterCommand) {
        // The writer reads much faster than processes come and go; on a disk that hangs a thousand may, and the next one's lines are not kept.
        let _ = self.commands_tx.try_send(command);
        self.window.ring_bell();
    }

    fn flusher(&self) -> sink::Flusher {
        flusher(self.commands_tx.clone(), self.window.clone())
    }
}

/// The supervisor is dead: this engine writes its lines itself until it ends, once no other engine does.
///
/// # Errors
/// If the system gives no thread.
pub fn keep_alone(config: &KeepConfig) -> io::Result<()> {
    let Some((ring, window)) = sink::attached() else { return Ok(()) };
    let log = config.folder.as_deref().map(LogFolder::at);
    let commands_tx = start_writer(StoreWriter::new(log, config.rules, window.clone(), LOCK_WAIT_ALONE))?;
    let _ = commands_tx.send(WriterCommand::Add(OWN, ring));
    window.ring_bell();
    sink::flush_with(flusher(commands_tx, window));
    Ok(())
}

fn start_writer(writer: StoreWriter) -> io::Result<SyncSender<WriterCommand>> {
    let (commands_tx, commands_rx) = sync_channel(COMMANDS_MAX);
    std::thread::Builder::new().name("skep log files".to_owned()).spawn(move || writer.run(&commands_rx))?;
    Ok(commands_tx)
}

fn flusher(commands_tx: SyncSender<WriterCommand>, window: LogWindow) -> sink::Flusher {
    Box::new(move |most| {
        let (done_tx, done_rx) = sync_channel(1);
        if commands_tx.try_send(WriterCommand::Flush(done_tx)).is_ok() {
            window.ring_bell();
            // What is not written by then is lost with this process, unless a supervisor has its memory.
            let _ = done_rx.recv_timeout(most);
        }
    })
}
