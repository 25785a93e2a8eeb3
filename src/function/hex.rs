//! Numbers as lower-case hexadecimal digits, for ids that are written many times a second.
//!
//! Invariant: as many digits as the caller has room for, the lowest ones.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Writes the lowest digits of `value` into `place` and returns them as text.
pub fn write(value: u128, place: &mut [u8]) -> &str {
    let mut rest = value;
    for digit in place.iter_mut().rev() {
        *digit = DIGITS.get((rest & 0xf) as usize).copied().unwrap_or_default();
        rest >>= 4;
    }
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
        }
    }
}
