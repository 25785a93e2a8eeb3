//! Modules of a few operators, by hand.

use super::declared::{FUNCTIONS, TYPES};
use super::*;

const BLOCK: [u8; 2] = [0x02, 0x40];
const END: u8 = 0x0b;
const NUMBER: [u8; 2] = [0x41, 0];

fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        bytes.push(if value > 0 { low | 0x80 } else { low });
        if value == 0 {
            return bytes;
        }
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], number(content.len()).as_slice(), content].concat()
}

/// A module of one function without parameters, and of these other types.
fn module(types: &[&[u8]], locals: usize, code: &[u8]) -> Vec<u8> {
    let body = [&[1], number(locals).as_slice(), &[0x7f], code, &[END]].concat();
    let types = [number(types.len() + 1).as_slice(), &[0x60, 0, 0], types.concat().as_slice()].concat();
    let code = [&[1], number(body.len()).as_slice(), body.as_slice()].concat();
    [b"\0asm\x01\0\0\0".to_vec(), section(TYPES, &types), section(FUNCTIONS, &[1, 0]), section(CODE, &code)].concat()
}

fn slots(types: &[&[u8]], locals: usize, code: &[u8]) -> u64 {
    WasmCost::of(&module(types, locals, code)).slots
}

#[test]
fn locals_count_once_for_each_block() {
    assert_eq!(slots(&[], 10, &[]), 10);
    assert_eq!(slots(&[], 10, &[&BLOCK[..], &[END]].concat()), 10 + 11);
    let nested = [[0x41, 0, 0x04, 0x40].repeat(40_000), [0x05, END].repeat(40_000)].concat();
    let cost = WasmCost::of(&module(&[], 49_000, &nested));
    assert!(cost.most_slots > 49_000 * 80_000 && cost.most_slots < 49_002 * 80_001, "{cost:?}");
    assert_eq!(cost.slots, cost.most_slots);
    assert_eq!(cost.largest_bytes, 240_000 + 6);
}

#[test]
fn operands_count_like_locals() {
    let pushed = [NUMBER.repeat(100), BLOCK.repeat(5), vec![END; 5], vec![0x1a; 100]].concat();
    assert_eq!(slots(&[], 0, &pushed), 5 * 101);
    // A call that gives three values.
    let types: &[&[u8]] = &[&[0x60, 0, 3, 0x7f, 0x7f, 0x7f]];
    let called = [&[0x41, 0, 0x11, 1, 0][..], &BLOCK, &[END], &[0x1a; 3]].concat();
    assert_eq!(slots(types, 0, &called), 2 + 4);
    // A block that takes two of them and gives three.
    let types: &[&[u8]] = &[&[0x60, 2, 0x7f, 0x7f, 3, 0x7f, 0x7f, 0x7f]];
    let taken = [&NUMBER.repeat(2)[..], &[0x02, 1], &NUMBER, &[END], &BLOCK, &[END], &[0x1a; 3]].concat();
    assert_eq!(slots(types, 0, &taken), 3 + 4);
}

#[test]
fn branches_count_like_blocks() {
    let branches = [&BLOCK[..], &[0x41, 0, 0x0d, 0].repeat(7), &[0x0c, 0, END]].concat();
    assert_eq!(slots(&[], 10, &branches), 10 + 11 + 7 * 11 + 11);
    let table = [&BLOCK[..], &[0x41, 0, 0x0e, 100], &[0; 101], &[END]].concat();
    assert_eq!(slots(&[], 0, &table), 1 + 3, "three distinct targets at most");
}

#[test]
fn what_is_not_reached_has_no_operands() {
    let left = [&NUMBER.repeat(50)[..], &[0x00], &BLOCK, &[END]].concat();
    assert_eq!(slots(&[], 0, &left), 1);
}

#[test]
fn what_cannot_be_read_counts_by_its_bytes() {
    let unknown = [0xff; 1000];
    let bytes = 1004;
    assert_eq!(slots(&[], 0, &unknown), bytes * bytes);
    let types: &[&[u8]] = &[&[0x7b]];
    assert_eq!(slots(types, 7, &[]), (7 + 4) * 4, "the types");
    let whole = module(&[], 10, &BLOCK);
    assert_eq!(WasmCost::of(&whole[..whole.len() - 1]).slots, 0, "V8 refuses a module that ends early");
    assert_eq!(WasmCost::of(b"not a module, but a text of this length").slots, 0);
    assert_eq!(WasmCost::of(b"").slots, 0);
}
