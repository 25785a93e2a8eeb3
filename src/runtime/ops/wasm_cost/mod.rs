//! What V8's compilers keep while they compile a WebAssembly module, which no limit on memory sees.
//!
//! `js-prelude/guards/lazy/wasm_module.js` asks before every compilation. For each block and each branch of a function, a compiler of V8
//! keeps every local and every operand on the stack, or writes code for them: 240 KB of code were gigabytes. The library `wasmparser` reads
//! the operators.
//!
//! Invariant: the height of the stack is never taken for less than it is; a function that cannot be read counts by its bytes.

mod height;
mod declared;

use deno_core::op2;
use deno_error::JsErrorBox;
use wasmparser::{BinaryReader, CodeSectionReader, FunctionBody};

use self::declared::{CODE, Declared, declared_locals, length};
use self::height::Height;
use super::catch_panic::catch_panic;
use super::refuse::{HEADER_BYTES, WasmReader};

/// Writes into `cost` the bytes of the module's largest function, the most slots of a function, and the slots of all functions.
#[op2(fast)]
pub(crate) fn op_skep_wasm_cost(#[buffer] module: &[u8], #[buffer] cost: &mut [u32]) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_wasm_cost", 0, || {
        let found = WasmCost::of(module);
        for (place, number) in cost.iter_mut().zip([found.largest_bytes, found.most_slots, found.slots]) {
            *place = u32::try_from(number).unwrap_or(u32::MAX);
        }
    })
}

/// A slot is one local or operand at one block or branch.
#[derive(Debug, Default, PartialEq, Eq)]
struct WasmCost {
    largest_bytes: u64,
    most_slots: u64,
    slots: u64,
}

impl WasmCost {
    /// V8 refuses bytes of another format and modules that end early; what was read of them counts.
    fn of(module: &[u8]) -> Self {
        let (mut cost, mut known) = (Self::default(), Declared::default());
        if !module.starts_with(b"\0asm") {
            return cost;
        }
        let mut reader = WasmReader(module.get(HEADER_BYTES..).unwrap_or_default());
        while let Some((id, section)) = next_section(&mut reader) {
            if id == CODE {
                cost.add_code(section, &known);
            } else if known.read(id, section).is_none() {
                known.give_up();
            }
        }
        cost
    }

    fn add_code(&mut self, section: &[u8], known: &Declared) {
        let Ok(bodies) = CodeSectionReader::new(BinaryReader::new(section, 0)) else { return };
        for (index, body) in bodies.into_iter().enumerate() {
            let Ok(body) = body else { return };
            let bytes = length(body.as_bytes().len());
            let parameters = known.parameters(index);
            let slots = parameters.and_then(|parameters| Height::slots(&body, parameters, known)).unwrap_or_else(|| unread_slots(&body));
            self.largest_bytes = self.largest_bytes.max(bytes);
            self.most_slots = self.most_slots.max(slots);
            self.slots = self.slots.saturating_add(slots);
        }
    }
}

fn next_section<'a>(reader: &mut WasmReader<'a>) -> Option<(u8, &'a [u8])> {
    let id = reader.byte()?;
    let length = usize::try_from(reader.number()?).ok()?;
    Some((id, reader.take(length)?))
}

/// As if every byte were a block, and pushed an operand.
fn unread_slots(body: &FunctionBody<'_>) -> u64 {
    let bytes = length(body.as_bytes().len());
    declared_locals(body).unwrap_or(u64::from(u32::MAX)).saturating_add(bytes).saturating_mul(bytes)
}

#[cfg(test)]
mod tests;
