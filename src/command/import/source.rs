//! The files of the command line as the formats see them: documents with their place, the project around them, and the file of `--from`.
//!
//! Invariant: a file name in a comment or a message is the one that the user gave, or its last part, never a path of this machine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::document::Node;
use super::project::Project;
use super::report::Object;

/// One file.
#[derive(Debug)]
pub(super) struct ImportedFile {
    /// As the user gave it.
    pub(super) name: String,
    /// Its last part.
    pub(super) short: String,
    /// The folder that it lies in.
    pub(super) folder: PathBuf,
}

/// One document of a file.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) file: Rc<ImportedFile>,
    pub(super) node: Node,
}

impl Document {
    /// `path`, and where the value stands.
    pub(super) fn origin(&self, path: &str, node: &Node) -> String {
        match node.line {
            0 => format!("{path} of {}", self.file.short),
            line => format!("{path}, {} line {line}", self.file.short),
        }
    }

    /// An object of this document.
    pub(super) fn object(&self, node: &Node, kind: &str, name: &str) -> Object {
        Object::new(&self.file.name, node.line, kind, name)
    }

    /// What a manifest is made from.
    pub(super) fn made_from(&self, kind: &str, name: &str, node: &Node) -> String {
        self.origin(&format!("{kind} `{name}`"), node)
    }
}

/// What the formats ask for beside the documents.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// Where functions are written to.
    pub(super) out: PathBuf,
    /// The file of `--from`: its name, and its bytes.
    pub(super) from: Option<(String, Vec<u8>)>,
    from_uses: Cell<usize>,
    /// By folder.
    projects: RefCell<BTreeMap<PathBuf, Rc<Project>>>,
}

impl Surroundings {
    pub(super) fn new(out: &Path, from: Option<(String, Vec<u8>)>) -> Self {
        Self { out: out.to_owned(), from, from_uses: Cell::new(0), projects: RefCell::default() }
    }

    /// The project in the folder of a document, or in the folder above it.
    ///
    /// # Errors
    /// If the folder cannot be opened.
    pub(super) fn project(&self, document: &Document, is_above: bool) -> Result<Rc<Project>, String> {
        let folder = &document.file.folder;
        let folder = if is_above { folder.join("..") } else { folder.clone() };
        if let Some(project) = self.projects.borrow().get(&folder) {
            return Ok(project.clone());
        }
        let project = Rc::new(Project::open(&folder, &self.out)?);
        self.projects.borrow_mut().insert(folder, project.clone());
        Ok(project)
    }

    /// The code of an object that takes it from an address.
    ///
    /// # Errors
    /// If `--from` was not given, or has been used for another object.
    pub(super) fn downloaded(&self, address: &str) -> Result<(&str, &[u8]), String> {
        let Some((name, bytes)) = &self.from else {
            return Err(format!("its code is at {address}, and skep fetches nothing: download it, and name it with --from FILE"));
        };
        self.from_uses.set(self.from_uses.get() + 1);
        match self.from_uses.get() {
            1 => Ok((name, bytes)),
            _ => Err(format!("its code is at {address}, and --from FILE went to another object: import one at a time")),
        }
    }

    /// Whether `--from` was given for nothing.
    pub(super) fn has_spare_file(&self) -> bool {
        self.from.is_some() && self.from_uses.get() == 0
    }
}
