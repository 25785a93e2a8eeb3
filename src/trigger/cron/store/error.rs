//! Why records cannot be read or written.
//!
//! Invariant: an error of the disk and one of the records are told apart.

use std::io;

/// Why records cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(in crate::trigger::cron) enum ScheduleStoreError {
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
pub(in crate::trigger::cron) trait NotAnIoError {}
impl NotAnIoError for redb::DatabaseError {}
impl NotAnIoError for redb::TransactionError {}
impl NotAnIoError for redb::TableError {}
impl NotAnIoError for redb::StorageError {}
impl NotAnIoError for redb::CommitError {}
