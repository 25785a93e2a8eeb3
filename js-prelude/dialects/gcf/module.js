// The host module `@google-cloud/functions-framework`: it registers functions and starts no server.
//
// dialects/host_modules.js loads it for `import` and `require`; gcf/index.js asks for what was registered.
//
// Invariant: a name is registered with its last function, as in the framework itself.

(function () {
  const { internals, primordials } = __bootstrap;
  const { Error, RegExpPrototypeTest, TypeError } = primordials;

  const NAME = /^[A-Za-z](?:[-_A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

  function register(name, type, handler) {
    if (!RegExpPrototypeTest(NAME, `${name}`)) throw new Error(`Invalid function name: ${name}`);
    if (typeof handler !== "function") throw new TypeError(`functions.${type} needs a function`);
    internals.dialects.register("gcf", { __proto__: null, name: `${name}`, type, handler });
  }

  function typed(name, handler) {
    if (typeof handler !== "function") {
      throw new TypeError("functions.typed with a format of its own is not supported: pass a function, it gets JSON and returns JSON");
    }
    register(name, "typed", handler);
  }

  const exports = {
    cloudEvent: (name, handler) => register(name, "cloudEvent", handler),
    http: (name, handler) => register(name, "http", handler),
    typed,
  };
  exports.default = exports;
  return exports;
})();
