//! The store on a real disk: every write is read back, every damage is found, and a death at any point leaves one state or the other.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::fault_point::{PASSED, STEPS};
use super::files::FILE_BYTES_MAX;
use super::*;
use crate::function::{Manifest, Module, ModuleKind};
use crate::live::{Sticky, WEIGHT_WHOLE};

const MANIFEST: &str = r#"
entry = "index.ts"
routes = ["/orders/*", { host = "*.example.com", path = "/v2/:id", methods = ["GET"], port = 9000 }]
limits = { memory_mb = 16.3, body_mb = 0.1 }
env = { "ключ \"1\"" = "multi\nline \u0001 \\ 🐝" }
net = { allow = ["10.0.0.0/8:5432"], only = [] }
code.eval = true
"#;

fn name(text: &str) -> FunctionName {
    FunctionName::parse(text).unwrap()
}

/// The id that a number stands for.
fn id(number: u8) -> VersionId {
    VersionId::from_digest(&[number; 32])
}

/// A version with every kind of module, and a module with every kind of field.
fn version(function: &str, number: u8) -> Version {
    let module = |path: &str, kind, code: &str, source_map: Option<&str>, imports: &[(&str, &str)]| {
        let url = format!("file:///{function}/{path}");
        let imports = imports.iter().map(|(specifier, path)| ((*specifier).to_owned(), format!("file:///{function}/{path}"))).collect();
        let source_map = source_map.map(|text| text.to_owned().into());
        (url.clone(), Arc::new(Module { url, kind, code: code.into(), source_map, imports, ..Module::default() }))
    };
    let code = format!("import x from './data.json';\nexport default () => `{number}\u{2028}\0🐝\\`;");
    let imports = [("./data.json", "data.json"), ("./plain.js", "plain.js")];
    let modules = HashMap::from([
        module("index.ts", ModuleKind::JavaScript, &code, Some(r#"{"version":3,"sources":["ä.ts"]}"#), &imports),
        module("plain.js", ModuleKind::JavaScript, "", None, &[]),
        module("data.json", ModuleKind::Json, "{ \"a\": [1, \"\\u0000\"] }\n", None, &[]),
    ]);
    let manifest = Manifest::parse(MANIFEST).unwrap();
    Version {
        id: id(number),
        function: name(function),
        entry: format!("file:///{function}/index.ts"),
        modules,
        manifest,
        hint: None,
        node: false,
        files: BTreeMap::new(),
    }
}

fn kept(number: u8, stored_ms: u64, live_ms: Option<u64>) -> StoredVersion {
    StoredVersion {
        version: id(number),
        stored_ms,
        live_ms,
        bytes: 0,
        modules: 3,
        note: None,
        routes: None,
        parse: false,
        claims_routes: false,
    }
}

/// A state folder in a folder of its own.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deep/state");
    (folder, state)
}

/// A store in which two versions of `f` are kept and the second is live.
fn filled(state: &Path) -> (Store, StoredState) {
    let (store, mut state) = Store::open(state).unwrap();
    let mut function_state = FunctionState { live: Some(id(2)), ..FunctionState::default() };
    for number in [1, 2] {
        let bytes = store.put_version(&version("f", number)).unwrap();
        function_state.versions.push(StoredVersion { bytes, ..kept(number, number.into(), Some(number.into())) });
    }
    state.functions.insert(name("f"), function_state);
    state.serial = 1;
    store.commit(&store.try_lock().unwrap().unwrap(), &state).unwrap();
    (store, state)
}

/// Every path below a folder, in order.
fn tree(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            folders.extend(path.is_dir().then_some(path));
        }
    }
    found.sort();
    found
}

fn file(state: &Path, number: u8, kind: &str) -> PathBuf {
    state.join(format!("versions/f/{}.{kind}", id(number)))
}

