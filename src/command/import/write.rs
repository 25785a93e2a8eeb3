//! Puts the functions of a batch below the functions directory, each whole or not at all.
//!
//! A folder is written under a name that begins with a dot, which no running `skep dev` reads, and gets its own name when it is whole.
//!
//! Invariant: what stands there already stays, unless `--force` was given; then it is replaced whole.

use std::path::Path;
use std::{fs, io, process};

use super::batch::Batch;
use super::draft::Draft;
use super::project::FileMap;
use super::report::{Object, ObjectOutcome};
use crate::config::ImportArgs;
use crate::release::source::CODE_EXTENSIONS;
use crate::release::source::archive::Files;

/// Writes everything; with `--dry-run` only looks whether it could.
pub(super) fn write(batch: &mut Batch, out: &Path, args: &ImportArgs) {
    batch.warn_of_conflicts();
    for (name, files) in std::mem::take(&mut batch.shared) {
        let mut object = Object::new(&out.display().to_string(), 0, "shared code", &name);
        match shared(&name, files, out, args, &mut object.files) {
            Ok(()) => {
                let what = format!("copied to {}, for the functions that import it", out.join(&name).display());
                object.outcome = ObjectOutcome::Noted { what };
            }
            Err(why) => object.fail(&why),
        }
        batch.objects.push(object);
    }
    for draft in &mut batch.drafts {
        if let Err(why) = function(draft, out, args) {
            draft.object.fail(&why);
        }
    }
}

fn function(draft: &mut Draft, out: &Path, args: &ImportArgs) -> Result<(), String> {
    let files = draft.finish()?;
    let name = draft.name.clone();
    for extension in CODE_EXTENSIONS {
        let path = out.join(format!("{name}.{extension}"));
        if exists(&path) {
            return Err(format!("{} is the same function already: remove it, or import to another folder with --out", path.display()));
        }
    }
    folder(name.as_str(), &files, out, args, &mut draft.object.files)
}

fn shared(name: &str, files: FileMap, out: &Path, args: &ImportArgs, written: &mut Vec<String>) -> Result<(), String> {
    let files = Files::gather(files.into_iter().map(|(path, bytes)| (path, bytes.to_vec())), []).map_err(|error| error.to_string())?;
    folder(name, &files, out, args, written)
}

fn folder(name: &str, files: &Files, out: &Path, args: &ImportArgs, written: &mut Vec<String>) -> Result<(), String> {
    let target = out.join(name);
    if exists(&target) && !args.force {
        return Err(format!("{} exists already; --force replaces it", target.display()));
    }
    let paths = files.iter().map(|(path, _)| path).chain(files.links().map(|(path, _)| path));
    written.extend(paths.map(|path| target.join(path).display().to_string()));
    if args.dry_run {
        return Ok(());
    }
    place(name, files, out, &target).map_err(|error| format!("{} cannot be written: {error}", target.display()))
}

/// Not `exists`: a link to nowhere takes the name too.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn place(name: &str, files: &Files, out: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let draft = out.join(format!(".{name}.import-{}", process::id()));
    let before = out.join(format!(".{name}.before-{}", process::id()));
    fs::create_dir(&draft)?;
    let placed = files.write_below(&draft).and_then(|()| {
        if exists(target) {
            fs::rename(target, &before)?;
        }
        fs::rename(&draft, target)
    });
    if let Err(error) = placed {
        let _ = fs::remove_dir_all(&draft);
        if exists(&before) && !exists(target) {
            fs::rename(&before, target)?;
        }
        return Err(error);
    }
    match fs::symlink_metadata(&before) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&before),
        // A link, or a file: what it leads to is not ours.
        Ok(_) => fs::remove_file(&before),
        Err(_) => Ok(()),
    }
}
