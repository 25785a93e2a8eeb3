//! Numbers as lower-case hexadecimal digits, for ids that are written many times a second.
//!
//! Invariant: as many digits as the caller has room for, the lowest ones.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The two digits of every byte.
const PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 0xf]];
        byte += 1;
    }
    pairs
};

/// Writes the lowest digits of `value` into `place` and returns them as text.
pub fn write(value: u128, place: &mut [u8]) -> &str {
    let (high, low) = (place.len().saturating_sub(16), place.len());
    fill((value >> 64) as u64, place.get_mut(..high).unwrap_or_default());
    fill(value as u64, place.get_mut(high..low).unwrap_or_default());
    text(place)
}

/// The same, of at most 16 digits.
pub fn write_u64(value: u64, place: &mut [u8; 16]) -> &str {
    fill(value, place);
    text(place)
}

fn fill(value: u64, place: &mut [u8]) {
    let mut rest = value;
    let mut pairs = place.rchunks_exact_mut(2);
    for pair in pairs.by_ref() {
        let digits = PAIRS.get((rest & 0xff) as usize).copied().unwrap_or_default();
        pair.copy_from_slice(&digits);
        // A place of more than 16 digits has zeros before them.
        rest >>= 8;
    }
    for digit in pairs.into_remainder() {
        *digit = DIGITS.get((rest & 0xf) as usize).copied().unwrap_or_default();
    }
}

fn text(place: &[u8]) -> &str {
    // Digits are ASCII.
    std::str::from_utf8(place).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_those_of_the_standard_library() {
        let mut place = [0; 32];
        for value in [0, 1, 0xdead_beef, u128::MAX, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736] {
            assert_eq!(super::write(value, &mut place), format!("{value:032x}"));
            assert_eq!(super::write_u64(value as u64, &mut [0; 16]), format!("{:016x}", value as u64));
            for length in [2, 7, 8, 16, 17, 24] {
                let whole = format!("{value:032x}");
                assert_eq!(super::write(value, &mut place[..length]), &whole[32 - length..]);
            }
        }
    }
}
