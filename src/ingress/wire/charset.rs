//! The bytes that the parts of a head are made of.
//!
//! Asked by the parsers of heads and of trailers, byte by byte.
//!
//! Invariant: none of the parts holds a line end.

/// Whether a byte can stand in a token (RFC 9110 §5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    classes(byte) & TOKEN != 0
}

/// Whether a byte can stand in the value of a header (RFC 9110 §5.5).
pub(super) fn is_value(byte: u8) -> bool {
    classes(byte) & VALUE != 0
}

/// Whether a byte can stand in the target of a request, as far as HTTP is concerned.
pub(super) fn is_target(byte: u8) -> bool {
    classes(byte) & TARGET != 0
}

fn classes(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

const TOKEN: u8 = 1;
const VALUE: u8 = 2;
const TARGET: u8 = 4;

const DEL: u8 = 0x7f;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        let is_visible = byte > b' ' as usize && byte != DEL as usize;
        let is_value = is_visible || byte == b' ' as usize || byte == b'\t' as usize;
        let is_token = byte < 128 && (byte as u8).is_ascii_alphanumeric();
        classes[byte] = is_token as u8 * TOKEN + is_value as u8 * VALUE + is_visible as u8 * TARGET;
        byte += 1;
    }
    let others = b"!#$%&'*+-.^_`|~";
    let mut index = 0;
    while index < others.len() {
        classes[others[index] as usize] |= TOKEN;
        index += 1;
    }
    classes
};
