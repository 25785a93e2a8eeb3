//! The tables of `schedules.redb`: schedules, open moments, and what the code of versions says. Keys are texts, values JSON.
//!
//! `store` opens them and writes effects, each in one transaction.
//!
//! Invariant: a value that cannot be read is left out and logged; it stops no schedule but its own.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase as _, ReadableTable as _, Table, TableDefinition, TableError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ScheduleStoreError;
use super::files::open_file;
use crate::trigger::cron::record::{Effects, OccurrenceRecord, ScheduleKey, ScheduleRecord, StoredSchedules};

type TextTable = TableDefinition<'static, &'static str, &'static str>;

const SCHEDULES: TextTable = TableDefinition::new("schedules");
const OCCURRENCES: TextTable = TableDefinition::new("occurrences");
const LEARNED: TextTable = TableDefinition::new("learned");

/// Memory for pages that were read: the records are read once.
const CACHE_BYTES: usize = 4 << 20;

/// How long a process that exits may take to close the file, and the time between two attempts to open it.
const CLOSING_TIME_MAX: Duration = Duration::from_secs(10);
const CLOSING_PAUSE: Duration = Duration::from_millis(5);

/// The open tables.
pub(super) struct Records(Database);

/// A schedule with its key, which is no name of JSON.
#[derive(serde::Serialize, serde::Deserialize)]
struct Keyed<T> {
    key: ScheduleKey,
    record: T,
}

impl Records {
    /// Opens the file, which is created if it is missing. One that cannot be read is renamed.
    pub(super) fn open(path: &Path) -> Result<Self, ScheduleStoreError> {
        let open = || -> Result<Database, ScheduleStoreError> {
            let backend = FileBackend::new(open_file(path)?)?;
            Ok(Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(backend)?)
        };
        let began = Instant::now();
        let mut opened = open();
        // This process has the schedules, so whoever has the file open is about to close it: an exit releases one lock after the other.
        while opened.as_ref().is_err_and(is_open_elsewhere) && began.elapsed() < CLOSING_TIME_MAX {
            std::thread::sleep(CLOSING_PAUSE);
            opened = open();
        }
        match opened {
            Ok(database) => Ok(Self(database)),
            Err(error) if is_damaged(&error) => {
                let aside = path.with_extension("redb.damaged");
                std::fs::rename(path, &aside)?;
                tracing::error!(%error, file = %aside.display(), "the records of schedules cannot be read and are put aside: what was missed is not made up for");
                Ok(Self(open()?))
            }
            Err(error) => Err(error),
        }
    }

    /// Everything.
    pub(super) fn read(&self) -> Result<StoredSchedules, ScheduleStoreError> {
        let schedules: Vec<Keyed<ScheduleRecord>> = self.values(SCHEDULES)?;
        let occurrences: Vec<OccurrenceRecord> = self.values(OCCURRENCES)?;
        let learned: Vec<(String, String, String)> = self.values(LEARNED)?;
        Ok(StoredSchedules {
            schedules: schedules.into_iter().map(|Keyed { key, record }| (key, record)).collect(),
            occurrences: occurrences.into_iter().map(|occurrence| (occurrence.id.clone(), occurrence)).collect(),
            learned: learned.into_iter().map(|(function, version, text)| ((function, version), text)).collect(),
        })
    }

    fn values<T: DeserializeOwned>(&self, table: TextTable) -> Result<Vec<T>, ScheduleStoreError> {
        let reading = self.0.begin_read()?;
        let table = match reading.open_table(table) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            opened => opened?,
        };
        let mut values = Vec::new();
        for row in table.iter()? {
            let (key, value) = row?;
            match serde_json::from_str(value.value()) {
                Ok(value) => values.push(value),
                Err(error) => tracing::error!(key = key.value(), %error, "a record of a schedule cannot be read and does not count"),
            }
        }
        Ok(values)
    }

    /// Writes effects in one transaction.
    pub(super) fn write(&self, effects: &Effects) -> Result<(), ScheduleStoreError> {
        let writing = self.0.begin_write()?;
        {
            let mut table = writing.open_table(SCHEDULES)?;
            for (key, record) in &effects.schedules {
                let keyed = record.as_ref().map(|record| Keyed { key: key.clone(), record });
                put(&mut table, &key.to_text(), keyed.as_ref())?;
            }
            let mut table = writing.open_table(OCCURRENCES)?;
            put_all(&mut table, &effects.occurrences)?;
            let mut table = writing.open_table(LEARNED)?;
            for ((function, version), text) in &effects.learned {
                let row = text.as_ref().map(|text| (function, version, text));
                put(&mut table, &format!("{function}\n{version}"), row.as_ref())?;
            }
        }
        Ok(writing.commit()?)
    }
}

fn is_open_elsewhere(error: &ScheduleStoreError) -> bool {
    matches!(error, ScheduleStoreError::Records(error) if matches!(**error, redb::Error::DatabaseAlreadyOpen))
}

/// Whether it is the file that is wrong, and not the disk.
fn is_damaged(error: &ScheduleStoreError) -> bool {
    let ScheduleStoreError::Records(error) = error else { return false };
    match &**error {
        redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) | redb::Error::RepairAborted => true,
        redb::Error::Io(error) => matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof),
        _ => false,
    }
}

fn put_all<T: Serialize>(
    table: &mut Table<'_, &'static str, &'static str>,
    rows: &BTreeMap<Arc<str>, Option<T>>,
) -> Result<(), ScheduleStoreError> {
    rows.iter().try_for_each(|(key, value)| put(table, key, value.as_ref()))
}

fn put<T: Serialize>(table: &mut Table<'_, &'static str, &'static str>, key: &str, value: Option<&T>) -> Result<(), ScheduleStoreError> {
    match value {
        Some(value) => {
            let text = serde_json::to_string(value).map_err(std::io::Error::from)?;
            table.insert(key, text.as_str())?;
        }
        None => {
            table.remove(key)?;
        }
    }
    Ok(())
}
