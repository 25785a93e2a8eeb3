//! The stack of operands of a WebAssembly function, followed from operator to operator.
//!
//! `mod.rs` passes a function's code and gets its slots; `declared` knows what calls and blocks take and give.
//!
//! Invariant: the height is never taken for less than V8 takes it.

use wasmparser::{BlockType, ContType, FrameKind, FuncType, FunctionBody, ModuleArity, Operator, RefType, SubType};

use super::declared::{Arity, Declared, declared_locals, length};

/// A block that is open.
#[derive(Clone, Copy)]
struct Frame {
    /// Operands below it.
    base: u64,
    arity: Arity,
}

/// Follows the stack of operands through a function.
pub(super) struct Height<'a> {
    known: &'a Declared,
    frames: Vec<Frame>,
    height: u64,
    locals: u64,
    slots: u64,
}

impl<'a> Height<'a> {
    /// `None` if the body cannot be read.
    pub(super) fn slots(body: &FunctionBody<'_>, parameters: u64, known: &'a Declared) -> Option<u64> {
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
