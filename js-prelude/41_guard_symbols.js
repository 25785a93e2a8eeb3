// Symbol.for without the one symbol that deno_core knows of: an error that has it tells the host which of its properties to copy.
//
// The host would copy as many as the function says, and nobody counts them. Its own errors never carry it.
//
// Invariant: a function never holds that symbol.

import { primordials } from "ext:core/mod.js";
import { install } from "ext:skep/20_guard_core.js";

const { Symbol, SymbolFor } = primordials;

const HIDDEN = SymbolFor("errorAdditionalPropertyKeys");

/** Puts the guard in place. */
export function installSymbolGuard() {
  install(Symbol, {
    __proto__: null,
    for(key) {
      const symbol = SymbolFor(key);
      return symbol === HIDDEN ? SymbolFor("function:errorAdditionalPropertyKeys") : symbol;
    },
  });
}
