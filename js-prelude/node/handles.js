// Plain classes in the place of deno_node's native handles: nothing in them reaches beyond JavaScript.
//
// deno_node's `async_wrap.ts` takes them (`src/polyfills/cut.rs`).
//
// Invariant: an id is given once in an instance.

(function () {
  let ids = 1;
  const newId = () => ++ids;

  class AsyncWrap {
    #id = newId();
    #provider;
    constructor(provider) {
      this.#provider = provider;
    }
    asyncReset() {
      this.#id = newId();
    }
    getAsyncId() {
      return this.#id;
    }
    getProviderType() {
      return this.#provider;
    }
  }

  return { __proto__: null, AsyncWrap, op_node_new_async_id: newId };
})();