#[test]
fn a_version_comes_back_as_it_was() {
    let (_folder, state) = folder();
    let (store, _) = filled(&state);
    let (written, read) = (version("f", 1), store.version(&name("f"), &id(1)).unwrap());
    assert_eq!((&read.id, &read.function, &read.entry), (&written.id, &written.function, &written.entry));
    assert_eq!(read.manifest, written.manifest);
    assert_eq!(read.modules.len(), written.modules.len());
    for (url, module) in &written.modules {
        let other = &read.modules[url];
        assert_eq!((&other.url, other.kind, &other.code), (&module.url, module.kind, &module.code));
        assert_eq!((&other.source_map, &other.imports), (&module.source_map, &module.imports), "{url}");
    }
}

#[test]
fn a_state_comes_back_as_it_was_and_its_debug_form_hides_values() {
    let (_folder, path) = folder();
    let (store, mut state) = filled(&path);
    let function_state = state.functions.get_mut("f").unwrap();
    function_state.candidate = Some(CandidateState { version: id(1), weight: 250, sticky: Sticky::parse("cookie:side").ok() });
    function_state.scale = ScaleChange { max: Some(9), idle_s: Some(60), ..ScaleChange::default() };
    function_state.env.insert("GREETING".into(), "hello there".into());
    function_state.secrets.insert("TOKEN".into(), "hunter2".into());
    state.remember(json!({ "what": ["any", 1, null] }));
    store.commit(&store.try_lock().unwrap().unwrap(), &state).unwrap();
    assert_eq!(store.reload().unwrap(), state);
    assert_eq!(Store::open(&path).unwrap().1, state);
    let shown = format!("{state:?}");
    assert!(shown.contains("GREETING") && shown.contains("TOKEN"), "{shown}");
    assert!(!shown.contains("hello there") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn only_the_owner_may_look() {
    let (_folder, state) = folder();
    let (store, _) = filled(&state);
    store.put_code(&name("f"), &id(1), &[]).unwrap();
    let _staging = store.staging().unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for path in tree(&state).into_iter().map(|path| state.join(path)) {
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[test]
fn compiled_code_comes_back_or_is_ignored() {
    let (_folder, state) = folder();
    let (store, _) = filled(&state);
    let code = |id: &VersionId| store.code(&name("f"), id);
    assert_eq!(code(&id(1)), [], "there is none");
    let parts: [(String, u64, Arc<[u8]>); 3] =
        [("file:///f/a.js".into(), u64::MAX, [0, 10, 255].into()), ("b\n".into(), 0, [].into()), ("c".into(), 1, (*b"\n\n").into())];
    store.put_code(&name("f"), &id(1), &parts).unwrap();
    let same = parts.clone().map(|(url, hash, code)| (url, hash, code.to_vec()));
    assert_eq!(code(&id(1)), same);
    let path = file(&state, 1, "code");
    let whole = std::fs::read(&path).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(code(&id(1)), [], "cut after {length} bytes");
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(code(&id(1)), [], "not a file");
}

#[test]
fn an_intact_version_is_left_alone_and_a_broken_one_is_replaced() {
    use std::os::unix::fs::MetadataExt as _;
    let (_folder, state) = folder();
    let (store, function_state) = filled(&state);
    let path = file(&state, 1, "json");
    let (before, whole) = (path.metadata().unwrap().ino(), std::fs::read(&path).unwrap());
    assert_eq!(store.put_version(&version("f", 1)).unwrap(), whole.len() as u64);
    assert_eq!(function_state.functions["f"].versions[0].bytes, whole.len() as u64);
    assert_eq!(path.metadata().unwrap().ino(), before, "nothing was written");
    std::fs::write(&path, "torn").unwrap();
    assert_eq!(store.put_version(&version("f", 1)).unwrap(), whole.len() as u64);
    assert_eq!(std::fs::read(&path).unwrap(), whole);
}

#[test]
fn every_kind_of_damage_to_a_version_is_found() {
    let (_folder, path) = folder();
    let (store, state) = filled(&path);
    assert!(store.verify(&state).is_empty());
    let file = file(&path, 1, "json");
    let whole = std::fs::read(&file).unwrap();
    let problem = || {
        let problems: Vec<_> = store.verify(&state).iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("versions/f/v010101010101.json "), "{problems:?}");
        problems[0].split_once(".json ").unwrap().1.to_owned()
    };
    for at in (0..whole.len()).step_by(7).chain([64, 65, whole.len() - 1]) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(problem(), "is damaged: its checksum is wrong", "byte {at}");
        std::fs::write(&file, &whole[..at]).unwrap();
        assert_eq!(problem(), "is damaged: its checksum is wrong", "cut after {at} bytes");
    }
    std::fs::copy(path.join("versions/f/v020202020202.json"), &file).unwrap();
    assert_eq!(problem(), "is damaged: it is another version, or another function's");
    let body = br#"{"format":3,"shape":"new"}"#;
    std::fs::write(&file, [checksum::line(body).as_bytes(), body].concat()).unwrap();
    assert!(problem().starts_with("was written by a newer Skep (format 3"));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(problem(), "is missing");
    std::fs::create_dir(&file).unwrap();
    assert!(problem().starts_with("cannot be read: "));
}

#[test]
fn a_broken_index_is_never_an_empty_state() {
    let (_folder, path) = folder();
    let (_, state) = filled(&path);
    let index = path.join("index.json");
    let whole = std::fs::read_to_string(&index).unwrap();
    let after = |text: &str| {
        std::fs::write(&index, text).unwrap();
        Store::open(&path).map(|(_, state)| state).map_err(|error| error.to_string())
    };
    for (text, what) in [
        (&whole[..whole.len() / 2], "it ends too early"),
        ("", "it ends too early"),
        ("\0\0\0\0", "it is not JSON"),
        (&whole.replace("\"serial\":1", "\"serial\":\"hunter2\""), "a field is missing or has the wrong type"),
        (&whole.replace("\"f\":", "\"../f\":"), "`../f` is not a function name"),
        (&whole.replace("v010101010101", "v/../../../.."), "of the function `f`, \"v/../../../..\" is not a valid version id"),
        (&whole.replace("v010101010101", "v020202020202"), "kept twice"),
        (&whole.replace("\"live\":\"v02", "\"live\":\"v03"), "the live version is not kept"),
        (&whole.replace("\"format\":1", "\"format\":0"), "its format is 0 and not 1"),
    ] {
        let error = after(text).unwrap_err();
        assert!(error.starts_with("index.json is broken: ") && error.contains(what), "{error}");
        assert!(error.contains("put a copy of it back") && !error.contains("hunter2"), "{error}");
    }
    let error = after(r#"{"format":2,"functions":[]}"#).unwrap_err();
    assert!(error.starts_with("index.json was written by a newer Skep (format 2, this one reads up to 1)"), "{error}");
    let unknown = whole.replace("\"serial\":", "\"later\":{},\"serial\":").replace("\"live\":", "\"later\":[1],\"live\":");
    assert_eq!(after(&unknown).unwrap(), state, "unknown fields are ignored");
    assert_eq!(after(r#"{"format":1,"serial":0}"#).unwrap(), StoredState::default());
}

#[test]
fn a_state_that_names_what_is_not_kept_is_not_committed() {
    let (_folder, path) = folder();
    let (store, state) = filled(&path);
    let lock = store.try_lock().unwrap().unwrap();
    let change = |change: &dyn Fn(&mut FunctionState)| {
        let mut changed = state.clone();
        change(changed.functions.get_mut("f").unwrap());
        store.commit(&lock, &changed)
    };
    let candidate = |number, weight| Some(CandidateState { version: id(number), weight, sticky: None });
    change(&|function_state| function_state.candidate = candidate(1, WEIGHT_WHOLE)).unwrap();
    let before = store.reload().unwrap();
    for result in [
        change(&|function_state| function_state.live = Some(id(9))),
        change(&|function_state| function_state.candidate = candidate(9, 1)),
        change(&|function_state| function_state.candidate = candidate(1, WEIGHT_WHOLE + 1)),
        change(&|function_state| function_state.versions.push(kept(1, 9, None))),
        store.commit(&lock, &StoredState { format: 2, ..state.clone() }),
    ] {
        assert!(matches!(&result, Err(StoreError::NotReadable { path, .. }) if path == "index.json"), "{result:?}");
    }
    assert_eq!(store.reload().unwrap(), before);
}

#[test]
fn a_version_of_an_older_skep_whose_check_could_last_a_day_is_read() {
    let mut older = version("f", 1);
    older.manifest.env.insert("A".to_owned(), "\ntimeout_ms = 86400000\n".to_owned());
    let bytes = String::from_utf8(versions::encode(&older).unwrap()).unwrap();
    let text = bytes.replace("timeout_ms = 5000\\n", "timeout_ms = 86400000\\n");
    assert_ne!(text, bytes);
    let read = versions::decode(text.as_bytes(), &name("f"), &id(1)).ok().unwrap();
    assert_eq!(read.manifest.check.timeout, Duration::from_secs(300));
    assert_eq!(read.manifest.env, older.manifest.env);
}

#[test]
fn a_version_that_could_not_be_read_back_is_not_written() {
    let (_folder, path) = folder();
    let (store, _) = Store::open(&path).unwrap();
    let mut wide = version("f", 1);
    // Every character takes six in the canonical text.
    wide.manifest = Manifest::parse(&format!("env.A = '''{}'''", "\n".repeat(200_000))).unwrap();
    let mut headless = version("f", 1);
    headless.entry.push('x');
    for (version, what) in [(wide, "the manifest"), (headless, "the entry")] {
        let error = store.put_version(&version).unwrap_err().to_string();
        assert!(error.starts_with("versions/f/v010101010101.json is not written: ") && error.contains(what), "{error}");
    }
    let megabyte = vec![b' '; 1 << 20];
    let error = store.files.replace("large", &vec![&megabyte[..]; 257]).unwrap_err().to_string();
    assert_eq!(error, "large is not written: it has more than 256 MB");
    assert_eq!(tree(&path), ["lock"]);
    std::fs::File::create(path.join("index.json")).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
    assert_eq!(store.reload().unwrap_err().to_string(), "index.json cannot be read: file too large");
}

#[test]
fn a_failed_write_names_the_file_and_leaves_nothing_half_written() {
    let (_folder, path) = folder();
    let (store, state) = filled(&path);
    let lock = store.try_lock().unwrap().unwrap();
    // What stands in the way is a folder where a file should go, and a file where a folder should be.
    std::fs::remove_file(path.join("index.json")).unwrap();
    std::fs::create_dir(path.join("index.json")).unwrap();
    std::fs::write(path.join("versions/g"), "").unwrap();
    let before = tree(&path);
    for (error, file) in
        [(store.commit(&lock, &state).unwrap_err(), "index.json "), (store.put_version(&version("g", 1)).unwrap_err(), "versions/g")]
    {
        let text = error.to_string();
        assert!(matches!(error, StoreError::Unwritable { .. }) && text.starts_with(file) && text.contains("os error"), "{text}");
        assert!(!text.contains(path.to_str().unwrap()), "{text}");
    }
    assert_eq!(tree(&path), before);
}

#[test]
fn the_system_says_why_without_a_path_of_the_machine() {
    use std::io::{Error, ErrorKind};
    let say = |number| StoreError::writing("index.json", Error::from_raw_os_error(number));
    assert_eq!(say(libc::EIO).to_string(), "index.json cannot be written: Input/output error (os error 5)");
    assert!(matches!(say(libc::ENOSPC), StoreError::Full { .. }));
    assert!(matches!(say(libc::EDQUOT), StoreError::Full { .. }));
    assert!(matches!(say(libc::EFBIG), StoreError::Full { .. }));
    assert!(matches!(say(libc::EROFS), StoreError::ReadOnly { .. }));
    assert!(matches!(say(libc::EACCES), StoreError::ReadOnly { .. }));
    assert!(matches!(say(libc::EIO), StoreError::Unwritable { .. }));
    let error = tempfile::NamedTempFile::new_in("/no/such/folder").unwrap_err();
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let text = StoreError::writing("index.json", error).to_string();
    assert_eq!(text, "index.json cannot be written: entity not found");
}

#[test]
fn opening_removes_what_a_dead_writer_left_and_nothing_else() {
    let (_folder, path) = folder();
    let (store, state) = filled(&path);
    store.put_code(&name("f"), &id(1), &[]).unwrap();
    std::fs::write(path.join("versions/f/notes.txt"), "mine").unwrap();
    std::fs::write(path.join("versions/stray"), "mine").unwrap();
    let clean = tree(&path);
    store.put_version(&version("f", 3)).unwrap();
    store.put_code(&name("f"), &id(3), &[]).unwrap();
    store.put_version(&version("unknown", 1)).unwrap();
    std::fs::write(path.join(".torn.tmp"), "{\"for").unwrap();
    std::fs::write(path.join("versions/f/x.tmp"), "").unwrap();
    std::fs::create_dir_all(path.join("staging/upload/src")).unwrap();
    std::fs::write(path.join("staging/upload/src/a.js"), "").unwrap();
    std::fs::write(path.join("staging/b"), "").unwrap();
    let littered = tree(&path);

    let lock = store.lock().unwrap();
    assert_eq!(Store::open(&path).unwrap().1, state);
    assert_eq!(tree(&path), littered, "another one writes here");
    drop(lock);

    let index = std::fs::read(path.join("index.json")).unwrap();
    std::fs::remove_file(path.join("index.json")).unwrap();
    assert_eq!(Store::open(&path).unwrap().1, StoredState::default());
    assert!(
        file(&path, 1, "json").exists() && file(&path, 3, "json").exists(),
        "an operator who has lost the index still has the versions"
    );
    std::fs::write(path.join("index.json"), index).unwrap();

    assert_eq!(Store::open(&path).unwrap().1, state);
    let mut clean = clean;
    clean.push("staging".into());
    clean.sort();
    assert_eq!(tree(&path), clean);
}

#[test]
fn a_staging_folder_is_fresh_and_ends_with_its_holder() {
    let (_folder, path) = folder();
    let (store, _) = Store::open(&path).unwrap();
    let (one, other) = (store.staging().unwrap(), store.staging().unwrap());
    assert!(one.path() != other.path() && one.path().starts_with(path.canonicalize().unwrap().join("staging")));
    std::fs::write(one.path().join("a.js"), "").unwrap();
    drop((one, other));
    assert_eq!(tree(&path), ["lock", "staging"]);
}

#[test]
fn two_locks_exclude_each_other() {
    let (_folder, path) = folder();
    let (one, other) = (Store::open(&path).unwrap().0, Store::open(&path).unwrap().0);
    let lock = one.lock().unwrap();
    assert!(other.try_lock().unwrap().is_none());
    assert!(one.try_lock().unwrap().is_none());
    let (waits_tx, waits_rx) = mpsc::channel();
    let (has_tx, has_rx) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            waits_tx.send(()).unwrap();
            has_tx.send(other.lock().unwrap()).unwrap();
        });
        waits_rx.recv().unwrap();
        assert!(has_rx.try_recv().is_err(), "it waits");
        drop(lock);
        let lock = has_rx.recv().unwrap();
        assert!(one.try_lock().unwrap().is_none());
        drop(lock);
    });
    assert!(one.try_lock().unwrap().is_some());
}

#[test]
fn the_oldest_releases_are_forgotten() {
    let mut state = StoredState::default();
    (0..=RELEASES_MAX).for_each(|number| state.remember(json!(number)));
    assert_eq!((state.releases.len(), state.releases.front()), (RELEASES_MAX, Some(&json!(1))));
    state.releases.push_back(json!("too many"));
    let read = StoredState::read(&state.write().unwrap()).unwrap();
    assert_eq!((read.releases.len(), read.releases.front()), (RELEASES_MAX, Some(&json!(2))));
}

#[test]
fn what_is_surplus() {
    const AGE: Duration = Duration::from_millis(100);
    const NOW: u64 = 1000;
    // Each: kept versions (number, stored, last live), live, candidate, number to keep, and who leaves.
    type Row<'a> = (&'a [(u8, u64, Option<u64>)], Option<u8>, Option<u8>, usize, &'a [u8]);
    let rows: &[Row<'_>] = &[
        (&[], None, None, 0, &[]),
        (&[(1, 990, None), (2, 991, None), (3, 992, None)], None, None, 2, &[1]),
        (&[(1, 990, None), (2, 990, None)], None, None, 1, &[1]),
        // Too old, unless it was live since or may not leave.
        (&[(1, 899, None), (2, 900, None), (3, 10, Some(950)), (4, 990, None)], None, None, 9, &[1]),
        (&[(1, 10, Some(20)), (2, 10, None), (3, 10, Some(30))], Some(3), Some(2), 0, &[]),
        // The predecessor is the one that was live last, wherever it stands.
        (&[(1, 1, Some(40)), (2, 2, Some(30)), (3, 3, Some(50)), (4, 4, None)], Some(3), None, 0, &[2, 4]),
        // A rollback to an old version: the version that was live before it stays.
        (&[(1, 1, Some(900)), (2, 2, Some(990)), (3, 3, Some(950))], Some(1), None, 2, &[3]),
        // Those that stay take the places.
        (&[(1, 990, None), (2, 991, Some(991)), (3, 992, Some(992)), (4, 993, None)], Some(3), None, 3, &[1]),
        // A clock that was set back makes nothing old.
        (&[(1, 5000, None)], None, None, 1, &[]),
    ];
    for (row, (versions, live, candidate, count, leaving)) in rows.iter().enumerate() {
        let function_state = FunctionState {
            live: live.map(id),
            candidate: candidate.map(|number| CandidateState { version: id(number), weight: 0, sticky: None }),
            versions: versions.iter().map(|(number, stored_ms, live_ms)| kept(*number, *stored_ms, *live_ms)).collect(),
            ..FunctionState::default()
        };
        let left = surplus(&function_state, Keep { count: *count, age: AGE }, NOW);
        assert_eq!(left, leaving.iter().copied().map(id).collect::<Vec<_>>(), "row {row}");
    }
}

#[test]
fn a_swept_version_leaves_the_disk_after_the_commit() {
    let (_folder, path) = folder();
    let (store, mut state) = filled(&path);
    let lock = store.lock().unwrap();
    store.put_code(&name("f"), &id(1), &[]).unwrap();
    state.functions.get_mut("f").unwrap().versions[0].live_ms = None;
    let again = state.clone();
    let swept = state.sweep(Keep { count: 1, age: Duration::MAX }, 0);
    assert_eq!(swept, [(name("f"), id(1))]);
    store.commit(&lock, &state).unwrap();
    store.remove(&lock, &again, &swept).unwrap();
    assert!(file(&path, 1, "json").exists(), "it is kept again");
    store.remove(&lock, &state, &swept).unwrap();
    assert!(!file(&path, 1, "json").exists() && !file(&path, 1, "code").exists() && file(&path, 2, "json").exists());
    assert!(store.verify(&state).is_empty());
    store.remove(&lock, &StoredState::default(), &[(name("f"), id(2)), (name("g"), id(1))]).unwrap();
    assert_eq!(tree(&path), ["index.json", "lock", "versions"]);
}

/// A release that makes version 3 live and removes version 1.
fn release(path: &Path) {
    let (store, mut state) = Store::open(path).unwrap();
    let lock = store.lock().unwrap();
    let bytes = store.put_version(&version("f", 3)).unwrap();
    let function_state = state.functions.get_mut("f").unwrap();
    function_state.versions.push(StoredVersion { bytes, ..kept(3, 3, Some(3)) });
    function_state.live = Some(id(3));
    state.serial += 1;
    let swept = state.sweep(Keep { count: 2, age: Duration::MAX }, 4);
    assert_eq!(swept, [(name("f"), id(1))]);
    store.commit(&lock, &state).unwrap();
    store.remove(&lock, &state, &swept).unwrap();
}

/// The points between any two changes of the folder; those of the steps belong to `transaction`.
fn own_points() -> &'static [&'static str] {
    FAULT_POINTS.get(STEPS.len()..).unwrap()
}

