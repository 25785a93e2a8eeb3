// Symbol.for without the one symbol that deno_core looks for: an error that has it names the properties that deno_core copies.
//
// deno_core would copy as many as the function names, outside every limit. A function calls this guard; api/globals.js installs it. Errors
// of deno's own files never carry the symbol.
//
// Invariant: a function never holds that symbol.

import { primordials } from "ext:core/mod.js";
import { install } from "ext:skep/guards/core.js";

const { Symbol, SymbolFor } = primordials;

const HIDDEN = SymbolFor("errorAdditionalPropertyKeys");

/** Replaces the method by the guard. */
export function installSymbolGuard() {
  install(Symbol, {
    __proto__: null,
    for(key) {
      const symbol = SymbolFor(key);
      return symbol === HIDDEN ? SymbolFor("function:errorAdditionalPropertyKeys") : symbol;
    },
  });
}
