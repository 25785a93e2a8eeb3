//! Packages of npm for tests: installed by `npm ci` into cargo's folder for tests, where later runs find them.
//!
//! A run has a room to itself as long as it holds the lock of it; another run beside it takes the next one. What is not installed skips
//! the tests that need it, by name.
//!
//! Invariant: the packages are those of a lock file, and no script of theirs ran.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::program;

/// A folder that no other run has.
pub struct Room {
    pub folder: PathBuf,
    _lock: File,
}

impl Room {
    /// The first room of this name that no other run has.
    pub fn take(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        (0..)
            .find_map(|number| {
                let folder = root.join(number.to_string());
                fs::create_dir_all(&folder).expect("a folder");
                let lock = File::create(folder.join("lock")).expect("a lock file");
                lock.try_lock().ok()?;
                Some(Self { folder, _lock: lock })
            })
            .expect("a room of its own")
    }
}

/// Installs the packages of the lock file that lies in `from`, unless they are in `folder` already. `beside` is what an installation
/// also depends on. Returns whether they are new.
pub fn install(from: &Path, folder: &Path, beside: &[u8]) -> Result<bool, String> {
    let mut wanted = fs::read(from.join("package-lock.json")).expect("a lock file of npm");
    wanted.extend(beside);
    let stamp = folder.join("node_modules/.skep-installed");
    if fs::read(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(false);
    }
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), folder.join(name)).map_err(|error| error.to_string())?;
    }
    let mut npm = program("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
    finish(npm.current_dir(folder))?;
    fs::write(&stamp, wanted).map_err(|error| error.to_string())?;
    Ok(true)
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    let text =
        || format!("{:?}: {}{}", command.get_program(), String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(text()) }
}

/// Says that a test is skipped because of what is not installed; fails it where `CI` is set.
pub fn skip(test: &str, missing: &[&str]) {
    assert!(std::env::var_os("CI").is_none(), "{test} needs what is not here: {missing:#?}");
    // Not by `eprintln`: what a test that passes prints is not shown.
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {missing:?}");
}
