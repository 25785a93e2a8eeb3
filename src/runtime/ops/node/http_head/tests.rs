//! The scanner of HTTP/1 heads: the same in pieces of any size, and strict about what it takes.

use proptest::prelude::*;

use super::fault::HeadFault;
use super::machine::{HeadMachine, HeadState, flag};
use super::text;

const REGISTERS: usize = 15;
const LIMIT: u32 = 16_384;

/// What a scan of an answer ends with: the numbers, how much it took, and the fault.
fn scan(bytes: &[u8], piece: usize, first: [u32; REGISTERS]) -> ([u32; REGISTERS], usize) {
    let mut registers = first;
    let mut taken = 0;
    for part in bytes.chunks(piece.max(1)) {
        let mut machine = HeadMachine::load(&registers).expect("numbers");
        let seen = machine.run(part);
        machine.store(&mut registers);
        taken += seen;
        if seen < part.len() || registers[0] >= HeadState::HeadDone as u32 && registers[0] <= HeadState::Failed as u32 {
            break;
        }
    }
    (registers, taken)
}

fn answer(lenient: u32) -> [u32; REGISTERS] {
    let mut registers = [0; REGISTERS];
    registers[2] = lenient;
    registers[3] = LIMIT;
    registers
}

fn request() -> [u32; REGISTERS] {
    let mut registers = answer(0);
    registers[1] = 1;
    registers
}

/// The fault of an answer, whole and byte by byte.
fn fault(bytes: &str) -> &'static str {
    let (whole, at) = scan(bytes.as_bytes(), bytes.len(), answer(0));
    let (single, at_single) = scan(bytes.as_bytes(), 1, answer(0));
    assert_eq!((whole[0], whole[14], at), (single[0], single[14], at_single), "{bytes:?}");
    assert_eq!(whole[0], HeadState::Failed as u32, "{bytes:?} is refused");
    HeadFault::of(whole[14]).describe().0
}

