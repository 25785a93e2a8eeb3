//! The thread that writes: it takes lines out of the rings of every process of the host, numbers them, and puts each into its file.
//!
//! It runs in the supervisor, or in a process that has none. `keeper` starts it; `disk` syncs, packs and removes behind it; `window` shows its
//! lines to those that follow.
//!
//! Invariant: it is the only writer of the log folder and of the window. A line leaves its ring after it is in its file.

use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use super::batch::LineBatch;
use super::disk::DiskClient;
use super::files::LogFolder;
use super::open_files::OpenFiles;
use super::retention::KeepRules;
use crate::function::Level;
use crate::telemetry::log::record::RecordKind;
use crate::telemetry::log::ring::{LogRing, RingConsumer};
use crate::telemetry::log::window::LogWindow;

/// How long lines gather before they are written together.
const GATHER: Duration = Duration::from_millis(10);

/// Bytes that are taken out of one ring at a time.
const TURN_BYTES: usize = 1 << 20;

/// How often lines are made sure to be on the disk.
const SYNC_EVERY: Duration = Duration::from_secs(5);

/// How long the thread sleeps if no line comes.
const IDLE: Duration = Duration::from_secs(60);

/// How often the same trouble is reported, and tried to be overcome.
const REPORT_EVERY: Duration = Duration::from_secs(60);
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// Numbers that are reserved at a time: one small file for a million lines.
const NUMBERS_RESERVED: u64 = 1_000_000;

/// Turns in which everything that waits in a ring is written.
const DRAIN_TURNS_MAX: usize = 32;

/// How long the end waits for the disk.
const END_WAIT: Duration = Duration::from_millis(500);

/// What the writer is told.
pub(super) enum WriterCommand {
    /// A process has a ring.
    Add(u64, LogRing),
    /// The process of this number has ended; whether by a crash.
    Ended(u64, bool),
    /// Everything is to be in its file.
    Flush(SyncSender<()>),
}

/// The writer.
pub(super) struct StoreWriter {
    pub(super) log: Option<LogFolder>,
    pub(super) rules: KeepRules,
    pub(super) window: LogWindow,
    rings: Vec<ProcessRing>,
    /// How long lines wait for another process that still writes to the folder.
    lock_wait: Duration,
    is_locked_out: bool,
    files: Option<(OpenFiles, DiskClient)>,
    /// Held while this process writes to the folder; dropped after the files.
    _lock: Option<File>,
    next_seq: u64,
    reserved: u64,
    started: Instant,
    tried: Option<Instant>,
    synced: Instant,
    unsynced_bytes: u64,
    trouble: Trouble,
}

/// The ring of one process.
struct ProcessRing {
    number: u64,
    ring: RingConsumer,
    /// Whether the process has ended, and by a crash.
    ended: Option<bool>,
    /// Lines that were read since it has ended.
    left: u64,
}

/// Lines that are lost, until they are reported.
#[derive(Default)]
struct Trouble {
    not_on_disk: u64,
    why: String,
    no_room: u64,
    reported: Option<Instant>,
}

impl StoreWriter {
    pub(super) fn new(log: Option<LogFolder>, rules: KeepRules, window: LogWindow, lock_wait: Duration) -> Self {
        let (next_seq, now) = (window.newest() + 1, Instant::now());
        Self {
            log,
            rules,
            window,
            rings: Vec::new(),
            lock_wait,
            is_locked_out: false,
            _lock: None,
            files: None,
            next_seq,
            reserved: 0,
            started: now,
            tried: None,
            synced: now,
            unsynced_bytes: 0,
            trouble: Trouble::default(),
        }
    }

    /// Writes until no one can tell it anything any more.
    pub(super) fn run(mut self, commands_rx: &Receiver<WriterCommand>) {
        loop {
            loop {
                match commands_rx.try_recv() {
                    Ok(command) => self.obey(command),
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
                }
            }
            let has_written = self.turn(super::now_ms());
            if self.synced.elapsed() >= SYNC_EVERY {
                self.sync(super::now_ms());
            }
            self.report();
            if has_written {
                std::thread::sleep(GATHER);
                continue;
            }
            self.window.lie_down();
            if let Ok(command) = commands_rx.try_recv() {
                self.obey(command);
            } else if self.is_waiting_for_lock() {
                self.window.sleep(RETRY_EVERY);
            } else if self.rings.iter().all(|process| process.ring.is_empty()) {
                let has_more_to_do = self.unsynced_bytes > 0 || self.trouble.is_any();
                self.window.sleep(if has_more_to_do { SYNC_EVERY } else { IDLE });
            }
        }
    }

    pub(super) fn obey(&mut self, command: WriterCommand) {
        match command {
            WriterCommand::Add(number, ring) => {
                self.rings.push(ProcessRing { number, ring: ring.consumer(), ended: None, left: 0 });
            }
            WriterCommand::Ended(number, is_crash) => {
                let ended = self.rings.iter_mut().filter(|process| process.number == number);
                ended.for_each(|process| process.ended = Some(is_crash));
            }
            WriterCommand::Flush(done_tx) => {
                self.drain();
                self.sync(super::now_ms());
                if let Some((_, disk)) = &self.files {
                    disk.end(END_WAIT);
                }
                let _ = done_tx.send(());
            }
        }
    }

    /// Writes everything that waits now; what comes meanwhile may wait again.
    fn drain(&mut self) {
        for _ in 0..DRAIN_TURNS_MAX {
            if !self.turn(super::now_ms()) {
                break;
            }
        }
    }

