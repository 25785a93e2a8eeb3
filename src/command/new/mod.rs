//! `skep new`: creates a function folder that works at once, from a template.
//!
//! Name and template come from the command line; the folder goes below the functions directory, whole or not at all, so that a running
//! `skep dev` never sees half of it.
//!
//! Invariant: nothing that exists is ever overwritten.

pub mod template;

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use thiserror::Error;

use crate::config::default::{DEFAULT_FUNCTIONS, DEFAULT_LISTEN};
use crate::config::{Config, ExitCode, NewArgs};
use crate::function::FunctionName;
use crate::function::name::{NAME_BYTES_MAX, NameError};

use template::{TEMPLATES, Template, template_list, template_list_json};

/// Ends of files that are functions by themselves.
const SINGLE_FILES: &[&str] = &["ts", "js", "mjs", "cjs", "tsx", "jsx"];

/// A function that was created; its `Display` is the message to the user.
#[derive(Debug)]
pub struct Created {
    /// Its name.
    pub function: FunctionName,
    /// Its folder.
    pub folder: PathBuf,
    /// The template.
    pub template: &'static Template,
    functions: PathBuf,
}

/// Why there is no new function.
#[derive(Debug, Error)]
pub enum NewError {
    /// The name cannot be a function's.
    #[error("{error}{}", suggestion.as_deref().map(|name| format!("\ntry: skep new {name}")).unwrap_or_default())]
    Name {
        /// The mistake in it.
        error: NameError,
        /// The valid name most like it.
        suggestion: Option<String>,
    },
    /// No such template.
    #[error("there is no template `{wanted}`; the templates are {}", TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>().join(", "))]
    Template {
        /// The name that was given.
        wanted: String,
    },
    /// A file or folder of that name exists already.
    #[error("{} exists already; remove it or choose another name", path.display())]
    Exists {
        /// Its path.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// Its path.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl NewError {
    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Name { .. } | Self::Template { .. } => ExitCode::Usage,
            Self::Exists { .. } | Self::Unwritable { .. } => ExitCode::Functions,
        }
    }
}

/// Creates the function `name` below `functions`.
pub fn run_new(functions: &Path, name: &str, template: &str) -> Result<Created, NewError> {
    let function = FunctionName::parse(name).map_err(|error| NewError::Name { error, suggestion: suggest(name) })?;
    let template =
        TEMPLATES.iter().find(|known| known.name == template).ok_or_else(|| NewError::Template { wanted: template.to_owned() })?;
    let folder = functions.join(function.as_str());
    let files = SINGLE_FILES.iter().map(|extension| functions.join(format!("{function}.{extension}")));
    for path in files.chain([folder.clone()]) {
        // Not `exists`: a link to nowhere takes the name too.
        if fs::symlink_metadata(&path).is_ok() {
            return Err(NewError::Exists { path });
        }
    }
    // Folders that begin with a dot are not functions.
    let draft = functions.join(format!(".{function}.new-{}", std::process::id()));
    write(&draft, template, &folder).inspect_err(|_| drop(fs::remove_dir_all(&draft)))?;
    Ok(Created { function, folder, template, functions: functions.to_owned() })
}

fn write(draft: &Path, template: &Template, folder: &Path) -> Result<(), NewError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| NewError::Unwritable { path, source }
    };
    fs::create_dir_all(draft).map_err(failed(draft))?;
    for (name, content) in template.files {
        let path = draft.join(name);
        fs::write(&path, content).map_err(failed(&path))?;
    }
    fs::rename(draft, folder).map_err(failed(folder))
}

/// The nearest valid function name, without the characters that a name does not allow.
fn suggest(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let words = lower.split(|character: char| !matches!(character, 'a'..='z' | '0'..='9' | '_'));
    let mut joined = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    // Only one-byte characters are left.
    joined.truncate(NAME_BYTES_MAX);
    let suggestion = joined.trim_matches(['-', '_']);
    FunctionName::parse(suggestion).is_ok().then(|| suggestion.to_owned())
}

