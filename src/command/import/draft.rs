//! One function while it is made: its files, the lines of its `function.toml`, and what the user will be told.
//!
//! The formats fill it; `write` puts it on the disk.
//!
//! Invariant: what goes out is a folder that an upload could hold, and a manifest that Skep's own parser has read.

use std::collections::BTreeMap;

use http::Method;

use super::project::FileMap;
use super::report::Object;
use super::settings::{ManifestDraft, ManifestTable, ManifestValue};
use super::units;
use crate::function::manifest::INSTANCES_MAX;
use crate::function::route::{HostPattern, PathPattern};
use crate::function::{FunctionName, Manifest, Scale};
use crate::release::source::MANIFEST_FILE;
use crate::release::source::archive::Files;

/// What `memory_mb` allows.
const MEMORY_MB: std::ops::RangeInclusive<u64> = 16..=4096;
/// What `cpu_ms` and `wall_ms` allow.
const TIME_MS: std::ops::RangeInclusive<u64> = 1..=86_400_000;
/// What `concurrency` allows.
const CONCURRENCY_MAX: u64 = 10_000;
/// Longest name of a schedule, with room for a number behind it.
const CRON_NAME_MAX: usize = 60;
/// Words in the names of variables whose values are often secrets.
const SECRET_WORDS: &[&str] = &["SECRET", "TOKEN", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL"];

/// One function.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: FunctionName,
    /// The name that the other platform's objects call it by.
    pub(super) original: String,
    /// Kubernetes's labels, by which triggers choose functions.
    pub(super) labels: Vec<(String, String)>,
    pub(super) settings: ManifestDraft,
    pub(super) files: FileMap,
    /// Links inside of an archive, and the path that each leads to.
    pub(super) links: BTreeMap<String, String>,
    pub(super) object: Object,
}

/// One route of another platform.
#[derive(Clone, Debug, Default)]
pub(super) struct RouteDraft {
    pub(super) host: Option<String>,
    pub(super) path: String,
    pub(super) methods: Vec<String>,
    pub(super) origin: String,
}

/// One schedule of another platform.
#[derive(Clone, Debug, Default)]
pub(super) struct CronDraft {
    pub(super) name: String,
    pub(super) schedule: String,
    pub(super) path: Option<String>,
    pub(super) origin: String,
}

impl Draft {
    pub(super) fn new(name: FunctionName, original: &str, object: Object, made_from: String) -> Self {
        let settings = ManifestDraft::new(made_from);
        let original = original.to_owned();
        Self { name, original, labels: Vec::new(), settings, files: FileMap::new(), links: BTreeMap::new(), object }
    }

    /// Bytes of its files.
    pub(super) fn content_bytes(&self) -> usize {
        self.files.values().map(|bytes| bytes.len()).sum()
    }

    /// Takes the files of an archive. A `function.toml` in it would open what the user has not opened.
    pub(super) fn take(&mut self, files: &Files) {
        for (path, bytes) in files.iter() {
            self.files.insert(path.to_owned(), bytes.into());
        }
        self.links.extend(files.links().map(|(path, target)| (path.to_owned(), target.to_owned())));
        self.drop_foreign_manifest();
    }

    /// The function's own manifest takes the place of one among the files.
    pub(super) fn drop_foreign_manifest(&mut self) {
        if self.files.remove(MANIFEST_FILE).is_some() | self.links.remove(MANIFEST_FILE).is_some() {
            self.object.drop(MANIFEST_FILE, "the files bring one of their own; this import writes another in its place");
        }
    }

    /// Sets `memory_mb`, within its range.
    pub(super) fn memory(&mut self, text: &str, origin: &str) {
        match units::megabytes(text) {
            Some(megabytes) => {
                let taken = self.in_range("memory_mb", megabytes, MEMORY_MB);
                self.settings.set(ManifestTable::Limits, "memory_mb", ManifestValue::Whole(taken), origin);
            }
            None => self.object.drop(origin, &format!("`{text}` is no amount of memory")),
        }
    }

    /// Sets `wall_ms` or `cpu_ms`, within its range.
    pub(super) fn time(&mut self, key: &str, milliseconds: u64, origin: &str) {
        let taken = self.in_range(key, milliseconds, TIME_MS);
        self.settings.set(ManifestTable::Limits, key, ManifestValue::Whole(taken), origin);
    }

    fn in_range(&mut self, key: &str, number: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let taken = number.clamp(*range.start(), *range.end());
        if taken != number {
            self.object.warn(format!("`{key}` is {taken} in place of {number}: {} to {} are allowed", range.start(), range.end()));
        }
        taken
    }

    /// Sets the number of instances.
    pub(super) fn scale(&mut self, key: &str, number: u64, origin: &str) {
        let least = if key == "min" { 0 } else { 1 };
        let most = if key == "concurrency" { CONCURRENCY_MAX } else { u64::from(INSTANCES_MAX) };
        let taken = self.in_range(key, number, least..=most);
        self.settings.set(ManifestTable::Scale, key, ManifestValue::Whole(taken), origin);
    }

