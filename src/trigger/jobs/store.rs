//! The states of jobs on the disk, for the next process.
//!
//! Each process appends to a file of its own below `jobs/` in the state folder, and locks it for its life. A line is an application and the
//! whole state of a job, as JSON; the last one of a job counts. `runner` writes, and reads the files of other processes: those of a process
//! that is gone are taken over.
//!
//! Invariant: a file whose lock is free is not written any more; what it says is kept by another process before it is removed.
#![allow(clippy::disallowed_methods, reason = "the state folder")]

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::record::JobRecord;
use crate::function::trace::random;

const FOLDER: &str = "jobs";
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// Bytes that are read of one file. An application has 1,000 jobs of less than 30 KB, and a file is written anew before it has many times more
/// lines than jobs.
const BYTES_MAX: u64 = 1 << 30;

/// A file is written anew once it has this many lines for each job, and this many more.
const LINES_PER_JOB: usize = 4;
const LINES_MORE: usize = 1_000;

/// An application and the state of one of its jobs.
pub(super) type JobState = (String, JobRecord);

/// The file of this process.
pub(super) struct JobFile {
    folder: PathBuf,
    path: PathBuf,
    /// Created with the first line.
    file: Option<File>,
    lines: usize,
}

impl JobFile {
    /// Makes the folder. The file has no name that another process could have.
    pub(super) fn new(state: &Path) -> io::Result<Self> {
        let folder = state.join(FOLDER);
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&folder)?;
        let path = folder.join(format!("{:016x}{:016x}.jsonl", random(), random()));
        Ok(Self { folder, path, file: None, lines: 0 })
    }

    /// Appends states, and waits until they are on the disk. `all` gives every job, if the file is better written anew; there are `count`.
    ///
    /// # Errors
    /// If the file cannot be written; the same states may be written again.
    pub(super) fn write(&mut self, states: &[JobState], count: usize, all: impl FnOnce() -> Vec<JobState>) -> io::Result<()> {
        if states.is_empty() {
            return Ok(());
        }
        if self.lines + states.len() > LINES_PER_JOB * count + LINES_MORE {
            return self.write_anew(&all());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(create(&self.path)?),
        };
        file.write_all(&text_of(states)?)?;
        file.sync_data()?;
        self.lines += states.len();
        Ok(())
    }

    fn write_anew(&mut self, states: &[JobState]) -> io::Result<()> {
        // Another process that sees it under this name finds it locked.
        let fresh = self.path.with_extension("new");
        let mut file = create(&fresh)?;
        file.set_len(0)?;
        file.write_all(&text_of(states)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.path)?;
        self.file = Some(file);
        self.lines = states.len();
        Ok(())
    }

    /// The files of other processes.
    pub(super) fn others(&self) -> io::Result<Vec<OtherJobFile>> {
        let paths = std::fs::read_dir(&self.folder)?.filter_map(Result::ok).map(|file| file.path());
        Ok(paths.filter(|path| *path != self.path && path.extension().is_some_and(|end| end == "jsonl")).map(OtherJobFile::new).collect())
    }
}

/// The file of another process.
pub(super) struct OtherJobFile {
    path: PathBuf,
    length: u64,
}

/// What another process has written.
pub(super) enum OtherJobs {
    /// It lives; nothing new.
    Same,
    /// It lives.
    News(Vec<JobState>),
    /// It is gone, and this is all. The file is locked until it is dropped.
    Last(Vec<JobState>, File),
}

impl OtherJobFile {
    fn new(path: PathBuf) -> Self {
        Self { path, length: 0 }
    }

    /// Reads it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read(&mut self) -> io::Result<OtherJobs> {
        // Opened anew each time: its process may have put another file in its place.
        let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let is_gone = file.try_lock().is_ok();
        if is_gone && std::fs::metadata(&self.path)?.ino() != file.metadata()?.ino() {
            return Ok(OtherJobs::Same);
        }
        let length = file.metadata()?.len();
        if !is_gone && length == self.length {
            return Ok(OtherJobs::Same);
        }
        self.length = length;
        let mut bytes = Vec::new();
        (&mut file).take(BYTES_MAX).read_to_end(&mut bytes)?;
        // A line that is not whole, or damaged, is left out: the one before it counts.
        let states = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        Ok(if is_gone { OtherJobs::Last(states, file) } else { OtherJobs::News(states) })
    }

    /// Removes the file, once what it says is kept elsewhere.
    pub(super) fn remove(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "the jobs of a process that is gone cannot be removed; the next start tries again");
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).mode(FILE_MODE).open(path)?;
    file.lock()?;
    Ok(file)
}

fn text_of(states: &[JobState]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for state in states {
        serde_json::to_writer(&mut text, state)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::jobs::record::JobStatus;

    fn state(id: &str, message: &str) -> JobState {
        let mut job = JobRecord::new(id, "n", "api", "{}", 1);
        job.said(JobStatus::Running, message, 2);
        ("/parse".to_owned(), job)
    }

    fn messages(states: &[JobState]) -> Vec<(&str, &str)> {
        states.iter().map(|(_, job)| (job.id.as_str(), job.message.as_str())).collect()
    }

    #[test]
    fn another_process_reads_it_while_its_owner_lives_and_takes_it_over_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let mut own = JobFile::new(folder.path()).unwrap();
        let reader = JobFile::new(folder.path()).unwrap();
        assert!(reader.others().unwrap().is_empty(), "no job, no file");
        own.write(&[state("a", "1"), state("b", "")], 2, Vec::new).unwrap();
        let mut other = reader.others().unwrap().pop().unwrap();
        assert!(matches!(other.read().unwrap(), OtherJobs::News(states) if messages(&states) == [("a", "1"), ("b", "")]));
        assert!(matches!(other.read().unwrap(), OtherJobs::Same));
        own.write(&[state("a", "2")], 2, Vec::new).unwrap();
        assert!(matches!(other.read().unwrap(), OtherJobs::News(states) if states.len() == 3));
        drop(own);
        std::fs::OpenOptions::new().append(true).open(&other.path).unwrap().write_all(b"[\"/parse\",{\"id\":\"c").unwrap();
        let Ok(OtherJobs::Last(states, _locked)) = other.read() else { panic!("its owner is gone") };
        assert_eq!(messages(&states), [("a", "1"), ("b", ""), ("a", "2")], "half a line is left out");
        other.remove();
        assert!(reader.others().unwrap().is_empty());
    }

    #[test]
    fn a_file_of_many_lines_is_written_anew_and_stays_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let mut own = JobFile::new(folder.path()).unwrap();
        let mut other = None;
        for number in 0..LINES_MORE + 10 {
            own.write(&[state("a", &number.to_string())], 1, || vec![state("a", "all")]).unwrap();
            other = other.or_else(|| JobFile::new(folder.path()).unwrap().others().unwrap().pop());
            assert!(!matches!(other.as_mut().unwrap().read().unwrap(), OtherJobs::Last(..)), "{number}");
        }
        let length = std::fs::metadata(&own.path).unwrap().len();
        assert!(length < 10_000, "{length}");
    }
}