/// Carries the command out and prints the result.
pub fn print(config: &Config, args: &NewArgs) -> ExitCode {
    if args.list_templates {
        if args.json {
            println!("{:#}", template_list_json())
        } else {
            print!("{}", template_list())
        }
        return ExitCode::Ok;
    }
    match run_new(&config.functions, args.name.as_deref().unwrap_or_default(), &args.template) {
        Ok(created) => {
            println!("{created}");
            ExitCode::Ok
        }
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, folder, template, functions } = self;
        writeln!(f, "created {} from the template `{}`", folder.display(), template.name)?;
        for (name, _) in template.files {
            writeln!(f, "  {}", folder.join(name).display())?;
        }
        let elsewhere = match functions == Path::new(DEFAULT_FUNCTIONS) {
            true => String::new(),
            false => format!(" --functions {}", functions.display()),
        };
        let (before, after) = template.curl;
        write!(f, "\nnext:\n  skep dev{elsewhere}\n  curl {before}http://{DEFAULT_LISTEN}/{function}{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::default::DEFAULT_TEMPLATE;

    #[test]
    fn every_template_makes_a_folder_of_its_files() {
        let home = tempfile::tempdir().unwrap();
        let functions = home.path().join("not/yet/there");
        for template in TEMPLATES {
            let created = run_new(&functions, template.name, template.name).unwrap();
            for (name, content) in template.files {
                assert_eq!(fs::read_to_string(created.folder.join(name)).unwrap(), *content);
            }
        }
        assert_eq!(fs::read_dir(&functions).unwrap().count(), TEMPLATES.len(), "drafts were left behind");
        assert_eq!(TEMPLATES[0].name, DEFAULT_TEMPLATE);
    }

    #[test]
    fn what_exists_is_never_overwritten() {
        let functions = tempfile::tempdir().unwrap();
        fs::create_dir(functions.path().join("folder")).unwrap();
        fs::write(functions.path().join("file.ts"), "mine").unwrap();
        for name in ["folder", "file"] {
            let error = run_new(functions.path(), name, DEFAULT_TEMPLATE).unwrap_err();
            assert!(matches!(error, NewError::Exists { .. }), "{error}");
        }
        assert_eq!(fs::read_to_string(functions.path().join("file.ts")).unwrap(), "mine");
        assert_eq!(fs::read_dir(functions.path().join("folder")).unwrap().count(), 0);
    }

    #[test]
    fn a_bad_name_is_answered_with_a_good_one() {
        let error = |name: &str| run_new(Path::new("/nowhere"), name, DEFAULT_TEMPLATE).unwrap_err().to_string();
        assert!(error("Hello World").ends_with("try: skep new hello-world"), "{}", error("Hello World"));
        assert!(error("_private").ends_with("try: skep new private"));
        assert!(error("../../etc/x").ends_with("try: skep new etc-x"));
        assert!(error(&"x".repeat(99)).ends_with(&"x".repeat(63)));
        assert!(!error("…").contains("try:"));
    }

    #[test]
    fn an_unknown_template_is_answered_with_those_there_are() {
        let error = run_new(Path::new("/nowhere"), "x", "typescirpt").unwrap_err();
        let names: Vec<_> = TEMPLATES.iter().map(|template| template.name).collect();
        assert_eq!(error.to_string(), format!("there is no template `typescirpt`; the templates are {}", names.join(", ")));
        assert_eq!(error.exit_code(), ExitCode::Usage);
    }

    #[test]
    fn the_message_ends_in_the_next_two_commands() {
        let functions = tempfile::tempdir().unwrap();
        let text = run_new(functions.path(), "hello", DEFAULT_TEMPLATE).unwrap().to_string();
        let dev = format!("  skep dev --functions {}\n", functions.path().display());
        assert!(text.ends_with(&(dev + "  curl http://127.0.0.1:8000/hello/ada")), "{text}");
    }
}
