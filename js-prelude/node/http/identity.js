// Which check of a server's certificate a pooled connection of `node:https` passed.
//
// `https.ts` of deno_node asks for the name under which an agent keeps a connection (`src/polyfills/cut.rs`).
//
// Invariant: a connection that passed one check is not given to a request that asks for another.

(function () {
  const { SafeWeakMap } = __bootstrap.primordials;

  const numbers = new SafeWeakMap();
  let last = 0;

  /** What is added to the name: nothing for Node's own check. */
  function keyOf(check) {
    if (typeof check !== "function") return "";
    let number = numbers.get(check);
    if (number === undefined) numbers.set(check, number = ++last);
    return `:check${number}`;
  }

  return { __proto__: null, keyOf };
})();