    /// A variable of `[env]`.
    pub(super) fn env(&mut self, key: &str, value: &str, origin: &str) {
        if key.is_empty() || key.contains(['=', '\0']) {
            return self.object.drop(origin, "no variable can have such a name");
        }
        let upper = key.to_ascii_uppercase();
        if !value.is_empty() && SECRET_WORDS.iter().any(|word| upper.contains(word)) {
            let name = &self.name;
            let text = format!(
                "`{key}` may be a secret and stands in function.toml as it stood there; `skep secret {name} {key}=-` and without the line it is none of the code's"
            );
            self.object.warn(text);
        }
        self.settings.set(ManifestTable::Env, key, ManifestValue::Text(value.to_owned()), origin);
    }

    /// Tells the user to set a secret.
    pub(super) fn secret(&mut self, key: &str, why: &str) {
        let text = format!("skep secret {} {key}=-    # {why}", self.name);
        self.object.ask(text);
    }

    /// Tells the user to set a variable.
    pub(super) fn variable(&mut self, key: &str, why: &str) {
        let text = format!("skep env {} {key}=...    # {why}", self.name);
        self.object.ask(text);
    }

    /// Tells the user to install packages, if the files name any.
    pub(super) fn packages(&mut self) {
        let Some(package) = self.files.get("package.json") else { return };
        let has_any = serde_json::from_slice::<serde_json::Value>(package)
            .ok()
            .and_then(|package| package.get("dependencies")?.as_object().map(|packages| !packages.is_empty()));
        if has_any == Some(true) {
            let text = format!("npm install --omit=dev    # in {}: skep installs no packages", self.name);
            self.object.ask(text);
        }
    }

    /// Adds a route.
    ///
    /// # Errors
    /// If Skep has no such route.
    pub(super) fn route(&mut self, route: &RouteDraft) -> Result<String, String> {
        let path = PathPattern::parse(&route.path).map_err(|error| error.to_string())?;
        let mut lines = vec![("path", ManifestValue::Text(path.to_string()))];
        let mut shown = String::new();
        if let Some(host) = &route.host {
            let host = HostPattern::parse(host).map_err(|error| error.to_string())?;
            shown = host.to_string();
            lines.push(("host", ManifestValue::Text(shown.clone())));
        }
        let mut methods: Vec<String> = route.methods.iter().map(|method| method.to_ascii_uppercase()).collect();
        methods.sort();
        methods.dedup();
        if let Some(unknown) = methods.iter().find(|method| !is_method(method)) {
            return Err(format!("`{unknown}` is no method that a route can have"));
        }
        if !methods.is_empty() {
            lines.push(("methods", ManifestValue::Texts(methods.clone())));
        }
        self.settings.item("routes", lines, route.origin.clone());
        let methods = if methods.is_empty() { String::new() } else { format!("{} ", methods.join(",")) };
        Ok(format!("the route {methods}{shown}{path}"))
    }

    /// Adds a schedule.
    ///
    /// # Errors
    /// If Skep has no such schedule.
    pub(super) fn cron(&mut self, cron: &CronDraft) -> Result<String, String> {
        let mut name: String = cron.name.chars().take(CRON_NAME_MAX).collect();
        let taken = self.settings.item_texts("cron", "name").iter().filter(|known| known.starts_with(&name)).count();
        if taken > 0 {
            name = format!("{name}-{}", taken + 1);
        }
        let mut lines = vec![("name", ManifestValue::Text(name)), ("schedule", ManifestValue::Text(cron.schedule.clone()))];
        if let Some(path) = &cron.path {
            lines.push(("path", ManifestValue::Text(path.clone())));
        }
        // A schedule that the parser refuses must not cost the function.
        let mut alone = ManifestDraft::new(String::new());
        alone.item("cron", lines.clone(), String::new());
        read_back(&alone.render())?;
        self.settings.item("cron", lines, cron.origin.clone());
        Ok(format!("the schedule {}", cron.schedule))
    }

    /// The finished folder.
    ///
    /// # Errors
    /// If an upload could not hold it, or its manifest would not be read.
    pub(super) fn finish(&mut self) -> Result<Files, String> {
        self.settle_scale();
        let text = self.settings.render();
        read_back(&text).map_err(|why| format!("its function.toml would not be valid: {why}"))?;
        let manifest = [(MANIFEST_FILE.to_owned(), text.into_bytes())];
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), bytes.to_vec())).chain(manifest);
        Files::gather(files, self.links.clone()).map_err(|error| error.to_string())
    }

    /// The other platform's least may be more than Skep's most.
    fn settle_scale(&mut self) {
        let Some(min) = self.settings.whole(ManifestTable::Scale, "min") else { return };
        let max = self.settings.whole(ManifestTable::Scale, "max").unwrap_or(u64::from(Scale::default().max));
        if min > max {
            self.settings.set(ManifestTable::Scale, "max", ManifestValue::Whole(min), "at least `min`");
        }
    }
}

fn is_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "TRACE") && method.parse::<Method>().is_ok()
}

/// Keys that the parser may not know yet; what it knows, it checks.
const COMING: &[&str] = &["cron"];

/// Has Skep's own parser read a manifest.
fn read_back(text: &str) -> Result<(), String> {
    let Err(error) = Manifest::parse(text) else { return Ok(()) };
    let is_coming = |message: &str| COMING.iter().any(|key| message.starts_with(&format!("unknown key `{key}` at the top")));
    match error.problems.iter().find(|problem| !is_coming(&problem.message)) {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(()),
    }
}
