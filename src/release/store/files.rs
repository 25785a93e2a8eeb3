//! The files of the state folder: every read and every change goes through here.
//!
//! Paths come from `Store`, relative to the state folder and with `/`; bytes go to the disk and come from it.
//!
//! Invariant: under its name a file is either whole or absent. A half-written file is called `*.tmp`; the writer that fails removes it, or
//! the next `Store::open` does.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::error::StoreError;
use super::fault_point::{Steps, fault_point};

/// Largest file that is written or read, in bytes: a function's largest source, its source maps and the escapes of JSON fit in.
pub(crate) const FILE_BYTES_MAX: u64 = 256 << 20;

/// For the owner only: the files hold secrets.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// The end of the name of a half-written file.
const TEMPORARY: &str = ".tmp";

/// The state folder.
#[derive(Debug)]
pub(crate) struct StateFiles {
    root: PathBuf,
}

impl StateFiles {
    /// Creates the folder if it is missing.
    pub(crate) fn open(state: &Path) -> Result<Self, StoreError> {
        let make = || -> io::Result<PathBuf> {
            let is_new = !state.is_dir();
            DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(state)?;
            let root = state.canonicalize()?;
            if let Some(above) = root.parent().filter(|_| is_new) {
                sync(above)?;
            }
            Ok(root)
        };
        make().map(|root| Self { root }).map_err(|error| StoreError::writing("the state folder", error))
    }

    /// The absolute path.
    pub(crate) fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The bytes of a file; `None` if it does not exist.
    pub(crate) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || -> io::Result<Vec<u8>> {
            let file = File::open(self.absolute(path))?;
            if file.metadata()?.len() > FILE_BYTES_MAX {
                return Err(ErrorKind::FileTooLarge.into());
            }
            let mut bytes = Vec::new();
            file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match read() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::reading(path, error)),
        }
    }

    /// Writes a file whole, or leaves the old one. Once this returns, neither a dead process nor a power cut undoes it.
    ///
    /// After an error the file may be the new one, if only the folder could not be synced to the disk.
    pub(crate) fn replace_durably(&self, path: &str, parts: &[&[u8]], steps: &Steps) -> Result<(), StoreError> {
        fault_point(steps.begun);
        let file = self.write_beside(path, parts)?;
        let rest = || -> io::Result<()> {
            fault_point(steps.written);
            file.as_file().sync_all()?;
            fault_point(steps.synced);
            file.persist(self.absolute(path)).map_err(|refused| refused.error)?;
            fault_point(steps.renamed);
            self.sync_folders(path)?;
            fault_point(steps.durable);
            Ok(())
        };
        rest().map_err(|error| StoreError::writing(path, error))
    }

    /// Syncs a file to the disk whose writer may have died before it could.
    pub(crate) fn sync(&self, path: &str) -> Result<(), StoreError> {
        let synced = || -> io::Result<()> {
            sync(&self.absolute(path))?;
            self.sync_folders(path)
        };
        synced().map_err(|error| StoreError::writing(path, error))
    }

    /// Syncs the name of a file to the disk, and the names of the folders above it.
    fn sync_folders(&self, path: &str) -> io::Result<()> {
        let path = self.absolute(path);
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
        folders.into_iter().try_for_each(sync)
    }

    /// Writes a file whole, or leaves the old one; a power cut may undo it, or leave it torn.
    pub(crate) fn replace(&self, path: &str, parts: &[&[u8]]) -> Result<(), StoreError> {
        let file = self.write_beside(path, parts)?;
        file.persist(self.absolute(path)).map_err(|refused| StoreError::writing(path, refused.error))?;
        Ok(())
    }

    /// Writes the parts to a temporary file in the folder of `path`. It is removed unless it gets its name.
    fn write_beside(&self, path: &str, parts: &[&[u8]]) -> Result<NamedTempFile, StoreError> {
        if parts.iter().map(|part| part.len() as u64).sum::<u64>() > FILE_BYTES_MAX {
            let what = format!("it has more than {} MB", FILE_BYTES_MAX >> 20);
            return Err(StoreError::NotReadable { path: path.to_owned(), what });
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.make_folder(folder)?;
        let folder = self.absolute(folder);
        let write = || -> io::Result<NamedTempFile> {
            let fresh = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path);
            let mut file = Builder::new().prefix("").suffix(TEMPORARY).make_in(&folder, fresh)?;
            parts.iter().try_for_each(|part| file.as_file_mut().write_all(part))?;
            Ok(file)
        };
        write().map_err(|error| StoreError::writing(path, error))
    }

    /// Creates a folder, and those above it, where they are missing.
    pub(crate) fn make_folder(&self, folder: &str) -> Result<(), StoreError> {
        let made = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(self.absolute(folder));
        made.map_err(|error| StoreError::writing(folder, error))
    }

    /// Removes a file; one that does not exist is fine.
    pub(crate) fn remove(&self, path: &str) -> Result<(), StoreError> {
        gone(fs::remove_file(self.absolute(path))).map_err(|error| StoreError::writing(path, error))
    }

    /// Removes a folder if it is empty.
    pub(crate) fn remove_if_empty(&self, folder: &str) -> Result<(), StoreError> {
        match gone(fs::remove_dir(self.absolute(folder))) {
            Err(error) if !matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory) => {
                Err(StoreError::writing(folder, error))
            }
            _ => Ok(()),
        }
    }

    /// Removes everything in a folder.
    pub(crate) fn empty(&self, folder: &str) -> Result<(), StoreError> {
        for name in self.names(folder)? {
            let path = format!("{folder}/{name}");
            let inside = self.absolute(&path);
            // A link is removed and not followed.
            let is_folder = inside.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
            let removed = if is_folder { fs::remove_dir_all(&inside) } else { fs::remove_file(&inside) };
            gone(removed).map_err(|error| StoreError::writing(&path, error))?;
        }
        Ok(())
    }

    /// Removes the half-written files of a folder.
    pub(crate) fn remove_temporary(&self, folder: &str) -> Result<(), StoreError> {
        let names = self.names(folder)?.into_iter().filter(|name| name.ends_with(TEMPORARY));
        names.into_iter().try_for_each(|name| self.remove(&format!("{folder}/{name}")))
    }

    /// The names in a folder, in order; none if it is not a folder. Names that are not text are skipped: Skep writes none.
    pub(crate) fn names(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let list = || -> io::Result<Vec<String>> {
            let entries = fs::read_dir(self.absolute(folder))?.collect::<io::Result<Vec<_>>>()?;
            Ok(entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
        };
        match list() {
            Ok(mut names) => {
                names.sort_unstable();
                Ok(names)
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
            Err(error) => Err(StoreError::reading(folder, error)),
        }
    }
}

/// Syncs a file, or the names in a folder, to the disk.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Takes a path that does not exist as removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
