//! The log folder on the disk: every file of the store is opened, listed, renamed and removed here.
//!
//! Paths come from checked names. `open_files` writes, `disk` packs and removes, `search` reads.
//!
//! Invariant: files and folders are the owner's alone; a link is never followed; a packed file has its name when it is whole and on the disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock, statvfs};

use super::segment::{Folder, StoreFile};

/// For the owner only: lines may hold what functions were told.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// How often a folder is made that `tidy` may remove before there is a file in it.
const FOLDER_ATTEMPTS: usize = 3;

/// The end of the name of a file that is not whole yet.
const TEMPORARY: &str = ".tmp";

/// The file that says which numbers were given out.
const NUMBERS: &str = "seq";

/// The file that the process locks which writes here.
const LOCK: &str = "lock";

/// The log folder.
#[derive(Clone, Debug)]
pub(super) struct LogFolder {
    root: PathBuf,
}

/// A file as the folder lists it.
#[derive(Clone, Debug)]
pub(super) struct ListedFile {
    pub(super) file: StoreFile,
    pub(super) bytes: u64,
    pub(super) modified_ms: i64,
}

impl LogFolder {
    /// The folder at this path, which need not exist.
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// Becomes the one process that writes here, until the file is dropped. Creates the folder if it is missing.
    pub(super) fn lock(&self) -> io::Result<File> {
        make(&self.root)?;
        let file = writable(&self.root.join(LOCK))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(file)
    }

    /// The number up to which numbers may have been given out; 0 if none were.
    pub(super) fn numbers(&self) -> u64 {
        let read = || -> io::Result<String> {
            let mut text = [0; 20];
            let read = readable(&self.root.join(NUMBERS))?.read_at(&mut text, 0)?;
            Ok(String::from_utf8_lossy(text.get(..read).unwrap_or_default()).trim().to_owned())
        };
        read().ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Says it, before any of these numbers is given out.
    pub(super) fn reserve_numbers(&self, until: u64) -> io::Result<()> {
        let path = self.root.join(NUMBERS);
        self.replace(&path, |file| writeln!(file, "{until}"))
    }

    /// The folders that have lines.
    pub(super) fn folders(&self) -> Vec<Folder> {
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut folders: Vec<Folder> = names.filter_map(|name| Folder::parse(&name)).collect();
        folders.sort();
        folders
    }

    /// The store's files in a folder, in the order of their streams and numbers.
    pub(super) fn list(&self, folder: &Folder) -> Vec<ListedFile> {
        let Ok(entries) = fs::read_dir(self.root.join(folder.as_str())) else { return Vec::new() };
        let listed = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let file = StoreFile::parse(entry.file_name().to_str()?)?;
            // One that has just been renamed or removed.
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(ListedFile { file, bytes: about.len(), modified_ms: about.mtime() * 1000 + about.mtime_nsec() / 1_000_000 })
        });
        let mut listed: Vec<ListedFile> = listed.collect();
        listed.sort_by(|one, other| one.file.cmp(&other.file));
        listed
    }

    /// Opens a file to append to it; it and its folder are created if they are missing.
    pub(super) fn append(&self, folder: &Folder, file: &StoreFile) -> io::Result<File> {
        let path = self.path_of(folder, file);
        for _ in 0..FOLDER_ATTEMPTS {
            match writable(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => make(&self.root.join(folder.as_str()))?,
                opened => return opened,
            }
        }
        writable(&path)
    }

    /// Opens a file to read it.
    pub(super) fn read(&self, folder: &Folder, file: &StoreFile) -> io::Result<File> {
        readable(&self.path_of(folder, file))
    }

    /// Gives a file another name.
    pub(super) fn rename(&self, folder: &Folder, from: &StoreFile, to: &StoreFile) -> io::Result<()> {
        fs::rename(self.path_of(folder, from), self.path_of(folder, to))
    }

    /// Writes a file whole, and on the disk, or leaves the old one.
    pub(super) fn write(&self, folder: &Folder, file: &StoreFile, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        self.replace(&self.path_of(folder, file), write)
    }

    /// Removes a file; one that does not exist is fine.
    pub(super) fn remove(&self, folder: &Folder, file: &StoreFile) -> io::Result<()> {
        gone(fs::remove_file(self.path_of(folder, file)))
    }

    /// Removes what a process left that ended while it wrote, and the folder if nothing is in it.
    pub(super) fn tidy(&self, folder: &Folder) {
        let path = self.root.join(folder.as_str());
        let Ok(entries) = fs::read_dir(&path) else { return };
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
        for name in names.filter(|name| name.to_str().is_some_and(|name| name.ends_with(TEMPORARY))) {
            // The next attempt finds it again.
            let _ = fs::remove_file(path.join(name));
        }
        // A folder with files stays.
        let _ = fs::remove_dir(&path);
    }

    /// The bytes that are free on its disk for this process, and all.
    pub(super) fn space(&self) -> io::Result<(u64, u64)> {
        let about = statvfs(&self.root)?;
        Ok((about.f_bavail.saturating_mul(about.f_frsize), about.f_blocks.saturating_mul(about.f_frsize)))
    }

    fn path_of(&self, folder: &Folder, file: &StoreFile) -> PathBuf {
        self.root.join(folder.as_str()).join(file.name())
    }

    fn replace(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(TEMPORARY);
        let temporary = PathBuf::from(name);
        let written = (|| -> io::Result<()> {
            let mut file = options().write(true).create(true).truncate(true).open(&temporary)?;
            write(&mut file)?;
            file.sync_data()?;
            fs::rename(&temporary, path)
        })();
        if written.is_err() {
            // What is half written is removed now, or by `tidy`.
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(FILE_MODE).custom_flags(libc::O_NOFOLLOW);
    options
}

fn readable(path: &Path) -> io::Result<File> {
    options().read(true).open(path)
}

fn writable(path: &Path) -> io::Result<File> {
    options().read(true).append(true).create(true).open(path)
}

fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
