//! What outlives the process: the records of schedules, and which process calls for which moment.
//!
//! `scheduler` opens it, which takes as long as another engine of this host has the schedules, and writes every decision before it is carried
//! out. Below the state folder: `schedules.redb` has the records, `schedules.lock` is locked by the engine that has the schedules,
//! `schedules.running/<process>` is locked by a process as long as it lives, and says how its calls ended once another has the schedules.
//!
//! Invariant: of all processes on one state folder at most one has [`ScheduleStore`]; effects are on the disk, whole, when `commit` returns.
#![allow(clippy::disallowed_methods, reason = "the state folder")]

mod records;
mod running;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::record::{Effects, StoredSchedules};
use records::Records;
pub(super) use running::{EndNotes, OtherProcess};

const RECORDS: &str = "schedules.redb";
const LOCK: &str = "schedules.lock";

/// For the owner only.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Why records cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScheduleStoreError {
    /// A file cannot be opened or written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The records cannot be read or written.
    #[error("{0}")]
    Records(Box<redb::Error>),
}

impl<E: Into<redb::Error>> From<E> for ScheduleStoreError
where
    E: NotAnIoError,
{
    fn from(error: E) -> Self {
        Self::Records(Box::new(error.into()))
    }
}

/// The errors of `redb`.
pub(super) trait NotAnIoError {}
impl NotAnIoError for redb::DatabaseError {}
impl NotAnIoError for redb::TransactionError {}
impl NotAnIoError for redb::TableError {}
impl NotAnIoError for redb::StorageError {}
impl NotAnIoError for redb::CommitError {}

/// The records, as long as this process has the schedules.
pub(super) enum ScheduleStore {
    /// Nothing is kept: `skep dev`, and hosts without a state folder.
    Memory,
    /// They are kept.
    Disk(DiskStore),
}

/// The records on the disk.
pub(super) struct DiskStore {
    folder: PathBuf,
    /// `None` after a write has failed: `redb` refuses everything then, until the file is opened anew.
    records: Option<Records>,
    notes: EndNotes,
    /// The kernel releases it when the process dies.
    _role: File,
}

impl ScheduleStore {
    /// Waits until no other process has the schedules of this folder, and reads them. Blocks. `owner` names this process.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub(super) fn open(folder: &Path, owner: &Arc<str>) -> Result<(Self, StoredSchedules), ScheduleStoreError> {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
        let role = open_file(&folder.join(LOCK))?;
        lock(&role)?;
        let records = Records::open(&folder.join(RECORDS))?;
        let stored = records.read()?;
        let owners = stored.occurrences.values().filter_map(|occurrence| occurrence.owner.as_deref()).collect();
        running::remove_others(folder, &owners);
        let notes = EndNotes::begin(folder, owner)?;
        Ok((Self::Disk(DiskStore { folder: folder.to_owned(), records: Some(records), notes, _role: role }), stored))
    }

    /// Writes effects, whole, to the disk.
    ///
    /// # Errors
    /// If they cannot be written; the same effects may be written again.
    pub(super) fn commit(&mut self, effects: &Effects) -> Result<(), ScheduleStoreError> {
        let Self::Disk(disk) = self else { return Ok(()) };
        if effects.is_empty() {
            return Ok(());
        }
        let records = match disk.records.take() {
            Some(records) => records,
            None => Records::open(&disk.folder.join(RECORDS))?,
        };
        records.write(effects)?;
        disk.records = Some(records);
        Ok(())
    }

    /// What another process has noted.
    pub(super) fn other(&self, owner: &str) -> OtherProcess {
        match self {
            Self::Disk(disk) => OtherProcess::open(&disk.folder, owner),
            Self::Memory => OtherProcess::gone(),
        }
    }

    /// Another process may have the schedules from now on. The ends of calls that still run are noted in what is returned.
    pub(super) fn hand_over(self) -> Option<EndNotes> {
        match self {
            // The records are closed before the role is free.
            Self::Disk(DiskStore { records, notes, _role, .. }) => {
                drop(records);
                drop(_role);
                Some(notes)
            }
            Self::Memory => None,
        }
    }
}

fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(FILE_MODE).open(path)
}

fn lock(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            locked => return locked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::FunctionName;
    use crate::trigger::cron::record::{CallEnd, OccurrenceRecord, ScheduleKey, ScheduleRecord};

    fn key(name: &str) -> ScheduleKey {
        ScheduleKey { function: FunctionName::parse("f").unwrap(), name: name.into() }
    }

    fn effects() -> Effects {
        let record = ScheduleRecord {
            expression: "@daily".to_owned(),
            zone: "UTC".to_owned(),
            watermark_s: 60,
            paused: true,
            last: None,
            skipped: 3,
        };
        let occurrence = OccurrenceRecord { owner: Some("a".into()), ..OccurrenceRecord::new("1".into(), key("x"), 60_000) };
        let mut effects = Effects::default();
        effects.schedules.insert(key("x"), Some(record));
        effects.occurrences.insert("1".into(), Some(occurrence));
        effects.learned.insert(("f".to_owned(), "v1".to_owned()), Some("text".to_owned()));
        effects
    }

    #[test]
    fn what_is_written_is_read_by_the_next_process() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, stored) = ScheduleStore::open(folder.path(), &"a".into()).unwrap();
        assert_eq!(stored, StoredSchedules::default());
        store.commit(&effects()).unwrap();
        let mut notes = store.hand_over().unwrap();
        let (mut next, stored) = ScheduleStore::open(folder.path(), &"b".into()).unwrap();
        let mut expected = StoredSchedules::default();
        expected.apply(&effects());
        assert_eq!(stored, expected);
        let mut other = next.other("a");
        assert_eq!(other.read(), (Vec::new(), true), "it lives, and its call runs");
        notes.write("1", &CallEnd::Interrupted);
        assert_eq!(other.read(), (vec![("1".to_owned(), CallEnd::Interrupted)], true));
        notes.write("2", &CallEnd::NoFunction);
        drop(notes);
        assert_eq!(other.read(), (vec![("2".to_owned(), CallEnd::NoFunction)], false), "it is gone, and was heard to the end");
        other.remove();
        assert_eq!(next.other("a").read(), (Vec::new(), false));
        let mut removal = effects();
        removal.schedules.values_mut().for_each(|record| *record = None);
        removal.occurrences.values_mut().for_each(|record| *record = None);
        removal.learned.values_mut().for_each(|text| *text = None);
        next.commit(&removal).unwrap();
        drop(next);
        assert_eq!(ScheduleStore::open(folder.path(), &"c".into()).unwrap().1, StoredSchedules::default());
    }

    #[test]
    fn damaged_records_are_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(RECORDS), "no records at all").unwrap();
        let (mut store, stored) = ScheduleStore::open(folder.path(), &"a".into()).unwrap();
        assert_eq!(stored, StoredSchedules::default());
        store.commit(&effects()).unwrap();
        assert!(folder.path().join("schedules.redb.damaged").exists());
    }
}
