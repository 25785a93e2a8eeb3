//! The slow work of the store, on a thread of its own: syncing, packing, and removing what is not kept.
//!
//! `writer` orders it, and hears which open files to close and whether the disk has room.
//!
//! Invariant: the writer never waits for it. What an order was lost for, the next look at the folder finds.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::fs::{fdatasync, syncfs};

use super::files::LogFolder;
use super::open_files::{Closed, FileKey};
use super::pack::{pack, read_index, rebuild_index};
use super::retention::{FunctionRules, KeepRules, Kept, decide, missing_bytes};
use super::segment::{Folder, SegmentName, StoreFile};
use crate::function::FunctionName;
use crate::sys::scheduling;

/// How often the whole folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// How often while the disk is full.
const LOOK_IF_FULL: Duration = Duration::from_secs(10);

/// A look takes a while with ten thousand folders: so long it waits at least, even if the disk is full.
const LOOK_PAUSE: Duration = Duration::from_secs(2);

/// Orders that wait.
const ORDERS_MAX: usize = 64;

/// With more files than this, one sync of the whole file system is cheaper.
const SYNCS_MAX: usize = 32;

/// An order of the writer.
enum Order {
    /// These files are to be on the disk; so many bytes were written since the last order.
    Sync(Vec<Closed>, u64),
    /// How the lines of a function are kept.
    Rules(FunctionName, FunctionRules),
    /// Everything that was ordered is done.
    End(SyncSender<()>),
}

/// The writer's end.
pub(super) struct DiskClient {
    /// `None` while it is dropped.
    orders_tx: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

impl Drop for DiskClient {
    /// Two threads never pack in one folder.
    fn drop(&mut self) {
        self.orders_tx = None;
        // One that panicked has ended, too.
        self.thread.take().map(JoinHandle::join);
    }
}

#[derive(Default)]
struct Shared {
    /// Files that the writer is to close.
    close: Mutex<Vec<FileKey>>,
    is_full: AtomicBool,
}

impl DiskClient {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(log: LogFolder, rules: KeepRules) -> io::Result<Self> {
        let (orders_tx, orders_rx) = sync_channel(ORDERS_MAX);
        let shared = Arc::new(Shared::default());
        let worker = DiskWorker { log, rules, functions: HashMap::new(), total_bytes: 0, looked: None, shared: shared.clone() };
        let thread = std::thread::Builder::new().name("skep log disk".to_owned()).spawn(move || worker.run(&orders_rx))?;
        Ok(Self { orders_tx: Some(orders_tx), thread: Some(thread), shared })
    }

    /// Has files synced, and segments packed. What finds no room among the orders is packed at the next look.
    pub(super) fn sync(&self, closed: Vec<Closed>, written: u64) {
        if !closed.is_empty() || written > 0 {
            self.order(Order::Sync(closed, written));
        }
    }

    /// Tells how the lines of a function are kept. What finds no room is told again by its next version.
    pub(super) fn rules(&self, function: FunctionName, rules: FunctionRules) {
        self.order(Order::Rules(function, rules));
    }

    /// Says whether there was room for the order.
    fn order(&self, order: Order) -> bool {
        self.orders_tx.as_ref().is_some_and(|orders_tx| orders_tx.try_send(order).is_ok())
    }

    /// The files to close.
    pub(super) fn to_close(&self) -> Vec<FileKey> {
        std::mem::take(&mut *self.shared.close.lock())
    }

    /// Whether the disk has too little room for more.
    pub(super) fn is_full(&self) -> bool {
        self.shared.is_full.load(Ordering::Relaxed)
    }

