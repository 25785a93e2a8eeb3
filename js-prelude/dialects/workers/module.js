// The module `cloudflare:workers`.
//
// dialects/host_modules.js loads it for `import { WorkerEntrypoint } from "cloudflare:workers"`.
//
// Invariant: what needs Cloudflare's network throws, and says so.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { TypeError } = primordials;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { EXPORTS } = core.loadExtScript("ext:skep/dispatch/context.js");

  /** The base of `export default class extends WorkerEntrypoint { fetch(request) {} }`, and of classes that only Cloudflare makes. */
  class Entrypoint {
    constructor(ctx, env) {
      this.ctx = ctx;
      this.env = env;
    }
  }

  class WorkerEntrypoint extends Entrypoint {}
  class DurableObject extends Entrypoint {}
  class WorkflowEntrypoint extends Entrypoint {}
  class RpcTarget {}

  const refused = (name) => class {
    constructor() {
      throw new TypeError(`${name} of cloudflare:workers is not supported: call another function with ctx.call`);
    }
    static name = name;
  };

  function contextOf(name) {
    const call = internals.currentCall();
    if (call === undefined) throw new TypeError(`${name} of cloudflare:workers works only while a request is handled`);
    return call.context();
  }

  const exports = {
    DurableObject,
    RpcPromise: refused("RpcPromise"),
    RpcProperty: refused("RpcProperty"),
    RpcStub: refused("RpcStub"),
    RpcTarget,
    ServiceStub: refused("ServiceStub"),
    WorkerEntrypoint,
    WorkflowEntrypoint,
    env: instance.env,
    exports: EXPORTS,
    waitUntil: (promise) => contextOf("waitUntil()").waitUntil(promise),
    withEnv: () => {
      throw new TypeError("withEnv() of cloudflare:workers is not supported: set [env] in function.toml");
    },
  };
  exports.default = exports;
  return exports;
})();
