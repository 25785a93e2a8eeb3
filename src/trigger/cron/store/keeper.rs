//! The records, as long as this process has the schedules.
//!
//! `scheduler` opens it, writes every decision, and hands it over.
//!
//! Invariant: of all processes on one state folder at most one has it; effects are on the disk, whole, when `commit` returns.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::ScheduleStoreError;
use super::files::{lock, make_folder, open_file};
use super::records::Records;
use super::running::{self, EndNotes, OtherProcess};
use crate::trigger::cron::record::{Effects, StoredSchedules};

pub(super) const RECORDS: &str = "schedules.redb";
const LOCK: &str = "schedules.lock";

/// The records, as long as this process has the schedules.
pub(in crate::trigger::cron) enum ScheduleStore {
    /// Nothing is kept: `skep dev`, and hosts without a state folder.
    Memory,
    /// They are kept.
    Disk(DiskStore),
}

/// The records on the disk.
pub(in crate::trigger::cron) struct DiskStore {
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
    pub(in crate::trigger::cron) fn open(folder: &Path, owner: &Arc<str>) -> Result<(Self, StoredSchedules), ScheduleStoreError> {
        make_folder(folder)?;
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
    pub(in crate::trigger::cron) fn commit(&mut self, effects: &Effects) -> Result<(), ScheduleStoreError> {
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
    pub(in crate::trigger::cron) fn other(&self, owner: &str) -> OtherProcess {
        match self {
            Self::Disk(disk) => OtherProcess::open(&disk.folder, owner),
            Self::Memory => OtherProcess::gone(),
        }
    }

    /// Another process may have the schedules from now on. The ends of calls that still run are noted in what is returned.
    pub(in crate::trigger::cron) fn hand_over(self) -> Option<EndNotes> {
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
