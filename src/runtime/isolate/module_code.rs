//! The code of ECMAScript modules, kept once they have run.
//!
//! deno_core keeps code right after it has compiled a module, before any function of it has run, and lends nobody its modules. So `loader`
//! compiles a module here first: V8 then gives deno_core the same code, and this file keeps it when the instance has booted and when it has
//! become idle, with the functions that have run by then. `code_cache` has it for other instances and for `release`.
//!
//! Invariant: only modules that the entry imports are compiled here, while terminations are held back (`worker::boot`).

use std::cell::{Cell, RefCell};

use deno_core::v8;

use super::code_cache::{self, CodeCache};
use crate::function::version::{Module, ModuleKind};

/// The modules of one isolate whose code is not kept yet.
#[derive(Default)]
pub(super) struct UnkeptModules {
    links: Cell<bool>,
    compiled: RefCell<Vec<Compiled>>,
}

/// A module that V8 compiled without kept code.
struct Compiled {
    url: String,
    hash: u64,
    script: v8::Global<v8::UnboundModuleScript>,
}

impl UnkeptModules {
    /// The modules of the function are linked from now on, or no longer.
    pub(super) fn link(&self, links: bool) {
        self.links.set(links);
    }

    pub(super) fn is_linking(&self) -> bool {
        self.links.get()
    }

    /// Compiles a module before deno_core does. One that does not compile is deno_core's to report.
    pub(super) fn compile(&self, scope: &mut v8::PinScope<'_, '_>, module: &Module) -> Option<()> {
        let hash = CodeCache::hash(&module.code);
        if !self.links.get() || module.kind != ModuleKind::JavaScript || code_cache::shared().get(&module.url, hash).is_some() {
            return None;
        }
        v8::tc_scope!(let scope, scope);
        let name = v8::String::new(scope, &module.url)?;
        let text = v8::String::new(scope, &module.code)?;
        // As deno_core's: V8 looks the code up by the text and by all of this.
        let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, 0, None, false, false, true, None);
        let mut source = v8::script_compiler::Source::new(text, Some(&origin));
        let compiled = v8::script_compiler::compile_module(scope, &mut source)?;
        let script = compiled.get_unbound_module_script(scope);
        let script = v8::Global::new(scope, script);
        self.compiled.borrow_mut().push(Compiled { url: module.url.clone(), hash, script });
        Some(())
    }

    /// Keeps the code of what was compiled, as far as it has run.
    pub(super) fn keep(&self, scope: &mut v8::PinScope<'_, '_>) {
        for Compiled { url, hash, script } in &*self.compiled.borrow() {
            if let Some(code) = v8::Local::new(scope, script).create_code_cache() {
                code_cache::shared().put(url, *hash, &code);
            }
        }
    }

    /// Nothing is kept any more.
    pub(super) fn clear(&self) {
        self.compiled.borrow_mut().clear();
    }
}
