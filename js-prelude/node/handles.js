// Plain classes in the place of deno_node's native handles: nothing in them reaches beyond JavaScript.
//
// deno_node's `async_wrap.ts` and `handle_wrap.ts` take them (`src/polyfills/cut.rs`); the sockets of node/net are handles.
//
// Invariant: an id is given once in an instance.

(function () {
  const { core, primordials } = __bootstrap;
  const { FunctionPrototypeCall } = primordials;

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

  class HandleWrap extends AsyncWrap {
    /** `done` is called in a later turn, as Node does after a handle has gone. */
    close(done) {
      if (typeof done === "function") core.loadExtScript("ext:deno_node/timers.ts").setImmediate(() => FunctionPrototypeCall(done, this));
    }
    hasRef() {
      return true;
    }
    ref() {}
    unref() {}
  }

  return { __proto__: null, AsyncWrap, HandleWrap, op_node_new_async_id: newId };
})();
