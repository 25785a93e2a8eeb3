//! What V8's compilers keep while they compile a WebAssembly module, which no limit on memory sees.
//!
//! `js-prelude/guards/lazy/wasm_module.js` asks before every compilation. For each block and each branch of a function, a compiler of V8
//! keeps every local and every operand on the stack, or writes code for them: 240 KB of code were gigabytes. The library `wasmparser` reads
//! the operators.
//!
//! Invariant: the height of the stack is never taken for less than it is; a function that cannot be read counts by its bytes.

use deno_core::op2;
use deno_error::JsErrorBox;
use wasmparser::{
    BinaryReader, BlockType, CodeSectionReader, CompositeInnerType, ContType, FrameKind, FuncType, FunctionBody, FunctionSectionReader,
    ImportSectionReader, ModuleArity, Operator, RefType, SubType, TagSectionReader, TypeRef, TypeSectionReader,
};

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
pub(super) struct WasmCost {
    largest_bytes: u64,
    most_slots: u64,
    slots: u64,
}

/// Sections by their number: <https://webassembly.github.io/spec/core/binary/modules.html>
const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const CODE: u8 = 10;
const TAGS: u8 = 13;

impl WasmCost {
    /// V8 refuses bytes of another format and modules that end early; what was read of them counts.
    pub(super) fn of(module: &[u8]) -> Self {
        let (mut cost, mut known) = (Self::default(), Declared::default());
        if !module.starts_with(b"\0asm") {
            return cost;
        }
        let mut reader = WasmReader(module.get(HEADER_BYTES..).unwrap_or_default());
        while let Some((id, section)) = next_section(&mut reader) {
            if id == CODE {
                cost.add_code(section, &known);
            } else if known.read(id, section).is_none() {
                known.is_unreadable = true;
            }
        }
        cost
    }

