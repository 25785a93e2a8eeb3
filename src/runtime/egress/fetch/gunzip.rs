//! gzip, decompressed piece by piece with `flate2`: as much output as was requested, and no more.
//!
//! `body` feeds it what the network brought and takes the output, so that it can compare the two at any time; deno_fetch's own
//! decoder sits where its input cannot be counted.
//!
//! Invariant: reading never waits: without input it returns `Starved`, and continues when there is more.

use std::collections::VecDeque;
use std::io::{self, BufRead, ErrorKind, Read};

use bytes::{Buf as _, Bytes};
use flate2::bufread::MultiGzDecoder;

/// The result of [`Gunzip::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime::egress) enum GunzipStep {
    /// There is output.
    Output,
    /// All input is used up.
    Starved,
    /// The data is complete.
    End,
}

/// A body that is decompressed.
pub(in crate::runtime::egress) struct Gunzip(MultiGzDecoder<Input>);

/// The input that was fed and not read yet.
#[derive(Default)]
struct Input {
    waiting: VecDeque<Bytes>,
    is_complete: bool,
}

impl Gunzip {
    pub(in crate::runtime::egress) fn new() -> Self {
        Self(MultiGzDecoder::new(Input::default()))
    }

    /// More input.
    pub(in crate::runtime::egress) fn feed(&mut self, input: Bytes) {
        if !input.is_empty() {
            self.0.get_mut().waiting.push_back(input);
        }
    }

    /// There will be no more input.
    pub(in crate::runtime::egress) fn finish(&mut self) {
        self.0.get_mut().is_complete = true;
    }

    /// Fills `out` as far as the input goes, and cuts it to what was written.
    ///
    /// # Errors
    /// If the data is not gzip, or ends in the middle.
    pub(in crate::runtime::egress) fn read(&mut self, out: &mut Vec<u8>) -> io::Result<GunzipStep> {
        let read = self.0.read(out);
        out.truncate(read.as_ref().copied().unwrap_or(0));
        match read {
            Ok(0) => Ok(GunzipStep::End),
            Ok(_) => Ok(GunzipStep::Output),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(GunzipStep::Starved),
            Err(error) => Err(error),
        }
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.waiting.front() {
            Some(first) => Ok(first),
            None if self.is_complete => Ok(&[]),
            None => Err(ErrorKind::WouldBlock.into()),
        }
    }

    fn consume(&mut self, count: usize) {
        if let Some(first) = self.waiting.front_mut() {
            first.advance(count.min(first.len()));
            if first.is_empty() {
                self.waiting.pop_front();
            }
        }
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Feeds pieces of `size` and reads at most `enough` at a time.
    fn gunzip(data: &[u8], size: usize, enough: usize) -> io::Result<Vec<u8>> {
        let (mut gunzip, mut text) = (Gunzip::new(), Vec::new());
        let mut pieces = data.chunks(size);
        loop {
            let mut out = vec![0; enough];
            let step = gunzip.read(&mut out)?;
            assert!(out.len() <= enough);
            text.extend(out);
            match (step, pieces.next()) {
                (GunzipStep::End, _) => return Ok(text),
                (GunzipStep::Starved, Some(piece)) => gunzip.feed(Bytes::copy_from_slice(piece)),
                (GunzipStep::Starved, None) => gunzip.finish(),
                (GunzipStep::Output, Some(piece)) => gunzip.feed(Bytes::copy_from_slice(piece)),
                (GunzipStep::Output, None) => {}
            }
        }
    }

    #[test]
    fn what_is_cut_or_no_gzip_is_an_error() {
        let data = gzip(b"the bees of one hive");
        assert!(gunzip(&data[..data.len() - 3], 4, 100).is_err());
        assert!(gunzip(b"plain text, and long enough", 4, 100).is_err());
    }

    proptest! {
        #[test]
        fn any_text_comes_back_however_it_is_cut(
            text in prop::collection::vec(any::<u8>(), 0..5000), size in 1_usize..300, enough in 1_usize..2000, members in 1_usize..3,
        ) {
            let data = gzip(&text).repeat(members);
            prop_assert_eq!(gunzip(&data, size, enough).unwrap(), text.repeat(members));
        }

        #[test]
        fn any_input_ends(data in prop::collection::vec(any::<u8>(), 0..500), size in 1_usize..50) {
            let _ = gunzip(&data, size, 64);
        }
    }
}