#[test]
fn a_release_passes_every_fault_point_in_order() {
    let (_folder, path) = folder();
    filled(&path);
    PASSED.take();
    release(&path);
    assert_eq!(PASSED.take(), own_points());
}

/// Names the state folder of the process that dies.
const FOLDER: &str = "SKEP_TEST_STATE";

#[test]
fn a_death_at_any_point_leaves_the_old_state_or_the_new_one() {
    for point in own_points() {
        let (_folder, path) = folder();
        let (_, before) = filled(&path);
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", "release::store::tests::a_release_in_a_process_of_its_own", "--ignored"]);
        let ended = process.env(FOLDER, &path).env("SKEP_DIE_AT", point).output().unwrap();
        assert_eq!(ended.status.signal(), Some(libc::SIGKILL), "{point}: {ended:?}");

        let (store, state) = Store::open(&path).unwrap();
        assert!(store.try_lock().unwrap().is_some(), "{point}: the dead hold no lock");
        let is_new = ["index renamed", "index durable", "removal begun", "removal done"].contains(point);
        assert_eq!(state.serial, if is_new { before.serial + 1 } else { before.serial }, "{point}");
        assert!(store.verify(&state).is_empty(), "{point}");
        let files: Vec<_> = state.functions["f"].versions.iter().map(|kept| format!("versions/f/{}.json", kept.version)).collect();
        assert_eq!(tree(&path), [&["index.json".into(), "lock".into(), "versions".into(), "versions/f".into()][..], &files].concat());
        if !is_new {
            release(&path);
        }
        assert_eq!(store.reload().unwrap().functions["f"].live, Some(id(3)), "{point}");
    }
}

