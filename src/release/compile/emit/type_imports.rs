//! Imports of nothing but types, without the word `type`: `import "jsr:@supabase/functions-js/edge-runtime.d.ts"`.
//!
//! `emit` takes them out: V8 would ask for a module that has no code.
//!
//! Invariant: no position in the code moves.

use std::sync::Arc;

use deno_ast::swc::ast::{self, ModuleDecl, ModuleItem};

use crate::release::compile::parse::imports::{bytes_of, declares_types};

fn is_one(item: &ModuleItem) -> bool {
    matches!(item, ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if declares_types(import))
}

/// Takes them out of the syntax tree of TypeScript.
pub(super) fn remove(module: &mut ast::Module) {
    module.body.retain(|item| !is_one(item));
}

/// Puts spaces in their place in the text of JavaScript.
pub(super) fn blanked(code: Arc<str>, module: &ast::Module) -> Arc<str> {
    let ranges = module.body.iter().filter(|item| is_one(item)).filter_map(|item| {
        let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item else { return None };
        bytes_of(import.span)
    });
    let ranges: Vec<_> = ranges.collect();
    if ranges.is_empty() {
        return code;
    }
    let mut code = code.to_string();
    for bytes in ranges {
        let blank: String =
            code.get(bytes.clone()).unwrap_or_default().bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        code.replace_range(bytes, &blank);
    }
    code.into()
}
