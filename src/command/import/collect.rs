//! Reads the files of the command line, and has the formats make functions of them.
//!
//! Invariant: a file that cannot be read, or is of no known platform, is an object that says so; the others are imported.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::batch::Batch;
use super::document::{self, FILE_BYTES_MAX, Syntax};
use super::formats;
use super::report::Object;
use super::source::{Document, ImportedFile, Surroundings};
use crate::config::ImportArgs;
use crate::release::source::Disk;
use crate::release::source::archive::CONTENT_BYTES_MAX;

/// Most files of one folder.
const FILES_MAX: usize = 1000;

/// Everything that the files become.
pub(super) fn collect(args: &ImportArgs, out: &Path) -> Batch {
    let mut batch = Batch::default();
    let from = args.from.as_deref().and_then(|path| match read(path, CONTENT_BYTES_MAX) {
        Ok(bytes) => Some((path.display().to_string(), bytes)),
        Err(why) => {
            batch.failed(unread(path), why);
            None
        }
    });
    let surroundings = Surroundings::new(out, from);
    let mut documents = Vec::new();
    for path in args.files.iter().flat_map(|path| files_of(path)) {
        match documents_of(&path) {
            Ok(found) => documents.extend(found),
            Err(why) => batch.failed(unread(&path), why),
        }
    }
    formats::import(documents, &surroundings, &mut batch);
    if let Some((name, _)) = surroundings.from.as_ref().filter(|_| surroundings.has_spare_file()) {
        let object = Object::new(name, 0, "file", name);
        batch.left_out(object, "no object takes its code from an address, so --from was not needed");
    }
    batch
}

fn unread(path: &Path) -> Object {
    let name = path.display().to_string();
    Object::new(&name, 0, "file", &name)
}

/// A folder stands for the YAML files in it.
fn files_of(path: &Path) -> Vec<PathBuf> {
    let Ok(disk) = Disk::open(path) else { return vec![path.to_owned()] };
    let names = disk.names(disk.root(), FILES_MAX, &|_| true).unwrap_or_default();
    let mut files: Vec<PathBuf> = names.into_iter().map(|name| path.join(name)).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
    files.sort();
    if files.is_empty() { vec![path.to_owned()] } else { files }
}

fn documents_of(path: &Path) -> Result<Vec<(Syntax, Document)>, String> {
    if path.is_dir() {
        return Err("it is a folder without a .yaml or .yml file".to_owned());
    }
    let short = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = String::from_utf8(read(path, FILE_BYTES_MAX)?).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (syntax, nodes) = document::documents(&short, text)?;
    if nodes.is_empty() {
        return Err(format!("it is empty; {}", formats::EXPECTED));
    }
    let file = Rc::new(ImportedFile { name: path.display().to_string(), short, folder: folder_of(path) });
    Ok(nodes.into_iter().map(|node| (syntax, Document { file: file.clone(), node })).collect())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A regular file of the user's; a pipe would be waited for.
fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, String> {
    let name = path.file_name().ok_or("it is no file")?;
    let folder = folder_of(path).canonicalize().map_err(|error| format!("it cannot be read: {error}"))?;
    // The user names this file, so a link of the user's may lead anywhere.
    let full = folder.join(name).canonicalize().map_err(|error| format!("it cannot be read: {error}"))?;
    let disk = Disk::open(&folder_of(&full)).map_err(|error| format!("it cannot be read: {error}"))?;
    disk.bytes(&full, bytes_max, &|_| true).map_err(|error| error.to_string())
}
