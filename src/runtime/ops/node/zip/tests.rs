//! Streams of all formats: what is compressed comes back, and what is wrong is said in Node's words.

use super::brotli::UNSET;
use super::*;

const DEFLATE_PARAMS: [u32; 4] = [15, 6, 8, 0];

fn codec(mode: u32, dictionary: &[u8]) -> Box<dyn Codec> {
    let opened = match mode {
        brotli::DECODE | brotli::ENCODE => brotli::open(mode, &[]),
        _ => zlib::open(mode, &DEFLATE_PARAMS, dictionary),
    };
    opened.expect("the parameters are valid")
}

/// Runs a stream to its end, with so much space for output at a time.
fn whole(codec: &mut dyn Codec, finish: u32, mut input: &[u8], space: usize) -> Result<Vec<u8>, ZipFailure> {
    let mut whole = Vec::new();
    loop {
        let mut output = vec![0; space];
        let progress = codec.write(WriteOrder { flush: finish, is_single: false }, input, &mut output);
        whole.extend_from_slice(&output[..progress.written]);
        input = &input[progress.read..];
        match progress.failure {
            Some(failure) => return Err(failure),
            None if progress.written < space => return Ok(whole),
            None => {}
        }
    }
}

fn sample() -> Vec<u8> {
    (0..100_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8 & 0x3f).collect()
}

#[test]
fn what_is_compressed_comes_back() {
    for (compress, decompress, finish) in [(1, 2, 4), (3, 4, 4), (5, 6, 4), (1, 7, 4), (3, 7, 4), (9, 8, 2)] {
        for space in [1 << 16, 77] {
            let compressed = whole(&mut *codec(compress, b""), finish, &sample(), space).unwrap();
            assert!(compressed.len() < 90_000);
            assert_eq!(whole(&mut *codec(decompress, b""), finish, &compressed, space).unwrap(), sample());
        }
    }
}

#[test]
fn a_stream_begins_anew_after_a_reset() {
    for (mode, finish) in [(1, 4), (3, 4), (5, 4), (9, 2)] {
        let mut stream = codec(mode, b"");
        let first = whole(&mut *stream, finish, b"one and one and one", 1000).unwrap();
        stream.reset();
        assert_eq!(whole(&mut *stream, finish, b"one and one and one", 1000).unwrap(), first);
    }
}

#[test]
fn members_follow_each_other_and_zeros_are_padding() {
    let mut gzip = whole(&mut *codec(3, b""), 4, b"one", 1000).unwrap();
    gzip.extend(whole(&mut *codec(3, b""), 4, b"two", 1000).unwrap());
    for mode in [4, 7] {
        assert_eq!(whole(&mut *codec(mode, b""), 4, &gzip, 1000).unwrap(), b"onetwo");
        assert_eq!(whole(&mut *codec(mode, b""), 4, &[&gzip[..], &[0; 9]].concat(), 1000).unwrap(), b"onetwo");
        let failure = whole(&mut *codec(mode, b""), 4, &[&gzip[..], b"junk"].concat(), 1000).unwrap_err();
        assert_eq!(failure, ZipFailure::new(-3, "Z_DATA_ERROR", "incorrect header check"));
    }
    let mut output = [0; 100];
    let progress = codec(4, b"").write(WriteOrder { flush: 4, is_single: true }, &gzip, &mut output);
    assert_eq!((progress.written, progress.failure), (3, None));
}

#[test]
fn dictionaries_are_asked_for() {
    for (compress, decompress) in [(1, 2), (5, 6)] {
        let compressed = whole(&mut *codec(compress, b"a dictionary"), 4, b"a dictionary", 1000).unwrap();
        assert_eq!(whole(&mut *codec(decompress, b"a dictionary"), 4, &compressed, 1000).unwrap(), b"a dictionary");
    }
    let compressed = whole(&mut *codec(1, b"a dictionary"), 4, b"a dictionary", 1000).unwrap();
    let message = |dictionary: &[u8]| whole(&mut *codec(2, dictionary), 4, &compressed, 1000).unwrap_err().message;
    assert_eq!(message(b""), "Missing dictionary");
    assert_eq!(message(b"another one"), "Bad dictionary");
}

#[test]
fn input_that_ends_early_is_an_error() {
    for (compress, decompress, finish) in [(1, 2, 4), (3, 4, 4), (5, 6, 4), (9, 8, 2)] {
        let compressed = whole(&mut *codec(compress, b""), finish, &sample(), 1 << 16).unwrap();
        let cut = &compressed[..compressed.len() / 2];
        assert_eq!(whole(&mut *codec(decompress, b""), finish, cut, 1 << 16).unwrap_err(), ZipFailure::ends_early());
    }
}

#[test]
fn level_and_strategy_change_after_a_flush() {
    let order = |flush| WriteOrder { flush, is_single: false };
    for mode in [1, 3, 5] {
        let mut stream = codec(mode, b"");
        assert_eq!(stream.set_params(1, 0), None);
        let mut compressed = vec![0; 1 << 16];
        let mut at = 0;
        for (level, strategy) in [(0, 0), (9, 1), (9, 2), (-1, 4)] {
            let progress = stream.write(order(2), b"and more, ", &mut compressed[at..]);
            assert_eq!((progress.read, progress.failure), (10, None));
            at += progress.written;
            assert_eq!(stream.set_params(level, strategy), None);
        }
        compressed.truncate(at);
        compressed.extend(whole(&mut *stream, 4, b"", 3).unwrap());
        let decompress = if mode == 5 { 6 } else { 7 };
        assert_eq!(whole(&mut *codec(decompress, b""), 4, &compressed, 1000).unwrap(), b"and more, ".repeat(4));
        stream.reset();
        stream.write(order(0), b"not flushed", &mut [0]);
        assert!(stream.set_params(3, 0).is_some());
        assert!(stream.set_params(10, 0).is_some());
        assert!(stream.set_params(3, 5).is_some());
    }
}

#[test]
fn brotli_says_what_is_wrong() {
    let failure = whole(&mut *codec(8, b""), 2, b"garbage", 1000).unwrap_err();
    assert_eq!((failure.errno, &*failure.code, &*failure.message), (-14, "ERR__ERROR_FORMAT_PADDING_1", "Decompression failed"));
}

#[test]
fn parameters_that_are_not_valid_open_nothing() {
    for params in [&[7, 6, 8, 0][..], &[16, 6, 8, 0], &[15, 10, 8, 0], &[15, 6, 0, 0], &[15, 6, 10, 0], &[15, 6, 8, 5], &[], &[u32::MAX; 4]]
    {
        for mode in [1, 3, 5] {
            assert!(zlib::open(mode, params, b"").is_none(), "{mode} {params:?}");
        }
    }
    assert!(zlib::open(3, &[8, 6, 8, 0], b"").is_none());
    assert!(zlib::open(6, &[0, 6, 8, 0], b"").is_none());
    assert!(zlib::open(2, &[0, 6, 8, 0], b"").is_some());
    assert!(zlib::open(0, &DEFLATE_PARAMS, b"").is_none());
    assert!(zlib::open(u32::MAX, &DEFLATE_PARAMS, b"").is_none());
    assert!(brotli::open(9, &[UNSET, UNSET, UNSET, UNSET, 2]).is_none());
}