#[test]
#[ignore = "the one above runs it, once for each fault point"]
fn a_release_in_a_process_of_its_own() {
    let (_folder, own) = folder();
    let path = std::env::var_os(FOLDER).map_or_else(|| filled(&own).0.files.absolute(""), |path: OsString| path.into());
    release(&path);
    assert_eq!(Store::open(&path).unwrap().1.functions["f"].versions.len(), 2);
}

/// Bytes that are nearly an index, so that some of them are one.
fn nearly(whole: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 0..4);
    changes.prop_map(move |changes| {
        let mut bytes = whole.clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            match how {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at.max(bytes.len() / 2)),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
            }
        }
        bytes
    })
}

fn an_index() -> Vec<u8> {
    let function_state = FunctionState {
        live: Some(id(1)),
        versions: vec![kept(1, 2, Some(3)), kept(2, 4, None)],
        env: [("A".into(), "b".into())].into(),
        ..FunctionState::default()
    };
    StoredState { functions: [(name("f"), function_state)].into(), ..StoredState::default() }.write().unwrap()
}

fn a_held() -> impl Strategy<Value = FunctionState> {
    let versions = proptest::collection::vec((0..50u64, proptest::option::of(0..50u64)), 0..12);
    (versions, any::<[Option<prop::sample::Index>; 2]>()).prop_map(|(times, chosen)| {
        let versions: Vec<_> = (0..).zip(times).map(|(number, (stored, live))| kept(number, stored, live)).collect();
        let [live, candidate] = chosen.map(|index| Some(versions.get(index?.index(versions.len().max(1)))?.version.clone()));
        let candidate = candidate.map(|version| CandidateState { version, weight: 1, sticky: None });
        FunctionState { live, candidate, versions, ..FunctionState::default() }
    })
}

