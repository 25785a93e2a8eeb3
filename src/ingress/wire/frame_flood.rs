//! HTTP/2 frames that carry nothing: floods of PING, SETTINGS, PRIORITY, RST_STREAM, WINDOW_UPDATE, CONTINUATION and empty DATA.
//!
//! Fed by the stream with everything a client sends after the preface; h2 reads the same bytes and acts on them.
//!
//! Invariant: a client that sends or receives contents never runs out of frames; one that sends none has a fixed number of them at once,
//! and a fixed number more each second.

use std::time::Instant;

/// Frames without contents that a connection may send at once.
const TOKENS_MAX: u64 = 10_000;

/// Frames without contents in a second.
const TOKENS_PER_S: u64 = 1_000;

/// Frames that a request is worth: one may end it, and one may open its window.
const TOKENS_PER_REQUEST: u64 = 2;

/// Bytes, either way, that are worth a frame: clients open their windows after every few kilobytes.
const BYTES_PER_TOKEN: u64 = 4 << 10;

/// Bytes of a frame's header (RFC 9113 §4.1).
const HEADER_BYTES: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;

/// Limits the frames without contents that a connection may send.
pub(super) struct FrameFloodLimiter {
    header: [u8; HEADER_BYTES],
    header_bytes: usize,
    /// Payload of the present frame that is still to come.
    payload: u64,
    tokens: u64,
    bytes: u64,
    counted: Instant,
}

impl FrameFloodLimiter {
    pub(super) fn new(now: Instant) -> Self {
        Self { header: [0; HEADER_BYTES], header_bytes: 0, payload: 0, tokens: TOKENS_MAX, bytes: 0, counted: now }
    }

    /// Counts bytes that were sent to the client.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Counts the frames that the client sent. False: it floods the connection.
    pub(super) fn read(&mut self, bytes: &[u8], now: Instant) -> bool {
        self.refill(now);
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.payload > 0 {
                let here = usize::try_from(self.payload).unwrap_or(usize::MAX).min(rest.len());
                self.payload -= here as u64;
                rest = rest.get(here..).unwrap_or_default();
                continue;
            }
            let wanted = HEADER_BYTES.saturating_sub(self.header_bytes).min(rest.len());
            let (here, after) = rest.split_at(wanted);
            for (place, byte) in self.header.iter_mut().skip(self.header_bytes).zip(here) {
                *place = *byte;
            }
            self.header_bytes += here.len();
            rest = after;
            if self.header_bytes == HEADER_BYTES {
                self.header_bytes = 0;
                if !self.count() {
                    return false;
                }
            }
        }
        true
    }

    /// Counts the frame whose header is complete.
    fn count(&mut self) -> bool {
        let [a, b, c, kind, flags, ..] = self.header;
        self.payload = u64::from(u32::from_be_bytes([0, a, b, c]));
        match kind {
            DATA if self.payload > 0 || flags & END_STREAM != 0 => self.bytes += self.payload,
            HEADERS => self.tokens = (self.tokens + TOKENS_PER_REQUEST).min(TOKENS_MAX),
            _ => match self.tokens.checked_sub(1) {
                Some(left) => self.tokens = left,
                None => return false,
            },
        }
        true
    }

    fn refill(&mut self, now: Instant) {
        let elapsed_ms = u64::try_from(now.saturating_duration_since(self.counted).as_millis()).unwrap_or(u64::MAX);
        let for_time = elapsed_ms.saturating_mul(TOKENS_PER_S) / 1000;
        if for_time > 0 {
            self.counted = now;
        }
        let for_bytes = self.bytes / BYTES_PER_TOKEN;
        self.bytes %= BYTES_PER_TOKEN;
        self.tokens = self.tokens.saturating_add(for_time).saturating_add(for_bytes).min(TOKENS_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PING: [u8; 17] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    #[test]
    fn a_flood_ends_and_a_ping_a_second_does_not() {
        let begun = Instant::now();
        let mut limiter = FrameFloodLimiter::new(begun);
        let calm = (0..100_000u64).all(|second| limiter.read(&PING, begun + Duration::from_secs(second)));
        assert!(calm);
        let mut limiter = FrameFloodLimiter::new(begun);
        let passed = (0..100_000).take_while(|_| limiter.read(&PING, begun)).count();
        assert_eq!(passed as u64, TOKENS_MAX);
    }

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let begun = Instant::now();
        let mut limiter = FrameFloodLimiter::new(begun);
        for byte in PING.iter().cycle().take(PING.len() * 100) {
            assert!(limiter.read(&[*byte], begun));
        }
        assert_eq!(limiter.tokens, TOKENS_MAX - 100);
    }

    #[test]
    fn who_downloads_may_open_windows() {
        let begun = Instant::now();
        let mut limiter = FrameFloodLimiter::new(begun);
        let update = [0, 0, 4, 8, 0, 0, 0, 0, 1, 0, 0, 64, 0];
        for _ in 0..100_000 {
            limiter.wrote(16 << 10);
            assert!(limiter.read(&update, begun) && limiter.read(&update, begun));
        }
    }
}