fn strings(bytes: &str, has_first_line: bool) -> Vec<String> {
    text::parts(bytes.as_bytes(), has_first_line).iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

#[test]
fn a_head_ends_where_its_body_begins() {
    let head = "HTTP/1.1 404 Not There\r\nContent-Length: 12\r\nConnection: x, Keep-Alive\r\n\r\n";
    for piece in [1, 2, 7, 1000] {
        let (registers, taken) = scan(format!("{head}body").as_bytes(), piece, answer(0));
        assert_eq!(taken, head.len());
        assert_eq!(registers[0], HeadState::HeadDone as u32);
        assert_eq!((registers[5], registers[6], registers[8]), (flag::LENGTH | flag::KEEP_ALIVE, 12, 404));
    }
    assert_eq!(strings(head, true), ["Not There", "Content-Length", "12", "Connection", "x, Keep-Alive"]);
}

#[test]
fn answers_that_two_readers_could_read_in_two_ways_are_refused() {
    let status = "HTTP/1.1 200 OK\r\n";
    for (fields, code) in [
        ("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "HPE_INVALID_CONTENT_LENGTH"),
        ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "HPE_INVALID_TRANSFER_ENCODING"),
        ("Content-Length: 3\r\nContent-Length: 3\r\n", "HPE_UNEXPECTED_CONTENT_LENGTH"),
        ("Content-Length: 3, 3\r\n", "HPE_INVALID_CONTENT_LENGTH"),
        ("Content-Length: +3\r\n", "HPE_INVALID_CONTENT_LENGTH"),
        ("Content-Length: 18446744073709551616\r\n", "HPE_INVALID_CONTENT_LENGTH"),
        ("Content-Length:\r\n\r\n", "HPE_INVALID_CONTENT_LENGTH"),
        ("Content-Length : 3\r\n", "HPE_INVALID_HEADER_TOKEN"),
        ("X: a\r\n b\r\n", "HPE_INVALID_HEADER_TOKEN"),
        ("X: a\0b\r\n", "HPE_INVALID_HEADER_TOKEN"),
        ("X: a\n", "HPE_CR_EXPECTED"),
        ("X: a\rY: b\r\n", "HPE_LF_EXPECTED"),
        (": a\r\n", "HPE_INVALID_HEADER_TOKEN"),
        ("\n", "HPE_INVALID_HEADER_TOKEN"),
    ] {
        assert_eq!(fault(&format!("{status}{fields}")), code, "{fields:?}");
    }
    for (line, code) in [
        ("HTTP/1.1 200 OK\n", "HPE_CR_EXPECTED"),
        ("HTTP/1.2 200 OK\r\n", "HPE_INVALID_VERSION"),
        ("HTTP/1.1  200 OK\r\n", "HPE_INVALID_STATUS"),
        ("HTTP/1.1 20 OK\r\n", "HPE_INVALID_STATUS"),
        ("SSH-2.0-x\r\n", "HPE_INVALID_CONSTANT"),
        ("HTTP/1.1 200 OK\r\n X: a\r\n", "HPE_UNEXPECTED_SPACE"),
    ] {
        assert_eq!(fault(line), code, "{line:?}");
    }
}

#[test]
fn only_the_last_encoding_frames_the_body() {
    for (value, is_chunked) in
        [("chunked", true), ("gzip, Chunked ", true), ("chunked, gzip", false), ("chunkedx", false), ("xchunked", false)]
    {
        let (registers, _) = scan(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {value}\r\n\r\n").as_bytes(), 3, answer(0));
        assert_eq!(registers[0], HeadState::HeadDone as u32, "{value}");
        assert_eq!(registers[5] & flag::CHUNKED != 0, is_chunked, "{value}");
    }
}

#[test]
fn a_head_has_a_limit() {
    let mut first = answer(0);
    first[3] = 40;
    let (registers, taken) = scan(format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(1000)).as_bytes(), 10, first);
    assert_eq!(HeadFault::of(registers[14]).describe().0, "HPE_HEADER_OVERFLOW");
    assert!(taken < 80, "{taken}");
}

#[test]
fn chunks_have_sizes() {
    let chunk = |bytes: &str| {
        let mut first = answer(0);
        first[0] = HeadState::ChunkStart as u32;
        scan(bytes.as_bytes(), 1, first).0
    };
    let registers = chunk("1aF;name=value;other=\"quo\\\"ted\"\r\n");
    assert_eq!((registers[0], registers[6]), (HeadState::ChunkDone as u32, 0x1af));
    for (line, code) in [
        ("x\r\n", "HPE_INVALID_CHUNK_SIZE"),
        ("-1\r\n", "HPE_INVALID_CHUNK_SIZE"),
        ("5 \r\n", "HPE_INVALID_CHUNK_SIZE"),
        ("5\n", "HPE_CR_EXPECTED"),
        ("fffffffffffffffff\r\n", "HPE_INVALID_CHUNK_SIZE"),
        ("5; a\r\n", "HPE_STRICT"),
    ] {
        let registers = chunk(line);
        assert_eq!(registers[0], HeadState::Failed as u32, "{line:?}");
        assert_eq!(HeadFault::of(registers[14]).describe().0, code, "{line:?}");
    }
    let registers = chunk(&format!("5;{}", "x".repeat(20_000)));
    assert_eq!(HeadFault::of(registers[14]).describe().0, "HPE_CHUNK_EXTENSIONS_OVERFLOW");
}

#[test]
fn requests_are_read_too() {
    let head = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";
    let (registers, taken) = scan(head.as_bytes(), 1, request());
    assert_eq!((registers[0], registers[8], taken), (HeadState::HeadDone as u32, 1, head.len()));
    assert_eq!(strings(head, true), ["/a?b", "Host", "x"]);
    for bad in ["G / HTTP/1.1\r\n", "GET  \u{1} HTTP/1.1\r\n", "GET / HTTP/1.1\n", "GET /\r\n\r\n"] {
        assert_eq!(scan(bad.as_bytes(), 1, request()).0[0], HeadState::Failed as u32, "{bad:?}");
    }
}

#[test]
fn folded_values_are_one() {
    let head = "HTTP/1.1 200 OK\r\nA: b \r\n c\r\nB:\r\n d\r\n\r\n";
    assert_eq!(scan(head.as_bytes(), 1, answer(1023)).0[0], HeadState::HeadDone as u32);
    assert_eq!(strings(head, true), ["OK", "A", "b  c", "B", "d"]);
}

const TAILS: &[&str] = &["\r\n", "X: a", "Content-Length: 5", "Transfer-Encoding: chunked", " ", "\n", "Connection: close"];

proptest! {
    #[test]
    fn no_numbers_and_no_bytes_do_harm(
        registers in prop::array::uniform15(prop_oneof![0u32..70, any::<u32>()]),
        bytes in prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b' '), Just(b':'), Just(b'5'), any::<u8>()], 0..200),
        piece in 1usize..20,
    ) {
        let (after, taken) = scan(&bytes, piece, registers);
        prop_assert!(taken <= bytes.len());
        prop_assert!(HeadMachine::load(&after).is_some());
        prop_assert!(HeadMachine::load(&after[1..]).is_none());
        let length: usize = text::parts(&bytes, true).iter().map(|part| part.len()).sum();
        prop_assert!(length <= bytes.len());
    }

    #[test]
    fn pieces_make_no_difference(
        lenient in prop_oneof![Just(0u32), Just(1023)],
        tail in prop::collection::vec(prop::sample::select(TAILS), 0..12),
        piece in 1usize..9,
    ) {
        let bytes = format!("HTTP/1.1 200 OK\r\n{}\r\n\r\n", tail.concat());
        let whole = scan(bytes.as_bytes(), bytes.len(), answer(lenient));
        let pieces = scan(bytes.as_bytes(), piece, answer(lenient));
        prop_assert_eq!(whole, pieces);
    }
}
