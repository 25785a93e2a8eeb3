// Stands for deno_node's `internal/http/address_override.js`, which moves a server to an address that Deno's command names.
// node/http/listen.js has the `listen` that would ask it.
(function () {
  return { __proto__: null, applyAddressOverride: () => ({ __proto__: null, mode: "none" }), notifyAddressOverrideServing() {}, startOverrideListener() {} };
})();
