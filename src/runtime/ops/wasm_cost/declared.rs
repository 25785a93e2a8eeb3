//! What a WebAssembly module declares before its code, as far as it says how many values operators take and give.
//!
//! The sections come from `mod.rs`; `height` asks while it follows a function.
//!
//! Invariant: once a section cannot be read, nothing is known.

use wasmparser::{
    BinaryReader, BlockType, CompositeInnerType, FunctionBody, FunctionSectionReader, ImportSectionReader, SubType, TagSectionReader,
    TypeRef, TypeSectionReader,
};

/// Sections by their number: <https://webassembly.github.io/spec/core/binary/modules.html>
pub(super) const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
pub(super) const FUNCTIONS: u8 = 3;
pub(super) const CODE: u8 = 10;
const TAGS: u8 = 13;

/// How many values something takes and gives.
pub(super) type Arity = (u64, u64);

/// The declarations of a module that say how many values its operators take and give.
#[derive(Default)]
pub(super) struct Declared {
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
    pub(super) fn read(&mut self, id: u8, section: &[u8]) -> Option<()> {
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

    /// What was declared is not known whole.
    pub(super) fn give_up(&mut self) {
        self.is_unreadable = true;
    }

    /// How many parameters the function has whose code is the `index`th.
    pub(super) fn parameters(&self, index: usize) -> Option<u64> {
        Some(self.arity(*self.functions.get(self.imported.checked_add(index)?)?)?.0)
    }

    pub(super) fn arity(&self, of_type: u32) -> Option<Arity> {
        if self.is_unreadable {
            return None;
        }
        *self.types.get(usize::try_from(of_type).ok()?)?
    }

    pub(super) fn arity_of_function(&self, function: u32) -> Option<Arity> {
        self.arity(*self.functions.get(usize::try_from(function).ok()?)?)
    }

    pub(super) fn arity_of_block(&self, block: BlockType) -> Option<Arity> {
        match block {
            BlockType::Empty => Some((0, 0)),
            BlockType::Type(_) => Some((0, 1)),
            BlockType::FuncType(of_type) => self.arity(of_type),
        }
    }

    pub(super) fn values_of_tag(&self, tag: u32) -> Option<u64> {
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

pub(super) fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

pub(super) fn declared_locals(body: &FunctionBody<'_>) -> Option<u64> {
    let mut locals = 0u64;
    for group in body.get_locals_reader().ok()? {
        locals = locals.saturating_add(u64::from(group.ok()?.0));
    }
    Some(locals)
}
