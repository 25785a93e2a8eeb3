//! The index of a packed segment: for each member its place, its lines' numbers, times and levels, and a filter of the ids in it.
//!
//! `pack` builds it, `search` skips by it the members that cannot have what is looked for.
//!
//! Invariant: a member that is skipped has no line that was looked for; the index may only be too generous.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use super::line;

/// This form. An index of another one is made anew.
const FORM: u32 = 1;

/// Bits of the filter for each id, and places of each: one wrong answer in a hundred.
const BITS_PER_ID: usize = 10;
const PLACES: u64 = 7;

/// The index of one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SegmentIndex {
    form: u32,
    /// In the order of the file.
    pub(super) members: Vec<Member>,
}

/// One member of the packed file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    /// Where it begins in the file.
    pub(super) offset: u64,
    /// Its bytes in the file.
    pub(super) bytes: u64,
    /// Numbers of its first and last line.
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    /// The earliest and the latest time of a line.
    pub(super) from_ms: i64,
    pub(super) until_ms: i64,
    /// A bit for each level that it has.
    pub(super) levels: u8,
    /// The filter of trace and request ids.
    ids: String,
}

impl SegmentIndex {
    pub(super) fn new(members: Vec<Member>) -> Self {
        Self { form: FORM, members }
    }

    /// Reads an index; `None` if it is damaged or of another form.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes).ok().filter(|index| index.form == FORM)
    }
}

/// Collects what the index says about one member.
#[derive(Default)]
pub(super) struct MemberSummary {
    member: Member,
    ids: HashSet<u64>,
    is_any: bool,
}

impl MemberSummary {
    /// One more line.
    pub(super) fn add(&mut self, line: &[u8]) {
        let Some(seq) = line::seq(line) else { return };
        let time_ms = line::time_ms(line).unwrap_or_default();
        if !std::mem::replace(&mut self.is_any, true) {
            self.member = Member { first_seq: seq, last_seq: seq, from_ms: time_ms, until_ms: time_ms, ..Member::default() };
        }
        let member = &mut self.member;
        member.first_seq = member.first_seq.min(seq);
        member.last_seq = member.last_seq.max(seq);
        member.from_ms = member.from_ms.min(time_ms);
        member.until_ms = member.until_ms.max(time_ms);
        member.levels |= line::level(line).map_or(u8::MAX, |level| 1 << (level as u8));
        self.ids.extend(line::ids(line).map(hash));
    }

    /// What the index says, once the place in the file is known.
    pub(super) fn finish(self, offset: u64, bytes: u64) -> Member {
        Member { offset, bytes, ids: STANDARD_NO_PAD.encode(filter(&self.ids)), ..self.member }
    }
}

/// A filter with these hashes.
fn filter(hashes: &HashSet<u64>) -> Vec<u8> {
    let mut bits = vec![0_u8; (hashes.len() * BITS_PER_ID).div_ceil(8)];
    let count = bits.len() as u64 * 8;
    for place in hashes.iter().flat_map(|hash| places(*hash, count)) {
        if let Some(byte) = bits.get_mut((place / 8) as usize) {
            *byte |= 1 << (place % 8);
        }
    }
    bits
}

/// The bits of a hash.
fn places(hash: u64, count: u64) -> impl Iterator<Item = u64> {
    let step = hash.rotate_left(32) | 1;
    (0..PLACES).map(move |nth| hash.wrapping_add(step.wrapping_mul(nth)) % count.max(1))
}

/// FNV-1a, mixed at the end: the same in every release.
fn hash(id: &[u8]) -> u64 {
    let sum = id.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (sum ^ (sum >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

impl Member {
    /// Whether it may have a line with this id, as the line writes it.
    pub(super) fn may_have(&self, id: &[u8]) -> bool {
        let Ok(bits) = STANDARD_NO_PAD.decode(&self.ids) else { return true };
        let count = bits.len() as u64 * 8;
        let is_set = |place: u64| bits.get((place / 8) as usize).is_some_and(|byte| byte & (1 << (place % 8)) != 0);
        count > 0 && places(hash(id), count).all(is_set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(seq: u64, level: &str, trace: &str) -> Vec<u8> {
        let (second, millis) = (seq / 1000 % 60, seq % 1000);
        let text = format!(
            "{{\"time\":\"2026-11-26T17:53:{second:02}.{millis:03}Z\",\"level\":\"{level}\",\"event\":\"x\",\"trace_id\":\"{trace}\",\"seq\":{seq}}}\n"
        );
        text.into_bytes()
    }

    #[test]
    fn a_member_says_what_it_has_and_mostly_what_it_has_not() {
        let mut summary = MemberSummary::default();
        (1..=1000).for_each(|seq| summary.add(&line_of(seq, if seq == 7 { "error" } else { "info" }, &format!("trace{seq}"))));
        summary.add(b"no line\n");
        let member = summary.finish(10, 20);
        assert_eq!((member.offset, member.bytes, member.first_seq, member.last_seq), (10, 20, 1, 1000));
        assert_eq!((member.until_ms - member.from_ms, member.levels), (999, 0b101));
        assert!((1..=1000).all(|seq| member.may_have(format!("trace{seq}").as_bytes())));
        let wrong = (1001..=11_000).filter(|seq| member.may_have(format!("trace{seq}").as_bytes())).count();
        assert!(wrong < 300, "{wrong} of 10000");
        let index = SegmentIndex::new(vec![member, MemberSummary::default().finish(30, 1)]);
        assert!(!index.members[1].may_have(b"trace1"), "it has no ids");
        let written = serde_json::to_vec(&index).unwrap();
        assert_eq!(SegmentIndex::parse(&written), Some(index));
        assert_eq!(SegmentIndex::parse(&written[1..]), None);
        assert_eq!(SegmentIndex::parse(br#"{"form":2,"members":[]}"#), None);
    }
}
