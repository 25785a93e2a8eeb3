//! Archives that nobody should make, sent to the admin API: refused whole, with nothing left behind.
//!
//! What each archive is refused for is judged by the unit tests of `release::source::archive`; here it is what the host does about it.
//!
//! Invariant: after every one of them the host answers as before.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use super::*;
use crate::support::process::{binary, program};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}

/// One entry, whatever it is called and whatever it is.
fn entry(kind: EntryType, name: &str, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// A good function with one more entry behind it.
fn with(bad: &[u8]) -> Vec<u8> {
    let good = entry(EntryType::Regular, "index.js", "", b"export default () => 'hostile';\n");
    gzip(&[&good, bad, &[0; 1024]].concat())
}

fn named(name: &str) -> Vec<u8> {
    with(&entry(EntryType::Regular, name, "", b"x"))
}

fn archives() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let tar_gz = "application/gzip";
    let whole = named("more.js");
    vec![
        ("a path to the top", tar_gz, named("/etc/skep-was-here")),
        ("a path upwards", tar_gz, named("../../skep-was-here")),
        ("a path upwards in the middle", tar_gz, named("lib/../../skep-was-here")),
        ("a link", tar_gz, with(&entry(EntryType::Symlink, "secret.js", "/etc/passwd", b""))),
        ("a hard link", tar_gz, with(&entry(EntryType::Link, "secret.js", "index.js", b""))),
        ("a device", tar_gz, with(&entry(EntryType::Char, "null", "", b""))),
        ("a pipe", tar_gz, with(&entry(EntryType::Fifo, "pipe", "", b""))),
        ("a path twice", tar_gz, named("index.js")),
        ("a file that is also a folder", tar_gz, named("index.js/more.js")),
        ("a bomb", tar_gz, with(&entry(EntryType::Regular, "zeros.js", "", &vec![0; 30 << 20]))),
        ("a cut archive", tar_gz, whole[..whole.len() - 20].to_vec()),
        ("no archive at all", tar_gz, b"hello".to_vec()),
        ("nothing", tar_gz, Vec::new()),
        ("a zip that is none", "application/zip", b"PK\x03\x04 and so on".to_vec()),
        ("a zip that is a tar", "application/zip", whole),
        ("a path upwards as JSON", "application/json", br#"{"files":{"../skep-was-here.js":"x"}}"#.to_vec()),
        ("a path twice as JSON", "application/json", br#"{"files":{"index.js":"x","index.js":"y"}}"#.to_vec()),
        ("JSON that goes deep", "application/json", [b"{\"files\":".as_slice(), &b"[".repeat(100_000)].concat()),
    ]
}

#[test]
fn a_hostile_archive_is_refused_whole_and_leaves_nothing() {
    let skep = alone(Project::empty());
    let v1 = becomes_live(&skep, "f", &says("v1"));
    for (what, content_type, bytes) in archives() {
        for (method, path) in [("PUT", "/api/v1/functions/f?wait=true"), ("POST", "/api/v1/releases?wait=true")] {
            let request = Request::new(method, path).header("content-type", content_type).body(bytes.clone());
            let response = ask(&skep, &request);
            assert_eq!(response.status, 400, "{what} to {path}: {response}");
            let message = response.json()["error"]["message"].as_str().expect("a message").to_owned();
            assert!(!message.is_empty() && message.len() < 1000 && !message.contains('\n'), "{what}: {message:?}");
        }
        assert_eq!(call(&skep, "f"), "v1", "{what}");
    }
    assert_eq!(names_below(&skep.project, "versions"), ["f"]);
    assert_eq!(stored(&skep, "f"), [format!("{v1}.json")]);
    is_sound(&skep);
    assert!(!skep.project.root().join("skep-was-here").exists() && !skep.project.state().join("skep-was-here").exists());
    assert_eq!(look(&skep, "/api/v1/releases").as_array().map(Vec::len), Some(1), "none of them became a release");
}

#[test]
fn an_upload_that_is_too_large_is_refused_as_such() {
    let skep = alone(Project::empty());
    let bytes: Vec<u8> = (0..33_u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let request = Request::new("PUT", "/api/v1/functions/f").header("content-type", "application/gzip").body(bytes);
    // It may be answered before it is read to its end, and then the connection is closed.
    if let Ok(response) = Client::connect(skep.admin).try_exchange(&request) {
        assert_eq!((response.status, &response.json()["error"]["kind"]), (413, &serde_json::json!("too_large")), "{response}");
    }
    assert_eq!(skep.get("/f").fault(), Some("no_such_function"));
    becomes_live(&skep, "f", &says("v1"));
    assert_eq!(call(&skep, "f"), "v1");
}

#[test]
fn a_file_beyond_the_limit_of_the_system_ends_no_process() {
    let launch = Launch::serve(Project::new(""));
    let inner = launch.command(binary());
    // A unit is 512 bytes or a kilobyte: 4 MB or 8.
    let mut limited = program("sh");
    limited.args(["-c", "ulimit -f 8000; exec \"$0\" \"$@\""]).arg(inner.get_program()).args(inner.get_args());
    let skep = launch.start_by(limited);
    becomes_live(&skep, "small", &says("one"));
    let pid = look(&skep, "/api/v1/host")["pid"].clone();
    let large = format!("export default () => 'large'; // {}\n", "x".repeat(12 << 20));
    for _ in 0..2 {
        let response = ask(&skep, &upload("small", "wait=true", &[("index.js", &large)]));
        let is_live = response.status < 300 && response.json()["status"] == "done";
        assert!(!is_live, "{response}");
        assert_eq!(skep.get("/small").text(), "one");
        assert_eq!(look(&skep, "/api/v1/host")["pid"], pid, "no engine died");
    }
}