    fn add_code(&mut self, section: &[u8], known: &Declared) {
        let Ok(bodies) = CodeSectionReader::new(BinaryReader::new(section, 0)) else { return };
        let functions = known.functions.get(known.imported..).unwrap_or_default();
        for (index, body) in bodies.into_iter().enumerate() {
            let Ok(body) = body else { return };
            let bytes = length(body.as_bytes().len());
            let parameters = functions.get(index).and_then(|of_type| known.arity(*of_type)).map(|(parameters, _)| parameters);
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

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// As if every byte were a block, and pushed an operand.
fn unread_slots(body: &FunctionBody<'_>) -> u64 {
    let bytes = length(body.as_bytes().len());
    declared_locals(body).unwrap_or(u64::from(u32::MAX)).saturating_add(bytes).saturating_mul(bytes)
}

fn declared_locals(body: &FunctionBody<'_>) -> Option<u64> {
    let mut locals = 0u64;
    for group in body.get_locals_reader().ok()? {
        locals = locals.saturating_add(u64::from(group.ok()?.0));
    }
    Some(locals)
}

/// How many values something takes and gives.
type Arity = (u64, u64);

/// The declarations of a module that say how many values its operators take and give.
#[derive(Default)]
struct Declared {
    /// Of each type: parameters and results of a function, fields of a struct; `None` for others.
    types: Vec<Option<Arity>>,
    /// The type of each function, those first that are imported.
    functions: Vec<u32>,
    imported: usize,
    /// The type of each tag.
    tags: Vec<u32>,
    is_unreadable: bool,
}

impl Declared {
    fn read(&mut self, id: u8, section: &[u8]) -> Option<()> {
        let reader = BinaryReader::new(section, 0);
        match id {
            TYPES => {
                for group in TypeSectionReader::new(reader).ok()? {
                    self.types.extend(group.ok()?.types().map(arity_of));
                }
            }
            IMPORTS => {
                for import in ImportSectionReader::new(reader).ok()?.into_imports() {
                    match import.ok()?.ty {
                        TypeRef::Func(of_type) | TypeRef::FuncExact(of_type) => self.functions.push(of_type),
                        TypeRef::Tag(tag) => self.tags.push(tag.func_type_idx),
                        _ => {}
                    }
                }
                self.imported = self.functions.len();
            }
            FUNCTIONS => {
                for of_type in FunctionSectionReader::new(reader).ok()? {
                    self.functions.push(of_type.ok()?);
                }
            }
            TAGS => {
                for tag in TagSectionReader::new(reader).ok()? {
                    self.tags.push(tag.ok()?.func_type_idx);
                }
            }
            _ => {}
        }
        Some(())
    }

    fn arity(&self, of_type: u32) -> Option<Arity> {
        if self.is_unreadable {
            return None;
        }
        *self.types.get(usize::try_from(of_type).ok()?)?
    }

    fn arity_of_function(&self, function: u32) -> Option<Arity> {
        self.arity(*self.functions.get(usize::try_from(function).ok()?)?)
    }

    fn arity_of_block(&self, block: BlockType) -> Option<Arity> {
        match block {
            BlockType::Empty => Some((0, 0)),
            BlockType::Type(_) => Some((0, 1)),
            BlockType::FuncType(of_type) => self.arity(of_type),
        }
    }

    fn values_of_tag(&self, tag: u32) -> Option<u64> {
        Some(self.arity(*self.tags.get(usize::try_from(tag).ok()?)?)?.0)
    }
}

fn arity_of(of_type: &SubType) -> Option<Arity> {
    match &of_type.composite_type.inner {
        CompositeInnerType::Func(function) => Some((length(function.params().len()), length(function.results().len()))),
        CompositeInnerType::Struct(record) => Some((length(record.fields.len()), 1)),
        _ => None,
    }
}

/// A block that is open.
#[derive(Clone, Copy)]
struct Frame {
    /// Operands below it.
    base: u64,
    arity: Arity,
}

/// Follows the stack of operands through a function.
struct Height<'a> {
    known: &'a Declared,
    frames: Vec<Frame>,
    height: u64,
    locals: u64,
    slots: u64,
}

impl<'a> Height<'a> {
    /// `None` if the body cannot be read.
    fn slots(body: &FunctionBody<'_>, parameters: u64, known: &'a Declared) -> Option<u64> {
        let locals = declared_locals(body)?.saturating_add(parameters);
        let mut of = Self { known, frames: vec![Frame { base: 0, arity: (0, 0) }], height: 0, locals, slots: locals };
        let mut operators = body.get_operators_reader().ok()?;
        while !operators.eof() {
            of.follow(&operators.read().ok()?)?;
        }
        Some(of.slots)
    }

    /// Counts `times` blocks or branches at this place.
    fn count(&mut self, times: u64) {
        self.slots = self.slots.saturating_add(self.locals.saturating_add(self.height).saturating_add(1).saturating_mul(times));
    }

    fn base(&self) -> u64 {
        self.frames.last().map_or(0, |frame| frame.base)
    }

    fn take_and_give(&mut self, (taken, given): Arity) {
        self.height = self.height.saturating_sub(taken).max(self.base()).saturating_add(given);
    }

    /// What follows is not reached: V8 drops the operands of the block.
    fn leave(&mut self) {
        self.height = self.base();
    }

    fn enter(&mut self, block: BlockType) -> Option<()> {
        self.count(1);
        let arity = self.known.arity_of_block(block)?;
        let base = self.height.saturating_sub(arity.0).max(self.base());
        self.frames.push(Frame { base, arity });
        self.height = base.saturating_add(arity.0);
        Some(())
    }

    /// The block's other half begins, with `given` operands.
    fn enter_again(&mut self, given: impl FnOnce(Arity) -> u64) -> Option<()> {
        self.count(1);
        let frame = *self.frames.last()?;
        self.height = frame.base.saturating_add(given(frame.arity));
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        let frame = self.frames.pop()?;
        self.height = frame.base.saturating_add(frame.arity.1);
        Some(())
    }

    fn follow(&mut self, operator: &Operator<'_>) -> Option<()> {
        match operator {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::Try { blockty } => self.enter(*blockty)?,
            Operator::If { blockty } => {
                self.take_and_give((1, 0));
                self.enter(*blockty)?;
            }
            Operator::TryTable { try_table } => {
                self.count(length(try_table.catches.len()));
                self.enter(try_table.ty)?;
            }
            Operator::Else => self.enter_again(|(taken, _)| taken)?,
            Operator::Catch { tag_index } => {
                let values = self.known.values_of_tag(*tag_index)?;
                self.enter_again(|_| values)?;
            }
            Operator::CatchAll => self.enter_again(|_| 0)?,
            Operator::End | Operator::Delegate { .. } => self.end()?,
            Operator::BrTable { targets } => {
                self.take_and_give((1, 0));
                // A target that comes again costs nothing more.
                self.count(u64::from(targets.len()).min(length(self.frames.len())).saturating_add(1));
                self.leave();
            }
            Operator::Br { .. } => {
                self.count(1);
                self.leave();
            }
            Operator::Unreachable
            | Operator::Return
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::Rethrow { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => self.leave(),
            other => self.go_on(other)?,
        }
        Some(())
    }

    /// Operators behind which the same block goes on.
    fn go_on(&mut self, operator: &Operator<'_>) -> Option<()> {
        match operator {
            Operator::BrIf { .. } | Operator::BrOnNonNull { .. } => {
                self.take_and_give((1, 0));
                self.count(1);
            }
            Operator::BrOnNull { .. } | Operator::BrOnCast { .. } | Operator::BrOnCastFail { .. } => self.count(1),
            Operator::Call { function_index } => {
                let arity = self.known.arity_of_function(*function_index)?;
                self.take_and_give(arity);
            }
            // V8 notes the state at such calls, to return to it when it guessed the callee wrong.
            Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => {
                self.count(1);
                let (taken, given) = self.known.arity(*type_index)?;
                self.take_and_give((taken.saturating_add(1), given));
            }
            Operator::StructNew { struct_type_index } => {
                let arity = self.known.arity(*struct_type_index)?;
                self.take_and_give(arity);
            }
            Operator::ArrayNewFixed { array_size, .. } => self.take_and_give((u64::from(*array_size), 1)),
            other => {
                let (taken, given) = other.operator_arity(&NoDeclarations)?;
                self.take_and_give((u64::from(taken), u64::from(given)));
            }
        }
        Some(())
    }
}

/// For the operators that always take and give the same number of values.
struct NoDeclarations;

impl ModuleArity for NoDeclarations {
    fn sub_type_at(&self, _: u32) -> Option<&SubType> {
        None
    }

    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }

    fn type_index_of_function(&self, _: u32) -> Option<u32> {
        None
    }

    fn func_type_of_cont_type(&self, _: &ContType) -> Option<&FuncType> {
        None
    }

    fn sub_type_of_ref_type(&self, _: &RefType) -> Option<&SubType> {
        None
    }

    fn control_stack_height(&self) -> u32 {
        0
    }

    fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
        None
    }
}

#[cfg(test)]
mod tests {
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
}
