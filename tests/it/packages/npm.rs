//! The functions directory: packages installed by `npm ci`, functions copied beside them, a manifest for each.
//!
//! It lies in cargo's folder for tests and stays there, since an installation takes a minute. A run has a directory to itself as long
//! as it holds the lock of it; another run beside it takes the next one.
//!
//! Invariant: the packages are those of `package-lock.json`, and no script of theirs ran.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::data;
use super::moving;
use super::server::{Variables, finish};
use crate::support::process::program;

/// A functions directory and the lock of it.
pub struct Directory {
    pub functions: PathBuf,
    _lock: File,
}

impl Directory {
    /// The first one that no other run has.
    pub fn take() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
        (0..)
            .find_map(|number| {
                let folder = root.join(number.to_string());
                fs::create_dir_all(&folder).expect("a folder");
                let lock = File::create(folder.join("lock")).expect("a lock file");
                lock.try_lock().ok()?;
                Some(Self { functions: folder.join("functions"), _lock: lock })
            })
            .expect("a directory of its own")
    }

    /// Installs the packages, unless they are those of the lock file already.
    pub fn install(&self) -> Result<(), String> {
        let wanted =
            [data("package-lock.json"), data("functions/prisma/schema.prisma")].map(|file| fs::read(file).expect("a file")).concat();
        let stamp = self.functions.join("node_modules/.skep-installed");
        if fs::read(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        fs::create_dir_all(&self.functions).map_err(|error| error.to_string())?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(data(name), self.functions.join(name)).map_err(|error| error.to_string())?;
        }
        let mut npm = program("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
        finish(npm.current_dir(&self.functions))?;
        drop(fs::remove_dir_all(self.functions.join("_prisma")));
        fs::write(&stamp, wanted).map_err(|error| error.to_string())
    }

    /// Copies the servers.
    pub fn fill_servers(&self) {
        copy_tree(&data("servers"), &self.functions.join("_servers"));
    }

    /// Copies the functions, over those of the run before; a manifest tells them where the servers are.
    pub fn fill_functions(&self, variables: &Variables) {
        let installed = ["node_modules", "package.json", "package-lock.json"];
        for name in super::names_in(&self.functions) {
            if !name.starts_with('_') && !installed.contains(&name.as_str()) {
                fs::remove_dir_all(self.functions.join(name)).expect("removed");
            }
        }
        for name in super::names_in(&data("functions")) {
            let folder = self.functions.join(&name);
            copy_tree(&data("functions").join(&name), &folder);
            let file = folder.join("function.toml");
            let own = fs::read_to_string(&file).unwrap_or_else(|_| LIMITS.to_owned());
            fs::write(file, format!("{own}{}", openings(variables))).expect("a manifest");
        }
        moving::write(&self.functions.join(moving::NAME), variables);
    }

    /// Runs `prisma generate`, unless it ran; the engine for migrations, which it would fetch, is not needed.
    pub fn generate(&self) -> Result<(), String> {
        if self.functions.join("_prisma").is_dir() {
            return Ok(());
        }
        copy_tree(&data("functions/prisma"), &self.functions.join("prisma"));
        let mut prisma = program(self.functions.join("node_modules/.bin/prisma"));
        prisma.args(["generate", "--schema", "prisma/schema.prisma"]).env("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true");
        finish(prisma.current_dir(&self.functions))
    }
}

/// For a debug build on a machine that does other things too.
const LIMITS: &str = "[limits]\ncpu_ms = 30000\n";

/// The way to the servers, and where they are.
fn openings(variables: &Variables) -> String {
    let mut text = "\n[net]\nallow = [\"127.0.0.1\"]\n\n[env]\n".to_owned();
    for (name, value) in variables {
        text.push_str(&format!("{name} = {}\n", toml::Value::from(value.as_str())));
    }
    text
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder to copy to");
    for name in super::names_in(from) {
        let (source, target) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            copy_tree(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        }
    }
}