    /// Gives up the rings of processes that have ended, once they are empty.
    fn forget_ended(&mut self) {
        self.rings.retain(|process| {
            let is_over = process.ended.is_some() && process.ring.is_empty();
            if is_over && process.ended == Some(true) {
                tracing::warn!(generation = process.number, lines = process.left, "an engine died: what it had logged is written");
            }
            !is_over
        });
    }

    /// Writes what has gathered. Says whether there was anything.
    pub(super) fn turn(&mut self, now_ms: i64) -> bool {
        self.prepare();
        if self.is_waiting_for_lock() {
            return false;
        }
        let (mut batch, mut is_any, mut dropped) = (LineBatch::default(), false, 0);
        let next_seq = &mut self.next_seq;
        for process in &mut self.rings {
            let before = *next_seq;
            match process.ring.read(TURN_BYTES, |record| batch.add(&record, next_seq)) {
                Ok(has_lines) => is_any |= has_lines,
                Err(error) => tracing::error!(generation = process.number, "{error}: lines are lost"),
            }
            if process.ended.is_some() {
                process.left += *next_seq - before;
            }
            dropped += process.ring.dropped();
        }
        dropped += batch.refused;
        self.write(&batch, now_ms);
        batch.publish(&self.window);
        if dropped > 0 {
            self.trouble.no_room += dropped;
            // It has a number, too: those that follow see it once.
            self.window.append(self.next_seq, RecordKind::Missed, Level::Warn, "", dropped.to_string().as_bytes());
            self.next_seq += 1;
        }
        self.rings.iter().for_each(|process| process.ring.commit());
        self.forget_ended();
        is_any
    }

    fn write(&mut self, batch: &LineBatch, now_ms: i64) {
        if self.log.is_none() {
            return;
        }
        self.reserve_numbers();
        let Some((files, disk)) = self.files.as_mut() else {
            let lines = batch.files().map(|(_, lines)| lines.count).sum::<u64>();
            self.trouble.not_on_disk += lines;
            return self.window.count_dropped(lines);
        };
        for (function, rules) in &batch.rules {
            disk.rules(function.clone(), *rules);
        }
        let is_full = disk.is_full();
        for (key, lines) in batch.files() {
            let written =
                if is_full { Err(io::Error::other("less than 5 % of the disk is free")) } else { files.append(key, &lines.text, now_ms) };
            match written {
                Ok(()) => self.unsynced_bytes += lines.text.len() as u64,
                Err(error) => {
                    self.trouble.not_on_disk += lines.count;
                    self.window.count_dropped(lines.count);
                    self.trouble.why = error.to_string();
                }
            }
        }
        let closed = files.take_closed();
        disk.sync(closed, 0);
    }

    /// Becomes the writer of the folder, if it is not yet.
    fn prepare(&mut self) {
        let Some(log) = self.log.as_ref().filter(|_| self.files.is_none()) else { return };
        if self.tried.is_some_and(|tried| tried.elapsed() < RETRY_EVERY) {
            return;
        }
        self.tried = Some(Instant::now());
        let made = log.lock().and_then(|lock| Ok((lock, DiskClient::start(log.clone(), self.rules)?)));
        match made {
            Ok((lock, disk)) => {
                self._lock = Some(lock);
                self.files = Some((OpenFiles::new(log.clone()), disk));
            }
            Err(error) => {
                self.is_locked_out = error.kind() == io::ErrorKind::WouldBlock;
                self.trouble.why = match self.is_locked_out {
                    true => format!("another process writes to {}", log.path().display()),
                    false => format!("{}: {error}", log.path().display()),
                };
            }
        }
    }

    /// Whether another process may be about to leave the folder to this one.
    fn is_waiting_for_lock(&self) -> bool {
        self.log.is_some() && self.files.is_none() && self.is_locked_out && self.started.elapsed() < self.lock_wait
    }

    fn reserve_numbers(&mut self) {
        let Some(log) = self.log.as_ref().filter(|_| self.files.is_some() && self.next_seq >= self.reserved) else { return };
        self.reserved = self.next_seq + NUMBERS_RESERVED;
        if let Err(error) = log.reserve_numbers(self.reserved) {
            // Numbers come from the clock where there is no such file.
            tracing::debug!(%error, "the numbers of log lines are not reserved");
        }
    }

    fn sync(&mut self, now_ms: i64) {
        self.synced = Instant::now();
        let Some((files, disk)) = &mut self.files else { return };
        for key in disk.to_close() {
            // One that cannot be closed now is named again.
            let _ = files.roll(&key, now_ms);
        }
        files.roll_old(now_ms);
        disk.sync(files.take_dirty(), std::mem::take(&mut self.unsynced_bytes));
    }

    fn report(&mut self) {
        let trouble = &mut self.trouble;
        if !trouble.is_any() || trouble.reported.is_some_and(|reported| reported.elapsed() < REPORT_EVERY) {
            return;
        }
        trouble.reported = Some(Instant::now());
        let (not_on_disk, no_room) = (std::mem::take(&mut trouble.not_on_disk), std::mem::take(&mut trouble.no_room));
        if not_on_disk > 0 {
            tracing::warn!(count = not_on_disk, why = trouble.why, "log lines are not on the disk");
        }
        if no_room > 0 {
            tracing::warn!(count = no_room, "log lines dropped: they came faster than they are written");
        }
    }
}

impl Trouble {
    fn is_any(&self) -> bool {
        self.not_on_disk > 0 || self.no_room > 0
    }
}
