//! Archives as tools make them, archives that no tool should make, and the files or the error that each gives.

use std::io::{Cursor, Write as _};

use ::tar::{EntryType, Header};
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::function::FunctionName;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One entry of a tar archive with any bytes for a name, announcing `size` bytes.
fn entry(mut header: Header, kind: EntryType, name: &[u8], size: u64, content: &[u8]) -> Vec<u8> {
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tar_entry(kind: EntryType, name: &[u8], content: &[u8]) -> Vec<u8> {
    entry(Header::new_gnu(), kind, name, content.len() as u64, content)
}

fn tar_file(name: &str, content: &[u8]) -> Vec<u8> {
    tar_entry(EntryType::Regular, name.as_bytes(), content)
}

/// A long name of GNU's, for the entry after it.
fn long_name(name: &[u8]) -> Vec<u8> {
    tar_entry(EntryType::GNULongName, b"././@LongLink", &[name, b"\0"].concat())
}

/// Attributes for the entry after it.
fn pax(kind: EntryType, key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    // The length counts its own digits.
    let length = (1..5).map(|digits| rest.len() + digits).find(|length| length.to_string().len() + rest.len() == *length).unwrap();
    entry(Header::new_ustar(), kind, b"attributes", length as u64, format!("{length}{rest}").as_bytes())
}

fn ended(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

fn read_tar(entries: &[Vec<u8>]) -> Result<Files, ArchiveError> {
    Files::read(ArchiveKind::TarGz, &gzip(&ended(entries)))
}

fn zip(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip(|writer| {
        for (path, content) in files {
            writer.start_file(path, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
            writer.write_all(content).unwrap();
        }
    })
}

fn stored_zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip(|writer| {
        for (path, content) in files {
            writer.start_file(path, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
            writer.write_all(content).unwrap();
        }
    })
}

fn read_zip(bytes: &[u8]) -> Result<Files, ArchiveError> {
    Files::read(ArchiveKind::Zip, bytes)
}

/// Overwrites every occurrence.
fn patched(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<_> = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "nothing to overwrite");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Overwrites a field of the only entry, in its own header and in the directory.
fn patched_header(bytes: &[u8], offset: usize, field: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (signature, shift) in [(b"PK\x03\x04", 0), (b"PK\x01\x02", 2)] {
        let at = bytes.windows(4).position(|window| window == signature).unwrap() + offset + shift;
        bytes[at..at + field.len()].copy_from_slice(field);
    }
    bytes
}

fn read_json(text: &str) -> Result<Files, ArchiveError> {
    Files::read(ArchiveKind::Json, text.as_bytes())
}

fn json_of(paths: &[&str]) -> Result<Files, ArchiveError> {
    let files: serde_json::Map<_, _> = paths.iter().map(|path| ((*path).to_owned(), "x".into())).collect();
    read_json(&serde_json::json!({ "files": files }).to_string())
}

fn paths(files: &Files) -> Vec<&str> {
    files.iter().map(|(path, _)| path).collect()
}

fn refused(read: Result<Files, ArchiveError>) -> ArchiveError {
    let error = read.expect_err("it is taken");
    let text = error.to_string();
    assert!(!text.contains(char::is_control) && text.len() < 1000, "{text:?}");
    error
}

fn fault(read: Result<Files, ArchiveError>) -> PathFault {
    match refused(read) {
        ArchiveError::Path { fault, .. } => fault,
        other => panic!("{other:?}"),
    }
}

fn oddity(read: Result<Files, ArchiveError>) -> Oddity {
    match refused(read) {
        ArchiveError::NotAFile { oddity, .. } => oddity,
        other => panic!("{other:?}"),
    }
}

fn reason(read: Result<Files, ArchiveError>) -> String {
    match refused(read) {
        ArchiveError::Broken { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

fn name(name: &str) -> FunctionName {
    FunctionName::parse(name).unwrap()
}

const BINARY: &[u8] = &[0, 0xff, b'\n', 0x80];

#[test]
fn every_format_gives_the_files_that_went_in() {
    let long = format!("hello/{}/index.ts", ["deep"; 30].join("/"));
    let longer = format!("hello/{}/{}.ts", "d".repeat(200), "f".repeat(200));
    let mut expected =
        vec![("hello/data.bin", BINARY), ("hello/empty", b""), ("hello/lib/ümlaut.ts", b"export {}"), (&long, b"1"), (&longer, b"2")];
    expected.sort_unstable();
    let given = expected.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    let files = Files::gather(given, []).unwrap();
    assert_eq!(files.iter().collect::<Vec<_>>(), expected);
    assert_eq!((files.len(), files.bytes(), files.is_empty()), (5, 15, false));
    assert_eq!(Files::read(ArchiveKind::TarGz, &files.to_tar_gz().unwrap()).unwrap(), files);
    assert_eq!(read_zip(&zip_of(&expected)).unwrap(), files);
    assert_eq!(read_zip(&stored_zip_of(&expected)).unwrap(), files);
    let text = read_json(r#"{"files": {"b.ts": "\u00fc\n", "a/index.ts": ""}}"#).unwrap();
    assert_eq!(text.iter().collect::<Vec<_>>(), [("a/index.ts", &b""[..]), ("b.ts", "ü\n".as_bytes())]);
}

#[test]
fn an_archive_without_files_is_an_empty_one() {
    for files in [read_tar(&[]), read_zip(&zip(|_| {})), read_json(r#"{"files": {}}"#)] {
        let files = files.unwrap();
        assert!(files.is_empty());
        assert_eq!(files.functions().unwrap(), []);
        assert_eq!(files.nest(&name("hello")).len(), 0);
    }
}

#[test]
fn packing_depends_on_nothing_but_the_files() {
    let one = json_of(&["b/index.ts", "a/index.ts"]).unwrap().to_tar_gz().unwrap();
    let other = read_zip(&zip_of(&[("a/index.ts", b"x"), ("b/index.ts", b"x")])).unwrap().to_tar_gz().unwrap();
    assert_eq!(one, other);
}

#[test]
fn what_is_packed_is_no_bomb_however_far_it_shrinks() {
    let files = Files::gather([("zeros.bin".to_owned(), vec![0; 5_000_000])], []).unwrap();
    assert_eq!(Files::read(ArchiveKind::TarGz, &files.to_tar_gz().unwrap()).unwrap(), files);
}

#[test]
fn folders_comments_and_what_only_describes_are_passed_over() {
    let files = read_tar(&[
        pax(EntryType::XGlobalHeader, "comment", "a commit"),
        tar_entry(EntryType::Directory, b"./", b""),
        tar_entry(EntryType::Directory, b"./hello/", b""),
        tar_file("./hello/index.ts", b"1"),
        pax(EntryType::XHeader, "path", "hello/a name that PAX gives.ts"),
        tar_file("other", b"2"),
        long_name(b"hello/a name that GNU gives.ts"),
        tar_file("other", b"3"),
        tar_entry(EntryType::Directory, b"hello/", b""),
    ]);
    assert_eq!(paths(&files.unwrap()), ["hello/a name that GNU gives.ts", "hello/a name that PAX gives.ts", "hello/index.ts"]);
    let files = read_zip(&zip(|writer| {
        writer.add_directory("hello/", SimpleFileOptions::default()).unwrap();
        writer.start_file("hello/index.ts", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        writer.set_comment("a commit").unwrap();
    }));
    assert_eq!(paths(&files.unwrap()), ["hello/index.ts"]);
}

#[test]
fn what_macos_adds_is_left_out() {
    let files = json_of(&["__MACOSX/hello/._index.ts", "hello/.DS_Store", "hello/._index.ts", "hello/.env", "hello/index.ts"]).unwrap();
    assert_eq!(paths(&files), ["hello/.env", "hello/index.ts"]);
}

#[test]
fn no_format_takes_a_path_that_could_lead_out() {
    let cases: &[(&str, PathFault)] = &[
        ("../index.ts", PathFault::Climbs),
        ("a/../../index.ts", PathFault::Climbs),
        ("a/..", PathFault::Climbs),
        ("/etc/passwd", PathFault::Absolute),
        ("//a", PathFault::Absolute),
        ("a//b", PathFault::EmptyPart),
        ("a/./b", PathFault::Dot),
        ("././a", PathFault::Dot),
        (".//a", PathFault::EmptyPart),
        ("..\\index.ts", PathFault::Backslash),
        ("a\nb", PathFault::ControlCharacter),
        ("a\u{85}b", PathFault::ControlCharacter),
        ("a\u{7f}", PathFault::ControlCharacter),
    ];
    for (path, expected) in cases {
        assert_eq!(fault(read_tar(&[tar_file(path, b"x")])), *expected, "tar {path:?}");
        assert_eq!(fault(read_tar(&[long_name(path.as_bytes()), tar_file("x", b"x")])), *expected, "GNU {path:?}");
        assert_eq!(fault(json_of(&[path])), *expected, "JSON {path:?}");
        let placeholder = "z".repeat(path.len());
        let bytes = patched(&zip_of(&[(&placeholder, b"x")]), placeholder.as_bytes(), path.as_bytes());
        assert_eq!(fault(read_zip(&bytes)), *expected, "zip {path:?}");
        assert_eq!(fault(read_tar(&[tar_entry(EntryType::Directory, path.as_bytes(), b"")])), *expected, "tar folder {path:?}");
    }
    assert_eq!(fault(read_tar(&[pax(EntryType::XHeader, "path", "../x"), tar_file("x", b"x")])), PathFault::Climbs);
    assert_eq!(fault(read_tar(&[long_name(b"a\0b"), tar_file("x", b"x")])), PathFault::ControlCharacter);
    assert_eq!(fault(json_of(&["a\0b"])), PathFault::ControlCharacter);
    assert_eq!(fault(json_of(&[""])), PathFault::EmptyPart);
    assert_eq!(fault(json_of(&["a/"])), PathFault::EmptyPart);
    assert_eq!(fault(read_tar(&[tar_file("a/", b"x")])), PathFault::EmptyPart);
    assert_eq!(fault(read_tar(&[tar_entry(EntryType::Regular, b"\xff.ts", b"x")])), PathFault::NotUtf8);
    assert_eq!(fault(read_zip(&patched(&zip_of(&[("zz.ts", b"x")]), b"zz.ts", b"\xff\xfe.ts"))), PathFault::NotUtf8);
}

#[test]
fn paths_have_a_length_and_a_depth() {
    let long = |last: usize| format!("{}/{}", ["a".repeat(255).as_str(); 3].join("/"), "b".repeat(last));
    assert_eq!(json_of(&[&long(255)]).unwrap().len(), 1);
    assert_eq!(long(255).len(), PATH_BYTES_MAX - 1);
    assert_eq!(fault(json_of(&[&format!("{}/b", long(255))])), PathFault::TooLong(1025));
    assert_eq!(fault(json_of(&[&long(256)])), PathFault::PartTooLong(256));
    assert_eq!(json_of(&[&["a"; 32].join("/")]).unwrap().len(), 1);
    assert_eq!(fault(json_of(&[&["a"; 33].join("/")])), PathFault::TooDeep(33));
    let error = refused(read_tar(&[long_name(&b"\n".repeat(5000)), tar_file("x", b"")])).to_string();
    assert!(error.contains("5000 bytes, at most 1024"), "{error}");
}

#[test]
fn links_devices_and_holes_are_no_files() {
    let cases = [
        (EntryType::Link, Oddity::Link),
        (EntryType::Char, Oddity::Device),
        (EntryType::Block, Oddity::Device),
        (EntryType::Fifo, Oddity::Device),
        (EntryType::Continuous, Oddity::Unknown),
        (EntryType::new(b'V'), Oddity::Unknown),
    ];
    for (kind, expected) in cases {
        assert_eq!(oddity(read_tar(&[tar_file("a", b"x"), tar_entry(kind, b"b", b"")])), expected, "{kind:?}");
    }
    let mut sparse = Header::new_gnu();
    sparse.as_gnu_mut().unwrap().realsize = *b"00000000000\0";
    assert_eq!(oddity(read_tar(&[entry(sparse, EntryType::GNUSparse, b"b", 0, b"")])), Oddity::Sparse);
    assert_eq!(oddity(read_tar(&[pax(EntryType::XHeader, "GNU.sparse.major", "1"), tar_file("b", b"x")])), Oddity::Sparse);
    assert_eq!(oddity(read_tar(&[tar_entry(EntryType::Directory, b"b/", b"x")])), Oddity::FullFolder);
    for key in ["path", "linkpath", "size"] {
        assert_eq!(oddity(read_tar(&[pax(EntryType::XGlobalHeader, key, "1"), tar_file("b", b"x")])), Oddity::GlobalHeader);
    }
    let link = zip(|writer| writer.add_symlink("b", "/etc/passwd", SimpleFileOptions::default()).unwrap());
    assert_eq!(oddity(read_zip(&link)), Oddity::Link);
    // The same, said to be written by DOS.
    let directory = link.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let mut link = link;
    link[directory + 5] = 0;
    assert_eq!(oddity(read_zip(&link)), Oddity::Link);
    let mut fifo = zip_of(&[("b", b"x")]);
    let directory = fifo.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    fifo[directory + 41] = 0x10;
    assert_eq!(oddity(read_zip(&fifo)), Oddity::Device);
    let folder = patched(&stored_zip_of(&[("bb", b"x")]), b"bb", b"b/");
    assert_eq!(oddity(read_zip(&folder)), Oddity::FullFolder);
}

#[test]
fn zip_takes_no_passwords_and_no_other_compression() {
    let plain = stored_zip_of(&[("a.ts", b"text")]);
    assert_eq!(refused(read_zip(&patched_header(&plain, 6, &[1, 0]))), ArchiveError::Encrypted { entry: "a.ts".into() });
    let error = refused(read_zip(&patched_header(&plain, 8, &[12, 0])));
    assert!(matches!(&error, ArchiveError::Method { entry, .. } if entry == "a.ts"), "{error}");
}

#[test]
fn one_path_is_one_file() {
    let twice = || ArchiveError::Twice { entry: "a/b".into() };
    assert_eq!(refused(read_tar(&[tar_file("a/b", b"1"), tar_file("./a/b", b"2")])), twice());
    assert_eq!(refused(read_json(r#"{"files": {"a/b": "1", "a\/b": "2"}}"#)), twice());
    assert_eq!(refused(json_of(&["./a/b", "a/b"])), twice());
    let zip = patched(&zip_of(&[("a/b", b"1"), ("a/c", b"2")]), b"a/c", b"a/b");
    assert!(reason(read_zip(&zip)).contains("duplicate"));
    for (one, other) in [("a", "a/b"), ("a/b", "a/b/c")] {
        let mixed = |entry: &str| ArchiveError::FileAndFolder { entry: entry.into() };
        assert_eq!(refused(read_tar(&[tar_file(one, b""), tar_file(other, b"")])), mixed(other));
        assert_eq!(refused(read_tar(&[tar_file(other, b""), tar_file(one, b"")])), mixed(one));
        assert_eq!(refused(read_tar(&[tar_entry(EntryType::Directory, one.as_bytes(), b""), tar_file(one, b"")])), mixed(one));
        assert_eq!(refused(read_tar(&[tar_file(one, b""), tar_entry(EntryType::Directory, one.as_bytes(), b"")])), mixed(one));
    }
    for (one, other) in [("a/Index.ts", "a/index.ts"), ("A/x", "a/y"), ("Ä", "ä")] {
        let error = refused(read_tar(&[long_name(one.as_bytes()), tar_file("x", b""), long_name(other.as_bytes()), tar_file("x", b"")]));
        assert!(matches!(&error, ArchiveError::OnlyCaseDiffers { entry, .. } if entry == other), "{error}");
        let error = refused(read_zip(&zip_of(&[(one, b""), (other, b"")])));
        assert!(matches!(&error, ArchiveError::OnlyCaseDiffers { entry, .. } if entry == other), "{error}");
    }
}

#[test]
fn a_cut_archive_is_refused_wherever_it_is_cut() {
    let files = [("a/index.ts", &b"export default 1;"[..]), ("a/b.bin", BINARY)];
    let tar = Files::gather(files.map(|(path, bytes)| (path.to_owned(), bytes.to_vec())), []).unwrap().to_tar_gz().unwrap();
    let json = br#"{"files": {"a": "1"}}"#.to_vec();
    for (kind, bytes) in [(ArchiveKind::TarGz, tar), (ArchiveKind::Zip, zip_of(&files)), (ArchiveKind::Json, json)] {
        Files::read(kind, &bytes).unwrap();
        for length in 0..bytes.len() {
            reason(Files::read(kind, &bytes[..length]));
        }
        for tail in [&b"\0"[..], b"x", b"PK\x05\x06", &bytes] {
            // Two gzip files in a row are one, so the second archive follows the end of the first.
            reason(Files::read(kind, &[&bytes, tail].concat()));
        }
    }
}

#[test]
fn a_tar_archive_that_was_cut_before_it_was_compressed_is_refused() {
    let whole = ended(&[tar_file("a", &[b'x'; 700]), tar_file("b", b"x")]);
    let marked = whole.len() - 512;
    for length in (0..marked).step_by(128) {
        reason(Files::read(ArchiveKind::TarGz, &gzip(&whole[..length])));
    }
    // One block of zeros is enough of an end.
    Files::read(ArchiveKind::TarGz, &gzip(&whole[..marked])).unwrap();
    let followed = [&whole[..], &tar_file("c", b"x")].concat();
    assert_eq!(reason(Files::read(ArchiveKind::TarGz, &gzip(&followed))), "something follows its end");
    let damaged = patched(&whole, b"ustar", b"uSTAR");
    assert!(reason(Files::read(ArchiveKind::TarGz, &gzip(&damaged))).contains("checksum"));
}

#[test]
fn zip_archives_that_can_be_read_in_two_ways_are_refused() {
    let good = zip_of(&[("a.ts", b"one"), ("b.ts", b"two")]);
    read_zip(&good).unwrap();
    // Something before it, with and without offsets that count it.
    reason(read_zip(&[b"#!/bin/sh\n", &good[..]].concat()));
    // Another name in the entry itself than in the directory.
    let mut two_names = good.clone();
    let at = two_names.windows(4).position(|window| window == b"a.ts").unwrap();
    two_names[at] = b'c';
    assert!(reason(read_zip(&two_names)).contains("filename mismatch"));
    // An entry that the directory does not name.
    let directory = good.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let end = good.len() - 22;
    let mut hidden = [&good[..directory], &good[end..]].concat();
    let last = hidden.len() - 22;
    let size = u32::try_from(last - good.windows(4).position(|window| window == b"PK\x01\x02").unwrap()).unwrap();
    hidden[last + 8..last + 12].copy_from_slice(&[1, 0, 1, 0]);
    hidden[last + 12..last + 16].copy_from_slice(&size.to_le_bytes());
    assert!(reason(read_zip(&hidden)).contains("missing from central directory"));
    // A second end in the comment of the first.
    let mut commented = good.clone();
    commented[end + 20] = 22;
    assert!(read_zip(&[&commented[..], &good[end..]].concat()).is_err());
    // Two entries with the same bytes.
    let first = directory_of(&good);
    let second = first + good[first + 4..].windows(4).position(|window| window == b"PK\x01\x02").unwrap() + 4;
    let mut shared = good.clone();
    shared[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    reason(read_zip(&shared));
}

fn directory_of(zip: &[u8]) -> usize {
    zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap()
}

#[test]
fn a_size_that_lies_is_found_out() {
    let content = [b'x'; 4000];
    for announced in [0_u32, 3999, 4001] {
        for good in [zip_of(&[("a.ts", &content)]), stored_zip_of(&[("a.ts", &content)])] {
            reason(read_zip(&patched_header(&good, 22, &announced.to_le_bytes())));
        }
    }
    let huge = patched_header(&zip_of(&[("a.ts", &content)]), 22, &u32::MAX.wrapping_sub(1).to_le_bytes());
    let error = refused(read_zip(&huge));
    assert!(matches!(error, ArchiveError::ContentTooLarge { used: 4_294_967_294, .. }), "{error}");
    let header = entry(Header::new_gnu(), EntryType::Regular, b"a.ts", 8 << 30, b"x");
    let error = refused(read_tar(&[header]));
    assert!(matches!(error, ArchiveError::ContentTooLarge { .. }), "{error}");
    let header = entry(Header::new_gnu(), EntryType::Regular, b"a.ts", 100_000, b"x");
    reason(read_tar(&[header]));
    let pax_size = [pax(EntryType::XHeader, "size", "18446744073709551615"), tar_file("a.ts", b"x")];
    refused(read_tar(&pax_size));
    // Thousands of entries announced, none there.
    let mut many = zip(|_| {});
    many[8..12].copy_from_slice(&[0xff; 4]);
    assert_eq!(refused(read_zip(&many)), ArchiveError::TooManyEntries);
}

/// Text that deflate makes little of.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn bombs_are_stopped_while_they_unpack() {
    // A file of zeros within the limit, and a stream of them that goes on.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&entry(Header::new_gnu(), EntryType::Regular, b"a.ts", 19_000_000, b"")).unwrap();
    let block = vec![0; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&block).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let error = refused(Files::read(ArchiveKind::TarGz, &bomb));
    let size = bomb.len() as u64;
    assert!(matches!(error, ArchiveError::RatioTooHigh { used, size: of } if of == size && used < 100 * size + (1 << 16)), "{error}");
    // In the mark at the end, which is zeros however long it is.
    let error = refused(Files::read(ArchiveKind::TarGz, &gzip(&vec![0; 64 << 20])));
    assert!(matches!(error, ArchiveError::RatioTooHigh { used, .. } if used < 8 << 20), "{error}");
    // In a name.
    let name = entry(Header::new_gnu(), EntryType::GNULongName, b"x", 32 << 20, &vec![b'a'; 32 << 20]);
    let error = refused(read_tar(&[name]));
    assert!(matches!(error, ArchiveError::RatioTooHigh { used, .. } if used < 8 << 20), "{error}");
    for bomb in [zip_of(&[("a.ts", &vec![0; 10 << 20])]), zip_of(&[("a.ts", &vec![0; 900_000]), ("b.ts", &vec![0; 900_000])])] {
        let error = refused(read_zip(&bomb));
        assert!(matches!(error, ArchiveError::RatioTooHigh { .. }), "{error}");
    }
    let free = vec![0; 900_000];
    assert_eq!(read_zip(&zip_of(&[("a.ts", &free)])).unwrap().bytes(), 900_000);
    assert_eq!(read_tar(&[tar_file("a.ts", &free)]).unwrap().bytes(), 900_000);
}

#[test]
fn content_is_bounded_in_all() {
    let half = noise(CONTENT_BYTES_MAX as usize / 2);
    let fits = [("a".to_owned(), half.clone()), ("b".to_owned(), half.clone())];
    let files = Files::gather(fits.clone(), []).unwrap();
    assert_eq!(files.bytes(), CONTENT_BYTES_MAX);
    let expected = ArchiveError::ContentTooLarge { entry: "c".into(), limit: CONTENT_BYTES_MAX, used: CONTENT_BYTES_MAX + 1 };
    assert_eq!(refused(Files::gather(fits.into_iter().chain([("c".to_owned(), vec![b'x'])]), [])), expected);
    assert_eq!(refused(read_zip(&stored_zip_of(&[("a", &half), ("b", &half), ("c", b"x")]))), expected);
    assert_eq!(refused(read_tar(&[tar_file("a", &half), tar_file("b", &half), tar_file("c", b"x")])), expected);
    // No content, but a stream of noise in names.
    let name = noise(60_000).into_iter().map(|byte| byte | 1).collect::<Vec<_>>();
    let entries: Vec<_> = (0..700).flat_map(|_| [long_name(&name), tar_entry(EntryType::XGlobalHeader, b"", b"")]).collect();
    assert_eq!(refused(read_tar(&entries)), ArchiveError::UnpacksTooLarge { limit: 36_384_000 });
}

#[test]
fn files_and_entries_are_counted() {
    let names: Vec<_> = (0..=FILES_MAX).map(|number| format!("f{number}")).collect();
    let too_many = ArchiveError::TooManyFiles { entry: format!("f{FILES_MAX}") };
    let contents: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
    assert_eq!(read_zip(&zip_of(&contents[..FILES_MAX])).unwrap().len(), FILES_MAX);
    assert_eq!(refused(read_zip(&zip_of(&contents))), too_many);
    let entries: Vec<_> = names.iter().map(|name| tar_file(name, b"")).collect();
    assert_eq!(read_tar(&entries[..FILES_MAX]).unwrap().len(), FILES_MAX);
    assert_eq!(refused(read_tar(&entries)), too_many);
    let json: Vec<_> = names.iter().map(|name| format!("{name:?}: \"\"")).collect();
    assert_eq!(refused(read_json(&format!("{{\"files\": {{{}}}}}", json.join(",")))), too_many);
    let folders: Vec<_> = (0..=ENTRIES_MAX).map(|number| tar_entry(EntryType::Directory, format!("{number}/").as_bytes(), b"")).collect();
    assert!(read_tar(&folders[..ENTRIES_MAX]).unwrap().is_empty());
    assert_eq!(refused(read_tar(&folders)), ArchiveError::TooManyEntries);
}

#[test]
fn json_is_one_object_of_texts() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"files": []}"#,
        r#"{"files": {"a": 1}}"#,
        r#"{"files": {"a": null}}"#,
        r#"{"files": {}, "files": {}}"#,
        r#"{"files": {}, "name": "x"}"#,
        r#"{"files": {}} {}"#,
        r#"{"files": {"../a": "1""#,
    ] {
        reason(read_json(text));
    }
    // What follows a refused entry is read, and does not hide it.
    assert_eq!(fault(read_json(r#"{"files": {"../a": "1", "b": "2", "c": ""}}"#)), PathFault::Climbs);
}

#[test]
fn the_files_of_one_function_are_found_where_archives_have_them() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["index.ts", "lib/a.ts"], &["hello/index.ts", "hello/lib/a.ts"]),
        (&["hello/index.ts", "hello/lib/a.ts"], &["hello/index.ts", "hello/lib/a.ts"]),
        (&["package/package.json", "package/lib/a.ts"], &["hello/lib/a.ts", "hello/package.json"]),
        (&["hello-1.0/function.toml", "hello-1.0/src/main.ts"], &["hello/function.toml", "hello/src/main.ts"]),
        (&["other/index.mjs"], &["hello/index.mjs"]),
        // A folder without an entry is part of the function, not around it.
        (&["src/main.ts"], &["hello/src/main.ts"]),
        (&["hello/index.ts", "readme.md"], &["hello/hello/index.ts", "hello/readme.md"]),
        (&["hello.ts"], &["hello.ts"]),
        (&["other.ts"], &["hello/other.ts"]),
        (&["hello.d.ts"], &["hello/hello.d.ts"]),
    ];
    for (given, expected) in cases {
        let files = json_of(given).unwrap();
        let nested = files.clone().nest(&name("hello"));
        assert_eq!(paths(&nested), *expected);
        assert_eq!((nested.len(), nested.bytes()), (files.len(), files.bytes()));
    }
}

#[test]
fn functions_are_what_the_functions_directory_would_take() {
    let found = json_of(&[
        "_shared/db.ts",
        ".github/x.yml",
        "node_modules/zod/index.js",
        "README.md",
        "env.d.ts",
        "hello/index.ts",
        "hello/lib.ts",
        "alone.ts",
    ]);
    assert_eq!(found.unwrap().functions().unwrap(), [name("alone"), name("hello")]);
    let error = json_of(&["Bad/index.ts"]).unwrap().functions().unwrap_err();
    assert!(error.to_string().starts_with("the entry `Bad` cannot be a function: `Bad` is not a function name"), "{error}");
    let error = json_of(&["a/index.ts", "a.ts"]).unwrap().functions().unwrap_err();
    assert_eq!(error, ArchiveError::SameFunction { entry: "a".into(), other: "a.ts".into() });
}

#[test]
fn writing_fills_an_empty_folder_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let files = json_of(&["hello/index.ts", "hello/lib/a.ts", "_shared/b.ts"]).unwrap();
    files.write_below(folder.path()).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("hello/lib/a.ts")).unwrap(), "x");
    let discovery = crate::release::source::discover(folder.path()).unwrap();
    assert_eq!(discovery.functions.len(), 1);
    let error = files.write_below(folder.path()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::DirectoryNotEmpty);
    assert!(files.write_below(&folder.path().join("missing")).is_err());
}

#[test]
fn content_types_name_formats() {
    for (text, kind) in [
        ("application/gzip", Some(ArchiveKind::TarGz)),
        ("application/x-gzip", Some(ArchiveKind::TarGz)),
        ("Application/X-Tar+GZip; charset=binary", Some(ArchiveKind::TarGz)),
        ("application/zip", Some(ArchiveKind::Zip)),
        ("application/json; charset=utf-8", Some(ArchiveKind::Json)),
        ("application/x-tar", None),
        ("text/plain", None),
        ("", None),
    ] {
        assert_eq!(ArchiveKind::from_content_type(text), kind, "{text}");
    }
}

/// What must be true of whatever was read.
fn is_sound(files: &Files) -> Result<(), TestCaseError> {
    prop_assert!(files.len() <= FILES_MAX && files.bytes() <= CONTENT_BYTES_MAX);
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    files.write_below(&inner).unwrap();
    for (path, bytes) in files.iter() {
        prop_assert!(!path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{path:?}");
        prop_assert_eq!(std::fs::read(inner.join(path)).unwrap(), bytes);
    }
    prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was written beside the folder");
    Ok(())
}

fn any_path() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(\\./|/|\\.\\./)?([a-bA-B.]{1,3}/){0,3}[a-bA-B.]{1,3}/?".prop_map(String::into_bytes),
        "[a-c/.\\\\\0\u{e9}]{0,12}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #[test]
    fn no_tar_archive_leads_out(entries in prop::collection::vec((any_path(), "[0-7xgLKS\0]", prop::collection::vec(any::<u8>(), 0..40)), 0..6)) {
        let entries: Vec<_> = entries.iter().map(|(path, kind, content)| tar_entry(EntryType::new(kind.as_bytes()[0]), path, content)).collect();
        if let Ok(files) = read_tar(&entries) {
            is_sound(&files)?;
        }
    }

    #[test]
    fn files_with_any_names_are_taken_by_all_formats_or_none(names in prop::collection::vec("(\\./)?([a-bA-B.]{1,2}/){0,2}[a-bA-B.]{1,2}", 1..5)) {
        let content = |name: &str| name.as_bytes().to_vec();
        let gathered = Files::gather(names.iter().map(|name| (name.clone(), content(name))), []);
        let tar: Vec<_> = names.iter().map(|name| tar_file(name, &content(name))).collect();
        let json: Vec<_> = names.iter().map(|name| format!("{name:?}: {name:?}")).collect();
        prop_assert_eq!(&read_tar(&tar), &gathered);
        prop_assert_eq!(&read_json(&format!("{{\"files\": {{{}}}}}", json.join(","))), &gathered);
        if let Ok(files) = gathered {
            is_sound(&files)?;
            prop_assert_eq!(Files::read(ArchiveKind::TarGz, &files.to_tar_gz().unwrap()).unwrap(), files);
        }
    }

    #[test]
    fn damaged_archives_are_refused_or_sound(at in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let files = [("a/index.ts", &b"export default 1;"[..]), ("a/b.bin", BINARY)];
        let tar = ended(&files.map(|(path, bytes)| tar_file(path, bytes)));
        for (kind, mut bytes) in [(ArchiveKind::TarGz, tar), (ArchiveKind::Zip, zip_of(&files)), (ArchiveKind::Zip, stored_zip_of(&files))] {
            let place = at.index(bytes.len());
            bytes[place] = with;
            let cut = &bytes[..cut.index(bytes.len())];
            for damaged in [&bytes[..], cut] {
                let damaged = if kind == ArchiveKind::TarGz { gzip(damaged) } else { damaged.to_vec() };
                if let Ok(files) = Files::read(kind, &damaged) {
                    is_sound(&files)?;
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_or_sound(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for kind in [ArchiveKind::TarGz, ArchiveKind::Zip, ArchiveKind::Json] {
            if let Ok(files) = Files::read(kind, &bytes) {
                is_sound(&files)?;
            }
        }
    }
}

/// A link of an archive.
fn tar_link(name: &str, target: &str) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_link_name_literal(target).unwrap();
    entry(header, EntryType::Symlink, name.as_bytes(), 0, b"")
}

#[test]
fn links_within_the_archive_are_kept() {
    let read = read_tar(&[
        tar_file("f/index.ts", b"import 'a'"),
        tar_link("f/node_modules/a", ".pnpm/a@1/node_modules/a"),
        tar_file("f/node_modules/.pnpm/a@1/node_modules/a/i.js", b"1"),
        tar_link("f/node_modules/.pnpm/a@1/node_modules/b", "../../b@2/node_modules/b"),
    ]);
    let files = read.unwrap();
    let links: Vec<_> = files.links().collect();
    let inner = ("f/node_modules/.pnpm/a@1/node_modules/b", "f/node_modules/.pnpm/b@2/node_modules/b");
    assert_eq!(links, [inner, ("f/node_modules/a", "f/node_modules/.pnpm/a@1/node_modules/a")]);
    let folder = tempfile::tempdir().unwrap();
    files.write_below(folder.path()).unwrap();
    assert_eq!(std::fs::read(folder.path().join("f/node_modules/a/i.js")).unwrap(), b"1");
    // They survive the transfer, and a move below another name.
    assert_eq!(Files::read(ArchiveKind::TarGz, &files.to_tar_gz().unwrap()).unwrap(), files);
    let nested = files.nest(&FunctionName::parse("g").unwrap());
    assert!(nested.links().any(|link| link == ("g/node_modules/a", "g/node_modules/.pnpm/a@1/node_modules/a")), "{nested:?}");
}

#[test]
fn a_link_leads_nowhere_else_and_nothing_lies_below_it() {
    for (at, target, fault) in [
        ("f/a", "/etc/passwd", PathFault::Absolute),
        ("f/a", "../../x", PathFault::Climbs),
        ("a", "..", PathFault::Climbs),
        ("f/a", "..", PathFault::EmptyPart),
    ] {
        match read_tar(&[tar_link(at, target)]) {
            Err(ArchiveError::LinkTarget { fault: found, .. }) => assert_eq!(found, fault, "{target}"),
            other => panic!("{target}: {other:?}"),
        }
    }
    let through = [tar_link("f/a", "b"), tar_file("f/a/x", b"1")];
    assert!(matches!(read_tar(&through), Err(ArchiveError::FileAndFolder { .. })));
    let under = [tar_file("f/a/x", b"1"), tar_link("f/a", "b")];
    assert!(matches!(read_tar(&under), Err(ArchiveError::FileAndFolder { .. })));
    assert!(matches!(read_tar(&[tar_file("f/a", b"1"), tar_link("f/a", "b")]), Err(ArchiveError::Twice { .. })));
    assert!(matches!(read_tar(&[tar_link("not a name/a", "b")]).unwrap().functions(), Err(ArchiveError::FunctionName { .. })));
}