proptest! {
    #[test]
    fn no_bytes_of_an_index_bring_the_store_down(
        bytes in prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), nearly(an_index()), "[\\[{\":,f}]{0,300}".prop_map(String::into_bytes)],
    ) {
        if let Ok(state) = StoredState::read(&bytes) {
            // A state that was read can be written, and means the same.
            prop_assert_eq!(StoredState::read(&state.write().unwrap()).unwrap().functions, state.functions);
        }
    }

    #[test]
    fn no_bytes_of_a_version_or_of_code_bring_the_store_down(
        version in nearly(versions::encode(&version("f", 1)).unwrap()),
        code in nearly(code::encode(&[("a".into(), 1, [1, 2].into()), ("b".into(), 2, [3].into())]).unwrap()),
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for bytes in [&version, &code, &bytes] {
            if let Ok(read) = versions::decode(bytes, &name("f"), &id(1)) {
                prop_assert!(read.modules.contains_key(&read.entry));
            }
            // The checksum holds such bytes off; without it they still do no harm.
            let sum: Option<usize> = code::decode(bytes).map(|code| code.iter().map(|(_, _, code)| code.len()).sum());
            prop_assert!(sum.is_none_or(|sum| sum < bytes.len()));
            prop_assert!(checksum::body(bytes).is_none());
        }
    }

    #[test]
    fn the_live_version_the_candidate_and_the_predecessor_never_leave(
        function_state in a_held(), count in 0..12usize, age_ms in 0..60u64, now_ms in 0..120u64,
    ) {
        let predecessor = function_state.predecessor().map(|kept| kept.version.clone());
        let staying: Vec<_> = [function_state.live.clone(), function_state.candidate.as_ref().map(|candidate| candidate.version.clone()), predecessor.clone()]
            .into_iter().flatten().collect();
        let mut state = StoredState { functions: [(name("f"), function_state.clone())].into(), ..StoredState::default() };
        let keep = Keep { count, age: Duration::from_millis(age_ms) };
        let swept = state.sweep(keep, now_ms);
        let left = &state.functions["f"];
        prop_assert!(staying.iter().all(|version| left.stored_version(version).is_some()));
        prop_assert_eq!(left.predecessor().map(|kept| kept.version.clone()), predecessor);
        prop_assert_eq!(left.versions.len() + swept.len(), function_state.versions.len());
        prop_assert!(left.versions.len() <= count.max(3));
        for kept in left.versions.iter().filter(|kept| !staying.contains(&kept.version)) {
            prop_assert!(kept.stored_ms.max(kept.live_ms.unwrap_or(0)) + age_ms >= now_ms, "{:?}", kept);
        }
        prop_assert!(state.write().is_ok());
        prop_assert!(state.sweep(keep, now_ms).is_empty());
    }
}

#[test]
fn code_in_a_file_reads_as_code_in_memory_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut large = version("f", 1);
    let (url, module) = large.modules.iter().find(|(url, _)| url.ends_with("index.ts")).unwrap();
    let (url, code) = (url.clone(), format!("{}// {}", module.code, "🐝".repeat(50_000)));
    let module = Module { code: code.into(), ..Module::clone(module) };
    large.modules.insert(url, Arc::new(module));
    for version in [version("f", 1), large] {
        let version = Arc::new(version);
        let moved = TextFiles::in_directory(folder.path().to_owned()).moved(version.clone());
        assert_eq!(versions::encode(&moved).unwrap(), versions::encode(&version).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let unwritable = TextFiles::in_directory(folder.path().join("missing")).moved(version.clone());
        assert!(Arc::ptr_eq(&unwritable, &version));
    }
}