    /// Waits until everything is done that was ordered, for this long at most.
    pub(super) fn end(&self, most: Duration) {
        let (done_tx, done_rx) = sync_channel(1);
        if self.order(Order::End(done_tx)) {
            // After that time the kernel has the lines all the same.
            let _ = done_rx.recv_timeout(most);
        }
    }
}

struct DiskWorker {
    log: LogFolder,
    rules: KeepRules,
    functions: HashMap<FunctionName, FunctionRules>,
    /// Bytes of all files, as they were at the last look and have grown since.
    total_bytes: u64,
    looked: Option<Instant>,
    shared: Arc<Shared>,
}

impl DiskWorker {
    fn run(mut self, orders_rx: &Receiver<Order>) {
        scheduling::lower_own();
        loop {
            let since = self.looked.map(|looked| looked.elapsed());
            if since.is_none_or(|since| since >= self.pause() || (since >= LOOK_PAUSE && self.has_too_much())) {
                self.look(crate::telemetry::store::now_ms());
                self.looked = Some(Instant::now());
            }
            match orders_rx.recv_timeout(self.pause()) {
                Ok(Order::Sync(closed, written)) => self.sync(closed, written),
                Ok(Order::Rules(function, rules)) => {
                    self.functions.insert(function, rules);
                }
                Ok(Order::End(done_tx)) => {
                    let _ = done_tx.send(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// How long it is until the next look. From a full disk no order comes that would be a reason to look.
    fn pause(&self) -> Duration {
        if self.shared.is_full.load(Ordering::Relaxed) { LOOK_IF_FULL } else { LOOK_EVERY }
    }

    fn has_too_much(&self) -> bool {
        self.total_bytes > self.rules.total_bytes || self.log.space().is_ok_and(|space| missing_bytes(space) > 0)
    }

    fn sync(&mut self, closed: Vec<Closed>, written: u64) {
        self.total_bytes += written;
        let files = closed.iter().map(|closed| match closed {
            Closed::File(file) | Closed::Segment(file, ..) => file,
        });
        // A disk that cannot sync tells the writer with its next write.
        match files.clone().next() {
            Some(any) if closed.len() > SYNCS_MAX => {
                let _ = syncfs(any);
            }
            _ => files.for_each(|file| {
                let _ = fdatasync(file);
            }),
        }
        for closed in closed {
            if let Closed::Segment(_, folder, name) = closed {
                self.pack(&folder, &name);
            }
        }
    }

    /// A segment that cannot be packed stays as it is, and is searched so.
    fn pack(&self, folder: &Folder, name: &SegmentName) {
        if let Err(error) = pack(&self.log, folder, name)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, folder = folder.as_str(), "a segment of the log cannot be packed");
        }
    }

    /// Looks at everything that is kept: packs what is not, makes indexes anew that are missing, and removes what is too much.
    fn look(&mut self, now_ms: i64) {
        let mut all = Vec::new();
        for folder in self.log.folders() {
            self.log.tidy(&folder);
            self.pack_rest(&folder);
            all.extend(kept(&self.log, &folder));
        }
        self.total_bytes = all.iter().map(|kept: &Kept| kept.bytes).sum();
        let missing = self.log.space().map_or(0, missing_bytes);
        let decision = decide(all, self.rules, &self.functions, missing, now_ms);
        for kept in decision.remove {
            let Some(name) = kept.segment else { continue };
            let files = [StoreFile::Index(name.clone()), StoreFile::Packed(name.clone()), StoreFile::Plain(name)];
            if files.iter().all(|file| self.log.remove(&kept.folder, file).is_ok()) {
                self.total_bytes = self.total_bytes.saturating_sub(kept.bytes);
            }
            self.log.tidy(&kept.folder);
        }
        self.shared.close.lock().extend(decision.close);
        let is_full = self.log.space().is_ok_and(|space| missing_bytes(space) > 0);
        self.shared.is_full.store(is_full, Ordering::Relaxed);
    }

    fn pack_rest(&self, folder: &Folder) {
        let listed = self.log.list(folder);
        for file in &listed {
            match &file.file {
                StoreFile::Plain(name) => self.pack(folder, name),
                StoreFile::Packed(name) if read_index(&self.log, folder, name).is_none() => {
                    // Without one the segment is read from its start.
                    let _ = rebuild_index(&self.log, folder, name);
                }
                StoreFile::Index(name) if !listed.iter().any(|other| other.file == StoreFile::Packed(name.clone())) => {
                    let _ = self.log.remove(folder, &file.file);
                }
                _ => {}
            }
        }
    }
}

/// What a folder keeps: each segment with its index, and the open files.
fn kept(log: &LogFolder, folder: &Folder) -> Vec<Kept> {
    let mut all: HashMap<Option<SegmentName>, Kept> = HashMap::new();
    let mut open = Vec::new();
    for listed in log.list(folder) {
        let segment = listed.file.segment().cloned();
        let one =
            Kept { folder: folder.clone(), stream: listed.file.stream(), segment, bytes: listed.bytes, modified_ms: listed.modified_ms };
        if one.segment.is_none() {
            open.push(one);
            continue;
        }
        let kept = all.entry(one.segment.clone()).or_insert_with(|| Kept { bytes: 0, ..one.clone() });
        kept.bytes += one.bytes;
        kept.modified_ms = kept.modified_ms.max(one.modified_ms);
    }
    all.into_values().chain(open).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::telemetry::store::open_files::OpenFiles;
    use crate::telemetry::store::pack::read_member;
    use crate::telemetry::stream::Stream;

    const NOW: i64 = 1_795_715_581_250;
    const RULES: KeepRules = KeepRules { days: 7, function_bytes: 64 << 20, total_bytes: 64 << 20 };

    fn worker(log: &LogFolder, rules: KeepRules) -> DiskWorker {
        DiskWorker { log: log.clone(), rules, functions: HashMap::new(), total_bytes: 0, looked: None, shared: Arc::default() }
    }

    fn text(first: u64, count: u64) -> Vec<u8> {
        let mut lines = Vec::new();
        for seq in first..first + count {
            let json = format!(
                "{{\"time\":\"2026-11-26T17:53:01.250Z\",\"level\":\"info\",\"trace_id\":\"t{seq}\",\"text\":\"{}\"}}\n",
                "x".repeat(500)
            );
            super::super::line::numbered(json.as_bytes(), seq, Stream::Requests, &mut lines).unwrap();
        }
        lines
    }

    fn names(log: &LogFolder, folder: &Folder) -> Vec<String> {
        log.list(folder).iter().map(|listed| listed.file.name()).collect()
    }

    /// A folder with one closed segment of 3 MB.
    fn with_segment(log: &LogFolder) -> (Folder, Vec<u8>) {
        let (folder, lines) = (Folder::parse("hello").unwrap(), text(1, 5000));
        let mut files = OpenFiles::new(log.clone());
        let key = (folder.clone(), Stream::Requests);
        files.append(&key, &lines, NOW).unwrap();
        files.roll(&key, NOW).unwrap();
        (folder, lines)
    }

    #[test]
    fn a_segment_is_packed_into_members_and_its_index_made_anew() {
        let place = tempfile::tempdir().unwrap();
        let log = LogFolder::at(place.path());
        let (folder, lines) = with_segment(&log);
        worker(&log, RULES).look(NOW);
        let stem = "requests-20261126T175301Z-000001";
        assert_eq!(names(&log, &folder), [format!("{stem}.ndjson.gz"), format!("{stem}.idx")]);
        let name = SegmentName::new(Stream::Requests, 1, NOW);
        let index = read_index(&log, &folder, &name).unwrap();
        assert_eq!(index.members.len(), 3);
        let file = log.read(&folder, &StoreFile::Packed(name.clone())).unwrap();
        let members: Vec<Vec<u8>> = index.members.iter().map(|member| read_member(&file, member).unwrap()).collect();
        assert_eq!(members.concat(), lines);
        assert!(index.members[1].may_have(format!("t{}", index.members[1].first_seq).as_bytes()));
        let mut whole = Vec::new();
        io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(file), &mut whole).unwrap();
        assert_eq!(whole, lines, "as zcat reads it");
        for damage in [None, Some("{")] {
            let path = place.path().join(format!("hello/{stem}.idx"));
            damage.map_or_else(|| fs::remove_file(&path), |text| fs::write(&path, text)).unwrap();
            worker(&log, RULES).look(NOW);
            assert_eq!(read_index(&log, &folder, &name), Some(index.clone()));
        }
    }

    #[test]
    fn what_is_too_much_is_removed_with_its_folder_and_a_dead_write_too() {
        let place = tempfile::tempdir().unwrap();
        let log = LogFolder::at(place.path());
        let (folder, _) = with_segment(&log);
        fs::write(place.path().join("hello/requests.idx.tmp"), "half").unwrap();
        fs::write(place.path().join("hello/requests-20261126T175301Z-000009.idx"), "without a segment").unwrap();
        worker(&log, RULES).look(NOW);
        assert_eq!(fs::read_dir(place.path().join("hello")).unwrap().count(), 2);
        let mut worker = worker(&log, KeepRules { total_bytes: 1, ..RULES });
        worker.look(crate::telemetry::store::now_ms());
        assert!(!place.path().join("hello").exists());
        let key = (folder, Stream::Requests);
        let mut files = OpenFiles::new(log.clone());
        files.append(&key, &text(1, 1), NOW).unwrap();
        worker.look(crate::telemetry::store::now_ms());
        assert_eq!(*worker.shared.close.lock(), [key], "the open file is closed first");
    }
}
