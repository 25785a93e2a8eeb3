//! The functions directory: packages installed by `npm ci`, functions copied beside them, a manifest for each.
//!
//! It lies in cargo's folder for tests and stays there, since an installation takes a minute.
//!
//! Invariant: what a function knows of the servers stands in its manifest.

use std::fs;
use std::path::PathBuf;

use super::data;
use super::moving;
use super::server::Variables;
use crate::support::npm::{self, Room, finish};
use crate::support::process::program;
use crate::support::project::copy_tree;

/// A functions directory and the room that it lies in.
pub struct Directory {
    pub functions: PathBuf,
    _room: Room,
}

impl Directory {
    /// The first one that no other run has.
    pub fn take() -> Self {
        let room = Room::take("packages");
        Self { functions: room.folder.join("functions"), _room: room }
    }

    /// Installs the packages, unless they are those of the lock file already.
    pub fn install(&self) -> Result<(), String> {
        let schema = fs::read(data("functions/prisma/schema.prisma")).expect("a schema");
        if npm::install(&data(""), &self.functions, &schema)? {
            drop(fs::remove_dir_all(self.functions.join("_prisma")));
        }
        Ok(())
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
