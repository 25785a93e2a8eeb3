//! The bytes that names and values of headers are made of.
//!
//! Asked by the parsers of heads and of trailers.
//!
//! Invariant: a value without a byte that is refused here holds no line end.

/// Whether a byte can stand in a token (RFC 9110 §5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    TOKENS.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Whether a byte can stand in the value of a header (RFC 9110 §5.5).
pub(super) fn is_value(byte: u8) -> bool {
    byte >= b' ' && byte != DEL || byte == b'\t'
}

/// Whether a text can be the value of a header. It is read to its end in any case, several bytes at a time.
pub(super) fn is_header_value(text: &[u8]) -> bool {
    text.iter().fold(true, |is_valid, byte| is_valid & is_value(*byte))
}

/// Whether a byte can stand in the target of a request, as far as HTTP is concerned.
pub(super) fn is_target(byte: u8) -> bool {
    byte > b' ' && byte != DEL
}

const DEL: u8 = 0x7f;

const TOKENS: [bool; 256] = {
    let mut tokens = [false; 256];
    let others = b"!#$%&'*+-.^_`|~";
    let mut index = 0;
    while index < 128 {
        tokens[index] = (index as u8).is_ascii_alphanumeric();
        index += 1;
    }
    index = 0;
    while index < others.len() {
        tokens[others[index] as usize] = true;
        index += 1;
    }
    tokens
};
