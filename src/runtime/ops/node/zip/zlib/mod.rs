//! Deflate in its three wrappings, by zlib-rs: the one implementation here that knows windows, dictionaries and strategies.
//!
//! Called by the ops of `zip`; what streams do with members of gzip and with dictionaries is what Node's `node_zlib.cc` does.
//!
//! Invariant: a configuration that zlib-rs does not take is found before it is asked.

mod deflate;
mod inflate;
mod flow;

use zlib_rs::{DeflateConfig, Method, Strategy};

use self::deflate::Deflater;
use self::inflate::{Format, Inflater};
use super::codec::Codec;

/// Node's modes.
const DEFLATE: u32 = 1;
const INFLATE: u32 = 2;
const GZIP: u32 = 3;
const GUNZIP: u32 = 4;
const DEFLATE_RAW: u32 = 5;
const INFLATE_RAW: u32 = 6;
const UNZIP: u32 = 7;

/// Opens a stream; none if the parameters are not valid.
pub(super) fn open(mode: u32, params: &[u32], dictionary: &[u8]) -> Option<Box<dyn Codec>> {
    let &[window_bits, level, mem_level, strategy] = params else { return None };
    let (level, dictionary) = (level.cast_signed(), dictionary.to_vec());
    if matches!(mode, DEFLATE | GZIP | DEFLATE_RAW) {
        let smallest = if mode == DEFLATE { 8 } else { 9 };
        let is_valid = (smallest..=15).contains(&window_bits) && (-1..=9).contains(&level) && (1..=9).contains(&mem_level);
        let strategy = Strategy::try_from(strategy.cast_signed()).ok().filter(|_| is_valid)?;
        let window_bits = match mode {
            GZIP => window_bits.cast_signed() + 16,
            DEFLATE_RAW => -window_bits.cast_signed(),
            _ => window_bits.cast_signed(),
        };
        let config = DeflateConfig { level, method: Method::Deflated, window_bits, mem_level: mem_level.cast_signed(), strategy };
        // Gzip has no dictionaries.
        let dictionary = if mode == GZIP { Vec::new() } else { dictionary };
        return Some(Box::new(Deflater::new(config, dictionary)));
    }
    let format = match mode {
        INFLATE => Format::Zlib,
        GUNZIP => Format::Gzip,
        INFLATE_RAW => Format::Raw,
        UNZIP => Format::Unknown { id_bytes: 0 },
        _ => return None,
    };
    // 0: that of the header, of which the largest is the bound.
    let window_bits = if window_bits == 0 && mode != INFLATE_RAW { 15 } else { window_bits };
    let window_bits = u8::try_from(window_bits).ok().filter(|bits| (8..=15).contains(bits))?;
    Some(Box::new(Inflater::new(format, window_bits, dictionary)))
}
