//! Ops of the prelude's guards: they report refusals, count resources, and read the shape of a WebAssembly module.
//!
//! Called by `js-prelude/guards/`. Refusals go to the host, which counts them as level L0 and writes them to its log.
//!
//! Invariant: the only value of a function that comes here is a WebAssembly module, which V8 created and no code of the function can
//! imitate.

use std::sync::Arc;

use deno_core::{OpState, op2, v8};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;
use super::host::{HostApi, Identity};

/// Most resources (message ports, bodies, sockets) of one instance.
const RESOURCES_MAX: usize = 10_000;

/// A guard refused `what`.
#[op2(fast)]
pub(crate) fn op_skep_refuse(state: &mut OpState, #[string] what: &str) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_refuse", 0, || refuse(state, what))
}

/// Reports a refusal to the host.
pub(super) fn refuse(state: &OpState, what: &str) {
    if let Some(host) = state.try_borrow::<Arc<dyn HostApi>>() {
        host.refused(state.try_borrow::<Identity>(), what);
    }
}

/// Whether the instance may have another resource.
#[op2(fast)]
pub(crate) fn op_skep_resource_left(state: &mut OpState) -> bool {
    state.resource_table.len() < RESOURCES_MAX
}

/// Writes into `shape` how many memories a module declares, their pages, the entries of its tables, and how many of the memories are
/// shared. False if `value` is not a module.
#[op2(fast)]
pub(crate) fn op_skep_wasm_shape(value: v8::Local<'_, v8::Value>, #[buffer] shape: &mut [u32]) -> Result<bool, JsErrorBox> {
    catch_panic("op_skep_wasm_shape", 0, || wasm_shape(value, shape))
}

fn wasm_shape(value: v8::Local<'_, v8::Value>, shape: &mut [u32]) -> bool {
    let Ok(module) = v8::Local::<v8::WasmModuleObject>::try_from(value) else { return false };
    let compiled = module.get_compiled_module();
    let found = WasmShape::of(compiled.get_wire_bytes_ref());
    for (place, number) in shape.iter_mut().zip([found.memories, found.pages, found.entries, found.shared]) {
        *place = u32::try_from(number).unwrap_or(u32::MAX);
    }
    true
}

/// The memories and tables that a module creates when it is instantiated. A module that cannot be read counts as too much.
#[derive(Debug, Default, PartialEq, Eq)]
struct WasmShape {
    memories: u64,
    pages: u64,
    entries: u64,
    shared: u64,
}

/// Sections by their number: <https://webassembly.github.io/spec/core/binary/modules.html>
const TABLES: u8 = 4;
const MEMORIES: u8 = 5;
pub(super) const HEADER_BYTES: usize = 8;
/// Among the flags of a memory's limits.
const SHARED: u8 = 2;

impl WasmShape {
    fn of(module: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut reader = WasmReader(module.get(HEADER_BYTES..).unwrap_or_default());
        while !reader.0.is_empty() {
            if shape.section(&mut reader).is_none() {
                return Self { memories: u64::MAX, pages: u64::MAX, entries: u64::MAX, shared: u64::MAX };
            }
        }
        shape
    }

    fn section(&mut self, reader: &mut WasmReader<'_>) -> Option<()> {
        let id = reader.byte()?;
        let length = usize::try_from(reader.number()?).ok()?;
        let mut section = WasmReader(reader.take(length)?);
        if id == MEMORIES {
            self.memories = section.number()?;
            for _ in 0..self.memories {
                self.shared = self.shared.saturating_add(u64::from(section.0.first()? & SHARED != 0));
                self.pages = self.pages.saturating_add(section.limits()?);
            }
        } else if id == TABLES {
            for _ in 0..section.number()? {
                self.entries = self.entries.saturating_add(section.table()?);
            }
        }
        Some(())
    }
}

/// Reads the binary format; `None` at its end or at bytes that it does not know.
pub(super) struct WasmReader<'a>(pub(super) &'a [u8]);

impl<'a> WasmReader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).and_then(|byte| byte.first().copied())
    }

    /// LEB128. The sign of a signed number is lost; no caller here needs it.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The initial size.
    fn limits(&mut self) -> Option<u64> {
        let flags = self.byte()?;
        let initial = self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        if flags & 8 != 0 {
            self.number()?;
        }
        Some(initial)
    }

    fn table(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let has_initializer = first == 0x40;
        let reference = if has_initializer {
            self.byte()?;
            self.byte()?
        } else {
            first
        };
        // A reference to a type by its index.
        if matches!(reference, 0x63 | 0x64) {
            self.number()?;
        }
        let entries = self.limits()?;
        if has_initializer {
            self.constant()?;
        }
        Some(entries)
    }

    fn constant(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                0x0b => return Some(()),
                0x23 | 0x41 | 0x42 | 0xd0 | 0xd2 => self.number().map(drop)?,
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    fn shape(sections: &[&[u8]]) -> WasmShape {
        WasmShape::of(&[HEADER, &sections.concat()].concat())
    }

    #[test]
    fn memories_and_tables_are_counted() {
        let types: &[u8] = &[1, 4, 1, 0x60, 0, 0];
        let tables: &[u8] = &[4, 9, 2, 0x70, 0, 0x90, 0x4e, 0x6f, 1, 2, 3];
        let memories: &[u8] = &[5, 6, 2, 0, 2, 1, 0x80 | 1, 0];
        assert_eq!(shape(&[types, tables]), WasmShape { entries: 10_002, ..WasmShape::default() });
        assert_eq!(shape(&[types]), WasmShape::default());
        assert_eq!(shape(&[memories]).memories, u64::MAX, "the maximum of the second memory is missing");
        let memories: &[u8] = &[5, 7, 2, 0, 2, 1, 0x81, 0, 9];
        assert_eq!(shape(&[tables, memories]), WasmShape { memories: 2, pages: 3, entries: 10_002, shared: 0 });
    }

    #[test]
    fn shared_memories_are_counted() {
        let memories: &[u8] = &[5, 7, 2, 3, 2, 4, 1, 1, 9];
        assert_eq!(shape(&[memories]), WasmShape { memories: 2, pages: 3, entries: 0, shared: 1 });
    }

    #[test]
    fn a_table_with_an_initializer_is_read_over() {
        let table: &[u8] = &[4, 13, 2, 0x40, 0, 0x70, 0, 5, 0xd0, 0x70, 0x0b, 0x63, 0, 0, 7];
        assert_eq!(shape(&[table]).entries, 12);
        let unknown: &[u8] = &[4, 7, 1, 0x40, 0, 0x70, 0, 5, 0xfb];
        assert_eq!(shape(&[unknown]).entries, u64::MAX);
    }

    #[test]
    fn what_ends_early_is_too_much() {
        assert_eq!(shape(&[&[5, 9, 1]]).memories, u64::MAX);
        assert_eq!(shape(&[&[5, 1, 9]]).memories, u64::MAX);
        assert_eq!(shape(&[&[0x80; 12]]).memories, u64::MAX);
        assert_eq!(WasmShape::of(b""), WasmShape::default());
    }
}
